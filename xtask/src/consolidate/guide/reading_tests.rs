//! What readers of a guide stumble over: headings, lists and links that say more than they must.

use super::tests::{composed, planned};
use crate::consolidate::plan::{Destiny, SectionPlan};

const FAST: &str =
    "The pump of the bath moves nine litres a minute at half of its power, and makes little noise.";

#[test]
fn headings_are_told_apart_where_nothing_above_them_does() {
    let note = |title: &str, one: &str, two: &str| {
        format!(
            "# {title}\n\n## {one}\n\n### Problem\n\nThe {one}.\n\n## {two}\n\n### Problem\n\nThe {two}.\n"
        )
    };
    let (bath, lamp) = (note("Bath", "Valve", "Pump"), note("Lamp", "Wick", "Oil"));
    let text = composed("docs/guides/x.md", &[("notes/bath.md", &bath), ("notes/lamp.md", &lamp)]).text;
    assert_eq!(text.matches("# Problem\n").count(), 4, "{text}");
    assert!(!text.contains("Problem ("), "{text}");
    let cold = |title: &str, words: &str| format!("# {title}\n\n## Overview\n\n{words}\n");
    let notes = [cold("Bath", "Green and cold."), cold("Bath lamps", "Oil burns in seven of nine rooms.")];
    let text =
        composed("docs/guides/bath.md", &[("notes/bath.md", &notes[0]), ("notes/lamps.md", &notes[1])]).text;
    assert_eq!(text.matches("# Overview\n").count(), 2, "one stands below its note: {text}");
}

#[test]
fn a_list_of_what_to_read_elsewhere_does_not_lead_to_the_guide() {
    let one =
        format!("# Bath\n\n{FAST}\n\n## See also\n\n- [Run](run.md) - how it runs\n- [Lamp](lamp.md)\n");
    let two = "# Run\n\n## Steps\n\nFill it. [The bath](bath.md) says more.\n\n## References\n\n- [Bath](bath.md)\n";
    let text = composed("docs/guides/bath.md", &[("notes/bath.md", &one), ("notes/run.md", two)]).text;
    assert!(text.contains("## See also\n\n- [Lamp](../../notes/lamp.md)\n"), "{text}");
    assert!(!text.contains("how it runs") && !text.contains("References"), "{text}");
    assert!(text.contains("[The bath](#bath) says more."), "{text}");

    let list = |title: &str, link: &str| {
        format!("# {title}\n\n{FAST} {title}.\n\n## See also\n\n- [{link}]({link}.md)\n")
    };
    let notes = [list("Bath", "lamp"), list("Run", "oil")];
    let text =
        composed("docs/guides/bath.md", &[("notes/bath.md", &notes[0]), ("notes/run.md", &notes[1])]).text;
    assert!(text.contains("lamp.md)\n\n- [oil]"), "they are one list: {text}");
}

#[test]
fn a_heading_keeps_its_signs_unless_the_guide_links_to_it() {
    let note = "# Bath\n\nSee [the red one](#️-red).\n\n## ⚠️ Red\n\nHot.\n\n## ⚙️ Blue\n\nCold.\n";
    let text = composed("docs/guides/bath.md", &[("notes/bath.md", note)]).text;
    assert!(text.contains("## ⚙️ Blue\n"), "{text:?}");
    assert!(text.contains("## ⚠ Red\n") && text.contains("](#-red)"), "{text:?}");
}

#[test]
fn nothing_stands_between_a_list_and_words_that_introduce_the_next_one() {
    let one = "# Bath\n\n## Steps\n\n- open the valve of the bath\n- close it\n";
    let two = "# Run\n\n## Steps\n\nMore steps, for the bath and the valve:\n\n- light the lamp\n";
    let plan = |source: &str, order| SectionPlan {
        source: source.into(),
        lines: (3, 9),
        heading: "Steps".to_owned(),
        destiny: Destiny::Guide,
        proposed: Destiny::Guide,
        order,
    };
    let plans = [plan("notes/bath.md", 1), plan("notes/run.md", 2)];
    let text = planned("docs/guides/bath.md", &[("notes/bath.md", one), ("notes/run.md", two)], &plans).text;
    assert!(text.contains("light the lamp") && !text.contains("<!-- -->"), "{text}");
}
