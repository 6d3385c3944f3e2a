//! The folders of a repository and the modules in them, found once for all questions.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::Import;
use super::index::{FileId, ReadFile};
use crate::code::python::inventory::is_test_file;
use crate::repo::RepoPath;

/// A place in [`Table::folders`].
pub(crate) type FolderId = usize;

/// All folders, and what is asked of each file again and again.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) folders: Vec<Folder>,
    /// The folder of each file; `None` where its name is not text.
    own: Vec<Option<FolderId>>,
    /// The last part of each file's module.
    stems: Vec<String>,
    /// Names that some file sets on a module, by the module's last part; `*` for computed names.
    patches: BTreeMap<String, BTreeSet<String>>,
    /// Folders without `__init__.py` that are part of a package's name.
    shared: BTreeSet<FolderId>,
    /// Top-level packages that take a share in the import system.
    hooked: BTreeSet<FolderId>,
}

#[derive(Debug, Default)]
pub(crate) struct Folder {
    pub(crate) path: String,
    pub(crate) parent: Option<FolderId>,
    pub(super) folders: BTreeMap<String, FolderId>,
    pub(super) modules: BTreeMap<String, Module>,
    /// A Python file lies here or below.
    pub(super) has_python: bool,
    /// A link to elsewhere, or another repository: its content is not known.
    pub(super) opaque: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Module {
    Source(FileId),
    /// Compiled, a stub, or a link: it is there, its names are not known.
    Compiled,
}

/// One path of the tree for the index.
pub(crate) struct Entry<'a> {
    pub(crate) path: &'a RepoPath,
    /// A symbolic link or a submodule.
    pub(crate) opaque: bool,
    pub(crate) file: Option<FileId>,
}

impl Table {
    /// Takes the paths of a tree, and what the files among them say.
    pub(super) fn of(entries: &[Entry<'_>], files: &[ReadFile]) -> Self {
        let mut table = Self { folders: vec![Folder::default()], ..Self::default() };
        for entry in entries {
            // No module has a name that is not text.
            if let Ok(path) = std::str::from_utf8(entry.path.as_bytes()) {
                table.add(path, entry);
            }
        }
        table.own = files.iter().map(|file| table.folder_at(&file.path)).collect();
        table.stems = files.iter().map(|file| stem(&file.path)).collect();
        let hooking = files.iter().zip(&table.own).filter(|(file, _)| {
            !is_test_file(&file.path) && file.facts.as_ref().is_some_and(|facts| facts.hooks_imports)
        });
        table.hooked = hooking.filter_map(|(_, own)| table.top_package((*own)?)).collect();
        let facts = || files.iter().filter_map(|file| file.facts.as_ref());
        for (module, name) in facts().flat_map(|facts| &facts.patches) {
            table.patches.entry(module.clone()).or_default().insert(name.clone());
        }
        let fillers: BTreeSet<&String> = facts().flat_map(|facts| &facts.fillers).collect();
        for (file, stem) in files.iter().zip(&table.stems) {
            let mut by = file.facts.iter().flat_map(|facts| &facts.filled_by);
            if by.any(|by| fillers.contains(by)) {
                table.patches.entry(stem.clone()).or_default().insert("*".to_owned());
            }
        }
        table.note_writers(files);
        table
    }

    /// Modules that take a function which writes into the namespace of its caller, or its module, may have any name.
    fn note_writers(&mut self, files: &[ReadFile]) {
        let writing = files.iter().zip(&self.stems).filter_map(|(file, stem)| {
            let writers = &file.facts.as_ref()?.caller_writers;
            (!writers.is_empty()).then(|| writers.iter().chain(std::iter::once(stem)))
        });
        let writers: BTreeSet<&str> = writing.flatten().map(String::as_str).collect();
        if writers.is_empty() {
            return;
        }
        let takes = |import: &Import| {
            let whole = import.module.rsplit('.').next().unwrap_or_default();
            writers.contains(import.name.as_deref().unwrap_or(whole))
        };
        let taking = files.iter().zip(&self.stems).filter(|(file, _)| {
            let facts = file.facts.as_ref();
            facts.is_some_and(|facts| !facts.caller_writers.is_empty() || facts.imports.iter().any(takes))
        });
        let stems: Vec<String> = taking.map(|(_, stem)| stem.clone()).collect();
        for stem in stems {
            self.patches.entry(stem).or_default().insert("*".to_owned());
        }
    }

    fn add(&mut self, path: &str, entry: &Entry<'_>) {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder = self.make_folder(folder);
        if entry.opaque {
            let stem = name.strip_suffix(".py");
            if let Some(stem) = stem {
                self.folders[folder].modules.insert(stem.to_owned(), Module::Compiled);
                self.mark_python(folder);
            } else {
                let link = self.make_folder(path);
                self.folders[link].opaque = true;
            }
            return;
        }
        let Some((stem, ending)) = name.split_once('.') else { return };
        let module = match (ending, entry.file) {
            ("py", Some(file)) => Module::Source(file),
            ("pyi" | "pyx" | "pyd" | "so", _) => Module::Compiled,
            _ if ending.ends_with(".so") || ending.ends_with(".pyd") => Module::Compiled,
            _ => return,
        };
        let modules = &mut self.folders[folder].modules;
        match module {
            Module::Source(_) => {
                modules.insert(stem.to_owned(), module);
            }
            Module::Compiled => {
                modules.entry(stem.to_owned()).or_insert(module);
            }
        }
        self.mark_python(folder);
    }

    fn mark_python(&mut self, folder: FolderId) {
        let mut at = Some(folder);
        while let Some(id) = at.filter(|id| !self.folders[*id].has_python) {
            self.folders[id].has_python = true;
            at = self.folders[id].parent;
        }
    }

    /// Notes the folders without `__init__.py` that an import leads through from a declared root: they are part of a
    /// package's name (PEP 420), and on no import path themselves.
    ///
    /// The repository's own top is no declared root: a program may be started in each folder below it.
    pub(super) fn note_shared(&mut self, roots: &BTreeSet<String>, files: &[ReadFile]) {
        let roots = roots.iter().filter(|root| !root.is_empty()).filter_map(|root| self.folder(root));
        let roots: Vec<FolderId> = roots.collect();
        if roots.is_empty() {
            return;
        }
        let imports = files.iter().filter_map(|file| file.facts.as_ref()).flat_map(|facts| &facts.imports);
        let modules: BTreeSet<&str> =
            imports.filter(|import| import.level == 0).map(|import| import.module.as_str()).collect();
        for root in roots {
            let shared: Vec<FolderId> =
                modules.iter().flat_map(|module| self.shared_on_the_way(root, module)).collect();
            self.shared.extend(shared);
        }
    }

    /// The folders without `__init__.py` that lead from a root to a package or module; none where there is none.
    fn shared_on_the_way(&self, root: FolderId, module: &str) -> Vec<FolderId> {
        let mut at = root;
        let mut shared = Vec::new();
        for part in module.split('.') {
            let here = &self.folders[at];
            let inner = here.folders.get(part).copied();
            if here.modules.contains_key(part) || inner.is_some_and(|inner| self.is_package(inner)) {
                return shared;
            }
            let Some(inner) = inner else { return Vec::new() };
            shared.push(inner);
            at = inner;
        }
        Vec::new()
    }

    /// The topmost package around a folder.
    fn top_package(&self, folder: FolderId) -> Option<FolderId> {
        let mut top = Some(folder).filter(|folder| self.is_package(*folder))?;
        while let Some(above) = self.folders[top].parent.filter(|above| self.is_package(*above)) {
            top = above;
        }
        Some(top)
    }

    /// True for a top-level package of which a module makes the interpreter ask it for modules (`sys.meta_path`,
    /// `sys.path_hooks`): what it holds is known only when it runs.
    pub(super) fn is_hooked(&self, folder: FolderId) -> bool {
        self.hooked.contains(&folder)
    }

    fn is_package(&self, folder: FolderId) -> bool {
        self.folders[folder].modules.contains_key("__init__")
    }

    /// True for a folder without `__init__.py` that is part of a package's name.
    pub(super) fn is_shared(&self, folder: FolderId) -> bool {
        self.shared.contains(&folder)
    }

    fn make_folder(&mut self, path: &str) -> FolderId {
        let mut at = 0;
        for part in path.split('/').filter(|part| !part.is_empty()) {
            at = match self.folders[at].folders.get(part) {
                Some(&folder) => folder,
                None => {
                    let parent = &self.folders[at].path;
                    let path = if parent.is_empty() { part.to_owned() } else { format!("{parent}/{part}") };
                    let id = self.folders.len();
                    self.folders.push(Folder { path, parent: Some(at), ..Folder::default() });
                    self.folders[at].folders.insert(part.to_owned(), id);
                    id
                }
            };
        }
        at
    }

    /// The folder at a path, if anything lies there.
    pub(super) fn folder(&self, path: &str) -> Option<FolderId> {
        let parts = path.split('/').filter(|part| !part.is_empty());
        parts.into_iter().try_fold(0, |at, part| self.folders[at].folders.get(part).copied())
    }

    fn folder_at(&self, path: &RepoPath) -> Option<FolderId> {
        match path.parent() {
            None => Some(0),
            Some(path) => self.folder(std::str::from_utf8(path.as_bytes()).ok()?),
        }
    }

    /// The folder of a file.
    pub(super) fn folder_of(&self, file: FileId) -> Option<FolderId> {
        self.own[file]
    }

    /// True when some file sets the name on the module of this one.
    pub(super) fn is_patched(&self, file: FileId, name: &str) -> bool {
        let names = self.patches.get(&self.stems[file]);
        names.is_some_and(|names| names.contains(name) || names.contains("*"))
    }
}

fn stem(path: &RepoPath) -> String {
    let stem = match path.stem() {
        b"__init__" => path.parent().map(|folder| folder.file_name().to_vec()),
        stem => Some(stem.to_vec()),
    };
    stem.and_then(|stem| String::from_utf8(stem).ok()).unwrap_or_default()
}
