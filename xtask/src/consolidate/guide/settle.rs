//! Sets the guide's links when its anchors are known.

use std::collections::BTreeMap;

use super::Landing;
use super::prepare::{Inward, Prepared};
use super::tree::{Home, Tree};
use super::write::NODE;
use crate::links::relative_destination;
use crate::repo::RepoPath;

/// Where the anchors of the sources stand now.
pub(super) fn anchors(
    sources: &[Prepared<'_>],
    tree: &Tree,
    slugs: &BTreeMap<usize, String>,
) -> BTreeMap<(RepoPath, String), Landing> {
    let mut anchors = BTreeMap::new();
    for (number, source) in sources.iter().enumerate() {
        let landing = |part: usize| match tree.homes[number].get(part).copied().flatten() {
            Some(Home::Node(0)) => Landing::Guide(None),
            Some(Home::Node(node)) => Landing::Guide(slugs.get(&node).cloned()),
            _ if source.source.archived.is_some() => Landing::Archive,
            _ => Landing::Guide(None),
        };
        // The note as a whole: its chapter, or where the first of its text stands.
        let title = source.parsed.sections.first().map(|_| 1);
        let in_guide = |part: &usize| matches!(tree.homes[number].get(*part), Some(Some(Home::Node(_))));
        let first = title.into_iter().chain(0..tree.homes[number].len()).find(in_guide);
        let whole = landing(first.unwrap_or(0));
        anchors.insert((source.source.path.clone(), String::new()), whole);
        for anchor in &source.source.parsed.anchors {
            let section =
                source.source.parsed.sections.iter().rposition(|section| section.line <= anchor.line);
            let spot = landing(section.map_or(0, |section| section + 1));
            anchors.entry((source.source.path.clone(), anchor.name.clone())).or_insert(spot);
        }
    }
    anchors
}

/// The destination that a link gets when anchors are known; `None` when it stays.
pub(super) fn settled(
    destination: &str,
    target: &RepoPath,
    sources: &[Prepared<'_>],
    anchors: &BTreeMap<(RepoPath, String), Landing>,
    slugs: &BTreeMap<usize, String>,
) -> Option<String> {
    if let Some(number) = destination.strip_prefix(NODE) {
        let slug = slugs.get(&number.parse().ok()?)?;
        return Some(relative_destination(target, target, Some(slug)));
    }
    let inward: &Inward = sources.iter().find_map(|source| source.inward.get(destination))?;
    let fragment = inward.fragment.clone().unwrap_or_default();
    let key = (inward.path.clone(), fragment.clone());
    let found = anchors.get(&key).or_else(|| anchors.get(&(inward.path.clone(), fragment.to_lowercase())));
    let archived = sources.iter().find(|source| *source.source.path == inward.path)?.source.archived;
    Some(match (found, archived) {
        (Some(Landing::Guide(Some(slug))), _) => relative_destination(target, target, Some(slug)),
        (Some(Landing::Guide(None)), _) => match slugs.get(&0) {
            Some(slug) => relative_destination(target, target, Some(slug)),
            None => inward.original.clone(),
        },
        (Some(Landing::Archive), Some(archived)) => {
            let anchor = Some(fragment.as_str()).filter(|fragment| !fragment.is_empty());
            relative_destination(target, archived, anchor)
        }
        // It led nowhere before.
        _ => inward.original.clone(),
    })
}

pub(super) fn original_slug(source: &Prepared<'_>, section: usize) -> String {
    let original = source.source.parsed.sections.get(section).or_else(|| source.parsed.sections.get(section));
    original.map(|section| section.slug.clone()).unwrap_or_default()
}
