//! Tells of many three-way merges of contents which conflict, from git's diffs of either side against the base. The
//! fork's is asked for once, however many of upstream's contents it meets; of long files with many versions git is
//! asked only for some ([`super::series`]).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use anyhow::{Context, Result};

use super::super::chain::FileMerge;
use super::super::three_way::{self, Script};
use super::blobs;
use super::series::{self, Series};
use super::threads::map_two;
use crate::process::Cancel;
use crate::repo::git::Git;
use crate::repo::{BlobId, Scratch};

/// Contents of so many bytes, or so many contents, are compared by one child: it hands over all patches at once.
const BATCH_BYTES: u64 = 32 << 20;
const BATCH: usize = 1000;

/// Contents to compare: names of the old and the new one.
pub(super) type Pair<'a> = (&'a str, &'a str);

/// Those of `merges` that conflict; a file's stand in upstream's order.
pub(super) fn conflicting(
    scratch: &Scratch,
    merges: &[FileMerge],
    cancel: &Cancel,
) -> Result<BTreeSet<FileMerge>> {
    if merges.is_empty() {
        return Ok(BTreeSet::new());
    }
    // By default glibc gives a large text's memory back and asks for it anew, text for text: a fifth of git's time.
    let kept = ["MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"];
    let git = kept.iter().fold(scratch.git().clone(), |git, name| git.with_variable(name, "1073741824"));
    let git = &git;
    let sizes = blobs::sizes(
        scratch,
        &merges.iter().filter_map(|merge| BlobId::parse(&merge.upstream.id)).collect(),
    )?;
    let all_series = Series::among(merges, &sizes);
    let forks = merges.iter().map(|merge| (merge.base.id.as_str(), merge.fork.id.as_str()));
    let pairs: BTreeSet<Pair<'_>> = forks.chain(all_series.iter().flat_map(Series::tested)).collect();
    let pairs: Vec<Pair<'_>> = pairs.into_iter().collect();
    let patch = patches(git, &pairs)?;
    let mut read = three_way::scripts(&patch)?;
    let scripts: BTreeMap<Pair<'_>, Script<'_>> =
        pairs.iter().enumerate().filter_map(|(number, pair)| Some((*pair, read.remove(&number)??))).collect();
    let told = series::judge(git, &all_series, &sizes, &scripts, cancel)?;
    let open: BTreeSet<&FileMerge> = merges.iter().filter(|merge| !told.contains_key(merge)).collect();
    let batches = batches(&sizes, &open);
    let answers = map_two(&batches, cancel, |batch| in_conflict(git, batch, &scripts))?;
    let by_git = batches.into_iter().flatten().zip(answers.into_iter().flatten());
    Ok(told
        .into_iter()
        .chain(by_git)
        .filter(|(_, conflicts)| *conflicts)
        .map(|(merge, _)| merge.clone())
        .collect())
}

/// Cuts the work into parts that fit into memory.
fn batches<'a>(sizes: &BTreeMap<BlobId, u64>, merges: &BTreeSet<&'a FileMerge>) -> Vec<Vec<&'a FileMerge>> {
    // Both children get some, and a part of each path's.
    let most = merges.len().div_ceil(2).clamp(1, BATCH);
    let mut all: Vec<Vec<&FileMerge>> = Vec::new();
    let mut bytes = 0;
    for &merge in merges {
        let size = BlobId::parse(&merge.upstream.id).and_then(|id| sizes.get(&id)).copied().unwrap_or(0);
        bytes += size;
        match all.last_mut().filter(|last| last.len() < most && bytes <= BATCH_BYTES) {
            Some(last) => last.push(merge),
            None => {
                bytes = size;
                all.push(vec![merge]);
            }
        }
    }
    all
}

/// For each merge, whether it conflicts; binary contents do, since each was changed.
pub(super) fn in_conflict(
    git: &Git,
    merges: &[&FileMerge],
    forks: &BTreeMap<Pair<'_>, Script<'_>>,
) -> Result<Vec<bool>> {
    let pairs: Vec<Pair<'_>> =
        merges.iter().map(|merge| (merge.base.id.as_str(), merge.upstream.id.as_str())).collect();
    let patch = patches(git, &pairs)?;
    let upstreams = three_way::scripts(&patch)?;
    let conflicts = |(number, merge): (usize, &&FileMerge)| {
        let fork = forks.get(&(merge.base.id.as_str(), merge.fork.id.as_str()));
        let upstream = upstreams.get(&number).and_then(Option::as_ref);
        fork.zip(upstream).is_none_or(|(fork, upstream)| three_way::conflict(fork, upstream))
    };
    Ok(merges.iter().enumerate().map(conflicts).collect())
}

/// git's diffs of many contents in one patch, each under its number, by the algorithm that its merges use.
pub(super) fn patches(git: &Git, pairs: &[Pair<'_>]) -> Result<Vec<u8>> {
    let trees = tree(pairs.iter().map(|pair| pair.0)) + &tree(pairs.iter().map(|pair| pair.1));
    let written = git.answer_to(&["mktree", "--batch", "--missing"], trees.as_bytes(), &[0])?;
    let written = String::from_utf8_lossy(&written.stdout).into_owned();
    let (old, new) = written.trim().split_once('\n').context("lay out the contents to compare")?;
    let args = ["diff-tree", "-r", "-p", "-U1", "--inter-hunk-context=0", "--no-renames"];
    let same_as_merges = ["--histogram", "--no-indent-heuristic", old, new];
    git.read(&[&args[..], &same_as_merges].concat())
}

/// A tree for `git mktree --batch` that holds the contents under their numbers.
fn tree<'a>(contents: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for (number, id) in contents.enumerate() {
        let _ = writeln!(text, "100644 blob {id}\t{number}");
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::repo::Repo;
    use crate::upstream::chain::Content;
    use crate::upstream::testing::{History, Place, Texts};

    /// The merge of `triples` by git itself, each in a file of its own.
    fn by_git(place: &Place, triples: &[[String; 3]]) -> (PathBuf, BTreeSet<String>) {
        let mut history = History::default();
        let names: Vec<String> = (0..triples.len()).map(|number| format!("f{number}")).collect();
        let side = |side: usize| -> Vec<(&str, Option<&str>)> {
            names
                .iter()
                .zip(triples)
                .map(|(name, texts)| (name.as_str(), Some(texts[side].as_str())))
                .collect()
        };
        history.commit("main", "base", &side(0)).fork("fork", "main");
        history.commit("fork", "fork", &side(1)).commit("main", "upstream", &side(2));
        let folder = place.repository("r", &["--bare"], &history);
        let git = Git::new(&folder, None);
        let args = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", "fork", "main"];
        let answer = git.answer_to(&args, &[], &[0, 1]).unwrap();
        let text = String::from_utf8(answer.stdout).unwrap();
        let names = text.split('\0').skip(1).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        (folder, names)
    }

    /// The contents of all files of a commit, by name.
    fn contents_of(place: &Place, folder: &Path, commit: &str) -> BTreeMap<String, Content> {
        let listing = place.git(folder, &["ls-tree", "-r", "--format=%(path) %(objectname)", commit]);
        let content = |id: &str| Content { mode: "100644".to_owned(), id: id.to_owned() };
        let records = listing.lines().filter_map(|line| line.split_once(' '));
        records.map(|(name, id)| (name.to_owned(), content(id))).collect()
    }

    #[test]
    fn outcome_is_that_of_gits_own_merges() {
        let place = Place::new();
        let mut texts = Texts::new(7);
        let mut triples: Vec<[String; 3]> = (0..1500)
            .map(|_| {
                let base = texts.text(28, 9);
                let [fork, upstream] = [texts.edited(&base), texts.edited(&base)];
                // As when the fork took a part of upstream over.
                let fork = if texts.below(4) == 0 { upstream.replace("line 3", "line 4") } else { fork };
                [base.concat(), fork, upstream]
            })
            .collect();
        triples.push(["\0a", "\0b", "\0c"].map(str::to_owned));
        triples.push(["a\n", "", "b\n"].map(str::to_owned));
        triples.push(["a\nb\nc\nd\n", "a\nd\n", "a\n"].map(str::to_owned));
        triples.push(["a\n", "b", "b\n"].map(str::to_owned));
        let (folder, conflicts) = by_git(&place, &triples);
        let [bases, forks, upstreams] =
            ["main~1", "fork", "main"].map(|commit| contents_of(&place, &folder, commit));
        let mut asked = BTreeMap::new();
        for (name, base) in bases {
            let (base, fork, upstream) = (base, forks[&name].clone(), upstreams[&name].clone());
            if base.id != fork.id && base.id != upstream.id && fork.id != upstream.id {
                asked.insert(FileMerge { base, fork, upstream }, name);
            }
        }
        let scratch = Scratch::over(&[&Repo::open(&folder).unwrap()]).unwrap();
        let found =
            conflicting(&scratch, &asked.keys().cloned().collect::<Vec<_>>(), &Cancel::default()).unwrap();
        let differ: Vec<&String> = asked
            .iter()
            .filter(|(merge, name)| found.contains(merge) != conflicts.contains(*name))
            .map(|(_, name)| name)
            .collect();
        assert!(differ.is_empty(), "{differ:?}: {:?}", triples[differ[0][1..].parse::<usize>().unwrap()]);
        assert!(found.len() > 200 && asked.len() - found.len() > 200, "{} of {}", found.len(), asked.len());
    }
}
