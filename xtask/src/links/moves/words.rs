//! Words of links that name another file than the one they lead to.

use std::ops::Range;

use super::destinations::{inside, split, with_words};
use super::mentions::{goes_on, token_start};
use super::{Edit, relative_path, splice};
use crate::markdown::{Format, parse, readable};
use crate::repo::RepoPath;

/// The Markdown text at `path` where links to one of `files` whose words name `named` name that file instead; `None`
/// where there is none. Files need not be there.
pub fn name_in_words(
    path: &RepoPath,
    bytes: &[u8],
    named: &RepoPath,
    files: &[&RepoPath],
) -> Option<Vec<u8>> {
    let text = readable(bytes);
    let parsed = parse(&text, Format::Markdown);
    let mut edits: Vec<Edit> = Vec::new();
    for link in &parsed.links {
        let target = inside(path, split(&link.destination).0).flatten();
        let Some(file) = files.iter().copied().find(|file| Some(*file) == target.as_ref()) else { continue };
        let Some(words) = with_words(&text, link) else { continue };
        let place = link.place.as_ref().map_or(words.end..words.end, |place| place.range.clone());
        for (from, to) in [
            (named.as_bytes().to_vec(), file.as_bytes().to_vec()),
            (relative_path(path, named), relative_path(path, file)),
        ] {
            for range in tokens(bytes, &words, &from) {
                let is_taken =
                    edits.iter().any(|(other, _)| other.start < range.end && range.start < other.end);
                let is_destination = place.start < range.end && range.start < place.end;
                if !is_taken && !is_destination {
                    edits.push((range, to.clone()));
                }
            }
        }
    }
    (!edits.is_empty()).then(|| splice::splice(bytes, edits))
}

/// Where a path stands by itself.
fn tokens(bytes: &[u8], within: &Range<usize>, path: &[u8]) -> Vec<Range<usize>> {
    let found = memchr::memmem::find_iter(&bytes[within.clone()], path);
    let ranges = found.map(|at| within.start + at..within.start + at + path.len());
    ranges
        .filter(|range| token_start(bytes, range.start) == range.start && !goes_on(bytes, range.end))
        .collect()
}
