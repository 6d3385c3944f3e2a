//! Reads the compiler's messages and finds what they are about in history.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{RustCause, RustImports, RustMove, RustPlace};
use crate::code::compiler;
use crate::repo::{History, RepoPath, Tree};

/// Errors of a `use`, `mod` or path that leads nowhere.
const UNRESOLVED: &[&str] = &["E0432", "E0433", "E0583"];

/// What the compiler said, each thing once: tests and the library are compiled from the same files.
#[derive(Debug, Default)]
pub(super) struct Errors {
    unresolved: BTreeSet<(RustPlace, RepoPath)>,
    others: BTreeSet<(String, usize, String)>,
}

impl Errors {
    pub(super) fn len(&self) -> usize {
        self.unresolved.len() + self.others.len()
    }

    /// Takes one line of `--message-format=json`, said by cargo in `folder` below `root`. What is no error is passed over.
    pub(super) fn take(&mut self, line: &[u8], folder: Option<&RepoPath>, root: &Path) {
        let Some((message, crate_root)) = compiler::error(line) else { return };
        let Some(span) = message.spans.iter().find(|span| span.is_primary) else { return };
        let file = Path::new(&span.file_name);
        let path = match file.strip_prefix(root) {
            Ok(inside) => inside.to_string_lossy().into_owned(),
            Err(_) if file.is_absolute() => span.file_name.clone(),
            Err(_) => match folder {
                Some(folder) => format!("{folder}/{}", span.file_name),
                None => span.file_name.clone(),
            },
        };
        let crate_root = crate_root.and_then(|file| {
            let inside = Path::new(&file).strip_prefix(root).ok()?.to_owned();
            Some(RepoPath::from(&*inside.to_string_lossy()))
        });
        let code = message.code().unwrap_or_default().to_owned();
        match crate_root.filter(|_| UNRESOLVED.contains(&code.as_str())) {
            Some(crate_root) => {
                let place = RustPlace { path, line: span.line_start, code, message: message.message };
                self.unresolved.insert((place, crate_root));
            }
            None => {
                self.others.insert((path, span.line_start, message.message));
            }
        }
    }
}

/// Groups errors by what moved, else by the compiler's message.
pub(super) fn causes(errors: &Errors, tree: &Tree, history: &History) -> RustImports {
    let mut groups: BTreeMap<Result<RustMove, String>, BTreeSet<RustPlace>> = BTreeMap::new();
    for (place, crate_root) in &errors.unresolved {
        let cause = match moved(place, crate_root, tree, history) {
            Some(moved) => Ok(moved),
            None => Err(place.message.clone()),
        };
        groups.entry(cause).or_default().insert(place.clone());
    }
    // The same place may be compiled for several targets, of which only one tells what moved.
    let explained: BTreeSet<RustPlace> =
        groups.iter().filter(|(cause, _)| cause.is_ok()).flat_map(|(_, places)| places.clone()).collect();
    let mut causes: Vec<RustCause> = groups
        .into_iter()
        .filter_map(|(cause, mut places)| {
            if cause.is_err() {
                places.retain(|place| !explained.contains(place));
            }
            (!places.is_empty())
                .then(|| RustCause { moved: cause.ok(), places: places.into_iter().collect() })
        })
        .collect();
    causes.sort_by_key(|cause| std::cmp::Reverse(cause.places.len()));
    RustImports { causes, other_errors: errors.others.len() }
}

/// The file that the error misses, if git moved it.
fn moved(place: &RustPlace, crate_root: &RepoPath, tree: &Tree, history: &History) -> Option<RustMove> {
    let top = crate_root.parent();
    let own = RepoPath::from(place.path.as_str());
    candidates(place, &own, crate_root).into_iter().find_map(|old| {
        if tree.get(&old).is_some() {
            return None;
        }
        let rename = history.moved_to(&old).filter(|rename| tree.get(&rename.to).is_some())?;
        let commit = Some(&rename.change.commit).filter(|commit| !commit.is_uncommitted());
        let module = module_of(&rename.to, top.as_ref());
        Some(RustMove { from: old, to: rename.to.clone(), commit: commit.map(ToString::to_string), module })
    })
}

/// The files that the error may be about, the likeliest first.
fn candidates(place: &RustPlace, own: &RepoPath, crate_root: &RepoPath) -> Vec<RepoPath> {
    let Some(named) = place.message.split('`').nth(1) else { return Vec::new() };
    let mut parts: Vec<&str> = named.split("::").map(str::trim).collect();
    let top = crate_root.parent();
    // A module's own folder: that of `lib.rs` and `mod.rs`, else the folder of its name.
    let stem = own.stem();
    let is_top = own == crate_root || stem == b"mod";
    let own_folder = match own.parent() {
        folder if is_top => folder,
        Some(folder) => Some(folder.join(stem)),
        None => Some(RepoPath::from_bytes(stem)),
    };
    let mut folders = vec![own_folder.clone(), top];
    if place.code != "E0583" {
        match parts[0] {
            "crate" => folders.rotate_left(1),
            "super" => folders = vec![own_folder.and_then(|folder| folder.parent())],
            "self" => {}
            // The crate's own name, in its tests and programs.
            _ if parts.len() > 1 => {
                let package = crate_root.parent().and_then(|folder| folder.parent());
                let source = |package: Option<RepoPath>| match package {
                    Some(package) => package.join(b"src"),
                    None => RepoPath::from("src"),
                };
                folders.extend([Some(source(package)), Some(source(None))]);
            }
            _ => {}
        }
        if matches!(parts[0], "crate" | "super" | "self") {
            parts.remove(0);
        }
    }
    let mut found = Vec::new();
    for folder in &folders {
        found.extend(parts_below(&parts, folder));
        if parts.len() > 1 {
            found.extend(parts_below(&parts[1..], folder));
        }
    }
    found
}

/// `a::b::c` below a folder: `a/b/c.rs`, `a/b/c/mod.rs`, `a/b.rs` …
fn parts_below(parts: &[&str], folder: &Option<RepoPath>) -> Vec<RepoPath> {
    let mut found = Vec::new();
    for length in (1..=parts.len()).rev() {
        let below = parts[..length].join("/");
        for ending in [".rs", "/mod.rs"] {
            let file = format!("{below}{ending}");
            found.push(match folder {
                Some(folder) => folder.join(file.as_bytes()),
                None => RepoPath::from(file.as_str()),
            });
        }
    }
    found
}

/// `crate::a::b` for a file below the folder of the crate's root.
fn module_of(path: &RepoPath, top: Option<&RepoPath>) -> Option<String> {
    let text = std::str::from_utf8(path.as_bytes()).ok()?;
    let below = match top {
        Some(top) => text.strip_prefix(&*top.display())?.strip_prefix('/')?,
        None => text,
    };
    let stem = below.strip_suffix("/mod.rs").or_else(|| below.strip_suffix(".rs"))?;
    Some(format!("crate::{}", stem.replace('/', "::")))
}
