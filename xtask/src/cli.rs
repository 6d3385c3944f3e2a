//! The command line: its types are its help text.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::Depth;

/// Keep a repository in order: notes, fork, tests.
///
/// Works offline, guesses nothing: every figure in a report can be traced to a file and line, or to a commit.
#[derive(Debug, Parser)]
#[command(name = "xtask", version, max_term_width = 100, propagate_version = false, after_help = EXIT_CODES)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What is done.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 clean, applied or nothing to do; 1 findings that a gate forbids, or pending edits under --check;
2 the work could not be done; 130 interrupted.";

/// Options of every command.
#[derive(Debug, Args)]
pub struct Global {
    /// Work on the repository around DIR instead of the current folder
    #[arg(long, global = true, value_name = "DIR")]
    pub repo: Option<PathBuf>,
    /// Read FILE instead of xtask.toml at the repository's root
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print the result in this form; `json` writes no report file
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Say nothing about the run, only the result
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more about the run
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub verbose: bool,
    /// Colour the output; `auto` heeds NO_COLOR and terminals
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Lines for people.
    Text,
    /// One JSON object for programs.
    Json,
}

/// When output is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Also into pipes.
    Always,
    /// Never.
    Never,
}

/// What is done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Analyse notes, fork and tests in parallel; write one report each
    Phase2(Phase2),
    /// Find notes that overlap, contradict or went stale
    #[command(subcommand)]
    Consolidate(Consolidate),
    /// Tell where a fork stands against its upstream
    #[command(args_conflicts_with_subcommands = true)]
    Upstream(Upstream),
    /// Run the tests and tell whether everything still works
    Validate(Validate),
    /// Take an applied change set back
    Undo(Undo),
    /// Write a commented xtask.toml with what was found here
    Init,
    /// Build the sample repository and run phase 2 on it
    Demo(Demo),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

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

/// What `upstream` can do besides the analysis.
#[derive(Debug, Subcommand)]
pub enum UpstreamCommand {
    /// Look at merges already made for what they lost; exit 1 when there is any
    Audit {
        /// One merge, or a range OLD..NEW
        range: String,
    },
}

/// Options of `upstream`.
#[derive(Debug, Args)]
pub struct Upstream {
    /// What to do instead of the analysis
    #[command(subcommand)]
    pub command: Option<UpstreamCommand>,
    /// The upstream: a remote, revision, address or path, with #BRANCH where needed
    #[arg(long, value_name = "UPSTREAM")]
    pub upstream: Option<String>,
    /// The revision that is the fork
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub fork: String,
    /// Fetch the upstream first, with the user's own git and credentials
    #[arg(long)]
    pub fetch: bool,
    /// Exit 1 when following upstream conflicts
    #[arg(long)]
    pub strict: bool,
    /// How far it looks
    #[arg(long, value_name = "DEPTH", default_value = "thorough")]
    pub depth: DepthArg,
}

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
    /// How far it looks
    #[arg(long, value_name = "DEPTH", default_value = "medium")]
    pub depth: DepthArg,
}

/// Options of `undo`.
#[derive(Debug, Args)]
pub struct Undo {
    /// The change set's number; without it the newest that stands
    pub id: Option<u32>,
    /// List the change sets that can be taken back
    #[arg(long, conflicts_with_all = ["id", "recover"])]
    pub list: bool,
    /// Only settle an interrupted change set
    #[arg(long, conflicts_with = "id")]
    pub recover: bool,
    /// With --recover: leave files alone that were changed after the interruption, and name them
    #[arg(long, requires = "recover")]
    pub keep_changed: bool,
    /// Print the edits as a patch; change nothing
    #[arg(long, conflicts_with_all = ["list", "recover"])]
    pub dry_run: bool,
    /// Exit 1 when there is something to take back; change nothing
    #[arg(long, conflicts_with_all = ["list", "recover", "dry_run"])]
    pub check: bool,
}

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Build the sample in DIR, which must be absent or empty, instead of a temporary folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// How far an analysis looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DepthArg {
    /// What answers in a second on any repository
    Quick,
    /// What the report usually needs
    Medium,
    /// With searches over history
    Thorough,
}

impl From<DepthArg> for Depth {
    fn from(depth: DepthArg) -> Self {
        match depth {
            DepthArg::Quick => Depth::Quick,
            DepthArg::Medium => Depth::Medium,
            DepthArg::Thorough => Depth::Thorough,
        }
    }
}

/// Drops the argument that cargo adds when the program is called as `cargo-xtask`.
pub fn without_cargo_argument(mut arguments: Vec<std::ffi::OsString>) -> Vec<std::ffi::OsString> {
    let called = arguments.first().and_then(|program| std::path::Path::new(program).file_name());
    if called == Some("cargo-xtask".as_ref()) && arguments.get(1).is_some_and(|argument| argument == "xtask")
    {
        arguments.remove(1);
    }
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn cargo_argument_is_dropped_only_when_cargo_calls() {
        let arguments = |words: &[&str]| words.iter().map(Into::into).collect::<Vec<std::ffi::OsString>>();
        let called = without_cargo_argument(arguments(&["/bin/cargo-xtask", "xtask", "phase2"]));
        assert_eq!(called, arguments(&["/bin/cargo-xtask", "phase2"]));
        let kept = arguments(&["/bin/xtask", "xtask"]);
        assert_eq!(without_cargo_argument(kept.clone()), kept);
    }
}
