//! What notes name and what is no longer there: files, commands, modules and functions.
//!
//! A claim is made where history or a link proves it; that something never existed only where what holds it is there:
//! the folder of a path, the drawing that an entry stands in, the class or file of a function, the program of a flag.

mod blocks;
mod cargo;
mod commands;
mod doors;
mod files;
mod flags;
mod index;
mod lexicon;
mod lists;
mod named;
mod never;
#[cfg(test)]
mod never_tests;
mod past;
#[cfg(test)]
mod past_tests;
mod paths;
mod plans;
mod symbols;
mod targets;
#[cfg(test)]
mod tests;
mod told;
#[cfg(test)]
mod told_tests;
mod trees;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use self::doors::{Door, Doors, unknown_doors};
use self::files::Places;
use self::index::{Index, places};
pub(super) use self::named::{linked, named};
pub(super) use self::past::{Past, definition_pattern, read_past, removed_definitions, write_past};
pub(super) use self::symbols::{Shown, Sightings};
pub(super) use self::targets::{
    Commands, FILES as COMMAND_FILES, program_of, removed_targets, take as take_commands, take_written,
    target_pattern,
};
use self::told::Told;
use super::note::Note;
use super::result::{Reference, ReferenceClass, ReferenceKind};
use crate::links::percent_decoded;
use crate::repo::{CommitId, History, RepoPath};

/// A path or command that a note names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named {
    /// The note, by number.
    pub(super) note: usize,
    pub(super) line: usize,
    pub(super) target: String,
    pub(super) kind: ReferenceKind,
    pub(super) what: What,
    /// What the words around it say of it themselves.
    told: Told,
}

/// What a name is, and so what proves that it is gone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// A file that a repository holds.
    Path,
    /// The destination of a link, with the path that it leads to.
    Link(RepoPath),
    /// A path as title of a sample: meant only when it once was there.
    Title,
    /// The name of a file in running text: meant only when one file of this name once was there.
    Word,
    /// A path that a command is given, which may be its output: the same, where one file that is gone ends so.
    Given,
    /// A path that a command reads, as `pip install -r requirements-dev.txt` does.
    Input,
    /// A folder that is entered: `cd tools/web`.
    Entered,
    /// A folder or data file: it may never have been tracked.
    Data,
    /// `make TARGET`, `npm run SCRIPT`.
    Target,
    /// A module by its dotted name.
    Module,
    /// A function, class or type by its last name.
    Symbol { name: String, is_call: bool },
    /// An entry of a drawn tree of files, with the line that opens the drawing.
    Entry { drawing: usize },
    /// A flag of a script or module.
    Flag { program: String, flag: String },
}

impl What {
    fn kind(&self) -> ReferenceKind {
        match self {
            Self::Path
            | Self::Link(_)
            | Self::Title
            | Self::Word
            | Self::Given
            | Self::Input
            | Self::Entered
            | Self::Data
            | Self::Entry { .. } => ReferenceKind::File,
            Self::Module | Self::Symbol { .. } => ReferenceKind::Symbol,
            Self::Target | Self::Flag { .. } => ReferenceKind::Command,
        }
    }
}

/// What is there, and what was.
pub(super) struct Known<'k> {
    pub(super) paths: &'k BTreeSet<RepoPath>,
    /// Paths that once were and are gone.
    pub(super) gone: &'k BTreeSet<RepoPath>,
    pub(super) history: &'k History,
    /// Links and submodules, that stand or once stood.
    pub(super) doors: &'k Doors,
    /// What ignore rules cover among the paths asked for.
    pub(super) ignored: &'k Ignored,
    /// What programs can be asked for: targets of Makefiles, scripts of package.json.
    pub(super) commands: &'k Commands,
    /// Names and flags that stand in the code.
    pub(super) sightings: &'k Sightings,
    /// Which commit removed the last definition of a name or target, or the last mention of a flag.
    pub(super) past: &'k Past,
    /// Whether all commits were looked through for names: what is not in `past` never was.
    pub(super) is_past_known: bool,
}

/// Paths that ignore rules cover.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ignored {
    /// By rules that cover no tracked file: outputs and local files.
    pub(super) surely: BTreeSet<RepoPath>,
    /// By rules that cover tracked files too, so that a removed file may hide behind them.
    pub(super) perhaps: BTreeSet<RepoPath>,
}

/// The paths that once were and are not there.
pub(super) fn gone(paths: &BTreeSet<RepoPath>, history: &History) -> BTreeSet<RepoPath> {
    let removed = history.paths.iter().filter(|(_, past)| past.removed.is_some());
    removed.map(|(path, _)| path).filter(|path| !paths.contains(*path)).cloned().collect()
}

/// Paths whose ignore rules must be asked for: those that are not there, and of what is gone those that may be meant.
pub(super) fn to_ask(
    named: &[Named],
    notes: &[Note],
    paths: &BTreeSet<RepoPath>,
    gone: &BTreeSet<RepoPath>,
) -> BTreeSet<RepoPath> {
    let index = Index::of(paths);
    let past = Index::of(gone);
    let entries = named.iter().filter(|named| matches!(named.what, What::Entry { .. }));
    let entries = entries.flat_map(|named| {
        let places = trees::places(&notes[named.note].path, &named.target, &index);
        // git refuses an empty path.
        let places =
            places.into_iter().filter(|place| !place.as_bytes().is_empty() && !paths.contains(place));
        places.map(|place| if is_folder(named) { place.join(IN_FOLDER) } else { place })
    });
    let entries: Vec<RepoPath> = entries.collect();
    let modules = named.iter().filter(|named| named.what == What::Module);
    let files = named
        .iter()
        .filter(|named| named.kind == ReferenceKind::File && !matches!(named.what, What::Entry { .. }));
    let open = files.filter(|named| {
        matches!(named.what, What::Link(_)) || !index.is_there(&notes[named.note].path, &named.target)
    });
    open.flat_map(|named| {
        let places = match &named.what {
            What::Link(wanted) => vec![wanted.clone()],
            _ => places(&notes[named.note].path, &named.target),
        };
        let by_end = past.ends_so(&named.target).cloned();
        let folders = files::folders_by_end(named, &past).into_iter().map(|folder| folder.join(IN_FOLDER));
        let places = places.into_iter().chain(by_end);
        let places = places.map(|place| if is_folder(named) { place.join(IN_FOLDER) } else { place });
        places.chain(folders).collect::<Vec<_>>()
    })
    .chain(entries)
    .chain(modules.flat_map(|named| symbols::module_places(&named.target)))
    .collect()
}

/// The paths that something named may mean.
pub(super) fn meant(reference: &Reference) -> Vec<RepoPath> {
    let written = percent_decoded(reference.target.as_bytes());
    let places = places(&reference.path, &String::from_utf8_lossy(&written));
    places.into_iter().filter(|place| !place.as_bytes().is_empty()).collect()
}

/// The files, other than notes, that each note names and that are there.
pub(super) fn standing(
    named: &[Named],
    notes: &[Note],
    paths: &BTreeSet<RepoPath>,
) -> BTreeMap<usize, BTreeSet<RepoPath>> {
    let index = Index::of(paths);
    let noted: BTreeSet<&RepoPath> = notes.iter().map(|note| &note.path).collect();
    let mut files: BTreeMap<usize, BTreeSet<RepoPath>> = BTreeMap::new();
    for named in named.iter().filter(|named| named.what == What::Path && named.note < notes.len()) {
        let places = places(&notes[named.note].path, &named.target);
        let exact = places.into_iter().find(|place| paths.contains(place));
        let found = exact.or_else(|| index.ends_so(&named.target).cloned());
        if let Some(path) = found.filter(|path| !noted.contains(path)) {
            files.entry(named.note).or_default().insert(path);
        }
    }
    files
}

/// Stands for any file of a folder where git is asked whether it ignores the folder.
const IN_FOLDER: &[u8] = b"_";

fn is_folder(named: &Named) -> bool {
    named.target.ends_with('/')
}

/// What is named and is not there, sorted by place.
pub(super) fn dead(named: &[Named], notes: &[Note], known: &Known<'_>) -> Vec<Reference> {
    let index = Index::of(known.paths);
    let places = Places {
        now: index,
        past: Index::of(known.gone),
        folders: known.paths.iter().chain(known.gone).filter_map(RepoPath::parent).collect(),
        named: named.iter().filter_map(files::folder_that_is_named).collect(),
    };
    let lines = symbols::Lines::of(named, notes, known, &places.now);
    let mut found: Vec<Reference> = named
        .iter()
        .filter_map(|named| {
            match named.kind {
                ReferenceKind::Command => dead_command(named, notes, known, &places.now),
                ReferenceKind::Symbol => {
                    symbols::dead(named, notes, known, (&places.now, &places.past), &lines)
                }
                ReferenceKind::File if matches!(named.what, What::Entry { .. }) => None,
                ReferenceKind::File => files::dead(named, notes, known, &places),
            }
            .filter(|reference| {
                matches!(named.what, What::Link(_)) || !tells_new_place(reference, &notes[named.note])
            })
        })
        .collect();
    plans::without_plans(&mut found, named, notes, &places);
    found.extend(trees::dead(named, notes, known, &places));
    found.sort_by(|one, other| {
        (&one.path, one.line, &one.target).cmp(&(&other.path, other.line, &other.target))
    });
    found.dedup();
    found
}

/// True where the line itself says where the file went (a row of a table of moves).
fn tells_new_place(reference: &Reference, note: &Note) -> bool {
    let Some(moved_to) = &reference.moved_to else { return false };
    let line = note.text.lines().nth(reference.line - 1);
    line.is_some_and(|line| line.contains(&*moved_to.display()))
}

fn dead_command(named: &Named, notes: &[Note], known: &Known<'_>, index: &Index<'_>) -> Option<Reference> {
    if let What::Flag { program, flag } = &named.what {
        return dead_flag(named, notes, known, index, program, flag);
    }
    let (program, name) = named.target.rsplit_once(' ')?;
    if program.starts_with("cargo ") {
        return cargo::dead(named, notes, known, program, name);
    }
    let names = known.commands.get(program).map(Option::as_ref);
    // deno runs the scripts of a package, too.
    let others = known.commands.get("npm run").filter(|_| program == "deno task");
    if others.is_some_and(|names| names.as_ref().is_none_or(|names| targets::holds(names, name))) {
        return None;
    }
    if names.is_some_and(|names| names.is_none_or(|names| targets::holds(names, name))) {
        return None;
    }
    if let Some(commit) = known.past.get(&named.target).filter(|_| named.told < Told::Gone) {
        return Some(reference(named, notes, ReferenceClass::Removed, None, Some(commit.clone())));
    }
    let is_claimed = names.flatten().is_some_and(|names| !targets::takes_any(names))
        && named.told < Told::ToCome
        && !(program == "make" && targets::is_of_every_makefile(name));
    is_claimed.then(|| reference(named, notes, ReferenceClass::NeverExisted, None, None))
}

/// The targets and scripts that are named and that nothing holds: history may know them.
pub(super) fn missing_commands(named: &[Named], commands: &Commands) -> BTreeSet<String> {
    let targets =
        named.iter().filter(|named| named.what == What::Target && !named.target.starts_with("cargo "));
    let missing = targets.filter(|named| {
        let Some((program, name)) = named.target.rsplit_once(' ') else { return false };
        match commands.get(program) {
            Some(names) => names.as_ref().is_some_and(|names| !targets::holds(names, name)),
            None => true,
        }
    });
    missing.map(|named| named.target.clone()).collect()
}

/// A flag that no code mentions, of a program of this repository.
fn dead_flag(
    named: &Named,
    notes: &[Note],
    known: &Known<'_>,
    index: &Index<'_>,
    program: &str,
    flag: &str,
) -> Option<Reference> {
    let note = &notes[named.note].path;
    let module = symbols::module_places(program).into_iter().find(|place| known.paths.contains(place));
    let script = places(note, program).into_iter().find(|place| known.paths.contains(place));
    let script = script.or_else(|| index.ends_so(program).cloned()).or(module)?;
    let own = known.sightings.reads(&script, flag);
    if own.unwrap_or_else(|| known.sightings.saw(flag)) || named.told >= Told::Gone {
        return None;
    }
    let beside = || {
        let folder = script.parent().filter(|_| own.is_none())?;
        known.past.get(&format!("{flag} {}/", String::from_utf8_lossy(folder.as_bytes())))
    };
    if let Some(commit) = known.past.get(&past::flag_of_file(flag, &script)).or_else(beside) {
        return Some(reference(named, notes, ReferenceClass::Removed, None, Some(commit.clone())));
    }
    let is_unread =
        own == Some(false) || (!known.sightings.saw_flag(flag) && known.sightings.reads_flags(&script));
    let is_claimed = known.is_past_known && is_unread && named.told < Told::ToCome;
    is_claimed.then(|| reference(named, notes, ReferenceClass::NeverExisted, None, None))
}

fn reference(
    named: &Named,
    notes: &[Note],
    class: ReferenceClass,
    moved_to: Option<RepoPath>,
    commit: Option<String>,
) -> Reference {
    Reference {
        path: notes[named.note].path.clone(),
        line: named.line,
        target: named.target.clone(),
        kind: named.kind,
        class,
        moved_to,
        commit: commit.filter(|commit| commit != CommitId::uncommitted().as_str()),
        held_by: None,
    }
}
