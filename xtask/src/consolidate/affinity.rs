//! How well two notes belong together: by the words of their names and texts, their kinds and shared passages.
//!
//! Two questions, two weightings of the same evidence: whether notes would make one guide, and whether they
//! speak of one topic. The weights were found by scoring groups that editors made by hand.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::note::{Note, Role};
use super::overlaps::Overlaps;
use super::role;
use super::words::{self, Space, Vector};

/// Words of a body that are looked at: the heaviest.
const BODY_WORDS: usize = 100;

/// Evidence for all pairs that have anything in common.
#[derive(Debug, Default)]
pub(super) struct Affinities {
    scores: BTreeMap<(usize, usize), Evidence>,
    /// What each note's theme is, for labels.
    pub(super) themes: Space,
}

/// What speaks for a pair, each 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Evidence {
    /// Theme words of the names that are shared, of those that other names have too.
    pub(super) theme: f64,
    /// Both names begin with the same theme word.
    pub(super) same_first: bool,
    /// All words of the names.
    pub(super) name: f64,
    /// Words of the texts.
    pub(super) body: f64,
    /// Words of the folders.
    pub(super) folder: f64,
    /// Both lie in one folder.
    pub(super) same_folder: bool,
    /// Shared passages.
    pub(super) overlap: f64,
    /// Both are of the same kind.
    pub(super) same_role: bool,
    /// How many of the two tell of one sitting or day.
    pub(super) of_a_day: u8,
    /// Both do, and neither name says about what.
    pub(super) nameless_days: bool,
}

impl Evidence {
    /// How well the two belong into one guide, 0 to 1. What happened in one sitting makes no guide.
    pub(super) fn score(self) -> f64 {
        let day = if self.of_a_day > 0 { 0.3 } else { 0.0 };
        let sum = self.theme + 0.3 * number(self.same_first) + self.body + 0.4 * self.overlap - day;
        (sum / 2.7).clamp(0.0, 1.0)
    }

    /// How much they speak of one topic; comparable among pairs alone. Where people put a note says as much of
    /// its topic as what they called it.
    pub(super) fn topic_score(self) -> f64 {
        0.5 * self.theme
            + 0.5 * self.name
            + self.body
            + self.folder
            + 0.5 * number(self.same_folder)
            + 0.05 * number(self.same_role)
            + 0.25 * number(self.nameless_days)
    }
}

fn number(truth: bool) -> f64 {
    if truth { 1.0 } else { 0.0 }
}

impl Affinities {
    /// Measures all pairs.
    pub(super) fn of(notes: &[Note], overlaps: &Overlaps) -> Self {
        let names = space(notes, |note| counts(words::of_text(&note.stem())), usize::MAX);
        let folders = space(notes, folder_words, usize::MAX);
        let bodies = space(notes, |note| counts(words::of_text(&note.text)), BODY_WORDS);
        let themes = NameThemes::of(notes);
        let cosine = |space: &Space, a: usize, b: usize| Vector::cosine(&space.vectors[a], &space.vectors[b]);
        let measure = |a: usize, b: usize| Evidence {
            theme: themes.likeness(a, b),
            same_first: themes.same_first(a, b),
            name: cosine(&names, a, b),
            body: cosine(&bodies, a, b),
            folder: cosine(&folders, a, b),
            same_folder: notes[a].path.parent() == notes[b].path.parent(),
            overlap: overlaps.between(a, b).map_or(0.0, |pair| pair.score),
            same_role: notes[a].role == notes[b].role && notes[a].role != Role::Other,
            of_a_day: u8::from(tells_of_a_day(&notes[a])) + u8::from(tells_of_a_day(&notes[b])),
            nameless_days: [a, b]
                .iter()
                .all(|&number| tells_of_a_day(&notes[number]) && themes.words[number].is_empty()),
        };
        let pairs = candidates(&[&names, &bodies], overlaps);
        let scores = pairs.into_iter().map(|(a, b)| ((a, b), measure(a, b))).collect();
        Self { scores, themes: space(notes, theme_words, 60) }
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

/// True for what happened in one sitting, or how things stood on a day.
pub(super) fn tells_of_a_day(note: &Note) -> bool {
    matches!(note.role, Role::Session | Role::Status) || role::date_in(&note.stem()).is_some()
}

/// The words of names that say what a note is about, rather than what kind of note it is.
struct NameThemes {
    words: Vec<Vec<String>>,
    weights: BTreeMap<String, f64>,
    /// The weight of those words of each name that another name has too: a word of one name alone can neither
    /// join nor part.
    shared: Vec<f64>,
}

impl NameThemes {
    fn of(notes: &[Note]) -> Self {
        let words: Vec<Vec<String>> = notes.iter().map(|note| role::theme_of_name(&note.stem())).collect();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for name in &words {
            for word in name.iter().collect::<BTreeSet<_>>() {
                *counts.entry(word.clone()).or_default() += 1;
            }
        }
        let total = notes.len() as f64 + 1.0;
        let weights: BTreeMap<String, f64> =
            counts.iter().map(|(word, &count)| (word.clone(), (total / (count as f64 + 0.5)).ln())).collect();
        let shared = words.iter().map(|name| {
            let name: BTreeSet<&String> = name.iter().filter(|word| counts[*word] > 1).collect();
            name.into_iter().map(|word| weights[word]).sum()
        });
        let shared = shared.collect();
        Self { words, weights, shared }
    }

    fn likeness(&self, a: usize, b: usize) -> f64 {
        let of_a: BTreeSet<&String> = self.words[a].iter().collect();
        let of_b: BTreeSet<&String> = self.words[b].iter().collect();
        let common: f64 = of_a.intersection(&of_b).map(|word| self.weights[*word]).sum();
        let both = (self.shared[a] * self.shared[b]).sqrt();
        if both > 0.0 { (common / both).clamp(0.0, 1.0) } else { 0.0 }
    }

    fn same_first(&self, a: usize, b: usize) -> bool {
        self.words[a].first().is_some_and(|word| self.words[b].first() == Some(word))
    }
}

fn space(notes: &[Note], words: impl Fn(&Note) -> BTreeMap<String, f64>, keep: usize) -> Space {
    let texts: Vec<BTreeMap<String, f64>> = notes.iter().map(words).collect();
    words::weigh(&texts, keep)
}

fn counts(words: Vec<String>) -> BTreeMap<String, f64> {
    let mut counts: HashMap<&str, f64> = HashMap::new();
    for word in words.iter().map(|word| words::singular(word)).filter(|word| word.chars().nth(2).is_some()) {
        *counts.entry(word).or_default() += 1.0;
    }
    counts.into_iter().map(|(word, count)| (word.to_owned(), count)).collect()
}

fn folder_words(note: &Note) -> BTreeMap<String, f64> {
    counts(note.path.parent().map(|folder| words::of_text(&folder.display())).unwrap_or_default())
}

/// The words of name, title and headings, but for those that say what kind of note it is.
fn theme_words(note: &Note) -> BTreeMap<String, f64> {
    let mut all = role::theme_of_name(&note.stem());
    all.extend(role::theme_of_name(&note.title));
    for section in &note.parsed.sections {
        all.extend(role::theme_of_name(&section.text));
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
        let limit = (space.vectors.len() / 5).clamp(20, 80);
        for holders in holders.iter().filter(|holders| holders.len() <= limit) {
            for (index, &a) in holders.iter().enumerate() {
                pairs.extend(holders[index + 1..].iter().map(|&b| (a, b)));
            }
        }
    }
    pairs
}
