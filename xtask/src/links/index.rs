//! What one run knows of a tree: paths by name, and the anchors of files that links name.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::markdown::{Format, Parsed, decode, parse};
use crate::repo::{RepoPath, Tree};

use super::address::{Address, Local, mistyped_address, relative_destination};
use super::anchors::{Anchors, needs_no_anchor};
use super::lookup::{Located, Walked, locate, walk};
use super::suggest::Names;
use super::{Problem, Reason, Resolution, Unknown};

/// Pages that GitHub has beside the files: `../../issues` from a file at the root.
const PAGES: &[&str] = &[
    "actions",
    "branches",
    "commit",
    "commits",
    "compare",
    "contributors",
    "discussions",
    "graphs",
    "issues",
    "labels",
    "milestone",
    "milestones",
    "network",
    "packages",
    "projects",
    "pull",
    "pulls",
    "pulse",
    "releases",
    "security",
    "settings",
    "stargazers",
    "tags",
    "watchers",
    "wiki",
];

/// Resolves links over one tree. Nothing is read before a link asks for it, and no file twice.
#[derive(Debug)]
pub struct Index<'t> {
    pub(super) tree: &'t Tree,
    names: OnceLock<Names>,
    /// Addresses that front matter gives: read when the first link from the root is missing.
    pub(super) addresses: OnceLock<BTreeMap<Vec<u8>, RepoPath>>,
    /// The anchors of every file that was asked for; `None` where they cannot be known.
    anchors: Mutex<BTreeMap<RepoPath, Option<Arc<Anchors>>>>,
}

impl<'t> Index<'t> {
    /// Begins with an empty index.
    pub fn new(tree: &'t Tree) -> Self {
        Self { tree, names: OnceLock::new(), addresses: OnceLock::new(), anchors: Mutex::default() }
    }

    /// Takes the anchors of a file that was read already.
    pub fn learn(&self, path: &RepoPath, parsed: &Parsed) {
        let anchors = Some(Arc::new(Anchors::of(parsed)));
        self.anchors.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), anchors);
    }

    /// Says where a destination leads that stands in the file `from`. `destination` is as the parser gives it:
    /// percent-encoded perhaps, but without Markdown's escapes.
    pub fn resolve(&self, from: &RepoPath, destination: &str) -> Resolution {
        match Address::parse(destination) {
            Address::Empty => broken(Reason::Empty, None, None),
            Address::Template => Resolution::Unknown(Unknown::Template),
            Address::External => Resolution::External,
            Address::Local(local) if local.path.is_empty() => self.anchor_in(from, from, &local),
            Address::Local(local) => self.local(from, &local, destination),
        }
    }

    /// All paths by name: made when the first link is missing.
    pub(super) fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::of(self.tree))
    }

    fn local(&self, from: &RepoPath, local: &Local, destination: &str) -> Resolution {
        if is_template(from) && leads_from_issue(&local.path) {
            return Resolution::External;
        }
        let parts = match walk(from.parent().as_ref(), &local.path) {
            Walked::Inside(parts) => parts,
            Walked::Above(2, parts) if is_page(&parts) => return Resolution::External,
            Walked::Above(_, parts) => return self.outside(from, &parts, local),
        };
        match locate(self.tree, &parts) {
            Located::File(path) => self.anchor_in(from, &path, local),
            Located::Folder(folder) => self.anchor_in_folder(from, folder, local),
            Located::Submodule => Resolution::Unknown(Unknown::Submodule),
            Located::Missing(path) => match mistyped_address(destination) {
                Some(address) => broken(Reason::FileMissing, Some(path), Some(address)),
                None => self.missing(from, &path, local),
            },
        }
    }

    fn anchor_in(&self, from: &RepoPath, path: &RepoPath, local: &Local) -> Resolution {
        let whole = Resolution::File { path: path.clone(), anchor: None };
        let Some(fragment) = local.fragment.as_deref().filter(|fragment| !fragment.is_empty()) else {
            return whole;
        };
        let Some(anchors) = self.anchors_of(path) else { return whole };
        if let Some(name) = anchors.find(fragment) {
            return Resolution::File { path: path.clone(), anchor: Some(name.to_owned()) };
        }
        if needs_no_anchor(fragment) {
            return whole;
        }
        let nearest = anchors.nearest(fragment);
        let suggestion = nearest.map(|name| relative_destination(from, path, Some(name)));
        broken(Reason::AnchorMissing, Some(path.clone()), suggestion)
    }

    /// A folder is shown with its README, whose anchors are the page's.
    fn anchor_in_folder(&self, from: &RepoPath, folder: Option<RepoPath>, local: &Local) -> Resolution {
        let readme = self.readme_of(folder.as_ref());
        match readme.filter(|_| local.fragment.is_some()) {
            Some(readme) => match self.anchor_in(from, &readme, local) {
                Resolution::File { anchor: None, .. } => Resolution::Folder(folder),
                other => other,
            },
            None => Resolution::Folder(folder),
        }
    }

    /// The README that is shown with a folder, if it is Markdown.
    pub(super) fn readme_of(&self, folder: Option<&RepoPath>) -> Option<RepoPath> {
        let names = ["README.md", "Readme.md", "readme.md"];
        let path = |name: &&str| match folder {
            Some(folder) => folder.join(name.as_bytes()),
            None => RepoPath::from(*name),
        };
        names.iter().map(path).find(|path| self.tree.get(path).is_some())
    }

    /// The anchors of a file; `None` where they cannot be known: no Markdown, or not to be read.
    pub(super) fn anchors_of(&self, path: &RepoPath) -> Option<Arc<Anchors>> {
        let mut known = self.anchors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(anchors) = known.get(path) {
            return anchors.clone();
        }
        let markdown = Format::of_extension(&path.extension()) == Some(Format::Markdown);
        let bytes = if markdown { self.tree.read(path).ok() } else { None };
        let anchors = bytes.map(|bytes| Arc::new(Anchors::of(&parse(&decode(&bytes).0, Format::Markdown))));
        known.insert(path.clone(), anchors.clone());
        anchors
    }
}

fn is_page(parts: &[Vec<u8>]) -> bool {
    parts.first().is_some_and(|part| PAGES.iter().any(|page| page.as_bytes() == part))
}

/// True for a text that GitHub puts into new issues or pull requests, so that it is read at their address.
fn is_template(path: &RepoPath) -> bool {
    path.parts().any(|part| {
        let part = part.to_ascii_lowercase();
        [&b"issue_template"[..], b"pull_request_template"].iter().any(|name| part.starts_with(name))
    })
}

/// True for a destination that leads from `…/issues/1` to a page of the repository: `../blob/main/README.md`.
fn leads_from_issue(destination: &[u8]) -> bool {
    let parts: Vec<Vec<u8>> = destination.split(|&byte| byte == b'/').map(<[u8]>::to_vec).collect();
    let is_content = |part: &Vec<u8>| part == b"blob" || part == b"tree";
    parts[0] == b".." && (parts.get(1).is_some_and(is_content) || is_page(&parts[1..]))
}

pub(super) fn broken(reason: Reason, path: Option<RepoPath>, suggestion: Option<String>) -> Resolution {
    Resolution::Broken(Problem { reason, path, suggestion })
}
