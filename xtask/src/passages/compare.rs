//! Two texts side by side: from the seeds they share to their passages and score.

use super::lines::{self, Reach};
use super::regions::{self, Region};
use super::seeds::{Seed, Weighed};
use super::{Pair, Passage, Tuning, kin, range_from_one, seeds};

/// One of the two texts, with its words that are boilerplate.
#[derive(Clone, Copy)]
pub(super) struct Side<'t> {
    pub(super) text: &'t Weighed,
    pub(super) common: &'t [bool],
}

impl Side<'_> {
    /// True for a word that is part of boilerplate.
    pub(super) fn is_common(&self, word: u32) -> bool {
        self.common.get(word as usize).is_some_and(|&flag| flag)
    }
}

/// The passages of two texts; `None` when all they share says too little.
pub(super) fn compare(a: Side<'_>, b: Side<'_>, seeds: &[Seed], tuning: &Tuning) -> Option<Pair> {
    // Most pairs share a phrase or two: they are sent away before anything is laid out for them.
    if covered_weight(a.text, seeds) < tuning.strong_mass {
        return None;
    }
    let mut regions = regions::of_pair(a, b, seeds, tuning);
    let strong: u32 = regions.iter().filter(|region| region.strong).map(|region| region.mass).sum();
    if strong == 0 {
        return None;
    }
    let lighter = weight(a.text).min(weight(b.text)).max(1.0);
    let is_linked = f64::from(strong) >= tuning.linked_share * lighter;
    if !is_linked {
        regions.retain(|region| region.strong);
    }
    let mut reaches = reaches(a, b, &regions, tuning);
    if is_linked {
        reaches = with_kin(a.text, b.text, reaches);
    }
    let mass: f64 = regions.iter().map(|region| f64::from(region.mass)).sum();
    let (number_a, number_b) = seeds[0].texts;
    Some(Pair {
        a: number_a as usize,
        b: number_b as usize,
        score: score(mass, lighter),
        share_a: share(a.text, reaches.iter().map(|reach| (reach.a, reach.similarity))),
        share_b: share(b.text, reaches.iter().map(|reach| (reach.b, reach.similarity))),
        passages: reaches.iter().map(passage).collect(),
    })
}

/// The weight of the first text's words that seeds cover: no region can have more.
fn covered_weight(text: &Weighed, seeds: &[Seed]) -> u32 {
    let (mut covered, mut next) = (0, 0);
    for seed in seeds {
        let end = seed.at.0 + seeds::GRAM as u32;
        let words = seed.at.0.max(next) as usize..end as usize;
        covered += text.weights[words].iter().map(|&weight| u32::from(weight)).sum::<u32>();
        next = end;
    }
    covered
}

fn weight(text: &Weighed) -> f64 {
    text.weights.iter().map(|&weight| f64::from(weight)).sum()
}

/// Rises with how much is shared, and with how much of the lighter text that is: a section of two long texts
/// counts, a note that stands in another whole counts most.
fn score(mass: f64, lighter: f64) -> f64 {
    /// The shared weight at which the score alone reaches about two thirds.
    const ENOUGH: f64 = 20_000.0;
    let contained = (mass / lighter).min(1.0);
    1.0 - (1.0 - contained) * (-mass / ENOUGH).exp()
}

/// The share of a text's words that passages hold; a line counts once, by its most similar passage.
fn share(text: &Weighed, ranges: impl Iterator<Item = ((u32, u32), f64)>) -> f64 {
    let tokens = &text.tokens;
    let mut best = vec![0.0_f64; tokens.lines() as usize];
    for ((first, last), similarity) in ranges {
        for line in &mut best[first as usize..=last as usize] {
            *line = line.max(similarity);
        }
    }
    let lines = (0..).zip(&best);
    let held: f64 = lines.map(|(line, similarity)| tokens.words_of(line).len() as f64 * similarity).sum();
    held / f64::from(tokens.count().max(1))
}

fn passage(reach: &Reach) -> Passage {
    Passage { a: range_from_one(reach.a), b: range_from_one(reach.b), similarity: reach.similarity }
}

/// Grows regions to lines, section by section.
fn reaches(a: Side<'_>, b: Side<'_>, regions: &[Region], tuning: &Tuning) -> Vec<Reach> {
    let mut found = Vec::new();
    for group in regions.chunk_by(|one, other| one.sections == other.sections) {
        let (section_a, section_b) = group[0].sections;
        let mut side_a = lines::View::new(a, section_a, hull(group, |region| region.a));
        let mut side_b = lines::View::new(b, section_b, hull(group, |region| region.b));
        let (pairs_a, pairs_b) = (side_a.word_pairs(), side_b.word_pairs());
        side_a.measure(&pairs_b);
        side_b.measure(&pairs_a);
        found.extend(group.iter().map(|region| lines::reach(region, &side_a, &side_b, tuning)));
    }
    merged(found)
}

fn hull(group: &[Region], side: fn(&Region) -> (u32, u32)) -> (u32, u32) {
    let first = group.iter().map(|region| side(region).0).min().unwrap_or_default();
    let last = group.iter().map(|region| side(region).1).max().unwrap_or_default();
    (first, last)
}

/// Joins passages that overlap on both sides: growing made one of two.
fn merged(mut reaches: Vec<Reach>) -> Vec<Reach> {
    reaches.sort_by_key(|reach| (reach.a, reach.b));
    let mut kept: Vec<Reach> = Vec::new();
    for reach in reaches {
        let last = kept.iter_mut().rev().take(8).find(|last| meet(last.a, reach.a) && meet(last.b, reach.b));
        match last {
            Some(last) => last.join(&reach),
            None => kept.push(reach),
        }
    }
    kept
}

fn meet(one: (u32, u32), other: (u32, u32)) -> bool {
    one.0 <= other.1 && other.0 <= one.1
}

/// Adds the sections that only count between two versions of one text.
fn with_kin(a: &Weighed, b: &Weighed, mut reaches: Vec<Reach>) -> Vec<Reach> {
    let covered_a = lines::union(reaches.iter().map(|reach| reach.a));
    let covered_b = lines::union(reaches.iter().map(|reach| reach.b));
    reaches.extend(kin::remaining(a, b, (&covered_a, &covered_b)));
    reaches.sort_by_key(|reach| (reach.a, reach.b));
    reaches
}
