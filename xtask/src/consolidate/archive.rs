//! Which notes look like finished business, and what says so.
//!
//! A logistic model: each sign has a weight, their sum is a confidence. The weights began as an editor's
//! judgement and were moved towards nine real clean-ups, each left out once to see that they carry over.

use super::note::{Note, Role};
use super::role::date_in;
use super::words;

/// A note with what speaks for moving it into the archive.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) note: usize,
    /// 0 to 1.
    pub(super) confidence: f64,
    /// What speaks for it, the weightiest first.
    pub(super) reasons: Vec<String>,
}

/// What one note's surroundings say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Surroundings {
    /// How many other notes and files name it.
    pub(super) inbound: usize,
    /// How much of it stands in a note that was changed later, 0 to 1.
    pub(super) superseded: f64,
    /// The share of notes that were changed later, 0 to 1; 0 where dates are not known.
    pub(super) age: f64,
}

/// A sign with its weight in the model.
struct Sign {
    weight: f64,
    /// What is said of it; `None` for what says nothing by itself.
    reason: Option<String>,
}

/// The sum at which the confidence is one half, without any sign.
const START: f64 = -1.6;

/// Every note that has any reason, the surest first.
pub(super) fn candidates(notes: &[Note], surroundings: &[Surroundings]) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = notes
        .iter()
        .enumerate()
        .filter_map(|(number, note)| {
            let (confidence, reasons) = weigh(note, surroundings[number]);
            (!reasons.is_empty()).then_some(Candidate { note: number, confidence, reasons })
        })
        .collect();
    found.sort_by(|one, other| other.confidence.total_cmp(&one.confidence).then(one.note.cmp(&other.note)));
    found
}

fn weigh(note: &Note, surroundings: Surroundings) -> (f64, Vec<String>) {
    if note.is_empty() {
        return (0.95, vec!["holds no word".to_owned()]);
    }
    let mut signs = signs_of_name(note);
    signs.extend(signs_of_text(note));
    signs.extend(signs_around(surroundings));
    let sum: f64 = START + signs.iter().map(|sign| sign.weight).sum::<f64>();
    signs.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    (1.0 / (1.0 + (-sum).exp()), signs.into_iter().filter_map(|sign| sign.reason).collect())
}

fn said(weight: f64, reason: impl Into<String>) -> Sign {
    Sign { weight, reason: Some(reason.into()) }
}

fn silent(weight: f64) -> Sign {
    Sign { weight, reason: None }
}

const COMPLETED: &[&str] =
    &["complete", "completed", "completion", "done", "final", "finished", "fixed", "handoff", "deliverables"];
const REPAIRS: &[&str] = &[
    "fix",
    "fixes",
    "bug",
    "bugs",
    "bugfix",
    "hotfix",
    "patch",
    "resolution",
    "migration",
    "refactor",
    "refactoring",
    "cleanup",
];
const STAGES: &[&str] = &[
    "phase",
    "week",
    "sprint",
    "task",
    "issue",
    "batch",
    "step",
    "milestone",
    "day",
    "part",
    "session",
    "pr",
    "stage",
    "iteration",
    "round",
];
const OLD_FOLDERS: &[&str] = &[
    "session",
    "sessions",
    "log",
    "logs",
    "journal",
    "old",
    "done",
    "completed",
    "meetings",
    "history",
    "status",
    "reports",
    "progress",
];

fn signs_of_name(note: &Note) -> Vec<Sign> {
    let stem = note.stem();
    let name = words::of_text(&stem);
    let named = |wanted: &[&str]| name.iter().find(|word| wanted.contains(&word.as_str()));
    let mut signs = vec![sign_of_role(note.role)];
    if let Some(date) = date_in(&stem) {
        signs.push(said(1.4, format!("dated name ({date})")));
    }
    if let Some(word) = named(COMPLETED) {
        signs.push(said(0.5, format!("completion in its name ({word})")));
    }
    if let Some(word) = named(REPAIRS) {
        signs.push(said(0.5, format!("named for a piece of work ({word})")));
    }
    if let Some(stage) = numbered_stage(&stem) {
        let weight = if matches!(stage.0.as_str(), "issue" | "pr") { 0.6 } else { 0.2 };
        signs.push(said(weight, format!("named for one {} ({})", stage.0, stage.1)));
    }
    if let Some(folder) = old_folder(note) {
        signs.push(said(0.5, format!("in the folder {folder}/")));
    }
    let letters = stem.chars().filter(|character| character.is_alphabetic()).count();
    if letters > 3 && !stem.chars().any(char::is_lowercase) {
        // Working notes are named so more often than documents that are kept.
        signs.push(silent(0.6));
    }
    signs
}

fn sign_of_role(role: Role) -> Sign {
    match role {
        Role::Session => said(1.1, "session note"),
        Role::Status => said(0.6, "status of a day"),
        Role::Summary => said(0.4, "summary of work done"),
        Role::Report => said(0.3, "report"),
        Role::Plan => said(0.35, "plan"),
        Role::Reference => silent(-0.4),
        Role::Guide => silent(-1.0),
        Role::Index => silent(-1.0),
        Role::Other => silent(0.0),
    }
}

fn signs_of_text(note: &Note) -> Vec<Sign> {
    let mut signs = Vec::new();
    if let Some((line, text)) = closing_status(&note.text) {
        signs.push(said(0.35, format!("line {line} says “{text}”")));
    }
    let past = past_share(&note.text);
    if past >= 0.02 {
        signs.push(said(
            0.2 * (past / 0.03).min(2.0),
            format!("{:.1} % of its words tell what was done", past * 100.0),
        ));
    }
    let sections = &note.parsed.sections;
    let of_a_day = sections.iter().filter(|section| super::sections::tells_of_a_day(&section.text)).count();
    if of_a_day * 3 >= sections.len().max(1) && of_a_day >= 2 {
        signs.push(said(0.3, format!("{of_a_day} of {} headings tell of work done", sections.len())));
    }
    let tasks = &note.parsed.tasks;
    if tasks.len() >= 3 && tasks.iter().all(|task| task.done) {
        signs.push(said(0.4, format!("all {} tasks are ticked", tasks.len())));
    }
    signs
}

fn signs_around(surroundings: Surroundings) -> Vec<Sign> {
    let mut signs =
        vec![silent(0.6 * surroundings.age), silent(-0.5 * (surroundings.inbound as f64).ln_1p())];
    if surroundings.superseded >= 0.5 {
        let percent = (surroundings.superseded * 100.0).round();
        signs.push(said(1.5 * surroundings.superseded, format!("{percent} % of it stands in a newer note")));
    }
    if surroundings.inbound == 0 {
        signs.push(said(0.25, "nothing links to it"));
    }
    signs
}

/// The first `phase 2`, `issue26`, `week_3` in a name: the word, and both together.
fn numbered_stage(stem: &str) -> Option<(String, String)> {
    let lower = stem.to_lowercase();
    STAGES.iter().find_map(|stage| {
        lower.match_indices(stage).find_map(|(at, _)| {
            let rest = lower[at + stage.len()..].trim_start_matches(['-', '_', '.', ' ', '#']);
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            let stands_alone = !lower[..at].ends_with(char::is_alphabetic);
            (stands_alone && !digits.is_empty() && digits.len() <= 6)
                .then(|| ((*stage).to_owned(), format!("{stage} {digits}")))
        })
    })
}

/// A line near the top that says that all is done, or that something else took its place.
fn closing_status(text: &str) -> Option<(usize, String)> {
    const CLOSED: &[&str] = &[
        "complete",
        "completed",
        "done",
        "closed",
        "resolved",
        "fixed",
        "implemented",
        "deprecated",
        "superseded",
        "obsolete",
        "finished",
        "merged",
        "archived",
    ];
    const OPEN: &[&str] = &["not", "progress", "partially", "pending", "incomplete"];
    text.lines().enumerate().take(40).find_map(|(number, line)| {
        if !line.as_bytes().windows(6).any(|word| word.eq_ignore_ascii_case(b"status")) {
            return None;
        }
        let words = words::of_text(line);
        let at = words.iter().position(|word| word == "status")?;
        let after = &words[at + 1..];
        let closed = after.iter().take(4).any(|word| CLOSED.contains(&word.as_str()));
        let open = after.iter().any(|word| OPEN.contains(&word.as_str()));
        let line =
            line.trim().trim_start_matches(['#', '-', '>', ' ']).replace("**", "").replace(['`', '|'], " ");
        (words.len() <= 12 && at <= 2 && closed && !open).then(|| (number + 1, line.trim().to_owned()))
    })
}

fn old_folder(note: &Note) -> Option<String> {
    let folder = note.path.parent()?;
    let names = folder.parts().map(|part| String::from_utf8_lossy(part).into_owned());
    names.into_iter().find(|name| OLD_FOLDERS.contains(&name.to_lowercase().as_str()))
}

/// The share of words that tell what was done.
pub(super) fn past_share(text: &str) -> f64 {
    const DONE: &[&str] = &[
        "added",
        "fixed",
        "implemented",
        "created",
        "updated",
        "removed",
        "changed",
        "completed",
        "verified",
        "tested",
        "refactored",
        "resolved",
        "was",
        "were",
        "had",
        "did",
        "moved",
        "replaced",
        "committed",
        "merged",
        "passed",
    ];
    let (mut words, mut past) = (0_usize, 0_usize);
    words::each(text, |word| {
        words += 1;
        past += usize::from(DONE.contains(&word));
    });
    past as f64 / words.max(50) as f64
}
