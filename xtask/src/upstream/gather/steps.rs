//! How far the fork can follow before it conflicts, and which commit begins each conflict.
//!
//! The sweep merges contents file by file; what it says is then proven by whole trial merges, as many as the
//! sizes of the two sides allow.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::super::chain::{self, Fate};
use super::super::model::{CleanPrefix, Conflict, FirstConflict, Step};
use super::super::parse::{self, Diff};
use super::super::relation;
use super::contents;
use super::releases::StepTag;
use super::threads::map_two;
use crate::process::{Cancel, Progress};
use crate::repo::git::Git;
use crate::repo::{CommitId, RepoPath};

/// Where the sweep begins and what it follows.
pub(super) struct Sweep<'a> {
    pub(super) git: &'a Git,
    pub(super) base: &'a CommitId,
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
    pub(super) chain: Vec<CommitId>,
    fates: Vec<Fate>,
    /// For each place in the chain, whether something conflicts: git's word where a trial merge was made, else the
    /// sweep's. They differ where the sweep knows less than git, as with several merge bases.
    conflicting: Vec<bool>,
    /// Trial merges that were made, by place in the chain.
    proofs: BTreeMap<usize, Proof>,
}

/// What a trial merge said.
struct Proof {
    clean: bool,
    /// Unmerged paths; a folder that may have moved conflicts without one.
    paths: BTreeSet<RepoPath>,
}

impl Sweep<'_> {
    /// Finds every file's fate along upstream's first parents and proves what matters most.
    pub(super) fn run(&self, conflicts: &[Conflict], progress: &Progress, cancel: &Cancel) -> Result<Swept> {
        let chain = self.chain()?;
        progress.step(format!("following {} of upstream's commits", chain.len()));
        let changes = self.changes(&chain)?;
        let watched = chain::watch(self.fork_diff, self.upstream_diff, &changes);
        let conflicting = contents::conflicting(self.git, chain::needed(&watched), cancel)?;
        let fates = chain::fates(&watched, &conflicting);
        let conflicting = chain::conflicting_places(&fates, chain.len());
        let mut swept = Swept { chain, fates, conflicting, proofs: BTreeMap::new() };
        self.prove(&mut swept, conflicts, progress, cancel)?;
        self.settle_edge(&mut swept, cancel)?;
        Ok(swept)
    }

    /// Upstream's first parents above the merge base, oldest first.
    fn chain(&self) -> Result<Vec<CommitId>> {
        let range = format!("{}..{}", self.base, self.upstream);
        let args = ["rev-list", "--first-parent", "--ancestry-path", "--reverse", &range, "--"];
        Ok(self.git.line(&args)?.lines().filter_map(CommitId::parse).collect())
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
        let answer = self.git.answer_to(&args, asked.as_bytes(), &[0])?;
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
        let size = self.fork_diff.entries.len() + self.upstream_diff.entries.len();
        let budget = (PROOF_WORK / size.max(1)).clamp(16, 400);
        let wanted = swept.wanted(conflicts);
        let places: Vec<usize> = wanted.into_iter().take(budget).collect();
        progress.step(format!("proving with {} trial merges", places.len()));
        // Two children share the work; each answers its pairs in order.
        let halves: Vec<Vec<usize>> =
            places.chunks(places.len().div_ceil(2).max(1)).map(<[usize]>::to_vec).collect();
        let answers = map_two(&halves, cancel, |half| self.trial_merges(half, &swept.chain))?;
        swept.take(answers.into_iter().flatten());
        Ok(())
    }

    /// Moves the edge of the clean prefix to where trial merges prove it.
    fn settle_edge(&self, swept: &mut Swept, cancel: &Cancel) -> Result<()> {
        for _ in 0..EDGE_TRIES {
            let open: Vec<usize> =
                swept.edge().into_iter().filter(|place| !swept.proofs.contains_key(place)).collect();
            if open.is_empty() || cancel.is_cancelled() {
                break;
            }
            let proven = self.trial_merges(&open, &swept.chain)?;
            swept.take(proven.into_iter());
        }
        Ok(())
    }

    fn trial_merges(&self, places: &[usize], chain: &[CommitId]) -> Result<Vec<(usize, Proof)>> {
        let pairs: Vec<String> =
            places.iter().map(|&place| format!("{} {}", self.fork, chain[place])).collect();
        let merges = merge_all(self.git, &pairs)?;
        let proofs = merges
            .into_iter()
            .map(|(clean, merge)| Proof { clean, paths: merge.stages.into_keys().collect() });
        Ok(places.iter().copied().zip(proofs).collect())
    }
}

/// Makes many trial merges in one child; each line is `FORK UPSTREAM` or `BASE -- FORK UPSTREAM`.
pub(super) fn merge_all(git: &Git, pairs: &[String]) -> Result<Vec<(bool, parse::TrialMerge)>> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let asked: String = pairs.iter().map(|pair| format!("{pair}\n")).collect();
    let answer = git.answer_to(&["merge-tree", "--write-tree", "--stdin"], asked.as_bytes(), &[0])?;
    let merges = parse::trial_merges(&answer.stdout)?;
    (merges.len() == pairs.len()).then_some(merges).context("git answered fewer trial merges than were asked")
}

impl Swept {
    /// Places worth a trial merge, the most telling first: the edge of the clean prefix, then each first conflict
    /// and the commit before it, those that explain most paths first.
    fn wanted(&self, conflicts: &[Conflict]) -> Vec<usize> {
        let mut wanted = self.edge();
        let mut explained: BTreeMap<usize, usize> = BTreeMap::new();
        for first in conflicts.iter().filter_map(|conflict| self.fate(&conflict.path)?.first()) {
            *explained.entry(first).or_default() += 1;
        }
        let mut firsts: Vec<(usize, usize)> =
            explained.into_iter().map(|(place, count)| (count, place)).collect();
        firsts.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        for (_, place) in firsts {
            wanted.extend([Some(place), place.checked_sub(1)].into_iter().flatten());
        }
        let mut seen = BTreeSet::new();
        wanted.retain(|&place| place < self.chain.len() && seen.insert(place));
        wanted
    }

    /// The last clean place and the one after it, as far as they are in the chain.
    fn edge(&self) -> Vec<usize> {
        let (clean, _) = chain::clean_prefix(&self.conflicting);
        let places = [clean.checked_sub(1), Some(clean).filter(|&place| place < self.chain.len())];
        places.into_iter().flatten().collect()
    }

    /// Takes over what trial merges said.
    fn take(&mut self, proofs: impl Iterator<Item = (usize, Proof)>) {
        for (place, proof) in proofs {
            self.conflicting[place] = !proof.clean;
            self.proofs.insert(place, proof);
        }
    }

    fn fate(&self, path: &RepoPath) -> Option<&Fate> {
        self.fates.iter().find(|fate| fate.names.contains(path) && fate.first().is_some())
    }

    /// The commit that begins a conflict, and how sure that is.
    pub(super) fn first_conflict(&self, path: &RepoPath) -> Option<FirstConflict> {
        let fate = self.fate(path)?;
        let first = fate.first()?;
        let conflicts_at = |place: usize| {
            self.proofs.get(&place).map(|proof| fate.names.iter().any(|name| proof.paths.contains(name)))
        };
        let before = if first == 0 { Some(false) } else { conflicts_at(first - 1) };
        let proven = match (conflicts_at(first), before) {
            (Some(true), Some(false)) => true,
            // git says otherwise, so the sweep's word is not passed on.
            (Some(false), _) | (_, Some(true)) => return None,
            _ => false,
        };
        Some(FirstConflict { commit: self.chain[first].clone(), proven, monotone: fate.is_monotone() })
    }

    /// How far the fork can follow without a conflict.
    pub(super) fn clean_prefix(&self) -> CleanPrefix {
        let length = self.chain.len();
        let (commits, first) = chain::clean_prefix(&self.conflicting);
        let at = |place: Option<usize>| place.and_then(|place| self.chain.get(place)).cloned();
        let is_clean = |place: usize| self.proofs.get(&place).is_some_and(|proof| proof.clean);
        let is_dirty = |place: usize| self.proofs.get(&place).is_some_and(|proof| !proof.clean);
        let proven = (commits == 0 || is_clean(commits - 1)) && (commits == length || is_dirty(commits));
        CleanPrefix {
            commits,
            of: length,
            last: at(commits.checked_sub(1)),
            next: at(Some(commits)),
            first_conflict: at(first),
            proven,
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
