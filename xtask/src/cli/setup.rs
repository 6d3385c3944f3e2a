//! `phase4`, which is `setup`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Options of `setup`.
#[derive(Debug, Args)]
#[command(after_help = "\
Without a name all three are set up. What somebody else wrote is kept and called, or left alone and said. --check exits \
1 when something is to be done, or hooks would run twice; 2 means that a part could not be set up, and why is said.")]
pub struct Setup {
    /// Which part
    #[command(subcommand)]
    pub command: Option<SetupCommand>,
    /// Options of every part.
    #[command(flatten)]
    pub flags: SetupFlags,
}

/// A part of `setup`.
#[derive(Clone, Debug, Subcommand)]
pub enum SetupCommand {
    /// git's hooks: what is committed, its message, and what is pushed is judged first
    Hooks,
    /// The host's workflows: pull requests are checked, reports are written weekly
    Workflows,
    /// The section of CONTRIBUTING.md that says how all of it is used
    Contributing,
    /// Print the text of the issue that the weekly workflow edits
    Issue(SetupIssue),
}

/// Options of each part.
#[derive(Clone, Debug, Default, Args)]
pub struct SetupFlags {
    /// Print the edits as a patch; change nothing
    #[arg(long, global = true, conflicts_with = "check")]
    pub dry_run: bool,
    /// Exit 1 when something is to be done; change nothing
    #[arg(long, global = true)]
    pub check: bool,
    /// Take out what was set up; what was there before is back, what was written since stays
    #[arg(long, global = true)]
    pub uninstall: bool,
    /// Give up what was edited by hand between the markers; install hooks beside those of another program
    #[arg(long, global = true)]
    pub force: bool,
    /// Write into the folder that this repository's `core.hooksPath` names
    #[arg(long, global = true)]
    pub into_hooks_path: bool,
    /// Leave out of the pre-commit hook, by `[hook.except]` in xtask.toml, what files hold today that it refuses
    #[arg(long, global = true, conflicts_with = "uninstall")]
    pub baseline: bool,
    /// Commit the files that were written, and no others
    #[arg(long, global = true, conflicts_with_all = ["dry_run", "check"])]
    pub commit: bool,
}

/// Options of `setup issue`.
#[derive(Clone, Debug, Args)]
pub struct SetupIssue {
    /// The issue's text of last week; an empty file where there is none
    #[arg(long, value_name = "FILE")]
    pub previous: Option<PathBuf>,
    /// The address of the run that has the reports
    #[arg(long, value_name = "URL")]
    pub run: Option<String>,
}
