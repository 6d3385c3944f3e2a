//! `check`: all static checks, in a moment.

use anyhow::Result;

use super::answer::Answer;
use super::{Exit, place};
use crate::check::{self, What};
use crate::cli::{Check, Global};
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
    let checked = check::run(&trees.request(&repo))?;
    Answer::of(&repo, &place, global, term)?.print_checked(&checked)?;
    Ok(if checked.is_failing() { Exit::Findings } else { Exit::Clean })
}
