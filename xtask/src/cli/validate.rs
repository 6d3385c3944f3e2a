//! `validate` and what it can do.

use std::path::PathBuf;

use clap::Args;

use super::DepthArg;

/// Options of `validate`.
#[derive(Debug, Args)]
pub struct Validate {
    /// Run no test: only what can be seen without running anything
    #[arg(long = "static")]
    pub static_only: bool,
    /// Compare with an earlier result, as `--format json` printed it
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Compare with a revision: tests that fail here run there too, in a temporary folder
    #[arg(long, value_name = "REV", conflicts_with = "static_only")]
    pub base: Option<String>,
    /// Write the result as JUnit XML too
    #[arg(long, value_name = "FILE", conflicts_with = "static_only")]
    pub junit: Option<PathBuf>,
    /// Write the list of known failures, from which later runs tell new ones; a list that is there only shrinks
    #[arg(long, conflicts_with = "static_only")]
    pub save_baseline: bool,
    /// Let the list of known failures take new ones in
    #[arg(long, requires = "save_baseline")]
    pub allow_growth: bool,
    /// How far it looks
    #[arg(long, value_name = "DEPTH", default_value = "medium")]
    pub depth: DepthArg,
}
