//! Folders that hold nothing any more, and what stands for them.

use std::collections::{BTreeMap, BTreeSet};

use super::Moves;
use crate::repo::{RepoPath, Tree};

/// Each folder that is empty once all moves are made, with the folder that a link to it should lead to: the one
/// where all its files went, else the nearest one above that is left (`None`: the root).
pub(super) fn vanished(
    tree: &Tree,
    moves: &Moves,
    arriving: &BTreeSet<RepoPath>,
) -> BTreeMap<RepoPath, Option<RepoPath>> {
    let leaving: BTreeSet<RepoPath> = moves.keys().flat_map(ancestors).collect();
    if leaving.is_empty() {
        return BTreeMap::new();
    }
    let staying = tree.entries().map(|(path, _)| path).filter(|path| !moves.contains_key(path));
    let originals = moves.values().filter_map(|place| place.original.as_ref());
    let kept: BTreeSet<RepoPath> = staying.chain(arriving).chain(originals).flat_map(ancestors).collect();
    let gone = leaving.difference(&kept);
    gone.map(|folder| (folder.clone(), successor(folder, moves, &kept))).collect()
}

fn successor(folder: &RepoPath, moves: &Moves, kept: &BTreeSet<RepoPath>) -> Option<RepoPath> {
    let inside = moves.iter().filter(|(path, _)| path.is_within(folder));
    let homes: Option<BTreeSet<RepoPath>> = inside
        .map(|(path, place)| {
            // The folder of the same depth: `a/b/c.md` that went to `x/b/c.md` took `a/b` to `x/b`.
            let rest = &path.as_bytes()[folder.as_bytes().len()..];
            let home = place.original.as_ref()?.as_bytes().strip_suffix(rest)?;
            (!home.is_empty()).then(|| RepoPath::from_bytes(home))
        })
        .collect();
    match homes.as_ref().map(|homes| (homes.len(), homes.first())) {
        Some((1, Some(home))) => Some(home.clone()),
        _ => std::iter::successors(folder.parent(), RepoPath::parent).find(|above| kept.contains(above)),
    }
}

fn ancestors(path: &RepoPath) -> impl Iterator<Item = RepoPath> + use<> {
    std::iter::successors(path.parent(), RepoPath::parent)
}
