//! Whether two statements of one name speak of one thing.

use std::collections::{BTreeMap, BTreeSet};

use super::notes::{are_of_one_series, component, form_of, tells_of_the_future, theme, version_of};
use super::statements::{Form, Statement, split};
use super::value;
use crate::consolidate::affinity::{Affinities, tells_of_a_day};
use crate::consolidate::note::Note;
use crate::consolidate::overlaps::Overlaps;

/// Affinity from which two notes are about one thing.
const NEAR: f64 = 0.2;
/// Likeness of the texts alone from which they are.
const LIKE: f64 = 0.2;

/// So many names with different values, and more than those that agree, make two notes sheets of two things.
const MANY_APART: usize = 3;

/// Share of headings that two notes have in common from which they are sheets of one form, and how many it takes.
const ONE_FORM: f64 = 0.4;
const FEW_HEADINGS: usize = 3;

/// Words of headings and names that say nothing about the subject.
pub(super) const PLAIN_WORDS: &[&str] = &[
    "configuration",
    "config",
    "setting",
    "parameter",
    "option",
    "specification",
    "spec",
    "detail",
    "technical",
    "key",
    "overview",
    "summary",
    "introduction",
    "background",
    "note",
    "requirement",
    "prerequisite",
    "setup",
    "install",
    "installation",
    "usage",
    "example",
    "quick",
    "reference",
    "start",
    "guide",
    "property",
    "value",
    "default",
    "information",
    "info",
    "general",
    "basic",
    "fact",
    "current",
    "status",
    "result",
    "finding",
    "conclusion",
    "what",
    "how",
    "why",
    "and",
    "the",
    "for",
    "with",
    "system",
    "environment",
    "table",
    "of",
    "content",
    "in",
    "to",
    "used",
    "use",
    "using",
    "main",
    "implementation",
    "design",
    "architecture",
    "final",
    "complete",
    "completed",
    "report",
    "analysis",
    "test",
    "tests",
    "suite",
    "testing",
    "numbers",
    "number",
    "statistic",
    "metric",
    "glance",
    "at",
    "a",
    "is",
    "pass",
    "passing",
    "validation",
    "verification",
    "all",
    "project",
    "document",
    "documentation",
];

/// Words that tell one of several states or choices from the others.
const TURNS: &[&str] = &[
    "before",
    "after",
    "old",
    "new",
    "previous",
    "former",
    "target",
    "goal",
    "expected",
    "planned",
    "proposed",
    "proposal",
    "baseline",
    "alternative",
    "alternatives",
    "option",
    "approach",
    "scenario",
    "paper",
    "literature",
    "related",
    "example",
    "future",
    "original",
    "ideal",
    "estimate",
    "estimated",
    "benchmark",
    "experiment",
    "trial",
    "run",
    "history",
    "changelog",
    "past",
    "optimization",
    "optimized",
    "comparison",
    "phase",
    "tier",
    "level",
    "plan",
    "roadmap",
    "case",
];

/// What is known about all notes, to judge pairs of statements.
pub(super) struct Subjects<'n> {
    pub(super) notes: &'n [Note],
    pub(super) overlaps: &'n Overlaps,
    pub(super) affinities: &'n Affinities,
    themes: Vec<BTreeSet<String>>,
    /// In how many notes' themes each word is.
    spread: BTreeMap<String, usize>,
    /// The headings of each note, without figures.
    forms: Vec<BTreeSet<String>>,
    /// The named statements of each section, by note and section.
    siblings: BTreeMap<(usize, Option<usize>), Vec<usize>>,
    statements: &'n [Statement],
    /// The values that each note gives to names, by name and column.
    given: BTreeMap<usize, BTreeMap<(&'n [String], &'n str), usize>>,
    /// The version in each note's path (`v1.8`), and whether it tells of what is to come.
    versions: Vec<Option<String>>,
    is_plan: Vec<bool>,
}

impl<'n> Subjects<'n> {
    pub(super) fn of(
        notes: &'n [Note],
        overlaps: &'n Overlaps,
        affinities: &'n Affinities,
        statements: &'n [Statement],
    ) -> Self {
        let themes: Vec<BTreeSet<String>> = notes.iter().map(theme).collect();
        let mut spread: BTreeMap<String, usize> = BTreeMap::new();
        for word in themes.iter().flatten() {
            *spread.entry(word.clone()).or_default() += 1;
        }
        let mut siblings: BTreeMap<(usize, Option<usize>), Vec<usize>> = BTreeMap::new();
        let named = |one: &Statement| one.form == Form::Named && !super::tells_of_a_day(one);
        for (number, statement) in statements.iter().enumerate().filter(|(_, one)| named(one)) {
            siblings.entry((statement.note, statement.section)).or_default().push(number);
        }
        let mut given: BTreeMap<usize, BTreeMap<(&[String], &str), usize>> = BTreeMap::new();
        for (number, one) in statements.iter().enumerate().filter(|(_, one)| named(one)) {
            given.entry(one.note).or_default().entry((&one.key, &one.column)).or_insert(number);
        }
        let versions = notes.iter().map(|note| version_of(&note.path)).collect();
        let is_plan = notes.iter().map(tells_of_the_future).collect();
        let forms = notes.iter().map(form_of).collect();
        Self {
            notes,
            overlaps,
            affinities,
            themes,
            spread,
            forms,
            siblings,
            statements,
            given,
            versions,
            is_plan,
        }
    }

    /// True where two statements of one name surely speak of one thing.
    pub(super) fn are_one(&self, one: &Statement, other: &Statement) -> bool {
        if self.describe_different_things(one.note, other.note)
            || self.are_sheets_of_one_form(one.note, other.note)
            || self.are_of_different_versions(one.note, other.note)
            || (is_setting_of_a_mode(one, other) && self.have_names_of_their_own(one.note, other.note))
            || (one.form != Form::Requirement
                && are_of_one_series(&self.notes[one.note].path, &self.notes[other.note].path))
        {
            return false;
        }
        if self.stand_in_one_passage(one, other) {
            return true;
        }
        let (here, there) = (self.headings(one), self.headings(other));
        let turns = |words: &BTreeSet<String>| -> BTreeSet<String> {
            words.iter().filter(|word| TURNS.contains(&word.as_str()) || is_mark(word)).cloned().collect()
        };
        if turns(&here) != turns(&there) {
            return false;
        }
        let shared_theme = self.share_theme(one, other);
        let evidence = self.affinities.between(one.note, other.note);
        let near = evidence.score() >= NEAR || evidence.body >= LIKE || evidence.overlap > 0.0;
        let days = [one, other].map(|statement| tells_of_a_day(&self.notes[statement.note]));
        if days == [true, true]
            || (one.form != Form::Requirement && self.is_plan[one.note] != self.is_plan[other.note])
        {
            return false;
        }
        match one.form {
            Form::Tests => self.same_suite(one, other) || (names_a_suite(&one.key) && (shared_theme || near)),
            Form::Requirement => {
                component(&self.notes[one.note].path) == component(&self.notes[other.note].path)
            }
            Form::Sentence => shared_theme || near || one.key.len() >= 5,
            Form::Named => self.name_one_thing(one, other, &here, &there, shared_theme, near),
        }
    }

    fn name_one_thing(
        &self,
        one: &Statement,
        other: &Statement,
        here: &BTreeSet<String>,
        there: &BTreeSet<String>,
        shared_theme: bool,
        near: bool,
    ) -> bool {
        let (common, agreeing) = self.common_siblings(one, other);
        if common >= 2 && agreeing >= 1 && (shared_theme || near) {
            return true;
        }
        let local = |words: &BTreeSet<String>| -> BTreeSet<String> {
            words.iter().filter(|word| !PLAIN_WORDS.contains(&word.as_str())).cloned().collect()
        };
        let (here, there) = (local(here), local(there));
        let shared_local = here.intersection(&there).next().is_some();
        let apart = !here.is_empty() && !there.is_empty() && !shared_local;
        let is_about_key = [one, other]
            .iter()
            .any(|statement| one.key.iter().any(|word| self.themes[statement.note].contains(word)));
        if apart && !(is_about_key && is_specific(&one.key)) {
            return false;
        }
        if is_specific(&one.key) {
            shared_theme || near
        } else {
            (shared_theme && shared_local && !self.have_names_of_their_own(one.note, other.note))
                || (agreeing >= 1 && (shared_theme || shared_local))
        }
    }

    /// True for two sheets of one form, one thing each (two models, two machines): of the names that both give values to,
    /// most differ. Two notes on one thing mostly agree.
    fn describe_different_things(&self, one: usize, other: usize) -> bool {
        let (Some(here), Some(there)) = (self.given.get(&one), self.given.get(&other)) else { return false };
        let common = here.iter().filter_map(|(name, &number)| Some((number, *there.get(name)?)));
        let differs =
            |(a, b): (usize, usize)| value::contradict(&self.statements[a].value, &self.statements[b].value);
        let (apart, alike): (Vec<bool>, Vec<bool>) = common.map(differs).partition(|&differs| differs);
        apart.len() >= MANY_APART && apart.len() > alike.len()
    }

    /// True where each note's name tells of something that the other's does not.
    fn have_names_of_their_own(&self, one: usize, other: usize) -> bool {
        let (a, b) = (&self.themes[one], &self.themes[other]);
        a.difference(b).next().is_some() && b.difference(a).next().is_some()
    }

    /// True for two notes written after one pattern, each about a thing of its own (two services, two audits): what the
    /// one says of its thing does not contradict what the other says of another.
    fn are_sheets_of_one_form(&self, one: usize, other: usize) -> bool {
        let (a, b) = (&self.forms[one], &self.forms[other]);
        if a.len().min(b.len()) < FEW_HEADINGS || !self.have_names_of_their_own(one, other) {
            return false;
        }
        let common = a.intersection(b).count();
        common as f64 >= ONE_FORM * (a.len() + b.len() - common) as f64
    }

    fn are_of_different_versions(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.versions[one], &self.versions[other]);
        one.is_some() && other.is_some() && one != other
    }

    /// Words of the headings around a statement, but for the note's own title.
    fn headings(&self, statement: &Statement) -> BTreeSet<String> {
        let sections = &self.notes[statement.note].parsed.sections;
        let mut words = BTreeSet::new();
        let mut next = statement.section;
        while let Some(index) = next {
            let section = &sections[index];
            if section.level > 1 {
                words.extend(split(&section.text));
            }
            next = section.parent;
        }
        words
    }

    fn share_theme(&self, one: &Statement, other: &Statement) -> bool {
        let (a, b) = (&self.themes[one.note], &self.themes[other.note]);
        let rare = |word: &&String| self.spread[*word] <= (self.notes.len() / 3).max(8);
        let of_key = |words: &BTreeSet<String>| one.key.iter().any(|word| words.contains(word));
        a.intersection(b).any(|word| rare(&word)) || of_key(a) || of_key(b)
    }

    /// Tests of one suite: the notes speak of nothing else, or of the same.
    fn same_suite(&self, one: &Statement, other: &Statement) -> bool {
        let subject = |statement: &Statement| -> BTreeSet<String> {
            let words =
                self.headings(statement).into_iter().chain(self.themes[statement.note].iter().cloned());
            words.filter(|word| !PLAIN_WORDS.contains(&word.as_str())).collect()
        };
        subject(one) == subject(other)
    }

    fn stand_in_one_passage(&self, one: &Statement, other: &Statement) -> bool {
        let Some(pair) = self.overlaps.between(one.note, other.note) else { return false };
        let (first, second) = if one.note == pair.a { (one, other) } else { (other, one) };
        let holds = |lines: (usize, usize), line: usize| lines.0 <= line && line <= lines.1;
        pair.passages.iter().any(|passage| holds(passage.a, first.line) && holds(passage.b, second.line))
    }

    /// How many other names both sections give values to, and how many of these values agree.
    fn common_siblings(&self, one: &Statement, other: &Statement) -> (usize, usize) {
        let list = |statement: &Statement| self.siblings.get(&(statement.note, statement.section));
        let (Some(here), Some(there)) = (list(one), list(other)) else { return (0, 0) };
        let mut common = BTreeSet::new();
        let mut agreeing = BTreeSet::new();
        for a in here.iter().map(|&number| &self.statements[number]).filter(|a| a.key != one.key) {
            let same = there.iter().map(|&number| &self.statements[number]);
            for b in same.filter(|b| b.key == a.key && b.column == a.column) {
                common.insert(&a.key);
                if !value::contradict(&a.value, &b.value) {
                    agreeing.insert(&a.key);
                }
            }
        }
        (common.len(), agreeing.len())
    }
}

/// True for a setting that is on in one note and off in another: `NO_CHECKS=0` of tests, `NO_CHECKS=1` of production.
fn is_setting_of_a_mode(one: &Statement, other: &Statement) -> bool {
    [one, other].iter().all(|statement| {
        statement.shown_key.contains('_')
            && ["0", "1", "true", "false"].contains(&statement.shown_value.as_str())
    })
}

/// A letter or figure that numbers sections.
pub(super) fn is_mark(word: &str) -> bool {
    word.len() == 1 || word.bytes().all(|byte| byte.is_ascii_digit())
}

/// True for the key of "24 billing tests pass"; unit tests and all tests are those of many things.
fn names_a_suite(key: &[String]) -> bool {
    const KINDS: &[&str] = &[
        "unit",
        "integration",
        "e2e",
        "end",
        "to",
        "acceptance",
        "regression",
        "smoke",
        "new",
        "total",
        "more",
        "additional",
        "existing",
        "other",
        "automated",
        "of",
        "all",
        "the",
        "our",
        "comprehensive",
        "security",
        "performance",
        "critical",
        "test",
        "tests",
        "pass",
        "out",
    ];
    key.iter().any(|word| !KINDS.contains(&word.as_str()) && word.len() > 2)
}

/// True for a name that can hardly mean two things: several words, or one that is none of the usual ones.
fn is_specific(key: &[String]) -> bool {
    const VAGUE: &[&str] = &[
        "size",
        "input",
        "output",
        "speed",
        "memory",
        "limit",
        "rate",
        "length",
        "width",
        "height",
        "depth",
        "level",
        "type",
        "model",
        "name",
        "port",
        "timeout",
        "cost",
        "price",
        "coverage",
        "accuracy",
        "range",
        "weight",
        "count",
        "feature",
        "test",
        "layer",
        "parameter",
        "performance",
        "latency",
        "throughput",
        "storage",
        "cpu",
        "ram",
        "gpu",
        "disk",
        "max",
        "min",
        "minimum",
        "maximum",
        "default",
        "resolution",
        "quality",
        "tests",
        "endpoint",
        "user",
        "loss",
        "overall",
        "frequency",
        "capacity",
        "usage",
        "bottleneck",
        "encoder",
        "decoder",
        "text",
        "audio",
        "video",
        "source",
        "required",
    ];
    // What makes a total is up to who counts.
    let is_sum = key.first().is_some_and(|first| ["total", "overall"].contains(&first.as_str()));
    !is_sum
        && key.iter().any(|word| !VAGUE.contains(&word.as_str()) && word.len() > 2)
        && !key.iter().all(|word| is_mark(word))
}
