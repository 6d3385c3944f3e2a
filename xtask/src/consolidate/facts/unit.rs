//! What values are counted or measured in.

use crate::consolidate::words;

/// What is counted or measured: words before the number, and after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) before: Vec<String>,
    pub(super) after: Vec<String>,
}

/// Words around a number of which it is still the whole value.
const UNIT_WORDS: usize = 3;

/// Units of one kind, each as so many of the smallest.
const SCALES: &[(&str, &str, f64)] = &[
    ("ns", "ms", 1e-6),
    ("us", "ms", 1e-3),
    ("µs", "ms", 1e-3),
    ("μs", "ms", 1e-3),
    ("ms", "ms", 1.0),
    ("millisecond", "ms", 1.0),
    ("s", "ms", 1e3),
    ("sec", "ms", 1e3),
    ("second", "ms", 1e3),
    ("min", "ms", 6e4),
    ("minute", "ms", 6e4),
    ("h", "ms", 3.6e6),
    ("hour", "ms", 3.6e6),
    ("day", "ms", 8.64e7),
    ("week", "ms", 6.048e8),
    ("kb", "byte", 1e3),
    ("mb", "byte", 1e6),
    ("gb", "byte", 1e9),
    ("tb", "byte", 1e12),
    ("kib", "byte", 1024.0),
    ("mib", "byte", 1_048_576.0),
    ("gib", "byte", 1_073_741_824.0),
    ("byte", "byte", 1.0),
    ("hz", "hz", 1.0),
    ("khz", "hz", 1e3),
    ("mhz", "hz", 1e6),
    ("ghz", "hz", 1e9),
    ("percent", "%", 1.0),
];

/// What a program uses several of, each with a share of its own.
const PARTS: &[&str] =
    &["gpu", "cpu", "core", "node", "device", "machine", "worker", "thread", "process", "replica", "shard"];

impl Unit {
    /// The smallest unit of the kind, and how many of them one is.
    pub(super) fn scaled(mut self) -> (f64, Self) {
        let Some(first) = self.after.first_mut() else { return (1.0, self) };
        let Some((_, smallest, factor)) = SCALES.iter().find(|(name, _, _)| name == first) else {
            return (1.0, self);
        };
        *first = (*smallest).to_owned();
        (*factor, self)
    }

    /// True where both may count the same: the same words, a longer and a shorter name of it, or none.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        let same = |one: &[String], two: &[String]| {
            one.is_empty()
                || two.is_empty()
                || one == two
                || one.last() == two.last()
                || one.first() == two.first()
        };
        // "PostgreSQL 15" is a name with its number, "33 files" a count.
        let is_named = |unit: &Self| !unit.before.is_empty() && unit.after.is_empty();
        let is_counted = |unit: &Self| unit.before.is_empty() && !unit.after.is_empty();
        if (is_named(self) && is_counted(other)) || (is_counted(self) && is_named(other)) {
            return false;
        }
        if self.is_measure() != other.is_measure() {
            return self.after.is_empty() || other.after.is_empty();
        }
        if self.is_measure() && self.after.first() != other.after.first() {
            return false;
        }
        // So much for each frame is not so much for each player, and what a month costs is not what all costs.
        let per = |unit: &Self| {
            let at = unit.after.iter().position(|word| word == "per" || word == "each");
            at.and_then(|at| unit.after.get(at + 1).cloned())
        };
        let is_money = self.after.first().is_some_and(|first| first == "money");
        match (per(self), per(other)) {
            (Some(one), Some(two)) if one != two => return false,
            (Some(_), None) | (None, Some(_)) if is_money => return false,
            // "16 per GPU" beside "32": of how many the other tells is not said.
            (Some(one), None) | (None, Some(one)) if PARTS.contains(&one.as_str()) => return false,
            _ => {}
        }
        same(&self.before, &other.before) && same(&self.after, &other.after)
    }

    /// True for what is measured rather than counted.
    pub(super) fn is_measure(&self) -> bool {
        self.after.first().is_some_and(|first| {
            first == "%" || first == "money" || SCALES.iter().any(|(_, small, _)| small == first)
        })
    }

    pub(super) fn is_time(&self) -> bool {
        self.after.first().is_some_and(|first| first == "ms")
    }

    pub(super) fn is_of_bytes(&self) -> bool {
        self.after.first().is_some_and(|first| first == "byte")
    }

    pub(super) fn is_percent(&self) -> bool {
        self.after.first().is_some_and(|first| first == "%")
    }

    /// How many of the smallest each unit of the kind is.
    pub(super) fn factors(&self) -> impl Iterator<Item = f64> {
        let scales = SCALES
            .iter()
            .filter(|(_, smallest, _)| self.after.first().is_some_and(|first| first == smallest));
        scales.map(|(_, _, factor)| *factor)
    }

    pub(super) fn is_bare(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }
}

/// The words behind a number, when they are few enough to be its unit.
pub(super) fn unit_words(rest: &str) -> Option<Vec<String>> {
    let rest = rest.trim_start_matches('-').trim();
    let found: Vec<String> = rest
        .split(|character: char| character.is_whitespace() || character == '-')
        .filter(|word| word.contains(|next: char| next.is_alphanumeric() || next == '%'))
        .map(|word| {
            let lower = word.to_lowercase();
            let lower = lower.trim_end_matches(['.', ',', ';', ':', ')', '!']);
            words::singular(lower).to_owned()
        })
        .collect();
    // "400 for body text" is the value of a part, "4 if memory is short" that of a case.
    const OF_A_CASE: &[&str] = &["for", "if", "when", "unless", "until", "while", "where", "during"];
    let fits = found.len() <= UNIT_WORDS
        && !found.iter().any(|word| OF_A_CASE.contains(&word.as_str()))
        && found
            .iter()
            .all(|word| !word.contains(|next: char| next.is_ascii_digit() || "=<>[]{}()\\.".contains(next)));
    fits.then_some(found)
}
