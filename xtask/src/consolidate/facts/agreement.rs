//! How often two notes agree on what both name: where they mostly differ, they speak of two things of one form.

use std::collections::{BTreeMap, BTreeSet};

use super::statements::Statement;

/// So many names with different values, and more than those that agree, make two notes forms that were filled in for
/// two things.
const MANY_APART: usize = 4;

/// The names on which pairs of notes agree, and those on which they differ.
#[derive(Default)]
pub(super) struct Agreement<'s> {
    same: BTreeMap<[usize; 2], BTreeSet<&'s [String]>>,
    apart: BTreeMap<[usize; 2], BTreeSet<&'s [String]>>,
}

impl<'s> Agreement<'s> {
    /// Two statements of one name in two notes, in the order of the notes.
    pub(super) fn count(&mut self, one: &'s Statement, other: &Statement, agree: bool) {
        let counted = if agree { &mut self.same } else { &mut self.apart };
        counted.entry([one.note, other.note]).or_default().insert(&one.key);
    }

    /// False for the notes of two statements that mostly differ.
    pub(super) fn may_be_of_one(&self, one: &Statement, other: &Statement) -> bool {
        let [apart, same] =
            [&self.apart, &self.same].map(|of| of.get(&[one.note, other.note]).map_or(0, BTreeSet::len));
        apart < MANY_APART || apart <= same
    }
}
