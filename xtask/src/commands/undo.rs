//! `undo`: takes an applied change set back.

use anyhow::Result;

use super::answer::Answer;
use super::{Exit, edit, place};
use crate::change::{self, Which};
use crate::cli::{Global, Undo};
use crate::repo::Repo;
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
    let exit = edit(&repo, &answer, "undo", &set, (options.dry_run, options.check))?;
    if !options.dry_run && !options.check {
        super::apply::refresh_plan(&repo, &place, term)?;
    }
    Ok(exit)
}
