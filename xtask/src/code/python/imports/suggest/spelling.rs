//! How an import of a known target is written from a given file.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::Suggestion;
use super::moves::Moves;
use super::target::{Target, join, parent};
use crate::code::python::imports::facts::Import;
use crate::code::python::imports::index::{FileId, Index, Outcome, Place};
use crate::code::python::imports::layout::Layout;
use crate::repo::RepoPath;

pub(super) struct Speller<'a> {
    index: &'a Index<'a>,
    layout: &'a Layout,
    moves: &'a Moves<'a>,
    /// How often files outside a package import from it, by the package's folder.
    outside_uses: OnceCell<BTreeMap<String, usize>>,
}

impl<'a> Speller<'a> {
    pub(super) fn of(index: &'a Index<'a>, layout: &'a Layout, moves: &'a Moves<'a>) -> Self {
        Self { index, layout, moves, outside_uses: OnceCell::new() }
    }

    fn is_used_from_outside(&self, folder: &str) -> bool {
        self.outside_uses.get_or_init(|| self.count_outside_uses()).contains_key(folder)
    }

    fn count_outside_uses(&self) -> BTreeMap<String, usize> {
        let mut uses = BTreeMap::new();
        for (file, read) in self.index.files.iter().enumerate() {
            let own = read.path.display().into_owned();
            for import in self.index.facts(file).iter().flat_map(|facts| &facts.imports) {
                if import.name.is_none() || import.level > 0 {
                    continue;
                }
                for root in &self.layout.roots {
                    let folder = join(root, &import.module.replace('.', "/"));
                    let is_package = self.index.folder(&folder).is_some_and(|id| self.index.is_package(id));
                    if is_package && !own.starts_with(&format!("{folder}/")) {
                        *uses.entry(folder).or_default() += 1;
                    }
                }
            }
        }
        uses
    }

    /// The statement, if it can be written so that it works from this file.
    pub(super) fn spell(&self, file: FileId, import: &Import, target: &Target) -> Option<Suggestion> {
        let module = self.re_exporter(file, import, target).unwrap_or_else(|| target.module.clone());
        let relative = if import.level > 0 { self.relative(file, target, &module) } else { None };
        let written = match relative {
            Some(relative) => relative,
            None => self.absolute(file, import, target, &module)?,
        };
        let (text, name) = statement(import, target, &written)?;
        let now = format!("{}{}", ".".repeat(import.level as usize), import.module);
        if (&written, &name) == (&now, &import.name) {
            return None;
        }
        Some(Suggestion {
            text,
            commit: target.commit.as_ref().filter(|commit| !commit.is_uncommitted()).map(ToString::to_string),
            confidence: target.confidence,
            module: written,
            name,
        })
    }

    /// The module and the name as this file writes them from a root, whatever packages offer the name too.
    pub(super) fn in_place(
        &self,
        file: FileId,
        import: &Import,
        target: &Target,
    ) -> Option<(String, Option<String>)> {
        Some((self.absolute(file, import, target, &target.module)?, target.name.clone()))
    }

    /// A package above the target that offers the name itself, if others outside import from there.
    ///
    /// A module that kept its own name is asked for by it, as before: its author went past the package.
    fn re_exporter(&self, file: FileId, import: &Import, target: &Target) -> Option<String> {
        let name = target.name.as_deref()?;
        let own = self.index.files[file].path.display().into_owned();
        let meant = self.index.definition_at(self.place(&target.module)?, name);
        let mut above = Vec::new();
        let mut at = parent(&target.module);
        while let Some(folder) = at {
            at = parent(&folder);
            above.push(folder);
        }
        let offers = |folder: &&String| {
            let Outcome::Found(place @ Place::Package(_, Some(init))) = self.index.resolve_path(folder)
            else {
                return false;
            };
            let outside = !own.starts_with(&format!("{folder}/"));
            let imports = self.index.facts(init).is_some_and(|facts| !facts.defined.contains(name));
            outside
                && imports
                && (became_private(&target.module, import)
                    || is_named_like(folder, import)
                    || (!keeps_its_name(&target.module, import)
                        && (self.is_used_from_outside(folder) || self.took_from_package(target, import))))
                && meant.as_ref().is_some_and(|meant| meant.name.is_some())
                && self.index.definition_at(place, name) == meant
        };
        above.iter().filter(|folder| !folder.is_empty()).find(offers).cloned()
    }

    fn place(&self, module: &str) -> Option<Place> {
        match self.index.resolve_path(module) {
            Outcome::Found(place) => Some(place),
            _ => None,
        }
    }

    /// True when the old import took the name from a package, as it stands or stood.
    fn took_from_package(&self, target: &Target, import: &Import) -> bool {
        let Some(root) = target.root.as_deref().filter(|_| !import.module.is_empty()) else { return false };
        let folder = join(root, &import.module.replace('.', "/"));
        let init = RepoPath::from(format!("{folder}/__init__.py").as_str());
        self.is_package(&folder) || self.moves.removed(&init).is_some()
    }

    /// `..pkg.mod` from a file in the same top-level package.
    ///
    /// The folder that the dots of the old import led to is part of that package, with `__init__.py` or without.
    fn relative(&self, file: FileId, target: &Target, module: &str) -> Option<String> {
        let own = self.index.files[file].path.parent();
        let own = own.map(|folder| folder.display().into_owned()).unwrap_or_default();
        let led_to = target.root.as_deref().filter(|led_to| is_in(&own, led_to));
        let top = self.package_root(led_to.unwrap_or(&own));
        if (led_to.is_none() && top == own && !self.is_package(&own)) || !is_in(module, &top) {
            return None;
        }
        let mut folder = own;
        let mut dots = ".".to_owned();
        while !is_in(module, &folder) {
            folder = parent(&folder)?;
            dots.push('.');
        }
        let rest = module[folder.len()..].trim_start_matches('/').replace('/', ".");
        Some(format!("{dots}{rest}"))
    }

    fn is_package(&self, folder: &str) -> bool {
        self.index.folder(folder).is_some_and(|id| self.index.is_package(id))
    }

    /// The topmost package around a folder; the folder itself when it is none.
    fn package_root(&self, folder: &str) -> String {
        let mut top = folder.to_owned();
        while let Some(above) = parent(&top).filter(|above| self.is_package(above)) {
            top = above;
        }
        top
    }

    fn absolute(&self, file: FileId, import: &Import, target: &Target, module: &str) -> Option<String> {
        let mut roots: Vec<String> = Vec::new();
        // A folder that distributions share has no `__init__.py`: what was written from the root above stays so.
        roots.extend(self.root_of(import, module));
        let package = if self.is_package(module) { module.to_owned() } else { parent(module)? };
        if self.is_package(&package) {
            // The folder above the topmost package: what pytest and an installation put on the path.
            roots.extend(parent(&self.package_root(&package)));
        } else if !import.module.contains('.') && import.level == 0 && parent(module) == target.root {
            roots.extend(target.root.clone());
        }
        let mut declared: Vec<&String> = self.layout.roots.iter().filter(|root| !root.is_empty()).collect();
        declared.sort_by_key(|root| std::cmp::Reverse(root.len()));
        roots.extend(declared.into_iter().cloned());
        // Dots led to a folder inside of the package: no absolute import starts there.
        roots.extend(target.root.clone().filter(|_| import.level == 0));
        roots.push(String::new());
        let seen: Vec<String> = self
            .index
            .roots(file)
            .into_iter()
            .filter(|root| !root.only_as_script)
            .map(|root| self.index.folders[root.folder].path.clone())
            .collect();
        let below = |root: &String| -> Option<String> {
            let rest = if root.is_empty() {
                module
            } else {
                module.strip_prefix(root.as_str())?.strip_prefix('/')?
            };
            (seen.contains(root) && !rest.is_empty()).then(|| rest.replace('/', "."))
        };
        roots.iter().find_map(below)
    }
}

impl Speller<'_> {
    /// The root that the old import started from, when the module is below the same top-level folder.
    fn root_of(&self, import: &Import, module: &str) -> Option<String> {
        let top = import.module.split('.').next().filter(|_| import.level == 0)?;
        let is_below = |root: &&String| {
            let folder = join(root, top);
            let init = RepoPath::from(format!("{folder}/__init__.py").as_str());
            // What was a package once, and is none now, is not imported as one where others start from below it; but
            // below `src/` it has its name from where it stands.
            let stays = !root.is_empty()
                || self.is_package(&folder)
                || self.moves.removed(&init).is_none()
                || !self.is_imported(&self.package_root(module));
            stays && module.starts_with(&format!("{folder}/"))
        };
        self.layout.roots.iter().filter(is_below).max_by_key(|root| root.len()).cloned()
    }

    /// True when some import starts with the name of a package.
    fn is_imported(&self, package: &str) -> bool {
        let name = package.rsplit('/').next().unwrap_or_default();
        let starts = |import: &Import| import.level == 0 && import.module.split('.').next() == Some(name);
        let files = self.index.files.iter().filter_map(|file| file.facts.as_ref());
        files.flat_map(|facts| &facts.imports).any(starts)
    }
}

/// True for a folder and for all that lies below it.
fn is_in(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A name that went behind an underscore is to be taken from the package that offers it.
fn became_private(module: &str, import: &Import) -> bool {
    let is_private = |part: &str| part.starts_with('_') && !part.starts_with("__");
    module.split('/').any(is_private) && !import.module.split('.').any(is_private)
}

/// A module that only went elsewhere is still asked for by its name.
fn keeps_its_name(module: &str, import: &Import) -> bool {
    let last = import.module.rsplit('.').next().unwrap_or_default();
    !last.is_empty() && module.rsplit('/').next() == Some(last)
}

/// A module that became a package keeps its importers.
fn is_named_like(folder: &str, import: &Import) -> bool {
    let last = import.module.rsplit('.').next().unwrap_or_default();
    !last.is_empty() && folder.rsplit('/').next() == Some(last)
}

/// The statement for one name, and the name.
fn statement(import: &Import, target: &Target, module: &str) -> Option<(String, Option<String>)> {
    let renamed = import.renamed.as_ref().map(|local| format!(" as {local}"));
    match (&import.name, &target.name) {
        (None, _) => {
            // `import .mod` does not exist.
            let text = format!("import {module}{}", renamed.unwrap_or_default());
            (!module.starts_with('.')).then_some((text, None))
        }
        (Some(_), Some(name)) => {
            let text = format!("from {module} import {name}{}", renamed.unwrap_or_default());
            Some((text, Some(name.clone())))
        }
        (Some(_), None) => None,
    }
}
