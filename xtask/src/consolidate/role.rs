//! Which kind of document a note is, by how people name such documents.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::note::Role;
use super::words;
use crate::markdown::{BlockKind, Parsed};

/// Words that name a kind; the first row that matches decides.
const NAMES: &[(Role, &[&str])] = &[
    (Role::Index, &["index", "readme", "toc", "contents", "start here", "this first", "navigation"]),
    (
        Role::Session,
        &[
            "session",
            "handoff",
            "journal",
            "diary",
            "meeting",
            "minutes",
            "standup",
            "worklog",
            "transcript",
            "retro",
        ],
    ),
    (
        Role::Reference,
        &[
            "reference",
            "cheatsheet",
            "cheat sheet",
            "quickref",
            "glossary",
            "faq",
            "guidelines",
            "conventions",
            "spec",
            "specification",
            "schema",
            "api",
            "requirements",
            "prd",
            "brd",
            "trd",
            "adr",
            "rfc",
        ],
    ),
    (
        Role::Guide,
        &[
            "guide",
            "howto",
            "how to",
            "tutorial",
            "setup",
            "install",
            "installation",
            "quickstart",
            "quick start",
            "usage",
            "getting started",
            "manual",
            "troubleshooting",
            "onboarding",
            "instructions",
            "walkthrough",
            "deployment",
        ],
    ),
    (
        Role::Plan,
        &[
            "plan",
            "planning",
            "roadmap",
            "todo",
            "todos",
            "proposal",
            "strategy",
            "checklist",
            "next steps",
            "backlog",
            "milestones",
        ],
    ),
    (Role::Status, &["status", "progress", "checkpoint", "current state", "project state", "state of"]),
    (Role::Summary, &["summary", "overview", "recap", "digest", "tldr"]),
    (
        Role::Report,
        &[
            "report",
            "audit",
            "analysis",
            "evaluation",
            "results",
            "findings",
            "research",
            "investigation",
            "review",
            "verification",
            "postmortem",
            "benchmark",
            "comparison",
            "assessment",
            "experiment",
        ],
    ),
    (
        Role::Summary,
        &[
            "complete",
            "completed",
            "done",
            "final",
            "fix",
            "fixes",
            "fixed",
            "implementation",
            "resolution",
            "update",
            "changes",
            "deliverables",
        ],
    ),
];

/// More words of names that say what kind of note it is, or when, rather than what it is about.
const KIND_WORDS: &[&str] = &[
    "quick",
    "start",
    "here",
    "before",
    "after",
    "executive",
    "comprehensive",
    "supplementary",
    "next",
    "steps",
    "issue",
    "task",
    "phase",
    "batch",
    "week",
    "sprint",
    "milestone",
    "iteration",
    "new",
    "old",
    "notes",
    "note",
    "doc",
    "docs",
    "documentation",
    "post",
    "comment",
    "github",
    "implement",
    "updated",
    "completion",
    "autonomous",
    "this",
    "first",
    "how",
    "the",
    "and",
    "for",
    "with",
    "from",
];

/// Words that name a kind and say what a note is about, too.
const THEMES: &[&str] = &[
    "setup",
    "install",
    "installation",
    "deployment",
    "troubleshooting",
    "onboarding",
    "api",
    "schema",
    "benchmark",
];

/// The words of a name that say what the note is about, without the ending that makes them many.
pub(super) fn theme_of_name(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    each_theme(name, |word| words.push(word.to_owned()));
    words
}

/// [`theme_of_name`], each word with the form in which the name has it, in small letters.
pub(super) fn themes_as_written(name: &str) -> Vec<(String, String)> {
    let mut words = Vec::new();
    words::each(name, |written| {
        each_theme(written, |theme| words.push((theme.to_owned(), written.to_owned())));
    });
    words
}

/// [`theme_of_name`], word by word.
pub(super) fn each_theme(name: &str, mut take: impl FnMut(&str)) {
    each_written_theme(name, |word| take(words::singular(word)));
}

/// [`theme_of_name`], word by word, each with the ending that it has in the name.
pub(super) fn each_written_theme(name: &str, mut take: impl FnMut(&str)) {
    words::each(name, |written| {
        let word = words::singular(written);
        if word.chars().nth(2).is_some() && !KINDS.contains(word) {
            take(written);
        }
    });
}

/// The single words of names that say what kind of note it is.
static KINDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let kinds = NAMES
        .iter()
        .flat_map(|(_, names)| names.iter())
        .filter(|name| !THEMES.contains(*name))
        .chain(KIND_WORDS);
    kinds.flat_map(|name| name.split(' ')).map(words::singular).collect()
});

/// The kind of a note called `stem` with this title and content.
pub(super) fn of(stem: &str, title: &str, parsed: &Parsed) -> Role {
    if let Some(role) = by_name(stem) {
        return role;
    }
    if date_in(stem).is_some() {
        return Role::Session;
    }
    // `ARCHITECTURE.md` stays a description, whatever review its title speaks of.
    let is_thing = words::of_text(stem).last().is_some_and(|last| THINGS.contains(&last.as_str()));
    by_name(title).filter(|role| !(is_thing && TOLD.contains(role))).unwrap_or_else(|| by_content(parsed))
}

/// True where "complete" means "full": `COMPLETE_FILE_INVENTORY`, `api-complete-guide`; not in `PHASE_2_COMPLETE_SUMMARY`.
pub(super) fn is_adjective(name: &[String], at: usize) -> bool {
    /// What is full, rather than what was completed.
    const WHOLE: &[&str] = &[
        "guide",
        "reference",
        "inventory",
        "breakdown",
        "documentation",
        "list",
        "index",
        "manual",
        "tutorial",
        "overview",
        "catalog",
        "walkthrough",
        "architecture",
        "specification",
        "checklist",
        "map",
        "example",
        "examples",
        "system",
        "setup",
        "workflow",
    ];
    let behind = &name[at + 1..];
    name[at] == "complete"
        && !behind.is_empty()
        && (at == 0 || behind.iter().any(|word| WHOLE.contains(&word.as_str())))
}

/// What a name can end in that is itself the thing, whatever stands before: a framework for reports is no report.
const THINGS: &[&str] = &[
    "framework",
    "architecture",
    "generator",
    "engine",
    "system",
    "module",
    "service",
    "pipeline",
    "library",
    "template",
    "tool",
    "infrastructure",
];

/// Kinds that a word of the name gives only where the name does not end in another thing.
const TOLD: &[Role] = &[Role::Report, Role::Summary];

fn by_name(name: &str) -> Option<Role> {
    let mut words = words::of_text(name);
    if let Some(at) = (0..words.len()).find(|&at| is_adjective(&words, at)) {
        words.remove(at);
    }
    let is_thing = words.last().is_some_and(|last| THINGS.contains(&last.as_str()));
    let has = |wanted: &&str| {
        let length = 1 + wanted.matches(' ').count();
        words
            .windows(length)
            .any(|run| run.iter().zip(wanted.split(' ')).all(|(word, wanted)| word == wanted))
    };
    let may_be = |role: &Role| !(is_thing && TOLD.contains(role));
    NAMES.iter().find(|(role, names)| may_be(role) && names.iter().any(has)).map(|(role, _)| *role)
}

/// A text of commands is a guide; a text of links an index.
fn by_content(parsed: &Parsed) -> Role {
    let leaves = parsed.blocks.iter().filter(|block| block.kind.is_leaf()).count().max(1);
    let commands = parsed.blocks.iter().filter(|block| {
        matches!(&block.kind, BlockKind::Code { language, .. }
            if matches!(language.as_str(), "sh" | "bash" | "shell" | "console" | "zsh" | "powershell"))
    });
    if commands.count() * 5 >= leaves {
        return Role::Guide;
    }
    if parsed.links.len() >= 5 && parsed.links.len() * 2 >= leaves {
        return Role::Index;
    }
    Role::Other
}

/// True for a requirement or a decision of a numbered series: such a record stays a document of its own.
pub(super) fn is_record(name: &str) -> bool {
    const SERIES: &[&str] = &["prd", "brd", "trd", "adr", "rfc"];
    name.bytes().any(|byte| byte.is_ascii_digit())
        && words::of_text(name).iter().any(|word| SERIES.contains(&word.as_str()))
}

/// True for the name of what tells of one release: `RELEASE_v2.0.2`, `changelog-1.4`, `v3.1`.
pub(super) fn is_of_a_release(name: &str) -> bool {
    const NAMES: &[&str] = &["release", "releases", "changelog"];
    let is_number =
        |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = name.split(['.', '_', '-', ' ']).collect();
    let has_version =
        parts.windows(2).any(|pair| is_number(pair[0].trim_start_matches(['v', 'V'])) && is_number(pair[1]));
    let words = words::of_text(name);
    has_version
        && (words.iter().all(|word| word == "v") || words.iter().any(|word| NAMES.contains(&word.as_str())))
}

/// The day that a name is about; the date of a record is a part of its number.
pub(super) fn day_in(name: &str) -> Option<String> {
    date_in(name).filter(|_| !is_record(name))
}

/// A date in a name (`2025-10-28`, `20251028`, `2025_10_28`), as `YYYY-MM-DD`.
pub(super) fn date_in(name: &str) -> Option<String> {
    // A name without eight digits holds none: most names.
    if name.bytes().filter(u8::is_ascii_digit).count() < 8 {
        return None;
    }
    let characters: Vec<char> = name.chars().collect();
    (0..characters.len()).find_map(|at| {
        if at > 0 && characters[at - 1].is_ascii_digit() {
            return None;
        }
        let mut digits = String::new();
        let mut end = at;
        while digits.len() < 8 {
            match characters.get(end)? {
                digit if digit.is_ascii_digit() => digits.push(*digit),
                '-' | '_' | '.' if matches!(digits.len(), 4 | 6) && characters[end - 1].is_ascii_digit() => {}
                _ => return None,
            }
            end += 1;
        }
        if characters.get(end).is_some_and(char::is_ascii_digit) {
            return None;
        }
        let (year, month, day) = (&digits[..4], &digits[4..6], &digits[6..]);
        let fits = ("1990".."2100").contains(&year)
            && ("01"..="12").contains(&month)
            && ("01"..="31").contains(&day);
        fits.then(|| format!("{year}-{month}-{day}"))
    })
}
