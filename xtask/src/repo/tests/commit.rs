//! Commits of some paths: nothing else goes in, and nothing that is in progress is concluded.

use std::collections::BTreeSet;

use super::*;

fn paths(paths: &[&str]) -> BTreeSet<RepoPath> {
    paths.iter().map(|path| RepoPath::from(*path)).collect()
}

fn repository() -> (Place, PathBuf) {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    for key in ["user.name", "user.email"] {
        place.git(&folder, &["config", key, "tester"]);
    }
    (place, folder)
}

#[test]
fn some_paths_are_committed_and_what_was_staged_stays_staged() {
    let (place, folder) = repository();
    let repo = Repo::open(&folder).unwrap();
    place.write(&folder.join("report.md"), "one\n");
    place.write(&folder.join("mine.txt"), "staged\n");
    place.git(&folder, &["add", "mine.txt"]);
    assert!(repo.commit_paths(&paths(&["report.md"]), "Report\n").unwrap().is_some());
    assert_eq!(place.git(&folder, &["show", "--format=%s", "--name-only", "HEAD"]), "Report\n\nreport.md");
    assert_eq!(place.git(&folder, &["status", "--porcelain"]), "A  mine.txt");
    assert_eq!(repo.commit_paths(&paths(&["report.md"]), "Again\n").unwrap(), None);
}

#[test]
fn line_ends_are_stored_as_the_users_own_attributes_say() {
    let (place, folder) = repository();
    place.write(&place.path("attributes"), "*.md text eol=crlf\n");
    place.git(&folder, &["config", "core.attributesFile", place.path("attributes").to_str().unwrap()]);
    place.write(&folder.join("note.md"), "one\r\ntwo\r\n");
    place.git(&folder, &["add", "note.md"]);
    place.git(&folder, &["commit", "-qm", "note"]);
    let repo = Repo::open(&folder).unwrap();
    let none: Vec<RepoPath> = Vec::new();
    place.write(&folder.join("note.md"), "one\r\ntwo\r\n");
    assert_eq!(repo.uncommitted().unwrap(), none, "for the user's git, nothing is changed");
    place.write(&folder.join("report.md"), "one\r\n");
    repo.commit_paths(&paths(&["report.md"]), "Report\n").unwrap().unwrap();
    assert_eq!(place.git(&folder, &["cat-file", "-s", "HEAD:report.md"]), "4");
    assert_eq!(repo.uncommitted().unwrap(), none);
}

#[test]
fn a_merge_in_progress_is_never_concluded() {
    let (place, folder) = repository();
    place.git(&folder, &["checkout", "-qb", "other"]);
    place.write(&folder.join("b.txt"), "b\n");
    place.git(&folder, &["add", "b.txt"]);
    place.git(&folder, &["commit", "-qm", "other"]);
    place.git(&folder, &["checkout", "-q", "-"]);
    place.git(&folder, &["merge", "-q", "--no-ff", "--no-commit", "other"]);
    place.write(&folder.join("report.md"), "one\n");
    let repo = Repo::open(&folder).unwrap();
    let error = repo.commit_paths(&paths(&["report.md"]), "Report\n").unwrap_err();
    assert_eq!(error.to_string(), "a merge is in progress");
    assert_eq!(place.git(&folder, &["log", "-1", "--format=%s"]), "second");
    assert_eq!(place.git(&folder, &["status", "--porcelain"]), "A  b.txt\n?? report.md");
}

#[test]
fn ignored_files_are_refused_and_can_be_asked_for() {
    let (place, folder) = repository();
    place.write(&folder.join(".gitignore"), "*.md\n");
    place.write(&folder.join("report.md"), "one\n");
    let repo = Repo::open(&folder).unwrap();
    assert_eq!(repo.left_to_ignore(&paths(&[".gitignore", "report.md"])).unwrap(), paths(&["report.md"]));
    let error = repo.commit_paths(&paths(&["report.md"]), "Report\n").unwrap_err();
    assert_eq!(error.to_string(), "commit `report.md`: git ignores it");
}
