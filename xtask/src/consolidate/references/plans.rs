//! Notes that tell of what is to be built, by what they name.

use std::collections::{BTreeMap, BTreeSet};

use super::files::Places;
use super::index::Index;
use super::{Named, What, trees};
use crate::consolidate::note::Note;
use crate::consolidate::result::{Reference, ReferenceClass, ReferenceKind};
use crate::repo::RepoPath;

/// Takes back what a note claims never to have been, where that is most of what it names and draws: it tells of what is
/// to be built, or of another repository.
pub(super) fn without_plans(found: &mut Vec<Reference>, named: &[Named], notes: &[Note], all: &Places<'_>) {
    let is_never = |one: &Reference| one.class == ReferenceClass::NeverExisted && one.moved_to.is_none();
    let mut never: BTreeMap<RepoPath, BTreeSet<String>> = BTreeMap::new();
    let number: BTreeMap<&RepoPath, usize> =
        notes.iter().enumerate().map(|(number, note)| (&note.path, number)).collect();
    let named_as = |is_such: fn(&What) -> bool| -> BTreeSet<(usize, usize, &str)> {
        let such = named.iter().filter(|one| is_such(&one.what));
        such.map(|one| (one.note, one.line, one.target.as_str())).collect()
    };
    let links = named_as(|what| matches!(what, What::Link(_)));
    // Who is told to run a command now is told of what there is.
    let inputs = named_as(|what| matches!(what, What::Input | What::Entered));
    let is_among = |one: &Reference, such: &BTreeSet<(usize, usize, &str)>| {
        such.contains(&(number[&one.path], one.line, one.target.as_str()))
    };
    let is_link = |one: &Reference| is_among(one, &links);
    let is_path = |one: &Reference| {
        one.kind == ReferenceKind::File
            && !is_among(one, &inputs)
            && (one.target.contains('/') || !is_link(one))
    };
    for one in found.iter().filter(|one| is_never(one) && is_path(one)) {
        never.entry(one.path.clone()).or_default().insert(one.target.clone());
    }
    let mut known: BTreeMap<&RepoPath, BTreeSet<&str>> = BTreeMap::new();
    for one in named.iter().filter(|one| matches!(one.what, What::Path | What::Link(_))) {
        let note = &notes[one.note].path;
        let of_note = never.get(note);
        if of_note.is_some_and(|targets| !targets.contains(&one.target))
            && all.now.is_there(note, &one.target)
        {
            known.entry(note).or_default().insert(&one.target);
        }
    }
    for one in named.iter().filter(|one| matches!(one.what, What::Entry { .. })) {
        let note = &notes[one.note].path;
        let Some(of_note) = never.get_mut(note) else { continue };
        let places = trees::places(note, &one.target, &all.now);
        let stands_in = |index: &Index<'_>| {
            places.iter().any(|place| index.paths.contains(place) || index.has_folder(place))
        };
        if stands_in(&all.now) {
            known.entry(note).or_default().insert(&one.target);
        } else if !stands_in(&all.past) {
            of_note.insert(one.target.clone());
        }
    }
    found.retain(|one| {
        let count = never.get(&one.path).map_or(0, BTreeSet::len);
        let is_plan = count >= 3 && count > known.get(&one.path).map_or(0, BTreeSet::len);
        !(is_plan && is_never(one) && is_path(one) && !is_link(one))
    });
}
