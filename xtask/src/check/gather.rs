//! Reads what is checked; alone in this room it talks to the repository.

use std::collections::BTreeMap;

use anyhow::Result;

use super::{Past, Request, spread};
use crate::blocks::{self, Syntax};
use crate::cache::Cache;
use crate::code::python;
use crate::code::python::calls::BrokenCall;
use crate::code::python::imports::Imports;
use crate::links::{self, Broken, MovedPath, Sites};
use crate::markdown::{self, Format, Parsed};
use crate::parallel;
use crate::repo::{CommitId, Entry, EntryKind, History, Rename, Repo, RepoPath, Tree};
use crate::report::{Finding, Hinted, ReportMarker};

/// What a user wants to have checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The work tree, by itself.
    WorkTree,
    /// The index against HEAD.
    Staged,
    /// The work tree against the merge base of HEAD and a revision.
    Since(String),
}

/// How many files of Python are few.
const FEW: usize = 50;

/// How many notes one thread reads beside the Python.
const FEW_NOTES: usize = 16;

/// The trees of a request, and the history that explains what is broken in them.
#[derive(Debug)]
pub struct Trees {
    tree: Tree,
    base: Option<Tree>,
    /// `None` before the first commit.
    past: Option<(CommitId, History)>,
}

impl Trees {
    /// Lists what is to be checked, and reads history meanwhile.
    ///
    /// # Errors
    /// The repository is bare, the revision has no common ancestor with HEAD, or git cannot walk the history.
    pub fn of(repo: &Repo, what: &What) -> Result<Self> {
        let location = repo.location();
        let past = || past(&Repo::open_at(&location)?, *what == What::Staged);
        let (past, trees) = parallel::both(past, || trees(repo, what));
        let (tree, base) = trees?;
        Ok(Self { tree, base, past: past? })
    }

    /// What [`super::run`] takes.
    pub fn request<'a>(&'a self, repo: &'a Repo) -> Request<'a> {
        let past = self.past.as_ref().map(|(tip, history)| (tip, history));
        Request { repo, tree: &self.tree, base: self.base.as_ref(), past }
    }
}

/// What is to be checked, and what it is compared with.
fn trees(repo: &Repo, what: &What) -> Result<(Tree, Option<Tree>)> {
    Ok(match what {
        What::WorkTree => (Tree::of_work_tree(repo)?, None),
        What::Staged => {
            let head = repo.head()?;
            let base = head.map(|head| Tree::of_revision(repo, head.as_str())).transpose()?;
            // Before the first commit all that is staged is new.
            (Tree::of_index(repo)?, Some(base.unwrap_or_else(|| Tree::in_memory([]))))
        }
        What::Since(revision) => {
            let base = merge_base(repo, revision.strip_suffix("..").unwrap_or(revision))?;
            (Tree::of_work_tree(repo)?, Some(Tree::of_revision(repo, base.as_str())?))
        }
    })
}

/// The history up to HEAD with what is not committed, in the index alone or in the work tree too; `None` before the
/// first commit.
fn past(repo: &Repo, in_index: bool) -> Result<Option<(CommitId, History)>> {
    let Some(tip) = repo.head()? else { return Ok(None) };
    let history = Cache::of(repo).history(repo, &tip)?.with_uncommitted(repo, in_index)?;
    Ok(Some((tip, history)))
}

fn merge_base(repo: &Repo, revision: &str) -> Result<CommitId> {
    let other = repo.resolve(revision)?;
    let head = repo.resolve("HEAD")?;
    let args = ["merge-base", "--end-of-options", other.as_str(), head.as_str()];
    let answer = repo.git().answer_to(&args, &[], &[0, 1])?;
    CommitId::parse(String::from_utf8_lossy(&answer.stdout).trim()).ok_or_else(|| {
        let message = format!("HEAD and `{revision}` have no commit in common");
        let hint = match repo.is_shallow() {
            Ok(true) => "this clone is shallow: fetch its history (`git fetch --unshallow`)",
            _ => "name a revision that HEAD descends from",
        };
        Hinted::new(message, hint).into()
    })
}

/// What one tree holds.
pub(super) struct Facts {
    /// Files that were read.
    pub(super) checked: usize,
    pub(super) links: Broken,
    /// Where the missing targets of links are now, and what removed those that are gone.
    pub(super) fates: BTreeMap<RepoPath, Fate>,
    pub(super) imports: Imports,
    pub(super) calls: Vec<BrokenCall>,
    /// Paths that moved, named by files that are no code.
    pub(super) named: Vec<MovedPath>,
    pub(super) sites: Sites,
    /// What is wrong with managed parts of files.
    pub(super) blocks: Vec<(RepoPath, Finding)>,
}

/// What became of a path that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Moved(Rename),
    Removed(CommitId),
}

/// Reads one tree: its notes on one thread, its Python on the others.
pub(super) fn read(repo: &Repo, tree: &Tree, past: Past<'_>) -> Result<Facts> {
    // A few files are parsed sooner than all that is held is read.
    let is_python = |path: &RepoPath| matches!(path.extension().as_str(), "py" | "pyi");
    let is_small = tree.entries().filter(|(path, _)| is_python(path)).nth(FEW).is_none();
    let cache = if is_small { Cache::disabled() } else { Cache::of(repo) };
    let (notes, mut imports) = notes_and_imports(repo, tree, &cache, past)?;
    let calls = std::mem::take(&mut imports.calls);
    let links = broken_links(repo, tree, &notes)?;
    let fates = fates(tree, &links, past);
    let (configuration, named) = match past {
        Some((_, history)) => links::moved_paths(tree, history)?,
        None => (0, Vec::new()),
    };
    let sites = Sites::of(tree);
    let blocks = managed_blocks(tree)?;
    Ok(Facts {
        named,
        sites,
        blocks,
        checked: notes.len() + imports.files + configuration,
        links,
        fates,
        imports,
        calls,
    })
}

/// The notes on threads of their own, beside the Python; few are read sooner than a thread has begun.
fn notes_and_imports(repo: &Repo, tree: &Tree, cache: &Cache, past: Past<'_>) -> Result<(Notes, Imports)> {
    let judge = || python::judge(repo, tree, cache, past);
    let paths = paths_of_notes(tree);
    if paths.len() <= FEW_NOTES {
        return Ok((notes(tree, &paths)?, judge()?));
    }
    let (notes, imports) = parallel::both(|| spread::over(&paths, |paths| notes(tree, paths)), judge);
    Ok((notes?, imports?))
}

/// Notes as they were read.
type Notes = Vec<(RepoPath, Parsed)>;

/// The Markdown files, but what lies in virtual environments that git does not ignore.
fn paths_of_notes(tree: &Tree) -> Vec<&RepoPath> {
    let marked = tree.entries().filter(|(path, entry)| !entry.tracked && path.file_name() == b"pyvenv.cfg");
    let foreign: Vec<RepoPath> = marked.filter_map(|(path, _)| path.parent()).collect();
    let is_note = |path: &RepoPath, entry: &Entry| {
        matches!(entry.kind, EntryKind::File | EntryKind::Executable)
            && Format::of_extension(&path.extension()) == Some(Format::Markdown)
            && !foreign.iter().any(|folder| path.is_within(folder))
    };
    tree.entries().filter(|(path, entry)| is_note(path, entry)).map(|(path, _)| path).collect()
}

/// Reads notes, but the tool's own reports.
fn notes(tree: &Tree, paths: &[&RepoPath]) -> Result<Notes> {
    let mut notes = Vec::new();
    for path in paths {
        let (text, _) = markdown::decode(&tree.read(path)?);
        if ReportMarker::parse(&text).is_none() {
            notes.push(((*path).clone(), markdown::parse(&text, Format::Markdown)));
        }
    }
    Ok(notes)
}

fn broken_links(repo: &Repo, tree: &Tree, notes: &[(RepoPath, Parsed)]) -> Result<Broken> {
    let index = links::Index::new(tree);
    let linked: Vec<links::Note<'_>> =
        notes.iter().map(|(path, parsed)| links::Note { path, parsed }).collect();
    let mut broken = links::broken_links(&index, &linked);
    let wanted = broken.wanted();
    if !wanted.is_empty() {
        broken.set_aside_ignored(&links::ignored(repo, tree, &wanted)?);
    }
    Ok(broken)
}

/// What became of the files that links miss.
fn fates(tree: &Tree, links: &Broken, past: Past<'_>) -> BTreeMap<RepoPath, Fate> {
    let mut fates = BTreeMap::new();
    let Some((_, history)) = past else { return fates };
    for path in links.wanted() {
        let moved = history.moved_to(&path).filter(|rename| tree.get(&rename.to).is_some());
        let removed = || history.paths.get(&path).and_then(|past| past.removed.as_ref());
        let fate = match moved {
            Some(rename) => Some(Fate::Moved(rename.clone())),
            None => removed().map(|change| Fate::Removed(change.commit.clone())),
        };
        fates.extend(fate.map(|fate| (path, fate)));
    }
    fates
}

/// Files that may have a part that the tool writes: notes at the root and in `.github`, workflow files, settings of
/// hooks.
fn managed_blocks(tree: &Tree) -> Result<Vec<(RepoPath, Finding)>> {
    const MARKER: &[u8] = b"xtask:begin";
    let mut found = Vec::new();
    for (path, entry) in tree.entries() {
        let is_file = matches!(entry.kind, EntryKind::File | EntryKind::Executable);
        let is_host = matches!(path.extension().as_str(), "md" | "yml" | "yaml" | "toml" | "sh");
        let is_near = path.parent().is_none_or(|folder| folder.as_bytes().starts_with(b".github"));
        if !is_file || !is_host || !is_near {
            continue;
        }
        let bytes = tree.read(path)?;
        if bytes.windows(MARKER.len()).any(|window| window == MARKER) {
            let of_file = blocks::findings(&path.display(), &bytes, Syntax::of_file_name(path.file_name()));
            found.extend(of_file.into_iter().map(|finding| (path.clone(), finding)));
        }
    }
    Ok(found)
}
