//! Which suites there are: from `xtask.toml`, else found by looking at the names of files.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use globset::GlobBuilder;

use crate::code::python::inventory::is_test_file;
use crate::config::{FlakyPolicy, SuiteConfig, SuiteKind, ValidateConfig};
use crate::repo::RepoPath;

/// Seconds for one test, unless configured.
pub(super) const TEST_LIMIT: u64 = 300;
/// Seconds for a suite, unless configured.
pub(super) const SUITE_LIMIT: u64 = 1800;

/// What runs a suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Runner {
    /// pytest, or unittest where pytest is missing and not needed.
    Pytest,
    /// unittest of the standard library.
    Unittest,
    /// `cargo test`.
    CargoTest,
    /// `cargo nextest run`, and `cargo test --doc`.
    CargoNextest,
    /// A command line; its exit code decides, and what it tells of its tests where it leaves JUnit XML.
    Command(String),
}

impl Runner {
    fn named(name: &str) -> Self {
        match name {
            "pytest" => Self::Pytest,
            "unittest" => Self::Unittest,
            "cargo-test" => Self::CargoTest,
            "cargo-nextest" => Self::CargoNextest,
            line => Self::Command(line.to_owned()),
        }
    }

    /// Its name in results.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Pytest => "pytest",
            Self::Unittest => "unittest",
            Self::CargoTest => "cargo-test",
            Self::CargoNextest => "cargo-nextest",
            Self::Command(_) => "command",
        }
    }
}

/// One suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Suite {
    /// Its name in reports.
    pub(super) name: String,
    /// What it is for.
    pub(super) kind: SuiteKind,
    /// Whether it decides the verdict.
    pub(super) gating: bool,
    /// What runs it.
    pub(super) runner: Runner,
    /// Folders or files, relative to the repository.
    pub(super) paths: Vec<RepoPath>,
    /// Scripts among them that are never executed.
    pub(super) scripts: Vec<RepoPath>,
    /// The interpreter that the configuration names.
    pub(super) python: Option<String>,
    /// How long one test may take.
    pub(super) test_limit: Duration,
    /// How long all of it may take.
    pub(super) suite_limit: Duration,
    /// Whether it passes without a test.
    pub(super) allow_empty: bool,
    /// Where a command leaves JUnit XML: a file, a folder or a pattern.
    pub(super) junit: Option<String>,
    /// Whether a flaky test fails it.
    pub(super) flaky_fails: bool,
    /// Why it is a suite.
    pub(super) found: String,
}

/// What the tree holds, as far as suites go.
#[derive(Clone, Debug, Default)]
pub(super) struct Look<'a> {
    /// All files.
    pub(super) files: Vec<&'a RepoPath>,
    /// Files that do their work when they are imported.
    pub(super) scripts: BTreeSet<&'a RepoPath>,
    /// Test files that pytest takes only where they are named, in a repository without others.
    pub(super) unnamed: BTreeSet<&'a RepoPath>,
    /// `testpaths` of pytest's configuration.
    pub(super) testpaths: Vec<String>,
    /// Folders below the top that have a configuration of pytest's own, and its `testpaths`.
    pub(super) projects: Vec<(RepoPath, Vec<String>)>,
    /// Patterns of file names in `python_files`, when they are not the default ones.
    pub(super) has_own_names: bool,
    /// Whether `cargo nextest` is installed.
    pub(super) has_nextest: bool,
}

/// The configured suites, else those that are found.
pub(super) fn suites(config: &ValidateConfig, look: &Look<'_>) -> Vec<Suite> {
    let mut suites = match config.suite.is_empty() {
        false => config.suite.iter().map(|suite| configured(suite, look)).collect(),
        true => found(look),
    };
    for suite in &mut suites {
        suite.flaky_fails = config.flaky != Some(FlakyPolicy::Warn);
        if suite.kind == SuiteKind::Experimental {
            let is_within = |file: &&&RepoPath| suite.paths.iter().any(|path| file.is_within(path));
            suite.scripts = look.scripts.iter().filter(is_within).map(|file| (*file).clone()).collect();
        }
    }
    suites
}

fn found(look: &Look<'_>) -> Vec<Suite> {
    let mut suites = python_suites(look);
    suites.extend(cargo_suite(look));
    suites.extend(experiments(look));
    suites
}

fn configured(config: &SuiteConfig, look: &Look<'_>) -> Suite {
    let paths: Vec<RepoPath> =
        config.paths.iter().filter_map(|path| RepoPath::resolve(None, path.as_bytes())).collect();
    let runner = match &config.runner {
        Some(name) => Runner::named(name),
        None if paths.iter().any(|path| has_python(path, look)) => Runner::Pytest,
        None if has_file(look, b"Cargo.toml") => Runner::CargoTest,
        None => Runner::Pytest,
    };
    let kind = config.kind.unwrap_or_else(|| paths.first().map_or(SuiteKind::Unit, kind_of));
    Suite {
        name: config.name.clone(),
        kind,
        gating: config.gating.unwrap_or(kind != SuiteKind::Experimental),
        runner,
        paths,
        scripts: Vec::new(),
        python: config.python.clone(),
        test_limit: Duration::from_secs(config.test_timeout.unwrap_or(TEST_LIMIT)),
        suite_limit: Duration::from_secs(config.suite_timeout.unwrap_or(SUITE_LIMIT)),
        allow_empty: config.allow_empty,
        junit: config.junit.clone(),
        flaky_fails: true,
        found: "xtask.toml".to_owned(),
    }
}

fn detected(name: &str, kind: SuiteKind, runner: Runner, paths: Vec<RepoPath>, found: String) -> Suite {
    Suite {
        name: name.to_owned(),
        kind,
        gating: kind != SuiteKind::Experimental,
        runner,
        paths,
        scripts: Vec::new(),
        python: None,
        test_limit: Duration::from_secs(TEST_LIMIT),
        suite_limit: Duration::from_secs(SUITE_LIMIT),
        allow_empty: false,
        junit: None,
        flaky_fails: true,
        found,
    }
}

/// All gating Python tests: pytest's `testpaths`, else `tests/` and `test/` at the top, in one suite; else such folders
/// further down and test files that stand outside of them, in one suite for each configuration of pytest's that holds
/// for some of them, since one run has one configuration.
fn python_suites(look: &Look<'_>) -> Vec<Suite> {
    let suite = |name: &str, paths: Vec<RepoPath>, found: &str| {
        let suite = detected(name, SuiteKind::Unit, Runner::Pytest, paths, found.to_owned());
        (!suite.paths.is_empty()).then_some(suite)
    };
    let named = configured_paths(None, &look.testpaths, look);
    if let Some(suite) = suite("tests", named, "`testpaths` in pytest's configuration") {
        return vec![suite];
    }
    let top: Vec<RepoPath> = [&b"tests"[..], b"test"].iter().map(|name| RepoPath::from_bytes(name)).collect();
    let there: Vec<RepoPath> = top.into_iter().filter(|path| holds_tests(path, look)).collect();
    if let Some(suite) = suite("tests", there, "test files in folders of that name") {
        return vec![suite];
    }
    let mut by_project: BTreeMap<Option<&RepoPath>, Vec<RepoPath>> = BTreeMap::new();
    for path in outermost_test_folders(look) {
        let around = look.projects.iter().map(|(folder, _)| folder).filter(|folder| path.is_within(folder));
        let nearest = around.max_by_key(|folder| folder.as_bytes().len());
        by_project.entry(nearest).or_default().push(path);
    }
    if by_project.len() < 2 {
        let all = by_project.into_values().flatten().collect();
        let unnamed = look.unnamed.iter().map(|file| (*file).clone()).collect();
        let by_name = suite("tests", all, "test files");
        let found = by_name.or_else(|| suite("tests", unnamed, "what `python -m unittest` finds at the top"));
        return found.into_iter().collect();
    }
    let of_project = |(project, paths): (Option<&RepoPath>, Vec<RepoPath>)| {
        let Some(folder) = project else { return suite("tests", paths, "test files") };
        let testpaths = look.projects.iter().find(|(named, _)| named == folder).map(|(_, paths)| paths);
        let named = configured_paths(Some(folder), testpaths.map_or(&[], Vec::as_slice), look);
        let paths = if named.is_empty() { paths } else { named };
        suite(&folder.display(), paths, "test files below a configuration of pytest's")
    };
    by_project.into_iter().filter_map(of_project).collect()
}

/// What `testpaths` names, with patterns as pytest takes them; plugins may find tests in files of any kind.
fn configured_paths(folder: Option<&RepoPath>, testpaths: &[String], look: &Look<'_>) -> Vec<RepoPath> {
    let expand = |path: &String| -> Vec<RepoPath> {
        let Some(path) = RepoPath::resolve(folder, path.as_bytes()) else { return Vec::new() };
        if !path.as_bytes().iter().any(|byte| b"*?[".contains(byte)) {
            return vec![path];
        }
        let glob = GlobBuilder::new(&path.display()).literal_separator(true).build();
        let Ok(glob) = glob.map(|glob| glob.compile_matcher()) else { return Vec::new() };
        let parents = |file: &&RepoPath| std::iter::successors(Some((*file).clone()), RepoPath::parent);
        let found: BTreeSet<RepoPath> = look.files.iter().flat_map(parents).collect();
        found.into_iter().filter(|path| glob.is_match(&*path.display())).collect()
    };
    let is_there = |path: &RepoPath| look.files.iter().any(|file| file.is_within(path));
    testpaths.iter().flat_map(expand).filter(is_there).collect()
}

/// Folders named `tests` or `test` with test files, and test files outside of them; nothing twice.
fn outermost_test_folders(look: &Look<'_>) -> Vec<RepoPath> {
    let mut found: BTreeSet<RepoPath> = BTreeSet::new();
    for file in look.files.iter().filter(|file| is_test_file(file) && !is_experimental(file)) {
        found.insert(test_folder_of(file).unwrap_or_else(|| (*file).clone()));
    }
    found.into_iter().collect()
}

fn test_folder_of(file: &RepoPath) -> Option<RepoPath> {
    let parts: Vec<&[u8]> = file.parts().collect();
    let folders = &parts[..parts.len() - 1];
    let at = folders.iter().position(|part| matches!(*part, b"tests" | b"test"))?;
    Some(RepoPath::from_bytes(&folders[..=at].join(&b'/')))
}

/// All tests of the workspace: by nextest where the repository is set up for it and it is installed.
fn cargo_suite(look: &Look<'_>) -> Option<Suite> {
    let (runner, found) = match has_file(look, b".config/nextest.toml") {
        true if look.has_nextest => (Runner::CargoNextest, "`.config/nextest.toml` is there"),
        true => (Runner::CargoTest, "`.config/nextest.toml` is there, but not the program `cargo-nextest`"),
        false => (Runner::CargoTest, "`Cargo.toml` at the top"),
    };
    has_file(look, b"Cargo.toml")
        .then(|| detected("cargo", SuiteKind::Unit, runner, Vec::new(), found.to_owned()))
}

/// Test files under `experiments/`; scripts there are never run.
fn experiments(look: &Look<'_>) -> Option<Suite> {
    let files: Vec<RepoPath> = look
        .files
        .iter()
        .filter(|file| is_experimental(file) && is_test_file(file) && !look.scripts.contains(*file))
        .map(|file| (*file).clone())
        .collect();
    let found = "test files in `experiments/`, scripts left out".to_owned();
    (!files.is_empty())
        .then(|| detected("experiments", SuiteKind::Experimental, Runner::Pytest, files, found))
}

/// What a path is for, by its folders.
pub(super) fn kind_of(path: &RepoPath) -> SuiteKind {
    let named = |names: &[&str]| {
        path.parts().any(|part| names.iter().any(|name| part.eq_ignore_ascii_case(name.as_bytes())))
    };
    if named(&["experiments", "experimental"]) {
        SuiteKind::Experimental
    } else if named(&["integration", "integration_tests", "functional", "e2e", "acceptance", "system"]) {
        SuiteKind::Integration
    } else {
        SuiteKind::Unit
    }
}

pub(super) fn is_experimental(path: &RepoPath) -> bool {
    path.parts().next() == Some(b"experiments")
}

fn has_file(look: &Look<'_>, path: &[u8]) -> bool {
    look.files.iter().any(|file| file.as_bytes() == path)
}

/// True for a Python file, or a folder with one.
fn has_python(path: &RepoPath, look: &Look<'_>) -> bool {
    look.files.iter().any(|file| file.extension() == "py" && file.is_within(path))
}

fn holds_tests(folder: &RepoPath, look: &Look<'_>) -> bool {
    let inside = |file: &&&RepoPath| file.is_within(folder);
    let mut files = look.files.iter().filter(inside);
    files.any(|file| is_test_file(file) || (look.has_own_names && file.extension() == "py"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, whether it gates, paths.
    type Shown = (String, bool, Vec<String>);

    fn found(files: &[&str], testpaths: &[&str], scripts: &[&str]) -> Vec<Shown> {
        let files: Vec<RepoPath> = files.iter().map(|&file| file.into()).collect();
        let scripts: Vec<RepoPath> = scripts.iter().map(|&file| file.into()).collect();
        let look = Look {
            files: files.iter().collect(),
            scripts: scripts.iter().collect(),
            unnamed: files.iter().filter(|file| file.as_bytes() == b"test.py").collect(),
            testpaths: testpaths.iter().map(|&path| path.to_owned()).collect(),
            projects: vec![("one".into(), vec![]), ("two".into(), vec!["checks".to_owned()])],
            has_own_names: false,
            has_nextest: false,
        };
        let shown = |suite: Suite| {
            let paths = suite.paths.iter().map(|path| path.display().into_owned()).collect();
            (suite.name, suite.gating, paths)
        };
        suites(&ValidateConfig::default(), &look).into_iter().map(shown).collect()
    }

    fn paths(paths: &[&str]) -> Vec<String> {
        paths.iter().map(|&path| path.to_owned()).collect()
    }

    #[test]
    fn suites_are_found_where_they_stand() {
        let tests = |at: &[&str]| vec![("tests".to_owned(), true, paths(at))];
        let cases: &[(&[&str], &[&str], Vec<Shown>)] = &[
            (&["tests/test_a.py", "p/tests/test_b.py"], &[], tests(&["tests"])),
            (&["test/a_test.py"], &[], tests(&["test"])),
            (&["p/tests/unit/test_b.py", "q/test_c.py"], &[], tests(&["p/tests", "q/test_c.py"])),
            (&["checks/x.py", "tests/test_a.py"], &["checks"], tests(&["checks"])),
            (&["tests/test_a.py"], &["gone"], tests(&["tests"])),
            (&["tests/test_a.py", "docs/a.rst"], &["tests", "docs"], tests(&["tests", "docs"])),
            (
                &["p/a/tests/t.py", "p/b/tests/u.py", "p/c.py"],
                &["p/*/tests"],
                tests(&["p/a/tests", "p/b/tests"]),
            ),
            (&["one/tests/test_a.py"], &[], tests(&["one/tests"])),
            (
                &["one/tests/test_a.py", "two/tests/test_a.py", "two/checks/x.py", "three/test_b.py"],
                &[],
                [("tests", "three/test_b.py"), ("one", "one/tests"), ("two", "two/checks")]
                    .map(|(name, path)| (name.to_owned(), true, paths(&[path])))
                    .to_vec(),
            ),
            (&["test.py", "a.py"], &[], tests(&["test.py"])),
            (&["test.py", "test_a.py"], &[], tests(&["test_a.py"])),
            (&["tests/helper.rs", "Cargo.toml"], &[], vec![("cargo".to_owned(), true, vec![])]),
            (&["README.md"], &[], vec![]),
        ];
        for (files, testpaths, expected) in cases {
            assert_eq!(found(files, testpaths, &[]), *expected, "{files:?}");
        }
    }

    #[test]
    fn experiments_never_gate_and_their_scripts_are_left_out() {
        let files = ["experiments/test_a.py", "experiments/test_run.py", "experiments/plot.py"];
        let suites = found(&files, &[], &["experiments/test_run.py"]);
        assert_eq!(suites, [("experiments".to_owned(), false, paths(&["experiments/test_a.py"]))]);
    }

    #[test]
    fn kinds_are_told_by_folder() {
        let cases = [
            ("tests/integration/test_a.py", SuiteKind::Integration),
            ("tests/test_integration.py", SuiteKind::Unit),
            ("experiments/test_a.py", SuiteKind::Experimental),
        ];
        for (path, kind) in cases {
            assert_eq!(kind_of(&path.into()), kind, "{path}");
        }
    }
}
