//! A note as the analysis sees it.

use serde::Serialize;

use crate::markdown::Parsed;
use crate::repo::{BlobId, RepoPath};

/// What kind of document a note is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// How to do something.
    Guide,
    /// What one looks up.
    Reference,
    /// What was done or found, in short.
    Summary,
    /// What was done or found, at length.
    Report,
    /// What is to be done.
    Plan,
    /// What happened in one sitting.
    Session,
    /// How things stand on a day.
    Status,
    /// Where other notes are.
    Index,
    /// None of these.
    Other,
}

/// A note that was read.
#[derive(Clone, Debug)]
pub(super) struct Note {
    pub(super) path: RepoPath,
    pub(super) blob: BlobId,
    pub(super) text: String,
    pub(super) parsed: Parsed,
    pub(super) title: String,
    pub(super) role: Role,
    /// Committer dates, RFC 3339; `None` where they cannot be known.
    pub(super) created: Option<String>,
    pub(super) changed: Option<String>,
    /// Why it must stay where it is.
    pub(super) protected: Option<String>,
}

impl Note {
    /// The file's name without its ending.
    pub(super) fn stem(&self) -> String {
        String::from_utf8_lossy(self.path.stem()).into_owned()
    }

    pub(super) fn count_words(&self) -> usize {
        self.text
            .split(|character: char| !character.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .count()
    }

    /// Lines, a last one without an end included.
    pub(super) fn count_lines(&self) -> usize {
        self.text.lines().count()
    }

    /// True for a note without a word.
    pub(super) fn is_empty(&self) -> bool {
        !self.text.contains(char::is_alphanumeric)
    }
}
