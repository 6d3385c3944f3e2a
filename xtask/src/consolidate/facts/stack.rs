//! Versions of the programs that a project is built with, as lists of its technologies give them: "- React 18.3 with
//! Server Components", "**Framework:** Next.js 15 + TypeScript".

use super::requirements::{has_versions, program};
use super::statements::{Form, Said, bare, split};
use super::value::Value;
use crate::consolidate::note::Note;

/// The version that a line of such a list gives; `None` where it is not the first thing that the line says, or where it
/// is the lowest that is needed.
pub(super) fn built_with(text: &str) -> Option<Said> {
    let plain = bare(text);
    if plain.contains(['→', '=']) || plain.contains("->") {
        return None;
    }
    let (label, said) = plain.split_once(": ").unwrap_or(("", &plain));
    let mut words = said.split_whitespace();
    let name = if is_named_with_version(label) { label } else { words.next()? };
    let word = words.next().filter(|_| is_named_with_version(name))?;
    let parts = parts(word)?;
    // "Docker 2 containers" counts something.
    let counts = words.next().is_some_and(|next| {
        next.starts_with(|first: char| first.is_ascii_lowercase())
            && !["with", "and", "for", "on"].contains(&next)
    });
    let name = name.trim_matches(|character: char| !character.is_alphanumeric());
    (!counts).then(|| Said {
        form: Form::Named,
        key: vec![program(name)],
        column: String::new(),
        value: Value::Version { parts, name: program(name), is_least: false },
        shown_key: name.to_owned(),
        shown_value: word.trim_end_matches([',', ';', ')']).to_owned(),
        is_assigned: false,
    })
}

/// The parts of `18.3.1`, `v18` and `18.x`.
fn parts(word: &str) -> Option<Vec<u32>> {
    let figures = word.trim_end_matches([',', ';', ')']).trim_start_matches('v');
    let figures = figures.strip_suffix(".x").unwrap_or(figures);
    figures.split('.').map(|part| part.parse().ok().filter(|_| part.len() <= 3)).collect()
}

/// True below headings that announce what a project is built with.
pub(super) fn is_list_of(note: &Note, section: Option<usize>) -> bool {
    const LISTS: &[&str] = &[
        "architecture",
        "stack",
        "tech",
        "technology",
        "technologie",
        "dependency",
        "dependencie",
        "framework",
    ];
    let sections = &note.parsed.sections;
    let above = std::iter::successors(section, |&section| sections[section].parent);
    let mut above = above.map(|section| &sections[section]).filter(|section| section.level > 1);
    above.any(|section| split(&section.text).iter().any(|word| LISTS.contains(&word.as_str())))
}

/// What programs are built from.
pub(super) fn is_framework(name: &str) -> bool {
    const FRAMEWORKS: &[&str] = &[
        "next.js",
        "nextjs",
        "vue",
        "vue.js",
        "nuxt",
        "angular",
        "svelte",
        "fastapi",
        "flask",
        "express",
        "express.js",
        "nestjs",
        "prisma",
        "vite",
        "tailwind",
        "expo",
        "flutter",
        "laravel",
        "rails",
        "sqlalchemy",
        "pydantic",
        "jest",
        "vitest",
        "playwright",
        "eslint",
        "storybook",
        "gradle",
        "maven",
    ];
    let name = name.trim_matches(|character: char| !character.is_alphanumeric());
    FRAMEWORKS.contains(&name.to_lowercase().as_str())
}

/// True for what is named with its version; a package called as one of these programs has versions of its own.
fn is_named_with_version(name: &str) -> bool {
    const CLIENTS: &[&str] = &["redis", "docker", "kubernetes", "git"];
    has_versions(name) && !CLIENTS.contains(&name.to_lowercase().as_str())
}
