//! Files that changed since a commit, and the commits that touched them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::super::result::{MOST_COMMITS, Touch};
use crate::repo::git::WITHOUT_DIRTY_SUBMODULES;
use crate::repo::{Repo, RepoPath};

/// By file: its commits since then, newest first; a file that changed in the work tree alone has none. `now` tells what
/// a path is called now, so that a file has the commits of its earlier names too.
///
/// A commit that this clone does not have says nothing.
pub(super) fn since(
    repo: &Repo,
    commit: &str,
    now: impl Fn(RepoPath) -> RepoPath,
) -> Result<BTreeMap<String, Vec<Touch>>> {
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
    let log = repo.git().read(&["log", "-z", "--name-only", "--no-renames", format, &range, "--"])?;
    for (touch, paths) in read_log(&String::from_utf8_lossy(&log)) {
        // The commit that moves a file names it twice.
        let paths = paths.into_iter().map(|path| now(RepoPath::from(path.as_str())).display().into_owned());
        for path in paths.collect::<BTreeSet<_>>() {
            let touches: &mut Vec<Touch> = touched.entry(path).or_default();
            if touches.len() < MOST_COMMITS {
                touches.push(touch.clone());
            }
        }
    }
    Ok(touched)
}

fn read_log(text: &str) -> Vec<(Touch, Vec<String>)> {
    let read = |entry: &str| {
        let (head, names) = entry.split_once('\u{2}')?;
        let (commit, subject) = head.split_once(' ')?;
        let names = names.split('\0').map(|name| name.trim_start_matches('\n'));
        let names = names.filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Some((Touch { commit: commit.to_owned(), subject: subject.to_owned() }, names))
    };
    text.split('\u{1}').filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use xshell::Shell;

    use super::*;
    use crate::repo::testing::git;

    #[test]
    fn log_is_read_with_all_names() {
        let text = "\u{1}aa first\u{2}\0\na.py\0b c.py\0\u{1}bb merge\u{2}\0\u{1}cc last one\u{2}\0\nd.py\0";
        let read: Vec<(String, Vec<String>)> = read_log(text)
            .into_iter()
            .map(|(touch, names)| (touch.commit + touch.subject.as_str(), names))
            .collect();
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(
            read,
            [
                ("aafirst".to_owned(), owned(&["a.py", "b c.py"])),
                ("bbmerge".to_owned(), vec![]),
                ("cclast one".to_owned(), owned(&["d.py"]))
            ]
        );
    }

    #[test]
    fn a_file_has_the_commits_of_its_earlier_names() {
        let place = tempfile::tempdir().unwrap();
        let shell = Shell::new().unwrap();
        let git = |args: &[&str]| git(place.path(), args);
        let commit = |message: &str| {
            git(&["add", "-A"]);
            git(&["commit", "-q", "-m", message]);
        };
        git(&["init", "-q", "-b", "main"]);
        for (message, text) in [("write", "1\n"), ("edit", "2\n")] {
            shell.write_file(place.path().join("old.py"), text).unwrap();
            commit(message);
        }
        git(&["mv", "old.py", "new.py"]);
        commit("move");
        let repo = Repo::open(place.path()).unwrap();
        let now = |path| if path == RepoPath::from("old.py") { RepoPath::from("new.py") } else { path };
        let touched = since(&repo, "HEAD~2", now).unwrap();
        let subjects: Vec<&str> = touched["new.py"].iter().map(|touch| touch.subject.as_str()).collect();
        assert_eq!(subjects, ["move", "edit"]);
    }
}
