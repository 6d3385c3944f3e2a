//! Counts tests without running them, as pytest would name them by its default rules.
//!
//! Files `test_*.py` and `*_test.py`, where there are none those at the top that unittest finds; functions `test*`; classes `Test*` without a constructor and every
//! subclass of `unittest.TestCase`, with what they inherit from classes of the same repository. A test that is
//! parametrised over values that can be counted is so many items; where only running it would tell, it
//! counts once and is listed in [`Inventory::uncounted`].
//!
//! Knows nothing of configuration (`python_files`, `testpaths`), of plugins, or of what a test does.

mod classes;
mod collect;
mod count;
mod facts;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::Serialize;

use super::syntax::Unparsed;
use crate::parallel;
use crate::repo::RepoPath;
use facts::Module;
pub(crate) use facts::works_at_import;

/// The tests of a repository, counted from their text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Inventory {
    /// Files that pytest or unittest would look into. Each has tests, is empty, is a script, or cannot be parsed.
    pub files_named_test: usize,
    /// Those that hold at least one test.
    pub files_with_tests: usize,
    /// Those that define no test and do nothing.
    pub empty_test_files: Vec<RepoPath>,
    /// Those that define no test but do work when they are imported.
    pub scripts: Vec<RepoPath>,
    /// Test functions and methods, each inherited method once for each class that has it.
    pub functions: usize,
    /// Functions times their parameters, where these can be counted.
    pub items: usize,
    /// Test files that are no Python.
    pub unparsed: Vec<Unparsed>,
    /// Tests whose number of items only a run would tell; they count once.
    pub uncounted: Vec<Uncounted>,
    /// Classes whose tests cannot all be known, since a base class lies outside the repository.
    pub open_classes: Vec<OpenClass>,
    /// Every test, by file and line.
    pub tests: Vec<Test>,
}

impl Inventory {
    /// Test files whose names pytest does not look for.
    pub fn unnamed(&self) -> impl Iterator<Item = &RepoPath> {
        let broken = self.unparsed.iter().map(|file| &file.path);
        self.tests.iter().map(|test| &test.path).chain(broken).filter(|path| !is_test_file(path))
    }
}

/// One test function or method.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Test {
    /// The file that pytest names it by.
    pub path: RepoPath,
    /// The line of its name in `defined_in`.
    pub line: usize,
    /// `path::Class::name`, as pytest writes it, without parameters.
    pub id: String,
    /// The file that defines it: another one for an inherited or imported test.
    pub defined_in: RepoPath,
    /// How many times it runs; `None` when only a run would tell.
    pub items: Option<usize>,
}

/// A test that counts once because its parameters are computed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Uncounted {
    /// The test's file.
    pub path: RepoPath,
    /// The test's line.
    pub line: usize,
    /// The test's id.
    pub id: String,
    /// What repeats it.
    pub why: String,
}

/// A test class with a base that the repository does not define.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OpenClass {
    /// The class's file.
    pub path: RepoPath,
    /// The class's line.
    pub line: usize,
    /// The class.
    pub name: String,
    /// The base, as far as it can be named.
    pub base: String,
}

/// Counts the tests among `files`: all Python files of a repository with their decoded text.
///
/// All files are wanted, not only tests: base classes and fixtures live anywhere.
pub fn inventory(files: &[(RepoPath, String)]) -> Inventory {
    let python: Vec<&(RepoPath, String)> =
        files.iter().filter(|(path, _)| path.extension() == "py").collect();
    let read = parallel::map(&python, |(_, text)| facts::read(text));
    let is_named = python.iter().any(|(path, _)| is_test_file(path));
    let is_test = |path: &RepoPath| is_test_file(path) || (!is_named && is_found_by_unittest(path));
    let mut modules: BTreeMap<&RepoPath, Module> = BTreeMap::new();
    let mut inventory = Inventory::default();
    for ((path, _), module) in python.iter().zip(read) {
        match module {
            Ok(module) => {
                modules.insert(path, module);
            }
            Err((line, message)) if is_test(path) => {
                inventory.files_named_test += 1;
                inventory.unparsed.push(Unparsed { path: path.clone(), line: Some(line), message });
            }
            Err(_) => {}
        }
    }
    let modules = classes::Modules(modules);
    let holds_tests = |path: &RepoPath, module| is_test_file(path) || has_test_class(&modules, path, module);
    for (path, module) in modules.0.iter().filter(|(path, _)| is_test(path)) {
        if !holds_tests(path, module) {
            continue;
        }
        inventory.files_named_test += 1;
        let tests = collect::tests_of(&modules, path, module, &mut inventory);
        if !tests.is_empty() {
            inventory.files_with_tests += 1;
        } else if module.works {
            inventory.scripts.push((*path).clone());
        } else {
            inventory.empty_test_files.push((*path).clone());
        }
        inventory.functions += tests.len();
        inventory.items += tests.iter().map(|test| test.items.unwrap_or(1)).sum::<usize>();
        inventory.tests.extend(tests);
    }
    inventory.tests.sort();
    inventory.unparsed.sort();
    inventory.uncounted.sort();
    inventory.open_classes.sort();
    inventory.open_classes.dedup();
    inventory
}

/// True for a file that pytest looks into by default.
///
/// See `python_files` and `norecursedirs` in <https://docs.pytest.org/en/stable/reference/reference.html>.
pub fn is_test_file(path: &RepoPath) -> bool {
    let name = path.file_name();
    let named = name.starts_with(b"test_") && name.ends_with(b".py") || name.ends_with(b"_test.py");
    named && !path.parent().is_some_and(|folder| folder.parts().any(is_skipped_folder))
}

/// True for a file at the top that `python -m unittest` finds: `test.py` or `tests.py` of a project that has no other.
fn is_found_by_unittest(path: &RepoPath) -> bool {
    let name = path.as_bytes();
    !name.contains(&b'/') && name.starts_with(b"test") && name.ends_with(b".py")
}

/// A script that tries a model is called `test.py` too, and has a function `test`, but no class of tests.
fn has_test_class(modules: &classes::Modules<'_>, path: &RepoPath, module: &Module) -> bool {
    let tests = collect::tests_of(modules, path, module, &mut Inventory::default());
    tests.iter().any(|test| test.id.matches("::").count() > 1)
}

fn is_skipped_folder(name: &[u8]) -> bool {
    let skipped: &[&[u8]] = &[b"_darcs", b"build", b"CVS", b"dist", b"node_modules", b"venv", b"{arch}"];
    name.starts_with(b".") || name.ends_with(b".egg") || skipped.contains(&name)
}
