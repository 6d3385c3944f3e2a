//! What changed since before: since an earlier result, a run of another commit, or the list of known failures.

use std::borrow::Cow;
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

impl Before {
    /// The same without these tests.
    pub(super) fn without(&self, ids: &BTreeSet<String>) -> Cow<'_, Self> {
        if ids.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut rest = self.clone();
        rest.cases.retain(|id, _| !ids.contains(id));
        Cow::Owned(rest)
    }

    fn has_tests_of(&self, file: &str) -> bool {
        let tests = format!("{file}::");
        self.cases.range(tests.clone()..).next().is_some_and(|(id, _)| id.starts_with(&tests))
    }
}

/// How one test fared before.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BeforeCase {
    pub(super) outcome: CaseOutcome,
    pub(super) cause: Option<String>,
    pub(super) seconds: Option<f64>,
    /// Its suite, where it is known.
    pub(super) suite: Option<String>,
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
        let (cause, suite) = (text_of(case, "cause"), text_of(case, "suite"));
        before.cases.insert(id, BeforeCase { outcome, cause, seconds, suite });
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
    let is_built = |run: &serde_json::Value| text(run, "end").is_none_or(|end| end != "build-failed");
    let left =
        runs.into_iter().flatten().filter(|run| !text(run, "status").is_none_or(is_whole) || !is_built(run));
    left.filter_map(|run| text(run, "suite")).collect()
}

/// By test, the keys that the cause of its failure had while the file in it stood elsewhere.
pub(super) type OlderKeys = BTreeMap<String, Vec<String>>;

/// Compares with before. Tests of a file that was moved are the tests of the file at its old place. Of the suites that
/// are `cut` nobody knows which tests they have now.
pub(super) fn compare(
    cases: &[Case],
    before: &Before,
    renames: &[Rename],
    cut: &BTreeSet<&str>,
    older: &OlderKeys,
) -> Baseline {
    let names = OldNames::of(renames, before, cases);
    let mut baseline = Baseline { commit: before.commit.clone(), ..Baseline::default() };
    let mut seen: BTreeSet<String> = BTreeSet::new();
    // Files whose tests nobody can see now, by their names before: they are skipped whole, or cannot be collected.
    let mut closed: BTreeSet<String> = BTreeSet::new();
    // Files of which a test runs now.
    let mut open: BTreeSet<String> = BTreeSet::new();
    for case in cases {
        let old_id = names.old_id(&case.id);
        let is_file = case.path.as_deref() == Some(case.id.as_str());
        let old_file = names.old_file(&old_id, &case.id);
        if is_file {
            closed.insert(old_file.clone())
        } else {
            open.insert(old_file.clone())
        };
        if let Some(old) = before.cases.get(&old_id) {
            compare_one(case, old, older, &mut baseline);
            seen.insert(old_id);
        } else {
            add_one(case, before, &old_file, &mut baseline);
        }
    }
    for (id, old) in before.cases.iter().filter(|(id, _)| !seen.contains(*id)) {
        let is_cut = old.suite.as_deref().map_or(!cut.is_empty(), |suite| cut.contains(suite));
        if open.contains(id) && old.outcome.is_bad() {
            // A file that can be collected again.
            baseline.fixed.push(id.clone());
        } else if !is_cut && !closed.contains(names.file_of(id)) {
            baseline.gone.push(id.clone());
        }
    }
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

/// A case that was not among those before; `file` is the name that its file had then.
fn add_one(case: &Case, before: &Before, file: &str, baseline: &mut Baseline) {
    let was_closed = before.cases.get(file).is_some_and(|file| file.outcome.is_bad());
    let is_unknown = before.left_out.contains(&case.suite) || before.unknown.contains(&case.id);
    if is_unknown || was_closed || case.outcome == CaseOutcome::NotRun {
        // Whether it failed before is not known, so it is said to be neither new nor old.
        return;
    }
    let is_file = case.path.as_deref() == Some(case.id.as_str());
    if case.outcome.is_bad() {
        baseline.new_failures.push(case.id.clone());
    } else if before.is_whole && is_file && before.has_tests_of(file) {
        baseline.newly_skipped.push(case.id.clone());
    } else if before.is_whole {
        baseline.added.push(case.id.clone());
    }
}

fn compare_one(case: &Case, old: &BeforeCase, older: &OlderKeys, baseline: &mut Baseline) {
    let id = case.id.clone();
    // Where a bare assertion stands is a part of its cause, and a moved file changes none.
    let is_same = |now: &String, then: &String| {
        now == then || older.get(&case.id).is_some_and(|keys| keys.contains(then))
    };
    if case.outcome == CaseOutcome::NotRun {
        return;
    }
    match (old.outcome.is_bad(), case.outcome.is_bad()) {
        (true, true)
            if case.cause.as_ref().zip(old.cause.as_ref()).is_some_and(|(now, then)| !is_same(now, then)) =>
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
    /// By a file as ids name it, the folder below the repository's top that its ids are relative to, with a slash.
    roots: BTreeMap<&'a str, &'a str>,
}

impl<'a> OldNames<'a> {
    pub(super) fn of(renames: &[Rename], before: &'a Before, cases: &'a [Case]) -> Self {
        let mut from = BTreeMap::new();
        for rename in renames {
            // Newest first: the last move of a path counts, older ones are followed from there.
            from.entry(rename.to.display().into_owned()).or_insert(rename.from.display().into_owned());
        }
        let root = |case: &'a Case| {
            let file = parts(&case.id).1;
            let root = case.path.as_deref()?.strip_suffix(file)?;
            (!file.is_empty() && root.ends_with('/')).then_some((file, root))
        };
        Self { from, before, roots: cases.iter().filter_map(root).collect() }
    }

    /// The id of a test among the files of another commit: at its own place, else at an older one.
    pub(super) fn there(renames: &[Rename], files: &BTreeSet<RepoPath>, id: &str) -> String {
        let (head, mut file, rest) = parts(id);
        for _ in 0..=renames.len() {
            if files.contains(&RepoPath::from(file)) {
                return format!("{head}{file}{rest}");
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
        let (head, file, rest) = parts(id);
        let candidates = self.places(file).into_iter().map(|file| format!("{head}{file}{rest}"));
        candidates
            .into_iter()
            .find(|id: &String| self.before.cases.contains_key(id))
            .unwrap_or_else(|| id.to_owned())
    }

    /// The file of a test as it was named then, when something of it was known.
    fn old_file(&self, old_id: &str, id: &str) -> String {
        if old_id != id {
            return parts(old_id).1.to_owned();
        }
        let file = parts(id).1;
        let is_known = |file: &String| self.before.cases.contains_key(file) || self.before.has_tests_of(file);
        self.places(file).into_iter().find(is_known).unwrap_or_else(|| file.to_owned())
    }

    fn file_of<'i>(&self, id: &'i str) -> &'i str {
        parts(id).1
    }

    /// A file, and all places where it stood before, the newest first.
    pub(super) fn places(&self, file: &str) -> Vec<String> {
        let root = self.roots.get(file).copied().unwrap_or_default();
        let mut places = vec![format!("{root}{file}")];
        for _ in 0..self.from.len() {
            match places.last().and_then(|file| self.from.get(file)) {
                Some(older) => places.push(older.clone()),
                None => break,
            }
        }
        places.into_iter().map(|place| place.strip_prefix(root).unwrap_or(&place).to_owned()).collect()
    }
}

/// What stands before the file in an id, the file, and the rest: `tests/a.py::b`, `unittests a/src/lib.rs::b`,
/// `Doc-tests a::a/src/lib.rs - b (line 3)`.
fn parts(id: &str) -> (&str, &str, &str) {
    let documentation = id.strip_prefix("Doc-tests ").and_then(|rest| rest.split_once("::"));
    let (file, end) = match documentation {
        Some((_, named)) => (named, named.find(" - ")),
        None => {
            let named = id.strip_prefix("unittests ").unwrap_or(id);
            (named, named.find("::"))
        }
    };
    let (file, rest) = file.split_at(end.unwrap_or(file.len()));
    (&id[..id.len() - file.len() - rest.len()], file, rest)
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
            (id.to_owned(), BeforeCase { outcome, cause, seconds: Some(seconds), suite: None })
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
        let baseline = compare(&now, &before, &[], &BTreeSet::new(), &OlderKeys::new());
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
        assert_eq!(compare(&now, &unknown, &[], &BTreeSet::new(), &OlderKeys::new()), Baseline::default());
        assert_eq!(
            compare(&now, &Before::default(), &[], &BTreeSet::new(), &OlderKeys::new()).new_failures,
            ["a::b"]
        );
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
        assert_eq!(
            compare(&now, &before, &[], &BTreeSet::new(), &OlderKeys::new()).new_failures,
            ["o::a", "o::b"]
        );
    }

    fn file(path: &str, outcome: CaseOutcome) -> Case {
        Case { path: Some(path.to_owned()), ..case(path, outcome, None, 0.1) }
    }

    #[test]
    fn tests_of_a_file_that_cannot_be_collected_or_is_skipped_whole_are_not_gone() {
        use CaseOutcome::{Error, Failed, Passed, Skipped};
        let before = before(&[
            ("a.py::one", Passed, None, 0.1),
            ("b.py::two", Failed, None, 0.1),
            ("c.py", Error, None, 0.1),
            ("d.py::three", Passed, None, 0.1),
        ]);
        let now = [
            file("a.py", Error),
            file("b.py", Skipped),
            case("c.py::fails", Failed, None, 0.1),
            case("c.py::passes", Passed, None, 0.1),
        ];
        let baseline = compare(&now, &before, &[], &BTreeSet::new(), &OlderKeys::new());
        assert_eq!(baseline.new_failures, ["a.py"], "whether `c.py::fails` is new nobody knows");
        assert_eq!(
            (baseline.newly_skipped.as_slice(), baseline.fixed.as_slice()),
            (&["b.py".to_owned()][..], &["c.py".to_owned()][..])
        );
        assert_eq!((baseline.added.len(), baseline.gone.as_slice()), (0, &["d.py::three".to_owned()][..]));
    }

    #[test]
    fn what_did_not_run_now_is_neither_gone_nor_a_new_failure() {
        use CaseOutcome::{NotRun, Passed};
        let before = before(&[("a::one", Passed, None, 0.1), ("a::two", Passed, None, 0.1)]);
        let now = [case("a::one", NotRun, None, 0.1), case("a::new", NotRun, None, 0.1)];
        assert_eq!(
            compare(&now, &before, &[], &BTreeSet::from(["tests"]), &OlderKeys::new()),
            Baseline::default()
        );
    }

    #[test]
    fn rust_tests_of_a_moved_package_are_followed() {
        let commit = CommitId::parse(&"1".repeat(40)).unwrap();
        let change = Change { commit, date: String::new() };
        let rename = |file: &str| Rename {
            from: format!("b/{file}").as_str().into(),
            to: format!("crates/b/{file}").as_str().into(),
            change: change.clone(),
        };
        let renames = [rename("src/lib.rs"), rename("tests/it.rs")];
        let ids =
            ["unittests #b/src/lib.rs::t::x", "Doc-tests b::#b/src/lib.rs - x (line 3)", "#b/tests/it.rs::y"];
        let old: Vec<String> = ids.iter().map(|id| id.replace('#', "")).collect();
        let old: Vec<_> = old.iter().map(|id| (id.as_str(), CaseOutcome::Failed, None, 0.1)).collect();
        let now: Vec<Case> =
            ids.iter().map(|id| case(&id.replace('#', "crates/"), CaseOutcome::Failed, None, 0.1)).collect();
        let baseline = compare(&now, &before(&old), &renames, &BTreeSet::new(), &OlderKeys::new());
        assert_eq!(
            (baseline.still_failing.len(), baseline.gone.len(), baseline.new_failures.len()),
            (3, 0, 0)
        );
    }

    #[test]
    fn tests_of_a_moved_file_are_followed() {
        let commit = CommitId::parse(&"1".repeat(40)).unwrap();
        let change = Change { commit, date: String::new() };
        let rename =
            |from: &str, to: &str| Rename { from: from.into(), to: to.into(), change: change.clone() };
        let renames = [rename("m/t.py", "n/t.py"), rename("t.py", "m/t.py")];
        let before = before(&[("t.py::a", CaseOutcome::Failed, None, 0.1)]);
        let baseline = compare(
            &[case("n/t.py::a", CaseOutcome::Failed, None, 0.1)],
            &before,
            &renames,
            &BTreeSet::new(),
            &OlderKeys::new(),
        );
        assert_eq!((baseline.still_failing.len(), baseline.gone.len()), (1, 0));
    }

    #[test]
    fn cause_of_a_moved_test_changes_when_it_is_another_and_not_when_its_file_is() {
        use CaseOutcome::Failed;
        let commit = CommitId::parse(&"1".repeat(40)).unwrap();
        let change = Change { commit, date: String::new() };
        let renames = [Rename { from: "t.py".into(), to: "n/t.py".into(), change }];
        let old = [("t.py::a", Failed, Some("at t"), 0.1), ("t.py::b", Failed, Some("at t"), 0.1)];
        let now = [
            case("n/t.py::a", Failed, Some("at n/t"), 0.1),
            case("n/t.py::b", Failed, Some("other at n/t"), 0.1),
        ];
        let older = OlderKeys::from([
            ("n/t.py::a".to_owned(), vec!["at t".to_owned()]),
            ("n/t.py::b".to_owned(), vec!["other at t".to_owned()]),
        ]);
        let baseline = compare(&now, &before(&old), &renames, &BTreeSet::new(), &older);
        assert_eq!(baseline.still_failing, ["n/t.py::a"]);
        assert_eq!(baseline.changed_cause, ["n/t.py::b"]);
    }
}
