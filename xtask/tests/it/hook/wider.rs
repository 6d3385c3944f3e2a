//! What a commit breaks in files that it does not touch.

use super::*;

fn staged(sandbox: &Sandbox, args: &[&str]) -> (bool, Vec<String>) {
    sandbox.git(args);
    let (done, said) = sandbox.try_commit(&[]);
    (done, checks_in(&said))
}

#[test]
fn path_that_goes_is_missed_where_it_is_named() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("notes/b.md", "Run `src/main.rs` first.\n", &["stale-reference"]),
        (".github/x.yml", "run: cat src/main.rs\n", &["stale-reference"]),
        ("tools/a.py", "# As in src/main.rs.\nx = 1\n", &["stale-reference"]),
        ("tools/a.py", "x = open('src/main.rs')\n", &["-stale-reference"]),
        ("CHANGELOG.md", "- added `src/main.rs`\n", &[]),
        ("notes/archive/b.md", "Run `src/main.rs` first.\n", &[]),
        ("notes/b.md", "See https://example.invalid/src/main.rs and `old/src/main.rs`.\n", &[]),
    ];
    for (path, text, expected) in cases {
        let sandbox = Sandbox::hooked();
        sandbox.write("src/main.rs", "fn main() {}\n");
        sandbox.write(path, text);
        sandbox.commit("before");
        let done = expected.iter().all(|check| check.starts_with('-'));
        let expected: Vec<String> = expected.iter().map(|&check| check.to_owned()).collect();
        assert_eq!(
            staged(&sandbox, &["mv", "src/main.rs", "src/start.rs"]),
            (done, expected),
            "{path} {text}"
        );
    }
}

#[test]
fn folder_that_goes_is_missed_where_it_is_named() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("notes/b.md", "Scripts are in `tools/run`.\n", &["stale-reference"]),
        (".github/x.yml", "paths: ['tools/run/**']\n", &["stale-reference"]),
        ("notes/b.md", "Scripts are in `my/tools/run`.\n", &[]),
    ];
    for (path, text, expected) in cases {
        let sandbox = Sandbox::hooked();
        sandbox.write("tools/run/x.sh", "echo\n");
        sandbox.write(path, text);
        sandbox.commit("before");
        let expected: Vec<String> = expected.iter().map(|&check| check.to_owned()).collect();
        let done = expected.is_empty();
        assert_eq!(staged(&sandbox, &["mv", "tools/run", "tools/go"]), (done, expected), "{path} {text}");
    }
    let sandbox = Sandbox::hooked();
    sandbox.write("tools/run/x.sh", "echo\n");
    sandbox.write("tools/run/y.sh", "echo y\n");
    sandbox.write("notes/b.md", "Scripts are in `tools/run`.\n");
    sandbox.commit("before");
    assert_eq!(staged(&sandbox, &["rm", "-q", "tools/run/x.sh"]), (true, vec![]), "one is left");
}

#[test]
fn manifest_that_names_what_goes_from_its_own_folder_is_told() {
    let sandbox = Sandbox::hooked();
    sandbox.write("crates/a/Cargo.toml", "[dependencies]\nb = { path = \"../b\" }\n");
    sandbox.write("crates/b/src/lib.rs", "pub fn b() {}\n");
    sandbox.write("mkdocs.yml", "nav:\n  - Start: start.md\n");
    sandbox.write("docs/start.md", "# Start\n");
    sandbox.git(&["add", "-A"]);
    sandbox.git(&["commit", "-q", "-m", "base"]);
    sandbox.git(&["mv", "crates/b", "crates/c"]);
    sandbox.git(&["rm", "-q", "docs/start.md"]);
    let refused = sandbox.run(&["commit", "-q", "-m", "x"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success(), "{said}");
    assert!(said.contains("crates/a/Cargo.toml:2: names `crates/b`, which this commit moves"), "{said}");
    assert!(said.contains("write `../c`"), "{said}");
    assert!(said.contains("mkdocs.yml:2: names `docs/start.md`, which this commit takes away"), "{said}");
}

#[test]
fn what_is_said_anew_of_a_path_that_goes_is_its_authors_affair() {
    let sandbox = Sandbox::hooked();
    sandbox.write("src/main.rs", "fn main() {}\n");
    sandbox.write("notes/b.md", "Start here.\n");
    sandbox.commit("before");
    sandbox.git(&["rm", "-q", "src/main.rs"]);
    sandbox.write("notes/b.md", "Start here.\n\nThere was `src/main.rs`.\n");
    assert_eq!(staged(&sandbox, &["add", "."]), (true, vec![]));
}

#[test]
fn broken_links_and_imports_are_excused_on_their_lines() {
    let sandbox = Sandbox::hooked();
    let link = "<!-- xtask: allow(broken-link) it comes with the next release -->\n[x](gone.md)\n";
    assert_eq!(sandbox.commit_file("notes/b.md", link), (true, vec![]));
    sandbox.write("pkg/__init__.py", "");
    sandbox.git(&["add", "."]);
    let import = "from pkg.gone import x  # xtask: allow(broken-import) made when it is built\n";
    assert_eq!(sandbox.commit_file("pkg/b.py", import), (true, vec![]));
}

#[test]
fn name_that_is_no_utf_8_keeps_its_excuses_and_what_was_broken_before() {
    use std::os::unix::ffi::OsStrExt;
    let sandbox = Sandbox::hooked();
    let file = sandbox.root().join(std::ffi::OsStr::from_bytes(b"notes/\xff.md"));
    let excuse = "<!-- xtask: allow(broken-link) it comes with the next release -->\n";
    std::fs::write(&file, format!("{excuse}[x](gone.md)\n")).unwrap();
    assert_eq!(staged(&sandbox, &["add", "."]), (true, vec![]));
    std::fs::write(&file, "[x](gone.md)\n").unwrap();
    sandbox.git(&["commit", "-q", "--no-verify", "-a", "-m", "broken"]);
    std::fs::write(&file, "[x](gone.md)\n\nMore.\n").unwrap();
    assert_eq!(staged(&sandbox, &["add", "."]), (true, vec!["-broken-link".to_owned()]));
}

#[test]
fn caller_of_a_signature_that_changes_is_told() {
    let sandbox = Sandbox::hooked();
    sandbox.write("pkg/__init__.py", "");
    sandbox.write("pkg/a.py", "def one(x):\n    return x\n");
    sandbox.write("pkg/b.py", "from pkg.a import one\n\nprint(one(1))\n");
    sandbox.commit("before");
    assert_eq!(
        sandbox.commit_file("pkg/a.py", "def one(x, y):\n    return x\n"),
        (false, vec!["broken-call".to_owned()])
    );
    assert_eq!(sandbox.commit_file("pkg/a.py", "def one(x, y=0):\n    return x\n"), (true, vec![]));
    sandbox.write("run.py", "import pkg.a\n");
    sandbox.commit("run");
    assert_eq!(
        staged(&sandbox, &["rm", "-rq", "pkg"]),
        (false, vec!["broken-import".to_owned()]),
        "all of it"
    );
}

#[test]
fn user_of_a_name_that_its_module_loses_is_told() {
    let sandbox = Sandbox::hooked();
    sandbox.write("pkg/__init__.py", "");
    sandbox.write("pkg/core.py", "LIMIT = 1\n\n\ndef other():\n    return LIMIT\n");
    sandbox.write("pkg/user.py", "from . import core\n\nprint(core.other(), core.LIMIT, core.never)\n");
    sandbox.commit("before");
    let refused = (false, vec!["broken-call".to_owned()]);
    let renamed = "LIMIT = 1\n\n\ndef another():\n    return LIMIT\n";
    assert_eq!(sandbox.commit_file("pkg/core.py", renamed), refused);
    let without = "def other():\n    return 1\n";
    assert_eq!(sandbox.commit_file("pkg/core.py", without), refused, "a constant as well");
    let more = "LIMIT = 2\n\n\ndef other():\n    return 1\n";
    assert_eq!(sandbox.commit_file("pkg/core.py", more), (true, vec![]));
    sandbox.write("pkg/core.py", renamed);
    sandbox.git(&["commit", "-q", "--no-verify", "-a", "-m", "rename"]);
    let told = sandbox.commit_file("pkg/user.py", "from . import core\n\nprint(core.LIMIT)\n");
    assert_eq!(told, (true, vec![]), "mended");
    let again = "from . import core\n\nprint(core.LIMIT, core.other())\n";
    assert_eq!(sandbox.commit_file("pkg/user.py", again), refused, "lost by an earlier commit");
}

#[test]
fn string_that_names_a_module_which_moves_is_told_once() {
    let sandbox = Sandbox::hooked();
    sandbox.write("pkg/__init__.py", "");
    sandbox.write("pkg/core.py", "def other():\n    return 1\n");
    sandbox.write("tests/test_a.py", "from unittest import mock\n\nmock.patch(\"pkg.core.other\")\n");
    sandbox.commit("before");
    let moved = staged(&sandbox, &["mv", "pkg/core.py", "pkg/engine.py"]);
    assert_eq!(moved, (false, vec!["broken-import".to_owned()]));
    sandbox.write("tests/test_a.py", "from unittest import mock\n\nmock.patch(\"pkg.engine.other\")\n");
    assert_eq!(staged(&sandbox, &["add", "-A"]), (true, vec![]));
}

#[test]
fn caller_of_a_class_that_takes_more_is_told() {
    let data = "from dataclasses import dataclass\n\n\n@dataclass\nclass P:\n    a: int\n";
    let plain = "class P:\n    x = 1\n";
    let cases = [
        (data.to_owned(), format!("{data}    b: int\n"), "P(1)"),
        (plain.to_owned(), format!("{plain}\n    def __init__(self, a):\n        self.a = a\n"), "P()"),
        ("def P(a): return a\n".to_owned(), "def P(a, b): return a  # two\n".to_owned(), "P(1)"),
    ];
    for (before, after, call) in cases {
        let sandbox = Sandbox::hooked();
        sandbox.write("pkg/__init__.py", "");
        sandbox.write("pkg/p.py", before);
        sandbox.write("pkg/q.py", format!("from pkg.p import P\n\n{call}\n"));
        sandbox.commit("before");
        assert_eq!(
            sandbox.commit_file("pkg/p.py", &after),
            (false, vec!["broken-call".to_owned()]),
            "{after}"
        );
    }
}

#[test]
fn package_that_takes_the_place_of_a_module_is_judged_by_what_the_module_offered() {
    let sandbox = Sandbox::hooked();
    sandbox.write("pkg/__init__.py", "");
    sandbox.write("pkg/core.py", "def run():\n    return 1\n");
    sandbox.write("pkg/use.py", "from pkg.core import run\n\nrun()\n");
    sandbox.commit("before");
    let added = "pkg/core/__init__.py";
    assert_eq!(sandbox.commit_file(added, "x = 1\n"), (false, vec!["broken-import".to_owned()]));
    assert_eq!(sandbox.commit_file(added, "def run():\n    return 2\n"), (true, vec![]));
}

#[test]
fn texts_about_earlier_releases_may_name_what_is_gone() {
    for (path, done) in [("docs/changes/1.0.md", true), ("docs/exchanges/1.0.md", false)] {
        let sandbox = Sandbox::hooked();
        sandbox.write("src/main.rs", "fn main() {}\n");
        sandbox.write(path, "# 1.0\n\n- added `src/main.rs`\n");
        sandbox.commit("before");
        assert_eq!(staged(&sandbox, &["rm", "-q", "src/main.rs"]).0, done, "{path}");
    }
}

#[test]
fn merge_whose_sides_break_one_another_is_stopped() {
    let sandbox = Sandbox::hooked();
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    sandbox.git(&["mv", "README.md", "START.md"]);
    sandbox.write("notes/a.md", "# A\n\nSee [one](../START.md#one).\n");
    sandbox.write("notes/old.md", "[x](long-gone.md)\n");
    sandbox.git(&["add", "."]);
    sandbox.run(&["commit", "-q", "--no-verify", "-m", "side"]);
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.write("notes/b.md", "[x](../README.md)\n");
    sandbox.commit("main");
    sandbox.git(&["merge", "-q", "--no-commit", "side"]);
    let (done, said) = sandbox.try_commit(&[]);
    assert_eq!((done, checks_in(&said)), (false, vec!["broken-link".to_owned()]), "{said}");
    assert!(said.contains("notes/b.md:1: "), "{said}");
    sandbox.write("notes/b.md", "[x](../START.md)\n");
    assert_eq!(
        staged(&sandbox, &["add", "."]),
        (true, vec![]),
        "what the side had broken before is the side's"
    );
}

#[test]
fn module_that_goes_is_missed_where_settings_and_notes_name_it() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("pyproject.toml", "[project.scripts]\nrun = \"pkg.old:main\"\n", &["stale-reference"]),
        ("notes/b.md", "Start it by `python -m pkg.old`.\n", &["stale-reference"]),
        ("run.py", "import os\n\nos.environ['SETTINGS'] = 'pkg.old'\n", &["-stale-reference"]),
        ("CHANGELOG.md", "- `pkg.old` is new\n", &[]),
        ("notes/b.md", "Not `pkg.older`, nor `my.pkg.old`.\n", &[]),
    ];
    for (path, text, expected) in cases {
        let sandbox = Sandbox::hooked();
        sandbox.write("pkg/__init__.py", "");
        sandbox.write("pkg/old.py", "def main():\n    pass\n");
        sandbox.write(path, text);
        sandbox.commit("before");
        let done = expected.iter().all(|check| check.starts_with('-'));
        let expected: Vec<String> = expected.iter().map(|&check| check.to_owned()).collect();
        assert_eq!(staged(&sandbox, &["mv", "pkg/old.py", "pkg/new.py"]), (done, expected), "{path} {text}");
    }
}

#[test]
fn many_files_are_judged_where_no_thread_of_the_usual_size_can_start() {
    let sandbox = Sandbox::hooked();
    for number in 0..200 {
        sandbox.write(&format!("many/{number}.txt"), "blank \n");
    }
    sandbox.git(&["add", "."]);
    let mut hook = sandbox.command(BIN);
    // What a thread takes that does not say how much it needs.
    let hook = hook.args(["hook", "pre-commit"]).env("RUST_MIN_STACK", (1_u64 << 50).to_string());
    let output = hook.output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(said.starts_with("pre-commit: 200 findings stop this commit"), "{said}");
}
