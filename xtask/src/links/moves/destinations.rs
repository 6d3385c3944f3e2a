//! Destinations of Markdown: each leads to where its target's readers find it, from where its file stands.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Edit, NewPlace, Nowhere, Rewriter, Standing};
use crate::links::address::{Address, encode_fragment};
use crate::links::lookup::{Walked, walk};
use crate::links::{Index, Reason, Resolution, Unknown, encode_path, relative_destination};
use crate::markdown::{DestinationEdit, Format, Link, LinkKind, parse, readable, written_destination};
use crate::repo::RepoPath;

/// A link that leads to a file.
pub(super) struct Leading {
    /// From its first byte to the end of its words.
    pub(super) range: Range<usize>,
    /// The file, by its old place.
    pub(super) file: RepoPath,
    /// The file that it leads to afterwards.
    pub(super) to: RepoPath,
}

/// What was found in a file.
#[derive(Default)]
pub(super) struct Destinations {
    pub(super) edits: Vec<Edit>,
    /// Where destinations stand that are paths: no mention is looked for in them.
    pub(super) local: Vec<Range<usize>>,
    /// Links to files: a name in their words is answered by them.
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
    let mut files: BTreeMap<&str, (RepoPath, RepoPath)> = BTreeMap::new();
    for (destination, place, line) in parsed.destinations() {
        if !matches!(Address::parse(destination), Address::Local(_)) {
            continue;
        }
        found.local.push(place.range.clone());
        let resolution = rewriter.index.resolve(at.from, destination);
        found.broken.extend(nowhere(&resolution, destination, line));
        let led = led(rewriter, at, destination, &resolution, to_originals);
        if let Some(path) = file(resolution) {
            let to = led.as_ref().and_then(|(to, _)| to.clone()).unwrap_or_else(|| path.clone());
            files.insert(destination, (path, to));
        }
        if let Some(to) = led.and_then(|led| new_destination(at, destination, led)) {
            let edit = DestinationEdit { place: place.clone(), to };
            found.edits.push((place.range.clone(), written_destination(&text, &edit).into_bytes()));
        }
    }
    found.leading = parsed
        .links
        .iter()
        .filter_map(|link| {
            let (file, to) = files.get(link.destination.as_str())?.clone();
            Some(Leading { range: with_words(&text, link)?, file, to })
        })
        .collect();
    found
}

/// The file that a link names, whether it has the anchor or not.
fn file(resolution: Resolution) -> Option<RepoPath> {
    match resolution {
        Resolution::File { path, .. } => Some(path),
        Resolution::Broken(problem) if problem.reason == Reason::AnchorMissing => problem.path,
        _ => None,
    }
}

/// A link from its first byte to the end of its words; `None` where its words are a label, which names a definition.
pub(super) fn with_words(text: &str, link: &Link) -> Option<Range<usize>> {
    let Range { start, end } = link.range.clone();
    match link.kind {
        LinkKind::Reference => {
            let label = text.get(start..end)?.rfind("][")?;
            let is_empty = text[start + label..end] == *"][]";
            (!is_empty).then_some(start..start + label)
        }
        // The tag alone is the link's range. Words end with the next tag of a link, whether it closes or opens one.
        LinkKind::Html if is_tag_of_link(text.get(start + 1..)?) => {
            let mut tags = memchr::memchr_iter(b'<', &text.as_bytes()[end..]).map(|at| end + at);
            let words_end = tags.find(|&at| is_tag_of_link(&text[at + 1..]));
            Some(start..words_end.unwrap_or(end))
        }
        _ => Some(start..end),
    }
}

fn is_tag_of_link(rest: &str) -> bool {
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    let after = rest.strip_prefix(['a', 'A']);
    after.is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '-'))
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

/// The file or folder that a link leads to afterwards (`None`: the root), and what follows its path.
type Led = (Option<RepoPath>, String);

/// Where a link leads afterwards; `None`: it is right, or was wrong before.
fn led(
    rewriter: &Rewriter<'_>,
    at: Standing<'_>,
    destination: &str,
    resolution: &Resolution,
    to_originals: bool,
) -> Option<Led> {
    let (path, tail) = split(destination);
    if path.is_empty() {
        return None;
    }
    match resolution {
        Resolution::File { path: target, anchor } => {
            to_file(rewriter, at, target, anchor.as_deref(), tail, to_originals)
        }
        // The file is there: its link stays as right as it was.
        Resolution::Broken(problem) if problem.reason == Reason::AnchorMissing => {
            to_file(rewriter, at, problem.path.as_ref()?, None, tail, to_originals)
        }
        Resolution::Folder(folder) => to_folder(rewriter, at, folder.as_ref(), tail),
        Resolution::Unknown(Unknown::Submodule) => Some((inside(at.from, path)?, tail.to_owned())),
        Resolution::Broken(problem) if problem.reason == Reason::FileMissing => {
            let wanted = problem.path.clone().filter(|path| rewriter.ignored.contains(path))?;
            Some((Some(wanted), tail.to_owned()))
        }
        _ => None,
    }
}

/// What is written in a destination's place; `None`: it is right.
fn new_destination(at: Standing<'_>, destination: &str, new: Led) -> Option<String> {
    let (path, tail) = split(destination);
    let rooted = path.starts_with('/');
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
) -> Option<Led> {
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
) -> Option<Led> {
    match folder.and_then(|folder| rewriter.vanished.get(folder)) {
        Some(successor) => Some((successor.clone(), String::new())),
        None => (at.from != at.to).then(|| (folder.cloned(), tail.to_owned())),
    }
}
