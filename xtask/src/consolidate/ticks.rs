//! Which items nobody should carry out unasked, whatever speaks for them.

use super::gather::Gathered;
use super::plan::{Action, Item};
use super::scope;
use crate::repo::RepoPath;

/// Takes the tick from an item where something speaks against it, and says what.
pub(super) fn hold_back(item: &mut Item, gathered: &Gathered) {
    let needed = if item.ticked { needed(item, gathered) } else { None };
    for objection in ignored(item, gathered).into_iter().chain(needed) {
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

fn need_of(path: &RepoPath, gathered: &Gathered) -> Option<String> {
    if scope::is_looked_for(path) {
        return Some(format!("people look for {path} at the root"));
    }
    let number = gathered.notes.iter().position(|note| note.path == *path)?;
    let (file, line) = gathered.inbound.needed_by.get(number)?.as_ref()?;
    Some(format!("{file} line {line} names {path}"))
}
