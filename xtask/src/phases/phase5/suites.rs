//! What the final validation says of each test suite, held against what phase 2 found.
//!
//! A test that fails and did not fail then is a regression only where it ran then. A test that passed then and is not
//! collected any more is one too: no phase removes tests.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::judge::{Line, Verdict, list_of};
use crate::report::count;

/// What makes the state of now the one to compare with.
const ANEW: &str = "`xtask phase2` (with `all`: `--restart`) makes this the state to compare with";

/// A line for each suite: regressions fail, failures of before are noted unless all must be green. `before` is what
/// phase 2 kept of the tests.
pub(super) fn suites(validation: &Value, before: Option<&Value>, require_green: bool) -> Vec<Line> {
    let before = before.filter(|before| before.get("cases").is_some_and(Value::is_array));
    let runs = list_of(validation, &["runs"]);
    let suites = Suites::of(validation, before);
    let mut lines: Vec<Line> = runs.iter().map(|run| suites.line(run, require_green)).collect();
    lines.extend(suites.vanished(&runs, before));
    if !lines.is_empty() {
        return lines;
    }
    match validation.get("unavailable").and_then(Value::as_str) {
        Some(why) => vec![Line::new("tests", Verdict::NotApplicable, why)],
        None => vec![Line::new("tests", Verdict::NotProven, "no suite was run")],
    }
}

/// How the tests compare with before.
struct Suites<'a> {
    cases: Vec<Case<'a>>,
    compared: bool,
    worse: BTreeSet<&'a str>,
    /// Failures that are known to have failed before.
    known: BTreeSet<&'a str>,
    skipped: BTreeSet<&'a str>,
    /// Tests by suite that passed before and are not collected any more.
    gone: BTreeMap<&'a str, Vec<String>>,
}

#[derive(Clone, Copy)]
struct Case<'a> {
    id: &'a str,
    suite: &'a str,
    outcome: &'a str,
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn cases_of(validation: &Value) -> impl Iterator<Item = Case<'_>> {
    let cases = list_of(validation, &["cases"]).into_iter();
    cases.map(|case| Case {
        id: text(case, "id"),
        suite: text(case, "suite"),
        outcome: text(case, "outcome"),
    })
}

/// A test without the parameters that it was given: those may be other ones in every run.
fn function(id: &str) -> &str {
    id.split('[').next().unwrap_or(id)
}

impl<'a> Suites<'a> {
    fn of(validation: &'a Value, before: Option<&'a Value>) -> Self {
        let ids = |list: &str| list_of(validation, &["baseline", list]).into_iter().filter_map(Value::as_str);
        let cases: Vec<Case<'a>> = cases_of(validation).collect();
        let functions: BTreeSet<&str> = cases.iter().map(|case| function(case.id)).collect();
        let left: BTreeSet<&str> = ids("gone").filter(|id| !functions.contains(function(id))).collect();
        let mut gone: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for case in before.into_iter().flat_map(cases_of) {
            if left.contains(case.id) && matches!(case.outcome, "passed" | "flaky" | "xpassed") {
                gone.entry(case.suite).or_default().push(case.id.to_owned());
            }
        }
        Self {
            cases,
            compared: before.is_some() && validation.get("baseline").is_some_and(Value::is_object),
            worse: ids("new_failures").collect(),
            known: ids("still_failing").chain(ids("changed_cause")).collect(),
            skipped: ids("newly_skipped").collect(),
            gone,
        }
    }

    fn line(&self, run: &Value, require_green: bool) -> Line {
        let suite = text(run, "suite");
        let check = format!("tests: {suite} ({})", text(run, "kind"));
        let gating = run.get("gating").and_then(Value::as_bool).unwrap_or(true);
        let (fails, unproven) =
            if gating { (Verdict::Fails, Verdict::NotProven) } else { (Verdict::Noted, Verdict::Noted) };
        let tally = tally(run);
        let status = text(run, "status");
        if !matches!(status, "passed" | "failed") {
            let why = run.get("why").and_then(Value::as_str).map(|why| format!(": {why}"));
            let verdict = if status == "cannot-run" { unproven } else { fails };
            return Line::new(check, verdict, format!("{status}{} ({tally})", why.unwrap_or_default()));
        }
        let mut remarks = self.remarks(suite, status == "failed", (fails, unproven));
        if status == "failed" && require_green {
            remarks.push(Remark::new(fails, "all must pass", Vec::new()));
        }
        if number(run, "passed") == 0 && number(run, "collected") > 0 && status == "passed" {
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
            .filter(|case| case.suite == suite && matches!(case.outcome, "failed" | "error"))
            .map(|case| case.id)
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
    fn vanished(&self, runs: &[&Value], before: Option<&Value>) -> Vec<Line> {
        let here: BTreeSet<&str> = runs.iter().map(|run| text(run, "suite")).collect();
        // A test that another suite runs now is not gone.
        let standing: BTreeSet<&str> = self.cases.iter().map(|case| function(case.id)).collect();
        let line = |run: &Value| {
            let suite = text(run, "suite");
            let was = |case: &Case<'_>| case.suite == suite && case.outcome == "passed";
            let gone: Vec<String> = before
                .into_iter()
                .flat_map(cases_of)
                .filter(|case| was(case) && !standing.contains(function(case.id)))
                .map(|case| case.id.to_owned())
                .collect();
            let gating = run.get("gating").and_then(Value::as_bool).unwrap_or(true);
            let verdict = if gating { Verdict::Fails } else { Verdict::Noted };
            let evidence = format!(
                "the suite is gone, of which {} passed at phase 2: {ANEW}",
                count(gone.len(), "test")
            );
            let check = format!("tests: {suite} ({})", text(run, "kind"));
            (!gone.is_empty()).then(|| Line::new(check, verdict, evidence).with(gone))
        };
        let old = before.map(|before| list_of(before, &["runs"])).unwrap_or_default();
        old.into_iter().filter(|run| !here.contains(text(run, "suite"))).filter_map(line).collect()
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

fn number(run: &Value, field: &str) -> u64 {
    run.get("counts").and_then(|counts| counts.get(field)).and_then(Value::as_u64).unwrap_or(0)
}

/// How the tests of a run ended; the figures add up.
fn tally(run: &Value) -> String {
    let bad = number(run, "failed") + number(run, "errors");
    let named = [
        ("flaky", "flaky"),
        ("skipped", "skipped"),
        ("xfailed", "xfailed"),
        ("xpassed", "xpassed"),
        ("not_run", "not run"),
    ];
    let named = named.iter().filter(|(field, _)| number(run, field) > 0);
    let others: String = named.map(|(field, name)| format!(", {} {name}", number(run, field))).collect();
    format!("{} passed, {bad} failed{others} of {}", number(run, "passed"), number(run, "collected"))
}
