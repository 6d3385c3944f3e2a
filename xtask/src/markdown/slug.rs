//! The anchors that GitHub gives to headings.
//!
//! Source of the rules: what GitHub renders, as recorded in the fixtures of the package `github-slugger`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

/// What an anchor drops: all but letters, marks, digits, `_` and its kind, `-` and the blank. Joiners are
/// word characters to the regex library, but not to GitHub.
static DROPPED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[^\w\- ]|[\u{200c}\u{200d}]").expect("the pattern is well-formed"));

/// Makes a heading's words into an anchor; words that stand alone in their text have just this one.
pub fn slug(words: &str) -> String {
    if words.is_ascii() {
        let mut anchor = String::with_capacity(words.len());
        anchor.extend(words.bytes().filter_map(ascii_slug_char));
        return anchor;
    }
    let lower = words.to_lowercase();
    let kept: Cow<'_, str> = DROPPED.replace_all(&lower, "");
    kept.replace(' ', "-")
}

fn ascii_slug_char(byte: u8) -> Option<char> {
    match byte {
        b' ' => Some('-'),
        b'-' | b'_' => Some(char::from(byte)),
        byte if byte.is_ascii_alphanumeric() => Some(char::from(byte.to_ascii_lowercase())),
        _ => None,
    }
}

/// Gives each heading of one text an anchor of its own: the second `setup` becomes `setup-1`.
#[derive(Clone, Debug, Default)]
pub struct Slugger {
    /// For every anchor that was given, the last number that was put behind it.
    given: BTreeMap<String, usize>,
}

impl Slugger {
    /// The anchor of the next heading.
    pub fn next(&mut self, words: &str) -> String {
        let base = slug(words);
        let Some(&last) = self.given.get(&base) else {
            self.given.insert(base.clone(), 0);
            return base;
        };
        let numbered = (last + 1..).map(|number| (number, format!("{base}-{number}")));
        let free = numbered.into_iter().find(|(_, name)| !self.given.contains_key(name));
        let (number, name) = free.expect("numbers do not run out");
        self.given.insert(base, number);
        self.given.insert(name.clone(), 0);
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_those_of_github() {
        let cases = [
            ("Getting Started", "getting-started"),
            ("C++ & Rust: a/b", "c--rust-ab"),
            ("snake_case `x.y()`", "snake_case-xy"),
            ("50 % faster - really!", "50--faster---really"),
            ("  two  blanks ", "--two--blanks-"),
            ("Über Größe", "über-größe"),
            ("日本語 の 見出し", "日本語-の-見出し"),
            ("🚀 Launch", "-launch"),
            // The gear is dropped, the variation selector behind it is a mark and stays.
            ("⚙\u{fe0f} Setup", "\u{fe0f}-setup"),
            // So is the box around a digit.
            ("1\u{fe0f}\u{20e3} Setup", "1\u{fe0f}\u{20e3}-setup"),
            ("👨\u{200d}💻 Me", "-me"),
            ("½ and ² and Ⅳ", "-and--and-ⅳ"),
            ("em — dash, en–dash, it’s", "em--dash-endash-its"),
            ("ΟΔΟΣ", "οδος"),
            ("a\tb\nc", "abc"),
            ("", ""),
        ];
        for (words, expected) in cases {
            assert_eq!(slug(words), expected, "{words:?}");
        }
    }

    #[test]
    fn repeated_headings_are_numbered_past_names_that_are_taken() {
        let mut slugger = Slugger::default();
        let heads = ["Note", "note", "Note 1", "note-1", "NOTE", "Use 1", "Use", "Use"];
        let slugs: Vec<String> = heads.iter().map(|words| slugger.next(words)).collect();
        assert_eq!(slugs, ["note", "note-1", "note-1-1", "note-1-2", "note-2", "use-1", "use", "use-2"]);
    }
}
