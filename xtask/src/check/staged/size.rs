//! Files that are too large for a repository, and content in place of a pointer to it.

use std::collections::BTreeSet;

use anyhow::Result;

use super::checks::Switches;
use super::gather::{Changed, Input, is_file};
use super::{Finding, Request};
use crate::check::CheckId;
use crate::config::HookConfig;
use crate::repo::{BlobId, Blobs, RepoPath};

/// How large a file may be when the configuration says nothing, in KiB: what pre-commit allows too.
const DEFAULT_KIB: u64 = 500;

/// What to do with a file that is too large.
pub(super) const HINT: &str = "keep it elsewhere or under Git LFS, or raise `[hook] max_kib` in xtask.toml";

/// How every pointer of Git LFS begins.
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1\n";

/// What may be committed how large.
pub(super) struct Limits {
    bytes: u64,
    /// Paths that the check judges.
    judged: BTreeSet<RepoPath>,
    /// Paths whose content lies with Git LFS.
    elsewhere: BTreeSet<RepoPath>,
    /// Contents that a parent holds at a path that is removed: a file that moves is no new one.
    moved: BTreeSet<BlobId>,
    /// Files that came from a larger one under another name.
    renamed: BTreeSet<RepoPath>,
}

impl Limits {
    pub(super) fn of(request: &Request<'_>, input: &Input, switches: &Switches) -> Result<Self> {
        let bytes = Self::most(request.config);
        let mut limits = Self {
            bytes,
            judged: BTreeSet::new(),
            elsewhere: BTreeSet::new(),
            moved: BTreeSet::new(),
            renamed: BTreeSet::new(),
        };
        if !switches.is_on(CheckId::LargeFile) {
            return Ok(limits);
        }
        let files = input.changes.iter().filter(|changed| changed.file().is_some());
        let paths =
            files.map(|changed| &changed.path).filter(|path| switches.judges(CheckId::LargeFile, path));
        limits.judged = paths.cloned().collect();
        limits.elsewhere = request.staged.under_lfs(request.repo, &limits.judged)?;
        limits.moved = input.moved();
        if !limits.moved.is_empty() {
            limits.renamed = limits.renamed_large(request, input)?;
        }
        Ok(limits)
    }

    /// Large files that git recognises under their old name; asked only when there is a large one.
    fn renamed_large(&self, request: &Request<'_>, input: &Input) -> Result<BTreeSet<RepoPath>> {
        let Some(head) = input.parents.first() else { return Ok(BTreeSet::new()) };
        let blobs = Blobs::of(request.repo)?;
        let mut has_large = false;
        for changed in input.changes.iter().filter(|changed| changed.is_added()) {
            if let Some(state) = changed.file() {
                has_large |= !self.moved.contains(&state.id) && blobs.size(&state.id)? > self.bytes;
            }
        }
        if has_large { request.staged.renamed(head, self.bytes, &blobs) } else { Ok(BTreeSet::new()) }
    }

    /// How large a file may be.
    pub(super) fn most(config: &HookConfig) -> u64 {
        config.max_kib.unwrap_or(DEFAULT_KIB).saturating_mul(1024)
    }

    /// What is wrong with the size of one file.
    pub(super) fn judge(&self, blobs: &Blobs, changed: &Changed, bytes: &[u8]) -> Result<Option<Finding>> {
        if !self.judged.contains(&changed.path) {
            return Ok(None);
        }
        if self.elsewhere.contains(&changed.path) {
            return Ok(no_pointer(&changed.path, bytes));
        }
        let size = bytes.len() as u64;
        let Some(state) = changed.file().filter(|_| size > self.bytes) else { return Ok(None) };
        let mut largest = 0;
        for before in changed.before.iter().flatten().filter(|before| is_file(before)) {
            largest = largest.max(blobs.size(&before.id)?);
        }
        // What was too large before stands in history already.
        if largest > self.bytes || self.moved.contains(&state.id) || self.renamed.contains(&changed.path) {
            return Ok(None);
        }
        let finding = Finding::of(CheckId::LargeFile, &changed.path, too_large((largest, size), self.bytes));
        Ok(Some(finding.hint(HINT)))
    }
}

/// What is wrong with the content of a file that lies with Git LFS.
pub(super) fn no_pointer(path: &RepoPath, bytes: &[u8]) -> Option<Finding> {
    let is_pointer = bytes.is_empty() || bytes.starts_with(POINTER);
    let message = "the content itself stands where a Git LFS pointer should";
    let finding = Finding::of(CheckId::LargeFile, path, message);
    let hint = "run `git lfs install`, then `git add --renormalize` the file";
    (!is_pointer).then(|| finding.hint(hint))
}

/// Says that a file grows past what it may have, or is new and has more.
pub(super) fn too_large((before, size): (u64, u64), most: u64) -> String {
    let kib = |bytes: u64| bytes.div_ceil(1024);
    match before {
        0 => format!("the file has {} KiB, more than {} KiB", kib(size), kib(most)),
        before => format!("the file grows from {} to {} KiB, past {} KiB", kib(before), kib(size), kib(most)),
    }
}
