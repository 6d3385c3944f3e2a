//! `consolidate` and what it can do.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::DepthArg;

/// Analysis A and what follows from it.
#[derive(Debug, Subcommand)]
pub enum Consolidate {
    /// Read all notes and write the consolidation plan
    Plan(ConsolidatePlan),
    /// Carry out the ticked items of the plan (the same as `phase3`)
    Apply(Apply),
    /// Tell why two notes are, or are not, called overlapping, with the passages
    Explain {
        /// One note
        a: String,
        /// The other note
        b: String,
    },
    /// Find the notes and lines on a subject
    Search {
        /// Words of the subject
        #[arg(required = true)]
        words: Vec<String>,
    },
    /// Look what the notes that commits removed or changed lost; exit 1 when there is any
    Verify {
        /// The commits, OLD..NEW
        range: String,
    },
}

/// Options of `consolidate plan`.
#[derive(Debug, Args)]
pub struct ConsolidatePlan {
    /// Read notes that match GLOB (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// Leave out notes that match GLOB (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Read notes that match GLOB, but never propose to move them (repeatable)
    #[arg(long, value_name = "GLOB")]
    pub keep: Vec<String>,
    /// Read the notes of this revision instead of the work tree; writes no report
    #[arg(long, value_name = "REV")]
    pub at: Option<String>,
    /// Tell what changed in the picture since COMMIT
    #[arg(long, value_name = "COMMIT")]
    pub since: Option<String>,
    /// Tick items of at least this confidence, from 0 to 1
    #[arg(long, value_name = "CONFIDENCE", default_value_t = 0.9, value_parser = confidence)]
    pub tick_above: f64,
    /// Exit 1 when there are findings
    #[arg(long)]
    pub strict: bool,
    /// How far it looks
    #[arg(long, value_name = "DEPTH", default_value = "medium")]
    pub depth: DepthArg,
}

/// Options of `phase3` and `consolidate apply`.
#[derive(Debug, Default, Args)]
pub struct Apply {
    /// Read the plan from FILE instead of the report
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Carry out only the item of this id, or of the only id that begins so (repeatable)
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    /// Do not ask before changing files on the default branch
    #[arg(long)]
    pub yes: bool,
    /// Work on a new branch, with one commit for each group of items
    #[arg(long, value_name = "NAME", conflicts_with_all = ["dry_run", "check"])]
    pub branch: Option<String>,
    /// Stage what was changed
    #[arg(long, conflicts_with_all = ["branch", "commit", "dry_run", "check"])]
    pub stage: bool,
    /// Commit what was changed, one commit for each group of items; runs no hook of the repository
    #[arg(long, conflicts_with_all = ["dry_run", "check"])]
    pub commit: bool,
    /// Remove the originals of merged notes instead of putting them into the archive
    #[arg(long)]
    pub delete_merged: bool,
    /// Print the edits as a patch; change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Exit 1 when there is something to do; change nothing
    #[arg(long, conflicts_with = "dry_run")]
    pub check: bool,
    /// What is told, where `all` shows first what it then does.
    #[arg(skip)]
    pub told: Told,
}

/// Which part of a summary is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Told {
    /// All of it.
    #[default]
    Whole,
    /// What would be done, before somebody is asked.
    Before,
    /// What is new once it was done.
    After,
}

fn confidence(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "a share from 0 to 1 is wanted, such as 0.9".to_owned())
}
