//! `object.method()` where neither the class of the object nor one that it is derived from has such a method.

use super::super::classes::Node;
use super::super::facts::{Call, Maker, Value};
use super::super::resolve::{Id, Resolver, Thing};
use super::{Candidate, Home};
use crate::code::python::imports::FileId;

pub(super) fn candidates(resolver: &Resolver<'_, '_>, file: FileId) -> Vec<Candidate> {
    let calls = resolver.shared.calls(file).into_iter().flat_map(|facts| &facts.calls);
    calls.filter_map(|call| candidate(resolver, file, call)).collect()
}

fn candidate(resolver: &Resolver<'_, '_>, file: FileId, call: &Call) -> Option<Candidate> {
    let Value::Attribute(owner, name) = &call.callee else { return None };
    if !call.needs_names || name.starts_with("__") || resolver.shared.is_patched(file, name) {
        return None;
    }
    let mut classes: Vec<Id> = Vec::new();
    for thing in resolver.possible(file, owner)? {
        let (Thing::Class(class) | Thing::Instance(class) | Thing::Object(class)) = thing else {
            return None;
        };
        if !lacks(resolver, class, name) {
            return None;
        }
        classes.push(class);
        if matches!(thing, Thing::Object(_)) {
            let family = resolver.shared.family().members(class, resolver.shared)?;
            if !family.iter().all(|class| lacks(resolver, *class, name)) {
                return None;
            }
        }
    }
    let first = resolver.shared.class(*classes.first()?)?;
    let written = format!("{}.{name}", first.name);
    let mut homes: Vec<Home> = Vec::new();
    for class in classes {
        for node in resolver.order(class, 0).iter() {
            let Node::Class(id) = node else { return None };
            let class = resolver.shared.class(*id)?;
            homes.push(Home { file: id.0, class: Some(class.name.clone()), line: class.line });
        }
    }
    Some(Candidate { file, line: call.line, written, homes, name: name.clone() })
}

/// True when the text of a class and of all that it is derived from says that no object has the name.
fn lacks(resolver: &Resolver<'_, '_>, class: Id, name: &str) -> bool {
    const OPEN: &[&str] = &["*", "__dict__", "__getattr__", "__getattribute__"];
    resolver.order(class, 0).iter().all(|node| {
        let Node::Class(id) = node else { return false };
        let Some(class) = resolver.shared.class(*id) else { return false };
        let is_set = |what: &str| resolver.shared.is_patched(id.0, &format!("{}.{what}", class.name));
        let is_handed =
            resolver.shared.calls(id.0).is_none_or(|calls| calls.handed.contains(class.name.as_str()));
        !class.is_opaque
            && !is_set("*")
            && !is_handed
            && resolver.is_plain(id.0, &class.decorators)
            && class.fields.as_ref().is_none_or(|fields| fields.maker != Maker::NamedTuple)
            && !class.members.contains_key(name)
            && !OPEN.iter().any(|open| class.members.contains_key(*open))
    })
}
