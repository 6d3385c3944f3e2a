//! Reads what `git ls-tree -z` prints, in the form that every git knows: `--format` came with 2.36.

/// An entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listed<'a> {
    pub(super) mode: &'a str,
    /// `blob`, `tree` or `commit`.
    pub(super) kind: &'a str,
    pub(super) id: &'a str,
    pub(super) path: &'a [u8],
}

/// The entries of a listing.
pub(super) fn entries(listing: &[u8]) -> impl Iterator<Item = Listed<'_>> {
    listing.split(|&byte| byte == 0).filter_map(|record| {
        let tab = record.iter().position(|&byte| byte == b'\t')?;
        let mut fields = std::str::from_utf8(&record[..tab]).ok()?.split(' ');
        let (mode, kind, id) = (fields.next()?, fields.next()?, fields.next()?);
        Some(Listed { mode, kind, id, path: &record[tab + 1..] })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_bytes_and_may_hold_tabs() {
        let listing = b"100644 blob aa\ta\tb\xff\x00040000 tree bb\tc d\0";
        let file = Listed { mode: "100644", kind: "blob", id: "aa", path: b"a\tb\xff" };
        let folder = Listed { mode: "040000", kind: "tree", id: "bb", path: b"c d" };
        assert_eq!(entries(listing).collect::<Vec<_>>(), [file, folder]);
    }
}
