//! What a run wrote into the repository.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;

use anyhow::Result;

use super::super::result::{FileChange, Written};
use super::Foreign;
use crate::fnv;
use crate::repo::{Repo, RepoPath, Tree};
use crate::report::ReportMarker;

/// Files before a run: cheap marks of all, the content's hash of those that git holds no copy of.
pub(super) struct Snapshot {
    stamps: BTreeMap<RepoPath, Option<Stamp>>,
    uncommitted: BTreeSet<RepoPath>,
    contents: BTreeMap<RepoPath, u64>,
}

/// Size, time of change in nanoseconds, file number, and kind with permissions.
type Stamp = (u64, i64, u64, u32);

impl Snapshot {
    pub(super) fn of(repo: &Repo, files: &BTreeSet<RepoPath>) -> Result<Self> {
        let root = repo.require_work_tree()?;
        let tree = Tree::of_work_tree(repo)?;
        let uncommitted = uncommitted(repo, &tree)?;
        let all = files.iter().chain(&uncommitted);
        let stamps = all.map(|path| (path.clone(), stamp(&path.under(root)))).collect();
        let contents = uncommitted.iter().filter_map(|path| Some((path.clone(), content(&tree, path)?)));
        Ok(Self { stamps, contents: contents.collect(), uncommitted })
    }

    /// Files that are new, other or gone; what git ignores does not count, nor do our own reports.
    pub(super) fn changes(&self, repo: &Repo, suite: &str) -> Result<Vec<Written>> {
        let root = repo.require_work_tree()?;
        let tree = Tree::of_work_tree(repo)?;
        let uncommitted = uncommitted(repo, &tree)?;
        let mut paths: BTreeSet<&RepoPath> = uncommitted.iter().collect();
        paths.extend(&self.uncommitted);
        let mut written = Vec::new();
        for path in paths {
            let before = self.stamps.get(path).copied().flatten();
            let now = stamp(&path.under(root));
            let change = match (before, now) {
                (None, None) => continue,
                (None, Some(_)) => FileChange::Created,
                (Some(_), None) => FileChange::Removed,
                (Some(one), Some(other)) if one == other => continue,
                (Some(one), Some(other)) if one.3 != other.3 => FileChange::Changed,
                // The same bytes written again are no change.
                _ if self.contents.get(path).copied() == content(&tree, path)
                    && self.uncommitted.contains(path) == uncommitted.contains(path) =>
                {
                    continue;
                }
                _ => FileChange::Changed,
            };
            if now.is_some() && is_report(&tree, path) {
                continue;
            }
            let path = path.display().into_owned();
            written.push(Written { suite: suite.to_owned(), path, change });
        }
        Ok(written)
    }
}

/// What differs from the last commit, without what lies in virtual environments.
fn uncommitted(repo: &Repo, tree: &Tree) -> Result<BTreeSet<RepoPath>> {
    let foreign = Foreign::of(tree);
    Ok(repo.uncommitted()?.into_iter().filter(|path| !foreign.holds(path)).collect())
}

fn stamp(path: &std::path::Path) -> Option<Stamp> {
    let meta = path.symlink_metadata().ok()?;
    let changed = meta.mtime().wrapping_mul(1_000_000_000).wrapping_add(meta.mtime_nsec());
    Some((meta.size(), changed, meta.ino(), meta.mode()))
}

fn content(tree: &Tree, path: &RepoPath) -> Option<u64> {
    let bytes = tree.read(path).ok()?;
    Some(fnv::hash(bytes.iter().copied()))
}

pub(super) fn is_report(tree: &Tree, path: &RepoPath) -> bool {
    if !matches!(path.extension().as_str(), "md" | "svg") {
        return false;
    }
    let text = tree.read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    text.is_ok_and(|text| ReportMarker::parse(&text).is_some())
}
