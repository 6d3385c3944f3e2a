//! The runner of the standard library, with the Python of a bare environment.

use super::*;

const CASES: &str = r#"
import unittest

class TestA(unittest.TestCase):
    def test_good(self): pass
    def test_bad(self): self.assertEqual(1, 2)
    def test_error(self): raise KeyError("k")
    @unittest.skip("later")
    def test_skipped(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail()
    def test_sub(self):
        for i in range(3):
            with self.subTest(i=i): self.assertLess(i, 1)

class TestSetUp(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise RuntimeError("no ground")
    def test_one(self): pass
    def test_two(self): pass
"#;

#[test]
fn without_pytest_the_standard_library_runs_what_it_can() {
    let project = Project::new(&[("tests/test_cases.py", CASES)]);
    let bare = bare_environment().display().to_string();
    let analysis = project.analyse(|suite| suite.python = Some(bare));
    let run = &analysis.runs[0];
    assert_eq!((run.runner.as_str(), run.status), ("unittest", Status::Failed));
    assert_eq!(counts(run), "collected 8, errors 2, failed 3, passed 1, skipped 1, xfailed 1");
    let with_pytest = project.analyse(|_| {});
    let outcomes = |analysis: &Analysis| -> Vec<(String, CaseOutcome)> {
        analysis.cases.iter().map(|case| (case.id.clone(), case.outcome)).collect()
    };
    let (mut one, mut other) = (outcomes(&analysis), outcomes(&with_pytest));
    one.sort();
    other.sort();
    assert_eq!(one, other, "both runners name and judge tests alike");
}

#[test]
fn suite_that_needs_pytest_says_the_line_and_runs_its_standard_part() {
    let project = Project::new(&[
        (
            "tests/test_cases.py",
            "import unittest\nclass TestA(unittest.TestCase):\n    def test_a(self): pass\n",
        ),
        ("tests/test_plain.py", "def test_b(): pass\n"),
    ]);
    let bare = bare_environment().display().to_string();
    let analysis = project.analyse(|suite| suite.python = Some(bare.clone()));
    assert_eq!(analysis.runs[0].status, Status::CannotRun);
    let install = format!("{bare} -m ensurepip && {bare} -m pip install pytest");
    assert_eq!(analysis.runs[0].install.as_deref(), Some(install.as_str()));
    assert_eq!(
        (counts(&analysis.runs[1]).as_str(), analysis.runs[1].gating),
        ("collected 1, passed 1", false)
    );
    assert_eq!(analysis.verdict, Verdict::NotProven);
}

#[test]
fn package_of_the_repository_is_installed_from_the_repository() {
    let project = Project::new(&[
        ("pyproject.toml", "[project]\nname = \"frames\"\ndependencies = [\"absent-here==2\"]\n"),
        ("src/frames/__init__.py", ""),
        ("tests/test_plain.py", "import absent_here\nimport frames\ndef test_b(): pass\n"),
    ]);
    let bare = bare_environment().display().to_string();
    let analysis = project.analyse(|suite| suite.python = Some(bare.clone()));
    let install = format!("{bare} -m ensurepip && {bare} -m pip install pytest absent-here==2 -e .");
    assert_eq!(analysis.runs[0].install.as_deref(), Some(install.as_str()));
}

/// The cases of `files`, run by unittest, with their outcomes.
fn outcomes(files: &[(&str, &str)]) -> (Analysis, Vec<(String, CaseOutcome)>) {
    let bare = bare_environment().display().to_string();
    let analysis = Project::new(files).analyse(|suite| {
        suite.runner = Some("unittest".to_owned());
        suite.python = Some(bare);
    });
    let cases = analysis.cases.iter().map(|case| (case.id.clone(), case.outcome)).collect();
    (analysis, cases)
}

#[test]
fn cases_that_are_equal_and_doctests_are_tests_of_their_own() {
    let text = r#"
import doctest, unittest

def double(n):
    """
    >>> double(2)
    5
    """
    return 2 * n

class Numbered(unittest.TestCase):
    def __init__(self, number):
        super().__init__("check")
        self.number = number
    def check(self): self.assertNotEqual(self.number, 1)

def load_tests(loader, tests, pattern):
    tests.addTests(doctest.DocTestSuite(__name__))
    tests.addTests(Numbered(number) for number in range(3))
    return tests
"#;
    let (_, cases) = outcomes(&[("tests/test_made.py", text)]);
    let expected = [
        ("tests/test_made.py::test_made.double", CaseOutcome::Failed),
        ("tests/test_made.py::Numbered::check", CaseOutcome::Passed),
        ("tests/test_made.py::Numbered::check #2", CaseOutcome::Failed),
        ("tests/test_made.py::Numbered::check #3", CaseOutcome::Passed),
    ];
    assert_eq!(cases, expected.map(|(id, outcome)| (id.to_owned(), outcome)));
}

#[test]
fn second_file_of_a_name_is_not_taken_for_the_first() {
    let good = "import unittest\nclass TestA(unittest.TestCase):\n    def test_a(self): pass\n";
    let bad = good.replace("pass", "self.fail()");
    let (analysis, cases) = outcomes(&[("tests/a/test_same.py", good), ("tests/b/test_same.py", &bad)]);
    let told: Vec<(&str, CaseOutcome)> = cases.iter().map(|(id, outcome)| (id.as_str(), *outcome)).collect();
    let expected = [
        ("tests/a/test_same.py::TestA::test_a", CaseOutcome::Passed),
        ("tests/b/test_same.py", CaseOutcome::Error),
    ];
    assert_eq!(told, expected);
    assert_eq!(analysis.runs[0].status, Status::Failed);
    let message = &analysis.causes[0].message;
    assert!(message.contains("which is already `tests/a/test_same.py`"), "{message}");
}

#[test]
fn load_tests_that_raises_is_an_error_of_its_file() {
    let text = "def load_tests(loader, tests, pattern):\n    raise KeyError('gone')\n";
    let (_, cases) = outcomes(&[("tests/test_load.py", text)]);
    assert_eq!(cases, [("tests/test_load.py".to_owned(), CaseOutcome::Error)]);
}

#[test]
fn failing_unittest_cases_run_again_alone() {
    let text = r#"
import pathlib, unittest

class TestA(unittest.TestCase):
    def test_flaky(self):
        mark = pathlib.Path(__file__).with_name("mark.tmp")
        was_there = mark.exists()
        mark.write_text("")
        self.assertTrue(was_there)
    def test_bad(self): self.fail("always")
"#;
    let (analysis, cases) = outcomes(&[("tests/test_again.py", text)]);
    let outcomes: Vec<CaseOutcome> = cases.iter().map(|(_, outcome)| *outcome).collect();
    assert_eq!(outcomes, [CaseOutcome::Failed, CaseOutcome::Flaky]);
    let runs: Vec<&str> = analysis.cases[1].attempts.iter().map(|each| each.run.name()).collect();
    assert_eq!(runs, ["in order", "alone", "alone", "in order"]);
}

/// Stand-ins for what events are written with, and a descriptor that closes: what every test did is told yet.
const STAND_INS: &str = r#"
import os
import stat
import sys
import tempfile
import unittest
from unittest import mock

class TestStandIns(unittest.TestCase):
    log = None

    def stand_in(self, name, act):
        patch = mock.patch("os." + name, act)
        patch.start()
        self.addCleanup(patch.stop)

    def test_nothing_written(self):
        self.stand_in("write", lambda *_: None)
        self.fail()
    def test_half_written(self):
        self.stand_in("write", lambda *_: 3)
        self.skipTest("half")
    def test_raises(self):
        for name in ("fstat", "open", "write"):
            self.stand_in(name, mock.Mock(side_effect=ValueError))
        patch = mock.patch("fcntl.fcntl", mock.Mock(side_effect=ValueError))
        patch.start()
        self.addCleanup(patch.stop)
        self.fail()
    def test_that_closes(self):
        # pytest has descriptors of its own there, which it cannot do without.
        if "pytest" not in sys.modules: os.closerange(3, 64)
    def test_that_takes_the_place(self):
        if "pytest" in sys.modules: return
        type(self).log = os.path.join(tempfile.mkdtemp(), "log")
        log = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        for descriptor in range(3, 64):
            try: is_pipe = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
            except OSError: continue
            if is_pipe: os.dup2(log, descriptor)
    def test_what_follows(self):
        if self.log is not None: self.assertEqual(os.path.getsize(self.log), 0)
"#;

#[test]
fn stand_ins_for_functions_and_closed_descriptors_cost_no_event() {
    let project = Project::new(&[("tests/test_stand_ins.py", STAND_INS)]);
    for python in [bare_environment(), environment()] {
        let analysis = project.analyse(|suite| suite.python = Some(python.display().to_string()));
        let run = &analysis.runs[0];
        assert_eq!((run.status, run.end), (Status::Failed, End::Finished), "{:?}", run.why);
        let outcome = |name: &str| case(&analysis, &format!("::{name}")).outcome;
        assert_eq!(outcome("test_nothing_written"), CaseOutcome::Failed);
        assert_eq!(outcome("test_half_written"), CaseOutcome::Skipped);
        assert_eq!(outcome("test_raises"), CaseOutcome::Failed);
        assert_eq!(outcome("test_that_closes"), CaseOutcome::Passed);
        assert_eq!(outcome("test_that_takes_the_place"), CaseOutcome::Passed);
        assert_eq!(outcome("test_what_follows"), CaseOutcome::Passed);
    }
}

#[test]
fn import_that_exits_costs_the_other_files_of_a_folder_nothing() {
    let project = Project::new(&[
        ("tests/test_exits.py", "import os\nos._exit(0)\n"),
        (
            "tests/test_good.py",
            "import unittest\nclass TestA(unittest.TestCase):\n    def test_a(self): pass\n",
        ),
        // pytest's ids are relative to the folder of its settings.
        ("tests/pytest.ini", "[pytest]\n"),
    ]);
    for runner in ["unittest", "pytest"] {
        let analysis = project.analyse(|suite| suite.runner = Some(runner.to_owned()));
        let run = &analysis.runs[0];
        assert_eq!((run.status, run.restarts), (Status::Incomplete, 1), "{runner}: {:?}", run.why);
        assert_eq!(counts(run), "collected 1, errors 1, passed 1", "{runner}");
    }
}

#[test]
fn scripts_of_an_experimental_suite_are_never_executed() {
    let project = Project::new(&[
        ("experiments/test_script.py", "open('executed', 'w').close()\nprint(1)\n"),
        (
            "experiments/test_good.py",
            "import unittest\nclass TestA(unittest.TestCase):\n    def test_a(self): pass\n",
        ),
    ]);
    for runner in ["unittest", "pytest"] {
        let python = environment().display().to_string();
        let mut suite = suite_of("experiments", &["experiments"]);
        (suite.python, suite.runner) = (Some(python), Some(runner.to_owned()));
        let analysis =
            project.analyse_with(ValidateConfig { suite: vec![suite], ..ValidateConfig::default() });
        assert_eq!(counts(&analysis.runs[0]), "collected 1, passed 1", "{runner}");
        assert!(!project.path().join("executed").exists(), "{runner} executed it");
    }
}

const ONE: &str = "import unittest\nclass TestA(unittest.TestCase):\n    def test_a(self): pass\n";

#[test]
fn cases_of_a_package_itself_count_as_unittest_counts_them() {
    let own = "import unittest\nclass TestOwn(unittest.TestCase):\n    def runTest(self): self.fail()\n";
    let (_, cases) = outcomes(&[("tests/__init__.py", own), ("tests/test_one.py", ONE)]);
    let expected = [
        ("tests/__init__.py::TestOwn::runTest", CaseOutcome::Failed),
        ("tests/test_one.py::TestA::test_a", CaseOutcome::Passed),
    ];
    assert_eq!(cases, expected.map(|(id, outcome)| (id.to_owned(), outcome)));
    // A package that cannot be imported is told of by its files.
    let (_, cases) = outcomes(&[("tests/__init__.py", "import gone\n"), ("tests/test_one.py", ONE)]);
    assert_eq!(cases, [("tests/test_one.py".to_owned(), CaseOutcome::Error)]);
}

#[test]
fn package_that_says_which_its_tests_are_has_those_alone() {
    let package = r#"
import os, unittest
def load_tests(loader, tests, pattern):
    tests.addTests(loader.discover(os.path.dirname(__file__), "check_*.py"))
    return tests
"#;
    let files = [("tests/__init__.py", package), ("tests/check_one.py", ONE), ("tests/test_left.py", ONE)];
    let (_, cases) = outcomes(&files);
    assert_eq!(cases, [("tests/check_one.py::TestA::test_a".to_owned(), CaseOutcome::Passed)]);
    let broken = [files[0], ("tests/check_one.py", ONE), ("tests/check_two.py", "import gone\n")];
    let (_, cases) = outcomes(&broken);
    let expected = [
        ("tests/check_one.py::TestA::test_a".to_owned(), CaseOutcome::Passed),
        ("tests/check_two.py".to_owned(), CaseOutcome::Error),
    ];
    assert_eq!(cases, expected);
    let raises = package.replace("tests.addTests", "raise KeyError");
    let (_, cases) = outcomes(&[("tests/__init__.py", &raises), ("tests/test_left.py", ONE)]);
    assert_eq!(cases, [("tests/__init__.py".to_owned(), CaseOutcome::Error)]);
}

#[test]
fn without_pytest_cases_whose_base_stands_in_another_file_run_too() {
    let base = "import unittest\nclass Base(unittest.TestCase):\n    pass\n";
    let child = "from base import Base\nclass TestB(Base):\n    def test_b(self): self.fail()\n";
    let bare = bare_environment().display().to_string();
    let with = |other: &str| {
        let files = [("tests/base.py", base), ("tests/test_child.py", other), ("tests/test_one.py", ONE)];
        Project::new(&files).analyse(|suite| suite.python = Some(bare.clone()))
    };
    assert_eq!(counts(&with(child).runs[0]), "collected 2, failed 1, passed 1");
    // A class of no base needs pytest.
    let plain = with("class TestPlain:\n    def test_b(self): pass\n");
    assert_eq!((plain.runs[0].status, plain.verdict), (Status::CannotRun, Verdict::NotProven));
}
