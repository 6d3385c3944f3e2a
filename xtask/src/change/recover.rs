//! Settles a change set that was interrupted: closes it when all its edits were made, else takes them back.

use std::collections::BTreeSet;

use anyhow::{Context, Result, anyhow};
use serde::Serialize;

use super::apply::{self, Synced};
use super::disk::{Found, Looker};
use super::edit::{Place, Root, is_executable};
use super::faults::Steps;
use super::folder;
use super::journal::{self, FileLine, Journal, Kept};
use super::lock::{Holder, Lock};
use super::report_file;
use super::roots::Roots;
use super::store::{Mark, Store};
use crate::repo::{Repo, RepoPath};

/// A change set that is neither before nor after. Analyses say so and exit 2; the hook names the command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Pending {
    /// Its number.
    pub id: u32,
    /// The command that began it.
    pub command: String,
    /// Who works on it right now; `None` when it was interrupted.
    pub running: Option<Holder>,
}

impl Pending {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self.running {
            Some(_) => "wait until it has finished",
            None => "run `xtask undo --recover` to settle it",
        }
    }
}

impl std::fmt::Display for Pending {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.running {
            Some(holder) => write!(formatter, "another xtask is applying changes ({holder})"),
            None => write!(formatter, "`{}` was interrupted in the middle of its changes", self.command),
        }
    }
}

/// How an interrupted set was settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Settled {
    /// Its number.
    pub id: u32,
    /// The command that began it.
    pub command: String,
    /// True when all its edits stand; false when all were taken back.
    pub applied: bool,
    /// Files that were changed after the interruption and left as they are (`keep_changed`).
    pub kept: Vec<KeptFile>,
}

/// A file that somebody changed between the interruption and the recovery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct KeptFile {
    /// The file, left as it is.
    pub path: String,
    /// Where its content from before the change set lies now; `None` when there was no such file.
    pub before: Option<String>,
}

/// The change set of this worktree that waits to be settled. Costs one look at one file when there is none.
///
/// # Errors
/// The journal cannot be read, or a newer program wrote it.
pub fn pending(repo: &Repo) -> Result<Option<Pending>> {
    let roots = Roots::of_tool(repo);
    let Some(store) = Store::find(&roots)? else { return Ok(None) };
    let Some(mark) = store.mark(&roots.worktree)? else { return Ok(None) };
    Ok(Some(Pending { id: mark.id, command: mark.command, running: Lock::holder(&store.folder) }))
}

/// Settles an interrupted change set of this worktree; `None` when there is none.
///
/// With `keep_changed`, files that somebody changed after the interruption are left alone and named; without it
/// they are an error, and nothing is touched.
///
/// # Errors
/// Another xtask is at work, the journal cannot be read, files changed since, or a file cannot be written.
pub fn recover(repo: &Repo, keep_changed: bool) -> Result<Option<Settled>> {
    recover_with(repo, keep_changed, &mut Steps::new())
}

pub(super) fn recover_with(repo: &Repo, keep_changed: bool, steps: &mut Steps) -> Result<Option<Settled>> {
    let roots = Roots::of(repo)?;
    let Some(store) = Store::find(&roots)? else { return Ok(None) };
    let _lock = Lock::take(&store.folder, "undo --recover")?;
    let settled = settle(&roots, &store, keep_changed, steps)?;
    store.tidy(steps)?;
    Ok(settled)
}

/// Settles under the lock that the caller holds.
pub(super) fn settle(
    roots: &Roots,
    store: &Store,
    keep_changed: bool,
    steps: &mut Steps,
) -> Result<Option<Settled>> {
    let Some(mark) = store.mark(&roots.worktree)? else { return Ok(None) };
    let mut settle = || -> Result<Settled> {
        let Mark { id, command, .. } = mark.clone();
        if !store.ids()?.contains(&id) {
            return close(roots, store, Settled { id, command, applied: false, kept: Vec::new() });
        }
        let folder = store.set(id)?;
        if folder.stat(journal::DONE)?.is_some() {
            return close(roots, store, Settled { id, command, applied: true, kept: Vec::new() });
        }
        if folder.stat(journal::OPEN)?.is_none() {
            return close(roots, store, Settled { id, command, applied: false, kept: Vec::new() });
        }
        let journal = Journal::read(&folder, journal::OPEN)?;
        let roots = match &journal.hooks {
            Some(place) => roots.clone().with_hooks(place.clone()),
            None => roots.clone(),
        };
        let kept = roll_back(&roots, store, &journal, None, keep_changed, steps)?;
        Ok(Settled { id, command, applied: false, kept })
    };
    settle().with_context(|| format!("settle the interrupted `{}`", mark.command)).map(Some)
}

fn close(roots: &Roots, store: &Store, settled: Settled) -> Result<Settled> {
    store.clear_mark(&roots.worktree)?;
    Ok(settled)
}

/// Takes back what was done of a set, then closes its journal. Each step can be repeated, so an interruption here
/// is settled by beginning again.
///
/// `begun` tells which files may have been written; `None`: any. Gives the files that were left as they are, once
/// their content from before lies in a safe place.
pub(super) fn roll_back(
    roots: &Roots,
    store: &Store,
    journal: &Journal,
    begun: Option<&BTreeSet<usize>>,
    keep_changed: bool,
    steps: &mut Steps,
) -> Result<Vec<KeptFile>> {
    let folder = store.set(journal.id)?;
    let kept = Kept::read(&folder)?;
    open_made_folders(roots, journal)?;
    remove_temps(roots, journal)?;
    steps.reached("unused contents removed")?;
    let (back, changed) = sort_files(roots, journal, begun)?;
    if !changed.is_empty() && !keep_changed {
        return Err(changed_since(&changed));
    }
    let rescue = |line| rescue(roots, journal.id, line, &kept);
    let changed = changed.into_iter().map(rescue).collect::<Result<_>>()?;
    bring_folders_back(roots, journal, steps)?;
    for line in back {
        let place = line.place.place();
        put_back(roots, line, &place, &kept, steps).with_context(|| format!("bring `{place}` back"))?;
    }
    settle_folders(roots, journal, steps)?;
    apply::sync(roots, journal, Synced::Names)?;
    folder.unlink(journal::OPEN)?;
    folder.sync()?;
    steps.reached("journal dropped")?;
    store.clear_mark(&roots.worktree)?;
    steps.reached("mark cleared")?;
    store.remove(journal.id, steps)?;
    Ok(changed)
}

fn changed_since(lines: &[&FileLine]) -> anyhow::Error {
    let names: Vec<String> = lines.iter().map(|line| format!("`{}`", line.place.place())).collect();
    anyhow!(
        "files were changed after the interruption: {}; move your versions away, or keep them with `xtask undo --recover --keep-changed`",
        names.join(", ")
    )
}

/// Makes folders that the set removed, the outermost first; writable until their files are back.
fn bring_folders_back(roots: &Roots, journal: &Journal, steps: &mut Steps) -> Result<()> {
    for line in journal.emptied.iter().rev() {
        let place = line.place.place();
        let inside = place.with_part(b".");
        if roots.parent(&inside)?.is_none() {
            let context = || format!("make the folder `{place}`");
            roots.parent_made(&inside).with_context(context)?.set_mode(line.mode | 0o300)?;
        }
        steps.reached("folder back")?;
    }
    Ok(())
}

/// Gives those folders their modes, and removes the ones that the set made.
fn settle_folders(roots: &Roots, journal: &Journal, steps: &mut Steps) -> Result<()> {
    for line in &journal.emptied {
        if let Some(folder) = roots.parent(&line.place.place().with_part(b"."))? {
            folder.set_mode(line.mode)?;
        }
    }
    for place in journal.made.iter().rev().map(journal::PlaceLine::place) {
        if let Some(above) = roots.parent(&place)? {
            above.remove_empty(place.path.file_name())?;
        }
        steps.reached("made folder removed")?;
    }
    Ok(())
}

/// Lays the content from before a set beside the tool's own files, where the file itself is somebody's newer work.
fn rescue(roots: &Roots, id: u32, line: &FileLine, kept: &Kept) -> Result<KeptFile> {
    let place = line.place.place();
    let mut safe = None;
    if let Some(before) = &line.before {
        let name = format!("rescued/{id}-{}-", &before.id.as_str()[..9]);
        let path = [name.as_bytes(), place.path.file_name()].concat();
        let target = Place { root: Root::Tool, path: RepoPath::from_bytes(&path) };
        report_file::write(roots, &target, kept.get(before, &place)?, &report_file::ANY)?;
        safe = Some(target.to_string());
    }
    Ok(KeptFile { path: place.to_string(), before: safe })
}

/// An undo may have closed a folder that it brought back; it is emptied and removed again.
fn open_made_folders(roots: &Roots, journal: &Journal) -> Result<()> {
    for place in journal.made.iter().map(journal::PlaceLine::place) {
        if let Some(folder) = roots.parent(&place.with_part(b"."))? {
            let mode = folder.mode()?;
            if mode & 0o300 != 0o300 {
                folder.set_mode(mode | 0o300).with_context(|| format!("open the folder `{place}`"))?;
            }
        }
    }
    Ok(())
}

fn remove_temps(roots: &Roots, journal: &Journal) -> Result<()> {
    for line in &journal.files {
        if let Some(folder) = roots.parent(&line.place.place())? {
            folder.unlink(line.temp.as_bytes()).with_context(|| format!("remove `{}`", line.temp))?;
        }
    }
    Ok(())
}

/// Tells files that must go back from those that neither the set nor its journal knows.
fn sort_files<'a>(
    roots: &Roots,
    journal: &'a Journal,
    begun: Option<&BTreeSet<usize>>,
) -> Result<(Vec<&'a FileLine>, Vec<&'a FileLine>)> {
    let mut looker = Looker::new(roots);
    let (mut back, mut changed) = (Vec::new(), Vec::new());
    for (number, line) in journal.files.iter().enumerate() {
        if begun.is_some_and(|begun| !begun.contains(&number)) {
            continue;
        }
        let place = line.place.place();
        // A link or a folder that stands there now is somebody's change, too.
        match looker.find(&place).map(|found| state(line, found.as_ref(), roots.keeps_modes)) {
            Ok(State::Before) => {}
            Ok(State::After) => back.push(line),
            Ok(State::Neither) | Err(_) => changed.push(line),
        }
    }
    Ok((back, changed))
}

enum State {
    Before,
    After,
    Neither,
}

fn state(line: &FileLine, found: Option<&Found>, keeps_modes: bool) -> State {
    let Some(found) = found else {
        return match (&line.before, &line.after) {
            (None, _) => State::Before,
            (Some(_), None) => State::After,
            (Some(_), Some(_)) => State::Neither,
        };
    };
    let mode = found.state.mode;
    if line.before.as_ref().is_some_and(|b| b.id == found.id && (b.mode == mode || !keeps_modes)) {
        return State::Before;
    }
    let is_after = |executable| executable == is_executable(mode) || !keeps_modes;
    match &line.after {
        Some(after) if after.id == found.id && is_after(after.executable) => State::After,
        _ => State::Neither,
    }
}

fn put_back(roots: &Roots, line: &FileLine, place: &Place, kept: &Kept, steps: &mut Steps) -> Result<()> {
    let name = place.path.file_name();
    let Some(before) = &line.before else {
        if let Some(folder) = roots.parent(place)? {
            folder.unlink(name)?;
        }
        return Ok(steps.reached(&format!("{place} taken away"))?);
    };
    let folder = roots.parent_made(place)?;
    let bytes = kept.get(before, place)?;
    folder.unlink(line.temp.as_bytes())?;
    let mut file = folder.create(line.temp.as_bytes(), 0o666)?;
    steps.write(&mut file, bytes, &format!("{place} again"))?;
    folder::set_file_mode(&file, before.mode)?;
    file.sync_all()?;
    folder.rename(line.temp.as_bytes(), name)?;
    Ok(steps.reached(&format!("{place} back"))?)
}
