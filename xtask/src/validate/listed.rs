//! A run whose tests stand in a list that its runner left: JUnit XML of any command, nextest, pytest where its
//! events cannot be heard.

use std::collections::BTreeMap;
use std::time::Duration;

use super::cases::{Cut, Draft};
use super::causes::exception_of;
use super::events::Raised;
use super::junit_read::{ToldFailure, ToldTest};
use super::libtest::CargoRun;
use super::panics;
use super::result::{Attempt, CaseOutcome, Company, Counts, End, Status};
use super::session::Item;
use super::suites::Suite;
use crate::process::{Ending, Finished, Stop};
use crate::report::count;

/// Lines of a failure that are kept where its message says nothing.
const MESSAGE_LINES: usize = 4;

/// What such a run left.
#[derive(Debug)]
pub(super) struct Listed {
    /// Its tests, each once.
    pub(super) drafts: Vec<Draft>,
    /// Tests that its configuration leaves out.
    pub(super) deselected: u64,
    pub(super) code: i32,
    pub(super) is_signal: bool,
    pub(super) stop: Option<Stop>,
    pub(super) duration: Duration,
    /// The last lines.
    pub(super) output: String,
    /// What speaks against a good end, though no test failed.
    pub(super) objection: Option<String>,
    /// Why the list is not there, or cannot be read.
    pub(super) no_list: Option<String>,
    /// How many of its cases are targets that do not build.
    pub(super) unbuilt: usize,
    /// Why its tests do not build.
    pub(super) build_error: Option<String>,
    /// Documentation tests, which ran by themselves.
    pub(super) docs: Option<Box<CargoRun>>,
    /// Why less is known than usual.
    pub(super) degraded: Option<String>,
}

impl Listed {
    /// What a finished process says by itself, its list still empty.
    pub(super) fn of(finished: &Finished) -> Self {
        Self {
            drafts: Vec::new(),
            deselected: 0,
            code: finished.code(),
            is_signal: matches!(finished.ending, Ending::Signal(_)),
            stop: finished.stop,
            duration: finished.duration,
            output: format!("{}{}", finished.stdout.text(), finished.stderr.text()),
            objection: None,
            no_list: None,
            unbuilt: 0,
            build_error: None,
            docs: None,
            degraded: None,
        }
    }
}

/// Status, end, and in one sentence why.
pub(super) fn end(listed: &Listed, counts: &Counts, suite: &Suite) -> (Status, End, Option<String>) {
    match listed.stop {
        Some(Stop::Cancelled) => {
            let why = match counts.not_run {
                0 => "stopped by the user".to_owned(),
                left => format!("stopped by the user; {}", without_result(left)),
            };
            return (Status::Incomplete, End::Interrupted, Some(why));
        }
        Some(_) => {
            let why = format!("it took longer than {} s", suite.suite_limit.as_secs());
            return (Status::TimedOut, End::SuiteLimit, Some(why));
        }
        None => {}
    }
    if let Some(error) = &listed.build_error {
        let why = format!("the tests do not build: {error}");
        return (Status::Failed, End::BuildFailed, Some(why));
    }
    if let Some(why) = &listed.no_list {
        let end = if listed.is_signal { End::Crashed } else { End::ExitedEarly };
        let why = format!("it ended with code {}, and {why}", listed.code);
        return (Status::Incomplete, end, Some(why));
    }
    if let Some((id, Cut::Exit(code))) = cut_short(listed, End::ExitedEarly) {
        let why = format!("the process ended with code {code} inside `{id}`");
        return (Status::Incomplete, End::ExitedEarly, Some(why));
    }
    if let Some((id, _)) = cut_short(listed, End::Crashed) {
        return (Status::Incomplete, End::Crashed, Some(format!("the process crashed inside `{id}`")));
    }
    if counts.not_run > 0 {
        let why = without_result(counts.not_run);
        return (Status::Incomplete, End::Stopped, Some(why));
    }
    if let Some((id, _)) = cut_short(listed, End::Hung) {
        let why = format!("`{id}` ran into its time limit");
        return (Status::TimedOut, End::Hung, Some(why));
    }
    // What fails first and then passes is no good run, unless only a warning is wanted.
    let flaky = if suite.flaky_fails { counts.flaky } else { 0 };
    if counts.failed + counts.errors + flaky > 0 {
        return (Status::Failed, End::Finished, None);
    }
    if listed.is_signal {
        let why = format!("it crashed (code {}), though no test of its list failed", listed.code);
        return (Status::Incomplete, End::Crashed, Some(why));
    }
    if let Some(why) = &listed.objection {
        return (Status::Failed, End::Finished, Some(why.clone()));
    }
    if listed.drafts.is_empty() && listed.docs.is_none() {
        return (Status::Failed, End::NothingCollected, Some("no test was found".to_owned()));
    }
    if listed.code != 0 && counts.flaky == 0 {
        let why = format!("no test failed, but the runner ended with code {}", listed.code);
        return (Status::Failed, End::Finished, Some(why));
    }
    (Status::Passed, End::Finished, listed.degraded.clone())
}

/// `2 tests have no result`.
pub(super) fn without_result(tests: u64) -> String {
    format!("{} {} no result", count(tests, "test"), if tests == 1 { "has" } else { "have" })
}

/// The test or file that ended the run early, for the ends that have one.
pub(super) fn culprit(listed: &Listed, end: End) -> Option<String> {
    cut_short(listed, end).map(|(id, _)| id.to_owned())
}

/// The first test that ended its process in this way, and how.
fn cut_short(listed: &Listed, end: End) -> Option<(&str, Cut)> {
    let mut cuts = listed.drafts.iter().filter_map(|draft| Some((draft.item.id.as_str(), draft.cut?)));
    let end_of = |cut: Cut| match cut {
        Cut::Exit(_) => End::ExitedEarly,
        Cut::Crash => End::Crashed,
        Cut::TimeLimit => End::Hung,
    };
    cuts.find(|(_, cut)| end_of(*cut) == end)
}

/// One test of a list, its tries in order.
pub(super) fn draft(item: Item, seconds: Option<f64>, outcome: CaseOutcome, raised: Vec<Raised>) -> Draft {
    let message = raised.first().map(|raised| {
        let first = raised.message.lines().next().unwrap_or_default();
        format!("{}: {first}", exception_of(raised))
    });
    let attempt = Attempt { outcome, run: Company::InOrder, duration_s: seconds, message };
    Draft {
        item,
        outcome,
        seconds,
        attempts: if outcome == CaseOutcome::NotRun { Vec::new() } else { vec![attempt] },
        raised,
        skip_reason: None,
        subtest_skips: Vec::new(),
        order_dependent: false,
        cut: None,
    }
}

/// Cases of JUnit XML, each test once. pytest tells of a test and then of an error around it in a second element; other
/// elements of one name are tests of their own.
pub(super) fn of_junit(told: &[ToldTest], item_of: &dyn Fn(&ToldTest) -> Item) -> Vec<Draft> {
    let mut order: Vec<String> = Vec::new();
    let mut by_id: BTreeMap<String, Draft> = BTreeMap::new();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for one in told {
        let mut draft = of_one(one, item_of(one));
        let number = numbers.entry(draft.item.id.clone()).or_default();
        let last = if *number < 2 { draft.item.id.clone() } else { format!("{} #{number}", draft.item.id) };
        if let Some(first) = by_id.get_mut(&last).filter(|first| is_around(first, &draft)) {
            first.raised.append(&mut draft.raised);
            continue;
        }
        *number += 1;
        if *number > 1 {
            draft.item.id = format!("{} #{number}", draft.item.id);
        }
        order.push(draft.item.id.clone());
        by_id.insert(draft.item.id.clone(), draft);
    }
    order.iter().filter_map(|id| by_id.remove(id)).collect()
}

/// True for the error around a test that had failed before.
fn is_around(first: &Draft, second: &Draft) -> bool {
    first.outcome == CaseOutcome::Failed && second.outcome == CaseOutcome::Error
}

fn of_one(told: &ToldTest, item: Item) -> Draft {
    let failed = told.failures.iter().any(|failure| failure.is_failure);
    let raised: Vec<Raised> = told.failures.iter().map(|failure| raised_of(told, failure)).collect();
    let outcome = match (&told.skipped, failed, raised.is_empty()) {
        (_, true, _) => CaseOutcome::Failed,
        (_, false, false) => CaseOutcome::Error,
        (Some(_), ..) if told.is_xfail => CaseOutcome::Xfailed,
        (Some(_), ..) => CaseOutcome::Skipped,
        _ if !told.flaky.is_empty() => CaseOutcome::Flaky,
        _ => CaseOutcome::Passed,
    };
    let mut draft = draft(item, told.seconds, outcome, raised);
    draft.skip_reason = told.skipped.clone();
    let failed = |failure: &ToldFailure| {
        let raised = raised_of(told, failure);
        let message = Some(format!("{}: {}", exception_of(&raised), first_line(&raised.message)));
        Attempt { outcome: CaseOutcome::Failed, run: Company::InOrder, duration_s: None, message }
    };
    if outcome.is_bad() {
        draft.attempts.extend(told.again.iter().map(failed));
    }
    if outcome == CaseOutcome::Flaky {
        let passed = std::mem::take(&mut draft.attempts).into_iter().map(|attempt| {
            // The time is that of the try which passed.
            Attempt { outcome: CaseOutcome::Passed, ..attempt }
        });
        draft.attempts = told.flaky.iter().map(failed).chain(passed).collect();
    }
    draft
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Exception and message: `type` where it is given, else the word before the first colon; of Rust, the panic.
fn raised_of(told: &ToldTest, failure: &ToldFailure) -> Raised {
    if let Some(text) = rust_text(told, failure) {
        return panics::raised(&told.name, &text);
    }
    let message = telling(failure);
    let split = message.split_once(": ").filter(|(kind, _)| is_type_name(kind));
    let (kind, message) = match (failure.kind.as_str(), split) {
        ("" | "failure" | "error", Some((kind, rest))) => (kind, rest),
        (kind, Some((word, rest))) if kind == word || kind.rsplit('.').next() == Some(word) => (kind, rest),
        (kind, _) => (kind, message.as_str()),
    };
    Raised { kind: kind.to_owned(), message: message.to_owned(), ..Raised::default() }
}

/// What a Rust test printed when it failed, as writers of Rust's keep it: beside the failure as a whole, of which they take
/// one panic for its text, or in it alone; `None` for a test of another language.
pub(super) fn rust_text(told: &ToldTest, failure: &ToldFailure) -> Option<String> {
    // The message is the first line of the text, where there is one.
    let said = if failure.text.trim().is_empty() { &failure.message } else { &failure.text };
    let says = said.lines().any(says_something);
    // Errors of other languages begin with the same word; this type is nextest's.
    let is_of_rust =
        panics::has_panic(said) || (failure.kind.starts_with("test failure") && panics::has_word(said));
    let mut printed = [&told.errors, &told.output].into_iter().flatten();
    let printed = printed.find(|text| panics::has_panic(text) || (!says && panics::has_word(text)));
    match printed {
        Some(text) if is_of_rust || !says => Some(text.clone()),
        _ => is_of_rust.then(|| said.clone()),
    }
}

/// What a failure says, from the first line that says something: writers begin with a word that holds for all failures
/// (go-junit-report: `Failed`) or with a place (GoogleTest), which would make all failures one cause.
fn telling(failure: &ToldFailure) -> String {
    let message = failure.message.trim();
    if says_something(first_line(message)) {
        return message.to_owned();
    }
    let lines = message.lines().chain(failure.text.lines()).map(str::trim);
    let mut lines = lines.skip_while(|line| !says_something(line)).take(MESSAGE_LINES);
    let Some(first) = lines.next() else {
        return if message.is_empty() { first_line(failure.text.trim()) } else { message }.to_owned();
    };
    if message.is_empty() {
        return first.to_owned();
    }
    // `Expected equality of these values:` says nothing without them.
    let by = if first.ends_with(':') { " " } else { "\n" };
    std::iter::once(first).chain(lines).collect::<Vec<_>>().join(by)
}

/// False for nothing, for a place alone, and for a word that holds for each failure.
fn says_something(line: &str) -> bool {
    let word = line.trim().trim_end_matches(['.', ':']).to_ascii_lowercase();
    let is_place = word.rsplit_once(':').is_some_and(|(path, number)| {
        !path.contains(char::is_whitespace)
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
    });
    let all = ["", "failed", "failure", "error", "build error", "test failed", "skipped"];
    !is_place && !all.contains(&word.as_str())
}

fn is_type_name(word: &str) -> bool {
    word.chars().all(|c| c.is_alphanumeric() || "._:".contains(c))
        && word.rsplit('.').next().is_some_and(|last| last.starts_with(char::is_uppercase))
}

/// A test of any writer: `class::name`, its file where that is given.
pub(super) fn plain_item(told: &ToldTest) -> Item {
    let id = match told.class.as_str() {
        "" if told.name.is_empty() => "(a test without a name)".to_owned(),
        "" => told.name.clone(),
        class => format!("{class}::{}", told.name),
    };
    Item { id, path: told.file.clone(), line: told.line }
}

/// A test as pytest names it, from what its JUnit XML tells.
pub(super) fn pytest_item(told: &ToldTest, is_file: &dyn Fn(&str) -> bool) -> Item {
    let Some(file) = &told.file else {
        // What cannot be collected has a name and no class.
        let name = format!("{}.{}", told.class, told.name);
        let path = format!("{}.py", name.trim_start_matches('.').replace('.', "/"));
        let id = if is_file(&path) { path.clone() } else { plain_item(told).id };
        return Item { path: is_file(&path).then_some(path), id, line: None };
    };
    let module = file.strip_suffix(".py").unwrap_or(file).replace('/', ".");
    if told.class.is_empty() && told.name == module {
        return Item { id: file.clone(), path: Some(file.clone()), line: None };
    }
    let class = told.class.strip_prefix(&module).unwrap_or(&told.class).trim_start_matches('.');
    let class = if class.is_empty() { String::new() } else { format!("::{}", class.replace('.', "::")) };
    let id = format!("{file}{class}::{}", told.name);
    // pytest counts lines from 0 here.
    Item { id, path: Some(file.clone()), line: told.line.map(|line| line + 1) }
}

#[cfg(test)]
mod tests {
    use super::super::junit_read::read;
    use super::*;

    fn shown(xml: &str, item_of: &dyn Fn(&ToldTest) -> Item) -> Vec<(String, CaseOutcome, Vec<String>)> {
        let drafts = of_junit(&read(xml).unwrap(), item_of);
        let raised = |raised: &Raised| format!("{}|{}", raised.kind, raised.message);
        drafts
            .into_iter()
            .map(|draft| (draft.item.id, draft.outcome, draft.raised.iter().map(raised).collect()))
            .collect()
    }

    #[test]
    fn outcomes_and_exceptions_of_several_writers() {
        let xml = r#"<testsuite>
<testcase classname="C" name="a"><failure message="x.Boom: told" type="x.Boom"/></testcase>
<testcase classname="C" name="b"><error message="ValueError: v"/></testcase>
<testcase classname="C" name="c"><skipped/></testcase>
<testcase classname="C" name="d"><flakyFailure message="once" type="T"/></testcase>
<testcase classname="C" name="e"><failure>first
second</failure></testcase>
<testcase classname="C" name="f"><failure message="Failed">    a_test.go:7: got 3</failure></testcase>
<testcase classname="C" name="g"><failure message="a.cc:10&#10;Expected equality of these values:&#10;  1&#10;  x"/></testcase>
</testsuite>"#;
        let told = |id: &str, outcome, raised: &[&str]| {
            (id.to_owned(), outcome, raised.iter().map(|&text| text.to_owned()).collect::<Vec<_>>())
        };
        let expected = [
            told("C::a", CaseOutcome::Failed, &["x.Boom|told"]),
            told("C::b", CaseOutcome::Error, &["ValueError|v"]),
            told("C::c", CaseOutcome::Skipped, &[]),
            told("C::d", CaseOutcome::Flaky, &[]),
            told("C::e", CaseOutcome::Failed, &["|first"]),
            told("C::f", CaseOutcome::Failed, &["|a_test.go:7: got 3"]),
            told("C::g", CaseOutcome::Failed, &["|Expected equality of these values: 1 x"]),
        ];
        assert_eq!(shown(xml, &plain_item), expected);
    }

    #[test]
    fn panic_of_a_rust_test_is_read_from_any_writers_file() {
        let panic = "thread 't::b' (3) panicked at src/lib.rs:10:5";
        let said = format!("{panic}:&#10;no such user&#10;note: run with `RUST_BACKTRACE=1`");
        let inner = format!(
            "<system-err>thread 'x' panicked at src/lib.rs:4:5:&#10;inner&#10;&#10;{panic}:&#10;Any {{ .. }}</system-err>"
        );
        let xml = format!(
            "<testsuite><testcase classname='n' name='t::a'><failure message=\"{panic}\" type='test failure'>{said}</failure></testcase>\
             <testcase classname='l' name='t::b'><failure type='assert'/><system-out>{said}</system-out></testcase>\
             <testcase classname='c' name='t::c'><failure type='cargo test' message=\"{said}\"/></testcase>\
             <testcase classname='n' name='t::b'><failure message=\"{panic}\">{panic}:&#10;Any {{ .. }}</failure>{inner}</testcase>\
             <testcase classname='n' name='t::d'><failure type='test failure with exit code 1'>Error: none</failure></testcase>\
             <testcase classname='j' name='of JavaScript'><failure>Error: not so&#10;    at f (a.js:3:5)</failure></testcase>\
             <testcase classname='l' name='t::e'><failure type='assert'/><system-out>hi&#10;Error: no</system-out></testcase></testsuite>"
        );
        let told = |raised: &Raised| {
            let (file, line, _) = raised.frames.last().cloned().unwrap_or_default();
            format!("{}|{}|{file}:{line}", raised.kind, raised.message)
        };
        let drafts = of_junit(&read(&xml).unwrap(), &plain_item);
        let told: Vec<String> = drafts.iter().map(|draft| told(&draft.raised[0])).collect();
        let plain = "panic|no such user|src/lib.rs:10";
        assert_eq!(
            told,
            [
                plain,
                plain,
                plain,
                "panic|inner|src/lib.rs:4",
                "failure|Error: none|:0",
                "Error|not so|:0",
                "failure|Error: no|:0"
            ]
        );
    }

    #[test]
    fn tests_of_pytest_have_its_ids_and_count_once() {
        let xml = r#"<testsuite>
<testcase classname="tests.test_a.TestB" name="test_c[x.y]" file="tests/test_a.py" line="3"><failure message="m"/></testcase>
<testcase classname="tests.test_a.TestB" name="test_c[x.y]" file="tests/test_a.py" line="3"><error message="t"/></testcase>
<testcase classname="" name="tests.test_gone"><error message="collection failure"/></testcase>
<testcase classname="" name="tests.test_bad" file="tests/test_bad.py"><error message="collection failure"/></testcase></testsuite>"#;
        let item_of = |told: &ToldTest| pytest_item(told, &|path| path == "tests/test_gone.py");
        let cases = shown(xml, &item_of);
        let ids: Vec<&str> = cases.iter().map(|case| case.0.as_str()).collect();
        assert_eq!(ids, ["tests/test_a.py::TestB::test_c[x.y]", "tests/test_gone.py", "tests/test_bad.py"]);
        assert_eq!((cases[0].1, cases[0].2.len(), cases[1].1), (CaseOutcome::Failed, 2, CaseOutcome::Error));
    }
}
