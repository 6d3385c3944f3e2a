//! git's index file, read directly: every entry and the cached ids of its folders, nothing else.
//!
//! Format: <https://git-scm.com/docs/index-format>. Versions 2, 3 and 4 are read, and the `TREE` extension. An index
//! that is split, sparse, or has a mandatory extension of another kind is not read here: [`Index::parse`] says so,
//! and the git program answers in its place. The checksum is not verified, as git does not verify it either.

use anyhow::{Context, Result, bail};

use super::{BlobId, EntryKind};

/// Bytes of an entry before its path: ten numbers of four bytes, the id, two bytes of flags.
const FIXED: usize = 62;
const ID: usize = 20;
/// A folder of a sparse index.
const FOLDER_MODE: u32 = 0o040_000;

/// The index of a repository whose objects have SHA-1 names.
#[derive(Debug, Default)]
pub(super) struct Index {
    bytes: Vec<u8>,
    version: u32,
    count: usize,
    folders: Option<CachedFolder>,
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

impl IndexEntry<'_> {
    /// What it is.
    pub fn kind(&self) -> EntryKind {
        super::staged::kind(self.mode)
    }

    /// True for a file with content of its own.
    pub fn is_file(&self) -> bool {
        matches!(self.kind(), EntryKind::File | EntryKind::Executable)
    }

    /// The object's name; `None` when it is damaged.
    pub fn blob(&self) -> Option<BlobId> {
        let digits: String = self.id.iter().map(|byte| format!("{byte:02x}")).collect();
        BlobId::parse(&digits)
    }
}

/// The id that a folder's tree had when git last computed it.
#[derive(Debug)]
pub(super) struct CachedFolder {
    name: Vec<u8>,
    /// `None` when something below changed since.
    pub(super) id: Option<[u8; ID]>,
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
        let mut index = Self { bytes, version, count, folders: None };
        let mut cursor = index.cursor()?;
        while let Some(entry) = cursor.current() {
            if entry.mode == FOLDER_MODE {
                return Ok(Parsed::Other("a sparse index"));
            }
            cursor.advance()?;
        }
        let end = cursor.next;
        match index.extensions(end)? {
            Ok(folders) => index.folders = folders,
            Err(why) => return Ok(Parsed::Other(why)),
        }
        Ok(Parsed::Whole(index))
    }

    /// Calls `visit` for each entry, sorted by path and stage.
    ///
    /// # Errors
    /// The file is damaged.
    pub(super) fn each(&self, mut visit: impl FnMut(IndexEntry<'_>)) -> Result<()> {
        let mut cursor = self.cursor()?;
        while let Some(entry) = cursor.current() {
            visit(entry);
            cursor.advance()?;
        }
        Ok(())
    }

    pub(super) fn cursor(&self) -> Result<Cursor<'_>> {
        let mut cursor =
            Cursor { index: self, left: self.count, at: 12, next: 12, path: Vec::new(), plain: (0, 0) };
        if self.count > 0 {
            cursor.read()?;
        }
        Ok(cursor)
    }

    /// The cached folder at the top.
    pub(super) fn top(&self) -> Option<&CachedFolder> {
        self.folders.as_ref()
    }

    /// The `TREE` extension, or why git has to answer.
    fn extensions(&self, mut at: usize) -> Result<Result<Option<CachedFolder>, &'static str>> {
        let end = self.bytes.len() - ID;
        let mut folders = None;
        while at + 8 <= end {
            let (name, length) = (&self.bytes[at..at + 4], number(&self.bytes, at + 4)? as usize);
            let body = self.bytes.get(at + 8..at + 8 + length).context("read the index: it was cut off")?;
            match name {
                b"TREE" => folders = cached_folder(body, &mut 0),
                b"link" => return Ok(Err("a split index")),
                b"sdir" => return Ok(Err("a sparse index")),
                // Extensions in capital letters may be passed over.
                name if name[0].is_ascii_uppercase() => {}
                _ => return Ok(Err("an index with an extension that only git knows")),
            }
            at += 8 + length;
        }
        Ok(Ok(folders))
    }
}

/// Walks over the entries without holding them.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    index: &'a Index,
    /// Entries from the current one on.
    left: usize,
    at: usize,
    next: usize,
    /// The current path where the file holds only its end (version 4).
    path: Vec<u8>,
    /// Where the current path stands in the file (versions 2 and 3).
    plain: (usize, usize),
}

impl Cursor<'_> {
    /// The entry that it stands at; `None` behind the last.
    pub(super) fn current(&self) -> Option<IndexEntry<'_>> {
        if self.left == 0 {
            return None;
        }
        let entry = &self.index.bytes[self.at..];
        let flags = u16::from_be_bytes([entry[60], entry[61]]);
        let path = if self.index.version == 4 {
            &self.path[..]
        } else {
            &self.index.bytes[self.plain.0..self.plain.1]
        };
        Some(IndexEntry {
            path,
            mode: u32::from_be_bytes([entry[24], entry[25], entry[26], entry[27]]),
            id: &entry[40..40 + ID],
            stage: ((flags >> 12) & 3) as u8,
            intent_to_add: flags & 0x4000 != 0 && entry[62] & 0x20 != 0,
        })
    }

    pub(super) fn advance(&mut self) -> Result<()> {
        if self.left == 0 {
            return Ok(());
        }
        self.left -= 1;
        self.at = self.next;
        if self.left > 0 { self.read() } else { Ok(()) }
    }

    /// Reads where the entry at `at` has its path, and where the next one begins.
    fn read(&mut self) -> Result<()> {
        let cut_off = "read the index: it was cut off";
        let bytes = &self.index.bytes[..self.index.bytes.len() - ID];
        let entry = bytes.get(self.at..).filter(|entry| entry.len() >= FIXED + 2).context(cut_off)?;
        let flags = u16::from_be_bytes([entry[60], entry[61]]);
        let start = if flags & 0x4000 != 0 { FIXED + 2 } else { FIXED };
        let length = usize::from(flags & 0xfff);
        if self.index.version == 4 {
            let (drop, used) = offset(&entry[start..]).context(cut_off)?;
            let keep = self.path.len().checked_sub(drop).context("read the index: a path is damaged")?;
            let rest = &entry[start + used..];
            let end = memchr::memchr(0, rest).context(cut_off)?;
            self.path.truncate(keep);
            self.path.extend_from_slice(&rest[..end]);
            self.next = self.at + start + used + end + 1;
        } else {
            let end = match length {
                0xfff => memchr::memchr(0, &entry[start..]).context(cut_off)?,
                length => length,
            };
            self.plain = (self.at + start, self.at + start + end);
            // One to eight zeros follow, so that the next entry stands at a multiple of eight.
            self.next = self.at + (start + end + 8) / 8 * 8;
            if self.next > bytes.len() {
                bail!(cut_off);
            }
        }
        Ok(())
    }
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
fn cached_folder(bytes: &[u8], at: &mut usize) -> Option<CachedFolder> {
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
    let folders = (0..folders).map(|_| cached_folder(bytes, at)).collect::<Option<Vec<_>>>()?;
    Some(CachedFolder { name, id, folders })
}

fn until<'a>(bytes: &'a [u8], at: &mut usize, end: u8) -> Option<&'a [u8]> {
    let rest = bytes.get(*at..)?;
    let place = memchr::memchr(end, rest)?;
    *at += place + 1;
    Some(&rest[..place])
}
