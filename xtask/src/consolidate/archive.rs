//! Which notes look like finished business, and what says so.

use super::note::{Note, Role};
use super::role::date_in;
use super::words;

/// A note with what speaks for moving it into the archive.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) note: usize,
    /// 0 to 1.
    pub(super) confidence: f64,
    pub(super) reasons: Vec<String>,
}

/// What one note's surroundings say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Surroundings {
    /// How many other notes and files name it.
    pub(super) inbound: usize,
    /// How much of it stands in a note that was changed later, 0 to 1.
    pub(super) superseded: f64,
}

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
    let signals = signals(note, surroundings);
    if signals.is_empty() {
        return (0.0, Vec::new());
    }
    let doubt: f64 = signals.iter().map(|(weight, _)| 1.0 - weight).product();
    let mut confidence = 1.0 - doubt;
    if matches!(note.role, Role::Guide | Role::Reference | Role::Index) {
        confidence *= 0.5;
    }
    if surroundings.inbound > 0 {
        confidence *= 0.97_f64.powi(surroundings.inbound.min(10) as i32);
    }
    (confidence, signals.into_iter().map(|(_, reason)| reason).collect())
}

/// What speaks for it, each with a weight of 0 to 1.
fn signals(note: &Note, surroundings: Surroundings) -> Vec<(f64, String)> {
    let mut found = Vec::new();
    let stem = note.stem();
    let name = words::of_text(&stem);
    let named = |wanted: &[&str]| name.iter().find(|word| wanted.contains(&word.as_str())).cloned();
    if let Some(date) = date_in(&stem) {
        found.push((0.6, format!("dated name ({date})")));
    }
    match note.role {
        Role::Session => found.push((0.5, "session note".to_owned())),
        Role::Status => found.push((0.35, "status of a day".to_owned())),
        _ => {}
    }
    if let Some(word) =
        named(&["complete", "completed", "done", "final", "fixed", "handoff", "checkpoint", "deliverables"])
    {
        found.push((0.4, format!("completion in its name (“{word}”)")));
    }
    if let Some((line, text)) = closing_status(&note.text) {
        found.push((0.4, format!("line {line} says “{text}”")));
    }
    if let Some(folder) = old_folder(note) {
        found.push((0.4, format!("in the folder {folder}/")));
    }
    if surroundings.superseded >= 0.5 {
        let percent = (surroundings.superseded * 100.0).round();
        found.push((0.5 * surroundings.superseded, format!("{percent} % of it stands in a newer note")));
    }
    let past = past_share(&note.text);
    if past >= 0.02 {
        found.push((0.15, format!("told in the past tense ({:.1} % of its words)", past * 100.0)));
    }
    if !found.is_empty() && surroundings.inbound == 0 {
        found.push((0.1, "nothing links to it".to_owned()));
    }
    found
}

/// A line that says that all is done, or that something else took its place.
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
    text.lines().enumerate().take(40).find_map(|(number, line)| {
        let words = words::of_text(line);
        let at = words.iter().position(|word| word == "status")?;
        let is_short = words.len() <= 12 && at <= 2;
        let closed = words[at + 1..].iter().take(4).any(|word| CLOSED.contains(&word.as_str()));
        let open = words[at + 1..]
            .iter()
            .any(|word| matches!(word.as_str(), "not" | "progress" | "partially" | "pending" | "incomplete"));
        let said =
            line.trim().trim_start_matches(['#', '-', '>', ' ']).replace("**", "").replace(['`', '|'], " ");
        (is_short && closed && !open).then(|| (number + 1, said.trim().to_owned()))
    })
}

fn old_folder(note: &Note) -> Option<String> {
    const OLD: &[&str] =
        &["session", "sessions", "log", "logs", "journal", "old", "done", "completed", "meetings", "history"];
    let folder = note.path.parent()?;
    let part =
        folder.parts().find(|part| OLD.contains(&String::from_utf8_lossy(part).to_lowercase().as_str()))?;
    Some(String::from_utf8_lossy(part).into_owned())
}

/// The share of words that tell what was done.
fn past_share(text: &str) -> f64 {
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
    let words = words::of_text(text);
    let past = words.iter().filter(|word| DONE.contains(&word.as_str())).count();
    past as f64 / words.len().max(50) as f64
}
