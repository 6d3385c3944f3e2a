//! Runs `cargo check` on the merged tree, in a temporary folder: only on request, since build scripts are programs of
//! the repository.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::super::build::{self, Build, BuildError, Said};
use super::super::model::Merge;
use super::core::Core;
use crate::process::{self, Call, Cancel, Finished, Interrupted, Progress, Source, Stop, find_program};
use crate::repo::git::Git;
use crate::repo::{CommitId, RepoPath, Scratch};

/// Checks the merged tree and, where it fails, the fork's own, so that only what the merge breaks is told.
pub(super) fn check(
    scratch: &Scratch,
    core: &Core,
    [fork, upstream]: [&CommitId; 2],
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Build> {
    let Some((merge, tree)) = core.merge.as_ref().and_then(|merge| Some((merge, merge.tree.as_ref()?)))
    else {
        return Ok(Build::unknown("there is no merged tree"));
    };
    if let Some(path) = in_the_way(merge) {
        return Ok(Build::unknown(format!("`{path}` conflicts, so there is nothing that could compile yet")));
    }
    let Some(cargo) = find_program("cargo") else { return Ok(Build::unknown("there is no `cargo` on PATH")) };
    let target = process::Scratch::new()?;
    let checker = Checker { scratch, cargo, target: target.path(), cancel };
    let merged = checker.checkout(tree)?;
    let places = build::workspaces(&checker.manifests(tree)?);
    if places.is_empty() {
        return Ok(Build::unknown("the merged tree has no `Cargo.toml`"));
    }
    progress.step("checking the merged tree with cargo, which runs its build scripts".to_owned());
    let mut errors = BTreeSet::new();
    let mut failed = BTreeSet::new();
    for place in &places {
        let (finished, found) = checker.run(merged.path(), place)?;
        if !finished.success() && found.is_empty() {
            return Ok(Build::unknown(format!("cargo could not check it: {}", last_words(&finished))));
        }
        if !finished.success() {
            failed.insert(place);
        }
        errors.extend(found);
    }
    if failed.is_empty() {
        return Ok(Build { sound: Some(true), ..Build::default() });
    }
    progress.step("checking the fork's own tree with cargo".to_owned());
    let forks = checker.checkout(fork.as_str())?;
    let mut own = BTreeSet::new();
    for place in failed {
        if manifest(&forks, place).is_file() {
            own.extend(checker.run(forks.path(), place)?.1);
        }
    }
    let (new, in_fork_too) = build::new_errors(errors, &own);
    let cause = Cause { git: scratch.git(), core, fork, upstream };
    let errors = new.into_iter().map(|error| cause.of(error)).collect::<Result<Vec<_>>>()?;
    Ok(Build { sound: Some(errors.is_empty()), why: None, errors, in_fork_too })
}

fn manifest(folder: &process::Scratch, place: &RepoPath) -> PathBuf {
    folder.path().join(OsStr::from_bytes(place.as_bytes())).join("Cargo.toml")
}

/// The first conflicted path that the compiler would read.
fn in_the_way(merge: &Merge) -> Option<String> {
    let is_read = |path: &str| {
        path.ends_with(".rs") || ["Cargo.toml", "Cargo.lock"].iter().any(|name| path.ends_with(name))
    };
    merge.conflicts.iter().map(|conflict| conflict.path.to_string()).find(|path| is_read(path))
}

/// cargo's last line that says something.
fn last_words(finished: &Finished) -> String {
    let said = finished.stderr.text();
    let lines = said.lines().map(str::trim);
    let first_error = lines.clone().find(|line| line.starts_with("error"));
    first_error.or_else(|| lines.rev().find(|line| !line.is_empty())).unwrap_or("it said nothing").to_owned()
}

struct Checker<'a> {
    scratch: &'a Scratch,
    cargo: PathBuf,
    target: &'a Path,
    cancel: &'a Cancel,
}

impl Checker<'_> {
    /// Lays a tree out in a folder of its own. No filter runs: the throwaway repository configures none.
    fn checkout(&self, tree: &str) -> Result<process::Scratch> {
        let folder = process::Scratch::new()?;
        let git = self.scratch.git().clone();
        let git = git
            .with_variable("GIT_INDEX_FILE", self.scratch.git_dir().join(format!("{tree}.index")))
            .with_variable("GIT_WORK_TREE", folder.path());
        git.read(&["read-tree", tree]).context("read the tree that is to be checked")?;
        git.read(&["checkout-index", "--all", "--force"])
            .context("lay out the tree that is to be checked")?;
        Ok(folder)
    }

    /// Every manifest of a tree.
    fn manifests(&self, tree: &str) -> Result<Vec<RepoPath>> {
        let listing = self.scratch.git().read(&["ls-tree", "-r", "-z", "--name-only", tree])?;
        let paths = listing.split(|&byte| byte == 0).map(RepoPath::from_bytes);
        Ok(paths.filter(|path| path.file_name() == b"Cargo.toml").collect())
    }

    /// Nothing is fetched: what cargo has not got yet is an error that says so.
    fn run(&self, top: &Path, place: &RepoPath) -> Result<(Finished, BTreeSet<Said>)> {
        let mut call = Call::new(&self.cargo, top.join(OsStr::from_bytes(place.as_bytes())))
            .args([
                "check",
                "--workspace",
                "--all-targets",
                "--keep-going",
                "--offline",
                "--message-format=json",
            ])
            .env("CARGO_TERM_COLOR", "never")
            .env("CARGO_TARGET_DIR", self.target)
            .env("RUSTUP_AUTO_INSTALL", "0");
        call.unset = Git::cleared_variables().iter().map(Into::into).collect();
        let mut errors = BTreeSet::new();
        let finished = process::watch(&call, None, self.cancel, &mut |line| {
            if line.source == Source::Stdout {
                build::take(line.bytes, &mut errors);
            }
            None
        })?;
        if finished.stop == Some(Stop::Cancelled) {
            return Err(Interrupted.into());
        }
        Ok((finished, errors.into_iter().map(|said| said.below(place)).collect()))
    }
}

/// Finds the upstream commit behind an error.
struct Cause<'a> {
    git: &'a Git,
    core: &'a Core,
    fork: &'a CommitId,
    upstream: &'a CommitId,
}

impl Cause<'_> {
    fn of(&self, said: Said) -> Result<BuildError> {
        let mut commit = None;
        for name in said.names() {
            commit = self.counting(&name)?;
            if commit.is_some() {
                break;
            }
        }
        let commit = commit.or_else(|| self.touching(&said));
        Ok(BuildError { path: said.path, line: said.line, code: said.code, message: said.message, commit })
    }

    /// The newest of upstream's commits that changed how often a name stands in the files.
    fn counting(&self, name: &str) -> Result<Option<CommitId>> {
        let search = format!("-S{name}");
        let not = format!("^{}", self.fork);
        let args = ["log", "--max-count=1", "--format=%H", &search, self.upstream.as_str(), &not, "--"];
        Ok(CommitId::parse(&self.git.line(&args)?))
    }

    /// The newest of upstream's commits that touched a file that the compiler points at.
    fn touching(&self, said: &Said) -> Option<CommitId> {
        let touched = self.core.upstream_touched.as_ref()?;
        let newest = |path: &RepoPath| {
            let found = touched.iter().find(|(_, entries)| entries.iter().any(|entry| entry.to == *path));
            found.map(|(id, _)| id.clone())
        };
        said.about.iter().find_map(newest).or_else(|| newest(&said.path))
    }
}
