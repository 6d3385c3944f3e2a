//! The command line: its types are its help text.

mod check;
mod consolidate;
mod hook;
mod phases;
mod report;
mod schema;
mod setup;
mod undo;
mod upstream;
mod validate;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use check::Check;
pub use consolidate::{Apply, Consolidate, ConsolidatePlan, Told};
pub use hook::{Hook, PreCommit};
pub use phases::{All, Demo, Phase2, Phase5};
pub use report::Report;
pub use schema::Schema;
pub use setup::{Setup, SetupCommand, SetupFlags, SetupIssue};
pub use undo::Undo;
pub use upstream::{Upstream, UpstreamCommand};
pub use validate::{Imports, Validate, ValidateCommand};

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
    /// Carry out the ticked items of the consolidation plan
    Phase3(Apply),
    /// Set up hooks, workflows and CONTRIBUTING.md: the same as `setup`
    Phase4(SetupFlags),
    /// Validate that all changes work together and nothing got worse since phase 2
    Phase5(Phase5),
    /// Run phases 2 to 5 in order, asking before files change
    All(All),
    /// Tell what is broken, in a moment: links, imports, scripts that moved; runs nothing, writes nothing
    Check(Check),
    /// Find notes that overlap, contradict or went stale
    #[command(subcommand)]
    Consolidate(Consolidate),
    /// Tell where a fork stands against its upstream
    #[command(args_conflicts_with_subcommands = true)]
    Upstream(Upstream),
    /// Run the tests and tell whether everything still works
    #[command(args_conflicts_with_subcommands = true)]
    Validate(Validate),
    /// Install hooks, write workflows, keep a section of CONTRIBUTING.md
    Setup(Setup),
    /// Judge a commit, its message or a push, as a hook of git
    #[command(subcommand)]
    Hook(Hook),
    /// Take an applied change set back
    Undo(Undo),
    /// Draw what phase 2 found as one page to look at
    Report(Report),
    /// Print the JSON Schema of what `--format json` prints
    Schema(Schema),
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

impl Cli {
    /// Reads the command line; on a mistake it says so and ends the program.
    ///
    /// What an installed hook calls is known word by word: to tell all other commands from it would take longer than
    /// a small commit is judged.
    pub fn of_arguments(arguments: Vec<std::ffi::OsString>) -> Self {
        Self::of_hook(&arguments).unwrap_or_else(|| Self::parse_from(arguments))
    }

    fn of_hook(arguments: &[std::ffi::OsString]) -> Option<Self> {
        let [_, hook, name] = arguments else { return None };
        let is_pre_commit = hook == "hook" && name == "pre-commit";
        is_pre_commit.then(|| Self {
            global: Global::default(),
            command: Command::Hook(Hook::PreCommit(PreCommit::default())),
        })
    }
}

impl Default for Global {
    fn default() -> Self {
        let (format, color) = (Format::Text, Color::Auto);
        Self { repo: None, config: None, format, quiet: false, verbose: false, color }
    }
}

impl Command {
    /// False for what is over in a moment and writes nothing: an interrupt may end it wherever it stands.
    pub fn heeds_interrupts(&self) -> bool {
        match self {
            Self::Hook(Hook::PreCommit(options)) => options.fix,
            Self::Hook(Hook::CommitMsg { .. }) => false,
            _ => true,
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
    fn hook_that_is_called_without_options_is_read_as_clap_reads_it() {
        let read = |words: &[&str]| {
            let words: Vec<std::ffi::OsString> = words.iter().map(Into::into).collect();
            let short = Cli::of_hook(&words).map(|cli| format!("{cli:?}"));
            (short, Cli::try_parse_from(words).map(|cli| format!("{cli:?}")).ok())
        };
        let (short, whole) = read(&["xtask", "hook", "pre-commit"]);
        assert!(short.is_some());
        assert_eq!(short, whole);
        for others in
            [&["xtask", "hook"][..], &["xtask", "hook", "--help"], &["xtask", "hook", "pre-commit", "--list"]]
        {
            assert_eq!(read(others).0, None, "{others:?}");
        }
    }

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
