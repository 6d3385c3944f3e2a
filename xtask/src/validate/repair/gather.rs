//! Reads what the repair works on; alone in this part of the room it talks to the repository.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::Imported;
use super::edits::{Planned, is_sure};
use crate::cache::Cache;
use crate::code::python;
use crate::code::python::imports::Project;
use crate::links;
use crate::repo::{CommitId, EntryKind, History, Repo, RepoPath, Tree};

/// The work tree as it is, and its past.
pub(super) struct Input {
    tree: Tree,
    /// Read when something is to be mended.
    project: OnceCell<Project>,
    past: Option<(CommitId, History)>,
    pub(super) found: Imported,
}

/// A file that something is to be mended in.
pub(super) struct Broken {
    pub(super) bytes: Vec<u8>,
    /// Names that other files import from it.
    pub(super) kept: BTreeSet<String>,
    /// Whether the paths that it names are to be rewritten.
    pub(super) rewrites_paths: bool,
}

impl Input {
    pub(super) fn read(repo: &Repo) -> Result<Self> {
        let tree = Tree::of_tracked_files(repo)?;
        let head = repo.head()?;
        let past = match head {
            Some(head) => {
                let history = Cache::of(repo).history(repo, &head)?.with_uncommitted(repo, false)?;
                Some((head, history))
            }
            None => None,
        };
        let found = judge(repo, &tree, past.as_ref())?;
        Ok(Self { tree, project: OnceCell::new(), past, found })
    }

    fn project(&self, repo: &Repo) -> Result<&Project> {
        if let Some(project) = self.project.get() {
            return Ok(project);
        }
        let project = Project::of_tree_cached(&self.tree, &Cache::of(repo))?;
        Ok(self.project.get_or_init(|| project))
    }

    /// The files in which something can be mended; with `references` those that name a path that moved.
    pub(super) fn sources(&self, repo: &Repo, references: bool) -> Result<BTreeMap<RepoPath, Broken>> {
        let imports = self.found.imports.unresolved.iter().filter(|import| is_sure(import));
        let imports: BTreeSet<&RepoPath> = imports.map(|import| &import.path).collect();
        let anchors = self.found.imports.anchors.iter().map(|anchor| &anchor.path);
        let named = self.found.references.iter().map(|reference| &reference.path).filter(|_| references);
        let paths: BTreeSet<&RepoPath> = imports.iter().copied().chain(anchors).chain(named).collect();
        let read = |path: &RepoPath| -> Result<(RepoPath, Broken)> {
            // Every import of the repository is asked for it.
            let kept = match imports.contains(path) {
                true => self.project(repo)?.names_taken_from(path),
                false => BTreeSet::new(),
            };
            Ok((path.clone(), Broken { bytes: self.tree.read(path)?, kept, rewrites_paths: references }))
        };
        paths.into_iter().map(read).collect()
    }

    /// What is found once the edits are made.
    pub(super) fn after(&self, repo: &Repo, planned: &Planned) -> Result<Imported> {
        if planned.files.is_empty() {
            return Ok(self.found.clone());
        }
        let tree = Tree::of_tracked_files(repo)?;
        let kind = |path: &RepoPath| tree.get(path).map_or(EntryKind::File, |entry| entry.kind);
        let changed = planned.files.iter();
        let changed =
            changed.map(|(path, file)| (path.clone(), Some((kind(path), file.after.clone())))).collect();
        let tree = tree.overlaid(changed);
        judge(repo, &tree, self.past.as_ref())
    }
}

fn judge(repo: &Repo, tree: &Tree, past: Option<&(CommitId, History)>) -> Result<Imported> {
    let known = past.map(|(head, history)| (head, history));
    let imports = python::judge(repo, tree, &Cache::of(repo), known)?;
    let mut history_unknown = None;
    let mut references = Vec::new();
    if let Some((_, history)) = past {
        history_unknown.clone_from(&history.unknown);
        (_, references) = links::moved_paths(tree, history)?;
    }
    Ok(Imported { imports, references, history_unknown, mends: 0 })
}
