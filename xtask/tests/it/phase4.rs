//! `setup`, which is `phase4`: over each kind of repository, in and out again.

use crate::sandbox::{self, Sandbox};

const ORIGIN: &str = "https://github.com/owner/name.git";
const SETTINGS: &str = "[setup]\ninstall = \"python3 -m pip install xtask\"\n";

/// A repository at a host, with a way to install the tool.
fn hosted(name: &str) -> Sandbox {
    let sandbox = Sandbox::from_fixture(name).with_git_version(sandbox::WITH_HOOK_FILES);
    sandbox.git(&["config", "remote.origin.url", ORIGIN]);
    sandbox.write("xtask.toml", SETTINGS);
    sandbox.commit("Settings");
    sandbox
}

fn code(sandbox: &Sandbox, args: &[&str]) -> i32 {
    let output = sandbox.output(args.iter().copied());
    output.status.code().unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn workflows_and_contributing_go_in_once_and_out_again_byte_for_byte() {
    let contributing: [&[u8]; 4] = [
        b"# Contributing\n\nBe kind.\n",
        b"# Contributing\r\n\r\nBe kind.\r\n",
        b"no line end",
        b"latin \xe9\n",
    ];
    for text in contributing {
        let sandbox = hosted("tiny-notes");
        sandbox.write(".github/CONTRIBUTING.md", text);
        sandbox.commit("Contributing");
        let before = sandbox.files();
        assert_eq!(code(&sandbox, &["setup", "--check"]), 1);
        assert_eq!(sandbox.files(), before, "a check writes nothing");
        assert_eq!(code(&sandbox, &["setup", "--dry-run"]), 0);
        assert_eq!(sandbox.files(), before, "a dry run writes nothing");
        assert_eq!(code(&sandbox, &["phase4"]), 0);
        let after = sandbox.files();
        for path in [".github/workflows/xtask-checks.yml", ".github/workflows/xtask-weekly.yml"] {
            assert!(after.contains_key(path), "{path}");
        }
        assert!(after[".github/CONTRIBUTING.md"].1.starts_with(text));
        assert_eq!(code(&sandbox, &["setup", "--check"]), 0);
        assert_eq!(code(&sandbox, &["setup"]), 0);
        assert_eq!(sandbox.files(), after, "twice is once");
        assert_eq!(code(&sandbox, &["setup", "--uninstall"]), 0);
        assert_eq!(sandbox.files(), before);
    }
}

#[test]
fn what_is_found_today_is_shown_before_a_gate_is_written() {
    let sandbox = hosted("lab-fork");
    insta::assert_snapshot!(sandbox.xtask(["phase4", "-q"]));
}

#[test]
fn lines_that_the_user_wrote_around_the_blocks_stay() {
    let sandbox = hosted("tiny-notes");
    assert_eq!(code(&sandbox, &["setup"]), 0);
    let job = "  mine:\n    runs-on: x\n";
    let workflow = ".github/workflows/xtask-checks.yml";
    let text = sandbox.read(workflow);
    sandbox.write(workflow, format!("{text}{job}"));
    sandbox.write("xtask.toml", "[setup]\ninstall = \"other\"\n");
    assert_eq!(code(&sandbox, &["setup"]), 0);
    assert!(sandbox.read(workflow).ends_with(job) && sandbox.read(workflow).contains("          other\n"));
    assert_eq!(code(&sandbox, &["setup", "--uninstall"]), 0);
    assert_eq!(sandbox.read(workflow), job);
}

#[test]
fn what_somebody_edited_or_wrote_is_left_and_said() {
    let sandbox = hosted("tiny-notes");
    sandbox.write(".github/workflows/xtask-weekly.yml", "name: mine\n");
    assert_eq!(code(&sandbox, &["setup", "workflows"]), 2);
    assert_eq!(sandbox.read(".github/workflows/xtask-weekly.yml"), "name: mine\n");
    let checks = ".github/workflows/xtask-checks.yml";
    let edited = sandbox.read(checks).replace("timeout-minutes: 20", "timeout-minutes: 5");
    sandbox.write(checks, &edited);
    insta::assert_snapshot!(sandbox.xtask(["setup", "workflows", "-q"]), @"
    exit: 2
    -- stdout
    nothing to do
    not done: .github/workflows/xtask-checks.yml: the block in `.github/workflows/xtask-checks.yml` was edited by hand
      hint: move your lines out of it, or give them up with `--force`
    not done: .github/workflows/xtask-weekly.yml: `.github/workflows/xtask-weekly.yml` was not written by xtask
      hint: move it away, or overwrite it with `--force`
    -- stderr
    ");
    assert_eq!(sandbox.read(checks), edited);
    assert_eq!(code(&sandbox, &["setup", "workflows", "--uninstall"]), 2);
    assert_eq!(sandbox.read(checks), edited);
    assert_eq!(code(&sandbox, &["setup", "workflows", "--force"]), 0);
    assert!(sandbox.read(checks).contains("timeout-minutes: 20"));
    assert!(sandbox.read(".github/workflows/xtask-weekly.yml").contains("name: xtask weekly"));
    assert_eq!(code(&sandbox, &["undo"]), 0);
    assert_eq!(sandbox.read(".github/workflows/xtask-weekly.yml"), "name: mine\n");
}

#[test]
fn names_that_would_mean_something_to_a_workflow_get_into_none() {
    for address in [
        "https://github.com/owner/$(id)",
        "https://github.com/owner/${{ github.token }}",
        "https://github.com/owner/name';id;'",
        "/srv/`id`/name",
        "https://gitlab.com/owner/name",
    ] {
        let sandbox = hosted("tiny-notes");
        sandbox.git(&["config", "remote.origin.url", address]);
        let before = sandbox.files();
        assert_eq!(code(&sandbox, &["setup", "workflows"]), 2, "{address}");
        assert_eq!(sandbox.files(), before, "{address}");
    }
    let sandbox = hosted("tiny-notes");
    let report = "[validate]\nreport = \"notes/${{ github.token }}.md\"\n";
    sandbox.write("xtask.toml", format!("{SETTINGS}{report}"));
    assert_eq!(code(&sandbox, &["setup", "workflows"]), 2);
}

#[test]
fn a_commit_holds_what_was_written_and_leaves_what_is_staged() {
    let sandbox = hosted("tiny-notes");
    sandbox.write("staged.txt", "staged\n");
    sandbox.git(&["add", "staged.txt"]);
    sandbox.git(&["config", "user.name", "Tester"]);
    sandbox.git(&["config", "user.email", "tester@example.invalid"]);
    assert_eq!(code(&sandbox, &["setup", "--commit"]), 0);
    let committed = sandbox.git(&["show", "--name-only", "--format=%s", "HEAD"]);
    insta::assert_snapshot!(committed, @"
    Set up xtask

    .github/workflows/xtask-checks.yml
    .github/workflows/xtask-weekly.yml
    CONTRIBUTING.md
    ");
    insta::assert_snapshot!(sandbox.git(&["status", "--porcelain"]), @"A  staged.txt");
    assert_eq!(code(&sandbox, &["setup", "--uninstall", "--commit"]), 0);
    assert_eq!(sandbox.git(&["diff", "--name-only", "HEAD~2", "HEAD"]), "");
}

#[test]
fn malformed_markers_and_links_are_left_alone() {
    let sandbox = hosted("tiny-notes");
    sandbox.write("CONTRIBUTING.md", "<!-- xtask:begin id=contributing version=1 hash=0 -->\n");
    insta::assert_snapshot!(sandbox.xtask(["setup", "contributing", "-q"]), @"
    exit: 2
    -- stdout

    -- stderr
    error: cannot set the repository up
      cause: read `CONTRIBUTING.md`
      cause: line 1: the block `contributing` is not closed
    ");
    std::fs::remove_file(sandbox.root().join("CONTRIBUTING.md")).unwrap();
    std::os::unix::fs::symlink("elsewhere.md", sandbox.root().join("CONTRIBUTING.md")).unwrap();
    insta::assert_snapshot!(sandbox.xtask(["setup", "contributing", "-q"]), @"
    exit: 2
    -- stdout
    nothing to do
    not done: CONTRIBUTING.md: `CONTRIBUTING.md` is a symbolic link
    -- stderr
    ");
}

#[test]
fn weekly_issue_is_written_from_the_kept_result() {
    let sandbox = hosted("lab-fork");
    assert_eq!(code(&sandbox, &["setup", "issue"]), 2, "there is no result yet");
    sandbox.output(["phase2", "--static"]);
    let first = sandbox.output(["setup", "issue"]);
    let text = String::from_utf8(first.stdout).unwrap();
    assert!(text.starts_with("<!-- xtask:tracking ahead=34 behind=9 "), "{text}");
    sandbox.write("previous.md", text.replace("behind=9", "behind=2"));
    let second =
        sandbox.output(["setup", "issue", "--previous", "previous.md", "--run", "https://example.org/1"]);
    let text = String::from_utf8(second.stdout).unwrap();
    assert!(text.contains("| commits of upstream that are lacking here | 9 | 7 more |"), "{text}");
}

/// The program is stopped at every step of its journal; what recovery leaves is before or after.
#[cfg(feature = "faults")]
#[test]
fn killed_at_any_step_workflows_and_contributing_are_as_before_or_as_after() {
    for uninstall in [false, true] {
        let prepared = || {
            let sandbox = hosted("tiny-notes");
            sandbox.write("CONTRIBUTING.md", "# Contributing\r\n\r\nBe kind.");
            sandbox.commit("Contributing");
            if uninstall {
                assert_eq!(code(&sandbox, &["setup", "-q"]), 0);
            }
            sandbox
        };
        let args: &[&str] = if uninstall { &["setup", "-q", "--uninstall"] } else { &["setup", "-q"] };
        let sandbox = prepared();
        let before = sandbox.files();
        assert_eq!(code(&sandbox, args), 0);
        let after = sandbox.files();
        let mut stopped = 0;
        for step in 1.. {
            let sandbox = prepared();
            let mut command = sandbox.command(env!("CARGO_BIN_EXE_xtask"));
            command.env("XTASK_FAULTS", format!("stop={step}"));
            if command.args(args).output().unwrap().status.success() {
                break;
            }
            stopped += 1;
            sandbox.output(["undo", "--recover"]);
            let now = sandbox.files();
            assert!(now == before || now == after, "step {step}: {:?}", now.keys());
            assert_eq!(code(&sandbox, args), 0, "step {step}");
            assert_eq!(sandbox.files(), after, "step {step}: the next command works");
        }
        assert!(stopped > 5, "{stopped} steps");
    }
}

#[test]
fn what_the_hook_would_refuse_is_shown_with_settings_that_leave_it_out() {
    let sandbox = hosted("tiny-notes");
    sandbox.write("old [1].txt", "a \n");
    sandbox.write("data/old.json", "{\"a\": 1,}");
    sandbox.commit("Old");
    let output = sandbox.output(["setup", "hooks", "-q"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("2 files hold today what it refuses"), "{said}");
    let lines = said.split_once("xtask.toml:\n\n").expect("an offer").1;
    sandbox.write("xtask.toml", format!("{SETTINGS}\n{lines}"));
    sandbox.write("old [1].txt", "b \n");
    sandbox.write("data/old.json", "{\"b\": 1,}");
    sandbox.git(&["add", "."]);
    assert_eq!(code(&sandbox, &["hook", "pre-commit"]), 0);
    sandbox.write("new.txt", "c \n");
    sandbox.git(&["add", "."]);
    assert_eq!(code(&sandbox, &["hook", "pre-commit"]), 1, "others are judged as ever");
    assert_eq!(code(&sandbox, &["setup", "--uninstall"]), 0);
    let again = sandbox.output(["setup", "hooks", "-q"]);
    assert!(
        !String::from_utf8_lossy(&again.stdout).contains("old [1]"),
        "what is left out is not told again"
    );
}

#[test]
fn many_settings_are_written_by_the_command_itself() {
    let sandbox = hosted("tiny-notes");
    sandbox.write("xtask.toml", SETTINGS);
    for number in 0..25 {
        sandbox.write(&format!("old{number}.txt"), "a \n");
    }
    sandbox.commit("Old");
    let output = sandbox.output(["setup", "hooks", "-q"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("`xtask setup --baseline` writes them"), "{said}");
    assert!(!said.contains("old7.txt"), "{said}");
    assert_eq!(code(&sandbox, &["setup", "hooks", "--baseline", "--check"]), 1);
    assert_eq!(code(&sandbox, &["setup", "hooks", "--baseline"]), 0);
    let settings = String::from_utf8(sandbox.files()["xtask.toml"].1.clone()).unwrap();
    assert!(settings.starts_with(SETTINGS) && settings.contains("\"/old24.txt\""), "{settings}");
    assert_eq!(code(&sandbox, &["setup", "hooks", "--baseline", "--check"]), 0, "twice is once");
    sandbox.write("old7.txt", "b \n");
    sandbox.git(&["add", "."]);
    assert_eq!(code(&sandbox, &["hook", "pre-commit"]), 0);
}
