//! Puts pieces into their sections, unless they stand in the guide already.

use std::collections::BTreeMap;

use super::super::plan::Destiny;
use super::Fate;
use super::chunks::{Chunk, Kind};
use super::place::Placing;
use super::stock::{Spot, Verdict};
use super::tree::{Entry, Home, Node};

impl Placing<'_> {
    /// Puts the pieces of a part into a node.
    pub(super) fn fill(&mut self, source: usize, part: usize, node: usize) {
        let here = self.part(source, part);
        if here.destiny != Destiny::Guide && !self.tree.nodes[node].is_past {
            self.leave(source, part);
            return;
        }
        self.tree.homes[source][part] = Some(Home::Node(node));
        for number in 0..here.chunks.len() {
            let fate = self.chunk(source, part, number, node);
            self.note(source, here.chunks[number].lines, fate);
        }
    }

    fn chunk(&mut self, source: usize, part: usize, number: usize, node: usize) -> Fate {
        let chunk = &self.part(source, part).chunks[number];
        let strict = self.is_strict(source);
        if !strict && (chunk.is_header || self.introduces_note(source, part, chunk)) {
            return Fate::History;
        }
        let mut entry = Entry {
            id: self.next,
            source,
            part,
            chunk: number,
            items: None,
            is_quoted: false,
            has_lead: true,
            see: None,
        };
        let verdict = match self.leading_away(source, part, chunk) {
            Some(kept) if kept.is_empty() => {
                self.stands.entry((source, part)).or_insert(0);
                return Fate::Repeated;
            }
            kept => self.stock.judge(source, node, chunk).of_these(kept),
        };
        let verdict = match verdict {
            Verdict::Stands(spot) if self.is_spoken_of((source, part, number), node, spot) => Verdict::New,
            verdict => verdict,
        };
        match verdict {
            Verdict::New => {
                entry.is_quoted = self.is_other_procedure(source, node, chunk);
                let fate = if entry.is_quoted { Fate::Variant } else { Fate::Guide };
                self.add(entry, node, None, chunk);
                fate
            }
            Verdict::Partly(items) => {
                entry.items = Some(items);
                self.add(entry, node, None, chunk);
                Fate::Guide
            }
            Verdict::Stands(spot) => {
                self.stands.entry((source, part)).or_insert(spot.node);
                // In the same section its readers have the piece before them.
                let leads_on = || spot.node != node && self.stock.lacks_lead(&chunk.lead);
                if !chunk.lead.is_empty() && (strict || leads_on()) {
                    entry.see = Some(spot.node);
                    self.next += 1;
                    self.tree.put(entry, node, None);
                }
                Fate::Repeated
            }
            Verdict::Differs(spot) => {
                entry.is_quoted = true;
                self.add(entry, spot.node, Some(spot.entry), chunk);
                self.stands.entry((source, part)).or_insert(spot.node);
                Fate::Variant
            }
            Verdict::InPart { spot, new, differs } => {
                entry.items = Some(new);
                entry.is_quoted = differs;
                entry.has_lead = !differs || strict || !self.stock.is_led_so(spot, &chunk.lead);
                self.add(entry, spot.node, Some(spot.entry), chunk);
                self.stands.entry((source, part)).or_insert(spot.node);
                if differs { Fate::Variant } else { Fate::Guide }
            }
        }
    }

    /// True for the sentence by which a note that is a chapter now says what it is for ("This document describes the bath.").
    fn introduces_note(&self, source: usize, part: usize, chunk: &Chunk) -> bool {
        const NAMES: &[&str] =
            &["document", "guide", "note", "page", "file", "report", "summary", "readme", "doc", "index"];
        let is_lead = part == 0 || self.outlines[source].title == Some(part - 1);
        let [words] = &chunk.leaves[..] else { return false };
        let mut first = words.split_whitespace();
        let is_sentence = words.trim_end_matches('.').find(". ").is_none() && words.ends_with('.');
        chunk.kind == Kind::Text
            && is_lead
            && !self.is_leading(source)
            && is_sentence
            && first.next() == Some("this")
            && first.next().is_some_and(|name| NAMES.contains(&name))
            && !words.contains(|c: char| c.is_ascii_digit())
            && self.sources[source].parsed.links.iter().all(|link| !chunk.range.contains(&link.range.start))
    }

    /// True for a few lines of code that the text beside them speaks of: though they stand in another section, too, nobody
    /// understands it without them.
    fn is_spoken_of(&self, (source, part, number): (usize, usize, usize), node: usize, spot: Spot) -> bool {
        const FEW: usize = 6;
        let chunks = &self.part(source, part).chunks;
        let code = &chunks[number];
        let is_text = |beside: &Chunk| {
            matches!(beside.kind, Kind::Text | Kind::List { .. })
                && beside.lead.is_empty()
                && !beside.is_header
                && !matches!(self.stock.judge(source, node, beside), Verdict::Stands(_))
        };
        let beside = [number.checked_sub(1), Some(number + 1)].into_iter().flatten();
        code.kind == Kind::Code
            && code.lead.is_empty()
            && code.code.len() <= FEW
            && spot.node != node
            && beside.filter_map(|at| chunks.get(at)).any(is_text)
    }

    /// True for steps below a heading where another source gives steps: nobody is to take them for the same ones.
    fn is_other_procedure(&self, source: usize, node: usize, chunk: &Chunk) -> bool {
        const STEPS: Kind = Kind::List { ordered: true };
        let is_of_another = |entry: &Entry| {
            entry.source != source && self.part(entry.source, entry.part).chunks[entry.chunk].kind == STEPS
        };
        chunk.kind == STEPS && self.tree.nodes[node].entries.iter().any(is_of_another)
    }

    fn add(&mut self, entry: Entry, node: usize, after: Option<usize>, chunk: &Chunk) {
        self.next += 1;
        let is_part = entry.is_quoted && entry.items.is_some();
        self.stock.add(entry.source, Spot { node, entry: entry.id }, chunk, is_part);
        self.tree.put(entry, node, after);
    }

    /// What no archive will hold stands in the guide's last chapter, note by note.
    pub(super) fn past(&mut self) {
        let (kept, mut parts): (Vec<_>, Vec<_>) = std::mem::take(&mut self.tree.history)
            .into_iter()
            .partition(|(source, _)| !self.is_strict(*source));
        self.tree.history = kept;
        if parts.is_empty() {
            return;
        }
        parts.sort_unstable();
        let past = |heading: String| Node { heading, is_past: true, ..Node::default() };
        let chapter = self.tree.add(0, past("History".to_owned()), false);
        let mut homes: BTreeMap<(usize, Option<usize>), usize> = BTreeMap::new();
        for (source, part) in parts {
            let note = match homes.get(&(source, None)) {
                Some(&note) => note,
                None => {
                    let note = self.tree.add(chapter, past(self.note_title(source)), false);
                    homes.insert((source, None), note);
                    note
                }
            };
            let above =
                part.checked_sub(1).and_then(|section| self.sources[source].parsed.sections[section].parent);
            let parent =
                above.and_then(|section| homes.get(&(source, Some(section + 1)))).copied().unwrap_or(note);
            let heading = self.part(source, part).heading.clone();
            let is_title = part > 0 && self.outlines[source].title == Some(part - 1);
            let node = if heading.is_empty() || is_title {
                note
            } else {
                self.tree.add(parent, past(heading), false)
            };
            homes.insert((source, Some(part)), node);
            self.tree.homes[source][part] = None;
            self.fill(source, part, node);
        }
    }
}
