//! Runs the tests that fail here in the files of another commit, in a temporary folder.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::super::baseline::{Before, BeforeCase, OldNames};
use super::super::cargo_cases;
use super::super::cases::{Draft, drafts, roots_of};
use super::super::causes::{Grouped, group, home_of};
use super::super::ended::Ended;
use super::super::model::{Ran, SuiteRun};
use super::super::places::Roots;
use super::super::result::CaseOutcome;
use super::{Context, cargo_base, python, rust_sources};
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
        match &run.ran {
            Ran::Python { ends, .. } => python_before(here, &there, (run, ends), renames, &mut before)?,
            Ran::Cargo(cargo) => {
                if cargo_cases::drafts(cargo).iter().any(|draft| draft.outcome.is_bad()) {
                    let told = cargo_base::run_there(&there, &run.suite, cargo)?;
                    let places = rust_sources::own(&there);
                    let drafts = told.drafts.into_iter().map(|draft| places.complete(draft, &there.roots));
                    before.cases.extend(drafts.map(|draft| judged(draft, &there.roots)));
                    before.unknown.extend(told.unknown);
                }
            }
            _ => {
                before.left_out.insert(run.suite.name.clone());
            }
        }
    }
    Ok(before)
}

/// Adds how the failing tests of a Python suite fare there.
fn python_before(
    here: &Context<'_>,
    there: &Context<'_>,
    (run, ends): (&SuiteRun, &[Ended]),
    renames: &[Rename],
    before: &mut Before,
) -> Result<()> {
    let limit_s = run.suite.test_limit.as_secs();
    let failing = drafts(ends, &here.roots, limit_s);
    let failing = failing.into_iter().filter(|draft| draft.outcome.is_bad()).map(|draft| draft.item.id);
    let home = ends.first().map(|ended| roots_of(ended, &here.roots));
    let home = home.as_ref().unwrap_or(&here.roots);
    // By the id that each has there, seen from the repository's top: a session may be rooted below it.
    let asked: BTreeMap<String, String> =
        failing.map(|id| (OldNames::there(renames, &there.files, &from_top(&id, home)), id)).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = asked.keys().cloned().collect();
    let ends = python::run_there(here, there, &run.suite, &run.runner, &ids)?;
    let session = ends.first().map(|ended| roots_of(ended, &there.roots));
    let roots = session.as_ref().unwrap_or(&there.roots);
    // A conftest that breaks, say, lets nothing be known of the tests behind it.
    let collected = ends.iter().any(|ended| ended.session.collected);
    let told = drafts(&ends, &there.roots, limit_s).into_iter();
    let told = told.filter(|draft| collected && draft.outcome != CaseOutcome::NotRun);
    let told = told.map(|draft| judged(draft, roots)).map(|(id, case)| (from_top(&id, roots), case));
    let told: BTreeMap<String, BeforeCase> = told.collect();
    let items = ends.iter().flat_map(|ended| &ended.session.items);
    let has_begun: BTreeSet<String> = items.map(|item| from_top(&item.id, roots)).collect();
    let is_unknown = |id: &str| {
        let is_there = id.split("::").next().is_some_and(|file| there.files.contains(&RepoPath::from(file)));
        !told.contains_key(id) && is_there && (!collected || has_begun.contains(id))
    };
    before.unknown.extend(asked.iter().filter(|(id, _)| is_unknown(id)).map(|(_, here)| here.clone()));
    before.cases.extend(told.into_iter().map(|(id, case)| (asked.get(&id).cloned().unwrap_or(id), case)));
    Ok(())
}

/// A test's id with its file as seen from the repository's top.
fn from_top(id: &str, roots: &Roots) -> String {
    let (file, rest) = id.split_at(id.find("::").unwrap_or(id.len()));
    format!("{}{rest}", roots.relative(file).unwrap_or_else(|| file.to_owned()))
}

fn judged(draft: Draft, roots: &Roots) -> (String, BeforeCase) {
    let home = home_of(draft.item.path.as_deref(), draft.item.line);
    let case = draft.item.id;
    let grouped = |raised| Grouped { case: &case, raised, roots, home: home.clone() };
    let grouped: Vec<Grouped<'_>> = draft.raised.iter().map(grouped).collect();
    let cause = group(&grouped).0.into_iter().next();
    (case.clone(), BeforeCase { outcome: draft.outcome, cause, seconds: draft.seconds, suite: None })
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
