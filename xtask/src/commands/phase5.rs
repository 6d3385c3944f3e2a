//! `phase5`: the final validation.

use anyhow::Result;

use super::answer::Answer;
use super::{Exit, place};
use crate::cli::{self, Format, Global};
use crate::phases::Board;
use crate::phases::analyses::Place;
use crate::phases::phase2::PARTS;
use crate::phases::phase5::{self, Options, Verdict};
use crate::process::Cancel;
use crate::term::Term;

/// Runs the analyses again and holds them against phase 2.
pub(super) fn run(global: &Global, flags: &cli::Phase5, term: Term, cancel: &Cancel) -> Result<Exit> {
    let place = place(global)?;
    run_at(&place, global, flags, term, cancel)
}

/// The same for a place that is known.
pub(super) fn run_at(
    place: &Place,
    global: &Global,
    flags: &cli::Phase5,
    term: Term,
    cancel: &Cancel,
) -> Result<Exit> {
    let repo = place.open()?;
    let write = !flags.check && global.format == Format::Text;
    let analyses = cli::Phase2 {
        static_only: flags.static_only,
        strict: false,
        depth: flags.depth,
        upstream: flags.upstream.clone(),
        fork: "HEAD".to_owned(),
    };
    let options = Options {
        analyses: super::phase2::asked(place, &repo, &analyses, write),
        require_green: flags.require_green,
        write,
    };
    super::validate::say_planned(&repo, &options.analyses.validate, term)?;
    let board = Board::new(term, &PARTS);
    let found = phase5::run(place, &options, &board, cancel)?;
    let report = write.then(|| phase5::page_path(place));
    Answer::of(&repo, place, global, term)?.print_phase_5(&found, report.as_ref())?;
    Ok(match found.verdict {
        Verdict::Fails => Exit::Findings,
        Verdict::NotProven => Exit::Failed,
        Verdict::NotApplicable | Verdict::Holds | Verdict::Noted => Exit::Clean,
    })
}
