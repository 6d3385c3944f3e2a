//! What a file is made of, and its lines.

use std::borrow::Cow;

/// How far is looked for what no text holds: as far as git looks for NUL bytes, which are not all that text lacks.
const LOOKED_AT: usize = 8000;

/// What bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text in UTF-8 or an older encoding of single bytes.
    Text,
    /// Text in UTF-16 with a byte order mark; git takes it for binary.
    Utf16,
    /// Anything else.
    Binary,
}

/// The bytes of a file.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// As git holds them.
    pub bytes: &'a [u8],
    /// What they are.
    pub kind: Kind,
}

impl<'a> Content<'a> {
    /// Looks at the bytes.
    pub fn of(bytes: &'a [u8]) -> Self {
        let start = &bytes[..bytes.len().min(LOOKED_AT)];
        let is_utf16 = (start.starts_with(b"\xff\xfe") && !start.starts_with(b"\xff\xfe\0\0"))
            || start.starts_with(b"\xfe\xff");
        let kind = if is_utf16 {
            Kind::Utf16
        } else if start.starts_with(b"%PDF-") || holds_no_text(start) {
            Kind::Binary
        } else {
            Kind::Text
        };
        Self { bytes, kind }
    }

    /// The text, UTF-16 turned into UTF-8, a byte order mark left out; `None` for what is no text.
    pub(super) fn text(&self) -> Option<Cow<'a, [u8]>> {
        match self.kind {
            Kind::Text => Some(Cow::Borrowed(without_mark(self.bytes))),
            Kind::Utf16 => Some(Cow::Owned(from_utf16(self.bytes).into_bytes())),
            Kind::Binary => None,
        }
    }
}

/// Whether some byte is one that no text holds, piece by piece: without a branch for each byte the machine looks at
/// many at once.
fn holds_no_text(bytes: &[u8]) -> bool {
    bytes.chunks(256).any(|piece| piece.iter().fold(false, |found, &byte| found | is_of_no_text(byte)))
}

/// Bytes that no text holds; form feed, escape and the like are left out, since programs do write them.
fn is_of_no_text(byte: u8) -> bool {
    matches!(byte, 0..=6 | 14..=26 | 28..=31 | 127)
}

pub(super) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn from_utf16(bytes: &[u8]) -> String {
    let little = bytes.starts_with(b"\xff\xfe");
    let units = bytes[2..].chunks(2).map(|pair| {
        let pair = [pair[0], pair.get(1).copied().unwrap_or(0)];
        if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
    });
    char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// The lines with their numbers from 1, without `\n` or `\r\n`. What follows the last line end is a line of its own
/// unless it is empty.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut rest = bytes;
    let mut number = 0;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        number += 1;
        Some((number, line.strip_suffix(b"\r").unwrap_or(line)))
    })
}

/// The line of a place in the bytes, from 1.
pub(super) fn line_at(bytes: &[u8], place: usize) -> usize {
    memchr::memchr_iter(b'\n', &bytes[..place.min(bytes.len())]).count() + 1
}

/// A way through a text from its start to its end that knows its line; each byte is passed once.
pub(super) struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The line's number, from 1.
    pub(super) number: usize,
    /// Where the line starts.
    pub(super) start: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, number: 1, start: 0 }
    }

    /// Goes on to a place that is not before the last one.
    pub(super) fn go_to(&mut self, place: usize) {
        for end in memchr::memchr_iter(b'\n', &self.bytes[self.at..place]) {
            self.number += 1;
            self.start = self.at + end + 1;
        }
        self.at = place;
    }
}
