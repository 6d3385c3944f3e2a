//! Whether a section is worth reading in a year, or tells of a day.
//!
//! A sum of signs, as for whole notes: what kind of note it stands in, what its heading says, what its text does. The
//! weights are an editor's judgement, checked by reading what they made of real notes.

use super::archive::past_share;
use super::note::{Note, Role};
use super::role::{date_in, day_in};
use super::words;

/// The sum from which on a section is history.
const HISTORY: f64 = 1.0;

/// What a note's kind and name say of all its sections, more than 0 for history.
pub(super) fn lean(note: &Note) -> f64 {
    let role = match note.role {
        Role::Session | Role::Status => 3.0,
        Role::Summary | Role::Report => 0.6,
        Role::Plan => 0.5,
        Role::Guide | Role::Reference => -1.0,
        Role::Index => -0.5,
        Role::Other => -0.2,
    };
    if day_in(&note.stem()).is_some() {
        return 3.0;
    }
    let name = words::of_text(&format!("{} {}", note.stem(), note.title));
    let has = |wanted: &[&str]| f64::from(u8::from(name.iter().any(|word| wanted.contains(&word.as_str()))));
    role + 0.7 * has(DONE) + 0.7 * has(REPAIRS) + 0.4 * has(STAGES)
}

/// Words of names and titles: something is finished.
const DONE: &[&str] =
    &["complete", "completed", "completion", "done", "final", "finished", "handoff", "deliverables"];
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
pub(super) fn is_history(lean: f64, heading: &str, text: &str) -> bool {
    date_in(heading).is_some() || lean + of_heading(heading) + of_text(text) >= HISTORY
}

/// What headings are called whose sections tell of work done or to be done; of whole headings and of single words.
const DAYS: &[(f64, &[&str])] = &[
    (
        3.0,
        &[
            "session",
            "log",
            "timeline",
            "changelog",
            "progress",
            "commit",
            "commits",
            "completed",
            "accomplishments",
            "accomplished",
            "deliverables",
            "conclusion",
            "conclusions",
            "next step",
            "next steps",
            "next action",
            "next actions",
            "what is next",
            "what s next",
            "todo",
            "todos",
            "files modified",
            "files created",
            "files changed",
            "modified files",
            "changed files",
            "files summary",
            "new files",
            "files added",
            "changes made",
            "what changed",
            "what was done",
            "what was created",
            "handoff",
            "outcome",
            "outcomes",
            "executive summary",
            "current status",
            "final status",
            "issue status",
            "implementation status",
            "test results",
            "validation results",
            "verification results",
            "implementation date",
            "key learnings",
            "lessons learned",
            "sign off",
            "time estimates",
            "time spent",
            "action items",
            "remaining work",
            "work completed",
            "tasks completed",
            "open questions",
            "questions for review",
            "integration checklist",
            "contact",
            "related issues",
            "issue reference",
            "implementation complete",
            "implementation summary",
            "git history",
            "history",
            "retrospective",
            "standup",
        ],
    ),
    (
        1.2,
        &[
            "status",
            "summary",
            "results",
            "result",
            "verification",
            "verified",
            "validation",
            "changes",
            "modified",
            "fix",
            "fixes",
            "fixed",
            "bug",
            "bugs",
            "root cause",
            "impact",
            "findings",
            "finding",
            "investigation",
            "migration",
            "roadmap",
            "plan",
            "checklist",
            "risk",
            "risks",
            "success criteria",
            "expected",
            "benefits",
            "analysis",
            "review",
            "phase",
            "week",
            "sprint",
            "milestone",
            "milestones",
            "statistics",
            "created",
            "approved",
            "estimate",
            "estimates",
            "future",
            "completion",
            "done",
            "complete",
            "issue",
            "issues",
            "hypothesis",
            "attempt",
            "attempts",
            "discovered",
            "strategy",
            "proposal",
            "proposed",
            "objective",
            "objectives",
            "goals",
            "motivation",
        ],
    ),
];

/// What headings are called whose sections are looked up.
const LASTING: &[(f64, &[&str])] = &[
    (
        2.0,
        &[
            "usage",
            "install",
            "installation",
            "installing",
            "setup",
            "configuration",
            "configure",
            "configuring",
            "config",
            "api",
            "command",
            "commands",
            "troubleshooting",
            "how to",
            "prerequisites",
            "requirements",
            "quick start",
            "quickstart",
            "getting started",
            "example",
            "examples",
            "glossary",
            "faq",
            "pitfalls",
            "tips",
            "debugging",
            "common issues",
            "known issues",
            "common problems",
            "potential issues",
            "limitations",
            "known limitations",
            "specification",
            "specifications",
            "instructions",
            "best practices",
            "guidelines",
            "conventions",
            "dependencies",
            "options",
            "flags",
            "environment variables",
            "deployment",
            "interpreting",
        ],
    ),
    (
        0.8,
        &[
            "overview",
            "architecture",
            "format",
            "formats",
            "structure",
            "parameter",
            "parameters",
            "settings",
            "reference",
            "workflow",
            "interface",
            "schema",
            "environment",
            "data flow",
            "explanation",
            "metrics",
            "components",
            "design",
            "pipeline",
            "model",
            "running",
            "using",
            "run",
            "table",
            "features",
            "compatibility",
            "step",
            "steps",
            "code",
            "definition",
            "definitions",
            "key",
            "rules",
            "syntax",
            "layout",
            "security",
        ],
    ),
];

fn of_heading(heading: &str) -> f64 {
    let words = words::of_text(heading);
    let has = |name: &&str| {
        let name: Vec<&str> = name.split(' ').collect();
        words.windows(name.len()).any(|run| run.iter().zip(&name).all(|(word, name)| word == name))
    };
    let weight = |table: &[(f64, &[&str])]| {
        table.iter().find(|(_, names)| names.iter().any(has)).map_or(0.0, |(weight, _)| *weight)
    };
    let ticked = if heading.contains(['✅', '✓', '☑', '✔']) { 1.0 } else { 0.0 };
    weight(DAYS) + ticked - weight(LASTING)
}

/// Signs of a text: ticks, tasks, words of work done; commands and code speak against it.
fn of_text(text: &str) -> f64 {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return 0.0;
    }
    let share =
        |is: fn(&str) -> bool| lines.iter().filter(|line| is(line)).count() as f64 / lines.len() as f64;
    let ticks = share(|line| {
        line.contains(['✅', '✓', '☑', '✔', '🎉']) || line.contains("[x]") || line.contains("PASS")
    });
    let tasks = share(|line| line.contains("- [ ]") || line.contains("* [ ]"));
    let commands =
        share(|line| line.starts_with("```sh") || line.starts_with("```bash") || line.starts_with("$ "));
    let past = (past_share(text) / 0.03).min(1.5);
    (ticks * 3.0).min(1.2) + (tasks * 1.5).min(0.6) + 0.6 * past - (commands * 8.0).min(0.6)
}

#[cfg(test)]
mod tests {
    use super::super::test_notes::note;
    use super::*;

    fn history(path: &str, heading: &str, text: &str) -> bool {
        is_history(lean(&note(path, &format!("# {heading}\n\n{text}\n"))), heading, text)
    }

    #[test]
    fn what_is_looked_up_stays_in_the_guide() {
        let cases = [
            ("notes/setup.md", "Common Issues", "If the import fails, install the package again."),
            ("notes/bath_report.md", "Usage", "```sh\nlab run\n```"),
            ("notes/bath.md", "Data Flow", "The probe writes, the logger reads."),
            ("notes/bath.md", "Temperature control", "The loop runs every second."),
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
            ("notes/bath.md", "Done", "- ✅ Added the loop\n- ✅ Removed the probe"),
        ];
        for (path, heading, text) in cases {
            assert!(history(path, heading, text), "{heading}");
        }
    }
}
