//! Diffs of trees of which some contents are not here (a partial clone): git ends at the first that it wants to read, so
//! the paths of these are taken out of both trees, and it compares the rest.

use std::collections::BTreeSet;

use anyhow::{Context, Result};

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
    // Both sides' trees are edited at the same time, so each has an index of its own.
    let place = tempfile::tempdir_in(scratch.git_dir()).context("make a folder for an index")?;
    // git edits no index without a folder for its files; none is written.
    let git = scratch.git().clone().with_variable("GIT_INDEX_FILE", place.path().join("index"));
    let git = git.with_variable("GIT_WORK_TREE", place.path());
    git.read(&["read-tree", tree])?;
    let mut listing = Vec::new();
    for path in paths {
        listing.extend_from_slice(path.as_bytes());
        listing.push(0);
    }
    git.answer_to(&["update-index", "--force-remove", "-z", "--stdin"], &listing, &[0])?;
    git.line(&["write-tree", "--missing-ok"])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::Repo;
    use crate::upstream::testing::{History, Place};

    #[test]
    fn two_diffs_at_a_time_are_those_of_one_after_the_other() {
        let place = Place::new();
        let mut history = History::default();
        history.commit("main", "root", &[("lost", Some("lost\n")), ("old", Some("one\ntwo\nthree\n"))]);
        history.fork("fork", "main").commit(
            "fork",
            "moves",
            &[("old", None), ("new", Some("one\ntwo\nthree\nfour\n")), ("lost", Some("more\n"))],
        );
        history.commit("main", "edits", &[("old", Some("one\ntwo\n")), ("lost", None)]);
        let folder = place.repository("r", &[], &history);
        place.lose(&folder, "main~:lost");
        let scratch = Scratch::over(&[&Repo::open(&folder).unwrap()]).unwrap();
        let told = |ends: [&str; 2]| {
            let ends = ends.map(|end| place.git(&folder, &["rev-parse", end]));
            let ends = ends.each_ref().map(String::as_str);
            let options = ["diff-tree", "-r", "-z", "--raw"];
            let exact = scratch.git().read(&[&options[..], &["-M100%"], &ends].concat()).unwrap();
            let exact = parse::diff(&exact).unwrap();
            format!("{:?}", diff(&scratch, exact, ends, &[&options[..], &["-M50%"]].concat()).unwrap())
        };
        let sides = [["main~", "fork"], ["main~", "main"]];
        let alone = sides.map(told);
        assert!(alone[0].contains("R0") || alone[0].contains("'R'"), "{}", alone[0]);
        std::thread::scope(|scope| {
            for (side, alone) in sides.into_iter().zip(&alone) {
                scope.spawn(move || (0..12).for_each(|_| assert_eq!(told(side), *alone)));
            }
        });
    }
}
