//! `validate` and what it can do.

#![allow(clippy::disallowed_methods, reason = "the baseline is a file that the user names")]

mod imports;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{Ending, Exit, Single, outputs, place, single};
use crate::cli::{Global, Validate, ValidateCommand};
use crate::config::{CoverageSetting, Depth};
use crate::phases::analyses::{self, Workplace, interrupted};
use crate::phases::kept;
use crate::process::{Cancel, variable};
use crate::repo::Repo;
use crate::report::Outcome;
use crate::term::Term;
use crate::validate::{self, Growth, Shard};

/// `validate` is a gate by itself: it needs no `--strict`.
const GATE: Ending = Ending { strict: true, writes: true };

/// Runs the suites and compares them with before.
pub(super) fn run(global: &Global, flags: &Validate, term: Term, cancel: &Cancel) -> Result<Exit> {
    if let Some(ValidateCommand::Merge { shards, junit }) = &flags.command {
        return merge(global, (shards, junit.as_deref()), term, cancel);
    }
    let place = place(global)?;
    let repo = place.open()?;
    if let Some(ValidateCommand::Imports(flags)) = &flags.command {
        return imports::run(global, &place, &repo, flags, (term, cancel));
    }
    let mut asked = options(&place, &repo, flags.depth.into(), flags.static_only);
    asked.base = flags.base.clone();
    asked.baseline = flags.baseline.as_deref().map(read_baseline).transpose()?;
    asked.save_known = flags.save_baseline.then_some(match flags.allow_growth {
        true => Growth::Allowed,
        false => Growth::Forbidden,
    });
    asked.shard = flags.shard.map(|shard| Shard { attempt: attempt(), ..shard });
    if flags.coverage {
        asked.config.coverage = Some(CoverageSetting::Auto);
    }
    say_planned(&repo, &asked, (term, cancel))?;
    let mut result = None;
    let exit = single(global, term, &place, (Single::Validate, GATE), |progress| {
        let (made, analysis) = analyses::validated(&place, &asked, (progress, cancel))?;
        result = Some(analysis);
        Ok(made)
    })?;
    if let Some(Outcome::Done(analysis)) = &result {
        outputs::write(&repo, analysis, flags.junit.as_deref(), (global.format, term))?;
    }
    Ok(exit)
}

/// Joins the results of parts; what is known without running anything is read here.
fn merge(
    global: &Global,
    (shards, junit): (&[PathBuf], Option<&Path>),
    term: Term,
    cancel: &Cancel,
) -> Result<Exit> {
    let place = place(global)?;
    let repo = place.open()?;
    let read = |file: &PathBuf| -> Result<(String, String)> {
        let name = file.display().to_string();
        let text = std::fs::read_to_string(file).with_context(|| format!("read `{name}`"))?;
        Ok((name, text))
    };
    let files: Vec<(String, String)> = shards.iter().map(read).collect::<Result<_>>()?;
    let asked = options(&place, &repo, Depth::Medium, true);
    let mut result = None;
    let exit = single(global, term, &place, (Single::Merge, GATE), |progress| {
        let (made, analysis) = analyses::merged(&place, &asked, &files, (progress, cancel))?;
        result = Some(analysis);
        Ok(made)
    })?;
    if let Some(analysis) = &result {
        outputs::write(&repo, analysis, junit, (global.format, term))?;
    }
    Ok(exit)
}

/// Which attempt of a CI system's job this is.
fn attempt() -> u64 {
    let told = variable("GITHUB_RUN_ATTEMPT").and_then(|text| text.to_str()?.parse().ok());
    told.unwrap_or(1)
}

fn read_baseline(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("read the baseline `{}`", file.display()))
}

/// What `[validate]` of the configuration asks for.
pub(super) fn options(place: &Workplace, repo: &Repo, depth: Depth, static_only: bool) -> validate::Options {
    let durations = kept::read(repo, kept::DURATIONS).unwrap_or_default();
    validate::Options {
        depth,
        config: place.config.validate.clone(),
        static_only,
        durations,
        ..Default::default()
    }
}

/// Says which suites are about to run, and how long they took the last time.
pub(super) fn say_planned(
    repo: &Repo,
    options: &validate::Options,
    (term, cancel): (Term, &Cancel),
) -> Result<()> {
    if options.static_only {
        return Ok(());
    }
    let planned = cancel.catch(|| validate::planned(repo, options)).map_err(interrupted)?;
    for run in planned? {
        let last = run
            .last_duration_s
            .map_or("for the first time".to_owned(), |s| format!("last time it took {s:.1} s"));
        let paths =
            if run.paths.is_empty() { "the whole repository".to_owned() } else { run.paths.join(", ") };
        term.say(&format!("about to run `{}` with {} on {paths} ({last})", run.name, run.runner));
    }
    Ok(())
}
