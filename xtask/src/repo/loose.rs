//! Small loose objects, of which a commit of many files makes as many: read in half the time that libgit2 takes, with
//! three calls of the system each and an inflater that is made once.

use std::os::fd::OwnedFd;
use std::path::Path;

use flate2::{Decompress, FlushDecompress, Status};
use rustix::fs::{Mode, OFlags};

/// Bytes of an object, packed and plain, up to which it is read here.
const ROOM: usize = 64 << 10;

/// A folder of loose objects, and room to read one.
pub(super) struct Loose {
    folder: OwnedFd,
    inflater: Decompress,
    packed: Vec<u8>,
    plain: Vec<u8>,
}

impl Loose {
    /// The loose objects of a folder of objects; `None` where it cannot be opened.
    pub(super) fn open(folder: &Path) -> Option<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(folder, flags, Mode::empty()).ok()?;
        Some(Self {
            folder,
            inflater: Decompress::new(true),
            packed: vec![0; ROOM],
            // The end of a stream is told where a byte more would fit.
            plain: vec![0; ROOM + 1],
        })
    }

    /// The content of a blob; `None` where it lies elsewhere, is large, or is not what it should be, which another
    /// reader tells.
    pub(super) fn blob(&mut self, id: &str) -> Option<Vec<u8>> {
        let (folder, name) = id.split_at_checked(2)?;
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let file = rustix::fs::openat(&self.folder, format!("{folder}/{name}"), flags, Mode::empty()).ok()?;
        let length = rustix::io::read(&file, &mut self.packed[..]).ok()?;
        self.inflater.reset(true);
        let packed = &self.packed[..length];
        let status = self.inflater.decompress(packed, &mut self.plain, FlushDecompress::Finish).ok()?;
        let length = usize::try_from(self.inflater.total_out()).ok()?;
        if status != Status::StreamEnd {
            return None;
        }
        blob_in(&self.plain[..length]).map(<[u8]>::to_vec)
    }
}

/// The content behind `blob <size>` and a NUL byte.
fn blob_in(object: &[u8]) -> Option<&[u8]> {
    let end = memchr::memchr(0, object)?;
    let size: usize = std::str::from_utf8(object[..end].strip_prefix(b"blob ")?).ok()?.parse().ok()?;
    let content = &object[end + 1..];
    (content.len() == size).then_some(content)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "objects are damaged on purpose")]
mod tests {
    use super::*;

    /// Writes a blob as git does, and gives its name.
    fn stored(repo: &git2::Repository, content: &[u8]) -> String {
        repo.blob(content).unwrap().to_string()
    }

    #[test]
    fn small_loose_blobs_are_read_and_all_else_is_left_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let repo = &git2::Repository::init_bare(folder.path()).unwrap();
        let objects = folder.path().join("objects");
        let mut loose = Loose::open(&objects).unwrap();
        let fits = vec![b'x'; ROOM - "blob 65525\0".len()];
        for content in [&b""[..], b"one\0two\n", &fits] {
            let id = stored(repo, content);
            assert_eq!(loose.blob(&id).as_deref(), Some(content));
        }
        let large = stored(repo, &vec![b'x'; ROOM]);
        assert_eq!(loose.blob(&large), None, "larger than the room for it");
        assert_eq!(loose.blob(&"0".repeat(40)), None, "not there");

        let id = stored(repo, b"whole\n");
        let path = objects.join(&id[..2]).join(&id[2..]);
        let whole = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 5]).unwrap();
        assert_eq!(loose.blob(&id), None, "cut off");
        assert_eq!(loose.blob(&stored(repo, b"next\n")).as_deref(), Some(&b"next\n"[..]));
    }

    #[test]
    fn only_a_whole_blob_is_a_blob() {
        assert_eq!(blob_in(b"blob 3\0abc"), Some(&b"abc"[..]));
        assert_eq!(blob_in(b"blob 4\0abc"), None);
        assert_eq!(blob_in(b"tree 3\0abc"), None);
        assert_eq!(blob_in(b"blob x\0abc"), None);
        assert_eq!(blob_in(b"blob 3"), None);
    }
}
