//! What each commit holds: the files as they are once a group of items and those before it are carried out.
//!
//! All edits are made at once, as one change set that one undo takes back; the states in between exist in memory and in
//! commits alone. The last state is that of the change set.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use super::{ApplyOptions, ItemDone, PlanFile, Prepared, carry_out};
use crate::change::{Action, ContentId, EditRecord};
use crate::process::{Cancel, Progress};
use crate::repo::{Repo, RepoPath, Tree};

/// One commit to be.
#[derive(Clone, Debug)]
pub struct Step {
    /// The items that it carries out.
    pub items: Vec<ItemDone>,
    /// What it changes.
    pub edits: Vec<EditRecord>,
    /// The files as it leaves them.
    pub tree: Tree,
}

/// The commits of a prepared run, one a group.
///
/// # Errors
/// A group cannot be carried out before the next ones, or a file cannot be read.
pub fn steps(repo: &Repo, plan: &PlanFile, options: &ApplyOptions, whole: &Prepared) -> Result<Vec<Step>> {
    let Some((last, others)) = whole.groups.split_last() else { return Ok(Vec::new()) };
    let mut options = options.clone();
    let [mut tree, after] = whole.trees.clone();
    let mut steps = Vec::new();
    for group in others {
        options.only.clone_from(group);
        let quietly = (&Progress::default(), &Cancel::default());
        let made = carry_out(repo, plan, tree, &options, Some(&whole.known), quietly)
            .context("carry out a group of items before the next ones")?;
        if let Some(skipped) = made.summary.skipped.first() {
            bail!("{} (line {}): {}", skipped.item, skipped.line, skipped.why);
        }
        let edits: Vec<EditRecord> = made.set.edits().iter().map(|edit| edit.record()).collect();
        let [_, left] = made.trees;
        for edit in edits.iter().filter(|edit| edit.action != Action::Remove) {
            options.written.insert(edit.path.clone(), ContentId::of(&left.read(&edit.path)?));
        }
        tree = left.clone();
        steps.push(Step { items: made.summary.items, edits, tree: left });
    }
    let is_last = |item: &&ItemDone| last.contains(&item.id);
    let items = whole.summary.items.iter().filter(is_last).cloned().collect();
    // What the other commits move is where it goes; what they rewrite may change once more.
    let moved: BTreeSet<&RepoPath> =
        steps.iter().flat_map(|step| &step.edits).filter_map(|edit| edit.from.as_ref()).collect();
    let is_open = |edit: &EditRecord| edit.from.as_ref().is_none_or(|from| !moved.contains(from));
    let edits = whole.set.edits().iter().map(|edit| edit.record()).filter(is_open).collect();
    steps.push(Step { items, edits, tree: after });
    Ok(steps)
}
