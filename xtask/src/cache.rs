//! Results that can be computed again, kept under `<common-dir>/xtask/cache/` by what they were computed from.
//!
//! Safe to delete at any time, and never needed: a missing, damaged, linked or read-only folder makes answers slower,
//! not different. So writing says nothing when it fails. Each kind of result has a version; entries of another
//! version are not seen, older ones are removed. Several processes and threads may use it at once.
//!
//! Two forms: single entries ([`Cache::get`], [`Cache::put`]) for results that are large or seldom asked for together,
//! and a packed map ([`Cache::load_map`], [`Cache::store_map`]) for thousands of small ones that are read at once.

#![allow(clippy::disallowed_methods, reason = "the cache reads and writes files of its own")]

mod answers;
mod history;
mod map;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::repo::{BlobId, Repo};

pub use answers::Answers;
pub use map::CacheMap;

/// How much one kind may hold; beyond it the entries written first are removed.
const MAX_BYTES: u64 = 64 << 20;

/// The first bytes of an entry: what it is, and the version of this form.
const START: &[u8; 4] = b"XTC1";

/// The store of one repository, or one that never holds anything.
#[derive(Debug)]
pub struct Cache {
    folder: Option<PathBuf>,
    max_bytes: u64,
    /// Bytes held by each kind's folder, once this process has counted them.
    sizes: Mutex<BTreeMap<String, u64>>,
}

impl Cache {
    /// The cache that all worktrees of a repository share.
    pub fn of(repo: &Repo) -> Self {
        Self::at(repo.common_dir(), MAX_BYTES)
    }

    /// Holds nothing and writes nothing.
    pub fn disabled() -> Self {
        Self { folder: None, max_bytes: 0, sizes: Mutex::default() }
    }

    fn at(common_dir: &Path, max_bytes: u64) -> Self {
        let folder = common_dir.join("xtask/cache");
        if is_link(&common_dir.join("xtask")) || is_link(&folder) {
            return Self::disabled();
        }
        Self { folder: Some(folder), max_bytes, sizes: Mutex::default() }
    }

    /// True where nothing is ever held.
    pub fn is_off(&self) -> bool {
        self.folder.is_none()
    }

    /// The value of a key; `None` when it is not held, or damaged.
    pub fn get(&self, kind: &str, version: u32, key: &[u8]) -> Option<Vec<u8>> {
        let path = self.kind_folder(kind, version)?.join(entry_name(key));
        let mut bytes = fs::read(path).ok()?;
        let value = value_at(&bytes, key)?;
        bytes.truncate(bytes.len() - CHECKSUM);
        Some(bytes.split_off(value))
    }

    /// Holds a value for a key. What cannot be written is not held.
    pub fn put(&self, kind: &str, version: u32, key: &[u8], value: &[u8]) {
        let Some(folder) = self.kind_folder(kind, version) else { return };
        let Ok(key_length) = u32::try_from(key.len()) else { return };
        let mut bytes = Vec::with_capacity(START.len() + 4 + key.len() + value.len() + CHECKSUM);
        bytes.extend(START);
        bytes.extend(key_length.to_le_bytes());
        bytes.extend(key);
        bytes.extend(value);
        bytes.extend(checksum(&bytes).to_le_bytes());
        if bytes.len() as u64 > self.max_bytes / 4 {
            return;
        }
        let name = entry_name(key);
        if write_whole(&folder, &name, &bytes).is_some() {
            self.keep_small(kind, version, &folder, name.starts_with("00"), bytes.len() as u64);
        }
    }

    /// All entries of a kind that were stored together; empty when there are none.
    pub fn load_map(&self, kind: &str, version: u32) -> CacheMap {
        let bytes =
            self.folder.as_ref().and_then(|folder| fs::read(folder.join(map_name(kind, version))).ok());
        bytes.and_then(CacheMap::parse).unwrap_or_default()
    }

    /// Stores all entries of a kind in place of those stored before. What cannot be written is not held.
    pub fn store_map(&self, kind: &str, version: u32, entries: &BTreeMap<Vec<u8>, Vec<u8>>) {
        let Some(folder) = &self.folder else { return };
        let Some(bytes) = map::render(entries) else { return };
        let name = map_name(kind, version);
        if bytes.len() as u64 > self.max_bytes || fs::read(folder.join(&name)).is_ok_and(|old| old == bytes) {
            return;
        }
        if write_whole(folder, &name, &bytes).is_some() {
            self.remove_older(kind, version);
        }
    }

    /// Tells builds of this program apart: another one may compute something else; `None` where it cannot be told.
    pub fn program() -> Option<Vec<u8>> {
        use std::os::unix::fs::MetadataExt;
        let meta = std::env::current_exe().ok()?.metadata().ok()?;
        let numbers = [meta.mtime(), meta.mtime_nsec(), meta.size().cast_signed(), meta.ino().cast_signed()];
        Some(numbers.iter().flat_map(|number| number.to_le_bytes()).collect())
    }

    /// What time it is for the file system, in seconds; `None` where nothing can be written.
    pub fn moment(&self) -> Option<i64> {
        use std::os::unix::fs::MetadataExt;
        let folder = self.folder.as_ref()?;
        write_whole(folder, "moment", &[])?;
        Some(folder.join("moment").symlink_metadata().ok()?.mtime())
    }

    fn kind_folder(&self, kind: &str, version: u32) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?.join(format!("{kind}-v{version}"));
        (!is_link(&folder)).then_some(folder)
    }

    /// Counts a kind's bytes now and then, and removes what was written first once they are too many.
    ///
    /// One put in 256, told by its key, begins the counting, so that a process that writes little lists nothing.
    fn keep_small(&self, kind: &str, version: u32, folder: &Path, counts: bool, added: u64) {
        let Ok(mut sizes) = self.sizes.lock() else { return };
        let size = match sizes.get_mut(kind) {
            Some(size) => {
                *size += added;
                *size
            }
            None if counts => {
                self.remove_older(kind, version);
                let total = entries(folder).iter().map(|entry| entry.bytes).sum();
                sizes.insert(kind.to_owned(), total);
                total
            }
            None => return,
        };
        if size > self.max_bytes {
            sizes.insert(kind.to_owned(), shrink(folder, self.max_bytes / 4 * 3));
        }
    }

    fn remove_older(&self, kind: &str, version: u32) {
        let Some(listing) = self.folder.as_ref().and_then(|folder| fs::read_dir(folder).ok()) else { return };
        for entry in listing.flatten() {
            let name = entry.file_name();
            let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(kind)?.strip_prefix("-v"))
            else {
                continue;
            };
            let digits = rest.strip_suffix(".map").unwrap_or(rest);
            if digits.parse::<u32>().is_ok_and(|other| other < version) {
                let path = entry.path();
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                let _ = if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) };
            }
        }
    }
}

const CHECKSUM: usize = 8;

/// Where the value begins; `None` when the entry is damaged or belongs to another key.
fn value_at(bytes: &[u8], key: &[u8]) -> Option<usize> {
    let body = checked(bytes)?;
    let rest = body.strip_prefix(START)?;
    let length = u32::from_le_bytes(rest.get(..4)?.try_into().ok()?) as usize;
    (rest.get(4..4 + length)? == key).then_some(START.len() + 4 + length)
}

/// What stands before a right checksum.
fn checked(bytes: &[u8]) -> Option<&[u8]> {
    let (body, sum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
    (checksum(body).to_le_bytes() == sum).then_some(body)
}

/// Tells damaged bytes; no defence against a person who forges them.
fn checksum(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |sum: u64, word: u64| (sum ^ word).wrapping_mul(FACTOR).rotate_left(29);
    let (words, rest) = bytes.as_chunks::<8>();
    let mut sum = words.iter().fold(bytes.len() as u64, |sum, word| mix(sum, u64::from_le_bytes(*word)));
    for &byte in rest {
        sum = mix(sum, u64::from(byte));
    }
    mix(sum, FACTOR)
}

/// Folder and name of an entry, by git's hash of its key.
fn entry_name(key: &[u8]) -> String {
    let id = BlobId::of_content(key);
    let (folder, name) = id.as_str().split_at(2);
    format!("{folder}/{name}")
}

fn map_name(kind: &str, version: u32) -> String {
    format!("{kind}-v{version}.map")
}

fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|meta| meta.is_symlink())
}

/// Writes beside the place, then renames: readers see all of a file or none.
fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> Option<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let path = folder.join(name);
    fs::create_dir_all(path.parent()?).ok()?;
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let temp = folder.join(format!("tmp-{}-{number}", std::process::id()));
    let written = fs::File::create_new(&temp).and_then(|mut file| file.write_all(bytes));
    if written.and_then(|()| fs::rename(&temp, &path)).is_err() {
        let _ = fs::remove_file(&temp);
        return None;
    }
    Some(())
}

struct Entry {
    modified: std::time::SystemTime,
    path: PathBuf,
    bytes: u64,
}

/// All files of a kind, those that killed processes left half written too; the first written first.
fn entries(folder: &Path) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(listing) = fs::read_dir(folder) else { continue };
        for entry in listing.flatten() {
            let Ok(meta) = entry.metadata() else { continue };
            if meta.is_dir() {
                folders.push(entry.path());
            } else if let Ok(modified) = meta.modified() {
                found.push(Entry { modified, path: entry.path(), bytes: meta.len() });
            }
        }
    }
    found.sort_by(|one, two| (one.modified, &one.path).cmp(&(two.modified, &two.path)));
    found
}

/// Removes what was written first until the rest fits; gives the bytes of the rest.
fn shrink(folder: &Path, wanted: u64) -> u64 {
    let entries = entries(folder);
    let mut total: u64 = entries.iter().map(|entry| entry.bytes).sum();
    for entry in entries {
        if total <= wanted {
            break;
        }
        if fs::remove_file(entry.path).is_ok() {
            total -= entry.bytes;
        }
    }
    total
}
