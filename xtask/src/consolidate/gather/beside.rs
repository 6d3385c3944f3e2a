//! Reads what is no note and yet tells people and programs where things are: READMEs beside code, files for agents.

use anyhow::Result;

use super::notes::Naming;
use super::surroundings::LARGEST;
use super::{note_of, parse};
use crate::consolidate::note::Note;
use crate::consolidate::scope::Scope;
use crate::markdown;
use crate::parallel;
use crate::repo::{Entry, EntryKind, RepoPath, Tree};
use crate::report::ReportMarker;

/// The texts that are read for what they name alone. One that cannot be read names nothing.
///
/// # Errors
/// git cannot name a content that is not committed.
pub(super) fn texts(tree: &Tree, scope: &Scope, naming: &Naming) -> Result<Vec<Note>> {
    let is_file = |entry: &Entry| matches!(entry.kind, EntryKind::File | EntryKind::Executable);
    let files: Vec<(&RepoPath, &Entry)> =
        tree.entries().filter(|(path, entry)| scope.names_files(path) && is_file(entry)).collect();
    let read = parallel::map(&files, |&(path, entry)| text(tree, path, entry, naming));
    read.into_iter().filter_map(Result::transpose).collect()
}

fn text(tree: &Tree, path: &RepoPath, entry: &Entry, naming: &Naming) -> Result<Option<Note>> {
    let Ok(bytes) = tree.read(path) else { return Ok(None) };
    let (text, _) = markdown::decode(&bytes);
    if bytes.len() > LARGEST || bytes.contains(&0) || ReportMarker::parse(&text).is_some() {
        return Ok(None);
    }
    let blob = naming.name(Some(entry), &bytes)?;
    let parsed = parse(path, &text);
    Ok(Some(note_of(path, blob, text, parsed)))
}
