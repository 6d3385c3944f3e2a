//! Words of a file that may be paths or modules, with their places.

use std::ops::Range;

/// A run of letters that paths are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) range: Range<usize>,
    /// True for a dotted name behind `-m` or before `:name`.
    pub(super) is_module: bool,
}

/// What stands for the repository's root before a slash.
const ROOTS: &[&[u8]] = &[
    b"$PWD",
    b"${PWD}",
    b"$(PWD)",
    b"$(CURDIR)",
    b"$GITHUB_WORKSPACE",
    b"${GITHUB_WORKSPACE}",
    b"github.workspace }}",
    b"github.workspace}}",
    b"$CI_PROJECT_DIR",
];

/// The words in a part of a file. In a notebook's source an escape ends a word.
pub(super) fn of(bytes: &[u8], part: Range<usize>, escapes: bool) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = part.start;
    while at < part.end {
        if escapes && bytes[at] == b'\\' {
            at += 2;
            continue;
        }
        if !is_of_word(bytes[at]) {
            at += 1;
            continue;
        }
        let start = at;
        while at < part.end && is_of_word(bytes[at]) {
            at += 1;
        }
        words.extend(word(bytes, start..at));
    }
    words
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-./+@~%$".contains(&byte) || byte >= 0x80
}

fn word(bytes: &[u8], range: Range<usize>) -> Option<Word> {
    let Range { mut start, mut end } = range;
    while end > start && bytes[end - 1] == b'.' {
        end -= 1;
    }
    let text = &bytes[start..end];
    if text.contains(&b'/') {
        start += root_before(bytes, start, text)?;
        while bytes[start..end].starts_with(b"./") {
            start += 2;
        }
        return (start < end).then_some(Word { range: start..end, is_module: false });
    }
    let is_module = text.contains(&b'.') && names_module(bytes, start, end);
    // A name without a folder is a path only with an ending.
    text.contains(&b'.').then_some(Word { range: start..end, is_module })
}

/// How many bytes of a word only say that the root is meant; `None` where another place is.
fn root_before(bytes: &[u8], start: usize, text: &[u8]) -> Option<usize> {
    if let Some(root) =
        ROOTS.iter().find(|root| text.starts_with(root) && text.get(root.len()) == Some(&b'/'))
    {
        return Some(root.len() + 1);
    }
    if text.starts_with(b"$") || text.contains(&b'$') {
        return None;
    }
    if !text.starts_with(b"/") {
        // `$(X)name/…` and `{x}name/…` are put together elsewhere.
        return (!bytes[..start].ends_with(b")") && !bytes[..start].ends_with(b"}")).then_some(0);
    }
    let is_root = ROOTS.iter().any(|root| bytes[..start].ends_with(root));
    // In lists of patterns a slash at the start of the line is the root.
    let is_pattern = start == 0 || bytes[start - 1] == b'\n';
    (is_root || is_pattern).then_some(1)
}

fn names_module(bytes: &[u8], start: usize, end: usize) -> bool {
    let is_entry_point = bytes.get(end) == Some(&b':')
        && bytes.get(end + 1).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    is_entry_point || bytes[..start].ends_with(b"-m ") || bytes[..start].ends_with(b"\"-m\", \"")
}

/// True when the line that a word stands on moves or removes files itself: what it names is gone because it ran.
pub(super) fn is_moved_by_the_line(bytes: &[u8], at: usize) -> bool {
    let start = bytes[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    let before = bytes[start..at].trim_ascii_start();
    [&b"mv "[..], b"git mv ", b"rm ", b"git rm "].iter().any(|command| before.starts_with(command))
}

/// The tables of a build file whose paths start at a package, not at the root.
#[derive(Debug, Default)]
pub(super) struct PackageData {
    read: usize,
    is_inside: bool,
}

impl PackageData {
    /// True when the place is in such a table; places are asked for in their order.
    pub(super) fn holds(&mut self, bytes: &[u8], at: usize) -> bool {
        let lines = bytes[self.read..at].split_inclusive(|&byte| byte == b'\n');
        for line in lines.filter(|line| line.ends_with(b"\n")) {
            self.read += line.len();
            let line = line.trim_ascii();
            if line.starts_with(b"[") && line.ends_with(b"]") {
                self.is_inside =
                    [&b"package-data]"[..], b"package_data]"].iter().any(|end| line.ends_with(end));
            }
        }
        self.is_inside
    }
}
