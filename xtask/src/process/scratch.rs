//! A temporary folder for what a child needs: files to read, a pipe to answer through.

use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::sys;

/// A folder outside the repository that is gone with this value.
#[derive(Debug)]
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    /// Makes one, under `TMPDIR` or `/tmp`.
    ///
    /// # Errors
    /// The temporary folder cannot be written to.
    pub fn new() -> Result<Self> {
        let made = tempfile::Builder::new().prefix("xtask-").tempdir();
        Ok(Self(made.context("make a temporary folder (is TMPDIR full or read-only?)")?))
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Puts a file in it and gives its place.
    ///
    /// # Errors
    /// It cannot be written.
    #[expect(clippy::disallowed_methods, reason = "a temporary file is no file of a user")]
    pub fn file(&self, name: &str, content: &[u8]) -> Result<PathBuf> {
        let path = self.path().join(name);
        std::fs::write(&path, content).with_context(|| format!("write temporary file `{name}`"))?;
        Ok(path)
    }

    /// Puts a file below it, with its folders, executable or not, and gives its place.
    ///
    /// # Errors
    /// It cannot be written.
    #[expect(clippy::disallowed_methods, reason = "a temporary file is no file of a user")]
    pub fn place(&self, relative: &Path, content: &[u8], is_executable: bool) -> Result<PathBuf> {
        use std::os::unix::fs::PermissionsExt;
        let path = self.path().join(relative);
        let write = || -> std::io::Result<()> {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(&path, content)?;
            let mode = if is_executable { 0o755 } else { 0o644 };
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode))
        };
        write().with_context(|| format!("write temporary file `{}`", relative.display()))?;
        Ok(path)
    }

    /// Puts a symbolic link below it.
    ///
    /// # Errors
    /// It cannot be made.
    #[expect(clippy::disallowed_methods, reason = "a temporary file is no file of a user")]
    pub fn link(&self, relative: &Path, target: &Path) -> Result<()> {
        let path = self.path().join(relative);
        let make = || -> std::io::Result<()> {
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::os::unix::fs::symlink(target, &path)
        };
        make().with_context(|| format!("make temporary link `{}`", relative.display()))
    }

    /// Puts a pipe in it through which children send lines.
    ///
    /// # Errors
    /// The file system has no named pipes.
    pub fn pipe(&self, name: &str) -> Result<EventPipe> {
        let path = self.path().join(name);
        let (reader, writer) =
            sys::named_pipe(&path).with_context(|| format!("make temporary pipe `{name}`"))?;
        Ok(EventPipe { path, reader, _writer: writer })
    }
}

/// A named pipe: what a child writes to it arrives at once, and needs no disk space.
#[derive(Debug)]
pub struct EventPipe {
    path: PathBuf,
    reader: File,
    _writer: File,
}

impl EventPipe {
    /// What a child opens for writing.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn reader(&self) -> &File {
        &self.reader
    }
}

impl AsFd for EventPipe {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }
}
