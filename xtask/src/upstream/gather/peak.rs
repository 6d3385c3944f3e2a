//! Where upstream's trees share most contents with the fork's: it narrows the search where history is long or not
//! shared, and tells a sync point where lines tell none.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::super::model::{Hint, SyncMethod, SyncPoint};
use super::super::parse::Commit;
use super::super::relation;
use super::overlap;
use super::sync::{MOST_PATCHES, Search, point, rounded};
use crate::process::Progress;
use crate::repo::{BlobId, CommitId, tree_records};

/// The share of files that must have upstream's contents, and how many: fewer may be licences and boilerplate.
const LEAST_SHARED: (f64, u32) = (0.1, 3);
/// How sure a sync point can be that files alone tell.
const SUREST_BY_FILES: f64 = 0.95;

impl Search<'_> {
    /// Where upstream's tree shares most blobs with the fork's files, now or at an early or middle commit.
    pub(super) fn peak(
        &self,
        order: &[&Commit],
        own: &BTreeMap<BlobId, u64>,
        progress: &Progress,
    ) -> Result<Option<Peak>> {
        if self.base.is_some() && order.len() <= MOST_PATCHES {
            return Ok(None);
        }
        progress.step(format!("reading the trees of {} of upstream's commits", order.len()));
        let base =
            self.base.map(|base| self.git().line(&["rev-parse", &format!("{}^{{tree}}", base.commit)]));
        let base = base.transpose()?;
        let upstreams = order.iter().map(|commit| commit.tree.as_str());
        let trees: Vec<&str> = upstreams.chain(base.as_deref()).collect();
        let mut best: Option<Peak> = None;
        let mut now: Option<Peak> = None;
        // Where history is shared, an early state of the fork tells of what is merged by now.
        let probes = if self.base.is_some() { vec![self.fork.clone()] } else { self.probes() };
        for probe in probes {
            let files = if probe == *self.fork { own.clone() } else { self.files(probe.as_str())? };
            // An empty file is in every repository.
            let blobs: BTreeSet<BlobId> =
                files.iter().filter(|(_, size)| **size > 0).map(|(id, _)| id.clone()).collect();
            let Ok(all) = overlap::overlaps(self.scratch, &blobs, &trees) else { return Ok(None) };
            let (shared, at_base) = all.split_at(order.len());
            let at_base = at_base.first().copied().unwrap_or(0);
            let Some(peak) = Peak::of(shared, blobs.len(), probe).beyond(at_base) else { continue };
            if peak.is_now(self.fork) {
                now = Some(peak.clone());
            }
            if best.as_ref().is_none_or(|best| peak.share() > best.share()) {
                best = Some(peak);
            }
        }
        let later = now.zip(best.as_ref()).filter(|(now, best)| now.is_later(best));
        let found = later.map(|(now, _)| now).or(best).filter(|peak| peak.shared > 0);
        found.map(|peak| self.in_its_folder(peak, order)).transpose()
    }

    /// Judges by the folder that holds upstream's files, where there is one: whatever stands beside it in a larger
    /// repository tells nothing of it.
    fn in_its_folder(&self, peak: Peak, order: &[&Commit]) -> Result<Peak> {
        if self.base.is_some() {
            return Ok(peak);
        }
        let Some(folder) = self.folder_of([&peak.probe, &order[peak.window.0].id])? else { return Ok(peak) };
        let listing = self.git().read(&["ls-tree", "-r", "-z", peak.probe.as_str()])?;
        let start = format!("{folder}/");
        let inside =
            tree_records(&listing).flatten().filter(|record| record.path.starts_with(start.as_bytes()));
        let contents: BTreeSet<&str> = inside.map(|record| record.id).collect();
        Ok(Peak { of: contents.len(), folder: Some(folder), ..peak })
    }

    /// The fork's tip, then commits along its first parents: a copy without history is most alike when it is young.
    pub(super) fn probes(&self) -> Vec<CommitId> {
        let mut line = Vec::new();
        let by_id: BTreeMap<&CommitId, &Commit> =
            self.range.fork().map(|commit| (&commit.id, commit)).collect();
        let mut next = by_id.get(self.fork);
        while let Some(commit) = next {
            line.push(commit.id.clone());
            next = commit.parents.first().and_then(|parent| by_id.get(parent));
        }
        let last = line.len().saturating_sub(1);
        let places: BTreeSet<usize> =
            [0, last / 4, last / 2, last * 3 / 4, last.saturating_sub(5), last.saturating_sub(2), last]
                .into();
        places.into_iter().filter_map(|place| line.get(place).cloned()).collect()
    }
}

/// The places whose patches are read, around the one where the fork is most alike.
pub(super) fn near_peak(length: usize, peak: Option<usize>) -> std::ops::Range<usize> {
    match peak {
        _ if length <= MOST_PATCHES => 0..length,
        Some(peak) => {
            let start = peak.saturating_sub(MOST_PATCHES / 2);
            start..length.min(start + MOST_PATCHES)
        }
        None => length - MOST_PATCHES..length,
    }
}

/// Where most blobs are shared.
#[derive(Clone)]
pub(super) struct Peak {
    shared: u32,
    of: usize,
    pub(super) window: (usize, usize),
    probe: CommitId,
    /// The folder whose files are meant, where not all of the fork's are.
    folder: Option<String>,
    /// How many are shared at each place.
    all: Vec<u32>,
}

impl Peak {
    fn of(shared: &[u32], of: usize, probe: CommitId) -> Self {
        let most = shared.iter().copied().max().unwrap_or(0);
        let first = shared.iter().position(|&one| one == most).unwrap_or(0);
        let last = shared[first..].iter().take_while(|&&one| one == most).count();
        Self {
            shared: most,
            of,
            window: (first, first + last.saturating_sub(1)),
            probe,
            folder: None,
            all: shared.to_vec(),
        }
    }

    /// What the merge base shares as well came with history, and tells nothing.
    fn beyond(self, at_base: u32) -> Option<Self> {
        (self.shared > at_base).then_some(self)
    }

    /// Whether it tells of the fork as it is now.
    pub(super) fn is_now(&self, fork: &CommitId) -> bool {
        self.probe == *fork
    }

    /// Whether the fork followed upstream beyond where an `older` state of it was most alike.
    fn is_later(&self, older: &Self) -> bool {
        (older.window.0..=older.window.1).all(|place| self.is_beyond(place))
    }

    /// Whether more is shared with a later commit than with one: a copy that went its own way shares as much with that
    /// one, or more.
    pub(super) fn is_beyond(&self, place: usize) -> bool {
        let there = self.all[place];
        self.window.0 > place && self.shared > there + there / 10 + 2
    }

    fn share(&self) -> f64 {
        if self.of == 0 { 0.0 } else { f64::from(self.shared) / self.of as f64 }
    }

    /// The more of its files are upstream's, the surer it is; `None` where that may be chance.
    pub(super) fn point(&self, order: &[&Commit], hints: &[Hint]) -> Option<SyncPoint> {
        if self.share() < LEAST_SHARED.0 || self.shared < LEAST_SHARED.1 {
            return None;
        }
        let files = self.folder.as_ref().map_or("files".to_owned(), |folder| format!("files in `{folder}`"));
        let why = format!(
            "{} of its files have one of the {} different contents of {files} at the fork's commit {}, more than anywhere else",
            self.shared, self.of, self.probe
        );
        let (from, to) = self.window;
        let ends = relation::window(order, &relation::main_line(order), (from, from, to));
        Some(point(
            order[from],
            ends,
            (rounded(self.share().min(SUREST_BY_FILES)), SyncMethod::Blobs, why),
            hints,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_content_tells_of_a_later_sync_than_an_older_state_that_was_more_alike() {
        let probe = CommitId::parse(&"1".repeat(40)).unwrap();
        let older = Peak::of(&[0, 90, 90], 100, probe.clone());
        let is_later = |shared: &[u32]| Peak::of(shared, 400, probe.clone()).is_later(&older);
        assert!(is_later(&[10, 30, 30, 60, 80, 60]));
        // A copy that went its own way: what stayed as it was is found there too, a file more or less.
        assert!(!is_later(&[10, 30, 30, 29, 31, 20]));
        assert!(!is_later(&[40, 30, 30, 20, 10, 10]));
    }

    #[test]
    fn what_the_merge_base_shares_as_well_is_no_later_sync() {
        let probe = CommitId::parse(&"1".repeat(40)).unwrap();
        let peak = |shared: &[u32]| Peak::of(shared, 6, probe.clone());
        assert!(peak(&[3, 5, 5, 4]).beyond(5).is_none());
        assert_eq!(peak(&[3, 5, 5, 4]).beyond(4).map(|peak| peak.window), Some((1, 2)));
    }
}
