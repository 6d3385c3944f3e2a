use super::*;

fn by_command(line: &str, junit: &str, files: &[(&str, &str)]) -> Analysis {
    let project = Project::new(files);
    let mut suite = suite_of("all", &[]);
    (suite.runner, suite.junit) = (Some(line.to_owned()), Some(junit.to_owned()));
    project.analyse_with(ValidateConfig { suite: vec![suite], ..ValidateConfig::default() })
}

const XML: &str = "<testsuite><testcase classname='A' name='a'/>\
     <testcase classname='A' name='b'><failure message='TypeError: no'/></testcase></testsuite>\n";

#[test]
fn tests_of_any_command_are_known_by_the_junit_xml_that_it_leaves() {
    let files = [("kept.xml", XML), (".gitignore", "out\n")];
    let analysis = by_command("mkdir out && cp kept.xml out/one.xml && exit 1", "out", &files);
    let run = &analysis.runs[0];
    assert_eq!((counts(run).as_str(), run.status), ("collected 2, failed 1, passed 1", Status::Failed));
    assert_eq!(
        (analysis.causes[0].exception.as_str(), analysis.causes[0].message.as_str()),
        ("TypeError", "no")
    );
}

#[test]
fn pattern_finds_the_junit_xml_of_all_parts_of_a_build_and_none_of_an_earlier_one() {
    let old = "<testsuite><testcase classname='Old' name='gone'/></testsuite>";
    let files = [("kept.xml", XML), ("a/out/tests/old.xml", old), ("b/src", ""), (".gitignore", "out\n")];
    let line =
        "mkdir -p b/out/tests && cp kept.xml a/out/tests/a.xml && cp kept.xml b/out/tests/b.xml && exit 1";
    for place in ["*/out/tests", "**/tests/*.xml"] {
        let analysis = by_command(line, place, &files);
        let run = &analysis.runs[0];
        assert_eq!(
            (counts(run).as_str(), run.status),
            ("collected 4, failed 2, passed 2", Status::Failed),
            "{place}"
        );
    }
    let analysis = by_command("true", "*/out/tests", &files);
    let why = "it ended with code 0, and it left no new JUnit XML at `*/out/tests`";
    assert_eq!(analysis.runs[0].why.as_deref(), Some(why));
}

#[test]
fn junit_xml_that_was_there_before_proves_nothing() {
    let analysis = by_command("true", "kept.xml", &[("kept.xml", XML)]);
    assert_eq!((analysis.runs[0].status, analysis.verdict), (Status::Incomplete, Verdict::Failed));
    assert_eq!(
        analysis.runs[0].why.as_deref(),
        Some("it ended with code 0, and it left no new JUnit XML at `kept.xml`")
    );
}

#[test]
fn good_list_with_a_bad_code_and_a_broken_list_are_no_pass() {
    let good = "<testsuite><testcase classname='A' name='a'/></testsuite>";
    let analysis = by_command("cp kept.xml out.xml && exit 3", "out.xml", &[("kept.xml", good)]);
    assert_eq!(analysis.runs[0].status, Status::Failed);
    let analysis = by_command("echo '<testsuite><testcase' > out.xml", "out.xml", &[("a", "")]);
    assert_eq!(analysis.runs[0].status, Status::Incomplete);
    let analysis = by_command("cp kept.xml out.xml", "out.xml", &[("kept.xml", good)]);
    assert_eq!((analysis.runs[0].status, analysis.verdict), (Status::Passed, Verdict::Passed));
}

#[test]
fn types_that_a_foreign_list_gives_its_failures_end_nothing() {
    for kind in ["exit", "time limit"] {
        let xml = format!(
            "<testsuite><testcase classname='A' name='a'><failure type='{kind}'/></testcase></testsuite>"
        );
        let analysis = by_command("cp kept.xml out.xml && exit 1", "out.xml", &[("kept.xml", &xml)]);
        let run = &analysis.runs[0];
        assert_eq!(
            (run.status, run.end, run.culprit.as_deref()),
            (Status::Failed, End::Finished, None),
            "{kind}"
        );
    }
}

#[test]
fn test_that_passed_only_when_its_runner_ran_it_again_turns_the_run_red() {
    let flaky = "<testsuite><testcase name='a'><flakyFailure message='once'/></testcase></testsuite>";
    let analysis = by_command("cp kept.xml out.xml", "out.xml", &[("kept.xml", flaky)]);
    assert_eq!(
        (counts(&analysis.runs[0]).as_str(), analysis.runs[0].status),
        ("collected 1, flaky 1", Status::Failed)
    );
    assert_eq!(analysis.verdict, Verdict::Failed);
}

#[test]
fn pytest_whose_events_cannot_be_heard_is_told_by_its_junit_xml_and_called_degraded() {
    let project = Project::new(&[
        ("tests/test_a.py", "class TestA:\n    def test_a(self): assert 0\ndef test_b(): pass\n"),
        ("tests/test_gone.py", "import gone\n"),
    ]);
    // Python in isolated mode does not look where the events' module lies.
    let python = project.path().join("python");
    let script = format!("#!/bin/sh\nexec {} -I \"$@\"\n", environment().display());
    fs::write(&python, script).unwrap();
    fs::set_permissions(&python, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let analysis = project.analyse(|suite| suite.python = Some("./python".to_owned()));
    let run = &analysis.runs[0];
    assert_eq!(
        (counts(run).as_str(), run.status),
        ("collected 2, errors 1, failed 1, passed 1", Status::Failed)
    );
    assert_eq!(case(&analysis, "TestA::test_a").id, "tests/test_a.py::TestA::test_a");
    assert_eq!(case(&analysis, "test_gone.py").outcome, CaseOutcome::Error);
    assert!(analysis.findings.iter().any(|finding| finding.check == "degraded"));
}

/// What comes of a command that leaves this XML and ends with this code.
fn left(xml: &str, code: u8) -> Analysis {
    by_command(&format!("cp kept.xml out.xml && exit {code}"), "out.xml", &[("kept.xml", xml)])
}

#[test]
fn tests_of_one_name_are_counted_each_and_disabled_ones_did_not_pass() {
    let xml = "<testsuites><testsuite name='a.test.ts'><testcase classname='it' name='works'/></testsuite>\
         <testsuite name='b.test.ts'><testcase classname='it' name='works'><failure/></testcase>\
         <testcase classname='it' name='DISABLED_one' status='notrun' result='suppressed'/></testsuite></testsuites>";
    let analysis = left(xml, 1);
    assert_eq!(counts(&analysis.runs[0]), "collected 3, failed 1, passed 1, skipped 1");
    assert_eq!(case(&analysis, "works #2").outcome, CaseOutcome::Failed);
    // pytest writes a second element for what is around a test that failed.
    let around = "<testsuite><testcase classname='A' name='a'><failure message='E: a'/></testcase>\
         <testcase classname='A' name='a'><error message='E: b'/></testcase></testsuite>";
    let analysis = left(around, 1);
    assert_eq!((counts(&analysis.runs[0]).as_str(), analysis.causes.len()), ("collected 1, failed 1", 2));
}

#[test]
fn failure_of_a_suite_and_a_bad_code_after_a_flaky_test_are_no_pass() {
    let suite = "<testsuite name='s' errors='1'><testcase name='a'/></testsuite>";
    let run = &left(suite, 0).runs[0];
    let why = Some("suite `s` counts 1 failure, and no test of it has one");
    assert_eq!((run.status, run.why.as_deref()), (Status::Failed, why));
    let flaky = "<testsuite><testcase name='a'><flakyFailure message='once'/></testcase></testsuite>";
    let project = Project::new(&[("kept.xml", flaky)]);
    let mut suite = suite_of("all", &[]);
    suite.runner = Some("cp kept.xml out.xml && exit 3".to_owned());
    suite.junit = Some("out.xml".to_owned());
    let flaky = Some(FlakyPolicy::Warn);
    let config = ValidateConfig { suite: vec![suite], flaky, ..ValidateConfig::default() };
    let run = &project.analyse_with(config).runs[0];
    let why = Some("no test failed, but it ended with code 3");
    assert_eq!((run.status, run.why.as_deref()), (Status::Failed, why));
}

#[test]
fn reports_of_other_kinds_beside_the_list_are_left_alone() {
    let good = "<testsuite><testcase name='a'/></testsuite>";
    let files = [("kept.xml", good), ("coverage.xml", "<coverage/>")];
    let analysis = by_command("mkdir out && cp kept.xml coverage.xml out", "out", &files);
    assert_eq!(analysis.runs[0].status, Status::Passed, "{:?}", analysis.runs[0].why);
    let analysis = by_command("mkdir out && cp coverage.xml out && cp coverage.xml out/b.xml", "out", &files);
    assert_eq!(analysis.runs[0].status, Status::Incomplete);
}
