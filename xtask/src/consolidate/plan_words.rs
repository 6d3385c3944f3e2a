//! How names and free text stand in a line of the plan, so that whatever they hold comes back.

use crate::repo::RepoPath;
use crate::report::turns;

/// Writes a path for the marker comment: bytes that could end a field, an entry or the comment as `%NN`.
pub(super) fn encode_field(path: &RepoPath) -> String {
    encode(path.as_bytes(), |character| {
        character.is_whitespace() || character.is_control() || "%,@<>\"'`|&=".contains(character)
    })
}

/// Writes a path in backticks for the visible part: people read and edit it, so only what would break the
/// span or the line is written as `%NN`.
pub(super) fn encode_span(path: &RepoPath) -> String {
    let mut inner = encode(path.as_bytes(), |character| {
        let ends = matches!(character, '%' | '`' | '|' | '\u{2028}' | '\u{2029}' | '\u{feff}');
        character.is_control() || turns(character) || ends
    });
    // A blank at an end of a code span is no part of it.
    if inner.starts_with(' ') {
        inner.replace_range(..1, "%20");
    }
    if inner.ends_with(' ') {
        inner.replace_range(inner.len() - 1.., "%20");
    }
    // Nothing may look like the beginning or the end of the marker behind it.
    format!("`{}`", inner.replace("<!--", "%3C!--").replace("-->", "--%3E"))
}

fn encode(bytes: &[u8], is_special: impl Fn(char) -> bool) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            if is_special(character) {
                let mut buffer = [0; 4];
                push_bytes(&mut text, character.encode_utf8(&mut buffer).as_bytes());
            } else {
                text.push(character);
            }
        }
        push_bytes(&mut text, chunk.invalid());
    }
    text
}

fn push_bytes(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.push_str(&format!("%{byte:02X}"));
    }
}

/// Splits a code span off the beginning: its content and the rest.
pub(super) fn take_span(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix('`')?;
    let end = rest.find('`')?;
    Some((rest[..end].trim_matches(' '), &rest[end + 1..]))
}

/// Writes free text as Markdown on one line: marks are escaped, line breaks become blanks.
pub(super) fn escape_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in one_line(text).chars() {
        if "\\`*_{}[]<>#|~!&$@".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// Reads what [`escape_text`] wrote; what somebody wrote with more blanks reads the same.
pub(super) fn unescape_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match characters.peek() {
            Some(next) if character == '\\' && next.is_ascii_punctuation() => {
                out.push(*next);
                characters.next();
            }
            _ => out.push(character),
        }
    }
    one_line(&out)
}

/// The text on one line, blanks, controls and what turns the line around folded into single spaces.
pub(super) fn one_line(text: &str) -> String {
    let words =
        text.split(|character: char| character.is_whitespace() || character.is_control() || turns(character));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
