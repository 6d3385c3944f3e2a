//! Clean in text, broken in fact: the static checks on the tree that the trial merge leaves.

use std::collections::BTreeSet;

use anyhow::Result;

use super::super::model::{MergedImport, MergedTree};
use super::core::{Core, Touched};
use crate::code::python::imports::{Project, Unresolved, verify};
use crate::repo::{CommitId, Repo, RepoPath, Scratch, Tree};

/// Imports that fail in the merged tree and on neither side; `None` where neither side changed any Python.
///
/// A file with conflict markers does not parse and is not judged.
pub(super) fn check(scratch: &Scratch, core: &Core, sides: [&CommitId; 2]) -> Result<Option<MergedTree>> {
    let Some(tree) = core.merge.as_ref().and_then(|merge| merge.tree.as_deref()) else { return Ok(None) };
    let diffs = [&core.fork_diff, &core.upstream_diff];
    let has_python = diffs.iter().all(|diff| {
        diff.as_ref().is_some_and(|diff| diff.entries.iter().any(|entry| entry.to.extension() == "py"))
    });
    if !has_python {
        return Ok(None);
    }
    let repo = Repo::open(scratch.git_dir())?;
    let failing = |revision: &str| -> Result<Vec<Unresolved>> {
        Ok(verify(&Project::of_tree(&Tree::of_revision(&repo, revision)?)?).unresolved)
    };
    let mut known = BTreeSet::new();
    for side in sides {
        known.extend(failing(side.as_str())?.iter().map(key));
    }
    let new = failing(tree)?.into_iter().filter(|import| !known.contains(&key(import)));
    let none = Touched::new();
    let upstream = core.upstream_touched.as_ref().unwrap_or(&none);
    let imports =
        new.map(|import| MergedImport { commit: commit_behind(&import, upstream), import }).collect();
    Ok(Some(MergedTree { imports, calls: None, links: None }))
}

/// What makes an import the same on two sides: not its line.
fn key(import: &Unresolved) -> (RepoPath, String, Option<String>) {
    (import.path.clone(), import.module.clone(), import.name.clone())
}

/// The newest of upstream's commits that touched the importing file, else one that took a file of the module's name away.
fn commit_behind(import: &Unresolved, upstream: &Touched) -> Option<CommitId> {
    let touches = |path: &RepoPath| path == &import.path;
    let here = upstream.iter().find(|(_, entries)| entries.iter().any(|entry| touches(&entry.to)));
    let last = import.module.rsplit('.').next().unwrap_or_default().as_bytes();
    let gone = || {
        upstream
            .iter()
            .find(|(_, entries)| entries.iter().any(|entry| entry.status == 'D' && entry.to.stem() == last))
    };
    here.or_else(gone).map(|(id, _)| id.clone())
}
