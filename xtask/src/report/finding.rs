//! One thing that was found.

use serde::{Deserialize, Serialize};

/// Whether a gate lets a finding pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A gate fails.
    Deny,
    /// Said, nothing more.
    Warn,
}

/// One thing that was found, with its place and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Finding {
    /// The file, relative to the repository; `None` when it concerns the whole.
    pub path: Option<String>,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The check's name (`broken-link`, `unreadable-note` …).
    pub check: String,
    /// Whether a gate fails for it.
    pub level: Level,
    /// What is wrong: a phrase without a full stop.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl Finding {
    /// A warning about a file.
    pub fn warn(check: &str, path: impl Into<Option<String>>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            line: None,
            check: check.to_owned(),
            level: Level::Warn,
            message: message.into(),
            hint: None,
        }
    }

    /// The same finding with a line.
    pub fn at(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    /// The same finding with a hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
