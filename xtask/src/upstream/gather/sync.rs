//! Asks what the search for the sync point and for applied commits needs: trees, patches, the fork's lines.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Context, Result, bail};

use super::super::hints::{self, Names};
use super::super::model::{Base, Hint, HintKind, SyncMethod, SyncPoint, Window};
use super::super::parse::Commit;
use super::super::reach::{self, Taken};
use super::super::relation;
use super::super::sync::{self, Arrivals};
use super::beside::Beside;
use super::blobs;
use super::peak::{Peak, near_peak};
use super::releases::Tags;
use super::threads::map_two;
use super::told::{Candidate, Told};
use crate::process::{Cancel, Progress};
use crate::repo::git::Git;
use crate::repo::{BlobId, CommitId, Scratch, is_binary, tree_records};

/// Patches of more commits than this are not read; the search by blobs narrows them down first.
pub(super) const MOST_PATCHES: usize = 4000;
/// Commits in one child's batch of patches.
const BATCH: usize = 250;
/// Commits of one batch whose contents may be missing.
const MOST_GAPS: usize = 25;
/// Contents larger than this are no source text.
pub(super) const LARGEST_TEXT: u64 = 4 << 20;

/// Commits beside upstream's branch that are looked up: the newest that the fork's messages name.
const MOST_BESIDE: usize = 16;
/// Folders that are called so in many repositories, whatever they hold.
const PLAIN_FOLDERS: &[&str] =
    &["deps", "external", "lib", "libs", "packages", "source", "src", "third_party", "upstream", "vendor"];

/// What the fork may say of upstream.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) tags: &'a Tags,
    /// What upstream's repository is called, where its address tells it.
    pub(super) called: Option<&'a str>,
    /// Whether what the fork's messages say counts.
    pub(super) messages: bool,
}

/// What is compared.
pub(super) struct Search<'a> {
    pub(super) scratch: &'a Scratch,
    pub(super) range: &'a relation::Range,
    pub(super) base: Option<&'a Base>,
    pub(super) fork: &'a CommitId,
    pub(super) upstream: &'a CommitId,
    pub(super) said: Said<'a>,
    /// Upstream's commits that the fork holds one by one, as the same patch.
    pub(super) equivalent: &'a [CommitId],
}

/// What the search found.
pub(super) struct FoundSync {
    pub(super) sync_point: Option<SyncPoint>,
    /// Upstream's commits whose lines the fork holds.
    pub(super) applied: BTreeSet<CommitId>,
}

/// What the two trees to compare with hold.
pub(super) struct Lines {
    /// Folded lines of all texts of the fork, sorted.
    pub(super) fork: Vec<u64>,
    pub(super) fork_files: BTreeMap<BlobId, u64>,
    /// The same of the merge base.
    base: Vec<u64>,
    base_files: BTreeMap<BlobId, u64>,
}

impl Search<'_> {
    pub(super) fn git(&self) -> &Git {
        self.scratch.git()
    }

    pub(super) fn run(&self, progress: &Progress, cancel: &Cancel) -> Result<FoundSync> {
        // Oldest first, as the fork would have followed.
        let order = relation::landing_order(self.range);
        // Where git cannot tell, no release is compared.
        let mut beside = self.releases_beside(&order).unwrap_or_default();
        let hints = self.hints(&order, &mut beside);
        if order.is_empty() {
            return Ok(FoundSync { sync_point: self.at_base(hints), applied: BTreeSet::new() });
        }
        progress.step(format!("searching {} of upstream's commits for the fork's content", order.len()));
        let own = self.files(self.fork.as_str())?;
        let peak = self.peak(&order, &own, progress)?;
        progress.step("reading the patches of both sides".to_owned());
        let base_files =
            self.base.map(|base| self.files(base.commit.as_str())).transpose()?.unwrap_or_default();
        let (fork, base) = (self.lines(&own)?, self.lines(&base_files)?);
        let lines = Lines { fork, fork_files: own, base, base_files };
        let picked = self.picked(&hints);
        let near = self.near(&order, peak.as_ref(), &lines, cancel)?;
        let start = near.start;
        let (taken, applied) = self.taken(&order[near], &lines, &picked, cancel)?;
        let reach = reach::reach(&taken, self.last_time());
        let told = Told { order: &order, beside: &beside, start, taken: &taken, reach, peak, hints: &hints };
        let found = self.choose(&told).or_else(|| self.at_base(hints.clone()));
        let found = found.map(|found| self.or_release(found, &told, &lines)).transpose()?;
        let found = found.map(|found| self.in_folder(found)).transpose()?;
        let sync_point = found.map(|found| SyncPoint {
            held: self.held(&found.commit, &lines),
            // Where git cannot tell, nothing is said to be missing.
            never_taken: self.never_taken(&found).unwrap_or_default(),
            ..found
        });
        Ok(FoundSync { sync_point, applied })
    }

    /// How much of what upstream's files had at a commit, beyond the merge base, stands in the fork; `None` where
    /// contents are missing.
    fn held(&self, commit: &CommitId, lines: &Lines) -> Option<f64> {
        if self.base.is_some_and(|base| base.commit == *commit) {
            return None;
        }
        let mut files = self.files(commit.as_str()).ok()?;
        files.retain(|id, _| !lines.base_files.contains_key(id));
        let mut there = self.lines(&files).ok()?;
        there.retain(|line| lines.base.binary_search(line).is_err());
        let held = there.iter().filter(|line| lines.fork.binary_search(line).is_ok()).count();
        (!there.is_empty()).then(|| rounded(held as f64 / there.len() as f64))
    }

    /// What the fork held exactly it followed at least: that is the answer where neither its messages nor its content
    /// tell of more.
    fn choose(&self, told: &Told<'_>) -> Option<SyncPoint> {
        let exact = self.same_tree(told).or_else(|| self.same_folder(told));
        let told_later = told.stated_or_held(self);
        let Some(exact) = exact else { return told_later.map(|later| later.point) };
        let later = told_later.filter(|later| !exact.is_last && told.is_beyond(later, exact.least, self));
        Some(later.map_or(exact.point, |later| told.not_before(later, exact.least).point))
    }

    /// Names the folder in which the fork keeps upstream's files, where no history is shared that tells it.
    fn in_folder(&self, found: SyncPoint) -> Result<SyncPoint> {
        if found.folder.is_some() {
            return Ok(found);
        }
        Ok(SyncPoint { folder: self.folder_of([self.fork, &found.commit])?, ..found })
    }

    /// The folder in which most of an upstream commit's files stand in one of the fork's.
    pub(super) fn folder_of(&self, commits: [&CommitId; 2]) -> Result<Option<String>> {
        if self.base.is_some() {
            return Ok(None);
        }
        let listings = commits.map(|tree| self.git().read(&["ls-tree", "-r", "-z", tree.as_str()]));
        let [fork, upstream] = listings;
        let (fork, upstream) = (fork?, upstream?);
        Ok(sync::folder(tree_records(&fork).flatten(), tree_records(&upstream).flatten()))
    }

    /// Upstream's commits that the fork took over one by one.
    fn picked(&self, hints: &[Hint]) -> BTreeSet<CommitId> {
        let named = hints.iter().filter(|hint| hint.kind == HintKind::Pick).map(|hint| &hint.commit);
        named.chain(self.equivalent).cloned().collect()
    }

    /// What the fork's messages say. Commits beside upstream's branch that they name are added to `beside`.
    fn hints(&self, order: &[&Commit], beside: &mut Vec<Beside>) -> Vec<Hint> {
        if !self.said.messages {
            return Vec::new();
        }
        let ids: BTreeSet<CommitId> = order.iter().map(|commit| commit.id.clone()).collect();
        let forks: BTreeSet<&CommitId> = self.range.fork().map(|commit| &commit.id).collect();
        let own = self.own_names();
        let mut tags: BTreeMap<String, Vec<CommitId>> = BTreeMap::new();
        for tag in self.said.tags.all.iter().filter(|tag| !forks.contains(&tag.commit)) {
            let last = tag.name.rsplit('/').next();
            if let Some(version) = last.and_then(|last| hints::version(last, &own)) {
                tags.entry(version).or_default().push(tag.commit.clone());
            }
        }
        let answers: RefCell<BTreeMap<String, Option<CommitId>>> = RefCell::default();
        let named = RefCell::new(beside);
        let beside = |id: &str| {
            if let Some(answer) = answers.borrow().get(id) {
                return answer.clone();
            }
            let is_known = || self.range.commits.iter().any(|commit| commit.id.as_str().starts_with(id));
            if answers.borrow().len() == MOST_BESIDE || is_known() {
                return None;
            }
            let mut named = named.borrow_mut();
            let known = named.iter().find(|one| one.commit.id.as_str().starts_with(id));
            let answer = known.map(|one| one.commit.id.clone()).or_else(|| {
                let one = self.beside(id, order).ok().flatten()?;
                let id = one.commit.id.clone();
                named.push(one);
                Some(id)
            });
            answers.borrow_mut().insert(id.to_owned(), answer.clone());
            answer
        };
        hints::hints(self.range.fork(), &Names { ids: &ids, tags: &tags, own: &own, beside: &beside })
    }

    /// What upstream is called: by its address, by its own merges, by the folder that the fork keeps it in.
    fn own_names(&self) -> BTreeSet<String> {
        let merged = hints::called_by_merges(self.range.upstream());
        let folder = self.folder_of([self.fork, self.upstream]).ok().flatten();
        let folder = folder.and_then(|folder| Some(folder.rsplit('/').next()?.to_lowercase()));
        let folder = folder.filter(|name| !PLAIN_FOLDERS.contains(&name.as_str()));
        self.said.called.map(str::to_owned).into_iter().chain(merged).chain(folder).collect()
    }

    /// The newest of the fork's commits that holds exactly one of upstream's trees. What it held before it took the
    /// merge base over tells nothing of what it followed since.
    fn same_tree(&self, told: &Told<'_>) -> Option<Candidate> {
        let trees = by_tree(told);
        let base =
            self.base.and_then(|base| self.range.commits.iter().find(|commit| commit.id == base.commit));
        let mut since = self.range.fork().filter(|commit| base.is_none_or(|base| commit.time >= base.time));
        let (fork, upstream) = since.find_map(|commit| Some((commit, *trees.get(commit.tree.as_str())?)))?;
        let why = format!("the fork's commit {} holds exactly its files", fork.id);
        let point = point(upstream, [upstream, upstream], (1.0, SyncMethod::SameTree, why), told.hints);
        Some(Candidate { least: told.place(&upstream.id)?, is_last: fork.id == *self.fork, point })
    }

    /// The newest of upstream's commits all of whose tree is a folder of the fork's, now or at an earlier commit.
    fn same_folder(&self, told: &Told<'_>) -> Option<Candidate> {
        let trees = by_tree(told);
        self.probes().into_iter().find_map(|probe| {
            let listing = self.folders(&probe).ok()?;
            let found = tree_records(&listing)
                .flatten()
                .filter_map(|folder| Some((*trees.get(folder.id)?, std::str::from_utf8(folder.path).ok()?)));
            let (upstream, folder) = found.max_by_key(|(commit, _)| commit.time)?;
            let why = format!("the folder `{folder}` of the fork's commit {probe} holds exactly its files");
            let point = point(upstream, [upstream, upstream], (1.0, SyncMethod::SameTree, why), told.hints);
            // The fork may have moved or removed it since.
            let now = self.folders(self.fork).ok()?;
            let is_here = tree_records(&now).flatten().any(|record| record.path == folder.as_bytes());
            let point = SyncPoint { folder: is_here.then(|| folder.to_owned()), ..point };
            Some(Candidate { least: told.place(&upstream.id)?, is_last: probe == *self.fork, point })
        })
    }

    /// The folders of a commit.
    fn folders(&self, commit: &CommitId) -> Result<Vec<u8>> {
        self.git().read(&["ls-tree", "-r", "-d", "-z", commit.as_str()])
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
            never_taken: Vec::new(),
            folder: None,
            conflicts_after: None,
            hints,
        })
    }

    /// The files of a tree: blobs and their sizes.
    pub(super) fn files(&self, tree: &str) -> Result<BTreeMap<BlobId, u64>> {
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

    /// The date of the fork's newest commit in seconds.
    pub(super) fn last_time(&self) -> i64 {
        self.range.fork().map(|commit| commit.time).max().unwrap_or(i64::MAX)
    }

    /// The places whose patches are read. Where an older state of the fork is most alike, or none, that tells little
    /// of where it stands now: some patches from all along the way show where to look.
    fn near(
        &self,
        order: &[&Commit],
        peak: Option<&Peak>,
        lines: &Lines,
        cancel: &Cancel,
    ) -> Result<Range<usize>> {
        let near = near_peak(order.len(), peak.map(|peak| peak.window.0));
        if near.len() == order.len() || peak.is_some_and(|peak| peak.is_now(self.fork)) {
            return Ok(near);
        }
        let step = order.len().div_ceil(MOST_PATCHES / 2);
        let some: Vec<&Commit> = order.iter().copied().step_by(step).collect();
        let (taken, _) = self.taken(&some, lines, &BTreeSet::new(), cancel)?;
        let reach = reach::reach(&taken, self.last_time());
        Ok(reach.map_or(near, |reach| near_peak(order.len(), Some(reach.place * step))))
    }

    /// How much of each commit the fork took over, and the commits that it holds.
    fn taken(
        &self,
        order: &[&Commit],
        lines: &Lines,
        picked: &BTreeSet<CommitId>,
        cancel: &Cancel,
    ) -> Result<(Vec<Taken>, BTreeSet<CommitId>)> {
        let plain: Vec<&CommitId> =
            order.iter().filter(|commit| commit.parents.len() < 2).map(|commit| &commit.id).collect();
        let batches: Vec<&[&CommitId]> = plain.chunks(BATCH).collect();
        let parts = map_two(&batches, cancel, |batch| self.added_lines(batch))?;
        let mut added: BTreeMap<CommitId, Vec<u64>> = parts.into_iter().flatten().collect();
        sync::own_lines(&mut added, &lines.base);
        let shared = sync::shared(&added, &lines.fork);
        let arrivals = self.arrivals(&shared, cancel)?;
        let ports = self.ports();
        let (mut taken, mut applied) = (Vec::new(), BTreeSet::new());
        for commit in order {
            let lines = added.get(&commit.id).map_or(&[][..], Vec::as_slice);
            let is_pick = picked.contains(&commit.id);
            taken.push(sync::taken(lines, &shared, &arrivals, commit.time, is_pick).without(&ports));
            if sync::containment(lines, &shared).is_applied() {
                applied.insert(commit.id.clone());
            }
        }
        Ok((taken, applied))
    }

    /// The fork's commits, by number, that say that they brought one piece of upstream's: how large it is tells nothing
    /// of how far the fork followed.
    fn ports(&self) -> BTreeSet<usize> {
        let numbered = self.range.fork().enumerate().filter(|_| self.said.messages);
        numbered.filter(|(_, commit)| hints::is_port(&commit.message)).map(|(number, _)| number).collect()
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
}

/// Commits by their trees, of several with one tree the newest on upstream's branch.
fn by_tree<'a>(told: &Told<'a>) -> BTreeMap<&'a str, &'a Commit> {
    let beside = told.beside.iter().map(|one| &one.commit);
    beside.chain(told.order.iter().copied()).map(|commit| (commit.tree.as_str(), commit)).collect()
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
        never_taken: Vec::new(),
        folder: None,
        conflicts_after: None,
        hints: hints.to_vec(),
    }
}

pub(super) fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
