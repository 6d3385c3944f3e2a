//! Proves, before anything is written, that no link breaks and no line is lost.

use anyhow::{Result, bail};

use super::Paths;
use super::fates::Fates;
use super::gather::Facts;
use super::sweep::Swept;
use crate::links::{Index, Nowhere, Rewriter, is_markdown};
use crate::markdown::{self, Form, Format};
use crate::repo::{RepoPath, Tree};

/// How many broken links an error names.
const SHOWN: usize = 5;

/// Compares the links of every file that moves or changes, before and after. In all other files no link leads to a file
/// that moves.
///
/// # Errors
/// A link leads nowhere that led somewhere before.
pub(super) fn links(
    old: &Index<'_>,
    before: &Tree,
    after: &Tree,
    (fates, swept): (&Fates, &Swept),
) -> Result<()> {
    let new = Index::new(after);
    let known = |path: &RepoPath| -> Result<Vec<Nowhere>> {
        match swept.broken.get(path) {
            Some(broken) => Ok(broken.clone()),
            None if is_markdown(path) => Ok(Rewriter::nowhere(old, path, &before.read(path)?)),
            None => Ok(Vec::new()),
        }
    };
    let now = |path: &RepoPath| -> Result<Vec<Nowhere>> {
        if !is_markdown(path) {
            return Ok(Vec::new());
        }
        Ok(Rewriter::nowhere(&new, path, &after.read(path)?))
    };
    let mut broken = Vec::new();
    let moved = fates.files.iter().filter_map(|(path, to)| Some((path, to.as_ref()?)));
    let changed = swept.contents.keys().filter(|path| !fates.files.contains_key(*path));
    for (path, to) in moved.chain(changed.map(|path| (path, path))) {
        broken.extend(added(known(path)?, now(to)?, to, &swept.ignored));
    }
    for task in &fates.merges {
        let guide = &task.item.target;
        let mut all = Vec::new();
        for source in &task.item.sources {
            all.extend(known(&source.path)?);
        }
        broken.extend(added(all, now(guide)?, guide, &swept.ignored));
    }
    if broken.is_empty() {
        return Ok(());
    }
    let more = broken.len().saturating_sub(SHOWN);
    broken.truncate(SHOWN);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    bail!("these links would lead nowhere: {}{more}", broken.join("; "))
}

/// What a link that leads out of the repository looks for there, from wherever it is written.
fn beyond(link: &Nowhere) -> Option<&str> {
    link.destination.starts_with("../").then(|| link.destination.trim_start_matches("../"))
}

/// What is broken now and was not, as lines of an error.
fn added(mut known: Vec<Nowhere>, now: Vec<Nowhere>, path: &RepoPath, ignored: &Paths) -> Vec<String> {
    let mut added = Vec::new();
    for link in now {
        // What git ignores is on this disk perhaps, and in no tree.
        if link.wanted.as_ref().is_some_and(|path| ignored.contains(path)) {
            continue;
        }
        // Where a file moved, its broken link is written as before, or looks for the same path as before.
        let is_same = |old: &Nowhere| {
            old.destination == link.destination
                || (old.wanted.is_some() && old.wanted == link.wanted)
                || (old.wanted.is_none()
                    && link.wanted.is_none()
                    && beyond(old).is_some()
                    && beyond(old) == beyond(&link))
        };
        match known.iter().position(is_same) {
            Some(place) => drop(known.swap_remove(place)),
            None => added.push(format!("`{path}` line {}: `{}`", link.line, link.destination)),
        }
    }
    added
}

/// Compares every note that moves with what stands at its new place: only destinations may differ, and where the
/// archive's mentions are rewritten, words of its lines.
///
/// # Errors
/// Something else differs.
pub(super) fn moved_whole(facts: &Facts, fates: &Fates, swept: &Swept) -> Result<usize> {
    let mut moved = 0;
    for (path, to) in &fates.files {
        let (Some((_, before)), Some(to)) = (facts.contents.get(path), to) else { continue };
        moved += 1;
        // Without new content the bytes themselves move.
        let Some(after) = swept.contents.get(path) else { continue };
        let is_same = match swept.mentioning.contains(path) {
            true => lines_of(before) == lines_of(after),
            false => without_destinations(path, before) == without_destinations(to, after),
        };
        if !is_same {
            bail!("`{to}` would hold something else than `{path}` did");
        }
    }
    Ok(moved)
}

fn lines_of(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}

/// The text without the destinations of its links, and without the quotation marks that HTML may have around them.
fn without_destinations(path: &RepoPath, bytes: &[u8]) -> Vec<u8> {
    if !is_markdown(path) {
        return bytes.to_vec();
    }
    let parsed = markdown::parse(&markdown::readable(bytes), Format::Markdown);
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for (_, place, _) in parsed.destinations() {
        let quotes = usize::from(matches!(place.form, Form::Quoted(_)));
        let range = place.range.start - quotes..place.range.end + quotes;
        if range.start >= at {
            out.extend_from_slice(&bytes[at..range.start]);
            at = range.end;
        }
    }
    out.extend_from_slice(&bytes[at..]);
    out
}
