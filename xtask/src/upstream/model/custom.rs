//! What the fork built itself, file by file.

use serde::Serialize;

use crate::code::{ReadBy, SymbolKind};
use crate::repo::{CommitId, RepoPath};

/// Lines by `git diff --numstat`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Lines {
    /// Added.
    pub added: u64,
    /// Deleted.
    pub deleted: u64,
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It is new.
    Added,
    /// Its content or mode changed.
    Modified,
    /// It is gone.
    Deleted,
    /// It has another path, and perhaps another content.
    Renamed,
    /// A file became a link or a submodule, or the other way round.
    TypeChanged,
}

/// A file that the fork added or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Custom {
    /// Where it stands (stood, when deleted).
    pub path: RepoPath,
    /// What happened to it.
    pub status: Status,
    /// The old path of a renamed one.
    pub from: Option<RepoPath>,
    /// True when upstream's tip has no file at this path and the merge base had none.
    pub only_in_fork: bool,
    /// True when it stands exactly so in another merge base, so that it came from there and is no work of the fork's.
    pub in_other_base: bool,
    /// Lines added, as git counts; `None` for binary content and where the content is missing.
    pub lines_added: Option<u64>,
    /// Lines deleted, likewise.
    pub lines_deleted: Option<u64>,
    /// Size of the file in the fork; `None` when deleted, a submodule, or missing.
    pub bytes: Option<u64>,
    /// Lines of the file in the fork, the last one without a line break included; `None` also for binary content.
    pub lines: Option<u64>,
    /// The area that claims it, else the folder.
    pub area: String,
    /// Functions, classes and types that the fork added, changed or removed here; only in a thorough search.
    pub symbols: Vec<ChangedSymbol>,
    /// The fork's commits behind it, newest first, merges apart; only in a thorough search.
    pub commits: Vec<CommitId>,
}

/// A function, class or type that the fork added, changed or removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ChangedSymbol {
    /// Its name; a method as `Class.name`.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// Its line in the fork's file, in the old file when it is gone.
    pub line: usize,
    /// What happened to it.
    pub status: SymbolStatus,
    /// By a parser or by a pattern.
    pub read_by: ReadBy,
}

/// What happened to a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SymbolStatus {
    /// It is new.
    Added,
    /// Its lines changed.
    Changed,
    /// It is gone.
    Removed,
}
