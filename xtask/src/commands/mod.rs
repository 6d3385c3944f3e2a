//! Each command of the command line as a call of the rooms that do it.

#![allow(
    clippy::disallowed_methods,
    reason = "the current folder is the default repository; the age of a tracking ref is told; a plan may lie anywhere"
)]

mod all;
mod answer;
mod apply;
mod check;
mod consolidate;
mod github;
mod hook;
mod init;
mod outputs;
mod phase2;
mod phase5;
mod report;
mod schema;
mod setup;
mod shown;
mod undo;
mod upstream;
mod validate;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use clap::CommandFactory;

use self::answer::Answer;
pub(crate) use self::github::is_here as is_on_runner;
use crate::cli::{Cli, Command, Format, Global};
use crate::config::Config;
use crate::phases::analyses::{Made, Workplace};
use crate::phases::phase5::Times;
use crate::phases::{Board, Phase};
use crate::process::{Cancel, Progress};
use crate::repo::Repo;
use crate::term::Term;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Clean, applied, or nothing to do.
    Clean,
    /// Findings that a gate forbids, or pending edits under `--check`.
    Findings,
    /// The work could not be done.
    Failed,
    /// The user stopped it.
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Failed => 2,
            Exit::Interrupted => 130,
        })
    }
}

/// Runs the command.
///
/// # Errors
/// The work could not be done; the caller shows why and exits 2.
pub fn run(cli: &Cli, term: Term, cancel: &Cancel) -> Result<Exit> {
    let global = &cli.global;
    match &cli.command {
        Command::Phase2(options) => phase2::run(global, options, term, cancel).context("cannot run phase 2"),
        Command::Phase3(options) => {
            let run = || apply::run(global, options, "phase3", term, cancel);
            let run =
                || if options.dry_run || options.check { run() } else { timed(global, Phase::Phase3, run) };
            run().context("cannot carry out the plan")
        }
        Command::Check(options) => check::run(global, options, term).context("cannot check"),
        Command::Phase5(options) => phase5::run(global, options, term, cancel).context("cannot run phase 5"),
        Command::All(options) => all::run(global, options, term, cancel),
        Command::Consolidate(command) => consolidate::run(global, command, term, cancel),
        Command::Upstream(options) => {
            upstream::run(global, options, term, cancel).context("cannot analyse the upstream")
        }
        Command::Validate(options) => {
            validate::run(global, options, term, cancel).context("cannot validate the tests")
        }
        Command::Phase4(flags) => {
            let run = || setup::run(global, None, flags, (term, cancel));
            let run = || if flags.dry_run || flags.check { run() } else { timed(global, Phase::Phase4, run) };
            run().context("cannot set the repository up")
        }
        Command::Setup(options) => {
            setup::run(global, options.command.as_ref(), &options.flags, (term, cancel))
                .context("cannot set the repository up")
        }
        Command::Hook(hook) => Ok(hook::run(global, hook, term, cancel)),
        Command::Undo(options) => undo::run(global, options, term).context("cannot undo"),
        Command::Report(options) => report::run(global, options, term).context("cannot draw the page"),
        Command::Schema(options) => schema::run(&options.command, term).context("cannot print the schema"),
        Command::Init => init::run(global, term).context("cannot write xtask.toml"),
        Command::Demo(options) => phase2::demo(global, options, term, cancel).context("cannot run the demo"),
        Command::Completions { shell } => {
            completions(*shell, term)?;
            Ok(Exit::Clean)
        }
    }
}

/// Runs a phase that changes files, and keeps what it took.
fn timed(global: &Global, phase: Phase, run: impl FnOnce() -> Result<Exit>) -> Result<Exit> {
    let start = Instant::now();
    let exit = run()?;
    let took = start.elapsed();
    Times::keep(&place(global)?.open()?, phase, took, took)?;
    Ok(exit)
}

/// The repository that a command works on, with its settings.
fn place(global: &Global) -> Result<Workplace> {
    place_at(&folder(global)?, |root| Config::load(root, global.config.as_deref()))
}

/// As [`place`], for a command that takes back what others did: settings that cannot be read do not keep it from that.
fn place_with_any_settings(global: &Global, term: Term) -> Result<Workplace> {
    place_at(&folder(global)?, |root| {
        let config = Config::load(root, global.config.as_deref());
        Ok(config.unwrap_or_else(|error| {
            term.say(&format!("without the settings: {error:#}"));
            Config::default()
        }))
    })
}

fn folder(global: &Global) -> Result<PathBuf> {
    match &global.repo {
        Some(folder) => Ok(folder.clone()),
        None => std::env::current_dir().context("read the current folder"),
    }
}

fn place_at(folder: &Path, load: impl FnOnce(&Path) -> Result<Config>) -> Result<Workplace> {
    let repo =
        Repo::open(folder).with_context(|| format!("open the repository at `{}`", folder.display()))?;
    let root = repo.work_tree().unwrap_or(repo.git_dir()).to_owned();
    let config = load(&root)?;
    let now =
        SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|time| i64::try_from(time.as_secs()).ok());
    Ok(Workplace { folder: root, location: Some(repo.location()), config, now })
}

/// A command that runs one analysis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Single {
    Plan,
    Upstream,
    Validate,
    Merge,
}

impl Single {
    /// Its words on the command line.
    fn name(self) -> &'static str {
        match self {
            Single::Plan => "consolidate plan",
            Single::Upstream => "upstream",
            Single::Validate => "validate",
            Single::Merge => "validate merge",
        }
    }

    /// True where the answer comes from running tests.
    fn is_of_tests(self) -> bool {
        matches!(self, Single::Validate | Single::Merge)
    }
}

/// What becomes of the answer of one analysis.
#[derive(Clone, Copy, Debug)]
struct Ending {
    /// Whether findings fail the command.
    strict: bool,
    /// Whether the report is written to its file, where people read the answer.
    writes: bool,
}

/// Runs one analysis, writes its report unless JSON is asked for, and prints what was found.
fn single(
    global: &Global,
    term: Term,
    place: &Workplace,
    (command, ending): (Single, Ending),
    run: impl FnOnce(&Progress) -> Result<Made>,
) -> Result<Exit> {
    let repo = place.open()?;
    let board = Board::new(term, &[command.name()]);
    let row = board.row(command.name());
    let made = run(&row.progress());
    row.clear();
    let made = made?;
    let answer = Answer::of(&repo, place, global, term)?;
    let wanted = global.format == Format::Text && ending.writes && repo.work_tree().is_some();
    let written = if wanted { made.write(&repo) } else { Ok(()) };
    // What tests took long to find out is told even where the report cannot be written.
    if written.is_ok() || command.is_of_tests() {
        answer.print_single(command, &made, wanted && written.is_ok())?;
    }
    written?;
    Ok(if ending.strict && made.cannot_run {
        Exit::Failed
    } else if ending.strict && made.has_findings {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

fn completions(shell: clap_complete::Shell, term: Term) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "xtask", &mut script);
    Ok(term.exact(&script)?)
}
