//! How much of two ranges of lines a word diff keeps.

use std::collections::HashMap;

use super::{LineRange, Pair};
use crate::parallel;

/// Gives each passage the share of words that a diff of its two ranges keeps, as anyone can check who reads them.
pub(super) fn measure(pairs: &mut [Pair], texts: &[&str], threads: usize) {
    let measured = parallel::on(threads, pairs, |pair| {
        let (a, b) = (lines(texts[pair.a]), lines(texts[pair.b]));
        let of = |lines: &[&str], range: LineRange| words(&lines[range.0 - 1..range.1.min(lines.len())]);
        let passages = pair.passages.iter();
        passages.map(|passage| alike(&of(&a, passage.a), &of(&b, passage.b))).collect::<Vec<f64>>()
    });
    for (pair, shares) in pairs.iter_mut().zip(measured) {
        for (passage, share) in pair.passages.iter_mut().zip(shares) {
            passage.similarity = share;
        }
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.split('\n').collect()
}

/// The words of some lines in lower case, figures as they are; each character of a script without blanks is one.
fn words(lines: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for line in lines {
        let mut word = String::new();
        for character in line.chars() {
            let stands_alone = super::tokens::stands_alone(character);
            if (stands_alone || !character.is_alphanumeric()) && !word.is_empty() {
                found.push(std::mem::take(&mut word));
            }
            if character.is_alphanumeric() {
                word.extend(character.to_lowercase());
            }
            if stands_alone && !word.is_empty() {
                found.push(std::mem::take(&mut word));
            }
        }
        if !word.is_empty() {
            found.push(word);
        }
    }
    found
}

/// The words of both sides that their longest common subsequence keeps, over all words of both.
fn alike(a: &[String], b: &[String]) -> f64 {
    let all = a.len() + b.len();
    if all == 0 { 1.0 } else { 2.0 * common(a, b) as f64 / all as f64 }
}

/// The length of the longest common subsequence: what both begin and end with is a part of one, and the rest is
/// searched.
fn common(a: &[String], b: &[String]) -> usize {
    let same = |(a, b): &(&String, &String)| a == b;
    let head = a.iter().zip(b).take_while(same).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(same).count();
    head + tail + searched(&a[..a.len() - tail], &b[..b.len() - tail])
}

/// The length of the longest common subsequence, 64 words at a time: H. Hyyrö, "Bit-parallel LCS-length computation
/// revisited", AWOCA 2004.
fn searched(a: &[String], b: &[String]) -> usize {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, word) in a.iter().enumerate() {
        places.entry(word).or_default().push(at);
    }
    // A bit that is off ends a step of the subsequence at that word of `a`.
    let mut row = vec![u64::MAX; a.len().div_ceil(64)];
    let matches: HashMap<&str, Matches> =
        places.into_iter().map(|(word, places)| (word, Matches::of(places, row.len()))).collect();
    for word in b {
        let Some(matches) = matches.get(word.as_str()) else { continue };
        let (mut carry, mut next) = (0, 0);
        for (block, bits) in row.iter_mut().enumerate() {
            let kept = *bits & matches.of_block(block, &mut next);
            let (sum, over) = bits.overflowing_add(kept);
            let (sum, over_again) = sum.overflowing_add(carry);
            carry = u64::from(over | over_again);
            *bits = sum | (*bits - kept);
        }
    }
    // The bits behind the last word are never matched, and what carries into them is not counted.
    let count = |(block, bits): (usize, &u64)| {
        let own = (a.len() - block * 64).min(64);
        (!bits & (u64::MAX >> (64 - own))).count_ones() as usize
    };
    row.iter().enumerate().map(count).sum()
}

/// Where a word stands in `a`.
enum Matches {
    /// Its places, in order.
    Places(Vec<usize>),
    /// A bit for each place, for a word that stands nearly everywhere: each of its places would be read again each time
    /// that `b` says it.
    Bits(Vec<u64>),
}

impl Matches {
    fn of(places: Vec<usize>, blocks: usize) -> Self {
        if places.len() < blocks {
            return Self::Places(places);
        }
        let mut bits = vec![0; blocks];
        places.iter().for_each(|at| bits[at / 64] |= 1 << (at % 64));
        Self::Bits(bits)
    }

    /// The places in 64 words, as bits; `next` is the first place that was not given yet.
    fn of_block(&self, block: usize, next: &mut usize) -> u64 {
        let places = match self {
            Self::Bits(bits) => return bits[block],
            Self::Places(places) => places,
        };
        let mut bits = 0;
        while let Some(at) = places.get(*next).filter(|at| **at / 64 == block) {
            bits |= 1_u64 << (at % 64);
            *next += 1;
        }
        bits
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_share_is_that_of_the_words_that_a_diff_keeps() {
        let cases = [
            ("", "", 1.0),
            ("one two", "", 0.0),
            ("One, two: three", "one two\nthree", 1.0),
            ("one two three four", "one 2 three four", 0.75),
            ("at 10:31", "at 10:32", 2.0 / 3.0),
            ("two one", "one two", 0.5),
            ("向量库", "向量表", 2.0 / 3.0),
            ("class pass", "class a b c d e f pass", 0.4),
        ];
        for (one, other, share) in cases {
            let [a, b] = [one, other].map(|text| words(&lines(text)));
            assert!((alike(&a, &b) - share).abs() < 1e-9, "{one} and {other}: {}", alike(&a, &b));
        }
    }

    /// As in every textbook.
    fn plainly(a: &[String], b: &[String]) -> usize {
        let mut row = vec![0; b.len() + 1];
        for one in a {
            let mut before = 0;
            for (at, other) in b.iter().enumerate() {
                let here = row[at + 1];
                row[at + 1] = if one == other { before + 1 } else { here.max(row[at]) };
                before = here;
            }
        }
        row[b.len()]
    }

    proptest! {
        #[test]
        fn the_length_is_the_one_of_the_plain_way(
            kinds in 2_u8..120,
            a in prop::collection::vec(0_u8..120, 0..400),
            b in prop::collection::vec(0_u8..120, 0..200),
        ) {
            let text = |words: Vec<u8>| words.iter().map(|word| (word % kinds).to_string()).collect::<Vec<_>>();
            let [a, b] = [a, b].map(text);
            prop_assert_eq!(common(&a, &b), plainly(&a, &b));
        }
    }
}
