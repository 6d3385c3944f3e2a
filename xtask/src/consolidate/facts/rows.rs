//! Rows of tables that were copied from note to note, and of which one cell was changed.

use std::collections::BTreeMap;

use super::contradict::contradict;
use super::statements::{Cells, Statement};

/// Cells beside the name that two rows must share, of which all but one agree.
const FEWEST_CELLS: usize = 3;

/// Rows of one name above which it is a usual one.
const MOST_ROWS: usize = 8;

/// Pairs of cells that differ between rows that agree in all others: such rows were one, so their cells speak of one
/// thing, whatever their columns are called.
pub(super) fn changed<'s>(statements: impl Iterator<Item = &'s Statement>) -> Vec<[&'s Statement; 2]> {
    let mut of_name: BTreeMap<&[String], Vec<(&Statement, &Cells)>> = BTreeMap::new();
    for statement in statements {
        if let Some(cells) = &statement.row {
            of_name.entry(&statement.key).or_default().push((statement, cells));
        }
    }
    let mut found = Vec::new();
    for rows in of_name.values() {
        let mut lines: Vec<(usize, usize)> = rows.iter().map(|(one, _)| (one.note, one.line)).collect();
        lines.dedup();
        if lines.len() > MOST_ROWS {
            continue;
        }
        for (at, (one, cells)) in rows.iter().enumerate() {
            let others = rows[at + 1..].iter().filter(|(other, _)| other.note != one.note);
            let changed = others.filter(|(other, others)| {
                one.column == other.column
                    && contradict(&one.value, &other.value)
                    && differ_in_one(cells, others)
            });
            found.extend(changed.map(|(other, _)| [*one, *other]));
        }
    }
    found
}

fn differ_in_one(row: &Cells, other: &Cells) -> bool {
    let shared: Vec<bool> =
        row.iter().filter_map(|(column, text)| Some(text == other.get(column)?)).collect();
    shared.len() >= FEWEST_CELLS && shared.iter().filter(|agrees| !**agrees).count() == 1
}
