//! Objects that lie in other folders than the repository's own, where git's environment says so.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::super::git::Git;
use super::Repo;

/// Folders of objects that are read beside the repository's own.
#[derive(Clone, Debug, Default)]
pub(in crate::repo) struct Lent(Vec<PathBuf>);

impl Lent {
    pub(in crate::repo) fn folders(&self) -> &[PathBuf] {
        &self.0
    }

    /// Says to a call of git what was said to the caller.
    pub(super) fn told_to(&self, git: Git) -> Git {
        if self.0.is_empty() {
            return git;
        }
        let quoted: Vec<Vec<u8>> = self.0.iter().map(|folder| quoted(folder)).collect();
        git.with_variable("GIT_ALTERNATE_OBJECT_DIRECTORIES", OsString::from_vec(quoted.join(&b':')))
    }
}

impl Repo {
    /// The repository with further folders of objects: who commits with `GIT_OBJECT_DIRECTORY` has what is staged there.
    ///
    /// # Errors
    /// A folder's path is no UTF-8, which libgit2 cannot take.
    pub fn with_objects(mut self, folders: Vec<PathBuf>) -> Result<Self> {
        if let Some(library) = self.library.as_ref().filter(|_| !folders.is_empty()) {
            let objects = library.odb().context("open the objects of the repository")?;
            for folder in &folders {
                add(&objects, folder)?;
            }
        }
        self.lent = Lent(folders);
        Ok(self)
    }
}

/// Makes a folder of objects one that is read as well.
///
/// # Errors
/// Its path is no UTF-8.
pub(in crate::repo) fn add(objects: &git2::Odb<'_>, folder: &Path) -> Result<()> {
    let name =
        folder.to_str().with_context(|| format!("read objects in `{}`: no UTF-8", folder.display()))?;
    objects.add_disk_alternate(name).with_context(|| format!("read objects in `{name}`"))
}

/// The folders in a list as git reads it (`GIT_ALTERNATE_OBJECT_DIRECTORIES`): colons part them, and quotes hold one with
/// a colon in its name.
pub fn folders_of_objects(list: &OsStr) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    let mut rest = list.as_bytes();
    while !rest.is_empty() {
        let (folder, length) = match rest.strip_prefix(b"\"") {
            Some(inside) => unquoted(inside),
            None => {
                let end = memchr::memchr(b':', rest).unwrap_or(rest.len());
                (rest[..end].to_vec(), end)
            }
        };
        if !folder.is_empty() {
            folders.push(PathBuf::from(OsString::from_vec(folder)));
        }
        rest = rest.get(length + 1..).unwrap_or_default();
    }
    folders
}

/// What stands up to the closing quote, and how many bytes it takes with both quotes.
fn unquoted(inside: &[u8]) -> (Vec<u8>, usize) {
    let mut folder = Vec::new();
    let mut bytes = inside.iter().enumerate();
    while let Some((at, &byte)) = bytes.next() {
        match byte {
            b'"' => return (folder, at + 2),
            b'\\' => folder.extend(bytes.next().map(|(_, &escaped)| escaped)),
            _ => folder.push(byte),
        }
    }
    (folder, inside.len() + 1)
}

fn quoted(folder: &Path) -> Vec<u8> {
    let bytes = folder.as_os_str().as_bytes();
    let escaped = bytes.iter().flat_map(|&byte| match byte {
        b'"' | b'\\' => vec![b'\\', byte],
        _ => vec![byte],
    });
    [b"\"".to_vec(), escaped.collect(), b"\"".to_vec()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_folders_is_read_as_it_is_written() {
        let folders = ["/a", "/b:c", "/d\"e\\f"].map(PathBuf::from);
        let list: Vec<Vec<u8>> = folders.iter().map(|folder| quoted(folder)).collect();
        assert_eq!(folders_of_objects(&OsString::from_vec(list.join(&b':'))), folders);
        assert_eq!(folders_of_objects(OsStr::new("/a::/b")), ["/a", "/b"].map(PathBuf::from));
        assert_eq!(folders_of_objects(OsStr::new("\"/a")), [PathBuf::from("/a")]);
        assert!(folders_of_objects(OsStr::new("")).is_empty());
    }
}
