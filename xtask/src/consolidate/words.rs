//! Words of names and texts, and what they weigh.

use std::collections::{BTreeMap, HashMap};

/// Splits a text into lower-case words of letters; figures are left out, `camelCase` and `snake_case` are split.
pub(super) fn of_text(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut last_was_small = false;
    for character in text.chars() {
        let starts_anew = character.is_uppercase() && last_was_small;
        if starts_anew || !character.is_alphabetic() {
            take(&mut words, &mut word);
        }
        if character.is_alphabetic() {
            word.extend(character.to_lowercase());
        }
        last_was_small = character.is_lowercase();
    }
    take(&mut words, &mut word);
    words
}

fn take(words: &mut Vec<String>, word: &mut String) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
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
}

/// Weighs the words of texts: logarithm of the count, times inverse document frequency. At most `keep` of the
/// heaviest words of each text are kept.
pub(super) fn weigh(texts: &[BTreeMap<String, f64>], keep: usize) -> Space {
    let mut frequency: HashMap<&str, usize> = HashMap::new();
    for text in texts {
        for word in text.keys() {
            *frequency.entry(word).or_default() += 1;
        }
    }
    let mut vocabulary: Vec<&str> = frequency.keys().copied().collect();
    vocabulary.sort_unstable();
    let numbers: HashMap<&str, u32> = (0..).zip(&vocabulary).map(|(number, &word)| (word, number)).collect();
    let total = texts.len() as f64;
    // A word of every third text or more is a habit of the writers (headings of a template), no subject.
    let habit = (texts.len() / 3).max(8);
    let vectors = texts.iter().map(|text| {
        let mut entries: Vec<(u32, f64)> = text
            .iter()
            .filter(|(word, _)| frequency[word.as_str()] < habit)
            .map(|(word, count)| {
                let idf = ((total + 1.0) / (frequency[word.as_str()] as f64 + 0.5)).ln();
                (numbers[word.as_str()], (1.0 + count.ln().max(0.0)) * idf)
            })
            .filter(|(_, weight)| *weight > 0.0)
            .collect();
        entries.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        entries.truncate(keep);
        entries.sort_by_key(|(number, _)| *number);
        let length = entries.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
        for (_, weight) in &mut entries {
            *weight /= length;
        }
        Vector(entries)
    });
    Space { vectors: vectors.collect(), vocabulary: vocabulary.into_iter().map(str::to_owned).collect() }
}
