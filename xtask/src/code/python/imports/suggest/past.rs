//! Asks git what became of names: the only file of this room that starts it.

use std::collections::BTreeMap;

use anyhow::Result;

use super::patch::{self, Patch};
use crate::cache::Answers;
use crate::code::python::decode_source;
use crate::code::python::imports::facts::{self, Import};
use crate::repo::{CommitId, Repo, RepoPath};

/// How many commits of a file are looked at for a name that left it.
const COMMITS: &str = "-n300";

/// How many places where a word left a file are looked at for the import that brought it.
const DROPS: usize = 3;

/// The past of one repository, read as it is asked for.
#[derive(Debug)]
pub struct Past {
    git: Answers,
    tip: CommitId,
    logs: BTreeMap<Vec<RepoPath>, Vec<Patch>>,
    whole: BTreeMap<CommitId, Option<Patch>>,
}

/// A new name, and whether it or its line is like the old.
type Renamed = (String, bool);

/// How a name left a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Departure {
    pub(super) commit: CommitId,
    /// The new name in the same place.
    pub(super) renamed: Option<String>,
    /// Files that the same commit gave a definition of the name.
    pub(super) defined_in: Vec<RepoPath>,
}

impl Past {
    /// The past of a commit.
    pub fn of(repo: &Repo, tip: &CommitId) -> Self {
        Self { git: Answers::of(repo), tip: tip.clone(), logs: BTreeMap::new(), whole: BTreeMap::new() }
    }

    /// How `name` left the files at `paths` (one file under all its names), if it ever stood there.
    pub(super) fn departure(&mut self, paths: &[RepoPath], name: &str) -> Result<Option<Departure>> {
        let Some((commit, renamed)) = self.removal(paths, name)? else { return Ok(None) };
        let (renamed, defined_in) = match renamed {
            Some((renamed, true)) => (Some(renamed), Vec::new()),
            other => (other.map(|(renamed, _)| renamed), self.definers(&commit, name)?),
        };
        Ok(Some(Departure { commit, renamed, defined_in }))
    }

    /// The import that bound `name` in the files at `paths` before it was taken out, with the commit and the file.
    pub(super) fn dropped_import(
        &mut self,
        paths: &[RepoPath],
        name: &str,
    ) -> Result<Option<(CommitId, RepoPath, Import)>> {
        let hunks =
            self.log(paths)?.iter().flat_map(|patch| patch.hunks.iter().map(move |hunk| (patch, hunk)));
        let drops = hunks.filter(|(_, hunk)| patch::drops_word(hunk, name));
        let places: Vec<(CommitId, RepoPath)> = drops
            .filter_map(|(patch, hunk)| Some((patch.commit.clone(), hunk.before.clone()?)))
            .take(DROPS)
            .collect();
        for (commit, path) in places {
            let mut object: std::ffi::OsString = format!("{commit}^:").into();
            object.push(as_argument(path.as_bytes()));
            let Ok(bytes) = self.git.read(&["cat-file".into(), "blob".into(), object]) else { continue };
            let Ok(source) = decode_source(&bytes) else { continue };
            let Ok(facts) = facts::read(&source.text) else { continue };
            let binds = |import: &Import| {
                import.renamed.as_ref().or(import.name.as_ref()).is_some_and(|it| it == name)
            };
            if let Some(import) = facts.imports.into_iter().find(binds) {
                return Ok(Some((commit, path, import)));
            }
        }
        Ok(None)
    }

    pub(in crate::code::python) fn removal(
        &mut self,
        paths: &[RepoPath],
        name: &str,
    ) -> Result<Option<(CommitId, Option<Renamed>)>> {
        let hunks =
            self.log(paths)?.iter().flat_map(|patch| patch.hunks.iter().map(move |hunk| (patch, hunk)));
        let found = hunks.into_iter().find(|(_, hunk)| patch::removes(hunk, name));
        Ok(found.map(|(patch, hunk)| {
            let renamed = patch::renamed_in(hunk, name);
            (patch.commit.clone(), renamed.map(|(name, is_alike)| (name.to_owned(), is_alike)))
        }))
    }

    fn definers(&mut self, commit: &CommitId, name: &str) -> Result<Vec<RepoPath>> {
        let Some(patch) = self.whole(commit)? else { return Ok(Vec::new()) };
        let defines = |line: &String| patch::definition(line).is_some_and(|(_, found, _)| found == name);
        let gains = patch.hunks.iter().filter(|hunk| hunk.added.iter().any(defines));
        let mut files: Vec<RepoPath> = gains.filter_map(|hunk| hunk.after.clone()).collect();
        files.sort();
        files.dedup();
        Ok(files)
    }

    fn log(&mut self, paths: &[RepoPath]) -> Result<&[Patch]> {
        if !self.logs.contains_key(paths) {
            let mut args = arguments(&["log", COMMITS, "--format=%x01%H", "-p", "-U0", "-M50%"]);
            args.extend(["--end-of-options".into(), self.tip.as_str().into(), "--".into()]);
            args.extend(paths.iter().map(|path| as_argument(path.as_bytes())));
            let log = self.git.read(&args)?;
            self.logs.insert(paths.to_vec(), patch::parse(&log));
        }
        Ok(self.logs.get(paths).map_or(&[], Vec::as_slice))
    }

    fn whole(&mut self, commit: &CommitId) -> Result<Option<&Patch>> {
        if !self.whole.contains_key(commit) {
            // An ending is a pattern: a commit may touch more files than a command line can name.
            let mut args = vec!["--no-literal-pathspecs".into()];
            args.extend(arguments(&["log", "-n1", "--format=%x01%H", "-p", "-U0", "-M50%"]));
            args.extend(["--end-of-options".into(), commit.as_str().into(), "--".into(), "*.py".into()]);
            let log = self.git.read(&args)?;
            self.whole.insert(commit.clone(), patch::parse(&log).into_iter().next());
        }
        Ok(self.whole.get(commit).and_then(Option::as_ref))
    }
}

fn arguments(first: &[&str]) -> Vec<std::ffi::OsString> {
    let safe = ["--no-ext-diff", "--no-textconv", "--no-color"];
    first.iter().chain(&safe).map(Into::into).collect()
}

fn as_argument(path: &[u8]) -> std::ffi::OsString {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(path).to_owned()
}
