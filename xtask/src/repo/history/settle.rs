//! Agrees a history with the tree that it ends at: commits of two sides of a merge stand in the order of their dates,
//! and an edit of one side may come behind the rename or removal that the other side made and the merge kept.

use std::collections::BTreeSet;

use anyhow::Result;

use super::{Change, Commit, Edit, History};
use crate::repo::git::Git;
use crate::repo::{CommitId, RepoPath};

/// The paths of a commit's tree, where some of these commits are merges; a line of commits needs no other witness.
///
/// # Errors
/// git cannot list them.
pub(super) fn standing(git: &Git, tip: &CommitId, commits: &[Commit]) -> Result<Option<BTreeSet<RepoPath>>> {
    if !commits.iter().any(|commit| commit.merge) {
        return Ok(None);
    }
    let listing =
        git.read(&["ls-tree", "-r", "-z", "--name-only", "--full-tree", "--end-of-options", tip.as_str()])?;
    let names = listing.split(|&byte| byte == 0).filter(|name| !name.is_empty());
    Ok(Some(names.map(RepoPath::from_bytes).collect()))
}

impl History {
    /// Takes no path for living that is not there, and none for gone that is. A path that is not there was removed by
    /// the newest plain commit that removed it or moved it away, or by the merge that did.
    pub(super) fn settle(&mut self, commits: &[Commit], standing: &BTreeSet<RepoPath>) {
        let mut lost: BTreeSet<RepoPath> = BTreeSet::new();
        for (path, past) in &mut self.paths {
            if standing.contains(path) {
                past.removed = None;
            } else if past.removed.is_none() {
                lost.insert(path.clone());
            }
        }
        for is_merge in [false, true] {
            for commit in commits.iter().filter(|commit| commit.merge == is_merge) {
                for edit in &commit.edits {
                    if let Edit::Removed(path) | Edit::Renamed(path, _) = edit
                        && lost.remove(path)
                    {
                        self.remove_for_good(path, &commit.change);
                    }
                }
            }
        }
        // What no commit is seen to have removed was in the one that changed it last.
        for path in lost {
            let last = self.paths[&path].last.clone();
            self.remove_for_good(&path, &last);
        }
    }

    fn remove_for_good(&mut self, path: &RepoPath, change: &Change) {
        if let Some(past) = self.paths.get_mut(path) {
            past.removed = Some(change.clone());
        }
    }
}
