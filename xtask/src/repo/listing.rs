//! Reads what `git ls-tree -z` prints, in the form that every git knows: `--format` came with 2.36.

use anyhow::{Context, Result};

/// An entry of a tree, as git prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeRecord<'a> {
    /// Six octal digits.
    pub mode: &'a str,
    /// `blob`, `tree` or `commit`.
    pub kind: &'a str,
    /// The entry's object.
    pub id: &'a str,
    /// Any bytes but NUL.
    pub path: &'a [u8],
}

/// The entries of a listing; an error in place of what is none.
pub fn tree_records(listing: &[u8]) -> impl Iterator<Item = Result<TreeRecord<'_>>> {
    let records = listing.split(|&byte| byte == 0).filter(|record| !record.is_empty());
    records.map(|record| read(record).context("read `git ls-tree`"))
}

fn read(record: &[u8]) -> Option<TreeRecord<'_>> {
    let tab = memchr::memchr(b'\t', record)?;
    let mut fields = std::str::from_utf8(&record[..tab]).ok()?.split(' ');
    let (mode, kind, id) = (fields.next()?, fields.next()?, fields.next()?);
    Some(TreeRecord { mode, kind, id, path: &record[tab + 1..] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_bytes_and_may_hold_tabs() {
        let listing = b"100644 blob aa\ta\tb\xff\x00040000 tree bb\tc d\0";
        let file = TreeRecord { mode: "100644", kind: "blob", id: "aa", path: b"a\tb\xff" };
        let folder = TreeRecord { mode: "040000", kind: "tree", id: "bb", path: b"c d" };
        let read: Result<Vec<TreeRecord<'_>>> = tree_records(listing).collect();
        assert_eq!(read.unwrap(), [file, folder]);
        assert!(tree_records(b"100644 blob aa\0").next().unwrap().is_err());
    }
}
