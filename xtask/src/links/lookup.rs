//! Paths of a tree: through symbolic links, up and down folders.

use crate::repo::{EntryKind, RepoPath, Tree};

/// A path may go through this many symbolic links, as on Linux.
const MOST_LINKS: usize = 40;

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Located {
    File(RepoPath),
    /// `None` is the root.
    Folder(Option<RepoPath>),
    Submodule,
    Missing(RepoPath),
}

/// Where a relative path leads before anybody looks whether something is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Walked {
    /// Inside the repository, as parts from the root.
    Inside(Vec<Vec<u8>>),
    /// Above the root by so many folders, then down these parts.
    Above(usize, Vec<Vec<u8>>),
}

/// Follows `path` from `folder`; a leading slash begins at the root.
pub(super) fn walk(folder: Option<&RepoPath>, path: &[u8]) -> Walked {
    let rooted = path.first() == Some(&b'/');
    let mut parts: Vec<Vec<u8>> = match folder {
        Some(folder) if !rooted => folder.parts().map(<[u8]>::to_vec).collect(),
        _ => Vec::new(),
    };
    let mut above = 0;
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => above += usize::from(parts.pop().is_none()),
            part => parts.push(part.to_vec()),
        }
    }
    if above == 0 { Walked::Inside(parts) } else { Walked::Above(above, parts) }
}

/// Looks what stands at a path. A symbolic link that leads out of the tree, or nowhere, is a file itself.
pub(super) fn locate(tree: &Tree, start: &[Vec<u8>]) -> Located {
    let mut parts = start.to_vec();
    for _ in 0..MOST_LINKS {
        if parts.is_empty() {
            return Located::Folder(None);
        }
        let path = RepoPath::from_bytes(&parts.join(&b'/'));
        match tree.get(&path).map(|entry| entry.kind) {
            Some(EntryKind::File | EntryKind::Executable) => return Located::File(path),
            Some(EntryKind::Submodule) => return Located::Submodule,
            Some(EntryKind::Symlink) => match follow(tree, &path) {
                Some(target) if !matches!(locate_once(tree, &target), Located::Missing(_)) => parts = target,
                _ => return Located::File(path),
            },
            None if tree.has_folder(&path) => return Located::Folder(Some(path)),
            None => match through_link(tree, &parts) {
                Through::Path(target) => parts = target,
                Through::Submodule => return Located::Submodule,
                Through::Nothing => return Located::Missing(path),
            },
        }
    }
    // A circle of links: nothing is behind it, but the first of them is there.
    let path = RepoPath::from_bytes(&start.join(&b'/'));
    if tree.get(&path).is_some() { Located::File(path) } else { Located::Missing(path) }
}

/// Like [`locate`], without following a link at the end.
fn locate_once(tree: &Tree, parts: &[Vec<u8>]) -> Located {
    if parts.is_empty() {
        return Located::Folder(None);
    }
    let path = RepoPath::from_bytes(&parts.join(&b'/'));
    if tree.get(&path).is_some() || !matches!(through_link(tree, parts), Through::Nothing) {
        Located::File(path)
    } else if tree.has_folder(&path) {
        Located::Folder(Some(path))
    } else {
        Located::Missing(path)
    }
}

/// Where a symbolic link points, from the root; `None` when that is outside.
fn follow(tree: &Tree, link: &RepoPath) -> Option<Vec<Vec<u8>>> {
    let target = tree.read(link).ok()?;
    if target.first() == Some(&b'/') {
        return None;
    }
    match walk(link.parent().as_ref(), &target) {
        Walked::Inside(parts) => Some(parts),
        Walked::Above(..) => None,
    }
}

enum Through {
    Path(Vec<Vec<u8>>),
    Submodule,
    Nothing,
}

/// The path with its first symbolic link replaced, where a folder on the way is one.
fn through_link(tree: &Tree, parts: &[Vec<u8>]) -> Through {
    for length in 1..parts.len() {
        let prefix = RepoPath::from_bytes(&parts[..length].join(&b'/'));
        match tree.get(&prefix).map(|entry| entry.kind) {
            Some(EntryKind::Submodule) => return Through::Submodule,
            Some(EntryKind::Symlink) => {
                let Some(mut target) = follow(tree, &prefix) else { return Through::Nothing };
                target.extend_from_slice(&parts[length..]);
                return Through::Path(target);
            }
            _ => {}
        }
    }
    Through::Nothing
}
