//! The form in which a history is kept: every commit once, and what refers to it by its number.

use std::collections::BTreeMap;

use super::{Change, CommitId, History, PathHistory, Rename};
use crate::pack::{Pack, pack_fields};

pack_fields!(Change { commit, date });

/// The commits that a history names, in the order in which it names them first.
#[derive(Default)]
struct Named<'a> {
    numbers: BTreeMap<&'a CommitId, usize>,
    changes: Vec<&'a Change>,
}

impl<'a> Named<'a> {
    fn pack(&mut self, change: &'a Change, out: &mut Vec<u8>) {
        let next = self.changes.len();
        let number = *self.numbers.entry(&change.commit).or_insert(next);
        if number == next {
            self.changes.push(change);
        }
        number.pack(out);
    }
}

/// Takes the number of a commit and gives the commit.
fn change(changes: &[Change], from: &mut &[u8]) -> Option<Change> {
    changes.get(usize::unpack(from)?).cloned()
}

/// A history that is known in full; what is missing of one that is not has no form.
impl Pack for History {
    fn pack(&self, out: &mut Vec<u8>) {
        let mut named = Named::default();
        let mut body = Vec::new();
        self.paths.len().pack(&mut body);
        for (path, past) in &self.paths {
            path.pack(&mut body);
            named.pack(&past.first, &mut body);
            named.pack(&past.last, &mut body);
            past.removed.is_some().pack(&mut body);
            past.removed.iter().for_each(|removed| named.pack(removed, &mut body));
            past.commits.pack(&mut body);
        }
        self.renames.len().pack(&mut body);
        for rename in &self.renames {
            rename.from.pack(&mut body);
            rename.to.pack(&mut body);
            named.pack(&rename.change, &mut body);
        }
        named.changes.len().pack(out);
        named.changes.iter().for_each(|change| (*change).pack(out));
        out.extend(body);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        let changes: Vec<Change> = Pack::unpack(from)?;
        let mut history = Self::default();
        for _ in 0..usize::unpack(from)? {
            let path = Pack::unpack(from)?;
            let (first, last) = (change(&changes, from)?, change(&changes, from)?);
            let removed = if bool::unpack(from)? { Some(change(&changes, from)?) } else { None };
            let past = PathHistory { first, last, removed, commits: Pack::unpack(from)? };
            history.paths.insert(path, past);
        }
        for _ in 0..usize::unpack(from)? {
            let (old, new) = (Pack::unpack(from)?, Pack::unpack(from)?);
            history.renames.push(Rename { from: old, to: new, change: change(&changes, from)? });
        }
        history.sort_sources();
        Some(history)
    }
}
