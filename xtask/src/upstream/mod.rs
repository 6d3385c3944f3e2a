//! Analysis B: where a fork stands against its upstream, what it built itself, and how it can follow.
//!
//! It reads commits alone: no work tree, no network unless [`Options::fetch`] asks, nothing written into the
//! user's repository (trial merges go to a [`crate::repo::Scratch`]), nothing run that a repository names.

mod areas;
mod audit;
mod build;
mod chain;
mod class;
mod commands;
mod commits;
#[cfg(test)]
mod conflict_tests;
mod custom;
mod gather;
mod hints;
mod histogram;
mod model;
mod one_by_one;
mod parse;
#[cfg(test)]
mod partial_tests;
mod reach;
mod relation;
#[cfg(test)]
mod release_tests;
mod report;
mod sides;
mod strategy;
#[cfg(test)]
mod strategy_tests;
mod symbols;
mod sync;
#[cfg(test)]
mod sync_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod three_way;
mod unjudged;

use anyhow::Result;

pub use audit::{Audit, AuditedMerge, Lost, LostKind};
pub use build::{Build, BuildError};
pub use model::*;
pub use report::{has_findings, headline, next_step, report};

use crate::config::{Depth, UpstreamConfig};
use crate::process::{Cancel, Progress};
use crate::repo::{Repo, RepoPath};
use crate::report::Outcome;

/// What is compared, and how far the search goes.
#[derive(Clone, Debug)]
pub struct Options {
    /// The fork's revision.
    pub fork: String,
    /// `REMOTE|REV|URL|PATH[#BRANCH]`; `None`: what the configuration says, else the remote `upstream`.
    pub upstream: Option<String>,
    /// Whether the network may be used to bring upstream up to date first.
    pub fetch: bool,
    /// How far the search goes.
    pub depth: Depth,
    /// Whether `cargo check` runs on the merged tree: it runs build scripts, which are programs of the repository.
    pub build: bool,
    /// Whether what the fork's messages say of upstream counts; without, its content alone does.
    pub messages: bool,
    /// `[upstream]` of `xtask.toml`.
    pub config: UpstreamConfig,
    /// Seconds since 1970 now, for the note about an old tracking ref; it changes no result.
    pub now: Option<i64>,
    /// Where our own reports stand: commits at the tip that hold them alone do not count.
    pub reports: Vec<RepoPath>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            fork: "HEAD".to_owned(),
            upstream: None,
            fetch: false,
            depth: Depth::Thorough,
            build: false,
            messages: true,
            config: UpstreamConfig::default(),
            now: None,
            reports: Vec::new(),
        }
    }
}

/// Compares the fork with its upstream.
///
/// # Errors
/// A side that was named does not exist, or git fails in a way that leaves nothing to say.
pub fn run(
    repo: &Repo,
    options: &Options,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Outcome<Analysis>> {
    // Of a fork that was looked at in part nothing is said.
    cancel.catch(|| gather::run(repo, options, progress, cancel))?
}

/// Searches for the upstream commit that the fork's content corresponds to, and for nothing else.
///
/// # Errors
/// As [`run`]; also when no upstream is named or the repository is empty.
pub fn sync_point(
    repo: &Repo,
    options: &Options,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Option<SyncPoint>> {
    gather::sync_point(repo, options, progress, cancel)
}

/// Looks at merges already made (`OLD..NEW`, or one merge) for what they lost: files, symbols, tests and lines of
/// either side that neither side deleted.
///
/// # Errors
/// `range` names no commits, or git fails.
pub fn audit(repo: &Repo, range: &str, progress: &Progress, cancel: &Cancel) -> Result<Audit> {
    gather::audit(repo, range, progress, cancel)
}
