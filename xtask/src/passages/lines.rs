//! From regions to lines: how far a shared passage reaches on each side.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Tuning;
use super::compare;
use super::regions::Region;

/// A passage as first and last line of each side, from 0, and how much of the words of both is shared.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reach {
    pub(super) a: (u32, u32),
    pub(super) b: (u32, u32),
    pub(super) similarity: f64,
}

impl Reach {
    /// Takes in another passage.
    pub(super) fn join(&mut self, other: &Self) {
        let length = |reach: &Self| f64::from(reach.a.1 - reach.a.0 + reach.b.1 - reach.b.0 + 2);
        let (own, others) = (length(self), length(other));
        self.similarity = (self.similarity * own + other.similarity * others) / (own + others);
        self.a = (self.a.0.min(other.a.0), self.a.1.max(other.a.1));
        self.b = (self.b.0.min(other.b.0), self.b.1.max(other.b.1));
    }
}

/// One side while it is looked at: the lines of a section and how much of each the other side holds.
pub(super) struct View<'t> {
    side: compare::Side<'t>,
    /// The lines looked at.
    lines: Range<u32>,
    /// For each line the share of its weight that the other side holds, 0 to 255; `None` for a line without words.
    shares: Vec<Option<u8>>,
}

/// Words around a region that are looked at, on the side it is compared with.
const WINDOW: u32 = 4000;

impl<'t> View<'t> {
    /// Looks at the section of `text` around the words `span`.
    pub(super) fn new(side: compare::Side<'t>, section: usize, span: (u32, u32)) -> Self {
        let tokens = &side.text.tokens;
        let section = tokens.lines_of_section(section);
        let words = tokens.line_starts[section.start as usize]..tokens.line_starts[section.end as usize];
        let first = match span.0.saturating_sub(WINDOW) {
            word if word <= words.start => section.start,
            word => tokens.line_of(word),
        };
        let end = match span.1.saturating_add(WINDOW) {
            word if word >= words.end => section.end,
            word => tokens.line_of(word) + 1,
        };
        Self { side, lines: first..end, shares: Vec::new() }
    }

    fn words(&self) -> Range<usize> {
        let starts = &self.side.text.tokens.line_starts;
        starts[self.lines.start as usize] as usize..starts[self.lines.end as usize] as usize
    }

    /// The pairs of neighbouring words, but for those of boilerplate.
    pub(super) fn word_pairs(&self) -> WordPairs {
        let words = self.words();
        let mut pairs: Vec<u64> = words
            .clone()
            .skip(1)
            .filter(|&at| !self.side.is_common(at as u32) && !self.side.is_common(at as u32 - 1))
            .map(|at| word_pair(&self.side.text.tokens.words, at))
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        WordPairs(pairs)
    }

    /// Measures each line against the word pairs of the other side.
    pub(super) fn measure(&mut self, other: &WordPairs) {
        let words = self.words();
        let mut held = vec![false; words.len()];
        for at in words.clone().skip(1) {
            if other.has(word_pair(&self.side.text.tokens.words, at)) {
                held[at - words.start] = true;
                held[at - 1 - words.start] = true;
            }
        }
        self.shares = self
            .lines
            .clone()
            .map(|line| {
                let range = self.side.text.tokens.words_of(line);
                if range.is_empty() {
                    return None;
                }
                let (mut all, mut shared) = (0, 0);
                for word in range {
                    let weight = self.weight(word);
                    all += weight;
                    if held[word - words.start] && !self.side.is_common(word as u32) {
                        shared += weight;
                    }
                }
                Some((shared * 255 / all) as u8)
            })
            .collect();
    }

    fn share(&self, line: u32) -> Option<u8> {
        self.shares[(line - self.lines.start) as usize]
    }

    /// Grows the lines of `span` as long as lines that are shared follow, over a few that are not.
    pub(super) fn grow(&self, span: (u32, u32), tuning: &Tuning) -> (u32, u32) {
        let tokens = &self.side.text.tokens;
        let (first, last) = (tokens.line_of(span.0), tokens.line_of(span.1));
        let up = self.furthest((self.lines.start..first).rev(), first, tuning);
        let down = self.furthest(last + 1..self.lines.end, last, tuning);
        self.round_to_fences((up, down))
    }

    fn furthest(&self, lines: impl Iterator<Item = u32>, from: u32, tuning: &Tuning) -> u32 {
        let (mut reached, mut missed) = (from, 0);
        for line in lines {
            match self.share(line) {
                None => continue,
                Some(share) if share >= tuning.line_share => (reached, missed) = (line, 0),
                Some(_) => missed += 1,
            }
            if missed > tuning.missed_lines {
                break;
            }
        }
        reached
    }

    /// A code block that is shared for the most part is shared with its fences.
    fn round_to_fences(&self, (mut first, mut last): (u32, u32)) -> (u32, u32) {
        for &(open, close) in &self.side.text.tokens.fences {
            let inside = (last.min(close) + 1).saturating_sub(first.max(open));
            if inside * 2 > close - open {
                first = first.min(open);
                last = last.max(close);
            }
        }
        (first, last)
    }

    /// The weight of some lines that the other side holds, and all their weight.
    fn shared_weight(&self, lines: (u32, u32)) -> (f64, f64) {
        let (mut shared, mut all) = (0.0, 0.0);
        for line in lines.0.max(self.lines.start)..(lines.1 + 1).min(self.lines.end) {
            let weight = self.side.text.tokens.words_of(line).map(|word| self.weight(word)).sum::<u32>();
            all += f64::from(weight);
            shared += f64::from(weight) * f64::from(self.share(line).unwrap_or(0)) / 255.0;
        }
        (shared, all)
    }

    /// Even a word that stands everywhere counts a little, so that no line weighs nothing.
    fn weight(&self, word: usize) -> u32 {
        u32::from(self.side.text.weights[word]) + 16
    }

    /// Takes the whole section when most of its words are shared, but for boilerplate at its ends.
    pub(super) fn complete(&self, lines: (u32, u32), section: Range<u32>, tuning: &Tuning) -> (u32, u32) {
        if self.lines != section {
            return lines;
        }
        let (mut whole, mut shared) = (0, 0);
        for line in section.clone().filter(|&line| !self.is_boilerplate(line)) {
            let count = self.side.text.tokens.words_of(line).len();
            whole += count;
            if self.share(line).is_some_and(|share| share >= tuning.line_share) {
                shared += count;
            } else if (lines.0..=lines.1).contains(&line) {
                // A line between shared ones belongs to the passage, but proves little.
                shared += count / 2;
            }
        }
        if (shared as f64) < tuning.whole_section * whole as f64 {
            return lines;
        }
        let is_end =
            |line: &u32| !self.side.text.tokens.words_of(*line).is_empty() && !self.is_boilerplate(*line);
        let first = section.clone().find(is_end).unwrap_or(lines.0);
        let last = section.clone().rev().find(is_end).unwrap_or(lines.1);
        (first.min(lines.0), last.max(lines.1))
    }

    /// True for a line most of whose words are boilerplate.
    fn is_boilerplate(&self, line: u32) -> bool {
        let words = self.side.text.tokens.words_of(line);
        let count = words.len();
        let commons = words.filter(|&word| self.side.is_common(word as u32)).count();
        commons * 2 > count
    }
}

/// Pairs of neighbouring words of one side.
pub(super) struct WordPairs(Vec<u64>);

impl WordPairs {
    fn has(&self, pair: u64) -> bool {
        self.0.binary_search(&pair).is_ok()
    }
}

fn word_pair(words: &[u32], at: usize) -> u64 {
    u64::from(words[at - 1]) << 32 | u64::from(words[at])
}

/// The lines that a region reaches on both sides.
pub(super) fn reach(region: &Region, a: &View<'_>, b: &View<'_>, tuning: &Tuning) -> Reach {
    let section_a = a.side.text.tokens.lines_of_section(region.sections.0);
    let section_b = b.side.text.tokens.lines_of_section(region.sections.1);
    let lines_a = a.complete(a.grow(region.a, tuning), section_a, tuning);
    let lines_b = b.complete(b.grow(region.b, tuning), section_b, tuning);
    let ((shared_a, all_a), (shared_b, all_b)) = (a.shared_weight(lines_a), b.shared_weight(lines_b));
    Reach { a: lines_a, b: lines_b, similarity: (shared_a + shared_b) / (all_a + all_b).max(1.0) }
}

/// The lines of some ranges.
pub(super) fn union(ranges: impl Iterator<Item = (u32, u32)>) -> BTreeSet<u32> {
    ranges.flat_map(|(first, last)| first..=last).collect()
}
