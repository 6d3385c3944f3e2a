//! Which items nobody should carry out unasked, whatever speaks for them.

use std::collections::BTreeSet;

use super::gather::Gathered;
use super::plan::{Action, Item};
use super::scope;
use crate::repo::RepoPath;

/// Takes the tick from an item where something speaks against it, and says what.
pub(super) fn hold_back(item: &mut Item, gathered: &Gathered) {
    let unasked = if item.ticked { needed(item, gathered).or_else(|| of_two_kinds(item)) } else { None };
    for objection in ignored(item, gathered).into_iter().chain(unasked) {
        item.why = super::plan_words::one_line(&format!("{}; {objection}", item.why));
        item.ticked = false;
        item.proposed.ticked = false;
    }
}

/// What goes where git ignores it is in nobody's clone, and no other place was found.
fn ignored(item: &Item, gathered: &Gathered) -> Option<String> {
    let folder = match item.action {
        Action::Merge => item.target.parent(),
        Action::Archive => scope::archive_folder_of(&item.target),
        Action::Duplicate => None,
    };
    let folder = folder.filter(|folder| gathered.ignored_folders.contains(folder))?;
    Some(format!("git ignores {folder}: name another place"))
}

/// A name that is looked for, or that something else must find, would be gone.
fn needed(item: &Item, gathered: &Gathered) -> Option<String> {
    let leaving = item.sources.iter().map(|source| &source.path).filter(|path| **path != item.target);
    leaving.into_iter().find_map(|path| need_of(path, gathered))
}

/// Folders for kinds of documents (<https://diataxis.fr>): who has two of them wrote the same subject for two purposes.
const KINDS: &[&str] = &[
    "how-to",
    "howto",
    "how-tos",
    "how-to-guides",
    "reference",
    "references",
    "tutorial",
    "tutorials",
    "explanation",
    "explanations",
    "concepts",
];

/// What is merged lies in folders for different kinds of documents.
fn of_two_kinds(item: &Item) -> Option<String> {
    let paths = item.sources.iter().map(|source| &source.path);
    if item.action == Action::Merge { two_kinds(paths) } else { None }
}

fn two_kinds<'p>(paths: impl Iterator<Item = &'p RepoPath>) -> Option<String> {
    let kind = |path: &RepoPath| {
        let folder = path.parent()?;
        let part = folder.parts().find(|part| KINDS.iter().any(|kind| kind.as_bytes() == *part))?;
        Some(String::from_utf8_lossy(part).into_owned())
    };
    let kinds: BTreeSet<String> = paths.filter_map(kind).collect();
    let mut kinds = kinds.into_iter();
    let (first, second) = (kinds.next()?, kinds.next()?);
    Some(format!("{first}/ and {second}/ are kept apart on purpose"))
}

fn need_of(path: &RepoPath, gathered: &Gathered) -> Option<String> {
    if scope::is_looked_for(path) {
        return Some(format!("people look for {path} at the root"));
    }
    let number = gathered.notes.iter().position(|note| note.path == *path)?;
    let (file, line) = gathered.inbound.needed_by.get(number)?.as_ref()?;
    Some(format!("{file} line {line} names {path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_documents_are_not_merged_unasked() {
        let are_two = |paths: [&str; 2]| {
            let paths = paths.map(RepoPath::from);
            two_kinds(paths.iter()).is_some()
        };
        assert!(are_two(["docs/how-to/pump.md", "docs/reference/pump.md"]));
        assert!(!are_two(["docs/how-to/pump.md", "docs/how-to/pump-2.md"]));
        assert!(!are_two(["docs/reference/pump.md", "docs/pump.md"]));
    }
}
