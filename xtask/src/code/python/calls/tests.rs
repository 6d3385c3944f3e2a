//! Calls that do not fit are found, and nothing else.

mod lost;
mod objects;
mod reach;

use super::{BrokenCall, verify};
use crate::code::python::Source;
use crate::code::python::imports::Project;
use crate::repo::RepoPath;

fn broken(files: &[(&str, &str)]) -> Vec<BrokenCall> {
    let sources = files.iter().map(|(path, text)| (RepoPath::from(*path), Ok(Source::from_text(*text))));
    verify(&Project::of_sources(sources.collect(), Vec::new(), &[]))
}

/// `line callee problem` of each finding in a project of `pkg/lib.py` and `main.py`.
fn found(library: &str, main: &str) -> Vec<String> {
    let files = [("pkg/__init__.py", ""), ("pkg/lib.py", library), ("main.py", main)];
    broken(&files).iter().map(|call| format!("{} {} {}", call.line, call.callee, call.problem)).collect()
}

const LIBRARY: &str = "
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

def plain(a, b=1): pass
def only(a, /, *, key): pass
def open_ended(a, *args, **kwargs): pass

class Model:
    def __init__(self, size, depth=2): pass
    def fit(self, x, epochs=1): return self
    @classmethod
    def load(cls, path): return cls(path)
    @staticmethod
    def check(value): pass
    @property
    def run(self): return plain

class Deep(Model):
    def fit(self, x, epochs=1, rate=0.1): pass

class Empty: pass

@dataclass
class Point:
    x: int
    y: int = 0
    kind: ClassVar[str] = 'p'
    tags: list = field(default_factory=list)
    cached: int = field(init=False, default=0)

@dataclass(kw_only=True)
class Solid(Point):
    z: int

class Pair(NamedTuple):
    left: int
    right: int = 0
";

#[test]
fn each_kind_of_misfit_is_found_on_each_kind_of_target() {
    let cases: &[(&str, &str)] = &[
        ("plain(1, c=2)", "plain has no parameter `c`"),
        ("plain(1, c=2, d=3)", "plain has no parameters `c` and `d`"),
        ("plain(1, 2, 3)", "plain takes 1 to 2 positional arguments, 3 given"),
        ("plain()", "plain lacks the required `a`"),
        ("plain(1, a=2)", "plain gets `a` twice"),
        ("plain(c=2)", "plain has no parameter `c`, lacks the required `a`"),
        ("only(a=1, key=2)", "only takes `a` by position only, lacks the required `a`"),
        ("only(1)", "only lacks the required `key`"),
        ("only(1, 2, key=3)", "only takes 1 positional argument, 2 given"),
        ("open_ended()", "open_ended lacks the required `a`"),
        ("plain(*more, c=2)", "plain has no parameter `c`"),
        ("plain(1, 2, 3, *more)", "plain takes 1 to 2 positional arguments, 3 given"),
        ("plain(c=1, **more)", "plain has no parameter `c`"),
        ("Model()", "Model lacks the required `size`"),
        ("Model(1, width=2)", "Model has no parameter `width`"),
        ("Deep(1, 2, 3)", "Deep takes 1 to 2 positional arguments, 3 given"),
        ("Model(1).fit(x=1, rate=2)", "Model.fit has no parameter `rate`"),
        ("Model.load()", "Model.load lacks the required `path`"),
        ("Model.check(1, 2)", "Model.check takes 1 positional argument, 2 given"),
        ("Model.fit(Model(1))", "Model.fit lacks the required `x`"),
        ("Empty(1)", "Empty takes no positional arguments, 1 given"),
        ("Point()", "Point lacks the required `x`"),
        ("Point(1, 2, [], 0)", "Point takes 1 to 3 positional arguments, 4 given"),
        ("Point(1, kind='q')", "Point has no parameter `kind`"),
        ("Point(1, cached=1)", "Point has no parameter `cached`"),
        ("Solid(1, 2, [], 3)", "Solid takes 1 to 3 positional arguments, 4 given, lacks the required `z`"),
        ("Pair(1, 2, 3)", "Pair takes 1 to 2 positional arguments, 3 given"),
    ];
    for (call, expected) in cases {
        let main = format!("from pkg.lib import *\n{call}\n");
        assert_eq!(found(LIBRARY, &main), [format!("2 {expected}")], "{call}");
    }
}

#[test]
fn calls_that_fit_or_may_fit_are_no_findings() {
    let cases = [
        "plain(1)",
        "plain(1, b=2)",
        "plain(*more)",
        "plain(**more)",
        "plain(1, *more, **more)",
        "only(1, key=2)",
        "open_ended(1, 2, 3, z=4)",
        "Model(1, depth=3).fit(2)",
        "Model(1).run(1, 2, 3)",
        "Model.load('x')",
        "Model.load('x').fit()",
        "Deep(1).fit(1, rate=2)",
        "Point(1, tags=[])",
        "Solid(1, z=2)",
        "Pair(1)",
        "unknown(1, 2, 3)",
        "Model(1).unknown(1)",
        "print(1, file=2, bogus=3)",
    ];
    for call in cases {
        let main = format!("from pkg.lib import *\n{call}\n");
        assert_eq!(found(LIBRARY, &main), [""; 0], "{call}");
    }
}

#[test]
fn every_way_to_the_definition_is_followed() {
    let cases = [
        "from pkg.lib import plain\nplain(c=2)\n",
        "from pkg.lib import plain as other\nother(c=2)\n",
        "import pkg.lib\npkg.lib.plain(c=2)\n",
        "import pkg.lib as lib\nlib.plain(c=2)\n",
        "from pkg import lib\nlib.plain(c=2)\n",
        "from pkg import lib\nalias = lib.plain\nalias(c=2)\n",
        "def f():\n    from pkg.lib import plain\n    plain(c=2)\n",
        "def f():\n    from pkg.lib import plain\n    return [plain(c=x) for x in y]\n",
        "from pkg.lib import plain\nclass A:\n    def m(self):\n        def inner():\n            plain(c=2)\n",
        "from pkg.lib import Model\ndef f():\n    model = Model(1)\n    model.fit(1, c=2)\n",
        "from pkg.lib import Model\nmodel = Model(1)\ndef f():\n    model.fit(1, c=2)\n",
        "from pkg.lib import Model\nclass A(Model):\n    def m(self):\n        self.fit(1, c=2)\n",
        "from pkg.lib import Model\nclass A(Model):\n    def __init__(self):\n        super().__init__(1, c=2)\n",
        "from pkg.lib import Model\nclass A(Model):\n    def __init__(self):\n        Model.__init__(self, 1, c=2)\n",
        "from pkg.lib import Model\nclass A(Model):\n    @classmethod\n    def make(cls):\n        return cls(1, c=2)\n",
    ];
    for main in cases {
        let found = found(LIBRARY, main);
        assert_eq!(found.len(), 1, "{main}: {found:?}");
        assert!(found[0].contains("has no parameter `c`"), "{main}: {found:?}");
    }
}

#[test]
fn what_may_change_the_target_silences() {
    let cases: &[(&str, &str)] = &[
        ("decorated by something unknown", "from x import deco\n@deco\ndef f(a): pass\n"),
        ("decorated by a factory", "from x import deco\n@deco(1)\ndef f(a): pass\n"),
        ("bound twice", "def f(a): pass\nif x:\n    def f(a, c): pass\n"),
        ("wrapped afterwards", "def f(a): pass\nf = wrap(f)\n"),
        ("removed", "def f(a): pass\ndel f\n"),
        ("rebound from a function", "def f(a): pass\ndef g():\n    global f\n    f = 1\n"),
        ("rebound in a loop", "def f(a): pass\nfor f in x: pass\n"),
        ("rebound by a star", "def f(a): pass\nfrom x import *\n"),
        ("rebound by a walrus", "def f(a): pass\nif (f := 1): pass\n"),
        ("rebound by a pattern", "def f(a): pass\nmatch x:\n    case f: pass\n"),
        ("rebound by a handler", "def f(a): pass\ntry: pass\nexcept E as f: pass\n"),
        ("set by globals", "def f(a): pass\nglobals()['f'] = 1\n"),
        (
            "overloaded",
            "from typing import overload\n@overload\ndef f(a): ...\n@overload\ndef f(a, b): ...\ndef f(*a): pass\n",
        ),
        ("partial", "from functools import partial\ndef g(a): pass\nf = partial(g, 1)\n"),
        ("metaclass", "class f(metaclass=M):\n    def __init__(self): pass\n"),
        ("base unknown, no constructor", "from x import B\nclass f(B): pass\n"),
        ("computed base", "class f(base()): pass\n"),
        ("class decorated", "@deco\nclass f: pass\n"),
        (
            "has __new__ that takes all",
            "class f:\n    def __new__(cls, *a, **k): pass\n    def __init__(self): pass\n",
        ),
        ("enum", "from enum import Enum\nclass f(Enum):\n    A = 1\n"),
        ("constructor assigned", "class f:\n    __init__ = make()\n"),
        ("constructor patched elsewhere", "class f:\n    def __init__(self): pass\nf.__init__ = other\n"),
        (
            "made by a base from outside",
            "from x import B\nclass A:\n    def __init__(self): pass\nclass f(A, B): pass\n",
        ),
        (
            "enum with its own constructor",
            "from enum import Enum\nclass f(str, Enum):\n    def __new__(cls, a, b): pass\n",
        ),
        (
            "set by computed names",
            "class f:\n    def __init__(self): pass\nfor name in names: setattr(f, name, make(name))\n",
        ),
        ("single dispatch", "from functools import singledispatch\n@singledispatch\ndef f(a): pass\n"),
        (
            "options of a dataclass computed",
            "from dataclasses import dataclass\n@dataclass(**o)\nclass f:\n    a: int\n",
        ),
        (
            "fields that depend",
            "from dataclasses import dataclass\n@dataclass\nclass f:\n    if x:\n        a: int\n",
        ),
        (
            "dataclass of an unknown base",
            "from dataclasses import dataclass\n@dataclass\nclass f(B):\n    a: int\n",
        ),
    ];
    for (why, library) in cases {
        let main = "from pkg.lib import f\nf(1, 2, c=3)\n";
        assert_eq!(found(library, main), [""; 0], "{why}");
    }
    let patched = "import pkg.lib\ndef f(a): pass\npkg.lib.f = other\n";
    assert_eq!(
        found("def f(a): pass\n", &format!("{patched}pkg.lib.f(1, 2)\n")),
        [""; 0],
        "set on the module"
    );
}

#[test]
fn what_shadows_or_rebinds_a_name_silences() {
    let cases = [
        "def g(plain): plain(c=1)",
        "def g():\n    plain = other\n    plain(c=1)",
        "def g():\n    for plain in x: plain(c=1)",
        "def g():\n    with x as plain: plain(c=1)",
        "[plain(c=1) for plain in x]",
        "lambda plain: plain(c=1)",
        "def g():\n    model = Model(1)\n    model = other()\n    model.fit(c=1)",
        "def g(model=None):\n    model = Model(1)\n    model.fit(c=1)",
        "def g():\n    model = Model(1)\n    def h():\n        nonlocal model\n        model = 1\n    model.fit(c=1)",
        "def g():\n    model = Model(1)\n    model.fit = other\n    model.fit(c=1)",
        "class A:\n    plain = other\n    plain(c=1)",
        "class A:\n    kind = other\n    def other(self): pass\n    def m(self): self.kind(c=1)",
        "class A: pass\nA.__init__ = make\nA(c=1)",
        "class A: pass\nequip(A)\nA(c=1)",
    ];
    for text in cases {
        let main = format!("from pkg.lib import plain, Model\n{text}\n");
        assert_eq!(found(LIBRARY, &main), [""; 0], "{text}");
    }
}

#[test]
fn calls_that_are_meant_to_fail_are_no_findings() {
    let cases = [
        "with pytest.raises(TypeError): plain(c=1)",
        "with pytest.raises((ValueError, TypeError)): plain(c=1)",
        "with self.assertRaises(error): plain(c=1)",
        "try: plain(c=1)\nexcept TypeError: plain(1)",
        "if sys.version_info < (3,): plain(c=1)",
        "with expect(TypeError): plain(c=1)",
        "self.assertRaises(TypeError, lambda: plain(c=1))",
        "def test():\n    def bad(): plain(c=1)\n    self.assertRaises(TypeError, bad)",
        "with self.assertRaises(ValueError): Model(1).fit(c=1)",
        "with self.assertRaises(ValueError):\n    first()\n    plain(c=1)",
        "plain(c=1)  # type: ignore[call-arg]",
    ];
    for text in cases {
        let main = format!("from pkg.lib import plain, Model\n{text}\n");
        assert_eq!(found(LIBRARY, &main), [""; 0], "{text}");
    }
    let main = "from pkg.lib import plain\nwith pytest.raises(ValueError): plain(c=1)\n";
    assert_eq!(found(LIBRARY, main).len(), 1, "another error does not explain it");
}

#[test]
fn methods_that_a_derived_class_may_replace_count_with_all_their_forms() {
    let library = "
class Base:
    def run(self): self.step(1, extra=2)
    def step(self, x): pass
class Child(Base):
    def step(self, x, extra): pass
";
    assert_eq!(found(library, ""), [""; 0]);
    let no_child = library.replace(", extra)", ")");
    assert_eq!(found(&no_child, ""), ["3 Base.step has no parameter `extra`"]);
    let mixed = format!(
        "{no_child}class Other:\n    def step(self, x, extra): pass\nclass Both(Other, Base): pass\n"
    );
    assert_eq!(found(&mixed, ""), [""; 0], "a sibling comes first in the lookup order");
    let from_outside = format!("{no_child}from x import Y\nclass Both(Y, Base): pass\n");
    assert_eq!(found(&from_outside, ""), [""; 0], "a base that is not known comes first");
}

#[test]
fn files_that_type_checkers_are_tried_on_are_no_findings() {
    let text = "def f(a): pass\nf()\n";
    let paths = ["tests/mypy/modules/wrong.py", "tests/mypy/test_mypy.py", "src/typing/own.py"];
    let files: Vec<(&str, &str)> = paths.iter().map(|path| (*path, text)).collect();
    let found: Vec<String> = broken(&files).iter().map(|call| call.path.to_string()).collect();
    assert_eq!(found, ["src/typing/own.py", "tests/mypy/test_mypy.py"]);
}

#[test]
fn a_decorator_that_gives_back_its_argument_changes_nothing() {
    let library = "
def register(function):
    TABLE.append(function)
    return function
@register
def f(a): pass
";
    assert_eq!(found(library, "from pkg.lib import f\nf(1, 2)\n").len(), 1);
}

#[test]
fn attributes_of_objects_count_only_where_nothing_sets_them() {
    let library = "
class A:
    def __init__(self, make):
        self.run = make()
    def run(self): pass
    def other(self): self.run(1)
class B(A):
    def more(self): self.run(1, 2)
";
    assert_eq!(found(library, "from pkg.lib import A\nA(1).run(1)\n"), [""; 0]);
}

#[test]
fn a_function_that_is_the_default_of_a_field_is_no_method() {
    let library = "
from dataclasses import dataclass
def default(one, two): pass
@dataclass
class A:
    make: object = default
    def run(self): self.make(1, 2)
";
    assert_eq!(found(library, "from pkg.lib import A\nA().make(1, 2)\n"), [""; 0]);
}

#[test]
fn annotated_names_are_fields_of_attrs_where_the_decorator_says_so() {
    let class = |decorator: &str, call: &str| {
        let library = format!("import attr, attrs\n@{decorator}\nclass C:\n    x: int\n");
        found(&library, &format!("from pkg.lib import C\n{call}\n")).len()
    };
    let takes_it = [
        "attr.dataclass",
        "attr.dataclass(frozen=True)",
        "attr.s(auto_attribs=True)",
        "attrs.define",
        "attrs.define(auto_attribs=None)",
    ];
    for decorator in takes_it {
        assert_eq!((class(decorator, "C(1)"), class(decorator, "C()")), (0, 1), "{decorator}");
    }
    for decorator in ["attr.s", "attrs.define(auto_attribs=False)", "attr.dataclass(auto_attribs=False)"] {
        assert_eq!((class(decorator, "C()"), class(decorator, "C(1)")), (0, 1), "{decorator}");
    }
    for decorator in ["attrs.define(auto_attribs=CHOICE)", "attrs.define(**OPTIONS)", "attrs.define(these=F)"]
    {
        assert_eq!((class(decorator, "C()"), class(decorator, "C(1)")), (0, 0), "{decorator}");
    }
    assert_eq!((class("attr.s({'y': 1})", "C()"), class("attr.s({'y': 1})", "C(1)")), (0, 0));
}

#[test]
fn attrs_classes_take_their_fields_by_their_public_names() {
    let library = "
import attr
from attrs import define, field
@define
class New:
    _size: int
    depth: int = field(kw_only=True)
@attr.s
class Old:
    a = attr.ib()
    b = attr.ib(default=1)
    c = attr.ib()
    @c.default
    def _c(self): pass
    other: int = 3
";
    let main = "from pkg.lib import New, Old\nNew(size=1, depth=2)\nOld(1)\nNew(_size=1, depth=2)\nOld(1, other=2)\n";
    let expected =
        ["4 New has no parameter `_size`, lacks the required `size`", "5 Old has no parameter `other`"];
    assert_eq!(found(library, main), expected);
}

#[test]
fn methods_that_others_carry_out_are_judged_by_those_who_do() {
    let library = "
import abc
from zope.interface import Interface

class Base(abc.ABC):
    @abc.abstractmethod
    def kind(self): pass
    @abc.abstractmethod
    def load(self, path): pass
    def run(self):
        self.kind(name=1)
        self.load(1, 2)

class One(Base):
    def load(self, path): pass

class IThing(Interface):
    def set(name): pass

def change(thing: IThing):
    thing.set(1)
    IThing(thing).set(1)
";
    assert_eq!(found(library, "import pkg.lib"), ["12 One.load takes 1 positional argument, 2 given"]);
}

#[test]
fn what_pytest_calls_with_the_class_is_a_method_of_the_class() {
    let library = "
class Base:
    def setup_class(self): pass
    def teardown_class(cls): pass

class Derived(Base):
    def setup_class(self):
        super().setup_class(self)
        Base.setup_class(self)
        self.thing = Thing(1)
    def teardown_class(cls):
        super().teardown_class(cls)
        super().teardown_class()
    def test(self):
        self.thing.run(2)

class Thing:
    def __init__(self, a): pass
    def run(self): pass
";
    let expected = [
        "13 Base.teardown_class lacks the required `cls`",
        "15 Thing.run takes no positional arguments, 1 given",
    ];
    assert_eq!(found(library, "import pkg.lib"), expected);
}

#[test]
fn methods_named_on_a_class_that_a_foreign_base_may_have_changed_are_not_judged() {
    let library = |base: &str| {
        format!(
            "import enum\nimport rx\nclass Base({base}):\n    pass\nclass App(Base):\n    def go(self): pass\n    \
             @classmethod\n    def load(cls): pass\n    def run(self):\n        self.go(1)\n"
        )
    };
    let main = "from pkg.lib import App\nApp.go(1, 2)\nApp.load(1)\nApp().go(1)\n";
    let takes = |line: usize, name: &str| format!("{line} App.{name} takes");
    let all = |found: &[String]| {
        let wanted = [takes(10, "go"), takes(2, "go"), takes(3, "load"), takes(4, "go")];
        found.len() == 4 && wanted.iter().all(|start| found.iter().any(|line| line.starts_with(start)))
    };
    for base in ["object", "ValueError", "dict"] {
        let found = found(&library(base), main);
        assert!(all(&found), "{base}: {found:?}");
    }
    // What the class itself calls is what stands in it.
    let foreign = found(&library("rx.State"), main);
    assert!(foreign.len() == 1 && foreign[0].starts_with(&takes(10, "go")), "{foreign:?}");
}

#[test]
fn last_of_several_functions_of_one_name_is_meant() {
    let two = "def f(a): pass\ndef f(a, b): pass\n";
    let cases: &[(&str, usize)] = &[
        (two, 1),
        ("def f(a): pass\nclass C: pass\ndef f(a, b): pass\n", 1),
        ("def f(a): pass\nf(1)\ndef f(a, b): pass\n", 0),
        ("import x\nif x:\n    def f(a): pass\nelse:\n    def f(a, b): pass\n", 0),
        ("def f(a): pass\ndef f(a, b): pass\nf = f\n", 0),
        ("from x import dispatch\n@dispatch\ndef f(a): pass\n@f.register\ndef f(a, b): pass\n", 0),
        (
            "from typing import overload\n@overload\ndef f(a): ...\n@overload\ndef f(a, b): ...\ndef f(a, b=1): pass\n",
            0,
        ),
    ];
    for (library, count) in cases {
        assert_eq!(found(library, "from pkg.lib import f\nf(1)\n").len(), *count, "{library}");
    }
    assert_eq!(found(two, "from pkg.lib import f\nf(1, 2)\n").len(), 0);
}
