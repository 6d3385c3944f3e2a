//! What the compiler says of the merged tree. Reads cargo's messages; knows no repository.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::code::compiler::{self, Span};
use crate::repo::{CommitId, RepoPath};

/// `cargo check` on the tree that the trial merge leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Build {
    /// True when it compiles, false when it does not although the fork does; `None` when that is not known.
    pub sound: Option<bool>,
    /// Why it is not known.
    pub why: Option<String>,
    /// Errors of the merged tree that the fork's own tree has not.
    pub errors: Vec<BuildError>,
    /// How many errors the fork's own tree has too; they are not listed.
    pub in_fork_too: usize,
}

impl Build {
    /// A build that could not be tried.
    pub(super) fn unknown(why: impl Into<String>) -> Self {
        Self { why: Some(why.into()), ..Self::default() }
    }
}

/// An error of the compiler.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BuildError {
    /// The file in which it shows.
    pub path: RepoPath,
    /// The line there.
    pub line: usize,
    /// The compiler's number of it (`E0061`), where it has one.
    pub code: Option<String>,
    /// The compiler's words.
    pub message: String,
    /// The upstream commit that brought it, as far as history tells.
    pub commit: Option<CommitId>,
}

/// One error as cargo says it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Said {
    pub(super) path: RepoPath,
    pub(super) line: usize,
    pub(super) code: Option<String>,
    pub(super) message: String,
    /// Other files that the compiler points at, such as the one that defines what is called.
    pub(super) about: BTreeSet<RepoPath>,
}

impl Said {
    /// The diagnostic with paths that start at the top of the repository instead of at the workspace in `folder`.
    pub(super) fn below(self, folder: &RepoPath) -> Self {
        let at = |path: RepoPath| match folder.as_bytes() {
            b"" => path,
            folder => RepoPath::from_bytes(&[folder, b"/", path.as_bytes()].concat()),
        };
        Self { path: at(self.path), about: self.about.into_iter().map(at).collect(), ..self }
    }

    /// What makes it the same error in another tree: lines move.
    fn key(&self) -> (RepoPath, Option<String>, String) {
        (self.path.clone(), self.code.clone(), self.message.clone())
    }

    /// Names that the compiler sets apart, the likeliest cause first.
    pub(super) fn names(&self) -> Vec<String> {
        let quoted = self.message.split('`').skip(1).step_by(2);
        let last = |name: &str| name.rsplit("::").next().unwrap_or_default().trim().to_owned();
        let is_name = |name: &String| {
            name.len() > 2 && name.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
        };
        quoted.map(last).filter(is_name).collect()
    }
}

/// The folders of the manifests that stand below no other one, the top as an empty path: what they hold belongs to them.
pub(super) fn workspaces(manifests: &[RepoPath]) -> Vec<RepoPath> {
    let folder = |path: &RepoPath| {
        let bytes = path.as_bytes();
        let end = bytes.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
        RepoPath::from_bytes(&bytes[..end])
    };
    let folders: BTreeSet<RepoPath> = manifests.iter().map(folder).collect();
    let is_below = |one: &RepoPath, other: &RepoPath| {
        let rest = one.as_bytes().strip_prefix(other.as_bytes());
        one != other && (other.as_bytes().is_empty() || rest.is_some_and(|rest| rest.starts_with(b"/")))
    };
    folders.iter().filter(|one| !folders.iter().any(|other| is_below(one, other))).cloned().collect()
}

/// Where it stands in the tree: a macro of another crate is told where it is used.
fn place(span: &Span) -> Option<(RepoPath, usize)> {
    if span.file_name.starts_with(['/', '<']) {
        return span.expanded_at().and_then(place);
    }
    Some((RepoPath::from(span.file_name.as_str()), span.line_start))
}

/// Takes one line of `cargo check --message-format=json`; what is no error of a file is passed over.
pub(super) fn take(line: &[u8], errors: &mut BTreeSet<Said>) {
    let Some((message, _)) = compiler::error(line) else { return };
    let primary = message.spans.iter().filter(|span| span.is_primary).find_map(place);
    let Some((path, line)) = primary else { return };
    let all = message.spans.iter().chain(message.children.iter().flat_map(|child| &child.spans));
    let about = all.filter_map(place).map(|(path, _)| path).filter(|other| *other != path).collect();
    let code = message.code().map(str::to_owned);
    errors.insert(Said { path, line, code, message: message.message, about });
}

/// Errors of the merged tree without those of the fork's own, each time it occurs more often; and how many both have.
pub(super) fn new_errors(merged: BTreeSet<Said>, fork: &BTreeSet<Said>) -> (Vec<Said>, usize) {
    let mut known: BTreeMap<_, usize> = BTreeMap::new();
    for error in fork {
        *known.entry(error.key()).or_default() += 1;
    }
    let all = merged.len();
    let is_new = |error: &Said| match known.get_mut(&error.key()) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    };
    let new: Vec<Said> = merged.into_iter().filter(is_new).collect();
    let both = all - new.len();
    (new, both)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: usize, message: &str) -> Said {
        Said {
            path: "src/a.rs".into(),
            line,
            code: None,
            message: message.to_owned(),
            about: BTreeSet::new(),
        }
    }

    #[test]
    fn workspaces_are_the_manifests_that_stand_below_no_other() {
        let cases: [(&[&str], &[&str]); 4] = [
            (&[], &[]),
            (&["Cargo.toml", "a/Cargo.toml"], &[""]),
            (&["a/Cargo.toml", "a/b/Cargo.toml", "ab/Cargo.toml"], &["a", "ab"]),
            (&["x/y/Cargo.toml", "z/Cargo.toml"], &["x/y", "z"]),
        ];
        for (manifests, expected) in cases {
            let manifests: Vec<RepoPath> = manifests.iter().map(|&path| path.into()).collect();
            let found: Vec<String> = workspaces(&manifests).iter().map(ToString::to_string).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn an_error_is_read_with_the_file_that_defines_what_it_is_about() {
        let line = r#"{"reason":"compiler-message","message":{"message":"this function takes 2 arguments but 1 argument was supplied","level":"error",
            "code":{"code":"E0061"},"spans":[{"file_name":"src/own.rs","line_start":4,"is_primary":true,"expansion":null}],
            "children":[{"message":"function defined here","level":"note","code":null,"children":[],
            "spans":[{"file_name":"src/lib.rs","line_start":9,"is_primary":true,"expansion":null}]}]}}"#;
        let mut errors = BTreeSet::new();
        take(line.as_bytes(), &mut errors);
        take(line.replace("\"error\"", "\"warning\"").as_bytes(), &mut errors);
        take(b"not JSON", &mut errors);
        let error = errors.pop_first().unwrap();
        assert_eq!(
            (error.path.to_string().as_str(), error.line, error.code.as_deref()),
            ("src/own.rs", 4, Some("E0061"))
        );
        assert_eq!(error.about, BTreeSet::from(["src/lib.rs".into()]));
        assert!(errors.is_empty());
    }

    #[test]
    fn an_error_inside_a_foreign_macro_is_told_where_it_is_used() {
        let line = r#"{"message":{"message":"bad","level":"error","code":null,"children":[],"spans":[{"file_name":"/rustc/std/macros.rs","line_start":1,
            "is_primary":true,"expansion":{"span":{"file_name":"src/own.rs","line_start":7,"is_primary":false,"expansion":null}}}]}}"#;
        let mut errors = BTreeSet::new();
        take(line.as_bytes(), &mut errors);
        assert_eq!(errors.pop_first().map(|error| error.line), Some(7));
    }

    #[test]
    fn what_the_fork_has_too_is_counted_and_not_told() {
        let merged = BTreeSet::from([said(3, "old"), said(9, "old"), said(5, "new")]);
        let (new, both) = new_errors(merged, &BTreeSet::from([said(2, "old")]));
        assert_eq!((new.len(), both), (2, 1), "it stands there once more than before");
    }

    #[test]
    fn names_are_the_last_parts_of_what_is_quoted() {
        let names = said(1, "cannot find function `store::load` in module `a`, found `&str`").names();
        assert_eq!(names, ["load"]);
    }
}
