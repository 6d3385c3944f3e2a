//! Keeps links and mentions right when files move: one pass over a tree for all moves together.
//!
//! A [`Rewriter`] knows the tree as it was and where each file's readers find it afterwards. It gives each file's
//! new bytes; only destinations and exact mentions differ. It decides neither what moves nor which files may be
//! edited, and writes nothing.

mod candidates;
mod destinations;
mod folders;
mod letters;
mod mentions;
mod renamed;
mod splice;
mod words;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use anyhow::{Context, Result};

use self::candidates::Candidates;
use super::Index;
use super::address::Address;
use crate::markdown::{Format, parse, readable};
use crate::repo::{RepoPath, Tree, is_binary};

pub use mentions::{Exact, LeftReason};
pub use renamed::{Renamed, follow_renamed, renamed_anchors};
pub use words::name_in_words;

/// Where a file's readers find it afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPlace {
    /// The file that holds what it said.
    pub path: RepoPath,
    /// The file itself, line by line as it was; `None`: it is gone.
    pub original: Option<RepoPath>,
    /// Anchors that have another name (`None`: the whole file), another file, or both; `None`: all are in `path` as
    /// they were.
    pub anchors: Option<BTreeMap<String, (RepoPath, Option<String>)>>,
    /// The anchor in `path` where what it said begins, if that is not the file's beginning.
    pub top: Option<String>,
}

impl NewPlace {
    /// The place of a file that is moved as it is.
    pub fn moved(to: RepoPath) -> Self {
        Self { path: to.clone(), original: Some(to), anchors: None, top: None }
    }
}

/// Files that leave their places, by their old paths.
pub type Moves = BTreeMap<RepoPath, NewPlace>;

/// A file whose text is read as if it stood at `from`, and that stands at `to` afterwards.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'p> {
    /// What its relative paths are relative to now.
    pub from: &'p RepoPath,
    /// What they are relative to afterwards.
    pub to: &'p RepoPath,
}

/// What is rewritten in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Destinations of Markdown.
    pub links: bool,
    /// Plain mentions.
    pub mentions: bool,
    /// Whether links to what was merged lead to the original, where it stands: files that were put away speak of
    /// one another as they did.
    pub to_originals: bool,
}

impl Parts {
    /// Links and mentions of a file that is read.
    pub const LIVE: Self = Self { links: true, mentions: true, to_originals: false };
    /// A file that was put away: its links lead somewhere, its words stay.
    pub const ARCHIVED: Self = Self { links: true, mentions: false, to_originals: true };
}

/// A text that was looked through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rewritten {
    /// Its new bytes; `None`: they stay.
    pub bytes: Option<Vec<u8>>,
    /// Destinations that were changed.
    pub links: usize,
    /// Mentions that were changed.
    pub mentions: usize,
    /// Mentions that were left, in order.
    pub left: Vec<Left>,
    /// Links that led nowhere before; `None` where links were not looked at.
    pub broken: Option<Vec<Nowhere>>,
    /// Whether the name of something that moves stands in it.
    pub named: bool,
}

/// A link that leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nowhere {
    /// The destination, or the anchor alone where the file is there and only the anchor is not.
    pub destination: String,
    /// The path that is looked for.
    pub wanted: Option<RepoPath>,
    /// Its line.
    pub line: usize,
}

/// A mention of a moved file that was left as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    /// The line, from 1.
    pub line: usize,
    /// The words.
    pub text: String,
    /// The file that they may mean.
    pub means: RepoPath,
    /// Why it was not rewritten.
    pub why: LeftReason,
}

/// One replacement of bytes.
type Edit = (Range<usize>, Vec<u8>);

/// Rewrites texts for one map of moves.
#[derive(Debug)]
pub struct Rewriter<'t> {
    tree: &'t Tree,
    index: Arc<Index<'t>>,
    moves: &'t Moves,
    candidates: Arc<Candidates>,
    /// Folders that hold nothing afterwards, with what stands for each.
    vanished: Arc<BTreeMap<RepoPath, Option<RepoPath>>>,
    /// Paths that are not in the tree because git ignores them.
    ignored: BTreeSet<RepoPath>,
}

impl<'t> Rewriter<'t> {
    /// Prepares for these moves; `arriving` names files that are new.
    ///
    /// # Errors
    /// The names do not fit into one search.
    pub fn new(tree: &'t Tree, moves: &'t Moves, arriving: &BTreeSet<RepoPath>) -> Result<Self> {
        Ok(Self {
            tree,
            index: Arc::new(Index::new(tree)),
            candidates: Arc::new(Candidates::of(moves.keys()).context("look for the names of what moves")?),
            vanished: Arc::new(folders::vanished(tree, moves, arriving)),
            moves,
            ignored: BTreeSet::new(),
        })
    }

    /// The same files, whose readers are led elsewhere: anchors and places of what they said may differ, the files
    /// that move and the places of their originals may not.
    pub fn led_to<'m>(&self, moves: &'m Moves) -> Rewriter<'m>
    where
        't: 'm,
    {
        Rewriter {
            tree: self.tree,
            index: self.index.clone(),
            moves,
            candidates: self.candidates.clone(),
            vanished: self.vanished.clone(),
            ignored: self.ignored.clone(),
        }
    }

    /// What is known of the tree as it was.
    pub fn index(&self) -> &Index<'t> {
        &self.index
    }

    /// Paths that files which move link to and that are not in the tree: git knows which of them it ignores, and
    /// [`Rewriter::with_ignored`] takes those.
    pub fn wanted(&self) -> Vec<RepoPath> {
        let mut wanted = BTreeSet::new();
        for path in self.moves.keys().filter(|path| is_markdown(path)) {
            let Ok(bytes) = self.tree.read(path) else { continue };
            let parsed = parse(&readable(&bytes), Format::Markdown);
            for (destination, ..) in parsed.destinations() {
                wanted.extend(destinations::missing(&self.index, path, destination));
            }
        }
        wanted.into_iter().collect()
    }

    /// The links of a Markdown text at `path` of this tree that lead nowhere.
    pub fn nowhere(index: &Index<'_>, path: &RepoPath, bytes: &[u8]) -> Vec<Nowhere> {
        let parsed = parse(&readable(bytes), Format::Markdown);
        let all = parsed.destinations().into_iter();
        let local = all.filter(|(destination, ..)| matches!(Address::parse(destination), Address::Local(_)));
        local
            .filter_map(|(destination, _, line)| {
                destinations::nowhere(&index.resolve(path, destination), destination, line)
            })
            .collect()
    }

    /// Takes the ignored ones of [`Rewriter::wanted`]: links to them are kept right too.
    pub fn with_ignored(mut self, ignored: BTreeSet<RepoPath>) -> Self {
        self.ignored = ignored;
        self
    }

    /// The new bytes of a text.
    pub fn rewrite(&self, at: Standing<'_>, bytes: &[u8], parts: Parts) -> Rewritten {
        let mut rewritten = Rewritten::default();
        if is_binary(bytes) {
            rewritten.left = self.left_in_binary(bytes);
            rewritten.named = !rewritten.left.is_empty();
            return rewritten;
        }
        let named = self.candidates.are_in(bytes);
        rewritten.named = named;
        let moves_itself = at.from != at.to;
        let may_link =
            named || moves_itself || !self.vanished.is_empty() || self.candidates.may_be_encoded(bytes);
        let mut edits: Vec<Edit> = Vec::new();
        let (mut taken, mut leading) = (Vec::new(), Vec::new());
        // Without links too: a destination is no mention.
        if may_link && is_markdown(at.from) {
            let found = destinations::find(self, at, bytes, parts.to_originals);
            (taken, leading) = (found.local, found.leading);
            if parts.links {
                rewritten.links = found.edits.len();
                rewritten.broken = Some(found.broken);
                edits = found.edits;
            }
        }
        if parts.mentions && named {
            let found = mentions::find(self, at, bytes, (&taken, &leading));
            rewritten.mentions = found.edits.len();
            rewritten.left = found.left;
            edits.extend(found.edits);
        }
        if !edits.is_empty() {
            rewritten.bytes = Some(splice::splice(bytes, edits));
        }
        rewritten
    }

    /// The plain mentions at `path` that can mean nothing else than a file that moves; destinations are none.
    pub fn exact_mentions(&self, path: &RepoPath, bytes: &[u8]) -> Vec<Exact> {
        if is_binary(bytes) || !self.candidates.are_in(bytes) {
            return Vec::new();
        }
        let at = Standing { from: path, to: path };
        let taken = match is_markdown(path) {
            true => destinations::find(self, at, bytes, false).local,
            false => Vec::new(),
        };
        mentions::exact(self, at, bytes, &taken)
    }

    /// A picture or archive that names a file by its whole path is said, never edited.
    fn left_in_binary(&self, bytes: &[u8]) -> Vec<Left> {
        let found = self.candidates.find(bytes, 0).and_then(|found| {
            let means = self.candidates.named(&found.name).find(|path| {
                let path = path.as_bytes();
                path.contains(&b'/') && bytes[..found.range.end].ends_with(path)
            })?;
            Some(Left { line: 1, text: means.to_string(), means: means.clone(), why: LeftReason::Binary })
        });
        found.into_iter().collect()
    }
}

/// True for a file whose links are read.
pub fn is_markdown(path: &RepoPath) -> bool {
    Format::of_extension(&path.extension()) == Some(Format::Markdown)
}

/// The path of a file seen from the folder of another, as bytes.
fn relative_path(from: &RepoPath, to: &RepoPath) -> Vec<u8> {
    super::address::relative_parts(from, to).join(&b'/')
}
