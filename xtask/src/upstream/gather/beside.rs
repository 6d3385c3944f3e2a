//! Upstream's releases on branches of their own beside the one that is followed: where each left it, and whether the
//! fork's content follows one of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use anyhow::Result;

use super::super::model::{SyncMethod, SyncPoint, Window};
use super::super::parse::{self, Commit, LOG_FORMAT, RawEntry};
use super::super::sync;
use super::blobs;
use super::overlap;
use super::releases::Tag;
use super::sync::{LARGEST_TEXT, Lines, Search};
use super::told::Told;
use crate::repo::{BlobId, CommitId, is_binary};

/// Releases that are compared by their lines: those that share most files with the fork.
const MOST_COMPARED: usize = 8;

/// A commit beside upstream's branch.
pub(super) struct Beside {
    /// What it is called.
    pub(super) name: String,
    pub(super) commit: Commit,
    /// The place in upstream's order up to which its branch holds what upstream's has.
    pub(super) left: usize,
}

/// By how many lines one tree differs from another, and how many of them the fork holds.
#[derive(Clone, Copy, Debug, Default)]
struct Difference {
    gained: usize,
    gained_held: usize,
    lost: usize,
    lost_held: usize,
}

impl Difference {
    /// By how many lines the later tree is nearer to the fork than the earlier one; negative where it is farther.
    fn nearer(self) -> i64 {
        let balance = |held: usize, all: usize| 2 * held as i64 - all as i64;
        balance(self.gained_held, self.gained) - balance(self.lost_held, self.lost)
    }

    /// Whether the fork holds (nearly) all of what the later tree has of its own: of fixes that upstream's branch has as
    /// well, a fork on that branch holds many.
    fn is_held(self) -> bool {
        self.gained > 0 && self.gained_held * 10 >= self.gained * 9
    }
}

impl Search<'_> {
    /// Releases that left upstream's branch at one of the commits in `order`. Beside the fork's tags only those are
    /// upstream's that one of upstream's branches holds.
    pub(super) fn releases_beside(&self, order: &[&Commit]) -> Result<Vec<Beside>> {
        let tags = self.said.tags;
        let known: BTreeSet<&CommitId> = self.range.commits.iter().map(|commit| &commit.id).collect();
        let wanted: BTreeMap<&CommitId, &Tag> = tags
            .all
            .iter()
            .filter(|tag| !known.contains(&tag.commit) && tag.time <= self.last_time())
            .map(|tag| (&tag.commit, tag))
            .collect();
        if wanted.is_empty() || order.is_empty() {
            return Ok(Vec::new());
        }
        let mut asked = format!("^{}\n^{}\n", self.upstream, self.fork);
        let are_upstreams = tags.are_upstreams.then(|| wanted.keys().copied());
        for tip in tags.branches.iter().chain(are_upstreams.into_iter().flatten()) {
            let _ = writeln!(asked, "{tip}");
        }
        let format = LOG_FORMAT.replace("%B", "");
        let args = ["log", "-z", "--topo-order", &format, "--stdin"];
        let log = parse::log(&self.git().answer_to(&args, asked.as_bytes(), &[0])?.stdout)?;
        let left = self.left(&log, order);
        let found = log.iter().filter_map(|commit| {
            let name = wanted.get(&commit.id)?.name.trim_start_matches("refs/tags/");
            Some(Beside { name: name.to_owned(), commit: commit.clone(), left: *left.get(&commit.id)? })
        });
        Ok(found.collect())
    }

    /// A commit by the start of its id, where it stands above upstream's branch.
    pub(super) fn beside(&self, id: &str, order: &[&Commit]) -> Result<Option<Beside>> {
        let base = self.git().line(&["merge-base", id, self.upstream.as_str()])?;
        let Some(left) = order.iter().position(|commit| commit.id.as_str() == base) else { return Ok(None) };
        let log = self.git().read(&["log", "-1", "-z", LOG_FORMAT, "--end-of-options", id])?;
        let commit = parse::log(&log)?.into_iter().next();
        Ok(commit.map(|commit| Beside { name: id.to_owned(), commit, left }))
    }

    /// Where each of some commits left upstream's branch, of those that lie above one of its commits and above none of
    /// the fork's; `log` has children first.
    fn left(&self, log: &[Commit], order: &[&Commit]) -> BTreeMap<CommitId, usize> {
        let forks: BTreeSet<&CommitId> = self.range.fork().map(|commit| &commit.id).collect();
        let mut places: BTreeMap<CommitId, Option<usize>> =
            order.iter().enumerate().map(|(place, commit)| (commit.id.clone(), Some(place))).collect();
        let mut left = BTreeMap::new();
        for commit in log.iter().rev() {
            let is_forks = commit.parents.iter().any(|parent| forks.contains(parent));
            let of_parents = commit.parents.iter().filter_map(|parent| places.get(parent)).copied();
            let place = of_parents.collect::<Option<Vec<usize>>>().and_then(|all| all.into_iter().max());
            let place = place.filter(|_| !is_forks);
            if let Some(place) = place {
                left.insert(commit.id.clone(), place);
            }
            if place.is_some() || is_forks {
                places.insert(commit.id.clone(), place);
            }
        }
        left
    }

    /// The same sync point, or the release beside upstream's branch to which the fork's content is nearer and of whose
    /// own lines it holds nearly all.
    pub(super) fn or_release(&self, found: SyncPoint, told: &Told<'_>, lines: &Lines) -> Result<SyncPoint> {
        let end = told.place(&found.window.to).filter(|_| {
            // What the fork holds exactly, or says itself, is told already.
            matches!(found.method, SyncMethod::Lines | SyncMethod::Blobs)
        });
        let Some(end) = end else { return Ok(found) };
        let near = told.beside.iter().filter(|one| one.left <= end).collect();
        let mut best: Option<(i64, &Beside)> = None;
        for release in self.most_alike(near, lines) {
            let nearer = self.difference(&found.commit, &release.commit.id, lines)?.nearer();
            if nearer > best.map_or(0, |(most, _)| most) {
                best = Some((nearer, release));
            }
        }
        let Some((_, release)) = best else { return Ok(found) };
        // Where the nearest one was not taken over, another that lies farther off was not either.
        let own = self.difference(&told.order[release.left].id, &release.commit.id, lines)?;
        if !own.is_held() {
            return Ok(found);
        }
        let start = told.order[release.left];
        let from = if start.time <= release.commit.time { start } else { &release.commit };
        let why = format!(
            "the fork holds {} of the {} lines that the release {} has of its own since it left upstream's branch at {}; \
             on that branch: {}",
            own.gained_held, own.gained, release.name, start.id, found.why
        );
        Ok(SyncPoint {
            commit: release.commit.id.clone(),
            date: release.commit.date.clone(),
            window: Window { from: from.id.clone(), to: release.commit.id.clone() },
            why,
            ..found
        })
    }

    /// Those that share most files with the fork, of equal ones the newest.
    fn most_alike<'a>(&self, releases: Vec<&'a Beside>, lines: &Lines) -> Vec<&'a Beside> {
        let trees: Vec<&str> = releases.iter().map(|release| release.commit.tree.as_str()).collect();
        let blobs =
            lines.fork_files.iter().filter(|(_, size)| **size > 0).map(|(id, _)| id.clone()).collect();
        // Without these counts the newest are compared.
        let shared = overlap::overlaps(self.scratch, &blobs, &trees).unwrap_or_else(|_| vec![0; trees.len()]);
        let mut ranked: Vec<(u32, i64, usize)> = shared
            .into_iter()
            .enumerate()
            .map(|(at, shared)| (shared, releases[at].commit.time, at))
            .collect();
        ranked.sort_unstable_by(|a, b| b.cmp(a));
        ranked.truncate(MOST_COMPARED);
        ranked.into_iter().map(|(.., at)| releases[at]).collect()
    }

    /// By what lines of files that the fork follows two commits differ.
    fn difference(&self, from: &CommitId, to: &CommitId, lines: &Lines) -> Result<Difference> {
        let args =
            ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--full-index", from.as_str(), to.as_str()];
        let entries = parse::diff(&self.git().read(&args)?)?.entries;
        let ids = entries.iter().flat_map(|entry| &entry.ids).filter_map(|id| BlobId::parse(id)).collect();
        let mut texts = blobs::sizes(self.scratch, &ids)?;
        texts.retain(|_, size| *size <= LARGEST_TEXT);
        let mut folded: BTreeMap<BlobId, Vec<u64>> = BTreeMap::new();
        blobs::contents(self.scratch, &texts, |id, content| {
            if !is_binary(content) {
                let mut lines: Vec<u64> = sync::folded(content).collect();
                lines.sort_unstable();
                lines.dedup();
                folded.insert(id.clone(), lines);
            }
        })?;
        let of =
            |id: &String| BlobId::parse(id).and_then(|id| folded.get(&id)).map_or(&[][..], Vec::as_slice);
        let mut all = Difference::default();
        for RawEntry { ids: [old, new], .. } in &entries {
            all.add([of(old), of(new)], &lines.fork);
        }
        Ok(all)
    }
}

impl Difference {
    /// Adds what differs in one file, where the fork holds most of either content: of others it may keep no copy.
    fn add(&mut self, [old, new]: [&[u64]; 2], fork: &[u64]) {
        let held = |lines: &[u64]| lines.iter().filter(|line| fork.binary_search(line).is_ok()).count();
        let is_followed = |lines: &[u64]| !lines.is_empty() && held(lines) * 2 >= lines.len();
        if !is_followed(old) && !is_followed(new) {
            return;
        }
        let without = |lines: &[u64], others: &[u64]| -> Vec<u64> {
            lines.iter().copied().filter(|line| others.binary_search(line).is_err()).collect()
        };
        let (gained, lost) = (without(new, old), without(old, new));
        self.gained += gained.len();
        self.gained_held += held(&gained);
        self.lost += lost.len();
        self.lost_held += held(&lost);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::upstream::testing::{History, Place, analysis};

    fn lines(name: &str, count: usize) -> String {
        (0..count * 5).map(|line| format!("let {name}_{line} = compute({line});\n")).collect()
    }

    /// Upstream grows by a commit at a time; at the twentieth a release branch leaves, with two fixes of its own.
    fn with_release(fork: &str) -> History {
        let mut history = History::default();
        for count in 1..=30 {
            history.commit(
                "main",
                "grow",
                &[("f.rs", Some(&lines("value", count))), ("k.rs", Some("const K: u8 = 1;\n"))],
            );
            if count == 20 {
                history.tag("v1.2.0", "main").fork("stable", "main");
            }
        }
        for (version, fixes) in [("v1.2.1", 1), ("v1.2.2", 2)] {
            let text = lines("value", 20) + &lines("fix", fixes);
            history.commit("stable", "fix", &[("f.rs", Some(&text))]).tag(version, "stable");
        }
        history.commit("fork", "start", &[("own.rs", Some("fn own() {}\n"))]);
        history.commit("fork", "work", &[("up/f.rs", Some(fork)), ("up/k.rs", Some("const K: u8 = 1;\n"))]);
        history.commit("fork", "work", &[("up/f.rs", Some(&format!("{fork}fn own_one() {{}}\n")))]);
        history
    }

    /// The sync point's method and name.
    fn told(place: &Place, folder: &Path, fork: &str, upstream: &str) -> (SyncMethod, String) {
        let sync = analysis(folder, fork, upstream).sync_point.unwrap();
        let ends = [&sync.window.from, &sync.window.to].map(CommitId::as_str);
        assert_eq!(place.git(folder, &["rev-list", ends[0], &format!("^{}", ends[1])]), "", "{sync:?}");
        (sync.method, place.git(folder, &["describe", "--tags", "--always", sync.commit.as_str()]))
    }

    #[test]
    fn fork_follows_a_release_beside_upstreams_branch_where_it_holds_what_that_one_has_of_its_own() {
        let cases = [
            (lines("value", 20) + &lines("fix", 1), "v1.2.1"),
            (lines("value", 20) + &lines("fix", 2), "v1.2.2"),
            (lines("value", 20), "v1.2.0"),
            (lines("value", 25), "v1.2.0-5-g"),
            // A fix alone was taken over.
            (lines("value", 25) + &lines("fix", 1), "v1.2.0-5-g"),
        ];
        for (fork, expected) in cases {
            let place = Place::new();
            let history = with_release(&(fork + "fn own_zero() {}\n"));
            let source = place.repository("up", &["--bare"], &history);
            let folder = place.repository("r", &[], &history);
            let (method, name) = told(&place, &folder, "fork", &format!("{}#main", source.display()));
            assert!(name.starts_with(expected), "{expected}: {name}");
            assert_eq!(method, SyncMethod::Lines);
        }
    }

    #[test]
    fn what_holds_exactly_a_release_beside_upstreams_branch_follows_that_one() {
        let place = Place::new();
        let history = with_release(&(lines("value", 20) + &lines("fix", 1)));
        let source = place.repository("up", &["--bare"], &history);
        let folder = place.repository("r", &[], &history);
        let told = told(&place, &folder, "fork~", &format!("{}#main", source.display()));
        assert_eq!(told, (SyncMethod::SameTree, "v1.2.1".to_owned()));
    }

    #[test]
    fn beside_the_forks_tags_a_release_counts_where_one_of_upstreams_branches_holds_it() {
        let place = Place::new();
        let folder = place.repository("r", &[], &with_release(&(lines("value", 20) + &lines("fix", 1))));
        place.git(&folder, &["config", "remote.up.url", "https://h.example/up.git"]);
        place.git(&folder, &["update-ref", "refs/remotes/up/main", "main"]);
        let now = || told(&place, &folder, "fork", "refs/remotes/up/main").1;
        assert_eq!(now(), "v1.2.0", "the fork may have made it");
        place.git(&folder, &["update-ref", "refs/remotes/up/stable", "stable"]);
        assert_eq!(now(), "v1.2.1");
    }
}
