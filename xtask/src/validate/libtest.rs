//! Reads what `cargo test` prints: blocks of test lines on one stream, names of binaries on the other.
//!
//! The two streams name the binaries in the same order, so the n-th block belongs to the n-th binary however
//! the lines arrive. A block without its result line did not run to its end, whatever cargo's exit code says.

use std::collections::BTreeMap;
use std::time::Duration;

use regex::Regex;

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

/// What one binary printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// `running N tests`.
    pub(super) announced: u64,
    pub(super) lines: Vec<TestLine>,
    /// `test result: …`; `None` when the binary ended before.
    pub(super) tally: Option<Tally>,
    /// What each failing test printed.
    pub(super) output: BTreeMap<String, String>,
    /// Tests that libtest called slow and that have no result.
    pub(super) slow: Vec<String>,
}

/// A binary that cargo started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binary {
    /// As cargo names it (`unittests src/lib.rs`, `tests/cli.rs`, `Doc-tests xtask`).
    pub(super) label: String,
    /// Its file, relative to cargo's folder; `None` for documentation tests.
    pub(super) file: Option<String>,
}

/// A run of `cargo test`.
#[derive(Clone, Debug)]
pub(super) struct CargoRun {
    pub(super) blocks: Vec<Block>,
    pub(super) binaries: Vec<Binary>,
    /// Rendered errors of the compiler, and of cargo itself.
    pub(super) errors: Vec<String>,
    /// Why binaries ended badly, as cargo says it (`signal: 11, SIGSEGV`).
    pub(super) crashes: Vec<String>,
    pub(super) ending: Ending,
    pub(super) stop: Option<Stop>,
    pub(super) duration: Duration,
    pub(super) stderr: String,
}

/// Takes lines of both streams as they come.
pub(super) struct Reader {
    blocks: Vec<Block>,
    binaries: Vec<Binary>,
    errors: Vec<String>,
    crashes: Vec<String>,
    in_error: bool,
    section: Option<String>,
    test: Regex,
    result: Regex,
    running: Regex,
}

impl Reader {
    pub(super) fn new() -> Self {
        let regex = |pattern| Regex::new(pattern).expect("the patterns here are tested");
        Self {
            blocks: Vec::new(),
            binaries: Vec::new(),
            errors: Vec::new(),
            crashes: Vec::new(),
            in_error: false,
            section: None,
            test: regex(r"test (\S.*?) \.\.\. (ok|FAILED|ignored)(?:, (.*))?$"),
            result: regex(
                r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored; \d+ measured; (\d+) filtered",
            ),
            running: regex(r"^\s+(?:Running (.+?)(?: \(([^()]+)\))?|(Doc-tests .+))$"),
        }
    }

    /// How many tests have a result.
    pub(super) fn done(&self) -> u64 {
        self.blocks.iter().map(|block| block.lines.len() as u64).sum()
    }

    /// How many tests were announced.
    pub(super) fn announced(&self) -> u64 {
        self.blocks.iter().map(|block| block.announced).sum()
    }

    /// True once tests run, and compiling is over.
    pub(super) fn has_begun(&self) -> bool {
        !self.binaries.is_empty()
    }

    /// Takes a line of standard output.
    pub(super) fn stdout(&mut self, line: &str) {
        if let Some(count) = announced(line) {
            self.blocks.push(Block { announced: count, ..Block::default() });
            self.section = None;
            return;
        }
        let Some(block) = self.blocks.last_mut().filter(|block| block.tally.is_none()) else { return };
        if let Some(found) = self.result.captures(line) {
            let number = |index: usize| found[index].parse().unwrap_or(0);
            block.tally =
                Some(Tally { passed: number(1), failed: number(2), ignored: number(3), filtered: number(4) });
            self.section = None;
        } else if let Some(name) =
            line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----"))
        {
            self.section = Some(name.to_owned());
        } else if let Some(name) = &self.section {
            let text = block.output.entry(name.clone()).or_default();
            if text.len() < 8000 {
                text.push_str(line);
                text.push('\n');
            }
        } else if let Some(found) = self.test.captures(line) {
            let outcome = match &found[2] {
                "ok" => Outcome::Ok,
                "FAILED" => Outcome::Failed,
                _ => Outcome::Ignored,
            };
            let reason = found.get(3).map(|reason| reason.as_str().to_owned());
            // What libtest adds to a name is no part of it.
            let name = found[1].trim_end_matches(" - should panic");
            block.slow.retain(|slow| slow != name);
            block.lines.push(TestLine { name: name.to_owned(), outcome, reason });
        } else if let Some(name) = slow(line) {
            block.slow.push(name.to_owned());
        }
    }

    /// Takes a line of standard error.
    pub(super) fn stderr(&mut self, line: &str) {
        if let Some(found) = self.running.captures(line) {
            let text = |index: usize| found.get(index).map(|part| part.as_str().to_owned());
            let label = text(1).or(text(3)).unwrap_or_default();
            self.binaries.push(Binary { label, file: text(2) });
            self.in_error = false;
        } else if line.starts_with("error") && !line.starts_with("error: test failed") {
            self.in_error = true;
            self.errors.push(line.to_owned());
        } else if self.in_error && !line.trim().is_empty() {
            if let Some(last) = self.errors.last_mut().filter(|last| last.len() < 4000) {
                last.push('\n');
                last.push_str(line);
            }
        } else if let Some((_, why)) = line.split_once("process didn't exit successfully: ") {
            if let Some(at) = why.rfind("(signal: ") {
                self.crashes.push(why[at + 1..].trim_end_matches(')').to_owned());
            }
            self.in_error = false;
        } else {
            self.in_error = false;
        }
    }

    pub(super) fn finish(
        self,
        ending: Ending,
        stop: Option<Stop>,
        duration: Duration,
        stderr: String,
    ) -> CargoRun {
        let Self { blocks, binaries, errors, crashes, .. } = self;
        CargoRun { blocks, binaries, errors, crashes, ending, stop, duration, stderr }
    }
}

fn announced(line: &str) -> Option<u64> {
    let rest = line.strip_prefix("running ")?;
    let count = rest.strip_suffix(" tests").or_else(|| rest.strip_suffix(" test"))?;
    count.parse().ok()
}

/// `test a has been running for over 60 seconds`.
fn slow(line: &str) -> Option<&str> {
    let (name, _) = line.strip_prefix("test ")?.split_once(" has been running for over ")?;
    Some(name)
}

/// Message and place of a panic in what a test printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Panic {
    pub(super) message: String,
    pub(super) place: Option<(String, usize)>,
}

/// Finds the panic of a test's own thread, else the last one, else what it printed.
pub(super) fn panic_of(name: &str, output: &str) -> Panic {
    let own = format!("thread '{name}'");
    let is_panic = |line: &&str| line.contains("panicked at ");
    let lines: Vec<&str> = output.lines().collect();
    let at = lines
        .iter()
        .position(|line| is_panic(line) && line.starts_with(&own))
        .or_else(|| lines.iter().rposition(is_panic));
    let Some(at) = at else {
        let told = lines.iter().filter(|line| !line.trim().is_empty() && !line.starts_with("note: "));
        let message = told.take(4).copied().collect::<Vec<_>>().join("\n");
        return Panic { message, place: None };
    };
    let place = lines[at].split_once("panicked at ").and_then(|(_, place)| {
        let mut parts = place.trim_end_matches(':').rsplitn(3, ':');
        let (_column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
        Some((file.to_owned(), line.parse().ok()?))
    });
    let ends =
        |line: &&&str| line.starts_with("note: ") || line.starts_with("stack backtrace:") || line.is_empty();
    let message = lines[at + 1..].iter().take_while(|line| !ends(line)).copied().collect::<Vec<_>>();
    Panic { message: message.join("\n"), place }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(stdout: &str, stderr: &str) -> CargoRun {
        let mut reader = Reader::new();
        stderr.lines().for_each(|line| reader.stderr(line));
        stdout.lines().for_each(|line| reader.stdout(line));
        reader.finish(Ending::Code(0), None, Duration::ZERO, String::new())
    }

    const TWO: &str = "
running 3 tests
test a::one ... ok
test a::two - should panic ... FAILED
test three ... ignored, needs a disk

failures:

---- a::two stdout ----
thread 'a::two' panicked at src/lib.rs:14:9:
assertion `left == right` failed
  left: 1
 right: 2
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace


failures:
    a::two

test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.00s


running 2 tests
test src/lib.rs - add (line 3) ... ok
";

    #[test]
    fn blocks_are_read_with_names_outcomes_and_reasons() {
        let run = read(
            TWO,
            "   Compiling x v0.1.0\n     Running unittests src/lib.rs (target/debug/deps/x-1f)\n   Doc-tests x\n",
        );
        let names: Vec<&str> = run.blocks[0].lines.iter().map(|line| line.name.as_str()).collect();
        assert_eq!(names, ["a::one", "a::two", "three"]);
        assert_eq!(run.blocks[0].lines[2].reason.as_deref(), Some("needs a disk"));
        assert_eq!(run.blocks[0].tally, Some(Tally { passed: 1, failed: 1, ignored: 1, filtered: 2 }));
        assert_eq!(run.binaries[0].file.as_deref(), Some("target/debug/deps/x-1f"));
        assert_eq!(run.binaries[1], Binary { label: "Doc-tests x".to_owned(), file: None });
    }

    #[test]
    fn block_without_its_result_line_is_seen() {
        let run = read(TWO, "");
        assert_eq!((run.blocks[1].announced, run.blocks[1].lines.len(), run.blocks[1].tally), (2, 1, None));
    }

    #[test]
    fn panic_is_found_with_its_place() {
        let run = read(TWO, "");
        let panic = panic_of("a::two", &run.blocks[0].output["a::two"]);
        assert_eq!(panic.message, "assertion `left == right` failed\n  left: 1\n right: 2");
        assert_eq!(panic.place, Some(("src/lib.rs".to_owned(), 14)));
    }

    #[test]
    fn test_line_after_stray_output_is_found() {
        let run = read("running 1 test\nchild says hi test a ... ok\n", "");
        assert_eq!(run.blocks[0].lines[0].name, "a");
    }

    #[test]
    fn compiler_errors_and_crashes_are_kept_apart() {
        let stderr = "error[E0425]: cannot find value `x`\n --> src/lib.rs:3:5\n  |\n\nerror: could not compile `a` (lib test) due to 1 previous error\n";
        let run = read("", stderr);
        assert_eq!(run.errors.len(), 2);
        assert!(run.errors[0].contains("src/lib.rs:3:5"));
        let stderr = "error: test failed, to rerun pass `--lib`\n\nCaused by:\n  process didn't exit successfully: `/x/y` (signal: 11, SIGSEGV: invalid memory reference)\n";
        assert_eq!(read("", stderr).crashes, ["signal: 11, SIGSEGV: invalid memory reference"]);
    }
}
