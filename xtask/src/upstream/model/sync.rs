//! The upstream commit that the fork's content follows, and what tells it.

use serde::Serialize;

use crate::repo::{CommitId, RepoPath};

/// The upstream commit up to which the fork's content follows upstream.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SyncPoint {
    /// The commit.
    pub commit: CommitId,
    /// Its committer date.
    pub date: String,
    /// Commits that would explain the content nearly as well, oldest and newest.
    pub window: Window,
    /// From 0 to 1.
    pub confidence: f64,
    /// How it was found.
    pub method: SyncMethod,
    /// What was measured, in words.
    pub why: String,
    /// Share of the lines of upstream's files there, beyond those of the merge base, that stand in the fork; `None`
    /// where there are none or where they were not compared.
    pub held: Option<f64>,
    /// Source files that upstream had there and that no commit of the fork has, in folders of which it holds nearly all
    /// others: fifty at most.
    pub never_taken: Vec<RepoPath>,
    /// The folder of the fork that holds upstream's files, where it is not the root.
    pub folder: Option<String>,
    /// Paths that would conflict if history recorded this sync; `None` where it was not tried.
    pub conflicts_after: Option<usize>,
    /// What the fork's own messages say, newest first.
    pub hints: Vec<Hint>,
}

/// How a sync point was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SyncMethod {
    /// History says it: the fork's content follows no later commit.
    MergeBase,
    /// A commit of the fork, or a folder of it, holds exactly its files.
    SameTree,
    /// A message of the fork names it.
    Stated,
    /// The fork holds the lines that upstream's commits added up to there.
    Lines,
    /// The fork shares more contents of files with it than with any other.
    Blobs,
}

impl SyncMethod {
    /// Its name in results and reports.
    pub(in crate::upstream) fn name(self) -> &'static str {
        match self {
            Self::MergeBase => "merge-base",
            Self::SameTree => "same-tree",
            Self::Stated => "stated",
            Self::Lines => "lines",
            Self::Blobs => "blobs",
        }
    }
}

/// A range of commits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Window {
    /// The oldest.
    pub from: CommitId,
    /// The newest.
    pub to: CommitId,
}

/// What one of the fork's messages says about upstream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Hint {
    /// What it says.
    pub kind: HintKind,
    /// The fork's commit whose message it is.
    pub fork_commit: CommitId,
    /// The words that name it.
    pub words: String,
    /// The upstream commit that they name.
    pub commit: CommitId,
}

/// What a message says of a commit of upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum HintKind {
    /// Everything up to it was taken over.
    Sync,
    /// It alone was taken over.
    Pick,
    /// Its name, and no more.
    Mention,
}
