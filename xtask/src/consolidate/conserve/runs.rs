//! Runs of five words: how much of a text stands somewhere, whatever became of its blocks.

use std::collections::BTreeSet;

/// Runs, as numbers.
pub(super) type Runs = BTreeSet<u64>;

const LENGTH: usize = 5;

/// The runs of a text: five words in a row in lower case, figures and points among them.
pub(super) fn of(text: &str) -> Runs {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let words: Vec<u64> = text
        .split(|c: char| !is_word(c))
        .filter(|word| !word.is_empty())
        .map(|word| hash(word.chars().flat_map(char::to_lowercase).map(u64::from)))
        .collect();
    words.windows(LENGTH).map(|run| hash(run.iter().copied())).collect()
}

/// FNV-1a over numbers.
fn hash(parts: impl Iterator<Item = u64>) -> u64 {
    let bytes = parts.flat_map(u64::to_le_bytes);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// A share of a whole, to four places.
pub(super) fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0)
}
