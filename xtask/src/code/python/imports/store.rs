//! What files say, kept by the id of their content: a file that did not change is not parsed again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::facts::{self, Facts};
use crate::cache::{Cache, CacheMap};
use crate::code::python::source::{Source, decode_source};
use crate::pack::Pack;
use crate::repo::{BlobId, RepoPath, Stamp, Tree};

/// Changes with the form of what is kept, and with what is read from a file; a test holds it to both.
const VERSION: u32 = 9;

/// The kind of entry in the cache.
const KIND: &str = "python";

/// The kind of entry for what contents files had.
const STAMPS: &str = "python-files";

/// Above this what no file of the tree needs any more is let go.
const ROOM: usize = 32 << 20;

/// What a file says, or where and why it is no Python.
pub(super) type Reading = Result<Facts, (Option<usize>, String)>;

/// What was read before.
pub(crate) struct Store<'a> {
    cache: &'a Cache,
    /// What contents say, unpacked when the first is asked for.
    known: OnceLock<CacheMap>,
    /// What contents files had, with what the file system said of them then.
    stamps: CacheMap,
    /// The time before the first file was read.
    moment: Option<i64>,
}

/// The name of a file's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) id: BlobId,
    /// What the file system said before it was read; `None` in a tree that names its contents itself.
    stamp: Option<Stamp>,
}

/// What became of one file.
pub(super) struct Read {
    pub(super) reading: Reading,
    pub(super) named: Named,
    /// The packed form of what was not known before.
    new: Option<Vec<u8>>,
}

impl<'a> Store<'a> {
    pub(crate) fn of(cache: &'a Cache) -> Self {
        let stamps = cache.load_map(STAMPS, VERSION);
        Self { cache, known: OnceLock::new(), stamps, moment: cache.moment() }
    }

    /// Names the content of a file without reading it, where that can be.
    pub(crate) fn name(&self, tree: &Tree, path: &RepoPath) -> Result<Named, Option<Stamp>> {
        if let Some(id) = tree.get(path).and_then(|entry| entry.id.clone()) {
            return Ok(Named { id, stamp: None });
        }
        let stamp = tree.stamp(path);
        let kept = self.stamps.get(path.as_bytes()).zip(stamp).and_then(|(kept, stamp)| {
            let id = kept.strip_prefix(&stamp.to_bytes()[..])?;
            BlobId::parse(std::str::from_utf8(id).ok()?)
        });
        kept.map(|id| Named { id, stamp }).ok_or(stamp)
    }

    /// Names the content of a file, reading it if need be.
    pub(crate) fn name_by_reading(&self, tree: &Tree, path: &RepoPath) -> anyhow::Result<Named> {
        Ok(match self.name(tree, path) {
            Ok(named) => named,
            Err(stamp) => Named { id: BlobId::of_content(&tree.read(path)?), stamp },
        })
    }

    /// Reads a file, if need be.
    pub(super) fn read(&self, tree: &Tree, path: &RepoPath) -> anyhow::Result<Read> {
        let named = self.name(tree, path);
        if let Ok(named) = &named
            && let Some(reading) = self.get(&named.id)
        {
            return Ok(Read { reading, named: named.clone(), new: None });
        }
        let bytes = tree.read(path)?;
        let named = named.unwrap_or_else(|stamp| Named { id: BlobId::of_content(&bytes), stamp });
        if let Some(reading) = self.get(&named.id) {
            return Ok(Read { reading, named, new: None });
        }
        let reading = read_source(&decode_source(&bytes));
        let new = Some(reading.packed());
        Ok(Read { reading, named, new })
    }

    fn known(&self) -> &CacheMap {
        self.known.get_or_init(|| self.cache.load_map(KIND, VERSION))
    }

    fn get(&self, id: &BlobId) -> Option<Reading> {
        Reading::of_packed(self.known().get(id.as_str().as_bytes())?)
    }

    /// Keeps what is new, and of what was known all that there is room for.
    pub(super) fn keep(&self, paths: &[&RepoPath], files: &mut [Read]) {
        self.keep_names(paths.iter().copied().zip(files.iter().map(|file| &file.named)));
        if files.iter().all(|file| file.new.is_none()) {
            return;
        }
        let used: BTreeSet<&[u8]> = files.iter().map(|file| file.named.id.as_str().as_bytes()).collect();
        let all: usize = self.known().iter().map(|(_, value)| value.len()).sum();
        let keeps = |(id, _): &(&[u8], &[u8])| all < ROOM || used.contains(id);
        let known = self.known().iter().filter(keeps).map(|(id, value)| (id.to_vec(), value.to_vec()));
        let mut entries: BTreeMap<Vec<u8>, Vec<u8>> = known.collect();
        for file in files {
            let new = file.new.take();
            entries.extend(new.map(|new| (file.named.id.as_str().as_bytes().to_vec(), new)));
        }
        self.cache.store_map(KIND, VERSION, &entries);
    }

    /// Keeps which file had which content, where that cannot change unseen.
    pub(crate) fn keep_names<'f>(&self, files: impl Iterator<Item = (&'f RepoPath, &'f Named)>) {
        let Some(moment) = self.moment else { return };
        let mut entries: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        for (path, named) in files {
            if let Some(stamp) = named.stamp.filter(|stamp| stamp.is_settled(moment)) {
                let kept = [&stamp.to_bytes()[..], named.id.as_str().as_bytes()].concat();
                entries.insert(path.as_bytes().to_vec(), kept);
            }
        }
        let is_known = |(path, kept): (&Vec<u8>, &Vec<u8>)| self.stamps.get(path) == Some(kept);
        if !entries.iter().all(is_known) {
            self.cache.store_map(STAMPS, VERSION, &entries);
        }
    }
}

/// What a decoded file says.
pub(super) fn read_source(source: &Result<Source, String>) -> Reading {
    match source {
        Ok(source) => facts::read(&source.text).map_err(|(line, message)| (Some(line), message)),
        Err(message) => Err((None, message.clone())),
    }
}

impl Pack for Reading {
    fn pack(&self, out: &mut Vec<u8>) {
        self.is_ok().pack(out);
        match self {
            Ok(facts) => facts.pack(out),
            Err(refusal) => refusal.pack(out),
        }
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        Some(if bool::unpack(from)? { Ok(Facts::unpack(from)?) } else { Err(Pack::unpack(from)?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::python::imports::Project;
    use crate::repo::EntryKind;

    const TEXT: &str = "\
from __future__ import annotations
import a.b, sys
from .c import d as e, f
from g import *
sys.path.insert(0, str(Path(__file__).parents[1] / 'src'))
@decorated(1)
class K(Base[int], metaclass=M):
    x: int = 1
    def m(self, one, /, two=2, *rest, three, **more):
        self.y = one
        super().m(two=two, *rest, **more)
        return self.m(1)
@dataclasses.dataclass
class D:
    x: int
try:
    value = K(1).m(two=3)
except ImportError:
    from h import i
K.m = setattr(K, 'n', value)
if __name__ == '__main__':
    globals()['z'] = K
";

    fn packed(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        read_source(&Ok(Source::from_text(text))).pack(&mut bytes);
        bytes
    }

    #[test]
    fn what_is_kept_is_what_was_read() {
        let lazy = "def __getattr__(name):\n    raise AttributeError(f'no {name}')\n";
        for text in [TEXT, lazy, "", "def broken(:\n"] {
            let bytes = packed(text);
            let mut from = &bytes[..];
            assert_eq!(Reading::unpack(&mut from), Some(read_source(&Ok(Source::from_text(text)))));
            assert!(from.is_empty());
        }
    }

    #[test]
    fn the_form_is_that_of_this_version() {
        let id = BlobId::of_content(&packed(TEXT));
        let known = (VERSION, "e219e3f81706eb7acf1c19ec22f1099f215b6337");
        assert_eq!(
            (VERSION, id.as_str()),
            known,
            "the form changed: raise VERSION, then put the new id here"
        );
    }

    #[test]
    fn answers_are_the_same_with_and_without_what_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("sample");
        crate::fixture::scenario("lab-fork").unwrap().build(&root).unwrap();
        let repo = crate::repo::Repo::open(&root).unwrap();
        let cache = Cache::of(&repo);
        let trees = || [Tree::of_work_tree(&repo).unwrap(), Tree::of_revision(&repo, "HEAD").unwrap()];
        for tree in trees() {
            let plain = Project::of_tree(&tree).unwrap();
            for round in ["empty", "kept"] {
                let project = Project::of_tree_cached(&tree, &cache).unwrap();
                assert_eq!(format!("{project:?}"), format!("{plain:?}"), "{round}");
            }
        }
        assert!(!cache.load_map(KIND, VERSION).is_empty());
        let damaged: BTreeMap<Vec<u8>, Vec<u8>> = cache
            .load_map(KIND, VERSION)
            .iter()
            .map(|(id, _)| (id.to_vec(), b"\x01\xff\xff".to_vec()))
            .collect();
        cache.store_map(KIND, VERSION, &damaged);
        for tree in trees() {
            let project = Project::of_tree_cached(&tree, &cache).unwrap();
            assert_eq!(format!("{project:?}"), format!("{:?}", Project::of_tree(&tree).unwrap()));
        }
    }

    #[test]
    fn what_is_not_needed_is_let_go_only_when_there_is_no_room() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("sample");
        crate::fixture::scenario("lab-fork").unwrap().build(&root).unwrap();
        let cache = Cache::of(&crate::repo::Repo::open(&root).unwrap());
        let tree = |text: &str| {
            let path = RepoPath::from("a.py");
            Tree::in_memory([(path, EntryKind::File, text.as_bytes().to_vec())])
        };
        for text in ["a = 1\n", "a = 2\n"] {
            Project::of_tree_cached(&tree(text), &cache).unwrap();
        }
        assert_eq!(cache.load_map(KIND, VERSION).len(), 2);
        let large = BTreeMap::from([(b"other".to_vec(), vec![0; ROOM + 1])]);
        cache.store_map(KIND, VERSION, &large);
        Project::of_tree_cached(&tree("a = 3\n"), &cache).unwrap();
        assert_eq!(cache.load_map(KIND, VERSION).len(), 1, "only what the tree needs");
    }
}
