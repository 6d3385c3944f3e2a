//! What changed since before: since an earlier result, a run of another commit, or the list of known failures.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::result::{Baseline, Case, CaseOutcome, Slower};
use crate::repo::{Rename, RepoPath};

/// A test is slower when it takes half as long again as before, and half a second more.
const SLOWER: (f64, f64) = (1.5, 0.5);

/// How tests fared before.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Before {
    /// The commit it was, where it is known.
    pub(super) commit: Option<String>,
    /// Outcome, key of the cause and seconds, by id.
    pub(super) cases: BTreeMap<String, BeforeCase>,
    /// Whether tests that did not fail are in it too.
    pub(super) is_whole: bool,
    /// Suites that nothing is known of.
    pub(super) left_out: BTreeSet<String>,
    /// Tests that nothing is known of.
    pub(super) unknown: BTreeSet<String>,
}

/// How one test fared before.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BeforeCase {
    pub(super) outcome: CaseOutcome,
    pub(super) cause: Option<String>,
    pub(super) seconds: Option<f64>,
}

/// Reads an earlier result: what `--format json` printed, or its `result` alone.
pub(super) fn read_result(text: &str) -> Result<Before> {
    let value: serde_json::Value = serde_json::from_str(text).context("read the earlier result")?;
    let commit = value.get("commit").and_then(|commit| commit.as_str()).map(str::to_owned);
    let result = value.get("result").unwrap_or(&value);
    let result = result.get("validation").unwrap_or(result);
    let cases = result.get("cases").and_then(|cases| cases.as_array());
    let cases = cases.context("read the earlier result: it has no `cases`")?;
    let text_of = |case: &serde_json::Value, field: &str| {
        case.get(field).and_then(|value| value.as_str()).map(str::to_owned)
    };
    let mut before = Before { commit, is_whole: true, left_out: not_run_whole(result), ..Before::default() };
    for case in cases {
        let id = text_of(case, "id").context("read the earlier result: a case has no `id`")?;
        let outcome = case.get("outcome").cloned().unwrap_or_default();
        let outcome: CaseOutcome =
            serde_json::from_value(outcome).context("read the earlier result: an outcome")?;
        // Of a test that did not run nothing is known.
        if outcome == CaseOutcome::NotRun {
            before.left_out.extend(text_of(case, "suite"));
            continue;
        }
        let seconds = case.get("duration_s").and_then(serde_json::Value::as_f64);
        before.cases.insert(id, BeforeCase { outcome, cause: text_of(case, "cause"), seconds });
    }
    Ok(before)
}

/// Suites of an earlier result that did not run to their end: a test of theirs that is not in it may have been there.
fn not_run_whole(result: &serde_json::Value) -> BTreeSet<String> {
    let runs = result.get("runs").and_then(|runs| runs.as_array());
    let text = |run: &serde_json::Value, field: &str| {
        run.get(field).and_then(|value| value.as_str()).map(str::to_owned)
    };
    let is_whole = |status: String| matches!(status.as_str(), "passed" | "failed");
    let left = runs.into_iter().flatten().filter(|run| !text(run, "status").is_none_or(is_whole));
    left.filter_map(|run| text(run, "suite")).collect()
}

/// Compares with before. Tests of a file that was moved are the tests of the file at its old place.
pub(super) fn compare(cases: &[Case], before: &Before, renames: &[Rename]) -> Baseline {
    let names = OldNames::of(renames, before);
    let mut baseline = Baseline { commit: before.commit.clone(), ..Baseline::default() };
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for case in cases {
        let old_id = names.old_id(&case.id);
        let Some(old) = before.cases.get(&old_id) else {
            if before.left_out.contains(&case.suite) || before.unknown.contains(&case.id) {
                // Whether it failed before is not known, so it is said to be neither new nor old.
            } else if case.outcome.is_bad() {
                baseline.new_failures.push(case.id.clone());
            } else if before.is_whole {
                baseline.added.push(case.id.clone());
            }
            continue;
        };
        // Where a bare assertion stands is a part of its cause, so that of a moved test says nothing.
        let is_moved = old_id != case.id;
        compare_one(case, old, is_moved, &mut baseline);
        seen.insert(old_id);
    }
    baseline.gone = before.cases.keys().filter(|id| !seen.contains(*id)).cloned().collect();
    for list in [
        &mut baseline.new_failures,
        &mut baseline.still_failing,
        &mut baseline.changed_cause,
        &mut baseline.fixed,
        &mut baseline.added,
        &mut baseline.newly_skipped,
    ] {
        list.sort();
    }
    baseline.slower.sort_by(|a, b| a.id.cmp(&b.id));
    baseline
}

fn compare_one(case: &Case, old: &BeforeCase, is_moved: bool, baseline: &mut Baseline) {
    let id = case.id.clone();
    match (old.outcome.is_bad(), case.outcome.is_bad()) {
        (true, true)
            if !is_moved && old.cause.is_some() && case.cause.is_some() && old.cause != case.cause =>
        {
            baseline.changed_cause.push(id);
        }
        (true, true) => baseline.still_failing.push(id),
        (false, true) => baseline.new_failures.push(id),
        (_, false) if case.outcome == CaseOutcome::Skipped && old.outcome != CaseOutcome::Skipped => {
            baseline.newly_skipped.push(id);
        }
        // Flaky is neither fixed nor failing.
        (true, false) if case.outcome != CaseOutcome::Flaky => baseline.fixed.push(id),
        _ => {
            if let (Some(before_s), Some(now_s)) = (old.seconds, case.duration_s)
                && now_s > before_s * SLOWER.0
                && now_s > before_s + SLOWER.1
            {
                baseline.slower.push(Slower { id, before_s, now_s });
            }
        }
    }
}

/// From the place where a test stands to the place where it stood before.
pub(super) struct OldNames<'a> {
    from: BTreeMap<String, String>,
    before: &'a Before,
}

impl<'a> OldNames<'a> {
    pub(super) fn of(renames: &[Rename], before: &'a Before) -> Self {
        let mut from = BTreeMap::new();
        for rename in renames {
            // Newest first: the last move of a path counts, older ones are followed from there.
            from.entry(rename.to.display().into_owned()).or_insert(rename.from.display().into_owned());
        }
        Self { from, before }
    }

    /// The id of a test among the files of another commit: at its own place, else at an older one.
    pub(super) fn there(renames: &[Rename], files: &BTreeSet<RepoPath>, id: &str) -> String {
        let (mut file, rest) = match id.split_once("::") {
            Some((file, rest)) => (file, format!("::{rest}")),
            None => (id, String::new()),
        };
        for _ in 0..=renames.len() {
            if files.contains(&RepoPath::from(file)) {
                return format!("{file}{rest}");
            }
            let older = renames.iter().find(|rename| rename.to.display() == file);
            match older.and_then(|rename| std::str::from_utf8(rename.from.as_bytes()).ok()) {
                Some(older) => file = older,
                None => break,
            }
        }
        id.to_owned()
    }

    /// The id that the test had: its own, or that of its file at an older place, if that was known then.
    pub(super) fn old_id(&self, id: &str) -> String {
        let (mut file, rest) = match id.split_once("::") {
            Some((file, rest)) => (file.to_owned(), format!("::{rest}")),
            None => (id.to_owned(), String::new()),
        };
        for _ in 0..=self.from.len() {
            let candidate = format!("{file}{rest}");
            if self.before.cases.contains_key(&candidate) {
                return candidate;
            }
            match self.from.get(&file) {
                Some(older) => file = older.clone(),
                None => break,
            }
        }
        id.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SuiteKind;
    use crate::repo::{Change, CommitId};

    fn case(id: &str, outcome: CaseOutcome, cause: Option<&str>, seconds: f64) -> Case {
        Case {
            id: id.to_owned(),
            suite: "tests".to_owned(),
            kind: SuiteKind::Unit,
            path: None,
            line: None,
            outcome,
            duration_s: Some(seconds),
            attempts: Vec::new(),
            cause: cause.map(str::to_owned),
            skip_reason: None,
            subtest_skips: Vec::new(),
        }
    }

    fn before(cases: &[(&str, CaseOutcome, Option<&str>, f64)]) -> Before {
        let cases = cases.iter().map(|&(id, outcome, cause, seconds)| {
            let cause = cause.map(str::to_owned);
            (id.to_owned(), BeforeCase { outcome, cause, seconds: Some(seconds) })
        });
        Before { commit: None, cases: cases.collect(), is_whole: true, ..Before::default() }
    }

    #[test]
    fn every_change_has_its_list() {
        use CaseOutcome::{Failed, Passed, Skipped};
        let before = before(&[
            ("a::new", Passed, None, 0.1),
            ("a::still", Failed, Some("k1"), 0.1),
            ("a::changed", Failed, Some("k1"), 0.1),
            ("a::fixed", Failed, Some("k1"), 0.1),
            ("a::gone", Passed, None, 0.1),
            ("a::skipped", Passed, None, 0.1),
            ("a::slow", Passed, None, 0.1),
        ]);
        let now = [
            case("a::new", Failed, Some("k2"), 0.1),
            case("a::still", Failed, Some("k1"), 0.1),
            case("a::changed", Failed, Some("k2"), 0.1),
            case("a::fixed", Passed, None, 0.1),
            case("a::added", Passed, None, 0.1),
            case("a::skipped", Skipped, None, 0.1),
            case("a::slow", Passed, None, 0.9),
            case("a::born_failing", Failed, Some("k2"), 0.1),
        ];
        let baseline = compare(&now, &before, &[]);
        assert_eq!(baseline.new_failures, ["a::born_failing", "a::new"]);
        assert_eq!(baseline.still_failing, ["a::still"]);
        assert_eq!(baseline.changed_cause, ["a::changed"]);
        assert_eq!(baseline.fixed, ["a::fixed"]);
        assert_eq!(baseline.gone, ["a::gone"]);
        assert_eq!(baseline.added, ["a::added"]);
        assert_eq!(baseline.newly_skipped, ["a::skipped"]);
        assert_eq!(baseline.slower.len(), 1);
    }

    #[test]
    fn failure_of_a_suite_that_nothing_is_known_of_is_not_called_new() {
        let unknown = Before { left_out: ["tests".to_owned()].into(), ..Before::default() };
        let now = [case("a::b", CaseOutcome::Failed, None, 0.1)];
        assert_eq!(compare(&now, &unknown, &[]), Baseline::default());
        assert_eq!(compare(&now, &Before::default(), &[]).new_failures, ["a::b"]);
    }

    #[test]
    fn what_did_not_run_before_is_neither_new_nor_old() {
        let text = r#"{"result": {"validation": {
            "runs": [{"suite": "tests", "status": "cannot-run"}, {"suite": "others", "status": "passed"}],
            "cases": [{"id": "o::a", "suite": "others", "outcome": "passed"},
                      {"id": "t::a", "suite": "tests", "outcome": "not-run"}]
        }}}"#;
        let before = read_result(text).unwrap();
        let failed = |id: &str, suite: &str| Case {
            suite: suite.to_owned(),
            ..case(id, CaseOutcome::Failed, None, 0.1)
        };
        let now = [
            failed("t::a", "tests"),
            failed("t::b", "tests"),
            failed("o::a", "others"),
            failed("o::b", "others"),
        ];
        assert_eq!(compare(&now, &before, &[]).new_failures, ["o::a", "o::b"]);
    }

    #[test]
    fn tests_of_a_moved_file_are_followed() {
        let commit = CommitId::parse(&"1".repeat(40)).unwrap();
        let change = Change { commit, date: String::new() };
        let rename =
            |from: &str, to: &str| Rename { from: from.into(), to: to.into(), change: change.clone() };
        let renames = [rename("m/t.py", "n/t.py"), rename("t.py", "m/t.py")];
        let before = before(&[("t.py::a", CaseOutcome::Failed, None, 0.1)]);
        let baseline = compare(&[case("n/t.py::a", CaseOutcome::Failed, None, 0.1)], &before, &renames);
        assert_eq!((baseline.still_failing.len(), baseline.gone.len()), (1, 0));
    }
}
