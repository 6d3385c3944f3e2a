//! What notes name and what is no longer there: files by path, and commands of make and npm.
//!
//! A claim is made where history or a link proves it; of a path that never existed only when its folder did.

use std::collections::{BTreeMap, BTreeSet};

use super::note::Note;
use super::result::{Reference, ReferenceClass, ReferenceKind};
use crate::markdown::BlockKind;
use crate::repo::{History, RepoPath};

/// A path or command that a note names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named {
    /// The note, by number.
    pub(super) note: usize,
    pub(super) line: usize,
    pub(super) target: String,
    pub(super) kind: ReferenceKind,
    /// Whether the line itself says that it is gone or still to come.
    pub(super) is_told: bool,
}

/// What is there, and what was.
pub(super) struct Known<'k> {
    pub(super) paths: &'k BTreeSet<RepoPath>,
    pub(super) history: &'k History,
    /// What ignore rules cover among the paths asked for.
    pub(super) ignored: &'k Ignored,
    /// Targets of the Makefile and scripts of package.json, by program; absent where there is no such file.
    pub(super) commands: &'k BTreeMap<&'static str, BTreeSet<String>>,
}

/// Paths that ignore rules cover.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ignored {
    /// By rules that cover no tracked file: outputs and local files.
    pub(super) surely: BTreeSet<RepoPath>,
    /// By rules that cover tracked files too, so that a removed file may hide behind them.
    pub(super) perhaps: BTreeSet<RepoPath>,
}

/// Endings of files that belong to a repository rather than to an output.
const ENDINGS: &[&str] = &[
    "py", "pyi", "ipynb", "rs", "js", "jsx", "mjs", "cjs", "ts", "tsx", "go", "java", "kt", "swift", "rb",
    "php", "c", "h", "cc", "cpp", "hpp", "cs", "scala", "lua", "r", "jl", "sh", "bash", "zsh", "ps1", "bat",
    "md", "mdx", "rst", "toml", "yml", "yaml", "cfg", "ini", "sql", "html", "css", "scss", "vue", "svelte",
    "proto", "tf", "nix", "tex", "bib", "m",
];

/// Parts of paths that stand for something else.
const STAND_INS: &[&str] = &[
    "path",
    "to",
    "your",
    "my",
    "foo",
    "bar",
    "baz",
    "example",
    "examples.py",
    "xxx",
    "yyyy",
    "some",
    "dir",
    "folder",
    "file",
    "filename",
    "name",
    "user",
    "username",
    "home",
    "project",
    "repo",
    "module_name",
    "package_name",
];

/// All that a note names, in order.
pub(super) fn named(number: usize, note: &Note) -> Vec<Named> {
    let mut found: BTreeSet<Named> = BTreeSet::new();
    let lines: Vec<&str> = note.text.lines().collect();
    let told = |line: usize| lines.get(line - 1).is_some_and(|text| tells_itself(text));
    let fenced = fenced_lines(note);
    for span in &note.parsed.code_spans {
        if let Some(target) = path_of(&span.text) {
            found.insert(Named {
                note: number,
                line: span.line,
                target,
                kind: ReferenceKind::File,
                is_told: told(span.line),
            });
        }
        found.extend(command_of(&span.text).map(|target| Named {
            note: number,
            line: span.line,
            target,
            kind: ReferenceKind::Command,
            is_told: told(span.line),
        }));
    }
    for (line, text) in (1..).zip(&lines) {
        if fenced.contains(&line) {
            continue;
        }
        for word in
            text.split(|character: char| character.is_whitespace() || "()[]{}<>\"'`|,;*".contains(character))
        {
            // In running text only what has a folder is surely meant as a path.
            if let Some(target) = path_of(word).filter(|target| target.contains('/')) {
                found.insert(Named {
                    note: number,
                    line,
                    target,
                    kind: ReferenceKind::File,
                    is_told: told(line),
                });
            }
        }
    }
    found.into_iter().collect()
}

fn fenced_lines(note: &Note) -> BTreeSet<usize> {
    let blocks = note.parsed.blocks.iter();
    let code = blocks.filter(|block| matches!(block.kind, BlockKind::Code { .. }));
    code.flat_map(|block| block.lines.0..=block.lines.1).collect()
}

/// True where the words around a name say that it is gone, moved or not yet there.
fn tells_itself(line: &str) -> bool {
    const TELLING: &[&str] = &[
        "deleted",
        "delete",
        "removed",
        "remove",
        "renamed",
        "rename",
        "moved",
        "move",
        "deprecated",
        "replaced",
        "replaces",
        "obsolete",
        "superseded",
        "archived",
        "archive",
        "create",
        "creates",
        "todo",
        "planned",
        "future",
        "proposed",
        "save",
        "saved",
        "write",
        "writes",
        "output",
        "outputs",
        "generate",
        "generated",
        "generates",
        "would",
        "former",
        "formerly",
        "old",
        "new file",
        "will be",
        "git mv",
        "git rm",
        "no longer",
    ];
    let lower = line.to_lowercase();
    let has_word = |word: &&&str| {
        lower.match_indices(**word).any(|(at, _)| {
            let before = lower[..at]
                .chars()
                .next_back()
                .is_none_or(|character| !character.is_alphanumeric() && character != '_');
            let after = lower[at + word.len()..]
                .chars()
                .next()
                .is_none_or(|character| !character.is_alphanumeric() && character != '_');
            before && after
        })
    };
    lower.contains("->")
        || lower.contains('→')
        || lower.contains("[ ]")
        || TELLING.iter().find(has_word).is_some()
}

/// The path in a code span or word, cleaned; `None` for what is none.
fn path_of(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
    let text = text.split("::").next()?;
    let text = text.split('#').next()?;
    let text = strip_line_numbers(text).trim_start_matches("./").trim_start_matches('@');
    let is_plain = text.chars().all(|character| character.is_alphanumeric() || "._-/+".contains(character));
    if !is_plain
        || text.is_empty()
        || text.starts_with('/')
        || text.starts_with('-')
        || text.contains("..")
        || text.contains("//")
    {
        return None;
    }
    let name = text.rsplit('/').next()?;
    let (stem, ending) = name.rsplit_once('.')?;
    let parts = text.split('/').map(str::to_lowercase).collect::<Vec<_>>();
    let is_stand_in = parts.iter().any(|part| {
        let part = part.split('.').next().unwrap_or_default();
        STAND_INS.contains(&part)
            || part.starts_with("your")
            || part.starts_with("my_")
            || part.contains("xxx")
            || part.contains("yyyy")
    });
    // `Node.js`, `React/Vue.js`: names of programs that look like files.
    let is_program = ending == "js" && stem.chars().next().is_some_and(char::is_uppercase);
    let fits = ENDINGS.contains(&ending) && !stem.is_empty() && !is_stand_in && !is_program && stem.len() > 1;
    fits.then(|| text.to_owned())
}

fn strip_line_numbers(text: &str) -> &str {
    let end = text.trim_end_matches(|character: char| {
        character.is_ascii_digit() || character == '-' || character == ':'
    });
    if text[end.len()..].starts_with(':') { end } else { text }
}

/// `make TARGET` or `npm run SCRIPT` in a code span that is a command from its beginning.
fn command_of(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_name = |word: &str| {
        word.chars().all(|character| character.is_ascii_alphanumeric() || "-_:.".contains(character))
            && !word.starts_with('-')
    };
    match words[..] {
        ["make", target] if is_name(target) && !target.contains("..") => Some(format!("make {target}")),
        ["npm" | "pnpm" | "yarn", "run", script] if is_name(script) => Some(format!("npm run {script}")),
        _ => None,
    }
}

/// Paths whose ignore rules must be asked for: those that are not there.
pub(super) fn to_ask(named: &[Named], notes: &[Note], paths: &BTreeSet<RepoPath>) -> BTreeSet<RepoPath> {
    let index = Index::of(paths);
    let files = named.iter().filter(|named| named.kind == ReferenceKind::File);
    let open = files.filter(|named| !index.is_there(&notes[named.note].path, &named.target));
    open.flat_map(|named| places(&notes[named.note].path, &named.target)).collect()
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
}

impl<'k> Index<'k> {
    fn of(paths: &'k BTreeSet<RepoPath>) -> Self {
        let mut by_name: BTreeMap<&[u8], Vec<&RepoPath>> = BTreeMap::new();
        for path in paths {
            by_name.entry(path.file_name()).or_default().push(path);
        }
        Self { paths, by_name }
    }

    /// True for what stands beside the note, at the root, or anywhere below a path that ends so.
    fn is_there(&self, note: &RepoPath, target: &str) -> bool {
        let places = places(note, target);
        places.iter().any(|place| self.paths.contains(place)) || self.ends_so(target).is_some()
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
            ReferenceKind::Command => dead_command(named, notes, known),
            _ => dead_file(named, notes, known, &index, &past, &folders),
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

fn dead_command(named: &Named, notes: &[Note], known: &Known<'_>) -> Option<Reference> {
    let (program, name) = named.target.rsplit_once(' ')?;
    let names = known.commands.get(program)?;
    (!names.contains(name)).then(|| reference(named, notes, ReferenceClass::NeverExisted, None, None))
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
    if index.is_there(note, &named.target) {
        return None;
    }
    let places = places(note, &named.target);
    let exact = places.iter().find(|place| past.paths.contains(*place));
    let covered = |rules: &BTreeSet<RepoPath>| places.iter().any(|place| rules.contains(place));
    if covered(&known.ignored.surely) || (exact.is_none() && covered(&known.ignored.perhaps)) {
        return Some(reference(named, notes, ReferenceClass::Ignored, None, None));
    }
    let old = match exact {
        Some(old) => Some(old),
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
