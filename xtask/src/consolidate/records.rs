//! Folders of records: decisions, proposals and minutes that are numbered or dated, each written once and true of its
//! time. However much they speak of one thing, nobody makes a guide of them, and none is finished before the others.

use std::collections::{BTreeMap, BTreeSet};

use super::archive::STAGES;
use super::note::{Note, Role};
use super::result::RecordSeries;
use super::{role, words};
use crate::repo::RepoPath;

/// The series of all folders.
#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    /// Numbers of notes.
    pub(super) notes: BTreeSet<usize>,
    /// One for each folder.
    pub(super) series: Vec<RecordSeries>,
}

/// Fewer notes are no series.
const FEWEST: usize = 4;

/// What is dated and kept, in names of folders. A log of sessions is dated, too.
const DATED: &[&str] = &[
    "adr",
    "adrs",
    "blog",
    "decision",
    "decisions",
    "meeting",
    "meetings",
    "minutes",
    "news",
    "newsletter",
    "newsletters",
    "post",
    "posts",
    "proposal",
    "proposals",
    "rfc",
    "rfcs",
];

impl Records {
    /// The series among notes: most of what lies in a folder is named alike and by numbers of its own.
    pub(super) fn of(notes: &[Note]) -> Self {
        let mut folders: BTreeMap<Option<RepoPath>, Vec<usize>> = BTreeMap::new();
        for (number, note) in notes.iter().enumerate() {
            if !note.is_empty() {
                folders.entry(note.path.parent()).or_default().push(number);
            }
        }
        let mut records = Self::default();
        for (folder, all) in folders {
            let counted = all.iter().filter(|&&number| is_counted(&notes[number])).count();
            let members = largest(notes, folder.as_ref(), &all);
            if members.len() >= FEWEST && members.len() * 3 >= counted * 2 {
                records.series.push(RecordSeries { folder, notes: members.len() });
                records.notes.extend(members);
            }
        }
        records
    }
}

/// False for what leads to the others, or is copied for a new one.
fn is_counted(note: &Note) -> bool {
    note.role != Role::Index && !words::of_text(&note.stem()).iter().any(|word| word == "template")
}

/// The most notes of a folder that are named alike, each by another number.
fn largest(notes: &[Note], folder: Option<&RepoPath>, all: &[usize]) -> Vec<usize> {
    let may_be_dated = folder.is_some_and(holds_dated);
    let mut named: BTreeMap<String, Vec<(String, usize)>> = BTreeMap::new();
    for &note in all {
        let stem = notes[note].stem();
        let Some((name, number)) = named_by(&stem) else { continue };
        if may_be_dated || name != DAY {
            named.entry(name).or_default().push((number, note));
        }
    }
    let is_apart = |members: &Vec<(String, usize)>| {
        let numbers: BTreeSet<&String> = members.iter().map(|(number, _)| number).collect();
        numbers.len() * 5 >= members.len() * 4
    };
    // Some write the name of the series before the number, and some do not.
    let bare = named.get("").cloned().unwrap_or_default();
    let counted = named.iter().filter(|(name, _)| !name.is_empty() && *name != DAY);
    let together: Vec<_> = counted.map(|(_, members)| [members.clone(), bare.clone()].concat()).collect();
    let all = named.into_values().chain(together);
    let series = all.filter(is_apart).max_by_key(Vec::len).unwrap_or_default();
    series.into_iter().map(|(_, note)| note).collect()
}

fn holds_dated(folder: &RepoPath) -> bool {
    let text = folder.display().into_owned();
    words::of_text(&text).iter().any(|word| DATED.contains(&word.as_str()))
}

/// How a dated record is named.
const DAY: &str = "day";

/// What a name has before its number, and the number: `0012-two-probes`, `adr-012`, `2025-10-28-minutes`. Not that of a
/// stage of work.
fn named_by(stem: &str) -> Option<(String, String)> {
    if stem.starts_with(|c: char| c.is_ascii_digit())
        && let Some(day) = role::date_in(stem)
    {
        return Some((DAY.to_owned(), day));
    }
    let digits = stem.find(|c: char| c.is_ascii_digit())?;
    let (name, rest) = stem.split_at(digits);
    let name = name.trim_end_matches(['-', '_', ' ']).to_lowercase();
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (number, behind) = rest.split_at(end);
    let is_alone = behind.is_empty() || behind.starts_with(['-', '_', ' ', '.']);
    let is_record = name.chars().all(char::is_alphabetic) && !STAGES.contains(&name.as_str());
    let number = number.trim_start_matches('0');
    (is_alone && is_record && number.len() <= 5).then(|| (name, number.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::test_notes::note;
    use super::*;

    /// How many of these notes are records.
    fn records(paths: &[&str]) -> usize {
        let notes: Vec<Note> = paths.iter().map(|path| note(path, "# A bath\n\nIt is warm.\n")).collect();
        Records::of(&notes).notes.len()
    }

    #[test]
    fn numbered_and_dated_records_of_a_folder_are_a_series() {
        let folder = |names: [&str; 5], folder: &str| {
            let paths = names.map(|name| format!("{folder}/{name}.md"));
            records(&paths.each_ref().map(String::as_str))
        };
        assert_eq!(folder(["0001-a", "0002-b", "0003-c", "0010-d", "README"], "docs/adr"), 4);
        assert_eq!(folder(["RFC-1-a", "RFC-2-b", "RFC-3", "RFC-4-d", "template"], "docs/rfcs"), 4);
        assert_eq!(folder(["0001-a", "0002-b", "ADR-0003", "ADR-0004", "bath"], "docs/adr"), 4);
        let days = ["2025-10-01", "2025-10-08-a", "2025-10-15", "2025-10-22", "2025-10-29"];
        assert_eq!(folder(days, "docs/meetings/2025"), 5);
        assert_eq!(folder(days, "notes/sessions"), 0, "a log of sessions");
        assert_eq!(folder(["phase_1", "phase_2", "phase_3", "phase_4", "phase_5"], "docs/work"), 0);
        assert_eq!(folder(["0001-a", "0002-b", "0003-c", "bath", "oil"], "docs"), 0, "too few");
        assert_eq!(folder(["01-a", "01-b", "01-c", "01-d", "01-e"], "docs"), 0, "one number");
        assert_eq!(folder(["bath-1a", "bath-2b", "x", "y", "z"], "docs"), 0);
    }
}
