//! The check for every day: what is broken in a tree, found by reading alone.
//!
//! Links of notes, imports, scripts that a move cut off, and calls that do not fit; each with its line, the commit
//! that did it where git knows, and what mends it. With a second tree to compare with, what was broken there already is kept apart.
//! Runs nothing, writes nothing into the work tree, and knows neither the consolidation plan nor the tests.

pub mod bytes;
mod compare;
mod findings;
mod gather;
mod id;
mod lines;
mod spread;
pub mod staged;
#[cfg(test)]
mod tests;

use anyhow::Result;
use serde::Serialize;

use crate::parallel;
use crate::repo::{CommitId, History, Repo, RepoPath, Tree};
use crate::report::Level;

pub use gather::{Trees, What};
pub use id::{CheckId, Made};
pub use lines::lines;

/// What is checked.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The repository: its ignore rules, and the history that explains what is broken.
    pub repo: &'a Repo,
    /// What is checked: the work tree, the index, a commit, or a change that stands nowhere yet.
    pub tree: &'a Tree,
    /// What it is compared with. What is broken there too is not new, and denies nothing.
    pub base: Option<&'a Tree>,
    /// The history that explains what is broken.
    pub past: Past<'a>,
}

/// A commit, and the history up to there with what is not committed. A hook has no time to walk over all commits, and
/// gives what its commit does. `None` before the first one.
pub type Past<'a> = Option<(&'a CommitId, &'a History)>;

/// Finds something else in a tree, with the history where there is one, on a thread of its own.
pub type More<'a> = dyn Fn(&Tree, Option<&History>) -> Result<Vec<Found>> + Sync + 'a;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Checked {
    /// How many files were read.
    pub checked: usize,
    /// What is broken: what denies first, then by place.
    pub findings: Vec<Found>,
    /// Why no commit is named, where history is cut off.
    pub history_unknown: Option<String>,
}

/// One thing that is broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Found {
    /// The file.
    pub path: RepoPath,
    /// Its line.
    pub line: usize,
    /// The check: `broken-link`, `broken-import`, `path-anchor`, `broken-call` …
    pub check: CheckId,
    /// Whether it fails the check.
    pub level: Level,
    /// False for what was broken in the base too.
    pub new: bool,
    /// What is wrong, in a phrase.
    pub message: String,
    /// What to do, in a phrase.
    pub hint: Option<String>,
    /// The commit that moved or removed what is missing; `None` where git does not tell.
    pub commit: Option<String>,
    /// The command that mends it and others of its kind.
    pub mend: Option<&'static str>,
    /// What is named, without its place: equal in both trees when it is the same breakage.
    #[serde(skip)]
    subject: String,
    /// Another name of the same, that stays equal when a file moves and its links with it.
    #[serde(skip)]
    alias: Option<String>,
}

impl Checked {
    /// True when something denies.
    pub fn is_failing(&self) -> bool {
        self.findings.iter().any(|found| found.level == Level::Deny)
    }
}

impl Found {
    /// Something broken that no commit explains; `subject` is what is named, which stays equal when the reason changes.
    pub fn new(check: CheckId, (path, line): (RepoPath, usize), subject: &str, message: String) -> Self {
        let subject = subject.to_owned();
        Self {
            path,
            line,
            check,
            level: Level::Deny,
            new: true,
            message,
            hint: None,
            commit: None,
            mend: None,
            subject,
            alias: None,
        }
    }

    /// The finding as a warning: it denies nothing.
    pub fn warning(mut self) -> Self {
        self.level = Level::Warn;
        self
    }

    /// The finding with what to do and the command that does it.
    pub fn hint(mut self, hint: impl Into<String>, mend: Option<&'static str>) -> Self {
        self.hint = Some(hint.into());
        self.mend = mend;
        self
    }

    /// Names the commit that did it; of what is not committed yet there is none.
    pub fn blame(&mut self, what: &str, commit: &CommitId) {
        if commit.is_uncommitted() {
            self.message.push_str(&format!(" ({what}, not committed yet)"));
        } else {
            self.message.push_str(&format!(" ({what} in {})", commit.short()));
            self.commit = Some(commit.to_string());
        }
    }

    fn order(&self, other: &Self) -> std::cmp::Ordering {
        let key = |found: &Self| (found.level, !found.new, found.check);
        key(self).cmp(&key(other)).then_with(|| self.place().cmp(&other.place()))
    }

    fn place(&self) -> (&RepoPath, usize, &str) {
        (&self.path, self.line, &self.message)
    }
}

/// Reads a tree and says what is broken in it.
///
/// The base is read only when there is something to compare.
///
/// # Errors
/// A file of the tree cannot be read, or git cannot be asked.
pub fn run(request: &Request<'_>) -> Result<Checked> {
    run_with(request, None)
}

/// Reads a tree and says what is broken in it, with what rooms above this one find in a tree.
///
/// # Errors
/// As [`run`], and as `more`.
pub fn run_with(request: &Request<'_>, more: Option<&More<'_>>) -> Result<Checked> {
    let history = request.past.map(|(_, history)| history);
    let look = |tree: &Tree| -> Result<(usize, Vec<Found>)> {
        let read = || gather::read(request.repo, tree, request.past);
        let Some(more) = more else {
            let facts = read()?;
            return Ok((facts.checked, findings::of(&facts)));
        };
        let (more, facts) = parallel::both(|| more(tree, history), read);
        let facts = facts?;
        let mut found = findings::of(&facts);
        found.extend(more?);
        Ok((facts.checked, found))
    };
    let (checked, mut found) = look(request.tree)?;
    if let Some(base) = request.base.filter(|_| !found.is_empty()) {
        compare::mark_old(&mut found, look(base)?.1, request.tree);
    }
    found.sort_by(Found::order);
    let unknown = history.and_then(|history| history.unknown.clone());
    let history_unknown = unknown.filter(|_| !found.is_empty());
    Ok(Checked { checked, findings: found, history_unknown })
}
