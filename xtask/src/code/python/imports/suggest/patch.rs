//! Reads what a commit removed and added, and what that says about one name.

use crate::repo::{CommitId, RepoPath};

/// What one commit changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Patch {
    pub(super) commit: CommitId,
    pub(super) hunks: Vec<Hunk>,
}

/// Lines that stand together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hunk {
    /// The file before, and after; `None` where it is not there.
    pub(super) before: Option<RepoPath>,
    pub(super) after: Option<RepoPath>,
    pub(super) removed: Vec<String>,
    pub(super) added: Vec<String>,
}

/// Reads `git log -p -U0 --format=%x01%H`, newest commit first.
pub(super) fn parse(log: &[u8]) -> Vec<Patch> {
    let text = String::from_utf8_lossy(log);
    let mut patches: Vec<Patch> = Vec::new();
    let (mut before, mut after) = (None, None);
    let mut in_hunk = false;
    for line in text.split('\n') {
        if let Some(commit) = line.strip_prefix('\u{1}').and_then(CommitId::parse) {
            patches.push(Patch { commit, hunks: Vec::new() });
            in_hunk = false;
            continue;
        }
        let Some(patch) = patches.last_mut() else { continue };
        if line.starts_with("diff --git ") {
            in_hunk = false;
        } else if line.starts_with("@@ ") {
            in_hunk = true;
            patch.hunks.push(Hunk { before: before.clone(), after: after.clone(), ..Hunk::default() });
        } else if in_hunk {
            let Some(hunk) = patch.hunks.last_mut() else { continue };
            match line.as_bytes().first() {
                Some(b'-') => hunk.removed.push(line[1..].trim_end_matches('\r').to_owned()),
                Some(b'+') => hunk.added.push(line[1..].trim_end_matches('\r').to_owned()),
                _ => {}
            }
        } else if let Some(path) = line.strip_prefix("--- ") {
            before = path.strip_prefix("a/").map(RepoPath::from);
        } else if let Some(path) = line.strip_prefix("+++ ") {
            after = path.strip_prefix("b/").map(RepoPath::from);
        }
    }
    patches
}

/// What a line defines at the top level of a file: the keyword and the name, and the rest of the line.
pub(super) fn definition(line: &str) -> Option<(&'static str, &str, &str)> {
    let (keyword, rest) = if let Some(rest) = line.strip_prefix("class ") {
        ("class", rest)
    } else if let Some(rest) = line.strip_prefix("def ") {
        ("def", rest)
    } else if let Some(rest) = line.strip_prefix("async def ") {
        ("def", rest)
    } else {
        ("=", line)
    };
    let rest = rest.trim_start_matches(' ');
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
    let (name, rest) = rest.split_at(end);
    let assigns = keyword != "=" || {
        let rest = rest.trim_start();
        rest.starts_with(':') && rest.contains('=') || rest.starts_with('=') && !rest.starts_with("==")
    };
    (!name.is_empty() && assigns && !name.starts_with(|letter: char| letter.is_ascii_digit()))
        .then_some((keyword, name, rest))
}

/// True when the hunk takes a top-level definition of `name` away.
pub(super) fn removes(hunk: &Hunk, name: &str) -> bool {
    let defines = |line: &String| definition(line).is_some_and(|(_, found, _)| found == name);
    hunk.removed.iter().any(defines) && !hunk.added.iter().any(defines)
}

/// True when the hunk takes the last line with the word `name` away.
pub(super) fn drops_word(hunk: &Hunk, name: &str) -> bool {
    let is_in =
        |line: &String| line.split(|sign: char| !sign.is_alphanumeric() && sign != '_').any(|it| it == name);
    hunk.removed.iter().any(is_in) && !hunk.added.iter().any(is_in)
}

/// The new name of what a hunk renames, a definition of the same kind in its place, and whether the name or the rest of
/// its line is like the old one.
///
/// Several candidates are told apart by how much of the rest of the line stayed; a tie is no answer. A value that is
/// not alike is another value.
pub(super) fn renamed_in<'a>(hunk: &'a Hunk, name: &str) -> Option<(&'a str, bool)> {
    let old = hunk.removed.iter().filter_map(|line| definition(line));
    let (keyword, _, rest) = old.clone().find(|(_, found, _)| *found == name)?;
    let also_removed: Vec<&str> = old.map(|(_, name, _)| name).collect();
    let mut candidates: Vec<(usize, &str, bool)> = hunk
        .added
        .iter()
        .filter_map(|line| definition(line))
        .filter(|(kind, new, _)| *kind == keyword && !also_removed.contains(new))
        .map(|(_, new, new_rest)| {
            let score = common_ends(rest, new_rest) * 4 + common_ends(name, new);
            (score, new, is_alike(name, new) || is_alike(rest, new_rest))
        })
        .collect();
    candidates.sort_by_key(|(score, ..)| std::cmp::Reverse(*score));
    let best = match candidates[..] {
        [(_, only, alike)] => Some((only, alike)),
        [(first, best, alike), (second, ..), ..] if first > second => Some((best, alike)),
        _ => None,
    };
    best.filter(|(_, alike)| *alike || keyword != "=")
}

/// True when two texts share half of the longer one.
fn is_alike(a: &str, b: &str) -> bool {
    common_ends(a, b) * 2 >= a.chars().count().max(b.chars().count())
}

/// Letters that two texts share at their start and at their end.
pub(super) fn common_ends(a: &str, b: &str) -> usize {
    let start = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let left = a.chars().count().min(b.chars().count()) - start;
    let end = a.chars().rev().zip(b.chars().rev()).take(left).take_while(|(a, b)| a == b).count();
    start + end
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\u{1}2e1853951f0000000000000000000000000000aa

diff --git a/pkg/data.py b/pkg/data.py
index 1..2 100644
--- a/pkg/data.py
+++ b/pkg/data.py
@@ -10 +10 @@ import x
-class SherlockDataset(Dataset):
+class MultimodalDataset(Dataset):
@@ -20,2 +20,0 @@
-def gone(a):
-    return a
diff --git a/pkg/old.py b/pkg/new.py
similarity index 90%
rename from pkg/old.py
rename to pkg/new.py
--- a/pkg/old.py
+++ b/pkg/new.py
@@ -0,0 +5,2 @@
+def gone(a):
+    return a
";

    #[test]
    fn patches_have_their_files_and_lines() {
        let patches = parse(LOG.as_bytes());
        assert_eq!(patches.len(), 1);
        let hunks = &patches[0].hunks;
        assert_eq!(hunks.len(), 3);
        assert_eq!(renamed_in(&hunks[0], "SherlockDataset"), Some(("MultimodalDataset", true)));
        assert!(removes(&hunks[1], "gone") && renamed_in(&hunks[1], "gone").is_none());
        assert_eq!(hunks[2].after, Some(RepoPath::from("pkg/new.py")));
    }

    #[test]
    fn definitions_are_top_level_lines() {
        let cases: &[(&str, Option<(&str, &str)>)] = &[
            ("class A(B):", Some(("class", "A"))),
            ("async def run(x):", Some(("def", "run"))),
            ("NAME = 1", Some(("=", "NAME"))),
            ("NAME: int = 1", Some(("=", "NAME"))),
            ("NAME: int", None),
            ("    def inner():", None),
            ("NAME == 1", None),
            ("call(x=1)", None),
            ("else: x = 1", Some(("=", "else"))),
            ("", None),
        ];
        for (line, expected) in cases {
            assert_eq!(definition(line).map(|(kind, name, _)| (kind, name)), *expected, "{line}");
        }
    }

    #[test]
    fn another_value_in_its_place_is_no_new_name() {
        let hunk = |old: &str, new: &str| Hunk {
            removed: vec![old.to_owned()],
            added: vec![new.to_owned()],
            ..Hunk::default()
        };
        assert_eq!(renamed_in(&hunk("ENCODING = 'utf-8'", "_ignore = [ENCODING]"), "ENCODING"), None);
        let renamed = hunk("LIMIT = 10 * 1024", "LARGEST = 10 * 1024");
        assert_eq!(renamed_in(&renamed, "LIMIT"), Some(("LARGEST", true)));
        let changed = hunk("def load(path):", "def open_all(*, root, depth=3):");
        assert_eq!(renamed_in(&changed, "load"), Some(("open_all", false)));
    }

    #[test]
    fn a_tie_between_new_names_is_no_answer() {
        let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        let hunk = Hunk {
            removed: lines(&["def ab(x):"]),
            added: lines(&["def ac(x):", "def ad(x):"]),
            ..Hunk::default()
        };
        assert_eq!(renamed_in(&hunk, "ab"), None);
    }
}
