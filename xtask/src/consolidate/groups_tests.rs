//! Which notes make a guide, and where it stands.

use std::collections::BTreeSet;

use super::groups;
use super::note::Note;
use super::test_notes::note;
use super::tests::{compared, sample};
use crate::repo::RepoPath;

#[test]
fn a_guide_takes_the_place_of_a_note_however_that_is_spelled() {
    let target = |base: &str, other: Option<&str>| {
        let mut notes = sample();
        notes[1].path = base.into();
        let (overlaps, affinities) = compared(&notes);
        let (mut groups, _) =
            groups::of(&notes, &affinities, &overlaps, &"docs/guides".into(), &BTreeSet::new());
        let paths = notes.iter().map(|note| note.path.clone()).chain(other.map(RepoPath::from)).collect();
        groups::avoid_files(&mut groups, &notes, &paths);
        groups.iter().find(|group| group.notes.contains(&1)).map(|group| group.target.to_string())
    };
    let is = |base, other| target(base, other).unwrap_or_default();
    assert_eq!(is("docs/guides/AUDIO-CODEC.md", None), "docs/guides/AUDIO-CODEC.md");
    assert_eq!(
        is("notes/audio_codec.md", Some("docs/guides/Audio-Codec.md")),
        "docs/guides/audio-codec-2.md"
    );
}

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
