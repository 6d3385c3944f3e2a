//! What analysis A found, field by field as `SCHEMA.md` names it.

use serde::{Deserialize, Serialize};

use super::decisions::Lapsed;
use super::facts::Fact;
use super::note::Role;
use super::plan::{Destiny, Item};
use super::since::Since;
use crate::config::Depth;
use crate::links::BrokenLink;
use crate::repo::RepoPath;
use crate::report::Finding;

/// The result of analysis A.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Analysis {
    /// Hash over schema, configuration and the content of all that was read.
    pub inputs: String,
    /// How far it looked.
    pub depth: Depth,
    /// The commit that was read; `None` for the work tree.
    pub read_at: Option<String>,
    /// Files with changes that are not committed and that were read as they are.
    pub uncommitted: Vec<RepoPath>,
    /// All notes, sorted by path.
    pub notes: Vec<NoteEntry>,
    /// Why dates are `null`, where they are.
    pub dates_unknown: Option<String>,
    /// What the notes speak of, the largest first.
    pub topics: Vec<Topic>,
    /// Pairs that share passages, the highest score first.
    pub overlaps: Vec<Overlap>,
    /// How well pairs belong into one guide, the highest first.
    pub affinities: Vec<Affinity>,
    /// What many notes hold word for word, the most widespread first.
    pub boilerplate: Vec<Boilerplate>,
    /// What notes state differently, the most widespread first.
    pub facts: Vec<Fact>,
    /// What points to nothing; `None` where it was not looked for.
    pub references: Option<Vec<Reference>>,
    /// Why `references` is `null`, where it is.
    pub references_unknown: Option<String>,
    /// Relative links that lead nowhere; absent where they were not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken_links: Option<Vec<BrokenLink>>,
    /// Notes that name files which changed after them, those with most of it first; absent where history was
    /// not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outrun: Option<Vec<Outrun>>,
    /// Notes that no other note links to.
    pub orphans: Vec<RepoPath>,
    /// Notes in archive folders: not read, not compared.
    pub archived: Vec<RepoPath>,
    /// Folders of records, which stay as they are.
    pub records: Vec<RecordSeries>,
    /// What is proposed.
    pub plan: Plan,
    /// Decisions of the previous plan that no longer apply.
    pub lapsed: Vec<Lapsed>,
    /// What changed since the commit that was asked for; absent where none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(skip))]
    pub since: Option<Since>,
    /// Counts.
    pub summary: Summary,
    /// What could not be read, and other things worth knowing.
    pub findings: Vec<Finding>,
    /// The plan's items in order, for the report's task list.
    #[serde(skip)]
    pub items: Vec<Item>,
    /// Passages of the strongest overlaps side by side, for the report.
    #[serde(skip)]
    pub excerpts: Vec<Excerpt>,
}

/// Decisions, proposals or minutes of a folder, numbered or dated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RecordSeries {
    /// The folder; `None` for the repository's own.
    pub folder: Option<RepoPath>,
    /// How many notes of it are records.
    pub notes: usize,
}

/// The beginning of a shared passage as it stands in both notes.
#[derive(Clone, Debug)]
pub struct Excerpt {
    /// The first note.
    pub a: RepoPath,
    /// The second note.
    pub b: RepoPath,
    /// First and last line in the first note.
    pub a_lines: [usize; 2],
    /// First and last line in the second note.
    pub b_lines: [usize; 2],
    /// Lines with words, side by side.
    pub rows: Vec<(String, String)>,
}

/// One note.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NoteEntry {
    /// Where it stands.
    pub path: RepoPath,
    /// What it calls itself.
    pub title: String,
    /// Its size.
    pub bytes: usize,
    /// Words and figures.
    pub words: usize,
    /// Paragraphs, tables, code blocks, headings.
    pub blocks: usize,
    /// Lines.
    pub lines: usize,
    /// The committer date of the commit that brought it; `None` where it cannot be known.
    pub created: Option<String>,
    /// The committer date of its newest change.
    pub changed: Option<String>,
    /// What kind of document it is.
    pub role: Role,
    /// The id of its topic.
    pub topic: Option<String>,
    /// Why it must stay where it is.
    pub protected: Option<String>,
}

/// What some notes speak of.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Topic {
    /// Stable as long as the label is.
    pub id: String,
    /// A few words.
    pub label: String,
    /// Words that set it apart, the strongest first.
    pub keywords: Vec<String>,
    /// Its notes.
    pub notes: Vec<RepoPath>,
}

/// What two notes have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum OverlapKind {
    /// Equal byte for byte.
    Identical,
    /// Nearly all of each stands in the other.
    NearDuplicate,
    /// Nearly all of one stands in the other.
    Contained,
    /// They share passages.
    SharedSections,
    /// They speak of the same and share no passage.
    SameSubject,
}

/// Two notes that overlap.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Overlap {
    /// The first note.
    pub a: RepoPath,
    /// The second note.
    pub b: RepoPath,
    /// 0 to 1, comparable across pairs.
    pub score: f64,
    /// What they have in common.
    pub kind: OverlapKind,
    /// The share of the first note's words that stands in the second.
    pub share_a: f64,
    /// The share of the second note's words that stands in the first.
    pub share_b: f64,
    /// The passages.
    pub shared: Vec<SharedPassage>,
}

/// A passage of two notes.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SharedPassage {
    /// First and last line in the first note.
    pub a_lines: [usize; 2],
    /// First and last line in the second note.
    pub b_lines: [usize; 2],
    /// The share of the words of both that a word diff of these lines keeps, 0 to 1.
    pub similarity: f64,
}

/// How well two notes belong into one guide.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Affinity {
    /// The first note.
    pub a: RepoPath,
    /// The second note.
    pub b: RepoPath,
    /// 0 to 1.
    pub score: f64,
}

/// A passage that many notes hold; it is no overlap.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Boilerplate {
    /// How many notes hold it.
    pub notes: usize,
    /// Its first line with words.
    pub begins: String,
    /// Where it stands.
    pub places: Vec<LinePlace>,
}

/// Lines of a note.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LinePlace {
    /// The note.
    pub path: RepoPath,
    /// First and last line.
    pub lines: [usize; 2],
}

/// What a note names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceKind {
    /// A path.
    File,
    /// A module, function or class.
    Symbol,
    /// `make TARGET`, `npm run SCRIPT`, a flag of a script.
    Command,
}

/// Why a reference points to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceClass {
    /// It stands elsewhere now.
    Moved,
    /// A commit removed it.
    Removed,
    /// An ignore rule covers it: it may be there on another machine.
    Ignored,
    /// No commit ever held it.
    NeverExisted,
}

/// A name that points to nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Reference {
    /// The note.
    pub path: RepoPath,
    /// The line.
    pub line: usize,
    /// What is written.
    pub target: String,
    /// What it is.
    pub kind: ReferenceKind,
    /// Why it points to nothing.
    pub class: ReferenceClass,
    /// Where it stands now; of what never existed, the path that differs only in case.
    pub moved_to: Option<RepoPath>,
    /// The commit that moved or removed it; `None` for what is not committed yet.
    pub commit: Option<String>,
    /// Of what never existed, the branch or tag that holds it all the same.
    pub held_by: Option<String>,
}

/// A note whose files changed after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Outrun {
    /// The note.
    pub path: RepoPath,
    /// When it was last changed.
    pub changed: String,
    /// How many files it names that are there.
    pub named: usize,
    /// Those of them that changed after it.
    pub since: Vec<RepoPath>,
}

/// What is proposed.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Plan {
    /// Notes that belong into one guide.
    pub merges: Vec<MergeItem>,
    /// Notes that look like finished business, the surest first.
    pub archive: Vec<ArchiveItem>,
    /// Notes that another note equals.
    pub duplicates: Vec<DuplicateItem>,
    /// What each merged guide would hold.
    pub guides: Vec<Guide>,
}

/// What every item has.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ItemState {
    /// The item's name.
    pub id: String,
    /// Whether it is to be carried out.
    pub ticked: bool,
    /// Whether it has been.
    pub done: bool,
}

/// Notes that belong into one guide.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MergeItem {
    /// Id, tick, done.
    #[serde(flatten)]
    pub state: ItemState,
    /// The guide.
    pub target: RepoPath,
    /// The notes.
    pub sources: Vec<RepoPath>,
    /// 0 to 1.
    pub confidence: f64,
    /// The evidence.
    pub why: String,
    /// Lines of the notes.
    pub lines_before: usize,
    /// Lines of them that the guide would hold, those that an earlier note brings there not counted twice.
    pub lines_in_guide: usize,
}

/// A note that looks like finished business.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ArchiveItem {
    /// Id, tick, done.
    #[serde(flatten)]
    pub state: ItemState,
    /// The note.
    pub path: RepoPath,
    /// Its place in the archive.
    pub to: RepoPath,
    /// 0 to 1.
    pub confidence: f64,
    /// The reasons.
    pub why: String,
}

/// A note that another note equals byte for byte.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DuplicateItem {
    /// Id, tick, done.
    #[serde(flatten)]
    pub state: ItemState,
    /// The note that goes.
    pub path: RepoPath,
    /// The note that stays.
    pub same_as: RepoPath,
}

/// What a guide would hold.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Guide {
    /// Where it would stand.
    pub target: RepoPath,
    /// What it would be called.
    pub title: String,
    /// Every section of its sources, in order.
    pub sections: Vec<GuideSection>,
}

/// A section of a source.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GuideSection {
    /// Its heading.
    pub heading: String,
    /// Its note.
    pub source: RepoPath,
    /// Its first and last line.
    pub lines: [usize; 2],
    /// What becomes of it.
    pub destiny: Destiny,
}

/// Counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Summary {
    /// Notes.
    pub notes: usize,
    /// Their bytes.
    pub bytes: usize,
    /// Their words.
    pub words: usize,
    /// Topics.
    pub topics: usize,
    /// Pairs that share passages.
    pub overlaps: usize,
    /// Groups of notes that are equal byte for byte.
    pub identical_groups: usize,
    /// Notes without a word.
    pub empty: usize,
    /// Relative links that lead nowhere; absent where they were not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken_links: Option<usize>,
    /// Names that point to nothing, ignored ones left out; absent where history was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<usize>,
    /// Facts that notes state differently.
    pub facts: usize,
    /// Bytes of blocks that stand in two notes or more, over all bytes.
    pub overlap_share: f64,
    /// Items of the plan.
    pub proposed: usize,
    /// Items of the plan that are ticked.
    pub ticked: usize,
}
