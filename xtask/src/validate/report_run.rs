//! The parts of the report that say how the tests were run and what was measured.

use super::assemble::{FLAKY, WRITTEN};
use super::coverage::ranges;
use super::result::{Analysis, CoveredFile, Flaky, Run, Written};
use super::skips::UNKNOWN_SKIP;
use super::wording::{join, outcome_name, words};
use crate::report::{Document, Finding, Inline, count};

/// Seconds of a test that is listed as slow: a shorter time would read `0.0 s`.
const SLOW_S: f64 = 0.05;
/// Characters of the lines that never ran.
const RANGES: usize = 200;
/// Files that the list of the least covered ones holds.
const LEAST_COVERED: usize = 10;

pub(super) fn flaky(document: &mut Document, analysis: &Analysis) {
    if analysis.flaky.is_empty() {
        return;
    }
    document.heading(2, "Flaky (measured)");
    let row = |flaky: &Flaky| {
        let attempts: Vec<String> = flaky
            .attempts
            .iter()
            .map(|attempt| format!("{} {}", attempt.run.name(), outcome_name(attempt.outcome)))
            .collect();
        let what = if flaky.order_dependent { "depends on order" } else { "flaky" };
        vec![Inline::code(&flaky.id), what.into(), attempts.join(", ").into()]
    };
    document.table(&["test", "what", "tries"], &[], analysis.flaky.iter().map(row).collect());
}

pub(super) fn skips(document: &mut Document, analysis: &Analysis) {
    if analysis.skips.is_empty() {
        return;
    }
    document.heading(2, "Skipped");
    let rows = analysis.skips.iter().map(|skip| {
        let allowed = match skip.allowed {
            None => "no list",
            Some(true) => "allowed",
            Some(false) => "not allowed",
        };
        let skipped = match skip.subtests {
            0 => skip.count.to_string(),
            subtests if subtests == skip.count => count(subtests, "subtest"),
            subtests => format!("{} (of them {})", skip.count, count(subtests, "subtest")),
        };
        vec![skipped.into(), Inline::plain(skip.reason.clone()), Inline::code(&skip.first), allowed.into()]
    });
    document.table(&["skips", "reason", "first", "allowed_skips"], &[0], rows.collect());
}

pub(super) fn measured(document: &mut Document, analysis: &Analysis) {
    let mut slow = analysis.slowest.iter().filter(|slow| slow.duration_s >= SLOW_S).peekable();
    if slow.peek().is_none() {
        return;
    }
    document.heading(2, "Slowest (measured)");
    let rows =
        slow.map(|slow| vec![Inline::plain(format!("{:.1} s", slow.duration_s)), Inline::code(&slow.id)]);
    document.table(&["time", "test"], &[0], rows.collect());
}

/// The least covered files, and lines of changed files that never ran; else one line why not.
pub(super) fn coverage(document: &mut Document, analysis: &Analysis) {
    if !analysis.executed {
        return;
    }
    let Some(coverage) = &analysis.coverage else {
        if let Some(hint) = &analysis.coverage_hint {
            document.heading(2, "Coverage");
            document.paragraph(join(Inline::plain("Not measured: "), words(hint)).text("."));
        }
        return;
    };
    document.heading(2, "Coverage (measured)");
    document.paragraph(format!("{:.1} % of the lines that can run did.", coverage.percent));
    let mut least: Vec<&CoveredFile> =
        coverage.files.iter().filter(|file| !file.missing.is_empty()).collect();
    least.sort_by(|a, b| a.percent.total_cmp(&b.percent).then_with(|| a.path.cmp(&b.path)));
    let row = |file: &&CoveredFile| {
        let lines = ranges(&file.missing).chars().take(RANGES).collect::<String>();
        vec![Inline::plain(format!("{:.1} %", file.percent)), Inline::code(&file.path), lines.into()]
    };
    let rows = least.iter().take(LEAST_COVERED).map(row).collect();
    document.table(&["covered", "file", "lines that never ran"], &[0], rows);
    let changed = least.iter().filter(|file| coverage.changed.contains(&file.path));
    let rows: Vec<_> = changed.map(row).collect();
    if !rows.is_empty() {
        document.paragraph("Of the files that changed since before:");
        document.table(&["covered", "file", "lines that never ran"], &[0], rows);
    }
}

pub(super) fn how(document: &mut Document, analysis: &Analysis) {
    if !analysis.executed {
        return;
    }
    document.heading(2, "How it was run");
    for run in &analysis.runs {
        document.paragraph(call_of(run));
        if !run.runner_tally.is_empty() {
            let tally: Vec<String> =
                run.runner_tally.iter().map(|(name, count)| format!("{count} {name}")).collect();
            let text = format!(
                "The runner's own tally of its first process, where a test that fails twice counts twice: {}.",
                tally.join(", ")
            );
            document.paragraph(text);
        }
    }
    if !analysis.written.is_empty() {
        document.paragraph("Tests wrote into the repository (this run stages none of it):");
        let item = |written: &Written| {
            Inline::code(&written.path)
                .text(format!(" {} by ", written.change.name()))
                .with_code(&written.suite)
        };
        document.list(analysis.written.iter().map(item).collect());
    }
    let others = analysis
        .findings
        .iter()
        .filter(|finding| !matches!(finding.check.as_str(), WRITTEN | FLAKY | UNKNOWN_SKIP));
    let item = |finding: &Finding| {
        let mut text = Inline::default();
        if let Some(path) = &finding.path {
            text = text.with_code(path).text(": ");
        }
        text = join(text, words(&finding.message));
        match &finding.hint {
            Some(hint) => join(text.text("; "), words(hint)),
            None => text,
        }
    };
    document.list(others.map(item).collect());
}

/// What ran a suite, and how it was called.
fn call_of(run: &Run) -> Inline {
    let mut text = Inline::code(&run.suite).text(": ");
    text = match &run.interpreter {
        Some(interpreter) => {
            let version = interpreter.version.as_ref().map(|v| format!(" {v}")).unwrap_or_default();
            let program = text.with_code(&interpreter.program).text(format!("{version} ("));
            join(program, words(&interpreter.reason)).text(")")
        }
        None => text.text(run.runner.clone()),
    };
    if !run.command.is_empty() {
        text = text.text(", as ").with_code(&run.command);
    }
    if !run.plugins.is_empty() {
        text = text.text(format!(", with {}", run.plugins.join(", ")));
    }
    if run.restarts > 0 {
        text = text.text(format!(", started again {}", times(run.restarts)));
    }
    text.text(".")
}

fn times(number: usize) -> String {
    if number == 1 { "once".to_owned() } else { format!("{number} times") }
}
