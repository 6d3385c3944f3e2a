//! Files that a test run leaves behind: caches, compiled code, measurements, result files.

use crate::repo::RepoPath;

const FOLDERS: &[&[u8]] = &[
    b".pytest_cache",
    b"__pycache__",
    b".mypy_cache",
    b".ruff_cache",
    b".hypothesis",
    b".tox",
    b".nox",
    b"htmlcov",
    b"lcov-report",
    b".nyc_output",
    b".testmondata",
];
const NAMES: &[&str] = &[
    ".coverage",
    ".testmondata",
    "coverage.xml",
    "coverage.lcov",
    "lcov.info",
    "nosetests.xml",
    "junit.xml",
    "default.profraw",
    "tarpaulin-report.html",
];
const ENDINGS: &[&str] = &["pyc", "pyo", "profraw", "profdata", "gcda", "gcov", "trx", "pending-snap"];

/// Folders of data for tests: what lies there is there on purpose, unless it is a cache.
const DATA: &[&[u8]] = &[
    b"fixtures",
    b"fixture",
    b"testdata",
    b"test_data",
    b"data",
    b"samples",
    b"examples",
    b"resources",
    b"golden",
];

/// What left the file behind, told by its path; a result file in JUnit's form also by how it begins.
pub fn test_leftover(path: &RepoPath, bytes: &[u8]) -> Option<String> {
    let folder = path.parts().find(|part| FOLDERS.contains(part));
    if let Some(folder) = folder {
        return Some(format!("a test run left this behind (`{}`)", String::from_utf8_lossy(folder)));
    }
    if path.parent().is_some_and(|folder| folder.parts().any(|part| DATA.contains(&part))) {
        return None;
    }
    let name = String::from_utf8_lossy(path.file_name()).into_owned();
    let is_data = name.starts_with(".coverage.") || name.ends_with(".snap.new");
    if is_data || NAMES.contains(&name.as_str()) || ENDINGS.contains(&path.extension().as_str()) {
        return Some(format!("a test run left `{name}` behind"));
    }
    let lower = name.to_lowercase();
    let is_named_so = lower.ends_with(".xml")
        && ["junit", "test-", "test_", "pytest", "report"].iter().any(|word| lower.contains(word));
    (is_named_so && is_junit(bytes)).then(|| format!("a test run left its results behind (`{name}`)"))
}

/// True when the first element is a suite of tests.
fn is_junit(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(1000)];
    let mut rest = start;
    while let Some(open) = memchr::memchr(b'<', rest) {
        rest = &rest[open + 1..];
        if !rest.starts_with(b"?") && !rest.starts_with(b"!") {
            return rest.starts_with(b"testsuite");
        }
    }
    false
}
