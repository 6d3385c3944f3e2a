//! Reads what `cargo test` prints, both streams as one, so that each block of tests stands below the name of
//! its binary.
//!
//! A block without its result line did not run to its end, whatever cargo's exit code says.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use regex::Regex;

use super::cases::Draft;
use super::events::Raised;
use super::panics;
use super::result::Company;
use crate::process::{Ending, Stop};

/// One result line of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TestLine {
    pub(super) name: String,
    pub(super) outcome: Outcome,
    /// Why it was ignored.
    pub(super) reason: Option<String>,
}

/// What a test line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Ok,
    Failed,
    Ignored,
}

/// The tally of a result line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) ignored: u64,
    pub(super) filtered: u64,
}

impl Tally {
    /// How many tests have a result.
    pub(super) fn results(self) -> u64 {
        self.passed + self.failed + self.ignored
    }

    /// How the one test ended that it speaks of.
    pub(super) fn of_one(self) -> Option<Outcome> {
        match (self.passed, self.failed, self.ignored) {
            (1, 0, 0) => Some(Outcome::Ok),
            (0, 1, 0) => Some(Outcome::Failed),
            (0, 0, 1) => Some(Outcome::Ignored),
            _ => None,
        }
    }
}

/// What one binary printed between `running N tests` and its result line.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Block {
    /// `running N tests`.
    pub(super) announced: u64,
    pub(super) lines: Vec<TestLine>,
    /// `test result: …`; `None` when the binary ended before.
    pub(super) tally: Option<Tally>,
    /// What each failing test printed.
    pub(super) output: BTreeMap<String, String>,
    /// The test that had begun and has no result: known only where tests run one after the other.
    pub(super) begun: Option<String>,
    /// Tests that ended their process, found by running what was left one after the other.
    pub(super) culprits: Vec<Culprit>,
    /// Names of tests that never ran, where they are known.
    pub(super) unrun: Vec<String>,
    /// Whether runs that tests printed hide which lines are its own.
    pub(super) is_unsure: bool,
    /// How failing tests fared when they ran again: in which company, and how they ended.
    pub(super) again: BTreeMap<String, Vec<(Company, Outcome)>>,
}

impl Block {
    /// Names of the tests that failed, in the order of their lines.
    pub(super) fn failed(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter(|line| line.outcome == Outcome::Failed).map(|line| line.name.as_str())
    }

    /// Drops the lines of tests of which other lines say otherwise.
    pub(super) fn drop_torn(&mut self) {
        let mut outcomes: BTreeMap<&str, Outcome> = BTreeMap::new();
        let mut torn: BTreeSet<String> = BTreeSet::new();
        for line in &self.lines {
            if *outcomes.entry(&line.name).or_insert(line.outcome) != line.outcome {
                torn.insert(line.name.clone());
            }
        }
        self.lines.retain(|line| !torn.contains(&line.name));
    }

    /// Takes what another process says of tests that ran before, and what it printed where nothing is known.
    pub(super) fn take_again(&mut self, run: Company, told: Block) {
        let failed: BTreeSet<String> = self.failed().map(str::to_owned).collect();
        for line in told.lines.iter().filter(|line| failed.contains(&line.name)) {
            self.again.entry(line.name.clone()).or_default().push((run, line.outcome));
        }
        for (name, text) in told.output {
            self.output.entry(name).or_insert(text);
        }
    }

    /// How often a failing test ran again in this company, and how often it passed.
    pub(super) fn tries(&self, name: &str, run: Company) -> (usize, usize) {
        let tries = || self.again.get(name).into_iter().flatten().filter(|(company, _)| *company == run);
        (tries().count(), tries().filter(|(_, outcome)| *outcome == Outcome::Ok).count())
    }

    /// True while lines of its tests may come: a test can print a tally itself.
    fn is_open(&self) -> bool {
        self.tally.is_none() || !self.has_all_lines()
    }

    /// True when it ran to its end: a tally speaks of every announced test.
    pub(super) fn is_complete(&self) -> bool {
        self.tally.is_some_and(|tally| tally.results() >= self.announced)
    }

    /// True when every announced test has a line: what tests print themselves can break one in two.
    pub(super) fn has_all_lines(&self) -> bool {
        self.lines.len() as u64 >= self.announced
    }
}

/// A test that ended its process.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Culprit {
    pub(super) name: String,
    /// A `crash`, `exit` or `time limit`.
    pub(super) raised: Raised,
}

/// A binary that cargo started.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Binary {
    /// As cargo names it (`unittests src/lib.rs`, `tests/cli.rs`, `Doc-tests xtask`).
    pub(super) label: String,
    /// Its file, as cargo names it; `None` for documentation tests.
    pub(super) file: Option<String>,
    /// Blocks of tests: documentation tests may print several, a harness of its own none.
    pub(super) blocks: Vec<Block>,
    /// Whether cargo says that it failed.
    pub(super) failed: bool,
    /// How it ended, where cargo says so (`signal: 11, SIGSEGV: …`, `exit status: 3`).
    pub(super) ended: Option<String>,
    /// What ended it from outside, or kept it from running.
    pub(super) cut_off: Option<Stop>,
}

impl Binary {
    pub(super) fn is_documentation(&self) -> bool {
        self.label.starts_with("Doc-tests ")
    }
}

/// A run of `cargo test`.
#[derive(Clone, Debug)]
pub(super) struct CargoRun {
    pub(super) binaries: Vec<Binary>,
    /// Rendered errors of the compiler, and of cargo itself.
    pub(super) errors: Vec<String>,
    /// One case for each target that does not build, where that was asked.
    pub(super) broken: Vec<Draft>,
    pub(super) ending: Ending,
    pub(super) stop: Option<Stop>,
    pub(super) duration: Duration,
    /// The last lines.
    pub(super) output: String,
    /// Processes that were started for tests which had not run.
    pub(super) restarts: usize,
}

impl CargoRun {
    /// True where cargo gave up before it ran anything, for what does not build.
    pub(super) fn is_unbuilt(&self) -> bool {
        self.binaries.is_empty() && !self.errors.is_empty() && self.stop.is_none()
    }

    pub(super) fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.binaries.iter().flat_map(|binary| &binary.blocks)
    }
}

/// Takes lines as they come.
pub(super) struct Reader {
    binaries: Vec<Binary>,
    errors: Vec<String>,
    in_error: bool,
    section: Option<String>,
    /// Runs of children that the lines stand in (a test that runs `cargo test` prints theirs): how many lines there
    /// were before each. One that never closes is none, so its lines are kept until it does.
    nested: Vec<usize>,
    /// Whether tests run one after the other.
    is_serial: bool,
    test: Regex,
    begun: Regex,
    result: Regex,
    running: Regex,
}

impl Reader {
    pub(super) fn new() -> Self {
        let regex = |pattern| Regex::new(pattern).expect("the patterns here are tested");
        Self {
            binaries: Vec::new(),
            errors: Vec::new(),
            in_error: false,
            section: None,
            nested: Vec::new(),
            is_serial: false,
            test: regex(r"test (\S.*?) \.\.\. (ok|FAILED|ignored)(?:, (.*))?$"),
            begun: regex(r"^test (\S.*?) \.\.\. "),
            result: regex(
                r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored; \d+ measured; (\d+) filtered",
            ),
            running: regex(r"^\s+(?:Running (.+?)(?: \(([^()]+)\))?|(Doc-tests .+))$"),
        }
    }

    /// A reader for the output of one binary, without cargo.
    pub(super) fn of_binary(is_serial: bool) -> Self {
        Self { binaries: vec![Binary::default()], is_serial, ..Self::new() }
    }

    /// A reader for the output of cargo whose binaries run their tests one after the other.
    pub(super) fn serial() -> Self {
        Self { is_serial: true, ..Self::new() }
    }

    /// How many tests have a result, and how many were announced.
    pub(super) fn done(&self) -> (u64, u64) {
        let blocks = || self.binaries.iter().flat_map(|binary| &binary.blocks);
        (blocks().map(|block| block.lines.len() as u64).sum(), blocks().map(|block| block.announced).sum())
    }

    /// True once tests run, and compiling is over.
    pub(super) fn has_begun(&self) -> bool {
        !self.binaries.is_empty()
    }

    /// Takes a line.
    pub(super) fn line(&mut self, line: &str) {
        if self.cargo_line(line) {
            return;
        }
        let Some(binary) = self.binaries.last_mut() else {
            self.error_line(line);
            return;
        };
        let is_documentation = binary.is_documentation();
        // Until cargo speaks again, all that another binary prints is said inside its one block.
        let is_open = binary.blocks.last().is_some_and(|block| !is_documentation || block.is_open());
        match announced(line) {
            Some(_) if is_open && self.section.is_some() => self.test_line(line),
            Some(_) if is_open && !is_documentation => {
                self.nested.extend(binary.blocks.last().map(|block| block.lines.len()));
            }
            Some(announced) => {
                binary.blocks.push(Block { announced, ..Block::default() });
                self.section = None;
            }
            None if !self.nested.is_empty() && self.section.is_none() && self.result.is_match(line) => {
                self.nested_tally(line);
            }
            None if is_open && !self.nested.is_empty() && self.section.is_none() => self.outcome_line(line),
            None if is_open => self.test_line(line),
            None if is_documentation => self.error_line(line),
            // What a harness of its own prints is no error of the compiler.
            None => {}
        }
    }

    /// What cargo says of its binaries; true when the line was one of those.
    fn cargo_line(&mut self, line: &str) -> bool {
        if let Some(found) = self.running.captures(line) {
            let text = |index: usize| found.get(index).map(|part| part.as_str().to_owned());
            let label = text(1).or(text(3)).unwrap_or_default();
            self.leave();
            self.binaries.push(Binary { label, file: text(2), ..Binary::default() });
            (self.in_error, self.section) = (false, None);
        } else if line.starts_with("error: test failed") || line.starts_with("error: doctest failed") {
            self.in_error = false;
            if let Some(binary) = self.binaries.last_mut() {
                binary.failed = true;
            }
        } else if let Some((_, why)) = line.split_once("process didn't exit successfully: ") {
            let how = why.rfind('(').map(|at| why[at + 1..].trim_end_matches(')').to_owned());
            if let Some(binary) = self.binaries.last_mut() {
                binary.ended = how;
            }
        } else {
            return false;
        }
        true
    }

    fn error_line(&mut self, line: &str) {
        if line.starts_with("error") {
            self.in_error = !is_closing_line(line);
            let is_all_there_is = self.errors.is_empty() && line.starts_with("error: could not compile");
            if self.in_error || is_all_there_is {
                self.errors.push(line.to_owned());
            }
        } else if line.trim().is_empty() && !self.errors.last().is_some_and(|error| is_of_build_script(error))
        {
            self.in_error = false;
        } else if self.in_error
            && let Some(last) = self.errors.last_mut().filter(|last| last.len() < most_of(last))
        {
            last.push('\n');
            last.push_str(line);
        }
    }

    /// Takes a tally for the block's own when it speaks of as many tests, which one that a test prints rarely does; true
    /// when it was taken.
    fn take_tally(&mut self, line: &str) -> bool {
        let block = self.binaries.last_mut().and_then(|binary| binary.blocks.last_mut());
        let (Some(block), Some(found)) = (block, self.result.captures(line)) else { return false };
        let number = |index: usize| found[index].parse().unwrap_or(0);
        let tally = Tally { passed: number(1), failed: number(2), ignored: number(3), filtered: number(4) };
        let is_taken = tally.results() == block.announced;
        if is_taken {
            block.tally = Some(tally);
            (self.section, block.begun) = (None, None);
        }
        is_taken
    }

    /// The end of a child's run, whose lines are not the binary's own; or of the binary, where a test printed the
    /// beginning of a run alone.
    fn nested_tally(&mut self, line: &str) {
        if self.take_tally(line) {
            self.leave();
        } else if let Some(before) = self.nested.pop()
            && let Some(block) = self.binaries.last_mut().and_then(|binary| binary.blocks.last_mut())
        {
            block.lines.truncate(before);
        }
    }

    /// What has not closed by now never will.
    fn leave(&mut self) {
        let has_nested = !std::mem::take(&mut self.nested).is_empty();
        if let Some(block) = self.binaries.last_mut().and_then(|binary| binary.blocks.last_mut()) {
            block.is_unsure |= has_nested;
        }
    }

    fn test_line(&mut self, line: &str) {
        if self.take_tally(line) {
            return;
        }
        let Some(block) = self.binaries.last_mut().and_then(|binary| binary.blocks.last_mut()) else {
            return;
        };
        if let Some(name) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            self.section = Some(without_suffix(name));
        } else if let Some(name) = &self.section {
            keep_line(block.output.entry(name.clone()).or_default(), line);
        } else {
            self.outcome_line(line);
        }
    }

    fn outcome_line(&mut self, line: &str) {
        let Some(block) = self.binaries.last_mut().and_then(|binary| binary.blocks.last_mut()) else {
            return;
        };
        if let Some(found) = self.test.captures(line) {
            let outcome = match &found[2] {
                "ok" => Outcome::Ok,
                "FAILED" => Outcome::Failed,
                _ => Outcome::Ignored,
            };
            let reason = found.get(3).map(|reason| reason.as_str().to_owned());
            let name = without_suffix(&found[1]);
            // Where another has begun, that one printed the line, and its own result is still to come.
            if !self.is_serial || block.begun.as_ref() == Some(&name) {
                block.begun = None;
            }
            block.lines.push(TestLine { name, outcome, reason });
        } else if let Some(found) = self.begun.captures(line) {
            block.begun = Some(without_suffix(&found[1]));
        } else if let Some((name, _)) =
            line.strip_prefix("test ").and_then(|rest| rest.split_once(" has been running for over "))
        {
            block.begun = Some(name.to_owned());
        } else if let (Some(name), Some(outcome)) = (&block.begun, bare_outcome(line)) {
            // A test that writes past libtest's capture pushes its result to a line of its own.
            block.lines.push(TestLine { name: name.clone(), outcome, reason: None });
            block.begun = None;
        }
    }

    pub(super) fn finish(
        mut self,
        ending: Ending,
        stop: Option<Stop>,
        duration: Duration,
        output: String,
    ) -> CargoRun {
        self.leave();
        let Self { mut binaries, errors, .. } = self;
        if let Some(last) = binaries.last_mut() {
            last.cut_off = stop;
        }
        CargoRun { binaries, errors, broken: Vec::new(), ending, stop, duration, output, restarts: 0 }
    }
}

/// How much is kept of what a failing test printed.
const KEPT: usize = 16_000;

/// Adds a line to what a test printed: of much the end, in which it fails, and nothing more once it has panicked.
fn keep_line(text: &mut String, line: &str) {
    if text.len() > KEPT {
        if panics::has_panic(text) {
            return;
        }
        let half = text.char_indices().find(|&(at, c)| at > KEPT / 2 && c == '\n').map(|(at, _)| at + 1);
        text.drain(..half.unwrap_or(text.len()));
    }
    text.push_str(line);
    text.push('\n');
}

fn announced(line: &str) -> Option<u64> {
    let rest = line.strip_prefix("running ")?;
    let count = rest.strip_suffix(" tests").or_else(|| rest.strip_suffix(" test"))?;
    count.parse().ok()
}

fn bare_outcome(line: &str) -> Option<Outcome> {
    match line {
        "ok" => Some(Outcome::Ok),
        "FAILED" => Some(Outcome::Failed),
        _ => None,
    }
}

/// What libtest adds to a name is no part of it.
pub(super) fn without_suffix(name: &str) -> String {
    let suffix =
        [" - should panic", " - compile fail", " - compile"].iter().find(|suffix| name.ends_with(*suffix));
    suffix.map_or(name, |suffix| &name[..name.len() - suffix.len()]).to_owned()
}

/// How much is kept of an error.
fn most_of(error: &str) -> usize {
    if is_of_build_script(error) { 4 * KEPT } else { KEPT / 4 }
}

/// Of a program that fails which a build runs, cargo shows all that it printed.
pub(super) fn is_of_build_script(error: &str) -> bool {
    error.starts_with("error: failed to run custom build command for `")
}

/// Cargo's closing lines say nothing that the compiler has not said.
fn is_closing_line(line: &str) -> bool {
    ["error: could not compile", "error: build failed", "error: aborting due to", "error: 1 target failed"]
        .iter()
        .any(|closing| line.starts_with(closing))
        // nextest's words that cargo failed.
        || (line.starts_with("error: command `")
            && (line.contains("` exited with code ") || line.contains("` failed with exit status")))
        || line.contains(" targets failed:")
}
