//! Reads what git prints with `-z`: raw diffs, numstat, trial merges, logs. Knows no repository.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};

use crate::repo::{CommitId, RepoPath};

/// One entry of a raw diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawEntry {
    /// Modes as git prints them; `000000` where there is no file.
    pub(super) modes: [String; 2],
    /// Object ids; zeros where there is none.
    pub(super) ids: [String; 2],
    /// `A`, `M`, `D`, `R`, `T`.
    pub(super) status: char,
    /// The old path; the same as `to` unless renamed.
    pub(super) from: RepoPath,
    /// The new path.
    pub(super) to: RepoPath,
}

/// Lines added and deleted of one file; `None` when it is binary.
pub(super) type Counts = Option<(u64, u64)>;

/// A diff of two trees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Diff {
    /// Its entries in git's order.
    pub(super) entries: Vec<RawEntry>,
    /// Lines by new path; empty when they were not asked for.
    pub(super) counts: BTreeMap<RepoPath, Counts>,
}

impl Diff {
    /// All paths that it names, both ends of a rename included.
    pub(super) fn paths(&self) -> BTreeSet<RepoPath> {
        self.entries.iter().flat_map(|entry| [entry.from.clone(), entry.to.clone()]).collect()
    }

    /// Pairs of old and new path, sorted.
    pub(super) fn renames(&self) -> Vec<(RepoPath, RepoPath)> {
        let renamed = self.entries.iter().filter(|entry| entry.status == 'R');
        let mut pairs: Vec<_> = renamed.map(|entry| (entry.from.clone(), entry.to.clone())).collect();
        pairs.sort();
        pairs
    }

    /// True when git gave up comparing contents because of its rename limit: it does so when what is left after
    /// the cheap matches exceeds the limit squared, and then nothing further is matched.
    pub(super) fn exceeds_rename_limit(&self, limit: u64) -> bool {
        let count = |status| self.entries.iter().filter(|entry| entry.status == status).count() as u64;
        count('A') * count('D') > limit * limit
    }
}

/// The records of a `-z` listing; the last one may lack its end.
struct Fields<'a>(std::slice::Split<'a, u8, fn(&u8) -> bool>);

impl<'a> Fields<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let bytes = bytes.strip_suffix(b"\0").unwrap_or(bytes);
        Self(bytes.split(|&byte| byte == 0))
    }

    fn next(&mut self) -> Option<&'a [u8]> {
        self.0.next()
    }

    fn path(&mut self) -> Result<RepoPath> {
        Ok(RepoPath::from_bytes(self.next().context("read git's answer: a path is missing")?))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Reads `diff-tree -r -z --raw [--numstat]` of two trees.
pub(super) fn diff(bytes: &[u8]) -> Result<Diff> {
    let mut diff = Diff::default();
    let mut fields = Fields::of(bytes);
    while let Some(field) = fields.next() {
        if field.is_empty() {
            continue;
        }
        if field[0] == b':' {
            let entry = raw_entry(&field[1..], &mut fields)?;
            diff.entries.push(entry);
        } else {
            let (path, counts) = numstat(field, &mut fields)?;
            diff.counts.insert(path, counts);
        }
    }
    Ok(diff)
}

/// Reads what follows the first colon. A merge has a further colon, mode and id for each further parent; the first
/// parent's side is kept.
fn raw_entry(meta: &[u8], fields: &mut Fields<'_>) -> Result<RawEntry> {
    let parents = 1 + meta.iter().take_while(|&&byte| byte == b':').count();
    let meta = text(&meta[parents - 1..]);
    let parts: Vec<&str> = meta.split(' ').collect();
    if parts.len() != 2 * parents + 3 {
        bail!("read a raw diff: `{meta}`");
    }
    let status = parts[2 * parents + 2].chars().next().context("read a raw diff: no status")?;
    let from = fields.path()?;
    let to = if matches!(status, 'R' | 'C') { fields.path()? } else { from.clone() };
    Ok(RawEntry {
        modes: [parts[0].to_owned(), parts[parents].to_owned()],
        ids: [parts[parents + 1].to_owned(), parts[2 * parents + 1].to_owned()],
        status,
        from,
        to,
    })
}

fn numstat(field: &[u8], fields: &mut Fields<'_>) -> Result<(RepoPath, Counts)> {
    let mut parts = field.splitn(3, |&byte| byte == b'\t');
    let (Some(added), Some(deleted), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
        bail!("read numstat: `{}`", text(field));
    };
    let path = if path.is_empty() {
        fields.path()?;
        fields.path()?
    } else {
        RepoPath::from_bytes(path)
    };
    let number = |bytes: &[u8]| text(bytes).parse::<u64>().ok();
    Ok((path, number(added).zip(number(deleted))))
}

/// Reads `diff-tree --stdin -r -z --raw --no-renames [-c]`: what each commit changed.
pub(super) fn diffs_by_commit(bytes: &[u8]) -> Result<BTreeMap<CommitId, Vec<RawEntry>>> {
    let mut all: BTreeMap<CommitId, Vec<RawEntry>> = BTreeMap::new();
    let mut current = None;
    let mut fields = Fields::of(bytes);
    while let Some(field) = fields.next() {
        if field.first() == Some(&b':') {
            let entry = raw_entry(&field[1..], &mut fields)?;
            let commit: &CommitId = current.as_ref().context("read a raw diff: no commit")?;
            all.entry(commit.clone()).or_default().push(entry);
        } else if !field.is_empty() {
            let id = CommitId::parse(&text(field)).with_context(|| format!("read `{}`", text(field)))?;
            all.entry(id.clone()).or_default();
            current = Some(id);
        }
    }
    Ok(all)
}

/// A trial merge as git tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TrialMerge {
    /// The tree it leaves.
    pub(super) tree: String,
    /// Unmerged paths with the stages that exist (1 base, 2 fork, 3 upstream): mode and id.
    pub(super) stages: BTreeMap<RepoPath, [Option<(String, String)>; 3]>,
    /// Messages: paths, kind, words.
    pub(super) messages: Vec<Message>,
}

/// One message of a trial merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// Paths, the leading one first.
    pub(super) paths: Vec<RepoPath>,
    /// `Auto-merging`, `CONFLICT (contents)` and so on.
    pub(super) kind: String,
    /// For people, without the line's end.
    pub(super) words: String,
}

impl Message {
    /// Whether it tells a conflict, not only what was done.
    pub(super) fn is_conflict(&self) -> bool {
        self.kind.starts_with("CONFLICT")
    }
}

/// Reads `merge-tree --write-tree -z --messages`.
pub(super) fn trial_merge(bytes: &[u8]) -> Result<TrialMerge> {
    let mut fields = Fields::of(bytes);
    let tree = text(fields.next().unwrap_or_default());
    Ok(TrialMerge { tree, stages: stages(&mut fields)?, messages: messages(&mut fields)? })
}

/// Reads `merge-tree --write-tree --stdin`: for each pair in order, whether it is clean and what it left.
pub(super) fn trial_merges(bytes: &[u8]) -> Result<Vec<(bool, TrialMerge)>> {
    let mut all = Vec::new();
    let mut fields = Fields::of(bytes);
    while let Some(status) = fields.next().filter(|status| !status.is_empty()) {
        let clean = status == b"1";
        let tree = text(fields.next().unwrap_or_default());
        let stages = stages(&mut fields)?;
        // A clean merge has no second list.
        let messages = if clean { Vec::new() } else { messages(&mut fields)? };
        all.push((clean, TrialMerge { tree, stages, messages }));
    }
    Ok(all)
}

type Stages = BTreeMap<RepoPath, [Option<(String, String)>; 3]>;

fn stages(fields: &mut Fields<'_>) -> Result<Stages> {
    let mut all = Stages::new();
    while let Some(field) = fields.next().filter(|field| !field.is_empty()) {
        let tab = field.iter().position(|&byte| byte == b'\t').context("read a trial merge: no path")?;
        let meta = text(&field[..tab]);
        let [mode, id, stage] = meta.split(' ').collect::<Vec<_>>()[..] else {
            bail!("read a trial merge: `{meta}`");
        };
        let stage: usize =
            stage.parse().ok().filter(|stage| (1..=3).contains(stage)).context("read a stage")?;
        let stages = all.entry(RepoPath::from_bytes(&field[tab + 1..])).or_default();
        stages[stage - 1] = Some((mode.to_owned(), id.to_owned()));
    }
    Ok(all)
}

fn messages(fields: &mut Fields<'_>) -> Result<Vec<Message>> {
    let mut all = Vec::new();
    while let Some(field) = fields.next().filter(|field| !field.is_empty()) {
        let count: usize = text(field).parse().context("read a trial merge: number of paths")?;
        let paths = (0..count).map(|_| fields.path()).collect::<Result<Vec<_>>>()?;
        let kind = text(fields.next().unwrap_or_default());
        let words = text(fields.next().unwrap_or_default()).trim_end().to_owned();
        all.push(Message { paths, kind, words });
    }
    Ok(all)
}

/// A commit of the range between the two sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Commit {
    /// Its name.
    pub(super) id: CommitId,
    /// `<` the fork's, `>` upstream's, `-` on the boundary.
    pub(super) mark: char,
    /// Its tree.
    pub(super) tree: String,
    /// Its parents.
    pub(super) parents: Vec<CommitId>,
    /// Committer date, RFC 3339.
    pub(super) date: String,
    /// Committer date, seconds since 1970.
    pub(super) time: i64,
    /// Subject and body; bytes that are no UTF-8 are replaced.
    pub(super) message: String,
}

/// The format for [`log`].
pub(super) const LOG_FORMAT: &str = "--format=%m%x00%H%x00%T%x00%P%x00%cI%x00%ct%x00%B";

/// Reads `log -z` with [`LOG_FORMAT`].
pub(super) fn log(bytes: &[u8]) -> Result<Vec<Commit>> {
    let mut commits = Vec::new();
    let mut fields = Fields::of(bytes);
    while let Some(mark) = fields.next() {
        if mark.is_empty() && commits.is_empty() {
            break;
        }
        let mut field = || fields.next().context("read git's log: a field is missing").map(text);
        let (id, tree, parents, date, time) = (field()?, field()?, field()?, field()?, field()?);
        let message = field()?;
        commits.push(Commit {
            id: CommitId::parse(&id).with_context(|| format!("read git's log: `{id}`"))?,
            mark: char::from(mark.first().copied().unwrap_or(b' ')),
            tree,
            parents: parents.split(' ').filter_map(CommitId::parse).collect(),
            date,
            time: time.parse().unwrap_or(0),
            message: message.trim_end().to_owned(),
        });
    }
    Ok(commits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZERO: &str = "0000000000000000000000000000000000000000";
    const ID: &str = "1111111111111111111111111111111111111111";

    #[test]
    fn raw_and_numstat_are_read_together_and_renames_keep_both_names() {
        let input = format!(
            ":000000 100644 {ZERO} {ID} A\0a b\0:100644 100644 {ID} {ID} R097\0old\0new\n\0\
             3\t0\ta b\0-\t-\t\0old\0new\n\0"
        );
        let diff = diff(input.as_bytes()).unwrap();
        assert_eq!(diff.entries.len(), 2);
        assert_eq!(diff.renames(), vec![("old".into(), "new\n".into())]);
        assert_eq!(diff.counts.get(&"a b".into()), Some(&Some((3, 0))));
        assert_eq!(diff.counts.get(&"new\n".into()), Some(&None), "a dash is binary, not zero");
    }

    #[test]
    fn merge_in_a_log_has_a_side_for_each_parent() {
        let other = ID.replace('1', "2");
        let input = format!(
            "{ID}\0::100644 100644 100755 {ID} {other} {other} MM\0x\0{other}\0:100644 000000 {ID} {ZERO} D\0y\0"
        );
        let all = diffs_by_commit(input.as_bytes()).unwrap();
        let merge = &all[&CommitId::parse(ID).unwrap()][0];
        assert_eq!((merge.modes[1].as_str(), &merge.ids[1], merge.status), ("100755", &other, 'M'));
        assert_eq!(all[&CommitId::parse(&other).unwrap()][0].to, "y".into());
    }

    #[test]
    fn trial_merge_keeps_stages_and_messages_apart() {
        let input = format!(
            "{ID}\0100644 {ID} 2\tx\0100644 {ID} 3\tx\0\0001\0x\0CONFLICT (contents)\0\
             CONFLICT (content): Merge conflict in x\n\0"
        );
        let merge = trial_merge(input.as_bytes()).unwrap();
        assert_eq!(merge.tree, ID);
        assert!(merge.stages[&"x".into()][0].is_none() && merge.stages[&"x".into()][2].is_some());
        assert_eq!(merge.messages[0].kind, "CONFLICT (contents)");
    }

    #[test]
    fn stream_of_trial_merges_is_told_apart() {
        let conflict = format!("0\0{ID}\0100644 {ID} 2\tx\0\0001\0x\0CONFLICT (contents)\0words\n\0\0");
        let clean = format!("1\0{ID}\0\0");
        let all = trial_merges(format!("{clean}{conflict}{clean}").as_bytes()).unwrap();
        let seen: Vec<_> =
            all.iter().map(|(clean, merge)| (*clean, merge.stages.len(), merge.messages.len())).collect();
        assert_eq!(seen, [(true, 0, 0), (false, 1, 1), (true, 0, 0)]);
    }

    #[test]
    fn clean_trial_merge_has_neither_stages_nor_messages() {
        let merge = trial_merge(format!("{ID}\0").as_bytes()).unwrap();
        assert!(merge.stages.is_empty() && merge.messages.is_empty());
    }

    #[test]
    fn log_reads_empty_messages_and_roots() {
        let input = format!(
            "<\0{ID}\0{ID}\0\02024-01-01T00:00:00Z\x001704067200\0\0>\0{ID}\0{ID}\0{ID}\0d\x001\0s\n\nb\n\0"
        );
        let commits = log(input.as_bytes()).unwrap();
        assert_eq!(commits.len(), 2);
        assert!(commits[0].parents.is_empty() && commits[0].message.is_empty());
        assert_eq!(commits[1].message, "s\n\nb");
        assert_eq!(log(b"").unwrap(), Vec::new());
    }

    #[test]
    fn rename_limit_is_judged_by_what_stayed_unmatched() {
        let entry = |status| RawEntry {
            modes: [String::new(), String::new()],
            ids: [String::new(), String::new()],
            status,
            from: "a".into(),
            to: "a".into(),
        };
        let entries = vec![entry('A'), entry('A'), entry('D'), entry('D')];
        let diff = Diff { entries, ..Diff::default() };
        assert!(!diff.exceeds_rename_limit(2));
        assert!(diff.exceeds_rename_limit(1));
    }
}
