//! Which of two things a statement is of: a part or the whole, a place where a program runs, a chip, a version.

use std::collections::BTreeSet;

use super::notes::version_of;
use super::statements::{Statement, split};
use super::subject::Subjects;
use super::value::{self, Value};
use crate::repo::RepoPath;

/// Words that the titles of notes on like things share, at least.
const WORDS_OF_A_PATTERN: usize = 2;

impl Subjects<'_> {
    /// True for addresses of which one stands in a note on production, the other in one that is not: each place has
    /// ports of its own.
    pub(super) fn are_of_two_places(&self, one: &Statement, other: &Statement) -> bool {
        let is_of_production = |statement: &Statement| {
            ["production", "prod", "staging"].iter().any(|place| self.themes[statement.note].contains(*place))
        };
        let are_addresses =
            [one, other].iter().all(|statement| matches!(statement.value, Value::Address { .. }));
        are_addresses && is_of_production(one) != is_of_production(other)
    }

    /// True for notes of one folder whose titles differ in the word for their thing, "Redis adapter reference" and "Kafka
    /// adapter reference": each gives values of its own, though both are built with one version of a program.
    pub(super) fn are_titled_apart(&self, one: &Statement, other: &Statement) -> bool {
        let [a, b] = [one, other].map(|statement| &self.notes[statement.note]);
        let (here, there) = (split(&a.title), split(&b.title));
        let before = here.iter().zip(&there).take_while(|(word, other)| word == other).count();
        let (here, there) = (&here[before..], &there[before..]);
        let behind =
            here.iter().rev().zip(there.iter().rev()).take_while(|(word, other)| word == other).count();
        // "OpenRouter" is one name of two words.
        let is_name = |words: &[String], note: usize| {
            let name = &words[..words.len() - behind];
            name.len() <= 2 && name.iter().any(|word| self.themes[note].contains(word))
        };
        a.path.parent() == b.path.parent()
            && before + behind >= WORDS_OF_A_PATTERN
            && is_name(here, one.note)
            && is_name(there, other.note)
            && !matches!(one.value, Value::Version { .. })
            && one.value.program().is_none()
    }

    /// True for a note that is named for training on a GPU and one that is not.
    pub(super) fn are_of_different_chips(&self, one: &Statement, other: &Statement) -> bool {
        const CHIPS: &[&str] = &["cpu", "gpu", "gpus", "tpu"];
        let of = |statement: &Statement| {
            let theme = &self.themes[statement.note];
            CHIPS.iter().filter(|chip| theme.contains(**chip)).map(|chip| &chip[..3]).collect::<BTreeSet<_>>()
        };
        of(one) != of(other)
    }

    /// True for a note whose name or title calls its thing a legacy: what holds there need not hold of what came after it.
    pub(super) fn is_of_a_legacy(&self, statement: &Statement) -> bool {
        self.themes[statement.note].contains("legacy")
    }

    /// True for a version in a note whose name carries one: release notes and reports on a version tell how it was then.
    pub(super) fn tells_its_own_version(&self, statement: &Statement) -> bool {
        let is_version = matches!(statement.value, Value::Version { .. })
            || statement.key.last().is_some_and(|last| last == "version");
        is_version && version_of(&RepoPath::from_bytes(self.notes[statement.note].path.stem())).is_some()
    }
}

/// True where one value holds the other in brackets: "10 active (50+ available)" and "50+".
pub(super) fn holds_the_other(one: &Statement, other: &Statement) -> bool {
    let aside = |statement: &Statement| {
        let (_, aside) = statement.shown_value.split_once('(')?;
        aside.split(')').next().map(str::to_owned)
    };
    let holds = |aside: Option<String>, value: &Value| {
        let aside = aside.unwrap_or_default();
        let mut figures = aside.split([' ', ',', '+', ';', '/']).filter_map(value::read);
        figures.any(|figure| is_figure(&figure, value))
    };
    holds(aside(one), &other.value) || holds(aside(other), &one.value)
}

fn is_figure(one: &Value, other: &Value) -> bool {
    matches!((one, other), (Value::Number(a), Value::Number(b)) if a.unit.is_bare() && !b.unit.is_measure() && a.value == b.value)
}
