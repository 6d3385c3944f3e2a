//! The questions that every report needs, asked of git two at a time.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::super::custom::{self, Measure};
use super::super::model::{Base, Merge};
use super::super::parse::{self, Commit, Diff, LOG_FORMAT, RawEntry};
use super::super::relation::{self, Range};
use super::threads::{Job, Slot, fill, take, two_at_a_time};
use super::{RENAME_LIMIT, blobs, gaps, stand_ins, trial};
use crate::config::Depth;
use crate::process::{Cancel, Interrupted, Progress};
use crate::repo::git::Git;
use crate::repo::{BlobId, CommitId, RepoPath, Scratch};
use crate::report::{Finding, count};

/// git's answers. What is `None` could not be had, and a finding says why.
pub(super) struct Core {
    pub(super) bases: Vec<CommitId>,
    pub(super) merge_base: Option<Base>,
    pub(super) shallow: bool,
    pub(super) empty_tree: String,
    pub(super) range: Range,
    /// Base to fork, or upstream to fork when there is no base.
    pub(super) fork_diff: Option<Diff>,
    /// Paths of that which stand in the fork as in another merge base: no work of the fork's.
    pub(super) common: BTreeSet<RepoPath>,
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

/// How much is asked.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    /// Which commits are the same patch on both sides.
    pub(super) patches: bool,
    /// What each commit changed.
    pub(super) touched: bool,
    /// The commits' messages: they are for the searches alone.
    pub(super) messages: bool,
}

impl Wanted {
    /// What a report of some depth needs.
    pub(super) fn of(depth: Depth) -> Self {
        let is_thorough = depth == Depth::Thorough;
        Self { patches: depth > Depth::Quick, touched: is_thorough, messages: is_thorough }
    }
}

/// The commits of both sides, and those that are the same patch on both; an error where that cannot be told.
struct Ranged {
    range: Range,
    marked: Option<Result<BTreeSet<CommitId>>>,
    /// Whether contents were missing, so that there may be more of these.
    partly: bool,
}

/// Has git mark commits with the same patch on both sides.
const CHERRY: &[&str] = &["--cherry-mark"];

/// A diff, and whether all contents were there to be compared.
type Compared = (Diff, bool);

/// The answers that take long.
struct Answers {
    range: Result<Ranged>,
    merge: Result<(Merge, Option<Finding>)>,
    /// Sizes by blob of the fork with it.
    fork: Result<(Compared, BTreeMap<BlobId, Measure>)>,
    /// `None` where the sides have no common commit.
    upstream: Option<Result<Compared>>,
}

/// What both sides changed, as far as it could be had.
struct Diffs {
    fork: Option<Diff>,
    upstream: Option<Diff>,
    renames_known: bool,
    measures: BTreeMap<BlobId, Measure>,
}

impl Diffs {
    fn each(&self) -> [Option<&Diff>; 2] {
        [self.fork.as_ref(), self.upstream.as_ref()]
    }

    fn both(&self) -> Option<[&Diff; 2]> {
        Some([self.fork.as_ref()?, self.upstream.as_ref()?])
    }
}

/// Asks everything.
pub(super) fn gather(
    scratch: &Scratch,
    fork: &CommitId,
    upstream: &CommitId,
    wanted: Wanted,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Core> {
    let ask = Ask { scratch, git: scratch.git().clone(), fork, upstream };
    let empty_tree = ask.empty_tree()?;
    let mut bases = ask.merge_bases()?;
    // Patches are compared with every commit of the other side: without a common one that is all of both histories.
    let wanted = Wanted { patches: wanted.patches && !bases.is_empty(), ..wanted };
    let answers = ask.answers(&bases, wanted, progress, cancel)?;
    let mut notes = Notes::default();
    let Ranged { range, marked, partly } = answers.range?;
    notes.about_patches(partly);
    let marked = marked.and_then(|marked| notes.keep("commits with the same patch", marked));
    let merge_base = bases.first().map(|commit| ask.base(&range, commit)).transpose()?;
    let touched = wanted.touched.then(|| ask.both_touched(&range));
    let touched = touched.and_then(|touched| notes.keep("what each commit changed", touched));
    let (fork_touched, upstream_touched) =
        touched.map_or((Touched::new(), None), |(fork, upstream)| (fork, Some(upstream)));
    let diffs = notes.diffs(answers.fork, answers.upstream);
    if let Some(both) = diffs.both() {
        notes.findings.extend(trial::attributes(scratch, fork, both));
    }
    let merge = notes.merge(ask.or_stand_ins(answers.merge, &bases, &diffs), &diffs);
    let common = diffs.fork.as_ref().map(|diff| ask.common(diff, bases.get(1..).unwrap_or_default()));
    let common = common.and_then(|common| notes.keep("what stands as in another merge base", common));
    bases.sort();
    Ok(Core {
        common: common.unwrap_or_default(),
        bases,
        merge_base,
        shallow: scratch.is_shallow(),
        empty_tree,
        range,
        fork_diff: diffs.fork,
        upstream_diff: diffs.upstream,
        renames_known: diffs.renames_known,
        measures: diffs.measures,
        merge,
        marked,
        fork_touched,
        upstream_touched,
        findings: notes.findings,
    })
}

/// What both sides did since one commit.
pub(super) struct Work {
    pub(super) fork: Diff,
    pub(super) upstream: Diff,
    /// Sizes by blob of the fork.
    pub(super) measures: BTreeMap<BlobId, Measure>,
}

/// Compares both sides with a commit that need not be their merge base.
pub(super) fn work_since(
    scratch: &Scratch,
    start: &CommitId,
    [fork, upstream]: [&CommitId; 2],
) -> Result<Work> {
    let ask = Ask { scratch, git: scratch.git().clone(), fork, upstream };
    let ((fork, _), measures) = ask.fork_diff(start)?;
    let (upstream, _) = ask.diff(start, upstream, false)?;
    Ok(Work { fork, upstream, measures })
}

/// Says that a question has no answer, and what would give one: git ends with 129 at an option that it does not know.
pub(super) fn incomplete(what: &str, error: &anyhow::Error) -> Finding {
    let cause = format!("{error:#}");
    // It takes a base in a list of merges for a broken line, too.
    let is_too_old = cause.contains("ended with code 129") || cause.contains("malformed input line");
    let hint = if is_too_old { TOO_OLD_HINT } else { MISSING_HINT };
    let cause = cause.split("; ").next().unwrap_or_default();
    Finding::warn("incomplete", None, format!("{what} could not be computed: {cause}")).hint(hint)
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

    fn diffs(
        &mut self,
        fork: Result<(Compared, BTreeMap<BlobId, Measure>)>,
        upstream: Option<Result<Compared>>,
    ) -> Diffs {
        let fork = self.keep("the fork's changes", fork);
        let upstream = upstream.and_then(|upstream| self.keep("upstream's changes", upstream));
        let complete = [
            fork.as_ref().map(|((_, complete), _)| *complete),
            upstream.as_ref().map(|(_, complete)| *complete),
        ];
        let renames_known = complete.into_iter().flatten().all(|complete| complete);
        let (fork, measures) =
            fork.map_or((None, BTreeMap::new()), |((diff, _), measures)| (Some(diff), measures));
        let diffs = Diffs { fork, upstream: upstream.map(|(diff, _)| diff), renames_known, measures };
        self.about_renames(renames_known, diffs.each());
        diffs
    }

    fn merge(&mut self, answer: Result<(Merge, Option<Finding>)>, diffs: &Diffs) -> Option<Merge> {
        let (merge, gave_up) = self.keep("the trial merge", answer)?;
        self.findings.extend(gave_up);
        self.about_unjudged(&merge, diffs.each());
        Some(merge)
    }

    fn about_patches(&mut self, partly: bool) {
        if partly {
            let words = "contents are missing here: of commits that touch them, only those with the very same contents are told to be the same patch";
            self.findings.push(Finding::warn("missing-contents", None, words).hint(MISSING_HINT));
        }
    }

    fn about_unjudged(&mut self, merge: &Merge, diffs: [Option<&Diff>; 2]) {
        let [Some(fork), Some(upstream)] = diffs.map(|diff| diff.map(Diff::paths)) else { return };
        let open = &merge.unjudged;
        let Some(first) = open.first() else { return };
        let both = fork.intersection(&upstream).count();
        let words = format!(
            "contents are missing here, so of {} it is not known whether they conflict, the first is `{first}`; \
             both sides changed {}",
            count(open.len(), "path"),
            count(both, "path")
        );
        self.findings.push(Finding::warn("unjudged", None, words).hint(MISSING_HINT));
    }

    fn about_renames(&mut self, known: bool, diffs: [Option<&Diff>; 2]) {
        if !known {
            let words = "contents are missing here (a partial clone?): of their paths renames with edits and line counts are not known";
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

const MISSING_HINT: &str =
    "where contents are missing (a partial clone), `git fetch --refetch --no-filter` brings them";
const TOO_OLD_HINT: &str = "this git is too old for it: git 2.43 or newer is needed";

/// A commit's date as git writes it; a commit outside the range is asked for.
pub(super) fn date(git: &Git, range: &Range, commit: &CommitId) -> Result<String> {
    match range.commits.iter().find(|known| known.id == *commit) {
        Some(known) => Ok(known.date.clone()),
        None => git.line(&["show", "--no-patch", "--format=%cI", commit.as_str()]),
    }
}

/// How long a name of the first format is.
const SHA1_DIGITS: usize = 40;

/// Questions about one pair of commits.
struct Ask<'a> {
    scratch: &'a Scratch,
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

    /// The questions that take long, two at a time.
    fn answers(
        &self,
        bases: &[CommitId],
        wanted: Wanted,
        progress: &Progress,
        cancel: &Cancel,
    ) -> Result<Answers> {
        let (range, fork, upstream, merge) = (Slot::new(), Slot::new(), Slot::new(), Slot::new());
        let related = !bases.is_empty();
        let start = bases.first().unwrap_or(self.upstream);
        // The slowest first; a worker takes the next when it is free.
        let mut jobs: Vec<Job<'_>> = vec![
            Box::new(|| fill(&range, || self.range(wanted))),
            Box::new(|| fill(&merge, || trial::merge(self.scratch, [self.fork, self.upstream], related))),
            Box::new(|| fill(&fork, || self.fork_diff(start))),
        ];
        if related {
            jobs.push(Box::new(|| fill(&upstream, || self.diff(start, self.upstream, false))));
        }
        two_at_a_time(jobs, progress, cancel);
        if cancel.is_cancelled() {
            return Err(Interrupted.into());
        }
        Ok(Answers {
            range: take(range),
            merge: take(merge),
            fork: take(fork),
            upstream: related.then(|| take(upstream)),
        })
    }

    /// Merges with stand-ins for missing contents where git could not merge without them.
    fn or_stand_ins(
        &self,
        merge: Result<(Merge, Option<Finding>)>,
        bases: &[CommitId],
        diffs: &Diffs,
    ) -> Result<(Merge, Option<Finding>)> {
        merge.or_else(|error| match diffs.both() {
            Some(both) => {
                stand_ins::merge(self.scratch, [self.fork, self.upstream], bases, both).map_err(|_| error)
            }
            None => Err(error),
        })
    }

    fn base(&self, range: &Range, commit: &CommitId) -> Result<Base> {
        Ok(Base { commit: commit.clone(), date: date(&self.git, range, commit)? })
    }

    /// The commits of both sides; where contents are not here, only equal ones tell which are the same patch.
    fn range(&self, wanted: Wanted) -> Result<Ranged> {
        if !wanted.patches {
            return Ok(Ranged { range: self.log(&self.git, wanted, &[])?.0, marked: None, partly: false });
        }
        match self.log(&self.git, wanted, CHERRY) {
            Ok((range, marked)) => Ok(Ranged { range, marked: Some(Ok(marked)), partly: false }),
            Err(error) => {
                let range = self.log(&self.git, wanted, &[])?.0;
                let marked = stand_ins::git_over(self.scratch, [self.fork, self.upstream], &range)
                    .and_then(|git| Ok(self.log(&git, wanted, CHERRY)?.1))
                    .map_err(|_| error);
                Ok(Ranged { range, partly: marked.is_ok(), marked: Some(marked) })
            }
        }
    }

    fn log(&self, git: &Git, wanted: Wanted, options: &[&str]) -> Result<(Range, BTreeSet<CommitId>)> {
        let both = format!("{}...{}", self.fork, self.upstream);
        let format = if wanted.messages { LOG_FORMAT.to_owned() } else { LOG_FORMAT.replace("%B", "") };
        let args = ["log", "-z", "--left-right", "--boundary", &format, &both, "--"];
        let log = git.read(&[&args[..4], options, &args[4..]].concat())?;
        Ok(relation::sides(parse::log(&log)?, [self.fork, self.upstream]))
    }

    fn both_touched(&self, range: &Range) -> Result<(Touched, Touched)> {
        Ok((self.touched(range.fork())?, self.touched(range.upstream())?))
    }

    /// What each commit changed; of a merge, where its result differs from all its parents.
    fn touched<'b>(&self, commits: impl Iterator<Item = &'b Commit>) -> Result<Touched> {
        let all: Vec<&Commit> = commits.collect();
        // Without its parents a commit seems to have made all its files.
        let asked = all.iter().filter(|commit| !self.scratch.is_cut_off(&commit.id));
        let asked: String = asked.map(|commit| format!("{}\n", commit.id)).collect();
        if all.is_empty() {
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

    fn fork_diff(&self, start: &CommitId) -> Result<(Compared, BTreeMap<BlobId, Measure>)> {
        let compared = self.diff(start, self.fork, true)?;
        let measures = self.measures(&compared.0)?;
        Ok((compared, measures))
    }

    /// Where contents are missing, equal ids still tell exact renames, and the set of paths is the same.
    fn diff(&self, from: &CommitId, to: &CommitId, with_counts: bool) -> Result<Compared> {
        let limit = format!("-l{RENAME_LIMIT}");
        let mut args = vec!["diff-tree", "-r", "-z", "--raw"];
        if with_counts {
            args.push("--numstat");
        }
        let ends = [from.as_str(), to.as_str()];
        args.extend(["-M50%", &limit]);
        if let Ok(out) = self.git.read(&[&args[..], &ends].concat()) {
            return Ok((parse::diff(&out)?, true));
        }
        let exact = ["diff-tree", "-r", "-z", "--raw", "-M100%", &limit];
        let exact = parse::diff(&self.git.read(&[&exact[..], &ends].concat())?)?;
        Ok((gaps::diff(self.scratch, exact.clone(), ends, &args).unwrap_or(exact), false))
    }

    /// Paths of the fork's changes that stand as in one of the other merge bases.
    fn common(&self, fork: &Diff, others: &[CommitId]) -> Result<BTreeSet<RepoPath>> {
        let changed = fork.paths();
        let mut common = BTreeSet::new();
        for other in others {
            let args = ["diff-tree", "-r", "-z", "--raw", "--no-renames", other.as_str(), self.fork.as_str()];
            let differ = parse::diff(&self.git.read(&args)?)?.paths();
            common.extend(changed.difference(&differ).cloned());
        }
        Ok(common)
    }

    fn measures(&self, diff: &Diff) -> Result<BTreeMap<BlobId, Measure>> {
        let ids: BTreeSet<BlobId> = diff.entries.iter().filter_map(custom::blob_of).collect();
        let sizes = blobs::sizes(self.scratch, &ids)?;
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
        blobs::contents(self.scratch, &unread, |id, content| {
            let lines = Some(custom::count_lines(content));
            measures.entry(id.clone()).and_modify(|measure| measure.lines = lines);
        })?;
        Ok(measures)
    }
}
