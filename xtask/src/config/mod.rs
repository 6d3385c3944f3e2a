//! `xtask.toml`: everything has a default that is found by looking, so an absent file is an empty one.

mod hook;
mod init;
mod load;
pub mod reports;
mod setup;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use hook::HookConfig;
pub use init::{Detected, commented, quoted};
pub use load::{ConfigError, FILE_NAME};
pub use setup::{CONTRIBUTING_PLACES, GitHook, SetupConfig, WorkflowKind, is_slug};

/// How far an analysis looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Depth {
    /// What answers in a second on any repository.
    Quick,
    /// What the report usually needs.
    Medium,
    /// With searches over history.
    Thorough,
}

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Analysis A.
    pub consolidate: ConsolidateConfig,
    /// Analysis B.
    pub upstream: UpstreamConfig,
    /// Analysis C.
    pub validate: ValidateConfig,
    /// Hooks, workflows, CONTRIBUTING.md.
    pub setup: SetupConfig,
    /// What a commit, its message and a push are judged by.
    pub hook: HookConfig,
}

/// `[consolidate]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConsolidateConfig {
    /// Globs of the notes; `None`: `notes/`, `docs/`, `doc/` and Markdown at the root.
    pub include: Option<Vec<String>>,
    /// Globs of files that are left out.
    pub exclude: Vec<String>,
    /// Globs of files that are read but never proposed for a move.
    pub keep: Vec<String>,
    /// Where the report goes; `None`: `notes/documentation_consolidation_plan.md`.
    pub report: Option<String>,
    /// How notes lie in the archive; `None`: in the folders that they lay in.
    pub archive_layout: Option<ArchiveLayout>,
    /// What becomes of path mentions in files of the archive; `None`: they are kept.
    pub archive_mentions: Option<ArchiveMentions>,
}

/// How notes lie in the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArchiveLayout {
    /// All in one folder.
    Flat,
    /// In a folder for each topic; the sources of a guide in one of its name.
    Topic,
    /// In a folder for the year of each note's last change.
    Year,
}

/// What becomes of path mentions in files of the archive. Links are kept right in either case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ArchiveMentions {
    /// They stay as they were written.
    Keep,
    /// They name the new places.
    Rewrite,
}

/// `[upstream]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UpstreamConfig {
    /// Remote, revision, address or path, with an optional `#BRANCH`; `None`: the remote `upstream`.
    pub upstream: Option<String>,
    /// Where the report goes; `None`: `notes/upstream_sync_analysis.md`.
    pub report: Option<String>,
    /// Globs of the parts of the fork's own work, by the part's name; empty: the top folders.
    pub areas: BTreeMap<String, Vec<String>>,
}

/// `[validate]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ValidateConfig {
    /// Where the report goes; `None`: `notes/test_suite_report.md`.
    pub report: Option<String>,
    /// Where the page of the final validation goes; `None`: `notes/final_validation_report.md`.
    pub final_report: Option<String>,
    /// File with the list of known failures; `None`: `xtask-known-failures.json` where it is there.
    pub known_failures: Option<String>,
    /// Skip reasons that are no finding, `*` standing for any text; `None`: all.
    pub allowed_skips: Option<Vec<String>>,
    /// What a test that fails and then passes does to the verdict; `None`: it fails it.
    pub flaky: Option<FlakyPolicy>,
    /// Whether lines that ran are measured; `None`: they are not.
    pub coverage: Option<CoverageSetting>,
    /// `[[validate.suite]]`; empty: found by looking.
    pub suite: Vec<SuiteConfig>,
}

/// What a test that fails and passes when it is run again does to the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlakyPolicy {
    /// It is said, and nothing more.
    Warn,
    /// It fails as a test that always fails does.
    Fail,
}

/// Whether lines that ran are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CoverageSetting {
    /// Where a tool for it is installed.
    Auto,
    /// Nowhere.
    Off,
}

/// What a suite is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SuiteKind {
    /// Small and quick.
    Unit,
    /// Several parts together.
    Integration,
    /// Reported, never gating unless asked.
    Experimental,
}

impl SuiteKind {
    /// Its name in settings and reports.
    pub fn name(self) -> &'static str {
        match self {
            SuiteKind::Unit => "unit",
            SuiteKind::Integration => "integration",
            SuiteKind::Experimental => "experimental",
        }
    }
}

/// One `[[validate.suite]]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuiteConfig {
    /// Its name in reports.
    pub name: String,
    /// Folders or files, relative to the repository.
    #[serde(default)]
    pub paths: Vec<String>,
    /// What it is for; `None`: by its folder.
    pub kind: Option<SuiteKind>,
    /// Whether its failures fail the command; `None`: unless it is experimental.
    pub gating: Option<bool>,
    /// `pytest`, `unittest`, `cargo-test`, `cargo-nextest` or a command line; `None`: found by looking.
    pub runner: Option<String>,
    /// Where the command line leaves JUnit XML, relative to the repository: a file, a folder of such files, or a
    /// pattern of these (`**/build/test-results`). Files that were there before and have not changed do not count.
    pub junit: Option<String>,
    /// The interpreter; `None`: found by looking.
    pub python: Option<String>,
    /// Seconds for one test; `None`: 300.
    pub test_timeout: Option<u64>,
    /// Seconds for the whole suite; `None`: 1800.
    pub suite_timeout: Option<u64>,
    /// Whether a suite without a test passes.
    #[serde(default)]
    pub allow_empty: bool,
}
