//! What a revision names. libgit2 answers for plain names, which need no child; git itself for everything else.

use anyhow::{Result, anyhow};
use git2::{Oid, Reference};

use super::Repo;
use crate::repo::CommitId;

/// A commit and, where the revision names a ref, that ref.
struct Named {
    commit: CommitId,
    full_name: Option<String>,
}

impl Repo {
    /// The commit that a revision names.
    ///
    /// # Errors
    /// It names no commit of this repository.
    pub fn resolve(&self, revision: &str) -> Result<CommitId> {
        if let Some(named) = self.plain(revision) {
            return Ok(named.commit);
        }
        let wanted = format!("{revision}^{{commit}}");
        let args = ["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted];
        let answer = self.git().answer_to(&args, &[], &[])?;
        let text = String::from_utf8_lossy(&answer.stdout).into_owned();
        // Before git 2.43 `rev-parse --verify` echoes `--end-of-options` on a line of its own.
        let id = text.lines().last().and_then(|line| CommitId::parse(line.trim()));
        id.ok_or_else(|| anyhow!("`{revision}` names no commit of this repository"))
    }

    /// The ref that a revision means (`refs/heads/main` of `main`), or the revision itself where it means none.
    ///
    /// # Errors
    /// git cannot be started.
    pub fn full_name(&self, revision: &str) -> Result<String> {
        if let Some(named) = self.plain(revision) {
            return Ok(named.full_name.unwrap_or_else(|| revision.to_owned()));
        }
        let args = ["rev-parse", "--symbolic-full-name", "--end-of-options", revision];
        let answer = self.git().answer_to(&args, &[], &[])?;
        let full = String::from_utf8_lossy(&answer.stdout).lines().last().unwrap_or_default().to_owned();
        Ok(if full.starts_with("refs/") { full } else { revision.to_owned() })
    }

    /// A full id or the name of a ref, looked up in git's order; `None` where git has to be asked.
    fn plain(&self, revision: &str) -> Option<Named> {
        let library = self.library()?;
        let named = |commit: git2::Commit<'_>, full_name: Option<String>| {
            let commit = CommitId::parse(&commit.id().to_string())?;
            Some(Named { commit, full_name })
        };
        if CommitId::parse(revision).is_some() {
            let object = library.find_object(Oid::from_str(revision).ok()?, None).ok()?;
            return named(object.peel_to_commit().ok()?, None);
        }
        // `@` is short for HEAD; what a ref's name may not hold has a meaning of its own.
        let is_name = Reference::is_valid_name(&format!("refs/heads/{revision}"));
        if !is_name || revision == "@" || revision.starts_with('-') {
            return None;
        }
        let reference = library.resolve_reference_from_short_name(revision).ok()?.resolve().ok()?;
        let full_name = reference.name().ok().filter(|name| name.starts_with("refs/")).map(str::to_owned);
        named(reference.peel_to_commit().ok()?, full_name)
    }
}
