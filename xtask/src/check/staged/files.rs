//! Judges one staged file: its bytes now, and where it matters its bytes before.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use super::checks::Switches;
use crate::check::CheckId;
use crate::check::bytes::{self, Content, Fault, Options, Secrets};
use crate::repo::{EntryKind, RepoPath};
use crate::report::Level;

/// How often a check found a line with this text.
type LineCounts = BTreeMap<(CheckId, Vec<u8>), usize>;

/// A file and what it was.
pub(super) struct File<'a> {
    pub(super) path: &'a RepoPath,
    pub(super) kind: EntryKind,
    pub(super) bytes: &'a [u8],
    /// The contents in the commits that this one descends from, as far as the file was there; read when asked for.
    pub(super) before: &'a dyn Fn() -> Vec<Vec<u8>>,
    /// Whether the commit puts it, as it is, into an archive: nobody wrote a line of it, and nobody will.
    pub(super) is_put_away: bool,
}

/// What is the same for all files.
pub(super) struct Judge<'a> {
    pub(super) switches: &'a Switches,
    pub(super) options: Options,
    /// How many signs the markers of a conflict have, for files with a number of their own.
    pub(super) marker_sizes: &'a BTreeMap<RepoPath, usize>,
    pub(super) secrets: &'a Secrets,
    /// Files that held a conflict since the last commit; `None` where no commit is being made.
    pub(super) settled: Option<&'a BTreeSet<RepoPath>>,
}

impl<'a> Judge<'a> {
    /// Judges contents as they are, whatever became of a conflict in them.
    pub(super) fn of(
        switches: &'a Switches,
        options: Options,
        marker_sizes: &'a BTreeMap<RepoPath, usize>,
        secrets: &'a Secrets,
    ) -> Self {
        Self { switches, options, marker_sizes, secrets, settled: None }
    }
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
        let lines = Lines::of(file.bytes);
        let mut findings: Vec<Finding> =
            faults.into_iter().map(|fault| finding(file.path, fault, &lines, &old)).collect();
        findings.sort();
        findings
    }

    fn on(&self, id: CheckId, path: &RepoPath) -> bool {
        self.switches.judges(id, path)
    }

    fn faults(&self, file: &File<'_>, content: &Content<'_>) -> Vec<Fault> {
        let path = file.path;
        let mut faults = self.faults_of(path, content, &|| (file.before)());
        if file.is_put_away {
            faults.retain(|fault| !matches!(fault.check, CheckId::TrailingBlanks | CheckId::FinalNewline));
        }
        if self.on(CheckId::Debug, path) {
            let leftovers = bytes::debug_leftovers(path, content);
            if !leftovers.is_empty() {
                let before = (file.before)();
                let added: Vec<Added<'_>> =
                    before.iter().map(|before| Added::between(before, file.bytes)).collect();
                let is_added = |line: usize| added.iter().all(|added| added.holds(line));
                faults.extend(leftovers.into_iter().filter(|fault| fault.line.is_some_and(is_added)));
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
        if self.on(CheckId::TrailingBlanks, path) || self.on(CheckId::FinalNewline, path) {
            faults.extend(bytes::blanks(path, content, self.options));
        }
        if self.on(CheckId::ConflictMarker, path) {
            let settled = self.settled.is_some_and(|settled| settled.contains(path));
            let merging = self.options.merging || settled;
            let before = if merging { before() } else { Vec::new() };
            let before: Vec<&[u8]> = before.iter().map(Vec::as_slice).collect();
            let marker_size = self.marker_sizes.get(path).copied().unwrap_or(self.options.marker_size);
            let options = Options { marker_size, merging, settled, ..self.options };
            faults.extend(bytes::conflict_markers(path, content, &before, options));
        }
        let (keys, tokens) = (self.on(CheckId::PrivateKey, path), self.on(CheckId::Token, path));
        if keys || tokens {
            faults.extend(self.secrets.find(content.bytes, (keys, tokens)));
        }
        if [CheckId::Toml, CheckId::Yaml, CheckId::Json, CheckId::Workflow]
            .iter()
            .any(|&id| self.on(id, path))
        {
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
            let judge = Judge { options, settled: None, ..*self };
            let lines = Lines::of(bytes);
            for fault in judge.faults_of(path, &Content::of(bytes), &Vec::new) {
                for line in &fault.lines {
                    *counts.entry((fault.check, lines.get(*line).to_vec())).or_default() += 1;
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
        if !self.on(CheckId::Excuse, path) {
            return faults;
        }
        for excuse in excuses {
            let fault = |message: String, hint| Fault {
                check: CheckId::Excuse,
                line: Some(excuse.line),
                lines: vec![excuse.line],
                message,
                hint: Some(hint),
                warns: false,
            };
            if excuse.reason.is_none() {
                let message =
                    format!("the excuse for `{}` gives no reason", shown(&excuse.checks.join(", ")));
                faults.push(fault(message, "say why after the bracket: `xtask: allow(check) reason`"));
            }
            for name in excuse.checks.iter().filter(|name| CheckId::of_commits().all(|id| id.name() != *name))
            {
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
    faults.retain_mut(|fault| {
        if fault.lines.is_empty() {
            return true;
        }
        let check = fault.check;
        let all = fault.lines.len();
        fault.lines.retain(|&line| !bytes::is_excused(excuses, check, line));
        if fault.lines.len() < all && !fault.lines.is_empty() {
            bytes::restate(fault);
        }
        !fault.lines.is_empty()
    });
}

fn finding(path: &RepoPath, fault: Fault, lines: &Lines<'_>, old: &LineCounts) -> Finding {
    let level = if fault.warns { Level::Warn } else { fault.check.level() };
    let mut counts: BTreeMap<&[u8], usize> = BTreeMap::new();
    for &line in &fault.lines {
        *counts.entry(lines.get(line)).or_default() += 1;
    }
    let new = fault.lines.is_empty()
        || counts
            .iter()
            .any(|(line, count)| old.get(&(fault.check, line.to_vec())).is_none_or(|old| count > old));
    Finding {
        level,
        path: Some(path.clone()),
        line: fault.line,
        check: fault.check,
        new,
        message: fault.message,
        hint: fault.hint.map(str::to_owned),
    }
}

/// The lines of a text, by their numbers from 1.
struct Lines<'a>(Vec<&'a [u8]>);

impl<'a> Lines<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self(bytes.split(|&byte| byte == b'\n').collect())
    }

    /// The line, without its end; nothing where there is none.
    fn get(&self, number: usize) -> &'a [u8] {
        number.checked_sub(1).and_then(|place| self.0.get(place)).copied().unwrap_or_default()
    }
}

/// The lines of a text that are new against an older one: a line is new that stands neither in what both begin with nor
/// in what both end with, and between the two more often than it did.
pub(super) struct Added<'a> {
    /// How many lines both begin with.
    start: usize,
    /// What stands between the two ends now.
    between: Vec<&'a [u8]>,
    /// How often each line between the two ends stands there more often than before.
    more: BTreeMap<&'a [u8], isize>,
}

impl<'a> Added<'a> {
    pub(super) fn between(before: &'a [u8], after: &'a [u8]) -> Self {
        let split = |bytes: &'a [u8]| -> Vec<&'a [u8]> {
            bytes.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end).collect()
        };
        let (old, mut new) = (split(before), split(after));
        let start = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
        let room = old.len().min(new.len()) - start;
        let same_at_end = old.iter().rev().zip(new.iter().rev()).take(room);
        let end = same_at_end.take_while(|(one, other)| one == other).count();
        new.truncate(new.len() - end);
        let between = new.split_off(start);
        let mut more: BTreeMap<&[u8], isize> = BTreeMap::new();
        for line in &between {
            *more.entry(line).or_default() += 1;
        }
        for line in &old[start..old.len() - end] {
            *more.entry(line).or_default() -= 1;
        }
        Self { start, between, more }
    }

    /// True for the number, from 1, of a line that is new.
    pub(super) fn holds(&self, line: usize) -> bool {
        let place = line.checked_sub(self.start + 1);
        place.and_then(|place| self.between.get(place)).is_some_and(|line| self.more[line] > 0)
    }
}
