//! Judges the names of new files: against all names of the index, and by what they say.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::checks::Switches;
use super::gather::{Changed, Input};
use super::{Finding, Request};
use crate::check::CheckId;
use crate::check::bytes::test_leftover;
use crate::repo::{Blobs, RepoPath};

pub(super) fn judge(request: &Request<'_>, input: &Input, switches: &Switches) -> Result<Vec<Finding>> {
    let added: Vec<&Changed> = input.changes.iter().filter(|changed| changed.is_added()).collect();
    if added.is_empty() {
        return Ok(Vec::new());
    }
    let mut findings = Vec::new();
    if switches.is_on(CheckId::CaseConflict) {
        findings.extend(case_conflicts(request, &added, switches)?);
    }
    if switches.is_on(CheckId::TestLeftover) {
        findings.extend(leftovers(request, &added, switches)?);
    }
    Ok(findings)
}

/// New paths, or their folders, that a file system without upper and lower case takes for another.
fn case_conflicts(request: &Request<'_>, added: &[&Changed], switches: &Switches) -> Result<Vec<Finding>> {
    let mut wanted: BTreeMap<Vec<u8>, Vec<&RepoPath>> = BTreeMap::new();
    let mut lengths = BTreeSet::new();
    for changed in added {
        for end in ends(changed.path.as_bytes()) {
            let name = folded(&changed.path.as_bytes()[..end]);
            lengths.insert(name.len());
            wanted.entry(name).or_default().push(&changed.path);
        }
    }
    // Lower case may have another length only where there are letters beyond ASCII.
    let may_fit = |name: &[u8]| lengths.contains(&name.len()) || !name.is_ascii();
    let mut others: BTreeMap<&RepoPath, RepoPath> = BTreeMap::new();
    let mut previous: Vec<u8> = Vec::new();
    request.staged.each(|entry| {
        let same = entry.path.iter().zip(&previous).take_while(|(one, other)| one == other).count();
        for end in ends(entry.path).filter(|&end| end > same || end == entry.path.len()) {
            let name = &entry.path[..end];
            if !may_fit(name) {
                continue;
            }
            for path in wanted.get(&folded(name)).into_iter().flatten() {
                let mine = &path.as_bytes()[..end.min(path.as_bytes().len())];
                if mine != name && folded(mine) == folded(name) {
                    others.entry(*path).or_insert_with(|| RepoPath::from_bytes(name));
                }
            }
        }
        previous.clear();
        previous.extend_from_slice(entry.path);
    })?;
    let is_new = |path: &RepoPath| added.iter().any(|changed| changed.path == *path);
    let found = others.into_iter().filter(|(path, _)| switches.judges(CheckId::CaseConflict, path)).filter(
        |(path, other)| {
            // Of two new paths the later one is told.
            !is_new(other) || *path > other
        },
    );
    Ok(found
        .map(|(path, other)| {
            Finding::of(
                CheckId::CaseConflict,
                path,
                format!(
                    "the name differs from `{}` only in upper and lower case",
                    other.display().escape_debug()
                ),
            )
            .hint("choose one spelling: some file systems hold only one of the two")
        })
        .collect())
}

/// Where each folder of a path ends, and the path itself.
fn ends(path: &[u8]) -> impl Iterator<Item = usize> + '_ {
    memchr::memchr_iter(b'/', path).chain([path.len()])
}

fn folded(name: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(name) {
        Ok(text) if !text.is_ascii() => text.to_lowercase().into_bytes(),
        _ => name.to_ascii_lowercase(),
    }
}

fn leftovers(request: &Request<'_>, added: &[&Changed], switches: &Switches) -> Result<Vec<Finding>> {
    let blobs = Blobs::of(request.repo)?;
    let mut findings = Vec::new();
    for changed in added.iter().filter(|changed| switches.judges(CheckId::TestLeftover, &changed.path)) {
        let Some(state) = changed.file() else { continue };
        let is_data = changed.path.extension() == "xml";
        let bytes = if is_data { blobs.read(&state.id)? } else { Vec::new() };
        if let Some(message) = test_leftover(&changed.path, &bytes) {
            let hint = "take it out (`git rm --cached`) and name it in `.gitignore`";
            findings.push(Finding::of(CheckId::TestLeftover, &changed.path, message).hint(hint));
        }
    }
    Ok(findings)
}
