//! Labels of reference definitions and footnotes: in one file each can mean one thing only.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::super::folded::label_range;
use super::prepare::Prepared;
use crate::markdown::{Definition, Format, Link, LinkKind, Parsed, fold_label, parse};

/// Gives labels that would mean two things another name.
pub(super) fn part(sources: &mut [Prepared<'_>]) {
    let brackets: Vec<BTreeSet<String>> = sources.iter().map(|source| bracketed(&source.text)).collect();
    let mut taken: BTreeSet<String> = brackets.iter().flatten().cloned().collect();
    let mut links: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
    let mut notes: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
    for (number, source) in sources.iter().enumerate() {
        for definition in source.parsed.definitions.iter().filter(|definition| definition.first) {
            let value = value(&source.text, definition);
            links.entry(fold_label(&definition.label)).or_default().push((number, value));
        }
        for footnote in source.parsed.footnotes.iter().filter(|footnote| footnote.definition) {
            let value = source.text[footnote.range.clone()].to_owned();
            notes.entry(format!("^{}", fold_label(&footnote.label))).or_default().push((number, value));
        }
    }
    let mut renames: Vec<BTreeMap<String, String>> = vec![BTreeMap::new(); sources.len()];
    for (label, owners) in links.iter().chain(&notes) {
        for (number, new) in parted(label, owners, &brackets, &mut taken) {
            renames[number].insert(label.clone(), new);
        }
    }
    for (source, renames) in sources.iter_mut().zip(&renames) {
        rename(source, renames, &mut taken);
    }
}

/// New names for those owners of a label whose meaning is not that of the first, or that of nobody else.
fn parted(
    label: &str,
    owners: &[(usize, String)],
    brackets: &[BTreeSet<String>],
    taken: &mut BTreeSet<String>,
) -> Vec<(usize, String)> {
    let is_owner = |number: usize| owners.iter().any(|(owner, _)| *owner == number);
    // Words in brackets that were no link must not become one.
    let has_stranger =
        brackets.iter().enumerate().any(|(number, all)| !is_owner(number) && all.contains(label));
    let mut names: Vec<(&str, Option<String>)> = Vec::new();
    let mut renamed = Vec::new();
    for (number, value) in owners {
        if !names.iter().any(|(known, _)| known == value) {
            let keeps = names.is_empty() && !has_stranger;
            names.push((value, (!keeps).then(|| fresh(label, taken))));
        }
        let known = names.iter().find(|(known, _)| known == value);
        if let Some((_, Some(new))) = known {
            renamed.push((*number, new.clone()));
        }
    }
    renamed
}

fn fresh(label: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{label}-{number}"));
    let free = numbered.into_iter().find(|name| !taken.contains(name)).unwrap_or_default();
    taken.insert(free.clone());
    free
}

/// What a definition says besides its label.
fn value(text: &str, definition: &Definition) -> String {
    let title = &text[definition.place.range.end..definition.range.end];
    format!("{} {}", definition.destination, title.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// All words in brackets without brackets inside, folded as labels are.
fn bracketed(text: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut open = None;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' => open = Some(at + 1),
            b']' => {
                if let Some(start) = open.take() {
                    all.insert(fold_label(&text[start..at]));
                }
            }
            _ => {}
        }
    }
    all
}

fn rename(source: &mut Prepared<'_>, renames: &BTreeMap<String, String>, taken: &mut BTreeSet<String>) {
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let parsed = &source.parsed;
    for definition in &parsed.definitions {
        let label = fold_label(&definition.label);
        // A definition that does not count here must not begin to count elsewhere.
        let new = if definition.first { renames.get(&label).cloned() } else { Some(fresh(&label, taken)) };
        if let Some(new) = new {
            let start = definition.range.start + 1;
            edits.push((start..start + definition.label.len(), new));
        }
    }
    for link in parsed.links.iter().filter(|link| link.kind == LinkKind::Reference) {
        let label = fold_label(link.label.as_deref().unwrap_or_default());
        if let Some(new) = renames.get(&label) {
            edits.push(label_edit(&source.text, link, new));
        }
    }
    for footnote in &parsed.footnotes {
        if let Some(new) = renames.get(&format!("^{}", fold_label(&footnote.label))) {
            let start = footnote.range.start + source.text[footnote.range.start..].find('^').unwrap_or(0);
            let end = start + source.text[start..].find(']').unwrap_or(0);
            edits.push((start..end, new.clone()));
        }
    }
    if !edits.is_empty() {
        source.text = edited(&source.text, edits);
        source.parsed = parse(&source.text, Format::Markdown);
    }
}

/// Where a reference names its label, and what stands there then.
fn label_edit(text: &str, link: &Link, new: &str) -> (Range<usize>, String) {
    let range = label_range(text, link).unwrap_or(link.range.end..link.range.end);
    (range, format!("[{new}]"))
}

fn edited(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (range, new) in edits {
        if range.start >= at {
            out.push_str(&text[at..range.start]);
            out.push_str(&new);
            at = range.end;
        }
    }
    out + &text[at..]
}

/// The labels that the text in `ranges` refers to, folded; those of footnotes begin with `^`.
pub(super) fn used(parsed: &Parsed, range: &Range<usize>) -> BTreeSet<String> {
    let inside = |other: &Range<usize>| range.start <= other.start && other.end <= range.end;
    let links = parsed.links.iter().filter(|link| inside(&link.range));
    let labels = links.filter_map(|link| link.label.as_deref()).map(fold_label);
    let notes = parsed.footnotes.iter().filter(|note| !note.definition && inside(&note.range));
    labels.chain(notes.map(|note| format!("^{}", fold_label(&note.label)))).collect()
}
