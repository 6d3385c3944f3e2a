//! Runs `cargo test`.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::super::libtest::Reader;
use super::super::model::{Ran, SuiteRun};
use super::super::result::{End, Interpreter};
use super::super::suites::Suite;
use super::{Context, suite_call};
use crate::process::{Source, find_program, run, watch};

/// Runs all tests of the workspace, documentation tests among them; a failing binary does not stop the rest.
pub(super) fn run_suite(context: &Context<'_>, suite: &Suite) -> Result<SuiteRun> {
    let Some(cargo) = find_program("cargo") else {
        let why = "there is no `cargo` on PATH".to_owned();
        return Ok(SuiteRun::cannot(suite.clone(), End::Missing, why, Some("https://rustup.rs".to_owned())));
    };
    let mut reader = Reader::new();
    let call = suite_call(context, &cargo, suite.suite_limit)
        .args(["test", "--no-fail-fast"])
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_TERM_PROGRESS_WHEN", "never")
        .env("RUST_BACKTRACE", "0");
    let finished = watch(&call, None, context.cancel, &mut |line| {
        let text = String::from_utf8_lossy(line.bytes);
        match line.source {
            Source::Stdout => reader.stdout(&text),
            Source::Stderr => reader.stderr(&text),
            Source::Events => {}
        }
        context.progress.count(reader.done(), reader.announced());
        // While it compiles, the suite's limit holds alone; then a test may be silent for a test's limit.
        reader.has_begun().then(|| line.at + suite.test_limit)
    })?;
    let stderr = finished.stderr.text();
    let cargo_run = reader.finish(finished.ending, finished.stop, finished.duration, stderr);
    let command = "cargo test --no-fail-fast".to_owned();
    let mut suite_run = SuiteRun::new(suite.clone(), command, Ran::Cargo(Box::new(cargo_run)));
    suite_run.left_behind = finished.left_behind;
    suite_run.interpreter = Some(Interpreter {
        program: "cargo".to_owned(),
        version: version(context, &cargo),
        reason: suite.found.clone(),
    });
    Ok(suite_run)
}

fn version(context: &Context<'_>, cargo: &Path) -> Option<String> {
    let call = suite_call(context, cargo, Duration::from_secs(20)).args(["--version"]);
    let text = run(&call, context.cancel).ok()?.stdout.text();
    text.split_whitespace().nth(1).map(str::to_owned)
}
