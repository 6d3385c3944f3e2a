//! Sets that cannot be meant are refused without a look at the disk.

use crate::change::{ChangeSet, Edit, Mode, Place};

const NOW: &[u8] = b"now";

fn set(build: impl Fn(&mut ChangeSet)) -> ChangeSet {
    let mut set = ChangeSet::new("test");
    build(&mut set);
    set
}

#[test]
fn edits_that_cannot_both_be_meant_are_refused_and_named() {
    let cases: Vec<(ChangeSet, &str)> = vec![
        (
            set(|s| {
                s.create("a", "");
                s.replace("a", NOW, "");
            }),
            "two edits of one file: create a, replace a",
        ),
        (
            set(|s| {
                s.remove("a", NOW);
                s.create("a", "");
            }),
            "two edits of one file: remove a, create a",
        ),
        (
            set(|s| {
                s.move_file("a", "c", NOW);
                s.move_file("b", "c", NOW);
            }),
            "two edits of one file: move a to c, move b to c",
        ),
        (
            set(|s| {
                s.move_file("a", "b", NOW);
                s.move_file("a", "c", NOW);
            }),
            "two edits of one file: move a to b, move a to c",
        ),
        (
            set(|s| {
                s.move_file("a", "b", NOW);
                s.replace("a", NOW, "");
            }),
            "two edits of one file: replace a, move a to b",
        ),
        (
            set(|s| {
                s.create("a", "");
                s.create("a/b/c", "");
            }),
            "one edit needs a file where another needs a folder: create a, create a/b/c",
        ),
        (
            set(|s| {
                s.create("x/a.md", "");
                s.create("X/b.md", "");
            }),
            "two names differ in case alone: create X/b.md, create x/a.md",
        ),
        (
            set(|s| {
                s.create("Ärger.md", "");
                s.replace("ärger.md", NOW, "");
            }),
            "two names differ in case alone: create Ärger.md, replace ärger.md",
        ),
        (set(|s| s.move_file("a", "a", NOW)), "a file cannot be moved onto itself: a"),
        (
            set(|s| s.move_file("a", Place::hook("a"), NOW)),
            "a file cannot be moved from one root to another: a, <hooks>/a",
        ),
        (
            set(|s| s.create("../a", "")),
            "the path `../a` may not be written: it is not in plain form: `.` and `..` are not taken",
        ),
        (
            set(|s| s.move_file("a", ".git/hooks/a", NOW)),
            "the path `.git/hooks/a` may not be written: it leads into a git directory",
        ),
    ];
    for (set, wanted) in cases {
        assert_eq!(set.validate().unwrap_err().to_string(), wanted);
    }
}

#[test]
fn a_new_file_may_take_the_place_of_a_moved_one() {
    let set = set(|s| {
        s.move_file("a", "b", NOW);
        s.move_file("b", "c", NOW);
        s.create("a", "");
    });
    set.validate().unwrap();
}

#[test]
fn folders_that_are_there_may_differ_in_case_alone() {
    let set = set(|s| {
        s.replace("Docs/a", NOW, "");
        s.replace("docs/a", NOW, "");
        s.create("docs/b", "");
    });
    set.validate().unwrap();
}

#[test]
fn the_order_of_adding_does_not_matter() {
    let (one, two) = (Place::from("a"), Place::from("b"));
    let create = |at: &Place| Edit::Create { at: at.clone(), content: Vec::new(), mode: Mode::Keep };
    let forward = set(|s| {
        s.add(create(&one));
        s.add(create(&two));
    });
    let backward = set(|s| {
        s.add(create(&two));
        s.add(create(&one));
    });
    assert_eq!(forward.edits(), backward.edits());
}
