//! Composes a guide out of notes: what they say once, what they differ in with its origin, in one order.
//!
//! Knows no files, no git and no other note than those it is given: text in, text out. Its links are written for the
//! guide's place as if nothing else had moved; links to the sources themselves lead to where their text stands now.

mod chunks;
mod conflicts;
mod context;
mod ends;
mod front;
mod labels;
mod matching;
mod names;
mod outline;
mod pieces;
mod place;
mod prepare;
mod settle;
mod stock;
mod texts;
mod title;
mod together;
mod tree;
mod write;

#[cfg(test)]
mod brief_tests;
#[cfg(test)]
mod context_tests;
#[cfg(test)]
pub(super) mod properties;
#[cfg(test)]
mod reading_tests;
#[cfg(test)]
mod shorter_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod together_tests;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use outline::contents_lines;
pub(super) use texts::plain;

use super::plan::SectionPlan;
use super::series;
use crate::markdown::Parsed;
use crate::repo::RepoPath;

/// What a guide is made of.
#[derive(Clone, Copy, Debug)]
pub struct GuideRequest<'r> {
    /// The id of the plan's item, for the guide's marker.
    pub id: &'r str,
    /// Where the guide will stand.
    pub target: &'r RepoPath,
    /// The notes. The one that the plan's first section belongs to leads; without sections the first one does.
    pub sources: &'r [GuideSource<'r>],
    /// What becomes of each section, in the guide's order. What no entry covers goes into the guide.
    pub sections: &'r [SectionPlan],
    /// Facts on which the sources differ.
    pub conflicts: &'r [Conflict],
}

/// A note that goes into a guide.
#[derive(Clone, Copy, Debug)]
pub struct GuideSource<'r> {
    /// Where it stands.
    pub path: &'r RepoPath,
    /// Its text.
    pub text: &'r str,
    /// The text, read.
    pub parsed: &'r Parsed,
    /// When it was last changed, RFC 3339; `None` where that cannot be known.
    pub changed: Option<&'r str>,
    /// The commit that last changed it, as people write it; `None` where that cannot be known.
    pub commit: Option<&'r str>,
    /// The place in the archive where the original goes; `None` where git alone keeps it. The guide then holds all
    /// that is not marked as repeated.
    pub archived: Option<&'r RepoPath>,
}

/// A fact on which sources differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// What the values are of.
    pub key: String,
    /// The values; the guide shows the newest first.
    pub values: Vec<ConflictValue>,
}

/// One value of a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConflictValue {
    /// The value as it is written.
    pub value: String,
    /// The note that says so.
    pub path: RepoPath,
    /// The line.
    pub line: usize,
    /// When the note was last changed, RFC 3339.
    pub changed: Option<String>,
}

/// A composed guide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guide {
    /// Its text.
    pub text: String,
    /// Where the anchors of the sources stand now. The empty anchor is the note as a whole.
    pub anchors: BTreeMap<(RepoPath, String), Landing>,
    /// What became of each heading and block of the sources, in their order.
    pub placed: Vec<Placed>,
}

/// Where something stands now.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Landing {
    /// In the guide: at this anchor, or as the whole of it.
    Guide(Option<String>),
    /// In the archived note, at its old anchor.
    Archive,
}

/// What became of a heading or block.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Placed {
    /// The note.
    pub path: RepoPath,
    /// First and last line.
    pub lines: (usize, usize),
    /// What became of it.
    pub fate: Fate,
}

/// What became of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It stands in the guide.
    Guide,
    /// It stands in the archive alone.
    History,
    /// It stands in the guide already.
    Repeated,
    /// It stands in the guide beside what it differs from, with its origin.
    Variant,
}

/// Composes a guide.
pub fn compose(request: &GuideRequest<'_>) -> Guide {
    let prepared = prepare::sources(request);
    let outlines: Vec<outline::Outline> =
        prepared.iter().map(|source| outline::of(source, request.sections)).collect();
    let mut placed = place::all(request, &prepared, &outlines);
    names::told_apart(&mut placed, &prepared);
    write::guide(request, &prepared, &outlines, &placed)
}

impl Guide {
    /// The headings of a source, by their lines, that are left out because all that stood below them stands elsewhere.
    /// One that says more than they do is not among them: that is no repetition.
    pub fn dropped_headings(&self, path: &RepoPath, parsed: &Parsed) -> Vec<(usize, usize)> {
        let headings = parsed.sections.iter().filter(|section| !says_more(&section.text));
        let lines: BTreeSet<usize> = headings.map(|section| section.line).collect();
        let is_dropped = |placed: &&Placed| {
            placed.path == *path && placed.fate == Fate::Repeated && lines.contains(&placed.lines.0)
        };
        self.placed.iter().filter(is_dropped).map(|placed| placed.lines).collect()
    }
}

/// True for a heading that says more than what stands below it: a day, a version, whether it went well.
pub(super) fn says_more(heading: &str) -> bool {
    const VERDICTS: [char; 7] = ['✅', '✓', '✔', '☑', '❌', '✗', '✘'];
    let words = series::behind_count(heading);
    // Before the words such a sign is an ornament as often.
    let words = words.trim_start_matches(|character: char| !character.is_alphanumeric());
    words.contains(|character: char| character.is_ascii_digit() || VERDICTS.contains(&character))
}
