//! Which section of the guide speaks of the same thing as a section of a note.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use super::super::words;

/// What a section is about: the words of its heading, and those of its text with their weights.
#[derive(Clone, Debug, Default)]
pub(super) struct Subject {
    heading: Vec<String>,
    /// By the word's number.
    body: Vec<(u32, f64)>,
    length: f64,
}

/// How rare words are among the sections of the sources. Each source is split into words once.
#[derive(Debug, Default)]
pub(super) struct Rarity {
    /// The words of the guide's name: they tell none of its sections from another.
    name: BTreeSet<String>,
    numbers: HashMap<String, u32>,
    /// The words of each source in their order, with the byte where each ends.
    words: Vec<Vec<(usize, u32)>>,
    sections: usize,
    /// How many sections hold each word.
    holders: Vec<usize>,
}

/// Which nodes of the guide may speak of the same as a section: in a guide with thousands of them each section is held
/// against a few.
#[derive(Debug, Default)]
pub(super) struct Index {
    by_heading: HashMap<Vec<String>, Vec<usize>>,
    by_word: HashMap<u32, Vec<usize>>,
}

/// How alike texts have to be below headings that are equal and no general ones, and below all others.
const ALIKE_BELOW_EQUAL_HEADINGS: f64 = 0.08;
const ALIKE: f64 = 0.3;
/// How alike texts have to be below headings that have little in common.
const NEARLY: f64 = 0.6;

impl Index {
    /// Adds what a node speaks of, or more of it.
    pub(super) fn add(&mut self, node: usize, subject: &Subject) {
        self.by_heading.entry(subject.heading.clone()).or_default().push(node);
        for (word, _) in &subject.body {
            self.by_word.entry(*word).or_default().push(node);
        }
    }

    /// All nodes that may agree with a subject, and others.
    ///
    /// A node that holds none of a text's weightiest words is at most as alike as the other words are heavy beside all
    /// (the prefix filter of similarity joins: Chaudhuri, Ganti and Kaushik, 2006).
    pub(super) fn candidates(&self, subject: &Subject) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        if !subject.heading.iter().all(|word| GENERIC.contains(&word.as_str())) {
            found.extend(self.by_heading.get(&subject.heading).into_iter().flatten());
        }
        let mut words = subject.body.clone();
        words.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        // The others may be rounded.
        let least = (ALIKE * subject.length * 0.999).powi(2);
        let mut rest: f64 = words.iter().map(|(_, weight)| weight * weight).sum();
        for (word, weight) in words {
            if rest < least {
                break;
            }
            found.extend(self.by_word.get(&word).into_iter().flatten());
            rest -= weight * weight;
        }
        found
    }
}

/// Words that say nothing of a heading's subject.
pub(super) const EMPTY: &[&str] = &[
    "the", "a", "an", "of", "for", "and", "to", "in", "on", "with", "how", "is", "are", "our", "your",
    "this", "guide",
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
    "summary",
    "conclusion",
    "conclusions",
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
    /// Nothing is read yet; `name` is the guide's.
    pub(super) fn of_guide(name: &str) -> Self {
        Self { name: heading_words(name), ..Self::default() }
    }

    /// Reads the words of a further source.
    pub(super) fn read(&mut self, text: &str) {
        let mut words = Vec::new();
        words::each_with_end(text, |word, end| {
            if word.chars().nth(2).is_none() {
                return;
            }
            let word = words::singular(word);
            let number = match self.numbers.get(word) {
                Some(&number) => number,
                None => {
                    let number = u32::try_from(self.holders.len()).unwrap_or(u32::MAX);
                    self.numbers.insert(word.to_owned(), number);
                    self.holders.push(0);
                    number
                }
            };
            words.push((end, number));
        });
        self.words.push(words);
    }

    /// Counts a section's words, by the bytes of its source.
    pub(super) fn add(&mut self, source: usize, range: &Range<usize>) {
        self.sections += 1;
        for (word, _) in self.counts(source, range) {
            self.holders[word as usize] += 1;
        }
    }

    /// What a part of a source is about.
    pub(super) fn subject(&self, heading: &str, source: usize, range: &Range<usize>) -> Subject {
        let weigh = |(word, count): (u32, usize)| {
            let holders = self.holders[word as usize] as f64;
            let rarity = ((self.sections as f64 + 1.0) / (holders + 0.5)).ln().max(0.0);
            (word, (1.0 + (count as f64).ln()) * rarity)
        };
        let body: Vec<(u32, f64)> = self.counts(source, range).into_iter().map(weigh).collect();
        let all = heading_words(heading);
        let telling: BTreeSet<String> = all.difference(&self.name).cloned().collect();
        let heading = if telling.is_empty() { all } else { telling };
        Subject { heading: heading.into_iter().collect(), length: length(&body), body }
    }

    /// The words of a part of a source by number, with their counts.
    fn counts(&self, source: usize, range: &Range<usize>) -> Vec<(u32, usize)> {
        let words = &self.words[source];
        let place = |byte: usize| words.partition_point(|(end, _)| *end <= byte);
        let mut held: Vec<u32> =
            words[place(range.start)..place(range.end)].iter().map(|(_, word)| *word).collect();
        held.sort_unstable();
        held.chunk_by(|one, other| one == other).map(|alike| (alike[0], alike.len())).collect()
    }
}

fn length(body: &[(u32, f64)]) -> f64 {
    body.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt()
}

fn heading_words(heading: &str) -> BTreeSet<String> {
    let words =
        words::of_text(unnumbered(heading)).into_iter().filter(|word| !EMPTY.contains(&word.as_str()));
    words.map(|word| words::singular(&word).to_owned()).collect()
}

/// Digits of a number that counts sections.
const LONGEST_COUNT: usize = 2;

/// A heading without the number or letter that only counts it: "3.2 Setup", "B. Setup", "1) Setup". A figure before a
/// unit ("1.5 kbps"), a code ("404: Not found"), a year and a version ("2.0 Setup") are no count.
fn unnumbered(heading: &str) -> &str {
    let text = heading.trim_start_matches(|c: char| !c.is_alphanumeric());
    let marks = ['.', ')', ':'];
    let number = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let letter = text.strip_prefix(|c: char| c.is_ascii_uppercase()).filter(|rest| rest.starts_with(marks));
    let behind = match letter {
        Some(rest) => rest.trim_start_matches(marks),
        None => number.trim_start_matches(')'),
    };
    let count = &text[..text.len() - behind.len()];
    let mut parts = count.split(marks).filter(|part| !part.is_empty());
    if letter.is_none() && parts.any(|part| part.len() > LONGEST_COUNT || part == "0") {
        return heading;
    }
    let rest = behind.trim_start();
    let is_counted = count.contains(marks) && rest.len() < behind.len();
    if is_counted && rest.starts_with(char::is_uppercase) { rest } else { heading }
}

/// A heading as it reads among those of another note, where its number counts nothing.
pub(super) fn uncounted(heading: &str) -> &str {
    if heading.starts_with(char::is_alphanumeric) { unnumbered(heading) } else { heading }
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
        let shared = || self.heading.iter().filter(|word| other.heading.binary_search(word).is_ok());
        let all = self.heading.len() + other.heading.len() - shared().count();
        let heading = if all == 0 { 0.0 } else { shared().count() as f64 / all as f64 };
        let generic = shared().all(|word| GENERIC.contains(&word.as_str()));
        let body = self.cosine(other);
        let needed = match heading {
            share if share >= 1.0 && !generic => ALIKE_BELOW_EQUAL_HEADINGS,
            share if share >= 1.0 => ALIKE,
            share if share >= 0.5 && !generic => ALIKE,
            _ => NEARLY,
        };
        (body >= needed).then_some(heading + body)
    }

    /// True for texts that are alike whatever their headings say.
    pub(super) fn is_nearly(&self, other: &Self) -> bool {
        self.cosine(other) >= NEARLY
    }

    /// Takes the words of another section that was put into this one.
    pub(super) fn absorb(&mut self, other: &Self) {
        let mut body: BTreeMap<u32, f64> = self.body.iter().copied().collect();
        for &(word, weight) in &other.body {
            let entry = body.entry(word).or_default();
            *entry = entry.max(weight);
        }
        self.body = body.into_iter().collect();
        self.length = length(&self.body);
    }

    fn cosine(&self, other: &Self) -> f64 {
        let product = self.length * other.length;
        if product == 0.0 {
            return 0.0;
        }
        let (mut one, mut two, mut shared) = (self.body.iter().peekable(), other.body.iter().peekable(), 0.0);
        while let (Some(&&(a, weight)), Some(&&(b, other))) = (one.peek(), two.peek()) {
            if a == b {
                shared += weight * other;
            }
            if a <= b {
                one.next();
            }
            if b <= a {
                two.next();
            }
        }
        shared / product
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_node_that_agrees_is_a_candidate(
            texts in proptest::collection::vec(proptest::collection::vec("[ab]{3}", 1..12), 1..20),
            headings in proptest::collection::vec("(usage|setup|abc|def){1} ?(abc|bcd)?", 20),
        ) {
            let mut rarity = Rarity::default();
            let texts: Vec<String> = texts.iter().map(|words| words.join(" ")).collect();
            for (number, text) in texts.iter().enumerate() {
                rarity.read(text);
                rarity.add(number, &(0..text.len()));
            }
            let subjects: Vec<Subject> = (0..texts.len())
                .map(|number| rarity.subject(&headings[number], number, &(0..texts[number].len())))
                .collect();
            let mut index = Index::default();
            subjects.iter().enumerate().for_each(|(node, subject)| index.add(node, subject));
            for one in &subjects {
                let candidates = index.candidates(one);
                for (node, other) in subjects.iter().enumerate() {
                    prop_assert!(one.agreement(other).is_none() || candidates.contains(&node));
                }
            }
        }
    }
}
