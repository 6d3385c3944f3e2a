//! Writes one generated file: whole or not at all, never through a link, never over somebody else's file.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::edit::{Place, Root};
use super::folder::{self, Folder, Kind};
use super::names;
use super::roots::Roots;
use crate::repo::{Repo, RepoPath};
use crate::report::ReportMarker;

/// What became of a file that was to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is new or has new content.
    Written,
    /// The same bytes stood there; its date did not change.
    Unchanged,
}

/// Writes a report into the work tree, with the folders above it.
///
/// A file that stands there is replaced only if its first line is a report's marker.
///
/// # Errors
/// The path leads out of the repository or through a link, the file is somebody else's, or it cannot be written.
pub fn write_report(repo: &Repo, path: &RepoPath, bytes: &[u8]) -> Result<Written> {
    let context = || format!("write the report `{path}`");
    write(&Roots::of_tool(repo), &path.into(), bytes, true).with_context(context)
}

/// Writes a file of the tool's own under `<common-dir>/xtask/` (results that later commands read).
///
/// # Errors
/// The path leads through a link, or it cannot be written.
pub fn write_result(repo: &Repo, path: &str, bytes: &[u8]) -> Result<Written> {
    let place = Place::tool(path);
    write(&Roots::of_tool(repo), &place, bytes, false).with_context(|| format!("write `{place}`"))
}

/// Writes a generated file into any folder that the user named (`demo --out`, `report --html FILE`).
///
/// # Errors
/// As [`write_report`]; the folder itself must be there.
pub fn write_generated(folder: &Path, path: &RepoPath, bytes: &[u8]) -> Result<Written> {
    let context = || format!("write `{path}` in `{}`", folder.display());
    write(&Roots::of_folder(folder), &path.into(), bytes, true).with_context(context)
}

pub(super) fn write(roots: &Roots, place: &Place, bytes: &[u8], marked: bool) -> Result<Written> {
    // A name below the tool's own folder may be one that a file had already.
    if let Some(objection) = names::objection(place, place.root != Root::Tool) {
        bail!("the path `{place}` may not be written: {objection}");
    }
    let folder = roots.parent_made(place)?;
    let name = place.path.file_name();
    let mut mode = None;
    if let Some(stat) = folder.stat(name)? {
        match stat.kind {
            Kind::File => {}
            Kind::Link => bail!("`{place}` is a symbolic link"),
            Kind::Folder => bail!("`{place}` is a folder"),
            Kind::Other => bail!("`{place}` is no plain file"),
        }
        let (old, _) = folder.read(name)?;
        if old == bytes {
            return Ok(Written::Unchanged);
        }
        if marked && !is_ours(&old) {
            bail!(
                "`{place}` was not written by xtask, so it is left alone: move it away, or name another place in xtask.toml"
            );
        }
        mode = Some(stat.mode);
    }
    replace(&folder, name, bytes, mode)?;
    Ok(Written::Written)
}

fn is_ours(bytes: &[u8]) -> bool {
    let first = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(first);
    ReportMarker::parse(line.trim_end_matches('\r')).is_some()
}

/// Writes beside the file, then renames. The name beside it is always the same, so that what a killed process left
/// is used up by the next; a lock on it keeps two processes apart.
fn replace(folder: &Folder, name: &[u8], bytes: &[u8], mode: Option<u32>) -> Result<()> {
    let temp = format!(".xtask-{}.tmp", &super::ContentId::of(name).as_str()[..12]);
    let temp = temp.as_bytes();
    let mut file = loop {
        let file = folder.open_or_create(temp)?;
        // Another process writes it for a moment at most; it may then have renamed it: this is the finished file.
        file.lock()?;
        let opened = folder::stat_file(&file)?;
        if folder.stat(temp)?.is_some_and(|stat| stat.is_same_file(&opened)) {
            break file;
        }
    };
    let written = || -> Result<()> {
        file.set_len(0)?;
        file.write_all(bytes)?;
        if let Some(mode) = mode {
            folder::set_file_mode(&file, mode)?;
        }
        file.sync_all()?;
        Ok(folder.rename(temp, name)?)
    }();
    // Closing alone would not do while a child that another thread is just starting has a copy of the handle.
    let _ = file.unlock();
    if written.is_err() {
        let _ = folder.unlink(temp);
    }
    written
}
