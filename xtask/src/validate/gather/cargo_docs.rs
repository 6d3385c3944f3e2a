//! Runs documentation tests, and finds the one that hangs.
//!
//! rustdoc splits what it hands on to its tests at blanks, and all their names have some: a test is asked for, or left
//! out, by the last word of its name, which others may have too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::super::cargo_cases::plain;
use super::super::ended::MAX_RESTARTS;
use super::super::libtest::{Binary, Block, CargoRun, Culprit, Reader, TestLine, without_suffix};
use super::super::suites::Suite;
use super::cargo::{cargo_call, watched};
use super::rust_sources::packages;
use super::{Context, ends_suite, time_left};
use crate::process::{Finished, run};

/// Cargo's word before the tests of a library.
const HEADING: &str = "Doc-tests ";

pub(super) struct Documentation<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) suite: &'a Suite,
    pub(super) cargo: &'a Path,
}

/// Names of tests, by the label of their binary.
type Names = BTreeMap<String, Vec<String>>;

impl Documentation<'_> {
    /// Runs all by themselves; `None`: the workspace has no library.
    pub(super) fn run(&self, limit: Duration) -> Result<Option<CargoRun>> {
        self.context.progress.step("running documentation tests");
        let (finished, reader) = self.start(None, &[], limit, Reader::new())?;
        let output = finished.stdout.text();
        let has_none = output.contains("no library targets found");
        let mut run = reader.finish(finished.ending, finished.stop, finished.duration, output);
        self.finish(&mut run)?;
        Ok((!has_none).then_some(run))
    }

    fn start(
        &self,
        package: Option<&String>,
        arguments: &[String],
        limit: Duration,
        reader: Reader,
    ) -> Result<(Finished, Reader)> {
        let call = cargo_call(self.context, self.cargo, limit).args(["test", "--doc", "--no-fail-fast"]);
        let call = call.args(package.iter().flat_map(|package| ["-p", package.as_str()]));
        let call = if arguments.is_empty() { call } else { call.args(["--"]).args(arguments) };
        watched(self.context, self.suite, &call, reader)
    }

    /// Names the test that hung, and runs what it kept from running, one after the other.
    pub(super) fn finish(&self, run: &mut CargoRun) -> Result<()> {
        let is_cut = |binary: &Binary| {
            binary.is_documentation()
                && (binary.cut_off.is_some() || !binary.blocks.iter().all(Block::is_complete))
        };
        if !run.binaries.iter().any(is_cut) || ends_suite(run.stop) {
            return Ok(());
        }
        let names = self.names()?;
        let packages = packages(self.context);
        for (label, names) in &names {
            open(run, label, names.len() as u64);
            if opened(run, label).is_none() {
                continue;
            }
            // The same words may mean tests of several libraries.
            let is_it = |package: &&String| label.strip_prefix(HEADING) == Some(&package.replace('-', "_"));
            self.finish_library(run, label, names, packages.values().find(is_it))?;
            if let Some(block) = opened(run, label) {
                let unrun = names.iter().filter(|name| !is_told(block, name)).cloned().collect();
                block.unrun = unrun;
            }
        }
        Ok(())
    }

    fn finish_library(
        &self,
        run: &mut CargoRun,
        label: &str,
        names: &[String],
        package: Option<&String>,
    ) -> Result<()> {
        loop {
            let left = left(run, label, names);
            let limit = time_left(self.suite, run.duration);
            let is_over = limit.is_zero() || self.context.cancel.is_cancelled();
            if left.is_empty() || is_over || run.restarts >= MAX_RESTARTS {
                return Ok(());
            }
            run.restarts += 1;
            let arguments = arguments(run, label, &left);
            let (finished, reader) = self.start(package, &arguments, limit, Reader::serial())?;
            let told = reader.finish(finished.ending, finished.stop, finished.duration, String::new());
            run.duration += told.duration;
            if !self.take(run, told, label, &left) {
                return Ok(());
            }
        }
    }

    fn names(&self) -> Result<Names> {
        let call = cargo_call(self.context, self.cargo, self.suite.suite_limit)
            .args(["test", "--doc", "--", "--list", "--format", "terse"]);
        Ok(listed(&run(&call, self.context.cancel)?.stdout.text()))
    }

    /// Takes what another process says of the tests that were left; false when it says nothing new of any.
    fn take(&self, run: &mut CargoRun, told: CargoRun, label: &str, left: &[String]) -> bool {
        let Some(block) = opened(run, label) else { return false };
        let known = |block: &Block| block.lines.len() + block.culprits.len() + block.output.len();
        let before = known(block);
        let binaries = told.binaries.into_iter().filter(|binary| binary.label == label);
        for one in binaries.flat_map(|binary| binary.blocks) {
            let lines = one.lines.into_iter().filter(|line| left.contains(&line.name));
            let lines: Vec<TestLine> = lines.filter(|line| !is_told(block, &line.name)).collect();
            block.lines.extend(lines);
            block.output.extend(one.output.into_iter().filter(|(name, _)| left.contains(name)));
            if let Some(name) = one.begun.filter(|name| told.stop.is_some() && left.contains(name)) {
                let message = format!("no end after {} s", self.suite.test_limit.as_secs());
                block.lines.retain(|line| line.name != name);
                block.culprits.push(Culprit { name, raised: plain("time limit", message) });
            }
        }
        known(block) > before
    }
}

/// The tests below each heading.
fn listed(text: &str) -> Names {
    let mut names = Names::new();
    let mut label = String::new();
    for line in text.lines() {
        if let Some(library) = line.trim_start().strip_prefix(HEADING) {
            label = format!("{HEADING}{}", library.trim_end());
        } else if let Some(name) = line.strip_suffix(": test") {
            names.entry(label.clone()).or_default().push(without_suffix(name));
        }
    }
    names
}

/// Makes sure that a binary has a block which takes what other processes say of its tests, `all` of them.
fn open(run: &mut CargoRun, label: &str, all: u64) {
    let at = run.binaries.iter().position(|binary| binary.label == label).unwrap_or_else(|| {
        run.binaries.push(Binary { label: label.to_owned(), ..Binary::default() });
        run.binaries.len() - 1
    });
    let blocks = &mut run.binaries[at].blocks;
    let complete: u64 = blocks.iter().filter(|block| block.is_complete()).map(|block| block.announced).sum();
    if complete >= all {
        return;
    }
    blocks.retain(|block| block.is_complete() || !block.lines.is_empty());
    if blocks.iter().all(Block::is_complete) {
        blocks.push(Block::default());
    }
    if let Some(block) = blocks.iter_mut().find(|block| !block.is_complete()) {
        block.announced = all - complete;
        block.tally = None;
    }
}

/// The block that takes what other processes say.
fn opened<'a>(run: &'a mut CargoRun, label: &str) -> Option<&'a mut Block> {
    let binary = run.binaries.iter_mut().find(|binary| binary.label == label)?;
    binary.blocks.iter_mut().find(|block| block.tally.is_none())
}

fn is_told(block: &Block, name: &str) -> bool {
    let mut names = block.lines.iter().map(|line| &line.name);
    names.any(|line| line == name) || block.culprits.iter().any(|culprit| culprit.name == name)
}

/// The tests that have no result yet, or failed before another one hung, which keeps rustdoc from saying why.
fn left(run: &CargoRun, label: &str, names: &[String]) -> Vec<String> {
    let of_library = |binary: &&Binary| binary.label == label;
    let blocks = || run.binaries.iter().filter(of_library).flat_map(|binary| &binary.blocks);
    let is_known = |name: &&String| {
        let failed = |block: &Block| block.failed().any(|failed| failed == name.as_str());
        blocks().any(|block| is_told(block, name) && (!failed(block) || block.output.contains_key(*name)))
    };
    names.iter().filter(|name| !is_known(name)).cloned().collect()
}

fn arguments(run: &CargoRun, label: &str, left: &[String]) -> Vec<String> {
    let word = |name: &str| name.rsplit(' ').next().unwrap_or(name).to_owned();
    let own = run.binaries.iter().filter(|binary| binary.label == label);
    let culprits = own.flat_map(|binary| &binary.blocks).flat_map(|block| &block.culprits);
    let words: BTreeSet<String> = left.iter().map(|name| word(name)).collect();
    let skips = culprits.flat_map(|culprit| ["--skip".to_owned(), word(&culprit.name)]);
    std::iter::once("--test-threads=1".to_owned()).chain(skips).chain(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_below_their_library() {
        let text = "   Doc-tests a\nsrc/lib.rs - x (line 3): test\nsrc/lib.rs - y (line 9) - compile fail: test\n\
            all doctests ran in 0.1s\n   Doc-tests b\nb/src/lib.rs - (line 1): test\n";
        let names = listed(text);
        assert_eq!(names["Doc-tests a"], ["src/lib.rs - x (line 3)", "src/lib.rs - y (line 9)"]);
        assert_eq!(names["Doc-tests b"], ["b/src/lib.rs - (line 1)"]);
    }
}
