//! Reads the repository's own Rust files: which functions they have, and to which packages they belong.

use std::collections::{BTreeMap, BTreeSet};

use super::super::model::SuiteRun;
use super::super::rust_places::RustPlaces;
use super::{Context, is_listed};
use crate::code::rust_functions;
use crate::repo::RepoPath;

/// Where Rust tests stand; nothing where none ran.
pub(super) fn places(context: &Context<'_>, runs: &[SuiteRun]) -> RustPlaces {
    if runs.iter().any(is_listed) { own(context) } else { RustPlaces::default() }
}

/// The functions of all Rust files but those that `cargo vendor` copied here, which belong to others.
pub(super) fn own(context: &Context<'_>) -> RustPlaces {
    let is_copied = |path: &&RepoPath| path.file_name() == b".cargo-checksum.json";
    let copied: BTreeSet<RepoPath> =
        context.files.iter().filter(is_copied).filter_map(RepoPath::parent).collect();
    let is_own = |path: &&RepoPath| {
        let above = std::iter::successors(path.parent(), RepoPath::parent);
        path.extension() == "rs" && !above.into_iter().any(|folder| copied.contains(&folder))
    };
    let functions = |path: &RepoPath| {
        let text = String::from_utf8_lossy(&context.read(path)?).into_owned();
        Some((path.display().into_owned(), rust_functions(&text)))
    };
    let files = context.files.iter().filter(is_own).filter_map(functions).collect();
    RustPlaces::new(files, packages(context))
}

/// Names of packages by their folder, `None` for the top.
pub(super) fn packages(context: &Context<'_>) -> BTreeMap<Option<RepoPath>, String> {
    let manifests = context.files.iter().filter(|path| path.file_name() == b"Cargo.toml");
    let name = |path: &RepoPath| {
        let table: toml::Table = toml::from_str(std::str::from_utf8(&context.read(path)?).ok()?).ok()?;
        Some(table.get("package")?.get("name")?.as_str()?.to_owned())
    };
    manifests.filter_map(|path| Some((path.parent(), name(path)?))).collect()
}
