//! The trial merge where contents are not here (a partial clone): git ends at the first that it wants to read, so each
//! has a stand-in, and what rests on one is told to be not known.

use std::collections::BTreeSet;

use anyhow::Result;

use super::super::custom;
use super::super::model::Merge;
use super::super::parse::{self, Diff, RawEntry};
use super::super::relation::{self, Range};
use super::super::unjudged::{self, Unpaired};
use super::trial;
use crate::repo::git::Git;
use crate::repo::{BlobId, CommitId, RepoPath, Scratch};
use crate::report::Finding;

/// Merges both sides as far as contents are here.
///
/// # Errors
/// A tree is missing too, or nothing is.
pub(super) fn merge(
    scratch: &Scratch,
    sides: [&CommitId; 2],
    bases: &[CommitId],
    diffs: [&Diff; 2],
) -> Result<(Merge, Option<Finding>)> {
    let missing = missing(scratch, true, sides.into_iter().chain(bases).map(ToString::to_string))?;
    let git = scratch.git_with_stand_ins(&missing)?;
    let (trial, _, gave_up) = trial::ask(&git, sides, true)?;
    let mut open = unjudged::by_contents(&trial, &missing);
    let unpaired = diffs.map(|diff| Unpaired::of(diff, &missing));
    let gone = [gone(scratch, sides[0], &unpaired[0])?, gone(scratch, sides[1], &unpaired[1])?];
    open.extend(unjudged::by_names([0, 1].map(|side| (diffs[side], &unpaired[side], &gone[side]))));
    open.extend(by_bases(scratch, sides, bases, &missing)?);
    let trial = unjudged::without(trial, &mut open);
    let is_clean = open.is_empty()
        && trial.stages.is_empty()
        && trial.messages.iter().all(|message| !message.is_conflict());
    let mut merge = relation::merge(&trial, is_clean);
    relation::name_set_aside(&mut merge, sides);
    trial::hunks(scratch, &mut merge, sides)?;
    if !open.is_empty() {
        merge.tree = None;
    }
    merge.unjudged = open.into_iter().collect();
    Ok((merge, gave_up))
}

/// git as [`merge`] asks it, for what each commit of a range changed against its parents.
///
/// # Errors
/// The objects cannot be listed.
pub(super) fn git_over(scratch: &Scratch, sides: [&CommitId; 2], range: &Range) -> Result<Git> {
    let boundary =
        range.commits.iter().filter(|commit| commit.mark == '-').map(|commit| commit.id.to_string());
    let mut all = missing(scratch, true, boundary.clone())?;
    let sides = sides.into_iter().map(ToString::to_string);
    all.extend(missing(scratch, false, sides.chain(boundary.map(|id| format!("^{id}"))))?);
    scratch.git_with_stand_ins(&all)
}

/// Contents that are named by these commits' trees (and, unless they stand alone, those of their history) and are not here.
fn missing(
    scratch: &Scratch,
    alone: bool,
    commits: impl Iterator<Item = String>,
) -> Result<BTreeSet<BlobId>> {
    let asked: String = commits.map(|commit| commit + "\n").collect();
    let walk = if alone { "--no-walk" } else { "--do-walk" };
    let args = ["rev-list", "--objects", "--missing=print", walk, "--stdin"];
    let answer = scratch.git().answer_to(&args, asked.as_bytes(), &[0])?;
    let listing = String::from_utf8_lossy(&answer.stdout);
    Ok(listing.lines().filter_map(|line| BlobId::parse(line.strip_prefix('?')?)).collect())
}

/// Folders from which the side may have moved everything: it has them no longer.
fn gone(scratch: &Scratch, side: &CommitId, unpaired: &Unpaired<'_>) -> Result<BTreeSet<RepoPath>> {
    let mut folders = unpaired.folders();
    if !folders.is_empty() {
        let listing = scratch.git().read(&["ls-tree", "-d", "-r", "-z", "--name-only", side.as_str()])?;
        for folder in listing.split(|&byte| byte == 0) {
            folders.remove(&RepoPath::from_bytes(folder));
        }
    }
    Ok(folders)
}

/// With several merge bases git merges these first: where they differ in a content that is not here, what the two sides
/// are compared with is not known, and matters where they differ too.
fn by_bases(
    scratch: &Scratch,
    [fork, upstream]: [&CommitId; 2],
    bases: &[CommitId],
    missing: &BTreeSet<BlobId>,
) -> Result<BTreeSet<RepoPath>> {
    let Some((first, others)) = bases.split_first().filter(|(_, others)| !others.is_empty()) else {
        return Ok(BTreeSet::new());
    };
    let diff = |from: &CommitId, to: &CommitId| {
        let args = ["diff-tree", "-r", "-z", "--raw", "--no-renames", from.as_str(), to.as_str()];
        parse::diff(&scratch.git().read(&args)?)
    };
    let differs = diff(fork, upstream)?.paths();
    let lacks = |entry: &RawEntry| custom::blobs_of(entry).any(|id| missing.contains(&id));
    let mut open = BTreeSet::new();
    for other in others {
        let entries = diff(first, other)?.entries;
        open.extend(entries.into_iter().filter(lacks).map(|entry| entry.to));
    }
    Ok(open.intersection(&differs).cloned().collect())
}
