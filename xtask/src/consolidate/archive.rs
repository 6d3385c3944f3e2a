//! Which notes look like finished business, and what says so.
//!
//! A logistic model: each sign has a weight, their sum is a confidence. The weights began as an editor's
//! judgement and were moved towards 73 real clean-ups of 43 repositories: kept is what ranks better in both halves
//! of the repositories. Where a note lies says the most; its length, commits and ticks say nothing more.

use super::note::{Note, Role};
use super::role::{self, day_in};
use super::{scope, words};

/// A note with what speaks for moving it into the archive.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Candidate {
    pub(super) note: usize,
    /// 0 to 1.
    pub(super) confidence: f64,
    /// What speaks for it, the weightiest first.
    pub(super) reasons: Vec<String>,
    /// False where its place, its age and that nothing links to it alone do: enough for a rank, not for a proposal.
    pub(super) has_sign: bool,
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
    /// How many notes lie in its folder, itself included.
    pub(super) in_folder: usize,
}

/// A sign with its weight in the model.
struct Sign {
    weight: f64,
    reason: Reason,
}

/// What is said of a sign.
enum Reason {
    Said(String),
    /// Said beside others, and enough for nothing by itself.
    Beside(String),
    /// Said where nothing else speaks for the note.
    Weak(String),
    /// Says nothing by itself.
    Silent,
}

/// The sum at which the confidence is one half, without any sign.
const START: f64 = -2.75;

/// Every note that has any reason, the surest first.
pub(super) fn candidates(notes: &[Note], surroundings: &[Surroundings]) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = (0..notes.len())
        .map(|number| weigh(number, &notes[number], surroundings[number]))
        .filter(|candidate| !candidate.reasons.is_empty())
        .collect();
    found.sort_by(|one, other| other.confidence.total_cmp(&one.confidence).then(one.note.cmp(&other.note)));
    found
}

/// True for a list of tasks most of which are open; a note that says itself that all is done, or is named for a stage or a
/// day that passed, keeps its boxes unticked for good.
fn is_unfinished(note: &Note) -> bool {
    /// A few boxes are a form that nobody ticks.
    const MANY: usize = 10;
    let tasks = &note.parsed.tasks;
    let done = tasks.iter().filter(|task| task.done).count();
    let open = tasks.len() - done;
    let stem = note.stem();
    let is_over =
        || day_in(&stem).is_some() || numbered_stage(&stem).is_some() || closing_status(note).is_some();
    open >= MANY && open > done && !is_over()
}

fn weigh(number: usize, note: &Note, surroundings: Surroundings) -> Candidate {
    if note.is_empty() {
        let reasons = vec!["holds no word".to_owned()];
        return Candidate { note: number, confidence: 0.95, reasons, has_sign: true };
    }
    let mut signs = signs_of_name(note);
    signs.extend(signs_of_text(note));
    signs.extend(signs_around(surroundings));
    let sum: f64 = START + signs.iter().map(|sign| sign.weight).sum::<f64>();
    signs.sort_by(|one, other| other.weight.total_cmp(&one.weight));
    // People put such lists aside as often as others, so that it ranks where it did; but nothing is proposed.
    let has_sign = !is_unfinished(note) && signs.iter().any(|sign| matches!(sign.reason, Reason::Said(_)));
    let reasons = signs.into_iter().filter_map(|sign| match sign.reason {
        Reason::Said(reason) | Reason::Beside(reason) => Some(reason),
        Reason::Weak(reason) => (!has_sign).then_some(reason),
        Reason::Silent => None,
    });
    Candidate { note: number, confidence: 1.0 / (1.0 + (-sum).exp()), reasons: reasons.collect(), has_sign }
}

fn said(weight: f64, reason: impl Into<String>) -> Sign {
    Sign { weight, reason: Reason::Said(reason.into()) }
}

fn weak(weight: f64, reason: impl Into<String>) -> Sign {
    Sign { weight, reason: Reason::Weak(reason.into()) }
}

fn silent(weight: f64) -> Sign {
    Sign { weight, reason: Reason::Silent }
}

/// Words of names that say that something was done.
pub(super) const COMPLETED: &[&str] =
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
/// Words of names for a stage of work.
pub(super) const STAGES: &[&str] = &[
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
    "session", "sessions", "log", "logs", "journal", "old", "meetings", "history", "status", "reports",
    "progress",
];

/// Folders for what is finished.
const DONE_FOLDERS: &[&str] = &["complete", "completed", "done", "finished", "closed", "resolved"];

fn signs_of_name(note: &Note) -> Vec<Sign> {
    let stem = note.stem();
    let name = words::of_text(&stem);
    let named = |wanted: &[&str]| name.iter().find(|word| wanted.contains(&word.as_str()));
    let mut signs = vec![sign_of_role(note.role)];
    if let Some(date) = day_in(&stem) {
        signs.push(said(1.5, format!("dated name ({date})")));
    }
    if let Some(at) = (0..name.len()).find(|&at| COMPLETED.contains(&name[at].as_str())) {
        signs.push(match role::is_adjective(&name, at) {
            true => silent(0.5),
            false => said(0.5, format!("completion in its name ({})", name[at])),
        });
    }
    if let Some(word) = named(REPAIRS) {
        signs.push(said(0.5, format!("named for a piece of work ({word})")));
    }
    if let Some(stage) = numbered_stage(&stem) {
        signs.push(said(0.6, format!("named for one {} ({})", stage.0, stage.1)));
    }
    if let Some(folder) = old_folder(note) {
        // What lies in such a folder was put in order already.
        signs.push(said(0.15, format!("in the folder {folder}/")));
    }
    let letters = stem.chars().filter(|character| character.is_alphabetic()).count();
    if letters > 3 && !stem.chars().any(char::is_lowercase) {
        // Working notes are named so more often than documents that are kept.
        signs.push(silent(0.4));
    }
    signs.push(sign_of_place(note));
    signs
}

/// People clear the root and the top of the notes first; what lies beside code describes the code.
fn sign_of_place(note: &Note) -> Sign {
    let Some(folder) = note.path.parent() else { return weak(2.3, "lies loose in the root folder") };
    let parts: Vec<_> = folder.parts().map(|part| String::from_utf8_lossy(part).to_lowercase()).collect();
    match &parts[..] {
        [first, rest @ ..] if scope::FOLDERS.contains(&first.as_str()) => match rest {
            [] => weak(0.6, format!("lies loose in {}/", folder.display())),
            _ => silent(0.0),
        },
        _ => silent(-1.2),
    }
}

fn sign_of_role(role: Role) -> Sign {
    match role {
        Role::Session => said(1.3, "session note"),
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
    if let Some((line, text)) = closing_status(note) {
        signs.push(said(0.25, format!("line {line} says “{text}”")));
    }
    let past = past_share(&note.text);
    if past >= 0.02 {
        signs.push(said(
            0.2 * (past / 0.03).min(2.0),
            format!("{:.1} % of its words tell what was done", past * 100.0),
        ));
    }
    let sections = &note.parsed.sections;
    let tell = |what: fn(&str) -> bool| sections.iter().filter(|section| what(&section.text)).count();
    let of_a_day = tell(super::sections::tells_of_a_day);
    let done = tell(super::sections::tells_of_work_done);
    if of_a_day * 3 >= sections.len().max(1) && of_a_day >= 2 {
        signs.push(match done * 2 >= of_a_day {
            true => said(0.3, format!("{done} of {} headings tell of work done", sections.len())),
            // Where most of them are open issues, nothing was done; but it is of a day all the same.
            false => silent(0.3),
        });
    }
    let tasks = &note.parsed.tasks;
    if tasks.len() >= 3 && tasks.iter().all(|task| task.done) {
        signs.push(said(0.4, format!("all {} tasks are ticked", tasks.len())));
    }
    signs
}

fn signs_around(surroundings: Surroundings) -> Vec<Sign> {
    let mut signs = vec![
        sign_of_age(surroundings.age),
        silent(-0.4 * (surroundings.inbound as f64).ln_1p()),
        // Crowded folders are cleared first.
        silent(0.2 * (surroundings.in_folder as f64).ln_1p()),
    ];
    if surroundings.superseded >= 0.5 {
        let percent = (surroundings.superseded * 100.0).round();
        signs.push(said(1.2 * surroundings.superseded, format!("{percent} % of it stands in a newer note")));
    }
    if surroundings.inbound == 0 {
        // Of those at the root that have no other sign, one in four was archived.
        signs.push(Sign { weight: 0.1, reason: Reason::Beside("nothing links to it".to_owned()) });
    }
    signs
}

fn sign_of_age(age: f64) -> Sign {
    let percent = (age * 100.0).floor();
    if percent < 1.0 {
        return silent(0.0);
    }
    weak(0.6 * age, format!("{percent} % of the notes were changed later"))
}

/// The first `phase 2`, `issue26`, `week_3` in a name: the word, and both together.
fn numbered_stage(stem: &str) -> Option<(String, String)> {
    let lower = stem.to_lowercase();
    STAGES.iter().find_map(|stage| {
        lower.match_indices(stage).find_map(|(at, _)| {
            let rest = lower[at + stage.len()..].trim_start_matches(['-', '_', '.', ' ', '#']);
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            let stands_alone = !lower[..at].ends_with(char::is_alphabetic);
            // `session-2025-05-14` has a date behind it, no number.
            let is_year = digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"));
            (stands_alone && !is_year && !digits.is_empty() && digits.len() <= 6)
                .then(|| ((*stage).to_owned(), format!("{stage} {digits}")))
        })
    })
}

/// A line near the top that says that all is done, or that something else took its place.
fn closing_status(note: &Note) -> Option<(usize, String)> {
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
    note.text.lines().enumerate().take(40).find_map(|(number, line)| {
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
        let says = words.len() <= 12 && at <= 2 && closed && !open && !is_of_a_part(note, number + 1);
        says.then(|| (number + 1, line.trim().to_owned()))
    })
}

/// True for a line in one of several parts, such as `### Phase 1` or `## Bug #1`: what it says is said of that part.
fn is_of_a_part(note: &Note, line: usize) -> bool {
    let above = note.parsed.sections.iter().rev().find(|section| section.line <= line);
    above.is_some_and(|section| {
        let is_title = section.level == 1 || section.parent.is_none();
        let is_numbered = section.text.contains(|c: char| c.is_ascii_digit());
        !is_title && section.line < line && (section.level > 2 || is_numbered)
    })
}

fn old_folder(note: &Note) -> Option<String> {
    folder_among(note, OLD_FOLDERS).or_else(|| folder_among(note, DONE_FOLDERS))
}

/// True in a folder for what is finished: it was put in order already, and makes no guide.
pub(super) fn lies_finished(note: &Note) -> bool {
    folder_among(note, DONE_FOLDERS).is_some()
}

fn folder_among(note: &Note, wanted: &[&str]) -> Option<String> {
    let folder = note.path.parent()?;
    let names = folder.parts().map(|part| String::from_utf8_lossy(part).into_owned());
    names.into_iter().find(|name| wanted.contains(&name.to_lowercase().as_str()))
}

/// The share of words that tell what was done.
pub(super) fn past_share(text: &str) -> f64 {
    const DONE: &[&str] = &[
        "added",
        "changed",
        "committed",
        "completed",
        "created",
        "did",
        "fixed",
        "had",
        "implemented",
        "merged",
        "moved",
        "passed",
        "refactored",
        "removed",
        "replaced",
        "resolved",
        "tested",
        "updated",
        "verified",
        "was",
        "were",
    ];
    let (mut words, mut past) = (0_usize, 0_usize);
    // All of them end in `d`, or begin with `w`: most words are none of them at a glance.
    let may_be = |word: &str| word.ends_with('d') || word.starts_with('w');
    words::each(text, |word| {
        words += 1;
        past += usize::from(may_be(word) && DONE.contains(&word));
    });
    past as f64 / words.max(50) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consolidate::test_notes::note;

    /// The reasons for a note of this path and text.
    fn reasons(path: &str, text: &str) -> String {
        let surroundings = Surroundings { inbound: 1, ..Surroundings::default() };
        let found = candidates(&[note(path, text)], &[surroundings]);
        found.first().map(|candidate| candidate.reasons.join("; ")).unwrap_or_default()
    }

    #[test]
    fn what_is_full_was_not_completed() {
        let cases = [
            ("COMPLETE_FILE_INVENTORY", false),
            ("API_COMPLETE_BREAKDOWN", false),
            ("IMPLEMENTATION_COMPLETE", true),
            ("PHASE_2_COMPLETE_SUMMARY", true),
            ("COMPLETE", true),
        ];
        for (name, expected) in cases {
            let said = reasons(&format!("docs/{name}.md"), "# X\n\nWords.\n");
            assert_eq!(said.contains("completion in its name"), expected, "{name}: {said}");
            assert!(expected || !said.contains("summary of work done"), "{name}: {said}");
        }
    }

    #[test]
    fn a_framework_for_reports_is_no_report() {
        let cases = [
            ("REPORT_TESTING_FRAMEWORK", "X", false),
            ("ARCHITECTURE", "Architecture review", false),
            ("TESTING_REPORT", "X", true),
            ("storage", "Storage review", true),
        ];
        for (name, title, expected) in cases {
            let said = reasons(&format!("docs/{name}.md"), &format!("# {title}\n\nWords.\n"));
            assert_eq!(said.split("; ").any(|reason| reason == "report"), expected, "{name}: {said}");
        }
    }

    #[test]
    fn status_of_a_part_is_not_the_notes() {
        let cases = [
            ("**Status:** Complete\n", true),
            ("## Summary\n\n**Status:** Complete\n", true),
            ("## Phase 1\n\n**Status:** Complete\n", false),
            ("## Plan\n\n### First part\n\n**Status:** Complete\n", false),
        ];
        for (text, expected) in cases {
            let said = reasons("docs/x.md", &format!("# X\n\n{text}"));
            assert_eq!(said.contains("says “Status: Complete”"), expected, "{text}: {said}");
        }
    }

    #[test]
    fn what_is_still_to_do_is_not_finished() {
        let list = |open: usize, done: usize| {
            format!("# Todo\n\n{}{}", "- [ ] one\n".repeat(open), "- [x] one\n".repeat(done))
        };
        let weighed = |path: &str, open, done| {
            let surroundings = Surroundings { inbound: 1, ..Surroundings::default() };
            candidates(&[note(path, &list(open, done))], &[surroundings]).remove(0)
        };
        let is_proposed = |open, done| weighed("docs/TODO.md", open, done).has_sign;
        assert!(!is_proposed(20, 5) && is_proposed(5, 20) && is_proposed(3, 0));
        assert!(weighed("docs/phase-2-todo.md", 20, 5).has_sign, "the stage is over");
        let (open, done) = (weighed("docs/TODO.md", 20, 5), weighed("docs/TODO.md", 5, 20));
        assert!((open.confidence - done.confidence).abs() < 0.01, "it ranks as others do");

        let notes = |headings: &str| reasons("docs/REVIEW.md", &format!("# Review\n\n{headings}"));
        let open = "## Open issues\n\nx\n\n## Issues (43)\n\nx\n\n## Next steps\n\nx\n";
        let done = "## Fixed issues\n\nx\n\n## Results\n\nx\n\n## Verification\n\nx\n";
        assert!(!notes(open).contains("headings tell of work done"), "{}", notes(open));
        assert!(notes(done).contains("3 of 4 headings tell of work done"), "{}", notes(done));
    }
}
