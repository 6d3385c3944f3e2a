//! Judges the bytes of one file, whatever its language: blanks, line ends, markers, secrets, syntax.
//!
//! Knows no repository: each file here is a path and bytes, each answer a list of faults with their lines. No fault
//! ever quotes what it stands on when that may be a secret.

mod blanks;
mod debug;
mod excuse;
mod json;
mod leftovers;
mod lines;
mod markers;
mod private_key;
mod secrets;
#[cfg(test)]
mod secrets_tests;
#[cfg(test)]
mod slow_tests;
mod syntax;
#[cfg(test)]
mod tests;
mod workflow;
mod yaml;

use crate::check::CheckId;
use crate::repo::RepoPath;

pub use blanks::{fix, is_fixable, restate};
pub use debug::debug_leftovers;
pub use excuse::{Excuse, excuses, is_excused};
pub use leftovers::test_leftover;
pub use lines::{Content, Kind};
pub use secrets::Secrets;

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The check that found it.
    pub check: CheckId,
    /// The line, from 1; `None` when it concerns the whole file.
    pub line: Option<usize>,
    /// All its lines, where one fault stands for several.
    pub lines: Vec<usize>,
    /// What is wrong: a phrase without a full stop.
    pub message: String,
    /// What to do next.
    pub hint: Option<&'static str>,
    /// True for what stops nothing, whatever the check.
    pub warns: bool,
}

impl Fault {
    fn new(check: CheckId, line: impl Into<Option<usize>>, message: impl Into<String>) -> Self {
        let line = line.into();
        Self {
            check,
            line,
            lines: line.into_iter().collect(),
            message: message.into(),
            hint: None,
            warns: false,
        }
    }

    fn hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }

    fn warning(mut self) -> Self {
        self.warns = true;
        self
    }
}

/// How blanks and markers are judged.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Two blanks at the end of a Markdown line are a line break.
    pub markdown_breaks: bool,
    /// A merge is being concluded.
    pub merging: bool,
    /// The file held a conflict since the last commit.
    pub settled: bool,
    /// How many signs the markers of a conflict have.
    pub marker_size: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { markdown_breaks: false, merging: false, settled: false, marker_size: MARKER_SIZE }
    }
}

/// How many signs git writes where the attribute `conflict-marker-size` says nothing (gitattributes(5)).
pub const MARKER_SIZE: usize = 7;

/// Blanks at line ends, and the end of the file.
pub fn blanks(path: &RepoPath, content: &Content<'_>, options: Options) -> Vec<Fault> {
    blanks::judge(path, content, options)
}

/// What git left of a conflict; `before` are the contents that the commit descends from.
pub fn conflict_markers(
    path: &RepoPath,
    content: &Content<'_>,
    before: &[&[u8]],
    options: Options,
) -> Vec<Fault> {
    markers::judge(path, content, before, options)
}

/// Whether the file is what its name says: TOML, YAML, JSON, a workflow.
pub fn syntax(path: &RepoPath, content: &Content<'_>) -> Vec<Fault> {
    syntax::judge(path, content)
}
