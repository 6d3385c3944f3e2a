//! Packages that lie elsewhere, have no `__init__.py`, or are known only when they run.

use super::{broken, imports, project};
use crate::code::python::imports::led_away;

#[test]
fn longest_entry_of_the_build_file_counts_and_hides_no_folder() {
    let build = "[tool.setuptools.package-dir]\n\"kk\" = \"kk/api\"\n\"kk.src\" = \"kk/src\"\n";
    let files = |user: &'static str| {
        [
            ("pyproject.toml", build),
            ("kk/__init__.py", ""),
            ("kk/other.py", "B = 1\n"),
            ("kk/api/__init__.py", ""),
            ("kk/api/shown.py", "C = 1\n"),
            ("kk/src/__init__.py", ""),
            ("kk/src/layers.py", "A = 1\n"),
            ("user.py", user),
        ]
    };
    for found in ["from kk.src.layers import A\n", "from kk.shown import C\n", "from kk.other import B\n"] {
        assert_eq!(broken(&files(found)), [""; 0], "{found}");
    }
    assert_eq!(broken(&files("from kk.src.layers import Z\n")), ["user.py:1 kk.src.layers Z NoName"]);
    assert_eq!(broken(&files("from kk.src.none import A\n")), ["user.py:1 kk.src.none A NoModule"]);
    assert_eq!(broken(&files("import kk.none\n")), ["user.py:1 kk.none - NoModule"]);
}

#[test]
fn folder_that_is_part_of_a_package_name_is_on_no_import_path() {
    let files = [
        ("src/space/tools/__init__.py", ""),
        ("src/space/tools/names.py", "A = 1\n"),
        ("src/space/work/__init__.py", ""),
        ("src/space/work/wrong.py", "from tools.names import A\n"),
        ("src/space/work/test_it.py", "from tools.names import A\n"),
        ("src/space/work/right.py", "from space.tools.names import A\n"),
    ];
    let outside = imports(&files).undeclared;
    let outside: Vec<String> =
        outside.iter().map(|outside| format!("{} {}", outside.path, outside.module)).collect();
    assert_eq!(outside, ["src/space/work/wrong.py tools"]);
    // Nobody says so of a folder that no import leads through.
    assert_eq!(imports(&files[..5]).undeclared, []);
}

#[test]
fn module_that_may_answer_to_its_path_may_hold_modules() {
    let below = |module: &'static str| {
        let user = "import pkg.mod.sub\nfrom pkg.mod.sub import x\n";
        broken(&[("pkg/__init__.py", ""), ("pkg/mod.py", module), ("user.py", user)])
    };
    assert_eq!(below("def __getattr__(name):\n    return getattr(json, name)\n"), [""; 0]);
    let path =
        "def __getattr__(name):\n    if name == '__path__':\n        return []\n    raise AttributeError\n";
    assert_eq!(below(path), [""; 0]);
    let closed = "def __getattr__(name):\n    if name == 'x':\n        return 1\n    raise AttributeError\n";
    assert_eq!(below(closed).len(), 2);
    assert_eq!(below("x = 1\n").len(), 2);
}

#[test]
fn package_that_hooks_into_the_import_system_may_hold_modules_of_any_name() {
    let found = |path: &'static str, hook: &'static str| {
        let user = "import pkg.made.deep\nfrom pkg import given\nfrom pkg.sub import none\n";
        broken(&[("pkg/__init__.py", ""), ("pkg/sub/__init__.py", ""), (path, hook), ("user.py", user)])
    };
    for hook in ["sys.meta_path.append(Loader())\n", "sys.path_hooks.insert(0, Loader)\n"] {
        assert_eq!(found("pkg/_hook.py", hook), ["user.py:3 pkg.sub none NoName"], "{hook}");
        assert_eq!(found("pkg/test_hook.py", hook).len(), 3, "a test hooks for itself: {hook}");
        assert_eq!(found("other.py", hook).len(), 3, "{hook}");
    }
    assert_eq!(found("pkg/_hook.py", "print(len(sys.path_hooks))\n").len(), 3);
}

#[test]
fn what_led_to_a_file_and_leads_to_none_is_lost_in_a_folder_without_init_too() {
    const USER: (&str, &str) = (
        "tests/test_log.py",
        "from tools.helpers import audit_log\nimport tools.helpers.api\nimport yaml\nfrom tools.helpers.api import A\n",
    );
    let before = project(&[
        ("tools/__init__.py", ""),
        ("tools/helpers/__init__.py", ""),
        ("tools/helpers/audit_log.py", ""),
        ("tools/helpers/api.py", "A = 1\n"),
        USER,
    ]);
    let lost = |files: &[(&str, &str)]| -> Vec<String> {
        let lost = led_away(&project(files), &[&before]);
        lost.iter()
            .map(|import| format!("{} {}", import.module, import.name.as_deref().unwrap_or("-")))
            .collect()
    };
    let rest = ("tools/helpers/rest.py", "<<<<<<< ours\n");
    assert_eq!(
        lost(&[rest, USER]),
        ["tools.helpers audit_log", "tools.helpers.api -", "tools.helpers.api A"]
    );
    assert_eq!(lost(&[("tools/helpers/api.py", "A = 1\n"), USER]), ["tools.helpers audit_log"]);
    let declared = ("requirements.txt", "tools\n");
    assert_eq!(lost(&[rest, declared, USER]), [""; 0], "it may be installed by now");
    let other_file = ("tests/new.py", USER.1);
    assert_eq!(lost(&[rest, other_file]), [""; 0], "nobody says that it worked there");
}
