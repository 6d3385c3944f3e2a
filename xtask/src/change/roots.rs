//! Where the roots lie, and the way to a file: part by part, through no link, into no other repository.

use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::edit::{Place, Root};
use super::folder::{Folder, Kind};
use super::text::PathText;
use crate::repo::{Repo, RepoPath};

/// A folder that the walk to a root begins at. It is git's own word, so links on the way to it are followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum Anchor {
    WorkTree,
    CommonDir,
    /// A hooks folder that the configuration puts somewhere else, by its full path.
    Elsewhere(PathText),
}

/// The place of a root: an anchor, and the folders below it that are walked without following links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct RootPlace {
    pub(super) anchor: Anchor,
    pub(super) below: Option<PathText>,
}

/// The roots of one repository, as this worktree sees them.
#[derive(Clone, Debug)]
pub(super) struct Roots {
    work_tree: Option<PathBuf>,
    common_dir: PathBuf,
    pub(super) hooks: HooksFolder,
    pub(super) worktree: String,
    /// False where the file system does not keep executable bits (`core.fileMode`).
    pub(super) keeps_modes: bool,
}

/// What the configuration says about hooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum HooksFolder {
    /// `scope` is `None` where nothing is configured.
    At { place: RootPlace, scope: Option<String> },
    /// Set for more than this repository; the scope (`global`, `system`).
    Shared(String),
}

impl Roots {
    /// Asks git.
    pub(super) fn of(repo: &Repo) -> Result<Self> {
        let settings = Settings::of(repo)?;
        Ok(Self {
            work_tree: repo.work_tree().map(Path::to_owned),
            common_dir: repo.common_dir().to_owned(),
            hooks: hooks_folder(repo, settings.hooks_scope)?,
            worktree: worktree_key(repo),
            keeps_modes: settings.keeps_modes,
        })
    }

    /// Only the tool's own root, without asking git: hooks want an answer in a millisecond.
    pub(super) fn of_tool(repo: &Repo) -> Self {
        Self {
            work_tree: repo.work_tree().map(Path::to_owned),
            common_dir: repo.common_dir().to_owned(),
            hooks: HooksFolder::Shared("unread".to_owned()),
            worktree: worktree_key(repo),
            keeps_modes: true,
        }
    }

    /// Any folder, as if it were a work tree.
    pub(super) fn of_folder(folder: &Path) -> Self {
        Self {
            work_tree: Some(folder.to_owned()),
            common_dir: folder.join(".git"),
            hooks: HooksFolder::Shared("unread".to_owned()),
            worktree: String::new(),
            keeps_modes: true,
        }
    }

    /// The roots with the hooks folder as a journal recorded it.
    pub(super) fn with_hooks(mut self, place: RootPlace) -> Self {
        self.hooks = HooksFolder::At { place, scope: None };
        self
    }

    /// The place of a root.
    pub(super) fn place(&self, root: Root) -> Result<RootPlace> {
        Ok(match root {
            Root::WorkTree => RootPlace { anchor: Anchor::WorkTree, below: None },
            Root::Tool => {
                RootPlace { anchor: Anchor::CommonDir, below: Some(PathText(RepoPath::from("xtask"))) }
            }
            Root::Hooks => match &self.hooks {
                HooksFolder::At { place, .. } => place.clone(),
                HooksFolder::Shared(scope) => bail!(
                    "the hooks folder is not this repository's own: `core.hooksPath` is set in the {scope} configuration"
                ),
            },
        })
    }

    fn anchor(&self, anchor: &Anchor) -> Result<PathBuf> {
        Ok(match anchor {
            Anchor::WorkTree => {
                self.work_tree.clone().context("the repository is bare: this needs files on disk")?
            }
            Anchor::CommonDir => self.common_dir.clone(),
            Anchor::Elsewhere(path) => PathBuf::from(std::ffi::OsStr::from_bytes(path.0.as_bytes())),
        })
    }

    /// All parts from the anchor to the place, the last one too.
    fn parts(&self, place: &Place) -> Result<(PathBuf, usize, Vec<Vec<u8>>)> {
        let root = self.place(place.root)?;
        let mut parts: Vec<Vec<u8>> = Vec::new();
        if let Some(below) = &root.below {
            parts.extend(below.0.parts().map(<[u8]>::to_vec));
        }
        let fixed = parts.len();
        parts.extend(place.path.parts().map(<[u8]>::to_vec));
        Ok((self.anchor(&root.anchor)?, fixed, parts))
    }

    /// The full path, for finding two names of one file, and for messages.
    pub(super) fn full_path(&self, place: &Place) -> Result<PathBuf> {
        let (anchor, _, parts) = self.parts(place)?;
        Ok(anchor.join(std::ffi::OsStr::from_bytes(&parts.join(&b'/'))))
    }

    /// The path relative to the top of the work tree; `None` when it lies elsewhere.
    pub(super) fn seen_from_top(&self, place: &Place) -> Result<Option<Vec<u8>>> {
        let full = self.full_path(place)?;
        let Some(top) = &self.work_tree else { return Ok(None) };
        Ok(RepoPath::below(top, &full).map(|path| path.as_bytes().to_vec()))
    }

    /// The folder that holds a place; `None` when it, or one above it, is not there.
    ///
    /// # Errors
    /// A link or a file in the way, another repository, a name that the file system spells otherwise.
    pub(super) fn parent(&self, place: &Place) -> Result<Option<Folder>> {
        self.walk(place, false)
    }

    /// The folder that holds a place, made with all above it.
    pub(super) fn parent_made(&self, place: &Place) -> Result<Folder> {
        Ok(self.walk(place, true)?.expect("folders that are not there were made"))
    }

    fn walk(&self, place: &Place, make: bool) -> Result<Option<Folder>> {
        let (anchor, fixed, parts) = self.parts(place)?;
        let mut folder =
            Folder::open(&anchor).with_context(|| format!("open the folder `{}`", anchor.display()))?;
        for (depth, part) in parts[..parts.len() - 1].iter().enumerate() {
            match step(&folder, part, place)? {
                Some(next) => folder = next,
                None if make => {
                    folder = folder
                        .enter_or_make(part)
                        .with_context(|| format!("make the folder of `{place}`"))?;
                }
                None => return Ok(None),
            }
            let is_users = place.root == Root::WorkTree && depth >= fixed;
            if is_users && folder.stat(b".git").ok().flatten().is_some() {
                bail!("`{place}` lies in another repository");
            }
        }
        Ok(Some(folder))
    }
}

fn step(folder: &Folder, part: &[u8], place: &Place) -> Result<Option<Folder>> {
    let name = String::from_utf8_lossy(part);
    let Some(stat) = folder.stat(part).with_context(|| format!("look at `{place}`"))? else {
        return Ok(None);
    };
    match stat.kind {
        Kind::Folder => {}
        Kind::Link => bail!("the way to `{place}` leads through the symbolic link `{name}`"),
        Kind::File | Kind::Other => bail!("`{name}` on the way to `{place}` is not a folder"),
    }
    Ok(Some(folder.enter(part).with_context(|| format!("open the folder of `{place}`"))?))
}

/// `main`, or `worktree-NAME`: tells the journals of several worktrees apart.
fn worktree_key(repo: &Repo) -> String {
    if repo.git_dir() == repo.common_dir() {
        return "main".to_owned();
    }
    let name = repo.git_dir().file_name().map(|name| RepoPath::from_bytes(name.as_bytes()));
    format!("worktree-{}", name.as_ref().map(RepoPath::display).unwrap_or_default())
}

/// What git's configuration says, in one call.
struct Settings {
    keeps_modes: bool,
    /// The scope that sets `core.hooksPath`, if one does. Our own git calls switch hooks off, so the setting of the
    /// command line is left out.
    hooks_scope: Option<String>,
}

impl Settings {
    fn of(repo: &Repo) -> Result<Self> {
        let args = ["config", "--show-scope", "--null", "--get-regexp", r"^core\.(filemode|hookspath)$"];
        let answer = repo.git().answer_to(&args, &[], &[0, 1])?;
        let mut settings = Self { keeps_modes: true, hooks_scope: None };
        let fields: Vec<&[u8]> = answer.stdout.split(|&byte| byte == 0).collect();
        for pair in fields.chunks_exact(2) {
            let [scope, setting] = pair else { continue };
            match setting.split(|&byte| byte == b'\n').next().unwrap_or_default() {
                b"core.filemode" => {
                    let value = setting[b"core.filemode".len()..].to_ascii_lowercase();
                    settings.keeps_modes =
                        !matches!(&value[..], b"\nfalse" | b"\n0" | b"\nno" | b"\noff" | b"\n");
                }
                b"core.hookspath" if *scope != b"command" => {
                    settings.hooks_scope = Some(String::from_utf8_lossy(scope).into_owned());
                }
                _ => {}
            }
        }
        Ok(settings)
    }
}

/// Finds where git looks for hooks.
fn hooks_folder(repo: &Repo, scope: Option<String>) -> Result<HooksFolder> {
    let usual = RootPlace { anchor: Anchor::CommonDir, below: Some(PathText(RepoPath::from("hooks"))) };
    let Some(name) = scope.as_deref() else { return Ok(HooksFolder::At { place: usual, scope }) };
    if name != "local" && name != "worktree" {
        return Ok(HooksFolder::Shared(name.to_owned()));
    }
    let args =
        ["config", &format!("--{name}"), "--includes", "--null", "--type=path", "--get", "core.hooksPath"];
    let answer = repo.git().answer_to(&args, &[], &[0, 1])?;
    let path = answer.stdout.strip_suffix(b"\0").unwrap_or(&answer.stdout);
    if path.is_empty() {
        bail!("`core.hooksPath` is empty in the {name} configuration");
    }
    Ok(HooksFolder::At { place: configured_place(repo, path), scope })
}

/// A path in `core.hooksPath`: relative to the work tree (or the git directory of a bare repository).
fn configured_place(repo: &Repo, path: &[u8]) -> RootPlace {
    let bases = [(Anchor::WorkTree, repo.work_tree()), (Anchor::CommonDir, Some(repo.common_dir()))];
    let full = match repo.work_tree() {
        Some(top) => top.join(std::ffi::OsStr::from_bytes(path)),
        None => repo.common_dir().join(std::ffi::OsStr::from_bytes(path)),
    };
    for (anchor, base) in bases {
        let Some(base) = base else { continue };
        let Some(below) = RepoPath::below(base, &full) else { continue };
        if let Some(below) = RepoPath::resolve(None, below.as_bytes()) {
            // `.git` in the work tree is the common directory, reached by its own anchor.
            if below.parts().next() != Some(b".git") {
                return RootPlace { anchor, below: Some(PathText(below)) };
            }
        }
    }
    let full = RepoPath::from_bytes(&full.into_os_string().into_vec());
    RootPlace { anchor: Anchor::Elsewhere(PathText(full)), below: None }
}
