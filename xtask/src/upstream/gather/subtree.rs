//! Finds the folder in which a fork keeps all of upstream, as `git subtree` leaves it, and tries the merge into it.
//! A plain merge follows the moved files but puts upstream's new ones beside the folder.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::super::model::Subtree;
use super::super::parse::Diff;
use super::core::Core;
use super::steps::merge_into;
use crate::repo::git::Git;
use crate::repo::{CommitId, RepoPath};

/// Looks for the folder, and merges into it where there is one.
pub(super) fn find(git: &Git, core: &Core, [fork, upstream]: [&CommitId; 2]) -> Result<Option<Subtree>> {
    let Some((base, diff)) = core.merge_base.as_ref().zip(core.fork_diff.as_ref()) else { return Ok(None) };
    let Some(folder) = candidate(diff) else { return Ok(None) };
    if !holds_all(&folder, &paths(git, &base.commit)?, &paths(git, fork)?) {
        return Ok(None);
    }
    let Ok(folder) = String::from_utf8(folder.as_bytes().to_vec()) else { return Ok(None) };
    let merges = merge_into(git, Some(&folder), &[format!("{fork} {upstream}")])?;
    let found = merges.into_iter().next();
    Ok(found.map(|(clean, merge)| Subtree { folder, clean, conflicts: merge.stages.len() }))
}

/// The folder into which most files that moved went, each with its whole path.
fn candidate(diff: &Diff) -> Option<RepoPath> {
    let mut folders: BTreeMap<RepoPath, usize> = BTreeMap::new();
    let mut moved = 0;
    for (old, new) in diff.renames() {
        moved += 1;
        let end = [b"/", old.as_bytes()].concat();
        if let Some(folder) = new.as_bytes().strip_suffix(end.as_slice()) {
            *folders.entry(RepoPath::from_bytes(folder)).or_default() += 1;
        }
    }
    let (folder, files) = folders.into_iter().max_by_key(|(_, files)| *files)?;
    (files * 2 > moved).then_some(folder)
}

/// Whether more of the merge base's files stand in the folder than not, and more than still stand where they were.
fn holds_all(folder: &RepoPath, base: &BTreeSet<RepoPath>, fork: &BTreeSet<RepoPath>) -> bool {
    let inside = |path: &RepoPath| {
        let path = [folder.as_bytes(), b"/", path.as_bytes()].concat();
        fork.contains(&RepoPath::from_bytes(&path))
    };
    let inside = base.iter().filter(|path| inside(path)).count();
    let at_place = base.intersection(fork).count();
    inside * 2 > base.len() && inside > at_place * 2
}

fn paths(git: &Git, commit: &CommitId) -> Result<BTreeSet<RepoPath>> {
    let listing = git.read(&["ls-tree", "-r", "-z", "--name-only", commit.as_str()])?;
    let paths = listing.split(|&byte| byte == 0).filter(|path| !path.is_empty());
    Ok(paths.map(RepoPath::from_bytes).collect())
}
