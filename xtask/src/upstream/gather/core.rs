//! The questions that every report needs, asked of git two at a time.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use super::super::custom::{self, Measure};
use super::super::model::{Base, Merge};
use super::super::parse::{self, Commit, Diff, LOG_FORMAT, RawEntry};
use super::super::relation::{self, Range};
use super::threads::{Job, Slot, fill, take, two_at_a_time};
use super::{RENAME_LIMIT, blobs};
use crate::config::Depth;
use crate::process::{Cancel, Progress};
use crate::repo::git::Git;
use crate::repo::{BlobId, CommitId, RepoPath, Scratch};
use crate::report::Finding;

/// git's answers. What is `None` could not be had, and a finding says why.
pub(super) struct Core {
    pub(super) bases: Vec<CommitId>,
    pub(super) merge_base: Option<Base>,
    pub(super) shallow: bool,
    pub(super) empty_tree: String,
    pub(super) range: Range,
    /// Base to fork, or upstream to fork when there is no base.
    pub(super) fork_diff: Option<Diff>,
    /// Base to upstream; `None` when there is no base.
    pub(super) upstream_diff: Option<Diff>,
    /// False when contents are missing, so that only equal contents could be told to be renamed.
    pub(super) renames_known: bool,
    pub(super) measures: BTreeMap<BlobId, Measure>,
    pub(super) merge: Option<Merge>,
    pub(super) marked: Option<BTreeSet<CommitId>>,
    /// The fork's commits, newest first, with what each changed; empty unless the search is thorough.
    pub(super) fork_touched: Touched,
    /// Upstream's commits likewise; `None` unless the search is thorough.
    pub(super) upstream_touched: Option<Touched>,
    pub(super) findings: Vec<Finding>,
}

/// Commits with what each changed.
pub(super) type Touched = Vec<(CommitId, Vec<RawEntry>)>;

/// Asks everything.
pub(super) fn gather(
    scratch: &Scratch,
    fork: &CommitId,
    upstream: &CommitId,
    depth: Depth,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Core> {
    let ask = Ask { git: scratch.git().clone(), fork, upstream };
    let empty_tree = ask.empty_tree()?;
    let bases = ask.merge_bases()?;
    let merge_base = bases.first().map(|commit| ask.base(commit)).transpose()?;
    let start = merge_base.as_ref().map_or(upstream, |base| &base.commit);
    let (range, marked, forks) = (Slot::new(), Slot::new(), Slot::new());
    let (upstreams, merge) = (Slot::new(), Slot::new());
    let related = merge_base.is_some();
    // The slowest first; a worker takes the next when it is free.
    let mut jobs: Vec<Job<'_>> = Vec::new();
    if related && depth > Depth::Quick {
        jobs.push(Box::new(|| fill(&marked, || ask.marked())));
    }
    jobs.push(Box::new(|| fill(&merge, || ask.trial_merge(related))));
    jobs.push(Box::new(|| fill(&range, || ask.range(depth))));
    jobs.push(Box::new(|| fill(&forks, || ask.fork_diff(start))));
    if related {
        jobs.push(Box::new(|| fill(&upstreams, || ask.diff(start, upstream, false))));
    }
    two_at_a_time(jobs, progress, cancel);
    if cancel.is_cancelled() {
        bail!("interrupted");
    }
    let mut notes = Notes::default();
    let (range, fork_touched, upstream_touched) = take(range)?;
    let fork_answer = notes.keep("the fork's changes", take(forks));
    let upstream_answer = if related { notes.keep("upstream's changes", take(upstreams)) } else { None };
    let renames_known =
        [fork_answer.as_ref().map(|(_, exact, _)| *exact), upstream_answer.as_ref().map(|(_, exact)| *exact)]
            .into_iter()
            .flatten()
            .all(|complete| complete);
    let (fork_diff, measures) =
        fork_answer.map_or((None, BTreeMap::new()), |(diff, _, sizes)| (Some(diff), sizes));
    let upstream_diff = upstream_answer.map(|(diff, _)| diff);
    notes.about_renames(renames_known, [fork_diff.as_ref(), upstream_diff.as_ref()]);
    let marked = marked.into_inner().and_then(|marked| notes.keep("commits with the same patch", marked));
    if let (Some(fork), Some(upstream)) = (&fork_diff, &upstream_diff) {
        notes.findings.extend(ask.merge_attributes(fork, upstream));
    }
    let merge = notes.keep("the trial merge", take(merge)).map(|(merge, warning)| {
        notes.findings.extend(warning);
        merge
    });
    let mut sorted = bases;
    sorted.sort();
    Ok(Core {
        bases: sorted,
        merge_base,
        shallow: scratch.is_shallow(),
        empty_tree,
        range,
        fork_diff,
        upstream_diff,
        renames_known,
        measures,
        merge,
        marked,
        fork_touched,
        upstream_touched,
        findings: notes.findings,
    })
}

/// Says that a question has no answer, and what brings the contents that it most often is for.
pub(super) fn incomplete(what: &str, error: &anyhow::Error) -> Finding {
    Finding::warn("incomplete", None, format!("{what} could not be computed: {error:#}")).hint(MISSING_HINT)
}

/// What could not be had, in words.
#[derive(Default)]
struct Notes {
    findings: Vec<Finding>,
}

impl Notes {
    fn keep<T>(&mut self, what: &str, answer: Result<T>) -> Option<T> {
        match answer {
            Ok(value) => Some(value),
            Err(error) => {
                self.findings.push(incomplete(what, &error));
                None
            }
        }
    }

    fn about_renames(&mut self, known: bool, diffs: [Option<&Diff>; 2]) {
        if !known {
            let words = "contents are missing here (a partial clone?): renames with edits and line counts are not known";
            self.findings.push(Finding::warn("missing-contents", None, words).hint(MISSING_HINT));
        }
        for (side, diff) in ["the fork", "upstream"].into_iter().zip(diffs) {
            if diff.is_some_and(|diff| diff.exceeds_rename_limit(RENAME_LIMIT)) {
                let words = format!(
                    "{side} added and removed more files than git compares (limit {RENAME_LIMIT}): renames with edits are not listed"
                );
                self.findings.push(Finding::warn("rename-limit", None, words));
            }
        }
    }
}

const MISSING_HINT: &str = "in a partial clone `git fetch --refetch --no-filter` brings what is missing; git 2.38 or newer is needed";

/// How long a name of the first format is.
const SHA1_DIGITS: usize = 40;

/// Questions about one pair of commits.
struct Ask<'a> {
    git: Git,
    fork: &'a CommitId,
    upstream: &'a CommitId,
}

impl Ask<'_> {
    /// The name of a tree without entries, in the format of the sides' names.
    fn empty_tree(&self) -> Result<String> {
        if self.fork.as_str().len() == SHA1_DIGITS {
            return Ok(git2::Oid::hash_object(git2::ObjectType::Tree, b"")?.to_string());
        }
        self.git.line(&["hash-object", "-t", "tree", "/dev/null"])
    }

    /// In git's order: the first is what `git merge-base` gives.
    fn merge_bases(&self) -> Result<Vec<CommitId>> {
        let args = ["merge-base", "--all", self.fork.as_str(), self.upstream.as_str()];
        let answer = self.git.answer_to(&args, &[], &[0, 1])?;
        Ok(String::from_utf8_lossy(&answer.stdout).lines().filter_map(CommitId::parse).collect())
    }

    fn base(&self, commit: &CommitId) -> Result<Base> {
        let date = self.git.line(&["show", "--no-patch", "--format=%cI", commit.as_str()])?;
        Ok(Base { commit: commit.clone(), date })
    }

    fn range(&self, depth: Depth) -> Result<(Range, Touched, Option<Touched>)> {
        let both = format!("{}...{}", self.fork, self.upstream);
        // Messages are for the searches alone.
        let format = match depth {
            Depth::Thorough => LOG_FORMAT.to_owned(),
            _ => LOG_FORMAT.replace("%B", ""),
        };
        let log = self.git.read(&["log", "-z", "--left-right", "--boundary", &format, &both, "--"])?;
        let range = Range { commits: parse::log(&log)? };
        let is_thorough = depth == Depth::Thorough;
        let fork = if is_thorough { self.touched(range.fork())? } else { Vec::new() };
        let upstream = is_thorough.then(|| self.touched(range.upstream())).transpose()?;
        Ok((range, fork, upstream))
    }

    /// What each commit changed; of a merge, where its result differs from all its parents.
    fn touched<'b>(&self, commits: impl Iterator<Item = &'b Commit>) -> Result<Touched> {
        let all: Vec<&Commit> = commits.collect();
        let asked: String = all.iter().map(|commit| format!("{}\n", commit.id)).collect();
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let args = ["diff-tree", "--stdin", "-r", "-z", "--raw", "--root", "--no-renames", "-c"];
        let answer = self.git.answer_to(&args, asked.as_bytes(), &[0])?;
        let mut by_commit = parse::diffs_by_commit(&answer.stdout)?;
        Ok(all
            .iter()
            .map(|commit| (commit.id.clone(), by_commit.remove(&commit.id).unwrap_or_default()))
            .collect())
    }

    fn marked(&self) -> Result<BTreeSet<CommitId>> {
        let both = format!("{}...{}", self.fork, self.upstream);
        let out = self.git.line(&["rev-list", "--no-merges", "--cherry-mark", &both, "--"])?;
        Ok(out.lines().filter_map(|line| line.strip_prefix('=')).filter_map(CommitId::parse).collect())
    }

    fn fork_diff(&self, start: &CommitId) -> Result<(Diff, bool, BTreeMap<BlobId, Measure>)> {
        let (diff, complete) = self.diff(start, self.fork, true)?;
        let measures = self.measures(&diff)?;
        Ok((diff, complete, measures))
    }

    /// The diff, and whether contents could be compared. Where they are missing, equal ids still tell exact renames,
    /// and the set of paths is the same.
    fn diff(&self, from: &CommitId, to: &CommitId, with_counts: bool) -> Result<(Diff, bool)> {
        let limit = format!("-l{RENAME_LIMIT}");
        let mut args = vec!["diff-tree", "-r", "-z", "--raw"];
        if with_counts {
            args.push("--numstat");
        }
        let ends = [from.as_str(), to.as_str()];
        let full = self.git.read(&[&args[..], &["-M50%", &limit], &ends].concat());
        match full {
            Ok(out) => Ok((parse::diff(&out)?, true)),
            Err(_) => {
                let exact = ["diff-tree", "-r", "-z", "--raw", "-M100%", &limit];
                Ok((parse::diff(&self.git.read(&[&exact[..], &ends].concat())?)?, false))
            }
        }
    }

    fn measures(&self, diff: &Diff) -> Result<BTreeMap<BlobId, Measure>> {
        let ids: BTreeSet<BlobId> = diff.entries.iter().filter_map(custom::blob_of).collect();
        let sizes = blobs::sizes(&self.git, &ids)?;
        let mut measures: BTreeMap<BlobId, Measure> =
            sizes.iter().map(|(id, &bytes)| (id.clone(), Measure { bytes, lines: None })).collect();
        let mut unread = BTreeMap::new();
        for entry in &diff.entries {
            let counts = diff.counts.get(&entry.to).copied().flatten();
            let (Some(id), Some((added, _))) = (custom::blob_of(entry), counts) else { continue };
            if entry.status == 'A' {
                // Every line of a new file is an added one.
                measures.entry(id).and_modify(|measure| measure.lines = Some(added));
            } else if let Some(&size) = sizes.get(&id) {
                unread.insert(id, size);
            }
        }
        blobs::contents(&self.git, &unread, |id, content| {
            let lines = Some(custom::count_lines(content));
            measures.entry(id.clone()).and_modify(|measure| measure.lines = lines);
        })?;
        Ok(measures)
    }

    fn trial_merge(&self, related: bool) -> Result<(Merge, Option<Finding>)> {
        let mut args = vec!["merge-tree", "--write-tree", "-z", "--messages"];
        if !related {
            args.push("--allow-unrelated-histories");
        }
        args.extend([self.fork.as_str(), self.upstream.as_str()]);
        let answer = self.git.answer_to(&args, &[], &[0, 1])?;
        let trial = parse::trial_merge(&answer.stdout)?;
        let gave_up = answer.stderr.contains("rename detection was skipped").then(|| {
            let words = "the trial merge has more candidates for renames than git compares (limit 7000)";
            Finding::warn("rename-limit", None, words)
        });
        let mut merge = relation::merge(&trial, answer.code == Some(0));
        self.hunks(&mut merge)?;
        Ok((merge, gave_up))
    }

    /// Reads the merged files that conflict for their hunks.
    fn hunks(&self, merge: &mut Merge) -> Result<()> {
        let Some(tree) = merge.tree.as_ref().filter(|_| !merge.conflicts.is_empty()) else { return Ok(()) };
        let listing = self.git.read(&["ls-tree", "-r", "-z", "--format=%(objectname) %(path)", tree])?;
        let mut ids: BTreeMap<RepoPath, BlobId> = BTreeMap::new();
        for record in listing.split(|&byte| byte == 0) {
            let Some(space) = record.iter().position(|&byte| byte == b' ') else { continue };
            let id = std::str::from_utf8(&record[..space]).ok().and_then(BlobId::parse);
            ids.extend(id.map(|id| (RepoPath::from_bytes(&record[space + 1..]), id)));
        }
        let wanted = merge.conflicts.iter().filter_map(|conflict| ids.get(&conflict.path)).cloned().collect();
        let sizes = blobs::sizes(&self.git, &wanted)?;
        let mut found = BTreeMap::new();
        blobs::contents(&self.git, &sizes, |id, content| {
            found.insert(id.clone(), relation::hunks(content, self.fork.as_str(), self.upstream.as_str()));
        })?;
        for conflict in &mut merge.conflicts {
            let hunks = ids.get(&conflict.path).and_then(|id| found.get(id));
            conflict.hunks = hunks.cloned().unwrap_or_default();
        }
        Ok(())
    }

    /// Says which paths that both changed have a merge attribute: the trial merge heeds none, since a driver is a
    /// program that the repository names.
    fn merge_attributes(&self, fork: &Diff, upstream: &Diff) -> Option<Finding> {
        let upstream = upstream.paths();
        let mut asked = Vec::new();
        for path in fork.paths().iter().filter(|path| upstream.contains(path)) {
            asked.extend(path.as_bytes());
            asked.push(0);
        }
        if asked.is_empty() {
            return None;
        }
        let git = self.git.clone().with_variable("GIT_ATTR_SOURCE", self.fork.as_str());
        let answer = git.answer_to(&["check-attr", "--stdin", "-z", "merge"], &asked, &[0]).ok()?;
        let fields: Vec<&[u8]> = answer.stdout.split(|&byte| byte == 0).collect();
        let set: Vec<&[&[u8]]> = fields
            .chunks_exact(3)
            .filter(|fields| fields[2] != b"unspecified" && fields[2] != b"set")
            .collect();
        let first = set.first()?;
        let words = format!(
            "the trial merge heeds no merge attribute, so that no program of the repository is run; {} path(s) that \
             both sides changed have one, the first is `{}` (`merge={}`): `git merge` may end otherwise there",
            set.len(),
            RepoPath::from_bytes(first[0]),
            String::from_utf8_lossy(first[2]),
        );
        Some(Finding::warn("merge-attributes", None, words))
    }
}
