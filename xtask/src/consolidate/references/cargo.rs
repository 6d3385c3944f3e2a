//! Targets and packages that cargo is asked for.

use super::told::Told;
use super::{Known, Named, reference};
use crate::consolidate::note::Note;
use crate::consolidate::result::{Reference, ReferenceClass};
use crate::repo::RepoPath;

/// The flags that name one target, each with the folder whose files are such targets without being listed
/// (<https://doc.rust-lang.org/cargo/reference/cargo-targets.html#target-auto-discovery>).
const FOLDERS: &[(&str, &str)] =
    &[("--example", "examples"), ("--bin", "src/bin"), ("--bench", "benches"), ("--test", "tests")];

/// The flag and name of each target or package in the words behind `cargo`.
pub(super) fn asked<'w>(words: &[&'w str]) -> Vec<(&'w str, &'w str)> {
    // `cargo install --bin x` and `cargo update -p x` speak of other people's packages.
    const OWN: &[&str] =
        &["run", "r", "test", "t", "build", "b", "bench", "check", "c", "clippy", "doc", "nextest"];
    if words.first().is_none_or(|word| !OWN.contains(word)) {
        return Vec::new();
    }
    let own = words.iter().copied().take_while(|word| *word != "--");
    let own: Vec<&str> = own.collect();
    let pairs = own.windows(2).map(|pair| (pair[0], pair[1]));
    pairs
        .filter(|(flag, name)| {
            let is_target = FOLDERS.iter().any(|(known, _)| known == flag);
            (is_target || ["-p", "--package"].contains(flag)) && is_name(name)
        })
        .collect()
}

fn is_name(word: &str) -> bool {
    word.len() > 1
        && word.starts_with(|first: char| first.is_ascii_lowercase())
        && word.chars().all(|next| next.is_ascii_alphanumeric() || next == '_' || next == '-')
}

/// The names that a manifest gives: of packages, and of targets.
pub(super) fn names(text: &str) -> impl Iterator<Item = String> {
    let values = text.lines().filter_map(|line| {
        let value = line.trim_start().strip_prefix("name")?.trim_start().strip_prefix('=')?;
        value.trim_start().strip_prefix('"')?.split('"').next()
    });
    values.map(str::to_owned)
}

/// A target or package that no manifest names and no file is.
pub(super) fn dead(
    named: &Named,
    notes: &[Note],
    known: &Known<'_>,
    program: &str,
    name: &str,
) -> Option<Reference> {
    let names = known.commands.get("cargo")?.as_ref()?;
    let flag = program.rsplit(' ').next()?;
    let folder = FOLDERS.iter().find(|(known, _)| *known == flag).map(|(_, folder)| *folder);
    let is_of = |path: &RepoPath| {
        folder.is_some_and(|folder| {
            let ends = [format!("{folder}/{name}.rs"), format!("{folder}/{name}/main.rs")];
            ends.iter().any(|end| {
                let start = path.as_bytes().strip_suffix(end.as_bytes());
                start.is_some_and(|start| start.is_empty() || start.ends_with(b"/"))
            })
        })
    };
    if names.contains(name) || known.paths.iter().any(is_of) {
        return None;
    }
    let old = known.gone.iter().find(|path| is_of(path));
    if let Some(commit) = old.and_then(|old| known.history.ended(old)).filter(|_| named.told < Told::Gone) {
        let commit = commit.commit.as_str().to_owned();
        return Some(reference(named, notes, ReferenceClass::Removed, None, Some(commit)));
    }
    let is_claimed = named.told < Told::ToCome;
    is_claimed.then(|| reference(named, notes, ReferenceClass::NeverExisted, None, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_behind_cargo_name_targets_and_packages_of_this_repository() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("run --release --example show -- --bin x", &[("--example", "show")]),
            ("test -p core --test it", &[("-p", "core"), ("--test", "it")]),
            ("update -p serde", &[]),
            ("install --bin tool", &[]),
            ("run --bin <NAME>", &[]),
        ];
        for (text, expected) in cases {
            let words: Vec<&str> = text.split(' ').collect();
            assert_eq!(asked(&words), *expected, "{text}");
        }
    }

    #[test]
    fn manifest_names_packages_and_targets() {
        let text = "[package]\nname = \"core\"\n[[bin]]\nname=\"tool\"\nnamed = \"x\"\n";
        assert_eq!(names(text).collect::<Vec<_>>(), ["core", "tool"]);
    }
}
