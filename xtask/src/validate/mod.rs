//! Analysis C: whether the tests still hold.
//!
//! Suites are run, and their every event is read: a run counts as passed only when every test that was
//! collected has ended well. Failures are grouped by cause. What cannot run says why, and the static parts
//! are there all the same.

mod assemble;
mod baseline;
mod cargo_cases;
mod cases;
mod causes;
mod coverage;
mod declared;
mod ended;
mod events;
mod folded;
mod gather;
mod github;
mod headline;
mod interpreter;
mod junit;
mod junit_read;
mod known;
mod libtest;
mod listed;
mod model;
mod moved;
mod nextest;
mod packages;
mod panics;
mod places;
mod pretended;
mod probe;
mod pytest_config;
mod refused;
mod repair;
mod report;
mod report_imports;
mod report_run;
mod rerun;
mod result;
mod rust;
mod rust_places;
mod session;
mod shard;
mod skips;
mod status;
mod suites;
#[cfg(test)]
mod tests;
mod wording;

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use crate::config::{Depth, ValidateConfig};
use crate::process::{Cancel, Progress};
use crate::repo::Repo;
use crate::report::{Outcome, Unavailable};

pub use github::{annotations, summary};
pub use headline::{headline, next_step};
pub use junit::{is_junit, junit};
pub use known::{Growth, KnownList};
pub use repair::{Imported, Repair, Skipped, imports, lines as import_lines, repair, skipped_lines};
pub use report::report;
pub use result::{
    Analysis, Attempt, Baseline, Case, CaseOutcome, Cause, Company, Counts, Coverage, CoveredFile, End,
    FileChange, Flaky, Interpreter, Missing, Moved, MovedTests, Place, Run, Skips, Slow, Slower, Status,
    Touch, Verdict, Written,
};
pub use rust::{RustImports, lines as rust_lines, rust};
pub use shard::{Shard, ShardTold, Split, merge};

/// What is wanted of the analysis.
#[derive(Clone, Debug)]
pub struct Options {
    /// How far to look.
    pub depth: Depth,
    /// `[validate]` of the configuration.
    pub config: ValidateConfig,
    /// Whether nothing of the repository is to be executed.
    pub static_only: bool,
    /// How long suites and tests took the last time.
    pub durations: Durations,
    /// An earlier result as `--format json` printed it, to compare with.
    pub baseline: Option<String>,
    /// A revision to compare with: tests that fail here run there too, in a temporary folder.
    pub base: Option<String>,
    /// Which part of the suites is to run.
    pub shard: Option<Shard>,
    /// Whether the list of known failures is to be written, and whether it may grow.
    pub save_known: Option<Growth>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            depth: Depth::Medium,
            config: ValidateConfig::default(),
            static_only: false,
            durations: Durations::default(),
            baseline: None,
            base: None,
            shard: None,
            save_known: None,
        }
    }
}

/// How long things took: the caller keeps it from one run for the next.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Durations {
    /// Seconds by suite.
    pub suites: BTreeMap<String, f64>,
    /// Seconds by test.
    pub tests: BTreeMap<String, f64>,
}

/// A suite that is about to run.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedRun {
    /// Its name.
    pub name: String,
    /// What will run it.
    pub runner: String,
    /// Its folders and files; empty: the whole repository.
    pub paths: Vec<String>,
    /// Whether it decides the verdict.
    pub gating: bool,
    /// Why it is a suite.
    pub found: String,
    /// Seconds that it took the last time.
    pub last_duration_s: Option<f64>,
}

/// How many test cases a JUnit file tells of: the reader's door for the fuzz target.
///
/// # Errors
/// It is no XML, or no JUnit XML.
#[cfg(feature = "fuzzing")]
pub fn count_cases(text: &str) -> Result<usize> {
    Ok(junit_read::read(text)?.len())
}

/// Says which suites [`run`] would run.
///
/// # Errors
/// The repository is bare or cannot be read.
pub fn planned(repo: &Repo, options: &Options) -> Result<Vec<PlannedRun>> {
    gather::planned(repo, options).context("look for test suites")
}

/// Runs the suites and concludes.
///
/// # Errors
/// The repository is bare or cannot be read, or a process cannot be watched. A suite that cannot run is no
/// error: it says so in its run.
pub fn run(
    repo: &Repo,
    options: &Options,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Outcome<Analysis>> {
    if repo.work_tree().is_none() {
        return Ok(Outcome::Unavailable(Unavailable {
            why: "the repository is bare: there are no files that a test could run on".to_owned(),
            hint: Some("`git worktree add FOLDER`, then call it in there".to_owned()),
        }));
    }
    let gathered = gather::gather(repo, options, progress, cancel)?;
    // A part of a run is a result, also where no suite falls to it.
    let has_none = gathered.runs.is_empty() && gathered.inventory.files_named_test == 0;
    if has_none && options.shard.is_none() {
        return Ok(Outcome::Unavailable(Unavailable {
            why: "no Python or Rust test suite was found".to_owned(),
            hint: Some("name one under `[[validate.suite]]` in xtask.toml".to_owned()),
        }));
    }
    Ok(Outcome::Done(assemble::analysis(gathered, options)))
}

impl Analysis {
    /// How long everything took, for the next time; `None` where nothing ran or the user stopped it: what is known
    /// from the last time is better.
    pub fn durations(&self) -> Option<Durations> {
        if !self.executed || self.runs.iter().any(|run| run.end == End::Interrupted) {
            return None;
        }
        let suites = self.runs.iter().filter_map(|run| Some((run.suite.clone(), run.duration_s?)));
        let tests = self.cases.iter().filter_map(|case| Some((case.id.clone(), case.duration_s?)));
        Some(Durations { suites: suites.collect(), tests: tests.collect() })
    }

    /// True when a gating suite cannot run here, so that nothing is proven: exit code 2 for a gate.
    pub fn cannot_run(&self) -> bool {
        self.executed && self.verdict == Verdict::NotProven && self.runs.iter().any(|run| run.gating)
    }

    /// True when a gate must fail: a gating suite that did not pass, an import that cannot work, or a skip that is
    /// not allowed.
    pub fn is_failing(&self) -> bool {
        self.verdict == Verdict::Failed
    }
}
