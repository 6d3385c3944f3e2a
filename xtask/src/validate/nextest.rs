//! What `cargo nextest` says of its tests: its list before the run, its lines while it runs, and its JUnit XML.
//!
//! nextest believes a test's exit code, so that one which calls `process::exit(0)` counts as passed there. A test
//! of libtest says so itself: without its result line it did not end.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use regex::Regex;
use serde::Deserialize;

use super::cases::{Cut, Draft, signal_name};
use super::events::Raised;
use super::junit_read::ToldTest;
use super::listed::{draft, rust_text};
use super::panics;
use super::result::{Attempt, CaseOutcome, Company};
use super::session::Item;

/// Binary and test.
pub(super) type Name = (String, String);

/// The list of tests before they run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct List {
    /// Tests that are to run.
    pub(super) wanted: BTreeSet<Name>,
    /// Tests that are ignored.
    pub(super) ignored: BTreeSet<Name>,
    /// How many others the configuration leaves out.
    pub(super) left_out: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Listing {
    rust_suites: BTreeMap<String, Suite>,
}

#[derive(Deserialize)]
struct Suite {
    #[serde(default)]
    testcases: BTreeMap<String, Testcase>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Testcase {
    #[serde(default)]
    ignored: bool,
    filter_match: Match,
}

#[derive(Deserialize)]
struct Match {
    status: String,
    reason: Option<String>,
}

/// Reads what `cargo nextest list --message-format json` prints.
pub(super) fn read_list(text: &str) -> Result<List> {
    // Something else on standard output, such as a wrapper's word, stands on lines of its own.
    let json = text.find('{').map_or(text, |at| &text[at..]);
    let mut values = serde_json::Deserializer::from_str(json).into_iter::<Listing>();
    let listing = values.next().context("read nextest's list of tests: it is empty")?;
    let listing = listing.context("read nextest's list of tests")?;
    let mut list = List::default();
    for (binary, suite) in listing.rust_suites {
        for (test, case) in suite.testcases {
            let name = (binary.clone(), test);
            if case.filter_match.status == "matches" {
                list.wanted.insert(name);
            } else if case.ignored && case.filter_match.reason.as_deref() == Some("ignored") {
                list.ignored.insert(name);
            } else {
                list.left_out += 1;
            }
        }
    }
    Ok(list)
}

/// Takes nextest's lines as they come.
pub(super) struct Lines {
    status: Regex,
    /// How each test that has ended fared.
    pub(super) ended: BTreeMap<Name, (CaseOutcome, Option<f64>)>,
    /// Those that a signal ended which ends a whole run.
    terminated: BTreeSet<Name>,
}

impl Lines {
    pub(super) fn new() -> Self {
        let status = Regex::new(
            r"^\s+(?:TRY \d+ )?(PASS|FAIL|LEAK|LEAK-FAIL|TIMEOUT|ABORT|SIG[A-Z0-9]+|FLAKY \S+) \[\s*>?\s*([\d.]+)s\] (?:\(\s*[\d─]+(?:/\d+)?\) )?(\S+) (.+)$",
        );
        let status = status.expect("the pattern is tested");
        Self { status, ended: BTreeMap::new(), terminated: BTreeSet::new() }
    }

    /// Takes a line.
    pub(super) fn line(&mut self, line: &str) {
        let Some(found) = self.status.captures(line) else { return };
        let is_good = matches!(&found[1], "PASS" | "LEAK") || found[1].starts_with("FLAKY");
        let outcome = if is_good { CaseOutcome::Passed } else { CaseOutcome::Failed };
        let name = (found[3].to_owned(), found[4].to_owned());
        if matches!(&found[1], "SIGTERM" | "SIGINT" | "SIGKILL") {
            self.terminated.insert(name.clone());
        }
        self.ended.insert(name, (outcome, found[2].parse().ok()));
    }
}

/// One case for each test of the list: by JUnit XML, else by the lines that were seen, else without a result. The tests
/// that the end of a run which `was_stopped` took along have none.
pub(super) fn drafts(
    list: &List,
    lines: &Lines,
    junit: &[ToldTest],
    limit_s: u64,
    was_stopped: bool,
) -> Vec<Draft> {
    let by_name: BTreeMap<Name, &ToldTest> =
        junit.iter().map(|told| ((told.class.clone(), told.name.clone()), told)).collect();
    let known = list.wanted.iter().chain(by_name.keys()).collect::<BTreeSet<_>>();
    let mut drafts = Vec::new();
    for name in known {
        let is_cut_off = was_stopped && lines.terminated.contains(name);
        drafts.push(match (by_name.get(name), lines.ended.get(name)) {
            _ if is_cut_off => draft(item(name, None), None, CaseOutcome::NotRun, Vec::new()),
            (Some(told), _) => of_junit(name, told, limit_s),
            (None, Some((outcome, seconds))) => {
                let raised = (*outcome == CaseOutcome::Failed).then(|| plain("failure", "it failed"));
                draft(item(name, None), *seconds, *outcome, raised.into_iter().collect())
            }
            (None, None) => draft(item(name, None), None, CaseOutcome::NotRun, Vec::new()),
        });
    }
    for name in &list.ignored {
        drafts.push(draft(item(name, None), None, CaseOutcome::Skipped, Vec::new()));
    }
    drafts
}

fn of_junit((binary, test): &Name, told: &ToldTest, limit_s: u64) -> Draft {
    let name = (binary.clone(), test.clone());
    let Some(failure) = told.failures.first() else {
        if ended_early(told) {
            let draft = draft(item(&name, None), told.seconds, CaseOutcome::Failed, vec![exited(0)]);
            return Draft { cut: Some(Cut::Exit(0)), ..draft };
        }
        let mut draft = draft(item(&name, None), told.seconds, CaseOutcome::Passed, Vec::new());
        add_flaky(&mut draft, told);
        return draft;
    };
    let cut = match failure.kind.as_str() {
        "test timeout" => Some(Cut::TimeLimit),
        "test abort" => Some(Cut::Crash),
        kind => exit_code(kind).filter(|_| ended_early(told)).map(Cut::Exit),
    };
    let output = told.output.as_deref().unwrap_or_default();
    let errors = told.errors.as_deref().unwrap_or_default();
    let raised = match cut {
        Some(Cut::TimeLimit) => plain("time limit", &format!("no end after {limit_s} s")),
        Some(Cut::Crash) => {
            let said = format!("{}\n{}", failure.message, failure.text);
            panics::ended(test, errors, "crash", &signal_in(&said).unwrap_or(failure.message.clone()))
        }
        Some(Cut::Exit(code)) => panics::ended(test, errors, "exit", &exited(code).message),
        None => {
            // libtest's own word of a panic that is not the expected one stands apart.
            let below = panics::below_heading(test, output).unwrap_or_default();
            match rust_text(told, failure) {
                Some(text) => panics::raised(test, &format!("{text}\n{below}")),
                None if failure.text.is_empty() => panics::raised(test, output),
                None => panics::raised(test, &format!("{}\n{below}", failure.text)),
            }
        }
    };
    let place = raised.frames.last().map(|(file, line, _)| (file.clone(), *line));
    let draft = draft(item(&name, place), told.seconds, CaseOutcome::Failed, vec![raised]);
    Draft { cut, ..draft }
}

/// True when libtest began the test and did not come to its result line.
fn ended_early(told: &ToldTest) -> bool {
    let output = told.output.as_deref().unwrap_or_default();
    has_line(output, "running 1 test") && !output.contains("test result: ")
}

/// How a process ended, in `process aborted with signal 6 (SIGABRT)`.
fn signal_in(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("with signal ")?;
    let number = rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
    Some(format!("the process ended by {}", signal_name(number)))
}

/// The code in `test failure with exit code 3`.
fn exit_code(kind: &str) -> Option<i32> {
    kind.rsplit_once(" exit code ")?.1.parse().ok()
}

fn exited(code: i32) -> Raised {
    plain("exit", &format!("the process ended with code {code} inside the test"))
}

fn add_flaky(draft: &mut Draft, told: &ToldTest) {
    for failure in &told.flaky {
        let message = Some(format!("{}: {}", failure.kind, failure.message));
        let outcome = CaseOutcome::Failed;
        let run = Company::InOrder;
        draft.attempts.insert(0, Attempt { outcome, run, duration_s: None, message });
        draft.outcome = CaseOutcome::Flaky;
    }
}

/// Adds what came of failing tests that ran again; each has a process of its own.
pub(super) fn add_again(drafts: &mut [Draft], lines: &Lines) {
    for (name, (outcome, seconds)) in &lines.ended {
        let id = id_of(name);
        let Some(draft) = drafts.iter_mut().find(|draft| draft.item.id == id) else { continue };
        let message = draft.attempts.first().and_then(|attempt| attempt.message.clone());
        draft.attempts.push(Attempt {
            outcome: *outcome,
            run: Company::Alone,
            duration_s: *seconds,
            message: message.filter(|_| *outcome == CaseOutcome::Failed),
        });
        if *outcome == CaseOutcome::Passed && draft.outcome == CaseOutcome::Failed {
            draft.outcome = CaseOutcome::Flaky;
        }
    }
}

/// The expression that picks these tests; what its grammar could misread is left out.
pub(super) fn filter(names: &[Name]) -> Option<String> {
    let is_safe =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "_:-/".contains(c));
    let names = names.iter().filter(|(binary, test)| is_safe(binary) && is_safe(test));
    let parts: Vec<String> =
        names.map(|(binary, test)| format!("(binary_id(={binary}) & test(={test}))")).collect();
    (!parts.is_empty()).then(|| parts.join(" | "))
}

/// Tests that failed with an end of their own.
pub(super) fn failed(list: &List, drafts: &[Draft]) -> Vec<Name> {
    let bad: BTreeSet<&str> = drafts
        .iter()
        .filter(|draft| draft.outcome == CaseOutcome::Failed)
        .filter(|draft| draft.cut.is_none())
        .map(|draft| draft.item.id.as_str())
        .collect();
    list.wanted.iter().filter(|name| bad.contains(id_of(name).as_str())).cloned().collect()
}

fn id_of((binary, test): &Name) -> String {
    format!("{binary}::{test}")
}

fn item(name: &Name, place: Option<(String, usize)>) -> Item {
    let (path, line) = match place {
        Some((path, line)) => (Some(path), u64::try_from(line).ok()),
        None => (None, None),
    };
    Item { id: id_of(name), path, line }
}

fn plain(kind: &str, message: &str) -> Raised {
    Raised { kind: kind.to_owned(), message: message.to_owned(), ..Raised::default() }
}

fn has_line(text: &str, line: &str) -> bool {
    text.lines().any(|other| other.trim() == line)
}

#[cfg(test)]
mod tests {
    use super::super::junit_read::read;
    use super::*;

    const LIST: &str = r#"{"rust-suites":{"a":{"testcases":{
        "t::good":{"ignored":false,"filter-match":{"status":"matches"}},
        "exits":{"ignored":false,"filter-match":{"status":"matches"}},
        "lost":{"ignored":false,"filter-match":{"status":"matches"}},
        "off":{"ignored":true,"filter-match":{"status":"mismatch","reason":"ignored"}},
        "other":{"ignored":false,"filter-match":{"status":"mismatch","reason":"default-filter"}}}},
        "b::c":{"testcases":{}}}}"#;

    #[test]
    fn pass_without_its_result_line_is_none() {
        let list = read_list(LIST).unwrap();
        assert_eq!((list.wanted.len(), list.ignored.len(), list.left_out), (3, 1, 1));
        let junit = read(
            "<testsuites><testsuite><testcase classname=\"a\" name=\"t::good\"><system-out>\nrunning 1 test\ntest t::good ... ok\n\ntest result: ok. 1 passed</system-out></testcase>\
             <testcase classname=\"a\" name=\"exits\"><system-out>\nrunning 1 test\n</system-out></testcase></testsuite></testsuites>",
        );
        let drafts = drafts(&list, &Lines::new(), &junit.unwrap(), 9, false);
        let told: Vec<(&str, CaseOutcome)> =
            drafts.iter().map(|draft| (draft.item.id.as_str(), draft.outcome)).collect();
        assert_eq!(
            told,
            [
                ("a::exits", CaseOutcome::Failed),
                ("a::lost", CaseOutcome::NotRun),
                ("a::t::good", CaseOutcome::Passed),
                ("a::off", CaseOutcome::Skipped)
            ]
        );
    }

    #[test]
    fn crash_and_exit_inside_a_test_are_no_plain_failures() {
        let list = read_list(LIST).unwrap();
        let begun = "<system-out>\nrunning 1 test\n</system-out>";
        let junit = read(&format!(
            "<testsuites><testsuite>\
             <testcase classname=\"a\" name=\"exits\"><failure type=\"test failure with exit code 3\"/>{begun}</testcase>\
             <testcase classname=\"a\" name=\"lost\"><failure message=\"process aborted with signal 6 (SIGABRT)\" \
             type=\"test abort\"/>{begun}</testcase>\
             <testcase classname=\"a\" name=\"t::good\"><failure type=\"test failure with exit code 101\"/>\
             <system-out>\nrunning 1 test\n\ntest result: FAILED.</system-out></testcase></testsuite></testsuites>",
        ));
        let drafts = drafts(&list, &Lines::new(), &junit.unwrap(), 9, false);
        let cuts: Vec<Option<Cut>> = drafts.iter().map(|draft| draft.cut).collect();
        assert_eq!(cuts, [Some(Cut::Exit(3)), Some(Cut::Crash), None, None]);
        assert_eq!(drafts[0].raised[0].message, "the process ended with code 3 inside the test");
        assert_eq!(failed(&list, &drafts), [("a".to_owned(), "t::good".to_owned())], "only it runs again");
    }

    #[test]
    fn panic_that_is_not_the_expected_one_is_told_with_libtests_word_for_it() {
        let list = read_list(LIST).unwrap();
        let junit = read(
            "<testsuites><testsuite><testcase classname=\"a\" name=\"t::good\"><failure type=\"test failure\">\
             thread 't::good' (7) panicked at src/lib.rs:60:21:\nthis one</failure><system-out>\nrunning 1 test\n\
             \nfailures:\n\n---- t::good stdout ----\nnote: panic did not contain expected string\n      panic message: \
             \"this one\"\n\nfailures:\n    t::good\n\ntest result: FAILED.</system-out></testcase></testsuite></testsuites>",
        );
        let drafts = drafts(&list, &Lines::new(), &junit.unwrap(), 9, false);
        let failed = drafts.iter().find(|draft| draft.outcome == CaseOutcome::Failed).unwrap();
        let message = "panic did not contain expected string\n      panic message: \"this one\"";
        assert_eq!((failed.raised[0].message.as_str(), failed.item.line), (message, Some(60)));
    }

    #[test]
    fn test_that_the_end_of_a_stopped_run_took_along_has_no_result() {
        let list = read_list(LIST).unwrap();
        let mut lines = Lines::new();
        lines.line("     SIGTERM [   9.370s] (4/4) a lost");
        lines.line("     SIGTERM [   9.370s] b::c other");
        let outcome = |was_stopped| {
            let drafts = drafts(&list, &lines, &[], 9, was_stopped);
            drafts.iter().find(|draft| draft.item.id == "a::lost").unwrap().outcome
        };
        assert_eq!((outcome(true), outcome(false)), (CaseOutcome::NotRun, CaseOutcome::Failed));
    }

    #[test]
    fn lines_of_several_versions_are_read() {
        let cases = [
            ("        PASS [   0.219s] (1/6) nx good", "nx", "good", CaseOutcome::Passed),
            ("        PASS [   0.219s] nx::bin/x a::b", "nx::bin/x", "a::b", CaseOutcome::Passed),
            ("     SIGABRT [   0.155s] (2/6) nx::x aborts", "nx::x", "aborts", CaseOutcome::Failed),
            ("     TIMEOUT [   3.048s] (6/6) nx::x hangs", "nx::x", "hangs", CaseOutcome::Failed),
            ("  TRY 2 FAIL [   0.010s] (───) nx y", "nx", "y", CaseOutcome::Failed),
        ];
        for (line, binary, test, outcome) in cases {
            let mut lines = Lines::new();
            lines.line(line);
            let name = (binary.to_owned(), test.to_owned());
            assert_eq!(lines.ended.get(&name).map(|(outcome, _)| *outcome), Some(outcome), "{line}");
        }
        let mut lines = Lines::new();
        lines.line(" TERMINATING [>  3.000s] (───) nx::x hangs");
        assert!(lines.ended.is_empty());
    }

    #[test]
    fn filter_holds_only_what_its_grammar_reads_as_meant() {
        let names = [("a::b".to_owned(), "c::d".to_owned()), ("a".to_owned(), "x) | all(".to_owned())];
        assert_eq!(filter(&names).as_deref(), Some("(binary_id(=a::b) & test(=c::d))"));
        assert_eq!(filter(&names[1..]), None);
    }
}
