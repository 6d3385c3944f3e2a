//! What was gathered, as plain values, before anything is concluded from it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::baseline::Before;
use super::declared::Declared;
use super::ended::Ended;
use super::interpreter::shell_word;
use super::libtest::CargoRun;
use super::listed::Listed;
use super::packages::known_package;
use super::places::Roots;
use super::result::{Company, Coverage, End, Interpreter, Missing, Place, Touch, Written};
use super::rust_places::RustPlaces;
use super::suites::Suite;
use crate::code::python::imports::Imports;
use crate::code::python::inventory::Inventory;
use crate::code::rust_tests::RustTests;
use crate::process::Stop;
use crate::repo::Rename;
use crate::report::Finding;

/// Everything that was read and run.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) inputs: String,
    pub(super) inventory: Inventory,
    pub(super) rust_inventory: RustTests,
    /// Where Rust tests stand.
    pub(super) rust_places: RustPlaces,
    pub(super) imports: Imports,
    pub(super) renames: Vec<Rename>,
    /// The same with what is not committed yet, where results are compared.
    pub(super) moves: Vec<Rename>,
    /// How tests fared before: an earlier result, or a run of another commit.
    pub(super) before: Option<Before>,
    /// The list of known failures.
    pub(super) known: Option<Before>,
    /// Files that changed since before, and the commits that touched each, newest first.
    pub(super) touched: BTreeMap<String, Vec<Touch>>,
    pub(super) runs: Vec<SuiteRun>,
    pub(super) roots: Roots,
    pub(super) executed: bool,
    pub(super) findings: Vec<Finding>,
}

/// One run of one suite.
#[derive(Debug)]
pub(super) struct SuiteRun {
    pub(super) suite: Suite,
    /// What ran it: it differs from the suite's own runner where that is missing.
    pub(super) runner: String,
    pub(super) interpreter: Option<Interpreter>,
    /// The command, with paths relative to the repository.
    pub(super) command: String,
    pub(super) ran: Ran,
    pub(super) written: Vec<Written>,
    pub(super) left_behind: Vec<String>,
    /// Why not every failing test ran again, where that is so.
    pub(super) cut_short: Option<String>,
    /// Which lines ran, or why that is not known; `None`: nobody asked, or the runner has no such thing.
    pub(super) coverage: Option<Result<Coverage, String>>,
    /// What installs a package into the interpreter that ran it, with `{}` for the packages.
    pub(super) install: Option<String>,
    /// What installs the repository's own package there.
    pub(super) install_own: Option<String>,
    /// Top-level modules that the repository itself defines.
    pub(super) first_party: Vec<String>,
    /// What the repository's dependency files name.
    pub(super) declared: Declared,
    pub(super) findings: Vec<Finding>,
    /// Modules that files of the suite import at once and that the interpreter does not have, and where.
    pub(super) missing: BTreeMap<String, Vec<Place>>,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Ran {
    /// Processes that told their events.
    Python {
        /// The suite, then its restarts.
        ends: Vec<Ended>,
        /// Failing tests that were run again.
        reruns: Vec<Rerun>,
    },
    /// `cargo test`.
    Cargo(Box<CargoRun>),
    /// What left a list of its tests.
    Listed(Box<Listed>),
    /// A command line.
    Command { code: i32, signal: bool, stop: Option<Stop>, output: String, duration: Duration },
    /// It could not be started.
    Cannot { end: End, why: String, install: Option<String> },
    /// It was not asked for, or the user stopped before.
    NotStarted { is_static: bool },
}

/// Failing tests that were run again.
#[derive(Debug)]
pub(super) struct Rerun {
    /// The tests.
    pub(super) ids: Vec<String>,
    /// In which company.
    pub(super) run: Company,
    /// How it went.
    pub(super) ended: Ended,
}

impl SuiteRun {
    pub(super) fn new(suite: Suite, command: String, ran: Ran) -> Self {
        Self {
            runner: suite.runner.name().to_owned(),
            suite,
            interpreter: None,
            command,
            ran,
            written: Vec::new(),
            left_behind: Vec::new(),
            cut_short: None,
            coverage: None,
            install: None,
            install_own: None,
            first_party: Vec::new(),
            declared: Declared::default(),
            missing: BTreeMap::new(),
            findings: Vec::new(),
        }
    }

    /// The modules that are missing, with what is known of each.
    pub(super) fn missing(&self) -> Vec<Missing> {
        let told = |(module, places): (&String, &Vec<Place>)| {
            let first = places.first()?.clone();
            let (install, hint) = self.remedy(module);
            let (suite, module) = (self.suite.name.clone(), module.clone());
            Some(Missing { suite, module, files: places.len() as u64, first, install, hint })
        };
        let mut missing: Vec<Missing> = self.missing.iter().filter_map(told).collect();
        missing.sort_by(|a, b| b.files.cmp(&a.files).then_with(|| a.module.cmp(&b.module)));
        missing
    }

    /// True for a module of the repository's own packages.
    pub(super) fn is_own(&self, module: &str) -> bool {
        self.first_party.iter().any(|own| Some(own.as_str()) == module.split('.').next())
    }

    /// What a missing module means for whoever wants to run this: the line that installs it, or why there
    /// is none.
    pub(super) fn remedy(&self, module: &str) -> (Option<String>, Option<String>) {
        let top = module.split('.').next().unwrap_or(module);
        let line = |package: &str| self.install.as_ref().map(|line| line.replace("{}", package));
        if self.is_own(module) {
            // The package as a whole is missing from the environment, or one of its modules is gone.
            return if module == top {
                (
                    self.install_own.clone(),
                    Some(format!("`{top}` is this repository's own package, which is not installed")),
                )
            } else {
                (
                    None,
                    Some(format!(
                        "`{top}` is this repository's own package: the module was moved or removed"
                    )),
                )
            };
        }
        let package = shell_word(&self.declared.requirement_for(top));
        match self.declared.file_for(top) {
            Some(file) => (line(&package), Some(format!("`{file}` names it"))),
            None if known_package(top).is_some() => (line(&package), None),
            None => {
                let hint =
                    format!("`{top}` is no module of this repository, and no dependency file names it");
                (None, Some(hint))
            }
        }
    }

    pub(super) fn not_started(suite: Suite, is_static: bool) -> Self {
        Self::new(suite, String::new(), Ran::NotStarted { is_static })
    }

    pub(super) fn cannot(suite: Suite, end: End, why: String, install: Option<String>) -> Self {
        Self::new(suite, String::new(), Ran::Cannot { end, why, install })
    }
}
