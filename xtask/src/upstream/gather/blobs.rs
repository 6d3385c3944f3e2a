//! Sizes and contents of blobs: libgit2 reads a few, one git child reads many, and all where libgit2 cannot.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use git2::{Odb, Oid};

use crate::repo::git::Git;
use crate::repo::{BlobId, Scratch};

/// How many bytes of content one child may hand over at once.
const BATCH_BYTES: u64 = 32 << 20;
/// Blobs from which a child is worth its start: git reads long chains of deltas quicker.
const MANY: usize = 200;

/// Sizes in bytes; a blob that is missing has none.
pub(super) fn sizes(scratch: &Scratch, ids: &BTreeSet<BlobId>) -> Result<BTreeMap<BlobId, u64>> {
    match few(scratch, ids.len()) {
        Some(library) => Ok(sizes_in(&library.odb()?, ids)),
        None => sizes_by_child(scratch.git(), ids),
    }
}

/// Reads contents in id order and hands each to `visit`; what is missing is left out.
pub(super) fn contents(
    scratch: &Scratch,
    sizes: &BTreeMap<BlobId, u64>,
    mut visit: impl FnMut(&BlobId, &[u8]),
) -> Result<()> {
    if let Some(library) = few(scratch, sizes.len()) {
        let objects = library.odb()?;
        for id in sizes.keys() {
            if let Ok(object) = objects.read(Oid::from_str(id.as_str())?) {
                visit(id, object.data());
            }
        }
        return Ok(());
    }
    in_order(scratch.git(), sizes.iter().map(|(id, size)| (id, *size)), visit)
}

/// The library, where it is to read so many.
fn few(scratch: &Scratch, number: usize) -> Option<git2::Repository> {
    (number <= MANY).then(|| scratch.library()).flatten()
}

fn sizes_in(objects: &Odb<'_>, ids: &BTreeSet<BlobId>) -> BTreeMap<BlobId, u64> {
    let size = |id: &BlobId| {
        let (size, kind) = objects.read_header(Oid::from_str(id.as_str()).ok()?).ok()?;
        (kind == git2::ObjectType::Blob).then_some(size as u64)
    };
    ids.iter().filter_map(|id| Some((id.clone(), size(id)?))).collect()
}

fn sizes_by_child(git: &Git, ids: &BTreeSet<BlobId>) -> Result<BTreeMap<BlobId, u64>> {
    let answer = git.answer_to(&["cat-file", "--batch-check"], asked(ids.iter()).as_bytes(), &[0])?;
    let mut sizes = BTreeMap::new();
    for line in String::from_utf8_lossy(&answer.stdout).lines() {
        if let [id, "blob", size] = line.split(' ').collect::<Vec<_>>()[..] {
            let id = BlobId::parse(id).with_context(|| format!("read `{line}`"))?;
            sizes.insert(id, size.parse().with_context(|| format!("read `{line}`"))?);
        }
    }
    Ok(sizes)
}

/// Reads contents, of which the sizes are given, and hands each to `visit` as they come.
pub(super) fn in_order<'i>(
    git: &Git,
    blobs: impl Iterator<Item = (&'i BlobId, u64)>,
    mut visit: impl FnMut(&BlobId, &[u8]),
) -> Result<()> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    let mut blobs = blobs.peekable();
    while let Some((id, size)) = blobs.next() {
        batch.push(id);
        bytes += size;
        if bytes >= BATCH_BYTES || blobs.peek().is_none() {
            read_batch(git, &batch, &mut visit)?;
            batch.clear();
            bytes = 0;
        }
    }
    Ok(())
}

fn asked<'a>(ids: impl Iterator<Item = &'a BlobId>) -> String {
    ids.map(|id| format!("{id}\n")).collect()
}

fn read_batch(git: &Git, ids: &[&BlobId], visit: &mut impl FnMut(&BlobId, &[u8])) -> Result<()> {
    let answer = git.answer_to(&["cat-file", "--batch"], asked(ids.iter().copied()).as_bytes(), &[0])?;
    let mut rest = answer.stdout.as_slice();
    for &id in ids {
        let end = rest.iter().position(|&byte| byte == b'\n').context("read `git cat-file`: no header")?;
        let header = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest = &rest[end + 1..];
        if header.ends_with(" missing") {
            continue;
        }
        let size: usize =
            header.rsplit(' ').next().and_then(|size| size.parse().ok()).context("read a size")?;
        let content = rest.get(..size).context("read `git cat-file`: it ends too early")?;
        visit(id, content);
        rest = rest.get(size + 1..).unwrap_or_default();
    }
    Ok(())
}
