//! Whole runs of small suites with real runners.

#![allow(clippy::disallowed_methods, reason = "tests build repositories and environments")]

mod baseline;
mod cargo;
mod hangs;
mod libtest;
mod listed;
mod python;
mod rust_causes;
mod scale;
mod told;
mod unittest;

use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::config::{CoverageSetting, FlakyPolicy, SuiteConfig};
use crate::process::{Call, Finished};

/// Exact versions, so that a release of pytest changes no result here.
const PINS: &[&str] =
    &["pytest==8.4.2", "pytest-xdist==3.8.0", "pytest-subtests==0.14.2", "coverage==7.10.7"];

/// A repository in a temporary folder.
struct Project(tempfile::TempDir);

impl Project {
    fn new(files: &[(&str, &str)]) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        for (path, text) in files {
            let path = project.0.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        for args in [&["init", "-q"][..], &["add", "-A"], &["commit", "-q", "-m", "all"]] {
            let call = Call::new("git", project.0.path())
                .args(["-c", "user.name=Test", "-c", "user.email=test@example.invalid"])
                .args(args);
            must(&call);
        }
        project
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// One suite over `tests`, with the interpreter of [`environment`].
    fn analyse(&self, change: impl FnOnce(&mut SuiteConfig)) -> Analysis {
        let python = environment().display().to_string();
        let mut suite = suite_of("tests", &["tests"]);
        suite.python = Some(python);
        change(&mut suite);
        self.analyse_with(ValidateConfig { suite: vec![suite], ..ValidateConfig::default() })
    }

    fn analyse_with(&self, config: ValidateConfig) -> Analysis {
        self.analyse_by(Options { config, ..Options::default() })
    }

    /// Commits all that there is.
    fn commit(&self) {
        for args in [&["add", "-A"][..], &["commit", "-q", "-m", "more"]] {
            let call = Call::new("git", self.path())
                .args(["-c", "user.name=Test", "-c", "user.email=test@example.invalid"])
                .args(args);
            must(&call);
        }
    }

    fn analyse_by(&self, options: Options) -> Analysis {
        let repo = Repo::open(self.path()).unwrap();
        match run(&repo, &options, &Progress::default(), &Cancel::default()).unwrap() {
            Outcome::Done(analysis) => analysis,
            Outcome::Unavailable(unavailable) => panic!("{unavailable:?}"),
        }
    }

    /// Files that git does not know, as git lists them.
    fn untracked(&self) -> String {
        must(&Call::new("git", self.path()).args(["status", "--porcelain", "--ignored"])).stdout.text()
    }
}

/// A result of nothing.
pub(super) fn no_analysis() -> Analysis {
    Analysis {
        depth: Depth::Medium,
        inputs: String::new(),
        executed: true,
        verdict: Verdict::Failed,
        runs: Vec::new(),
        shard: None,
        cases: Vec::new(),
        skips: Vec::new(),
        causes: Vec::new(),
        baseline: None,
        coverage: None,
        coverage_hint: None,
        slowest: Vec::new(),
        flaky: Vec::new(),
        written: Vec::new(),
        imports: Default::default(),
        missing: Vec::new(),
        moved: Vec::new(),
        inventory: Default::default(),
        rust_inventory: Default::default(),
        findings: Vec::new(),
        known_list: None,
    }
}

fn suite_of(name: &str, paths: &[&str]) -> SuiteConfig {
    SuiteConfig {
        name: name.to_owned(),
        paths: paths.iter().map(|&path| path.to_owned()).collect(),
        ..SuiteConfig::default()
    }
}

fn must(call: &Call) -> Finished {
    let finished = crate::process::run(call, &Cancel::default()).unwrap();
    assert!(finished.success(), "{call:?}: {}{}", finished.stdout.text(), finished.stderr.text());
    finished
}

/// The interpreter of a virtual environment with pytest; made once, for all tests of all processes.
fn environment() -> PathBuf {
    let name = format!("test-venv-{}", crate::fnv::digits(&PINS.join(" ")));
    made_once(&name, |folder| {
        must(&Call::new("python3", "/").args(["-m", "venv"]).args([folder]));
        let python = folder.join("bin/python");
        must(&Call::new(python, "/").args(["-m", "pip", "install", "--quiet"]).args(PINS));
    })
}

/// The interpreter of a virtual environment with nothing in it.
fn bare_environment() -> PathBuf {
    made_once("test-venv-bare", |folder| {
        must(&Call::new("python3", "/").args(["-m", "venv", "--without-pip"]).args([folder]));
    })
}

fn made_once(name: &str, make: impl FnOnce(&Path)) -> PathBuf {
    // `target/debug/deps/xtask-…` lies three folders below `target`.
    let program = std::env::current_exe().unwrap();
    let target = program.ancestors().nth(3).unwrap();
    let lock = fs::File::create(target.join(format!("{name}.lock"))).unwrap();
    lock.lock().unwrap();
    let folder = target.join(name);
    let ready = folder.join("ready");
    if !ready.exists() {
        let _ = fs::remove_dir_all(&folder);
        make(&folder);
        fs::write(ready, "").unwrap();
    }
    folder.join("bin/python")
}

fn case<'a>(analysis: &'a Analysis, end: &str) -> &'a Case {
    let found = analysis.cases.iter().find(|case| case.id.ends_with(end));
    found.unwrap_or_else(|| panic!("no case `{end}` in {:?}", analysis.cases))
}

/// Counts that are not 0, by name.
fn counts(run: &Run) -> String {
    let value = serde_json::to_value(run.counts).unwrap();
    let counts = value.as_object().unwrap().iter().filter(|(_, count)| **count != 0);
    counts.map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}
