//! The links of notes that lead nowhere.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::repo::RepoPath;

use super::{Index, Note, Reason, Resolution, Unknown};

/// A link that leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BrokenLink {
    /// The note that holds it.
    pub path: RepoPath,
    /// Its line.
    pub line: usize,
    /// Its destination as it reads.
    pub target: String,
    /// What is wrong.
    pub reason: Reason,
    /// A destination that can be written in its place.
    pub suggestion: Option<String>,
    /// The path that was looked for.
    #[serde(skip)]
    pub wanted: Option<RepoPath>,
}

/// What was found of the links of some notes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Broken {
    /// Links that lead nowhere, by note and line.
    pub links: Vec<BrokenLink>,
    /// Links of which this tree cannot tell: note, line, destination, why.
    pub unknown: Vec<(RepoPath, usize, String, Unknown)>,
    /// How many destinations were looked at, those of other hosts left out.
    pub checked: usize,
}

/// Looks where every link of the notes leads. A reference is told at its definition, once; a definition that
/// nothing refers to is no link.
pub fn broken_links(index: &Index<'_>, notes: &[Note<'_>]) -> Broken {
    for note in notes {
        index.learn(note.path, note.parsed);
    }
    let mut links = BTreeSet::new();
    let mut unknown = BTreeSet::new();
    let mut checked = 0;
    for note in notes {
        for (target, line) in note.parsed.followed() {
            let resolution = index.resolve(note.path, target);
            checked += usize::from(resolution != Resolution::External);
            match resolution {
                Resolution::Broken(problem) => {
                    links.insert(BrokenLink {
                        path: note.path.clone(),
                        line,
                        target: target.to_owned(),
                        reason: problem.reason,
                        suggestion: problem.suggestion,
                        wanted: problem.path,
                    });
                }
                Resolution::Unknown(why) => {
                    unknown.insert((note.path.clone(), line, target.to_owned(), why));
                }
                Resolution::External | Resolution::File { .. } | Resolution::Folder(_) => {}
            }
        }
    }
    Broken { links: links.into_iter().collect(), unknown: unknown.into_iter().collect(), checked }
}

impl Broken {
    /// The paths that were looked for and are not there, sorted: `git` is asked which of them it ignores.
    pub fn wanted(&self) -> Vec<RepoPath> {
        let missing = self.links.iter().filter(|link| link.reason == Reason::FileMissing);
        let paths: BTreeSet<&RepoPath> = missing.filter_map(|link| link.wanted.as_ref()).collect();
        paths.into_iter().cloned().collect()
    }

    /// Moves links to files that git ignores from the broken ones to those of which the tree cannot tell.
    pub fn set_aside_ignored(&mut self, ignored: &BTreeSet<RepoPath>) {
        let links = std::mem::take(&mut self.links);
        for link in links {
            let aside = link.reason == Reason::FileMissing
                && link.wanted.as_ref().is_some_and(|path| ignored.contains(path));
            if aside {
                self.unknown.push((link.path, link.line, link.target, Unknown::Ignored));
            } else {
                self.links.push(link);
            }
        }
        self.unknown.sort();
    }
}
