//! Where every note of the plan stands afterwards: its bytes, and what its readers are led to.

use std::collections::BTreeMap;

use super::checks::{Chosen, Task};
use super::gather::{Facts, all_paths};
use super::{ApplyOptions, FileFates, Paths};
use crate::consolidate::archive_place::Places;
use crate::consolidate::plan::Action;
use crate::links::{Moves, NewPlace};
use crate::repo::{Change, RepoPath};

/// What becomes of the notes.
pub(super) struct Fates {
    /// Where each note's bytes go; `None`: they are removed.
    pub(super) files: FileFates,
    /// Where each note's readers find it.
    pub(super) moves: Moves,
    /// Files that are new.
    pub(super) arriving: Paths,
    /// The merges, in the plan's order.
    pub(super) merges: Vec<Task>,
}

impl Fates {
    pub(super) fn of(
        facts: &Facts,
        chosen: &Chosen,
        dates: &BTreeMap<RepoPath, Change>,
        options: &ApplyOptions,
    ) -> Self {
        let mut fates =
            Self { files: FileFates::new(), moves: Moves::new(), arriving: Paths::new(), merges: Vec::new() };
        let (layout, ignored) = (options.config.archive_layout, facts.ignored_folders.clone());
        let mut places = Places::new(layout, &all_paths(&facts.tree), ignored);
        let of = |action: Action| chosen.tasks.iter().filter(move |task| task.item.action == action);
        for task in chosen.tasks.iter().filter(|task| task.item.action != Action::Duplicate) {
            places.take(&task.item.target);
        }
        for task in of(Action::Archive) {
            for source in &task.item.sources {
                fates.archive(&source.path, &task.item.target);
            }
        }
        for task in of(Action::Duplicate) {
            for source in &task.item.sources {
                fates.files.insert(source.path.clone(), None);
                let place = NewPlace {
                    original: Some(task.item.target.clone()),
                    ..NewPlace::moved(task.item.target.clone())
                };
                fates.moves.insert(source.path.clone(), place);
            }
        }
        for task in of(Action::Merge) {
            let guide = &task.item.target;
            let topic = String::from_utf8_lossy(guide.stem()).into_owned();
            for source in &task.item.sources {
                let path = &source.path;
                if !fates.files.contains_key(path) && options.delete_merged {
                    fates.files.insert(path.clone(), None);
                } else if !fates.files.contains_key(path) {
                    let year = dates.get(path).and_then(|change| change.date.get(..4));
                    fates.archive(path, &places.place(path, &topic, year));
                }
                let original = fates.moves.get(path).and_then(|place| place.original.clone());
                let place =
                    NewPlace { path: guide.clone(), original, anchors: Some(BTreeMap::new()), top: None };
                fates.moves.insert(path.clone(), place);
            }
            fates.arriving.insert(guide.clone());
            fates.merges.push(task.clone());
        }
        fates.follow_twins(chosen);
        fates
    }

    fn archive(&mut self, path: &RepoPath, to: &RepoPath) {
        self.files.insert(path.clone(), Some(to.clone()));
        self.moves.insert(path.clone(), NewPlace::moved(to.clone()));
        self.arriving.insert(to.clone());
    }

    /// The note that a removed one equals may go somewhere itself, or equal one that does.
    fn follow_twins(&mut self, chosen: &Chosen) {
        for task in chosen.tasks.iter().filter(|task| task.item.action == Action::Duplicate) {
            let mut twin = &task.item.target;
            // As many steps as there are items: a circle of twins ends there.
            for _ in &chosen.tasks {
                let next = chosen.tasks.iter().find(|other| {
                    other.item.action == Action::Duplicate
                        && other.item.sources.iter().any(|s| s.path == *twin)
                });
                match next {
                    Some(next) => twin = &next.item.target,
                    None => break,
                }
            }
            let stands = self.moves.get(twin).cloned().unwrap_or_else(|| NewPlace::moved(twin.clone()));
            for source in &task.item.sources {
                let is_merged = self.moves.get(&source.path).is_some_and(|place| place.anchors.is_some());
                let entry = self.moves.entry(source.path.clone()).or_insert_with(|| stands.clone());
                if is_merged {
                    entry.original.clone_from(&stands.original);
                } else {
                    *entry = stands.clone();
                }
            }
        }
    }
}
