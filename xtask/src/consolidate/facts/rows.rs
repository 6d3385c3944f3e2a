//! Rows of tables that were copied from note to note, and of which one cell was changed.

use std::collections::BTreeMap;

use super::agreement::Agreement;
use super::contradict::contradict;
use super::statements::{Cells, Statement};
use super::value;

/// Cells beside the name that two rows must share, of which all but one agree.
const FEWEST_CELLS: usize = 3;

/// Rows of one name above which it is a usual one.
const MOST_ROWS: usize = 8;

/// Pairs of cells that differ between rows that agree in all others: such rows were one, so their cells speak of one
/// thing, whatever their columns are called, unless most rows of both notes differ.
pub(super) fn changed<'s>(statements: impl Iterator<Item = &'s Statement>) -> Vec<[&'s Statement; 2]> {
    let mut of_name: BTreeMap<&[String], Vec<(&Statement, &Cells)>> = BTreeMap::new();
    for statement in statements {
        if let Some(cells) = &statement.row {
            of_name.entry(&statement.key).or_default().push((statement, cells));
        }
    }
    let mut found: Vec<[&Statement; 2]> = Vec::new();
    let mut agreement = Agreement::default();
    for rows in of_name.values() {
        let mut lines: Vec<(usize, usize)> = rows.iter().map(|(one, _)| (one.note, one.line)).collect();
        lines.dedup();
        if lines.len() > MOST_ROWS {
            continue;
        }
        for (at, (one, cells)) in rows.iter().enumerate() {
            let others = rows[at + 1..].iter().filter(|(other, _)| other.note != one.note);
            for (other, _) in others.clone().filter(|(_, others)| others == cells) {
                agreement.count(one, other, true);
            }
            let changed = others.filter(|(other, others)| {
                one.column == other.column
                    && contradict(&one.value, &other.value)
                    && differ_in_one(cells, others)
            });
            found.extend(changed.map(|(other, _)| [*one, *other]));
        }
    }
    for [one, other] in &found {
        agreement.count(one, other, false);
    }
    found.retain(|[one, other]| agreement.may_be_of_one(one, other));
    found
}

/// Pairs that have a cell in common as one: three notes that hold one row differ in it once.
pub(super) fn joined<'s>(pairs: &[[&'s Statement; 2]]) -> Vec<Vec<&'s Statement>> {
    let mut found: Vec<Vec<&Statement>> = Vec::new();
    for pair in pairs {
        let is_common = |rows: &Vec<&Statement>| {
            rows.iter().any(|one| pair.iter().any(|other| std::ptr::eq(*one, *other)))
        };
        let (common, others): (Vec<_>, Vec<_>) = found.into_iter().partition(is_common);
        let mut rows: Vec<&Statement> = common.into_iter().flatten().chain(pair.iter().copied()).collect();
        rows.sort_by_key(|one| (one.note, one.line));
        rows.dedup_by(|one, other| std::ptr::eq(*one, *other));
        found = others;
        found.push(rows);
    }
    found
}

/// True for a row that tells of a piece of work or a run: one of its cells says by how much another changed ("18%, +3%"
/// and "2.1 s, -0.4 s"), or which share one of its counts is of another ("11, 9, 81.8%").
pub(super) fn tells_of_a_run(row: &Cells) -> bool {
    let unit = |figures: &str| {
        let unit = figures.trim_start_matches(|next: char| next.is_ascii_digit() || ".,".contains(next));
        (unit.len() < figures.len()).then(|| unit.split_whitespace().next().unwrap_or_default().to_owned())
    };
    let signed = row.values().filter_map(|cell| unit(cell.strip_prefix(['+', '-', '−'])?));
    let plain: Vec<String> = row.values().filter_map(|cell| unit(cell)).collect();
    let mut changes = signed.filter(|unit| unit == "%" || (!unit.is_empty() && plain.contains(unit)));
    let counts: Vec<f64> = row.values().filter_map(|cell| cell.replace(',', "").parse().ok()).collect();
    let mut shares = row.values().filter_map(|cell| cell.split_once('%')?.0.trim().parse::<f64>().ok());
    let is_share = |part: usize, all: usize, share: f64| {
        part != all && counts[all] > 0.0 && (100.0 * counts[part] / counts[all] - share).abs() <= ROUNDING
    };
    // In a wide table some figure is a share of another by chance, and all pairs of them are many.
    let is_narrow = row.len() <= NARROW;
    let is_quotient =
        |share: f64| (0..counts.len()).any(|all| (0..counts.len()).any(|part| is_share(part, all, share)));
    changes.next().is_some() || (is_narrow && shares.any(is_quotient))
}

/// True for a row that tells which part of a thing is done, "Pages, 3, 20%".
pub(super) fn has_share(row: &Cells) -> bool {
    row.values().any(|cell| {
        let figures = cell.strip_suffix('%').unwrap_or_default();
        !figures.is_empty() && figures.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    })
}

/// True for a row that holds what was measured against its aim, "< 150 ms, 93 ms, ✅": what is no aim there is the result
/// of a run.
pub(super) fn holds_a_verdict(row: &Cells) -> bool {
    const WORDS: &[&str] = &["pass", "passed", "fail", "failed", "met", "exceeded", "missed", "achieved"];
    let is_verdict = |cell: &String| {
        let first = cell.split_whitespace().next().unwrap_or_default();
        first.starts_with(['✅', '❌', '⚠', '✓', '✔', '✗', '🟢', '🟡', '🔴']) || WORDS.contains(&first)
    };
    let has_aim = row.values().any(|cell| value::read(cell).is_some_and(|value| value.is_bound()));
    has_aim && row.values().any(is_verdict)
}

/// Cells of a row among which one is looked for that is the quotient of two others.
const NARROW: usize = 16;

/// How far a share in percent may be from the quotient that it was rounded from.
const ROUNDING: f64 = 0.5;

fn differ_in_one(row: &Cells, other: &Cells) -> bool {
    let shared: Vec<bool> =
        row.iter().filter_map(|(column, text)| Some(text == other.get(column)?)).collect();
    shared.len() >= FEWEST_CELLS && shared.iter().filter(|agrees| !**agrees).count() == 1
}
