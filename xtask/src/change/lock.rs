//! One process changes files at a time. The lock is the kernel's (`flock`), so a killed process leaves none.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};

use anyhow::{Context, Result, anyhow, bail};
use serde::{Deserialize, Serialize};

use super::folder::Folder;

/// The name of the lock file. It stays; what counts is the lock on it.
const NAME: &[u8] = b"lock";

/// Who holds the lock, for the message of whoever does not get it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Holder {
    /// Its process number.
    pub pid: u32,
    /// Its machine; a repository on a network share may be locked from another.
    pub host: String,
    /// What it does.
    pub command: String,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "`{}`, pid {} on {}", self.command, self.pid, self.host)
    }
}

/// Held until dropped.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    /// Takes the lock in the journal's folder, without waiting.
    pub(super) fn take(folder: &Folder, command: &str) -> Result<Self> {
        let mut file = folder.open_or_create(NAME).context("open the lock file")?;
        lock_now(&mut file)?;
        let mine = Holder { pid: std::process::id(), host: host(), command: command.to_owned() };
        let line = serde_json::to_string(&mine).context("write the lock file")?;
        // The text only serves messages, so a full disk does not stop an undo here.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(line.as_bytes()));
        Ok(Self(file))
    }

    /// Who holds the lock now; `None` when it is free.
    pub(super) fn holder(folder: &Folder) -> Option<Holder> {
        let mut file = folder.open_file(NAME).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(read_holder(&mut file).unwrap_or_else(unknown)),
            _ => None,
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // An empty file says that nobody holds the lock. Closing it would not free the lock while a child that
        // another thread is just starting still has a copy of the handle.
        let _ = self.0.set_len(0);
        let _ = self.0.unlock();
    }
}

fn lock_now(file: &mut File) -> Result<()> {
    const TRIES: usize = 200;
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => {
                return Err(anyhow!(error).context("lock: does this file system know file locks?"));
            }
        }
        if let Some(holder) = read_holder(file) {
            bail!("another xtask is applying changes ({holder})");
        }
        // No text: somebody only asks whether it is locked, and lets go at once.
        std::thread::yield_now();
    }
    bail!("another xtask is applying changes")
}

fn read_holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn unknown() -> Holder {
    Holder { pid: 0, host: "an unknown machine".to_owned(), command: "xtask".to_owned() }
}

fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
