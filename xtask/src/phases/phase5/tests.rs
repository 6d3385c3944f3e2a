use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::judge::{self, Line, Standing, Verdict};
use crate::check::{Checked, Found};
use crate::report::ReportMarker;

fn verdicts(lines: &[Line]) -> Vec<Verdict> {
    lines.iter().map(|line| line.verdict).collect()
}

#[test]
fn ticked_items_that_are_not_done_fail_and_others_wait() {
    let item = |id: &str, ticked: bool, done: bool| json!({"id": id, "ticked": ticked, "done": done, "path": "notes/a.md", "to": "notes/archive/a.md"});
    let asked = ["1", "2"].map(str::to_owned).into();
    let plan = |items: Vec<Value>| {
        judge::plan(&json!({"plan": {"archive": items, "merges": [], "duplicates": []}}), &asked)
    };
    assert_eq!(plan(vec![item("1", true, true), item("2", false, false)]).verdict, Verdict::Holds);
    // The list of what may be finished is longer than the plan.
    let found = json!({
        "plan": {"archive": [item("1", true, true), item("2", false, false), item("3", false, false)]},
        "summary": {"proposed": 1},
    });
    assert_eq!(
        judge::plan(&found, &asked).evidence,
        "1 item done, none of the ticked ones left; 1 waits for a decision"
    );
    let later = plan(vec![item("1", true, true), item("3", true, false)]);
    assert_eq!(later.verdict, Verdict::Holds, "nobody was asked about it before");
    let left = plan(vec![item("1", true, true), item("2", true, false)]);
    assert_eq!(left.verdict, Verdict::Fails);
    assert_eq!(left.details, ["archive notes/a.md to notes/archive/a.md (2)"]);
    assert_eq!(
        judge::plan(&json!({"unavailable": "there are no notes here"}), &asked).verdict,
        Verdict::NotApplicable
    );
}

#[test]
fn what_was_broken_before_is_noted_and_what_broke_since_fails() {
    let found = |check: &'static str, new: bool| {
        let message = "`x.md` leads to no file".to_owned();
        let mut found = Found::new(check, ("a.md".to_owned(), 3), "x.md", message);
        found.new = new;
        found
    };
    let checked = Checked {
        checked: 9,
        findings: vec![found("broken-link", false), found("broken-import", true)],
        ..Checked::default()
    };
    let kinds: [(&str, &[&str]); 3] =
        [("links", &["broken-link"]), ("imports", &["broken-import"]), ("calls", &["broken-call"])];
    let lines = judge::broken(&checked, &kinds);
    assert_eq!(verdicts(&lines), [Verdict::Noted, Verdict::Fails, Verdict::Holds]);
    assert_eq!(lines[1].details, ["a.md:3: `x.md` leads to no file"]);
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
                  "counts": {"collected": 3, "passed": 2, "failed": 1, "errors": 0}}],
        "cases": [{"id": "tests/a.py::one", "suite": "tests"}],
        "baseline": baseline,
    })
}

#[test]
fn suites_fail_for_regressions_and_note_what_failed_before() {
    let none = || json!({"new_failures": [], "newly_skipped": []});
    let worse = || json!({"new_failures": ["tests/a.py::one"], "newly_skipped": []});
    let cases = [
        ("passed", true, none(), false, Verdict::Holds),
        ("failed", true, none(), false, Verdict::Noted),
        ("failed", true, none(), true, Verdict::Fails),
        ("failed", true, worse(), false, Verdict::Fails),
        ("failed", false, worse(), true, Verdict::Noted),
        ("failed", true, Value::Null, false, Verdict::NotProven),
        ("cannot-run", true, none(), false, Verdict::NotProven),
        ("incomplete", true, none(), false, Verdict::Fails),
        ("incomplete", false, none(), false, Verdict::Noted),
    ];
    for (status, gating, baseline, require_green, expected) in cases {
        let lines = judge::suites(&validation(status, gating, baseline.clone()), require_green);
        assert_eq!(verdicts(&lines), [expected], "{status} {gating} {baseline} {require_green}");
    }
    assert_eq!(verdicts(&judge::suites(&json!({"runs": []}), false)), [Verdict::NotProven]);
}

#[test]
fn work_tree_tells_the_phases_files_from_others() {
    let ours = BTreeSet::from(["docs/guide.md".to_owned()]);
    let paths = |paths: &[&str]| paths.iter().map(ToString::to_string).collect::<Vec<_>>();
    let judged =
        |uncommitted: &[&str], left: &[&str]| judge::work_tree(&paths(uncommitted), &ours, &paths(left));
    assert_eq!(judged(&[], &[]).verdict, Verdict::Holds);
    assert_eq!(judged(&["docs/guide.md"], &[]).verdict, Verdict::Holds);
    assert_eq!(judged(&["docs/guide.md", "x.py"], &[]).details, ["x.py"]);
    assert_eq!(judged(&["x.py"], &["x.py"]).verdict, Verdict::Fails);
}
