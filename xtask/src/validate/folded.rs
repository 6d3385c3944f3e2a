//! Messages of failures without what changes from run to run: for people, and to be compared.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::events::Raised;
use super::places::Roots;

/// Lines and characters of a message that are shown.
const SHOWN: (usize, usize) = (4, 400);

/// The message for people: a few lines, paths relative to the repository, and no word of where things happened to lie in
/// this run.
pub(super) fn shown_message(raised: &Raised, roots: &Roots) -> String {
    let text = replaced(&roots.shorten(raised.message.trim()), &LAID);
    let lines: Vec<&str> = text.lines().take(SHOWN.0).collect();
    let mut shown = lines.join("\n");
    if shown.chars().count() > SHOWN.1 {
        shown = shown.chars().take(SHOWN.1).chain(" [...]".chars()).collect();
    }
    shown
}

/// A message that another one of its cause differs from, without what was measured or made up in between.
pub(super) fn without_measures(shown: &str) -> String {
    replaced(&with_ids(shown), &MEASURED)
}

type Steps = LazyLock<Vec<(Regex, &'static str)>>;

fn steps(patterns: &[(&str, &'static str)]) -> Vec<(Regex, &'static str)> {
    let step = |&(pattern, by): &(&str, &'static str)| {
        (Regex::new(pattern).expect("the patterns of these tables are tested"), by)
    };
    patterns.iter().map(step).collect()
}

fn replaced(text: &str, steps: &[(Regex, &'static str)]) -> String {
    steps.iter().fold(text.to_owned(), |text, (pattern, by)| match pattern.replace_all(&text, *by) {
        Cow::Owned(changed) => changed,
        Cow::Borrowed(_) => text,
    })
}

/// Where things lie, which no two runs have alike: addresses, temporary folders, and ids that are made anew each time.
static LAID: Steps = LazyLock::new(|| {
    steps(&[
        (r"\bat 0x[0-9a-fA-F]+\b", "at <address>"),
        (r"\b0x[0-9a-fA-F]{10,}\b", "<address>"),
        (UUID, "<uuid>"),
        (r#"(?:/private)?/(?:tmp|var/folders|var/tmp)/(?:[^\s'"`,;:)\]/]+/)+"#, "<temporary>/"),
        (r"/tmp/\.?tmp[A-Za-z0-9_]{6,8}\b", "<temporary>"),
    ])
});

/// What is measured.
static MEASURED: Steps = LazyLock::new(|| steps(&[(DURATION, "<duration>")]));

const UUID: &str = r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b";
const DURATION: &str = r"\b\d+(?:\.\d+)?\s*(?:ns|us|µs|ms|s|sec|secs|seconds?|minutes?|min)\b";

/// Long numbers to the base of 16, as hashes and containers have for their names.
static ID: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"{UUID}|\b[0-9a-f]{{8,}}\b")).expect("the pattern is tested"));

fn with_ids(text: &str) -> String {
    // Without a digit it is a word, without a letter a number.
    let is_id = |word: &str| {
        word.bytes().any(|b| b.is_ascii_digit()) && word.bytes().any(|b| b.is_ascii_alphabetic())
    };
    let by = |found: &regex::Captures<'_>| {
        if is_id(&found[0]) { "<id>".to_owned() } else { found[0].to_owned() }
    };
    ID.replace_all(text, by).into_owned()
}

/// Takes out of a message what changes from run to run.
pub(super) struct Normaliser {
    steps: Vec<(Regex, &'static str)>,
}

impl Normaliser {
    pub(super) fn new() -> Self {
        let steps = [
            (r"\x1b\[[0-9;]*[A-Za-z]", ""),
            (r"\b0x[0-9a-fA-F]+\b", "<address>"),
            (r#"(?:/private)?/(?:tmp|var/folders|var/tmp)/[^\s'"`,;:)\]]*"#, "<temporary>"),
            (r"\bpytest-of-[^/\s]+/[^\s'\x22`,;:)\]]*", "<temporary>"),
            (r#"(['"`])(?:/|[A-Za-z]:\\)[^'"`\n]*(['"`])"#, "<path>"),
            (r#"(?:^|[\s(=])/(?:[^\s'"`/]+/)+[^\s'"`,;:)\]]*"#, " <path>"),
            (DURATION, "<duration>"),
            (r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", "<n>"),
            (r"\s+", " "),
        ];
        Self { steps: self::steps(&steps) }
    }

    pub(super) fn normalise(&self, line: &str, roots: &Roots) -> String {
        let mut text = line.trim().to_owned();
        for root in roots.names() {
            text = text.replace(&format!("{}/", root.display()), "/repository/");
        }
        replaced(&with_ids(&text), &self.steps).trim().to_owned()
    }
}
