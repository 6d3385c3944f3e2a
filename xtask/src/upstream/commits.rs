//! What can be had from upstream's commits one by one. Knows no repository.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::parse::{Diff, RawEntry};
use crate::repo::RepoPath;

/// Words of messages that speak of security. They are worded so, which proves nothing.
static WORDS: LazyLock<Regex> = LazyLock::new(|| {
    let words = [
        r"CVE-\d{4}-\d{3,}",
        r"GHSA(?:-[0-9a-z]{4}){3}",
        r"RUSTSEC-\d{4}-\d{4}",
        r"vulnerab\w+",
        r"security",
        r"(?:buffer|heap|stack|integer)[ -]?(?:over|under)(?:flow|run|read)s?",
        r"overflows?",
        r"use[ -]after[ -]free",
        r"double[ -]free",
        r"out[ -]of[ -]bounds?",
        r"(?:code|command|shell|sql|header|argument|script|template) injections?",
        r"injections?",
        r"cross[ -]site",
        r"XSS",
        r"CSRF",
        r"SSRF",
        r"(?:path|directory) traversal",
        r"remote code execution",
        r"arbitrary (?:code|file|command)\w*",
        r"denial[ -]of[ -]service",
        r"privilege escalation",
        r"information (?:leak|disclosure)\w*",
        r"exploit\w*",
    ];
    Regex::new(&format!(r"(?i)\b(?:{})\b", words.join("|"))).expect("the words are a valid pattern")
});

/// The security words of a message, in lower case, each once; trailers of people do not count.
pub(super) fn security_words(message: &str) -> BTreeSet<String> {
    let is_person = |line: &str| line.contains("-by:") || line.starts_with("Cc:");
    let lines = message.lines().filter(|line| !is_person(line));
    // Whom an address names says nothing: much is asked at stackoverflow.com.
    let without_hosts = |line: &str| -> String {
        let words = line.split(' ').map(|word| match word.split_once("://") {
            Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
            None => word,
        });
        words.collect::<Vec<_>>().join(" ")
    };
    let lines: Vec<String> = lines.map(without_hosts).collect();
    let words = lines.iter().flat_map(|line| WORDS.find_iter(line));
    words.map(|word| word.as_str().to_lowercase()).collect()
}

/// Every path that the fork's version of a file has or had: a commit that touches none of them is free.
pub(super) fn fork_paths(fork: &Diff) -> BTreeSet<RepoPath> {
    fork.paths()
}

/// Whether a commit changes something, and nothing that the fork changed.
pub(super) fn is_free(entries: &[RawEntry], fork: &BTreeSet<RepoPath>) -> bool {
    !entries.is_empty() && !entries.iter().any(|entry| fork.contains(&entry.from) || fork.contains(&entry.to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn security_words_are_found_as_words_only() {
        let cases = [
            ("Fix CVE-2024-1234 in parser", vec!["cve-2024-1234"]),
            ("Fix heap overflow and overflow: hidden", vec!["heap overflow", "overflow"]),
            ("Dependency injector", vec![]),
            ("Tidy up\n\nReported-by: Security Team <security@x>", vec![]),
            ("SQL injection", vec!["sql injection"]),
            ("insecurity", vec![]),
            ("As in https://stack-overflow.example/q/1 and <https://security.example>", vec![]),
            ("See https://example.org/advisories/CVE-2024-1234", vec!["cve-2024-1234"]),
        ];
        for (message, expected) in cases {
            let found: Vec<String> = security_words(message).into_iter().collect();
            assert_eq!(found, expected, "{message}");
        }
    }

    #[test]
    fn commit_that_touches_a_forks_old_name_is_not_free() {
        let entry = |path: &str| RawEntry {
            modes: ["100644".to_owned(), "100644".to_owned()],
            ids: [String::new(), String::new()],
            status: 'M',
            from: path.into(),
            to: path.into(),
        };
        let moved = RawEntry { status: 'R', to: "new".into(), ..entry("old") };
        let fork = fork_paths(&Diff { entries: vec![moved], ..Diff::default() });
        assert!(!is_free(&[entry("old")], &fork));
        assert!(!is_free(&[entry("free"), entry("new")], &fork));
        assert!(is_free(&[entry("free")], &fork));
        assert!(!is_free(&[], &fork), "a commit that changes nothing brings nothing");
    }
}
