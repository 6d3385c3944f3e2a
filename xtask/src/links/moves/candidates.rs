//! Finds the names of moving files in a text: all names in one search.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::Result;
use regex::bytes::{Regex, RegexBuilder};

use crate::links::encode_path;
use crate::repo::RepoPath;

/// The names of what moves.
#[derive(Debug)]
pub(super) struct Candidates {
    /// `None` where nothing moves.
    search: Option<Regex>,
    /// The paths of each file name, as it is written: plain, or percent-encoded.
    names: BTreeMap<Vec<u8>, Named>,
    /// Whether some name has a letter that links write percent-encoded.
    encoded: bool,
}

#[derive(Debug, Default)]
struct Named {
    paths: BTreeSet<RepoPath>,
    encoded: bool,
}

/// A name that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Where it stands.
    pub(super) range: Range<usize>,
    /// How it is written.
    pub(super) name: Vec<u8>,
    /// Whether it is written percent-encoded.
    pub(super) encoded: bool,
}

impl Candidates {
    pub(super) fn of<'p>(paths: impl Iterator<Item = &'p RepoPath>) -> Result<Self> {
        let mut names: BTreeMap<Vec<u8>, Named> = BTreeMap::new();
        let mut encoded = false;
        for path in paths {
            let name = path.file_name().to_vec();
            let written = encode_path(&name).into_bytes();
            if written != name {
                encoded = true;
                let entry = names.entry(written).or_default();
                entry.encoded = true;
                entry.paths.insert(path.clone());
            }
            names.entry(name).or_default().paths.insert(path.clone());
        }
        Ok(Self { search: search(names.keys())?, names, encoded })
    }

    /// True when some name stands in the text.
    pub(super) fn are_in(&self, bytes: &[u8]) -> bool {
        self.search.as_ref().is_some_and(|search| search.is_match(bytes))
    }

    /// True when a link may name a file in another encoding than the usual one.
    pub(super) fn may_be_encoded(&self, bytes: &[u8]) -> bool {
        self.encoded && memchr::memchr3(b'%', b'&', b'\\', bytes).is_some()
    }

    /// The next name from a byte on.
    pub(super) fn find(&self, bytes: &[u8], from: usize) -> Option<Found> {
        let range = self.search.as_ref()?.find_at(bytes, from)?.range();
        let name = bytes[range.clone()].to_vec();
        let encoded = self.names.get(&name).is_some_and(|named| named.encoded);
        Some(Found { range, name, encoded })
    }

    /// The files of a name, as it is written.
    pub(super) fn named(&self, name: &[u8]) -> impl Iterator<Item = &RepoPath> {
        self.names.get(name).into_iter().flat_map(|named| &named.paths)
    }
}

/// A search for any of these names; of names that begin alike the longest is found.
fn search<'n>(names: impl Iterator<Item = &'n Vec<u8>>) -> Result<Option<Regex>> {
    let mut names: Vec<&Vec<u8>> = names.collect();
    if names.is_empty() {
        return Ok(None);
    }
    names.sort_by_key(|name| (std::cmp::Reverse(name.len()), *name));
    let patterns: Vec<String> = names.into_iter().map(|name| literal(name)).collect();
    let mut builder = RegexBuilder::new(&patterns.join("|"));
    // Ten thousand long names take about 30 MB.
    Ok(Some(builder.unicode(false).size_limit(1 << 28).build()?))
}

fn literal(name: &[u8]) -> String {
    let letter = |&byte: &u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("\\x{byte:02X}"),
    };
    name.iter().map(letter).collect()
}
