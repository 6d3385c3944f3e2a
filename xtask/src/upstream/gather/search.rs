//! The searches over history that the thorough report adds.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::super::commits;
use super::super::model::{Analysis, Applied, Detail, Relation, SyncMethod, UpstreamCommits};
use super::super::parse::{Commit, RawEntry};
use super::contained;
use super::core::{Core, Touched, incomplete};
use super::merged;
use super::outlines;
use super::releases::{StepTag, Tip};
use super::replay::{self, Stack};
use super::since_sync;
use super::steps::{self, Sweep, merge_all, merge_into};
use super::sync::{FoundSync, Said, Search};
use crate::cache::Cache;
use crate::process::{Cancel, Progress};
use crate::repo::{CommitId, RepoPath, Scratch};
use crate::report::Finding;

/// Work that the trial merges of release tags may cost together: changed paths times tags. The newest are tried first.
const STEP_WORK: usize = 200_000;
/// So many are tried whatever it costs.
const FEWEST_STEPS: usize = 12;
/// Security-worded commits that are tried one by one, the newest first.
const MOST_PRICED: usize = 24;
/// Work that the trial picks of free commits may cost together: changed paths times commits.
const PICK_WORK: usize = 40_000;
/// How many are tried whatever it costs, and at most: each costs two git calls.
const PICK_TRIES: (usize, usize) = (40, 400);

/// Adds what the searches find; what fails is a finding, and the rest is still there.
pub(super) fn deepen(
    analysis: &mut Analysis,
    scratch: &Scratch,
    cache: &Cache,
    core: &Core,
    said: Said<'_>,
    progress: &Progress,
    cancel: &Cancel,
) {
    let mut search = Deepening { analysis, scratch, cache, core, said, progress, cancel };
    let applied = search.sync_point();
    search.recorded();
    search.contained();
    search.steps();
    search.merged_tree();
    search.both_sides();
    search.replay();
    search.upstream_commits(&applied);
    search.symbols();
}

/// Searches for the sync point.
pub(super) fn sync_point(
    analysis: &Analysis,
    scratch: &Scratch,
    core: &Core,
    said: Said<'_>,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<FoundSync> {
    let search = Search {
        scratch,
        range: &core.range,
        base: core.merge_base.as_ref(),
        fork: &analysis.fork.oid,
        upstream: &analysis.upstream.oid,
        said,
        equivalent: analysis.equivalent.as_ref().map_or(&[], |equivalent| &equivalent.upstream),
    };
    search.run(progress, cancel)
}

struct Deepening<'a> {
    analysis: &'a mut Analysis,
    scratch: &'a Scratch,
    cache: &'a Cache,
    core: &'a Core,
    said: Said<'a>,
    progress: &'a Progress,
    cancel: &'a Cancel,
}

impl Deepening<'_> {
    fn failed(&mut self, what: &str, error: &anyhow::Error) {
        self.analysis.findings.push(incomplete(what, error));
    }

    /// Names what each file of the fork's own work holds; where it is counted from the sync point it is named there.
    fn symbols(&mut self) {
        let Some(fork_diff) = &self.core.fork_diff else { return };
        if since_sync::start(self.analysis).is_some() {
            return;
        }
        match outlines::changed(self.scratch, fork_diff) {
            Ok(mut changed) => {
                for file in &mut self.analysis.custom {
                    file.symbols = changed.remove(&file.path).unwrap_or_default();
                }
            }
            Err(error) => self.failed("the fork's functions, classes and types", &error),
        }
    }

    fn sync_point(&mut self) -> BTreeSet<CommitId> {
        match sync_point(self.analysis, self.scratch, self.core, self.said, self.progress, self.cancel) {
            Ok(found) => {
                self.analysis.sync_point = found.sync_point;
                found.applied
            }
            Err(error) => {
                self.failed("the sync point", &error);
                BTreeSet::new()
            }
        }
    }

    /// Tries what would conflict if history recorded the sync point.
    fn recorded(&mut self) {
        let upstream = self.analysis.upstream.oid.clone();
        let fork = self.analysis.fork.oid.clone();
        let Some(sync) =
            self.analysis.sync_point.as_mut().filter(|sync| sync.method != SyncMethod::MergeBase)
        else {
            return;
        };
        let tried = Stack::new(self.scratch.git(), &fork).and_then(|mut stack| {
            stack.record(&sync.commit)?;
            let pair = format!("{} {upstream}", stack.tip());
            merge_into(self.scratch.git(), sync.folder.as_deref(), &[pair])
        });
        match tried {
            Ok(merges) => sync.conflicts_after = merges.first().map(|(_, merge)| merge.stages.len()),
            Err(error) => self.failed("the trial merge after a recorded sync", &error),
        }
    }

    /// Looks for a commit of the fork that had all that upstream has.
    fn contained(&mut self) {
        if self.analysis.relation != Some(Relation::Diverged) || self.analysis.contained_at.is_some() {
            return;
        }
        let sides = [&self.analysis.fork.oid, &self.analysis.upstream.oid];
        match contained::before_tip(self.scratch.git(), self.core, sides, self.cancel) {
            Ok(found) => self.analysis.contained_at = found,
            Err(error) => self.failed("whether the fork holds all that upstream has", &error),
        }
    }

    fn merged_tree(&mut self) {
        if self.analysis.relation != Some(Relation::Diverged) {
            return;
        }
        let sides = [&self.analysis.fork.oid, &self.analysis.upstream.oid];
        match merged::check(self.scratch, self.cache, self.core, sides) {
            Ok(checked) => self.analysis.merged_tree = checked,
            Err(error) => self.failed("the checks of the merged tree", &error),
        }
    }

    /// Lays both sides' commits beside each conflict.
    fn both_sides(&mut self) {
        let Some(merge) = self.analysis.merge.as_mut() else { return };
        let renames = self.analysis.renames.clone().unwrap_or_default();
        let none = Touched::new();
        let upstream = self.core.upstream_touched.as_ref().unwrap_or(&none);
        // What git merged by itself is nobody's work.
        let merges: BTreeSet<&CommitId> = self
            .core
            .range
            .commits
            .iter()
            .filter(|commit| commit.parents.len() > 1)
            .map(|commit| &commit.id)
            .collect();
        for conflict in &mut merge.conflicts {
            // A rename on either side brings the other side's changes from the old path.
            let path = conflict.stands_for.as_ref().unwrap_or(&conflict.path);
            let mut names = BTreeSet::from([path.clone()]);
            for (old, new) in renames.fork.iter().chain(&renames.upstream) {
                if new == path || old == path {
                    names.extend([old.clone(), new.clone()]);
                }
            }
            conflict.fork_commits = touching(&self.core.fork_touched, &names, &merges);
            conflict.upstream_commits = touching(upstream, &names, &merges);
        }
    }

    /// Tries the fork's own commits on top of upstream.
    fn replay(&mut self) {
        let has_conflicts = self.analysis.merge.as_ref().is_some_and(|merge| !merge.clean);
        if self.analysis.relation != Some(Relation::Diverged) || !has_conflicts {
            return;
        }
        let here: BTreeSet<&CommitId> =
            self.analysis.equivalent.iter().flat_map(|same| same.fork.iter().chain(&same.empty)).collect();
        let mut own: Vec<&Commit> =
            self.core.range.fork().filter(|commit| !here.contains(&commit.id)).collect();
        own.reverse();
        match replay::rebase(self.scratch.git(), &self.analysis.upstream.oid, &own, self.cancel) {
            Ok(replay) => self.analysis.replay = replay,
            Err(error) => self.failed("the trial rebase", &error),
        }
    }

    fn steps(&mut self) {
        let (Some(base), Some(fork_diff), Some(upstream_diff)) =
            (&self.core.merge_base, &self.core.fork_diff, &self.core.upstream_diff)
        else {
            return;
        };
        let Some(merge) = self.analysis.merge.as_mut() else { return };
        if self.analysis.relation != Some(Relation::Diverged) {
            return;
        }
        let git = self.scratch.git();
        let (fork, upstream) = (self.analysis.fork.oid.clone(), self.analysis.upstream.oid.clone());
        let sweep = Sweep {
            scratch: self.scratch,
            base: &base.commit,
            only_base: self.core.bases.len() == 1,
            fork: &fork,
            upstream: &upstream,
            fork_diff,
            upstream_diff,
        };
        match sweep.run(merge, self.progress, self.cancel) {
            Ok(swept) => {
                for conflict in &mut merge.conflicts {
                    if let Some(first) = swept.first_conflict(conflict) {
                        conflict.first_commit = Some(first.commit);
                        conflict.proven = first.proven;
                        conflict.monotone = first.monotone;
                    }
                }
                let mut prefix = swept.clean_prefix();
                let tags = self.step_tags();
                match steps::steps(git, &fork, &tags, self.cancel) {
                    Ok(steps) => prefix.steps = steps,
                    Err(error) => self.failed("steps by release tags", &error),
                }
                self.analysis.clean_prefix = Some(prefix);
            }
            Err(error) => self.failed("the first conflicting commits", &error),
        }
    }

    /// How many paths either side changed: what a trial merge costs.
    fn changed_paths(&self) -> usize {
        let diffs = [&self.core.fork_diff, &self.core.upstream_diff];
        diffs.into_iter().flatten().map(|diff| diff.entries.len()).sum()
    }

    /// Release tags to try, oldest first.
    fn step_tags(&mut self) -> Vec<StepTag> {
        let range = &self.core.range;
        let tip = Tip { scratch: self.scratch, range, commit: &self.analysis.upstream.oid };
        let base = self.core.merge_base.as_ref().map(|base| &base.commit);
        let since =
            range.commits.iter().find(|commit| Some(&commit.id) == base).map_or(0, |commit| commit.time);
        let mut tags = match self.said.tags.steps(tip, since) {
            Ok(tags) => tags,
            Err(error) => {
                self.failed("steps by release tags", &error);
                return Vec::new();
            }
        };
        let most = (STEP_WORK / self.changed_paths().max(1)).max(FEWEST_STEPS);
        if tags.len() > most {
            let words = format!("of {} release tags the newest {most} were tried as steps", tags.len());
            self.analysis.findings.push(Finding::warn("steps", None, words));
            tags.drain(..tags.len() - most);
        }
        tags
    }

    fn upstream_commits(&mut self, applied: &BTreeSet<CommitId>) {
        let (Some(fork_diff), Some(touched)) = (&self.core.fork_diff, &self.core.upstream_touched) else {
            return;
        };
        if self.analysis.relation.is_none() || self.core.merge_base.is_none() {
            return;
        }
        let paths = commits::fork_paths(fork_diff);
        let plain: Vec<&Commit> =
            self.core.range.upstream().filter(|commit| commit.parents.len() < 2).collect();
        let same: BTreeSet<&CommitId> =
            self.analysis.equivalent.iter().flat_map(|equivalent| &equivalent.upstream).collect();
        let ids: BTreeSet<&CommitId> = plain.iter().map(|commit| &commit.id).collect();
        let free = free(touched, &paths).into_iter().filter(|id| ids.contains(id)).collect();
        let mut result = UpstreamCommits { free, ..UpstreamCommits::default() };
        for commit in plain {
            let words = commits::security_words(&commit.message);
            let held = match (same.contains(&commit.id), applied.contains(&commit.id)) {
                (true, _) => Some(Applied::SamePatch),
                (_, true) => Some(Applied::Lines),
                _ => None,
            };
            if !words.is_empty() {
                result.security_worded.push(commit.id.clone());
            }
            if held.is_some() {
                result.already_applied.push(commit.id.clone());
            }
            if !words.is_empty() || held.is_some() {
                result.details.push(Detail {
                    commit: commit.id.clone(),
                    date: commit.date.clone(),
                    subject: commit.message.lines().next().unwrap_or_default().to_owned(),
                    words: words.into_iter().collect(),
                    conflicts: None,
                    applied: held,
                });
            }
        }
        // A fork without commits of its own takes all of them as they are, and a clean merge does so too.
        if self.analysis.relation == Some(Relation::Diverged) {
            self.price(&mut result);
            if self.analysis.merge.as_ref().is_none_or(|merge| !merge.clean) {
                self.picks(&mut result);
            }
        }
        self.analysis.upstream_commits = Some(result);
    }

    /// Tries the free commits that are not here yet, oldest first.
    fn picks(&mut self, result: &mut UpstreamCommits) {
        let here: BTreeSet<&CommitId> = result.already_applied.iter().collect();
        let free: BTreeSet<&CommitId> = result.free.iter().filter(|id| !here.contains(id)).collect();
        let mut wanted: Vec<&Commit> =
            self.core.range.upstream().filter(|commit| free.contains(&commit.id)).collect();
        wanted.reverse();
        wanted.truncate((PICK_WORK / self.changed_paths().max(1)).clamp(PICK_TRIES.0, PICK_TRIES.1));
        if !wanted.is_empty() {
            self.progress.step(format!("trying {} of upstream's commits on the fork", wanted.len()));
        }
        match replay::picks(self.scratch.git(), &self.analysis.fork.oid, &wanted, self.progress, self.cancel)
        {
            Ok(picks) => (result.picks, result.picks_tried) = (picks, wanted.len()),
            Err(error) => self.failed("the free commits", &error),
        }
    }

    /// Tries the security-worded commits that are not here yet, one by one.
    fn price(&mut self, result: &mut UpstreamCommits) {
        let parents: BTreeMap<&CommitId, &CommitId> = self
            .core
            .range
            .upstream()
            .filter_map(|commit| Some((&commit.id, commit.parents.first()?)))
            .collect();
        let wanted: Vec<usize> = (0..result.details.len())
            .filter(|&place| {
                !result.details[place].words.is_empty() && result.details[place].applied.is_none()
            })
            .filter(|&place| parents.contains_key(&result.details[place].commit))
            .take(MOST_PRICED)
            .collect();
        let pairs: Vec<String> = wanted
            .iter()
            .map(|&place| {
                let commit = &result.details[place].commit;
                format!("{} -- {} {commit}", parents[commit], self.analysis.fork.oid)
            })
            .collect();
        if pairs.is_empty() {
            return;
        }
        let git = self.scratch.git();
        let tree = git.line(&[
            "rev-parse",
            "--verify",
            "--end-of-options",
            &format!("{}^{{tree}}", self.analysis.fork.oid),
        ]);
        match merge_all(git, &pairs).and_then(|merges| Ok((merges, tree?))) {
            Ok((merges, tree)) => {
                for (place, (_, merge)) in wanted.into_iter().zip(merges) {
                    let detail = &mut result.details[place];
                    detail.conflicts = Some(merge.stages.len());
                    detail.applied =
                        (merge.stages.is_empty() && merge.tree == tree).then_some(Applied::NoChange);
                }
                let held = result.details.iter().filter(|detail| detail.applied.is_some());
                result.already_applied = held.map(|detail| detail.commit.clone()).collect();
            }
            Err(error) => self.failed("the cost of security-worded commits", &error),
        }
    }
}

fn touching(touched: &Touched, names: &BTreeSet<RepoPath>, merges: &BTreeSet<&CommitId>) -> Vec<CommitId> {
    let touches = |entries: &[RawEntry]| entries.iter().any(|entry| names.contains(&entry.to));
    let found = touched.iter().filter(|(id, entries)| !merges.contains(id) && touches(entries));
    found.map(|(id, _)| id.clone()).collect()
}

fn free(touched: &Touched, fork: &BTreeSet<RepoPath>) -> Vec<CommitId> {
    touched.iter().filter(|(_, entries)| commits::is_free(entries, fork)).map(|(id, _)| id.clone()).collect()
}
