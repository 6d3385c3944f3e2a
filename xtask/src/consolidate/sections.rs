//! What becomes of each section of the notes that make a guide.

use super::note::{Note, Role};
use super::overlaps::Overlaps;
use super::plan::{Destiny, SectionPlan};
use super::role::date_in;
use super::words;

/// The share of a section that must stand in another note of the guide for it to count as repeated.
const REPEATED: f64 = 0.8;

/// The sections of some notes, the base first, each with what becomes of it.
pub(super) fn of(notes: &[Note], group: &[usize], overlaps: &Overlaps) -> Vec<SectionPlan> {
    let mut plans = Vec::new();
    for (place, &number) in group.iter().enumerate() {
        let note = &notes[number];
        for (heading, lines) in cut(note) {
            let destiny = destiny(notes, &group[..place], number, &heading, lines, overlaps);
            plans.push(SectionPlan {
                source: note.path.clone(),
                lines,
                heading: super::plan_words::one_line(&heading),
                destiny,
                proposed: destiny,
                order: plans.len() + 1,
            });
        }
    }
    plans
}

/// A note cut at its headings of the first and second level; all its lines, none twice.
fn cut(note: &Note) -> Vec<(String, (usize, usize))> {
    let last = note.count_lines();
    let mut starts: Vec<(usize, String)> = note
        .parsed
        .sections
        .iter()
        .filter(|section| section.level <= 2)
        .map(|section| (section.line, section.text.clone()))
        .collect();
    if starts.first().is_none_or(|(line, _)| *line > 1) {
        starts.insert(0, (1, String::new()));
    }
    let ends = starts.iter().skip(1).map(|(line, _)| line - 1).chain([last]).collect::<Vec<_>>();
    starts
        .into_iter()
        .zip(ends)
        .filter(|((start, _), end)| start <= end)
        .map(|((start, text), end)| (text, (start, end)))
        .collect()
}

fn destiny(
    notes: &[Note],
    before: &[usize],
    number: usize,
    heading: &str,
    lines: (usize, usize),
    overlaps: &Overlaps,
) -> Destiny {
    if before.iter().any(|&other| held(notes, number, other, lines, overlaps) >= REPEATED) {
        return Destiny::Repeated;
    }
    if is_history(&notes[number], heading) { Destiny::History } else { Destiny::Guide }
}

/// The share of some lines of a note that stands in another note.
fn held(notes: &[Note], number: usize, other: usize, lines: (usize, usize), overlaps: &Overlaps) -> f64 {
    let Some(pair) = overlaps.between(number, other) else { return 0.0 };
    let texts: Vec<&str> = notes[number].text.lines().collect();
    let (mut all, mut shared) = (0.0, 0.0);
    for line in lines.0..=lines.1 {
        let words = texts.get(line - 1).map_or(0, |text| text.split_whitespace().count()) as f64;
        let similarity = pair
            .passages
            .iter()
            .filter(|passage| {
                let range = if pair.a == number { passage.a } else { passage.b };
                (range.0..=range.1).contains(&line)
            })
            .map(|passage| passage.similarity)
            .fold(0.0, f64::max);
        all += words;
        shared += words * similarity;
    }
    if all == 0.0 { 0.0 } else { shared / all }
}

/// What a section is called when it tells of a day rather than of a thing.
const OF_A_DAY: &[&str] = &[
    "session",
    "log",
    "status",
    "timeline",
    "history",
    "changelog",
    "progress",
    "commit",
    "commits",
    "completed",
    "accomplishments",
    "deliverables",
    "summary",
    "conclusion",
    "next",
    "todo",
    "results",
    "changes",
    "modified",
    "issue",
    "issues",
    "verification",
    "validation",
    "done",
    "fixed",
    "date",
    "handoff",
];

fn is_history(note: &Note, heading: &str) -> bool {
    if matches!(note.role, Role::Session | Role::Status) || date_in(&note.stem()).is_some() {
        return true;
    }
    if heading.is_empty() {
        return false;
    }
    tells_of_a_day(heading)
}

/// True for a heading that tells of a day rather than of a thing.
pub(super) fn tells_of_a_day(heading: &str) -> bool {
    date_in(heading).is_some() || words::of_text(heading).iter().any(|word| OF_A_DAY.contains(&word.as_str()))
}
