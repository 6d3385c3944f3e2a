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
fn statement_for_debugging_that_moves_with_its_file_is_not_new() {
    let sandbox = Sandbox::hooked();
    let debug = vec!["-debug".to_owned()];
    assert_eq!(sandbox.commit_file("a.py", "x = 1\nbreakpoint()\n"), (true, debug));
    sandbox.git(&["mv", "a.py", "b.py"]);
    assert_eq!(sandbox.try_commit(&[]), (true, String::new()));
}
