//! Phase 2 end to end.

use crate::sandbox::Sandbox;

const REPORTS: [&str; 3] = [
    "notes/documentation_consolidation_plan.md",
    "notes/upstream_sync_analysis.md",
    "notes/test_suite_report.md",
];

#[test]
fn three_reports_are_written_and_five_lines_close() {
    let sandbox = Sandbox::from_fixture("lab-fork");
    let output = sandbox.output(["phase2", "--static", "-q"]);
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout), @"
    consolidation  48 notes, 11 topics, 18 overlapping pairs, 9 contradictions, 22 names that point to nothing, 4 broken links, 19.3 % of the text stands in two notes or more
    upstream       33 commits ahead, 9 commits behind, conflicts in 4 paths, and brings 1 broken call
    validation     61 tests in 15 files, counted without running them; 1 import cannot work
    reports        notes/documentation_consolidation_plan.md, notes/upstream_sync_analysis.md, notes/test_suite_report.md
    next           read the plan and tick what you agree with (8 of 28 items ticked), then run `xtask phase3`
    ");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "quiet says nothing about the run");
    for report in REPORTS {
        assert!(sandbox.read(report).starts_with("<!-- xtask:report kind="), "{report}");
    }
}

#[test]
fn nothing_but_the_reports_is_written() {
    let sandbox = Sandbox::from_fixture("lab-fork");
    let before = sandbox.files();
    sandbox.output(["phase2", "--static"]);
    let mut after = sandbox.files();
    after.retain(|path, _| !before.contains_key(path));
    let new: Vec<&str> = after.keys().map(String::as_str).filter(|path| !REPORTS.contains(path)).collect();
    assert!(new.iter().all(|path| path.ends_with(".svg")), "{new:?}");
    assert!(before.iter().all(|(path, file)| sandbox.files().get(path) == Some(file)));
}

#[test]
fn phase_two_commit_phase_two_gives_no_difference() {
    let sandbox = Sandbox::from_fixture("lab-fork");
    sandbox.output(["phase2", "--static"]);
    sandbox.commit("Reports");
    sandbox.output(["phase2", "--static"]);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "", "{}", sandbox.git(&["diff"]));
}

#[test]
fn json_prints_one_object_and_writes_no_file() {
    let sandbox = Sandbox::from_fixture("lab-fork");
    let before = sandbox.state();
    let answer = sandbox.json(["phase2", "--static"]);
    assert_eq!(sandbox.state(), before);
    assert_eq!((&answer["command"], &answer["schema"]), (&"phase2".into(), &1.into()));
    assert_eq!(answer["dirty"], false);
    for part in ["consolidation", "upstream", "validation"] {
        assert!(answer["result"][part].is_object(), "{part}");
        assert!(answer["result"]["timing"]["parts"][part].is_f64(), "{part}");
    }
}

#[test]
fn strict_exits_1_where_there_are_findings() {
    let sandbox = Sandbox::from_fixture("lab-fork");
    assert_eq!(sandbox.output(["upstream", "--strict"]).status.code(), Some(1));
    assert_eq!(sandbox.output(["upstream"]).status.code(), Some(0));
    let ahead = Sandbox::from_fixture("tiny-ahead");
    assert_eq!(ahead.output(["upstream", "--strict"]).status.code(), Some(0));
}

#[test]
fn uncommitted_files_are_said() {
    let sandbox = Sandbox::from_fixture("tiny-notes");
    sandbox.write("notes/new.md", "# New\n\nSomething that is in no commit yet.\n");
    let answer = sandbox.json(["consolidate", "plan"]);
    assert_eq!(answer["dirty"], true);
    sandbox.output(["consolidate", "plan"]);
    assert!(sandbox.read(REPORTS[0]).contains("1 uncommitted file"), "{}", sandbox.read(REPORTS[0]));
}

#[test]
fn part_that_fails_leaves_the_others_alone() {
    let sandbox = Sandbox::from_fixture("lab-fork");
    let output = sandbox.output(["phase2", "--static", "--upstream", "nowhere/at-all"]);
    assert_eq!(output.status.code(), Some(2));
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(stdout.contains("upstream       failed: "), "{stdout}");
    assert!(sandbox.read(REPORTS[0]).contains("# Documentation consolidation plan"));
    assert!(sandbox.read(REPORTS[2]).contains("# Test suite report"));
    assert!(!sandbox.root().join(REPORTS[1]).exists());
}

/// The program is stopped at each step of its edits, until one leaves them half done.
#[cfg(feature = "faults")]
#[test]
fn interrupted_change_set_has_to_be_settled_first() {
    let stopped_at = |step: usize| {
        let sandbox = Sandbox::from_fixture("tiny-notes");
        let mut command = sandbox.command(env!("CARGO_BIN_EXE_xtask"));
        command.env("XTASK_FAULTS", format!("stop={step}")).arg("init");
        let whole = command.output().unwrap().status.success();
        (!whole).then_some(sandbox)
    };
    let is_between = |sandbox: &Sandbox| sandbox.output(["phase2", "--static"]).status.code() == Some(2);
    let sandbox = (1..).map_while(stopped_at).find(is_between).expect("a step between before and after");
    for args in [&["phase2", "--static"][..], &["hook", "pre-commit"], &["init"]] {
        let refused = sandbox.output(args.iter().copied());
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{args:?}: {told}");
        assert!(
            told.contains("was interrupted") && told.contains("xtask undo --recover"),
            "{args:?}: {told}"
        );
    }
    assert_eq!(sandbox.output(["undo", "--recover"]).status.code(), Some(0));
    assert_eq!(sandbox.output(["phase2", "--static"]).status.code(), Some(0));
}

#[test]
fn rust_tests_are_counted_where_nothing_is_run() {
    let sandbox = Sandbox::init();
    sandbox.write("Cargo.toml", "[package]\nname = \"a\"\nversion = \"0.1.0\"\n");
    sandbox.write("src/lib.rs", "#[test]\nfn one() {}\n\n#[test]\n#[ignore]\nfn two() {}\n");
    sandbox.commit("A crate");
    let output = sandbox.output(["validate", "--static", "-q"]);
    let line = String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned();
    assert_eq!(line, "2 Rust tests in 1 file, counted without running them");
    assert!(sandbox.read(REPORTS[2]).contains("2 functions marked as tests in 1 file, 1 of them ignored"));
}
