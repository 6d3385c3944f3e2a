use super::*;

fn config(known: Option<&str>) -> ValidateConfig {
    let mut suite = suite_of("tests", &["tests"]);
    suite.python = Some(environment().display().to_string());
    ValidateConfig {
        suite: vec![suite],
        known_failures: known.map(str::to_owned),
        ..ValidateConfig::default()
    }
}

#[test]
fn known_failures_do_not_fail_the_verdict_and_a_new_one_does() {
    let project = Project::new(&[("tests/test_a.py", "def test_a(): assert 0\ndef test_b(): pass\n")]);
    let save = Options {
        config: config(Some("known.json")),
        save_known: Some(Growth::Forbidden),
        ..Options::default()
    };
    assert_eq!(project.analyse_with(config(None)).verdict, Verdict::Failed);
    let first = project.analyse_by(save.clone());
    assert_eq!(first.verdict, Verdict::Passed, "all that fails is on the list from now on");
    fs::write(project.path().join("known.json"), &first.known_list.unwrap().text).unwrap();
    let second = project.analyse_with(config(Some("known.json")));
    assert_eq!((second.verdict, second.runs[0].status), (Verdict::Passed, Status::Failed));
    assert_eq!(second.baseline.unwrap().still_failing, ["tests/test_a.py::test_a"]);
    fs::write(project.path().join("tests/test_b.py"), "def test_new(): assert 0\n").unwrap();
    let third = project.analyse_with(config(Some("known.json")));
    assert_eq!(third.verdict, Verdict::Failed);
    assert_eq!(third.baseline.unwrap().new_failures, ["tests/test_b.py::test_new"]);
    // Saving again only shrinks, so the new one still fails; unless it may grow.
    let again = project.analyse_by(save.clone());
    assert_eq!((again.verdict, again.new_failures_left_out()), (Verdict::Failed, 1));
    let grown = project.analyse_by(Options { save_known: Some(Growth::Allowed), ..save });
    assert_eq!((grown.verdict, grown.known_list.unwrap().count), (Verdict::Passed, 2));
}

#[test]
fn known_failures_excuse_no_demand_of_a_plugin() {
    // As pytest-cov does where less is covered than `--cov-fail-under` asks for.
    let demand = "import pytest\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtestloop(session):\n    yield\n    session.testsfailed += 1\n";
    let known = r#"{"version": 1, "known_failures": [{"id": "tests/test_a.py::test_a", "cause": null}]}"#;
    let tests = ("tests/test_a.py", "def test_a(): assert 0\ndef test_b(): pass\n");
    let project = Project::new(&[tests, ("known.json", known)]);
    assert_eq!(project.analyse_with(config(Some("known.json"))).verdict, Verdict::Passed);
    fs::write(project.path().join("tests/conftest.py"), demand).unwrap();
    let analysis = project.analyse_with(config(Some("known.json")));
    assert_eq!((analysis.verdict, analysis.runs[0].status), (Verdict::Failed, Status::Failed));
    let why = analysis.runs[0].why.as_deref();
    assert_eq!(why, Some("something that is no test failed (the runner ended with code 1)"));
}

#[test]
fn list_of_known_failures_is_not_written_from_a_run_that_did_not_end() {
    let text =
        "import pytest\ndef test_a(): assert 0\ndef test_b(): pytest.exit('enough')\ndef test_c(): pass\n";
    let project = Project::new(&[("tests/test_a.py", text)]);
    let save = Options { config: config(None), save_known: Some(Growth::Forbidden), ..Options::default() };
    let analysis = project.analyse_by(save);
    assert_eq!((analysis.verdict, analysis.known_list), (Verdict::Failed, None));
    let said = analysis.findings.iter().find(|finding| finding.check == "known-failures").unwrap();
    assert!(said.message.ends_with("suite `tests` did not run every test"), "{}", said.message);
}

#[test]
fn earlier_result_is_compared_with() {
    let project = Project::new(&[("tests/test_a.py", "def test_a(): assert 0\ndef test_b(): pass\n")]);
    let first = serde_json::to_string(&project.analyse_with(config(None))).unwrap();
    fs::write(project.path().join("tests/test_a.py"), "def test_a(): pass\ndef test_b(): assert 0\n")
        .unwrap();
    let options = Options { config: config(None), baseline: Some(first), ..Options::default() };
    let baseline = project.analyse_by(options).baseline.unwrap();
    assert_eq!(
        (baseline.fixed.as_slice(), baseline.new_failures.as_slice()),
        (&["tests/test_a.py::test_a".to_owned()][..], &["tests/test_a.py::test_b".to_owned()][..])
    );
}

#[test]
fn failures_are_run_at_the_base_too_with_the_bases_own_code() {
    let test = "from thing import value\ndef test_value(): assert value() == 1\ndef test_old(): assert 0\n";
    let project = Project::new(&[("tests/test_a.py", test), ("thing.py", "def value(): return 1\n")]);
    // The test file moves and the code breaks.
    fs::create_dir_all(project.path().join("tests/unit")).unwrap();
    fs::rename(project.path().join("tests/test_a.py"), project.path().join("tests/unit/test_a.py")).unwrap();
    fs::write(project.path().join("thing.py"), "def value(): return 2\n").unwrap();
    project.commit();
    let options = Options { config: config(None), base: Some("HEAD~1".to_owned()), ..Options::default() };
    let analysis = project.analyse_by(options);
    let baseline = analysis.baseline.unwrap();
    assert_eq!(baseline.new_failures, ["tests/unit/test_a.py::test_value"]);
    assert_eq!(baseline.still_failing, ["tests/unit/test_a.py::test_old"]);
    assert_eq!(analysis.moved[0].from, "tests/test_a.py");
    assert_eq!(analysis.moved[0].verdict, MovedTests::Failed);
    assert_eq!(project.untracked(), "", "nothing is left here by the run there");
}

#[test]
fn base_where_nothing_can_be_collected_makes_no_failure_new() {
    let project = Project::new(&[
        ("tests/test_a.py", "def test_old(): assert 0\n"),
        ("tests/conftest.py", "raise RuntimeError('broken here')\n"),
    ]);
    fs::remove_file(project.path().join("tests/conftest.py")).unwrap();
    project.commit();
    let options = Options { config: config(None), base: Some("HEAD~1".to_owned()), ..Options::default() };
    let analysis = project.analyse_by(options);
    let commit = analysis.baseline.as_ref().unwrap().commit.clone();
    assert_eq!(analysis.baseline, Some(Baseline { commit, ..Baseline::default() }));
    let said = analysis.findings.iter().find(|finding| finding.check == "not-compared").unwrap();
    let expected = "1 failing test could not run at the other commit, and is called neither new nor old";
    assert_eq!(said.message, expected);
}

#[test]
fn tests_of_two_suites_with_one_id_are_compared_with_nothing_and_excused_by_nothing() {
    let config = "[tool.pytest.ini_options]\n";
    let project = Project::new(&[
        ("one/pyproject.toml", config),
        ("two/pyproject.toml", config),
        ("one/tests/test_a.py", "def test_a(): assert 0\ndef test_b(): assert 0\n"),
        ("two/tests/test_a.py", "def test_a(): assert 0\n"),
        (
            "xtask-known-failures.json",
            r#"{"version": 1, "known_failures": [{"id": "tests/test_a.py::test_a", "cause": null},
                {"id": "tests/test_a.py::test_b", "cause": null}]}"#,
        ),
    ]);
    let suite = |name: &str| {
        let mut suite = suite_of(name, &[&format!("{name}/tests")]);
        suite.python = Some(environment().display().to_string());
        suite
    };
    let config = ValidateConfig { suite: vec![suite("one"), suite("two")], ..ValidateConfig::default() };
    let analysis = project.analyse_with(config);
    let baseline = analysis.baseline.as_ref().unwrap();
    assert_eq!(baseline.still_failing, ["tests/test_a.py::test_b"]);
    assert_eq!((&baseline.gone, &baseline.new_failures), (&Vec::new(), &Vec::new()));
    assert_eq!(analysis.verdict, Verdict::Failed);
    let told = analysis.findings.iter().filter(|finding| finding.check == "not-compared");
    assert_eq!(told.count(), 1);
}

#[test]
fn suite_rooted_below_the_top_is_compared_with_before_and_followed_through_moves() {
    let test = "def test_old(): assert 0\ndef test_new(): assert 1\ndef test_good(): pass\n";
    let project = Project::new(&[("part/pytest.ini", "[pytest]\n"), ("part/tests/test_a.py", test)]);
    let mut config = config(None);
    config.suite[0].paths = vec!["part/tests".to_owned()];
    let first = serde_json::to_string(&project.analyse_with(config.clone())).unwrap();
    let place = |name: &str| project.path().join("part").join(name);
    fs::create_dir_all(place("tests/unit")).unwrap();
    for (name, base) in [("tests/test_a.py", "HEAD"), ("tests/unit/test_b.py", "HEAD~1")] {
        fs::rename(place("tests/test_a.py"), place(name)).unwrap();
        fs::write(place(name), test.replace("assert 1", "assert 2 == 1")).unwrap();
        if base != "HEAD" {
            project.commit();
        }
        let before = [(None, Some(base.to_owned())), (Some(first.clone()), None)];
        for (baseline, base) in before {
            let options = Options { config: config.clone(), baseline, base, ..Options::default() };
            let baseline = project.analyse_by(options).baseline.unwrap();
            assert_eq!(baseline.new_failures, [format!("{name}::test_new")]);
            assert_eq!(baseline.still_failing, [format!("{name}::test_old")]);
            assert!(baseline.gone.is_empty() && baseline.added.is_empty(), "{baseline:?}");
        }
    }
}
