//! Values that can be compared: a number with its unit, a range, a version, a switch.

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
}

/// A number and how exactly it is meant.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Number {
    pub(super) value: f64,
    /// Half of the last digit that is written: what rounding may hide.
    pub(super) slack: f64,
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

/// What is counted or measured: words before the number, and after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Unit {
    before: Vec<String>,
    after: Vec<String>,
}

/// Words around a number of which it is still the whole value.
const UNIT_WORDS: usize = 3;

/// Units of one kind, each as so many of the smallest.
const SCALES: &[(&str, &str, f64)] = &[
    ("ms", "ms", 1.0),
    ("millisecond", "ms", 1.0),
    ("s", "ms", 1e3),
    ("sec", "ms", 1e3),
    ("second", "ms", 1e3),
    ("min", "ms", 6e4),
    ("minute", "ms", 6e4),
    ("h", "ms", 3.6e6),
    ("hour", "ms", 3.6e6),
    ("day", "ms", 8.64e7),
    ("kb", "byte", 1e3),
    ("mb", "byte", 1e6),
    ("gb", "byte", 1e9),
    ("tb", "byte", 1e12),
    ("kib", "byte", 1024.0),
    ("mib", "byte", 1_048_576.0),
    ("gib", "byte", 1_073_741_824.0),
    ("byte", "byte", 1.0),
    ("hz", "hz", 1.0),
    ("khz", "hz", 1e3),
    ("mhz", "hz", 1e6),
    ("ghz", "hz", 1e9),
    ("percent", "%", 1.0),
];

/// Reads the value at the beginning of a text; `None` where it is more, or less, than one value.
pub(super) fn read(text: &str) -> Option<Value> {
    let plain = plain(text);
    if ["→", "->", "=>", " vs ", " vs. ", "≠"].iter().any(|mark| plain.contains(mark)) {
        return None;
    }
    if is_list(&plain) {
        return None;
    }
    // What follows a value in brackets, or behind a dash or stop, explains it.
    let head = head(&plain);
    switch(head).or_else(|| quantity(head))
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

/// True for `300 (light), 400, 500`: several values, each of something else.
fn is_list(text: &str) -> bool {
    text.split(", ").skip(1).any(|part| {
        let rest = part.trim_start_matches(|next: char| next.is_ascii_digit() || next == '.');
        rest.len() < part.len()
            && (rest.trim().is_empty()
                || rest.starts_with(['+', ','])
                || rest.starts_with(" (")
                || rest.starts_with(" for "))
    })
}

fn head(text: &str) -> &str {
    let ends = [" (", " - ", " – ", " — ", ";", ", ", ". ", " | ", ": ", " = ", " @ ", " / "];
    let end = ends.iter().filter_map(|end| text.find(end)).min().unwrap_or(text.len());
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
    if is_version(&text[start..], rest, digits.dots) {
        return version(&text[start..], before);
    }
    if let Some((high, rest)) = range_end(rest) {
        let unit = Unit { before, after: unit_words(rest)? };
        let (scale, unit) = unit.scaled();
        return Some(Value::Range { low: digits.value * scale, high: high * scale, unit });
    }
    let (factor, rest) = magnitude(rest);
    let (bound, rest) = match rest.strip_prefix('+') {
        Some(rest) => (Bound::Plus, rest),
        None => (bound, rest),
    };
    if rest.starts_with(['/', ':', '-', '_', '.', 'x', '×', '#', '^', '@', ',']) && rest != "x" {
        return None;
    }
    let mut after = unit_words(rest)?;
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
    Some(Value::Number(Number { value: digits.value * factor * scale, slack, unit, bound }))
}

/// What is counted of a piece of work: what it wrote and what it added.
const OF_WORK: &[&str] = &["new", "added", "removed", "updated", "modified", "loc", "line", "test", "commit"];

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
        if !word.chars().all(char::is_alphanumeric) {
            return None;
        }
        match word.to_lowercase().as_str() {
            "about" | "approximately" | "around" | "roughly" | "circa" | "nearly" | "almost" => {
                bound = Bound::About;
            }
            "over" | "least" | "minimum" | "min" => bound = Bound::Least,
            "under" | "most" | "maximum" | "max" => bound = Bound::Most,
            "at" | "up" | "to" | "the" | "a" | "all" | "exactly" | "only" => {}
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

/// The words behind a number, when they are few enough to be its unit.
fn unit_words(rest: &str) -> Option<Vec<String>> {
    let rest = rest.trim_start_matches('-').trim();
    let found: Vec<String> = rest
        .split(|character: char| character.is_whitespace() || character == '-')
        .filter(|word| word.contains(|next: char| next.is_alphanumeric() || next == '%'))
        .map(|word| {
            let lower = word.to_lowercase();
            let lower = lower.trim_end_matches(['.', ',', ';', ':', ')', '!']);
            words::singular(lower).to_owned()
        })
        .collect();
    // "400 for body text" is the value of a part.
    let fits = found.len() <= UNIT_WORDS
        && !found.iter().any(|word| word == "for")
        && found
            .iter()
            .all(|word| !word.contains(|next: char| next.is_ascii_digit() || "=<>[]{}()\\".contains(next)));
    fits.then_some(found)
}

/// Two dots make a version; one does behind a `v`, a name of a program, or before "or newer".
fn is_version(text: &str, rest: &str, dots: usize) -> bool {
    dots >= 2 || (dots == 1 && (newer(rest) || text.starts_with('v')))
}

fn newer(rest: &str) -> bool {
    let rest = rest.trim_start();
    ["+", "or newer", "or later", "or higher", "or above", "or greater", "and up", "and above"]
        .iter()
        .any(|mark| rest.starts_with(mark))
}

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

impl Unit {
    /// The smallest unit of the kind, and how many of them one is.
    fn scaled(mut self) -> (f64, Self) {
        let Some(first) = self.after.first_mut() else { return (1.0, self) };
        let Some((_, smallest, factor)) = SCALES.iter().find(|(name, _, _)| name == first) else {
            return (1.0, self);
        };
        *first = (*smallest).to_owned();
        (*factor, self)
    }

    /// True where both may count the same: the same words, a longer and a shorter name of it, or none.
    fn agrees(&self, other: &Self) -> bool {
        let same = |one: &[String], two: &[String]| {
            one.is_empty()
                || two.is_empty()
                || one == two
                || one.last() == two.last()
                || one.first() == two.first()
        };
        let is_measure = |unit: &Self| {
            unit.after.first().is_some_and(|first| {
                first == "%" || first == "money" || SCALES.iter().any(|(_, small, _)| small == first)
            })
        };
        if is_measure(self) != is_measure(other) {
            return self.after.is_empty() || other.after.is_empty();
        }
        if is_measure(self) && self.after.first() != other.after.first() {
            return false;
        }
        // So much for each frame is not so much for each player.
        let per = |unit: &Self| {
            let at = unit.after.iter().position(|word| word == "per" || word == "each");
            at.and_then(|at| unit.after.get(at + 1).cloned())
        };
        if per(self).zip(per(other)).is_some_and(|(one, two)| one != two) {
            return false;
        }
        same(&self.before, &other.before) && same(&self.after, &other.after)
    }

    fn is_percent(&self) -> bool {
        self.after.first().is_some_and(|first| first == "%")
    }

    fn is_bare(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }
}

/// True where a value is what work takes: hours, days, weeks.
pub(super) fn is_effort(shown: &str) -> bool {
    const UNITS: &[&str] = &[
        "hour",
        "hr",
        "day",
        "week",
        "month",
        "minute",
        "sprint",
        "stunde",
        "tag",
        "woche",
        "heure",
        "jour",
        "semaine",
        "hora",
        "día",
        "semana",
        "час",
        "часа",
        "часов",
        "день",
        "дней",
        "시간",
        "분",
        "일",
        "주",
        "개월",
        "時間",
        "分",
        "日",
        "週間",
        "小时",
        "小時",
        "分钟",
        "分鐘",
        "天",
        "周",
        "週",
        "个月",
        "個月",
    ];
    let lower = shown.to_lowercase();
    let mut words = lower.split(|character: char| !character.is_alphabetic()).filter(|word| !word.is_empty());
    words.any(|word| UNITS.contains(&words::singular(word)))
}

/// True where two values of one thing cannot both hold.
pub(super) fn contradict(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Switch(one), Value::Switch(other)) => one != other,
        (
            Value::Version { parts: one, name: a, is_least: least_a },
            Value::Version { parts: other, name: b, is_least: least_b },
        ) => {
            let length = one.len().min(other.len());
            (a.is_empty() || b.is_empty() || a == b) && least_a == least_b && one[..length] != other[..length]
        }
        (Value::Number(one), Value::Number(other)) => numbers_contradict(one, other),
        (Value::Range { low, high, unit }, Value::Number(number))
        | (Value::Number(number), Value::Range { low, high, unit }) => {
            let margin = if number.bound == Bound::About { 0.15 * high.abs() } else { number.slack };
            number.unit.agrees(unit)
                && matches!(number.bound, Bound::Exact | Bound::About)
                && (number.value < low - margin || number.value > high + margin)
        }
        (Value::Range { low, high, unit }, Value::Range { low: low_b, high: high_b, unit: unit_b }) => {
            // Ranges that touch may both be right.
            unit.agrees(unit_b) && (high < low_b || high_b < low)
        }
        _ => false,
    }
}

/// True for a share as percentage and as fraction: 100 % and 1.00.
fn are_one_share(percent: &Number, fraction: &Number) -> bool {
    let apart = (percent.value / 100.0 - fraction.value).abs();
    percent.unit.is_percent() && fraction.unit.is_bare() && apart <= fraction.slack + percent.slack / 100.0
}

/// True for `2048` beside `2048 MB`.
fn is_without_its_unit(bare: &Number, measured: &Number) -> bool {
    let Some(kind) = measured.unit.after.first().filter(|_| bare.unit.is_bare()) else { return false };
    let mut factors = SCALES.iter().filter(|(_, smallest, _)| smallest == kind).map(|(_, _, factor)| factor);
    factors.any(|factor| (bare.value * factor - measured.value).abs() <= bare.slack * factor + measured.slack)
}

fn numbers_contradict(one: &Number, other: &Number) -> bool {
    if are_one_share(one, other) || are_one_share(other, one) {
        return false;
    }
    if !one.unit.agrees(&other.unit) || is_without_its_unit(one, other) || is_without_its_unit(other, one) {
        return false;
    }
    let apart = (one.value - other.value).abs();
    let about = one.bound == Bound::About || other.bound == Bound::About;
    let margin = if about { 0.15 * one.value.abs().max(other.value.abs()) } else { 0.0 };
    if apart <= margin.max(one.slack).max(other.slack) {
        return false;
    }
    match (one.bound, other.bound) {
        (Bound::Plus, Bound::Plus | Bound::Least) | (Bound::Least, Bound::Plus) => false,
        (Bound::Least | Bound::Plus, Bound::Exact | Bound::About) => other.value < one.value,
        (Bound::Exact | Bound::About, Bound::Least | Bound::Plus) => one.value < other.value,
        (Bound::Most, Bound::Exact | Bound::About) => other.value > one.value,
        (Bound::Exact | Bound::About, Bound::Most) => one.value > other.value,
        (Bound::Least | Bound::Plus, Bound::Most) => one.value > other.value,
        (Bound::Most, Bound::Least | Bound::Plus) => one.value < other.value,
        _ => true,
    }
}
