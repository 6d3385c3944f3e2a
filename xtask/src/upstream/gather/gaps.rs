//! Diffs of trees of which some contents are not here (a partial clone): git ends at the first that it wants to read, so
//! the paths of these are taken out of both trees, and it compares the rest.

use std::collections::BTreeSet;

use anyhow::Result;

use super::super::custom::blobs_of;
use super::super::parse::{self, Diff, RawEntry};
use super::blobs;
use crate::repo::{RepoPath, Scratch};

/// Completes `exact`, a diff by names alone, with what `options` ask git for, of all paths whose contents are here.
///
/// # Errors
/// A tree is missing too.
pub(super) fn diff(scratch: &Scratch, exact: Diff, ends: [&str; 2], options: &[&str]) -> Result<Diff> {
    let lacking = lacking(scratch, &exact)?;
    let trees = [without(scratch, ends[0], &lacking)?, without(scratch, ends[1], &lacking)?];
    let trees: Vec<&str> = trees.iter().map(String::as_str).collect();
    let mut diff = parse::diff(&scratch.git().read(&[options, &trees].concat())?)?;
    let is_lacking = |entry: &RawEntry| lacking.contains(&entry.from) || lacking.contains(&entry.to);
    diff.entries.extend(exact.entries.into_iter().filter(is_lacking));
    diff.entries.sort_by(|one, other| one.to.cmp(&other.to));
    Ok(diff)
}

/// Paths that have another content on one side, where one of the two is not here.
fn lacking(scratch: &Scratch, exact: &Diff) -> Result<BTreeSet<RepoPath>> {
    let here = blobs::sizes(scratch, &exact.entries.iter().flat_map(blobs_of).collect())?;
    let lacks = |entry: &&RawEntry| blobs_of(entry).any(|id| !here.contains_key(&id));
    let paths = |entry: &RawEntry| [entry.from.clone(), entry.to.clone()];
    Ok(exact.entries.iter().filter(lacks).flat_map(paths).collect())
}

/// A tree without these paths.
fn without(scratch: &Scratch, tree: &str, paths: &BTreeSet<RepoPath>) -> Result<String> {
    let place = scratch.git_dir();
    // git edits no index without a folder for its files; none is written.
    let git = scratch.git().clone().with_variable("GIT_INDEX_FILE", place.join("index.gaps"));
    let git = git.with_variable("GIT_WORK_TREE", place);
    git.read(&["read-tree", tree])?;
    let mut listing = Vec::new();
    for path in paths {
        listing.extend_from_slice(path.as_bytes());
        listing.push(0);
    }
    git.answer_to(&["update-index", "--force-remove", "-z", "--stdin"], &listing, &[0])?;
    git.line(&["write-tree", "--missing-ok"])
}
