//! How well two notes belong into one guide: by their names, headings, words and shared passages.

use std::collections::{BTreeMap, BTreeSet};

use super::note::Note;
use super::overlaps::Overlaps;
use super::words::{self, Space, Vector};

/// What each kind of evidence counts.
const NAME: f64 = 0.35;
const THEME: f64 = 0.25;
const BODY: f64 = 0.25;
const OVERLAP: f64 = 0.15;

/// Words of a body that are looked at: the heaviest.
const BODY_WORDS: usize = 80;

/// Affinities of all pairs that have anything in common.
#[derive(Debug, Default)]
pub(super) struct Affinities {
    scores: BTreeMap<(usize, usize), Evidence>,
    /// What each note's theme is, for labels.
    pub(super) themes: Space,
}

/// What speaks for a pair, each 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Evidence {
    pub(super) name: f64,
    pub(super) theme: f64,
    pub(super) body: f64,
    pub(super) overlap: f64,
}

impl Evidence {
    /// 0 to 1.
    pub(super) fn score(self) -> f64 {
        NAME * self.name + THEME * self.theme + BODY * self.body + OVERLAP * self.overlap
    }
}

impl Affinities {
    /// Measures all pairs.
    pub(super) fn of(notes: &[Note], overlaps: &Overlaps) -> Self {
        let names = space(notes, name_words, usize::MAX);
        let themes = space(notes, theme_words, 60);
        let bodies = space(notes, |note| counts(words::of_text(&note.text)), BODY_WORDS);
        let pairs = candidates(&[&names, &themes, &bodies], overlaps);
        let cosine = |space: &Space, a: usize, b: usize| Vector::cosine(&space.vectors[a], &space.vectors[b]);
        let scores = pairs
            .into_iter()
            .map(|(a, b)| {
                let evidence = Evidence {
                    name: cosine(&names, a, b),
                    theme: cosine(&themes, a, b),
                    body: cosine(&bodies, a, b),
                    overlap: overlaps.between(a, b).map_or(0.0, |pair| pair.score),
                };
                ((a, b), evidence)
            })
            .collect();
        Self { scores, themes }
    }

    /// The evidence for two notes, in either order.
    pub(super) fn between(&self, one: usize, other: usize) -> Evidence {
        self.scores.get(&(one.min(other), one.max(other))).copied().unwrap_or_default()
    }

    /// All pairs with their evidence.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (usize, usize, Evidence)> {
        self.scores.iter().map(|(&(a, b), &evidence)| (a, b, evidence))
    }
}

fn space(notes: &[Note], words: impl Fn(&Note) -> BTreeMap<String, f64>, keep: usize) -> Space {
    let texts: Vec<BTreeMap<String, f64>> = notes.iter().map(words).collect();
    words::weigh(&texts, keep)
}

fn counts(words: Vec<String>) -> BTreeMap<String, f64> {
    let mut counts = BTreeMap::new();
    for word in words.iter().map(|word| words::singular(word)).filter(|word| word.chars().count() > 2) {
        *counts.entry(word.to_owned()).or_default() += 1.0;
    }
    counts
}

/// The words of the file's name, its folder's and its title.
fn name_words(note: &Note) -> BTreeMap<String, f64> {
    let mut words = counts(words::of_text(&note.stem()));
    for (word, _) in counts(words::of_text(&note.title)) {
        words.entry(word).or_insert(0.5);
    }
    words
}

/// The words of title and headings, code spans and strong words.
fn theme_words(note: &Note) -> BTreeMap<String, f64> {
    let mut all = words::of_text(&note.stem());
    all.extend(words::of_text(&note.title));
    for section in &note.parsed.sections {
        all.extend(words::of_text(&section.text));
    }
    for span in &note.parsed.code_spans {
        all.extend(words::of_text(&span.text));
    }
    counts(all)
}

/// Pairs that share a passage, or a word that not every fifth note has.
fn candidates(spaces: &[&Space], overlaps: &Overlaps) -> BTreeSet<(usize, usize)> {
    let mut pairs: BTreeSet<(usize, usize)> = overlaps.pairs.keys().copied().collect();
    for group in &overlaps.identical {
        for (index, &a) in group.iter().enumerate() {
            pairs.extend(group[index + 1..].iter().map(|&b| (a, b)));
        }
    }
    for space in spaces {
        let mut holders: Vec<Vec<usize>> = vec![Vec::new(); space.vocabulary.len()];
        for (number, vector) in space.vectors.iter().enumerate() {
            for &(word, _) in vector.entries() {
                holders[word as usize].push(number);
            }
        }
        let limit = (space.vectors.len() / 5).clamp(10, 60);
        for holders in holders.iter().filter(|holders| holders.len() <= limit) {
            for (index, &a) in holders.iter().enumerate() {
                pairs.extend(holders[index + 1..].iter().map(|&b| (a, b)));
            }
        }
    }
    pairs
}
