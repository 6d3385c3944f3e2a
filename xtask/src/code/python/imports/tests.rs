mod packages;

use super::{Imports, Project, verify};
use crate::code::python::Source;
use crate::repo::RepoPath;

fn project(files: &[(&str, &str)]) -> Project {
    let (mut sources, mut others, mut build) = (Vec::new(), Vec::new(), Vec::new());
    for (path, text) in files {
        let repo_path = RepoPath::from(*path);
        if super::layout::is_build_file(&repo_path) {
            build.push((repo_path.clone(), (*text).to_owned()));
        }
        if path.ends_with(".py") {
            sources.push((repo_path, Ok(Source::from_text(*text))));
        } else {
            others.push((repo_path, *text == "link"));
        }
    }
    Project::of_sources(sources, others, &build)
}

fn imports(files: &[(&str, &str)]) -> Imports {
    verify(&project(files))
}

/// `path:line module name reason guard` of every finding.
fn broken(files: &[(&str, &str)]) -> Vec<String> {
    let show = |found: &super::Unresolved| {
        let name = found.name.as_deref().unwrap_or("-");
        let guard = found.guard.map_or(String::new(), |guard| format!(" {guard:?}"));
        format!("{}:{} {} {name} {:?}{guard}", found.path, found.line, found.module, found.reason)
    };
    imports(files).unresolved.iter().map(show).collect()
}

/// The statement is broken or not, in `main.py` beside a package of many kinds of names.
#[test]
fn an_import_is_found_or_broken_as_the_interpreter_would_find_it() {
    let package = [
        ("pkg/__init__.py", "from .inner import deep\nimport pkg.sub.leaf\nVERSION = 1\n"),
        (
            "pkg/mod.py",
            "import os\nA, (B, *C) = 1, (2, 3)\nD: int = 4\nE: int\nfor F in x: pass\nwith y as G: pass\nclass H: I = 1\n\
             def J(): K = 1\ndef setter():\n    global L\n    L = 1\nif (M := 2): pass\ntype N = int\n\
             match z:\n    case {'k': O, **P}: pass\n    case [Q, *R]: pass\ntry:\n    S = 1\nexcept E:\n    T = 2\nU += 1\n",
        ),
        ("pkg/inner.py", "def deep(): pass\n"),
        ("pkg/sub/__init__.py", ""),
        ("pkg/sub/leaf.py", ""),
        ("pkg/star.py", "from .mod import *\nfrom .inner import *\n"),
        ("pkg/listed.py", "__all__ = ['one', '_two']\none = _two = three = 1\n"),
        ("pkg/star_listed.py", "from .listed import *\nfrom .hidden import *\n"),
        ("pkg/hidden.py", "_four = five = 1\n"),
        ("pkg/star_out.py", "from numpy import *\n"),
        ("pkg/circle.py", "from .circle import *\n"),
        ("pkg/lazy.py", "def __getattr__(name): ...\n"),
        ("pkg/made.py", "globals()['x'] = 1\n"),
        ("pkg/broken.py", "def (:\n"),
        ("pkg/_speed.pyi", ""),
        ("pkg/native.cpython-312-x86_64-linux-gnu.so", ""),
        ("pkg/linked.py.txt", ""),
        ("pkg/away", "link"),
        ("space/part.py", "x = 1\n"),
        ("types.py", ""),
    ];
    let cases: &[(&str, &str)] = &[
        ("import pkg.mod, pkg.sub.leaf as leaf", ""),
        ("from pkg import VERSION, deep, mod, sub, __version__", "pkg __version__ NoName"),
        ("from pkg import __file__, __path__", ""),
        ("from pkg.mod import A, B, C, D, F, G, H, J, L, M, N, O, P, Q, R, S, T, U, os", ""),
        ("from pkg.mod import E", "pkg.mod E NoName"),
        ("from pkg.mod import I", "pkg.mod I NoName"),
        ("from pkg.mod import K", "pkg.mod K NoName"),
        ("from pkg.mod import *", ""),
        ("from pkg.none import *", "pkg.none * NoModule"),
        ("import pkg.none", "pkg.none - NoModule"),
        ("import pkg.mod.none", "pkg.mod.none - NotAPackage"),
        ("from pkg.sub import other", "pkg.sub other NoName"),
        ("from pkg.star import A, deep", ""),
        ("from pkg.star import nothing", "pkg.star nothing NoName"),
        ("from pkg.star_out import array", ""),
        ("from pkg.star_listed import one, _two, five", ""),
        ("from pkg.star_listed import three", "pkg.star_listed three NoName"),
        ("from pkg.star_listed import _four", "pkg.star_listed _four NoName"),
        ("from pkg.circle import x", "pkg.circle x NoName"),
        ("from pkg.lazy import anything", ""),
        ("from pkg.made import anything", ""),
        ("from pkg.broken import anything", ""),
        ("from pkg._speed import anything", ""),
        ("from pkg.native import anything", ""),
        ("from pkg.away import anything", ""),
        ("from pkg.away.deep.er import anything", ""),
        ("from space.part import x", ""),
        ("from space import part", ""),
        ("from space import other", "space other NoName"),
        ("from space.other import x", "space.other x NoModule"),
        ("from types import anything", ""),
        ("import numpy.linalg", ""),
        ("from __future__ import annotations", ""),
        ("from . import pkg, nothing", ". nothing NoName"),
        ("from .pkg.mod import A, Z", ".pkg.mod Z NoName"),
        ("from .. import x", ".. x AboveTop"),
        ("from test.support import import_helper", ""),
    ];
    for (statement, expected) in cases {
        let main = [("main.py", *statement), ("other.py", "import space.part")];
        let files: Vec<(&str, &str)> = package.iter().chain(&main).copied().collect();
        let expected: Vec<String> =
            if expected.is_empty() { Vec::new() } else { vec![format!("main.py:1 {expected}")] };
        assert_eq!(broken(&files), expected, "{statement}");
    }
}

#[test]
fn roots_are_where_the_interpreter_and_pytest_would_look() {
    type Files<'a> = &'a [(&'a str, &'a str)];
    let cases: &[(&str, Files<'_>, &[&str])] = &[
        (
            "src",
            &[("src/pkg/__init__.py", ""), ("tests/test_a.py", "from pkg import x")],
            &["tests/test_a.py:1 pkg x NoName"],
        ),
        (
            "own folder",
            &[("tools/helper.py", ""), ("tools/run.py", "from helper import x")],
            &["tools/run.py:1 helper x NoName"],
        ),
        (
            "own folder of a package only as a script",
            &[("pkg/__init__.py", ""), ("pkg/requests.py", ""), ("pkg/run.py", "from requests import x")],
            &[],
        ),
        (
            "ancestor without init",
            &[("a/helper.py", "y = 1"), ("a/b/__init__.py", ""), ("a/b/run.py", "from helper import x, y")],
            &["a/b/run.py:1 helper x NoName"],
        ),
        (
            "pythonpath of pytest",
            &[
                ("pytest.ini", "[pytest]\npythonpath = extra"),
                ("extra/thing.py", "y = 1"),
                ("tests/test_a.py", "from thing import x, y"),
            ],
            &["tests/test_a.py:1 thing x NoName"],
        ),
        (
            "sys.path of the file",
            &[
                ("deep/er/lib.py", "y = 1"),
                (
                    "tools/run.py",
                    "import sys\nfrom pathlib import Path\nROOT = Path(__file__).resolve().parents[1]\n\
                     sys.path.insert(0, str(ROOT / 'deep' / 'er'))\nfrom lib import x, y",
                ),
            ],
            &["tools/run.py:5 lib x NoName"],
        ),
        (
            "sys.path of a fixture",
            &[
                ("tests/apps/lib.py", "y = 1"),
                (
                    "tests/conftest.py",
                    "import os\ndef apps(monkeypatch):\n    monkeypatch.syspath_prepend(os.path.join(os.path.dirname(__file__), 'apps'))",
                ),
                ("tests/unit/test_a.py", "from lib import x, y"),
            ],
            &["tests/unit/test_a.py:1 lib x NoName"],
        ),
        (
            "a package in a folder that others share",
            &[
                ("pyproject.toml", "[project]\ndependencies = ['shared-core']"),
                ("src/shared/own/__init__.py", "x = 1"),
                ("src/shared/own/a.py", "from shared.own.gone import x\nfrom shared.own import y"),
                ("src/shared/own/b.py", "from shared.core.any import x"),
            ],
            &[
                "src/shared/own/a.py:1 shared.own.gone x NoModule",
                "src/shared/own/a.py:2 shared.own y NoName",
            ],
        ),
        (
            "a file in a package that makes modules",
            &[
                ("pkg/__init__.py", "__path__ = extend_path(__path__, __name__)"),
                ("pkg/a.py", "from other.gone import x\nfrom .made import y"),
                ("other/__init__.py", ""),
            ],
            &["pkg/a.py:1 other.gone x NoModule"],
        ),
        (
            "sys.path of conftest",
            &[
                ("deep/lib.py", "y = 1"),
                (
                    "tests/conftest.py",
                    "import os, sys\nsys.path.append(os.path.join(os.path.dirname(__file__), '..', 'deep'))",
                ),
                ("tests/unit/test_a.py", "from lib import x, y"),
            ],
            &["tests/unit/test_a.py:1 lib x NoName"],
        ),
        (
            "package whose folder the build names",
            &[
                ("setup.py", "setup(package_dir={'pkg': 'code'})"),
                ("code/__init__.py", "y = 1"),
                ("run.py", "from pkg import x, y\nimport pkg.none"),
            ],
            &["run.py:1 pkg x NoName", "run.py:2 pkg.none - NoModule"],
        ),
        (
            "package that is started from inside, before a mere folder",
            &[
                ("acl/rules.py", ""),
                ("main.py", "import acl.rules"),
                ("app/__init__.py", ""),
                ("app/acl/__init__.py", ""),
                ("app/acl/roles.py", "y = 1"),
                ("app/api/__init__.py", ""),
                ("app/api/users.py", "from acl.roles import x, y\nfrom acl.none import z"),
            ],
            &["app/api/users.py:1 acl.roles x NoModule", "app/api/users.py:2 acl.none z NoModule"],
        ),
        (
            "module of a package that is started from inside, before one of its name",
            &[
                ("metrics.py", "other = 1"),
                ("app/__init__.py", ""),
                ("app/metrics.py", "y = 1"),
                ("app/api/__init__.py", ""),
                ("app/api/users.py", "from metrics import x, y"),
            ],
            &["app/api/users.py:1 metrics x NoName"],
        ),
        (
            "two places, one has it",
            &[("pkg/__init__.py", ""), ("src/pkg/__init__.py", "x = 1"), ("run.py", "from pkg import x")],
            &[],
        ),
    ];
    for (name, files, expected) in cases {
        assert_eq!(broken(files), *expected, "{name}");
    }
}

#[test]
fn what_only_a_build_or_a_run_would_tell_counts_as_found() {
    let cases: &[(&str, &[(&str, &str)])] = &[
        ("extension", &[("setup.py", "Extension('pkg._speed', [])"), ("run.py", "from pkg._speed import x")]),
        (
            "extension from beside it",
            &[("setup.py", "Extension('pkg._speed', [])"), ("pkg/run.py", "from ._speed import x")],
        ),
        (
            "extension as a name",
            &[("setup.py", "Extension('pkg._speed', [])"), ("run.py", "from pkg import _speed")],
        ),
        ("ignored", &[(".gitignore", "pkg/_version.py"), ("run.py", "from pkg._version import x")]),
        ("ignored as a name", &[(".gitignore", "_version.py"), ("run.py", "from pkg import _version")]),
        ("path changed", &[("pkg/__init__.py", "__path__ = []"), ("run.py", "import pkg.any.thing")]),
        (
            "namespace of setuptools",
            &[
                ("pkg/__init__.py", "__import__('pkg_resources').declare_namespace(__name__)"),
                ("run.py", "import pkg.any.thing"),
            ],
        ),
        (
            "modules injected",
            &[
                ("pkg/__init__.py", "import sys\nsys.modules['pkg.moves'] = 1"),
                ("run.py", "import pkg.moves.urllib"),
            ],
        ),
        (
            "name set by another module",
            &[
                ("pkg/base.py", ""),
                (
                    "pkg/setter.py",
                    "from . import base\nimport pkg.base\nbase.dialect = 1\nsetattr(pkg.base, 'other', 2)",
                ),
                ("run.py", "from pkg.base import dialect, other"),
            ],
        ),
        (
            "names set by a function that gets the module",
            &[
                ("pkg/made.py", "from .maker import fill\nfill(1, this_module())"),
                (
                    "pkg/maker.py",
                    "def fill(values, module):\n    for name in values:\n        setattr(module, name, 1)",
                ),
                ("run.py", "from pkg.made import speed"),
            ],
        ),
        (
            "distribution beside the package that the build file takes",
            &[
                (
                    "pyproject.toml",
                    "[project]\ndependencies = ['docker']\n[tool.hatch.build.targets.wheel]\npackages = ['src/pkg']",
                ),
                ("src/pkg/docker/__init__.py", ""),
                ("run.py", "from docker.errors import APIError"),
            ],
        ),
        (
            "folder above that nothing imports from",
            &[
                ("requirements/extra/all.txt", "redis\n"),
                ("examples/redis/__init__.py", ""),
                ("examples/redis/run.py", "from redis import Redis"),
                ("examples/pydantic/other.py", ""),
                ("examples/pydantic/tasks.py", "from pydantic import BaseModel"),
                ("pydantic/tasks.py", "from pydantic import BaseModel"),
            ],
        ),
        (
            "folder of a distribution's name",
            &[
                ("requirements.txt", "docker\n"),
                ("docker/build.py", ""),
                ("run.py", "from docker.errors import APIError\nfrom docker import client"),
            ],
        ),
    ];
    for (name, files) in cases {
        let package = [("pkg/__init__.py", "")];
        let has_own = files.iter().any(|(path, _)| *path == "pkg/__init__.py");
        let files: Vec<(&str, &str)> =
            package.iter().filter(|_| !has_own).chain(files.iter()).copied().collect();
        assert_eq!(broken(&files), [""; 0], "{name}");
    }
}

#[test]
fn guarded_imports_are_classed_apart() {
    let cases: &[(&str, &str)] = &[
        ("try:\n    from pkg import x\nexcept ImportError:\n    x = None", " Try"),
        ("try:\n    from pkg import x\nexcept (KeyError, ModuleNotFoundError):\n    x = None", " Try"),
        ("try:\n    from pkg import x\nexcept:\n    x = None", " Try"),
        ("try:\n    from pkg import x\nexcept ValueError:\n    x = None", ""),
        ("try:\n    from pkg import x\nfinally:\n    pass", ""),
        ("try:\n    import y\nexcept ImportError:\n    from pkg import x", " Fallback"),
        ("try:\n    pass\nexcept ImportError:\n    pass\nelse:\n    from pkg import x", ""),
        ("if TYPE_CHECKING:\n    from pkg import x", " TypeChecking"),
        ("if typing.TYPE_CHECKING:\n    from pkg import x", " TypeChecking"),
        ("if TYPE_CHECKING:\n    pass\nelse:\n    from pkg import x", ""),
        ("if not TYPE_CHECKING:\n    from pkg import x", ""),
        ("if sys.version_info >= (3, 9):\n    pass\nelse:\n    from pkg import x", " Version"),
        ("if sys.platform == 'win32' and y:\n    from pkg import x", " Version"),
        ("if y:\n    from pkg import x", ""),
        ("with pytest.raises(ImportError):\n    from pkg import x", " Try"),
        ("def f():\n    from pkg import x", ""),
    ];
    for (text, guard) in cases {
        let found = broken(&[("pkg/__init__.py", ""), ("main.py", text)]);
        let line = text.lines().position(|line| line.contains("pkg")).unwrap() + 1;
        assert_eq!(found, [format!("main.py:{line} pkg x NoName{guard}")], "{text}");
    }
}

#[test]
fn modules_from_outside_are_listed_only_when_nothing_asks_for_them() {
    let found = imports(&[
        ("requirements.txt", "numpy\nPyYAML\n"),
        ("tools/helper.py", ""),
        ("a.py", "import numpy, yaml, torch.nn\nimport helper\n"),
        ("b.py", "try:\n    import torch\nexcept ImportError: pass\n"),
    ]);
    let shown: Vec<_> = found
        .undeclared
        .iter()
        .map(|outside| {
            (
                outside.module.as_str(),
                outside.imports,
                outside.line,
                outside.guarded,
                outside.elsewhere.join(" "),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [("helper", 1, 2, false, "tools/helper.py".to_owned()), ("torch", 2, 1, false, String::new())]
    );
}

#[test]
fn file_that_is_no_python_is_listed_and_stops_nothing() {
    let found = imports(&[("a.py", "print 'old'\n"), ("b.py", "from a import x\n")]);
    assert_eq!(found.unparsed.len(), 1);
    assert_eq!((found.files, found.first_party), (2, 1));
    assert!(found.unresolved.is_empty());
}

#[test]
fn findings_do_not_depend_on_the_order_of_the_input() {
    let mut files: Vec<(String, String)> = (0..200)
        .map(|number| {
            (format!("m{number:03}.py"), format!("from m{:03} import x{number}\n", (number * 7) % 200))
        })
        .collect();
    let run = |files: &[(String, String)]| {
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        serde_json::to_string(&imports(&files)).unwrap()
    };
    let first = run(&files);
    files.reverse();
    assert_eq!(run(&files), first);
}

#[test]
fn package_that_the_build_file_names_is_verified_where_it_lies() {
    let build = "[tool.hatch.build.targets.wheel]\npackages = [\"src/pkg\"]\n";
    let files = |user: &'static str| {
        [
            ("pyproject.toml", build),
            ("src/pkg/__init__.py", "from . import part\n"),
            ("src/pkg/part.py", "x = 1\n"),
            ("tests/test_part.py", user),
        ]
    };
    assert_eq!(broken(&files("from pkg.part import x\n")), [""; 0]);
    assert_eq!(broken(&files("from pkg.gone import x\n")), ["tests/test_part.py:1 pkg.gone x NoModule"]);
}

#[test]
fn what_nobody_can_tell_without_running_it_is_counted() {
    let unjudged = |user: &'static str| {
        imports(&[
            ("pkg/__init__.py", ""),
            ("pkg/plain.py", "x = 1\n"),
            ("pkg/star.py", "from elsewhere import *\nx = 1\n"),
            ("pkg/hook.py", "def __getattr__(name): return name\n"),
            ("pkg/fast.pyi", "x: int\n"),
            ("pkg/old.py", "print 'old'\n"),
            ("user.py", user),
        ])
        .unjudged
    };
    let cases = [
        ("from pkg.plain import x, y\nfrom pkg import plain, fast\nimport pkg.plain\n", 0),
        ("from pkg.star import x\n", 0),
        ("from pkg.star import y, z\n", 2),
        ("from pkg.hook import y\n", 1),
        ("from pkg.fast import y\n", 1),
        ("from pkg.old import y\n", 1),
    ];
    for (text, expected) in cases {
        assert_eq!(unjudged(text), expected, "{text}");
    }
}
