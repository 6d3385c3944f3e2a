//! The status of a run, and in one sentence why: from all its processes together.

use std::collections::BTreeMap;

use super::cargo_cases::why_unbuilt;
use super::cases;
use super::causes::{deepest_own, is_missing_module};
use super::ended::{Ended, MAX_RESTARTS};
use super::libtest::{Binary, Block, CargoRun};
use super::listed::{self, Listed};
use super::model::{Ran, SuiteRun};
use super::places::Roots;
use super::refused;
use super::result::{Counts, End, Status};
use super::suites::Suite;
use crate::process::Stop;
use crate::report::count;

/// Lines of a process's output that are shown where it did not end well.
const LAST_LINES: usize = 12;

/// What is said of a run.
pub(super) struct Told {
    pub(super) status: Status,
    pub(super) end: End,
    pub(super) why: Option<String>,
    pub(super) install: Option<String>,
    pub(super) exit_code: Option<i32>,
    pub(super) culprit: Option<String>,
    pub(super) output: Option<String>,
}

impl Told {
    /// Of a run that never began.
    fn not_begun(end: End, why: &str, install: Option<String>) -> Self {
        Self {
            status: Status::CannotRun,
            end,
            why: Some(why.to_owned()),
            install,
            exit_code: None,
            culprit: None,
            output: None,
        }
    }
}

/// What is said of a run, and what its runner said.
pub(super) struct Concluded {
    pub(super) told: Told,
    pub(super) collected: u64,
    pub(super) deselected: u64,
    pub(super) tally: BTreeMap<String, u64>,
    pub(super) restarts: usize,
    pub(super) plugins: Vec<String>,
    pub(super) duration: Option<f64>,
}

/// Concludes from a run and the counts of its cases; `roots` tell the names of files.
pub(super) fn conclude(run: &SuiteRun, counts: &Counts, roots: &Roots) -> Concluded {
    let plain = |told| Concluded {
        told,
        collected: 0,
        deselected: 0,
        tally: BTreeMap::new(),
        restarts: 0,
        plugins: Vec::new(),
        duration: None,
    };
    match &run.ran {
        Ran::Python { ends, .. } => python(run, ends, counts, roots),
        Ran::Cargo(cargo) => {
            let tallies = cargo.blocks().filter_map(|block| block.tally);
            // A harness of its own is one test.
            let own = cargo.binaries.iter().filter(|binary| binary.blocks.is_empty()).count() as u64;
            Concluded {
                collected: cargo.blocks().map(|block| block.announced).sum::<u64>() + own,
                deselected: tallies.map(|tally| tally.filtered).sum(),
                restarts: cargo.restarts,
                duration: Some(cargo.duration.as_secs_f64()),
                ..plain(cargo_told(run, cargo, counts))
            }
        }
        Ran::Listed(listed) => {
            let docs = || listed.docs.iter().flat_map(|docs| docs.blocks());
            let is_file = |draft: &&cases::Draft| draft.item.id.ends_with(".py");
            let files = listed.drafts.iter().filter(is_file).count();
            Concluded {
                collected: (listed.drafts.len() - files - listed.unbuilt) as u64
                    + docs().map(|block| block.announced).sum::<u64>(),
                deselected: listed.deselected,
                duration: Some(listed.duration.as_secs_f64()),
                ..plain(listed_told(run, listed, counts))
            }
        }
        Ran::Command { code, signal, stop, output, duration } => Concluded {
            duration: Some(duration.as_secs_f64()),
            ..plain(command_told(run, *code, *signal, *stop, output))
        },
        Ran::Cannot { end, why, install } => plain(Told::not_begun(*end, why, install.clone())),
        Ran::NotStarted { is_static: true } => {
            plain(Told::not_begun(End::Stopped, "not run: only static parts were asked for", None))
        }
        Ran::NotStarted { is_static: false } => {
            plain(Told::not_begun(End::Interrupted, "not run: stopped before", None))
        }
    }
}

fn python(run: &SuiteRun, ends: &[Ended], counts: &Counts, roots: &Roots) -> Concluded {
    let (told, first) = (python_told(run, ends, counts, roots), ends.first());
    let sum = |outcomes: [u64; 7]| outcomes.iter().sum::<u64>();
    // Files that could not be collected, or asked to be skipped, are no collected tests.
    let files = file_cases(ends);
    let all = sum([
        counts.passed,
        counts.failed,
        counts.errors,
        counts.skipped,
        counts.xfailed,
        counts.xpassed,
        counts.flaky,
    ]) + counts.not_run;
    Concluded {
        told,
        collected: all - files.min(all),
        deselected: ends.iter().map(|ended| ended.session.deselected).max().unwrap_or(0),
        tally: first
            .and_then(|ended| ended.session.finish.clone())
            .map(|(_, tally)| tally)
            .unwrap_or_default(),
        restarts: ends.len().saturating_sub(1),
        plugins: first
            .and_then(|ended| ended.session.facts.as_ref())
            .map(|facts| facts.plugins.clone())
            .unwrap_or_default(),
        duration: Some(ends.iter().map(|ended| ended.duration.as_secs_f64()).sum()),
    }
}

fn file_cases(ends: &[Ended]) -> u64 {
    cases::file_ids(ends).len() as u64
}

fn python_told(run: &SuiteRun, ends: &[Ended], counts: &Counts, roots: &Roots) -> Told {
    let first = ends.first();
    // Of several that ended alike, the first: it is the one that pytest by itself would have ended with.
    let worst = ends.iter().rev().max_by_key(|ended| severity(ended.end()));
    let end = worst.map_or(End::SuiteLimit, Ended::end);
    let mut told = Told {
        status: status_of(end, counts, &run.suite),
        end,
        why: None,
        install: None,
        exit_code: first.map(Ended::code),
        // Where the user stopped it, no test is to blame.
        culprit: worst.filter(|_| end != End::Interrupted).and_then(culprit),
        output: None,
    };
    let Some(worst) = worst else { return told };
    // What fails and then passes has made the runner end with 1, and a suite without a test with 5.
    let is_explained = match worst.code() {
        0 => true,
        1 => counts.flaky > 0,
        code => code == 5 && worst.session.items.is_empty(),
    };
    if told.status == Status::Passed && !is_explained {
        told.status = Status::Failed;
        told.why = Some(format!("no test failed, but the runner ended with code {}", worst.code()));
        told.output = Some(last_lines(worst));
        return told;
    }
    // Failures that are known, or went away, explain the runner's code; what a plugin demands beside them they do not.
    if end == End::Finished && worst.session.beside_tests > 0 {
        told.status = Status::Failed;
        told.why =
            Some(format!("something that is no test failed (the runner ended with code {})", worst.code()));
        told.output = Some(last_lines(worst));
        return told;
    }
    told.why = why(end, (worst, ends), counts, run, roots).map(|why| roots.shorten(&why));
    if !matches!(end, End::Finished | End::NothingCollected | End::Hung) {
        told.output = Some(last_lines(worst));
    }
    if let Some((path, raised)) = &worst.session.conftest
        && end == End::BrokenConftest
    {
        told.culprit = Some(roots.relative(path).unwrap_or_else(|| path.clone()));
        if let Some(module) = raised.module.as_deref().filter(|_| is_missing_module(raised)) {
            let (install, hint) = run.remedy(module);
            told.install = install;
            told.why = told.why.map(|why| hint.map_or(why.clone(), |hint| format!("{why}; {hint}")));
        }
    }
    if end == End::UsageError {
        let (install, hint) = refused::remedy(run, &worst.stderr);
        told.install = install;
        told.why = told.why.map(|why| hint.map_or(why.clone(), |hint| format!("{why}; {hint}")));
    }
    told
}

/// What ended the process; where xdist started another worker and went on, the test that ended the first.
fn culprit(ended: &Ended) -> Option<String> {
    let of_process = ended.culprit().map(|culprit| culprit.id().to_owned());
    of_process.or_else(|| ended.session.ended_its_worker().map(str::to_owned))
}

/// Which end says most about a run with several processes.
fn severity(end: End) -> u8 {
    match end {
        End::Finished => 0,
        End::NothingCollected => 1,
        End::Stopped => 2,
        End::ExitedEarly => 3,
        End::Crashed => 4,
        End::Hung => 5,
        End::InternalError => 6,
        End::SuiteLimit => 7,
        End::BrokenConftest | End::UsageError | End::Missing | End::BuildFailed => 8,
        End::Interrupted => 9,
    }
}

fn status_of(end: End, counts: &Counts, suite: &Suite) -> Status {
    let flaky = if suite.flaky_fails { counts.flaky } else { 0 };
    let bad = counts.failed + counts.errors + counts.not_run + flaky > 0;
    match end {
        End::Hung | End::SuiteLimit => Status::TimedOut,
        End::UsageError | End::Missing => Status::CannotRun,
        End::NothingCollected if suite.allow_empty && !bad => Status::Passed,
        End::NothingCollected => Status::Failed,
        End::Finished if bad => Status::Failed,
        End::Finished => Status::Passed,
        End::BrokenConftest
        | End::Stopped
        | End::ExitedEarly
        | End::Crashed
        | End::InternalError
        | End::Interrupted
        | End::BuildFailed => Status::Incomplete,
    }
}

/// What became of the other tests, as the end of a sentence about the process that ended.
fn restarted(ends: &[Ended], counts: &Counts) -> String {
    let left = count(counts.not_run, "test");
    if let Some(why) = ends.last().and_then(|ended| ended.unfollowed.as_ref()) {
        return format!("; {left} did not run, since no other process could be started: {why}");
    }
    match (ends.len(), counts.not_run) {
        (1, 0) => String::new(),
        (_, 0) if !ends.last().is_some_and(|last| last.session.collected) => {
            "; what else there is was not found, since no fresh process could import all other files"
                .to_owned()
        }
        (_, 0) => "; all other tests ran in a fresh process".to_owned(),
        (tries, _) if tries > MAX_RESTARTS => {
            format!("; {left} did not run, since {MAX_RESTARTS} restarts are the most")
        }
        _ => format!("; {left} did not run"),
    }
}

/// Where the runner itself failed, and of what.
fn internal_error(ended: &Ended, culprit: &str, roots: &Roots) -> String {
    let Some(error) = &ended.session.internal_error else {
        return if culprit.is_empty() { String::new() } else { format!(" inside `{culprit}`") };
    };
    let place = deepest_own(error, roots).map(|frame| frame.place);
    let place = place.map(|place| format!(" at `{}:{}`", place.path, place.line)).unwrap_or_default();
    format!("{place}: {}: {}", error.kind, first_line(&error.message))
}

fn why(
    end: End,
    (worst, ends): (&Ended, &[Ended]),
    counts: &Counts,
    run: &SuiteRun,
    roots: &Roots,
) -> Option<String> {
    let culprit = worst.culprit().map(|culprit| culprit.id().to_owned()).unwrap_or_default();
    let code = worst.code();
    let restarted = restarted(ends, counts);
    let limit = run.suite.test_limit.as_secs();
    Some(match end {
        End::Finished => return None,
        End::NothingCollected if counts.collected == 0 && worst.session.deselected > 0 => {
            format!("no test is left: all {} are deselected", worst.session.deselected)
        }
        End::NothingCollected => "no test was found".to_owned(),
        End::Stopped if worst.session.broken_by_test() => {
            format!("`{culprit}` raised KeyboardInterrupt, which stops pytest{restarted}")
        }
        End::Stopped if worst.worker_ender().is_some() => {
            format!("`{culprit}` ended its worker, which stopped the session{restarted}")
        }
        End::Stopped => format!(
            "the session stopped itself before its end ({}){restarted}",
            worst.session.interrupted.as_deref().unwrap_or("no reason given")
        ),
        End::ExitedEarly if culprit.is_empty() => {
            format!("the process ended with code {code} before the session was over{restarted}")
        }
        End::ExitedEarly => format!("the process ended with code {code} inside `{culprit}`{restarted}"),
        End::Crashed if culprit.is_empty() => {
            format!("the process crashed (code {code}) after the last test")
        }
        End::Crashed => format!("the process crashed (code {code}) inside `{culprit}`{restarted}"),
        End::Hung if culprit.is_empty() => format!("nothing happened for {limit} s{restarted}"),
        End::Hung => format!("`{culprit}` took longer than {limit} s{restarted}"),
        End::SuiteLimit => {
            format!("the suite took longer than {} s{restarted}", run.suite.suite_limit.as_secs())
        }
        End::InternalError => {
            format!("the runner itself failed{}{restarted}", internal_error(worst, &culprit, roots))
        }
        End::BrokenConftest => {
            let (path, error) = worst.session.conftest.clone().unwrap_or_default();
            format!("`{path}` cannot be loaded: {}: {}", error.kind, first_line(&error.message))
        }
        End::UsageError => format!("the runner refused: {}", refused::reason(&worst.stderr)),
        End::Interrupted => format!("stopped by the user{restarted}"),
        End::Missing | End::BuildFailed => return None,
    })
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn last_lines(ended: &Ended) -> String {
    let text = if ended.stderr.trim().is_empty() { &ended.stdout } else { &ended.stderr };
    tail(text)
}

fn cargo_told(run: &SuiteRun, cargo: &CargoRun, counts: &Counts) -> Told {
    let code = cargo.ending.code();
    let (status, end, why) = cargo_end(run, cargo, counts, code);
    let culprit = cargo.binaries.iter().find_map(|binary| {
        let culprit = binary.blocks.iter().find_map(|block| block.culprits.first())?;
        Some(format!("{}::{}", binary.label, culprit.name))
    });
    let is_cut_off =
        |binary: &&Binary| binary.cut_off.is_some() || !binary.blocks.iter().all(Block::is_complete);
    let is_early = matches!(end, End::Hung | End::Crashed | End::ExitedEarly | End::SuiteLimit);
    let cut_off = || cargo.binaries.iter().find(is_cut_off).map(|binary| binary.label.clone());
    // Where the user stopped it, no test is to blame.
    let culprit = culprit.or_else(|| cut_off().filter(|_| is_early)).filter(|_| end != End::Interrupted);
    let output = (end != End::Finished).then(|| tail(&cargo.output));
    Told { status, end, why, install: None, exit_code: Some(code), culprit, output }
}

fn cargo_end(run: &SuiteRun, cargo: &CargoRun, counts: &Counts, code: i32) -> (Status, End, Option<String>) {
    let cut_off = cargo.binaries.iter().find(|binary| !binary.blocks.iter().all(Block::is_complete));
    let unrun = match counts.not_run {
        0 => "all other tests ran in fresh processes".to_owned(),
        left => listed::without_result(left),
    };
    match (cargo.stop, cut_off) {
        (Some(Stop::Cancelled), _) => {
            (Status::Incomplete, End::Interrupted, Some(format!("stopped by the user; {unrun}")))
        }
        (Some(Stop::Limit), _) => {
            let limit = run.suite.suite_limit.as_secs();
            (
                Status::TimedOut,
                End::SuiteLimit,
                Some(format!("the suite took longer than {limit} s; {unrun}")),
            )
        }
        (Some(Stop::Watcher), _) => {
            let limit = run.suite.test_limit.as_secs();
            (Status::TimedOut, End::Hung, Some(format!("no test ended for {limit} s; {unrun}")))
        }
        (None, _) if cargo.binaries.is_empty() && code != 0 => {
            let why = why_unbuilt(&cargo.broken, &cargo.errors);
            (Status::Failed, End::BuildFailed, Some(format!("the tests do not build: {why}")))
        }
        (None, Some(binary)) => {
            let label = &binary.label;
            let how = binary.ended.as_ref().map_or("without a word".to_owned(), |how| format!("by {how}"));
            let crashed = binary.ended.as_ref().is_some_and(|how| how.starts_with("signal"));
            let end = if crashed { End::Crashed } else { End::ExitedEarly };
            let why = format!("`{label}` ended before its last test, {how}; {unrun}");
            (Status::Incomplete, end, Some(why))
        }
        (None, None) if !cargo.errors.is_empty() => {
            let why = format!("a part does not build: {}", first_line(&cargo.errors[0]));
            (Status::Failed, End::BuildFailed, Some(why))
        }
        (None, None)
            if counts.failed + counts.errors + counts.not_run > 0
                || (counts.flaky > 0 && run.suite.flaky_fails) =>
        {
            (Status::Failed, End::Finished, None)
        }
        // What failed and then passed has made cargo end with 101.
        (None, None) if code != 0 && counts.flaky == 0 => {
            (Status::Failed, End::Finished, Some(format!("no test failed, but cargo ended with code {code}")))
        }
        (None, None) if counts.passed + counts.skipped == 0 => {
            let status = if run.suite.allow_empty { Status::Passed } else { Status::Failed };
            (status, End::NothingCollected, Some("no test was found".to_owned()))
        }
        (None, None) => (Status::Passed, End::Finished, None),
    }
}

/// From the list of tests, and from documentation tests where they ran by themselves.
fn listed_told(run: &SuiteRun, listed: &Listed, counts: &Counts) -> Told {
    let (status, end, why) = listed::end(listed, counts, &run.suite);
    let is_allowed = end == End::NothingCollected && run.suite.allow_empty;
    let told = Told {
        status: if is_allowed { Status::Passed } else { status },
        end,
        why,
        install: None,
        exit_code: Some(listed.code),
        culprit: listed::culprit(listed, end),
        output: (end != End::Finished).then(|| tail(&listed.output)),
    };
    let rank = |status: Status| match status {
        Status::Passed => 0,
        Status::Failed => 1,
        _ => 2,
    };
    match listed.docs.as_ref().map(|docs| cargo_told(run, docs, counts)) {
        Some(docs) if rank(docs.status) > rank(told.status) => docs,
        _ => told,
    }
}

fn command_told(run: &SuiteRun, code: i32, signal: bool, stop: Option<Stop>, output: &str) -> Told {
    let (status, end, why) = match stop {
        Some(Stop::Cancelled) => (Status::Incomplete, End::Interrupted, "stopped by the user".to_owned()),
        Some(_) => {
            let limit = run.suite.suite_limit.as_secs();
            (Status::TimedOut, End::SuiteLimit, format!("it took longer than {limit} s"))
        }
        None if signal => (Status::Incomplete, End::Crashed, format!("it crashed (code {code})")),
        None if code != 0 => (Status::Failed, End::Finished, format!("it ended with code {code}")),
        None => (
            Status::Passed,
            End::Finished,
            "it ended with code 0, which is all that is known of it".to_owned(),
        ),
    };
    let output = (status != Status::Passed).then(|| tail(output));
    Told { status, end, why: Some(why), install: None, exit_code: Some(code), culprit: None, output }
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}
