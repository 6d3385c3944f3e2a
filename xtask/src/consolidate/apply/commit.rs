//! Commits or stages what was changed: the touched paths alone, so that what the user staged stays staged.
//!
//! Commits are built in an index of their own and made by `git commit`, so that the user's identity, signing and
//! message settings hold. Hooks of the repository are not run: this tool runs nothing that belongs to a repository.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::change::{Action, ChangeSet, EditRecord, touched};
use crate::consolidate::plan_words::one_line;
use crate::process::Scratch;
use crate::repo::git::Git;
use crate::repo::{CommitId, EntryKind, Repo, RepoPath, staged_files, update_index};
use crate::report::Hinted;

use super::Step;

/// Names that an error shows.
const SHOWN: usize = 10;

/// What must hold before edits are committed.
///
/// # Errors
/// There is no commit yet, no identity, a merge or rebase in progress, or a file that would be committed has changes
/// that nobody committed.
pub fn check_committable(repo: &Repo, steps: &[Step]) -> Result<()> {
    if repo.head()?.is_none() {
        bail!("there is no commit yet: make the first one, then commit the plan's edits");
    }
    repo.git().read(&["var", "GIT_COMMITTER_IDENT"]).context("find out who commits")?;
    repo.require_nothing_unfinished()?;
    let touched = all_touched(steps);
    let uncommitted: Vec<String> = repo
        .uncommitted_by_filters()?
        .into_iter()
        .filter(|path| touched.contains(path))
        .map(|path| format!("`{path}`"))
        .collect();
    if !uncommitted.is_empty() {
        let hint = "commit or stash these changes first, or leave out `--commit`";
        let files = some(uncommitted);
        bail!(Hinted::new(format!("files with changes of your own would be committed: {files}"), hint));
    }
    Ok(())
}

/// What must hold before edits are staged: no touched file has a part staged and a part not.
///
/// # Errors
/// One has: staging the whole file would lose what is staged.
pub fn check_stageable(repo: &Repo, set: &ChangeSet) -> Result<()> {
    let touched = touched(set.edits().iter().map(|edit| edit.record()));
    let partly: Vec<String> = staged_files(&repo.git())?
        .into_iter()
        .filter(|file| file.differs && touched.contains(&file.path))
        .map(|file| format!("`{}`", file.path))
        .collect();
    if partly.is_empty() {
        return Ok(());
    }
    let hint = "stage the rest of these files, or leave out `--stage`";
    let files = some(partly);
    bail!(Hinted::new(format!("files that are staged in part would be staged whole: {files}"), hint))
}

/// Names of files for an error: the first of them, and how many there are beside.
fn some(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    names.join(", ") + &more
}

/// Stages the touched paths as they stand.
///
/// # Errors
/// git cannot write the index.
pub fn stage(repo: &Repo, edits: &[EditRecord]) -> Result<()> {
    update_index(&repo.git(), &touched(edits.iter().cloned())).context("stage the edits")
}

/// Begins a branch at HEAD; files and index stay as they are.
///
/// # Errors
/// The name is none, or there is such a branch.
pub fn begin_branch(repo: &Repo, name: &str) -> Result<()> {
    let git = repo.git();
    let context = || format!("begin the branch `{name}`");
    git.read(&["check-ref-format", "--branch", name]).with_context(context)?;
    git.read(&["checkout", "-q", "-b", name]).with_context(context)?;
    Ok(())
}

/// Goes back to a branch and removes the one that was begun, which has no commit of its own.
///
/// # Errors
/// git cannot write its refs.
pub fn drop_branch(repo: &Repo, name: &str, back_to: Option<&str>, head: &CommitId) -> Result<()> {
    let git = repo.git();
    match back_to {
        Some(branch) => git.read(&["symbolic-ref", "HEAD", &format!("refs/heads/{branch}")])?,
        None => git.read(&["update-ref", "--no-deref", "HEAD", head.as_str()])?,
    };
    git.read(&["update-ref", "-d", &format!("refs/heads/{name}"), head.as_str()])?;
    Ok(())
}

/// Commits edits that were made, step by step. Where a moved file would no longer be known by its content, a commit that
/// only moves comes first, so that `git log --follow` and `git blame` find the way.
///
/// # Errors
/// git cannot commit; the files stay changed.
pub fn commit(repo: &Repo, steps: &[Step]) -> Result<Vec<CommitId>> {
    let touched = all_touched(steps);
    // First, so that what is left when this ends early is staged.
    restage(repo, steps)?;
    let folder = TempDir::new().context("make a folder for the commit's index")?;
    let git = repo.git().with_variable("GIT_INDEX_FILE", folder.path().join("index"));
    let mut commits = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        git.read(&["read-tree", "HEAD"])?;
        match number + 1 == steps.len() {
            true => update_index(&git, &touched)?,
            false => take_in(&git, step)?,
        }
        commits.extend(commit_step(repo, &git, step)?);
    }
    Ok(commits)
}

/// Brings the index to the files that steps touch, as they stand.
///
/// # Errors
/// git cannot write the index.
pub fn restage(repo: &Repo, steps: &[Step]) -> Result<()> {
    update_index(&repo.git(), &all_touched(steps)).context("bring the index up to the files")
}

/// Brings an index to what a step leaves, by way of a folder that holds these files alone: git applies its attributes
/// and line ends as it does to files of the work tree.
fn take_in(git: &Git, step: &Step) -> Result<()> {
    let (scratch, touched) = (Scratch::new()?, touched(step.edits.iter().cloned()));
    for path in &touched {
        if let Some(entry) = step.tree.get(path) {
            let is_executable = entry.kind == EntryKind::Executable;
            scratch.place(&path.under(Path::new("")), &step.tree.read(path)?, is_executable)?;
        }
    }
    update_index(&git.clone().with_work_tree(scratch.path()), &touched)
}

fn commit_step(repo: &Repo, git: &Git, step: &Step) -> Result<Vec<CommitId>> {
    let wanted = git.line(&["write-tree"])?;
    if wanted == git.line(&["rev-parse", "HEAD^{tree}"])? {
        return Ok(Vec::new());
    }
    let mut commits = Vec::new();
    let moves = lost_moves(git, &wanted, &step.edits)?;
    if !moves.is_empty() {
        move_only(git, &step.edits)?;
        commits.push(make(repo, git, "Move notes before they change, so that their history is found\n")?);
        git.read(&["read-tree", &wanted])?;
    }
    commits.push(make(repo, git, &message(&step.items, &step.edits))?);
    Ok(commits)
}

/// Takes commits back: the branch is where it was. Files and index stay.
///
/// # Errors
/// git cannot write its refs.
pub fn take_back(repo: &Repo, head: &CommitId) -> Result<()> {
    repo.git().read(&["update-ref", "-m", "xtask: take commits back", "HEAD", head.as_str()])?;
    Ok(())
}

fn make(repo: &Repo, git: &Git, message: &str) -> Result<CommitId> {
    git.answer_to(&["commit", "-q", "--cleanup=whitespace", "-F", "-"], message.as_bytes(), &[0])
        .context("commit: the files are changed, and not committed")?;
    repo.head()?.context("find the new commit")
}

/// Moves that git would not know by content in this tree.
fn lost_moves(git: &Git, wanted: &str, edits: &[EditRecord]) -> Result<BTreeSet<RepoPath>> {
    let out = git.read(&["diff-tree", "-r", "-z", "-M50%", "--name-status", "HEAD", wanted])?;
    let fields: Vec<&[u8]> = out.split(|&byte| byte == 0).collect();
    let mut known = BTreeSet::new();
    let mut at = 0;
    while at + 1 < fields.len() {
        if fields[at].starts_with(b"R") && at + 2 < fields.len() {
            known.insert((RepoPath::from_bytes(fields[at + 1]), RepoPath::from_bytes(fields[at + 2])));
            at += 3;
        } else {
            at += 2;
        }
    }
    let moves = edits.iter().filter_map(|edit| Some((edit.from.clone()?, edit.path.clone())));
    Ok(moves.filter(|pair| !known.contains(pair)).map(|(from, _)| from).collect())
}

/// Fills the index with HEAD and the edits' moves, contents unchanged.
fn move_only(git: &Git, edits: &[EditRecord]) -> Result<()> {
    git.read(&["read-tree", "HEAD"])?;
    let listing = git.read(&["ls-tree", "-r", "-z", "--full-tree", "HEAD"])?;
    let mut entries: BTreeMap<RepoPath, Vec<u8>> = BTreeMap::new();
    for record in listing.split(|&byte| byte == 0) {
        if let Some(tab) = record.iter().position(|&byte| byte == b'\t') {
            entries.insert(RepoPath::from_bytes(&record[tab + 1..]), record[..tab].to_vec());
        }
    }
    let mut input = Vec::new();
    for edit in edits {
        let Some((from, entry)) = edit.from.as_ref().and_then(|from| entries.get_key_value(from)) else {
            continue;
        };
        // `mode type id` as `ls-tree` prints it is what `--index-info` reads.
        // The id of nothing is as long as any other.
        let id = entry.iter().rev().take_while(|byte| **byte != b' ').count();
        let gone = format!("0 {}", "0".repeat(id));
        for (meta, path) in [(gone.as_bytes(), from), (&entry[..], &edit.path)] {
            input.extend_from_slice(meta);
            input.push(b'\t');
            input.extend_from_slice(path.as_bytes());
            input.push(0);
        }
    }
    git.answer_to(&["update-index", "-z", "--index-info"], &input, &[0])?;
    Ok(())
}

fn all_touched(steps: &[Step]) -> BTreeSet<RepoPath> {
    touched(steps.iter().flat_map(|step| step.edits.iter().cloned()))
}

/// The message of a commit: what was done, then each source with where it went.
fn message(items: &[super::ItemDone], edits: &[EditRecord]) -> String {
    let placed: BTreeMap<&RepoPath, &RepoPath> = edits
        .iter()
        .filter(|edit| edit.action == Action::Move)
        .filter_map(|edit| Some((edit.from.as_ref()?, &edit.path)))
        .collect();
    let name = |path: &RepoPath| one_line(&path.display());
    let mut lines = vec![subject(items), String::new()];
    // A merged note may stand in the list of finished ones as well.
    let mut told = BTreeSet::new();
    for item in items {
        if item.action == "merge" {
            lines.push(format!("Sources of {}:", name(&item.target)));
        }
        for source in &item.sources {
            let line = match (placed.get(source), item.action) {
                (_, "duplicate") => format!("- {}, the same as {}", name(source), name(&item.target)),
                (Some(to), _) => format!("- {}, now {}", name(source), name(to)),
                (None, _) => format!("- {}", name(source)),
            };
            if told.insert(line.clone()) {
                lines.push(line);
            }
        }
    }
    lines.join("\n") + "\n"
}

fn subject(items: &[super::ItemDone]) -> String {
    let of = |action: &str| items.iter().filter(|item| item.action == action).collect::<Vec<_>>();
    let notes = |items: &[&super::ItemDone], one: &str, many: &str| {
        let count = items.iter().map(|item| item.sources.len()).sum();
        crate::consolidate::report::count(count, one, many)
    };
    let (merged, archived, removed) = (of("merge"), of("archive"), of("duplicate"));
    match (&merged[..], &archived[..], &removed[..]) {
        ([], [], []) => "Carry out the consolidation plan".to_owned(),
        ([guide, ..], ..) => {
            format!("Merge {} into {}", notes(&merged, "note", "notes"), one_line(&guide.target.display()))
        }
        ([], [], removed) => format!("Remove {} that others equal", notes(removed, "note", "notes")),
        ([], archived, _) => format!("Archive {}", notes(archived, "finished note", "finished notes")),
    }
}
