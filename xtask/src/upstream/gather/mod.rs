//! Asks the repository and git; everything that is worked out from the answers is pure and lives beside this folder.

mod audit;
mod beside;
mod blobs;
mod build;
mod contained;
mod contents;
mod core;
mod fetch;
mod gaps;
mod merged;
mod names;
mod never_taken;
mod outlines;
mod overlap;
mod peak;
mod releases;
mod replay;
mod search;
mod series;
mod since_sync;
mod stand_ins;
mod steps;
mod subtree;
mod sync;
mod threads;
mod told;
mod trial;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};

use self::core::{Core, Wanted};
use self::names::{FoundUpstream, Target};
use self::releases::Tip;
use self::sync::Said;
use super::areas::Areas;
use super::audit::Audit;
use super::build::Build;
use super::commands::{self, Ground};
use super::custom::{self, Measure, Sources};
use super::model::{Analysis, Base, Custom, FileClass, Merge, Relation, Side, SyncPoint};
use super::parse::Diff;
use super::{Options, relation, strategy};
use crate::cache::Cache;
use crate::config::Depth;
use crate::process::{Cancel, Interrupted, Progress};
use crate::repo::{BlobId, CommitId, Repo, Scratch};
use crate::report::{Finding, Outcome, SCHEMA, Unavailable};

/// The rename limit of the diffs: git's own default is the same.
pub(super) const RENAME_LIMIT: u64 = 1000;

pub(super) fn audit(repo: &Repo, range: &str, progress: &Progress, cancel: &Cancel) -> Result<Audit> {
    audit::run(repo, range, progress, cancel)
}

pub(super) fn run(
    repo: &Repo,
    options: &Options,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Outcome<Analysis>> {
    let Some((fork, skipped)) = names::fork(repo, options)? else {
        return Ok(Outcome::Unavailable(Unavailable {
            why: "the repository has no commit yet".to_owned(),
            hint: Some("commit the fork's files first".to_owned()),
        }));
    };
    if skipped > 0 {
        let commits = if skipped == 1 { "commit holds" } else { "commits hold" };
        progress
            .note(format!("the fork's newest {skipped} {commits} reports of xtask alone and does not count"));
    }
    let target = match names::upstream(repo, options, &fork, progress)? {
        FoundUpstream::Target(target) => *target,
        FoundUpstream::Nothing(unavailable) => return Ok(Outcome::Unavailable(unavailable)),
    };
    compare(repo, fork, target, options, progress, cancel).map(Outcome::Done)
}

/// The search for the sync point alone, with what it needs.
pub(super) fn sync_point(
    repo: &Repo,
    options: &Options,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Option<SyncPoint>> {
    let (mut fork, _) = names::fork(repo, options)?.context("the repository has no commit yet")?;
    let FoundUpstream::Target(mut target) = names::upstream(repo, options, &fork, progress)? else {
        bail!("no upstream is named");
    };
    let lenders: Vec<&Repo> = std::iter::once(repo).chain(target.lender.as_ref()).collect();
    let scratch = Scratch::over(&lenders).context("see both sides as one repository")?;
    // What the searches need and no more: of the messages only what they say of upstream.
    let wanted = Wanted { messages: options.messages, ..Wanted::of(Depth::Medium) };
    let core = core::gather(&scratch, &fork.oid, &target.side.oid, wanted, progress, cancel)?;
    date(&scratch, &core, [&mut fork, &mut target.side])?;
    let analysis = assemble(fork, &target, &core, &Areas::of(&options.config.areas)?, options);
    let said = said(&target, options);
    search::sync_point(&analysis, &scratch, &core, said, progress, cancel).map(|found| found.sync_point)
}

/// What the fork's messages may say of upstream.
fn said<'a>(target: &'a Target, options: &Options) -> Said<'a> {
    Said { tags: &target.tags, called: target.called.as_deref(), messages: options.messages }
}

fn compare(
    repo: &Repo,
    mut fork: Side,
    mut target: Target,
    options: &Options,
    progress: &Progress,
    cancel: &Cancel,
) -> Result<Analysis> {
    let areas = Areas::of(&options.config.areas)?;
    let lenders: Vec<&Repo> = std::iter::once(repo).chain(target.lender.as_ref()).collect();
    let scratch = Scratch::over(&lenders).context("see both sides as one repository")?;
    progress.step(format!("comparing {} with {}", fork.name, target.side.name));
    let wanted = Wanted::of(options.depth);
    let core = core::gather(&scratch, &fork.oid, &target.side.oid, wanted, progress, cancel)?;
    date(&scratch, &core, [&mut fork, &mut target.side])?;
    let mut analysis = assemble(fork, &target, &core, &areas, options);
    let tip = Tip { scratch: &scratch, range: &core.range, commit: &target.side.oid };
    match target.tags.newest(tip) {
        Ok(release) => analysis.release = release,
        Err(error) => analysis.findings.push(core::incomplete("the newest release tag", &error)),
    }
    if analysis.relation == Some(Relation::Diverged) {
        match subtree::find(scratch.git(), &core, [&analysis.fork.oid, &analysis.upstream.oid]) {
            Ok(found) => analysis.subtree = found,
            Err(error) => analysis.findings.push(core::incomplete("the merge into the folder", &error)),
        }
    }
    if options.depth == Depth::Thorough && analysis.relation.is_some() {
        let cache = Cache::of(repo);
        let said = said(&target, options);
        search::deepen(&mut analysis, &scratch, &cache, &core, said, progress, cancel);
        if let Err(error) = since_sync::recount(&mut analysis, &scratch, &core, &areas) {
            analysis.findings.push(core::incomplete("the fork's work since the sync point", &error));
        }
    }
    if options.build && analysis.relation == Some(Relation::Diverged) {
        let sides = [&analysis.fork.oid, &analysis.upstream.oid];
        match build::check(&scratch, &core, sides, progress, cancel) {
            Ok(built) => analysis.build = Some(built),
            Err(error) => analysis.build = Some(Build::unknown(format!("{error:#}"))),
        }
    }
    if cancel.is_cancelled() {
        return Err(Interrupted.into());
    }
    analysis.strategy = strategy::choose(&analysis, ground(repo, [&analysis.fork, &analysis.upstream]));
    analysis.findings.sort();
    analysis.findings.dedup();
    Ok(analysis)
}

/// What the commands have to heed where they run.
fn ground(repo: &Repo, sides: [&Side; 2]) -> Ground {
    let means_it = |side: &Side| {
        let Some(short) = commands::short(side) else { return true };
        // Where the newest commits hold reports alone, the branch stands above the commit that is compared.
        let whole = repo.resolve(&side.name).unwrap_or_else(|_| side.oid.clone());
        !short.starts_with('-') && repo.resolve(short).is_ok_and(|oid| oid == whole)
    };
    let has_work_tree = repo.work_tree().is_some();
    let branch = repo.branch().ok().flatten().map(|branch| format!("refs/heads/{branch}"));
    Ground {
        has_work_tree,
        is_checked_out: has_work_tree && branch.is_some_and(|branch| branch == sides[0].name),
        full_names: !sides.into_iter().all(means_it),
    }
}

/// Dates both sides.
fn date(scratch: &Scratch, core: &Core, sides: [&mut Side; 2]) -> Result<()> {
    for side in sides {
        side.date = core::date(scratch.git(), &core.range, &side.oid)?;
    }
    Ok(())
}

/// Puts the answers together.
fn assemble(fork: Side, target: &Target, core: &Core, areas: &Areas, options: &Options) -> Analysis {
    let mut findings = core.findings.clone();
    let same = fork.oid == target.side.oid;
    let (ahead, behind) = core.range.counts();
    let relation = relation::relation(!core.bases.is_empty(), same, ahead, behind);
    // In a shallow clone a cut-off commit may hide a common ancestor, or that a commit is common.
    let known = !core.shallow || same;
    if core.shallow {
        findings.push(shallow_finding(!core.bases.is_empty()));
    }
    let related = relation != Relation::Unrelated;
    let since = core
        .merge_base
        .clone()
        .or_else(|| Some(Base { commit: target.side.oid.clone(), date: target.side.date.clone() }));
    let custom = core
        .fork_diff
        .as_ref()
        .map(|diff| custom_work(core, diff, core.upstream_diff.as_ref(), &core.measures, areas));
    let marked = core.marked.as_ref().filter(|_| related);
    Analysis {
        inputs: inputs(&fork, &target.side, options),
        depth: options.depth,
        relation: known.then_some(relation),
        merge_bases: known.then(|| core.bases.clone()),
        merge_base: core.merge_base.clone(),
        ahead: known.then_some(ahead),
        behind: known.then_some(behind),
        without_merges: known.then(|| core.range.counts_without_merges()),
        months: if known { core.range.months() } else { Default::default() },
        equivalent: marked
            .map(|marked| relation::equivalent(&core.range, marked, core.range.empty(&core.empty_tree))),
        changed: core
            .fork_diff
            .as_ref()
            .zip(core.upstream_diff.as_ref())
            .map(|(a, b)| relation::changed(a, b)),
        renames: core
            .fork_diff
            .as_ref()
            .zip(core.upstream_diff.as_ref())
            .filter(|_| core.renames_known)
            .map(|(a, b)| relation::renames(a, b)),
        // Without a common commit in view a merge would begin from nothing, and conflict in every file that differs.
        merge: core
            .merge
            .clone()
            .filter(|_| known || !core.bases.is_empty())
            .map(|merge| classed(merge, core)),
        subtree: None,
        custom_since: since,
        custom_lines: core.fork_diff.as_ref().and_then(custom::total_lines),
        custom: custom.unwrap_or_default(),
        release: None,
        contained_at: contained::at_tip(core, &fork.oid),
        sync_point: None,
        clean_prefix: None,
        replay: None,
        merged_tree: None,
        build: None,
        upstream_commits: None,
        fork,
        upstream: target.side.clone(),
        strategy: strategy::undecided(),
        findings,
    }
}

/// Every file that the fork changed, from the diffs of both sides since one commit.
fn custom_work(
    core: &Core,
    fork: &Diff,
    upstream: Option<&Diff>,
    measures: &BTreeMap<BlobId, Measure>,
    areas: &Areas,
) -> Vec<Custom> {
    // What git merged by itself is nobody's work.
    let merges: BTreeSet<&CommitId> =
        core.range.fork().filter(|commit| commit.parents.len() > 1).map(|commit| &commit.id).collect();
    let plain: Vec<_> = core.fork_touched.iter().filter(|(commit, _)| !merges.contains(commit)).collect();
    let mut files = custom::custom(&Sources { fork, upstream, measures, commits: &plain, areas });
    for file in &mut files {
        let mut names = std::iter::once(&file.path).chain(&file.from);
        file.in_other_base = names.all(|path| core.common.contains(path));
    }
    files
}

/// Tells binary contents by git's counts of lines too: of a deletion git itself does not say it.
fn classed(mut merge: Merge, core: &Core) -> Merge {
    let counts = core.fork_diff.as_ref().map(|diff| &diff.counts);
    for conflict in &mut merge.conflicts {
        if counts.is_some_and(|counts| counts.get(&conflict.path) == Some(&None)) {
            conflict.class = FileClass::Binary;
        }
    }
    merge
}

fn shallow_finding(has_base: bool) -> Finding {
    let rest = if has_base {
        "paths and the trial merge are counted from the newest common commit that this clone shows"
    } else {
        "this clone shows no common commit, which does not mean that there is none: nothing was merged on trial"
    };
    Finding::warn(
        "shallow",
        None,
        format!("history is cut off here, so counts and merge bases are not known; {rest}"),
    )
    .hint("`git fetch --unshallow` (in CI: `fetch-depth: 0`)")
}

/// Hash over what the result depends on.
fn inputs(fork: &Side, upstream: &Side, options: &Options) -> String {
    let config = serde_json::to_string(&options.config).unwrap_or_default();
    let text = format!(
        "upstream\n{SCHEMA}\n{}\n{:?}\n{}\n{}\n{config}\n",
        env!("CARGO_PKG_VERSION"),
        options.depth,
        fork.oid,
        upstream.oid
    );
    BlobId::of_content(text.as_bytes()).to_string()
}
