//! Clean in text, broken in fact: the static checks on the tree that the trial merge leaves.

use std::collections::BTreeSet;

use anyhow::Result;

use super::super::model::{MergedImport, MergedLink, MergedTree};
use super::super::parse::{Diff, RawEntry};
use super::core::{Core, Touched};
use crate::cache::Cache;
use crate::code::python;
use crate::code::python::calls::{self, BrokenCall, Versions};
use crate::code::python::imports::{Project, Reason, Unresolved, led_away, verify};
use crate::links::{self, BrokenLink};
use crate::markdown::{self, Format, Parsed};
use crate::repo::{BlobId, Blobs, CommitId, History, Repo, RepoPath, Scratch, Tree};

/// What fails in the merged tree and on neither side; `None` where the two sides can break nothing together.
///
/// A file that conflicts is not judged, whether it has conflict markers or is kept whole: who settles the conflict
/// decides what it holds.
pub(super) fn check(
    scratch: &Scratch,
    cache: &Cache,
    core: &Core,
    sides: [&CommitId; 2],
) -> Result<Option<MergedTree>> {
    let Some(tree) = core.merge.as_ref().and_then(|merge| merge.tree.as_deref()) else { return Ok(None) };
    let changed = [paths(core.fork_diff.as_ref()), paths(core.upstream_diff.as_ref())];
    let has_python = changed.iter().all(|paths| paths.iter().any(|path| path.extension() == "py"));
    let open: BTreeSet<&RepoPath> =
        core.merge.iter().flat_map(|merge| &merge.conflicts).map(|conflict| &conflict.path).collect();
    let notes: BTreeSet<&RepoPath> =
        changed.iter().flatten().filter(|path| is_note(path) && !open.contains(path)).collect();
    let has_notes = !notes.is_empty() && changed.iter().all(|paths| !paths.is_empty());
    if !has_python && !has_notes {
        return Ok(None);
    }
    let repo = Repo::open(scratch.git_dir())?;
    let trees = [sides[0].as_str(), sides[1].as_str(), tree];
    let trees = trees.map(|revision| Tree::of_revision(&repo, revision));
    let [fork, upstream, merged] = trees;
    let trees = [fork?, upstream?, merged?];
    let none = Touched::new();
    let touched = core.upstream_touched.as_ref().unwrap_or(&none);
    let mut found = MergedTree { imports: None, calls: None, links: None };
    if has_python {
        let read = |tree: &Tree| Project::of_tree_cached(tree, cache);
        let [fork, upstream, merged] = &trees;
        let projects = [read(fork)?, read(upstream)?, read(merged)?];
        let python = Python { projects: &projects, open: &open, touched };
        found.imports = Some(new_imports(python, &trees[0], &Blobs::of(&repo)?));
        found.calls = Some(new_calls(&repo, sides, python)?);
    }
    if has_notes {
        found.links = Some(new_links(&trees, &notes, touched)?);
    }
    Ok(Some(found))
}

fn paths(diff: Option<&Diff>) -> Vec<RepoPath> {
    let entries = diff.map_or(&[][..], |diff| &diff.entries);
    entries.iter().map(|entry| entry.to.clone()).collect()
}

fn is_note(path: &RepoPath) -> bool {
    Format::of_extension(&path.extension()) == Some(Format::Markdown)
}

/// What is known of the Python code of both sides and of the merged tree.
#[derive(Clone, Copy)]
struct Python<'a> {
    /// Of the fork, of upstream, and merged.
    projects: &'a [Project; 3],
    /// Files that conflict: what they hold is not settled.
    open: &'a BTreeSet<&'a RepoPath>,
    touched: &'a Touched,
}

fn new_imports(python: Python<'_>, forks: &Tree, blobs: &Blobs) -> Vec<MergedImport> {
    let Python { projects: [fork, upstream, merged], open, touched } = python;
    let key = |import: &Unresolved| (import.path.clone(), import.module.clone(), import.name.clone());
    let sides = [fork, upstream].map(|side| verify(side).unresolved);
    let known: BTreeSet<_> = sides.iter().flatten().map(key).collect();
    let mut broken = verify(merged).unresolved;
    let told: BTreeSet<_> = broken.iter().map(key).collect();
    broken.extend(
        led_away(merged, &[fork, upstream]).into_iter().filter(|import| !told.contains(&key(import))),
    );
    broken.sort();
    let is_new = |import: &Unresolved| !open.contains(&import.path) && !known.contains(&key(import));
    let new = broken.into_iter().filter(is_new);
    new.map(|import| MergedImport { commit: behind_import(&import, forks, touched, blobs), import }).collect()
}

fn new_calls(repo: &Repo, sides: [&CommitId; 2], python: Python<'_>) -> Result<Vec<BrokenCall>> {
    let Python { projects: [fork, upstream, merged], open, touched } = python;
    let mut broken = calls::verify(merged);
    if broken.is_empty() {
        return Ok(broken);
    }
    let key = |call: &BrokenCall| (call.path.clone(), call.callee.clone(), call.problem.clone());
    let before = [fork, upstream].map(calls::verify);
    let known: BTreeSet<_> = before.iter().flatten().map(key).collect();
    let is_open = |call: &BrokenCall| open.contains(&call.path) || open.contains(&call.definition.path);
    broken.retain(|call| !is_open(call) && !known.contains(&key(call)));
    // Each side's history tells its own changes of a signature; only upstream's commits are named.
    let moves = History::default();
    let [fork, upstream] = sides;
    calls::suggest(&mut broken, &moves, &mut Versions::of(repo, upstream))?;
    let (by_upstream, mut by_fork): (Vec<_>, Vec<_>) =
        broken.into_iter().partition(|call| call.commit.is_some());
    calls::suggest(&mut by_fork, &moves, &mut Versions::of(repo, fork))?;
    for call in &mut by_fork {
        let brought = newest(touched, &call.path).or_else(|| newest(touched, &call.definition.path));
        call.commit = brought.map(|commit| commit.to_string());
    }
    let mut broken = [by_upstream, by_fork].concat();
    broken.sort();
    Ok(broken)
}

/// A link can break by the merge alone only in a note that one side changed.
fn new_links(
    [fork, upstream, merged]: &[Tree; 3],
    notes: &BTreeSet<&RepoPath>,
    touched: &Touched,
) -> Result<Vec<MergedLink>> {
    let broken = broken_links(merged, notes)?;
    if broken.is_empty() {
        return Ok(Vec::new());
    }
    let key = |link: &BrokenLink| (link.path.clone(), link.target.clone());
    let mut known = BTreeSet::new();
    for side in [fork, upstream] {
        known.extend(broken_links(side, notes)?.iter().map(key));
    }
    let new = broken.into_iter().filter(|link| !known.contains(&key(link)));
    let behind = |link: &BrokenLink| {
        let gone = link.wanted.as_ref().and_then(|path| removal(touched, path));
        gone.or_else(|| newest(touched, &link.path))
    };
    Ok(new.map(|link| MergedLink { commit: behind(&link), link }).collect())
}

fn broken_links(tree: &Tree, notes: &BTreeSet<&RepoPath>) -> Result<Vec<BrokenLink>> {
    let mut parsed: Vec<(&RepoPath, Parsed)> = Vec::new();
    for path in notes.iter().filter(|path| tree.get(path).is_some()) {
        let (text, _) = markdown::decode(&tree.read(path)?);
        parsed.push((path, markdown::parse(&text, Format::Markdown)));
    }
    let linked: Vec<links::Note<'_>> =
        parsed.iter().map(|(path, parsed)| links::Note { path, parsed }).collect();
    Ok(links::broken_links(&links::Index::new(tree), &linked).links)
}

/// Whether a file of the fork's says something already, so that upstream did not bring it.
fn says(fork: &Tree, path: &RepoPath, words: &str) -> bool {
    let content = fork.get(path).and_then(|_| fork.read(path).ok());
    content.is_some_and(|content| String::from_utf8_lossy(&content).contains(words))
}

/// One of upstream's commits that took a file of the module's name away, or the name out of such a file; where the
/// fork's file does not import it, the newest that touched the file.
fn behind_import(import: &Unresolved, fork: &Tree, upstream: &Touched, blobs: &Blobs) -> Option<CommitId> {
    let last = import.module.rsplit('.').next().unwrap_or_default().as_bytes();
    let gone = || {
        upstream
            .iter()
            .find(|(_, entries)| entries.iter().any(|entry| entry.status == 'D' && entry.to.stem() == last))
    };
    let wanted = import.name.as_deref().unwrap_or(&import.module);
    let brought = newest(upstream, &import.path).filter(|_| !says(fork, &import.path, wanted));
    let unbound = || import.name.as_deref().and_then(|name| unbinds(upstream, last, name, blobs));
    match import.reason {
        Reason::NoName => brought.or_else(unbound),
        _ => brought.or_else(|| gone().map(|(id, _)| id.clone())),
    }
}

/// The newest of upstream's commits after which a file of the module `module` does not bind `name` any more.
fn unbinds(upstream: &Touched, module: &[u8], name: &str, blobs: &Blobs) -> Option<CommitId> {
    // A file that is not there binds nothing.
    let binds = |id: &str| match BlobId::parse(id).and_then(|id| blobs.read(&id).ok()) {
        Some(content) => python::binds(&content, name),
        None => Some(false),
    };
    let is_of_module = |path: &RepoPath| {
        let folder = || path.parent().is_some_and(|folder| folder.file_name() == module);
        path.extension() == "py" && (path.stem() == module || (path.stem() == b"__init__" && folder()))
    };
    let loses = |entry: &RawEntry| {
        is_of_module(&entry.to) && binds(&entry.ids[0]) == Some(true) && binds(&entry.ids[1]) == Some(false)
    };
    upstream.iter().find(|(_, entries)| entries.iter().any(loses)).map(|(id, _)| id.clone())
}

/// The newest of upstream's commits that touched a file.
fn newest(upstream: &Touched, path: &RepoPath) -> Option<CommitId> {
    let found = upstream.iter().find(|(_, entries)| entries.iter().any(|entry| entry.to == *path));
    found.map(|(id, _)| id.clone())
}

/// The newest of upstream's commits that removed a file, or moved it away.
fn removal(upstream: &Touched, path: &RepoPath) -> Option<CommitId> {
    let leaves = |entry: &RawEntry| entry.from == *path && (entry.status == 'D' || entry.to != *path);
    let found = upstream.iter().find(|(_, entries)| entries.iter().any(leaves));
    found.map(|(id, _)| id.clone())
}
