//! What GitHub Actions shows of a command: remarks beside the code, and the job's summary.

use std::path::Path;

use anyhow::{Context, Result};

use crate::change;
use crate::check::{Checked, Found};
use crate::cli::Format;
use crate::code::python::imports::{Imports, Unresolved};
use crate::phases::phase5::{Phase5, Verdict};
use crate::process::variable;
use crate::report::{Annotation, Cell, Document, Inline, Level};
use crate::term::Term;

/// Rows of a table in a summary, which is read by people and has a limit of 1 MiB a step.
const MOST_ROWS: usize = 100;

/// Whether a runner of GitHub Actions reads what is printed.
pub(crate) fn is_here() -> bool {
    variable("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// Hands workflow commands and Markdown to the runner.
///
/// # Errors
/// The summary's file cannot be written.
pub(super) fn show(annotations: &str, summary: &str, (format, term): (Format, Term)) -> Result<()> {
    match format {
        _ if annotations.is_empty() => {}
        // The runner reads workflow commands from both streams; standard output belongs to the JSON.
        Format::Json => term.say_to_runner(annotations.trim_end()),
        Format::Text => term.runner_commands(annotations).context("write to standard output")?,
    }
    match variable("GITHUB_STEP_SUMMARY") {
        Some(file) => change::append(Path::new(&file), summary.as_bytes()),
        None => Ok(()),
    }
}

/// What `check` found.
pub(super) fn show_checked(checked: &Checked, output: (Format, Term)) -> Result<()> {
    if !is_here() {
        return Ok(());
    }
    let annotation = |found: &Found| {
        let message = found.hint.as_ref().map(|hint| format!("{}; {hint}", found.message));
        let message = message.as_ref().unwrap_or(&found.message);
        Annotation::new(found.level, Some((&*found.path.display(), found.line)), found.check.name(), message)
    };
    let mut summary = Document::default();
    let denied = checked.findings.iter().filter(|found| found.level == Level::Deny).count();
    summary.heading(3, format!("Checks: {denied} broken, {} warnings", checked.findings.len() - denied));
    let row = |found: &Found| -> Vec<Cell> {
        let place = Inline::code(format!("{}:{}", found.path, found.line));
        vec![place, Inline::plain(&found.message), Inline::plain(found.hint.as_deref().unwrap_or_default())]
    };
    let rows: Vec<Vec<Cell>> = checked.findings.iter().take(MOST_ROWS).map(row).collect();
    let left = checked.findings.len() - rows.len();
    if !rows.is_empty() {
        summary.table(&["place", "what is wrong", "what mends it"], &[], rows);
    }
    if left > 0 {
        summary.paragraph(format!("{left} more."));
    }
    show(&Annotation::lines(checked.findings.iter().map(annotation)), &summary.to_markdown(None), output)
}

/// What does not hold at the end: each breakage beside its line, other checks without one; the page as summary.
pub(super) fn show_phase_5(found: &Phase5, output: (Format, Term)) -> Result<()> {
    if !is_here() {
        return Ok(());
    }
    let mut annotations: Vec<Annotation> = Vec::new();
    for line in found.checks.iter().filter(|line| line.verdict == Verdict::Fails) {
        let of_line: Vec<&Found> = found.broken.iter().filter(|found| line.has(found)).collect();
        if of_line.is_empty() {
            annotations.push(Annotation::new(Level::Deny, None, &line.check, &line.evidence));
        }
        let of_place = |found: &&Found| {
            Annotation::new(
                Level::Deny,
                Some((&*found.path.display(), found.line)),
                found.check.name(),
                &found.message,
            )
        };
        annotations.extend(of_line.iter().map(of_place));
    }
    show(&Annotation::lines(annotations), &found.document().to_markdown(None), output)
}

/// Imports that cannot work.
pub(super) fn show_imports(imports: &Imports, output: (Format, Term)) -> Result<()> {
    let broken: Vec<&Unresolved> =
        imports.unresolved.iter().filter(|import| import.guard.is_none()).collect();
    let annotation = |import: &&Unresolved| {
        let path = import.path.display();
        let message = format!("{}: {}", import.statement_text(), import.reason.phrase());
        let write = import.suggestion.as_ref().map(|suggestion| format!("; write `{}`", suggestion.text));
        let message = message + &write.unwrap_or_default();
        Annotation::new(Level::Deny, Some((&path, import.line)), "broken-import", &message)
    };
    if is_here() {
        let title = format!("Imports: {} of {} cannot work", broken.len(), imports.first_party);
        let lines: Vec<String> =
            broken.iter().take(MOST_ROWS).map(|import| import.statement_text()).collect();
        show(&Annotation::lines(broken.iter().map(annotation)), "", output)?;
        show_lines(&title, &lines, output)?;
    }
    Ok(())
}

/// Lines that a command closes with, as a summary.
pub(super) fn show_lines(title: &str, lines: &[String], output: (Format, Term)) -> Result<()> {
    if !is_here() {
        return Ok(());
    }
    let mut summary = Document::default();
    summary.heading(3, title.to_owned());
    summary.list(lines.iter().map(|line| Inline::plain(line.trim())).collect());
    show("", &summary.to_markdown(None), output)
}
