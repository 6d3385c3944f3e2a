//! Commits some paths and nothing else: what the user staged stays staged.
//!
//! The commit is built in an index of its own and made by `git commit`, so that the user's identity, signing and message
//! settings hold. Hooks of the repository do not run, as for every other call of git.

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::git::Git;
use super::{CommitId, Repo, RepoPath};

impl Repo {
    /// Commits `paths` as they stand in the work tree; `None` when they stand so in HEAD already.
    ///
    /// # Errors
    /// There is no commit yet, git knows no identity, or it cannot write its objects.
    pub fn commit_paths(&self, paths: &[RepoPath], message: &str) -> Result<Option<CommitId>> {
        let head = self.head()?.context("commit: there is no commit yet")?;
        let folder = TempDir::new().context("make a folder for the commit's index")?;
        let git = self.git().with_variable("GIT_INDEX_FILE", folder.path().join("index"));
        git.read(&["read-tree", "HEAD"])?;
        update_index(&git, paths)?;
        let tree = git.line(&["write-tree"])?;
        if tree == git.line(&["rev-parse", &format!("{head}^{{tree}}")])? {
            return Ok(None);
        }
        git.answer_to(&["commit", "-q", "--cleanup=whitespace", "-F", "-"], message.as_bytes(), &[0])
            .context("commit: the files are written, and not committed")?;
        update_index(&self.git(), paths).context("bring the index up to the commit")?;
        self.head()
    }
}

fn update_index(git: &Git, paths: &[RepoPath]) -> Result<()> {
    let input: Vec<u8> = paths.iter().flat_map(|path| path.as_bytes().iter().copied().chain([0])).collect();
    git.answer_to(&["update-index", "--add", "--remove", "-z", "--stdin"], &input, &[0])?;
    Ok(())
}
