//! git's index file, read directly: every entry, the cached ids of its folders, and which conflicts were settled.
//!
//! Format: <https://git-scm.com/docs/index-format>. Versions 2, 3 and 4 are read, and the extensions `TREE` and `REUC`. An index
//! that is split, sparse, or has a mandatory extension of another kind is not read here: [`Index::parse`] says so,
//! and the git program answers in its place. The checksum is not verified, as git does not verify it either.

use anyhow::{Context, Result, bail};

use super::{BlobId, EntryKind, RepoPath, State};

/// Bytes of an entry before its path: ten numbers of four bytes, the id, two bytes of flags.
const FIXED: usize = 62;
/// Bytes of a SHA-1 name.
pub(super) const ID: usize = 20;
/// Folders lie this deep at most: a path has 4096 bytes on the systems where git runs.
const DEEPEST: usize = 2049;
/// How files of attributes are called.
const ATTRIBUTES: &[u8] = b".gitattributes";
/// A folder of a sparse index.
const FOLDER_MODE: u32 = 0o040_000;

/// The index of a repository whose objects have SHA-1 names.
#[derive(Debug, Default)]
pub(super) struct Index {
    bytes: Vec<u8>,
    count: usize,
    /// Where each entry begins; empty in version 4, whose paths build on one another and are read in order.
    starts: Vec<u32>,
    is_compressed: bool,
    /// Which entries are files of attributes.
    attributes: Vec<BlobId>,
    folders: Option<CachedFolder>,
    settled: Vec<RepoPath>,
}

/// What [`Index::parse`] found.
#[derive(Debug)]
pub(super) enum Parsed {
    /// An index that can be read.
    Whole(Index),
    /// An index in a form that only git reads (`a split index`).
    Other(&'static str),
}

/// One entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexEntry<'a> {
    /// The path from the top of the repository.
    pub path: &'a [u8],
    /// As in a tree: `100644`, `100755`, `120000`, `160000` (octal).
    pub mode: u32,
    /// The object's name, as bytes.
    pub id: &'a [u8],
    /// 0, or the side of a path that is not merged yet.
    pub stage: u8,
    /// Announced by `git add -N`: the next commit does not hold it.
    pub intent_to_add: bool,
}

impl<'a> IndexEntry<'a> {
    /// Reads the bytes of an entry; the path stands elsewhere in version 4.
    fn of(entry: &'a [u8], path: &'a [u8]) -> Self {
        Self {
            path,
            mode: u32::from_be_bytes([entry[24], entry[25], entry[26], entry[27]]),
            id: &entry[40..40 + ID],
            stage: (entry[60] >> 4) & 3,
            intent_to_add: entry[60] & 0x40 != 0 && entry[62] & 0x20 != 0,
        }
    }

    /// True for what the next commit holds: merged, and more than announced.
    pub(super) fn is_committed(&self) -> bool {
        self.stage == 0 && !self.intent_to_add
    }

    /// What it is.
    pub fn kind(&self) -> EntryKind {
        super::staged::kind(self.mode)
    }

    /// True for a file with content of its own.
    pub fn is_file(&self) -> bool {
        matches!(self.kind(), EntryKind::File | EntryKind::Executable)
    }

    /// What it is and holds; `None` when it is damaged.
    pub(super) fn state(&self) -> Option<State> {
        self.blob().map(|id| State { kind: self.kind(), id })
    }

    /// The object's name; `None` when it is damaged.
    pub fn blob(&self) -> Option<BlobId> {
        BlobId::of_bytes(self.id)
    }
}

/// The id that a folder's tree had when git last computed it.
#[derive(Debug)]
pub(super) struct CachedFolder {
    name: Vec<u8>,
    /// `None` when something below changed since.
    pub(super) id: Option<[u8; ID]>,
    /// How many entries of the index lie below it.
    pub(super) entries: usize,
    folders: Vec<CachedFolder>,
}

impl CachedFolder {
    pub(super) fn folder(&self, name: &[u8]) -> Option<&CachedFolder> {
        self.folders.iter().find(|folder| folder.name == name)
    }
}

impl Index {
    /// Takes the bytes of an index file; none are an index without entries.
    ///
    /// # Errors
    /// The bytes are no index, or an index that was cut off.
    pub(super) fn parse(bytes: Vec<u8>) -> Result<Parsed> {
        if bytes.is_empty() {
            return Ok(Parsed::Whole(Self::default()));
        }
        if bytes.len() < 12 + ID || !bytes.starts_with(b"DIRC") {
            bail!("the index file does not begin as one");
        }
        let version = number(&bytes, 4)?;
        if !(2..=4).contains(&version) {
            return Ok(Parsed::Other("an index of a newer version"));
        }
        let count = number(&bytes, 8)? as usize;
        let mut index = Self { bytes, count, is_compressed: version == 4, ..Self::default() };
        let Some(end) = index.locate()? else { return Ok(Parsed::Other("a sparse index")) };
        match index.extensions(end)? {
            Ok((folders, settled)) => (index.folders, index.settled) = (folders, settled),
            Err(why) => return Ok(Parsed::Other(why)),
        }
        Ok(Parsed::Whole(index))
    }

    /// Goes once through all entries: where they begin, and where the last one ends; `None` where one is a folder.
    fn locate(&mut self) -> Result<Option<usize>> {
        // An entry has more than 64 bytes, so a damaged count asks for no more room than the file has.
        let mut starts = Vec::with_capacity(self.count.min(self.bytes.len() / FIXED));
        let mut attributes = Vec::new();
        let mut cursor = Cursor::at_first(self)?;
        while let Some(entry) = cursor.current() {
            if entry.mode == FOLDER_MODE {
                return Ok(None);
            }
            if entry.path.ends_with(ATTRIBUTES) && is_named(entry.path, ATTRIBUTES) && entry.is_committed() {
                attributes.extend(entry.blob());
            }
            starts.push(u32::try_from(cursor.at).context("read the index: it has more than 4 GiB")?);
            cursor.advance()?;
        }
        let end = cursor.next;
        self.attributes = attributes;
        if !self.is_compressed {
            self.starts = starts;
        }
        Ok(Some(end))
    }

    /// The contents of all `.gitattributes` that the next commit holds.
    pub(super) fn attributes(&self) -> &[BlobId] {
        &self.attributes
    }

    /// Calls `visit` for each entry, sorted by path and stage.
    ///
    /// # Errors
    /// The file is damaged.
    pub(super) fn each(&self, mut visit: impl FnMut(IndexEntry<'_>)) -> Result<()> {
        if !self.is_compressed {
            self.starts.iter().for_each(|&start| visit(self.plain(start as usize)));
            return Ok(());
        }
        let mut cursor = self.cursor()?;
        while let Some(entry) = cursor.current() {
            visit(entry);
            cursor.advance()?;
        }
        Ok(())
    }

    /// The entry of a path that the next commit holds.
    ///
    /// # Errors
    /// The file is damaged.
    pub(super) fn find(&self, path: &[u8]) -> Result<Option<State>> {
        let mut found = None;
        if self.is_compressed {
            self.each(|entry| {
                if entry.path == path && entry.is_committed() {
                    found = entry.state();
                }
            })?;
            return Ok(found);
        }
        let first = self.starts.partition_point(|&start| self.plain(start as usize).path < path);
        let same = self.starts[first..].iter().map(|&start| self.plain(start as usize));
        Ok(same
            .take_while(|entry| entry.path == path)
            .find(IndexEntry::is_committed)
            .and_then(|entry| entry.state()))
    }

    pub(super) fn cursor(&self) -> Result<Cursor<'_>> {
        Cursor::at_first(self)
    }

    /// The entry at a place that was read before, in version 2 or 3.
    fn plain(&self, start: usize) -> IndexEntry<'_> {
        let entry = &self.bytes[start..];
        let (from, length) = path_of(entry).unwrap_or((FIXED, 0));
        IndexEntry::of(entry, &entry[from..from + length])
    }

    /// The cached folder at the top.
    pub(super) fn top(&self) -> Option<&CachedFolder> {
        self.folders.as_ref()
    }

    /// The paths whose conflicts were settled since the last commit.
    pub(super) fn settled(&self) -> &[RepoPath] {
        &self.settled
    }

    /// The extensions `TREE` and `REUC`, or why git has to answer.
    fn extensions(&self, mut at: usize) -> Result<Result<Extensions, &'static str>> {
        let end = self.bytes.len() - ID;
        let (mut folders, mut settled) = (None, Vec::new());
        while at + 8 <= end {
            let (name, length) = (&self.bytes[at..at + 4], number(&self.bytes, at + 4)? as usize);
            let body = self.bytes.get(at + 8..at + 8 + length).context("read the index: it was cut off")?;
            match name {
                b"TREE" => folders = cached_folder(body, &mut 0, DEEPEST),
                b"REUC" => settled = settled_paths(body),
                b"link" => return Ok(Err("a split index")),
                b"sdir" => return Ok(Err("a sparse index")),
                // Extensions in capital letters may be passed over.
                name if name[0].is_ascii_uppercase() => {}
                _ => return Ok(Err("an index with an extension that only git knows")),
            }
            at += 8 + length;
        }
        Ok(Ok((folders, settled)))
    }
}

/// What the extensions hold that is looked at: the ids of folders, and paths whose conflicts were settled.
type Extensions = (Option<CachedFolder>, Vec<RepoPath>);

/// The paths of the `REUC` extension (gitformat-index(5)): each with three modes in octal digits, and an id for each mode
/// that is not 0. What is damaged ends the list.
fn settled_paths(body: &[u8]) -> Vec<RepoPath> {
    let mut rest = body;
    let word = |rest: &mut &[u8]| -> Option<Vec<u8>> {
        let end = memchr::memchr(0, rest)?;
        let (word, behind) = (rest[..end].to_vec(), &rest[end + 1..]);
        *rest = behind;
        Some(word)
    };
    let mut paths = Vec::new();
    while let Some(path) = word(&mut rest).filter(|path| !path.is_empty()) {
        let modes: Vec<Vec<u8>> = (0..3).map_while(|_| word(&mut rest)).collect();
        let ids = modes.iter().filter(|mode| mode.as_slice() != b"0").count() * ID;
        if modes.len() < 3 || rest.len() < ids {
            break;
        }
        rest = &rest[ids..];
        paths.push(RepoPath::from_bytes(&path));
    }
    paths
}

/// Walks over the entries without holding them.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    index: &'a Index,
    /// How many entries lie before the current one.
    place: usize,
    at: usize,
    next: usize,
    /// The current path where the file holds only its end (version 4).
    path: Vec<u8>,
    /// Where the current path stands in the file (versions 2 and 3).
    plain: (usize, usize),
}

impl<'a> Cursor<'a> {
    fn at_first(index: &'a Index) -> Result<Self> {
        let mut cursor = Cursor { index, place: 0, at: 12, next: 12, path: Vec::new(), plain: (0, 0) };
        if index.count > 0 {
            cursor.read()?;
        }
        Ok(cursor)
    }

    /// The entry that it stands at; `None` behind the last.
    pub(super) fn current(&self) -> Option<IndexEntry<'_>> {
        if self.place >= self.index.count {
            return None;
        }
        let path = if self.index.is_compressed {
            &self.path[..]
        } else {
            &self.index.bytes[self.plain.0..self.plain.1]
        };
        Some(IndexEntry::of(&self.index.bytes[self.at..], path))
    }

    pub(super) fn advance(&mut self) -> Result<()> {
        if self.place >= self.index.count {
            return Ok(());
        }
        self.place += 1;
        self.at = self.next;
        if self.place < self.index.count { self.read() } else { Ok(()) }
    }

    /// Passes over all entries below a folder, of which git says how many they are.
    pub(super) fn skip(&mut self, prefix: &[u8], entries: usize) -> Result<()> {
        let is_below = |start: &u32| self.index.plain(*start as usize).path.starts_with(prefix);
        let starts = &self.index.starts;
        let after = self.place.saturating_add(entries);
        // What git says of a damaged index, or of one that others wrote, is not taken on trust.
        let holds = entries > 0
            && starts.get(after - 1).is_some_and(is_below)
            && starts.get(after).is_none_or(|start| !is_below(start));
        if holds {
            self.place = after;
            match starts.get(after) {
                Some(&start) => {
                    self.at = start as usize;
                    return self.read();
                }
                None => return Ok(()),
            }
        }
        while self.current().is_some_and(|entry| entry.path.starts_with(prefix)) {
            self.advance()?;
        }
        Ok(())
    }

    /// Reads where the entry at `at` has its path, and where the next one begins.
    fn read(&mut self) -> Result<()> {
        const CUT_OFF: &str = "read the index: it was cut off";
        let bytes = &self.index.bytes[..self.index.bytes.len() - ID];
        let Some(entry) = bytes.get(self.at..).filter(|entry| entry.len() >= FIXED + 2) else {
            bail!(CUT_OFF)
        };
        if self.index.is_compressed {
            let start = start_of_path(entry);
            let (drop, used) = offset(&entry[start..]).context(CUT_OFF)?;
            let keep = self.path.len().checked_sub(drop).context("read the index: a path is damaged")?;
            let rest = &entry[start + used..];
            let end = memchr::memchr(0, rest).context(CUT_OFF)?;
            self.path.truncate(keep);
            self.path.extend_from_slice(&rest[..end]);
            self.next = self.at + start + used + end + 1;
        } else {
            let Some((start, length)) = path_of(entry) else { bail!(CUT_OFF) };
            self.plain = (self.at + start, self.at + start + length);
            // One to eight zeros follow, so that the next entry stands at a multiple of eight.
            self.next = self.at + (start + length + 8) / 8 * 8;
            if self.next > bytes.len() {
                bail!(CUT_OFF);
            }
        }
        Ok(())
    }
}

/// Where the path of an entry begins: after two more bytes of flags, if it has them.
fn start_of_path(entry: &[u8]) -> usize {
    if entry[60] & 0x40 != 0 { FIXED + 2 } else { FIXED }
}

/// Where the path of an entry of version 2 or 3 begins, and how long it is.
fn path_of(entry: &[u8]) -> Option<(usize, usize)> {
    let start = start_of_path(entry);
    // The length stands in twelve bits; longer paths are counted.
    let length = match usize::from(u16::from_be_bytes([entry[60], entry[61]]) & 0xfff) {
        0xfff => memchr::memchr(0, &entry[start..])?,
        length => length,
    };
    Some((start, length))
}

/// True for a path whose last part is this name.
fn is_named(path: &[u8], name: &[u8]) -> bool {
    path.len() == name.len() || path[path.len() - name.len() - 1] == b'/'
}

fn number(bytes: &[u8], at: usize) -> Result<u32> {
    let four = bytes.get(at..at + 4).context("read the index: it was cut off")?;
    Ok(u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
}

/// A number as in the offsets of packs: seven bits a byte, one added for each further byte.
fn offset(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    for (place, &byte) in bytes.iter().enumerate().take(9) {
        value = (value << 7) | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, place + 1));
        }
        value += 1;
    }
    None
}

/// Reads one folder and those below it; `None` when the extension is damaged, which costs speed alone.
fn cached_folder(bytes: &[u8], at: &mut usize, deepest: usize) -> Option<CachedFolder> {
    let deepest = deepest.checked_sub(1)?;
    let name = until(bytes, at, 0)?.to_vec();
    let entries: i64 = std::str::from_utf8(until(bytes, at, b' ')?).ok()?.parse().ok()?;
    let folders: usize = std::str::from_utf8(until(bytes, at, b'\n')?).ok()?.parse().ok()?;
    let id = if entries >= 0 {
        let id = bytes.get(*at..*at + ID)?.try_into().ok()?;
        *at += ID;
        Some(id)
    } else {
        None
    };
    let folders = (0..folders).map(|_| cached_folder(bytes, at, deepest)).collect::<Option<Vec<_>>>()?;
    Some(CachedFolder { name, id, entries: usize::try_from(entries).unwrap_or(0), folders })
}

fn until<'a>(bytes: &'a [u8], at: &mut usize, end: u8) -> Option<&'a [u8]> {
    let rest = bytes.get(*at..)?;
    let place = memchr::memchr(end, rest)?;
    *at += place + 1;
    Some(&rest[..place])
}
