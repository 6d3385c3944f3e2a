//! What notes state differently: one thing, two values that cannot both hold.
//!
//! Same name is nothing. A conflict is claimed where the subject is the same too: one shared passage, the same
//! neighbours with the same values, or notes and headings about one thing. What tells of a day (counts of a
//! session, dates, grades) is no fact.

mod agreement;
mod aims;
mod contradict;
mod counts;
mod days;
mod declared;
mod least;
mod listed;
mod metadata;
mod notes;
mod prose;
mod releases;
mod requirements;
mod rows;
mod scope;
mod sentences;
mod settings;
mod stack;
mod statements;
mod subject;
mod template;
mod unit;
mod value;
mod vocabulary;

#[cfg(test)]
mod contrast_tests;
#[cfg(test)]
mod day_tests;
#[cfg(test)]
mod declared_tests;
#[cfg(test)]
mod prose_tests;
#[cfg(test)]
mod releases_tests;
#[cfg(test)]
mod scope_tests;
#[cfg(test)]
mod stack_tests;
#[cfg(test)]
mod template_tests;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use self::contradict::contradict;
use self::days::tells_of_a_day;
use self::statements::{Form, Statement};
use self::subject::Subjects;
use self::value::Value;
use super::affinity::Affinities;
use super::note::{Note, Role};
use super::overlaps::Overlaps;
use crate::parallel;
use crate::process::unwind_if_cancelled;
use crate::repo::RepoPath;

/// One fact that notes state differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Fact {
    /// What it is about, as the first note calls it.
    pub key: String,
    /// What each note says, by path and line.
    pub values: Vec<FactValue>,
    /// The value of the note that changed last; `None` where dates are not known or two notes changed together.
    pub newest: Option<String>,
}

/// What one note says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FactValue {
    /// The value as it is written.
    pub value: String,
    /// The note.
    pub path: RepoPath,
    /// The line.
    pub line: usize,
    /// When the note was last changed, RFC 3339.
    pub changed: Option<String>,
}

/// More values than this of one name are a habit of the writers: every note gives its own.
const MOST_VALUES: usize = 4;

/// Finds what notes state differently, the name that most notes give first.
pub(super) fn find(notes: &[Note], overlaps: &Overlaps, affinities: &Affinities) -> Vec<Fact> {
    let numbered: Vec<(usize, &Note)> = notes.iter().enumerate().collect();
    let statements = parallel::map(&numbered, |&(number, note)| statements::of(number, note));
    let statements = metadata::without(statements.into_iter().flatten().collect(), notes);
    let may_contradict = |statement: &Statement| {
        let note = &notes[statement.note];
        !statement.is_result
            && !metadata::is_share_of_a_day(statement)
            && note.role != Role::Session
            && !notes::is_of_changes(&note.path)
    };
    let mut groups: BTreeMap<(Form, &[String], &str), Vec<&Statement>> = BTreeMap::new();
    for statement in statements.iter().filter(|one| !tells_of_a_day(one) && may_contradict(one)) {
        groups.entry((statement.form, &statement.key, &statement.column)).or_default().push(statement);
    }
    let subjects = Subjects::of(notes, overlaps, affinities, &statements);
    let mut facts: Vec<(usize, Fact)> = Vec::new();
    for group in groups.into_values() {
        unwind_if_cancelled();
        let group = settled(group);
        for conflict in conflicts(&group, &subjects) {
            facts.push((conflict.len(), fact(notes, &conflict)));
        }
    }
    for releases in releases::conflicts(notes) {
        facts.push((releases.len(), fact(notes, &releases.iter().collect::<Vec<_>>())));
    }
    let shown: BTreeSet<(RepoPath, usize)> = facts
        .iter()
        .flat_map(|(_, fact)| fact.values.iter().map(|value| (value.path.clone(), value.line)))
        .collect();
    let is_shown = |one: &Statement| shown.contains(&(notes[one.note].path.clone(), one.line));
    let mut changed = rows::changed(statements.iter().filter(|one| may_contradict(one)));
    changed.retain(|pair| subjects.may_be_copies(pair[0], pair[1]) && !pair.iter().any(|one| is_shown(one)));
    facts.extend(rows::joined(&changed).iter().map(|rows| (rows.len(), fact(notes, rows))));
    facts.sort_by(|(count, one), (other_count, other)| {
        other_count.cmp(count).then_with(|| (&one.key, &one.values).cmp(&(&other.key, &other.values)))
    });
    let mut facts: Vec<Fact> = facts.into_iter().map(|(_, fact)| fact).collect();
    let mut told = BTreeSet::new();
    facts.retain(|fact| told.insert(fact.told()));
    let mut kept: Vec<Fact> = Vec::new();
    let mut at_line: BTreeMap<(RepoPath, usize), Vec<usize>> = BTreeMap::new();
    for fact in facts {
        let first = fact.values.first().and_then(|value| at_line.get(&(value.path.clone(), value.line)));
        if first.into_iter().flatten().any(|&other| kept[other].tells_all_of(&fact)) {
            continue;
        }
        for value in &fact.values {
            at_line.entry((value.path.clone(), value.line)).or_default().push(kept.len());
        }
        kept.push(fact);
    }
    kept
}

impl Fact {
    /// What it tells, wherever in the notes it stands: a note that says it twice contradicts another once.
    fn told(&self) -> (String, BTreeSet<(RepoPath, String)>) {
        let values = self.values.iter().map(|value| (value.path.clone(), value.value.clone()));
        (self.key.to_lowercase(), values.collect())
    }

    /// True where each value of another fact stands on a line of this one, in more or fewer words: "Build tool: Vite 5"
    /// says that Vite has version 5.
    fn tells_all_of(&self, other: &Self) -> bool {
        other.values.iter().all(|value| {
            let holds =
                |own: &FactValue| own.value.contains(&value.value) || value.value.contains(&own.value);
            let is_same = |own: &&FactValue| (&own.path, own.line) == (&value.path, value.line);
            self.values.iter().any(|own| is_same(&own) && holds(own))
        })
    }
}

/// Without the notes that give a name two values themselves: there it means several things.
fn settled(group: Vec<&Statement>) -> Vec<&Statement> {
    let mut unsettled: BTreeSet<usize> = BTreeSet::new();
    for of_note in group.chunk_by(|one, other| one.note == other.note) {
        let mut values: Vec<&Value> = Vec::new();
        for one in of_note {
            // A table says one thing thousands of times.
            if values.contains(&&one.value) {
                continue;
            }
            if values.iter().any(|value| contradict(value, &one.value)) {
                unsettled.insert(one.note);
                break;
            }
            values.push(&one.value);
        }
    }
    group.into_iter().filter(|statement| !unsettled.contains(&statement.note)).collect()
}

/// Statements of one name that speak of one thing and contradict, in groups.
fn conflicts<'s>(group: &[&'s Statement], subjects: &Subjects<'_>) -> Vec<Vec<&'s Statement>> {
    if !(2..=2 * MOST_VALUES).contains(&distinct(group)) {
        return Vec::new();
    }
    // Most names have one value, or several that speak of several things: then nothing is to be joined.
    let mut pairs =
        group.iter().enumerate().flat_map(|(at, one)| group[at + 1..].iter().map(move |other| (one, other)));
    let is_conflict = |(one, other): (&&Statement, &&Statement)| {
        unwind_if_cancelled();
        one.note != other.note && contradict(&one.value, &other.value) && subjects.are_one(one, other)
    };
    if !pairs.any(is_conflict) {
        return Vec::new();
    }
    let mut parent: Vec<usize> = (0..group.len()).collect();
    let mut is_contested = vec![false; group.len()];
    for a in 0..group.len() {
        unwind_if_cancelled();
        for b in a + 1..group.len() {
            if group[a].note == group[b].note || !subjects.are_one(group[a], group[b]) {
                continue;
            }
            let (root, other) = (root(&parent, a), root(&parent, b));
            parent[other.max(root)] = other.min(root);
            if contradict(&group[a].value, &group[b].value) {
                is_contested[a] = true;
                is_contested[b] = true;
            }
        }
    }
    let mut found: BTreeMap<usize, Vec<&Statement>> = BTreeMap::new();
    for number in (0..group.len()).filter(|&number| is_contested[number]) {
        found.entry(root(&parent, number)).or_default().push(group[number]);
    }
    found.into_values().filter(|conflict| (2..=MOST_VALUES).contains(&distinct(conflict))).collect()
}

fn root(parent: &[usize], mut number: usize) -> usize {
    while parent[number] != number {
        number = parent[number];
    }
    number
}

/// How many values of a group contradict one another.
fn distinct(group: &[&Statement]) -> usize {
    let mut kept: Vec<&Statement> = Vec::new();
    for statement in group {
        if kept.iter().all(|other| contradict(&statement.value, &other.value)) {
            kept.push(statement);
        }
    }
    kept.len()
}

fn fact(notes: &[Note], conflict: &[&Statement]) -> Fact {
    let mut values: Vec<FactValue> = conflict
        .iter()
        .map(|statement| FactValue {
            value: statement.shown_value.clone(),
            path: notes[statement.note].path.clone(),
            line: statement.line,
            changed: notes[statement.note].changed.clone(),
        })
        .collect();
    values.sort_by(|one, other| (&one.path, one.line).cmp(&(&other.path, other.line)));
    let dates: Option<Vec<(i64, &Statement)>> =
        conflict.iter().map(|statement| Some((notes[statement.note].changed_at()?, *statement))).collect();
    let newest = dates.and_then(|mut dates| {
        dates.sort_by_key(|(date, _)| std::cmp::Reverse(*date));
        let (date, first) = *dates.first()?;
        let together = dates.iter().take_while(|(other, _)| *other == date);
        let agree = together.clone().all(|(_, other)| !contradict(&first.value, &other.value));
        agree.then(|| first.shown_value.clone())
    });
    let key = conflict[0].shown_key.clone();
    Fact { key, values, newest }
}
