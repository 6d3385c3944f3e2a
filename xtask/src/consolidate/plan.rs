//! The plan: what is proposed, what was decided, and what is done.

use serde::Serialize;

use crate::fnv;
use crate::repo::{BlobId, RepoPath};
use crate::report::count;

/// What an item does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Puts the sections of its sources into one guide, and the sources into the archive.
    Merge,
    /// Moves one note into the archive.
    Archive,
    /// Removes a note that another one equals byte for byte.
    Duplicate,
}

/// One item of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it does.
    pub action: Action,
    /// Whether it is to be carried out.
    pub ticked: bool,
    /// Whether it has been.
    pub done: bool,
    /// The notes it takes, sorted by path.
    pub sources: Vec<Source>,
    /// Notes that were proposed and that somebody left out, sorted by path; merges alone.
    pub without: Vec<Source>,
    /// The guide, the place in the archive, or the note that stays.
    pub target: RepoPath,
    /// What the tool proposed, to tell it from what was decided.
    pub proposed: Proposed,
    /// How sure the tool is, in percent.
    pub confidence: u8,
    /// Lines of the sources, and how many of them the guide would hold; merges alone.
    pub lines: Option<(usize, usize)>,
    /// The evidence, one line.
    pub why: String,
    /// Why somebody decided otherwise, one line.
    pub reason: Option<String>,
    /// What becomes of each section, in the guide's order; merges alone.
    pub sections: Vec<SectionPlan>,
}

/// A note that an item takes, with the content it was planned for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// Where it stands.
    pub path: RepoPath,
    /// The id of its content.
    pub blob: BlobId,
}

/// What the tool proposed before anybody decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// The tick.
    pub ticked: bool,
    /// The target.
    pub target: RepoPath,
    /// The place among all items, from 1.
    pub order: usize,
}

/// What becomes of a section of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionPlan {
    /// The note.
    pub source: RepoPath,
    /// Its first and last line.
    pub lines: (usize, usize),
    /// Its heading, one line; empty for what stands before the first heading.
    pub heading: String,
    /// What becomes of it.
    pub destiny: Destiny,
    /// What the tool proposed.
    pub proposed: Destiny,
    /// The place in the guide that the tool proposed, from 1.
    pub order: usize,
}

/// What becomes of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Destiny {
    /// It goes into the guide.
    Guide,
    /// It stays in the archive, and the guide links to it.
    History,
    /// It stands elsewhere already.
    Repeated,
}

impl Action {
    /// All actions, in the order of the plan.
    pub const ALL: [Self; 3] = [Self::Merge, Self::Archive, Self::Duplicate];

    /// Its name in markers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Archive => "archive",
            Self::Duplicate => "duplicate",
        }
    }
}

impl Destiny {
    /// All destinies.
    pub const ALL: [Self; 3] = [Self::Guide, Self::History, Self::Repeated];

    /// Its name in the plan.
    pub fn name(self) -> &'static str {
        match self {
            Self::Guide => "guide",
            Self::History => "history",
            Self::Repeated => "repeated",
        }
    }
}

impl Item {
    /// The item's name: a hash of what it does and of which notes, so that it stays when their content,
    /// its target or its place change.
    pub fn id(&self) -> String {
        let paths = self.proposed_sources();
        let paths = paths.iter().map(|source| source.path.as_bytes());
        hash(std::iter::once(self.action.name().as_bytes()).chain(paths))
    }

    /// The notes that the tool proposed, those that were left out too, sorted by path.
    pub fn proposed_sources(&self) -> Vec<&Source> {
        let mut all: Vec<&Source> = self.sources.iter().chain(&self.without).collect();
        all.sort();
        all
    }

    /// Leaves a proposed note out of a merge; false where the item does not take it.
    pub fn leave_out(&mut self, path: &RepoPath) -> bool {
        let Some(place) = self.sources.iter().position(|source| source.path == *path) else { return false };
        self.without.push(self.sources.remove(place));
        self.without.sort();
        true
    }

    /// The sections of the notes that it takes.
    pub fn taken_sections(&self) -> impl Iterator<Item = &SectionPlan> {
        let is_taken =
            |section: &&SectionPlan| !self.without.iter().any(|source| source.path == section.source);
        self.sections.iter().filter(is_taken)
    }

    /// True where somebody decided otherwise than proposed.
    pub fn is_decided(&self) -> bool {
        self.ticked != self.proposed.ticked
            || self.target != self.proposed.target
            || self.reason.is_some()
            || !self.without.is_empty()
            || self.sections.iter().any(|section| section.destiny != section.proposed)
    }

    /// One line that names it: what, of which notes, to where.
    pub fn title(&self) -> String {
        let first = self.sources.first().map(|source| source.path.display()).unwrap_or_default();
        match self.action {
            Action::Merge => format!("merge {} into {}", count(self.sources.len(), "note"), self.target),
            Action::Archive => format!("archive {first}"),
            Action::Duplicate => format!("remove {first}, the same as {}", self.target),
        }
    }
}

/// The marker in the first lines of a guide that an item made.
pub fn guide_marker(id: &str) -> String {
    format!("<!-- xtask:guide id={id} -->")
}

/// FNV-1a over parts that are ended by a zero byte each, which no path holds; 16 digits.
pub(super) fn hash<'a>(parts: impl Iterator<Item = &'a [u8]>) -> String {
    format!("{:016x}", fnv::hash(parts.flat_map(|part| part.iter().copied().chain([0]))))
}
