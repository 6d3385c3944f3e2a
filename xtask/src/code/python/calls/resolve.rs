//! Follows names across modules to what they stand for; anything uncertain is [`Thing::Unknown`].

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::OnceLock;

use super::classes::Family;
use super::facts::{CallFacts, Class, Function, Kind, Value};
use super::memory::Memory;
use super::possible::HOLDERS;
use crate::code::python::imports::{
    Answer, FileId, Import, Index, Layout, Outcome, Place, Root, is_standard,
};
use crate::code::python::inventory::is_test_file;
use crate::repo::RepoPath;

/// Longer chains of names are circles.
const LONGEST: usize = 24;

/// A function or class: its file and its place in the file's facts.
pub(super) type Id = (FileId, usize);

/// What a value stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    Unknown,
    Module(Place),
    /// The function, and how many first arguments are given without being written.
    Function(Id, usize),
    Class(Id),
    /// An object of exactly this class.
    Instance(Id),
    /// An object of this class, or of one derived from it.
    Object(Id),
}

/// What all files share.
pub(super) struct Shared<'a> {
    pub(super) index: &'a Index<'a>,
    pub(super) layout: &'a Layout,
    /// Names that some file of the library sets as attributes of something that is not `self`.
    pub(super) patched: BTreeSet<&'a str>,
    /// The same of each `conftest.py`, by its folder: that reaches the tests below it.
    conftests: Vec<(Option<RepoPath>, &'a BTreeSet<String>)>,
    family: OnceLock<Family>,
}

impl<'a> Shared<'a> {
    pub(super) fn of(index: &'a Index<'a>, layout: &'a Layout) -> Self {
        let patches =
            index.files.iter().filter_map(|file| Some((&file.path, &file.facts.as_ref()?.calls.patched)));
        let library = patches.clone().filter(|(path, _)| !is_test_file(path) && !is_conftest(path));
        let patched = library.flat_map(|(_, patched)| patched.iter().map(String::as_str)).collect();
        let conftests = patches.filter(|(path, patched)| is_conftest(path) && !patched.is_empty());
        let conftests = conftests.map(|(path, patched)| (path.parent(), patched)).collect();
        Self { index, layout, patched, conftests, family: OnceLock::new() }
    }

    /// True when a file itself sets the name on something.
    pub(super) fn is_patched_by(&self, file: FileId, name: &str) -> bool {
        self.calls(file).is_some_and(|calls| calls.patched.contains(name))
    }

    /// True when what has this name may be something else for a file than its definition: the file itself, a file of the
    /// library or, for tests, a `conftest.py` above sets it.
    pub(super) fn is_patched(&self, file: FileId, name: &str) -> bool {
        let path = &self.index.files[file].path;
        let is_test = || is_test_file(path) || path.parts().any(|part| matches!(part, b"test" | b"tests"));
        self.patched.contains(name)
            || self.is_patched_by(file, name)
            || self.conftests.iter().any(|(folder, patched)| {
                patched.contains(name)
                    && is_test()
                    && folder.as_ref().is_none_or(|folder| path.is_within(folder))
            })
    }

    /// Which classes are derived from which; worked out when first asked for.
    pub(super) fn family(&self) -> &Family {
        self.family.get_or_init(|| Family::of(self))
    }

    pub(super) fn calls(&self, file: FileId) -> Option<&'a CallFacts> {
        let facts = self.index.files.get(file)?.facts.as_ref()?;
        Some(&facts.calls)
    }

    pub(super) fn class(&self, id: Id) -> Option<&'a Class> {
        self.calls(id.0)?.classes.get(id.1)
    }

    pub(super) fn function(&self, id: Id) -> Option<&'a Function> {
        self.calls(id.0)?.functions.get(id.1)
    }
}

/// Follows names, and remembers what it found.
pub(super) struct Resolver<'a, 'shared> {
    pub(super) shared: &'shared Shared<'a>,
    pub(super) memory: Memory,
    /// How many objects are being followed that others hold.
    pub(super) holders: Cell<usize>,
}

impl<'a, 'shared> Resolver<'a, 'shared> {
    pub(super) fn of(shared: &'shared Shared<'a>) -> Self {
        Self { shared, memory: Memory::default(), holders: Cell::default() }
    }

    /// One that follows no object that another holds: that asks which classes are derived from which, and this one
    /// is to find it out.
    pub(super) fn of_bases(shared: &'shared Shared<'a>) -> Self {
        Self { holders: Cell::new(HOLDERS), ..Self::of(shared) }
    }

    /// What a value of a file stands for.
    pub(super) fn thing(&self, file: FileId, value: &Value, depth: usize) -> Thing {
        if depth > LONGEST {
            self.memory.cut();
            return Thing::Unknown;
        }
        match value {
            Value::Name(name) => self.name(file, name, depth + 1),
            Value::Import(id) => self.import(file, *id, depth + 1),
            Value::Function(id) => Thing::Function((file, *id), 0),
            Value::Class(id) => Thing::Class((file, *id)),
            Value::Attribute(owner, name) => match self.thing(file, owner, depth + 1) {
                Thing::Module(place) => self.in_module(place, name, depth + 1),
                Thing::Class(class) => self.attribute(class, name, false),
                Thing::Instance(class) => self.attribute(class, name, true),
                Thing::Object(_) | Thing::Function(..) | Thing::Unknown => Thing::Unknown,
            },
            Value::Made(callee) => match self.thing(file, callee, depth + 1) {
                Thing::Class(class) if self.makes_its_own(class) => Thing::Instance(class),
                Thing::Function(id, bound) => self.result(file, (id, bound), callee, depth),
                _ => Thing::Unknown,
            },
            Value::ObjectOf(class) => self.object_of(self.thing(file, class, depth + 1)),
            Value::Held(value) => self.thing(file, value, depth + 1),
            // What these are depends on the class of the object: `targets` looks at each.
            Value::SelfOf(_) | Value::ClassOf(_) | Value::SuperOf(..) | Value::Unclear => Thing::Unknown,
        }
    }

    /// What a call of a function gives: the object whose method it is, or what its annotation says.
    fn result(&self, file: FileId, (id, bound): (Id, usize), callee: &Value, depth: usize) -> Thing {
        let Some(function) = self.shared.function(id) else { return Thing::Unknown };
        match callee {
            Value::Attribute(owner, _) if function.gives_back && bound == 1 => {
                let is_plain = self.is_plain(id.0, &function.decorators);
                if is_plain { self.thing(file, owner, depth + 1) } else { Thing::Unknown }
            }
            _ => self.thing(id.0, &function.returns, depth + 1),
        }
    }

    /// What a name of a module stands for.
    fn name(&self, file: FileId, name: &str, depth: usize) -> Thing {
        self.memory.name(file, name, || self.follow_name(file, name, depth))
    }

    fn follow_name(&self, file: FileId, name: &str, depth: usize) -> Thing {
        let Some(facts) = self.shared.index.facts(file) else { return Thing::Unknown };
        if facts.replaces_names || self.shared.index.is_patched(file, name) {
            return Thing::Unknown;
        }
        let Some(binding) = facts.calls.names.get(name) else { return self.by_star(file, name, depth) };
        let is_star = |import: &&Import| import.name.as_deref() == Some("*");
        if facts.imports.iter().filter(is_star).any(|star| star.line >= binding.line) {
            return Thing::Unknown;
        }
        self.thing(file, &binding.value, depth + 1)
    }

    fn by_star(&self, file: FileId, name: &str, depth: usize) -> Thing {
        let Some(facts) = self.shared.index.facts(file) else { return Thing::Unknown };
        let mut found = None;
        for (level, module) in &facts.stars {
            let Some(place) = self.place(file, *level, module) else { return Thing::Unknown };
            match self.shared.index.has_name(place, name) {
                Answer::No => {}
                Answer::Yes if !name.starts_with('_') => {
                    // One module may only pass on what the other defines.
                    let thing = self.in_module(place, name, depth + 1);
                    if *found.get_or_insert(thing) != thing {
                        return Thing::Unknown;
                    }
                }
                Answer::Yes | Answer::Unknown => return Thing::Unknown,
            }
        }
        found.unwrap_or(Thing::Unknown)
    }

    fn import(&self, file: FileId, id: usize, depth: usize) -> Thing {
        self.memory.import(file, id, || self.follow_import(file, id, depth))
    }

    fn follow_import(&self, file: FileId, id: usize, depth: usize) -> Thing {
        let Some(import) = self.shared.index.facts(file).and_then(|facts| facts.imports.get(id)) else {
            return Thing::Unknown;
        };
        let top = import.module.split('.').next().unwrap_or_default();
        let module = match (&import.name, &import.renamed) {
            (None, None) => top,
            _ => &import.module,
        };
        let Some(place) = self.place(file, import.level, module) else { return Thing::Unknown };
        match &import.name {
            Some(name) => self.in_module(place, name, depth + 1),
            None => Thing::Module(place),
        }
    }

    /// What an attribute of a module stands for.
    pub(super) fn in_module(&self, place: Place, name: &str, depth: usize) -> Thing {
        let (folder, file) = match place {
            Place::Module(file) => (None, Some(file)),
            Place::Package(folder, Some(file)) => (Some(folder), Some(file)),
            Place::Namespace(folder) => (Some(folder), None),
            Place::Package(_, None) | Place::Unknown => return Thing::Unknown,
        };
        let submodule = folder.and_then(|folder| match self.shared.index.resolve(folder, name) {
            Outcome::Found(place) => Some(place),
            _ => None,
        });
        let Some(file) = file else { return submodule.map_or(Thing::Unknown, Thing::Module) };
        let is_bound = self.shared.calls(file).is_some_and(|calls| calls.names.contains_key(name));
        match submodule {
            None => self.name(file, name, depth + 1),
            Some(Place::Unknown) => Thing::Unknown,
            Some(submodule) if is_bound && self.imports_its_own(file, place, name) => {
                Thing::Module(submodule)
            }
            // A name of the package and a module in it: which of them is seen depends on what was imported last.
            Some(_) if is_bound => Thing::Unknown,
            Some(submodule) => match self.shared.index.facts(file) {
                Some(facts) if facts.stars.is_empty() && !facts.replaces_names => Thing::Module(submodule),
                _ => Thing::Unknown,
            },
        }
    }

    /// `from . import name` in a package binds what would be bound by itself.
    fn imports_its_own(&self, file: FileId, package: Place, name: &str) -> bool {
        let Some(facts) = self.shared.index.facts(file) else { return false };
        let Some(Value::Import(id)) = facts.calls.names.get(name).map(|binding| &binding.value) else {
            return false;
        };
        facts.imports.get(*id).is_some_and(|import| {
            import.name.as_deref() == Some(name)
                && self.place(file, import.level, &import.module) == Some(package)
        })
    }

    /// The one place that `from LEVEL.MODULE` of a file leads to; `None` when there are several, or none here.
    fn place(&self, file: FileId, level: u32, module: &str) -> Option<Place> {
        let index = self.shared.index;
        if level > 0 {
            return match index.relative(file, level, module) {
                Outcome::Found(Place::Unknown) => None,
                Outcome::Found(place) => Some(place),
                _ => None,
            };
        }
        let top = module.split('.').next().unwrap_or_default();
        if is_standard(top) {
            return None;
        }
        let layout = self.shared.layout;
        let mut found = index.placed(module);
        if !found.iter().any(|outcome| matches!(outcome, Outcome::Found(_))) {
            for root in self.roots(file).iter().filter(|root| !root.only_as_script) {
                // A distribution that the repository asks for may be meant rather than a folder of its name.
                let is_declared_root = layout.roots.contains(&index.folders[root.folder].path);
                if is_declared_root || !layout.declared.contains(top) {
                    found.push(index.resolve(root.folder, module));
                }
            }
        }
        one_place(&found)
    }

    fn roots(&self, file: FileId) -> Rc<Vec<Root>> {
        self.memory.roots(file, || self.shared.index.roots(file))
    }

    /// A function as an attribute of a class or of an object: its first argument may be bound.
    pub(super) fn bind(&self, thing: Thing, in_instance: bool) -> Thing {
        let Thing::Function(id, _) = thing else { return thing };
        let Some(function) = self.shared.function(id) else { return Thing::Unknown };
        let bound = match function.kind {
            Kind::Static => 0,
            Kind::Class => 1,
            Kind::Plain => usize::from(in_instance),
        };
        Thing::Function(id, bound)
    }

    /// True when a decorator gives the class that it gets another constructor, or attributes with computed names.
    fn equips(&self, file: FileId, decorator: &Function) -> bool {
        let first = decorator.signature.parameters.first();
        first.is_some_and(|first| {
            let sets = |what: &&str| self.shared.is_patched_by(file, &format!("{}.{what}", first.name));
            ["__init__", "__new__", "*"].iter().any(sets)
        })
    }

    /// True when every decorator gives back what it gets.
    pub(super) fn is_plain(&self, file: FileId, decorators: &[Value]) -> bool {
        decorators.iter().all(|decorator| match self.thing(file, decorator, 0) {
            Thing::Function(id, 0) => {
                let function = self.shared.function(id);
                function.is_some_and(|function| {
                    function.gives_back && function.decorators.is_empty() && !self.equips(id.0, function)
                })
            }
            _ => false,
        })
    }
}

fn is_conftest(path: &RepoPath) -> bool {
    path.file_name() == b"conftest.py"
}

/// A package wins over a folder without `__init__.py`; several of a kind are no answer.
fn one_place(outcomes: &[Outcome]) -> Option<Place> {
    let mut places: Vec<Place> = Vec::new();
    for outcome in outcomes {
        match outcome {
            Outcome::Found(Place::Unknown) => return None,
            Outcome::Found(place) if !places.contains(place) => places.push(*place),
            _ => {}
        }
    }
    if places.len() > 1 {
        places.retain(|place| !matches!(place, Place::Namespace(_)));
    }
    match places[..] {
        [place] => Some(place),
        _ => None,
    }
}
