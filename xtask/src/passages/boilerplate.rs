//! What stands in too many texts to link two of them: notices, templates, navigation.

use std::collections::BTreeMap;

use super::seeds::{Common, GRAM, Weighed};
use super::{LineRange, Tuning, range_from_one};

/// A passage that many texts hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boilerplate {
    /// The texts with the lines where it stands, sorted; values in it may differ.
    pub places: Vec<(usize, LineRange)>,
}

impl Boilerplate {
    /// How many texts hold it.
    pub fn spread(&self) -> usize {
        self.places.chunk_by(|one, other| one.0 == other.0).count()
    }
}

/// What a run is filed under: its most widespread four words.
type Key = (std::cmp::Reverse<u32>, u64);

/// A run of common words of one text.
struct Run {
    text: usize,
    first: u32,
    last: u32,
    key: Key,
}

/// Groups the runs of common words by what they hold, the most widespread first.
pub(super) fn find(texts: &[Weighed], common: &[Common], tuning: &Tuning) -> Vec<Boilerplate> {
    let mut groups: BTreeMap<Key, Vec<(usize, LineRange)>> = BTreeMap::new();
    for run in runs(common).into_iter().filter(|run| run.last + 1 - run.first >= tuning.boilerplate_words) {
        let tokens = &texts[run.text].tokens;
        let lines = range_from_one((tokens.line_of(run.first), tokens.line_of(run.last)));
        groups.entry(run.key).or_default().push((run.text, lines));
    }
    let mut found: Vec<Boilerplate> = groups.into_values().map(|places| Boilerplate { places }).collect();
    found.retain(|passage| passage.spread() > 2);
    found.sort_by_key(|passage| (std::cmp::Reverse(passage.spread()), passage.places[0]));
    found
}

fn runs(common: &[Common]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for one in common {
        let (text, last) = (one.text as usize, one.at + GRAM as u32 - 1);
        let key = (std::cmp::Reverse(one.spread), one.hash);
        match runs.last_mut() {
            // A value that differs from text to text breaks a run for as many words as a seed has.
            Some(run) if run.text == text && one.at <= run.last + GRAM as u32 => {
                run.last = last;
                run.key = run.key.min(key);
            }
            _ => runs.push(Run { text, first: one.at, last, key }),
        }
    }
    runs
}

/// Marks the words of each text that are common.
pub(super) fn flags(texts: &[Weighed], common: &[Common]) -> Vec<Vec<bool>> {
    let mut flags: Vec<Vec<bool>> = vec![Vec::new(); texts.len()];
    for group in common.chunk_by(|one, other| one.text == other.text) {
        let number = group[0].text as usize;
        let marks = &mut flags[number];
        marks.resize(texts[number].tokens.words.len(), false);
        for one in group {
            marks[one.at as usize..one.at as usize + GRAM].fill(true);
        }
    }
    flags
}
