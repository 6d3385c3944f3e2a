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

/// A piece that stands in the guide.
#[derive(Debug)]
struct Stocked {
    source: usize,
    node: usize,
    entry: usize,
    kind: Kind,
    lead: String,
    leaves: Vec<String>,
    words: BTreeMap<String, usize>,
    count: usize,
}

/// All pieces that stand in the guide.
#[derive(Debug, Default)]
pub(super) struct Stock {
    pieces: Vec<Stocked>,
    /// The pieces of each folded block.
    by_leaf: BTreeMap<String, Vec<usize>>,
    /// The pieces of each run of three words.
    by_run: BTreeMap<u64, Vec<usize>>,
}

/// How a piece relates to what stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// Nothing of it stands.
    New,
    /// It stands there.
    Stands(Spot),
    /// It says something that stands there in another way.
    Differs(Spot),
    /// These of its items are new; the rest stands there. `differs` when one of the new ones says what stands in
    /// another way.
    InPart { spot: Spot, new: Vec<usize>, differs: bool },
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
    pub(super) fn add(&mut self, source: usize, spot: Spot, chunk: &Chunk) {
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
        let leaves = chunk.leaves.clone();
        let (Spot { node, entry }, kind, lead) = (spot, chunk.kind, chunk.lead.clone());
        self.pieces.push(Stocked { source, node, entry, kind, lead, leaves, words: bag, count });
    }

    /// Compares a piece with those of other sources; `node` is where it would go. What introduces an equal list, table or
    /// code with other figures says something else.
    pub(super) fn judge(&self, source: usize, node: usize, chunk: &Chunk) -> Verdict {
        match self.judge_rest(source, node, chunk) {
            Verdict::Stands(spot) | Verdict::InPart { spot, .. }
                if self.has_other_figures(spot, &chunk.lead) =>
            {
                Verdict::Differs(spot)
            }
            verdict => verdict,
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
        let fits = |piece: &&Stocked| piece.source != source && (may_lie_anywhere || piece.node == node);
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
        match chunk.kind {
            Kind::List { ordered: false } | Kind::Table => in_part(piece, chunk),
            _ => Verdict::Differs(piece.spot()),
        }
    }

    /// A piece of another source that holds all blocks of this one, in this order.
    fn holder(&self, chunk: &Chunk, fits: &impl Fn(&&Stocked) -> bool) -> Option<&Stocked> {
        let candidates = self.by_leaf.get(chunk.leaves.first()?);
        let mut pieces = candidates.into_iter().flatten().map(|&number| &self.pieces[number]).filter(fits);
        let holds = |piece: &&Stocked| {
            let mut rest = piece.leaves.iter();
            chunk.leaves.iter().all(|leaf| rest.any(|other| other == leaf))
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
    let known: BTreeSet<&String> = piece.leaves.iter().collect();
    let subjects: BTreeSet<String> = piece.leaves.iter().map(|leaf| subject(leaf)).collect();
    let is_new = |place: &usize| {
        chunk.leaves[chunk.items[*place].leaves.clone()].iter().any(|leaf| !known.contains(leaf))
    };
    let new: Vec<usize> = (0..chunk.items.len()).filter(is_new).collect();
    let says_otherwise = |place: &usize| {
        let leaves = &chunk.leaves[chunk.items[*place].leaves.clone()];
        leaves.iter().any(|leaf| !known.contains(leaf) && subjects.contains(&subject(leaf)))
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
