//! Compares what notes held with what holds it now: nothing may be lost unseen.
//!
//! Compared are blocks, code lines, headings, figures and table rows, each as [`super::folded`] folds them. What moved
//! as a whole file is compared by its bytes first, so that an archived original holds all of itself.

mod compare;
mod held;

#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::repo::RepoPath;

pub use compare::compare;

/// A text before or after.
#[derive(Clone, Copy, Debug)]
pub struct Text<'t> {
    /// Where it stands.
    pub path: &'t RepoPath,
    /// What it holds.
    pub text: &'t str,
}

/// What holds the sources now.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outputs<'t> {
    /// Guides, and all else that people go on reading.
    pub guides: &'t [Text<'t>],
    /// Archived originals.
    pub archive: &'t [Text<'t>],
}

/// What became of what some notes held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Conservation {
    /// Blocks of all sources.
    pub blocks: usize,
    /// Those of them that stand in a guide.
    pub in_guide: usize,
    /// What stands nowhere, of all kinds together.
    pub lost: usize,
    /// One for each source that was compared.
    pub sources: Vec<SourceConservation>,
}

/// What became of what one note held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceConservation {
    /// The note.
    pub path: RepoPath,
    /// Its blocks.
    pub blocks: usize,
    /// Those of them that stand in a guide.
    pub in_guide: usize,
    /// What stands in the archive alone.
    pub only_in_archive: Vec<Item>,
    /// What stands nowhere.
    pub lost: Vec<Item>,
    /// How much of each kind there was, and how much of it is left.
    pub kinds: Vec<KindCount>,
}

/// Something that a note holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
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
#[serde(rename_all = "kebab-case")]
pub enum ItemKind {
    /// A paragraph, list entry, code block, table or piece of HTML as a whole.
    Block,
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
    pub const ALL: [Self; 5] = [Self::Block, Self::CodeLine, Self::Heading, Self::Number, Self::Row];

    /// Its name for people, for more than one.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Block => "blocks",
            Self::CodeLine => "code lines",
            Self::Heading => "headings",
            Self::Number => "numbers",
            Self::Row => "table rows",
        }
    }
}

impl Conservation {
    /// True when nothing is lost.
    pub fn is_whole(&self) -> bool {
        self.lost == 0
    }
}
