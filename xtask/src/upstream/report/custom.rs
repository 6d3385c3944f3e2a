//! What the fork built itself: by area, then file by file.

use std::collections::BTreeMap;

use super::{capped, files, row};
use crate::code::ReadBy;
use crate::report::{Cell, Document, Inline, count};
use crate::upstream::model::{Analysis, Custom, Status, SymbolStatus};

#[derive(Default)]
struct Area {
    files: usize,
    only: usize,
    added: u64,
    deleted: u64,
    bytes: u64,
    uncounted: usize,
}

pub(super) fn custom(document: &mut Document, analysis: &Analysis) {
    let own: Vec<&Custom> = own(analysis).collect();
    if own.is_empty() {
        return;
    }
    document.heading(2, "Custom work");
    document.paragraph(summary(analysis, &own));
    let mut areas: BTreeMap<&str, Area> = BTreeMap::new();
    for file in &own {
        areas.entry(&file.area).or_default().add(file);
    }
    let mut sorted: Vec<(&str, Area)> = areas.into_iter().collect();
    sorted.sort_by(|a, b| b.1.added.cmp(&a.1.added).then(a.0.cmp(b.0)));
    let rows = sorted.iter().map(|(name, area)| area.row(name)).collect();
    capped(
        document,
        &["Area", "Files", "Only in the fork", "Lines added", "Lines deleted", "Bytes"],
        &[1, 2, 3, 4, 5],
        rows,
        "areas",
    );
    let mut largest = own;
    largest.sort_by(|a, b| b.lines_added.cmp(&a.lines_added).then(a.path.cmp(&b.path)));
    document.heading(3, "Files by lines added");
    let rows = largest.iter().map(|file| file_row(file)).collect();
    capped(
        document,
        &["File", "Status", "+ lines", "- lines", "Lines", "Bytes", "Commits"],
        &[2, 3, 4, 5, 6],
        rows,
        "files",
    );
}

/// The files that the fork worked on itself.
fn own(analysis: &Analysis) -> impl Iterator<Item = &Custom> {
    analysis.custom.iter().filter(|file| !file.in_other_base)
}

fn summary(analysis: &Analysis, own: &[&Custom]) -> Inline {
    let start = analysis.custom_since.as_ref().map(|base| &base.commit);
    let all = files(own.len());
    let what = match &analysis.merge_base {
        Some(_) => format!("Since the merge base the fork changed {all}"),
        None if start == Some(&analysis.upstream.oid) && own.len() == 1 => {
            format!("{all} differs from upstream's tip")
        }
        None if start == Some(&analysis.upstream.oid) => format!("{all} differ from upstream's tip"),
        None => format!("Since the sync point the fork changed {all}"),
    };
    let by = |status: Status| own.iter().filter(|file| file.status == status).count();
    let mut parts = Vec::new();
    for (status, word) in [
        (Status::Added, "added"),
        (Status::Modified, "modified"),
        (Status::Renamed, "renamed"),
        (Status::Deleted, "deleted"),
        (Status::TypeChanged, "changed in type"),
    ] {
        let number = by(status);
        if number > 0 {
            parts.push(format!("{number} {word}"));
        }
    }
    let only = own.iter().filter(|file| file.only_in_fork).count();
    let sum = |lines: fn(&Custom) -> Option<u64>| own.iter().filter_map(|file| lines(file)).sum::<u64>();
    let lines = analysis.custom_lines.map_or(String::new(), |_| {
        format!(
            " Lines added: {}, deleted: {} (as git counts, binary files apart).",
            sum(|file| file.lines_added),
            sum(|file| file.lines_deleted)
        )
    });
    let others = match analysis.custom.len() - own.len() {
        0 => String::new(),
        1 => " 1 more differs from there, but stands as in another merge base.".to_owned(),
        more => format!(" {more} more differ from there, but stand as in another merge base."),
    };
    Inline::plain(format!(
        "{what}: {}. {} only in the fork.{lines}{others}",
        parts.join(", "),
        match only {
            1 => "1 stands".to_owned(),
            more => format!("{more} stand"),
        }
    ))
}

impl Area {
    fn add(&mut self, file: &Custom) {
        self.files += 1;
        self.only += usize::from(file.only_in_fork);
        self.added += file.lines_added.unwrap_or(0);
        self.deleted += file.lines_deleted.unwrap_or(0);
        self.bytes += file.bytes.unwrap_or(0);
        self.uncounted += usize::from(file.lines_added.is_none());
    }

    fn row(&self, name: &str) -> Vec<Cell> {
        let lines = |number: u64| -> Cell {
            // Binary or missing content has no lines; where all of it is so, zero would be a wrong figure.
            if self.uncounted == self.files { "-".into() } else { number.to_string().into() }
        };
        row([
            Inline::code(name),
            self.files.to_string().into(),
            self.only.to_string().into(),
            lines(self.added),
            lines(self.deleted),
            self.bytes.to_string().into(),
        ])
    }
}

fn file_row(file: &Custom) -> Vec<Cell> {
    let figure = |number: Option<u64>| -> Cell {
        number.map_or_else(|| "-".into(), |number| number.to_string().into())
    };
    let status = match file.status {
        Status::Added => "added",
        Status::Modified => "modified",
        Status::Deleted => "deleted",
        Status::Renamed => "renamed",
        Status::TypeChanged => "changed in type",
    };
    row([
        Inline::code(file.path.to_string()),
        status.into(),
        figure(file.lines_added),
        figure(file.lines_deleted),
        figure(file.lines),
        figure(file.bytes),
        file.commits.len().to_string().into(),
    ])
}

/// Names shown of each file.
const NAMES: usize = 6;

/// The functions, classes and types of each file that the fork added, changed or removed.
pub(super) fn symbols(document: &mut Document, analysis: &Analysis) {
    let files: Vec<&Custom> = own(analysis).filter(|file| !file.symbols.is_empty()).collect();
    if files.is_empty() {
        return;
    }
    let all = || files.iter().flat_map(|file| &file.symbols);
    let by = |status: SymbolStatus| all().filter(|symbol| symbol.status == status).count();
    let how = match all().filter(|symbol| symbol.read_by == ReadBy::Pattern).count() {
        0 => "all found by a parser".to_owned(),
        number if number == all().count() => "all found by pattern".to_owned(),
        number => format!("{number} of them found by pattern, the others by a parser"),
    };
    document.heading(3, "Functions, classes and types");
    document.paragraph(format!(
        "{} added, {} changed, {} removed; {how}.",
        by(SymbolStatus::Added),
        by(SymbolStatus::Changed),
        by(SymbolStatus::Removed)
    ));
    let mut sorted = files.clone();
    sorted.sort_by(|a, b| b.symbols.len().cmp(&a.symbols.len()).then(a.path.cmp(&b.path)));
    let rows = sorted.iter().map(|file| symbol_row(file)).collect();
    capped(document, &["File", "Added", "Changed", "Removed", "Names"], &[1, 2, 3], rows, "files");
}

fn symbol_row(file: &Custom) -> Vec<Cell> {
    let by = |status: SymbolStatus| file.symbols.iter().filter(|symbol| symbol.status == status).count();
    let mut names = Inline::default();
    for (place, symbol) in file.symbols.iter().take(NAMES).enumerate() {
        let sign = match symbol.status {
            SymbolStatus::Added => "+",
            SymbolStatus::Changed => "~",
            SymbolStatus::Removed => "-",
        };
        names = names
            .text(format!("{}{sign}", if place > 0 { ", " } else { "" }))
            .with_code(symbol.name.as_str());
    }
    if file.symbols.len() > NAMES {
        names = names.text(format!(" and {} more", file.symbols.len() - NAMES));
    }
    row([
        Inline::code(file.path.to_string()),
        by(SymbolStatus::Added).to_string().into(),
        by(SymbolStatus::Changed).to_string().into(),
        by(SymbolStatus::Removed).to_string().into(),
        names,
    ])
}

pub(super) fn moved(document: &mut Document, analysis: &Analysis) {
    let Some(renames) = &analysis.renames else { return };
    if renames.fork.is_empty() && renames.upstream.is_empty() {
        return;
    }
    document.heading(2, "Moved files");
    let changed = analysis.changed.as_ref().map(|changed| &changed.upstream);
    let touched = |old: &_| changed.is_some_and(|paths| paths.binary_search(old).is_ok());
    let fork = renames.fork.iter().map(|(old, new)| {
        let note = if touched(old) { "upstream changed the old path since" } else { "" };
        row(["fork".into(), Inline::code(old.to_string()), Inline::code(new.to_string()), note.into()])
    });
    let upstream = renames.upstream.iter().map(|(old, new)| {
        row(["upstream".into(), Inline::code(old.to_string()), Inline::code(new.to_string()), "".into()])
    });
    let rows: Vec<Vec<Cell>> = fork.chain(upstream).collect();
    document.paragraph(format!(
        "{} by the fork, {} by upstream.",
        count(renames.fork.len(), "rename"),
        count(renames.upstream.len(), "rename")
    ));
    capped(document, &["By", "From", "To", ""], &[], rows, "renames");
}
