//! Runs `cargo check` and reads history; alone in this part of the room it talks to `repo` and `process`.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use super::RustImports;
use super::errors::{Errors, causes};
use crate::cache::Cache;
use crate::process::{Call, Cancel, Source, Stop, find_program, watch};
use crate::repo::{History, Repo, RepoPath, Tree};
use crate::report::Hinted;

/// Asks the compiler about every workspace of the work tree that no other contains.
///
/// # Errors
/// There is no `Cargo.toml` or no cargo, or cargo fails before it compiles anything.
pub fn rust(repo: &Repo, cancel: &Cancel) -> Result<RustImports> {
    let root = repo.require_work_tree()?;
    let tree = Tree::of_work_tree(repo)?;
    let history = match repo.head()? {
        Some(head) => Cache::of(repo).history(repo, &head)?.with_uncommitted(repo, false)?,
        None => History::default(),
    };
    let folders = workspaces(&tree);
    if folders.is_empty() {
        bail!("there is no `Cargo.toml` here");
    }
    let cargo = find_program("cargo").context("there is no `cargo` on PATH")?;
    // Cargo names files by their real place.
    let real = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    let mut errors = Errors::default();
    for folder in folders {
        let place = folder.as_ref().map_or_else(|| real.clone(), |folder| folder.under(&real));
        let call = Call::new(&cargo, place)
            .args(["check", "--workspace", "--all-targets", "--message-format=json", "--keep-going"])
            .env("CARGO_TERM_COLOR", "never");
        let before = errors.len();
        let finished = watch(&call, None, cancel, &mut |line| {
            if line.source == Source::Stdout {
                errors.take(line.bytes, folder.as_ref(), &real);
            }
            None
        })?;
        if finished.stop == Some(Stop::Cancelled) {
            bail!("it was interrupted");
        }
        if !finished.success() && errors.len() == before {
            let said = finished.stderr.text();
            let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
            let hint = "see what `cargo check --all-targets` says";
            return Err(Hinted::new(format!("cargo could not check it: {}", last.trim()), hint).into());
        }
    }
    Ok(causes(&errors, &tree, &history))
}

/// The folders of manifests that stand below no other; `None` is the root.
fn workspaces(tree: &Tree) -> Vec<Option<RepoPath>> {
    let manifests: BTreeSet<Option<RepoPath>> = tree
        .entries()
        .filter(|(path, entry)| entry.tracked && path.file_name() == b"Cargo.toml")
        .map(|(path, _)| path.parent())
        .collect();
    let is_below = |one: &Option<RepoPath>, other: &Option<RepoPath>| match (one, other) {
        (Some(_), None) => true,
        (Some(one), Some(other)) => one != other && one.is_within(other),
        (None, _) => false,
    };
    let tops = manifests.iter().filter(|one| !manifests.iter().any(|other| is_below(one, other)));
    tops.cloned().collect()
}
