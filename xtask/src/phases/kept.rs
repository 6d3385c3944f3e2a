//! Results that later commands read, under `<common-dir>/xtask/results/`.

#![allow(clippy::disallowed_methods, reason = "the results are the phases' own files")]

use anyhow::{Context, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::change;
use crate::repo::Repo;

/// How long suites and tests took.
pub const DURATIONS: &str = "results/durations.json";
/// The result of phase 2.
pub const PHASE2: &str = "results/phase2.json";
/// What phase 3 did last.
pub const PHASE3: &str = "results/phase3.json";
/// What `all` finished.
pub const ALL: &str = "results/all.json";
/// What the phases took.
pub const TIMES: &str = "results/times.json";

/// Keeps a result in place of the one before.
///
/// # Errors
/// It cannot be written.
pub fn write(repo: &Repo, path: &str, value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_vec(value).context("write the result as JSON")?;
    change::write_result(repo, path, &text)?;
    Ok(())
}

/// Where a result lies, from the top of the work tree if it is below that.
pub fn shown(repo: &Repo, path: &str) -> String {
    let place = repo.common_dir().join("xtask").join(path);
    let below = repo.work_tree().and_then(|root| place.strip_prefix(root).ok());
    below.unwrap_or(&place).display().to_string()
}

/// Reads a result; `None` when there is none, or when another version of the tool wrote what this one cannot read.
pub fn read<T: DeserializeOwned>(repo: &Repo, path: &str) -> Option<T> {
    let bytes = std::fs::read(repo.common_dir().join("xtask").join(path)).ok()?;
    serde_json::from_slice(&bytes).ok()
}
