//! Renames of a repository that lacks contents (a partial clone): all but those of the commits that need them.

use std::collections::BTreeMap;

use anyhow::Result;

use super::{Commit, Edit, OPTIONS, log, parse};
use crate::repo::CommitId;
use crate::repo::git::Git;

/// More commits than this with missing contents are left with renames that need no content.
const MOST_GAPS: usize = 100;

/// All commits that `tip` reaches, and how many of them show only renames without an edit.
///
/// `git log -M` ends at the first content that is missing; what it says up to there holds, and it goes on behind
/// the commit that stopped it.
pub(super) fn walk(git: &Git, tip: &CommitId) -> Result<(Vec<Commit>, usize)> {
    let mut commits = parse(&log(git, &[tip.as_str()], "-M100%")?)?;
    let may_rename = |commit: &&Commit| {
        let has = |wanted: fn(&Edit) -> bool| commit.edits.iter().any(wanted);
        has(|edit| matches!(edit, Edit::Added(_))) && has(|edit| matches!(edit, Edit::Removed(_)))
    };
    let asked: Vec<CommitId> =
        commits.iter().filter(may_rename).map(|commit| commit.change.commit.clone()).collect();
    let mut seen: BTreeMap<CommitId, Vec<Edit>> = BTreeMap::new();
    let mut gaps = 0;
    let mut from = 0;
    while from < asked.len() && gaps < MOST_GAPS {
        let answered = renames_of(git, &asked[from..])?;
        from += answered.len();
        seen.extend(answered.into_iter().map(|commit| (commit.change.commit, commit.edits)));
        if from < asked.len() {
            gaps += 1;
            from += 1;
        }
    }
    for commit in &mut commits {
        if let Some(edits) = seen.remove(&commit.change.commit) {
            commit.edits = edits;
        }
    }
    Ok((commits, gaps + asked.len().saturating_sub(from)))
}

/// The changes of some commits, in their order, up to one whose contents are missing.
fn renames_of(git: &Git, commits: &[CommitId]) -> Result<Vec<Commit>> {
    let mut args = OPTIONS.to_vec();
    args.extend(["-M50%", "--no-walk=unsorted", "--stdin"]);
    let input: String = commits.iter().map(|commit| format!("{commit}\n")).collect();
    parse(&git.answer_to(&args, input.as_bytes(), &[0, 128])?.stdout)
}
