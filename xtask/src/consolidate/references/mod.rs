//! What notes name and what is no longer there: files, commands, modules and functions.
//!
//! A claim is made where history or a link proves it; of a path that never existed only when its folder did.

mod commands;
mod named;
mod symbols;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use self::named::named;
pub(super) use self::symbols::{
    Past, Sightings, definition_pattern, read_past, removed_definitions, write_past,
};
use super::note::Note;
use super::result::{Reference, ReferenceClass, ReferenceKind};
use crate::repo::{History, RepoPath};

/// A path or command that a note names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named {
    /// The note, by number.
    pub(super) note: usize,
    pub(super) line: usize,
    pub(super) target: String,
    pub(super) kind: ReferenceKind,
    pub(super) what: What,
    /// Whether the line itself says that it is gone or still to come.
    pub(super) is_told: bool,
}

/// What a name is, and so what proves that it is gone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// A file that a repository holds.
    Path,
    /// The same as title of a sample: meant only when it once was there.
    Title,
    /// A folder or data file: it may never have been tracked.
    Data,
    /// `make TARGET`, `npm run SCRIPT`.
    Target,
    /// A module by its dotted name.
    Module,
    /// A function, class or type by its last name.
    Symbol(String),
    /// A flag of a script or module.
    Flag { program: String, flag: String },
}

impl What {
    fn kind(&self) -> ReferenceKind {
        match self {
            Self::Path | Self::Title | Self::Data => ReferenceKind::File,
            Self::Module | Self::Symbol(_) => ReferenceKind::Symbol,
            Self::Target | Self::Flag { .. } => ReferenceKind::Command,
        }
    }
}

/// What is there, and what was.
pub(super) struct Known<'k> {
    pub(super) paths: &'k BTreeSet<RepoPath>,
    pub(super) history: &'k History,
    /// What ignore rules cover among the paths asked for.
    pub(super) ignored: &'k Ignored,
    /// Targets of the Makefile and scripts of package.json, by program; absent where there is no such file.
    pub(super) commands: &'k BTreeMap<&'static str, BTreeSet<String>>,
    /// Names and flags that stand in the code.
    pub(super) sightings: &'k Sightings,
    /// Which commit removed the last definition of a name, or the last mention of a flag.
    pub(super) past: &'k Past,
}

/// Paths that ignore rules cover.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ignored {
    /// By rules that cover no tracked file: outputs and local files.
    pub(super) surely: BTreeSet<RepoPath>,
    /// By rules that cover tracked files too, so that a removed file may hide behind them.
    pub(super) perhaps: BTreeSet<RepoPath>,
}

/// Paths whose ignore rules must be asked for: those that are not there.
pub(super) fn to_ask(named: &[Named], notes: &[Note], paths: &BTreeSet<RepoPath>) -> BTreeSet<RepoPath> {
    let index = Index::of(paths);
    let files = named.iter().filter(|named| named.kind == ReferenceKind::File);
    let open = files.filter(|named| !index.is_there(&notes[named.note].path, &named.target));
    open.flat_map(|named| {
        let places = places(&notes[named.note].path, &named.target);
        places.into_iter().map(|place| if is_folder(named) { place.join(IN_FOLDER) } else { place })
    })
    .collect()
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
    for named in named.iter().filter(|named| named.what == What::Path) {
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

/// Where a path may be meant: beside the note, and from the root.
fn places(note: &RepoPath, target: &str) -> Vec<RepoPath> {
    let beside = RepoPath::resolve(note.parent().as_ref(), target.as_bytes());
    let from_root = RepoPath::resolve(None, target.as_bytes());
    let mut places: Vec<RepoPath> = [from_root, beside].into_iter().flatten().collect();
    places.dedup();
    places
}

/// Paths by their last part.
struct Index<'k> {
    paths: &'k BTreeSet<RepoPath>,
    by_name: BTreeMap<&'k [u8], Vec<&'k RepoPath>>,
    folders: BTreeSet<RepoPath>,
}

impl<'k> Index<'k> {
    fn of(paths: &'k BTreeSet<RepoPath>) -> Self {
        let mut by_name: BTreeMap<&[u8], Vec<&RepoPath>> = BTreeMap::new();
        for path in paths {
            by_name.entry(path.file_name()).or_default().push(path);
        }
        let mut folders = BTreeSet::new();
        for path in paths {
            let mut folder = path.parent();
            while let Some(known) = folder.filter(|folder| !folders.contains(folder)) {
                folder = known.parent();
                folders.insert(known);
            }
        }
        Self { paths, by_name, folders }
    }

    /// True for what stands beside the note, at the root, or anywhere below a path that ends so.
    fn is_there(&self, note: &RepoPath, target: &str) -> bool {
        let places = places(note, target);
        places.iter().any(|place| self.paths.contains(place) || self.has_folder(place))
            || self.ends_so(target).is_some()
    }

    fn has_folder(&self, place: &RepoPath) -> bool {
        self.folders.contains(place)
    }

    /// True for a file whose name without ending is this.
    fn has_stem(&self, stem: &str) -> bool {
        self.by_name.keys().any(|name| {
            name.strip_prefix(stem.as_bytes()).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"."))
        })
    }

    fn ends_so(&self, target: &str) -> Option<&'k RepoPath> {
        let wanted = RepoPath::resolve(None, target.as_bytes())?;
        let holders = self.by_name.get(wanted.file_name())?;
        holders.iter().copied().find(|path| {
            path.as_bytes()
                .strip_suffix(wanted.as_bytes())
                .is_some_and(|start| start.is_empty() || start.ends_with(b"/"))
        })
    }

    fn has_name(&self, target: &str) -> bool {
        let name = target.rsplit('/').next().unwrap_or(target);
        self.by_name.contains_key(name.as_bytes())
    }
}

/// What is named and is not there, sorted by place.
pub(super) fn dead(named: &[Named], notes: &[Note], known: &Known<'_>) -> Vec<Reference> {
    let index = Index::of(known.paths);
    let gone: BTreeSet<RepoPath> = known
        .history
        .paths
        .iter()
        .filter(|(path, past)| past.removed.is_some() && !known.paths.contains(*path))
        .map(|(path, _)| path.clone())
        .collect();
    let past = Index::of(&gone);
    let folders: BTreeSet<RepoPath> = known.paths.iter().chain(&gone).filter_map(RepoPath::parent).collect();
    let mut found: Vec<Reference> = named
        .iter()
        .filter(|named| !named.is_told)
        .filter_map(|named| match named.kind {
            ReferenceKind::Command => dead_command(named, notes, known, &index),
            ReferenceKind::Symbol => symbols::dead(named, notes, known, &index, &past),
            ReferenceKind::File => dead_file(named, notes, known, &index, &past, &folders),
        })
        .filter(|reference| !tells_new_place(reference, notes))
        .collect();
    found.sort_by(|one, other| {
        (&one.path, one.line, &one.target).cmp(&(&other.path, other.line, &other.target))
    });
    found.dedup();
    found
}

/// True where the line itself says where the file went (a row of a table of moves).
fn tells_new_place(reference: &Reference, notes: &[Note]) -> bool {
    let Some(moved_to) = &reference.moved_to else { return false };
    let note = notes.iter().find(|note| note.path == reference.path);
    let line = note.and_then(|note| note.text.lines().nth(reference.line - 1));
    line.is_some_and(|line| line.contains(&*moved_to.display()))
}

fn dead_command(named: &Named, notes: &[Note], known: &Known<'_>, index: &Index<'_>) -> Option<Reference> {
    if let What::Flag { program, flag } = &named.what {
        return dead_flag(named, notes, known, index, program, flag);
    }
    let (program, name) = named.target.rsplit_once(' ')?;
    let names = known.commands.get(program)?;
    (!names.contains(name)).then(|| reference(named, notes, ReferenceClass::NeverExisted, None, None))
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
    let is_ours = index.is_there(&notes[named.note].path, program)
        || symbols::module_places(program).iter().any(|place| known.paths.contains(place));
    if !is_ours || known.sightings.saw(flag) {
        return None;
    }
    let commit = known.past.get(flag)?.clone();
    Some(reference(named, notes, ReferenceClass::Removed, None, Some(commit)))
}

fn dead_file(
    named: &Named,
    notes: &[Note],
    known: &Known<'_>,
    index: &Index<'_>,
    past: &Index<'_>,
    folders: &BTreeSet<RepoPath>,
) -> Option<Reference> {
    let note = &notes[named.note].path;
    if index.is_there(note, &named.target) || (named.what == What::Title && !named.target.contains('/')) {
        return None;
    }
    let places = places(note, &named.target);
    let exact = places.iter().find(|place| past.paths.contains(*place));
    let covered = |rules: &BTreeSet<RepoPath>| {
        places.iter().any(|place| rules.contains(place) || rules.contains(&place.join(IN_FOLDER)))
    };
    if covered(&known.ignored.surely) || (exact.is_none() && covered(&known.ignored.perhaps)) {
        return Some(reference(named, notes, ReferenceClass::Ignored, None, None));
    }
    let old = match exact {
        Some(old) => Some(old),
        None if named.what != What::Path => return None,
        // A namesake elsewhere is what people mean more often than a file that is gone.
        None if index.has_name(&named.target) => return None,
        None => past.ends_so(&named.target),
    };
    if let Some(old) = old {
        return Some(gone(named, notes, known, old));
    }
    let folder_is_known = named.target.contains('/')
        && places.iter().filter_map(RepoPath::parent).any(|folder| folders.contains(&folder));
    let meant = || {
        places.iter().find_map(|place| known.paths.iter().find(|path| differs_in_case(path, place)).cloned())
    };
    folder_is_known.then(|| reference(named, notes, ReferenceClass::NeverExisted, meant(), None))
}

fn differs_in_case(one: &RepoPath, other: &RepoPath) -> bool {
    one.as_bytes().eq_ignore_ascii_case(other.as_bytes())
}

fn gone(named: &Named, notes: &[Note], known: &Known<'_>, old: &RepoPath) -> Reference {
    let moved = known.history.moved_to(old).filter(|rename| known.paths.contains(&rename.to));
    if let Some(rename) = moved {
        let commit = rename.change.commit.as_str().to_owned();
        return reference(named, notes, ReferenceClass::Moved, Some(rename.to.clone()), Some(commit));
    }
    let removed = known.history.paths.get(old).and_then(|past| past.removed.as_ref());
    let commit = removed.map(|change| change.commit.as_str().to_owned());
    reference(named, notes, ReferenceClass::Removed, None, commit)
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
        commit,
    }
}
