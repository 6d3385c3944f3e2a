//! What headings are called, and what that says of their sections.

use std::collections::HashMap;
use std::sync::LazyLock;

/// How much a heading of these words tells of a day: more than 0 for work done or to be done.
pub(super) fn of_days(heading: &[String]) -> f64 {
    static NAMES: LazyLock<Names> = LazyLock::new(|| Names::of(DAYS));
    NAMES.weight(heading)
}

/// True for a heading that is the name of what tells of a day, and no more; not for words that may be names of something
/// that is there (a log, a session).
pub(super) fn are_of_days(heading: &[String]) -> bool {
    const OF_THINGS: &[&str] = &["session", "log", "commit", "progress", "history", "contact", "timeline"];
    let name = heading.join(" ");
    DAYS[0].1.contains(&name.as_str()) && !OF_THINGS.contains(&name.as_str())
}

/// How much a heading of these words promises what is looked up.
pub(super) fn lasting(heading: &[String]) -> f64 {
    static NAMES: LazyLock<Names> = LazyLock::new(|| Names::of(LASTING));
    NAMES.weight(heading)
}

/// True for a heading that says by itself which of the two its section is, whatever stands around it.
pub(super) fn are_sure(heading: &[String]) -> bool {
    of_days(heading) >= DAYS[0].0 || lasting(heading) >= LASTING[0].0
}

/// Names by the first word of each, so that a heading asks only for those that it may hold.
struct Names(HashMap<&'static str, Vec<Named>>);

struct Named {
    /// Which list it stands in, and what that weighs.
    rank: usize,
    weight: f64,
    /// Its words but the first.
    more: Vec<&'static str>,
}

impl Names {
    fn of(table: &[(f64, &[&'static str])]) -> Self {
        let mut names: HashMap<_, Vec<_>> = HashMap::new();
        for (rank, (weight, list)) in table.iter().enumerate() {
            for name in *list {
                let mut words = name.split(' ');
                let first = words.next().unwrap_or_default();
                let named = Named { rank, weight: *weight, more: words.collect() };
                names.entry(first).or_default().push(named);
            }
        }
        Self(names)
    }

    /// The weight of the first list of which a name stands in the heading.
    fn weight(&self, heading: &[String]) -> f64 {
        let starts = heading.iter().enumerate();
        let named = starts.flat_map(|(at, word)| {
            let names = self.0.get(word.as_str()).into_iter().flatten();
            names.filter(move |name| heading[at + 1..].iter().take(name.more.len()).eq(name.more.iter()))
        });
        named.min_by_key(|named| named.rank).map_or(0.0, |named| named.weight)
    }
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
            "files to modify",
            "files to create",
            "files to change",
            "files to update",
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
            "what you learned",
            "change tracking",
            "document information",
            "document control",
            "document history",
            "document metadata",
            "project information",
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
            "success factors",
            "success metrics",
            "test coverage",
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
            "guide",
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
