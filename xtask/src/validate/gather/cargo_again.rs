//! Runs failing tests of Rust binaries again: each alone, and what passes so once more in the company of all.

use std::time::Duration;

use anyhow::Result;

use super::super::libtest::CargoRun;
use super::super::rerun::{MOST_ALONE, TRIES};
use super::super::result::Company;
use super::cargo::{Artifact, Recovery};
use super::{ALONE_BUDGET, NO_TIME, STOPPED, time_left};
use crate::process::Stop;

/// A process of reruns that is to be started.
struct Again<'a> {
    /// The binary's place in the run.
    at: usize,
    artifact: &'a Artifact,
    /// The tests; none: all.
    names: Vec<String>,
    run: Company,
}

impl Recovery<'_> {
    /// Runs what failed again; `Some`: why that was cut short.
    pub(super) fn run_failures_again(&self, cargo_run: &mut CargoRun) -> Result<Option<String>> {
        let has_failed = cargo_run.blocks().any(|block| block.failed().next().is_some());
        match cargo_run.stop {
            _ if !has_failed => return Ok(None),
            Some(Stop::Cancelled) => return Ok(Some(STOPPED.into())),
            Some(Stop::Limit) => return Ok(Some(NO_TIME.into())),
            _ => {}
        }
        self.context.progress.step(format!("running failures of suite {} again", self.suite.name));
        let artifacts = self.artifacts()?;
        let budget = cargo_run.duration.max(ALONE_BUDGET);
        let mut used = Duration::ZERO;
        for again in apart(cargo_run, artifacts) {
            if let Some(why) = self.start(cargo_run, &again, &mut used, budget)? {
                return Ok(Some(why));
            }
        }
        for again in in_company(cargo_run, artifacts) {
            if let Some(why) = self.start(cargo_run, &again, &mut used, budget)? {
                return Ok(Some(why));
            }
        }
        Ok(None)
    }

    fn start(
        &self,
        cargo_run: &mut CargoRun,
        again: &Again<'_>,
        used: &mut Duration,
        budget: Duration,
    ) -> Result<Option<String>> {
        let limit = time_left(self.suite, cargo_run.duration + *used);
        if self.context.cancel.is_cancelled() {
            return Ok(Some(STOPPED.into()));
        }
        if limit.is_zero() {
            return Ok(Some(NO_TIME.into()));
        }
        if *used > budget {
            return Ok(Some("it would take longer than the suite itself".into()));
        }
        let (finished, told) = self.run_some(again.artifact, &again.names, limit)?;
        *used += finished.duration;
        if let Some(block) = cargo_run.binaries[again.at].blocks.first_mut() {
            block.take_again(again.run, told);
        }
        Ok((finished.stop == Some(Stop::Cancelled)).then(|| STOPPED.into()))
    }
}

/// Each failing test alone; those above the most that run so, together.
fn apart<'a>(cargo_run: &CargoRun, artifacts: &'a [Artifact]) -> Vec<Again<'a>> {
    let mut list = Vec::new();
    let mut left = MOST_ALONE;
    for (at, binary) in cargo_run.binaries.iter().enumerate() {
        let Some(artifact) = artifacts.iter().find(|artifact| artifact.is_of(binary)) else { continue };
        let failed: Vec<String> =
            binary.blocks.iter().flat_map(|block| block.failed()).map(str::to_owned).collect();
        let (alone, rest) = failed.split_at(left.min(failed.len()));
        left -= alone.len();
        for name in alone {
            let names = vec![name.clone()];
            list.extend((0..TRIES).map(|_| Again {
                at,
                artifact,
                names: names.clone(),
                run: Company::Alone,
            }));
        }
        let rest = rest.chunks(super::cargo::NAMES);
        list.extend(rest.map(|names| Again {
            at,
            artifact,
            names: names.to_vec(),
            run: Company::OtherFailures,
        }));
    }
    list
}

/// Binaries with a test that passes alone each time, whole.
fn in_company<'a>(cargo_run: &CargoRun, artifacts: &'a [Artifact]) -> Vec<Again<'a>> {
    let mut list = Vec::new();
    for (at, binary) in cargo_run.binaries.iter().enumerate() {
        let passes = binary.blocks.iter().any(|block| {
            block.failed().any(|name| {
                let (tries, passed) = block.tries(name, Company::Alone);
                tries > 0 && tries == passed
            })
        });
        let artifact = artifacts.iter().find(|artifact| artifact.is_of(binary));
        list.extend(artifact.filter(|_| passes).map(|artifact| Again {
            at,
            artifact,
            names: Vec::new(),
            run: Company::InOrder,
        }));
    }
    list
}
