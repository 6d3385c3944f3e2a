//! Keeps what was broken before apart from what a change broke.

use std::collections::BTreeMap;

use super::{CheckId, Found};
use crate::repo::{RepoPath, Tree};
use crate::report::Level;

/// Marks findings that stand in the base too: they are not new, and only warn.
///
/// A breakage is known by its file, its check and what it names, not by its line. Of a file that is gone it is known
/// by the rest, so that moving a file or renaming it does not make old breakages new; nor does a link that was written
/// anew because the file moved, or the one that it leads to, and that looks for the same as before.
pub(super) fn mark_old(found: &mut [Found], before: Vec<Found>, tree: &Tree) {
    let mut known = Known::default();
    for old in before {
        let place = tree.get(&old.path).is_some().then(|| old.path.clone());
        known.add(place, &old);
    }
    // First what is written as it was, so that it takes nothing from its like.
    for by_alias in [false, true] {
        for new in found.iter_mut().filter(|new| new.new) {
            let place = Some(new.path.clone());
            if known.take(place, new, by_alias) || known.take(None, new, by_alias) {
                new.new = false;
                new.level = Level::Warn;
            }
        }
    }
}

/// Breakages of the base, each of which explains one of the tree.
#[derive(Default)]
struct Known {
    /// The numbers of those with a place, check and name; those of files that are gone have no place.
    named: BTreeMap<(Option<RepoPath>, CheckId, String), Vec<usize>>,
    taken: Vec<bool>,
}

impl Known {
    fn add(&mut self, place: Option<RepoPath>, old: &Found) {
        let number = self.taken.len();
        self.taken.push(false);
        for name in std::iter::once(&old.subject).chain(&old.alias) {
            self.named.entry((place.clone(), old.check, name.clone())).or_default().push(number);
        }
    }

    fn take(&mut self, place: Option<RepoPath>, new: &Found, by_alias: bool) -> bool {
        let name = if by_alias { new.alias.as_ref() } else { Some(&new.subject) };
        let Some(name) = name else { return false };
        let like = self.named.get(&(place, new.check, name.clone())).into_iter().flatten();
        let free = like.copied().find(|&number| !self.taken[number]);
        free.inspect(|&number| self.taken[number] = true).is_some()
    }
}
