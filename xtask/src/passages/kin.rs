//! Two versions of one text: which of their remaining sections answer each other.
//!
//! Between texts that share much, a section of two lines that is the same in both counts, although it would
//! say nothing between strangers; so do a heading alone, and boilerplate.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::lines::Reach;
use super::seeds::Weighed;

/// Sections of the second text that may hold the same are looked at up to this number.
const CANDIDATES: usize = 8;

/// Sections that answer each other and that no passage covers yet.
pub(super) fn remaining(a: &Weighed, b: &Weighed, covered: (&BTreeSet<u32>, &BTreeSet<u32>)) -> Vec<Reach> {
    let open_a = open_sections(a, covered.0);
    let open_b = open_sections(b, covered.1);
    let mut by_pair: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (number, section) in open_b.iter().enumerate() {
        for pair in word_pairs(b, section) {
            by_pair.entry(pair).or_default().push(number);
        }
    }
    let mut taken = BTreeSet::new();
    let mut found = Vec::new();
    for section in &open_a {
        let own = word_pairs(a, section);
        let mut votes: BTreeMap<usize, usize> = BTreeMap::new();
        for pair in &own {
            for &number in by_pair.get(pair).into_iter().flatten().take(CANDIDATES) {
                *votes.entry(number).or_default() += 1;
            }
        }
        let best = votes
            .into_iter()
            .filter(|(number, _)| !taken.contains(number))
            .map(|(number, shared)| {
                let others = word_pairs(b, &open_b[number]).len();
                (2 * shared * 1000 / (own.len() + others), number)
            })
            .max_by_key(|&(likeness, number)| (likeness, std::cmp::Reverse(number)));
        if let Some((likeness, number)) = best.filter(|&(likeness, _)| likeness >= 500) {
            taken.insert(number);
            let other = &open_b[number];
            found.push(Reach {
                a: (section.start, section.end - 1),
                b: (other.start, other.end - 1),
                similarity: likeness as f64 / 1000.0,
            });
        }
    }
    found
}

/// Sections with words, less than half of whose lines with words are covered.
fn open_sections(text: &Weighed, covered: &BTreeSet<u32>) -> Vec<Range<u32>> {
    let tokens = &text.tokens;
    (0..tokens.sections.len())
        .map(|number| tokens.lines_of_section(number))
        .filter(|lines| {
            let with_words: Vec<u32> =
                lines.clone().filter(|&line| !tokens.words_of(line).is_empty()).collect();
            let hit = with_words.iter().filter(|line| covered.contains(line)).count();
            !with_words.is_empty() && hit * 2 < with_words.len()
        })
        .collect()
}

/// Neighbouring words, and the first word with nothing before it: a heading of one word has a pair too.
fn word_pairs(text: &Weighed, lines: &Range<u32>) -> BTreeSet<u64> {
    let starts = &text.tokens.line_starts;
    let range = starts[lines.start as usize] as usize..starts[lines.end as usize] as usize;
    let words = &text.tokens.words[range];
    let first = words.first().map(|&word| u64::from(word));
    let pairs = words.windows(2).map(|pair| u64::from(pair[0]) << 32 | u64::from(pair[1]));
    first.into_iter().chain(pairs).collect()
}
