//! `report --html`.

use crate::sandbox::Sandbox;

#[test]
fn page_stands_beside_the_results_and_leaves_the_repository_alone() {
    let sandbox = Sandbox::from_fixture("lab-fork");
    assert!(sandbox.output(["phase2", "--static"]).status.success());
    let before = sandbox.state();
    insta::assert_snapshot!(sandbox.xtask(["report", "--html"]), @"
    exit: 0
    -- stdout
    page: [REPO]/.git/xtask/report.html
    -- stderr
    ");
    assert_eq!(sandbox.state(), before);
    let page = sandbox.read(".git/xtask/report.html");
    assert!(page.contains("notes/bath-protocol-v2.md"), "the notes stand in it");
    assert!(page.contains("after the new stirrer came"), "the text of a shared passage stands in it");
    assert_eq!(String::from_utf8_lossy(&sandbox.output(["report", "--html", "-"]).stdout), page);
}

#[test]
fn page_replaces_its_own_kind_and_nothing_else() {
    let sandbox = Sandbox::from_fixture("lab-fork");
    assert!(sandbox.output(["phase2", "--static"]).status.success());
    let file = sandbox.root().join("page.html").display().to_string();
    for _ in 0..2 {
        assert!(sandbox.output(["report", "--html", &file]).status.success());
    }
    sandbox.write("page.html", "<!doctype html><title>mine</title>\n");
    assert_eq!(sandbox.output(["report", "--html", &file]).status.code(), Some(2));
    assert_eq!(sandbox.read("page.html"), "<!doctype html><title>mine</title>\n");
}

#[test]
fn page_without_a_result_says_what_to_run() {
    insta::assert_snapshot!(Sandbox::init().xtask(["report", "--html"]), @"
    exit: 2
    -- stdout

    -- stderr
    error: cannot draw the page
      cause: phase 2 has kept no result here
    hint: run `xtask phase2` first
    ");
}

#[test]
fn result_of_another_version_is_refused() {
    let sandbox = Sandbox::init();
    sandbox.write(".git/xtask/results/phase2.json", "{\"schema\": 0}");
    insta::assert_snapshot!(sandbox.xtask(["report", "--html"]), @"
    exit: 2
    -- stdout

    -- stderr
    error: cannot draw the page
      cause: phase 2's result is of another version
      cause: missing field `tool`
    ");
}
