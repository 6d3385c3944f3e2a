//! Compares what notes held with what holds it now: nothing may be lost unseen.
//!
//! Compared are blocks, code lines, headings, figures and table rows, each as `folded` folds them. What moved
//! as a whole file is compared by its bytes first, so that an archived original holds all of itself.

mod compare;
mod follow;
mod held;
mod range;
mod report;
mod runs;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;

use crate::config::ConsolidateConfig;
use crate::process::{Cancel, Progress};
use crate::repo::{Repo, RepoPath};

pub use compare::compare;
pub use follow::Moved;
pub use report::report;

/// A text before or after.
#[derive(Clone, Copy, Debug)]
pub struct Text<'t> {
    /// Where it stands.
    pub path: &'t RepoPath,
    /// What it holds.
    pub text: &'t str,
}

impl Text<'_> {
    /// True for the same text in memory, read in the same way.
    fn is_same(&self, other: &Self) -> bool {
        std::ptr::eq(self.text, other.text) && self.path.extension() == other.path.extension()
    }
}

/// What holds the sources now.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outputs<'t> {
    /// Guides, and all else that people go on reading.
    pub guides: &'t [Text<'t>],
    /// Archived originals.
    pub archive: &'t [Text<'t>],
    /// Files that moved: a text that names their new places still says what it said.
    pub moved: Option<&'t Moved>,
}

/// What became of what some notes held.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Conservation {
    /// Blocks of all sources, rows of tables among them.
    pub blocks: usize,
    /// Those of them that stand in a guide.
    pub in_guide: usize,
    /// What stands nowhere, of all kinds together.
    pub lost: usize,
    /// The share of all runs of five words that stand somewhere, 0 to 1; `None` where there are none.
    pub text_kept: Option<f64>,
    /// One for each source that was compared.
    pub sources: Vec<SourceConservation>,
}

/// What became of what one note held.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SourceConservation {
    /// The note.
    pub path: RepoPath,
    /// Its blocks, rows of tables among them.
    pub blocks: usize,
    /// Those of them that stand in a guide.
    pub in_guide: usize,
    /// What stands in the archive alone.
    pub only_in_archive: Vec<Item>,
    /// What stands nowhere.
    pub lost: Vec<Item>,
    /// How much of each kind there was, and how much of it is left.
    pub kinds: Vec<KindCount>,
    /// The share of its runs of five words that stand somewhere, 0 to 1; `None` where there are none.
    pub text_kept: Option<f64>,
}

/// Something that a note holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Item {
    /// Its line in the note.
    pub line: usize,
    /// What it is.
    pub kind: ItemKind,
    /// Its words, shortened.
    pub text: String,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ItemKind {
    /// A paragraph, the text of a list entry, or a piece of HTML.
    Block,
    /// A code block as a whole.
    CodeBlock,
    /// A line of code.
    CodeLine,
    /// A heading.
    Heading,
    /// A figure.
    Number,
    /// A row of a table.
    Row,
}

/// How much of one kind a note held, and how much is left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct KindCount {
    /// The kind.
    pub kind: ItemKind,
    /// How many different ones the note held.
    pub before: usize,
    /// How many of them stand in a guide or the archive.
    pub kept: usize,
}

impl ItemKind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::Block, Self::CodeBlock, Self::CodeLine, Self::Heading, Self::Number, Self::Row];

    /// True for what counts as a block: the rest is a part of one, or stands in one. A table has no words but its rows.
    pub fn is_counted(self) -> bool {
        matches!(self, Self::Block | Self::CodeBlock | Self::Row)
    }

    /// Its name for people, for more than one.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Block => "blocks",
            Self::CodeBlock => "code blocks",
            Self::CodeLine => "code lines",
            Self::Heading => "headings",
            Self::Number => "numbers",
            Self::Row => "table rows",
        }
    }

    /// Its name for people, for one.
    pub fn singular(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::CodeBlock => "code block",
            Self::CodeLine => "code line",
            Self::Heading => "heading",
            Self::Number => "number",
            Self::Row => "table row",
        }
    }
}

/// What a range of commits kept.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Verified {
    /// The commit where the range begins.
    pub from: String,
    /// The commit where it ends.
    pub to: String,
    /// Where git says that sources went, as far as it does.
    pub moved: BTreeMap<RepoPath, RepoPath>,
    /// What became of the notes that are gone or changed.
    pub conserved: Conservation,
}

/// Looks what the notes that a range of commits removed or changed lost in all of the tree at its end.
///
/// # Errors
/// `range` is no range, names no commits, or git cannot read them.
pub fn verify(
    repo: &Repo,
    range: &str,
    config: &ConsolidateConfig,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Verified> {
    range::verify(repo, range, config, progress, cancel)
}

/// A text without some of its lines (first and last, from 1), for headings that need not be found again. Other lines keep
/// their numbers, and a rule stands in the place of each: what a heading parted stays two blocks.
pub fn without_lines(text: &str, ranges: &[(usize, usize)]) -> String {
    let is_out = |line: usize| ranges.iter().any(|range| (range.0..=range.1).contains(&line));
    let lines = (1..).zip(text.split_inclusive('\n'));
    let ruled = |text: &str| {
        let words = text.trim_start_matches([' ', '\t', '>']);
        format!("{}***\n", &text[..text.len() - words.len()])
    };
    lines
        .map(|(line, text)| if is_out(line) { Cow::Owned(ruled(text)) } else { Cow::Borrowed(text) })
        .collect()
}

impl Conservation {
    /// True when nothing is lost.
    pub fn is_whole(&self) -> bool {
        self.lost == 0
    }
}
