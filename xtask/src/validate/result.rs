//! The result of the analysis: field for field what `--format json` prints under `validation`.

mod case;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::known::KnownList;
use super::shard::ShardTold;
use crate::code::python::imports::Imports;
use crate::code::python::inventory::Inventory;
use crate::code::rust_tests::RustTests;
use crate::config::{Depth, SuiteKind};
use crate::report::Finding;

pub use self::case::{Attempt, Case, CaseOutcome, Company, Counts};

/// The whole result.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Analysis {
    /// How far it looked.
    pub depth: Depth,
    /// Hash over schema, configuration and the ids of all files that were read.
    pub inputs: String,
    /// Whether suites were run at all.
    pub executed: bool,
    /// What all gating runs say together.
    pub verdict: Verdict,
    /// One entry a suite.
    pub runs: Vec<Run>,
    /// Which part of all tests this is; `None`: all of them.
    pub shard: Option<ShardTold>,
    /// Every test of every suite, once.
    pub cases: Vec<Case>,
    /// Skips by reason.
    pub skips: Vec<Skips>,
    /// Failures by cause, the one with most tests first.
    pub causes: Vec<Cause>,
    /// What changed since before; `None` when there is nothing to compare with.
    pub baseline: Option<Baseline>,
    /// Lines that ran, where they are measured.
    pub coverage: Option<Coverage>,
    /// Why they are not measured, or how they would be.
    pub coverage_hint: Option<String>,
    /// The slowest tests.
    pub slowest: Vec<Slow>,
    /// Tests that passed when run again.
    pub flaky: Vec<Flaky>,
    /// Files that test runs wrote into the repository.
    pub written: Vec<Written>,
    /// Imports between the repository's own modules, checked without running anything.
    pub imports: Imports,
    /// Modules that test files import and that the interpreter does not have.
    pub missing: Vec<Missing>,
    /// Tests and modules that were moved, and how they fare.
    pub moved: Vec<Moved>,
    /// What the files say without being run.
    pub inventory: Inventory,
    /// Functions that Rust files mark as tests, counted by pattern.
    pub rust_inventory: RustTests,
    /// Everything that a gate or a reader should know besides.
    pub findings: Vec<Finding>,
    /// The list of known failures as it is to be written, where that was asked for.
    #[serde(skip)]
    pub known_list: Option<KnownList>,
}

/// What all gating runs say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every gating suite ran to its end and nothing failed.
    Passed,
    /// Something failed, or did not run to its end.
    Failed,
    /// A gating suite cannot run here, or none was run.
    NotProven,
}

/// How a suite's run went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It ran to its end, and nothing failed.
    Passed,
    /// It ran to its end, and something failed.
    Failed,
    /// It did not run to its end, whatever its exit code says.
    Incomplete,
    /// A test, or the suite, took longer than its limit.
    TimedOut,
    /// It could not be started as it stands.
    CannotRun,
}

impl Status {
    /// Its name in results and reports.
    pub fn name(self) -> &'static str {
        match self {
            Status::Passed => "passed",
            Status::Failed => "failed",
            Status::Incomplete => "incomplete",
            Status::TimedOut => "timed-out",
            Status::CannotRun => "cannot-run",
        }
    }
}

/// What ended a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// Its own end.
    Finished,
    /// It collected no test.
    NothingCollected,
    /// The process ended by a signal.
    Crashed,
    /// The process ended with a code before the session was over (`os._exit(0)` in a test).
    ExitedEarly,
    /// A test, or the import of a test file, took longer than its limit.
    Hung,
    /// The whole suite took longer than its limit.
    SuiteLimit,
    /// `conftest.py` cannot be loaded.
    BrokenConftest,
    /// The runner itself failed.
    InternalError,
    /// The runner refused its arguments or configuration.
    UsageError,
    /// The session stopped itself (`pytest.exit`, `--maxfail`).
    Stopped,
    /// The user stopped it.
    Interrupted,
    /// A tool or package is missing.
    Missing,
    /// A build failed, so that there was nothing to run.
    BuildFailed,
}

/// One suite's run.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Run {
    /// The suite's name.
    pub suite: String,
    /// What it is for.
    pub kind: SuiteKind,
    /// Whether it decides the verdict.
    pub gating: bool,
    /// `pytest`, `unittest`, `cargo-test`.
    pub runner: String,
    /// The interpreter or tool, and why this one.
    pub interpreter: Option<Interpreter>,
    /// How it went.
    pub status: Status,
    /// What ended it.
    pub end: End,
    /// One sentence for people: what happened.
    pub why: Option<String>,
    /// The exact line that makes it run.
    pub install: Option<String>,
    /// The exit code of the first process; 128 and the signal's number for a crash.
    pub exit_code: Option<i32>,
    /// Seconds in all.
    pub duration_s: Option<f64>,
    /// The test or file that ended it early.
    pub culprit: Option<String>,
    /// The tests, each once.
    pub counts: Counts,
    /// The runner's own tally of its first process, for comparison.
    pub runner_tally: BTreeMap<String, u64>,
    /// How often it was started again for tests that had not run.
    pub restarts: usize,
    /// The command, with paths relative to the repository.
    pub command: String,
    /// Plugins of the runner, with versions.
    pub plugins: Vec<String>,
    /// The last lines that the process wrote, for a run that did not finish.
    pub output: Option<String>,
}

/// The interpreter or tool that ran a suite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Interpreter {
    /// The program as it was called, relative to the repository where it lies inside.
    pub program: String,
    /// Its version.
    pub version: Option<String>,
    /// Why this one.
    pub reason: String,
}

/// A place in a file of the repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Place {
    /// The file, relative to the repository.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
}

/// Failures that have one cause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Cause {
    /// Stable over runs, as long as exception, message and place stay.
    pub key: String,
    /// The exception's type, or what happened (`time limit`, `crash`).
    pub exception: String,
    /// The message of the first failure, cut to a few lines.
    pub message: String,
    /// The deepest place in the repository's own code.
    pub frame: Option<Place>,
    /// Ids of all tests and files behind it, sorted.
    pub cases: Vec<String>,
    /// The line that installs what is missing, when that is the cause.
    pub install: Option<String>,
    /// What is known of it besides.
    pub hint: Option<String>,
    /// Commits that touched the place's file since what the result is compared with, newest first.
    pub commits: Vec<Touch>,
}

/// Skips of one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Skips {
    /// The reason that the test's author gave.
    pub reason: String,
    /// How many.
    pub count: u64,
    /// How many of them are subtests.
    #[serde(default)]
    pub subtests: u64,
    /// The id of the first one.
    pub first: String,
    /// Whether `allowed_skips` has it; `None` when there is no such list.
    pub allowed: Option<bool>,
}

/// Which lines ran.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Coverage {
    /// Of all statements, as the tool that measured counts them with its configuration.
    pub percent: f64,
    /// Files, by path.
    pub files: Vec<CoveredFile>,
    /// Those of them that changed since what the result is compared with.
    pub changed: Vec<String>,
}

/// Which lines of a file ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CoveredFile {
    /// The file, relative to the repository.
    pub path: String,
    /// Of its statements.
    pub percent: f64,
    /// Lines that never ran.
    pub missing: Vec<u64>,
}

/// Commits of one file that are told: where there are so many, there may be more.
pub(super) const MOST_COMMITS: usize = 5;

/// A commit that touched a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Touch {
    /// The commit.
    pub commit: String,
    /// The first line of its message.
    pub subject: String,
}

/// One of the slowest tests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Slow {
    /// The test.
    pub id: String,
    /// Seconds.
    pub duration_s: f64,
}

/// A test that failed, then passed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Flaky {
    /// The test.
    pub id: String,
    /// Whether it passes alone and fails in the company of others, each time.
    pub order_dependent: bool,
    /// All tries.
    pub attempts: Vec<Attempt>,
}

/// A file that a run left in the repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Written {
    /// The suite that ran.
    pub suite: String,
    /// The file.
    pub path: String,
    /// What became of it.
    pub change: FileChange,
}

/// What a run did to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum FileChange {
    /// It was not there before.
    Created,
    /// It holds something else.
    Changed,
    /// It is gone.
    Removed,
}

impl FileChange {
    /// Its name in results and reports.
    pub fn name(self) -> &'static str {
        match self {
            FileChange::Created => "created",
            FileChange::Changed => "changed",
            FileChange::Removed => "removed",
        }
    }
}

/// A module that test files import and that the interpreter does not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Missing {
    /// The suite.
    pub suite: String,
    /// The top-level module.
    pub module: String,
    /// How many files of the suite import it when they are loaded.
    pub files: u64,
    /// The first of them, and the line.
    pub first: Place,
    /// The line that installs it, where it is known.
    pub install: Option<String>,
    /// What is known of it besides.
    pub hint: Option<String>,
}

/// A test or module that was moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Moved {
    /// Where it stands.
    pub path: String,
    /// Where it stood before.
    pub from: String,
    /// The commit that moved it last.
    pub commit: String,
    /// Whether all its imports of own modules lead somewhere.
    pub imports_ok: bool,
    /// How its tests fare.
    pub verdict: MovedTests,
}

/// How the tests of a moved file fare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum MovedTests {
    /// None failed.
    Passed,
    /// One failed.
    Failed,
    /// One never ran, or none did.
    NotRun,
    /// It holds none.
    NoTests,
}

impl MovedTests {
    /// Words for people.
    pub(super) fn words(self) -> &'static str {
        match self {
            MovedTests::Passed => "passed",
            MovedTests::Failed => "failed",
            MovedTests::NotRun => "not run",
            MovedTests::NoTests => "no tests",
        }
    }
}

/// What changed since before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Baseline {
    /// The commit that was before, where it is known.
    pub commit: Option<String>,
    /// Fail now and did not before.
    pub new_failures: Vec<String>,
    /// Fail now as before.
    pub still_failing: Vec<String>,
    /// Fail now as before, of another cause.
    pub changed_cause: Vec<String>,
    /// Failed before and pass now.
    pub fixed: Vec<String>,
    /// Were there before.
    pub gone: Vec<String>,
    /// Were not there before.
    pub added: Vec<String>,
    /// Ran before and are skipped now.
    pub newly_skipped: Vec<String>,
    /// Take longer now.
    pub slower: Vec<Slower>,
}

/// A test that takes longer than before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Slower {
    /// The test.
    pub id: String,
    /// Seconds before.
    pub before_s: f64,
    /// Seconds now.
    pub now_s: f64,
}
