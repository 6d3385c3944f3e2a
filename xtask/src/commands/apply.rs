//! `phase3`: carries the plan out.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::answer::Answer;
use super::{Exit, place};
use crate::change::{self, Applied, Disk, EditRecord, Place, Which};
use crate::cli::{Apply, Format, Global, Told};
use crate::consolidate::{self, ApplyOptions, PlanFile, Prepared, Step, Summary};
use crate::phases::Board;
use crate::phases::analyses::{Workplace, interrupted, report_paths};
use crate::process::Cancel;
use crate::repo::{CommitId, Repo, RepoPath};
use crate::report::{Hinted, count};
use crate::term::Term;

/// Reads the plan, and shows, checks or makes its edits.
pub(super) fn run(
    global: &Global,
    flags: &Apply,
    command: &str,
    term: Term,
    cancel: &Cancel,
) -> Result<Exit> {
    let place = place(global)?;
    let repo = place.open()?;
    let plan = plan(&repo, &place, flags.plan.as_deref())?;
    let options = ApplyOptions {
        config: place.config.consolidate.clone(),
        only: flags.only.clone(),
        delete_merged: flags.delete_merged,
        ..ApplyOptions::default()
    };
    let board = Board::new(term, &[command]);
    let row = board.row(command);
    // Nothing is written before all edits are known.
    let prepared = cancel.catch(|| consolidate::prepare(&repo, &plan, &options, &row.progress(), cancel));
    row.clear();
    let prepared = prepared.map_err(interrupted)??;
    let answer = Answer::of(&repo, &place, global, term)?;
    if flags.dry_run && global.format == Format::Text {
        answer.print_exact(&change::dry_run(&repo, &prepared.set)?)?;
        return Ok(Exit::Clean);
    }
    if flags.dry_run || flags.check {
        let pending = change::check(&repo, &prepared.set)?.pending;
        answer.print_plan(command, (false, flags.told), &pending, &prepared.summary)?;
        return Ok(if flags.check && !pending.is_empty() { Exit::Findings } else { Exit::Clean });
    }
    let commits = flags.commit || flags.branch.is_some();
    if !prepared.set.is_empty() {
        if flags.stage {
            consolidate::check_stageable(&repo, &prepared.set)?;
        }
        let mut steps = Vec::new();
        if commits {
            steps = consolidate::steps(&repo, &plan, &options, &prepared)?;
            consolidate::check_committable(&repo, &steps)?;
        }
        if !flags.yes && flags.branch.is_none() && !is_agreed(&repo, &prepared, (term, cancel))? {
            return Ok(Exit::Clean);
        }
        if commits {
            let committed = committed(&repo, &steps, &prepared, flags.branch.as_deref())?;
            mark(&repo, &plan, term);
            return say_committed(&repo, (&answer, flags.told), command, &committed, &prepared);
        }
    }
    if commits {
        say_left(&repo, term)?;
    }
    let applied = change::apply(&repo, &prepared.set)?;
    mark(&repo, &plan, term);
    if flags.stage {
        consolidate::stage(&repo, &applied.edits).context(
            "the edits are made and not staged: stage them yourself, or `xtask undo` takes them back",
        )?;
    }
    let summary = Summary { change_set: applied.id, ..prepared.summary };
    answer.print_plan(command, (applied.applied, flags.told), &applied.edits, &summary)?;
    Ok(Exit::Clean)
}

/// The plan that the user named, or the one at its place.
fn plan(repo: &Repo, place: &Workplace, named: Option<&Path>) -> Result<PlanFile> {
    let root = repo.require_work_tree()?;
    if let Some(file) = named {
        return named_plan(repo, root, file);
    }
    let [path, ..] = report_paths(&place.config);
    plan_at(repo, &path)?.ok_or_else(|| no_plan(&path.to_string()))
}

/// Where nothing is left to do, an earlier run may have been killed between its edits and its commits.
fn say_left(repo: &Repo, term: Term) -> Result<()> {
    let Some(last) = change::list(repo)?.into_iter().find(|set| set.stands && set.undoes.is_none()) else {
        return Ok(());
    };
    let touched = change::touched(last.edits.into_iter());
    let left = repo.uncommitted()?.into_iter().filter(|path| touched.contains(path)).count();
    if left > 0 {
        term.say(&format!(
            "{} that an earlier run changed wait to be committed: `git commit` takes them, `xtask undo` takes them back",
            count(left, "file")
        ));
    }
    Ok(())
}

/// What was committed.
struct Committed {
    change_set: Option<u32>,
    edits: Vec<EditRecord>,
    commits: Vec<CommitId>,
    branch: Option<String>,
}

/// Makes all edits, then a commit for each step; what cannot be committed is taken back.
fn committed(repo: &Repo, steps: &[Step], prepared: &Prepared, branch: Option<&str>) -> Result<Committed> {
    let (head, before) = (repo.head()?.context("find the commit at HEAD")?, repo.branch()?);
    if let Some(name) = branch {
        consolidate::begin_branch(repo, name)?;
    }
    let leave_branch = || match branch {
        Some(name) => consolidate::drop_branch(repo, name, before.as_deref(), &head),
        None => Ok(()),
    };
    let applied = match change::apply(repo, &prepared.set) {
        Ok(applied) => applied,
        Err(error) => {
            return Err(match leave_branch() {
                Ok(()) => error,
                Err(second) => {
                    error.context(format!("leave the new branch: {second:#}")).context("make the edits")
                }
            });
        }
    };
    match consolidate::commit(repo, steps) {
        Ok(commits) => {
            let branch = branch.map(str::to_owned).or(before);
            Ok(Committed { change_set: applied.id, edits: applied.edits, commits, branch })
        }
        Err(error) => Err(match take_back(repo, steps, &applied, &head).and_then(|()| leave_branch()) {
            Ok(()) => error.context("commit the edits: they were taken back, nothing was changed"),
            Err(second) => {
                error.context(format!("take the edits back: {second:#}")).context(left_behind(repo, &head))
            }
        }),
    }
}

/// What stands where edits could be neither committed nor taken back.
fn left_behind(repo: &Repo, head: &CommitId) -> String {
    let made = repo.git().line(&["rev-list", "--count", &format!("{head}..HEAD")]);
    let made = made.ok().and_then(|made| made.parse().ok()).unwrap_or(0);
    let made = if made > 0 { format!("{} made; ", count(made, "commit")) } else { String::new() };
    format!("commit the edits: {made}commit what is left, or `xtask undo` brings all files back")
}

fn take_back(repo: &Repo, steps: &[Step], applied: &Applied, head: &CommitId) -> Result<()> {
    consolidate::take_back(repo, head)?;
    if let Some(undo) = applied.id.map(|id| change::undo(repo, Which::Id(id))).transpose()?.flatten() {
        change::apply(repo, &undo)?;
    }
    consolidate::restage(repo, steps)
}

fn say_committed(
    repo: &Repo,
    (answer, told): (&Answer<'_>, Told),
    command: &str,
    committed: &Committed,
    prepared: &Prepared,
) -> Result<Exit> {
    let mut summary = prepared.summary.clone();
    summary.commits = committed.commits.clone();
    summary.change_set = committed.change_set;
    summary.branch.clone_from(&committed.branch);
    let disk = Disk::of(repo)?;
    let hooks = ["pre-commit", "commit-msg", "post-commit"];
    summary.hooks =
        hooks.into_iter().filter(|name| matches!(disk.read(&Place::hook(name)), Ok(Some(_)))).collect();
    answer.print_plan(command, (!committed.edits.is_empty(), told), &committed.edits, &summary)?;
    Ok(Exit::Clean)
}

/// On the default branch somebody has to say yes.
fn is_agreed(repo: &Repo, prepared: &Prepared, (term, cancel): (Term, &Cancel)) -> Result<bool> {
    let Some(branch) = consolidate::default_branch(repo)? else { return Ok(true) };
    let question = format!("{} on `{branch}`, the default branch: go on?", count(prepared.set.len(), "edit"));
    match term.ask(&question, cancel).context("ask on the terminal")? {
        Some(agreed) => Ok(agreed),
        None => bail!(Hinted::new(
            format!("`{branch}` is the default branch"),
            "add `--yes` to change files here, or switch to another branch first",
        )),
    }
}

fn no_plan(shown: &str) -> anyhow::Error {
    let hint = "run `xtask consolidate plan`, read the plan and tick what is right";
    Hinted::new(format!("there is no plan at `{shown}`"), hint).into()
}

/// The plan in a file of the work tree.
fn plan_at(repo: &Repo, path: &RepoPath) -> Result<Option<PlanFile>> {
    let shown = path.to_string();
    let Some(state) =
        Disk::of(repo)?.read(&path.into()).with_context(|| format!("read the plan in `{shown}`"))?
    else {
        return Ok(None);
    };
    Ok(Some(PlanFile { text: text(state.bytes, &shown)?, path: Some(path.clone()), shown }))
}

/// The plan in a file that the user named, from the current folder.
fn named_plan(repo: &Repo, root: &Path, file: &Path) -> Result<PlanFile> {
    let shown = file.display().to_string();
    let Ok(full) = file.canonicalize() else { return Err(no_plan(&shown)) };
    let real_root = root.canonicalize().context("find the work tree")?;
    if let Some(path) = RepoPath::below(&real_root, &full) {
        return plan_at(repo, &path)?.ok_or_else(|| no_plan(&shown));
    }
    let bytes = std::fs::read(&full).with_context(|| format!("read the plan in `{shown}`"))?;
    Ok(PlanFile { text: text(bytes, &shown)?, path: None, shown })
}

fn text(bytes: Vec<u8>, shown: &str) -> Result<String> {
    String::from_utf8(bytes).with_context(|| format!("read the plan in `{shown}`: it is not UTF-8"))
}

/// Strikes out what is done. The files are changed by now, so what goes wrong here is said and ends nothing.
fn mark(repo: &Repo, plan: &PlanFile, term: Term) {
    if let Err(error) = write_marks(repo, plan) {
        term.say(&format!("the plan in `{}` was not marked: {error:#}", plan.shown));
    }
}

fn write_marks(repo: &Repo, plan: &PlanFile) -> Result<()> {
    let Some(text) = consolidate::refresh_marks(repo, plan)? else { return Ok(()) };
    let path = plan.path.as_ref().context("it lies outside the repository")?;
    change::write_report(repo, path, text.as_bytes())?;
    Ok(())
}

/// After an undo the plan says again what is done and what is not.
pub(super) fn refresh_plan(repo: &Repo, place: &Workplace, term: Term) -> Result<()> {
    let [path, ..] = report_paths(&place.config);
    if let Some(plan) = plan_at(repo, &path)? {
        mark(repo, &plan, term);
    }
    Ok(())
}
