//! Settings that notes name as programs do: `key = value`.

use super::statements::{Said, named};
use super::value::Value;

/// `key = value` in running text: only names that programs have, or that are in backticks.
pub(super) fn settings(text: &str) -> Vec<Said> {
    let mut found = Vec::new();
    // `limit=300,` on a line of its own is an argument of a call.
    let is_argument = text.ends_with(',') && !text.contains(' ');
    if !text.contains('=') || is_argument || has_call(text) {
        return found;
    }
    let before = text.split('=').next().unwrap_or_default().to_lowercase();
    if before.split(|next: char| !next.is_alphabetic()).any(|word| ["if", "when", "unless"].contains(&word)) {
        // What would follow from a setting is not how it is set.
        return found;
    }
    if tells_of_the_past(text) {
        return found;
    }
    let tight = assignments(text);
    for part in tight.split(|character: char| character.is_whitespace() || "`,;()".contains(character)) {
        let Some((key, value)) = part.split_once('=') else { continue };
        let is_name = key.contains('_')
            && key.chars().all(|character| character.is_alphanumeric() || "_.".contains(character))
            && key.starts_with(char::is_alphabetic);
        if is_name && !value.is_empty() && !value.starts_with('=') {
            // "Set `is_open = false` to close it": a switch in running text is turned, or asked for.
            let said = named(key, "", value).filter(|said| !matches!(said.value, Value::Switch(_)));
            found.extend(said.map(|said| Said { is_assigned: true, ..said }));
        }
    }
    found
}

/// True for "`LIMIT=0.2` was too strict": how it was set before.
fn tells_of_the_past(text: &str) -> bool {
    let behind = text.split_once('=').map_or("", |(_, behind)| behind);
    behind.split_whitespace().skip(1).take(FEW_WORDS).any(|word| ["was", "were"].contains(&word))
}

/// Words behind a setting among which its verb stands.
const FEW_WORDS: usize = 3;

/// The text with `KEY = value` written as `KEY=value`, but for sums and the like, which are no plain values.
fn assignments(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut rest = text.split(' ').peekable();
    while let Some(word) = rest.next() {
        let ends = |word: &str| word.ends_with(['`', '.', ',', ';', ')']);
        let is_name = words.last().is_some_and(|name| name.contains('_') && !ends(name));
        let Some(value) = rest.next_if(|_| word == "=" && is_name) else {
            words.push(word.to_owned());
            continue;
        };
        let goes_on = !ends(value) && rest.peek().is_some_and(|next| next.starts_with(['+', '*', '/', '-']));
        if let Some(name) = words.last_mut().filter(|_| !goes_on) {
            *name = format!("{name}={value}");
        }
    }
    words.join(" ")
}

/// True for `f(x=1)`: what a call is given is an example, no setting.
fn has_call(text: &str) -> bool {
    let before = |at: usize| text[..at].chars().next_back();
    text.match_indices('(')
        .any(|(at, _)| before(at).is_some_and(|last| last.is_alphanumeric() || last == '_'))
}
