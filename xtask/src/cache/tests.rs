//! A cache may forget; it may not lie.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use xshell::cmd;

use super::{Answers, Cache, CacheMap, entries, entry_name};

fn cache() -> (tempfile::TempDir, Cache) {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::at(folder.path(), 1 << 20);
    (folder, cache)
}

fn sample() -> BTreeMap<Vec<u8>, Vec<u8>> {
    (0..100_u32).map(|n| (n.to_be_bytes().to_vec(), vec![b'x'; n as usize])).collect()
}

#[test]
fn what_was_put_is_got_by_key_kind_and_version() {
    let (_folder, cache) = cache();
    for value in [&b"value"[..], b"", b"\0\xff"] {
        cache.put("words", 1, b"key", value);
        assert_eq!(cache.get("words", 1, b"key").as_deref(), Some(value));
    }
    assert_eq!(cache.get("words", 2, b"key"), None);
    assert_eq!(cache.get("links", 1, b"key"), None);
    assert_eq!(cache.get("words", 1, b"other"), None);
}

#[test]
fn damaged_entries_are_misses() {
    let (folder, cache) = cache();
    cache.put("words", 1, b"key", b"a value of some length");
    let path = folder.path().join("xtask/cache/words-v1").join(entry_name(b"key"));
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert_eq!(cache.get("words", 1, b"key"), None, "byte {at} flipped");
        fs::write(&path, &whole[..at]).unwrap();
        assert_eq!(cache.get("words", 1, b"key"), None, "cut at {at}");
    }
    // An entry under the name of another key is no answer to it.
    fs::write(&path, &whole).unwrap();
    let other = folder.path().join("xtask/cache/words-v1").join(entry_name(b"other"));
    fs::create_dir_all(other.parent().unwrap()).unwrap();
    fs::copy(&path, other).unwrap();
    assert_eq!(cache.get("words", 1, b"other"), None);
}

#[test]
fn a_disabled_cache_holds_nothing() {
    let cache = Cache::disabled();
    cache.put("words", 1, b"key", b"value");
    cache.store_map("words", 1, &sample());
    assert_eq!(cache.get("words", 1, b"key"), None);
    assert!(cache.load_map("words", 1).is_empty());
    assert!(cache.is_off());
}

#[test]
fn a_linked_folder_is_refused() {
    for part in ["xtask", "xtask/cache", "xtask/cache/words-v1"] {
        let outside = tempfile::tempdir().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join(part);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(outside.path(), link).unwrap();
        let cache = Cache::at(folder.path(), 1 << 20);
        cache.put("words", 1, b"key", b"value");
        assert_eq!(cache.get("words", 1, b"key"), None, "{part}");
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0, "{part}");
        assert_eq!(cache.is_off(), part != "xtask/cache/words-v1");
    }
}

#[test]
fn a_place_that_cannot_be_written_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("xtask"), "a file in the way").unwrap();
    let cache = Cache::at(folder.path(), 1 << 20);
    cache.put("words", 1, b"key", b"value");
    cache.store_map("words", 1, &sample());
    assert_eq!(cache.get("words", 1, b"key"), None);
    assert!(cache.load_map("words", 1).is_empty());
}

#[test]
fn the_first_written_make_room_once_a_kind_is_too_large() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::at(folder.path(), 100_000);
    let kind = folder.path().join("xtask/cache/words-v1");
    for number in 0..2000_u32 {
        cache.put("words", 1, &number.to_be_bytes(), &[b'x'; 200]);
    }
    let total: u64 = entries(&kind).iter().map(|entry| entry.bytes).sum();
    assert!(total <= 100_000, "{total}");
    assert!(cache.get("words", 1, &1999_u32.to_be_bytes()).is_some(), "the newest stays");
    cache.put("words", 1, b"huge", &vec![0; 50_000]);
    assert_eq!(cache.get("words", 1, b"huge"), None, "one entry may not push out all others");
}

#[test]
fn older_versions_are_removed_and_newer_ones_kept() {
    let (folder, cache) = cache();
    cache.put("words", 1, b"key", b"value");
    cache.store_map("words", 1, &sample());
    cache.store_map("words", 3, &sample());
    cache.store_map("words-long", 1, &sample());
    cache.store_map("words", 2, &sample());
    let mut names: Vec<String> = fs::read_dir(folder.path().join("xtask/cache"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["words-long-v1.map", "words-v2.map", "words-v3.map"]);
}

#[test]
fn a_map_comes_back_whole_and_in_order() {
    let (_folder, cache) = cache();
    assert!(cache.load_map("words", 1).is_empty());
    for entries in [BTreeMap::new(), sample()] {
        cache.store_map("words", 1, &entries);
        let map = cache.load_map("words", 1);
        assert_eq!(map.len(), entries.len());
        assert!(map.iter().eq(entries.iter().map(|(key, value)| (&key[..], &value[..]))));
        for (key, value) in &entries {
            assert_eq!(map.get(key), Some(&value[..]));
        }
        assert_eq!(map.get(b"absent"), None);
    }
}

#[test]
fn a_damaged_map_is_empty() {
    let (folder, cache) = cache();
    let few: BTreeMap<_, _> = sample().into_iter().take(4).collect();
    cache.store_map("words", 1, &few);
    let path: PathBuf = folder.path().join("xtask/cache/words-v1.map");
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x80;
        assert!(CacheMap::parse(bytes).is_none(), "byte {at} flipped");
        assert!(CacheMap::parse(whole[..at].to_vec()).is_none(), "cut at {at}");
    }
}

#[test]
fn an_equal_map_is_not_written_again() {
    use std::os::unix::fs::MetadataExt;
    let (folder, cache) = cache();
    let inode = || fs::metadata(folder.path().join("xtask/cache/words-v1.map")).unwrap().ino();
    cache.store_map("words", 1, &sample());
    let before = inode();
    cache.store_map("words", 1, &sample());
    assert_eq!(inode(), before);
}

#[test]
fn threads_share_it() {
    let (_folder, cache) = cache();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for number in 0..50_u8 {
                    cache.put("words", 1, &[number], &[number; 100]);
                    let got = cache.get("words", 1, &[number]);
                    assert_eq!(got.as_deref(), Some(&[number; 100][..]));
                }
            });
        }
    });
}

#[test]
fn history_is_the_same_from_the_cache_and_damaged_entries_are_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("sample");
    crate::fixture::scenario("lab-fork").unwrap().build(&root).unwrap();
    let repo = crate::repo::Repo::open(&root).unwrap();
    let tip = repo.head().unwrap().unwrap();
    let walked = crate::repo::History::of(&repo, &tip).unwrap();
    assert_eq!(Cache::of(&repo).history(&repo, &tip).unwrap(), walked);
    let key = tip.as_str().as_bytes();
    let kept = Cache::of(&repo).get("history", 3, key).expect("the walk is kept");
    assert_eq!(Cache::of(&repo).history(&repo, &tip).unwrap(), walked);
    for damaged in [&b"no history at all"[..], &kept[..kept.len() - 1], &[&kept[..], b"more"].concat()] {
        Cache::of(&repo).put("history", 3, key, damaged);
        assert_eq!(Cache::of(&repo).history(&repo, &tip).unwrap(), walked);
    }
}

#[test]
fn history_that_is_continued_is_that_of_a_whole_walk() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("sample");
    crate::fixture::scenario("lab-fork").unwrap().build(&root).unwrap();
    let repo = crate::repo::Repo::open(&root).unwrap();
    // A merge with a side that began before the commits that are kept, and one on top of it.
    let git = repo.git();
    let commit = |parents: &[&str]| {
        let tree = git.line(&["rev-parse", "HEAD~3^{tree}"]).unwrap();
        let parents = parents.iter().flat_map(|parent| ["-p", parent]);
        let args: Vec<&str> = ["commit-tree", &tree, "-m", "x"].into_iter().chain(parents).collect();
        let who = ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"];
        let git = who.into_iter().fold(repo.git(), |git, name| git.with_variable(name, "tester"));
        git.line(&args).unwrap()
    };
    let side = commit(&["HEAD~6"]);
    let merge = commit(&["HEAD", &side]);
    let tips = [git.line(&["rev-parse", "HEAD"]).unwrap(), commit(&[&merge])];
    let mut continued = 0;
    for tip in tips.map(|tip| crate::repo::CommitId::parse(&tip).unwrap()) {
        let walked = crate::repo::History::of(&repo, &tip).unwrap();
        let list = git.line(&["rev-list", "--max-count=12", tip.as_str()]).unwrap();
        for from in list.lines().skip(1).map(|from| crate::repo::CommitId::parse(from).unwrap()) {
            fs::remove_dir_all(repo.common_dir().join("xtask/cache")).unwrap_or_default();
            let before = Cache::of(&repo).history(&repo, &from).unwrap();
            assert_eq!(Cache::of(&repo).history(&repo, &tip).unwrap(), walked, "from {from}");
            continued += usize::from(before.continued(&repo, &from, &tip).unwrap().is_some());
        }
    }
    assert!(continued > 0 && continued < 22, "some are continued and some are not: {continued}");
}

#[test]
fn answers_are_remembered_but_not_where_history_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("sample");
    crate::fixture::scenario("lab-fork").unwrap().build(&root).unwrap();
    let whole = crate::repo::Repo::open(&root).unwrap();
    let tip = whole.head().unwrap().unwrap();
    let count = |repo: &crate::repo::Repo| {
        let answer = Answers::of(repo).read(&["rev-list", "--count", tip.as_str()]).unwrap();
        String::from_utf8(answer).unwrap().trim().parse::<usize>().unwrap()
    };
    let all = count(&whole);
    let kept = whole.common_dir().join("xtask/cache/answer-v1");
    assert!(kept.is_dir(), "the answer is kept");
    assert_eq!(count(&whole), all);

    let url = format!("file://{}", root.display());
    let cut = folder.path().join("cut");
    let shell = xshell::Shell::new().unwrap();
    cmd!(shell, "git clone -q --depth=2 {url} {cut}").quiet().run().unwrap();
    let repo = crate::repo::Repo::open(&cut).unwrap();
    assert_eq!(count(&repo), 2);
    cmd!(shell, "git -C {cut} fetch -q --unshallow").quiet().run().unwrap();
    assert_eq!(count(&repo), all, "what was cut off then counts now");
}
