//! Bounds of times: what is aimed at, and what somebody saw.

use std::collections::BTreeSet;

use super::statements::{Statement, split};
use super::value::{Bound, Number, Value};

/// Words that make a bound an aim, in singular: of its name, its column or a heading above it.
const OF_AIMS: &[&str] = &[
    "target",
    "goal",
    "aim",
    "objective",
    "requirement",
    "required",
    "threshold",
    "limit",
    "budget",
    "criteria",
    "criterion",
    "expected",
    "allowed",
    "slo",
    "sla",
    "kpi",
    "max",
    "min",
];

/// True for two bounds of a time of which one is no aim: what took less than 5 ms took less than 10 ms too. Two aims
/// contradict.
pub(super) fn can_both_hold(
    one: (&Statement, &BTreeSet<String>),
    other: (&Statement, &BTreeSet<String>),
) -> bool {
    let is_of_time = |statement: &Statement| {
        let Value::Number(Number { bound: Bound::Least | Bound::Most, unit, .. }) = &statement.value else {
            return false;
        };
        unit.is_time()
    };
    is_of_time(one.0) && is_of_time(other.0) && !(is_aim(one) && is_aim(other))
}

fn is_aim((statement, headings): (&Statement, &BTreeSet<String>)) -> bool {
    let is_word = |word: &String| OF_AIMS.contains(&word.as_str());
    let columns = statement.row.iter().flat_map(|row| row.keys());
    statement.key.iter().any(is_word)
        || headings.iter().any(is_word)
        || columns.flat_map(|column| split(column)).any(|word| is_word(&word))
}
