//! What one run knows of a tree: paths by name, and the anchors of files that links name.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::markdown::{Format, Parsed, decode, parse};
use crate::repo::{RepoPath, Tree};

use super::address::{Address, Local, relative_destination};
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
    tree: &'t Tree,
    names: OnceLock<Names>,
    /// The anchors of every file that was asked for; `None` where they cannot be known.
    anchors: Mutex<BTreeMap<RepoPath, Option<Arc<Anchors>>>>,
}

impl<'t> Index<'t> {
    /// Begins with an empty index.
    pub fn new(tree: &'t Tree) -> Self {
        Self { tree, names: OnceLock::new(), anchors: Mutex::default() }
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
            Address::Local(local) => self.local(from, &local),
        }
    }

    fn local(&self, from: &RepoPath, local: &Local) -> Resolution {
        let parts = match walk(from.parent().as_ref(), &local.path) {
            Walked::Inside(parts) => parts,
            Walked::Above(2, parts) if is_page(&parts) => return Resolution::External,
            Walked::Above(..) => return broken(Reason::OutsideRepository, None, None),
        };
        match locate(self.tree, &parts) {
            Located::File(path) => self.anchor_in(from, &path, local),
            Located::Folder(folder) => self.anchor_in_folder(from, folder, local),
            Located::Submodule => Resolution::Unknown(Unknown::Submodule),
            Located::Missing(path) => self.missing(from, &path, local),
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
    fn anchors_of(&self, path: &RepoPath) -> Option<Arc<Anchors>> {
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

    fn missing(&self, from: &RepoPath, path: &RepoPath, local: &Local) -> Resolution {
        let fragment = local.fragment.as_deref();
        let found = |reason, to: Option<&RepoPath>| {
            let suggestion = to.map(|to| relative_destination(from, to, fragment));
            broken(reason, Some(path.clone()), suggestion)
        };
        if let Some(source) = self.source_of_page(path) {
            return found(Reason::BuiltPage, Some(&source));
        }
        if let Some(slashed) = self.with_slashes(path) {
            return found(Reason::FileMissing, Some(&slashed));
        }
        if let Some((file, line)) = self.file_with_line(path) {
            let to = relative_destination(from, &file, Some(&line));
            return broken(Reason::FileMissing, Some(path.clone()), Some(to));
        }
        let names = self.names.get_or_init(|| Names::of(self.tree));
        match names.in_other_case(path) {
            Some(other) => found(Reason::CaseDiffers, Some(other)),
            None => found(Reason::FileMissing, names.nearest(path)),
        }
    }

    /// The source that a site generator would make this page of: `guide.html`, `guide` or `guide/` of `guide.md`.
    fn source_of_page(&self, path: &RepoPath) -> Option<RepoPath> {
        let extension = path.extension();
        let stem = match extension.as_str() {
            "html" | "htm" => &path.as_bytes()[..path.as_bytes().len() - extension.len() - 1],
            "" => path.as_bytes(),
            _ => return None,
        };
        let sources = [&b".md"[..], b".markdown", b".mdx", b".rst", b".ipynb"];
        sources
            .iter()
            .map(|end| RepoPath::from_bytes(&[stem, end].concat()))
            .find(|path| self.tree.get(path).is_some())
    }

    /// `docs\guide.md` as the path that Windows would read.
    fn with_slashes(&self, path: &RepoPath) -> Option<RepoPath> {
        let bytes: Vec<u8> = path.as_bytes().iter().map(|&b| if b == b'\\' { b'/' } else { b }).collect();
        let slashed = RepoPath::resolve(None, &bytes)?;
        (&slashed != path && self.tree.get(&slashed).is_some()).then_some(slashed)
    }

    /// `src/x.py:12` as its file and the anchor of that line.
    fn file_with_line(&self, path: &RepoPath) -> Option<(RepoPath, String)> {
        let bytes = path.as_bytes();
        let colon = bytes.iter().rposition(|&byte| byte == b':')?;
        let line = std::str::from_utf8(&bytes[colon + 1..]).ok()?;
        let numbered = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
        let file = RepoPath::from_bytes(&bytes[..colon]);
        (numbered && self.tree.get(&file).is_some()).then(|| (file, format!("L{line}")))
    }
}

fn is_page(parts: &[Vec<u8>]) -> bool {
    parts.first().is_some_and(|part| PAGES.iter().any(|page| page.as_bytes() == part))
}

fn broken(reason: Reason, path: Option<RepoPath>, suggestion: Option<String>) -> Resolution {
    Resolution::Broken(Problem { reason, path, suggestion })
}
