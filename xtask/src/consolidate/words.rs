//! Words of names and texts, and what they weigh.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Splits a text into lower-case words of letters; figures are left out, `camelCase` and `snake_case` are split.
pub(super) fn of_text(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    each(text, |word| words.push(word.to_owned()));
    words
}

/// [`of_text`], word by word: whole notes are read so.
pub(super) fn each(text: &str, mut take: impl FnMut(&str)) {
    each_with_end(text, |word, _| take(word));
}

/// [`of_text`], word by word, each with a byte between its last letter and the next word's first.
#[inline]
pub(super) fn each_with_end(text: &str, mut take: impl FnMut(&str, usize)) {
    let bytes = text.as_bytes();
    let mut word = String::new();
    let mut last_was_small = false;
    let mut at = 0;
    while at < bytes.len() {
        let small = bytes[at..].iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        if small > 0 {
            let run = &text[at..at + small];
            at += small;
            last_was_small = true;
            let ends = bytes.get(at).is_none_or(|byte| byte.is_ascii() && !byte.is_ascii_alphabetic());
            if ends && word.is_empty() {
                take(run, at);
            } else {
                word.push_str(run);
            }
            continue;
        }
        if bytes[at].is_ascii() && !bytes[at].is_ascii_alphabetic() {
            if !word.is_empty() {
                take(&word, at);
                word.clear();
            }
            last_was_small = false;
            at += 1;
            continue;
        }
        let Some(character) = text[at..].chars().next() else { break };
        let end = at;
        at += character.len_utf8();
        let is_letter = character.is_alphabetic();
        if !word.is_empty() && (!is_letter || last_was_small && character.is_uppercase()) {
            take(&word, end);
            word.clear();
        }
        if is_letter {
            word.extend(character.to_lowercase());
        }
        last_was_small = character.is_lowercase();
    }
    if !word.is_empty() {
        take(&word, text.len());
    }
}

/// The word without the ending that makes it many.
pub(super) fn singular(word: &str) -> &str {
    let is_plain = word.len() > 3
        && word.is_ascii()
        && !word.ends_with("ss")
        && !word.ends_with("us")
        && !word.ends_with("is");
    if is_plain { word.strip_suffix('s').unwrap_or(word) } else { word }
}

/// Weights of words, sorted by word, of length 1 in all.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Vector(Vec<(u32, f64)>);

impl Vector {
    /// The cosine of the angle between two: 0 for nothing in common, 1 for the same.
    pub(super) fn cosine(&self, other: &Self) -> f64 {
        let (mut one, mut two, mut sum) = (0, 0, 0.0);
        while let (Some(a), Some(b)) = (self.0.get(one), other.0.get(two)) {
            match a.0.cmp(&b.0) {
                std::cmp::Ordering::Less => one += 1,
                std::cmp::Ordering::Greater => two += 1,
                std::cmp::Ordering::Equal => {
                    sum += a.1 * b.1;
                    one += 1;
                    two += 1;
                }
            }
        }
        sum
    }

    /// Words with their weights.
    pub(super) fn entries(&self) -> &[(u32, f64)] {
        &self.0
    }
}

/// Vectors of many texts over one vocabulary.
#[derive(Debug, Default)]
pub(super) struct Space {
    /// One for each text.
    pub(super) vectors: Vec<Vector>,
    /// All words, by number.
    pub(super) vocabulary: Vec<String>,
    /// Words that no text has without the ending that makes them many, by number.
    only_many: Vec<bool>,
}

impl Space {
    /// A word as it stands in the texts.
    pub(super) fn shown(&self, word: u32) -> String {
        let ending = if self.only_many[word as usize] { "s" } else { "" };
        format!("{}{ending}", self.vocabulary[word as usize])
    }

    /// For each word the numbers of the texts that hold it, ascending.
    pub(super) fn holders(&self) -> Vec<Vec<u32>> {
        let mut holders: Vec<Vec<u32>> = vec![Vec::new(); self.vocabulary.len()];
        for (number, vector) in (0..).zip(&self.vectors) {
            for &(word, _) in vector.entries() {
                holders[word as usize].push(number);
            }
        }
        holders
    }
}

/// Counts the words of many texts.
#[derive(Default)]
pub(super) struct Counter {
    numbers: HashMap<Box<str>, u32, BuildHasherDefault<WordHasher>>,
    /// How often each word stands in the text that is being counted, and which words do.
    counts: Vec<u32>,
    held: Vec<u32>,
    /// Whether each word stood somewhere as one, not as many.
    as_one: Vec<bool>,
    /// For each text its words with their counts.
    texts: Vec<Vec<(u32, u32)>>,
}

impl Counter {
    /// Counts a word of the text at hand, as one and as many alike; words of one or two characters say nothing.
    pub(super) fn add(&mut self, word: &str) {
        let (given, word) = (word.len(), singular(word));
        if word.len() < 3 || word.chars().nth(2).is_none() {
            return;
        }
        let number = match self.numbers.get(word) {
            Some(&number) => number,
            None => {
                let number = u32::try_from(self.counts.len()).unwrap_or(u32::MAX);
                self.numbers.insert(word.into(), number);
                self.counts.push(0);
                self.as_one.push(false);
                number
            }
        };
        self.as_one[number as usize] |= given == word.len();
        let count = &mut self.counts[number as usize];
        if *count == 0 {
            self.held.push(number);
        }
        *count += 1;
    }

    /// Ends the text at hand.
    pub(super) fn end_text(&mut self) {
        let counts = &mut self.counts;
        self.texts.push(
            self.held.drain(..).map(|word| (word, std::mem::take(&mut counts[word as usize]))).collect(),
        );
    }

    /// Weighs the words: logarithm of the count, times inverse document frequency. At most `keep` of the heaviest
    /// words of each text are kept.
    pub(super) fn weigh(self, keep: usize) -> Space {
        let mut frequency = vec![0_usize; self.counts.len()];
        for &(word, _) in self.texts.iter().flatten() {
            frequency[word as usize] += 1;
        }
        let mut vocabulary: Vec<(Box<str>, u32)> = self.numbers.into_iter().collect();
        vocabulary.sort_unstable();
        // Words are numbered anew, in their own order: sums and ties do not depend on which text came first.
        let mut ranks = vec![0_u32; vocabulary.len()];
        for (rank, &(_, number)) in (0..).zip(&vocabulary) {
            ranks[number as usize] = rank;
        }
        let total = self.texts.len() as f64;
        // A word of every third text or more is a habit of the writers (headings of a template), no subject.
        let habit = (self.texts.len() / 3).max(8);
        let rarity: Vec<f64> =
            frequency.iter().map(|&count| ((total + 1.0) / (count as f64 + 0.5)).ln()).collect();
        let vectors = self.texts.iter().map(|text| {
            let entries = text.iter().filter(|(word, _)| frequency[*word as usize] < habit);
            let weighed = entries.map(|&(word, count)| {
                let weight = (1.0 + f64::from(count).ln().max(0.0)) * rarity[word as usize];
                (ranks[word as usize], weight)
            });
            Vector::heaviest(weighed.filter(|(_, weight)| *weight > 0.0).collect(), keep)
        });
        let vectors = vectors.collect();
        let only_many = vocabulary.iter().map(|&(_, number)| !self.as_one[number as usize]).collect();
        Space {
            vectors,
            vocabulary: vocabulary.into_iter().map(|(word, _)| word.into()).collect(),
            only_many,
        }
    }
}

impl Vector {
    /// The heaviest entries, by number, with length 1.
    fn heaviest(mut entries: Vec<(u32, f64)>, keep: usize) -> Self {
        if entries.len() > keep {
            entries.select_nth_unstable_by(keep, |one, other| {
                other.1.total_cmp(&one.1).then(one.0.cmp(&other.0))
            });
            entries.truncate(keep);
            entries.shrink_to_fit();
        }
        entries.sort_unstable_by_key(|(number, _)| *number);
        let length = entries.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
        for (_, weight) in &mut entries {
            *weight /= length;
        }
        Self(entries)
    }
}

/// Hashes short words faster than the one of the standard library, which guards against people who choose words
/// to make it slow; nothing that is shown depends on it.
#[derive(Default)]
pub(super) struct WordHasher(u64);

impl Hasher for WordHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            self.0 = (self.0 ^ u64::from_le_bytes(word)).wrapping_mul(FACTOR);
            self.0 ^= self.0 >> 29;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_letters_do_and_where_a_new_one_is_capital() {
        let cases = [
            ("plain words, twice.", "plain words twice"),
            (
                "camelCase HTTPServer ÄnderungÄ snake_case x9y",
                "camel case httpserver änderung ä snake case x y",
            ),
            ("Straße 東京 naïve", "straße 東京 naïve"),
            ("endA", "end a"),
            ("-", ""),
        ];
        for (text, words) in cases {
            assert_eq!(of_text(text).join(" "), words, "{text}");
        }
    }

    #[test]
    fn words_are_shown_as_some_text_writes_them() {
        let mut counter = Counter::default();
        for text in ["categories of cors", "every filter, all filters", "categories, filters"] {
            each(text, |word| counter.add(word));
            counter.end_text();
        }
        let space = counter.weigh(9);
        let shown: Vec<String> = (0..space.vocabulary.len() as u32).map(|word| space.shown(word)).collect();
        assert_eq!(shown, ["all", "categories", "cors", "every", "filter"]);
    }
}
