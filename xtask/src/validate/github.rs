//! What GitHub Actions shows of a result: annotations beside the code, and the job's summary.

use super::assemble::FLAKY;
use super::headline::{behind, headline, next_step};
use super::report;
use super::result::{Analysis, Cause, Run, Status};
use super::wording::{join, words};
use crate::report::{Annotation, Cell, Document, Inline, Level, count};

/// The summary stays far below the limit of 1 MiB a step, and is read by people.
const SUMMARY_BYTES: usize = 64 << 10;
/// Rows of the summary's table at most, before its size is looked at.
const ROWS: usize = 500;
/// Characters of a message that are shown.
const MESSAGE: usize = 300;

/// Workflow commands, one a line: runs that did not end well, the causes with most tests, then warnings.
pub fn annotations(analysis: &Analysis) -> String {
    let is_early = |run: &&Run| !matches!(run.status, Status::Passed | Status::Failed);
    let runs = analysis.runs.iter().filter(|_| analysis.executed).filter(is_early).filter_map(of_run);
    let denied = analysis.findings.iter().filter(|finding| finding.level == Level::Deny);
    let flaky = analysis.findings.iter().filter(|finding| finding.check == FLAKY);
    let flaky = flaky.filter(|finding| finding.level != Level::Deny);
    let causes = analysis.causes.iter().map(of_cause);
    Annotation::lines(
        runs.chain(denied.map(Annotation::from)).chain(causes).chain(flaky.map(Annotation::from)),
    )
}

fn of_run(run: &Run) -> Option<Annotation> {
    let level = if run.gating { Level::Deny } else { Level::Warn };
    Some(Annotation::new(level, None, &format!("suite {}", run.suite), run.why.as_ref()?))
}

fn of_cause(cause: &Cause) -> Annotation {
    let first = cause.message.lines().next().unwrap_or_default();
    let title = format!("{} ({})", cause.exception, behind(cause));
    let place = cause.frame.as_ref().map(|frame| (frame.path.as_str(), frame.line));
    let example = cause.cases.first().map(String::as_str).unwrap_or_default();
    Annotation::new(Level::Deny, place, &title, &format!("{}\nfor example {}", cut(first), cut(example)))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MESSAGE) {
        Some((at, _)) => format!("{} [...]", &text[..at]),
        None => text.to_owned(),
    }
}

/// The job's summary in Markdown: the verdict, the suites and the causes, never more than 64 KiB.
pub fn summary(analysis: &Analysis) -> String {
    let mut rows = analysis.causes.len().min(ROWS);
    loop {
        let text = summary_with(analysis, rows).to_markdown(None);
        if text.len() <= SUMMARY_BYTES || rows == 0 {
            return text;
        }
        rows = rows * 3 / 4;
    }
}

fn summary_with(analysis: &Analysis, rows: usize) -> Document {
    let mut document = Document::default();
    document.heading(3, Inline::plain("Tests: ").text(report::verdict_word(analysis.verdict)));
    document.paragraph(join(words(&cut(&headline(analysis))), Inline::plain(".")));
    document.paragraph(join(Inline::plain("Next: "), words(&cut(&next_step(analysis)))).text("."));
    report::suites_table(&mut document, analysis);
    if analysis.causes.is_empty() {
        return document;
    }
    let row = |cause: &Cause| -> Vec<Cell> {
        let first = cause.message.lines().next().unwrap_or_default();
        let place = cause.frame.as_ref().map(|at| Inline::code(format!("{}:{}", at.path, at.line)));
        let words = Inline::default().with_code(&cause.exception).text(format!(" {}", cut(first)));
        vec![cause.cases.len().to_string().into(), words, place.unwrap_or_default()]
    };
    let table = analysis.causes.iter().take(rows).map(row).collect();
    document.table(&["tests", "cause", "place"], &[0], table);
    if analysis.causes.len() > rows {
        let rest = (analysis.causes.len() - rows) as u64;
        document.paragraph(format!("{} more, with fewer tests each.", count(rest, "cause")));
    }
    document
}

#[cfg(test)]
mod tests {
    use super::super::result::Place;
    use super::*;

    fn analysis(causes: usize) -> Analysis {
        let cause = |number: usize| Cause {
            key: format!("{number}"),
            exception: "AssertionError".to_owned(),
            message: format!("seeded | <b>`{number}`</b> {}", "long ".repeat(60)),
            frame: Some(Place { path: format!("tests/some/folder/test_{number}.py"), line: number + 1 }),
            cases: vec![format!("tests/some/folder/test_{number}.py::test_a[x|y]")],
            install: None,
            hint: None,
            commits: Vec::new(),
        };
        Analysis { causes: (0..causes).map(cause).collect(), ..crate::validate::tests::no_analysis() }
    }

    #[test]
    fn ten_thousand_causes_stay_inside_the_limits() {
        let analysis = analysis(10_000);
        let text = summary(&analysis);
        assert!(text.len() <= SUMMARY_BYTES, "{}", text.len());
        assert!(text.len() > SUMMARY_BYTES / 2, "{}", text.len());
        let rows = text.lines().filter(|line| line.contains("AssertionError")).count();
        assert!(text.contains(&format!("{} causes more, with fewer tests each", 10_000 - rows)), "{rows}");
        let annotations = annotations(&analysis);
        assert_eq!(annotations.lines().count(), 10);
        assert!(annotations.len() < SUMMARY_BYTES);
    }
}
