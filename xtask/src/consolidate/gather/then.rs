//! Reads the notes of an earlier commit, to be compared with those of now.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::{Gathered, read};
use crate::cache::Cache;
use crate::config::Depth;
use crate::consolidate::Options;
use crate::process::Progress;
use crate::repo::{CommitId, Repo, RepoPath};

/// What was read of an earlier commit.
pub(in crate::consolidate) struct Then {
    pub(in crate::consolidate) commit: String,
    /// Its committer date.
    pub(in crate::consolidate) date: String,
    pub(in crate::consolidate) gathered: Gathered,
    /// Where paths of then stand now, as history knows it.
    pub(in crate::consolidate) renames: BTreeMap<RepoPath, RepoPath>,
}

/// Reads the notes of `revision` as [`read`] reads those of now.
pub(in crate::consolidate) fn then(
    repo: &Repo,
    options: &Options,
    revision: &str,
    now: &Gathered,
    progress: &Progress,
) -> Result<Option<Then>> {
    let commit = repo.resolve(revision)?;
    let date = repo.git().line(&["log", "-1", "--format=%cI", "--end-of-options", commit.as_str()])?;
    let options = Options { at: Some(commit.as_str().to_owned()), since: None, ..options.clone() };
    progress.step(format!("reading notes of {}", &commit.as_str()[..9]));
    let Some(gathered) = read(repo, &options, progress)? else { return Ok(None) };
    let renames = renames(repo, &options, &gathered, now)?;
    Ok(Some(Then { commit: commit.as_str().to_owned(), date, gathered, renames }))
}

/// Where the notes of then that are gone were moved to.
fn renames(
    repo: &Repo,
    options: &Options,
    then: &Gathered,
    now: &Gathered,
) -> Result<BTreeMap<RepoPath, RepoPath>> {
    let gone = then.notes.iter().map(|note| &note.path).filter(|path| !now.paths.contains(*path));
    let gone: Vec<&RepoPath> = gone.collect();
    if gone.is_empty() || options.depth == Depth::Quick {
        return Ok(BTreeMap::new());
    }
    let tip = match &now.read_at {
        Some(commit) => Some(CommitId::parse(commit).context("read the name of a commit")?),
        None => repo.head()?,
    };
    let Some(tip) = tip else { return Ok(BTreeMap::new()) };
    let history = Cache::of(repo).history(repo, &tip)?;
    let moved = gone.into_iter().filter_map(|path| Some((path.clone(), history.moved_to(path)?.to.clone())));
    Ok(moved.collect())
}
