//! `module.name` where the module has no such name.

use super::super::facts::{Use, Value};
use super::super::resolve::{Resolver, Thing};
use super::{Candidate, Home};
use crate::code::python::imports::{Answer, FileId, Place};

pub(super) fn candidates(resolver: &Resolver<'_, '_>, file: FileId) -> Vec<Candidate> {
    let uses = resolver.shared.calls(file).into_iter().flat_map(|facts| &facts.uses);
    let mut found: Vec<Candidate> =
        uses.filter_map(|(written, used)| candidate(resolver, file, written, used)).collect();
    // Two chains may begin with the same lost name.
    found.sort_by(|one, two| (&one.written, one.line).cmp(&(&two.written, two.line)));
    found.dedup_by(|two, one| two.written == one.written);
    found
}

/// The first name of a chain that its module does not have.
fn candidate(resolver: &Resolver<'_, '_>, file: FileId, written: &str, used: &Use) -> Option<Candidate> {
    let mut links = Vec::new();
    let mut at = &used.value;
    while let Value::Attribute(owner, name) = at {
        links.push((&**owner, name));
        at = owner;
    }
    for (behind, (owner, name)) in links.iter().enumerate().rev() {
        let Thing::Module(place) = resolver.thing(file, owner, 0) else { return None };
        if resolver.shared.index.has_name(place, name) != Answer::No {
            continue;
        }
        let (Place::Module(module) | Place::Package(_, Some(module))) = place else { return None };
        if resolver.shared.is_patched_by(file, name) {
            return None;
        }
        let parts: Vec<&str> = written.split('.').collect();
        // Where a name of the file leads through it, that is told at the line that makes the name.
        if behind + 1 >= parts.len() {
            return None;
        }
        let written = parts[..parts.len() - behind].join(".");
        let homes = vec![Home { file: module, class: None, line: 1 }];
        return Some(Candidate { file, line: used.line, written, homes, name: (*name).clone() });
    }
    None
}
