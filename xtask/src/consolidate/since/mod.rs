//! What changed in the picture since a commit: two results side by side.
//!
//! A note that moved counts as the same note, so that a move makes nothing new and nothing gone.

mod report;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use self::report::line;
pub(super) use self::report::section;
use super::facts::Fact;
use super::plan::{Action, Item};
use super::result::{Analysis, Overlap, Reference, ReferenceClass};
use crate::links::BrokenLink;
use crate::repo::{BlobId, RepoPath};

/// What changed in the picture.
#[derive(Clone, Debug, Serialize)]
pub struct Since {
    /// The commit that is compared with.
    pub commit: String,
    /// Its committer date, RFC 3339.
    pub date: String,
    /// What became of the notes.
    pub notes: NotesSince,
    /// Pairs that share passages.
    pub overlaps: NewAndGone<Overlap>,
    /// What notes state differently.
    pub facts: NewAndSettled<Fact>,
    /// Names that point to nothing; `None` where history was not read at both ends.
    pub references: Option<NewAndMended<Reference>>,
    /// Relative links that lead nowhere.
    pub broken_links: Option<NewAndMended<BrokenLink>>,
    /// Items of the plan that the commit's plan would not have held.
    pub proposed: Vec<ProposedItem>,
}

/// What became of the notes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NotesSince {
    /// Notes that were not there.
    pub added: Vec<RepoPath>,
    /// Notes that are gone.
    pub removed: Vec<RepoPath>,
    /// Notes that stand elsewhere, whether or not they were edited too.
    pub moved: Vec<MovedNote>,
    /// Notes whose content is another one, at the same place.
    pub changed: Vec<RepoPath>,
}

/// A note that stands elsewhere now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MovedNote {
    /// Where it stood.
    pub from: RepoPath,
    /// Where it stands.
    pub to: RepoPath,
}

/// What came and what went.
#[derive(Clone, Debug, Serialize)]
pub struct NewAndGone<T> {
    /// Not there at the commit.
    pub new: Vec<T>,
    /// There at the commit, and no longer; as it was then.
    pub gone: Vec<T>,
}

/// Contradictions that came, and that went.
#[derive(Clone, Debug, Serialize)]
pub struct NewAndSettled<T> {
    /// Not there at the commit.
    pub new: Vec<T>,
    /// There at the commit, and no longer; as it was then.
    pub settled: Vec<T>,
}

/// Faults that came, and that went.
#[derive(Clone, Debug, Serialize)]
pub struct NewAndMended<T> {
    /// Not there at the commit.
    pub new: Vec<T>,
    /// There at the commit in a note that still stands, and no longer; as it was then.
    pub mended: Vec<T>,
    /// How many went with their notes.
    pub left_with_notes: usize,
}

/// An item of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProposedItem {
    /// Its id.
    pub id: String,
    /// `merge`, `archive` or `duplicate`.
    pub action: Action,
    /// Its notes.
    pub sources: Vec<RepoPath>,
    /// The guide, the place in the archive, or the note that stays.
    pub target: RepoPath,
}

/// One side of the comparison.
pub(super) struct Side<'a> {
    pub(super) analysis: &'a Analysis,
    /// The content of each note.
    pub(super) blobs: &'a BTreeMap<RepoPath, BlobId>,
}

/// Compares a commit (`then`) with what is read now; `renames` tells where notes of then went, as history knows it.
pub(super) fn compare(
    (commit, date): (String, String),
    then: &Side<'_>,
    now: &Side<'_>,
    renames: &BTreeMap<RepoPath, RepoPath>,
) -> Since {
    let moves = moves(then.blobs, now.blobs, renames);
    let places = Places { moves: &moves, now: now.blobs };
    let (old, new) = (then.analysis, now.analysis);
    Since {
        commit,
        date,
        notes: notes(then.blobs, now.blobs, &moves),
        overlaps: overlaps(old, new, &places),
        facts: facts(&old.facts, &new.facts, &places),
        references: both(&dead(old), &dead(new))
            .map(|(old, new)| mended(old, new, &places, |one| (one.path.clone(), one.target.clone()))),
        broken_links: both(&old.broken_links, &new.broken_links)
            .map(|(old, new)| mended(old, new, &places, |one| (one.path.clone(), one.target.clone()))),
        proposed: proposed(&old.items, &new.items, &places),
    }
}

fn both<'a, T>(old: &'a Option<Vec<T>>, new: &'a Option<Vec<T>>) -> Option<(&'a [T], &'a [T])> {
    Some((old.as_ref()?, new.as_ref()?))
}

/// Where notes of then went: to the only new note of the same content, or where history saw them go.
fn moves(
    then: &BTreeMap<RepoPath, BlobId>,
    now: &BTreeMap<RepoPath, BlobId>,
    renames: &BTreeMap<RepoPath, RepoPath>,
) -> BTreeMap<RepoPath, RepoPath> {
    let mut new_places: BTreeMap<&BlobId, Vec<&RepoPath>> = BTreeMap::new();
    for (path, blob) in now.iter().filter(|(path, _)| !then.contains_key(*path)) {
        new_places.entry(blob).or_default().push(path);
    }
    let mut taken: BTreeSet<&RepoPath> = BTreeSet::new();
    let mut moves = BTreeMap::new();
    for (path, blob) in then.iter().filter(|(path, _)| !now.contains_key(*path)) {
        let is_new = |to: &&RepoPath| now.contains_key(*to) && !then.contains_key(*to);
        let same = || match new_places.get(blob).map(Vec::as_slice) {
            Some([only]) => Some(*only),
            _ => None,
        };
        let to = renames.get(path).filter(is_new).or_else(same);
        if let Some(to) = to.filter(|to| taken.insert(to)) {
            moves.insert(path.clone(), to.clone());
        }
    }
    moves
}

/// Where notes of then stand now.
struct Places<'a> {
    moves: &'a BTreeMap<RepoPath, RepoPath>,
    now: &'a BTreeMap<RepoPath, BlobId>,
}

impl Places<'_> {
    fn now<'p>(&'p self, then: &'p RepoPath) -> &'p RepoPath {
        self.moves.get(then).unwrap_or(then)
    }

    fn stands(&self, then: &RepoPath) -> bool {
        self.now.contains_key(self.now(then))
    }
}

fn notes(
    then: &BTreeMap<RepoPath, BlobId>,
    now: &BTreeMap<RepoPath, BlobId>,
    moves: &BTreeMap<RepoPath, RepoPath>,
) -> NotesSince {
    let targets: BTreeSet<&RepoPath> = moves.values().collect();
    let added = now.keys().filter(|path| !then.contains_key(*path) && !targets.contains(path));
    let removed = then.keys().filter(|path| !now.contains_key(*path) && !moves.contains_key(*path));
    let changed = now.iter().filter(|(path, blob)| then.get(*path).is_some_and(|old| old != *blob));
    NotesSince {
        added: added.cloned().collect(),
        removed: removed.cloned().collect(),
        moved: moves.iter().map(|(from, to)| MovedNote { from: from.clone(), to: to.clone() }).collect(),
        changed: changed.map(|(path, _)| path.clone()).collect(),
    }
}

fn overlaps(old: &Analysis, new: &Analysis, places: &Places<'_>) -> NewAndGone<Overlap> {
    let pair = |a: &RepoPath, b: &RepoPath| (a.min(b).clone(), a.max(b).clone());
    let then: BTreeSet<_> =
        old.overlaps.iter().map(|one| pair(places.now(&one.a), places.now(&one.b))).collect();
    let now: BTreeSet<_> = new.overlaps.iter().map(|one| pair(&one.a, &one.b)).collect();
    let is_gone = |one: &&Overlap| !now.contains(&pair(places.now(&one.a), places.now(&one.b)));
    NewAndGone {
        new: new.overlaps.iter().filter(|one| !then.contains(&pair(&one.a, &one.b))).cloned().collect(),
        gone: old.overlaps.iter().filter(is_gone).cloned().collect(),
    }
}

/// A contradiction is the same one while the same name is contested by two notes that contested it before.
fn facts(old: &[Fact], new: &[Fact], places: &Places<'_>) -> NewAndSettled<Fact> {
    let key = |fact: &Fact| fact.key.trim().to_lowercase();
    let then = |fact: &Fact| -> BTreeSet<RepoPath> {
        fact.values.iter().map(|value| places.now(&value.path).clone()).collect()
    };
    let now =
        |fact: &Fact| -> BTreeSet<RepoPath> { fact.values.iter().map(|value| value.path.clone()).collect() };
    let is_one = |old: &Fact, new: &Fact| {
        let (there, here) = (then(old), now(new));
        key(old) == key(new) && there.intersection(&here).count() >= 2.min(there.len()).min(here.len())
    };
    NewAndSettled {
        new: new.iter().filter(|new| !old.iter().any(|old| is_one(old, new))).cloned().collect(),
        settled: old.iter().filter(|old| !new.iter().any(|new| is_one(old, new))).cloned().collect(),
    }
}

fn dead(analysis: &Analysis) -> Option<Vec<Reference>> {
    let all = analysis.references.as_ref()?;
    Some(all.iter().filter(|one| one.class != ReferenceClass::Ignored).cloned().collect())
}

/// Compares faults by note and target; of several equal ones in a note those count that are more than before.
fn mended<T: Clone>(
    old: &[T],
    new: &[T],
    places: &Places<'_>,
    key: impl Fn(&T) -> (RepoPath, String),
) -> NewAndMended<T> {
    let then = |one: &T| {
        let (path, target) = key(one);
        (places.now(&path).clone(), target)
    };
    let gone: Vec<T> = beyond(old, then, &counts(new, &key));
    let (mended, left): (Vec<T>, Vec<T>) = gone.into_iter().partition(|one| places.stands(&key(one).0));
    NewAndMended { new: beyond(new, &key, &counts(old, then)), mended, left_with_notes: left.len() }
}

type Counts = BTreeMap<(RepoPath, String), usize>;

fn counts<T>(all: &[T], key: impl Fn(&T) -> (RepoPath, String)) -> Counts {
    let mut counts = Counts::new();
    for one in all {
        *counts.entry(key(one)).or_default() += 1;
    }
    counts
}

/// Those of a list that are not among the counted ones.
fn beyond<T: Clone>(all: &[T], key: impl Fn(&T) -> (RepoPath, String), counted: &Counts) -> Vec<T> {
    let mut left = counted.clone();
    let is_beyond = |one: &&T| match left.get_mut(&key(one)) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    all.iter().filter(is_beyond).cloned().collect()
}

fn proposed(old: &[Item], new: &[Item], places: &Places<'_>) -> Vec<ProposedItem> {
    let sources = |item: &Item, place: &dyn Fn(&RepoPath) -> RepoPath| -> (Action, BTreeSet<RepoPath>) {
        (item.action, item.sources.iter().map(|source| place(&source.path)).collect())
    };
    let known: BTreeSet<_> = old.iter().map(|item| sources(item, &|path| places.now(path).clone())).collect();
    let is_new = |item: &&Item| !item.done && !known.contains(&sources(item, &RepoPath::clone));
    let entry = |item: &Item| ProposedItem {
        id: item.id(),
        action: item.action,
        sources: item.sources.iter().map(|source| source.path.clone()).collect(),
        target: item.target.clone(),
    };
    new.iter().filter(is_new).map(entry).collect()
}
