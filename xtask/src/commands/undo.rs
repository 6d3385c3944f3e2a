//! `undo`: takes an applied change set back.

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use super::answer::Answer;
use super::{Exit, edit, place};
use crate::change::{self, ChangeSet, Which};
use crate::cli::{Global, Undo};
use crate::repo::{Repo, RepoPath, staged_files, update_index};
use crate::term::Term;

/// Takes a change set back, lists them, or settles an interrupted one.
pub(super) fn run(global: &Global, options: &Undo, term: Term) -> Result<Exit> {
    let place = place(global)?;
    let repo = Repo::open(&place.folder)?;
    let answer = Answer::of(&repo, &place, global, term)?;
    if options.list {
        answer.print_sets(&change::list(&repo)?)?;
        return Ok(Exit::Clean);
    }
    if options.recover {
        answer.print_settled(change::recover(&repo, options.keep_changed)?.as_ref())?;
        return Ok(Exit::Clean);
    }
    let which = options.id.map_or(Which::Last, Which::Id);
    let Some(set) = change::undo(&repo, which)? else {
        answer.print_edits("undo", false, &[])?;
        return Ok(Exit::Clean);
    };
    let is_real = !options.dry_run && !options.check;
    let staged = if is_real { staged_by(&repo, &set)? } else { BTreeSet::new() };
    let exit = edit(&repo, &answer, "undo", &set, (options.dry_run, options.check))?;
    if is_real {
        update_index(&repo.git(), &staged).context("stage what was staged as it stands now")?;
        super::apply::refresh_plan(&repo, &place, term)?;
    }
    Ok(exit)
}

/// The files whose change was staged as it was made: what takes it back is staged too, or the next commit would bring it.
fn staged_by(repo: &Repo, set: &ChangeSet) -> Result<BTreeSet<RepoPath>> {
    if repo.head()?.is_none() || repo.work_tree().is_none() {
        return Ok(BTreeSet::new());
    }
    let paths = change::touched(set.edits().into_iter().map(|edit| edit.record()));
    let staged = staged_files(&repo.git().without_filters()?)?.into_iter();
    Ok(staged.filter(|file| !file.differs && paths.contains(&file.path)).map(|file| file.path).collect())
}
