//! Uses of names that a module does not have.

use super::super::lost::unbound;
use crate::code::python::Source;
use crate::code::python::imports::Project;
use crate::repo::RepoPath;

/// `path:line chain` of every use of a name that `pkg.core` or `pkg` does not have, in `main.py` and `pkg/user.py`.
fn found(core: &str, main: &str) -> Vec<String> {
    let files = [("pkg/__init__.py", ""), ("pkg/core.py", core), ("pkg/user.py", ""), ("main.py", main)];
    of_files(&files)
}

fn of_files(files: &[(&str, &str)]) -> Vec<String> {
    let sources = files.iter().map(|(path, text)| (RepoPath::from(*path), Ok(Source::from_text(*text))));
    unbound(&Project::of_sources(sources.collect(), Vec::new(), &[]))
}

#[test]
fn every_way_to_the_module_is_followed() {
    for main in [
        "from pkg import core\ncore.other()\n",
        "import pkg.core\npkg.core.other()\n",
        "import pkg.core as core\nprint(core.other)\n",
        "from pkg import core\nx = core.other + 1\n",
        "from pkg import core\n@core.other\ndef f(): pass\n",
        "from pkg import core\nclass A(core.other): pass\n",
        "from pkg import core\ncore.other.deeper.still()\n",
        "def f():\n    from pkg import core\n    return core.other\n",
        "def f(x):\n    import pkg.core\n    return [pkg.core.other for _ in x]\n",
    ] {
        assert_eq!(found("def kept(): pass\n", main).len(), 1, "{main}");
        assert_eq!(found("def other(): pass\n", main), [""; 0], "{main}");
    }
    let files =
        [("pkg/__init__.py", ""), ("pkg/core.py", ""), ("pkg/user.py", "from . import core as c\nc.x()\n")];
    assert_eq!(of_files(&files), ["pkg/user.py:2 c.x"]);
}

#[test]
fn a_name_that_leads_to_a_lost_one_is_told_where_it_is_made() {
    for (value, use_of_it, expected) in [
        ("core.a.b.c", "x.d", "main.py:3 core.a"),
        ("core.a.b", "x.c", "main.py:3 core.a"),
        ("core.a", "x.b", "main.py:3 core.a"),
    ] {
        let main = format!("from pkg import core\ndef f():\n    x = {value}\n    return {use_of_it}\n");
        assert_eq!(found("def kept(): pass\n", &main), [expected], "{value}");
    }
}

#[test]
fn a_name_that_may_be_there_is_no_finding() {
    let main = "from pkg import core\ncore.other()\n";
    for core in [
        "from elsewhere import *\n",
        "def __getattr__(name): ...\n",
        "globals()['other'] = 1\n",
        "exec('other = 1')\n",
        "def (:\n",
    ] {
        assert_eq!(found(core, main), [""; 0], "{core}");
    }
    for main in [
        "from pkg import core\ncore.other = 1\ncore.other()\n",
        "from pkg import core\nsetattr(core, 'other', 1)\ncore.other()\n",
        "from pkg import core\ncore.core_too = core.__name__, core.__file__, core.__dict__\n",
        "from pkg import core\nif hasattr(core, 'other'):\n    core.other()\n",
        "from pkg import core\ntry:\n    core.other()\nexcept AttributeError:\n    pass\n",
        "from pkg import core\ntry:\n    core.other()\nexcept Exception:\n    pass\n",
        "from pkg import core\nimport pytest\nwith pytest.raises(AttributeError):\n    core.other\n",
        "from pkg import core\nimport sys\nif sys.version_info < (3,):\n    core.other()\n",
        "from pkg import core\nimport pytest\n@pytest.mark.xfail\ndef test(): core.other()\n",
        "from pkg import core\nfrom unittest import mock\nwith mock.patch('pkg.core.other', create=True):\n    core.other()\n",
        "try:\n    from pkg import core\nexcept ImportError:\n    core = None\ncore.other()\n",
        "from pkg import core\ndef f(core):\n    core.other()\n",
        "from pkg import core\ncore = make()\ncore.other()\n",
        "import pkg\npkg.core.kept()\npkg.user\n",
    ] {
        assert_eq!(found("def kept(): pass\n", main), [""; 0], "{main}");
    }
    // A module of the name in the package, and what another file sets on it.
    let more = [
        ("pkg/__init__.py", ""),
        ("pkg/core/__init__.py", ""),
        ("pkg/core/other.py", ""),
        ("pkg/user.py", "from . import core\ncore.more = 1\n"),
        ("main.py", "from pkg import core\ncore.other\ncore.more\n"),
    ];
    assert_eq!(of_files(&more), [""; 0]);
}

#[test]
fn a_method_that_no_class_of_the_family_has_is_found() {
    let core = "class A:\n    def kept(self): pass\n";
    for main in [
        "from pkg.core import A\nA().other()\n",
        "from pkg.core import A\nA.other()\n",
        "from pkg.core import A\na = A()\na.other()\n",
        "from pkg.core import A\ndef f(a: A):\n    a.other()\n",
        "from pkg.core import A\nclass B(A):\n    def run(self): self.other()\n",
        "class A:\n    @classmethod\n    def run(cls): cls.other()\n",
    ] {
        assert_eq!(found(core, main).len(), 1, "{main}");
    }
}

#[test]
fn a_method_that_may_be_there_is_no_finding() {
    let core = "class A:\n    def kept(self): pass\n";
    let use_it = "from pkg.core import A\nA().other()\n";
    for core in [
        "class A:\n    def other(self): pass\n",
        "class A:\n    other = None\n",
        "class A:\n    def __init__(self): self.other = print\n",
        "class A:\n    def __init__(self, **more): self.__dict__.update(more)\n",
        "class A:\n    def __init__(self, more): vars(self).update(more)\n",
        "class A:\n    def __init__(self, n): setattr(self, n, 1)\n",
        "class A:\n    def __getattr__(self, name): pass\n",
        "class A(Outer): pass\n",
        "class A(metaclass=M): pass\n",
        "@wrapped\nclass A: pass\n",
        "class A: pass\nequip(A)\n",
        "class A: pass\nA.other = print\n",
        "class A: pass\nsetattr(A, name, print)\n",
        "class P:\n    def other(self): pass\nclass A(P): pass\n",
        "from typing import NamedTuple\nclass A(NamedTuple):\n    x: int\n",
        "import enum\nclass A(enum.Enum):\n    x = 1\n",
    ] {
        assert_eq!(found(core, use_it), [""; 0], "{core}");
    }
    for main in [
        "from pkg.core import A\nif hasattr(A, 'other'):\n    A().other()\n",
        "from pkg.core import A\ntry:\n    A().other()\nexcept AttributeError:\n    pass\n",
        "from pkg.core import A\na = A()\na.other = print\na.other()\n",
        // The class that is mixed in beside it has the method.
        "class Mixin:\n    def run(self): self.other()\nclass B:\n    def other(self): pass\nclass C(Mixin, B): pass\n",
        "class Base:\n    def run(self): self.other()\nclass B(Base):\n    def other(self): pass\n",
        "class Base:\n    def run(self): self.other()\nclass B(Base, Outer): pass\n",
    ] {
        assert_eq!(found(core, main), [""; 0], "{main}");
    }
}
