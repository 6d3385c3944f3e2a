//! Where a folder that nobody keeps is made: in memory where there is plenty, since trial merges write hundreds of
//! small files, and a file system on a disk takes half of their time.

use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A file system in memory that Linux has for everybody.
const IN_MEMORY: &str = "/dev/shm";
/// The folder for temporary files where nobody named another.
const USUAL: &str = "/tmp";
/// What must be free in it, in bytes: trial merges write a few megabytes, and containers often have 64 MB there.
const PLENTY: u64 = 1 << 30;

/// Makes a folder that goes with what is returned: where `TMPDIR` says, else in memory, else in `/tmp`.
///
/// # Errors
/// None of them can be written.
pub(super) fn folder() -> io::Result<TempDir> {
    let mut named = tempfile::Builder::new();
    named.prefix("xtask-");
    if std::env::temp_dir() == Path::new(USUAL)
        && let Some(memory) = memory(Path::new(IN_MEMORY), PLENTY)
        && let Ok(folder) = named.tempdir_in(memory)
    {
        return Ok(folder);
    }
    named.tempdir()
}

/// The folder, where so many bytes are free in it.
fn memory(folder: &Path, plenty: u64) -> Option<PathBuf> {
    let room = rustix::fs::statvfs(folder).ok()?;
    (room.f_bavail.saturating_mul(room.f_frsize) >= plenty).then(|| folder.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_taken_only_where_there_is_room() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(memory(place.path(), 0), Some(place.path().to_owned()));
        assert_eq!(memory(place.path(), u64::MAX), None);
        assert_eq!(memory(&place.path().join("none"), 0), None);
    }
}
