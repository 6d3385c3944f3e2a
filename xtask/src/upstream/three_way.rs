//! Tells whether two changes of one text conflict, from git's own diffs of either side against the base. The diffs are
//! laid over one another as git does it (`xdl_do_merge` and `xdl_refine_conflicts` in `xdiff/xmerge.c`), so that where
//! one side stays the same, as a fork's does along upstream's commits, it is compared with the base once. Knows no
//! repository.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::{Context, Result};

/// What makes one text of another: changes in order, with unchanged lines between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Script<'a> {
    changes: Vec<Change>,
    /// Removed and added lines of all changes, with their line breaks.
    lines: Vec<&'a [u8]>,
}

/// Lines that gave way to others, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    /// In the old text.
    old: Range<usize>,
    /// In the new text.
    new: Range<usize>,
    /// Where its removed lines stand in [`Script::lines`]; the added ones follow.
    first: usize,
}

impl<'a> Script<'a> {
    /// Puts together which lines of the old and of the new text change; those that do not are one for one the same.
    pub(super) fn of([old, new]: [&[bool]; 2], [old_lines, new_lines]: [&[&'a [u8]]; 2]) -> Self {
        let run = |changed: &[bool], start: usize| {
            start..start + changed[start..].iter().take_while(|changed| **changed).count()
        };
        let mut script = Self::default();
        let (mut in_old, mut in_new) = (0, 0);
        while in_old < old_lines.len() || in_new < new_lines.len() {
            let change = Change { old: run(old, in_old), new: run(new, in_new), first: script.lines.len() };
            (in_old, in_new) = (change.old.end + 1, change.new.end + 1);
            if !change.old.is_empty() || !change.new.is_empty() {
                script.lines.extend_from_slice(&old_lines[change.old.clone()]);
                script.lines.extend_from_slice(&new_lines[change.new.clone()]);
                script.changes.push(change);
            }
        }
        script
    }

    fn removed(&self, change: &Change) -> &[&'a [u8]] {
        &self.lines[change.first..change.first + change.old.len()]
    }

    fn added(&self, change: &Change) -> &[&'a [u8]] {
        let start = change.first + change.old.len();
        &self.lines[start..start + change.new.len()]
    }

    /// By how many lines the new text is longer.
    fn growth(&self) -> isize {
        self.changes.last().map_or(0, |last| last.new.end as isize - last.old.end as isize)
    }

    /// A line of the old text, where this changes it.
    fn old_line(&self, line: usize) -> Option<&'a [u8]> {
        let place = self.changes.partition_point(|change| change.old.end <= line);
        let change = self.changes.get(place).filter(|change| change.old.contains(&line))?;
        self.removed(change).get(line - change.old.start).copied()
    }
}

/// Reads a patch with one line of context (`git diff -U1`, which leaves no common end aside as `-U0` does) whose files
/// have numbers for names. A file that is not compared by lines, since it is binary, has no script.
///
/// # Errors
/// It is not such a patch.
pub(super) fn scripts(patch: &[u8]) -> Result<BTreeMap<usize, Option<Script<'_>>>> {
    let mut all: BTreeMap<usize, Option<Script<'_>>> = BTreeMap::new();
    let mut file = None;
    let mut hunk = Hunk::default();
    for line in lines(patch) {
        if hunk.is_open() {
            let script =
                file.and_then(|file| all.get_mut(&file)?.as_mut()).context("read a patch: no file")?;
            hunk.take(script, line);
        } else if let Some(number) = line.strip_prefix(b"diff --git a/") {
            file = Some(leading_number(number).context("read a patch: no number")?.0);
            all.extend(file.map(|file| (file, Some(Script::default()))));
        } else if line.starts_with(b"Binary files ") {
            all.extend(file.map(|file| (file, None)));
        } else if let Some(places) = line.strip_prefix(b"@@ -") {
            hunk = Hunk::at(places).context("read a patch: a hunk without places")?;
        } else if line.starts_with(b"\\")
            && let Some(script) = file.and_then(|file| all.get_mut(&file)?.as_mut())
        {
            hunk.take(script, line);
        }
    }
    Ok(all)
}

/// Lines with their ends.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        let (line, after) = rest.split_at(end);
        rest = after;
        (!line.is_empty()).then_some(line)
    })
}

/// The number that a text begins with, and what follows it.
fn leading_number(text: &[u8]) -> Option<(usize, &[u8])> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    Some((std::str::from_utf8(&text[..end]).ok()?.parse().ok()?, &text[end..]))
}

/// A hunk that is being read: the next lines of either text, and how many are to come.
#[derive(Default)]
struct Hunk {
    old: Range<usize>,
    new: Range<usize>,
    /// Whether the last line belongs to a change.
    in_change: bool,
}

impl Hunk {
    /// Reads `1,2 +3,4 @@`.
    fn at(text: &[u8]) -> Option<Self> {
        let (old, rest) = places(text)?;
        let (new, _) = places(rest.strip_prefix(b" +")?)?;
        Some(Self { old, new, in_change: false })
    }

    fn is_open(&self) -> bool {
        !self.old.is_empty() || !self.new.is_empty()
    }

    fn take<'a>(&mut self, script: &mut Script<'a>, line: &'a [u8]) {
        let content = &line[1..];
        match line[0] {
            // "No newline at end of file": the line before has no end.
            b'\\' => {
                if let Some(last) = script.lines.last_mut().filter(|_| self.in_change) {
                    *last = last.strip_suffix(b"\n").unwrap_or(last);
                }
            }
            b'-' => {
                self.change(script).old.end += 1;
                script.lines.push(content);
                self.old.start += 1;
            }
            b'+' => {
                self.change(script).new.end += 1;
                script.lines.push(content);
                self.new.start += 1;
            }
            _ => {
                self.in_change = false;
                self.old.start += 1;
                self.new.start += 1;
            }
        }
    }

    /// The change that the next line belongs to.
    fn change<'s>(&mut self, script: &'s mut Script<'_>) -> &'s mut Change {
        if !self.in_change {
            let (old, new) = (self.old.start, self.new.start);
            script.changes.push(Change { old: old..old, new: new..new, first: script.lines.len() });
            self.in_change = true;
        }
        let last = script.changes.len() - 1;
        &mut script.changes[last]
    }
}

/// Reads `3,4` or `3` (one line) as lines from 0; where there is none, git names the line before.
fn places(text: &[u8]) -> Option<(Range<usize>, &[u8])> {
    let (start, rest) = leading_number(text)?;
    let (number, rest) = match rest.strip_prefix(b",") {
        Some(rest) => leading_number(rest)?,
        None => (1, rest),
    };
    let start = if number == 0 { start } else { start.checked_sub(1)? };
    Some((start..start + number, rest))
}

/// Whether git's merge of both leaves a conflict.
pub(super) fn conflict(fork: &Script<'_>, upstream: &Script<'_>) -> bool {
    Overlay { fork, upstream, chunk: None, conflicts: false }.run()
}

/// Lines that stand for one another in the base, the fork and upstream.
#[derive(Clone, Copy)]
struct Chunk {
    /// Whether both sides changed them, each in its own way.
    by_both: bool,
    by_fork: bool,
    /// First line and number of lines.
    base: (isize, isize),
    fork: (isize, isize),
    upstream: (isize, isize),
}

struct Overlay<'s, 'a> {
    fork: &'s Script<'a>,
    upstream: &'s Script<'a>,
    /// The last chunk: the next may touch it and join it.
    chunk: Option<Chunk>,
    conflicts: bool,
}

impl Overlay<'_, '_> {
    fn run(mut self) -> bool {
        let (mut forks, mut upstreams) = (self.fork.changes.as_slice(), self.upstream.changes.as_slice());
        if forks.is_empty() || upstreams.is_empty() {
            return false;
        }
        while let ([fork, later_forks @ ..], [upstream, later_upstreams @ ..]) = (forks, upstreams) {
            if fork.old.end < upstream.old.start {
                self.add(by_fork(fork, shift(upstream)));
                forks = later_forks;
                continue;
            }
            if upstream.old.end < fork.old.start {
                self.add(by_upstream(upstream, shift(fork)));
                upstreams = later_upstreams;
                continue;
            }
            if fork.old != upstream.old || self.fork.added(fork) != self.upstream.added(upstream) {
                self.add(by_both(fork, upstream));
            }
            if fork.old.end <= upstream.old.end {
                forks = later_forks;
            }
            if upstream.old.end <= fork.old.end {
                upstreams = later_upstreams;
            }
            if self.conflicts {
                return true;
            }
        }
        let ends = [self.fork.growth(), self.upstream.growth()];
        forks.iter().for_each(|fork| self.add(by_fork(fork, ends[1])));
        upstreams.iter().for_each(|upstream| self.add(by_upstream(upstream, ends[0])));
        self.judge();
        self.conflicts
    }

    /// Appends a chunk, or lets the last one grow where they touch.
    fn add(&mut self, next: Chunk) {
        let reaches = |start: (isize, isize), last: (isize, isize)| start.0 <= last.0 + last.1;
        match &mut self.chunk {
            Some(last) if reaches(next.fork, last.fork) || reaches(next.upstream, last.upstream) => {
                last.by_both |= next.by_both || next.by_fork != last.by_fork;
                let grown = |last: (isize, isize), next: (isize, isize)| (last.0, next.0 + next.1 - last.0);
                last.base = grown(last.base, next.base);
                last.fork = grown(last.fork, next.fork);
                last.upstream = grown(last.upstream, next.upstream);
            }
            _ => {
                self.judge();
                self.chunk = Some(next);
            }
        }
    }

    /// Sees whether the last chunk, which is whole now, conflicts: it does unless both sides came to the same lines.
    /// Where neither side left a line, git does not look.
    fn judge(&mut self) {
        let Some(chunk) = self.chunk.take().filter(|chunk| chunk.by_both) else { return };
        let same = chunk.fork.1 > 0
            && chunk.fork.1 == chunk.upstream.1
            && shown(chunk.base, self.fork, self.upstream) == shown(chunk.base, self.upstream, self.fork);
        self.conflicts |= !same;
    }
}

/// The lines of one side that stand for some of the base. What it left as it was the other side changed, and knows.
fn shown<'a>(base: (isize, isize), own: &Script<'a>, other: &Script<'a>) -> Vec<Option<&'a [u8]>> {
    let (start, end) = (base.0.max(0) as usize, (base.0 + base.1).max(0) as usize);
    let mut lines = Vec::new();
    let mut next = start;
    let first = own.changes.partition_point(|change| change.old.start < start);
    for change in own.changes[first..].iter().take_while(|change| change.old.end <= end) {
        lines.extend((next..change.old.start).map(|line| other.old_line(line)));
        lines.extend(own.added(change).iter().copied().map(Some));
        next = change.old.end;
    }
    lines.extend((next..end).map(|line| other.old_line(line)));
    lines
}

/// How far a text has moved against the base where a change begins.
fn shift(change: &Change) -> isize {
    change.new.start as isize - change.old.start as isize
}

fn span(lines: &Range<usize>) -> (isize, isize) {
    (lines.start as isize, lines.len() as isize)
}

fn by_fork(change: &Change, upstream_shift: isize) -> Chunk {
    let base = span(&change.old);
    Chunk {
        by_both: false,
        by_fork: true,
        base,
        fork: span(&change.new),
        upstream: (base.0 + upstream_shift, base.1),
    }
}

fn by_upstream(change: &Change, fork_shift: isize) -> Chunk {
    let base = span(&change.old);
    Chunk {
        by_both: false,
        by_fork: false,
        base,
        fork: (base.0 + fork_shift, base.1),
        upstream: span(&change.new),
    }
}

/// Both sides' lines, each widened to what the other changed.
fn by_both(fork: &Change, upstream: &Change) -> Chunk {
    let (ours, theirs) = (span(&fork.old), span(&upstream.old));
    let start = ours.0.min(theirs.0);
    let end = (ours.0 + ours.1).max(theirs.0 + theirs.1);
    let widened = |change: &Change, old: (isize, isize)| {
        let (first, number) = span(&change.new);
        (first - (old.0 - start), number + (old.0 - start) + (end - old.0 - old.1))
    };
    Chunk {
        by_both: true,
        by_fork: false,
        base: (start, end - start),
        fork: widened(fork, ours),
        upstream: widened(upstream, theirs),
    }
}
