//! The workflows, as text: pure functions of what was found and configured.
//!
//! Nothing that somebody else can name (a branch, a title, a path, an address) stands inside a script: it comes in by
//! `env`, as a quoted value. What stands in scripts is ours, or command lines of `xtask.toml`, in which expressions of
//! the host are refused.

mod checks;
pub mod pins;
mod samples;
mod steps;
mod weekly;
mod yaml;

use std::collections::BTreeMap;

use crate::config::WorkflowKind;

pub use samples::samples;
pub use yaml::is_plain;

/// The version of the text that is written.
pub const VERSION: u32 = 1;

/// How a workflow gets the tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Install {
    /// The repository carries it: `cargo xtask`.
    Alias,
    /// A command line installs `xtask`; what it left in cargo's folder of programs is kept where cargo put it there.
    Command(String),
}

/// Where a workflow fetches upstream from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// The name of the remote in the workflow.
    pub remote: String,
    /// An https address without credentials.
    pub address: String,
    /// What phase 2 is told, where it would not find it by the remote's name alone.
    pub asked: Option<String>,
}

/// What the workflows are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The repository's own `owner/name`.
    pub slug: String,
    /// How the tool gets there.
    pub install: Install,
    /// Command lines before tests.
    pub prepare: Vec<String>,
    /// In how many jobs tests run.
    pub shards: u32,
    /// The label of the machine.
    pub runner: String,
    /// Where upstream is, for a fork.
    pub upstream: Option<Upstream>,
    /// The reports, in the order in which they are shown.
    pub reports: Vec<String>,
    /// What stands beside the reports and is kept with them.
    pub pictures: Vec<String>,
}

impl Install {
    /// How the tool is called.
    pub fn call(&self) -> &'static str {
        match self {
            Self::Alias => "cargo xtask",
            Self::Command(_) => "xtask",
        }
    }
}

/// The path of a workflow's file.
pub fn path(kind: WorkflowKind) -> &'static str {
    match kind {
        WorkflowKind::Checks => ".github/workflows/xtask-checks.yml",
        WorkflowKind::Weekly => ".github/workflows/xtask-weekly.yml",
    }
}

/// The id of a workflow's block.
pub fn id(kind: WorkflowKind) -> &'static str {
    match kind {
        WorkflowKind::Checks => "workflow-checks",
        WorkflowKind::Weekly => "workflow-weekly",
    }
}

/// The text of each workflow.
pub fn texts(facts: &Facts, kinds: &[WorkflowKind]) -> BTreeMap<WorkflowKind, String> {
    let text = |kind| match kind {
        WorkflowKind::Checks => checks::text(facts),
        WorkflowKind::Weekly => weekly::text(facts),
    };
    kinds.iter().map(|&kind| (kind, text(kind))).collect()
}
