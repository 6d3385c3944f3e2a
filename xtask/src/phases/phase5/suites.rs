//! What the final validation says of each test suite, held against what phase 2 found.
//!
//! A test that fails and did not fail then is a regression only where it ran then. A test that passed then and is not
//! collected any more is one too: no phase removes tests.

use std::collections::{BTreeMap, BTreeSet};

use super::judge::{Line, Verdict};
use super::told::{Baseline, Case, Run, Validation};
use crate::report::count;
use crate::validate::{CaseOutcome, Counts, Status};

/// What makes the state of now the one to compare with.
const ANEW: &str = "`xtask phase2` (with `all`: `--restart`) makes this the state to compare with";

/// A line for each suite: regressions fail, failures of before are noted unless all must be green. `before` is what
/// phase 2 kept of the tests.
pub(super) fn suites(validation: &Validation, before: Option<&Validation>, require_green: bool) -> Vec<Line> {
    let before = before.filter(|before| before.cases.is_some());
    let suites = Suites::of(validation, before);
    let mut lines: Vec<Line> = validation.runs.iter().map(|run| suites.line(run, require_green)).collect();
    lines.extend(suites.vanished(&validation.runs, before));
    if !lines.is_empty() {
        return lines;
    }
    match &validation.unavailable {
        Some(why) => vec![Line::new("tests", Verdict::NotApplicable, why)],
        None => vec![Line::new("tests", Verdict::NotProven, "no suite was run")],
    }
}

/// How the tests compare with before.
struct Suites<'a> {
    cases: Vec<&'a Case>,
    compared: bool,
    worse: BTreeSet<&'a str>,
    /// Failures that are known to have failed before.
    known: BTreeSet<&'a str>,
    skipped: BTreeSet<&'a str>,
    /// Tests by suite that passed before and are not collected any more.
    gone: BTreeMap<&'a str, Vec<String>>,
}

fn check(run: &Run) -> String {
    format!("tests: {} ({})", run.suite, run.kind.name())
}

/// A test without the parameters that it was given: those may be other ones in every run.
fn function(id: &str) -> &str {
    id.split('[').next().unwrap_or(id)
}

impl<'a> Suites<'a> {
    fn of(validation: &'a Validation, before: Option<&'a Validation>) -> Self {
        let ids = |list: fn(&Baseline) -> &Vec<String>| {
            validation.baseline.iter().flat_map(list).map(String::as_str)
        };
        let cases: Vec<&Case> = validation.cases().collect();
        let functions: BTreeSet<&str> = cases.iter().map(|case| function(&case.id)).collect();
        let left: BTreeSet<&str> =
            ids(|baseline| &baseline.gone).filter(|id| !functions.contains(function(id))).collect();
        let mut gone: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for case in before.into_iter().flat_map(Validation::cases) {
            use CaseOutcome::{Flaky, Passed, Xpassed};
            if left.contains(case.id.as_str()) && matches!(case.outcome, Passed | Flaky | Xpassed) {
                gone.entry(&case.suite).or_default().push(case.id.clone());
            }
        }
        Self {
            cases,
            compared: before.is_some() && validation.baseline.is_some(),
            worse: ids(|baseline| &baseline.new_failures).collect(),
            known: ids(|baseline| &baseline.still_failing)
                .chain(ids(|baseline| &baseline.changed_cause))
                .collect(),
            skipped: ids(|baseline| &baseline.newly_skipped).collect(),
            gone,
        }
    }

    fn line(&self, run: &Run, require_green: bool) -> Line {
        let (fails, unproven) =
            if run.gating { (Verdict::Fails, Verdict::NotProven) } else { (Verdict::Noted, Verdict::Noted) };
        let (check, tally) = (check(run), tally(&run.counts));
        let has_failed = match run.status {
            Status::Passed => false,
            Status::Failed => true,
            Status::Incomplete | Status::TimedOut | Status::CannotRun => {
                let why = run.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
                let verdict = if run.status == Status::CannotRun { unproven } else { fails };
                return Line::new(check, verdict, format!("{}{why} ({tally})", run.status.name()));
            }
        };
        let mut remarks = self.remarks(&run.suite, has_failed, (fails, unproven));
        if has_failed && require_green {
            remarks.push(Remark::new(fails, "all must pass", Vec::new()));
        }
        if run.counts.passed == 0 && run.counts.collected > 0 && !has_failed {
            let verdict = if require_green { unproven } else { Verdict::Noted };
            remarks.push(Remark::new(verdict, "none of them passed", Vec::new()));
        }
        let verdict = remarks.iter().map(|remark| remark.verdict).max().unwrap_or(Verdict::Holds);
        let words = remarks.iter().map(|remark| format!("; {}", remark.words)).collect::<String>();
        let places = remarks.into_iter().flat_map(|remark| remark.tests).collect();
        Line::new(check, verdict, format!("{tally}{words}")).with(places)
    }

    /// What is to be said of a suite that ran to its end.
    fn remarks(&self, suite: &str, failed: bool, (fails, unproven): (Verdict, Verdict)) -> Vec<Remark> {
        let mut remarks = Vec::new();
        let bad: Vec<&str> = self
            .cases
            .iter()
            .filter(|case| case.suite == suite)
            .filter(|case| matches!(case.outcome, CaseOutcome::Failed | CaseOutcome::Error))
            .map(|case| case.id.as_str())
            .collect();
        let of = |ids: &BTreeSet<&str>| -> Vec<String> {
            bad.iter().filter(|id| ids.contains(*id)).map(ToString::to_string).collect()
        };
        let worse = of(&self.worse);
        let is_known = |id: &&&str| self.worse.contains(**id) || self.known.contains(**id);
        let unknown: Vec<String> = bad.iter().filter(|id| !is_known(id)).map(ToString::to_string).collect();
        if failed && !self.compared {
            let words = "phase 2 kept no result to compare with: run `xtask phase2` first";
            remarks.push(Remark::new(unproven, words, Vec::new()));
        } else if failed && worse.is_empty() && unknown.is_empty() {
            remarks.push(Remark::new(Verdict::Noted, "all of them failed at phase 2 too", Vec::new()));
        }
        if !worse.is_empty() {
            remarks.push(Remark::new(fails, &format!("{} did not fail at phase 2", worse.len()), worse));
        }
        if self.compared && !unknown.is_empty() {
            let were = if unknown.len() == 1 { "was" } else { "were" };
            let words = format!("{} {were} not run at phase 2: {ANEW}", unknown.len());
            remarks.push(Remark::new(unproven, &words, unknown));
        }
        if let Some(gone) = self.gone.get(suite) {
            let are = if gone.len() == 1 { "is" } else { "are" };
            let words = format!("{} that passed at phase 2 {are} gone: {ANEW}", gone.len());
            remarks.push(Remark::new(fails, &words, gone.clone()));
        }
        let here = |id: &&&str| self.cases.iter().any(|case| case.id == **id && case.suite == suite);
        let skipped: Vec<String> = self.skipped.iter().filter(here).map(ToString::to_string).collect();
        if !skipped.is_empty() {
            let were = if skipped.len() == 1 { "was" } else { "were" };
            let words = format!("{} {were} not skipped at phase 2", skipped.len());
            remarks.push(Remark::new(Verdict::Noted, &words, skipped));
        }
        remarks
    }

    /// A line for each suite of which phase 2 saw tests pass, and that is not there any more.
    fn vanished(&self, runs: &[Run], before: Option<&Validation>) -> Vec<Line> {
        let here: BTreeSet<&str> = runs.iter().map(|run| run.suite.as_str()).collect();
        // A test that another suite runs now is not gone.
        let standing: BTreeSet<&str> = self.cases.iter().map(|case| function(&case.id)).collect();
        let line = |run: &Run| {
            let passed = |case: &&Case| case.suite == run.suite && case.outcome == CaseOutcome::Passed;
            let gone: Vec<String> = before
                .into_iter()
                .flat_map(Validation::cases)
                .filter(|case| passed(case) && !standing.contains(function(&case.id)))
                .map(|case| case.id.clone())
                .collect();
            let verdict = if run.gating { Verdict::Fails } else { Verdict::Noted };
            let evidence = format!(
                "the suite is gone, of which {} passed at phase 2: {ANEW}",
                count(gone.len(), "test")
            );
            (!gone.is_empty()).then(|| Line::new(check(run), verdict, evidence).with(gone))
        };
        let old = before.into_iter().flat_map(|before| &before.runs);
        old.filter(|run| !here.contains(run.suite.as_str())).filter_map(line).collect()
    }
}

/// Something to be said of a suite.
struct Remark {
    verdict: Verdict,
    words: String,
    tests: Vec<String>,
}

impl Remark {
    fn new(verdict: Verdict, words: &str, tests: Vec<String>) -> Self {
        Self { verdict, words: words.to_owned(), tests }
    }
}

/// How the tests of a run ended; the figures add up.
fn tally(counts: &Counts) -> String {
    let named = [
        (counts.flaky, "flaky"),
        (counts.skipped, "skipped"),
        (counts.xfailed, "xfailed"),
        (counts.xpassed, "xpassed"),
        (counts.not_run, "not run"),
    ];
    let named = named.iter().filter(|(count, _)| *count > 0);
    let others: String = named.map(|(count, name)| format!(", {count} {name}")).collect();
    let bad = counts.failed + counts.errors;
    format!("{} passed, {bad} failed{others} of {}", counts.passed, counts.collected)
}
