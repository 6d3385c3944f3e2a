//! `setup hooks`: over each kind of existing hook, through real commits and pushes, in and out again.

use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Output;

use crate::sandbox::{self, Sandbox};

/// Stands for the program: says how it was called, and refuses where the test asks for it.
const PROGRAM: &str = r#"#!/bin/sh
home=$(git rev-parse --git-common-dir)
echo "xtask $*" | sed "s|$PWD/||" >> "$home/calls"
case $2 in pre-push) sed 's/^/xtask reads /' >> "$home/calls" ;; esac
[ ! -e "$home/refuse" ]
"#;

/// What a user's own hook does: says how it was called, reads what it gets, and may refuse, too.
const HOST: &str = r#"#!/bin/sh
set -eu
home=$(git rev-parse --git-common-dir)
echo "host ${0##*/} $*" >> "$home/calls"
case ${0##*/} in pre-push*) sed 's/^/host reads /' >> "$home/calls" ;; esac
if [ -e "$home/host-refuses" ]; then exit 3; fi
exit 0
echo never reached
"#;

const PYTHON: &str = r#"#!/usr/bin/env python3
import os, subprocess, sys
home = subprocess.check_output(["git", "rev-parse", "--git-common-dir"], text=True).strip()
read = "".join("host reads " + line for line in sys.stdin) if "pre-push" in sys.argv[0] else ""
with open(home + "/calls", "a") as calls:
    calls.write("host " + " ".join([os.path.basename(sys.argv[0]), *sys.argv[1:]]) + "\n" + read)
sys.exit(3 if os.path.exists(home + "/host-refuses") else 0)
"#;

const HOOKS: [&str; 3] = ["pre-commit", "commit-msg", "pre-push"];

fn repository() -> Sandbox {
    let sandbox = Sandbox::from_fixture("tiny-notes").with_git_version(sandbox::WITH_HOOK_FILES);
    sandbox.git(&["config", "user.name", "Tester"]);
    sandbox.git(&["config", "user.email", "tester@example.invalid"]);
    sandbox.git(&["init", "-q", "--bare", "../remote.git"]);
    sandbox.git(&["remote", "add", "origin", "../remote.git"]);
    sandbox
}

fn hook(sandbox: &Sandbox, name: &str, text: impl AsRef<[u8]>, mode: u32) {
    sandbox.write(&format!(".git/hooks/{name}"), text);
    set_mode(&sandbox.root().join(".git/hooks").join(name), mode);
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Files, hooks and configuration: all that may not change when hooks come and go.
fn state(sandbox: &Sandbox) -> BTreeMap<String, (u32, Vec<u8>)> {
    let mut state = sandbox.files();
    let git = sandbox.root().join(".git");
    let mut add = |path: &Path, name: String| {
        let meta = path.symlink_metadata().unwrap();
        let bytes = match std::fs::read_link(path) {
            Ok(target) => target.to_string_lossy().into_owned().into_bytes(),
            Err(_) => std::fs::read(path).unwrap(),
        };
        state.insert(name, (meta.permissions().mode(), bytes));
    };
    add(&git.join("config"), ".git/config".to_owned());
    if let Ok(entries) = std::fs::read_dir(git.join("hooks")) {
        for entry in entries {
            let path = entry.unwrap().path();
            add(&path, format!(".git/hooks/{}", path.file_name().unwrap().to_string_lossy()));
        }
    }
    state
}

fn setup(sandbox: &Sandbox, more: &[&str]) -> Output {
    sandbox.output(["setup", "hooks", "-q"].into_iter().chain(more.iter().copied()))
}

fn installed(sandbox: &Sandbox, more: &[&str]) {
    let output = setup(sandbox, more);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let copy = sandbox.root().join(".git/xtask/bin/xtask");
    let program = std::fs::read(env!("CARGO_BIN_EXE_xtask")).unwrap();
    assert!(std::fs::read(&copy).unwrap() == program, "the copy is the program that ran");
    std::fs::write(&copy, PROGRAM).unwrap();
    // What stands in for the program is not taken for a broken copy where no hash is written down.
    let about = copy.with_extension("json");
    let text = std::fs::read_to_string(&about).unwrap();
    std::fs::write(&about, format!("{}}}", text.split(",\"content\"").next().unwrap())).unwrap();
    assert_eq!(copy.metadata().unwrap().permissions().mode() & 0o777, 0o755);
}

/// Commits through git itself; whether it went through.
fn commit(sandbox: &Sandbox) -> bool {
    sandbox.write("notes/new.md", format!("# New\n\n{}\n", sandbox.git(&["rev-list", "--count", "HEAD"])));
    sandbox.git(&["add", "notes/new.md"]);
    let output = sandbox.command("git").args(["commit", "-q", "-m", "New"]).output().unwrap();
    output.status.success()
}

/// What was called since the last time.
fn calls(sandbox: &Sandbox) -> String {
    let file = sandbox.root().join(".git/calls");
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    let _ = std::fs::remove_file(file);
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    text.replace(head.trim(), "HEAD").replace(&"0".repeat(40), "NONE")
}

fn marked(sandbox: &Sandbox, name: &str) {
    std::fs::write(sandbox.root().join(".git").join(name), "").unwrap();
}

fn unmarked(sandbox: &Sandbox, name: &str) {
    std::fs::remove_file(sandbox.root().join(".git").join(name)).unwrap();
}

const OURS: &str = "xtask hook pre-commit\nxtask hook commit-msg .git/COMMIT_EDITMSG\n";

/// Install, check, commit, push, refuse, install again, uninstall: the same bytes and modes as before.
fn in_and_out(sandbox: &Sandbox, more: &[&str], commit_calls: &str, push_calls: &str, host_counts: bool) {
    let before = state(sandbox);
    assert_eq!(setup(sandbox, &[more, &["--check"]].concat()).status.code(), Some(1));
    assert_eq!(state(sandbox), before, "a check writes nothing");
    installed(sandbox, more);
    let after = state(sandbox);
    assert_eq!(setup(sandbox, &[more, &["--check"]].concat()).status.code(), Some(0));
    assert!(commit(sandbox));
    assert_eq!(calls(sandbox), commit_calls);
    sandbox.git(&["push", "-q", "origin", "HEAD:refs/heads/main"]);
    assert_eq!(calls(sandbox), push_calls);
    marked(sandbox, "refuse");
    assert!(!commit(sandbox), "the program's refusal counts");
    unmarked(sandbox, "refuse");
    if host_counts {
        marked(sandbox, "host-refuses");
        assert!(!commit(sandbox), "the refusal of what was there before counts");
        unmarked(sandbox, "host-refuses");
    }
    sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    calls(sandbox);
    installed(sandbox, more);
    assert_eq!(state(sandbox), after, "twice is once");
    assert_eq!(setup(sandbox, &[more, &["--uninstall"]].concat()).status.code(), Some(0));
    assert_eq!(state(sandbox), before);
    assert!(!sandbox.root().join(".git/xtask/bin/xtask").exists());
    assert!(commit(sandbox));
    assert!(!calls(sandbox).contains("xtask"));
}

const OUR_PUSH: &str =
    "xtask hook pre-push origin ../remote.git\nxtask reads HEAD HEAD refs/heads/main NONE\n";

#[test]
fn where_there_is_no_hook_files_are_made_and_removed() {
    in_and_out(&repository(), &[], OURS, OUR_PUSH, false);
}

#[test]
fn a_shell_hook_still_runs_first_under_its_own_name_with_its_own_input() {
    let sandbox = repository();
    for name in HOOKS {
        hook(&sandbox, name, HOST, 0o755);
    }
    let commits = "host pre-commit \nxtask hook pre-commit\nhost commit-msg .git/COMMIT_EDITMSG\n\
                   xtask hook commit-msg .git/COMMIT_EDITMSG\n";
    let pushes =
        format!("host pre-push origin ../remote.git\nhost reads HEAD HEAD refs/heads/main NONE\n{OUR_PUSH}");
    in_and_out(&sandbox, &[], commits, &pushes, true);
}

#[test]
fn a_program_is_kept_beside_and_called_and_what_was_kept_before_is_not_touched() {
    let sandbox = repository();
    for name in HOOKS {
        hook(&sandbox, name, PYTHON, 0o750);
    }
    hook(&sandbox, "pre-commit.before-xtask", "somebody's own\n", 0o600);
    let commits = "host pre-commit.before-xtask-2\nxtask hook pre-commit\n\
                   host commit-msg.before-xtask .git/COMMIT_EDITMSG\nxtask hook commit-msg .git/COMMIT_EDITMSG\n";
    let pushes = format!(
        "host pre-push.before-xtask origin ../remote.git\nhost reads HEAD HEAD refs/heads/main NONE\n{OUR_PUSH}"
    );
    in_and_out(&sandbox, &[], commits, &pushes, true);
}

#[test]
fn what_git_did_not_run_before_it_does_not_run_after() {
    let sandbox = repository();
    for name in HOOKS {
        hook(&sandbox, name, HOST, 0o644);
    }
    in_and_out(&sandbox, &[], OURS, OUR_PUSH, false);
}

#[test]
fn odd_hooks_come_back_as_they_were() {
    for text in
        [&b"#!/bin/sh\r\nexit 0\r\n"[..], b"\x7fELF\0\0", b"", b"#!/bin/sh", b"#!/bin/sh\n# xtask\n\xff\n"]
    {
        let sandbox = repository();
        hook(&sandbox, "pre-push", text, 0o755);
        let before = state(&sandbox);
        installed(&sandbox, &[]);
        assert_eq!(setup(&sandbox, &["--uninstall"]).status.code(), Some(0));
        assert_eq!(state(&sandbox), before, "{}", String::from_utf8_lossy(text));
    }
}

#[test]
fn a_folder_of_hooks_in_the_work_tree_is_used_only_when_asked_for() {
    let sandbox = repository();
    sandbox.write(".githooks/pre-commit", HOST);
    set_mode(&sandbox.root().join(".githooks/pre-commit"), 0o755);
    sandbox.commit("Hooks");
    sandbox.git(&["config", "core.hooksPath", ".githooks"]);
    let before = state(&sandbox);
    insta::assert_snapshot!(sandbox.xtask(["setup", "hooks", "-q"]), @"
    exit: 2
    -- stdout
    nothing to do
    not done: hooks: git looks for hooks in `[REPO]/.githooks` (`core.hooksPath`, local), which somebody set for this repository
      hint: write into it with `--into-hooks-path`
    -- stderr
    ");
    assert_eq!(state(&sandbox), before);
    let commits = "host pre-commit \nxtask hook pre-commit\nxtask hook commit-msg .git/COMMIT_EDITMSG\n";
    in_and_out(&sandbox, &["--into-hooks-path"], commits, OUR_PUSH, true);
}

#[test]
fn a_folder_of_hooks_for_all_repositories_is_refused_and_named() {
    let sandbox = repository();
    let global = sandbox.root().parent().unwrap().join("home/global");
    let shared = sandbox.root().parent().unwrap().join("shared");
    std::fs::create_dir(&shared).unwrap();
    std::fs::write(&global, format!("[core]\n\thooksPath = {}\n", shared.display())).unwrap();
    let before = state(&sandbox);
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_xtask"));
    let output = command
        .env("GIT_CONFIG_GLOBAL", &global)
        .args(["setup", "hooks", "--into-hooks-path"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains("the global configuration") && said.contains(&shared.display().to_string()),
        "{said}"
    );
    assert_eq!(state(&sandbox), before);
    assert_eq!(std::fs::read_dir(&shared).unwrap().count(), 0);
}

#[test]
fn managers_keep_their_hooks_and_are_offered_the_lines() {
    let cases = [
        (".pre-commit-config.yaml", "repos: []\n", "entry: xtask hook pre-commit"),
        ("prek.toml", "", "[[repos.hooks]]"),
        ("lefthook.yml", "", "run: xtask hook commit-msg {1}"),
        (".husky/pre-commit", "npm test\n", "xtask hook pre-push \"$@\""),
    ];
    for (path, text, offered) in cases {
        let sandbox = repository();
        sandbox.write(path, text);
        hook(&sandbox, "pre-commit", HOST, 0o755);
        let before = state(&sandbox);
        let output = setup(&sandbox, &[]);
        assert_eq!(output.status.code(), Some(0));
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains(offered) && said.contains("manages the hooks here"), "{path}: {said}");
        assert_eq!(state(&sandbox), before, "{path}");
        assert!(!sandbox.root().join(".git/xtask/bin").exists(), "{path}");
    }
}

#[test]
fn what_a_manager_moved_aside_is_not_installed_twice_and_goes_with_the_program() {
    let sandbox = repository();
    installed(&sandbox, &[]);
    let hooks = sandbox.root().join(".git/hooks");
    std::fs::rename(hooks.join("pre-commit"), hooks.join("pre-commit.legacy")).unwrap();
    let generated =
        "#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\nexec \"$0.legacy\" \"$@\"\n";
    hook(&sandbox, "pre-commit", generated, 0o755);
    let output = setup(&sandbox, &[]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("calls ours as `<hooks>/pre-commit.legacy`"), "{said}");
    assert_eq!(std::fs::read_to_string(hooks.join("pre-commit")).unwrap(), generated);
    assert_eq!(setup(&sandbox, &["--uninstall"]).status.code(), Some(0));
    assert!(!hooks.join("pre-commit.legacy").exists() && hooks.join("pre-commit").exists());
    assert!(!sandbox.root().join(".git/xtask/bin/xtask").exists());
}

#[test]
fn program_stays_for_hooks_where_git_does_not_look_now() {
    let sandbox = repository();
    installed(&sandbox, &[]);
    sandbox.git(&["config", "core.hooksPath", ".other"]);
    let output = setup(&sandbox, &["--uninstall"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("`<git>/hooks/pre-commit` calls the program, which stays for it"), "{said}");
    assert!(sandbox.root().join(".git/xtask/bin/xtask").exists());
    sandbox.git(&["config", "--unset", "core.hooksPath"]);
    assert!(commit(&sandbox), "the hooks run as before");
    assert_eq!(setup(&sandbox, &["--uninstall"]).status.code(), Some(0));
    assert!(!sandbox.root().join(".git/xtask/bin/xtask").exists());
}

#[test]
fn folder_of_hooks_that_is_a_link_stops_the_hooks_alone() {
    let sandbox = repository();
    std::fs::rename(sandbox.root().join(".git/hooks"), sandbox.root().join("tools")).ok();
    std::fs::create_dir_all(sandbox.root().join("tools")).unwrap();
    symlink("../tools", sandbox.root().join(".git/hooks")).unwrap();
    let output = setup(&sandbox, &[]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("git's hooks folder is a symbolic link to `../tools`"), "{said}");
    assert_eq!(sandbox.output(["setup", "contributing", "-q"]).status.code(), Some(0));
}

#[test]
fn hooks_that_would_run_twice_are_reported() {
    let sandbox = repository();
    installed(&sandbox, &[]);
    sandbox.write("lefthook.yml", "pre-commit:\n  commands:\n    xtask: { run: xtask hook pre-commit }\n");
    let output = setup(&sandbox, &["--check"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("hooks run twice: lefthook calls xtask"));
    assert_eq!(setup(&sandbox, &["--uninstall"]).status.code(), Some(0));
    assert_eq!(setup(&sandbox, &["--check"]).status.code(), Some(0));
}

#[test]
fn a_link_is_left_alone_and_said() {
    let sandbox = repository();
    sandbox.write(".git/hooks/readme", "");
    symlink("../../run-me", sandbox.root().join(".git/hooks/pre-commit")).unwrap();
    let before = state(&sandbox);
    let output = setup(&sandbox, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stdout).contains("symbolic link to `../../run-me`"));
    assert_eq!(state(&sandbox)[".git/hooks/pre-commit"], before[".git/hooks/pre-commit"]);
    assert_eq!(setup(&sandbox, &["--uninstall"]).status.code(), Some(0));
    assert_eq!(state(&sandbox), before);
}

#[test]
fn worktrees_share_the_hooks_and_the_program() {
    let sandbox = repository();
    sandbox.git(&["worktree", "add", "-q", "-b", "other", "../other tree"]);
    let other = sandbox.root().parent().unwrap().join("other tree");
    let output = sandbox.output(["setup", "hooks", "-q", "--repo", other.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::write(sandbox.root().join(".git/xtask/bin/xtask"), PROGRAM).unwrap();
    for place in [sandbox.root(), other] {
        std::fs::write(place.join("x"), "x").unwrap();
        let git = |args: &[&str]| sandbox.command("git").current_dir(&place).args(args).output().unwrap();
        assert!(git(&["add", "x"]).status.success());
        assert!(git(&["commit", "-q", "-m", "x"]).status.success());
        assert!(calls(&sandbox).starts_with("xtask hook pre-commit\n"), "{}", place.display());
    }
}

#[test]
fn without_a_program_a_commit_is_refused_with_one_line() {
    let sandbox = repository();
    installed(&sandbox, &[]);
    std::fs::remove_file(sandbox.root().join(".git/xtask/bin/xtask")).unwrap();
    sandbox.write("x", "x\n");
    sandbox.git(&["add", "x"]);
    let git = sandbox.git(&["--exec-path"]);
    let path = format!("/usr/bin:/bin:{}", git.trim());
    let output = sandbox.command("git").env("PATH", path).args(["commit", "-q", "-m", "x"]).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(
        said,
        "xtask: pre-commit is refused: the program `xtask` is gone; install it (see CONTRIBUTING.md), then run `xtask setup hooks`\n"
    );
    let output = setup(&sandbox, &["--check"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("install <git>/xtask/bin/xtask, "));
}

#[test]
fn an_older_program_is_reported_and_renewed() {
    let sandbox = repository();
    installed(&sandbox, &[]);
    assert_eq!(setup(&sandbox, &["--check"]).status.code(), Some(0));
    sandbox.write(".git/xtask/bin/xtask.json", r#"{"protocol":0,"tool":"xtask 0.0.1","optimised":true}"#);
    let output = setup(&sandbox, &["--check"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("of an older version"));
    installed(&sandbox, &[]);
    assert_eq!(setup(&sandbox, &["--check"]).status.code(), Some(0));
}

#[test]
fn lines_that_the_user_adds_below_a_block_run_and_stay() {
    let sandbox = repository();
    installed(&sandbox, &[]);
    for name in ["pre-commit", "pre-push"] {
        let path = format!(".git/hooks/{name}");
        let text = sandbox.read(&path) + HOST.trim_start_matches("#!/bin/sh\n");
        sandbox.write(&path, text);
    }
    assert!(commit(&sandbox));
    assert_eq!(
        calls(&sandbox),
        "xtask hook pre-commit\nhost pre-commit \nxtask hook commit-msg .git/COMMIT_EDITMSG\n"
    );
    sandbox.git(&["push", "-q", "origin", "HEAD:refs/heads/main"]);
    assert_eq!(
        calls(&sandbox),
        format!("{OUR_PUSH}host pre-push origin ../remote.git\nhost reads HEAD HEAD refs/heads/main NONE\n")
    );
    assert_eq!(setup(&sandbox, &["--uninstall"]).status.code(), Some(0));
    assert_eq!(sandbox.read(".git/hooks/pre-commit"), HOST);
    assert!(!sandbox.root().join(".git/hooks/commit-msg").exists());
}

#[test]
fn only_the_hooks_of_the_settings_are_installed_and_others_go() {
    let sandbox = repository();
    installed(&sandbox, &[]);
    sandbox.write("xtask.toml", "[setup]\nhooks = [\"commit-msg\"]\n");
    installed(&sandbox, &[]);
    let hooks: Vec<String> = state(&sandbox)
        .into_keys()
        .filter(|name| name.starts_with(".git/hooks/") && !name.contains(".sample"))
        .collect();
    assert_eq!(hooks, [".git/hooks/commit-msg"]);
}

#[test]
fn branches_with_hostile_names_reach_the_program_as_they_are() {
    let sandbox = repository();
    installed(&sandbox, &[]);
    let branch = "refs/heads/x$(touch${IFS}gone)`touch${IFS}gone`;'\"";
    sandbox.git(&["push", "-q", "origin", &format!("HEAD:{branch}")]);
    assert!(calls(&sandbox).contains(&format!("xtask reads HEAD HEAD {branch} NONE\n")));
    assert!(!sandbox.root().join("gone").exists());
}

/// The program is stopped at every step of its journal; what recovery leaves is before or after.
#[cfg(feature = "faults")]
#[test]
fn killed_at_any_step_hooks_are_as_before_or_as_after() {
    let kinds: [fn(&Sandbox); 2] = [
        |sandbox| HOOKS.iter().for_each(|name| hook(sandbox, name, PYTHON, 0o750)),
        |sandbox| hook(sandbox, "pre-push", HOST, 0o755),
    ];
    for arrange in kinds {
        for uninstall in [false, true] {
            let prepared = || {
                let sandbox = repository();
                arrange(&sandbox);
                if uninstall {
                    assert_eq!(setup(&sandbox, &[]).status.code(), Some(0));
                }
                sandbox
            };
            let more: &[&str] = if uninstall { &["--uninstall"] } else { &[] };
            let sandbox = prepared();
            let before = state(&sandbox);
            assert_eq!(setup(&sandbox, more).status.code(), Some(0));
            let after = state(&sandbox);
            let mut stopped = 0;
            for step in 1.. {
                let sandbox = prepared();
                let mut command = sandbox.command(env!("CARGO_BIN_EXE_xtask"));
                command.env("XTASK_FAULTS", format!("stop={step}"));
                let output = command.args(["setup", "hooks", "-q"]).args(more).output().unwrap();
                if output.status.success() {
                    break;
                }
                stopped += 1;
                sandbox.output(["undo", "--recover"]);
                let now = state(&sandbox);
                assert!(now == before || now == after, "step {step}: {:?}", now.keys());
                assert_eq!(setup(&sandbox, more).status.code(), Some(0), "step {step}");
                assert_eq!(state(&sandbox), after, "step {step}: the next command works");
            }
            assert!(stopped > 5, "{stopped} steps");
        }
    }
}
