//! A repository as plain values: where it lies, what a tree holds, what happened to each path.
//!
//! libgit2 answers where it is exact and quick (refs, trees, blobs, index); the git program is the
//! authority for trial merges, renames and patch ids ([`git`]), and answers everything in repositories
//! that libgit2 cannot open (SHA-256, reftable, split or sparse index).

mod blobs;
mod commit;
mod compared;
pub mod git;
mod history;
mod ids;
mod index;
mod listing;
mod loose;
mod objects;
mod open;
mod path;
mod scratch;
mod staged;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod throwaway;
mod tree;

pub use blobs::{Blobs, is_binary};
pub use commit::{StagedFile, staged_files, update_index};
pub use history::{Change, History, PathHistory, Rename};
pub use ids::{BlobId, CommitId};
pub use index::IndexEntry;
pub use listing::{TreeRecord, tree_records};
pub use open::{Location, Repo, folders_of_objects};
pub use path::RepoPath;
pub use scratch::Scratch;
pub use staged::{Changes, Staged, StagedChange, State};
pub use tree::{Entry, EntryKind, Stamp, Tree};

/// How many entries an index file has, `None` for a form that only git reads: the reader's door for the fuzz target.
///
/// # Errors
/// The bytes are no index, or a damaged one.
#[cfg(feature = "fuzzing")]
pub fn count_entries(bytes: Vec<u8>) -> anyhow::Result<Option<usize>> {
    let index::Parsed::Whole(index) = index::Index::parse(bytes)? else { return Ok(None) };
    let mut count = 0;
    index.each(|_| count += 1)?;
    Ok(Some(count))
}
