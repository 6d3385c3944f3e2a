//! Reads what is no note and yet tells people and programs where things are: READMEs beside code, files for agents.

use std::borrow::Cow;

use anyhow::Result;

use super::surroundings::LARGEST;
use super::{blob_id, note_of, parse};
use crate::consolidate::note::Note;
use crate::consolidate::scope::Scope;
use crate::consolidate::stored::as_stored;
use crate::markdown;
use crate::parallel;
use crate::process::unwind_if_cancelled;
use crate::repo::{BlobId, EntryKind, Repo, RepoPath, Tree};
use crate::report::ReportMarker;

/// The texts that are read for what they name alone. One that cannot be read names nothing.
///
/// # Errors
/// git cannot name a content that is not committed.
pub(super) fn texts(repo: &Repo, tree: &Tree, scope: &Scope) -> Result<Vec<Note>> {
    let mut read: Vec<(&RepoPath, BlobId, String)> = Vec::new();
    for (path, entry) in tree.entries().filter(|(path, _)| scope.names_files(path)) {
        unwind_if_cancelled();
        if !matches!(entry.kind, EntryKind::File | EntryKind::Executable) {
            continue;
        }
        let Ok(bytes) = tree.read(path) else { continue };
        let (text, _) = markdown::decode(&bytes);
        if bytes.len() > LARGEST || bytes.contains(&0) || ReportMarker::parse(&text).is_some() {
            continue;
        }
        let blob = match &entry.id {
            Some(id) if matches!(as_stored(&bytes), Cow::Borrowed(_)) => id.clone(),
            _ => blob_id(repo, &bytes)?,
        };
        read.push((path, blob, text));
    }
    let parsed = parallel::map(&read, |(path, _, text)| parse(path, text));
    let texts = read.into_iter().zip(parsed);
    Ok(texts.map(|((path, blob, text), parsed)| note_of(path, blob, text, parsed)).collect())
}
