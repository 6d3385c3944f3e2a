//! Runs of four words that stand in two texts: where a shared passage may begin.

use super::tokens::Tokens;
use super::{Options, Tuning};
use crate::parallel;

/// Words in a seed.
pub(super) const GRAM: usize = 4;

/// Parts that the hashes are split into, so that each part is sorted by one thread.
const PARTS: usize = 64;

/// A text ready for comparison.
pub(super) struct Weighed {
    pub(super) tokens: Tokens,
    /// What each word says, 0 to 255.
    pub(super) weights: Vec<u8>,
    /// The number of its first word among the words of all texts.
    pub(super) base: u32,
}

/// Four words that two texts share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seed {
    /// The two texts, the smaller number first.
    pub(super) texts: (u32, u32),
    /// The first word in each, counted in its own text.
    pub(super) at: (u32, u32),
}

/// Four words that stand in too many texts to say that two of them overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Common {
    pub(super) text: u32,
    pub(super) at: u32,
    /// How many texts hold it.
    pub(super) spread: u32,
    pub(super) hash: u64,
}

/// All seeds sorted by texts, all common runs sorted by text.
pub(super) fn find(texts: &[Weighed], options: &Options) -> (Vec<Seed>, Vec<Common>) {
    let numbers: Vec<usize> = (0..texts.len()).collect();
    let postings = parallel::chunks(options.threads, &numbers, |chunk| {
        let mut parts: Vec<Vec<(u64, u32)>> = vec![Vec::new(); PARTS];
        for &number in chunk {
            hash_grams(&texts[number], &options.tuning, &mut parts);
        }
        parts
    });
    let bases: Vec<u32> = texts.iter().map(|text| text.base).collect();
    let spread_limit = options.tuning.spread_limit(texts.len());
    let parts: Vec<usize> = (0..PARTS).collect();
    let found = parallel::on(options.threads, &parts, |&part| {
        let mut entries: Vec<(u64, u32)> =
            postings.iter().flat_map(|chunk| chunk[part].iter().copied()).collect();
        entries.sort_unstable();
        match_entries(&entries, &bases, spread_limit)
    });
    let mut seeds: Vec<Seed> = Vec::new();
    let mut common: Vec<Common> = Vec::new();
    for (some, others) in found {
        seeds.extend(some);
        common.extend(others);
    }
    seeds.sort_unstable();
    common.sort_unstable();
    (seeds, common)
}

/// Files the runs of four words of one section that say enough under their hashes.
fn hash_grams(text: &Weighed, tuning: &Tuning, parts: &mut [Vec<(u64, u32)>]) {
    let tokens = &text.tokens;
    for section in 0..tokens.sections.len() {
        let lines = tokens.lines_of_section(section);
        let first = tokens.line_starts[lines.start as usize] as usize;
        let end = tokens.line_starts[lines.end as usize] as usize;
        let words = &tokens.words[first..end];
        let weights = &text.weights[first..end];
        for (offset, (gram, weight)) in words.windows(GRAM).zip(weights.windows(GRAM)).enumerate() {
            let mass: u32 = weight.iter().map(|&weight| u32::from(weight)).sum();
            if mass < tuning.seed_mass || is_repetition(gram) {
                continue;
            }
            let hash = hash(gram);
            let position = text.base + (first + offset) as u32;
            parts[(hash >> 58) as usize].push((hash, position));
        }
    }
}

/// One word three times over (`x x x`, table rules) says nothing.
fn is_repetition(gram: &[u32]) -> bool {
    gram.iter().filter(|&&word| word == gram[0]).count() >= 3
        || gram.iter().filter(|&&word| word == gram[1]).count() >= 3
}

fn hash(gram: &[u32]) -> u64 {
    gram.iter().fold(0x9e37_79b9_7f4a_7c15, |hash: u64, &word| {
        let mixed = (hash ^ u64::from(word)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        mixed ^ (mixed >> 32)
    })
}

/// Occurrences of one seed in one text that are looked at: a run that a text repeats has no place of its own.
const OCCURRENCES: usize = 4;

fn match_entries(entries: &[(u64, u32)], bases: &[u32], spread_limit: u32) -> (Vec<Seed>, Vec<Common>) {
    let mut seeds = Vec::new();
    let mut common = Vec::new();
    // For each text that holds the run its number and its first places; kept from run to run.
    let mut places: Vec<(u32, u32)> = Vec::new();
    for group in entries.chunk_by(|one, other| one.0 == other.0).filter(|group| group.len() > 1) {
        places.clear();
        places.extend(group.iter().map(|&(_, position)| {
            let text = bases.partition_point(|&base| base <= position) - 1;
            (text as u32, position - bases[text])
        }));
        let spread = places.chunk_by(|one, other| one.0 == other.0).count() as u32;
        if spread > spread_limit {
            let hash = group[0].0;
            common.extend(places.iter().map(|&(text, at)| Common { text, at, spread, hash }));
        } else if spread > 1 {
            pair_up(&places, &mut seeds);
        }
    }
    (seeds, common)
}

/// A seed for each two places in different texts, of the first places in each.
fn pair_up(places: &[(u32, u32)], seeds: &mut Vec<Seed>) {
    let mut rest = places;
    for in_a in places.chunk_by(|one, other| one.0 == other.0) {
        rest = &rest[in_a.len()..];
        for in_b in rest.chunk_by(|one, other| one.0 == other.0) {
            for &(a, from) in in_a.iter().take(OCCURRENCES) {
                let pairs = in_b.iter().take(OCCURRENCES);
                seeds.extend(pairs.map(|&(b, to)| Seed { texts: (a, b), at: (from, to) }));
            }
        }
    }
}
