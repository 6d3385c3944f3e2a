//! What the next commit would hold, judged from the index alone: nothing is stashed, nothing written.
//!
//! Only what differs from HEAD and from every merge parent is judged; `git commit --amend` compares with HEAD as well,
//! since git tells a hook no more. The bytes of each changed file are judged by themselves ([`super::bytes`]), names
//! against all names of the index, notes against other notes, and links and imports by the checks of this room
//! ([`super::run`]), on the smallest tree that can answer.

mod checks;
mod files;
mod fix;
mod folders;
mod gather;
mod literals;
mod lost;
mod manifests;
mod mentioned;
mod message;
mod modules;
mod names;
mod notes;
mod push;
mod references;
mod rehearsal;
mod report;
mod size;
mod sure;
#[cfg(test)]
mod tests;
mod wider;

use anyhow::Result;
use serde::Serialize;

use super::CheckId;
use super::bytes::{Options, Secrets};
use crate::config::HookConfig;
use crate::repo::{Repo, RepoPath, Staged};
use crate::report::Level;

pub use checks::is_left_out;
pub use fix::{Fix, Fixes, apply_to_index, fixes};
pub use gather::config;
pub use message::{Message, judge_message, strips_comments};
pub use push::{Update, judge_push, updates};
pub use rehearsal::{Rehearsed, rehearse};
pub use report::{all_lines, lines};

use checks::Switches;
use files::Judge;

/// What is judged, and by what.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The repository.
    pub repo: &'a Repo,
    /// The index that the commit is made from.
    pub staged: &'a Staged,
    /// `[hook]` of the configuration.
    pub config: &'a HookConfig,
    /// Checks that are left out this once.
    pub skip: &'a [String],
    /// When it names any: only these checks.
    pub only: &'a [String],
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Finding {
    /// Whether it stops the commit.
    pub level: Level,
    /// The file; `None` when it concerns the whole.
    pub path: Option<RepoPath>,
    /// The line, from 1.
    pub line: Option<usize>,
    /// The check's name.
    pub check: CheckId,
    /// False for what was so before.
    pub new: bool,
    /// What is wrong: a phrase without a full stop.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl Finding {
    fn of(check: CheckId, path: &RepoPath, message: impl Into<String>) -> Self {
        Self {
            level: check.level(),
            path: Some(path.clone()),
            line: None,
            check,
            new: true,
            message: message.into(),
            hint: None,
        }
    }

    fn at(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Judged {
    /// How many files were judged.
    pub checked: usize,
    /// What was found, in the order in which it is told.
    pub findings: Vec<Finding>,
}

impl Judged {
    /// Puts findings in order: what stops the commit first, the check that weighs most first, then by place.
    fn of(checked: usize, mut findings: Vec<Finding>) -> Self {
        findings.sort_by(|one, other| {
            (one.level, one.check).cmp(&(other.level, other.check)).then_with(|| one.cmp(other))
        });
        findings.dedup();
        Self { checked, findings }
    }

    /// True when something stops the commit.
    pub fn stops(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Deny)
    }
}

/// Judges the next commit.
///
/// # Errors
/// A setting names no check, the index or an object cannot be read.
pub fn judge(request: &Request<'_>) -> Result<Judged> {
    let switches = Switches::of(request.config, request.skip, request.only)?;
    let input = gather::read(request)?;
    let mut findings = Vec::new();
    if switches.is_on(CheckId::Unmerged) {
        let unmerged = input.unmerged.iter().map(|path| {
            Finding::of(CheckId::Unmerged, path, "the path is not merged yet")
                .hint("settle the conflict, then `git add` it")
        });
        findings.extend(unmerged);
    }
    let secrets = Secrets::new();
    let options = options(request.config, input.parents.len() > 1);
    let marker_sizes = gather::marker_sizes((request.repo, request.staged), &input.files(), &switches)?;
    let settled = request.staged.settled()?;
    let judge = Judge { settled: Some(&settled), ..Judge::of(&switches, options, &marker_sizes, &secrets) };
    let asked = wider::Asked::of(request.staged, &input, &switches);
    let (of_files, sources) = gather::judge_files(request, &input, &judge, asked.as_ref())?;
    findings.extend(of_files);
    findings.extend(names::judge(request, &input, &switches)?);
    findings.extend(notes::judge(request, &input, &switches)?);
    if let Some(asked) = &asked {
        let found = wider::judge(request, &input, &switches, (asked, sources));
        findings.extend(found.or_else(|error| not_judged(request.repo, OTHER_FILES, error))?);
    }
    Ok(Judged::of(input.changes.len(), findings))
}

/// What is left out where other files cannot be read.
const OTHER_FILES: (CheckId, &str) = (CheckId::BrokenLink, "links, imports and calls are not judged");

/// What to say where the other files cannot be read because they were never fetched. Whatever else went wrong stays an
/// error.
fn not_judged(repo: &Repo, what: (CheckId, &str), error: anyhow::Error) -> Result<Vec<Finding>> {
    let is_absent = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<git2::Error>().is_some_and(|error| error.code() == git2::ErrorCode::NotFound)
    };
    if !error.chain().any(is_absent) || !repo.is_partial() {
        return Err(error);
    }
    let (check, what) = what;
    let message = format!("{what}: this partial clone lacks a content ({error})");
    Ok(vec![Finding {
        level: Level::Warn,
        path: None,
        line: None,
        check,
        new: false,
        message,
        hint: Some("fetch it, such as by `git checkout` of what holds it".to_owned()),
    }])
}

fn options(config: &HookConfig, merging: bool) -> Options {
    Options { markdown_breaks: config.markdown_breaks, merging, ..Options::default() }
}
