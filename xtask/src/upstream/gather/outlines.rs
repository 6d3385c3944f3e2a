//! Reads the symbols of the files that the fork changed, before and after.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::super::model::ChangedSymbol;
use super::super::parse::{Diff, RawEntry};
use super::super::symbols::{self, Outline};
use super::blobs;
use crate::repo::{BlobId, RepoPath, Scratch};

/// Larger files are data or generated.
const LARGEST: u64 = 2 << 20;

/// What changed in each file, by its path in the fork.
pub(super) fn changed(scratch: &Scratch, fork: &Diff) -> Result<BTreeMap<RepoPath, Vec<ChangedSymbol>>> {
    let known: Vec<&RawEntry> = fork.entries.iter().filter(|entry| symbols::is_known(&entry.to)).collect();
    let mut wanted: BTreeMap<BlobId, BTreeSet<&RepoPath>> = BTreeMap::new();
    for entry in &known {
        for (side, path) in [(0, &entry.from), (1, &entry.to)] {
            if let Some(id) = blob(entry, side) {
                wanted.entry(id).or_default().insert(path);
            }
        }
    }
    let sizes = blobs::sizes(scratch, &wanted.keys().cloned().collect())?;
    let small = sizes.into_iter().filter(|(_, size)| *size <= LARGEST).collect();
    let mut outlines: BTreeMap<(BlobId, RepoPath), Outline> = BTreeMap::new();
    blobs::contents(scratch, &small, |id, content| {
        for path in wanted.get(id).into_iter().flatten() {
            outlines.insert((id.clone(), (*path).clone()), symbols::outline(path, content));
        }
    })?;
    let none = Outline::default();
    let outline = |entry: &RawEntry, side: usize, path: &RepoPath| {
        blob(entry, side).and_then(|id| outlines.get(&(id, path.clone()))).unwrap_or(&none)
    };
    let compared = known.iter().map(|entry| {
        let (old, new) = (outline(entry, 0, &entry.from), outline(entry, 1, &entry.to));
        (entry.to.clone(), symbols::compare(old, new))
    });
    Ok(compared.collect())
}

/// A plain file's content; links and submodules have no symbols.
fn blob(entry: &RawEntry, side: usize) -> Option<BlobId> {
    entry.modes[side].starts_with("100").then(|| BlobId::parse(&entry.ids[side])).flatten()
}
