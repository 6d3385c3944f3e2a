//! One walk over history: when each path first and last changed, and what became of it.
//!
//! The walk is `git log --full-history` with merges compared with their first parent. A merge counts for a
//! path only where no plain commit does, so that dates are those of the work and not of the merge.

mod gaps;
mod packed;
mod settle;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::git::Git;
use super::git::WITHOUT_DIRTY_SUBMODULES;
use super::{CommitId, Repo, RepoPath};

/// A commit and its committer date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Change {
    /// The commit.
    pub commit: CommitId,
    /// Committer date, RFC 3339 with the committer's own zone.
    pub date: String,
}

/// What happened to one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathHistory {
    /// The commit that first held the content, under this or an earlier name.
    pub first: Change,
    /// The newest commit that changed it.
    pub last: Change,
    /// The newest commit that removed it or moved it away, for a path that is gone.
    pub removed: Option<Change>,
    /// How many commits changed it under this name.
    pub commits: usize,
}

/// One rename that a commit made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// The old path.
    pub from: RepoPath,
    /// The new path.
    pub to: RepoPath,
    /// The commit that moved it, and when.
    pub change: Change,
}

/// The history of all paths up to one commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Every path that ever was.
    pub paths: BTreeMap<RepoPath, PathHistory>,
    /// All renames, newest first.
    pub renames: Vec<Rename>,
    /// Why dates, counts and renames are not known (a shallow clone); `None` when they are.
    pub unknown: Option<String>,
    /// Of how many commits only renames without an edit were seen, since contents are missing (a partial clone); `None`
    /// when nothing is missing.
    pub exact_renames_only: Option<usize>,
    /// What it was made of: the commit that it ends at, and what is not committed; `None` where that does not settle it.
    pub key: Option<Vec<u8>>,
    /// Places in `renames` by old path, oldest first.
    by_source: BTreeMap<RepoPath, Vec<usize>>,
}

impl History {
    /// Walks all commits that `tip` reaches.
    ///
    /// # Errors
    /// git cannot walk them, even without looking into contents.
    pub fn of(repo: &Repo, tip: &CommitId) -> Result<Self> {
        let git = repo.git();
        let (commits, exact_only) = match log(&git, &[tip.as_str()], "-M50%") {
            Ok(log) => (parse(&log)?, None),
            // A partial clone lacks contents, and `git log -M` ends in the middle of them.
            Err(_) => {
                let (commits, exact) = gaps::walk(&git, tip)?;
                (commits, Some(exact))
            }
        };
        let mut history = build(&commits);
        history.exact_renames_only = exact_only;
        if let Some(standing) = settle::standing(&git, tip, &commits)? {
            history.settle(&commits, &standing);
        }
        if repo.is_shallow()? {
            history.unknown =
                Some("history is cut off (a shallow clone): fetch it with `fetch-depth: 0`".to_owned());
        }
        if history.exact_renames_only.is_none() {
            history.key = Some([tip.as_str().as_bytes(), &repo.cut_off()].concat());
        }
        Ok(history)
    }

    /// This history, which ends at `from`, with what the commits from there to `tip` did; `None` where the one does not
    /// simply continue the other, because some new commit does not descend from `from`.
    ///
    /// # Errors
    /// git cannot walk the new commits.
    pub fn continued(mut self, repo: &Repo, from: &CommitId, tip: &CommitId) -> Result<Option<Self>> {
        let git = repo.git();
        let exclude = format!("^{from}");
        let count = |args: &[&str]| -> Result<String> {
            let args =
                [&["rev-list", "--count"], args, &["--end-of-options", tip.as_str(), &exclude]].concat();
            git.line(&args)
        };
        let (new, descending) = (count(&[])?, count(&["--ancestry-path"])?);
        if new != descending || new == "0" {
            return Ok(None);
        }
        let commits = parse(&log(&git, &[tip.as_str(), &exclude], "-M50%")?)?;
        self.replay_all(&commits);
        if let Some(standing) = settle::standing(&git, tip, &commits)? {
            self.settle(&commits, &standing);
        }
        self.key = Some(tip.as_str().as_bytes().to_vec());
        Ok(Some(self))
    }

    /// Reads a log of a walk that saw everything.
    #[cfg(test)]
    pub fn read(log: &[u8]) -> Result<Self> {
        Ok(build(&parse(log)?))
    }

    /// Adds what stands in the work tree, or in the index alone, and is not committed yet: its changes carry
    /// [`CommitId::uncommitted`] and no date.
    ///
    /// # Errors
    /// git cannot compare with HEAD.
    pub fn with_uncommitted(mut self, repo: &Repo, in_index: bool) -> Result<Self> {
        let git = repo.git().without_filters()?;
        let ask = |similarity: &str| {
            let mut args = vec!["diff-index", "-z", "--name-status", "--no-ext-diff", similarity, "-l1000"];
            args.push(WITHOUT_DIRTY_SUBMODULES);
            args.extend(in_index.then_some("--cached"));
            args.extend(["--end-of-options", "HEAD"]);
            git.read(&args)
        };
        // Renames without an edit need no contents, which a partial clone may lack.
        let changed = ask("-M50%").or_else(|_| ask("-M100%"))?;
        self.replay_all(&uncommitted(&changed)?);
        if let Some(key) = &mut self.key {
            key.push(0);
            key.extend(changed);
        }
        Ok(self)
    }

    /// What is not committed yet, by itself: as if every path that it changes had been there, and nothing before it.
    ///
    /// # Errors
    /// The bytes are no answer to `git diff-index -z --name-status`.
    pub(super) fn of_uncommitted(changed: &[u8]) -> Result<Self> {
        let commits = uncommitted(changed)?;
        let mut history = Self::default();
        for commit in &commits {
            for edit in &commit.edits {
                if let Edit::Removed(path) | Edit::Renamed(path, _) = edit {
                    history.touch(commit, path, None);
                }
            }
        }
        history.replay_all(&commits);
        Ok(history)
    }

    /// Where the content of a path that is gone stands at the end of all its renames; `None` when it was not moved.
    pub fn moved_to(&self, path: &RepoPath) -> Option<&Rename> {
        let mut found: Option<&Rename> = None;
        let mut current = path;
        // Renames are newest first; each step looks only at younger ones, so circles end.
        let mut end = self.renames.len();
        while let Some(place) = self.oldest_rename_before(current, end) {
            found = Some(&self.renames[place]);
            current = &self.renames[place].to;
            end = place;
        }
        found
    }

    /// The commit that removed what a path held, wherever renames had carried it by then; `None` for a path that
    /// is there or never was.
    pub fn ended(&self, path: &RepoPath) -> Option<&Change> {
        let mut ended = self.paths.get(path)?.removed.as_ref()?;
        let mut current = path;
        let mut end = self.renames.len();
        loop {
            let moved = |&place: &usize| place < end && self.renames[place].change.commit == ended.commit;
            let places = self.by_source.get(current);
            let Some(place) = places.and_then(|places| places.iter().copied().find(moved)) else { break };
            current = &self.renames[place].to;
            end = place;
            let Some(removed) = self.paths.get(current).and_then(|past| past.removed.as_ref()) else { break };
            ended = removed;
        }
        Some(ended)
    }

    fn oldest_rename_before(&self, from: &RepoPath, end: usize) -> Option<usize> {
        self.by_source.get(from)?.iter().copied().find(|&place| place < end)
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Commit {
    change: Change,
    merge: bool,
    edits: Vec<Edit>,
}

#[derive(Debug, PartialEq, Eq)]
enum Edit {
    Added(RepoPath),
    Changed(RepoPath),
    Removed(RepoPath),
    Renamed(RepoPath, RepoPath),
}

const OPTIONS: &[&str] = &[
    "log",
    "-z",
    "--date-order",
    "--full-history",
    "--diff-merges=first-parent",
    "--no-ext-diff",
    "--no-textconv",
    "--name-status",
    "-l1000",
    "--format=%x01%H%x02%P%x02%cI",
];

fn log(git: &Git, tips: &[&str], similarity: &str) -> Result<Vec<u8>> {
    git.read(&[OPTIONS, &[similarity, "--end-of-options"], tips].concat())
}

/// Reads the log: a header field that starts with a byte 1, then status and path fields.
fn parse(log: &[u8]) -> Result<Vec<Commit>> {
    let mut commits: Vec<Commit> = Vec::new();
    let mut fields = log.split(|&byte| byte == 0);
    while let Some(field) = fields.next() {
        let field = field.strip_prefix(b"\n").unwrap_or(field);
        if let Some(header) = field.strip_prefix(b"\x01") {
            commits.push(header_of(header)?);
            continue;
        }
        let Some(&status) = field.first() else { continue };
        let mut path =
            || fields.next().map(RepoPath::from_bytes).context("read `git log`: a path is missing");
        let edit = match status {
            b'A' => Edit::Added(path()?),
            b'C' => {
                path()?;
                Edit::Added(path()?)
            }
            b'D' => Edit::Removed(path()?),
            b'R' => Edit::Renamed(path()?, path()?),
            _ => Edit::Changed(path()?),
        };
        commits.last_mut().context("read `git log`: a path without a commit")?.edits.push(edit);
    }
    Ok(commits)
}

fn header_of(header: &[u8]) -> Result<Commit> {
    let text = String::from_utf8_lossy(header);
    let fields: Vec<&str> = text.split('\u{2}').collect();
    let [id, parents, date] = fields[..] else { bail!("read `git log`: `{text}`") };
    let commit = CommitId::parse(id).with_context(|| format!("read `git log`: `{id}`"))?;
    let change = Change { commit, date: date.to_owned() };
    Ok(Commit { change, merge: parents.contains(' '), edits: Vec::new() })
}

/// Changes that no commit holds, as one commit without a date.
fn uncommitted(changed: &[u8]) -> Result<Vec<Commit>> {
    let mut log = format!("\u{1}{}\u{2}\u{2}\0", CommitId::uncommitted()).into_bytes();
    log.extend_from_slice(changed);
    parse(&log)
}

fn build(commits: &[Commit]) -> History {
    let mut history = History::default();
    history.replay_all(commits);
    history
}

impl History {
    /// Replays commits on top of what is known; they stand newest first.
    fn replay_all(&mut self, commits: &[Commit]) {
        let renames = self.renames.iter();
        let mut known = renames.map(|rename| (rename.from.clone(), rename.to.clone())).collect();
        self.renames.reverse();
        for commit in commits.iter().rev() {
            for edit in &commit.edits {
                self.replay(commit, edit, &mut known);
            }
        }
        self.renames.reverse();
        self.sort_sources();
    }

    fn sort_sources(&mut self) {
        self.by_source.clear();
        for (place, rename) in self.renames.iter().enumerate().rev() {
            self.by_source.entry(rename.from.clone()).or_default().push(place);
        }
    }

    fn replay(&mut self, commit: &Commit, edit: &Edit, known: &mut BTreeSet<(RepoPath, RepoPath)>) {
        match edit {
            Edit::Added(path) | Edit::Changed(path) => self.touch(commit, path, None),
            Edit::Removed(path) => self.remove(commit, path),
            Edit::Renamed(from, to) => {
                // A merge shows again what the merged commits did; only what is new in it counts.
                let new = known.insert((from.clone(), to.clone()));
                if new || !commit.merge {
                    let change = commit.change.clone();
                    self.renames.push(Rename { from: from.clone(), to: to.clone(), change });
                }
                let first = self.paths.get(from).map(|path| path.first.clone());
                self.touch(commit, to, first);
                self.remove(commit, from);
            }
        }
    }

    fn touch(&mut self, commit: &Commit, path: &RepoPath, first: Option<Change>) {
        let new = || PathHistory {
            first: first.clone().unwrap_or_else(|| commit.change.clone()),
            last: commit.change.clone(),
            removed: None,
            commits: 0,
        };
        match self.paths.get_mut(path) {
            Some(entry) if entry.removed.is_none() => {
                if !commit.merge {
                    entry.last = commit.change.clone();
                    entry.commits += 1;
                }
            }
            // A path that comes back begins anew.
            _ => {
                self.paths.insert(path.clone(), PathHistory { commits: 1, ..new() });
            }
        }
    }

    fn remove(&mut self, commit: &Commit, path: &RepoPath) {
        if let Some(entry) = self.paths.get_mut(path)
            && (entry.removed.is_none() || !commit.merge)
        {
            entry.removed = Some(commit.change.clone());
            entry.last = commit.change.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(number: u8, parents: &str, edits: &str) -> Vec<u8> {
        let id = format!("{number:040x}");
        let mut record =
            format!("\u{1}{id}\u{2}{parents}\u{2}2025-01-{number:02}T00:00:00+00:00\0").into_bytes();
        if !edits.is_empty() {
            record.extend_from_slice(b"\n");
            record.extend_from_slice(edits.replace(' ', "\0").as_bytes());
            record.push(0);
        }
        record
    }

    fn history(newest_first: &[Vec<u8>]) -> History {
        build(&parse(&newest_first.concat()).unwrap())
    }

    fn day(change: &Change) -> &str {
        &change.date[8..10]
    }

    #[test]
    fn dates_follow_a_path_back_over_its_renames() {
        let history = history(&[commit(3, "2", "M b"), commit(2, "1", "R090 a b"), commit(1, "", "A a")]);
        let b = &history.paths[&RepoPath::from("b")];
        assert_eq!((day(&b.first), day(&b.last), b.commits), ("01", "03", 2));
        let a = &history.paths[&RepoPath::from("a")];
        assert_eq!(a.removed.as_ref().map(day), Some("02"));
    }

    #[test]
    fn moves_are_followed_to_the_end_and_circles_end() {
        let history = history(&[
            commit(4, "3", "R100 c a"),
            commit(3, "2", "R100 b c"),
            commit(2, "1", "R100 a b"),
            commit(1, "", "A a"),
        ]);
        let moved = |path: &str| history.moved_to(&path.into()).map(|rename| rename.to.to_string());
        assert_eq!(moved("b").as_deref(), Some("a"));
        assert_eq!(moved("a").as_deref(), Some("a"));
        assert_eq!(moved("x"), None);
    }

    #[test]
    fn what_was_moved_and_then_removed_ends_with_its_removal() {
        let history = history(&[
            commit(5, "4", "D c"),
            commit(4, "3", "R100 b c"),
            commit(3, "2", "R100 a b"),
            commit(2, "1", "D x"),
            commit(1, "", "A a"),
        ]);
        let ended = |path: &str| history.ended(&path.into()).map(day);
        assert_eq!((ended("a"), ended("b"), ended("c")), (Some("05"), Some("05"), Some("05")));
        assert_eq!(ended("x"), None);
    }

    #[test]
    fn what_came_back_after_its_move_ends_with_its_own_removal() {
        let history = history(&[
            commit(5, "4", "D b"),
            commit(4, "3", "D a"),
            commit(3, "2", "A a"),
            commit(2, "1", "R100 a b"),
            commit(1, "", "A a"),
        ]);
        let ended = |path: &str| history.ended(&path.into()).map(day);
        assert_eq!((ended("a"), ended("b")), (Some("04"), Some("05")));
    }

    #[test]
    fn merge_does_not_become_the_last_change_of_what_a_plain_commit_changed() {
        let history = history(&[commit(3, "1 2", "M a"), commit(2, "1", "M a"), commit(1, "", "A a")]);
        let a = &history.paths[&RepoPath::from("a")];
        assert_eq!((day(&a.last), a.commits), ("02", 2));
    }

    #[test]
    fn merge_counts_for_a_path_that_no_plain_commit_holds() {
        let history = history(&[commit(2, "1 1", "A evil"), commit(1, "", "A a")]);
        assert_eq!(day(&history.paths[&RepoPath::from("evil")].last), "02");
    }

    #[test]
    fn path_that_comes_back_begins_anew() {
        let history = history(&[commit(3, "2", "A a"), commit(2, "1", "D a"), commit(1, "", "A a")]);
        let a = &history.paths[&RepoPath::from("a")];
        assert_eq!((day(&a.first), a.removed.is_none(), a.commits), ("03", true, 1));
    }

    #[test]
    fn path_named_like_a_header_is_a_path() {
        let history = history(&[commit(1, "", "A \u{1}odd")]);
        assert!(history.paths.contains_key(&RepoPath::from("\u{1}odd")));
    }
}
