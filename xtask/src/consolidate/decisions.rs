//! Carries what people decided in the previous plan into the new one.

use std::collections::BTreeMap;

use serde::Serialize;

use super::plan::{Destiny, Item, Proposed, SectionPlan};

/// A decision of the previous plan that no longer applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Lapsed {
    /// The item's id.
    pub id: String,
    /// What it was about.
    pub item: String,
    /// Why the decision does not apply any more.
    pub why: String,
}

/// Puts ticks, targets, order, reasons and destinies of `previous` into `proposed`.
///
/// A tick that differs from what was proposed is a decision and stays; a rejection stays until a source
/// changes. Items that are done stay in the plan as done; `is_done` says whether an item that is no longer
/// proposed was carried out.
pub fn carry_over(
    proposed: Vec<Item>,
    previous: Vec<Item>,
    is_done: impl Fn(&Item) -> bool,
) -> (Vec<Item>, Vec<Lapsed>) {
    let mut lapsed = Vec::new();
    let was_reordered = previous.windows(2).any(|pair| pair[0].proposed.order > pair[1].proposed.order);
    let order: Vec<String> = previous.iter().map(Item::id).collect();
    let mut old: BTreeMap<String, Item> = order.iter().cloned().zip(previous).collect();
    let mut items: Vec<Item> = proposed
        .into_iter()
        .map(|item| match old.remove(&item.id()) {
            Some(before) => decide(item, before, &mut lapsed),
            None => item,
        })
        .collect();
    if was_reordered {
        items = in_order(items, &order);
    }
    for id in &order {
        let Some(item) = old.remove(id) else { continue };
        if item.done || is_done(&item) {
            // Another item may have done it on its way: the tick stays as its reader left it. It is last, so that nobody
            // takes its place for somebody's order.
            let proposed = Proposed { order: items.len() + 1, ..item.proposed.clone() };
            items.push(Item { done: true, proposed, ..item });
        } else if item.is_decided() {
            lapsed.push(Lapsed {
                id: id.clone(),
                item: item.title(),
                why: "it is no longer proposed".to_owned(),
            });
        }
    }
    (items, lapsed)
}

fn decide(mut item: Item, before: Item, lapsed: &mut Vec<Lapsed>) -> Item {
    let sources_changed = item.proposed_sources() != before.proposed_sources();
    let is_rejection = before.proposed.ticked && !before.ticked;
    if is_rejection && sources_changed {
        let why = "a source changed since it was rejected";
        lapsed.push(Lapsed { id: item.id(), item: item.title(), why: why.to_owned() });
    } else {
        if before.ticked != before.proposed.ticked {
            item.ticked = before.ticked;
        }
        item.reason = before.reason;
    }
    if before.target != before.proposed.target {
        item.target = before.target;
    }
    for source in &before.without {
        item.leave_out(&source.path);
    }
    item.sections = decide_sections(item.sections, before.sections);
    if !item.without.is_empty() {
        item.lines = Some(lines_of(&item));
    }
    item
}

/// Lines of the notes that an item takes, and how many of them its guide would hold.
fn lines_of(item: &Item) -> (usize, usize) {
    let sum = |is_wanted: fn(&SectionPlan) -> bool| {
        let sections = item.taken_sections().filter(|section| is_wanted(section));
        sections.map(|section| section.lines.1 + 1 - section.lines.0).sum()
    };
    (sum(|_| true), sum(|section| section.destiny == Destiny::Guide))
}

/// Sections are known by note and heading, and by their place among equal ones.
fn decide_sections(sections: Vec<SectionPlan>, before: Vec<SectionPlan>) -> Vec<SectionPlan> {
    let was_reordered = before.windows(2).any(|pair| pair[0].order > pair[1].order);
    let mut old: BTreeMap<_, (usize, SectionPlan)> = BTreeMap::new();
    let mut counts = BTreeMap::new();
    // Equal headings are numbered in the order of their lines, which no reordering of the plan changes.
    let mut numbered: Vec<(usize, SectionPlan)> = before.into_iter().enumerate().collect();
    numbered.sort_by_key(|(_, section)| (section.source.clone(), section.lines));
    for (place, section) in numbered {
        old.insert(key(&section, &mut counts), (place, section));
    }
    let mut counts = BTreeMap::new();
    let mut order: Vec<usize> = (0..sections.len()).collect();
    order.sort_by_key(|&index| (sections[index].source.clone(), sections[index].lines));
    let mut keys = vec![None; sections.len()];
    for index in order {
        keys[index] = Some(key(&sections[index], &mut counts));
    }
    let mut last_place = 0;
    let mut placed: Vec<(usize, SectionPlan)> = Vec::with_capacity(sections.len());
    for (mut section, key) in sections.into_iter().zip(keys) {
        if let Some((place, before)) = key.and_then(|key| old.get(&key)) {
            if before.destiny != before.proposed {
                section.destiny = before.destiny;
            }
            last_place = *place;
        }
        // A section that is new stands behind the one it follows.
        placed.push((last_place, section));
    }
    if was_reordered {
        placed.sort_by_key(|(place, _)| *place);
    }
    placed.into_iter().map(|(_, section)| section).collect()
}

type Key = (crate::repo::RepoPath, String, usize);

fn key(section: &SectionPlan, counts: &mut BTreeMap<(crate::repo::RepoPath, String), usize>) -> Key {
    let name = (section.source.clone(), section.heading.clone());
    let count = counts.entry(name.clone()).or_default();
    *count += 1;
    (name.0, name.1, *count)
}

/// Keeps the order that was given; an item that is new stands behind the one it follows.
fn in_order(items: Vec<Item>, order: &[String]) -> Vec<Item> {
    let places: BTreeMap<&String, usize> = (1..).zip(order).map(|(place, id)| (id, place)).collect();
    let mut last_place = 0;
    let mut placed: Vec<(usize, Item)> = Vec::with_capacity(items.len());
    for item in items {
        if let Some(&place) = places.get(&item.id()) {
            last_place = place;
        }
        placed.push((last_place, item));
    }
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, item)| item).collect()
}
