//! Repositories of every form that git knows.

use std::fs;
use std::path::Path;

use xshell::{Shell, cmd};

use super::sandbox::Sandbox;
use crate::change::roots::{HooksFolder, Roots};
use crate::change::{ChangeSet, Disk, Hooks, Place, Which, apply, dry_run, list, pending, undo};
use crate::repo::Repo;

fn init(options: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let shell = Shell::new().unwrap();
    shell.change_dir(folder.path());
    cmd!(shell, "git init --quiet -b main --template= {options...} .").quiet().run().unwrap();
    folder
}

#[test]
fn repositories_that_the_library_cannot_open_are_edited_alike() {
    let cases: [(&[&str], &[&str]); 3] = [
        (&["--object-format=sha256"], &[]),
        (&["--ref-format=reftable"], &[]),
        (&[], &["update-index", "--split-index"]),
    ];
    for (options, further) in cases {
        let folder = init(options);
        fs::write(folder.path().join("a"), "one\n").unwrap();
        fs::write(folder.path().join("b"), "\0binary").unwrap();
        let repo = Repo::open(folder.path()).unwrap();
        repo.git().read(&["add", "-A"]).unwrap();
        if !further.is_empty() {
            repo.git().read(further).unwrap();
        }
        let repo = Repo::open(folder.path()).unwrap();
        assert!(repo.library_limit().is_some(), "{options:?}");
        let mut set = ChangeSet::new("test");
        set.move_with("a", "x/a", &b"one\n"[..], "one\ntwo\n");
        set.replace("b", &b"\0binary"[..], b"\0other".to_vec());
        let patch = dry_run(&repo, &set).unwrap();
        repo.git().answer_to(&["apply", "--check", "-"], &patch, &[0]).unwrap();
        apply(&repo, &set).unwrap();
        assert_eq!(fs::read(folder.path().join("x/a")).unwrap(), b"one\ntwo\n");
        apply(&repo, &undo(&repo, Which::Last).unwrap().unwrap()).unwrap();
        assert_eq!(fs::read(folder.path().join("a")).unwrap(), b"one\n");
    }
}

#[test]
fn worktrees_share_hooks_and_keep_their_stacks_apart() {
    let sandbox = Sandbox::with(&[("a", "x")]);
    sandbox.commit();
    let other = tempfile::tempdir().unwrap();
    let linked = other.path().join("linked");
    sandbox.git(&["worktree", "add", "-q", "--detach", linked.to_str().unwrap()]);
    let repo = Repo::open(&linked).unwrap();
    let mut set = ChangeSet::new("test");
    set.replace("a", &b"x"[..], "y");
    set.create(Place::hook("pre-commit"), "#!/bin/sh\n");
    apply(&repo, &set).unwrap();
    assert_eq!(fs::read(linked.join("a")).unwrap(), b"y");
    assert_eq!(sandbox.read("a"), b"x");
    assert_eq!(sandbox.read(".git/hooks/pre-commit"), b"#!/bin/sh\n");
    assert_eq!(list(sandbox.repo()).unwrap()[0].worktree, "worktree-linked");
    assert!(undo(sandbox.repo(), Which::Last).unwrap().is_none());
    let error = undo(sandbox.repo(), Which::Id(1)).unwrap_err().to_string();
    assert_eq!(error, "change set 1 was made in another worktree (worktree-linked): undo it there");
    apply(&repo, &undo(&repo, Which::Last).unwrap().unwrap()).unwrap();
    assert!(!sandbox.at(".git/hooks/pre-commit").exists());
}

#[test]
fn a_bare_repository_has_hooks_and_no_files() {
    let folder = init(&["--bare"]);
    let repo = Repo::open(folder.path()).unwrap();
    let mut set = ChangeSet::new("test");
    set.create(Place::hook("pre-push"), "x");
    apply(&repo, &set).unwrap();
    assert_eq!(fs::read(folder.path().join("hooks/pre-push")).unwrap(), b"x");
    let mut set = ChangeSet::new("test");
    set.create("a", "x");
    let error = apply(&repo, &set).unwrap_err().to_string();
    assert_eq!(error, "the repository is bare: this needs files on disk");
    assert_eq!(pending(&repo).unwrap(), None);
}

#[test]
fn hooks_go_where_this_repository_says() {
    let elsewhere = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::new();
    let full = elsewhere.path().to_str().unwrap();
    let git_dir = sandbox.at(".git/own");
    let cases: [(&str, &Path); 3] = [
        (".githooks", &sandbox.at(".githooks")),
        (full, elsewhere.path()),
        (git_dir.to_str().unwrap(), &git_dir),
    ];
    for (setting, folder) in cases {
        sandbox.git(&["config", "--local", "core.hooksPath", setting]);
        let mut set = ChangeSet::new("test");
        set.create(Place::hook("pre-commit"), "x");
        apply(sandbox.repo(), &set).unwrap();
        assert_eq!(fs::read(folder.join("pre-commit")).unwrap(), b"x", "{setting}");
        let (scope, folder) = ("local".to_owned(), folder.to_owned());
        assert_eq!(Disk::of(sandbox.repo()).unwrap().hooks().unwrap(), Hooks::Configured { scope, folder });
    }
    sandbox.git(&["config", "--local", "--unset", "core.hooksPath"]);
    let folder = sandbox.at(".git/hooks");
    assert_eq!(Disk::of(sandbox.repo()).unwrap().hooks().unwrap(), Hooks::Usual { folder });
}

#[test]
fn a_hooks_path_in_an_included_file_is_this_repositorys_own() {
    let sandbox = Sandbox::with(&[("shared.cfg", "[core]\n\thooksPath = .team\n")]);
    sandbox.git(&["config", "--local", "include.path", "../shared.cfg"]);
    let (scope, folder) = ("local".to_owned(), sandbox.at(".team"));
    assert_eq!(Disk::of(sandbox.repo()).unwrap().hooks().unwrap(), Hooks::Configured { scope, folder });
}

#[test]
fn hooks_that_other_repositories_share_are_refused_and_the_scope_named() {
    let sandbox = Sandbox::new();
    let mut roots = Roots::of(sandbox.repo()).unwrap();
    roots.hooks = HooksFolder::Shared("global".to_owned());
    let error = roots.parent(&Place::hook("pre-commit")).unwrap_err().to_string();
    assert_eq!(
        error,
        "the hooks folder is not this repository's own: `core.hooksPath` is set in the global configuration"
    );
}

#[test]
fn undo_follows_a_repository_that_moved() {
    let folder = init(&[]);
    let (first, moved) = (folder.path().join("first"), folder.path().join("moved"));
    fs::create_dir(&first).unwrap();
    fs::rename(folder.path().join(".git"), first.join(".git")).unwrap();
    fs::write(first.join("a"), "x").unwrap();
    let mut set = ChangeSet::new("test");
    set.replace("a", &b"x"[..], "y");
    set.create(Place::hook("pre-commit"), "x");
    apply(&Repo::open(&first).unwrap(), &set).unwrap();
    fs::rename(&first, &moved).unwrap();
    let repo = Repo::open(&moved).unwrap();
    apply(&repo, &undo(&repo, Which::Last).unwrap().unwrap()).unwrap();
    assert_eq!(fs::read(moved.join("a")).unwrap(), b"x");
    assert!(!moved.join(".git/hooks/pre-commit").exists());
}
