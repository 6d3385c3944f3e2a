//! The list of known failures: a file of the repository that lets a red suite be watched by a gate. It may only
//! shrink, unless the user says otherwise.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::baseline::{Before, BeforeCase};
use super::result::{Analysis, Baseline, Case, CaseOutcome, End, Run};
use crate::report::Finding;

/// Where the list stands unless the configuration names another place.
pub(super) const DEFAULT_PLACE: &str = "xtask-known-failures.json";
/// The version of the list's form.
const VERSION: u32 = 1;

/// What a list may become when it is written again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// Only what is on the list already stays on it.
    Forbidden,
    /// New failures are added.
    Allowed,
}

/// A list as it is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownList {
    /// Its file, relative to the repository.
    pub path: String,
    /// Its text.
    pub text: String,
    /// How many tests are on it.
    pub count: usize,
}

/// The list as it stands in a repository.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct File {
    version: u32,
    known_failures: Vec<Known>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Known {
    id: String,
    cause: Option<String>,
}

/// Reads a list.
pub(super) fn read(text: &str) -> Result<Before> {
    let list: File = serde_json::from_str(text).context("read the list of known failures")?;
    if list.version > VERSION {
        bail!("the list of known failures has version {}, this program knows {VERSION}", list.version);
    }
    let case = |known: Known| {
        let outcome = CaseOutcome::Failed;
        (known.id, BeforeCase { outcome, cause: known.cause, seconds: None })
    };
    Ok(Before { cases: list.known_failures.into_iter().map(case).collect(), ..Before::default() })
}

/// The failing and flaky tests of gating suites, without those that an older list does not have unless it may
/// grow, and without those that have never run.
fn kept<'a>(
    cases: &'a [Case],
    gating: &BTreeSet<&str>,
    older: Option<&Before>,
    growth: Growth,
) -> Vec<&'a Case> {
    let is_kept = |case: &&Case| {
        is_failing(case.outcome)
            && gating.contains(case.suite.as_str())
            && (growth == Growth::Allowed || older.is_none_or(|older| older.cases.contains_key(&case.id)))
    };
    cases.iter().filter(is_kept).collect()
}

fn is_failing(outcome: CaseOutcome) -> bool {
    matches!(outcome, CaseOutcome::Failed | CaseOutcome::Error | CaseOutcome::Flaky)
}

/// Writes a list, sorted by test.
fn text_of(cases: &[&Case]) -> String {
    let known: BTreeMap<&str, Known> = cases
        .iter()
        .map(|case| (case.id.as_str(), Known { id: case.id.clone(), cause: case.cause.clone() }))
        .collect();
    let file = File { version: VERSION, known_failures: known.into_values().collect() };
    serde_json::to_string_pretty(&file).expect("a list of texts is JSON") + "\n"
}

/// The list that a run leaves, and the tests on it; the inner error says why the run cannot tell.
pub(super) fn saved(
    (runs, cases): (&[Run], &[Case]),
    older: Option<&Before>,
    path: &str,
    growth: Growth,
) -> Result<(KnownList, BTreeSet<String>), String> {
    if let Some(run) = runs.iter().find(|run| run.gating && !is_whole(run)) {
        return Err(format!("suite `{}` did not run every test", run.suite));
    }
    let gating: BTreeSet<&str> = runs.iter().filter(|run| run.gating).map(|run| run.suite.as_str()).collect();
    let kept = kept(cases, &gating, older, growth);
    let ids: BTreeSet<String> = kept.iter().map(|case| case.id.clone()).collect();
    Ok((KnownList { path: path.to_owned(), text: text_of(&kept), count: ids.len() }, ids))
}

/// True when every test of the run has a result.
fn is_whole(run: &Run) -> bool {
    run.counts.not_run == 0
        && matches!(
            run.end,
            End::Finished | End::NothingCollected | End::Crashed | End::ExitedEarly | End::Hung
        )
}

/// Tests that the list excuses: they fail, or waver, as they are known to.
pub(super) fn excused(cases: &[Case], known: &Before, comparison: &Baseline) -> BTreeSet<String> {
    let flaky = cases.iter().filter(|case| case.outcome == CaseOutcome::Flaky).map(|case| &case.id);
    let flaky = flaky.filter(|id| known.cases.contains_key(*id));
    comparison.still_failing.iter().chain(&comparison.changed_cause).chain(flaky).cloned().collect()
}

/// Says that the list can shrink.
pub(super) fn shrinkable(comparison: &Baseline) -> Option<Finding> {
    let over = comparison.fixed.len() + comparison.gone.len();
    if over == 0 {
        return None;
    }
    let verbs = if over == 1 { "passes now or is gone" } else { "pass now or are gone" };
    let message = format!("{over} of the known failures {verbs}");
    let hint = "take them from the list with `xtask validate --save-baseline`";
    Some(Finding::warn("known-failures", None, message).hint(hint))
}

impl Analysis {
    /// How many failing tests a list that may not grow leaves out.
    pub fn new_failures_left_out(&self) -> usize {
        let Some(list) = &self.known_list else { return 0 };
        let gating: BTreeSet<&str> =
            self.runs.iter().filter(|run| run.gating).map(|run| run.suite.as_str()).collect();
        let failing = self.cases.iter().filter(|case| is_failing(case.outcome));
        failing.filter(|case| gating.contains(case.suite.as_str())).count().saturating_sub(list.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SuiteKind;

    fn failing(id: &str) -> Case {
        Case {
            id: id.to_owned(),
            suite: "tests".to_owned(),
            kind: SuiteKind::Unit,
            path: None,
            line: None,
            outcome: CaseOutcome::Failed,
            duration_s: None,
            attempts: Vec::new(),
            cause: Some("k".to_owned()),
            skip_reason: None,
            subtest_skips: Vec::new(),
        }
    }

    fn listed(cases: &[Case], older: Option<&Before>, growth: Growth) -> Vec<String> {
        let text = text_of(&kept(cases, &BTreeSet::from(["tests"]), older, growth));
        read(&text).unwrap().cases.into_keys().collect()
    }

    #[test]
    fn list_only_shrinks_unless_told() {
        let first = [failing("b"), failing("a")];
        assert_eq!(listed(&first, None, Growth::Forbidden), ["a", "b"]);
        let older = read(&text_of(&first.iter().collect::<Vec<_>>())).unwrap();
        let now = [failing("a"), failing("c")];
        assert_eq!(listed(&now, Some(&older), Growth::Forbidden), ["a"]);
        assert_eq!(listed(&now, Some(&older), Growth::Allowed), ["a", "c"]);
    }

    #[test]
    fn newer_list_is_refused_with_the_version() {
        let error = read(r#"{"version": 9, "known_failures": []}"#).unwrap_err();
        assert_eq!(error.to_string(), "the list of known failures has version 9, this program knows 1");
    }
}
