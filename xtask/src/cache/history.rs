//! The history of all paths, kept by the commit that it ends at.

use anyhow::Result;

use super::Cache;
use crate::repo::{CommitId, History, Repo};

/// Changes with the form of what is kept: the answer of `git log` as it is.
const VERSION: u32 = 1;

/// Under this stands the commit whose history was kept last.
const NEWEST: &[u8] = b"newest";

impl Cache {
    /// The history up to `tip`: one walk the first time, one file read after that, and for commits that continue what
    /// is kept a walk over these alone.
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
        let (history, log) = match self.continued(repo, tip) {
            Some(continued) => continued,
            None => History::walk(repo, tip)?,
        };
        if history.unknown.is_none() && history.exact_renames_only.is_none() {
            self.put("history", VERSION, key, &log);
            self.put("history", VERSION, NEWEST, key);
        }
        Ok(history)
    }

    /// The log that was kept last, with the new commits before it.
    fn continued(&self, repo: &Repo, tip: &CommitId) -> Option<(History, Vec<u8>)> {
        if repo.is_shallow().ok()? {
            return None;
        }
        let newest = self.get("history", VERSION, NEWEST)?;
        let newest = CommitId::parse(std::str::from_utf8(&newest).ok()?)?;
        let kept = self.get("history", VERSION, newest.as_str().as_bytes())?;
        // What cannot be continued is walked, and an error is then told.
        let mut log = History::log_since(repo, &newest, tip).ok()??;
        log.extend(kept);
        Some((History::read(&log).ok()?, log))
    }
}
