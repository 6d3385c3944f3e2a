//! Reads the four trees of each merge of a range.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};

use super::super::audit::{self, Audit, AuditedMerge, Lost, Versions};
use super::super::symbols;
use super::super::sync;
use super::blobs;
use crate::process::{Cancel, Interrupted, Progress};
use crate::repo::git::Git;
use crate::repo::{BlobId, CommitId, Repo, RepoPath, Scratch, tree_records};
use crate::report::Hinted;

/// A path's mode and blob in a tree.
type Listing = BTreeMap<RepoPath, (String, BlobId)>;

/// Looks at every merge of a range.
pub(super) fn run(repo: &Repo, range: &str, progress: &Progress, cancel: &Cancel) -> Result<Audit> {
    let merges = merges(repo, range)?;
    let scratch = Scratch::over(&[repo])?;
    let mut audit = Audit { checked: merges.len(), ..Audit::default() };
    for (done, (commit, parents)) in merges.iter().enumerate() {
        if cancel.is_cancelled() {
            return Err(Interrupted.into());
        }
        progress.count(done as u64, merges.len() as u64);
        match lost_by(&scratch, commit, parents) {
            Ok(lost) if lost.is_empty() => {}
            Ok(lost) => audit.merges.push(AuditedMerge { commit: commit.clone(), lost }),
            Err(error) => audit.skipped.push((commit.clone(), format!("{error:#}"))),
        }
    }
    Ok(audit)
}

/// Merges of a range with their parents, newest first; a single revision is that one commit.
fn merges(repo: &Repo, range: &str) -> Result<Vec<(CommitId, Vec<CommitId>)>> {
    let git = repo.git();
    let single = !range.contains("..");
    let mut args = vec!["rev-list", "--parents", "--min-parents=2"];
    if single {
        args.extend(["--max-count=1", "--no-walk"]);
    }
    args.extend(["--end-of-options", range, "--"]);
    let answer = git.answer_to(&args, &[], &[])?;
    if answer.code != Some(0) {
        let hint = "`git log --merges --oneline` lists merges; a range is written `OLD..NEW`";
        return Err(Hinted::new(format!("`{range}` names no commits of this repository"), hint).into());
    }
    let text = String::from_utf8_lossy(&answer.stdout).into_owned();
    let ids = |line: &str| line.split(' ').filter_map(CommitId::parse).collect::<Vec<_>>();
    Ok(text.lines().map(ids).filter_map(|ids| Some((ids.first()?.clone(), ids[1..].to_vec()))).collect())
}

fn lost_by(scratch: &Scratch, commit: &CommitId, parents: &[CommitId]) -> Result<Vec<Lost>> {
    let git = scratch.git();
    let [fork, upstream] = parents else { bail!("it has {} parents", parents.len()) };
    let tree = git.line(&["rev-parse", "--verify", &format!("{commit}^{{tree}}")])?;
    let args =
        ["merge-tree", "--write-tree", "--allow-unrelated-histories", fork.as_str(), upstream.as_str()];
    let trial = git.answer_to(&args, &[], &[0, 1])?;
    // What git itself makes of the two sides has lost nothing.
    if trial.code == Some(0) && String::from_utf8_lossy(&trial.stdout).lines().next() == Some(&tree) {
        return Ok(Vec::new());
    }
    let args = ["merge-base", fork.as_str(), upstream.as_str()];
    let base = git.line(&args).context("find the common ancestor of its parents")?;
    let trees = [base.as_str(), fork.as_str(), upstream.as_str(), commit.as_str()];
    let [base, fork, upstream, result] = trees.map(|tree| listing(git, tree));
    let (base, fork, upstream, result) = (base?, fork?, upstream?, result?);
    let suspicious = audit::suspicious([&base, &fork, &upstream, &result]);
    let changed = result
        .iter()
        .filter(|(path, entry)| fork.get(*path) != Some(entry) || upstream.get(*path) != Some(entry));
    let changed: BTreeMap<RepoPath, BlobId> =
        changed.map(|(path, (_, id))| (path.clone(), id.clone())).collect();
    compare(scratch, &suspicious, &changed)
}

fn compare(
    scratch: &Scratch,
    suspicious: &BTreeMap<RepoPath, Versions<(String, BlobId)>>,
    changed: &BTreeMap<RepoPath, BlobId>,
) -> Result<Vec<Lost>> {
    let mut ids: BTreeSet<BlobId> = changed.values().cloned().collect();
    for versions in suspicious.values() {
        let all = [&versions.base, &versions.fork, &versions.upstream, &versions.result];
        ids.extend(all.into_iter().flatten().map(|(_, id)| id.clone()));
    }
    let sizes = blobs::sizes(scratch, &ids)?;
    if sizes.len() < ids.len() {
        bail!("contents are missing here");
    }
    let mut contents: BTreeMap<BlobId, Vec<u8>> = BTreeMap::new();
    blobs::contents(scratch, &sizes, |id, content| {
        contents.insert(id.clone(), content.to_vec());
    })?;
    let content = |id: &BlobId| contents.get(id).map(Vec::as_slice).unwrap_or_default();
    let names = |path: &RepoPath, content: &[u8]| -> BTreeSet<String> {
        symbols::outline(path, content).names().collect()
    };
    let lines = changed.values().flat_map(|id| sync::folded(content(id))).collect();
    let all_names = changed.iter().flat_map(|(path, id)| names(path, content(id))).collect();
    let mut lost = Vec::new();
    for (path, versions) in suspicious {
        let read = |side: &Option<(String, BlobId)>| side.as_ref().map(|(_, id)| content(id).to_vec());
        let texts = Versions {
            base: read(&versions.base),
            fork: read(&versions.fork),
            upstream: read(&versions.upstream),
            result: read(&versions.result),
        };
        lost.extend(audit::lost(path, &texts, &lines, &all_names, |text| names(path, text)));
    }
    Ok(lost)
}

fn listing(git: &Git, tree: &str) -> Result<Listing> {
    let out = git.read(&["ls-tree", "-r", "-z", "--full-tree", tree])?;
    let mut all = Listing::new();
    for record in tree_records(&out) {
        let record = record?;
        if record.kind == "blob" {
            let id = BlobId::parse(record.id).with_context(|| format!("read `{}`", record.id))?;
            all.insert(RepoPath::from_bytes(record.path), (record.mode.to_owned(), id));
        }
    }
    Ok(all)
}
