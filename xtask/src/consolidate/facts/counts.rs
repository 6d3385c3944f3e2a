//! How many tests pass, as sentences tell it.

use super::statements::{Form, Said, names_a_file, split};
use super::value::{self, Value};

/// "47 tests pass", "All 47 unit tests passed", "47/47 tests passing".
pub(super) fn tests(text: &str) -> Vec<Said> {
    let lower = text.to_lowercase();
    if !lower.contains("test") || !lower.contains("pass") || names_a_file(text) {
        return Vec::new();
    }
    let plain: String = lower.chars().filter(|character| !"*`_".contains(*character)).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let clean = |word: &str| word.trim_matches(|character: char| !character.is_alphanumeric()).to_owned();
    for (at, word) in words.iter().enumerate() {
        // A share is no count.
        let Some(count) = whole_count(&clean(word)).filter(|_| !word.contains('%')) else { continue };
        let after: Vec<String> = words[at + 1..].iter().take(5).map(|word| clean(word)).collect();
        let Some(noun) = after.iter().position(|word| word == "tests" || word == "test") else { continue };
        let is_passing = |word: &String| ["pass", "passed", "passing", "passes"].contains(&word.as_str());
        let before = &after[..noun];
        let passes = before.iter().any(is_passing) || after[noun + 1..].iter().take(2).any(is_passing);
        let is_of_another = before.iter().any(|word| word.bytes().any(|byte| byte.is_ascii_digit()));
        if !passes || noun > 2 || is_of_another {
            continue;
        }
        let mut key = label_of_tests(&words[..at]);
        // "Full success: all 8 tests pass" says what should be.
        let is_wanted = ["success", "expected", "criteria", "criterion", "goal", "target"];
        // "Starting point: 6/35 tests pass" was so before.
        let is_past = ["point", "baseline", "before", "initially"];
        if key.last().is_some_and(|word| [&is_wanted[..], &is_past].concat().contains(&word.as_str())) {
            return Vec::new();
        }
        key.extend(before.iter().filter(|word| !is_passing(word)).cloned());
        key.extend(["test".to_owned(), "pass".to_owned()]);
        let shown_key =
            format!("{} that pass", [&key[..key.len() - 2], &["tests".to_owned()]].concat().join(" "));
        let is_least = word.trim_end_matches(['.', ',', ')']).ends_with('+');
        let bound = if is_least { value::Bound::Plus } else { value::Bound::Exact };
        let unit = super::unit::Unit::default();
        let value = Value::Number(value::Number { value: count, slack: 0.0, scale: 1.0, unit, bound });
        let shown_value = clean(word) + if is_least { "+" } else { "" };
        return vec![Said {
            form: Form::Tests,
            key,
            column: String::new(),
            value,
            shown_key,
            shown_value,
            is_assigned: false,
        }];
    }
    Vec::new()
}

/// What a label before a count says of the tests that are counted: "Bash scripts: 34 tests pass".
fn label_of_tests(before: &[&str]) -> Vec<String> {
    const ANY: &[&str] = &[
        "test",
        "testing",
        "status",
        "coverage",
        "verification",
        "result",
        "suite",
        "total",
        "all",
        "overall",
        "current",
        "currently",
        "final",
        "quality",
        "validation",
        "state",
        "summary",
        "passing",
        "passed",
        "now",
        "today",
    ];
    let Some(end) = before.iter().rposition(|word| word.ends_with(':')) else { return Vec::new() };
    let words = split(&before[..=end].join(" "));
    if words.iter().any(|word| word.bytes().any(|byte| byte.is_ascii_digit())) {
        // A date, or another count.
        return Vec::new();
    }
    words
        .into_iter()
        .filter(|word| word.chars().any(char::is_alphabetic) && !ANY.contains(&word.as_str()))
        .collect()
}

/// `47`, or `47/47`; `45/47` tells how far a piece of work has come on its day.
fn whole_count(word: &str) -> Option<f64> {
    let mut parts = word.split('/');
    let first = parts.next()?;
    if parts.any(|all| all != first) {
        return None;
    }
    let is_count = first.len() <= 6 && first.bytes().all(|byte| byte.is_ascii_digit()) && !first.is_empty();
    is_count.then(|| first.parse().ok()).flatten()
}
