//! The repository's own top-level packages, and which test files need pytest.

use std::collections::BTreeSet;

use regex::bytes::Regex;

use super::cases::roots_of;
use super::declared::Declared;
use super::ended::Ended;
use super::places::Roots;
use super::probe::Probe;
use crate::code::python::imports::distribution_of;
use crate::code::python::inventory::is_test_file;
use crate::repo::RepoPath;
use crate::report::Finding;

/// Folders that hold packages without being one.
const SOURCE_ROOTS: &[&[u8]] = &[b"src", b"lib", b"python"];
/// Folders that are imported from the top only by accident.
const NO_PACKAGES: &[&[u8]] = &[b"tests", b"test", b"docs", b"doc", b"examples", b"experiments", b"scripts"];

/// Names that `import` finds in this repository: packages and modules at the top, in `src/` and the like.
pub(super) fn top_level<'a>(files: impl Iterator<Item = &'a RepoPath>) -> Vec<String> {
    let mut names = BTreeSet::new();
    for file in files.filter(|file| file.extension() == "py") {
        let parts: Vec<&[u8]> = file.parts().collect();
        let parts = match parts.as_slice() {
            [root, rest @ ..] if SOURCE_ROOTS.contains(root) && !rest.is_empty() => rest,
            all => all,
        };
        let name = match parts {
            [folder, b"__init__.py"] if !NO_PACKAGES.contains(folder) => *folder,
            _ => continue,
        };
        if let Ok(name) = std::str::from_utf8(name) {
            names.insert(name.to_owned());
        }
    }
    names.into_iter().collect()
}

/// True for a module that some folder of the repository holds: a file of its name, or a folder of its name with Python
/// in it, unless the name is that of a package from elsewhere.
pub(super) fn is_own<'a>(
    module: &str,
    mut files: impl Iterator<Item = &'a RepoPath>,
    declared: &Declared,
) -> bool {
    let file = format!("{module}.py");
    let is_foreign = known_package(module).is_some() || declared.file_with(module).is_some();
    files.any(|path| {
        path.file_name() == file.as_bytes()
            || (!is_foreign
                && path.extension() == "py"
                && path.parts().any(|folder| folder == module.as_bytes()))
    })
}

/// Test files that were imported: tests of theirs were collected.
pub(super) fn loaded(ends: &[Ended], roots: &Roots) -> BTreeSet<String> {
    let of_one = |ended: &Ended| -> Vec<String> {
        let roots = roots_of(ended, roots);
        let paths = ended.session.items.iter().filter_map(|item| item.path.as_deref());
        paths.filter_map(|path| roots.relative(path)).collect()
    };
    ends.iter().flat_map(of_one).collect()
}

/// True for such a file, and for a `conftest.py` above one.
pub(super) fn was_loaded(loaded: &BTreeSet<String>, path: &str) -> bool {
    let folder = path.strip_suffix("conftest.py").filter(|folder| folder.is_empty() || folder.ends_with('/'));
    loaded.contains(path) || folder.is_some_and(|folder| loaded.iter().any(|file| file.starts_with(folder)))
}

/// The package that brings a module: from a table of what is common in research and web code, where many
/// names differ; `None` for a module that only the repository's own files could tell.
pub(super) fn known_package(module: &str) -> Option<&'static str> {
    const SAME_NAME: &[&str] = &[
        "aiohttp",
        "anyio",
        "attrs",
        "black",
        "boto3",
        "celery",
        "click",
        "coverage",
        "cryptography",
        "datasets",
        "django",
        "einops",
        "fastapi",
        "flask",
        "freezegun",
        "h5py",
        "httpx",
        "hypothesis",
        "jax",
        "jinja2",
        "joblib",
        "jsonschema",
        "librosa",
        "lxml",
        "matplotlib",
        "mock",
        "networkx",
        "nltk",
        "numba",
        "numpy",
        "openai",
        "pandas",
        "paramiko",
        "pexpect",
        "plotly",
        "polars",
        "psutil",
        "pyarrow",
        "pydantic",
        "pytest",
        "redis",
        "requests",
        "responses",
        "rich",
        "scipy",
        "seaborn",
        "selenium",
        "simplejson",
        "soundfile",
        "spacy",
        "sqlalchemy",
        "statsmodels",
        "sympy",
        "tensorflow",
        "tiktoken",
        "tokenizers",
        "toml",
        "tomli",
        "torch",
        "torchaudio",
        "torchvision",
        "tqdm",
        "transformers",
        "trio",
        "typer",
        "wandb",
        "xarray",
    ];
    distribution_of(module).or_else(|| SAME_NAME.iter().find(|name| **name == module).copied())
}

/// Own packages that the interpreter would import from another place than this repository: tests would then
/// prove something of other code.
pub(super) fn imported_from_elsewhere(probe: &Probe, first_party: &[String], roots: &Roots) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in first_party {
        let origin = probe.origins.get(name).unwrap_or(&None);
        let Some(origin) = origin.as_ref().filter(|origin| !origin.is_empty()) else { continue };
        if roots.own(origin).is_none() {
            let message = format!("tests import `{name}` from `{}`, not from this repository", shown(origin));
            let hint = "install the repository itself in its environment: `python -m pip install -e .`";
            findings.push(Finding::warn("imported-from-elsewhere", None, message).hint(hint));
        }
    }
    findings
}

/// The end of a path that names the place without naming the machine.
fn shown(origin: &str) -> String {
    let at = origin.find("site-packages").or_else(|| origin.find("dist-packages"));
    match at {
        Some(at) => origin[at..].to_owned(),
        None => {
            origin.rsplit('/').take(2).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("/")
        }
    }
}

/// Top-level modules that a file imports as soon as it is loaded: statements at the left margin.
pub(super) fn imported_at_once(text: &str) -> Vec<(String, usize)> {
    let mut found: Vec<(String, usize)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let names: Vec<&str> = match (line.strip_prefix("import "), line.strip_prefix("from ")) {
            (Some(rest), _) => rest.split(',').collect(),
            (_, Some(rest)) if rest.contains(" import ") && !rest.starts_with('.') => vec![rest],
            _ => continue,
        };
        for name in names {
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            let top: String = name.trim_start().chars().take_while(|c| is_part(*c)).collect();
            if !top.is_empty() && !found.iter().any(|(known, _)| *known == top) {
                found.push((top, index + 1));
            }
        }
    }
    found
}

/// Test files, by what can run them.
#[derive(Debug, Default)]
pub(super) struct TestFiles {
    /// Files with unittest cases that do not import pytest.
    pub(super) unittest: Vec<RepoPath>,
    /// Whether any other file is there.
    pub(super) need_pytest: bool,
}

/// Sorts the test files of a suite by whether the standard library can run them.
pub(super) fn unittest_files(
    files: &BTreeSet<RepoPath>,
    paths: &[RepoPath],
    read: impl Fn(&RepoPath) -> Option<Vec<u8>>,
) -> TestFiles {
    let imports_pytest = Regex::new(r"(?m)^\s*(?:import|from)\s+pytest\b").expect("a constant pattern");
    let has_cases = Regex::new(r"\bTestCase\b").expect("a constant pattern");
    // Functions, and classes of no base: unittest runs neither.
    let has_plain =
        Regex::new(r"(?m)^(?:(?:async\s+)?def\s+test|class\s+Test\w*\s*(?:\(\s*(?:object\s*)?\)\s*)?:)")
            .expect("a constant pattern");
    let mut sorted = TestFiles::default();
    for file in files.iter().filter(|file| paths.iter().any(|path| file.is_within(path))) {
        let Some(text) = read(file).filter(|_| is_test_file(file) || paths.contains(file)) else { continue };
        let needs_pytest = imports_pytest.is_match(&text) || has_plain.is_match(&text);
        if has_cases.is_match(&text) && !imports_pytest.is_match(&text) {
            sorted.unittest.push(file.clone());
        }
        sorted.need_pytest |= needs_pytest;
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_imported_at_once_are_named_with_their_line() {
        let text = "import os, torch.nn as nn\nfrom . import a\nfrom numpy.x import b\n\ndef f():\n    import late\n";
        let found = imported_at_once(text);
        let found: Vec<(&str, usize)> = found.iter().map(|(name, line)| (name.as_str(), *line)).collect();
        assert_eq!(found, [("os", 1), ("torch", 1), ("numpy", 3)]);
    }

    #[test]
    fn modules_below_any_folder_are_the_repositorys_own_but_for_names_of_packages() {
        let files = ["backend/api/models.py", "tests/helpers.py", "tools/redis/run.py", "web/odd/a.js"]
            .map(|file: &str| RepoPath::from(file));
        let declared = Declared::read(|name| (name == "setup.py").then(|| "requires=['odd']".to_owned()));
        let own = |module| is_own(module, files.iter(), &declared);
        assert_eq!(
            ["api", "helpers", "backend", "redis", "odd", "models", "gone"].map(own),
            [true, true, true, false, false, true, false]
        );
    }

    #[test]
    fn own_packages_are_told_from_folders_of_scripts() {
        let files: Vec<RepoPath> =
            ["src/a/__init__.py", "b/__init__.py", "tests/__init__.py", "docs/conf.py"]
                .iter()
                .map(|&file| file.into())
                .collect();
        assert_eq!(top_level(files.iter()), ["a", "b"]);
    }
}
