//! Puts pieces into their sections, unless they stand in the guide already.

use std::collections::BTreeMap;

use super::super::plan::Destiny;
use super::chunks::{Chunk, Kind};
use super::place::Placing;
use super::stock::{Spot, Verdict};
use super::tree::{Entry, Home, Node};
use super::{Fate, matching};
use crate::markdown::Link;

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
        if chunk.is_header && !strict {
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

    /// The entries of a list of what to read elsewhere that do lead elsewhere, where some do not: they name notes that the
    /// guide is made of, and would send its readers to where they are. `None` where all of the piece stays.
    fn leading_away(&self, source: usize, part: usize, chunk: &Chunk) -> Option<Vec<usize>> {
        let is_list = matches!(chunk.kind, Kind::List { .. }) && !chunk.items.is_empty();
        let leads = matching::leads_elsewhere(&self.part(source, part).heading);
        if !is_list || !leads || self.is_strict(source) {
            return None;
        }
        let prepared = &self.sources[source];
        let stays = |item: &usize| {
            let range = &chunk.items[*item].range;
            let within = |link: &&Link| range.start <= link.range.start && link.range.end <= range.end;
            let links: Vec<&Link> = prepared.parsed.links.iter().filter(within).collect();
            links.is_empty() || links.iter().any(|link| !prepared.inward.contains_key(&link.destination))
        };
        let kept: Vec<usize> = (0..chunk.items.len()).filter(stays).collect();
        (kept.len() < chunk.items.len()).then_some(kept)
    }

    /// True for steps below a heading where another source gives steps: nobody is to take them for the same ones.
    fn is_other_procedure(&self, source: usize, node: usize, chunk: &Chunk) -> bool {
        const STEPS: Kind = Kind::List { ordered: true };
        let is_of_another = |entry: &Entry| {
            let piece = self.part(entry.source, entry.part).chunks.get(entry.chunk);
            entry.source != source && piece.is_some_and(|piece| piece.kind == STEPS)
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
        let mut headed = Vec::new();
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
            if node != note {
                headed.push((node, source, part));
            }
        }
        // A heading of which all stands elsewhere goes when those below it have gone.
        for (node, source, part) in headed.into_iter().rev() {
            self.drop_if_empty(node, source, &[part], None);
        }
        // No other heading has a note's title: its readers are told where its text is.
        for ((source, _), note) in homes.into_iter().filter(|((_, part), _)| part.is_none()) {
            let stands = self.stands.range((source, 0)..(source + 1, 0)).map(|(_, node)| *node).next();
            if let Some(stands) = stands.filter(|_| self.tree.nodes[note].is_bare()) {
                self.refer(source, 0, (note, stands));
            }
        }
    }
}
