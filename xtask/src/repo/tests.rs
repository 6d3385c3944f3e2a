//! The repository room against real repositories of every shape.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use xshell::{Shell, cmd};

use super::*;

mod commit;
mod disk;
mod revision;
mod staged;

/// A temporary folder with git in it.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn git(&self, folder: &Path, args: &[&str]) -> String {
        testing::git(folder, args)
    }

    /// The same on a day of January 2025.
    fn git_on(&self, day: u8, folder: &Path, args: &[&str]) -> String {
        testing::git_on(day, folder, args)
    }

    /// A repository with two commits; options go to `git init`.
    fn repository(&self, name: &str, options: &[&str]) -> PathBuf {
        let folder = self.path(name);
        let mut args = vec!["init", "-q", "-b", "main"];
        args.extend(options);
        args.push(name);
        self.git(self.folder.path(), &args);
        self.write(&folder.join("a.txt"), "one\n");
        self.write(&folder.join("sub/b.txt"), "two\n");
        self.git(&folder, &["add", "."]);
        self.git(&folder, &["commit", "-q", "-m", "first"]);
        self.git(&folder, &["mv", "a.txt", "moved.txt"]);
        self.git(&folder, &["commit", "-q", "-m", "second"]);
        folder
    }

    fn write(&self, path: &Path, text: &str) {
        Shell::new().unwrap().write_file(path, text).unwrap();
    }
}

fn listed(tree: &Tree) -> Vec<String> {
    tree.entries().map(|(path, _)| path.to_string()).collect()
}

#[test]
fn repository_opens_from_a_folder_deep_inside_it() {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    let repo = Repo::open(&folder.join("sub")).unwrap();
    assert_eq!(repo.work_tree().unwrap(), folder.canonicalize().unwrap());
    assert_eq!(repo.branch().unwrap().as_deref(), Some("main"));
    assert!(repo.head().unwrap().is_some());
}

#[test]
fn folder_outside_any_repository_is_an_error_that_names_the_cause() {
    let place = Place::new();
    let error = Repo::open(place.folder.path()).err().unwrap().to_string();
    assert!(error.contains("not a git repository"), "{error}");
}

#[test]
fn empty_repository_has_no_head_and_an_empty_tree() {
    let place = Place::new();
    place.git(place.folder.path(), &["init", "-q", "-b", "main", "r"]);
    let repo = Repo::open(&place.path("r")).unwrap();
    assert_eq!(repo.head().unwrap(), None);
    assert_eq!(listed(&Tree::of_work_tree(&repo).unwrap()), [""; 0]);
    assert_eq!(listed(&Tree::of_index(&repo).unwrap()), [""; 0]);
    assert!(repo.resolve("HEAD").is_err());
}

#[test]
fn bare_repository_has_commits_but_no_work_tree() {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    place.git(place.folder.path(), &["clone", "-q", "--bare", "r", "bare.git"]);
    let repo = Repo::open(&place.path("bare.git")).unwrap();
    assert!(repo.work_tree().is_none());
    assert_eq!(repo.head().unwrap(), Repo::open(&folder).unwrap().head().unwrap());
    assert!(Tree::of_work_tree(&repo).is_err());
    assert_eq!(listed(&Tree::of_revision(&repo, "HEAD").unwrap()), ["moved.txt", "sub/b.txt"]);
    assert!(repo.uncommitted().unwrap().is_empty());
}

#[test]
fn linked_worktree_shares_the_common_directory() {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    place.git(&folder, &["worktree", "add", "-q", "../linked", "-b", "side"]);
    let repo = Repo::open(&place.path("linked")).unwrap();
    assert_eq!(repo.branch().unwrap().as_deref(), Some("side"));
    assert_eq!(repo.common_dir(), Repo::open(&folder).unwrap().common_dir());
    assert_ne!(repo.git_dir(), repo.common_dir());
    assert_eq!(listed(&Tree::of_work_tree(&repo).unwrap()), ["moved.txt", "sub/b.txt"]);
}

#[test]
fn detached_head_has_no_branch() {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    place.git(&folder, &["checkout", "-q", "--detach", "HEAD^"]);
    let repo = Repo::open(&folder).unwrap();
    assert_eq!(repo.branch().unwrap(), None);
    assert_eq!(repo.head().unwrap(), Some(repo.resolve("main^").unwrap()));
}

#[test]
fn shallow_clone_says_that_dates_are_not_known() {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    let address = format!("file://{}", folder.display());
    place.git(place.folder.path(), &["clone", "-q", "--depth", "1", &address, "shallow"]);
    let repo = Repo::open(&place.path("shallow")).unwrap();
    assert!(repo.is_shallow().unwrap());
    let history = History::of(&repo, &repo.head().unwrap().unwrap()).unwrap();
    assert!(history.unknown.is_some());
}

#[test]
fn history_is_read_through_the_git_program() {
    let place = Place::new();
    let repo = Repo::open(&place.repository("r", &[])).unwrap();
    let history = History::of(&repo, &repo.head().unwrap().unwrap()).unwrap();
    let moved = history.moved_to(&"a.txt".into()).unwrap();
    assert_eq!(moved.to, RepoPath::from("moved.txt"));
    assert_eq!(moved.change.commit, repo.head().unwrap().unwrap());
    let now = &history.paths[&RepoPath::from("moved.txt")];
    assert_eq!(now.first.commit, repo.resolve("HEAD^").unwrap());
    assert_eq!((history.unknown, history.exact_renames_only), (None, None));
}

/// Both sides of a merge touch a file: one renames or removes it, the other edits it later and the merge drops that name.
#[test]
fn edit_on_the_other_side_of_a_merge_brings_no_path_back() {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    place.write(&folder.join("old.txt"), "one\ntwo\nthree\nfour\n");
    place.git(&folder, &["add", "."]);
    place.git(&folder, &["commit", "-q", "-m", "two files"]);
    place.git(&folder, &["checkout", "-q", "-b", "side"]);
    place.git(&folder, &["checkout", "-q", "main"]);
    place.git(&folder, &["mv", "old.txt", "new.txt"]);
    place.git(&folder, &["rm", "-q", "sub/b.txt"]);
    place.git_on(3, &folder, &["commit", "-q", "-m", "renamed and removed"]);
    let away = place.git(&folder, &["rev-parse", "HEAD"]);
    place.git(&folder, &["checkout", "-q", "side"]);
    place.write(&folder.join("old.txt"), "one\ntwo\nthree\nfour\nfive\n");
    place.write(&folder.join("sub/b.txt"), "edited\n");
    place.git_on(4, &folder, &["commit", "-q", "-a", "-m", "edited"]);
    place.git(&folder, &["checkout", "-q", "main"]);
    place.git(&folder, &["merge", "-q", "--no-commit", "-s", "ours", "side"]);
    place.git_on(5, &folder, &["commit", "-q", "-m", "merged"]);
    let repo = Repo::open(&folder).unwrap();
    let tip = repo.head().unwrap().unwrap();
    let base = repo.resolve("HEAD~2").unwrap();
    let walked = History::of(&repo, &tip).unwrap();
    let continued = History::of(&repo, &base).unwrap().continued(&repo, &base, &tip).unwrap().unwrap();
    for history in [walked, continued] {
        for path in ["old.txt", "sub/b.txt"] {
            let removed = history.paths[&RepoPath::from(path)].removed.as_ref();
            assert_eq!(removed.map(|change| change.commit.as_str()), Some(away.as_str()), "{path}");
        }
        assert_eq!(history.moved_to(&"old.txt".into()).unwrap().to, RepoPath::from("new.txt"));
        assert!(history.paths[&RepoPath::from("new.txt")].removed.is_none());
    }
}

/// A merge that keeps a file which the other side removed.
#[test]
fn path_that_a_merge_keeps_is_not_gone() {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    place.git(&folder, &["checkout", "-q", "-b", "side"]);
    place.git(&folder, &["rm", "-q", "sub/b.txt"]);
    place.git_on(3, &folder, &["commit", "-q", "-m", "removed"]);
    place.git(&folder, &["checkout", "-q", "main"]);
    place.git_on(4, &folder, &["merge", "-q", "-s", "ours", "-m", "kept", "side"]);
    let repo = Repo::open(&folder).unwrap();
    let history = History::of(&repo, &repo.head().unwrap().unwrap()).unwrap();
    assert!(history.paths[&RepoPath::from("sub/b.txt")].removed.is_none());
}

/// A partial clone: only the commit that needs the missing content shows its renames without a look into contents.
#[test]
fn missing_content_costs_only_the_renames_of_its_own_commit() {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    let lines = |from: usize| (from..from + 40).map(|n| format!("line {n}\n")).collect::<String>();
    place.write(&folder.join("early.txt"), &lines(0));
    place.write(&folder.join("lost.txt"), &lines(100));
    place.write(&folder.join("late.txt"), &lines(200));
    place.git(&folder, &["add", "."]);
    place.git(&folder, &["commit", "-q", "-m", "three"]);
    for (name, from) in [("early", 0), ("lost", 100), ("late", 200)] {
        place.git(&folder, &["mv", &format!("{name}.txt"), &format!("{name}-moved.txt")]);
        place.write(&folder.join(format!("{name}-moved.txt")), &format!("{}more\n", lines(from)));
        place.git(&folder, &["add", "."]);
        place.git(&folder, &["commit", "-q", "-m", name]);
    }
    let blob = place.git(&folder, &["rev-parse", "HEAD~3:lost.txt"]);
    Shell::new()
        .unwrap()
        .remove_path(folder.join(format!(".git/objects/{}/{}", &blob[..2], &blob[2..])))
        .unwrap();
    let repo = Repo::open(&folder).unwrap();
    let history = History::of(&repo, &repo.head().unwrap().unwrap()).unwrap();
    let moved = |name: &str| history.moved_to(&name.into()).map(|rename| rename.to.to_string());
    assert_eq!(moved("early.txt").as_deref(), Some("early-moved.txt"));
    assert_eq!(moved("late.txt").as_deref(), Some("late-moved.txt"));
    assert_eq!(moved("lost.txt"), None);
    assert_eq!(history.exact_renames_only, Some(1));
    assert!(history.paths[&RepoPath::from("lost.txt")].removed.is_some());
}

/// What libgit2 cannot read is read through git children, with the same result.
#[test]
fn every_storage_format_gives_the_same_trees() {
    let place = Place::new();
    let plain = place.repository("plain", &[]);
    let sha256 = place.repository("sha256", &["--object-format=sha256"]);
    let reftable = place.repository("reftable", &["--ref-format=reftable"]);
    let split = place.repository("split", &[]);
    place.git(&split, &["update-index", "--split-index"]);
    let sparse = place.repository("sparse", &[]);
    place.git(&sparse, &["sparse-checkout", "set", "--cone", "--sparse-index", "sub"]);
    for (folder, limit) in [
        (&plain, None),
        (&sha256, Some("SHA-256 object names")),
        (&reftable, Some("the reftable ref store")),
        (&split, Some("a split index")),
        (&sparse, Some("a sparse index")),
    ] {
        let repo = Repo::open(folder).unwrap();
        assert_eq!(repo.library_limit(), limit);
        let commit = Tree::of_revision(&repo, "HEAD").unwrap();
        assert_eq!(listed(&commit), ["moved.txt", "sub/b.txt"], "{limit:?}");
        assert_eq!(commit.read(&"sub/b.txt".into()).unwrap(), b"two\n");
        let index = Tree::of_index(&repo).unwrap();
        assert_eq!(listed(&index), ["moved.txt", "sub/b.txt"], "{limit:?}");
        assert_eq!(index.read(&"moved.txt".into()).unwrap(), b"one\n");
        assert!(repo.uncommitted().unwrap().is_empty(), "{limit:?}");
        assert!(History::of(&repo, &repo.head().unwrap().unwrap()).is_ok());
    }
}

#[test]
fn no_call_talks_to_another_repository() {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    let repo = Repo::open(&folder).unwrap();
    let asked = repo.git().answer_to(&["ls-remote", "."], &[], &[0, 128]).unwrap();
    assert_eq!(asked.code, Some(128), "{}", asked.stderr);
    assert!(asked.stderr.contains("not allowed"), "{}", asked.stderr);
}

#[test]
fn work_tree_holds_tracked_and_untracked_files_but_not_ignored_ones() {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    place.write(&folder.join(".gitignore"), "*.log\n");
    place.write(&folder.join("x.log"), "ignored");
    place.write(&folder.join("new.txt"), "new");
    place.git(&folder, &["rm", "-q", "--cached", "moved.txt"]);
    Shell::new().unwrap().remove_path(folder.join("sub/b.txt")).unwrap();
    let repo = Repo::open(&folder).unwrap();
    let tree = Tree::of_work_tree(&repo).unwrap();
    assert_eq!(listed(&tree), [".gitignore", "moved.txt", "new.txt"]);
    assert!(!tree.get(&"new.txt".into()).unwrap().tracked);
    let uncommitted: Vec<String> = repo.uncommitted().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(uncommitted, [".gitignore", "moved.txt", "new.txt", "sub/b.txt"]);
}

#[test]
fn virtual_environment_that_git_does_not_ignore_is_no_uncommitted_work() {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    place.write(&folder.join(".venv/pyvenv.cfg"), "home = /usr\n");
    place.write(&folder.join(".venv/lib/x.py"), "");
    place.write(&folder.join(".venvs.py"), "");
    let repo = Repo::open(&folder).unwrap();
    let uncommitted: Vec<String> = repo.uncommitted().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(uncommitted, [".venvs.py"]);
}

#[test]
fn names_of_any_bytes_are_listed_and_read() {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    let names: [&[u8]; 5] = [b"sp ace", b"quo\"te", b"new\nline", b"tab\tbed", b"caf\xe9"];
    for name in names {
        place.write(&folder.join(OsStr::from_bytes(name)), "x");
    }
    place.git(&folder, &["add", "."]);
    place.git(&folder, &["commit", "-q", "-m", "names"]);
    let repo = Repo::open(&folder).unwrap();
    for tree in [Tree::of_work_tree(&repo).unwrap(), Tree::of_revision(&repo, "HEAD").unwrap()] {
        for name in names {
            assert_eq!(tree.read(&RepoPath::from_bytes(name)).unwrap(), b"x");
        }
    }
    assert_eq!(RepoPath::from_bytes(b"caf\xe9").display(), "caf\\xe9");
    let history = History::of(&repo, &repo.head().unwrap().unwrap()).unwrap();
    assert!(names.iter().all(|name| history.paths.contains_key(&RepoPath::from_bytes(name))));
}

#[test]
fn symbolic_link_is_read_as_where_it_points_and_never_followed() {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    std::os::unix::fs::symlink("/etc/passwd", folder.join("out")).unwrap();
    std::os::unix::fs::symlink("loop", folder.join("loop")).unwrap();
    let repo = Repo::open(&folder).unwrap();
    let tree = Tree::of_work_tree(&repo).unwrap();
    assert_eq!(tree.get(&"out".into()).unwrap().kind, EntryKind::Symlink);
    assert_eq!(tree.read(&"out".into()).unwrap(), b"/etc/passwd");
    assert_eq!(tree.read(&"loop".into()).unwrap(), b"loop");
}

#[test]
fn filters_and_monitors_that_the_repository_configures_are_not_run() {
    let place = Place::new();
    let folder = place.repository("r", &[]);
    let trap = folder.join("trapped");
    let run = format!("touch '{}'; cat", trap.display());
    for key in
        ["core.fsmonitor", "filter.trap.clean", "filter.trap.smudge", "diff.trap.textconv", "core.pager"]
    {
        place.git(&folder, &["config", key, &run]);
    }
    place.git(&folder, &["config", "filter.trap.required", "true"]);
    place.write(&folder.join(".gitattributes"), "* filter=trap diff=trap\n");
    place.write(&folder.join("moved.txt"), "changed\n");
    let repo = Repo::open(&folder).unwrap();
    repo.uncommitted().unwrap();
    Tree::of_work_tree(&repo).unwrap();
    History::of(&repo, &repo.head().unwrap().unwrap()).unwrap();
    assert!(!trap.exists(), "something of the repository was executed");
}

#[test]
fn tree_knows_its_folders() {
    let place = Place::new();
    let repo = Repo::open(&place.repository("r", &[])).unwrap();
    let tree = Tree::of_work_tree(&repo).unwrap();
    assert!(tree.has_folder(&"sub".into()));
    assert!(!tree.has_folder(&"su".into()));
    assert!(!tree.has_folder(&"moved.txt".into()));
}

#[test]
fn relative_paths_resolve_inside_and_never_outside() {
    let folder = RepoPath::from("notes/deep");
    let resolve = |text: &str| RepoPath::resolve(Some(&folder), text.as_bytes()).map(|path| path.to_string());
    assert_eq!(resolve("../a.md").as_deref(), Some("notes/a.md"));
    assert_eq!(resolve("./b//c.md").as_deref(), Some("notes/deep/b/c.md"));
    assert_eq!(resolve("/docs/x.md").as_deref(), Some("docs/x.md"));
    assert_eq!(resolve("../../../x"), None);
    assert_eq!(resolve("../.."), None);
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a test changes files")]
fn file_that_changed_lately_has_no_settled_stamp_and_a_replaced_one_has_another() {
    let place = Place::new();
    let root = place.repository("plain", &[]);
    let repo = Repo::open(&root).unwrap();
    let tree = Tree::of_tracked_files(&repo).unwrap();
    let path = tree.entries().next().unwrap().0.clone();
    let stamp = tree.stamp(&path).unwrap();
    let file = path.under(&root);
    let meta = file.metadata().unwrap();
    let changed = std::os::unix::fs::MetadataExt::ctime(&meta);
    let settled = |after: i64| stamp.is_settled(changed + after);
    assert_eq!((settled(0), settled(1), settled(2)), (false, false, true));

    // Of the same length and date: another file all the same.
    let other = root.join("other");
    std::fs::write(&other, vec![b'x'; usize::try_from(meta.len()).unwrap()]).unwrap();
    let times = std::fs::FileTimes::new().set_modified(meta.modified().unwrap());
    std::fs::File::options().write(true).open(&other).unwrap().set_times(times).unwrap();
    std::fs::rename(&other, &file).unwrap();
    assert_eq!(file.metadata().unwrap().modified().unwrap(), meta.modified().unwrap());
    assert_ne!(tree.stamp(&path), Some(stamp));
}
