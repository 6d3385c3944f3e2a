//! What GitHub Actions shows of a result: annotations beside the code, and the job's summary.

use super::headline::{headline, next_step};
use super::result::{Analysis, Cause};

/// GitHub shows so many annotations of one step.
const ANNOTATIONS: usize = 10;
/// The summary stays far below the limit of 1 MiB a step.
const SUMMARY_BYTES: usize = 64 << 10;

/// Workflow commands, one a line: the causes with most tests first.
///
/// See <https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions>.
pub fn annotations(analysis: &Analysis) -> String {
    let causes = analysis.causes.iter().take(ANNOTATIONS);
    causes.map(|cause| annotation(cause) + "\n").collect()
}

fn annotation(cause: &Cause) -> String {
    let first = cause.message.lines().next().unwrap_or_default();
    let title = format!("{} ({})", cause.exception, tests(cause.cases.len()));
    let place =
        cause.frame.as_ref().map(|frame| format!("file={},line={},", property(&frame.path), frame.line));
    let example = cause.cases.first().map(String::as_str).unwrap_or_default();
    format!(
        "::error {}title={}::{}",
        place.unwrap_or_default(),
        property(&title),
        data(&format!("{first}\nfor example {example}"))
    )
}

/// The job's summary in Markdown: the verdict and the causes, never more than 64 KiB.
pub fn summary(analysis: &Analysis) -> String {
    let mut text = format!(
        "### Tests\n\n{}\n\nNext: {}\n\n| tests | cause | place |\n| ---: | --- | --- |\n",
        cell(&headline(analysis)),
        cell(&next_step(analysis))
    );
    for (index, cause) in analysis.causes.iter().enumerate() {
        let first = cause.message.lines().next().unwrap_or_default();
        let place = cause.frame.as_ref().map(|at| format!("{}:{}", at.path, at.line)).unwrap_or_default();
        let row = format!(
            "| {} | {}: {} | {} |\n",
            cause.cases.len(),
            cell(&cause.exception),
            cell(first),
            cell(&place)
        );
        if text.len() + row.len() > SUMMARY_BYTES - 100 {
            text.push_str(&format!("\n{} more causes are in the report.\n", analysis.causes.len() - index));
            break;
        }
        text.push_str(&row);
    }
    text
}

fn tests(count: usize) -> String {
    if count == 1 { "1 test".to_owned() } else { format!("{count} tests") }
}

fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(300) {
        match c {
            '|' | '<' | '*' | '_' | '[' | ']' | '\\' | '@' | '#' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_end_a_workflow_command() {
        assert_eq!(property("a:b,c\nd%"), "a%3Ab%2Cc%0Ad%25");
        assert_eq!(data("x\n::set-output::y"), "x%0A::set-output::y");
    }
}
