//! What a guide holds of its sources.

use super::*;
use crate::consolidate::plan::{Destiny, SectionPlan};
use crate::markdown::{Format, parse};

/// Composes notes given as path and text; all of them go to an archive.
pub(super) fn composed(target: &str, notes: &[(&str, &str)]) -> Guide {
    planned(target, notes, &[])
}

pub(super) fn planned(target: &str, notes: &[(&str, &str)], sections: &[SectionPlan]) -> Guide {
    kept(target, notes, sections, true)
}

/// Composes notes that no archive keeps.
pub(super) fn composed_alone(target: &str, notes: &[(&str, &str)], sections: &[SectionPlan]) -> Guide {
    kept(target, notes, sections, false)
}

fn kept(target: &str, notes: &[(&str, &str)], sections: &[SectionPlan], is_archived: bool) -> Guide {
    let paths: Vec<RepoPath> = notes.iter().map(|(path, _)| RepoPath::from(*path)).collect();
    let archived: Vec<RepoPath> =
        paths.iter().map(|path| RepoPath::from("archive").join(path.as_bytes())).collect();
    let parsed: Vec<Parsed> = notes.iter().map(|(_, text)| parse(text, Format::Markdown)).collect();
    let sources: Vec<GuideSource<'_>> = (0..notes.len())
        .map(|number| GuideSource {
            path: &paths[number],
            text: notes[number].1,
            parsed: &parsed[number],
            changed: Some("2025-10-31T12:00:00Z"),
            commit: Some("abc1234"),
            archived: is_archived.then_some(&archived[number]),
        })
        .collect();
    let target = RepoPath::from(target);
    compose(&GuideRequest { id: "1", target: &target, sources: &sources, sections, conflicts: &[] })
}

#[test]
fn a_guide_says_once_what_two_notes_say() {
    let guide = composed(
        "docs/guides/setup.md",
        &[
            (
                "notes/setup.md",
                "# Setup guide\n\nInstall it first.\n\n## Install\n\nRun this:\n\n```sh\npip install lab-tools\npip check\n```\n\n## Usage\n\nCall `lab run` with the name of the bath and the target temperature.\n",
            ),
            (
                "notes/install.md",
                "# Install notes\n\n## Install\n\nRun this:\n\n```sh\npip install lab-tools\npip check\n```\n\nSee [usage](setup.md#usage) and [the code](../src/lab.py).\n",
            ),
        ],
    );
    let expected = "<!-- xtask:guide id=1 -->\n\n# Setup guide\n\nInstall it first.\n\n## Install\n\nRun this:\n\n```sh\npip install lab-tools\npip check\n```\n\n\
        From `install.md`, 2025-10-31:\n\nSee [usage](#usage) and [the code](../../src/lab.py).\n\n## Usage\n\nCall `lab run` with the name of the bath and the target temperature.\n\n## Sources\n\n\
        - [setup.md](../../archive/notes/setup.md), 2025-10-31, `abc1234`\n\
        - [install.md](../../archive/notes/install.md), 2025-10-31, `abc1234`\n";
    assert_eq!(guide.text, expected);
}

#[test]
fn ways_from_page_to_page_stay_with_the_page_and_links_in_sentences_do_not() {
    let back = "[← Index](../README.md) · [Next: valves →](valves.md)";
    let said = "[Valves](valves.md) → [pumps](pumps.md): that is the way of the water.";
    let guide = composed(
        "docs/guides/pump.md",
        &[
            ("notes/pump.md", &format!("# Pump\n\n{back}\n\n## Water\n\n{said}\n")),
            ("notes/lamp.md", "# Lamp\n\nIt burns.\n\n[Back to the index](../README.md)\n"),
        ],
    );
    assert!(!guide.text.contains("README.md"), "{}", guide.text);
    assert!(guide.text.contains("that is the way of the water"), "{}", guide.text);
}

#[test]
fn what_a_note_says_twice_in_another_way_is_quoted_once() {
    let run =
        |degrees: u32| format!("The bath is heated to {degrees} degrees and held there for the whole day.\n");
    let guide = composed(
        "docs/guides/bath.md",
        &[
            ("notes/bath.md", &format!("# Bath\n\n## Heat\n\n{}", run(50))),
            ("notes/run.md", &format!("# Run\n\n## Heat\n\n{}\n## Summary\n\n{}", run(60), run(60))),
        ],
    );
    assert_eq!(guide.text.matches("> From `run.md`, 2025-10-31:").count(), 1, "{}", guide.text);
}

#[test]
fn a_heading_that_alone_introduces_code_stays_with_it() {
    let words = "It reads the bath, fits the drift and writes the table of all probes and figures.";
    let guide = composed(
        "docs/guides/run.md",
        &[
            ("notes/run.md", &format!("# Run\n\n## Run the fit\n\n{words}\n\n```sh\nlab fit --all\n```\n")),
            (
                "notes/again.md",
                &format!("# Again\n\n## Run the first fit\n\n```sh\nlab fit --one\n```\n\n{words}\n"),
            ),
        ],
    );
    let code = "### Run the first fit\n\nFrom `again.md`, 2025-10-31:\n\n```sh\nlab fit --one\n```\n";
    assert!(guide.text.contains(code), "{}", guide.text);
    assert_eq!(guide.text.matches(words).count(), 1, "{}", guide.text);
}

#[test]
fn every_anchor_that_a_guide_links_to_is_one_that_all_programs_write_alike() {
    let body = "The bath is heated to 50 degrees and held there for the whole day.\n";
    let bath = format!(
        "# Bath\n\n## ⚙\u{fe0f} Heat\n\n{body}\n## 🏗\u{fe0f} Cool\n\nSlowly, see [there](#1\u{fe0f}\u{20e3}-salt).\n\n## 1\u{fe0f}\u{20e3} Salt\n\nWhite.\n"
    );
    let run = "# Run\n\n## 🛠\u{fe0f} Clean\n\nWith ethanol.\n\n## Dry\n\nIn air, for two hours.\n";
    let past = SectionPlan {
        source: RepoPath::from("notes/run.md"),
        lines: (3, 6),
        heading: "🛠\u{fe0f} Clean".to_owned(),
        destiny: Destiny::History,
        proposed: Destiny::Guide,
        order: 1,
    };
    let notes = [("notes/bath.md", bath.as_str()), ("notes/run.md", run)];
    let text = planned("docs/guides/bath.md", &notes, &[past]).text;
    assert!(text.contains("# 🏗\u{fe0f} Cool"), "{text}");
    assert!(text.contains("[run.md](../../archive/notes/run.md), 2025"), "{text}");
    assert!(!text.contains("%EF%B8%8F"), "{text}");
    assert!(text.contains("[there](#1-salt)") && text.contains("## 1 Salt"), "{text}");
}

#[test]
fn a_guide_is_called_by_its_file_as_its_sources_write_it() {
    let title = |target: &str, titles: [&str; 2]| {
        let notes = titles.map(|title| format!("# {title}\n\nWords of {title}.\n"));
        let guide = composed(target, &[("notes/a.md", &notes[0]), ("notes/b.md", &notes[1])]);
        guide.text.lines().find_map(|line| line.strip_prefix("# ").map(str::to_owned)).expect("a title")
    };
    // The first note's own title, where it holds the words of the name.
    assert_eq!(title("docs/guides/youtube.md", ["YouTube setup", "Other"]), "YouTube setup");
    assert_eq!(title("docs/guides/youtube.md", ["Premium", "YouTube quick start"]), "YouTube");
    assert_eq!(title("docs/guides/api-keys.md", ["Secrets", "The API and its keys"]), "API keys");
    assert_eq!(title("docs/guides/cost-tracking.md", ["ABOUT COST", "Tracking all"]), "Cost tracking");
    assert_eq!(title("docs/guides/mqtt-rollout.md", ["The MQTT", "Our ROLLOUT"]), "MQTT rollout");
}

#[test]
fn an_equal_list_behind_other_figures_is_kept_with_its_origin() {
    let list = "- start the slow pool before the fast one\n- watch the queue of the slow pool for an hour\n";
    let note = |title: &str, workers: u32| {
        format!("# {title}\n\n## Pools\n\nThe slow pool has {workers} workers with 500 MB each:\n\n{list}")
    };
    let (one, two) = (note("Pools", 5), note("Pools at night", 7));
    let text = composed("docs/guides/pools.md", &[("notes/pools.md", &one), ("notes/night.md", &two)]).text;
    assert!(text.contains("has 5 workers"), "{text}");
    let origin = "> From `night.md`, 2025-10-31, what differs:\n>\n> The slow pool has 7 workers with 500 MB each:\n\n";
    assert!(text.contains(origin), "{text}");
    assert_eq!(text.matches("start the slow pool").count(), 1, "{text}");
    let same = composed("docs/guides/pools.md", &[("notes/pools.md", &one), ("notes/night.md", &one)]).text;
    assert_eq!(same.matches("has 5 workers").count(), 1, "{same}");
}

#[test]
fn what_a_section_says_in_the_form_of_a_header_is_no_header() {
    let note = "# Pump\n\n**Status:** done\n\n## Trouble\n\n**Issue**: the pump stalls\n\n1. Open the red valve.\n\n\
                **Issue**: the lamp is dark\n\n1. Change the bulb.\n\n---\n\n**Last updated:** 2025-10-31\n";
    let text = composed(
        "docs/guides/pump.md",
        &[("notes/other.md", "# Other\n\nWords.\n"), ("notes/pump.md", note)],
    )
    .text;
    assert!(
        text.contains("**Issue**: the pump stalls") && text.contains("**Issue**: the lamp is dark"),
        "{text}"
    );
    assert!(!text.contains("**Status:**") && !text.contains("**Last updated:**"), "{text}");
}

#[test]
fn a_section_is_never_put_where_a_chapter_was_taken_away() {
    let said = "What happens to the bath when the pump stops? The lamp? The data of the whole night?\n\nAnswers so far:\n\
                - a second pump (can be shut down, or fail as the first one did)\n- somebody who looks (unreliable)\n";
    let log = "## Summary\n\n**Runs**: 9\n- passed: 5 runs (56 %)\n- failed: 4 runs (44 %)\n";
    let own = "### Robot\n- automatic reports of the pump each week\n- weekly scans of the lamps\n";
    let notes = [
        (
            "notes/b.md",
            format!("## Problem\n\n{said}\n## Tables\n\nThe table of baths holds a row for each bath.\n"),
        ),
        ("notes/c.md", format!("{log}\n## Problem\n\n{said}")),
        ("notes/a.md", format!("# Pump guide\n\n## Problem\n\n{said}\n{own}")),
    ];
    let notes = [0, 1, 2].map(|number: usize| (notes[number].0, notes[number].1.as_str()));
    let past = SectionPlan {
        source: RepoPath::from("notes/c.md"),
        lines: (1, 6),
        heading: "Summary".to_owned(),
        destiny: Destiny::History,
        proposed: Destiny::History,
        order: 1,
    };
    let text = planned("docs/guides/deploy.md", &notes, &[past]).text;
    assert!(text.contains("Robot\n\nFrom `a.md`, 2025-10-31:\n\n- automatic reports"), "{text}");
}

#[test]
fn what_is_new_under_another_heading_keeps_it() {
    let shared =
        "The bath is heated to 50 degrees, held there for the whole day, and stirred once every hour.";
    let one = format!("# Bath\n\n## Heating\n\n{shared}\n");
    let two = format!(
        "# Run\n\n## Cooling of the bath\n\n{shared}\n\nThen it is cooled by the fan until the next day.\n"
    );
    let text = composed("docs/guides/bath.md", &[("notes/bath.md", &one), ("notes/run.md", &two)]).text;
    assert!(text.contains("Cooling of the bath\n\nThen it is cooled by the fan"), "{text}");
    assert_eq!(text.matches(shared).count(), 1, "{text}");
}

#[test]
fn steps_of_one_note_stay_together_with_what_stands_between_them() {
    let note = |title: &str, degrees: u32, more: &str| {
        let fill = "Fill the bath with water.\n\n```sh\nbath fill --all\n```\n\n";
        let heat = format!("Heat the bath to {degrees} degrees.\n\n```sh\nbath heat --to {degrees}\n```\n\n");
        format!("# {title}\n\n## Calibrating\n\n1. {fill}2. {heat}3. Read the gauge of the bath.{more}\n")
    };
    let (one, two) = (note("Bath", 50, ""), note("Run", 60, " Twice."));
    let text = composed("docs/guides/bath.md", &[("notes/bath.md", &one), ("notes/run.md", &two)]).text;
    let steps = one.split_once("## Calibrating\n\n").unwrap().1;
    assert!(text.contains(steps), "{text}");
    let steps = two.split_once("## Calibrating\n\n").unwrap().1.trim_end();
    let quoted: String = steps.lines().map(|line| format!("> {line}").trim_end().to_owned() + "\n").collect();
    assert!(text.contains(&format!("> From `run.md`, 2025-10-31:\n>\n{quoted}")), "{text}");
}

#[test]
fn steps_of_another_note_below_the_same_heading_name_their_origin() {
    let note = |title: &str, steps: [&str; 2]| {
        let shared = ["Open the red valve of the pump.", "Wait until the gauge of the pump shows three bar."];
        let steps = (1..).zip([steps[0], shared[0], steps[1], shared[1]]);
        let steps: String = steps.map(|(number, step)| format!("{number}. {step}\n")).collect();
        let own = format!("## {title}\n\nWhat is said of {title} alone.\n");
        format!("# {title}\n\n## Starting the pump\n\n{steps}\n{own}")
    };
    let one = note("Pump", ["Press the green button of the panel.", "Look whether the lamp burns at once."]);
    let two = note("Night", ["Call the technician who is on duty.", "Write the time and name into the log."]);
    let text = composed("docs/guides/pump.md", &[("notes/pump.md", &one), ("notes/night.md", &two)]).text;
    let origin = "> From `night.md`, 2025-10-31:\n>\n> 1. Call the technician who is on duty.\n> 2. Open";
    assert!(text.contains(origin), "{text}");
}

#[test]
fn heading_whose_text_stands_elsewhere_goes_also_where_no_archive_keeps_it() {
    let said = "The bath is heated to 50 degrees, held there for the whole day, and stirred once every hour.";
    let one = format!("# Bath\n\n## Heating\n\n{said}\n");
    let two = format!(
        "# Run\n\n## The night\n\n### Warmth\n\n{said}\n\n## Empty\n\n## Version 2\n\n{said}\n\n## New\n\nThe fan runs.\n"
    );
    let text =
        composed_alone("docs/guides/bath.md", &[("notes/bath.md", &one), ("notes/run.md", &two)], &[]).text;
    assert_eq!(text.matches(said).count(), 1, "{text}");
    assert!(!text.contains("# The night") && !text.contains("# Warmth"), "{text}");
    assert!(
        text.contains("# Empty") && text.contains("# Version 2"),
        "these say something of their own: {text}"
    );
}

#[test]
fn title_of_a_note_of_which_only_the_past_is_left_stands_there_alone() {
    let one = "# Bath\n\n## Heating\n\nThe bath is heated to 50 degrees.\n";
    let two = "# Run: COMPLETE\n\n## Results\n\nAll nine runs passed in March.\n";
    let past = |lines: (usize, usize), order: usize| SectionPlan {
        source: RepoPath::from("notes/done.md"),
        lines,
        heading: String::new(),
        destiny: Destiny::History,
        proposed: Destiny::History,
        order,
    };
    let notes = [("notes/bath.md", one), ("notes/done.md", two)];
    let text = composed_alone("docs/guides/bath.md", &notes, &[past((1, 2), 1), past((3, 5), 2)]).text;
    assert!(text.contains("## History\n\n### Run: COMPLETE\n\n#### Results\n\nAll nine"), "{text}");
    assert_eq!(text.matches("# Run: COMPLETE").count(), 1, "{text}");
}

#[test]
fn what_closes_the_first_note_closes_the_guide() {
    let bath = "# Bath\n\n## Heating\n\nSlowly, to 50 degrees.\n\n## Getting help\n\nAsk Ada.\n\n## Summary\n\nHeat it.\n";
    let pump = "# Pump\n\n## Valves\n\nThey are red.\n\n## Gauges\n\nThey show bars.\n";
    let text = composed("docs/guides/bath.md", &[("notes/bath.md", bath), ("notes/pump.md", pump)]).text;
    let chapters: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert_eq!(chapters, ["Heating", "Pump", "Getting help", "Summary", "Sources"], "{text}");
}

#[test]
fn a_guide_is_not_called_by_what_was_done() {
    let title = |name: &str, title: &str, is_archived: bool| {
        let first = format!("# {title}\n\n## Use\n\nTurn it on.\n\n## Care\n\nDry it.\n");
        let notes = [("notes/a.md", first.as_str()), ("notes/b.md", "# Other\n\nWords of it.\n")];
        let target = format!("docs/guides/{name}.md");
        let guide =
            if is_archived { composed(&target, &notes) } else { composed_alone(&target, &notes, &[]) };
        assert!(guide.text.contains("\n## Use\n"), "its sections are the guide's chapters: {}", guide.text);
        guide.text.lines().find_map(|line| line.strip_prefix("# ").map(str::to_owned)).expect("a title")
    };
    for (name, said, expected) in [
        ("toggle", "Toggle fix: implementation complete", "Toggle"),
        ("toggle", "Session notes: the toggle", "Toggle"),
        ("toggle", "Toggle, 2025-10-31", "Toggle"),
        ("toggle", "How to use the toggle", "How to use the toggle"),
        ("setup", "Complete setup guide", "Complete setup guide"),
        ("validation", "Validation of all probes", "Validation of all probes"),
    ] {
        assert_eq!(title(name, said, true), expected);
        assert_eq!(title(name, said, false), said, "no archive keeps the heading");
    }
}
