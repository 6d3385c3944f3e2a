//! Verifies the imports of a repository's own Python modules without running anything.
//!
//! Every import is resolved as the interpreter would, over all folders that may be on its path; then the
//! name is looked for in the module. What only running would tell (names made at run time, compiled or
//! generated modules, files that do not parse) counts as found: no false alarm is the first aim.
//!
//! Knows no environment: what is not in the repository is listed as [`Imports::undeclared`], never as broken.

mod anchors;
mod declared;
mod exported;
mod facts;
mod fix;
mod folders;
mod follow;
mod guard;
mod index;
mod layout;
mod lazy;
mod led_away;
mod made;
mod moved;
mod namespace;
mod stdlib;
mod store;
mod strings;
mod suggest;
#[cfg(test)]
mod tests;
mod verify;

use std::collections::BTreeSet;

use anyhow::Result;
use serde::Serialize;

use super::calls::BrokenCall;
use super::source::Source;
use super::syntax::{Unparsed, with_room};
use crate::cache::Cache;
use crate::pack::pack_fields;
use crate::parallel;
use crate::repo::{BlobId, EntryKind, History, RepoPath, Tree};
pub use anchors::Anchor;
pub use declared::{distribution_of, distributions_of};
pub use facts::Import;
pub(super) use facts::{Facts, read as read_facts};
pub use fix::{Edit, Fix, fix_anchors, fix_file};
use folders::{Entry, Table};
pub use guard::Guard;
pub(super) use guard::of_test as guard_of_test;
use index::ReadFile;
pub(super) use index::{Answer, FileId, Index, Outcome, Place, Root};
pub(super) use layout::Layout;
pub use led_away::led_away;
pub use moved::{AnchorKind, MovedAnchor, moved_anchors};
pub(super) use stdlib::is_standard;
use store::Reading;
pub(super) use store::{Named, Store};
pub(super) use suggest::moves::Moves;
pub use suggest::{Confidence, Past, Suggestion, suggest};
pub(super) use verify::is_test_data;
pub use verify::{Outside, Reason, Unresolved};

/// What became of a repository's imports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Imports {
    /// Python files that were read.
    pub files: usize,
    /// Imports that lead into the repository, one for each name.
    pub first_party: usize,
    /// Those of them of which nobody can tell without running something: they lead into what is compiled or made by the
    /// build, or ask for a name that a module may make while it runs (a star import, `__getattr__`, `globals()`).
    pub unjudged: usize,
    /// Those of them that cannot work; sorted by file and line.
    pub unresolved: Vec<Unresolved>,
    /// Scripts that their moves cut off from what they import ([`moved_anchors`]); empty until history is asked.
    pub anchors: Vec<MovedAnchor>,
    /// Modules from outside that no build file asks for.
    pub undeclared: Vec<Outside>,
    /// Calls that their function or class does not take; for those who ask [`super::calls::verify`] too.
    pub calls: Vec<BrokenCall>,
    /// Files that are no Python; what they import is not known.
    pub unparsed: Vec<Unparsed>,
    /// Every import of a module that is not in the repository: it may have moved away.
    #[serde(skip)]
    outside: Vec<(usize, Import)>,
    /// Names that a package may make while it runs and does not name: they may have been modules of it.
    #[serde(skip)]
    unnamed: Vec<(usize, Import)>,
    /// Strings that name modules and lead nowhere: what they name may have moved.
    #[serde(skip)]
    strings: Vec<(usize, Import)>,
}

pack_fields!(Imports {
    files,
    first_party,
    unjudged,
    unresolved,
    anchors,
    undeclared,
    calls,
    unparsed,
    outside,
    unnamed,
    strings
});

impl Imports {
    /// True when an import that nothing guards cannot work, or a script is cut off.
    pub fn is_broken(&self) -> bool {
        !self.anchors.is_empty() || self.unresolved.iter().any(|import| import.guard.is_none())
    }

    /// The modules that a file imports from outside and did not before; both verdicts are of the same files.
    pub fn newly_outside(&self, before: &Self) -> BTreeSet<&str> {
        let key = |(file, import): &'_ (usize, Import)| (*file, import.module.clone());
        let old: BTreeSet<(usize, String)> = before.outside.iter().map(key).collect();
        let new = self.outside.iter().filter(|outside| !old.contains(&key(outside)));
        new.map(|(_, import)| import.module.as_str()).collect()
    }

    /// Whether history can say more: something is broken, or asks for what is neither here nor declared, which may
    /// have moved away.
    pub fn needs_history(&self) -> bool {
        let open = [&self.outside, &self.unnamed, &self.strings];
        !self.unresolved.is_empty() || open.iter().any(|some| !some.is_empty())
    }
}

/// A repository's Python, read and parsed once for all checks.
#[derive(Debug)]
pub struct Project {
    pub(super) files: Vec<ReadFile>,
    pub(super) layout: Layout,
    table: Table,
    unparsed: Vec<Unparsed>,
}

impl Project {
    /// Reads the tracked files of a tree.
    ///
    /// # Errors
    /// A file of the tree cannot be read.
    pub fn of_tree(tree: &Tree) -> Result<Self> {
        Self::of_tree_cached(tree, &Cache::disabled())
    }

    /// Reads all Python files of a tree; a file whose content was read before is not parsed again.
    ///
    /// # Errors
    /// A file of the tree cannot be read.
    pub fn of_tree_cached(tree: &Tree, cache: &Cache) -> Result<Self> {
        Ok(Self::of_listed(Listed::of(tree)?, tree, &Store::of(cache))?.0)
    }

    /// Reads the files of a list, and names their contents.
    pub(super) fn of_listed(
        listed: Listed<'_>,
        tree: &Tree,
        store: &Store<'_>,
    ) -> Result<(Self, Vec<BlobId>)> {
        let Listed { sources, others, build } = listed;
        let read = with_room(|| parallel::map(&sources, |path| store.read(tree, path)));
        let mut read = read.into_iter().collect::<Result<Vec<_>>>()?;
        store.keep(&sources, &mut read);
        let (readings, ids): (Vec<_>, Vec<_>) =
            read.into_iter().map(|read| (read.reading, read.named.id)).unzip();
        let readings = sources.into_iter().cloned().zip(readings);
        Ok((Self::of_readings(readings, others, &build), ids))
    }

    /// Takes files that were read already: sources, other paths (true for a link or submodule), build files.
    pub fn of_sources(
        sources: Vec<(RepoPath, Result<Source, String>)>,
        others: Vec<(RepoPath, bool)>,
        build: &[(RepoPath, String)],
    ) -> Self {
        let readings = with_room(|| parallel::map(&sources, |(_, source)| store::read_source(source)));
        let paths = sources.into_iter().map(|(path, _)| path);
        Self::of_readings(paths.zip(readings), others, build)
    }

    fn of_readings(
        readings: impl Iterator<Item = (RepoPath, Reading)>,
        others: Vec<(RepoPath, bool)>,
        build: &[(RepoPath, String)],
    ) -> Self {
        let mut unparsed = Vec::new();
        let mut files = Vec::new();
        for (path, reading) in readings {
            let facts = match reading {
                Ok(facts) => Some(facts),
                Err((line, message)) => {
                    unparsed.push(Unparsed { path: path.clone(), line, message });
                    None
                }
            };
            files.push(ReadFile { path, facts });
        }
        let sources = files.iter().enumerate();
        let sources = sources.map(|(id, file)| Entry { path: &file.path, opaque: false, file: Some(id) });
        // Links and submodules, and files that are no source but stand for a module.
        let protocols = others.iter().map(|(path, _)| path);
        let others = others.iter().map(|(path, opaque)| Entry { path, opaque: *opaque, file: None });
        let mut table = Table::of(&sources.chain(others).collect::<Vec<_>>(), &files);
        let mut layout = Layout::read(build);
        let compiled = files.iter().filter_map(|file| file.facts.as_ref()).flat_map(|facts| &facts.compiles);
        layout.add_made(compiled.map(String::as_str));
        let written: Vec<String> = protocols.flat_map(made::by_protocol).collect();
        layout.add_made(written.iter().map(String::as_str));
        table.note_shared(&layout.roots, &files);
        Self { files, layout, table, unparsed }
    }

    pub(super) fn index(&self) -> Index<'_> {
        Index::of(&self.files, &self.layout, &self.table)
    }
}

/// What of a tree is looked at: its tracked files.
pub(super) struct Listed<'a> {
    pub(super) sources: Vec<&'a RepoPath>,
    /// True for what is no file: a link or a submodule.
    pub(super) others: Vec<(RepoPath, bool)>,
    /// Build files with their texts.
    pub(super) build: Vec<(RepoPath, String)>,
}

impl<'a> Listed<'a> {
    pub(super) fn of(tree: &'a Tree) -> Result<Self> {
        let (mut sources, mut others, mut build) = (Vec::new(), Vec::new(), Vec::new());
        for (path, entry) in tree.entries().filter(|(_, entry)| entry.tracked) {
            match entry.kind {
                EntryKind::Symlink | EntryKind::Submodule => others.push((path.clone(), true)),
                EntryKind::File | EntryKind::Executable if path.extension() == "py" => sources.push(path),
                EntryKind::File | EntryKind::Executable => others.push((path.clone(), false)),
            }
            let is_file = matches!(entry.kind, EntryKind::File | EntryKind::Executable);
            if is_file && layout::is_build_file(path) {
                build.push((path.clone(), String::from_utf8_lossy(&tree.read(path)?).into_owned()));
            }
        }
        Ok(Self { sources, others, build })
    }
}

/// Adds what history tells: what to write instead of what is broken, and scripts that a move cut off.
///
/// # Errors
/// git cannot be asked.
pub fn explain(project: &Project, imports: &mut Imports, history: &History, past: &mut Past) -> Result<()> {
    suggest(project, imports, history, past)?;
    imports.anchors = moved_anchors(project, history);
    Ok(())
}

/// Verifies every import of a project.
pub fn verify(project: &Project) -> Imports {
    let index = project.index();
    let ids: Vec<usize> = (0..project.files.len()).collect();
    let judged = parallel::map(&ids, |&id| verify::judge_file(&index, &project.layout, id));
    let mut imports =
        Imports { files: project.files.len(), unparsed: project.unparsed.clone(), ..Imports::default() };
    let mut outside = Vec::new();
    let (mut doubtful, mut namespaces) = (Vec::new(), BTreeSet::new());
    for file in judged {
        imports.first_party += file.first_party;
        imports.unjudged += file.unjudged;
        imports.unresolved.extend(file.unresolved);
        outside.extend(file.outside);
        imports.unnamed.extend(file.unnamed);
        imports.strings.extend(file.strings);
        doubtful.extend(file.doubtful);
        namespaces.extend(file.namespaces);
    }
    for (file, import, reason) in doubtful {
        if namespaces.contains(verify::top_of(&import.module)) {
            imports.first_party += 1;
            imports.unresolved.push(verify::unresolved(&index, file, &import, reason));
        } else {
            outside.push((file, import));
        }
    }
    imports.unresolved.sort();
    imports.undeclared = verify::undeclared(&index, &project.layout, &outside);
    imports.outside = outside;
    imports
}
