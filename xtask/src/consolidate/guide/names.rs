//! Tells headings of the same words apart where nothing above them does. Elsewhere each stands as it was written: its
//! anchor is numbered, as it was in its note.

use std::collections::BTreeSet;

use super::prepare::Prepared;
use super::texts::plain;
use super::tree::Tree;
use crate::markdown::slug;

/// Adds the note that it comes from to a heading whose words a heading of another note beside it has. Headings that no
/// archive holds stay as they are written.
pub(super) fn told_apart(tree: &mut Tree, sources: &[Prepared<'_>]) {
    for parent in 0..tree.nodes.len() {
        let mut taken: Vec<(String, Option<usize>)> = Vec::new();
        for child in tree.nodes[parent].children.clone() {
            let first = tree.nodes[child].sources.first().copied();
            let words = |heading: &str| slug(&plain(heading));
            let own = words(&tree.nodes[child].heading);
            if taken.iter().any(|(words, source)| *words == own && *source != first) {
                let known: BTreeSet<&str> = taken.iter().map(|(words, _)| words.as_str()).collect();
                tree.nodes[child].heading = name(tree, sources, child, |name| known.contains(&*words(name)));
            }
            taken.push((words(&tree.nodes[child].heading), first));
        }
    }
}

fn name(tree: &Tree, sources: &[Prepared<'_>], node: usize, is_taken: impl Fn(&str) -> bool) -> String {
    let here = &tree.nodes[node];
    let first = here.sources.first().map(|&source| &sources[source]);
    let Some(first) = first.filter(|first| !here.is_past && first.source.archived.is_some()) else {
        return here.heading.clone();
    };
    let stem = String::from_utf8_lossy(first.source.path.stem()).into_owned();
    let told = first.parsed.title.clone().into_iter().chain([stem]).filter(|words| !words.is_empty());
    let mut names = told.map(|words| format!("{} ({words})", here.heading));
    names.find(|name| !is_taken(name)).unwrap_or_else(|| here.heading.clone())
}
