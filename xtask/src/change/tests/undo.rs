//! Applied sets come back whole.

use super::sandbox::{Sandbox, rich, rich_set};
use crate::change::{ChangeSet, Stale, Which, apply, check, dry_run, list, undo, without_changed};

fn undo_now(sandbox: &Sandbox, which: Which) -> anyhow::Result<()> {
    let set = undo(sandbox.repo(), which)?.expect("there is a set to undo");
    apply(sandbox.repo(), &set).map(drop)
}

#[test]
fn undo_restores_every_byte_and_mode_and_can_be_undone() {
    let sandbox = rich();
    let before = sandbox.state();
    apply(sandbox.repo(), &rich_set()).unwrap();
    let after = sandbox.state();
    sandbox.commit();
    undo_now(&sandbox, Which::Last).unwrap();
    assert_eq!(sandbox.state(), before);
    assert!(undo(sandbox.repo(), Which::Last).unwrap().is_none(), "nothing stands any more");
    undo_now(&sandbox, Which::Id(2)).unwrap();
    assert_eq!(sandbox.state(), after);
    undo_now(&sandbox, Which::Last).unwrap();
    assert_eq!(sandbox.state(), before);
}

#[test]
fn undo_is_a_stack() {
    let sandbox = Sandbox::with(&[("a", "0")]);
    for step in 0..3 {
        let mut set = ChangeSet::new(&format!("step {step}"));
        set.replace("a", step.to_string().as_bytes(), (step + 1).to_string());
        apply(sandbox.repo(), &set).unwrap();
    }
    let stack = |sandbox: &Sandbox| -> Vec<String> {
        let sets = list(sandbox.repo()).unwrap();
        sets.iter().map(|set| format!("{} {} {}", set.id, set.command, set.stands)).collect()
    };
    assert_eq!(stack(&sandbox), ["3 step 2 true", "2 step 1 true", "1 step 0 true"]);
    undo_now(&sandbox, Which::Last).unwrap();
    undo_now(&sandbox, Which::Last).unwrap();
    assert_eq!(sandbox.read("a"), b"1");
    let wanted = ["5 undo 2 true", "4 undo 3 true", "3 step 2 false", "2 step 1 false", "1 step 0 true"];
    assert_eq!(stack(&sandbox), wanted);
    let error = undo(sandbox.repo(), Which::Id(3)).unwrap_err().to_string();
    assert_eq!(error, "change set 3 was taken back already");
    undo_now(&sandbox, Which::Last).unwrap();
    assert_eq!(sandbox.read("a"), b"0");
}

#[test]
fn undo_refuses_whole_and_names_what_changed_since() {
    let sandbox = rich();
    apply(sandbox.repo(), &rich_set()).unwrap();
    sandbox.write("archive/old.md", b"edited\n");
    sandbox.write("deep/x/y/old.md", b"somebody's new file\n");
    sandbox.set_mode("a.md", 0o755);
    let state = sandbox.state();
    let set = undo(sandbox.repo(), Which::Last).unwrap().unwrap();
    assert_eq!(check(sandbox.repo(), &set).unwrap().stale.len(), 3);
    let error = apply(sandbox.repo(), &set).unwrap_err();
    assert!(error.is::<Stale>());
    insta::assert_snapshot!(error, @"files are not as they were when this was planned: `a.md` changed its mode since, `archive/old.md` changed since, `deep/x/y/old.md` is there already");
    assert_eq!(sandbox.state(), state);
}

#[test]
fn undo_can_leave_alone_what_changed_since_and_take_back_the_rest() {
    let sandbox = rich();
    let before = sandbox.read("a.md");
    apply(sandbox.repo(), &rich_set()).unwrap();
    sandbox.write("archive/old.md", b"edited\n");
    let whole = undo(sandbox.repo(), Which::Last).unwrap().unwrap();
    let (set, changed) = without_changed(sandbox.repo(), whole).unwrap();
    assert_eq!(
        changed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["`archive/old.md` changed since"]
    );
    apply(sandbox.repo(), &set).unwrap();
    assert_eq!(sandbox.read("archive/old.md"), b"edited\n");
    assert_eq!(sandbox.read("a.md"), before);
    assert!(undo(sandbox.repo(), Which::Last).unwrap().is_none(), "what was taken back stands no more");
}

/// A note went to the archive and a guide took its place: where the guide was edited, the note stays in the archive.
#[test]
fn undo_that_leaves_one_end_of_a_move_alone_leaves_the_other_one_too() {
    let sandbox = Sandbox::with(&[("note.md", "note\n"), ("other.md", "other\n")]);
    let mut set = ChangeSet::new("test");
    set.move_file("note.md", "archive/note.md", &b"note\n"[..]);
    set.create("note.md", "guide\n");
    set.remove("other.md", &b"other\n"[..]);
    apply(sandbox.repo(), &set).unwrap();
    sandbox.write("note.md", b"guide, edited\n");
    let whole = undo(sandbox.repo(), Which::Last).unwrap().unwrap();
    let (set, _) = without_changed(sandbox.repo(), whole).unwrap();
    apply(sandbox.repo(), &set).unwrap();
    assert_eq!(sandbox.read("archive/note.md"), b"note\n", "its content stands nowhere else");
    assert_eq!(sandbox.read("note.md"), b"guide, edited\n");
    assert_eq!(sandbox.read("other.md"), b"other\n");
}

#[test]
fn undo_leaves_files_that_others_put_into_its_folders() {
    let sandbox = Sandbox::new();
    let mut set = ChangeSet::new("test");
    set.create("new/a", "x");
    apply(sandbox.repo(), &set).unwrap();
    sandbox.write("new/theirs", b"y");
    undo_now(&sandbox, Which::Last).unwrap();
    assert!(!sandbox.at("new/a").exists());
    assert_eq!(sandbox.read("new/theirs"), b"y");
}

#[test]
fn undo_shows_moves_as_moves() {
    let sandbox = Sandbox::with(&[("a", "x\n")]);
    let mut set = ChangeSet::new("test");
    set.move_file("a", "b", &b"x\n"[..]);
    apply(sandbox.repo(), &set).unwrap();
    let set = undo(sandbox.repo(), Which::Last).unwrap().unwrap();
    let patch = dry_run(sandbox.repo(), &set).unwrap();
    assert_eq!(
        String::from_utf8(patch).unwrap(),
        "diff --git a/b b/a\nsimilarity index 100%\nrename from b\nrename to a\n"
    );
}

#[test]
fn undo_brings_back_names_that_could_not_be_given_anew() {
    let sandbox = Sandbox::with(&[("line\nbreak", "x")]);
    let mut set = ChangeSet::new("test");
    set.remove("line\nbreak", &b"x"[..]);
    apply(sandbox.repo(), &set).unwrap();
    undo_now(&sandbox, Which::Last).unwrap();
    assert_eq!(sandbox.read("line\nbreak"), b"x");
}

#[test]
fn twenty_sets_are_kept() {
    let sandbox = Sandbox::with(&[("a", "0")]);
    for step in 0..22 {
        let mut set = ChangeSet::new("test");
        set.replace("a", step.to_string().as_bytes(), (step + 1).to_string());
        apply(sandbox.repo(), &set).unwrap();
    }
    let ids: Vec<u32> = list(sandbox.repo()).unwrap().iter().map(|set| set.id).collect();
    assert_eq!(ids, (3..=22).rev().collect::<Vec<_>>());
    for _ in 0..20 {
        undo_now(&sandbox, Which::Last).unwrap();
    }
    assert_eq!(sandbox.read("a"), b"2", "taking back drops no older set");
    let error = undo(sandbox.repo(), Which::Id(1)).unwrap_err().to_string();
    assert_eq!(error, "there is no change set 1: `xtask undo --list` shows those that are kept");
}

#[test]
fn records_of_a_newer_program_are_refused_with_the_version_needed() {
    let sandbox = Sandbox::with(&[("a", "0")]);
    let mut set = ChangeSet::new("test");
    set.replace("a", &b"0"[..], "1");
    apply(sandbox.repo(), &set).unwrap();
    let path = ".git/xtask/change/sets/1/journal.json";
    sandbox.write(path, br#"{"version": 2, "tool": "xtask 9.0.0", "other": []}"#);
    for error in [list(sandbox.repo()).unwrap_err(), undo(sandbox.repo(), Which::Last).unwrap_err()] {
        assert_eq!(
            format!("{error:#}"),
            "read change set 1: the journal has version 2, this program reads version 1: use xtask 9.0.0 or newer"
        );
    }
}

#[test]
fn damaged_kept_bytes_are_never_written() {
    let sandbox = Sandbox::with(&[("a", "before")]);
    let mut set = ChangeSet::new("test");
    set.replace("a", &b"before"[..], "after");
    apply(sandbox.repo(), &set).unwrap();
    sandbox.write(".git/xtask/change/sets/1/before", b"bef0re");
    let error = undo(sandbox.repo(), Which::Last).unwrap_err().to_string();
    assert_eq!(error, "what the change set kept of `a` is damaged");
}
