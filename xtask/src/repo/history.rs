//! One walk over history: when each path first and last changed, and what became of it.

use std::collections::BTreeMap;

use super::{CommitId, RepoPath};

/// A commit and its committer date, RFC 3339.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The commit.
    pub commit: CommitId,
    /// Committer date, RFC 3339 with the committer's own zone.
    pub date: String,
}

/// What happened to one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathHistory {
    /// The commit that first held the content, under this or an earlier name.
    pub first: Change,
    /// The newest commit that changed it.
    pub last: Change,
    /// The newest commit that removed it, for a path that is gone.
    pub removed: Option<Change>,
    /// How many commits changed it under this name.
    pub commits: usize,
}

/// One rename that a commit made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// The old path.
    pub from: RepoPath,
    /// The new path.
    pub to: RepoPath,
    /// The commit that moved it, and when.
    pub change: Change,
}

/// The history of all paths up to one commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Every path that ever was.
    pub paths: BTreeMap<RepoPath, PathHistory>,
    /// All renames, newest first.
    pub renames: Vec<Rename>,
    /// Why dates and renames cannot be trusted (a shallow clone, missing blobs); `None` when they can.
    pub incomplete: Option<String>,
}
