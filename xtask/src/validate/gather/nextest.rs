//! Runs `cargo nextest`, and `cargo test --doc` for the documentation, which nextest leaves out.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::super::cargo_cases::{unbuilt, why_unbuilt};
use super::super::cases::Draft;
use super::super::junit_read;
use super::super::libtest::Reader;
use super::super::listed::Listed;
use super::super::model::{Ran, SuiteRun};
use super::super::nextest::{Lines, List, Name, add_again, drafts, failed, filter, read_list};
use super::super::rerun::{MOST_ALONE, TRIES};
use super::super::result::{End, Interpreter};
use super::super::suites::{Runner, Suite};
use super::cargo::{self, cargo_call};
use super::cargo_build::broken;
use super::cargo_coverage::measure;
use super::cargo_docs::Documentation;
use super::{Context, NO_TIME, STOPPED, time_left};
use crate::process::{Call, FilesBefore, Finished, Scratch, Stop, find_program, run, watch};
use crate::report::Finding;

/// What the run needs to be told: all tests, a time limit for each, and a list of what they printed.
const SETTINGS: &str = r#"
[profile.xtask]
fail-fast = false
status-level = "all"
final-status-level = "none"
success-output = "never"
failure-output = "never"
slow-timeout = { period = "LIMITs", terminate-after = 1, grace-period = "2s" }
[profile.xtask.junit]
path = "PLACE"
store-success-output = true
store-failure-output = true
"#;

/// Runs all tests of the workspace.
pub(super) fn run_suite(context: &Context<'_>, suite: &Suite) -> Result<SuiteRun> {
    let Some(cargo) = find_program("cargo") else {
        let why = "there is no `cargo` on PATH".to_owned();
        return Ok(SuiteRun::cannot(suite.clone(), End::Missing, why, None));
    };
    let Some(version) = version(context, &cargo) else {
        let why = "`cargo nextest` is not installed".to_owned();
        let install = Some("cargo install cargo-nextest --locked".to_owned());
        return Ok(SuiteRun::cannot(suite.clone(), End::Missing, why, install));
    };
    let scratch = Scratch::new()?;
    let junit = scratch.path().join("junit.xml");
    let settings = SETTINGS.replace("LIMIT", &suite.test_limit.as_secs().to_string());
    let settings = settings.replace("PLACE", &junit.display().to_string());
    let settings = scratch.file("nextest.toml", settings.as_bytes())?;
    let nextest = Nextest { context, suite, cargo: &cargo, settings: &settings, junit: &junit };
    let Some((listed, cut_short)) = nextest.run()? else { return by_cargo(context, suite) };
    let is_whole = listed.stop.is_none();
    let coverage = is_whole.then(|| measure(context, suite, &cargo, listed.duration)).flatten();
    let command = "cargo nextest run --no-fail-fast".to_owned();
    let mut suite_run = SuiteRun::new(suite.clone(), command, Ran::Listed(Box::new(listed)));
    (suite_run.cut_short, suite_run.coverage) = (cut_short, coverage);
    suite_run.interpreter = Some(Interpreter {
        program: "cargo nextest".to_owned(),
        version: Some(version),
        reason: suite.found.clone(),
    });
    Ok(suite_run)
}

/// A binary that hangs before its first test keeps nextest from listing any: cargo runs those of all others.
fn by_cargo(context: &Context<'_>, suite: &Suite) -> Result<SuiteRun> {
    let mut suite_run = cargo::run_suite(context, suite)?;
    suite_run.runner = Runner::CargoTest.name().to_owned();
    let message = format!(
        "nextest could not list the tests of suite `{}` within {} s, so `cargo test` ran them",
        suite.name,
        suite.test_limit.as_secs()
    );
    suite_run.findings.push(Finding::warn("degraded", None, message));
    Ok(suite_run)
}

fn version(context: &Context<'_>, cargo: &Path) -> Option<String> {
    let call = cargo_call(context, cargo, Duration::from_secs(20)).args(["nextest", "--version"]);
    let finished = run(&call, context.cancel).ok().filter(Finished::success)?;
    finished.stdout.text().split_whitespace().nth(1).map(str::to_owned)
}

struct Nextest<'a> {
    context: &'a Context<'a>,
    suite: &'a Suite,
    cargo: &'a Path,
    settings: &'a Path,
    junit: &'a Path,
}

impl Nextest<'_> {
    /// Runs all; `None`: a binary does not answer which tests it has.
    fn run(&self) -> Result<Option<(Listed, Option<String>)>> {
        let (finished, list) = self.list()?;
        if finished.stop == Some(Stop::Watcher) {
            return Ok(None);
        }
        let Some(list) = list else { return Ok(Some((self.not_listed(&finished)?, None))) };
        self.context.progress.count(0, list.wanted.len() as u64);
        let before = FilesBefore::look(self.junit, ".xml");
        let limit = time_left(self.suite, finished.duration);
        let (ran, lines) = self.start(&[], limit, list.wanted.len() as u64)?;
        let told = before.new_files()?.pop().map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned());
        // Where it is missing or cut off (a full disk), the lines tell how each test ended, and nobody whether it ran
        // to its end.
        let told = told.context("nextest left none").and_then(|text| junit_read::read(&text));
        let no_list = told.as_ref().err().map(|why| format!("its JUnit XML cannot be read: {why:#}"));
        let told = told.unwrap_or_default();
        let limit_s = self.suite.test_limit.as_secs();
        let mut cases = drafts(&list, &lines, &told, limit_s, ran.stop.is_some());
        let used = finished.duration + ran.duration;
        let cut_short = self.run_failures_again(&list, &mut cases, &ran, used)?;
        let docs = if ran.stop.is_none() {
            let docs = Documentation { context: self.context, suite: self.suite, cargo: self.cargo };
            docs.run(time_left(self.suite, used))?
        } else {
            None
        };
        let listed = Listed {
            drafts: cases,
            deselected: list.left_out,
            no_list: no_list.filter(|_| !list.wanted.is_empty()),
            duration: used + docs.as_ref().map(|docs| docs.duration).unwrap_or_default(),
            docs: docs.map(Box::new),
            ..of_nextest(&ran)
        };
        Ok(Some((listed, cut_short)))
    }

    /// Builds and lists all tests; `None`: the build failed, or nextest did.
    fn list(&self) -> Result<(Finished, Option<List>)> {
        self.context.progress.step(format!("building the tests of suite {}", self.suite.name));
        let mut call = self.call("list", self.suite.suite_limit).args(["--message-format", "json"]);
        call.keep = 64 << 20;
        let mut is_built = false;
        let finished = watch(&call, None, self.context.cancel, &mut |line| {
            is_built |= line.bytes.trim_ascii_start().starts_with(b"Finished ");
            is_built.then(|| line.at + self.suite.test_limit)
        })?;
        let list = finished.success().then(|| read_list(&finished.stdout.text())).transpose()?;
        Ok((finished, list))
    }

    fn call(&self, command: &str, limit: Duration) -> Call {
        let mut settings = std::ffi::OsString::from("xtask:");
        settings.push(self.settings);
        let mut call = cargo_call(self.context, self.cargo, limit)
            .args(["nextest", command, "--profile", "xtask", "--color", "never", "--tool-config-file"])
            .args([settings]);
        call.merged = false;
        call
    }

    fn start(&self, more: &[String], limit: Duration, all: u64) -> Result<(Finished, Lines)> {
        let call = self.call("run", limit).args(["--no-fail-fast"]).args(more);
        let mut lines = Lines::new();
        let finished = watch(&call, None, self.context.cancel, &mut |line| {
            lines.line(&String::from_utf8_lossy(line.bytes));
            self.context.progress.count(lines.ended.len() as u64, all);
            // nextest ends a test that takes too long itself.
            None
        })?;
        Ok((finished, lines))
    }

    /// Runs what failed again, each test in a process of its own, as nextest does anyway.
    fn run_failures_again(
        &self,
        list: &List,
        cases: &mut [Draft],
        ran: &Finished,
        mut used: Duration,
    ) -> Result<Option<String>> {
        let mut names: Vec<Name> = failed(list, cases);
        let is_cut = names.len() > MOST_ALONE;
        names.truncate(MOST_ALONE);
        let Some(filter) = filter(&names) else { return Ok(None) };
        if ran.stop.is_some() {
            return Ok(Some("the run did not come to its end".into()));
        }
        for _ in 0..TRIES {
            let limit = time_left(self.suite, used);
            if self.context.cancel.is_cancelled() || limit.is_zero() {
                return Ok(Some(format!("{STOPPED}, or {NO_TIME}")));
            }
            self.context.progress.step(format!("running failures of suite {} again", self.suite.name));
            let more = ["-j1".to_owned(), "-E".to_owned(), filter.clone()];
            let (again, lines) = self.start(&more, limit, names.len() as u64)?;
            used += again.duration;
            add_again(cases, &lines);
        }
        Ok(is_cut.then(|| format!("only the first {MOST_ALONE} failures ran again")))
    }

    /// What is known when there is no list of tests: what does not build, or nextest's last words.
    fn not_listed(&self, finished: &Finished) -> Result<Listed> {
        let stderr = finished.stderr.text();
        if let Some((_, why)) = stderr.split_once("error: creating test list failed") {
            // All is built, but a binary does not list its tests: with a harness of its own it need not know how.
            let why = why.trim_start().trim_start_matches("Caused by:").trim_start().lines().next();
            let no_list = Some(format!("nextest could not list the tests: {}", why.unwrap_or_default()));
            return Ok(Listed { no_list, output: stderr, ..of_nextest(finished) });
        }
        let mut reader = Reader::new();
        stderr.lines().for_each(|line| reader.line(line));
        let read = reader.finish(finished.ending, finished.stop, finished.duration, String::new());
        let (broken, took) = match read.is_unbuilt() {
            true => {
                let call = cargo_call(self.context, self.cargo, self.suite.suite_limit);
                broken(self.context, call, time_left(self.suite, finished.duration))?
            }
            false => (Vec::new(), Duration::ZERO),
        };
        let drafts = unbuilt(&broken, &read.errors);
        Ok(Listed {
            unbuilt: drafts.len(),
            build_error: read.is_unbuilt().then(|| why_unbuilt(&broken, &read.errors)),
            drafts,
            no_list: Some("nextest listed no tests".to_owned()),
            output: stderr,
            duration: finished.duration + took,
            ..of_nextest(finished)
        })
    }
}

/// nextest's own code for a run without a test says nothing bad.
fn of_nextest(finished: &Finished) -> Listed {
    let listed = Listed::of(finished);
    Listed { code: if listed.code == 4 { 0 } else { listed.code }, ..listed }
}
