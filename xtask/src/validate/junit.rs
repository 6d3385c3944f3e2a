//! The result as JUnit XML (the form that pytest calls xunit1, with the elements for reruns of Maven's
//! Surefire), for the services that read it.

use std::collections::BTreeMap;

use super::result::{Analysis, Attempt, Case, CaseOutcome, Cause};
use crate::report::xml_text;

/// Writes all suites; causes give the details of failures.
pub fn junit(analysis: &Analysis) -> String {
    let causes: BTreeMap<&str, &Cause> =
        analysis.causes.iter().map(|cause| (cause.key.as_str(), cause)).collect();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for run in &analysis.runs {
        let cases: Vec<&Case> = analysis.cases.iter().filter(|case| case.suite == run.suite).collect();
        let count =
            |outcomes: &[CaseOutcome]| cases.iter().filter(|case| outcomes.contains(&case.outcome)).count();
        xml.push_str(&format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\">\n",
            xml_text(&run.suite),
            cases.len(),
            count(&[CaseOutcome::Failed]),
            count(&[CaseOutcome::Error, CaseOutcome::NotRun]),
            count(&[CaseOutcome::Skipped, CaseOutcome::Xfailed]),
            run.duration_s.unwrap_or_default(),
        ));
        for case in cases {
            let cause = case.cause.as_deref().and_then(|key| causes.get(key).copied());
            test_case(&mut xml, case, cause);
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

/// True for a file that holds such a result, or nothing at all.
pub fn is_junit(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1000)]).into_owned();
    bytes.is_empty() || (head.trim_start().starts_with('<') && head.contains("<testsuite"))
}

fn test_case(xml: &mut String, case: &Case, cause: Option<&Cause>) {
    let (class, name) = names(&case.id);
    xml.push_str(&format!("    <testcase classname=\"{}\" name=\"{}\"", xml_text(&class), xml_text(name)));
    if let Some(path) = &case.path {
        xml.push_str(&format!(" file=\"{}\"", xml_text(path)));
    }
    if let Some(line) = case.line {
        xml.push_str(&format!(" line=\"{line}\""));
    }
    xml.push_str(&format!(" time=\"{:.3}\"", case.duration_s.unwrap_or_default()));
    let inner = inner(case, cause);
    if inner.is_empty() {
        xml.push_str("/>\n");
    } else {
        xml.push_str(&format!(">\n{inner}    </testcase>\n"));
    }
}

fn inner(case: &Case, cause: Option<&Cause>) -> String {
    let kind = cause.map_or("failure", |cause| cause.exception.as_str());
    let place = cause.and_then(|cause| cause.frame.as_ref());
    let place = place.map(|place| format!("{}:{}", place.path, place.line)).unwrap_or_default();
    let element = |name: &str, attempt: Option<&Attempt>| {
        let message = attempt.and_then(|attempt| attempt.message.as_deref()).unwrap_or(kind);
        format!(
            "      <{name} message=\"{}\" type=\"{}\">{}</{name}>\n",
            xml_text(message),
            xml_text(kind),
            xml_text(&place)
        )
    };
    match case.outcome {
        CaseOutcome::Failed | CaseOutcome::Error => {
            let name = if case.outcome == CaseOutcome::Failed { "failure" } else { "error" };
            let mut text = element(name, case.attempts.first());
            let again = case.attempts.iter().skip(1).filter(|attempt| attempt.outcome.is_bad());
            again.for_each(|attempt| text.push_str(&element("rerunFailure", Some(attempt))));
            text
        }
        CaseOutcome::Flaky => {
            let bad = case.attempts.iter().filter(|attempt| attempt.outcome.is_bad());
            bad.map(|attempt| element("flakyFailure", Some(attempt))).collect()
        }
        CaseOutcome::Skipped => {
            let reason = case.skip_reason.as_deref().unwrap_or_default();
            format!("      <skipped type=\"pytest.skip\" message=\"{}\"/>\n", xml_text(reason))
        }
        CaseOutcome::Xfailed => "      <skipped type=\"pytest.xfail\" message=\"\"/>\n".to_owned(),
        CaseOutcome::NotRun => "      <error message=\"not run\" type=\"not-run\"/>\n".to_owned(),
        CaseOutcome::Passed | CaseOutcome::Xpassed => String::new(),
    }
}

/// `tests/a.py::TestA::test_b[x]` as pytest names it: `tests.a.TestA` and `test_b[x]`.
fn names(id: &str) -> (String, &str) {
    let Some((file, rest)) = id.split_once("::") else { return (String::new(), id) };
    let module = file.strip_suffix(".py").unwrap_or(file).replace('/', ".");
    // Parameters may hold `::` themselves.
    let head = rest.find('[').unwrap_or(rest.len());
    match rest[..head].rfind("::") {
        Some(at) => (format!("{module}.{}", rest[..at].replace("::", ".")), &rest[at + 2..]),
        None => (module, rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_as_pytest_splits_them() {
        let cases = [
            ("tests/a.py::test_b", "tests.a", "test_b"),
            ("tests/a.py::TestA::TestB::test_c", "tests.a.TestA.TestB", "test_c"),
            ("a.py::test_d[x::y/z]", "a", "test_d[x::y/z]"),
            ("tests/a.py", "", "tests/a.py"),
        ];
        for (id, class, name) in cases {
            assert_eq!(names(id), (class.to_owned(), name), "{id}");
        }
    }
}
