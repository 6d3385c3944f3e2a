//! Looks at files for planners and checks: a plain file's bytes and mode, and nothing through a link.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};

use super::edit::{ContentId, Place, Planned, Root, is_executable};
use super::folder::{Folder, Kind, Stat};
use super::names;
use super::roots::Roots;
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
            let roots = self.roots;
            let Some(folder) = roots.parent(&name)? else { break };
            if exists(&folder, &name)? && !self.listing(&name)?.contains(name.path.file_name()) {
                let folded = names::folded(name.path.file_name());
                let twin = self.listing(&name)?.iter().find(|other| names::folded(other) == folded);
                let twin = twin.map(|twin| String::from_utf8_lossy(twin).into_owned());
                bail!(
                    "`{name}` is written `{}` on disk, and this file system takes the two for one name",
                    twin.as_deref().unwrap_or("in another Unicode form")
                );
            }
            part = name.parent();
        }
        Ok(())
    }
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
