//! The report: the verdict first, then causes, then how it was run.

use std::collections::BTreeSet;

use super::headline::{behind, headline, next_step};
use super::report_imports;
use super::report_run;
use super::result::{
    Analysis, Case, CaseOutcome, Cause, Counts, MOST_COMMITS, Missing, Moved, MovedTests, Run, Status,
    Verdict,
};
use super::suites::is_experimental;
use super::wording::{join, sentence, words};
use crate::code::python::inventory::Inventory;
use crate::config::SuiteKind;
use crate::report::{Block, Cell, Document, Inline, count};

/// Tests of one cause that the report lists; the rest are in the JSON.
const LISTED: usize = 40;
/// Moved files without a problem that the report lists.
const MOVED: usize = 200;
/// Causes that have a section of their own.
const CAUSES: usize = 50;

/// Writes the report.
pub fn report(analysis: &Analysis) -> Document {
    let mut document = Document::default();
    document.heading(1, "Test suite report");
    verdict(&mut document, analysis);
    runs(&mut document, analysis);
    changes(&mut document, analysis);
    causes(&mut document, analysis);
    missing(&mut document, analysis);
    report_imports::imports(&mut document, &analysis.imports);
    report_imports::anchors(&mut document, &analysis.imports);
    report_imports::calls(&mut document, &analysis.imports);
    moved(&mut document, analysis);
    report_run::flaky(&mut document, analysis);
    not_run(&mut document, analysis);
    report_run::skips(&mut document, analysis);
    inventory(&mut document, analysis);
    report_run::measured(&mut document, analysis);
    report_run::coverage(&mut document, analysis);
    report_run::how(&mut document, analysis);
    document
}

/// The verdict in a word or two.
pub(super) fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "Passed",
        Verdict::Failed => "Failed",
        Verdict::NotProven => "Not proven",
    }
}

fn verdict(document: &mut Document, analysis: &Analysis) {
    let word = verdict_word(analysis.verdict);
    document.paragraph(join(Inline::default().strong(word).text(": "), words(&headline(analysis))).text("."));
    document.paragraph(join(Inline::plain("Next: "), words(&next_step(analysis))).text("."));
}

fn runs(document: &mut Document, analysis: &Analysis) {
    if !analysis.executed {
        return;
    }
    document.heading(2, "Suites");
    suites_table(document, analysis);
    for run in &analysis.runs {
        why(document, run);
    }
    by_kind(document, &analysis.cases);
}

fn why(document: &mut Document, run: &Run) {
    let Some(why) = &run.why else { return };
    let mut text = join(Inline::code(&run.suite).text(": "), words(why)).text(".");
    if let Some(install) = &run.install {
        text = text.text(" To make it run: ").with_code(install).text(".");
    }
    document.paragraph(text);
    if let Some(output) = run.output.as_ref().filter(|output| !output.trim().is_empty()) {
        document.code("text", plain(output));
    }
}

/// One row a suite, with its counts.
pub(super) fn suites_table(document: &mut Document, analysis: &Analysis) {
    let head = [
        "suite",
        "gates",
        "status",
        "collected",
        "passed",
        "failed",
        "errors",
        "skipped",
        "xfailed",
        "xpassed",
        "flaky",
        "not run",
    ];
    let rows = analysis.runs.iter().map(|run| {
        let Counts { collected, passed, failed, errors, skipped, xfailed, xpassed, flaky, not_run, .. } =
            run.counts;
        let mut row: Vec<Cell> = vec![
            Inline::code(&run.suite),
            if run.gating { "yes" } else { "no" }.into(),
            Inline::default().strong(status_name(run.status)),
        ];
        let counts = [collected, passed, failed, errors, skipped, xfailed, xpassed, flaky, not_run];
        row.extend(counts.iter().map(|count| Inline::plain(count.to_string())));
        row
    });
    document.table(&head, &[3, 4, 5, 6, 7, 8, 9, 10, 11], rows.collect());
}

/// Unit, integration and experimental tests apart, where there is more than one kind.
fn by_kind(document: &mut Document, cases: &[Case]) {
    let kinds = [SuiteKind::Unit, SuiteKind::Integration, SuiteKind::Experimental];
    let rows: Vec<Vec<Cell>> = kinds
        .iter()
        .filter_map(|kind| {
            let of_kind: Vec<&Case> = cases.iter().filter(|case| case.kind == *kind).collect();
            let bad = of_kind.iter().filter(|case| case.outcome.is_bad()).count();
            (!of_kind.is_empty())
                .then(|| vec![kind.name().into(), of_kind.len().to_string().into(), bad.to_string().into()])
        })
        .collect();
    if rows.len() > 1 {
        document.table(&["kind", "tests and files", "failing or not run"], &[1, 2], rows);
    }
}

fn causes(document: &mut Document, analysis: &Analysis) {
    if analysis.causes.is_empty() {
        return;
    }
    document.heading(2, "Causes");
    for cause in analysis.causes.iter().take(CAUSES) {
        let first = cause.message.lines().next().unwrap_or_default();
        let title =
            if first.is_empty() { cause.exception.clone() } else { format!("{}: {first}", cause.exception) };
        document.heading(3, Inline::plain(format!("{} · ", behind(cause))).text(title));
        let mut text = Inline::default();
        if let Some(frame) = &cause.frame {
            text = text.text("At ").with_code(format!("{}:{}", frame.path, frame.line)).text(". ");
        }
        text =
            text.text("For example ").with_code(cause.cases.first().cloned().unwrap_or_default()).text(".");
        if let Some(hint) = &cause.hint {
            text = join(text.text(" "), words(&sentence(hint)));
        }
        if let Some(install) = &cause.install {
            text = text.text(" To install it: ").with_code(install).text(".");
        }
        document.paragraph(text);
        if let Some(touch) = cause.commits.first() {
            let number = count(cause.commits.len() as u64, "commit");
            let number =
                if cause.commits.len() < MOST_COMMITS { number } else { format!("{number} or more") };
            let short = touch.commit.get(..9).unwrap_or(&touch.commit);
            let text = Inline::plain(format!("Touched since before by {number}, last ")).with_code(short);
            document.paragraph(text.text(format!(" {}.", touch.subject)));
        }
        if cause.message.lines().count() > 1 {
            document.code("text", plain(&cause.message));
        }
        if cause.cases.len() > 1 {
            document.blocks.push(all_of(cause));
        }
    }
    if analysis.causes.len() > CAUSES {
        let rest = analysis.causes.len() - CAUSES;
        document.paragraph(format!(
            "{} more, with fewer tests each, are in the JSON.",
            count(rest as u64, "cause")
        ));
    }
}

fn all_of(cause: &Cause) -> Block {
    let mut items: Vec<Inline> = cause.cases.iter().take(LISTED).map(Inline::code).collect();
    if cause.cases.len() > LISTED {
        items.push(Inline::plain(format!("{} more are in the JSON", cause.cases.len() - LISTED)));
    }
    Block::Details {
        summary: Inline::plain(format!("all {}", cause.cases.len())),
        blocks: vec![Block::List(items)],
    }
}

/// What changed since before.
fn changes(document: &mut Document, analysis: &Analysis) {
    let Some(baseline) = &analysis.baseline else { return };
    document.heading(2, "Since before");
    if let Some(commit) = &baseline.commit {
        document.paragraph(Inline::plain("Compared with ").with_code(commit).text("."));
    }
    let lists = [
        ("new failures", &baseline.new_failures),
        ("still failing", &baseline.still_failing),
        ("failing of another cause", &baseline.changed_cause),
        ("fixed", &baseline.fixed),
        ("gone", &baseline.gone),
        ("added", &baseline.added),
        ("newly skipped", &baseline.newly_skipped),
    ];
    let row = |(name, ids): &(&str, &Vec<String>)| {
        let first = ids.first().map(Inline::code).unwrap_or_default();
        vec![(*name).into(), ids.len().to_string().into(), first]
    };
    let rows = lists.iter().filter(|(_, ids)| !ids.is_empty()).map(row).collect();
    document.table(&["what", "tests", "first"], &[1], rows);
    for (name, ids) in [lists[0], lists[2], lists[6]].iter().filter(|(_, ids)| ids.len() > 1) {
        let mut items: Vec<Inline> = ids.iter().take(LISTED).map(Inline::code).collect();
        if ids.len() > LISTED {
            items.push(Inline::plain(format!("{} more are in the JSON", ids.len() - LISTED)));
        }
        let summary = Inline::plain(format!("all {} {name}", ids.len()));
        document.blocks.push(Block::Details { summary, blocks: vec![Block::List(items)] });
    }
}

fn missing(document: &mut Document, analysis: &Analysis) {
    if analysis.missing.is_empty() {
        return;
    }
    document.heading(2, "Missing packages");
    document.paragraph(
        "Test files import these modules when they are loaded, and the interpreter has none of them:",
    );
    let row = |missing: &Missing| {
        let how = match (&missing.install, &missing.hint) {
            (Some(install), _) => Inline::code(install),
            (None, Some(hint)) => words(hint),
            (None, None) => Inline::default(),
        };
        let first = format!("{}:{}", missing.first.path, missing.first.line);
        vec![Inline::code(&missing.module), missing.files.to_string().into(), Inline::code(first), how]
    };
    // Two suites may want the same.
    let mut told = BTreeSet::new();
    let rows = analysis.missing.iter().filter(|missing| told.insert(&missing.module)).map(row).collect();
    document.table(&["module", "files", "first", "to install it"], &[1], rows);
}

fn moved(document: &mut Document, analysis: &Analysis) {
    if analysis.moved.is_empty() {
        return;
    }
    let is_bad = |moved: &&Moved| moved.verdict == MovedTests::Failed || !moved.imports_ok;
    let (bad, good): (Vec<&Moved>, Vec<&Moved>) = analysis.moved.iter().partition(is_bad);
    document.heading(2, "Moved files");
    let is_python = analysis.moved.iter().all(|moved| moved.path.ends_with(".py"));
    let file = if is_python { "Python file" } else { "file" };
    let stand = match analysis.moved.len() as u64 {
        1 => format!("1 {file} stands where a commit moved it"),
        all => format!("{} stand where a commit moved them", count(all, file)),
    };
    let hold = match bad.len() {
        0 => "none has a failing test or a broken import".to_owned(),
        1 => "1 has a failing test or a broken import".to_owned(),
        many => format!("{many} have a failing test or a broken import"),
    };
    document.paragraph(format!("{stand}; {hold}."));
    document.blocks.extend(moved_table(&bad, LISTED));
    if !good.is_empty() {
        let title = if bad.is_empty() { "all" } else { "the other" };
        let summary = Inline::plain(format!("{title} {}", good.len()));
        document.blocks.push(Block::Details { summary, blocks: moved_table(&good, MOVED) });
    }
}

/// A row for each moved file, as many as are wanted.
fn moved_table(moved: &[&Moved], most: usize) -> Vec<Block> {
    let row = |moved: &&Moved| {
        vec![
            Inline::code(&moved.path),
            Inline::code(&moved.from),
            Inline::code(moved.commit.get(..9).unwrap_or(&moved.commit)),
            if moved.imports_ok { "work" } else { "broken" }.into(),
            moved.verdict.words().into(),
        ]
    };
    let mut table = Document::default();
    let rows = moved.iter().take(most).map(row).collect();
    table.table(&["file", "stood at", "commit", "imports", "tests"], &[], rows);
    if moved.len() > most {
        table.paragraph(format!("{} more are in the JSON.", moved.len() - most));
    }
    table.blocks
}

fn not_run(document: &mut Document, analysis: &Analysis) {
    let cases: Vec<&Case> =
        analysis.cases.iter().filter(|case| case.outcome == CaseOutcome::NotRun).collect();
    if cases.is_empty() {
        return;
    }
    document.heading(2, "Collected, but never run");
    let mut items: Vec<Inline> = cases.iter().take(LISTED).map(|case| Inline::code(&case.id)).collect();
    if cases.len() > LISTED {
        items.push(Inline::plain(format!("{} more are in the JSON", cases.len() - LISTED)));
    }
    document.list(items);
}

fn inventory(document: &mut Document, analysis: &Analysis) {
    let inventory = &analysis.inventory;
    let rust = &analysis.rust_inventory;
    if inventory.files_named_test == 0 && rust.functions == 0 {
        return;
    }
    document.heading(2, "Inventory");
    if rust.functions > 0 {
        document.paragraph(format!(
            "Rust, by pattern: {} marked as tests in {}, {} of them ignored.",
            count(rust.functions as u64, "function"),
            count(rust.files as u64, "file"),
            rust.ignored
        ));
    }
    if inventory.files_named_test == 0 {
        return;
    }
    document.paragraph(format!(
        "Counted from the text of the files, without running them: {} in {} of {} that are named as tests, {} with literal parameters counted.",
        count(inventory.functions as u64, "test function"),
        inventory.files_with_tests,
        count(inventory.files_named_test as u64, "file"),
        count(inventory.items as u64, "test"),
    ));
    files_without_tests(document, inventory);
    let unparsed = inventory.unparsed.iter().map(|file| {
        let line = file.line.map(|line| format!(":{line}")).unwrap_or_default();
        Inline::code(format!("{}{line}", file.path)).text(" ").text(file.message.clone())
    });
    titled(document, "No Python that can be read:", unparsed.collect());
    if !inventory.uncounted.is_empty() {
        document.paragraph(format!(
            "{} counted once, since only running them tells how often they run.",
            count(inventory.uncounted.len() as u64, "test")
        ));
    }
}

fn files_without_tests(document: &mut Document, inventory: &Inventory) {
    // In all other folders runners import what is named as a test, and some make their tests while they do.
    let (never_run, imported): (Vec<_>, Vec<_>) =
        inventory.scripts.iter().cloned().partition(is_experimental);
    let lists = [
        ("Named as tests, but without any:", &inventory.empty_test_files),
        ("Scripts that do their work when imported, so never run here:", &never_run),
        ("No test stands in their text, but work that is done when they are imported:", &imported),
    ];
    for (title, paths) in lists {
        let mut items: Vec<Inline> =
            paths.iter().take(LISTED).map(|path| Inline::code(path.display())).collect();
        if paths.len() > LISTED {
            items.push(Inline::plain(format!("{} more are in the JSON", paths.len() - LISTED)));
        }
        titled(document, title, items);
    }
}

/// A list below its title; nothing where it is empty.
fn titled(document: &mut Document, title: &str, items: Vec<Inline>) {
    if !items.is_empty() {
        document.paragraph(title);
        document.list(items);
    }
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Passed => "passed",
        Status::Failed => "failed",
        Status::Incomplete => "incomplete",
        Status::TimedOut => "timed out",
        Status::CannotRun => "cannot run",
    }
}

/// Text without control characters, as a code block can hold it.
fn plain(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect()
}
