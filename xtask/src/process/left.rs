//! Files that a child leaves for whoever started it: told from those that were there before.

#![expect(clippy::disallowed_methods, reason = "what a child wrote is read where the child was started")]

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use globset::{GlobBuilder, GlobMatcher};

/// Folders below the place that are looked into.
const DEPTH: usize = 12;

/// Files of one place as they were: the place is a file, a folder whose files have an ending, or a pattern of such
/// files and folders.
#[derive(Clone, Debug)]
pub struct FilesBefore {
    place: PathBuf,
    pattern: Option<GlobMatcher>,
    ending: &'static str,
    stamps: BTreeMap<PathBuf, Stamp>,
}

/// Size, time of change in nanoseconds, and file number.
type Stamp = (u64, i128, u64);

impl FilesBefore {
    /// Looks at the place, which need not be there.
    pub fn look(place: &Path, ending: &'static str) -> Self {
        Self { place: place.to_owned(), pattern: None, ending, stamps: BTreeMap::new() }.again()
    }

    /// Looks at a place below the root, which may be a pattern (`**/build/test-results`).
    ///
    /// # Errors
    /// The pattern is none.
    pub fn look_for(root: &Path, place: &str, ending: &'static str) -> Result<Self> {
        let is_plain = |part: &&str| !part.contains(['*', '?', '[', '{', '\\']);
        if place.split('/').all(|part| is_plain(&part)) {
            return Ok(Self::look(&root.join(place), ending));
        }
        let whole = root.join(place.split('/').take_while(is_plain).collect::<PathBuf>());
        let escaped = globset::escape(&root.to_string_lossy());
        let pattern = format!("{}/{}", escaped.trim_end_matches('/'), place.trim_end_matches('/'));
        let pattern = GlobBuilder::new(&pattern).literal_separator(true).build();
        let pattern = pattern.with_context(|| format!("read the pattern `{place}`"))?.compile_matcher();
        Ok(Self { place: whole, pattern: Some(pattern), ending, stamps: BTreeMap::new() }.again())
    }

    fn again(&self) -> Self {
        let mut stamps = BTreeMap::new();
        look(&self.place, self.ending, DEPTH, &mut stamps);
        if let Some(pattern) = &self.pattern {
            // A folder that the pattern names counts with all that is in it.
            stamps.retain(|path, _| path.ancestors().any(|path| pattern.is_match(path)));
        }
        Self { stamps, ..self.clone() }
    }

    /// The files that are new or other now, sorted by path, with their bytes.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub fn new_files(&self) -> Result<Vec<(PathBuf, Vec<u8>)>> {
        let now = self.again();
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
        for entry in entries {
            // A link to a folder is not followed: it may lead round in circles.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir()) && entry.file_name() != ".git";
            let path = entry.path();
            if is_folder || (path.is_file() && path.to_string_lossy().ends_with(ending)) {
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
        let before = FilesBefore::look(folder.path(), ".xml");
        std::fs::write(at("changed.xml"), "22").unwrap();
        std::fs::write(at("in/new.xml"), "new").unwrap();
        std::fs::write(at("other.txt"), "no").unwrap();
        let files: Vec<(PathBuf, Vec<u8>)> = before.new_files().unwrap();
        assert_eq!(files, [(at("changed.xml"), b"22".to_vec()), (at("in/new.xml"), b"new".to_vec())]);
        assert_eq!(FilesBefore::look(&at("none"), ".xml").new_files().unwrap(), []);
    }

    #[test]
    fn pattern_names_files_and_folders_in_several_places() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["a/build/results/test", "b/c/build/results", "b/c/out", ".git/build/results"] {
            std::fs::create_dir_all(at(name)).unwrap();
        }
        std::fs::write(at("a/build/results/old.xml"), "old").unwrap();
        std::os::unix::fs::symlink(folder.path(), at("a/round")).unwrap();
        let looks = |place: &str| FilesBefore::look_for(folder.path(), place, ".xml").unwrap();
        let places = ["**/build/results", "*/build/results/*.xml", "b/**/results/*.xml", "b/*/out/x.xml"];
        let before = places.map(looks);
        let files = ["a/build/results/test/new.xml", "b/c/build/results/b.xml", "b/c/out/x.xml"];
        for name in files.into_iter().chain(["b/c/build/results/b.txt", ".git/build/results/g.xml"]) {
            std::fs::write(at(name), "new").unwrap();
        }
        let found: [Vec<String>; 4] = before.map(|before| {
            let files = before.new_files().unwrap().into_iter();
            files.map(|(path, _)| path.strip_prefix(folder.path()).unwrap().display().to_string()).collect()
        });
        let expected: [Vec<String>; 4] = [&files[..2], &[], &files[1..2], &files[2..]]
            .map(|files| files.iter().map(|&file| file.to_owned()).collect());
        assert_eq!(found, expected);
    }
}
