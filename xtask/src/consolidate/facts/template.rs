//! Statements that are told in more words than a value has: the words around their one number, which another note has
//! too, tell that both speak of one thing.

use super::statements::split;
use super::unit::Unit;
use super::value::{self, Bound, Number, Value};

/// Words of a value of which all but the number must stand in another note, too.
const FEWEST_WORDS: usize = 3;
const MOST_WORDS: usize = 14;

/// Words before a number that is a name: "until phase 3", "see section 4".
const NAMING: &[&str] = &[
    "phase",
    "step",
    "section",
    "chapter",
    "part",
    "option",
    "day",
    "week",
    "sprint",
    "milestone",
    "line",
    "page",
    "pr",
    "adr",
    "rfc",
    "issue",
    "task",
    "module",
    "rule",
    "version",
    "figure",
    "table",
    "level",
    "tier",
    "stage",
    "session",
    "round",
    "wave",
    "appendix",
    "story",
    "epic",
    "python",
    "node",
];

/// The one number of a text, and the text without it.
pub(super) fn template(text: &str) -> Option<(Value, String)> {
    if text.contains(['→', '=', '#', '/', '\\', '✅', '❌', '|'])
        || text.contains("->")
        || text.contains("~~")
    {
        return None;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let has_figure = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    let at = words.iter().position(|word| has_figure(word))?;
    let is_only = !words[at + 1..].iter().any(|word| has_figure(word));
    if !is_only || !(FEWEST_WORDS..=MOST_WORDS).contains(&words.len()) {
        return None;
    }
    if at.checked_sub(1).is_some_and(|before| names_a_part(words[before])) {
        return None;
    }
    let number = number(words[at])?;
    let mut rest = words.clone();
    rest[at] = "";
    let rest = rest.iter().flat_map(|word| split(word)).collect::<Vec<_>>();
    // What a piece of work added is that of a day.
    if rest.len() + 1 < FEWEST_WORDS || rest.iter().any(|word| value::OF_WORK.contains(&word.as_str())) {
        return None;
    }
    Some((Value::Number(number), rest.join(" ")))
}

/// True for a word behind which a number is a name.
pub(super) fn names_a_part(word: &str) -> bool {
    NAMING.contains(&split(word).concat().as_str())
}

/// A number that stands by itself: `3`, `60)`, `>95%`.
fn number(word: &str) -> Option<Number> {
    let word = word.trim_start_matches('(').trim_end_matches([')', '.', ',', ';', ':', '!']);
    let bound = match word.chars().next()? {
        '<' | '≤' => Bound::Most,
        '>' | '≥' => Bound::Least,
        '~' | '≈' => Bound::About,
        _ if word.ends_with('+') => Bound::Plus,
        _ => Bound::Exact,
    };
    let word = word.trim_start_matches(['~', '≈', '<', '>', '≤', '≥', '=', '$']).trim_end_matches('+');
    let (figures, unit) = match word.strip_suffix('%') {
        Some(figures) => (figures, vec!["%".to_owned()]),
        None => (word, Vec::new()),
    };
    let plain = figures.replace(',', "");
    let is_number = plain.len() <= 9
        && plain.starts_with(|first: char| first.is_ascii_digit())
        && plain.ends_with(|last: char| last.is_ascii_digit())
        && plain.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && !(plain.len() > 1 && plain.starts_with('0') && !plain.starts_with("0."));
    let value = plain.parse().ok().filter(|_| is_number)?;
    Some(Number { value, slack: 0.0, scale: 1.0, unit: Unit { before: Vec::new(), after: unit }, bound })
}
