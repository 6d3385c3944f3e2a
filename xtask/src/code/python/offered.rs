//! What a module offers to other files, so that two texts of it can be held against each other.
//!
//! Made from the same facts by which imports and calls are verified: where the newer text offers all that the older one
//! did, in the same form, no other file can break.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::calls::{CallFacts, Class, Function, Value};
use super::decode_source;
use super::imports::{Facts, read_facts};

/// True when other files may rely on something of `old` that `new` does not offer, or offers in another form: a name,
/// what it stands for, what a function or a class takes. True as well where a text cannot be read.
pub fn may_offer_less(old: &[u8], new: &[u8]) -> bool {
    if old == new || only_adds(old, new) {
        return false;
    }
    let (Some(old), Some(new)) = (facts(old), facts(new)) else { return true };
    let new = Offered::by(&new).forms;
    Offered::by(&old).forms.iter().any(|(thing, form)| new.get(thing) != Some(form))
}

/// Whether a module binds a name at its top level; `None` where its text cannot be read.
pub fn binds(text: &[u8], name: &str) -> Option<bool> {
    if !holds_word(text, name.as_bytes()) {
        return Some(false);
    }
    Some(facts(text)?.bindings.contains(name))
}

/// True where the lines alone tell it, without a parser: what follows the old text binds names that it does not hold.
fn only_adds(old: &[u8], new: &[u8]) -> bool {
    let added = new.strip_prefix(old).filter(|_| old.is_empty() || old.ends_with(b"\n"));
    let Some(added) = added else { return false };
    let mut in_block = false;
    added.split(|&byte| byte == b'\n').all(|line| match line.first() {
        None | Some(b'#' | b'@') => true,
        Some(b' ' | b'\t') => in_block,
        Some(_) => {
            in_block = true;
            bound_name(line).is_some_and(|name| !name.starts_with(b"__") && !holds_word(old, name))
        }
    })
}

/// The name that a line binds which is a definition or an assignment to one name.
fn bound_name(line: &[u8]) -> Option<&[u8]> {
    let defined = [&b"def "[..], b"async def ", b"class "].iter().find_map(|start| line.strip_prefix(*start));
    let rest = defined.unwrap_or(line);
    let end = rest.iter().position(|&byte| !is_word(byte)).unwrap_or(rest.len());
    let (name, rest) = rest.split_at(end);
    let is_assigned = || matches!(rest.trim_ascii_start(), [b'=', next, ..] if *next != b'=');
    (!name.is_empty() && (defined.is_some() || is_assigned())).then_some(name)
}

/// True where a text has a word that is no part of a longer one.
pub(super) fn holds_word(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find_iter(text, word).any(|at| {
        let before = text[..at].last().is_some_and(|&byte| is_word(byte));
        let after = text.get(at + word.len()).is_some_and(|&byte| is_word(byte));
        !before && !after
    })
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 128
}

fn facts(bytes: &[u8]) -> Option<Facts> {
    read_facts(&decode_source(bytes).ok()?.text).ok()
}

/// Each thing that a module offers, and its form in words of our own; no line and no number of a place stands in either.
struct Offered<'f> {
    facts: &'f Facts,
    calls: &'f CallFacts,
    forms: BTreeMap<String, String>,
}

impl<'f> Offered<'f> {
    fn by(facts: &'f Facts) -> Self {
        let mut offered = Self { facts, calls: &facts.calls, forms: BTreeMap::new() };
        offered.add_module();
        facts.calls.functions.iter().for_each(|function| offered.add_function(function));
        facts.calls.classes.iter().for_each(|class| offered.add_class(class));
        offered
    }

    /// What is there twice has both forms.
    fn add(&mut self, thing: String, form: &str) {
        self.forms.entry(thing).or_default().push_str(form);
    }

    fn add_module(&mut self) {
        let (facts, calls) = (self.facts, self.calls);
        for name in &facts.bindings {
            self.add(format!("name {name}"), "");
        }
        for number in 0..facts.imports.len() {
            self.add(self.import(number), "");
        }
        for (name, binding) in &calls.names {
            self.add(format!("value {name}"), &self.value(&binding.value));
        }
        // What a module does to itself and to others is not taken apart.
        let effects = format!(
            "{:?}",
            (
                (&facts.stars, facts.makes_names, facts.replaces_names, &facts.answers_to, &facts.exported),
                (facts.makes_modules, facts.hooks_imports, &facts.patches, &facts.fillers, &facts.filled_by),
                (&facts.path_additions, &facts.caller_writers, &facts.compiles),
            )
        );
        self.add("effects".to_owned(), &effects);
    }

    fn add_function(&mut self, function: &Function) {
        let owner = function.class.map(|class| self.class(class)).unwrap_or_default();
        let form = format!(
            "{:?} {:?} {} {} {}",
            (&function.signature, function.kind),
            self.values(&function.decorators),
            self.value(&function.returns),
            function.gives_back,
            function.is_abstract,
        );
        self.add(format!("function {owner}.{}", function.name), &form);
    }

    fn add_class(&mut self, class: &Class) {
        let name = &class.name;
        let mut form = format!("{} {:?} {}", class.is_opaque, class.fields, self.values(&class.decorators));
        for base in &class.bases {
            let _ = write!(form, " ({} {})", base.name, self.value(&base.value));
        }
        for (member, value) in &class.members {
            self.add(format!("member {name}.{member}"), &self.value(value));
            // A new member may take the place of an inherited one; a new constructor always does.
            if !class.bases.is_empty() || matches!(member.as_str(), "__init__" | "__new__") {
                let _ = write!(form, " {member}");
            }
        }
        self.add(format!("class {name}"), &form);
    }

    fn class(&self, number: usize) -> &'f str {
        self.calls.classes.get(number).map_or("", |class| class.name.as_str())
    }

    fn import(&self, number: usize) -> String {
        let Some(import) = self.facts.imports.get(number) else { return String::new() };
        format!("import {:?}", (import.level, &import.module, &import.name, &import.renamed))
    }

    fn values(&self, values: &[Value]) -> String {
        values.iter().map(|value| self.value(value) + ",").collect()
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::Unclear => "?".to_owned(),
            Value::Name(name) => name.clone(),
            Value::Import(number) => self.import(*number),
            Value::Function(number) => {
                let function = self.calls.functions.get(*number);
                function.map_or_else(String::new, |function| format!("function {}", function.name))
            }
            Value::Class(number) => format!("class {}", self.class(*number)),
            Value::Attribute(owner, name) => format!("{}.{name}", self.value(owner)),
            Value::Made(callee) => format!("{}()", self.value(callee)),
            Value::SelfOf(class) => format!("self of {}", self.class(*class)),
            Value::ClassOf(class) => format!("class of {}", self.class(*class)),
            Value::SuperOf(class, in_instance) => format!("super of {} {in_instance}", self.class(*class)),
            Value::ObjectOf(class) => format!("object of {}", self.value(class)),
            Value::Held(value) => format!("held {}", self.value(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = "\
import os
from dataclasses import dataclass

from .other import helper

LIMIT = 1


def run(a, b=2):
    c = a + b
    return c


class Plain:
    kind = 1

    def show(self, a):
        return a


class Derived(Plain):
    size = 1


@dataclass
class Point:
    x: int
    y: int = 0
";

    fn loses(old: &str, new: &str) -> bool {
        let changed = MODULE.replace(old, new);
        assert_ne!(changed, MODULE, "{old}");
        may_offer_less(MODULE.as_bytes(), changed.as_bytes())
    }

    #[test]
    fn a_name_is_bound_at_the_top_level_or_not_at_all() {
        let bound = |name| binds(MODULE.as_bytes(), name);
        for name in ["os", "dataclass", "helper", "LIMIT", "run", "Plain"] {
            assert_eq!(bound(name), Some(true), "{name}");
        }
        // An argument, a variable of a function, a method, a part of a name, none.
        for name in ["a", "c", "show", "dataclasses", "hel", "none"] {
            assert_eq!(bound(name), Some(false), "{name}");
        }
        assert_eq!(binds(b"def run(:\n", "run"), None);
    }

    #[test]
    fn what_others_cannot_see_takes_nothing_away() {
        for (old, new) in [
            ("c = a + b\n    return c", "return b + a"),
            ("LIMIT = 1\n", "LIMIT = 2\n\n# A comment.\nMORE = 3\n"),
            ("def run(a, b=2):", "def run(a, b=3):  # another default"),
            ("\nclass Plain", "\ndef added(x):\n    return x\n\n\nclass Plain"),
            ("return a\n", "return a\n\n    def hide(self):\n        return 1\n"),
            ("import os\n", "import json\nimport os\n"),
            ("kind = 1", "\"\"\"What it is.\"\"\"\n\n    kind = 1"),
        ] {
            assert!(!loses(old, new), "{old} -> {new}");
        }
    }

    #[test]
    fn what_only_adds_is_told_without_a_parser() {
        for (added, only) in [
            ("MORE = 1\n", true),
            ("\n# More.\n@cached\ndef more(a):\n    LIMIT = a\n\n\nclass Much:\n    x = 1\n", true),
            ("LIMIT = 2\n", false),
            ("    z: int\n", false),
            ("def run(a):\n    return a\n", false),
            ("del run\n", false),
            ("MORE == 1\n", false),
            ("__all__ = []\n", false),
            ("from more import *\n", false),
        ] {
            let new = MODULE.to_owned() + added;
            assert_eq!(only_adds(MODULE.as_bytes(), new.as_bytes()), only, "{added}");
        }
        assert!(!only_adds(b"def a(b", b"def a(b, c): ...\n"));
    }

    #[test]
    fn what_others_may_rely_on_is_missed() {
        for (old, new) in [
            ("LIMIT", "LIMITS"),
            ("import os\n", ""),
            ("from .other import helper", "from .another import helper"),
            ("def run(a, b=2):", "def run(a, b):"),
            ("def run(a, b=2):\n    c = a + b\n    return c", "def run(a, b, d): return d"),
            ("def run(a, b=2):", "def run(a, b=2, *, c):  # one more"),
            ("def run", "@cached\ndef run"),
            ("return c\n", "return c\n\n\ndef run(a):\n    return a\n"),
            ("kind = 1\n", "kind = 1\n\n    def __init__(self, a):\n        self.a = a\n"),
            ("    def show", "    @staticmethod\n    def show"),
            ("class Derived(Plain):", "class Derived(Point):"),
            ("size = 1", "size = 1\n\n    def show(self, a, b):\n        return b"),
            ("x: int\n", "x: int\n    z: int\n"),
            ("y: int = 0", "y: int"),
            ("@dataclass\n", ""),
            ("LIMIT = 1", "LIMIT = ("),
        ] {
            assert!(loses(old, new), "{old} -> {new}");
        }
    }

    #[test]
    fn modules_that_a_file_makes_for_others_are_missed() {
        let compiles = "def build(ffi):\n    ffi.set_source(\"pkg._native\", \"\")\n";
        assert!(may_offer_less(compiles.as_bytes(), compiles.replace("_native", "_other").as_bytes()));
        let writes = "import sys\ndef fill(name):\n    sys._getframe(1).f_globals[name] = 1\n";
        assert!(may_offer_less(writes.as_bytes(), writes.replace("[name] = 1", "[name]").as_bytes()));
    }
}
