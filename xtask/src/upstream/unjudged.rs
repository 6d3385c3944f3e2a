//! Which outcomes of a trial merge rest on contents that are not here. Knows no repository.
//!
//! git compares contents of a path that both sides changed, and to tell a rename with edits. What both could say of a
//! missing content is not known; all else is settled by names and ids, as git does it.

use std::collections::BTreeSet;

use super::custom::blobs_of;
use super::parse::{Diff, RawEntry, TrialMerge};
use crate::repo::{BlobId, RepoPath};

/// What one side removed and added without git telling where it went or whence it came.
pub(super) struct Unpaired<'a> {
    /// Removed files that may have gone to an added one.
    lost: BTreeSet<&'a RepoPath>,
    /// Added files that may have come from a removed one.
    taken: BTreeSet<&'a RepoPath>,
}

impl<'a> Unpaired<'a> {
    /// Of one side's changes.
    pub(super) fn of(diff: &'a Diff, missing: &BTreeSet<BlobId>) -> Self {
        let by = |status: char| diff.entries.iter().filter(move |entry| entry.status == status);
        let lacks = |entry: &&RawEntry| blobs_of(entry).any(|id| missing.contains(&id));
        let has_content = |entry: &&RawEntry| blobs_of(entry).next().is_some();
        let may_pair = |from: char, to: char| -> BTreeSet<&'a RepoPath> {
            let any = by(to).any(|entry| has_content(&entry));
            let any_lacks = by(to).any(|entry| lacks(&entry));
            let open = by(from).filter(has_content).filter(|entry| any && (any_lacks || lacks(entry)));
            open.map(|entry| &entry.to).collect()
        };
        Self { lost: may_pair('D', 'A'), taken: may_pair('A', 'D') }
    }

    /// Folders from which a file may have gone to another one.
    pub(super) fn folders(&self) -> BTreeSet<RepoPath> {
        self.lost.iter().flat_map(|path| above(path)).collect()
    }
}

/// The folders above a path, the nearest first, the top apart.
fn above(path: &RepoPath) -> Vec<RepoPath> {
    let bytes = path.as_bytes();
    let slashes = (0..bytes.len()).rev().filter(|&place| bytes[place] == b'/');
    slashes.map(|place| RepoPath::from_bytes(&bytes[..place])).collect()
}

/// The paths that cannot be judged, as far as the two diffs tell. `gone` are folders of [`Unpaired::folders`] that the
/// side has no longer: files that the other adds there would follow a renamed folder.
pub(super) fn by_names(sides: [(&Diff, &Unpaired<'_>, &BTreeSet<RepoPath>); 2]) -> BTreeSet<RepoPath> {
    let [fork, upstream] = sides;
    let same = same(fork.0, upstream.0);
    let mut open = BTreeSet::new();
    for ((_, unpaired, gone), (other, ..)) in [(fork, upstream), (upstream, fork)] {
        let touched = other.paths();
        let taken = unpaired.taken.iter().filter(|path| !same.contains(*path));
        let both = unpaired.lost.iter().chain(taken).filter(|path| touched.contains(path));
        open.extend(both.map(|&path| path.clone()));
        let added = other.entries.iter().filter(|entry| matches!(entry.status, 'A' | 'R'));
        let follows = |entry: &&RawEntry| above(&entry.to).iter().any(|folder| gone.contains(folder));
        open.extend(added.filter(follows).map(|entry| entry.to.clone()));
    }
    open
}

/// The paths that both sides added with one content: wherever it came from, they agree.
fn same<'a>(fork: &'a Diff, upstream: &'a Diff) -> BTreeSet<&'a RepoPath> {
    let key = |entry: &'a RawEntry| (&entry.to, &entry.ids[1], &entry.modes[1]);
    let forks: BTreeSet<_> = fork.entries.iter().map(key).collect();
    let alike = upstream.entries.iter().filter(|entry| entry.status == 'A' && forks.contains(&key(entry)));
    alike.map(|entry| &entry.to).collect()
}

/// The paths whose contents git had to merge while one of them is not here. Links and submodules are never merged.
pub(super) fn by_contents(trial: &TrialMerge, missing: &BTreeSet<BlobId>) -> BTreeSet<RepoPath> {
    let lacks = |id: &str| BlobId::parse(id).is_some_and(|id| missing.contains(&id));
    let is_merged = |stages: &[Option<(String, String)>; 3]| {
        stages[1..].iter().all(|stage| stage.as_ref().is_some_and(|(mode, _)| mode.starts_with("100")))
    };
    let paths = trial
        .stages
        .iter()
        .filter(|(_, stages)| is_merged(stages) && stages.iter().flatten().any(|(_, id)| lacks(id)));
    paths.map(|(path, _)| path.clone()).collect()
}

/// Takes what is said of these paths out of a trial merge, and of the paths that git names together with them: they
/// are added to `paths`.
pub(super) fn without(mut trial: TrialMerge, paths: &mut BTreeSet<RepoPath>) -> TrialMerge {
    let mut before = usize::MAX;
    while before != paths.len() {
        before = paths.len();
        for message in trial.messages.iter().filter(|message| message.is_conflict()) {
            if message.paths.iter().any(|path| paths.contains(path)) {
                paths.extend(message.paths.iter().cloned());
            }
        }
    }
    trial.stages.retain(|path, _| !paths.contains(path));
    trial.messages.retain(|message| !message.paths.iter().any(|path| paths.contains(path)));
    trial
}
