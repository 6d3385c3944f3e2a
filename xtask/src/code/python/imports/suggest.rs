//! What to write instead of a broken import.

use serde::Serialize;

/// What to write instead.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Suggestion {
    /// The statement for this name.
    pub text: String,
    /// The commit that moved or renamed what was imported.
    pub commit: Option<String>,
    /// `high`, `medium` or `low`.
    pub confidence: Confidence,
}

/// How sure a suggestion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// One of several ways, or by likeness.
    Low,
    /// By the majority, or by elimination.
    Medium,
    /// By a move that git recorded.
    High,
}
