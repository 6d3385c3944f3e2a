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

#[test]
fn decorator_that_writes_into_the_module_of_its_caller_makes_names() {
    let writer = "import sys\n\ndef dual(made, names=None):\n    names = names or sys._getframe(1).f_globals\n\
                  \x20   names[made.__name__ + 'Py'] = made\n    return made\n";
    let broken = |writer: &'static str, module: &'static str| {
        let user = "from pkg.mod import APy\n";
        let files =
            [("pkg/__init__.py", ""), ("pkg/compat.py", writer), ("pkg/mod.py", module), ("user.py", user)];
        broken(&files)
    };
    for module in [
        "from pkg.compat import dual\n@dual\nclass A: pass\n",
        "from . import compat\n@compat.dual\nclass A: pass\n",
    ] {
        assert_eq!(broken(writer, module), [""; 0], "{module}");
    }
    let is_broken = ["user.py:1 pkg.mod APy NoName"];
    assert_eq!(broken(writer, "class A: pass\n"), is_broken);
    // Who looks up one name writes nothing.
    let looks = "import sys\n\ndef dual(made):\n    seen = {}\n    seen[made] = sys._getframe(1).f_globals['__name__']\n\
                 \x20   return made\n";
    assert_eq!(broken(looks, "from pkg.compat import dual\n@dual\nclass A: pass\n"), is_broken);
}

#[test]
fn modules_that_the_build_makes_are_not_judged() {
    let is_known = |build: &[(&'static str, &'static str)], module: &str| {
        let user = format!("from .{module} import x\nfrom pkg.{module} import x\nfrom pkg import {module}\n");
        let mut files = vec![
            ("pyproject.toml", "[project]\nname = 'pkg'\n"),
            ("pkg/__init__.py", ""),
            ("pkg/user.py", user.as_str()),
        ];
        files.extend(build);
        let found = imports(&files);
        assert!(found.unresolved.is_empty() || found.unresolved.len() == 3, "{build:?}");
        found.unresolved.is_empty()
    };
    let c = |text: &'static str| [("CMakeLists.txt", text)];
    assert!(is_known(&c("python_add_library(_core MODULE a.c)"), "_core"));
    assert!(is_known(&c("nanobind_add_module(_core a.cpp)"), "_core"));
    assert!(!is_known(&c("add_library(_core STATIC a.c)"), "_core"));
    assert!(is_known(&[("meson.build", "py.extension_module('_core', 'a.c', subdir: 'pkg')")], "_core"));
    let computed = "x = ['_one', '_two']\nforeach n : x\n  py.extension_module(n, n + '.c')\nendforeach\n";
    assert!(is_known(&[("pkg/meson.build", computed)], "_two"));
    assert!(!is_known(&[("other/meson.build", computed)], "_two"));
    assert!(is_known(&[("Cargo.toml", "[package]\nname = 'pkg'\n")], "pkg"));
    assert!(!is_known(&[("Cargo.toml", "[package]\nname = 'pkg'\n")], "other"));
    assert!(is_known(&[("pkg/make.py", "ffi = FFI()\nffi.set_source('pkg._ffi', 'int x;')\n")], "_ffi"));
    assert!(is_known(&[("protos/foo.proto", "")], "foo_pb2"));
    assert!(is_known(&[("protos/foo.proto", "")], "foo_pb2_grpc"));
    assert!(!is_known(&[("protos/foo.proto", "")], "foo"));
}

#[test]
fn a_package_that_the_build_takes_is_judged() {
    for build in [
        "[tool.hatch.build.targets.wheel]\npackages = [\"src/space\"]\n",
        "[tool.hatch.build.targets.sdist]\ninclude = [\"src/space/made\"]\n",
        "[tool.setuptools]\npackages = [\"space.made\"]\npy-modules = [\"space.made\"]\n",
    ] {
        let files = [
            ("pyproject.toml", build),
            ("src/space/made/__init__.py", "x = 1\n"),
            ("user.py", "from space.made import x\nfrom space.made.gone import y\n"),
        ];
        let found = imports(&files);
        assert_eq!((found.first_party, found.unjudged, found.unresolved.len()), (2, 0, 1), "{build}");
    }
}

#[test]
fn an_import_that_is_looked_for_first_is_guarded() {
    let is_guarded = |text: &'static str| {
        let found = imports(&[("pkg/__init__.py", ""), ("test_it.py", text)]).unresolved;
        assert_eq!(found.len(), 1, "{text}");
        found[0].guard.is_some()
    };
    for text in [
        "import pytest\npytest.importorskip('pkg.opt')\nfrom pkg.opt import x\n",
        "import pytest\nopt = pytest.importorskip('pkg.opt')\nfrom pkg import opt as o\n",
        "from importlib.util import find_spec\nif find_spec('pkg.opt'):\n    from pkg.opt import x\n",
        "import importlib.util\nif importlib.util.find_spec('pkg.opt') is None:\n    pass\nelse:\n    import pkg.opt\n",
    ] {
        assert!(is_guarded(text), "{text}");
    }
    assert!(!is_guarded("import pytest\npytest.importorskip('pkg.opt')\nimport pkg.opts\n"));
}
