//! Answers of git that stay as they are: about commits that the question names by their full ids.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use anyhow::Result;

use super::Cache;
use crate::repo::Repo;
use crate::repo::git::Git;

/// Changes with the settings that git is started with.
const VERSION: u32 = 1;

/// Asks git, and remembers.
#[derive(Debug)]
pub struct Answers {
    git: Git,
    cache: Cache,
}

impl Answers {
    /// Of one repository. Nothing is remembered where a later fetch changes answers: where history is cut off, or
    /// contents are missing.
    pub fn of(repo: &Repo) -> Self {
        let is_whole = repo.is_shallow().is_ok_and(|shallow| !shallow) && !repo.is_partial();
        let cache = if is_whole { Cache::of(repo) } else { Cache::disabled() };
        Self { git: repo.git(), cache }
    }

    /// What git prints for these arguments, which name every commit by its full id.
    ///
    /// # Errors
    /// git fails; that is not remembered.
    pub fn read<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Vec<u8>> {
        let args: Vec<&OsStr> = args.iter().map(AsRef::as_ref).collect();
        let key = args.join(OsStr::new("\0"));
        let key = key.as_bytes();
        if let Some(known) = self.cache.get("answer", VERSION, key) {
            return Ok(known);
        }
        let answer = self.git.read(&args)?;
        self.cache.put("answer", VERSION, key, &answer);
        Ok(answer)
    }
}
