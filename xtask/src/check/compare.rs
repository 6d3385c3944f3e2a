//! Keeps what was broken before apart from what a change broke.

use std::collections::BTreeMap;

use super::Found;
use crate::repo::{RepoPath, Tree};
use crate::report::Level;

/// Marks findings that stand in the base too: they are not new, and only warn.
///
/// A breakage is known by its file, its check and what it names, not by its line. Of a file that is gone it is known
/// by the rest, so that moving a file or renaming it does not make old breakages new.
pub(super) fn mark_old(found: &mut [Found], before: Vec<Found>, tree: &Tree) {
    let mut in_place: BTreeMap<(String, &'static str, String), usize> = BTreeMap::new();
    let mut moved: BTreeMap<(String, &'static str, String), usize> = BTreeMap::new();
    for old in before {
        let is_there = tree.get(&RepoPath::from(old.path.as_str())).is_some();
        let (place, counts) = if is_there { (old.path, &mut in_place) } else { (String::new(), &mut moved) };
        *counts.entry((place, old.check, old.subject)).or_default() += 1;
    }
    let take = |counts: &mut BTreeMap<_, usize>, key| {
        counts.get_mut(&key).filter(|count| **count > 0).map(|count| *count -= 1).is_some()
    };
    for new in found {
        let key = |place: &str| (place.to_owned(), new.check, new.subject.clone());
        if take(&mut in_place, key(&new.path)) || take(&mut moved, key("")) {
            new.new = false;
            new.level = Level::Warn;
        }
    }
}
