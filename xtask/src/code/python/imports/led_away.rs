//! Imports that led to a file and lead to none any more, by two states of a repository.

use std::collections::BTreeMap;

use super::index::{FileId, Index, Outcome, Place};
use super::verify::{top_of, unresolved};
use super::{Import, Project, Reason, Unresolved, is_standard};
use crate::repo::RepoPath;

/// Imports by name that lead to a file of the repository in one of the states `before`, and to none in `now`, in a file
/// that stands at one place in both; sorted. What the build files of `now` ask for may have the name by now.
///
/// An import of which nobody can tell whether it works says nothing by itself: a folder without `__init__.py` may have
/// other parts elsewhere. That the repository held what it asks for settles it.
pub fn led_away(now: &Project, before: &[&Project]) -> Vec<Unresolved> {
    let index = now.index();
    let before: Vec<(Index<'_>, BTreeMap<&RepoPath, FileId>)> = before
        .iter()
        .map(|project| {
            (project.index(), project.files.iter().enumerate().map(|(id, file)| (&file.path, id)).collect())
        })
        .collect();
    let mut found = Vec::new();
    for (file, read) in now.files.iter().enumerate() {
        let Some(facts) = index.facts(file) else { continue };
        let may_be_lost = |import: &&Import| {
            import.level == 0
                && !is_standard(top_of(&import.module))
                && !now.layout.declared.contains(top_of(&import.module))
                && !leads(&index, file, import, may_be_there)
        };
        let led = |import: &&Import| {
            before.iter().any(|(index, ids)| {
                ids.get(&read.path).is_some_and(|&id| {
                    let facts = index.facts(id);
                    let mut same = facts.iter().flat_map(|facts| &facts.imports);
                    same.any(|other| (&other.module, &other.name) == (&import.module, &import.name))
                        && leads(index, id, import, is_file)
                })
            })
        };
        let lost = facts.imports.iter().filter(may_be_lost).filter(led);
        found.extend(lost.map(|import| unresolved(&index, file, import, Reason::NoModule)));
    }
    found.sort();
    found
}

/// True where the module, or what is asked of it as a module, is such a place.
fn leads(index: &Index<'_>, file: FileId, import: &Import, is_such: fn(&Outcome) -> bool) -> bool {
    let below = import.name.as_ref().map(|name| format!("{}.{name}", import.module));
    let modules = [Some(import.module.as_str()), below.as_deref()];
    index
        .roots(file)
        .iter()
        .any(|root| modules.iter().flatten().any(|module| is_such(&index.resolve(root.folder, module))))
}

fn is_file(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Found(Place::Module(_) | Place::Package(..)))
}

/// What is compiled, built or not read may be anything.
fn may_be_there(outcome: &Outcome) -> bool {
    is_file(outcome) || matches!(outcome, Outcome::Found(Place::Unknown))
}
