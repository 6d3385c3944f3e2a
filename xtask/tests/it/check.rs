//! `check`, from end to end.

use crate::sandbox::Sandbox;

fn sound() -> Sandbox {
    let sandbox = Sandbox::init();
    sandbox.write("pkg/__init__.py", "");
    sandbox.write("pkg/old.py", "def run():\n    pass\n");
    sandbox.write("app.py", "from pkg.old import run\n\nrun()\n");
    sandbox.write("README.md", "See [the module](pkg/old.py), `pkg/old.py`.\n");
    sandbox.commit("write");
    sandbox
}

#[test]
fn sound_repository_passes() {
    let told = sound().xtask(["check"]);
    assert!(told.starts_with("exit: 0") && told.contains("nothing is broken"), "{told}");
}

#[test]
fn what_a_move_breaks_is_told_with_the_command_that_mends_it() {
    let sandbox = sound();
    sandbox.git(&["mv", "pkg/old.py", "pkg/fresh.py"]);
    let before = sandbox.state();
    let told = sandbox.xtask(["check", "--staged"]);
    let expected = [
        "exit: 1",
        "app.py:1: `from pkg.old import run`: no such module",
        "write `from pkg.fresh import run`",
        "README.md:1: link to `pkg/old.py` leads to no file (moved, not committed yet); write `pkg/fresh.py`",
        "mend: xtask validate imports --fix",
    ];
    for words in expected {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert_eq!(sandbox.state(), before, "nothing is written");
    sandbox.commit("move");
    let told = sandbox.xtask(["check"]);
    assert!(told.contains("no such module (moved in "), "{told}");
}

#[test]
fn what_was_broken_before_the_base_passes() {
    let sandbox = sound();
    sandbox.write("docs/a.md", "[x](gone.md)\n");
    sandbox.commit("broken");
    sandbox.git(&["branch", "base"]);
    sandbox.write("docs/b.md", "fine\n");
    sandbox.commit("more");
    let told = sandbox.xtask(["check", "--base", "base"]);
    assert!(told.starts_with("exit: 0"), "{told}");
    assert!(told.contains("docs/a.md:1: before: link to `gone.md` leads to no file"), "{told}");
    let answer = sandbox.json(["check", "--base", "base.."]);
    assert_eq!(answer["result"]["findings"][0]["new"], false);
    assert_eq!(answer["result"]["findings"][0]["level"], "warn");
    assert_eq!(sandbox.output(["check"]).status.code(), Some(1));
}

#[test]
fn base_that_is_no_revision_is_said() {
    let told = sound().xtask(["check", "--base", "nowhere"]);
    assert!(told.starts_with("exit: 2") && told.contains("`nowhere` names no commit"), "{told}");
}

#[test]
fn repository_without_a_commit_is_checked() {
    let sandbox = Sandbox::init();
    sandbox.write("a.md", "[x](gone.md)\n");
    sandbox.git(&["add", "-A"]);
    assert_eq!(sandbox.output(["check"]).status.code(), Some(1));
    assert_eq!(sandbox.output(["check", "--staged"]).status.code(), Some(1));
}

#[test]
fn github_gets_what_is_broken_beside_its_line_and_as_a_table() {
    let sandbox = Sandbox::init();
    sandbox.write("README.md", "# A\n\n[gone](docs/gone%2Cnow.md)\n");
    sandbox.commit("a link that leads nowhere");
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_xtask"));
    command.args(["check", "-q"]).env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", "../summary.md");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout), @"
    README.md:3: link to `docs/gone%2Cnow.md` leads to no file
    1 file checked: 1 broken
    ::error file=README.md,line=3,title=broken-link::link to `docs/gone%252Cnow.md` leads to no file
    ");
    insta::assert_snapshot!(sandbox.read("../summary.md"), @r"
    ### Checks: 1 broken, 0 warnings

    | place | what is wrong | what mends it |
    | --- | --- | --- |
    | `README.md:3` | link to \`docs/gone%2Cnow.md\` leads to no file | |
    ");
}
