//! Finds passages that two texts share: copied, edited, re-wrapped, reordered, or kept in part.
//!
//! Knows nothing of files, Markdown or repositories: a text is a text. After the k-gram seeds of copy detection
//! (Schleimer, Wilkerson and Aiken, "Winnowing", SIGMOD 2003), but with every k-gram kept: runs of four folded
//! words that say enough (inverse document frequency) are seeds; a seed that stands in too many texts is
//! boilerplate and links nothing; seeds of two sections that lie close together on both sides make a region; a
//! region of enough weight and density is a passage, and is grown to the lines it reaches by the pairs of
//! neighbouring words that both sides hold.
//!
//! The same texts give the same result whatever the number of threads.

mod alike;
mod boilerplate;
mod compare;
mod kin;
mod lines;
mod regions;
mod seeds;
mod tokens;
mod tuning;
mod weights;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::parallel;
use compare::{Side, compare};
use seeds::{Seed, Weighed};
use tokens::Tokens;
use weights::Frequencies;

pub use boilerplate::Boilerplate;
pub use tokens::stands_alone;
pub use tuning::Tuning;

/// First and last line, from 1.
pub type LineRange = (usize, usize);

/// One shared passage.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    /// Its lines in the first text.
    pub a: LineRange,
    /// Its lines in the second text.
    pub b: LineRange,
    /// The share of the words of both sides that a word diff keeps, 0 to 1.
    pub similarity: f64,
}

/// Two texts that share passages.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The number of the first text.
    pub a: usize,
    /// The number of the second text, the greater one.
    pub b: usize,
    /// 0 to 1, comparable across pairs: rises with how much is shared, and with how much of the lighter text
    /// that is.
    pub score: f64,
    /// The share of the first text's words that the passages hold, 0 to 1.
    pub share_a: f64,
    /// The share of the second text's words that the passages hold, 0 to 1.
    pub share_b: f64,
    /// In the order of the first text.
    pub passages: Vec<Passage>,
}

/// What texts share.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shared {
    /// Texts that are equal byte for byte, in groups of two or more. [`Shared::pairs`] holds the first of each
    /// group alone: what it shares, the others share.
    pub identical: Vec<Vec<usize>>,
    /// Pairs that share passages, sorted by their numbers.
    pub pairs: Vec<Pair>,
    /// What many texts hold, the most widespread first.
    pub boilerplate: Vec<Boilerplate>,
}

/// How to look.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// How many threads work; the result does not depend on it.
    pub threads: usize,
    /// Where something begins to count.
    pub tuning: Tuning,
}

impl Default for Options {
    /// As many threads as the machine offers.
    fn default() -> Self {
        let threads = parallel::available();
        Self { threads, tuning: Tuning::default() }
    }
}

/// Finds what the texts share. Words in all of them are counted up to 2^32.
pub fn find(texts: &[&str], options: &Options) -> Shared {
    let (different, identical) = split_identical(texts);
    let chosen: Vec<&str> = different.iter().map(|&number| texts[number]).collect();
    let weighed = weigh(&chosen, options);
    let (seeds, common) = seeds::find(&weighed, options);
    let flags = boilerplate::flags(&weighed, &common);
    let side = |number: u32| Side { text: &weighed[number as usize], common: &flags[number as usize] };
    let groups: Vec<&[Seed]> = seeds.chunk_by(|one, other| one.texts == other.texts).collect();
    let compared = parallel::on(options.threads, &groups, |seeds| {
        let (a, b) = seeds[0].texts;
        compare(side(a), side(b), seeds, &options.tuning)
    });
    let mut pairs: Vec<Pair> = compared.into_iter().flatten().collect();
    let mut boilerplate = boilerplate::find(&weighed, &common, &options.tuning);
    for pair in &mut pairs {
        (pair.a, pair.b) = (different[pair.a], different[pair.b]);
    }
    alike::measure(&mut pairs, texts, options.threads);
    for (text, _) in boilerplate.iter_mut().flat_map(|passage| &mut passage.places) {
        *text = different[*text];
    }
    Shared { identical, pairs, boilerplate }
}

/// The numbers of texts that differ, and the groups of those that are equal.
fn split_identical(texts: &[&str]) -> (Vec<usize>, Vec<Vec<usize>>) {
    let mut by_text: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (number, text) in texts.iter().enumerate() {
        by_text.entry(text).or_default().push(number);
    }
    let mut different: Vec<usize> = by_text.values().map(|numbers| numbers[0]).collect();
    different.sort_unstable();
    let mut identical: Vec<Vec<usize>> = by_text.into_values().filter(|numbers| numbers.len() > 1).collect();
    identical.sort_unstable();
    (different, identical)
}

/// Cuts each text into words and weighs them against all texts.
fn weigh(texts: &[&str], options: &Options) -> Vec<Weighed> {
    let threads = options.threads;
    let tokens = parallel::on(threads, texts, |text| Tokens::of(text));
    let slots = weights::slots(tokens.iter().map(|tokens| tokens.words.len()).sum());
    let mut frequencies = Frequencies::default();
    for counted in parallel::chunks(threads, &tokens, |run| Frequencies::count(run, slots)) {
        frequencies.add(counted);
    }
    let scale = Frequencies::scale(texts.len(), &options.tuning);
    let weights = parallel::on(threads, &tokens, |tokens| frequencies.weights(tokens, &scale));
    let mut base = 0_u32;
    let weighed = tokens.into_iter().zip(weights).map(|(tokens, weights)| {
        let here = base;
        base = base.saturating_add(tokens.count());
        Weighed { tokens, weights, base: here }
    });
    weighed.collect()
}

/// Lines counted from 1 instead of 0.
fn range_from_one((first, last): (u32, u32)) -> LineRange {
    (first as usize + 1, last as usize + 1)
}
