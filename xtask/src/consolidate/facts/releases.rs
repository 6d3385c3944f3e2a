//! When a version was released, as change logs and the notes of releases tell it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::agreement::Agreement;
use super::notes::{component, is_of_changes};
use super::statements::{Form, Said, Statement, bare};
use super::value::Value;
use crate::consolidate::note::{Note, Role, seconds};

/// Dates of one version that lie so far apart, in seconds, are two: a day is the difference of two time zones.
const APART: i64 = 2 * 86_400;

static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let months = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec";
    let pattern = format!(
        r"(?x) \b(?P<y1>20\d\d)(?:-|/|年\ ?)(?P<m1>\d\d?)(?:-|/|月\ ?)(?P<d1>\d\d?)(?:日|\b)
        | \b(?P<m2>{months})[a-z]*\.?\ (?P<d2>\d\d?)(?:st|nd|rd|th)?,?\ (?P<y2>20\d\d)\b
        | \b(?P<d3>\d\d?)(?:st|nd|rd|th)?\ (?P<m3>{months})[a-z]*\.?,?\ (?P<y3>20\d\d)\b"
    );
    Regex::new(&pattern).expect("a constant pattern")
});

/// A heading that opens with a version.
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    let pattern =
        r"(?i)^(?:release |version )?\[?v?(\d+(?:\.\d+){1,3}(?:-(?:alpha|beta|rc)[.\d]*)?)(?:[\s\])(:,]|$)";
    Regex::new(pattern).expect("a constant pattern")
});

/// A version anywhere: in the title of a note or in its name.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:^|[^\w.])v?(\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)[.\d]*)?)(?:[^\w.]|\.\D|\.?$)")
        .expect("a constant pattern")
});

/// What stands before the date in the notes of a release.
const LABELS: &[&str] =
    &["release date", "released", "released on", "date of release", "发布日期", "リリース日", "출시일"];

/// Versions whose dates differ, each with all notes that tell it.
pub(super) fn conflicts(notes: &[Note]) -> Vec<Vec<Statement>> {
    let mut of_version: BTreeMap<Vec<String>, Vec<Statement>> = BTreeMap::new();
    // A part of a repository has versions of its own.
    let is_of_all = |note: &Note| note.role != Role::Session && component(&note.path).is_none();
    for (number, note) in notes.iter().enumerate().filter(|(_, note)| is_of_all(note)) {
        for release in of(number, note) {
            of_version.entry(release.key.clone()).or_default().push(release);
        }
    }
    let mut agreement = Agreement::default();
    for [one, other] in of_version.values().flat_map(|releases| pairs(releases)) {
        agreement.count(one, other, !are_apart(one, other));
    }
    let differs = |releases: &&Vec<Statement>| {
        pairs(releases).any(|[one, other]| are_apart(one, other) && agreement.may_be_of_one(one, other))
    };
    of_version.values().filter(differs).cloned().collect()
}

fn pairs(releases: &[Statement]) -> impl Iterator<Item = [&Statement; 2]> {
    let later = |at: usize| releases[at + 1..].iter();
    releases.iter().enumerate().flat_map(move |(at, one)| later(at).map(move |other| [one, other]))
}

fn are_apart(one: &Statement, other: &Statement) -> bool {
    let at = |statement: &Statement| seconds(&format!("{}T00:00:00Z", statement.shown_value));
    one.note != other.note && at(one).zip(at(other)).is_some_and(|(one, other)| (one - other).abs() >= APART)
}

/// The releases that a note tells; a version that it gives two dates is one of several programs.
fn of(number: usize, note: &Note) -> Vec<Statement> {
    let mut found = labelled(number, note);
    let is_readme = note.path.parent().is_none() && note.path.stem().eq_ignore_ascii_case(b"readme");
    let has_log = is_readme || is_of_changes(&note.path);
    if has_log {
        found.extend(note.parsed.sections.iter().enumerate().filter_map(|(at, section)| {
            let version = VERSION.captures(&section.text)?;
            let rest = &section.text[version.get(0)?.end()..];
            let date = DATE.find(rest)?;
            // Behind the date stands nothing that could make it another's.
            let is_last = !rest[date.end()..].contains(char::is_alphanumeric);
            let day = day(rest).filter(|_| is_last)?;
            Some(release(&version[1], day).at(number, section.line, Some(at)))
        }));
    }
    let mut dates: BTreeMap<Vec<String>, BTreeSet<String>> = BTreeMap::new();
    for one in &found {
        dates.entry(one.key.clone()).or_default().insert(one.shown_value.clone());
    }
    found.retain(|one| dates[&one.key].len() == 1);
    found
}

/// "**Release Date:** 2025-08-20" below a heading, or in a note, that names one version.
fn labelled(number: usize, note: &Note) -> Vec<Statement> {
    let mut found = Vec::new();
    for (line, text) in (1..).zip(note.text.lines()) {
        let Some((label, value)) = text.split_once(':').filter(|_| text.len() <= LONGEST) else { continue };
        // Whatever marks or pictures stand around it.
        let label = bare(label).to_lowercase();
        if !LABELS.contains(&label.trim_matches(|next: char| !next.is_alphanumeric())) {
            continue;
        }
        let section = note.parsed.section_at(note.parsed.lines.range(line).start);
        let version = version_of(note, section);
        if let Some((version, day)) = version.zip(day(value)) {
            found.push(release(&version, day).at(number, line, section));
        }
    }
    found
}

/// Longest line that is read for a label, in bytes.
const LONGEST: usize = 200;

/// The one version that the nearest heading with a version names, else the note's name.
fn version_of(note: &Note, section: Option<usize>) -> Option<String> {
    let sections = &note.parsed.sections;
    let parent = |&at: &usize| sections[at].parent;
    let mut named = std::iter::successors(section, parent)
        .map(|at| named_in(&sections[at].text))
        .filter(|all| !all.is_empty());
    let versions = named
        .next()
        .unwrap_or_else(|| named_in(&String::from_utf8_lossy(note.path.stem()).replace('_', " ")));
    (versions.len() == 1).then(|| versions.into_iter().next())?
}

fn named_in(text: &str) -> BTreeSet<String> {
    NAMED.captures_iter(text).map(|found| found[1].to_lowercase()).collect()
}

/// The first date of a text, as `YYYY-MM-DD`.
fn day(text: &str) -> Option<String> {
    let found = DATE.captures(text)?;
    let part = |names: [&str; 3]| names.iter().find_map(|name| found.name(name)).map(|part| part.as_str());
    let (year, month, day) =
        (part(["y1", "y2", "y3"])?, part(["m1", "m2", "m3"])?, part(["d1", "d2", "d3"])?);
    const MONTHS: &[&str] =
        &["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month: usize = match MONTHS.iter().position(|name| *name == month) {
        Some(at) => at + 1,
        None => month.parse().ok()?,
    };
    let day: usize = day.parse().ok()?;
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then(|| format!("{year}-{month:02}-{day:02}"))
}

fn release(version: &str, day: String) -> Said {
    let version = version.to_lowercase();
    Said {
        form: Form::Declared,
        key: vec!["release".to_owned(), version.clone()],
        column: String::new(),
        value: Value::Names(BTreeSet::from([day.clone()])),
        shown_key: format!("release date of {version}"),
        shown_value: day,
        is_assigned: false,
    }
}
