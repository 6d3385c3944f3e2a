//! What a guide does not say: what its own readers have before them, and what only the note around it needed.

use super::super::plan::SectionPlan;
use super::tests::{composed, composed_alone};
use super::{Conflict, ConflictValue, GuideRequest, GuideSource, compose};
use crate::markdown::{Format, parse};
use crate::repo::RepoPath;

const FAST: &str =
    "The pump of the bath moves nine litres a minute at half of its power, and makes little noise.";

/// The guide of a note on the bath and another one.
fn guide(bath: &str, run: &str) -> String {
    composed("docs/guides/bath.md", &[("notes/bath.md", bath), ("notes/run.md", run)]).text
}

#[test]
fn a_number_that_only_counts_headings_makes_no_other_subject() {
    let one = format!("# Bath\n\n## Heat\n\n{FAST}\n");
    let two = format!("# Run\n\n## B. Heat\n\n{FAST}\n\n```sh\nbath heat --to 50\n```\n");
    let text = guide(&one, &two);
    assert_eq!(text.matches("Heat\n").count(), 1, "{text}");
    let two = format!("# Run\n\n## Heat\n\n{FAST}\n\n### 3. Lamp\n\nIt is green.\n");
    assert!(
        guide(&one, &two).contains("### Lamp\n"),
        "among others it counts nothing: {}",
        guide(&one, &two)
    );
    let alone =
        "# Run\n\n## 3. Lamp\n\nIt is green.\n\n## 4. Oil\n\nIt is new.\n\n## 5. Soap\n\nIt is soft.\n";
    assert!(
        guide(&one, alone).contains("### 4. Oil\n"),
        "in its own chapter it stays: {}",
        guide(&one, alone)
    );
}

#[test]
fn a_number_that_says_something_stays_in_a_heading() {
    let one = format!("# Bath\n\n## Heat\n\n{FAST}\n");
    let two = "# Run\n\n## Heat\n\n### 404: Not found\n\nLook again.\n\n### 2027. Plans\n\nA lamp.\n\n\
               ### 2.0 Pump\n\nPort 9090 is its own.\n";
    let text = guide(&one, two);
    for heading in ["404: Not found", "2027. Plans", "2.0 Pump"] {
        assert!(text.contains(heading), "{heading}: {text}");
    }
}

#[test]
fn what_stands_below_another_entry_is_not_said_of_this_one() {
    let list = |kitchen: &str| format!("- Kitchen\n  - the timeout is {kitchen} seconds\n");
    let known = format!("- Bath\n  - the timeout is 30 seconds\n{}- Hall\n  - no timeout\n", list("60"));
    let bath = format!("# Bath\n\n## Heat\n\n{FAST}\n\n{known}");
    for other in [list("30"), format!("- Bath\n  - no timeout\n{}", list("60"))] {
        let run = format!("# Run\n\n## Heat\n\n{other}");
        let notes = [("notes/bath.md", bath.as_str()), ("notes/run.md", run.as_str())];
        for text in [
            composed("docs/guides/bath.md", &notes).text,
            composed_alone("docs/guides/bath.md", &notes, &[]).text,
        ] {
            let said = if other.contains("30") { "Kitchen" } else { "Bath\n  - no timeout" };
            let twice = text.matches(said).count();
            assert!(twice > usize::from(other.contains("30")), "{text}");
        }
    }
}

#[test]
fn what_stood_close_stands_close() {
    let bath = format!("# Bath\n\n## Heat\n{FAST}\n- red\n- blue\n\n## Lamp\n\nIt is green.\n");
    let text = guide(&bath, "# Run\n\nIt runs.\n");
    assert!(text.contains(&format!("## Heat\n{FAST}\n- red\n")), "{text}");
    assert!(text.contains("## Lamp\n\nIt is green."), "{text}");
}

#[test]
fn a_chapter_is_called_by_its_subject() {
    let bath = format!("# Bath\n\n## Heat\n\n{FAST}\n");
    let chapter = |title: &str| {
        let run = format!("# {title}\n\n## Lamp\n\nGreen.\n\n## Oil\n\nNew.\n\n## Soap\n\nSoft.\n");
        guide(&bath, &run).lines().filter(|line| line.starts_with("## ")).nth(1).map(str::to_owned)
    };
    let is = |title: &str, expected: &str| assert_eq!(chapter(title).as_deref(), Some(expected), "{title}");
    is("The Long Run - Implementation Summary ✅", "## The Long Run");
    is("The Long Run: Final Report", "## The Long Run");
    is("Summary", "## Summary");
    is("Report", "## Report");
    is("The Summary", "## The Summary");
    is("Generate the Report", "## Generate the Report");
}

#[test]
fn a_value_that_several_notes_have_is_said_once() {
    let texts =
        ["# Bath\n\nIt is 50 degrees.\n", "# Run\n\nIt is 60 degrees.\n", "# Day\n\nIt is 50 degrees.\n"];
    let paths = ["notes/bath.md", "notes/run.md", "notes/day.md"].map(RepoPath::from);
    let parsed = texts.map(|text| parse(text, Format::Markdown));
    let value = |number: usize, value: &str| ConflictValue {
        value: value.to_owned(),
        path: paths[number].clone(),
        line: 3,
        changed: None,
    };
    let conflict =
        Conflict { key: "Heat".to_owned(), values: vec![value(0, "50"), value(1, "60"), value(2, "50")] };
    let sources: Vec<GuideSource<'_>> = (0..3)
        .map(|number| GuideSource {
            path: &paths[number],
            text: texts[number],
            parsed: &parsed[number],
            changed: None,
            commit: None,
            archived: Some(&paths[number]),
        })
        .collect();
    let sections: [SectionPlan; 0] = [];
    let text = compose(&GuideRequest {
        id: "1",
        target: &RepoPath::from("docs/guides/bath.md"),
        sources: &sources,
        sections: &sections,
        conflicts: &[conflict],
    })
    .text;
    assert!(text.contains("**Heat**: `50` (`bath.md`; `day.md`); `60` (`run.md`)."), "{text}");
}
