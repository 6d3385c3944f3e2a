//! What the path, name and headings of a note say of its subject.

use std::collections::BTreeSet;

use super::statements::split;
use super::vocabulary::{COUNTERPARTS, PLAIN_WORDS, is_mark};
use crate::consolidate::note::{Note, Role};
use crate::consolidate::role;
use crate::repo::RepoPath;

/// What a note is about, by its name and title.
pub(super) fn theme(note: &Note) -> BTreeSet<String> {
    let mut words: BTreeSet<String> = role::theme_of_name(&note.stem()).into_iter().collect();
    words.extend(role::theme_of_name(&note.title));
    words.retain(|word| !KINDS.contains(&word.as_str()) && !PLAIN_WORDS.contains(&word.as_str()));
    words
}

/// What the headings below a note's title say, without figures.
pub(super) fn form_of(note: &Note) -> BTreeSet<String> {
    let below = note.parsed.sections.iter().filter(|section| section.level > 1);
    let words = below.map(|section| {
        split(&section.text).into_iter().filter(|word| !is_mark(word)).collect::<Vec<_>>().join(" ")
    });
    words.filter(|words| !words.is_empty()).collect()
}

/// The part of a repository whose needs a note tells: its first folder, unless that holds the notes of all of it.
pub(super) fn component(path: &RepoPath) -> Option<String> {
    const OF_ALL: &[&str] = &[
        "doc",
        "docs",
        "documentation",
        "notes",
        "note",
        "report",
        "reports",
        "plan",
        "plans",
        "planning",
        "wiki",
        "guide",
        "guides",
        "archive",
        "specs",
        "design",
        "memory",
        "knowledge",
        "sessions",
    ];
    let shown = path.display().to_lowercase();
    // GitHub's archives unpack into such folders: another project, wherever it stands.
    let is_copy = |folder: &&str| folder.ends_with("-master") || folder.ends_with("-main");
    if let Some((folders, _)) = shown.rsplit_once('/')
        && let Some(copy) = folders.split('/').find(is_copy)
    {
        return Some(copy.to_owned());
    }
    let (first, _) = shown.split_once('/')?;
    (!OF_ALL.contains(&first.trim_start_matches(['.', '_']))).then(|| first.to_owned())
}

/// Short names of kinds of documents, which a whole family of them carries.
const KINDS: &[&str] = &[
    "brd", "prd", "trd", "adr", "rfc", "issue", "task", "batch", "phase", "business", "product", "decision",
    "record",
];

/// The last version in a path: `v1.8` of `docs/v1.8/STATE.md`.
pub(super) fn version_of(path: &RepoPath) -> Option<String> {
    let shown = path.display().to_lowercase();
    let parts = shown.split(|character: char| !(character.is_alphanumeric() || character == '.'));
    let mut versions = parts.filter(|part| {
        let figures = part.strip_prefix('v').unwrap_or("");
        figures.starts_with(|first: char| first.is_ascii_digit())
            && figures.trim_end_matches(".md").chars().all(|next| next.is_ascii_digit() || next == '.')
    });
    versions.next_back().map(|version| version.trim_end_matches(".md").to_owned())
}

/// True for notes of one series, a part each: `phase_6_5_completion.md` and `phase_6_6_completion.md`, `wave-alpha.md`
/// and `wave-beta.md`.
pub(super) fn are_of_one_series(one: &RepoPath, other: &RepoPath) -> bool {
    let words = |path: &RepoPath| -> Vec<String> {
        let shown = path.display().to_lowercase();
        shown.split(|next: char| !next.is_alphanumeric()).map(str::to_owned).collect()
    };
    if are_stages(one, other) || are_tickets(one, other) {
        return true;
    }
    let (one, other) = (words(one), words(other));
    if is_numbered_from(&one, &other) || is_numbered_from(&other, &one) {
        return true;
    }
    let mut apart = one.iter().zip(&other).filter(|(a, b)| a != b).peekable();
    one.len() == other.len() && apart.peek().is_some() && apart.all(|(a, b)| count_in_series(a, b))
}

/// True for a name that has a figure more than another, before its end: `traffic_50_update.md` and `traffic_update.md`
/// tell of two stages. A figure at the end may count copies of one note.
fn is_numbered_from(numbered: &[String], plain: &[String]) -> bool {
    let is_figure = |word: &String| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    // Behind the stem stands the ending.
    let stem = numbered.len().saturating_sub(2);
    (0..stem).any(|at| {
        is_figure(&numbered[at])
            && numbered.len() == plain.len() + 1
            && numbered[..at] == plain[..at]
            && numbered[at + 1..] == plain[at..]
    })
}

/// True for two notes of one kind whose names begin alike, each on a subject of its own:
/// `FEATURE_IMPLEMENTED_BRANCHING.md` and `FEATURE_IMPLEMENTED_PALETTE.md`, `PRD-login.md` and `PRD-search.md`.
pub(super) fn are_of_one_kind(one: &RepoPath, other: &RepoPath) -> bool {
    const KIND: &[&str] = &[
        "feature",
        "prd",
        "brd",
        "trd",
        "adr",
        "rfc",
        "story",
        "fix",
        "bug",
        "incident",
        "postmortem",
        "proposal",
        "ticket",
    ];
    let first = |path: &RepoPath| -> String {
        let stem = String::from_utf8_lossy(path.stem()).to_lowercase();
        stem.split(|next: char| !next.is_alphanumeric()).next().unwrap_or_default().to_owned()
    };
    let kind = first(one);
    one != other && KIND.contains(&kind.as_str()) && kind == first(other)
}

/// True for two notes of one set, whose names begin with the same words, end in the same, and differ between them:
/// `OPEN_SOURCE_AUDIO_REVIEW.md` and `OPEN_SOURCE_VIDEO_REVIEW.md`. What each counts is that of its own subject.
pub(super) fn are_of_one_set(one: &RepoPath, other: &RepoPath) -> bool {
    let words = |path: &RepoPath| -> Vec<String> {
        let stem = String::from_utf8_lossy(path.stem()).to_lowercase();
        let words = stem.split(|next: char| !next.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    let (one, other) = (words(one), words(other));
    let shared = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let has_middle = one.len().min(other.len()) > shared + 1;
    shared >= BEGINNING && has_middle && one.last() == other.last()
}

/// Words that the names of a set begin with, at least: one alone may be the project's name.
const BEGINNING: usize = 2;

/// True for a note on a stage of a work, as its path says: `PHASE-2-DAY-1.md`, `sprint3/summary.md`, `STORY-1.4.md`.
/// What it counts and measures is that of its day.
pub(super) fn is_of_a_stage(path: &RepoPath) -> bool {
    const STAGES: &[&str] = &[
        "phase",
        "day",
        "week",
        "sprint",
        "milestone",
        "wave",
        "canary",
        "rollout",
        "iteration",
        "beta",
        "alpha",
        "rc",
        "step",
        "part",
        "batch",
        "stage",
        "round",
        "session",
        "story",
        "todo",
        "task",
        "ticket",
        "issue",
        "epic",
        "pr",
    ];
    let shown = path.display().to_lowercase();
    let words: Vec<&str> = shown.split(|next: char| !next.is_alphanumeric()).collect();
    let is_number = |word: &str| word.starts_with(|first: char| first.is_ascii_digit()) && word.len() < 4;
    words.iter().enumerate().any(|(at, word)| {
        let stem = word.trim_end_matches(|last: char| last.is_ascii_digit());
        STAGES.contains(&stem)
            && (stem.len() < word.len() || words.get(at + 1).is_some_and(|next| is_number(next)))
    })
}

/// True for reports on two stages of a work, as their names begin: `D46_report.md` and `D49_5_design.md`.
fn are_stages(one: &RepoPath, other: &RepoPath) -> bool {
    let stage = |path: &RepoPath| -> Option<(String, String)> {
        let stem = String::from_utf8_lossy(path.stem()).to_lowercase();
        let letters = stem.bytes().take_while(u8::is_ascii_lowercase).count();
        let rest = &stem[letters..];
        let figures: String = rest
            .split(['_', '-'])
            .take_while(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
            .collect();
        let is_stage = (1..=3).contains(&letters) && rest.starts_with(|first: char| first.is_ascii_digit());
        (is_stage && !figures.is_empty()).then(|| (stem[..letters].to_owned(), figures))
    };
    let (Some(a), Some(b)) = (stage(one), stage(other)) else { return false };
    a.0 == b.0 && a.1 != b.1
}

/// True for two notes that are numbered as tickets are, `us-007-library.md` and `us-008-labeler.md`: what each counts is
/// that of its own piece of work.
fn are_tickets(one: &RepoPath, other: &RepoPath) -> bool {
    let number = |path: &RepoPath| -> Option<(String, String)> {
        let stem = String::from_utf8_lossy(path.stem()).to_lowercase();
        let mut parts = stem.split(['-', '_']);
        let (letters, figures) = (parts.next()?, parts.next()?);
        let is_ticket = !letters.is_empty()
            && letters.bytes().all(|byte| byte.is_ascii_lowercase())
            && (3..=5).contains(&figures.len())
            && figures.bytes().all(|byte| byte.is_ascii_digit());
        is_ticket.then(|| (letters.to_owned(), figures.to_owned()))
    };
    let (Some(a), Some(b)) = (number(one), number(other)) else { return false };
    a.0 == b.0 && a.1 != b.1
}

/// True for two notes of one folder that are numbered: `02-state.md` and `03-cli.md`, `phase-2-skills.md` and
/// `phase-4-tools.md`. Each speaks of a subject of its own, though it may tell facts of the whole.
pub(super) fn are_numbered(one: &RepoPath, other: &RepoPath) -> bool {
    let number = |path: &RepoPath| -> Option<(String, String)> {
        let stem = String::from_utf8_lossy(path.stem()).to_lowercase();
        let mut words = stem.split(|next: char| !next.is_alphanumeric()).map(str::to_owned);
        let first = words.next()?;
        let is_figure = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        if is_figure(&first) {
            return Some((String::new(), first));
        }
        words.next().filter(|second| is_figure(second) && second.len() < 4).map(|second| (first, second))
    };
    let (Some(a), Some(b)) = (number(one), number(other)) else { return false };
    one.parent() == other.parent() && a.0 == b.0 && a.1 != b.1
}

/// True for two words that count the parts of a series (figures behind one word, single letters, names of letters), or
/// name counterparts.
fn count_in_series(one: &str, other: &str) -> bool {
    const LETTERS: &[&str] = &[
        "alpha", "beta", "gamma", "delta", "epsilon", "one", "two", "three", "four", "five", "first",
        "second",
    ];
    let stem = |word: &str| word.trim_end_matches(|last: char| last.is_ascii_digit()).to_owned();
    let is_letter = |word: &str| word.len() == 1 || LETTERS.contains(&word);
    let is_counted = stem(one) == stem(other) && stem(one) != one && stem(other) != other;
    let is_counterpart = |word: &str| COUNTERPARTS.contains(&word);
    is_counted || (is_letter(one) && is_letter(other)) || (is_counterpart(one) && is_counterpart(other))
}

/// True for a note whose name ends in a month: `UPDATE_2025_01.md`, `report-2025-10.md`. It tells how things stood then.
pub(super) fn is_of_a_month(path: &RepoPath) -> bool {
    let stem = String::from_utf8_lossy(path.stem()).into_owned();
    let words: Vec<&str> = stem.split(|next: char| !next.is_alphanumeric()).collect();
    let [.., year, month] = &words[..] else { return false };
    let is_year = year.len() == 4 && ("1990".."2100").contains(year);
    is_year && month.len() == 2 && ("01"..="12").contains(month)
}

/// True for a list of what changed, version by version: it tells how things were.
pub(super) fn is_of_changes(path: &RepoPath) -> bool {
    const NAMES: &[&str] = &["changelog", "changes", "history", "news", "releases", "release_notes"];
    let stem = String::from_utf8_lossy(path.stem()).to_lowercase().replace('-', "_");
    NAMES.contains(&stem.as_str())
}

/// True for plans, ideas and proposals.
pub(super) fn tells_of_the_future(note: &Note) -> bool {
    const FUTURE: &[&str] =
        &["idea", "ideas", "proposal", "proposals", "future", "roadmap", "rfc", "plan", "plans", "planning"];
    let parts = note.path.display().to_lowercase();
    note.role == Role::Plan
        || parts.split(|character: char| !character.is_alphanumeric()).any(|part| FUTURE.contains(&part))
}
