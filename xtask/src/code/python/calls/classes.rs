//! Classes: the order in which attributes are looked up, and what a construction takes.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::facts::{Fields, Maker, Value};
use super::resolve::{Id, Resolver, Shared, Thing};
use super::signature::{Given, Parameter, Signature};
use crate::code::python::imports::{FileId, is_standard};
use crate::parallel;

/// Deeper hierarchies are not followed.
const DEEPEST: usize = 32;

/// One class of a lookup order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Class(Id),
    /// A class that is not in the repository, or computed.
    Outside(String),
}

impl Node {
    /// True for what only says which methods others have: a call of it gives what it is called with.
    pub(super) fn is_shape(&self) -> bool {
        let Self::Outside(name) = self else { return false };
        name.ends_with("Protocol") || name.rsplit('.').next() == Some("Interface")
    }
}

/// Bases from outside that bring no constructor and no methods that anybody would call.
const BARE: &[&str] = &[
    "object",
    "abc.ABC",
    "typing.Generic",
    "typing.Protocol",
    "typing_extensions.Protocol",
    "typing_extensions.Generic",
];

/// Classes of the language itself that people derive from; they leave methods alone.
const BUILT_IN: &[&str] = &[
    "bytearray",
    "bytes",
    "complex",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "object",
    "property",
    "set",
    "str",
    "tuple",
    "type",
];

/// True for a base from outside that is known to leave the methods of what is derived from it as they were written.
///
/// Any other may put something else in their place, by a metaclass or by `__init_subclass__`: the event handlers of a
/// Reflex state take other arguments when they are named on the class.
fn leaves_methods(base: &str) -> bool {
    match base.split_once('.') {
        Some((top, _)) => is_standard(top) || BARE.contains(&base),
        None => {
            BUILT_IN.contains(&base)
                || ["Exception", "Error", "Warning"].iter().any(|ending| base.ends_with(ending))
        }
    }
}

/// Which classes are derived from which.
#[derive(Debug, Default)]
pub(super) struct Family {
    children: BTreeMap<Id, Vec<Id>>,
    /// Names of bases that lead to no class of the repository.
    loose: BTreeSet<String>,
}

impl Family {
    pub(super) fn of(shared: &Shared<'_>) -> Self {
        let files: Vec<FileId> = (0..shared.index.files.len()).collect();
        let bases = parallel::map_with(
            &files,
            || Resolver::of_bases(shared),
            |resolver, &file| bases(resolver, file),
        );
        let mut family = Self::default();
        for (child, base) in bases.into_iter().flatten() {
            match base {
                Ok(base) => family.children.entry(base).or_default().push(child),
                Err(name) => drop(family.loose.insert(name)),
            }
        }
        family
    }

    /// The class and all that are derived from it; `None` when others may be that cannot be told.
    pub(super) fn members(&self, class: Id, shared: &Shared<'_>) -> Option<BTreeSet<Id>> {
        let mut members = BTreeSet::new();
        let mut next = vec![class];
        while let Some(class) = next.pop() {
            if self.loose.contains(shared.class(class)?.name.as_str()) {
                return None;
            }
            if members.insert(class) {
                next.extend(self.children.get(&class).into_iter().flatten());
            }
        }
        Some(members)
    }
}

/// The bases of the classes of one file: a class of the repository, or else the last part of its name.
fn bases(resolver: &Resolver<'_, '_>, file: FileId) -> Vec<(Id, Result<Id, String>)> {
    let classes = resolver.shared.calls(file).map_or(&[][..], |calls| &calls.classes);
    let all =
        classes.iter().enumerate().flat_map(|(at, class)| class.bases.iter().map(move |base| (at, base)));
    let found = all.map(|(at, base)| match resolver.thing(file, &base.value, 0) {
        Thing::Class(base) => ((file, at), Ok(base)),
        _ => ((file, at), Err(base.name.rsplit('.').next().unwrap_or_default().to_owned())),
    });
    found.collect()
}

/// What a construction takes.
pub(super) enum Construction {
    /// The function that takes the arguments, with the first one bound.
    By(Id),
    /// Made from fields.
    Made(Signature),
    Nothing,
    Unknown,
}

impl Resolver<'_, '_> {
    /// The lookup order of a class, itself first (C3, <https://www.python.org/download/releases/2.3/mro/>).
    pub(super) fn order(&self, class: Id, depth: usize) -> Rc<Vec<Node>> {
        let order = self.memory.order(class, || self.linearize(class, depth));
        order.unwrap_or_else(|| Rc::new(unknown_order(class)))
    }

    fn linearize(&self, id: Id, depth: usize) -> Vec<Node> {
        let Some(class) = self.shared.class(id) else { return unknown_order(id) };
        if depth > DEEPEST {
            self.memory.cut();
            return unknown_order(id);
        }
        let mut bases = Vec::new();
        for base in &class.bases {
            match self.thing(id.0, &base.value, 0) {
                Thing::Class(base) => bases.push(Node::Class(base)),
                _ if BARE.contains(&base.name.as_str()) => {}
                _ if base.name.ends_with(".NamedTuple") && class.fields.is_some() => {}
                _ => bases.push(Node::Outside(base.name.clone())),
            }
        }
        let mut lists: Vec<Vec<Node>> = Vec::new();
        for base in &bases {
            lists.push(match base {
                Node::Class(base) => self.order(*base, depth + 1).to_vec(),
                outside => vec![outside.clone()],
            });
        }
        lists.push(bases);
        let mut order = vec![Node::Class(id)];
        match merge(lists) {
            Some(rest) => order.extend(rest),
            None => return unknown_order(id),
        }
        order
    }

    /// What an attribute stands for where it is named from outside the class: on the class, or on an object of exactly
    /// this class.
    pub(super) fn attribute(&self, class: Id, name: &str, in_instance: bool) -> Thing {
        let may_change = |node: &Node| matches!(node, Node::Outside(base) if !leaves_methods(base));
        if self.order(class, 0).iter().any(may_change) {
            return Thing::Unknown;
        }
        self.member(class, name, in_instance)
    }

    /// What an attribute of a class, or of an object of exactly this class, is as it was written.
    pub(super) fn member(&self, class: Id, name: &str, in_instance: bool) -> Thing {
        self.memory
            .member((class, in_instance), name, || self.member_in(&self.order(class, 0), name, in_instance))
    }

    /// What `super().name` stands for in a method of `class`, when the object is of the class `of`.
    pub(super) fn member_after(&self, class: Id, of: Id, name: &str, in_instance: bool) -> Thing {
        let order = self.order(of, 0);
        match order.iter().position(|node| *node == Node::Class(class)) {
            Some(place) => self.member_in(&order[place + 1..], name, in_instance),
            None => Thing::Unknown,
        }
    }

    fn member_in(&self, order: &[Node], name: &str, in_instance: bool) -> Thing {
        for node in order {
            let Node::Class(id) = node else { return Thing::Unknown };
            let Some(class) = self.shared.class(*id) else { return Thing::Unknown };
            let sets_any = in_instance && class.members.contains_key("*");
            if class.is_opaque || sets_any || !self.is_plain(id.0, &class.decorators) {
                return Thing::Unknown;
            }
            if let Some(value) = class.members.get(name) {
                let found = match value {
                    Value::Held(held) => self.held(id.0, held),
                    other => self.thing(id.0, other, 0),
                };
                return match (found, value) {
                    (Thing::Function(..), _) => self.bind(found, in_instance),
                    (Thing::Class(_), _) if !in_instance => found,
                    (Thing::Instance(_) | Thing::Object(_), Value::Held(_)) if in_instance => {
                        if self.is_held_once(order, name) { found } else { Thing::Unknown }
                    }
                    _ => Thing::Unknown,
                };
            }
        }
        Thing::Unknown
    }

    /// One class of the order alone says what its objects hold under a name.
    fn is_held_once(&self, order: &[Node], name: &str) -> bool {
        let holds = |node: &&Node| match node {
            Node::Class(id) => {
                self.shared.class(*id).is_none_or(|class| class.is_opaque || class.members.contains_key(name))
            }
            Node::Outside(_) => false,
        };
        order.iter().filter(holds).count() == 1
    }

    /// Leaves out abstract methods: no object has one. `None` where nothing else is left: a class that is made while
    /// the program runs has it then.
    pub(super) fn carried_out(&self, mut found: Vec<Thing>) -> Option<Vec<Thing>> {
        found.retain(|thing| match thing {
            Thing::Function(id, _) => self.shared.function(*id).is_none_or(|function| !function.is_abstract),
            _ => true,
        });
        (!found.is_empty()).then_some(found)
    }

    /// True when a call of the class gives an object of exactly this class.
    pub(super) fn makes_its_own(&self, class: Id) -> bool {
        self.order(class, 0).iter().all(|node| match node {
            Node::Outside(_) => !node.is_shape(),
            Node::Class(id) => {
                let class = self.shared.class(*id);
                class.is_some_and(|class| {
                    !class.is_opaque
                        && !class.members.contains_key("__new__")
                        && self.is_plain(id.0, &class.decorators)
                })
            }
        })
    }

    /// What `Class(…)` takes.
    pub(super) fn construction(&self, class: Id) -> Construction {
        let order = self.order(class, 0);
        if order.iter().any(is_enumeration) {
            return Construction::Unknown;
        }
        let is_open = order.iter().any(|node| matches!(node, Node::Outside(_)));
        let mut maker: Option<(Id, Construction)> = None;
        for node in order.iter() {
            let Node::Class(id) = node else {
                // A base from outside may equip what is derived from it. What the constructor's own class is
                // derived from had its turn before.
                let settled = maker.filter(|(by, _)| *by == class || self.order(*by, 0).contains(node));
                return settled.map_or(Construction::Unknown, |(_, construction)| construction);
            };
            let Some(read) = self.shared.class(*id) else { return Construction::Unknown };
            if read.is_opaque || !self.is_plain(id.0, &read.decorators) {
                return Construction::Unknown;
            }
            // `__new__` gets the arguments first, wherever it stands in the order.
            if let Some(new) = read.members.get("__new__") {
                // A metaclass that is not seen may stand before it.
                return match self.thing(id.0, new, 0) {
                    Thing::Function(function, _) if !is_open => Construction::By(function),
                    _ => Construction::Unknown,
                };
            }
            if let Some(fields) = read.fields.as_ref().filter(|fields| fields.maker == Maker::NamedTuple) {
                return self.made(*id, fields);
            }
            if maker.is_some() {
                continue;
            }
            if let Some(init) = read.members.get("__init__") {
                let by = match self.thing(id.0, init, 0) {
                    Thing::Function(function, _) => Construction::By(function),
                    _ => Construction::Unknown,
                };
                maker = Some((*id, by));
            } else if let Some(fields) = read.fields.as_ref().filter(|fields| fields.makes_init) {
                maker = Some((*id, self.made(*id, fields)));
            }
        }
        maker.map_or(Construction::Nothing, |(_, construction)| construction)
    }

    /// The constructor that is made from the fields of a class and of the classes that it is derived from.
    fn made(&self, class: Id, own: &Fields) -> Construction {
        let order = self.order(class, 0);
        let mut fields: Vec<&super::facts::Field> = Vec::new();
        for node in order.iter().rev() {
            let Node::Class(id) = node else { return Construction::Unknown };
            let Some(class) = self.shared.class(*id) else { return Construction::Unknown };
            let inherited = class.fields.as_ref().filter(|fields| fields.maker == own.maker);
            for field in inherited.into_iter().flat_map(|fields| &fields.fields) {
                match fields.iter_mut().find(|known| known.name == field.name) {
                    // attrs puts a field that is said again behind the others.
                    Some(_) if own.maker == Maker::Attrs => {
                        fields.retain(|known| known.name != field.name);
                        fields.push(field);
                    }
                    Some(known) => *known = field,
                    None => fields.push(field),
                }
            }
        }
        let mut parameters = Vec::new();
        for by_keyword in [false, true] {
            for field in fields.iter().filter(|field| field.by_keyword == by_keyword) {
                let Some(name) = &field.parameter else { continue };
                let given = if by_keyword { Given::ByKeyword } else { Given::Either };
                parameters.push(Parameter { name: name.clone(), given, required: field.required });
            }
        }
        Construction::Made(Signature { parameters, rest: false, keywords: false })
    }

    /// Every function that `self.name` or `super().name` of a class may stand for, once for each kind of object.
    pub(super) fn open_members(&self, file: usize, owner: &Value, name: &str) -> Option<Vec<Thing>> {
        let (class, in_instance) = match owner {
            Value::SelfOf(class) | Value::SuperOf(class, true) => ((file, *class), true),
            Value::ClassOf(class) | Value::SuperOf(class, false) => ((file, *class), false),
            _ => return None,
        };
        let is_super = matches!(owner, Value::SuperOf(..));
        let found = |of: Id| {
            if is_super {
                self.member_after(class, of, name, in_instance)
            } else {
                self.member(of, name, in_instance)
            }
        };
        // Most calls fit or lead nowhere: the family is asked for only where the class itself gives an answer.
        if found(class) == Thing::Unknown {
            return None;
        }
        let members = self.shared.family().members(class, self.shared)?;
        self.carried_out(members.into_iter().map(found).collect())
    }
}

/// `Color(1)` looks a member up: it makes nothing.
fn is_enumeration(node: &Node) -> bool {
    let Node::Outside(name) = node else { return false };
    let last = name.rsplit('.').next().unwrap_or_default();
    ["Enum", "Flag", "Choices", "EnumMeta", "EnumType"].iter().any(|word| last.ends_with(word))
}

fn unknown_order(class: Id) -> Vec<Node> {
    vec![Node::Class(class), Node::Outside(String::new())]
}

/// The merge of C3; `None` when the orders contradict one another.
fn merge(mut lists: Vec<Vec<Node>>) -> Option<Vec<Node>> {
    let mut merged = Vec::new();
    loop {
        lists.retain(|list| !list.is_empty());
        if lists.is_empty() {
            return Some(merged);
        }
        let is_later = |node: &Node| lists.iter().any(|list| list[1..].contains(node));
        let next = lists.iter().map(|list| &list[0]).find(|node| !is_later(node))?.clone();
        for list in &mut lists {
            if list[0] == next {
                list.remove(0);
            }
        }
        merged.push(next);
    }
}
