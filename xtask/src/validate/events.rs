//! The lines that the embedded Python modules send, as values.

use serde::Deserialize;

use crate::config::SuiteKind;

/// One event of a test session.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "e", rename_all = "kebab-case")]
pub(super) enum Event {
    /// The module was loaded.
    Hello { python: String, pytest: Option<String> },
    /// The session knows its root and configuration.
    Session {
        root: String,
        config: Option<String>,
        plugins: Vec<String>,
        workers: String,
        #[serde(default)]
        cov: bool,
    },
    /// A test file is about to be imported.
    Collecting { id: String },
    /// The import of that file is over.
    FileDone,
    /// A test file or folder cannot be collected.
    CollectError { id: String, error: Option<Raised> },
    /// A test file asked to be skipped.
    CollectSkip { id: String, skip: Skip },
    /// Some of the tests that will run: id, path, line.
    Items { items: Vec<(String, Option<String>, Option<u64>)> },
    /// Collection is over.
    Collected { count: u64 },
    /// Tests that the run leaves out on purpose, so far.
    Deselected { count: u64 },
    /// The tests are split into parts that run apart: how many there are in all, and a hash of the split.
    Shard { all: u64, plan: String },
    /// What single tests are for, by their marks.
    Kinds { kinds: std::collections::BTreeMap<String, SuiteKind> },
    /// A test begins.
    Start { id: String, path: Option<String>, line: Option<u64> },
    /// A part of a test that did not simply pass.
    Phase {
        id: String,
        when: When,
        outcome: String,
        seconds: f64,
        sub: Option<String>,
        xfail: Option<String>,
        skip: Option<Skip>,
        error: Option<Raised>,
    },
    /// A test is over; the seconds of its parts that simply passed, and whether its call is one of them.
    End { id: String, seconds: f64, called: bool },
    /// `conftest.py` cannot be loaded.
    Conftest { path: String, error: Raised },
    /// The runner itself failed.
    InternalError { error: Raised },
    /// Somebody stopped the session (`pytest.exit`, Ctrl-C).
    Interrupted { reason: String, error: Option<Raised> },
    /// The session is over: the runner's own status and tally.
    Finish {
        status: i32,
        stats: std::collections::BTreeMap<String, u64>,
        /// Failures that the runner counts and that are no test's: a plugin's demand that is not met.
        #[serde(default)]
        beside_tests: u64,
    },
}

/// The parts of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum When {
    /// Before the test.
    Setup,
    /// The test.
    Call,
    /// After the test.
    Teardown,
}

/// An exception.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(super) struct Raised {
    /// Its type, with its module unless that is `builtins`.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// Its message.
    pub(super) message: String,
    /// File, line and function, the raising one last.
    pub(super) frames: Vec<(String, usize, String)>,
    /// The module that a failed import wanted.
    pub(super) module: Option<String>,
}

/// Why and where something was skipped.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub(super) struct Skip {
    /// The reason that its author gave.
    pub(super) reason: String,
    /// The file that says so.
    pub(super) path: Option<String>,
    /// The line there.
    pub(super) line: Option<u64>,
}

/// Reads one line; `None` for a line that is no event (a stack dump of a process that was ended).
pub(super) fn parse(line: &[u8]) -> Option<Event> {
    serde_json::from_slice(line).ok()
}
