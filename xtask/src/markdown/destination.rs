//! Where in a link its destination stands: the parser tells what it is, not where.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag};

use super::{Form, Place};

/// Finds the destination of an inline link. `from` lies behind the last thing inside the link's text, and
/// `expected` is what the parser read: a place is right only if it reads the same.
pub(super) fn of_inline(text: &str, link: &Range<usize>, from: usize, expected: &str) -> Option<Place> {
    let mut at = from;
    while let Some(found) = text[at..link.end].find("](") {
        at += found + 2;
        let place = scan(text, skip_blanks(text, at, link.end), link.end);
        if let Some(place) = place.filter(|place| reads_as(&text[place.range.clone()], expected)) {
            return Some(place);
        }
    }
    None
}

/// Reads a destination at `at`; `None` where none can stand.
pub(super) fn scan(text: &str, at: usize, end: usize) -> Option<Place> {
    let bytes = &text.as_bytes()[..end];
    if bytes.get(at) == Some(&b'<') {
        let close = angle_end(bytes, at + 1)?;
        return Some(Place { range: at + 1..close, form: Form::Angled });
    }
    Some(Place { range: at..bare_end(bytes, at), form: Form::Bare })
}

fn angle_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        match bytes.get(at)? {
            b'>' => return Some(at),
            b'<' | b'\n' | b'\r' => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The end of a destination without brackets: a blank, or a parenthesis that was not opened in it.
fn bare_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    let mut open = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if bytes.get(at + 1).is_some_and(u8::is_ascii_punctuation) => at += 1,
            b'(' => open += 1,
            b')' if open == 0 => break,
            b')' => open -= 1,
            byte if byte.is_ascii_whitespace() || byte.is_ascii_control() => break,
            _ => {}
        }
        at += 1;
    }
    at.min(bytes.len())
}

/// Goes over blanks and one line end; behind it over the marks of quotations, which repeat on every line.
pub(super) fn skip_blanks(text: &str, from: usize, end: usize) -> usize {
    let bytes = &text.as_bytes()[..end];
    let blank = |at: &mut usize, marks: bool| {
        while bytes.get(*at).is_some_and(|&byte| matches!(byte, b' ' | b'\t') || (marks && byte == b'>')) {
            *at += 1;
        }
    };
    let mut at = from;
    blank(&mut at, false);
    let line_end =
        [&b"\r\n"[..], b"\n", b"\r"].into_iter().find(|end| bytes[at.min(bytes.len())..].starts_with(end));
    if let Some(line_end) = line_end {
        at += line_end.len();
        blank(&mut at, true);
    }
    at
}

/// Whether a destination that is written as `raw` reads as `expected`.
pub(super) fn reads_as(raw: &str, expected: &str) -> bool {
    raw == expected || (raw.contains(['\\', '&', '\0']) && unescaped(raw) == expected)
}

/// A destination as it reads: escapes and entities resolved, by the parser itself.
pub(super) fn unescaped(raw: &str) -> Cow<'_, str> {
    if !raw.contains(['\\', '&', '\0']) {
        return Cow::Borrowed(raw);
    }
    let link = format!("[x](<{raw}>)");
    let read = Parser::new(&link).find_map(|event| match event {
        Event::Start(Tag::Link { dest_url, .. }) => Some(dest_url.into_string()),
        _ => None,
    });
    read.map_or(Cow::Borrowed(raw), Cow::Owned)
}
