//! `validate` and what it can do.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::DepthArg;
use crate::validate::Shard;

/// What `validate` can do besides running the tests.
#[derive(Debug, Subcommand)]
pub enum ValidateCommand {
    /// Tell which imports of the repository's own Python cannot work, and what to write instead; exit 1 when there are any
    Imports(Imports),
    /// Join the results of all parts of a run (`validate --shard 2/8 --format json`) into one
    Merge {
        /// The results
        #[arg(value_name = "SHARD.json", required = true)]
        shards: Vec<PathBuf>,
        /// Write the joined result as JUnit XML too
        #[arg(long, value_name = "FILE")]
        junit: Option<PathBuf>,
    },
}

/// Options of `validate imports`.
#[derive(Debug, Args)]
#[command(after_help = "\
A fix is applied when git recorded the move or the rename, or when one module alone defines the name; what is only \
likely (a letter differs, a short name) is listed. Each fix is verified on the changed files before anything is \
written. Imports behind `try`, a version check or TYPE_CHECKING are told with -v and never fail.")]
pub struct Imports {
    /// Rewrite what is broken: import statements with their uses, and paths that scripts count from their own place
    #[arg(long)]
    pub fix: bool,
    /// Also rewrite paths that moved where build files, workflow files, Makefiles, Dockerfiles, shell scripts and code
    /// cells of notebooks name them: an exact path may still be meant as something else, so read the diff
    #[arg(long, requires = "fix")]
    pub references: bool,
    /// Ask the compiler about Rust too: runs `cargo check --all-targets`, and with it the repository's build scripts and
    /// procedural macros
    #[arg(long, conflicts_with = "fix")]
    pub cargo: bool,
    /// Print the edits as a patch; change nothing
    #[arg(long, requires = "fix")]
    pub dry_run: bool,
    /// Exit 1 when there are edits to make or something stays broken; change nothing
    #[arg(long, requires = "fix", conflicts_with = "dry_run")]
    pub check: bool,
}

/// Options of `validate`.
#[derive(Debug, Args)]
pub struct Validate {
    /// What to do instead of running the tests
    #[command(subcommand)]
    pub command: Option<ValidateCommand>,
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
    /// Run one part of the tests, such as 2/8; `validate merge` joins the results of all parts
    #[arg(long, value_name = "PART", conflicts_with_all = ["static_only", "save_baseline"])]
    pub shard: Option<Shard>,
    /// Measure which lines the tests run, where a tool for that is installed
    #[arg(long, conflicts_with = "static_only")]
    pub coverage: bool,
    /// How far it looks
    #[arg(long, value_name = "DEPTH", default_value = "medium")]
    pub depth: DepthArg,
}
