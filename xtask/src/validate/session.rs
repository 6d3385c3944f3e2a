//! What a test session has done so far, from its events. Knows no processes and no files.

use std::collections::BTreeMap;
use std::time::Duration;

use super::events::{Event, Raised, Skip, When};
use crate::config::SuiteKind;

/// What the module that tells events calls the end of a worker inside a test.
const WORKER_CRASH: &str = "crash";

/// One way in which a test failed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Failure {
    /// In which part.
    pub(super) when: When,
    /// The exception.
    pub(super) raised: Raised,
    /// The subtest, if it was one.
    pub(super) sub: Option<String>,
}

/// How one try of a test went.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Try {
    /// Seconds of all its parts.
    pub(super) seconds: f64,
    /// All failures, in order; empty when there was none.
    pub(super) failures: Vec<Failure>,
    /// Why it was skipped.
    pub(super) skip: Option<Skip>,
    /// Why subtests of it were skipped.
    pub(super) sub_skips: Vec<Skip>,
    /// It failed as its mark expects.
    pub(super) xfailed: bool,
    /// It passed although its mark expects a failure.
    pub(super) xpassed: bool,
    /// It reached its end.
    pub(super) ended: bool,
}

/// One test that was collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Its id as the runner shows it; a second test of the same id gets ` #2`.
    pub(super) id: String,
    /// The file that defines it, relative to the session's root.
    pub(super) path: Option<String>,
    /// The line there, from 1.
    pub(super) line: Option<u64>,
}

/// A test file that could not be collected.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CollectError {
    /// The file's or folder's id.
    pub(super) id: String,
    /// What was raised.
    pub(super) raised: Raised,
}

/// Everything that one process told.
#[derive(Clone, Debug, Default)]
pub(super) struct Session {
    /// Versions of Python and pytest, once the module was loaded.
    pub(super) hello: Option<(String, Option<String>)>,
    /// Root folder, configuration file, plugins, parallel workers.
    pub(super) facts: Option<SessionFacts>,
    /// Tests that were to run, in order.
    pub(super) items: Vec<Item>,
    /// Whether collection came to its end.
    pub(super) collected: bool,
    /// Tests left out by options of the user's.
    pub(super) deselected: u64,
    /// Files that could not be collected.
    pub(super) collect_errors: Vec<CollectError>,
    /// Files that asked to be skipped.
    pub(super) collect_skips: Vec<(String, Skip)>,
    /// Where the tests are split into parts: how many there are in all, and a hash of the split.
    pub(super) shard: Option<(u64, String)>,
    /// What single tests are for, by their marks.
    pub(super) kinds: BTreeMap<String, SuiteKind>,
    /// All tries of each test, in order.
    pub(super) tries: BTreeMap<String, Vec<Try>>,
    /// The `conftest.py` that could not be loaded.
    pub(super) conftest: Option<(String, Raised)>,
    /// What went wrong in the runner itself.
    pub(super) internal_error: Option<Raised>,
    /// Why the session was stopped.
    pub(super) interrupted: Option<String>,
    /// The exception that stopped it.
    pub(super) interrupt: Option<Raised>,
    /// The runner's own status and tally.
    pub(super) finish: Option<(i32, BTreeMap<String, u64>)>,
    /// Failures that the runner counts and that are no test's.
    pub(super) beside_tests: u64,
    /// What stood on the pipe beside events: stacks of a process that was ended.
    pub(super) dump: Vec<String>,
    ended_worker: Option<String>,
    running: BTreeMap<String, Duration>,
    collecting: Option<(String, Duration)>,
    /// Where each test stands in `items`.
    index: BTreeMap<String, usize>,
    done: u64,
    failed: u64,
}

/// What the session says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SessionFacts {
    /// The folder that ids are relative to.
    pub(super) root: String,
    /// The configuration file.
    pub(super) config: Option<String>,
    /// Third-party plugins with versions.
    pub(super) plugins: Vec<String>,
    /// Parallel workers (xdist); `0` for none.
    pub(super) workers: String,
    /// Whether pytest-cov measures which lines run.
    pub(super) measures_coverage: bool,
}

impl Session {
    /// Takes the next event.
    pub(super) fn apply(&mut self, event: Event, at: Duration) {
        match event {
            Event::Hello { python, pytest } => self.hello = Some((python, pytest)),
            Event::Session { root, config, plugins, workers, cov } => {
                self.facts = Some(SessionFacts { root, config, plugins, workers, measures_coverage: cov });
            }
            Event::Collecting { id } => self.collecting = Some((id, at)),
            Event::FileDone => self.collecting = None,
            Event::CollectError { id, error } => {
                self.collect_errors.push(CollectError { id, raised: error.unwrap_or_default() });
            }
            Event::CollectSkip { id, skip } => self.collect_skips.push((id, skip)),
            Event::Items { items } => self.add_items(items),
            Event::Collected { .. } => (self.collected, self.collecting) = (true, None),
            Event::Deselected { count } => self.deselected = self.deselected.max(count),
            Event::Shard { all, plan } => self.shard = Some((all, plan)),
            Event::Kinds { kinds } => self.kinds.extend(kinds),
            Event::Start { id, path, line } => self.start(id, path, line, at),
            Event::Phase { id, when, outcome, seconds, sub, xfail, skip, error } => {
                let again = outcome == "rerun";
                if error.as_ref().is_some_and(|raised| raised.kind == WORKER_CRASH) {
                    self.ended_worker.get_or_insert_with(|| id.clone());
                }
                let attempt = self.current(&id);
                attempt.seconds += if sub.is_none() { seconds } else { 0.0 };
                attempt.add_phase(Phase { when, outcome: &outcome, sub, xfail, skip, error });
                if again {
                    self.begin_again(&id);
                }
            }
            Event::End { id, seconds, called } => self.end(&id, seconds, called),
            Event::Conftest { path, error } => self.conftest = Some((path, error)),
            Event::InternalError { error } => self.internal_error = Some(error),
            Event::Interrupted { reason, error } => {
                (self.interrupted, self.interrupt) = (Some(reason), error);
            }
            Event::Finish { status, stats, beside_tests } => {
                self.finish = Some((status, stats));
                self.beside_tests = beside_tests;
            }
        }
    }

    /// The tests that have begun and not ended, the longest-running first.
    pub(super) fn running(&self) -> Vec<&str> {
        let mut running: Vec<(&Duration, &str)> =
            self.running.iter().map(|(id, since)| (since, id.as_str())).collect();
        running.sort();
        running.into_iter().map(|(_, id)| id).collect()
    }

    /// True when a test, or the import of a test file, raised what pytest takes for the user's Ctrl-C: no wish of
    /// anybody's to stop. (`pytest.exit` is one.)
    pub(super) fn broken_by_test(&self) -> bool {
        let is_break = self.interrupt.as_ref().is_some_and(|raised| raised.kind == "KeyboardInterrupt");
        is_break && (!self.running.is_empty() || self.collecting.is_some())
    }

    /// The first test that ended its worker, where tests run in several.
    pub(super) fn ended_its_worker(&self) -> Option<&str> {
        self.ended_worker.as_deref()
    }

    /// The file whose collection has begun and not ended.
    pub(super) fn collecting(&self) -> Option<&str> {
        self.collecting.as_ref().map(|(file, _)| file.as_str())
    }

    /// Until when the session may go on without another event: a test, and the import of a test file, may
    /// take a test's limit; for what plugins do between and after them the suite's limit holds alone.
    pub(super) fn deadline(&self, test_limit: Duration) -> Option<Duration> {
        let running = self.running.values().min().copied();
        let since = running.or(self.collecting.as_ref().map(|(_, since)| *since));
        since.map(|since| since.saturating_add(test_limit))
    }

    /// How many tests have ended, and how many of them failed.
    pub(super) fn done(&self) -> (u64, u64) {
        (self.done, self.failed)
    }

    /// True when the test has run to its end.
    pub(super) fn has_ended(&self, id: &str) -> bool {
        self.tries.get(id).and_then(|tries| tries.last()).is_some_and(|last| last.ended)
    }

    fn add_items(&mut self, items: Vec<(String, Option<String>, Option<u64>)>) {
        for (id, path, line) in items {
            let mut name = id.clone();
            let mut count = 1;
            // Custom collectors may give one id twice; each is a test of its own.
            while self.index.contains_key(&name) {
                count += 1;
                name = format!("{id} #{count}");
            }
            self.index.insert(name.clone(), self.items.len());
            self.items.push(Item { id: name, path, line });
        }
    }

    fn start(&mut self, id: String, path: Option<String>, line: Option<u64>, at: Duration) {
        let name = self.next_name(&id);
        // Under xdist places are known only now.
        if let Some(item) = self.index.get(&name).and_then(|&index| self.items.get_mut(index))
            && item.path.is_none()
        {
            (item.path, item.line) = (path, line);
        }
        self.running.insert(name.clone(), at);
        self.tries.entry(name).or_default().push(Try::default());
    }

    /// The name under which a test of this id begins: the first of its id that has not run, else the last
    /// that has (a plugin runs it again). A process that runs what is left may have the second one alone.
    fn next_name(&self, id: &str) -> String {
        if self.index.contains_key(id) && !self.tries.contains_key(id) {
            return id.to_owned();
        }
        let prefix = format!("{id} #");
        let numbered = |name: &&String| name[prefix.len()..].parse::<u64>().is_ok();
        let after = self.index.range(prefix.clone()..).map(|(name, _)| name);
        let others: Vec<&String> =
            after.take_while(|name| name.starts_with(&prefix)).filter(numbered).collect();
        let is_new = |name: &&&String| !self.tries.contains_key(name.as_str());
        let next = others.iter().filter(is_new).min_by_key(|name| self.index[name.as_str()]);
        let last = || others.iter().max_by_key(|name| self.index[name.as_str()]);
        next.or_else(last).map_or_else(|| id.to_owned(), |name| (*name).clone())
    }

    /// The name of the running (or, failing that, last run) test of this id.
    fn current_name(&self, id: &str) -> String {
        if self.running.contains_key(id) {
            return id.to_owned();
        }
        let prefix = format!("{id} #");
        let running = self.running.range(prefix.clone()..).map(|(name, _)| name).next();
        running.filter(|name| name.starts_with(&prefix)).cloned().unwrap_or_else(|| id.to_owned())
    }

    fn current(&mut self, id: &str) -> &mut Try {
        let tries = self.tries.entry(self.current_name(id)).or_default();
        if tries.is_empty() {
            tries.push(Try::default());
        }
        let last = tries.len() - 1;
        &mut tries[last]
    }

    /// A plugin (pytest-rerunfailures) throws the last try away and begins another.
    fn begin_again(&mut self, id: &str) {
        let name = self.current_name(id);
        let tries = self.tries.entry(name).or_default();
        if let Some(last) = tries.last_mut() {
            last.ended = true;
        }
        tries.push(Try::default());
    }

    fn end(&mut self, id: &str, seconds: f64, called: bool) {
        let attempt = self.current(id);
        attempt.seconds += seconds;
        let failed = !attempt.failures.is_empty();
        // With `--setup-only` pytest makes fixtures and calls no test.
        attempt.ended = called || failed || attempt.skip.is_some() || attempt.xfailed || attempt.xpassed;
        self.done += u64::from(attempt.ended);
        self.failed += u64::from(failed);
        let name = self.current_name(id);
        self.running.remove(&name);
    }
}

struct Phase<'a> {
    when: When,
    outcome: &'a str,
    sub: Option<String>,
    xfail: Option<String>,
    skip: Option<Skip>,
    error: Option<Raised>,
}

impl Try {
    fn add_phase(&mut self, phase: Phase<'_>) {
        match phase.outcome {
            "failed" | "rerun" => {
                let raised = phase.error.unwrap_or_default();
                self.failures.push(Failure { when: phase.when, raised, sub: phase.sub });
            }
            // Of what a subtest says only a failure is one of its test.
            "skipped" if phase.sub.is_some() && phase.xfail.is_none() => self.sub_skips.extend(phase.skip),
            _ if phase.sub.is_some() => {}
            "skipped" if phase.xfail.is_some() => self.xfailed = true,
            "skipped" => self.skip = phase.skip.or(Some(Skip::default())),
            "passed" if phase.xfail.is_some() => self.xpassed = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::events::parse;
    use super::*;

    #[test]
    fn only_tests_and_imports_have_a_limit_not_what_plugins_do_between_them() {
        let mut session = Session::default();
        let steps = [
            (r#"{"e":"collecting","id":"t.py"}"#, Some(13)),
            (r#"{"e":"file-done"}"#, None),
            (r#"{"e":"collected","count":1}"#, None),
            (r#"{"e":"start","id":"t.py::a","path":"t.py","line":1}"#, Some(16)),
            (r#"{"e":"end","id":"t.py::a","seconds":0,"called":false}"#, None),
            (r#"{"e":"finish","status":0,"stats":{}}"#, None),
        ];
        for (second, (line, limit)) in (3..).zip(steps) {
            session.apply(parse(line.as_bytes()).unwrap(), Duration::from_secs(second));
            let deadline = session.deadline(Duration::from_secs(10));
            assert_eq!(deadline.map(|deadline| deadline.as_secs()), limit, "{line}");
        }
    }
}
