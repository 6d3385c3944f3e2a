//! Reads JUnit XML that other programs wrote: Maven's, pytest's, nextest's and all that look like them.

use anyhow::{Context, Result, bail};

/// One `testcase`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Told {
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
    /// Why it was skipped.
    pub(super) skipped: Option<String>,
    /// Whether that is a failure which was expected.
    pub(super) is_xfail: bool,
    /// What it wrote to standard output, where that is kept.
    pub(super) output: Option<String>,
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

/// Reads all test cases, in their order.
///
/// # Errors
/// It is no XML, or no JUnit XML.
pub(super) fn read(text: &str) -> Result<Vec<Told>> {
    let text = text.trim_start_matches('\u{feff}');
    let options = roxmltree::ParsingOptions { allow_dtd: false, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(text, options).context("read it as XML")?;
    let root = document.root_element().tag_name().name();
    if !matches!(root, "testsuites" | "testsuite") {
        bail!("its root is `{root}`, not `testsuites` or `testsuite`");
    }
    Ok(document.descendants().filter(|node| node.has_tag_name("testcase")).map(told).collect())
}

fn told(node: roxmltree::Node<'_, '_>) -> Told {
    let text_of = |name: &str| node.attribute(name).unwrap_or_default().to_owned();
    let mut told = Told {
        class: text_of("classname"),
        name: text_of("name"),
        file: node.attribute("file").map(str::to_owned),
        line: node.attribute("line").and_then(|line| line.parse().ok()),
        // Some writers group thousands.
        seconds: node.attribute("time").and_then(|time| time.replace(',', "").parse().ok()),
        ..Told::default()
    };
    for child in node.children().filter(roxmltree::Node::is_element) {
        match child.tag_name().name() {
            "failure" => told.failures.push(failure(child, true)),
            "error" => told.failures.push(failure(child, false)),
            "flakyFailure" => told.flaky.push(failure(child, true)),
            "flakyError" => told.flaky.push(failure(child, false)),
            "skipped" => {
                told.skipped = Some(child.attribute("message").unwrap_or_default().to_owned());
                told.is_xfail = child.attribute("type") == Some("pytest.xfail");
            }
            "system-out" => told.output = Some(child.text().unwrap_or_default().to_owned()),
            _ => {}
        }
    }
    told
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
}
