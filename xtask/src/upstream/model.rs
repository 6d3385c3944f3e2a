//! The result: what is known of the two sides, as plain values. Field names are those of `--format json`.

mod custom;
mod sync;

use std::collections::BTreeMap;

use serde::Serialize;

use super::build::Build;
use crate::code::python::calls::BrokenCall;
use crate::code::python::imports::Unresolved;
use crate::config::Depth;
use crate::links::BrokenLink;
use crate::repo::{CommitId, RepoPath};
use crate::report::Finding;

pub use self::custom::{ChangedSymbol, Custom, Lines, Status, SymbolStatus};
pub use self::sync::{Hint, HintKind, SyncMethod, SyncPoint, Window};
pub use super::class::FileClass;
pub use super::strategy::{Rejected, Strategy, Way};

/// All that was found. `None` (`null`) means that it does not apply or cannot be known; the findings say why.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Analysis {
    /// Hash over schema, depth, configuration and the ids of both sides.
    pub inputs: String,
    /// How far the search went.
    pub depth: Depth,
    /// The side that follows.
    pub fork: Side,
    /// The side that is followed.
    pub upstream: Side,
    /// Upstream's newest release tag.
    pub release: Option<Release>,
    /// How they stand to one another; `None` in a shallow clone that does not tell.
    pub relation: Option<Relation>,
    /// All best common ancestors, sorted by id.
    pub merge_bases: Option<Vec<CommitId>>,
    /// The one that changes are counted from: the first that `git merge-base` gives.
    pub merge_base: Option<Base>,
    /// Commits that only the fork has.
    pub ahead: Option<usize>,
    /// Commits that only upstream has.
    pub behind: Option<usize>,
    /// Commits without merges: `[fork, upstream]`.
    pub without_merges: Option<[usize; 2]>,
    /// Commits by month of their committer date (UTC): `[fork, upstream]`.
    pub months: BTreeMap<String, [usize; 2]>,
    /// Commits with the same patch on both sides.
    pub equivalent: Option<Equivalent>,
    /// The fork's newest known commit at which a merge of upstream changes no file, so that all that upstream has was
    /// there under other ids; `None` where there is none, or none was found.
    pub contained_at: Option<CommitId>,
    /// The upstream commit that the fork's content follows.
    pub sync_point: Option<SyncPoint>,
    /// Paths that each side changed since the merge base.
    pub changed: Option<Changed>,
    /// Pairs of old and new path (similarity of 50 % or more).
    pub renames: Option<Renames>,
    /// The trial merge of upstream into the fork.
    pub merge: Option<Merge>,
    /// The folder in which the fork keeps all of upstream, and the trial merge into it.
    pub subtree: Option<Subtree>,
    /// How far the fork can follow without a conflict.
    pub clean_prefix: Option<CleanPrefix>,
    /// What a rebase would meet; `None` where it was not tried (too many commits, or merges among them).
    pub replay: Option<Replay>,
    /// Upstream's commits one by one.
    pub upstream_commits: Option<UpstreamCommits>,
    /// Static findings on the merged tree that neither side has; `None` where there was nothing to check.
    pub merged_tree: Option<MergedTree>,
    /// What the compiler says of the merged tree; only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build: Option<Build>,
    /// What the fork's changes are counted from: the merge base, else a sure sync point, else upstream's tip.
    pub custom_since: Option<Base>,
    /// Lines that the fork added and deleted in all, as `git diff --numstat` counts.
    pub custom_lines: Option<Lines>,
    /// Every file that the fork added or changed.
    pub custom: Vec<Custom>,
    /// What to do.
    pub strategy: Strategy,
    /// What could not be known, and other remarks.
    pub findings: Vec<Finding>,
}

impl Analysis {
    /// The sync point where the fork's content follows upstream beyond what history says.
    pub(super) fn later_sync(&self) -> Option<&SyncPoint> {
        self.sync_point.as_ref().filter(|sync| sync.method != SyncMethod::MergeBase)
    }
}

/// One of the two sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Side {
    /// The commit.
    pub oid: CommitId,
    /// Its committer date, RFC 3339.
    pub date: String,
    /// What names it: a full ref name, or the revision as it was given.
    #[serde(rename = "ref")]
    pub name: String,
    /// The remote that holds the ref, where there is one.
    pub remote: Option<String>,
    /// Where a side of another repository lies, as it was given.
    pub location: Option<String>,
}

/// A release tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Release {
    /// The tag's full ref name.
    #[serde(rename = "ref")]
    pub name: String,
    /// The commit that it names.
    pub commit: CommitId,
    /// That commit's committer date, seconds since 1970.
    pub time: i64,
    /// Whether upstream's tip contains it; a release may lie on a branch of its own.
    pub contained: bool,
}

/// A commit that something is counted from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Base {
    /// The commit.
    pub commit: CommitId,
    /// Its committer date.
    pub date: String,
}

/// How the fork stands to its upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// Both are one commit.
    Same,
    /// The fork has all that upstream has, and more.
    Ahead,
    /// Upstream has all that the fork has, and more.
    Behind,
    /// Each has commits of its own.
    Diverged,
    /// No common ancestor.
    Unrelated,
}

/// Commits whose patch stands on the other side too (`git rev-list --cherry-mark`), newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Equivalent {
    /// The fork's.
    pub fork: Vec<CommitId>,
    /// Upstream's.
    pub upstream: Vec<CommitId>,
    /// Commits of either side, merges apart, that change nothing.
    pub empty: Vec<CommitId>,
}

/// Paths, sorted; a rename counts with both its names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Changed {
    /// By the fork.
    pub fork: Vec<RepoPath>,
    /// By upstream.
    pub upstream: Vec<RepoPath>,
    /// By both.
    pub both: Vec<RepoPath>,
}

/// Renames, sorted by the old path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Renames {
    /// By the fork.
    pub fork: Vec<(RepoPath, RepoPath)>,
    /// By upstream.
    pub upstream: Vec<(RepoPath, RepoPath)>,
}

/// What `git merge` would give.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Merge {
    /// True when nothing conflicts; false also where that is not known of some path.
    pub clean: bool,
    /// The tree that the merge leaves, with conflict markers where it is not clean; `None` where some path is not judged.
    pub tree: Option<String>,
    /// Paths that stay unmerged, sorted.
    pub conflicts: Vec<Conflict>,
    /// Paths of which it is not known whether they conflict, since contents are not here, sorted.
    pub unjudged: Vec<RepoPath>,
    /// How many conflict messages git gave of each kind.
    pub kinds: BTreeMap<String, usize>,
    /// Conflict messages about paths that are not unmerged themselves.
    pub notices: Vec<Notice>,
}

/// A folder that holds all of upstream, as `git subtree` makes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Subtree {
    /// The folder, from the fork's root.
    pub folder: String,
    /// Whether `git merge -X subtree=FOLDER` conflicts nowhere.
    pub clean: bool,
    /// Paths that stay unmerged.
    pub conflicts: usize,
}

/// A path that stays unmerged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Conflict {
    /// The path.
    pub path: RepoPath,
    /// git's names of the conflicts that it leads (`CONFLICT (contents)`), sorted.
    pub kinds: Vec<String>,
    /// Conflicts that name it in second place (the other end of a rename): git's name and the leading path.
    pub part_of: Vec<Notice>,
    /// The path that git set aside under this name, since the other side has a folder or another kind of file there.
    pub stands_for: Option<RepoPath>,
    /// What it holds.
    pub class: FileClass,
    /// The hunks between conflict markers, in order; empty where git leaves none (a deletion, binary content).
    pub hunks: Vec<Hunk>,
    /// The fork's commits that changed it since the merge base, newest first, merges apart.
    pub fork_commits: Vec<CommitId>,
    /// Upstream's, likewise; only in a thorough search.
    pub upstream_commits: Vec<CommitId>,
    /// The first of upstream's first parents that the fork lacks whose merge conflicts here.
    pub first_commit: Option<CommitId>,
    /// True when two trial merges show it: this commit conflicts here, the one before does not.
    pub proven: bool,
    /// False when a later commit merges cleanly here again; `None` where that is not known.
    pub monotone: Option<bool>,
}

/// One hunk that conflicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Hunk {
    /// The line of its first marker in the file that the merge leaves, from 1.
    pub line: usize,
    /// Lines of the fork's side.
    pub fork_lines: usize,
    /// Lines of upstream's side.
    pub upstream_lines: usize,
}

/// Which commit begins a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FirstConflict {
    pub(super) commit: CommitId,
    pub(super) proven: bool,
    pub(super) monotone: Option<bool>,
}

/// What became of the fork's own commits when they were laid on top of upstream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Replay {
    /// The fork's own commits whose patch upstream does not have, merges apart.
    pub commits: usize,
    /// How many apply, oldest first.
    pub applied: usize,
    /// The first that conflicts.
    pub stopped_at: Option<CommitId>,
}

/// How far the fork can follow along upstream's first parents that it lacks without a conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CleanPrefix {
    /// The largest number of commits after which the merge is clean.
    pub commits: usize,
    /// All of them.
    pub of: usize,
    /// The last one that merges cleanly.
    pub last: Option<CommitId>,
    /// The one after it.
    pub next: Option<CommitId>,
    /// The first one that conflicts; it lies before `last` where a conflict goes away again.
    pub first_conflict: Option<CommitId>,
    /// True when trial merges show that `last` is clean and `next` is not.
    pub proven: bool,
    /// How far it goes where conflicts in lockfiles and generated files do not count; `None` where that is no farther,
    /// or no trial merge shows it.
    pub lockfiles_apart: Option<Prefix>,
    /// Release tags as steps, oldest first.
    pub steps: Vec<Step>,
}

/// Commits that the fork can follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Prefix {
    /// How many.
    pub commits: usize,
    /// The last one.
    pub last: CommitId,
}

impl CleanPrefix {
    /// The release on the way to upstream's tip that conflicts in the fewest paths; of several, the newest.
    pub fn easiest(&self) -> Option<&Step> {
        self.steps.iter().filter(|step| step.contained).rev().min_by_key(|step| step.conflicts)
    }
}

/// A release tag as a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Step {
    /// The tag's full ref name.
    #[serde(rename = "ref")]
    pub name: String,
    /// Its commit.
    pub commit: CommitId,
    /// Whether upstream's tip contains it: merging a tag that lies beside it does not lead there.
    pub contained: bool,
    /// Whether merging it conflicts nowhere.
    pub clean: bool,
    /// Paths that conflict.
    pub conflicts: usize,
}

/// What breaks in the merged tree although both sides are sound; `None` for what the two sides cannot break together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MergedTree {
    /// Python imports that fail.
    pub imports: Option<Vec<MergedImport>>,
    /// Calls that their function or class does not take. The commit is upstream's: the one that changed the signature,
    /// else the newest that touched the file of the call, else that of the definition.
    pub calls: Option<Vec<BrokenCall>>,
    /// Links of Markdown files that lead nowhere.
    pub links: Option<Vec<MergedLink>>,
}

/// An import that fails in the merged tree alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MergedImport {
    /// The import.
    #[serde(flatten)]
    pub import: Unresolved,
    /// Upstream's commit that is behind it, where it is known.
    pub commit: Option<CommitId>,
}

/// A link that leads nowhere in the merged tree alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MergedLink {
    /// The link.
    #[serde(flatten)]
    pub link: BrokenLink,
    /// Upstream's commit that is behind it, where it is known: the one that took the target away, else the newest that
    /// touched the file of the link.
    pub commit: Option<CommitId>,
}

/// Upstream's commits one by one, newest first, merges apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct UpstreamCommits {
    /// Commits that touch no path that the fork changed.
    pub free: Vec<CommitId>,
    /// Commits whose message uses words of security; that proves nothing.
    pub security_worded: Vec<CommitId>,
    /// Commits whose change the fork holds already, under another id or inside a larger one.
    pub already_applied: Vec<CommitId>,
    /// Free commits that apply on the fork one after another in this order, oldest first, as far as they were tried.
    pub picks: Vec<CommitId>,
    /// How many of those that the fork does not hold already were tried, from the oldest on.
    pub picks_tried: usize,
    /// More about those that are security-worded or applied.
    pub details: Vec<Detail>,
}

/// One of upstream's commits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Detail {
    /// The commit.
    pub commit: CommitId,
    /// Its committer date.
    pub date: String,
    /// The first line of its message.
    pub subject: String,
    /// The words of security in its message.
    pub words: Vec<String>,
    /// Paths that conflict when it alone is picked; `None` where it was not tried.
    pub conflicts: Option<usize>,
    /// How it is known to be applied.
    pub applied: Option<Applied>,
}

/// How a commit of upstream is known to be in the fork.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Applied {
    /// A commit of the fork has the same patch.
    SamePatch,
    /// Nearly all lines that it alone added stand in the fork.
    Lines,
    /// Taken over, it changes nothing.
    NoChange,
}

/// A conflict message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Notice {
    /// The path that leads it.
    pub path: RepoPath,
    /// git's name (`CONFLICT (directory rename suggested)`).
    pub kind: String,
}
