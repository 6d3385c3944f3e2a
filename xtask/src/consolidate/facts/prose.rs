//! Values that running text gives: "The session timeout is 30 minutes", "the API listens on port 8080".

use super::statements::{Said, bare, named};

/// Verbs between a thing and its value.
const VERBS: &[&str] = &[
    " is set to ",
    " is currently set to ",
    " is now set to ",
    " are set to ",
    " is limited to ",
    " is capped at ",
    " is fixed at ",
    " is configured to ",
    " is currently ",
    " is now ",
    " is exactly ",
    " is about ",
    " is ",
    " are limited to ",
    " are capped at ",
    " are kept for ",
    " is kept for ",
    " defaults to ",
    " default to ",
    " stands at ",
    " equals ",
];

/// What listens where.
const LISTENS: &[&str] = &[
    " listens on port ",
    " listen on port ",
    " is listening on port ",
    " runs on port ",
    " running on port ",
    " is served on port ",
    " is available on port ",
    " is exposed on port ",
    " starts on port ",
    " uses port ",
];

/// What is built with what, up to a name and its version.
const BUILT: &[&str] = &[
    "uses ",
    "using ",
    "built with ",
    "built on ",
    "based on ",
    "powered by ",
    "upgraded to ",
    "written in ",
];

/// Words of what was so once.
const PAST: &[&str] = &["originally", "previously", "formerly", "initially"];

/// Words that begin no name of a thing.
const NO_NAMES: &[&str] = &[
    "it",
    "this",
    "that",
    "these",
    "those",
    "there",
    "here",
    "what",
    "which",
    "who",
    "if",
    "when",
    "where",
    "while",
    "because",
    "since",
    "but",
    "and",
    "or",
    "so",
    "then",
    "one",
    "each",
    "every",
    "another",
    "some",
    "goal",
    "result",
    "expected",
    "target",
    "answer",
    "problem",
    "issue",
    "step",
    "note",
    "example",
    "today",
    "in",
    "on",
    "at",
    "with",
    "by",
    "from",
    "to",
    "as",
    "after",
    "before",
    "during",
    "under",
    "only",
    "for",
    "everything",
    "nothing",
    "all",
    "both",
    "he",
    "she",
    "they",
    "we",
    "you",
    "i",
    "today's",
    "not",
];

/// Ends of a sentence that add nothing to its value.
const ASIDES: &[&str] =
    &[" by default", " per default", " at the moment", " today", " now", " in total", " right now"];

/// What the sentences of a line give.
pub(super) fn prose(text: &str) -> Vec<Said> {
    if text.contains("](") || text.contains(['→', '=', '|', '?', '"']) || text.contains("->") {
        return Vec::new();
    }
    let plain = bare(text);
    let sentences = plain.split(". ").flat_map(|part| part.split("; "));
    let sentences = sentences.map(|sentence| sentence.trim().trim_end_matches(['.', '!', ';']));
    sentences.filter_map(|sentence| of_sentence(sentence).or_else(|| default_of(sentence))).collect()
}

fn of_sentence(sentence: &str) -> Option<Said> {
    // Beside a label the words before the verb are more than a name.
    if sentence.contains(": ") || sentence.len() > LONGEST {
        return None;
    }
    if let Some((name, port)) = split_at_first(sentence, LISTENS) {
        let port = port.split([' ', ',']).next()?;
        let is_port = (2..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
        return named(&format!("{} port", name_of(name)?), "", port).filter(|_| is_port);
    }
    let given = split_at_first(sentence, VERBS)
        .and_then(|(name, value)| named(name_of(name)?, "", without_aside(value)));
    given.or_else(|| built_with(sentence))
}

/// Longer sentences say more than one value.
const LONGEST: usize = 120;

/// `retries (default: 3)`: a name that opens its line.
fn default_of(sentence: &str) -> Option<Said> {
    let (name, rest) = sentence.split_once('(')?;
    let rest = rest.strip_prefix("default: ").or_else(|| rest.strip_prefix("default "))?;
    let value = rest.split(')').next()?;
    named(name_of(name.trim())?, "", value.split(", ").next()?)
}

/// "It is built with Django 4.2 and …": one program with a version that has a dot.
fn built_with(sentence: &str) -> Option<Said> {
    let lower = sentence.to_lowercase();
    let at = BUILT.iter().filter_map(|verb| {
        let at = lower.find(verb)?;
        let is_word = !lower[..at].ends_with(|last: char| last.is_alphanumeric());
        (is_word && sentence.is_char_boundary(at + verb.len())).then_some(at + verb.len())
    });
    let at = at.min()?;
    // "It was originally built on Scala 2.13".
    if PAST.iter().any(|word| lower[..at].contains(word)) {
        return None;
    }
    let mut words = sentence.get(at..)?.split_whitespace();
    let name = words.next().filter(|name| name.starts_with(char::is_uppercase))?;
    let version = words.next()?.trim_end_matches([',', ')', ';']);
    let is_version = version.trim_start_matches('v').split('.').count() > 1
        && version
            .trim_start_matches('v')
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    named(name, "", version).filter(|_| is_version)
}

/// The parts around the verb that stands first.
fn split_at_first<'t>(sentence: &'t str, verbs: &[&str]) -> Option<(&'t str, &'t str)> {
    let found = verbs.iter().filter_map(|verb| Some((sentence.find(verb)?, std::cmp::Reverse(verb.len()))));
    let (at, std::cmp::Reverse(length)) = found.min()?;
    Some((&sentence[..at], &sentence[at + length..]))
}

/// The name of a thing: a few words without an article.
fn name_of(text: &str) -> Option<&str> {
    let text = ["The ", "the ", "Our ", "Its ", "Each ", "A ", "An "]
        .iter()
        .find_map(|article| text.strip_prefix(article))
        .unwrap_or(text)
        .trim();
    let mut words = text.split_whitespace().map(str::to_lowercase);
    let is_name = words.clone().count() <= MOST_WORDS
        && words.all(|word| {
            !NO_NAMES.contains(&word.trim_matches(',')) && !word.ends_with(',') && !word.ends_with("ing")
        });
    (is_name && !text.is_empty()).then_some(text)
}

/// Words of a name.
const MOST_WORDS: usize = 5;

fn without_aside(value: &str) -> &str {
    ASIDES.iter().find_map(|aside| value.strip_suffix(aside)).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        prose(text).into_iter().map(|said| format!("{} = {}", said.key.join(" "), said.shown_value)).collect()
    }

    #[test]
    fn sentences_that_give_a_value_to_a_thing_are_statements() {
        let cases = [
            ("The session timeout is 30 minutes.", "session timeout = 30 minutes"),
            ("Session timeout defaults to 30 minutes by default", "session timeout = 30 minutes"),
            ("The maximum upload size is limited to 25 MB", "max upload size = 25 MB"),
            ("The API server listens on port 8080 behind the proxy.", "api server port = 8080"),
            ("The service is built with FastAPI 0.104.1 and more.", "fast api = 0.104.1"),
            ("`max_workers` (default: 3) says how many", "max worker = 3"),
            ("All is well. The pool size is now 20.", "pool size = 20"),
            ("Our deployment region is 3", "deployment region = 3"),
            ("It was built on Scala 2.13.6 and JDK 17.", "scala = 2.13.6"),
        ];
        for (text, expected) in cases {
            assert_eq!(said(text), [expected], "{text}");
        }
    }

    #[test]
    fn sentences_of_other_kinds_give_nothing() {
        let cases = [
            "This is 30 minutes",
            "If the timeout is 30 seconds, wait",
            "The value is between 3 and 5 in most of the cases that we saw",
            "What is 3?",
            "In tests the timeout is 30 seconds",
            "Running on port 8080",
            "The [timeout](x.md) is 30 seconds",
            "We use Phase 2",
            "Result: the timeout is 30 seconds",
            "It was originally built on Scala 2.13.6 and JDK 17.",
        ];
        for text in cases {
            assert_eq!(said(text), Vec::<String>::new(), "{text}");
        }
    }
}
