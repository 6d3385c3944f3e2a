//! Reads what is staged; alone in this folder, with `push` and `fix`, it talks to the repository.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use anyhow::Result;

use super::files::{File, Judge};
use super::wider::{Asked, Source};
use super::{Finding, Request, size};
use crate::check::spread;
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
        Some(id) => {
            let text = Blobs::of(repo)?.read(&id)?;
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
    let reader = Reader { limits: &limits, judge, asked };
    let parts = if threads == 1 {
        vec![reader.read(&Blobs::of(request.repo)?, &files)?]
    } else {
        let chunk = files.len().div_ceil(threads);
        let blobs = files.chunks(chunk).map(|files| Ok((Blobs::apart(request.repo)?, files)));
        spread::over(blobs.collect::<Result<Vec<_>>>()?, |(blobs, files)| {
            Ok(vec![reader.read(&blobs, files)?])
        })?
    };
    let (findings, sources): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    Ok((findings.into_iter().flatten().collect(), sources.into_iter().flatten().collect()))
}

/// What looks at each file while its bytes are at hand.
struct Reader<'a> {
    limits: &'a size::Limits,
    judge: &'a Judge<'a>,
    asked: Option<&'a Asked<'a>>,
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
            let before = || -> Vec<Vec<u8>> {
                let contents = read.get_or_init(|| contents_before(blobs, changed));
                contents.as_ref().cloned().unwrap_or_default()
            };
            let file = File { path: &changed.path, kind: state.kind, bytes, before: &before };
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
