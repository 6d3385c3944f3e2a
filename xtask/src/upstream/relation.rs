//! Counts what each side has of its own. Knows no repository.

use std::collections::{BTreeMap, BTreeSet};

use super::class::{FileClass, class_of};
use super::model::{Changed, Conflict, Equivalent, Hunk, Merge, Notice, Relation, Renames};
use super::parse::{Commit, Diff, TrialMerge};
use crate::repo::{CommitId, RepoPath};

/// Commits of the two sides, newest first; the boundary is kept for its trees.
#[derive(Debug, Default)]
pub(super) struct Range {
    /// All commits that `git log --left-right --boundary FORK...UPSTREAM` gives.
    pub(super) commits: Vec<Commit>,
}

impl Range {
    /// The fork's own commits.
    pub(super) fn fork(&self) -> impl Iterator<Item = &Commit> {
        self.commits.iter().filter(|commit| commit.mark == '<')
    }

    /// Upstream's own commits.
    pub(super) fn upstream(&self) -> impl Iterator<Item = &Commit> {
        self.commits.iter().filter(|commit| commit.mark == '>')
    }

    /// Commits that only the fork and only upstream have.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.fork().count(), self.upstream().count())
    }

    /// Commits that only the fork and only upstream have, merges left out.
    pub(super) fn counts_without_merges(&self) -> [usize; 2] {
        let plain = |commit: &&Commit| commit.parents.len() < 2;
        [self.fork().filter(plain).count(), self.upstream().filter(plain).count()]
    }

    /// Commits by month of their committer date: `[fork, upstream]`.
    pub(super) fn months(&self) -> BTreeMap<String, [usize; 2]> {
        let mut months: BTreeMap<String, [usize; 2]> = BTreeMap::new();
        for commit in self.fork().chain(self.upstream()) {
            let slot = usize::from(commit.mark == '>');
            months.entry(month(commit.time)).or_default()[slot] += 1;
        }
        months
    }

    /// Commits, merges apart, whose tree is their parent's (or empty, for a root).
    pub(super) fn empty(&self, empty_tree: &str) -> Vec<CommitId> {
        let trees: BTreeMap<&CommitId, &str> =
            self.commits.iter().map(|commit| (&commit.id, commit.tree.as_str())).collect();
        let changes_nothing = |commit: &&Commit| match commit.parents.as_slice() {
            [] => commit.tree == empty_tree,
            [parent] => trees.get(parent).is_some_and(|tree| *tree == commit.tree),
            _ => false,
        };
        let own = self.commits.iter().filter(|commit| commit.mark != '-');
        own.filter(changes_nothing).map(|commit| commit.id.clone()).collect()
    }
}

/// Gives commits that git marked `=` (the same patch on both sides) their side back: each is an ancestor of one tip
/// alone. Gives their ids besides.
pub(super) fn sides(mut commits: Vec<Commit>, tips: [&CommitId; 2]) -> (Range, BTreeSet<CommitId>) {
    let marked: BTreeSet<CommitId> =
        commits.iter().filter(|commit| commit.mark == '=').map(|commit| commit.id.clone()).collect();
    if marked.is_empty() {
        return (Range { commits }, marked);
    }
    let places: BTreeMap<CommitId, usize> =
        commits.iter().enumerate().map(|(place, commit)| (commit.id.clone(), place)).collect();
    for (tip, side) in tips.into_iter().zip(['<', '>']) {
        let mut seen = BTreeSet::new();
        let mut open: Vec<usize> = places.get(tip).copied().into_iter().collect();
        while let Some(place) = open.pop() {
            let commit = &mut commits[place];
            if commit.mark != '-' && seen.insert(place) {
                commit.mark = side;
                open.extend(commit.parents.iter().filter_map(|parent| places.get(parent)));
            }
        }
    }
    (Range { commits }, marked)
}

/// Upstream's commits in the order in which they landed on its first parents, each branch before its merge: a topic
/// that is old but was merged late comes late. What no first parent reaches does not exist in a range.
pub(super) fn landing_order(range: &Range) -> Vec<&Commit> {
    let mut rest: BTreeMap<&CommitId, &Commit> =
        range.upstream().map(|commit| (&commit.id, commit)).collect();
    let mut line = Vec::new();
    let mut next = range.upstream().next();
    while let Some(commit) = next {
        line.push(commit);
        next = commit.parents.first().and_then(|parent| rest.get(parent).copied());
    }
    let mut order = Vec::with_capacity(rest.len());
    for landed in line.into_iter().rev() {
        let mut branch = Vec::new();
        let mut open = vec![landed];
        while let Some(commit) = open.pop() {
            if rest.remove(&commit.id).is_some() {
                open.extend(commit.parents.iter().filter_map(|parent| rest.get(parent).copied()));
                branch.push(commit);
            }
        }
        branch.sort_by_key(|commit| (commit.id == landed.id, commit.time));
        order.extend(branch);
    }
    order
}

/// The places of the commits that stand on upstream's first parents, in the order in which they landed.
pub(super) fn main_line(order: &[&Commit]) -> BTreeSet<usize> {
    let places: BTreeMap<&CommitId, usize> =
        order.iter().enumerate().map(|(place, commit)| (&commit.id, place)).collect();
    let mut line = BTreeSet::new();
    let mut next = order.len().checked_sub(1);
    while let Some(place) = next.filter(|place| line.insert(*place)) {
        next = order[place].parents.first().and_then(|parent| places.get(parent)).copied();
    }
    line
}

/// The oldest and the newest commit around `place`, no farther than `from` and `to`: of a branch only its merge counts,
/// since a branch that is old may have landed late.
pub(super) fn window<'a>(
    order: &[&'a Commit],
    line: &BTreeSet<usize>,
    (from, place, to): (usize, usize, usize),
) -> [&'a Commit; 2] {
    let here = order[place];
    let times = |range: std::ops::RangeInclusive<usize>| line.range(range).map(|&at| order[at]);
    let oldest = times(from.min(place)..=place).chain([here]).min_by_key(|commit| commit.time);
    let newest = times(place..=to.max(place)).chain([here]).max_by_key(|commit| commit.time);
    [oldest.unwrap_or(here), newest.unwrap_or(here)]
}

/// `2024-05` of a time in seconds since 1970 (UTC); the calendar is Howard Hinnant's `civil_from_days`.
pub(super) fn month(time: i64) -> String {
    let days = time.div_euclid(86_400) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}")
}

/// How the two sides stand.
pub(super) fn relation(related: bool, same: bool, ahead: usize, behind: usize) -> Relation {
    match (related, same, ahead, behind) {
        (_, true, ..) => Relation::Same,
        (false, ..) => Relation::Unrelated,
        (_, _, _, 0) => Relation::Ahead,
        (_, _, 0, _) => Relation::Behind,
        _ => Relation::Diverged,
    }
}

/// Splits the commits that git marked `=` by side; those that change nothing are listed apart.
pub(super) fn equivalent(range: &Range, marked: &BTreeSet<CommitId>, empty: Vec<CommitId>) -> Equivalent {
    let nothing: BTreeSet<&CommitId> = empty.iter().collect();
    let equal = |commit: &&Commit| marked.contains(&commit.id) && !nothing.contains(&commit.id);
    let fork = range.fork().filter(equal).map(|commit| commit.id.clone()).collect();
    let upstream = range.upstream().filter(equal).map(|commit| commit.id.clone()).collect();
    Equivalent { fork, upstream, empty }
}

/// Paths by side.
pub(super) fn changed(fork: &Diff, upstream: &Diff) -> Changed {
    let (fork, upstream) = (fork.paths(), upstream.paths());
    let both = fork.intersection(&upstream).cloned().collect();
    Changed { fork: fork.into_iter().collect(), upstream: upstream.into_iter().collect(), both }
}

/// Renames by side.
pub(super) fn renames(fork: &Diff, upstream: &Diff) -> Renames {
    Renames { fork: fork.renames(), upstream: upstream.renames() }
}

/// Turns git's account of a trial merge into the result.
pub(super) fn merge(trial: &TrialMerge, clean: bool) -> Merge {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut leading: BTreeMap<&RepoPath, BTreeSet<String>> = BTreeMap::new();
    let mut second: BTreeMap<&RepoPath, BTreeSet<Notice>> = BTreeMap::new();
    let conflicts = trial.messages.iter().filter(|message| message.is_conflict());
    for message in conflicts {
        *kinds.entry(message.kind.clone()).or_default() += 1;
        let Some((first, others)) = message.paths.split_first() else { continue };
        leading.entry(first).or_default().insert(message.kind.clone());
        for other in others.iter().filter(|other| *other != first) {
            let notice = Notice { path: first.clone(), kind: message.kind.clone() };
            second.entry(other).or_default().insert(notice);
        }
    }
    let conflict = |path: &RepoPath| Conflict {
        path: path.clone(),
        kinds: leading.get(path).into_iter().flatten().cloned().collect(),
        part_of: second.get(path).into_iter().flatten().cloned().collect(),
        stands_for: None,
        class: class_of(path, leading.get(path).is_some_and(|kinds| kinds.contains("CONFLICT (binary)"))),
        hunks: Vec::new(),
        fork_commits: Vec::new(),
        upstream_commits: Vec::new(),
        first_commit: None,
        proven: false,
        monotone: None,
    };
    let elsewhere = leading.iter().filter(|(path, _)| !trial.stages.contains_key(**path));
    let notices = elsewhere
        .flat_map(|(path, kinds)| {
            kinds.iter().map(|kind| Notice { path: (*path).clone(), kind: kind.clone() })
        })
        .collect();
    Merge {
        clean,
        tree: Some(trial.tree.clone()),
        conflicts: trial.stages.keys().map(conflict).collect(),
        unjudged: Vec::new(),
        kinds,
        notices,
    }
}

/// The path that git moved out of the way under this name (`l~<commit>`) because the other side has another kind of
/// thing there.
pub(super) fn set_aside(name: &RepoPath, sides: [&CommitId; 2]) -> Option<RepoPath> {
    let name = name.as_bytes();
    sides.iter().find_map(|side| {
        let mark = format!("~{side}");
        let place = memchr::memmem::rfind(name, mark.as_bytes())?;
        let rest = &name[place + mark.len()..];
        let number = rest.strip_prefix(b"_").unwrap_or(b"0");
        let is_end = rest.is_empty() || rest.starts_with(b"_");
        (is_end && number.iter().all(u8::is_ascii_digit)).then(|| RepoPath::from_bytes(&name[..place]))
    })
}

/// Tells of each path that git set aside which one it stands for, and what that one holds.
pub(super) fn name_set_aside(merge: &mut Merge, sides: [&CommitId; 2]) {
    for conflict in &mut merge.conflicts {
        conflict.stands_for = set_aside(&conflict.path, sides);
        if let Some(path) = conflict.stands_for.as_ref().filter(|_| conflict.class != FileClass::Binary) {
            conflict.class = class_of(path, false);
        }
    }
}

/// The hunks of a merged content: `<<<<<<<`, the fork's lines, `=======`, upstream's lines, `>>>>>>>`.
pub(super) fn hunks(content: &[u8], fork: &str, upstream: &str) -> Vec<Hunk> {
    let (start, end) = (format!("<<<<<<< {fork}"), format!(">>>>>>> {upstream}"));
    let mut all = Vec::new();
    let mut open: Option<(Hunk, bool)> = None;
    for (place, line) in content.split(|&byte| byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match &mut open {
            // A name may be followed by `:path` where a side was renamed.
            None if line.starts_with(start.as_bytes()) => {
                open = Some((Hunk { line: place + 1, fork_lines: 0, upstream_lines: 0 }, false));
            }
            None => {}
            Some((hunk, _)) if line.starts_with(end.as_bytes()) => {
                all.push(*hunk);
                open = None;
            }
            Some((_, in_upstream)) if !*in_upstream && line == b"=======" => *in_upstream = true,
            Some((hunk, true)) => hunk.upstream_lines += 1,
            Some((hunk, false)) => hunk.fork_lines += 1,
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;
    use crate::upstream::parse::Message;

    #[test]
    fn months_follow_the_calendar() {
        let cases = [
            (0, "1970-01"),
            (951_782_399, "2000-02"),
            (951_868_800, "2000-03"),
            (-1, "1969-12"),
            (1_735_689_599, "2024-12"),
        ];
        for (time, expected) in cases {
            assert_eq!(month(time), expected, "{time}");
        }
    }

    #[test]
    fn commit_with_the_same_patch_on_both_sides_keeps_its_side() {
        let id = |digit: char| CommitId::parse(&digit.to_string().repeat(40)).unwrap();
        let commit = |name: char, mark: char, parents: &[char]| Commit {
            id: id(name),
            mark,
            tree: String::new(),
            parents: parents.iter().map(|&parent| id(parent)).collect(),
            date: String::new(),
            time: 0,
            message: String::new(),
        };
        let log = vec![
            commit('1', '=', &['2']),
            commit('a', '<', &['b', 'c']),
            commit('b', '=', &['0']),
            commit('2', '>', &['0']),
            commit('c', '=', &['0']),
            commit('0', '-', &['d']),
        ];
        let (range, marked) = sides(log, [&id('a'), &id('1')]);
        let marks: String = range.commits.iter().map(|commit| commit.mark).collect();
        assert_eq!(marks, "><<><-");
        assert_eq!(marked, BTreeSet::from([id('1'), id('b'), id('c')]));
    }

    /// Commits of upstream's, each above some of those before it, with dates in no order; newest first.
    fn history(parents: &[Vec<usize>], times: &[i64]) -> Range {
        let id = |number: usize| CommitId::parse(&format!("{number:040x}")).unwrap();
        let commit = |(number, above): (usize, &Vec<usize>)| Commit {
            id: id(number),
            mark: '>',
            tree: String::new(),
            parents: above.iter().map(|&parent| id(parent)).collect(),
            date: String::new(),
            time: times[number],
            message: String::new(),
        };
        let mut commits: Vec<Commit> = parents.iter().enumerate().map(commit).collect();
        commits.reverse();
        Range { commits }
    }

    #[test]
    fn branch_that_is_old_but_landed_late_is_no_end_of_a_window() {
        // 2 and 3 are a branch that 5 merges.
        let range =
            history(&[vec![], vec![0], vec![0], vec![2], vec![1], vec![4, 3]], &[0, 50, 10, 11, 60, 70]);
        let order = landing_order(&range);
        let numbers: Vec<i64> = order.iter().map(|commit| commit.time).collect();
        assert_eq!(numbers, [0, 50, 60, 10, 11, 70]);
        let ends = |places| window(&order, &main_line(&order), places).map(|commit| commit.time);
        assert_eq!(ends((1, 2, 4)), [50, 60]);
        assert_eq!(ends((1, 3, 5)), [10, 70]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn window_never_ends_before_it_begins(
            parents in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 1..3), 1..40),
            times in prop::collection::vec(0i64..100, 41),
            places in prop::array::uniform3(any::<prop::sample::Index>()),
        ) {
            let above = |(number, some): (usize, &Vec<prop::sample::Index>)| {
                let mut above: Vec<usize> = some.iter().map(|one| one.index(number + 1)).collect();
                above.dedup();
                above
            };
            let parents: Vec<Vec<usize>> = std::iter::once(vec![]).chain(parents.iter().enumerate().map(above)).collect();
            let range = history(&parents, &times);
            let order = landing_order(&range);
            let mut places = places.map(|place| place.index(order.len()));
            places.sort_unstable();
            let [from, place, to] = places;
            let [oldest, newest] = window(&order, &main_line(&order), (from, place, to));
            let here = order[place].time;
            prop_assert!(oldest.time <= here && here <= newest.time);
            let is_inside = |end: &Commit| order[from..=to].iter().any(|commit| commit.id == end.id);
            prop_assert!(is_inside(oldest) && is_inside(newest));
        }
    }

    #[test]
    fn relation_has_one_name_for_each_case() {
        assert_eq!(relation(true, true, 0, 0), Relation::Same);
        assert_eq!(relation(true, false, 3, 0), Relation::Ahead);
        assert_eq!(relation(true, false, 0, 3), Relation::Behind);
        assert_eq!(relation(true, false, 1, 1), Relation::Diverged);
        assert_eq!(relation(false, false, 9, 9), Relation::Unrelated);
    }

    fn stages(paths: &[&str]) -> TrialMerge {
        let none: [Option<(String, String)>; 3] = Default::default();
        let stages = paths.iter().map(|&path| (path.into(), none.clone())).collect();
        TrialMerge { tree: "t".to_owned(), stages, messages: Vec::new() }
    }

    #[test]
    fn second_path_of_a_conflict_is_part_of_it_and_does_not_lead() {
        let mut trial = stages(&["old", "new"]);
        trial.messages.push(Message {
            paths: vec!["old".into(), "new".into()],
            kind: "CONFLICT (rename/delete)".to_owned(),
            words: String::new(),
        });
        let merge = merge(&trial, false);
        assert_eq!(merge.conflicts[0].path, "new".into());
        assert!(merge.conflicts[0].kinds.is_empty());
        assert_eq!(merge.conflicts[0].part_of[0].path, "old".into());
        assert_eq!(merge.conflicts[1].kinds, ["CONFLICT (rename/delete)"]);
    }

    #[test]
    fn hunks_are_counted_between_markers() {
        let merged = b"a\n<<<<<<< f\nx\ny\n=======\nz\n>>>>>>> u\nb\n<<<<<<< f:old\n=======\nq\n>>>>>>> u:new\n<<<<<<< no\n";
        let found = hunks(merged, "f", "u");
        let hunk = |line, fork_lines, upstream_lines| Hunk { line, fork_lines, upstream_lines };
        assert_eq!(found, [hunk(2, 2, 1), hunk(9, 0, 1)]);
    }

    #[test]
    fn message_about_a_path_that_is_not_unmerged_is_kept() {
        let mut trial = stages(&["a"]);
        trial.messages.push(Message {
            paths: vec!["elsewhere".into()],
            kind: "CONFLICT (file location)".to_owned(),
            words: String::new(),
        });
        assert_eq!(merge(&trial, false).notices[0].path, "elsewhere".into());
    }

    #[test]
    fn name_that_git_made_up_tells_the_path_it_stands_for() {
        let sides = ["1", "2"].map(|digit| CommitId::parse(&digit.repeat(40)).unwrap());
        let path_of = |name: String| set_aside(&RepoPath::from(name.as_str()), [&sides[0], &sides[1]]);
        for (end, expected) in
            [("", Some("a/l")), ("_0", Some("a/l")), ("_x", None), ("/b", None), ("0", None)]
        {
            for side in &sides {
                assert_eq!(path_of(format!("a/l~{side}{end}")), expected.map(RepoPath::from), "{end}");
            }
        }
        assert_eq!(path_of("a/l~HEAD".to_owned()), None);
    }
}
