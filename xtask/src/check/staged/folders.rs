//! Folders that this commit empties, where other files name them.
//!
//! A name counts where it is the folder's whole path from the root and can be nothing longer: no end of another path,
//! no address, no beginning of a file's path.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::literals::Literals;
use crate::links::{Exact, Moves, is_markdown};
use crate::repo::{RepoPath, Tree};

/// Folders that hold nothing any more.
pub(super) struct GoneFolders {
    /// With the folder to which all that they held went.
    folders: BTreeMap<RepoPath, Option<RepoPath>>,
    search: Option<Literals>,
}

impl GoneFolders {
    /// The folders of what goes that have no file in `tree`.
    ///
    /// # Errors
    /// The names do not fit into one search.
    pub(super) fn of(moves: &Moves, tree: &Tree) -> Result<Self> {
        let mut gone: BTreeSet<RepoPath> = moves.keys().flat_map(ancestors).collect();
        gone.retain(|folder| !tree.has_folder(folder));
        let search =
            Literals::of(gone.iter().map(RepoPath::as_bytes)).context("look for the names of folders")?;
        let folders = gone.into_iter().map(|folder| (folder.clone(), successor(&folder, moves))).collect();
        Ok(Self { folders, search })
    }

    /// True for a folder that holds nothing any more.
    pub(super) fn hold(&self, folder: &RepoPath) -> bool {
        self.folders.contains_key(folder)
    }

    /// Where all that a folder held went, when it went to one folder.
    pub(super) fn moved_to(&self, folder: &RepoPath) -> Option<&RepoPath> {
        self.folders.get(folder)?.as_ref()
    }

    /// The places in a file that name such a folder.
    pub(super) fn mentions(&self, path: &RepoPath, bytes: &[u8], tree: &Tree) -> Vec<Exact> {
        let Some(search) = &self.search else { return Vec::new() };
        let mut mentions = Vec::new();
        for found in search.find(bytes) {
            let range = found.range;
            let means = RepoPath::from_bytes(&bytes[range.clone()]);
            let is_whole = begins(path, &bytes[..range.start]) && ends(&means, &bytes[range.end..]);
            if is_whole && !is_beside(path, &means, tree) {
                mentions.push(Exact { range, line: found.line, means });
            }
        }
        mentions
    }
}

fn ancestors(path: &RepoPath) -> impl Iterator<Item = RepoPath> + use<> {
    std::iter::successors(path.parent(), RepoPath::parent)
}

/// The one folder in which all that `folder` held stands as it stood there.
fn successor(folder: &RepoPath, moves: &Moves) -> Option<RepoPath> {
    let inside = moves.iter().filter(|(path, _)| path.is_within(folder));
    let homes: Option<BTreeSet<RepoPath>> = inside
        .map(|(path, place)| {
            let rest = &path.as_bytes()[folder.as_bytes().len()..];
            let home = place.path.as_bytes().strip_suffix(rest).filter(|home| !home.is_empty())?;
            Some(RepoPath::from_bytes(home))
        })
        .collect();
    let mut homes = homes?.into_iter();
    homes.next().filter(|home| homes.next().is_none() && home != folder)
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 128 || b"_-+~%@$".contains(&byte)
}

/// True where a path may begin behind these bytes. Destinations of links are judged as links.
fn begins(path: &RepoPath, before: &[u8]) -> bool {
    let is_owners = path.file_name() == b"CODEOWNERS";
    let before = match before.strip_suffix(b"/") {
        Some(before) if is_owners => before,
        _ => before.strip_suffix(b"./").unwrap_or(before),
    };
    let is_destination = || [&b"]("[..], b"](<", b"]: "].iter().any(|sign| before.ends_with(sign));
    let is_free = before.last().is_none_or(|&last| !is_letter(last) && !b"./\\}:".contains(&last));
    is_free && !(is_markdown(path) && is_destination())
}

/// True where the path of a folder ends before these bytes. One name alone is a word unless a slash follows.
fn ends(folder: &RepoPath, after: &[u8]) -> bool {
    let rest = after.strip_prefix(b"/");
    let is_path = rest.is_some() || folder.as_bytes().contains(&b'/');
    let goes_on = match rest.unwrap_or(after) {
        [b'.', next, ..] => is_letter(*next),
        [b'*', ..] => rest.is_none(),
        [b'<', ..] => rest.is_some(),
        [next, ..] => is_letter(*next) || b"/{(".contains(next),
        [] => false,
    };
    is_path && !goes_on
}

/// True when the name means a folder beside the file as well.
fn is_beside(path: &RepoPath, means: &RepoPath, tree: &Tree) -> bool {
    let folder = path.parent().and_then(|parent| RepoPath::resolve(Some(&parent), means.as_bytes()));
    folder.is_some_and(|folder| tree.has_folder(&folder) || tree.get(&folder).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::links::NewPlace;
    use crate::repo::EntryKind;

    fn found(path: &str, text: &str) -> Vec<usize> {
        let moved = |from: &str, to: &str| (RepoPath::from(from), NewPlace::moved(RepoPath::from(to)));
        let moves: Moves = [
            moved("tools/run/a.sh", "tools/go/a.sh"),
            moved("tools/run/b/c.sh", "tools/go/b/c.sh"),
            moved("old/x", "x"),
        ]
        .into();
        let there = ["tools/go/a.sh", "near/tools/run/a.sh"];
        let tree = Tree::in_memory(there.map(|path| (RepoPath::from(path), EntryKind::File, Vec::new())));
        let folders = GoneFolders::of(&moves, &tree).unwrap();
        assert_eq!(folders.moved_to(&"tools/run".into()), Some(&"tools/go".into()));
        let mentions = folders.mentions(&path.into(), text.as_bytes(), &tree).into_iter();
        mentions.map(|mention| mention.line).collect()
    }

    #[test]
    fn whole_path_of_a_folder_is_named_and_parts_of_others_are_not() {
        const NONE: [usize; 0] = [];
        let named = "`tools/run` or tools/run/, \"./tools/run/b\".\nin old/ too\npaths: ['tools/run/**']\n\
                     --dir=tools/run <code>tools/run</code>\n";
        assert_eq!(found("notes/a.md", named), [1, 1, 1, 2, 3, 4, 4]);
        let others = "tools/run/a.sh tools/runner my/tools/run https://x.y/tools/run tools/run.sh the old thing\n\
                      [x](tools/run) tools/run-fast $tools/run tools/run/{a,b} C:tools/run\n";
        assert_eq!(found("notes/a.md", others), NONE);
        assert_eq!(found("near/a.md", "tools/run\n"), NONE, "the folder beside the file is meant");
        assert_eq!(found(".github/CODEOWNERS", "/tools/run/ @a\n"), [1]);
        assert_eq!(found("run.sh", "ls /tools/run/\n"), NONE);
    }
}
