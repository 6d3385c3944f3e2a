//! How far what a file does to others reaches, and which failures are meant.

use super::{broken, found};

#[test]
fn what_a_conftest_patches_is_patched_for_the_tests_below_it_alone() {
    let patch = "def pytest_configure(mp):\n    mp.setattr('pkg.lib.plain', None)\n";
    let library = "def plain(a): pass\n";
    let user = "from pkg.lib import plain\nplain()\n";
    let files = [
        ("pkg/__init__.py", ""),
        ("pkg/lib.py", library),
        ("pkg/user.py", user),
        ("tests/conftest.py", patch),
        ("tests/test_it.py", user),
        ("other/test_it.py", user),
        ("conftest.py", ""),
    ];
    let paths = |files: &[(&str, &str)]| -> Vec<String> {
        broken(files).iter().map(|call| call.path.to_string()).collect()
    };
    assert_eq!(paths(&files), ["other/test_it.py", "pkg/user.py"]);
    let mut at_top = files;
    at_top[6].1 = patch;
    assert_eq!(paths(&at_top), ["pkg/user.py"]);
}

#[test]
fn tests_that_are_to_fail_are_quiet() {
    let library = "def plain(a): pass\n";
    let head = "import pytest, unittest\nfrom pkg.lib import plain\nXFAIL = pytest.mark.xfail(strict=True)\n";
    for mark in [
        "@pytest.mark.xfail\n",
        "@pytest.mark.xfail(reason='not yet')\n",
        "@XFAIL\n",
        "@unittest.expectedFailure\n",
    ] {
        let test = format!("{head}{mark}def test_it():\n    plain()\n");
        assert_eq!(found(library, &test), [""; 0], "{mark}");
        let class = format!("{head}{mark}class TestIt:\n    def test_it(self):\n        plain()\n");
        assert_eq!(found(library, &class), [""; 0], "{mark}");
    }
    let other = format!("{head}@pytest.mark.slow\ndef test_it():\n    plain()\n");
    assert_eq!(found(library, &other).len(), 1);
}

#[test]
fn looking_at_a_module_by_its_name_silences_nothing() {
    let main = "from pkg.lib import plain\nplain()\n";
    for (line, is_told) in [
        ("WHERE = sys.modules[__name__].__file__", true),
        ("sys.modules[__name__].__dict__.update(more)", false),
        ("sys.modules[__name__].__class__ = Other", false),
    ] {
        let library = format!("import sys\ndef plain(a): pass\n{line}\n");
        assert_eq!(!found(&library, main).is_empty(), is_told, "{line}");
    }
}

#[test]
fn a_decorator_that_sets_the_constructor_is_not_plain() {
    let library = |body: &str| {
        format!(
            "from dataclasses import dataclass\ndef mark(cls):\n    {body}\n    return cls\n@mark\n@dataclass\nclass A:\n    x: int\n"
        )
    };
    let main = "from pkg.lib import A\nA(y=1)\n";
    assert_eq!(found(&library("pass"), main).len(), 1);
    assert_eq!(found(&library("cls.__init__ = other"), main), [""; 0]);
    assert_eq!(found(&library("setattr(cls, name, other)"), main), [""; 0]);
}

#[test]
fn a_folder_may_say_in_one_name_that_type_checkers_are_tried_there() {
    let paths = [
        "typing_tests/base.py",
        "tests-mypy/base.py",
        "tests/typing/base.py",
        "tests/typing_base.py",
        "typing/base.py",
    ];
    let text = "def plain(a): pass\nplain()\n";
    let files: Vec<(&str, &str)> = paths.iter().map(|path| (*path, text)).collect();
    let found: Vec<String> = broken(&files).iter().map(|call| call.path.to_string()).collect();
    assert_eq!(found, ["typing/base.py"]);
}
