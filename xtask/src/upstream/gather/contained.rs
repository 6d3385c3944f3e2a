//! Whether all that upstream has is in the fork already, under other ids or inside larger commits: git's own merge tells,
//! at the commit where it leaves every file as it is.

use std::collections::BTreeSet;

use anyhow::Result;

use super::super::parse::Commit;
use super::core::Core;
use super::steps::merge_all;
use crate::process::Cancel;
use crate::repo::git::Git;
use crate::repo::{CommitId, RepoPath};

/// Commits of the fork that are tried, the newest.
const MOST: usize = 40;

/// The fork's tip, where the trial merge that was made leaves its tree.
pub(super) fn at_tip(core: &Core, fork: &CommitId) -> Option<CommitId> {
    let merged = core.merge.as_ref().filter(|merge| merge.clean)?.tree.as_deref()?;
    let tip = core.range.fork().find(|commit| commit.id == *fork)?;
    (tip.tree == merged).then(|| fork.clone())
}

/// The newest commit on the fork's first parents at which merging upstream changes nothing.
///
/// # Errors
/// git makes no trial merge.
pub(super) fn before_tip(
    git: &Git,
    core: &Core,
    [fork, upstream]: [&CommitId; 2],
    cancel: &Cancel,
) -> Result<Option<CommitId>> {
    let Some(wanted) = core.upstream_diff.as_ref().map(|diff| diff.paths()) else { return Ok(None) };
    let touched: BTreeSet<&RepoPath> =
        core.fork_touched.iter().flat_map(|(_, entries)| entries).map(|entry| &entry.to).collect();
    // What no commit of the fork touches stands as it did at the merge base: a merge changes it.
    if cancel.is_cancelled() || !wanted.iter().all(|path| touched.contains(path)) {
        return Ok(None);
    }
    let tried = candidates(core, fork, &wanted);
    let pairs: Vec<String> = tried.iter().map(|commit| format!("{} {upstream}", commit.id)).collect();
    let merges = merge_all(git, &pairs)?;
    let found = tried.iter().zip(merges).find(|(commit, (clean, merge))| *clean && merge.tree == commit.tree);
    Ok(found.map(|(commit, _)| commit.id.clone()))
}

/// Commits at which the answer may be another than at the one after them, newest first.
fn candidates<'a>(core: &'a Core, fork: &CommitId, wanted: &BTreeSet<RepoPath>) -> Vec<&'a Commit> {
    let touches = |id: &CommitId| {
        let entries = core.fork_touched.iter().find(|(known, _)| known == id).map(|(_, entries)| entries);
        entries.is_some_and(|entries| entries.iter().any(|entry| wanted.contains(&entry.to)))
    };
    let mut all = Vec::new();
    let mut next = Some(fork);
    while let Some(commit) = next.and_then(|id| core.range.fork().find(|commit| commit.id == *id)) {
        if all.len() == MOST {
            break;
        }
        if commit.parents.len() > 1 || touches(&commit.id) {
            all.push(commit);
        }
        next = commit.parents.first();
    }
    all
}
