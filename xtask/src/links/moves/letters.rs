//! Bytes as text: which files are text, and which letters can be part of a path.

/// How many bytes git looks at to tell text from data.
const LOOKED_AT: usize = 8000;

/// True for what git takes for data.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(LOOKED_AT)].contains(&0)
}

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

/// The line of a byte, from 1.
pub(super) fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', &bytes[..at]).count()
}
