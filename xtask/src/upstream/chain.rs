//! When a path begins to conflict as the fork follows upstream's first parents. Base and fork are fixed, so a
//! path's outcome depends on upstream's blob alone: each three-way merge of contents is asked for once.
//!
//! Where a path stands on all three sides, git merges these contents and nothing else, so that the outcome is known; so
//! it is where the fork took away what upstream keeps in place, since what the fork moved is in its diff. Where the
//! fork moved it, or upstream took it away, git looks for where it went, and the outcome has to be proven.

use std::collections::{BTreeMap, BTreeSet};

use super::parse::{Diff, RawEntry};
use crate::repo::RepoPath;

/// A file's mode and id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Content {
    pub(super) mode: String,
    pub(super) id: String,
}

/// A file that the fork changed, watched along upstream's commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Watched {
    /// The content at the merge base.
    pub(super) base: Option<Content>,
    /// The content in the fork.
    pub(super) fork: Option<Content>,
    /// Every path under which a conflict of this file may be told: old, fork's and upstream's name.
    pub(super) names: BTreeSet<RepoPath>,
    /// Whether the fork left it at its path.
    in_place: bool,
    /// Whether the fork took it away or to another place than upstream did, which conflicts whatever it holds.
    moved_apart: bool,
    /// Whether upstream's last commit has it under another name.
    renamed: bool,
    /// Upstream's contents in order.
    pub(super) versions: Vec<Version>,
}

/// One of upstream's contents of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// The place in the chain from which it holds.
    pub(super) place: usize,
    pub(super) content: Option<Content>,
    /// Whether it stands under the new name.
    moved: bool,
}

/// A three-way merge of contents that differ from one another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileMerge {
    pub(super) base: Content,
    pub(super) fork: Content,
    pub(super) upstream: Content,
}

/// How a path fares along the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fate {
    /// Names under which git may tell it.
    pub(super) names: BTreeSet<RepoPath>,
    /// From which place in the chain it conflicts or not; starts without a conflict.
    pub(super) turns: Vec<(usize, bool)>,
    /// The first place at which upstream does not keep it in place, or 0; before it, git cannot say otherwise.
    sure_before: usize,
    /// Places from which upstream has it under neither of the names that are known.
    lost: Vec<usize>,
}

impl Fate {
    /// The first place that conflicts.
    pub(super) fn first(&self) -> Option<usize> {
        self.turns.iter().find(|(_, conflicts)| *conflicts).map(|(place, _)| *place)
    }

    /// Whether its first conflict needs no proof.
    pub(super) fn is_sure(&self) -> bool {
        self.first().is_some_and(|first| first < self.sure_before)
    }

    /// True when it never turns clean again; `None` where upstream had it under another name for a while.
    pub(super) fn is_monotone(&self) -> Option<bool> {
        let first = self.first()?;
        if self.lost.iter().any(|&place| place > first) {
            return None;
        }
        Some(self.turns.windows(2).all(|pair| !pair[0].1 || pair[1].1))
    }
}

/// Lays the fork's changed files beside what upstream's commits did to them.
///
/// `chain` holds what each of upstream's first parents changed, oldest first, against the one before.
pub(super) fn watch(fork: &Diff, upstream: &Diff, chain: &[Vec<RawEntry>]) -> Vec<Watched> {
    let renamed: BTreeMap<&RepoPath, &RepoPath> = upstream
        .entries
        .iter()
        .filter(|entry| entry.status == 'R')
        .map(|entry| (&entry.from, &entry.to))
        .collect();
    let mut touched: BTreeMap<&RepoPath, Vec<(usize, Option<Content>)>> = BTreeMap::new();
    for (place, entries) in chain.iter().enumerate() {
        for entry in entries {
            touched.entry(&entry.to).or_default().push((place, content(entry, 1)));
        }
    }
    let mut all = Vec::new();
    for entry in &fork.entries {
        let base = content(entry, 0);
        let new_name = renamed.get(&entry.from).copied().filter(|_| base.is_some());
        let versions = versions(&base, touched.get(&entry.from), new_name.and_then(|name| touched.get(name)));
        if versions.is_empty() {
            continue;
        }
        let fork = content(entry, 1);
        let in_place = entry.from == entry.to;
        all.push(Watched {
            moved_apart: fork.is_none() || (!in_place && Some(&entry.to) != new_name),
            renamed: new_name.is_some(),
            names: [&entry.from, &entry.to].into_iter().chain(new_name).cloned().collect(),
            base,
            fork,
            in_place,
            versions,
        });
    }
    all
}

fn content(entry: &RawEntry, side: usize) -> Option<Content> {
    let mode = &entry.modes[side];
    (mode != "000000").then(|| Content { mode: mode.clone(), id: entry.ids[side].clone() })
}

/// Upstream's contents in order; while the old name is gone, the new one counts.
fn versions(
    base: &Option<Content>,
    old: Option<&Vec<(usize, Option<Content>)>>,
    new: Option<&Vec<(usize, Option<Content>)>>,
) -> Vec<Version> {
    let places: BTreeSet<usize> = old.into_iter().chain(new).flatten().map(|(place, _)| *place).collect();
    let at = |list: Option<&Vec<(usize, Option<Content>)>>, place: usize, before: Option<Content>| {
        let found = list.and_then(|list| list.iter().rev().find(|(start, _)| *start <= place));
        found.map_or(before, |(_, content)| content.clone())
    };
    let version = |place: usize| match at(old, place, base.clone()) {
        Some(content) => Version { place, content: Some(content), moved: false },
        None => {
            let content = at(new, place, None);
            Version { place, moved: content.is_some(), content }
        }
    };
    places.into_iter().map(version).collect()
}

fn is_file(content: &Content) -> bool {
    content.mode.starts_with("100")
}

/// The merges of contents that decide a file's fate, each once, a file's in upstream's order.
pub(super) fn needed(watched: &[Watched]) -> Vec<FileMerge> {
    let all = watched
        .iter()
        .flat_map(|file| file.versions.iter().filter_map(move |version| file_merge(file, version)));
    let mut seen = BTreeSet::new();
    all.filter(|merge| seen.insert(merge.clone())).collect()
}

/// The merge of contents behind one version; `None` where the outcome is plain.
fn file_merge(file: &Watched, version: &Version) -> Option<FileMerge> {
    if version.moved && file.moved_apart {
        return None;
    }
    let (base, fork, upstream) = (file.base.as_ref()?, file.fork.as_ref()?, version.content.as_ref()?);
    let all_files = [base, fork, upstream].into_iter().all(is_file);
    let same = fork.id == upstream.id || base.id == fork.id || base.id == upstream.id;
    (all_files && !same).then(|| FileMerge {
        base: base.clone(),
        fork: fork.clone(),
        upstream: upstream.clone(),
    })
}

/// Each file's fate, from the merges of contents that conflict.
pub(super) fn fates(watched: &[Watched], conflicting: &BTreeSet<FileMerge>) -> Vec<Fate> {
    let fate = |file: &Watched| {
        let turn = |version: &Version| {
            let conflicts = match file_merge(file, version) {
                Some(merge) => conflicting.contains(&merge),
                None => is_plain_conflict(file, version),
            };
            (version.place, conflicts)
        };
        let here = |content: &Option<Content>| content.as_ref().is_some_and(is_file);
        let is_sure = |version: &Version| !version.moved && here(&version.content);
        let is_known = file.in_place && here(&file.base) && file.fork.as_ref().is_none_or(is_file);
        let sure_before = if is_known {
            let first = file.versions.iter().find(|version| !is_sure(version));
            first.map_or(usize::MAX, |version| version.place)
        } else {
            0
        };
        let lost = file.versions.iter().filter(|version| file.renamed && version.content.is_none());
        Fate {
            names: file.names.clone(),
            turns: file.versions.iter().map(turn).collect(),
            sure_before,
            lost: lost.map(|version| version.place).collect(),
        }
    };
    watched.iter().map(fate).collect()
}

/// Changed on one side and gone on the other, moved apart, added on both, or of different kinds.
fn is_plain_conflict(file: &Watched, version: &Version) -> bool {
    let upstream = &version.content;
    if version.moved && file.moved_apart {
        return true;
    }
    if upstream == &file.base || upstream == &file.fork || file.base == file.fork {
        return false;
    }
    match (&file.fork, upstream) {
        (None, Some(_)) | (Some(_), None) => file.base.is_some(),
        (Some(fork), Some(upstream)) => match &file.base {
            None => true,
            Some(base) => {
                let kind = |content: &Content| content.mode[..3].to_owned();
                let differ = fork.id != upstream.id && base.id != fork.id && base.id != upstream.id;
                differ && (kind(fork) != kind(upstream) || kind(fork) != "100")
            }
        },
        (None, None) => false,
    }
}

/// For each place in the chain, whether a watched file conflicts there.
pub(super) fn conflicting_places<'a>(fates: impl Iterator<Item = &'a Fate>, length: usize) -> Vec<bool> {
    let mut places = vec![false; length];
    for fate in fates {
        let ends = fate.turns.iter().skip(1).map(|(place, _)| *place).chain([length]);
        for ((start, _), end) in fate.turns.iter().zip(ends).filter(|((_, conflicts), _)| *conflicts) {
            places[*start..end].fill(true);
        }
    }
    places
}

/// The largest number of upstream's commits after which nothing conflicts, and the first place where something does.
pub(super) fn clean_prefix(conflicting: &[bool]) -> (usize, Option<usize>) {
    let commits = conflicting.iter().rposition(|conflicts| !conflicts).map_or(0, |place| place + 1);
    (commits, conflicting.iter().position(|conflicts| *conflicts))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZERO: &str = "0000000000000000000000000000000000000000";

    fn entry(status: char, from: &str, to: &str, old: &str, new: &str) -> RawEntry {
        let mode = |id: &str| if id.is_empty() { "000000".to_owned() } else { "100644".to_owned() };
        let id = |id: &str| if id.is_empty() { ZERO.to_owned() } else { id.to_owned() };
        RawEntry {
            modes: [mode(old), mode(new)],
            ids: [id(old), id(new)],
            status,
            from: from.into(),
            to: to.into(),
        }
    }

    fn diff(entries: Vec<RawEntry>) -> Diff {
        Diff { entries, ..Diff::default() }
    }

    #[test]
    fn each_version_is_merged_once_and_plain_cases_not_at_all() {
        let fork = diff(vec![entry('M', "a", "a", "base", "fork")]);
        let chain = vec![
            vec![entry('M', "a", "a", "base", "one")],
            vec![entry('M', "a", "a", "one", "base")],
            vec![entry('M', "a", "a", "base", "one")],
            vec![entry('M', "a", "a", "one", "fork")],
            vec![entry('D', "a", "a", "fork", "")],
        ];
        let watched = watch(&fork, &diff(Vec::new()), &chain);
        let needed = needed(&watched);
        assert_eq!(needed.len(), 1);
        let fate = &fates(&watched, &needed.into_iter().collect())[0];
        assert_eq!(fate.turns, [(0, true), (1, false), (2, true), (3, false), (4, true)]);
        assert_eq!(fate.first(), Some(0));
        assert_eq!(fate.is_monotone(), Some(false));
        assert!(fate.is_sure());
    }

    #[test]
    fn fork_rename_is_followed_to_upstreams_old_path() {
        let fork = diff(vec![entry('R', "a/x", "b/x", "base", "fork")]);
        let chain =
            vec![vec![entry('M', "other", "other", "o", "p")], vec![entry('M', "a/x", "a/x", "base", "up")]];
        let watched = watch(&fork, &diff(Vec::new()), &chain);
        let fate = &fates(&watched, &needed(&watched).into_iter().collect())[0];
        assert_eq!(fate.first(), Some(1));
        assert!(fate.names.contains(&"b/x".into()));
    }

    #[test]
    fn upstream_rename_is_no_deletion() {
        let fork = diff(vec![entry('M', "a", "a", "base", "fork")]);
        let upstream = diff(vec![entry('R', "a", "z", "base", "base")]);
        let chain = vec![vec![entry('D', "a", "a", "base", ""), entry('A', "z", "z", "", "base")]];
        let fate = &fates(&watch(&fork, &upstream, &chain), &BTreeSet::new())[0];
        assert_eq!(fate.first(), None);
        let fate = &fates(&watch(&fork, &diff(Vec::new()), &chain), &BTreeSet::new())[0];
        assert_eq!(fate.first(), Some(0), "without the rename it is modified here and gone there");
        assert!(!fate.is_sure(), "git may find where it went");
    }

    #[test]
    fn file_that_each_side_moved_elsewhere_conflicts_whatever_it_holds() {
        let upstream = diff(vec![entry('R', "a", "z", "base", "base")]);
        let moved = vec![entry('D', "a", "a", "base", ""), entry('A', "z", "z", "", "base")];
        let first = |fork: RawEntry| {
            let chain = [moved.clone()];
            fates(&watch(&diff(vec![fork]), &upstream, &chain), &BTreeSet::new())[0].first()
        };
        assert_eq!(first(entry('D', "a", "a", "base", "")), Some(0));
        assert_eq!(first(entry('R', "a", "b", "base", "base")), Some(0));
        assert_eq!(first(entry('R', "a", "z", "base", "base")), None);
    }

    #[test]
    fn what_upstream_had_elsewhere_for_a_while_is_not_known_to_stay() {
        let fork = diff(vec![entry('D', "a", "a", "base", "")]);
        let upstream = diff(vec![entry('R', "a", "z", "base", "up")]);
        let chain = vec![
            vec![entry('M', "a", "a", "base", "up")],
            vec![entry('D', "a", "a", "up", ""), entry('A', "m", "m", "", "up")],
            vec![entry('D', "m", "m", "up", ""), entry('A', "z", "z", "", "up")],
        ];
        let fate = &fates(&watch(&fork, &upstream, &chain), &BTreeSet::new())[0];
        assert_eq!((fate.first(), fate.is_monotone(), fate.is_sure()), (Some(0), None, true));
    }

    #[test]
    fn clean_prefix_is_the_farthest_clean_place_and_tells_an_earlier_conflict() {
        let fate = |turns: &[(usize, bool)]| Fate {
            names: BTreeSet::new(),
            turns: turns.to_vec(),
            sure_before: 0,
            lost: Vec::new(),
        };
        let prefix = |fates: &[Fate]| clean_prefix(&conflicting_places(fates.iter(), 5));
        assert_eq!(prefix(&[fate(&[(2, true)])]), (2, Some(2)));
        assert_eq!(prefix(&[fate(&[(1, true), (2, false), (4, true)])]), (4, Some(1)));
        assert_eq!(prefix(&[fate(&[(1, true), (2, false)]), fate(&[(3, true)])]), (3, Some(1)));
        assert_eq!(prefix(&[fate(&[(0, true)])]), (0, Some(0)));
        assert_eq!(prefix(&[]), (5, None));
    }
}
