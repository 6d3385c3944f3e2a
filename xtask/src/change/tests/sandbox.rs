//! A repository in a temporary folder, and its state as one comparable value.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use crate::change::{ChangeSet, ContentId, Edit, Mode, Place, Planned};
use crate::repo::Repo;

pub(super) struct Sandbox {
    folder: tempfile::TempDir,
    repo: OnceCell<Repo>,
}

/// In memory where the system offers it: the tests end many processes, and each waits for its disk.
fn temp_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// Path to mode and content; folders have no content, links have their target.
pub(super) type State = BTreeMap<PathBuf, (u32, Option<Vec<u8>>)>;

impl Sandbox {
    pub(super) fn new() -> Self {
        let folder = temp_folder();
        let mut options = git2::RepositoryInitOptions::new();
        options.initial_head("main").external_template(false);
        git2::Repository::init_opts(folder.path(), &options).unwrap();
        let _ = fs::remove_dir_all(folder.path().join(".git/hooks"));
        Self { folder, repo: OnceCell::new() }
    }

    pub(super) fn with(files: &[(&str, &str)]) -> Self {
        let sandbox = Self::new();
        for (path, text) in files {
            sandbox.write(path, text.as_bytes());
        }
        sandbox
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn repo(&self) -> &Repo {
        self.repo.get_or_init(|| Repo::open(self.path()).unwrap())
    }

    pub(super) fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.path().join(path)
    }

    pub(super) fn write(&self, path: impl AsRef<Path>, bytes: &[u8]) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(super) fn write_mode(&self, path: &str, bytes: &[u8], mode: u32) {
        self.write(path, bytes);
        self.set_mode(path, mode);
    }

    pub(super) fn set_mode(&self, path: &str, mode: u32) {
        fs::set_permissions(self.at(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    pub(super) fn mode(&self, path: &str) -> u32 {
        fs::symlink_metadata(self.at(path)).unwrap().permissions().mode() & 0o7777
    }

    pub(super) fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.at(path)).unwrap()
    }

    pub(super) fn link(&self, path: &str, target: &str) {
        symlink(target, self.at(path)).unwrap();
    }

    /// All files and folders that a change set may touch: the work tree, the hooks, the tool's own files without
    /// the journal.
    pub(super) fn state(&self) -> State {
        let mut state = State::new();
        walk(self.path(), Path::new(""), &mut state);
        let git = self.at(".git");
        for part in ["hooks", "xtask"] {
            if git.join(part).exists() {
                walk(&git, Path::new(part), &mut state);
            }
        }
        // A root's own folder is made when it is needed, and stays.
        state.retain(|path, _| {
            let is_root = path == Path::new("xtask") || path == Path::new("hooks");
            !is_root && !path.starts_with("xtask/change")
        });
        state
    }

    /// Runs git for the test's own ends.
    pub(super) fn git(&self, args: &[&str]) -> Vec<u8> {
        self.repo().git().read(args).unwrap()
    }

    pub(super) fn commit(&self) {
        self.git(&["add", "-A"]);
        let who = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
        self.git(&[&who[..], &["commit", "-q", "--allow-empty", "-m", "all"]].concat());
    }
}

fn walk(root: &Path, below: &Path, state: &mut State) {
    let mut names: Vec<_> =
        fs::read_dir(root.join(below)).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    for path in names {
        let relative = path.strip_prefix(root).unwrap().to_owned();
        if relative == Path::new(".git") {
            continue;
        }
        let meta = fs::symlink_metadata(&path).unwrap();
        let mode = meta.permissions().mode() & 0o7777;
        if meta.is_dir() {
            state.insert(relative.clone(), (mode, None));
            walk(root, &relative, state);
        } else if meta.is_symlink() {
            let target = fs::read_link(&path).unwrap();
            state.insert(relative, (0, Some(target.into_os_string().into_encoded_bytes())));
        } else {
            state.insert(relative, (mode, Some(fs::read(&path).unwrap())));
        }
    }
}

/// A repository with something for every kind of edit.
pub(super) fn rich() -> Sandbox {
    let sandbox = Sandbox::with(&[
        ("a.md", "one\ntwo\nthree\n"),
        ("gone/only.md", "to be removed\n"),
        ("deep/x/y/old.md", "moved as it is\n"),
        ("kept/note.md", "line 1\nline 2\nline 3\nline 4\nline 5\nline 6\n"),
        ("kept/other.md", "stays\n"),
        ("guide.md", "an old guide\n"),
        ("dot/.hidden", "untouched\n"),
        ("tool.sh", "#!/bin/sh\n"),
    ]);
    sandbox.write_mode("run.sh", b"#!/bin/sh\necho 1\n", 0o755);
    sandbox.write_mode("private.md", b"secret\n", 0o600);
    sandbox.write("image.bin", b"\x00\x01\x02binary");
    sandbox.write_mode(".git/hooks/pre-commit", b"#!/bin/sh\nexit 0\n", 0o755);
    fs::create_dir(sandbox.at("empty")).unwrap();
    sandbox.set_mode("gone", 0o700);
    sandbox.set_mode("deep/x", 0o750);
    sandbox
}

/// Every kind of edit, in all three roots, planned against the files of [`rich`].
pub(super) fn rich_set() -> ChangeSet {
    let mut set = ChangeSet::new("test");
    set.create("new/folder/file.md", "new\n");
    set.create("empty/first.md", "in a folder that was empty\n");
    set.replace("a.md", &b"one\ntwo\nthree\n"[..], "one\n2\nthree\n");
    set.replace("private.md", &b"secret\n"[..], "other secret\n");
    set.replace("image.bin", &b"\x00\x01\x02binary"[..], b"\x00other".to_vec());
    set.replace("run.sh", &b"#!/bin/sh\necho 1\n"[..], "#!/bin/sh\necho 2\n");
    set.move_file("deep/x/y/old.md", "archive/old.md", &b"moved as it is\n"[..]);
    let note = &b"line 1\nline 2\nline 3\nline 4\nline 5\nline 6\n"[..];
    set.move_with("kept/note.md", "archive/note.md", note, "line 1\nline 2\nline 3\nend\n");
    set.move_file("guide.md", "archive/guide.md", &b"an old guide\n"[..]);
    set.create("guide.md", "a new guide\n");
    set.remove("gone/only.md", &b"to be removed\n"[..]);
    let script = b"#!/bin/sh\n".to_vec();
    let planned = Planned { id: ContentId::of(&script), executable: Some(false) };
    set.add(Edit::Replace { at: "tool.sh".into(), planned, content: script, mode: Mode::Executable });
    let hook = Place::hook("pre-commit");
    set.move_file(hook.clone(), Place::hook("pre-commit.before"), &b"#!/bin/sh\nexit 0\n"[..]);
    set.add(Edit::Create { at: hook, content: b"#!/bin/sh\nxtask hook\n".to_vec(), mode: Mode::Executable });
    let copy = Place::tool("bin/xtask");
    set.add(Edit::Create { at: copy, content: b"\x7fELF\0".to_vec(), mode: Mode::Executable });
    set
}
