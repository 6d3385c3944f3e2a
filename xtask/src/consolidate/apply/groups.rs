//! Which items belong into one commit.

use std::collections::{BTreeMap, BTreeSet};

use super::checks::Task;
use crate::consolidate::plan::Action;
use crate::repo::RepoPath;

/// Ids of items that are carried out together: those that touch the same notes, then all archived ones, and all removed
/// ones. Duplicates come first, since a note that they equal may be merged later.
pub(super) fn groups(tasks: &[Task]) -> Vec<Vec<String>> {
    let mut bound: Vec<usize> = (0..tasks.len()).collect();
    let mut holder: BTreeMap<&RepoPath, usize> = BTreeMap::new();
    for (number, task) in tasks.iter().enumerate() {
        for path in notes(task) {
            let other = *holder.entry(path).or_insert(number);
            join(&mut bound, other, number);
        }
    }
    for action in [Action::Archive, Action::Duplicate] {
        let alone: Vec<usize> = (0..tasks.len())
            .filter(|&number| tasks[number].item.action == action && !with_merge(tasks, &bound, number))
            .collect();
        alone.windows(2).for_each(|pair| join(&mut bound, pair[0], pair[1]));
    }
    let mut groups: BTreeMap<usize, Vec<&Task>> = BTreeMap::new();
    for (number, task) in tasks.iter().enumerate() {
        groups.entry(root(&bound, number)).or_default().push(task);
    }
    let mut groups: Vec<Vec<&Task>> = groups.into_values().collect();
    groups.sort_by_key(|group| rank(group));
    groups.into_iter().map(|group| group.into_iter().map(|task| task.item.id()).collect()).collect()
}

/// Sources, and the note that stays when they are removed.
fn notes(task: &Task) -> BTreeSet<&RepoPath> {
    let twin = (task.item.action == Action::Duplicate).then_some(&task.item.target);
    task.item.sources.iter().map(|source| &source.path).chain(twin).collect()
}

fn rank(group: &[&Task]) -> (usize, usize) {
    let has = |action: Action| group.iter().any(|task| task.item.action == action);
    let kind = match (has(Action::Merge), has(Action::Archive)) {
        (false, false) => 0,
        (true, _) => 1,
        (false, true) => 2,
    };
    (kind, group.iter().map(|task| task.line).min().unwrap_or_default())
}

fn with_merge(tasks: &[Task], bound: &[usize], number: usize) -> bool {
    let group = root(bound, number);
    (0..tasks.len()).any(|other| tasks[other].item.action == Action::Merge && root(bound, other) == group)
}

fn root(bound: &[usize], mut number: usize) -> usize {
    while bound[number] != number {
        number = bound[number];
    }
    number
}

fn join(bound: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root(bound, one), root(bound, other));
    bound[one.max(other)] = one.min(other);
}
