//! Each command of the command line as a call of the rooms that do it.

#![allow(
    clippy::disallowed_methods,
    reason = "the current folder is the default repository; the age of a tracking ref is told"
)]

mod answer;
mod init;

use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use clap::CommandFactory;

use self::answer::Answer;
use crate::change::{self, ChangeSet, Which};
use crate::cli::{self, Cli, Command, Format, Global};
use crate::config::{Config, Depth};
use crate::phases::analyses::{self, Made, Place};
use crate::phases::{Board, demo, kept, phase2};
use crate::process::{Cancel, Progress};
use crate::repo::Repo;
use crate::term::Term;
use crate::{consolidate, upstream, validate};

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
        Command::Phase2(options) => phase_2(global, options, term, cancel).context("cannot run phase 2"),
        Command::Consolidate(cli::Consolidate::Plan(options)) => {
            consolidate_plan(global, options, term, cancel).context("cannot plan the consolidation")
        }
        Command::Consolidate(cli::Consolidate::Explain { a, b }) => {
            explain(global, (a, b), term, cancel).context("cannot explain the pair")
        }
        Command::Consolidate(cli::Consolidate::Search { words }) => {
            search(global, &words.join(" "), term, cancel).context("cannot search the notes")
        }
        Command::Upstream(options) => {
            upstream(global, options, term, cancel).context("cannot analyse the upstream")
        }
        Command::Validate(options) => {
            validate(global, options, term, cancel).context("cannot validate the tests")
        }
        Command::Undo(options) => undo(global, options, term).context("cannot undo"),
        Command::Init => init::run(global, term).context("cannot write xtask.toml"),
        Command::Demo(options) => demo(global, options, term, cancel).context("cannot run the demo"),
        Command::Completions { shell } => {
            completions(*shell, term)?;
            Ok(Exit::Clean)
        }
    }
}

/// The repository that a command works on, with its settings.
fn place(global: &Global) -> Result<Place> {
    let folder = match &global.repo {
        Some(folder) => folder.clone(),
        None => std::env::current_dir().context("read the current folder")?,
    };
    place_at(&folder, global)
}

fn place_at(folder: &Path, global: &Global) -> Result<Place> {
    let repo =
        Repo::open(folder).with_context(|| format!("open the repository at `{}`", folder.display()))?;
    let root = repo.work_tree().unwrap_or(repo.git_dir()).to_owned();
    let config = Config::load(&root, global.config.as_deref())?;
    let now =
        SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|time| i64::try_from(time.as_secs()).ok());
    Ok(Place { folder: root, config, now })
}

fn phase_2(global: &Global, options: &cli::Phase2, term: Term, cancel: &Cancel) -> Result<Exit> {
    let place = place(global)?;
    run_phase_2(&place, global, options, term, cancel)
}

fn run_phase_2(
    place: &Place,
    global: &Global,
    options: &cli::Phase2,
    term: Term,
    cancel: &Cancel,
) -> Result<Exit> {
    let repo = place.open()?;
    let [notes, fork, tests] = analyses::depths(options.depth.map(Into::into));
    let asked = phase2::Options {
        consolidate: consolidate::Options { depth: notes, ..consolidate_options(place) },
        upstream: upstream::Options {
            depth: fork,
            fork: options.fork.clone(),
            upstream: options.upstream.clone(),
            ..upstream_options(place)
        },
        validate: validate_options(place, &repo, tests, options.static_only),
        write: global.format == Format::Text,
    };
    say_planned(&repo, &asked.validate, term)?;
    let board = Board::new(term, &phase2::PARTS);
    let phase = phase2::run(place, &asked, &board, cancel);
    let answer = Answer::of(&repo, place, global, term)?;
    answer.print_phase_2(&phase)?;
    if global.format == Format::Text && repo.work_tree().is_some() {
        answer.keep(kept::PHASE2, "phase2", &phase.json())?;
    }
    Ok(if phase.has_failures() {
        Exit::Failed
    } else if options.strict && phase.has_findings() {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

fn consolidate_plan(
    global: &Global,
    options: &cli::ConsolidatePlan,
    term: Term,
    cancel: &Cancel,
) -> Result<Exit> {
    let mut place = place(global)?;
    let config = &mut place.config.consolidate;
    if !options.include.is_empty() {
        config.include = Some(options.include.clone());
    }
    config.exclude.extend(options.exclude.clone());
    config.keep.extend(options.keep.clone());
    let asked = consolidate::Options {
        depth: options.depth.into(),
        at: options.at.clone(),
        tick_above: options.tick_above,
        ..consolidate_options(&place)
    };
    single(global, term, &place, ("consolidate plan", options.strict, options.at.is_none()), |progress| {
        analyses::consolidation(&place, &asked, (progress, cancel), || {})
    })
}

fn explain(global: &Global, (a, b): (&str, &str), term: Term, cancel: &Cancel) -> Result<Exit> {
    let place = place(global)?;
    let repo = place.open()?;
    let options = consolidate_options(&place);
    let document = consolidate::explain(&repo, &options, a, b, &Progress::default(), cancel)?;
    Answer::of(&repo, &place, global, term)?.print_document("consolidate explain", &document)?;
    Ok(Exit::Clean)
}

fn search(global: &Global, words: &str, term: Term, cancel: &Cancel) -> Result<Exit> {
    let place = place(global)?;
    let repo = place.open()?;
    let options = consolidate_options(&place);
    let document = consolidate::search(&repo, &options, words, &Progress::default(), cancel)?;
    Answer::of(&repo, &place, global, term)?.print_document("consolidate search", &document)?;
    Ok(Exit::Clean)
}

fn upstream(global: &Global, options: &cli::Upstream, term: Term, cancel: &Cancel) -> Result<Exit> {
    let place = place(global)?;
    if let Some(cli::UpstreamCommand::Audit { range }) = &options.command {
        return audit(global, &place, range, term, cancel);
    }
    let asked = upstream::Options {
        depth: options.depth.into(),
        fork: options.fork.clone(),
        upstream: options.upstream.clone(),
        fetch: options.fetch,
        ..upstream_options(&place)
    };
    single(global, term, &place, ("upstream", options.strict, true), |progress| {
        analyses::upstream(&place, &asked, (progress, cancel))
    })
}

fn audit(global: &Global, place: &Place, range: &str, term: Term, cancel: &Cancel) -> Result<Exit> {
    let repo = place.open()?;
    let row = Board::new(term, &["upstream audit"]).row("upstream audit");
    let audit = upstream::audit(&repo, range, &row.progress(), cancel);
    row.clear();
    let audit = audit?;
    Answer::of(&repo, place, global, term)?.print_audit(&audit)?;
    Ok(if audit.has_findings() { Exit::Findings } else { Exit::Clean })
}

fn validate(global: &Global, options: &cli::Validate, term: Term, cancel: &Cancel) -> Result<Exit> {
    let place = place(global)?;
    let repo = place.open()?;
    let mut asked = validate_options(&place, &repo, options.depth.into(), options.static_only);
    asked.base = options.base.clone();
    asked.baseline = options.baseline.as_deref().map(read_baseline).transpose()?;
    say_planned(&repo, &asked, term)?;
    // `validate` is a gate by itself: it needs no `--strict`.
    single(global, term, &place, ("validate", true, true), |progress| {
        analyses::validation(&place, &asked, (progress, cancel))
    })
}

fn read_baseline(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("read the baseline `{}`", file.display()))
}

/// Runs one analysis, writes its report unless JSON is asked for, and prints what was found.
fn single(
    global: &Global,
    term: Term,
    place: &Place,
    (command, strict, writes): (&str, bool, bool),
    run: impl FnOnce(&Progress) -> Result<Made>,
) -> Result<Exit> {
    let repo = place.open()?;
    let board = Board::new(term, &[command]);
    let row = board.row(command);
    let made = run(&row.progress());
    row.clear();
    let made = made?;
    let answer = Answer::of(&repo, place, global, term)?;
    let written = global.format == Format::Text && writes && repo.work_tree().is_some();
    if written {
        made.write(&repo)?;
    }
    answer.print_single(command, &made, written)?;
    Ok(if strict && made.cannot_run {
        Exit::Failed
    } else if strict && made.has_findings {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

fn consolidate_options(place: &Place) -> consolidate::Options {
    consolidate::Options { config: place.config.consolidate.clone(), ..Default::default() }
}

fn upstream_options(place: &Place) -> upstream::Options {
    upstream::Options {
        config: place.config.upstream.clone(),
        now: place.now,
        reports: analyses::report_paths(&place.config).into(),
        ..Default::default()
    }
}

fn validate_options(place: &Place, repo: &Repo, depth: Depth, static_only: bool) -> validate::Options {
    let durations = kept::read(repo, kept::DURATIONS).unwrap_or_default();
    validate::Options {
        depth,
        config: place.config.validate.clone(),
        static_only,
        durations,
        ..Default::default()
    }
}

/// Says which suites are about to run, and how long they took the last time.
fn say_planned(repo: &Repo, options: &validate::Options, term: Term) -> Result<()> {
    if options.static_only {
        return Ok(());
    }
    for run in validate::planned(repo, options)? {
        let last = run
            .last_duration_s
            .map_or("for the first time".to_owned(), |s| format!("last time it took {s:.1} s"));
        let paths =
            if run.paths.is_empty() { "the whole repository".to_owned() } else { run.paths.join(", ") };
        term.say(&format!("about to run `{}` with {} on {paths} ({last})", run.name, run.runner));
    }
    Ok(())
}

fn undo(global: &Global, options: &cli::Undo, term: Term) -> Result<Exit> {
    let place = place(global)?;
    let repo = Repo::open(&place.folder)?;
    let answer = Answer::of(&repo, &place, global, term)?;
    if options.list {
        answer.print_sets(&change::list(&repo)?)?;
        return Ok(Exit::Clean);
    }
    if options.recover {
        answer.print_settled(change::recover(&repo, options.keep_changed)?.as_ref())?;
        return Ok(Exit::Clean);
    }
    let which = options.id.map_or(Which::Last, Which::Id);
    let Some(set) = change::undo(&repo, which)? else {
        answer.print_edits("undo", false, &[])?;
        return Ok(Exit::Clean);
    };
    edit(&repo, &answer, "undo", &set, (options.dry_run, options.check))
}

/// Shows, checks or applies a change set.
fn edit(
    repo: &Repo,
    answer: &Answer<'_>,
    command: &str,
    set: &ChangeSet,
    (dry_run, check): (bool, bool),
) -> Result<Exit> {
    if dry_run {
        answer.print(&String::from_utf8_lossy(&change::dry_run(repo, set)?))?;
        return Ok(Exit::Clean);
    }
    if check {
        let checked = change::check(repo, set)?;
        answer.print_edits(command, false, &checked.pending)?;
        return Ok(if checked.pending.is_empty() { Exit::Clean } else { Exit::Findings });
    }
    let applied = change::apply(repo, set)?;
    answer.print_edits(command, true, &applied.edits)?;
    Ok(Exit::Clean)
}

fn demo(global: &Global, options: &cli::Demo, term: Term, cancel: &Cancel) -> Result<Exit> {
    let root = demo::build(options.out.as_deref(), term)?;
    let mut place = place_at(&root, global)?;
    place.config = demo::fit(&root, place.config, term, cancel);
    let phase = cli::Phase2 {
        static_only: false,
        strict: false,
        depth: None,
        upstream: None,
        fork: "HEAD".to_owned(),
    };
    let exit = run_phase_2(&place, global, &phase, term, cancel)?;
    if global.format == Format::Text {
        let [notes, fork, tests] = analyses::report_paths(&place.config);
        let shown = [notes, fork, tests].map(|path| root.join(path.display().as_ref()).display().to_string());
        term.result(&format!("the reports of the sample:\n  {}", shown.join("\n  ")))?;
    }
    Ok(exit)
}

fn completions(shell: clap_complete::Shell, term: Term) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "xtask", &mut script);
    Ok(term.result(&String::from_utf8_lossy(&script))?)
}
