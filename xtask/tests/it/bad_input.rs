//! Repositories that nobody wishes for: each gets a clear line and a hint, and nothing is lost.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::sandbox::Sandbox;

#[test]
fn empty_repository_is_not_applicable_to_anything() {
    insta::assert_snapshot!(Sandbox::init().xtask(["phase2", "-q"]), @r#"
    exit: 0
    -- stdout
    consolidation  not applicable: there are no notes here
    upstream       not applicable: the repository has no commit yet
    validation     not applicable: no Python or Rust test suite was found
    reports        notes/documentation_consolidation_plan.md, notes/upstream_sync_analysis.md, notes/test_suite_report.md
    next           name them with `include = ["GLOB"]` under `[consolidate]` in xtask.toml
    -- stderr
    "#);
}

#[test]
fn repository_without_upstream_says_how_to_name_one() {
    let sandbox = Sandbox::from_fixture("tiny-notes");
    insta::assert_snapshot!(sandbox.xtask(["upstream", "-q"]), @"
    exit: 0
    -- stdout
    not applicable: no upstream is named and there is no remote `upstream`
    report: notes/upstream_sync_analysis.md
    next: name it: `--upstream REMOTE|REV|URL|PATH`, `[upstream] upstream` in xtask.toml, or `git remote add upstream URL`
    -- stderr
    ");
    let answer = sandbox.json(["upstream"]);
    assert!(answer["result"]["unavailable"].is_string() && answer["result"]["hint"].is_string(), "{answer}");
}

#[test]
fn report_that_somebody_else_wrote_is_left_alone() {
    let sandbox = Sandbox::from_fixture("tiny-ahead");
    sandbox.write("notes/upstream_sync_analysis.md", "# My own analysis\n");
    insta::assert_snapshot!(sandbox.xtask(["upstream", "-q"]), @"
    exit: 2
    -- stdout

    -- stderr
    error: cannot analyse the upstream
      cause: write the report `notes/upstream_sync_analysis.md`
      cause: `notes/upstream_sync_analysis.md` was not written by xtask, so it is left alone: move it away, or name another place in xtask.toml
    ");
    assert_eq!(sandbox.read("notes/upstream_sync_analysis.md"), "# My own analysis\n");
}

#[test]
fn what_tests_found_is_told_where_the_report_cannot_be_written() {
    let sandbox = Sandbox::init();
    sandbox.write("tests/test_a.py", "import gone\n\ndef test_a(): pass\n");
    sandbox.write("notes", "a file, where the report's folder would be\n");
    let output = sandbox.output(["validate", "--static", "-q"]);
    assert_eq!(output.status.code(), Some(2));
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(stdout.contains("Test suite report") && stdout.contains("1 test function"), "{stdout}");
    assert!(stderr.contains("cause: write the report `notes/test_suite_report.md`"), "{stderr}");
}

#[test]
fn report_is_never_written_through_a_link() {
    let sandbox = Sandbox::from_fixture("tiny-ahead");
    let outside = sandbox.root().parent().unwrap().join("outside");
    std::fs::create_dir(&outside).unwrap();
    symlink(&outside, sandbox.root().join("notes")).unwrap();
    let output = sandbox.output(["upstream"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
}

#[test]
fn notes_of_every_awkward_kind_are_read_or_named() {
    let sandbox = Sandbox::from_fixture("tiny-notes");
    sandbox.write("notes/bad-utf8.md", b"# Bad \xff\xfe\n\ntext \xe9\n");
    sandbox.write("notes/nul.md", b"# Nul\n\na\0b\n");
    sandbox.write("notes/bom-crlf.md", "\u{feff}# Title\r\n\r\nText of a note.\r\n");
    sandbox.write("notes/one-line.md", "word ".repeat(400_000));
    sandbox.write("notes/sp ace \"quoted\" `tick` |pipe|.md", "# Name\n\nA note with a name.\n");
    sandbox.write("notes/new\nline.md", "# Newline\n\nA note with a name of two lines.\n");
    let odd = sandbox.root().join(std::ffi::OsStr::from_bytes(b"notes/caf\xe9.md"));
    std::fs::write(odd, "# Latin\n\nA name that is no UTF-8.\n").unwrap();
    symlink("loop.md", sandbox.root().join("notes/loop.md")).unwrap();
    symlink("/etc/hostname", sandbox.root().join("notes/out.md")).unwrap();
    sandbox.commit("Awkward notes");
    let before = sandbox.files();
    let output = sandbox.output(["phase2", "--static"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(before.iter().all(|(path, file)| sandbox.files().get(path) == Some(file)));
    let answer = sandbox.json(["consolidate", "plan"]);
    let result = &answer["result"];
    let said: Vec<&str> = result["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|finding| finding["path"].as_str())
        .collect();
    for path in ["notes/bad-utf8.md", "notes/nul.md"] {
        assert!(said.contains(&path), "{path} is said: {said:?}");
    }
    let read: Vec<&str> =
        result["notes"].as_array().unwrap().iter().filter_map(|note| note["path"].as_str()).collect();
    for path in ["notes/bom-crlf.md", "notes/one-line.md", "notes/new\nline.md", "notes/caf\\xe9.md"] {
        assert!(read.contains(&path), "{path} is read: {read:?}");
    }
    assert!(!read.contains(&"notes/out.md"), "a link is not followed");
}

#[test]
fn shallow_clone_has_null_dates_with_a_reason() {
    let sandbox = Sandbox::from_fixture("tiny-notes");
    let source = format!("file://{}", sandbox.root().display());
    sandbox.git(&["clone", "-q", "--depth", "1", &source, "../shallow"]);
    let shallow = sandbox.root().parent().unwrap().join("shallow");
    let answer = sandbox.json(["consolidate", "plan", "--repo", shallow.to_str().unwrap()]);
    let result = &answer["result"];
    assert!(result["notes"].as_array().unwrap().iter().all(|note| note["created"].is_null()), "{result}");
    assert!(result["dates_unknown"].as_str().unwrap().contains("fetch-depth: 0"), "{result}");
}

#[test]
fn bare_repository_is_analysed_where_no_files_are_needed() {
    let sandbox = Sandbox::from_fixture("tiny-ahead");
    sandbox.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
    let bare = sandbox.root().parent().unwrap().join("bare.git");
    let bare = bare.to_str().unwrap();
    let output = sandbox.output(["upstream", "--repo", bare, "--upstream", "HEAD"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("Upstream sync analysis"));
    assert_eq!(sandbox.output(["validate", "--repo", bare]).status.code(), Some(2));

    let output = sandbox.output(["phase2", "--repo", bare, "--upstream", "HEAD"]);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    for line in ["Upstream sync analysis", "not applicable: the repository is bare", "none was written"] {
        assert!(printed.contains(line), "{line}: {printed}");
    }
    assert!(!Path::new(bare).join("notes").exists(), "nothing is written into a bare repository");
}

#[test]
fn two_calls_at_once_leave_whole_reports() {
    let sandbox = Sandbox::from_fixture("lab-fork");
    let start =
        || sandbox.command(env!("CARGO_BIN_EXE_xtask")).args(["phase2", "--static", "-q"]).spawn().unwrap();
    let mut calls = [start(), start()];
    for call in &mut calls {
        assert_eq!(call.wait().unwrap().code(), Some(0));
    }
    let alone = sandbox.read("notes/upstream_sync_analysis.md");
    sandbox.output(["upstream"]);
    assert_eq!(sandbox.read("notes/upstream_sync_analysis.md"), alone);
    let left: Vec<String> = sandbox.files().into_keys().filter(|path| path.contains(".tmp")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn folder_of_another_user_is_read_where_the_callers_git_trusts_it() {
    let sandbox = Sandbox::from_fixture("tiny-notes");
    let run = |trusted: bool| {
        let mut command = sandbox.command(env!("CARGO_BIN_EXE_xtask"));
        command.args(["check", "-q"]).env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
        if trusted {
            command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "safe.directory");
            command.env("GIT_CONFIG_VALUE_0", "*");
        }
        command.output().unwrap()
    };
    let refused = run(false);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && said.contains("dubious ownership"), "{said}");
    let read = run(true);
    assert_ne!(read.status.code(), Some(2), "{}", String::from_utf8_lossy(&read.stderr));
}
