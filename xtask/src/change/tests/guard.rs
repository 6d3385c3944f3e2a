//! What a change set may not touch.

use std::fs;

use super::sandbox::Sandbox;
use crate::change::roots::Roots;
use crate::change::{ChangeSet, Place, apply, check};

fn refusal(sandbox: &Sandbox, build: impl Fn(&mut ChangeSet)) -> String {
    let mut set = ChangeSet::new("test");
    build(&mut set);
    let before = sandbox.state();
    let error = apply(sandbox.repo(), &set).unwrap_err();
    assert!(check(sandbox.repo(), &set).is_err());
    assert_eq!(sandbox.state(), before, "nothing may be written");
    error.to_string()
}

#[test]
fn links_are_neither_followed_nor_replaced() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("a"), "x").unwrap();
    let sandbox = Sandbox::with(&[("real/a", "x")]);
    sandbox.link("out", outside.path().to_str().unwrap());
    sandbox.link("inner", "real");
    sandbox.link("file", "real/a");
    sandbox.link("dangling", "nowhere");
    sandbox.link("loop", "loop");
    let through = |name: &str| format!("the way to `{name}/a` leads through the symbolic link `{name}`");
    for name in ["out", "inner", "dangling", "loop"] {
        let path = format!("{name}/a");
        assert_eq!(refusal(&sandbox, |s| s.create(path.as_str(), "")), through(name));
        assert_eq!(refusal(&sandbox, |s| s.replace(path.as_str(), &b"x"[..], "")), through(name));
    }
    for name in ["file", "dangling", "loop"] {
        let wanted = format!("`{name}` is a symbolic link");
        assert_eq!(refusal(&sandbox, |s| s.create(name, "")), wanted);
        assert_eq!(refusal(&sandbox, |s| s.remove(name, &b"x"[..])), wanted);
        assert_eq!(refusal(&sandbox, |s| s.move_file("real/a", name, &b"x"[..])), wanted);
    }
    assert_eq!(fs::read(outside.path().join("a")).unwrap(), b"x");
}

#[test]
fn a_linked_folder_of_hooks_or_of_the_tool_is_refused() {
    let outside = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::new();
    let _ = fs::remove_dir_all(sandbox.at(".git/hooks"));
    sandbox.link(".git/hooks", outside.path().to_str().unwrap());
    let error = refusal(&sandbox, |s| s.create(Place::hook("pre-commit"), ""));
    assert_eq!(error, "the way to `<hooks>/pre-commit` leads through the symbolic link `hooks`");

    let sandbox = Sandbox::new();
    sandbox.link(".git/xtask", outside.path().to_str().unwrap());
    let mut set = ChangeSet::new("test");
    set.create("a", "");
    let error = format!("{:#}", apply(sandbox.repo(), &set).unwrap_err());
    assert!(error.contains("leads through the symbolic link `xtask`"), "{error}");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn folders_pipes_and_other_repositories_are_no_files_of_ours() {
    let sandbox =
        Sandbox::with(&[("folder/a", "x"), ("file", "x"), ("module/.git", "gitdir: x"), ("module/a", "x")]);
    let cases: [(&str, &str); 4] = [
        ("folder", "`folder` is a folder"),
        ("file/a", "`file` on the way to `file/a` is not a folder"),
        ("module/a", "`module/a` lies in another repository"),
        ("module/new/a", "`module/new/a` lies in another repository"),
    ];
    for (path, wanted) in cases {
        assert_eq!(refusal(&sandbox, |s| s.create(path, "")), wanted);
    }
    let pipe = std::ffi::CString::new(sandbox.at("pipe").to_str().unwrap()).unwrap();
    // SAFETY: the path is a C string that lives through the call.
    assert_eq!(unsafe { libc::mkfifo(pipe.as_ptr(), 0o600) }, 0);
    let mut set = ChangeSet::new("test");
    set.remove("pipe", &b""[..]);
    assert_eq!(apply(sandbox.repo(), &set).unwrap_err().to_string(), "`pipe` is no plain file");
}

#[test]
fn a_hooks_folder_in_the_work_tree_gives_no_file_two_edits() {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "--local", "core.hooksPath", ".githooks"]);
    let error = refusal(&sandbox, |s| {
        s.create(Place::hook("pre-commit"), "one");
        s.create(".githooks/pre-commit", "two");
    });
    assert_eq!(error, "two edits of one file: `.githooks/pre-commit` and `<hooks>/pre-commit` are the same");
}

#[test]
fn a_folder_without_permission_is_said_before_anything_is_written() {
    let sandbox = Sandbox::with(&[("closed/a", "x"), ("open/b", "x")]);
    sandbox.set_mode("closed", 0o555);
    let mut set = ChangeSet::new("test");
    set.replace("open/b", &b"x"[..], "y");
    set.replace("closed/a", &b"x"[..], "y");
    let result = apply(sandbox.repo(), &set);
    // Permissions do not bind root, whom containers run tests as.
    if rustix_is_root() {
        assert!(result.unwrap().applied);
    } else {
        let error = result.unwrap_err().to_string();
        assert_eq!(error, "`closed/a` cannot be written: no permission to change its folder");
        assert_eq!(sandbox.read("open/b"), b"x");
    }
    sandbox.set_mode("closed", 0o755);
}

#[test]
fn modes_are_kept_unless_git_is_told_not_to() {
    let sandbox = Sandbox::with(&[("a", "x")]);
    for (value, keeps) in [("False", false), ("NO", false), ("off", false), ("true", true), ("1", true)] {
        sandbox.git(&["config", "core.fileMode", value]);
        assert_eq!(Roots::of(sandbox.repo()).unwrap().keeps_modes, keeps, "{value}");
    }
}

fn rustix_is_root() -> bool {
    // SAFETY: it only gives a number.
    unsafe { libc::geteuid() == 0 }
}
