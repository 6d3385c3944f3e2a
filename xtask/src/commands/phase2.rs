//! `phase2`, and the demo that runs it on the sample.

use anyhow::Result;

use super::answer::Answer;
use super::{Exit, place, place_at};
use crate::cli::{self, Format, Global};
use crate::config::Config;
use crate::phases::analyses::{self, Workplace};
use crate::phases::phase5::Times;
use crate::phases::{Board, Phase, demo, kept, phase2};
use crate::process::Cancel;
use crate::repo::Repo;
use crate::term::Term;
use crate::{consolidate, upstream};

/// Runs the three analyses.
pub(super) fn run(global: &Global, options: &cli::Phase2, term: Term, cancel: &Cancel) -> Result<Exit> {
    let place = place(global)?;
    run_at(&place, global, options, term, cancel)
}

/// Runs the three analyses at a place that is known.
pub(super) fn run_at(
    place: &Workplace,
    global: &Global,
    options: &cli::Phase2,
    term: Term,
    cancel: &Cancel,
) -> Result<Exit> {
    let repo = place.open()?;
    let asked = asked(place, &repo, options, global.format == Format::Text);
    if repo.work_tree().is_some() {
        super::validate::say_planned(&repo, &asked.validate, (term, cancel))?;
    }
    let board = Board::new(term, &phase2::PARTS);
    let phase = phase2::run(place, &asked, &board, cancel);
    let answer = Answer::of(&repo, place, global, term)?;
    answer.print_phase_2(&phase)?;
    // What was found in part is nothing to compare with later: what an earlier run kept stays.
    if global.format == Format::Text && repo.work_tree().is_some() && !cancel.is_cancelled() {
        answer.keep(kept::PHASE2, "phase2", &phase.json())?;
        Times::keep(&repo, Phase::Phase2, phase.timing.wall(), phase.timing.sum())?;
    }
    Ok(if phase.has_failures() {
        Exit::Failed
    } else if options.strict && phase.has_findings() {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

/// What the flags ask of the three analyses.
pub(super) fn asked(place: &Workplace, repo: &Repo, options: &cli::Phase2, write: bool) -> phase2::Options {
    let [notes, fork, tests] = analyses::depths(options.depth.map(Into::into));
    phase2::Options {
        consolidate: consolidate::Options { depth: notes, ..super::consolidate::options(place) },
        upstream: upstream::Options {
            depth: fork,
            fork: options.fork.clone(),
            upstream: options.upstream.clone(),
            ..super::upstream::options(place)
        },
        validate: super::validate::options(place, repo, tests, options.static_only),
        write,
    }
}

/// Builds the sample repository and runs phase 2 on it.
pub(super) fn demo(global: &Global, options: &cli::Demo, term: Term, cancel: &Cancel) -> Result<Exit> {
    let root = demo::build(options.out.as_deref(), term)?;
    let mut place = place_at(&root, |root| Config::load(root, global.config.as_deref()))?;
    place.config = demo::fit(&root, place.config, term, cancel);
    let phase = cli::Phase2 {
        static_only: false,
        strict: false,
        depth: None,
        upstream: None,
        fork: "HEAD".to_owned(),
    };
    let exit = run_at(&place, global, &phase, term, cancel)?;
    if global.format == Format::Text {
        let [notes, fork, tests] = analyses::report_paths(&place.config);
        let shown = [notes, fork, tests].map(|path| root.join(path.display().as_ref()).display().to_string());
        term.result(&format!("the reports of the sample:\n  {}", shown.join("\n  ")))?;
    }
    Ok(exit)
}
