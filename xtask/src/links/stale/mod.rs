//! Paths of files that moved, still named by files that are no code: build files, workflow files, Makefiles,
//! Dockerfiles, shell scripts, and code cells of notebooks.
//!
//! Found by exact path over the renames of history, from the root or from the file's own folder; a file's name alone
//! proves nothing. Modules are found by their dotted name where an entry point or `python -m` names them.

mod map;
mod notebook;
#[cfg(test)]
mod tests;
mod words;

use std::ops::Range;

use anyhow::Result;
use serde::Serialize;

use crate::repo::{EntryKind, History, RepoPath, Tree};
use map::Moved;
use words::Word;

/// A path that is named and stands elsewhere now.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MovedPath {
    /// The file that names it.
    pub path: RepoPath,
    /// The line.
    pub line: usize,
    /// What is written.
    pub old: String,
    /// What should be.
    pub new: String,
    /// The commit that moved it; `None` while the move is not committed.
    pub commit: Option<String>,
    /// Bytes of what is written.
    #[serde(skip)]
    pub range: (usize, usize),
}

/// Finds the paths that files of a tree name and that stand elsewhere now, sorted by place; and how many files were
/// read for it, which is none where nothing moved.
///
/// # Errors
/// A file of the tree cannot be read.
pub fn moved_paths(tree: &Tree, history: &History) -> Result<(usize, Vec<MovedPath>)> {
    let moved = Moved::of(tree, history);
    let (mut files, mut found) = (0, Vec::new());
    if moved.is_empty() {
        return Ok((files, found));
    }
    for (path, entry) in tree.entries() {
        let is_file = matches!(entry.kind, EntryKind::File | EntryKind::Executable);
        if !is_file || !names_paths(path, entry.kind) {
            continue;
        }
        let bytes = tree.read(path)?;
        if !bytes.contains(&0) && (!path.extension().is_empty() || is_known(path) || is_script(&bytes)) {
            files += 1;
            found.extend(in_file(tree, &moved, path, &bytes));
        }
    }
    found.sort();
    Ok((files, found))
}

fn in_file(tree: &Tree, moved: &Moved, path: &RepoPath, bytes: &[u8]) -> Vec<MovedPath> {
    let code = match path.extension().as_str() {
        "ipynb" => notebook::code(bytes),
        _ => std::iter::once(0..bytes.len()).collect(),
    };
    let is_notebook = path.extension() == "ipynb";
    let mut seen_from_package = words::PackageData::default();
    let mut found = Vec::new();
    let mut line = 1;
    let mut at = 0;
    for word in code.into_iter().flat_map(|part: Range<usize>| words::of(bytes, part, is_notebook)) {
        line += bytes[at..word.range.start].iter().filter(|&&byte| byte == b'\n').count();
        at = word.range.start;
        if words::is_moved_by_the_line(bytes, word.range.start)
            || seen_from_package.holds(bytes, word.range.start)
        {
            continue;
        }
        let Some((old, new, commit, range)) = renamed(tree, moved, path, bytes, &word) else { continue };
        let commit = Some(commit).filter(|commit| !commit.is_uncommitted()).map(ToString::to_string);
        found.push(MovedPath { path: path.clone(), line, old, new, commit, range: (range.start, range.end) });
    }
    found
}

/// What a word should be, when it names what moved: old text, new text, commit, place.
fn renamed<'m>(
    tree: &Tree,
    moved: &'m Moved,
    file: &RepoPath,
    bytes: &[u8],
    word: &Word,
) -> Option<(String, String, &'m crate::repo::CommitId, Range<usize>)> {
    let text = std::str::from_utf8(&bytes[word.range.clone()]).ok()?;
    if word.is_module {
        let (new, commit) = moved.module(text).filter(|_| !map::is_below(tree, text))?;
        return Some((text.to_owned(), new.to_owned(), commit, word.range.clone()));
    }
    let folder = file.parent();
    let is_there = |path: &RepoPath| tree.get(path).is_some() || tree.has_folder(path);
    let own = folder.as_ref().and_then(|folder| RepoPath::resolve(Some(folder), text.as_bytes()));
    // A script may go to its project's folder first: what is there from a folder above the file is meant.
    let above = std::iter::successors(folder.clone(), RepoPath::parent);
    let seen = above.filter_map(|folder| RepoPath::resolve(Some(&folder), text.as_bytes()));
    if seen.into_iter().any(|path| is_there(&path)) {
        return None;
    }
    let slash = if text.ends_with('/') { "/" } else { "" };
    let from_root = RepoPath::resolve(None, text.as_bytes()).filter(|_| !text.starts_with("../"));
    let is_sure = |new: &RepoPath| text.contains('/') || !map::has_namesake(tree, text, new);
    if let Some((new, commit)) =
        from_root.and_then(|path| moved.path(&path, text)).filter(|(new, _)| is_sure(new))
    {
        return Some((text.to_owned(), format!("{}{slash}", new.display()), commit, word.range.clone()));
    }
    // A name without a folder is too short to mean a file beside this one.
    let own = own.filter(|_| text.contains('/'))?;
    let (new, commit) = moved.path(&own, text)?;
    let new = relative(folder.as_ref()?, new)?;
    Some((text.to_owned(), format!("{new}{slash}"), commit, word.range.clone()))
}

/// The path of `to` as seen from a folder.
fn relative(folder: &RepoPath, to: &RepoPath) -> Option<String> {
    let from: Vec<&[u8]> = folder.parts().collect();
    let to: Vec<&[u8]> = to.parts().collect();
    let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = std::iter::repeat_n(&b".."[..], from.len() - common);
    let parts: Vec<&[u8]> = up.chain(to[common..].iter().copied()).collect();
    String::from_utf8(parts.join(&b'/')).ok()
}

/// Endings of files that name paths and are no code of a language that imports.
const ENDINGS: &[&str] =
    &["toml", "cfg", "ini", "yml", "yaml", "sh", "bash", "zsh", "mk", "cmake", "ipynb", "dockerfile"];

/// Names of such files, in lower case.
const NAMES: &[&str] = &[
    "makefile",
    "gnumakefile",
    "justfile",
    ".justfile",
    "dockerfile",
    "containerfile",
    ".dockerignore",
    ".gitattributes",
    "codeowners",
    "manifest.in",
    "procfile",
    "jenkinsfile",
    "cmakelists.txt",
    "package.json",
    "launch.json",
    "tasks.json",
    "devcontainer.json",
];

fn names_paths(path: &RepoPath, kind: EntryKind) -> bool {
    let extension = path.extension();
    ENDINGS.contains(&extension.as_str())
        || is_known(path)
        || (extension.is_empty() && kind == EntryKind::Executable)
}

fn is_known(path: &RepoPath) -> bool {
    let name = String::from_utf8_lossy(path.file_name()).to_lowercase();
    NAMES.contains(&name.as_str())
        || name.starts_with("dockerfile.")
        || (name.starts_with("requirements") && name.ends_with(".txt"))
}

/// True for a shell script without an ending.
fn is_script(bytes: &[u8]) -> bool {
    let first = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    first.starts_with(b"#!") && first.windows(2).any(|pair| pair == b"sh")
}
