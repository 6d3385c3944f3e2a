//! Runs Rust tests that fail here in the files of another commit.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};

use super::super::cargo_cases::drafts;
use super::super::cases::Draft;
use super::super::libtest::{Block, CargoRun, Reader};
use super::super::suites::Suite;
use super::Context;
use super::cargo::{NAMES, artifacts, cargo_call, has_packages_below, name_places, watched};
use super::cargo_build::broken;
use crate::process::find_program;

/// How they fared there.
pub(super) struct There {
    /// What ran there, and what of it does not build.
    pub(super) drafts: Vec<Draft>,
    /// Ids of failing tests of which nothing is known: the run there did not reach them, or they cannot be named.
    pub(super) unknown: BTreeSet<String>,
}

/// Runs the failing tests of `here` there, by their names; where it does not build here, builds it there.
pub(super) fn run_there(there: &Context<'_>, suite: &Suite, here: &CargoRun) -> Result<There> {
    let cargo = find_program("cargo").context("there is no `cargo` on PATH")?;
    let names: BTreeSet<&str> = here.blocks().flat_map(failing).take(NAMES).collect();
    let cargo_there =
        || cargo_call(there, &cargo, suite.suite_limit).env("CARGO_TARGET_DIR", there.root.join("target"));
    let call = cargo_there().args(["test", "--no-fail-fast"]);
    let call = match names.is_empty() {
        true => call.args(["--no-run"]),
        false => call.args(["--", "--exact"]).args(names),
    };
    let (finished, reader) = watched(there, suite, &call, Reader::new())?;
    let mut run = reader.finish(finished.ending, finished.stop, finished.duration, String::new());
    if run.is_unbuilt() {
        run.broken = broken(there, cargo_there(), suite.suite_limit)?.0;
    }
    if has_packages_below(there) && !run.binaries.is_empty() {
        name_places(there, &artifacts(there, cargo_there())?, &mut run);
    }
    let told = drafts(&run);
    let is_told = |draft: &Draft| told.iter().any(|other| other.item.id == draft.item.id);
    let is_whole = run.stop.is_none() && run.errors.is_empty() && run.blocks().all(Block::is_complete);
    let failing = drafts(here).into_iter().filter(|draft| draft.outcome.is_bad());
    let unknown = failing
        .filter(|draft| !is_told(draft) && (!is_whole || !is_named(here, &draft.item.id)))
        .map(|draft| draft.item.id)
        .collect();
    Ok(There { drafts: told, unknown })
}

/// Names of the tests that failed, or ended their process.
fn failing(block: &Block) -> impl Iterator<Item = &str> {
    block.failed().chain(block.culprits.iter().map(|culprit| culprit.name.as_str()))
}

/// True for a test whose name means it at each commit: that of a documentation test holds its line, and a harness of
/// its own has no names.
fn is_named(run: &CargoRun, id: &str) -> bool {
    let own = run.binaries.iter().filter(|binary| !binary.is_documentation());
    id.starts_with("build: ")
        || own.flat_map(|binary| binary.blocks.iter().map(move |block| (binary, block))).any(
            |(binary, block)| {
                failing(block).any(|name| id.strip_prefix(&binary.label) == Some(&format!("::{name}")))
            },
        )
}
