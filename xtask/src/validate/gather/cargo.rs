//! Runs `cargo test`, and what a crash or a hang kept from running one test after the other.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;
use serde::Deserialize;

use super::super::cargo_cases::plain;
use super::super::cases::signal_name;
use super::super::ended::MAX_RESTARTS;
use super::super::libtest::{Binary, Block, CargoRun, Culprit, Reader, Tally, TestLine};
use super::super::model::{Ran, SuiteRun};
use super::super::panics;
use super::super::pretended::{is_suspect, keep_own};
use super::super::result::{End, Interpreter};
use super::super::suites::Suite;
use super::cargo_build::broken;
use super::cargo_coverage::measure;
use super::cargo_docs::Documentation;
use super::{Context, suite_call, time_left};
use crate::process::{Call, Ending, Finished, Stop, find_program, prepended, run, variable, watch};
use crate::repo::RepoPath;

/// Names of tests that one call of a binary takes.
pub(super) const NAMES: usize = 500;
/// A binary that takes longer to list its tests has no list.
const LIST_LIMIT: Duration = Duration::from_secs(60);

/// Runs all tests of the workspace, documentation tests among them; a failing binary does not stop the rest.
pub(super) fn run_suite(context: &Context<'_>, suite: &Suite) -> Result<SuiteRun> {
    let Some(cargo) = find_program("cargo") else {
        let why = "there is no `cargo` on PATH".to_owned();
        return Ok(SuiteRun::cannot(suite.clone(), End::Missing, why, None));
    };
    let call = cargo_call(context, &cargo, suite.suite_limit).args(["test", "--no-fail-fast"]);
    let (finished, reader) = watched(context, suite, &call, Reader::new())?;
    let output = finished.stdout.text();
    let left_behind = finished.left_behind.clone();
    let mut cargo_run = reader.finish(finished.ending, finished.stop, finished.duration, output);
    let recovery = Recovery { context, suite, cargo: &cargo, artifacts: OnceCell::new() };
    if cargo_run.is_unbuilt() {
        let (broken, took) = broken(
            context,
            cargo_call(context, &cargo, suite.suite_limit),
            time_left(suite, cargo_run.duration),
        )?;
        (cargo_run.broken, cargo_run.duration) = (broken, cargo_run.duration + took);
    }
    recovery.name_places(&mut cargo_run)?;
    recovery.drop_pretended(&mut cargo_run)?;
    recovery.run(&mut cargo_run)?;
    let cut_short = recovery.run_failures_again(&mut cargo_run)?;
    let is_whole = cargo_run.stop.is_none();
    let coverage = is_whole.then(|| measure(context, suite, &cargo, cargo_run.duration)).flatten();
    let command = "cargo test --no-fail-fast".to_owned();
    let mut suite_run = SuiteRun::new(suite.clone(), command, Ran::Cargo(Box::new(cargo_run)));
    suite_run.left_behind = left_behind;
    (suite_run.cut_short, suite_run.coverage) = (cut_short, coverage);
    suite_run.interpreter = Some(Interpreter {
        program: "cargo".to_owned(),
        version: version(context, &cargo),
        reason: suite.found.clone(),
    });
    Ok(suite_run)
}

pub(super) fn cargo_call(context: &Context<'_>, program: &Path, limit: Duration) -> Call {
    let mut call = suite_call(context, program, limit)
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_TERM_PROGRESS_WHEN", "never")
        // The user's configuration may hide the lines that are read here, or write them otherwise.
        .env("CARGO_TERM_QUIET", "false")
        .env("CARGO_TERM_VERBOSE", "false")
        .env("RUST_BACKTRACE", "0");
    call.merged = true;
    call
}

pub(super) fn watched(
    context: &Context<'_>,
    suite: &Suite,
    call: &Call,
    mut reader: Reader,
) -> Result<(Finished, Reader)> {
    let finished = watch(call, None, context.cancel, &mut |line| {
        reader.line(&String::from_utf8_lossy(line.bytes));
        let (done, announced) = reader.done();
        context.progress.count(done, announced);
        // While it compiles, the suite's limit holds alone; then a test may be silent for a test's limit.
        reader.has_begun().then(|| line.at + suite.test_limit)
    })?;
    Ok((finished, reader))
}

fn version(context: &Context<'_>, cargo: &Path) -> Option<String> {
    let call = suite_call(context, cargo, Duration::from_secs(20)).args(["--version"]);
    let text = run(&call, context.cancel).ok()?.stdout.text();
    text.split_whitespace().nth(1).map(str::to_owned)
}

/// A test binary, as `cargo test --no-run --message-format=json` names it; what else cargo made has no `executable`.
#[derive(Debug, Deserialize)]
pub(super) struct Artifact {
    executable: PathBuf,
    manifest_path: Option<PathBuf>,
    target: Option<Target>,
    profile: Option<Profile>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    src_path: PathBuf,
    #[serde(default)]
    kind: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Profile {
    test: bool,
}

impl Artifact {
    /// True when cargo named this binary's file.
    pub(super) fn is_of(&self, binary: &Binary) -> bool {
        let name = self.executable.file_name();
        name.is_some() && binary.file.as_ref().is_some_and(|file| Path::new(file).file_name() == name)
    }
}

/// The binaries that `cargo test` runs, built already; `call` is cargo without arguments.
pub(super) fn artifacts(context: &Context<'_>, call: Call) -> Result<Vec<Artifact>> {
    let mut call = call.args(["test", "--no-run", "--quiet", "--message-format=json"]);
    (call.merged, call.keep) = (false, 64 << 20);
    let text = run(&call, context.cancel)?.stdout.text();
    let artifacts = text.lines().filter_map(|line| serde_json::from_str::<Artifact>(line).ok());
    let is_test = |artifact: &Artifact| artifact.profile.as_ref().is_some_and(|profile| profile.test);
    Ok(artifacts.filter(is_test).collect())
}

/// True when a package may stand elsewhere than at the top: cargo then names files from there.
pub(super) fn has_packages_below(context: &Context<'_>) -> bool {
    context.files.iter().any(|file| file.file_name() == b"Cargo.toml" && file.parent().is_some())
}

/// Names each binary by its file as seen from the repository: cargo does so from the package, and two packages may both
/// have a `tests/cli.rs`, or a `tests::works` in their libraries.
pub(super) fn name_places(context: &Context<'_>, artifacts: &[Artifact], cargo_run: &mut CargoRun) {
    for binary in &mut cargo_run.binaries {
        if let Some(artifact) = artifacts.iter().find(|artifact| artifact.is_of(binary)) {
            binary.label = label(context, artifact);
        }
    }
}

/// As cargo labels it, with a path as seen from the repository.
fn label(context: &Context<'_>, artifact: &Artifact) -> String {
    let Some(target) = &artifact.target else { return "tests".to_owned() };
    let path = context.roots.relative(&target.src_path.to_string_lossy());
    let path = path.unwrap_or_else(|| target.name.clone());
    if target.kind == ["test"] { path } else { format!("unittests {path}") }
}

/// Runs what is left, each binary by itself and its tests one after the other, so that each culprit is known.
pub(super) struct Recovery<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) suite: &'a Suite,
    cargo: &'a Path,
    artifacts: OnceCell<Vec<Artifact>>,
}

impl Recovery<'_> {
    fn name_places(&self, cargo_run: &mut CargoRun) -> Result<()> {
        if has_packages_below(self.context) && !cargo_run.binaries.is_empty() {
            name_places(self.context, self.artifacts()?, cargo_run);
        }
        Ok(())
    }

    /// Drops result lines that tests printed themselves, where a binary has more than it can.
    fn drop_pretended(&self, cargo_run: &mut CargoRun) -> Result<()> {
        if !cargo_run.binaries.iter().any(is_suspect) {
            return Ok(());
        }
        let artifacts = self.artifacts()?;
        for binary in cargo_run.binaries.iter_mut().filter(|binary| is_suspect(binary)) {
            let Some(artifact) = artifacts.iter().find(|artifact| artifact.is_of(binary)) else { continue };
            if let Some(names) = self.names(artifact)? {
                keep_own(binary, &names);
            }
        }
        Ok(())
    }

    fn run(&self, cargo_run: &mut CargoRun) -> Result<()> {
        let was_cut_off = matches!(cargo_run.stop, Some(Stop::Watcher));
        let is_whole = |binary: &Binary| {
            let has_lines = |block: &Block| binary.is_documentation() || block.has_all_lines();
            binary.blocks.iter().all(|block| block.is_complete() && has_lines(block))
        };
        if cargo_run.binaries.is_empty() || (cargo_run.binaries.iter().all(is_whole) && !was_cut_off) {
            return Ok(());
        }
        if matches!(cargo_run.stop, Some(Stop::Limit | Stop::Cancelled)) {
            return Ok(());
        }
        self.context.progress.step(format!("running what is left of suite {}", self.suite.name));
        let artifacts = self.artifacts()?;
        for artifact in artifacts {
            let at = cargo_run.binaries.iter().position(|binary| artifact.is_of(binary));
            let at = match at {
                // Without a block it has a harness of its own: it ran to its end, or hung and would again.
                Some(at) if is_whole(&cargo_run.binaries[at]) => continue,
                Some(at) => at,
                None => {
                    let label = label(self.context, artifact);
                    let file = Some(artifact.executable.display().to_string());
                    cargo_run.binaries.push(Binary { label, file, ..Binary::default() });
                    cargo_run.binaries.len() - 1
                }
            };
            self.finish_binary(cargo_run, at, artifact)?;
        }
        if was_cut_off && !cargo_run.binaries.iter().any(Binary::is_documentation) {
            return self.documentation(cargo_run);
        }
        self.docs().finish(cargo_run)
    }

    /// Runs the documentation tests that a hang kept from running.
    fn documentation(&self, cargo_run: &mut CargoRun) -> Result<()> {
        let limit = time_left(self.suite, cargo_run.duration);
        if limit.is_zero() || self.context.cancel.is_cancelled() {
            return Ok(());
        }
        if let Some(docs) = self.docs().run(limit)? {
            cargo_run.duration += docs.duration;
            cargo_run.restarts += 1 + docs.restarts;
            cargo_run.binaries.extend(docs.binaries);
            cargo_run.errors.extend(docs.errors);
        }
        Ok(())
    }

    fn docs(&self) -> Documentation<'_> {
        Documentation { context: self.context, suite: self.suite, cargo: self.cargo }
    }

    pub(super) fn artifacts(&self) -> Result<&[Artifact]> {
        if let Some(artifacts) = self.artifacts.get() {
            return Ok(artifacts);
        }
        let call = cargo_call(self.context, self.cargo, self.suite.suite_limit);
        let artifacts = artifacts(self.context, call)?;
        Ok(self.artifacts.get_or_init(|| artifacts))
    }

    fn finish_binary(&self, cargo_run: &mut CargoRun, at: usize, artifact: &Artifact) -> Result<()> {
        let all = self.names(artifact)?.unwrap_or_default();
        if all.is_empty() && cargo_run.binaries[at].blocks.is_empty() {
            return self.run_unlisted(cargo_run, at, artifact);
        }
        let mut block = cargo_run.binaries[at].blocks.pop().unwrap_or_default();
        block.announced = block.announced.max(all.len() as u64);
        let mut most = NAMES;
        loop {
            let ran: BTreeSet<&str> = block.lines.iter().map(|line| line.name.as_str()).collect();
            let culprits: BTreeSet<&str> =
                block.culprits.iter().map(|culprit| culprit.name.as_str()).collect();
            let left: Vec<String> = all
                .iter()
                .filter(|name| !ran.contains(name.as_str()) && !culprits.contains(name.as_str()))
                .cloned()
                .collect();
            let limit = time_left(self.suite, cargo_run.duration);
            let is_over = limit.is_zero() || self.context.cancel.is_cancelled();
            if left.is_empty() || is_over || cargo_run.restarts >= MAX_RESTARTS {
                block.unrun = left;
                break;
            }
            let some = &left[..left.len().min(most)];
            cargo_run.restarts += 1;
            let (finished, mut told) = self.run_some(artifact, some, limit)?;
            cargo_run.duration += finished.duration;
            let before = block.lines.len() + block.culprits.len();
            told.drop_torn();
            // What else it printed, it printed of others.
            let mut wanted: BTreeSet<&String> = some.iter().collect();
            block.lines.extend(told.lines.into_iter().filter(|line| wanted.remove(&line.name)));
            block.output.extend(told.output);
            if told.tally.is_none()
                && let Some(name) = told.begun
            {
                block.culprits.push(self.culprit(name, &finished));
            }
            if block.lines.len() + block.culprits.len() > before {
                continue;
            }
            // What tests print can hide all results of a process, and those of one test from no tally.
            if most == 1 {
                block.unrun = left;
                break;
            }
            most = 1;
        }
        cargo_run.binaries[at].blocks.push(block);
        Ok(())
    }

    /// Runs a binary that lists no tests: it has none, or a harness of its own.
    fn run_unlisted(&self, cargo_run: &mut CargoRun, at: usize, artifact: &Artifact) -> Result<()> {
        let limit = time_left(self.suite, cargo_run.duration);
        let binary = &mut cargo_run.binaries[at];
        if limit.is_zero() || self.context.cancel.is_cancelled() {
            binary.cut_off = Some(Stop::Limit);
            return Ok(());
        }
        let (finished, block) = self.run_some(artifact, &[], limit)?;
        cargo_run.duration += finished.duration;
        cargo_run.restarts += 1;
        if block != Block::default() {
            binary.blocks.push(block);
        } else if !finished.success() {
            binary.failed = true;
            binary.cut_off = finished.stop;
            binary.ended = Some(match finished.ending {
                Ending::Code(code) => format!("exit status: {code}"),
                Ending::Signal(signal) => format!("signal: {signal}"),
            });
        }
        Ok(())
    }

    fn culprit(&self, name: String, finished: &Finished) -> Culprit {
        let (kind, how) = match (finished.stop, finished.ending) {
            (Some(_), _) => {
                let message = format!("no end after {} s", self.suite.test_limit.as_secs());
                return Culprit { name, raised: plain("time limit", message) };
            }
            (None, Ending::Signal(signal)) => {
                ("crash", format!("the process ended by {}", signal_name(signal)))
            }
            (None, Ending::Code(code)) => {
                ("exit", format!("the process ended with code {code} inside the test"))
            }
        };
        let raised = panics::ended(&name, &finished.stdout.text(), kind, &how);
        Culprit { name, raised }
    }

    /// All tests of a binary; `None` for a harness that does not list them.
    fn names(&self, artifact: &Artifact) -> Result<Option<Vec<String>>> {
        let arguments = ["--list", "--format", "terse"].map(OsString::from);
        let call = self.binary_call(artifact, LIST_LIMIT).args(arguments);
        let finished = run(&call, self.context.cancel)?;
        if !finished.success() {
            return Ok(None);
        }
        let text = finished.stdout.text();
        Ok(Some(text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()))
    }

    /// Runs these tests one after the other; none named: all, as the binary does by itself.
    pub(super) fn run_some(
        &self,
        artifact: &Artifact,
        names: &[String],
        limit: Duration,
    ) -> Result<(Finished, Block)> {
        let mut call = self.binary_call(artifact, limit);
        if !names.is_empty() {
            call = call.args(["--test-threads=1", "--exact"]).args(names);
        }
        let (finished, reader) =
            watched(self.context, self.suite, &call, Reader::of_binary(!names.is_empty()))?;
        let told = reader.finish(finished.ending, finished.stop, finished.duration, String::new());
        let mut block = told.binaries.into_iter().flat_map(|binary| binary.blocks).next().unwrap_or_default();
        if let ([name], Some(outcome)) = (names, block.tally.and_then(Tally::of_one)) {
            // Of one test the tally says all.
            let reason =
                block.lines.iter().find(|line| line.name == *name).and_then(|line| line.reason.clone());
            block.lines = vec![TestLine { name: name.clone(), outcome, reason }];
        }
        Ok((finished, block))
    }

    /// The binary as cargo starts it: in its package's folder, with the libraries beside it.
    fn binary_call(&self, artifact: &Artifact, limit: Duration) -> Call {
        let mut call = cargo_call(self.context, &artifact.executable, limit);
        if let Some(package) = artifact.manifest_path.as_ref().and_then(|manifest| manifest.parent()) {
            package.clone_into(&mut call.folder);
            call = call.env("CARGO_MANIFEST_DIR", package);
        }
        for (name, value, is_forced) in configured_variables(self.context) {
            if is_forced || variable(&name).is_none() {
                call = call.env(&name, value);
            }
        }
        if let Some(folder) = artifact.executable.parent() {
            let variable = if cfg!(target_os = "macos") { "DYLD_LIBRARY_PATH" } else { "LD_LIBRARY_PATH" };
            call = call.env(variable, prepended(variable, folder));
        }
        call
    }
}

/// What `[env]` of cargo's configuration at the top sets for tests.
fn configured_variables(context: &Context<'_>) -> Vec<(String, OsString, bool)> {
    let text =
        [".cargo/config.toml", ".cargo/config"].iter().find_map(|name| context.read(&RepoPath::from(*name)));
    let text = text.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    variables_in(&text, &context.root)
}

fn variables_in(config: &str, root: &Path) -> Vec<(String, OsString, bool)> {
    let table: toml::Table = toml::from_str(config).unwrap_or_default();
    let variables = table.get("env").and_then(toml::Value::as_table).cloned().unwrap_or_default();
    let value_of = |value: &toml::Value| -> Option<(OsString, bool)> {
        let plain = value.as_str().or_else(|| value.get("value")?.as_str())?;
        let is_relative = value.get("relative").and_then(toml::Value::as_bool) == Some(true);
        let is_forced = value.get("force").and_then(toml::Value::as_bool) == Some(true);
        Some((if is_relative { root.join(plain).into_os_string() } else { plain.into() }, is_forced))
    };
    let named = variables.iter().filter_map(|(name, value)| Some((name, value_of(value)?)));
    named.map(|(name, (value, is_forced))| (name.clone(), value, is_forced)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_cargos_configuration_are_read_in_each_form() {
        let text =
            "[env]\nA = \"1\"\nB = { value = \"x\", force = true }\nC = { value = \"y\", relative = true }\n";
        let read = variables_in(text, Path::new("/r"));
        let expected = [("A", "1", false), ("B", "x", true), ("C", "/r/y", false)];
        assert_eq!(
            read,
            expected.map(|(name, value, forced)| (name.to_owned(), OsString::from(value), forced))
        );
        assert_eq!(variables_in("no = [toml", Path::new("/r")), []);
    }
}
