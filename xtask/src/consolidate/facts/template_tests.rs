//! Facts that stand in more words than a value has, in rows and in counts of the whole.

use super::tests::facts;

#[test]
fn one_line_with_two_numbers_a_changed_cell_and_counts_of_the_whole_are_facts() {
    let cases = [
        (
            "words around the number",
            "- **Tries**: at most 3 wrong answers are taken",
            "- **Tries**: at most 5 wrong answers are taken",
            1,
        ),
        (
            "other words",
            "- **Tries**: at most 3 wrong answers are taken",
            "- **Tries**: 5 of the loggers answer wrong",
            0,
        ),
        (
            "sentences",
            "The stirrer turns over once in 40 seconds by itself.",
            "The stirrer turns over once in 45 seconds by itself.",
            0,
        ),
        (
            "a whole sentence",
            "The stirrer needs new oil after 40 turns of the long arm.",
            "The stirrer needs new oil after 60 turns of the long arm.",
            1,
        ),
        (
            "a name with a number",
            "- **Tries**: all of it waits until phase 3 ends",
            "- **Tries**: all of it waits until phase 4 ends",
            0,
        ),
        ("what a program printed", "├─ Tries: 28 kg", "Tries:      30 kg", 0),
        (
            "a place",
            "- **Logger server**: http://localhost:8000",
            "- **Logger server**: http://localhost:8001/",
            1,
        ),
        (
            "a row with one changed cell",
            "| Bath | Kind | Speedup | Lamp |\n|-|-|-|-|\n| north | deep | 3x | red |",
            "| Bath | Kind | Speedup | Lamp |\n|-|-|-|-|\n| north | deep | 4x | red |",
            1,
        ),
        (
            "a row with two changed cells",
            "| Bath | Kind | Speedup | Lamp |\n|-|-|-|-|\n| north | deep | 3x | red |",
            "| Bath | Kind | Speedup | Lamp |\n|-|-|-|-|\n| north | flat | 4x | red |",
            0,
        ),
        (
            "a range with its sign",
            "| Bath | Share | Lamp | Kind |\n|-|-|-|-|\n| +2 to +4 | Top 40% | red | deep |",
            "| Bath | Share | Lamp | Kind |\n|-|-|-|-|\n| -2 to -4 | Top 50% | red | deep |",
            0,
        ),
        ("methods of one file", "- **Test methods**: 3", "- **Test methods**: 9", 0),
    ];
    for (what, a, b, count) in cases {
        let found = facts(&[
            ("docs/bath.md", &format!("# Bath\n\n## Rules\n\n{a}\n")),
            ("docs/bath_guide.md", &format!("# Bath guide\n\n## Rules\n\n{b}\n")),
        ]);
        assert_eq!(found.len(), count, "{what}: {found:?}");
    }
    let whole = [
        ("docs/INDEX.md", "# Index\n\n## Statistics\n\n- **Database models**: 21\n"),
        ("docs/features.md", "# What it can\n\n## Metrics of today\n\n- **Database models**: 16\n"),
    ];
    assert_eq!(facts(&whole).len(), 1);
    let of_parts = [
        ("docs/window.md", "# Window\n\n## Statistics\n\n- **Database models**: 21\n"),
        ("docs/billing.md", "# Billing\n\n## Metrics of today\n\n- **Database models**: 16\n"),
    ];
    assert_eq!(facts(&of_parts).len(), 0, "each counts its own");
}

#[test]
fn numbered_notes_tell_facts_of_the_whole_in_more_than_one_word() {
    for (key, count) in [("Missing", 0), ("Bath logger lamps", 1)] {
        let note = |value: usize| format!("# Bath gaps\n\n## Rules\n\n- **{key}**: {value}\n");
        let found = facts(&[("docs/02-bath-gaps.md", &note(3)), ("docs/03-bath-gaps-more.md", &note(13))]);
        assert_eq!(found.len(), count, "{key}");
    }
}
