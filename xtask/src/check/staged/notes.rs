//! New notes: identical to another, repeating another, in the wrong place, or one too many.

use std::collections::BTreeMap;

use anyhow::Result;

use super::checks::Switches;
use super::gather::{Changed, Input};
use super::{Finding, Request, not_judged};
use crate::check::CheckId;
use crate::config::Config;
use crate::markdown::{Format, decode, has_fixed_name};
use crate::passages;
use crate::repo::{BlobId, Blobs, RepoPath};
use crate::report::ReportMarker;

/// Where notes are when the configuration names no folders; Markdown at the root counts too.
const FOLDERS: &[&str] = &["notes", "docs", "doc"];

/// The share of a new note's words that has to stand elsewhere before it is told.
const TOLD: f64 = 0.2;

pub(super) fn judge(request: &Request<'_>, input: &Input, switches: &Switches) -> Result<Vec<Finding>> {
    let folders: Vec<RepoPath> =
        request.config.notes.iter().filter_map(|folder| RepoPath::resolve(None, folder.as_bytes())).collect();
    let added: Vec<&Changed> = input
        .changes
        .iter()
        .filter(|changed| changed.is_added() && changed.file().is_some() && is_prose(&changed.path))
        .collect();
    let mut findings = Vec::new();
    if !folders.is_empty() && switches.is_on(CheckId::NotePlace) {
        findings.extend(misplaced(&added, &folders, switches));
    }
    let moved = input.moved();
    let is_moved = |changed: &Changed| changed.file().is_some_and(|state| moved.contains(&state.id));
    let new = added.into_iter().filter(|changed| is_note(&changed.path, &folders) && !is_moved(changed));
    let new: Vec<&Changed> = new.collect();
    if !new.is_empty() && (switches.is_on(CheckId::DuplicateNote) || switches.is_on(CheckId::RepeatedNote)) {
        let notes = notes(request, &folders)?;
        findings.extend(repeated(request, &new, &notes, switches)?);
    }
    findings.extend(budget(request, input, &folders, switches)?);
    Ok(findings)
}

fn is_prose(path: &RepoPath) -> bool {
    Format::of_extension(&path.extension()).is_some()
}

fn is_note(path: &RepoPath, folders: &[RepoPath]) -> bool {
    if !is_prose(path) || has_name_of_its_own(path) {
        return false;
    }
    if !folders.is_empty() {
        return folders.iter().any(|folder| path.is_within(folder));
    }
    // Beside notes the root has texts of other kinds: requirements, licences.
    let is_at_root =
        path.parent().is_none() && Format::of_extension(&path.extension()) == Some(Format::Markdown);
    is_at_root || FOLDERS.iter().any(|folder| path.is_within(&RepoPath::from(*folder)))
}

fn has_name_of_its_own(path: &RepoPath) -> bool {
    has_fixed_name(&String::from_utf8_lossy(path.file_name()))
        || path.parts().any(|part| part.starts_with(b"."))
}

fn misplaced(added: &[&Changed], folders: &[RepoPath], switches: &Switches) -> Vec<Finding> {
    let names: Vec<String> =
        folders.iter().map(|folder| format!("`{}`", folder.display().escape_debug())).collect();
    let stands_elsewhere = |changed: &&&Changed| {
        !has_name_of_its_own(&changed.path)
            && !folders.iter().any(|folder| changed.path.is_within(folder))
            && switches.judges(CheckId::NotePlace, &changed.path)
    };
    let found = added.iter().filter(stands_elsewhere);
    found
        .map(|changed| {
            let message = format!("a new note outside the folders for notes ({})", names.join(", "));
            Finding::of(CheckId::NotePlace, &changed.path, message)
                .hint("move it, or add its folder to `[hook] notes`")
        })
        .collect()
}

/// All notes that the commit holds, by path.
fn notes(request: &Request<'_>, folders: &[RepoPath]) -> Result<BTreeMap<RepoPath, BlobId>> {
    let mut notes = BTreeMap::new();
    request.staged.each(|entry| {
        let path = RepoPath::from_bytes(entry.path);
        if entry.is_file()
            && is_note(&path, folders)
            && let Some(id) = entry.blob()
        {
            notes.insert(path, id);
        }
    })?;
    Ok(notes)
}

fn repeated(
    request: &Request<'_>,
    new: &[&Changed],
    notes: &BTreeMap<RepoPath, BlobId>,
    switches: &Switches,
) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let is_new = |path: &RepoPath| new.iter().any(|changed| changed.path == *path);
    let mut twins = Vec::new();
    for changed in new {
        let Some(state) = changed.file() else { continue };
        let twin = notes.iter().find(|(path, id)| {
            **id == state.id && **path != changed.path && (!is_new(path) || **path < changed.path)
        });
        if let Some((twin, _)) = twin {
            twins.push(&changed.path);
            if switches.judges(CheckId::DuplicateNote, &changed.path)
                && Blobs::of(request.repo)?.size(&state.id)? > 0
            {
                let message = format!("the new note is identical to `{}`", twin.display().escape_debug());
                findings.push(
                    Finding::of(CheckId::DuplicateNote, &changed.path, message)
                        .hint("link to that one instead"),
                );
            }
        }
    }
    let wanted: Vec<&&Changed> = new
        .iter()
        .filter(|changed| {
            switches.judges(CheckId::RepeatedNote, &changed.path) && !twins.contains(&&changed.path)
        })
        .collect();
    if !wanted.is_empty() && notes.len() > 1 {
        let wanted: Vec<&RepoPath> = wanted.into_iter().map(|changed| &changed.path).collect();
        let found = passages_of(request, &wanted, notes);
        let what = (CheckId::RepeatedNote, "new notes are not compared with all others");
        findings.extend(found.or_else(|error| not_judged(request.repo, what, error))?);
    }
    Ok(findings)
}

fn passages_of(
    request: &Request<'_>,
    wanted: &[&RepoPath],
    notes: &BTreeMap<RepoPath, BlobId>,
) -> Result<Vec<Finding>> {
    let paths: Vec<&RepoPath> = notes.keys().collect();
    let ids: Vec<&BlobId> = notes.values().collect();
    let mut texts: Vec<String> = Vec::with_capacity(ids.len());
    Blobs::of(request.repo)?.each(&ids, |_, bytes| {
        let text = decode(bytes).0;
        // The tool's own reports quote notes.
        texts.push(if ReportMarker::parse(&text).is_some() { String::new() } else { text });
    })?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let shared = passages::find(&texts, &passages::Options::default());
    let mut findings = Vec::new();
    for path in wanted {
        let Some(number) = paths.iter().position(|other| other == path) else { continue };
        let pairs = shared.pairs.iter().filter(|pair| pair.a == number || pair.b == number);
        let strongest = pairs
            .map(|pair| {
                let (share, other) =
                    if pair.a == number { (pair.share_a, pair.b) } else { (pair.share_b, pair.a) };
                (share, other, pair)
            })
            .filter(|(share, ..)| *share >= TOLD)
            .max_by(|one, other| one.0.total_cmp(&other.0).then(other.1.cmp(&one.1)));
        let Some((share, other, pair)) = strongest else { continue };
        let lines: Vec<String> = pair
            .passages
            .iter()
            .take(3)
            .map(|passage| {
                let (mine, theirs) =
                    if pair.a == number { (passage.a, passage.b) } else { (passage.b, passage.a) };
                format!("{}-{} as its {}-{}", mine.0, mine.1, theirs.0, theirs.1)
            })
            .collect();
        let more = if pair.passages.len() > 3 { ", …" } else { "" };
        let first = pair
            .passages
            .iter()
            .map(|passage| if pair.a == number { passage.a.0 } else { passage.b.0 })
            .min();
        let message = format!(
            "{:.0} % of the new note repeats `{}` (lines {}{more})",
            share * 100.0,
            paths[other].display().escape_debug(),
            lines.join(", ")
        );
        let hint = "link to it, or bring both together with `xtask consolidate plan`";
        findings.push(Finding::of(CheckId::RepeatedNote, path, message).at(first.unwrap_or(1)).hint(hint));
    }
    Ok(findings)
}

/// The number of notes may only fall: more than the budget are told, and so is a budget that rises.
fn budget(
    request: &Request<'_>,
    input: &Input,
    folders: &[RepoPath],
    switches: &Switches,
) -> Result<Vec<Finding>> {
    let Some(budget) = request.config.notes_budget.filter(|_| switches.is_on(CheckId::NoteBudget)) else {
        return Ok(Vec::new());
    };
    let mut findings = Vec::new();
    let settings = RepoPath::from("xtask.toml");
    if let Some(changed) = input.changes.iter().find(|changed| changed.path == settings) {
        let blobs = Blobs::of(request.repo)?;
        for state in changed.before.iter().flatten() {
            let text = blobs.read(&state.id)?;
            let root = request.repo.work_tree().unwrap_or(request.repo.git_dir());
            // A configuration that did not hold together had no budget.
            let before = Config::parse(&String::from_utf8_lossy(&text), "xtask.toml", root).ok();
            if let Some(before) =
                before.and_then(|config| config.hook.notes_budget).filter(|before| *before < budget)
            {
                let message =
                    format!("the budget of notes rises from {before} to {budget}; it is meant to fall");
                findings.push(Finding::of(CheckId::NoteBudget, &settings, message));
            }
        }
    }
    let grows = input
        .changes
        .iter()
        .find(|changed| changed.is_added() && changed.file().is_some() && is_note(&changed.path, folders));
    if let Some(changed) = grows.filter(|changed| switches.judges(CheckId::NoteBudget, &changed.path)) {
        let count = notes(request, folders)?.len();
        if count > budget {
            let message = format!("with this there are {count} notes, and the budget is {budget}");
            let hint = "bring notes together first: `xtask consolidate plan`";
            findings.push(Finding::of(CheckId::NoteBudget, &changed.path, message).hint(hint));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_that_is_known_by_its_name_is_no_note() {
        let is_note = |path: &str| is_note(&RepoPath::from(path), &[RepoPath::from("notes")]);
        for path in ["notes/README.md", "notes/HISTORY.md", "notes/news.de.rst", "notes/.hidden/a.md", "a.md"]
        {
            assert!(!is_note(path), "{path}");
        }
        assert!(is_note("notes/history-of-ideas.md"));
    }
}
