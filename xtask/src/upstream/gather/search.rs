//! The searches over history that the thorough report adds.

use std::collections::{BTreeMap, BTreeSet};

use super::super::commits;
use super::super::model::{Analysis, Detail, Relation, Release, UpstreamCommits};
use super::super::parse::Commit;
use super::core::{Core, Touched};
use super::steps::{self, Sweep, merge_all};
use super::sync::Search;
use crate::process::{Cancel, Progress};
use crate::repo::{CommitId, Scratch};
use crate::report::Finding;

/// Release tags that are tried as steps, the newest first.
const MOST_STEPS: usize = 12;
/// Security-worded commits that are tried one by one, the newest first.
const MOST_PICKS: usize = 24;

/// Adds what the searches find; what fails is a finding, and the rest is still there.
pub(super) fn deepen(
    analysis: &mut Analysis,
    scratch: &Scratch,
    core: &Core,
    releases: &[Release],
    progress: &Progress,
    cancel: &Cancel,
) {
    let mut search = Deepening { analysis, scratch, core, releases, progress, cancel };
    let applied = search.sync_point();
    search.steps();
    search.upstream_commits(&applied);
}

struct Deepening<'a> {
    analysis: &'a mut Analysis,
    scratch: &'a Scratch,
    core: &'a Core,
    releases: &'a [Release],
    progress: &'a Progress,
    cancel: &'a Cancel,
}

impl Deepening<'_> {
    fn failed(&mut self, what: &str, error: &anyhow::Error) {
        self.analysis.findings.push(Finding::warn(
            "incomplete",
            None,
            format!("{what} could not be computed: {error:#}"),
        ));
    }

    fn sync_point(&mut self) -> BTreeSet<CommitId> {
        let search = Search {
            scratch: self.scratch,
            range: &self.core.range,
            base: self.core.merge_base.as_ref(),
            fork: &self.analysis.fork.oid,
            releases: self.releases,
        };
        match search.run(self.progress, self.cancel) {
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
        let sweep =
            Sweep { git, base: &base.commit, fork: &fork, upstream: &upstream, fork_diff, upstream_diff };
        match sweep.run(&merge.conflicts, self.progress, self.cancel) {
            Ok(swept) => {
                for conflict in &mut merge.conflicts {
                    if let Some(first) = swept.first_conflict(&conflict.path) {
                        conflict.first_commit = Some(first.commit);
                        conflict.proven = first.proven;
                        conflict.monotone = Some(first.monotone);
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

    /// Release tags among upstream's own commits, oldest first.
    fn step_tags(&mut self) -> Vec<(String, CommitId)> {
        let ids: BTreeSet<&CommitId> = self.core.range.upstream().map(|commit| &commit.id).collect();
        let mut tags: Vec<(String, CommitId)> = self
            .releases
            .iter()
            .filter(|release| ids.contains(&release.commit))
            .map(|release| (release.name.clone(), release.commit.clone()))
            .collect();
        if tags.len() > MOST_STEPS {
            let words = format!("of {} release tags the newest {MOST_STEPS} were tried as steps", tags.len());
            self.analysis.findings.push(Finding::warn("steps", None, words));
            tags.drain(..tags.len() - MOST_STEPS);
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
        let mut result = UpstreamCommits { free: free(touched, &paths), ..UpstreamCommits::default() };
        for commit in plain {
            let words = commits::security_words(&commit.message);
            let held = match (same.contains(&commit.id), applied.contains(&commit.id)) {
                (true, _) => Some("same-patch"),
                (_, true) => Some("lines"),
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
        self.price(&mut result);
        self.analysis.upstream_commits = Some(result);
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
            .take(MOST_PICKS)
            .collect();
        let pairs: Vec<String> = wanted
            .iter()
            .map(|&place| {
                let commit = &result.details[place].commit;
                format!("{} -- {} {commit}", parents[commit], self.analysis.fork.oid)
            })
            .collect();
        match merge_all(self.scratch.git(), &pairs) {
            Ok(merges) => {
                for (place, (_, merge)) in wanted.into_iter().zip(merges) {
                    result.details[place].conflicts = Some(merge.stages.len());
                }
            }
            Err(error) => self.failed("the cost of security-worded commits", &error),
        }
    }
}

fn free(touched: &Touched, fork: &BTreeSet<crate::repo::RepoPath>) -> Vec<CommitId> {
    touched.iter().filter(|(_, entries)| commits::is_free(entries, fork)).map(|(id, _)| id.clone()).collect()
}
