//! Asks the tree and git for links and submodules that others may lie behind.

use anyhow::Result;

use crate::consolidate::note::Note;
use crate::consolidate::references::{self, Door, Doors, Known, Named};
use crate::repo::{EntryKind, History, Repo, RepoPath, Tree};

/// The links and submodules of a tree.
pub(super) fn standing(tree: &Tree) -> Doors {
    let doors = tree.entries().filter_map(|(path, entry)| {
        let door = match entry.kind {
            EntryKind::Submodule => Door::Submodule,
            EntryKind::Symlink => Door::Link(tree.read(path).ok().and_then(|target| led_to(path, &target))),
            EntryKind::File | EntryKind::Executable => return None,
        };
        Some((path.clone(), door))
    });
    doors.collect()
}

/// The doors of a tree, and what else the named paths lead through: links and submodules that are gone.
///
/// # Errors
/// git cannot list a commit that removed one.
pub(super) fn all(repo: &Repo, named: &[Named], notes: &[Note], known: &Known<'_>) -> Result<Doors> {
    let mut doors = known.doors.clone();
    loop {
        // A link that is gone may lead to another.
        let unknown = references::unknown_doors(named, notes, &Known { doors: &doors, ..*known });
        if unknown.is_empty() {
            return Ok(doors);
        }
        for path in unknown {
            let door = gone(repo, known.history, &path)?;
            doors.insert(path, door);
        }
    }
}

/// What a path was that is gone, as the commit before its removal holds it.
///
/// # Errors
/// git cannot list that commit.
fn gone(repo: &Repo, history: &History, path: &RepoPath) -> Result<Door> {
    let Some(removed) = history.paths.get(path).and_then(|past| past.removed.as_ref()) else {
        return Ok(Door::Wall);
    };
    let before =
        if removed.commit.is_uncommitted() { "HEAD".to_owned() } else { format!("{}^", removed.commit) };
    let git = repo.git();
    let name = std::os::unix::ffi::OsStrExt::from_bytes(path.as_bytes());
    let args = ["ls-tree", "-z", "--full-tree", "--end-of-options", &before, "--"].map(std::ffi::OsStr::new);
    let listed = git.read(&[&args[..], &[name]].concat())?;
    let listed = String::from_utf8_lossy(&listed);
    let fields: Vec<&str> = listed.split(['\t', ' ']).take(3).collect();
    Ok(match fields[..] {
        ["160000", ..] => Door::Submodule,
        // A partial clone may lack what the link held.
        ["120000", _, blob] => {
            let target = git.read(&["cat-file", "blob", "--end-of-options", blob]).ok();
            Door::Link(target.and_then(|target| led_to(path, &target)))
        }
        _ => Door::Wall,
    })
}

fn led_to(link: &RepoPath, target: &[u8]) -> Option<RepoPath> {
    let is_inside = !target.starts_with(b"/");
    is_inside.then(|| RepoPath::resolve(link.parent().as_ref(), target)).flatten()
}
