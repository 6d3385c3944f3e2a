use std::path::Path;

use xshell::Shell;

use super::errors::{Errors, causes};
use super::lines::lines;
use super::rust;
use crate::process::Cancel;
use crate::repo::{EntryKind, History, Repo, RepoPath, Tree, testing};

/// One line as cargo prints it: code, message, file, line.
fn said(code: &str, message: &str, file: &str, line: usize) -> Vec<u8> {
    let spans = serde_json::json!([{ "file_name": file, "line_start": line, "is_primary": true }]);
    let code = serde_json::json!({ "code": code });
    let message = serde_json::json!({ "message": message, "level": "error", "code": code, "spans": spans });
    let target = serde_json::json!({ "src_path": "/repo/src/lib.rs" });
    let line = serde_json::json!({ "reason": "compiler-message", "message": message, "target": target });
    serde_json::to_vec(&line).unwrap()
}

fn history(moves: &[(&str, &str)]) -> History {
    let mut log = format!("\u{1}{}\u{2}\u{2}2025-01-01T00:00:00+00:00\0\n", "a".repeat(40));
    for (old, new) in moves {
        log.push_str(&format!("R100\0{old}\0{new}\0"));
    }
    History::read(log.as_bytes()).unwrap()
}

#[test]
fn errors_are_grouped_by_what_moved() {
    let mut errors = Errors::default();
    let all = [
        said("E0583", "file not found for module `old`", "src/lib.rs", 1),
        said("E0583", "file not found for module `old`", "src/lib.rs", 1),
        said("E0432", "unresolved import `crate::old::run`", "src/b/mod.rs", 3),
        said("E0432", "unresolved import `super::deep`", "src/b/mod.rs", 4),
        said("E0433", "failed to resolve: could not find `old` in the crate root", "src/b/mod.rs", 9),
        said("E0432", "unresolved import `demo::old`", "tests/t.rs", 2),
        said("E0432", "unresolved import `serde`", "src/b/mod.rs", 5),
        said("E0308", "mismatched types", "src/b/mod.rs", 6),
        b"not json".to_vec(),
        b"{\"reason\":\"build-finished\",\"success\":false}".to_vec(),
    ];
    for line in &all {
        errors.take(line, None, Path::new("/repo"));
    }
    let moves = &[("src/old.rs", "src/fresh/mod.rs"), ("src/deep.rs", "src/b/deep.rs")];
    let files = ["src/lib.rs", "src/fresh/mod.rs", "src/b/mod.rs", "src/b/deep.rs"];
    let tree = Tree::in_memory(files.map(|path| (RepoPath::from(path), EntryKind::File, Vec::new())));
    let found = causes(&errors, &tree, &history(moves));
    assert!(found.is_broken());
    insta::assert_snapshot!(lines(&found, false).join("\n"), @"
    src/old.rs is src/fresh/mod.rs, `crate::fresh` now (moved in aaaaaaaaa)
        src/b/mod.rs:3: unresolved import `crate::old::run` [E0432]
        src/b/mod.rs:9: failed to resolve: could not find `old` in the crate root [E0433]
        src/lib.rs:1: file not found for module `old` [E0583]
        tests/t.rs:2: unresolved import `demo::old` [E0432]
    src/deep.rs is src/b/deep.rs, `crate::b::deep` now (moved in aaaaaaaaa)
        src/b/mod.rs:4: unresolved import `super::deep` [E0432]
    src/b/mod.rs:5: unresolved import `serde` [E0432]
    cargo check: 6 `use` or `mod` lead nowhere, of 3 causes, 1 error of another kind
    ");
}

#[test]
fn the_compiler_is_asked_and_its_errors_are_matched_with_a_move() {
    let folder = tempfile::tempdir().unwrap();
    let shell = Shell::new().unwrap();
    shell.change_dir(folder.path());
    let git = |args: &[&str]| testing::git(folder.path(), args);
    git(&["init", "-q", "-b", "main"]);
    let manifest = "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[workspace]\n";
    shell.write_file("rust/Cargo.toml", manifest).unwrap();
    shell.write_file("rust/src/lib.rs", "pub mod old;\npub use crate::old::run;\n").unwrap();
    shell.write_file("rust/src/old.rs", "pub fn run() {}\n").unwrap();
    shell.write_file(".gitignore", "target\nCargo.lock\n").unwrap();
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "write"]);
    let repo = Repo::open(folder.path()).unwrap();
    assert!(!rust(&repo, &Cancel::default()).unwrap().is_broken());
    git(&["mv", "rust/src/old.rs", "rust/src/fresh.rs"]);
    let found = rust(&repo, &Cancel::default()).unwrap();
    insta::assert_snapshot!(lines(&found, false).join("\n"), @"
    rust/src/old.rs is rust/src/fresh.rs, `crate::fresh` now (not committed yet)
        rust/src/lib.rs:1: file not found for module `old` [E0583]
    cargo check: 1 `use` or `mod` lead nowhere, of 1 causes
    ");
    shell.write_file("rust/Cargo.toml", "no manifest").unwrap();
    assert!(
        rust(&repo, &Cancel::default()).is_err(),
        "what cargo cannot read is an error, not a clean result"
    );
}
