use std::collections::BTreeSet;

use super::*;

fn config() -> ValidateConfig {
    let mut suite = suite_of("tests", &["tests"]);
    suite.python = Some(environment().display().to_string());
    ValidateConfig { suite: vec![suite], ..ValidateConfig::default() }
}

fn sharded(project: &Project, shard: &str, durations: &[(&str, f64)]) -> Analysis {
    let tests = durations.iter().map(|&(id, seconds)| (id.to_owned(), seconds)).collect();
    project.analyse_by(Options {
        config: config(),
        shard: Some(shard.parse().unwrap()),
        durations: Durations { tests, ..Durations::default() },
        ..Options::default()
    })
}

fn answer(analysis: &Analysis) -> String {
    serde_json::json!({ "commit": "1", "result": analysis }).to_string()
}

fn joined(project: &Project, answers: &[String]) -> anyhow::Result<Analysis> {
    let files: Vec<(String, String)> =
        answers.iter().enumerate().map(|(at, text)| (format!("{at}.json"), text.clone())).collect();
    let frame = project.analyse_by(Options { config: config(), static_only: true, ..Options::default() });
    merge(&files, frame, &config())
}

const FILES: &[(&str, &str)] = &[
    ("tests/test_a.py", "def test_a(): pass\ndef test_b(): raise KeyError('k')\ndef test_c(): pass\n"),
    ("tests/test_b.py", "def test_d(): pass\ndef test_e(): raise KeyError('k')\n"),
    ("tests/test_c.py", "def test_f(): pass\n"),
    ("tests/test_gone.py", "import gone\n"),
];

fn outcomes(analysis: &Analysis) -> Vec<(String, CaseOutcome)> {
    let mut outcomes: Vec<_> = analysis.cases.iter().map(|case| (case.id.clone(), case.outcome)).collect();
    outcomes.sort();
    outcomes
}

#[test]
fn parts_hold_every_test_once_and_join_to_the_whole() {
    let project = Project::new(FILES);
    let whole = project.analyse_by(Options { config: config(), ..Options::default() });
    for durations in [&[][..], &[("tests/test_a.py::test_a", 9.0), ("tests/test_a.py::test_c", 1.0)]] {
        let parts: Vec<Analysis> =
            ["1/2", "2/2"].iter().map(|shard| sharded(&project, shard, durations)).collect();
        let answers: Vec<String> = parts.iter().map(answer).collect();
        let all = joined(&project, &answers).unwrap();
        assert_eq!(outcomes(&all), outcomes(&whole), "{durations:?}");
        assert_eq!(counts(&all.runs[0]), counts(&whole.runs[0]));
        let causes = |analysis: &Analysis| -> Vec<Vec<String>> {
            analysis.causes.iter().map(|cause| cause.cases.clone()).collect()
        };
        assert_eq!(causes(&all), causes(&whole));
        assert_eq!(all.verdict, Verdict::Failed);
        let of_files = |part: &Analysis| -> BTreeSet<String> {
            let tests = part.cases.iter().filter(|case| case.id.contains("::"));
            tests.filter_map(|case| case.path.clone()).collect()
        };
        let shared = of_files(&parts[0]).intersection(&of_files(&parts[1])).count();
        assert_eq!(shared == 0, durations.is_empty(), "without durations files stay whole");
    }
}

#[test]
fn parts_that_do_not_make_a_whole_are_refused() {
    let project = Project::new(FILES);
    let [one, two] = ["1/2", "2/2"].map(|shard| answer(&sharded(&project, shard, &[])));
    let other = answer(&sharded(&project, "2/2", &[("tests/test_a.py::test_a", 9.0)]));
    let of_three = answer(&sharded(&project, "2/3", &[]));
    let refused = |answers: &[&String]| {
        let answers: Vec<String> = answers.iter().map(|&text| text.clone()).collect();
        joined(&project, &answers).unwrap_err().to_string()
    };
    assert_eq!(refused(&[&one]), "part 2/2 is missing");
    assert_eq!(refused(&[&one, &two, &two]), "`1.json` and `2.json` are both part 2/2, attempt 1");
    assert_eq!(refused(&[&one, &of_three]), "`0.json` is one of 2 parts, `1.json` one of 3");
    assert!(refused(&[&one, &other]).contains("split suite `tests` differently"));
    let elsewhere = two.replace("\"commit\":\"1\"", "\"commit\":\"2\"");
    assert_eq!(refused(&[&one, &elsewhere]), "`0.json` and `1.json` are results of different commits");
    // Of two attempts the last one counts.
    let again = two.replace("\"attempt\":1", "\"attempt\":2").replace("KeyError", "LastError");
    let all = joined(&project, &[one, again, two]).unwrap();
    let messages: Vec<&str> =
        all.cases.iter().flat_map(|case| &case.attempts).filter_map(|told| told.message.as_deref()).collect();
    assert!(messages.contains(&"LastError: 'k'"), "{messages:?}");
}

#[test]
fn what_is_gone_and_what_runners_counted_is_told_of_all_parts_together() {
    let project = Project::new(FILES);
    let old = project.analyse_by(Options { config: config(), ..Options::default() });
    fs::write(project.path().join("tests/test_a.py"), "def test_a(): pass\ndef test_c(): pass\n").unwrap();
    fs::write(
        project.path().join("tests/test_d.py"),
        "import pytest\npytest.skip('no', allow_module_level=True)\n",
    )
    .unwrap();
    let run = |shard: Option<&str>| {
        project.analyse_by(Options {
            config: config(),
            shard: shard.map(|shard| shard.parse().unwrap()),
            baseline: Some(answer(&old)),
            ..Options::default()
        })
    };
    let whole = run(None);
    let parts = ["1/2", "2/2"].map(|shard| run(Some(shard)));
    assert!(parts.iter().all(|part| part.baseline.as_ref().unwrap().gone.is_empty()), "a part cannot know");
    let all = joined(&project, &parts.each_ref().map(answer)).unwrap();
    let gone = |analysis: &Analysis| analysis.baseline.as_ref().unwrap().gone.clone();
    assert_eq!(gone(&all), ["tests/test_a.py::test_b"]);
    assert_eq!(gone(&all), gone(&whole));
    assert_eq!(all.runs[0].runner_tally, whole.runs[0].runner_tally);
}

#[test]
fn part_without_a_test_is_no_failure() {
    let project = Project::new(&[("tests/test_a.py", "def test_a(): pass\n")]);
    let parts: Vec<Analysis> = ["1/2", "2/2"].iter().map(|shard| sharded(&project, shard, &[])).collect();
    assert_eq!(counts(&parts[1].runs[0]), "");
    assert_eq!((parts[0].verdict, parts[1].verdict), (Verdict::Passed, Verdict::Passed));
}

#[test]
fn marks_say_what_a_test_is_for_also_in_parallel() {
    let text = "import pytest\n@pytest.mark.integration\ndef test_a(): pass\ndef test_b(): pass\n";
    let ini = "[pytest]\nmarkers = integration\n";
    let project = Project::new(&[("tests/test_a.py", text), ("pytest.ini", ini)]);
    let kinds = |analysis: &Analysis| [case(analysis, "test_a").kind, case(analysis, "test_b").kind];
    let expected = [crate::config::SuiteKind::Integration, crate::config::SuiteKind::Unit];
    assert_eq!(kinds(&project.analyse(|_| {})), expected);
    fs::write(project.path().join("pytest.ini"), format!("{ini}addopts = -n 2\n")).unwrap();
    assert_eq!(kinds(&project.analyse(|_| {})), expected);
}

#[test]
fn coverage_is_measured_where_asked_and_leaves_nothing_behind() {
    let project = Project::new(&[
        ("pack/__init__.py", ""),
        ("pack/half.py", "def one():\n    return 1\ndef two():\n    x = 2\n    return x\n"),
        ("pack/never.py", "X = 1\n"),
        ("tests/test_a.py", "from pack.half import one\ndef test_a(): assert one() == 1\n"),
    ]);
    let measured = ValidateConfig { coverage: Some(CoverageSetting::Auto), ..config() };
    let analysis = project.analyse_by(Options { config: measured, ..Options::default() });
    let coverage = analysis.coverage.clone().unwrap();
    let files: Vec<(&str, Vec<u64>)> =
        coverage.files.iter().map(|file| (file.path.as_str(), file.missing.clone())).collect();
    assert_eq!(files, [("pack/half.py", vec![4, 5]), ("pack/never.py", vec![1])]);
    assert_eq!(coverage.percent, 50.0);
    assert_eq!(
        (counts(&analysis.runs[0]).as_str(), analysis.verdict),
        ("collected 1, passed 1", Verdict::Passed)
    );
    assert_eq!(project.untracked(), "");
    // Unasked, it says how to ask.
    let plain = project.analyse(|_| {});
    assert!(plain.coverage.is_none() && plain.coverage_hint.unwrap().contains("coverage = \"auto\""));
}

#[test]
fn commits_that_touched_the_place_of_a_cause_are_told() {
    let project = Project::new(&[
        ("thing.py", "def value():\n    return 1\n"),
        ("tests/test_a.py", "from thing import value\ndef test_a(): assert value() == 1\n"),
    ]);
    fs::write(project.path().join("thing.py"), "def value():\n    raise ValueError('broken')\n").unwrap();
    project.commit();
    let options = Options { config: config(), base: Some("HEAD~1".to_owned()), ..Options::default() };
    let analysis = project.analyse_by(options);
    let subjects: Vec<&str> = analysis.causes[0].commits.iter().map(|touch| touch.subject.as_str()).collect();
    assert_eq!(subjects, ["more"]);
}

#[test]
fn part_to_which_no_suite_falls_is_a_result_that_joins() {
    let project = Project::new(&[("run.sh", "exit 0\n")]);
    let mut suite = suite_of("shell", &[]);
    suite.runner = Some("sh run.sh".to_owned());
    let config = ValidateConfig { suite: vec![suite], ..ValidateConfig::default() };
    let part = |shard: &str| {
        project.analyse_by(Options {
            config: config.clone(),
            shard: Some(shard.parse().unwrap()),
            ..Options::default()
        })
    };
    let (one, two) = (part("1/2"), part("2/2"));
    assert_eq!((one.runs.len(), two.runs.len()), (1, 0));
    assert_eq!(headline(&two), "no suite falls to part 2/2");
    assert!(!two.is_failing() && !two.cannot_run());
    let files = [("1.json".to_owned(), answer(&one)), ("2.json".to_owned(), answer(&two))];
    let frame = part("1/2");
    let all = merge(&files, frame, &config).unwrap();
    assert_eq!((all.verdict, all.runs.len()), (Verdict::Passed, 1));
}

#[test]
fn suite_without_a_test_passes_where_that_is_allowed() {
    let project = Project::new(&[("tests/test_a.py", "X = 1\n")]);
    let analysis = project.analyse(|suite| suite.allow_empty = true);
    assert_eq!((analysis.runs[0].status, analysis.runs[0].end), (Status::Passed, End::NothingCollected));
    assert_eq!(analysis.verdict, Verdict::Passed);
}
