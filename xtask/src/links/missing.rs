//! Links to what is not there: what may have been meant.

use crate::repo::RepoPath;

use super::address::{Address, Local, relative_destination};
use super::index::{Index, broken};
use super::lookup::{Located, Walked, locate, walk};
use super::pages::is_for_the_site;
use super::{Reason, Resolution, Unknown};

impl Index<'_> {
    /// What can be written in place of a destination that leads nowhere, where one file alone can have been meant: the one
    /// that it names as from the root, else the only one of its name. A place in it that is not there is left out.
    pub fn surely_meant(&self, from: &RepoPath, destination: &str) -> Option<String> {
        let Resolution::Broken(problem) = self.resolve(from, destination) else { return None };
        if problem.reason == Reason::AnchorMissing {
            return problem
                .path
                .filter(|path| path != from)
                .map(|path| relative_destination(from, &path, None));
        }
        let Address::Local(local) = Address::parse(destination) else { return None };
        let Walked::Inside(wanted) = walk(from.parent().as_ref(), &local.path) else { return None };
        let from_root = match walk(None, &local.path) {
            Walked::Inside(parts) => locate(self.tree, &parts),
            Walked::Above(..) => Located::Missing(from.clone()),
        };
        let file = match from_root {
            Located::File(file) => file,
            _ => self.names().only_of_name(self.tree, wanted.last()?)?.clone(),
        };
        let exact = relative_destination(from, &file, local.fragment.as_deref());
        match self.resolve(from, &exact) {
            Resolution::File { path, .. } if path != *from => Some(exact),
            Resolution::Broken(_) if file != *from => Some(relative_destination(from, &file, None)),
            _ => None,
        }
    }

    /// True where nobody can say of a destination that what it names is not to be found: something by its name is there,
    /// or something like it.
    pub fn may_mean(&self, from: &RepoPath, destination: &str) -> bool {
        let Address::Local(local) = Address::parse(destination) else { return false };
        let Some(name) = local.path.split(|&byte| byte == b'/').next_back().filter(|name| !name.is_empty())
        else {
            return false;
        };
        let is_like = || match self.resolve(from, destination) {
            Resolution::Broken(problem) => problem.suggestion.is_some(),
            _ => false,
        };
        self.names().has(name) || is_like()
    }

    /// Answers for a path that is not in the tree.
    pub(super) fn missing(&self, from: &RepoPath, path: &RepoPath, local: &Local) -> Resolution {
        let names = self.names();
        let fragment = local.fragment.as_deref();
        let found = |reason, to: Option<&RepoPath>| {
            let suggestion = to.map(|to| relative_destination(from, to, fragment));
            broken(reason, Some(path.clone()), suggestion)
        };
        let instead = |suggestion| broken(Reason::FileMissing, Some(path.clone()), Some(suggestion));
        if self.is_address_of_page(local) {
            return Resolution::Unknown(Unknown::SitePage);
        }
        let on_the_site = || self.on_the_site(from, local);
        if is_for_the_site(local) && on_the_site().is_some() {
            return Resolution::Unknown(Unknown::SitePage);
        }
        if let Some(source) = self.source_of_page(path).or_else(on_the_site) {
            return found(Reason::BuiltPage, Some(&source));
        }
        if let Some(slashed) = self.with_slashes(path) {
            return found(Reason::FileMissing, Some(&slashed));
        }
        if let Some((file, lines)) = file_with_lines(path) {
            let meant = self.tree.get(&file).map(|_| &file).or_else(|| names.nearest(&file));
            if let Some(file) = meant {
                return instead(relative_destination(from, file, Some(&lines)));
            }
        }
        if let Some(other) = names.in_other_case(path) {
            return found(Reason::CaseDiffers, Some(other));
        }
        let word = !local.path.contains(&b'/') && names.is_no_file_name(path);
        if let Some(anchor) = self.anchor_without_mark(from, local).filter(|_| word) {
            return instead(anchor);
        }
        if word && self.is_of_sphinx(from) {
            return Resolution::Unknown(Unknown::SiteLabel);
        }
        found(Reason::FileMissing, names.nearest(path))
    }

    /// Answers for a path that leads above the root.
    pub(super) fn outside(&self, from: &RepoPath, parts: &[Vec<u8>], local: &Local) -> Resolution {
        let wanted = RepoPath::from_bytes(&parts.join(&b'/'));
        let nearest = if parts.is_empty() { None } else { self.names().nearest(&wanted) };
        let suggestion = nearest.map(|to| relative_destination(from, to, local.fragment.as_deref()));
        broken(Reason::OutsideRepository, None, suggestion)
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
        let mut sources = sources.iter().map(|end| RepoPath::from_bytes(&[stem, end].concat()));
        sources.find(|path| self.tree.get(path).is_some())
    }

    /// What stands at this path of a site whose root is not the repository's: a folder above the note, or one
    /// that is served as it is.
    fn on_the_site(&self, from: &RepoPath, local: &Local) -> Option<RepoPath> {
        let rooted = local.path.strip_prefix(b"/")?;
        let mut folder = from.parent();
        while let Some(root) = folder {
            if let Some(path) = RepoPath::resolve(Some(&root), rooted).filter(|path| path.is_within(&root)) {
                let parts: Vec<Vec<u8>> = path.parts().map(<[u8]>::to_vec).collect();
                let located = locate(self.tree, &parts);
                if let Located::File(path) = located {
                    return Some(path);
                }
                // A page may have a folder of its own name for the pages below it.
                if let Some(source) = self.source_of_page(&path) {
                    return Some(source);
                }
                if let Located::Folder(Some(path)) = located {
                    return Some(path);
                }
            }
            folder = root.parent();
        }
        let wanted = RepoPath::resolve(None, rooted)?;
        self.names().served(&wanted).cloned()
    }

    /// `setup` where `#setup` is a heading of the same file.
    fn anchor_without_mark(&self, from: &RepoPath, local: &Local) -> Option<String> {
        let name = std::str::from_utf8(&local.path).ok()?;
        let anchors = self.anchors_of(from)?;
        anchors.has(name).then(|| relative_destination(from, from, Some(name)))
    }

    /// True below a folder with Sphinx's `conf.py`: a lone word is a label or an object there.
    fn is_of_sphinx(&self, from: &RepoPath) -> bool {
        let mut folder = from.parent();
        while let Some(path) = folder {
            if self.tree.get(&path.join(b"conf.py")).is_some() {
                return true;
            }
            folder = path.parent();
        }
        false
    }

    /// `docs\guide.md` as the path that Windows would read.
    fn with_slashes(&self, path: &RepoPath) -> Option<RepoPath> {
        let bytes: Vec<u8> = path.as_bytes().iter().map(|&b| if b == b'\\' { b'/' } else { b }).collect();
        let slashed = RepoPath::resolve(None, &bytes)?;
        (&slashed != path && self.tree.get(&slashed).is_some()).then_some(slashed)
    }
}

/// `src/x.py:12` and `src/x.py:12-15` as the file and the anchor of those lines.
fn file_with_lines(path: &RepoPath) -> Option<(RepoPath, String)> {
    let bytes = path.as_bytes();
    let colon = bytes.iter().rposition(|&byte| byte == b':')?;
    let lines = std::str::from_utf8(&bytes[colon + 1..]).ok()?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let anchor = match lines.split_once('-') {
        Some((first, last)) if is_number(first) && is_number(last) => format!("L{first}-L{last}"),
        None if is_number(lines) => format!("L{lines}"),
        _ => return None,
    };
    Some((RepoPath::from_bytes(&bytes[..colon]), anchor))
}
