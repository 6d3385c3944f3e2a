//! Turns the result into a report: the verdict and the next commands first, then what they rest on.

mod chart;
mod custom;
mod follow;
mod merged;
mod words;

use super::model::{Analysis, Relation, Side, SyncPoint};
use crate::report::{Cell, Document, Inline, count};
use words::{day, strip_ref};
pub use words::{has_findings, headline, next_step};

/// Rows that a table shows; what is left out is counted below it, JSON holds all.
const ROWS: usize = 40;

/// The whole report.
pub fn report(analysis: &Analysis) -> Document {
    let mut document = Document::default();
    document.heading(1, "Upstream sync analysis");
    document.paragraph(words::marked(&words::verdict(analysis)));
    commands(&mut document, analysis);
    sides(&mut document, analysis);
    if !matches!(analysis.relation, Some(Relation::Same | Relation::Ahead)) {
        chart::divergence(&mut document, analysis);
        follow::conflicts(&mut document, analysis);
        merged::merged_tree(&mut document, analysis);
        follow::steps(&mut document, analysis);
        follow::commits(&mut document, analysis);
    }
    custom::custom(&mut document, analysis);
    custom::symbols(&mut document, analysis);
    custom::moved(&mut document, analysis);
    if has_strategy(analysis) {
        strategy(&mut document, analysis);
    }
    limits(&mut document, analysis);
    document
}

fn has_strategy(analysis: &Analysis) -> bool {
    !matches!(analysis.relation, Some(Relation::Same | Relation::Ahead))
}

fn commands(document: &mut Document, analysis: &Analysis) {
    let commands = &analysis.strategy.commands;
    if commands.is_empty() {
        return;
    }
    // All of them stand once more under Strategy, where there is one.
    let most = if has_strategy(analysis) { 3 } else { commands.len() };
    document.code("sh", commands.iter().take(most).cloned().collect::<Vec<_>>().join("\n"));
    if commands.len() > most {
        document.paragraph("The commands after these stand under Strategy.");
    }
}

fn sides(document: &mut Document, analysis: &Analysis) {
    document.heading(2, "What was compared");
    let mut rows = vec![side("Fork", &analysis.fork), side("Upstream", &analysis.upstream)];
    if let Some(release) = &analysis.release {
        let tag = Inline::code(strip_ref(&release.name));
        rows.push(row([
            "Newest release tag".into(),
            if release.contained { tag } else { tag.text(" (beside upstream's branch)") },
            Inline::code(release.commit.as_str()),
            "".into(),
        ]));
    }
    let bases = analysis.merge_bases.as_deref().unwrap_or_default();
    if let Some(base) = &analysis.merge_base {
        let title = if bases.len() > 1 { "Merge base (first)" } else { "Merge base" };
        rows.push(row([title.into(), "".into(), Inline::code(base.commit.as_str()), day(&base.date).into()]));
    }
    for other in bases.iter().filter(|id| analysis.merge_base.as_ref().is_none_or(|base| base.commit != **id))
    {
        rows.push(row(["Merge base (another)".into(), "".into(), Inline::code(other.as_str()), "".into()]));
    }
    if let Some(sync) = analysis.later_sync() {
        rows.push(row([
            "Sync point".into(),
            "".into(),
            Inline::code(sync.commit.as_str()),
            day(&sync.date).into(),
        ]));
    }
    document.table(&["", "Name", "Commit", "Date"], &[], rows);
    if bases.len() > 1 {
        document.paragraph(format!(
            "There are {} merge bases: the two histories were merged into one another crosswise, and git merges \
             the bases first.",
            bases.len()
        ));
    }
    if let Some(sync) = analysis.later_sync() {
        document.paragraph(sync_words(sync));
    }
}

fn sync_words(sync: &SyncPoint) -> Inline {
    let mut words = Inline::default()
        .strong("Sync point.")
        .text(" History does not show it, but the fork's content follows upstream up to commit ")
        .with_code(sync.commit.short())
        .marked(&format!(
            " of {} (confidence {}, found by {}): {}.",
            day(&sync.date),
            sync.confidence,
            sync.method.name(),
            sync.why
        ));
    if sync.window.from != sync.window.to {
        words = words
            .text(" Commits from ")
            .with_code(sync.window.from.short())
            .text(" to ")
            .with_code(sync.window.to.short())
            .text(" would explain it nearly as well.");
    }
    if let Some(held) = sync.held {
        words = words.text(format!(
            " Of the lines that upstream's files had there (beyond those of the merge base) the fork holds {:.0} %.",
            held * 100.0
        ));
    }
    if let Some(one) = sync.never_taken.first() {
        let files = count(sync.never_taken.len() as u64, "source file");
        let more = if sync.never_taken.len() > 1 { ", such as " } else { ", " };
        words = words
            .text(format!(" It never had {files} of upstream's there{more}"))
            .with_code(one.to_string())
            .text(".");
    }
    words
}

fn side(title: &str, side: &Side) -> Vec<Cell> {
    let mut name = Inline::code(strip_ref(&side.name));
    if let Some(location) = &side.location {
        name = name.text(" of ").with_code(location);
    }
    row([title.into(), name, Inline::code(side.oid.as_str()), day(&side.date).into()])
}

fn row<const N: usize>(cells: [Cell; N]) -> Vec<Cell> {
    cells.into()
}

/// A table of at most [`ROWS`] rows, with the count of those left out.
fn capped(document: &mut Document, head: &[&str], right: &[usize], mut rows: Vec<Vec<Cell>>, what: &str) {
    let left_out = rows.len().saturating_sub(ROWS);
    rows.truncate(ROWS);
    document.table(head, right, rows);
    if left_out > 0 {
        let words = format!("Not shown here: {left_out} of these {what}; `--format json` lists them all.");
        document.paragraph(words::marked(&words));
    }
}

fn strategy(document: &mut Document, analysis: &Analysis) {
    let strategy = &analysis.strategy;
    document.heading(2, "Strategy");
    if let Some(recommend) = strategy.recommend {
        document.paragraph(
            Inline::default()
                .strong(words::way(recommend))
                .marked(&format!(": {}.", strategy.why.join("; "))),
        );
        document.code("sh", strategy.commands.join("\n"));
    } else {
        document.paragraph(format!("None: {}.", strategy.why.join("; ")));
    }
    let rejected = strategy.rejected.iter();
    let rows =
        rejected.map(|other| row([words::way(other.name).into(), words::marked(&other.why)])).collect();
    document.table(&["Not recommended", "Because"], &[], rows);
}

fn limits(document: &mut Document, analysis: &Analysis) {
    let mut items: Vec<Inline> = analysis
        .findings
        .iter()
        .map(|finding| match &finding.hint {
            Some(hint) => words::marked(&format!("{}: {hint}", finding.message)),
            None => words::marked(&finding.message),
        })
        .collect();
    items.push("Renames are files of at least 50 % equal content (git's limit of 1000 candidates for the diffs, 7000 for merges).".into());
    items.push("Merge attributes, drivers and filters of the repository are not run.".into());
    items.push(format!("Depth: {}.", words::depth(analysis.depth)).into());
    document.heading(2, "Limits");
    document.list(items);
}

/// `3 files`, `1 file`.
fn files(number: usize) -> String {
    count(number, "file")
}
