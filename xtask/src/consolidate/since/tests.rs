use std::collections::BTreeMap;

use super::*;

fn blobs(notes: &[(&str, char)]) -> BTreeMap<RepoPath, BlobId> {
    let blob = |content: char| {
        let digit = char::from_digit(u32::from(content) % 16, 16).unwrap();
        BlobId::parse(&digit.to_string().repeat(40)).unwrap()
    };
    notes.iter().map(|(path, content)| (RepoPath::from(*path), blob(*content))).collect()
}

fn shown(notes: &NotesSince) -> String {
    let list = |paths: &[RepoPath]| paths.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let moved: Vec<String> = notes.moved.iter().map(|note| format!("{}>{}", note.from, note.to)).collect();
    format!("+{} -{} ~{} {}", list(&notes.added), list(&notes.removed), list(&notes.changed), moved.join(" "))
}

#[test]
fn a_note_that_moved_is_neither_added_nor_removed() {
    let none = BTreeMap::new();
    let edited: BTreeMap<RepoPath, RepoPath> = [("a".into(), "z".into())].into();
    let cases = [
        (vec![("a", 'a')], vec![("b", 'a')], &none, "+ - ~ a>b"),
        (vec![("a", 'a')], vec![("b", 'b')], &none, "+b -a ~ "),
        (vec![("a", 'a')], vec![("a", 'b')], &none, "+ - ~a "),
        // History knows a move with an edit; a path that is there already is no place to move to.
        (vec![("a", 'a')], vec![("z", 'b')], &edited, "+ - ~ a>z"),
        (vec![("a", 'a'), ("z", 'b')], vec![("z", 'c')], &edited, "+ -a ~z "),
        // Two new notes of one content: nobody knows which of them it is.
        (vec![("a", 'a')], vec![("b", 'a'), ("c", 'a')], &none, "+b c -a ~ "),
        // One place is taken by one note.
        (vec![("a", 'a'), ("b", 'a')], vec![("c", 'a')], &none, "+ -b ~ a>c"),
    ];
    for (then, now, renames, expected) in cases {
        let (then, now) = (blobs(&then), blobs(&now));
        let moves = moves(&then, &now, renames);
        assert_eq!(shown(&notes(&then, &now, &moves)), expected);
    }
}

#[test]
fn faults_are_counted_by_note_and_target() {
    let moves: BTreeMap<RepoPath, RepoPath> = [("old.md".into(), "new.md".into())].into();
    let now = blobs(&[("new.md", 'a'), ("a.md", 'b')]);
    let places = Places { moves: &moves, now: &now };
    let fault = |path: &str, target: &str| (RepoPath::from(path), target.to_owned());
    let old = [fault("a.md", "x"), fault("a.md", "x"), fault("old.md", "y"), fault("gone.md", "x")];
    let new = [fault("a.md", "x"), fault("new.md", "y"), fault("new.md", "y")];
    let found = mended(&old, &new, &places, Clone::clone);
    assert_eq!(found.new, [fault("new.md", "y")]);
    assert_eq!(found.mended, [fault("a.md", "x")]);
    assert_eq!(found.left_with_notes, 1);
}

#[test]
fn a_contradiction_stays_the_same_while_two_of_its_notes_contest_it() {
    let fact = |key: &str, notes: &[&str]| Fact {
        key: key.to_owned(),
        values: notes
            .iter()
            .map(|path| crate::consolidate::FactValue {
                value: "1".to_owned(),
                path: RepoPath::from(*path),
                line: 1,
                changed: None,
            })
            .collect(),
        newest: None,
    };
    let (moves, now) = (BTreeMap::new(), BTreeMap::new());
    let places = Places { moves: &moves, now: &now };
    let cases = [
        (fact("Bands", &["a", "b"]), fact("bands", &["a", "b", "c"]), (0, 0)),
        (fact("Bands", &["a", "b"]), fact("Bands", &["a", "c"]), (1, 1)),
        (fact("Bands", &["a", "b"]), fact("Rate", &["a", "b"]), (1, 1)),
    ];
    for (old, new, expected) in cases {
        let found = facts(&[old], &[new], &places);
        assert_eq!((found.new.len(), found.settled.len()), expected);
    }
}
