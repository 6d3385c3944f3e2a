//! Phase 3: carries the plan's ticked items out, as one change set over the whole tree.
//!
//! [`prepare`] reads the plan and the files, makes every check, and gives the edits with what is to be said of them;
//! it writes nothing. The plan itself is no part of the edits: [`refresh_marks`] strikes out what is done.

mod checks;
mod commit;
mod fates;
mod gather;
mod groups;
mod guides;
mod index;
mod marks;
mod places;
mod plan;
mod reworded;
mod steps;
mod summary;
mod sweep;
mod unlinked;
mod verify;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};

pub use commit::{
    begin_branch, check_committable, check_stageable, commit, drop_branch, restage, stage, take_back,
};
pub use gather::default_branch;
pub use steps::{Step, steps};
pub use summary::{GuideLines, ItemDone, LeftMention, LeftOutLine, ListDone, Skipped, Summary};

use super::plan::Item;
use super::plan_format;
use crate::change::{ChangeSet, ContentId};
use crate::config::ConsolidateConfig;
use crate::links::Rewriter;
use crate::process::{Cancel, Progress};
use crate::repo::{Change, Repo, RepoPath, Tree};
use crate::report::{Hinted, ReportMarker};

/// The plan as it stands in a file.
#[derive(Clone, Debug)]
pub struct PlanFile {
    /// Its name for messages.
    pub shown: String,
    /// Its place in the repository, if it lies there.
    pub path: Option<RepoPath>,
    /// All of it.
    pub text: String,
}

impl PlanFile {
    /// The items, each with its line; none where the report says that there was nothing to plan.
    fn placed(&self) -> Result<Vec<(usize, Item)>> {
        let placed = plan_format::read_placed(&self.text).map_err(|error| in_plan(&error, self))?;
        let is_of_nothing =
            || ReportMarker::parse(&self.text).is_some_and(|marker| marker.inputs == ReportMarker::NOTHING);
        match placed {
            Some(placed) => Ok(placed),
            None if is_of_nothing() => Ok(Vec::new()),
            None => bail!(Hinted::new(
                format!("it holds no plan: `{}` is missing", plan_format::first_line()),
                "make it anew with `xtask consolidate plan`, or name the plan with `--plan FILE`",
            )),
        }
    }
}

/// What is carried out, and how.
#[derive(Clone, Debug, Default)]
pub struct ApplyOptions {
    /// `[consolidate]` of `xtask.toml`.
    pub config: ConsolidateConfig,
    /// Ids of items, or their beginnings; empty: all that are ticked.
    pub only: Vec<String>,
    /// Whether the originals of merged notes are removed rather than put into the archive.
    pub delete_merged: bool,
    /// Contents that earlier edits of the same run gave to files: they count as planned.
    pub written: BTreeMap<RepoPath, ContentId>,
}

/// Edits that carry a plan out.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The edits; empty when there is nothing to do.
    pub set: ChangeSet,
    /// What they do.
    pub summary: Summary,
    /// Ids of items that belong into one commit, in an order in which they can be carried out one after the other.
    pub groups: Vec<Vec<String>>,
    /// The files as they are, and as they will be.
    trees: [Tree; 2],
    known: Known,
}

/// What is true of all items and need not be found again for some of them.
#[derive(Clone, Debug, Default)]
struct Known {
    /// The newest change of each source.
    dates: BTreeMap<RepoPath, Change>,
    /// Files that name nothing that moves.
    quiet: Paths,
    /// Where the list of notes goes.
    list: Option<RepoPath>,
}

/// Reads the plan and makes the edits of its ticked items.
///
/// # Errors
/// A line of the plan cannot be read or cannot be meant (the error names it), a file cannot be read, or an edit would
/// break a link or lose a line.
pub fn prepare(
    repo: &Repo,
    plan: &PlanFile,
    options: &ApplyOptions,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Prepared> {
    carry_out(repo, plan, Tree::of_work_tree(repo)?, options, None, (progress, cancel))
}

/// Makes the edits of some items on a tree; `known` is what was found out for more items than these.
fn carry_out(
    repo: &Repo,
    plan: &PlanFile,
    tree: Tree,
    options: &ApplyOptions,
    known: Option<&Known>,
    (progress, cancel): (&Progress, &Cancel),
) -> Result<Prepared> {
    progress.step("reading the plan");
    let read = || format!("read the plan in `{}`", plan.shown);
    let placed = plan.placed().with_context(read)?;
    let mut facts = gather::facts(repo, tree, plan, placed, options)?;
    facts.quiet = known.map(|known| known.quiet.clone()).unwrap_or_default();
    checks::check_only(&facts, options)?;
    let mut chosen =
        checks::choose(&facts, options).map_err(|error| in_plan(&error, plan)).with_context(read)?;
    if chosen.tasks.is_empty() || cancel.is_cancelled() {
        return Ok(Prepared::nothing(&facts, &chosen));
    }
    progress.step("reading history");
    let dates = match known {
        Some(known) => known.dates.clone(),
        None => gather::dates(repo, &chosen)?,
    };
    let mut fates = fates::Fates::of(&facts, &chosen, &dates, options);
    let places = places::Places::of(repo, &facts.tree, &fates)?;
    if chosen.leave_out(|task| places.objection(&fates, task)) {
        if chosen.tasks.is_empty() {
            return Ok(Prepared::nothing(&facts, &chosen));
        }
        fates = fates::Fates::of(&facts, &chosen, &dates, options);
    }
    facts.scope.put_away(chosen.archived());
    let list = match known {
        Some(known) => known.list.clone(),
        None => index::place(&facts, &fates),
    };
    let mut summary = Summary::of(&chosen, facts.ticked_before());
    progress.step("composing guides");
    let moves = fates.moves.clone();
    let rewriter = Rewriter::new(&facts.tree, &moves, &fates.arriving)?;
    let made = guides::compose_all(repo, &facts, &mut fates, &dates, &rewriter)?;
    progress.step("rewriting links and mentions");
    let (mut swept, made) = sweep::sweep(repo, &facts, &fates, made, (options, &rewriter))?;
    if let Some(list) = &list {
        swept.index = index::index(list, &facts, (&chosen, &fates), &swept)?;
    }
    progress.step("checking that nothing is lost");
    let after = gather::after(&facts, &fates, &swept);
    verify::links(rewriter.index(), &facts.tree, &after, (&fates, &swept))
        .context("keep every link right")?;
    summary.moved = verify::moved_whole(&facts, &fates, &swept).context("keep every line")?;
    summary.conserved = guides::conserved(&made).context("keep every line")?;
    summary.take(&swept);
    summary.measure(&chosen, &made);
    summary.index = listed(&facts.tree, &swept)?;
    let set = plan::change_set(&facts, &fates, &swept)?;
    drop(rewriter);
    let (groups, known) = (groups::groups(&chosen.tasks), Known { dates, quiet: swept.quiet, list });
    Ok(Prepared { set, summary, groups, trees: [facts.tree, after], known })
}

/// The list of notes, where it is another one than before.
fn listed(tree: &Tree, swept: &sweep::Swept) -> Result<Option<ListDone>> {
    let Some((path, new)) = &swept.index else { return Ok(None) };
    let before = if tree.get(path).is_some() { Some(tree.read(path)?) } else { None };
    let is_other = before.as_ref() != Some(new);
    Ok(is_other.then(|| ListDone { path: path.clone(), created: before.is_none() }))
}

impl Prepared {
    /// No edits, and why not.
    fn nothing(facts: &gather::Facts, chosen: &checks::Chosen) -> Self {
        Self {
            set: ChangeSet::new("phase3"),
            summary: Summary::of(chosen, facts.ticked_before()),
            groups: Vec::new(),
            trees: [facts.tree.clone(), facts.tree.clone()],
            known: Known::default(),
        }
    }
}

fn in_plan(error: &plan_format::PlanError, plan: &PlanFile) -> anyhow::Error {
    let mend = || format!("mend it in `{}`; nothing was written", plan.shown);
    let hint = error.hint.map_or_else(mend, str::to_owned);
    Hinted::new(error.to_string(), hint).into()
}

/// The plan with what is done struck out, and what was taken back no longer; `None` when it stays as it is.
///
/// # Errors
/// The plan or the tree cannot be read.
pub fn refresh_marks(repo: &Repo, plan: &PlanFile) -> Result<Option<String>> {
    let placed = plan_format::read_placed(&plan.text).map_err(|error| in_plan(&error, plan))?;
    let Some(placed) = placed else { return Ok(None) };
    let tree = Tree::of_work_tree(repo)?;
    let done = super::done::done(&tree, placed.iter().map(|(_, item)| item));
    let text = marks::refresh(&plan.text, &done);
    Ok((text != plan.text).then_some(text))
}

/// Where files stand afterwards; `None`: nowhere.
type FileFates = BTreeMap<RepoPath, Option<RepoPath>>;

/// Paths of files.
type Paths = BTreeSet<RepoPath>;
