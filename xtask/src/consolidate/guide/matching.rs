//! Which section of the guide speaks of the same thing as a section of a note.

use std::collections::{BTreeMap, BTreeSet};

use super::super::words;

/// What a section is about: the words of its heading, and those of its text with their weights.
#[derive(Clone, Debug, Default)]
pub(super) struct Subject {
    heading: BTreeSet<String>,
    body: BTreeMap<String, f64>,
}

/// How rare words are among the sections of the sources.
#[derive(Debug, Default)]
pub(super) struct Rarity {
    sections: usize,
    holders: BTreeMap<String, usize>,
}

/// Words that say nothing of a heading's subject.
const EMPTY: &[&str] = &[
    "the", "a", "an", "of", "for", "and", "to", "in", "on", "with", "how", "is", "are", "our", "your", "this",
];

/// Headings that any note may have: the same words do not make the same subject.
const GENERIC: &[&str] = &[
    "overview",
    "introduction",
    "usage",
    "example",
    "summary",
    "detail",
    "note",
    "description",
    "background",
    "purpose",
    "implementation",
    "solution",
    "problem",
    "file",
    "feature",
    "configuration",
    "setup",
    "test",
    "testing",
    "step",
    "result",
    "change",
    "issue",
    "question",
    "key",
    "current",
    "basic",
    "quick",
    "start",
    "command",
    "option",
    "general",
    "important",
    "what",
    "why",
    "when",
    "where",
    "status",
    "goal",
    "objective",
    "requirement",
    "approach",
    "design",
    "architecture",
    "performance",
    "limitation",
    "output",
    "input",
    "data",
    "conclusion",
    "context",
    "section",
    "part",
    "phase",
    "component",
    "code",
    "created",
    "modified",
    "structure",
    "next",
    "work",
    "new",
    "main",
    "metric",
    "recommendation",
];

/// Headings of what leads elsewhere: such sections of all notes are one.
const ELSEWHERE: &[&str] = &[
    "references",
    "reference",
    "see also",
    "related",
    "related documentation",
    "related documents",
    "related files",
    "related notes",
    "further reading",
    "resources",
    "links",
    "additional resources",
    "external links",
    "more information",
];

/// Headings of what closes a document.
const CLOSING: &[&str] = &[
    "license",
    "acknowledgments",
    "acknowledgements",
    "contact",
    "support",
    "credits",
    "appendix",
    "citation",
    "contributing",
    "getting help",
    "questions",
    "need help",
    "contact support",
];

impl Rarity {
    pub(super) fn add(&mut self, text: &str) {
        self.sections += 1;
        for word in body_words(text).into_keys() {
            *self.holders.entry(word).or_default() += 1;
        }
    }

    pub(super) fn subject(&self, heading: &str, text: &str) -> Subject {
        let weigh = |(word, count): (String, usize)| {
            let holders = self.holders.get(&word).copied().unwrap_or(0) as f64;
            let rarity = ((self.sections as f64 + 1.0) / (holders + 0.5)).ln().max(0.0);
            (word, (1.0 + (count as f64).ln()) * rarity)
        };
        Subject { heading: heading_words(heading), body: body_words(text).into_iter().map(weigh).collect() }
    }
}

fn body_words(text: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for word in words::of_text(text) {
        if word.chars().count() > 2 {
            *counts.entry(words::singular(&word).to_owned()).or_default() += 1;
        }
    }
    counts
}

fn heading_words(heading: &str) -> BTreeSet<String> {
    let words = words::of_text(heading).into_iter().filter(|word| !EMPTY.contains(&word.as_str()));
    words.map(|word| words::singular(&word).to_owned()).collect()
}

/// True when a heading says nothing that another one does not say too.
pub(super) fn is_said_by(heading: &str, other: &str) -> bool {
    heading_words(heading).is_subset(&heading_words(other))
}

/// True for a heading that says nothing of its subject without the note around it.
pub(super) fn is_generic(heading: &str) -> bool {
    heading_words(heading).iter().all(|word| GENERIC.contains(&word.as_str()))
}

/// True for a heading whose section leads elsewhere.
pub(super) fn leads_elsewhere(heading: &str) -> bool {
    ELSEWHERE.contains(&words::of_text(heading).join(" ").as_str())
}

/// True for a heading whose section closes a document.
pub(super) fn is_closing(heading: &str) -> bool {
    leads_elsewhere(heading) || CLOSING.contains(&words::of_text(heading).join(" ").as_str())
}

impl Subject {
    /// How surely two sections speak of the same thing; `None` when they had better stand apart.
    pub(super) fn agreement(&self, other: &Self) -> Option<f64> {
        let shared = self.heading.intersection(&other.heading).count();
        let all = self.heading.union(&other.heading).count();
        let heading = if all == 0 { 0.0 } else { shared as f64 / all as f64 };
        let generic = self.heading.intersection(&other.heading).all(|word| GENERIC.contains(&word.as_str()));
        let body = self.cosine(other);
        let needed = match heading {
            share if share >= 1.0 && !generic => 0.08,
            share if share >= 1.0 => 0.3,
            share if share >= 0.5 && !generic => 0.3,
            _ => 0.6,
        };
        (body >= needed).then_some(heading + body)
    }

    /// Takes the words of another section that was put into this one.
    pub(super) fn absorb(&mut self, other: &Self) {
        for (word, weight) in &other.body {
            let entry = self.body.entry(word.clone()).or_default();
            *entry = entry.max(*weight);
        }
    }

    fn cosine(&self, other: &Self) -> f64 {
        let length =
            |body: &BTreeMap<String, f64>| body.values().map(|weight| weight * weight).sum::<f64>().sqrt();
        let product = length(&self.body) * length(&other.body);
        let shared =
            self.body.iter().filter_map(|(word, weight)| Some(weight * other.body.get(word)?)).sum::<f64>();
        if product == 0.0 { 0.0 } else { shared / product }
    }
}
