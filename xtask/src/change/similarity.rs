//! How much of a file another one holds, as git counts it for renames.

use crate::repo::is_binary;
use std::collections::BTreeMap;

/// git's figure for `similarity index` (diffcore-delta.c and diffcore-rename.c): bytes of pieces that both files
/// hold, of the larger file's size, rounded down.
pub(super) fn similarity_percent(before: &[u8], after: &[u8]) -> u64 {
    if before == after {
        return 100;
    }
    let largest = before.len().max(after.len()) as u64;
    if after.is_empty() || largest == 0 {
        return 0;
    }
    let (before, after) = (pieces(before), pieces(after));
    let copied: u64 = before.iter().map(|(hash, count)| count.min(after.get(hash).unwrap_or(&0))).sum();
    // git rounds twice: to a score of 60,000 first.
    copied * 60_000 / largest * 100 / 60_000
}

/// Bytes by the hash of their piece: a line, or 64 bytes of a longer one.
fn pieces(bytes: &[u8]) -> BTreeMap<u32, u64> {
    let is_text = !is_binary(bytes);
    let mut pieces = BTreeMap::new();
    let (mut one, mut two, mut length) = (0_u32, 0_u32, 0_u64);
    for (at, &byte) in bytes.iter().enumerate() {
        if is_text && byte == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
            continue;
        }
        let old = one;
        one = (one << 7) ^ (two >> 25);
        two = (two << 7) ^ (old >> 25);
        one = one.wrapping_add(u32::from(byte));
        length += 1;
        if length == 64 || byte == b'\n' {
            *pieces.entry(hash(one, two)).or_default() += length;
            (one, two, length) = (0, 0, 0);
        }
    }
    if length > 0 {
        *pieces.entry(hash(one, two)).or_default() += length;
    }
    pieces
}

fn hash(one: u32, two: u32) -> u32 {
    one.wrapping_add(two.wrapping_mul(0x61)) % 107_927
}
