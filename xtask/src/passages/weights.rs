//! How much a word says: a word that stands in every text says nothing.

use super::Tuning;
use super::tokens::Tokens;

/// In how many texts each word stands, by slot of a table. Words that fall into one slot count together, which
/// only makes them look a little more common than they are.
#[derive(Default)]
pub(super) struct Frequencies(Vec<u32>);

/// Slots for so many words: far more than there can be different ones, as long as that is affordable.
pub(super) fn slots(words: usize) -> usize {
    (words * 2).next_power_of_two().clamp(1 << 10, 1 << 22)
}

impl Frequencies {
    /// Counts each text once for each of its words.
    pub(super) fn count(texts: &[Tokens], slots: usize) -> Self {
        let mut counts = vec![0; slots];
        let mut seen_in = vec![0_u32; slots];
        for (number, tokens) in (1..).zip(texts) {
            for &word in &tokens.words {
                let slot = slot(word, slots);
                if seen_in[slot] != number {
                    seen_in[slot] = number;
                    counts[slot] += 1;
                }
            }
        }
        Self(counts)
    }

    /// Adds the counts of other texts.
    pub(super) fn add(&mut self, other: Self) {
        if self.0.is_empty() {
            self.0 = other.0;
            return;
        }
        for (count, more) in self.0.iter_mut().zip(&other.0) {
            *count += more;
        }
    }

    /// The weight of each count, 0 to 255: inverse document frequency, scaled so that a word of one text has 255.
    ///
    /// `prior` texts are imagined that hold none of the words: in a handful of texts even a word that all of
    /// them share says something.
    pub(super) fn scale(texts: usize, tuning: &Tuning) -> Vec<u8> {
        let total = texts as f64 + tuning.prior_texts;
        (0..=texts)
            .map(|count| {
                let share = (total / (count.max(1)) as f64).ln() / total.ln();
                (share.clamp(0.0, 1.0) * 255.0).round() as u8
            })
            .collect()
    }

    /// The weights of a text's words.
    pub(super) fn weights(&self, tokens: &Tokens, scale: &[u8]) -> Vec<u8> {
        tokens.words.iter().map(|&word| scale[self.0[slot(word, self.0.len())] as usize]).collect()
    }
}

fn slot(word: u32, slots: usize) -> usize {
    word.wrapping_mul(0x9e37_79b1).rotate_left(16) as usize & (slots - 1)
}
