//! Mends blanks and line ends of what is staged: shown as a patch, or made in the index and in the work tree.
//!
//! The work tree's file is changed only as far as its own, unstaged edits leave the mended lines alone: it is merged
//! with `git merge-file`, and where that conflicts it stays as it is.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::checks::Switches;
use super::{Request, gather, options};
use crate::check::{CheckId, bytes};
use crate::process::Scratch;
use crate::repo::{BlobId, Blobs, EntryKind, RepoPath, Staged};

/// One file that can be mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The file.
    pub path: RepoPath,
    kind: EntryKind,
    /// Its staged content.
    pub before: Vec<u8>,
    /// Its mended content.
    pub after: Vec<u8>,
}

/// What can be mended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixes {
    /// The files, sorted.
    pub files: Vec<Fix>,
}

/// Finds what can be mended of what the commit changes.
///
/// # Errors
/// As [`super::judge`].
pub fn fixes(request: &Request<'_>) -> Result<Fixes> {
    let switches = Switches::of(request.config, request.skip, request.only)?;
    let input = gather::read(request)?;
    let options = options(request.config, false);
    let blobs = Blobs::of(request.repo)?;
    let mut files = Vec::new();
    for changed in &input.changes {
        let Some(state) = changed.file() else { continue };
        let path = &changed.path;
        let wanted =
            (switches.judges(CheckId::TrailingBlanks, path), switches.judges(CheckId::FinalNewline, path));
        let before = blobs.read(&state.id)?;
        let after = excused_or_fixed(path, &before, wanted, options);
        if after != before {
            files.push(Fix { path: path.clone(), kind: state.kind, before, after });
        }
    }
    Ok(Fixes { files })
}

/// The mended bytes; a file with an excuse for these checks is left to its owner.
fn excused_or_fixed(
    path: &RepoPath,
    before: &[u8],
    wanted: (bool, bool),
    options: bytes::Options,
) -> Vec<u8> {
    let excuses = bytes::excuses(&bytes::Content::of(before));
    let is_excused = |check: CheckId| excuses.iter().any(|excuse| excuse.names(check));
    let wanted =
        (wanted.0 && !is_excused(CheckId::TrailingBlanks), wanted.1 && !is_excused(CheckId::FinalNewline));
    bytes::fix(path, before, wanted, options).into_owned()
}

impl Fixes {
    /// The patch that `git apply --cached` takes.
    ///
    /// # Errors
    /// The patch cannot be made.
    pub fn patch(&self) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        for fix in &self.files {
            let path = fix.path.under(Path::new(""));
            let mut options = git2::DiffOptions::new();
            options.force_text(true);
            let mut patch = git2::Patch::from_buffers(
                &fix.before,
                Some(&path),
                &fix.after,
                Some(&path),
                Some(&mut options),
            )
            .with_context(|| format!("compare `{}`", fix.path))?;
            out.extend_from_slice(&patch.to_buf()?);
        }
        Ok(out)
    }
}

impl Fix {
    /// What the work tree's file becomes; `None` when its own edits stand in the way, so that it stays as it is.
    ///
    /// # Errors
    /// git cannot be run.
    pub fn in_work_tree(&self, staged: &Staged, now: &[u8]) -> Result<Option<Vec<u8>>> {
        if now == self.before {
            return Ok(Some(self.after.clone()));
        }
        // Where git writes `\r\n` to disk (`core.autocrlf`, `eol=crlf`), every line differs from what is staged.
        if ends_in_crlf(now) && !self.before.contains(&b'\r') {
            let merged = self.merged(staged, &replaced(now, b"\r\n", b"\n"))?;
            return Ok(merged.map(|merged| replaced(&merged, b"\n", b"\r\n")));
        }
        self.merged(staged, now)
    }

    fn merged(&self, staged: &Staged, now: &[u8]) -> Result<Option<Vec<u8>>> {
        if now == self.before {
            return Ok(Some(self.after.clone()));
        }
        let folder = Scratch::new().context("make a folder")?;
        let mut files = Vec::new();
        for (name, content) in
            [("now", now), ("before", self.before.as_slice()), ("after", self.after.as_slice())]
        {
            files.push(folder.file(name, content).context("write a file to merge")?);
        }
        let mut args: Vec<std::ffi::OsString> = vec!["merge-file".into(), "-p".into(), "-q".into()];
        args.extend(files.into_iter().map(Into::into));
        let answer = staged.git().answer_to(&args, &[], &[])?;
        Ok((answer.code == Some(0)).then_some(answer.stdout))
    }
}

/// The paths among those that are mended which git is told to pass over, each list ready for `update-index`.
fn marked(staged: &Staged, fixes: &Fixes) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let mut args: Vec<OsString> = ["ls-files", "-v", "-z", "--"].map(OsString::from).into();
    args.extend(fixes.files.iter().map(|fix| OsStr::from_bytes(fix.path.as_bytes()).to_owned()));
    let listing = staged.git().answer_to(&args, &[], &[0])?.stdout;
    let (mut skipped, mut assumed) = (Vec::new(), Vec::new());
    for record in listing.split(|&byte| byte == 0) {
        let [tag, b' ', path @ ..] = record else { continue };
        let line = [path, b"\0"].concat();
        if tag.eq_ignore_ascii_case(&b'S') {
            skipped.extend_from_slice(&line);
        }
        if tag.is_ascii_lowercase() {
            assumed.extend_from_slice(&line);
        }
    }
    let all = vec![("--skip-worktree", skipped), ("--assume-unchanged", assumed)];
    Ok(all.into_iter().filter(|(_, paths)| !paths.is_empty()).collect())
}

fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for at in memchr::memmem::find_iter(bytes, old) {
        out.extend_from_slice(&bytes[from..at]);
        out.extend_from_slice(new);
        from = at + old.len();
    }
    out.extend_from_slice(&bytes[from..]);
    out
}

/// True when every line ends in `\r\n`.
fn ends_in_crlf(bytes: &[u8]) -> bool {
    let mut ends = memchr::memchr_iter(b'\n', bytes).peekable();
    ends.peek().is_some() && ends.all(|end| end > 0 && bytes[end - 1] == b'\r')
}

/// Puts the mended contents into the index.
///
/// # Errors
/// The objects or the index cannot be written; the index is then as it was.
pub fn apply_to_index(staged: &Staged, fixes: &Fixes) -> Result<()> {
    let git = staged.git();
    let mut lines: Vec<u8> = Vec::new();
    for fix in &fixes.files {
        let answer = if fix.after.is_empty() {
            git.answer_to(&["hash-object", "-w", "--no-filters", "/dev/null"], &[], &[0])?
        } else {
            git.answer_to(&["hash-object", "-w", "--stdin"], &fix.after, &[0])?
        };
        let id = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
        if BlobId::parse(&id).is_none() {
            bail!("read `git hash-object`: `{id}`");
        }
        let mode = if fix.kind == EntryKind::Executable { "100755" } else { "100644" };
        lines.extend_from_slice(format!("{mode} {id}\t").as_bytes());
        lines.extend_from_slice(fix.path.as_bytes());
        lines.push(0);
    }
    if lines.is_empty() {
        return Ok(());
    }
    let marked = marked(staged, fixes)?;
    git.answer_to(&["update-index", "-z", "--index-info"], &lines, &[0])?;
    // git drops such marks of what it is told anew.
    for (mark, paths) in marked {
        git.answer_to(&["update-index", mark, "-z", "--stdin"], &paths, &[0])?;
    }
    Ok(())
}
