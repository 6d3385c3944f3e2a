//! Links and imports of the next commit, on the smallest tree that can answer.
//!
//! A commit that takes nothing away (no path, no heading, no Python name) can break its own files alone. Their links
//! and imports are looked up in a tree of those files and of all whose names they mention. With fewer files more may
//! seem broken, never less: so when that tree is clean, so is the whole; else the whole tree is asked, against HEAD.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::checks::Switches;
use super::gather::{Changed, Input, is_file};
use super::mentioned::Mentioned;
use super::{Finding, Request, lost, references, sure};
use crate::check::bytes::{Content, Excuse, excuses, is_excused};
use crate::check::{self, CheckId, Found, Past};
use crate::code::python;
use crate::links::is_markdown;
use crate::repo::{BlobId, Blobs, CommitId, Entry, EntryKind, History, Repo, RepoPath, Staged, State, Tree};
use crate::report::Level;

/// The checks that need more than one file.
const CHECKS: &[CheckId] = &[
    CheckId::BrokenLink,
    CheckId::BrokenAnchor,
    CheckId::BrokenImport,
    CheckId::PathAnchor,
    CheckId::BrokenCall,
    CheckId::StaleReference,
];

/// How often names that files mention are followed before the whole tree is asked.
const ROUNDS: usize = 12;

/// What is asked of a commit beyond its files one by one.
pub(super) struct Asked<'a> {
    staged: &'a Staged,
    links: bool,
    python: bool,
    /// True when the commit may break files that it does not touch, whatever its files hold.
    breaks: bool,
}

impl<'a> Asked<'a> {
    /// `None` where no such check is on.
    pub(super) fn of(staged: &'a Staged, input: &Input, switches: &Switches) -> Option<Self> {
        let on = |checks: &[CheckId]| checks.iter().any(|&id| switches.is_on(id));
        on(CHECKS).then(|| Self {
            staged,
            links: on(&[CheckId::BrokenLink, CheckId::BrokenAnchor]),
            python: on(&[CheckId::BrokenImport, CheckId::PathAnchor, CheckId::BrokenCall]),
            // Two sides that each hold together may not do so as one.
            breaks: input.parents.len() > 1
                || input.changes.iter().any(|one| takes_path_away(one) || shadows_module(staged, one)),
        })
    }

    fn is_source(&self, path: &RepoPath) -> bool {
        (self.links && is_markdown(path)) || (self.python && is_python(path))
    }

    /// What the checks need of a changed file, if they look at it; `before` reads what it was.
    pub(super) fn source(
        &self,
        changed: &Changed,
        bytes: &[u8],
        before: impl FnOnce() -> Vec<Vec<u8>>,
    ) -> Option<Source> {
        let state = changed.file().filter(|_| self.is_source(&changed.path))?;
        let loses = |old: &Vec<u8>| match is_markdown(&changed.path) {
            true => lost::anchor(old, bytes),
            false => python::may_offer_less(old, bytes),
        };
        let loses = !self.breaks && before().first().is_some_and(loses);
        let text = (!self.holds_surely(&changed.path, bytes)).then(|| bytes.to_vec());
        Some(Source { path: changed.path.clone(), state: state.clone(), text, loses })
    }

    fn holds_surely(&self, path: &RepoPath, bytes: &[u8]) -> bool {
        // Where git answers, each question is a child.
        let reads = self.staged.answered_by_git().is_none();
        let exists = |path: &RepoPath| reads && matches!(self.staged.find(path.as_bytes()), Ok(Some(_)));
        is_markdown(path) && sure::links_hold(path, bytes, exists)
    }
}

/// A changed file that links to others or imports them.
pub(super) struct Source {
    path: RepoPath,
    state: State,
    /// `None` for a note whose links surely hold.
    text: Option<Vec<u8>>,
    /// True when it loses something that others may use.
    loses: bool,
}

pub(super) fn judge(
    request: &Request<'_>,
    input: &Input,
    switches: &Switches,
    (asked, sources): (&Asked<'_>, Vec<Source>),
) -> Result<Vec<Finding>> {
    let paths: BTreeSet<RepoPath> = sources.iter().map(|source| source.path.clone()).collect();
    if !asked.breaks && !sources.iter().any(|source| source.loses) {
        if sources.iter().all(|source| source.text.is_none()) {
            return Ok(Vec::new());
        }
        // A name that its module lost is told by its commits alone; where it moved from only the whole tree asks.
        let unmoved = History::default();
        let past = input.parents.first().map(|tip| (tip, &unmoved));
        if let Some(tree) = small_tree(request, sources)?
            && of_sources(run(request.repo, (&tree, None), past)?, &paths, &tree).is_empty()
        {
            return Ok(Vec::new());
        }
    }
    let history = history(request, input)?;
    let tree = Tree::of_staged(request.repo, request.staged)?;
    let known = input.parents.first().map(|tip| (tip, &history));
    let mut found = whole(request.repo, &input.parents, (&tree, known))?;
    if switches.is_on(CheckId::StaleReference) {
        let stale = references::broken(request.repo, input, (&tree, &history))?;
        // A string that names a moved module is told once.
        let is_told = |stale: &Found| {
            let mut imports = found.iter().filter(|found| found.check == CheckId::BrokenImport);
            switches.is_on(CheckId::BrokenImport)
                && imports.any(|found| (&found.path, found.line) == (&stale.path, stale.line))
        };
        let stale: Vec<Found> = stale.into_iter().filter(|stale| !is_told(stale)).collect();
        found.extend(stale);
    }
    let found = without_excused(found, &tree);
    let told = |found: &Found| {
        switches.judges(found.check, &found.path)
            // What was broken before is told of the files that the commit touches.
            && (found.level == Level::Deny
                || found.check == CheckId::StaleReference
                || paths.contains(&found.path))
    };
    Ok(found.into_iter().filter(told).map(finding).collect())
}

fn finding(found: Found) -> Finding {
    Finding {
        level: found.level,
        path: Some(found.path),
        line: Some(found.line),
        check: found.check,
        new: found.new,
        message: found.message,
        hint: found.hint.or_else(|| found.mend.map(str::to_owned)),
    }
}

pub(super) fn is_python(path: &RepoPath) -> bool {
    matches!(path.extension().as_str(), "py" | "pyi")
}

fn of_sources(mut found: Vec<Found>, sources: &BTreeSet<RepoPath>, tree: &Tree) -> Vec<Found> {
    found.retain(|found| sources.contains(&found.path));
    without_excused(found, tree)
}

/// Takes out what a comment on the line, or above it, excuses and says why; each file is read once.
fn without_excused(mut found: Vec<Found>, tree: &Tree) -> Vec<Found> {
    let mut known: BTreeMap<RepoPath, Vec<Excuse>> = BTreeMap::new();
    let read =
        |path: &RepoPath| tree.read(path).map(|bytes| excuses(&Content::of(&bytes))).unwrap_or_default();
    found.retain(|found| {
        let excuses = known.entry(found.path.clone()).or_insert_with(|| read(&found.path));
        !is_excused(excuses, found.check, found.line)
    });
    found
}

/// What this commit moves and takes away; empty where it does neither.
fn history(request: &Request<'_>, input: &Input) -> Result<History> {
    match input.parents.first() {
        Some(head) if input.changes.iter().any(|changed| changed.after.is_none()) => {
            request.staged.history(head)
        }
        _ => Ok(History::default()),
    }
}

fn run(repo: &Repo, (tree, base): (&Tree, Option<&Tree>), past: Past<'_>) -> Result<Vec<Found>> {
    Ok(check::run(&check::Request { repo, tree, base, past })?.findings)
}

/// The whole tree against each of some commits, or against nothing: only what is broken against all of them is new.
fn whole(repo: &Repo, bases: &[CommitId], (tree, history): (&Tree, Past<'_>)) -> Result<Vec<Found>> {
    let mut found: Option<Vec<Found>> = None;
    for base in bases {
        let base = Tree::of_revision(repo, base.as_str())?;
        let against = run(repo, (tree, Some(&base)), history)?;
        found = Some(match found {
            None => against,
            Some(before) => before
                .into_iter()
                .map(|mut one| {
                    let old = against.iter().find(|other| {
                        !other.new
                            && other.path == one.path
                            && other.line == one.line
                            && other.check == one.check
                    });
                    if let Some(old) = old {
                        (one.new, one.level) = (false, old.level);
                    }
                    one
                })
                .collect(),
        });
    }
    match found {
        Some(found) => Ok(found),
        None => run(repo, (tree, Some(&Tree::in_memory([]))), history),
    }
}

/// What a commit breaks that is to be pushed, against those that the other side has. Where it has none, nobody can say
/// what was broken before, so all of it warns.
pub(super) fn pushed(
    repo: &Repo,
    switches: &Switches,
    commit: &CommitId,
    bases: &[CommitId],
) -> Result<Vec<Finding>> {
    if !CHECKS.iter().any(|&id| switches.is_on(id)) {
        return Ok(Vec::new());
    }
    let tree = Tree::of_revision(repo, commit.as_str())?;
    let mut found = whole(repo, bases, (&tree, Some((commit, &History::default()))))?;
    found.retain(|found| found.new && switches.judges(found.check, &found.path));
    let level = if bases.is_empty() { Level::Warn } else { Level::Deny };
    let found = without_excused(found, &tree).into_iter();
    Ok(found.map(|found| Finding { level: level.max(found.level), ..finding(found) }).collect())
}

/// True when a path goes, or is no longer what it was.
fn takes_path_away(changed: &Changed) -> bool {
    let Some(before) = changed.before.iter().flatten().next() else { return false };
    changed.after.as_ref().is_none_or(|after| {
        is_file(before) != is_file(after) || (after.kind == EntryKind::Symlink && before != after)
    })
}

/// True for the first file of a package that stands beside a module of the same name, and is imported in its place.
fn shadows_module(staged: &Staged, changed: &Changed) -> bool {
    let is_first = matches!(changed.path.file_name(), b"__init__.py" | b"__init__.pyi");
    let Some(folder) = changed.path.parent().filter(|_| is_first && changed.is_added()) else { return false };
    let module = |ending: &[u8]| [folder.as_bytes(), ending].concat();
    [&b".py"[..], b".pyi"].iter().any(|ending| matches!(staged.find(&module(ending)), Ok(Some(_))))
}

/// The changed files and all that they may lead to; `None` when names lead on and on.
fn small_tree(request: &Request<'_>, sources: Vec<Source>) -> Result<Option<Tree>> {
    let blobs = Blobs::of(request.repo)?;
    let mut mentioned = Mentioned::default();
    let mut contents = BTreeMap::new();
    let mut entries: BTreeMap<RepoPath, Entry> = BTreeMap::new();
    for source in sources {
        let Some(text) = source.text else { continue };
        mentioned.read(&source.path, &text);
        entries.insert(source.path.clone(), entry(source.state.kind, source.state.id));
        contents.insert(source.path, text);
    }
    for _ in 0..ROUNDS {
        let modules = mentioned.modules();
        let mut more: Vec<(RepoPath, Entry)> = Vec::new();
        if mentioned.asks() {
            let mut folder: Vec<u8> = Vec::new();
            request.staged.each(|staged| {
                if mentioned.takes(&staged, &mut folder) {
                    let path = RepoPath::from_bytes(staged.path);
                    let id = staged.blob().filter(|_| !entries.contains_key(&path));
                    more.extend(id.map(|id| (path, entry(staged.kind(), id))));
                }
            })?;
        }
        for (path, entry) in more {
            if let Some(id) = entry.id.as_ref().filter(|_| is_python(&path) && mentioned.has_python()) {
                mentioned.read(&path, &blobs.read(id)?);
            }
            entries.insert(path, entry);
        }
        if mentioned.modules() == modules {
            return Ok(Some(Tree::of_entries(request.repo, entries)?.holding(contents)));
        }
    }
    Ok(None)
}

fn entry(kind: EntryKind, id: BlobId) -> Entry {
    Entry { kind, id: Some(id), tracked: true }
}
