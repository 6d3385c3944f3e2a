//! Files that a child leaves for whoever started it: told from those that were there before.

#![expect(clippy::disallowed_methods, reason = "what a child wrote is read where the child was started")]

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Folders below the place that are looked into.
const DEPTH: usize = 8;

/// Files of one place as they were: the place is a file, or a folder whose files have an ending.
#[derive(Clone, Debug)]
pub struct Before {
    place: PathBuf,
    ending: &'static str,
    stamps: BTreeMap<PathBuf, Stamp>,
}

/// Size, time of change in nanoseconds, and file number.
type Stamp = (u64, i128, u64);

impl Before {
    /// Looks at the place, which need not be there.
    pub fn look(place: &Path, ending: &'static str) -> Self {
        let mut stamps = BTreeMap::new();
        look(place, ending, DEPTH, &mut stamps);
        Self { place: place.to_owned(), ending, stamps }
    }

    /// The files that are new or other now, sorted by path, with their bytes.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub fn new_files(&self) -> Result<Vec<(PathBuf, Vec<u8>)>> {
        let now = Self::look(&self.place, self.ending);
        let is_new = |(path, stamp): &(&PathBuf, &Stamp)| self.stamps.get(*path) != Some(*stamp);
        let read = |path: &PathBuf| {
            let bytes = std::fs::read(path).with_context(|| format!("read `{}`", path.display()))?;
            Ok((path.clone(), bytes))
        };
        now.stamps.iter().filter(is_new).map(|(path, _)| read(path)).collect()
    }
}

fn look(place: &Path, ending: &str, depth: usize, stamps: &mut BTreeMap<PathBuf, Stamp>) {
    let Ok(meta) = place.metadata() else { return };
    if meta.is_file() {
        let time = i128::from(meta.mtime()) * 1_000_000_000 + i128::from(meta.mtime_nsec());
        stamps.insert(place.to_owned(), (meta.size(), time, meta.ino()));
    } else if meta.is_dir() && depth > 0 {
        let entries = std::fs::read_dir(place).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()) {
            if path.is_dir() || path.to_string_lossy().ends_with(ending) {
                look(&path, ending, depth - 1, stamps);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_new_or_other_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("in")).unwrap();
        std::fs::write(at("old.xml"), "old").unwrap();
        std::fs::write(at("changed.xml"), "1").unwrap();
        let before = Before::look(folder.path(), ".xml");
        std::fs::write(at("changed.xml"), "22").unwrap();
        std::fs::write(at("in/new.xml"), "new").unwrap();
        std::fs::write(at("other.txt"), "no").unwrap();
        let files: Vec<(PathBuf, Vec<u8>)> = before.new_files().unwrap();
        assert_eq!(files, [(at("changed.xml"), b"22".to_vec()), (at("in/new.xml"), b"new".to_vec())]);
        assert_eq!(Before::look(&at("none"), ".xml").new_files().unwrap(), []);
    }
}
