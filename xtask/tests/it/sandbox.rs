//! A repository of its own for each test, and the program run in it as a stranger would run it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A git that runs files of the hooks folder alone.
pub(crate) const WITH_HOOK_FILES: &str = "2.50.0";
/// A git that runs hooks that its configuration names, too.
pub(crate) const WITH_CONFIG_HOOKS: &str = "2.54.0";

/// A temporary folder with a repository and an empty home beside it.
pub(crate) struct Sandbox {
    place: TempDir,
}

impl Sandbox {
    /// A folder `repo` that is no repository yet.
    pub(crate) fn empty() -> Self {
        let place = tempfile::tempdir().unwrap();
        for folder in ["repo", "home", "tmp"] {
            std::fs::create_dir(place.path().join(folder)).unwrap();
        }
        Self { place }
    }

    /// A repository without a commit.
    pub(crate) fn init() -> Self {
        let sandbox = Self::empty();
        sandbox.git(&["init", "-q", "-b", "main"]);
        sandbox
    }

    /// The repository of a scenario of `fixtures/`.
    pub(crate) fn from_fixture(name: &str) -> Self {
        let sandbox = Self::empty();
        std::fs::remove_dir(sandbox.root()).unwrap();
        xtask::fixture::scenario(name).expect("the scenario exists").build(&sandbox.root()).unwrap();
        sandbox
    }

    /// git as if it had this version: it says so, and is otherwise what it is. What the program does for a version is
    /// tested with every git.
    pub(crate) fn with_git_version(self, version: &str) -> Self {
        let path = std::env::var_os("PATH").unwrap();
        let real = std::env::split_paths(&path).map(|folder| folder.join("git")).find(|file| file.is_file());
        let script = format!(
            "#!/bin/sh\nfor last; do :; done\n[ \"$last\" != version ] || exec echo 'git version {version}'\n\
             exec '{}' \"$@\"\n",
            real.unwrap().display()
        );
        let folder = self.place.path().join("bin");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("git"), script).unwrap();
        std::fs::set_permissions(folder.join("git"), std::fs::Permissions::from_mode(0o755)).unwrap();
        self
    }

    /// The repository's top folder.
    pub(crate) fn root(&self) -> PathBuf {
        self.place.path().join("repo")
    }

    /// Writes a file, its folders too.
    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Reads a file as text.
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).unwrap()
    }

    /// Adds all files and commits them, at a fixed time.
    pub(crate) fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    /// Runs git and gives its standard output; it must succeed.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let mut command = self.command("git");
        let who =
            [("NAME", "Tester"), ("EMAIL", "tester@example.invalid"), ("DATE", "2025-03-01T12:00:00+00:00")];
        for (name, value) in who {
            command.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
        }
        let output = command.args(args).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs the program; exit code, standard output and standard error as one text.
    pub(crate) fn xtask<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> String {
        let output = self.output(args);
        let mut text =
            format!("exit: {}\n", output.status.code().map_or("signal".to_owned(), |code| code.to_string()));
        for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            let shown = self.without_places(&String::from_utf8_lossy(bytes));
            writeln!(text, "-- {name}\n{}", shown.trim_end()).unwrap();
        }
        text
    }

    /// Runs the program; what it left.
    pub(crate) fn output<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Output {
        self.command(env!("CARGO_BIN_EXE_xtask")).args(args).output().unwrap()
    }

    /// Runs the program with `--format json` and reads what it prints.
    pub(crate) fn json<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> serde_json::Value {
        let output = self.output(args.into_iter().chain(["--format", "json"]));
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {stderr}"))
    }

    /// A child that starts from a cleared environment.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.root()).env_clear();
        command.env("PATH", self.path());
        command.env("HOME", self.place.path().join("home"));
        command.env("XDG_CONFIG_HOME", self.place.path().join("home"));
        command.env("TMPDIR", self.place.path().join("tmp"));
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("NO_COLOR", "1").env("COLUMNS", "100").env("LC_ALL", "C.UTF-8");
        command
    }

    /// Where programs are looked for: with the git of the sandbox, if it has one of its own.
    pub(crate) fn path(&self) -> std::ffi::OsString {
        let path = std::env::var_os("PATH").unwrap();
        let own = Some(self.place.path().join("bin")).filter(|folder| folder.exists());
        std::env::join_paths(own.into_iter().chain(std::env::split_paths(&path))).unwrap()
    }

    fn without_places(&self, text: &str) -> String {
        let place = self.place.path();
        let real = place.canonicalize().unwrap();
        let mut text = text.to_owned();
        for place in [place, &real] {
            text = text.replace(&place.join("repo").display().to_string(), "[REPO]");
            text = text.replace(&place.display().to_string(), "[PLACE]");
        }
        text
    }

    /// Head, refs, index and files as one printable value.
    pub(crate) fn state(&self) -> String {
        let mut text = String::new();
        for args in [&["symbolic-ref", "HEAD"][..], &["for-each-ref"], &["ls-files", "--stage"]] {
            let output = self.command("git").args(args).output().unwrap();
            writeln!(text, "{}", String::from_utf8_lossy(&output.stdout)).unwrap();
        }
        for (path, (mode, content)) in self.files() {
            writeln!(
                text,
                "{mode:o} {path} {}",
                git2::Oid::hash_object(git2::ObjectType::Blob, &content).unwrap()
            )
            .unwrap();
        }
        text
    }

    /// Every file outside the git directory: mode and bytes (a link's target for a link).
    pub(crate) fn files(&self) -> BTreeMap<String, (u32, Vec<u8>)> {
        let mut files = BTreeMap::new();
        walk(&self.root(), &self.root(), &mut files);
        files
    }
}

fn walk(root: &Path, folder: &Path, files: &mut BTreeMap<String, (u32, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let meta = path.symlink_metadata().unwrap();
        let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
        if meta.is_dir() {
            if name != ".git" {
                walk(root, &path, files);
            }
        } else {
            let content = if meta.is_symlink() {
                std::fs::read_link(&path).unwrap().to_string_lossy().into_owned().into_bytes()
            } else {
                std::fs::read(&path).unwrap()
            };
            files.insert(name, (meta.permissions().mode(), content));
        }
    }
}
