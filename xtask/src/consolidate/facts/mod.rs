//! What notes state differently: one thing, two values that cannot both hold.
//!
//! Same name is nothing. A conflict is claimed where the subject is the same too: one shared passage, the same
//! neighbours with the same values, or notes and headings about one thing. What tells of a day (counts of a
//! session, dates, grades) is no fact.

mod contradict;
mod counts;
mod metadata;
mod notes;
mod prose;
mod requirements;
mod rows;
mod settings;
mod statements;
mod subject;
mod template;
mod unit;
mod value;
mod vocabulary;

#[cfg(test)]
mod prose_tests;
#[cfg(test)]
mod template_tests;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use self::contradict::contradict;
use self::statements::{Form, Statement};
use self::subject::Subjects;
use super::affinity::Affinities;
use super::note::{Note, Role};
use super::overlaps::Overlaps;
use crate::parallel;
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

/// Names whose value is that of a note, a session or a day; as the last word of a name, or all of it.
const OF_A_DAY: &[&str] = &[
    "date",
    "created",
    "updated",
    "update",
    "modified",
    "author",
    "agent",
    "status",
    "time",
    "duration",
    "runtime",
    "effort",
    "grade",
    "score",
    "priority",
    "severity",
    "confidence",
    "progress",
    "completed",
    "completion",
    "complete",
    "remaining",
    "elapsed",
    "estimate",
    "context",
    "token",
    "session",
    "commit",
    "line",
    "file",
    "total",
    "sum",
    "average",
    "mean",
    "example",
    "step",
    "phase",
    "task",
    "issue",
    "pr",
    "target",
    "goal",
    "timeline",
    "before",
    "after",
    "current",
    "previous",
    "expected",
    "actual",
    "result",
    "impact",
    "change",
    "improvement",
    "note",
    "description",
    "location",
    "section",
    "page",
    "review",
    "id",
    "day",
    "hour",
    "minute",
    "week",
    "month",
    "year",
    "milestone",
    "sprint",
    "deadline",
    "started",
    "finished",
    "start",
    "end",
    "risk",
    "reason",
    "problem",
    "solution",
    "fix",
    "cause",
    "finding",
    "recommendation",
    "recommended",
    "decision",
    "test",
    "passed",
    "failed",
    "skipped",
    "error",
    "warning",
    "bug",
    "used",
    "saving",
    "speedup",
    "gain",
    "reduction",
    "increase",
    "rating",
    "story",
    "point",
    "question",
    "answer",
    "figure",
    "item",
    "no",
    "number",
    "success",
    "failure",
    "value",
    "closed",
    "open",
    "opened",
    "code",
    "doc",
    "documentation",
    "word",
    "byte",
    "commits",
    "added",
    "removed",
    "deleted",
    "checked",
    "passing",
    "failing",
    "done",
    "pending",
    "count",
    "budget",
    "likelihood",
    "probability",
    "loc",
    "ready",
    "readiness",
    "exist",
    "exists",
    "found",
    "fixed",
    "tested",
    "verified",
    "supported",
    "implemented",
    "blocker",
    "version",
    "rows",
    "row",
    "size",
    "metric",
    // What one run of a tool found, or looked at.
    "analyzed",
    "analysed",
    "scanned",
    "processed",
    "reviewed",
    "examined",
    "inspected",
    "audited",
    "collected",
    "collection",
    "generated",
    "changed",
    "eliminated",
    "scenario",
    "run",
    "compliance",
    "efficiency",
    "health",
    "validation",
    // The note's own, in other languages.
    "versión",
    "versão",
    "fecha",
    "estado",
];

/// Finds what notes state differently, the name that most notes give first.
pub(super) fn find(notes: &[Note], overlaps: &Overlaps, affinities: &Affinities) -> Vec<Fact> {
    let numbered: Vec<(usize, &Note)> = notes.iter().enumerate().collect();
    let statements = parallel::map(&numbered, |&(number, note)| statements::of(number, note));
    let statements = metadata::without(statements.into_iter().flatten().collect(), notes);
    let is_session = |statement: &Statement| notes[statement.note].role == Role::Session;
    let mut groups: BTreeMap<(Form, &[String], &str), Vec<&Statement>> = BTreeMap::new();
    for statement in statements.iter().filter(|one| !tells_of_a_day(one) && !is_session(one)) {
        groups.entry((statement.form, &statement.key, &statement.column)).or_default().push(statement);
    }
    let subjects = Subjects::of(notes, overlaps, affinities, &statements);
    let mut facts: Vec<(usize, Fact)> = Vec::new();
    for group in groups.into_values() {
        let group = settled(group);
        for conflict in conflicts(&group, &subjects) {
            facts.push((conflict.len(), fact(notes, &conflict)));
        }
    }
    let shown: BTreeSet<(RepoPath, usize)> = facts
        .iter()
        .flat_map(|(_, fact)| fact.values.iter().map(|value| (value.path.clone(), value.line)))
        .collect();
    let is_shown = |one: &Statement| shown.contains(&(notes[one.note].path.clone(), one.line));
    for pair in rows::changed(statements.iter().filter(|one| !is_session(one))) {
        if subjects.may_be_copies(pair[0], pair[1]) && !pair.iter().any(|one| is_shown(one)) {
            facts.push((pair.len(), fact(notes, &pair)));
        }
    }
    facts.sort_by(|(count, one), (other_count, other)| {
        other_count.cmp(count).then_with(|| (&one.key, &one.values).cmp(&(&other.key, &other.values)))
    });
    facts.into_iter().map(|(_, fact)| fact).collect()
}

/// What plans count.
const OF_A_PLAN: &[&str] = &["day", "hour", "month", "year", "quarter", "wave", "round", "stage", "part"];

fn tells_of_a_day(statement: &Statement) -> bool {
    if statement.form != Form::Named {
        return false;
    }
    let is_listed = |word: &String| OF_A_DAY.contains(&word.as_str());
    const ANYWHERE: &[&str] = &[
        "date",
        "phase",
        "step",
        "task",
        "issue",
        "sprint",
        "week",
        "milestone",
        "effort",
        "estimate",
        "estimated",
        "spent",
        "release",
        "next",
        "dependency",
        "document",
        "related",
        "see",
        "parent",
        "confidence",
        "deployed",
        "elapsed",
        "success",
        "failure",
        "pass",
        "new",
        "completed",
        "remaining",
    ];
    /// What is set to a span of time, rather than takes one.
    const SPANS: &[&str] = &[
        "retention",
        "interval",
        "timeout",
        "ttl",
        "expiry",
        "expiration",
        "lifetime",
        "period",
        "window",
        "limit",
        "delay",
        "age",
        "validity",
        "cooldown",
        "cap",
        "notice",
        "quota",
        "allowance",
        "entitlement",
        "rotation",
        "maximum",
        "max",
        "minimum",
        "min",
    ];
    let is_span = statement.key.iter().any(|word| SPANS.contains(&word.as_str()));
    let is_goal = statement.value.is_bound();
    let tells = |word: &String| ANYWHERE.contains(&word.as_str()) && !(is_goal && word == "success");
    if statement.key.iter().any(tells)
        || (!is_span && !statement.value.is_rate() && value::is_effort(&statement.shown_value))
    {
        return true;
    }
    if counts_parts_of_a_test(&statement.key) {
        return true;
    }
    // "Day 3", "Week 2": a date of its plan.
    let is_counted = statement.key.iter().any(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    if is_counted && statement.key.iter().any(|word| OF_A_PLAN.contains(&word.as_str())) {
        return true;
    }
    let column = statement.column.split(statements::BESIDE).next().unwrap_or_default();
    let column_of_a_day = column.split(' ').any(|word| is_listed(&word.to_owned()) || word == "coverage");
    // "Python version" is a fact, "version" alone is that of the note. "Query time: < 50 ms" is what should be, on
    // any day.
    let says_whose = |word: &str| statement.key.len() > 1 && (word == "version" || is_goal);
    // "Page size" and `RETENTION_DAYS` are set, and change with no day.
    let is_set = sizes_a_setting(&statement.key) || (is_span && is_constant(&statement.shown_key));
    let last = statement.key.last().is_none_or(|word| is_listed(word) && !says_whose(word) && !is_set);
    last || column_of_a_day
}

/// True for sizes that somebody chose: "page size", "max file size".
fn sizes_a_setting(key: &[String]) -> bool {
    const CHOSEN: &[&str] = &[
        "page",
        "pool",
        "batch",
        "buffer",
        "chunk",
        "block",
        "window",
        "heap",
        "cache",
        "queue",
        "font",
        "tile",
        "grid",
        "hidden",
        "embedding",
        "kernel",
        "stack",
        "packet",
        "frame",
        "sample",
        "max",
        "min",
    ];
    let [before @ .., last] = key else { return false };
    last == "size" && before.iter().any(|word| CHOSEN.contains(&word.as_str()))
}

/// True for `RETENTION_DAYS`.
fn is_constant(name: &str) -> bool {
    name.contains('_')
        && name.chars().all(|next| next.is_ascii_uppercase() || next.is_ascii_digit() || next == '_')
}

/// True for "Test methods", "Test cases": how many one file of tests has, or one report tells of.
fn counts_parts_of_a_test(key: &[String]) -> bool {
    const PARTS: &[&str] =
        &["class", "classe", "method", "case", "function", "file", "suite", "module", "scenario"];
    let [first, .., last] = key else { return false };
    first == "test" && PARTS.contains(&last.as_str())
}

/// Without the notes that give a name two values themselves: there it means several things.
fn settled(group: Vec<&Statement>) -> Vec<&Statement> {
    let mut unsettled: BTreeSet<usize> = BTreeSet::new();
    for (index, one) in group.iter().enumerate() {
        let mut others = group[index + 1..].iter().take_while(|other| other.note == one.note);
        if others.any(|other| contradict(&one.value, &other.value)) {
            unsettled.insert(one.note);
        }
    }
    group.into_iter().filter(|statement| !unsettled.contains(&statement.note)).collect()
}

/// Statements of one name that speak of one thing and contradict, in groups.
fn conflicts<'s>(group: &[&'s Statement], subjects: &Subjects<'_>) -> Vec<Vec<&'s Statement>> {
    if !(2..=2 * MOST_VALUES).contains(&distinct(group)) {
        return Vec::new();
    }
    let mut parent: Vec<usize> = (0..group.len()).collect();
    let mut is_contested = vec![false; group.len()];
    for a in 0..group.len() {
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
