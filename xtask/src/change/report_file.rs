//! Writes one generated file: whole or not at all, never through a link, never over somebody else's file.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::edit::{Place, Root};
use super::folder::{self, Folder, Kind};
use super::names;
use super::roots::Roots;
use crate::repo::{Repo, RepoPath};
use crate::report::ReportMarker;

/// Which files may be replaced.
pub(super) struct Rule {
    may_replace: fn(&[u8]) -> bool,
    /// What the user can do where a file may not.
    elsewhere: &'static str,
}

const REPORT: Rule = Rule { may_replace: is_report, elsewhere: "name another place in xtask.toml" };
/// For files of the tool's own.
pub(super) const ANY: Rule = Rule { may_replace: |_| true, elsewhere: "" };

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
    let roots = Roots::of_tool(repo);
    let write = || -> Result<Written> {
        // A git folder that cannot be written is no reason to have no report.
        let aside = roots.parent_made(&Place::tool("unfinished/report")).ok();
        write_by_way_of(aside.as_ref(), &roots, &path.into(), bytes, &REPORT)
    };
    write().with_context(context)
}

/// Writes a file of the tool's own under `<common-dir>/xtask/` (results that later commands read).
///
/// # Errors
/// The path leads through a link, or it cannot be written.
pub fn write_result(repo: &Repo, path: &str, bytes: &[u8]) -> Result<Written> {
    let place = Place::tool(path);
    write(&Roots::of_tool(repo), &place, bytes, &ANY).with_context(|| format!("write `{place}`"))
}

/// Writes a program of the tool's own under `<common-dir>/xtask/`, executable.
///
/// # Errors
/// As [`write_result`].
pub fn write_program(repo: &Repo, path: &str, bytes: &[u8]) -> Result<Written> {
    let place = Place::tool(path);
    let write = || -> Result<Written> {
        let roots = Roots::of_tool(repo);
        if let Some(objection) = names::objection(&place, false) {
            bail!("the path may not be written: {objection}");
        }
        let folder = roots.parent_made(&place)?;
        // Under another name first, so that a hook that runs it meanwhile has the old one or the new one.
        replace(None, &folder, place.path.file_name(), bytes, Some(0o755))?;
        Ok(Written::Written)
    };
    write().with_context(|| format!("write `{place}`"))
}

/// Removes a file of the tool's own under `<common-dir>/xtask/`; one that is not there is removed already.
///
/// # Errors
/// The path leads through a link, or it cannot be removed.
pub fn remove_result(repo: &Repo, path: &str) -> Result<()> {
    let place = Place::tool(path);
    let remove = || -> Result<()> {
        if let Some(folder) = Roots::of_tool(repo).parent(&place)? {
            folder.unlink(place.path.file_name())?;
        }
        Ok(())
    };
    remove().with_context(|| format!("remove `{place}`"))
}

/// Writes a file that the user named for a result of the tool's (`--junit FILE`, `report --html FILE`).
///
/// What stands there is replaced only if `may_replace` knows it as such a result: a slip of the keyboard costs
/// nobody a file.
///
/// # Errors
/// The path leads through a link, the file is another's, its folder is not there, or it cannot be written.
pub fn write_named(path: &Path, bytes: &[u8], may_replace: fn(&[u8]) -> bool) -> Result<Written> {
    let context = || format!("write `{}`", path.display());
    let name = path.file_name().with_context(context)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let place: Place = (&RepoPath::from_bytes(name.as_bytes())).into();
    let rule = Rule { may_replace, elsewhere: "name another place" };
    write(&Roots::of_folder(folder.unwrap_or(Path::new("."))), &place, bytes, &rule).with_context(context)
}

/// Adds to the end of a file that another program keeps for that (`GITHUB_STEP_SUMMARY`).
///
/// # Errors
/// It cannot be written.
pub fn append(path: &Path, bytes: &[u8]) -> Result<()> {
    let context = || format!("write to the end of `{}`", path.display());
    let mut file = OpenOptions::new().append(true).create(true).open(path).with_context(context)?;
    file.write_all(bytes).with_context(context)
}

pub(super) fn write(roots: &Roots, place: &Place, bytes: &[u8], rule: &Rule) -> Result<Written> {
    write_by_way_of(None, roots, place, bytes, rule)
}

/// [`write()`]; `aside` is where the file is written before it is moved to its place.
fn write_by_way_of(
    aside: Option<&Folder>,
    roots: &Roots,
    place: &Place,
    bytes: &[u8],
    rule: &Rule,
) -> Result<Written> {
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
        if !(rule.may_replace)(&old) {
            let elsewhere = rule.elsewhere;
            bail!("`{place}` was not written by xtask, so it is left alone: move it away, or {elsewhere}");
        }
        mode = Some(stat.mode);
    }
    replace(aside, &folder, name, bytes, mode)?;
    Ok(Written::Written)
}

fn is_report(bytes: &[u8]) -> bool {
    let first = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(first);
    ReportMarker::parse(line.trim_end_matches('\r')).is_some()
}

/// Writes the file under another name, then renames: in the folder `aside`, so that a process that is killed leaves
/// nothing among the user's files, or beside the file where there is none or it lies on another file system.
fn replace(
    aside: Option<&Folder>,
    folder: &Folder,
    name: &[u8],
    bytes: &[u8],
    mode: Option<u32>,
) -> Result<()> {
    let written = aside.map(|aside| write_and_rename(aside, folder, name, bytes, mode));
    match written {
        Some(Err(error)) if is_elsewhere(&error) => {}
        Some(written) => return written,
        None => {}
    }
    write_and_rename(folder, folder, name, bytes, mode)
}

fn is_elsewhere(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::CrossesDevices)
}

/// The other name is always the same, so that what a killed process left is used up by the next; a lock on it keeps
/// two processes apart.
fn write_and_rename(
    aside: &Folder,
    folder: &Folder,
    name: &[u8],
    bytes: &[u8],
    mode: Option<u32>,
) -> Result<()> {
    let temp = format!(".xtask-{}.tmp", &super::ContentId::of(name).as_str()[..12]);
    let temp = temp.as_bytes();
    let mut file = loop {
        let file = aside.open_or_create(temp)?;
        // Another process writes it for a moment at most; it may then have renamed it: this is the finished file.
        file.lock()?;
        let opened = folder::stat_file(&file)?;
        if aside.stat(temp)?.is_some_and(|stat| stat.is_same_file(&opened)) {
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
        Ok(aside.rename_into(temp, folder, name)?)
    }();
    // Closing alone would not do while a child that another thread is just starting has a copy of the handle.
    let _ = file.unlock();
    if written.is_err() {
        let _ = aside.unlink(temp);
    }
    written
}
