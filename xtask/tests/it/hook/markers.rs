//! Conflict markers of the size that git writes, and debugging that only moves.

use super::*;

fn conflict(size: usize) -> String {
    let signs = |sign: &str| sign.repeat(size);
    format!("{} HEAD\nb\n{}\nc\n{} side\n", signs("<"), signs("="), signs(">"))
}

#[test]
fn markers_have_the_size_of_the_attributes() {
    let sandbox = Sandbox::hooked();
    let attributes = "*.txt conflict-marker-size=12\n*.cfg conflict-marker-size=none\n";
    assert_eq!(sandbox.commit_file(".gitattributes", attributes), (true, vec![]));
    let marked = vec!["conflict-marker".to_owned()];
    assert_eq!(sandbox.commit_file("a.txt", conflict(7)), (true, vec![]), "git would write twelve");
    assert_eq!(sandbox.commit_file("b.txt", conflict(12)), (false, marked.clone()));
    sandbox.git(&["rm", "-q", "-f", "b.txt"]);
    assert_eq!(sandbox.commit_file("c.md", conflict(7)), (false, marked.clone()));
    sandbox.git(&["rm", "-q", "-f", "c.md"]);
    assert_eq!(sandbox.commit_file("d.cfg", conflict(7)), (false, marked), "as git takes it: the usual size");
}

#[test]
fn conflict_that_is_left_in_a_code_block_is_told() {
    let sandbox = Sandbox::hooked();
    let write = |word: &str| sandbox.write("x.md", format!("# A\n\n```sh\n{word}\n```\n"));
    write("one");
    sandbox.git(&["add", "-A"]);
    sandbox.git(&["commit", "-q", "-m", "base"]);
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    write("two");
    sandbox.git(&["commit", "-q", "-am", "side"]);
    sandbox.git(&["checkout", "-q", "-"]);
    write("six");
    sandbox.git(&["commit", "-q", "-am", "own"]);
    assert!(!sandbox.run(&["merge", "-q", "side"]).status.success());
    sandbox.git(&["add", "x.md"]);
    let refused = sandbox.run(&["commit", "-q", "--no-edit"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("x.md:4: a conflict marker is left"), "{said}");
    write("eight");
    sandbox.git(&["add", "x.md"]);
    assert!(sandbox.run(&["commit", "-q", "--no-edit"]).status.success());
}

#[test]
fn settings_behind_a_link_count() {
    let sandbox = Sandbox::hooked();
    sandbox.write("conf/x.toml", "[hook]\ndisable = [\"trailing-blanks\"]\n");
    std::os::unix::fs::symlink("conf/x.toml", sandbox.root().join("xtask.toml")).unwrap();
    sandbox.write("a.txt", "blank \n");
    sandbox.git(&["add", "-A"]);
    let done = sandbox.run(&["commit", "-q", "-m", "x"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn statement_for_debugging_that_moves_with_its_file_is_not_new() {
    let sandbox = Sandbox::hooked();
    let debug = vec!["-debug".to_owned()];
    assert_eq!(sandbox.commit_file("a.py", "x = 1\nbreakpoint()\n"), (true, debug));
    sandbox.git(&["mv", "a.py", "b.py"]);
    assert_eq!(sandbox.try_commit(&[]), (true, String::new()));
}
