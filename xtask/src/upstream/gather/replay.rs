//! Tries commits one after another, as `git cherry-pick` and `git rebase` would, in the throwaway repository.

use anyhow::{Context, Result};

use super::super::model::Replay;
use super::super::parse::Commit;
use crate::process::{Cancel, Progress};
use crate::repo::CommitId;
use crate::repo::git::Git;

/// Own commits that are tried at most: each costs two git calls.
const MOST: usize = 40;

/// Lays commits on top of `onto`.
pub(super) struct Stack {
    git: Git,
    tip: String,
    tree: String,
}

/// What became of a commit that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tried {
    Applied,
    /// It changes nothing here: `git rebase` drops such a commit, `git cherry-pick` stops at it.
    Empty,
    Conflicts,
}

impl Stack {
    pub(super) fn new(git: &Git, onto: &CommitId) -> Result<Self> {
        let people = ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"];
        let git = people.iter().fold(git.clone(), |git, name| git.with_variable(name, "xtask"));
        let git =
            git.with_variable("GIT_AUTHOR_DATE", "@0 +0000").with_variable("GIT_COMMITTER_DATE", "@0 +0000");
        let tree = git.line(&["rev-parse", "--verify", &format!("{onto}^{{tree}}")])?;
        Ok(Self { git, tip: onto.to_string(), tree })
    }

    /// Puts the change of `commit` on top, where it applies and is one.
    pub(super) fn pick(&mut self, commit: &CommitId, parent: &CommitId) -> Result<Tried> {
        let base = format!("--merge-base={parent}");
        let args = ["merge-tree", "--write-tree", &base, &self.tip, commit.as_str()];
        let answer = self.git.answer_to(&args, &[], &[0, 1])?;
        if answer.code != Some(0) {
            return Ok(Tried::Conflicts);
        }
        let tree = String::from_utf8_lossy(&answer.stdout).lines().next().unwrap_or_default().to_owned();
        if tree == self.tree {
            return Ok(Tried::Empty);
        }
        self.tip = self.git.line(&["commit-tree", "-m", "tried", "-p", &self.tip, &tree])?;
        self.tree = tree;
        Ok(Tried::Applied)
    }

    /// Records a merge of `other` that keeps the tree as it is.
    pub(super) fn record(&mut self, other: &CommitId) -> Result<()> {
        let parents = ["-p", &self.tip, "-p", other.as_str()];
        self.tip = self.git.line(&[&["commit-tree", "-m", "tried"], &parents[..], &[&self.tree]].concat())?;
        Ok(())
    }

    /// The commit on top.
    pub(super) fn tip(&self) -> &str {
        &self.tip
    }
}

/// Tries the fork's own commits (oldest first, merges apart) on top of upstream; `None` when there are too many.
pub(super) fn rebase(
    git: &Git,
    upstream: &CommitId,
    own: &[&Commit],
    cancel: &Cancel,
) -> Result<Option<Replay>> {
    if own.len() > MOST || own.iter().any(|commit| commit.parents.len() != 1) {
        return Ok(None);
    }
    let mut stack = Stack::new(git, upstream)?;
    for (done, commit) in own.iter().enumerate() {
        if cancel.is_cancelled() {
            return Ok(None);
        }
        let parent = commit.parents.first().context("a commit without parents")?;
        if stack.pick(&commit.id, parent)? == Tried::Conflicts {
            return Ok(Some(Replay {
                commits: own.len(),
                applied: done,
                stopped_at: Some(commit.id.clone()),
            }));
        }
    }
    Ok(Some(Replay { commits: own.len(), applied: own.len(), stopped_at: None }))
}

/// Those of `commits` (oldest first) that apply one after another on the fork.
pub(super) fn picks(
    git: &Git,
    fork: &CommitId,
    commits: &[&Commit],
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Vec<CommitId>> {
    let mut stack = Stack::new(git, fork)?;
    let mut picked = Vec::new();
    for (done, commit) in commits.iter().enumerate() {
        if cancel.is_cancelled() {
            break;
        }
        progress.count(done as u64, commits.len() as u64);
        let Some(parent) = commit.parents.first() else { continue };
        if stack.pick(&commit.id, parent)? == Tried::Applied {
            picked.push(commit.id.clone());
        }
    }
    Ok(picked)
}
