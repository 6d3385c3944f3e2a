//! Release tags, and which of them upstream contains: asked only where the log of both sides does not tell.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::super::model::Release;
use super::super::relation::Range;
use super::super::sides;
use crate::repo::{CommitId, Repo, Scratch};

/// A release tag as a step that the fork may take.
pub(super) struct StepTag {
    /// Its full ref name.
    pub(super) name: String,
    pub(super) commit: CommitId,
    /// Whether upstream's tip contains it.
    pub(super) contained: bool,
}

/// A release tag.
pub(super) struct Tag {
    /// Its full ref name.
    pub(super) name: String,
    pub(super) commit: CommitId,
    /// That commit's committer date in seconds.
    pub(super) time: i64,
}

/// The release tags beside upstream's tip.
pub(super) struct Tags {
    /// By the date of their commits, oldest first.
    pub(super) all: Vec<Tag>,
    /// Whether they stand in a repository of upstream's own, so that all of them are upstream's. Beside the fork's
    /// tags only those count, as steps and as the newest release, that upstream's tip contains; what a message names
    /// may lie beside it.
    pub(super) are_upstreams: bool,
    /// Upstream's branches as far as this repository knows them.
    pub(super) branches: Vec<CommitId>,
}

/// Upstream's tip, and what is known of the history below it.
#[derive(Clone, Copy)]
pub(super) struct Tip<'a> {
    pub(super) scratch: &'a Scratch,
    pub(super) range: &'a Range,
    pub(super) commit: &'a CommitId,
}

impl Tags {
    /// Reads the tags of a repository, and upstream's branches there, which stand below `branches`.
    pub(super) fn of(repo: &Repo, are_upstreams: bool, branches: Option<&str>) -> Result<Self> {
        let tags = repo.library().map(|library| library.references_glob("refs/tags/*"));
        if tags.is_some_and(|tags| tags.is_ok_and(|mut tags| tags.next().is_none())) {
            return Ok(Self { all: Vec::new(), are_upstreams, branches: Vec::new() });
        }
        let format = "--format=%(refname)%00%(objectname)%00%(*objectname)%00%(committerdate:unix)%00%(*committerdate:unix)";
        let places: Vec<&str> = std::iter::once("refs/tags").chain(branches).collect();
        let text = repo.git().line(&[&["for-each-ref", format], &places[..]].concat())?;
        let mut all: Vec<Tag> = text.lines().filter_map(tag).collect();
        let branches = text.lines().filter_map(branch).collect();
        all.sort_by(|a, b| a.time.cmp(&b.time).then_with(|| a.name.cmp(&b.name)));
        Ok(Self { all, are_upstreams, branches })
    }

    /// The newest one that counts.
    pub(super) fn newest(&self, tip: Tip<'_>) -> Result<Option<Release>> {
        let release = |tag: &Tag, contained| Release {
            name: tag.name.clone(),
            commit: tag.commit.clone(),
            time: tag.time,
            contained,
        };
        let mut rest: Vec<&Tag> = self.all.iter().rev().collect();
        if self.are_upstreams {
            rest.truncate(1);
        }
        // The newest first, a few at a time: to reach an old one git walks all of history.
        let mut size = 4;
        while !rest.is_empty() {
            let part: Vec<&Tag> = rest.drain(..size.min(rest.len())).collect();
            let inside = tip.contained(&part)?;
            if let Some(tag) = part.iter().find(|tag| inside.contains(&tag.commit)) {
                return Ok(Some(release(tag, true)));
            }
            if self.are_upstreams {
                return Ok(part.first().map(|tag| release(tag, false)));
            }
            size *= 8;
        }
        Ok(None)
    }

    /// Those that the fork does not have yet and that came after `since`, oldest first; some lie on branches of
    /// their own.
    pub(super) fn steps(&self, tip: Tip<'_>, since: i64) -> Result<Vec<StepTag>> {
        let marks = tip.marks();
        let mark = |tag: &&Tag| marks.get(&tag.commit).copied();
        let beside: Vec<&Tag> = self
            .all
            .iter()
            .filter(|tag| self.are_upstreams && mark(tag).is_none() && tag.time > since)
            .collect();
        let inside = tip.contained(&beside)?;
        let beside: BTreeSet<&CommitId> = beside.iter().map(|tag| &tag.commit).collect();
        let step = |tag: &Tag| {
            let contained = mark(&tag) == Some('>');
            let is_step = contained || (beside.contains(&tag.commit) && !inside.contains(&tag.commit));
            is_step.then(|| StepTag { name: tag.name.clone(), commit: tag.commit.clone(), contained })
        };
        Ok(self.all.iter().filter_map(step).collect())
    }
}

/// A line of `for-each-ref`; `None` for what is no release or names no commit.
fn tag(line: &str) -> Option<Tag> {
    let [name, direct, peeled, date, peeled_date] = line.split('\0').collect::<Vec<_>>()[..] else {
        return None;
    };
    let (commit, date) = if peeled.is_empty() { (direct, date) } else { (peeled, peeled_date) };
    let commit =
        CommitId::parse(commit).filter(|_| name.strip_prefix("refs/tags/").is_some_and(sides::is_release))?;
    Some(Tag { name: name.to_owned(), commit, time: date.parse().ok()? })
}

/// The tip of a branch in a line of `for-each-ref`; `None` for a tag.
fn branch(line: &str) -> Option<CommitId> {
    let mut fields = line.split('\0');
    fields.next().filter(|name| !name.starts_with("refs/tags/")).and(fields.next()).and_then(CommitId::parse)
}

impl Tip<'_> {
    /// The commits of the log of both sides: `<` the fork's, `>` upstream's, `-` of both.
    fn marks(&self) -> BTreeMap<&CommitId, char> {
        self.range.commits.iter().map(|commit| (&commit.id, commit.mark)).collect()
    }

    /// The commits of those tags that this one contains.
    fn contained(&self, tags: &[&Tag]) -> Result<BTreeSet<CommitId>> {
        let marks = self.marks();
        let mut inside = BTreeSet::new();
        let mut unknown: BTreeSet<&CommitId> = BTreeSet::new();
        for tag in tags {
            match marks.get(&tag.commit) {
                _ if tag.commit == *self.commit => _ = inside.insert(tag.commit.clone()),
                Some('<') => {}
                Some(_) => _ = inside.insert(tag.commit.clone()),
                None => _ = unknown.insert(&tag.commit),
            }
        }
        if unknown.is_empty() {
            return Ok(inside);
        }
        let mut asked: String = unknown.iter().map(|commit| format!("{commit}\n")).collect();
        asked += &format!("^{}\n", self.commit);
        let answer = self.scratch.git().answer_to(&["rev-list", "--stdin"], asked.as_bytes(), &[0])?;
        let text = String::from_utf8_lossy(&answer.stdout).into_owned();
        let outside: BTreeSet<CommitId> = text.lines().filter_map(CommitId::parse).collect();
        inside.extend(unknown.into_iter().filter(|commit| !outside.contains(commit)).cloned());
        Ok(inside)
    }
}

#[cfg(test)]
mod tests {
    use crate::upstream::testing::{History, Place, analysis};

    /// Upstream has a tag before the fork left, one after it, and one on a branch beside its tip.
    fn tagged() -> History {
        let mut history = History::default();
        history.commit("main", "first", &[("a", Some("1\n"))]).tag("v1.0", "main").fork("fork", "main");
        history.commit("main", "second", &[("b", Some("2\n"))]).tag("v1.1", "main").fork("maint", "main");
        history.commit("main", "third", &[("c", Some("3\n"))]);
        history.commit("fork", "own", &[("d", Some("4\n"))]).tag("v9.0", "fork");
        history.commit("maint", "fix", &[("e", Some("5\n"))]).tag("v1.1.1", "maint");
        history
    }

    #[test]
    fn beside_the_forks_tags_only_what_upstream_contains_counts() {
        let place = Place::new();
        let folder = place.repository("r", &[], &tagged());
        let found = analysis(&folder, "fork", "main");
        assert_eq!(found.release.map(|release| release.name).as_deref(), Some("refs/tags/v1.1"));
        let steps: Vec<String> =
            found.clean_prefix.unwrap().steps.into_iter().map(|step| step.name).collect();
        assert_eq!(steps, ["refs/tags/v1.1"]);
        let same = analysis(&folder, "main", "main");
        assert_eq!(same.release.map(|release| release.name).as_deref(), Some("refs/tags/v1.1"));
    }

    #[test]
    fn in_upstreams_own_repository_a_release_beside_its_tip_counts_too() {
        let place = Place::new();
        let source = place.repository("up", &["--bare"], &tagged());
        let folder = place.repository("r", &[], &tagged());
        let found = analysis(&folder, "fork", &format!("{}#main", source.display()));
        let release = found.release.unwrap();
        assert_eq!((release.name.as_str(), release.contained), ("refs/tags/v1.1.1", false));
        let steps = found.clean_prefix.unwrap().steps;
        let told: Vec<(&str, bool)> = steps.iter().map(|step| (step.name.as_str(), step.contained)).collect();
        assert_eq!(told, [("refs/tags/v1.1", true), ("refs/tags/v1.1.1", false)]);
    }
}
