//! Follows a name through imports to the file that defines it.

use std::collections::BTreeSet;

use super::Project;
use super::facts::{self, Import};
use super::index::{FileId, Index, Outcome, Place};
use crate::repo::RepoPath;

/// Longer chains of re-exports are circles.
const LONGEST: usize = 16;

/// Where a name is defined; the name is `None` for a module itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Definition {
    pub(crate) file: FileId,
    pub(crate) name: Option<String>,
}

impl Index<'_> {
    /// The definitions that an import may lead to, sorted: one, unless several folders hold the module.
    pub(crate) fn definitions(&self, file: FileId, import: &Import) -> Vec<Definition> {
        let mut found = Vec::new();
        for place in self.places(file, import.level, &import.module) {
            match &import.name {
                None => found.extend(module_of(place).map(|file| Definition { file, name: None })),
                Some(name) => found.extend(self.defined_in(place, name, 0)),
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// The definition that a name of a module leads to.
    pub(crate) fn definition_at(&self, place: Place, name: &str) -> Option<Definition> {
        self.defined_in(place, name, 0)
    }

    fn places(&self, file: FileId, level: u32, module: &str) -> Vec<Place> {
        let mut outcomes = self.targets(file, level, module);
        if level == 0 {
            outcomes.extend(self.placed(module));
        }
        let found = outcomes.into_iter().filter_map(|outcome| match outcome {
            Outcome::Found(place) => Some(place),
            _ => None,
        });
        found.collect()
    }

    fn defined_in(&self, place: Place, name: &str, depth: usize) -> Option<Definition> {
        if depth > LONGEST {
            return None;
        }
        if let Some(file) = module_of(place)
            && let Some(facts) = self.facts(file)
        {
            if facts.defined.contains(name) {
                return Some(Definition { file, name: Some(name.to_owned()) });
            }
            let bound_by = |import: &&Import| {
                let local = import.renamed.as_deref().or(import.name.as_deref());
                local == Some(name) && name != "*"
            };
            for import in facts.imports.iter().filter(bound_by) {
                let wanted = import.name.as_deref();
                for next in self.places(file, import.level, &import.module) {
                    let found = match wanted {
                        Some(wanted) => self.defined_in(next, wanted, depth + 1),
                        None => module_of(next).map(|file| Definition { file, name: None }),
                    };
                    if found.is_some() {
                        return found;
                    }
                }
            }
            for (level, module) in &facts.stars {
                for next in self.places(file, *level, module) {
                    if let Some(found) = self.defined_in(next, name, depth + 1) {
                        return Some(found);
                    }
                }
            }
        }
        self.submodule(place, name).map(|file| Definition { file, name: None })
    }

    fn submodule(&self, place: Place, name: &str) -> Option<FileId> {
        let (Place::Package(folder, _) | Place::Namespace(folder)) = place else { return None };
        match self.resolve(folder, name) {
            Outcome::Found(place) => module_of(place),
            _ => None,
        }
    }
}

fn module_of(place: Place) -> Option<FileId> {
    match place {
        Place::Module(file) | Place::Package(_, Some(file)) => Some(file),
        _ => None,
    }
}

impl Project {
    /// The names that other files import from the file at `path`; all that it binds when one takes them by star.
    pub fn names_taken_from(&self, path: &RepoPath) -> BTreeSet<String> {
        let Some(target) = self.files.iter().position(|file| file.path == *path) else {
            return BTreeSet::new();
        };
        let index = self.index();
        // A module is named by its file; a package's folder may be named anew in build files, or not at all (`from .`).
        let stem = path.stem();
        let may_mean = |module: &str| {
            stem == b"__init__" || module.rsplit('.').next().is_some_and(|last| last.as_bytes() == stem)
        };
        let mut taken = BTreeSet::new();
        for file in (0..self.files.len()).filter(|file| *file != target) {
            for import in index.facts(file).iter().flat_map(|facts| &facts.imports) {
                let Some(name) = import.name.as_ref().filter(|_| may_mean(&import.module)) else { continue };
                let places = index.places(file, import.level, &import.module);
                if !places.into_iter().any(|place| module_of(place) == Some(target)) {
                    continue;
                }
                if name == "*" {
                    taken.extend(index.facts(target).iter().flat_map(|facts| facts.bindings.iter().cloned()));
                } else {
                    taken.insert(name.clone());
                }
            }
        }
        taken
    }

    /// The files and names that the import statements in `text` lead to, as seen from the file at `path`.
    pub fn definitions_of(&self, path: &RepoPath, text: &str) -> Vec<(RepoPath, Option<String>)> {
        let Ok(facts) = facts::read(text) else { return Vec::new() };
        let Some(file) = self.files.iter().position(|file| file.path == *path) else { return Vec::new() };
        let index = self.index();
        let found = facts.imports.iter().flat_map(|import| index.definitions(file, import));
        found.map(|definition| (self.files[definition.file].path.clone(), definition.name)).collect()
    }
}
