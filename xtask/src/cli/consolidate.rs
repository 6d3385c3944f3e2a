//! `consolidate` and what it can do.

use clap::{Args, Subcommand};

use super::DepthArg;

/// Analysis A and what follows from it.
#[derive(Debug, Subcommand)]
pub enum Consolidate {
    /// Read all notes and write the consolidation plan
    Plan(ConsolidatePlan),
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
    /// Tick items of at least this confidence
    #[arg(long, value_name = "CONFIDENCE", default_value_t = 0.9)]
    pub tick_above: f64,
    /// Exit 1 when there are findings
    #[arg(long)]
    pub strict: bool,
    /// How far it looks
    #[arg(long, value_name = "DEPTH", default_value = "medium")]
    pub depth: DepthArg,
}
