//! Drawn trees of files: what a drawing shows of this repository and is not there.

use std::collections::{BTreeMap, BTreeSet};

use super::files::{Places, folder_gone, gone};
use super::index::Index;
use super::never::has_template;
use super::paths::{is_plain, path_of, stands_in};
use super::told::Told;
use super::{IN_FOLDER, Known, Named, What, is_folder, reference};
use crate::consolidate::note::Note;
use crate::consolidate::result::{Reference, ReferenceClass};
use crate::repo::RepoPath;

/// An entry of a drawing: its line, counted from 0, and its path from the root that is drawn; a folder ends with `/`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Drawn {
    pub(super) at: usize,
    pub(super) path: String,
}

/// The entries that the lines of a block of code draw as a tree.
pub(super) fn drawn(lines: &[&str]) -> Vec<Drawn> {
    let mut found: Vec<Drawn> = Vec::new();
    // The folders that the next entry may lie in: column and path, `None` for what stands for something else.
    let mut above: Vec<(Option<usize>, Option<String>)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((column, text)) = branch(line) else {
            if let Some(root) = root(line) {
                above = vec![(None, root)];
            }
            continue;
        };
        above.retain(|(before, _)| before.is_none_or(|before| before < column));
        let folder = above.last().map_or(Some(""), |(_, path)| path.as_deref());
        let path = folder.zip(name(text)).map(|(folder, name)| format!("{folder}{name}"));
        let below = path.as_ref().map(|path| format!("{}/", path.trim_end_matches('/')));
        if let Some(path) = path {
            found.push(Drawn { at, path });
        }
        above.push((Some(column), below));
    }
    let folders: BTreeSet<String> = found
        .iter()
        .filter_map(|entry| entry.path.trim_end_matches('/').rsplit_once('/'))
        .map(|(folder, _)| folder.to_owned())
        .collect();
    for entry in &mut found {
        if folders.contains(&entry.path) {
            entry.path.push('/');
        }
    }
    found
}

/// Where on its line an entry branches off, and what stands behind the branch.
fn branch(line: &str) -> Option<(usize, &str)> {
    let is_before = |sign: char| sign.is_whitespace() || sign == '│' || sign == '|';
    for (column, (at, sign)) in line.char_indices().enumerate() {
        let rest = &line[at..];
        if matches!(sign, '├' | '└')
            || ["|--", "+--", "`--", "\\--"].iter().any(|form| rest.starts_with(form))
        {
            let text = rest[sign.len_utf8()..].trim_start_matches(['─', '-', '╴']);
            return Some((column, text.trim_start()));
        }
        if !is_before(sign) {
            return None;
        }
    }
    None
}

/// The folder that a line begins a drawing with, "" for the root itself; `None` for a line that goes on, an inner
/// `None` for a root of which nothing is known.
fn root(line: &str) -> Option<Option<String>> {
    let text = line.trim();
    if text.chars().all(|sign| matches!(sign, '│' | '|') || sign.is_whitespace()) {
        return None;
    }
    if matches!(text, "." | "./") {
        return Some(Some(String::new()));
    }
    // What a root is called does not matter: `project/`, `<repo>/`.
    let word = text.split_whitespace().next().unwrap_or_default();
    let bare = word.trim_start_matches("./").trim_end_matches('/');
    match (is_plain(bare), word.ends_with('/')) {
        (true, _) if word == text || word.ends_with('/') || name(text).is_some() => {
            Some(Some(format!("{bare}/")))
        }
        (false, true) => Some(Some(String::new())),
        _ => Some(None),
    }
}

/// The name of an entry, without the remark behind it.
fn name(text: &str) -> Option<&str> {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let remark = rest.trim_start();
    // `Yes -> Next`: words that no sign and no gap sets apart are no remark on a name.
    let is_apart = rest.len() - remark.len() > 1
        || remark.starts_with(['#', '←', '-', '–', '—', '(', '/', '<', ':', '['])
        || remark.is_empty();
    let name = name.trim_start_matches("./");
    let bare = name.trim_end_matches('/');
    let is_name = is_apart && is_plain(bare) && !bare.split('/').any(stands_in);
    is_name.then_some(name)
}

/// The ways to read a drawn path: from the root of the repository or beside the note, with the first folder or
/// without it (it may be the repository or the note's own folder), and in the one folder that bears its first name.
pub(super) fn places(note: &RepoPath, target: &str, now: &Index<'_>) -> Vec<RepoPath> {
    let (first, below) = target.split_once('/').unwrap_or((target, ""));
    let beside = note.parent();
    let elsewhere = now.only_folder_named(first);
    let from = |folder: Option<&RepoPath>, path: &str| match path {
        "" => None,
        path => RepoPath::resolve(folder, path.as_bytes()),
    };
    let ways = [
        from(None, target),
        from(None, below),
        from(beside.as_ref(), target),
        from(beside.as_ref(), below),
        elsewhere.and_then(|folder| from(folder.parent().as_ref(), target)),
    ];
    // A way that does not lead anywhere keeps its number.
    ways.into_iter().map(|way| way.unwrap_or_else(|| "".into())).collect()
}

/// An entry, and where it may lie, by the way in which its drawing is read.
type Placed<'n> = (&'n Named, Vec<RepoPath>);

/// What drawings show of this repository and is not there. A drawing is of this repository where most of its entries
/// are or were there when it is read in one way; that one never was is said only where most still are.
pub(super) fn dead(named: &[Named], notes: &[Note], known: &Known<'_>, all: &Places<'_>) -> Vec<Reference> {
    let mut drawings: BTreeMap<(usize, usize), Vec<Placed<'_>>> = BTreeMap::new();
    for one in named {
        if let What::Entry { drawing } = one.what {
            let places = places(&notes[one.note].path, &one.target, &all.now);
            drawings.entry((one.note, drawing)).or_default().push((one, places));
        }
    }
    drawings.into_values().flat_map(|entries| of_drawing(&entries, notes, known, all)).collect()
}

/// Fewer entries prove nothing.
const FEWEST: usize = 3;

fn of_drawing(entries: &[Placed<'_>], notes: &[Note], known: &Known<'_>, all: &Places<'_>) -> Vec<Reference> {
    let is_there = |place: &RepoPath| known.paths.contains(place) || all.now.has_folder(place);
    let was_there = |place: &RepoPath| all.past.paths.contains(place) || all.past.has_folder(place);
    let count = |is_such: &dyn Fn(&RepoPath) -> bool, way: usize| {
        entries.iter().filter(|(_, places)| is_such(&places[way])).count()
    };
    let is_known = |place: &RepoPath| is_there(place) || was_there(place);
    let ways = entries.first().map_or(0, |(_, places)| places.len());
    let best = (0..ways).rev().max_by_key(|&way| (count(&is_known, way), count(&is_there, way)));
    let Some(way) = best else { return Vec::new() };
    let are_most = |count: usize| count >= FEWEST && 2 * count > entries.len();
    if !are_most(count(&is_known, way)) {
        return Vec::new();
    }
    let is_standing = are_most(count(&is_there, way));
    // The first folder may be the repository or the note's own: it is no part of the path then.
    let entries: Vec<(Named, &RepoPath)> = entries
        .iter()
        .map(|(one, places)| {
            let below = one.target.split_once('/').filter(|_| matches!(way, 1 | 3)).map(|(_, below)| below);
            let target = below.filter(|below| !below.is_empty()).unwrap_or(&one.target).to_owned();
            (Named { target, ..(*one).clone() }, &places[way])
        })
        .collect();
    // Where much is new the drawing shows what is to be.
    let is_plan = 4 * entries.iter().filter(|(one, _)| one.told >= Told::Perhaps).count() >= entries.len();
    let missing: Vec<(&Named, &RepoPath)> = entries
        .iter()
        .map(|(one, place)| (one, *place))
        .filter(|(_, place)| !place.as_bytes().is_empty() && !is_there(place))
        .collect();
    let files: BTreeSet<&RepoPath> = missing
        .iter()
        .filter(|(one, place)| {
            is_standing && !is_plan && !is_folder(one) && is_claimed(one, place, known, all)
        })
        .map(|(_, place)| *place)
        .collect();
    let holds_files = |folder: &RepoPath| files.iter().any(|file| file.is_within(folder));
    missing
        .iter()
        .filter_map(|(one, place)| {
            let is_never = if is_folder(one) {
                one.told == Told::Nothing && holds_files(place)
            } else {
                files.contains(place)
            };
            of_entry(one, place, notes, known, all, is_never)
        })
        .collect()
}

fn of_entry(
    one: &Named,
    place: &RepoPath,
    notes: &[Note],
    known: &Known<'_>,
    all: &Places<'_>,
    is_never: bool,
) -> Option<Reference> {
    if [place, &place.join(IN_FOLDER)].iter().any(|place| known.ignored.surely.contains(*place)) {
        return Some(reference(one, notes, ReferenceClass::Ignored, None, None));
    }
    if all.past.paths.contains(place) {
        return gone(one, notes, known, place);
    }
    if all.past.has_folder(place) {
        return folder_gone(one, notes, known, all, place);
    }
    is_never.then(|| reference(one, notes, ReferenceClass::NeverExisted, None, None))
}

/// True for a file that the drawing says is there: one that stands elsewhere may be meant by a slip of the drawing.
fn is_claimed(one: &Named, place: &RepoPath, known: &Known<'_>, all: &Places<'_>) -> bool {
    let is_behind_a_file = std::iter::successors(place.parent(), RepoPath::parent)
        .any(|folder| known.paths.contains(&folder) || known.doors.contains_key(&folder));
    one.told == Told::Nothing
        && path_of(&one.target).is_some()
        && all.now.count_of_name(&one.target) == 0
        && !known.ignored.perhaps.contains(place)
        && !is_behind_a_file
        && !has_template(place, known.paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        drawn(&text.lines().collect::<Vec<_>>()).into_iter().map(|entry| entry.path).collect()
    }

    #[test]
    fn drawing_is_read_with_its_folders() {
        let text = "tool/            # the root\n├── src/\n│   ├── main.rs      # begins\n│   └── parts\n│       └── one.rs - first\n│\n└── README.md";
        let expected =
            ["tool/src/", "tool/src/main.rs", "tool/src/parts/", "tool/src/parts/one.rs", "tool/README.md"];
        assert_eq!(paths(text), expected);
        assert_eq!(paths("<repo>/\n└── a.py\nproject/\n└── a.py"), ["a.py", "project/a.py"]);
        assert_eq!(paths("So it goes on\n└── a.py"), Vec::<String>::new());
        let ascii = ".\n|-- a.py\n|   `-- no.py\n`-- lib/\n    `-- b.py";
        assert_eq!(paths(ascii), ["a.py/", "a.py/no.py", "lib/", "lib/b.py"]);
    }

    #[test]
    fn what_stands_for_something_else_is_no_entry_nor_is_what_lies_in_it() {
        let text = "out/\n├── <date>/\n│   └── a.py\n├── *.log\n├── ...\n├── Yes → next.py\n├── my_file.py\n└── kept.py";
        assert_eq!(paths(text), ["out/kept.py"]);
    }
}
