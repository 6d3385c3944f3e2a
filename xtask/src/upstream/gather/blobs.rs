//! Sizes and contents of blobs, through one git child for many.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use crate::repo::BlobId;
use crate::repo::git::Git;

/// How many bytes of content one child may hand over at once.
const BATCH_BYTES: u64 = 32 << 20;

/// Sizes in bytes; a blob that is missing has none.
pub(super) fn sizes(git: &Git, ids: &BTreeSet<BlobId>) -> Result<BTreeMap<BlobId, u64>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
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

/// Reads contents in id order and hands each to `visit`; what is missing is left out.
pub(super) fn contents(
    git: &Git,
    sizes: &BTreeMap<BlobId, u64>,
    mut visit: impl FnMut(&BlobId, &[u8]),
) -> Result<()> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    let mut blobs = sizes.iter().peekable();
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
