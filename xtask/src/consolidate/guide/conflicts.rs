//! Facts on which the sources differ, shown where the newest of them stands.

use std::collections::BTreeMap;

use super::prepare::Prepared;
use super::texts::{day, name};
use super::tree::{Home, Tree};
use super::{Conflict, ConflictValue, GuideRequest};
use crate::report::Inline;

/// The facts that are shown at each node.
pub(super) fn by_node<'r>(
    request: &GuideRequest<'r>,
    sources: &[Prepared<'_>],
    tree: &Tree,
) -> BTreeMap<usize, Vec<&'r Conflict>> {
    let mut by_node: BTreeMap<usize, Vec<&Conflict>> = BTreeMap::new();
    for conflict in request.conflicts {
        let mut homes = newest_first(conflict).into_iter().filter_map(|value| home(value, sources, tree));
        // What the guide does not speak of is no matter for its readers.
        if let Some(home) = homes.next() {
            by_node.entry(home).or_default().push(conflict);
        }
    }
    by_node
}

fn home(value: &ConflictValue, sources: &[Prepared<'_>], tree: &Tree) -> Option<usize> {
    let number = sources.iter().position(|source| *source.source.path == value.path)?;
    let section = sources[number].parsed.sections.iter().rposition(|section| section.line <= value.line);
    match tree.homes[number][section.map_or(0, |section| section + 1)]? {
        Home::Node(node) => Some(node),
        Home::Archive => None,
    }
}

fn newest_first(conflict: &Conflict) -> Vec<&ConflictValue> {
    let mut values: Vec<&ConflictValue> = conflict.values.iter().collect();
    let age = |value: &ConflictValue| {
        std::cmp::Reverse(value.changed.as_deref().and_then(super::super::note::seconds))
    };
    values.sort_by_key(|value| (age(value), value.path.clone(), value.line));
    values
}

/// The values of a fact, each with the notes that say so, for readers to see before they read on.
pub(super) fn alert(conflict: &Conflict, sources: &[Prepared<'_>]) -> String {
    let mut line = Inline::plain("The sources differ on ").strong(conflict.key.clone()).text(":");
    let mut values: Vec<(&str, Vec<&ConflictValue>)> = Vec::new();
    for value in newest_first(conflict) {
        match values.iter_mut().find(|(known, _)| *known == value.value) {
            Some((_, said)) => said.push(value),
            None => values.push((&value.value, vec![value])),
        }
    }
    for (place, (value, said)) in values.into_iter().enumerate() {
        line = line.text(if place == 0 { " " } else { "; " }).with_code(value).text(" (");
        for (place, value) in said.into_iter().enumerate() {
            let day =
                value.changed.as_deref().map(|changed| format!(", {}", day(changed))).unwrap_or_default();
            line = line.text(if place == 0 { "" } else { "; " });
            line = line.with_code(name(&value.path, sources)).text(day);
        }
        line = line.text(")");
    }
    format!("> [!WARNING]\n> {}", line.text(".").to_markdown())
}
