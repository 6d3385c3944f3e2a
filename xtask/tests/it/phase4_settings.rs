//! `setup hooks` where git runs the hooks that its configuration names (2.54 and newer).

use crate::sandbox::{self, Sandbox};

fn repository() -> Sandbox {
    Sandbox::from_fixture("tiny-notes").with_git_version(sandbox::WITH_CONFIG_HOOKS)
}

fn said(sandbox: &Sandbox, args: &[&str]) -> (i32, String) {
    let output = sandbox.output(args.iter().copied());
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What the configuration says of hooks.
fn settings(sandbox: &Sandbox) -> String {
    let output =
        sandbox.command("git").args(["config", "--local", "--get-regexp", r"^hook\."]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Runs what git would run before a commit, as git does: the command with its arguments, in a shell.
fn called(sandbox: &Sandbox) -> std::process::Output {
    let command = sandbox.git(&["config", "hook.xtask-pre-commit.command"]);
    sandbox.command("sh").args(["-c", &format!("{} \"$@\"", command.trim()), "hook"]).output().unwrap()
}

#[test]
fn git_is_told_of_scripts_that_judge_and_may_be_taken_out_again() {
    let sandbox = repository();
    let (code, text) = said(&sandbox, &["setup", "hooks", "-q"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("a git before 2.54 that works in this clone runs no hook"), "{text}");
    assert_eq!(settings(&sandbox).lines().count(), 6);
    assert!(!sandbox.root().join(".git/hooks/pre-commit").exists());
    assert_eq!(said(&sandbox, &["setup", "hooks", "--check"]).0, 0);
    sandbox.write("new.md", "blanks at the end  \n");
    sandbox.git(&["add", "new.md"]);
    let output = called(&sandbox);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("new.md:1: the line ends in blanks"),
        "{output:?}"
    );
    assert_eq!(said(&sandbox, &["setup", "hooks", "--uninstall"]).0, 0);
    assert_eq!(settings(&sandbox), "");
}

#[test]
fn undo_leaves_no_setting_that_names_a_script_which_is_gone() {
    let sandbox = repository();
    assert_eq!(said(&sandbox, &["setup", "hooks", "-q"]).0, 0);
    let standing = settings(&sandbox);
    let (code, text) = said(&sandbox, &["undo", "--check"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("unset hook.xtask-pre-commit.event in git's configuration"), "{text}");
    assert_eq!(settings(&sandbox), standing);
    let (code, text) = said(&sandbox, &["undo"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("unset hook.xtask-pre-commit.event in git's configuration"), "{text}");
    assert_eq!(settings(&sandbox), "", "or git would refuse every commit");
    assert_eq!(said(&sandbox, &["setup", "hooks", "-q"]).0, 0);
    assert_eq!(said(&sandbox, &["setup", "hooks", "--uninstall"]).0, 0);
    assert_eq!(settings(&sandbox), "");
    assert_eq!(said(&sandbox, &["undo"]).0, 0);
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&settings(&sandbox)), sorted(&standing), "what was taken back comes back whole");
}

#[test]
fn an_event_that_is_switched_off_is_said() {
    let sandbox = repository();
    assert_eq!(said(&sandbox, &["setup", "hooks", "-q"]).0, 0);
    sandbox.git(&["config", "hook.pre-commit.enabled", "off"]);
    let (code, text) = said(&sandbox, &["setup", "hooks", "--check"]);
    assert_eq!(code, 1);
    assert!(text.contains("`hook.pre-commit.enabled` is false, so that git runs no such hook"), "{text}");
}

#[test]
fn files_are_written_where_an_older_git_works_too() {
    let sandbox = repository();
    sandbox.write("xtask.toml", "[setup]\nconfig_hooks = false\n");
    assert_eq!(said(&sandbox, &["setup", "hooks", "-q"]).0, 0);
    assert_eq!(settings(&sandbox), "");
    assert!(sandbox.root().join(".git/hooks/pre-commit").exists());
}
