//! Runs of five words: how much of a text stands somewhere, whatever became of its blocks.

/// Runs as numbers, sorted, each once.
pub(super) type Runs = Vec<u64>;

const LENGTH: usize = 5;

/// The runs of a text: five words in a row in lower case, figures and points among them.
pub(super) fn of(text: &str) -> Runs {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let words: Vec<u64> = text
        .split(|c: char| !is_word(c))
        .filter(|word| !word.is_empty())
        .map(|word| hash(word.chars().flat_map(char::to_lowercase).map(u64::from)))
        .collect();
    sorted(words.windows(LENGTH).map(|run| hash(run.iter().copied())).collect())
}

/// In order, each once.
pub(super) fn sorted(mut runs: Runs) -> Runs {
    runs.sort_unstable();
    runs.dedup();
    runs
}

/// FNV-1a over numbers, with a turn between them, since they are longer than bytes.
fn hash(parts: impl Iterator<Item = u64>) -> u64 {
    parts.fold(0xcbf2_9ce4_8422_2325, |hash: u64, part| {
        (hash ^ part).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29)
    })
}

/// A share of a whole, to four places.
pub(super) fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0)
}
