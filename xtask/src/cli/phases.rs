//! The phases, and the demo that runs one.

use std::path::PathBuf;

use clap::Args;

use super::DepthArg;

/// Options of `phase2`.
#[derive(Debug, Args)]
pub struct Phase2 {
    /// Run no test: only what can be seen without running anything
    #[arg(long = "static")]
    pub static_only: bool,
    /// Exit 1 when an analysis has findings
    #[arg(long)]
    pub strict: bool,
    /// How far each analysis looks [default: consolidation medium, upstream thorough, validation medium]
    #[arg(long, value_name = "DEPTH")]
    pub depth: Option<DepthArg>,
    /// The upstream: a remote, revision, address or path, with #BRANCH where needed
    #[arg(long, value_name = "UPSTREAM")]
    pub upstream: Option<String>,
    /// The revision that is the fork
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub fork: String,
}

/// Options of `phase5`.
#[derive(Debug, Args)]
pub struct Phase5 {
    /// Fail for every failing test, not only for those that did not fail at phase 2
    #[arg(long)]
    pub require_green: bool,
    /// Write nothing: reports that are not fresh fail instead of being written anew
    #[arg(long)]
    pub check: bool,
    /// Run no test: only what can be seen without running anything
    #[arg(long = "static")]
    pub static_only: bool,
    /// How far each analysis looks [default: consolidation medium, upstream thorough, validation medium]
    #[arg(long, value_name = "DEPTH")]
    pub depth: Option<DepthArg>,
    /// The upstream: a remote, revision, address or path, with #BRANCH where needed
    #[arg(long, value_name = "UPSTREAM")]
    pub upstream: Option<String>,
}

/// Options of `all`.
#[derive(Debug, Args)]
pub struct All {
    /// Do not ask before phases 3 and 4 change files
    #[arg(long)]
    pub yes: bool,
    /// Commit what each phase wrote, and nothing else
    #[arg(long)]
    pub commit: bool,
    /// Begin with phase 2, whatever an earlier call finished
    #[arg(long)]
    pub restart: bool,
    /// Fail for every failing test, not only for those that did not fail at phase 2
    #[arg(long)]
    pub require_green: bool,
    /// Run no test: only what can be seen without running anything
    #[arg(long = "static")]
    pub static_only: bool,
}

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Build the sample in DIR, which must be absent or empty, instead of a temporary folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}
