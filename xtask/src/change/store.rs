//! The folder `<common-dir>/xtask/change/`: the lock, a mark for a change set under way, and one folder a set.
//!
//! ```text
//! lock          held by the process that changes files
//! open/main     names the set under way in this worktree; absent when all is settled
//! sets/7/       journal.open while under way, journal.json once done; before: the bytes it keeps;
//!               undo: there when it takes another set back
//! ```

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::edit::Place;
use super::faults::Steps;
use super::folder::Folder;
use super::journal::{self, Journal};
use super::roots::Roots;

/// How many sets are kept for `undo`, beside those that take others back.
const KEPT_SETS: usize = 20;
/// How many are kept in all.
const KEPT_IN_ALL: usize = 3 * KEPT_SETS;

/// The open folders.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) folder: Folder,
    pub(super) open: Folder,
    pub(super) sets: Folder,
}

/// The mark of a set under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    pub(super) version: u32,
    pub(super) tool: String,
    pub(super) id: u32,
    pub(super) command: String,
}

impl Store {
    /// Opens the store, made if it is not there.
    pub(super) fn make(roots: &Roots) -> Result<Self> {
        let make = || -> Result<Self> {
            let folder = roots.parent_made(&Place::tool("change/x"))?;
            let (open, sets) = (folder.enter_or_make(b"open")?, folder.enter_or_make(b"sets")?);
            Ok(Self { folder, open, sets })
        };
        make().context("make the journal's folder")
    }

    /// Opens the store; `None` when nothing was ever applied.
    pub(super) fn find(roots: &Roots) -> Result<Option<Self>> {
        let Some(folder) = roots.parent(&Place::tool("change/x"))? else { return Ok(None) };
        let there = |name: &[u8]| folder.stat(name).context("look for the journal");
        if there(b"open")?.is_none() || there(b"sets")?.is_none() {
            return Ok(None);
        }
        let (open, sets) = (folder.enter(b"open")?, folder.enter(b"sets")?);
        Ok(Some(Self { folder, open, sets }))
    }

    /// The mark of this worktree's set under way.
    pub(super) fn mark(&self, worktree: &str) -> Result<Option<Mark>> {
        if self.open.stat(worktree.as_bytes())?.is_none() {
            return Ok(None);
        }
        let (bytes, _) =
            self.open.read(worktree.as_bytes()).context("read the mark of a change under way")?;
        journal::check_version(&bytes, "journal")?;
        serde_json::from_slice(&bytes).context("read the mark of a change under way: it is damaged").map(Some)
    }

    /// Sets the mark: from here on the set is under way.
    pub(super) fn set_mark(&self, worktree: &str, mark: &Mark, steps: &mut Steps) -> Result<()> {
        let temp = temp_name(worktree);
        self.open.unlink(&temp)?;
        steps.write_new(&self.open, &temp, &serde_json::to_vec(mark)?)?;
        self.open.rename(&temp, worktree.as_bytes())?;
        self.open.sync()?;
        steps.reached("mark set")?;
        Ok(())
    }

    /// Removes the mark: the set is settled.
    pub(super) fn clear_mark(&self, worktree: &str) -> Result<()> {
        self.open.unlink(&temp_name(worktree))?;
        self.open.unlink(worktree.as_bytes())?;
        Ok(self.open.sync()?)
    }

    /// The folder of a set.
    pub(super) fn set(&self, id: u32) -> Result<Folder> {
        self.sets
            .enter(id.to_string().as_bytes())
            .with_context(|| format!("open the folder of change set {id}"))
    }

    /// The ids of all folders of sets, settled or not, ascending.
    pub(super) fn ids(&self) -> Result<Vec<u32>> {
        let names = self.sets.names().context("list the change sets")?;
        let mut ids: Vec<u32> =
            names.iter().filter_map(|name| std::str::from_utf8(name).ok()?.parse().ok()).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// True when the set was applied to its end.
    pub(super) fn is_done(&self, id: u32) -> Result<bool> {
        Ok(self.set(id)?.stat(journal::DONE)?.is_some())
    }

    /// The record of a set that was applied to its end.
    pub(super) fn journal(&self, id: u32) -> Result<Journal> {
        Journal::read(&self.set(id)?, journal::DONE).with_context(|| format!("read change set {id}"))
    }

    /// Removes what a killed process prepared and never began, and sets beyond [`KEPT_SETS`].
    ///
    /// Called by the holder of the lock, so nobody else prepares anything.
    pub(super) fn tidy(&self, steps: &mut Steps) -> Result<()> {
        let marked: Vec<Vec<u8>> = self.open.names()?;
        let mut under_way = Vec::new();
        for name in marked {
            match String::from_utf8(name) {
                Ok(name) if !name.starts_with('.') => under_way.extend(self.mark(&name)?.map(|mark| mark.id)),
                Ok(half_written) => self.open.unlink(half_written.as_bytes())?,
                Err(_) => {}
            }
        }
        let mut done = Vec::new();
        for id in self.ids()? {
            if self.is_done(id)? {
                done.push(id);
            } else if !under_way.contains(&id) {
                self.remove(id, steps)?;
            }
        }
        // The oldest first, so that a set never outlives the one that took it back.
        self.oldest(&done)?.iter().try_for_each(|&id| self.remove(id, steps))
    }

    /// Those of the sets, ascending, that are too many.
    fn oldest<'a>(&self, done: &'a [u32]) -> Result<&'a [u32]> {
        let mut plain = 0;
        for (count, &id) in done.iter().rev().enumerate() {
            if plain == KEPT_SETS || count == KEPT_IN_ALL {
                return Ok(&done[..done.len() - count]);
            }
            if self.set(id)?.stat(journal::UNDO)?.is_none() {
                plain += 1;
            }
        }
        Ok(&[])
    }

    /// Removes a set's folder, its journal first: without one it counts for nothing.
    pub(super) fn remove(&self, id: u32, steps: &mut Steps) -> Result<()> {
        let folder = self.set(id)?;
        folder.unlink(journal::DONE)?;
        folder.unlink(journal::OPEN)?;
        steps.reached("journal removed")?;
        for name in folder.names()? {
            folder.unlink(&name)?;
        }
        steps.reached("kept bytes removed")?;
        self.sets.remove_empty(id.to_string().as_bytes())?;
        Ok(())
    }
}

fn temp_name(worktree: &str) -> Vec<u8> {
    [b".", worktree.as_bytes()].concat()
}
