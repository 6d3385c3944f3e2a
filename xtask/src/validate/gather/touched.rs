//! Files that changed since a commit, and the commits that touched them.

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::result::{MOST_COMMITS, Touch};
use crate::repo::Repo;
use crate::repo::git::WITHOUT_DIRTY_SUBMODULES;

/// By file: its commits since then, newest first, under the names that it had before too; a file that changed in the
/// work tree alone has none.
///
/// A commit that this clone does not have says nothing.
pub(super) fn since(repo: &Repo, commit: &str) -> Result<BTreeMap<String, Vec<Touch>>> {
    let mut touched = BTreeMap::new();
    let Ok(commit) = repo.resolve(commit) else { return Ok(touched) };
    let commit = commit.as_str();
    let git = repo.git().without_filters()?;
    let args = ["diff", "--name-only", "-z", "--no-renames", WITHOUT_DIRTY_SUBMODULES, commit, "--"];
    let changed = git.read(&args)?;
    for path in String::from_utf8_lossy(&changed).split('\0').filter(|path| !path.is_empty()) {
        touched.insert(path.to_owned(), Vec::new());
    }
    let range = format!("{commit}..HEAD");
    let format = "--format=tformat:%x01%H %s%x02";
    let log = repo.git().read(&["log", "-z", "--name-status", "-M50%", format, &range, "--"])?;
    // What a file is called now, by the names that it had before.
    let mut called: BTreeMap<String, String> = BTreeMap::new();
    for (touch, changes) in read_log(&String::from_utf8_lossy(&log)) {
        for Change { path, before } in changes {
            let now = called.get(&path).cloned().unwrap_or(path);
            let touches: &mut Vec<Touch> = touched.entry(now.clone()).or_default();
            if touches.len() < MOST_COMMITS {
                touches.push(touch.clone());
            }
            called.extend(before.map(|before| (before, now)));
        }
    }
    Ok(touched)
}

/// A path that a commit changed, and what it was called before where the commit moved it.
#[derive(Debug, PartialEq, Eq)]
struct Change {
    path: String,
    before: Option<String>,
}

fn read_log(text: &str) -> Vec<(Touch, Vec<Change>)> {
    let read = |entry: &str| {
        let (head, changes) = entry.split_once('\u{2}')?;
        let (commit, subject) = head.split_once(' ')?;
        let touch = Touch { commit: commit.to_owned(), subject: subject.to_owned() };
        Some((touch, read_changes(changes)))
    };
    text.split('\u{1}').filter_map(read).collect()
}

/// `M`, `a.py`, then `R086`, `old.py`, `new.py`: the form of `--name-status -z`.
fn read_changes(text: &str) -> Vec<Change> {
    let mut fields =
        text.split('\0').map(|field| field.trim_start_matches('\n')).filter(|field| !field.is_empty());
    let mut changes = Vec::new();
    while let (Some(status), Some(path)) = (fields.next(), fields.next()) {
        let moved = if status.starts_with(['R', 'C']) { fields.next() } else { None };
        let before = moved.filter(|_| status.starts_with('R')).map(|_| path.to_owned());
        changes.push(Change { path: moved.unwrap_or(path).to_owned(), before });
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_is_read_with_all_names() {
        let text = "\u{1}aa first\u{2}\0\nM\0a.py\0R100\0b c.py\0d.py\0\u{1}bb merge\u{2}\0\u{1}cc last one\u{2}\0\nA\0e.py\0";
        let read = read_log(text);
        let words: Vec<String> =
            read.iter().map(|(touch, _)| touch.commit.clone() + touch.subject.as_str()).collect();
        assert_eq!(words, ["aafirst", "bbmerge", "cclast one"]);
        let change = |path: &str, before: Option<&str>| Change {
            path: path.to_owned(),
            before: before.map(str::to_owned),
        };
        assert_eq!(read[0].1, [change("a.py", None), change("d.py", Some("b c.py"))]);
        assert_eq!(read[1].1, []);
        assert_eq!(read[2].1, [change("e.py", None)]);
    }
}
