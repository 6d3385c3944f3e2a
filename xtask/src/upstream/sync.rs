//! Finds the upstream commit that the fork's content corresponds to, where history does not say it: imports by
//! hand, squashes, copies without history. Knows no repository.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::model::{Hint, HintKind};
use super::parse::Commit;
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

static HEX: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b[0-9a-f]{6,64}\b").expect("the pattern is valid"));
/// An id alone, after a label or in an address.
static SOURCE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?i)^\W*(?:[a-z][\w /-]*:\s*|commit\s+)?(?:<?https://\S*/commits?/)?[0-9a-f]{7,64}\W*$";
    Regex::new(pattern).expect("the pattern is valid")
});
static VERSION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bv?\d+(?:\.\d+)+\b").expect("the pattern is valid"));
static SYNC: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"sync\w*|updat(?:e|ed|es|ing)|merg(?:e|ed|es|ing)|import\w*|rebas(?:e|ed|ing)|upgrad\w*|catch(?:ing)? up|up to|based on|bump\w*|upstream";
    Regex::new(&format!(r"(?i)\b(?:{words})\b")).expect("the pattern is valid")
});
static PICK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)cherry[ -]?pick|backport|revert").expect("the pattern is valid"));

/// Upstream's names that a fork's message may hold.
pub(super) struct Names<'a> {
    /// Ids of upstream's commits, sorted.
    pub(super) ids: &'a BTreeSet<CommitId>,
    /// Release tags by their last part.
    pub(super) tags: &'a BTreeMap<String, CommitId>,
}

/// What the fork's messages say about upstream, newest first, one for each commit named.
pub(super) fn hints<'a>(fork: impl Iterator<Item = &'a Commit>, names: &Names<'_>) -> Vec<Hint> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for commit in fork {
        let source = source_line(&commit.message);
        for (line, is_subject) in
            commit.message.lines().zip(std::iter::once(true).chain(std::iter::repeat(false)))
        {
            let kind = if source == Some(line) { HintKind::Sync } else { kind_of(line, is_subject) };
            for (words, id) in named(line, kind, names) {
                if seen.insert((id.clone(), kind)) {
                    let fork_commit = commit.id.clone();
                    all.push(Hint { kind, fork_commit, words, commit: id });
                }
            }
        }
    }
    all
}

/// The line below a subject which speaks of a sync that says a commit's id and no more: where it came from. Several such
/// lines are a list of what was taken over.
fn source_line(message: &str) -> Option<&str> {
    let mut lines = message.lines();
    let subject =
        lines.next().filter(|subject| kind_of(subject, true) == HintKind::Sync && !HEX.is_match(subject));
    let mut sources = lines.filter(|line| SOURCE.is_match(line));
    subject.and(sources.next()).filter(|_| sources.next().is_none())
}

/// What a line says of the commits that it names.
fn kind_of(line: &str, is_subject: bool) -> HintKind {
    if PICK.is_match(line) {
        HintKind::Pick
    } else if SYNC.is_match(line) && (is_subject || line.to_lowercase().contains("upstream")) {
        HintKind::Sync
    } else {
        HintKind::Mention
    }
}

fn named(line: &str, kind: HintKind, names: &Names<'_>) -> Vec<(String, CommitId)> {
    let mut found = Vec::new();
    for place in HEX.find_iter(line) {
        let word = place.as_str();
        // Seven digits hardly name a commit by chance; `#1234567` is an issue.
        let digits = word.bytes().all(|byte| byte.is_ascii_digit());
        let is_number = digits && (word.len() < 7 || line[..place.start()].ends_with('#'));
        if let Some(id) = unique(word, names.ids).filter(|_| !is_number) {
            found.push((word.to_owned(), id));
        }
    }
    // A version alone is more often the fork's own.
    if kind == HintKind::Sync && line.to_lowercase().contains("upstream") {
        for word in VERSION.find_iter(line).map(|word| word.as_str()) {
            if let Some(id) = names.tags.get(word) {
                found.push((word.to_owned(), id.clone()));
            }
        }
    }
    found
}

/// The one commit whose id starts so.
fn unique(start: &str, ids: &BTreeSet<CommitId>) -> Option<CommitId> {
    let padded =
        CommitId::parse(&format!("{start:0<40}")).or_else(|| CommitId::parse(&format!("{start:0<64}")))?;
    let mut matching = ids.range(padded..).take_while(|id| id.as_str().starts_with(start));
    let first = matching.next()?;
    matching.next().is_none().then(|| first.clone())
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

    #[test]
    fn hints_tell_a_sync_from_a_pick_and_from_a_number() {
        let ids = BTreeSet::from([
            CommitId::parse("a08f2b7e4567cdc50c0614ee0a4ffdff49b8b6e6").unwrap(),
            CommitId::parse("1234567000000000000000000000000000000000").unwrap(),
        ]);
        let tags = BTreeMap::from([("2021.05.16".to_owned(), id("c"))]);
        let names = Names { ids: &ids, tags: &tags };
        let commit = |message: &str| Commit {
            id: id("f"),
            mark: '<',
            tree: String::new(),
            parents: Vec::new(),
            date: String::new(),
            time: 0,
            message: message.to_owned(),
        };
        let cases = [
            ("[cleanup] Update to ytdl-commit-a08f2b7", Some((HintKind::Sync, "a08f2b7"))),
            (
                "Fix\n\n(cherry picked from commit a08f2b7e4567cdc50c0614ee0a4ffdff49b8b6e6)",
                Some((HintKind::Pick, "a08f2b7e4567cdc50c0614ee0a4ffdff49b8b6e6")),
            ),
            ("Sync with upstream 2021.05.16", Some((HintKind::Sync, "2021.05.16"))),
            ("Update to 2021.05.16", None),
            ("Support 2021.05.16", None),
            ("See 123456 and #1234567", None),
            ("Update to commit 1234567", Some((HintKind::Sync, "1234567"))),
            ("Update deadbeef", None),
            ("Sync stubs\n\nSource commit:\nhttps://h/x/y/commit/a08f2b7", Some((HintKind::Sync, "a08f2b7"))),
            ("Update stubs\n\nSource: a08f2b7", Some((HintKind::Sync, "a08f2b7"))),
            ("Update stubs\n\na08f2b7\n1234567", Some((HintKind::Mention, "a08f2b7"))),
            ("Fix stubs\n\nhttps://h/x/y/commit/a08f2b7", Some((HintKind::Mention, "a08f2b7"))),
            ("Update stubs\n\nThis was broken by a08f2b7", Some((HintKind::Mention, "a08f2b7"))),
        ];
        for (message, expected) in cases {
            let commits = [commit(message)];
            let found = hints(commits.iter(), &names);
            let found = found.first().map(|hint| (hint.kind, hint.words.as_str()));
            assert_eq!(found, expected, "{message}");
        }
    }
}
