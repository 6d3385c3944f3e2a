//! One test, how it went, and how many went so.

use serde::{Deserialize, Serialize};

use crate::config::SuiteKind;

/// Tests of one run, each counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Counts {
    /// Tests that were collected and not left out.
    pub collected: u64,
    /// Tests left out by options or configuration.
    pub deselected: u64,
    /// Passed.
    pub passed: u64,
    /// Failed in the test itself.
    pub failed: u64,
    /// Failed before or after the test, or could not be collected.
    pub errors: u64,
    /// Skipped, files that asked to be skipped among them.
    pub skipped: u64,
    /// Failed as expected.
    pub xfailed: u64,
    /// Passed against expectation, without failing for it.
    pub xpassed: u64,
    /// Failed, then passed when run again.
    pub flaky: u64,
    /// Collected, but never run.
    pub not_run: u64,
}

impl Counts {
    /// Adds one case.
    pub fn add(&mut self, outcome: CaseOutcome) {
        let counter = match outcome {
            CaseOutcome::Passed => &mut self.passed,
            CaseOutcome::Failed => &mut self.failed,
            CaseOutcome::Error => &mut self.errors,
            CaseOutcome::Skipped => &mut self.skipped,
            CaseOutcome::Xfailed => &mut self.xfailed,
            CaseOutcome::Xpassed => &mut self.xpassed,
            CaseOutcome::Flaky => &mut self.flaky,
            CaseOutcome::NotRun => &mut self.not_run,
        };
        *counter += 1;
    }
}

/// How a test went in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CaseOutcome {
    /// Passed.
    Passed,
    /// Failed in the test itself.
    Failed,
    /// Failed before or after the test, or could not be collected.
    Error,
    /// Skipped.
    Skipped,
    /// Failed as expected.
    Xfailed,
    /// Passed against expectation.
    Xpassed,
    /// Failed, then passed when run again.
    Flaky,
    /// Collected, but never run.
    NotRun,
}

impl CaseOutcome {
    /// True for what a gate must not let pass.
    pub fn is_bad(self) -> bool {
        matches!(self, CaseOutcome::Failed | CaseOutcome::Error | CaseOutcome::NotRun)
    }
}

/// One test, or one file that could not be collected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Case {
    /// Its id as the runner shows it.
    pub id: String,
    /// The suite.
    pub suite: String,
    /// What it is for, by its folder.
    pub kind: SuiteKind,
    /// The file that defines it, relative to the repository.
    pub path: Option<String>,
    /// The line there.
    pub line: Option<u64>,
    /// How it went in the end.
    pub outcome: CaseOutcome,
    /// Seconds of its first try, set-up and tear-down included.
    pub duration_s: Option<f64>,
    /// All its tries, in order.
    pub attempts: Vec<Attempt>,
    /// The key of its cause, for a failure.
    pub cause: Option<String>,
    /// Why it was skipped.
    pub skip_reason: Option<String>,
    /// Why subtests of it were skipped, each once for each subtest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subtest_skips: Vec<String>,
}

/// One try of a test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Attempt {
    /// How it went.
    pub outcome: CaseOutcome,
    /// In which company.
    pub run: Company,
    /// Seconds.
    pub duration_s: Option<f64>,
    /// Exception and first line of its message.
    pub message: Option<String>,
}

/// In which company a test ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Company {
    /// All others of its process, in their order.
    #[serde(rename = "in order")]
    InOrder,
    /// None: it had a process of its own.
    #[serde(rename = "alone")]
    Alone,
    /// Other tests that failed.
    #[serde(rename = "with other failures")]
    OtherFailures,
}

impl Company {
    /// Its name in results and reports.
    pub fn name(self) -> &'static str {
        match self {
            Company::InOrder => "in order",
            Company::Alone => "alone",
            Company::OtherFailures => "with other failures",
        }
    }
}
