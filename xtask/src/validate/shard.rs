//! Parts of a test run that machines run apart, and their results as one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::model::{Ran, SuiteRun};
use super::moved::with_cases;
use super::result::{
    Analysis, Baseline, Case, CaseOutcome, Cause, Counts, Flaky, Run, Slow, Status, Verdict, Written,
};
use super::skips;
use super::suites::Runner;
use crate::config::ValidateConfig;
use crate::report::Finding;

/// Slowest tests that a result names.
const SLOWEST: usize = 10;

/// One part of all: `2/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which one, from 1.
    pub index: usize,
    /// Of how many.
    pub of: usize,
    /// How often this part was run before, and once more: a CI system's attempt.
    pub attempt: u64,
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.index, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts =
            text.split_once('/').and_then(|(index, of)| Some((index.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((index, of)) if (1..=of).contains(&index) => Ok(Self { index, of, attempt: 1 }),
            _ => Err("a part is meant as in `2/8`: which one, from 1, of how many".to_owned()),
        }
    }
}

impl Shard {
    /// True when this part runs something of the suite at this place: tests of Python are split, every other
    /// suite runs whole in one part.
    pub(super) fn has(self, place: usize, runner: &Runner) -> bool {
        matches!(runner, Runner::Pytest | Runner::Unittest) || place % self.of == self.index - 1
    }
}

/// Which part a result is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ShardTold {
    /// Which one, from 1.
    pub index: usize,
    /// Of how many.
    pub of: usize,
    /// The attempt.
    pub attempt: u64,
    /// How each suite was split.
    pub suites: BTreeMap<String, Split>,
    /// Tests from before that this part does not have: gone is what no part has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<String>,
}

/// How a suite was split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Split {
    /// Its tests in all parts together; `None` for a suite that runs whole in one part.
    pub all: Option<u64>,
    /// A hash of the whole split.
    pub plan: Option<String>,
}

/// What a part says of itself.
pub(super) fn told(shard: Shard, runs: &[SuiteRun], unseen: Vec<String>) -> ShardTold {
    let split = |run: &SuiteRun| {
        let session = match &run.ran {
            Ran::Python { ends, .. } => ends.iter().find_map(|ended| ended.session.shard.clone()),
            _ => None,
        };
        let (all, plan) = session.unzip();
        (run.suite.name.clone(), Split { all, plan })
    };
    let Shard { index, of, attempt } = shard;
    ShardTold { index, of, attempt, suites: runs.iter().map(split).collect(), unseen }
}

#[derive(Deserialize)]
struct Answer {
    commit: Option<String>,
    result: Part,
}

/// What is read of a part's result.
#[derive(Clone, Deserialize)]
struct Part {
    shard: Option<ShardTold>,
    verdict: Verdict,
    runs: Vec<Run>,
    cases: Vec<Case>,
    causes: Vec<Cause>,
    baseline: Option<Baseline>,
    slowest: Vec<Slow>,
    flaky: Vec<Flaky>,
    written: Vec<Written>,
    findings: Vec<Finding>,
}

/// Joins the results of all parts: `frame` is what this checkout says without running anything.
///
/// Of a part that ran more than once its last attempt counts.
///
/// # Errors
/// A file is no result of a part; a part is missing, or there twice with the same attempt; parts of different
/// commits or splits; tests in no part or in two.
pub fn merge(files: &[(String, String)], frame: Analysis, config: &ValidateConfig) -> Result<Analysis> {
    let mut parts: BTreeMap<usize, (String, ShardTold, Part)> = BTreeMap::new();
    let mut first: Option<(String, usize, Option<String>)> = None;
    for (name, text) in files {
        let answer: Answer =
            serde_json::from_str(text).with_context(|| format!("read `{name}` as a result of `validate`"))?;
        let Some(shard) = answer.result.shard.clone() else {
            bail!("`{name}` is the result of a whole run, not of a part (`--shard`)");
        };
        let (one, of, commit) = first.get_or_insert((name.clone(), shard.of, answer.commit.clone()));
        if *of != shard.of {
            bail!("`{one}` is one of {of} parts, `{name}` one of {}", shard.of);
        }
        if *commit != answer.commit {
            bail!("`{one}` and `{name}` are results of different commits");
        }
        match parts.get(&shard.index) {
            Some((other, told, _)) if told.attempt == shard.attempt => {
                bail!(
                    "`{other}` and `{name}` are both part {}/{}, attempt {}",
                    shard.index,
                    shard.of,
                    shard.attempt
                )
            }
            Some((_, told, _)) if told.attempt > shard.attempt => {}
            _ => drop(parts.insert(shard.index, (name.clone(), shard, answer.result))),
        }
    }
    let Some((_, of, _)) = first else { bail!("no result was given") };
    if let Some(index) = (1..=of).find(|index| !parts.contains_key(index)) {
        bail!("part {index}/{of} is missing");
    }
    let parts: Vec<(String, ShardTold, Part)> = parts.into_values().collect();
    check_splits(&parts)?;
    check_tests(&parts)?;
    Ok(join(parts.into_iter().map(|(.., part)| part).collect(), frame, config))
}

/// All machines must have come to the same split.
fn check_splits(parts: &[(String, ShardTold, Part)]) -> Result<()> {
    let mut plans: BTreeMap<&str, (&str, &Split)> = BTreeMap::new();
    for (name, told, _) in parts {
        for (suite, split) in told.suites.iter().filter(|(_, split)| split.plan.is_some()) {
            let (one, other) = plans.entry(suite).or_insert((name, split));
            if *other != split {
                bail!(
                    "`{one}` and `{name}` split suite `{suite}` differently: other durations, or other tests were collected"
                );
            }
        }
    }
    Ok(())
}

/// A case that stands for a file, which every machine looks at.
fn is_file(case: &Case) -> bool {
    !case.id.contains("::")
}

/// Every test in exactly one part.
fn check_tests(parts: &[(String, ShardTold, Part)]) -> Result<()> {
    let mut seen: BTreeMap<(&str, &str), &str> = BTreeMap::new();
    let mut found: BTreeMap<&str, u64> = BTreeMap::new();
    for (name, _, part) in parts {
        for case in part.cases.iter().filter(|case| !is_file(case)) {
            *found.entry(&case.suite).or_default() += 1;
            if let Some(other) = seen.insert((&case.suite, &case.id), name) {
                bail!("`{}` is in two parts: `{other}` and `{name}`", case.id);
            }
        }
    }
    for (_, told, _) in parts {
        for (suite, split) in &told.suites {
            let found = found.get(suite.as_str()).copied().unwrap_or(0);
            if let Some(all) = split.all.filter(|all| *all != found) {
                bail!("suite `{suite}` has {all} tests, the parts together have {found}");
            }
        }
    }
    Ok(())
}

fn join(parts: Vec<Part>, frame: Analysis, config: &ValidateConfig) -> Analysis {
    // A part to which no gating suite fell has proven nothing and left nothing open, but for imports that cannot work.
    let counts = |part: &&Part| part.runs.iter().any(|run| run.gating) || part.verdict == Verdict::Failed;
    let verdicts: Vec<Verdict> = parts.iter().filter(counts).map(|part| part.verdict).collect();
    let verdict = [Verdict::Failed, Verdict::NotProven, Verdict::Passed]
        .into_iter()
        .find(|verdict| verdicts.contains(verdict))
        .unwrap_or(Verdict::NotProven);
    let mut cases: BTreeMap<(String, String), Case> = BTreeMap::new();
    for case in parts.iter().flat_map(|part| &part.cases) {
        let key = (case.suite.clone(), case.id.clone());
        let kept = cases.entry(key).or_insert_with(|| case.clone());
        if case.outcome.is_bad() && !kept.outcome.is_bad() {
            *kept = case.clone();
        }
    }
    let cases: Vec<Case> = cases.into_values().collect();
    let runs = runs(&parts, &cases);
    let moved = with_cases(frame.moved.clone(), &cases);
    let skips = skips::skips(&cases, config);
    let own = |finding: &&Finding| finding.check != skips::UNKNOWN_SKIP;
    let mut findings: Vec<Finding> =
        parts.iter().flat_map(|part| &part.findings).filter(own).cloned().collect();
    findings.extend(skips::findings(&skips, &cases, &runs));
    findings.sort();
    findings.dedup();
    let mut slowest: Vec<Slow> = parts.iter().flat_map(|part| part.slowest.clone()).collect();
    slowest.sort_by(|a, b| b.duration_s.total_cmp(&a.duration_s).then_with(|| a.id.cmp(&b.id)));
    slowest.truncate(SLOWEST);
    Analysis {
        executed: true,
        verdict,
        causes: causes(&parts),
        baseline: baseline(&parts),
        flaky: parts.iter().flat_map(|part| part.flaky.clone()).collect(),
        written: parts.iter().flat_map(|part| part.written.clone()).collect(),
        runs,
        cases,
        skips,
        slowest,
        findings,
        moved,
        ..frame
    }
}

/// One run a suite: its worst status, and counts of the joined cases.
fn runs(parts: &[Part], cases: &[Case]) -> Vec<Run> {
    let rank = |status: Status| match status {
        Status::Passed => 0,
        Status::Failed => 1,
        Status::TimedOut => 2,
        Status::Incomplete => 3,
        Status::CannotRun => 4,
    };
    let mut joined: Vec<Run> = Vec::new();
    for run in parts.iter().flat_map(|part| &part.runs) {
        let Some(one) = joined.iter_mut().find(|one| one.suite == run.suite) else {
            joined.push(run.clone());
            continue;
        };
        let seconds = one.duration_s.unwrap_or_default() + run.duration_s.unwrap_or_default();
        let restarts = one.restarts + run.restarts;
        let collected = one.counts.collected + run.counts.collected;
        let deselected = one.counts.deselected.max(run.counts.deselected);
        let tally = tally(&one.runner_tally, &run.runner_tally);
        if rank(run.status) > rank(one.status) {
            *one = run.clone();
        }
        (one.duration_s, one.restarts, one.runner_tally) = (Some(seconds), restarts, tally);
        (one.counts.collected, one.counts.deselected) = (collected, deselected);
    }
    for run in &mut joined {
        take_repeated(run, parts);
        let (collected, deselected) = (run.counts.collected, run.counts.deselected);
        run.counts = Counts { collected, deselected, ..Counts::default() };
        cases.iter().filter(|case| case.suite == run.suite).for_each(|case| run.counts.add(case.outcome));
    }
    joined
}

/// What the runners of two parts counted, as one. All parts meet the same tests that are left out; a warning may be one
/// that another part gave too, so that nobody knows how many there are.
fn tally(one: &BTreeMap<String, u64>, other: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let mut joined = one.clone();
    for (name, count) in other {
        let both = joined.entry(name.clone()).or_default();
        *both = if name == "deselected" { (*both).max(*count) } else { *both + count };
    }
    joined.remove("warnings");
    joined
}

/// Takes out of a joined tally what every part counted of the same file.
fn take_repeated(run: &mut Run, parts: &[Part]) {
    for (name, outcome) in [("error", CaseOutcome::Error), ("skipped", CaseOutcome::Skipped)] {
        let is_it = |case: &&Case| case.suite == run.suite && is_file(case) && case.outcome == outcome;
        let ids = || parts.iter().flat_map(|part| &part.cases).filter(is_it).map(|case| &case.id);
        let repeated = ids().count() - ids().collect::<BTreeSet<_>>().len();
        if let Some(count) = run.runner_tally.get_mut(name) {
            *count = count.saturating_sub(repeated as u64);
        }
    }
}

fn causes(parts: &[Part]) -> Vec<Cause> {
    let mut joined: BTreeMap<&str, Cause> = BTreeMap::new();
    for cause in parts.iter().flat_map(|part| &part.causes) {
        let one = joined.entry(&cause.key).or_insert_with(|| Cause { cases: Vec::new(), ..cause.clone() });
        one.cases.extend(cause.cases.iter().cloned());
    }
    let mut causes: Vec<Cause> = joined.into_values().collect();
    for cause in &mut causes {
        cause.cases =
            std::mem::take(&mut cause.cases).into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    }
    causes.sort_by(|a, b| b.cases.len().cmp(&a.cases.len()).then_with(|| a.cases.cmp(&b.cases)));
    causes
}

fn baseline(parts: &[Part]) -> Option<Baseline> {
    let mut joined: Option<Baseline> = None;
    for one in parts.iter().filter_map(|part| part.baseline.clone()) {
        let all =
            joined.get_or_insert_with(|| Baseline { commit: one.commit.clone(), ..Baseline::default() });
        for (list, more) in [
            (&mut all.new_failures, one.new_failures),
            (&mut all.still_failing, one.still_failing),
            (&mut all.changed_cause, one.changed_cause),
            (&mut all.fixed, one.fixed),
            (&mut all.added, one.added),
            (&mut all.newly_skipped, one.newly_skipped),
        ] {
            list.extend(more);
            list.sort();
            list.dedup();
        }
        all.slower.extend(one.slower);
    }
    if let Some(all) = &mut joined {
        all.gone = gone(parts);
    }
    joined
}

/// Tests from before that no part has.
fn gone(parts: &[Part]) -> Vec<String> {
    let unseen = |part: &Part| -> BTreeSet<String> {
        part.shard.iter().flat_map(|shard| shard.unseen.iter().cloned()).collect()
    };
    let all = parts.iter().map(unseen).reduce(|one, other| one.intersection(&other).cloned().collect());
    all.unwrap_or_default().into_iter().collect()
}

/// What a part cannot know of what was before: tests that other parts run are not gone.
pub(super) fn without_others(mut comparison: Baseline) -> Baseline {
    comparison.gone.clear();
    comparison
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_as_written() {
        let parse = |text: &str| text.parse::<Shard>().map(|shard| (shard.index, shard.of)).ok();
        assert_eq!((parse("2/8"), parse("8/8")), (Some((2, 8)), Some((8, 8))));
        for text in ["0/8", "9/8", "1", "a/b", "1/0", ""] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
