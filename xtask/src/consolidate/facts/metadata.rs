//! What notes say of themselves, or of the piece of work that they report.

use std::collections::{BTreeMap, BTreeSet};

use super::statements::{Form, Statement, split};
use super::value::Value;
use crate::consolidate::note::Note;

/// Lines at a note's end that may hold its data.
const LAST_LINES: usize = 8;
/// Notes that begin or end with a name from which it is one of their data, as version and state are, in any language.
const FORMULAR: usize = 3;

/// Without what a note's opening and closing lines say under a name that such lines of several notes have; the
/// statistics and steps of a piece of work are marked as its results.
pub(super) fn without(statements: Vec<Statement>, notes: &[Note]) -> Vec<Statement> {
    let lines: Vec<usize> = notes.iter().map(|note| note.text.lines().count()).collect();
    let is_outer = statements.iter().map(|one| is_outer(one, &notes[one.note], lines[one.note]));
    let is_outer: Vec<bool> = is_outer.collect();
    let mut notes_of: BTreeMap<Vec<String>, BTreeSet<usize>> = BTreeMap::new();
    for (one, _) in statements.iter().zip(&is_outer).filter(|(_, is_outer)| **is_outer) {
        notes_of.entry(one.key.clone()).or_default().insert(one.note);
    }
    // Many statements stand in one section, and what it is called is what counts.
    let mut of_work: BTreeMap<(usize, Option<usize>), bool> = BTreeMap::new();
    let mut tells_of_work = |one: &Statement| {
        let known = of_work.entry((one.note, one.section));
        *known.or_insert_with(|| tells_of_work(one, &notes[one.note]))
    };
    let dated = Dated::of(notes);
    let is_kept = |(one, is_outer): &(Statement, bool)| {
        let is_datum = *is_outer && notes_of.get(&one.key).is_some_and(|notes| notes.len() >= FORMULAR);
        one.form != Form::Named || !is_datum
    };
    let kept = statements.into_iter().zip(is_outer).filter(is_kept).map(|(one, _)| one);
    let marked = kept.map(|one| {
        let is_result =
            one.is_result || (one.form == Form::Named && (tells_of_work(&one) || dated.holds(&one)));
        Statement { is_result, ..one }
    });
    marked.collect()
}

/// The lines, by note, of blocks of labels of which one is a date, in any language: "Fecha: enero de 2025", "Estado:
/// listo", "Tiempo: 45 minutos". They tell of the note and its day.
struct Dated(Vec<BTreeSet<usize>>);

impl Dated {
    fn of(notes: &[Note]) -> Self {
        Self(notes.iter().map(dated_lines).collect())
    }

    /// True for a bare figure there: "Framework: JUCE 8.0" names what the project is built with on any day.
    fn holds(&self, statement: &Statement) -> bool {
        let is_bare = !statement.shown_value.starts_with(char::is_alphabetic);
        is_bare && self.0[statement.note].contains(&statement.line)
    }
}

fn dated_lines(note: &Note) -> BTreeSet<usize> {
    let lines: Vec<Option<bool>> = note.text.lines().map(is_dated_label).collect();
    let mut found = BTreeSet::new();
    let mut start = 0;
    for block in lines.split(Option::is_none) {
        if block.contains(&Some(true)) {
            found.extend((start..start + block.len()).map(|at| at + 1));
        }
        start += block.len() + 1;
    }
    found
}

/// Whether a label that stands by itself, in no list or table, gives a date; `None` for all other lines.
fn is_dated_label(line: &str) -> Option<bool> {
    let (name, value) = line
        .split_once(':')
        .filter(|_| !line.starts_with(['-', '*', '+', '|', '#', ' ']) || line.starts_with("**"))?;
    let is_year = |word: &str| word.len() == 4 && ("1990".."2100").contains(&word);
    let mut words = value.split(|next: char| !next.is_alphanumeric()).filter(|word| !word.is_empty());
    let is_short = words.clone().count() <= WORDS_OF_A_DATE;
    let is_date = is_short && words.any(is_year);
    (name.split_whitespace().count() <= WORDS_OF_A_LABEL).then_some(is_date)
}

/// Words that a label and a date have at most: "Last updated", "28 de enero de 2025, 10:30 UTC".
const WORDS_OF_A_LABEL: usize = 5;
const WORDS_OF_A_DATE: usize = 8;

/// True before a note's second heading, and in its last lines.
fn is_outer(statement: &Statement, note: &Note, lines: usize) -> bool {
    let parsed = &note.parsed;
    let is_opening = statement.section.is_none_or(|section| section == 0 && parsed.sections[0].level == 1);
    is_opening || statement.line + LAST_LINES > lines
}

/// True below "Step 2", "Implementation statistics" and "Readiness score".
fn tells_of_work(statement: &Statement, note: &Note) -> bool {
    const SUMS: &[&str] = &["statistic", "stat", "metric", "total"];
    const OF_WORK: &[&str] =
        &["implementation", "code", "final", "summary", "quality", "velocity", "session"];
    let Some(section) = statement.section.map(|section| &note.parsed.sections[section]) else { return false };
    let words = split(&section.text);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let is_step = words.first().is_some_and(|word| word == "step") && words.len() > 1;
    let is_score = has(&["readiness", "score", "scorecard"]);
    section.level > 1 && (is_step || is_score || has(SUMS) && has(OF_WORK)) || is_of_a_run(statement, note)
}

/// True for a share that is no bound, "Readiness: 95%", "Network: 17%": what its day came to, or a part of a
/// distribution, unless a name or a setting says that somebody chose it.
pub(super) fn is_share_of_a_day(statement: &Statement) -> bool {
    const CHOSEN: &[&str] = &[
        "threshold",
        "limit",
        "max",
        "min",
        "fee",
        "commission",
        "discount",
        "tax",
        "ratio",
        "margin",
        "split",
    ];
    let is_share = matches!(&statement.value, Value::Number(number) if number.unit.is_percent());
    let is_chosen = statement.key.iter().any(|word| CHOSEN.contains(&word.as_str()));
    let is_setting = statement.is_assigned || statement.shown_key.contains('_');
    is_share && !is_chosen && !is_setting && !statement.value.is_bound()
}

/// True below "Smoke test results" and "Current status", at any depth, and in a note on results of tests: what a run
/// gave, not what is.
fn is_of_a_run(statement: &Statement, note: &Note) -> bool {
    let name = split(&note.stem());
    let is_in_name = |word: &str| name.iter().any(|part| part == word);
    let is_printed =
        note.path.extension() == "txt" && ["output", "debug", "log"].iter().any(|word| is_in_name(word));
    if is_printed || is_in_name("test") && (is_in_name("result") || is_in_name("report")) {
        return true;
    }
    let sections = &note.parsed.sections;
    let above = std::iter::successors(statement.section, |&section| sections[section].parent);
    above.map(|section| &sections[section]).filter(|section| section.level > 1).any(|section| {
        let words = split(&section.text);
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        let is_result =
            has(&["result"]) && has(&["test", "smoke", "run", "backtest", "benchmark", "experiment"]);
        is_result || has(&["status", "progress"])
    })
}
