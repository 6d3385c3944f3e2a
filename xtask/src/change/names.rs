//! Which paths may be written at all, judged by their letters alone.

use std::borrow::Cow;

use super::edit::{Place, Root};

/// Why a path may not be written; `None` when it may. `new` is true for a path that the edit brings into being.
pub(super) fn objection(place: &Place, new: bool) -> Option<&'static str> {
    let bytes = place.path.as_bytes();
    if bytes.is_empty() {
        return Some("it is empty");
    }
    if bytes.contains(&0) {
        return Some("it holds a NUL byte");
    }
    if bytes.starts_with(b"/") {
        return Some("it is absolute");
    }
    // A file that is there already keeps its name, however hostile.
    if new && bytes.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
        return Some("it holds a line break");
    }
    if place.root == Root::Tool && place.path.parts().next() == Some(OWN_FOLDER) {
        return Some("the journal lies there");
    }
    place.path.parts().find_map(|part| match part {
        b"" => Some("it has an empty part"),
        b"." | b".." => Some("it is not in plain form: `.` and `..` are not taken"),
        part if means_git_dir(part) => Some("it leads into a git directory"),
        _ => None,
    })
}

/// The folder of the journal below the tool's root.
pub(super) const OWN_FOLDER: &[u8] = b"change";

/// True for `.git` and the names that some file systems take for it, as git itself refuses them
/// (`is_hfs_dotgit`, `is_ntfs_dotgit` in git's path.c): other case, ignorable letters, trailing dots and blanks,
/// the short name `git~1`, a stream name after a colon.
fn means_git_dir(part: &[u8]) -> bool {
    let visible: String =
        String::from_utf8_lossy(part).chars().filter(|&letter| !is_ignorable(letter)).collect();
    let name = visible.split(':').next().unwrap_or_default().trim_end_matches(['.', ' ']);
    name.eq_ignore_ascii_case(".git") || name.eq_ignore_ascii_case("git~1")
}

/// Letters that HFS+ leaves out when it compares names.
fn is_ignorable(letter: char) -> bool {
    matches!(letter, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

/// The name as git prints it in a patch: quoted like a C string where it holds quotes, control characters or
/// bytes that are no UTF-8.
pub(super) fn quoted(prefix: &str, path: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| !matches!(byte, b'"' | b'\\' | 0..=31 | 127);
    let mut out = prefix.as_bytes().to_vec();
    if std::str::from_utf8(path).is_ok() && path.iter().all(plain) {
        out.extend(path);
        return out;
    }
    out.insert(0, b'"');
    for chunk in path.utf8_chunks() {
        for &byte in chunk.valid().as_bytes() {
            out.extend(escaped(byte).as_bytes());
            if plain(&byte) {
                out.push(byte);
            }
        }
        for byte in chunk.invalid() {
            out.extend(format!("\\{byte:03o}").as_bytes());
        }
    }
    out.push(b'"');
    out
}

/// The escape of one byte; empty for a byte that stands for itself.
fn escaped(byte: u8) -> Cow<'static, str> {
    match byte {
        b'"' => "\\\"".into(),
        b'\\' => "\\\\".into(),
        b'\n' => "\\n".into(),
        b'\t' => "\\t".into(),
        b'\r' => "\\r".into(),
        0..=31 | 127 => format!("\\{byte:03o}").into(),
        _ => "".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_root_or_enter_git_are_refused() {
        let refused = [
            "",
            "/etc/passwd",
            "../x",
            "a/../../x",
            "a//b",
            "a/",
            "./a",
            ".git/config",
            "a/.GIT/x",
            "a/.g\u{200c}it/x",
            ".git./x",
            "git~1/x",
            ".git::$INDEX_ALLOCATION/x",
            "a\0b",
            "a\nb",
        ];
        for path in refused {
            assert!(objection(&path.into(), true).is_some(), "{path:?}");
        }
        for path in ["a", "a b/c", ".github/x", ".gitignore", "..a", "a|b`c", "git~2"] {
            assert_eq!(objection(&path.into(), true), None, "{path:?}");
        }
    }

    #[test]
    fn a_line_break_is_taken_where_the_file_is_there_already() {
        assert_eq!(objection(&"a\nb".into(), false), None);
    }

    #[test]
    fn the_journal_is_no_place_for_edits() {
        assert!(objection(&Place::tool("change/lock"), true).is_some());
        assert_eq!(objection(&Place::tool("bin/xtask"), true), None);
    }

    #[test]
    fn names_are_quoted_as_git_quotes_them() {
        let cases: [(&[u8], &[u8]); 5] = [
            (b"a b", b"a/a b"),
            ("ä".as_bytes(), "a/ä".as_bytes()),
            (b"a\"b\\c", b"\"a/a\\\"b\\\\c\""),
            (b"a\tb\nc\x01", b"\"a/a\\tb\\nc\\001\""),
            (b"\xff x", b"\"a/\\377 x\""),
        ];
        for (path, wanted) in cases {
            assert_eq!(quoted("a/", path), wanted, "{path:?}");
        }
    }
}
