//! Takes applied change sets back, the newest first. Taking back is a change set of its own, so it is checked,
//! shown, applied and recovered like any other, and can itself be taken back.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde::Serialize;

use super::edit::{Action, Edit, EditRecord, Mode, Place, Planned};
use super::guard::Mismatch;
use super::journal::{AfterLine, FileLine, Journal, Kept, PlaceLine};
use super::roots::Roots;
use super::set::{ChangeSet, Restores};
use super::store::Store;
use crate::repo::Repo;

/// One change set that was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SetInfo {
    /// Its number, for `undo ID`.
    pub id: u32,
    /// The command that made it.
    pub command: String,
    /// What it did.
    pub edits: Vec<EditRecord>,
    /// The commit at HEAD when it was applied.
    pub head: Option<String>,
    /// The worktree that it changed (`main`, or `worktree-NAME`).
    pub worktree: String,
    /// The set that it took back.
    pub undoes: Option<u32>,
    /// True unless a later set took it back.
    pub stands: bool,
}

/// Which set to take back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The newest one of this worktree that stands and is no undo itself.
    Last,
    /// This one.
    Id(u32),
}

/// All sets that are kept, the newest first: the last 20 of all worktrees, and what took them back.
///
/// # Errors
/// A record cannot be read, or a newer program wrote it.
pub fn list(repo: &Repo) -> Result<Vec<SetInfo>> {
    let Some(store) = Store::find(&Roots::of_tool(repo))? else { return Ok(Vec::new()) };
    let journals = read_all(&store)?;
    let standing = standing(&journals);
    let info = |journal: Journal| SetInfo {
        stands: standing.contains(&journal.id),
        id: journal.id,
        edits: journal.edits.iter().map(super::journal::EditLine::record).collect(),
        command: journal.command,
        head: journal.head,
        worktree: journal.worktree,
        undoes: journal.undoes,
    };
    Ok(journals.into_iter().rev().map(info).collect())
}

/// Plans the taking back of a set: the change set to show, check or apply. `None`: there is nothing to undo.
///
/// A file that changed since makes `check` and `apply` name it and change nothing; [`without_changed`] takes the others
/// back.
///
/// # Errors
/// There is no such set, it was taken back already, another worktree made it, or its record is damaged or too new.
pub fn undo(repo: &Repo, which: Which) -> Result<Option<ChangeSet>> {
    let roots = Roots::of_tool(repo);
    let store = Store::find(&roots)?;
    let journals = store.as_ref().map(read_all).transpose()?.unwrap_or_default();
    let standing = standing(&journals);
    let id = match which {
        Which::Id(id) => id,
        Which::Last => {
            let fits = |journal: &&Journal| {
                standing.contains(&journal.id)
                    && journal.undoes.is_none()
                    && journal.worktree == roots.worktree
            };
            let Some(journal) = journals.iter().rev().find(fits) else { return Ok(None) };
            journal.id
        }
    };
    let journal = journals.iter().find(|journal| journal.id == id);
    let (Some(journal), Some(store)) = (journal, store) else {
        bail!("there is no change set {id}: `xtask undo --list` shows those that are kept");
    };
    if !standing.contains(&id) {
        bail!("change set {id} was taken back already");
    }
    if journal.worktree != roots.worktree {
        bail!("change set {id} was made in another worktree ({}): undo it there", journal.worktree);
    }
    let kept = Kept::read(&store.set(id)?).with_context(|| format!("read change set {id}"))?;
    inverse(journal, &kept).map(Some)
}

/// The set without what would touch a file that changed since, and these files. Where one end of a move changed, the other
/// one stays too: else its content would stand nowhere.
///
/// # Errors
/// As [`super::check`].
pub fn without_changed(repo: &Repo, mut set: ChangeSet) -> Result<(ChangeSet, Vec<Mismatch>)> {
    let changed = super::check(repo, &set)?.stale;
    let mut kept: BTreeSet<Place> = changed.iter().map(|file| file.place.clone()).collect();
    let moves = set.restores.as_ref().map(|restores| restores.moves.clone()).unwrap_or_default();
    loop {
        let before = kept.len();
        for (from, to) in &moves {
            if kept.contains(from) || kept.contains(to) {
                kept.extend([from.clone(), to.clone()]);
            }
        }
        if kept.len() == before {
            break;
        }
    }
    set.leave_alone(&kept);
    Ok((set, changed))
}

fn read_all(store: &Store) -> Result<Vec<Journal>> {
    let mut journals = Vec::new();
    for id in store.ids()? {
        if store.is_done(id)? {
            journals.push(store.journal(id)?);
        }
    }
    Ok(journals)
}

/// The sets whose edits are in force: from the newest to the oldest, each one in force that undoes another ends it.
fn standing(journals: &[Journal]) -> BTreeSet<u32> {
    let mut ended = BTreeSet::new();
    let mut standing = BTreeSet::new();
    for journal in journals.iter().rev() {
        if ended.contains(&journal.id) {
            continue;
        }
        standing.insert(journal.id);
        ended.extend(journal.undoes);
    }
    standing
}

fn inverse(journal: &Journal, kept: &Kept) -> Result<ChangeSet> {
    let mut set = ChangeSet::new(&format!("undo {}", journal.id));
    let lines: BTreeMap<Place, &FileLine> =
        journal.files.iter().map(|line| (line.place.place(), line)).collect();
    let mut settled = BTreeSet::new();
    let mut moves = Vec::new();
    for edit in journal.edits.iter().filter(|edit| edit.action == Action::Move) {
        let Some(from) = &edit.from else { continue };
        let to = edit.place.place();
        let from = Place { root: to.root, path: from.0.clone() };
        moves.push((from.clone(), to.clone()));
        if let Some(edit) = move_back(&lines, kept, &from, &to)? {
            set.add(edit);
            settled.extend([from, to]);
        }
    }
    for (place, line) in &lines {
        if !settled.contains(place) {
            set.add(bring_back(line, place, kept)?);
        }
    }
    set.restores = Some(Restores {
        id: journal.id,
        made_folders: journal.made.iter().map(PlaceLine::place).collect(),
        lost_folders: journal.emptied.iter().map(|line| (line.place.place(), line.mode)).collect(),
        moves,
    });
    Ok(set)
}

/// A plain move is shown as one; `None` where another file took the old place or stood at the new one.
fn move_back(
    lines: &BTreeMap<Place, &FileLine>,
    kept: &Kept,
    from: &Place,
    to: &Place,
) -> Result<Option<Edit>> {
    let (Some(old), Some(new)) = (lines.get(from), lines.get(to)) else { return Ok(None) };
    let (Some(before), None, None, Some(after)) = (&old.before, &old.after, &new.before, &new.after) else {
        return Ok(None);
    };
    let content = if before.id == after.id { None } else { Some(kept.get(before, from)?.to_vec()) };
    Ok(Some(Edit::Move {
        from: to.clone(),
        to: from.clone(),
        planned: planned(after),
        content,
        mode: Mode::Exact(before.mode),
    }))
}

fn bring_back(line: &FileLine, place: &Place, kept: &Kept) -> Result<Edit> {
    let at = place.clone();
    Ok(match (&line.before, &line.after) {
        (Some(before), Some(after)) => Edit::Replace {
            at,
            planned: planned(after),
            content: kept.get(before, place)?.to_vec(),
            mode: Mode::Exact(before.mode),
        },
        (Some(before), None) => {
            Edit::Create { at, content: kept.get(before, place)?.to_vec(), mode: Mode::Exact(before.mode) }
        }
        (None, Some(after)) => Edit::Remove { at, planned: planned(after) },
        (None, None) => bail!("the record of `{place}` says nothing"),
    })
}

fn planned(after: &AfterLine) -> Planned {
    Planned { id: after.id.clone(), executable: Some(after.executable) }
}
