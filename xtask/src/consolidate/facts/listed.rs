//! How many of something there are, as lists of what a project holds tell it: "- **108 agents** - one for every task".

use super::sentences::UNCOUNTED;
use super::statements::{Form, Said, bare, split};
use super::value::{self, Bound, Number, Value};

/// Words of the thing that is counted, at most.
const MOST_WORDS: usize = 2;

/// The count that an item of a list is, without the item's mark: it opens with the number, and nothing but what is
/// counted stands behind it, up to an aside.
pub(super) fn listed(text: &str) -> Option<Said> {
    let plain = bare(text);
    let opening = plain.trim_start_matches(|first: char| !first.is_alphanumeric());
    if !opening.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let end = [" (", " - ", " – ", " — ", ": ", ", "].iter().filter_map(|end| opening.find(end)).min();
    let head = opening[..end.unwrap_or(opening.len())].trim_end_matches(['.', ':']);
    let (figures, things) = head.split_once(' ')?;
    let count = figures.replace(',', "");
    let is_count = count.len() <= 7 && count.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = things.chars().all(|next| next.is_alphabetic() || " -".contains(next));
    let key = split(things);
    let last = key.last()?;
    // In the plural, as what is counted is.
    let is_plural = things.ends_with('s') && !things.ends_with("ss");
    let is_told = UNCOUNTED.contains(&last.as_str()) || value::OF_WORK.contains(&last.as_str());
    if !is_count || count == "0" || !is_name || !is_plural || key.len() > MOST_WORDS || is_told {
        return None;
    }
    let unit = super::unit::Unit::default();
    Some(Said {
        form: Form::Listed,
        value: Value::Number(Number {
            value: count.parse().ok()?,
            slack: 0.0,
            scale: 1.0,
            unit,
            bound: Bound::Exact,
        }),
        key,
        column: String::new(),
        shown_key: things.to_owned(),
        shown_value: head.to_owned(),
        is_assigned: false,
    })
}
