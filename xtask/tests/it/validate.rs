//! `validate` from end to end: what it prints, writes and answers with.

use crate::python::python_with_pytest;
use crate::sandbox::Sandbox;

/// A repository whose suite runs with a Python that has pytest.
fn sandbox(settings: &str, test: &str) -> Sandbox {
    let sandbox = Sandbox::init();
    let python = python_with_pytest();
    let suite = format!("[[validate.suite]]\nname = \"tests\"\npaths = [\"tests\"]\npython = {python:?}\n");
    sandbox.write("xtask.toml", format!("{settings}\n{suite}"));
    sandbox.write("tests/test_a.py", test);
    sandbox.commit("all");
    sandbox
}

const RED: &str = "def test_a(): assert 1 == 2\ndef test_b(): pass\n";

#[test]
fn red_suite_is_adopted_with_a_list_that_undo_takes_back() {
    let sandbox = sandbox("", RED);
    insta::assert_snapshot!(sandbox.xtask(["validate", "-q", "--save-baseline"]), @"
    exit: 0
    -- stdout
    1 of 2 tests fails, of 1 cause; all of them known
    report: notes/test_suite_report.md
    next: start with AssertionError at `tests/test_a.py:1`, which is behind 1 test
    -- stderr
    ");
    insta::assert_snapshot!(sandbox.read("xtask-known-failures.json"), @r#"
    {
      "version": 1,
      "known_failures": [
        {
          "id": "tests/test_a.py::test_a",
          "cause": "6d25cc583c1a12f6"
        }
      ]
    }
    "#);
    assert_eq!(sandbox.output(["validate", "-q"]).status.code(), Some(0));
    sandbox.write("tests/test_b.py", "def test_c(): assert 3 == 4\n");
    assert_eq!(sandbox.output(["validate", "-q"]).status.code(), Some(1));
    let said = sandbox.xtask(["validate", "--save-baseline"]);
    let said = said.lines().filter(|line| !line.starts_with("about to run")).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(said, @"
    exit: 1
    -- stdout
    2 of 3 tests fail, of 2 causes; 1 of the failures is new
    report: notes/test_suite_report.md
    next: start with AssertionError at `tests/test_b.py:1`, which is behind 1 test
    -- stderr
    `xtask-known-failures.json` holds, as before, 1 failure
    left out: 1 new failure; `--allow-growth` takes in what is new
    ");
    insta::assert_snapshot!(sandbox.xtask(["undo"]), @"
    exit: 0
    -- stdout
    remove xtask-known-failures.json
    -- stderr
    ");
}

#[test]
fn junit_is_written_where_it_is_asked_for_and_over_nothing_else() {
    let sandbox = sandbox("", RED);
    let output = sandbox.output(["validate", "-q", "--junit", "out.xml", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let xml = sandbox.read("out.xml");
    let text: Vec<&str> = xml.lines().map(|line| line.split(" time=").next().unwrap()).collect();
    insta::assert_snapshot!(text.join("\n"), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites>
      <testsuite name="tests" tests="2" failures="1" errors="0" skipped="0"
        <testcase classname="tests.test_a" name="test_a" file="tests/test_a.py" line="1"
          <failure message="AssertionError: assert 1 == 2" type="AssertionError">tests/test_a.py:1</failure>
          <rerunFailure message="AssertionError: assert 1 == 2" type="AssertionError">tests/test_a.py:1</rerunFailure>
          <rerunFailure message="AssertionError: assert 1 == 2" type="AssertionError">tests/test_a.py:1</rerunFailure>
        </testcase>
        <testcase classname="tests.test_a" name="test_b" file="tests/test_a.py" line="2"
      </testsuite>
    </testsuites>
    "#);
    // Once more over its own file; not over another's.
    assert_eq!(sandbox.output(["validate", "-q", "--junit", "out.xml"]).status.code(), Some(1));
    insta::assert_snapshot!(sandbox.xtask(["validate", "-q", "--junit", "xtask.toml"]), @"
    exit: 2
    -- stdout
    1 of 2 tests fails, of 1 cause
    report: notes/test_suite_report.md
    next: start with AssertionError at `tests/test_a.py:1`, which is behind 1 test
    -- stderr
    error: cannot validate the tests
      cause: write the result as JUnit XML
      cause: write `xtask.toml`
      cause: `xtask.toml` was not written by xtask, so it is left alone: move it away, or name another place
    ");
}

#[test]
fn github_gets_annotations_and_a_summary() {
    let sandbox = sandbox("", RED);
    sandbox.write("../summary.md", "before\n");
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_xtask"));
    command
        .args(["validate", "-q"])
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", "../summary.md");
    let output = command.output().unwrap();
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout), @"
    1 of 2 tests fails, of 1 cause
    report: notes/test_suite_report.md
    next: start with AssertionError at `tests/test_a.py:1`, which is behind 1 test
    ::error file=tests/test_a.py,line=1,title=AssertionError (1 test)::assert 1 == 2%0Afor example tests/test_a.py::test_a
    ");
    insta::assert_snapshot!(sandbox.read("../summary.md"), @"
    before
    ### Tests: Failed

    1 of 2 tests fails, of 1 cause.

    Next: start with AssertionError at `tests/test_a.py:1`, which is behind 1 test.

    | suite | gates | status | collected | passed | failed | errors | skipped | xfailed | xpassed | flaky | not run |
    | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
    | `tests` | yes | **failed** | 2 | 1 | 1 | 0 | 0 | 0 | 0 | 0 | 0 |

    | tests | cause | place |
    | ---: | --- | --- |
    | 1 | `AssertionError` assert 1 == 2 | `tests/test_a.py:1` |
    ");
}

#[test]
fn flags_that_contradict_each_other_are_refused() {
    let sandbox = Sandbox::init();
    insta::assert_snapshot!(sandbox.xtask(["validate", "--allow-growth"]), @"
    exit: 2
    -- stdout

    -- stderr
    error: the following required arguments were not provided:
      --save-baseline

    Usage: xtask validate --save-baseline --allow-growth

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(sandbox.xtask(["validate", "--static", "--junit", "x.xml"]), @"
    exit: 2
    -- stdout

    -- stderr
    error: the argument '--static' cannot be used with '--junit <FILE>'

    Usage: xtask validate --static

    For more information, try '--help'.
    ");
}

/// A suite that takes the temporary folder away, as a full disk does.
fn without_temporary_folder(then: &str) -> serde_json::Value {
    let test =
        "import os, shutil\ndef test_a(): pass\ndef test_b():\n    shutil.rmtree(os.environ['TMPDIR'])\n    ";
    let sandbox = sandbox("", &format!("{test}{then}\ndef test_c(): pass\n"));
    let output = sandbox.output(["validate", "-q", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()["result"].take()
}

#[test]
fn results_are_kept_where_no_process_can_be_started_for_what_is_left() {
    let result = without_temporary_folder("os._exit(0)");
    let run = &result["runs"][0];
    let counts = &run["counts"];
    assert_eq!(
        (run["status"].as_str(), &counts["passed"], &counts["not_run"]),
        (Some("incomplete"), &1.into(), &1.into())
    );
    let why = run["why"].as_str().unwrap();
    let said = "inside `tests/test_a.py::test_b`; 1 test did not run, since no other process could be started: make a temporary folder";
    assert!(why.contains(said), "{why}");
}

#[test]
fn results_are_kept_where_failing_tests_cannot_run_again() {
    let result = without_temporary_folder("assert 1 == 2");
    let run = &result["runs"][0];
    assert_eq!((run["status"].as_str(), &run["counts"]["passed"]), (Some("failed"), &2.into()));
    let findings = result["findings"].as_array().unwrap();
    let said =
        "the search for flaky tests in suite `tests` was cut short: no other process could be started: ";
    let is_said = |finding: &serde_json::Value| finding["message"].as_str().unwrap().starts_with(said);
    assert!(findings.iter().any(is_said), "{findings:?}");
}

#[test]
fn test_file_at_the_top_is_a_suite_where_there_is_no_other() {
    let sandbox = Sandbox::init();
    let test = "import unittest\nclass A(unittest.TestCase):\n    def test_a(self): self.assertEqual(1, 2)\n";
    sandbox.write("test.py", test);
    sandbox.commit("all");
    let said = sandbox.xtask(["validate", "-q"]);
    assert!(said.contains("1 of 1 test fails"), "{said}");
}
