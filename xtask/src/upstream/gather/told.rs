//! Weighs what the fork says of upstream against what its content tells.

use super::super::model::{Hint, HintKind, SyncMethod, SyncPoint};
use super::super::one_by_one;
use super::super::parse::Commit;
use super::super::reach::{Reach, Taken};
use super::super::relation;
use super::beside::Beside;
use super::peak::Peak;
use super::sync::{Search, point};
use crate::repo::CommitId;

/// What was read of both sides.
pub(super) struct Told<'a> {
    /// Upstream's commits as they landed.
    pub(super) order: &'a [&'a Commit],
    /// Upstream's commits beside its branch.
    pub(super) beside: &'a [Beside],
    /// The place in `order` of the first commit whose patch was read.
    pub(super) start: usize,
    /// How much of each the fork took over, from there on.
    pub(super) taken: &'a [Taken],
    pub(super) reach: Option<Reach>,
    pub(super) peak: Option<Peak>,
    pub(super) hints: &'a [Hint],
}

/// An answer.
pub(super) struct Candidate {
    pub(super) point: SyncPoint,
    /// The place in upstream's order up to which the fork followed at least.
    pub(super) least: usize,
    /// Whether the fork's last commit shows it, so that nothing later can be in it.
    pub(super) is_last: bool,
}

impl<'a> Told<'a> {
    /// A commit's place in upstream's order; of one beside upstream's branch the place where it left.
    pub(super) fn place(&self, id: &CommitId) -> Option<usize> {
        let beside = || self.beside.iter().find(|one| one.commit.id == *id).map(|one| one.left);
        self.order.iter().position(|commit| commit.id == *id).or_else(beside)
    }

    fn commit(&self, id: &CommitId) -> Option<&'a Commit> {
        let beside = self.beside.iter().map(|one| &one.commit);
        self.order.iter().copied().chain(beside).find(|commit| commit.id == *id)
    }

    /// What the fork says itself, unless its content tells of more; what its content tells where it says nothing.
    pub(super) fn stated_or_held(&self, search: &Search<'_>) -> Option<Candidate> {
        let held = self.by_lines(search).or_else(|| self.by_blobs());
        let Some((stated, place)) = self.newest_statement() else { return held };
        let is_outdated = |held: &Candidate| {
            // An import that nobody wrote down.
            self.is_beyond(held, place, search) || self.is_brought_later(stated, place, held, search)
        };
        match held.filter(is_outdated) {
            Some(held) => Some(self.not_before(held, place)),
            None => self.stated(stated, place, search),
        }
    }

    /// What the fork said last, and its place: of several commits that one message names the one that upstream had last.
    fn newest_statement(&self) -> Option<(&Hint, usize)> {
        let is_sync = |hint: &&Hint| hint.kind == HintKind::Sync;
        let newest = self.hints.iter().find(is_sync)?;
        let of_message =
            self.hints.iter().filter(is_sync).filter(|hint| hint.fork_commit == newest.fork_commit);
        let placed = of_message.filter_map(|hint| Some((hint, self.place(&hint.commit)?)));
        placed.max_by_key(|(hint, place)| (*place, self.commit(&hint.commit).map(|commit| commit.time)))
    }

    /// Whether an answer by content cannot be explained by a commit at `place`.
    pub(super) fn is_beyond(&self, held: &Candidate, place: usize, search: &Search<'_>) -> bool {
        match &self.peak {
            Some(peak) if held.point.method == SyncMethod::Blobs => {
                peak.is_now(search.fork) && peak.is_beyond(place)
            }
            _ => held.least > place,
        }
    }

    /// Whether commits that the fork made after what it said brought more of upstream: a statement holds up to the
    /// commit that makes it.
    fn is_brought_later(&self, hint: &Hint, place: usize, held: &Candidate, search: &Search<'_>) -> bool {
        let said = search.range.fork().position(|commit| commit.id == hint.fork_commit);
        let (Some(said), Some(end)) = (said, self.place(&held.point.commit)) else { return false };
        let from = (place + 1).saturating_sub(self.start);
        let to = (end + 1).saturating_sub(self.start).min(self.taken.len());
        held.point.method == SyncMethod::Lines
            && from < to
            && one_by_one::is_brought(&self.taken[from..to], |by| by < said)
    }

    /// The same with a window that begins at `place` or later.
    pub(super) fn not_before(&self, held: Candidate, place: usize) -> Candidate {
        let Candidate { mut point, least, is_last } = held;
        let start = self.order[place];
        let ends_later = self.commit(&point.window.to).is_none_or(|end| start.time <= end.time);
        if ends_later && self.place(&point.window.from).is_none_or(|from| from < place) {
            point.window.from = start.id.clone();
        }
        Candidate { point, least: least.max(place), is_last }
    }

    fn stated(&self, hint: &Hint, place: usize, search: &Search<'_>) -> Option<Candidate> {
        let inside = |reach: Reach| {
            let window = self.start + reach.window.0..=self.start + reach.window.1;
            window.contains(&place)
        };
        let measured = match self.reach {
            Some(reach) => format!("by its content alone: {}", self.measured(reach, search)),
            None => "its content does not tell more".to_owned(),
        };
        let why = format!("the fork's commit {} names it (\"{}\"); {measured}", hint.fork_commit, hint.words);
        let confidence = if self.reach.is_some_and(inside) { 0.98 } else { 0.85 };
        let named = self.commit(&hint.commit)?;
        let point = point(named, [named, named], (confidence, SyncMethod::Stated, why), self.hints);
        Some(Candidate { point, least: place, is_last: false })
    }

    fn by_lines(&self, search: &Search<'_>) -> Option<Candidate> {
        let reach = self.reach?;
        let [from, place, to] = [reach.window.0, reach.place, reach.window.1].map(|place| self.start + place);
        let ends = relation::window(self.order, &relation::main_line(self.order), (from, place, to));
        let why = self.measured(reach, search);
        let how = (reach.confidence, SyncMethod::Lines, why);
        let point = point(self.order[place], ends, how, self.hints);
        Some(Candidate { point, least: self.start + reach.window.0, is_last: false })
    }

    fn by_blobs(&self) -> Option<Candidate> {
        let peak = self.peak.as_ref()?;
        Some(Candidate { point: peak.point(self.order, self.hints)?, least: peak.window.0, is_last: false })
    }

    fn measured(&self, reach: Reach, search: &Search<'_>) -> String {
        let brought = reach.bulk.and_then(|(number, places)| {
            let commit = search.range.fork().nth(number)?;
            Some(format!("; its commit {} brought lines of {places} of them", commit.id))
        });
        format!(
            "up to {} the fork holds {:.0} % of the lines that upstream's commits had first, after it {:.0} %{}",
            self.order[self.start + reach.place].id,
            reach.before * 100.0,
            reach.after * 100.0,
            brought.unwrap_or_default()
        )
    }
}
