//! Carries a change set out: journal first, then every new content beside its place, then the renames.
//!
//! Nothing of the user's is touched before all new content lies on the disk, so a full disk changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde::Serialize;

use super::disk::Found;
use super::edit::{EditRecord, Place, Root};
use super::faults::Steps;
use super::folder::{self, Folder};
use super::guard::{self, Content, FileChange, Prepared, Stale};
use super::journal::{self, Facts, Journal};
use super::lock::Lock;
use super::recover::{self, Settled};
use super::roots::{HooksFolder, Roots};
use super::set::ChangeSet;
use super::store::{Mark, Store};
use crate::repo::Repo;

/// What became of a change set; serialises as SCHEMA.md says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Applied {
    /// True when files were changed; false when nothing was left to do.
    pub applied: bool,
    /// The edits that were made.
    pub edits: Vec<EditRecord>,
    /// The number for `undo`; `None` when nothing was changed.
    pub id: Option<u32>,
    /// An interrupted set that was settled first.
    #[serde(skip)]
    pub settled: Option<Settled>,
}

/// Applies all of a set or nothing.
///
/// Takes the lock, settles an interrupted set, checks everything, then writes. Edits that are done already are
/// left out, so applying twice is a no-op.
///
/// # Errors
/// [`Stale`] when files changed since they were planned; another xtask at work; a path that may not be written; a
/// disk that is full or broken. The files are as before, or the error says that `xtask undo --recover` is needed.
pub fn apply(repo: &Repo, set: &ChangeSet) -> Result<Applied> {
    apply_with(repo, set, &mut Steps::new())
}

pub(super) fn apply_with(repo: &Repo, set: &ChangeSet, steps: &mut Steps) -> Result<Applied> {
    set.validate()?;
    let roots = Roots::of(repo)?;
    let store = Store::make(&roots)?;
    let _lock = Lock::take(&store.folder, set.command())?;
    let settled = recover::settle(&roots, &store, false, steps)?;
    store.tidy(steps)?;
    let prepared = guard::prepare(&roots, set)?;
    if !prepared.stale.is_empty() {
        bail!(Stale(prepared.stale));
    }
    let edits: Vec<EditRecord> = prepared.pending.iter().map(|edit| edit.record()).collect();
    if edits.is_empty() {
        return Ok(Applied { applied: false, edits, id: None, settled });
    }
    let id = store.ids()?.last().map_or(1, |last| last + 1);
    let facts = facts(repo, &roots, set, id)?;
    let mut work =
        Work { roots: &roots, store: &store, set, prepared: &prepared, steps, begun: BTreeSet::new() };
    work.run(facts)?;
    // What cannot be tidied now is tidied by the next command.
    let _ = store.tidy(work.steps);
    Ok(Applied { applied: true, edits, id: Some(id), settled })
}

fn facts(repo: &Repo, roots: &Roots, set: &ChangeSet, id: u32) -> Result<Facts> {
    Ok(Facts {
        id,
        command: set.command().to_owned(),
        head: repo.head()?.map(|commit| commit.as_str().to_owned()),
        worktree: roots.worktree.clone(),
        undoes: set.restores.as_ref().map(|restores| restores.id),
        hooks: match &roots.hooks {
            HooksFolder::At { place, .. } => Some(place.clone()),
            HooksFolder::Shared(_) => None,
        },
    })
}

struct Work<'a> {
    roots: &'a Roots,
    store: &'a Store,
    set: &'a ChangeSet,
    prepared: &'a Prepared<'a>,
    steps: &'a mut Steps,
    /// Files whose place may have been written, by their number in the journal.
    begun: BTreeSet<usize>,
}

impl<'a> Work<'a> {
    fn run(&mut self, facts: Facts) -> Result<()> {
        let id = facts.id;
        let journal = match self.write_journal(facts) {
            Ok(journal) => journal,
            Err(error) => {
                // No file of the user's was touched yet. What cannot be removed now, `tidy` removes later.
                let _ = self.store.clear_mark(&self.roots.worktree);
                let _ = self.store.remove(id, self.steps);
                return Err(error.context("write the journal: nothing was changed"));
            }
        };
        if let Err(error) = self.carry_out(&journal).and_then(|()| self.commit(&journal)) {
            return Err(self.take_back(&journal, error));
        }
        // From here on the set is applied, whatever happens.
        let closed = || -> Result<()> {
            self.steps.reached("journal closed")?;
            self.store.clear_mark(&self.roots.worktree)?;
            Ok(self.steps.reached("mark cleared")?)
        }();
        closed.context("close the journal: all edits were made, run `xtask undo --recover` to close it")
    }

    /// Part of the names of temporary files; none of these names is taken, so whatever bears one is ours.
    fn free_tag(&self, id: u32) -> Result<String> {
        for attempt in 0_u32.. {
            let tag = if attempt == 0 { id.to_string() } else { format!("{id}-{attempt}") };
            if !self.is_taken(&tag)? {
                return Ok(tag);
            }
        }
        bail!("find a free name for temporary files")
    }

    fn is_taken(&self, tag: &str) -> Result<bool> {
        for (number, change) in self.prepared.changes.iter().enumerate() {
            if let Some(folder) = self.roots.parent(&change.place)?
                && folder.stat(journal::temp_name(tag, number).as_bytes())?.is_some()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn write_journal(&mut self, facts: Facts) -> Result<Journal> {
        let name = facts.id.to_string();
        let worktree = facts.worktree.clone();
        let tag = self.free_tag(facts.id)?;
        let (journal, kept) = Journal::of(facts, &tag, self.prepared);
        self.store.sets.make(name.as_bytes())?;
        self.steps.reached("folder of the set made")?;
        let folder = self.store.set(journal.id)?;
        if journal.undoes.is_some() {
            folder.create(journal::UNDO, 0o666)?;
        }
        self.steps.write_new(&folder, journal::BEFORE, &kept)?;
        self.steps.write_new(&folder, journal::OPEN, &journal.to_bytes()?)?;
        folder.sync()?;
        self.store.sets.sync()?;
        self.steps.reached("journal on disk")?;
        let mark = Mark {
            version: journal::VERSION,
            tool: journal.tool.clone(),
            id: journal.id,
            command: journal.command.clone(),
        };
        self.store.set_mark(&worktree, &mark, self.steps)?;
        Ok(journal)
    }

    fn carry_out(&mut self, journal: &Journal) -> Result<()> {
        self.make_folders(journal)?;
        for (number, change) in self.prepared.changes.iter().enumerate() {
            self.stage(change, &journal.files[number].temp)
                .with_context(|| format!("write `{}`", change.place))?;
        }
        self.sync(journal, Synced::Contents)?;
        self.steps.reached("new contents on disk")?;
        for (number, change) in self.prepared.changes.iter().enumerate() {
            if change.after.is_some() {
                self.arrive(number, change, &journal.files[number].temp)
                    .with_context(|| format!("write `{}`", change.place))?;
            }
        }
        for (number, change) in self.prepared.changes.iter().enumerate() {
            if change.after.is_none() {
                self.leave(number, change).with_context(|| format!("remove `{}`", change.place))?;
            }
        }
        self.remove_folders(journal)?;
        self.sync(journal, Synced::Names)?;
        self.steps.reached("edits on disk")?;
        Ok(())
    }

    /// Turns "not yet" into "done", with one rename inside one folder: it needs no space.
    fn commit(&self, journal: &Journal) -> Result<()> {
        let folder = self.store.set(journal.id)?;
        folder.rename(journal::OPEN, journal::DONE).context("close the journal")?;
        // The set is applied now. A name that is lost with the power is found as an open journal, and taken back.
        let _ = folder.sync();
        Ok(())
    }

    fn make_folders(&mut self, journal: &Journal) -> Result<()> {
        let modes = self.set.restores.as_ref().map(|restores| &restores.lost_folders);
        for line in &journal.made {
            let place = line.place();
            let context = || format!("make the folder `{place}`");
            let made = self.roots.parent_made(&place.with_part(b".")).with_context(context)?;
            if let Some(mode) = modes.and_then(|modes| modes.get(&place)) {
                // Writable until all is in it; the mode is set for good by `restrict_folders`.
                made.set_mode(mode | 0o300).with_context(context)?;
            }
            self.steps.reached(&format!("folder {place} made"))?;
        }
        Ok(())
    }

    /// Lays the new content beside its place. A file that only moves gets a second name there instead.
    fn stage(&mut self, change: &FileChange<'_>, temp: &str) -> Result<()> {
        let Some(after) = &change.after else { return Ok(()) };
        let folder = self.roots.parent_made(&change.place)?;
        let bytes = match after.content {
            Content::Bytes(bytes) => bytes,
            Content::Moved(from) => {
                let found = self.before(from)?;
                let keeps_mode = after.mode == Some(found.state.mode);
                if keeps_mode && self.link(from, found, &folder, temp)? {
                    self.steps.reached(&format!("{} linked", change.place))?;
                    return Ok(());
                }
                &found.state.bytes
            }
        };
        let mut file = folder.create(temp.as_bytes(), if after.executable { 0o777 } else { 0o666 })?;
        self.steps.reached(&format!("{} begun", change.place))?;
        self.steps.write(&mut file, bytes, &format!("{}", change.place))?;
        if let Some(mode) = after.mode {
            folder::set_file_mode(&file, mode)?;
        }
        Ok(())
    }

    fn before(&self, place: &Place) -> Result<&'a Found> {
        let changes: &'a [FileChange<'a>] = &self.prepared.changes;
        let number = changes.binary_search_by(|change| change.place.cmp(place)).ok();
        number.and_then(|number| changes[number].before.as_ref()).with_context(|| format!("find `{place}`"))
    }

    /// False where the file system gives no second names, or not to another's file.
    fn link(&self, from: &Place, found: &Found, folder: &Folder, temp: &str) -> Result<bool> {
        let Some(source) = self.roots.parent(from)? else { return Ok(false) };
        let name = from.path.file_name();
        if source.link(name, folder, temp.as_bytes()).is_err() {
            return Ok(false);
        }
        match folder.stat(temp.as_bytes())? {
            Some(stat) if stat.is_same_file(&found.stat) => Ok(true),
            _ => bail!("`{from}` changed while this ran"),
        }
    }

    fn arrive(&mut self, number: usize, change: &FileChange<'_>, temp: &str) -> Result<()> {
        let folder = self.roots.parent(&change.place)?.context("its folder is gone")?;
        let name = change.place.path.file_name();
        match &change.before {
            Some(found) => {
                check_untouched(&folder, name, found)?;
                self.begun.insert(number);
                folder.rename(temp.as_bytes(), name)?;
            }
            None => {
                folder.rename_new(temp.as_bytes(), name)?;
                self.begun.insert(number);
            }
        }
        self.steps.reached(&format!("{} in place", change.place))?;
        Ok(())
    }

    fn leave(&mut self, number: usize, change: &FileChange<'_>) -> Result<()> {
        let folder = self.roots.parent(&change.place)?.context("its folder is gone")?;
        let name = change.place.path.file_name();
        let found = change.before.as_ref().context("it is not there")?;
        check_untouched(&folder, name, found)?;
        self.begun.insert(number);
        folder.unlink(name)?;
        self.steps.reached(&format!("{} removed", change.place))?;
        Ok(())
    }

    fn remove_folders(&mut self, journal: &Journal) -> Result<()> {
        for line in &journal.emptied {
            let place = line.place.place();
            // A folder that somebody put a file into meanwhile stays, and one that may not be removed, too.
            if let Some(above) = self.roots.parent(&place)? {
                match above.remove_empty(place.path.file_name()) {
                    Err(error) if error.kind() != std::io::ErrorKind::PermissionDenied => {
                        return Err(error).with_context(|| format!("remove the empty folder `{place}`"));
                    }
                    _ => {}
                }
            }
            self.steps.reached(&format!("folder {place} removed"))?;
        }
        Ok(())
    }

    /// Makes all that was written last: contents first, later the names.
    fn sync(&mut self, journal: &Journal, what: Synced) -> Result<()> {
        if what == Synced::Names {
            self.restrict_folders(journal)?;
        }
        sync(self.roots, journal, what).context("write to the disk")
    }

    fn restrict_folders(&self, journal: &Journal) -> Result<()> {
        let Some(restores) = &self.set.restores else { return Ok(()) };
        for place in journal.made.iter().rev().map(journal::PlaceLine::place) {
            let Some(mode) = restores.lost_folders.get(&place) else { continue };
            if let Some(folder) = self.roots.parent(&place.with_part(b"."))? {
                folder.set_mode(*mode).with_context(|| format!("set the mode of `{place}`"))?;
            }
        }
        Ok(())
    }

    fn take_back(&mut self, journal: &Journal, error: anyhow::Error) -> anyhow::Error {
        match recover::roll_back(self.roots, self.store, journal, Some(&self.begun), false, self.steps) {
            Ok(_) => error.context("apply the change set: nothing was changed"),
            Err(second) => error.context(format!(
                "apply the change set, or take it back ({second:#}): run `xtask undo --recover` once the cause is mended"
            )),
        }
    }
}

fn check_untouched(folder: &Folder, name: &[u8], found: &Found) -> Result<()> {
    match folder.stat(name)? {
        Some(stat) if stat.is_same_file(&found.stat) => Ok(()),
        _ => bail!("it changed while this ran"),
    }
}

/// From this many files on, one call for the whole file system is cheaper than one a file.
const MANY: usize = 8;

/// What of a set is made to last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Synced {
    /// What files hold, while they still lie beside their places.
    Contents,
    /// Which files stand in a folder.
    Names,
}

/// Makes contents or names of a set last through a loss of power.
pub(super) fn sync(roots: &Roots, journal: &Journal, what: Synced) -> Result<()> {
    let mut folders: BTreeMap<(Root, Option<crate::repo::RepoPath>), Place> = BTreeMap::new();
    let written = |line: &&journal::FileLine| what == Synced::Names || line.after.is_some();
    for place in journal.files.iter().filter(written).map(|line| line.place.place()) {
        folders.insert((place.root, place.path.parent()), place);
    }
    let calls = match what {
        Synced::Contents => journal.files.iter().filter(written).count(),
        Synced::Names => folders.len(),
    };
    if calls >= MANY && sync_whole(roots, folders.values())? {
        return Ok(());
    }
    if what == Synced::Names {
        return folders.values().try_for_each(|place| match roots.parent(place)? {
            Some(folder) => Ok(folder.sync()?),
            None => Ok(()),
        });
    }
    for line in journal.files.iter().filter(written) {
        if let Some(folder) = roots.parent(&line.place.place())? {
            folder.open_file(line.temp.as_bytes())?.sync_all()?;
        }
    }
    Ok(())
}

fn sync_whole<'a>(roots: &Roots, places: impl Iterator<Item = &'a Place>) -> Result<bool> {
    let mut seen = BTreeSet::new();
    for place in places {
        // A folder that the edits took away tells nothing of its root: another of its folders must.
        if seen.contains(&place.root) {
            continue;
        }
        if let Some(folder) = roots.parent(place)? {
            if !folder.sync_file_system()? {
                return Ok(false);
            }
            seen.insert(place.root);
        }
    }
    Ok(true)
}
