//! Bytes as text: which letters can be part of a path.

/// The character that ends at `at`; `None` at the beginning and for what is no UTF-8.
pub(super) fn before(bytes: &[u8], at: usize) -> Option<char> {
    (1..=at.min(4)).find_map(|length| {
        let text = std::str::from_utf8(&bytes[at - length..at]).ok()?;
        text.chars().next()
    })
}

/// The character that begins at `at`; `None` at the end and for what is no UTF-8.
pub(super) fn after(bytes: &[u8], at: usize) -> Option<char> {
    let rest = &bytes[at..bytes.len().min(at + 4)];
    (1..=rest.len()).find_map(|length| std::str::from_utf8(&rest[..length]).ok()?.chars().next())
}

/// True for a letter that people write in paths without quoting it; slashes are not among them.
pub(super) fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || "._-+~%@".contains(letter)
}

/// True for letters whose prose runs up to a path: those of scripts that put no blanks between words (Han, kana, Thai and
/// others), and Hangul, whose particles follow a name without one. What counts as a word by itself is another question:
/// [`crate::passages::stands_alone`].
pub(super) fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{e00}'..='\u{eff}' | '\u{1100}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// The line of a byte, from 1.
pub(super) fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', &bytes[..at]).count()
}
