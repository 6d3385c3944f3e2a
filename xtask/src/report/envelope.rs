//! What `--format json` prints around a result.

use serde::Serialize;

/// The version of the fields; it changes when a field changes its name or meaning.
pub const SCHEMA: u32 = 1;

/// One JSON object a command.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Envelope<T> {
    /// The command's name (`consolidate plan`).
    pub command: String,
    /// [`SCHEMA`].
    pub schema: u32,
    /// `xtask <version>`.
    pub tool: String,
    /// The commit at HEAD; `None` in a repository without commits.
    pub commit: Option<String>,
    /// Whether the work tree has changes that are not committed.
    pub dirty: bool,
    /// The command's own result.
    pub result: T,
}

/// Stands in place of a result that cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Unavailable {
    /// Why: a phrase without a full stop.
    #[serde(rename = "unavailable")]
    pub why: String,
    /// What to do next.
    pub hint: Option<String>,
}

/// A result, or why there is none. A room that does not apply (no notes, no upstream, no suite) is no error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Outcome<T> {
    /// The analysis was made.
    Done(T),
    /// It does not apply here.
    Unavailable(Unavailable),
}
