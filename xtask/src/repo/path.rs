//! Paths inside a repository, as git holds them: bytes between slashes.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::{self, Write as _};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};

use crate::pack::Pack;
use crate::report::turns;

/// A path relative to the repository's root: `/` between parts, no `.` or `..`, any bytes but NUL.
///
/// The order is git's own for files: by bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Box<[u8]>);

impl RepoPath {
    /// Takes a path as git prints it with `-z`.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// Takes the part of `path` below `root`; `None` when it lies elsewhere.
    pub fn below(root: &Path, path: &Path) -> Option<Self> {
        let rest = path.strip_prefix(root).ok()?;
        Some(Self::from_bytes(rest.as_os_str().as_bytes()))
    }

    /// Resolves `.` and `..` of a path written relative to `folder`; `None` when it leaves the repository.
    pub fn resolve(folder: Option<&RepoPath>, relative: &[u8]) -> Option<Self> {
        let absolute = relative.first() == Some(&b'/');
        let mut parts: Vec<&[u8]> = match folder {
            Some(folder) if !absolute => folder.parts().collect(),
            _ => Vec::new(),
        };
        for part in relative.split(|&byte| byte == b'/') {
            match part {
                b"" | b"." => {}
                b".." => {
                    parts.pop()?;
                }
                part => parts.push(part),
            }
        }
        (!parts.is_empty()).then(|| Self(parts.join(&b'/').into()))
    }

    /// The bytes as git holds them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// For people and JSON: UTF-8, other bytes as `\xNN`, so that two paths never read the same.
    pub fn display(&self) -> Cow<'_, str> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(escape_invalid(&self.0)),
        }
    }

    /// The parts between the slashes.
    pub fn parts(&self) -> impl Iterator<Item = &[u8]> {
        self.0.split(|&byte| byte == b'/')
    }

    /// The last part.
    pub fn file_name(&self) -> &[u8] {
        self.parts().last().unwrap_or_default()
    }

    /// The file name without its last ending (`a.tar.gz` gives `a.tar`); a leading dot is no ending.
    pub fn stem(&self) -> &[u8] {
        let name = self.file_name();
        match name.iter().rposition(|&byte| byte == b'.') {
            Some(dot) if dot > 0 => &name[..dot],
            _ => name,
        }
    }

    /// What follows the last dot of the file name, in lower case; empty when there is none.
    pub fn extension(&self) -> String {
        let name = self.file_name();
        match name.iter().rposition(|&byte| byte == b'.') {
            Some(dot) if dot > 0 => String::from_utf8_lossy(&name[dot + 1..]).to_lowercase(),
            _ => String::new(),
        }
    }

    /// The path as a file system that does not tell case apart compares it.
    pub fn folded(&self) -> Vec<u8> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => text.chars().flat_map(char::to_lowercase).collect::<String>().into_bytes(),
            Err(_) => self.0.to_ascii_lowercase(),
        }
    }

    /// The same place with another ending behind the file's stem.
    pub fn with_extension(&self, extension: &str) -> RepoPath {
        let folder = self.0.len() - self.file_name().len();
        Self([&self.0[..folder], self.stem(), b".", extension.as_bytes()].concat().into())
    }

    /// The folder that holds it; `None` at the root.
    pub fn parent(&self) -> Option<RepoPath> {
        let slash = self.0.iter().rposition(|&byte| byte == b'/')?;
        Some(Self::from_bytes(&self.0[..slash]))
    }

    /// A path below this folder.
    pub fn join(&self, relative: &[u8]) -> RepoPath {
        RepoPath([&self.0, relative].join(&b'/').into())
    }

    /// True for the folder itself and everything below it.
    pub fn is_within(&self, folder: &RepoPath) -> bool {
        self.0.strip_prefix(&*folder.0).is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
    }

    /// The place in a work tree.
    pub fn under(&self, root: &Path) -> PathBuf {
        root.join(OsStr::from_bytes(&self.0))
    }
}

fn escape_invalid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

impl From<&str> for RepoPath {
    fn from(text: &str) -> Self {
        Self::from_bytes(text.as_bytes())
    }
}

impl Pack for RepoPath {
    fn pack(&self, out: &mut Vec<u8>) {
        self.as_bytes().len().pack(out);
        out.extend(self.as_bytes());
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        let length = usize::unpack(from)?;
        let (path, rest) = from.split_at_checked(length)?;
        *from = rest;
        Some(Self::from_bytes(path))
    }
}

/// On one line of a terminal or a report: line breaks, escapes and letters that turn the direction of others are written
/// as Rust writes them.
impl fmt::Display for RepoPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.display();
        if !text.contains(is_strange) {
            return formatter.write_str(&text);
        }
        text.chars().try_for_each(|letter| match is_strange(letter) {
            true => write!(formatter, "{}", letter.escape_default()),
            false => formatter.write_char(letter),
        })
    }
}

/// True for letters that show something else than a name: control characters, line ends, and those that turn the
/// direction of writing.
fn is_strange(letter: char) -> bool {
    letter.is_control() || turns(letter) || matches!(letter, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
impl schemars::JsonSchema for RepoPath {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RepoPath".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "A path below the repository's root, with `/`" })
    }
}

impl Serialize for RepoPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.display())
    }
}
