//! `phase5`, and `all` that leads to it.

use crate::sandbox::Sandbox;

const PAGE: &str = "notes/final_validation_report.md";

#[test]
fn all_phases_end_well_with_a_commit_each_and_stop_without_a_yes() {
    let sandbox = Sandbox::from_fixture("lab-fork");
    let stopped = sandbox.output(["all", "--static", "-q"]);
    assert_eq!(stopped.status.code(), Some(2));
    let said = String::from_utf8_lossy(&stopped.stderr).into_owned();
    assert!(said.contains("add `--yes`"), "{said}");

    let ended = sandbox.output(["all", "--static", "--yes", "--commit", "-q"]);
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert_eq!(ended.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&ended.stderr));
    assert!(said.contains("It holds: no check fails."), "{said}");
    assert!(!said.contains("--check"), "nobody asked for a check: {said}");
    assert_eq!(said.matches("\nconserved ").count(), 1, "what is done is told once: {said}");
    let subjects = sandbox.git(&["log", "-4", "--format=%s"]);
    insta::assert_snapshot!(subjects, @"
    Final validation
    Set up xtask
    Archive 7 finished notes
    Remove 1 note that others equal
    ");
    let page = sandbox.read(PAGE);
    assert!(page.contains("| consolidation plan | holds | 8 items done"), "{page}");
    let committed = sandbox.git(&["show", "--name-only", "--format=", "HEAD"]).lines().count();
    let evidence = format!("| work tree | holds | {committed} uncommitted file");
    assert!(page.contains(&evidence), "{evidence} in {page}");
    assert!(!page.contains("not kept"), "every phase was timed: {page}");
}

#[test]
fn phases_with_nothing_to_do_are_timed_too() {
    let sandbox = Sandbox::init();
    sandbox.write("a.py", "");
    sandbox.commit("x");
    sandbox.output(["all", "--static", "--yes"]);
    assert!(sandbox.read(".git/xtask/results/times.json").contains("phase 3"));
}

#[test]
fn without_a_result_of_phase_2_nothing_is_called_broken_since_then() {
    let sandbox = Sandbox::init();
    sandbox.write("notes/a.md", "# A\n\n[gone](nowhere.md)\n");
    sandbox.commit("x");
    let found = sandbox.json(["phase5", "--static"]);
    let checks = found["result"]["checks"].as_array().unwrap();
    let links = checks.iter().find(|line| line["check"] == "links and anchors").unwrap();
    assert_eq!(links["verdict"], "not-proven", "{links}");
    assert!(links["evidence"].as_str().unwrap().contains("phase 2 kept no result"), "{links}");
}

#[test]
fn a_repository_that_was_taken_back_begins_anew() {
    let sandbox = Sandbox::from_fixture("lab-fork");
    assert_eq!(sandbox.output(["all", "--static"]).status.code(), Some(2), "nobody said yes");
    let goes_on = sandbox.output(["all", "--static"]);
    assert!(String::from_utf8_lossy(&goes_on.stderr).contains("phase 2 was finished before"));

    sandbox.git(&["clean", "-fdq"]);
    let anew = sandbox.output(["all", "--static"]);
    let said = String::from_utf8_lossy(&anew.stderr).into_owned();
    assert!(said.contains("beginning anew"), "{said}");
    assert!(said.contains("phase 2: notes, fork and tests are analysed"), "{said}");

    sandbox.git(&["clean", "-fdq"]);
    assert_eq!(sandbox.output(["all", "--static", "--commit"]).status.code(), Some(2));
    sandbox.git(&["reset", "-q", "--soft", "HEAD^"]);
    let anew = sandbox.output(["all", "--static"]);
    assert!(
        String::from_utf8_lossy(&anew.stderr).contains("beginning anew"),
        "the commit of phase 2 is gone"
    );
}

#[test]
fn ticked_items_that_wait_fail_and_check_writes_nothing() {
    let sandbox = Sandbox::from_fixture("lab-fork");
    assert!(sandbox.output(["phase2", "--static"]).status.success());
    let before = sandbox.state();
    let checked = sandbox.output(["phase5", "--static", "--check", "-q"]);
    assert_eq!(checked.status.code(), Some(1));
    insta::assert_snapshot!(String::from_utf8_lossy(&checked.stdout));
    assert_eq!(sandbox.state(), before);
}

#[test]
fn what_broke_since_phase_2_fails_with_its_place() {
    let sandbox = Sandbox::from_fixture("lab-fork");
    assert!(sandbox.output(["phase2", "--static"]).status.success());
    sandbox.write("notes/new.md", "# New\n\n[gone](nowhere.md)\n");
    let found = sandbox.json(["phase5", "--static"]);
    let checks = found["result"]["checks"].as_array().unwrap();
    let links = checks.iter().find(|line| line["check"] == "links and anchors").unwrap();
    assert_eq!(links["verdict"], "fails");
    assert_eq!(links["details"].as_array().unwrap().len(), 1);
    assert!(links["details"][0].as_str().unwrap().starts_with("notes/new.md:3:"), "{links}");
}
