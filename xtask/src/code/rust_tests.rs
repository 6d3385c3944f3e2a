//! Counts Rust tests by pattern: attributes whose last word is `test`, outside comments and strings.
//!
//! What macros make (`rstest` cases, generated tests) is not counted, and `cfg` is not heeded: a run tells more.

use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::mask::{Language, mask};
use crate::repo::RepoPath;

/// How many functions are marked as tests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RustTests {
    /// Files with at least one.
    pub files: usize,
    /// Marked functions.
    pub functions: usize,
    /// Those of them that are marked `#[ignore]`.
    pub ignored: usize,
}

static MARK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"#\s*\[\s*(?:\w+\s*::\s*)*(test|ignore)\s*(?:\([^\]]*\)|=[^\]]*)?\]")
        .expect("a fixed pattern that a test compiles")
});

/// Counts the tests of all `.rs` files among `files`.
pub fn rust_tests(files: &[(RepoPath, String)]) -> RustTests {
    let mut all = RustTests::default();
    for (_, text) in files.iter().filter(|(path, _)| path.extension() == "rs") {
        if !text.contains("test") {
            continue;
        }
        let masked = mask(text, Language::Rust);
        let count = |name| MARK.captures_iter(&masked).filter(|found| &found[1] == name).count();
        let functions = count("test");
        all.files += usize::from(functions > 0);
        all.functions += functions;
        all.ignored += count("ignore");
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_functions_count_and_comments_do_not() {
        let text = "
#[test]
fn a() {}
#[tokio::test(flavor = \"multi_thread\")]
async fn b() {}
#[test]
#[ignore = \"slow\"]
fn c() {}
// #[test]
/* #[test] */
#[cfg(test)]
const X: &str = \"#[test]\";
#[should_panic]
#[rstest::test]
fn d() {}
";
        let files =
            [(RepoPath::from("src/a.rs"), text.to_owned()), (RepoPath::from("b.txt"), text.to_owned())];
        assert_eq!(rust_tests(&files), RustTests { files: 1, functions: 4, ignored: 1 });
    }
}
