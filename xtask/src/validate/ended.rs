//! How a process of a suite ended, from its events and its exit together, and what to run next.

use std::collections::BTreeSet;
use std::time::Duration;

use super::events::Raised;
use super::result::End;
use super::session::Session;
use crate::process::{Ending, Stop};

/// How often a suite is started again for tests that a crash or a hang kept from running.
pub(super) const MAX_RESTARTS: usize = 30;

/// One process of a suite, at its end.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    /// What it told.
    pub(super) session: Session,
    /// How its process ended.
    pub(super) ending: Ending,
    /// Who ended it.
    pub(super) stop: Option<Stop>,
    /// How long it took.
    pub(super) duration: Duration,
    /// Its output, cut in the middle.
    pub(super) stdout: String,
    /// Its error output, cut in the middle.
    pub(super) stderr: String,
    /// Names of processes that it left behind.
    pub(super) left_behind: Vec<String>,
    /// Why no process could be started for what it left undone, where that was tried.
    pub(super) unfollowed: Option<String>,
}

impl Ended {
    /// The exit code; 128 and the signal's number for a crash.
    pub(super) fn code(&self) -> i32 {
        match self.ending {
            Ending::Code(code) => code,
            Ending::Signal(signal) => 128 + signal,
        }
    }

    /// True when every collected test ran to its end.
    pub(super) fn all_ran(&self) -> bool {
        self.session.collected && self.session.items.iter().all(|item| self.session.has_ended(&item.id))
    }

    /// What ended it. The exit code alone proves nothing: a test that calls `os._exit(0)` gives 0.
    pub(super) fn end(&self) -> End {
        match self.stop {
            Some(Stop::Cancelled) => return End::Interrupted,
            Some(Stop::Limit) => return End::SuiteLimit,
            Some(Stop::Watcher) => return End::Hung,
            None => {}
        }
        let session = &self.session;
        if session.internal_error.is_some() {
            return End::InternalError;
        }
        if matches!(self.ending, Ending::Signal(_)) {
            return End::Crashed;
        }
        if session.conftest.is_some() && !session.collected {
            return End::BrokenConftest;
        }
        match &session.finish {
            None if session.facts.is_none() && self.is_refused() => End::UsageError,
            None => End::ExitedEarly,
            Some(_) if session.interrupted.is_some() => End::Stopped,
            Some((4, _)) => End::UsageError,
            // pytest's word for an error of its own, where what it would have told of it broke as well.
            Some((3, _)) if !self.all_ran() => End::InternalError,
            Some(_) if !session.collected => End::Stopped,
            Some(_) if session.items.is_empty() && session.collect_errors.is_empty() => {
                // A part of a split suite may be left without a test.
                let has_others = session.shard.as_ref().is_some_and(|(all, _)| *all > 0);
                if has_others { End::Finished } else { End::NothingCollected }
            }
            Some(_) if !self.all_ran() => End::Stopped,
            Some(_) => End::Finished,
        }
    }

    /// True when pytest could do nothing with its arguments; older ones end with 1 where a plugin is missing.
    fn is_refused(&self) -> bool {
        let names_plugin = || self.stderr.contains("Error importing plugin ");
        self.ending == Ending::Code(4) || (self.ending == Ending::Code(1) && names_plugin())
    }

    /// Why nothing was heard of the session: its module could not be loaded, or breaks under this pytest.
    pub(super) fn unheard(&self) -> Option<String> {
        if self.stop.is_some() || matches!(self.ending, Ending::Signal(_)) {
            return None;
        }
        let is_ours = |raised: &Raised| {
            let ours = ["xtask_pytest_events.py", "xtask_pipe.py"];
            raised.frames.last().is_some_and(|(file, ..)| ours.iter().any(|name| file.ends_with(name)))
        };
        if let Some(raised) = self.session.internal_error.as_ref().filter(|raised| is_ours(raised)) {
            return Some(format!("{}: {}", raised.kind, raised.message.lines().next().unwrap_or_default()));
        }
        if self.session.hello.is_some() {
            return None;
        }
        let said = self.stderr.lines().rev().map(str::trim).find(|line| !line.is_empty());
        Some(said.unwrap_or("pytest ended without a word").to_owned())
    }

    /// The test that ended its worker, where that stopped the session (`--max-worker-restart`) or was too much for
    /// pytest (xdist loses its books with `--dist loadfile`): what other workers were at then is not to blame.
    pub(super) fn worker_ender(&self) -> Option<&str> {
        let stopped = matches!(self.end(), End::Stopped | End::InternalError);
        self.session.ended_its_worker().filter(|_| stopped)
    }

    /// The test that was running when the process ended too early; else the file that was being imported.
    pub(super) fn culprit(&self) -> Option<Culprit<'_>> {
        if matches!(self.end(), End::Finished | End::NothingCollected) {
            return None;
        }
        if let Some(test) = self.worker_ender() {
            return Some(Culprit::Test(test));
        }
        match self.session.running().first() {
            Some(test) => Some(Culprit::Test(test)),
            None => self.session.collecting().map(Culprit::File),
        }
    }
}

/// What ended a process too early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Culprit<'a> {
    /// A test.
    Test(&'a str),
    /// The import of a test file.
    File(&'a str),
}

impl Culprit<'_> {
    /// Its id.
    pub(super) fn id(&self) -> &str {
        match self {
            Culprit::Test(id) | Culprit::File(id) => id,
        }
    }
}

/// What the loop over a suite's processes does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing: all that can be known is known.
    Done,
    /// Run these tests in a fresh process, without importing the files in `ignore`.
    Remaining {
        /// Ids of the tests that have not run; `None`: collection was not reached, run all.
        only: Option<Vec<String>>,
        /// Files whose import ended a process, as whole paths.
        ignore: Vec<String>,
    },
}

/// Decides from all processes so far; pure, so that every course can be tested without running one.
pub(super) fn next_step(ends: &[Ended]) -> Next {
    let Some(last) = ends.last() else { return Next::Remaining { only: None, ignore: Vec::new() } };
    let worth_it = matches!(last.end(), End::Crashed | End::ExitedEarly | End::Hung | End::InternalError)
        || last.session.broken_by_test()
        || last.worker_ender().is_some();
    if !worth_it || ends.len() > MAX_RESTARTS || last.culprit().is_none() {
        return Next::Done;
    }
    let ignore: Vec<String> = ends
        .iter()
        .filter_map(|ended| match ended.culprit() {
            // Ids are relative to the session's root, which need not be the folder that it was started in.
            Some(Culprit::File(file)) => Some(match &ended.session.facts {
                Some(facts) => format!("{}/{file}", facts.root.trim_end_matches('/')),
                None => file.to_owned(),
            }),
            _ => None,
        })
        .collect();
    if !ends.iter().any(|ended| ended.session.collected) {
        return Next::Remaining { only: None, ignore };
    }
    let remaining = remaining(ends);
    if remaining.is_empty() { Next::Done } else { Next::Remaining { only: Some(remaining), ignore } }
}

/// Tests that were collected, have not ended, and have not ended a process.
pub(super) fn remaining(ends: &[Ended]) -> Vec<String> {
    let culprits: BTreeSet<&str> = ends
        .iter()
        .filter_map(Ended::culprit)
        .filter_map(|culprit| match culprit {
            Culprit::Test(id) => Some(id),
            Culprit::File(_) => None,
        })
        .collect();
    let ran = |id: &str| ends.iter().any(|ended| ended.session.has_ended(id));
    let mut seen = BTreeSet::new();
    ends.iter()
        .flat_map(|ended| &ended.session.items)
        .map(|item| item.id.as_str())
        .filter(|id| !culprits.contains(id) && !ran(id) && seen.insert(*id))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::events::parse;
    use super::*;

    fn ended(ending: Ending, stop: Option<Stop>, events: &[&str]) -> Ended {
        let mut session = Session::default();
        for line in events {
            session.apply(parse(line.as_bytes()).unwrap(), Duration::from_secs(1));
        }
        let text = String::new;
        let left_behind = Vec::new();
        let duration = Duration::from_secs(2);
        let unfollowed = None;
        Ended { session, ending, stop, duration, stdout: text(), stderr: text(), left_behind, unfollowed }
    }

    const SESSION: &str = r#"{"e":"session","root":"/r","config":null,"plugins":[],"workers":"0"}"#;
    const ITEMS: &str = r#"{"e":"items","items":[["a",null,null],["b",null,null],["c",null,null]]}"#;
    const COLLECTED: &str = r#"{"e":"collected","count":3}"#;
    const FINISH: &str = r#"{"e":"finish","status":0,"stats":{}}"#;

    fn start(id: &str) -> String {
        format!(r#"{{"e":"start","id":"{id}","path":"t.py","line":1}}"#)
    }

    fn end(id: &str) -> String {
        format!(r#"{{"e":"end","id":"{id}","seconds":0.1,"called":true}}"#)
    }

    #[test]
    fn exit_code_zero_without_the_end_of_the_session_is_no_end() {
        let (start_a, end_a, start_b) = (start("a"), end("a"), start("b"));
        let ended = ended(Ending::Code(0), None, &[SESSION, ITEMS, COLLECTED, &start_a, &end_a, &start_b]);
        assert_eq!(ended.end(), End::ExitedEarly);
        assert_eq!(ended.culprit(), Some(Culprit::Test("b")));
        assert_eq!(
            next_step(&[ended]),
            Next::Remaining { only: Some(vec!["c".to_owned()]), ignore: Vec::new() }
        );
    }

    #[test]
    fn fewer_tests_than_collected_is_no_good_end_even_with_a_finish() {
        let (start_a, end_a) = (start("a"), end("a"));
        let ended = ended(Ending::Code(0), None, &[SESSION, ITEMS, COLLECTED, &start_a, &end_a, FINISH]);
        assert_eq!((ended.end(), next_step(&[ended])), (End::Stopped, Next::Done));
    }

    #[test]
    fn test_that_ends_the_last_worker_is_the_culprit_and_the_rest_runs() {
        let (start_a, start_b) = (start("a"), start("b"));
        let crash = r#"{"e":"phase","id":"b","when":"call","outcome":"failed","seconds":0,"error":{"type":"crash","message":"worker 'gw0' crashed","frames":[],"module":null}}"#;
        let events = [SESSION, ITEMS, COLLECTED, &start_a, &start_b, crash, &end("b"), FINISH];
        let ended = ended(Ending::Code(1), None, &events);
        assert_eq!((ended.end(), ended.culprit()), (End::Stopped, Some(Culprit::Test("b"))));
        let rest = vec!["a".to_owned(), "c".to_owned()];
        assert_eq!(next_step(&[ended]), Next::Remaining { only: Some(rest), ignore: Vec::new() });
    }

    #[test]
    fn of_tests_that_ended_their_workers_the_first_in_time_is_named() {
        let crash = |id: &str| {
            r#"{"e":"phase","id":"ID","when":"call","outcome":"failed","seconds":0,"error":{"type":"crash","message":"","frames":[],"module":null}}"#
                .replace("ID", id)
        };
        let (start_a, start_b) = (start("a"), start("b"));
        let (crash_a, crash_b) = (crash("a"), crash("b"));
        let (end_a, end_b) = (end("a"), end("b"));
        let events = [SESSION, ITEMS, &start_b, &crash_b, &end_b, &start_a, &crash_a, &end_a, FINISH];
        let ended = ended(Ending::Code(1), None, &events);
        assert_eq!(ended.session.ended_its_worker(), Some("b"));
    }

    #[test]
    fn end_of_a_worker_that_pytest_cannot_bear_costs_no_other_test() {
        let (start_b, end_b) = (start("b"), end("b"));
        let crash = r#"{"e":"phase","id":"b","when":"call","outcome":"failed","seconds":0,"error":{"type":"crash","message":"","frames":[],"module":null}}"#;
        let broken = r#"{"e":"internal-error","error":{"type":"KeyError","message":"<WorkerController gw2>","frames":[],"module":null}}"#;
        let events = [SESSION, ITEMS, COLLECTED, &start_b, crash, &end_b, broken];
        let ended = ended(Ending::Code(3), None, &events);
        assert_eq!((ended.end(), ended.culprit()), (End::InternalError, Some(Culprit::Test("b"))));
        let rest = vec!["a".to_owned(), "c".to_owned()];
        assert_eq!(next_step(&[ended]), Next::Remaining { only: Some(rest), ignore: Vec::new() });
    }

    #[test]
    fn import_that_crashes_is_left_out_of_the_next_process() {
        let collecting = r#"{"e":"collecting","id":"t/x.py"}"#;
        let crashed = ended(Ending::Signal(11), None, &[SESSION, collecting]);
        assert_eq!(crashed.culprit(), Some(Culprit::File("t/x.py")));
        let ignore = vec!["/r/t/x.py".to_owned()];
        assert_eq!(next_step(&[crashed]), Next::Remaining { only: None, ignore });
    }

    #[test]
    fn restarts_are_capped() {
        let start_a = start("a");
        let crash = ended(Ending::Signal(11), None, &[SESSION, ITEMS, COLLECTED, &start_a]);
        assert_ne!(next_step(&vec![crash.clone(); MAX_RESTARTS]), Next::Done);
        assert_eq!(next_step(&vec![crash; MAX_RESTARTS + 1]), Next::Done);
    }

    #[test]
    fn each_end_has_its_name() {
        let all: Vec<String> = ["a", "b", "c"].iter().flat_map(|id| [start(id), end(id)]).collect();
        let mut full: Vec<&str> = vec![SESSION, ITEMS, COLLECTED];
        full.extend(all.iter().map(String::as_str));
        full.push(FINISH);
        let internal =
            r#"{"e":"internal-error","error":{"type":"E","message":"","frames":[],"module":null}}"#;
        let unheard = r#"{"e":"finish","status":3,"stats":{}}"#;
        let conftest =
            r#"{"e":"conftest","path":"c.py","error":{"type":"E","message":"","frames":[],"module":null}}"#;
        let nothing = [SESSION, r#"{"e":"collected","count":0}"#, r#"{"e":"finish","status":5,"stats":{}}"#];
        let code = |code| Ending::Code(code);
        let cases = [
            (ended(code(0), None, &full), End::Finished),
            (ended(code(5), None, &nothing), End::NothingCollected),
            (ended(code(4), None, &[]), End::UsageError),
            (ended(code(4), None, &[conftest]), End::BrokenConftest),
            (ended(code(3), None, &[SESSION, internal]), End::InternalError),
            (ended(code(1), None, &[SESSION, ITEMS, COLLECTED, unheard]), End::InternalError),
            (ended(Ending::Signal(6), None, &full), End::Crashed),
            (ended(Ending::Signal(15), Some(Stop::Watcher), &[SESSION]), End::Hung),
            (ended(Ending::Signal(15), Some(Stop::Limit), &[SESSION]), End::SuiteLimit),
            (ended(Ending::Signal(15), Some(Stop::Cancelled), &[SESSION]), End::Interrupted),
            (ended(code(1), None, &[]), End::ExitedEarly),
        ];
        for (ended, expected) in cases {
            assert_eq!(ended.end(), expected);
        }
    }
}
