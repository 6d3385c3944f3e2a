//! Overlaps of notes, out of the passages that their texts share.

use std::collections::{BTreeMap, BTreeSet};

use super::note::Note;
use super::result::{Boilerplate, Excerpt, LinePlace, Overlap, OverlapKind, SharedPassage};
use crate::passages::{self, Pair, Passage};

/// The share of a note that stands elsewhere above which the note counts as a whole.
const WHOLE: f64 = 0.8;

/// What the notes share.
#[derive(Debug, Default)]
pub(super) struct Overlaps {
    /// Numbers of notes that are equal byte for byte, in groups.
    pub(super) identical: Vec<Vec<usize>>,
    /// Pairs that share passages, by the numbers of the notes.
    pub(super) pairs: BTreeMap<(usize, usize), Pair>,
    /// What many notes hold.
    pub(super) boilerplate: Vec<passages::Boilerplate>,
}

impl Overlaps {
    /// Compares all notes; `texts` are what counts of each.
    pub(super) fn of(texts: &[&str], apart: &BTreeSet<(usize, usize)>) -> Self {
        let shared = passages::find(texts, &passages::Options::default());
        let empty = |number: &usize| !texts[*number].contains(char::is_alphanumeric);
        let identical: Vec<Vec<usize>> =
            shared.identical.into_iter().filter(|group| !group.iter().any(empty)).collect();
        let pairs = with_twins(shared.pairs, &identical)
            .into_iter()
            .filter(|pair| !apart.contains(&(pair.a, pair.b)))
            .map(|pair| ((pair.a, pair.b), pair))
            .collect();
        let identical = identical.into_iter().map(|group| without_those_apart(group, apart));
        let identical = identical.filter(|group| group.len() > 1).collect();
        Self { identical, pairs, boilerplate: shared.boilerplate }
    }

    /// The pair of two notes, in either order.
    pub(super) fn between(&self, one: usize, other: usize) -> Option<&Pair> {
        self.pairs.get(&(one.min(other), one.max(other)))
    }
}

fn without_those_apart(group: Vec<usize>, apart: &BTreeSet<(usize, usize)>) -> Vec<usize> {
    let mut kept: Vec<usize> = Vec::new();
    for number in group {
        if !kept.iter().any(|&other| apart.contains(&(other.min(number), other.max(number)))) {
            kept.push(number);
        }
    }
    kept
}

/// What one of several equal notes shares, the others share.
fn with_twins(pairs: Vec<Pair>, identical: &[Vec<usize>]) -> Vec<Pair> {
    let groups: BTreeMap<usize, &Vec<usize>> = identical.iter().map(|group| (group[0], group)).collect();
    let twins = |number: usize| groups.get(&number).map_or_else(|| vec![number], |group| (*group).clone());
    let mut all = Vec::new();
    for pair in pairs {
        for a in twins(pair.a) {
            for b in twins(pair.b) {
                let copy = Pair { a, b, ..pair.clone() };
                all.push(if a < b { copy } else { turned(copy) });
            }
        }
    }
    all
}

fn turned(pair: Pair) -> Pair {
    let passages = pair.passages.iter().map(|passage| Passage {
        a: passage.b,
        b: passage.a,
        similarity: passage.similarity,
    });
    Pair {
        a: pair.b,
        b: pair.a,
        share_a: pair.share_b,
        share_b: pair.share_a,
        passages: passages.collect(),
        score: pair.score,
    }
}

/// The overlaps as they are reported, the highest score first.
pub(super) fn entries(notes: &[Note], overlaps: &Overlaps) -> Vec<Overlap> {
    let mut found: Vec<Overlap> = overlaps.pairs.values().map(|pair| entry(notes, pair)).collect();
    for group in &overlaps.identical {
        for (index, &a) in group.iter().enumerate() {
            found.extend(group[index + 1..].iter().map(|&b| identical(notes, a, b)));
        }
    }
    found.sort_by(|one, other| {
        other.score.total_cmp(&one.score).then_with(|| (&one.a, &one.b).cmp(&(&other.a, &other.b)))
    });
    found
}

fn entry(notes: &[Note], pair: &Pair) -> Overlap {
    let kind = match (pair.share_a >= WHOLE, pair.share_b >= WHOLE) {
        (true, true) => OverlapKind::NearDuplicate,
        (false, false) => OverlapKind::SharedSections,
        _ => OverlapKind::Contained,
    };
    let shared = pair.passages.iter().map(|passage| SharedPassage {
        a_lines: passage.a.into(),
        b_lines: passage.b.into(),
        similarity: round(passage.similarity),
    });
    Overlap {
        a: notes[pair.a].path.clone(),
        b: notes[pair.b].path.clone(),
        score: round(pair.score),
        kind,
        share_a: round(pair.share_a),
        share_b: round(pair.share_b),
        shared: shared.collect(),
    }
}

fn identical(notes: &[Note], a: usize, b: usize) -> Overlap {
    let lines = [1, notes[a].count_lines().max(1)];
    Overlap {
        a: notes[a].path.clone(),
        b: notes[b].path.clone(),
        score: 1.0,
        kind: OverlapKind::Identical,
        share_a: 1.0,
        share_b: 1.0,
        shared: vec![SharedPassage { a_lines: lines, b_lines: lines, similarity: 1.0 }],
    }
}

/// Pairs whose longest passage the report shows, and lines and characters shown of it.
const EXCERPTS: usize = 10;
const EXCERPT_LINES: usize = 6;
const EXCERPT_WIDTH: usize = 100;

/// The longest passage of the strongest overlaps, side by side.
pub(super) fn excerpts(notes: &[Note], overlaps: &Overlaps) -> Vec<Excerpt> {
    let mut pairs: Vec<&Pair> = overlaps.pairs.values().collect();
    pairs.sort_by(|one, other| {
        other.score.total_cmp(&one.score).then((one.a, one.b).cmp(&(other.a, other.b)))
    });
    let excerpts = pairs.into_iter().take(EXCERPTS).filter_map(|pair| {
        let passage = pair
            .passages
            .iter()
            .max_by_key(|passage| (passage.a.1 - passage.a.0, std::cmp::Reverse(passage.a)))?;
        let (a, b) =
            (lines_with_words(&notes[pair.a], passage.a), lines_with_words(&notes[pair.b], passage.b));
        let count = a.len().max(b.len()).min(EXCERPT_LINES);
        let line = |lines: &[String], index: usize| lines.get(index).cloned().unwrap_or_default();
        Some(Excerpt {
            a: notes[pair.a].path.clone(),
            b: notes[pair.b].path.clone(),
            a_lines: passage.a.into(),
            b_lines: passage.b.into(),
            rows: (0..count).map(|index| (line(&a, index), line(&b, index))).collect(),
        })
    });
    excerpts.collect()
}

fn lines_with_words(note: &Note, lines: (usize, usize)) -> Vec<String> {
    let chosen = note.text.lines().skip(lines.0 - 1).take(lines.1 + 1 - lines.0);
    let with_words = chosen.map(str::trim).filter(|line| line.contains(char::is_alphanumeric));
    with_words.map(|line| line.chars().take(EXCERPT_WIDTH).collect()).collect()
}

/// What many notes hold, with its first line.
pub(super) fn boilerplate(notes: &[Note], overlaps: &Overlaps) -> Vec<Boilerplate> {
    let entries = overlaps.boilerplate.iter().map(|passage| {
        let (first, lines) = passage.places[0];
        let line =
            notes[first].text.lines().skip(lines.0 - 1).find(|line| line.contains(char::is_alphanumeric));
        Boilerplate {
            notes: passage.spread(),
            begins: line.unwrap_or_default().trim().to_owned(),
            places: passage
                .places
                .iter()
                .map(|&(number, lines)| LinePlace { path: notes[number].path.clone(), lines: lines.into() })
                .collect(),
        }
    });
    entries.collect()
}

/// Four digits are what a share is good for, and what every machine prints alike.
pub(super) fn round(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
