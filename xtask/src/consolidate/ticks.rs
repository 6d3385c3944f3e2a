//! Which items nobody should carry out unasked, whatever speaks for them.

use std::collections::{BTreeMap, BTreeSet};

use super::archive_place::Places;
use super::gather::Gathered;
use super::plan::{Action, Item};
use super::{Options, scope};
use crate::repo::RepoPath;

/// Takes the tick from an item where something speaks against it, and says what; what [`Ignored::say`] says later is
/// not said here.
pub(super) fn hold_back(item: &mut Item, gathered: &Gathered, ignored: &Ignored) {
    let unasked = if item.ticked { needed(item, gathered).or_else(|| of_two_kinds(item)) } else { None };
    if unasked.is_some() || ignored.objection(item).is_some() {
        item.ticked = false;
        item.proposed.ticked = false;
    }
    say(item, unasked);
}

fn say(item: &mut Item, objection: Option<String>) {
    if let Some(objection) = objection {
        item.why = super::plan_words::one_line(&format!("{}; {objection}", item.why));
    }
}

/// Places that items would fill and that git ignores: what goes there is in nobody's clone.
pub(super) struct Ignored {
    places: BTreeSet<RepoPath>,
    /// Where the note of a guide would go.
    originals: BTreeMap<RepoPath, RepoPath>,
}

impl Ignored {
    /// Asks git once, about the places that are proposed and those that somebody named before.
    pub(super) fn of(items: &[Item], gathered: &Gathered, options: &Options) -> Self {
        let originals = originals(items, gathered, options);
        let named = gathered.previous.iter().filter(|item| !gathered.done.contains(&item.id()));
        let filling = items.iter().chain(named).filter(|item| item.action != Action::Duplicate);
        let asked: BTreeSet<&RepoPath> = filling.map(|item| &item.target).chain(originals.values()).collect();
        let asked: Vec<RepoPath> = asked.into_iter().cloned().collect();
        Self { places: gathered.ignored(&asked), originals }
    }

    /// Says it of an item whose target is decided.
    pub(super) fn say(&self, item: &mut Item) {
        let objection = self.objection(item);
        say(item, objection);
    }

    fn objection(&self, item: &Item) -> Option<String> {
        if item.action != Action::Duplicate && self.places.contains(&item.target) {
            return Some(format!("git ignores {}: name another target", item.target));
        }
        let mut notes = item.sources.iter().filter(|_| item.action == Action::Merge);
        notes.find_map(|note| {
            let place = self.originals.get(&note.path).filter(|place| self.places.contains(*place))?;
            Some(format!("git ignores {place}, where {} would go", note.path))
        })
    }
}

/// Where the notes of guides are archived.
fn originals(items: &[Item], gathered: &Gathered, options: &Options) -> BTreeMap<RepoPath, RepoPath> {
    let ignored = gathered.ignored_folders.clone();
    let mut places = Places::new(options.config.archive_layout, &gathered.paths, ignored);
    let years: BTreeMap<&RepoPath, &str> = gathered
        .notes
        .iter()
        .filter_map(|note| Some((&note.path, note.changed.as_deref()?.get(..4)?)))
        .collect();
    let mut originals = BTreeMap::new();
    for item in items.iter().filter(|item| item.action != Action::Duplicate) {
        places.take(&item.target);
        if item.action == Action::Archive {
            originals.extend(item.sources.iter().map(|note| (note.path.clone(), item.target.clone())));
        }
    }
    for item in items.iter().filter(|item| item.action == Action::Merge) {
        let topic = String::from_utf8_lossy(item.target.stem()).into_owned();
        for note in item.sources.iter().map(|source| &source.path) {
            if !originals.contains_key(note) {
                let place = places.place(note, &topic, years.get(note).copied());
                originals.insert(note.clone(), place);
            }
        }
    }
    originals
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
