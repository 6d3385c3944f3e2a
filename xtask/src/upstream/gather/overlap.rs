//! How many of the fork's blobs stand in each of upstream's trees. A tree is read once, whatever the number of
//! commits that hold it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};

use crate::repo::{BlobId, Scratch};

/// A set of blob ids that answers a miss, by far the usual case, from one small table.
struct Blobs {
    sorted: Vec<[u8; 20]>,
    starts: Vec<bool>,
}

impl Blobs {
    fn new(ids: &BTreeSet<BlobId>) -> Result<Self> {
        let mut sorted = Vec::with_capacity(ids.len());
        let mut starts = vec![false; 1 << 16];
        for id in ids {
            let oid = git2::Oid::from_str(id.as_str()).context("read a blob's id")?;
            let bytes: [u8; 20] = oid.as_bytes().try_into().context("read a blob's id")?;
            starts[start_of(&bytes)] = true;
            sorted.push(bytes);
        }
        sorted.sort_unstable();
        Ok(Self { sorted, starts })
    }

    fn holds(&self, id: &[u8; 20]) -> bool {
        self.starts[start_of(id)] && self.sorted.binary_search(id).is_ok()
    }
}

fn start_of(id: &[u8; 20]) -> usize {
    usize::from(id[0]) << 8 | usize::from(id[1])
}

/// For each tree (its id in hexadecimal digits), how many of its files hold one of the blobs.
///
/// # Errors
/// Object names are not SHA-1, or a tree is missing.
pub(super) fn overlaps(scratch: &Scratch, blobs: &BTreeSet<BlobId>, trees: &[&str]) -> Result<Vec<u32>> {
    if blobs.iter().any(|id| id.as_str().len() != 40) {
        bail!("object names are not SHA-1");
    }
    let library = scratch.library().context("open the throwaway repository")?;
    let odb = library.odb().context("open the objects")?;
    let mut search = Search { odb, blobs: Blobs::new(blobs)?, known: BTreeMap::new() };
    trees.iter().map(|tree| search.tree(git2::Oid::from_str(tree).context("read a tree's id")?)).collect()
}

struct Search<'a> {
    odb: git2::Odb<'a>,
    blobs: Blobs,
    known: BTreeMap<[u8; 20], u32>,
}

impl Search<'_> {
    fn tree(&mut self, id: git2::Oid) -> Result<u32> {
        let key: [u8; 20] = id.as_bytes().try_into().context("read a tree's id")?;
        if let Some(&known) = self.known.get(&key) {
            return Ok(known);
        }
        // Copied, since the search below needs the object store again.
        let data = self.odb.read(id).with_context(|| format!("read the tree {id}"))?.data().to_vec();
        let mut count = 0;
        let mut rest = data.as_slice();
        while let Some(end) = rest.iter().position(|&byte| byte == 0) {
            let is_tree = rest.starts_with(b"40000 ");
            let is_link = rest.starts_with(b"160000 ");
            let id: &[u8; 20] =
                rest.get(end + 1..end + 21).and_then(|id| id.try_into().ok()).context("read a tree")?;
            if is_tree {
                count += self.tree(git2::Oid::from_bytes(id).context("read a tree")?)?;
            } else if !is_link && self.blobs.holds(id) {
                count += 1;
            }
            rest = &rest[end + 21..];
        }
        self.known.insert(key, count);
        Ok(count)
    }
}
