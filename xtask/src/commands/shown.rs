//! What commands print as JSON where it is more than one room's own result.

use std::path::PathBuf;

use serde::Serialize;

use crate::change::{EditRecord, Mismatch, SetInfo, Settled};
use crate::consolidate::Summary;
use crate::setup::{self, Offer};
use crate::validate::{self, Imported, RustImports};

/// `undo --list`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Sets<'a> {
    /// The change sets that are kept, the newest first.
    pub(super) sets: &'a [SetInfo],
}

/// `undo --recover`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Recovered<'a> {
    /// The change set that was interrupted; `None` when there was none.
    pub(super) settled: Option<&'a Settled>,
}

/// Edits that were made, or that would be.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Edits<'a> {
    /// Whether they were made.
    pub(super) applied: bool,
    /// The edits, by path.
    pub(super) edits: &'a [EditRecord],
    /// Files that are left as they are, and why.
    pub(super) skipped: &'a [LeftFile],
}

/// A file that is left as it is.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct LeftFile {
    /// The file.
    pub(super) id: String,
    /// Why.
    pub(super) why: &'static str,
}

impl LeftFile {
    pub(super) fn of(file: &Mismatch) -> Self {
        Self { id: file.place.to_string(), why: file.difference.phrase() }
    }
}

/// `phase3`, `consolidate apply`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Consolidated<'a> {
    /// Whether the edits were made.
    pub(super) applied: bool,
    /// The edits, by path.
    pub(super) edits: &'a [EditRecord],
    /// What was carried out, left, conserved.
    #[serde(flatten)]
    pub(super) summary: &'a Summary,
}

/// `validate imports`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ImportsFound<'a> {
    /// Python.
    #[serde(flatten)]
    pub(super) found: &'a Imported,
    /// What the compiler says; `None` without `--cargo`.
    pub(super) rust: Option<&'a RustImports>,
}

/// `validate imports --fix`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct ImportsMended<'a> {
    /// Whether the edits were made.
    pub(super) applied: bool,
    /// The edits, by path.
    pub(super) edits: &'a [EditRecord],
    /// What they do not mend, and why.
    pub(super) skipped: &'a [validate::Skipped],
    /// What is found afterwards.
    pub(super) imports: &'a Imported,
}

/// `phase4`, `setup`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct SetUp<'a> {
    /// Whether the edits were made.
    pub(super) applied: bool,
    /// The edits, by path.
    pub(super) edits: &'a [EditRecord],
    /// What is not done, and why.
    pub(super) skipped: &'a [setup::Skipped],
    /// What is to be done beside the files.
    pub(super) other: Vec<String>,
    /// What the user should know.
    pub(super) notes: &'a [String],
    /// Lines for files that are not ours to edit.
    pub(super) offers: &'a [Offer],
    /// What is wrong and no edit mends.
    pub(super) drift: &'a [String],
    /// What the gates find today.
    pub(super) rehearsal: &'a [String],
    /// The commit that was made.
    pub(super) commit: Option<String>,
}

/// `report --html`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Page {
    /// Where the page stands.
    pub(super) page: PathBuf,
}

/// A document that is written nowhere.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Told {
    /// Its Markdown.
    pub(super) markdown: String,
}
