//! Calls of methods of objects: what a constructor made, what an annotation says, what `self` holds.

use super::found;

const LIBRARY: &str = "
from __future__ import annotations
from typing import Optional, Protocol, overload

class Client:
    def send(self, data): pass
    def __enter__(self): return self
    def __call__(self, x): pass
    def chain(self) -> Client: pass

class Fast(Client):
    def send(self, data): pass
    def extra(self, x): pass

class Wide(Client):
    def send(self, data, more): pass

class Narrow:
    def send(self, data): pass

class Shape(Protocol):
    def send(self, data): ...

class Value:
    def __get__(self, instance, owner): return other
    def send(self, data): pass

class Model:
    narrow: Narrow
    value = Value()
    def __init__(self, given: Narrow):
        self.client = Client()
        self.given = given
        self.late = None
        self.twice = Client()
        self.named: Narrow = find()
    def start(self):
        self.late = Client()
        self.twice = Narrow()
    def run(self):
        self.client.chain(k=1)
        self.given.send(k=1)

def make() -> Narrow: pass
async def later() -> Narrow: pass
";

fn findings(main: &str) -> Vec<String> {
    let imports =
        "from pkg.lib import Client, Fast, Wide, Narrow, Shape, Value, Model, make, later, Optional\n";
    let all = found(LIBRARY, &format!("{imports}{main}\n"));
    // Two calls of the library itself do not fit.
    all.into_iter().filter(|line| !line.starts_with("41 ") && !line.starts_with("42 ")).collect()
}

#[test]
fn what_an_object_is_known_to_be_is_followed() {
    let send = "Narrow.send has no parameter `k`, lacks the required `data`";
    let cases: &[(&str, &str)] = &[
        ("def f(a: Narrow): a.send(k=1)", send),
        ("def f(a: 'Narrow'): a.send(k=1)", send),
        ("def f(a: Optional[Narrow]): a.send(k=1)", send),
        ("def f(a: Narrow | None = None): a.send(k=1)", send),
        ("def f(a: None | Narrow): a.send(k=1)", send),
        ("def f():\n    a: Narrow = find()\n    a.send(k=1)", send),
        ("a: Narrow = find()\na.send(k=1)", send),
        ("make().send(k=1)", send),
        ("a = make()\na.send(k=1)", send),
        ("def f(m: Model): m.given.send(k=1)", send),
        ("def f(m: Model): m.narrow.send(k=1)", send),
        ("def f(m: Model): m.named.send(k=1)", send),
        ("Model(1).given.send(k=1)", send),
        ("Model(1).late.chain(k=1)", "Client.chain has no parameter `k`"),
        ("Client()(k=1)", "Client.__call__ has no parameter `k`, lacks the required `x`"),
        ("with Client() as c: c.chain(k=1)", "Client.chain has no parameter `k`"),
        ("Client().chain().chain(k=1)", "Client.chain has no parameter `k`"),
    ];
    for (text, expected) in cases {
        let found = findings(text);
        let ends = found.len() == 1 && found[0].ends_with(expected);
        assert!(ends, "{text}: {found:?}");
    }
}

#[test]
fn what_an_object_may_be_besides_silences() {
    let cases = [
        // A derived class takes it, or has what the class itself lacks.
        "def f(a: Client): a.send(1, more=2)",
        "def f(a: Client):\n    if isinstance(a, Fast): a.extra(k=1)",
        // Anything with these methods, or something that stands for something else.
        "def f(a: Shape): a.send(k=1)",
        "def f(m: Model): m.value.send(k=1)",
        "def f(a: Value): a.send(k=1)",
        // Not one object.
        "def f(*a: Narrow): a.send(k=1)",
        "def f(**a: Narrow): a.send(k=1)",
        "def f(a: list[Narrow]): a.send(k=1)",
        "def f(a: type[Narrow]): a.send(k=1)",
        "def f(a: Narrow | Client): a.send(k=1)",
        "def f(a: Narrow):\n    a = other()\n    a.send(k=1)",
        "later().send(k=1)",
        "def f(m: Model): m.twice.send(k=1)",
        "def f(m: Model):\n    m.given = other()\n    m.given.send(k=1)",
        "async def f():\n    async with Client() as c: c.chain(k=1)",
        "class Own(Client): pass\nclass Other(Unknown, Own): pass\ndef f(a: Own): a.chain(k=1)",
    ];
    for text in cases {
        assert_eq!(findings(text), [""; 0], "{text}");
    }
}

#[test]
fn calls_of_what_self_holds_are_judged_in_the_class_itself() {
    let all = found(LIBRARY, "");
    let expected = [
        "41 Client.chain has no parameter `k`",
        "42 Narrow.send has no parameter `k`, lacks the required `data`",
    ];
    assert_eq!(all, expected);
    let derived = format!("{LIBRARY}class Other(Model):\n    def __init__(self): self.client = other()\n");
    assert_eq!(found(&derived, ""), &expected[1..], "a derived class holds something else");
}

#[test]
fn a_module_that_only_looks_at_its_names_is_known() {
    let package = |text: &str| {
        let files = [
            ("pkg/__init__.py", text),
            ("pkg/lib.py", "def plain(a): pass\n"),
            ("main.py", "import pkg\npkg.plain(k=1)\n"),
        ];
        super::broken(&files).len()
    };
    assert_eq!(package("from .lib import plain\ndef __getattr__(name): pass\n"), 1);
    assert_eq!(package("from .lib import plain\nif 'x' in globals(): pass\n"), 1);
    assert_eq!(package("from .lib import plain\nfor name in names: globals()[name] = 1\n"), 0);
    assert_eq!(package("def __getattr__(name): pass\n"), 0);
}

#[test]
fn a_base_that_an_object_holds_ends_in_an_answer() {
    let library = "
class Base:
    def run(self, a): pass
class Store:
    def __init__(self):
        self.Model = self.make()
    def make(self) -> 'Base': return Base()
store = Store()
class Model(store.Model): pass
";
    let main = "
from pkg.lib import Store
class Own(Store):
    def go(self): self.make(1)
";
    assert_eq!(found(library, main), ["4 Store.make takes no positional arguments, 1 given"]);
}
