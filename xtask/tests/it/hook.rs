//! The hooks through real commits of real git.

mod fix;
mod markers;
mod message_and_push;
mod objects;
mod wider;

use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use crate::sandbox::Sandbox;

const BIN: &str = env!("CARGO_BIN_EXE_xtask");

impl Sandbox {
    /// A repository with a first commit, and hooks that call the program.
    fn hooked() -> Self {
        let sandbox = Self::init();
        sandbox.write("README.md", "# One\n\nText.\n");
        sandbox.write("notes/a.md", "# A\n\nSee [one](../README.md#one).\n");
        sandbox.commit("first");
        sandbox.hook();
        sandbox
    }

    fn hook(&self) {
        for (name, arguments) in [("pre-commit", ""), ("commit-msg", " \"$@\""), ("pre-push", " \"$@\"")] {
            let path = format!(".git/hooks/{name}");
            self.write(&path, format!("#!/bin/sh\nexec '{BIN}' hook {name}{arguments}\n"));
            let path = self.root().join(path);
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    fn as_committer(&self, program: &str) -> Command {
        let mut command = self.command(program);
        for name in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{name}_NAME"), "Tester")
                .env(format!("GIT_{name}_EMAIL"), "t@example.invalid");
            command.env(format!("GIT_{name}_DATE"), "2025-03-01T12:00:00+00:00");
        }
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.as_committer("git").args(args).output().unwrap()
    }

    /// Commits what is staged; whether git did, and all that was said.
    fn try_commit(&self, args: &[&str]) -> (bool, String) {
        let mut all = vec!["commit", "-q", "-m", "change"];
        all.extend(args);
        let output = self.run(&all);
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }

    /// Stages one file and commits; the checks that were named, `-` before those that only warn.
    fn commit_file(&self, path: &str, bytes: impl AsRef<[u8]>) -> (bool, Vec<String>) {
        self.write(path, bytes);
        self.git(&["add", "-A", "-f", "--", path]);
        let (done, said) = self.try_commit(&[]);
        (done, checks_in(&said))
    }
}

/// The checks named in brackets, each once.
fn checks_in(said: &str) -> Vec<String> {
    let mut checks = Vec::new();
    for line in said.lines().filter(|line| line.starts_with("  ")) {
        let Some(start) = line.rfind(" [") else { continue };
        let name = line[start + 2..].split(']').next().unwrap_or_default();
        let name = if line.contains(": warning: ") { format!("-{name}") } else { name.to_owned() };
        if !checks.contains(&name) {
            checks.push(name);
        }
    }
    checks
}

/// Put together here, so that no such text stands in this file.
fn private_key() -> String {
    format!("-----{} RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq98a\n", "BEGIN")
}

fn token() -> String {
    format!("{}{}", "ghp_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8")
}

#[test]
fn each_check_stops_a_commit_or_warns() {
    let marker = |sign: &str| sign.repeat(7);
    let conflict = format!("a\n{} HEAD\nb\n{}\nc\n{} x\n", marker("<"), marker("="), marker(">"));
    let wide: Vec<u8> = std::iter::once(0xfeff)
        .chain(format!("{}\n", token()).encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("clean.txt", b"a\nb\n".to_vec(), &[]),
        ("blanks.txt", b"a \n".to_vec(), &["trailing-blanks"]),
        ("break.md", b"a  \nb\n".to_vec(), &["trailing-blanks"]),
        ("none.txt", b"a".to_vec(), &["final-newline"]),
        ("two.txt", b"a\n\n".to_vec(), &["final-newline"]),
        ("conflict.py", conflict.clone().into_bytes(), &["conflict-marker"]),
        ("conflict.md", format!("# A\n\n```\n{conflict}```\n").into_bytes(), &[]),
        ("heading.rst", b"Heading\n=======\n\nText\n".to_vec(), &[]),
        ("big.bin", vec![0; 500 * 1024 + 1], &["large-file"]),
        ("just.bin", vec![0; 500 * 1024], &[]),
        ("key.pem", private_key().into_bytes(), &["private-key"]),
        ("key.bin", [b"\0\x01", private_key().as_bytes()].concat(), &["private-key"]),
        ("token.py", format!("T = '{}'\n", token()).into_bytes(), &["token"]),
        ("token16.txt", wide, &["token"]),
        ("readme.md", b"# Other\n".to_vec(), &["case-conflict"]),
        ("Notes/b.md", b"# Other\n".to_vec(), &["case-conflict"]),
        ("a.toml", b"a =\n".to_vec(), &["toml"]),
        ("a.yaml", b"a: [1, 2\nb: }\n".to_vec(), &["yaml"]),
        ("two.yaml", b"a: !x 1\n---\nb: 2\n".to_vec(), &[]),
        ("a.json", b"{\"a\": 1,}\n".to_vec(), &["json"]),
        ("tsconfig.json", b"{\"a\": 1,} // c\n".to_vec(), &[]),
        (".github/workflows/a.yml", b"on: push\n".to_vec(), &["workflow"]),
        ("notes/broken.md", b"[x](missing.md)\n".to_vec(), &["broken-link"]),
        ("notes/anchor.md", b"[x](a.md#missing)\n".to_vec(), &["broken-anchor"]),
        ("pkg/mod.py", b"from pkg.other import x\n".to_vec(), &["broken-import"]),
        ("notes/twin.md", b"# A\n\nSee [one](../README.md#one).\n".to_vec(), &["duplicate-note"]),
        ("pkg/__pycache__/m.cpython-313.pyc", b"\0\0".to_vec(), &["test-leftover"]),
        ("debug.py", b"def f():\n    breakpoint()\n".to_vec(), &["-debug"]),
        ("excuse.py", b"x = 1 \t# xtask: allow(trailing-blanks)\n".to_vec(), &["excuse"]),
        ("utf16.txt", b"\xff\xfea\0 \0\n\0".to_vec(), &[]),
    ];
    for (path, bytes, expected) in cases {
        let sandbox = Sandbox::hooked();
        if path.starts_with("pkg/mod") {
            sandbox.write("pkg/__init__.py", "");
            sandbox.git(&["add", "pkg/__init__.py"]);
        }
        let (done, checks) = sandbox.commit_file(path, bytes);
        assert_eq!(checks, expected, "{path}");
        assert_eq!(done, expected.iter().all(|check| check.starts_with('-')), "{path}");
    }
}

#[test]
fn findings_are_told_with_place_and_what_mends_them_and_no_value() {
    let sandbox = Sandbox::hooked();
    sandbox.write("a.py", format!("x = 1 \ny = '{}'\n", token()));
    sandbox.write("notes/b.md", "[x](gone.md)\n");
    sandbox.git(&["add", "."]);
    let before = sandbox.state();
    insta::assert_snapshot!(sandbox.xtask(["hook", "pre-commit"]), @"
    exit: 1
    -- stdout
    pre-commit: 3 findings stop this commit (2 files judged)
      a.py:2: a GitHub token stands here [token]; take it out and read it from the environment; a token that was pushed has to be revoked
      a.py:1: the line ends in blanks [trailing-blanks]
      notes/b.md:1: link to `gone.md` leads to no file [broken-link]
    mend: `xtask hook pre-commit --fix` shows a patch, `--fix --apply` makes it
    pass once: XTASK_SKIP=broken-link,token,trailing-blanks
    -- stderr
    ");
    assert_eq!(sandbox.state(), before);
    let json = sandbox.json(["hook", "pre-commit"]);
    let first = &json["result"]["findings"][0];
    assert_eq!((first["level"].as_str(), first["new"].as_bool()), (Some("deny"), Some(true)));
    assert!(!json.to_string().contains(&token()));
}

#[test]
fn index_alone_is_judged_and_nothing_is_touched() {
    let sandbox = Sandbox::hooked();
    sandbox.write("a.txt", "fine\n");
    sandbox.git(&["add", "a.txt"]);
    sandbox.write("a.txt", "fine\nnot staged \n");
    sandbox.write("untracked.txt", "blank \n");
    let before = sandbox.files();
    assert_eq!(sandbox.try_commit(&[]), (true, String::new()));
    assert_eq!(sandbox.files(), before);
    // Now the other way round: the blank is staged, the work tree is clean of it.
    sandbox.git(&["add", "a.txt"]);
    sandbox.write("a.txt", "fine\nnot staged\n");
    let before = (sandbox.files(), sandbox.state());
    let (done, said) = sandbox.try_commit(&[]);
    assert_eq!((done, checks_in(&said)), (false, vec!["trailing-blanks".to_owned()]));
    assert_eq!((sandbox.files(), sandbox.state()), before);
}

#[test]
fn index_that_git_makes_for_this_commit_is_the_one_that_counts() {
    let sandbox = Sandbox::hooked();
    sandbox.write("a.txt", "one\n");
    sandbox.write("b.txt", "one\n");
    sandbox.git(&["add", "."]);
    sandbox.run(&["commit", "-q", "--no-verify", "-m", "files"]);
    sandbox.write("a.txt", "two \n");
    sandbox.write("b.txt", "two\n");
    let (done, said) = sandbox.try_commit(&["-a"]);
    assert_eq!((done, checks_in(&said)), (false, vec!["trailing-blanks".to_owned()]), "commit -a");
    let (done, said) = sandbox.try_commit(&["--", "a.txt"]);
    assert_eq!((done, checks_in(&said)), (false, vec!["trailing-blanks".to_owned()]), "commit -- path");
    assert_eq!(sandbox.try_commit(&["--", "b.txt"]), (true, String::new()), "the other path alone");
}

#[test]
fn removals_renames_and_modes_are_no_findings() {
    let sandbox = Sandbox::hooked();
    sandbox.write("old.txt", "blank \n");
    sandbox.write("big.bin", vec![1; 600 * 1024]);
    sandbox.git(&["add", "."]);
    sandbox.run(&["commit", "-q", "--no-verify", "-m", "before the hook"]);
    sandbox.git(&["rm", "-q", "old.txt"]);
    sandbox.git(&["mv", "big.bin", "moved.bin"]);
    assert_eq!(sandbox.try_commit(&[]), (true, String::new()));
    sandbox.git(&["update-index", "--chmod=+x", "README.md"]);
    assert_eq!(sandbox.try_commit(&[]), (true, String::new()));
}

#[test]
fn a_file_that_is_put_away_is_judged_for_no_line_that_stood_in_it() {
    let sandbox = Sandbox::hooked();
    let text: String =
        (0..40).map(|line| format!("Line {line} tells of pictures and of frames. \n")).collect();
    sandbox.write("docs/one.md", format!("# One\n\n{text}\n"));
    sandbox.write("docs/two.md", format!("# Two\n\n{text}\n"));
    sandbox.git(&["add", "."]);
    sandbox.run(&["commit", "-q", "--no-verify", "-m", "before the hook"]);
    std::fs::create_dir(sandbox.root().join("docs/archive")).unwrap();
    sandbox.git(&["mv", "docs/one.md", "docs/archive/one.md"]);
    assert_eq!(sandbox.try_commit(&[]), (true, String::new()));
    sandbox.git(&["mv", "docs/archive/one.md", "docs/one.md"]);
    sandbox.write("docs/one.md", format!("# One\n\n{text}More.\n"));
    sandbox.git(&["add", "."]);
    let (passed, said) = sandbox.try_commit(&[]);
    assert!(!passed && said.contains("trailing-blanks"), "{said}");
}

#[test]
fn entries_that_the_commit_does_not_hold_are_not_judged() {
    let sandbox = Sandbox::hooked();
    sandbox.write("later.txt", "blank \n");
    sandbox.git(&["add", "-N", "later.txt"]);
    sandbox.write("now.txt", "fine\n");
    sandbox.git(&["add", "now.txt"]);
    assert_eq!(sandbox.try_commit(&[]), (true, String::new()), "intent to add");
    for flag in ["--skip-worktree", "--assume-unchanged"] {
        sandbox.git(&["update-index", flag, "now.txt"]);
        sandbox.write("now.txt", "blank \n");
        sandbox.write("next.txt", format!("{flag}\n"));
        sandbox.git(&["add", "next.txt"]);
        assert_eq!(sandbox.try_commit(&[]), (true, String::new()), "{flag}");
    }
}

#[test]
fn links_submodules_and_odd_names_are_ordinary() {
    use std::os::unix::ffi::OsStrExt;
    let sandbox = Sandbox::hooked();
    std::os::unix::fs::symlink("README.md ", sandbox.root().join("link")).unwrap();
    let odd = std::ffi::OsStr::from_bytes(b"caf\xe9 $(touch x)\n`y`.txt");
    std::fs::write(sandbox.root().join(odd), "blank \n").unwrap();
    sandbox.git(&["add", "link"]);
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{},sub", head.trim())]);
    assert_eq!(sandbox.try_commit(&[]), (true, String::new()));
    sandbox.git(&["add", "-A", "."]);
    sandbox.git(&["reset", "-q", "--", "sub"]);
    let (done, said) = sandbox.try_commit(&[]);
    assert!(!done && said.contains("caf\\\\xe9 $(touch x)\\n`y`.txt:1: "), "{said}");
    assert!(!sandbox.root().join("x").exists());
}

#[test]
fn first_commit_amended_commit_and_detached_head_are_judged() {
    let sandbox = Sandbox::init();
    sandbox.hook();
    assert!(!sandbox.commit_file("a.txt", "blank \n").0, "first commit");
    assert!(sandbox.commit_file("a.txt", "fine\n").0);
    sandbox.write("b.txt", "blank \n");
    sandbox.git(&["add", "."]);
    assert!(!sandbox.try_commit(&["--amend"]).0);
    sandbox.git(&["rm", "-qf", "b.txt"]);
    sandbox.git(&["checkout", "-q", "--detach"]);
    assert!(!sandbox.commit_file("c.txt", "blank \n").0, "detached");
    assert!(sandbox.commit_file("c.txt", "fine\n").0);
}

#[test]
fn merge_answers_only_for_what_no_parent_has() {
    let sandbox = Sandbox::hooked();
    sandbox.write("both.txt", "one\ntwo\nthree\n");
    sandbox.git(&["add", "."]);
    assert!(sandbox.try_commit(&[]).0);
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    sandbox.write("theirs.txt", "blank \n");
    sandbox.write("both.txt", "one\nside\nthree\n");
    sandbox.git(&["add", "."]);
    sandbox.run(&["commit", "-q", "--no-verify", "-m", "side"]);
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.write("both.txt", "one\nmain\nthree\n");
    sandbox.git(&["add", "."]);
    assert!(sandbox.try_commit(&[]).0);
    let merged = sandbox.run(&["merge", "-q", "side"]);
    assert!(!merged.status.success(), "a conflict");
    sandbox.git(&["add", "both.txt"]);
    let (done, said) = sandbox.try_commit(&[]);
    assert_eq!((done, checks_in(&said)), (false, vec!["conflict-marker".to_owned()]), "{said}");
    sandbox.write("both.txt", "one\nmain and side\nthree\n");
    sandbox.git(&["add", "both.txt"]);
    assert_eq!(sandbox.try_commit(&[]), (true, String::new()));
}

#[test]
fn rebase_in_progress_and_linked_worktree_are_judged() {
    let sandbox = Sandbox::hooked();
    let place = sandbox.root().parent().unwrap().join("linked");
    sandbox.git(&["worktree", "add", "-q", "-b", "other", &place.display().to_string()]);
    std::fs::write(place.join("w.txt"), "blank \n").unwrap();
    let git = |args: &[&str]| sandbox.as_committer("git").current_dir(&place).args(args).output().unwrap();
    assert!(git(&["add", "."]).status.success());
    assert!(!git(&["commit", "-q", "-m", "x"]).status.success(), "linked worktree");
    std::fs::write(place.join("w.txt"), "one\n").unwrap();
    assert!(git(&["add", "."]).status.success() && git(&["commit", "-q", "-m", "x"]).status.success());
    sandbox.write("w.txt", "two\n");
    sandbox.git(&["add", "."]);
    assert!(sandbox.try_commit(&[]).0);
    assert!(!git(&["rebase", "-q", "main"]).status.success(), "a conflict");
    std::fs::write(place.join("w.txt"), "both \n").unwrap();
    assert!(git(&["add", "w.txt"]).status.success());
    assert!(!git(&["commit", "-q", "-m", "x"]).status.success(), "in a rebase");
    std::fs::write(place.join("w.txt"), "both\n").unwrap();
    assert!(git(&["add", "w.txt"]).status.success());
    assert!(git(&["commit", "-q", "-m", "x"]).status.success());
}

#[test]
fn every_form_of_repository_gives_the_same_findings() {
    for form in ["sha256", "reftable", "split", "sparse", "v4", "separate"] {
        let sandbox = Sandbox::empty();
        match form {
            "sha256" => sandbox.git(&["init", "-q", "-b", "main", "--object-format=sha256"]),
            "reftable" => sandbox.git(&["init", "-q", "-b", "main", "--ref-format=reftable"]),
            _ => sandbox.git(&["init", "-q", "-b", "main"]),
        };
        sandbox.write("README.md", "# One\n");
        sandbox.write("deep/er/x.txt", "x\n");
        sandbox.commit("first");
        sandbox.hook();
        match form {
            "split" => sandbox.git(&["update-index", "--split-index"]),
            "sparse" => sandbox.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "a"]),
            "v4" => sandbox.git(&["update-index", "--index-version", "4"]),
            _ => String::new(),
        };
        let (done, checks) = sandbox.commit_file("bad.txt", "blank \n");
        assert_eq!((done, checks), (false, vec!["trailing-blanks".to_owned()]), "{form}");
        assert!(sandbox.commit_file("bad.txt", "fine\n").0, "{form}");
    }
}

#[test]
fn filters_are_judged_by_what_git_stores() {
    let sandbox = Sandbox::hooked();
    sandbox.git(&["config", "filter.strip.clean", "sed -e 's/[ ]*$//'"]);
    sandbox.write(".gitattributes", "*.strip filter=strip\n*.big filter=lfs\n");
    assert_eq!(
        sandbox.commit_file(".gitattributes", "*.strip filter=strip\n*.big filter=lfs\n"),
        (true, vec![])
    );
    assert_eq!(sandbox.commit_file("a.strip", "blank \n"), (true, vec![]), "the filter takes it out");
    assert_eq!(sandbox.commit_file("a.big", "raw\n"), (false, vec!["large-file".to_owned()]), "no pointer");
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 600000\n";
    assert_eq!(sandbox.commit_file("a.big", pointer), (true, vec![]));
}

#[test]
fn file_may_not_grow_past_the_limit_and_may_stay_above_it() {
    let sandbox = Sandbox::hooked();
    assert!(sandbox.commit_file("grows.bin", vec![0; 400 * 1024]).0);
    assert_eq!(sandbox.commit_file("grows.bin", vec![0; 600 * 1024]), (false, vec!["large-file".to_owned()]));
    sandbox.run(&["commit", "-q", "--no-verify", "-m", "on purpose"]);
    assert!(sandbox.commit_file("grows.bin", vec![1; 700 * 1024]).0);
}

#[test]
fn what_a_commit_breaks_elsewhere_is_denied_and_what_was_broken_warns() {
    let sandbox = Sandbox::hooked();
    sandbox.write("README.md", "# Two\n\nText.\n");
    sandbox.git(&["add", "."]);
    let (done, said) = sandbox.try_commit(&[]);
    assert_eq!((done, checks_in(&said)), (false, vec!["broken-anchor".to_owned()]), "a heading goes: {said}");
    sandbox.git(&["reset", "-q", "--hard"]);
    sandbox.git(&["mv", "README.md", "START.md"]);
    let (done, said) = sandbox.try_commit(&[]);
    assert_eq!((done, checks_in(&said)), (false, vec!["broken-link".to_owned()]), "a file goes: {said}");
    assert!(said.contains("notes/a.md:3: "), "{said}");
    sandbox.run(&["commit", "-q", "--no-verify", "-m", "broken"]);
    assert_eq!(
        sandbox.commit_file("notes/a.md", "# A\n\nSee [one](../README.md#one).\n\nMore.\n"),
        (true, vec!["-broken-link".to_owned()]),
        "broken before"
    );
}

#[test]
fn python_names_that_go_are_missed_by_those_that_import_them() {
    let sandbox = Sandbox::hooked();
    sandbox.write("pkg/__init__.py", "");
    sandbox.write("pkg/a.py", "def one():\n    return 1\n\n\ndef two():\n    return 2\n");
    sandbox.write("pkg/b.py", "from pkg.a import one\n\nprint(one())\n");
    sandbox.git(&["add", "."]);
    assert_eq!(sandbox.try_commit(&[]), (true, String::new()));
    sandbox.write("pkg/a.py", "def two():\n    return 2\n");
    sandbox.git(&["add", "."]);
    let (done, said) = sandbox.try_commit(&[]);
    assert_eq!((done, checks_in(&said)), (false, vec!["broken-import".to_owned()]), "{said}");
    assert!(said.contains("pkg/b.py:1: "), "{said}");
}

#[test]
fn new_notes_are_held_against_the_others() {
    let sandbox = Sandbox::hooked();
    let passage = "The measuring device must be calibrated each morning before the first probe is taken, since the \
                   lamp drifts with temperature.\nWrite the three readings into the log together with humidity.\n";
    sandbox.write("notes/calibration.md", format!("# Calibration\n\n{passage}"));
    sandbox.write("xtask.toml", "[hook]\nnotes = [\"notes\"]\nnotes_budget = 3\n");
    sandbox.git(&["add", "."]);
    assert_eq!(sandbox.try_commit(&[]), (true, String::new()));
    let again = format!("# Morning\n\nOther words come first here.\n\n{passage}");
    let (done, checks) = sandbox.commit_file("notes/morning.md", again);
    assert_eq!((done, checks), (true, vec!["-repeated-note".to_owned()]));
    let (done, checks) = sandbox.commit_file("ideas.md", "# Ideas\n");
    assert_eq!((done, checks), (true, vec!["-note-place".to_owned()]));
    let (done, checks) = sandbox.commit_file("notes/fourth.md", "# Fourth\n\nQuite another thing.\n");
    assert_eq!((done, checks), (true, vec!["-note-budget".to_owned()]));
    let raised = "[hook]\nnotes = [\"notes\"]\nnotes_budget = 9\n";
    assert_eq!(sandbox.commit_file("xtask.toml", raised), (true, vec!["-note-budget".to_owned()]));
}

#[test]
fn checks_are_switched_scoped_skipped_and_excused() {
    let sandbox = Sandbox::hooked();
    let settings =
        "[hook]\ndisable = [\"final-newline\"]\n\n[hook.except]\ntrailing-blanks = [\"vendor/**\"]\n";
    assert!(sandbox.commit_file("xtask.toml", settings).0);
    assert!(sandbox.commit_file("a.txt", "no end").0, "switched off");
    assert!(sandbox.commit_file("vendor/a.txt", "blank \n").0, "out of scope");
    sandbox.write("b.txt", "blank \n");
    sandbox.git(&["add", "."]);
    let skip = |value: &str| {
        let mut command = sandbox.as_committer("git");
        command.env("XTASK_SKIP", value).args(["commit", "-q", "-m", "x"]).output().unwrap()
    };
    assert!(!skip("token").status.success());
    let unknown = skip("blanks");
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("names no check: `blanks`"));
    assert!(skip("token,trailing-blanks").status.success());
    let excused = "# xtask: allow(token) an example of the manual\n";
    let excused = format!("{excused}T = '{}'\n", token());
    assert_eq!(sandbox.commit_file("c.py", excused), (true, vec![]));
}

#[test]
fn killed_hook_leaves_everything_as_it_was() {
    let sandbox = Sandbox::hooked();
    for number in 0..300 {
        sandbox.write(&format!("many/{number}.txt"), format!("{number} \n"));
    }
    sandbox.git(&["add", "."]);
    sandbox.write("many/1.txt", "unstaged\n");
    let index = std::fs::read(sandbox.root().join(".git/index")).unwrap();
    let before = sandbox.state();
    for _ in 0..6 {
        let mut child = sandbox.command(BIN);
        let mut child =
            child.args(["hook", "pre-commit"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(sandbox.state(), before);
        assert_eq!(std::fs::read(sandbox.root().join(".git/index")).unwrap(), index);
    }
}

#[test]
fn work_that_cannot_be_done_is_one_line_and_exit_2() {
    let sandbox = Sandbox::hooked();
    sandbox.write("xtask.toml", "[hook]\ndisable = [\"nothing\"]\n");
    let output = sandbox.output(["hook", "pre-commit"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("xtask hook pre-commit: `[hook] disable` names no check: `nothing`"), "{said}");
}
