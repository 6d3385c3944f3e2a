//! The commit of upstream whose files are most like the fork's. Knows no repository.

use super::super::model::{Hint, SyncMethod, SyncPoint};
use super::super::parse::Commit;
use super::sync::{point, rounded};
use crate::repo::CommitId;

/// The share of files that must have upstream's contents, and how many: fewer may be licences and boilerplate.
const LEAST_SHARED: (f64, u32) = (0.1, 3);
/// How sure a sync point can be that files alone tell.
const SUREST_BY_FILES: f64 = 0.95;

/// Where most blobs are shared.
#[derive(Clone)]
pub(super) struct Peak {
    pub(super) shared: u32,
    pub(super) of: usize,
    pub(super) window: (usize, usize),
    pub(super) probe: CommitId,
}

impl Peak {
    pub(super) fn of(shared: &[u32], of: usize, probe: CommitId) -> Self {
        let most = shared.iter().copied().max().unwrap_or(0);
        let first = shared.iter().position(|&one| one == most).unwrap_or(0);
        let last = shared[first..].iter().take_while(|&&one| one == most).count();
        Self { shared: most, of, window: (first, first + last.saturating_sub(1)), probe }
    }

    /// What the merge base shares as well came with history, and tells nothing.
    pub(super) fn beyond(self, at_base: u32) -> Option<Self> {
        (self.shared > at_base).then_some(self)
    }

    /// Whether the fork followed upstream beyond where an `older` state of it was most alike: it shares more with a
    /// later commit than with that one. A copy that went its own way shares as much with that one, or more.
    pub(super) fn is_later(&self, shared: &[u32], older: &Self) -> bool {
        let there = shared[older.window.0..=older.window.1].iter().copied().max().unwrap_or(0);
        self.window.0 > older.window.1 && self.shared > there + there / 10 + 2
    }

    pub(super) fn share(&self) -> f64 {
        if self.of == 0 { 0.0 } else { f64::from(self.shared) / self.of as f64 }
    }

    /// The more of its files are upstream's, the surer it is; `None` where that may be chance.
    pub(super) fn point(&self, order: &[&Commit], hints: &[Hint]) -> Option<SyncPoint> {
        if self.share() < LEAST_SHARED.0 || self.shared < LEAST_SHARED.1 {
            return None;
        }
        let why = format!(
            "{} of its files have one of the {} different contents of files at the fork's commit {}, more than anywhere else",
            self.shared, self.of, self.probe
        );
        let ends = [order[self.window.0], order[self.window.1]];
        let confidence = rounded(self.share().min(SUREST_BY_FILES));
        Some(point(ends[0], ends, (confidence, SyncMethod::Blobs, why), hints))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_content_tells_of_a_later_sync_than_an_older_state_that_was_more_alike() {
        let probe = CommitId::parse(&"1".repeat(40)).unwrap();
        let older = Peak { shared: 90, of: 100, window: (1, 2), probe: probe.clone() };
        let is_later = |shared: &[u32]| Peak::of(shared, 400, probe.clone()).is_later(shared, &older);
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
