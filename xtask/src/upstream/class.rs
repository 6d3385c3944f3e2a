//! What a path holds, by its name alone.

use serde::Serialize;

use crate::repo::RepoPath;

/// What a path holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum FileClass {
    /// Code that is written by hand.
    Source,
    /// A test, or what tests read.
    Test,
    /// Text for people.
    Docs,
    /// What a package manager resolved.
    Lockfile,
    /// What another tool makes.
    Generated,
    /// What git does not merge as text.
    Binary,
    /// None of these.
    Other,
}

impl FileClass {
    /// In the order in which they are listed.
    pub(super) const ALL: [Self; 7] =
        [Self::Source, Self::Test, Self::Docs, Self::Lockfile, Self::Generated, Self::Binary, Self::Other];

    /// Its name in results and reports.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Test => "test",
            Self::Docs => "docs",
            Self::Lockfile => "lockfile",
            Self::Generated => "generated",
            Self::Binary => "binary",
            Self::Other => "other",
        }
    }
}

const LOCKFILES: &[&str] = &[
    "Cargo.lock",
    "Gemfile.lock",
    "Pipfile.lock",
    "composer.lock",
    "flake.lock",
    "go.sum",
    "mix.lock",
    "package-lock.json",
    "pdm.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "pubspec.lock",
    "uv.lock",
    "yarn.lock",
];

const GENERATED: &[&str] =
    &[".min.js", ".min.css", ".map", ".pb.go", "_pb2.py", "_pb2_grpc.py", ".generated.rs", ".snap"];

const DOCS: &[&str] = &["md", "markdown", "rst", "adoc", "txt", "1", "5", "7", "8"];

const SOURCE: &[&str] = &[
    "bash", "c", "cc", "cpp", "cs", "css", "cu", "cxx", "el", "ex", "exs", "frag", "glsl", "go", "h", "hh",
    "hpp", "hs", "html", "java", "jl", "js", "jsx", "kt", "lua", "m", "mjs", "ml", "mm", "php", "pl", "pm",
    "ps1", "py", "pyi", "pyx", "r", "rb", "rs", "s", "scala", "sh", "sql", "swift", "tcl", "ts", "tsx",
    "vert", "vim", "vue", "zig",
];

/// Texts that a build reads, whatever their extension says.
const BUILD_INPUT: &[&str] = &["CMakeLists.txt", "meson_options.txt", "constraints.txt"];

/// What a path holds, by its name; git's word alone makes it binary.
pub(super) fn class_of(path: &RepoPath, binary: bool) -> FileClass {
    let name = String::from_utf8_lossy(path.file_name()).into_owned();
    if binary {
        FileClass::Binary
    } else if LOCKFILES.contains(&name.as_str()) {
        FileClass::Lockfile
    } else if GENERATED.iter().any(|end| name.ends_with(end)) {
        FileClass::Generated
    } else if is_test(path, &name) {
        FileClass::Test
    } else if SOURCE.contains(&path.extension().as_str()) {
        FileClass::Source
    } else if DOCS.contains(&path.extension().as_str()) && !is_build_input(path, &name) {
        FileClass::Docs
    } else {
        FileClass::Other
    }
}

/// Whether a tool makes the file, so that it is made again instead of merged.
pub(super) fn is_made(path: &RepoPath) -> bool {
    matches!(class_of(path, false), FileClass::Lockfile | FileClass::Generated)
}

/// Whether a build reads the text: lists of packages are called so or stand in a folder that is.
fn is_build_input(path: &RepoPath, name: &str) -> bool {
    let in_folder = path.parent().is_some_and(|folder| folder.file_name() == b"requirements");
    let is_list = name.ends_with(".txt") && (name.contains("requirements") || in_folder);
    BUILD_INPUT.contains(&name) || is_list
}

fn is_test(path: &RepoPath, name: &str) -> bool {
    let in_folder = path.parent().is_some_and(|folder| {
        folder.parts().any(|part| matches!(part, b"test" | b"tests" | b"testing" | b"__tests__" | b"spec"))
    });
    let stem = name.split('.').next().unwrap_or_default();
    let by_name = stem.starts_with("test_") || stem.ends_with("_test") || stem.ends_with("_spec");
    in_folder || by_name || name.contains(".test.") || name.contains(".spec.") || name == "conftest.py"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_is_told_by_name() {
        let cases = [
            ("src/main.rs", FileClass::Source),
            ("tests/data.json", FileClass::Test),
            ("pkg/test_x.py", FileClass::Test),
            ("web/app.test.ts", FileClass::Test),
            ("Cargo.lock", FileClass::Lockfile),
            ("dist/a.min.js", FileClass::Generated),
            ("README.md", FileClass::Docs),
            ("notes.txt", FileClass::Docs),
            ("docs/requirements.md", FileClass::Docs),
            ("src/CMakeLists.txt", FileClass::Other),
            ("dev-requirements.txt", FileClass::Other),
            ("requirements/dev.txt", FileClass::Other),
            ("constraints.txt", FileClass::Other),
            ("data.bin", FileClass::Other),
            ("contest/latest.rs", FileClass::Source),
        ];
        for (path, expected) in cases {
            assert_eq!(class_of(&path.into(), false), expected, "{path}");
        }
        assert_eq!(class_of(&"src/main.rs".into(), true), FileClass::Binary);
    }
}
