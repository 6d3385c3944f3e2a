//! Sentences with one number in them: "The lab owns 12 loggers".

use super::statements::{Form, LONGEST_KEY, Said, bare, split};
use super::template::{self, template};
use super::value;

/// "The lab owns 12 loggers": a sentence up to the thing it counts, with its one number taken out.
pub(super) fn sentences(text: &str) -> Vec<Said> {
    let is_label = |key: &str| {
        key.len() <= LONGEST_KEY
            && split(key).iter().any(|word| super::days::OF_A_DAY.contains(&word.as_str()))
    };
    if text.contains("](") || text.split_once(':').is_some_and(|(key, _)| is_label(key)) {
        return Vec::new();
    }
    let plain = bare(text);
    let mut found = Vec::new();
    for sentence in plain.split(". ").flat_map(|part| part.split([';', '!', '?'])) {
        let sentence = sentence.trim().trim_end_matches('.');
        let words: Vec<&str> = sentence.split_whitespace().collect();
        if words.len() < 4 || words.len() > 40 {
            continue;
        }
        found.extend(counted(&words).or_else(|| whole(sentence)));
    }
    if plain.contains(|character: char| "→=".contains(character)) { Vec::new() } else { found }
}

fn counted(words: &[&str]) -> Option<Said> {
    let at = words.iter().position(|word| word.bytes().any(|byte| byte.is_ascii_digit()))?;
    let count = words[at].replace(',', "");
    let is_count = count.len() <= 9 && count.bytes().all(|byte| byte.is_ascii_digit());
    if !is_count || !(3..=9).contains(&at) {
        return None;
    }
    let noun = words.get(at + 1)?;
    // `Phase 2 exit`, `Layer 7 has`: the number is a name.
    if !words[at - 1].chars().all(|character| character.is_lowercase() || "'-~".contains(character)) {
        return None;
    }
    if template::names_a_part(words[at - 1]) {
        return None;
    }
    let is_noun = noun.chars().next().is_some_and(char::is_alphabetic);
    let more = words[at + 1..].iter().take(2).any(|word| word.bytes().any(|byte| byte.is_ascii_digit()));
    if !is_noun || more {
        return None;
    }
    // "The corpus has", "the corpus contains".
    let of_word = |word: &&str| if HOLDS.contains(word) { vec![HOLDS[0].to_owned()] } else { split(word) };
    let mut key: Vec<String> = words[..at].iter().flat_map(of_word).collect();
    let noun = split(noun).pop()?;
    if key.len() < 2 || UNCOUNTED.contains(&noun.as_str()) {
        return None;
    }
    key.extend(["#".to_owned(), noun]);
    let shown_value = format!("{} {}", words[at], words[at + 1].trim_end_matches([',', ':']));
    Some(Said {
        form: Form::Sentence,
        value: value::read(&count)?,
        shown_key: words[..at].join(" "),
        key,
        column: String::new(),
        shown_value,
        is_assigned: false,
    })
}

/// Verbs for what is in something.
const HOLDS: &[&str] =
    &["has", "have", "contains", "contain", "holds", "hold", "includes", "include", "comprises"];

/// Words of a sentence that name its subject when all of them stand in another sentence.
const SENTENCE: usize = 6;

/// A sentence with its one number taken out.
fn whole(sentence: &str) -> Option<Said> {
    let (value, rest) = template(sentence)?;
    let mut words =
        sentence.split_whitespace().skip_while(|word| !word.bytes().any(|byte| byte.is_ascii_digit()));
    let number = words.next()?;
    let noun = split(words.next()?).pop()?;
    let key: Vec<String> = rest.split(' ').map(str::to_owned).collect();
    if key.len() < SENTENCE || UNCOUNTED.contains(&noun.as_str()) {
        return None;
    }
    let shown_value = number.trim_matches(['(', ')', ',', ':']).to_owned();
    let shown_key = sentence.chars().take(LONGEST_KEY).collect();
    Some(Said {
        form: Form::Sentence,
        key,
        column: String::new(),
        value,
        shown_key,
        shown_value,
        is_assigned: false,
    })
}

/// What is counted in sentences that tell of a day, a step or a place in a text.
pub(super) const UNCOUNTED: &[&str] = &[
    "line", "commit", "hour", "minute", "day", "week", "month", "second", "step", "file", "time", "token",
    "session", "issue", "and", "or", "to", "in", "of", "is", "was", "at", "on", "for", "with", "by", "the",
    "from",
];
