//! Commits some paths and nothing else: what the user staged stays staged.
//!
//! The commit is built in an index of its own and made by `git commit`, so that the user's identity, signing and message
//! settings hold. Hooks of the repository do not run, as for every other call of git.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::git::Git;
use super::{CommitId, Repo, RepoPath};
use crate::report::Hinted;

/// What git is in the middle of, by the name that stands for the other side.
const UNFINISHED: [(&str, &str); 3] =
    [("MERGE_HEAD", "merge"), ("CHERRY_PICK_HEAD", "cherry-pick"), ("REVERT_HEAD", "revert")];

impl Repo {
    /// Commits `paths` as they stand in the work tree; `None` when they stand so in HEAD already.
    ///
    /// # Errors
    /// A merge, cherry-pick or revert is in progress, which the commit would conclude; a path is ignored; git knows no
    /// identity, or cannot write its objects.
    pub fn commit_paths(&self, paths: &BTreeSet<RepoPath>, message: &str) -> Result<Option<CommitId>> {
        self.require_nothing_unfinished()?;
        let folder = TempDir::new().context("make a folder for the commit's index")?;
        let git = self.git().with_variable("GIT_INDEX_FILE", folder.path().join("index"));
        let head = self.head()?;
        if head.is_some() {
            git.read(&["read-tree", "HEAD"])?;
        }
        if let Some(path) = self.left_to_ignore(paths)?.first() {
            bail!("commit `{path}`: git ignores it");
        }
        update_index(&git, paths)?;
        let tree = git.line(&["write-tree"])?;
        if let Some(head) = &head
            && tree == git.line(&["rev-parse", &format!("{head}^{{tree}}")])?
        {
            return Ok(None);
        }
        git.answer_to(&["commit", "-q", "--cleanup=whitespace", "-F", "-"], message.as_bytes(), &[0])
            .context("commit: the files are written, and not committed")?;
        update_index(&self.git(), paths).context("bring the index up to the commit")?;
        self.head()
    }

    /// Those of `paths` that git would not add by itself: ignored here, be it by the user's own rules, and not tracked.
    ///
    /// # Errors
    /// git cannot be asked.
    pub fn left_to_ignore(&self, paths: &BTreeSet<RepoPath>) -> Result<BTreeSet<RepoPath>> {
        if paths.is_empty() {
            return Ok(BTreeSet::new());
        }
        // The command takes no literal paths; `./` keeps a leading colon from meaning anything.
        let args = ["--no-literal-pathspecs", "check-ignore", "-z", "--stdin"];
        let input: Vec<u8> = paths.iter().flat_map(|path| [b"./", path.as_bytes(), b"\0"].concat()).collect();
        let answer = self.git().answer_to(&args, &input, &[0, 1])?;
        let found = answer.stdout.split(|&byte| byte == 0).filter_map(|path| path.strip_prefix(b"./"));
        Ok(found.map(RepoPath::from_bytes).collect())
    }

    /// Makes sure that a commit would be one of its own.
    ///
    /// # Errors
    /// A merge, cherry-pick or revert is in progress: a commit would conclude it.
    pub fn require_nothing_unfinished(&self) -> Result<()> {
        for (name, what) in UNFINISHED {
            let answer = self.git().answer_to(&["rev-parse", "--verify", "--quiet", name], &[], &[])?;
            if answer.code == Some(0) {
                let hint = format!("finish the {what} first, or leave out `--commit`");
                bail!(Hinted::new(format!("a {what} is in progress"), hint));
            }
        }
        Ok(())
    }
}

/// Brings paths of an index to what stands in the work tree, gone ones included.
///
/// # Errors
/// git cannot read a file or write the index.
pub fn update_index(git: &Git, paths: &BTreeSet<RepoPath>) -> Result<()> {
    let args = ["update-index", "--add", "--remove", "-z", "--stdin"];
    git.clone().with_attributes().answer_to(&args, &records(paths), &[0])?;
    Ok(())
}

/// A file with a change that is staged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedFile {
    /// Where it lies.
    pub path: RepoPath,
    /// Whether the work tree differs from what is staged.
    pub differs: bool,
}

/// The files with a change that is staged; submodules apart.
///
/// # Errors
/// git cannot compare.
pub fn staged_files(git: &Git) -> Result<Vec<StagedFile>> {
    let args =
        ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=no", "--ignore-submodules=all"];
    let out = git.clone().with_attributes().read(&args)?;
    let records = out.split(|&byte| byte == 0).filter(|record| record.len() > 3 && record[0] != b' ');
    let file =
        |record: &[u8]| StagedFile { path: RepoPath::from_bytes(&record[3..]), differs: record[1] != b' ' };
    Ok(records.map(file).collect())
}

fn records(paths: &BTreeSet<RepoPath>) -> Vec<u8> {
    paths.iter().flat_map(|path| path.as_bytes().iter().copied().chain([0])).collect()
}
