//! Runs the tests that fail here in the files of another commit, in a temporary folder.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::super::baseline::{Before, BeforeCase, OldNames};
use super::super::cargo_cases;
use super::super::cases::{Draft, drafts, roots_of};
use super::super::causes::{Grouped, group};
use super::super::model::{Ran, SuiteRun};
use super::super::places::Roots;
use super::{Context, cargo_base, python};
use crate::process::Scratch;
use crate::repo::{CommitId, EntryKind, Rename, RepoPath, Tree};

/// How the tests that fail here fare at `commit`. What is not there is not in the answer.
pub(super) fn before(
    here: &Context<'_>,
    runs: &[SuiteRun],
    renames: &[Rename],
    commit: &CommitId,
) -> Result<Before> {
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
        let ends = match &run.ran {
            Ran::Python { ends, .. } => ends,
            Ran::Cargo(cargo) => {
                if cargo_cases::drafts(cargo).iter().any(|draft| draft.outcome.is_bad()) {
                    let told = cargo_base::run_there(&there, &run.suite, cargo)?;
                    before.cases.extend(told.drafts.into_iter().map(|draft| judged(draft, &there.roots)));
                    before.unknown.extend(told.unknown);
                }
                continue;
            }
            _ => {
                before.left_out.insert(run.suite.name.clone());
                continue;
            }
        };
        let failing = drafts(ends, &here.roots, run.suite.test_limit.as_secs());
        let failing = failing.iter().filter(|draft| draft.outcome.is_bad());
        let ids: Vec<String> =
            failing.map(|draft| OldNames::there(renames, &there.files, &draft.item.id)).collect();
        if !ids.is_empty() {
            let ends = python::run_there(here, &there, &run.suite, &run.runner, &ids)?;
            let told = drafts(&ends, &there.roots, run.suite.test_limit.as_secs());
            let session = ends.first().map(|ended| roots_of(ended, &there.roots));
            let roots = session.as_ref().unwrap_or(&there.roots);
            before.cases.extend(told.into_iter().map(|draft| judged(draft, roots)));
        }
    }
    Ok(before)
}

fn judged(draft: Draft, roots: &Roots) -> (String, BeforeCase) {
    let case = draft.item.id;
    let grouped: Vec<Grouped<'_>> =
        draft.raised.iter().map(|raised| Grouped { case: &case, raised, roots, home: None }).collect();
    let cause = group(&grouped).0.into_iter().next();
    (case.clone(), BeforeCase { outcome: draft.outcome, cause, seconds: draft.seconds })
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
