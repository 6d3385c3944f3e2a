//! `consolidate` and what it can do.

use anyhow::{Context, Result};

use super::answer::Answer;
use super::{Ending, Exit, Single, place, single};
use crate::cli::{Consolidate, ConsolidatePlan, Global};
use crate::consolidate;
use crate::phases::Board;
use crate::phases::analyses::{self, Workplace};
use crate::process::{Cancel, Progress};
use crate::term::Term;

/// Runs what was asked for.
pub(super) fn run(global: &Global, command: &Consolidate, term: Term, cancel: &Cancel) -> Result<Exit> {
    match command {
        Consolidate::Plan(options) => {
            plan(global, options, term, cancel).context("cannot plan the consolidation")
        }
        Consolidate::Apply(options) => super::apply::run(global, options, "consolidate apply", term, cancel)
            .context("cannot carry out the plan"),
        Consolidate::Explain { a, b } => {
            explain(global, (a, b), term, cancel).context("cannot explain the pair")
        }
        Consolidate::Search { words } => {
            search(global, &words.join(" "), term, cancel).context("cannot search the notes")
        }
        Consolidate::Verify { range } => {
            verify(global, range, term, cancel).context("cannot verify what was kept")
        }
    }
}

fn plan(global: &Global, flags: &ConsolidatePlan, term: Term, cancel: &Cancel) -> Result<Exit> {
    let mut place = place(global)?;
    let config = &mut place.config.consolidate;
    if !flags.include.is_empty() {
        config.include = Some(flags.include.clone());
    }
    config.exclude.extend(flags.exclude.clone());
    config.keep.extend(flags.keep.clone());
    let asked = consolidate::Options {
        depth: flags.depth.into(),
        at: flags.at.clone(),
        since: flags.since.clone(),
        tick_above: flags.tick_above,
        ..options(&place)
    };
    let ending = Ending { strict: flags.strict, writes: flags.at.is_none() };
    single(global, term, &place, (Single::Plan, ending), |progress| {
        analyses::consolidation(&place, &asked, (progress, cancel), || {})
    })
}

fn explain(global: &Global, (a, b): (&str, &str), term: Term, cancel: &Cancel) -> Result<Exit> {
    let place = place(global)?;
    let repo = place.open()?;
    let asked = options(&place);
    let document = consolidate::explain(&repo, &asked, a, b, &Progress::default(), cancel)?;
    Answer::of(&repo, &place, global, term)?.print_document("consolidate explain", &document)?;
    Ok(Exit::Clean)
}

fn search(global: &Global, words: &str, term: Term, cancel: &Cancel) -> Result<Exit> {
    let place = place(global)?;
    let repo = place.open()?;
    let asked = options(&place);
    let document = consolidate::search(&repo, &asked, words, &Progress::default(), cancel)?;
    Answer::of(&repo, &place, global, term)?.print_document("consolidate search", &document)?;
    Ok(Exit::Clean)
}

fn verify(global: &Global, range: &str, term: Term, cancel: &Cancel) -> Result<Exit> {
    let place = place(global)?;
    let repo = place.open()?;
    let row = Board::new(term, &["consolidate verify"]).row("consolidate verify");
    let verified =
        consolidate::conserve::verify(&repo, range, &place.config.consolidate, &row.progress(), cancel);
    row.clear();
    let verified = verified?;
    Answer::of(&repo, &place, global, term)?.print_verified(&verified)?;
    Ok(if verified.conserved.is_whole() { Exit::Clean } else { Exit::Findings })
}

/// What `[consolidate]` of the configuration asks for.
pub(super) fn options(place: &Workplace) -> consolidate::Options {
    consolidate::Options { config: place.config.consolidate.clone(), ..Default::default() }
}
