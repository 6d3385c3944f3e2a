//! Turns the bytes of a source file into text, by the rules of PEP 263.
//!
//! Offsets into the text can be taken back to offsets into the bytes, so that an edit found in the text
//! can be made in the file. Encodings other than UTF-8 and Latin-1 are read for their structure only:
//! every byte above 127 stands for some letter, which is enough for names and quotes.

/// The text of one source file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The text without a byte order mark.
    pub text: String,
    shift: Shift,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shift {
    /// UTF-8: the offset differs by the byte order mark.
    Mark(usize),
    /// One byte above 127 became two.
    Widened,
}

impl Source {
    /// Takes text that is UTF-8 already.
    #[cfg(test)]
    pub fn from_text(text: impl Into<String>) -> Self {
        Self { text: text.into(), shift: Shift::Mark(0) }
    }

    /// The place in the file's bytes of a place in the text.
    pub fn byte_offset(&self, text_offset: usize) -> usize {
        match self.shift {
            Shift::Mark(length) => text_offset + length,
            Shift::Widened => self.text[..text_offset].chars().count(),
        }
    }

    /// The bytes that stand for `text` in this file; `None` when the file's encoding has no such letter.
    pub fn encode(&self, text: &str) -> Option<Vec<u8>> {
        match self.shift {
            Shift::Mark(_) => Some(text.as_bytes().to_vec()),
            // Beyond ASCII the letters of a structurally read encoding are not known.
            Shift::Widened => text.is_ascii().then(|| text.as_bytes().to_vec()),
        }
    }
}

/// Decodes a file as Python would: byte order mark, then the encoding named in the first two lines, else UTF-8.
///
/// See <https://peps.python.org/pep-0263/>.
///
/// # Errors
/// The bytes are none of it, or hold a NUL; the message says which.
pub fn decode_source(bytes: &[u8]) -> Result<Source, String> {
    if bytes.contains(&0) {
        return Err("holds NUL bytes".to_owned());
    }
    let (mark, rest) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (3, rest),
        None => (0, bytes),
    };
    let named = if mark == 0 { declared_encoding(rest) } else { None };
    let encoding = named.as_deref().map_or(Encoding::Utf8, Encoding::by_name);
    match encoding {
        Encoding::Utf8 => match std::str::from_utf8(rest) {
            Ok(text) => Ok(Source { text: text.to_owned(), shift: Shift::Mark(mark) }),
            Err(error) => Err(format!(
                "is not UTF-8 (byte {}) and names no other encoding",
                error.valid_up_to() + mark + 1
            )),
        },
        Encoding::OneByte => {
            let text = rest.iter().map(|&byte| char::from(byte)).collect();
            Ok(Source { text, shift: Shift::Widened })
        }
        Encoding::TwoBytes => Ok(Source { text: mask_pairs(rest), shift: Shift::Widened }),
        Encoding::NotAscii => Err(format!("is in {}, which is not read here", named.unwrap_or_default())),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    OneByte,
    /// The second byte of a letter can look like a quote or a backslash.
    TwoBytes,
    /// ASCII letters are not themselves (UTF-7, UTF-16, EBCDIC).
    NotAscii,
}

impl Encoding {
    fn by_name(name: &str) -> Self {
        let name = name.to_ascii_lowercase().replace('_', "-");
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
        match name.as_str() {
            "utf-8" | "utf8" | "u8" | "utf-8-sig" | "utf-8-unix" | "ascii" | "us-ascii" => Self::Utf8,
            _ if starts(&[
                "shift", "sjis", "s-jis", "cp932", "ms932", "big5", "cp950", "gb", "cp936", "936",
            ]) =>
            {
                Self::TwoBytes
            }
            _ if starts(&["cp949", "johab", "uhc", "hkscs", "ms-kanji", "windows-31j"]) => Self::TwoBytes,
            _ if starts(&[
                "utf-7", "utf7", "utf-16", "utf16", "utf-32", "utf32", "cp037", "cp500", "rot",
            ]) =>
            {
                Self::NotAscii
            }
            _ if starts(&["utf-8-"]) => Self::Utf8,
            _ => Self::OneByte,
        }
    }
}

/// Replaces each letter of two bytes by two letters that mean nothing to Python's grammar.
fn mask_pairs(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let leads = (0x81..=0xfe).contains(&byte) && bytes.get(at + 1).is_some_and(|&next| next >= 0x30);
        if leads {
            text.push_str("\u{e9}\u{e9}");
            at += 2;
        } else {
            text.push(char::from(byte));
            at += 1;
        }
    }
    text
}

/// The name after `coding:` or `coding=` in a comment of the first two lines.
///
/// The second line counts only when the first is blank or a comment.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let mut lines = bytes.splitn(3, |&byte| byte == b'\n');
    let first = lines.next()?;
    if let Some(name) = encoding_in(first) {
        return Some(name);
    }
    let first = first.trim_ascii();
    let second = if first.is_empty() || first.starts_with(b"#") { lines.next()? } else { return None };
    encoding_in(second)
}

fn encoding_in(line: &[u8]) -> Option<String> {
    let line = line.trim_ascii_start();
    if !line.starts_with(b"#") {
        return None;
    }
    let place = line
        .windows(7)
        .position(|window| window.starts_with(b"coding") && matches!(window[6], b':' | b'='))?;
    let name: Vec<u8> = line[place + 7..]
        .iter()
        .copied()
        .skip_while(|byte| matches!(byte, b' ' | b'\t'))
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        .collect();
    (!name.is_empty()).then(|| String::from_utf8_lossy(&name).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_order_mark_shifts_offsets_by_three() {
        let source = decode_source(b"\xef\xbb\xbfimport a\n").unwrap();
        assert_eq!(source.text, "import a\n");
        assert_eq!(source.byte_offset(7), 10);
    }

    #[test]
    fn latin_1_cookie_is_honoured_and_offsets_lead_back_to_bytes() {
        let bytes = b"# -*- coding: latin-1 -*-\nname = '\xe9\xe9'\nimport a\n";
        let source = decode_source(bytes).unwrap();
        let place = source.text.find("import").unwrap();
        assert_eq!(&bytes[source.byte_offset(place)..][..8], b"import a");
    }

    #[test]
    fn cookie_counts_in_the_second_line_only_after_a_comment_or_blank() {
        let cases: &[(&[u8], bool)] = &[
            (b"#!/usr/bin/python\n# vim: set fileencoding=latin-1 :\n'\xe9'\n", true),
            (b"import a\n# coding: latin-1\n'\xe9'\n", false),
            (b"#\n#\n# coding: latin-1\n'\xe9'\n", false),
            (b"\r\n# coding: latin-1\r\n'\xe9'\r\n", true),
            (b"\n\n# coding: latin-1\n'\xe9'\n", false),
        ];
        for (bytes, decodes) in cases {
            assert_eq!(decode_source(bytes).is_ok(), *decodes, "{bytes:?}");
        }
    }

    #[test]
    fn second_byte_of_a_shift_jis_letter_closes_no_string() {
        // 0x95 0x5c is one letter whose second byte is a backslash.
        let source = decode_source(b"# coding: shift_jis\nname = '\x95\x5c'\nimport a\n").unwrap();
        assert!(!source.text.contains('\\'));
        assert_eq!(source.byte_offset(source.text.len()), 20 + 12 + 9);
    }

    #[test]
    fn what_python_refuses_is_refused_with_the_reason() {
        assert_eq!(decode_source(b"a\0b"), Err("holds NUL bytes".to_owned()));
        let error = decode_source(b"'\xe9'\n").unwrap_err();
        assert_eq!(error, "is not UTF-8 (byte 2) and names no other encoding");
    }
}
