//! The history of all paths, kept by the commit that it ends at.

use anyhow::Result;

use super::Cache;
use crate::repo::{CommitId, History, Repo};

/// Changes with the form of what is kept: the answer of `git log` as it is.
const VERSION: u32 = 1;

impl Cache {
    /// The history up to `tip`: one walk the first time, one file read after that.
    ///
    /// What is not known in full (a shallow clone, missing contents) is not kept: a later fetch changes it.
    ///
    /// # Errors
    /// As [`History::of`].
    pub fn history(&self, repo: &Repo, tip: &CommitId) -> Result<History> {
        let key = tip.as_str().as_bytes();
        let kept = if repo.is_shallow()? { None } else { self.get("history", VERSION, key) };
        if let Some(log) = kept
            && let Ok(history) = History::read(&log)
        {
            return Ok(history);
        }
        let (history, log) = History::walk(repo, tip)?;
        if history.unknown.is_none() && history.exact_renames_only.is_none() {
            self.put("history", VERSION, key, &log);
        }
        Ok(history)
    }
}
