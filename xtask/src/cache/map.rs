//! Many small entries in one file, read with one call and searched in place.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{checked, checksum};

const START: &[u8; 4] = b"XTM1";

/// Entries that were stored together.
#[derive(Clone, Debug, Default)]
pub struct CacheMap {
    bytes: Vec<u8>,
    /// Key and value of each entry, ascending by key.
    entries: Vec<(Range<usize>, Range<usize>)>,
}

impl CacheMap {
    /// The value of a key.
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        let place = self.entries.binary_search_by(|(held, _)| self.bytes[held.clone()].cmp(key)).ok()?;
        Some(&self.bytes[self.entries[place].1.clone()])
    }

    /// All entries, ascending by key.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.entries.iter().map(|(key, value)| (&self.bytes[key.clone()], &self.bytes[value.clone()]))
    }

    /// How many entries it holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True when it holds none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// `None` when the file is damaged: then nothing of it is believed.
    pub(super) fn parse(bytes: Vec<u8>) -> Option<Self> {
        let end = checked(&bytes)?.len();
        if !bytes.starts_with(START) {
            return None;
        }
        let mut at = START.len();
        let mut entries: Vec<(Range<usize>, Range<usize>)> = Vec::new();
        while at < end {
            let key_length = length_at(&bytes[..end], at)?;
            let value_length = length_at(&bytes[..end], at + 4)?;
            let key = at + 8..at.checked_add(8 + key_length)?;
            let value = key.end..key.end.checked_add(value_length)?;
            let ascends = entries.last().is_none_or(|(last, _)| bytes[last.clone()] < bytes[key.clone()]);
            if value.end > end || !ascends {
                return None;
            }
            at = value.end;
            entries.push((key, value));
        }
        Some(Self { bytes, entries })
    }
}

/// The file of these entries; `None` when one is too long for it.
pub(super) fn render(entries: &BTreeMap<Vec<u8>, Vec<u8>>) -> Option<Vec<u8>> {
    let mut bytes = START.to_vec();
    for (key, value) in entries {
        for part in [key, value] {
            bytes.extend(u32::try_from(part.len()).ok()?.to_le_bytes());
        }
        bytes.extend(key);
        bytes.extend(value);
    }
    let sum = checksum(&bytes);
    bytes.extend(sum.to_le_bytes());
    Some(bytes)
}

fn length_at(bytes: &[u8], at: usize) -> Option<usize> {
    let digits = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(digits.try_into().ok()?) as usize)
}
