//! The folders and modules of a repository, as Python's import system would find them.

use super::facts::Facts;
use super::folders::{Folder, FolderId, Module, Table};
use super::layout::Layout;
use crate::code::python::inventory::is_test_file;
use crate::repo::RepoPath;

/// A place in [`Index::files`].
pub(crate) type FileId = usize;

/// All folders of a repository with the modules in them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Index<'a> {
    pub(crate) files: &'a [ReadFile],
    pub(crate) folders: &'a [Folder],
    layout: &'a Layout,
    table: &'a Table,
}

/// One Python file; facts are `None` when it is no Python or was not read.
#[derive(Clone, Debug)]
pub(crate) struct ReadFile {
    pub(crate) path: RepoPath,
    pub(crate) facts: Option<Facts>,
}

/// What a dotted name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// A plain module.
    Module(FileId),
    /// A folder with `__init__.py`; `None` when that is compiled or a link.
    Package(FolderId, Option<FileId>),
    /// A folder without it.
    Namespace(FolderId),
    /// It is there, or may be made by the build or at run time; nothing more is known.
    Unknown,
}

/// How far a dotted name leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Found(Place),
    /// So many parts lead to `within`, the next is not there.
    Missing {
        parts: usize,
        within: Place,
    },
    /// Not even the first part is there.
    Absent,
}

/// Whether a module has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    No,
    Unknown,
}

const MODULE_DUNDERS: &[&str] = &[
    "__annotations__",
    "__builtins__",
    "__cached__",
    "__class__",
    "__dict__",
    "__doc__",
    "__file__",
    "__loader__",
    "__name__",
    "__package__",
    "__path__",
    "__spec__",
];

impl<'a> Index<'a> {
    pub(super) fn of(files: &'a [ReadFile], layout: &'a Layout, table: &'a Table) -> Self {
        Self { files, folders: &table.folders, layout, table }
    }

    /// The folder at a path, if anything lies there.
    pub(crate) fn folder(&self, path: &str) -> Option<FolderId> {
        self.table.folder(path)
    }

    /// True for a folder with `__init__.py`.
    pub(crate) fn is_package(&self, folder: FolderId) -> bool {
        self.folders[folder].modules.contains_key("__init__")
    }

    /// Follows a dotted name from a folder; no name at all leads to the folder itself.
    pub(crate) fn resolve(&self, root: FolderId, dotted: &str) -> Outcome {
        self.walk(root, &dotted.split('.').filter(|part| !part.is_empty()).collect::<Vec<_>>())
    }

    fn walk(&self, root: FolderId, parts: &[&str]) -> Outcome {
        let mut place = self.place_of_folder(root);
        let mut folder = root;
        for (at, part) in parts.iter().enumerate() {
            match self.child(folder, part) {
                Some(Place::Unknown) => return Outcome::Found(Place::Unknown),
                Some(found @ (Place::Package(inner, _) | Place::Namespace(inner))) => {
                    place = found;
                    folder = inner;
                }
                Some(found @ Place::Module(file)) => {
                    if at + 1 == parts.len() {
                        return Outcome::Found(found);
                    }
                    if self.facts(file).is_none_or(may_hold_modules) {
                        return Outcome::Found(Place::Unknown);
                    }
                    return Outcome::Missing { parts: at + 1, within: found };
                }
                None => {
                    let is_built = self.layout.builds(&parts[..=at].join("."))
                        || self.is_built(folder, part)
                        || (at > 0 && self.layout.makes(part))
                        || self.layout.is_ignored(&self.place_below(folder, part));
                    if is_built || self.makes_modules(place) {
                        return Outcome::Found(Place::Unknown);
                    }
                    if at == 0 {
                        return Outcome::Absent;
                    }
                    return Outcome::Missing { parts: at, within: place };
                }
            }
        }
        Outcome::Found(place)
    }

    /// What lies at a path without ending: the module's file, or the folder of a package.
    pub(crate) fn resolve_path(&self, path: &str) -> Outcome {
        self.walk(0, &path.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>())
    }

    fn place_below(&self, folder: FolderId, part: &str) -> String {
        let path = &self.folders[folder].path;
        if path.is_empty() { part.to_owned() } else { format!("{path}/{part}") }
    }

    fn place_of_folder(&self, folder: FolderId) -> Place {
        match self.folders[folder].modules.get("__init__") {
            Some(Module::Source(file)) => Place::Package(folder, Some(*file)),
            Some(Module::Compiled) => Place::Package(folder, None),
            None => Place::Namespace(folder),
        }
    }

    /// True when a module or folder of the name stands in a folder.
    pub(super) fn holds(&self, folder: FolderId, name: &str) -> bool {
        self.child(folder, name).is_some()
    }

    fn child(&self, folder: FolderId, part: &str) -> Option<Place> {
        let here = &self.folders[folder];
        if here.opaque {
            return Some(Place::Unknown);
        }
        let inner = here.folders.get(part).copied();
        if let Some(inner) = inner.filter(|inner| self.is_package(*inner)) {
            return Some(self.place_of_folder(inner));
        }
        match (here.modules.get(part), inner) {
            (Some(Module::Source(file)), _) => Some(Place::Module(*file)),
            (Some(Module::Compiled), _) => Some(Place::Unknown),
            (None, Some(inner)) if self.folders[inner].opaque => Some(Place::Unknown),
            (None, Some(inner)) if self.folders[inner].has_python => Some(Place::Namespace(inner)),
            _ => None,
        }
    }

    pub(crate) fn facts(&self, file: FileId) -> Option<&Facts> {
        self.files.get(file)?.facts.as_ref()
    }

    fn makes_modules(&self, place: Place) -> bool {
        match place {
            Place::Package(_, None) | Place::Unknown => true,
            Place::Package(folder, Some(_)) if self.table.is_hooked(folder) => true,
            Place::Package(_, Some(file)) | Place::Module(file) => {
                self.facts(file).is_none_or(|facts| facts.makes_modules)
            }
            Place::Namespace(_) => false,
        }
    }

    /// Whether `from PLACE import name` works.
    pub(crate) fn has_name(&self, place: Place, name: &str) -> Answer {
        self.has(place, name, &mut Vec::new())
    }

    fn has(&self, place: Place, name: &str, seen: &mut Vec<FileId>) -> Answer {
        if name == "*" {
            return Answer::Yes;
        }
        let (folder, file) = match place {
            Place::Unknown => return Answer::Unknown,
            Place::Namespace(folder) => (Some(folder), None),
            Place::Package(_, None) => return Answer::Unknown,
            Place::Package(folder, Some(file)) => (Some(folder), Some(file)),
            Place::Module(file) => (None, Some(file)),
        };
        let facts = file.map(|file| self.facts(file));
        if let Some(folder) = folder {
            if self.child(folder, name).is_some() {
                return Answer::Yes;
            }
            // What the package binds hides what the build may put beside it.
            if facts.flatten().is_some_and(|facts| facts.bindings.contains(name)) {
                return Answer::Yes;
            }
            if self.is_built(folder, name)
                || self.layout.makes(name)
                || self.layout.is_ignored(&self.place_below(folder, name))
            {
                return Answer::Unknown;
            }
        }
        let Some(file) = file else { return Answer::No };
        let Some(facts) = self.facts(file) else { return Answer::Unknown };
        if facts.bindings.contains(name) || MODULE_DUNDERS.contains(&name) {
            return Answer::Yes;
        }
        let is_hooked = folder.is_some_and(|folder| self.table.is_hooked(folder));
        if facts.makes_names || facts.makes_modules || is_hooked || self.is_patched(file, name) {
            return Answer::Unknown;
        }
        self.has_by_star(file, facts, name, seen)
    }

    /// True when a package that makes names while it runs has no such name by its text: it fails, unless a module of
    /// that name is installed into it. Of a package that does not parse nothing is known but what git moved.
    pub(crate) fn lacks(&self, place: Place, name: &str) -> bool {
        let Place::Package(folder, Some(file)) = place else { return false };
        if self.child(folder, name).is_some() || self.is_written(folder, name) {
            return false;
        }
        let Some(facts) = self.facts(file) else { return true };
        facts.answers_to.as_ref().is_some_and(|words| !words.contains(name))
            && !facts.bindings.contains(name)
            && !MODULE_DUNDERS.contains(&name)
            && !self.is_patched(file, name)
            && self.has_by_star(file, facts, name, &mut Vec::new()) == Answer::No
    }

    /// True when a dotted name is unknown only because a package that makes modules while it runs may make this one,
    /// though its text does not say so, or because git ignores folders of its last name.
    pub(crate) fn is_unsaid(&self, root: FolderId, dotted: &str) -> bool {
        let mut folder = root;
        for part in dotted.split('.').filter(|part| !part.is_empty()) {
            match self.child(folder, part) {
                Some(Place::Package(inner, _) | Place::Namespace(inner)) => folder = inner,
                Some(_) => return false,
                None => {
                    return match self.place_of_folder(folder) {
                        Place::Package(_, Some(file)) => self.may_lack(folder, file, part),
                        Place::Namespace(_) if folder != root => !self.is_written(folder, part),
                        _ => false,
                    };
                }
            }
        }
        false
    }

    /// True when neither the build nor the package's text speaks of a name.
    fn may_lack(&self, folder: FolderId, file: FileId, name: &str) -> bool {
        let is_said = |facts: &Facts| {
            facts.makes_modules && facts.answers_to.as_ref().is_none_or(|words| words.contains(name))
        };
        !self.facts(file).is_some_and(is_said) && !self.is_written(folder, name)
    }

    fn is_written(&self, folder: FolderId, name: &str) -> bool {
        self.is_built(folder, name)
            || self.layout.makes(name)
            || self.layout.writes(&self.place_below(folder, name))
    }

    pub(crate) fn is_patched(&self, file: FileId, name: &str) -> bool {
        self.table.is_patched(file, name)
    }

    /// A compiled module is named in the build by its dotted name, whose root is not known here.
    fn is_built(&self, folder: FolderId, name: &str) -> bool {
        let dotted = self.place_below(folder, name).replace('/', ".");
        let mut from = 0;
        while let Some(dot) = dotted[from..].find('.') {
            if self.layout.builds(&dotted[from..]) {
                return true;
            }
            from += dot + 1;
        }
        false
    }

    fn has_by_star(&self, file: FileId, facts: &Facts, name: &str, seen: &mut Vec<FileId>) -> Answer {
        if seen.contains(&file) {
            return Answer::No;
        }
        seen.push(file);
        let mut answer = Answer::No;
        for (level, module) in &facts.stars {
            let mut found = Answer::Unknown;
            for target in self.targets(file, *level, module) {
                found = match (target, found) {
                    (Outcome::Found(place), before) => match (self.has_for_star(place, name, seen), before) {
                        (Answer::Yes, _) => return Answer::Yes,
                        (Answer::No, Answer::Unknown) => Answer::No,
                        (now, _) => now,
                    },
                    (_, before) => before,
                };
            }
            if found == Answer::Unknown {
                answer = Answer::Unknown;
            }
        }
        answer
    }

    /// Whether `from PLACE import *` takes this name along.
    fn has_for_star(&self, place: Place, name: &str, seen: &mut Vec<FileId>) -> Answer {
        if let Place::Module(file) | Place::Package(_, Some(file)) = place
            && let Some(facts) = self.facts(file)
            && facts.exported.leaves(name)
            && !facts.replaces_names
            && !self.is_patched(file, "__all__")
        {
            return Answer::No;
        }
        self.has(place, name, seen)
    }

    /// Where `from LEVEL.MODULE` of a file may lead: one place for a relative import, one for each root else.
    pub(crate) fn targets(&self, file: FileId, level: u32, module: &str) -> Vec<Outcome> {
        if level > 0 {
            return vec![self.relative(file, level, module)];
        }
        let roots = self.roots(file);
        roots.into_iter().map(|root| self.resolve(root.folder, module)).collect()
    }

    /// Where a relative import leads; `Absent` when it leaves the repository.
    pub(crate) fn relative(&self, file: FileId, level: u32, module: &str) -> Outcome {
        let Some(mut folder) = self.folder_of(file) else { return Outcome::Absent };
        for _ in 1..level {
            match self.folders[folder].parent {
                Some(parent) => folder = parent,
                None => return Outcome::Absent,
            }
        }
        self.resolve_relative(folder, module)
    }

    fn resolve_relative(&self, folder: FolderId, module: &str) -> Outcome {
        match self.resolve(folder, module) {
            Outcome::Absent if self.layout.makes(module.split('.').next().unwrap_or_default()) => {
                Outcome::Found(Place::Unknown)
            }
            Outcome::Absent => Outcome::Missing { parts: 0, within: self.place_of_folder(folder) },
            other => other,
        }
    }

    /// Where the build files say that a module is taken from: by the entry of the longest package name, as setuptools
    /// does (<https://setuptools.pypa.io/en/latest/references/keywords.html>). Several projects may have such an entry.
    pub(crate) fn placed(&self, module: &str) -> Vec<Outcome> {
        let fits = self.layout.aliases.iter().filter_map(|(package, folder)| {
            let rest = module.strip_prefix(package.as_str())?;
            let folder = self.folder(folder)?;
            (rest.is_empty() || rest.starts_with('.')).then_some((package.len(), folder, rest))
        });
        let fits: Vec<(usize, FolderId, &str)> = fits.collect();
        let longest = fits.iter().map(|(length, ..)| *length).max();
        let fits = fits.iter().filter(|(length, ..)| Some(*length) == longest);
        fits.map(|(_, folder, rest)| self.resolve(*folder, rest)).collect()
    }

    pub(crate) fn folder_of(&self, file: FileId) -> Option<FolderId> {
        self.table.folder_of(file)
    }
}

/// True for a module that may have a `__path__` once it runs: then the interpreter takes it for a package. Its
/// `__getattr__` is asked for that too (PEP 562).
fn may_hold_modules(facts: &Facts) -> bool {
    let answers = || facts.answers_to.as_ref().is_none_or(|words| words.contains("__path__"));
    facts.makes_modules || (facts.bindings.contains("__getattr__") && answers())
}

/// A folder that a file's absolute imports start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Root {
    pub(crate) folder: FolderId,
    /// What is missing here is no proof: the folder is on the path only when the file is run as a script.
    pub(crate) only_as_script: bool,
}

impl Index<'_> {
    /// The folders that absolute imports of a file start from.
    pub(crate) fn roots(&self, file: FileId) -> Vec<Root> {
        let mut roots: Vec<Root> = Vec::new();
        let mut add = |folder: FolderId, only_as_script: bool| {
            if !roots.iter().any(|root| root.folder == folder) {
                roots.push(Root { folder, only_as_script });
            }
        };
        let own = self.folder_of(file);
        // pytest puts the folder above a test's package on the path, whatever else it is.
        let is_test = is_test_file(&self.files[file].path);
        let mut at = own;
        while let Some(folder) = at {
            let may_be_on_path = at == own || is_test || !self.table.is_shared(folder);
            if !self.is_package(folder) && may_be_on_path {
                add(folder, false);
            }
            at = self.folders[folder].parent;
        }
        for root in &self.layout.roots {
            self.folder(root).into_iter().for_each(|folder| add(folder, false));
        }
        for folder in self.added_folders(file) {
            add(folder, false);
        }
        own.into_iter().for_each(|folder| add(folder, true));
        roots
    }

    /// Folders that the file, or a `conftest.py` above it, puts on `sys.path`.
    pub(crate) fn added_folders(&self, file: FileId) -> Vec<FolderId> {
        let mut found = self.added_by(file);
        let mut at = self.folder_of(file);
        while let Some(folder) = at {
            if let Some(Module::Source(conftest)) = self.folders[folder].modules.get("conftest")
                && *conftest != file
            {
                found.extend(self.added_by(*conftest));
            }
            at = self.folders[folder].parent;
        }
        found
    }

    fn added_by(&self, file: FileId) -> Vec<FolderId> {
        let Some(facts) = self.facts(file) else { return Vec::new() };
        let path = self.files[file].path.display().into_owned();
        let mut found = Vec::new();
        for addition in &facts.path_additions {
            let place = match (&addition.anchor, &addition.fixed) {
                (Some(anchor), _) => anchor.seen_from(&path),
                (None, Some(fixed)) if !fixed.starts_with('/') => Some(
                    fixed
                        .split('/')
                        .filter(|part| !matches!(*part, "" | "." | ".."))
                        .collect::<Vec<_>>()
                        .join("/"),
                ),
                _ => None,
            };
            found.extend(place.and_then(|place| self.folder(&place)));
        }
        found
    }
}
