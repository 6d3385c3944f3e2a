//! Hooks of ours that lie where nobody put them by `setup`: a manager moved them aside and calls them, or git looks for
//! hooks in another folder now. Each still calls the program.

#![expect(clippy::disallowed_methods, reason = "the hooks folder is listed, to find what others moved there")]

use std::path::Path;

use anyhow::Result;

use super::hooks::HookFile;
use super::managers;
use crate::blocks::{self, Syntax};
use crate::change::{Disk, Hooks, Place};
use crate::config::GitHook;

/// Larger files are no hooks of ours.
const LARGEST: u64 = 1 << 16;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Strays {
    /// Files of other names in the folder where git looks.
    pub(super) here: Vec<HookFile>,
    /// Files in git's own folder that cannot be edited: git does not look there now, or the folder is a link; with the hook
    /// that each is.
    pub(super) elsewhere: Vec<(GitHook, String)>,
}

impl Strays {
    /// Looks for them; `folder` is git's own.
    pub(super) fn of(disk: &Disk, hooks: &Hooks, folder: &Path) -> Result<Self> {
        let mut strays = Self::default();
        if let Hooks::Usual { folder } | Hooks::Configured { folder, .. } = hooks {
            for (name, hook) in ours(folder) {
                let place = Place::hook(&name);
                match disk.read(&place) {
                    Ok(_) if GitHook::ALL.iter().any(|hook| hook.name() == name) => {}
                    Ok(state) => {
                        let (free, link, kept) = (place.clone(), None, None);
                        strays.here.push(HookFile { hook, place, state, link, kept, free, no_file: None });
                    }
                    Err(_) => strays.elsewhere.push((hook, name)),
                }
            }
        }
        if !matches!(hooks, Hooks::Usual { .. }) {
            strays.elsewhere.extend(ours(folder).into_iter().map(|(name, hook)| (hook, name)));
        }
        Ok(strays)
    }

    /// The file that a manager's hook calls in place of this one: ours, which the manager moved aside.
    pub(super) fn behind(&self, file: &HookFile) -> Option<&HookFile> {
        let is_managed = file.state.as_ref().is_some_and(|state| managers::of_hook(&state.bytes).is_some());
        self.here.iter().find(|stray| is_managed && stray.hook == file.hook)
    }
}

/// The files of a folder that hold a block of ours, by name, with the hook whose block it is.
fn ours(folder: &Path) -> Vec<(String, GitHook)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files =
        entries.filter(|entry| entry.metadata().is_ok_and(|about| about.is_file() && about.len() <= LARGEST));
    let block_in = |path: &Path| {
        let bytes = std::fs::read(path).ok()?;
        let blocks = blocks::find(&bytes, Syntax::Hash).ok()?;
        GitHook::ALL.into_iter().find(|hook| blocks.iter().any(|block| block.id == hook.name()))
    };
    let mut found: Vec<(String, GitHook)> = files
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, block_in(&entry.path())?)))
        .collect();
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}
