//! What each phase took, kept from run to run.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::phases::{Phase, kept};
use crate::repo::Repo;

/// Seconds of the phases that were run here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Times(BTreeMap<String, Took>);

/// What one phase took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Took {
    /// Seconds from start to end.
    wall_s: f64,
    /// Seconds that its parts took side by side, added up: the most that one after the other would take.
    sum_s: f64,
}

impl Times {
    /// Reads what was kept.
    pub fn read(repo: &Repo) -> Self {
        kept::read(repo, kept::TIMES).unwrap_or_default()
    }

    /// Notes what a phase took.
    pub fn note(&mut self, phase: Phase, wall: Duration, sum: Duration) {
        let rounded = |time: Duration| (time.as_secs_f64() * 1000.0).round() / 1000.0;
        self.0.insert(phase.name().to_owned(), Took { wall_s: rounded(wall), sum_s: rounded(sum) });
    }

    /// Notes what a phase took, and keeps it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep(repo: &Repo, phase: Phase, wall: Duration, sum: Duration) -> Result<()> {
        let mut times = Self::read(repo);
        times.note(phase, wall, sum);
        kept::write(repo, kept::TIMES, &times)
    }

    /// Name, wall and sum of each phase, in order.
    pub(super) fn rows(&self) -> Vec<(&'static str, Option<f64>, Option<f64>)> {
        let row = |phase: Phase| {
            let took = self.0.get(phase.name());
            (phase.name(), took.map(|took| took.wall_s), took.map(|took| took.sum_s))
        };
        Phase::ALL.into_iter().map(row).collect()
    }
}
