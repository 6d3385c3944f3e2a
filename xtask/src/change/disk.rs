//! Looks at files for planners and checks: a plain file's bytes and mode, and nothing through a link.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::edit::{ContentId, Place, Planned, Root, is_executable};
use super::folder::{Folder, Kind, Stat};
use super::names;
use super::roots::{HooksFolder, Roots};
use crate::repo::{Repo, RepoPath};

/// A file as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileState {
    /// All of it.
    pub bytes: Vec<u8>,
    /// Its permission bits.
    pub mode: u32,
}

impl FileState {
    /// What an edit of this file is planned against.
    pub fn planned(&self) -> Planned {
        Planned { id: ContentId::of(&self.bytes), executable: Some(is_executable(self.mode)) }
    }
}

/// The hooks folder, and who set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hooks {
    /// `<common-dir>/hooks`.
    Usual {
        /// Its full path.
        folder: PathBuf,
    },
    /// `core.hooksPath` of this repository alone.
    Configured {
        /// `local` or `worktree`.
        scope: String,
        /// Its full path.
        folder: PathBuf,
    },
    /// `core.hooksPath` for more than this repository: nothing may be written there.
    Shared {
        /// `global` or `system`.
        scope: String,
    },
}

/// The files of all roots, for planners.
#[derive(Debug)]
pub struct Disk(Roots);

impl Disk {
    /// Finds the roots of a repository.
    ///
    /// # Errors
    /// git cannot be asked.
    pub fn of(repo: &Repo) -> Result<Self> {
        Ok(Self(Roots::of(repo)?))
    }

    /// Where git looks for hooks.
    ///
    /// # Errors
    /// The repository has no place for them.
    pub fn hooks(&self) -> Result<Hooks> {
        Ok(match &self.0.hooks {
            HooksFolder::Shared(scope) => Hooks::Shared { scope: scope.clone() },
            HooksFolder::At { scope, .. } => {
                let folder = self.0.full_path(&Place { root: Root::Hooks, path: RepoPath::from(".") })?;
                // The last part is the dot.
                let folder = folder.components().collect();
                match scope {
                    Some(scope) => Hooks::Configured { scope: scope.clone(), folder },
                    None => Hooks::Usual { folder },
                }
            }
        })
    }

    /// The full path of a place, for scripts and messages.
    ///
    /// # Errors
    /// The root is not there (files of a bare repository, a hooks folder that other repositories share).
    pub fn full_path(&self, place: &Place) -> Result<PathBuf> {
        self.0.full_path(place)
    }

    /// The file at a place; `None` when there is none.
    ///
    /// # Errors
    /// The place may not be written, lies behind a link, is no plain file, or cannot be read.
    pub fn read(&self, place: &Place) -> Result<Option<FileState>> {
        if let Some(objection) = names::objection(place, false) {
            bail!("the path `{place}` may not be read: {objection}");
        }
        // How the name is spelled on disk is compared when the edit is checked.
        Ok(find_file(&self.0, place)?.map(|found| found.state))
    }
}

/// A file with the facts that show whether it was written since.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) state: FileState,
    pub(super) id: ContentId,
    pub(super) stat: Stat,
}

/// Looks at many files and remembers the folders.
pub(super) struct Looker<'a> {
    roots: &'a Roots,
    /// The names in each folder that is there.
    listings: BTreeMap<(Root, Option<RepoPath>), BTreeSet<Vec<u8>>>,
    /// Places whose spelling was compared with that on disk.
    spelled: BTreeSet<Place>,
}

impl<'a> Looker<'a> {
    pub(super) fn new(roots: &'a Roots) -> Self {
        Self { roots, listings: BTreeMap::new(), spelled: BTreeSet::new() }
    }

    /// The plain file at a place.
    pub(super) fn find(&mut self, place: &Place) -> Result<Option<Found>> {
        self.check_spelling(place)?;
        find_file(self.roots, place)
    }

    /// The names in a folder; empty when it is not there.
    pub(super) fn names(&mut self, folder: &Place) -> Result<&BTreeSet<Vec<u8>>> {
        self.listing(&folder.with_part(b"."))
    }

    /// The names beside a place.
    fn listing(&mut self, place: &Place) -> Result<&BTreeSet<Vec<u8>>> {
        let key = (place.root, place.path.parent());
        if !self.listings.contains_key(&key) {
            let names = match self.roots.parent(place)? {
                Some(folder) => folder.names().with_context(|| format!("list the folder of `{place}`"))?,
                None => Vec::new(),
            };
            self.listings.insert(key.clone(), names.into_iter().collect());
        }
        Ok(&self.listings[&key])
    }

    /// Where a file system folds case or Unicode forms, a file is found under names that are not its own.
    fn check_spelling(&mut self, place: &Place) -> Result<()> {
        let mut part = Some(place.clone());
        while let Some(name) = part {
            if !self.spelled.insert(name.clone()) {
                break;
            }
            // What is not there has no spelling, but a folder above it may have one.
            let there = match self.roots.parent(&name)? {
                Some(folder) => exists(&folder, &name)?,
                None => false,
            };
            if there && let Some(spelling) = other_spelling(self.listing(&name)?, name.path.file_name()) {
                bail!(
                    "`{name}` is written {spelling} on disk, and this file system takes the two for one name"
                );
            }
            part = name.parent();
        }
        Ok(())
    }
}

/// How a name that is found is written in its folder, if not as given.
fn other_spelling(names: &BTreeSet<Vec<u8>>, name: &[u8]) -> Option<String> {
    if names.contains(name) {
        return None;
    }
    let folded = |name: &[u8]| RepoPath::from_bytes(name).folded();
    let wanted = folded(name);
    let twin = names.iter().find(|other| folded(other) == wanted);
    Some(match twin {
        Some(twin) => format!("`{}`", String::from_utf8_lossy(twin)),
        None => "in another Unicode form".to_owned(),
    })
}

fn find_file(roots: &Roots, place: &Place) -> Result<Option<Found>> {
    let Some(folder) = roots.parent(place)? else { return Ok(None) };
    let name = place.path.file_name();
    let context = || format!("read `{place}`");
    let Some(stat) = folder.stat(name).with_context(context)? else { return Ok(None) };
    match stat.kind {
        Kind::File => {}
        Kind::Link => bail!("`{place}` is a symbolic link"),
        Kind::Folder => bail!("`{place}` is a folder"),
        Kind::Other => bail!("`{place}` is no plain file"),
    }
    let (bytes, stat) = folder.read(name).with_context(context)?;
    let id = ContentId::of(&bytes);
    Ok(Some(Found { state: FileState { bytes, mode: stat.mode }, id, stat }))
}

fn exists(folder: &Folder, place: &Place) -> Result<bool> {
    Ok(folder.stat(place.path.file_name()).with_context(|| format!("look at `{place}`"))?.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_found_under_another_spelling_is_told_by_the_listing() {
        let names: BTreeSet<Vec<u8>> = ["README.md", "a\u{308}.md"].map(|name| name.into()).into();
        assert_eq!(other_spelling(&names, b"README.md"), None);
        assert_eq!(other_spelling(&names, b"Readme.md").as_deref(), Some("`README.md`"));
        assert_eq!(other_spelling(&names, "ä.md".as_bytes()).as_deref(), Some("in another Unicode form"));
    }
}
