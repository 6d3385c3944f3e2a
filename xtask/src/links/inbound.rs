//! Who links to whom.

use std::collections::{BTreeMap, BTreeSet};

use crate::repo::RepoPath;

use super::{Index, Note, Resolution};

/// A link that leads to a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Inbound {
    /// The note that holds it.
    pub from: RepoPath,
    /// Its line.
    pub line: usize,
    /// The anchor that it names.
    pub anchor: Option<String>,
}

/// For every file that a note links to, the links from other notes. A link to a folder leads to its README;
/// a file that is missing in the result has no link to it.
pub fn inbound(index: &Index<'_>, notes: &[Note<'_>]) -> BTreeMap<RepoPath, Vec<Inbound>> {
    for note in notes {
        index.learn(note.path, note.parsed);
    }
    let mut found: BTreeMap<RepoPath, BTreeSet<Inbound>> = BTreeMap::new();
    for note in notes {
        for (target, line) in note.parsed.followed() {
            let (path, anchor) = match index.resolve(note.path, target) {
                Resolution::File { path, anchor } => (path, anchor),
                Resolution::Folder(folder) => match index.readme_of(folder.as_ref()) {
                    Some(readme) => (readme, None),
                    None => continue,
                },
                _ => continue,
            };
            if &path != note.path {
                found.entry(path).or_default().insert(Inbound { from: note.path.clone(), line, anchor });
            }
        }
    }
    found.into_iter().map(|(path, links)| (path, links.into_iter().collect())).collect()
}
