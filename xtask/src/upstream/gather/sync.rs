//! Asks what the search for the sync point and for applied commits needs: trees, patches, the fork's lines.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};

use super::super::model::{Base, Hint, HintKind, SyncMethod, SyncPoint, Window};
use super::super::parse::Commit;
use super::super::reach::{self, Reach, Taken};
use super::super::relation::{self, Range};
use super::super::sync::{self, Arrivals, Names};
use super::peak::Peak;
use super::releases::Tags;
use super::threads::map_two;
use super::{blobs, overlap};
use crate::process::{Cancel, Progress};
use crate::repo::git::Git;
use crate::repo::{BlobId, CommitId, Scratch, is_binary, tree_records};

/// Patches of more commits than this are not read; the search by blobs narrows them down first.
const MOST_PATCHES: usize = 4000;
/// Commits in one child's batch of patches.
const BATCH: usize = 250;
/// Commits of one batch whose contents may be missing.
const MOST_GAPS: usize = 25;
/// Contents larger than this are no source text.
const LARGEST_TEXT: u64 = 4 << 20;

/// What the fork's messages may say of upstream.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    /// Upstream's tags, which they may name.
    pub(super) tags: &'a Tags,
    /// Whether they count at all.
    pub(super) count: bool,
}

/// What is compared.
pub(super) struct Search<'a> {
    pub(super) scratch: &'a Scratch,
    pub(super) range: &'a Range,
    pub(super) base: Option<&'a Base>,
    pub(super) fork: &'a CommitId,
    pub(super) words: Words<'a>,
    /// Upstream's commits that the fork holds one by one, as the same patch.
    pub(super) equivalent: &'a [CommitId],
}

/// What the search found.
pub(super) struct FoundSync {
    pub(super) sync_point: Option<SyncPoint>,
    /// Upstream's commits whose lines the fork holds.
    pub(super) applied: BTreeSet<CommitId>,
}

impl Search<'_> {
    fn git(&self) -> &Git {
        self.scratch.git()
    }

    pub(super) fn run(&self, progress: &Progress, cancel: &Cancel) -> Result<FoundSync> {
        // Oldest first, as the fork would have followed.
        let order = relation::landing_order(self.range);
        let hints = self.hints(&order);
        if order.is_empty() {
            return Ok(FoundSync { sync_point: self.at_base(hints), applied: BTreeSet::new() });
        }
        progress.step(format!("searching {} of upstream's commits for the fork's content", order.len()));
        let own = self.files(self.fork.as_str())?;
        let peak = self.peak(&order, &own, progress)?;
        progress.step("reading the patches of both sides".to_owned());
        let near = &order[near_peak(order.len(), peak.as_ref())];
        let (taken, applied) = self.taken(near, &own, &self.picked(&hints), cancel)?;
        let last_time = self.range.fork().map(|commit| commit.time).max().unwrap_or(i64::MAX);
        let reach = reach::reach(&taken, last_time);
        let found = self
            .same_tree(&order, &hints)
            .or_else(|| self.same_folder(&order, &hints))
            .or_else(|| self.by_lines(near, (&taken, reach), &order, &hints))
            .or_else(|| peak.and_then(|peak| peak.point(&order, &hints)))
            .or_else(|| self.at_base(hints.clone()));
        let found = found.map(|found| self.in_folder(found)).transpose()?;
        Ok(FoundSync { sync_point: found, applied })
    }

    /// Names the folder in which the fork keeps upstream's files, where no history is shared that tells it.
    fn in_folder(&self, found: SyncPoint) -> Result<SyncPoint> {
        if found.folder.is_some() || self.base.is_some() {
            return Ok(found);
        }
        let listings =
            [self.fork, &found.commit].map(|tree| self.git().read(&["ls-tree", "-r", "-z", tree.as_str()]));
        let [fork, upstream] = listings;
        let (fork, upstream) = (fork?, upstream?);
        let folder = sync::folder(tree_records(&fork).flatten(), tree_records(&upstream).flatten());
        Ok(SyncPoint { folder, ..found })
    }

    /// Upstream's commits that the fork took over one by one.
    fn picked(&self, hints: &[Hint]) -> BTreeSet<CommitId> {
        let named = hints.iter().filter(|hint| hint.kind == HintKind::Pick).map(|hint| &hint.commit);
        named.chain(self.equivalent).cloned().collect()
    }

    fn hints(&self, order: &[&Commit]) -> Vec<Hint> {
        if !self.words.count {
            return Vec::new();
        }
        let ids: BTreeSet<CommitId> = order.iter().map(|commit| commit.id.clone()).collect();
        let tags: BTreeMap<String, CommitId> = self
            .words
            .tags
            .all
            .iter()
            .filter(|tag| ids.contains(&tag.commit))
            .filter_map(|tag| Some((tag.name.rsplit('/').next()?.to_owned(), tag.commit.clone())))
            .collect();
        sync::hints(self.range.fork(), &Names { ids: &ids, tags: &tags })
    }

    /// The newest of the fork's commits that holds exactly one of upstream's trees. What it held before it took the
    /// merge base over tells nothing of what it followed since.
    fn same_tree(&self, order: &[&Commit], hints: &[Hint]) -> Option<SyncPoint> {
        let trees = by_tree(order);
        let base =
            self.base.and_then(|base| self.range.commits.iter().find(|commit| commit.id == base.commit));
        let mut since = self.range.fork().filter(|commit| base.is_none_or(|base| commit.time >= base.time));
        let (fork, upstream) = since.find_map(|commit| Some((commit, *trees.get(commit.tree.as_str())?)))?;
        let why = format!("the fork's commit {} holds exactly its files", fork.id);
        Some(point(upstream, [upstream, upstream], (1.0, SyncMethod::SameTree, why), hints))
    }

    /// The newest of upstream's commits all of whose tree is a folder of the fork's, now or at an earlier commit.
    fn same_folder(&self, order: &[&Commit], hints: &[Hint]) -> Option<SyncPoint> {
        let trees = by_tree(order);
        self.probes().into_iter().find_map(|probe| {
            let listing = self.git().read(&["ls-tree", "-r", "-d", "-z", probe.as_str()]).ok()?;
            let found = tree_records(&listing)
                .flatten()
                .filter_map(|folder| Some((*trees.get(folder.id)?, std::str::from_utf8(folder.path).ok()?)));
            let (upstream, folder) = found.max_by_key(|(commit, _)| commit.time)?;
            let why = format!("the folder `{folder}` of the fork's commit {probe} holds exactly its files");
            let found = point(upstream, [upstream, upstream], (1.0, SyncMethod::SameTree, why), hints);
            Some(SyncPoint { folder: Some(folder.to_owned()), ..found })
        })
    }

    /// The point that the fork's content tells, moved to what the fork says itself where it says it.
    fn by_lines(
        &self,
        near: &[&Commit],
        (taken, reach): (&[Taken], Option<Reach>),
        order: &[&Commit],
        hints: &[Hint],
    ) -> Option<SyncPoint> {
        let place_of = |id: &CommitId| near.iter().position(|commit| commit.id == *id);
        let in_order = |id: &CommitId| order.iter().position(|commit| commit.id == *id);
        let start = near.first().and_then(|commit| in_order(&commit.id)).unwrap_or(0);
        // Content that reaches beyond what was said shows an import that nobody wrote down.
        let is_later = |id: &CommitId| {
            reach.is_some_and(|reach| in_order(id).is_some_and(|place| place < start + reach.window.0))
        };
        let held = |place: usize| rounded(reach::line_share(&taken[..=place]));
        let stated =
            hints.iter().find(|hint| hint.kind == HintKind::Sync).filter(|hint| !is_later(&hint.commit));
        let measured = reach.map(|reach| self.measured(near, reach));
        if let Some(hint) = stated {
            let named = order.iter().find(|commit| commit.id == hint.commit)?;
            let supported = reach.is_some_and(|reach| {
                place_of(&hint.commit).is_some_and(|place| (reach.window.0..=reach.window.1).contains(&place))
            });
            let measured = measured.map_or("its content does not tell more".to_owned(), |measured| {
                format!("by its content alone: {measured}")
            });
            let why =
                format!("the fork's commit {} names it (\"{}\"); {measured}", hint.fork_commit, hint.words);
            let confidence = if supported { 0.98 } else { 0.85 };
            let found = point(named, [named, named], (confidence, SyncMethod::Stated, why), hints);
            return Some(SyncPoint { held: place_of(&hint.commit).map(held), ..found });
        }
        let reach = reach?;
        let ends = [near[reach.window.0], near[reach.window.1]];
        let found = point(near[reach.place], ends, (reach.confidence, SyncMethod::Lines, measured?), hints);
        Some(SyncPoint { held: Some(held(reach.place)), ..found })
    }

    fn measured(&self, near: &[&Commit], reach: Reach) -> String {
        let brought = reach.bulk.and_then(|(number, places)| {
            let commit = self.range.fork().nth(number)?;
            Some(format!("; its commit {} brought lines of {places} of them", commit.id))
        });
        format!(
            "up to {} the fork holds {:.0} % of the lines that upstream's commits had first, after it {:.0} %{}",
            near[reach.place].id,
            reach.before * 100.0,
            reach.after * 100.0,
            brought.unwrap_or_default()
        )
    }

    fn at_base(&self, hints: Vec<Hint>) -> Option<SyncPoint> {
        let base = self.base?;
        Some(SyncPoint {
            commit: base.commit.clone(),
            date: base.date.clone(),
            window: Window { from: base.commit.clone(), to: base.commit.clone() },
            confidence: 1.0,
            method: SyncMethod::MergeBase,
            why: "the fork's content follows no later commit than its history does".to_owned(),
            held: None,
            folder: None,
            conflicts_after: None,
            hints,
        })
    }

    /// The fork's files: blobs and their sizes.
    fn files(&self, tree: &str) -> Result<BTreeMap<BlobId, u64>> {
        let listing = self.git().read(&["ls-tree", "-r", "-z", tree])?;
        let mut ids: BTreeSet<BlobId> = BTreeSet::new();
        for record in tree_records(&listing) {
            let record = record?;
            ids.extend(BlobId::parse(record.id).filter(|_| record.kind == "blob"));
        }
        blobs::sizes(self.scratch, &ids)
    }

    /// Folded lines of all texts of a tree, sorted.
    fn lines(&self, files: &BTreeMap<BlobId, u64>) -> Result<Vec<u64>> {
        let texts = files
            .iter()
            .filter(|(_, size)| **size <= LARGEST_TEXT)
            .map(|(id, size)| (id.clone(), *size))
            .collect();
        let mut lines = Vec::new();
        blobs::contents(self.scratch, &texts, |_, content| {
            if !is_binary(content) {
                lines.extend(sync::folded(content));
            }
        })?;
        lines.sort_unstable();
        lines.dedup();
        Ok(lines)
    }

    /// How much of each commit the fork took over, and the commits that it holds.
    fn taken(
        &self,
        order: &[&Commit],
        own: &BTreeMap<BlobId, u64>,
        picked: &BTreeSet<CommitId>,
        cancel: &Cancel,
    ) -> Result<(Vec<Taken>, BTreeSet<CommitId>)> {
        let fork = self.lines(own)?;
        let base = match self.base {
            Some(base) => self.lines(&self.files(base.commit.as_str())?)?,
            None => Vec::new(),
        };
        let plain: Vec<&CommitId> =
            order.iter().filter(|commit| commit.parents.len() < 2).map(|commit| &commit.id).collect();
        let batches: Vec<&[&CommitId]> = plain.chunks(BATCH).collect();
        let parts = map_two(&batches, cancel, |batch| self.added_lines(batch))?;
        let mut added: BTreeMap<CommitId, Vec<u64>> = parts.into_iter().flatten().collect();
        sync::own_lines(&mut added, &base);
        let shared = sync::shared(&added, &fork);
        let arrivals = self.arrivals(&shared, cancel)?;
        let (mut taken, mut applied) = (Vec::new(), BTreeSet::new());
        for commit in order {
            let lines = added.get(&commit.id).map_or(&[][..], Vec::as_slice);
            let is_pick = picked.contains(&commit.id);
            taken.push(sync::taken(lines, &shared, &arrivals, commit.time, is_pick));
            if sync::containment(lines, &shared).is_applied() {
                applied.insert(commit.id.clone());
            }
        }
        Ok((taken, applied))
    }

    /// Which of the fork's commits (the newest that are read) brought the lines that it shares with upstream.
    fn arrivals(&self, shared: &[u64], cancel: &Cancel) -> Result<Arrivals> {
        let mut arrivals = Arrivals::default();
        if shared.is_empty() {
            return Ok(arrivals);
        }
        let plain = self.range.fork().enumerate().filter(|(_, commit)| commit.parents.len() < 2);
        let plain: Vec<(usize, &Commit)> = plain.take(MOST_PATCHES).collect();
        let batches: Vec<&[(usize, &Commit)]> = plain.chunks(BATCH).collect();
        let parts = map_two(&batches, cancel, |batch| {
            let ids: Vec<&CommitId> = batch.iter().map(|(_, commit)| &commit.id).collect();
            let mut added = self.added_lines(&ids)?;
            added.values_mut().for_each(|lines| lines.retain(|line| shared.binary_search(line).is_ok()));
            Ok(added)
        })?;
        let added: BTreeMap<CommitId, Vec<u64>> = parts.into_iter().flatten().collect();
        for (number, commit) in plain {
            let lines = added.get(&commit.id).map_or(&[][..], Vec::as_slice);
            arrivals.note(number, commit.time, lines, shared);
        }
        Ok(arrivals)
    }

    /// Lines that each commit added. git ends at a commit whose contents are missing: that one is passed over.
    fn added_lines(&self, ids: &[&CommitId]) -> Result<BTreeMap<CommitId, Vec<u64>>> {
        let args = ["diff-tree", "--stdin", "-r", "-p", "-U0", "--root", "--no-renames"];
        let mut all = BTreeMap::new();
        let mut rest = ids;
        for _ in 0..MOST_GAPS {
            let asked: String = rest.iter().map(|id| format!("{id}\n")).collect();
            let answer =
                self.git().answer_to(&args, asked.as_bytes(), &[]).context("read upstream's patches")?;
            let last = sync::added_lines(&answer.stdout, &mut all);
            if answer.code == Some(0) {
                return Ok(all);
            }
            // What it was writing when it ended is not whole.
            let ended = last.and_then(|last| rest.iter().position(|id| **id == last)).unwrap_or(0);
            all.remove(rest[ended]);
            rest = &rest[ended + 1..];
            if rest.is_empty() {
                return Ok(all);
            }
        }
        bail!("contents of more than {MOST_GAPS} of {} commits are missing here", ids.len())
    }

    /// Where upstream's tree shares most blobs with the fork's files, now or at an early or middle commit.
    fn peak(
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
        let mut now: Option<(Peak, Vec<u32>)> = None;
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
            if peak.probe == *self.fork {
                now = Some((peak.clone(), shared.to_vec()));
            }
            if best.as_ref().is_none_or(|best| peak.share() > best.share()) {
                best = Some(peak);
            }
        }
        let later = now.zip(best.as_ref()).filter(|((now, shared), best)| now.is_later(shared, best));
        Ok(later.map(|((now, _), _)| now).or(best).filter(|peak| peak.shared > 0))
    }

    /// The fork's tip, then commits along its first parents: a copy without history is most alike when it is young.
    fn probes(&self) -> Vec<CommitId> {
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

/// Commits by their trees, of several with one tree the newest.
fn by_tree<'a>(order: &[&'a Commit]) -> BTreeMap<&'a str, &'a Commit> {
    order.iter().map(|commit| (commit.tree.as_str(), *commit)).collect()
}

/// The places whose patches are read.
fn near_peak(length: usize, peak: Option<&Peak>) -> std::ops::Range<usize> {
    match peak {
        _ if length <= MOST_PATCHES => 0..length,
        Some(peak) => {
            let start = peak.window.0.saturating_sub(MOST_PATCHES / 2);
            start..length.min(start + MOST_PATCHES)
        }
        None => length - MOST_PATCHES..length,
    }
}

pub(super) fn point(
    commit: &Commit,
    ends: [&Commit; 2],
    (confidence, method, why): (f64, SyncMethod, String),
    hints: &[Hint],
) -> SyncPoint {
    SyncPoint {
        commit: commit.id.clone(),
        date: commit.date.clone(),
        window: Window { from: ends[0].id.clone(), to: ends[1].id.clone() },
        confidence,
        method,
        why,
        held: None,
        folder: None,
        conflicts_after: None,
        hints: hints.to_vec(),
    }
}

pub(super) fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
