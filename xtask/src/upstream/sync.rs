//! Finds the upstream commit that the fork's content corresponds to, where history does not say it: imports by
//! hand, squashes, copies without history. Knows no repository.

use std::collections::BTreeMap;

use super::reach::Taken;
use crate::fnv;
use crate::repo::{CommitId, TreeRecord};

/// Shorter lines (folded) stand in every file and tell nothing.
const SHORTEST_LINE: usize = 8;

/// Fewer lines of a commit may stand in the fork by chance.
const FEWEST_OF_COMMIT: usize = 4;

/// A line without white space, with one kind of quotes and without a comma at its end (the last of a list has one or
/// not), as a hash (FNV-1a); `None` when it is too short.
pub(super) fn fold(line: &[u8]) -> Option<u64> {
    let line = line.trim_ascii_end();
    let line = line.strip_suffix(b",").unwrap_or(line);
    let mut hash = fnv::START;
    let mut length = 0;
    for &byte in line {
        if byte.is_ascii_whitespace() {
            continue;
        }
        let byte = if byte == b'"' { b'\'' } else { byte };
        hash = fnv::step(hash, byte);
        length += 1;
    }
    (length >= SHORTEST_LINE).then_some(hash)
}

/// The folded lines of a text, unsorted.
pub(super) fn folded(text: &[u8]) -> impl Iterator<Item = u64> {
    text.split(|&byte| byte == b'\n').filter_map(fold)
}

/// Lines that each commit added, folded, each once; read from `diff-tree --stdin -p -U0`. Gives the last commit.
pub(super) fn added_lines(patch: &[u8], all: &mut BTreeMap<CommitId, Vec<u64>>) -> Option<CommitId> {
    let mut current: Option<CommitId> = None;
    let mut lines: Vec<u64> = Vec::new();
    let (mut minus, mut plus) = (0usize, 0usize);
    for line in patch.split(|&byte| byte == b'\n') {
        if minus > 0 && line.first() == Some(&b'-') {
            minus -= 1;
        } else if plus > 0 && line.first() == Some(&b'+') {
            plus -= 1;
            lines.extend(fold(&line[1..]));
        } else if line.starts_with(b"@@ ") {
            (minus, plus) = hunk(line);
        } else if let Some(id) = header(line) {
            close(&mut current, &mut lines, all);
            current = Some(id);
        }
    }
    let last = current.clone();
    close(&mut current, &mut lines, all);
    last
}

fn close(current: &mut Option<CommitId>, lines: &mut Vec<u64>, all: &mut BTreeMap<CommitId, Vec<u64>>) {
    if let Some(id) = current.take() {
        lines.sort_unstable();
        lines.dedup();
        all.insert(id, std::mem::take(lines));
    }
    lines.clear();
}

fn header(line: &[u8]) -> Option<CommitId> {
    if line.len() < 40 {
        return None;
    }
    CommitId::parse(std::str::from_utf8(line).ok()?)
}

/// Counts of `@@ -a,b +c,d @@`: lines removed and added.
fn hunk(line: &[u8]) -> (usize, usize) {
    let text = String::from_utf8_lossy(line);
    let count = |sign: char| {
        let part = text.split(' ').find(|part| part.starts_with(sign)).unwrap_or_default();
        part.split_once(',').map_or(1, |(_, count)| count.parse().unwrap_or(0))
    };
    (count('-'), count('+'))
}

/// How much of a commit's own lines the fork holds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Containment {
    /// Lines that this commit alone added.
    pub(super) lines: usize,
    /// Those of them that stand somewhere in the fork's files.
    pub(super) held: usize,
}

impl Containment {
    /// True when the fork holds (nearly) all of it and there is enough to tell by.
    pub(super) fn is_applied(self) -> bool {
        self.lines >= FEWEST_OF_COMMIT && self.held * 10 >= self.lines * 9
    }
}

/// Keeps the lines that one commit alone added and that the base had not; others tell nothing.
pub(super) fn own_lines(added: &mut BTreeMap<CommitId, Vec<u64>>, base: &[u64]) {
    let mut all: Vec<u64> = added.values().flatten().copied().collect();
    all.sort_unstable();
    let is_single = |line: u64| {
        let at = all.partition_point(|&other| other < line);
        all.get(at + 1) != Some(&line)
    };
    for lines in added.values_mut() {
        lines.retain(|&line| is_single(line) && base.binary_search(&line).is_err());
    }
}

/// The fork's lines that are among upstream's own ones, sorted.
pub(super) fn shared(own: &BTreeMap<CommitId, Vec<u64>>, fork: &[u64]) -> Vec<u64> {
    let mut all: Vec<u64> = own.values().flatten().copied().collect();
    all.retain(|line| fork.binary_search(line).is_ok());
    all.sort_unstable();
    all
}

/// Which of the fork's commits added a line first: its number and date.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    first: BTreeMap<u64, (i64, usize)>,
}

impl Arrivals {
    /// Notes the lines that one commit added, of those that are asked about (sorted).
    pub(super) fn note(&mut self, commit: usize, time: i64, lines: &[u64], asked: &[u64]) {
        for &line in lines.iter().filter(|line| asked.binary_search(line).is_ok()) {
            let first = self.first.entry(line).or_insert((time, commit));
            *first = (*first).min((time, commit));
        }
    }
}

/// How much of one of upstream's commits the fork holds, whoever had it first.
pub(super) fn containment(own: &[u64], shared: &[u64]) -> Containment {
    let held = own.iter().filter(|line| shared.binary_search(line).is_ok()).count();
    Containment { lines: own.len(), held }
}

/// How much of one of upstream's commits came into the fork after it, and by which of the fork's commits.
pub(super) fn taken(own: &[u64], shared: &[u64], arrivals: &Arrivals, time: i64, is_pick: bool) -> Taken {
    let mut taken = Taken { time, is_pick, ..Taken::default() };
    for line in own {
        let first = arrivals.first.get(line);
        if first.is_some_and(|(arrival, _)| *arrival < time) {
            continue;
        }
        taken.lines += 1;
        if shared.binary_search(line).is_ok() {
            taken.held += 1;
            if let Some((_, commit)) = first {
                *taken.by.entry(*commit).or_default() += 1;
            }
        }
    }
    taken
}

/// Files of equal content that a folder has to hold at least, and more than half of all.
const FEWEST_IN_FOLDER: usize = 3;

/// The folder into which the fork put upstream's files, each with its whole path; `None` where they stand at the root.
pub(super) fn folder<'a>(
    fork: impl Iterator<Item = TreeRecord<'a>>,
    upstream: impl Iterator<Item = TreeRecord<'a>>,
) -> Option<String> {
    let fork = by_content(fork);
    let mut folders: BTreeMap<&[u8], usize> = BTreeMap::new();
    let mut all = 0;
    for (id, path) in by_content(upstream).into_iter().filter_map(|(id, path)| Some((id, path?))) {
        let Some(there) = fork.get(id).copied().flatten() else { continue };
        all += 1;
        let folder = there.strip_suffix(path).map(|folder| folder.strip_suffix(b"/").unwrap_or(folder));
        let is_whole =
            |folder: &&[u8]| there.len() == path.len() || folder.len() + 1 + path.len() == there.len();
        if let Some(folder) = folder.filter(is_whole) {
            *folders.entry(folder).or_default() += 1;
        }
    }
    let (folder, files) = folders.into_iter().max_by_key(|(_, files)| *files)?;
    let is_clear = files >= FEWEST_IN_FOLDER && files * 2 > all && !folder.is_empty();
    is_clear.then(|| String::from_utf8(folder.to_vec()).ok()).flatten()
}

/// Where each content stands; `None` where it stands twice, as licences and empty files do.
fn by_content<'a>(records: impl Iterator<Item = TreeRecord<'a>>) -> BTreeMap<&'a str, Option<&'a [u8]>> {
    let mut all = BTreeMap::new();
    for record in records.filter(|record| record.kind == "blob") {
        all.entry(record.id).and_modify(|path| *path = None).or_insert(Some(record.path));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(digit: &str) -> CommitId {
        CommitId::parse(&digit.repeat(40)).unwrap()
    }

    #[test]
    fn folder_is_where_most_files_stand_with_their_whole_path() {
        let told = |fork: &[(&'static str, &'static str)], upstream: &[(&'static str, &'static str)]| {
            let record = |&(id, path): &(&'static str, &'static str)| TreeRecord {
                mode: "100644",
                kind: "blob",
                id,
                path: path.as_bytes(),
            };
            folder(fork.iter().map(record), upstream.iter().map(record))
        };
        let upstream = [("1", "a"), ("2", "b/c"), ("3", "d"), ("4", "e"), ("5", "x"), ("5", "y")];
        let inside = [("1", "v/up/a"), ("2", "v/up/b/c"), ("3", "v/up/d"), ("4", "e"), ("5", "z")];
        assert_eq!(told(&inside, &upstream).as_deref(), Some("v/up"));
        assert_eq!(
            told(&[("1", "a"), ("2", "b/c"), ("3", "d"), ("4", "v/e")], &upstream),
            None,
            "at the root"
        );
        assert_eq!(told(&inside[..2], &upstream), None, "too few");
        let ends = [("1", "up-a"), ("2", "up-b/c"), ("3", "up-d")];
        assert_eq!(told(&ends, &upstream), None, "no folder");
    }

    #[test]
    fn fold_ignores_white_space_and_the_kind_of_quotes() {
        assert_eq!(fold(b"    name = \"value\""), fold(b"name=\t'value'\r"));
        assert_ne!(fold(b"name = 'value'"), fold(b"name = 'other'"));
        assert_eq!(fold(b"    }"), None);
    }

    #[test]
    fn added_lines_count_hunks_so_that_content_is_never_taken_for_a_header() {
        let patch = format!(
            "{a}\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n--- removed line\n+++ added line one\n+{b}\n\
             \\ No newline at end of file\n{b}\n",
            a = "a".repeat(40),
            b = "b".repeat(40)
        );
        let mut all = BTreeMap::new();
        added_lines(patch.as_bytes(), &mut all);
        assert_eq!(all[&id("a")].len(), 2);
        assert!(all[&id("b")].is_empty());
    }

    #[test]
    fn lines_of_the_base_and_of_several_commits_tell_nothing() {
        let mut own = BTreeMap::from([(id("a"), vec![1, 2, 3]), (id("b"), vec![3, 4])]);
        own_lines(&mut own, &[1]);
        let shared = shared(&own, &[1, 2, 3]);
        assert_eq!(containment(&own[&id("a")], &shared), Containment { lines: 1, held: 1 });
        assert_eq!(containment(&own[&id("b")], &shared), Containment { lines: 1, held: 0 });
    }

    #[test]
    fn what_the_fork_had_first_was_not_taken_over() {
        let mut arrivals = Arrivals::default();
        arrivals.note(7, 300, &[1, 2, 9], &[1, 2, 3]);
        arrivals.note(4, 100, &[2], &[1, 2, 3]);
        let taken = taken(&[1, 2, 3, 5], &[1, 2, 3], &arrivals, 200, false);
        assert_eq!((taken.lines, taken.held), (3, 2), "line 2 stood in the fork before upstream had it");
        assert_eq!(taken.by, BTreeMap::from([(7, 1)]), "nothing tells who brought line 3");
    }
}
