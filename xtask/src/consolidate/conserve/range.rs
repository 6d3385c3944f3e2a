//! Reads both ends of a range of commits: the notes that are gone or changed, and all that is there in the end.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::super::gather::guide_id;
use super::super::scope::{Kind, Scope, is_archived};
use super::{Conservation, Moved, Outputs, Text, Verified, compare};
use crate::config::ConsolidateConfig;
use crate::markdown::{Format, decode};
use crate::process::{Cancel, Interrupted, Progress};
use crate::repo::{BlobId, EntryKind, Repo, RepoPath, Tree};
use crate::report::{Hinted, ReportMarker};

/// Compares the beginning of a range with its end.
pub(super) fn verify(
    repo: &Repo,
    range: &str,
    config: &ConsolidateConfig,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Verified> {
    let (from, to) = ends(range)?;
    let (from, to) = (repo.resolve(from)?, repo.resolve(to)?);
    let (before, after) = (Tree::of_revision(repo, from.as_str())?, Tree::of_revision(repo, to.as_str())?);
    let scope = Scope::of(config)?;
    let is_note = |path: &RepoPath| scope.kind(path) != Kind::Other && *path != scope.report;
    // What stands somewhere byte for byte was moved at most.
    let kept: BTreeSet<&BlobId> = after.entries().filter_map(|(_, entry)| entry.id.as_ref()).collect();
    let gone = |path: &&RepoPath| {
        before.get(path).is_some_and(|entry| entry.id.as_ref().is_none_or(|id| !kept.contains(id)))
    };
    let sources: Vec<RepoPath> = notes(&before).filter(|path| is_note(path)).filter(gone).cloned().collect();
    let outputs: Vec<RepoPath> =
        notes(&after).filter(|path| is_text(path) || is_note(path)).cloned().collect();
    progress.step(format!("comparing {} notes with {} of the end", sources.len(), outputs.len()));
    let sources = read(&before, &sources, cancel)?;
    let outputs = if sources.is_empty() { BTreeMap::new() } else { read(&after, &outputs, cancel)? };
    let is_guide = |path: &RepoPath| outputs.get(path).is_some_and(|text| guide_id(text).is_some());
    let paths = Moved::between(&before, &after, is_guide);
    Ok(Verified {
        from: from.to_string(),
        to: to.to_string(),
        moved: moves(repo, from.as_str(), to.as_str(), &sources)?,
        conserved: compared(&sources, &outputs, &paths),
    })
}

/// The two ends of `OLD..NEW`.
fn ends(range: &str) -> Result<(&str, &str)> {
    let ends = range.split_once("..").filter(|(_, to)| !to.starts_with('.'));
    let (from, to) = ends.ok_or_else(|| {
        Hinted::new(
            format!("`{range}` is no range of commits"),
            "write it as `OLD..NEW`; of one commit `COMMIT^..COMMIT`",
        )
    })?;
    let or_head = |end| if str::is_empty(end) { "HEAD" } else { end };
    Ok((or_head(from), or_head(to)))
}

fn is_text(path: &RepoPath) -> bool {
    Format::of_extension(&path.extension()) == Some(Format::Markdown)
}

fn notes(tree: &Tree) -> impl Iterator<Item = &RepoPath> {
    let is_file = |kind: EntryKind| matches!(kind, EntryKind::File | EntryKind::Executable);
    tree.entries().filter(move |(_, entry)| is_file(entry.kind)).map(|(path, _)| path)
}

/// The texts of files; the tool's reports are left out.
fn read(tree: &Tree, paths: &[RepoPath], cancel: &Cancel) -> Result<BTreeMap<RepoPath, String>> {
    let mut texts = BTreeMap::new();
    for path in paths {
        if cancel.is_cancelled() {
            return Err(Interrupted.into());
        }
        let text = decode(&tree.read(path)?).0;
        if ReportMarker::parse(&text).is_none() {
            texts.insert(path.clone(), text);
        }
    }
    Ok(texts)
}

fn compared(
    sources: &BTreeMap<RepoPath, String>,
    outputs: &BTreeMap<RepoPath, String>,
    moved: &Moved,
) -> Conservation {
    let sources: Vec<Text<'_>> = sources.iter().map(|(path, text)| Text { path, text }).collect();
    let (archive, guides): (Vec<Text<'_>>, Vec<Text<'_>>) =
        outputs.iter().map(|(path, text)| Text { path, text }).partition(|text| is_archived(text.path));
    compare(&sources, &Outputs { guides: &guides, archive: &archive, moved: Some(moved) })
}

/// Where git says that a source went.
fn moves(
    repo: &Repo,
    from: &str,
    to: &str,
    sources: &BTreeMap<RepoPath, String>,
) -> Result<BTreeMap<RepoPath, RepoPath>> {
    let args = ["diff-tree", "-r", "-z", "-M50%", "-l1000", "--diff-filter=R", "--name-status", from, to];
    let listing = repo.git().read(&args).context("find what was renamed")?;
    let mut fields = listing.split(|&byte| byte == 0).filter(|field| !field.is_empty());
    let mut moves = BTreeMap::new();
    while let (Some(_), Some(old), Some(new)) = (fields.next(), fields.next(), fields.next()) {
        let old = RepoPath::from_bytes(old);
        if sources.contains_key(&old) {
            moves.insert(old, RepoPath::from_bytes(new));
        }
    }
    Ok(moves)
}
