//! The only writer of a user's files.
//!
//! A [`ChangeSet`] names edits with the content that each was planned against. It is checked as a whole, shown as a
//! patch ([`dry_run()`]), and applied as a whole ([`apply()`]): after a crash or a full disk, [`recover()`] brings the
//! files to exactly before or exactly after. [`undo()`] takes applied sets back, also after the user committed.
//!
//! What is replaced, moved or removed is kept beside the journal before anything is written, whether or not git
//! holds it: a garbage collection, a rewritten history or an object format that libgit2 cannot read changes nothing.
//! The last 20 sets are kept, and what took them back. The index is never touched.
//!
//! The room does not know why a file is edited, and reads no clock. Reports are written by [`write_report()`], whole
//! or not at all, and are no part of a change set.

#![allow(clippy::disallowed_methods, reason = "this is the room that writes files")]

mod apply;
mod binary;
mod diff;
mod disk;
mod edit;
mod faults;
mod folder;
mod guard;
mod journal;
mod lock;
mod names;
mod recover;
mod report_file;
mod roots;
mod set;
mod similarity;
mod store;
mod text;
mod undo;

#[cfg(test)]
mod tests;

use anyhow::{Result, bail};

use crate::repo::Repo;

pub use apply::{Applied, apply};
pub use disk::{Disk, FileState, Hooks};
pub use edit::{Action, ContentId, Edit, EditRecord, Mode, Place, Planned, Root, touched};
#[cfg(any(test, feature = "faults"))]
pub use faults::{Faults, STOPPED};
pub use guard::{Difference, Mismatch, Stale};
pub use lock::Holder;
pub use recover::{KeptFile, Pending, Settled, pending, recover};
pub use report_file::{
    Written, append, remove_result, write_named, write_program, write_report, write_result,
};
pub use set::ChangeSet;
pub use undo::{SetInfo, Which, list, undo, without_changed};

/// A change set compared with the files as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Edits that are still to be made, sorted. Empty: nothing to do; `--check` exits 1 when it is not.
    pub pending: Vec<EditRecord>,
    /// Files that are not as these edits expect them; `apply` would refuse.
    pub stale: Vec<Mismatch>,
}

/// Compares a change set with the files; writes nothing.
///
/// # Errors
/// Two edits cannot both be meant, a path may not be written, or a file cannot be read.
pub fn check(repo: &Repo, set: &ChangeSet) -> Result<Checked> {
    let roots = roots::Roots::of(repo)?;
    let prepared = guard::prepare(&roots, set)?;
    Ok(Checked {
        pending: prepared.pending.iter().map(|edit| edit.record()).collect(),
        stale: prepared.stale,
    })
}

/// The edits that are still to be made, as a patch that `git apply` takes; empty when there are none.
///
/// Files outside the work tree (hooks, the tool's own) stand in it as comments. The patch is bytes, since a file
/// need not be UTF-8.
///
/// # Errors
/// As [`check`], and [`Stale`] when files changed since they were planned.
pub fn dry_run(repo: &Repo, set: &ChangeSet) -> Result<Vec<u8>> {
    let roots = roots::Roots::of(repo)?;
    let prepared = guard::prepare(&roots, set)?;
    if !prepared.stale.is_empty() {
        bail!(Stale(prepared.stale));
    }
    diff::render(&roots, &diff::ObjectIds::of(repo)?, &prepared)
}
