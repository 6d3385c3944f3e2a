//! The history of all paths, kept by the commit that it ends at.

use anyhow::Result;

use super::Cache;
use crate::pack::Pack;
use crate::repo::{CommitId, History, Repo};

/// Changes with the form of what is kept, and with what is seen in a commit.
const VERSION: u32 = 3;

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
        let is_whole = !repo.is_shallow()?;
        if is_whole && let Some(kept) = self.kept(tip) {
            return Ok(kept);
        }
        let continued = if is_whole { self.continued(repo, tip) } else { None };
        let history = match continued {
            Some(continued) => continued,
            None => History::of(repo, tip)?,
        };
        if history.unknown.is_none() && history.exact_renames_only.is_none() {
            self.put("history", VERSION, tip.as_str().as_bytes(), &history.packed());
            self.put("history", VERSION, NEWEST, tip.as_str().as_bytes());
        }
        Ok(history)
    }

    fn kept(&self, tip: &CommitId) -> Option<History> {
        let mut history = History::of_packed(&self.get("history", VERSION, tip.as_str().as_bytes())?)?;
        history.key = Some(tip.as_str().as_bytes().to_vec());
        Some(history)
    }

    /// The history that was kept last, with the new commits on top.
    fn continued(&self, repo: &Repo, tip: &CommitId) -> Option<History> {
        let newest = self.get("history", VERSION, NEWEST)?;
        let newest = CommitId::parse(std::str::from_utf8(&newest).ok()?)?;
        // What cannot be continued is walked, and an error is then told.
        self.kept(&newest)?.continued(repo, &newest, tip).ok()?
    }
}
