//! Analysis A: what says the same thing, what went stale, what is finished business, and which guides should stand.
//!
//! It reads notes and proposes; it changes nothing. What people decided in the plan is carried into the next one.

mod affinity;
mod archive;
mod assemble;
mod decisions;
mod gather;
mod groups;
mod mentions;
mod navigation;
mod note;
mod overlaps;
mod plan;
mod plan_format;
mod plan_words;
mod report;
mod result;
mod role;
mod scope;
mod sections;
mod shares;
mod topics;
mod words;

#[cfg(test)]
mod plan_tests;

use anyhow::Result;

pub use decisions::{Lapsed, carry_over};
pub use note::Role;
pub use plan::{Action, Destiny, Item, Proposed, SectionPlan, Source, guide_marker};
pub use plan_format::{PlanError, read, write};
pub use report::{headline, next_step, report};
pub use result::*;

use crate::config::{ConsolidateConfig, Depth};
use crate::process::{Cancel, Progress};
use crate::repo::Repo;
use crate::report::{Outcome, Unavailable};

/// What is read, and how far it looks.
#[derive(Clone, Debug)]
pub struct Options {
    /// How far it looks.
    pub depth: Depth,
    /// The revision to read; `None`: the work tree.
    pub at: Option<String>,
    /// `[consolidate]` of `xtask.toml`.
    pub config: ConsolidateConfig,
    /// Confidence, 0 to 1, from which an item comes ticked.
    pub tick_above: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { depth: Depth::Medium, at: None, config: ConsolidateConfig::default(), tick_above: 0.9 }
    }
}

/// Reads the notes and makes the plan.
///
/// # Errors
/// The revision does not exist, a glob is wrong, git cannot list or read, or the plan that stands in the
/// report's place has a line that cannot be read: decisions in it would be lost.
pub fn run(
    repo: &Repo,
    options: &Options,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Outcome<Analysis>> {
    let gathered = gather::read(repo, options, progress, cancel)?;
    let Some(gathered) =
        gathered.filter(|gathered| !gathered.notes.is_empty() || !gathered.previous.is_empty())
    else {
        return Ok(Outcome::Unavailable(Unavailable {
            why: "there are no notes here".to_owned(),
            hint: Some(
                "name them with `include = [\"GLOB\"]` under `[consolidate]` in xtask.toml".to_owned(),
            ),
        }));
    };
    progress.step(format!("comparing {} notes", gathered.notes.len()));
    Ok(Outcome::Done(assemble::analysis(gathered, options)))
}
