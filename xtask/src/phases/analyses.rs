//! One analysis from options to report: what the single commands and phase 2 share.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde_json::Value;

use super::kept;
use crate::change;
use crate::config::{Config, Depth, reports};
use crate::process::{Cancel, Interrupted, Progress};
use crate::repo::{Location, Repo, RepoPath};
use crate::report::{self, Block, Document, Hinted, Inline, Outcome, ReportMarker, Unavailable};
use crate::{consolidate, upstream, validate};

/// Where and with which settings a command works. Each thread opens the repository for itself.
#[derive(Clone, Debug)]
pub struct Workplace {
    /// A folder inside the repository.
    pub folder: PathBuf,
    /// The repository around it, where it was found already.
    pub location: Option<Location>,
    /// Its `xtask.toml`.
    pub config: Config,
    /// Seconds since 1970, for remarks about age on stderr; no result depends on it.
    pub now: Option<i64>,
}

impl Workplace {
    /// Opens the repository.
    ///
    /// # Errors
    /// There is none, git refuses it, or an interrupted change set has to be settled first.
    pub fn open(&self) -> Result<Repo> {
        let repo = match &self.location {
            Some(location) => Repo::open_at(location)?,
            None => Repo::open(&self.folder)?,
        };
        if let Some(pending) = change::pending(&repo)? {
            let error =
                Hinted::new("a change set was interrupted and has to be settled first", pending.hint());
            return Err(error.into());
        }
        Ok(repo)
    }
}

/// A finished analysis in all its forms.
#[derive(Debug)]
pub struct Made {
    /// The result for `--format json`.
    pub json: Value,
    /// The report.
    pub document: Document,
    /// The report's first line.
    pub marker: ReportMarker,
    /// Where the report stands.
    pub path: RepoPath,
    /// Files that go with the report, such as a picture.
    pub beside: Vec<(RepoPath, Vec<u8>)>,
    /// Results for later commands, by their place under `<common-dir>/xtask/`.
    pub kept: Vec<(&'static str, Value)>,
    /// What changed since the commit that was asked for, in one line.
    pub since: Option<String>,
    /// What was found, in one line.
    pub headline: String,
    /// What to do next, in one line; empty when there is nothing.
    pub next_step: String,
    /// Whether `--strict` fails for it.
    pub has_findings: bool,
    /// Whether something that had to run could not, so that nothing is proven.
    pub cannot_run: bool,
}

/// What a room says of its own result.
struct Words {
    document: Document,
    inputs: String,
    headline: String,
    next_step: String,
    has_findings: bool,
}

/// Report kinds, as their markers name them.
const CONSOLIDATION: &str = "consolidation";
const UPSTREAM: &str = "upstream";
const VALIDATION: &str = "validation";

/// The reports' places with these settings, in the order consolidation, upstream, validation.
pub fn report_paths(config: &Config) -> [RepoPath; 3] {
    let path = |chosen: &Option<String>, place: &reports::Place| {
        RepoPath::from(chosen.as_deref().unwrap_or(place.usual))
    };
    [
        path(&config.consolidate.report, &reports::CONSOLIDATION),
        path(&config.upstream.report, &reports::UPSTREAM),
        path(&config.validate.report, &reports::VALIDATION),
    ]
}

/// All files that the reports may consist of: their pages, and the picture beside the plan.
pub fn report_files(config: &Config) -> Vec<RepoPath> {
    let pages = report_paths(config);
    let picture = picture_of(&pages[0]);
    pages.into_iter().chain([picture]).collect()
}

/// The overlap matrix stands beside the plan.
fn picture_of(plan: &RepoPath) -> RepoPath {
    plan.with_extension("svg")
}

/// Analysis A; `read` is called once all notes are in memory.
///
/// # Errors
/// The repository or a note that must be read cannot be read, or a setting does not hold.
pub fn consolidation(
    place: &Workplace,
    options: &consolidate::Options,
    watch: (&Progress, &Cancel),
    read: impl FnOnce(),
) -> Result<Made> {
    whole(watch.1, || consolidation_uncaught(place, options, watch, read))
}

/// Does work of which a part is worth nothing, its report included.
fn whole(cancel: &Cancel, work: impl FnOnce() -> Result<Made>) -> Result<Made> {
    cancel.catch(work).map_err(interrupted)?
}

/// What a command ends with that somebody stopped.
pub fn interrupted(_: Interrupted) -> anyhow::Error {
    Hinted::new("interrupted", "nothing was written by what was stopped; call it again").into()
}

fn consolidation_uncaught(
    place: &Workplace,
    options: &consolidate::Options,
    watch: (&Progress, &Cancel),
    read: impl FnOnce(),
) -> Result<Made> {
    let repo = place.open()?;
    let input = consolidate::gather(&repo, options, watch.0, watch.1)?;
    read();
    let result = consolidate::analyse(input, options, watch.0, watch.1)?;
    let [path, ..] = report_paths(&place.config);
    // A report that is printed has no place for it.
    let is_written = options.at.is_none() && repo.work_tree().is_some();
    let picture = is_written.then(|| picture_of(&path));
    let words = |analysis: &consolidate::Analysis| Words {
        document: consolidate::report(analysis, picture.as_ref()),
        inputs: analysis.inputs.clone(),
        headline: consolidate::headline(analysis),
        next_step: consolidate::next_step(analysis),
        has_findings: analysis.has_findings(),
    };
    let mut made = made(&result, CONSOLIDATION, path, words)?;
    if let Outcome::Done(analysis) = &result {
        made.since = analysis.since.as_ref().map(consolidate::since_line);
        made.beside.extend(picture.map(|path| (path, consolidate::matrix(analysis).into_bytes())));
    }
    Ok(made)
}

/// Analysis B.
///
/// # Errors
/// A side that was named does not exist, or git fails in a way that leaves nothing to say.
pub fn upstream(place: &Workplace, options: &upstream::Options, watch: (&Progress, &Cancel)) -> Result<Made> {
    whole(watch.1, || {
        let repo = place.open()?;
        let result = upstream::run(&repo, options, watch.0, watch.1)?;
        let [_, path, _] = report_paths(&place.config);
        made(&result, UPSTREAM, path, |analysis| Words {
            document: upstream::report(analysis),
            inputs: analysis.inputs.clone(),
            headline: upstream::headline(analysis),
            next_step: upstream::next_step(analysis),
            has_findings: upstream::has_findings(analysis),
        })
    })
}

/// Analysis C.
///
/// # Errors
/// The repository cannot be read, or a setting does not hold.
pub fn validation(
    place: &Workplace,
    options: &validate::Options,
    watch: (&Progress, &Cancel),
) -> Result<Made> {
    validated(place, options, watch).map(|(made, _)| made)
}

/// Analysis C in all its forms, and as it is.
///
/// # Errors
/// As [`validation`].
pub fn validated(
    place: &Workplace,
    options: &validate::Options,
    watch: (&Progress, &Cancel),
) -> Result<(Made, Outcome<validate::Analysis>)> {
    let repo = place.open()?;
    // Tests may write files themselves: those are told apart.
    let count = uncommitted(&repo, &place.config)?;
    let result = validate::run(&repo, options, watch.0, watch.1)?;
    let made = made_of(place, count, &result)?;
    Ok((made, result))
}

/// The results of all parts of a split run as one.
///
/// # Errors
/// As [`validation`], and where the parts are not the parts of one run.
pub fn merged(
    place: &Workplace,
    options: &validate::Options,
    files: &[(String, String)],
    watch: (&Progress, &Cancel),
) -> Result<(Made, validate::Analysis)> {
    let repo = place.open()?;
    let frame = match validate::run(&repo, options, watch.0, watch.1)? {
        Outcome::Done(analysis) => analysis,
        Outcome::Unavailable(unavailable) => bail!("{}", unavailable.why),
    };
    let result = validate::merge(files, frame, &place.config.validate)?;
    let count = uncommitted(&repo, &place.config)?;
    let made = made_of(place, count, &Outcome::Done(result.clone()))?;
    Ok((made, result))
}

/// The report of a run over a tree with so many files that are in no commit.
fn made_of(place: &Workplace, uncommitted: usize, result: &Outcome<validate::Analysis>) -> Result<Made> {
    let [_, _, path] = report_paths(&place.config);
    let mut made = made(result, VALIDATION, path, |analysis| Words {
        document: validate::report(analysis),
        inputs: analysis.inputs.clone(),
        headline: validate::headline(analysis),
        next_step: validate::next_step(analysis),
        has_findings: analysis.is_failing(),
    })?;
    say_uncommitted(&mut made.document, uncommitted);
    if let Outcome::Done(analysis) = result {
        made.cannot_run = analysis.cannot_run();
        if analysis.shard.is_some() {
            // All parts must split by the same durations, so that one of them may not change them.
            return Ok(made);
        }
        if let Some(durations) = analysis.durations() {
            let durations = serde_json::to_value(durations).context("write the durations as JSON")?;
            made.kept.push((kept::DURATIONS, durations));
        }
    }
    Ok(made)
}

impl Made {
    /// Writes the report, and what goes with it, into the work tree.
    ///
    /// # Errors
    /// The place leads out of the repository or through a link, holds another's file, or cannot be written.
    pub fn write(&self, repo: &Repo) -> Result<()> {
        let text = self.document.to_markdown(Some(&self.marker));
        change::write_report(repo, &self.path, text.as_bytes())?;
        for (path, bytes) in &self.beside {
            let led = [self.marker.render().as_bytes(), b"\n", bytes].concat();
            change::write_report(repo, path, &led)?;
        }
        for (path, value) in &self.kept {
            kept::write(repo, path, value)?;
        }
        Ok(())
    }
}

fn made<T: Serialize>(
    result: &Outcome<T>,
    kind: &str,
    path: RepoPath,
    words: impl FnOnce(&T) -> Words,
) -> Result<Made> {
    let words = match result {
        Outcome::Done(analysis) => words(analysis),
        Outcome::Unavailable(unavailable) => words_of_absence(kind, unavailable),
    };
    Ok(Made {
        json: serde_json::to_value(result).context("write the result as JSON")?,
        document: words.document,
        marker: ReportMarker { kind: kind.to_owned(), inputs: words.inputs },
        path,
        beside: Vec::new(),
        kept: Vec::new(),
        since: None,
        headline: words.headline,
        next_step: words.next_step,
        has_findings: words.has_findings,
        cannot_run: false,
    })
}

/// What does not apply is said in the report's own place, so that an old report does not stay behind as if it held.
fn words_of_absence(kind: &str, unavailable: &Unavailable) -> Words {
    let mut document = Document::default();
    let title = match kind {
        "consolidation" => "Documentation consolidation plan",
        "upstream" => "Upstream sync analysis",
        _ => "Test suite report",
    };
    document.heading(1, title);
    document.paragraph(Inline::plain("Not applicable: ").marked(&unavailable.why).text("."));
    if let Some(hint) = &unavailable.hint {
        document.paragraph(Inline::default().strong("What to do:").text(" ").marked(hint));
    }
    Words {
        document,
        inputs: ReportMarker::NOTHING.to_owned(),
        headline: format!("not applicable: {}", unavailable.why),
        next_step: unavailable.hint.clone().unwrap_or_default(),
        has_findings: false,
    }
}

/// Opens the report with how much of what was read is in no commit.
fn say_uncommitted(document: &mut Document, count: usize) {
    if count == 0 {
        return;
    }
    let files = report::count(count, "uncommitted file");
    let line = Block::Paragraph(format!("Includes {files}.").into());
    let after_title = usize::from(matches!(document.blocks.first(), Some(Block::Heading(..))));
    document.blocks.insert(after_title, line);
}

/// How many files of the work tree are in no commit, the tool's own reports aside.
///
/// # Errors
/// The index or the work tree cannot be read.
pub fn uncommitted(repo: &Repo, config: &Config) -> Result<usize> {
    let own = report_files(config);
    Ok(repo.uncommitted()?.iter().filter(|path| !own.contains(path)).count())
}

/// The depth of each analysis, with one asked for all or its own default.
pub fn depths(asked: Option<Depth>) -> [Depth; 3] {
    match asked {
        Some(depth) => [depth; 3],
        None => [Depth::Medium, Depth::Thorough, Depth::Medium],
    }
}
