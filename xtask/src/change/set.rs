//! A set of edits: built without touching a disk, refused as a whole when two edits cannot both be meant.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use super::edit::{ContentId, Edit, Mode, Place, Planned};
use super::names;

/// Edits that are applied together or not at all. The order in which they were added does not matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeSet {
    command: String,
    edits: Vec<Edit>,
    pub(super) restores: Option<Restores>,
}

/// What a set that takes another back knows beside its edits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Restores {
    /// The set that it takes back.
    pub(super) id: u32,
    /// Folders that the other set made: only these are removed when they become empty.
    pub(super) made_folders: Vec<Place>,
    /// Folders that the other set removed, with their mode.
    pub(super) lost_folders: BTreeMap<Place, u32>,
    /// What the other set moved: from where, to where.
    pub(super) moves: Vec<(Place, Place)>,
}

impl ChangeSet {
    /// An empty set; `command` names the command that made it, for `undo --list` and messages.
    pub fn new(command: &str) -> Self {
        Self { command: command.to_owned(), edits: Vec::new(), restores: None }
    }

    /// The command that made it.
    pub fn command(&self) -> &str {
        &self.command
    }

    /// Adds an edit.
    pub fn add(&mut self, edit: Edit) {
        self.edits.push(edit);
    }

    /// Adds a file where none is.
    pub fn create(&mut self, at: impl Into<Place>, content: impl Into<Vec<u8>>) {
        self.add(Edit::Create { at: at.into(), content: content.into(), mode: Mode::Keep });
    }

    /// Gives a file other content.
    pub fn replace(
        &mut self,
        at: impl Into<Place>,
        planned: impl Into<Planned>,
        content: impl Into<Vec<u8>>,
    ) {
        let content = content.into();
        self.add(Edit::Replace { at: at.into(), planned: planned.into(), content, mode: Mode::Keep });
    }

    /// Moves a file, its content unchanged.
    pub fn move_file(&mut self, from: impl Into<Place>, to: impl Into<Place>, planned: impl Into<Planned>) {
        let (from, to, planned) = (from.into(), to.into(), planned.into());
        self.add(Edit::Move { from, to, planned, content: None, mode: Mode::Keep });
    }

    /// Moves a file and gives it other content.
    pub fn move_with(
        &mut self,
        from: impl Into<Place>,
        to: impl Into<Place>,
        planned: impl Into<Planned>,
        content: impl Into<Vec<u8>>,
    ) {
        let (from, to, planned, content) = (from.into(), to.into(), planned.into(), Some(content.into()));
        self.add(Edit::Move { from, to, planned, content, mode: Mode::Keep });
    }

    /// Removes a file.
    pub fn remove(&mut self, at: impl Into<Place>, planned: impl Into<Planned>) {
        self.add(Edit::Remove { at: at.into(), planned: planned.into() });
    }

    /// Adds what turns `now` into `wanted` content and mode, or nothing when it is so already.
    ///
    /// This makes planning again after an apply give an empty set.
    pub fn ensure(
        &mut self,
        at: impl Into<Place>,
        now: Option<&super::FileState>,
        wanted: &[u8],
        mode: Mode,
    ) {
        let (at, content) = (at.into(), wanted.to_vec());
        match now {
            None => self.add(Edit::Create { at, content, mode }),
            Some(state) if state.bytes == content && mode.fits(state.mode) => {}
            Some(state) => self.add(Edit::Replace { at, planned: state.planned(), content, mode }),
        }
    }

    /// Drops the edits that write or leave one of these places.
    pub(super) fn leave_alone(&mut self, places: &BTreeSet<Place>) {
        self.edits.retain(|edit| {
            let left = edit.source().map(|(place, _)| place);
            !left.into_iter().chain(edit.target()).any(|place| places.contains(place))
        });
    }

    /// True when it holds no edit.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// How many edits it holds.
    pub fn len(&self) -> usize {
        self.edits.len()
    }

    /// The edits, sorted by the place that they write or leave.
    pub fn edits(&self) -> Vec<&Edit> {
        let mut edits: Vec<&Edit> = self.edits.iter().collect();
        edits.sort_by_cached_key(|edit| edit.record());
        edits
    }

    /// Checks that the edits can all be meant, without looking at a disk.
    ///
    /// A path may be written once and left once. Both at once is taken only when the file that leaves is moved:
    /// a note goes to the archive, a guide takes its place.
    ///
    /// # Errors
    /// A path that may not be written, two edits of one path, a file where another edit needs a folder, two names
    /// that differ in case alone; both edits are named.
    pub fn validate(&self) -> Result<()> {
        self.file_plans().map(drop)
    }

    /// What the set does to each path.
    pub(super) fn file_plans(&self) -> Result<BTreeMap<&Place, FilePlan<'_>>> {
        let mut plans: BTreeMap<&Place, FilePlan<'_>> = BTreeMap::new();
        for edit in self.edits() {
            self.check_names(edit)?;
            if let Some((place, planned)) = edit.source() {
                let plan = plans.entry(place).or_default();
                if let Some(other) = plan.leaves.replace((edit, planned)) {
                    bail!("two edits of one file: {}, {}", other.0.record(), edit.record());
                }
            }
            if let Some(place) = edit.target() {
                let plan = plans.entry(place).or_default();
                if let Some(other) = plan.arrives.replace(edit) {
                    bail!("two edits of one file: {}, {}", other.record(), edit.record());
                }
            }
        }
        plans.values().try_for_each(check_refill)?;
        check_folders(&plans)?;
        check_case(&plans)?;
        Ok(plans)
    }

    fn check_names(&self, edit: &Edit) -> Result<()> {
        let new = edit.new_place();
        let places = edit.source().map(|(place, _)| place).into_iter().chain(edit.target());
        for place in places {
            // Undo brings back names that were there.
            let is_new = self.restores.is_none() && new == Some(place);
            if let Some(objection) = names::objection(place, is_new) {
                bail!("the path `{place}` may not be written: {objection}");
            }
        }
        if let Edit::Move { from, to, .. } = edit {
            if from.root != to.root {
                bail!("a file cannot be moved from one root to another: {from}, {to}");
            }
            if from == to {
                bail!("a file cannot be moved onto itself: {from}");
            }
        }
        Ok(())
    }
}

/// What one path undergoes.
#[derive(Clone, Debug, Default)]
pub(super) struct FilePlan<'a> {
    /// The edit that takes away what stands there.
    pub(super) leaves: Option<(&'a Edit, &'a Planned)>,
    /// The edit that puts something there.
    pub(super) arrives: Option<&'a Edit>,
}

impl<'a> FilePlan<'a> {
    /// Any edit of this path, for messages.
    fn edit(&self) -> &'a Edit {
        self.arrives.or(self.leaves.map(|leaves| leaves.0)).expect("a plan is made for an edit")
    }

    /// The id of what stands there afterwards; `None`: no file.
    pub(super) fn id_after(&self) -> Option<ContentId> {
        Some(match self.arrives? {
            Edit::Create { content, .. } | Edit::Replace { content, .. } => ContentId::of(content),
            Edit::Move { content: Some(content), .. } => ContentId::of(content),
            Edit::Move { planned, .. } | Edit::Remove { planned, .. } => planned.id.clone(),
        })
    }

    /// What becomes of the mode.
    pub(super) fn mode(&self) -> Mode {
        match self.arrives {
            Some(Edit::Create { mode, .. } | Edit::Replace { mode, .. } | Edit::Move { mode, .. }) => *mode,
            _ => Mode::Keep,
        }
    }
}

fn check_refill(plan: &FilePlan<'_>) -> Result<()> {
    let (Some((leaves, _)), Some(arrives)) = (plan.leaves, plan.arrives) else { return Ok(()) };
    let refilled = matches!(leaves, Edit::Move { .. }) && !matches!(arrives, Edit::Replace { .. });
    if refilled || std::ptr::eq(leaves, arrives) {
        return Ok(());
    }
    bail!("two edits of one file: {}, {}", leaves.record(), arrives.record())
}

fn check_folders(plans: &BTreeMap<&Place, FilePlan<'_>>) -> Result<()> {
    for (place, plan) in plans {
        let mut folder = place.parent();
        while let Some(above) = folder {
            if let Some(file) = plans.get(&above) {
                let (file, below) = (file.edit().record(), plan.edit().record());
                bail!("one edit needs a file where another needs a folder: {file}, {below}");
            }
            folder = above.parent();
        }
    }
    Ok(())
}

/// A new name, or a new folder of a new name, must differ in more than case from every other.
fn check_case(plans: &BTreeMap<&Place, FilePlan<'_>>) -> Result<()> {
    let mut seen: BTreeMap<(super::Root, Vec<u8>), (Place, &Edit, bool)> = BTreeMap::new();
    for (place, plan) in plans {
        let is_new = plan.leaves.is_none();
        let mut part = Some((*place).clone());
        while let Some(name) = part {
            let whole = name == **place;
            let key = (name.root, name.path.folded());
            match seen.get(&key) {
                Some((other, edit, other_is_new)) if *other != name => {
                    // Folders that are there already may differ in case alone where the file system allows it.
                    if is_new && *other_is_new || whole && (is_new || *other_is_new) {
                        let (one, two) = (edit.record(), plan.edit().record());
                        bail!("two names differ in case alone: {one}, {two}");
                    }
                }
                Some(_) => {}
                None => drop(seen.insert(key, (name.clone(), plan.edit(), is_new))),
            }
            part = name.parent();
        }
    }
    Ok(())
}
