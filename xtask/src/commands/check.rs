//! `check`: all static checks, in a moment.

use anyhow::Result;

use super::answer::Answer;
use super::{Exit, consolidate as notes, github, place};
use crate::check::{self, CheckId, Checked, Found, Request, What};
use crate::cli::{Check, Global};
use crate::consolidate::{self, Reference, StalePlan};
use crate::phases::analyses::Workplace;
use crate::repo::{CommitId, History, Repo, Tree};
use crate::term::Term;

/// Checks the work tree, the index, or what a change broke.
pub(super) fn run(global: &Global, flags: &Check, term: Term) -> Result<Exit> {
    let place = place(global)?;
    let repo = place.open()?;
    let what = match &flags.base {
        Some(base) => What::Since(base.clone()),
        None if flags.staged => What::Staged,
        None => What::WorkTree,
    };
    let trees = check::Trees::of(&repo, &what)?;
    let location = repo.location();
    let of_notes =
        |tree: &Tree, history: Option<&History>| of_notes(&Repo::open_at(&location)?, &place, tree, history);
    let checked = check::run_with(&trees.request(&repo), Some(&of_notes))?;
    Answer::of(&repo, &place, global, term)?.print_checked(&checked)?;
    github::show_checked(&checked, (global.format, term))?;
    Ok(if checked.is_failing() { Exit::Findings } else { Exit::Clean })
}

/// The work tree, held against a tree.
pub(super) fn since(repo: &Repo, base: Option<&Tree>) -> Result<Checked> {
    let trees = check::Trees::of(repo, &What::WorkTree)?;
    check::run(&Request { base, ..trees.request(repo) })
}

/// What the notes of a tree name and is gone, and a plan that speaks of notes as they were.
fn of_notes(repo: &Repo, place: &Workplace, tree: &Tree, history: Option<&History>) -> Result<Vec<Found>> {
    let stale = consolidate::stale(repo, tree, &notes::options(place), history)?;
    let references = stale.references.iter().map(stale_reference);
    Ok(references.chain(stale.plan.iter().map(stale_plan)).collect())
}

fn stale_reference(reference: &Reference) -> Found {
    let place = (reference.path.clone(), reference.line);
    let message = format!("names `{}`", reference.target.escape_debug());
    let mut found = Found::new(CheckId::StaleReference, place, &reference.target, message).warning();
    let commit = reference.commit.as_deref().and_then(CommitId::parse);
    let what = if reference.moved_to.is_some() { "moved" } else { "removed" };
    found.blame(what, &commit.unwrap_or_else(CommitId::uncommitted));
    match &reference.moved_to {
        Some(path) => found.hint(format!("write `{}`", path.display().escape_debug()), None),
        None => found,
    }
}

fn stale_plan(plan: &StalePlan) -> Found {
    let first = plan.changed.first().map(|path| path.display().into_owned()).unwrap_or_default();
    let more = match plan.changed.len() {
        0 | 1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let message = format!("the plan is older than `{}`{more}", first.escape_debug());
    Found::new(CheckId::StalePlan, (plan.path.clone(), 1), "plan", message)
        .warning()
        .hint("make it again: ticks are kept", Some("xtask consolidate plan"))
}
