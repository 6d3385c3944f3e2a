//! Values that can be compared: a number with its unit, a range, a version, a switch.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::requirements::is_program;
use super::unit::{Unit, unit_words};
use crate::consolidate::words;

/// A value that is short and exact enough to be contradicted.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// One number.
    Number(Number),
    /// From one number to another, with a unit.
    Range { low: f64, high: f64, unit: Unit },
    /// `3.11.2`; a bound where it says "or newer".
    Version { parts: Vec<u32>, name: String, is_least: bool },
    /// On or off, yes or no.
    Switch(bool),
    /// Where something listens: a host and its port.
    Address { host: String, port: u32 },
    /// `#FF5A1F`.
    Colour(u32),
    /// One or several of a set of names.
    Names(BTreeSet<String>),
}

impl Value {
    /// The program that a value gives the version of: `Python 3.11`.
    pub(super) fn program(&self) -> Option<&str> {
        match self {
            Self::Version { name, .. } => Some(name.as_str()).filter(|name| is_program(name)),
            Self::Number(Number { unit, .. }) if unit.after.is_empty() => match &unit.before[..] {
                [name] => Some(name.as_str()).filter(|name| is_program(name)),
                _ => None,
            },
            _ => None,
        }
    }

    /// True for what should be at least or at most.
    pub(super) fn is_bound(&self) -> bool {
        matches!(self, Self::Number(number) if matches!(number.bound, Bound::Least | Bound::Most))
    }

    /// True for so many of something, or a share of them.
    pub(super) fn is_count(&self) -> bool {
        matches!(self, Self::Number(number) if number.unit.is_percent() || !number.unit.is_measure())
    }

    /// True for so much each hour or request.
    pub(super) fn is_rate(&self) -> bool {
        matches!(self, Self::Number(number) if number.unit.after.iter().any(|word| word == "per"))
    }
}

/// A number and how exactly it is meant.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Number {
    pub(super) value: f64,
    /// Half of the last digit that is written: what rounding may hide.
    pub(super) slack: f64,
    /// How many of the smallest unit of its kind one is of the unit that it is written in.
    pub(super) scale: f64,
    pub(super) unit: Unit,
    pub(super) bound: Bound,
}

/// What a number says about the thing it measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// So many.
    Exact,
    /// About so many.
    About,
    /// So many and some more: a count that grew stale upwards is still true.
    Plus,
    /// So many or more.
    Least,
    /// So many or fewer.
    Most,
}

/// Reads the value at the beginning of a text; `None` where it is more, or less, than one value.
pub(super) fn read(text: &str) -> Option<Value> {
    // `?/1,903 (?%)`: how many of them is not known.
    if text.split(char::is_alphanumeric).next().is_some_and(|before| before.contains('?')) {
        return None;
    }
    let plain = plain(text);
    if ["→", "->", "=>", " vs ", " vs. ", "≠"].iter().any(|mark| plain.contains(mark)) {
        return None;
    }
    if is_list(&plain) || is_equation(&plain) || has_explained_ends(&plain) || is_share_that_changed(&plain) {
        return None;
    }
    if let Some(spread) = spread(&plain) {
        return Some(spread);
    }
    // What follows a value in brackets, or behind a dash or stop, explains it.
    let head = head(&plain);
    switch(head).or_else(|| colour(head)).or_else(|| address(head)).or_else(|| quantity(head))
}

/// The text without markup and the signs that only decorate.
fn plain(text: &str) -> String {
    let bare: String = text.chars().filter(|character| !"*`_\"".contains(*character)).collect();
    bare.trim_start_matches(|character: char| {
        !character.is_alphanumeric() && !"~≈<>≥≤$€£(+-.#±".contains(character)
    })
    .trim()
    .to_owned()
}

/// True for `10M (small) to 120M+ (large)`: two ends, each of something else.
fn has_explained_ends(text: &str) -> bool {
    let Some((low, high)) = text.split_once(" to ") else { return false };
    let is_figure = |end: &str| {
        end.trim_start_matches(['~', '≈', '$', '€', '£']).starts_with(|first: char| first.is_ascii_digit())
    };
    is_figure(low) && low.ends_with(')') && is_figure(high)
}

/// True for `300 (light), 400, 500` and `48 KB ESM / 55 KB CJS`: several values, each of something else.
fn is_list(text: &str) -> bool {
    let behind = |part: &str| {
        let part = part.trim_start_matches(['~', '≈', '$', '€', '£']);
        let rest = part.trim_start_matches(|next: char| next.is_ascii_digit() || next == '.');
        (rest.len() < part.len()).then(|| rest.to_owned())
    };
    let unit = |rest: &str| rest.trim_start().split([' ', ',', '/', ')']).next().map(str::to_lowercase);
    let first = behind(text).and_then(|rest| unit(&rest)).filter(|unit| !unit.is_empty());
    // "iOS Safari 12+, Chrome 80+".
    let ends_in_a_figure = |part: &str| {
        part.trim_end_matches('+').ends_with(|last: char| last.is_ascii_digit()) && part.contains(' ')
    };
    let mut parts = text.split(", ").flat_map(|part| part.split(" / "));
    if parts.next().is_some_and(ends_in_a_figure) && parts.clone().any(ends_in_a_figure) {
        return true;
    }
    parts.filter_map(behind).any(|rest| {
        rest.trim().is_empty()
            || rest.starts_with(['+', ','])
            || rest.starts_with(" (")
            || rest.starts_with(" for ")
            || (first.is_some() && unit(&rest) == first)
    })
}

/// True for `16 each = 32 in total`, `63072000 = 2 years` and `~19 h / 24 ≈ 50 min`: one thing in two measures, of which
/// another note may give either.
fn is_equation(text: &str) -> bool {
    text.split_once(" = ").or_else(|| text.split_once(" ≈ ")).is_some_and(|(_, right)| {
        right.trim_start_matches(['~', '≈', '$']).starts_with(|first: char| first.is_ascii_digit())
    })
}

/// True for `55% (up from 19%)`, in any language: the second share is that of another day.
fn is_share_that_changed(text: &str) -> bool {
    let Some((share, rest)) = text.split_once(" (") else { return false };
    let aside = rest.split(')').next().unwrap_or_default();
    share.ends_with('%') && aside.contains('%')
}

/// `640px - 1024px`: from one number to another, each with the unit.
fn spread(text: &str) -> Option<Value> {
    let low = digits(text).filter(|low| low.length > 0 && low.dots < 2)?;
    let rest = text[low.length..].trim_start();
    let end = rest.find(|next: char| !(next.is_alphabetic() || next == '%')).filter(|end| *end > 0)?;
    let (unit, rest) = rest.split_at(end);
    let rest = [" - ", " – ", "-", "–", "—", " to "].iter().find_map(|sign| rest.strip_prefix(sign))?;
    let high = digits(rest).filter(|high| high.length > 0 && high.dots < 2)?;
    rest[high.length..].trim_start().strip_prefix(unit)?;
    let (scale, unit) = Unit { before: Vec::new(), after: unit_words(unit)? }.scaled();
    Some(Value::Range { low: low.value * scale, high: high.value * scale, unit })
}

/// `#FF5A1F`.
fn colour(text: &str) -> Option<Value> {
    let figures = text.strip_prefix('#').filter(|figures| figures.len() == 6)?;
    u32::from_str_radix(figures, 16).ok().map(Value::Colour)
}

/// `http://localhost:8080/docs`, `127.0.0.1:5432`: where something listens.
fn address(text: &str) -> Option<Value> {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text.split([' ', '/']).next()?;
    let (host, port) = text.split_once(':')?;
    let is_host = host.contains('.') || host == "localhost";
    let is_local = ["localhost", "127.0.0.1", "0.0.0.0"].contains(&host);
    let host = if is_local { "localhost" } else { host };
    let is_port = (2..=5).contains(&port.len());
    let port = port.parse().ok().filter(|_| is_port && is_host)?;
    Some(Value::Address { host: host.to_lowercase(), port })
}

fn head(text: &str) -> &str {
    // All ends in one pass: this is asked of each line with a figure.
    static ENDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
        let ends = [" (", " - ", " – ", " — ", ";", ", ", ". ", " | ", ": ", " = ", " @ ", " / "];
        let builder = AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(ends);
        builder.expect("fixed words that a test compiles")
    });
    let end = ENDS.find(text).map_or(text.len(), |end| end.start());
    text[..end].trim_end_matches(['.', ',', ';', ':', '!']).trim()
}

fn switch(text: &str) -> Option<Value> {
    match text.to_lowercase().as_str() {
        "yes" | "true" | "on" | "enabled" => Some(Value::Switch(true)),
        "no" | "false" | "off" | "disabled" => Some(Value::Switch(false)),
        _ => None,
    }
}

fn quantity(text: &str) -> Option<Value> {
    let start = text.find(|character: char| character.is_ascii_digit())?;
    // `P0.2`, `mp3`: a name, not a number; `v2` and `V2` are versions.
    let is_inside = text[..start].ends_with(char::is_alphabetic) && !matches!(&text[..start], "v" | "V");
    if is_inside && !text[..start].ends_with([' ', 'v', 'V']) {
        return None;
    }
    let (before, bound, is_money) = lead(&text[..start])?;
    let digits = digits(&text[start..])?;
    let rest = &text[start + digits.length..];
    if rest.starts_with(".x") && !rest[2..].starts_with(|next: char| next.is_alphanumeric() || next == '.') {
        // `19.x`: any of that version; "18.x or higher" is a lowest one.
        let figures = format!("{}{}", &text[start..start + digits.length], &rest[2..]);
        return version(&figures, before);
    }
    if is_version(&text[start..], rest, digits.dots) {
        return version(&text[start..], before);
    }
    if let Some((high, rest)) = range_end(rest) {
        let (scale, unit) = Unit { before, after: unit_words(rest)? }.scaled();
        // "FIPS 180-4" is a name.
        let range = Value::Range { low: digits.value * scale, high: high * scale, unit };
        return (digits.value <= high).then_some(range);
    }
    let (factor, rest) = magnitude(rest);
    let (bound, rest) = match rest.strip_prefix('+') {
        Some(rest) => (Bound::Plus, rest),
        None => (bound, rest),
    };
    // "3/hour": so many each hour.
    let rate = rest.strip_prefix('/').filter(|unit| unit.starts_with(char::is_alphabetic));
    let is_odd = rest.starts_with(['/', ':', '-', '_', '.', 'x', '×', '#', '^', '@', ',']) && rest != "x";
    if is_odd && rate.is_none() {
        return None;
    }
    let mut after = unit_words(rate.unwrap_or(rest))?;
    if rate.is_some() {
        after.insert(0, "per".to_owned());
    }
    if after.iter().any(|word| OF_WORK.contains(&word.as_str())) || is_numbered(&text[start..], &digits) {
        return None;
    }
    let bound = match after.last().map(String::as_str) {
        Some("minimum") => Bound::Least,
        Some("maximum") => Bound::Most,
        _ => bound,
    };
    after.retain(|word| word != "minimum" && word != "maximum");
    if is_money {
        after.insert(0, "money".to_owned());
    }
    let (scale, unit) = Unit { before, after }.scaled();
    // "83k" may be any number that rounds to it.
    let last_digit = if digits.slack > 0.0 { digits.slack } else { 0.5 };
    let slack = if factor > 1.0 { last_digit * factor * scale } else { digits.slack * scale };
    Some(Value::Number(Number { value: digits.value * factor * scale, slack, scale, unit, bound }))
}

/// What is counted of a piece of work: what it wrote and what it added.
pub(super) const OF_WORK: &[&str] = &[
    "reduction",
    "improvement",
    "increase",
    "decrease",
    "saving",
    "faster",
    "slower",
    "new",
    "added",
    "removed",
    "updated",
    "modified",
    "loc",
    "line",
    "test",
    "assertion",
    "commit",
    "라인",
    "줄",
    "行",
];

/// True for `004`, which is the name of something.
fn is_numbered(text: &str, digits: &Digits) -> bool {
    digits.length > 1 && digits.dots == 0 && text.starts_with('0')
}

/// The words before a number, and what they say about its exactness.
fn lead(text: &str) -> Option<(Vec<String>, Bound, bool)> {
    let text = text.trim();
    let mut bound = Bound::Exact;
    let mut is_money = false;
    let mut rest = text;
    while let Some(last) = rest.chars().next_back().filter(|character| !character.is_alphanumeric()) {
        match last {
            '~' | '≈' => bound = Bound::About,
            '≥' | '>' => bound = Bound::Least,
            '≤' | '<' => bound = Bound::Most,
            '$' | '€' | '£' => is_money = true,
            ' ' => {}
            '=' if rest.ends_with(['=']) && (rest.ends_with(">=") || rest.ends_with("<=")) => {}
            _ => return None,
        }
        rest = &rest[..rest.len() - last.len_utf8()];
    }
    let mut words: Vec<String> = Vec::new();
    for word in rest.split_whitespace() {
        let is_name = word.starts_with(char::is_alphabetic) && text.ends_with(" v");
        if !word.chars().all(|next| next.is_alphanumeric() || (is_name && "-.".contains(next))) {
            return None;
        }
        match word.to_lowercase().as_str() {
            "about" | "approximately" | "around" | "roughly" | "circa" | "nearly" | "almost" => {
                bound = Bound::About;
            }
            "over" | "least" | "minimum" | "min" | "more" | "greater" | "higher" => bound = Bound::Least,
            "under" | "most" | "maximum" | "max" | "less" | "fewer" | "lower" | "below" => {
                bound = Bound::Most
            }
            "up" => bound = Bound::Most,
            "at" | "to" | "the" | "a" | "all" | "exactly" | "only" | "than" => {}
            "v" => {}
            // `Module 1.1`, `Phase 2`: names of parts.
            // "By 20 %" and "from 480" tell a change.
            "by" | "from" | "module" | "phase" | "task" | "issue" | "step" | "section" | "chapter"
            | "part" | "option" | "day" | "week" | "sprint" | "milestone" | "line" | "page" | "pr"
            | "adr" => {
                return None;
            }
            other => words.push(words::singular(other).to_owned()),
        }
    }
    (words.len() <= 2).then_some((words, bound, is_money))
}

struct Digits {
    value: f64,
    slack: f64,
    length: usize,
    dots: usize,
}

/// A number in figures: `1,024`, `0.5`, `83300`.
fn digits(text: &str) -> Option<Digits> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut length = 0;
    let mut figures = String::new();
    let mut dots = 0;
    let mut decimals: i32 = 0;
    while length < bytes.len() {
        match bytes[length] {
            figure @ b'0'..=b'9' => {
                figures.push(char::from(figure));
                decimals += i32::from(dots > 0);
            }
            b',' if dots == 0 && (1..=3).all(|step| digit(length + step)) && !digit(length + 4) => {}
            b'.' if digit(length + 1) => {
                if dots == 0 {
                    figures.push('.');
                }
                dots += 1;
            }
            _ => break,
        }
        length += 1;
    }
    if dots > 1 {
        return Some(Digits { value: 0.0, slack: 0.0, length, dots });
    }
    // A whole number is meant as it stands.
    let slack = if decimals == 0 { 0.0 } else { 10f64.powi(-decimals) / 2.0 };
    Some(Digits { value: figures.parse().ok()?, slack, length, dots })
}

/// `k`, `M`, `million` right behind a number.
fn magnitude(rest: &str) -> (f64, &str) {
    let ends = |rest: &str| !rest.starts_with(|next: char| next.is_alphanumeric());
    for (sign, factor) in [("K", 1e3), ("k", 1e3), ("M", 1e6), ("B", 1e9)] {
        if let Some(after) = rest.strip_prefix(sign).filter(|after| ends(after)) {
            return (factor, after);
        }
    }
    for (word, factor) in [("thousand", 1e3), ("million", 1e6), ("billion", 1e9)] {
        if let Some(after) = rest.trim_start().strip_prefix(word).filter(|after| ends(after)) {
            return (factor, after);
        }
    }
    (1.0, rest)
}

fn range_end(rest: &str) -> Option<(f64, &str)> {
    let after =
        ["-", "–", "—", " to ", " - ", " – ", ".."].iter().find_map(|sign| rest.strip_prefix(sign))?;
    let after = after.trim_start_matches(['.', '~']);
    let high = digits(after).filter(|high| high.length > 0 && high.dots < 2)?;
    let rest = &after[high.length..];
    // `2025-10-31` is a date.
    (!rest.starts_with('-')).then_some((high.value, rest))
}

/// Two dots make a version; one does behind a `v`, a name of a program, or before "or newer".
fn is_version(text: &str, rest: &str, dots: usize) -> bool {
    dots >= 2 || (dots == 1 && (newer(rest) || text.starts_with('v')))
}

fn newer(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.starts_with('+') || NEWER.iter().any(|mark| rest.starts_with(mark))
}

/// What says behind a version that it is the lowest.
pub(super) const NEWER: &[&str] = &[
    "or newer",
    "or later",
    "or higher",
    "or above",
    "or greater",
    "and up",
    "and above",
    "ou supérieur",
    "ou superior",
    "o superior",
    "oder höher",
    "oder neuer",
    "или выше",
    "или новее",
];

/// The version at the beginning of a text, which stands behind a name.
pub(super) fn version(text: &str, before: Vec<String>) -> Option<Value> {
    let figures: &str = &text[..digits(text)?.length];
    let parts: Option<Vec<u32>> = figures.split('.').map(|part| part.parse().ok()).collect();
    let rest = &text[figures.len()..];
    if rest.starts_with(['/', '-', '_', ':', '.']) && !rest.starts_with(". ") && rest != "." {
        return None;
    }
    Some(Value::Version { parts: parts?, name: before.join(" "), is_least: newer(rest) })
}
