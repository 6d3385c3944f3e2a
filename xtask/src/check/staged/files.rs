//! Judges one staged file: its bytes now, and where it matters its bytes before.

use std::collections::BTreeMap;

use super::Finding;
use super::checks::{self, Switches};
use crate::check::bytes::{self, Content, Fault, Options, Secrets};
use crate::repo::{EntryKind, RepoPath};
use crate::report::Level;

/// How often a check found a line with this text.
type LineCounts = BTreeMap<(&'static str, Vec<u8>), usize>;

/// A file and what it was.
pub(super) struct File<'a> {
    pub(super) path: &'a RepoPath,
    pub(super) kind: EntryKind,
    pub(super) bytes: &'a [u8],
    /// The contents in the commits that this one descends from, as far as the file was there; read when asked for.
    pub(super) before: &'a dyn Fn() -> Vec<Vec<u8>>,
}

/// What is the same for all files.
pub(super) struct Judge<'a> {
    pub(super) switches: &'a Switches,
    pub(super) options: Options,
    /// How many signs the markers of a conflict have, for files with a number of their own.
    pub(super) marker_sizes: &'a BTreeMap<RepoPath, usize>,
    pub(super) secrets: &'a Secrets,
}

impl Judge<'_> {
    /// What is wrong with the file.
    pub(super) fn judge(&self, file: &File<'_>) -> Vec<Finding> {
        if !matches!(file.kind, EntryKind::File | EntryKind::Executable) {
            return Vec::new();
        }
        let content = Content::of(file.bytes);
        let mut faults = self.faults(file, &content);
        if faults.is_empty() && !has_excuses(file.bytes) {
            return Vec::new();
        }
        let excuses = bytes::excuses(&content);
        excuse(&mut faults, &excuses);
        faults.extend(self.excuse_faults(file.path, &excuses));
        if faults.is_empty() {
            return Vec::new();
        }
        let before = (file.before)();
        let old = self.old_lines(file.path, &before);
        let mut findings: Vec<Finding> =
            faults.into_iter().map(|fault| finding(file.path, fault, file.bytes, &old)).collect();
        findings.sort();
        findings
    }

    fn on(&self, id: &str, path: &RepoPath) -> bool {
        self.switches.judges(id, path)
    }

    fn faults(&self, file: &File<'_>, content: &Content<'_>) -> Vec<Fault> {
        let path = file.path;
        let mut faults = self.faults_of(path, content, &|| (file.before)());
        if self.on("debug", path) {
            let leftovers = bytes::debug_leftovers(path, content);
            if !leftovers.is_empty() {
                let before = (file.before)();
                let is_added = |fault: &Fault| {
                    let line = fault.line.unwrap_or_default();
                    before.iter().all(|before| is_added(before, file.bytes, line))
                };
                faults.extend(leftovers.into_iter().filter(is_added));
            }
        }
        faults
    }

    fn faults_of(
        &self,
        path: &RepoPath,
        content: &Content<'_>,
        before: &dyn Fn() -> Vec<Vec<u8>>,
    ) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.on("trailing-blanks", path) || self.on("final-newline", path) {
            faults.extend(bytes::blanks(path, content, self.options));
        }
        if self.on("conflict-marker", path) {
            let before = if self.options.merging { before() } else { Vec::new() };
            let before: Vec<&[u8]> = before.iter().map(Vec::as_slice).collect();
            let marker_size = self.marker_sizes.get(path).copied().unwrap_or(self.options.marker_size);
            let options = Options { marker_size, ..self.options };
            faults.extend(bytes::conflict_markers(path, content, &before, options));
        }
        let (keys, tokens) = (self.on("private-key", path), self.on("token", path));
        if keys || tokens {
            faults.extend(self.secrets.find(content.bytes, (keys, tokens)));
        }
        if ["toml", "yaml", "json", "workflow"].iter().any(|id| self.on(id, path)) {
            faults.extend(bytes::syntax(path, content));
        }
        faults.retain(|fault| self.on(fault.check, path));
        faults
    }

    /// How often each check found each line before, in the version that had it most often.
    fn old_lines(&self, path: &RepoPath, before: &[Vec<u8>]) -> LineCounts {
        let mut most: LineCounts = BTreeMap::new();
        for bytes in before {
            let mut counts: LineCounts = BTreeMap::new();
            let options = Options { merging: false, ..self.options };
            let judge = Judge { options, ..*self };
            for fault in judge.faults_of(path, &Content::of(bytes), &Vec::new) {
                for line in &fault.lines {
                    *counts.entry((fault.check, line_of(bytes, *line).to_vec())).or_default() += 1;
                }
            }
            for (key, count) in counts {
                let most = most.entry(key).or_default();
                *most = count.max(*most);
            }
        }
        most
    }

    fn excuse_faults(&self, path: &RepoPath, excuses: &[bytes::Excuse]) -> Vec<Fault> {
        let mut faults = Vec::new();
        if !self.on("excuse", path) {
            return faults;
        }
        for excuse in excuses {
            let fault = |message: String, hint| Fault {
                check: "excuse",
                line: Some(excuse.line),
                lines: vec![excuse.line],
                message,
                hint: Some(hint),
            };
            if excuse.reason.is_none() {
                let message =
                    format!("the excuse for `{}` gives no reason", shown(&excuse.checks.join(", ")));
                faults.push(fault(message, "say why after the bracket: `xtask: allow(check) reason`"));
            }
            for name in excuse.checks.iter().filter(|name| checks::check(name).is_none()) {
                let message = format!("there is no check `{}` to excuse", shown(name));
                faults.push(fault(message, "`xtask hook pre-commit --list` names the checks"));
            }
        }
        faults
    }
}

fn shown(text: &str) -> String {
    text.chars().take(60).flat_map(char::escape_debug).collect()
}

fn has_excuses(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"xtask: allow(").is_some()
}

/// Takes out what is excused, line by line.
fn excuse(faults: &mut Vec<Fault>, excuses: &[bytes::Excuse]) {
    let is_excused = |check: &str, line: usize| {
        excuses.iter().any(|excuse| {
            excuse.reason.is_some()
                && (excuse.covers == line || excuse.line == line)
                && excuse.checks.iter().any(|name| name == check)
        })
    };
    faults.retain_mut(|fault| {
        if fault.lines.is_empty() {
            return true;
        }
        let check = fault.check;
        let all = fault.lines.len();
        fault.lines.retain(|&line| !is_excused(check, line));
        if fault.lines.len() < all && !fault.lines.is_empty() {
            bytes::restate(fault);
        }
        !fault.lines.is_empty()
    });
}

fn finding(path: &RepoPath, fault: Fault, bytes: &[u8], old: &LineCounts) -> Finding {
    let level = checks::check(fault.check).map_or(Level::Deny, |check| check.level);
    let mut counts: BTreeMap<&[u8], usize> = BTreeMap::new();
    for &line in &fault.lines {
        *counts.entry(line_of(bytes, line)).or_default() += 1;
    }
    let new = fault.lines.is_empty()
        || counts
            .iter()
            .any(|(line, count)| old.get(&(fault.check, line.to_vec())).is_none_or(|old| count > old));
    Finding {
        level,
        path: Some(path.display().into_owned()),
        line: fault.line,
        check: fault.check.to_owned(),
        new,
        message: fault.message,
        hint: fault.hint.map(str::to_owned),
    }
}

fn line_of(bytes: &[u8], number: usize) -> &[u8] {
    bytes.split(|&byte| byte == b'\n').nth(number.saturating_sub(1)).unwrap_or_default()
}

/// True for a line that is new against `before`: it stands neither in what both begin with nor in what both end
/// with, and between the two more often than it did.
pub(super) fn is_added(before: &[u8], after: &[u8], line: usize) -> bool {
    let split = |bytes: &'_ [u8]| -> Vec<Vec<u8>> {
        bytes.split(|&byte| byte == b'\n').map(|line| line.trim_ascii_end().to_vec()).collect()
    };
    let (old, new) = (split(before), split(after));
    let Some(wanted) = new.get(line.saturating_sub(1)) else { return false };
    let start = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
    let room = old.len().min(new.len()) - start;
    let end =
        old.iter().rev().zip(new.iter().rev()).take(room).take_while(|(one, other)| one == other).count();
    let place = line - 1;
    if place < start || place >= new.len() - end {
        return false;
    }
    let count = |lines: &[Vec<u8>]| lines.iter().filter(|line| *line == wanted).count();
    count(&new[start..new.len() - end]) > count(&old[start..old.len() - end])
}
