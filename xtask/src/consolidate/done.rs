//! Which items of a plan were carried out: told by the files alone, not by what the plan says.

use std::collections::BTreeSet;

use super::plan::{Action, Item, guide_marker};
use crate::repo::{RepoPath, Tree};

/// The ids of the items whose sources left their places and whose targets stand.
pub(super) fn done<'i>(tree: &Tree, items: impl Iterator<Item = &'i Item> + Clone) -> BTreeSet<String> {
    let mut done: BTreeSet<String> = items.clone().filter(|item| stands(tree, item)).map(Item::id).collect();
    // The twin that stayed may have been merged or archived with the rest.
    let left: BTreeSet<&RepoPath> = items
        .clone()
        .filter(|item| done.contains(&item.id()))
        .flat_map(|item| item.sources.iter().map(|source| &source.path))
        .collect();
    let followed = items.filter(|item| {
        item.action == Action::Duplicate && left.contains(&item.target) && are_gone(tree, item)
    });
    done.extend(followed.map(Item::id));
    done
}

/// Where the archive items that were carried out put their notes. One that is struck out counts though another note has
/// taken its source's place since.
pub(super) fn put_away<'i>(
    items: impl Iterator<Item = &'i Item>,
    done: &BTreeSet<String>,
) -> impl Iterator<Item = RepoPath> {
    items
        .filter(|item| item.action == Action::Archive && (item.done || done.contains(&item.id())))
        .map(|item| item.target.clone())
}

fn stands(tree: &Tree, item: &Item) -> bool {
    if !are_gone(tree, item) {
        return false;
    }
    // What is not checked out is there, and nobody reads what is in it.
    if tree.get(&item.target).is_none() {
        return tree.leaves_out(&item.target);
    }
    match item.action {
        Action::Archive | Action::Duplicate => true,
        Action::Merge => tree
            .read(&item.target)
            .is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(&guide_marker(&item.id()))),
    }
}

/// A guide may take the place of one of its sources.
fn are_gone(tree: &Tree, item: &Item) -> bool {
    let is_guide = |path: &RepoPath| item.action == Action::Merge && *path == item.target;
    let mut sources = item.sources.iter().map(|source| &source.path);
    sources.all(|path| is_guide(path) || tree.get(path).is_none() && !tree.leaves_out(path))
}
