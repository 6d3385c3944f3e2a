//! Files below the tests that a harness of theirs runs: it puts folders on their path, which no file says.

use crate::code::python::imports::facts::Import;
use crate::code::python::imports::index::{FileId, Index};
use crate::code::python::imports::verify::TEST_FOLDERS;
use crate::code::python::inventory::is_test_file;
use crate::repo::RepoPath;

/// True when a module that moved to `module`, a path without ending, may be found by its old name as before: it kept
/// the name, lies in a folder beside the importer below the same tests, and nobody imports the importer or collects it.
pub(super) fn gives_path(index: &Index<'_>, file: FileId, import: &Import, module: &str) -> bool {
    let path = &index.files[file].path;
    let Some(tests) = tests_around(path) else { return false };
    let below = import.module.replace('.', "/");
    let folder = module.strip_suffix(&below).and_then(|folder| folder.strip_suffix('/'));
    let is_no_package = |folder: &str| index.folder(folder).is_some_and(|folder| !index.is_package(folder));
    import.level == 0
        && folder.is_some_and(|folder| folder.starts_with(&format!("{tests}/")) && is_no_package(folder))
        && !is_test_file(path)
        && path.file_name() != b"conftest.py"
        && !is_imported(index, path)
}

/// The topmost folder of tests around a file.
fn tests_around(path: &RepoPath) -> Option<String> {
    let folder = path.parent()?.display().into_owned();
    let parts: Vec<&str> = folder.split('/').collect();
    let at = parts.iter().position(|part| TEST_FOLDERS.contains(part))?;
    Some(parts[..=at].join("/"))
}

/// True when some import names a module of the file's name.
fn is_imported(index: &Index<'_>, path: &RepoPath) -> bool {
    let stem = String::from_utf8_lossy(path.stem()).into_owned();
    let names = |import: &Import| {
        import.module.split('.').any(|part| part == stem) || import.name.as_ref() == Some(&stem)
    };
    index.files.iter().filter_map(|file| file.facts.as_ref()).any(|facts| facts.imports.iter().any(names))
}
