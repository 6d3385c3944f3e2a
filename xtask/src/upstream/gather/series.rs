//! Files of which upstream has many versions, or large ones: each version is compared with the base here, which costs
//! what it changes, where git would read and compare all of both again. git keeps the last word: it compares the
//! fork's content and upstream's last one with the base, and a file of which it says anything else is left to it.

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::chain::FileMerge;
use super::super::histogram::{Base, Version};
use super::super::three_way::{self, Script};
use super::blobs;
use super::contents::Pair;
use super::threads::map_two;
use crate::process::Cancel;
use crate::repo::BlobId;
use crate::repo::git::Git;

/// From so many bytes in all versions on, a file is worth children of its own.
const WORTH_BYTES: u64 = 4 << 20;
/// A version this large is compared by git, one at a time.
const LARGEST: u64 = 16 << 20;
/// So many bytes of a text are searched for a zero byte, which makes it binary: git's own measure.
const BINARY_HEAD: usize = 8000;

/// One file's versions in upstream's order, all merged with one content of the fork.
pub(super) struct Series<'a> {
    pub(super) merges: Vec<&'a FileMerge>,
}

impl<'a> Series<'a> {
    /// Takes those together that are worth it.
    pub(super) fn among(merges: &'a [FileMerge], sizes: &BTreeMap<BlobId, u64>) -> Vec<Self> {
        let mut all: BTreeMap<[&str; 2], (Vec<&FileMerge>, Option<u64>)> = BTreeMap::new();
        for merge in merges {
            let size = BlobId::parse(&merge.upstream.id).and_then(|id| sizes.get(&id)).copied();
            let size = size.filter(|size| *size <= LARGEST);
            let (series, bytes) =
                all.entry([&merge.base.id, &merge.fork.id]).or_insert_with(|| (Vec::new(), Some(0)));
            series.push(merge);
            *bytes = bytes.zip(size).map(|(bytes, size)| bytes + size);
        }
        let is_worth = |bytes: Option<u64>| bytes.is_some_and(|bytes| bytes >= WORTH_BYTES);
        let worth = all.into_values().filter(|(series, bytes)| series.len() > 2 && is_worth(*bytes));
        worth.map(|(merges, _)| Self { merges }).collect()
    }

    /// What git compares: the contents of the fork and of upstream's last version, both with the base.
    pub(super) fn tested(&self) -> impl Iterator<Item = Pair<'a>> + use<'a> {
        let fork = self.merges.first().map(|merge| (merge.base.id.as_str(), merge.fork.id.as_str()));
        let last = self.merges.last().map(|merge| (merge.base.id.as_str(), merge.upstream.id.as_str()));
        fork.into_iter().chain(last)
    }
}

/// For each merge that is told here, whether it conflicts. `scripts` are git's own of what was tested.
pub(super) fn judge<'a>(
    git: &Git,
    all: &[Series<'a>],
    sizes: &BTreeMap<BlobId, u64>,
    scripts: &BTreeMap<Pair<'a>, Script<'_>>,
    cancel: &Cancel,
) -> Result<BTreeMap<&'a FileMerge, bool>> {
    // Both threads get a half of each.
    let halves: Vec<(&Series<'a>, &[&'a FileMerge])> = all
        .iter()
        .flat_map(|series| {
            series.merges.chunks(series.merges.len().div_ceil(2)).map(move |half| (series, half))
        })
        .collect();
    let answers = map_two(&halves, cancel, |(series, half)| {
        let tested: Option<Vec<(&str, &Script<'_>)>> =
            series.tested().map(|pair| Some((pair.1, scripts.get(&pair)?))).collect();
        match tested.as_deref() {
            Some(tested) => judge_half(git, half, sizes, tested),
            None => Ok(BTreeMap::new()),
        }
    })?;
    Ok(answers.into_iter().flatten().collect())
}

/// The same for some of a file's versions; `tested` begins with what the fork made of the base.
fn judge_half<'a>(
    git: &Git,
    merges: &[&'a FileMerge],
    sizes: &BTreeMap<BlobId, u64>,
    tested: &[(&str, &Script<'_>)],
) -> Result<BTreeMap<&'a FileMerge, bool>> {
    let (Some(first), Some((_, fork))) = (merges.first(), tested.first()) else { return Ok(BTreeMap::new()) };
    let named = [first.base.id.as_str()].into_iter().chain(tested.iter().map(|(id, _)| *id));
    let texts = texts(git, named)?;
    let Some(base) = texts.get(first.base.id.as_str()).map(|text| Base::of(text)) else {
        return Ok(BTreeMap::new());
    };
    let mut version = Version::default();
    let is_as_git_says = tested.iter().all(|(id, script)| {
        texts.get(*id).is_some_and(|text| {
            version.turn_into(text, &base);
            base.script(&version).as_ref() == Some(script)
        })
    });
    let mut told: BTreeMap<BlobId, bool> = BTreeMap::new();
    let ids: Vec<BlobId> = merges.iter().filter_map(|merge| BlobId::parse(&merge.upstream.id)).collect();
    if is_as_git_says {
        let sized = ids.iter().filter_map(|id| Some((id, *sizes.get(id)?)));
        blobs::in_order(git, sized, |id, text| {
            if is_binary(text) {
                return;
            }
            version.turn_into(text, &base);
            let script = base.script(&version);
            told.extend(script.map(|script| (id.clone(), three_way::conflict(fork, &script))));
        })?;
    }
    let conflicts = |merge: &FileMerge| told.get(&BlobId::parse(&merge.upstream.id)?).copied();
    Ok(merges.iter().filter_map(|&merge| Some((merge, conflicts(merge)?))).collect())
}

/// Contents by id; what is missing or binary is left out.
fn texts<'i>(git: &Git, ids: impl Iterator<Item = &'i str>) -> Result<BTreeMap<String, Vec<u8>>> {
    let ids: Vec<BlobId> = ids.filter_map(BlobId::parse).collect();
    let mut texts = BTreeMap::new();
    blobs::in_order(git, ids.iter().map(|id| (id, 0)), |id, text| {
        if !is_binary(text) {
            texts.insert(id.to_string(), text.to_vec());
        }
    })?;
    Ok(texts)
}

fn is_binary(text: &[u8]) -> bool {
    text[..text.len().min(BINARY_HEAD)].contains(&0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::repo::{Repo, Scratch};
    use crate::upstream::chain::Content;
    use crate::upstream::gather::contents::{in_conflict, patches};
    use crate::upstream::testing::{History, Place, Texts};

    /// The contents of a file in a range, oldest first.
    fn contents(place: &Place, folder: &std::path::Path, range: &str, name: &str) -> Vec<Content> {
        let commits = place.git(folder, &["rev-list", "--reverse", range]);
        let id = |commit: &str| place.git(folder, &["rev-parse", &format!("{commit}:{name}")]);
        let content = |commit| Content { mode: "100644".to_owned(), id: id(commit) };
        commits.lines().map(content).collect()
    }

    #[test]
    fn changes_are_those_of_gits_own_diff() {
        let place = Place::new();
        let mut texts = Texts::new(11);
        let mut history = History::default();
        let pairs: Vec<[String; 2]> = (0..800)
            .map(|number| {
                let shapes = [(28, 9), (120, 60), (400, 5), (400, 40), (900, 12)];
                let (length, kinds) = shapes[number % shapes.len()];
                let base = texts.text(length, kinds);
                let mut other = base.clone();
                for _ in 0..texts.below(12) {
                    other = texts.edited_lines(&other);
                }
                // As when a part was moved.
                if texts.below(3) == 0 {
                    let middle = other.len() / 2;
                    other.rotate_left(middle);
                }
                [base.concat(), texts.edited(&other)]
            })
            .collect();
        let names: Vec<String> = (0..pairs.len()).map(|number| format!("f{number}")).collect();
        for side in [0, 1] {
            let texts =
                names.iter().zip(&pairs).map(|(name, pair)| (name.as_str(), Some(pair[side].as_str())));
            history.commit("main", "side", &texts.collect::<Vec<_>>());
        }
        let folder = place.repository("r", &["--bare"], &history);
        let listed =
            |commit| place.git(&folder, &["ls-tree", "-r", "--format=%(path) %(objectname)", commit]);
        let ids: [BTreeMap<String, String>; 2] = ["main~1", "main"].map(|commit| {
            let listing = listed(commit);
            let records = listing.lines().filter_map(|line| line.split_once(' '));
            records.map(|(name, id)| (name.to_owned(), id.to_owned())).collect()
        });
        let asked: Vec<Pair<'_>> =
            names.iter().map(|name| (ids[0][name].as_str(), ids[1][name].as_str())).collect();
        let patch = patches(&Git::new(&folder, None), &asked).unwrap();
        let scripts = three_way::scripts(&patch).unwrap();
        let mut untold = 0;
        for (number, [old, new]) in pairs.iter().enumerate().filter(|(_, [old, new])| old != new) {
            let base = Base::of(old.as_bytes());
            let mut version = Version::default();
            version.turn_into(new.as_bytes(), &base);
            match base.script(&version) {
                Some(script) => assert_eq!(Some(script), scripts[&number], "{old:?} {new:?}"),
                None => untold += 1,
            }
        }
        assert!((5..200).contains(&untold), "{untold}");
    }

    #[test]
    fn versions_are_told_as_git_merges_them_unless_git_says_otherwise_where_it_is_asked() {
        let place = Place::new();
        let mut texts = Texts::new(5);
        let mut history = History::default();
        let base = texts.text(300, 150);
        let file = |text: &str| [("f", Some(text.to_owned()))];
        let mut commit = |branch: &str, text: &str| {
            let edits = file(text);
            let edits: Vec<_> = edits.iter().map(|(name, text)| (*name, text.as_deref())).collect();
            history.commit(branch, "edit", &edits);
            if branch == "base" {
                history.fork("fork", "base").fork("main", "base");
            }
        };
        commit("base", &base.concat());
        let fork = texts.edited(&base);
        commit("fork", &fork);
        let mut lines = base.clone();
        for _ in 0..60 {
            // Now and then it goes back to the start.
            lines = if texts.below(6) == 0 { texts.edited_lines(&base) } else { texts.edited_lines(&lines) };
            commit("main", &lines.concat());
        }
        let folder = place.repository("r", &["--bare"], &history);
        let base = contents(&place, &folder, "base", "f").remove(0);
        let fork = contents(&place, &folder, "base..fork", "f").remove(0);
        let merges: BTreeSet<FileMerge> = contents(&place, &folder, "base..main", "f")
            .into_iter()
            .filter(|upstream| *upstream != base)
            .map(|upstream| FileMerge { base: base.clone(), fork: fork.clone(), upstream })
            .collect();
        let merges: Vec<&FileMerge> = merges.iter().collect();
        let git = Git::new(&folder, None);
        let series = Series { merges: merges.clone() };
        let pairs: Vec<Pair<'_>> = series.tested().collect();
        let patch = patches(&git, &pairs).unwrap();
        let mut read = three_way::scripts(&patch).unwrap();
        let scripts: BTreeMap<Pair<'_>, Script<'_>> = pairs
            .iter()
            .enumerate()
            .map(|(number, pair)| (*pair, read.remove(&number).unwrap().unwrap()))
            .collect();
        let by_git = in_conflict(&git, &merges, &scripts).unwrap();
        assert!(by_git.contains(&true) && by_git.contains(&false), "{by_git:?}");
        let scratch = Scratch::over(&[&Repo::open(&folder).unwrap()]).unwrap();
        let ids = merges.iter().filter_map(|merge| BlobId::parse(&merge.upstream.id)).collect();
        let sizes = blobs::sizes(&scratch, &ids).unwrap();
        let judged =
            |scripts| judge(&git, std::slice::from_ref(&series), &sizes, scripts, &Cancel::default());
        let expected: BTreeMap<&FileMerge, bool> = merges.iter().copied().zip(by_git).collect();
        assert!(judged(&scripts).unwrap() == expected);
        let mut others = scripts.clone();
        others.insert(pairs[1], Script::default());
        assert!(judged(&others).unwrap().is_empty(), "another git may compare in another way");
    }
}
