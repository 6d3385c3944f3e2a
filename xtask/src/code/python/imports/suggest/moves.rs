//! The moves that git recorded, by old and by new path.

use std::collections::BTreeMap;

use crate::repo::{CommitId, History, Rename, RepoPath};

/// Moves of one file that are followed back.
const MOST_MOVES: usize = 20;

/// The renames of a history, by new path and by folder.
pub(in crate::code::python) struct Moves<'a> {
    history: &'a History,
    by_target: BTreeMap<&'a RepoPath, Vec<&'a Rename>>,
    by_source: BTreeMap<&'a RepoPath, &'a Rename>,
}

impl<'a> Moves<'a> {
    pub(in crate::code::python) fn of(history: &'a History) -> Self {
        let mut by_target: BTreeMap<&RepoPath, Vec<&Rename>> = BTreeMap::new();
        let mut by_source: BTreeMap<&RepoPath, &Rename> = BTreeMap::new();
        for rename in &history.renames {
            by_target.entry(&rename.to).or_default().push(rename);
            // Renames are newest first.
            by_source.entry(&rename.from).or_insert(rename);
        }
        Self { history, by_target, by_source }
    }

    /// Where a path that is gone ended, and the commit that brought it there.
    pub(super) fn now(&self, path: &RepoPath) -> Option<(RepoPath, CommitId)> {
        let rename = self.history.moved_to(path)?;
        Some((rename.to.clone(), rename.change.commit.clone()))
    }

    /// The paths that a file had before, newest first, with the commit that moved it away from there.
    pub(in crate::code::python) fn earlier(&self, path: &RepoPath) -> Vec<(RepoPath, CommitId)> {
        let mut found: Vec<(RepoPath, CommitId)> = Vec::new();
        let mut current = path;
        while let Some(rename) = self.by_target.get(current).and_then(|renames| renames.first()) {
            if found.iter().any(|(path, _)| *path == rename.from) || found.len() > MOST_MOVES {
                break;
            }
            found.push((rename.from.clone(), rename.change.commit.clone()));
            current = &rename.from;
        }
        found
    }

    /// The commit that took a path away, if it ever was there and is not now.
    pub(super) fn removed(&self, path: &RepoPath) -> Option<&CommitId> {
        self.history.paths.get(path)?.removed.as_ref().map(|change| &change.commit)
    }

    /// True when the commit made the path, as a new file or by a move.
    pub(super) fn arrived(&self, path: &RepoPath, commit: &CommitId) -> bool {
        let moved = self
            .by_target
            .get(path)
            .is_some_and(|renames| renames.iter().any(|rename| rename.change.commit == *commit));
        moved || self.history.paths.get(path).is_some_and(|history| history.first.commit == *commit)
    }

    /// Where most of a folder's files went, keeping what stands below it.
    pub(super) fn folder(&self, folder: &str) -> Option<(String, CommitId)> {
        let start = RepoPath::from(format!("{folder}/").as_str());
        let moved = self
            .by_source
            .range::<RepoPath, _>(&start..)
            .take_while(|(path, _)| path.as_bytes().starts_with(start.as_bytes()));
        let mut votes: BTreeMap<String, (usize, CommitId)> = BTreeMap::new();
        let mut all = 0;
        for (path, _) in moved {
            all += 1;
            let Some((now, commit)) = self.now(path) else { continue };
            let below = &path.as_bytes()[start.as_bytes().len()..];
            let kept = now.as_bytes().strip_suffix(below).and_then(|rest| rest.strip_suffix(b"/"));
            if let Some(new) = kept.and_then(|new| std::str::from_utf8(new).ok()) {
                votes.entry(new.to_owned()).or_insert((0, commit)).0 += 1;
            }
        }
        let (new, (count, commit)) = votes.into_iter().max_by_key(|(_, (count, _))| *count)?;
        (count * 2 > all && new != folder).then_some((new, commit))
    }
}
