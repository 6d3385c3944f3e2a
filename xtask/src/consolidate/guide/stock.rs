//! What stands in the guide already, and how a new piece relates to it.

use std::collections::{BTreeMap, BTreeSet};

use super::chunks::{Chunk, Kind};
use crate::fnv;

/// Words and signs from which on a piece is found again wherever it stands; shorter ones only in their own section.
const TELLING: usize = 8;
/// The same for code that nothing introduces.
const COMMAND: usize = 3;
/// A run of words that stands in more pieces is how all of them are put, and says of none what another one says.
const COMMON: usize = 256;
/// The share of words from which on two pieces say the same thing differently.
const ALIKE: f64 = 0.75;
/// Lines of code that must stand already before the others are shown alone: fewer are no matter, and help to read on.
const SPARED: usize = 3;

/// A piece that stands in the guide.
#[derive(Debug)]
struct Stocked {
    source: usize,
    node: usize,
    entry: usize,
    kind: Kind,
    lead: String,
    leaves: Vec<String>,
    code: Vec<String>,
    /// What each entry of a numbered list says.
    steps: Vec<Vec<String>>,
    words: BTreeMap<String, usize>,
    count: usize,
    /// True where only what differs from another piece is shown of it.
    is_part: bool,
}

/// All pieces that stand in the guide.
#[derive(Debug, Default)]
pub(super) struct Stock {
    pieces: Vec<Stocked>,
    /// The pieces of each folded block.
    by_leaf: BTreeMap<String, Vec<usize>>,
    /// The pieces of each run of three words.
    by_run: BTreeMap<u64, Vec<usize>>,
    /// Sources that no archive keeps: what differs in them is kept whole.
    alone: BTreeSet<usize>,
}

/// How a piece relates to what stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// Nothing of it stands.
    New,
    /// Nothing of it stands, and these of its items alone are wanted.
    Partly(Vec<usize>),
    /// It stands there.
    Stands(Spot),
    /// It says something that stands there in another way.
    Differs(Spot),
    /// These of its items are new; the rest stands there. `differs` when one of the new ones, or what introduces them,
    /// says what stands in another way.
    InPart { spot: Spot, new: Vec<usize>, differs: bool },
}

impl Verdict {
    /// The same of some items alone, where only some are wanted.
    pub(super) fn of_these(self, wanted: Option<Vec<usize>>) -> Self {
        match (self, wanted) {
            (Self::New, Some(items)) => Self::Partly(items),
            (Self::InPart { spot, mut new, differs }, Some(items)) => {
                new.retain(|item| items.contains(item));
                if new.is_empty() { Self::Stands(spot) } else { Self::InPart { spot, new, differs } }
            }
            (verdict, _) => verdict,
        }
    }
}

/// A place in the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) node: usize,
    pub(super) entry: usize,
}

impl Stocked {
    fn spot(&self) -> Spot {
        Spot { node: self.node, entry: self.entry }
    }
}

impl Stock {
    /// Nothing stands yet; `alone` are the sources that no archive keeps.
    pub(super) fn new(alone: impl Iterator<Item = usize>) -> Self {
        Self { alone: alone.collect(), ..Self::default() }
    }

    /// Adds a piece; `is_part` where only some of it is shown.
    pub(super) fn add(&mut self, source: usize, spot: Spot, chunk: &Chunk, is_part: bool) {
        let number = self.pieces.len();
        for leaf in &chunk.leaves {
            self.by_leaf.entry(leaf.clone()).or_default().push(number);
        }
        let words = words(&chunk.leaves);
        for run in runs(&words) {
            self.by_run.entry(run).or_default().push(number);
        }
        let count = words.len();
        let mut bag = BTreeMap::new();
        for word in words {
            *bag.entry(word.to_owned()).or_insert(0) += 1;
        }
        let (leaves, code) = (chunk.leaves.clone(), chunk.code.clone());
        let steps = match chunk.is_procedure() {
            true => chunk.said().map(<[String]>::to_vec).collect(),
            false => Vec::new(),
        };
        let (Spot { node, entry }, kind, lead) = (spot, chunk.kind, chunk.lead.clone());
        let words = bag;
        self.pieces.push(Stocked {
            source,
            node,
            entry,
            kind,
            lead,
            leaves,
            code,
            steps,
            words,
            count,
            is_part,
        });
    }

    /// Compares a piece with those of other sources; `node` is where it would go. What introduces an equal list, table or
    /// code with other figures says something else.
    pub(super) fn judge(&self, source: usize, node: usize, chunk: &Chunk) -> Verdict {
        match self.judge_rest(source, node, chunk) {
            Verdict::Stands(spot) if self.has_other_figures(spot, &chunk.lead) => {
                self.partly(source, spot, Vec::new())
            }
            Verdict::InPart { spot, new, .. } if self.has_other_figures(spot, &chunk.lead) => {
                self.partly(source, spot, new)
            }
            verdict => verdict,
        }
    }

    /// A piece of which only these items differ.
    fn partly(&self, source: usize, spot: Spot, new: Vec<usize>) -> Verdict {
        match self.alone.contains(&source) {
            true => Verdict::Differs(spot),
            false => Verdict::InPart { spot, new, differs: true },
        }
    }

    /// True where an introduction has a figure that the one of the piece at `spot` lacks.
    fn has_other_figures(&self, spot: Spot, lead: &str) -> bool {
        let figures = |text: &str| -> BTreeSet<String> {
            let words = text.split_whitespace().filter(|word| word.contains(|c: char| c.is_ascii_digit()));
            words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()).collect()
        };
        let own = figures(lead);
        !own.is_empty() && !self.leads_at(spot).any(|known| own.is_subset(&figures(known)))
    }

    /// True where nothing in the guide says what introduces a piece that stands there.
    pub(super) fn lacks_lead(&self, lead: &str) -> bool {
        let is_said = |piece: &Stocked| piece.lead == lead;
        lead.split_whitespace().count() >= TELLING
            && !self.by_leaf.contains_key(lead)
            && !self.pieces.iter().any(is_said)
    }

    /// True where a piece is introduced by the same words.
    pub(super) fn is_led_so(&self, spot: Spot, lead: &str) -> bool {
        self.leads_at(spot).any(|known| known == lead)
    }

    fn leads_at(&self, spot: Spot) -> impl Iterator<Item = &str> {
        let here =
            self.pieces.iter().filter(move |piece| piece.entry == spot.entry && piece.node == spot.node);
        here.map(|piece| piece.lead.as_str())
    }

    fn judge_rest(&self, source: usize, node: usize, chunk: &Chunk) -> Verdict {
        if chunk.leaves.is_empty() || matches!(chunk.kind, Kind::Html { whole: false }) {
            return Verdict::New;
        }
        let words = words(&chunk.leaves);
        // A command says the same wherever it stands, unless words introduce it.
        let is_command = chunk.kind == Kind::Code && chunk.lead.is_empty() && words.len() >= COMMAND;
        let may_lie_anywhere = is_command || words.len() >= TELLING;
        // Where no archive keeps a piece, all of it must stand in the guide.
        let is_shown = |piece: &Stocked| !piece.is_part || !self.alone.contains(&source);
        let fits = |piece: &&Stocked| {
            piece.source != source && (may_lie_anywhere || piece.node == node) && is_shown(piece)
        };
        if let Some(piece) = self.holder(chunk, &fits) {
            return Verdict::Stands(piece.spot());
        }
        let Some(piece) = self.nearest(&words, chunk.kind, &fits) else { return Verdict::New };
        // A note that says it twice differs once.
        let is_said = |other: &&Stocked| {
            other.source == source && other.node == piece.node && other.leaves == chunk.leaves
        };
        if let Some(said) = self.holder(chunk, &is_said) {
            return Verdict::Stands(said.spot());
        }
        let spot = piece.spot();
        let changed = match chunk.kind {
            Kind::List { ordered: false } | Kind::Table => return in_part(piece, chunk),
            Kind::Code if !piece.is_part => changed_lines(piece, chunk),
            Kind::List { ordered: true } if !piece.is_part => changed_steps(piece, chunk),
            _ => None,
        };
        match changed {
            Some(new) if new.is_empty() && !self.alone.contains(&source) => Verdict::Stands(spot),
            Some(new) => self.partly(source, spot, new),
            None => Verdict::Differs(spot),
        }
    }

    /// A piece of another source that holds all blocks of this one, in this order.
    fn holder(&self, chunk: &Chunk, fits: &impl Fn(&&Stocked) -> bool) -> Option<&Stocked> {
        let candidates = self.by_leaf.get(chunk.leaves.first()?);
        let mut pieces = candidates.into_iter().flatten().map(|&number| &self.pieces[number]).filter(fits);
        // What stands below an entry is said of that entry: it must follow it at once. Steps with other blocks between
        // them are more than their entries.
        let of_entries: usize = chunk.items.iter().map(|item| item.leaves.len()).sum();
        let entries: Vec<&[String]> = match chunk.kind {
            Kind::List { .. } if of_entries == chunk.leaves.len() => {
                chunk.items.iter().map(|item| &chunk.leaves[item.leaves.clone()]).collect()
            }
            _ => chunk.leaves.chunks(1).collect(),
        };
        let holds = |piece: &&Stocked| {
            let mut rest = &piece.leaves[..];
            entries.iter().all(|entry| {
                let found = (0..rest.len()).find(|&at| rest[at..].starts_with(entry));
                found.map(|at| rest = &rest[at + entry.len()..]).is_some()
            })
        };
        pieces.find(holds)
    }

    /// The piece of the same kind that shares most words, when that is most of both.
    fn nearest(&self, words: &[&str], kind: Kind, fits: &impl Fn(&&Stocked) -> bool) -> Option<&Stocked> {
        let mut shared: BTreeSet<usize> = BTreeSet::new();
        for run in runs(words) {
            let pieces = self.by_run.get(&run).filter(|pieces| pieces.len() <= COMMON);
            shared.extend(pieces.into_iter().flatten());
        }
        let mut bag: BTreeMap<&str, usize> = BTreeMap::new();
        for word in words {
            *bag.entry(word).or_default() += 1;
        }
        let mut best: Option<(f64, usize)> = None;
        for number in shared {
            let piece = &self.pieces[number];
            if !fits(&piece) || std::mem::discriminant(&piece.kind) != std::mem::discriminant(&kind) {
                continue;
            }
            let both: usize = bag
                .iter()
                .map(|(word, count)| piece.words.get(*word).copied().unwrap_or(0).min(*count))
                .sum();
            let size = match kind {
                // A list may hold another one and more.
                Kind::List { .. } | Kind::Table => words.len().min(piece.count) * 2,
                _ => words.len() + piece.count,
            };
            let score = 2.0 * both as f64 / size as f64;
            if score >= ALIKE && best.is_none_or(|(known, _)| score > known) {
                best = Some((score, number));
            }
        }
        best.map(|(_, number)| &self.pieces[number])
    }
}

/// Which entries of a list, or rows of a table, are new.
fn in_part(piece: &Stocked, chunk: &Chunk) -> Verdict {
    let mut known: BTreeMap<&String, Vec<usize>> = BTreeMap::new();
    for (place, leaf) in piece.leaves.iter().enumerate() {
        known.entry(leaf).or_default().push(place);
    }
    let subjects: BTreeSet<String> = piece.leaves.iter().map(|leaf| subject(leaf)).collect();
    // An entry stands there only with all that is said below it: "Kitchen: 30 s" is not said by a kitchen with 60 s and
    // a bath with 30 s.
    let is_new = |place: &usize| {
        let entry = &chunk.leaves[chunk.items[*place].leaves.clone()];
        let Some(first) = entry.first() else { return false };
        !known.get(first).into_iter().flatten().any(|&at| piece.leaves[at..].starts_with(entry))
    };
    let new: Vec<usize> = (0..chunk.items.len()).filter(is_new).collect();
    let says_otherwise = |place: &usize| {
        let leaves = &chunk.leaves[chunk.items[*place].leaves.clone()];
        leaves.iter().any(|leaf| !known.contains_key(leaf) && subjects.contains(&subject(leaf)))
    };
    let differs = new.iter().any(says_otherwise);
    let spot = piece.spot();
    let shares_head = chunk.kind != Kind::Table || !new.contains(&0);
    match new.len() {
        0 => Verdict::Stands(spot),
        count if count < chunk.items.len() && shares_head => Verdict::InPart { spot, new, differs },
        _ if differs => Verdict::Differs(spot),
        _ => Verdict::New,
    }
}

/// The lines of code that a piece lacks, where it has most of them in the same order; `None` where they say little alone.
fn changed_lines(piece: &Stocked, chunk: &Chunk) -> Option<Vec<usize>> {
    if chunk.code.is_empty() {
        return None;
    }
    let mut rest = piece.code.iter();
    let is_new = |place: &usize| {
        let before = rest.clone();
        let stands = rest.any(|line| *line == chunk.code[*place]);
        if !stands {
            rest = before;
        }
        !stands
    };
    let new: Vec<usize> = (0..chunk.code.len()).filter(is_new).collect();
    let spared = chunk.code.len() - new.len();
    let may_stand_alone =
        new.is_empty() || new.len() < spared && spared >= SPARED && chunk.items.len() == chunk.code.len();
    may_stand_alone.then_some(new)
}

/// The steps that a procedure of as many steps has otherwise, where they follow one another and are the fewer ones: only
/// then they keep their numbers, and everybody sees where they belong.
fn changed_steps(piece: &Stocked, chunk: &Chunk) -> Option<Vec<usize>> {
    let steps: Vec<&[String]> = chunk.said().collect();
    if !chunk.is_procedure() || steps.len() != piece.steps.len() {
        return None;
    }
    let is_new = |place: &usize| {
        let mut rest = piece.steps[*place].iter();
        !steps[*place].iter().all(|words| rest.any(|known| known == words))
    };
    let new: Vec<usize> = (0..steps.len()).filter(is_new).collect();
    let follow = new.windows(2).all(|pair| pair[0] + 1 == pair[1]);
    (follow && new.len() * 2 < steps.len()).then_some(new)
}

/// What a line speaks of: a table's first cell, what stands before a colon, else its first words without figures.
fn subject(leaf: &str) -> String {
    let head = leaf.split(" | ").next().unwrap_or(leaf);
    let head = head.split(": ").next().unwrap_or(head);
    let words = head.split(' ').filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
    words.take(6).collect::<Vec<_>>().join(" ")
}

fn words(leaves: &[String]) -> Vec<&str> {
    leaves.iter().flat_map(|leaf| leaf.split_whitespace()).filter(|word| *word != "|").collect()
}

/// Runs of three words, as numbers; a text of fewer words is one run.
fn runs(words: &[&str]) -> BTreeSet<u64> {
    let hash = |run: &[&str]| fnv::hash(run.iter().flat_map(|word| word.bytes().chain([0])));
    if words.len() < 3 { [hash(words)].into() } else { words.windows(3).map(hash).collect() }
}
