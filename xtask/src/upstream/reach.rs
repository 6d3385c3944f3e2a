//! How far a fork followed, read from how much of each of upstream's commits it took over. Knows no repository.
//!
//! Upstream's commits stand in the order in which they landed. Only lines that upstream had first count (a line that
//! the fork had earlier went the other way), so that behind the sync point next to nothing is held, and even a fork
//! that takes a small part of upstream shows where it stopped.

use std::collections::{BTreeMap, BTreeSet};

use super::one_by_one;

/// A commit of this many lines counts in full; smaller ones count in part.
const FULL: usize = 10;
/// The share of lines from which a commit counts as taken over in full: forks edit what they take.
const TAKEN_SHARE: f64 = 0.5;
/// The share of lines from which a commit is held at all, not only met by chance.
const HELD_SHARE: f64 = 0.4;
/// The rate at which a fork that stops nowhere must have taken commits over to have followed at all.
const ALL_ALONG_RATE: f64 = 0.4;
/// So many commits must be held for picks alone to show that a fork followed.
const MANY_PICKS: usize = 5;
/// The share of lines that a fork holds at least along what it followed.
const FOLLOWED_SHARE: f64 = 0.05;
/// How much less likely (as a logarithm) than the best place one may be to stay in the window: one to twenty.
const DOUBT: f64 = 3.0;
/// Lines that must come with a place for it to carry a claim alone.
const TELLING: usize = 3;
/// Places looked back at for the rate at which the fork took commits over in the end.
const RECENT: usize = 10;

/// How much of one of upstream's commits the fork took over.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Taken {
    /// Lines that this commit alone added and that the fork did not have earlier.
    pub(super) lines: usize,
    /// Those of them that stand somewhere in the fork's files.
    pub(super) held: usize,
    /// The commits of the fork that brought them, by number, with the lines of each; what is not known is left out.
    pub(super) by: BTreeMap<usize, usize>,
    /// True where the fork took this one commit over by itself, as its patch or its messages tell.
    pub(super) is_pick: bool,
    /// Its committer date in seconds.
    pub(super) time: i64,
}

impl Taken {
    /// The same without the lines that certain commits of the fork brought.
    pub(super) fn without(mut self, commits: &BTreeSet<usize>) -> Self {
        let brought: usize =
            self.by.iter().filter(|(by, _)| commits.contains(by)).map(|(_, lines)| lines).sum();
        self.lines -= brought;
        self.held -= brought;
        self.by.retain(|by, _| !commits.contains(by));
        self
    }

    fn share(&self) -> f64 {
        if self.lines == 0 { 0.0 } else { self.held as f64 / self.lines as f64 }
    }

    pub(super) fn weight(&self) -> f64 {
        self.lines.min(FULL) as f64 / FULL as f64
    }

    pub(super) fn taken(&self) -> f64 {
        self.weight() * (self.share() / TAKEN_SHARE).min(1.0)
    }

    /// At least [`HELD_SHARE`] of its lines stand in the fork.
    pub(super) fn is_held(&self) -> bool {
        self.held > 0 && self.share() >= HELD_SHARE
    }

    /// The fork's commit that brought most of it.
    pub(super) fn bringer(&self) -> Option<usize> {
        let enough = |lines: usize| lines * 5 >= self.lines || lines >= FULL;
        let most = self.by.iter().max_by_key(|(commit, lines)| (**lines, std::cmp::Reverse(**commit)));
        most.filter(|(_, lines)| enough(**lines)).map(|(commit, _)| *commit)
    }
}

/// How far the fork followed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reach {
    /// The last place that it took over.
    pub(super) place: usize,
    /// Places that explain what it holds nearly as well.
    pub(super) window: (usize, usize),
    /// Share of lines held among the last places before the end.
    pub(super) before: f64,
    /// Share of lines held after it.
    pub(super) after: f64,
    /// The fork's commit that brought the place together with others, and how many it brought.
    pub(super) bulk: Option<(usize, usize)>,
    /// How sure it is that the window holds the true place.
    pub(super) confidence: f64,
}

/// Finds how far the fork followed; `None` when it took over single commits at most. What upstream did after
/// `last_time` (the fork's own date) cannot have been followed.
pub(super) fn reach(sequence: &[Taken], last_time: i64) -> Option<Reach> {
    let settled = with_one_import(sequence);
    let sequence = settled.as_deref().unwrap_or(sequence);
    let found = reach_of(sequence, last_time)?;
    // Less than that is what any two files of a kind share, or picks.
    let is_clear = found.before >= FOLLOWED_SHARE && found.before >= 2.0 * found.after;
    is_clear.then(|| one_by_one::followed_on(sequence, found, last_time).unwrap_or(found))
}

fn reach_of(sequence: &[Taken], last_time: i64) -> Option<Reach> {
    let bulks = bulks(sequence);
    let is_pick = |place: usize| {
        let one = &sequence[place];
        let brought = one.bringer().map(|commit| bulks.get(&commit).map_or(1, |bulk| bulk.places.len()));
        one.is_pick || brought == Some(1)
    };
    let picks: Vec<bool> = (0..sequence.len()).map(is_pick).collect();
    let without_picks = last_drop(&Sums::of(sequence, |place| !picks[place]));
    let without_picks = without_picks.filter(|drop| is_more_than_picks(sequence, drop.place, &picks));
    let drop = without_picks.or_else(|| {
        let all = last_drop(&Sums::of(sequence, |_| true));
        all.filter(|drop| is_more_than_picks(sequence, drop.place, &picks))
    })?;
    let newest = newest_bulk(&bulks, drop.place);
    let place = newest.map_or(drop.place, |place| place.max(drop.place));
    let confirmed = place == drop.place;
    let to = far_end(sequence, place, &picks, last_time).max(if confirmed { drop.to } else { place });
    let recent = recent(sequence, place);
    let bulk = sequence[place].bringer().and_then(|commit| Some((commit, bulks.get(&commit)?.places.len())));
    let surely = drop.gain >= 2.0 * needed(sequence.len()) && confirmed;
    Some(Reach {
        place,
        // The newest one may have been taken over by itself.
        window: (
            drop.from.min(held_before(sequence, place)),
            to.min(last_before(sequence, last_time).max(place)),
        ),
        before: line_share(&sequence[recent..=place]),
        after: line_share(&sequence[place + 1..]),
        bulk: bulk.filter(|(_, places)| *places > 1),
        confidence: if surely { 0.9 } else { 0.75 },
    })
}

/// A fork that began as a copy, or took everything over in one commit, followed up to the one place where that commit's
/// share drops most. What it holds of later commits went the other way or is chance: the import's date tells nothing
/// of when its lines were written. `None` where no commit brought half of what is held.
fn with_one_import(sequence: &[Taken]) -> Option<Vec<Taken>> {
    let mut brought: BTreeMap<usize, usize> = BTreeMap::new();
    for (commit, lines) in sequence.iter().flat_map(|one| &one.by) {
        *brought.entry(*commit).or_default() += lines;
    }
    let held: usize = sequence.iter().map(|one| one.held).sum();
    let (import, _) = brought.into_iter().find(|(_, lines)| lines * 2 >= held)?;
    let lines_of = |one: &Taken| one.by.get(&import).copied().unwrap_or(0);
    let own: Vec<Taken> = sequence
        .iter()
        .map(|one| Taken { lines: one.lines, held: lines_of(one), ..Taken::default() })
        .collect();
    let (end, _) = best_split(&Sums::of(&own, |_| true), 0)?;
    let mut settled = sequence.to_vec();
    for one in &mut settled[end..] {
        let lines = lines_of(one);
        one.lines -= lines;
        one.held -= lines;
        one.by.remove(&import);
    }
    Some(settled)
}

/// What one of the fork's commits brought.
#[derive(Default)]
pub(super) struct Bulk {
    places: Vec<usize>,
    /// The newest place with enough lines to tell by.
    newest: usize,
    lines: usize,
}

impl Bulk {
    /// Whether it is more than one backport.
    pub(super) fn is_many(&self) -> bool {
        self.places.len() >= 3 && self.lines >= 2 * TELLING
    }
}

pub(super) fn bulks(sequence: &[Taken]) -> BTreeMap<usize, Bulk> {
    let mut all: BTreeMap<usize, Bulk> = BTreeMap::new();
    for (place, one) in sequence.iter().enumerate() {
        let Some(commit) = one.bringer() else { continue };
        let bulk = all.entry(commit).or_default();
        bulk.places.push(place);
        bulk.lines += one.by[&commit];
        if one.by[&commit] >= TELLING {
            bulk.newest = place;
        }
    }
    all
}

/// The newest place that came together with others, behind the place where the rate drops. Two commits at once may be
/// one backport, unless this fork is known to take over many at once.
fn newest_bulk(bulks: &BTreeMap<usize, Bulk>, place: usize) -> Option<usize> {
    let habit = bulks.values().filter(|bulk| bulk.is_many() && bulk.newest <= place).count();
    let fits =
        |bulk: &&Bulk| bulk.is_many() || (habit >= 2 && bulk.places.len() >= 2 && bulk.lines > TELLING);
    bulks.values().filter(fits).map(|bulk| bulk.newest).max()
}

/// Whether what is held up to a place tells of more than commits that were taken over one by one: two others at
/// least are held, or nearly everything is, picked or not.
fn is_more_than_picks(sequence: &[Taken], place: usize, picks: &[bool]) -> bool {
    let told: Vec<usize> = (0..=place).filter(|&at| sequence[at].lines > 0).collect();
    let held: Vec<usize> = told.iter().copied().filter(|&at| sequence[at].is_held()).collect();
    let others = held.iter().filter(|&&at| !picks[at]).count();
    others >= 2 || (held.len() >= MANY_PICKS && held.len() * 10 >= told.len() * 8)
}

/// Sums up to each place, so that any stretch is one subtraction.
struct Sums {
    weight: Vec<f64>,
    taken: Vec<f64>,
}

impl Sums {
    fn of(sequence: &[Taken], counts: impl Fn(usize) -> bool) -> Self {
        let (mut weight, mut taken) = (vec![0.0], vec![0.0]);
        for (place, one) in sequence.iter().enumerate() {
            let counts = counts(place);
            weight.push(weight[place] + if counts { one.weight() } else { 0.0 });
            taken.push(taken[place] + if counts { one.taken() } else { 0.0 });
        }
        Self { weight, taken }
    }

    fn end(&self) -> usize {
        self.weight.len() - 1
    }

    fn rate(&self, from: usize, to: usize) -> f64 {
        let weight = self.weight[to] - self.weight[from];
        if weight > 0.0 { (self.taken[to] - self.taken[from]) / weight } else { 0.0 }
    }

    /// The logarithm of how likely a stretch is when one rate holds all along it.
    fn likelihood(&self, from: usize, to: usize) -> f64 {
        let weight = self.weight[to] - self.weight[from];
        let taken = self.taken[to] - self.taken[from];
        if weight <= 0.0 {
            return 0.0;
        }
        let rate = (taken + 0.05) / (weight + 0.1);
        taken * rate.ln() + (weight - taken) * (1.0 - rate).ln()
    }

    fn split(&self, start: usize, at: usize) -> f64 {
        self.likelihood(start, at) + self.likelihood(at, self.end())
    }
}

/// The last place before which more is held than behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct LastDrop {
    place: usize,
    from: usize,
    to: usize,
    gain: f64,
}

/// A change of rate costs two parameters: the price that the Bayesian information criterion puts on them.
fn needed(length: usize) -> f64 {
    (length.max(2) as f64).ln()
}

/// Splits again behind each drop, since a rate that wanes (old code is rewritten) drops more than once.
fn last_drop(sums: &Sums) -> Option<LastDrop> {
    let end = sums.end();
    let mut start = 0;
    let mut last = None;
    while let Some((at, gain)) = best_split(sums, start) {
        let near = |place: &usize| sums.split(start, *place) > sums.split(start, at) - DOUBT;
        let from = (start + 1..=at).rev().take_while(near).last().unwrap_or(at);
        let to = (at..=end).take_while(near).last().unwrap_or(at);
        last = Some(LastDrop { place: at - 1, from: from - 1, to: to - 1, gain });
        start = at;
    }
    last.or_else(|| all_along(sums))
}

fn best_split(sums: &Sums, start: usize) -> Option<(usize, f64)> {
    let end = sums.end();
    let whole = sums.likelihood(start, end);
    let mut best: Option<(usize, f64)> = None;
    for at in start + 1..end {
        if sums.rate(start, at) <= sums.rate(at, end) {
            continue;
        }
        let gain = sums.split(start, at) - whole;
        if best.is_none_or(|(_, most)| gain > most) {
            best = Some((at, gain));
        }
    }
    best.filter(|(_, gain)| *gain >= needed(end))
}

/// Where nothing drops the fork followed to the end, or not at all.
fn all_along(sums: &Sums) -> Option<LastDrop> {
    let end = sums.end();
    if end == 0 || sums.rate(0, end) < ALL_ALONG_RATE {
        return None;
    }
    let is_taken = |place: &usize| sums.taken[place + 1] > sums.taken[*place];
    let place = (0..end).rev().find(is_taken)?;
    Some(LastDrop { place, from: place, to: place, gain: needed(end) })
}

/// The places from which the last [`RECENT`] taken ones are counted.
fn recent(sequence: &[Taken], place: usize) -> usize {
    (0..=place).rev().filter(|&at| sequence[at].held > 0).take(RECENT).last().unwrap_or(0)
}

/// The newest place before one that is held by enough lines to tell by.
pub(super) fn held_before(sequence: &[Taken], place: usize) -> usize {
    let is_telling = |at: &usize| sequence[*at].is_held() && sequence[*at].held >= TELLING;
    (0..place).rev().find(is_telling).unwrap_or(place)
}

/// The last place that the fork may have followed to although it took nothing of it over: at the rate at which it
/// took commits over in the end, passing over so many would be strange.
fn far_end(sequence: &[Taken], place: usize, picks: &[bool], last_time: i64) -> usize {
    let sums = Sums::of(sequence, |at| !picks[at] || at <= place);
    let start = recent(sequence, place);
    let weight = sums.weight[place + 1] - sums.weight[start];
    // Forks take what they take in clumps, so the rate between two clumps is lower: half of it is assumed.
    let rate = (sums.taken[place + 1] - sums.taken[start] + 0.5) / (weight + 1.0) / 2.0;
    let strange = |at: usize| (sums.weight[at + 1] - sums.weight[place + 1]) * -(1.0 - rate).ln() > DOUBT;
    let reachable = |at: &usize| !strange(*at);
    let last = (place..sequence.len()).take_while(reachable).last().unwrap_or(place);
    last.min(last_before(sequence, last_time).max(place))
}

pub(super) fn last_before(sequence: &[Taken], time: i64) -> usize {
    sequence.iter().rposition(|one| one.time <= time).unwrap_or(0)
}

/// The share of lines that are held.
pub(super) fn line_share(sequence: &[Taken]) -> f64 {
    let lines: usize = sequence.iter().map(|one| one.lines).sum();
    let held: usize = sequence.iter().map(|one| one.held).sum();
    if lines == 0 { 0.0 } else { held as f64 / lines as f64 }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const ALL: i64 = i64::MAX;

    /// Ten lines a commit, of which so many are held; nobody knows who brought them.
    fn sequence(held: &[usize]) -> Vec<Taken> {
        held.iter().map(|&held| Taken { lines: 10, held, ..Taken::default() }).collect()
    }

    /// The same, each place brought by one of the fork's commits.
    pub(in crate::upstream) fn brought(places: &[(usize, usize)]) -> Vec<Taken> {
        let by =
            |held: usize, commit| if held > 0 { BTreeMap::from([(commit, held)]) } else { BTreeMap::new() };
        places
            .iter()
            .map(|&(held, commit)| Taken { lines: 10, held, by: by(held, commit), ..Taken::default() })
            .collect()
    }

    #[test]
    fn the_rate_drops_where_the_fork_stopped() {
        let found = reach(&sequence(&[8, 9, 0, 8, 9, 8, 7, 0, 0, 0, 0, 0]), ALL).unwrap();
        assert_eq!(found.place, 6);
        assert!(found.window.0 <= 6 && found.window.1 >= 6, "{:?}", found.window);
        assert!(found.before > 0.6 && found.after == 0.0);
        assert_eq!(reach(&sequence(&[0, 0, 0]), ALL), None);
        assert_eq!(reach(&[], ALL), None);
    }

    #[test]
    fn a_rate_that_wanes_ends_at_its_last_drop_and_not_at_its_greatest() {
        let mut held = vec![9; 60];
        held.extend([9, 0, 0, 0, 0].repeat(12));
        held.extend([0; 60]);
        assert_eq!(reach(&sequence(&held), ALL).unwrap().place, 115);
    }

    #[test]
    fn without_a_drop_the_fork_followed_to_its_last_commit() {
        assert_eq!(reach(&sequence(&[9; 12]), ALL).unwrap().place, 11);
    }

    #[test]
    fn the_window_reaches_as_far_as_passing_over_commits_is_no_wonder() {
        let mut often = vec![9; 20];
        often.extend([0; 40]);
        assert_eq!(reach(&sequence(&often), ALL).unwrap().window, (18, 23));
        let mut seldom = [0, 0, 0, 9].repeat(10);
        seldom.extend([0; 100]);
        let (from, to) = reach(&sequence(&seldom), ALL).unwrap().window;
        assert!(from <= 39 && (45..70).contains(&to), "{from} to {to}");
    }

    #[test]
    fn a_copy_in_one_commit_ends_where_its_share_drops_most() {
        let mut places = vec![(9, 7); 20];
        // What upstream took from the fork later, which the date of the copy does not tell.
        places.extend([(0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (9, 7)].repeat(10));
        places.extend([(0, 0); 60]);
        assert_eq!(reach(&brought(&places), ALL).unwrap().place, 19);
        places.splice(50..60, [(9, 8); 10]);
        assert_eq!(reach(&brought(&places), ALL).unwrap().place, 59, "a later import is one");
    }

    #[test]
    fn lines_that_are_shared_by_chance_are_no_sync() {
        let mut seldom = [[0; 29].as_slice(), &[5]].concat().repeat(20);
        seldom.extend([0; 400]);
        assert_eq!(reach(&sequence(&seldom), ALL), None);
    }

    #[test]
    fn nothing_newer_than_the_fork_is_in_the_window() {
        let mut places = sequence(&[0, 0, 0, 9].repeat(10));
        places.extend(sequence(&[0; 100]));
        for (place, one) in places.iter_mut().enumerate() {
            one.time = place as i64;
        }
        assert_eq!(reach(&places, 41).unwrap().window.1, 41);
    }

    #[test]
    fn commits_that_were_taken_over_one_by_one_are_no_sync() {
        let picks = [(9, 1), (0, 0), (9, 2), (0, 0), (0, 0), (9, 3), (0, 0), (0, 0)];
        assert_eq!(reach(&brought(&picks), ALL), None);
        let mut synced: Vec<(usize, usize)> = vec![(9, 1); 10];
        synced.extend([(0, 0), (0, 0), (9, 2), (0, 0), (0, 0), (0, 0), (9, 3), (0, 0)]);
        assert_eq!(reach(&brought(&synced), ALL).unwrap().place, 9);
    }

    #[test]
    fn one_that_takes_over_everything_one_by_one_did_follow() {
        let mut each: Vec<(usize, usize)> = (0..8).map(|commit| (9, commit)).collect();
        each.extend([(0, 0); 6]);
        assert_eq!(reach(&brought(&each), ALL).unwrap().place, 7);
    }

    #[test]
    fn two_at_once_are_a_sync_only_in_a_fork_that_takes_many_at_once() {
        let mut places: Vec<(usize, usize)> = [(9, 1); 10].into();
        places.extend([(9, 2); 10]);
        places.extend([(0, 0); 30]);
        let with_two = |places: &[(usize, usize)]| {
            let mut places = places.to_vec();
            (places[30], places[34]) = ((9, 3), (9, 3));
            reach(&brought(&places), ALL).unwrap().place
        };
        assert_eq!(with_two(&places), 34);
        places.drain(..10);
        places.extend([(0, 0); 10]);
        assert_eq!(with_two(&places), 9);
    }
}
