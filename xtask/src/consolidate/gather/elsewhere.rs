//! Which branch or tag holds what the history at hand never held.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::cache::Cache;
use crate::consolidate::references;
use crate::consolidate::result::{Reference, ReferenceClass, ReferenceKind};
use crate::repo::{CommitId, Repo, RepoPath};
use crate::report::Finding;

/// Of what the cache keeps; it changes when the form of git's answer does.
const VERSION: u32 = 1;

/// Names the branch or tag that holds, or once held, a file that no commit up to here did: the first by its name,
/// without that of a remote, so that a clone says the same. Says so where it cannot be looked up.
pub(super) fn tell(repo: &Repo, tip: &CommitId, found: &mut [Reference]) -> Option<Finding> {
    let is_asked = |one: &Reference| {
        one.class == ReferenceClass::NeverExisted && one.kind == ReferenceKind::File && one.moved_to.is_none()
    };
    let mut asked: BTreeMap<RepoPath, Option<String>> = BTreeMap::new();
    for one in found.iter().filter(|one| is_asked(one)) {
        asked.extend(references::meant(one).into_iter().map(|place| (place, None)));
    }
    if asked.is_empty() {
        return None;
    }
    let held = match kept(repo, tip, asked.keys()) {
        Ok(held) => held,
        Err(error) => {
            let message =
                format!("other branches and tags were not looked through for what is not here: {error:#}");
            return Some(Finding::warn("unknown-branches", None, message));
        }
    };
    for (path, holder) in held {
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
    None
}

/// The answer of [`held`], kept for these paths and all that it depends on: a walk over every branch of a large
/// repository takes seconds.
fn kept<'p>(
    repo: &Repo,
    tip: &CommitId,
    paths: impl Iterator<Item = &'p RepoPath>,
) -> Result<Vec<(RepoPath, String)>> {
    // A line break would end the line that names it.
    let paths = paths.map(RepoPath::as_bytes).filter(|path| !path.contains(&b'\n'));
    let paths = paths.collect::<Vec<_>>().join(&b'\n');
    let refs =
        ["for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/remotes", "refs/tags"];
    let mut key = repo.git().read(&refs)?;
    let head = repo.head()?;
    let ends = [Some(tip), head.as_ref()].into_iter().flatten().map(CommitId::as_str);
    key.extend(ends.collect::<Vec<_>>().join(" ").bytes().chain([0]));
    key.extend(&paths);
    let cache = Cache::of(repo);
    let log = match cache.get("holders", VERSION, &key) {
        Some(log) => log,
        None => {
            let log = held(repo, tip, &paths)?;
            cache.put("holders", VERSION, &key, &log);
            log
        }
    };
    Ok(read(&log))
}

/// Of commits beside the history at hand the refs that reach them and the paths that they brought, among these, one a
/// line, and below them: as `git log -z` writes it.
fn held(repo: &Repo, tip: &CommitId, paths: &[u8]) -> Result<Vec<u8>> {
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
        // As arguments thousands of paths would be too many.
        "--stdin",
    ];
    let input = [b"--\n", paths, b"\n"].concat();
    Ok(repo.git().answer_to(&args, &input, &[0])?.stdout)
}

fn read(log: &[u8]) -> Vec<(RepoPath, String)> {
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
    found
}

/// A ref as people name it, without its remote.
fn short(name: &str) -> &str {
    let of_remote = name.strip_prefix("refs/remotes/").and_then(|name| name.split_once('/'));
    let local = || name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("refs/tags/"));
    of_remote.map(|(_, name)| name).or_else(local).unwrap_or(name)
}
