//! Phase 5: do all changes work together, and did nothing get worse since phase 2.
//!
//! The three analyses run again, side by side; what they find is held against what phase 2 kept, and the static
//! checks of the work tree against the commit that phase 2 saw. Nothing is judged by a figure that is not in a result.

#![allow(clippy::disallowed_methods, reason = "the phase is timed here")]

mod judge;
mod report;
mod suites;
#[cfg(test)]
mod tests;
mod times;
mod told;

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use judge::{Line, Verdict};
pub use times::Times;

use self::judge::Standing;
use self::told::{Before, Consolidation, Validation};
use super::analyses::{Made, Workplace, interrupted};
use super::phase2::{self, Phase2};
use super::{Board, Phase, kept};
use crate::change;
use crate::check::{CheckId, Checked, Found};
use crate::config::reports::FINAL;
use crate::consolidate;
use crate::process::{Cancel, Interrupted};
use crate::repo::{Repo, RepoPath, Tree};
use crate::report::{Document, Level, ReportMarker};

/// The static checks, by the line that they stand in.
const KINDS: [(&str, &[CheckId]); 3] = [
    ("links and anchors", &[CheckId::BrokenLink, CheckId::BrokenAnchor]),
    ("imports", &[CheckId::BrokenImport, CheckId::PathAnchor]),
    ("calls", &[CheckId::BrokenCall]),
];

/// What the user asked of phase 5.
#[derive(Clone, Debug)]
pub struct Options {
    /// The analyses.
    pub analyses: phase2::Options,
    /// Whether a test that failed before fails the phase too.
    pub require_green: bool,
    /// Whether reports that are not fresh are written anew, and the page is written.
    pub write: bool,
}

/// What was looked at before the tests ran.
#[derive(Debug)]
pub struct Given {
    /// What is broken in the work tree, held against [`base`].
    pub checked: Checked,
    /// Whether there was a [`base`].
    pub compared: bool,
    /// Whether hooks, workflows and CONTRIBUTING.md are as they are set up.
    pub set_up: Line,
}

/// The commit that phase 2 saw, where it kept a result and the commit is still there.
pub fn base(repo: &Repo) -> Option<Tree> {
    let before: Before = kept::read(repo, kept::PHASE2)?;
    Tree::of_revision(repo, &before.commit?).ok()
}

/// What the phase found.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Phase5 {
    /// A line for each check.
    pub checks: Vec<Line>,
    /// The worst of them.
    pub verdict: Verdict,
    /// What the phases took.
    pub times: Times,
    /// What is broken since phase 2.
    #[serde(skip)]
    pub broken: Vec<Found>,
    /// The page's hash over what was read.
    #[serde(skip)]
    inputs: String,
}

/// Where the page stands.
pub fn page_path(place: &Workplace) -> RepoPath {
    RepoPath::from(place.config.validate.final_report.as_deref().unwrap_or(FINAL.usual))
}

/// Runs the analyses again and judges.
///
/// # Errors
/// An analysis cannot be done, git cannot be asked, or a report cannot be written.
pub fn run(
    place: &Workplace,
    options: &Options,
    given: Given,
    board: &Board,
    cancel: &Cancel,
) -> Result<Phase5> {
    let start = Instant::now();
    let repo = place.open()?;
    let before: Option<Before> = kept::read(&repo, kept::PHASE2);
    let notes_before = before.as_ref().and_then(Before::consolidation);
    let tests_before = before.as_ref().and_then(Before::validation);
    let asked_for = ticked(&repo, place)?;
    let uncommitted: BTreeSet<String> = repo.uncommitted()?.iter().map(ToString::to_string).collect();
    let mut asked = options.analyses.clone();
    asked.write = false;
    let has_cases = tests_before.as_ref().is_some_and(|tests| tests.cases.is_some());
    asked.validate.baseline = before.filter(|_| has_cases).map(|before| json!(before).to_string());
    let phase = phase2::run(place, &asked, board, cancel);
    if cancel.is_cancelled() {
        return Err(interrupted(Interrupted));
    }
    let made = all_made(&phase)?;
    let consolidation = Consolidation::deserialize(&made[0].json).context("read the plan's result")?;
    let validation = Validation::deserialize(&made[2].json).context("read the tests' result")?;
    let mut checks = vec![judge::plan(&consolidation, &asked_for)];
    checks.extend(judge::broken(&given.checked, given.compared, &KINDS));
    checks.push(judge::references(&consolidation, notes_before.as_ref(), &given.checked));
    checks.push(reports(&repo, &made, options.write)?);
    checks.push(given.set_up);
    checks.extend(match asked.validate.static_only {
        true => vec![Line::new("tests", Verdict::Noted, "not run, as `--static` asks")],
        false => suites::suites(&validation, tests_before.as_ref(), options.require_green),
    });
    let written = if options.write { written(&repo, place)? } else { Vec::new() };
    let uncommitted = uncommitted.into_iter().chain(written).collect();
    checks.push(work_tree(&repo, place, &uncommitted, [Some(&validation), tests_before.as_ref()])?);
    let verdict = checks.iter().map(|line| line.verdict).max().unwrap_or(Verdict::NotProven);
    let mut times = Times::read(&repo);
    let wall = start.elapsed();
    times.note(Phase::Phase5, wall, wall + phase.timing.sum().saturating_sub(phase.timing.wall()));
    let inputs = made.iter().map(|made| made.marker.inputs.as_str()).collect::<Vec<_>>().join("\n");
    let inputs = change::ContentId::of(inputs.as_bytes()).as_str().to_owned();
    let is_new = |found: &Found| found.new && found.level == Level::Deny;
    let broken = given.checked.findings.into_iter().filter(|found| given.compared && is_new(found)).collect();
    let found = Phase5 { checks, verdict, times, broken, inputs };
    if options.write {
        found.write(&repo, &page_path(place))?;
    }
    Ok(found)
}

impl Phase5 {
    /// The page.
    pub fn document(&self) -> Document {
        report::document(&self.checks, &self.times)
    }

    /// The verdict in one line.
    pub fn headline(&self) -> String {
        report::verdict(&self.checks).to_text()
    }

    fn write(&self, repo: &Repo, path: &RepoPath) -> Result<()> {
        let marker = ReportMarker { kind: "final".to_owned(), inputs: self.inputs.clone() };
        change::write_report(repo, path, self.document().to_markdown(Some(&marker)).as_bytes())?;
        kept::write(repo, kept::TIMES, &self.times)
    }
}

/// The ids that stand ticked in the plan, as its readers left it.
fn ticked(repo: &Repo, place: &Workplace) -> Result<BTreeSet<String>> {
    let [path, ..] = super::analyses::report_paths(&place.config);
    let Some(state) = change::Disk::of(repo)?.read(&path.into())? else { return Ok(BTreeSet::new()) };
    let items = consolidate::read(&String::from_utf8_lossy(&state.bytes))?.unwrap_or_default();
    Ok(items.iter().filter(|item| item.ticked).map(|item| item.id()).collect())
}

/// Results of all three parts; the first that failed is the error.
fn all_made(phase: &Phase2) -> Result<Vec<&Made>> {
    let part = |part: &'_ super::parallel::Finished<Made>| match &part.result {
        Ok(_) => Ok(()),
        Err(error) => Err(anyhow::anyhow!("{}: {error:#}", part.name)),
    };
    for one in &phase.parts {
        part(one)?;
    }
    Ok(phase.parts.iter().flat_map(|part| &part.result).collect())
}

fn reports(repo: &Repo, made: &[&Made], write: bool) -> Result<Line> {
    let tree = Tree::of_work_tree(repo)?;
    let marker = |path: &RepoPath| {
        let bytes = tree.get(path).and_then(|_| tree.read(path).ok())?;
        ReportMarker::parse(&String::from_utf8_lossy(&bytes))
    };
    let mut standing: Vec<Standing> = Vec::new();
    for made in made {
        let beside = made.beside.iter().map(|(path, _)| path);
        let files = std::iter::once(&made.path).chain(beside).map(|path| Standing {
            path: path.to_string(),
            found: marker(path),
            expected: made.marker.clone(),
        });
        // A report is as fresh as the oldest of its files.
        let mut files: Vec<Standing> = files.collect();
        let oldest = files.iter().position(|one| !one.is_fresh()).unwrap_or(0);
        let report = files.swap_remove(oldest);
        if write && !report.is_fresh() {
            made.write(repo)?;
        }
        standing.push(report);
    }
    Ok(judge::reports(&standing, write))
}

/// Differences to HEAD that nobody but the phases can account for.
fn work_tree(
    repo: &Repo,
    place: &Workplace,
    uncommitted: &BTreeSet<String>,
    [now, before]: [Option<&Validation>; 2],
) -> Result<Line> {
    let mut ours: BTreeSet<String> = BTreeSet::new();
    for set in change::list(repo)?.iter().filter(|set| set.stands) {
        ours.extend(
            set.edits
                .iter()
                .flat_map(|edit| [Some(&edit.path), edit.from.as_ref()])
                .flatten()
                .map(ToString::to_string),
        );
    }
    let own = super::analyses::report_files(&place.config).into_iter().chain([page_path(place)]);
    ours.extend(own.map(|path| path.to_string()));
    let left = |tests: Option<&Validation>| -> Vec<String> {
        tests.iter().flat_map(|tests| &tests.written).map(|written| written.path.clone()).collect()
    };
    Ok(judge::work_tree(uncommitted, &ours, [&left(now), &left(before)]))
}

/// The files that this phase leaves uncommitted: reports that it wrote by now, and the page, that holds what it took and
/// so differs from run to run.
fn written(repo: &Repo, place: &Workplace) -> Result<Vec<String>> {
    let own: BTreeSet<RepoPath> = super::analyses::report_files(&place.config).into_iter().collect();
    let page = BTreeSet::from([page_path(place)]);
    let ignored = repo.left_to_ignore(&page)?;
    let page = page.into_iter().filter(|path| !ignored.contains(path));
    let reports = repo.uncommitted()?.into_iter().filter(|path| own.contains(path));
    Ok(reports.chain(page).map(|path| path.to_string()).collect())
}
