//! `hook pre-commit --fix`.

use super::*;

#[test]
fn fix_mends_the_index_and_keeps_unstaged_edits() {
    let sandbox = Sandbox::hooked();
    sandbox.write("a.txt", "one \ntwo\nthree\nfour\nfive");
    sandbox.write("b.txt", "blank \n");
    sandbox.git(&["add", "."]);
    sandbox.write("a.txt", "one \ntwo\nthree and mine\nfour\nfive");
    sandbox.write("b.txt", "blank and mine \n");
    let before = sandbox.state();
    let patch = sandbox.output(["hook", "pre-commit", "--fix"]);
    assert_eq!(sandbox.state(), before, "a patch is only shown");
    let mut apply = sandbox.command("git");
    let mut child = apply.args(["apply", "--cached", "--check", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), &patch.stdout).unwrap();
    assert!(child.wait().unwrap().success(), "{}", String::from_utf8_lossy(&patch.stdout));
    insta::assert_snapshot!(sandbox.xtask(["hook", "pre-commit", "--fix", "--apply"]), @"
    exit: 0
    -- stdout
    mended a.txt
    mended b.txt
    left the work tree's `b.txt` as it is: it differs from what is staged in the same lines, by unstaged edits or by a filter of git
    -- stderr
    ");
    assert_eq!(sandbox.git(&["show", ":a.txt"]), "one\ntwo\nthree\nfour\nfive\n");
    assert_eq!(sandbox.git(&["show", ":b.txt"]), "blank\n");
    assert_eq!(sandbox.read("a.txt"), "one\ntwo\nthree and mine\nfour\nfive\n");
    assert_eq!(sandbox.read("b.txt"), "blank and mine \n");
    let after = sandbox.state();
    sandbox.xtask(["hook", "pre-commit", "--fix", "--apply"]);
    assert_eq!(sandbox.state(), after, "twice is once");
    assert!(sandbox.try_commit(&[]).0);
}

#[test]
fn fix_mends_files_whose_line_ends_git_changes_on_the_way() {
    let sandbox = Sandbox::hooked();
    sandbox.git(&["config", "core.autocrlf", "true"]);
    sandbox.write("a.txt", "one \r\ntwo\r\n");
    sandbox.write("b.txt", "one \r\ntwo\r\nthree\r\n");
    sandbox.git(&["add", "."]);
    sandbox.write("b.txt", "one \r\ntwo\r\nthree and mine\r\n");
    let output = sandbox.output(["hook", "pre-commit", "--fix", "--apply"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "mended a.txt\nmended b.txt\n");
    assert_eq!(sandbox.git(&["show", ":a.txt"]), "one\ntwo\n");
    assert_eq!(sandbox.read("a.txt"), "one\r\ntwo\r\n");
    assert_eq!(sandbox.read("b.txt"), "one\r\ntwo\r\nthree and mine\r\n");
}

#[test]
fn fix_keeps_what_git_was_told_to_pass_over() {
    let sandbox = Sandbox::hooked();
    sandbox.write("a.txt", "a\n");
    sandbox.write("b.txt", "b\n");
    sandbox.git(&["add", "-A"]);
    sandbox.git(&["commit", "-q", "-m", "base"]);
    for name in ["a.txt", "b.txt"] {
        sandbox.write(name, "blank \n");
        sandbox.git(&["add", name]);
    }
    sandbox.git(&["update-index", "--skip-worktree", "a.txt"]);
    sandbox.git(&["update-index", "--assume-unchanged", "b.txt"]);
    let before = sandbox.git(&["ls-files", "-v", "a.txt", "b.txt"]);
    assert_eq!(before, "S a.txt\nh b.txt\n");
    assert_eq!(sandbox.output(["hook", "pre-commit", "--fix", "--apply"]).status.code(), Some(0));
    assert_eq!(sandbox.git(&["ls-files", "-v", "a.txt", "b.txt"]), before);
    assert_eq!(sandbox.git(&["show", ":a.txt", ":b.txt"]), "blank\nblank\n");
}
