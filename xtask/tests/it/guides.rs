//! The guides of `docs/`: every command in them is run, and prints what stands below it.

use std::path::{Path, PathBuf};

use crate::sandbox::{self, Sandbox};

/// Set to write down what the commands print instead of comparing.
const REWRITE: &str = "XTASK_REWRITE_GUIDES";
/// A line of the guide for lines that are left out.
const LEFT_OUT: &str = "[...]";

#[test]
fn commands_of_guides_print_what_they_say() {
    for path in guides() {
        let text = std::fs::read_to_string(&path).unwrap();
        let run = run(&text);
        if std::env::var_os(REWRITE).is_some() {
            std::fs::write(&path, &run).unwrap();
            continue;
        }
        assert!(matches(&text, &run), "{}: now it would read\n{run}", path.display());
    }
}

#[test]
fn guides_are_clean() {
    let docs = folder();
    let sandbox = Sandbox::init();
    for path in guides().into_iter().chain([docs.join("README.md")]) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        sandbox.write(&format!("docs/{name}"), std::fs::read(&path).unwrap());
    }
    sandbox.commit("guides");
    let found = sandbox.json(["check"]);
    assert_eq!(found["result"]["findings"], serde_json::json!([]));
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

fn guides() -> Vec<PathBuf> {
    let names = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut guides: Vec<PathBuf> = names.filter(|path| !path.ends_with("README.md")).collect();
    guides.sort();
    guides
}

/// The guide with what its commands print now. Its commands run one after another in one sample repository.
fn run(guide: &str) -> String {
    let sandbox = Sandbox::from_fixture("lab-fork").with_git_version(sandbox::WITH_HOOK_FILES);
    let mut text = String::new();
    let mut in_console = false;
    for line in guide.lines() {
        match line {
            "```console" => in_console = true,
            "```" => in_console = false,
            _ => {}
        }
        if in_console && line != "```console" && !line.starts_with("$ ") {
            continue;
        }
        text.push_str(line);
        text.push('\n');
        if let (true, Some(command)) = (in_console, line.strip_prefix("$ ")) {
            text.push_str(&printed(&sandbox, command));
        }
    }
    text
}

/// What a command prints to standard output, with the line ends of a file.
fn printed(sandbox: &Sandbox, command: &str) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_xtask")).parent().unwrap();
    let path = format!("{}:{}", program.display(), sandbox.path().display());
    let output = sandbox.command("sh").env("PATH", path).args(["-c", command]).output().unwrap();
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    if said.is_empty() {
        said = String::from_utf8_lossy(&output.stderr).into_owned();
    }
    let said = said.replace(&sandbox.root().display().to_string(), "/repo");
    said.lines().map(|line| format!("{line}\n")).collect()
}

/// Whether a guide reads as it should, where lines that are left out stand for any number of lines.
fn matches(guide: &str, run: &str) -> bool {
    let run: Vec<&str> = run.lines().collect();
    let mut at = 0;
    let mut skips = false;
    for line in guide.lines() {
        if line == LEFT_OUT {
            skips = true;
        } else if skips {
            match run[at..].iter().position(|other| *other == line) {
                Some(found) => at += found + 1,
                None => return false,
            }
            skips = false;
        } else if run.get(at) == Some(&line) {
            at += 1;
        } else {
            return false;
        }
    }
    at == run.len()
}

#[test]
fn lines_left_out_stand_for_any_number() {
    assert!(matches("a\n[...]\nd\n", "a\nb\nc\nd\n"));
    assert!(!matches("a\nd\n", "a\nb\nd\n"));
    assert!(!matches("a\n[...]\ne\n", "a\nb\n"));
}
