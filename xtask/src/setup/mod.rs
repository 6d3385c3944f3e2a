//! Puts maintenance on rails: hooks for every commit, workflows for every pull request and week, and a section of
//! CONTRIBUTING.md that says how.
//!
//! [`plan()`] looks at the repository and says what is to be done; nothing is written by it. Files are one change set;
//! beside it stand the copy of the program that hooks run and, where git reads hooks from its configuration, a few
//! settings: [`apply()`] writes all three in an order that leaves no hook without its program. What somebody else wrote
//! is kept and called, or left alone and said.
//!
//! The room knows neither what a hook checks nor what an analysis finds.

mod baseline;
mod contributing;
mod files;
mod gather;
mod hooks;
mod lfs;
mod managers;
mod plan;
mod plan_hooks;
mod program;
mod script;
mod settings;
mod slug;
mod strays;
#[cfg(test)]
mod tests;
mod tracking;
pub mod workflow;

use std::collections::BTreeSet;
use std::fmt;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::change::{self, Applied, ChangeSet, EditRecord, Root};
use crate::config::{GitHook, SetupConfig};
use crate::repo::{Repo, RepoPath};

pub use baseline::take_baseline;
pub use managers::Manager;
pub use program::{About, PROTOCOL, Step};
pub use settings::Following;
pub use tracking::issue;

/// What is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// git's hooks.
    Hooks,
    /// The host's workflows.
    Workflows,
    /// The section of CONTRIBUTING.md.
    Contributing,
}

/// What the user asks for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which parts.
    pub parts: BTreeSet<Part>,
    /// Take out what was set up.
    pub uninstall: bool,
    /// Give up what was edited by hand, and set hooks up beside a manager's.
    pub force: bool,
    /// Write into the folder that `core.hooksPath` of this repository names.
    pub into_hooks_path: bool,
    /// `[setup]`.
    pub config: SetupConfig,
    /// `[upstream] upstream`.
    pub upstream: Option<String>,
    /// Each report and the command that writes it.
    pub reports: Vec<(String, &'static str)>,
    /// What stands beside the reports and is shown in them.
    pub pictures: Vec<String>,
    /// Whether xtask.toml has `[hook.except]`, which `--baseline` writes.
    pub has_exceptions: bool,
    /// Where the running program came from: an address and a commit id.
    pub source: Option<(String, String)>,
}

impl Options {
    /// True for a hook that is chosen.
    pub fn wants(&self, hook: GitHook) -> bool {
        self.config.hooks.as_ref().is_none_or(|hooks| hooks.contains(&hook))
    }
}

/// What is to be done.
#[derive(Debug)]
pub struct Plan {
    /// The files.
    pub set: ChangeSet,
    /// The copy of the program; `None` when hooks are not asked about.
    pub program: Option<Step>,
    /// git's settings: a value for each key, or none any more.
    pub settings: Vec<Setting>,
    /// Whether it takes out what was set up.
    pub uninstalls: bool,
    /// What the user should know, in sentences.
    pub notes: Vec<String>,
    /// Lines for files that are not ours to edit.
    pub offers: Vec<Offer>,
    /// What is not done.
    pub skipped: Vec<Skipped>,
    /// What is wrong and no edit of ours mends.
    pub drift: Vec<String>,
    /// The files in the work tree that are ours to commit.
    pub own_paths: Vec<String>,
}

/// A setting of git's configuration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Setting {
    /// Its key.
    pub key: String,
    /// Its value; `None`: it goes.
    pub value: Option<String>,
}

impl fmt::Display for Setting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(formatter, "set {} to `{value}` in git's configuration", self.key),
            None => write!(formatter, "unset {} in git's configuration", self.key),
        }
    }
}

/// Lines that the user may put into a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Offer {
    /// Why they are offered.
    pub why: String,
    /// The file.
    pub path: String,
    /// The lines.
    pub lines: String,
}

/// What is not done, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Skipped {
    /// The hook or file.
    pub id: String,
    /// Why.
    pub why: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Looks at the repository and says what is to be done.
///
/// # Errors
/// git cannot be asked, a file cannot be read, or the markers in one are malformed.
pub fn plan(repo: &Repo, options: &Options) -> Result<Plan> {
    let found = gather::gather(repo)?;
    plan::plan(&found, options)
}

impl Plan {
    /// Lines about what is pending beside the files.
    pub fn pending(&self) -> Vec<String> {
        let program = self.program.and_then(Step::pending).map(str::to_owned);
        program.into_iter().chain(self.settings.iter().map(ToString::to_string)).collect()
    }
}

/// Does what was planned. A kill at any moment leaves hooks that run, or none; planning again finishes it.
///
/// # Errors
/// A file cannot be written, or changed since it was planned.
pub fn apply(repo: &Repo, plan: &Plan) -> Result<Applied> {
    // No hook may be without its program, and git may call no script that is not there.
    if plan.uninstalls {
        apply_settings(repo, &plan.settings)?;
    }
    let program = plan.program.filter(|_| !plan.uninstalls);
    let applied = apply_program(repo, program).and_then(|()| change::apply(repo, &plan.set));
    if applied.is_err() && program == Some(Step::Install) {
        // A copy that nothing calls is not left behind; why the set-up failed is what is told.
        apply_program(repo, Some(Step::Remove)).ok();
    }
    let applied = applied?;
    if plan.uninstalls {
        apply_program(repo, plan.program)?;
    } else {
        apply_settings(repo, &plan.settings)?;
    }
    Ok(applied)
}

/// Commits the files of the work tree that were edited, and no others; the short id, or `None` when there are none.
///
/// What is staged stays staged and is not part of the commit. Hooks do not run: what they judge is ours.
///
/// # Errors
/// git refuses the commit (no name is configured, a file is ignored).
pub fn commit(repo: &Repo, plan: &Plan, edits: &[EditRecord]) -> Result<Option<String>> {
    let is_own =
        |edit: &&EditRecord| edit.root == Root::WorkTree && plan.own_paths.contains(&edit.path.to_string());
    let own: BTreeSet<RepoPath> = edits.iter().filter(is_own).map(|edit| edit.path.clone()).collect();
    if own.is_empty() {
        return Ok(None);
    }
    let message = if plan.uninstalls { "Take out what xtask set up\n" } else { "Set up xtask\n" };
    Ok(repo.commit_paths(&own, message)?.map(|commit| commit.short().to_owned()))
}

fn apply_program(repo: &Repo, step: Option<Step>) -> Result<()> {
    match step {
        Some(Step::Install | Step::Renew | Step::Refresh | Step::Repair) => {
            let running = gather::running()?;
            change::write_program(repo, program::PATH, &running)?;
            let about = About { content: Some(program::content(&running)), ..About::this() };
            let about = serde_json::to_vec(&about).context("describe the program")?;
            change::write_result(repo, program::ABOUT, &about)?;
        }
        Some(Step::Remove) => {
            for path in [program::PATH, program::ABOUT] {
                change::remove_result(repo, path)?;
            }
        }
        Some(Step::Keep | Step::LeaveNewer) | None => {}
    }
    Ok(())
}

fn apply_settings(repo: &Repo, settings: &[Setting]) -> Result<()> {
    let git = repo.git();
    for Setting { key, value } in settings {
        let context = || format!("write git's setting `{key}`");
        match value {
            Some(value) => {
                git.read(&["config", "--local", "--replace-all", key, value]).with_context(context)?;
            }
            None => {
                // Code 5: it is gone already.
                git.answer_to(&["config", "--local", "--unset-all", key], &[], &[0, 5])
                    .with_context(context)?;
            }
        }
    }
    Ok(())
}
