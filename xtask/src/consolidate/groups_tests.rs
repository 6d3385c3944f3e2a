//! Which notes make a guide, and where it stands.

use std::collections::BTreeSet;

use super::groups;
use super::note::Note;
use super::test_notes::note;
use super::tests::compared;

#[test]
fn a_note_that_brings_nothing_makes_no_guide() {
    let text = "The audio codec stores frames in a ring of buffers, with one checksum for each frame.";
    let fix = format!(
        "# Audio codec fix\n\n## Next steps\n\n- [ ] {text}\n\n## Commits\n\nFixed and merged: {text}\n"
    );
    let notes = [
        note("notes/audio-codec-frames.md", &format!("# Audio codec\n\n## Frames\n\n{text}\n")),
        note(
            "notes/audio-codec-buffers.md",
            &format!("# Audio codec\n\n## Buffers\n\n{text} They are big.\n"),
        ),
        note("notes/audio-codec-fix.md", &fix),
    ];
    let (overlaps, affinities) = compared(&notes);
    let found =
        |notes: &[Note]| groups::of(notes, &affinities, &overlaps, &"docs/guides".into(), &BTreeSet::new());
    let (groups, idle) = found(&notes);
    let numbers: Vec<BTreeSet<usize>> =
        groups.iter().map(|group| group.notes.iter().copied().collect()).collect();
    assert_eq!((numbers, idle), (vec![BTreeSet::from([0, 1])], BTreeSet::from([2])));
}
