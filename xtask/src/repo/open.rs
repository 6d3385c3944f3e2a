//! Finds and opens a repository from any folder inside it.

use std::cell::OnceCell;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use super::git::{Filters, Git, filter_setting};
use super::objects::Objects;
use super::{CommitId, RepoPath};
use crate::report::Hinted;

pub(super) mod lent;
mod revision;

use lent::Lent;
pub use lent::folders_of_objects;

/// An open repository. It cannot be shared between threads: each opens its own.
pub struct Repo {
    work_tree: Option<PathBuf>,
    git_dir: PathBuf,
    common_dir: PathBuf,
    /// `None` where libgit2 cannot read the repository; git children answer then.
    library: Option<git2::Repository>,
    /// Why libgit2 is not used.
    limit: Option<&'static str>,
    /// Known where git was asked for its settings.
    filters: Option<Filters>,
    lent: Lent,
    /// Opened when the first object is asked for.
    objects: OnceCell<Option<Objects>>,
}

impl Repo {
    /// Opens the repository around `folder`: a work tree, a linked worktree or a bare repository.
    ///
    /// # Errors
    /// There is no repository, or git refuses it (`safe.directory`, a damaged git directory).
    pub fn open(folder: &Path) -> Result<Self> {
        Self::at(locate(folder, &[])?)
    }

    /// Opens a repository that was found before in this process, without asking git again.
    ///
    /// # Errors
    /// It is no longer there, or is damaged.
    pub fn open_at(location: &Location) -> Result<Self> {
        Objects::hash_none();
        let Location { work_tree, git_dir, common_dir, limit, filters } = location.clone();
        let lent = Lent::default();
        let library = match limit {
            Some(_) => None,
            None => Some(open_owned_by_any(&git_dir).context("open the repository")?),
        };
        Ok(Self { work_tree, git_dir, common_dir, library, limit, filters, lent, objects: OnceCell::new() })
    }

    /// Where it lies, for other threads and handles.
    pub fn location(&self) -> Location {
        Location {
            work_tree: self.work_tree.clone(),
            git_dir: self.git_dir.clone(),
            common_dir: self.common_dir.clone(),
            limit: self.limit,
            filters: self.filters.clone(),
        }
    }

    fn at(folders: Folders) -> Result<Self> {
        let git = Git::new(&folders.git_dir, folders.work_tree.as_deref());
        let listing = git.answer_to(&["config", "--null", "--list", "--show-scope"], &[], &[])?;
        let limit = library_limit(&listing.stdout, &folders);
        // Half a listing says nothing of filters.
        let filters = (listing.code == Some(0)).then(|| filters_in(&listing.stdout));
        let Folders { work_tree, git_dir, common_dir } = folders;
        Self::open_at(&Location { work_tree, git_dir, common_dir, limit, filters })
    }

    /// Opens the repository that git names to a hook by `GIT_DIR` and `GIT_WORK_TREE`, else the one around `folder`.
    ///
    /// It starts no child where libgit2 can read the repository: a hook has a few milliseconds in all.
    ///
    /// # Errors
    /// As [`Repo::open`].
    pub fn open_for_hook(folder: &Path, git_dir: Option<&Path>, work_tree: Option<&Path>) -> Result<Self> {
        Objects::hash_none();
        let library = match git_dir {
            Some(git_dir) => git2::Repository::open(folder.join(git_dir)),
            None => git2::Repository::open_ext(
                folder,
                git2::RepositoryOpenFlags::empty(),
                std::iter::empty::<&OsStr>(),
            ),
        };
        let Ok(library) = library else { return Self::open_named(folder, git_dir, work_tree) };
        let own = library.workdir().map(Path::to_owned);
        let work_tree = match (work_tree, git_dir) {
            (Some(work_tree), _) => Some(folder.join(work_tree)),
            (None, None) => own,
            // git takes the current folder for the top where nothing else names it.
            (None, Some(_)) if library.is_bare() => None,
            (None, Some(_)) => own.filter(|own| folder.starts_with(own)).or_else(|| Some(folder.to_owned())),
        };
        // Components drop the slash that libgit2 leaves at the end.
        let plain = |path: &Path| path.components().collect::<PathBuf>();
        Ok(Self {
            work_tree: work_tree.as_deref().map(plain),
            git_dir: plain(library.path()),
            common_dir: plain(library.commondir()),
            library: Some(library),
            limit: None,
            filters: None,
            lent: Lent::default(),
            objects: OnceCell::new(),
        })
    }

    fn open_named(folder: &Path, git_dir: Option<&Path>, work_tree: Option<&Path>) -> Result<Self> {
        let named = [("GIT_DIR", git_dir), ("GIT_WORK_TREE", work_tree)];
        let named: Vec<_> = named.into_iter().filter_map(|(name, path)| Some((name, path?))).collect();
        Self::at(locate(folder, &named)?)
    }

    /// Makes libgit2 keep little of packs in memory: for a program that looks at a few objects and ends.
    ///
    /// # Safety
    /// libgit2 reads these settings without a lock: no other thread may use it yet.
    pub unsafe fn read_objects_lightly() {
        // SAFETY: as the caller's.
        unsafe { Objects::read_lightly() };
    }

    /// The top folder of the files; `None` in a bare repository.
    pub fn work_tree(&self) -> Option<&Path> {
        self.work_tree.as_deref()
    }

    /// The top folder of the files.
    ///
    /// # Errors
    /// The repository is bare.
    pub fn require_work_tree(&self) -> Result<&Path> {
        self.work_tree().context("the repository is bare: this needs files on disk")
    }

    /// The git directory of this worktree.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The git directory that all worktrees share.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// The git program, pointed here.
    pub fn git(&self) -> Git {
        let git = Git::new(&self.git_dir, self.work_tree.as_deref());
        self.lent.told_to(git.knowing_filters(self.filters.clone()))
    }

    /// libgit2's handle; `None` where it cannot read this repository.
    pub fn library(&self) -> Option<&git2::Repository> {
        self.library.as_ref()
    }

    /// The objects, for all readers of one thread; `None` where only the git program reads them.
    pub(super) fn objects(&self) -> Result<Option<Objects>> {
        if let Some(objects) = self.objects.get() {
            return Ok(objects.clone());
        }
        let opened = self.objects_apart()?;
        Ok(self.objects.get_or_init(|| opened).clone())
    }

    /// As [`Repo::objects`], through a handle of its own.
    pub(super) fn objects_apart(&self) -> Result<Option<Objects>> {
        match self.library {
            Some(_) => Objects::open(&self.common_dir, self.lent.folders()),
            None => Ok(None),
        }
    }

    /// What keeps libgit2 from reading this repository (`SHA-256 object names`), if anything does.
    pub fn library_limit(&self) -> Option<&'static str> {
        self.limit
    }

    /// True where objects are named by SHA-256.
    pub fn names_by_sha256(&self) -> bool {
        self.limit == Some(SHA_256)
    }

    /// The commit at HEAD; `None` when there is none yet.
    ///
    /// # Errors
    /// HEAD cannot be read.
    pub fn head(&self) -> Result<Option<CommitId>> {
        if let Some(library) = &self.library
            && let Ok(commit) = library.head().and_then(|head| head.peel_to_commit())
        {
            return Ok(CommitId::parse(&commit.id().to_string()));
        }
        let answer = self.git().answer_to(
            &["rev-parse", "--verify", "--quiet", "HEAD^{commit}"],
            &[],
            &[0, 1, 128],
        )?;
        if let Some(commit) = CommitId::parse(String::from_utf8_lossy(&answer.stdout).trim()) {
            return Ok(Some(commit));
        }
        if !self.is_unborn()? {
            bail!("HEAD names no commit that can be read; `git fsck` says what is damaged");
        }
        Ok(None)
    }

    /// True where HEAD names a branch that is not there: what a branch holds may be damaged, too.
    fn is_unborn(&self) -> Result<bool> {
        let git = self.git();
        let named = git.answer_to(&["symbolic-ref", "--quiet", "HEAD"], &[], &[0, 1, 128])?;
        let name = String::from_utf8_lossy(&named.stdout).trim().to_owned();
        if name.is_empty() || self.common_dir.join(&name).exists() {
            return Ok(false);
        }
        let args = ["for-each-ref", "--format=%(objectname)", "--end-of-options", &name];
        Ok(git.answer_to(&args, &[], &[0, 128])?.stdout.is_empty())
    }

    /// The branch at HEAD (`main`); `None` when the head is detached.
    ///
    /// # Errors
    /// HEAD cannot be read.
    pub fn branch(&self) -> Result<Option<String>> {
        let answer = self.git().answer_to(&["symbolic-ref", "--quiet", "--short", "HEAD"], &[], &[0, 1])?;
        let name = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
        Ok((!name.is_empty()).then_some(name))
    }

    /// The names of all remotes, sorted.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn remotes(&self) -> Result<Vec<String>> {
        let text = self.git().line(&["remote"])?;
        let mut names: Vec<String> = text.lines().map(str::to_owned).collect();
        names.sort();
        Ok(names)
    }

    /// True when history was cut off at a depth (`fetch-depth`), so that dates and counts cannot be known.
    ///
    /// # Errors
    /// git cannot be asked.
    pub fn is_shallow(&self) -> Result<bool> {
        match self.library {
            // What git looks at; libgit2 looks for it in the folder of a linked worktree.
            Some(_) => match self.common_dir.join("shallow").metadata() {
                Ok(meta) => Ok(meta.len() > 0),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
                Err(error) => Err(error).context("look where history is cut off"),
            },
            None => Ok(self.git().line(&["rev-parse", "--is-shallow-repository"])? == "true"),
        }
    }

    /// The commits at which history is cut off, as git keeps them; empty where it is whole.
    #[allow(clippy::disallowed_methods, reason = "`repo` reads the git directory")]
    pub(super) fn cut_off(&self) -> Vec<u8> {
        std::fs::read(self.common_dir.join("shallow")).unwrap_or_default()
    }

    /// True where contents that were not asked for yet lie with a remote alone (`git clone --filter=…`).
    pub fn is_partial(&self) -> bool {
        let Some(config) = self.library().and_then(|library| library.config().ok()) else {
            let names = r"^(extensions\.partialclone|remote\..*\.promisor)$";
            let answer = self.git().answer_to(&["config", "--get-regexp", names], &[], &[0, 1]);
            return answer.is_ok_and(|answer| !answer.stdout.is_empty());
        };
        let named = |names: &str| {
            let mut found = false;
            let asked = config.entries(Some(names)).and_then(|entries| entries.for_each(|_| found = true));
            asked.is_ok() && found
        };
        named("^extensions\\.partialclone$") || named("^remote\\..*\\.promisor$")
    }

    /// Files that differ from HEAD, or that git neither tracks nor ignores; sorted. What lies in a virtual environment
    /// of Python's is nobody's work and left out.
    ///
    /// # Errors
    /// The index or the work tree cannot be read.
    pub fn uncommitted(&self) -> Result<Vec<RepoPath>> {
        self.asking_for_uncommitted()()
    }

    /// [`Repo::uncommitted`], to be asked on another thread.
    pub fn asking_for_uncommitted(&self) -> impl FnOnce() -> Result<Vec<RepoPath>> + Send + use<> {
        let git = self.work_tree.is_some().then(|| self.git());
        move || git.map_or(Ok(Vec::new()), |git| uncommitted(&git.without_filters()?))
    }

    /// What is not committed yet, as a commit would see it: the content filters that git's configuration names are run, as the commit
    /// runs them. Without them every file that passes one and was touched differs.
    ///
    /// # Errors
    /// As [`Repo::uncommitted`].
    pub fn uncommitted_by_filters(&self) -> Result<Vec<RepoPath>> {
        if self.work_tree.is_some() { uncommitted(&self.git().with_attributes()) } else { Ok(Vec::new()) }
    }
}

fn uncommitted(git: &Git) -> Result<Vec<RepoPath>> {
    let args = [
        "status",
        "--porcelain=v1",
        "-z",
        "--no-renames",
        "--untracked-files=all",
        "--ignore-submodules=all",
    ];
    let out = git.read(&args)?;
    let records = out.split(|&byte| byte == 0).filter(|record| record.len() > 3);
    let (new, mut paths): (Vec<_>, Vec<_>) = records
        .map(|record| (record.starts_with(b"??"), RepoPath::from_bytes(&record[3..])))
        .partition(|(is_new, _)| *is_new);
    let marks = new.iter().filter(|(_, path)| path.file_name() == b"pyvenv.cfg");
    let environments: Vec<RepoPath> = marks.filter_map(|(_, path)| path.parent()).collect();
    let is_foreign = |path: &RepoPath| environments.iter().any(|folder| path.is_within(folder));
    paths.extend(new.iter().filter(|(_, path)| !is_foreign(path)).cloned());
    let mut paths: Vec<RepoPath> = paths.into_iter().map(|(_, path)| path).collect();
    paths.sort();
    // A file taken out of the index and left on disk is listed as removed and as untracked.
    paths.dedup();
    Ok(paths)
}

/// Where a repository lies, and what is known of how to read it: what [`Repo::open`] asks git for.
#[derive(Clone, Debug)]
pub struct Location {
    work_tree: Option<PathBuf>,
    git_dir: PathBuf,
    common_dir: PathBuf,
    limit: Option<&'static str>,
    filters: Option<Filters>,
}

#[derive(Debug)]
struct Folders {
    work_tree: Option<PathBuf>,
    git_dir: PathBuf,
    common_dir: PathBuf,
}

/// Opens a repository of which git said before that it may be read. libgit2 looks for `safe.directory` in the user's own
/// file alone, and git in all that it reads for the machine, the user and the command.
fn open_owned_by_any(git_dir: &Path) -> Result<git2::Repository, git2::Error> {
    match git2::Repository::open(git_dir) {
        Err(error) if error.code() == git2::ErrorCode::Owner => {
            // SAFETY: libgit2 reads this setting without a lock; a process opens its first repository, which meets this
            // error, before it starts threads.
            unsafe { git2::opts::set_verify_owner_validation(false)? };
            git2::Repository::open(git_dir)
        }
        opened => opened,
    }
}

/// Asks git, so that `safe.directory`, `.git` files and linked worktrees mean what they mean to git.
fn locate(folder: &Path, named: &[(&str, &Path)]) -> Result<Folders> {
    if !folder.is_dir() {
        bail!("`{}` is not a folder", folder.display());
    }
    let shell = Shell::new().context("start git")?;
    shell.change_dir(folder);
    let ask = |args: &[&str]| -> Result<std::process::Output> {
        let trusted = Git::trusted();
        let mut command =
            cmd!(shell, "git").quiet().ignore_status().args(trusted).args(args).env("LC_ALL", "C");
        for name in Git::cleared_variables() {
            command = command.env_remove(name);
        }
        for (name, value) in named {
            command = command.env(name, value);
        }
        command.output().context("start git: is it installed and on PATH?")
    };
    // Where there is no work tree git answers all but the last, and fails.
    let output = ask(&[
        "rev-parse",
        "--path-format=absolute",
        "--git-dir",
        "--git-common-dir",
        "--is-bare-repository",
        "--show-toplevel",
    ])?;
    if output.stdout.is_empty() {
        return Err(refusal(&output.stderr).into());
    }
    folders(&output.stdout, output.status.success())
}

/// Where a repository is, by git's answer.
fn folders(answer: &[u8], has_all: bool) -> Result<Folders> {
    // An option that it does not know `git rev-parse` gives back.
    if answer.starts_with(b"--path-format") {
        return Err(Hinted::new("this git is too old for the tool", "git 2.39 or newer is needed").into());
    }
    let mut lines = answer.splitn(4, |&byte| byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let (git_dir, common_dir, bare, top) = (line(), line(), line(), line());
    if !matches!(bare, b"true" | b"false") {
        bail!("the repository's path holds a line break, which git's answer cannot carry");
    }
    let path = |bytes: &[u8]| PathBuf::from(OsStr::from_bytes(bytes));
    let (git_dir, common_dir) = (path(git_dir), path(common_dir));
    let top = top.strip_suffix(b"\n").unwrap_or(top);
    let has_work_tree = bare == b"false" && has_all && !top.is_empty();
    let work_tree = has_work_tree.then(|| path(top));
    Ok(Folders { work_tree, git_dir, common_dir })
}

/// git's own words, and what to do about the two that people meet.
fn refusal(stderr: &[u8]) -> Hinted {
    let text = String::from_utf8_lossy(stderr).trim().replace("fatal: ", "");
    let message = text.lines().next().unwrap_or("git does not know this repository").to_owned();
    let hint = if text.contains("safe.directory") {
        "it belongs to another user; if you trust it, run the `git config` line that git names: git status"
    } else {
        "run it inside a repository, or name one with `--repo DIR`"
    };
    Hinted::new(message, hint)
}

/// What libgit2 cannot read, as it is told.
const SHA_256: &str = "SHA-256 object names";

/// Why libgit2 cannot read a repository, by git's list of settings with the scope of each: sparse checkouts keep theirs
/// in the worktree's own file.
fn library_limit(listing: &[u8], folders: &Folders) -> Option<&'static str> {
    let text = String::from_utf8_lossy(listing).to_lowercase();
    let fields: Vec<&str> = text.split('\0').collect();
    let own = |scope: &str| matches!(scope, "local" | "worktree");
    let has = |key: &str, value: &str| {
        let wanted = format!("{key}\n{value}");
        fields.chunks_exact(2).any(|entry| own(entry[0]) && entry[1] == wanted)
    };
    if has("extensions.objectformat", "sha256") {
        return Some(SHA_256);
    }
    if has("extensions.refstorage", "reftable") {
        return Some("the reftable ref store");
    }
    if has("core.sparsecheckout", "true") && has("index.sparse", "true") {
        return Some("a sparse index");
    }
    if folders.git_dir.join("index").is_file() && has_split_index(&folders.git_dir) {
        return Some("a split index");
    }
    None
}

/// The settings of filters in git's list of settings with the scope of each.
fn filters_in(listing: &[u8]) -> Filters {
    let fields: Vec<&[u8]> = listing.split(|&byte| byte == 0).collect();
    let settings = fields.chunks_exact(2).map(|entry| entry[1]);
    let names = settings.map(|setting| setting.split(|&byte| byte == b'\n').next().unwrap_or_default());
    names.filter_map(filter_setting).collect()
}

#[allow(clippy::disallowed_methods, reason = "`repo` reads the git directory")]
fn has_split_index(git_dir: &Path) -> bool {
    std::fs::read_dir(git_dir)
        .map(|entries| {
            entries.flatten().any(|entry| entry.file_name().as_encoded_bytes().starts_with(b"sharedindex."))
        })
        .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_git_that_gives_back_an_option_is_too_old() {
        let error = folders(b"--path-format=absolute\n.git\n.git\nfalse\n/here\n", true).unwrap_err();
        assert_eq!(error.to_string(), "this git is too old for the tool");
        let known = folders(b"/here/.git\n/here/.git\nfalse\n/here\n", true).unwrap();
        assert_eq!(known.work_tree, Some(PathBuf::from("/here")));
    }
}
