//! What to write instead of a broken import, from what git knows of moves and renames.
//!
//! Tried in order: the importing file itself moved; the module moved; most of its package moved; the commit that
//! took the name away gave it a new one in its place, or gave it to one other module; exactly one module
//! defines the name; a name of the module is a letter away. A suggestion is made only where its module
//! has the name now.

mod harness;
pub(super) mod moves;
mod past;
mod patch;
mod spelling;
mod strings;
mod target;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;

use super::facts::Import;
use super::index::FileId;
use super::verify::{Reason, Unresolved, unresolved};
use super::{Imports, Project};
use crate::pack::{pack_fields, pack_variants};
use crate::repo::{History, RepoPath};
use moves::Moves;
pub use past::Past;
use spelling::Speller;
use target::Finder;

/// What to write instead.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Suggestion {
    /// The statement for this one name.
    pub text: String,
    /// The commit that moved or renamed what was imported; `None` when no commit is known.
    pub commit: Option<String>,
    /// How sure it is.
    pub confidence: Confidence,
    /// The module as it is to be written, with its dots.
    #[serde(skip)]
    pub module: String,
    /// The name in it; `None` for `import module`.
    #[serde(skip)]
    pub name: Option<String>,
}

/// How sure a suggestion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// By likeness, or the one module that has the name.
    Low,
    /// By the majority of a package's moves.
    Medium,
    /// By a move or a change that git recorded.
    High,
}

pack_fields!(Suggestion { text, commit, confidence, module, name });
pack_variants!(Confidence { 0 => Low, 1 => Medium, 2 => High });

/// Adds suggestions to what is broken, and finds imports of top-level modules that moved away.
///
/// # Errors
/// git cannot be asked.
pub fn suggest(project: &Project, imports: &mut Imports, history: &History, past: &mut Past) -> Result<()> {
    let index = project.index();
    let moves = Moves::of(history);
    let definers = definers(project);
    let finder = Finder { index: &index, layout: &project.layout, moves: &moves, definers: &definers };
    let speller = Speller::of(&index, &project.layout, &moves);
    let ids: BTreeMap<&RepoPath, FileId> =
        project.files.iter().enumerate().map(|(id, file)| (&file.path, id)).collect();
    for found in &mut imports.unresolved {
        let Some(&file) = ids.get(&found.path) else { continue };
        let Some(import) = import_at(project, file, found.alias) else { continue };
        let target = finder.find(past, file, import)?;
        // Behind a guard a missing module is often meant: only what git recorded is worth saying.
        let target = target.filter(|target| found.guard.is_none() || target.confidence == Confidence::High);
        let suggestion = target.and_then(|target| speller.spell(file, import, &target));
        found.suggestion =
            suggestion.filter(|suggestion| !is_second_choice(project, file, found, suggestion));
    }
    for (file, import) in &imports.outside {
        if project.layout.declared.contains(super::verify::top_of(&import.module)) {
            continue;
        }
        let target = finder.moved_away(*file, import);
        let target = target.filter(|target| !harness::gives_path(&index, *file, import, &target.module));
        let mut found = unresolved(&index, *file, import, Reason::Gone);
        found.suggestion = target.and_then(|target| speller.spell(*file, import, &target));
        // What was taken away long ago may come from elsewhere since; what goes with this change does not yet.
        if found.suggestion.is_some() || finder.goes_now(*file, import) {
            imports.first_party += 1;
            imports.unresolved.push(found);
        }
    }
    for (file, import) in &imports.unnamed {
        let target = finder.moved_away(*file, import).filter(|target| target.confidence == Confidence::High);
        if let Some(suggestion) = target.and_then(|target| speller.spell(*file, import, &target)) {
            let found = unresolved(&index, *file, import, Reason::Gone);
            imports.unjudged -= 1;
            imports.unresolved.push(Unresolved { suggestion: Some(suggestion), ..found });
        }
    }
    for (file, string) in &imports.strings {
        let suggestion = strings::mended(&finder, &speller, *file, string);
        if suggestion.is_some() || finder.goes_now(*file, string) {
            let found = unresolved(&index, *file, string, Reason::Gone);
            imports.first_party += 1;
            imports.unresolved.push(Unresolved { suggestion, in_string: true, ..found });
        }
    }
    imports.unresolved.sort();
    Ok(())
}

/// True where the file asks for what is suggested elsewhere already: behind a guard the two names are choices, and what
/// history does not tell is another thing than what stands beside it.
fn is_second_choice(project: &Project, file: FileId, found: &Unresolved, suggestion: &Suggestion) -> bool {
    let asks = |import: &Import| {
        let module = format!("{}{}", ".".repeat(import.level as usize), import.module);
        import.statement != found.statement
            && (&module, &import.name) == (&suggestion.module, &suggestion.name)
    };
    let imports = project.files[file].facts.iter().flat_map(|facts| &facts.imports);
    (found.guard.is_some() || suggestion.confidence < Confidence::High) && imports.into_iter().any(asks)
}

fn import_at(project: &Project, file: FileId, alias: (usize, usize)) -> Option<&Import> {
    project.files[file].facts.as_ref()?.imports.iter().find(|import| import.alias == alias)
}

/// For each name the files that define it at their top level.
fn definers(project: &Project) -> BTreeMap<&str, Vec<FileId>> {
    let mut definers: BTreeMap<&str, Vec<FileId>> = BTreeMap::new();
    for (id, file) in project.files.iter().enumerate() {
        for name in file.facts.iter().flat_map(|facts| &facts.defined) {
            definers.entry(name).or_default().push(id);
        }
    }
    definers
}
