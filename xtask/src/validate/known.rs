//! The list of known failures: a file of the repository that lets a red suite be watched by a gate. It may only
//! shrink, unless the user says otherwise.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::baseline::{Before, BeforeCase, OldNames};
use super::result::{Analysis, Baseline, Case, CaseOutcome, End, Run};
use crate::repo::Rename;
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
    /// How many failing tests it leaves out, since it may not grow.
    pub left_out: usize,
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
        (known.id, BeforeCase { outcome, cause: known.cause, seconds: None, suite: None })
    };
    Ok(Before { cases: list.known_failures.into_iter().map(case).collect(), ..Before::default() })
}

/// The failing and flaky tests of gating suites that an older list has, at these places or at those before a move;
/// all where there is none or where the list may grow. Second: how many are left out.
fn kept<'a>(
    cases: &'a [Case],
    gating: &BTreeSet<&str>,
    older: Option<&Before>,
    renames: &[Rename],
    growth: Growth,
) -> (Vec<&'a Case>, usize) {
    let names = older.map(|older| OldNames::of(renames, older, cases));
    let is_listed =
        |id: &str| older.is_none_or(|older| older.cases.contains_key(&old_id(names.as_ref(), id)));
    let is_kept = |case: &&Case| growth == Growth::Allowed || is_listed(&case.id);
    let failing =
        cases.iter().filter(|case| is_failing(case.outcome) && gating.contains(case.suite.as_str()));
    let (kept, left_out): (Vec<&Case>, Vec<&Case>) = failing.partition(is_kept);
    (kept, left_out.len())
}

fn old_id(names: Option<&OldNames<'_>>, id: &str) -> String {
    names.map_or_else(|| id.to_owned(), |names| names.old_id(id))
}

/// What stays on the list though nobody can see it now: its file cannot be collected, or is skipped whole.
fn unseen(cases: &[Case], older: &Before, renames: &[Rename], now: &Baseline) -> Vec<Known> {
    let names = OldNames::of(renames, older, cases);
    let seen: BTreeSet<String> = cases.iter().map(|case| names.old_id(&case.id)).collect();
    let is_unseen = |id: &String| !seen.contains(id) && !now.gone.contains(id) && !now.fixed.contains(id);
    let left = older.cases.iter().filter(|(id, _)| is_unseen(id));
    left.map(|(id, case)| Known { id: id.clone(), cause: case.cause.clone() }).collect()
}

fn is_failing(outcome: CaseOutcome) -> bool {
    matches!(outcome, CaseOutcome::Failed | CaseOutcome::Error | CaseOutcome::Flaky)
}

/// Writes a list, sorted by test.
fn text_of(known: impl IntoIterator<Item = Known>) -> (String, usize) {
    let known: BTreeMap<String, Known> = known.into_iter().map(|known| (known.id.clone(), known)).collect();
    let file = File { version: VERSION, known_failures: known.into_values().collect() };
    let text = serde_json::to_string_pretty(&file).expect("a list of texts is JSON") + "\n";
    (text, file.known_failures.len())
}

fn known_of(case: &Case) -> Known {
    Known { id: case.id.clone(), cause: case.cause.clone() }
}

/// What a list is made from.
pub(super) struct Saving<'a> {
    pub(super) runs: &'a [Run],
    pub(super) cases: &'a [Case],
    /// The list as it stands, and how it compares.
    pub(super) older: Option<(&'a Before, &'a Baseline)>,
    pub(super) renames: &'a [Rename],
    pub(super) path: &'a str,
    pub(super) growth: Growth,
}

/// The list that a run leaves, and the tests on it; the inner error says why the run cannot tell.
pub(super) fn saved(saving: &Saving<'_>) -> Result<(KnownList, BTreeSet<String>), String> {
    let Saving { runs, cases, older, renames, path, growth } = *saving;
    if let Some(run) = runs.iter().find(|run| run.gating && !is_whole(run)) {
        return Err(format!("suite `{}` did not run every test", run.suite));
    }
    let gating: BTreeSet<&str> = runs.iter().filter(|run| run.gating).map(|run| run.suite.as_str()).collect();
    let (kept, left_out) = kept(cases, &gating, older.map(|(older, _)| older), renames, growth);
    let unseen = older.map(|(older, now)| unseen(cases, older, renames, now)).unwrap_or_default();
    let (text, count) = text_of(kept.iter().map(|case| known_of(case)).chain(unseen));
    let ids = kept.iter().map(|case| case.id.clone()).collect();
    Ok((KnownList { path: path.to_owned(), text, count, left_out }, ids))
}

/// True when every test of the run has a result.
pub(super) fn is_whole(run: &Run) -> bool {
    run.counts.not_run == 0
        && matches!(
            run.end,
            End::Finished | End::NothingCollected | End::Crashed | End::ExitedEarly | End::Hung
        )
}

/// Tests that the list excuses: they fail, or waver, as they are known to.
pub(super) fn excused(
    cases: &[Case],
    known: &Before,
    renames: &[Rename],
    comparison: &Baseline,
) -> BTreeSet<String> {
    let names = OldNames::of(renames, known, cases);
    let flaky = cases.iter().filter(|case| case.outcome == CaseOutcome::Flaky).map(|case| &case.id);
    let flaky = flaky.filter(|id| known.cases.contains_key(&names.old_id(id)));
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
        self.known_list.as_ref().map_or(0, |list| list.left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::super::baseline::{OlderKeys, compare};
    use super::*;
    use crate::config::SuiteKind;
    use crate::repo::{Change, CommitId};

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
        let (kept, _) = kept(cases, &BTreeSet::from(["tests"]), older, &[], growth);
        let (text, _) = text_of(kept.into_iter().map(known_of));
        read(&text).unwrap().cases.into_keys().collect()
    }

    #[test]
    fn list_only_shrinks_unless_told() {
        let first = [failing("b"), failing("a")];
        assert_eq!(listed(&first, None, Growth::Forbidden), ["a", "b"]);
        let older = read(&text_of(first.iter().map(known_of)).0).unwrap();
        let now = [failing("a"), failing("c")];
        assert_eq!(listed(&now, Some(&older), Growth::Forbidden), ["a"]);
        assert_eq!(listed(&now, Some(&older), Growth::Allowed), ["a", "c"]);
    }

    #[test]
    fn list_keeps_what_a_move_took_along_and_what_cannot_be_seen() {
        let change = Change { commit: CommitId::parse(&"1".repeat(40)).unwrap(), date: String::new() };
        let renames = [Rename { from: "a.py".into(), to: "b.py".into(), change }];
        let first = [failing("a.py::x"), failing("c.py::y"), failing("d.py::z")];
        let older = read(&text_of(first.iter().map(known_of)).0).unwrap();
        let broken = Case { path: Some("c.py".to_owned()), outcome: CaseOutcome::Error, ..failing("c.py") };
        let now = [failing("b.py::x"), broken];
        let comparison = compare(&now, &older, &renames, &BTreeSet::new(), &OlderKeys::new());
        assert_eq!(
            (comparison.still_failing.as_slice(), comparison.gone.as_slice()),
            (&["b.py::x".to_owned()][..], &["d.py::z".to_owned()][..])
        );
        let saving = Saving {
            runs: &[],
            cases: &now,
            older: Some((&older, &comparison)),
            renames: &renames,
            path: "known.json",
            growth: Growth::Forbidden,
        };
        let gating = BTreeSet::from(["tests"]);
        let (kept, left_out) = kept(&now, &gating, Some(&older), &renames, Growth::Forbidden);
        assert_eq!((kept.len(), kept[0].id.as_str(), left_out), (1, "b.py::x", 1), "the file's error is new");
        let listed: Vec<String> =
            unseen(&now, &older, &renames, &comparison).into_iter().map(|known| known.id).collect();
        assert_eq!(listed, ["c.py::y"]);
        assert_eq!(saved(&saving).unwrap().0.count, 1, "no suite gates here");
    }

    #[test]
    fn newer_list_is_refused_with_the_version() {
        let error = read(r#"{"version": 9, "known_failures": []}"#).unwrap_err();
        assert_eq!(error.to_string(), "the list of known failures has version 9, this program knows 1");
    }
}
