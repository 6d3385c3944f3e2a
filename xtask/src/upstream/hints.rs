//! What the fork's own messages say about where it stands: ids, versions and links of upstream. Knows no repository.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::Regex;

use super::model::{Hint, HintKind};
use super::parse::Commit;
use super::sides::called;
use crate::repo::CommitId;

static HEX: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b[0-9a-f]{6,64}\b").expect("the pattern is valid"));
/// An id alone, after a label or in an address.
static SOURCE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?i)^\W*(?:[a-z][\w /-]*:\s*|commit\s+)?(?:<?https://\S*/commits?/)?[0-9a-f]{7,64}\W*$";
    Regex::new(pattern).expect("the pattern is valid")
});
/// What `git subtree` writes, and `git subrepo` below its line `upstream:`.
static RECORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^(?:git-subtree-split:\s*[0-9a-f]{7,64}|\s+commit:\s*"[0-9a-f]{7,64}")\s*$"#)
        .expect("the pattern is valid")
});
static VERSION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bv?\d+(?:\.\d+)+\b").expect("the pattern is valid"));
/// A release in an address: the repository's name and the tag.
static RELEASE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"https?://\S+?/(?P<name>[^/\s]+)/(?:-/)?(?:releases/tag|releases|tags?|tree|archive(?:/refs/tags)?)/(?P<tag>[^\s/)>\]]+)";
    Regex::new(pattern).expect("the pattern is valid")
});
const SYNC_WORDS: &str = r"sync\w*|updat(?:e|ed|es|ing)|merg(?:e|ed|es|ing)|import\w*|rebas(?:e|ed|ing)|upgrad\w*|catch(?:ing)? up|up to|based on|bump\w*|upstream";
static SYNC: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!(r"(?i)\b(?:{SYNC_WORDS})\b")).expect("the pattern is valid"));
/// A line that begins with such a word, perhaps after a topic (`[x]`, `x:`, or a kind of change as `MNT`).
static STARTS_WITH_SYNC: LazyLock<Regex> = LazyLock::new(|| {
    let topic = r"\[[^\]]*\]\s*|[^\s:]+:\s+|(?-i:[A-Z]{2,6})\s+";
    let pattern = format!(r"(?i)^\W*(?:{topic})?(?:{SYNC_WORDS}|vendor(?:ed|ing)?)\b");
    Regex::new(&pattern).expect("the pattern is valid")
});
static PICK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)cherry[ -]?pick|backport|revert").expect("the pattern is valid"));
static PORT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:back)?port(?:ed|ing)\b|\bbackports?\b").expect("the pattern is valid")
});
static STARTS_WITH_REVERT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)^\W*revert").expect("the pattern is valid"));
/// What git itself writes into a commit that takes another one back.
static REVERTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^This reverts commit ([0-9a-f]{7,64})\b").expect("the pattern is valid")
});
/// Where a merge came from, as git itself writes it.
static MERGED_FROM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^Merge .* of (?P<address>\S*[/:]\S+?)(?: into \S+)?$").expect("the pattern is valid")
});

/// Words between upstream's name and a version of it.
const NEAR: usize = 8;

/// Upstream's names that a fork's message may hold.
pub(super) struct Names<'a> {
    /// Ids of upstream's commits, sorted.
    pub(super) ids: &'a BTreeSet<CommitId>,
    /// Commits of its release tags by [`version`].
    pub(super) tags: &'a BTreeMap<String, Vec<CommitId>>,
    /// What upstream is called, in lower case.
    pub(super) own: &'a BTreeSet<String>,
    /// A commit that stands beside upstream's branch, by the start of its id.
    pub(super) beside: &'a dyn Fn(&str) -> Option<CommitId>,
}

impl Names<'_> {
    fn of_version(&self, text: &str) -> Option<CommitId> {
        let commits = self.tags.get(&version(text, self.own)?)?;
        let inside = commits.iter().find(|commit| self.ids.contains(*commit)).cloned();
        inside.or_else(|| commits.iter().find_map(|commit| (self.beside)(commit.as_str())))
    }

    /// Whether a word is upstream's name, alone or at the end of an address.
    fn is_own(&self, word: &str) -> bool {
        let name = word.rsplit('/').next().unwrap_or(word).to_lowercase();
        self.own.contains(name.strip_suffix(".git").unwrap_or(&name))
    }
}

/// The numbers of a version or of a release tag, in one form; upstream's own name before them may hold figures, as in
/// `bzip2-1.0.8`.
pub(super) fn version(text: &str, own: &BTreeSet<String>) -> Option<String> {
    let lower = text.to_lowercase();
    let bare = own.iter().find_map(|own| lower.strip_prefix(own.as_str())).unwrap_or(&lower);
    let start = bare.find(|c: char| c.is_ascii_digit())?;
    Some(bare[start..].replace(['_', '-'], "."))
}

/// Whether a commit says that it brought one piece of upstream's, of however many commits that is made.
pub(super) fn is_port(message: &str) -> bool {
    message.lines().next().is_some_and(|subject| PORT.is_match(subject))
}

/// What a repository is called, as most of its own merges say from where they came.
pub(super) fn called_by_merges<'a>(commits: impl Iterator<Item = &'a Commit>) -> Option<String> {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for commit in commits.filter(|commit| commit.parents.len() > 1) {
        let subject = commit.message.lines().next().unwrap_or_default();
        if let Some(name) = MERGED_FROM.captures(subject).and_then(|found| called(&found["address"])) {
            *names.entry(name).or_default() += 1;
        }
    }
    names.into_iter().max_by_key(|(_, merges)| *merges).map(|(name, _)| name)
}

/// What the fork's messages say about upstream, newest first, one for each commit named. A commit that takes another
/// one back says nothing, nor does the one that it took back.
pub(super) fn hints<'a>(fork: impl Iterator<Item = &'a Commit>, names: &Names<'_>) -> Vec<Hint> {
    let mut seen = BTreeSet::new();
    let mut reverted: Vec<&str> = Vec::new();
    let mut all = Vec::new();
    for commit in fork {
        if reverted.iter().any(|start| commit.id.as_str().starts_with(start)) {
            continue;
        }
        reverted
            .extend(REVERTS.captures_iter(&commit.message).filter_map(|found| Some(found.get(1)?.as_str())));
        let subject = commit.message.lines().next().unwrap_or_default();
        if STARTS_WITH_REVERT.is_match(subject) {
            continue;
        }
        let source = source_line(&commit.message);
        let records = records(&commit.message);
        for (number, line) in commit.message.lines().enumerate() {
            let is_source = source == Some(number) || records.contains(&number);
            let kind = if is_source { HintKind::Sync } else { kind_of(line, number == 0) };
            let releases = releases(line, subject, names).into_iter().map(|found| (HintKind::Sync, found));
            let named = named(line, kind, names).into_iter().map(|found| (kind, found));
            for (kind, (words, id)) in named.chain(releases) {
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
fn source_line(message: &str) -> Option<usize> {
    let mut lines = message.lines().enumerate();
    let subject = lines
        .next()
        .filter(|(_, subject)| kind_of(subject, true) == HintKind::Sync && !HEX.is_match(subject));
    let mut sources = lines.filter(|(_, line)| SOURCE.is_match(line));
    subject.and(sources.next()).filter(|_| sources.next().is_none()).map(|(number, _)| number)
}

/// The lines in which a tool that keeps upstream in a folder wrote down what it took over.
fn records(message: &str) -> BTreeSet<usize> {
    let mut block = "";
    let mut found = BTreeSet::new();
    for (number, line) in message.lines().enumerate() {
        if !line.starts_with(char::is_whitespace) {
            block = line.trim_end();
        }
        let is_upstreams = block == "upstream:" || line.starts_with("git-subtree-split");
        if is_upstreams && RECORD.is_match(line) {
            found.insert(number);
        }
    }
    found
}

/// `sync` where a line speaks of taking everything up to a commit, `pick` where it takes one commit over.
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
        if digits && (word.len() < 7 || line[..place.start()].ends_with('#')) {
            continue;
        }
        // Each question of this kind is one to git: only a word that would count is worth it.
        let may_be_beside = kind == HintKind::Sync && word.len() >= 7;
        let beside = || may_be_beside.then(|| (names.beside)(word)).flatten();
        if let Some(id) = unique(word, names.ids).or_else(beside) {
            found.push((word.to_owned(), id));
        }
    }
    // A version alone is more often the fork's own.
    if kind == HintKind::Sync && line.to_lowercase().contains("upstream") {
        let versions = VERSION.find_iter(line).map(|word| word.as_str());
        found.extend(versions.filter_map(|word| Some((word.to_owned(), names.of_version(word)?))));
    }
    found
}

/// The versions to which a line says that upstream's name was brought: the one behind `to` where one stands there, both
/// of `between X and Y` (which of them is newer, upstream tells), else the first behind the name.
fn versions_of_own<'l>(line: &'l str, names: &Names<'_>) -> Vec<&'l str> {
    if !STARTS_WITH_SYNC.is_match(line) {
        return Vec::new();
    }
    let trimmed = |word: &'l str| word.trim_matches(|c: char| !c.is_alphanumeric());
    let words = line.split_whitespace().map(trimmed).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.flat_map(|word| name_and_version(word, names)).collect();
    let Some(name) = words.iter().position(|word| names.is_own(word)) else { return Vec::new() };
    let start = name + 1;
    let versions: Vec<usize> =
        (start..words.len().min(start + NEAR)).filter(|&place| is_version(words[place])).collect();
    if words[..name].last().is_some_and(|word| word.eq_ignore_ascii_case("between")) {
        return versions.into_iter().take(2).map(|place| words[place]).collect();
    }
    let is_behind_to = |place: usize| {
        let before = words[..place].iter().rev().find(|word| !word.eq_ignore_ascii_case("version"));
        before.is_some_and(|word| word.eq_ignore_ascii_case("to"))
    };
    let place = versions.iter().find(|place| is_behind_to(**place)).or(versions.first());
    place.map(|place| words[*place]).into_iter().collect()
}

fn is_version(word: &str) -> bool {
    VERSION.find(word).is_some_and(|found| found.as_str() == word)
}

/// Upstream's name and a version that a dash joins to it, as two words; any other word as it is.
fn name_and_version<'l>(word: &'l str, names: &Names<'_>) -> Vec<&'l str> {
    match word.rsplit_once('-') {
        Some((name, version)) if names.is_own(name) && is_version(version) => vec![name, version],
        _ => vec![word],
    }
}

/// Releases of upstream's to which a line says that the fork was brought, and to which a message about a sync links.
fn releases(line: &str, subject: &str, names: &Names<'_>) -> Vec<(String, CommitId)> {
    if PICK.is_match(line) {
        return Vec::new();
    }
    let is_sync = kind_of(subject, true) == HintKind::Sync;
    let links = RELEASE.captures_iter(line).filter(|link| is_sync && names.is_own(&link["name"]));
    let tags = links.map(|link| link["tag"].trim_end_matches(['.', ',', ';']).to_owned());
    let versions = versions_of_own(line, names).into_iter().map(str::to_owned).chain(tags);
    versions.filter_map(|word| Some((word.clone(), names.of_version(&word)?))).collect()
}

/// The one commit whose id starts so.
fn unique(start: &str, ids: &BTreeSet<CommitId>) -> Option<CommitId> {
    let padded =
        CommitId::parse(&format!("{start:0<40}")).or_else(|| CommitId::parse(&format!("{start:0<64}")))?;
    let mut matching = ids.range(padded..).take_while(|id| id.as_str().starts_with(start));
    let first = matching.next()?;
    matching.next().is_none().then(|| first.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(digit: &str) -> CommitId {
        CommitId::parse(&digit.repeat(40)).unwrap()
    }

    fn commit(message: &str, parents: usize) -> Commit {
        Commit {
            id: id("f"),
            mark: '<',
            tree: String::new(),
            parents: vec![id("0"); parents],
            date: String::new(),
            time: 0,
            message: message.to_owned(),
        }
    }

    /// The hints of messages, newest first, each of a commit whose id repeats its number; upstream is `zlib`.
    fn all(messages: &[&str]) -> Vec<Hint> {
        let ids = BTreeSet::from([
            CommitId::parse("a08f2b7e4567cdc50c0614ee0a4ffdff49b8b6e6").unwrap(),
            CommitId::parse("1234567000000000000000000000000000000000").unwrap(),
            id("c"),
        ]);
        let tags = [("2021.05.16", "c"), ("1.2", "c"), ("1.3", "b"), ("9.9", "9")];
        let tags = tags.map(|(version, commit)| (version.to_owned(), vec![id(commit)])).into();
        let own = BTreeSet::from(["zlib".to_owned()]);
        let beside = |word: &str| id("b").as_str().starts_with(word).then(|| id("b"));
        let names = Names { ids: &ids, tags: &tags, own: &own, beside: &beside };
        let numbered = messages.iter().enumerate();
        let commits: Vec<Commit> = numbered
            .map(|(number, message)| Commit { id: id(&number.to_string()), ..commit(message, 1) })
            .collect();
        hints(commits.iter(), &names)
    }

    /// The kind and the words of the first hint of a message.
    fn told(message: &str) -> Option<(HintKind, String)> {
        all(&[message]).into_iter().next().map(|hint| (hint.kind, hint.words))
    }

    fn check(cases: &[(&str, Option<(HintKind, &str)>)]) {
        for (message, expected) in cases {
            let expected = expected.map(|(kind, words)| (kind, words.to_owned()));
            assert_eq!(told(message), expected, "{message}");
        }
    }

    #[test]
    fn git_is_asked_of_ids_that_would_count_alone() {
        let asked = std::cell::Cell::new(0);
        let beside = |_: &str| {
            asked.set(asked.get() + 1);
            None
        };
        let (ids, tags, own) = (BTreeSet::new(), BTreeMap::new(), BTreeSet::new());
        let names = Names { ids: &ids, tags: &tags, own: &own, beside: &beside };
        let told = |message: &str| hints([commit(message, 1)].iter(), &names);
        told(&format!("Fix facade\n\n(cherry picked from commit {})", "b".repeat(40)));
        assert_eq!(asked.get(), 0);
        told("Sync with upstream bbbbbbb");
        assert_eq!(asked.get(), 1);
    }

    #[test]
    fn figures_of_a_name_are_no_part_of_its_version() {
        let own = BTreeSet::from(["bzip2".to_owned()]);
        assert_eq!(version("bzip2-1.0.8", &own).as_deref(), Some("1.0.8"));
        assert_eq!(version("v1_0_8", &own).as_deref(), Some("1.0.8"));
        assert_eq!(version("next", &own), None);
    }

    #[test]
    fn hints_tell_a_sync_from_a_pick_and_from_a_number() {
        check(&[
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
        ]);
    }

    #[test]
    fn version_beside_upstreams_name_is_upstreams() {
        check(&[
            ("Update zlib to 1.2", Some((HintKind::Sync, "1.2"))),
            ("updated Zlib (v1.2)", Some((HintKind::Sync, "v1.2"))),
            ("deps: bump vendored zlib c lib from 1.2 to version 1.3", Some((HintKind::Sync, "1.3"))),
            ("Vendor madler/zlib v1.2", Some((HintKind::Sync, "v1.2"))),
            ("Update zlib to 9.9", None),
            ("Update png to 1.2 and zlib", None),
            ("Fix import of zlib 1.2", None),
            ("Revert \"Update zlib to 1.2\"", None),
            ("updated core to Zlib-1.3.", Some((HintKind::Sync, "1.3"))),
            ("Update png-1.2", None),
            ("MNT vendor zlib 1.2", Some((HintKind::Sync, "1.2"))),
            ("FIX zlib 1.2", None),
        ]);
    }

    #[test]
    fn backport_is_told_by_its_subject() {
        for subject in ["SSL: backport the cache from 1.3", "HTTP/2: porting from zlib", "Ported x"] {
            assert!(is_port(subject), "{subject}");
        }
        for subject in ["Port to engine 115", "Fix the port", "Update\n\nwith backports"] {
            assert!(!is_port(subject), "{subject}");
        }
    }

    #[test]
    fn changes_between_two_versions_name_both() {
        let told =
            |message: &str| -> Vec<String> { all(&[message]).into_iter().map(|hint| hint.words).collect() };
        assert_eq!(told("merge changes between zlib-1.2 and zlib-1.3"), ["1.2", "1.3"]);
        assert_eq!(told("Update zlib 1.2 (1.3 is broken)"), ["1.2"]);
    }

    #[test]
    fn what_was_taken_back_says_nothing() {
        // Newest first; the n-th message is that of the commit whose id is n.
        let back = |number: usize| {
            format!(
                "Revert \"it\"\n\nThis reverts commit {}.\n\nSee upstream a08f2b7",
                number.to_string().repeat(40)
            )
        };
        let told =
            |messages: &[&str]| -> Vec<String> { all(messages).into_iter().map(|hint| hint.words).collect() };
        let update = "Update zlib to 1.2";
        assert_eq!(told(&[&back(1), update]), [""; 0]);
        assert_eq!(told(&[&back(2), update, "Update zlib to 1.3"]), ["1.2"]);
        assert_eq!(told(&[&back(1), &back(2), update]), ["1.2"], "taken back twice");
    }

    #[test]
    fn release_of_upstream_in_an_address_counts_where_the_subject_speaks_of_a_sync() {
        let link = "https://h.example/madler/zlib/releases/tag/v1.3";
        check(&[
            (&format!("Update it\n\nSee {link}."), Some((HintKind::Sync, "v1.3"))),
            (&format!("Fix it\n\nSee {link}"), None),
            (&format!("Update it\n\nSee {}", link.replace("zlib", "png")), None),
        ]);
    }

    #[test]
    fn what_a_tool_wrote_down_is_a_sync_and_its_own_version_is_none() {
        let subrepo = |upstream: &str, tool: &str| {
            format!(
                "git subrepo pull x\n\nsubrepo:\n  subdir:   \"x\"\nupstream:\n  branch:   \"main\"\n  \
                 commit:   \"{upstream}\"\ngit-subrepo:\n  commit:   \"{tool}\"\n"
            )
        };
        check(&[
            (&subrepo("a08f2b7", "0000000"), Some((HintKind::Sync, "a08f2b7"))),
            (&subrepo("0000000", "a08f2b7"), Some((HintKind::Mention, "a08f2b7"))),
            (
                "Squashed 'x/' changes\n\ngit-subtree-dir: x\ngit-subtree-split: a08f2b7\n",
                Some((HintKind::Sync, "a08f2b7")),
            ),
            ("See git-subtree-split: a08f2b7\n", Some((HintKind::Mention, "a08f2b7"))),
        ]);
    }

    #[test]
    fn commit_beside_upstreams_branch_is_one_of_upstreams() {
        let message = format!("Update it\n\nCommit: {}", "b".repeat(40));
        assert_eq!(told(&message), Some((HintKind::Sync, "b".repeat(40))));
        assert_eq!(told(&message.replace("Update", "Fix")), None);
    }

    #[test]
    fn a_repository_is_called_as_most_of_its_merges_say() {
        let merges = [
            "Merge branch 'x' of https://h.example/me/zlib.git",
            "Merge branch 'dev' of h.example:you/Zlib into topic",
            "Merge branch 'x' of https://h.example/me/other",
            "Merge pull request #1 of many things",
        ];
        let commits: Vec<Commit> = merges.iter().map(|message| commit(message, 2)).collect();
        assert_eq!(called_by_merges(commits.iter()).as_deref(), Some("zlib"));
        assert_eq!(called_by_merges([commit(merges[0], 1)].iter()), None);
    }
}
