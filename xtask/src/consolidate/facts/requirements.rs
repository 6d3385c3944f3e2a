//! The lowest version of a program that a note says is needed.

use std::collections::BTreeSet;

use super::stack::is_framework;
use super::statements::{Form, Said, bare};
use super::value::{self, Bound, Value};
use crate::consolidate::words;

/// What is needed at least: "Python 3.8 or newer", "requires Node >= 18".
pub(super) fn requirement(text: &str) -> Option<Said> {
    let starts = std::iter::once(0).chain(text.match_indices(". ").map(|(at, end)| at + end.len()));
    starts.map(|start| &text[start..]).find_map(of_sentence)
}

/// What the first sentence of a text needs: the ones behind it may say so.
fn of_sentence(text: &str) -> Option<Said> {
    const BEFORE: &[&str] = &["require", "need", "minimum", "at least", "lowest", "ensure", "make sure"];
    const BEHIND: &[&str] = &["minimum", "required", "is needed"];
    // Nothing is needed, or something else would be better.
    const NO_NEED: &[&str] =
        &["no need", "not need", "prefer", "deprecated", "incompatible", "recommendation"];
    let plain = bare(text);
    // "npm: Version 9 or higher".
    let is_word = |word: &&str| !["version", "versions"].iter().any(|one| word.eq_ignore_ascii_case(one));
    let words: Vec<&str> = plain.split_whitespace().filter(is_word).collect();
    if words.len() > 2 && words[0].eq_ignore_ascii_case("lines") {
        return None;
    }
    let sentence = plain.split(". ").next().unwrap_or_default().split_whitespace().filter(is_word).count();
    let at = (1..sentence.min(12)).find(|&at| {
        let word = words[at].trim_start_matches(['≥', '>', '=', 'v', '(']);
        word.starts_with(|first: char| first.is_ascii_digit()) && has_versions(words[at - 1])
            || ([">=", "≥"].contains(&words[at - 1])
                && at > 1
                && has_versions(words[at - 2])
                && word.starts_with(|first: char| first.is_ascii_digit()))
    })?;
    // The words that make it a need stand beside it: in another part of the sentence they speak of something else.
    let before = words[..at].join(" ").to_lowercase().replace("requirements.txt", "");
    let behind = words[at + 1..].iter().take(3).copied().collect::<Vec<_>>().join(" ").to_lowercase();
    // What opens with program and version speaks of them to its end; "Next.js 15 build requirements" are those of builds.
    let opens =
        at <= 1 && BEFORE.iter().any(|cue| plain.to_lowercase().replace("requirements", "").contains(cue));
    // "React requirement (Next.js 15)": what is needed stands outside of the brackets.
    let beside = before.rsplit('(').next().filter(|_| is_inside(&before)).unwrap_or(&before);
    let has_cue = opens
        || BEFORE.iter().any(|cue| beside.contains(cue))
        || BEHIND.iter().chain(value::NEWER).any(|cue| behind.contains(cue));
    // "Use Python 3.12+ with a pool": advice, as all that begins so.
    if NO_NEED.iter().any(|cue| before.contains(cue)) || (before.starts_with("use ") && !has_cue) {
        return None;
    }
    // "v22.13.1 (>= 20 required)", "20+ LTS (18.19+ minimum)": there is more than is needed.
    let is_of_a_part = ["(for ", "(>", "(≥"].iter().any(|sign| behind.starts_with(sign))
        || behind.split_once('(').is_some_and(|(_, aside)| {
            aside.starts_with(|first: char| first.is_ascii_digit()) && aside.contains("minimum")
        });
    let word = words[at];
    let signed = word.starts_with(['≥', '>']) || [">=", "≥"].contains(&words[at - 1]);
    let figures =
        word.trim_start_matches(['≥', '>', '=', 'v', '(']).trim_end_matches([',', ';', ')', '.', ':']);
    let figures = figures.strip_suffix(".x").unwrap_or(figures);
    let is_version = figures
        .trim_end_matches('+')
        .split('.')
        .all(|part| !part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit()));
    // "`dataclasses`: in the standard library (Python 3.7+)" and "Go 1.18+ generics" tell since when there is something.
    // "Python 3.13 compatibility: the new form is required" speaks of something else.
    let is_of_a_subject = behind.split(' ').next().is_some_and(is_subject) || word.ends_with(':');
    let is_of_another = is_inside(&before) || is_of_a_subject;
    let is_marked =
        (signed || figures.ends_with('+')) && !is_of_another && may_follow(words.get(at + 1).copied());
    let name_at = if has_versions(words[at - 1]) { at - 1 } else { at - 2 };
    // "OTLP Rust v2.0+" is a program of that name, not the language.
    let is_of_a_name = name_at.checked_sub(1).is_some_and(|before| is_abbreviation(words[before]));
    // "Back from node 10" speaks of a part of something: the program is written in capitals, or with a version's signs.
    let is_plain_word = ["node", "go", "swift", "express", "rails"].contains(&words[name_at])
        && !signed
        && figures.bytes().all(|byte| byte.is_ascii_digit());
    if !is_version
        || is_of_a_part
        || is_plain_word
        || is_one_of_several(&words[at + 1..])
        || is_of_a_name
        || is_of_a_subject
        || !(has_cue || is_marked && at <= FEW_WORDS)
    {
        return None;
    }
    let parts: Vec<u32> =
        figures.trim_end_matches('+').split('.').filter_map(|part| part.parse().ok()).collect();
    if parts.first().is_some_and(|first| *first > HIGHEST_VERSION) {
        return None;
    }
    let name = words[name_at].trim_matches(|character: char| !character.is_alphanumeric());
    Some(Said {
        form: Form::Requirement,
        key: vec![program(name)],
        column: String::new(),
        value: Value::Version { parts, name: String::new(), is_least: true },
        shown_key: format!("lowest {name}"),
        shown_value: figures.to_owned(),
        is_assigned: false,
    })
}

/// True behind a bracket that is open.
fn is_inside(before: &str) -> bool {
    before.rfind('(') > before.rfind(')')
}

/// True before "or 22.12+" and "vs 22.12": neither of two versions is the lowest.
fn is_one_of_several(behind: &[&str]) -> bool {
    let [join, next, ..] = behind else { return false };
    let figures = next.trim_start_matches(['≥', '>', '=', 'v', '(']);
    let is_version = figures.starts_with(|first: char| first.is_ascii_digit());
    ["vs", "vs."].contains(join) || (["or", "/", "and"].contains(join) && is_version)
}

/// The name of a program as one of its names: Node.js is Node.
pub(super) fn program(name: &str) -> String {
    const NAMES: &[(&str, &str)] = &[
        ("node.js", "node"),
        ("nodejs", "node"),
        ("nextjs", "next.js"),
        ("postgres", "postgresql"),
        ("rustc", "rust"),
        ("torch", "pytorch"),
    ];
    let lower = name.to_lowercase();
    NAMES.iter().find(|(other, _)| *other == lower).map_or(lower, |(_, name)| (*name).to_owned())
}

/// True for `OTLP`: capital letters alone, with nothing behind them.
fn is_abbreviation(word: &str) -> bool {
    word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_uppercase()) && !is_program(word)
}

/// What a machine must have at least: "**RAM**: 4 GB minimum, 8 GB recommended".
pub(super) fn of_the_machine(text: &str) -> Option<Said> {
    let (key, value) = text.split_once(": ").or_else(|| text.split_once(":** "))?;
    let key = bare(key);
    let thing = THINGS.iter().find(|(names, _)| names.contains(&key.to_lowercase().as_str()))?.1;
    // What is recommended, behind the comma, is another value.
    let least = value.trim_start_matches(['*', ' ']).split(", ").next()?;
    let value = value::read(least)?;
    let is_least = matches!(&value, Value::Number(number) if number.bound == Bound::Least);
    is_least.then(|| Said {
        form: Form::Requirement,
        key: vec![thing.to_owned()],
        column: String::new(),
        value,
        shown_key: format!("lowest {key}"),
        shown_value: bare(least),
        is_assigned: false,
    })
}

/// Parts of a machine by their names, each with one of them.
const THINGS: &[(&[&str], &str)] = &[
    (&["ram", "memory", "system memory"], "ram"),
    (&["storage", "disk", "disk space", "free disk space", "hard disk"], "disk"),
    (&["cpu", "cpus", "processor", "cores", "cpu cores"], "cpu"),
    (&["vram", "gpu memory"], "vram"),
];

/// True for a name that is no more than "Memory" or "CPU": what a program takes of it is not what it needs.
pub(super) fn is_part_of_a_machine(key: &[String]) -> bool {
    let name = key.join(" ");
    THINGS.iter().any(|(names, _)| names.contains(&name.as_str()))
}

/// True for headings, by their words, below which stands what has to be there.
pub(super) fn tells_of_needs(heading: &BTreeSet<String>) -> bool {
    const NEEDS: &[&str] =
        &["requirement", "require", "required", "prerequisite", "need", "needed", "hardware"];
    NEEDS.iter().any(|word| heading.contains(*word))
}

/// "TypeScript: 900+ lines" counts lines.
const HIGHEST_VERSION: u32 = 99;

/// What a version with a plus in front of it can be said of.
fn is_subject(word: &str) -> bool {
    const SUBJECTS: &[&str] = &[
        "line",
        "test",
        "case",
        "file",
        "function",
        "module",
        "package",
        "syntax",
        "feature",
        "generic",
        "compatibility",
        "compatible",
        "code",
        "style",
        "type",
        "hint",
        "annotation",
        "standard",
        "stdlib",
        // What that version does, or did.
        "can",
        "has",
        "will",
        "may",
        "change",
        "changed",
        "support",
        "introduced",
        "introduce",
        "remove",
        "removed",
        "add",
        "added",
        "break",
        "broke",
        "deprecate",
        "deprecated",
        "drop",
        "dropped",
        "come",
        "ship",
        "include",
        "provide",
        "allow",
        "use",
        "warn",
    ];
    let word = word.trim_matches(|character: char| !character.is_alphanumeric());
    SUBJECTS.contains(&words::singular(word))
}

/// True for what may stand behind a version that nothing but its plus calls a need: in "PostgreSQL 15+ strictly enforces
/// types" the version does something.
fn may_follow(word: Option<&str>) -> bool {
    const FOLLOW: &[&str] = &[
        "installed",
        "available",
        "required",
        "recommended",
        "minimum",
        "with",
        "and",
        "or",
        "for",
        "via",
        "on",
        "in",
        "as",
        "plus",
        "runtime",
        "environment",
        "only",
    ];
    word.is_none_or(|word| {
        let is_plain = word.starts_with(|first: char| first.is_ascii_lowercase());
        !is_plain || FOLLOW.contains(&word.trim_end_matches([',', '.', ';', ':', ')']))
    })
}

/// Words before a version with a plus in which it is still the subject: "**Linux**: GCC 11+".
const FEW_WORDS: usize = 5;

/// True for programs and for what they are built from.
pub(super) fn has_versions(word: &str) -> bool {
    is_program(word) || is_framework(word)
}

/// Programs that people name with the version they need.
pub(super) fn is_program(word: &str) -> bool {
    const PROGRAMS: &[&str] = &[
        "python",
        "node",
        "node.js",
        "nodejs",
        "npm",
        "rust",
        "rustc",
        "go",
        "java",
        "jdk",
        "ruby",
        "php",
        "git",
        "docker",
        "postgresql",
        "postgres",
        "redis",
        "mysql",
        "cuda",
        "pytorch",
        "torch",
        "django",
        "react",
        "typescript",
        "deno",
        "bun",
        "cmake",
        "gcc",
        "clang",
        "kotlin",
        "swift",
        "elixir",
        "pnpm",
        "yarn",
        "kubernetes",
        "terraform",
        "ffmpeg",
        "numpy",
        "pandas",
        "tensorflow",
        "macos",
        "ubuntu",
        "debian",
        "msrv",
    ];
    PROGRAMS
        .contains(&word.trim_matches(|character: char| !character.is_alphanumeric()).to_lowercase().as_str())
}
