//! `[hook]`: which checks judge a commit, and where.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `[hook]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HookConfig {
    /// The checks that are on; `None`: all.
    pub checks: Option<Vec<String>>,
    /// Checks that are off.
    pub disable: Vec<String>,
    /// Globs of files that no check judges.
    pub exclude: Vec<String>,
    /// `[hook.only]`: for a check the globs of the only files that it judges.
    pub only: BTreeMap<String, Vec<String>>,
    /// `[hook.except]`: for a check the globs of files that it leaves out.
    pub except: BTreeMap<String, Vec<String>>,
    /// How large a new file may be, in KiB; `None`: 500.
    pub max_kib: Option<u64>,
    /// Two blanks at the end of a Markdown line are a line break there.
    pub markdown_breaks: bool,
    /// Folders in which new notes belong; empty: anywhere.
    pub notes: Vec<String>,
    /// How many notes there may be: a number that may only fall.
    pub notes_budget: Option<usize>,
    /// Letters of a commit's subject; 0: any; `None`: 72.
    pub subject_length: Option<usize>,
    /// Subjects have the form of conventional commits.
    pub conventional: bool,
    /// Their types; `None`: the usual ones.
    pub conventional_types: Option<Vec<String>>,
    /// The gating suites run before a push.
    pub push_tests: bool,
}
