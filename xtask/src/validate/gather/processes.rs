//! Starts the processes of a Python suite: until nothing is left to run, and for failing tests again.
//!
//! What a process told is kept, whatever keeps the next one from starting: a full temporary folder, most often.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::super::ended::{Ended, Next, next_step};
use super::super::events;
use super::super::model::Rerun;
use super::super::rerun::{Again, next_rerun};
use super::super::result::Company;
use super::super::session::Session;
use super::python::Python;
use super::{ALONE_BUDGET, NO_TIME, STOPPED, ends_suite, suite_call, time_left};
use crate::process::{Call, EventPipe, Scratch, Source, Stop, prepended, watch};
use crate::repo::RepoPath;
use crate::report::count;

const PYTEST_MODULE: &str = include_str!("../python/xtask_pytest.py");
const PYTEST_EVENTS_MODULE: &str = include_str!("../python/xtask_pytest_events.py");
const UNITTEST_MODULE: &str = include_str!("../python/xtask_unittest_events.py");
const PIPE_MODULE: &str = include_str!("../python/xtask_pipe.py");
const SHARDS_MODULE: &str = include_str!("../python/xtask_shards.py");

/// What one process runs.
struct Job<'a> {
    /// Module and arguments.
    arguments: Vec<OsString>,
    /// Ids to keep; `None`: all.
    only: Option<&'a [String]>,
    /// How long it may take.
    limit: Duration,
}

impl Python<'_> {
    /// Starts processes until every test (of the `first`, where some are named) has run, or nothing more can be
    /// done.
    pub(super) fn until_done(
        &self,
        first: Option<&[String]>,
        arguments: impl Fn(&[String]) -> Vec<OsString>,
    ) -> Result<Vec<Ended>> {
        let mut ends: Vec<Ended> = Vec::new();
        while let Next::Remaining { only, ignore } = next_step(&ends) {
            let used = ends.iter().map(|ended| ended.duration).sum();
            let limit = time_left(self.suite, used);
            if limit.is_zero() {
                break;
            }
            if !ends.is_empty() {
                self.context.progress.step(format!("running what is left of suite {}", self.suite.name));
            }
            let job = Job { arguments: arguments(&ignore), only: only.as_deref().or(first), limit };
            match (self.run_once(&job), ends.last_mut()) {
                (Ok(ended), _) => ends.push(ended),
                (Err(error), Some(last)) => {
                    last.unfollowed = Some(format!("{error:#}"));
                    break;
                }
                (Err(error), None) => return Err(error),
            }
        }
        Ok(ends)
    }

    /// Runs failing tests again, to tell what fails each time from what does not; and why that was cut short.
    pub(super) fn run_failures_again(
        &self,
        ends: &[Ended],
        whole: &[RepoPath],
        arguments: &dyn Fn(&[RepoPath]) -> Vec<OsString>,
    ) -> (Vec<Rerun>, Option<String>) {
        let mut reruns: Vec<Rerun> = Vec::new();
        let main: Duration = ends.iter().map(|ended| ended.duration).sum();
        let mut used = main;
        let mut cut_short: Option<String> = None;
        loop {
            // Single processes may take as long as the suite did, and a minute in any case.
            let may_run_alone = used - main < main.max(ALONE_BUDGET);
            let next = next_rerun(ends, &reruns, &self.context.roots, may_run_alone);
            let Some(Again { ids, files, run }) = next else { break };
            let limit = time_left(self.suite, used);
            if limit.is_zero() || self.context.cancel.is_cancelled() {
                cut_short = Some(if limit.is_zero() { NO_TIME.into() } else { STOPPED.into() });
                break;
            }
            if !may_run_alone && run != Company::InOrder {
                cut_short = Some("single processes would take longer than the suite itself".into());
            }
            self.context.progress.step(format!(
                "running {} again ({})",
                count(ids.len(), "test"),
                run.name()
            ));
            let arguments = arguments(if run == Company::InOrder { whole } else { &files });
            let ended = match self.run_once(&Job { arguments, only: Some(&ids), limit }) {
                Ok(ended) => ended,
                Err(error) => {
                    cut_short = Some(format!("no other process could be started: {error:#}"));
                    break;
                }
            };
            used += ended.duration;
            let stop = ended.stop;
            reruns.push(Rerun { ids, run, ended });
            if ends_suite(stop) {
                cut_short = Some(if stop == Some(Stop::Cancelled) { STOPPED.into() } else { NO_TIME.into() });
                break;
            }
        }
        (reruns, cut_short)
    }

    fn run_once(&self, job: &Job<'_>) -> Result<Ended> {
        let scratch = Scratch::new()?;
        scratch.file("xtask_pytest.py", PYTEST_MODULE.as_bytes())?;
        scratch.file("xtask_pytest_events.py", PYTEST_EVENTS_MODULE.as_bytes())?;
        scratch.file("xtask_unittest_events.py", UNITTEST_MODULE.as_bytes())?;
        scratch.file("xtask_pipe.py", PIPE_MODULE.as_bytes())?;
        scratch.file("xtask_shards.py", SHARDS_MODULE.as_bytes())?;
        let events = scratch.pipe("events")?;
        let (program, leading) = self.program();
        let mut call = suite_call(self.context, &program, job.limit)
            .args(leading)
            .args(&job.arguments)
            .env("PYTHONPATH", self.python_path(scratch.path()))
            .env("XTASK_EVENTS", events.path());
        if let Some(only) = job.only {
            let ids = serde_json::to_vec(only).context("write the list of tests")?;
            call = call.env("XTASK_SELECTION", scratch.file("selection.json", &ids)?);
        }
        if let (None, Some(shard)) = (job.only, self.context.options.shard) {
            let durations = serde_json::to_vec(&self.context.options.durations.tests)?;
            let durations = scratch.file("durations.json", &durations)?;
            call = call.env("XTASK_SHARD", shard.to_string()).env("XTASK_DURATIONS", durations);
        }
        self.watched(&call, &events)
    }

    fn watched(&self, call: &Call, pipe: &EventPipe) -> Result<Ended> {
        let mut session = Session::default();
        let progress = self.context.progress;
        let mut deadline = None;
        let finished = watch(call, Some(pipe), self.context.cancel, &mut |line| {
            // Behind it the process is being ended: a test that takes the signal and returns hung all the same, and what
            // begins meanwhile is cut off through no fault of its own.
            let is_in_time = deadline.is_none_or(|deadline| line.at <= deadline);
            if line.source == Source::Events && is_in_time {
                match events::parse(line.bytes) {
                    Some(event) => session.apply(event, line.at),
                    None => session.dump.push(String::from_utf8_lossy(line.bytes).into_owned()),
                }
                progress.count(session.done().0, session.items.len() as u64);
            }
            // Without events nothing is known of single tests: the suite's limit holds alone.
            deadline = session.deadline(self.suite.test_limit);
            deadline
        })?;
        Ok(Ended {
            ending: finished.ending,
            stop: finished.stop,
            duration: finished.duration,
            stdout: finished.stdout.text(),
            stderr: finished.stderr.text(),
            left_behind: finished.left_behind,
            unfollowed: None,
            session,
        })
    }

    fn python_path(&self, scratch: &Path) -> OsString {
        let mut path = OsString::new();
        for folder in &self.first {
            path.push(folder);
            path.push(":");
        }
        path.push(prepended("PYTHONPATH", scratch));
        path
    }
}
