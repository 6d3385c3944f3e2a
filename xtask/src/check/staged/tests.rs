//! The pure parts; what needs a repository is tried by real commits in `tests/it/hook.rs`.

use std::collections::BTreeMap;

use super::*;
use crate::repo::RepoPath;

#[test]
fn line_is_added_only_where_the_text_grew() {
    let cases: &[(&str, &str, &[usize])] = &[
        ("", "a\n", &[1]),
        ("a\n", "a\n", &[]),
        ("a\nb\n", "a\nx\nb\n", &[2]),
        ("a\nx\nb\n", "a\nx\nb\nx\n", &[4]),
        ("x\na\n", "a\nx\n", &[]),
        ("a \r\n", "a\nb\n", &[2]),
    ];
    for (before, after, expected) in cases {
        let count = after.lines().count();
        let added = files::Added::between(before.as_bytes(), after.as_bytes());
        let added: Vec<usize> = (1..=count).filter(|&line| added.holds(line)).collect();
        assert_eq!(added, *expected, "{before:?} to {after:?}");
    }
}

#[test]
fn switches_choose_checks_and_files() {
    let config = |text: &str| toml::from_str::<HookConfig>(text).unwrap();
    let on = |text: &str, skip: &[&str], path: &str| {
        let skip: Vec<String> = skip.iter().map(|&name| name.to_owned()).collect();
        Switches::of(&config(text), &skip, &[]).unwrap().judges(CheckId::Token, &RepoPath::from(path))
    };
    let cases: &[(&str, &[&str], &str, bool)] = &[
        ("", &[], "a.txt", true),
        ("checks = [\"token\"]", &[], "a.txt", true),
        ("checks = [\"yaml\"]", &[], "a.txt", false),
        ("disable = [\"token\"]", &[], "a.txt", false),
        ("", &["token"], "a.txt", false),
        ("", &["subject-length"], "a.txt", true),
        ("exclude = [\"vendor/**\"]", &[], "vendor/x/a.txt", false),
        ("exclude = [\"*.txt\"]", &[], "deep/a.txt", false),
        ("exclude = [\"vendor/\"]", &[], "vendor/x/a.txt", false),
        ("exclude = [\"vendor\"]", &[], "lib/vendor/x/a.txt", false),
        ("exclude = [\"/lib/vendor\"]", &[], "lib/vendor/x/a.txt", false),
        ("exclude = [\"/vendor\"]", &[], "lib/vendor/x/a.txt", true),
        ("exclude = [\"vendor/\"]", &[], "vendor", true),
        ("exclude = [\"vendor*\"]", &[], "vendored/x/a.txt", true),
        ("[only]\ntoken = [\"src/*.py\"]", &[], "src/a.py", true),
        ("[only]\ntoken = [\"src/*.py\"]", &[], "src/deep/a.py", false),
        ("[except]\ntoken = [\"tests/**\"]", &[], "tests/a.py", false),
        ("[except]\nyaml = [\"tests/**\"]", &[], "tests/a.py", true),
    ];
    for (text, skip, path, expected) in cases {
        assert_eq!(on(text, skip, path), *expected, "{text} {skip:?} {path}");
    }
    let blocks = Switches::of(&config("disable = [\"managed-block\"]"), &[], &[]).unwrap();
    assert!(!blocks.judges(CheckId::ManagedBlock, &RepoPath::from("a.md")));
    let unknown = Switches::of(&config("disable = [\"nothing\"]"), &[], &[]).unwrap_err();
    assert_eq!(unknown.to_string(), "`[hook] disable` names no check: `nothing`");
}

#[test]
fn lines_of_a_file_with_many_findings_are_split_once() {
    let switches = Switches::of(&HookConfig::default(), &[], &[]).unwrap();
    let (marker_sizes, secrets) = (BTreeMap::new(), Secrets::new());
    let options = Options::default();
    let judge = Judge::of(&switches, options, &marker_sizes, &secrets);
    let findings = |line: &str| {
        let text = line.repeat(200_000);
        let (path, kind) = (RepoPath::from("a.rs"), crate::repo::EntryKind::File);
        let file =
            files::File { path: &path, kind, bytes: text.as_bytes(), before: &Vec::new, is_put_away: false };
        judge.judge(&file).len()
    };
    assert_eq!(findings("dbg!(x);\n"), 200_000);
    assert_eq!(findings("dbg!(x); // xtask: allow(debug) shown in the talk\n"), 0);
}

#[test]
fn comments_and_scissors_are_those_of_the_repository() {
    let config = HookConfig::default();
    let judge = |text: &str, comment: &str, strips: bool| {
        let findings = judge_message(&Message { text, comment, strips }, &config);
        findings.into_iter().map(|finding| (finding.check, finding.line.unwrap_or(0))).collect::<Vec<_>>()
    };
    let long = "x".repeat(73);
    let cases = [
        (format!("; {long}\nshort\n"), ";", true, 0),
        (format!("# {long}\n"), "#", false, 1),
        (format!("// {long}\nshort\n"), "//", true, 0),
        (format!("short\n\n; {} >8 {}\n{long}\n", "-".repeat(24), "-".repeat(24)), ";", true, 0),
        ("\u{e9}".repeat(72), "#", true, 0),
        ("e\u{301}".repeat(72), "#", true, 0),
        ("e\u{301}".repeat(73), "#", true, 1),
    ];
    for (text, comment, strips, expected) in cases {
        let found = judge(&text, comment, strips);
        assert_eq!(found.len(), expected, "{text} {found:?}");
    }
    assert_eq!(judge("subject\nnot empty\n", "#", true), [(CheckId::SubjectBody, 2)]);
}

#[test]
fn comments_are_taken_out_as_git_does_it() {
    for (cleanup, edited, strips) in [
        (None, true, true),
        (None, false, false),
        (Some("default"), true, true),
        (Some("strip"), false, true),
        (Some("scissors"), true, false),
        (Some("whitespace"), true, false),
        (Some("verbatim"), true, false),
    ] {
        assert_eq!(strips_comments(cleanup, edited), strips, "{cleanup:?} {edited}");
    }
}

#[test]
fn report_fits_a_screen_and_hostile_names_stay_on_their_line() {
    let path = RepoPath::from("a\n`b` $(c).txt");
    let findings =
        (1..=40).map(|line| Finding::of(CheckId::Token, &path, "a token stands here").at(line)).collect();
    let judged = Judged { checked: 1, findings };
    let told = lines("pre-commit", "commit", &judged);
    assert!(told.len() <= 20 && told.iter().all(|line| !line.contains('\n')), "{told:#?}");
    assert_eq!(told[0], "pre-commit: 40 findings stop this commit (1 file judged)");
    assert_eq!(told[15], "  … and 26 more: `xtask hook pre-commit -v` shows all");
    assert_eq!(all_lines("pre-commit", "commit", &judged).len(), 42);
    assert!(lines("pre-commit", "commit", &Judged::default()).is_empty());
}

#[test]
fn deleted_and_new_refs_of_a_push_are_told_apart() {
    let (one, null) = ("1".repeat(40), "0".repeat(40));
    let text = format!("refs/heads/a {one} refs/heads/a {null}\n(delete) {null} refs/heads/b {one}\n");
    let read = updates(&text).unwrap();
    assert!(read[0].local.is_some() && read[0].remote.is_none());
    assert!(read[1].local.is_none() && read[1].remote.is_some());
    assert!(updates("").unwrap().is_empty());
    assert!(updates("one two\n").is_err());
}
