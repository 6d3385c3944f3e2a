//! The index against the tree of a commit, side by side, without a walk over what stayed.
//!
//! git keeps in the index the tree id that each folder had when it was last computed, and how many entries lie below
//! it. A folder whose id equals that of the commit's tree holds no change and is passed over in one step.

use std::cmp::Ordering;

use anyhow::{Context, Result, bail};

use super::index::{CachedFolder, Cursor, ID, Index};
use super::objects::Objects;
use super::staged::{Changes, StagedChange, State, kind};
use super::{BlobId, RepoPath};

/// A folder in the mode of a tree's entry.
const FOLDER_MODE: u32 = 0o040_000;

/// Compares an index with the tree of a commit; `None` compares with no files at all.
///
/// # Errors
/// The index is damaged, or an object is missing.
pub(super) fn with_commit(index: &Index, objects: &Objects, commit: Option<&str>) -> Result<Changes> {
    let tree = commit.map(|commit| tree_of(objects, commit)).transpose()?;
    let cursor = index.cursor()?;
    let mut walk = Walk { objects, cursor, prefix: Vec::new(), found: Changes::default() };
    let is_same =
        index.top().and_then(|top| top.id).is_some_and(|id| tree.is_some_and(|tree| tree.as_bytes() == id));
    if !is_same {
        let tree = tree.map(|tree| objects.read(tree)).transpose()?;
        walk.folder(tree.as_ref().map_or(&[], |tree| tree.data()), index.top())?;
    }
    walk.found.changes.sort();
    Ok(walk.found)
}

/// The id of a commit's tree: its first line names it.
fn tree_of(objects: &Objects, commit: &str) -> Result<git2::Oid> {
    let object =
        objects.read(git2::Oid::from_str(commit)?).with_context(|| format!("read commit {commit}"))?;
    let digits = object.data().strip_prefix(b"tree ").and_then(|rest| rest.get(..2 * ID));
    let digits = digits.with_context(|| format!("read commit {commit}: it names no tree"))?;
    Ok(git2::Oid::from_str(std::str::from_utf8(digits)?)?)
}

/// One entry of a tree.
#[derive(Clone, Copy)]
struct TreeEntry<'a> {
    mode: u32,
    name: &'a [u8],
    id: &'a [u8],
}

impl TreeEntry<'_> {
    fn is_folder(&self) -> bool {
        self.mode == FOLDER_MODE
    }

    fn state(&self) -> Result<State> {
        Ok(State { kind: kind(self.mode), id: blob(self.id)? })
    }

    /// How it stands to a name of the index, which ends in a slash when it is a folder's: trees are sorted so.
    fn cmp(&self, staged: &[u8]) -> Ordering {
        let common = self.name.len().min(staged.len());
        let end = self.is_folder().then_some(b'/');
        self.name[..common].cmp(&staged[..common]).then_with(|| {
            let next = self.name.get(common).copied().or(end);
            next.cmp(&staged.get(common).copied()).then_with(|| {
                // Equal so far: whichever has more comes later.
                (self.name.len() + usize::from(self.is_folder())).cmp(&staged.len())
            })
        })
    }
}

/// Takes the first entry of a tree's bytes: a mode in octal digits, a blank, a name, NUL, an id.
fn next_entry<'a>(rest: &mut &'a [u8]) -> Result<Option<TreeEntry<'a>>> {
    const DAMAGED: &str = "read a tree: it is damaged";
    if rest.is_empty() {
        return Ok(None);
    }
    let blank = memchr::memchr(b' ', rest).context(DAMAGED)?;
    let nul = memchr::memchr(0, rest).filter(|&nul| nul > blank && rest.len() > nul + ID).context(DAMAGED)?;
    let mut mode = 0;
    for &digit in &rest[..blank] {
        if !(b'0'..=b'7').contains(&digit) || mode > 0o7_777_777 {
            bail!(DAMAGED);
        }
        mode = mode * 8 + u32::from(digit - b'0');
    }
    let entry = TreeEntry { mode, name: &rest[blank + 1..nul], id: &rest[nul + 1..=nul + ID] };
    *rest = &rest[nul + 1 + ID..];
    Ok(Some(entry))
}

fn blob(id: &[u8]) -> Result<BlobId> {
    BlobId::of_bytes(id).context("an object's name is damaged")
}

/// Goes through index and tree side by side. Both are sorted alike: a folder as if its name ended in a slash.
struct Walk<'a> {
    objects: &'a Objects,
    cursor: Cursor<'a>,
    /// The folder that is gone through, with a slash at its end; empty at the top.
    prefix: Vec<u8>,
    found: Changes,
}

impl Walk<'_> {
    fn folder(&mut self, tree: &[u8], cached: Option<&CachedFolder>) -> Result<()> {
        let mut rest = tree;
        let mut before = next_entry(&mut rest)?;
        loop {
            let order = match (&before, self.child()) {
                (None, None) => return Ok(()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(before), Some(staged)) => before.cmp(staged),
            };
            match before {
                Some(entry) if order != Ordering::Greater => {
                    if order == Ordering::Less {
                        self.removed(entry)?
                    } else {
                        self.both(entry, cached)?
                    }
                    before = next_entry(&mut rest)?;
                }
                _ => self.added(cached)?,
            }
        }
    }

    /// The name of what stands next in this folder, with a slash when it is a folder.
    fn child(&self) -> Option<&[u8]> {
        let rest = self.cursor.current()?.path.strip_prefix(self.prefix.as_slice())?;
        let end = memchr::memchr(b'/', rest).map_or(rest.len(), |slash| slash + 1);
        Some(&rest[..end])
    }

    fn both(&mut self, before: TreeEntry<'_>, cached: Option<&CachedFolder>) -> Result<()> {
        if !before.is_folder() {
            return self.file(Some(before));
        }
        let cached = cached.and_then(|cached| cached.folder(before.name));
        let length = self.enter(before.name);
        match cached {
            Some(CachedFolder { id: Some(id), entries, .. }) if before.id == id => {
                self.cursor.skip(&self.prefix, *entries)?;
            }
            cached => {
                let tree = self.objects.read(git2::Oid::from_bytes(before.id)?)?;
                self.folder(tree.data(), cached)?;
            }
        }
        self.prefix.truncate(length);
        Ok(())
    }

    fn enter(&mut self, name: &[u8]) -> usize {
        let length = self.prefix.len();
        self.prefix.extend_from_slice(name);
        self.prefix.push(b'/');
        length
    }

    /// Takes what stands next in the index and not in the tree.
    fn added(&mut self, cached: Option<&CachedFolder>) -> Result<()> {
        let Some(name) = self.child().and_then(|child| child.strip_suffix(b"/")).map(<[u8]>::to_vec) else {
            return self.file(None);
        };
        let length = self.enter(&name);
        self.folder(&[], cached.and_then(|cached| cached.folder(&name)))?;
        self.prefix.truncate(length);
        Ok(())
    }

    /// Compares the file that the index has next with what it was, and goes on.
    fn file(&mut self, before: Option<TreeEntry<'_>>) -> Result<()> {
        let Some(entry) = self.cursor.current() else { return Ok(()) };
        let is_same = |before: TreeEntry<'_>| before.id == entry.id && kind(before.mode) == kind(entry.mode);
        if entry.is_committed() && before.is_some_and(is_same) {
            return self.cursor.advance();
        }
        let path = RepoPath::from_bytes(entry.path);
        if entry.stage > 0 {
            while self.cursor.current().is_some_and(|next| next.path == path.as_bytes()) {
                self.cursor.advance()?;
            }
            self.found.unmerged.push(path);
            return Ok(());
        }
        let after = match entry.intent_to_add {
            true => None,
            false => Some(State { kind: kind(entry.mode), id: blob(entry.id)? }),
        };
        let before = before.map(|before| before.state()).transpose()?;
        self.cursor.advance()?;
        if before != after {
            self.found.changes.push(StagedChange { path, before, after });
        }
        Ok(())
    }

    fn removed(&mut self, before: TreeEntry<'_>) -> Result<()> {
        if !before.is_folder() {
            let mut path = self.prefix.clone();
            path.extend_from_slice(before.name);
            let path = RepoPath::from_bytes(&path);
            self.found.changes.push(StagedChange { path, before: Some(before.state()?), after: None });
            return Ok(());
        }
        let tree = self.objects.read(git2::Oid::from_bytes(before.id)?)?;
        let length = self.enter(before.name);
        let mut rest = tree.data();
        while let Some(entry) = next_entry(&mut rest)? {
            self.removed(entry)?;
        }
        self.prefix.truncate(length);
        Ok(())
    }
}
