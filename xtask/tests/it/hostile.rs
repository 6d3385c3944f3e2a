//! Repositories that would have the tool run, read or write what is not theirs, and those that lack what it reads.

use std::os::unix::fs::symlink;

use crate::sandbox::Sandbox;

#[test]
fn no_filter_of_a_submodule_is_run() {
    let sandbox = Sandbox::init();
    sandbox.git(&["init", "-q", "-b", "main", "../inner"]);
    let inner = sandbox.root().parent().unwrap().join("inner");
    std::fs::write(inner.join("a.txt"), "a\n").unwrap();
    std::fs::write(inner.join(".gitattributes"), "a.txt filter=loud\n").unwrap();
    let at = inner.display().to_string();
    sandbox.git(&["-C", &at, "add", "-A"]);
    sandbox.git(&[
        "-C",
        &at,
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@example.invalid",
        "commit",
        "-qm",
        "a",
    ]);
    sandbox.write("notes/a.md", "# A\n\nSee `gone/a.py`.\n");
    sandbox.git(&["-c", "protocol.file.allow=always", "submodule", "add", "-q", &at, "inner"]);
    sandbox.commit("with a submodule");
    let canary = sandbox.root().join("../canary").display().to_string();
    sandbox.git(&["-C", "inner", "config", "filter.loud.clean", &format!("touch '{canary}'; cat")]);
    // As long as before, so that only its content tells whether it changed.
    sandbox.write("inner/a.txt", "b\n");
    for command in [&["check"][..], &["consolidate", "plan"], &["phase2", "--static"]] {
        sandbox.xtask(command.iter().copied());
        assert!(!std::path::Path::new(&canary).exists(), "{command:?}");
    }
    sandbox.git(&["-C", "inner", "status"]);
    assert!(std::path::Path::new(&canary).exists(), "git itself would run it");
}

#[test]
fn what_others_did_is_taken_back_whatever_the_settings_say() {
    let sandbox = Sandbox::init();
    sandbox.write("pkg/__init__.py", "");
    sandbox.write("pkg/old.py", "def run():\n    pass\n");
    sandbox.write("app.py", "from pkg.old import run\n");
    sandbox.commit("write");
    sandbox.git(&["mv", "pkg/old.py", "pkg/fresh.py"]);
    sandbox.commit("move");
    let before = sandbox.state();
    sandbox.xtask(["validate", "imports", "--fix"]);
    sandbox.write("xtask.toml", "[x\n");
    let told = sandbox.xtask(["undo"]);
    assert!(told.starts_with("exit: 0") && told.contains("without the settings: `xtask.toml`"), "{told}");
    std::fs::remove_file(sandbox.root().join("xtask.toml")).unwrap();
    assert_eq!(sandbox.state(), before);
}

#[test]
fn nothing_is_fetched_through_a_link() {
    let sandbox = Sandbox::init();
    sandbox.write("a.txt", "a\n");
    sandbox.commit("a");
    let outside = sandbox.root().parent().unwrap().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::create_dir_all(sandbox.root().join(".git/xtask")).unwrap();
    symlink(&outside, sandbox.root().join(".git/xtask/upstream")).unwrap();
    let address = format!("file://{}", sandbox.root().display());
    let told = sandbox.xtask(["upstream", "--upstream", &address, "--fetch"]);
    assert!(
        told.starts_with("exit: 2") && told.contains("is a link: nothing is fetched through it"),
        "{told}"
    );
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
}

#[test]
fn a_runner_obeys_nothing_that_a_name_says() {
    let sandbox = Sandbox::init();
    sandbox.write("tests/a##[error]b.md", "# A\n\n[c](gone.md)\n");
    sandbox.commit("a");
    let said = |args: &[&str]| {
        let output =
            sandbox.command(env!("CARGO_BIN_EXE_xtask")).args(args).env("GITHUB_ACTIONS", "true").output();
        String::from_utf8_lossy(&output.unwrap().stdout).into_owned()
    };
    let text = said(&["check"]);
    assert!(text.contains("a##\u{200b}[error]b.md") && !text.contains("##["), "{text}");
    let json = said(&["check", "--format", "json"]);
    assert!(!json.contains("##["), "{json}");
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["result"]["findings"][0]["path"], "tests/a##[error]b.md");
}

#[test]
fn new_note_in_a_clone_that_lacks_others_is_committed() {
    let sandbox = Sandbox::init();
    let long = "The heater is switched on at six and off at nine, each day, by the keeper of the house. ";
    sandbox.write("docs/far.md", format!("# Far\n\n{}\n", long.repeat(4)));
    sandbox.write("notes/near.md", format!("# Near\n\n{}\n", long.repeat(3)));
    sandbox.commit("notes");
    sandbox.git(&["config", "uploadpack.allowFilter", "true"]);
    let source = format!("file://{}", sandbox.root().display());
    sandbox.git(&["clone", "-q", "--filter=blob:none", "--sparse", &source, "../partial"]);
    let partial = sandbox.root().parent().unwrap().join("partial");
    let at = partial.display().to_string();
    sandbox.git(&["-C", &at, "sparse-checkout", "set", "notes"]);
    sandbox.git(&["-C", &at, "remote", "set-url", "origin", "file:///nowhere"]);
    std::fs::write(partial.join("notes/new.md"), "# New\n\nA word of its own.\n").unwrap();
    sandbox.git(&["-C", &at, "add", "notes/new.md"]);
    let bin = env!("CARGO_BIN_EXE_xtask");
    let hook = sandbox.command(bin).current_dir(&partial).args(["hook", "pre-commit"]).output().unwrap();
    let told = String::from_utf8_lossy(&hook.stdout).into_owned() + &String::from_utf8_lossy(&hook.stderr);
    assert_eq!(hook.status.code(), Some(0), "{told}");
    assert!(told.contains("new notes are not compared with all others: this partial clone lacks"), "{told}");
}
