//! Words that only lead to the guide's own sources: whoever reads the guide is where they lead.

use std::ops::Range;

use super::super::words;
use super::chunks::{Chunk, Kind};
use super::matching;
use super::place::Placing;
use super::prepare::Prepared;
use crate::repo::RepoPath;

/// Words from which on an entry says more than where it leads.
const LABEL: usize = 6;
/// The same for a sentence of words that lead somewhere.
const SENTENCE: usize = 12;

/// Words of sentences that say no more than where something else stands.
const LEADING: &[&str] = &[
    "see",
    "also",
    "refer",
    "read",
    "the",
    "a",
    "to",
    "in",
    "for",
    "full",
    "more",
    "complete",
    "further",
    "additional",
    "detailed",
    "details",
    "detail",
    "information",
    "documentation",
    "docs",
    "document",
    "guide",
    "report",
    "reference",
    "implementation",
    "technical",
    "instructions",
    "please",
    "and",
    "or",
    "all",
    "of",
    "it",
    "this",
];

impl Placing<'_> {
    /// The entries of a list that do not just lead into the guide's own sources, where some do. `None` where all of the
    /// piece stays.
    pub(super) fn leading_away(&self, source: usize, part: usize, chunk: &Chunk) -> Option<Vec<usize>> {
        if self.is_strict(source) {
            return None;
        }
        let prepared = &self.sources[source];
        let leads = matching::leads_elsewhere(&self.part(source, part).heading);
        let points = |range: &Range<usize>, is_meant: &dyn Fn(&[String]) -> bool| {
            let rest = self.around_inward(prepared, range, leads);
            rest.is_some_and(|rest| is_meant(&words::of_text(&rest)))
        };
        let is_label = |rest: &[String]| {
            leads
                || rest.len() <= LABEL && !rest.iter().any(|word| word.contains(|c: char| c.is_ascii_digit()))
        };
        let is_sentence = |rest: &[String]| {
            rest.len() <= SENTENCE && rest.iter().all(|word| LEADING.contains(&word.as_str()))
        };
        match chunk.kind {
            Kind::List { .. } if !chunk.items.is_empty() => {
                let stays = |item: &usize| !points(&chunk.items[*item].range, &is_label);
                let kept: Vec<usize> = (0..chunk.items.len()).filter(stays).collect();
                (kept.len() < chunk.items.len()).then_some(kept)
            }
            Kind::Text if points(&chunk.range, &is_sentence) => Some(Vec::new()),
            _ => None,
        }
    }

    /// The words around links and names in a text, where each leads into a source of the guide; `None` where one leads
    /// elsewhere, or there is none. Among other words a link is worth reading: it leads to a section of the guide now.
    fn around_inward(
        &self,
        prepared: &Prepared<'_>,
        range: &Range<usize>,
        has_links: bool,
    ) -> Option<String> {
        let within = |other: &Range<usize>| range.start <= other.start && other.end <= range.end;
        let mut names: Vec<Range<usize>> = Vec::new();
        for link in prepared.parsed.links.iter().filter(|link| within(&link.range)) {
            if !has_links || !prepared.inward.contains_key(&link.destination) {
                return None;
            }
            names.push(link.range.clone());
        }
        let spans = prepared.parsed.code_spans.iter().filter(|span| within(&span.range));
        for span in spans {
            if names.iter().any(|name| name.contains(&span.range.start)) {
                continue;
            }
            if !self.names_source(&prepared.text[span.range.clone()]) {
                return None;
            }
            names.push(span.range.clone());
        }
        names.sort_by_key(|name| name.start);
        let mut rest = String::new();
        let mut at = range.start;
        for name in &names {
            rest.push_str(prepared.text.get(at..name.start).unwrap_or_default());
            at = at.max(name.end);
        }
        rest.push_str(prepared.text.get(at..range.end).unwrap_or_default());
        (!names.is_empty()).then_some(rest)
    }

    /// True for the name of a source as it stood, or as it stands in the archive. A name that every folder may hold
    /// tells of no one.
    fn names_source(&self, code: &str) -> bool {
        let name = code.trim_matches('`').trim().trim_start_matches("../").trim_start_matches("./");
        let is_of = |path: &RepoPath| {
            let path = path.display();
            path == name || path.strip_suffix(name).is_some_and(|before| before.ends_with('/'))
        };
        let is_common =
            name.to_lowercase().ends_with("readme.md") || name.to_lowercase().ends_with("index.md");
        let paths = self.sources.iter().map(|other| other.source);
        name.contains('.')
            && !is_common
            && paths.clone().any(|other| is_of(other.path) || other.archived.is_some_and(is_of))
    }
}
