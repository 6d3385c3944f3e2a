//! What an interpreter says of itself.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The answer of `python/probe.py`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Probe {
    /// Python's version.
    pub(super) version: String,
    /// Whether it is a virtual environment.
    pub(super) isolated: bool,
    /// pytest's version.
    pub(super) pytest: Option<String>,
    /// Whether it has pip.
    pub(super) pip: bool,
    /// coverage.py's version.
    pub(super) coverage: Option<String>,
    /// Where the asked modules would be imported from.
    pub(super) origins: BTreeMap<String, Option<String>>,
}
