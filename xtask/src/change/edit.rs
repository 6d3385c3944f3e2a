//! What an edit is: a place, an action, and the content it was planned against.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::repo::{BlobId, RepoPath};

/// The folders that a change set may write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Root {
    /// The files of this worktree.
    WorkTree,
    /// The hooks folder as git names it.
    Hooks,
    /// `<common-dir>/xtask/`, shared by all worktrees.
    Tool,
}

/// A file in one of the roots.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Where the path begins.
    pub root: Root,
    /// The path below the root.
    pub path: RepoPath,
}

impl Place {
    /// A hook by its name.
    pub fn hook(name: &str) -> Self {
        Self { root: Root::Hooks, path: name.into() }
    }

    /// A file under `<common-dir>/xtask/`.
    pub fn tool(path: &str) -> Self {
        Self { root: Root::Tool, path: path.into() }
    }

    /// The folder that holds it; `None` for a file right in the root.
    pub(super) fn parent(&self) -> Option<Self> {
        Some(Self { root: self.root, path: self.path.parent()? })
    }

    /// A file in this folder.
    pub(super) fn with_part(&self, name: &[u8]) -> Self {
        Self { root: self.root, path: self.path.join(name) }
    }
}

impl From<RepoPath> for Place {
    fn from(path: RepoPath) -> Self {
        Self { root: Root::WorkTree, path }
    }
}

impl From<&RepoPath> for Place {
    fn from(path: &RepoPath) -> Self {
        path.clone().into()
    }
}

impl From<&str> for Place {
    fn from(path: &str) -> Self {
        RepoPath::from(path).into()
    }
}

impl fmt::Display for Place {
    /// As a person would look for it: hooks and the tool's own files with the usual place of their root.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.root {
            Root::WorkTree => "",
            Root::Hooks => "<hooks>/",
            Root::Tool => "<git>/xtask/",
        })?;
        self.path.fmt(formatter)
    }
}

/// The name of a content: git's SHA-1 blob id, in every repository.
///
/// It is compared only with itself, so it stays SHA-1 where the repository uses SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct ContentId(String);

impl ContentId {
    /// Names these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(BlobId::of_content(bytes).to_string())
    }

    /// All digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The state of a file that an edit was planned against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Its content.
    pub id: ContentId,
    /// Its executable bit, where the planner looked at it.
    pub executable: Option<bool>,
}

impl From<ContentId> for Planned {
    fn from(id: ContentId) -> Self {
        Self { id, executable: None }
    }
}

impl From<&[u8]> for Planned {
    /// The bytes that the planner read.
    fn from(bytes: &[u8]) -> Self {
        ContentId::of(bytes).into()
    }
}

impl From<&Vec<u8>> for Planned {
    fn from(bytes: &Vec<u8>) -> Self {
        bytes.as_slice().into()
    }
}

/// What becomes of the permission bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// As they were; a new file gets what the umask leaves of a plain file.
    #[default]
    Keep,
    /// Not executable, else as they were.
    Plain,
    /// Executable by all who may read, else as they were.
    Executable,
    /// Exactly these bits (undo).
    Exact(u32),
}

impl Mode {
    /// The bits after the edit, of the bits before.
    pub(super) fn applied_to(self, bits: u32) -> u32 {
        match self {
            Mode::Keep => bits,
            Mode::Plain => bits & !0o111,
            Mode::Executable => bits | ((bits & 0o444) >> 2),
            Mode::Exact(bits) => bits,
        }
    }

    /// True when a file with these bits needs no change.
    pub(super) fn fits(self, bits: u32) -> bool {
        match self {
            Mode::Keep => true,
            Mode::Plain => !is_executable(bits),
            Mode::Executable => is_executable(bits),
            Mode::Exact(wanted) => wanted == bits,
        }
    }
}

/// git's view of permission bits: the owner's executable bit.
pub(super) fn is_executable(bits: u32) -> bool {
    bits & 0o100 != 0
}

/// One change of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// A file where none is.
    Create {
        /// Where.
        at: Place,
        /// All of it.
        content: Vec<u8>,
        /// Whether it is executable.
        mode: Mode,
    },
    /// Other content or mode for a file.
    Replace {
        /// Where.
        at: Place,
        /// What must stand there now.
        planned: Planned,
        /// All of it.
        content: Vec<u8>,
        /// What becomes of its mode.
        mode: Mode,
    },
    /// A file at another place.
    Move {
        /// Where it is.
        from: Place,
        /// Where it goes.
        to: Place,
        /// What must stand there now.
        planned: Planned,
        /// Its content at the new place; `None`: unchanged.
        content: Option<Vec<u8>>,
        /// What becomes of its mode.
        mode: Mode,
    },
    /// No file any more.
    Remove {
        /// Where.
        at: Place,
        /// What must stand there now.
        planned: Planned,
    },
}

impl Edit {
    /// The place that it leaves or replaces.
    pub(super) fn source(&self) -> Option<(&Place, &Planned)> {
        match self {
            Edit::Create { .. } => None,
            Edit::Replace { at, planned, .. } | Edit::Remove { at, planned } => Some((at, planned)),
            Edit::Move { from, planned, .. } => Some((from, planned)),
        }
    }

    /// The place that it writes.
    pub(super) fn target(&self) -> Option<&Place> {
        match self {
            Edit::Create { at, .. } | Edit::Replace { at, .. } => Some(at),
            Edit::Move { to, .. } => Some(to),
            Edit::Remove { .. } => None,
        }
    }

    /// The place that was empty before.
    pub(super) fn new_place(&self) -> Option<&Place> {
        match self {
            Edit::Create { at, .. } => Some(at),
            Edit::Move { to, .. } => Some(to),
            Edit::Replace { .. } | Edit::Remove { .. } => None,
        }
    }

    /// The line for results and messages.
    pub fn record(&self) -> EditRecord {
        let (action, place, from) = match self {
            Edit::Create { at, .. } => (Action::Create, at, None),
            Edit::Replace { at, .. } => (Action::Replace, at, None),
            Edit::Move { from, to, .. } => (Action::Move, to, Some(from)),
            Edit::Remove { at, .. } => (Action::Remove, at, None),
        };
        EditRecord {
            root: place.root,
            path: place.path.clone(),
            action,
            from: from.map(|from| from.path.clone()),
        }
    }
}

/// What an edit does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// A new file.
    Create,
    /// Other content or mode.
    Replace,
    /// Another place.
    Move,
    /// Gone.
    Remove,
}

/// An edit without its content, as SCHEMA.md shows it in `edits`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EditRecord {
    /// Where the path begins.
    pub root: Root,
    /// The file, at its new place.
    pub path: RepoPath,
    /// What happens to it.
    pub action: Action,
    /// Where a moved file came from.
    pub from: Option<RepoPath>,
}

/// Every path of the work tree that edits write or leave.
pub fn touched(edits: impl Iterator<Item = EditRecord>) -> BTreeSet<RepoPath> {
    let edits = edits.filter(|edit| edit.root == Root::WorkTree);
    edits.flat_map(|edit| [Some(edit.path), edit.from]).flatten().collect()
}

impl fmt::Display for EditRecord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = Place { root: self.root, path: self.path.clone() };
        match (self.action, &self.from) {
            (Action::Create, _) => write!(formatter, "create {place}"),
            (Action::Replace, _) => write!(formatter, "replace {place}"),
            (Action::Remove, _) => write!(formatter, "remove {place}"),
            (Action::Move, Some(from)) => write!(formatter, "move {from} to {place}"),
            (Action::Move, None) => write!(formatter, "move to {place}"),
        }
    }
}
