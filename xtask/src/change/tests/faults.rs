//! Killed, or out of space, at every step: before or after, nothing between, and nothing left behind.

#![allow(clippy::disallowed_methods, reason = "the tests kill processes of their own")]

use std::path::Path;
use std::process::Command;

use super::sandbox::{Sandbox, State, rich, rich_set};
use crate::change::apply::apply_with;
use crate::change::faults::{Faults, STOPPED, Steps};
use crate::change::recover::recover_with;
use crate::change::{ChangeSet, Which, apply, list, pending, recover, undo};
use crate::repo::Repo;

/// Not a fact but a tool: run in a process of its own, it does what `XTASK_TEST_JOB` says to the repository in
/// `XTASK_TEST_REPO`, with the fault of `XTASK_FAULTS`. Without a job it has nothing to do.
#[test]
fn child() {
    let (Ok(job), Ok(folder)) = (std::env::var("XTASK_TEST_JOB"), std::env::var("XTASK_TEST_REPO")) else {
        return;
    };
    let repo = Repo::open(Path::new(&folder)).unwrap();
    match job.as_str() {
        "apply" => drop(apply(&repo, &rich_set()).unwrap()),
        "undo" => drop(apply(&repo, &undo(&repo, Which::Last).unwrap().unwrap()).unwrap()),
        "recover" => drop(recover(&repo, false).unwrap()),
        "apply with small files" => {
            limit_file_size(4096);
            let error = apply(&repo, &big_set()).unwrap_err();
            assert!(
                format!("{error:#}")
                    .starts_with("apply the change set: nothing was changed: write `folder/b`")
            );
        }
        other => panic!("unknown job {other}"),
    }
}

fn run_child(sandbox: &Sandbox, job: &str, faults: &str) -> std::process::Output {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "change::tests::faults::child", "--nocapture"])
        .env("XTASK_TEST_JOB", job)
        .env("XTASK_TEST_REPO", sandbox.path())
        .env("XTASK_FAULTS", faults)
        .output()
        .unwrap()
}

/// The names of all steps of applying the set.
fn steps_of(work: impl Fn(&Sandbox, &mut Steps)) -> Vec<String> {
    let sandbox = rich();
    let mut steps = Steps::with(Faults::default());
    work(&sandbox, &mut steps);
    steps.seen
}

fn apply_steps() -> Vec<String> {
    steps_of(|sandbox, steps| drop(apply_with(sandbox.repo(), &rich_set(), steps).unwrap()))
}

fn states() -> (State, State) {
    let sandbox = rich();
    let before = sandbox.state();
    apply(sandbox.repo(), &rich_set()).unwrap();
    (before, sandbox.state())
}

/// The files are before or after, the journal says the same, and a further change works.
fn assert_settled(sandbox: &Sandbox, before: &State, after: &State, at: &str) {
    assert_eq!(pending(sandbox.repo()).unwrap(), None, "{at}");
    let state = sandbox.state();
    let applied = list(sandbox.repo()).unwrap().iter().any(|set| set.command == "test");
    assert_eq!(&state, if applied { after } else { before }, "at {at}, applied: {applied}");
    let journal = sandbox.at(".git/xtask/change");
    if journal.exists() {
        let open = std::fs::read_dir(journal.join("open")).unwrap().count();
        assert_eq!(open, 0, "{at}: a mark is left");
        let sets = std::fs::read_dir(journal.join("sets")).unwrap().count();
        assert_eq!(sets, list(sandbox.repo()).unwrap().len(), "{at}: a folder of a set is left");
    }
}

#[test]
fn killed_at_any_step_leaves_what_recovery_brings_to_before_or_after() {
    let (before, after) = states();
    let steps = apply_steps();
    let commit = steps.iter().position(|step| step == "journal closed").unwrap();
    for (number, name) in steps.iter().enumerate() {
        let sandbox = rich();
        let output = run_child(&sandbox, "apply", &format!("stop={}", number + 1));
        assert_eq!(
            output.status.code(),
            Some(STOPPED),
            "{name}: {}",
            String::from_utf8_lossy(&output.stdout)
        );
        let interrupted = pending(sandbox.repo()).unwrap();
        if sandbox.state() != before && sandbox.state() != after {
            assert!(interrupted.is_some_and(|pending| pending.running.is_none()), "{name}");
        }
        recover(sandbox.repo(), false).unwrap();
        assert_settled(&sandbox, &before, &after, name);
        assert_eq!(sandbox.state() == after, number >= commit, "{name}");
        apply(sandbox.repo(), &rich_set()).unwrap();
        assert_eq!(sandbox.state(), after, "{name}: the next command works");
    }
}

#[test]
fn killed_while_recovering_leaves_what_recovering_again_settles() {
    let (before, after) = states();
    let all = apply_steps();
    // The worst moment: every edit is made, the journal still open.
    let worst = all.iter().position(|step| step == "edits on disk").unwrap() + 1;
    let interrupted = || {
        let sandbox = rich();
        run_child(&sandbox, "apply", &format!("stop={worst}"));
        assert_eq!(sandbox.state(), after);
        sandbox
    };
    let mut steps = Steps::with(Faults::default());
    recover_with(interrupted().repo(), false, &mut steps).unwrap();
    for (number, name) in steps.seen.iter().enumerate() {
        let sandbox = interrupted();
        let output = run_child(&sandbox, "recover", &format!("stop={}", number + 1));
        assert_eq!(output.status.code(), Some(STOPPED), "{name}");
        recover(sandbox.repo(), false).unwrap();
        assert_settled(&sandbox, &before, &after, name);
        assert_eq!(sandbox.state(), before, "{name}");
    }
}

#[test]
fn a_full_disk_at_any_step_leaves_before_at_once() {
    let (before, after) = states();
    for (number, name) in apply_steps().iter().enumerate() {
        let sandbox = rich();
        let mut steps = Steps::with(Faults { stop_at: None, fail_at: Some(number + 1) });
        let result = apply_with(sandbox.repo(), &rich_set(), &mut steps);
        match result {
            Err(error) if sandbox.state() == before => {
                assert!(pending(sandbox.repo()).unwrap().is_none(), "{name}");
                assert!(format!("{error:#}").contains("nothing was changed"), "{name}: {error:#}");
            }
            Err(error) => assert!(format!("{error:#}").contains("all edits were made"), "{name}: {error:#}"),
            Ok(applied) => assert!(applied.applied && sandbox.state() == after, "{name}"),
        }
        recover(sandbox.repo(), false).unwrap();
        assert_settled(&sandbox, &before, &after, name);
    }
}

#[test]
fn undo_killed_at_any_step_leaves_before_or_after() {
    let (before, after) = states();
    let applied = || {
        let sandbox = rich();
        apply(sandbox.repo(), &rich_set()).unwrap();
        sandbox
    };
    let sandbox = applied();
    let mut steps = Steps::with(Faults::default());
    let set = undo(sandbox.repo(), Which::Last).unwrap().unwrap();
    apply_with(sandbox.repo(), &set, &mut steps).unwrap();
    assert_eq!(sandbox.state(), before);
    for (number, name) in steps.seen.iter().enumerate() {
        let sandbox = applied();
        let output = run_child(&sandbox, "undo", &format!("stop={}", number + 1));
        assert_eq!(output.status.code(), Some(STOPPED), "{name}");
        recover(sandbox.repo(), false).unwrap();
        assert_eq!(pending(sandbox.repo()).unwrap(), None, "{name}");
        let undone = list(sandbox.repo()).unwrap().iter().any(|set| set.undoes.is_some());
        assert_eq!(&sandbox.state(), if undone { &before } else { &after }, "{name}");
    }
}

#[test]
fn killed_while_old_sets_are_dropped_leaves_all_others() {
    let filled = || {
        let sandbox = rich();
        for step in 0..20 {
            let mut set = ChangeSet::new("step");
            set.create(format!("step {step}").as_str(), "x");
            apply(sandbox.repo(), &set).unwrap();
        }
        sandbox
    };
    let mut steps = Steps::with(Faults::default());
    apply_with(filled().repo(), &rich_set(), &mut steps).unwrap();
    let commit = steps.seen.iter().position(|step| step == "journal closed").unwrap();
    assert!(steps.seen[commit..].iter().any(|step| step == "kept bytes removed"));
    for (number, name) in steps.seen.iter().enumerate().skip(commit) {
        let sandbox = filled();
        let output = run_child(&sandbox, "apply", &format!("stop={}", number + 1));
        assert_eq!(output.status.code(), Some(STOPPED), "{name}");
        recover(sandbox.repo(), false).unwrap();
        let ids: Vec<u32> = list(sandbox.repo()).unwrap().iter().map(|set| set.id).collect();
        assert_eq!(ids, (2..=21).rev().collect::<Vec<_>>(), "{name}");
    }
}

fn limit_file_size(bytes: u64) {
    let limit = libc::rlimit { rlim_cur: bytes, rlim_max: bytes };
    // SAFETY: both calls take plain values; the signal is ignored so that the write gives an error.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
        assert_eq!(libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit), 0);
    }
}

/// Small edits first, then one that is larger than the limit.
fn big_set() -> ChangeSet {
    let mut set = ChangeSet::new("test");
    set.create("folder/a", "small\n");
    set.create("folder/b", vec![b'x'; 100_000]);
    set.replace("a.md", &b"one\ntwo\nthree\n"[..], "new\n");
    set
}

#[test]
fn a_real_file_size_limit_changes_nothing() {
    let sandbox = rich();
    let before = sandbox.state();
    let output = run_child(&sandbox, "apply with small files", "");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}");
    assert_eq!(sandbox.state(), before);
    assert_eq!(pending(sandbox.repo()).unwrap(), None);
}

/// Leaves a set interrupted with all its edits made.
fn interrupted() -> Sandbox {
    let sandbox = rich();
    let worst = apply_steps().iter().position(|step| step == "edits on disk").unwrap() + 1;
    run_child(&sandbox, "apply", &format!("stop={worst}"));
    sandbox
}

#[test]
fn a_pending_journal_is_said_and_settled_by_the_next_editing_command() {
    let (before, _) = states();
    let sandbox = interrupted();
    let found = pending(sandbox.repo()).unwrap().expect("a pending set");
    assert_eq!(found.to_string(), "`test` was interrupted in the middle of its changes");
    assert_eq!(found.hint(), "run `xtask undo --recover` to settle it");
    let mut set = ChangeSet::new("next");
    set.create("next.md", "x");
    let applied = apply(sandbox.repo(), &set).unwrap();
    let settled = applied.settled.expect("it was settled first");
    assert_eq!((settled.command.as_str(), settled.applied), ("test", false));
    std::fs::remove_file(sandbox.at("next.md")).unwrap();
    assert_eq!(sandbox.state(), before);
}

#[test]
fn recovery_overwrites_nothing_that_was_changed_after_the_interruption() {
    let (before, _) = states();
    let sandbox = interrupted();
    sandbox.write("guide.md", b"the user's own\n");
    let state = sandbox.state();
    let error = format!("{:#}", recover(sandbox.repo(), false).unwrap_err());
    assert!(error.contains("files were changed after the interruption: `guide.md`"), "{error}");
    assert_eq!(sandbox.state(), state);
    let settled = recover(sandbox.repo(), true).unwrap().unwrap();
    let [kept] = &settled.kept[..] else { panic!("{settled:?}") };
    assert_eq!(kept.path, "guide.md");
    assert_eq!(sandbox.read("guide.md"), b"the user's own\n");
    let before_it = kept.before.as_ref().unwrap().replace("<git>", ".git");
    assert_eq!(sandbox.read(&before_it), b"an old guide\n");
    std::fs::remove_dir_all(sandbox.at(".git/xtask/rescued")).unwrap();
    sandbox.write("guide.md", b"an old guide\n");
    assert_eq!(sandbox.state(), before);
}

#[test]
fn a_mark_of_a_newer_program_is_refused_with_the_version_needed() {
    let sandbox = interrupted();
    sandbox.write(".git/xtask/change/open/main", br#"{"version": 7, "tool": "xtask 9.0.0"}"#);
    let wanted = "the journal has version 7, this program reads version 1: use xtask 9.0.0 or newer";
    assert_eq!(pending(sandbox.repo()).unwrap_err().to_string(), wanted);
    assert_eq!(recover(sandbox.repo(), false).unwrap_err().to_string(), wanted);
}
