//! Proves, before anything is written, that no link breaks and no line is lost.

use anyhow::{Result, bail};

use super::Paths;
use super::fates::Fates;
use super::gather::Facts;
use super::summary::Conserved;
use super::sweep::Swept;
use crate::links::{Index, Reason, Resolution, is_markdown};
use crate::markdown::{self, Form, Format};
use crate::repo::{RepoPath, Tree};

/// How many broken links an error names.
const SHOWN: usize = 5;

/// Compares the links of every file that was looked at, before and after.
///
/// # Errors
/// A link leads nowhere that led somewhere before.
pub(super) fn links(before: &Tree, after: &Tree, fates: &Fates, swept: &Swept) -> Result<()> {
    let (old, new) = (Index::new(before), Index::new(after));
    let mut broken = Vec::new();
    for path in &swept.linking {
        let to = match fates.files.get(path) {
            Some(None) => continue,
            Some(Some(to)) => to,
            None => path,
        };
        let mut known = broken_in(&old, path, &before.read(path)?, &swept.ignored);
        for (destination, line) in broken_in(&new, to, &after.read(to)?, &swept.ignored) {
            match known.iter().position(|(old, _)| *old == destination) {
                Some(place) => drop(known.remove(place)),
                None => broken.push(format!("`{to}` line {line}: `{destination}`")),
            }
        }
    }
    if broken.is_empty() {
        return Ok(());
    }
    let more = broken.len().saturating_sub(SHOWN);
    broken.truncate(SHOWN);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    bail!("these links would lead nowhere: {}{more}", broken.join("; "))
}

/// What of a link leads nowhere, with its line: the destination, or the anchor alone where the file is there and only
/// the anchor is not.
fn broken_in(index: &Index<'_>, path: &RepoPath, bytes: &[u8], ignored: &Paths) -> Vec<(String, usize)> {
    if !is_markdown(path) {
        return Vec::new();
    }
    let parsed = markdown::parse(&markdown::readable(bytes), Format::Markdown);
    let what_is_broken = |destination: &str| match index.resolve(path, destination) {
        Resolution::Broken(problem) if problem.reason == Reason::AnchorMissing => {
            destination.find('#').map(|mark| destination[mark..].to_owned())
        }
        Resolution::Broken(problem) => {
            problem.path.is_none_or(|path| !ignored.contains(&path)).then(|| destination.to_owned())
        }
        _ => None,
    };
    parsed
        .destinations()
        .into_iter()
        .filter_map(|(destination, _, line)| Some((what_is_broken(destination)?, line)))
        .collect()
}

/// Compares every note that moves with what stands at its new place: only destinations may differ, and where the
/// archive's mentions are rewritten, words of its lines.
///
/// # Errors
/// Something else differs.
pub(super) fn conserved(facts: &Facts, fates: &Fates, swept: &Swept) -> Result<Conserved> {
    let mut conserved = Conserved::default();
    for (path, to) in &fates.files {
        let (Some((_, before)), Some(to)) = (facts.contents.get(path), to) else { continue };
        let after = swept.contents.get(path).unwrap_or(before);
        let is_same = match swept.mentioning.contains(path) {
            true => lines_of(before) == lines_of(after),
            false => without_destinations(path, before) == without_destinations(to, after),
        };
        if !is_same {
            bail!("`{to}` would hold something else than `{path}` did");
        }
        conserved.notes += 1;
    }
    Ok(conserved)
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
