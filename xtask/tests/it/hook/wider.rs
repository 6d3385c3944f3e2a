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
