//! What files mention: names that their links and imports may mean, too many rather than too few.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use super::wider::is_python;
use crate::fnv;
use crate::links::percent_decoded;
use crate::repo::{EntryKind, IndexEntry, RepoPath};

/// Files that say where Python modules are found.
const SETTINGS: &[&[u8]] =
    &[b"pyproject.toml", b"setup.py", b"setup.cfg", b"tox.ini", b"pytest.ini", b"conftest.py"];

/// What the files taken so far mention.
#[derive(Default)]
pub(super) struct Mentioned {
    /// Names that links may mean, in lower case.
    files: Names,
    /// Names that imports may mean.
    modules: Names,
    /// Folders of Python files taken.
    packages: Names,
    has_python: bool,
}

impl Mentioned {
    /// Takes what a file mentions.
    pub(super) fn read(&mut self, path: &RepoPath, bytes: &[u8]) {
        if is_python(path) {
            self.has_python = true;
            self.read_imports(bytes);
            let mut folder = path.parent();
            while let Some(here) = folder {
                folder = here.parent();
                self.packages.insert(here.as_bytes());
            }
        } else {
            self.read_destinations(bytes);
        }
    }

    fn read_imports(&mut self, bytes: &[u8]) {
        let finder = memchr::memmem::Finder::new(b"import");
        let mut in_brackets = false;
        for line in bytes.split(|&byte| byte == b'\n') {
            let start = line.trim_ascii_start();
            if in_brackets || start.starts_with(b"from ") || finder.find(line).is_some() {
                words(line).for_each(|word| self.modules.insert(word));
                in_brackets = if in_brackets { !line.contains(&b')') } else { opens_imports(start) };
            }
        }
    }

    fn read_destinations(&mut self, bytes: &[u8]) {
        let mut start = 0_usize;
        let ends = bytes.iter().enumerate().filter(|&(_, &byte)| PARTS[usize::from(byte)]).map(|(at, _)| at);
        for end in ends.chain([bytes.len()]) {
            let before = start.checked_sub(1).map_or(b' ', |before| bytes[before]);
            let word = &bytes[start..end];
            start = end + 1;
            if word.is_empty() || !may_be_destination(word, before) {
                continue;
            }
            if memchr::memchr(b'%', word).is_some() {
                self.insert_file(&percent_decoded(word));
            } else {
                self.insert_file(word);
            }
        }
    }

    fn insert_file(&mut self, destination: &[u8]) {
        let destination = destination.strip_suffix(b"/").unwrap_or(destination);
        let name = destination.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        if !name.is_empty() {
            self.files.insert(name);
        }
    }

    /// True when something may be found by what is mentioned.
    pub(super) fn asks(&self) -> bool {
        self.has_python || !self.files.is_empty()
    }

    /// How many names of modules are known.
    pub(super) fn modules(&self) -> usize {
        self.modules.len()
    }

    /// True where imports are followed.
    pub(super) fn has_python(&self) -> bool {
        self.has_python
    }

    /// True for an entry that a name may mean: the file, or the first file of a folder of that name.
    pub(super) fn takes(&self, entry: &IndexEntry<'_>, folder: &mut Vec<u8>) -> bool {
        let (parent, name) = match memchr::memrchr(b'/', entry.path) {
            Some(slash) => (&entry.path[..slash], &entry.path[slash + 1..]),
            None => (&b""[..], entry.path),
        };
        let is_first = folder != parent;
        if is_first {
            folder.clear();
            folder.extend_from_slice(parent);
        }
        if entry.kind() == EntryKind::Symlink || self.files.contains(name) {
            return true;
        }
        if is_first && parent.split(|&byte| byte == b'/').any(|part| self.files.contains(part)) {
            return true;
        }
        self.has_python && self.takes_python((parent, name), is_first)
    }

    fn takes_python(&self, (parent, name): (&[u8], &[u8]), is_first: bool) -> bool {
        let Some(stem) = name.strip_suffix(b".py").or_else(|| name.strip_suffix(b".pyi")) else {
            return SETTINGS.contains(&name);
        };
        if SETTINGS.contains(&name) {
            return true;
        }
        let mut folders = parent.split(|&byte| byte == b'/');
        match stem {
            b"__init__" => {
                folders.next_back().is_some_and(|folder| self.modules.contains(folder))
                    || self.packages.contains(parent)
            }
            stem => {
                self.modules.contains(stem)
                    || (is_first && folders.any(|folder| self.modules.contains(folder)))
            }
        }
    }
}

/// Names by their hashes, in lower case, asked a hundred thousand times: most are told apart by their length. Two names
/// with one hash mean one file more to look at.
#[derive(Default)]
struct Names {
    hashes: HashSet<u64, BuildHasherDefault<Hashed>>,
    lengths: [u64; 4],
}

impl Names {
    fn insert(&mut self, name: &[u8]) {
        let (word, bit) = length_bit(name);
        self.lengths[word] |= bit;
        self.hashes.insert(hash(name));
    }

    fn contains(&self, name: &[u8]) -> bool {
        let (word, bit) = length_bit(name);
        self.lengths[word] & bit != 0 && self.hashes.contains(&hash(name))
    }

    fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    fn len(&self) -> usize {
        self.hashes.len()
    }
}

/// The bit of a name's length; all long names share one.
fn length_bit(name: &[u8]) -> (usize, u64) {
    let length = name.len().min(255);
    (length / 64, 1 << (length % 64))
}

/// FNV-1a over the name in lower case.
fn hash(name: &[u8]) -> u64 {
    fnv::hash(name.iter().map(u8::to_ascii_lowercase))
}

/// Takes a number that is a hash already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(bytes);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Bytes that part destinations from what stands around them.
const PARTS: [bool; 256] = {
    let signs = b" \t\n\r\x0c()<>\"'`[]|{}=,;#?";
    let mut parts = [false; 256];
    let mut place = 0;
    while place < signs.len() {
        parts[signs[place] as usize] = true;
        place += 1;
    }
    parts
};

/// False for words of running text, and for what follows a `#`, which is no file. A destination that is taken for one
/// of them only means that the whole tree is asked.
fn may_be_destination(word: &[u8], before: u8) -> bool {
    let inside = word.strip_suffix(b".").unwrap_or(word);
    before != b'#' && (!before.is_ascii_whitespace() || inside.iter().any(|byte| b"./%:".contains(byte)))
}

/// The words of a line of Python.
fn words(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes
        .split(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 128))
        .filter(|word| word.first().is_some_and(|byte| !byte.is_ascii_digit()))
}

/// True for an import whose names go on in the next lines.
fn opens_imports(line: &[u8]) -> bool {
    line.starts_with(b"from ") && line.contains(&b'(') && !line.contains(&b')')
}
