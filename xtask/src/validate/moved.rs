//! What became of files that a commit moved.

use std::collections::{BTreeMap, BTreeSet};

use super::model::Gathered;
use super::result::{Case, CaseOutcome, Moved, MovedTests};
use crate::repo::{Rename, RepoPath};

/// Python and Rust files that stand where a rename in history put them, with how they fare now.
pub(super) fn moved(gathered: &Gathered, cases: &[Case]) -> Vec<Moved> {
    let mut seen: BTreeSet<&RepoPath> = BTreeSet::new();
    // Newest first, so the last move of each path counts.
    let newest = gathered.renames.iter().filter(|rename| seen.insert(&rename.to));
    let unresolved = gathered.imports.unresolved.iter().filter(|import| import.guard.is_none());
    let broken: BTreeSet<&RepoPath> = unresolved.map(|import| &import.path).collect();
    let with_tests: BTreeSet<&RepoPath> = gathered.inventory.tests.iter().map(|test| &test.path).collect();
    let told = |rename: &Rename| {
        let path = &rename.to;
        let (imports_ok, verdict) = if path.extension() == "rs" {
            let ids = RustIds::of(path, &gathered.rust_packages);
            (!cannot_build(path, cases), verdict_of(path, cases, |id| ids.has(id), false))
        } else {
            let prefix = format!("{}::", path.display());
            let has = |id: &str| id == path.display() || id.starts_with(&prefix);
            (!broken.contains(path), verdict_of(path, cases, has, with_tests.contains(path)))
        };
        Moved {
            path: path.display().into_owned(),
            from: rename.from.display().into_owned(),
            commit: rename.change.commit.to_string(),
            imports_ok,
            verdict,
        }
    };
    newest.map(told).collect()
}

/// The same files with the tests of a run whose parts ran elsewhere.
pub(super) fn with_cases(moved: Vec<Moved>, cases: &[Case]) -> Vec<Moved> {
    let told = |moved: Moved| {
        let path = RepoPath::from(moved.path.as_str());
        let prefix = format!("{}::", moved.path);
        let has = |id: &str| id == moved.path || id.starts_with(&prefix);
        let verdict = verdict_of(&path, cases, has, moved.verdict != MovedTests::NoTests);
        Moved { verdict, ..moved }
    };
    moved.into_iter().map(told).collect()
}

/// True when the compiler stopped at this file, at an import that leads nowhere or otherwise.
fn cannot_build(path: &RepoPath, cases: &[Case]) -> bool {
    cases.iter().any(|case| {
        case.outcome == CaseOutcome::Error && case.path.as_deref().is_some_and(|own| own == path.display())
    })
}

fn verdict_of(path: &RepoPath, cases: &[Case], has: impl Fn(&str) -> bool, has_tests: bool) -> MovedTests {
    let path = path.display();
    // Ids are relative to pytest's root, which may stand below the repository's; places are not.
    let stands_in = |case: &&Case| case.path.as_deref() == Some(&*path) || has(&case.id);
    let outcomes: Vec<CaseOutcome> = cases.iter().filter(stands_in).map(|case| case.outcome).collect();
    if outcomes.is_empty() {
        return if has_tests { MovedTests::NotRun } else { MovedTests::NoTests };
    }
    if outcomes.iter().any(|outcome| matches!(outcome, CaseOutcome::Failed | CaseOutcome::Error)) {
        MovedTests::Failed
    } else if outcomes.contains(&CaseOutcome::NotRun) {
        MovedTests::NotRun
    } else {
        MovedTests::Passed
    }
}

/// How `cargo test` and `cargo nextest` name the tests of a Rust file: by its binary, and by the module that it is.
struct RustIds {
    /// What an id begins with.
    starts: Vec<String>,
    /// The module with `::` around it, for ids of binaries of the package whose names end otherwise.
    module: Option<String>,
}

impl RustIds {
    /// `packages`: names of packages by their folder, `None` for the top.
    fn of(path: &RepoPath, packages: &BTreeMap<Option<RepoPath>, String>) -> Self {
        let whole = path.display();
        let mut folder = path.parent();
        while folder.is_some() && !packages.contains_key(&folder) {
            folder = folder.and_then(|folder| folder.parent());
        }
        let home = folder.as_ref().map(|folder| format!("{}/", folder.display())).unwrap_or_default();
        let package = packages.get(&folder).cloned().unwrap_or_default();
        let inside = whole.strip_prefix(&home).unwrap_or(&whole);
        let stem = inside.strip_suffix(".rs").unwrap_or(inside);
        let own = [format!("{whole}::"), format!("unittests {whole}::")];
        match stem.strip_prefix("src/") {
            Some(root) if root == "lib" || root == "main" || root.starts_with("bin/") => {
                Self { starts: own.to_vec(), module: None }
            }
            Some(module) => {
                let module = module.strip_suffix("/mod").unwrap_or(module).replace('/', "::");
                let roots = ["lib", "main"].map(|root| format!("unittests {home}src/{root}.rs::{module}::"));
                let binaries = format!("{package}::bin/");
                let starts = roots.into_iter().chain([format!("{package}::{module}::"), binaries]).collect();
                Self { starts, module: Some(format!("::{module}::")) }
            }
            None => {
                let named = stem.strip_prefix("tests/").unwrap_or(stem);
                let (binary, module) = named.split_once('/').unwrap_or((named, "main"));
                let (roots, module) = match module {
                    "main" => (own, String::new()),
                    // A module of a test binary.
                    module => {
                        let module = module.strip_suffix("/mod").unwrap_or(module).replace('/', "::") + "::";
                        let root = |end| format!("{home}tests/{binary}{end}::{module}");
                        ([root(".rs"), root("/main.rs")], module)
                    }
                };
                let starts = roots.into_iter().chain([format!("{package}::{binary}::{module}")]).collect();
                Self { starts, module: None }
            }
        }
    }

    fn has(&self, id: &str) -> bool {
        let in_module = |id: &str| self.module.as_ref().is_none_or(|module| id.contains(module));
        self.starts.iter().any(|start| id.starts_with(start)) && in_module(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_of_a_rust_file_are_known_by_binary_and_module() {
        let packages =
            BTreeMap::from([(None, "top".to_owned()), (Some(RepoPath::from("crates/io")), "io".to_owned())]);
        let cases = [
            ("src/b/a.rs", "unittests src/lib.rs::b::a::tests::works", true),
            ("src/b/a.rs", "unittests src/lib.rs::b::ab::tests::works", false),
            ("src/b/a.rs", "unittests crates/io/src/lib.rs::b::a::tests::works", false),
            ("src/b/mod.rs", "top::b::a::tests::works", true),
            ("src/b/a.rs", "top::bin/tool::b::a::works", true),
            ("src/b/a.rs", "io::b::a::works", false),
            ("src/lib.rs", "unittests src/lib.rs::b::a::works", true),
            ("crates/io/src/a.rs", "unittests crates/io/src/main.rs::a::works", true),
            ("crates/io/src/a.rs", "io::a::works", true),
            ("tests/cli.rs", "tests/cli.rs::works", true),
            ("tests/cli.rs", "top::cli::works", true),
            ("tests/it/main.rs", "tests/it/main.rs::a::works", true),
            ("tests/it/a.rs", "tests/it/main.rs::a::works", true),
            ("tests/it/a.rs", "top::it::a::works", true),
            ("tests/it/a.rs", "tests/it/main.rs::b::works", false),
            ("crates/io/tests/cli.rs", "tests/cli.rs::works", false),
        ];
        for (path, id, expected) in cases {
            assert_eq!(RustIds::of(&RepoPath::from(path), &packages).has(id), expected, "{path} {id}");
        }
    }
}
