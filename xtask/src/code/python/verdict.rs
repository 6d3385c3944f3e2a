//! The verdict on all imports and calls of a tree, with what history says of them.
//!
//! It hangs on the contents of the Python and build files, the paths of all others, the history, and the program.
//! Where all of these are as they were, the verdict of then is given again and no file is read.

use std::borrow::Cow;

use anyhow::Result;

use super::calls::{self, Versions};
use super::imports::{self, Imports, Listed, Named, Past, Project, Store};
use crate::cache::Cache;
use crate::pack::Pack;
use crate::repo::{BlobId, CommitId, History, Repo, Tree};

/// The kind of entry in the cache, and the version of its form.
const KIND: (&str, u32) = ("python-verdict", 1);

/// So many changed files are read to see whether all is as it was; where more changed it hardly is.
const FEW: usize = 64;

/// Verifies the imports and calls of a tree. `past` is the commit at its end and the history up to there.
///
/// # Errors
/// A file of the tree cannot be read, or git cannot be asked.
pub fn judge(
    repo: &Repo,
    tree: &Tree,
    cache: &Cache,
    past: Option<(&CommitId, &History)>,
) -> Result<Imports> {
    let listed = Listed::of(tree)?;
    let store = Store::of(cache);
    let surroundings = if cache.is_off() { None } else { surroundings(&listed, past) };
    let names = match &surroundings {
        Some(_) => names(&listed, tree, &store)?,
        None => None,
    };
    if let (Some(names), Some(surroundings)) = (names, &surroundings) {
        let ids = names.iter().map(|named| &named.id);
        let kept = cache.get(KIND.0, KIND.1, &key(ids, surroundings));
        if let Some(kept) = kept.and_then(|kept| Imports::of_packed(&kept)) {
            store.keep_names(listed.sources.iter().copied().zip(&names));
            return Ok(kept);
        }
    }
    let (project, ids) = Project::of_listed(listed, tree, &store)?;
    let found = look(repo, &project, past)?;
    if let Some(surroundings) = surroundings {
        cache.put(KIND.0, KIND.1, &key(ids.iter(), &surroundings), &found.packed());
    }
    // The program ends soon, and all goes at once: to give it back piece by piece took .1 of 1.45 s on Django.
    std::mem::forget(project);
    Ok(found)
}

fn look(repo: &Repo, project: &Project, past: Option<(&CommitId, &History)>) -> Result<Imports> {
    let mut found = imports::verify(project);
    found.calls = calls::verify(project);
    let Some((tip, history)) = past else { return Ok(found) };
    let (mut versions, mut past) = (Versions::of(repo, tip), Past::of(repo, tip));
    let history_of_calls = || Ok(Cow::Borrowed(history));
    calls::explain(project, &mut found.calls, history_of_calls, (&mut versions, &mut past))?;
    imports::explain(project, &mut found, history, &mut past)?;
    Ok(found)
}

/// The names of all contents; `None` where that would take reading many files.
fn names(listed: &Listed<'_>, tree: &Tree, store: &Store<'_>) -> Result<Option<Vec<Named>>> {
    let mut names = Vec::new();
    let mut read = 0;
    for path in &listed.sources {
        names.push(match store.name(tree, path) {
            Ok(named) => named,
            Err(_) if read == FEW => return Ok(None),
            Err(_) => {
                read += 1;
                store.name_by_reading(tree, path)?
            }
        });
    }
    Ok(Some(names))
}

/// All that the verdict hangs on but the contents of the sources; `None` where that cannot be told.
fn surroundings(listed: &Listed<'_>, past: Option<(&CommitId, &History)>) -> Option<Vec<u8>> {
    let mut all = Cache::program()?;
    match past {
        None => all.push(0),
        Some((_, history)) => {
            all.push(1);
            let key = history.key.as_ref()?;
            key.len().pack(&mut all);
            all.extend(key);
        }
    }
    listed.sources.len().pack(&mut all);
    listed.sources.iter().for_each(|path| path.pack(&mut all));
    listed.others.pack(&mut all);
    listed.build.pack(&mut all);
    Some(all)
}

fn key<'a>(ids: impl Iterator<Item = &'a BlobId>, surroundings: &[u8]) -> Vec<u8> {
    let mut all = surroundings.to_vec();
    ids.for_each(|id| all.extend(id.as_str().as_bytes()));
    BlobId::of_content(&all).as_str().as_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (tempfile::TempDir, Repo) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("sample");
        crate::fixture::scenario("lab-fork").unwrap().build(&root).unwrap();
        let repo = Repo::open(&root).unwrap();
        (folder, repo)
    }

    fn judged(repo: &Repo, cache: &Cache) -> Imports {
        let head = repo.head().unwrap().unwrap();
        let history = cache.history(repo, &head).unwrap().with_uncommitted(repo, false).unwrap();
        judge(repo, &Tree::of_work_tree(repo).unwrap(), cache, Some((&head, &history))).unwrap()
    }

    #[test]
    fn a_verdict_that_is_kept_is_the_one_that_was_found() {
        let (_folder, repo) = sample();
        let plain = judged(&repo, &Cache::disabled());
        assert!(!plain.unresolved.is_empty(), "the sample has broken imports");
        let cache = Cache::of(&repo);
        for _ in ["empty", "kept"] {
            assert_eq!(judged(&repo, &cache).unresolved, plain.unresolved);
        }
        assert!(repo.common_dir().join("xtask/cache/python-verdict-v1").is_dir());
        let fresh = serde_json::to_string(&plain).unwrap();
        assert_eq!(serde_json::to_string(&judged(&repo, &cache)).unwrap(), fresh);
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a test changes files")]
    fn a_changed_file_has_a_verdict_of_its_own() {
        let (_folder, repo) = sample();
        let cache = Cache::of(&repo);
        let before = judged(&repo, &cache);
        let place = repo.work_tree().unwrap().join("added.py");
        for (text, more) in [("import os\n", 0), ("from os_of_mine import it\nfrom . import it\n", 1)] {
            std::fs::write(&place, text).unwrap();
            repo.git().read(&["add", "added.py"]).unwrap();
            let found = judged(&repo, &cache);
            assert_eq!(found.unresolved, judged(&repo, &Cache::disabled()).unresolved);
            assert_eq!(found.unresolved.len(), before.unresolved.len() + more, "{text}");
        }
    }
}
