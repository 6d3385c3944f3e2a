//! What the fork built itself, file by file. Knows no repository.

use std::collections::{BTreeMap, BTreeSet};

use super::areas::Areas;
use super::model::{Custom, Lines, Status};
use super::parse::{Diff, RawEntry};
use crate::repo::{BlobId, CommitId, RepoPath};

/// Size and lines of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Measure {
    /// Bytes.
    pub(super) bytes: u64,
    /// Lines; `None` when it was not read (binary content).
    pub(super) lines: Option<u64>,
}

/// What is known of the fork's changes.
pub(super) struct Sources<'a> {
    /// Base to fork.
    pub(super) fork: &'a Diff,
    /// Base to upstream; `None` when there is no base and `fork` starts at upstream's tip.
    pub(super) upstream: Option<&'a Diff>,
    /// Sizes by blob of the fork.
    pub(super) measures: &'a BTreeMap<BlobId, Measure>,
    /// The fork's commits in git's order, each with what it changed.
    pub(super) commits: &'a [&'a (CommitId, Vec<RawEntry>)],
    /// What the parts of the work are called.
    pub(super) areas: &'a Areas,
}

/// Lists every file that the fork added or changed, sorted by path.
pub(super) fn custom(sources: &Sources<'_>) -> Vec<Custom> {
    let upstream_has = upstream_paths(sources.upstream);
    let behind = commits_by_path(sources.commits);
    let mut all: Vec<Custom> = sources
        .fork
        .entries
        .iter()
        .map(|entry| {
            let is_new = matches!(entry.status, 'A' | 'R' | 'C');
            let counts = sources.fork.counts.get(&entry.to).copied().flatten();
            let measure = blob_of(entry).and_then(|id| sources.measures.get(&id).copied());
            Custom {
                path: entry.to.clone(),
                status: status(entry),
                from: (entry.from != entry.to).then(|| entry.from.clone()),
                in_other_base: false,
                only_in_fork: is_new && !upstream_has.contains(&entry.to),
                lines_added: counts.map(|counts| counts.0),
                lines_deleted: counts.map(|counts| counts.1),
                bytes: measure.map(|measure| measure.bytes),
                lines: measure.and_then(|measure| measure.lines),
                area: sources.areas.name(&entry.to),
                symbols: Vec::new(),
                commits: commits_of(entry, &behind, sources.commits),
            }
        })
        .collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

/// Lines that the fork added and deleted in all; `None` when they were not counted.
pub(super) fn total_lines(fork: &Diff) -> Option<Lines> {
    if fork.counts.is_empty() && !fork.entries.is_empty() {
        return None;
    }
    let text = fork.counts.values().flatten();
    Some(text.fold(Lines::default(), |sum, counts| Lines {
        added: sum.added + counts.0,
        deleted: sum.deleted + counts.1,
    }))
}

/// The blob that the fork holds at an entry; `None` for what is gone or no blob.
pub(super) fn blob_of(entry: &RawEntry) -> Option<BlobId> {
    blob_at(entry, 1)
}

/// The blobs of an entry before and after, as far as it has any.
pub(super) fn blobs_of(entry: &RawEntry) -> impl Iterator<Item = BlobId> {
    [blob_at(entry, 0), blob_at(entry, 1)].into_iter().flatten()
}

fn blob_at(entry: &RawEntry, side: usize) -> Option<BlobId> {
    let has_content = !matches!(entry.modes[side].as_str(), "000000" | "160000");
    has_content.then(|| BlobId::parse(&entry.ids[side])).flatten()
}

/// Lines of a content, the last one without a line break included.
pub(super) fn count_lines(content: &[u8]) -> u64 {
    let breaks = content.iter().filter(|&&byte| byte == b'\n').count() as u64;
    breaks + u64::from(content.last().is_some_and(|&byte| byte != b'\n'))
}

fn status(entry: &RawEntry) -> Status {
    match entry.status {
        'A' | 'C' => Status::Added,
        'D' => Status::Deleted,
        'R' => Status::Renamed,
        'T' => Status::TypeChanged,
        _ => Status::Modified,
    }
}

/// Paths that upstream's tip has and the base had not.
fn upstream_paths(upstream: Option<&Diff>) -> BTreeSet<RepoPath> {
    let entries = upstream.into_iter().flat_map(|diff| &diff.entries);
    entries.filter(|entry| matches!(entry.status, 'A' | 'R' | 'C')).map(|entry| entry.to.clone()).collect()
}

fn commits_by_path<'a>(commits: &[&'a (CommitId, Vec<RawEntry>)]) -> BTreeMap<&'a RepoPath, Vec<usize>> {
    let mut by_path: BTreeMap<&RepoPath, Vec<usize>> = BTreeMap::new();
    for (place, (_, entries)) in commits.iter().enumerate() {
        for entry in entries {
            by_path.entry(&entry.to).or_default().push(place);
        }
    }
    by_path
}

/// Commits that touched a file under its new or its old name, in the order given.
fn commits_of(
    entry: &RawEntry,
    behind: &BTreeMap<&RepoPath, Vec<usize>>,
    commits: &[&(CommitId, Vec<RawEntry>)],
) -> Vec<CommitId> {
    let places: BTreeSet<usize> =
        [&entry.from, &entry.to].into_iter().flat_map(|path| behind.get(path)).flatten().copied().collect();
    places.into_iter().map(|place| commits[place].0.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZERO: &str = "0000000000000000000000000000000000000000";
    const ID: &str = "1111111111111111111111111111111111111111";

    fn entry(status: char, from: &str, to: &str) -> RawEntry {
        let (old, new) = match status {
            'A' => ("000000", "100644"),
            'D' => ("100644", "000000"),
            _ => ("100644", "100644"),
        };
        let id = |mode: &str| if mode == "000000" { ZERO.to_owned() } else { ID.to_owned() };
        RawEntry {
            modes: [old.to_owned(), new.to_owned()],
            ids: [id(old), id(new)],
            status,
            from: from.into(),
            to: to.into(),
        }
    }

    #[test]
    fn lines_are_lines_and_bytes_are_bytes() {
        let cases: [(&[u8], u64); 5] = [(b"", 0), (b"a", 1), (b"a\n", 1), (b"a\nb", 2), (b"\n\n", 2)];
        for (content, expected) in cases {
            assert_eq!(count_lines(content), expected, "{content:?}");
        }
    }

    #[test]
    fn file_that_both_added_is_not_only_the_forks() {
        let fork =
            Diff { entries: vec![entry('A', "mine", "mine"), entry('A', "twin", "twin")], ..Diff::default() };
        let upstream = Diff { entries: vec![entry('A', "twin", "twin")], ..Diff::default() };
        let measures =
            [(BlobId::parse(ID).unwrap(), Measure { bytes: 12, lines: None })].into_iter().collect();
        let all = custom(&Sources {
            fork: &fork,
            upstream: Some(&upstream),
            measures: &measures,
            commits: &[],
            areas: &Areas::default(),
        });
        let only: Vec<bool> = all.iter().map(|file| file.only_in_fork).collect();
        assert_eq!(only, [true, false]);
        assert_eq!((all[0].bytes, all[0].lines), (Some(12), None));
    }

    #[test]
    fn commits_under_the_old_name_stand_behind_a_renamed_file() {
        let fork =
            Diff { entries: vec![entry('R', "a/x", "b/x"), entry('D', "gone", "gone")], ..Diff::default() };
        let commit = |digit: &str| CommitId::parse(&digit.repeat(40)).unwrap();
        let commits = [
            (commit("2"), vec![entry('A', "b/x", "b/x"), entry('D', "a/x", "a/x")]),
            (commit("3"), vec![entry('M', "a/x", "a/x")]),
            (commit("4"), vec![entry('D', "gone", "gone")]),
        ];
        let measures = BTreeMap::new();
        let all = custom(&Sources {
            fork: &fork,
            upstream: None,
            measures: &measures,
            commits: &commits.each_ref(),
            areas: &Areas::default(),
        });
        assert_eq!(all[0].commits, [commit("2"), commit("3")], "each once, newest first");
        assert_eq!(all[1].status, Status::Deleted);
        assert_eq!(all[1].bytes, None);
    }
}
