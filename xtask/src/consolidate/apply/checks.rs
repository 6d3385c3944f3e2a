//! Which items are carried out: mistakes of the plan are errors with their line, what changed since is skipped.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;

use super::ApplyOptions;
use super::gather::{Facts, Target, all_paths};
use super::summary::Skipped;
use crate::change::{ChangeSet, ContentId};
use crate::consolidate::plan::{Action, Destiny, Item, SectionPlan};
use crate::consolidate::plan_format::PlanError;
use crate::consolidate::scope;
use crate::markdown::{self, Format};
use crate::repo::RepoPath;
use crate::report::Hinted;

/// An item that is carried out.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) line: usize,
    pub(super) item: Item,
}

/// What is carried out and what is not.
#[derive(Clone, Debug, Default)]
pub(super) struct Chosen {
    pub(super) tasks: Vec<Task>,
    pub(super) skipped: Vec<Skipped>,
}

type Checked = Result<(), PlanError>;

impl Chosen {
    /// Where finished notes go.
    pub(super) fn archived(&self) -> impl Iterator<Item = RepoPath> {
        let archives = self.tasks.iter().filter(|task| task.item.action == Action::Archive);
        archives.map(|task| task.item.target.clone())
    }

    /// Leaves out the items to which there is an objection, and says whether there was one.
    pub(super) fn leave_out(&mut self, objection: impl Fn(&Task) -> Option<String>) -> bool {
        let before = self.tasks.len();
        for task in std::mem::take(&mut self.tasks) {
            match objection(&task) {
                None => self.tasks.push(task),
                Some(why) => self.skipped.push(skipped(&task, why)),
            }
        }
        self.tasks.len() < before
    }
}

/// Takes the ticked items that are not done.
pub(super) fn choose(facts: &Facts, options: &ApplyOptions) -> Result<Chosen, PlanError> {
    let mut chosen = Chosen::default();
    let mut tasks: Vec<Task> = Vec::new();
    for (line, item) in &facts.placed {
        let id = item.id();
        if facts.done.contains(&id) {
            continue;
        }
        let task = Task { line: *line, item: item.clone() };
        match (item.ticked, options.only.is_empty(), is_asked(&id, options)) {
            (true, true, _) | (true, _, true) => tasks.push(task),
            (false, _, true) => chosen.skipped.push(skipped(&task, "it is not ticked".to_owned())),
            _ => {}
        }
    }
    check_sources(&tasks)?;
    check_sections(facts, &tasks)?;
    check_twins(&tasks)?;
    check_targets(facts, &tasks)?;
    for task in tasks {
        match reason_to_skip(facts, &task, options) {
            Some(why) => chosen.skipped.push(skipped(&task, why)),
            None => chosen.tasks.push(task),
        }
    }
    Ok(chosen)
}

fn is_asked(id: &str, options: &ApplyOptions) -> bool {
    options.only.iter().any(|asked| id.starts_with(asked.as_str()))
}

fn skipped(task: &Task, why: String) -> Skipped {
    Skipped { id: task.item.id(), item: task.item.title(), line: task.line, why }
}

/// Each `--only` names one item.
///
/// # Errors
/// It names none, or several: that is no mistake of the plan.
pub(super) fn check_only(facts: &Facts, options: &ApplyOptions) -> anyhow::Result<()> {
    const HINT: &str = "the plan tells each item's id at the end of its line: `xtask:item id=…`";
    for asked in &options.only {
        let is_meant = |item: &Item| !asked.is_empty() && item.id().starts_with(asked.as_str());
        let found: Vec<usize> =
            facts.placed.iter().filter(|(_, item)| is_meant(item)).map(|(line, _)| *line).collect();
        match found[..] {
            [_] => {}
            [] => bail!(Hinted::new(format!("no item of the plan has the id `{asked}`"), HINT)),
            [first, second, ..] => {
                let message =
                    format!("`{asked}` begins the ids of lines {first} and {second}: write more of it");
                bail!(Hinted::new(message, HINT));
            }
        }
    }
    Ok(())
}

fn error(line: usize, message: String) -> PlanError {
    PlanError { line, message, hint: None }
}

/// A note goes into one guide; one that is archived is not removed too. A merged note may stand in the list of
/// finished ones as well: its original goes where that says.
fn check_sources(tasks: &[Task]) -> Checked {
    let mut taken: BTreeMap<&RepoPath, Vec<&Task>> = BTreeMap::new();
    for task in tasks {
        for source in &task.item.sources {
            taken.entry(&source.path).or_default().push(task);
        }
    }
    for (path, users) in taken {
        for (place, task) in users.iter().enumerate() {
            let is_contrary = |other: &&&Task| match (other.item.action, task.item.action) {
                (Action::Merge, Action::Merge) => true,
                (Action::Archive, Action::Duplicate) | (Action::Duplicate, Action::Archive) => true,
                (one, other) => one == other,
            };
            if let Some(other) = users[..place].iter().find(is_contrary) {
                let message =
                    format!("`{path}` is taken by line {} already: untick one of the two", other.line);
                return Err(error(task.line, message));
            }
        }
    }
    Ok(())
}

/// A section's line names lines that a note of its item has, and is there once: else it would say nothing.
fn check_sections(facts: &Facts, tasks: &[Task]) -> Checked {
    for task in tasks {
        let proposed = task.item.proposed_sources();
        let mut named: BTreeSet<(&RepoPath, (usize, usize))> = BTreeSet::new();
        let mut counted: BTreeMap<&RepoPath, usize> = BTreeMap::new();
        for section in &task.item.sections {
            let (path, (first, last)) = (&section.source, section.lines);
            let fail =
                |what: &str| Err(error(task.line, format!("its section `{path}` {first}-{last} {what}")));
            let Some(source) = proposed.iter().find(|source| source.path == *path) else {
                return fail("is of a note that the item does not take");
            };
            let planned = facts.contents.get(path).filter(|(blob, _)| *blob == source.blob);
            let lines = planned.map(|(_, bytes)| {
                *counted.entry(path).or_insert_with(|| markdown::readable(bytes).lines().count())
            });
            if first == 0 || first > last || lines.is_some_and(|lines| lines < last) {
                return fail("has lines that the note does not have");
            }
            if !named.insert((path, section.lines)) {
                return fail("stands there twice");
            }
        }
    }
    Ok(())
}

/// Of notes that are equal one stays.
fn check_twins(tasks: &[Task]) -> Checked {
    let removed: BTreeMap<&RepoPath, &Task> = tasks
        .iter()
        .filter(|task| task.item.action == Action::Duplicate)
        .flat_map(|task| task.item.sources.iter().map(move |source| (&source.path, task)))
        .collect();
    for task in removed.values() {
        let mut stays = &task.item.target;
        for _ in 0..=removed.len() {
            match removed.get(stays) {
                Some(next) => stays = &next.item.target,
                None => break,
            }
        }
        if let Some(other) = removed.get(stays) {
            let message = format!(
                "`{stays}` would be removed too (line {}): none of the equal notes would stay",
                other.line
            );
            return Err(error(task.line, message));
        }
    }
    Ok(())
}

fn check_targets(facts: &Facts, tasks: &[Task]) -> Checked {
    let mut taken: BTreeMap<&RepoPath, usize> = BTreeMap::new();
    for task in tasks.iter().filter(|task| task.item.action != Action::Duplicate) {
        let target = &task.item.target;
        let fail = |message: String| Err(error(task.line, message));
        let mut probe = ChangeSet::new("phase3");
        probe.create(target, "");
        if let Err(objection) = probe.validate() {
            return fail(format!("{objection:#}"));
        }
        if let Some(first) = taken.insert(target, task.line) {
            return fail(format!("`{target}` is the target of line {first} already"));
        }
        let is_guide = task.item.action == Action::Merge;
        if is_guide && Format::of_extension(&target.extension()) != Some(Format::Markdown) {
            return fail(format!("the guide `{target}` must be a Markdown file (`.md`)"));
        }
        match facts.targets.get(target) {
            Some(Target::Blocked(why)) => return fail(why.clone()),
            Some(Target::File(_)) if is_guide && is_source(&task.item, target) => {}
            Some(Target::File(_)) if is_source(&task.item, target) => {
                return fail(format!(
                    "`{target}` is where the note is now: name another target, or untick the item"
                ));
            }
            // A guide that this item made stands, and its sources came back: skipped, not wrong.
            Some(Target::File(Some(id))) if *id == task.item.id() => {}
            Some(Target::File(_)) => {
                return fail(format!(
                    "`{target}` is there already and was not made by this item: name another target"
                ));
            }
            Some(Target::Free) | None => {}
        }
        if let Some(why) = unfit(&task.item).filter(|_| !is_guide) {
            return fail(why);
        }
    }
    check_names(facts, tasks)
}

/// Why an archived note would be something else at its target.
fn unfit(item: &Item) -> Option<String> {
    let (target, source) = (&item.target, &item.sources.first()?.path);
    if target.extension() != source.extension() {
        return Some(format!("`{target}` has another ending than `{source}`: name a target that keeps it"));
    }
    let why = "is read by programs for its name or its folder: name another target";
    scope::is_read_by_programs(target).then(|| format!("`{target}` {why}"))
}

/// Names that one disk takes for one file, and another for two, are refused everywhere.
fn check_names(facts: &Facts, tasks: &[Task]) -> Checked {
    let tasks: Vec<&Task> = tasks.iter().filter(|task| task.item.action != Action::Duplicate).collect();
    let all = all_paths(&facts.tree);
    let there: BTreeMap<Vec<u8>, &RepoPath> = all.iter().map(|path| (path.folded(), path)).collect();
    for task in &tasks {
        let target = &task.item.target;
        if let Some(other) = there.get(&target.folded()).filter(|other| **other != target) {
            let message = format!("`{target}` differs from `{other}` in case alone: name another target");
            return Err(error(task.line, message));
        }
    }
    let objection = |tasks: &[&Task]| {
        let mut probe = ChangeSet::new("phase3");
        tasks.iter().for_each(|task| probe.create(&task.item.target, ""));
        probe.validate().err()
    };
    if objection(&tasks).is_none() {
        return Ok(());
    }
    for (place, task) in tasks.iter().enumerate() {
        for other in &tasks[..place] {
            if objection(&[other, task]).is_some() {
                let (one, two) = (&task.item.target, &other.item.target);
                let why = match one.is_within(two) || two.is_within(one) {
                    true => "one is a folder where the other is a file",
                    false => "they differ in case alone",
                };
                let message =
                    format!("`{one}` cannot stand beside the target of line {}, `{two}`: {why}", other.line);
                return Err(error(task.line, message));
            }
        }
    }
    Ok(())
}

fn is_source(item: &Item, path: &RepoPath) -> bool {
    item.sources.iter().any(|source| source.path == *path)
}

/// Why an item is not carried out, though nothing is wrong with its line.
fn reason_to_skip(facts: &Facts, task: &Task, options: &ApplyOptions) -> Option<String> {
    let item = &task.item;
    for source in &item.sources {
        let path = &source.path;
        match facts.contents.get(path) {
            None if facts.tree.get(path).is_some() => {
                return Some(format!("`{path}` is no plain file any more"));
            }
            None if facts.tree.leaves_out(path) => {
                return Some(format!("`{path}` is not checked out"));
            }
            None => return Some(format!("`{path}` is gone")),
            Some((blob, bytes)) if *blob != source.blob && !is_written(path, bytes, options) => {
                return Some(format!("`{path}` changed since the plan was made: plan again"));
            }
            Some((_, bytes)) if item.action == Action::Merge && !is_plain_text(bytes) => {
                return Some(format!("`{path}` is not UTF-8: save it so before it goes into a guide"));
            }
            Some(_) => {}
        }
        if let Some(why) = facts.reason_to_stay(path) {
            return Some(why);
        }
    }
    if facts.tree.leaves_out(&item.target) {
        return Some(format!("`{}` is there, and not checked out", item.target));
    }
    let is_history = |section: &SectionPlan| section.destiny != Destiny::Guide;
    if item.action == Action::Merge
        && item.taken_sections().next().is_some()
        && item.taken_sections().all(is_history)
    {
        return Some("its guide would hold nothing: no section is marked `guide`".to_owned());
    }
    if let Some(Target::File(Some(_))) = facts.targets.get(&item.target)
        && !is_source(item, &item.target)
    {
        return Some(format!("its guide `{}` stands already, and so do its sources", item.target));
    }
    if item.action == Action::Duplicate && !are_twins(facts, item) {
        return Some(format!("`{}` is no longer the same", item.target));
    }
    None
}

/// True for what earlier edits of this run made of a note.
fn is_written(path: &RepoPath, bytes: &[u8], options: &ApplyOptions) -> bool {
    options.written.get(path).is_some_and(|id| *id == ContentId::of(bytes))
}

fn is_plain_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok() && !bytes.contains(&0)
}

/// Byte for byte: their names in the plan do not tell line ends apart.
fn are_twins(facts: &Facts, item: &Item) -> bool {
    let Some((_, twin)) = facts.contents.get(&item.target) else { return false };
    let mut sources = item.sources.iter().map(|source| facts.contents.get(&source.path));
    sources.all(|source| source.is_some_and(|(_, bytes)| bytes == twin))
}
