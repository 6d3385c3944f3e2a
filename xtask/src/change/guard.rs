//! Compares a change set with the disk before anything is written: what is still to do, and what is in its way.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::{Context, Result, bail};

use super::disk::{Found, Looker};
use super::edit::{ContentId, Edit, Mode, Place, is_executable};
use super::roots::Roots;
use super::set::{ChangeSet, FilePlan};

/// One path that is not as the edit expects it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mismatch {
    /// The file.
    pub place: Place,
    /// How it differs.
    pub difference: Difference,
}

/// How a file differs from what an edit was planned against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Other content.
    Changed,
    /// Another executable bit.
    ModeChanged,
    /// There is no such file.
    Gone,
    /// A file stands where the edit makes one.
    Exists,
}

impl Difference {
    /// What it is, behind the file's name.
    pub fn phrase(self) -> &'static str {
        match self {
            Difference::Changed => "changed since",
            Difference::ModeChanged => "changed its mode since",
            Difference::Gone => "is gone",
            Difference::Exists => "is there already",
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` {}", self.place, self.difference.phrase())
    }
}

/// The error of a change set whose files are not as they were planned; nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale(
    /// Every file in question, sorted.
    pub Vec<Mismatch>,
);

impl fmt::Display for Stale {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files: Vec<String> = self.0.iter().map(Mismatch::to_string).collect();
        write!(formatter, "files are not as they were when this was planned: {}", files.join(", "))
    }
}

impl std::error::Error for Stale {}

/// A change set measured against the disk.
pub(super) struct Prepared<'a> {
    /// Edits that are not done yet, sorted.
    pub(super) pending: Vec<&'a Edit>,
    /// Files that are in the way of pending edits.
    pub(super) stale: Vec<Mismatch>,
    /// What pending edits do, by place.
    pub(super) changes: Vec<FileChange<'a>>,
    /// Folders that must be made, outermost first.
    pub(super) made: Vec<Place>,
    /// Folders that become empty with their modes, innermost first.
    pub(super) emptied: Vec<(Place, u32)>,
}

/// One path's way from before to after.
pub(super) struct FileChange<'a> {
    pub(super) place: Place,
    pub(super) before: Option<Found>,
    pub(super) after: Option<After<'a>>,
}

/// What stands at a path afterwards.
pub(super) struct After<'a> {
    pub(super) content: Content<'a>,
    pub(super) id: ContentId,
    /// Its permission bits; `None`: a new file, the umask decides.
    pub(super) mode: Option<u32>,
    pub(super) executable: bool,
}

/// Where the bytes come from.
#[derive(Clone, Copy)]
pub(super) enum Content<'a> {
    Bytes(&'a [u8]),
    /// The file at this place, as it was.
    Moved(&'a Place),
}

/// Looks at every file of the set; writes nothing.
pub(super) fn prepare<'a>(roots: &Roots, set: &'a ChangeSet) -> Result<Prepared<'a>> {
    let plans = set.file_plans()?;
    check_roots_do_not_meet(roots, &plans)?;
    let mut looker = Looker::new(roots);
    let mut found: BTreeMap<&Place, Option<Found>> = BTreeMap::new();
    for &place in plans.keys() {
        found.insert(place, looker.find(place)?);
    }
    // Hashing is the dear part, so each content is named once.
    let ids: BTreeMap<&Place, Option<ContentId>> =
        plans.iter().map(|(&place, plan)| (place, plan.id_after())).collect();
    let is_done =
        |place: &Place| is_after(roots, ids[place].as_ref(), plans[place].mode(), found[place].as_ref());
    let places = |edit: &'a Edit| edit.source().map(|(place, _)| place).into_iter().chain(edit.target());
    let pending: Vec<&Edit> = set.edits().into_iter().filter(|&edit| !places(edit).all(&is_done)).collect();
    let touched: BTreeSet<&Place> = pending.iter().flat_map(|&edit| places(edit)).collect();

    let mut prepared =
        Prepared { pending, stale: Vec::new(), changes: Vec::new(), made: Vec::new(), emptied: Vec::new() };
    for &place in &touched {
        let plan = &plans[place];
        if let Some(difference) = mismatch(roots, plan, found[place].as_ref()) {
            prepared.stale.push(Mismatch { place: place.clone(), difference });
        }
    }
    if !prepared.stale.is_empty() {
        return Ok(prepared);
    }
    for &place in &touched {
        let after = after_of(&plans[place], ids[place].as_ref(), &found)?;
        prepared.changes.push(FileChange { place: place.clone(), before: None, after });
    }
    for change in &mut prepared.changes {
        change.before = found.remove(&change.place).flatten();
    }
    prepared.made = folders_to_make(roots, &prepared.changes)?;
    prepared.emptied = folders_that_empty(roots, set, &mut looker, &prepared)?;
    Ok(prepared)
}

/// A hooks folder inside the work tree gives one file two names.
fn check_roots_do_not_meet(roots: &Roots, plans: &BTreeMap<&Place, FilePlan<'_>>) -> Result<()> {
    let mut seen = BTreeMap::new();
    for &place in plans.keys() {
        if let Some(other) = seen.insert(roots.full_path(place)?, place) {
            bail!("two edits of one file: `{other}` and `{place}` are the same");
        }
    }
    Ok(())
}

fn is_after(roots: &Roots, id: Option<&ContentId>, mode: Mode, found: Option<&Found>) -> bool {
    match (id, found) {
        (None, None) => true,
        (Some(id), Some(found)) => *id == found.id && (!roots.keeps_modes || mode.fits(found.state.mode)),
        _ => false,
    }
}

fn mismatch(roots: &Roots, plan: &FilePlan<'_>, found: Option<&Found>) -> Option<Difference> {
    let Some((_, planned)) = plan.leaves else { return found.map(|_| Difference::Exists) };
    let Some(found) = found else { return Some(Difference::Gone) };
    if found.id != planned.id {
        return Some(Difference::Changed);
    }
    let executable = is_executable(found.state.mode);
    let mode_changed = roots.keeps_modes && planned.executable.is_some_and(|planned| planned != executable);
    mode_changed.then_some(Difference::ModeChanged)
}

fn after_of<'a>(
    plan: &FilePlan<'a>,
    id: Option<&ContentId>,
    found: &BTreeMap<&Place, Option<Found>>,
) -> Result<Option<After<'a>>> {
    let (Some(edit), Some(id)) = (plan.arrives, id.cloned()) else { return Ok(None) };
    let (content, origin) = match edit {
        Edit::Create { content, .. } => (Content::Bytes(content), None),
        Edit::Replace { content, at, .. } => (Content::Bytes(content), Some(at)),
        Edit::Move { content: Some(content), from, .. } => (Content::Bytes(content), Some(from)),
        Edit::Move { from, .. } => (Content::Moved(from), Some(from)),
        Edit::Remove { .. } => return Ok(None),
    };
    let bits = origin.and_then(|origin| found[origin].as_ref()).map(|found| found.state.mode);
    let mode = match (plan.mode(), bits) {
        (Mode::Exact(bits), _) => Some(bits),
        (mode, bits) => bits.map(|bits| mode.applied_to(bits)),
    };
    let executable = mode.map_or(plan.mode() == Mode::Executable, is_executable);
    Ok(Some(After { content, id, mode, executable }))
}

fn folders_to_make(roots: &Roots, changes: &[FileChange<'_>]) -> Result<Vec<Place>> {
    let mut missing = BTreeSet::new();
    let mut there = BTreeSet::new();
    for change in changes {
        let mut place = change.place.clone();
        loop {
            let above = place.parent();
            if there.contains(&(place.root, above.clone())) {
                break;
            }
            match (roots.parent(&place)?, above) {
                (Some(folder), above) => {
                    if !folder.is_writable() {
                        bail!("`{}` cannot be written: no permission to change its folder", change.place);
                    }
                    there.insert((place.root, above));
                    break;
                }
                // A root's own folder is made without a record: it is the tool's or git's.
                (None, None) => break,
                (None, Some(above)) => {
                    if change.after.is_some() {
                        missing.insert(above.clone());
                    }
                    place = above;
                }
            }
        }
    }
    Ok(missing.into_iter().collect())
}

fn folders_that_empty(
    roots: &Roots,
    set: &ChangeSet,
    looker: &mut Looker<'_>,
    prepared: &Prepared<'_>,
) -> Result<Vec<(Place, u32)>> {
    let stays = |change: &&FileChange<'_>| change.after.is_some();
    let kept: BTreeSet<Place> =
        prepared.changes.iter().filter(stays).flat_map(|change| ancestors(&change.place)).collect();
    let mut gone: BTreeSet<Place> =
        prepared.changes.iter().filter(|change| !stays(change)).map(|change| change.place.clone()).collect();
    let mut candidates: Vec<Place> = gone.iter().flat_map(ancestors).collect();
    candidates.sort_by_key(|folder| (std::cmp::Reverse(folder.path.parts().count()), folder.clone()));
    candidates.dedup();
    let mut emptied = Vec::new();
    for folder in candidates {
        let may_go = set.restores.as_ref().is_none_or(|restores| restores.made_folders.contains(&folder));
        if kept.contains(&folder) || !may_go {
            continue;
        }
        let names = looker.names(&folder)?;
        if !names.is_empty() && names.iter().all(|name| gone.contains(&folder.with_part(name))) {
            let opened = roots.parent(&folder.with_part(b"."))?;
            let mode = opened.with_context(|| format!("open the folder `{folder}`"))?.mode()?;
            emptied.push((folder.clone(), mode));
            gone.insert(folder);
        }
    }
    Ok(emptied)
}

fn ancestors(place: &Place) -> Vec<Place> {
    std::iter::successors(place.parent(), Place::parent).collect()
}
