//! Asks git how definitions looked before: the only file of this room that talks to the repository.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::rc::Rc;

use anyhow::Result;

use super::signature::Signature;
use super::suggest::{Key, signature_in};
use crate::cache::{Answers, Cache, CacheMap};
use crate::code::python::imports::read_facts;
use crate::code::python::source::decode_source;
use crate::code::python::{binds, holds_word};
use crate::pack::Pack;
use crate::repo::{BlobId, CommitId, Repo, RepoPath};

/// How many commits of a file are looked at.
const COMMITS: &str = "-n300";

/// The kind of entry in the cache, and the version of its form.
const KIND: (&str, u32) = ("python-signatures", 2);

/// Above this, in bytes, what an earlier run read is let go.
const ROOM: usize = 4 << 20;

/// The names in each class of a file.
type Members = BTreeMap<String, BTreeSet<String>>;

/// The versions of files, read as they are asked for.
pub struct Versions<'a> {
    repo: &'a Repo,
    tip: CommitId,
    answers: Answers,
    /// Tells what another build of this program read.
    program: Option<Vec<u8>>,
    changes: BTreeMap<Vec<RepoPath>, Rc<Vec<Change>>>,
    signatures: BTreeMap<(BlobId, Key), Option<Rc<Signature>>>,
    /// The members of classes by the version of their file; `None` where it cannot be read.
    members: RefCell<BTreeMap<BlobId, Option<Members>>>,
    /// What earlier runs of this very program read, once a signature is asked for.
    known: OnceCell<CacheMap>,
    /// What none of them did.
    new: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// What one commit did to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) commit: CommitId,
    /// The content before; `None` where the commit made the file.
    pub(super) before: Option<BlobId>,
    pub(super) after: BlobId,
}

impl<'a> Versions<'a> {
    /// The versions that a commit can reach.
    pub fn of(repo: &'a Repo, tip: &CommitId) -> Self {
        Self {
            repo,
            tip: tip.clone(),
            answers: Answers::of(repo),
            program: Cache::program(),
            changes: BTreeMap::new(),
            signatures: BTreeMap::new(),
            members: RefCell::default(),
            known: OnceCell::new(),
            new: BTreeMap::new(),
        }
    }

    /// Keeps what was read for the next run.
    pub(super) fn keep(&mut self) {
        let mut entries = std::mem::take(&mut self.new);
        if entries.is_empty() {
            return;
        }
        let known = self.known();
        let all: usize = known.iter().map(|(key, value)| key.len() + value.len()).sum();
        if all < ROOM {
            entries.extend(known.iter().map(|(key, value)| (key.to_vec(), value.to_vec())));
        }
        Cache::of(self.repo).store_map(KIND.0, KIND.1, &entries);
    }

    /// What commits did to the file that stood at these paths, newest first.
    pub(super) fn changes(&mut self, paths: &[RepoPath]) -> Result<Rc<Vec<Change>>> {
        if let Some(known) = self.changes.get(paths) {
            return Ok(Rc::clone(known));
        }
        let fixed =
            ["log", COMMITS, "--format=%x01%H", "--raw", "-z", "--no-abbrev", "-M50%", "--diff-filter=AMR"];
        let mut args: Vec<OsString> = fixed.iter().map(Into::into).collect();
        args.extend([
            "--no-ext-diff".into(),
            "--end-of-options".into(),
            self.tip.as_str().into(),
            "--".into(),
        ]);
        args.extend(paths.iter().map(|path| OsStr::from_bytes(path.as_bytes()).to_owned()));
        let changes = Rc::new(parse(&self.answers.read(&args)?));
        self.changes.insert(paths.to_vec(), Rc::clone(&changes));
        Ok(changes)
    }

    /// What the definition took in a version of its file; `None` where it is not there, or not certain.
    pub(super) fn signature(&mut self, blob: &BlobId, key: &Key) -> Result<Option<Rc<Signature>>> {
        let place = (blob.clone(), key.clone());
        if let Some(known) = self.signatures.get(&place) {
            return Ok(known.clone());
        }
        let kept_as = self.program.clone().map(|mut name| {
            blob.pack(&mut name);
            key.pack(&mut name);
            name
        });
        let signature = match kept_as.as_ref().and_then(|name| self.kept(name)) {
            Some(kept) => kept,
            None => {
                let read = self.read(blob, key)?;
                self.new.extend(kept_as.map(|name| (name, read.packed())));
                read
            }
        };
        let signature = signature.map(Rc::new);
        self.signatures.insert(place, signature.clone());
        Ok(signature)
    }

    /// True when a version of a module binds a name at its top level; false where it is not at hand.
    pub(super) fn binds(&self, blob: &BlobId, name: &str) -> bool {
        self.bytes(blob).is_ok_and(|bytes| binds(&bytes, name) == Some(true))
    }

    /// True when a version of a file holds a word; false where it is not at hand.
    pub(super) fn holds(&self, blob: &BlobId, word: &str) -> bool {
        self.bytes(blob).is_ok_and(|bytes| holds_word(&bytes, word.as_bytes()))
    }

    /// Whether a class of a version of its file has a member; `None` where the class is not there, or not at hand.
    pub(super) fn has_member(&self, blob: &BlobId, class: &str, member: &str) -> Option<bool> {
        let mut known = self.members.borrow_mut();
        let members = known.entry(blob.clone()).or_insert_with(|| self.read_members(blob));
        members.as_ref()?.get(class).map(|members| members.contains(member))
    }

    /// The members of the classes in a version of a file; of several classes of one name the first counts.
    fn read_members(&self, blob: &BlobId) -> Option<Members> {
        let source = decode_source(&self.bytes(blob).ok()?).ok()?;
        let classes = read_facts(&source.text).ok()?.calls.classes.into_iter().rev();
        Some(classes.map(|class| (class.name, class.members.into_keys().collect())).collect())
    }

    fn known(&self) -> &CacheMap {
        self.known.get_or_init(|| Cache::of(self.repo).load_map(KIND.0, KIND.1))
    }

    fn kept(&self, name: &[u8]) -> Option<Option<Signature>> {
        Pack::of_packed(self.known().get(name)?)
    }

    fn read(&self, blob: &BlobId, key: &Key) -> Result<Option<Signature>> {
        let text = decode_source(&self.bytes(blob)?).ok();
        Ok(text.and_then(|text| signature_in(text, key)))
    }

    fn bytes(&self, blob: &BlobId) -> Result<Vec<u8>> {
        if let Some(library) = self.repo.library()
            && let Ok(id) = git2::Oid::from_str(blob.as_str())
            && let Ok(found) = library.find_blob(id)
        {
            return Ok(found.content().to_vec());
        }
        self.repo.git().read(&["cat-file", "blob", blob.as_str()])
    }
}

/// Reads `git log --raw -z --format=%x01%H`.
fn parse(log: &[u8]) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut commit = None;
    for record in log.split(|&byte| byte == 0) {
        let text = String::from_utf8_lossy(record);
        let text = text.trim_start_matches('\n');
        if let Some(id) = text.strip_prefix('\u{1}') {
            commit = CommitId::parse(id);
            continue;
        }
        let Some(meta) = text.strip_prefix(':') else { continue };
        let fields: Vec<&str> = meta.split(' ').collect();
        if let ([_, _, before, after, _], Some(commit)) = (&fields[..], &commit)
            && let (Some(before), Some(after)) = (BlobId::parse(before), BlobId::parse(after))
        {
            let is_none = before.as_str().bytes().all(|digit| digit == b'0');
            changes.push(Change { commit: commit.clone(), before: (!is_none).then_some(before), after });
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_log_gives_each_content_before_and_after() {
        let (one, two, none) = ("1".repeat(40), "2".repeat(40), "0".repeat(40));
        let log = format!(
            "\u{1}{one}\0\n:100644 100644 {one} {two} M\0a b.py\0\u{1}{two}\0\n:000000 100644 {none} {one} A\0:x.py\0"
        );
        let changes = parse(log.as_bytes());
        let befores: Vec<bool> = changes.iter().map(|change| change.before.is_some()).collect();
        assert_eq!(befores, [true, false]);
        assert_eq!(changes[0].after.as_str(), two);
    }
}
