use super::*;

const MIXED: &str = r#"
import unittest
import pytest

@pytest.fixture
def broken_setup():
    raise RuntimeError("setup")

@pytest.fixture
def broken_teardown():
    yield 1
    raise RuntimeError("teardown")

def test_setup(broken_setup): pass
def test_teardown(broken_teardown): pass
def test_both(broken_teardown): assert broken_teardown == 2
@pytest.mark.xfail
def test_xpass(): pass
@pytest.mark.xfail
def test_xfail(): assert 0
@pytest.mark.xfail(strict=True)
def test_strict(): pass
@pytest.mark.skip(reason="needs a disk")
def test_skip(): pass
@pytest.mark.parametrize("x", ["a/b", "c::d", "e[f]", "\x1b", "é", "line\nbreak", "🦀"])
def test_odd(x): pass
class TestBase:
    def test_inherited(self): pass
class TestDerived(TestBase):
    pass
class TestSub(unittest.TestCase):
    def test_many(self):
        for i in range(4):
            with self.subTest(i=i): self.assertEqual(i % 2, 0)
"#;

#[test]
fn every_kind_of_outcome_is_counted_once() {
    let project = Project::new(&[("tests/test_mixed.py", MIXED)]);
    let analysis = project.analyse(|_| {});
    let run = &analysis.runs[0];
    assert_eq!(counts(run), "collected 17, errors 2, failed 3, passed 9, skipped 1, xfailed 1, xpassed 1");
    assert_eq!((run.status, run.end, analysis.verdict), (Status::Failed, End::Finished, Verdict::Failed));
    let outcomes = [
        ("::test_setup", CaseOutcome::Error),
        ("::test_teardown", CaseOutcome::Error),
        ("::test_both", CaseOutcome::Failed),
        ("::test_strict", CaseOutcome::Failed),
        ("::test_many", CaseOutcome::Failed),
        ("TestDerived::test_inherited", CaseOutcome::Passed),
    ];
    for (id, outcome) in outcomes {
        assert_eq!(case(&analysis, id).outcome, outcome, "{id}");
    }
    // The teardown is behind two tests, one of which failed before.
    let teardown = analysis.causes.iter().find(|cause| cause.message == "teardown").unwrap();
    assert_eq!(teardown.cases.len(), 2);
    assert_eq!(teardown.frame, Some(Place { path: "tests/test_mixed.py".to_owned(), line: 12 }));
}

#[test]
fn parallel_workers_change_no_count_and_no_cause() {
    let project = Project::new(&[
        ("tests/test_mixed.py", MIXED),
        ("tests/test_gone.py", "import gone_one\n"),
        ("pytest.ini", "[pytest]\naddopts = -k 'not strict'\n"),
    ]);
    let plain = project.analyse(|_| {});
    fs::write(project.path().join("pytest.ini"), "[pytest]\naddopts = -n 2 -k 'not strict'\n").unwrap();
    let parallel = project.analyse(|_| {});
    assert_eq!(counts(&parallel.runs[0]), counts(&plain.runs[0]));
    assert!(counts(&plain.runs[0]).contains("deselected 1"), "{}", counts(&plain.runs[0]));
    assert_eq!(parallel.causes, plain.causes);
}

#[test]
fn exit_code_zero_in_the_middle_is_incomplete_and_the_rest_still_runs() {
    let text = "import os\ndef test_a(): pass\ndef test_b(): os._exit(0)\ndef test_c(): pass\ndef test_d(): assert 0\ndef test_e(): os._exit(0)\n";
    let project = Project::new(&[("tests/test_exit.py", text)]);
    let analysis = project.analyse(|_| {});
    let run = &analysis.runs[0];
    assert_eq!((run.status, run.end, run.exit_code), (Status::Incomplete, End::ExitedEarly, Some(0)));
    assert_eq!(run.culprit.as_deref(), Some("tests/test_exit.py::test_b"));
    assert_eq!(counts(run), "collected 5, failed 3, passed 2");
    assert_eq!(analysis.verdict, Verdict::Failed);
}

#[test]
fn crash_names_its_test_and_line() {
    let text =
        "import ctypes\ndef test_a(): pass\ndef test_b():\n    ctypes.string_at(0)\ndef test_c(): pass\n";
    let project = Project::new(&[("tests/test_crash.py", text)]);
    let analysis = project.analyse(|_| {});
    let run = &analysis.runs[0];
    assert_eq!((run.status, run.end, run.exit_code), (Status::Incomplete, End::Crashed, Some(139)));
    assert_eq!(counts(run), "collected 3, failed 1, passed 2");
    let place = Place { path: "tests/test_crash.py".to_owned(), line: 4 };
    assert_eq!(analysis.causes[0].frame, Some(place));
}

#[test]
fn nothing_collected_is_a_failure() {
    let project = Project::new(&[
        ("tests/test_a.py", "def test_a(): pass\n"),
        ("pytest.ini", "[pytest]\naddopts = -k no_such_test\n"),
    ]);
    let analysis = project.analyse(|_| {});
    let run = &analysis.runs[0];
    assert_eq!((run.status, run.end), (Status::Failed, End::NothingCollected));
    assert_eq!(counts(run), "deselected 1");
    assert_eq!(headline(&analysis), "suite `tests` has no test to run");
}

#[test]
fn tests_that_are_set_up_and_not_called_have_not_run() {
    for option in ["--setup-only", "--setup-plan", "--collect-only"] {
        let ini = format!("[pytest]\naddopts = {option}\n");
        let project = Project::new(&[
            ("tests/test_a.py", "def test_a(): assert 0\ndef test_b(): pass\n"),
            ("pytest.ini", ini.as_str()),
        ]);
        let analysis = project.analyse(|_| {});
        let run = &analysis.runs[0];
        assert_eq!(
            (run.status, counts(run).as_str()),
            (Status::Incomplete, "collected 2, not_run 2"),
            "{option}"
        );
        assert_eq!(run.culprit, None, "{option}");
    }
}

#[test]
fn broken_conftest_is_named_with_its_cause() {
    let project = Project::new(&[
        ("tests/test_a.py", "def test_a(): pass\n"),
        ("tests/conftest.py", "import seeded_gone\n"),
    ]);
    let analysis = project.analyse(|_| {});
    let run = &analysis.runs[0];
    assert_eq!((run.status, run.end), (Status::Incomplete, End::BrokenConftest));
    assert_eq!(run.culprit.as_deref(), Some("tests/conftest.py"));
    assert_eq!(analysis.causes[0].message, "No module named 'seeded_gone'");
    assert_eq!(analysis.causes[0].install, None, "nothing says that such a package exists");
}

#[test]
fn option_of_a_missing_plugin_gives_the_line_that_installs_it() {
    let project = Project::new(&[
        ("tests/test_a.py", "def test_a(): pass\n"),
        ("pytest.ini", "[pytest]\naddopts = --cov=x\n"),
    ]);
    let analysis = project.analyse(|_| {});
    let run = &analysis.runs[0];
    assert_eq!((run.status, run.end), (Status::CannotRun, End::UsageError));
    let install = run.install.as_deref().unwrap();
    assert!(install.ends_with("bin/python -m pip install pytest-cov"), "{install}");
    assert_eq!(analysis.verdict, Verdict::NotProven);
    assert_eq!(analysis.inventory.functions, 1, "the static parts are there");
}

#[test]
fn what_pytest_asks_for_before_it_runs_is_named_with_its_line() {
    let cases = [
        ("required_plugins = pytest-gone>=2", "'pytest-gone>=2'"),
        ("minversion = 99", "'pytest>=99'"),
        ("addopts = -p pytest_gone.plugin", "pytest-gone"),
    ];
    for (setting, package) in cases {
        let project = Project::new(&[
            ("tests/test_a.py", "def test_a(): pass\n"),
            ("pytest.ini", &format!("[pytest]\n{setting}\n")),
        ]);
        let analysis = project.analyse(|_| {});
        let run = &analysis.runs[0];
        assert_eq!((run.status, run.end), (Status::CannotRun, End::UsageError), "{setting}");
        let install = run.install.as_deref().unwrap_or_default();
        assert!(install.ends_with(&format!("-m pip install {package}")), "{setting}: {install}");
        let why = run.why.as_deref().unwrap();
        assert!(!why.contains(&*project.path().to_string_lossy()), "{why}");
    }
}

#[test]
fn configuration_and_tests_that_speak_of_pytests_cache_run_without_its_folder() {
    let project = Project::new(&[
        (
            "tests/test_a.py",
            "def test_a(cache):\n    cache.set('a/b', 1)\n    assert cache.get('a/b', 0) == 1\n",
        ),
        ("pytest.ini", "[pytest]\naddopts = --ff --strict-config -n 1\ncache_dir = .kept\n"),
    ]);
    let analysis = project.analyse(|_| {});
    assert_eq!((analysis.runs[0].status, project.untracked().as_str()), (Status::Passed, ""));
}

#[test]
fn deep_conftest_has_its_whole_path() {
    let conftest = "tests/a/b/conftest.py";
    let project =
        Project::new(&[("tests/a/b/test_a.py", "def test_a(): pass\n"), (conftest, "import seeded_gone\n")]);
    let analysis = project.analyse(|suite| suite.paths = vec!["tests/a/b".to_owned()]);
    assert_eq!(analysis.runs[0].culprit.as_deref(), Some(conftest));
    assert!(analysis.runs[0].why.as_deref().unwrap().starts_with("`tests/a/b/conftest.py` cannot be loaded"));
}

#[test]
fn test_or_import_that_stops_pytest_is_the_culprit_and_the_rest_runs() {
    let good = "def test_before(): pass\n";
    let files = [
        ("tests/test_a.py", "def test_stops(): raise KeyboardInterrupt\ndef test_after(): pass\n"),
        ("tests/test_b.py", "import sys\nsys.exit(0)\n"),
        ("tests/test_c.py", good),
    ];
    let both = Project::new(&files).analyse(|_| {});
    assert_eq!((both.runs[0].status, both.runs[0].end), (Status::Incomplete, End::InternalError));
    assert_eq!(both.runs[0].culprit.as_deref(), Some("tests/test_b.py"));
    assert_eq!(counts(&both.runs[0]), "collected 3, errors 1, failed 1, passed 2");
    let one = Project::new(&[files[0], files[2]]).analyse(|_| {});
    assert_eq!((one.runs[0].status, one.runs[0].end), (Status::Incomplete, End::Stopped));
    assert_eq!(one.runs[0].culprit.as_deref(), Some("tests/test_a.py::test_stops"));
    assert_eq!(counts(&one.runs[0]), "collected 3, failed 1, passed 2");
    let place = one.causes[0].frame.as_ref().unwrap();
    assert_eq!((one.causes[0].exception.as_str(), place.line), ("KeyboardInterrupt", 1));
}

#[test]
fn test_that_ends_its_worker_is_the_culprit() {
    let project = Project::new(&[
        ("tests/test_a.py", "import os\ndef test_dies(): os._exit(0)\ndef test_good(): pass\n"),
        ("pytest.ini", "[pytest]\naddopts = -n 1\n"),
    ]);
    let run = &project.analyse(|_| {}).runs[0];
    assert_eq!((run.status, run.culprit.as_deref()), (Status::Failed, Some("tests/test_a.py::test_dies")));
}

#[test]
fn missing_package_is_one_cause_with_its_line_and_the_rest_counts() {
    let project = Project::new(&[
        ("tests/test_a.py", "import torch\ndef test_a(): pass\n"),
        ("tests/test_b.py", "import model\ndef test_b(): pass\n"),
        ("tests/model.py", "from torch import nn\n"),
        ("tests/test_c.py", "def test_c(): pass\n"),
        ("requirements.txt", "Torch==2.1\n"),
    ]);
    let analysis = project.analyse(|_| {});
    assert_eq!(counts(&analysis.runs[0]), "collected 1, errors 2, passed 1");
    let [cause] = &analysis.causes[..] else { panic!("{:?}", analysis.causes) };
    assert_eq!(cause.cases, ["tests/test_a.py", "tests/test_b.py"]);
    assert!(cause.install.as_deref().unwrap().ends_with("-m pip install Torch==2.1"), "as it is declared");
}

const UNSTEADY: &str = r#"
import os
STATE = os.environ["STATE"]
SEEN = []
def count(name):
    path = os.path.join(STATE, name)
    number = int(open(path).read()) if os.path.exists(path) else 0
    open(path, "w").write(str(number + 1))
    return number
def test_pollutes(): SEEN.append(1)
def test_depends(): assert not SEEN, "polluted"
def test_flaky(): assert count("flaky") % 2 == 1, "seeded flake"
def test_steady(): assert False, "always"
"#;

#[test]
fn flaky_and_order_dependent_tests_are_told_from_failing_ones() {
    let project = Project::new(&[("tests/test_unsteady.py", UNSTEADY)]);
    let state = tempfile::tempdir().unwrap();
    let conftest = format!("import os\nos.environ['STATE'] = {:?}\n", state.path().display().to_string());
    fs::write(project.path().join("tests/conftest.py"), conftest).unwrap();
    let analysis = project.analyse(|_| {});
    assert_eq!(counts(&analysis.runs[0]), "collected 4, failed 2, flaky 1, passed 1");
    assert_eq!(case(&analysis, "test_flaky").outcome, CaseOutcome::Flaky);
    assert_eq!(case(&analysis, "test_steady").attempts.len(), 3);
    let found: Vec<(&str, bool)> =
        analysis.flaky.iter().map(|flaky| (flaky.id.as_str(), flaky.order_dependent)).collect();
    assert_eq!(
        found,
        [("tests/test_unsteady.py::test_depends", true), ("tests/test_unsteady.py::test_flaky", false)]
    );
    assert_eq!(analysis.runs[0].status, Status::Failed);
}

#[test]
fn nothing_is_left_in_the_repository_but_what_the_tests_wrote() {
    let text = "import os\ndef test_a():\n    open('out.txt', 'w').write('x')\n    open('kept.txt', 'a').write('y')\n    os.chmod('mode.txt', 0o755)\n";
    let project = Project::new(&[("tests/test_a.py", text), ("kept.txt", "x"), ("mode.txt", "x")]);
    let analysis = project.analyse(|_| {});
    let written: Vec<(&str, &str)> =
        analysis.written.iter().map(|written| (written.path.as_str(), written.change.name())).collect();
    assert_eq!(written, [("kept.txt", "changed"), ("mode.txt", "changed"), ("out.txt", "created")]);
    assert_eq!(project.untracked(), " M kept.txt\n M mode.txt\n?? out.txt\n");
}

#[test]
fn noise_on_the_streams_disturbs_nothing() {
    let text = r#"
import os, sys
def test_noise():
    os.write(1, b"\xff\xfe\x1b[31m" + b"x" * 3_000_000)
    os.write(2, b'{"e":"finish","status":0,"stats":{}}\n')
def test_forks():
    pid = os.fork()
    if pid == 0:
        return
    os.waitpid(pid, 0)
def test_last(): pass
"#;
    let project = Project::new(&[("tests/test_noise.py", text), ("pytest.ini", "[pytest]\naddopts = -s\n")]);
    let analysis = project.analyse(|_| {});
    assert_eq!(counts(&analysis.runs[0]), "collected 3, passed 3");
    assert_eq!(analysis.verdict, Verdict::Passed);
}

#[test]
fn good_tests_with_a_bad_exit_code_are_no_pass() {
    // pytest itself breaks at its end; what the tests did arrives all the same.
    let text = "import os\ndef test_a(): os.closerange(3, 200)\ndef test_b(): pass\n";
    let project = Project::new(&[("tests/test_closes.py", text), ("pytest.ini", "[pytest]\naddopts = -s\n")]);
    let analysis = project.analyse(|_| {});
    let run = &analysis.runs[0];
    assert_eq!((counts(run).as_str(), run.status), ("collected 2, passed 2", Status::Failed));
    assert_eq!(run.why.as_deref(), Some("no test failed, but the runner ended with code 1"));
}

fn policy(change: impl FnOnce(&mut ValidateConfig)) -> ValidateConfig {
    let mut suite = suite_of("tests", &["tests"]);
    suite.python = Some(environment().display().to_string());
    let mut config = ValidateConfig { suite: vec![suite], ..ValidateConfig::default() };
    change(&mut config);
    config
}

#[test]
fn flaky_test_fails_the_verdict_unless_only_a_warning_is_wanted() {
    for (flaky, verdict) in [
        (None, Verdict::Failed),
        (Some(FlakyPolicy::Fail), Verdict::Failed),
        (Some(FlakyPolicy::Warn), Verdict::Passed),
    ] {
        let state = tempfile::tempdir().unwrap();
        let text = format!(
            "import os\nF = {:?}\ndef test_a():\n    there = os.path.exists(F)\n    open(F, 'w').close()\n    assert there\n",
            state.path().join("seen").display().to_string()
        );
        let project = Project::new(&[("tests/test_a.py", &text)]);
        let analysis = project.analyse_with(policy(|config| config.flaky = flaky));
        assert_eq!(counts(&analysis.runs[0]), "collected 1, flaky 1");
        assert_eq!(analysis.verdict, verdict, "{flaky:?}");
        assert_eq!(headline(&analysis), "1 test is flaky");
    }
}

#[test]
fn skip_for_a_reason_that_is_not_allowed_fails_the_verdict() {
    let text =
        "import pytest\n@pytest.mark.skip(reason='needs a disk')\ndef test_a(): pass\ndef test_b(): pass\n";
    let project = Project::new(&[("tests/test_a.py", text)]);
    let allow = |list: &[&str]| {
        let list: Vec<String> = list.iter().map(|&reason| reason.to_owned()).collect();
        project.analyse_with(policy(|config| config.allowed_skips = Some(list)))
    };
    assert_eq!(allow(&["needs a *"]).verdict, Verdict::Passed);
    let denied = allow(&["other"]);
    assert_eq!((denied.verdict, denied.runs[0].status), (Verdict::Failed, Status::Passed));
    assert_eq!(
        headline(&denied),
        "1 test passes, 1 skipped; 1 test is skipped for a reason that is not allowed"
    );
}

#[test]
fn skipped_subtests_are_in_the_census_and_leave_their_test_what_it_is() {
    let text = r#"
import pytest, unittest
def test_a(subtests):
    for i in range(4):
        with subtests.test(i=i):
            if i == 1: pytest.xfail("known")
            if i > 1: pytest.skip("no tape")
def test_b(): pytest.skip("no tape")
class C(unittest.TestCase):
    def test_c(self):
        with self.subTest(1): self.skipTest("no disk")
"#;
    let project = Project::new(&[("tests/test_a.py", text)]);
    let analysis = project.analyse(|_| {});
    assert_eq!(counts(&analysis.runs[0]), "collected 3, passed 2, skipped 1");
    let told = |skips: &Skips| (skips.count, skips.subtests, skips.reason.clone(), skips.first.clone());
    let census: Vec<_> = analysis.skips.iter().map(told).collect();
    let first = |name: &str| format!("tests/test_a.py::{name}");
    let expected =
        [(3, 2, "no tape".to_owned(), first("test_a")), (1, 1, "no disk".to_owned(), first("C::test_c"))];
    assert_eq!(census, expected);
    let denied =
        project.analyse_with(policy(|config| config.allowed_skips = Some(vec!["no tape".to_owned()])));
    assert_eq!(denied.verdict, Verdict::Failed);
}

#[test]
fn package_that_a_collected_test_imports_is_not_missing() {
    let project = Project::new(&[
        (
            "pyproject.toml",
            "[project]\nname = \"oddpkg\"\n[tool.pytest.ini_options]\npythonpath = [\"src\"]\n",
        ),
        ("src/oddpkg/__init__.py", ""),
        ("tests/conftest.py", "import oddpkg\n"),
        ("tests/test_a.py", "import oddpkg\ndef test_a(): pass\n"),
        ("tests/test_b.py", "import no_such_package\ndef test_b(): pass\n"),
    ]);
    let analysis = project.analyse(|_| {});
    let missing: Vec<&str> = analysis.missing.iter().map(|missing| missing.module.as_str()).collect();
    assert_eq!(missing, ["no_such_package"]);
}

#[test]
fn tests_of_one_id_are_told_apart_after_a_crash_and_in_reruns() {
    let conftest = r#"
import os
import pytest

class Numbered(pytest.Item):
    def __init__(self, *, number, **more):
        super().__init__(**more)
        self.number = number
    def runtest(self):
        if self.number == 1: os._exit(0)
        if self.number == 2: raise ValueError("always")

class Same(pytest.File):
    def collect(self):
        for number in (1, 2, 3):
            yield Numbered.from_parent(self, name="same", number=number)

def pytest_collect_file(file_path, parent):
    return Same.from_parent(parent, path=file_path) if file_path.suffix == ".same" else None
"#;
    let project = Project::new(&[("tests/conftest.py", conftest), ("tests/a.same", "")]);
    let analysis = project.analyse(|_| {});
    let told = |case: &Case| {
        let tries: Vec<&str> = case.attempts.iter().map(|attempt| attempt.run.name()).collect();
        (case.id.clone(), case.outcome, tries.join(", "))
    };
    let cases: Vec<(String, CaseOutcome, String)> = analysis.cases.iter().map(told).collect();
    let expected = [
        ("tests/a.same::same", CaseOutcome::Failed, "in order"),
        ("tests/a.same::same #2", CaseOutcome::Failed, "in order, alone, alone"),
        ("tests/a.same::same #3", CaseOutcome::Passed, "in order"),
    ];
    assert_eq!(cases, expected.map(|(id, outcome, tries)| (id.to_owned(), outcome, tries.to_owned())));
    assert_eq!(analysis.runs[0].end, End::ExitedEarly);
}
