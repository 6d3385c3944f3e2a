//! Reads what is staged; alone in this folder, with `push` and `fix`, it talks to the repository.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};

use super::checks::Switches;
use super::files::{File, Judge};
use super::references::is_archived;
use super::wider::{Asked, Source};
use super::{Finding, Request, size};
use crate::check::{CheckId, spread};
use crate::config::Config;
use crate::repo::{BlobId, Blobs, CommitId, EntryKind, Repo, RepoPath, Staged, StagedChange, State};

/// Files below which one thread reads them all.
const FEW: usize = 64;

/// The next commit.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// What it descends from: HEAD, then what is merged into it.
    pub(super) parents: Vec<CommitId>,
    /// What it changes against all of them.
    pub(super) changes: Vec<Changed>,
    pub(super) unmerged: Vec<RepoPath>,
}

impl Input {
    /// The paths that hold a content in the commit.
    pub(super) fn files(&self) -> BTreeSet<RepoPath> {
        let files = self.changes.iter().filter(|changed| changed.file().is_some());
        files.map(|changed| changed.path.clone()).collect()
    }

    /// Contents that a parent holds at a path that is removed: a file of one of them has only moved.
    pub(super) fn moved(&self) -> BTreeSet<BlobId> {
        let removed = self.changes.iter().filter(|changed| changed.after.is_none());
        removed.flat_map(|changed| changed.before.iter().flatten()).map(|state| state.id.clone()).collect()
    }
}

/// A path that the commit changes.
#[derive(Clone, Debug)]
pub(super) struct Changed {
    pub(super) path: RepoPath,
    /// `None` when it is removed.
    pub(super) after: Option<State>,
    /// What it is in each parent.
    pub(super) before: Vec<Option<State>>,
}

impl Changed {
    /// What it is in the commit, when that is a file with content.
    pub(super) fn file(&self) -> Option<&State> {
        self.after.as_ref().filter(|state| is_file(state))
    }

    /// True when no parent has the path.
    pub(super) fn is_added(&self) -> bool {
        self.after.is_some() && self.before.iter().all(Option::is_none)
    }
}

pub(super) fn is_file(state: &State) -> bool {
    matches!(state.kind, EntryKind::File | EntryKind::Executable)
}

/// The configuration that the commit holds; where the index has no `xtask.toml`, that of the work tree.
///
/// # Errors
/// It cannot be read, or does not hold together.
pub fn config(repo: &Repo, staged: &Staged) -> Result<Config> {
    let root = repo.work_tree().unwrap_or(repo.git_dir());
    match staged.find(b"xtask.toml")? {
        Some(state) => {
            let blobs = Blobs::of(repo)?;
            let mut text = blobs.read(&state.id)?;
            if state.kind == EntryKind::Symlink {
                // What a link leads to is staged as well, or is no file of the commit.
                let target = RepoPath::resolve(None, &text)
                    .context("follow `xtask.toml`: it leads out of the repository")?;
                let state = staged.find(target.as_bytes())?;
                let state =
                    state.with_context(|| format!("follow `xtask.toml`: `{target}` is not staged"))?;
                text = blobs.read(&state.id)?;
            }
            Ok(Config::parse(&String::from_utf8_lossy(&text), "xtask.toml", root)?)
        }
        None => Config::load(root, None),
    }
}

/// All that the index holds, as if it were the first commit.
pub(super) fn all(request: &Request<'_>) -> Result<Input> {
    let changes = request.staged.changes(request.repo, None)?;
    Ok(Input {
        parents: Vec::new(),
        unmerged: changes.unmerged,
        changes: compared(changes.changes).into_values().collect(),
    })
}

/// How many signs the markers of a conflict have in those of these files for which the attribute
/// `conflict-marker-size` says it; what is no number above 0 says nothing, as for git.
pub(super) fn marker_sizes(
    (repo, staged): (&Repo, &Staged),
    files: &BTreeSet<RepoPath>,
    switches: &Switches,
) -> Result<BTreeMap<RepoPath, usize>> {
    const NAME: &str = "conflict-marker-size";
    if !switches.is_on(CheckId::ConflictMarker) {
        return Ok(BTreeMap::new());
    }
    let sizes = staged.attribute(repo, (NAME, NAME), files)?.into_iter();
    let size = |value: String| value.parse().ok().filter(|&size: &usize| size > 0);
    Ok(sizes.filter_map(|(path, value)| Some((path, size(value)?))).collect())
}

/// Changes against one commit, by path.
fn compared(changes: Vec<StagedChange>) -> BTreeMap<RepoPath, Changed> {
    let one = |change: StagedChange| {
        let path = change.path.clone();
        (path, Changed { path: change.path, after: change.after, before: vec![change.before] })
    };
    changes.into_iter().map(one).collect()
}

/// Compares the index with HEAD and with what is merged; only what differs from all of them is the commit's own.
pub(super) fn read(request: &Request<'_>) -> Result<Input> {
    let parents = request.staged.parents(request.repo)?;
    let mut bases: Vec<Option<&str>> = parents.iter().map(|parent| Some(parent.as_str())).collect();
    if bases.is_empty() {
        bases.push(None);
    }
    let first = request.staged.changes(request.repo, bases[0])?;
    let mut changes = compared(first.changes);
    for base in &bases[1..] {
        let others = request.staged.changes(request.repo, *base)?;
        let mut both = BTreeMap::new();
        for other in others.changes {
            if let Some(mut changed) = changes.remove(&other.path) {
                changed.before.push(other.before);
                both.insert(other.path, changed);
            }
        }
        changes = both;
    }
    Ok(Input { parents, changes: changes.into_values().collect(), unmerged: first.unmerged })
}

/// Judges the bytes of every changed file, many of them on several threads; and keeps those that `asked` looks at.
pub(super) fn judge_files(
    request: &Request<'_>,
    input: &Input,
    judge: &Judge<'_>,
    asked: Option<&Asked<'_>>,
) -> Result<(Vec<Finding>, Vec<Source>)> {
    let files: Vec<&Changed> = input.changes.iter().filter(|changed| changed.file().is_some()).collect();
    let limits = size::Limits::of(request, input, judge.switches)?;
    let threads = match files.len() {
        few if few <= FEW => 1,
        _ => spread::threads(),
    };
    let moved = input.moved();
    let reader = Reader { limits: &limits, judge, asked, moved: &moved };
    let parts = if threads == 1 {
        vec![reader.read(&Blobs::of(request.repo)?, &files)?]
    } else {
        // A repository stays on its thread, and so its objects are opened here; who takes a part takes its objects.
        let chunks = files.chunks(files.len().div_ceil(threads));
        let parts = chunks.map(|files| Ok((Mutex::new(Blobs::apart(request.repo)?), files)));
        let read = |(blobs, files): &(Mutex<Blobs>, &[&Changed])| {
            reader.read(&blobs.lock().unwrap_or_else(PoisonError::into_inner), files)
        };
        spread::over(&parts.collect::<Result<Vec<_>>>()?, |parts| parts.iter().map(read).collect())?
    };
    let (findings, sources): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    Ok((findings.into_iter().flatten().collect(), sources.into_iter().flatten().collect()))
}

/// What looks at each file while its bytes are at hand.
struct Reader<'a> {
    limits: &'a size::Limits,
    judge: &'a Judge<'a>,
    asked: Option<&'a Asked<'a>>,
    /// Contents that were there under another name.
    moved: &'a BTreeSet<BlobId>,
}

impl Reader<'_> {
    fn read(&self, blobs: &Blobs, files: &[&Changed]) -> Result<(Vec<Finding>, Vec<Source>)> {
        let ids: Vec<&BlobId> = files.iter().filter_map(|changed| Some(&changed.file()?.id)).collect();
        let (mut findings, mut sources) = (Vec::new(), Vec::new());
        let mut failed = None;
        blobs.each(&ids, |number, bytes| {
            let changed = files[number];
            let Some(state) = changed.file() else { return };
            let read = OnceCell::new();
            let is_moved = changed.is_added() && self.moved.contains(&state.id);
            let is_put_away = is_moved && is_archived(&changed.path);
            let before = || -> Vec<Vec<u8>> {
                let contents = read.get_or_init(|| match is_moved {
                    true => Ok(vec![bytes.to_vec()]),
                    false => contents_before(blobs, changed),
                });
                contents.as_ref().cloned().unwrap_or_default()
            };
            let file = File { path: &changed.path, kind: state.kind, bytes, before: &before, is_put_away };
            findings.extend(self.judge.judge(&file));
            findings.extend(self.limits.judge(blobs, changed, bytes).unwrap_or_else(|error| {
                failed = Some(error);
                None
            }));
            sources.extend(self.asked.and_then(|asked| asked.source(changed, bytes, before)));
            if let Some(Err(error)) = read.into_inner() {
                failed = Some(error);
            }
        })?;
        match failed {
            Some(error) => Err(error),
            None => Ok((findings, sources)),
        }
    }
}

fn contents_before(blobs: &Blobs, changed: &Changed) -> Result<Vec<Vec<u8>>> {
    let states = changed.before.iter().flatten().filter(|state| is_file(state));
    states.map(|state| blobs.read(&state.id)).collect()
}
