//! Notes that say the same in two languages, told by their names: one is read by those who do not read the other, so
//! they make no guide together.

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

/// A note's path without what names its language, in lower case, and that language.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name {
    plain: String,
    language: Option<String>,
}

/// True for `guide.md` and `guide.zh-CN.md`, `GUIDE_EN.md` and `GUIDE_ES.md`, `docs/guide.md` and `docs/es/guide.md`.
pub(super) fn are(one: &Name, other: &Name) -> bool {
    one.plain == other.plain && one.language != other.language
}

/// Takes a path apart.
pub(super) fn name(path: &RepoPath) -> Name {
    let shown = path.display();
    let (folder, file) = shown.rsplit_once('/').unwrap_or(("", &shown));
    let (stem, ending) = file.rsplit_once('.').unwrap_or((file, ""));
    let mut language = None;
    let mut kept: Vec<String> = Vec::new();
    for part in folder.split('/') {
        match code(part, true) {
            Some(code) if !kept.is_empty() && language.is_none() => language = Some(code),
            _ => kept.push(part.to_lowercase()),
        }
    }
    let (stem, of_name) = without_code(stem);
    let plain = format!("{}/{}.{}", kept.join("/"), stem.to_lowercase(), ending.to_lowercase());
    Name { plain, language: of_name.or(language) }
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
    fn names_that_differ_in_a_language_alone_are_translations() {
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
        ];
        for (one, other, expected) in cases {
            assert_eq!(are(&name(&one.into()), &name(&other.into())), expected, "{one} and {other}");
        }
    }
}
