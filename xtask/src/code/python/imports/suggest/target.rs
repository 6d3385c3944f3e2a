//! Finds what a broken import meant: the module and the name as they are called now.

use std::collections::BTreeMap;

use anyhow::Result;

use super::past::Past;
use super::patch::common_ends;
use super::{Confidence, Moves};
use crate::code::python::imports::facts::Import;
use crate::code::python::imports::index::{Answer, FileId, Index, Outcome, Place};
use crate::code::python::imports::layout::Layout;
use crate::code::python::inventory::is_test_file;
use crate::repo::{CommitId, RepoPath};

/// What a broken import meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// The module's path without its ending: `src/pkg/mod`, or the folder of a package.
    pub(super) module: String,
    /// The name in it; `None` for `import module`.
    pub(super) name: Option<String>,
    pub(super) commit: Option<CommitId>,
    pub(super) confidence: Confidence,
    /// The root that the old module stood below.
    pub(super) root: Option<String>,
}

/// Where a module stands that once had the name, and does not have it by its text.
struct Origin {
    module: String,
    root: Option<String>,
    /// The name there, where the module moved and what it has is only known when it runs.
    maybe: Option<Target>,
}

/// A folder that the import may have started from when it worked.
struct Base {
    folder: String,
    /// The commit that moved the importing file away from there.
    moved: Option<CommitId>,
}

pub(super) struct Finder<'a> {
    pub(super) index: &'a Index<'a>,
    pub(super) layout: &'a Layout,
    pub(super) moves: &'a Moves<'a>,
    pub(super) definers: &'a BTreeMap<&'a str, Vec<FileId>>,
}

impl Finder<'_> {
    pub(super) fn find(&self, past: &mut Past, file: FileId, import: &Import) -> Result<Option<Target>> {
        let mut origins: Vec<Origin> = Vec::new();
        for base in self.bases(file, import) {
            if let Some(target) = self.by_moves(&base, import, &mut origins) {
                return self.at_home(past, target).map(Some);
            }
        }
        let Some(name) = import.name.as_deref().filter(|name| *name != "*") else { return Ok(None) };
        if origins.is_empty() {
            origins.extend(self.bases(file, import).iter().filter_map(|base| self.dissolved(base, import)));
        }
        for origin in &origins {
            if let Some(target) = self.by_departure(past, origin, name)? {
                return Ok(Some(target));
            }
        }
        if let Some(target) = origins.iter().find_map(|origin| origin.maybe.clone()) {
            return Ok(Some(target));
        }
        for origin in &origins {
            if let Some(target) = self.by_import(past, origin, name)? {
                return Ok(Some(target));
            }
        }
        let gone = self.gone(file, import);
        let found = self.by_definition(file, &origins, &gone, name);
        let found = found.or_else(|| self.by_module_name(file, import, name));
        Ok(found.or_else(|| self.by_likeness(&origins, name)))
    }

    /// A top-level module that once stood where this file could import it, and was moved.
    pub(super) fn moved_away(&self, file: FileId, import: &Import) -> Option<Target> {
        let mut origins = Vec::new();
        let found =
            self.bases(file, import).iter().find_map(|base| self.by_moves(base, import, &mut origins));
        found.or_else(|| origins.into_iter().find_map(|origin| origin.maybe))
    }

    /// True when what is not committed yet takes the module away, and nothing moved.
    pub(super) fn goes_now(&self, file: FileId, import: &Import) -> bool {
        let is_gone = |base: &Base, ending: &str| {
            let module = join(&base.folder, &import.module.replace('.', "/"));
            let path = RepoPath::from(format!("{module}{ending}").as_str());
            self.moves.removed(&path).is_some_and(CommitId::is_uncommitted)
        };
        self.bases(file, import)
            .iter()
            .any(|base| [".py", "/__init__.py"].iter().any(|end| is_gone(base, end)))
    }

    fn bases(&self, file: FileId, import: &Import) -> Vec<Base> {
        let path = self.index.files[file].path.clone();
        let mut places: Vec<(RepoPath, Option<CommitId>)> = vec![(path.clone(), None)];
        places.extend(self.moves.earlier(&path).into_iter().map(|(path, commit)| (path, Some(commit))));
        let mut bases: Vec<Base> = Vec::new();
        let mut add = |folder: String, moved: Option<CommitId>| {
            if !bases.iter().any(|base| base.folder == folder) {
                bases.push(Base { folder, moved });
            }
        };
        for (path, moved) in &places {
            let own = path.parent().map(|folder| folder.display().into_owned()).unwrap_or_default();
            if import.level > 0 {
                let up = (1..import.level).try_fold(own, |folder, _| parent(&folder));
                up.into_iter().for_each(|folder| add(folder, moved.clone()));
            } else if moved.is_some() {
                add(own, moved.clone());
            } else {
                for root in self.index.roots(file) {
                    add(self.index.folders[root.folder].path.clone(), None);
                }
            }
        }
        bases
    }

    /// By the moves that git recorded. What is found without the name is kept as an origin.
    fn by_moves(&self, base: &Base, import: &Import, origins: &mut Vec<Origin>) -> Option<Target> {
        let module = join(&base.folder, &import.module.replace('.', "/"));
        let root = Some(base.folder.clone());
        let name = import.name.as_deref().filter(|name| *name != "*");
        if let Some(name) = name
            && let Some((now, commit, confidence)) = self.moved(&join(&module, name), base)
        {
            let now = self.package_of_its_name(now, name);
            let (package, last) = now.rsplit_once('/').unwrap_or(("", &now));
            let target =
                Target { module: package.to_owned(), name: Some(last.to_owned()), commit, confidence, root };
            return Some(target);
        }
        let (now, commit, confidence) = self.moved(&module, base)?;
        let target = Target { module: now.clone(), name: import.name.clone(), commit, confidence, root };
        let Some(name) = name else {
            let last = import.module.rsplit('.').next().unwrap_or_default();
            return Some(Target { module: self.package_of_its_name(target.module, last), ..target });
        };
        let answer = self.index.has_name(self.place(&now)?, name);
        if answer == Answer::Yes {
            return Some(target);
        }
        // `from . import name` means the package; what a file of its name binds is no answer.
        if !import.module.is_empty()
            && let Some(within) = self.file_of(&module).filter(|(stem, _)| *stem != now)
            && self.place(&within.0).is_some_and(|place| self.index.has_name(place, name) == Answer::Yes)
        {
            let (module, commit) = (within.0, Some(within.1));
            return Some(Target { module, commit, confidence: Confidence::High, ..target });
        }
        let root = target.root.clone();
        let maybe = (answer == Answer::Unknown && now != module).then_some(target);
        origins.push(Origin { module: now, root, maybe });
        None
    }

    /// A module that is gone, and went nowhere as a whole.
    fn dissolved(&self, base: &Base, import: &Import) -> Option<Origin> {
        let module = join(&base.folder, &import.module.replace('.', "/"));
        self.removed(&module)?;
        Some(Origin { module, root: Some(base.folder.clone()), maybe: None })
    }

    /// A module that went into a package of its own name, which offers what it has: the package is meant.
    fn package_of_its_name(&self, now: String, name: &str) -> String {
        let last = |path: &str| path.rsplit('/').next() == Some(name);
        let Some(folder) = parent(&now).filter(|folder| last(folder) && !last(&now)) else { return now };
        let (Some(Place::Package(_, Some(init))), Some(Place::Module(moved))) =
            (self.place(&folder), self.place(&now))
        else {
            return now;
        };
        let imports = self.index.facts(init).map(|facts| &facts.imports[..]).unwrap_or_default();
        let leads_there = |import: &Import| {
            import.name.is_some()
                && self
                    .index
                    .targets(init, import.level, &import.module)
                    .contains(&Outcome::Found(Place::Module(moved)))
        };
        if imports.iter().any(leads_there) { folder } else { now }
    }

    /// A name that the module defined once and only imports now: its new home is meant.
    fn at_home(&self, past: &mut Past, target: Target) -> Result<Target> {
        let (Some(name), Some(place @ Place::Module(file))) = (&target.name, self.place(&target.module))
        else {
            return Ok(target);
        };
        if self.index.facts(file).is_none_or(|facts| facts.defined.contains(name)) {
            return Ok(target);
        }
        let home = self.index.definition_at(place, name);
        let home = home.filter(|home| home.name.as_ref() == Some(name));
        let Some(module) = home.and_then(|home| stem_path(&self.index.files[home.file].path)) else {
            return Ok(target);
        };
        let left = past.departure(&self.paths_of(&target.module), name)?.is_some();
        Ok(if left { Target { module, ..target } } else { target })
    }

    /// Where a module that once stood at `module` (a path without ending) stands now.
    fn moved(&self, module: &str, base: &Base) -> Option<(String, Option<CommitId>, Confidence)> {
        if self.place(module).is_some_and(|place| !matches!(place, Place::Namespace(_))) {
            return Some((module.to_owned(), base.moved.clone(), Confidence::High));
        }
        if let Some((stem, commit)) = self.file_of(module) {
            return Some((stem, Some(commit), Confidence::High));
        }
        let (now, commit) = self.moves.folder(module).or_else(|| self.beside_others(module))?;
        self.place(&now).map(|_| (now, Some(commit), Confidence::Medium))
    }

    /// Where the file of a module that once stood at `module` stands now.
    fn file_of(&self, module: &str) -> Option<(String, CommitId)> {
        [".py", "/__init__.py"].iter().find_map(|ending| {
            let old = RepoPath::from(format!("{module}{ending}").as_str());
            let (now, commit) = self.moves.now(&old)?;
            let stem = stem_path(&now)?;
            self.place(&stem).is_some().then_some((stem, commit))
        })
    }

    /// A module that was rewritten as it went with most of its package.
    fn beside_others(&self, module: &str) -> Option<(String, CommitId)> {
        let (package, last) = module.rsplit_once('/')?;
        self.removed(module)?;
        let (now, commit) = self.moves.folder(package)?;
        Some((join(&now, last), commit))
    }

    /// The commit that took the file of a module away.
    fn removed(&self, module: &str) -> Option<&CommitId> {
        [".py", "/__init__.py"]
            .iter()
            .find_map(|ending| self.moves.removed(&RepoPath::from(format!("{module}{ending}").as_str())))
    }

    pub(super) fn place(&self, module: &str) -> Option<Place> {
        match self.index.resolve_path(module) {
            Outcome::Found(Place::Unknown) => None,
            Outcome::Found(place) => Some(place),
            _ => None,
        }
    }

    /// By the commit that took the name out of its module: renamed in its place, or defined elsewhere.
    fn by_departure(&self, past: &mut Past, origin: &Origin, name: &str) -> Result<Option<Target>> {
        let (origin, root) = (origin.module.as_str(), &origin.root);
        let mut name = name.to_owned();
        let mut last: Option<CommitId> = None;
        // A name may have been renamed more than once.
        for _ in 0..4 {
            let Some(departure) = past.departure(&self.paths_of(origin), &name)? else { return Ok(None) };
            let target = |module: String, name: String, confidence| Target {
                module,
                name: Some(name),
                commit: Some(departure.commit.clone()),
                confidence,
                root: root.clone(),
            };
            let homes: Vec<String> =
                departure.defined_in.iter().filter_map(|path| self.home(path, &name)).collect();
            if let [home] = &homes[..] {
                return Ok(Some(target(home.clone(), name, Confidence::High)));
            }
            if let Some(renamed) = departure.renamed.clone() {
                let place = self.place(origin);
                if place.is_some_and(|place| self.index.has_name(place, &renamed) == Answer::Yes) {
                    return Ok(Some(target(origin.to_owned(), renamed, Confidence::High)));
                }
                if last.as_ref() == Some(&departure.commit) {
                    return Ok(None);
                }
                last = Some(departure.commit);
                name = renamed;
                continue;
            }
            return Ok(None);
        }
        Ok(None)
    }

    /// A name that the module only imported, and does not any more: where it imported it from.
    fn by_import(&self, past: &mut Past, origin: &Origin, name: &str) -> Result<Option<Target>> {
        let Some((commit, path, import)) = past.dropped_import(&self.paths_of(&origin.module), name)? else {
            return Ok(None);
        };
        let Some(wanted) = import.name.as_deref().filter(|wanted| *wanted != "*") else { return Ok(None) };
        let folder = path.parent().map(|folder| folder.display().into_owned()).unwrap_or_default();
        let folders: Vec<String> = if import.level > 0 {
            (1..import.level).try_fold(folder, |folder, _| parent(&folder)).into_iter().collect()
        } else {
            self.layout.roots.iter().cloned().collect()
        };
        let mut found: Vec<Target> = Vec::new();
        for folder in folders {
            let base = Base { folder: folder.clone(), moved: None };
            let old = join(&folder, &import.module.replace('.', "/"));
            let Some((module, _, _)) = self.moved(&old, &base) else { continue };
            let place = self.place(&module);
            if place.is_some_and(|place| self.index.has_name(place, wanted) == Answer::Yes) {
                let (name, commit) = (Some(wanted.to_owned()), Some(commit.clone()));
                let (confidence, root) = (Confidence::Medium, Some(folder));
                found.push(Target { module, name, commit, confidence, root });
            }
        }
        let [target] = &found[..] else { return Ok(None) };
        Ok(Some(target.clone()))
    }

    /// The module of a file that got the name, under its path of today, if it still has the name.
    fn home(&self, path: &RepoPath, name: &str) -> Option<String> {
        let here = stem_path(path).filter(|stem| self.place(stem).is_some());
        let module = here.or_else(|| stem_path(&self.moves.now(path)?.0))?;
        let place = self.place(&module)?;
        // What does not parse has what git saw it get.
        let is_unread = matches!(place, Place::Module(file) | Place::Package(_, Some(file))
            if self.index.facts(file).is_none());
        (is_unread || self.index.has_name(place, name) == Answer::Yes).then_some(module)
    }

    /// The file of a module with the paths that it had before.
    fn paths_of(&self, module: &str) -> Vec<RepoPath> {
        let mut paths: Vec<RepoPath> = [".py", "/__init__.py"]
            .map(|ending| RepoPath::from(format!("{module}{ending}").as_str()))
            .to_vec();
        let earlier: Vec<RepoPath> =
            paths.iter().flat_map(|path| self.moves.earlier(path)).map(|(path, _)| path).collect();
        paths.extend(earlier);
        paths
    }

    /// The commits that took the imported module away.
    fn gone(&self, file: FileId, import: &Import) -> Vec<CommitId> {
        let paths = self.bases(file, import).into_iter().flat_map(|base| {
            let module = join(&base.folder, &import.module.replace('.', "/"));
            [".py", "/__init__.py"].map(|ending| RepoPath::from(format!("{module}{ending}").as_str()))
        });
        paths.filter_map(|path| self.moves.removed(&path).cloned()).collect()
    }

    /// The one module that defines the name; of several the one that came when the old module went.
    fn by_definition(
        &self,
        file: FileId,
        origins: &[Origin],
        gone: &[CommitId],
        name: &str,
    ) -> Option<Target> {
        let fitting = self.others(file, self.definers.get(name)?);
        let came = |id: &&RepoPath| gone.iter().any(|commit| self.moves.arrived(id, commit));
        let newcomers: Vec<&RepoPath> = fitting.iter().copied().filter(came).collect();
        let (path, confidence) = match (&fitting[..], &newcomers[..]) {
            (_, [newcomer]) => (*newcomer, Confidence::High),
            // Nothing but its name says that it is what was meant.
            ([only], _) => (*only, Confidence::Low),
            _ => return None,
        };
        let commit = (confidence == Confidence::High)
            .then(|| gone.iter().find(|commit| self.moves.arrived(path, commit)).cloned());
        let root = origins.first().and_then(|origin| origin.root.clone());
        let name = Some(name.to_owned());
        Some(Target { module: stem_path(path)?, name, commit: commit.flatten(), confidence, root })
    }

    /// A submodule that is gone, where exactly one module has its name.
    fn by_module_name(&self, file: FileId, import: &Import, name: &str) -> Option<Target> {
        let ending = format!("{}/{name}", import.module.replace('.', "/"));
        let was_there = self.bases(file, import).iter().any(|base| {
            let path = join(&base.folder, ending.trim_start_matches('/'));
            self.moves.removed(&RepoPath::from(format!("{path}.py").as_str())).is_some()
        });
        if !was_there {
            return None;
        }
        let wanted = format!("{name}.py");
        let named = |id: &FileId| self.index.files[*id].path.file_name() == wanted.as_bytes();
        let ids: Vec<FileId> = (0..self.index.files.len()).filter(named).collect();
        let [only] = self.others(file, &ids)[..] else { return None };
        let module = parent(&stem_path(only)?)?;
        let name = Some(name.to_owned());
        Some(Target { module, name, commit: None, confidence: Confidence::Low, root: None })
    }

    /// The files but the importer itself, and but the tests unless it is one.
    fn others(&self, file: FileId, ids: &[FileId]) -> Vec<&RepoPath> {
        let importer = &self.index.files[file].path;
        let paths = ids.iter().filter(|id| **id != file).map(|id| &self.index.files[*id].path);
        paths.filter(|path| is_test_file(importer) || !is_test_file(path)).collect()
    }

    /// A name of the module that differs in a letter or in case.
    fn by_likeness(&self, origins: &[Origin], name: &str) -> Option<Target> {
        for origin in origins {
            let Some(Place::Module(file) | Place::Package(_, Some(file))) = self.place(&origin.module) else {
                continue;
            };
            let names = self.index.facts(file)?.bindings.iter();
            let near: Vec<&String> = names.filter(|other| is_near(other, name)).collect();
            if let [only] = near[..] {
                let (module, root) = (origin.module.clone(), origin.root.clone());
                let name = Some(only.clone());
                return Some(Target { module, name, commit: None, confidence: Confidence::Low, root });
            }
        }
        None
    }
}

fn is_near(a: &str, b: &str) -> bool {
    let longest = a.chars().count().max(b.chars().count());
    a.eq_ignore_ascii_case(b) || (longest > 5 && common_ends(a, b) + 1 >= longest)
}

pub(super) fn parent(folder: &str) -> Option<String> {
    match folder.rsplit_once('/') {
        Some((parent, _)) => Some(parent.to_owned()),
        None if folder.is_empty() => None,
        None => Some(String::new()),
    }
}

pub(super) fn join(folder: &str, below: &str) -> String {
    match (folder.is_empty(), below.is_empty()) {
        (true, _) => below.to_owned(),
        (_, true) => folder.to_owned(),
        _ => format!("{folder}/{below}"),
    }
}

/// A module's path without its ending; the folder of a package; `None` for what is no module.
pub(super) fn stem_path(path: &RepoPath) -> Option<String> {
    let text = std::str::from_utf8(path.as_bytes()).ok()?;
    let stem = text.strip_suffix(".py")?;
    let stem = match stem.strip_suffix("__init__") {
        Some("") => "",
        Some(folder) if folder.ends_with('/') => folder.trim_end_matches('/'),
        _ => stem,
    };
    let names = stem.rsplit('/').next().unwrap_or_default();
    (!names.contains(['.', '-', ' '])).then(|| stem.to_owned())
}
