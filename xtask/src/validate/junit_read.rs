//! Reads JUnit XML that other programs wrote: Maven's, pytest's, nextest's and all that look like them.

use std::borrow::Cow;

use anyhow::{Context, Result, bail};

use crate::report::count;

/// One `testcase`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ToldTest {
    /// `classname`.
    pub(super) class: String,
    /// `name`.
    pub(super) name: String,
    /// `file`, where it is given.
    pub(super) file: Option<String>,
    /// `line`, as it is given.
    pub(super) line: Option<u64>,
    /// `time`.
    pub(super) seconds: Option<f64>,
    /// `failure` or `error` elements, in order.
    pub(super) failures: Vec<ToldFailure>,
    /// Tries that failed before one passed.
    pub(super) flaky: Vec<ToldFailure>,
    /// Tries that failed after the first one had.
    pub(super) again: Vec<ToldFailure>,
    /// Why it was skipped.
    pub(super) skipped: Option<String>,
    /// Whether that is a failure which was expected.
    pub(super) is_xfail: bool,
    /// What it wrote to standard output, where that is kept.
    pub(super) output: Option<String>,
    /// What it wrote to standard error, where that is kept.
    pub(super) errors: Option<String>,
}

/// A `failure`, `error`, `flakyFailure` or `flakyError`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ToldFailure {
    /// True for the test itself, false for what is around it.
    pub(super) is_failure: bool,
    /// `type`.
    pub(super) kind: String,
    /// `message`.
    pub(super) message: String,
    /// The text inside.
    pub(super) text: String,
}

/// What a file tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Report {
    /// All test cases, in their order.
    pub(super) cases: Vec<ToldTest>,
    /// What suites tell of failures that no test case of theirs has.
    pub(super) beside: Vec<String>,
}

/// Reads all test cases, in their order.
///
/// # Errors
/// It is no XML, or no JUnit XML.
pub(super) fn read(text: &str) -> Result<Vec<ToldTest>> {
    Ok(report(text)?.cases)
}

/// Reads all that a file tells.
///
/// # Errors
/// It is no XML, or no JUnit XML.
pub(super) fn report(text: &str) -> Result<Report> {
    let text = allowed(text);
    let document = parsed(&text)?;
    let root = document.root_element().tag_name().name();
    if !is_junit_root(root) {
        bail!("its root is `{root}`, not `testsuites` or `testsuite`");
    }
    let all = |name: &'static str| document.descendants().filter(move |node| node.has_tag_name(name));
    Ok(Report {
        cases: all("testcase").map(told).collect(),
        beside: all("testsuite").chain(all("testsuites")).filter_map(beside).collect(),
    })
}

/// True for XML of another kind: a report on coverage beside that on tests.
pub(super) fn is_other_xml(text: &str) -> bool {
    let text = allowed(text);
    parsed(&text).is_ok_and(|document| !is_junit_root(document.root_element().tag_name().name()))
}

fn parsed(text: &str) -> Result<roxmltree::Document<'_>> {
    let text = text.trim_start_matches('\u{feff}');
    let options = roxmltree::ParsingOptions { allow_dtd: false, ..Default::default() };
    roxmltree::Document::parse_with_options(text, options).context("read it as XML")
}

fn is_junit_root(name: &str) -> bool {
    matches!(name, "testsuites" | "testsuite")
}

/// The text without characters that XML forbids, which writers copy from what a test printed
/// (<https://www.w3.org/TR/xml/#charsets>).
fn allowed(text: &str) -> Cow<'_, str> {
    let is_bad = |c: char| matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    match text.contains(is_bad) {
        true => text.replace(is_bad, "\u{fffd}").into(),
        false => text.into(),
    }
}

/// What a suite says went wrong, where no test of it has a failure: an error of the suite itself, or its count.
fn beside(suite: roxmltree::Node<'_, '_>) -> Option<String> {
    let name = suite.attribute("name").unwrap_or("without a name");
    let own = suite.children().find(|node| is_failure(*node));
    if let Some(node) = own {
        let failure = failure(node, false);
        let message = [failure.message.as_str(), failure.text.trim(), failure.kind.as_str()];
        let message = message.into_iter().find(|text| !text.is_empty()).unwrap_or("no word of why");
        return Some(format!("suite `{name}` failed: {}", message.lines().next().unwrap_or_default()));
    }
    let cases = suite.descendants().filter(|node| node.has_tag_name("testcase")).map(told);
    let has_bad = cases.into_iter().any(|case| !case.failures.is_empty() || !case.flaky.is_empty());
    let number = |name: &str| suite.attribute(name).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    let bad = number("failures") + number("errors");
    (bad > 0 && !has_bad)
        .then(|| format!("suite `{name}` counts {}, and no test of it has one", count(bad, "failure")))
}

fn is_failure(node: roxmltree::Node<'_, '_>) -> bool {
    node.has_tag_name("failure") || node.has_tag_name("error")
}

fn told(node: roxmltree::Node<'_, '_>) -> ToldTest {
    let text_of = |name: &str| node.attribute(name).unwrap_or_default().to_owned();
    let mut told = ToldTest {
        class: text_of("classname"),
        name: text_of("name"),
        file: node.attribute("file").map(str::to_owned),
        line: node.attribute("line").and_then(|line| line.parse().ok()),
        seconds: node.attribute("time").and_then(seconds),
        ..ToldTest::default()
    };
    for child in node.children().filter(roxmltree::Node::is_element) {
        match child.tag_name().name() {
            "failure" => told.failures.push(failure(child, true)),
            "error" => told.failures.push(failure(child, false)),
            "flakyFailure" => told.flaky.push(failure(child, true)),
            "flakyError" => told.flaky.push(failure(child, false)),
            "rerunFailure" => told.again.push(failure(child, true)),
            "rerunError" => told.again.push(failure(child, false)),
            "skipped" | "disabled" => {
                let message = child.attribute("message").filter(|text| !text.eq_ignore_ascii_case("skipped"));
                let text = child.text().filter(|text| !text.trim().is_empty());
                let reason = message.or(text).or(child.attribute("message")).unwrap_or_default();
                told.skipped = Some(reason.split_whitespace().collect::<Vec<_>>().join(" "));
                told.is_xfail = child.attribute("type") == Some("pytest.xfail");
            }
            "system-out" => told.output = Some(child.text().unwrap_or_default().to_owned()),
            "system-err" => told.errors = Some(child.text().unwrap_or_default().to_owned()),
            _ => {}
        }
    }
    if told.failures.is_empty() && told.skipped.is_none() {
        by_word(node, &mut told);
    }
    told
}

/// Takes an outcome that stands in an attribute alone: GoogleTest tells so of disabled tests, CTest of all.
fn by_word(node: roxmltree::Node<'_, '_>, told: &mut ToldTest) {
    let words = ["status", "result"].into_iter().filter_map(|name| node.attribute(name));
    for word in words {
        match word.to_ascii_lowercase().as_str() {
            "fail" | "failed" | "failure" | "error" => {
                let message = format!("{word}, without a word of why");
                told.failures.push(ToldFailure { is_failure: true, message, ..ToldFailure::default() });
            }
            "notrun" | "skipped" | "disabled" | "suppressed" | "ignored" => {
                told.skipped = Some(word.to_owned());
            }
            _ => continue,
        }
        return;
    }
}

/// Seconds, as English and other writers put them: `1,234.5`, `0.005`, `0,005`. A single comma before three digits may
/// be either, so such a number is not known.
fn seconds(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = match text.split_once(',') {
        None => text.to_owned(),
        Some(_) if text.contains('.') || text.matches(',').count() > 1 => text.replace(',', ""),
        Some((whole, part)) if whole.trim_start_matches('0').is_empty() || part.len() != 3 => {
            text.replace(',', ".")
        }
        Some(_) => return None,
    };
    plain.parse().ok().filter(|seconds: &f64| seconds.is_finite() && *seconds >= 0.0)
}

fn failure(node: roxmltree::Node<'_, '_>, is_failure: bool) -> ToldFailure {
    let text_of = |name: &str| node.attribute(name).unwrap_or_default().to_owned();
    let text = node.text().unwrap_or_default().to_owned();
    ToldFailure { is_failure, kind: text_of("type"), message: text_of("message"), text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_several_writers_are_read() {
        let text = r#"<?xml version="1.0"?>
<testsuites><testsuite name="s" tests="4">
<testcase classname="a.B" name="good[x]" time="1,234.5"/>
<testcase classname="a.B" name="bad" file="a.py" line="7"><failure type="E" message="m">t</failure></testcase>
<testcase name="off"><skipped message="later"/></testcase>
<testcase classname="c" name="wavers"><flakyFailure message="once"/><system-out>hi</system-out></testcase>
</testsuite></testsuites>"#;
        let told = read(text).unwrap();
        assert_eq!((told.len(), told[0].seconds), (4, Some(1234.5)));
        assert_eq!((told[1].file.as_deref(), told[1].line), (Some("a.py"), Some(7)));
        assert_eq!((told[1].failures[0].kind.as_str(), told[1].failures[0].text.as_str()), ("E", "t"));
        assert_eq!((told[2].class.as_str(), told[2].skipped.as_deref()), ("", Some("later")));
        assert_eq!((told[3].flaky.len(), told[3].output.as_deref()), (1, Some("hi")));
    }

    #[test]
    fn bare_suite_at_the_root_is_taken_and_another_root_is_not() {
        assert_eq!(read("<testsuite><testcase name='a'/></testsuite>").unwrap().len(), 1);
        assert_eq!(
            read("<html/>").unwrap_err().to_string(),
            "its root is `html`, not `testsuites` or `testsuite`"
        );
        assert!(read("<testsuite><testcase").is_err());
    }

    #[test]
    fn outcomes_in_attributes_count_as_those_in_elements() {
        let text = r#"<testsuite>
<testcase name="DISABLED_a" status="notrun" result="suppressed"/><testcase name="b" status="fail"/>
<testcase name="c" status="run" result="completed"/><testcase name="d"><skipped>not
 here</skipped></testcase></testsuite>"#;
        let told = read(text).unwrap();
        let skipped: Vec<Option<&str>> = told.iter().map(|told| told.skipped.as_deref()).collect();
        assert_eq!(skipped, [Some("notrun"), None, None, Some("not here")]);
        let failures: Vec<usize> = told.iter().map(|told| told.failures.len()).collect();
        assert_eq!(failures, [0, 1, 0, 0]);
    }

    #[test]
    fn seconds_are_those_that_were_meant_or_none() {
        let cases = [
            ("0.005", Some(0.005)),
            ("0,005", Some(0.005)),
            ("12,5", Some(12.5)),
            ("1,234.5", Some(1234.5)),
            ("1,234,567", Some(1_234_567.0)),
            ("1,234", None),
            ("NaN", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn failures_that_no_test_has_are_told_of_their_suite() {
        let beside = |text: &str| report(text).unwrap().beside;
        let own = "<testsuites><testsuite name='s'><error message='no set-up'/><testcase name='a'/></testsuite></testsuites>";
        assert_eq!(beside(own), ["suite `s` failed: no set-up"]);
        let counted = "<testsuite name='s' failures='1' errors='0'><testcase name='a'/></testsuite>";
        assert_eq!(beside(counted), ["suite `s` counts 1 failure, and no test of it has one"]);
        let right = counted.replace("<testcase name='a'/>", "<testcase name='a'><failure/></testcase>");
        assert_eq!(beside(&right), [""; 0]);
    }

    #[test]
    fn characters_that_xml_forbids_and_other_reports_are_no_end() {
        let text = "<testsuite><testcase name='a\u{1b}[0m'><failure>\u{0}x</failure></testcase></testsuite>";
        assert_eq!(read(text).unwrap()[0].name, "a\u{fffd}[0m");
        assert!(is_other_xml("<coverage/>") && !is_other_xml(text) && !is_other_xml("<testsuite>"));
    }
}
