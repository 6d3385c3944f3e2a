//! What became of the files and folders that notes name.

use std::collections::{BTreeMap, BTreeSet};

use super::doors::{self, Way};
use super::index::{Index, places};
use super::never::{has_template, never_was};
use super::paths::{is_absolute, path_of};
use super::told::Told;
use super::{IN_FOLDER, Known, Named, What, is_folder, reference};
use crate::consolidate::note::{Note, seconds};
use crate::consolidate::result::{Reference, ReferenceClass};
use crate::links::percent_decoded;
use crate::repo::{Change, History, RepoPath};

/// What is there now, what once was, and all folders of both.
pub(super) struct Places<'k> {
    pub(super) now: Index<'k>,
    pub(super) past: Index<'k>,
    pub(super) folders: BTreeSet<RepoPath>,
    /// First parts of what is surely named as a file or folder.
    pub(super) named: BTreeSet<&'k str>,
}

/// What became of a file or folder; `None` where it is there or nothing is proven.
pub(super) fn dead(named: &Named, notes: &[Note], known: &Known<'_>, all: &Places<'_>) -> Option<Reference> {
    let note = &notes[named.note].path;
    let link = match &named.what {
        What::Link(wanted) => Some(wanted),
        _ => None,
    };
    if link.is_none() && all.now.is_there(note, &named.target) {
        return None;
    }
    let is_meant = match named.what {
        What::Title | What::Given => named.target.contains('/'),
        What::Word => is_compound(&named.target),
        _ => true,
    };
    if !is_meant {
        return None;
    }
    let places = match link {
        Some(wanted) if is_absolute(&named.target) => {
            [vec![wanted.clone()], places(note, &named.target)].concat()
        }
        Some(wanted) => vec![wanted.clone()],
        None => places(note, &named.target),
    };
    let ways: Vec<Way> = places.iter().map(|place| doors::way(place, known)).collect();
    let is_there = |way: &Way| match way {
        Way::To(to) => all.now.paths.contains(to) || all.now.has_folder(to),
        way => *way == Way::Outside,
    };
    if ways.iter().zip(&places).any(|(way, place)| *way != Way::To(place.clone()) && is_there(way)) {
        return None;
    }
    let led = |(way, place)| if let Way::To(to) = way { to } else { place };
    let places: Vec<RepoPath> = ways.iter().cloned().zip(places).map(led).collect();
    // A link from the root of a machine or a site is wrong only in its beginning.
    if link.is_some() && places.iter().any(|place| all.now.paths.contains(place) || all.now.has_folder(place))
    {
        return None;
    }
    let exact = places.iter().find(|place| all.past.paths.contains(*place));
    let covered = |rules: &BTreeSet<RepoPath>| {
        places.iter().any(|place| rules.contains(place) || rules.contains(&place.join(IN_FOLDER)))
    };
    let may_be_ignored = named.what != What::Data || is_file_or_folder(&named.target, all);
    if may_be_ignored
        && (covered(&known.ignored.surely) || (exact.is_none() && covered(&known.ignored.perhaps)))
    {
        // Of what lies on another machine, and of a name in running text, no rule speaks.
        let is_surely_here = !is_absolute(&named.target) && named.what != What::Word;
        return is_surely_here.then(|| reference(named, notes, ReferenceClass::Ignored, None, None));
    }
    if let Some(old) = exact {
        return gone(named, notes, known, old);
    }
    if let Some(told) = ways.iter().find_map(|way| doors::dead_behind(named, notes, known, all, way)) {
        return told;
    }
    if let Some(folder) = folder_that_is_gone(named, notes, known, all, &places) {
        let is_namesake = link.is_none() && all.now.has_folder_ending_so(&named.target);
        return match known.ignored.surely.contains(&folder.join(IN_FOLDER)) {
            _ if is_namesake => None,
            true => Some(reference(named, notes, ReferenceClass::Ignored, None, None)),
            false => folder_gone(named, notes, known, all, &folder),
        };
    }
    let written = String::from_utf8_lossy(&percent_decoded(named.target.as_bytes())).into_owned();
    let by_end = meant_by_end(named, all, &written);
    // Two parts or more are no chance: who names them means the file that ended so, not one of its last name.
    let is_by_name = by_end.is_empty() || !has_parts(&named.target);
    match named.what {
        What::Path if !is_absolute(&named.target) && is_by_name && stands_elsewhere(named, all, &places) => {
            in_another_folder(named, notes, all, &places)
        }
        What::Link(_) if all.now.ends_so(&written).is_some() || all.now.has_folder_ending_so(&written) => {
            None
        }
        What::Path | What::Link(_) => match last_gone(known, by_end) {
            Some(old) => gone_by_end(named, notes, known, old),
            None => never(named, notes, known, all, &places),
        },
        What::Title | What::Word => gone_by_end(named, notes, known, last_gone(known, by_end)?),
        What::Given | What::Input => match all.past.all_ending_so(&written).collect::<Vec<_>>()[..] {
            [old] if path_of(&written).is_some() || named.what == What::Input => {
                gone_by_end(named, notes, known, old)
            }
            [] => never_was(named, notes, known, all, &places),
            _ => None,
        },
        What::Entered | What::Data => never_was(named, notes, known, all, &places),
        _ => None,
    }
}

/// The folder that is gone and stood where one is named, or ended as two of its parts or more do: `core/old` may be a
/// branch or a model by its form alone.
fn folder_that_is_gone(
    named: &Named,
    notes: &[Note],
    known: &Known<'_>,
    all: &Places<'_>,
    places: &[RepoPath],
) -> Option<RepoPath> {
    let has_parts = has_parts(named.target.trim_end_matches('/'));
    let exact = places.iter().find(|place| all.past.has_folder(place) && !all.now.has_folder(place));
    let is_meant = |folder: &RepoPath| match named.what {
        What::Data if !has_parts => is_folder(named) && stood_then(folder, &notes[named.note], known, all),
        _ => matches!(named.what, What::Link(_)) || is_folder(named) || has_parts,
    };
    if let Some(exact) = exact.filter(|folder| is_meant(folder)) {
        return Some(exact.clone());
    }
    let ended =
        |folder: &RepoPath| emptied(known.history, &all.past.below(folder).collect::<Vec<_>>()).map(when);
    folders_by_end(named, &all.past).into_iter().max_by_key(ended)
}

/// True for a folder that stood when a note was written: `data/` is the name of many, and of those that did not stand
/// then none is meant.
fn stood_then(folder: &RepoPath, note: &Note, known: &Known<'_>, all: &Places<'_>) -> bool {
    let files: Vec<&RepoPath> = all.past.below(folder).collect();
    let began = |file: &&RepoPath| seconds(&known.history.paths.get(*file)?.first.date);
    let began = files.iter().filter_map(began).min();
    let ended = emptied(known.history, &files).and_then(|change| seconds(&change.date));
    let Some(written) = note.created.as_deref().and_then(seconds) else { return true };
    began.is_none_or(|began| began <= written) && ended.is_none_or(|ended| written <= ended)
}

/// The folders that end as what is named does, of which two parts are named or more.
pub(super) fn folders_by_end(named: &Named, index: &Index<'_>) -> Vec<RepoPath> {
    let may_be_meant =
        matches!(named.what, What::Data | What::Entered) && has_parts(named.target.trim_end_matches('/'));
    if may_be_meant { index.folders_ending_so(&named.target).cloned().collect() } else { Vec::new() }
}

/// True for `core/x.py`, the end of a path with a folder; not for `../x.py`.
fn has_parts(target: &str) -> bool {
    target.trim_start_matches("../").contains('/')
}

/// True where a file of this name stands elsewhere: it may be meant. Of a name that many files bear none is meant by a
/// path into a folder that stands.
fn stands_elsewhere(named: &Named, all: &Places<'_>, places: &[RepoPath]) -> bool {
    let leads_into_a_folder = named.target.contains('/')
        && places.iter().filter_map(RepoPath::parent).any(|folder| all.now.has_folder(&folder));
    match all.now.count_of_name(&named.target) {
        0 => false,
        1 => true,
        _ => !leads_into_a_folder,
    }
}

/// The one file of this name, where a path leads into a folder that stands and does not hold it: the path is wrong,
/// unless it only leaves out what lies between.
fn in_another_folder(
    named: &Named,
    notes: &[Note],
    all: &Places<'_>,
    places: &[RepoPath],
) -> Option<Reference> {
    let [only] = all.now.of_name(&named.target)[..] else { return None };
    let folders = || places.iter().filter(|_| named.target.contains('/')).filter_map(RepoPath::parent);
    let is_wrong = named.told == Told::Nothing
        && folders().any(|folder| all.now.has_folder(&folder))
        && !folders().any(|folder| only.is_within(&folder));
    is_wrong.then(|| reference(named, notes, ReferenceClass::NeverExisted, None, None))
}

/// The paths that are gone and end so. A link says where it leads: its name alone is that of the one file that bore it.
fn meant_by_end<'k>(named: &Named, all: &Places<'k>, written: &str) -> Vec<&'k RepoPath> {
    let found: Vec<&RepoPath> = all.past.all_ending_so(written).collect();
    let is_name = !written.trim_start_matches("../").trim_start_matches("./").contains('/');
    if matches!(named.what, What::Link(_)) && is_name && found.len() > 1 { Vec::new() } else { found }
}

/// Of paths that are gone the one that was there last.
fn last_gone<'p>(known: &Known<'_>, paths: Vec<&'p RepoPath>) -> Option<&'p RepoPath> {
    paths.into_iter().max_by_key(|path| known.history.ended(path).map(when))
}

/// The order of changes in time: what is not committed yet has no date and is the newest.
fn when(change: &Change) -> (bool, Option<i64>) {
    (change.commit.is_uncommitted(), seconds(&change.date))
}

/// What became of a file of which the name is only the end. One that git ignores now is an output that was once
/// committed; one that was gone before a plan named it is not what the plan means.
fn gone_by_end(named: &Named, notes: &[Note], known: &Known<'_>, old: &RepoPath) -> Option<Reference> {
    if known.ignored.surely.contains(old) {
        return Some(reference(named, notes, ReferenceClass::Ignored, None, None));
    }
    let removed = known.history.ended(old).and_then(|change| seconds(&change.date));
    let written = notes[named.note].created.as_deref().and_then(seconds);
    let was_gone = removed.zip(written).is_some_and(|(removed, written)| removed < written);
    if was_gone && named.told >= Told::Perhaps { None } else { gone(named, notes, known, old) }
}

/// True for `logs/`, `out/x.csv` and `.env`, and for `out/x` where `out/` is named too; `org/name` may be a branch, a
/// model or two words.
fn is_file_or_folder(target: &str, all: &Places<'_>) -> bool {
    let (first, _) = target.split_once('/').unwrap_or((target, ""));
    has_form_of_a_file(target) || all.named.contains(first)
}

fn has_form_of_a_file(target: &str) -> bool {
    let name = target.rsplit('/').next().unwrap_or(target);
    name.is_empty() || name.contains('.')
}

/// The first part of what has the form of a file or folder.
pub(super) fn folder_that_is_named(named: &Named) -> Option<&str> {
    let is_file = named.what == What::Data && has_form_of_a_file(&named.target);
    named.target.split_once('/').filter(|_| is_file).map(|(first, _)| first)
}

/// A claim that no commit ever held it: of links, and of what lies in a folder that is or was there.
fn never(
    named: &Named,
    notes: &[Note],
    known: &Known<'_>,
    all: &Places<'_>,
    places: &[RepoPath],
) -> Option<Reference> {
    let is_link = matches!(named.what, What::Link(_));
    let note = &notes[named.note];
    let line = note.text.get(note.parsed.lines.range(named.line)).unwrap_or_default();
    let is_silenced = match named.told {
        Told::Nothing => false,
        Told::Perhaps => !is_link,
        Told::ToCome => true,
        // "Archived: [x](archive/x.md)" says where it is: what never was is not gone.
        Told::Gone => !is_link || line.contains("[ ]"),
    };
    if is_silenced || places.iter().any(|place| has_template(place, known.paths)) {
        return None;
    }
    let is_entry =
        !named.target.contains('/') && (is_entry_of_a_listing(named, note) || is_pointed_at(named, note));
    let folder_is_known = named.target.contains('/')
        && places.iter().filter_map(RepoPath::parent).any(|folder| all.folders.contains(&folder));
    let is_own = !is_absolute(&named.target) || (is_link && begins_at_the_root(&named.target, all));
    let meant = || {
        places.iter().find_map(|place| known.paths.iter().find(|path| differs_in_case(path, place)).cloned())
    };
    let is_run = || !named.target.contains('/') && is_run_here(named, note, all);
    (is_own && (is_link || folder_is_known || is_entry || is_run()))
        .then(|| reference(named, notes, ReferenceClass::NeverExisted, meant(), None))
}

/// True for a script that is run from the top, `./build.sh`, where its section goes nowhere else and fetches nothing.
fn is_run_here(named: &Named, note: &Note, all: &Places<'_>) -> bool {
    const SCRIPTS: &[&str] = &["sh", "bash", "py", "ps1", "bat", "rb", "pl"];
    const ELSEWHERE: &[&str] =
        &["cd", "pushd", "clone", "wget", "curl", "tar", "unzip", "ssh", "scp", "docker", "chroot"];
    let line_of = |line: usize| note.text.get(note.parsed.lines.range(line)).unwrap_or_default();
    let call = format!("./{}", named.target);
    let is_called = line_of(named.line)
        .split(|sign: char| sign.is_whitespace() || "`;&|(\"'".contains(sign))
        .any(|word| word == call);
    let is_script = named.target.rsplit_once('.').is_some_and(|(_, ending)| SCRIPTS.contains(&ending));
    let above = note.parsed.sections.iter().rev().find(|section| section.line <= named.line);
    let first = above.map_or(1, |section| section.line);
    let leaves = |line: usize| {
        let mut words = line_of(line).split(|sign: char| !sign.is_alphanumeric());
        words.any(|word| ELSEWHERE.contains(&word))
    };
    named.what == What::Path
        && is_script
        && is_called
        && all.now.count_of_name(&named.target) + all.past.count_of_name(&named.target) == 0
        && !(first..=named.line).any(leaves)
}

/// Endings of files of code.
pub(super) const CODE: &[&str] = &[
    "py", "rs", "js", "jsx", "ts", "tsx", "mjs", "go", "java", "kt", "swift", "rb", "php", "c", "h", "cc",
    "cpp", "hpp", "cs", "scala", "lua", "sh", "vue", "svelte",
];

/// True for a name that the words before it send a reader to: "see `X.md`", "**Script:** `x.py`".
fn is_pointed_at(named: &Named, note: &Note) -> bool {
    const POINTERS: &[&str] = &[
        "see",
        "see also",
        "read",
        "refer to",
        "documented in",
        "described in",
        "outlined in",
        "specified in",
        "covered in",
        "listed in",
        "found in",
        "details in",
        "explained in",
        "defined in",
        "implemented in",
        "located in",
        "lives in",
        "file:",
        "script:",
        "location:",
        "source:",
        "module:",
        "implementation:",
        "documentation:",
        "file modified:",
        "modified:",
    ];
    let Some(before) = before_the_name(named, note) else { return false };
    let before = before.trim_end().trim_end_matches(" the").trim_end_matches("full");
    POINTERS.iter().any(|pointer| {
        let rest = before.trim_end().strip_suffix(pointer);
        rest.is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
    })
}

/// True for a name of two words or more, as `LOAD_PLAN.md` and `loadPlan.ts`: `index.js` may be anybody's.
fn is_compound(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    let humps = stem
        .chars()
        .zip(stem.chars().skip(1))
        .filter(|(one, next)| one.is_lowercase() && next.is_uppercase());
    stem.contains(['_', '-']) || humps.count() > 0
}

/// Bytes of a line above which it is not searched for the words before a name.
const LONGEST_LINE: usize = 4000;

/// True for "- `loader.py`: reads the data": a list or table of modules that are there, each with what it does; and for
/// "- ✅ `GUIDE.md`": what is ticked as done is said to be there.
fn is_entry_of_a_listing(named: &Named, note: &Note) -> bool {
    const DONE: &[&str] = &["✅", "✓", "[x]", "[X]"];
    let ending = named.target.rsplit_once('.').map_or("", |(_, ending)| ending);
    let line = note.text.get(note.parsed.lines.range(named.line)).unwrap_or_default().trim_start();
    let line = line.trim_start_matches(|sign: char| sign.is_ascii_digit());
    let Some(entry) = line.strip_prefix(['-', '*', '+', '|', '.', ')']) else { return false };
    let entry = entry.trim_start_matches([' ', '*']);
    let done = DONE.iter().find_map(|mark| entry.strip_prefix(mark));
    let entry = done.unwrap_or(entry).trim_start_matches([' ', '*']);
    let rest = entry.strip_prefix('`').and_then(|rest| rest.strip_prefix(named.target.as_str()));
    let rest = rest.and_then(|rest| rest.strip_prefix('`')).map(|rest| rest.trim_start_matches(['*', ' ']));
    let says_more = |rest: &str| {
        let words = rest.strip_prefix([':', '|', '–', '—']).or_else(|| rest.strip_prefix("- "));
        let words = words.unwrap_or_default().split_whitespace();
        words.filter(|word| word.contains(char::is_alphabetic)).count() >= 2
    };
    rest.is_some_and(|rest| done.is_some() || (CODE.contains(&ending) && says_more(rest)))
}

/// True for `/docs/x.md` where `docs` is or was a folder, and for `/x.md`; `/home/me/x.md` is another machine's.
fn begins_at_the_root(target: &str, all: &Places<'_>) -> bool {
    let parts = target.trim_matches('/').split_once('/');
    parts.is_none_or(|(first, _)| all.now.has_folder(&first.into()) || all.past.has_folder(&first.into()))
}

fn differs_in_case(one: &RepoPath, other: &RepoPath) -> bool {
    one.as_bytes().eq_ignore_ascii_case(other.as_bytes())
}

/// Where a file that is gone went, or which commit removed it.
pub(super) fn gone(named: &Named, notes: &[Note], known: &Known<'_>, old: &RepoPath) -> Option<Reference> {
    if named.told >= Told::Gone && !leads_into_an_archive(named) {
        return None;
    }
    let moved = known.history.moved_to(old).filter(|rename| known.paths.contains(&rename.to));
    if let Some(rename) = moved {
        let commit = rename.change.commit.as_str().to_owned();
        return Some(reference(named, notes, ReferenceClass::Moved, Some(rename.to.clone()), Some(commit)));
    }
    let is_written = || is_written_by_a_run(named, &notes[named.note]);
    if is_looked_for_everywhere(named) || (named.what == What::Path && is_written()) {
        return None;
    }
    let commit = known.history.ended(old).map(|change| change.commit.as_str().to_owned());
    Some(reference(named, notes, ReferenceClass::Removed, None, commit))
}

/// True for the name alone of a file that a program looks for in every repository, as `.dockerignore` and `CLAUDE.md`:
/// who tells what the program does need not mean the one that stood here.
fn is_looked_for_everywhere(named: &Named) -> bool {
    const NAMES: &[&str] = &["CLAUDE.md", "AGENTS.md", "GEMINI.md", "SKILL.md"];
    let is_text = matches!(named.what, What::Path | What::Data | What::Word);
    is_text
        && !named.target.contains('/')
        && (named.target.starts_with('.') || NAMES.contains(&named.target.as_str()))
}

/// True for what the verb right before it says that a program makes: "the run generates `REPORT.md`". It was once
/// committed, and comes back with the next run.
fn is_written_by_a_run(named: &Named, note: &Note) -> bool {
    const VERBS: &[&str] =
        &["generates", "produces", "outputs", "writes", "written to", "saved to", "saves to"];
    let Some(before) = before_the_name(named, note) else { return false };
    VERBS.iter().any(|verb| before.trim_end().ends_with(verb))
}

/// The words before a name in backticks, in small letters and without the signs around them; those of the line before
/// where the name begins its own.
fn before_the_name(named: &Named, note: &Note) -> Option<String> {
    let lines = &note.parsed.lines;
    let line = note.text.get(lines.range(named.line)).unwrap_or_default();
    let (mut before, _) =
        Some(line).filter(|line| line.len() <= LONGEST_LINE)?.split_once(&format!("`{}`", named.target))?;
    if before.trim().is_empty() && named.line > 1 {
        before = note.text.get(lines.range(named.line - 1)).filter(|line| line.len() <= LONGEST_LINE)?;
    }
    Some(before.to_lowercase().replace(['*', '_', '(', '['], ""))
}

/// True for a link to where what is "archived" stands: that it is called so does not tell that it is gone.
fn leads_into_an_archive(named: &Named) -> bool {
    let is_archive = |part: &str| ["archive", "archives", "archived", "_archive", "attic"].contains(&part);
    matches!(named.what, What::Link(_)) && named.target.to_lowercase().split('/').any(is_archive)
}

/// The change that ended a folder: the last of its files left it then, or, where that one only moved, was removed later.
pub(super) fn emptied<'h>(history: &'h History, files: &[&RepoPath]) -> Option<&'h Change> {
    let left = |file: &RepoPath| history.paths.get(file).and_then(|past| past.removed.as_ref());
    let all = files.iter().filter_map(|&file| Some((file, left(file)?)));
    let (last, _) = all.max_by_key(|(_, change)| (when(change), change.commit.as_str()))?;
    history.ended(last)
}

/// A folder goes where most of its files went; else the last of its files to leave ended it.
pub(super) fn folder_gone(
    named: &Named,
    notes: &[Note],
    known: &Known<'_>,
    all: &Places<'_>,
    folder: &RepoPath,
) -> Option<Reference> {
    if named.told >= Told::Gone {
        return None;
    }
    let files: Vec<&RepoPath> = all.past.below(folder).collect();
    let mut targets: BTreeMap<(RepoPath, String), usize> = BTreeMap::new();
    for file in &files {
        let rest = &file.as_bytes()[folder.as_bytes().len()..];
        let rename = known.history.moved_to(file).filter(|rename| known.paths.contains(&rename.to));
        let target = rename.and_then(|rename| {
            let to = rename.to.as_bytes().strip_suffix(rest)?;
            Some((RepoPath::from_bytes(to), rename.change.commit.as_str().to_owned()))
        });
        if let Some(target) = target {
            *targets.entry(target).or_default() += 1;
        }
    }
    if let Some(((to, commit), _)) = targets.into_iter().find(|(_, count)| 2 * count > files.len()) {
        return Some(reference(named, notes, ReferenceClass::Moved, Some(to), Some(commit)));
    }
    // A folder like `.tool/` belongs to a program that makes it anew wherever it runs.
    if named.what == What::Data && named.target.starts_with('.') {
        return None;
    }
    let commit = emptied(known.history, &files).map(|change| change.commit.as_str().to_owned());
    Some(reference(named, notes, ReferenceClass::Removed, None, commit))
}
