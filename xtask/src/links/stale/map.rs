//! What moved: files, folders that went as a whole, and Python modules by their dotted names.

use std::collections::{BTreeMap, BTreeSet};

use crate::repo::{CommitId, History, RepoPath, Tree};

/// Old places and what stands there now.
pub(super) struct Moved {
    files: BTreeMap<RepoPath, (RepoPath, CommitId)>,
    folders: BTreeMap<RepoPath, (RepoPath, CommitId)>,
    modules: BTreeMap<String, (String, CommitId)>,
}

impl Moved {
    /// Takes the renames whose old place is empty and whose new one is not.
    pub(super) fn of(tree: &Tree, history: &History) -> Self {
        let mut files = BTreeMap::new();
        let sources: BTreeSet<&RepoPath> = history.renames.iter().map(|rename| &rename.from).collect();
        for old in sources {
            if tree.get(old).is_some() || tree.has_folder(old) {
                continue;
            }
            let is_now = |to: &RepoPath| tree.get(to).is_some() && is_like(old, to);
            let Some(rename) = history.moved_to(old).filter(|rename| is_now(&rename.to)) else {
                continue;
            };
            files.insert(old.clone(), (rename.to.clone(), rename.change.commit.clone()));
        }
        Self { folders: folders(tree, history, &files), modules: modules(tree, history, &files), files }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// What stands now in place of a path as `text` names it: a folder only where a slash shows that a path is meant.
    pub(super) fn path(&self, path: &RepoPath, text: &str) -> Option<(&RepoPath, &CommitId)> {
        let folder = || text.contains('/').then(|| self.folders.get(path)).flatten();
        let file = if text.ends_with('/') { None } else { self.files.get(path) };
        file.or_else(folder).map(|(new, commit)| (new, commit))
    }

    pub(super) fn module(&self, name: &str) -> Option<(&str, &CommitId)> {
        self.modules.get(name).map(|(new, commit)| (new.as_str(), commit))
    }
}

/// False for two files of which nothing but the content is alike: small and empty files look like others.
fn is_like(old: &RepoPath, new: &RepoPath) -> bool {
    old.extension() == new.extension() || old.stem() == new.stem()
}

/// True when another file than `new` has the name: the name alone may mean that one.
pub(super) fn has_namesake(tree: &Tree, name: &str, new: &RepoPath) -> bool {
    tree.entries().any(|(path, _)| path != new && path.file_name() == name.as_bytes())
}

/// True when a dotted name still leads somewhere from some folder: imports of that project start there.
pub(super) fn is_below(tree: &Tree, name: &str) -> bool {
    let path = name.replace('.', "/");
    let ends = [format!("/{path}.py"), format!("/{path}/__init__.py")];
    tree.entries().any(|(path, _)| ends.iter().any(|end| path.as_bytes().ends_with(end.as_bytes())))
}

/// Folders that are gone, most of whose files moved, all of these to one other folder.
fn folders(
    tree: &Tree,
    history: &History,
    files: &BTreeMap<RepoPath, (RepoPath, CommitId)>,
) -> BTreeMap<RepoPath, (RepoPath, CommitId)> {
    let mut places: BTreeMap<RepoPath, Option<(RepoPath, CommitId)>> = BTreeMap::new();
    for (old, (new, commit)) in files {
        let mut folder = old.parent();
        while let Some(above) = folder {
            let below = &old.as_bytes()[above.as_bytes().len()..];
            let now = new.as_bytes().strip_suffix(below).filter(|now| !now.is_empty());
            let now = now.map(|now| (RepoPath::from_bytes(now), commit.clone()));
            let place = places.entry(above.clone()).or_insert_with(|| now.clone());
            if place.as_ref().map(|(path, _)| path) != now.as_ref().map(|(path, _)| path) {
                *place = None;
            }
            folder = above.parent();
        }
    }
    let gone = places.into_iter().filter_map(|(folder, place)| Some((folder, place?)));
    gone.filter(|(folder, _)| {
        let is_there = tree.has_folder(folder) || tree.get(folder).is_some();
        !is_there && most_moved(history, files, folder)
    })
    .collect()
}

/// False for a folder of which more files were removed than moved away.
fn most_moved(
    history: &History,
    files: &BTreeMap<RepoPath, (RepoPath, CommitId)>,
    folder: &RepoPath,
) -> bool {
    let start = RepoPath::from_bytes(&[folder.as_bytes(), b"/"].concat());
    let below = history.paths.range(&start..).map(|(path, _)| path);
    let below = below.take_while(|path| path.as_bytes().starts_with(start.as_bytes()));
    let (moved, removed): (Vec<_>, Vec<_>) = below.partition(|path| files.contains_key(*path));
    moved.len() >= removed.len()
}

/// Folders that import paths start from.
const ROOTS: &[&str] = &["", "src/", "lib/"];

fn modules(
    tree: &Tree,
    history: &History,
    files: &BTreeMap<RepoPath, (RepoPath, CommitId)>,
) -> BTreeMap<String, (String, CommitId)> {
    let mut modules = BTreeMap::new();
    for (old, (new, commit)) in files {
        let Some(new_name) = roots(tree).rev().find_map(|root| dotted(new, root)) else { continue };
        for old_name in roots(tree).filter_map(|root| dotted(old, root)) {
            if !is_there(tree, &old_name) {
                modules.insert(old_name, (new_name.clone(), commit.clone()));
            }
        }
    }
    // `meson.build` is the file of that name where there is or was one.
    let is_file = |name: &[u8]| std::str::from_utf8(name).is_ok_and(|name| modules.contains_key(name));
    let names = tree.entries().map(|(path, _)| path).chain(history.paths.keys()).map(RepoPath::file_name);
    let names: Vec<&[u8]> = names.filter(|name| is_file(name)).collect();
    for name in names {
        modules.remove(&*String::from_utf8_lossy(name));
    }
    modules
}

/// A root that is a package itself is none.
fn roots(tree: &Tree) -> impl DoubleEndedIterator<Item = &'static str> {
    let is_package = |root: &str| {
        !root.is_empty() && tree.get(&RepoPath::from(format!("{root}__init__.py").as_str())).is_some()
    };
    ROOTS.iter().copied().filter(move |root| !is_package(root))
}

/// True when a dotted name still leads somewhere: the module became a package, or went with its package below a root.
fn is_there(tree: &Tree, name: &str) -> bool {
    let path = name.replace('.', "/");
    let forms = |root: &str| [format!("{root}{path}.py"), format!("{root}{path}/__init__.py")];
    roots(tree).flat_map(forms).any(|path| tree.get(&RepoPath::from(path.as_str())).is_some())
}

fn dotted(path: &RepoPath, root: &str) -> Option<String> {
    let path = std::str::from_utf8(path.as_bytes()).ok()?.strip_prefix(root)?;
    // A project below has its own folder that imports start from.
    let path = path.rsplit_once("/src/").map_or(path, |(_, below)| below);
    let stem = path.strip_suffix(".py")?;
    let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
    let is_name =
        |part: &str| !part.is_empty() && part.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    stem.split('/').all(is_name).then(|| stem.replace('/', "."))
}
