//! Reads what the plan speaks of; alone in this folder it talks to the repository.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::checks::Chosen;
use super::fates::Fates;
use super::sweep::Swept;
use super::{ApplyOptions, Paths, PlanFile};
use crate::cache::Cache;
use crate::change::Disk;
use crate::consolidate::archive_place;
use crate::consolidate::done;
use crate::consolidate::gather::{Naming, guide_id, ignored_folders};
use crate::consolidate::plan::{Action, Item};
use crate::consolidate::scope::{self, Scope};
use crate::links::{Index, Resolution};
use crate::repo::{BlobId, Change, Entry, EntryKind, Repo, RepoPath, Tree};

/// What the checks ask about.
pub(super) struct Facts {
    pub(super) tree: Tree,
    pub(super) scope: Scope,
    /// The plan's place, where it lies in the repository.
    pub(super) plan: Option<RepoPath>,
    /// The items, each with its line.
    pub(super) placed: Vec<(usize, Item)>,
    /// Ids of what was carried out.
    pub(super) done: BTreeSet<String>,
    /// The content of every file that an item names, as far as it is a plain file.
    pub(super) contents: BTreeMap<RepoPath, (BlobId, Vec<u8>)>,
    /// What stands at targets, or in their way.
    pub(super) targets: BTreeMap<RepoPath, Target>,
    /// Files that symbolic links lead to, with the link.
    pub(super) linked: BTreeMap<RepoPath, RepoPath>,
    /// Archive folders where git ignores what is put there.
    pub(super) ignored_folders: Paths,
    /// Files that are known to name nothing that moves.
    pub(super) quiet: Paths,
}

/// What stands at a target.
pub(super) enum Target {
    /// Nothing.
    Free,
    /// A file; with the id of the item that made it, if it is a guide.
    File(Option<String>),
    /// It cannot be written: why.
    Blocked(String),
}

/// Reads all that the items name.
pub(super) fn facts(
    repo: &Repo,
    tree: Tree,
    plan: &PlanFile,
    placed: Vec<(usize, Item)>,
    options: &ApplyOptions,
) -> Result<Facts> {
    let done = done::done(&tree, placed.iter().map(|(_, item)| item));
    let ticked =
        || placed.iter().map(|(_, item)| item).filter(|item| item.ticked && !done.contains(&item.id()));
    let naming = Naming::of(repo);
    let mut contents = BTreeMap::new();
    let sources = ticked().flat_map(|item| item.sources.iter().map(|source| &source.path));
    let twins = ticked().filter(|item| item.action == Action::Duplicate).map(|item| &item.target);
    for path in sources.chain(twins) {
        let is_file =
            tree.get(path).is_some_and(|entry| matches!(entry.kind, EntryKind::File | EntryKind::Executable));
        if !is_file || contents.contains_key(path) {
            continue;
        }
        let bytes = tree.read(path)?;
        let blob = naming.name(None, &bytes).with_context(|| format!("name the content of `{path}`"))?;
        contents.insert(path.clone(), (blob, bytes));
    }
    let mut scope = Scope::of(&options.config)?;
    scope.put_away(done::put_away(placed.iter().map(|(_, item)| item), &done));
    let disk = Disk::of(repo)?;
    let targets = ticked()
        .filter(|item| item.action != Action::Duplicate)
        .map(|item| (item.target.clone(), target(&disk, &tree, &item.target)))
        .collect();
    let sources = ticked().flat_map(|item| item.sources.iter().map(|source| &source.path));
    let archives = archive_place::folders(&all_paths(&tree), sources);
    Ok(Facts {
        scope,
        ignored_folders: ignored_folders(repo, &tree, archives.into_iter())?,
        plan: plan.path.clone(),
        linked: linked(&tree),
        tree,
        placed,
        done,
        contents,
        targets,
        quiet: Paths::new(),
    })
}

/// All paths, those that are not checked out too.
pub(super) fn all_paths(tree: &Tree) -> Paths {
    tree.entries().map(|(path, _)| path).chain(tree.left_out().keys()).cloned().collect()
}

fn target(disk: &Disk, tree: &Tree, path: &RepoPath) -> Target {
    if tree.has_folder(path) {
        return Target::Blocked(format!("`{path}` is a folder"));
    }
    let is_plain = |entry: &Entry| matches!(entry.kind, EntryKind::File | EntryKind::Executable);
    let read = match tree.get(path).is_some_and(is_plain) {
        true => tree.read(path).map(Some),
        // What git ignores stands in the way too.
        false => disk.read(&path.into()).map(|state| state.map(|state| state.bytes)),
    };
    match read {
        Ok(None) => Target::Free,
        Ok(Some(bytes)) => Target::File(guide_id(&String::from_utf8_lossy(&bytes))),
        Err(error) => Target::Blocked(format!("{error:#}")),
    }
}

/// What symbolic links lead to: files, and folders that hold files.
fn linked(tree: &Tree) -> BTreeMap<RepoPath, RepoPath> {
    let index = Index::new(tree);
    let links = tree.entries().filter(|(_, entry)| entry.kind == EntryKind::Symlink);
    let mut linked = BTreeMap::new();
    for (link, _) in links {
        // A link's name as a destination leads to what is behind it.
        let name = crate::links::encode_path(link.as_bytes());
        if let Resolution::File { path, .. } = index.resolve(&RepoPath::from("x"), &name)
            && path != *link
        {
            linked.insert(path, link.clone());
        }
    }
    linked
}

/// The newest change of each source; `None` where history does not tell.
pub(super) fn dates(repo: &Repo, chosen: &Chosen) -> Result<BTreeMap<RepoPath, Change>> {
    let Some(head) = repo.head()? else { return Ok(BTreeMap::new()) };
    let history = Cache::of(repo).history(repo, &head)?;
    if history.unknown.is_some() {
        return Ok(BTreeMap::new());
    }
    let sources = chosen.tasks.iter().flat_map(|task| &task.item.sources);
    let dated = sources.filter_map(|source| {
        let path = history.paths.get(&source.path)?;
        Some((source.path.clone(), path.last.clone()))
    });
    Ok(dated.collect())
}

/// The branch at HEAD, if it is the one that others build on: the remote's, or the one that git calls so.
///
/// # Errors
/// git cannot be asked.
pub fn default_branch(repo: &Repo) -> Result<Option<String>> {
    let Some(branch) = repo.branch()? else { return Ok(None) };
    let ask = |args: &[&str]| -> Result<String> {
        let answer = repo.git().answer_to(args, &[], &[])?;
        Ok(String::from_utf8_lossy(&answer.stdout).trim().to_owned())
    };
    let remote = ask(&["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"])?;
    let is_default = match remote.strip_prefix("origin/") {
        Some(remote) => remote == branch,
        None => {
            let configured = ask(&["config", "--get", "init.defaultBranch"])?;
            branch == configured || matches!(branch.as_str(), "main" | "master" | "trunk")
        }
    };
    Ok(is_default.then_some(branch))
}

impl Facts {
    /// How many ticked items were carried out before.
    pub(super) fn ticked_before(&self) -> usize {
        self.placed.iter().filter(|(_, item)| item.ticked && self.done.contains(&item.id())).count()
    }

    /// Why a note must stay where it is.
    pub(super) fn reason_to_stay(&self, path: &RepoPath) -> Option<String> {
        if self.scope.is_kept(path) {
            return Some(format!("`keep` in xtask.toml names `{path}`"));
        }
        if let Some(reason) = scope::fixed_by_name(path) {
            return Some(format!("`{path}` stays: {reason}"));
        }
        self.linked.get(path).map(|link| format!("the symbolic link `{link}` leads to `{path}`"))
    }
}

/// The tree as it will be.
pub(super) fn after(facts: &Facts, fates: &Fates, swept: &Swept) -> Tree {
    let mut changes: BTreeMap<RepoPath, Option<(EntryKind, Vec<u8>)>> =
        fates.files.keys().map(|path| (path.clone(), None)).collect();
    let kind = |path: &RepoPath| facts.tree.get(path).map_or(EntryKind::File, |entry| entry.kind);
    for (path, to) in &fates.files {
        let (Some(to), Some((_, bytes))) = (to, facts.contents.get(path)) else { continue };
        let bytes = swept.contents.get(path).unwrap_or(bytes);
        changes.insert(to.clone(), Some((kind(path), bytes.clone())));
    }
    for (path, bytes) in swept.contents.iter().filter(|(path, _)| !fates.files.contains_key(*path)) {
        changes.insert(path.clone(), Some((kind(path), bytes.clone())));
    }
    for (path, bytes) in swept.guides.iter().chain(swept.index.as_ref().map(|(path, bytes)| (path, bytes))) {
        changes.insert(path.clone(), Some((kind(path), bytes.clone())));
    }
    facts.tree.clone().overlaid(changes)
}
