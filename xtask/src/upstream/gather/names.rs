//! Finds the commits that the two sides' names mean.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use super::super::Options;
use super::super::model::Side;
use super::super::sides::{self, Spec};
use super::fetch;
use super::releases::Tags;
use crate::process::Progress;
use crate::repo::git::Git;
use crate::repo::{CommitId, Repo, RepoPath};
use crate::report::{Hinted, ReportMarker, Unavailable};

/// Upstream's side, and the repository that holds it when it is another one.
pub(super) struct Target {
    pub(super) side: Side,
    pub(super) lender: Option<Repo>,
    pub(super) tags: Tags,
    /// What its repository is called, where an address tells it.
    pub(super) called: Option<String>,
}

/// What the search for upstream ended with.
pub(super) enum FoundUpstream {
    Target(Box<Target>),
    Nothing(Unavailable),
}

/// The fork's side, and how many commits at its tip hold our reports alone; `None` in a repository without commits.
///
/// Those commits do not count, unless the revision was named: a report that is committed would say another number
/// of commits each time, and never be fresh.
pub(super) fn fork(repo: &Repo, options: &Options) -> Result<Option<(Side, usize)>> {
    let revision = options.fork.as_str();
    if revision == "HEAD" && repo.head()?.is_none() {
        return Ok(None);
    }
    let mut oid = resolve(repo, revision).context("find the fork's side")?;
    let mut skipped = 0;
    while revision == "HEAD"
        && let Some(parent) = parent_of_reports(repo, &oid, &options.reports)?
    {
        (oid, skipped) = (parent, skipped + 1);
    }
    Ok(Some((side(repo, oid, revision)?, skipped)))
}

/// The parent of a commit that changes nothing but reports that carry our marker.
fn parent_of_reports(repo: &Repo, commit: &CommitId, reports: &[RepoPath]) -> Result<Option<CommitId>> {
    if !may_be_reports(repo, commit, reports) {
        return Ok(None);
    }
    let git = repo.git();
    let parents = git.line(&["log", "-1", "--format=%P", "--end-of-options", commit.as_str()])?;
    let Some(parent) = CommitId::parse(&parents) else { return Ok(None) };
    let args = ["diff-tree", "-r", "-z", "--no-renames", "--name-only", parent.as_str(), commit.as_str()];
    let changed = git.read(&args)?;
    let mut paths =
        changed.split(|&byte| byte == 0).filter(|path| !path.is_empty()).map(RepoPath::from_bytes);
    let ours = |path: RepoPath| {
        let named =
            reports.iter().any(|report| path.parent() == report.parent() && path.stem() == report.stem());
        named && is_marked(repo, commit, &path)
    };
    Ok((!changed.is_empty() && paths.all(ours)).then_some(parent))
}

/// Whether a commit holds a file where a report stands; true also where that is not known.
fn may_be_reports(repo: &Repo, commit: &CommitId, reports: &[RepoPath]) -> bool {
    let Some(library) = repo.library() else { return !reports.is_empty() };
    let holds = |report: &RepoPath| -> Result<bool, git2::Error> {
        let tree = library.find_commit(git2::Oid::from_str(commit.as_str())?)?.tree()?;
        let listing = match report.parent() {
            None => tree,
            Some(folder) => match tree.get_path(Path::new(OsStr::from_bytes(folder.as_bytes()))) {
                Ok(entry) => library.find_tree(entry.id())?,
                Err(_) => return Ok(false),
            },
        };
        Ok(listing.iter().any(|entry| RepoPath::from_bytes(entry.name_bytes()).stem() == report.stem()))
    };
    reports.iter().any(|report| holds(report).unwrap_or(true))
}

fn is_marked(repo: &Repo, commit: &CommitId, path: &RepoPath) -> bool {
    let object = [commit.as_str().as_bytes(), b":", path.as_bytes()].concat();
    let content = repo.git().read(&["cat-file".as_ref(), "blob".as_ref(), OsStr::from_bytes(&object)]);
    content.is_ok_and(|content| ReportMarker::parse(&String::from_utf8_lossy(&content)).is_some())
}

/// Upstream's side: what was asked for, else what is configured, else the remote `upstream`; never a guess.
pub(super) fn upstream(
    repo: &Repo,
    options: &Options,
    fork: &Side,
    progress: &Progress,
) -> Result<FoundUpstream> {
    let remotes = repo.remotes()?;
    let beside = repo.work_tree().unwrap_or(repo.git_dir()).to_owned();
    let (text, folder) = match (&options.upstream, &options.config.upstream) {
        (Some(text), _) => (text.clone(), None),
        (None, Some(text)) => (text.clone(), Some(beside)),
        (None, None) if remotes.iter().any(|name| name == "upstream") => ("upstream".to_owned(), None),
        (None, None) => return traces(repo, fork, &remotes).map(FoundUpstream::Nothing),
    };
    let search = Search { repo, options, fork, remotes: &remotes, folder: folder.as_deref(), progress };
    search.find(&text).with_context(|| format!("find upstream `{}`", sides::without_secrets(&text)))
}

struct Search<'a> {
    repo: &'a Repo,
    options: &'a Options,
    fork: &'a Side,
    remotes: &'a [String],
    /// Where relative paths start; `None`: the current folder.
    folder: Option<&'a Path>,
    progress: &'a Progress,
}

impl Search<'_> {
    fn find(&self, text: &str) -> Result<FoundUpstream> {
        // A branch may be called `fix#12`, and a reflog entry may hold a colon: what exists comes first.
        let is_remote = self.remotes.iter().any(|name| name == text);
        if !is_remote
            && !text.contains("://")
            && text.contains(['#', ':'])
            && let Ok(oid) = self.repo.resolve(text)
        {
            return self.revision(oid, text);
        }
        match sides::parse(text).map_err(|why| anyhow!(why))? {
            Spec::Address { address, branch } => self.address(&address, branch.as_deref()),
            Spec::Name { name, branch } => self.name(&name, branch.as_deref()),
        }
    }

    fn name(&self, name: &str, branch: Option<&str>) -> Result<FoundUpstream> {
        if self.remotes.iter().any(|remote| remote == name) {
            return self.remote(name, branch);
        }
        let place = self.folder.map_or_else(|| PathBuf::from(name), |folder| folder.join(name));
        let is_path = name.starts_with(['/', '.', '~']) || name.contains('/');
        if let Ok(oid) = self.repo.resolve(name) {
            if let Some(branch) = branch {
                bail!("`{name}` is a revision, which has no branch `{branch}`");
            }
            return self.revision(oid, name);
        }
        if place.is_dir() {
            match own_repository(&place)? {
                Some(other) => return self.other(other, name, branch),
                None if is_path => bail!("`{name}` is a folder, but no repository"),
                None => {}
            }
        }
        Err(unknown(self.repo, name, self.remotes)?)
    }

    fn revision(&self, oid: CommitId, revision: &str) -> Result<FoundUpstream> {
        self.target(side(self.repo, oid, revision)?)
    }

    fn remote(&self, name: &str, branch: Option<&str>) -> Result<FoundUpstream> {
        if self.options.fetch {
            fetch::remote(self.repo, name, self.progress)?;
        }
        let branches = branches(&self.repo.git(), name)?;
        if branches.is_empty() {
            return Ok(nothing(
                format!("nothing was fetched yet from the remote `{name}`"),
                format!("`git fetch {name}`, or run again with `--fetch`"),
            ));
        }
        let chosen = match branch {
            Some(branch) if branches.iter().any(|have| have == branch) => branch.to_owned(),
            Some(branch) => {
                let full: Vec<String> = branches.iter().map(|have| format!("{name}/{have}")).collect();
                return Err(no_such(&format!("{name}/{branch}"), &full));
            }
            None => match self.default_branch(name, &branches)? {
                Some(branch) => branch,
                None => {
                    return Ok(nothing(
                        format!(
                            "the remote `{name}` does not say which of its {} branches counts",
                            branches.len()
                        ),
                        format!(
                            "name it: `--upstream {name}#BRANCH`, or `git remote set-head {name} --auto`"
                        ),
                    ));
                }
            },
        };
        let full = format!("refs/remotes/{name}/{chosen}");
        let oid = self.repo.resolve(&full)?;
        let mut side = side(self.repo, oid, &full)?;
        side.remote = Some(name.to_owned());
        if let Some(now) = self.options.now {
            fetch::tell_age(self.repo, &full, now, self.progress)?;
        }
        self.target(side)
    }

    /// What the remote itself called its default when it was cloned, else what names alone settle.
    fn default_branch(&self, remote: &str, branches: &[String]) -> Result<Option<String>> {
        let head = format!("refs/remotes/{remote}/HEAD");
        let answer = self.repo.git().answer_to(&["symbolic-ref", "--quiet", &head], &[], &[0, 1, 128])?;
        let text = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
        let own = text.strip_prefix(&format!("refs/remotes/{remote}/")).map(str::to_owned);
        let own = own.filter(|name| branches.contains(name));
        let fork_branch = self.fork.name.strip_prefix("refs/heads/");
        Ok(own.or_else(|| sides::default_branch(branches, fork_branch)))
    }

    fn address(&self, address: &str, branch: Option<&str>) -> Result<FoundUpstream> {
        for remote in self.remotes {
            let key = format!("remote.{remote}.url");
            let urls = self.repo.git().answer_to(&["config", "--get-all", &key], &[], &[0, 1])?;
            if String::from_utf8_lossy(&urls.stdout).lines().any(|url| url == address) {
                return self.remote(remote, branch);
            }
        }
        let shown = sides::without_secrets(address);
        match fetch::cached(self.repo, address, self.options.fetch, self.progress)? {
            Some(cache) => self.other(cache, &shown, branch),
            None => Ok(nothing(
                format!("`{shown}` was not fetched yet"),
                "run again with `--fetch`: it fills a cache of its own and leaves your remotes alone"
                    .to_owned(),
            )),
        }
    }

    fn other(&self, other: Repo, shown: &str, branch: Option<&str>) -> Result<FoundUpstream> {
        let revision = match branch {
            Some(branch) if other.resolve(&format!("refs/heads/{branch}")).is_ok() => {
                format!("refs/heads/{branch}")
            }
            Some(branch) => branch.to_owned(),
            None if other.head()?.is_none() => {
                bail!("its HEAD names no commit: add `#BRANCH`");
            }
            None => "HEAD".to_owned(),
        };
        let oid = resolve(&other, &revision)?;
        let mut side = side(&other, oid, &revision)?;
        side.location = Some(shown.to_owned());
        let tags = Tags::of(&other, true, Some("refs/heads"))?;
        let called = sides::called(shown);
        Ok(FoundUpstream::Target(Box::new(Target { side, lender: Some(other), tags, called })))
    }

    fn target(&self, side: Side) -> Result<FoundUpstream> {
        let remote = self.remote_of(&side);
        let branches = remote.map(|remote| format!("refs/remotes/{remote}"));
        let tags = Tags::of(self.repo, false, branches.as_deref())?;
        let called = remote.and_then(|remote| url(&self.repo.git(), remote).ok());
        let called = called.and_then(|url| sides::called(&url));
        Ok(FoundUpstream::Target(Box::new(Target { side, lender: None, tags, called })))
    }

    /// The remote that a side was fetched from.
    fn remote_of(&self, side: &Side) -> Option<&str> {
        let path = side.name.strip_prefix("refs/remotes/")?;
        let holds =
            |remote: &&String| path.strip_prefix(remote.as_str()).is_some_and(|rest| rest.starts_with('/'));
        self.remotes.iter().filter(holds).max_by_key(|remote| remote.len()).map(String::as_str)
    }
}

/// The address of a remote.
fn url(git: &Git, remote: &str) -> Result<String> {
    git.line(&["config", "--get", &format!("remote.{remote}.url")])
}

fn nothing(why: String, hint: String) -> FoundUpstream {
    FoundUpstream::Nothing(Unavailable { why, hint: Some(hint) })
}

/// A repository whose top or git directory is the folder itself, not one around it.
fn own_repository(place: &Path) -> Result<Option<Repo>> {
    let Ok(place) = place.canonicalize() else { return Ok(None) };
    let holds_one =
        place.join(".git").exists() || (place.join("HEAD").exists() && place.join("objects").exists());
    if holds_one { Repo::open(&place).map(Some) } else { Ok(None) }
}

/// A side without its date, which the log of both sides brings along.
fn side(repo: &Repo, oid: CommitId, revision: &str) -> Result<Side> {
    let name = repo.full_name(revision)?;
    Ok(Side { oid, date: String::new(), name, remote: None, location: None })
}

/// A revision's commit, or an error that offers the nearest names.
fn resolve(repo: &Repo, revision: &str) -> Result<CommitId> {
    match repo.resolve(revision) {
        Ok(oid) => Ok(oid),
        Err(_) => Err(no_such(revision, &ref_names(&repo.git())?)),
    }
}

fn unknown(repo: &Repo, name: &str, remotes: &[String]) -> Result<anyhow::Error> {
    let mut names = ref_names(&repo.git())?;
    names.extend(remotes.iter().cloned());
    Ok(no_such(name, &names))
}

fn no_such(wanted: &str, names: &[String]) -> anyhow::Error {
    let message = format!("`{wanted}` names no commit, remote or repository");
    let near: Vec<String> = sides::nearest(wanted, names).iter().map(|name| format!("`{name}`")).collect();
    match near.as_slice() {
        [] => Hinted::new(message, "`git branch --all` and `git remote -v` list what there is").into(),
        near => Hinted::new(message, format!("the nearest names are {}", near.join(", "))).into(),
    }
}

fn ref_names(git: &Git) -> Result<Vec<String>> {
    let text =
        git.line(&["for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags"])?;
    Ok(text.lines().map(str::to_owned).collect())
}

fn branches(git: &Git, remote: &str) -> Result<Vec<String>> {
    let under = format!("refs/remotes/{remote}/");
    let text = git.line(&["for-each-ref", "--format=%(refname)", &under])?;
    let names = text.lines().filter_map(|name| name.strip_prefix(&under));
    Ok(names.filter(|name| *name != "HEAD").map(str::to_owned).collect())
}

/// What the repository itself says about where it comes from: a hint for the user, never an answer.
fn traces(repo: &Repo, fork: &Side, remotes: &[String]) -> Result<Unavailable> {
    let git = repo.git();
    let mut said = Vec::new();
    for remote in remotes {
        let url = url(&git, remote).unwrap_or_default();
        said.push(format!("the remote `{remote}` is {}", sides::without_secrets(&url)));
    }
    let listing = git.line(&["ls-tree", "--name-only", fork.oid.as_str()])?;
    let readmes = listing.lines().filter(|name| name.to_lowercase().starts_with("readme"));
    for readme in readmes {
        let content = git.read(&["cat-file", "blob", &format!("{}:{readme}", fork.oid)]).unwrap_or_default();
        for (line, words) in sides::fork_traces(&String::from_utf8_lossy(&content)) {
            said.push(format!("{readme}:{line} says \"{words}\""));
        }
    }
    let name_it = "name it: `--upstream REMOTE|REV|URL|PATH`, `[upstream] upstream` in xtask.toml, or `git remote add upstream URL`";
    let hint = if said.is_empty() { name_it.to_owned() } else { format!("{name_it}; {}", said.join("; ")) };
    Ok(Unavailable {
        why: "no upstream is named and there is no remote `upstream`".to_owned(),
        hint: Some(hint),
    })
}
