//! Names that are looked for as they stand, in the bytes of a file.

use std::ops::Range;

use aho_corasick::{AhoCorasick, BuildError, MatchKind};

/// Names, all of them looked for at once.
pub(super) struct Literals(AhoCorasick);

/// A place at which one of the names stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Literal {
    /// In bytes.
    pub(super) range: Range<usize>,
    /// From 1.
    pub(super) line: usize,
}

impl Literals {
    /// `None` where there is no name.
    ///
    /// # Errors
    /// The names do not fit into one search.
    pub(super) fn of<Name: AsRef<[u8]>>(
        names: impl ExactSizeIterator<Item = Name>,
    ) -> Result<Option<Self>, BuildError> {
        if names.len() == 0 {
            return Ok(None);
        }
        // `a/b/c` rather than `a/b`.
        AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(names)
            .map(|search| Some(Self(search)))
    }

    /// The places, from the beginning of the file on.
    pub(super) fn find(&self, bytes: &[u8]) -> impl Iterator<Item = Literal> {
        let (mut line, mut counted) = (1, 0);
        self.0.find_iter(bytes).map(move |found| {
            line += memchr::memchr_iter(b'\n', &bytes[counted..found.start()]).count();
            counted = found.start();
            Literal { range: found.range(), line }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_name_counts_and_has_its_line() {
        let names = [&b"a/b"[..], b"a/b/c", b"\xff"];
        let found = Literals::of(names.iter()).unwrap().unwrap();
        let bytes = b"a/b/c\n\na/b \xff\n";
        let places: Vec<(&[u8], usize)> =
            found.find(bytes).map(|one| (&bytes[one.range], one.line)).collect();
        assert_eq!(places, [(&b"a/b/c"[..], 1), (b"a/b", 3), (b"\xff", 3)]);
        assert!(Literals::of(std::iter::empty::<&[u8]>()).unwrap().is_none());
    }
}
