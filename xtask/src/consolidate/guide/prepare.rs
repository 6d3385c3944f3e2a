//! Makes the sources ready for one file: one kind of line end, links as the guide's place needs them, labels that are
//! nobody else's.

use std::collections::BTreeMap;

use super::labels;
use super::{GuideRequest, GuideSource};
use crate::links::{pointed_at, rebased};
use crate::markdown::{DestinationEdit, Format, Parsed, parse, rewrite_destinations};
use crate::repo::RepoPath;

/// A source whose text can stand in the guide. Its lines and sections are those of the original.
pub(super) struct Prepared<'r> {
    pub(super) source: GuideSource<'r>,
    pub(super) text: String,
    pub(super) parsed: Parsed,
    /// The destinations in the text that lead into a source, by how they are written now.
    pub(super) inward: BTreeMap<String, Inward>,
}

/// A link that leads into a source of the guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Inward {
    /// The source.
    pub(super) path: RepoPath,
    /// The anchor in it.
    pub(super) fragment: Option<String>,
    /// How it was written.
    pub(super) original: String,
}

/// The sources in the guide's order: the one that leads, then as the plan names them.
pub(super) fn sources<'r>(request: &GuideRequest<'r>) -> Vec<Prepared<'r>> {
    let first_named = |source: &GuideSource<'_>| {
        request.sections.iter().position(|section| section.source == *source.path).unwrap_or(usize::MAX)
    };
    let mut ordered: Vec<GuideSource<'r>> = request.sources.to_vec();
    ordered.sort_by_key(first_named);
    let mut prepared: Vec<Prepared<'r>> =
        ordered.into_iter().map(|source| prepare(source, request)).collect();
    labels::part(&mut prepared);
    prepared
}

fn prepare<'r>(source: GuideSource<'r>, request: &GuideRequest<'_>) -> Prepared<'r> {
    let text = source.text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let format = Format::of_extension(&source.path.extension()).unwrap_or(Format::Markdown);
    let text = if format == Format::Plain { fenced(&text) } else { text };
    let parsed = match format == Format::Markdown && text == source.text {
        true => source.parsed.clone(),
        false => parse(&text, Format::Markdown),
    };
    let mut inward = BTreeMap::new();
    let mut edits = Vec::new();
    for (destination, place, _) in parsed.destinations() {
        let written = rebased(destination, source.path, request.target);
        let to = written.clone().unwrap_or_else(|| destination.to_owned());
        if let Some((path, fragment)) = pointed_at(source.path, destination)
            && request.sources.iter().any(|other| *other.path == path)
        {
            let original = destination.to_owned();
            inward.insert(to.clone(), Inward { path, fragment, original });
        }
        if written.is_some() {
            edits.push(DestinationEdit { place: place.clone(), to });
        }
    }
    if edits.is_empty() {
        return Prepared { source, text, parsed, inward };
    }
    // The edits were made for this very text.
    let text = rewrite_destinations(&text, &edits).unwrap_or(text);
    let parsed = parse(&text, Format::Markdown);
    Prepared { source, text, parsed, inward }
}

/// A text without markup as a block of code: whatever looks like markup in it is none.
fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let end = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    format!("{fence}text\n{text}{end}{fence}\n")
}
