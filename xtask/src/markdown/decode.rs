//! Bytes -> text, with what was not as it should be.

use std::borrow::Cow;

use crate::report::Finding;

/// The check's name in findings.
const CHECK: &str = "note-encoding";

/// Reads bytes as UTF-8. What is none is replaced, and said: ranges then count bytes of the text returned, so
/// a text with findings must not be edited and written back. UTF-16 is read where a byte order mark says so.
/// A NUL byte is kept, and said: a file with it is hardly text.
pub fn decode(bytes: &[u8]) -> (String, Vec<Finding>) {
    if let Some(text) = utf16(bytes) {
        let found = finding("is UTF-16").hint("save the note as UTF-8: git and GitHub take it for binary");
        return (text, vec![found]);
    }
    let mut findings = Vec::new();
    if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
        findings.push(finding("holds NUL bytes").at(line_of(bytes, at)));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), findings),
        Err(error) => {
            let line = line_of(bytes, error.valid_up_to());
            let found = finding("is not UTF-8: the bytes that are none are read as `\u{fffd}`");
            findings.push(found.at(line).hint("save the note as UTF-8"));
            (String::from_utf8_lossy(bytes).into_owned(), findings)
        }
    }
}

/// The bytes as text of the same length: what is no UTF-8 reads as question marks, so that ranges fit both.
pub fn readable(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
    }
    Cow::Owned(text)
}

fn finding(message: &str) -> Finding {
    Finding::warn(CHECK, None, message)
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + bytes[..at].iter().filter(|&&byte| byte == b'\n').count()
}

fn utf16(bytes: &[u8]) -> Option<String> {
    let (big, rest) = match bytes {
        [0xff, 0xfe, rest @ ..] => (false, rest),
        [0xfe, 0xff, rest @ ..] => (true, rest),
        _ => return None,
    };
    let units = rest.chunks(2).map(|pair| match (pair, big) {
        (&[high, low], true) => u16::from_be_bytes([high, low]),
        (&[low, high], false) => u16::from_le_bytes([low, high]),
        // Half a unit at the end: shown as a character that could not be read.
        _ => 0xfffd,
    });
    Some(char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_text_is_kept_as_it_is() {
        let (text, findings) = decode("\u{feff}a\r\nb é".as_bytes());
        assert_eq!((text.as_str(), findings.len()), ("\u{feff}a\r\nb é", 0));
    }

    #[test]
    fn what_is_not_utf8_is_read_and_said_with_its_line() {
        let (text, findings) = decode(b"a\nb\xffc\0");
        assert_eq!(text, "a\nb\u{fffd}c\0");
        let said: Vec<_> = findings.iter().map(|finding| (finding.line, finding.message.as_str())).collect();
        assert_eq!(said[0], (Some(2), "holds NUL bytes"));
        assert_eq!((said.len(), said[1].0), (2, Some(2)));
    }

    #[test]
    fn utf16_is_read_by_its_mark() {
        let little: Vec<u8> = "\u{feff}# Ü🚀".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{feff}# Ü🚀".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [little, big] {
            let (text, findings) = decode(&bytes);
            assert_eq!((text.as_str(), findings.len()), ("# Ü🚀", 1));
        }
        assert_eq!(decode(b"\xff\xfea").0, "\u{fffd}");
    }
}
