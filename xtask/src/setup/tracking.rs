//! The text of the one issue that the weekly workflow edits: how things stand, and what changed since last week.
//!
//! Last week's figures stand in a hidden line of the issue itself. It holds numbers alone, and is read as numbers alone:
//! whoever can edit the issue can change figures, and nothing else.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::report::{Document, Inline};

/// How the hidden line begins, by which the workflow finds the issue.
const MARK: &str = "<!-- xtask:tracking ";

/// One figure: its name in the hidden line, where it stands in the result, what it says.
struct Figure {
    key: &'static str,
    pointer: &'static str,
    says: &'static str,
}

const FIGURES: &[Figure] = &[
    Figure { key: "ahead", pointer: "/upstream/ahead", says: "commits that upstream lacks" },
    Figure { key: "behind", pointer: "/upstream/behind", says: "commits of upstream that are lacking here" },
    Figure {
        key: "conflicts",
        pointer: "/upstream/merge/conflicts",
        says: "paths that conflict when upstream is merged",
    },
    Figure { key: "notes", pointer: "/consolidation/notes", says: "notes" },
    Figure { key: "overlaps", pointer: "/consolidation/overlaps", says: "pairs of notes that overlap" },
    Figure { key: "links", pointer: "/consolidation/broken_links", says: "broken links" },
    Figure { key: "references", pointer: "/consolidation/references", says: "names that point to nothing" },
    Figure { key: "causes", pointer: "/validation/causes", says: "causes for which tests fail" },
    Figure { key: "imports", pointer: "/validation/imports/unresolved", says: "imports that cannot work" },
];

/// The issue's text, from the result of phase 2 (`--format json`'s `result`), last week's text and the run's address.
pub fn issue(result: &Value, previous: &str, run: Option<&str>) -> String {
    let now = figures(result);
    let before = read(previous);
    let mut document = Document::default();
    document.paragraph(
        "How this repository stands. This text is written anew each week: what you want to keep goes into a comment.",
    );
    let rows = FIGURES
        .iter()
        .filter_map(|figure| {
            let number = *now.get(figure.key)?;
            let since = before.get(figure.key).map_or("-".to_owned(), |before| difference(*before, number));
            Some(vec![figure.says.into(), number.to_string().into(), since.into()])
        })
        .collect();
    document.table(&["What", "Now", "Since last week"], &[1, 2], rows);
    document.list(unavailable(result));
    if let Some(run) = run {
        document.paragraph(Inline::plain("The reports: ").link("this week's run", run));
    }
    let numbers: String = now.iter().map(|(key, number)| format!("{key}={number} ")).collect();
    format!("{MARK}{numbers}-->\n\n{}", document.to_markdown(None))
}

/// A figure is a number, or how long a list is.
fn figures(result: &Value) -> BTreeMap<&'static str, u64> {
    let is_proven = runs(result).is_some_and(|runs| !runs.is_empty() && runs.iter().all(is_whole));
    let figure = |figure: &Figure| {
        // Where tests did not run to their end, "no cause" would be a guess.
        if figure.key == "causes" && !is_proven {
            return None;
        }
        let value = result.pointer(figure.pointer)?;
        let number = value.as_array().map(|list| list.len() as u64).or_else(|| value.as_u64())?;
        Some((figure.key, number))
    };
    FIGURES.iter().filter_map(figure).collect()
}

fn read(previous: &str) -> BTreeMap<&str, u64> {
    let Some(line) = previous.lines().next().and_then(|line| line.strip_prefix(MARK)) else {
        return BTreeMap::new();
    };
    let pairs = line.split_whitespace().filter_map(|pair| pair.split_once('='));
    pairs.filter_map(|(key, number)| Some((key, number.parse().ok()?))).collect()
}

fn difference(before: u64, now: u64) -> String {
    match now.cmp(&before) {
        std::cmp::Ordering::Equal => "as before".to_owned(),
        std::cmp::Ordering::Greater => format!("{} more", now - before),
        std::cmp::Ordering::Less => format!("{} fewer", before - now),
    }
}

fn runs(result: &Value) -> Option<&Vec<Value>> {
    result.pointer("/validation/runs")?.as_array()
}

/// True for a suite that ran to its end.
fn is_whole(run: &Value) -> bool {
    matches!(run["status"].as_str(), Some("passed" | "failed"))
}

/// What was not analysed or not run, and so says nothing.
fn unavailable(result: &Value) -> Vec<Inline> {
    let parts = ["consolidation", "upstream", "validation"];
    let missing = parts.iter().filter_map(|part| {
        let why = result.get(part)?.get("unavailable")?.as_str()?;
        Some(Inline::plain(format!("{part}: {why}")))
    });
    let no_run =
        runs(result).is_some_and(Vec::is_empty).then(|| Inline::plain("validation: no test was run"));
    let partly = runs(result).into_iter().flatten().filter(|run| !is_whole(run)).map(|run| {
        let suite = run["suite"].as_str().unwrap_or_default();
        Inline::plain("validation: the suite ")
            .with_code(suite)
            .text(format!(" did not run to its end ({})", run["status"].as_str().unwrap_or("unknown")))
    });
    missing.chain(no_run).chain(partly).collect()
}
