//! Tells headings of the same words apart, so that each anchor leads to one place.

use std::collections::BTreeSet;

use super::prepare::Prepared;
use super::texts::plain;
use super::tree::Tree;
use crate::markdown::slug;

/// Adds to a heading whose words stand in the guide already what it stands under, else the note it comes from. Headings
/// that no archive holds stay as they are written.
pub(super) fn told_apart(tree: &mut Tree, sources: &[Prepared<'_>]) {
    let mut taken = BTreeSet::new();
    let mut open = vec![(0, None)];
    while let Some((node, parent)) = open.pop() {
        let children = tree.nodes[node].children.iter().rev();
        open.extend(children.map(|&child| (child, Some(node))));
        let name = name(tree, sources, (node, parent), &taken);
        taken.insert(slug(&plain(&name)));
        tree.nodes[node].heading = name;
    }
}

fn name(
    tree: &Tree,
    sources: &[Prepared<'_>],
    (node, parent): (usize, Option<usize>),
    taken: &BTreeSet<String>,
) -> String {
    let here = &tree.nodes[node];
    let is_free = |name: &String| !taken.contains(&slug(&plain(name)));
    let first = here.sources.first().map(|&source| &sources[source]);
    if is_free(&here.heading) || here.is_past || first.is_none_or(|first| first.source.archived.is_none()) {
        return here.heading.clone();
    }
    let above = parent.filter(|&parent| parent != 0).map(|parent| plain(&tree.nodes[parent].heading));
    let title = first.and_then(|first| first.parsed.title.clone());
    let stem = first.map(|first| String::from_utf8_lossy(first.source.path.stem()).into_owned());
    let told = [above, title, stem].into_iter().flatten();
    let mut names = told.filter(|words| !words.is_empty()).map(|words| format!("{} ({words})", here.heading));
    names.find(is_free).unwrap_or_else(|| here.heading.clone())
}
