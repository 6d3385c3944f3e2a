//! The reader of the index against the git program: the same changes, the same entries.

#![allow(clippy::disallowed_methods, reason = "a test damages files")]

use super::*;

/// What the next commit changes and holds, by the reader here and by git.
fn both(repo: &Repo, base: Option<&str>) -> (String, String) {
    let staged = Staged::open(repo, None).unwrap();
    assert_eq!(staged.answered_by_git(), None, "read directly");
    (shown(&staged, repo, base), shown(&staged.by_git(), repo, base))
}

fn shown(staged: &Staged, repo: &Repo, base: Option<&str>) -> String {
    let changes = staged.changes(repo, base).unwrap();
    let mut text = format!("unmerged {:?}\n", changes.unmerged);
    for change in &changes.changes {
        text.push_str(&format!("{} {:?} {:?}\n", change.path, change.before, change.after));
    }
    let line = |entry: IndexEntry<'_>| {
        let id: String = entry.id.iter().map(|byte| format!("{byte:02x}")).collect();
        text.push_str(&format!("{:o} {id} {}\n", entry.mode, RepoPath::from_bytes(entry.path)));
    };
    staged.each(line).unwrap();
    text
}

/// Names that sort apart as files and as folders, and names that need care.
const NAMES: &[&str] = &["a", "a.b", "a-b", "a/b", "a/b.c", "a/b/c", "a0", "b/x\ny", "b/ü", "c/d/e/f/g", "z"];

#[derive(Clone, Debug)]
enum Step {
    /// Writes and adds a file, in place of what stood in its way.
    Add(usize, u8),
    Remove(usize),
    IntentToAdd(usize),
    Executable(usize),
    Submodule(usize),
    WriteTree,
    Commit,
    Version(usize),
    Unmerged(usize),
}

fn steps() -> impl proptest::strategy::Strategy<Value = Vec<Step>> {
    use proptest::prelude::*;
    let name = 0..NAMES.len();
    let step = prop_oneof![
        6 => (name.clone(), 0..3_u8).prop_map(|(name, content)| Step::Add(name, content)),
        2 => name.clone().prop_map(Step::Remove),
        1 => name.clone().prop_map(Step::IntentToAdd),
        1 => name.clone().prop_map(Step::Executable),
        1 => name.clone().prop_map(Step::Submodule),
        2 => Just(Step::WriteTree),
        2 => Just(Step::Commit),
        1 => (2..5_usize).prop_map(Step::Version),
        1 => name.prop_map(Step::Unmerged),
    ];
    proptest::collection::vec(step, 1..14)
}

impl Place {
    fn take(&self, folder: &Path, step: &Step) {
        let blob = |content: u8| {
            self.write(&folder.join(".git/content"), &format!("content {content}\n"));
            self.git(folder, &["hash-object", "-w", ".git/content"])
        };
        let cacheinfo = |mode: &str, id: &str, name: usize| {
            self.git(folder, &["update-index", "--add", "--replace", "--cacheinfo", mode, id, NAMES[name]]);
        };
        match *step {
            Step::Add(name, content) => cacheinfo("100644", &blob(content), name),
            Step::Executable(name) => cacheinfo("100755", &blob(0), name),
            Step::Submodule(name) => cacheinfo("160000", &"1".repeat(40), name),
            Step::Remove(name) => {
                self.git(folder, &["update-index", "--force-remove", "--", NAMES[name]]);
            }
            Step::IntentToAdd(name) => {
                let _ = std::fs::remove_dir_all(folder.join("work"));
                let path = folder.join("work").join(NAMES[name]);
                self.write(&path, "announced\n");
                let work = folder.join("work").display().to_string();
                let git_dir = folder.join(".git").display().to_string();
                let args = ["--git-dir", &git_dir, "--work-tree", &work, "add", "-N", "--", NAMES[name]];
                let shell = Shell::new().unwrap();
                // A folder may stand where the file would go; then nothing is announced.
                let _ = cmd!(shell, "git").args(args).quiet().ignore_status().ignore_stderr().read();
            }
            Step::WriteTree => {
                let shell = Shell::new().unwrap();
                shell.change_dir(folder);
                let _ = cmd!(shell, "git write-tree").quiet().ignore_status().ignore_stderr().read();
            }
            Step::Commit => {
                let shell = Shell::new().unwrap();
                shell.change_dir(folder);
                let args =
                    ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-q", "--allow-empty", "-m", "x"];
                let _ = cmd!(shell, "git").args(args).quiet().ignore_status().ignore_stderr().read();
            }
            Step::Version(version) => {
                self.git(folder, &["update-index", "--index-version", &version.to_string()]);
            }
            Step::Unmerged(name) => {
                let (one, two) = (blob(1), blob(2));
                let null = "0".repeat(40);
                let path = NAMES[name];
                let lines = format!("0 {null}\t{path}\0100644 {one} 2\t{path}\0100644 {two} 3\t{path}\0");
                let shell = Shell::new().unwrap();
                shell.change_dir(folder);
                let command = cmd!(shell, "git update-index -z --index-info").quiet().stdin(lines);
                let _ = command.ignore_status().ignore_stderr().run();
            }
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 24, rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, ..Default::default() })]

    #[test]
    fn index_reads_as_git_reads_it(steps in steps()) {
        let place = Place::new();
        let folder = place.path("repo");
        place.git(place.folder.path(), &["init", "-q", "-b", "main", "repo"]);
        for step in &steps {
            place.take(&folder, step);
        }
        let repo = Repo::open(&folder).unwrap();
        let head = repo.head().unwrap();
        for base in [None, head.as_ref().map(CommitId::as_str)] {
            let (here, git) = both(&repo, base);
            proptest::prop_assert_eq!(here, git);
        }
    }
}

#[test]
fn every_form_of_index_gives_the_same_changes() {
    let place = Place::new();
    let folder = place.repository("repo", &[]);
    place.write(&folder.join("sub/new.txt"), "three\n");
    place.git(&folder, &["add", "."]);
    place.git(&folder, &["rm", "-q", "--cached", "sub/b.txt"]);
    place.git(&folder, &["update-index", "--skip-worktree", "moved.txt"]);
    let read = |form: &str| {
        let repo = Repo::open_for_hook(&folder, None, None).unwrap();
        let staged = Staged::open(&repo, None).unwrap();
        let head = repo.head().unwrap().unwrap();
        let answer = shown(&staged, &repo, Some(head.as_str()));
        (form.to_owned(), staged.answered_by_git(), answer)
    };
    let mut forms = vec![];
    for version in ["2", "3", "4"] {
        place.git(&folder, &["update-index", "--index-version", version]);
        forms.push(read(version));
    }
    place.git(&folder, &["update-index", "--split-index"]);
    forms.push(read("split"));
    place.git(&folder, &["update-index", "--no-split-index"]);
    place.git(&folder, &["sparse-checkout", "set", "--cone", "--sparse-index", "none"]);
    forms.push(read("sparse"));
    let by_git: Vec<_> = forms.iter().map(|(form, by_git, _)| (form.as_str(), *by_git)).collect();
    let expected =
        [("2", None), ("3", None), ("4", None), ("split", Some("a split index")), ("sparse", None)];
    assert_eq!(by_git[..4], expected[..4]);
    assert!(forms[0].2.contains("sub/new.txt") && forms[0].2.contains("sub/b.txt"));
    for (form, _, answer) in &forms {
        assert_eq!(*answer, forms[0].2, "{form}");
    }
}

#[test]
fn sparse_index_is_read_by_git() {
    let place = Place::new();
    let folder = place.repository("repo", &[]);
    place.git(&folder, &["sparse-checkout", "set", "--cone", "--sparse-index", "none"]);
    place.write(&folder.join("top.txt"), "three\n");
    place.git(&folder, &["add", "top.txt"]);
    let repo = Repo::open_for_hook(&folder, None, None).unwrap();
    let staged = Staged::open(&repo, None).unwrap();
    assert_eq!(staged.answered_by_git(), Some("a sparse index"));
    let head = repo.head().unwrap().unwrap();
    let changes = staged.changes(&repo, Some(head.as_str())).unwrap();
    let paths: Vec<_> = changes.changes.iter().map(|change| change.path.to_string()).collect();
    assert_eq!(paths, ["top.txt"]);
}

#[test]
fn sha256_and_reftable_repositories_are_read_too() {
    let place = Place::new();
    for option in ["--object-format=sha256", "--ref-format=reftable"] {
        let name = option.rsplit('=').next().unwrap();
        let folder = place.repository(name, &[option]);
        place.write(&folder.join("new.txt"), "three\n");
        place.git(&folder, &["add", "."]);
        let repo = Repo::open_for_hook(&folder, None, None).unwrap();
        let staged = Staged::open(&repo, None).unwrap();
        let head = repo.head().unwrap().unwrap();
        let changes = staged.changes(&repo, Some(head.as_str())).unwrap();
        let [change] = &changes.changes[..] else { panic!("{option}: {changes:?}") };
        let after = change.after.as_ref().unwrap();
        let blobs = Blobs::of(&repo).unwrap();
        assert_eq!(blobs.read(&after.id).unwrap(), b"three\n");
        assert_eq!(blobs.size(&after.id).unwrap(), 6);
        let mut seen = vec![];
        blobs.each(&[&after.id, &after.id], |number, bytes| seen.push((number, bytes.to_vec()))).unwrap();
        assert_eq!(seen, [(0, b"three\n".to_vec()), (1, b"three\n".to_vec())]);
    }
}

#[test]
fn damaged_index_is_an_error_and_never_a_panic() {
    let place = Place::new();
    let folder = place.repository("repo", &[]);
    let repo = Repo::open(&folder).unwrap();
    let whole = std::fs::read(folder.join(".git/index")).unwrap();
    let file = place.path("index");
    for length in 1..whole.len() {
        std::fs::write(&file, &whole[..length]).unwrap();
        if let Ok(staged) = Staged::open(&repo, Some(&file)) {
            let _ = staged.changes(&repo, None);
        }
    }
    for place in 12..whole.len() {
        let mut bytes = whole.clone();
        bytes[place] ^= 0xff;
        std::fs::write(&file, &bytes).unwrap();
        if let Ok(staged) = Staged::open(&repo, Some(&file)) {
            let _ = staged.changes(&repo, None);
            let _ = staged.each(|_| {});
        }
    }
    std::fs::write(&file, &whole[..40]).unwrap();
    assert!(Staged::open(&repo, Some(&file)).is_err());
}

#[test]
fn hook_opens_the_repository_that_git_names() {
    let place = Place::new();
    let folder = place.repository("repo", &[]);
    let linked = place.path("linked");
    place.git(&folder, &["worktree", "add", "-q", &linked.display().to_string(), "-b", "other"]);
    let elsewhere = place.path("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let real = |path: PathBuf| path.canonicalize().unwrap();
    let cases: [(&Path, Option<PathBuf>, Option<&Path>, PathBuf); 4] = [
        (&folder.join("sub"), None, None, folder.clone()),
        (&linked, Some(folder.join(".git/worktrees/linked")), None, linked.clone()),
        (&elsewhere, Some(folder.join(".git")), Some(&elsewhere), elsewhere.clone()),
        (&elsewhere, Some(folder.join(".git")), None, elsewhere.clone()),
    ];
    for (from, git_dir, work_tree, expected) in cases {
        let repo = Repo::open_for_hook(from, git_dir.as_deref(), work_tree).unwrap();
        assert_eq!(real(repo.work_tree().unwrap().to_owned()), real(expected));
        assert_eq!(real(repo.common_dir().to_owned()), real(folder.join(".git")));
    }
}
