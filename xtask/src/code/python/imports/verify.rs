//! Judges every import of every file: found, broken, or outside the repository.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::facts::Import;
use super::guard::Guard;
use super::index::{Answer, FileId, Index, Outcome, Place, Root};
use super::layout::Layout;
use super::stdlib::is_standard;
use super::strings;
use crate::code::python::inventory::is_test_file;
use crate::pack::{pack_fields, pack_variants};
use crate::repo::RepoPath;

/// Why an import cannot work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The module is not there; a package above it is.
    NoModule,
    /// The module is there, and binds no such name.
    NoName,
    /// A part before the last is a plain module, which holds no others.
    NotAPackage,
    /// So many dots lead above the top folder of the repository.
    AboveTop,
    /// The module once stood where this file could import it, and does not any more.
    Gone,
}

impl Reason {
    /// The reason in words that follow the import.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::NoModule => "no such module",
            Self::NoName => "the module binds no such name",
            Self::NotAPackage => "a plain module holds no others",
            Self::AboveTop => "leads above the top folder",
            Self::Gone => "the module was moved or removed",
        }
    }
}

/// An import that cannot work.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Unresolved {
    /// The file.
    pub path: RepoPath,
    /// The first line of the statement, from 1.
    pub line: usize,
    /// The module as written, with its dots.
    pub module: String,
    /// The name that is wanted from it; `None` for `import module`.
    pub name: Option<String>,
    /// What is wrong.
    pub reason: Reason,
    /// What keeps the failure from the user, if anything does.
    pub guard: Option<Guard>,
    /// What to write instead, where history tells.
    pub suggestion: Option<super::suggest::Suggestion>,
    /// True for a string that names a module: `import_module("a.b")`, `patch("a.b.c")`.
    pub in_string: bool,
    /// Bytes of `name as local`, or of what stands between the quotes, in the file's text.
    #[serde(skip)]
    pub alias: (usize, usize),
    /// Bytes of the statement, or of the string, in the file's text.
    #[serde(skip)]
    pub statement: (usize, usize),
}

impl Unresolved {
    /// The import of this one name, as a statement; a string as it is written.
    pub fn statement_text(&self) -> String {
        match &self.name {
            _ if self.in_string => format!("\"{}\"", self.dotted()),
            Some(name) => format!("from {} import {name}", self.module),
            None => format!("import {}", self.module),
        }
    }

    /// The module and the name with a dot between them.
    pub(super) fn dotted(&self) -> String {
        self.name.iter().fold(self.module.clone(), |module, name| format!("{module}.{name}"))
    }
}

/// A top-level module that is neither in the repository nor of the standard library.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Outside {
    /// The top-level name.
    pub module: String,
    /// How many imports ask for it.
    pub imports: usize,
    /// The first file that does, and its line.
    pub path: RepoPath,
    /// The line in it.
    pub line: usize,
    /// True when every import of it is guarded.
    pub guarded: bool,
    /// Files of that name that are on no import path of the first importer.
    pub elsewhere: Vec<String>,
}

pack_variants!(Reason { 0 => NoModule, 1 => NoName, 2 => NotAPackage, 3 => AboveTop, 4 => Gone });
pack_fields!(Unresolved { path, line, module, name, reason, guard, suggestion, in_string, alias, statement });
pack_fields!(Outside { module, imports, path, line, guarded, elsewhere });

/// What became of all imports.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) first_party: usize,
    /// Those of them of which nobody can tell whether they work.
    pub(super) unjudged: usize,
    pub(super) unresolved: Vec<Unresolved>,
    /// Every import of a name that is not in the repository.
    pub(super) outside: Vec<(FileId, Import)>,
    /// Broken imports from a folder without `__init__.py`: findings only when the repository imports from there.
    pub(super) doubtful: Vec<(FileId, Import, Reason)>,
    /// Names asked of a package that makes names and does not name these: findings only when they were modules of it.
    pub(super) unnamed: Vec<(FileId, Import)>,
    /// Strings that name modules and lead nowhere: findings only when what they name moved.
    pub(super) strings: Vec<(FileId, Import)>,
    /// Folders without `__init__.py` that an import led into.
    pub(super) namespaces: BTreeSet<String>,
}

/// What one import is.
pub(super) enum Verdict {
    Standard,
    FirstParty,
    /// It leads into what is compiled or made by the build, or asks for a name that a module may make while it runs.
    Unjudged,
    /// The package makes names or modules while it runs, and does not name this one; or only a program that is started
    /// in a certain folder finds it. Nothing is said unless git moved it away.
    Unnamed,
    /// By way of a top-level folder without `__init__.py`.
    ByNamespace {
        is_judged: bool,
    },
    Broken(Reason),
    /// Broken, if the top-level folder is meant at all.
    Doubtful(Reason),
    Outside,
}

pub(super) fn judge_file(index: &Index<'_>, layout: &Layout, file: FileId) -> Judged {
    let mut judged = Judged::default();
    let Some(facts) = index.facts(file) else { return judged };
    let roots = index.roots(file);
    if !facts.strings.is_empty() {
        let fallen = strings::fallen(index, layout, file, &roots);
        judged.strings.extend(fallen.into_iter().map(|string| (file, string)));
    }
    for import in &facts.imports {
        match verdict(index, layout, file, &roots, import) {
            Verdict::Standard => {}
            Verdict::FirstParty => judged.first_party += 1,
            Verdict::Unjudged => {
                judged.first_party += 1;
                judged.unjudged += 1;
            }
            Verdict::Unnamed => {
                judged.first_party += 1;
                judged.unjudged += 1;
                judged.unnamed.push((file, import.clone()));
            }
            Verdict::ByNamespace { is_judged } => {
                judged.first_party += 1;
                judged.unjudged += usize::from(!is_judged);
                judged.namespaces.insert(top_of(&import.module).to_owned());
            }
            Verdict::Doubtful(reason) => {
                judged.doubtful.push((file, import.clone(), reason));
            }
            Verdict::Outside => judged.outside.push((file, import.clone())),
            Verdict::Broken(reason) => {
                judged.first_party += 1;
                judged.unresolved.push(unresolved(index, file, import, reason));
            }
        }
    }
    judged
}

pub(super) fn unresolved(index: &Index<'_>, file: FileId, import: &Import, reason: Reason) -> Unresolved {
    Unresolved {
        path: index.files[file].path.clone(),
        line: import.line,
        module: format!("{}{}", ".".repeat(import.level as usize), import.module),
        name: import.name.clone(),
        reason,
        guard: import.guard.or(is_test_data(index, file).then_some(Guard::TestData)),
        suggestion: None,
        in_string: false,
        alias: import.alias,
        statement: import.statement,
    }
}

/// What one import of a file leads to.
pub(super) fn verdict(
    index: &Index<'_>,
    layout: &Layout,
    file: FileId,
    roots: &[Root],
    import: &Import,
) -> Verdict {
    if import.level > 0 {
        return match index.relative(file, import.level, &import.module) {
            Outcome::Found(Place::Unknown) if is_unsaid(index, file, import) => Verdict::Unnamed,
            Outcome::Found(place) => name_in(index, &place, import),
            Outcome::Missing { within, .. } => Verdict::Broken(missing(within)),
            Outcome::Absent => Verdict::Broken(Reason::AboveTop),
        };
    }
    if is_standard(top_of(&import.module)) {
        return Verdict::Standard;
    }
    let broken = match renamed_package(index, import) {
        Some(broken @ Verdict::Broken(_)) => broken,
        Some(found) => return found,
        None => return absolute(index, layout, file, roots, import),
    };
    // An entry of a build file hides no folder in which the interpreter finds the module as the tree stands.
    match absolute(index, layout, file, roots, import) {
        Verdict::Standard | Verdict::Outside | Verdict::Broken(_) | Verdict::Doubtful(_) => broken,
        found => found,
    }
}

/// True when a relative import leads to what a package may make while it runs, though its text does not say so.
fn is_unsaid(index: &Index<'_>, file: FileId, import: &Import) -> bool {
    let own = index.folder_of(file);
    let folder =
        (1..import.level).try_fold(own, |folder, _| folder.map(|folder| index.folders[folder].parent));
    folder.flatten().is_some_and(|folder| index.is_unsaid(folder, &import.module))
}

/// A package whose folder the build file names.
fn renamed_package(index: &Index<'_>, import: &Import) -> Option<Verdict> {
    let mut broken = None;
    for outcome in index.placed(&import.module) {
        let verdict = match outcome {
            Outcome::Found(place) => name_in(index, &place, import),
            Outcome::Missing { within, .. } => Verdict::Broken(missing(within)),
            Outcome::Absent => Verdict::Broken(Reason::NoModule),
        };
        match verdict {
            Verdict::Broken(_) => broken = broken.or(Some(verdict)),
            found => return Some(found),
        }
    }
    broken
}

fn absolute(index: &Index<'_>, layout: &Layout, file: FileId, roots: &[Root], import: &Import) -> Verdict {
    let [regular, loose] = candidates(index, layout, roots, import);
    if regular.found {
        return if regular.is_judged { Verdict::FirstParty } else { Verdict::Unjudged };
    }
    if loose.found {
        return Verdict::ByNamespace { is_judged: loose.is_judged };
    }
    if regular.unnamed {
        return Verdict::Unnamed;
    }
    // CPython's own tests are installed with most interpreters.
    let is_of_interpreter = import.module.starts_with("test.support");
    let may_be_installed = is_of_interpreter || layout.declared.contains(top_of(&import.module));
    if regular.broken.or(loose.broken).is_some() && is_held_above(index, file, import) {
        return Verdict::Unnamed;
    }
    match (regular.broken, loose.broken) {
        (Some(reason), _) if !is_of_interpreter => Verdict::Broken(reason),
        (None, Some(reason)) if !may_be_installed => Verdict::Doubtful(reason),
        _ => Verdict::Outside,
    }
}

/// What the roots hold under the name: packages and modules, then mere folders.
fn candidates(index: &Index<'_>, layout: &Layout, roots: &[Root], import: &Import) -> [Candidates; 2] {
    let top = top_of(&import.module);
    let mut regular = Candidates::default();
    let mut loose = Candidates { is_loose: true, ..Candidates::default() };
    for root in roots {
        // A package that makes modules makes its own, none that are found from inside of it as from a root.
        if root.only_as_script && !index.holds(root.folder, top) {
            continue;
        }
        let candidates = match index.resolve(root.folder, top) {
            // A build that names the package takes it from where it lies.
            Outcome::Found(Place::Unknown)
                if !index.holds(root.folder, top) && is_package(index, roots, top) =>
            {
                continue;
            }
            Outcome::Found(Place::Namespace(_)) => &mut loose,
            Outcome::Found(_) => &mut regular,
            Outcome::Missing { .. } | Outcome::Absent => continue,
        };
        let found = index.resolve(root.folder, &import.module);
        // What a package holds is in one place, whoever else has a share in the folder above it.
        let is_settled = matches!(
            found,
            Outcome::Found(Place::Package(..) | Place::Module(_))
                | Outcome::Missing { within: Place::Package(..) | Place::Module(_), .. }
        );
        let is_root = layout.roots.contains(&index.folders[root.folder].path);
        let verdict = match found {
            // What a file beside the script may make is no answer for a package of the same name.
            Outcome::Found(Place::Unknown) if root.only_as_script && is_package(index, roots, top) => {
                continue;
            }
            Outcome::Found(Place::Unknown) if index.is_unsaid(root.folder, &import.module) => {
                Verdict::Unnamed
            }
            Outcome::Found(place) => name_in(index, &place, import),
            Outcome::Missing { within, .. } => Verdict::Broken(missing(within)),
            Outcome::Absent => continue,
        };
        match verdict {
            Verdict::Broken(_) if root.only_as_script => {}
            // From a folder above the file that is no declared root, a mere folder is on no path, and a
            // distribution that the repository asks for is meant rather than a package of its name.
            Verdict::Broken(_) if !is_root && (candidates.is_loose || layout.declared.contains(top)) => {}
            Verdict::Broken(reason) if is_settled && is_root => {
                regular.broken = regular.broken.or(Some(reason));
            }
            Verdict::Broken(reason) => candidates.broken = candidates.broken.or(Some(reason)),
            Verdict::Unnamed if !candidates.is_loose => candidates.unnamed = true,
            found => {
                candidates.found = true;
                candidates.is_judged |= matches!(found, Verdict::FirstParty);
            }
        }
    }
    [regular, loose]
}

/// True where one of the roots holds a package of the name.
fn is_package(index: &Index<'_>, roots: &[Root], name: &str) -> bool {
    let is_here =
        |root: &Root| matches!(index.resolve(root.folder, name), Outcome::Found(Place::Package(..)));
    roots.iter().any(|root| !root.only_as_script && is_here(root))
}

/// True where a package above the file holds what is imported: a program that is started in that folder finds it there,
/// whatever else has its name.
fn is_held_above(index: &Index<'_>, file: FileId, import: &Import) -> bool {
    let mut at = index.folder_of(file);
    while let Some(folder) = at {
        if let Outcome::Found(place @ (Place::Package(..) | Place::Module(_))) =
            index.resolve(folder, &import.module)
            && !matches!(name_in(index, &place, import), Verdict::Broken(_))
        {
            return true;
        }
        at = index.folders[folder].parent;
    }
    false
}

/// What the roots of one kind said.
#[derive(Default)]
struct Candidates {
    is_loose: bool,
    found: bool,
    is_judged: bool,
    unnamed: bool,
    broken: Option<Reason>,
}

pub(super) fn top_of(module: &str) -> &str {
    module.split('.').next().unwrap_or_default()
}

fn missing(within: Place) -> Reason {
    match within {
        Place::Module(_) => Reason::NotAPackage,
        _ => Reason::NoModule,
    }
}

fn name_in(index: &Index<'_>, place: &Place, import: &Import) -> Verdict {
    let Some(name) = &import.name else {
        return if *place == Place::Unknown { Verdict::Unjudged } else { Verdict::FirstParty };
    };
    match index.has_name(*place, name) {
        Answer::No => Verdict::Broken(Reason::NoName),
        Answer::Unknown if index.lacks(*place, name) => Verdict::Unnamed,
        Answer::Unknown => Verdict::Unjudged,
        Answer::Yes => Verdict::FirstParty,
    }
}

/// A file below a data folder of the tests that holds no test itself: formatters and importers are fed with such.
pub(crate) fn is_test_data(index: &Index<'_>, file: FileId) -> bool {
    let path = index.files[file].path.display().into_owned();
    let parts: Vec<&str> = path.split('/').collect();
    let folders = &parts[..parts.len() - 1];
    let Some(tests) = folders.iter().position(|part| TEST_FOLDERS.contains(part)) else { return false };
    let Some(data) = folders[tests..].iter().position(|part| DATA_FOLDERS.contains(part)) else {
        return false;
    };
    let folder = RepoPath::from(folders[..=tests + data].join("/").as_str());
    !index.files.iter().any(|file| file.path.is_within(&folder) && is_test_file(&file.path))
}

pub(super) const TEST_FOLDERS: &[&str] = &["test", "tests", "testing"];

const DATA_FOLDERS: &[&str] = &[
    "cases",
    "corpus",
    "data",
    "fixtures",
    "resources",
    "roots",
    "samples",
    "snippets",
    "test-data",
    "test_data",
    "testdata",
];

/// Groups imports from outside by their top-level name, leaving out what the repository asks for.
pub(super) fn undeclared(index: &Index<'_>, layout: &Layout, outside: &[(FileId, Import)]) -> Vec<Outside> {
    let mut groups: BTreeMap<&str, Outside> = BTreeMap::new();
    let named = if outside.is_empty() { BTreeMap::new() } else { modules_by_name(index) };
    for (file, import) in outside {
        let top = top_of(&import.module);
        if layout.declared.contains(top) {
            continue;
        }
        let path = &index.files[*file].path;
        let group = groups.entry(top).or_insert_with(|| Outside {
            module: top.to_owned(),
            imports: 0,
            path: path.clone(),
            line: import.line,
            guarded: true,
            elsewhere: named.get(top).cloned().unwrap_or_default(),
        });
        group.imports += 1;
        group.guarded &= import.guard.is_some();
        if (path, import.line) < (&group.path, group.line) {
            (group.path, group.line) = (path.clone(), import.line);
        }
    }
    groups.into_values().collect()
}

/// Where modules of each name lie, at most [`SHOWN`] of each.
fn modules_by_name(index: &Index<'_>) -> BTreeMap<String, Vec<String>> {
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in index.files {
        let path = file.path.display().into_owned();
        let module = path.strip_suffix("/__init__.py").or_else(|| path.strip_suffix(".py"));
        let name = module.and_then(|module| module.rsplit('/').next()).unwrap_or_default().to_owned();
        let places = named.entry(name).or_default();
        if places.len() < SHOWN {
            places.push(path);
        }
    }
    named
}

/// How many places of modules of one name are told.
const SHOWN: usize = 5;
