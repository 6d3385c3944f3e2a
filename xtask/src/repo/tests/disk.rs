//! What stands on disk beside what git says should.

#![allow(clippy::disallowed_methods, reason = "the tests damage folders of their own")]

use super::*;

#[test]
fn what_lies_behind_a_link_is_not_there() {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    place.write(&place.path("outside/b.txt"), "a secret\n");
    std::fs::remove_dir_all(folder.join("sub")).unwrap();
    std::os::unix::fs::symlink("../outside", folder.join("sub")).unwrap();
    let repo = Repo::open(&folder).unwrap();
    for tree in [Tree::of_work_tree(&repo).unwrap(), Tree::of_tracked_files(&repo).unwrap()] {
        assert!(tree.get(&"sub/b.txt".into()).is_none());
        assert!(tree.get(&"moved.txt".into()).is_some());
    }
}

#[test]
fn a_folder_that_became_a_file_took_its_files_away() {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    std::fs::remove_dir_all(folder.join("sub")).unwrap();
    place.write(&folder.join("sub"), "a file\n");
    let tree = Tree::of_work_tree(&Repo::open(&folder).unwrap()).unwrap();
    assert!(tree.get(&"sub/b.txt".into()).is_none());
}

#[test]
fn a_head_that_cannot_be_read_is_not_one_without_commits() {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    let head = || Repo::open(&folder).unwrap().head().map_err(|error| error.to_string());
    let branch = folder.join(".git").join(place.git(&folder, &["symbolic-ref", "HEAD"]).trim());
    for damaged in ["0123456789012345678901234567890123456789\n", "no commit\n", ""] {
        std::fs::write(&branch, damaged).unwrap();
        assert!(head().unwrap_err().starts_with("HEAD names no commit that can be read"), "{damaged}");
    }
    std::fs::remove_file(&branch).unwrap();
    assert_eq!(head(), Ok(None), "a branch that is not there yet");
    let folder = place.path("new");
    place.git(place.folder.path(), &["init", "-q", folder.to_str().unwrap()]);
    assert!(Repo::open(&folder).unwrap().head().unwrap().is_none());
}
