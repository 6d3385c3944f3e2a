//! `upstream` and what it can do.

use anyhow::Result;

use super::answer::Answer;
use super::{Ending, Exit, Single, place, single};
use crate::cli::{Global, Upstream, UpstreamCommand};
use crate::phases::Board;
use crate::phases::analyses::{self, Workplace};
use crate::process::Cancel;
use crate::term::Term;
use crate::upstream;

/// Analyses the upstream, or audits merges.
pub(super) fn run(global: &Global, flags: &Upstream, term: Term, cancel: &Cancel) -> Result<Exit> {
    let place = place(global)?;
    if let Some(UpstreamCommand::Audit { range }) = &flags.command {
        return audit(global, &place, range, term, cancel);
    }
    let asked = upstream::Options {
        depth: flags.depth.into(),
        fork: flags.fork.clone(),
        upstream: flags.upstream.clone(),
        fetch: flags.fetch,
        build: flags.build,
        ..options(&place)
    };
    let ending = Ending { strict: flags.strict, writes: true };
    single(global, term, &place, (Single::Upstream, ending), |progress| {
        analyses::upstream(&place, &asked, (progress, cancel))
    })
}

fn audit(global: &Global, place: &Workplace, range: &str, term: Term, cancel: &Cancel) -> Result<Exit> {
    let repo = place.open()?;
    let row = Board::new(term, &["upstream audit"]).row("upstream audit");
    let audit = upstream::audit(&repo, range, &row.progress(), cancel);
    row.clear();
    let audit = audit?;
    Answer::of(&repo, place, global, term)?.print_audit(&audit)?;
    Ok(if audit.has_findings() { Exit::Findings } else { Exit::Clean })
}

/// What `[upstream]` of the configuration asks for.
pub(super) fn options(place: &Workplace) -> upstream::Options {
    upstream::Options {
        config: place.config.upstream.clone(),
        now: place.now,
        reports: analyses::report_paths(&place.config).into(),
        ..Default::default()
    }
}
