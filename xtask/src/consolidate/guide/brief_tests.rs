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
fn words_that_only_name_a_source_are_left_out() {
    let bath = format!("# Bath\n\n## Heat\n\n{FAST}\n\nSee full details in `notes/run.md`.\n");
    let run = "# Run\n\n## Files\n\n- **The bath:** `bath.md`\n- **The lamp:** `lamp.md`\n- [The heat](bath.md#heat)\n";
    let text = guide(&bath, run);
    assert!(!text.contains("full details") && !text.contains("**The bath:**"), "{text}");
    assert!(text.contains("- **The lamp:** `lamp.md`\n- [The heat](#heat)"), "{text}");
    let notes = [("notes/bath.md", bath.as_str()), ("notes/run.md", run)];
    let alone = composed_alone("docs/guides/bath.md", &notes, &[]).text;
    assert!(
        alone.contains("full details") && alone.contains("**The bath:**"),
        "no archive keeps it: {alone}"
    );
}

#[test]
fn a_sentence_that_says_what_a_note_is_for_is_left_out_of_its_chapter() {
    let own = "This document describes the bath.";
    let other = "This note explains how it runs.";
    let bath = format!("# Bath\n\n{own}\n\n## Heat\n\n{FAST}\n");
    let run = format!("# Run\n\n{other}\n\n## Lamp\n\nGreen.\n\n## Oil\n\nNew.\n\n## Soap\n\nSoft.\n");
    let text = guide(&bath, &run);
    assert!(text.contains(own) && !text.contains(other), "{text}");
    let run = run.replace("it runs.", "it runs. It takes an hour.");
    assert!(guide(&bath, &run).contains("It takes an hour."), "it says something");
}

#[test]
fn a_few_lines_of_code_stay_where_words_speak_of_them() {
    let code = "```sh\nbath fill --litres 500\n```\n";
    let bath = format!("# Bath\n\n## Filling the bath\n\n{FAST}\n\n{code}");
    let run = |words: &str| format!("# Run\n\n## At night\n\n{code}\n{words}## Lamp\n\nIt is green.\n");
    let spoken = guide(&bath, &run("This takes until midnight.\n\n"));
    assert_eq!(spoken.matches("bath fill").count(), 2, "{spoken}");
    let bare = guide(&bath, &run(""));
    assert_eq!(bare.matches("bath fill").count(), 1, "{bare}");
}

#[test]
fn what_lies_in_a_longer_sentence_or_block_is_said() {
    let bath = format!(
        "# Bath\n\n## Heat\n\nBy day and by night, {}\n\n```sh\nopen a\nopen b\nopen c\nopen d\nopen e\nopen f\nopen g\nopen h\n```\n",
        FAST.to_lowercase()
    );
    let run = |code: &str| format!("# Run\n\n## Noise\n\n{FAST}\n\n## Oil\n\n```sh\n{code}\n```\n");
    let text = guide(&bath, &run("open c\nopen d\nopen e"));
    assert!(!text.contains("## Noise") && !text.contains("## Oil"), "{text}");
    let text = guide(&bath, &run("open c\nopen e\nopen d"));
    assert!(text.contains("## Oil"), "in another order it is something else: {text}");
}

#[test]
fn an_entry_that_stands_beside_it_is_left_out_of_another_list() {
    let note = |title: &str, list: &str| format!("# {title}\n\n## Lamps of the bath\n\n{FAST}\n\n{list}");
    let bath = &note("Bath", "- the red lamp and its switch\n- the blue lamp\n- a third\n");
    let run = &note("Run", "- the red lamp\n- a switch for all of them at the door\n");
    let text = guide(bath, run);
    assert!(text.contains("- a switch for all of them at the door\n"), "{text}");
    assert_eq!(text.matches("the red lamp").count(), 1, "{text}");
    let notes = [("notes/bath.md", bath.as_str()), ("notes/run.md", run.as_str())];
    let alone = composed_alone("docs/guides/bath.md", &notes, &[]).text;
    assert_eq!(alone.matches("the red lamp").count(), 2, "no archive keeps it: {alone}");
}

#[test]
fn what_stood_close_stands_close() {
    let bath = format!("# Bath\n\n## Heat\n{FAST}\n- red\n- blue\n\n## Lamp\n\nIt is green.\n");
    let text = guide(&bath, "# Run\n\nIt runs.\n");
    assert!(text.contains(&format!("## Heat\n{FAST}\n- red\n")), "{text}");
    assert!(text.contains("## Lamp\n\nIt is green."), "{text}");
}

#[test]
fn what_closes_or_heads_a_note_is_left_out() {
    let run = |line: &str| format!("# Run\n\n## Lamp\n\nIt is green.\n\n## Oil\n\nIt is new.\n\n{line}\n");
    let bath = format!("# Bath\n\n## Heat\n\n{FAST}\n");
    for line in ["**End of the report**", "Happy bathing! 🎉"] {
        assert!(!guide(&bath, &run(line)).contains(line), "{line}");
    }
    assert!(guide(&bath, &run("Open port 80 🎉")).contains("Open port 80"));
    let head = "**Date:** 2025-10-31\n**More:** `lamp.md` (long)";
    let run = format!("# Run\n\n{head}\n\n## Lamp\n\nIt is green.\n\n## Oil\n\nNew.\n\n## Soap\n\nSoft.\n");
    assert!(!guide(&bath, &run).contains("**More:**"), "{}", guide(&bath, &run));
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
