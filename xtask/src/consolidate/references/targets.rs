//! What `make`, `npm run`, `deno task` and `just` can be asked for, and which commit took it away.

use std::collections::{BTreeMap, BTreeSet};

use super::{Past, cargo};
use crate::repo::RepoPath;

/// By program the names that it knows; `None` where they cannot be told (computed or included), absent where no file
/// of the program is there.
pub(in crate::consolidate) type Commands = BTreeMap<&'static str, Option<BTreeSet<String>>>;

/// The program whose names a file holds.
pub(in crate::consolidate) fn program_of(path: &RepoPath) -> Option<&'static str> {
    match path.file_name() {
        b"Makefile" | b"makefile" | b"GNUmakefile" => Some("make"),
        b"package.json" => Some("npm run"),
        b"deno.json" | b"deno.jsonc" => Some("deno task"),
        b"Cargo.toml" => Some("cargo"),
        b"justfile" | b"Justfile" | b".justfile" => Some("just"),
        name if name.ends_with(b".mk") => Some("make"),
        _ => None,
    }
}

/// The files of [`program_of`], as patterns for git.
pub(in crate::consolidate) const FILES: &[&str] = &[
    ":(glob)**/Makefile",
    ":(glob)**/makefile",
    ":(glob)**/GNUmakefile",
    ":(glob)**/*.mk",
    ":(glob)**/package.json",
    ":(glob)**/deno.json",
    ":(glob)**/deno.jsonc",
    ":(glob)**/justfile",
    ":(glob)**/Justfile",
];

/// Takes the names that one file holds.
pub(in crate::consolidate) fn take(commands: &mut Commands, program: &'static str, text: &str) {
    let names = match program {
        "make" => of_makefile(text),
        "npm run" => Some(of_package(text, "scripts").unwrap_or_default()),
        "deno task" => of_package(text, "tasks"),
        "cargo" => Some(cargo::names(text).collect()),
        _ => of_justfile(text),
    };
    let known = commands.entry(program).or_insert_with(|| Some(BTreeSet::new()));
    *known = match (known.take(), names) {
        (Some(mut known), Some(names)) => {
            known.extend(names);
            Some(known)
        }
        _ => None,
    };
}

/// True for a target that a file of the program holds, by name or by a pattern (`test-%`).
pub(super) fn holds(names: &BTreeSet<String>, wanted: &str) -> bool {
    let fits = |pattern: &str| {
        pattern.split_once('%').filter(|_| pattern != ANY).is_some_and(|(start, end)| {
            wanted.len() > start.len() + end.len() && wanted.starts_with(start) && wanted.ends_with(end)
        })
    };
    names.contains(wanted) || names.iter().any(|name| fits(name))
}

/// The pattern of a Makefile that hands every target on, as that of Sphinx does.
const ANY: &str = "%";

/// True where some file takes every name: that one never was cannot be said, only that it is gone.
pub(super) fn takes_any(names: &BTreeSet<String>) -> bool {
    names.contains(ANY)
}

/// The targets of a Makefile; `None` where one has a name that only make can tell.
fn of_makefile(text: &str) -> Option<BTreeSet<String>> {
    let variables = variables(text);
    let mut names = BTreeSet::new();
    for line in text.lines().filter(|line| !line.starts_with(['\t', '#'])) {
        // A file that is included and tracked is read by itself, with what it defines.
        if line.trim_start().starts_with("$(eval") || line.trim_start().starts_with("define ") {
            return None;
        }
        let Some((heads, rest)) = line.split_once(':') else { continue };
        if rest.starts_with('=') || heads.contains('=') {
            continue;
        }
        let heads = if heads.trim() == ".PHONY" { rest } else { heads };
        let expanded = expanded(heads, &variables, 0);
        for name in expanded.split_whitespace() {
            let is_file = name.contains('/');
            if name.contains('$') && !is_file {
                return None;
            }
            names.insert(name.to_owned());
        }
    }
    Some(names)
}

fn variables(text: &str) -> BTreeMap<&str, &str> {
    let lines = text.lines().filter(|line| !line.starts_with(['\t', '#']));
    let pairs = lines.filter_map(|line| line.split_once('='));
    let names = pairs.map(|(name, value)| (name.trim_end_matches([':', '?', '+', ' ']).trim(), value.trim()));
    names.filter(|(name, _)| !name.contains([' ', '$'])).collect()
}

fn expanded(text: &str, variables: &BTreeMap<&str, &str>, depth: usize) -> String {
    let mut out = text.to_owned();
    if depth > 4 || !text.contains('$') {
        return out;
    }
    for (name, value) in variables {
        for form in [format!("$({name})"), format!("${{{name}}}")] {
            if out.contains(&form) {
                out = out.replace(&form, &expanded(value, variables, depth + 1));
            }
        }
    }
    out
}

/// The names in a table of a file in JSON; `None` where it is not read, as one with comments is not.
fn of_package(text: &str, table: &str) -> Option<BTreeSet<String>> {
    let package = serde_json::from_str::<serde_json::Value>(text).ok()?;
    let names = package.get(table).and_then(serde_json::Value::as_object).into_iter().flatten();
    Some(names.map(|(name, _)| name.clone()).collect())
}

/// Takes the targets of a Makefile that a script writes: lines that begin with a name and a colon.
pub(in crate::consolidate) fn take_written(commands: &mut Commands, script: &str) {
    let Some(Some(known)) = commands.get_mut("make").filter(|_| script.contains("Makefile")) else { return };
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || sign == '_' || sign == '-';
    let names = script.lines().filter_map(|line| line.split_once(':')).map(|(name, _)| name);
    known.extend(names.filter(|name| !name.is_empty() && name.chars().all(is_part)).map(str::to_owned));
}

fn of_justfile(text: &str) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for line in text.lines().filter(|line| !line.starts_with([' ', '\t', '#', '['])) {
        let word = line.split_whitespace().next().unwrap_or_default();
        match word {
            "import" | "import?" | "mod" | "mod?" => return None,
            "alias" => names.extend(line.split_whitespace().nth(1).map(str::to_owned)),
            _ if line.contains(':') && !line.contains(":=") => {
                names.insert(word.trim_start_matches('@').trim_end_matches(':').to_owned());
            }
            _ => {}
        }
    }
    Some(names)
}

/// True for what programs of other people are built and installed with.
pub(super) fn is_of_every_makefile(target: &str) -> bool {
    const TARGETS: &[&str] = &[
        "all",
        "install",
        "altinstall",
        "uninstall",
        "check",
        "distclean",
        "dist",
        "modules",
        "menuconfig",
        "defconfig",
        "qmake_all",
    ];
    TARGETS.contains(&target)
}

/// The pattern, for `git log -G`, of lines that define one of these (`make x`, `npm run y`).
pub(in crate::consolidate) fn target_pattern(wanted: &BTreeSet<String>) -> String {
    let names: Vec<String> = wanted
        .iter()
        .filter_map(|command| command.rsplit_once(' '))
        .map(|(_, name)| name.replace('.', "[.]"))
        .collect();
    let names = names.join("|");
    format!("^@?([^#:=]* )?({names})( [^:=]*)?:|^ *\"({names})\" *:")
}

/// Reads a log of changes, newest first: the first commit that removes a definition removed the last one.
pub(in crate::consolidate) fn removed_targets(log: &str, wanted: &BTreeSet<String>) -> Past {
    let mut past = Past::new();
    let mut commit = "";
    let mut program = None;
    for line in log.lines() {
        if let Some(name) = line.strip_prefix('\u{1}') {
            commit = name;
        } else if let Some(paths) = line.strip_prefix("diff --git ") {
            let path = paths.rsplit_once(" b/").map_or(paths, |(_, path)| path);
            program = program_of(&RepoPath::from(path));
        } else if let (Some(text), Some(program)) = (line.strip_prefix('-'), program) {
            for name in defined(program, text) {
                let command = format!("{program} {name}");
                if wanted.contains(&command) {
                    past.entry(command).or_insert_with(|| commit.to_owned());
                }
            }
        }
    }
    past
}

fn defined(program: &'static str, line: &str) -> Vec<String> {
    match program {
        "make" => of_makefile(line).into_iter().flatten().collect(),
        "npm run" | "deno task" => {
            let name = line.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'));
            let name =
                name.filter(|(_, rest)| rest.trim_start().starts_with(": \"") || rest.starts_with(":\""));
            name.map(|(name, _)| name.to_owned()).into_iter().collect()
        }
        _ => of_justfile(line).into_iter().flatten().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_of_a_makefile_that_a_script_writes_are_there() {
        let script = "cat > Makefile <<'END'\nhealth:\n\tcurl x\nEND\necho \"state: up\"\n";
        let mut commands = Commands::new();
        take_written(&mut commands, script);
        assert!(commands.is_empty(), "of programs that are not used here nothing is known");
        take(&mut commands, "make", "all: x\n");
        take_written(&mut commands, script);
        take_written(&mut commands, "other:\n");
        let names = commands["make"].clone().expect("all names are known");
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["all", "health"]);
    }
}
