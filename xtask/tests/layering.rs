//! Holds the rooms to the table of who may import whom, and files to a size that can be read.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test reads the sources")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Ground floor: each room, and the rooms of the same floor that it may import.
const GROUND: &[(&str, &[&str])] = &[
    ("process", &[]),
    ("pack", &[]),
    ("fnv", &[]),
    ("parallel", &["process"]),
    ("report", &[]),
    ("blocks", &["report"]),
    ("cache", &["repo", "pack"]),
    ("passages", &["fnv", "parallel"]),
    ("repo", &["process", "report", "pack", "parallel"]),
    ("config", &["repo", "report"]),
    ("markdown", &["report"]),
    ("links", &["markdown", "repo", "report"]),
    ("code", &["repo", "report", "cache", "pack", "parallel"]),
    ("change", &["repo", "report"]),
];
/// Middle floor: may import the ground floor, never one another.
const MIDDLE: &[&str] = &["consolidate", "upstream", "validate", "setup", "check"];
/// Top floor: may import all.
const TOP: &[&str] = &["phases", "page", "fixture", "cli", "term", "main", "program", "lib", "commands"];

/// Lines of a file above which it has a second subject.
const LONGEST_FILE: usize = 500;

#[test]
fn every_room_stands_in_the_table() {
    let known: BTreeSet<&str> = GROUND
        .iter()
        .map(|(room, _)| *room)
        .chain(MIDDLE.iter().copied())
        .chain(TOP.iter().copied())
        .collect();
    let found: BTreeSet<String> = sources().iter().map(|path| room_of(path)).collect();
    let unknown: Vec<&String> = found.iter().filter(|room| !known.contains(room.as_str())).collect();
    assert!(unknown.is_empty(), "rooms without a row in the import table: {unknown:?}");
}

#[test]
fn rooms_import_only_what_the_table_allows() {
    let ground: BTreeMap<&str, &[&str]> = GROUND.iter().copied().collect();
    let floor: BTreeSet<&str> = ground.keys().copied().collect();
    let mut wrong = Vec::new();
    for path in sources() {
        let room = room_of(&path);
        if TOP.contains(&room.as_str()) {
            continue;
        }
        for import in imports(&path) {
            let allowed = import == room
                || match ground.get(room.as_str()) {
                    Some(allowed) => allowed.contains(&import.as_str()),
                    None => floor.contains(import.as_str()),
                };
            if !allowed {
                wrong.push(format!("{}: `{room}` imports `{import}`", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "imports against the table:\n{}", wrong.join("\n"));
}

#[test]
fn table_of_the_ground_floor_has_no_circle() {
    let mut placed: BTreeSet<&str> = BTreeSet::new();
    while placed.len() < GROUND.len() {
        let next: Vec<&str> = GROUND
            .iter()
            .filter(|(room, needs)| !placed.contains(room) && needs.iter().all(|need| placed.contains(need)))
            .map(|(room, _)| *room)
            .collect();
        assert!(!next.is_empty(), "a circle among the rooms that are not in {placed:?}");
        placed.extend(next);
    }
}

#[test]
fn no_file_is_longer_than_a_reader_bears() {
    let long: Vec<String> = sources()
        .into_iter()
        .map(|path| (fs::read_to_string(&path).unwrap().lines().count(), path))
        .filter(|(lines, _)| *lines > LONGEST_FILE)
        .map(|(lines, path)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "what is the second subject of\n{}", long.join("\n"));
}

#[test]
fn imports_below_the_name_of_a_test_file_are_seen_and_those_of_tests_are_not() {
    let text = "#[cfg(test)]\nmod tests;\n\nuse crate::repo::Repo;\n\n#[cfg(test)]\n#[allow(a)]\nmod tests {\n    \
                use crate::cli::Cli;\n}\n";
    assert_eq!(rooms_in(text).into_iter().collect::<Vec<_>>(), ["repo"]);
}

fn sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The first part of a file's path below `src`, without the ending.
fn room_of(path: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let inside = path.strip_prefix(root).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// Rooms that a file names by `crate::room` outside comments and unit tests.
fn imports(path: &Path) -> BTreeSet<String> {
    if path.file_name().is_some_and(|name| name == "tests.rs") {
        return BTreeSet::new();
    }
    rooms_in(&fs::read_to_string(path).unwrap())
}

fn rooms_in(text: &str) -> BTreeSet<String> {
    // `mod tests;` stands above the imports; the body of a module of tests stands last.
    let inline_tests = Regex::new(r"#\[cfg\(test\)\]\n(?:#\[[^\n]*\n)*mod \w+ \{").unwrap();
    let code = inline_tests.split(text).next().unwrap_or_default();
    let code: String =
        code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let single = Regex::new(r"\bcrate::([a-z_]+)").unwrap();
    let group = Regex::new(r"\bcrate::\{([^}]*)\}").unwrap();
    let word = Regex::new(r"(?:^|,)\s*([a-z_]+)").unwrap();
    let mut rooms: BTreeSet<String> = single.captures_iter(&code).map(|found| found[1].to_owned()).collect();
    for found in group.captures_iter(&code) {
        rooms.extend(word.captures_iter(&found[1]).map(|found| found[1].to_owned()));
    }
    rooms
}
