//! What notes say that no longer holds, without the rest of the analysis: for a check that is run every day.

use anyhow::Result;

use super::gather;
use super::result::{Reference, ReferenceClass};
use super::{Item, Options};
use crate::repo::{History, Repo, RepoPath, Tree};

/// What no longer holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stale {
    /// Files that notes name and that a commit moved or removed.
    pub references: Vec<Reference>,
    /// The plan, where notes changed since it was made.
    pub plan: Option<StalePlan>,
}

/// A plan that speaks of notes as they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StalePlan {
    /// Where it stands.
    pub path: RepoPath,
    /// The notes that changed or are gone, sorted.
    pub changed: Vec<RepoPath>,
}

/// Reads the notes of a tree and the plan in it.
///
/// # Errors
/// A glob of the settings is wrong, a note cannot be read, or the plan has a line that cannot be read.
pub fn stale(repo: &Repo, tree: &Tree, options: &Options, history: Option<&History>) -> Result<Stale> {
    let read = gather::read_for_today(repo, tree, options, history)?;
    let open = read.previous.iter().filter(|item: &&Item| !item.done && !read.done.contains(&item.id()));
    let mut changed: Vec<RepoPath> = open
        .flat_map(|item| &item.sources)
        .filter(|source| read.blobs.get(&source.path).is_none_or(|blob| *blob != source.blob))
        .map(|source| source.path.clone())
        .collect();
    changed.sort();
    changed.dedup();
    let told =
        |reference: &Reference| matches!(reference.class, ReferenceClass::Moved | ReferenceClass::Removed);
    Ok(Stale {
        references: read.references.into_iter().filter(told).collect(),
        plan: (!changed.is_empty()).then_some(StalePlan { path: read.plan, changed }),
    })
}
