//! Runs the tests that fail here in the files of another commit, in a temporary folder.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::super::baseline::{Before, BeforeCase, OldNames};
use super::super::cases::{drafts, roots_of};
use super::super::causes::{Grouped, group};
use super::super::ended::Ended;
use super::super::model::{Ran, SuiteRun};
use super::super::places::Roots;
use super::{Context, python};
use crate::process::Scratch;
use crate::repo::{EntryKind, Rename, RepoPath, Tree};

/// How the tests that fail here fare at `revision`. What is not there is not in the answer.
pub(super) fn before(
    here: &Context<'_>,
    runs: &[SuiteRun],
    renames: &[Rename],
    revision: &str,
) -> Result<Before> {
    let commit = here.repo.resolve(revision)?;
    let mut before = Before { commit: Some(commit.to_string()), ..Before::default() };
    here.progress.step(format!("running what fails at {}", commit.short()));
    let tree = Tree::of_revision(here.repo, commit.as_str())?;
    let scratch = Scratch::new()?;
    write(&tree, &scratch).context("write the files of the other commit")?;
    let files: BTreeSet<RepoPath> = tree.entries().map(|(path, _)| path.clone()).collect();
    let root = scratch.path().to_owned();
    let roots = Roots::new(&root, &root.canonicalize().unwrap_or_else(|_| root.clone()));
    let there = Context {
        repo: here.repo,
        root,
        roots,
        files,
        tree,
        options: here.options,
        progress: here.progress,
        cancel: here.cancel,
    };
    for run in runs {
        let Ran::Python { ends, .. } = &run.ran else {
            before.left_out.insert(run.suite.name.clone());
            continue;
        };
        let failing = drafts(ends, &here.roots, run.suite.test_limit.as_secs());
        let failing = failing.iter().filter(|draft| draft.outcome.is_bad());
        let ids: Vec<String> =
            failing.map(|draft| OldNames::there(renames, &there.files, &draft.item.id)).collect();
        if !ids.is_empty() {
            let ends = python::run_there(here, &there, &run.suite, &run.runner, &ids)?;
            before.cases.extend(judged(&ends, &there, run));
        }
    }
    Ok(before)
}

fn judged(ends: &[Ended], there: &Context<'_>, run: &SuiteRun) -> Vec<(String, BeforeCase)> {
    let Some(first) = ends.first() else { return Vec::new() };
    let drafts = drafts(ends, &there.roots, run.suite.test_limit.as_secs());
    let session = roots_of(first, &there.roots);
    drafts
        .into_iter()
        .map(|draft| {
            let case = draft.item.id.clone();
            let grouped: Vec<Grouped<'_>> = draft
                .raised
                .iter()
                .map(|raised| Grouped { case: &case, raised, roots: &session, home: None })
                .collect();
            let cause = group(&grouped).0.into_iter().next();
            (case.clone(), BeforeCase { outcome: draft.outcome, cause, seconds: draft.seconds })
        })
        .collect()
}

/// Writes all files of a tree; a submodule is an empty folder there, as in a fresh clone.
fn write(tree: &Tree, scratch: &Scratch) -> Result<()> {
    for (path, entry) in tree.entries() {
        let place = Path::new(OsStr::from_bytes(path.as_bytes()));
        match entry.kind {
            EntryKind::File | EntryKind::Executable => {
                scratch.place(place, &tree.read(path)?, entry.kind == EntryKind::Executable)?;
            }
            EntryKind::Symlink => {
                scratch.link(place, Path::new(OsStr::from_bytes(&tree.read(path)?)))?;
            }
            EntryKind::Submodule => {}
        }
    }
    Ok(())
}
