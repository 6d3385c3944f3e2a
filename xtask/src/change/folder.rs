//! A folder by its handle: every call names a file right inside it, so no link on the way is followed.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{self, Access, AtFlags, FileType, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

/// What stands at a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    Link,
    Other,
}

/// Facts of one entry. Two equal signatures of one name mean that nobody wrote in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) kind: Kind,
    /// Permission bits.
    pub(super) mode: u32,
    signature: [i64; 5],
}

impl Stat {
    /// True when the file was not written or replaced since. Links to it and its mode do not count.
    pub(super) fn is_same_file(&self, other: &Stat) -> bool {
        self.signature == other.signature
    }

    fn of(stat: &fs::Stat) -> Self {
        let kind = match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Folder,
            FileType::Symlink => Kind::Link,
            _ => Kind::Other,
        };
        #[allow(
            clippy::unnecessary_cast,
            clippy::cast_possible_wrap,
            reason = "the types differ between systems"
        )]
        let signature = [
            stat.st_dev as i64,
            stat.st_ino as i64,
            stat.st_size as i64,
            stat.st_mtime as i64,
            stat.st_mtime_nsec as i64,
        ];
        #[allow(
            clippy::unnecessary_cast,
            clippy::useless_conversion,
            reason = "the types differ between systems"
        )]
        let mode = u32::from(stat.st_mode) & 0o7777;
        Self { kind, mode, signature }
    }
}

/// An open folder.
#[derive(Debug)]
pub(super) struct Folder(OwnedFd);

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::RDONLY).union(OFlags::CLOEXEC);

impl Folder {
    /// Opens a root; links on the way to it are the user's own arrangement.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(fs::open(path, FOLDER, Mode::empty())?))
    }

    /// Opens a folder inside; a link is an error.
    pub(super) fn enter(&self, name: &[u8]) -> io::Result<Self> {
        Ok(Self(fs::openat(&self.0, name, FOLDER | OFlags::NOFOLLOW, Mode::empty())?))
    }

    /// Opens a folder inside, made if it is not there.
    pub(super) fn enter_or_make(&self, name: &[u8]) -> io::Result<Self> {
        match self.make(name) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => self.enter(name),
        }
    }

    /// Makes a folder; the umask applies.
    pub(super) fn make(&self, name: &[u8]) -> io::Result<()> {
        Ok(fs::mkdirat(&self.0, name, Mode::from_raw_mode(0o777))?)
    }

    /// Facts of an entry, a link not followed; `None` when there is none.
    pub(super) fn stat(&self, name: &[u8]) -> io::Result<Option<Stat>> {
        match fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(Stat::of(&stat))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The folder's own permission bits.
    pub(super) fn mode(&self) -> io::Result<u32> {
        Ok(Stat::of(&fs::fstat(&self.0)?).mode)
    }

    /// Opens a file for reading; it never waits, even for a pipe.
    pub(super) fn open_file(&self, name: &[u8]) -> io::Result<File> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        Ok(fs::openat(&self.0, name, flags, Mode::empty())?.into())
    }

    /// Reads a plain file, with the facts of what was read.
    pub(super) fn read(&self, name: &[u8]) -> io::Result<(Vec<u8>, Stat)> {
        let mut file = self.open_file(name)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok((bytes, Stat::of(&fs::fstat(&file)?)))
    }

    /// Makes a new file for writing; one that is there, a link too, is an error. The umask applies to `mode`.
    pub(super) fn create(&self, name: &[u8], mode: u32) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        Ok(fs::openat(&self.0, name, flags, raw_mode(mode))?.into())
    }

    /// Opens a file for reading and writing, made if it is not there, its content kept.
    pub(super) fn open_or_create(&self, name: &[u8]) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        Ok(fs::openat(&self.0, name, flags, raw_mode(0o666))?.into())
    }

    /// Renames inside the folder, over what stands at the new name.
    pub(super) fn rename(&self, from: &[u8], to: &[u8]) -> io::Result<()> {
        Ok(fs::renameat(&self.0, from, &self.0, to)?)
    }

    /// Renames into another folder of the same file system, over what stands at the new name.
    pub(super) fn rename_into(&self, from: &[u8], folder: &Folder, to: &[u8]) -> io::Result<()> {
        Ok(fs::renameat(&self.0, from, &folder.0, to)?)
    }

    /// Renames inside the folder; what stands at the new name is an error.
    pub(super) fn rename_new(&self, from: &[u8], to: &[u8]) -> io::Result<()> {
        match fs::renameat_with(&self.0, from, &self.0, to, RenameFlags::NOREPLACE) {
            Ok(()) => Ok(()),
            // Not every file system can do it in one call.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => match self.stat(to)? {
                None => self.rename(from, to),
                Some(_) => Err(Errno::EXIST.into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Gives a file a second name in another folder.
    pub(super) fn link(&self, name: &[u8], folder: &Folder, new_name: &[u8]) -> io::Result<()> {
        Ok(fs::linkat(&self.0, name, &folder.0, new_name, AtFlags::empty())?)
    }

    /// Removes a file; one that is not there is none to remove.
    pub(super) fn unlink(&self, name: &[u8]) -> io::Result<()> {
        match fs::unlinkat(&self.0, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a folder if it is empty; gives false when it is not, or is not there.
    pub(super) fn remove_empty(&self, name: &[u8]) -> io::Result<bool> {
        match fs::unlinkat(&self.0, name, AtFlags::REMOVEDIR) {
            Ok(()) => Ok(true),
            Err(Errno::NOENT | Errno::NOTEMPTY | Errno::EXIST) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Sets the folder's own permission bits.
    pub(super) fn set_mode(&self, mode: u32) -> io::Result<()> {
        Ok(fs::fchmod(&self.0, raw_mode(mode))?)
    }

    /// True when entries can be made and removed here.
    pub(super) fn is_writable(&self) -> bool {
        fs::accessat(&self.0, ".", Access::WRITE_OK | Access::EXEC_OK, AtFlags::empty()).is_ok()
    }

    /// All names but `.` and `..`, sorted.
    pub(super) fn names(&self) -> io::Result<Vec<Vec<u8>>> {
        let mut names = Vec::new();
        for entry in fs::Dir::read_from(&self.0)? {
            let name = entry?.file_name().to_bytes().to_vec();
            if name != b"." && name != b".." {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// Makes the names in this folder last through a loss of power.
    pub(super) fn sync(&self) -> io::Result<()> {
        match fs::fsync(&self.0) {
            // Some file systems do not sync folders.
            Ok(()) | Err(Errno::INVAL | Errno::NOTSUP) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes everything written to the file system of this folder last; false where the system has no such call.
    pub(super) fn sync_file_system(&self) -> io::Result<bool> {
        #[cfg(target_os = "linux")]
        {
            fs::syncfs(&self.0)?;
            Ok(true)
        }
        #[cfg(not(target_os = "linux"))]
        Ok(false)
    }
}

/// Sets the permission bits of an open file.
pub(super) fn set_file_mode(file: &File, mode: u32) -> io::Result<()> {
    Ok(fs::fchmod(file.as_fd(), raw_mode(mode))?)
}

/// Facts of an open file.
pub(super) fn stat_file(file: &File) -> io::Result<Stat> {
    Ok(Stat::of(&fs::fstat(file.as_fd())?))
}

fn raw_mode(mode: u32) -> Mode {
    Mode::from_bits_truncate(mode as _)
}
