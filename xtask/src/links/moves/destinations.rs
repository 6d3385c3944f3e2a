//! Destinations of Markdown: each leads to where its target's readers find it, from where its file stands.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Edit, NewPlace, Nowhere, Rewriter, Standing};
use crate::links::address::{Address, encode_fragment};
use crate::links::lookup::{Walked, walk};
use crate::links::{Index, Reason, Resolution, Unknown, encode_path, relative_destination};
use crate::markdown::{DestinationEdit, Format, parse, readable, written_destination};
use crate::repo::RepoPath;

/// A whole link, and the file that it leads to.
pub(super) type Leading = (Range<usize>, RepoPath);

/// What was found in a file.
#[derive(Default)]
pub(super) struct Destinations {
    pub(super) edits: Vec<Edit>,
    /// Where destinations stand that are paths: no mention is looked for in them.
    pub(super) local: Vec<Range<usize>>,
    /// Whole links, with the file that each leads to: a name in their words is answered by them.
    pub(super) leading: Vec<Leading>,
    pub(super) broken: Vec<Nowhere>,
}

pub(super) fn find(
    rewriter: &Rewriter<'_>,
    at: Standing<'_>,
    bytes: &[u8],
    to_originals: bool,
) -> Destinations {
    let text = readable(bytes);
    let parsed = parse(&text, Format::Markdown);
    let mut found = Destinations::default();
    let mut files: BTreeMap<usize, RepoPath> = BTreeMap::new();
    for (destination, place, line) in parsed.destinations() {
        if !matches!(Address::parse(destination), Address::Local(_)) {
            continue;
        }
        found.local.push(place.range.clone());
        let resolution = rewriter.index.resolve(at.from, destination);
        found.broken.extend(nowhere(&resolution, destination, line));
        if let Resolution::File { path, .. } = &resolution {
            files.insert(place.range.start, path.clone());
        }
        if let Some(to) = new_destination(rewriter, at, destination, resolution, to_originals) {
            let edit = DestinationEdit { place: place.clone(), to };
            found.edits.push((place.range.clone(), written_destination(&text, &edit).into_bytes()));
        }
    }
    found.leading = parsed
        .links
        .iter()
        .filter_map(|link| Some((link.range.clone(), files.remove(&link.place.as_ref()?.range.start)?)))
        .collect();
    found
}

/// What of a destination leads nowhere.
pub(super) fn nowhere(resolution: &Resolution, destination: &str, line: usize) -> Option<Nowhere> {
    let Resolution::Broken(problem) = resolution else { return None };
    Some(match destination.find('#').filter(|_| problem.reason == Reason::AnchorMissing) {
        Some(mark) => Nowhere { destination: destination[mark..].to_owned(), wanted: None, line },
        None => Nowhere { destination: destination.to_owned(), wanted: problem.path.clone(), line },
    })
}

/// The path that a destination looks for and that is not there.
pub(super) fn missing(index: &Index<'_>, from: &RepoPath, destination: &str) -> Option<RepoPath> {
    match index.resolve(from, destination) {
        Resolution::Broken(problem) if problem.reason == Reason::FileMissing => problem.path,
        _ => None,
    }
}

/// What is written in a destination's place; `None`: it is right, or was wrong before.
fn new_destination(
    rewriter: &Rewriter<'_>,
    at: Standing<'_>,
    destination: &str,
    resolution: Resolution,
    to_originals: bool,
) -> Option<String> {
    let (path, tail) = split(destination);
    if path.is_empty() {
        return None;
    }
    let rooted = path.starts_with('/');
    let new = match resolution {
        Resolution::File { path: target, anchor } => {
            to_file(rewriter, at, &target, anchor.as_deref(), tail, to_originals)?
        }
        // The file is there: its link stays as right as it was.
        Resolution::Broken(problem) if problem.reason == Reason::AnchorMissing => {
            to_file(rewriter, at, &problem.path?, None, tail, to_originals)?
        }
        Resolution::Folder(folder) => to_folder(rewriter, at, folder.as_ref(), tail)?,
        Resolution::Unknown(Unknown::Submodule) => (inside(at.from, path)?, tail.to_owned()),
        Resolution::Broken(problem) if problem.reason == Reason::FileMissing => {
            let wanted = problem.path.filter(|path| rewriter.ignored.contains(path))?;
            (Some(wanted), tail.to_owned())
        }
        _ => return None,
    };
    let written = written(at.to, new.0.as_ref(), rooted, path.ends_with('/')) + &new.1;
    let unmoved = at.from == at.to || rooted;
    // What leads to the same place keeps its spelling: `./x.md`, `a/../x.md`.
    let same = unmoved && inside(at.from, path).is_some_and(|old| old == new.0) && new.1 == tail;
    (!same && written != destination).then_some(written)
}

/// The path and what follows it (`?query#fragment`), as they are written.
pub(super) fn split(destination: &str) -> (&str, &str) {
    destination.split_at(destination.find(['?', '#']).unwrap_or(destination.len()))
}

/// The path that a destination names, wherever it leads.
pub(super) fn inside(from: &RepoPath, path: &str) -> Option<Option<RepoPath>> {
    let Address::Local(local) = Address::parse(path) else { return None };
    match walk(from.parent().as_ref(), &local.path) {
        Walked::Inside(parts) if parts.is_empty() => Some(None),
        Walked::Inside(parts) => Some(Some(RepoPath::from_bytes(&parts.join(&b'/')))),
        Walked::Above(..) => None,
    }
}

fn written(from: &RepoPath, to: Option<&RepoPath>, rooted: bool, slash: bool) -> String {
    let mut written = match to {
        Some(to) if rooted => format!("/{}", encode_path(to.as_bytes())),
        Some(to) => relative_destination(from, to, None),
        None if rooted => "/".to_owned(),
        None => match from.parts().count() - 1 {
            0 => ".".to_owned(),
            depth => vec![".."; depth].join("/"),
        },
    };
    if slash && !written.ends_with('/') {
        written.push('/');
    }
    written
}

/// Target and tail of a link to a file; `None`: nothing moves.
fn to_file(
    rewriter: &Rewriter<'_>,
    at: Standing<'_>,
    target: &RepoPath,
    anchor: Option<&str>,
    tail: &str,
    to_originals: bool,
) -> Option<(Option<RepoPath>, String)> {
    if target == at.from {
        // A file that names itself.
        return Some((Some(at.to.clone()), tail.to_owned()));
    }
    let Some(place) = rewriter.moves.get(target) else {
        return (at.from != at.to).then(|| (Some(target.clone()), tail.to_owned()));
    };
    match &place.original {
        Some(original) if to_originals => Some((Some(original.clone()), tail.to_owned())),
        _ => {
            let (path, tail) = at_new_place(place, anchor, tail);
            Some((Some(path), tail))
        }
    }
}

/// Where a link to a place in a moved file leads.
fn at_new_place(place: &NewPlace, anchor: Option<&str>, tail: &str) -> (RepoPath, String) {
    let Some(anchors) = &place.anchors else { return (place.path.clone(), tail.to_owned()) };
    let has_fragment = tail.contains('#');
    let query = &tail[..tail.find('#').unwrap_or(tail.len())];
    let led = |path: &RepoPath, name: &str| (path.clone(), format!("{query}#{}", encode_fragment(name)));
    match anchor.map(|anchor| anchors.get(anchor)) {
        Some(Some((path, Some(name)))) => led(path, name),
        Some(Some((path, None))) => (path.clone(), query.to_owned()),
        // A place that the new file does not have stands in the original still.
        Some(None) | None if has_fragment && place.original.is_some() => {
            (place.original.clone().unwrap_or_else(|| place.path.clone()), tail.to_owned())
        }
        _ => match &place.top {
            Some(top) => led(&place.path, top),
            None => (place.path.clone(), query.to_owned()),
        },
    }
}

fn to_folder(
    rewriter: &Rewriter<'_>,
    at: Standing<'_>,
    folder: Option<&RepoPath>,
    tail: &str,
) -> Option<(Option<RepoPath>, String)> {
    match folder.and_then(|folder| rewriter.vanished.get(folder)) {
        Some(successor) => Some((successor.clone(), String::new())),
        None => (at.from != at.to).then(|| (folder.cloned(), tail.to_owned())),
    }
}
