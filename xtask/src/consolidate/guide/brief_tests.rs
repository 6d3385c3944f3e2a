//! What a guide does not say: what its own readers have before them, and what only the note around it needed.

use super::tests::composed;

const FAST: &str =
    "The pump of the bath moves nine litres a minute at half of its power, and makes little noise.";

/// The guide of a note on the bath and another one.
fn guide(bath: &str, run: &str) -> String {
    composed("docs/guides/bath.md", &[("notes/bath.md", bath), ("notes/run.md", run)]).text
}

#[test]
fn what_stood_close_stands_close() {
    let bath = format!("# Bath\n\n## Heat\n{FAST}\n- red\n- blue\n\n## Lamp\n\nIt is green.\n");
    let text = guide(&bath, "# Run\n\nIt runs.\n");
    assert!(text.contains(&format!("## Heat\n{FAST}\n- red\n")), "{text}");
    assert!(text.contains("## Lamp\n\nIt is green."), "{text}");
}
