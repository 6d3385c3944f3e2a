use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::judge::{self, Line, Standing, Verdict};
use super::suites;
use super::told::{Before, Consolidation, Validation};
use crate::check::{CheckId, Checked, Found};
use crate::report::ReportMarker;
use crate::validate::Counts;

fn notes(result: &Value) -> Consolidation {
    serde_json::from_value(result.clone()).unwrap()
}

fn tests(result: &Value) -> Validation {
    serde_json::from_value(result.clone()).unwrap()
}

fn suites(now: &Value, before: Option<&Value>, require_green: bool) -> Vec<Line> {
    suites::suites(&tests(now), before.map(tests).as_ref(), require_green)
}

fn verdicts(lines: &[Line]) -> Vec<Verdict> {
    lines.iter().map(|line| line.verdict).collect()
}

#[test]
fn ticked_items_that_are_not_done_fail_and_others_wait() {
    let item = |id: &str, ticked: bool, done: bool| json!({"id": id, "ticked": ticked, "done": done, "path": "notes/a.md", "to": "notes/archive/a.md"});
    let asked = ["1", "2"].map(str::to_owned).into();
    let plan = |items: Vec<Value>| {
        judge::plan(&notes(&json!({"plan": {"archive": items, "merges": [], "duplicates": []}})), &asked)
    };
    assert_eq!(plan(vec![item("1", true, true), item("2", false, false)]).verdict, Verdict::Holds);
    // The list of what may be finished is longer than the plan.
    let found = json!({
        "plan": {"archive": [item("1", true, true), item("2", false, false), item("3", false, false)]},
        "summary": {"proposed": 1},
    });
    assert_eq!(
        judge::plan(&notes(&found), &asked).evidence,
        "1 item done, none of the ticked ones left; 1 waits for a decision"
    );
    let later = plan(vec![item("1", true, true), item("3", true, false)]);
    assert_eq!(later.verdict, Verdict::Holds, "nobody was asked about it before");
    let left = plan(vec![item("1", true, true), item("2", true, false)]);
    assert_eq!(left.verdict, Verdict::Fails);
    assert_eq!(left.details, ["archive notes/a.md to notes/archive/a.md (2)"]);
    assert_eq!(
        judge::plan(&notes(&json!({"unavailable": "there are no notes here"})), &asked).verdict,
        Verdict::NotApplicable
    );
}

#[test]
fn what_was_broken_before_is_noted_and_what_broke_since_fails() {
    let found = |check: CheckId, new: bool| {
        let message = "`x.md` leads to no file".to_owned();
        let mut found = Found::new(check, ("a.md".into(), 3), "x.md", message);
        found.new = new;
        found
    };
    let checked = Checked {
        checked: 9,
        findings: vec![found(CheckId::BrokenLink, false), found(CheckId::BrokenImport, true)],
        ..Checked::default()
    };
    let kinds: [(&str, &[CheckId]); 3] = [
        ("links", &[CheckId::BrokenLink]),
        ("imports", &[CheckId::BrokenImport]),
        ("calls", &[CheckId::BrokenCall]),
    ];
    let lines = judge::broken(&checked, true, &kinds);
    assert_eq!(verdicts(&lines), [Verdict::Noted, Verdict::Fails, Verdict::Holds]);
    assert_eq!(lines[1].details, ["a.md:3: `x.md` leads to no file"]);
    // Where phase 2 kept nothing, nobody knows what was broken before; what denies nothing is noted all the same.
    let lines = judge::broken(&checked, false, &kinds);
    assert_eq!(verdicts(&lines), [Verdict::Noted, Verdict::NotProven, Verdict::Holds]);
    assert!(lines[1].evidence.starts_with("1 broken; phase 2 kept no result"), "{}", lines[1].evidence);
}

#[test]
fn references_are_those_of_the_plan() {
    let reference = |path: &str, target: &str, class: &str| json!({"path": path, "line": 2, "target": target, "class": class, "moved_to": null});
    let now = notes(&json!({"references": [
        reference("notes/new/a.md", "old.py", "removed"),
        reference("notes/b.md", "lost.py", "removed"),
        reference("notes/b.md", "build/", "ignored"),
    ]}));
    // The note moved since: what it names is no new breakage.
    let before = notes(&json!({"references": [reference("notes/a.md", "old.py", "removed")]}));
    let checked = Checked::default();
    let line = judge::references(&now, Some(&before), &checked);
    assert_eq!(
        (line.verdict, line.evidence.as_str()),
        (Verdict::Noted, "2 names in notes point to nothing, 1 of them not at phase 2")
    );
    assert_eq!(line.details[0], "notes/b.md:2: names `lost.py` (removed)");
    let line = judge::references(&now, Some(&now), &checked);
    assert_eq!(line.evidence, "2 names in notes point to nothing, as at phase 2");
    let line = judge::references(&notes(&json!({"references": []})), Some(&before), &checked);
    assert_eq!((line.verdict, line.evidence.as_str()), (Verdict::Holds, "all that notes name is there"));
}

#[test]
fn stale_reports_fail_unless_they_were_written_anew() {
    let marker = |inputs: &str| ReportMarker { kind: "upstream".to_owned(), inputs: inputs.to_owned() };
    let one = |found: Option<&str>| Standing {
        path: "notes/x.md".to_owned(),
        found: found.map(marker),
        expected: marker("new"),
    };
    assert_eq!(judge::reports(&[one(Some("new"))], false).verdict, Verdict::Holds);
    assert_eq!(judge::reports(&[one(Some("new")), one(Some("old"))], false).verdict, Verdict::Fails);
    assert_eq!(judge::reports(&[one(None)], false).verdict, Verdict::Fails);
    let written = judge::reports(&[one(Some("old")), one(None)], true);
    assert_eq!(written.verdict, Verdict::Holds);
    assert_eq!(written.details.len(), 2);
}

fn validation(status: &str, gating: bool, baseline: Value) -> Value {
    json!({
        "runs": [{"suite": "tests", "kind": "unit", "gating": gating, "status": status,
                  "counts": Counts { collected: 3, passed: 1, failed: 1, xfailed: 1, ..Counts::default() }}],
        "cases": [
            {"id": "tests/a.py::one", "suite": "tests", "outcome": if status == "failed" { "failed" } else { "passed" }},
            {"id": "tests/a.py::two[1]", "suite": "tests", "outcome": "passed"},
        ],
        "baseline": baseline,
    })
}

fn baseline(list: &str, ids: &[&str]) -> Value {
    let mut all = json!({"new_failures": [], "still_failing": [], "changed_cause": [], "newly_skipped": [], "gone": []});
    all[list] = json!(ids);
    all
}

/// What phase 2 kept: two tests that passed, and what else is given.
fn before() -> Value {
    json!({
        "runs": [{"suite": "tests", "kind": "unit", "gating": true, "status": "passed", "counts": Counts::default()}],
        "cases": [
            {"id": "tests/a.py::one", "suite": "tests", "outcome": "passed"},
            {"id": "tests/a.py::two[0]", "suite": "tests", "outcome": "passed"},
            {"id": "tests/a.py::three", "suite": "tests", "outcome": "passed"},
        ],
    })
}

#[test]
fn suites_fail_for_regressions_and_note_what_failed_before() {
    let still = || baseline("still_failing", &["tests/a.py::one"]);
    let worse = || baseline("new_failures", &["tests/a.py::one"]);
    let cases = [
        ("passed", true, still(), false, Verdict::Holds),
        ("failed", true, still(), false, Verdict::Noted),
        ("failed", true, still(), true, Verdict::Fails),
        ("failed", true, worse(), false, Verdict::Fails),
        ("failed", false, worse(), true, Verdict::Noted),
        ("failed", true, Value::Null, false, Verdict::NotProven),
        ("cannot-run", true, still(), false, Verdict::NotProven),
        ("incomplete", true, still(), false, Verdict::Fails),
        ("incomplete", false, still(), false, Verdict::Noted),
    ];
    for (status, gating, baseline, require_green, expected) in cases {
        let now = validation(status, gating, baseline.clone());
        let lines = suites(&now, Some(&before()), require_green);
        assert_eq!(verdicts(&lines), [expected], "{status} {gating} {baseline} {require_green}");
    }
    assert_eq!(verdicts(&suites(&json!({"runs": []}), None, false)), [Verdict::NotProven]);
}

#[test]
fn failures_that_did_not_run_at_phase_2_are_no_regressions() {
    let now = validation("failed", true, baseline("new_failures", &[]));
    let lines = suites(&now, Some(&before()), false);
    assert_eq!(verdicts(&lines), [Verdict::NotProven]);
    let evidence = &lines[0].evidence;
    assert!(evidence.contains("1 failed, 1 xfailed of 3; 1 was not run at phase 2"), "{evidence}");
    assert!(evidence.contains("--restart"), "{evidence}");
    assert_eq!(lines[0].details, ["tests/a.py::one"]);
}

#[test]
fn tests_that_passed_and_are_gone_fail_and_new_parameters_do_not() {
    let gone = baseline("gone", &["tests/a.py::two[0]", "tests/a.py::three"]);
    let lines = suites(&validation("passed", true, gone), Some(&before()), false);
    assert_eq!(verdicts(&lines), [Verdict::Fails]);
    assert_eq!(lines[0].details, ["tests/a.py::three"]);
    // The whole suite.
    for now in [json!({"unavailable": "no suite was found"}), json!({"runs": [], "cases": []})] {
        let lines = suites(&now, Some(&before()), false);
        assert_eq!(verdicts(&lines), [Verdict::Fails]);
        assert!(lines[0].evidence.starts_with("the suite is gone, of which 3 tests passed"));
    }
    let lines = suites(&json!({"unavailable": "no suite was found"}), None, false);
    assert_eq!(verdicts(&lines), [Verdict::NotApplicable]);
}

#[test]
fn what_is_skipped_now_is_told_beside_old_failures() {
    let mut compared = baseline("still_failing", &["tests/a.py::one"]);
    compared["newly_skipped"] = json!(["tests/a.py::two[1]"]);
    let lines = suites(&validation("failed", true, compared), Some(&before()), false);
    assert_eq!(verdicts(&lines), [Verdict::Noted]);
    assert!(lines[0].evidence.ends_with("all of them failed at phase 2 too; 1 was not skipped at phase 2"));
}

#[test]
fn work_tree_tells_the_phases_files_from_others() {
    let ours = BTreeSet::from(["docs/guide.md".to_owned()]);
    let paths = |paths: &[&str]| paths.iter().map(ToString::to_string).collect::<Vec<_>>();
    let judged = |uncommitted: &[&str], left: &[&str]| {
        let left = [&paths(left)[..], &paths(&["Cargo.lock"])];
        judge::work_tree(&paths(uncommitted).into_iter().collect(), &ours, left)
    };
    assert_eq!(judged(&[], &[]).verdict, Verdict::Holds);
    assert_eq!(judged(&["docs/guide.md"], &[]).verdict, Verdict::Holds);
    assert_eq!(judged(&["docs/guide.md", "x.py"], &[]).details, ["x.py"]);
    assert_eq!(judged(&["x.py"], &["x.py"]).verdict, Verdict::Fails);
    let evidence = |uncommitted: &[&str]| judged(uncommitted, &[]).evidence;
    assert_eq!(
        evidence(&["docs/guide.md", "x.py"]),
        "1 uncommitted file that no phase wrote, 1 that a phase wrote"
    );
    assert_eq!(evidence(&["Cargo.lock"]), "1 uncommitted file that the tests of phase 2 wrote");
}

#[test]
fn a_part_of_the_kept_result_that_cannot_be_read_takes_nothing_from_the_others() {
    let kept =
        json!({"commit": "c", "result": {"consolidation": {"references": 5}, "validation": {"cases": []}}});
    let before: Before = serde_json::from_value(kept).unwrap();
    assert_eq!((before.commit.as_deref(), before.consolidation()), (Some("c"), None));
    assert_eq!(before.validation().unwrap().cases, Some(Vec::new()));
}
