use super::{Inventory, inventory};
use crate::repo::RepoPath;

fn count(files: &[(&str, &str)]) -> Inventory {
    let files: Vec<(RepoPath, String)> =
        files.iter().map(|(path, text)| (RepoPath::from(*path), (*text).to_owned())).collect();
    inventory(&files)
}

/// Ids without the file, with their items; `?` where only a run would tell.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let name = |test: &super::Test| {
        let items = test.items.map_or("?".to_owned(), |items| items.to_string());
        format!("{} {items}", test.id.split_once("::").unwrap().1)
    };
    count(files).tests.iter().map(name).collect()
}

#[test]
fn a_file_has_the_tests_that_pytest_would_name() {
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "function",
            "def test_a(): pass\ndef helper(): pass\nasync def test_b(): pass\n",
            &["test_a 1", "test_b 1"],
        ),
        ("class", "class TestA:\n def test_x(self): pass\n def other(self): pass\n", &["TestA::test_x 1"]),
        ("class of another name", "class Checks:\n def test_x(self): pass\n", &[]),
        ("constructor", "class TestA:\n def __init__(self): pass\n def test_x(self): pass\n", &[]),
        (
            "constructor of a test case",
            "import unittest\nclass A(unittest.TestCase):\n def __init__(self): pass\n def test_x(self): pass\n",
            &["A::test_x 1"],
        ),
        ("dataclass", "@dataclass\nclass TestA:\n a: int\n def test_x(self): pass\n", &[]),
        ("exception", "class TestError(Exception):\n def test_x(self): pass\n", &[]),
        (
            "nested",
            "class TestA:\n class TestB:\n  def test_x(self): pass\n class C:\n  def test_y(self): pass\n",
            &["TestA::TestB::test_x 1"],
        ),
        ("same name twice", "def test_a(): pass\ndef test_a(): pass\n", &["test_a 1"]),
        (
            "branches",
            "if x:\n def test_a(): pass\nelse:\n def test_a(): pass\n def test_b(): pass\n",
            &["test_a 1", "test_b 1"],
        ),
        ("hidden", "def test_a(): pass\ntest_a = None\n", &[]),
        ("switched off", "class TestA:\n __test__ = False\n def test_x(self): pass\n", &[]),
        ("module switched off", "__test__ = False\ndef test_x(): pass\n", &[]),
        ("fixture", "import pytest\n@pytest.fixture\ndef test_data(): pass\n", &[]),
        ("property", "class TestA:\n @property\n def test_x(self): pass\n", &[]),
        ("in a function", "def outer():\n def test_x(): pass\n", &[]),
    ];
    for (name, text, expected) in cases {
        assert_eq!(found(&[("test_it.py", text)]), *expected, "{name}");
    }
}

#[test]
fn inherited_tests_count_in_each_class_that_has_them() {
    let base = ("lab/base.py", "class Base:\n def test_x(self): pass\n def test_y(self): pass\n");
    let tests = "from lab.base import Base\nclass TestA(Base):\n test_y = None\nclass TestB(Base): pass\n";
    assert_eq!(
        found(&[base, ("tests/test_it.py", tests)]),
        ["TestA::test_x 1", "TestB::test_x 1", "TestB::test_y 1"]
    );
}

#[test]
fn imported_tests_count_again_where_they_are_imported() {
    let files = [
        ("tests/test_a.py", "class TestA:\n def test_x(self): pass\ndef test_f(): pass\n"),
        ("tests/test_b.py", "from test_a import TestA\nclass TestB(TestA): pass\n"),
        ("tests/test_c.py", "from .test_a import *\n"),
    ];
    let ids: Vec<String> = count(&files).tests.into_iter().map(|test| test.id).collect();
    assert_eq!(
        ids,
        [
            "tests/test_a.py::TestA::test_x",
            "tests/test_a.py::test_f",
            "tests/test_b.py::TestA::test_x",
            "tests/test_b.py::TestB::test_x",
            "tests/test_c.py::TestA::test_x",
            "tests/test_c.py::test_f",
        ]
    );
}

#[test]
fn abstract_test_class_counts_only_where_it_is_completed() {
    let text = "from abc import ABC, abstractmethod
class TestBase(ABC):
    @abstractmethod
    def make(self): ...
    def test_x(self): pass
class TestOpen(TestBase): pass
class TestDone(TestBase):
    def make(self): return 1
";
    assert_eq!(found(&[("test_it.py", text)]), ["TestDone::test_x 1"]);
}

#[test]
fn parameters_multiply_where_they_can_be_counted() {
    let cases: &[(&str, &str)] = &[
        ("@pytest.mark.parametrize('a', [1, 2, 3])", "3"),
        ("@pytest.mark.parametrize('a, b', ((1, 2), pytest.param(3, 4, id='x')))", "2"),
        ("@pytest.mark.parametrize('a', [1, 2])\n@pytest.mark.parametrize('b', range(1, 10, 3))", "6"),
        ("@pytest.mark.parametrize('a', [])", "1"),
        ("@pytest.mark.parametrize('a', argvalues=CASES)", "4"),
        ("@pytest.mark.parametrize('a', [*CASES, 9])", "5"),
        ("@pytest.mark.parametrize('a', CASES + ['x'] * 2)", "6"),
        ("@pytest.mark.parametrize('a', [(x, y) for x in CASES for y in 'ab'])", "8"),
        ("@pytest.mark.parametrize('a', [x for x in CASES if x])", "?"),
        ("@pytest.mark.parametrize('a', [x for x in CASES for CASES in x])", "?"),
        ("@pytest.mark.parametrize('a', GROWN)", "?"),
        ("@pytest.mark.parametrize('a', make())", "?"),
        ("@pytest.mark.parametrize('a', {'x': 1, 'y': 2, 'x': 3}.items())", "2"),
        ("@pytest.mark.parametrize('a', {x, y})", "?"),
        ("@twice", "2"),
        ("@pytest.mark.skip", "1"),
    ];
    let head = "import pytest\nCASES = [1, 2, 3, 4]\nGROWN = [1]\nGROWN.append(2)\ntwice = pytest.mark.parametrize('t', 'ab')\n";
    for (mark, expected) in cases {
        let text = format!("{head}{mark}\ndef test_x(a, b=1): pass\n");
        assert_eq!(found(&[("test_it.py", &text)]), [format!("test_x {expected}")], "{mark}");
    }
}

#[test]
fn marks_of_class_base_and_module_multiply() {
    let text = "import pytest
pytestmark = [pytest.mark.slow, pytest.mark.parametrize('m', [1, 2])]
@pytest.mark.parametrize('b', [1, 2, 3])
class TestBase:
    def test_x(self, b, m): pass
class TestA(TestBase):
    pytestmark = pytest.mark.parametrize('c', 'vwxyz')
";
    assert_eq!(found(&[("test_it.py", text)]), ["TestA::test_x 30", "TestBase::test_x 6"]);
}

#[test]
fn parameters_of_fixtures_multiply_through_what_they_ask_for() {
    let conftest = "import pytest
@pytest.fixture(params=[1, 2])
def size(): pass
@pytest.fixture(params=['a', 'b', 'c'], name='letter')
def make_letter(size): pass
@pytest.fixture(params=computed())
def later(): pass
";
    let tests = "import pytest
def test_plain(): pass
def test_size(size): pass
def test_both(letter): pass
@pytest.mark.parametrize('size', [1, 2, 3, 4, 5])
def test_direct(size): pass
@pytest.mark.usefixtures('letter')
def test_by_name(): pass
def test_later(later): pass
class TestOverride:
    @pytest.fixture(params=[1, 2, 3, 4])
    def size(self, size): pass
    def test_x(self, size): pass
";
    assert_eq!(
        found(&[("tests/conftest.py", conftest), ("tests/unit/test_it.py", tests)]),
        [
            "test_plain 1",
            "test_size 2",
            "test_both 6",
            "test_direct 5",
            "test_by_name 6",
            "test_later ?",
            "TestOverride::test_x 8",
        ]
    );
}

#[test]
fn every_test_file_is_of_one_kind() {
    let counted = count(&[
        ("tests/test_good.py", "def test_x(): pass\n"),
        ("tests/test_empty.py", "import os\nclass Helper: pass\n"),
        ("tests/test_script.py", "import os\nif __name__ == '__main__':\n    print(1)\n"),
        ("tests/run_test.py", "print('hello')\n"),
        ("tests/test_broken.py", "def test_x(:\n"),
        ("tests/helper.py", "def test_x(): pass\n"),
        ("build/test_copy.py", "def test_x(): pass\n"),
        (".tox/test_copy.py", "def test_x(): pass\n"),
    ]);
    assert_eq!((counted.files_named_test, counted.files_with_tests), (5, 1));
    assert_eq!(counted.empty_test_files, [RepoPath::from("tests/test_empty.py")]);
    assert_eq!(
        counted.scripts,
        [RepoPath::from("tests/run_test.py"), RepoPath::from("tests/test_script.py")]
    );
    assert_eq!(counted.unparsed[0].path, RepoPath::from("tests/test_broken.py"));
    assert_eq!(counted.unparsed[0].line, Some(1));
}

#[test]
fn class_with_a_base_outside_is_named_as_open() {
    let text = "from lib import Harness\nclass TestA(Harness):\n def test_x(self): pass\n";
    let counted = count(&[("test_it.py", text)]);
    assert_eq!(counted.functions, 1);
    assert_eq!(counted.open_classes[0].base, "lib.Harness");
}

#[test]
fn circles_of_imports_and_bases_end() {
    let counted = count(&[
        ("test_a.py", "from test_b import TestB as TestA\nfrom test_b import *\nclass TestC(TestD): pass\n"),
        ("test_b.py", "from test_a import TestA as TestB\nfrom test_a import *\nclass TestD(TestC): pass\n"),
    ]);
    assert_eq!(counted.functions, 0);
}

#[test]
fn where_pytest_finds_no_file_those_at_the_top_that_unittest_finds_are_counted() {
    let cases = "import unittest\nclass A(unittest.TestCase):\n def test_x(self): pass\n";
    let unnamed = |files: &[(&str, &str)]| -> Vec<String> {
        count(files).unnamed().map(|path| path.display().into_owned()).collect()
    };
    assert_eq!(unnamed(&[("test.py", cases), ("a/test.py", cases)]), ["test.py"]);
    assert_eq!(unnamed(&[("tests.py", "def broken(:\n")]), ["tests.py"]);
    assert_eq!(count(&[("test.py", cases)]).files_with_tests, 1);
    // One that tries a model, and one beside a file that pytest finds.
    assert_eq!(unnamed(&[("test.py", "def test(model): pass\ntest(load())\n")]), [""; 0]);
    assert_eq!(unnamed(&[("test.py", cases), ("tests/test_a.py", cases)]), [""; 0]);
}
