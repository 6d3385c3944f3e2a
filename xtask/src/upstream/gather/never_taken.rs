//! Finds what a fork never took of the commit that its content is said to follow.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use anyhow::Result;

use super::super::class::{FileClass, class_of};
use super::super::model::SyncPoint;
use super::sync::Search;
use crate::repo::RepoPath;

/// Files that history is asked about, at most.
const MOST_ASKED: usize = 50;
/// Share of a folder's files, in tenths, from which the fork holds nearly all of them.
const NEARLY_ALL: usize = 8;

impl Search<'_> {
    /// Source files that upstream had at the sync point and the fork never had, in folders of which it holds nearly all
    /// others: it followed less than that, whatever it took of later work. What it once had and removed is no such file.
    pub(super) fn never_taken(&self, sync: &SyncPoint) -> Result<Vec<RepoPath>> {
        // Where history is cut off, nobody knows what the fork once had.
        if self.base.is_some_and(|base| base.commit == sync.commit) || self.scratch.is_shallow() {
            return Ok(Vec::new());
        }
        let folder = sync.folder.as_deref().map(RepoPath::from);
        let here = |path: &RepoPath| match &folder {
            Some(folder) => folder.join(path.as_bytes()),
            None => path.clone(),
        };
        let fork = self.paths(self.fork.as_str())?;
        let file_names: BTreeSet<&[u8]> = fork.iter().map(RepoPath::file_name).collect();
        let upstream = self.paths(sync.commit.as_str())?;
        // Of each folder how many files upstream has, and how many of them the fork.
        let mut shares: BTreeMap<Option<RepoPath>, (usize, usize)> = BTreeMap::new();
        for path in &upstream {
            let (all, held) = shares.entry(path.parent()).or_default();
            *all += 1;
            *held += usize::from(fork.contains(&here(path)));
        }
        let is_followed = |path: &RepoPath| {
            shares.get(&path.parent()).is_some_and(|(all, held)| held * 10 >= all * NEARLY_ALL)
        };
        let lacking = upstream.iter().filter(|path| {
            class_of(path, false) == FileClass::Source
                && !file_names.contains(path.file_name())
                && is_followed(path)
        });
        let lacking: Vec<&RepoPath> = lacking.take(MOST_ASKED).collect();
        let had = self.ever_had(&lacking.iter().map(|path| here(path)).collect::<Vec<_>>())?;
        Ok(lacking.into_iter().filter(|path| !had.contains(&here(path))).cloned().collect())
    }

    fn paths(&self, tree: &str) -> Result<BTreeSet<RepoPath>> {
        let listing = self.git().read(&["ls-tree", "-r", "-z", "--name-only", "--full-tree", tree])?;
        Ok(names(&listing))
    }

    /// Those of some paths that some commit of the fork has.
    fn ever_had(&self, paths: &[RepoPath]) -> Result<BTreeSet<RepoPath>> {
        if paths.is_empty() {
            return Ok(BTreeSet::new());
        }
        let args =
            ["log", "--format=", "--name-only", "-z", "--no-renames", "--full-history", "--end-of-options"];
        let mut args: Vec<&OsStr> = args.iter().map(OsStr::new).collect();
        args.extend([OsStr::new(self.fork.as_str()), OsStr::new("--")]);
        args.extend(paths.iter().map(|path| OsStr::from_bytes(path.as_bytes())));
        Ok(names(&self.git().read(&args)?))
    }
}

fn names(listing: &[u8]) -> BTreeSet<RepoPath> {
    let names = listing.split(|&byte| byte == 0).map(|name| name.strip_prefix(b"\n").unwrap_or(name));
    names.filter(|name| !name.is_empty()).map(RepoPath::from_bytes).collect()
}
