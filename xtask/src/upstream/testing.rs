//! Histories for tests, written through `git fast-import`: one child a repository.

#![allow(clippy::disallowed_methods, reason = "tests build folders of their own")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Analysis, Options, run};
use crate::process::{Cancel, Progress};
use crate::repo::Repo;
use crate::repo::git::Git;
use crate::repo::testing::by_tester;
use crate::report::{Outcome, Unavailable};

/// A temporary folder that holds repositories.
pub(super) struct Place {
    folder: TempDir,
}

/// What a commit does to one path: new content, or `None` to remove it.
pub(super) type Edit<'a> = (&'a str, Option<&'a str>);

/// A history under construction; each commit lies a day after the one before.
#[derive(Default)]
pub(super) struct History {
    stream: Vec<u8>,
    marks: BTreeMap<String, usize>,
    commits: usize,
}

impl History {
    /// Adds a commit to `branch`; a new branch starts without a parent unless it was forked off.
    pub(super) fn commit(&mut self, branch: &str, message: &str, edits: &[Edit<'_>]) -> &mut Self {
        self.commit_with(branch, None, message, edits)
    }

    /// Starts `branch` where `from` stands now.
    pub(super) fn fork(&mut self, branch: &str, from: &str) -> &mut Self {
        let mark = self.marks[from];
        self.marks.insert(branch.to_owned(), mark);
        self.stream.extend(format!("reset refs/heads/{branch}\nfrom :{mark}\n\n").into_bytes());
        self
    }

    /// Adds a merge of `other` into `branch`; its tree is `branch`'s with `edits`.
    pub(super) fn merge(&mut self, branch: &str, other: &str, edits: &[Edit<'_>]) -> &mut Self {
        let mark = self.marks[other];
        self.commit_with(branch, Some(mark), &format!("merge {other}"), edits)
    }

    /// Tags what `branch` stands at.
    pub(super) fn tag(&mut self, tag: &str, branch: &str) -> &mut Self {
        let mark = self.marks[branch];
        self.stream.extend(format!("reset refs/tags/{tag}\nfrom :{mark}\n\n").into_bytes());
        self
    }

    fn commit_with(
        &mut self,
        branch: &str,
        merged: Option<usize>,
        message: &str,
        edits: &[Edit<'_>],
    ) -> &mut Self {
        self.commits += 1;
        let time = 1_700_000_000 + 86_400 * self.commits;
        let who = format!("tester <tester@example.org> {time} +0000");
        let mut text = format!(
            "commit refs/heads/{branch}\nmark :{}\nauthor {who}\ncommitter {who}\ndata {}\n{message}\n",
            self.commits,
            message.len()
        );
        if let Some(parent) = self.marks.get(branch) {
            text += &format!("from :{parent}\n");
        }
        if let Some(other) = merged {
            text += &format!("merge :{other}\n");
        }
        self.stream.extend(text.into_bytes());
        for (path, content) in edits {
            match content {
                Some(content) => {
                    let head = format!("M 100644 inline {path}\ndata {}\n{content}\n", content.len());
                    self.stream.extend(head.into_bytes());
                }
                None => self.stream.extend(format!("D {path}\n").into_bytes()),
            }
        }
        self.stream.push(b'\n');
        self.marks.insert(branch.to_owned(), self.commits);
        self
    }
}

/// Texts of few different lines, so that there are many ways to compare them; the same for the same seed.
pub(super) struct Texts(u64);

impl Texts {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, number: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % number
    }

    /// Four lines at least and fewer than `length`, of so many kinds.
    pub(super) fn text(&mut self, length: u64, kinds: u64) -> Vec<String> {
        (0..4 + self.below(length - 4)).map(|_| format!("line {}\n", self.below(kinds))).collect()
    }

    /// The same with some lines taken out, put in or replaced, the last perhaps without its end.
    pub(super) fn edited(&mut self, text: &[String]) -> String {
        let whole = self.edited_lines(text).concat();
        if self.below(5) == 0 { whole.trim_end().to_owned() } else { whole }
    }

    pub(super) fn edited_lines(&mut self, text: &[String]) -> Vec<String> {
        let mut lines = text.to_vec();
        for _ in 0..1 + self.below(3) {
            let place = self.below(lines.len() as u64 + 1) as usize;
            let end = (place + self.below(3) as usize).min(lines.len());
            let new: Vec<String> = (0..self.below(3)).map(|_| format!("line {}\n", self.below(11))).collect();
            lines.splice(place..end, new);
        }
        lines
    }
}

impl Place {
    pub(super) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Takes an object away, as if it had never been fetched.
    pub(super) fn lose(&self, folder: &Path, revision: &str) {
        let id = self.git(folder, &["rev-parse", revision]);
        let objects = folder.join(self.git(folder, &["rev-parse", "--git-path", "objects"]));
        std::fs::remove_file(objects.join(&id[..2]).join(&id[2..])).unwrap();
    }

    /// git in a folder, cut off from the user's configuration, with fixed people and dates.
    pub(super) fn git(&self, folder: &Path, args: &[&str]) -> String {
        let output = git_in(folder).read(args).unwrap();
        String::from_utf8_lossy(&output).trim_end_matches('\n').to_owned()
    }

    /// Writes a history into a repository of its own, with `main` checked out; options go to `git init`.
    pub(super) fn repository(&self, name: &str, options: &[&str], history: &History) -> PathBuf {
        let folder = self.path(name);
        let bare = options.contains(&"--bare");
        let git_dir = if bare { folder.clone() } else { folder.join(".git") };
        std::fs::create_dir_all(&folder).unwrap();
        let init = [&["init", "-q", "-b", "main", "--template="], options].concat();
        git_at(&git_dir, (!bare).then_some(folder.as_path())).read(&init).unwrap();
        if !history.stream.is_empty() {
            git_in(&folder).answer_to(&["fast-import", "--quiet"], &history.stream, &[0]).unwrap();
            if !bare {
                self.git(&folder, &["reset", "-q", "--hard"]);
            }
        }
        folder
    }
}

impl Place {
    /// Runs a script in a folder, whatever its commands end with.
    pub(super) fn shell(&self, folder: &Path, script: &str) {
        let shell = xshell::Shell::new().unwrap();
        shell.change_dir(folder);
        let command = by_tester(xshell::cmd!(shell, "sh -c {script}"));
        command.ignore_status().ignore_stdout().ignore_stderr().run().unwrap();
    }

    /// Clones by `git clone`; the options end with the address.
    pub(super) fn clone(&self, folder: &Path, options: &[&str]) {
        let shell = xshell::Shell::new().unwrap();
        shell.change_dir(self.folder.path());
        let clone = xshell::cmd!(shell, "git -c protocol.file.allow=always clone -q {options...} {folder}");
        by_tester(clone).run().unwrap();
    }
}

fn git_in(folder: &Path) -> Git {
    let git_dir = folder.join(".git");
    if git_dir.exists() { git_at(&git_dir, Some(folder)) } else { git_at(folder, None) }
}

fn git_at(git_dir: &Path, work_tree: Option<&Path>) -> Git {
    let variables = [
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_ALLOW_PROTOCOL", "file"),
        ("GIT_AUTHOR_NAME", "tester"),
        ("GIT_AUTHOR_EMAIL", "tester@example.org"),
        ("GIT_COMMITTER_NAME", "tester"),
        ("GIT_COMMITTER_EMAIL", "tester@example.org"),
        ("GIT_AUTHOR_DATE", "1700000000 +0000"),
        ("GIT_COMMITTER_DATE", "1700000000 +0000"),
    ];
    let git = Git::new(git_dir, work_tree);
    variables.into_iter().fold(git, |git, (name, value)| git.with_variable(name, value))
}

/// Compares `fork` with `upstream` (a revision of the same repository, or any other name).
pub(super) fn outcome(
    folder: &Path,
    fork: &str,
    upstream: Option<&str>,
) -> anyhow::Result<Outcome<Analysis>> {
    let options =
        Options { fork: fork.to_owned(), upstream: upstream.map(str::to_owned), ..Options::default() };
    run(&Repo::open(folder)?, &options, &Progress::default(), &Cancel::default())
}

pub(super) fn analysis(folder: &Path, fork: &str, upstream: &str) -> Analysis {
    match outcome(folder, fork, Some(upstream)).unwrap() {
        Outcome::Done(analysis) => analysis,
        Outcome::Unavailable(unavailable) => panic!("unavailable: {unavailable:?}"),
    }
}

pub(super) fn unavailable(folder: &Path, upstream: Option<&str>) -> Unavailable {
    match outcome(folder, "HEAD", upstream).unwrap() {
        Outcome::Unavailable(unavailable) => unavailable,
        Outcome::Done(_) => panic!("it was compared"),
    }
}
