//! Which branch or tag holds what the history at hand never held.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use anyhow::Result;

use crate::consolidate::references;
use crate::consolidate::result::{Reference, ReferenceClass, ReferenceKind};
use crate::repo::{CommitId, Repo, RepoPath};

/// Names the branch or tag that holds, or once held, a file that no commit up to here did: the first by its name,
/// without that of a remote, so that a clone says the same.
///
/// # Errors
/// git cannot list the refs.
pub(super) fn tell(repo: &Repo, tip: &CommitId, found: &mut [Reference]) -> Result<()> {
    let is_asked = |one: &Reference| {
        one.class == ReferenceClass::NeverExisted && one.kind == ReferenceKind::File && one.moved_to.is_none()
    };
    let mut asked: BTreeMap<RepoPath, Option<String>> = BTreeMap::new();
    for one in found.iter().filter(|one| is_asked(one)) {
        asked.extend(references::meant(one).into_iter().map(|place| (place, None)));
    }
    if asked.is_empty() {
        return Ok(());
    }
    for (path, holder) in held(repo, tip, &asked.keys().cloned().collect::<Vec<_>>())? {
        // A folder is held where something in it is.
        for place in std::iter::successors(Some(path), RepoPath::parent) {
            let first =
                asked.get_mut(&place).filter(|first| first.as_ref().is_none_or(|first| holder < *first));
            if let Some(first) = first {
                *first = Some(holder.clone());
            }
        }
    }
    for one in found.iter_mut().filter(|one| is_asked(one)) {
        one.held_by = references::meant(one).iter().find_map(|place| asked.get(place).cloned().flatten());
    }
    Ok(())
}

/// The paths among these, and below them, that commits beside the history at hand brought, each with a ref that
/// reaches one of these commits.
fn held(repo: &Repo, tip: &CommitId, paths: &[RepoPath]) -> Result<Vec<(RepoPath, String)>> {
    let args = [
        "log",
        "-z",
        // `--branches` and its like would give names without `refs/`.
        "--glob=refs/heads",
        "--glob=refs/remotes",
        "--glob=refs/tags",
        "--not",
        tip.as_str(),
        "HEAD",
        "--source",
        "--full-history",
        "--diff-merges=first-parent",
        "--no-renames",
        "--no-ext-diff",
        "--diff-filter=A",
        "--name-only",
        "--format=%x01%S",
        "--",
    ];
    let paths = paths.iter().map(|path| OsStr::from_bytes(path.as_bytes()));
    let log = repo.git().read(&args.map(OsStr::new).into_iter().chain(paths).collect::<Vec<_>>())?;
    let mut holder = String::new();
    let mut found = Vec::new();
    for field in log.split(|&byte| byte == 0) {
        let field = field.strip_prefix(b"\n").unwrap_or(field);
        if let Some(name) = field.strip_prefix(b"\x01") {
            holder = short(&String::from_utf8_lossy(name)).to_owned();
        } else if !field.is_empty() {
            found.push((RepoPath::from_bytes(field), holder.clone()));
        }
    }
    Ok(found)
}

/// A ref as people name it, without its remote.
fn short(name: &str) -> &str {
    let of_remote = name.strip_prefix("refs/remotes/").and_then(|name| name.split_once('/'));
    let local = || name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/tags/"));
    of_remote.map(|(_, name)| name).or_else(local).unwrap_or(name)
}
