//! Whether a section is worth reading in a year, or tells of a day.
//!
//! A sum of signs, as for whole notes: what kind of note it stands in, what its heading says, what its text does. The
//! weights are an editor's judgement, checked by reading what they made of real notes.

mod headings;

use super::archive::past_share;
use super::note::{Note, Role};
use super::role::{date_in, day_in};
use super::words;

/// The sum from which on a section is history.
const HISTORY: f64 = 1.0;

/// What a note's kind and name say of all its sections.
#[derive(Clone, Copy, Debug)]
pub(super) struct Leaning {
    /// More than 0 for history.
    sum: f64,
    /// Whether its sections are decisions, which have a date and stay true.
    holds_decisions: bool,
    /// Whether it is a list that is gone through time and again.
    is_checklist: bool,
}

impl Leaning {
    pub(super) fn of(note: &Note) -> Self {
        let words = words::of_text(&format!("{} {}", note.stem(), note.title));
        let is_checklist = is_checklist(&words) && !is_ticked(&note.text);
        Self {
            sum: lean(note, &words, is_checklist),
            holds_decisions: words.iter().any(|word| is_decision_word(word)),
            is_checklist,
        }
    }
}

/// True for the name of a list that is gone through each time: "Release checklist". One of a feature or a phase is gone
/// through once.
fn is_checklist(words: &[String]) -> bool {
    const EACH_TIME: &[&str] = &[
        "release",
        "releases",
        "deploy",
        "deployment",
        "launch",
        "review",
        "onboarding",
        "security",
        "maintenance",
        "upgrade",
        "testing",
        "qa",
        "preflight",
        "flight",
        "commit",
        "merge",
        "production",
        "handover",
        "backup",
    ];
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    has(&["checklist", "checklists"]) && has(EACH_TIME)
}

/// True where a task is ticked: the list tells of one time.
fn is_ticked(text: &str) -> bool {
    text.contains("[x]") || text.contains("[X]")
}

fn is_decision_word(word: &str) -> bool {
    matches!(word, "decision" | "decisions" | "adr" | "adrs")
}

/// `words` are those of name and title.
fn lean(note: &Note, words: &[String], is_checklist: bool) -> f64 {
    let role = match note.role {
        Role::Session | Role::Status => 3.0,
        Role::Summary | Role::Report => 0.6,
        Role::Plan if is_checklist => -1.0,
        Role::Plan => 0.5,
        Role::Guide | Role::Reference => -1.0,
        Role::Index => -0.5,
        Role::Other => -0.2,
    };
    if day_in(&note.stem()).is_some() {
        return 3.0;
    }
    let has = |wanted: &[&str]| f64::from(u8::from(words.iter().any(|word| wanted.contains(&word.as_str()))));
    let done = f64::from(u8::from([note.stem(), note.title.clone()].iter().any(|name| is_done(name))));
    role + 0.7 * done + 0.7 * has(REPAIRS) + 0.4 * has(STAGES) - 0.7 * has(LOOKED_UP)
}

/// True for the name of what is finished. "Complete" before another word says that nothing is missing.
fn is_done(name: &str) -> bool {
    let words = words::of_text(name);
    let closes = |next: Option<&String>| {
        next.is_none_or(|next| matches!(next.as_str(), "summary" | "report" | "status" | "final"))
    };
    words.iter().enumerate().any(|(at, word)| match word.as_str() {
        "complete" => closes(words.get(at + 1)),
        word => DONE.contains(&word),
    })
}

/// Words of names and titles: what is set once and looked up.
const LOOKED_UP: &[&str] = &["configuration", "variables", "credentials", "cheatsheet", "glossary"];

/// Words of names and titles: something is finished.
const DONE: &[&str] = &["completed", "completion", "done", "final", "finished", "handoff", "deliverables"];
/// Words of names and titles: a piece of work.
const REPAIRS: &[&str] = &[
    "fix",
    "fixes",
    "fixed",
    "bug",
    "bugs",
    "bugfix",
    "hotfix",
    "resolution",
    "migration",
    "refactor",
    "refactoring",
    "cleanup",
];
/// Words of names and titles: a part of a piece of work.
const STAGES: &[&str] = &["phase", "week", "sprint", "task", "issue", "milestone", "day", "batch", "pr"];

/// True for a section that tells of a day: a log, a status, results, what is to be done next.
pub(super) fn is_history(leaning: Leaning, heading: &str, text: &str) -> bool {
    let is_dated = date_in(heading).is_some() && !leaning.holds_decisions && !is_decision(heading);
    let is_checklist = leaning.is_checklist || is_checklist(&words::of_text(heading)) && !is_ticked(text);
    if is_checklist && !is_dated && text.contains("[ ]") && leaning.sum < HISTORY {
        return false;
    }
    is_dated || leaning.sum + of_heading(heading) + of_text(text) >= HISTORY
}

/// True for what tells of a day inside a section that does not, by the whole of its heading: `above` is that one's. A part
/// of a series ("2.6 Deliverables") belongs to it.
pub(super) fn is_history_within(leaning: Leaning, (above, heading): (&str, &str)) -> bool {
    let words = words::of_text(heading);
    let is_decided = leaning.holds_decisions || is_decision(heading) || is_decision(above);
    let is_counted = heading.starts_with(|c: char| c.is_ascii_digit());
    date_in(heading).is_some() && !is_decided
        || !is_counted && (headings::are_of_days(&words) || is_cheer(&words))
}

/// True for a heading whose words alone say what becomes of its section: "7. Timeline", "6. Installation".
pub(super) fn is_sure(heading: &str) -> bool {
    date_in(heading).is_some() || headings::are_sure(&words::of_text(heading))
}

/// True for the heading of a decision ("AD-015 Two probes (2025-10-28)"), and of what is true as of a day.
fn is_decision(heading: &str) -> bool {
    const SERIES: &[&str] = &["AD", "ADR", "DR", "DEC", "D", "RFC", "PRD", "BRD", "TRD"];
    let first = heading.split_whitespace().next().unwrap_or_default();
    let digits = first.trim_end_matches([':', '.', ')', ']']).trim_start_matches(['[', '(']);
    let number = digits.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let name = &digits[..digits.len() - number.len()];
    let number = number.strip_prefix(['-', '_']).unwrap_or(number);
    let is_numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let words = words::of_text(heading);
    let has = |run: &[&str]| words.windows(run.len()).any(|words| words == run);
    (SERIES.contains(&name) && is_numbered)
        || words.iter().any(|word| is_decision_word(word))
        || [&["as", "of"][..], &["since"], &["effective"]].into_iter().any(has)
}

fn of_heading(heading: &str) -> f64 {
    let words = words::of_text(heading);
    // Before the words it is an ornament as often as a tick.
    let ticked = match heading.trim_end().trim_end_matches('\u{fe0f}') {
        heading if heading.ends_with(TICKS) => 1.0,
        heading if heading.contains(TICKS) => 0.5,
        _ => 0.0,
    };
    let cheer = if is_cheer(&words) { 2.0 } else { 0.0 };
    headings::of_days(&words) + ticked + cheer - headings::lasting(&words)
}

/// True for a heading that only says that something went well: "Success! 🎉", "You're all set".
fn is_cheer(words: &[String]) -> bool {
    const CHEERS: &[&str] = &[
        "success",
        "congratulations",
        "congrats",
        "hooray",
        "hurray",
        "yay",
        "done",
        "set",
        "finished",
        "ready",
    ];
    const AROUND: &[&str] = &["you", "re", "are", "we", "it", "is", "s", "all", "now", "and", "to", "go"];
    let is_cheer = |word: &String| CHEERS.contains(&word.as_str());
    words.iter().any(is_cheer) && words.iter().all(|word| is_cheer(word) || AROUND.contains(&word.as_str()))
}

const TICKS: [char; 4] = ['✅', '✓', '☑', '✔'];

/// Signs of a text: ticks, tasks, words of work done; commands and code speak against it.
fn of_text(text: &str) -> f64 {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return 0.0;
    }
    let share =
        |is: fn(&str) -> bool| lines.iter().filter(|line| is(line)).count() as f64 / lines.len() as f64;
    let ticks = share(|line| {
        let is_ticked = line.contains(TICKS) || line.contains('🎉');
        is_ticked && !is_feature(line) || line.contains("[x]") || line.contains("PASS")
    });
    // At the end of a note it speaks of the whole note.
    let states = lines[..lines.len() - 1].iter().take(4).any(|line| is_status(line));
    let tasks = share(|line| line.contains("- [ ]") || line.contains("* [ ]"));
    let commands =
        share(|line| line.starts_with("```sh") || line.starts_with("```bash") || line.starts_with("$ "));
    let past = (past_share(text) / 0.03).min(1.5);
    let state = if states { 0.8 } else { 0.0 };
    (ticks * 3.0).min(1.2) + (tasks * 1.5).min(0.6) + 0.6 * past + state - (commands * 8.0).min(0.6)
}

/// True for a tick before something that is there ("✅ **Unlimited users**", "// ✅ Good"), not before something done.
fn is_feature(line: &str) -> bool {
    let said = line.trim_start_matches(['-', '*', '+', '/', '#', ' ', '|']);
    let Some(rest) = said.strip_prefix(TICKS) else { return false };
    words::of_text(rest).iter().all(|word| {
        let is_past = word.len() > 4 && word.ends_with("ed");
        !is_past
            && !matches!(
                word.as_str(),
                "complete" | "done" | "ready" | "works" | "working" | "pass" | "passing"
            )
    })
}

/// True for a line that says how far a piece of work is; what became of a decision stays true.
fn is_status(line: &str) -> bool {
    let said = line.trim_start_matches(['-', '*', '>', ' ', '_']).to_lowercase();
    let Some(rest) = said.strip_prefix("status") else { return false };
    let rest = rest.trim_start_matches(['*', '_', ' ']);
    let is_decided =
        |word: &str| matches!(word, "accepted" | "proposed" | "superseded" | "rejected" | "deprecated");
    rest.starts_with(':') && !words::of_text(rest).iter().any(|word| is_decided(word))
}

#[cfg(test)]
mod tests {
    use super::super::test_notes::note;
    use super::*;

    fn history(path: &str, heading: &str, text: &str) -> bool {
        is_history(
            Leaning::of(&note(path, &format!("# The bath\n\n## {heading}\n\n{text}\n"))),
            heading,
            text,
        )
    }

    #[test]
    fn what_is_looked_up_stays_in_the_guide() {
        let cases = [
            ("notes/setup.md", "Common Issues", "If the import fails, install the package again."),
            ("notes/bath_report.md", "Usage", "```sh\nlab run\n```"),
            ("notes/bath.md", "Data Flow", "The probe writes, the logger reads."),
            ("notes/bath.md", "Temperature control", "The loop runs every second."),
            (
                "notes/bath.md",
                "AD-015 Two probes (2025-10-28)",
                "Status: accepted\n\nTwo probes, since one drifts.",
            ),
            ("notes/decisions.md", "Two probes, 2025-10-28", "Two probes, since one drifts."),
            ("notes/bath.md", "Prices as of 2025-10-28", "A probe costs 40."),
            (
                "notes/tiers.md",
                "Enterprise",
                "- ✅ **Unlimited users**\n- ✅ **Own domain**\n- ✅ **Support by phone**",
            ),
            (
                "notes/bath_configuration.md",
                "✅ Verification",
                "Start the loop again:\n\n1. **Look** at the lamp",
            ),
            ("notes/bath.md", "Ready states", "The lamp is green."),
            ("notes/bath.md", "Success criteria of a run", "It is warm."),
            ("notes/complete_view.md", "The loop", "It reads the probe."),
            ("notes/bath.md", "Migration Guide", "- ✅ Better drawings\n\n```sh\nlab move\n```"),
            ("notes/RELEASE_CHECKLIST.md", "✅ Verification", "- [ ] Run the loop\n- [ ] Tag it"),
            ("notes/bath.md", "Release checklist", "- [ ] Run the loop\n- [ ] Tag it"),
        ];
        for (path, heading, text) in cases {
            assert!(!history(path, heading, text), "{heading}");
        }
    }

    #[test]
    fn what_tells_of_a_day_is_history() {
        let cases = [
            ("notes/session_3.md", "Usage", "We ran it."),
            ("notes/2025-10-31_bath.md", "Setup", "x"),
            ("notes/bath.md", "Next Steps", "- [ ] Write the guide"),
            ("notes/bath.md", "2025-10-31", "x"),
            ("notes/bath_fix_report.md", "The loop", "It was wrong and was fixed."),
            ("notes/bath_report.md", "2. The probe", "**Status:** ✅ Correctly wired\n\nIt reads."),
            ("notes/bath.md", "Files to Modify", "1. `loop.py`"),
            ("notes/bath.md", "What You Learned", "- the loop"),
            ("notes/bath.md", "10. Change Tracking", "| 1.0 | first |"),
            ("notes/bath.md", "v1.2.0 (2025-10-28)", "x"),
            ("notes/bath.md", "Release checklist", "- [x] Run the loop\n- [x] Tag it"),
            ("notes/bath.md", "Feature checklist", "- [ ] Run the loop\n- [ ] Tag it"),
            ("notes/bath.md", "Success! 🎉", "Your bath is warm. You can now:\n- fill it\n- empty it"),
            ("notes/bath_guide.md", "You're all set!", "The bath is warm."),
            ("notes/bath.md", "Done", "- ✅ Added the loop\n- ✅ Removed the probe"),
        ];
        for (path, heading, text) in cases {
            assert!(history(path, heading, text), "{heading}");
        }
    }
}
