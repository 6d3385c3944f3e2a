//! From what the processes of a suite told to one case a test.

use std::collections::{BTreeMap, BTreeSet};

use super::causes::exception_of;
use super::ended::{Culprit, Ended};
use super::events::{Raised, When};
use super::folded::shown_message;
use super::places::Roots;
use super::result::{Attempt, CaseOutcome, Company, End};
use super::session::{Item, Try};

/// One test with all its tries, before causes are named.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    /// Id, file relative to the repository, line.
    pub(super) item: Item,
    /// How it went in the end.
    pub(super) outcome: CaseOutcome,
    /// Seconds of its first try.
    pub(super) seconds: Option<f64>,
    /// All tries.
    pub(super) attempts: Vec<Attempt>,
    /// What it failed of in its last try: the failure that says most first.
    pub(super) raised: Vec<Raised>,
    /// Why it was skipped.
    pub(super) skip_reason: Option<String>,
    /// Why subtests of it were skipped.
    pub(super) subtest_skips: Vec<String>,
    /// Whether it passes alone and fails in the company of others, each time.
    pub(super) order_dependent: bool,
    /// How it ended its process, where its runner tells so.
    pub(super) cut: Option<Cut>,
}

/// How a test ended the process that it ran in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// With this exit code, before its own end.
    Exit(i32),
    /// By a signal that it did not get from us.
    Crash,
    /// It took too long.
    TimeLimit,
}

/// One case for each collected test, in the order of collection, then one for each file that could not be
/// collected or asked to be skipped.
pub(super) fn drafts(ends: &[Ended], roots: &Roots, limit_s: u64) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, ended) in ends.iter().enumerate() {
        let session_roots = roots_of(ended, roots);
        for item in &ended.session.items {
            if seen.insert(item.id.as_str()) {
                drafts.push(test_draft(item, &ends[index..], &session_roots, limit_s));
            }
        }
    }
    drafts.extend(file_drafts(ends, roots, limit_s));
    drafts
}

/// The roots that the relative paths of this process's session mean.
pub(super) fn roots_of(ended: &Ended, roots: &Roots) -> Roots {
    match &ended.session.facts {
        Some(facts) => roots.of_session(&facts.root),
        None => roots.clone(),
    }
}

fn test_draft(item: &Item, ends: &[Ended], roots: &Roots, limit_s: u64) -> Draft {
    let mut attempts = Vec::new();
    let mut last = None;
    for ended in ends {
        for (index, attempt) in ended.session.tries.get(&item.id).into_iter().flatten().enumerate() {
            let is_last = index + 1 == ended.session.tries[&item.id].len();
            let told =
                if is_last { finished_try(&item.id, attempt, ended, limit_s) } else { attempt.clone() };
            // A test that was cut off by the end of another one runs again: its half try is no try.
            if told.ended {
                attempts.push(attempt_of(&told, Company::InOrder, roots));
                last = Some(told);
            }
        }
    }
    let place = Item { path: item.path.as_deref().and_then(|path| roots.relative(path)), ..item.clone() };
    Draft {
        item: place,
        outcome: settled(&attempts),
        seconds: attempts.first().and_then(|attempt| attempt.duration_s),
        raised: last.as_ref().map(failures_of).unwrap_or_default(),
        subtest_skips: last
            .iter()
            .flat_map(|told| &told.sub_skips)
            .map(|skip| one_line(&skip.reason))
            .collect(),
        skip_reason: last.and_then(|told| told.skip).map(|skip| one_line(&skip.reason)),
        attempts,
        order_dependent: false,
        cut: None,
    }
}

/// The outcome of a test by all its tries in the main run: a plugin that reruns until it passes hides
/// nothing.
fn settled(attempts: &[Attempt]) -> CaseOutcome {
    let Some(last) = attempts.last() else { return CaseOutcome::NotRun };
    let failed_before = attempts[..attempts.len() - 1].iter().any(|attempt| attempt.outcome.is_bad());
    if failed_before && last.outcome == CaseOutcome::Passed { CaseOutcome::Flaky } else { last.outcome }
}

/// All failures of a try: of subtests, of the test, then around it. pytest's own word that subtests failed
/// says less than the subtests.
fn failures_of(told: &Try) -> Vec<Raised> {
    let rank = |failure: &super::session::Failure| match (&failure.sub, failure.when) {
        (Some(_), _) => 0,
        (None, When::Call) => 1,
        (None, _) => 2,
    };
    let has_subtests = told.failures.iter().any(|failure| failure.sub.is_some());
    let mut failures: Vec<_> =
        told.failures.iter().filter(|failure| !has_subtests || rank(failure) != 1).collect();
    failures.sort_by_key(|failure| rank(failure));
    failures.into_iter().map(|failure| failure.raised.clone()).collect()
}

/// The try as it stands, or, for the test that ended its process, what that was.
fn finished_try(id: &str, attempt: &Try, ended: &Ended, limit_s: u64) -> Try {
    if attempt.ended || ended.culprit() != Some(Culprit::Test(id)) {
        return attempt.clone();
    }
    let Some(raised) = early_end(ended, limit_s) else { return attempt.clone() };
    let mut told = attempt.clone();
    told.failures.insert(0, super::session::Failure { when: When::Call, raised, sub: None });
    told.ended = true;
    told
}

/// What a process that ended too early is said to have failed of; `None` when the user stopped it.
fn early_end(ended: &Ended, limit_s: u64) -> Option<Raised> {
    let raised = |kind: &str, message: String, dump: &str| Raised {
        kind: kind.to_owned(),
        message,
        frames: stack(dump),
        module: None,
    };
    let dump = ended.session.dump.join("\n");
    Some(match ended.end() {
        End::Hung => raised("time limit", format!("no end after {limit_s} s"), &dump),
        End::SuiteLimit => raised("time limit", "the suite's time limit ended it".to_owned(), &dump),
        End::Crashed => {
            let how = format!("the process ended by {}", signal_name(ended.code() - 128));
            raised("crash", how, &ended.stderr)
        }
        End::ExitedEarly => {
            raised("exit", format!("the process ended with code {} inside the test", ended.code()), "")
        }
        End::InternalError => {
            let unheard = || raised("internal error", "pytest itself failed inside the test".to_owned(), "");
            ended.session.internal_error.clone().unwrap_or_else(unheard)
        }
        End::Stopped if ended.session.broken_by_test() => {
            let message = "raised inside the test, which stops pytest".to_owned();
            Raised { message, ..ended.session.interrupt.clone().unwrap_or_default() }
        }
        _ => return None,
    })
}

/// `SIGSEGV (signal 11)`.
pub(super) fn signal_name(number: i32) -> String {
    let name = match number {
        libc::SIGILL => "SIGILL",
        libc::SIGABRT => "SIGABRT",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGKILL => "SIGKILL",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGTERM => "SIGTERM",
        _ => return format!("signal {number}"),
    };
    format!("{name} (signal {number})")
}

/// Frames of the stack that matters in a dump of Python's faulthandler, the innermost last: that of the
/// thread that the signal met, which the dump calls current.
fn stack(dump: &str) -> Vec<(String, usize, String)> {
    let mut frames = Vec::new();
    let mut is_current = false;
    for line in dump.lines() {
        if line.ends_with("(most recent call first):") {
            is_current = line.starts_with("Current thread") || line.starts_with("Stack");
            if is_current {
                frames.clear();
            }
        } else if is_current && let Some(frame) = stack_frame(line) {
            frames.push(frame);
        } else {
            is_current = false;
        }
    }
    frames.reverse();
    frames
}

/// `  File "a.py", line 3 in test_a`.
fn stack_frame(line: &str) -> Option<(String, usize, String)> {
    let (file, rest) = line.trim_start().strip_prefix("File \"")?.split_once("\", line ")?;
    let (number, function) = rest.split_once(" in ")?;
    Some((file.to_owned(), number.parse().ok()?, function.to_owned()))
}

pub(super) fn attempt_of(told: &Try, run: Company, roots: &Roots) -> Attempt {
    let failure = failures_of(told).into_iter().next();
    Attempt {
        outcome: outcome_of(told),
        run,
        duration_s: Some(told.seconds),
        message: failure.map(|raised| {
            let message = shown_message(&raised, roots);
            format!("{}: {}", exception_of(&raised), message.lines().next().unwrap_or_default())
        }),
    }
}

/// The outcome of one try: what failed in the test counts before what failed around it.
pub(super) fn outcome_of(told: &Try) -> CaseOutcome {
    if told.failures.iter().any(|failure| failure.when == When::Call) {
        CaseOutcome::Failed
    } else if !told.failures.is_empty() {
        CaseOutcome::Error
    } else if told.xfailed {
        CaseOutcome::Xfailed
    } else if told.skip.is_some() {
        CaseOutcome::Skipped
    } else if told.xpassed {
        CaseOutcome::Xpassed
    } else {
        CaseOutcome::Passed
    }
}

/// Files and folders that could not be collected, or asked to be skipped.
fn file_drafts(ends: &[Ended], roots: &Roots, limit_s: u64) -> Vec<Draft> {
    let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
    for ended in ends {
        let roots = roots_of(ended, roots);
        for error in &ended.session.collect_errors {
            let draft =
                || file_draft(&error.id, &roots, CaseOutcome::Error, Some(error.raised.clone()), None);
            drafts.entry(error.id.clone()).or_insert_with(draft);
        }
        for (id, skip) in &ended.session.collect_skips {
            let reason = Some(one_line(&skip.reason));
            let draft = || file_draft(id, &roots, CaseOutcome::Skipped, None, reason);
            drafts.entry(id.clone()).or_insert_with(draft);
        }
        if let Some(Culprit::File(id)) = ended.culprit()
            && let Some(raised) = early_end(ended, limit_s)
        {
            let draft = file_draft(id, &roots, CaseOutcome::Error, Some(raised), None);
            drafts.insert(id.to_owned(), draft);
        }
        if let Some((path, raised)) = &ended.session.conftest {
            let id = roots.relative(path).unwrap_or_else(|| path.clone());
            let draft = file_draft(path, &roots, CaseOutcome::Error, Some(raised.clone()), None);
            drafts.insert(id.clone(), Draft { item: Item { id, ..draft.item.clone() }, ..draft });
        }
    }
    drafts.into_values().collect()
}

fn file_draft(
    id: &str,
    roots: &Roots,
    outcome: CaseOutcome,
    raised: Option<Raised>,
    skip_reason: Option<String>,
) -> Draft {
    let attempt = raised.as_ref().map(|raised| Attempt {
        outcome,
        run: Company::InOrder,
        duration_s: None,
        message: Some(format!(
            "{}: {}",
            exception_of(raised),
            shown_message(raised, roots).lines().next().unwrap_or_default()
        )),
    });
    let file = id.split("::").next().unwrap_or(id);
    Draft {
        item: Item { id: id.to_owned(), path: roots.relative(file), line: None },
        outcome,
        seconds: None,
        attempts: attempt.into_iter().collect(),
        raised: raised.into_iter().collect(),
        skip_reason,
        subtest_skips: Vec::new(),
        order_dependent: false,
        cut: None,
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Ids of all files and folders that have a case of their own.
pub(super) fn file_ids(ends: &[Ended]) -> BTreeSet<String> {
    let roots = Roots::new(std::path::Path::new("/"), std::path::Path::new("/"));
    file_drafts(ends, &roots, 0).into_iter().map(|draft| draft.item.id).collect()
}
