//! The trial merge: what git makes of both sides, and what it would do otherwise in the user's repository.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::Result;

use super::super::model::{FileClass, Merge};
use super::super::parse::{self, Diff, TrialMerge};
use super::super::relation;
use super::blobs;
use crate::repo::git::Git;
use crate::repo::{BlobId, CommitId, RepoPath, Scratch, tree_records};
use crate::report::Finding;

/// How a pointer of Git LFS starts, whatever conflicts below: what it stands for is no text.
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1\n";

/// Merges both sides and reads what conflicts.
pub(super) fn merge(
    scratch: &Scratch,
    sides: [&CommitId; 2],
    related: bool,
) -> Result<(Merge, Option<Finding>)> {
    let (trial, clean, gave_up) = ask(scratch.git(), sides, related)?;
    let mut merge = relation::merge(&trial, clean);
    relation::name_set_aside(&mut merge, sides);
    hunks(scratch, &mut merge, sides)?;
    Ok((merge, gave_up))
}

/// git's own word: what it leaves, whether nothing conflicts, and whether it gave up on renames.
pub(super) fn ask(
    git: &Git,
    [fork, upstream]: [&CommitId; 2],
    related: bool,
) -> Result<(TrialMerge, bool, Option<Finding>)> {
    let mut args = vec!["merge-tree", "--write-tree", "-z", "--messages"];
    if !related {
        args.push("--allow-unrelated-histories");
    }
    args.extend([fork.as_str(), upstream.as_str()]);
    let answer = git.answer_to(&args, &[], &[0, 1])?;
    let gave_up = answer.stderr.contains("rename detection was skipped").then(|| {
        let words = "the trial merge has more candidates for renames than git compares (limit 7000)";
        Finding::warn("rename-limit", None, words)
    });
    Ok((parse::trial_merge(&answer.stdout)?, answer.code == Some(0), gave_up))
}

/// Reads the merged files that conflict for their hunks.
pub(super) fn hunks(scratch: &Scratch, merge: &mut Merge, [fork, upstream]: [&CommitId; 2]) -> Result<()> {
    let Some(tree) = merge.tree.as_ref().filter(|_| !merge.conflicts.is_empty()) else { return Ok(()) };
    let paths: BTreeSet<&RepoPath> = merge.conflicts.iter().map(|conflict| &conflict.path).collect();
    let ids = ids(scratch, tree, &paths)?;
    let sizes = blobs::sizes(scratch, &ids.values().cloned().collect())?;
    let mut found = BTreeMap::new();
    blobs::contents(scratch, &sizes, |id, content| {
        let hunks = relation::hunks(content, fork.as_str(), upstream.as_str());
        found.insert(id.clone(), (hunks, content.starts_with(POINTER)));
    })?;
    for conflict in &mut merge.conflicts {
        let Some((hunks, is_pointer)) = ids.get(&conflict.path).and_then(|id| found.get(id)) else {
            continue;
        };
        conflict.hunks.clone_from(hunks);
        if *is_pointer {
            conflict.class = FileClass::Binary;
        }
    }
    Ok(())
}

/// The contents that stand at some paths of a tree.
fn ids(scratch: &Scratch, tree: &str, paths: &BTreeSet<&RepoPath>) -> Result<BTreeMap<RepoPath, BlobId>> {
    if let Some(library) = scratch.library() {
        let tree = library.find_tree(git2::Oid::from_str(tree)?)?;
        let id = |path: &RepoPath| BlobId::parse(&tree.get_path(on_disk(path)).ok()?.id().to_string());
        return Ok(paths.iter().filter_map(|path| Some(((*path).clone(), id(path)?))).collect());
    }
    let listing = scratch.git().read(&["ls-tree", "-r", "-z", tree])?;
    let mut ids: BTreeMap<RepoPath, BlobId> = BTreeMap::new();
    for record in tree_records(&listing) {
        let record = record?;
        ids.extend(BlobId::parse(record.id).map(|id| (RepoPath::from_bytes(record.path), id)));
    }
    ids.retain(|path, _| paths.contains(path));
    Ok(ids)
}

fn on_disk(path: &RepoPath) -> &Path {
    Path::new(OsStr::from_bytes(path.as_bytes()))
}

/// Says which paths that both changed have a merge attribute: the trial merge heeds none, since a driver is a
/// program that the repository names.
pub(super) fn attributes(scratch: &Scratch, commit: &CommitId, sides: [&Diff; 2]) -> Option<Finding> {
    let [fork, upstream] = sides.map(Diff::paths);
    let both: Vec<&RepoPath> = fork.intersection(&upstream).collect();
    if both.is_empty() || !may_have_attributes(scratch, commit, &both) {
        return None;
    }
    let asked: Vec<u8> = both.iter().flat_map(|path| [path.as_bytes(), b"\0"].concat()).collect();
    let git = scratch.git().clone().with_variable("GIT_ATTR_SOURCE", commit.as_str());
    let answer = git.answer_to(&["check-attr", "--stdin", "-z", "merge"], &asked, &[0]).ok()?;
    let fields: Vec<&[u8]> = answer.stdout.split(|&byte| byte == 0).collect();
    let set: Vec<&[&[u8]]> =
        fields.chunks_exact(3).filter(|fields| fields[2] != b"unspecified" && fields[2] != b"set").collect();
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

/// Whether a `.gitattributes` lies beside or above one of the paths; true also where that is not known.
fn may_have_attributes(scratch: &Scratch, commit: &CommitId, paths: &[&RepoPath]) -> bool {
    let Some(library) = scratch.library() else { return true };
    let tree = git2::Oid::from_str(commit.as_str())
        .and_then(|id| library.find_commit(id))
        .and_then(|commit| commit.tree());
    let Ok(tree) = tree else { return true };
    let folders: BTreeSet<&Path> = paths.iter().flat_map(|path| on_disk(path).ancestors().skip(1)).collect();
    folders.iter().any(|folder| tree.get_path(&folder.join(".gitattributes")).is_ok())
}
