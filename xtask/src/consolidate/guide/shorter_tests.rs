//! A guide says no more than it must: what differs, where the rest is, and nothing of itself that its readers see anyway.

use super::super::plan::{Destiny, SectionPlan};
use super::tests::{composed, composed_alone, planned};
use crate::repo::RepoPath;

/// Code of which most lines are those of another note, below a heading that both have.
fn code(title: &str, lines: &[&str]) -> String {
    format!("# {title}\n\n## Filling the bath\n\nAs follows:\n\n```sh\n{}\n```\n", lines.join("\n"))
}

const LINES: [&str; 6] = [
    "bath open --valve red",
    "bath fill --litres 500",
    "",
    "# when it is full",
    "bath close --valve red",
    "bath heat --to 50",
];

#[test]
fn of_code_that_differs_in_a_line_this_line_is_quoted() {
    let mut other = LINES;
    other[1] = "bath fill --litres 700";
    let notes = [("notes/bath.md", code("Bath", &LINES)), ("notes/run.md", code("Run", &other))];
    let notes = [0, 1].map(|number: usize| (notes[number].0, notes[number].1.as_str()));
    let text = composed("docs/guides/bath.md", &notes).text;
    let quoted = "> From `run.md`, 2025-10-31, what differs:\n>\n> ```sh\n> bath fill --litres 700\n> ```\n";
    assert!(text.contains(quoted), "{text}");
    assert!(!text.contains("> As follows:"), "its introduction stands already: {text}");
    let whole = composed_alone("docs/guides/bath.md", &notes, &[]).text;
    let all: String = other.iter().map(|line| format!("> {line}").trim_end().to_owned() + "\n").collect();
    assert!(whole.contains(&all), "no archive keeps it: {whole}");
}

#[test]
fn code_that_is_mostly_other_code_is_quoted_whole() {
    let mut other = LINES;
    other[1] = "bath fill --litres 700";
    other[4] = "bath close --valve red --slowly";
    other[5] = "bath heat --to 50 --slowly";
    let notes = [("notes/bath.md", code("Bath", &LINES)), ("notes/run.md", code("Run", &other))];
    let notes = [0, 1].map(|number: usize| (notes[number].0, notes[number].1.as_str()));
    let text = composed("docs/guides/bath.md", &notes).text;
    assert!(text.contains("> From `run.md`, 2025-10-31:\n>\n> As follows:"), "{text}");
    assert!(text.contains("> bath open --valve red\n> bath fill --litres 700\n>\n> # when"), "{text}");
}

#[test]
fn code_whose_lines_all_stand_in_this_order_is_not_repeated() {
    let fewer = [LINES[0], LINES[1], LINES[4], LINES[5]];
    let turned = [LINES[5], LINES[4], LINES[1], LINES[0]];
    let count = |other: &[&str], is_archived: bool| {
        let notes = [("notes/bath.md", code("Bath", &LINES)), ("notes/run.md", code("Run", other))];
        let notes = [0, 1].map(|number: usize| (notes[number].0, notes[number].1.as_str()));
        let guide = match is_archived {
            true => composed("docs/guides/bath.md", &notes),
            false => composed_alone("docs/guides/bath.md", &notes, &[]),
        };
        guide.text.matches(LINES[1]).count()
    };
    assert_eq!(count(&fewer, true), 1);
    assert_eq!(count(&fewer, false), 2, "no archive keeps the block");
    assert_eq!(count(&turned, true), 2, "in another order it is something else");
}

#[test]
fn of_steps_that_differ_in_one_this_one_is_quoted_with_its_number() {
    let steps =
        ["Open the red valve of the pump.", "Wait for three bar.", "Press the green button.", "Close it."];
    let note = |title: &str, steps: [&str; 4]| {
        let steps: String = (1..).zip(steps).map(|(number, step)| format!("{number}. {step}\n")).collect();
        format!("# {title}\n\n## Starting the pump\n\n{steps}")
    };
    let text = |other: [&str; 4]| {
        let (one, two) = (note("Pump", steps), note("Night", other));
        composed("docs/guides/pump.md", &[("notes/pump.md", &one), ("notes/night.md", &two)]).text
    };
    let text_of_one = text([steps[0], steps[1], "Press the green button twice.", steps[3]]);
    let quoted = "> From `night.md`, 2025-10-31, what differs:\n>\n> 3. Press the green button twice.\n\n";
    assert!(text_of_one.contains(quoted), "{text_of_one}");
    let apart = text(["Open the red valve.", steps[1], "Press the green button twice.", steps[3]]);
    assert!(apart.contains("> 1. Open the red valve.\n> 2. Wait"), "the numbers would be others: {apart}");
}

#[test]
fn contents_stand_in_long_guides_of_several_chapters_alone() {
    let note = |chapters: usize, lines: usize| {
        let body = |chapter: usize| {
            let entries: String = (0..lines).map(|line| format!("- entry {line} of {chapter}\n")).collect();
            format!("## Chapter {chapter}\n\n{entries}\n")
        };
        format!("# Bath\n\n{}", (0..chapters).map(body).collect::<String>())
    };
    let has_contents = |chapters, lines| {
        let text = note(chapters, lines);
        let notes = [("notes/bath.md", text.as_str()), ("notes/run.md", "# Run\n\nNothing is said.\n")];
        composed("docs/guides/bath.md", &notes).text.contains("## Contents\n")
    };
    assert!(has_contents(5, 130));
    assert!(!has_contents(5, 60), "its headings are found as soon");
    assert!(!has_contents(2, 400), "of three chapters nobody needs a list");
}

#[test]
fn a_source_leads_to_what_stands_in_the_archive_alone() {
    let said = "## Heating\n\nThe bath is heated to 50 degrees.\n";
    let past = "## Results\n\nAll runs passed.\n\n### In March\n\nNine.\n\n## Commits\n\nTwo.\n\n";
    let run = format!("# Run\n\n{past}## Cooling\n\nIt takes an hour.\n\n## Next\n\nThe lamp.\n");
    let is_past = ["## Results", "### In March", "## Commits", "## Next"];
    let history = |path: &str, text: &str| -> Vec<SectionPlan> {
        let lines = (1..).zip(text.lines()).filter(|(_, line)| is_past.contains(line));
        let plan = |(line, heading): (usize, &str)| SectionPlan {
            source: RepoPath::from(path),
            lines: (line, line + 3),
            heading: heading.to_owned(),
            destiny: Destiny::History,
            proposed: Destiny::History,
            order: line,
        };
        lines.map(plan).collect()
    };
    let cooling =
        SectionPlan { destiny: Destiny::Guide, lines: (15, 18), ..history("notes/run.md", &run)[0].clone() };
    let whole = "# Day\n\n## Results\n\nAll well.\n";
    let mut plans = history("notes/run.md", &run);
    plans.extend([cooling]);
    plans.extend(history("notes/day.md", whole));
    let bath = format!("# Bath\n\n{said}");
    let notes = [("notes/bath.md", bath.as_str()), ("notes/run.md", &run), ("notes/day.md", whole)];
    let text = planned("docs/guides/bath.md", &notes, &plans).text;
    let list = "## Sources\n\n\
        - [run.md](../../archive/notes/run.md), 2025-10-31, `abc1234`; only there: \
        [Results](../../archive/notes/run.md#results), [Commits](../../archive/notes/run.md#commits), \
        [Next](../../archive/notes/run.md#next)\n\
        - [day.md](../../archive/notes/day.md), 2025-10-31, `abc1234`; all of it only there\n\
        - [bath.md](../../archive/notes/bath.md), 2025-10-31, `abc1234`\n";
    assert!(text.ends_with(list), "{text}");
    let next: Vec<SectionPlan> = plans.into_iter().filter(|plan| plan.lines.0 == 19).collect();
    let text = planned("docs/guides/bath.md", &notes, &next).text;
    let named = "run.md), 2025-10-31, `abc1234`; only there: [Next](../../archive/notes/run.md#next)\n";
    assert!(text.contains(named), "{text}");
    let parts: String = (1..=5).map(|number| format!("## Log {number}\n\nx{number}\n\n")).collect();
    let long = format!("# Run\n\n{parts}## Cooling\n\nIt takes an hour.\n");
    let past = |number: usize| SectionPlan {
        lines: (4 * number - 1, 4 * number + 2),
        heading: format!("## Log {number}"),
        ..next[0].clone()
    };
    let plans: Vec<SectionPlan> = (1..=5).map(past).collect();
    let notes = [("notes/bath.md", bath.as_str()), ("notes/run.md", &long)];
    let text = planned("docs/guides/bath.md", &notes, &plans).text;
    assert!(text.contains("[Log 3](../../archive/notes/run.md#log-3) and 2 more\n"), "{text}");
}

#[test]
fn list_of_sources_has_an_anchor_of_its_own() {
    let notes = [
        ("notes/bath.md", "# Bath\n\n## Sources\n\nThe water is from the lake.\n"),
        ("notes/run.md", "# Run\n\nIt runs.\n"),
    ];
    let text = composed("docs/guides/bath.md", &notes).text;
    assert!(text.contains("## Sources of this guide\n"), "{text}");
}

#[test]
fn the_only_chapter_of_a_guide_is_the_guide() {
    let past = |text: &str| SectionPlan {
        source: RepoPath::from("notes/day.md"),
        lines: (3, text.lines().count()),
        heading: "Results".to_owned(),
        destiny: Destiny::History,
        proposed: Destiny::History,
        order: 1,
    };
    let day = "# Bath: all done\n\n## Results\n\nAll well.\n";
    let run =
        "# Heating the bath\n\n## Usage\n\nTurn it on, see [the day](day.md).\n\n## Setup\n\nPlug it in.\n";
    let notes = [("notes/day.md", day), ("notes/run.md", run)];
    let text = planned("docs/guides/bath.md", &notes, &[past(day)]).text;
    assert!(text.contains("# Heating the bath\n\n## Usage\n") && text.contains("\n## Setup\n"), "{text}");
    assert!(!text.contains("# Bath: all done"), "nothing of it stands there: {text}");
    let alone = composed_alone("docs/guides/bath.md", &notes, &[past(day)]).text;
    assert!(alone.contains("# Bath: all done"), "no archive keeps the heading: {alone}");
}

#[test]
fn what_stands_among_the_lines_of_a_header_belongs_to_it() {
    let text = |header: &str| {
        let note = format!("# Run\n\n{header}\n\n## Heating\n\nIt is heated to 50 degrees.\n");
        composed("docs/guides/bath.md", &[("notes/bath.md", "# Bath\n\nWords.\n"), ("notes/run.md", &note)])
            .text
    };
    let header = text("**Date:** 2025-10-31\n**Task:** heat the bath");
    assert!(!header.contains("Task"), "{header}");
    for kept in [
        "**Task:** heat the bath",
        "**Date:** 2025-10-31\nThe bath is heated.",
        "**A:** 1\n**B:** 2\n**Date:** 3",
    ] {
        assert!(text(kept).contains(kept), "{kept}");
    }
}

#[test]
fn what_introduces_a_piece_anew_leads_to_it_from_another_section_alone() {
    let code = "```sh\nbath open --valve red\nbath fill --litres 500\n```\n";
    let other = "To fill the bath once more you open its valve and let it run as follows:";
    let note = |title: &str, heading: &str, words: &str| {
        format!(
            "# {title}\n\n## {heading}\n\nFilling the bath takes an hour of the day.\n\n{words}\n\n{code}"
        )
    };
    let one = note("Bath", "Filling the bath", "Then as here:");
    let text = |heading: &str| {
        let two = note("Run", heading, other);
        composed("docs/guides/bath.md", &[("notes/bath.md", &one), ("notes/run.md", &two)]).text
    };
    assert!(!text("Filling the bath").contains(other), "{}", text("Filling the bath"));
    let led = text("Cleaning");
    assert!(led.contains(&format!("{other}\n\nSee [Filling the bath](#filling-the-bath).")), "{led}");
}
