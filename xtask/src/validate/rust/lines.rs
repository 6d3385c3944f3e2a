//! What `validate imports --cargo` prints for people.

use super::{RustCause, RustImports};
use crate::repo::CommitId;

/// Places of one cause that are listed unless all are wanted.
const LISTED: usize = 5;

/// Every cause with its places, then the count.
pub fn lines(found: &RustImports, all: bool) -> Vec<String> {
    let mut lines: Vec<String> = found.causes.iter().flat_map(|cause| of_cause(cause, all)).collect();
    let places: usize = found.causes.iter().map(|cause| cause.places.len()).sum();
    let others = match found.other_errors {
        0 => String::new(),
        1 => ", 1 error of another kind".to_owned(),
        count => format!(", {count} errors of other kinds"),
    };
    lines.push(if found.is_broken() {
        format!("cargo check: {places} `use` or `mod` lead nowhere, of {} causes{others}", found.causes.len())
    } else {
        "cargo check: every `use` and `mod` leads somewhere".to_owned()
    });
    lines
}

fn of_cause(cause: &RustCause, all: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(moved) = &cause.moved {
        let since = match moved.commit.as_deref().and_then(CommitId::parse) {
            Some(commit) => format!("moved in {}", commit.short()),
            None => "not committed yet".to_owned(),
        };
        let module = moved.module.as_ref().map(|module| format!(", `{module}`")).unwrap_or_default();
        lines.push(format!("{} is {}{module} now ({since})", moved.from, moved.to));
    }
    let indent = if cause.moved.is_some() { "    " } else { "" };
    let shown = if all { cause.places.len() } else { LISTED.min(cause.places.len()) };
    for place in cause.places.iter().take(shown) {
        lines.push(format!("{indent}{}:{}: {} [{}]", place.path, place.line, place.message, place.code));
    }
    if shown < cause.places.len() {
        lines.push(format!("{indent}and {} more: -v", cause.places.len() - shown));
    }
    lines
}
