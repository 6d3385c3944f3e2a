//! Modules, functions and classes that notes name, and what became of them.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::BuildHasherDefault;

use super::files::gone;
use super::flags::{Held, forms_of_flag, held_by, reads_flags};
use super::index::Index;
use super::told::Told;
use super::{Known, Named, What, reference};
use crate::consolidate::note::Note;
use crate::consolidate::result::{Reference, ReferenceClass};
use crate::consolidate::words::WordHasher;
use crate::markdown::BlockKind;
use crate::repo::RepoPath;

/// Shorter names are words of the language.
pub(super) const SHORTEST: usize = 4;

/// Which of the names that were asked for stand in the code.
#[derive(Debug, Default)]
pub(in crate::consolidate) struct Sightings {
    /// Symbols and flags as they are named.
    asked: BTreeSet<String>,
    /// These, and the forms that a flag has in code.
    wanted: HashSet<String, BuildHasherDefault<WordHasher>>,
    seen: BTreeSet<String>,
    /// Programs that are called with flags, by the ends of their paths, and those of them that read flags themselves.
    programs: BTreeSet<String>,
    readers: BTreeSet<RepoPath>,
    /// Flags with the names of the programs that are called with them.
    calls: BTreeSet<(String, String)>,
    /// The flags of programs that say themselves all that they read.
    own: BTreeMap<RepoPath, Held>,
    /// Classes whose members are asked for, and those of them that the code defines.
    owners: BTreeSet<String>,
    defined: BTreeSet<String>,
}

/// What one file of code shows.
#[derive(Debug, Default)]
pub(in crate::consolidate) struct Shown {
    seen: BTreeSet<String>,
    reads_flags: bool,
    /// The flags of a program that says itself what it reads.
    own: Option<Held>,
    defined: BTreeSet<String>,
}

impl Sightings {
    /// Looks for the symbols and flags among what is named.
    pub(in crate::consolidate) fn of(named: &[Named]) -> Self {
        let mut sightings = Self::default();
        for named in named {
            match &named.what {
                What::Symbol { name, .. } => {
                    sightings.asked.insert(name.clone());
                    sightings.owners.extend(owner_of(&named.target).map(str::to_owned));
                }
                What::Flag { flag, program } => {
                    sightings.asked.insert(flag.clone());
                    sightings.wanted.extend(forms_of_flag(flag));
                    let name = program.rsplit('/').next().unwrap_or(program);
                    sightings.calls.insert((name.to_owned(), flag.clone()));
                    sightings
                        .programs
                        .insert(program.rsplit(['/', '.']).next().unwrap_or(program).to_owned());
                    sightings.programs.insert(program.rsplit('/').next().unwrap_or(program).to_owned());
                }
                _ => {}
            }
        }
        sightings.wanted.extend(sightings.asked.iter().cloned());
        sightings
    }

    /// What the words of a file of code show; [`Sightings::take`] remembers it.
    pub(in crate::consolidate) fn look(&self, path: &RepoPath, text: &str) -> Shown {
        let mut shown = Shown::default();
        let name = String::from_utf8_lossy(path.file_name());
        let stem = String::from_utf8_lossy(path.stem());
        if (self.programs.contains(&*name) || self.programs.contains(&*stem)) && reads_flags(text) {
            shown.reads_flags = true;
            shown.own = held_by(text);
        }
        if self.wanted.is_empty() {
            return shown;
        }
        // The whole text is searched for a class, so only once.
        let mut owners: BTreeSet<&str> = BTreeSet::new();
        for token in tokens(text) {
            self.see(token, &mut shown.seen);
            if self.owners.contains(token) && owners.insert(token) && defines_class(text, token) {
                shown.defined.insert(token.to_owned());
            }
            for part in token.split('-').filter(|part| part.len() < token.len()) {
                self.see(part, &mut shown.seen);
            }
        }
        shown
    }

    fn see(&self, word: &str, seen: &mut BTreeSet<String>) {
        if self.wanted.contains(word) && !self.seen.contains(word) && !seen.contains(word) {
            seen.insert(word.to_owned());
        }
    }

    /// Remembers what a file of code shows.
    pub(in crate::consolidate) fn take(&mut self, path: &RepoPath, shown: Shown) {
        if shown.reads_flags {
            self.readers.insert(path.clone());
        }
        self.own.extend(shown.own.map(|own| (path.clone(), own)));
        self.seen.extend(shown.seen);
        self.defined.extend(shown.defined);
    }

    /// True for what stands in the code.
    pub(super) fn saw(&self, word: &str) -> bool {
        self.seen.contains(word)
    }

    /// True for a flag that stands in the code, or whose name does: some libraries make flags of names.
    pub(super) fn saw_flag(&self, flag: &str) -> bool {
        forms_of_flag(flag).iter().any(|form| self.seen.contains(form))
    }

    /// True for a program that reads flags itself, rather than handing on what it is given.
    pub(super) fn reads_flags(&self, path: &RepoPath) -> bool {
        self.readers.contains(path)
    }

    /// Whether a program reads a flag; `None` for one that does not say all its flags itself.
    pub(super) fn reads(&self, path: &RepoPath, flag: &str) -> Option<bool> {
        self.own.get(path).map(|held| held.reads(flag))
    }

    /// What was asked for and stands nowhere, or not in the program that is called with it: history may know it.
    pub(in crate::consolidate) fn missing(&self) -> BTreeSet<String> {
        let unread = self.own.keys().flat_map(|path| {
            let name = String::from_utf8_lossy(path.file_name());
            let calls = self.calls.iter().filter(move |(program, _)| *program == *name);
            calls.filter(|(_, flag)| self.reads(path, flag) == Some(false)).map(|(_, flag)| flag.clone())
        });
        self.asked.difference(&self.seen).cloned().chain(unread).collect()
    }
}

/// The words of code that may be names or flags.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' || byte >= 0x80;
    let tokens = text.as_bytes().split(move |&byte| !is_part(byte)).filter(|token| token.len() >= SHORTEST);
    tokens.filter_map(|token| std::str::from_utf8(token).ok())
}

/// The module, function or class in a code span.
pub(super) fn of_span(text: &str) -> Option<(String, What)> {
    let called = text.split('(').next()?;
    let is_call = text.ends_with(')') && called.len() < text.len();
    if !is_call && called.len() < text.len() {
        return None;
    }
    let name = called.trim_start_matches('.');
    let parts: Vec<&str> = name.split(['.']).flat_map(|part| part.split("::")).collect();
    let last = *parts.last()?;
    if !parts.iter().all(|part| is_identifier(part)) || last.len() < SHORTEST {
        return None;
    }
    let is_dotted = parts.len() > 1;
    // A word alone is prose in backticks; what has two humps, an underscore or brackets is a name of code.
    let is_name = is_call
        || last.trim_matches('_').contains('_')
        || is_camel(last)
        || is_lower_camel(last)
        || is_dotted;
    is_name.then(|| (name.to_owned(), What::Symbol { name: last.to_owned(), is_call }))
}

fn is_identifier(part: &str) -> bool {
    part.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && part.chars().all(|next| next.is_alphanumeric() || next == '_')
}

fn is_camel(name: &str) -> bool {
    let humps = name.chars().filter(|next| next.is_uppercase()).count();
    humps >= 2 && name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
}

/// `runTool`, the form of functions and values in JavaScript, Go and Java.
fn is_lower_camel(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase()) && name.contains(char::is_uppercase)
}

/// The module of `from a.b import c` and `import a.b`.
pub(super) fn imported(line: &str) -> Option<String> {
    let line = line.trim().trim_start_matches(">>> ");
    let module = match line.strip_prefix("from ") {
        Some(rest) => rest.split_once(" import ")?.0,
        None => line.strip_prefix("import ")?.split([' ', ',']).next()?,
    };
    let module = module.trim();
    (module.contains('.') && module.split('.').all(is_identifier)).then(|| module.to_owned())
}

/// Where a module by this dotted name may lie.
pub(super) fn module_places(name: &str) -> Vec<RepoPath> {
    let path = name.replace('.', "/");
    let tops = ["", "src/", "lib/"];
    tops.iter()
        .flat_map(|top| [format!("{top}{path}.py"), format!("{top}{path}/__init__.py")])
        .map(|path| RepoPath::from(path.as_str()))
        .collect()
}

/// What became of a module or symbol that is not there.
pub(super) fn dead(
    named: &Named,
    notes: &[Note],
    known: &Known<'_>,
    (index, past): (&Index<'_>, &Index<'_>),
    lines: &Lines,
) -> Option<Reference> {
    if let Some(found) = dead_module(named, notes, known, (index, past), &named.target) {
        return Some(found);
    }
    let What::Symbol { name, is_call } = &named.what else { return None };
    if let Some((module, _)) = named.target.rsplit_once('.')
        && module.contains('.')
        && let Some(found) = dead_module(named, notes, known, (index, past), module)
    {
        return Some(found);
    }
    // A file may be meant by its name without ending.
    if known.sightings.saw(name) || index.has_stem(name) || named.told >= Told::Gone {
        return None;
    }
    if is_of_sample(name, &notes[named.note], known, index) {
        return None;
    }
    if let Some(commit) = known.past.get(name) {
        return Some(reference(named, notes, ReferenceClass::Removed, None, Some(commit.clone())));
    }
    let place = (named.note, named.line);
    let is_claimed = known.is_past_known
        && named.told == Told::Nothing
        && (is_own(&named.target, *is_call, known, index)
            || (*is_call && lines.beside_files.contains(&place) && is_of_no_library(&named.target))
            || (lines.among_names.contains(&place) && is_phrase(name)));
    is_claimed.then(|| reference(named, notes, ReferenceClass::NeverExisted, None, None))
}

/// Lines, by note, that tell whose the symbols are that they name.
pub(super) struct Lines {
    /// Those that name a file of code of this repository, or whose heading does: what they call stands there.
    beside_files: BTreeSet<(usize, usize)>,
    /// Those that name two functions of this repository or more: what they list with them is one, too.
    among_names: BTreeSet<(usize, usize)>,
}

impl Lines {
    pub(super) fn of(named: &[Named], notes: &[Note], known: &Known<'_>, index: &Index<'_>) -> Self {
        let mut names: BTreeMap<(usize, usize), BTreeSet<&str>> = BTreeMap::new();
        for one in named {
            if let What::Symbol { name, .. } = &one.what
                && is_snake(name)
                && known.sightings.saw(name)
            {
                names.entry((one.note, one.line)).or_default().insert(name);
            }
        }
        let among_names = names.into_iter().filter(|(_, names)| names.len() > 1).map(|(line, _)| line);
        Self { beside_files: beside_files(named, notes, index), among_names: among_names.collect() }
    }
}

/// `run_tool`: small letters with a stroke between words.
fn is_snake(name: &str) -> bool {
    name.trim_matches('_').contains('_') && !name.contains(char::is_uppercase)
}

/// Three words or more, which no other program calls something by chance.
fn is_phrase(name: &str) -> bool {
    is_snake(name) && name.trim_matches('_').split('_').count() > 2
}

/// The lines that name a file of code of this repository, or whose heading does: what they call stands there.
fn beside_files(named: &[Named], notes: &[Note], index: &Index<'_>) -> BTreeSet<(usize, usize)> {
    let is_code = |target: &str| {
        let ending = target.rsplit_once('.').map_or("", |(_, ending)| ending);
        super::files::CODE.contains(&ending)
    };
    let files = named.iter().filter(|one| {
        one.what == What::Path && is_code(&one.target) && index.is_there(&notes[one.note].path, &one.target)
    });
    let lines: BTreeSet<(usize, usize)> = files.map(|one| (one.note, one.line)).collect();
    let heading_of = |note: usize, line: usize| {
        let parsed = &notes[note].parsed;
        let section = parsed.section_at(parsed.lines.range(line).start)?;
        Some(parsed.lines.line(parsed.sections[section].range.start))
    };
    let symbols = named.iter().filter(|one| matches!(one.what, What::Symbol { is_call: true, .. }));
    let under = symbols.filter_map(|one| {
        let heading = heading_of(one.note, one.line)?;
        lines.contains(&(one.note, heading)).then_some((one.note, one.line))
    });
    under.chain(lines.iter().copied()).collect()
}

/// True for a function by its name alone that is made of words: what is called on something else may be of a library.
fn is_of_no_library(target: &str) -> bool {
    let name = target.strip_prefix("self.").unwrap_or(target);
    !name.contains(['.', ':']) && name.trim_matches('_').contains('_')
}

/// True for what only this repository could define: a member of one of its classes, or what is called by the name of
/// one of its packages and of a module or package in it.
fn is_own(target: &str, is_call: bool, known: &Known<'_>, index: &Index<'_>) -> bool {
    if owner_of(target).is_some_and(|owner| known.sightings.defined.contains(owner)) {
        return is_call;
    }
    let parts: Vec<&str> = target.split('.').collect();
    match parts[..] {
        [package, module, .., _] if parts.len() > 2 => {
            is_there(package, known, index) && is_there(&format!("{package}.{module}"), known, index)
        }
        _ => false,
    }
}

/// True for a package or module of this repository.
fn is_there(module: &str, known: &Known<'_>, index: &Index<'_>) -> bool {
    let folder = module.replace('.', "/");
    ["", "src/", "lib/"]
        .iter()
        .any(|top| index.has_folder(&RepoPath::from(format!("{top}{folder}").as_str())))
        || module_places(module).iter().any(|place| known.paths.contains(place))
}

/// True for what a sample of the note itself defines beside an import of this repository's package: it shows how the
/// package is used, and the name is the reader's, whatever the code once had under it.
fn is_of_sample(name: &str, note: &Note, known: &Known<'_>, index: &Index<'_>) -> bool {
    let defines = |line: &str| {
        let line = line.strip_prefix("async ").unwrap_or(line);
        let rest = line.strip_prefix("def ").or_else(|| line.strip_prefix("class "));
        rest.and_then(|rest| rest.strip_prefix(name)).is_some_and(|rest| rest.starts_with(['(', ':']))
    };
    let imports = |line: &str| {
        let module = line.strip_prefix("import ").or_else(|| line.strip_prefix("from "));
        let package = module.and_then(|module| module.split(['.', ' ', ',']).next());
        package.is_some_and(|package| !package.is_empty() && is_there(package, known, index))
    };
    note.parsed.blocks.iter().filter(|block| matches!(block.kind, BlockKind::Code { .. })).any(|block| {
        let lines = || note.text.lines().skip(block.lines.0).take(block.lines.1 - block.lines.0);
        lines().any(defines) && lines().any(imports)
    })
}

/// The class in `Class.member` and `Class::member`.
fn owner_of(target: &str) -> Option<&str> {
    let (owner, _) = target.rsplit_once("::").or_else(|| target.rsplit_once('.'))?;
    let owner = owner.rsplit(['.', ':']).next()?;
    is_camel_or_word(owner).then_some(owner)
}

fn is_camel_or_word(name: &str) -> bool {
    name.len() >= SHORTEST && name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
}

/// True where a text defines a class that takes nothing from another: what a library gives it no code here names.
fn defines_class(text: &str, name: &str) -> bool {
    const KINDS: &[&str] = &["class", "struct", "enum", "trait", "interface", "type"];
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].trim_end();
        let rest = &text[at + name.len()..];
        before.len() < at
            && takes_nothing(rest)
            && KINDS.iter().any(|kind| {
                before
                    .strip_suffix(kind)
                    .is_some_and(|rest| !rest.ends_with(|last: char| last.is_alphanumeric()))
            })
    })
}

/// True for the end of `class Name:`, `class Name {` and `struct Name<T> {`.
fn takes_nothing(rest: &str) -> bool {
    let line = rest.lines().next().unwrap_or_default();
    let without_parameters = line.trim_start_matches("()").trim_start_matches("(object)").trim_start();
    let ends = without_parameters.is_empty() || without_parameters.starts_with([':', '{', '<', ';']);
    ends && !["extends", "implements", " : ", ": public"].iter().any(|word| line.contains(word))
}

fn dead_module(
    named: &Named,
    notes: &[Note],
    known: &Known<'_>,
    (index, past): (&Index<'_>, &Index<'_>),
    module: &str,
) -> Option<Reference> {
    // `meson.build` is the file of that name where there is or was one.
    let is_file = index.count_of_name(module) + past.count_of_name(module) > 0;
    if !module.contains('.') || is_file {
        return None;
    }
    let places = module_places(module);
    let folder = RepoPath::from(module.replace('.', "/").as_str());
    let is_there =
        places.iter().chain([&folder]).any(|place| known.paths.contains(place)) || index.has_folder(&folder);
    if is_there {
        return None;
    }
    match places.iter().find(|place| past.paths.contains(*place)) {
        Some(old) => gone(named, notes, known, old),
        None => never_module(named, notes, known, index, module),
    }
}

/// A claim that a module which is imported or run never was: its package is there and would hold it.
fn never_module(
    named: &Named,
    notes: &[Note],
    known: &Known<'_>,
    index: &Index<'_>,
    module: &str,
) -> Option<Reference> {
    let (package, name) = module.rsplit_once('.')?;
    let places = module_places(module);
    let is_ignored =
        |place: &RepoPath| known.ignored.surely.contains(place) || known.ignored.perhaps.contains(place);
    let is_claimed = named.what == What::Module
        && named.told == Told::Nothing
        && module_places(package)
            .iter()
            .any(|place| place.file_name() == b"__init__.py" && known.paths.contains(place))
        && !index.has_stem(name)
        && !name.contains("_pb2")
        && !places.iter().any(is_ignored);
    is_claimed.then(|| reference(named, notes, ReferenceClass::NeverExisted, None, None))
}
