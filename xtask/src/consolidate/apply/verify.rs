//! Proves, before anything is written, that no link breaks and no line is lost.

use std::collections::{BTreeMap, BTreeSet};

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
    let of_paths: BTreeSet<&[u8]> = fates.files.keys().flat_map(|path| words_of(path.as_bytes())).collect();
    for (path, to) in &fates.files {
        let (Some((_, before)), Some(to)) = (facts.contents.get(path), to) else { continue };
        moved += 1;
        // Without new content the bytes themselves move.
        let Some(after) = swept.contents.get(path) else { continue };
        let is_same = match swept.mentioning.contains(path) {
            true => loses_words_of_paths_alone(before, after, &of_paths),
            false => without_destinations(path, before) == without_destinations(to, after),
        };
        if !is_same {
            bail!("`{to}` would hold something else than `{path}` did");
        }
    }
    Ok(moved)
}

/// True where each line holds all words that it held, but for those of paths of what moves.
fn loses_words_of_paths_alone(before: &[u8], after: &[u8], of_paths: &BTreeSet<&[u8]>) -> bool {
    let lines = |bytes| <[u8]>::split(bytes, |&byte| byte == b'\n');
    let keeps = |(before, after): (&[u8], &[u8])| {
        let mut kept: BTreeMap<&[u8], usize> = BTreeMap::new();
        words_of(after).for_each(|word| *kept.entry(word).or_default() += 1);
        before == after
            || words_of(before).all(|word| {
                let is_kept = kept.get_mut(word).filter(|count| **count > 0).map(|count| *count -= 1);
                is_kept.is_some() || of_paths.contains(word)
            })
    };
    lines(before).count() == lines(after).count() && lines(before).zip(lines(after)).all(keeps)
}

/// The words of a line; what is no ASCII is a part of one.
fn words_of(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    line.split(move |byte| !is_part(byte)).filter(|word| !word.is_empty())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_lose_the_words_of_a_path_and_no_other() {
        let of_paths: BTreeSet<&[u8]> = words_of(b"docs/old-plan.md").collect();
        let keeps = |before: &str, after: &str| {
            loses_words_of_paths_alone(before.as_bytes(), after.as_bytes(), &of_paths)
        };
        assert!(keeps("see docs/old-plan.md now\nlast", "see archive/2025/old-plan.md now\nlast"));
        assert!(!keeps("see docs/old-plan.md now\nlast", "see archive/2025/old-plan.md\nlast"));
        assert!(!keeps("two two docs", "two archive"), "a word that stood twice stands once");
        assert!(!keeps("see docs\nlast", "see archive"), "a line is gone");
        assert!(!keeps("a docs\nwörter", "a archive\nworter"));
    }
}
