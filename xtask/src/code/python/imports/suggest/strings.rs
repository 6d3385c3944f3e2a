//! What to write in a string that names a module which moved.

use super::spelling::Speller;
use super::target::Finder;
use super::{Confidence, Suggestion};
use crate::code::python::imports::facts::Import;
use crate::code::python::imports::index::FileId;
use crate::code::python::imports::strings::{readings, stands};

/// The string with the module where it is now, if git recorded the move and what is named is there.
///
/// What is patched is patched where it is looked up: no package that offers the name is written instead, and no module
/// that the name was imported from.
pub(super) fn mended(
    finder: &Finder<'_>,
    speller: &Speller<'_>,
    file: FileId,
    string: &Import,
) -> Option<Suggestion> {
    let roots = finder.index.roots(file);
    readings(string).iter().find_map(|(reading, rest)| {
        let target = finder.moved_away(file, reading)?;
        let (module, name) = speller.in_place(file, reading, &target)?;
        let mut text = module;
        for part in name.iter().map(String::as_str).chain([rest.as_str()]).filter(|part| !part.is_empty()) {
            text = format!("{text}.{part}");
        }
        let (module, name) = match text.rsplit_once('.').filter(|_| string.name.is_some()) {
            Some((module, name)) => (module.to_owned(), Some(name.to_owned())),
            None => (text.clone(), None),
        };
        let new = Import { module: module.clone(), name: name.clone(), ..string.clone() };
        let is_sure = target.confidence >= Confidence::Medium;
        let holds = is_sure && stands(finder.index, finder.layout, file, &roots, &new);
        let commit = target.commit.filter(|commit| !commit.is_uncommitted()).map(|commit| commit.to_string());
        holds.then_some(Suggestion { text, commit, confidence: target.confidence, module, name })
    })
}
