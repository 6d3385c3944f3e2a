//! How well two notes belong together: by the words of their names and texts, their kinds and shared passages.
//!
//! Two questions, two weightings of the same evidence: whether notes would make one guide, and whether they
//! speak of one topic. The weights were found by scoring groups that editors made by hand.

use std::collections::{BTreeMap, BTreeSet};

use super::editions;
use super::note::{Note, Role};
use super::overlaps::Overlaps;
use super::role;
use super::words::{self, Counter, Space, Vector};
use crate::parallel;
use crate::repo::RepoPath;

/// Words of a body that are looked at: the heaviest.
const BODY_WORDS: usize = 100;

/// Evidence for all pairs that have anything in common.
#[derive(Debug, Default)]
pub(super) struct Affinities {
    /// For each note the notes of larger numbers, ascending.
    rows: Vec<Vec<(u32, Evidence)>>,
    /// What each note's theme is, for labels.
    pub(super) themes: Space,
}

/// What speaks for a pair, each 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Evidence {
    /// Theme words of the names that are shared, of those that other names have too.
    pub(super) theme: f64,
    /// Both names begin with the same theme word.
    pub(super) same_first: f64,
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
    /// They say the same in two languages or of two versions.
    pub(super) editions: bool,
}

impl Evidence {
    /// How well the two belong into one guide, 0 to 1. What happened in one sitting makes no guide, and neither do two
    /// languages or versions.
    pub(super) fn score(self) -> f64 {
        if self.editions {
            return 0.0;
        }
        let day = if self.of_a_day > 0 { 0.3 } else { 0.0 };
        let sum = self.theme + 0.3 * self.same_first + self.body + 0.4 * self.overlap - day;
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

/// The words of all notes, by where they stand.
pub(super) struct NoteWords {
    names: Space,
    folders: Space,
    bodies: Space,
    themes: Space,
}

impl NoteWords {
    /// Reads the words of all notes.
    pub(super) fn of(notes: &[Note]) -> Self {
        Self {
            names: space(notes, usize::MAX, |note, add| words::each(&note.stem(), add)),
            bodies: space(notes, BODY_WORDS, |note, add| words::each(&note.text, add)),
            folders: space(notes, usize::MAX, |note, add| {
                if let Some(folder) = note.path.parent() {
                    words::each(&folder.display(), add);
                }
            }),
            themes: space(notes, 60, each_theme_word),
        }
    }
}

impl Affinities {
    /// Measures all pairs.
    pub(super) fn of(notes: &[Note], words: NoteWords, overlaps: &Overlaps) -> Self {
        let NoteWords { names, folders, bodies, themes } = words;
        let pairs = candidates(&[&names, &bodies], overlaps);
        let measure = Measure {
            notes,
            overlaps,
            names,
            folders,
            themes: NameThemes::of(notes, &bodies),
            bodies,
            parents: notes.iter().map(|note| note.path.parent()).collect(),
            is_of_a_day: notes.iter().map(tells_of_a_day).collect(),
            plain_names: notes.iter().map(|note| editions::name(&note.path)).collect(),
        };
        let pairs: Vec<(usize, Vec<u32>)> = pairs.into_iter().enumerate().collect();
        let rows = parallel::map(&pairs, |(a, others)| {
            others.iter().map(|&b| (b, measure.pair(*a, b as usize))).collect()
        });
        Self { rows, themes }
    }

    /// The evidence for two notes, in either order.
    pub(super) fn between(&self, one: usize, other: usize) -> Evidence {
        let (a, b) = (one.min(other), one.max(other));
        let Some(row) = self.rows.get(a) else { return Evidence::default() };
        let place = row.binary_search_by_key(&b, |(number, _)| *number as usize);
        place.map_or_else(|_| Evidence::default(), |place| row[place].1)
    }

    /// All pairs with their evidence, by their numbers.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (usize, usize, Evidence)> {
        let rows = self.rows.iter().enumerate();
        rows.flat_map(|(a, row)| row.iter().map(move |&(b, evidence)| (a, b as usize, evidence)))
    }
}

/// What is looked at to compare two notes.
struct Measure<'n> {
    notes: &'n [Note],
    overlaps: &'n Overlaps,
    names: Space,
    folders: Space,
    bodies: Space,
    themes: NameThemes,
    parents: Vec<Option<RepoPath>>,
    is_of_a_day: Vec<bool>,
    plain_names: Vec<editions::Name>,
}

impl Measure<'_> {
    fn pair(&self, a: usize, b: usize) -> Evidence {
        let cosine = |space: &Space| Vector::cosine(&space.vectors[a], &space.vectors[b]);
        let is_nameless_day =
            |number: usize| self.is_of_a_day[number] && self.themes.words[number].is_empty();
        Evidence {
            theme: self.themes.likeness(a, b),
            same_first: self.themes.same_first(a, b),
            name: cosine(&self.names),
            body: cosine(&self.bodies),
            folder: cosine(&self.folders),
            same_folder: self.parents[a] == self.parents[b],
            overlap: self.overlaps.between(a, b).map_or(0.0, |pair| pair.score),
            same_role: self.notes[a].role == self.notes[b].role && self.notes[a].role != Role::Other,
            of_a_day: u8::from(self.is_of_a_day[a]) + u8::from(self.is_of_a_day[b]),
            nameless_days: is_nameless_day(a) && is_nameless_day(b),
            editions: editions::are(&self.plain_names[a], &self.plain_names[b]),
        }
    }
}

/// True for what happened in one sitting, or how things stood on a day.
pub(super) fn tells_of_a_day(note: &Note) -> bool {
    matches!(note.role, Role::Session | Role::Status) || role::day_in(&note.stem()).is_some()
}

/// The words of names that say what a note is about, rather than what kind of note it is.
struct NameThemes {
    /// For each note the first word, and all words without repetition; words by their rank.
    first: Vec<Option<usize>>,
    words: Vec<Vec<usize>>,
    weights: Vec<f64>,
    /// How far a word says what a text is about, 0 to 1.
    telling: Vec<f64>,
    /// The weight of those words of each name that another name has too: a word of one name alone can neither
    /// join nor part.
    shared: Vec<f64>,
}

impl NameThemes {
    fn of(notes: &[Note], bodies: &Space) -> Self {
        let names: Vec<Vec<String>> = notes.iter().map(|note| role::theme_of_name(&note.stem())).collect();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for name in &names {
            for word in name.iter().collect::<BTreeSet<_>>() {
                *counts.entry(word).or_default() += 1;
            }
        }
        let total = notes.len() as f64 + 1.0;
        let weights: Vec<f64> = counts.values().map(|&count| (total / (count as f64 + 0.5)).ln()).collect();
        let is_shared: Vec<bool> = counts.values().map(|&count| count > 1).collect();
        let ranks: BTreeMap<&str, usize> = counts.keys().copied().zip(0..).collect();
        let rank = |word: &String| ranks[word.as_str()];
        let words: Vec<Vec<usize>> = names
            .iter()
            .map(|name| name.iter().map(rank).collect::<BTreeSet<_>>().into_iter().collect())
            .collect();
        let shared = words
            .iter()
            .map(|name| name.iter().filter(|word| is_shared[**word]).map(|&word| weights[word]).sum())
            .collect();
        let first = names.iter().map(|name| name.first().map(rank)).collect();
        let mut holders: Vec<Vec<usize>> = vec![Vec::new(); weights.len()];
        for (note, name) in words.iter().enumerate() {
            name.iter().for_each(|&word| holders[word].push(note));
        }
        let telling = holders.iter().map(|holders| telling(holders, bodies)).collect();
        Self { first, words, weights, telling, shared }
    }

    fn likeness(&self, a: usize, b: usize) -> f64 {
        let both = (self.shared[a] * self.shared[b]).sqrt();
        // Most pairs of names have no word in common.
        if both <= 0.0 {
            return 0.0;
        }
        let of_b = &self.words[b];
        let common = self.words[a].iter().filter(|word| of_b.contains(word));
        (common.map(|&word| self.weights[word] * self.telling[word]).sum::<f64>() / both).clamp(0.0, 1.0)
    }

    fn same_first(&self, a: usize, b: usize) -> f64 {
        match (self.first[a], self.first[b]) {
            (Some(one), Some(other)) if one == other => self.telling[one],
            _ => 0.0,
        }
    }
}

/// Notes that have a word in their names before their texts can tell whether it is one of theme or of kind.
const MANY: usize = 4;
/// How alike texts on one theme are at least, on average.
const ON_ONE_THEME: f64 = 0.1;
/// Pairs of texts that are looked at.
const PAIRS: usize = 300;

/// How far a word of these notes' names says what they are about. One that names a kind of note in any language, such as
/// "informe" or "Bericht", stands in the names of texts that have nothing else in common.
fn telling(holders: &[usize], bodies: &Space) -> f64 {
    // Where most notes have it, what they have in common tells nothing apart.
    if holders.len() < MANY || holders.len() * 2 > bodies.vectors.len() {
        return 1.0;
    }
    let pairs = (1..holders.len()).flat_map(|gap| holders.iter().zip(&holders[gap..])).take(PAIRS);
    let alike: Vec<f64> =
        pairs.map(|(&one, &other)| Vector::cosine(&bodies.vectors[one], &bodies.vectors[other])).collect();
    (alike.iter().sum::<f64>() / alike.len() as f64 / ON_ONE_THEME).min(1.0)
}

/// The words of all notes; `each` hands out those of one.
fn space(notes: &[Note], keep: usize, each: impl Fn(&Note, &mut dyn FnMut(&str))) -> Space {
    let mut counter = Counter::default();
    for note in notes {
        each(note, &mut |word| counter.add(word));
        counter.end_text();
    }
    counter.weigh(keep)
}

/// The words of name, title and headings, but for those that say what kind of note it is.
fn each_theme_word(note: &Note, add: &mut dyn FnMut(&str)) {
    let headings = note.parsed.sections.iter().map(|section| section.text.as_str());
    for name in [note.stem().as_str(), note.title.as_str()].into_iter().chain(headings) {
        // With its ending: of "stories" what is left without is no word that could be shown.
        role::each_written_theme(name, &mut *add);
    }
}

/// For each note the notes of larger numbers that share a passage, or a word that not every fifth note has.
fn candidates(spaces: &[&Space], overlaps: &Overlaps) -> Vec<Vec<u32>> {
    let count = spaces.first().map_or(0, |space| space.vectors.len());
    let mut pairs: Vec<Vec<u32>> = vec![Vec::new(); count];
    for &(a, b) in overlaps.pairs.keys() {
        pairs[a].push(b as u32);
    }
    for group in &overlaps.identical {
        for (index, &a) in group.iter().enumerate() {
            pairs[a].extend(group[index + 1..].iter().map(|&b| b as u32));
        }
    }
    let limit = (count / 5).clamp(20, 80);
    for space in spaces {
        let holders = space.holders();
        for (a, vector) in space.vectors.iter().enumerate() {
            for &(word, _) in vector.entries() {
                let holders = &holders[word as usize];
                if holders.len() <= limit {
                    let after = holders.partition_point(|&number| number as usize <= a);
                    pairs[a].extend(&holders[after..]);
                }
            }
            // Row by row, so that what several words say twice does not pile up.
            pairs[a].sort_unstable();
            pairs[a].dedup();
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::super::test_notes::note;
    use super::*;

    #[test]
    fn a_word_of_names_of_unlike_texts_is_no_theme() {
        let subjects = ["bomba", "lampara", "sal", "puerta", "espejo"];
        let theme = |word: &str, shared: &str, others: usize| {
            let text = |subject: &str| {
                format!("# {subject}\n\nEl {subject} rojo{subject} alto{subject} viejo{subject}. {shared}\n")
            };
            let named =
                subjects.iter().map(|subject| note(&format!("docs/{word}_{subject}.md"), &text(subject)));
            let rest = (0..others).map(|number| {
                note(&format!("docs/x{number}y.md"), &format!("# Y\n\nz{number}z y{number}y\n"))
            });
            let notes: Vec<Note> = named.chain(rest).collect();
            let evidence = Affinities::of(&notes, NoteWords::of(&notes), &Overlaps::default()).between(0, 1);
            (evidence.theme, evidence.same_first)
        };
        assert_eq!(theme("informe", "", 5), (0.0, 0.0), "it names a kind of note");
        assert_eq!(theme("bano", "Bano caliente, vapor, toalla.", 15), (1.0, 1.0));
        assert_eq!(theme("bano", "", 0), (1.0, 1.0), "all notes have it");
    }
}
