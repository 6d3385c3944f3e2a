//! Sets that fit are applied whole; sets that do not are refused whole.

use std::fs;
use std::os::unix::fs::MetadataExt;

use super::sandbox::{Sandbox, rich, rich_set};
use crate::change::{ChangeSet, Disk, Edit, Mode, Place, Stale, apply, check, dry_run, pending};

#[test]
fn every_kind_of_edit_is_made_and_nothing_else_changes() {
    let sandbox = rich();
    let applied = apply(sandbox.repo(), &rich_set()).unwrap();
    assert!(applied.applied);
    let files: Vec<String> = sandbox
        .state()
        .iter()
        .map(|(path, (mode, content))| {
            let text = content.as_ref().map(|content| String::from_utf8_lossy(content).into_owned());
            format!("{mode:o} {} {:?}", path.display(), text.unwrap_or("folder".to_owned()))
        })
        .collect();
    insta::assert_snapshot!(files.join("\n"), @r##"
    644 a.md "one\n2\nthree\n"
    755 archive "folder"
    644 archive/guide.md "an old guide\n"
    644 archive/note.md "line 1\nline 2\nline 3\nend\n"
    644 archive/old.md "moved as it is\n"
    755 dot "folder"
    644 dot/.hidden "untouched\n"
    755 empty "folder"
    644 empty/first.md "in a folder that was empty\n"
    644 guide.md "a new guide\n"
    755 hooks/pre-commit "#!/bin/sh\nxtask hook\n"
    755 hooks/pre-commit.before "#!/bin/sh\nexit 0\n"
    644 image.bin "\0other"
    755 kept "folder"
    644 kept/other.md "stays\n"
    755 new "folder"
    755 new/folder "folder"
    644 new/folder/file.md "new\n"
    600 private.md "other secret\n"
    755 run.sh "#!/bin/sh\necho 2\n"
    755 tool.sh "#!/bin/sh\n"
    755 xtask/bin "folder"
    755 xtask/bin/xtask "\u{7f}ELF\0"
    "##);
    assert_eq!(pending(sandbox.repo()).unwrap(), None);
}

#[test]
fn applying_twice_is_a_no_op() {
    let sandbox = rich();
    let set = rich_set();
    apply(sandbox.repo(), &set).unwrap();
    let after = sandbox.state();
    let again = apply(sandbox.repo(), &set).unwrap();
    assert!(!again.applied && again.id.is_none() && again.edits.is_empty());
    assert_eq!(sandbox.state(), after);
    assert!(check(sandbox.repo(), &set).unwrap().pending.is_empty());
    assert!(dry_run(sandbox.repo(), &set).unwrap().is_empty());
}

#[test]
fn check_and_dry_run_write_nothing() {
    let sandbox = rich();
    let set = rich_set();
    let before = sandbox.state();
    assert_eq!(check(sandbox.repo(), &set).unwrap().pending.len(), set.len());
    assert!(!dry_run(sandbox.repo(), &set).unwrap().is_empty());
    assert_eq!(sandbox.state(), before);
    assert!(!sandbox.at(".git/xtask").exists());
}

#[test]
fn planning_again_after_an_apply_is_empty() {
    let sandbox = Sandbox::with(&[("a", "old")]);
    let plan = || {
        let disk = Disk::of(sandbox.repo()).unwrap();
        let mut set = ChangeSet::new("test");
        for (path, text) in [("a", "new"), ("b", "fresh")] {
            let place = Place::from(path);
            let now = disk.read(&place).unwrap();
            set.ensure(place, now.as_ref(), text.as_bytes(), Mode::Executable);
        }
        set
    };
    assert_eq!(plan().len(), 2);
    apply(sandbox.repo(), &plan()).unwrap();
    assert!(plan().is_empty());
}

#[test]
fn files_that_changed_since_the_plan_are_all_named_and_nothing_is_written() {
    let sandbox = rich();
    let set = rich_set();
    sandbox.write("a.md", b"changed\n");
    sandbox.write("archive/note.md", b"in the way\n");
    fs::remove_file(sandbox.at("private.md")).unwrap();
    let before = sandbox.state();
    let error = apply(sandbox.repo(), &set).unwrap_err();
    let stale = error.downcast_ref::<Stale>().expect("a typed error");
    assert_eq!(stale.0, check(sandbox.repo(), &set).unwrap().stale);
    insta::assert_snapshot!(error, @"files are not as they were when this was planned: `a.md` changed since, `archive/note.md` is there already, `private.md` is gone");
    assert_eq!(sandbox.state(), before);
}

#[test]
fn a_mode_that_changed_since_the_plan_is_a_change() {
    let sandbox = Sandbox::with(&[("a", "x")]);
    let planned = Disk::of(sandbox.repo()).unwrap().read(&"a".into()).unwrap().unwrap().planned();
    sandbox.set_mode("a", 0o755);
    let mut set = ChangeSet::new("test");
    set.replace("a", planned, "y");
    let error = apply(sandbox.repo(), &set).unwrap_err().to_string();
    assert!(error.contains("`a` changed its mode since"), "{error}");
}

#[test]
fn part_of_a_set_that_is_done_already_is_left_alone() {
    let sandbox = Sandbox::with(&[("a", "old"), ("b", "old")]);
    let mut set = ChangeSet::new("test");
    set.replace("a", &b"old"[..], "new");
    set.replace("b", &b"old"[..], "new");
    sandbox.write("a", b"new");
    let applied = apply(sandbox.repo(), &set).unwrap();
    let made: Vec<String> = applied.edits.iter().map(ToString::to_string).collect();
    assert_eq!(made, ["replace b"]);
}

#[test]
fn a_file_that_only_moves_keeps_its_date_and_inode() {
    let sandbox = Sandbox::with(&[("a", "x")]);
    let before = fs::metadata(sandbox.at("a")).unwrap();
    let mut set = ChangeSet::new("test");
    set.move_file("a", "folder/b", &b"x"[..]);
    apply(sandbox.repo(), &set).unwrap();
    let after = fs::metadata(sandbox.at("folder/b")).unwrap();
    assert_eq!((after.ino(), after.mtime_nsec()), (before.ino(), before.mtime_nsec()));
    assert_eq!(after.nlink(), 1);
}

#[test]
fn files_change_places_in_a_circle() {
    let sandbox = Sandbox::with(&[("a", "1"), ("b", "2"), ("c", "3")]);
    let mut set = ChangeSet::new("test");
    set.move_file("a", "b", &b"1"[..]);
    set.move_file("b", "c", &b"2"[..]);
    set.move_file("c", "a", &b"3"[..]);
    apply(sandbox.repo(), &set).unwrap();
    assert_eq!([sandbox.read("a"), sandbox.read("b"), sandbox.read("c")].concat(), b"312");
}

#[test]
fn what_somebody_writes_while_a_set_is_applied_is_kept_and_the_rest_taken_back() {
    use crate::change::apply::apply_with;
    use crate::change::faults::{Faults, Steps};
    let cases = [
        ("a.md", "new contents on disk", "write `a.md`: it changed while this ran"),
        ("gone/only.md", "guide.md in place", "remove `gone/only.md`: it changed while this ran"),
        ("archive/note.md", "new contents on disk", "write `archive/note.md`: File exists"),
        ("new/folder/file.md", "new contents on disk", "write `new/folder/file.md`: File exists"),
    ];
    for (path, step, wanted) in cases {
        let sandbox = rich();
        let mut before = sandbox.state();
        let mut steps = Steps::with(Faults::default());
        let file = sandbox.at(path);
        steps.meanwhile = Some((step, Box::new(move || fs::write(&file, "somebody's work").unwrap())));
        let error = format!("{:#}", apply_with(sandbox.repo(), &rich_set(), &mut steps).unwrap_err());
        assert!(error.contains(wanted), "{error}");
        assert!(error.starts_with("apply the change set: nothing was changed"), "{error}");
        let mut state = sandbox.state();
        let (_, content) = state.remove(std::path::Path::new(path)).unwrap();
        assert_eq!(content.unwrap(), b"somebody's work");
        before.remove(std::path::Path::new(path));
        // Folders that hold it stay.
        state.retain(|_, (_, content)| content.is_some());
        before.retain(|_, (_, content)| content.is_some());
        assert_eq!(state, before, "{path}");
        assert_eq!(pending(sandbox.repo()).unwrap(), None);
    }
}

#[test]
fn the_executable_bit_is_set_where_reading_is_allowed() {
    let sandbox = Sandbox::new();
    sandbox.write_mode("a", b"x", 0o640);
    let mut set = ChangeSet::new("test");
    let edit =
        |mode| Edit::Replace { at: "a".into(), planned: (&b"x"[..]).into(), content: b"x".to_vec(), mode };
    set.add(edit(Mode::Executable));
    apply(sandbox.repo(), &set).unwrap();
    assert_eq!(sandbox.mode("a"), 0o750);
    let mut set = ChangeSet::new("test");
    set.add(edit(Mode::Plain));
    apply(sandbox.repo(), &set).unwrap();
    assert_eq!(sandbox.mode("a"), 0o640);
}

#[test]
fn only_folders_that_the_set_empties_are_removed() {
    let sandbox = Sandbox::with(&[("one/two/a", "x"), ("one/b/.ignored", "")]);
    fs::create_dir(sandbox.at("one/empty")).unwrap();
    let mut set = ChangeSet::new("test");
    set.remove("one/two/a", &b"x"[..]);
    apply(sandbox.repo(), &set).unwrap();
    assert!(!sandbox.at("one/two").exists());
    assert!(sandbox.at("one/empty").is_dir());
}

#[test]
fn a_foreign_file_with_the_name_of_a_temporary_one_is_left_alone() {
    let sandbox = Sandbox::with(&[(".xtask-1-0.tmp", "mine")]);
    let mut set = ChangeSet::new("test");
    set.create("a", "x");
    apply(sandbox.repo(), &set).unwrap();
    assert_eq!(sandbox.read(".xtask-1-0.tmp"), b"mine");
    assert_eq!(sandbox.read("a"), b"x");
}

#[test]
fn names_of_any_bytes_are_edited() {
    use std::os::unix::ffi::OsStrExt;
    let sandbox = Sandbox::new();
    let names: [&[u8]; 4] = [b"a|b`c<script>.md", b"\xff\xfe.md", b"line\nbreak.md", b"quo\"te\\ \t.md"];
    let mut set = ChangeSet::new("test");
    for name in names {
        sandbox.write(std::ffi::OsStr::from_bytes(name), b"old");
        let path = crate::repo::RepoPath::from_bytes(name);
        set.replace(path, &b"old"[..], "new");
    }
    apply(sandbox.repo(), &set).unwrap();
    for name in names {
        assert_eq!(fs::read(sandbox.at(std::ffi::OsStr::from_bytes(name))).unwrap(), b"new");
    }
}

#[test]
fn a_second_process_is_told_who_is_at_work() {
    use crate::change::{lock::Lock, roots::Roots, store::Store};
    let sandbox = Sandbox::new();
    let repo = sandbox.repo();
    let store = Store::make(&Roots::of(repo).unwrap()).unwrap();
    let held = Lock::take(&store.folder, "phase3").unwrap();
    let mut set = ChangeSet::new("test");
    set.create("a", "x");
    let error = apply(repo, &set).unwrap_err().to_string();
    let wanted = format!("another xtask is applying changes (`phase3`, pid {} on ", std::process::id());
    assert!(error.starts_with(&wanted), "{error}");
    assert!(!sandbox.at("a").exists());
    drop(held);
    assert!(apply(repo, &set).unwrap().applied);
}
