//! What the next commit changes: the index against the tree of a commit, without a walk over what stayed.
//!
//! git keeps in the index the tree id that each folder had when it was last computed. A folder whose id equals that
//! of the commit's tree holds no change and is passed over. Where the index is of a form that is not read here, the
//! git program answers with the same result.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow, bail};

use super::git::Git;
use super::index::{Index, IndexEntry, Parsed};
use super::{BlobId, Blobs, CommitId, EntryKind, History, Repo, RepoPath};

/// One state of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct State {
    /// What it is.
    pub kind: EntryKind,
    /// The content's name.
    pub id: BlobId,
}

/// A path that the next commit changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StagedChange {
    /// The path.
    pub path: RepoPath,
    /// As the commit holds it; `None` when it is new.
    pub before: Option<State>,
    /// As the index holds it; `None` when it is removed.
    pub after: Option<State>,
}

/// What the index says against one tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Changed paths, sorted.
    pub changes: Vec<StagedChange>,
    /// Paths that are not merged yet, sorted; git refuses to commit while there are any.
    pub unmerged: Vec<RepoPath>,
}

/// The index that the next commit is made from.
#[derive(Debug)]
pub struct Staged {
    source: Source,
    git: Git,
    /// The texts of git's attributes one behind another, once somebody asked for them.
    attributes: OnceLock<Vec<u8>>,
}

#[derive(Debug)]
enum Source {
    Direct(Index),
    Git(&'static str),
}

impl Staged {
    /// Reads the index: the file that git names to a hook (`GIT_INDEX_FILE`), or the repository's own.
    ///
    /// # Errors
    /// The file cannot be read, or is damaged.
    pub fn open(repo: &Repo, named: Option<&Path>) -> Result<Self> {
        let file = named.map_or_else(|| repo.git_dir().join("index"), Path::to_owned);
        let file = std::path::absolute(&file).context("read the current folder")?;
        let git = repo.git().with_variable("GIT_INDEX_FILE", &file);
        let source = match repo.library() {
            None => Source::Git(repo.library_limit().unwrap_or("a repository that only git reads")),
            Some(_) => {
                match Index::parse(read(&file)?).with_context(|| format!("read `{}`", file.display()))? {
                    Parsed::Whole(index) => Source::Direct(index),
                    Parsed::Other(why) => Source::Git(why),
                }
            }
        };
        Ok(Self { source, git, attributes: OnceLock::new() })
    }

    /// The git program, pointed at this index.
    pub fn git(&self) -> &Git {
        &self.git
    }

    /// Why the git program answers instead of the reader here; `None` when it does not.
    pub fn answered_by_git(&self) -> Option<&'static str> {
        match self.source {
            Source::Direct(_) => None,
            Source::Git(why) => Some(why),
        }
    }

    /// Compares with the tree of a commit; `None` compares with no files at all.
    ///
    /// # Errors
    /// The index is damaged, or an object is missing.
    pub fn changes(&self, repo: &Repo, commit: Option<&str>) -> Result<Changes> {
        match (&self.source, repo.objects()?) {
            (Source::Direct(index), Some(objects)) => super::compared::with_commit(index, &objects, commit),
            _ => self.changes_by_git(commit),
        }
    }

    /// What stands at a path that the next commit holds.
    ///
    /// # Errors
    /// The index is damaged, or git cannot list it.
    pub fn find(&self, path: &[u8]) -> Result<Option<State>> {
        if let Source::Direct(index) = &self.source {
            return index.find(path);
        }
        let mut found = None;
        self.each(|entry| {
            if entry.path == path {
                found = entry.state();
            }
        })?;
        Ok(found)
    }

    /// The paths whose conflicts were settled since the last commit: git notes them for `git checkout -m`.
    ///
    /// # Errors
    /// git cannot list them.
    pub fn settled(&self) -> Result<BTreeSet<RepoPath>> {
        if let Source::Direct(index) = &self.source {
            return Ok(index.settled().iter().cloned().collect());
        }
        let listing = self.git.read(&["ls-files", "-z", "--resolve-undo"])?;
        let records = listing.split(|&byte| byte == 0);
        let path =
            |record: &[u8]| memchr::memchr(b'\t', record).map(|tab| RepoPath::from_bytes(&record[tab + 1..]));
        Ok(records.filter_map(path).collect())
    }

    /// The texts of all files of attributes, those of the repository alone (`info/attributes`) too.
    fn attributes(&self, repo: &Repo) -> Result<&[u8]> {
        if let Some(texts) = self.attributes.get() {
            return Ok(texts);
        }
        let mut texts = read(&repo.common_dir().join("info/attributes"))?;
        let files = self.attribute_files()?;
        if !files.is_empty() {
            Blobs::of(repo)?.each(&files.iter().collect::<Vec<_>>(), |_, bytes| {
                texts.push(b'\n');
                texts.extend_from_slice(bytes);
            })?;
        }
        Ok(self.attributes.get_or_init(|| texts))
    }

    fn attribute_files(&self) -> Result<Vec<BlobId>> {
        if let Source::Direct(index) = &self.source {
            return Ok(index.attributes().to_vec());
        }
        let mut files = Vec::new();
        self.each(|entry| {
            if entry.path == b".gitattributes" || entry.path.ends_with(b"/.gitattributes") {
                files.extend(entry.blob());
            }
        })?;
        Ok(files)
    }

    /// Calls `visit` for each entry that the next commit holds, sorted by path.
    ///
    /// # Errors
    /// The index is damaged, or git cannot list it.
    pub fn each(&self, mut visit: impl FnMut(IndexEntry<'_>)) -> Result<()> {
        match &self.source {
            Source::Direct(index) => index.each(|entry| {
                if entry.is_committed() {
                    visit(entry);
                }
            }),
            Source::Git(_) => {
                let listing = self.git.read(&["ls-files", "-z", "--stage", "--debug"])?;
                listed(&listing, &mut |entry| {
                    if entry.is_committed() {
                        visit(entry);
                    }
                })
            }
        }
    }

    /// The same index, answered by the git program.
    #[cfg(test)]
    pub(super) fn by_git(&self) -> Self {
        Self { source: Source::Git("a test"), git: self.git.clone(), attributes: OnceLock::new() }
    }

    /// What the commit descends from: HEAD, unless it is the first, then what is merged into it.
    ///
    /// # Errors
    /// HEAD or `MERGE_HEAD` cannot be read.
    pub fn parents(&self, repo: &Repo) -> Result<Vec<CommitId>> {
        let head = match repo.library() {
            Some(library) => match library.refname_to_id("HEAD") {
                Ok(id) => CommitId::parse(&id.to_string()),
                Err(error) if error.code() == git2::ErrorCode::NotFound => None,
                Err(_) => repo.head()?,
            },
            None => repo.head()?,
        };
        let merged = read(&repo.git_dir().join("MERGE_HEAD"))?;
        let merged = String::from_utf8_lossy(&merged).into_owned();
        Ok(head.into_iter().chain(merged.lines().filter_map(|line| CommitId::parse(line.trim()))).collect())
    }

    /// The values that git's attributes give to `name`, by path, for those of these paths that have one; git is asked
    /// only where its attributes hold `word`.
    ///
    /// # Errors
    /// The attributes cannot be read.
    pub fn attribute(
        &self,
        repo: &Repo,
        (name, word): (&str, &str),
        paths: &BTreeSet<RepoPath>,
    ) -> Result<BTreeMap<RepoPath, String>> {
        if paths.is_empty() || memchr::memmem::find(self.attributes(repo)?, word.as_bytes()).is_none() {
            return Ok(BTreeMap::new());
        }
        let mut input = Vec::new();
        for path in paths {
            input.extend_from_slice(path.as_bytes());
            input.push(0);
        }
        let answer = self.git.answer_to(&["check-attr", "--cached", "-z", "--stdin", name], &input, &[0])?;
        let fields: Vec<&[u8]> = answer.stdout.split(|&byte| byte == 0).collect();
        let values = fields.chunks_exact(3).filter(|fields| fields[2] != b"unspecified");
        let value = |fields: &[&[u8]]| String::from_utf8_lossy(fields[2]).into_owned();
        Ok(values.map(|fields| (RepoPath::from_bytes(fields[0]), value(fields))).collect())
    }

    /// Of these paths, those whose content lies with Git LFS.
    ///
    /// # Errors
    /// The attributes cannot be read.
    pub fn under_lfs(&self, repo: &Repo, paths: &BTreeSet<RepoPath>) -> Result<BTreeSet<RepoPath>> {
        let filters = self.attribute(repo, ("filter", "filter=lfs"), paths)?;
        Ok(filters.into_iter().filter(|(_, filter)| filter == "lfs").map(|(path, _)| path).collect())
    }

    /// New paths that git recognises as renames of files over `bytes`, removed in the same commit.
    ///
    /// # Errors
    /// git cannot be asked.
    pub fn renamed(&self, head: &CommitId, bytes: u64, blobs: &Blobs) -> Result<BTreeSet<RepoPath>> {
        let args = [
            "diff-index",
            "--cached",
            "-M",
            "-z",
            "--raw",
            "--diff-filter=R",
            "--end-of-options",
            head.as_str(),
        ];
        let output = self.git.read(&args)?;
        let mut renamed = BTreeSet::new();
        let mut records = output.split(|&byte| byte == 0);
        while let (Some(meta), Some(_), Some(to)) =
            (records.next().filter(|meta| !meta.is_empty()), records.next(), records.next())
        {
            let meta = String::from_utf8_lossy(meta).into_owned();
            let old = meta.split(' ').nth(2).and_then(BlobId::parse);
            if let Some(old) = old
                && blobs.size(&old)? > bytes
            {
                renamed.insert(RepoPath::from_bytes(to));
            }
        }
        Ok(renamed)
    }

    /// What the index takes away and moves against a commit, as a history of this one step.
    ///
    /// # Errors
    /// git cannot compare.
    pub fn history(&self, commit: &CommitId) -> Result<History> {
        let args = ["diff-index", "--cached", "-z", "--name-status", "-M50%", "-l1000", "--end-of-options"];
        History::of_uncommitted(&self.git.read(&[&args, &[commit.as_str()][..]].concat())?)
    }

    fn changes_by_git(&self, commit: Option<&str>) -> Result<Changes> {
        let base = match commit {
            Some(commit) => commit.to_owned(),
            None => self.git.line(&["hash-object", "-t", "tree", "/dev/null"])?,
        };
        let args = [
            "diff-index",
            "--cached",
            "--raw",
            "-z",
            "--no-renames",
            "--ita-invisible-in-index",
            "--ignore-submodules=none",
            "--end-of-options",
            &base,
        ];
        let output = self.git.read(&args)?;
        let mut changes = Changes::default();
        let mut records = output.split(|&byte| byte == 0);
        while let (Some(meta), Some(path)) = (records.next().filter(|meta| !meta.is_empty()), records.next())
        {
            let meta = String::from_utf8_lossy(meta).into_owned();
            let fields: Vec<&str> = meta.trim_start_matches(':').split(' ').collect();
            let [old_mode, new_mode, old_id, new_id, status] = fields[..] else {
                bail!("read `git diff-index`: `{meta}`")
            };
            let path = RepoPath::from_bytes(path);
            if status == "U" {
                changes.unmerged.push(path);
                continue;
            }
            let (before, after) = (state(old_mode, old_id), state(new_mode, new_id));
            changes.changes.push(StagedChange { path, before, after });
        }
        // An unmerged path is listed once as such and once more for the side that stands in for it.
        changes.unmerged.dedup();
        let unmerged = changes.unmerged.clone();
        changes.changes.retain(|change| !unmerged.contains(&change.path));
        changes.changes.sort();
        Ok(changes)
    }
}

#[allow(clippy::disallowed_methods, reason = "`repo` reads the git directory")]
fn read(file: &Path) -> Result<Vec<u8>> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(bytes),
        // A repository without a first `git add` has no index.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).with_context(|| format!("read `{}`", file.display())),
    }
}

fn state(mode: &str, id: &str) -> Option<State> {
    let mode = u32::from_str_radix(mode, 8).ok().filter(|&mode| mode != 0)?;
    Some(State { kind: kind(mode), id: BlobId::parse(id)? })
}

/// What a mode of git says.
pub(super) fn kind(mode: u32) -> EntryKind {
    match mode & 0o170_000 {
        0o120_000 => EntryKind::Symlink,
        0o160_000 => EntryKind::Submodule,
        _ if mode & 0o100 != 0 => EntryKind::Executable,
        _ => EntryKind::File,
    }
}

/// Reads `git ls-files -z --stage --debug`: a record ends with NUL and is followed by five lines of numbers.
fn listed(mut rest: &[u8], visit: &mut dyn FnMut(IndexEntry<'_>)) -> Result<()> {
    let damaged = || anyhow!("read `git ls-files --debug`");
    while !rest.is_empty() {
        let end = memchr::memchr(0, rest).ok_or_else(damaged)?;
        let (record, debug) = (&rest[..end], &rest[end + 1..]);
        let lines = memchr::memchr_iter(b'\n', debug).nth(4).ok_or_else(damaged)? + 1;
        let tab = memchr::memchr(b'\t', record).ok_or_else(damaged)?;
        let meta = std::str::from_utf8(&record[..tab])?;
        let fields: Vec<&str> = meta.split(' ').collect();
        let [mode, id, stage] = fields[..] else { return Err(damaged()) };
        let flags =
            std::str::from_utf8(&debug[..lines])?.trim_end().rsplit_once("flags: ").ok_or_else(damaged)?.1;
        let flags = u32::from_str_radix(flags, 16)?;
        let id = unhex(id).ok_or_else(damaged)?;
        visit(IndexEntry {
            path: &record[tab + 1..],
            mode: u32::from_str_radix(mode, 8)?,
            id: &id,
            stage: stage.parse()?,
            intent_to_add: flags & (1 << 29) != 0,
        });
        rest = &debug[lines..];
    }
    Ok(())
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
