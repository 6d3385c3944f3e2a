//! What became of files that a commit moved.

use std::collections::BTreeSet;

use super::model::Gathered;
use super::result::{Case, CaseOutcome, Moved, MovedTests};
use super::rust_places::RustIds;
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
            let ids = RustIds::of(path, &gathered.rust_places.packages);
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
