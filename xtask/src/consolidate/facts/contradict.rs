//! Whether two values of one thing can both hold.

use super::value::{Bound, Number, Value};

/// True where two values of one thing cannot both hold.
pub(super) fn contradict(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Switch(one), Value::Switch(other)) => one != other,
        (Value::Colour(one), Value::Colour(other)) => one != other,
        (Value::Names(one), Value::Names(other)) => one.is_disjoint(other),
        (Value::Address { host: a, port: one }, Value::Address { host: b, port: other }) => {
            a == b && one != other
        }
        (
            Value::Version { parts: one, name: a, is_least: least_a },
            Value::Version { parts: other, name: b, is_least: least_b },
        ) => {
            let length = one.len().min(other.len());
            (a.is_empty() || b.is_empty() || a == b) && least_a == least_b && one[..length] != other[..length]
        }
        // Redis 7 and Redis 7.1.
        (Value::Number(a), Value::Number(b))
            if one.program().is_some() && one.program() == other.program() =>
        {
            let is_whole = |number: &Number| number.value.fract() == 0.0;
            let is_finer = a.value.trunc() == b.value.trunc() && (is_whole(a) || is_whole(b));
            !is_finer && numbers_contradict(a, b)
        }
        (Value::Number(one), Value::Number(other)) => numbers_contradict(one, other),
        (Value::Range { low, high, unit }, Value::Number(number))
        | (Value::Number(number), Value::Range { low, high, unit }) => {
            let margin = if number.bound == Bound::About { 0.15 * high.abs() } else { number.slack };
            number.unit.agrees(unit)
                && matches!(number.bound, Bound::Exact | Bound::About)
                && (number.value < low - margin || number.value > high + margin)
        }
        (Value::Range { low, high, unit }, Value::Range { low: low_b, high: high_b, unit: unit_b }) => {
            // Ranges that touch may both be right.
            unit.agrees(unit_b) && (high < low_b || high_b < low)
        }
        _ => false,
    }
}

/// True for a share as percentage and as fraction: 100 % and 1.00.
fn are_one_share(percent: &Number, fraction: &Number) -> bool {
    let apart = (percent.value / 100.0 - fraction.value).abs();
    percent.unit.is_percent() && fraction.unit.is_bare() && apart <= fraction.slack + percent.slack / 100.0
}

/// True for a share beside a count: "13.3 %" and "254 of them". A number up to 1 may be a share itself.
fn are_share_and_count(share: &Number, count: &Number) -> bool {
    share.unit.is_percent() && count.unit.is_bare() && count.value > 1.0
}

/// True for `2048` beside `2048 MB`.
fn is_without_its_unit(bare: &Number, measured: &Number) -> bool {
    let mut factors = measured.unit.factors().filter(|_| bare.unit.is_bare());
    factors.any(|factor| (bare.value * factor - measured.value).abs() <= bare.slack * factor + measured.slack)
}

/// True for a share without decimals beside the one that it was rounded from: 42 % and 41.7 %.
fn is_rounded(whole: &Number, share: &Number) -> bool {
    let is_whole = whole.value.fract() == 0.0 && share.value.fract() != 0.0;
    is_whole && whole.unit.is_percent() && (whole.value - share.value).abs() <= HALF
}

/// True for `1024 MB` beside `1 GB`: who counts in powers of two calls 1,024 of a unit one of the next.
fn are_in_two_bases(one: &Number, other: &Number) -> bool {
    let (less, more) = if one.value < other.value { (one, other) } else { (other, one) };
    let is_that_much_more = |power: i32| {
        let factor = 1.024_f64.powi(power);
        (less.value * factor - more.value).abs() <= less.slack * factor + more.slack + more.value * 1e-9
    };
    one.unit.is_of_bytes() && one.scale != other.scale && (1..=4).any(is_that_much_more)
}

/// What rounding to a whole number may hide.
const HALF: f64 = 0.5;

fn numbers_contradict(one: &Number, other: &Number) -> bool {
    if are_one_share(one, other) || are_one_share(other, one) {
        return false;
    }
    if are_share_and_count(one, other) || are_share_and_count(other, one) {
        return false;
    }
    if !one.unit.agrees(&other.unit) || is_without_its_unit(one, other) || is_without_its_unit(other, one) {
        return false;
    }
    if is_rounded(one, other) || is_rounded(other, one) || are_in_two_bases(one, other) {
        return false;
    }
    let apart = (one.value - other.value).abs();
    let about = one.bound == Bound::About || other.bound == Bound::About;
    let margin = if about { 0.15 * one.value.abs().max(other.value.abs()) } else { 0.0 };
    if apart <= margin.max(one.slack).max(other.slack) {
        return false;
    }
    match (one.bound, other.bound) {
        (Bound::Plus, Bound::Plus | Bound::Least) | (Bound::Least, Bound::Plus) => false,
        (Bound::Least | Bound::Plus, Bound::Exact | Bound::About) => other.value < one.value,
        (Bound::Exact | Bound::About, Bound::Least | Bound::Plus) => one.value < other.value,
        (Bound::Most, Bound::Exact | Bound::About) => other.value > one.value,
        (Bound::Exact | Bound::About, Bound::Most) => one.value > other.value,
        // From where on somebody is alarmed, and what is aimed at.
        (Bound::Least | Bound::Plus, Bound::Most) | (Bound::Most, Bound::Least | Bound::Plus) => false,
        _ => true,
    }
}
