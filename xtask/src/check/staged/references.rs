//! Files, folders and modules that this commit takes away and that other files still name.
//!
//! Told only of what this commit breaks: the name stood in the file before, its path was there, and can mean nothing
//! else. What a file says anew of a path that goes is its author's knowledge, and logs of changes speak of the past.
//! Strings of programs may name files of other places, so there it is a warning.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::folders::GoneFolders;
use super::gather::Input;
use super::manifests::{self, Entry};
use super::modules::{GoneModule, GoneModules};
use crate::check::{CheckId, Found, spread};
use crate::code::code_alone;
use crate::links::{Exact, Moves, NewPlace, Rewriter, is_markdown};
use crate::repo::{EntryKind, History, Repo, RepoPath, Tree};
use crate::report::ReportMarker;

/// Names of files that speak of what was, without their endings, and of folders of such texts.
const LOGS: &[&str] = &[
    "changelog",
    "changelogs",
    "changelog.d",
    "newsfragments",
    "changes",
    "history",
    "news",
    "releases",
    "release_notes",
    "release-notes",
    "releasenotes",
    "whatsnew",
];

/// Folders of what was put away.
const ARCHIVES: &[&[u8]] = &[b"archive", b"archives", b"archived", b"attic"];

/// Endings of files that are data, or made by programs, or hold patterns for what is not there.
const LEFT_OUT: &[&str] = &[
    "lock",
    "patch",
    "diff",
    "snap",
    "csv",
    "tsv",
    "ipynb",
    "gitignore",
    "gitattributes",
    "dockerignore",
    "npmignore",
    "svg",
    "map",
    "po",
    "pot",
    "jsonl",
    "log",
];

/// Names of paths that were there in HEAD and are not there now.
pub(super) fn broken(repo: &Repo, input: &Input, (tree, history): (&Tree, &History)) -> Result<Vec<Found>> {
    let Some(head) = input.parents.first() else { return Ok(Vec::new()) };
    let moves = gone(input, history);
    if moves.is_empty() {
        return Ok(Vec::new());
    }
    let before = Tree::of_revision(repo, head.as_str())?;
    let arriving = BTreeSet::new();
    let rewriter = Rewriter::new(&before, &moves, &arriving)?;
    let files: Vec<&RepoPath> = tree
        .entries()
        .filter(|(path, entry)| {
            let is_file = matches!(entry.kind, EntryKind::File | EntryKind::Executable);
            // A new file knows what goes with it.
            is_file && speaks_of_now(path) && before.get(path).is_some()
        })
        .map(|(path, _)| path)
        .collect();
    let folders = GoneFolders::of(&moves, tree)?;
    let modules = GoneModules::of(&moves, &before, tree)?;
    let look = Look {
        tree,
        before: &before,
        rewriter: &rewriter,
        moves: &moves,
        folders: &folders,
        modules: &modules,
        input,
    };
    spread::over(&files, |files| look.through(files))
}

/// The files that go, and where their content stands now.
fn gone(input: &Input, history: &History) -> Moves {
    let mut moves = BTreeMap::new();
    let goes = |kind: EntryKind| kind != EntryKind::Submodule;
    for changed in input.changes.iter().filter(|changed| changed.after.is_none()) {
        let Some(Some(state)) = changed.before.first() else { continue };
        if goes(state.kind) {
            let to = history.moved_to(&changed.path).map_or(&changed.path, |rename| &rename.to);
            moves.insert(changed.path.clone(), NewPlace::moved(to.clone()));
        }
    }
    moves
}

fn speaks_of_now(path: &RepoPath) -> bool {
    let name = String::from_utf8_lossy(path.file_name()).to_lowercase();
    let ending = name.rsplit('.').next().unwrap_or_default();
    let is_text = matches!(ending, "md" | "rst" | "txt" | "adoc");
    let is_log = |name: &[u8]| LOGS.iter().any(|log| name.eq_ignore_ascii_case(log.as_bytes()));
    let is_among_logs = is_text && path.parent().is_some_and(|folder| folder.parts().any(is_log));
    !is_log(path.stem())
        && !is_among_logs
        && !LEFT_OUT.contains(&ending)
        && !name.ends_with("-lock.json")
        && !name.ends_with("-lock.yaml")
        && !is_archived(path)
}

/// True for what lies in a folder of what was put away.
pub(super) fn is_archived(path: &RepoPath) -> bool {
    path.parts().any(|part| ARCHIVES.contains(&part.to_ascii_lowercase().as_slice()))
}

struct Look<'a> {
    tree: &'a Tree,
    before: &'a Tree,
    rewriter: &'a Rewriter<'a>,
    moves: &'a Moves,
    folders: &'a GoneFolders,
    modules: &'a GoneModules,
    input: &'a Input,
}

impl Look<'_> {
    fn through(&self, files: &[&RepoPath]) -> Result<Vec<Found>> {
        let mut found = Vec::new();
        for path in files {
            let bytes = self.tree.read(path)?;
            let mut mentions = self.rewriter.exact_mentions(path, &bytes);
            mentions.extend(self.folders.mentions(path, &bytes, self.tree));
            let modules = self.modules.mentions(&bytes);
            let is_gone = |path: &RepoPath| self.moves.contains_key(path) || self.folders.hold(path);
            let entries = manifests::entries(path, &bytes, is_gone);
            if (mentions.is_empty() && modules.is_empty() && entries.is_empty())
                || ReportMarker::parse(&String::from_utf8_lossy(&bytes)).is_some()
            {
                continue;
            }
            let old = match self.input.changes.iter().any(|changed| changed.path == **path) {
                true => Some(self.before.read(path)?),
                false => None,
            };
            let code = Spots::of(path, &bytes);
            let mut told = BTreeSet::new();
            let stood = |at: &Exact| old.as_ref().is_none_or(|old| has_line(old, line_around(&bytes, at)));
            for mention in mentions.iter().filter(|mention| stood(mention)) {
                if told.insert((mention.line, &mention.means)) {
                    found.extend(self.found(path, mention, &code));
                }
            }
            for entry in entries.iter().filter(|entry| stood(&entry.at)) {
                if told.insert((entry.at.line, &entry.at.means)) {
                    found.push(self.found_entry(path, entry));
                }
            }
            for (mention, name, module) in modules.iter().filter(|(mention, ..)| stood(mention)) {
                if told.insert((mention.line, &mention.means)) {
                    found.extend(found_module(path, (mention, name, module), &code));
                }
            }
        }
        Ok(found)
    }

    /// Where what a name means stands now.
    fn moved_to(&self, mention: &Exact) -> Option<&RepoPath> {
        match self.moves.get(&mention.means) {
            Some(place) => Some(&place.path).filter(|to| **to != mention.means),
            None => self.folders.moved_to(&mention.means),
        }
    }

    fn found_entry(&self, path: &RepoPath, entry: &Entry) -> Found {
        let to = self.moved_to(&entry.at);
        named(path, &entry.at, to.map(|to| entry.written(to)))
    }

    fn found(&self, path: &RepoPath, mention: &Exact, spots: &Spots) -> Option<Found> {
        let spot = spots.at(mention.range.start)?;
        let to = self.moved_to(mention);
        let found = named(path, mention, to.map(|to| to.display().into_owned()));
        // A name without a folder may be said of any file that is called so.
        let is_bare = !mention.means.as_bytes().contains(&b'/') && path.parent().is_some();
        Some(if spot == Spot::Text || is_bare { found.warning() } else { found })
    }
}

/// A name of what goes, and what to write instead where it moves.
fn named(path: &RepoPath, mention: &Exact, instead: Option<String>) -> Found {
    let means = mention.means.display();
    let what = if instead.is_some() { "moves" } else { "takes away" };
    let message = format!("names `{}`, which this commit {what}", means.escape_debug());
    let found = Found::new(CheckId::StaleReference, (path.clone(), mention.line), &means, message);
    match instead {
        Some(instead) => found.hint(format!("write `{}`", instead.escape_debug()), None),
        None => found,
    }
}

/// A dotted name of a module, be it in a setting, a note or a string; in code it is what imports are judged for.
fn found_module(path: &RepoPath, at: (&Exact, &str, &GoneModule), spots: &Spots) -> Option<Found> {
    let (mention, name, module) = at;
    let spot = spots.at(mention.range.start)?;
    let what = if module.to.is_some() { "moves" } else { "takes away" };
    let message = format!("names the module `{name}`, which this commit {what}");
    let place = (path.clone(), mention.line);
    let mut found = Found::new(CheckId::StaleReference, place, name, message);
    if let Some(to) = &module.to {
        found = found.hint(format!("write `{to}`"), None);
    }
    Some(if spot == Spot::Text || module.is_ambiguous { found.warning() } else { found })
}

fn line_around<'b>(bytes: &'b [u8], mention: &Exact) -> &'b [u8] {
    let start = memchr::memrchr(b'\n', &bytes[..mention.range.start]).map_or(0, |at| at + 1);
    let end = memchr::memchr(b'\n', &bytes[mention.range.end..]);
    &bytes[start..end.map_or(bytes.len(), |at| mention.range.end + at)]
}

fn has_line(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.split(|&byte| byte == b'\n').any(|line| line == wanted)
}

/// What a mention stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spot {
    /// A note, a setting, a script, or a comment of a program.
    Told,
    /// A string of a program.
    Text,
}

/// Which parts of a file are what; of a file that is no program all is told.
struct Spots {
    program: Option<(Vec<u8>, Vec<u8>)>,
}

impl Spots {
    fn of(path: &RepoPath, bytes: &[u8]) -> Self {
        let text = std::str::from_utf8(bytes).ok().filter(|_| !is_markdown(path));
        let code = text.and_then(|text| code_alone(text, &path.extension()));
        Self { program: code.map(|code| (bytes.to_vec(), code.into_bytes())) }
    }

    /// `None` for a place in code that is neither comment nor string: no path stands there.
    fn at(&self, place: usize) -> Option<Spot> {
        let Some((bytes, code)) = &self.program else { return Some(Spot::Told) };
        if code.get(place) == bytes.get(place) {
            return None;
        }
        let start = memchr::memrchr(b'\n', &bytes[..place]).map_or(0, |at| at + 1);
        let hidden = (start..place).find(|&at| bytes[at] != code[at] && !bytes[at].is_ascii_whitespace());
        let first = hidden.map_or(&bytes[place..], |at| &bytes[at..]);
        let is_comment = [&b"#"[..], b"//", b"/*", b"* "].iter().any(|sign| first.starts_with(sign));
        Some(if is_comment { Spot::Told } else { Spot::Text })
    }
}
