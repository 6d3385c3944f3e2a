//! How far the fork can follow before it conflicts, and which commit begins each conflict.
//!
//! The sweep merges contents file by file; what it says is then proven by whole trial merges, as many as the
//! sizes of the two sides allow.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::super::chain::{self, Fate};
use super::super::class::is_made;
use super::super::model::{CleanPrefix, Conflict, FirstConflict, Merge, Prefix, Step};
use super::super::parse::{self, Diff};
use super::super::relation;
use super::contents;
use super::releases::StepTag;
use super::threads::map_two;
use crate::process::{Cancel, Progress};
use crate::repo::git::Git;
use crate::repo::{CommitId, RepoPath, Scratch};

/// Where the sweep begins and what it follows.
pub(super) struct Sweep<'a> {
    pub(super) scratch: &'a Scratch,
    pub(super) base: &'a CommitId,
    /// Whether there is no other merge base: of several git merges the contents first.
    pub(super) only_base: bool,
    pub(super) fork: &'a CommitId,
    pub(super) upstream: &'a CommitId,
    pub(super) fork_diff: &'a Diff,
    pub(super) upstream_diff: &'a Diff,
}

/// Work that all proofs together may cost: changed paths times trial merges.
const PROOF_WORK: usize = 40_000;

/// Times that the edge of the clean prefix is looked for again where a trial merge says otherwise than the sweep.
const EDGE_TRIES: usize = 32;

/// What the sweep found.
pub(super) struct Swept {
    chain: Vec<CommitId>,
    /// So many at the start of the chain do not descend from the base that the sweep merges with.
    leading: usize,
    fates: Vec<Fate>,
    /// Whether the sweep's word needs no proof where a path stands on all sides.
    only_base: bool,
    /// For each place in the chain, whether something conflicts: git's word where a trial merge was made, else the
    /// sweep's. They differ where the sweep knows less than git, as with several merge bases.
    conflicting: Vec<bool>,
    /// The same, lockfiles and generated files apart.
    conflicting_apart: Vec<bool>,
    /// Trial merges that were made, by place in the chain.
    proofs: BTreeMap<usize, Proof>,
}

/// What a trial merge said.
struct Proof {
    clean: bool,
    /// Unmerged paths; a folder that may have moved conflicts without one.
    paths: BTreeSet<RepoPath>,
    /// Whether all that conflicts are lockfiles and generated files.
    only_made: bool,
}

impl Sweep<'_> {
    /// Finds every file's fate along upstream's first parents and proves what matters most.
    pub(super) fn run(&self, merge: &Merge, progress: &Progress, cancel: &Cancel) -> Result<Swept> {
        let (chain, leading) = self.chain()?;
        progress.step(format!("following {} of upstream's commits", chain.len()));
        let changes = self.changes(&chain)?;
        let watched = chain::watch(self.fork_diff, self.upstream_diff, &changes);
        let conflicting = contents::conflicting(self.scratch, &chain::needed(&watched), cancel)?;
        let fates = chain::fates(&watched, &conflicting);
        let by_hand = fates.iter().filter(|fate| !fate.names.iter().all(is_made));
        let mut swept = Swept {
            conflicting: chain::conflicting_places(fates.iter(), chain.len()),
            conflicting_apart: chain::conflicting_places(by_hand, chain.len()),
            only_base: self.only_base,
            chain,
            leading,
            fates,
            proofs: BTreeMap::new(),
        };
        swept.take_tip(merge);
        let step = leading.div_ceil(self.budget()).max(1);
        let tried: Vec<usize> = (0..leading).step_by(step).collect();
        swept.take_leading(self.trial_merges(&tried, &swept.chain)?);
        self.prove(&mut swept, &merge.conflicts, progress, cancel)?;
        self.settle_edges(&mut swept, cancel)?;
        Ok(swept)
    }

    /// Upstream's first parents that the fork lacks, oldest first, and how many of them do not descend from the base:
    /// it may lie on a branch that upstream merged later, or be one of several.
    fn chain(&self) -> Result<(Vec<CommitId>, usize)> {
        let list = |args: &[&str], range: &str| -> Result<Vec<Vec<CommitId>>> {
            let args = [&["rev-list"], args, &[range, "--"]].concat();
            let lines = self.scratch.git().line(&args)?;
            Ok(lines.lines().map(|line| line.split(' ').filter_map(CommitId::parse).collect()).collect())
        };
        let first = |ids: Vec<CommitId>| ids.into_iter().next();
        let since_base = format!("{}..{}", self.base, self.upstream);
        let lines = list(&["--first-parent", "--reverse", "--parents"], &since_base)?;
        // Most often the base is one of them, and all of the others descend from it.
        if self.only_base && lines.first().is_some_and(|ids| ids.get(1) == Some(self.base)) {
            return Ok((lines.into_iter().filter_map(first).collect(), 0));
        }
        let since_fork = format!("{}..{}", self.fork, self.upstream);
        let all = list(&["--first-parent", "--reverse"], &since_fork)?;
        let all: Vec<CommitId> = all.into_iter().filter_map(first).collect();
        let descending: BTreeSet<CommitId> =
            list(&["--ancestry-path"], &since_base)?.into_iter().filter_map(first).collect();
        let leading = all.iter().take_while(|id| !descending.contains(id)).count();
        Ok((all, leading))
    }

    /// How many trial merges may be made.
    fn budget(&self) -> usize {
        let size = self.fork_diff.entries.len() + self.upstream_diff.entries.len();
        (PROOF_WORK / size.max(1)).clamp(16, 400)
    }

    /// What each changed against the one before it.
    fn changes(&self, chain: &[CommitId]) -> Result<Vec<Vec<parse::RawEntry>>> {
        let mut before = self.base;
        let mut asked = String::new();
        for commit in chain {
            asked += &format!("{commit} {before}\n");
            before = commit;
        }
        let args = ["diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames"];
        let answer = self.scratch.git().answer_to(&args, asked.as_bytes(), &[0])?;
        let mut by_commit = parse::diffs_by_commit(&answer.stdout)?;
        Ok(chain.iter().map(|commit| by_commit.remove(commit).unwrap_or_default()).collect())
    }

    /// Trial merges of the fork with some of the chain, at most as many as the budget allows.
    fn prove(
        &self,
        swept: &mut Swept,
        conflicts: &[Conflict],
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<()> {
        let mut budget = self.budget();
        let mut places: Vec<usize> = swept.wanted(conflicts).into_iter().take(budget).collect();
        progress.step(format!("proving with {} trial merges", places.len()));
        while !places.is_empty() {
            // Two children share the work; each answers its pairs in order.
            let halves: Vec<Vec<usize>> =
                places.chunks(places.len().div_ceil(2)).map(<[usize]>::to_vec).collect();
            let answers = map_two(&halves, cancel, |half| self.trial_merges(half, &swept.chain))?;
            swept.take(answers.into_iter().flatten());
            budget -= places.len();
            // What the sweep could not tell is cut in half until it is told.
            places = swept.open(conflicts).into_iter().take(budget).collect();
        }
        Ok(())
    }

    /// Moves the edges of the clean prefix, with and without lockfiles, to where trial merges prove them.
    fn settle_edges(&self, swept: &mut Swept, cancel: &Cancel) -> Result<()> {
        for _ in 0..EDGE_TRIES {
            let edges = [&swept.conflicting, &swept.conflicting_apart].map(|places| edge(places));
            let open: BTreeSet<usize> =
                edges.into_iter().flatten().filter(|place| !swept.proofs.contains_key(place)).collect();
            if open.is_empty() || cancel.is_cancelled() {
                break;
            }
            let proven = self.trial_merges(&open.into_iter().collect::<Vec<_>>(), &swept.chain)?;
            swept.take(proven.into_iter());
        }
        Ok(())
    }

    fn trial_merges(&self, places: &[usize], chain: &[CommitId]) -> Result<Vec<(usize, Proof)>> {
        let pairs: Vec<String> =
            places.iter().map(|&place| format!("{} {}", self.fork, chain[place])).collect();
        let merges = merge_all(self.scratch.git(), &pairs)?;
        let proofs = merges.into_iter().zip(places).map(|((clean, merge), &place)| {
            let told = merge.messages.iter().filter(|message| message.is_conflict());
            let only_made = told.flat_map(|message| &message.paths).chain(merge.stages.keys()).all(is_made);
            // At each commit git sets aside under another name.
            let sides = [self.fork, &chain[place]];
            let name = |path: RepoPath| relation::set_aside(&path, sides).unwrap_or(path);
            Proof { clean, only_made, paths: merge.stages.into_keys().map(name).collect() }
        });
        Ok(places.iter().copied().zip(proofs).collect())
    }
}

/// Makes many trial merges in one child; each line is `FORK UPSTREAM` or `BASE -- FORK UPSTREAM`.
pub(super) fn merge_all(git: &Git, pairs: &[String]) -> Result<Vec<(bool, parse::TrialMerge)>> {
    merge_into(git, None, pairs)
}

/// Makes trial merges of a fork that keeps upstream in a folder.
pub(super) fn merge_into(
    git: &Git,
    folder: Option<&str>,
    pairs: &[String],
) -> Result<Vec<(bool, parse::TrialMerge)>> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let asked: String = pairs.iter().map(|pair| format!("{pair}\n")).collect();
    let subtree = folder.map(|folder| format!("--strategy-option=subtree={folder}"));
    let args = ["merge-tree", "--write-tree", "--stdin"].into_iter().chain(subtree.as_deref());
    let answer = git.answer_to(&args.collect::<Vec<_>>(), asked.as_bytes(), &[0])?;
    let merges = parse::trial_merges(&answer.stdout)?;
    (merges.len() == pairs.len()).then_some(merges).context("git answered fewer trial merges than were asked")
}

/// The path that a conflict is about.
fn path_of(conflict: &Conflict) -> &RepoPath {
    conflict.stands_for.as_ref().unwrap_or(&conflict.path)
}

/// The last clean place and the one after it, as far as they are in the chain.
fn edge(conflicting: &[bool]) -> Vec<usize> {
    let (clean, _) = chain::clean_prefix(conflicting);
    let places = [clean.checked_sub(1), Some(clean).filter(|&place| place < conflicting.len())];
    places.into_iter().flatten().collect()
}

impl Swept {
    /// Places worth a trial merge, the most telling first: the edge of the clean prefix, then each first conflict
    /// and the commit before it: those that need a proof, then those that explain most paths.
    fn wanted(&self, conflicts: &[Conflict]) -> Vec<usize> {
        let mut wanted = edge(&self.conflicting);
        let mut explained: BTreeMap<usize, (bool, usize)> = BTreeMap::new();
        for fate in conflicts.iter().filter_map(|conflict| self.fate(path_of(conflict))) {
            let Some(first) = fate.first() else { continue };
            let (open, count) = explained.entry(first).or_default();
            *open |= !self.is_sure(fate);
            *count += 1;
        }
        let mut firsts: Vec<_> = explained.into_iter().collect();
        firsts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        for (place, _) in firsts {
            wanted.extend([Some(place), place.checked_sub(1)].into_iter().flatten());
        }
        let mut seen = BTreeSet::new();
        wanted.retain(|&place| {
            place < self.chain.len() && !self.proofs.contains_key(&place) && seen.insert(place)
        });
        wanted
    }

    /// Places half way between a clean and a conflicting trial merge of paths whose first conflict is not known.
    fn open(&self, conflicts: &[Conflict]) -> BTreeSet<usize> {
        let open = conflicts.iter().filter(|conflict| self.told_conflict(conflict).is_none());
        let middle = |conflict: &Conflict| {
            let (clean, conflicting) = self.turn(path_of(conflict))?;
            let start = clean.map_or(0, |clean| clean + 1);
            (start < conflicting).then_some(start + (conflicting - start) / 2)
        };
        open.filter_map(middle).collect()
    }

    /// Takes over what trial merges said.
    fn take(&mut self, proofs: impl Iterator<Item = (usize, Proof)>) {
        for (place, proof) in proofs {
            self.conflicting[place] = !proof.clean;
            self.conflicting_apart[place] = !proof.clean && !proof.only_made;
            self.proofs.insert(place, proof);
        }
    }

    /// Takes over what trial merges said of commits that the sweep knows nothing of; those between two that were tried
    /// are taken to be like the one before, until a trial merge says otherwise.
    fn take_leading(&mut self, proofs: Vec<(usize, Proof)>) {
        self.take(proofs.into_iter());
        for place in (1..self.leading).filter(|place| !self.proofs.contains_key(place)).collect::<Vec<_>>() {
            self.conflicting[place] = self.conflicting[place - 1];
            self.conflicting_apart[place] = self.conflicting_apart[place - 1];
        }
    }

    /// Takes over the trial merge of both sides, where all of it is known.
    fn take_tip(&mut self, merge: &Merge) {
        let Some(tip) = self.chain.len().checked_sub(1).filter(|_| merge.unjudged.is_empty()) else { return };
        let paths: BTreeSet<RepoPath> = merge.conflicts.iter().map(path_of).cloned().collect();
        let only_made = paths.iter().chain(merge.notices.iter().map(|notice| &notice.path)).all(is_made);
        self.take(std::iter::once((tip, Proof { clean: merge.clean, paths, only_made })));
    }

    fn fate(&self, path: &RepoPath) -> Option<&Fate> {
        self.fates.iter().find(|fate| fate.names.contains(path) && fate.first().is_some())
    }

    fn is_sure(&self, fate: &Fate) -> bool {
        self.only_base && self.leading == 0 && fate.is_sure()
    }

    /// Whether a path conflicts at a place under one of its names, as far as a trial merge was made there.
    fn conflicts_at(&self, path: &RepoPath, place: usize) -> Option<bool> {
        let proof = self.proofs.get(&place)?;
        let names = self.fate(path).map(|fate| &fate.names);
        Some(proof.paths.contains(path) || names.into_iter().flatten().any(|name| proof.paths.contains(name)))
    }

    /// The first place that trial merges show to conflict, and the last one before it that they show to be clean.
    fn turn(&self, path: &RepoPath) -> Option<(Option<usize>, usize)> {
        let told = |wanted: bool| move |place: &&usize| self.conflicts_at(path, **place) == Some(wanted);
        let conflicting = *self.proofs.keys().find(told(true))?;
        let clean = self.proofs.keys().rev().skip_while(|place| **place >= conflicting).find(told(false));
        Some((clean.copied(), conflicting))
    }

    /// The commit that begins a conflict, and how sure that is. Where the trial merges did not reach it, that is the
    /// sweep's word, unproven; what they contradict is not passed on.
    pub(super) fn first_conflict(&self, conflict: &Conflict) -> Option<FirstConflict> {
        self.told_conflict(conflict).or_else(|| self.likely_conflict(path_of(conflict)))
    }

    /// The sweep's word, where it lies between the last clean trial merge and the first that conflicts.
    fn likely_conflict(&self, path: &RepoPath) -> Option<FirstConflict> {
        let (clean, conflicting) = self.turn(path)?;
        let fate = self.fate(path)?;
        // Of the leading commits the sweep knows nothing.
        let start = clean.map_or(0, |clean| clean + 1).max(self.leading);
        let is_between = |place: &usize| (start..=conflicting).contains(place);
        // A turn stands for each version of the file: only one behind a clean version begins a conflict.
        let before = std::iter::once(false).chain(fate.turns.iter().map(|(_, conflicts)| *conflicts));
        let turns = fate.turns.iter().zip(before);
        let mut begun = turns.filter(|((_, now), before)| *now && !before).map(|((place, _), _)| *place);
        let first = begun.find(is_between)?;
        Some(FirstConflict {
            commit: self.chain[first].clone(),
            proven: false,
            monotone: self.monotone(path, first, fate.is_monotone()),
        })
    }

    /// Whether a conflict stays once it began; trial merges have the last word.
    fn monotone(&self, path: &RepoPath, first: usize, told: Option<bool>) -> Option<bool> {
        let mut later = self.proofs.keys().filter(|place| **place > first);
        let goes_away = later.any(|&place| self.conflicts_at(path, place) == Some(false));
        if goes_away { Some(false) } else { told }
    }

    /// The commit that begins a conflict as trial merges prove it, or as nothing but the sweep's word can be.
    fn told_conflict(&self, conflict: &Conflict) -> Option<FirstConflict> {
        let path = path_of(conflict);
        let early = (0..self.leading).find(|&place| self.conflicts_at(path, place) == Some(true));
        let fate = self.fate(path).filter(|_| early.is_none());
        let found = |place: usize, proven: bool, monotone: Option<bool>| FirstConflict {
            commit: self.chain[place].clone(),
            proven,
            monotone: self.monotone(path, place, monotone),
        };
        if let Some((fate, first)) = fate.and_then(|fate| Some((fate, fate.first()?))) {
            let before = if first == 0 { Some(false) } else { self.conflicts_at(path, first - 1) };
            match (self.conflicts_at(path, first), before) {
                (Some(true), Some(false)) => return Some(found(first, true, fate.is_monotone())),
                (Some(false), _) | (_, Some(true)) => {}
                _ if self.is_sure(fate) => return Some(found(first, false, fate.is_monotone())),
                _ => {}
            }
        }
        let (clean, conflicting) = self.turn(path)?;
        let is_next = clean.map_or(conflicting == 0, |clean| clean + 1 == conflicting);
        is_next.then(|| found(conflicting, true, None))
    }

    /// How far the fork can follow without a conflict.
    pub(super) fn clean_prefix(&self) -> CleanPrefix {
        let length = self.chain.len();
        let (commits, first) = chain::clean_prefix(&self.conflicting);
        let at = |place: Option<usize>| place.and_then(|place| self.chain.get(place)).cloned();
        let is_proven = |place: usize| self.proofs.contains_key(&place);
        let proven = edge(&self.conflicting).into_iter().all(is_proven);
        let (apart, _) = chain::clean_prefix(&self.conflicting_apart);
        let apart_proven = edge(&self.conflicting_apart).into_iter().all(is_proven);
        CleanPrefix {
            commits,
            of: length,
            last: at(commits.checked_sub(1)),
            next: at(Some(commits)),
            first_conflict: at(first),
            proven,
            lockfiles_apart: (apart > commits && apart_proven)
                .then(|| Some(Prefix { commits: apart, last: at(apart.checked_sub(1))? }))
                .flatten(),
            steps: Vec::new(),
        }
    }
}

/// Trial merges of the fork with release tags.
pub(super) fn steps(git: &Git, fork: &CommitId, tags: &[StepTag], cancel: &Cancel) -> Result<Vec<Step>> {
    let halves: Vec<&[StepTag]> = tags.chunks(tags.len().div_ceil(2).max(1)).collect();
    let answers = map_two(&halves, cancel, |half| {
        let pairs: Vec<String> = half.iter().map(|tag| format!("{fork} {}", tag.commit)).collect();
        merge_all(git, &pairs)
    })?;
    let merges = answers.into_iter().flatten();
    Ok(tags
        .iter()
        .zip(merges)
        .map(|(tag, (clean, trial))| Step {
            name: tag.name.clone(),
            commit: tag.commit.clone(),
            contained: tag.contained,
            clean,
            conflicts: relation::merge(&trial, clean).conflicts.len(),
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upstream::parse::{RawEntry, TrialMerge};

    fn id(number: usize) -> CommitId {
        CommitId::parse(&format!("{number:040}")).unwrap()
    }

    fn entry(status: char, [from, to]: [&str; 2], [old, new]: [&str; 2]) -> RawEntry {
        let mode = |id: &str| if id == "0" { "000000".to_owned() } else { "100644".to_owned() };
        let ids = [old, new].map(str::to_owned);
        RawEntry { modes: [mode(old), mode(new)], ids, status, from: from.into(), to: to.into() }
    }

    /// Upstream's file moves at place 3 and begins to conflict at place 5; trial merges were made at these places.
    fn swept(proofs: &[(usize, bool)]) -> Swept {
        let moved = [entry('D', ["a", "a"], ["base", "0"]), entry('A', ["z", "z"], ["0", "base"])];
        let mut changes = vec![Vec::new(); 9];
        changes[3] = moved.to_vec();
        changes[5] = vec![entry('M', ["z", "z"], ["base", "up"])];
        let fork = Diff { entries: vec![entry('M', ["a", "a"], ["base", "fork"])], ..Diff::default() };
        let upstream = Diff { entries: vec![entry('R', ["a", "z"], ["base", "up"])], ..Diff::default() };
        let watched = chain::watch(&fork, &upstream, &changes);
        let fates = chain::fates(&watched, &chain::needed(&watched).into_iter().collect());
        let proof = |conflicts: bool| Proof {
            clean: !conflicts,
            paths: conflicts.then(|| "z".into()).into_iter().collect(),
            only_made: false,
        };
        Swept {
            chain: (0..9).map(id).collect(),
            leading: 0,
            conflicting: chain::conflicting_places(fates.iter(), 9),
            conflicting_apart: vec![false; 9],
            only_base: true,
            fates,
            proofs: proofs.iter().map(|&(place, conflicts)| (place, proof(conflicts))).collect(),
        }
    }

    #[test]
    fn first_conflict_that_no_trial_merge_reached_is_told_unproven_unless_one_contradicts() {
        let trial = TrialMerge { stages: [("z".into(), Default::default())].into(), ..TrialMerge::default() };
        let conflict = relation::merge(&trial, false).conflicts.remove(0);
        let told = |proofs: &[(usize, bool)]| {
            let first = swept(proofs).first_conflict(&conflict)?;
            Some((first.commit, first.proven, first.monotone))
        };
        assert_eq!(told(&[(8, true)]), Some((id(5), false, Some(true))));
        assert_eq!(told(&[(2, false), (6, true), (7, false), (8, true)]), Some((id(5), false, Some(false))));
        assert_eq!(told(&[(4, false), (5, true), (8, true)]), Some((id(5), true, Some(true))));
        assert_eq!(
            told(&[(6, false), (8, true)]),
            None,
            "git merges cleanly where the sweep sees a conflict"
        );
        assert_eq!(told(&[(3, true), (8, true)]), None, "git sees one before");
    }
}
