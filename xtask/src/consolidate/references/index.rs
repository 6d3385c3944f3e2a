//! Paths by their ends: how people name files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::paths::{ends_of_absolute, is_absolute};
use crate::repo::RepoPath;

/// Where a path that stands in a note may be meant: from the root, and beside the note.
pub(super) fn places(note: &RepoPath, target: &str) -> Vec<RepoPath> {
    if is_absolute(target) {
        let ends = ends_of_absolute(target);
        return ends.into_iter().filter_map(|end| RepoPath::resolve(None, end.as_bytes())).collect();
    }
    let beside = RepoPath::resolve(note.parent().as_ref(), target.as_bytes());
    let from_root = RepoPath::resolve(None, target.as_bytes());
    let mut places: Vec<RepoPath> = [from_root, beside].into_iter().flatten().collect();
    places.dedup();
    places
}

/// Paths by their last part.
pub(super) struct Index<'k> {
    pub(super) paths: &'k BTreeSet<RepoPath>,
    by_name: BTreeMap<&'k [u8], Vec<&'k RepoPath>>,
    folders: BTreeSet<RepoPath>,
    /// Folders by their names, `None` for a name of several; made when it is asked for.
    only: OnceLock<BTreeMap<Vec<u8>, Option<RepoPath>>>,
}

impl<'k> Index<'k> {
    pub(super) fn of(paths: &'k BTreeSet<RepoPath>) -> Self {
        let mut by_name: BTreeMap<&[u8], Vec<&RepoPath>> = BTreeMap::new();
        for path in paths {
            by_name.entry(path.file_name()).or_default().push(path);
        }
        let mut folders = BTreeSet::new();
        for path in paths {
            let mut folder = path.parent();
            while let Some(known) = folder.filter(|folder| !folders.contains(folder)) {
                folder = known.parent();
                folders.insert(known);
            }
        }
        Self { paths, by_name, folders, only: OnceLock::new() }
    }

    /// True for what stands beside the note, at the root, or anywhere below a path that ends so.
    pub(super) fn is_there(&self, note: &RepoPath, target: &str) -> bool {
        let places = places(note, target);
        places.iter().any(|place| self.paths.contains(place) || self.has_folder(place))
            || self.ends_so(target).is_some()
    }

    pub(super) fn has_folder(&self, place: &RepoPath) -> bool {
        self.folders.contains(place)
    }

    /// True for a file whose name without ending is this.
    pub(super) fn has_stem(&self, stem: &str) -> bool {
        let with_dot = [stem.as_bytes(), b"."].concat();
        let mut behind = self.by_name.range(with_dot.as_slice()..);
        self.by_name.contains_key(stem.as_bytes())
            || behind.next().is_some_and(|(name, _)| name.starts_with(&with_dot))
    }

    /// A path of which this is an end.
    pub(super) fn ends_so(&self, target: &str) -> Option<&'k RepoPath> {
        self.all_ending_so(target).next()
    }

    /// The paths of which this is an end.
    pub(super) fn all_ending_so(&self, target: &str) -> impl Iterator<Item = &'k RepoPath> {
        let target = Some(target).filter(|target| !is_absolute(target));
        let wanted = target
            .and_then(|target| RepoPath::resolve(None, target.trim_start_matches("../").as_bytes()))
            .unwrap_or_else(|| "".into());
        let holders = self.by_name.get(wanted.file_name()).map_or(&[][..], Vec::as_slice);
        holders.iter().copied().filter(move |path| {
            path.as_bytes()
                .strip_suffix(wanted.as_bytes())
                .is_some_and(|start| start.is_empty() || start.ends_with(b"/"))
        })
    }

    /// True for a folder of which this is an end.
    pub(super) fn has_folder_ending_so(&self, target: &str) -> bool {
        self.folders_ending_so(target).next().is_some()
    }

    /// The folders of which this is an end.
    pub(super) fn folders_ending_so(&self, target: &str) -> impl Iterator<Item = &RepoPath> {
        let wanted = RepoPath::resolve(None, target.trim_start_matches("../").as_bytes());
        self.folders.iter().filter(move |folder| {
            let start = wanted.as_ref().and_then(|wanted| folder.as_bytes().strip_suffix(wanted.as_bytes()));
            start.is_some_and(|start| start.is_empty() || start.ends_with(b"/"))
        })
    }

    /// How many files bear the name at a path's end.
    pub(super) fn count_of_name(&self, target: &str) -> usize {
        self.of_name(target).len()
    }

    /// The files that bear the name at a path's end.
    pub(super) fn of_name(&self, target: &str) -> &[&'k RepoPath] {
        let name = target.rsplit('/').next().unwrap_or(target);
        self.by_name.get(name.as_bytes()).map_or(&[], Vec::as_slice)
    }

    /// The folder of this name, where there is but one.
    pub(super) fn only_folder_named(&self, name: &str) -> Option<&RepoPath> {
        let only = self.only.get_or_init(|| {
            let mut only: BTreeMap<Vec<u8>, Option<RepoPath>> = BTreeMap::new();
            for folder in &self.folders {
                let known = only.entry(folder.file_name().to_owned());
                known.and_modify(|other| *other = None).or_insert_with(|| Some(folder.clone()));
            }
            only
        });
        only.get(name.as_bytes())?.as_ref()
    }

    /// The paths below a folder.
    pub(super) fn below(&self, folder: &RepoPath) -> impl Iterator<Item = &'k RepoPath> {
        let start = folder.join(b"");
        let inside = folder.clone();
        self.paths.range(start..).take_while(move |path| path.is_within(&inside))
    }
}
