//! What the headline and the report say.

use super::*;

fn text_of(analysis: &Analysis) -> String {
    report(analysis).to_markdown(None)
}

#[test]
fn causes_of_other_suites_and_of_flaky_tests_are_not_counted_behind_failures() {
    let project = Project::new(&[
        ("tests/test_a.py", "def test_a(): assert 0, 'a'\ndef test_b(): pass\n"),
        (
            "tests/test_f.py",
            "import os\ndef test_f():\n    seen = os.path.exists('seen')\n    open('seen', 'w').close()\n    assert seen, 'f'\n",
        ),
        ("experiments/test_x.py", "def test_x(): assert 0, 'x'\n"),
        (".gitignore", "seen\n"),
    ]);
    let python = environment().display().to_string();
    let suite = |name: &str| SuiteConfig { python: Some(python.clone()), ..suite_of(name, &[name]) };
    let other = SuiteConfig { gating: Some(false), ..suite("experiments") };
    let analysis = project
        .analyse_with(ValidateConfig { suite: vec![suite("tests"), other], ..ValidateConfig::default() });
    assert_eq!(analysis.causes.len(), 3);
    assert_eq!(headline(&analysis), "1 of 3 tests fails, of 1 cause; 1 test is flaky");
    assert!(text_of(&analysis).contains("\n### 1 test · AssertionError: a"), "{}", text_of(&analysis));
}

#[test]
fn moved_files_are_counted_whole_where_the_table_ends_early() {
    let moved = |number: usize| Moved {
        path: format!("b/{number}.py"),
        from: format!("a/{number}.py"),
        commit: "1".repeat(40),
        imports_ok: true,
        verdict: if number < 45 { MovedTests::Failed } else { MovedTests::Passed },
    };
    let with = |numbers: std::ops::Range<usize>| {
        text_of(&Analysis { moved: numbers.map(moved).collect(), ..no_analysis() })
    };
    let cases = [
        (
            0..50,
            "50 Python files stand where a commit moved them; 45 have a failing test or a broken import.",
        ),
        (44..46, "2 Python files stand where a commit moved them; 1 has a failing test or a broken import."),
        (45..46, "1 Python file stands where a commit moved it; none has a failing test or a broken import."),
    ];
    for (numbers, said) in cases {
        assert!(with(numbers.clone()).contains(said), "{said}: {}", with(numbers));
    }
    assert!(with(0..50).contains("\n5 more are in the JSON.\n"), "{}", with(0..50));
}

#[test]
fn run_that_the_user_stops_blames_no_test() {
    // The tests wait at a named pipe until somebody listens, and then go on for longer than anybody waits for them.
    let text = "import time\ndef test_a():\n    open('begun', 'w').close()\n    time.sleep(60)\n";
    let library = "#[test]\nfn a() {\n    std::fs::write(\"begun\", \"\").unwrap();\n    std::thread::sleep(std::time::Duration::from_secs(60));\n}\n";
    let manifest = "[package]\nname = \"seeded\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[workspace]\n";
    let project = Project::new(&[
        ("tests/test_a.py", text),
        ("Cargo.toml", manifest),
        ("src/lib.rs", library),
        (".gitignore", "begun\ntarget\nCargo.lock\n"),
    ]);
    let python = environment().display().to_string();
    let suites =
        [SuiteConfig { python: Some(python), ..suite_of("tests", &["tests"]) }, suite_of("cargo", &[])];
    for suite in suites {
        let begun = project.path().join("begun");
        let _ = fs::remove_file(&begun);
        must(&Call::new("mkfifo", project.path()).args(["begun"]));
        let config = ValidateConfig { suite: vec![suite], ..ValidateConfig::default() };
        let options = Options { config, ..Options::default() };
        let cancel = Cancel::default();
        let repo = Repo::open(project.path()).unwrap();
        let outcome = std::thread::scope(|scope| {
            scope.spawn(|| {
                fs::read(&begun).unwrap();
                cancel.cancel();
            });
            run(&repo, &options, &Progress::default(), &cancel).unwrap()
        });
        let Outcome::Done(analysis) = outcome else { panic!("{outcome:?}") };
        assert_eq!((analysis.runs[0].end, analysis.runs[0].culprit.as_deref()), (End::Interrupted, None));
        assert_eq!(analysis.durations(), None, "those of the last time are kept");
    }
}

#[test]
fn durations_are_those_of_the_last_run_that_ran_something() {
    let project = Project::new(&[("tests/test_a.py", "def test_a(): pass\n")]);
    let analysis = project.analyse(|_| {});
    assert_eq!(analysis.durations().unwrap().tests.len(), 1);
    let is_static = Options { static_only: true, ..Options::default() };
    assert_eq!(project.analyse_by(is_static).durations(), None);
}

#[test]
fn scripts_are_said_to_be_never_run_only_where_that_is_so() {
    let mut analysis = no_analysis();
    analysis.inventory.files_named_test = 2;
    analysis.inventory.scripts = vec!["experiments/test_a.py".into(), "tests/test_b.py".into()];
    let text = text_of(&analysis);
    let never = "Scripts that do their work when imported, so never run here:\n\n- `experiments/test_a.py`\n";
    let imported = "work that is done when they are imported:\n\n- `tests/test_b.py`\n";
    assert!(text.contains(never) && text.contains(imported), "{text}");
}

#[test]
fn where_no_process_came_to_the_end_of_its_imports_the_rest_is_not_said_to_have_run() {
    let names: Vec<String> = (0..40).map(|number| format!("tests/test_{number}.py")).collect();
    let files: Vec<(&str, &str)> =
        names.iter().map(|name| (name.as_str(), "import os\nos._exit(0)\n")).collect();
    let project = Project::new(&files);
    let python = bare_environment().display().to_string();
    let analysis = project.analyse(|suite| {
        (suite.python, suite.runner) = (Some(python), Some("unittest".to_owned()));
    });
    let run = &analysis.runs[0];
    let why = run.why.as_ref().unwrap();
    let said = "; what else there is was not found, since no fresh process could import all other files";
    assert!(why.ends_with(said), "{why}");
    assert_eq!(run.status, Status::Incomplete);
}

#[test]
fn tests_that_end_their_workers_are_one_cause() {
    let text = "import os\nimport pytest\n\
        @pytest.mark.parametrize('n', [1, 2, 3])\ndef test_ends(n): os._exit(3)\ndef test_good(): pass\n";
    let project = Project::new(&[("tests/test_a.py", text), ("pytest.ini", "[pytest]\naddopts = -n 2\n")]);
    let analysis = project.analyse(|suite| suite.python = Some(environment().display().to_string()));
    assert_eq!(counts(&analysis.runs[0]), "collected 4, failed 3, passed 1");
    let causes: Vec<(&str, usize)> =
        analysis.causes.iter().map(|cause| (cause.exception.as_str(), cause.cases.len())).collect();
    assert_eq!(causes, [("crash", 3)]);
}

#[test]
fn interpreter_whose_library_tells_no_versions_is_asked_by_the_package_that_does() {
    // As Python 3.7 is, whose pytest brings the package along.
    let project = Project::new(&[("importlib_metadata.py", "def version(name): return '1.' + name\n")]);
    let probe = include_str!("../python/probe.py");
    let text = format!("import sys\nsys.modules['importlib.metadata'] = None\n{probe}");
    let told = must(&Call::new(environment(), project.path()).args(["-c", &text])).stdout.text();
    let told: probe::Probe = serde_json::from_str(told.trim()).unwrap();
    assert_eq!(told.pytest.as_deref(), Some("1.pytest"));
}

#[test]
fn options_that_ask_for_a_debugger_or_an_early_end_leave_no_test_unrun() {
    let text = "def test_a(): pass\ndef test_b(): assert 0\ndef test_c(): pass\n";
    let all = [
        "--pdb",
        "--trace",
        "--pdb --pdbcls=pdb:Pdb -s",
        "-x",
        "--exitfirst --maxfail=1",
        "--lf --sw",
        "--trace -n 2",
    ];
    for options in all {
        let ini = format!("[pytest]\naddopts = {options}\n");
        let project = Project::new(&[("tests/test_a.py", text), ("pytest.ini", ini.as_str())]);
        let analysis = project.analyse(|suite| suite.test_timeout = Some(20));
        let run = &analysis.runs[0];
        let told = (run.status, run.end, counts(run));
        let expected = (Status::Failed, End::Finished, "collected 3, failed 1, passed 2".to_owned());
        assert_eq!(told, expected, "{options}");
    }
}
