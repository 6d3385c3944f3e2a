//! Commits whose objects lie where the environment of git says.

use super::*;

#[test]
fn what_is_staged_into_another_folder_of_objects_is_judged() {
    let sandbox = Sandbox::hooked();
    let folder = tempfile::tempdir().unwrap();
    let own = sandbox.root().join(".git/objects");
    let run = |args: &[&str]| {
        let mut command = sandbox.as_committer("git");
        command.env("GIT_OBJECT_DIRECTORY", folder.path()).env("GIT_ALTERNATE_OBJECT_DIRECTORIES", &own);
        command.args(args).output().unwrap()
    };
    sandbox.write("blanks.txt", "a \n");
    assert!(run(&["add", "-A"]).status.success());
    let refused = run(&["commit", "-q", "-m", "one"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("blanks.txt:1: "), "{said}");

    sandbox.write("blanks.txt", "a\n");
    sandbox.write("notes/b.md", "# B\n\nSee [one](a.md).\n");
    assert!(run(&["add", "-A"]).status.success());
    let made = run(&["commit", "-q", "-m", "two"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}
