//! `phase5`: the final validation.

use anyhow::Result;

use super::answer::Answer;
use super::{Exit, place};
use crate::cli::{self, Format, Global};
use crate::phases::Board;
use crate::phases::analyses::{Workplace, interrupted};
use crate::phases::phase2::PARTS;
use crate::phases::phase5::{self, Given, Line, Options, Verdict};
use crate::process::Cancel;
use crate::repo::Repo;
use crate::term::Term;

/// Runs the analyses again and holds them against phase 2.
pub(super) fn run(global: &Global, flags: &cli::Phase5, term: Term, cancel: &Cancel) -> Result<Exit> {
    let place = place(global)?;
    run_at(&place, global, flags, term, cancel)
}

/// Runs the final validation at a place that is known.
pub(super) fn run_at(
    place: &Workplace,
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
    super::validate::say_planned(&repo, &options.analyses.validate, (term, cancel))?;
    let given = cancel.catch(|| {
        let base = phase5::base(&repo);
        anyhow::Ok(Given {
            checked: super::check::since(&repo, base.as_ref())?,
            compared: base.is_some(),
            set_up: set_up(place, &repo)?,
        })
    });
    let given = given.map_err(interrupted)??;
    let board = Board::new(term, &PARTS);
    let found = phase5::run(place, &options, given, &board, cancel)?;
    let report = write.then(|| phase5::page_path(place));
    Answer::of(&repo, place, global, term)?.print_phase_5(&found, report.as_ref())?;
    Ok(match found.verdict {
        Verdict::Fails => Exit::Findings,
        Verdict::NotProven => Exit::Failed,
        Verdict::NotApplicable | Verdict::Holds | Verdict::Noted => Exit::Clean,
    })
}

/// Whether hooks, workflows and CONTRIBUTING.md are as they are set up; nothing is expected where phase 4 never ran.
fn set_up(place: &Workplace, repo: &Repo) -> Result<Line> {
    const CHECK: &str = "hooks, workflows, CONTRIBUTING";
    let standing = super::setup::standing(place, repo)?;
    let pending = standing.pending.len();
    let (verdict, evidence) = match (pending, standing.drift.len()) {
        (0, 0) => (Verdict::Holds, "as they are set up".to_owned()),
        (0, 1) => (Verdict::Fails, "1 thing is not as it should be".to_owned()),
        (0, drift) => (Verdict::Fails, format!("{drift} things are not as they should be")),
        _ if standing.is_new => (Verdict::NotApplicable, "not set up here; `xtask phase4` does".to_owned()),
        (1, _) => (Verdict::Fails, "1 edit is pending; run `xtask phase4`".to_owned()),
        _ => (Verdict::Fails, format!("{pending} edits are pending; run `xtask phase4`")),
    };
    let details = if verdict == Verdict::NotApplicable { Vec::new() } else { standing.pending };
    Ok(Line::new(CHECK, verdict, evidence).with(details.into_iter().chain(standing.drift).collect()))
}
