//! What a merge lost: things of either side that neither deleted and that the result does not have. Knows no
//! repository.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::custom::count_lines;
use super::sync::fold;
use crate::repo::{CommitId, RepoPath};

/// Characters of a lost line that are shown.
const SHOWN: usize = 120;

/// All merges that were looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Audit {
    /// Every merge of the range that lost something, newest first.
    pub merges: Vec<AuditedMerge>,
    /// How many merges were looked at.
    pub checked: usize,
    /// Merges that could not be judged (more than two parents, no common ancestor, missing contents), with why.
    pub skipped: Vec<(CommitId, String)>,
}

impl Audit {
    /// True when some merge lost something.
    pub fn has_findings(&self) -> bool {
        !self.merges.is_empty()
    }
}

/// A merge and what it lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AuditedMerge {
    /// The merge.
    pub commit: CommitId,
    /// What it lost, by path.
    pub lost: Vec<Lost>,
}

/// One thing that was lost.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Lost {
    /// Where it stood.
    pub path: RepoPath,
    /// What it is.
    pub kind: LostKind,
    /// The file's, symbol's or test's name; the first of the lost lines.
    pub name: String,
    /// Of a file all its lines (0 when it is binary); of `line` the different lines that are gone, those of fewer than
    /// eight characters apart, since they stand everywhere; 0 for a name, whose lines are counted there.
    pub lines: usize,
}

/// What a merge can lose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum LostKind {
    /// A whole file.
    File,
    /// Lines of a file.
    Line,
    /// A definition that is no test.
    Symbol,
    /// A test.
    Test,
}

impl LostKind {
    /// Its name in results and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Line => "line",
            Self::Symbol => "symbol",
            Self::Test => "test",
        }
    }
}

/// A file in the four trees of a merge; `None` where it is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Versions<T> {
    pub(super) base: Option<T>,
    pub(super) fork: Option<T>,
    pub(super) upstream: Option<T>,
    pub(super) result: Option<T>,
}

impl<T: PartialEq> Versions<T> {
    /// True when the result is what one changed side makes of it, so that nothing can be lost.
    pub(super) fn is_plain(&self) -> bool {
        (self.base == self.fork && self.result == self.upstream)
            || (self.base == self.upstream && self.result == self.fork)
            || (self.fork == self.upstream && self.result == self.fork)
    }
}

/// What should be in the result: all that either side has, less what either deleted.
fn expected<T: Ord + Clone>(base: &BTreeSet<T>, fork: &BTreeSet<T>, upstream: &BTreeSet<T>) -> BTreeSet<T> {
    let stays = |item: &&T| !base.contains(*item) || (fork.contains(*item) && upstream.contains(*item));
    fork.union(upstream).filter(stays).cloned().collect()
}

/// What a file's contents lost. `elsewhere` holds the folded lines of all files that the merge changed, so that
/// what moved is not lost; `names` gives the symbols of a content.
pub(super) fn lost(
    path: &RepoPath,
    contents: &Versions<Vec<u8>>,
    elsewhere: &BTreeSet<u64>,
    elsewhere_names: &BTreeSet<String>,
    names: impl Fn(&[u8]) -> BTreeSet<String>,
) -> Vec<Lost> {
    let all = [&contents.base, &contents.fork, &contents.upstream]
        .map(|content| content.as_deref().unwrap_or_default());
    if all.iter().any(|content| content.contains(&0)) {
        return gone(path, contents);
    }
    let lines =
        all.map(|content| content.split(|&byte| byte == b'\n').filter_map(fold).collect::<BTreeSet<u64>>());
    let missing: BTreeSet<u64> = expected(&lines[0], &lines[1], &lines[2])
        .into_iter()
        .filter(|line| !elsewhere.contains(line))
        .collect();
    let total = lines[1].union(&lines[2]).count();
    if contents.result.is_none() && missing.len() * 2 > total {
        return gone(path, contents);
    }
    let names = all.map(names);
    let mut found: Vec<Lost> = expected(&names[0], &names[1], &names[2])
        .into_iter()
        .filter(|name| !elsewhere_names.contains(name))
        .map(|name| Lost { path: path.clone(), kind: kind_of(&name), name, lines: 0 })
        .collect();
    if let Some(name) = first_of(&all[1..], &missing) {
        found.push(Lost { path: path.clone(), kind: LostKind::Line, name, lines: missing.len() });
    }
    found
}

/// A file that is not in the result although neither side deleted it.
fn gone(path: &RepoPath, contents: &Versions<Vec<u8>>) -> Vec<Lost> {
    let deleted = contents.base.is_some() && (contents.fork.is_none() || contents.upstream.is_none());
    if contents.result.is_some() || deleted {
        return Vec::new();
    }
    let text = contents.fork.as_ref().or(contents.upstream.as_ref()).filter(|content| !content.contains(&0));
    let lines = text.map_or(0, |content| usize::try_from(count_lines(content)).unwrap_or(usize::MAX));
    vec![Lost { path: path.clone(), kind: LostKind::File, name: path.to_string(), lines }]
}

fn kind_of(name: &str) -> LostKind {
    let last = name.rsplit(['.', ':']).next().unwrap_or(name);
    if last.starts_with("test") || last.starts_with("Test") { LostKind::Test } else { LostKind::Symbol }
}

fn first_of(contents: &[&[u8]], missing: &BTreeSet<u64>) -> Option<String> {
    let mut lines = contents.iter().flat_map(|content| content.split(|&byte| byte == b'\n'));
    let line = lines.find(|line| fold(line).is_some_and(|line| missing.contains(&line)))?;
    Some(String::from_utf8_lossy(line).trim().chars().take(SHOWN).collect())
}

/// Lays the files of the four trees side by side and drops those that cannot have lost anything.
pub(super) fn suspicious<T: PartialEq + Clone>(
    trees: [&BTreeMap<RepoPath, T>; 4],
) -> BTreeMap<RepoPath, Versions<T>> {
    let paths: BTreeSet<&RepoPath> = trees.iter().flat_map(|tree| tree.keys()).collect();
    let versions = |path: &RepoPath| {
        let [base, fork, upstream, result] = trees.map(|tree| tree.get(path).cloned());
        Versions { base, fork, upstream, result }
    };
    let all = paths.into_iter().map(|path| (path.clone(), versions(path)));
    all.filter(|(_, versions)| !versions.is_plain()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(base: &str, fork: &str, upstream: &str, result: &str) -> Versions<Vec<u8>> {
        let content = |text: &str| (text != "-").then(|| text.as_bytes().to_vec());
        Versions {
            base: content(base),
            fork: content(fork),
            upstream: content(upstream),
            result: content(result),
        }
    }

    fn names(content: &[u8]) -> BTreeSet<String> {
        let text = String::from_utf8_lossy(content).into_owned();
        text.lines().filter_map(|line| line.strip_prefix("def ")).map(str::to_owned).collect()
    }

    fn told(contents: &Versions<Vec<u8>>) -> Vec<String> {
        let result = contents.result.clone().unwrap_or_default();
        let elsewhere = result.split(|&byte| byte == b'\n').filter_map(fold).collect();
        let found = lost(&"f.py".into(), contents, &elsewhere, &names(&result), names);
        found.iter().map(|lost| format!("{} {} {}", lost.kind.name(), lost.name, lost.lines)).collect()
    }

    #[test]
    fn what_neither_side_deleted_must_be_in_the_result() {
        let cases: [(Versions<Vec<u8>>, &[&str]); 8] = [
            (
                versions(
                    "base line\n",
                    "base line\nfork line\n",
                    "base line\nupstream\n",
                    "base line\nfork line\nupstream\n",
                ),
                &[],
            ),
            (
                versions(
                    "base line\n",
                    "base line\nfork line\n",
                    "base line\nupstream\n",
                    "base line\nupstream\n",
                ),
                &["line fork line 1"],
            ),
            (versions("base line\n", "base line\nfork line\n", "upstream\n", "fork line\nupstream\n"), &[]),
            // It was the last of a list, and is not any more.
            (versions("base line\n", "base line\nfork line\n", "upstream\n", "fork line,\nupstream\n"), &[]),
            (versions("-", "def test_own\n", "-", "-"), &["file f.py 1"]),
            (versions("def kept_one\n", "def kept_one\nx = 1\n", "-", "-"), &[]),
            (
                versions("d\n", "d\ndef test_mine\n", "d\ndef other_name\n", "d\ndef other_name\n"),
                &["test test_mine 0", "line def test_mine 1"],
            ),
            (versions("-", "\0bin", "-", "-"), &["file f.py 0"]),
        ];
        for (number, (contents, expected)) in cases.iter().enumerate() {
            assert_eq!(told(contents), *expected, "case {number}");
        }
    }

    #[test]
    fn file_that_only_one_side_changed_is_not_looked_at() {
        assert!(versions("a", "b", "a", "b").is_plain());
        assert!(versions("a", "a", "b", "b").is_plain());
        assert!(versions("-", "b", "b", "b").is_plain());
        assert!(!versions("a", "b", "a", "a").is_plain(), "the fork's change is lost");
        assert!(!versions("a", "b", "c", "c").is_plain());
    }
}
