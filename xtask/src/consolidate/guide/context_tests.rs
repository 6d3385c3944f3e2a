//! Sections of several notes: which may stand below which headings, and that their readers know whose they are.

use super::tests::composed;

const FAST: &str =
    "The pump of the bath moves nine litres a minute at half of its power, and makes little noise.";

/// A note with one section below another one, among others of which each has words of its own.
fn nested(title: &str, above: &str, heading: &str, words: &str) -> String {
    let others = ["Oil", "Wick", "Door", "Roof", "Stair"]
        .map(|name| format!("\n## {name} of {title}\n\nSee there.\n"));
    format!("# {title}\n\n## {above}\n\nAs follows.\n\n### {heading}\n\n{words}\n{}", others.concat())
}

#[test]
fn a_section_of_another_phase_does_not_go_below_the_same_words() {
    let note = |phase: u32, words: &str| {
        format!(
            "# Phase {phase} design\n\n## Expected speed\n\n{words}\n\n### Litres in phase {phase}\n\nMany of them.\n"
        )
    };
    let other = format!("{FAST} It is quick.");
    let text = |phase| {
        composed(
            "docs/guides/bath.md",
            &[("notes/three.md", &note(3, FAST)), ("notes/four.md", &note(phase, &other))],
        )
        .text
    };
    let (same, differs) = (text(3), text(4));
    assert_eq!(same.matches("## Expected speed").count(), 1, "{same}");
    assert_eq!(differs.matches("## Expected speed").count(), 2, "{differs}");
}

#[test]
fn a_section_of_another_subject_does_not_go_below_the_same_words() {
    let other = "At half of its power nine litres a minute are quiet; by night all of the house sleeps, and so does this.";
    let text = |above: &str| {
        let notes = [
            nested("Bath", "Red valve", "Speed of moves", FAST),
            nested("House", above, "Speed of moves", other),
        ];
        composed("docs/guides/bath.md", &[("notes/bath.md", &notes[0]), ("notes/house.md", &notes[1])]).text
    };
    assert_eq!(text("The red valve").matches("# Speed of moves").count(), 1, "{}", text("The red valve"));
    assert_eq!(text("Blue lamp").matches("# Speed of moves").count(), 2, "{}", text("Blue lamp"));
}

#[test]
fn what_stands_below_a_heading_of_another_note_has_its_origin() {
    let one =
        format!("# Bath\n\n## Filling the bath\n\n{FAST}\n\n- red valve\n\n### The end\n\nIt is empty.\n");
    let two = format!(
        "# Run\n\n## Filling the bath\n\n{FAST}\n\nThe bath takes an hour, the valve a minute.\n\n### The lamp\n\nIt is green.\n"
    );
    let text = composed("docs/guides/bath.md", &[("notes/bath.md", &one), ("notes/run.md", &two)]).text;
    let expected = "- red valve\n\nFrom `run.md`, 2025-10-31:\n\nThe bath takes an hour, the valve a minute.\n\n\
                    ### The end\n\nIt is empty.\n\n\
                    ### The lamp\n\nFrom `run.md`, 2025-10-31:\n\nIt is green.\n";
    assert!(text.contains(expected), "a heading of the chapter's own note ends what another said: {text}");

    let two = two.replace("### The lamp", "### The lamp\n\nIt is lit.\n\n#### Its colour");
    let one = one.replace("\n\n### The end\n\nIt is empty.", "");
    let text = composed("docs/guides/bath.md", &[("notes/bath.md", &one), ("notes/run.md", &two)]).text;
    let expected = "The bath takes an hour, the valve a minute.\n\n### The lamp\n\nIt is lit.\n\n\
                    #### Its colour\n\nIt is green.\n";
    assert!(text.contains(expected), "below what it said already its name is not said again: {text}");
}

#[test]
fn the_guides_own_name_parts_no_chapters() {
    let help = format!("# Bath Troubleshooting Guide\n\n{FAST}\n\n## The lamp is red\n\nFill the bath.\n");
    let bath = format!("# Bath\n\n## Troubleshooting\n\nThe pump of the bath makes noise. {FAST}\n");
    let text = composed("docs/guides/bath.md", &[("notes/bath.md", &bath), ("notes/help.md", &help)]).text;
    assert_eq!(text.matches("Troubleshooting").count(), 1, "{text}");
    assert!(text.contains("### The lamp is red"), "{text}");
}
