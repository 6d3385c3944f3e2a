//! Analysis A: what says the same thing, what went stale, what is finished business, and which guides should stand.
//!
//! It reads notes and proposes; it changes nothing. What people decided in the plan is carried into the next one.
//! `apply` makes the edits that carry a plan out.

mod affinity;
mod apply;
mod archive;
mod archive_place;
mod ask;
mod assemble;
pub mod conserve;
mod decisions;
mod destiny;
mod done;
mod editions;
mod facts;
mod folded;
mod gather;
mod groups;
pub mod guide;
mod matrix;
mod mentions;
mod navigation;
mod note;
mod overlaps;
mod plan;
mod plan_format;
mod plan_words;
mod records;
mod references;
mod report;
mod result;
mod role;
mod scope;
mod sections;
mod series;
mod shares;
mod since;
mod stale;
mod stored;
mod ticks;
mod topics;
mod unread;
mod words;

#[cfg(test)]
mod groups_tests;
#[cfg(test)]
mod interrupt_tests;
#[cfg(test)]
mod plan_tests;
#[cfg(test)]
mod test_notes;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use anyhow::{Context, Result};

pub use apply::{
    ApplyOptions, GuideLines, ItemDone, LeftMention, LeftOutLine, ListDone, PlanFile, Prepared, Skipped,
    Step, Summary, begin_branch, check_committable, check_stageable, commit, default_branch, drop_branch,
    prepare, refresh_marks, restage, stage, steps, take_back,
};
pub use decisions::{Lapsed, carry_over};
pub use facts::{Fact, FactValue};
pub use matrix::matrix;
pub use note::Role;
pub use plan::{Action, Destiny, Item, Proposed, SectionPlan, Source, guide_marker};
pub use plan_format::{PlanError, read, write};
pub use report::{headline, next_step, report};
pub use result::*;
pub use since::{
    MovedNote, NewAndGone, NewAndMended, NewAndSettled, NotesSince, ProposedItem, Since, line as since_line,
};
pub use stale::{Stale, StalePlan, stale};

use crate::config::{ConsolidateConfig, Depth};
use crate::process::{Cancel, Progress};
use crate::repo::{BlobId, Repo, RepoPath, Tree};
use crate::report::{Document, Outcome, Unavailable};

/// What is read, and how far it looks.
#[derive(Clone, Debug)]
pub struct Options {
    /// How far it looks.
    pub depth: Depth,
    /// The revision to read; `None`: the work tree.
    pub at: Option<String>,
    /// The revision to compare with.
    pub since: Option<String>,
    /// `[consolidate]` of `xtask.toml`.
    pub config: ConsolidateConfig,
    /// Confidence, 0 to 1, from which an item comes ticked.
    pub tick_above: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            depth: Depth::Medium,
            at: None,
            since: None,
            config: ConsolidateConfig::default(),
            tick_above: 0.9,
        }
    }
}

/// All that was read, before anything is concluded from it.
pub struct Input {
    now: Option<gather::Gathered>,
    then: Option<gather::Then>,
}

/// Reads the notes and makes the plan.
///
/// # Errors
/// As [`gather`].
pub fn run(
    repo: &Repo,
    options: &Options,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Outcome<Analysis>> {
    analyse(gather(repo, options, progress, cancel)?, options, progress, cancel)
}

/// Reads the notes, their history and the plan that stands. Nothing of the repository is read after it.
///
/// # Errors
/// The revision does not exist, a glob is wrong, git cannot list or read, or the plan that stands in the
/// report's place has a line that cannot be read: decisions in it would be lost. Or somebody asked to stop.
pub fn gather(repo: &Repo, options: &Options, progress: &Progress, cancel: &Cancel) -> Result<Input> {
    cancel.catch(|| {
        let now = gather::read(repo, options, progress)?
            .filter(|gathered| !gathered.notes.is_empty() || !gathered.previous.is_empty());
        let then = match (&options.since, &now) {
            (Some(revision), Some(now)) => gather::then(repo, options, revision, now, progress)?,
            _ => None,
        };
        Ok(Input { now, then })
    })?
}

/// Makes the plan of what was read.
///
/// # Errors
/// Somebody asked to stop.
pub fn analyse(
    input: Input,
    options: &Options,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Outcome<Analysis>> {
    Ok(cancel.catch(|| analysis(input, options, progress))?)
}

fn analysis(input: Input, options: &Options, progress: &Progress) -> Outcome<Analysis> {
    let Input { now: Some(gathered), then } = input else {
        return Outcome::Unavailable(Unavailable {
            why: "there are no notes here".to_owned(),
            hint: Some(
                "name them with `include = [\"GLOB\"]` under `[consolidate]` in xtask.toml".to_owned(),
            ),
        });
    };
    progress.step(format!("comparing {} notes", gathered.notes.len()));
    let blobs = then.is_some().then(|| gathered.blobs());
    let mut analysis = assemble::analysis(gathered, options);
    if let (Some(then), Some(blobs)) = (then, blobs) {
        progress.step("comparing with then");
        analysis.since = Some(compare(then, options, &analysis, &blobs));
    }
    Outcome::Done(analysis)
}

/// What changed in the picture since an earlier commit.
fn compare(
    then: gather::Then,
    options: &Options,
    analysis: &Analysis,
    blobs: &BTreeMap<RepoPath, BlobId>,
) -> Since {
    let old_blobs = then.gathered.blobs();
    let old = assemble::analysis(then.gathered, options);
    let (old, now) = (since::Side { analysis: &old, blobs: &old_blobs }, since::Side { analysis, blobs });
    since::compare((then.commit, then.date), &old, &now, &then.renames)
}

/// Says why two notes are, or are not, called overlapping, with the passages.
///
/// # Errors
/// As [`gather`]; or a name is no note that is read, or may mean several.
pub fn explain(
    repo: &Repo,
    options: &Options,
    one: &str,
    other: &str,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Document> {
    cancel.catch(|| ask::explain(&read_quickly(repo, options, progress)?.notes, one, other))?
}

/// Finds the notes and lines that speak of `words`.
///
/// # Errors
/// As [`gather`].
pub fn search(
    repo: &Repo,
    options: &Options,
    words: &str,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Document> {
    cancel.catch(|| Ok(ask::search(&read_quickly(repo, options, progress)?.notes, words)))?
}

/// The notes alone: a question about them needs neither history nor other files.
fn read_quickly(repo: &Repo, options: &Options, progress: &Progress) -> Result<gather::Gathered> {
    let options = Options { depth: Depth::Quick, ..options.clone() };
    let read = gather::read(repo, &options, progress)?;
    read.context("find notes: there is neither a work tree nor a commit")
}

/// The globs that stand for notes when the configuration names none, as far as they match something in `tree`.
pub fn default_globs(tree: &Tree) -> Vec<String> {
    let folders = scope::FOLDERS.iter().filter(|folder| tree.has_folder(&RepoPath::from(**folder)));
    std::iter::once("*.md".to_owned()).chain(folders.map(|folder| format!("{folder}/**"))).collect()
}

impl Analysis {
    /// Whether `--strict` fails: something waits to be decided, or a link leads nowhere.
    pub fn has_findings(&self) -> bool {
        self.items.iter().any(|item| !item.done)
            || self.broken_links.as_ref().is_some_and(|links| !links.is_empty())
    }
}
