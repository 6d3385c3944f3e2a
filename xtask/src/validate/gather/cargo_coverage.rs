//! Measures which lines the tests of a Rust workspace run, with cargo-llvm-cov.
//!
//! In a run of its own, after the one that counts: what is built for it stands beside the rest of what cargo built,
//! and nothing that it does can change an outcome.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::super::coverage;
use super::super::result::Coverage;
use super::super::suites::{Runner, Suite};
use super::cargo::cargo_call;
use super::{Context, NO_TIME, STOPPED, time_left};
use crate::config::CoverageSetting;
use crate::process::{FilesBefore, Finished, Scratch, run};

/// Which lines ran, where that is asked for; the inner error says why that is not known.
pub(super) fn measure(
    context: &Context<'_>,
    suite: &Suite,
    cargo: &Path,
    used: Duration,
) -> Option<Result<Coverage, String>> {
    let is_asked = context.options.config.coverage == Some(CoverageSetting::Auto);
    is_asked.then(|| {
        measured(context, suite, cargo, time_left(suite, used))
            .unwrap_or_else(|error| Err(format!("{error:#}")))
    })
}

fn measured(
    context: &Context<'_>,
    suite: &Suite,
    cargo: &Path,
    limit: Duration,
) -> Result<Result<Coverage, String>> {
    if context.cancel.is_cancelled() || limit.is_zero() {
        return Ok(Err(if limit.is_zero() { NO_TIME } else { STOPPED }.to_owned()));
    }
    let version = cargo_call(context, cargo, Duration::from_secs(20)).args(["llvm-cov", "--version"]);
    if !run(&version, context.cancel).is_ok_and(|finished| finished.success()) {
        let why = "cargo-llvm-cov is not installed: `cargo install cargo-llvm-cov --locked`";
        return Ok(Err(why.to_owned()));
    }
    context.progress.step(format!("measuring which lines suite {} runs", suite.name));
    let scratch = Scratch::new()?;
    let place = scratch.path().join("out.lcov");
    let before = FilesBefore::look(&place, ".lcov");
    let runner = if suite.runner == Runner::CargoNextest { "nextest" } else { "test" };
    let call = cargo_call(context, cargo, limit)
        // It installs nothing by itself.
        .env("CARGO_LLVM_COV_SETUP", "no")
        // Tests that fail stop nothing.
        .args(["llvm-cov", runner, "--ignore-run-fail", "--lcov", "--output-path"])
        .args([OsString::from(&place)]);
    let finished = run(&call, context.cancel)?;
    let Some((_, bytes)) = before.new_files()?.pop() else { return Ok(Err(unanswered(&finished))) };
    Ok(Ok(coverage::read_lcov(&String::from_utf8_lossy(&bytes), &context.roots)))
}

fn unanswered(finished: &Finished) -> String {
    let said = finished.stdout.text();
    let errors = || said.lines().filter(|line| line.starts_with("error"));
    let last = errors().next_back().or_else(|| said.lines().rev().find(|line| !line.trim().is_empty()));
    format!("cargo-llvm-cov has no answer: {}", last.unwrap_or("it said nothing").trim())
}
