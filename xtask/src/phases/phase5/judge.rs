//! What each check of the final validation says, worked out from what phase 2 kept and from what is found now.
//!
//! Both come in the form that `--format json` prints, so that a result of an earlier version can be compared too.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::check::Checked;
use crate::report::{Level, ReportMarker, count};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// There is nothing of the kind here.
    NotApplicable,
    /// It holds.
    Holds,
    /// It is no worse than before, and not as it should be.
    Noted,
    /// It could not be found out.
    NotProven,
    /// It does not hold, or got worse.
    Fails,
}

impl Verdict {
    /// The word of reports and messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotApplicable => "not applicable",
            Self::Holds => "holds",
            Self::Noted => "noted",
            Self::NotProven => "not proven",
            Self::Fails => "fails",
        }
    }
}

/// One check with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Line {
    /// What was checked.
    pub check: String,
    /// How it ended.
    pub verdict: Verdict,
    /// Why, with figures.
    pub evidence: String,
    /// The places behind it.
    pub details: Vec<String>,
}

impl Line {
    /// A check without places behind it.
    pub fn new(check: impl Into<String>, verdict: Verdict, evidence: impl Into<String>) -> Self {
        Self { check: check.into(), verdict, evidence: evidence.into(), details: Vec::new() }
    }

    /// The same with the places behind it.
    pub fn with(mut self, details: Vec<String>) -> Self {
        self.details = details;
        self
    }
}

/// Whether what was ticked in the plan has been carried out; `asked` are the ids that stood ticked in it. What a new
/// look at the notes proposes beside them only waits.
pub(super) fn plan(consolidation: &Value, asked: &BTreeSet<String>) -> Line {
    const CHECK: &str = "consolidation plan";
    if let Some(why) = consolidation.get("unavailable").and_then(Value::as_str) {
        return Line::new(CHECK, Verdict::NotApplicable, why);
    }
    let items: Vec<&Value> = ["merges", "archive", "duplicates"]
        .iter()
        .flat_map(|list| list_of(consolidation, &["plan", list]))
        .collect();
    let is = |item: &Value, field: &str| item.get(field).and_then(Value::as_bool).unwrap_or(false);
    let done = items.iter().filter(|item| is(item, "done")).count();
    let was_asked =
        |item: &Value| item.get("id").and_then(Value::as_str).is_some_and(|id| asked.contains(id));
    let left: Vec<&&Value> =
        items.iter().filter(|item| is(item, "ticked") && !is(item, "done") && was_asked(item)).collect();
    if left.is_empty() {
        // The lists have more than the plan: notes that are not sure enough to be proposed.
        let proposed = consolidation.pointer("/summary/proposed").and_then(Value::as_u64).unwrap_or(0);
        let waits = if proposed == 1 { "waits" } else { "wait" };
        let evidence = format!(
            "{} done, none of the ticked ones left; {proposed} {waits} for a decision",
            count(done, "item")
        );
        return Line::new(CHECK, Verdict::Holds, evidence);
    }
    let evidence =
        format!("{} ticked items are not carried out, {done} are; run `cargo xtask phase3`", left.len());
    Line::new(CHECK, Verdict::Fails, evidence).with(left.iter().map(|item| item_words(item)).collect())
}

fn item_words(item: &Value) -> String {
    let text = |field: &str| item.get(field).and_then(Value::as_str).unwrap_or_default();
    let what = match (text("target"), text("to"), text("same_as")) {
        ("", "", same_as) => format!("remove {}, the same as {same_as}", text("path")),
        ("", to, _) => format!("archive {} to {to}", text("path")),
        (target, _, _) => format!("merge {} notes into {target}", list_of(item, &["sources"]).len()),
    };
    format!("{what} ({})", text("id"))
}

/// The static checks, a line for each kind: what is broken since phase 2 fails, what was broken before is noted.
pub(super) fn broken(checked: &Checked, kinds: &[(&str, &[&str])]) -> Vec<Line> {
    let line = |(name, checks): &(&str, &[&str])| {
        let found: Vec<_> = checked.findings.iter().filter(|found| checks.contains(&found.check)).collect();
        let place =
            |found: &&&crate::check::Found| format!("{}:{}: {}", found.path, found.line, found.message);
        let denied: Vec<_> = found.iter().filter(|found| found.level == Level::Deny && found.new).collect();
        if !denied.is_empty() {
            let evidence =
                format!("{} broken since phase 2, {} before", denied.len(), found.len() - denied.len());
            return Line::new(*name, Verdict::Fails, evidence).with(denied.iter().map(place).collect());
        }
        if found.is_empty() {
            return Line::new(*name, Verdict::Holds, format!("all resolve ({} files read)", checked.checked));
        }
        let were = if found.len() == 1 { "was" } else { "were" };
        let evidence = format!("{} {were} broken before, none since phase 2", found.len());
        Line::new(*name, Verdict::Noted, evidence).with(found.iter().map(|found| place(&found)).collect())
    };
    kinds.iter().map(line).collect()
}

/// One report: its place, the marker that stands there, and the marker that it would get now.
pub(super) struct Standing {
    /// Where it stands.
    pub(super) path: String,
    /// What stands there; `None` where there is no report of ours.
    pub(super) found: Option<ReportMarker>,
    /// What belongs there.
    pub(super) expected: ReportMarker,
}

impl Standing {
    pub(super) fn is_fresh(&self) -> bool {
        self.found.as_ref() == Some(&self.expected)
    }
}

/// Whether the reports tell of what is here now; `written` says that stale ones were written anew.
pub(super) fn reports(standing: &[Standing], written: bool) -> Line {
    let stale: Vec<&Standing> = standing.iter().filter(|one| !one.is_fresh()).collect();
    let fresh = standing.len() - stale.len();
    if stale.is_empty() {
        return Line::new("reports", Verdict::Holds, format!("{fresh} of {fresh} tell of what is here now"));
    }
    let details = stale.iter().map(|one| match one.found {
        Some(_) => format!("{} was of an earlier state", one.path),
        None => format!("{} was not there", one.path),
    });
    let details = details.collect();
    if written {
        let evidence = format!("{fresh} were fresh, {} written anew", stale.len());
        return Line::new("reports", Verdict::Holds, evidence).with(details);
    }
    let evidence = format!("{} of {} are stale; run `cargo xtask phase2`", stale.len(), standing.len());
    Line::new("reports", Verdict::Fails, evidence).with(details)
}

/// A line for each test suite: regressions fail, failures of before are noted unless all must be green.
pub(super) fn suites(validation: &Value, require_green: bool) -> Vec<Line> {
    if let Some(why) = validation.get("unavailable").and_then(Value::as_str) {
        return vec![Line::new("tests", Verdict::NotApplicable, why)];
    }
    let runs = list_of(validation, &["runs"]);
    if runs.is_empty() {
        return vec![Line::new("tests", Verdict::NotProven, "no suite was run")];
    }
    let suites = Suites::of(validation);
    runs.into_iter().map(|run| suites.line(run, require_green)).collect()
}

/// Where each test belongs, and how it compares with before.
struct Suites<'a> {
    suite_of: BTreeMap<&'a str, &'a str>,
    compared: bool,
    worse: BTreeSet<&'a str>,
    skipped: BTreeSet<&'a str>,
}

impl<'a> Suites<'a> {
    fn of(validation: &'a Value) -> Self {
        let text = |value: &'a Value, field: &str| value.get(field).and_then(Value::as_str);
        let suite_of = list_of(validation, &["cases"])
            .into_iter()
            .filter_map(|case| Some((text(case, "id")?, text(case, "suite")?)))
            .collect();
        let ids = |list: &str| list_of(validation, &["baseline", list]).into_iter().filter_map(Value::as_str);
        Self {
            suite_of,
            compared: validation.get("baseline").is_some_and(Value::is_object),
            worse: ids("new_failures").collect(),
            skipped: ids("newly_skipped").collect(),
        }
    }

    fn line(&self, run: &Value, require_green: bool) -> Line {
        let text = |field: &str| run.get(field).and_then(Value::as_str).unwrap_or_default();
        let kind = text("kind");
        let check = format!("tests: {} ({kind})", text("suite"));
        let gating = run.get("gating").and_then(Value::as_bool).unwrap_or(true);
        let count = |field: &str| {
            run.get("counts").and_then(|counts| counts.get(field)).and_then(Value::as_u64).unwrap_or(0)
        };
        let bad = count("failed") + count("errors");
        let named = [("flaky", "flaky"), ("skipped", "skipped"), ("not_run", "not run")];
        let named = named.iter().filter(|(field, _)| count(field) > 0);
        let others: String = named.map(|(field, name)| format!(", {} {name}", count(field))).collect();
        let tally = format!("{} passed, {bad} failed{others} of {}", count("passed"), count("collected"));
        let here = |ids: &BTreeSet<&str>| -> Vec<String> {
            ids.iter()
                .filter(|id| self.suite_of.get(*id) == Some(&text("suite")))
                .map(ToString::to_string)
                .collect()
        };
        let (worse, skipped) = (here(&self.worse), here(&self.skipped));
        let fails = if gating { Verdict::Fails } else { Verdict::Noted };
        match text("status") {
            "passed" | "failed" if !worse.is_empty() => {
                let evidence = format!("{tally}; {} of them did not fail at phase 2", worse.len());
                Line::new(check, fails, evidence).with(worse)
            }
            "passed" if !skipped.is_empty() => {
                let evidence = format!("{tally}; {} were not skipped at phase 2", skipped.len());
                Line::new(check, Verdict::Noted, evidence).with(skipped)
            }
            "passed" => Line::new(check, Verdict::Holds, tally),
            "failed" if require_green => Line::new(check, fails, format!("{tally}; all must pass")),
            "failed" if self.compared => {
                Line::new(check, Verdict::Noted, format!("{tally}; all of them failed at phase 2 too"))
            }
            "failed" => {
                let evidence = format!("{tally}; phase 2 kept no result to compare with");
                Line::new(check, if gating { Verdict::NotProven } else { Verdict::Noted }, evidence)
            }
            status => {
                let why =
                    run.get("why").and_then(Value::as_str).map(|why| format!(": {why}")).unwrap_or_default();
                let verdict = match (gating, status) {
                    (false, _) => Verdict::Noted,
                    (true, "cannot-run") => Verdict::NotProven,
                    (true, _) => Verdict::Fails,
                };
                Line::new(check, verdict, format!("{status}{why} ({tally})"))
            }
        }
    }
}

/// Whether the work tree holds what no phase put there.
///
/// `uncommitted` are the paths that differ from HEAD, `ours` those that change sets and reports account for.
pub(super) fn work_tree(uncommitted: &[String], ours: &BTreeSet<String>, left_by_tests: &[String]) -> Line {
    const CHECK: &str = "work tree";
    let known = uncommitted.iter().filter(|path| ours.contains(*path)).count();
    let others: Vec<String> = uncommitted
        .iter()
        .filter(|path| !ours.contains(*path) && !left_by_tests.contains(path))
        .cloned()
        .collect();
    if !left_by_tests.is_empty() {
        let evidence = format!("the test suites left {} behind", count(left_by_tests.len(), "file"));
        return Line::new(CHECK, Verdict::Fails, evidence).with(left_by_tests.to_vec());
    }
    if others.is_empty() {
        let evidence = match known {
            0 => "nothing is uncommitted".to_owned(),
            known => {
                let files = count(known, "uncommitted file");
                format!("{files}, all written by the phases")
            }
        };
        return Line::new(CHECK, Verdict::Holds, evidence);
    }
    let files = count(others.len(), "uncommitted file");
    let evidence = format!("{files} that no phase wrote, {known} that one did");
    Line::new(CHECK, Verdict::Noted, evidence).with(others)
}

/// The list at a place of a result; empty where there is none.
fn list_of<'v>(value: &'v Value, keys: &[&str]) -> Vec<&'v Value> {
    let found = keys.iter().try_fold(value, |value, key| value.get(*key));
    found.and_then(Value::as_array).map(|list| list.iter().collect()).unwrap_or_default()
}
