//! Notes that say the same in two languages, or of two released versions, told by their paths: one is read by those who
//! do not need the other, so they make no guide together, and none of them is a copy too many.

use std::collections::{BTreeMap, BTreeSet};

use super::note::Note;
use crate::repo::RepoPath;

/// Codes of languages that notes are written in, and of countries that stand for one.
const CODES: &[&str] = &[
    "en", "es", "fr", "de", "pt", "ru", "zh", "ja", "ko", "ar", "tr", "pl", "nl", "uk", "vi", "fa", "cs",
    "sv", "cn", "tw", "jp", "kr", "hu", "ro", "ua", "el", "da", "fi", "it", "id", "he", "hi", "th",
];
/// Those that are words too: only behind a dot or in capitals they name a language.
const WORDS: &[&str] = &["it", "id", "he", "hi", "de", "es", "el", "fi", "da", "en", "ar"];
/// Second parts of a code: `zh-CN`, `pt_BR`.
const PLACES: &[&str] = &["cn", "tw", "hk", "hans", "hant", "br", "pt", "us", "gb", "uk", "es", "mx", "latn"];

/// Names of folders for what is not released yet, or was released last.
const UNNUMBERED: &[&str] = &["latest", "next", "stable", "nightly", "current", "unreleased"];
/// Where Docusaurus keeps what `docs` said when a version was released.
const RELEASED: (&str, &str) = ("versioned_docs", "docs");

/// A note's path without what names its language and its version, in lower case, and those two.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name {
    plain: String,
    language: Option<String>,
    version: Option<String>,
}

/// True for `guide.md` and `guide.zh-CN.md`, `GUIDE_EN.md` and `GUIDE_ES.md`, `docs/guide.md` and `docs/es/guide.md`,
/// and for `docs/guide.md` and `docs/v1/guide.md`.
pub(super) fn are(one: &Name, other: &Name) -> bool {
    one.plain == other.plain && (one.language != other.language || one.version != other.version)
}

/// Pairs of notes, the lower number first, that say the same of two versions.
pub(super) fn of_versions(notes: &[Note]) -> BTreeSet<(usize, usize)> {
    let mut alike: BTreeMap<String, Vec<(usize, Name)>> = BTreeMap::new();
    for (number, note) in notes.iter().enumerate() {
        let name = name(&note.path);
        alike.entry(name.plain.clone()).or_default().push((number, name));
    }
    let mut pairs = BTreeSet::new();
    for names in alike.values() {
        for (index, (a, one)) in names.iter().enumerate() {
            let others = names[index + 1..].iter().filter(|(_, other)| one.version != other.version);
            pairs.extend(others.map(|(b, _)| (*a, *b)));
        }
    }
    pairs
}

/// True for what a site said when a version was released: it is kept as it was.
pub(super) fn is_released(path: &RepoPath) -> bool {
    let is_name = |part: &[u8]| part == RELEASED.0.as_bytes();
    path.parent().is_some_and(|folder| folder.parts().any(is_name))
}

/// Takes a path apart.
pub(super) fn name(path: &RepoPath) -> Name {
    let shown = path.display();
    let (folder, file) = shown.rsplit_once('/').unwrap_or(("", &shown));
    let (stem, ending) = file.rsplit_once('.').unwrap_or((file, ""));
    let (mut language, mut version) = (None, None);
    let mut kept: Vec<String> = Vec::new();
    for part in folder.split('/') {
        let part = if part == RELEASED.0 { RELEASED.1 } else { part };
        match code(part, true) {
            Some(code) if !kept.is_empty() && language.is_none() => language = Some(code),
            _ if !kept.is_empty() && version.is_none() && is_version(part) => {
                version = Some(part.to_lowercase());
            }
            _ => kept.push(part.to_lowercase()),
        }
    }
    let (stem, of_name) = without_code(stem);
    let plain = format!("{}/{}.{}", kept.join("/"), stem.to_lowercase(), ending.to_lowercase());
    Name { plain, language: of_name.or(language), version }
}

/// True for a folder that is named for a version: `v1`, `1.x`, `version-0.14`, `next`. A bare number is a year or a
/// place in a series.
fn is_version(folder: &str) -> bool {
    let lower = folder.to_lowercase();
    let number = ["version-", "version", "v"].iter().find_map(|start| lower.strip_prefix(start));
    let figures = number.unwrap_or(&lower);
    let is_number = figures.starts_with(|c: char| c.is_ascii_digit())
        && figures.chars().all(|c| c.is_ascii_digit() || c == '.' || c == 'x')
        && (number.is_some() || figures.contains('.'));
    is_number || UNNUMBERED.contains(&lower.as_str())
}

/// A name without the code at its end.
fn without_code(stem: &str) -> (&str, Option<String>) {
    let mut places: Vec<usize> =
        stem.char_indices().filter(|(_, sign)| "._-".contains(*sign)).map(|(at, _)| at).collect();
    let longest = places.split_off(places.len().saturating_sub(2));
    for at in longest {
        let is_behind_dot = stem[at..].starts_with('.');
        if let Some(code) = code(&stem[at + 1..], is_behind_dot).filter(|_| at > 0) {
            return (&stem[..at], Some(code));
        }
    }
    (stem, None)
}

/// `zh-CN` as `zh-cn`; `None` for what names no language.
fn code(word: &str, surely: bool) -> Option<String> {
    let lower = word.to_lowercase().replace('_', "-");
    let (first, place) = lower.split_once('-').unwrap_or((&lower, ""));
    let is_word = WORDS.contains(&first) && place.is_empty() && word != word.to_uppercase();
    let fits =
        CODES.contains(&first) && (place.is_empty() || PLACES.contains(&place)) && (surely || !is_word);
    fits.then_some(lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_a_language_or_a_version_alone_are_editions() {
        let cases = [
            ("docs/demo.md", "docs/demo_EN.md", true),
            ("README.md", "README.zh-CN.md", true),
            ("docs/guide_pt-BR.md", "docs/guide.md", true),
            ("docs/GUIDE_ES.md", "docs/GUIDE_EN.md", true),
            ("docs/guide.md", "docs/es/guide.md", true),
            ("docs/en/guide.md", "docs/fr/guide.md", true),
            ("docs/guide.md", "docs/guide.md", false),
            ("docs/guide.md", "docs/other_EN.md", false),
            ("docs/user.md", "docs/user-id.md", false),
            ("docs/guide.md", "docs/guide-v2.md", false),
            ("docs/guide.md", "notes/guide.md", false),
            ("docs/guide.md", "docs/v1/guide.md", true),
            ("docs/v1/guide.md", "docs/v2.1/guide.md", true),
            ("docs/1.x/guide.md", "docs/next/guide.md", true),
            ("site/docs/guide.md", "site/versioned_docs/version-0.14/guide.md", true),
            ("docs/v1/guide.md", "docs/v2/other.md", false),
            ("docs/2024/guide.md", "docs/2025/guide.md", false),
            ("docs/validation/guide.md", "docs/guide.md", false),
        ];
        for (one, other, expected) in cases {
            assert_eq!(are(&name(&one.into()), &name(&other.into())), expected, "{one} and {other}");
        }
    }
}
