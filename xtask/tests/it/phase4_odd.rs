//! `setup` where something is not as usual: a broken copy of the program, a hooks folder that is none, a guide for
//! contributors of another name.

use std::os::unix::fs::PermissionsExt;

use crate::sandbox::{self, Sandbox};

const BIN: &str = env!("CARGO_BIN_EXE_xtask");

fn said(sandbox: &Sandbox, args: &[&str]) -> (i32, String) {
    let output = sandbox.output(args.iter().copied());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code().unwrap_or(-1), text)
}

#[test]
fn a_copy_that_is_not_the_program_is_reported_and_repaired() {
    let sandbox = Sandbox::from_fixture("tiny-notes").with_git_version(sandbox::WITH_HOOK_FILES);
    assert_eq!(said(&sandbox, &["setup", "hooks", "-q"]).0, 0);
    assert_eq!(said(&sandbox, &["setup", "hooks", "--check"]).0, 0);
    let copy = sandbox.root().join(".git/xtask/bin/xtask");
    let program = std::fs::read(&copy).unwrap();
    for broken in ["", "#!/bin/sh\nexit 0\n"] {
        std::fs::write(&copy, broken).unwrap();
        let (code, text) = said(&sandbox, &["setup", "hooks", "--check"]);
        assert_eq!(code, 1, "{text}");
        assert!(text.contains("repair <git>/xtask/bin/xtask"), "{text}");
        let (code, text) = said(&sandbox, &["setup", "hooks", "-q"]);
        assert!(code == 0 && text.contains("repair <git>/xtask/bin/xtask"), "{text}");
        assert!(std::fs::read(&copy).unwrap() == program);
        assert_eq!(said(&sandbox, &["setup", "hooks", "--check"]).0, 0);
    }
}

#[test]
fn a_hooks_folder_that_is_none_stops_the_hooks_alone() {
    for (path, why) in [("/dev/null", "is no folder"), ("/nowhere/at/all", "is not there")] {
        let sandbox = Sandbox::from_fixture("tiny-notes").with_git_version(sandbox::WITH_HOOK_FILES);
        sandbox.git(&["config", "core.hooksPath", path]);
        let (code, text) = said(&sandbox, &["setup", "hooks", "--into-hooks-path", "-q"]);
        assert_eq!(code, 2, "{text}");
        assert!(text.contains(&format!("not done: hooks: git looks for hooks in `{path}`")), "{text}");
        assert!(text.contains(why) && text.contains("git config --local --unset core.hooksPath"), "{text}");
        let (code, text) = said(&sandbox, &["setup", "contributing", "-q"]);
        assert_eq!(code, 0, "{text}");
        assert!(sandbox.read("CONTRIBUTING.md").contains("## Maintenance"));
        assert_eq!(said(&sandbox, &["setup", "contributing", "--uninstall", "-q"]).0, 0);
    }
}

#[test]
fn a_guide_for_contributors_is_used_in_any_case_and_one_in_another_format_is_left_alone() {
    let sandbox = Sandbox::from_fixture("tiny-notes").with_git_version(sandbox::WITH_HOOK_FILES);
    sandbox.write("docs/contributing.md", "# How to help\n");
    assert_eq!(said(&sandbox, &["setup", "contributing", "-q"]).0, 0);
    assert!(sandbox.read("docs/contributing.md").starts_with("# How to help\n"));
    assert!(sandbox.read("docs/contributing.md").contains("## Maintenance"));
    assert!(!sandbox.root().join("CONTRIBUTING.md").exists());
    assert_eq!(said(&sandbox, &["setup", "contributing", "--check"]).0, 0);
    assert_eq!(said(&sandbox, &["setup", "contributing", "--uninstall", "-q"]).0, 0);
    assert_eq!(sandbox.read("docs/contributing.md"), "# How to help\n");

    let sandbox = Sandbox::from_fixture("tiny-notes").with_git_version(sandbox::WITH_HOOK_FILES);
    sandbox.write("CONTRIBUTING.rst", "How to help\n===========\n");
    let (code, text) = said(&sandbox, &["setup", "contributing", "-q"]);
    assert!(code == 0 && text.contains("`CONTRIBUTING.rst` is there"), "{text}");
    assert!(!sandbox.root().join("CONTRIBUTING.md").exists());
    assert_eq!(said(&sandbox, &["setup", "contributing", "--force", "-q"]).0, 0);
    assert!(sandbox.read("CONTRIBUTING.md").contains("## Maintenance"));
    assert_eq!(said(&sandbox, &["setup", "contributing", "--check"]).0, 0);
}

#[test]
fn what_stays_after_taking_out_is_said() {
    let sandbox = Sandbox::from_fixture("tiny-notes").with_git_version(sandbox::WITH_HOOK_FILES);
    sandbox.write("xtask.toml", "[hook.except]\ndebug = [\"/a.py\"]\n");
    assert_eq!(said(&sandbox, &["setup", "hooks", "-q"]).0, 0);
    let (code, text) = said(&sandbox, &["setup", "hooks", "--uninstall", "-q"]);
    assert!(code == 0 && text.contains("`[hook.except]` in xtask.toml stays"), "{text}");
}

#[test]
fn blanks_below_a_block_are_nothing_of_the_users() {
    let sandbox = Sandbox::from_fixture("tiny-notes").with_git_version(sandbox::WITH_HOOK_FILES);
    sandbox.write("xtask.toml", "[setup]\ninstall = \"true\"\nrepository = \"owner/name\"\n");
    assert_eq!(said(&sandbox, &["setup", "-q"]).0, 0);
    let paths =
        [".github/workflows/xtask-checks.yml", ".github/workflows/xtask-weekly.yml", ".git/hooks/pre-commit"];
    for path in paths {
        sandbox.write(path, sandbox.read(path) + "\n \n");
    }
    let weekly = sandbox.read(paths[1]) + "# mine\n";
    sandbox.write(paths[1], weekly);
    let (code, text) = said(&sandbox, &["setup", "--uninstall", "-q"]);
    assert_eq!(code, 0, "{text}");
    assert!(!sandbox.root().join(paths[0]).exists() && !sandbox.root().join(paths[2]).exists(), "{text}");
    assert_eq!(sandbox.read(paths[1]), "\n \n# mine\n");
    assert!(text.contains("xtask-weekly.yml` keeps your lines around the block"), "{text}");
}

#[test]
fn lfs_needs_a_hook_that_calls_it() {
    let sandbox = Sandbox::from_fixture("tiny-notes").with_git_version(sandbox::WITH_HOOK_FILES);
    sandbox.write(".gitattributes", "*.big filter=lfs diff=lfs merge=lfs -text\n");
    let silent = "`git lfs update --manual` shows the lines";
    assert!(said(&sandbox, &["setup", "hooks", "--check"]).1.contains(silent));
    sandbox.write(".git/hooks/pre-push", "#!/bin/sh\ngit lfs pre-push \"$@\"\n");
    assert!(!said(&sandbox, &["setup", "hooks", "--check"]).1.contains(silent));
    sandbox.git(&["config", "core.fileMode", "true"]);
    assert_eq!(said(&sandbox, &["setup", "hooks", "-q"]).0, 0);
    assert!(!said(&sandbox, &["setup", "hooks", "--check"]).1.contains(silent), "it was kept, and is called");
}

#[test]
fn dry_run_as_json_is_json_and_writes_nothing() {
    let sandbox = Sandbox::from_fixture("tiny-notes").with_git_version(sandbox::WITH_HOOK_FILES);
    let before = sandbox.state();
    let told = sandbox.json(["setup", "contributing", "--dry-run"]);
    assert_eq!(told["result"]["applied"], false);
    assert_eq!(told["result"]["edits"][0]["path"], "CONTRIBUTING.md");
    assert_eq!(sandbox.state(), before);
    assert_eq!(said(&sandbox, &["setup", "contributing", "-q"]).0, 0);
    let before = sandbox.state();
    let told = sandbox.json(["undo", "--dry-run"]);
    assert_eq!((&told["command"], &told["result"]["applied"]), (&"undo".into(), &false.into()));
    assert_eq!(sandbox.state(), before);
}

#[test]
fn interrupted_before_it_writes_it_wrote_nothing() {
    let sandbox = Sandbox::from_fixture("tiny-notes").with_git_version(sandbox::WITH_HOOK_FILES);
    let before = sandbox.state();
    // Asked for its version, this git interrupts who asks and goes on until the wish is passed to it.
    let tools = sandbox.root().parent().unwrap().join("tools");
    std::fs::create_dir(&tools).unwrap();
    let git = "#!/bin/sh\ncase \" $* \" in *' version '*) kill -INT \"$PPID\"; n=0; \
               while [ $n -lt 1000000 ]; do n=$((n+1)); done ;; esac\n\
               PATH=${PATH#*:} exec git \"$@\"\n";
    std::fs::write(tools.join("git"), git).unwrap();
    std::fs::set_permissions(tools.join("git"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let output = sandbox.command(BIN).args(["phase4"]).env("PATH", path).output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(sandbox.state(), before);
}
