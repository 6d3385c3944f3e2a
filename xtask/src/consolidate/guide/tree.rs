//! The guide as a tree of headings with the pieces below them.

use super::super::series;
use super::Placed;
use super::matching::{self, Subject};
use super::texts::plain;

/// A heading of the guide with what stands below it. The first one is the guide.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Inline Markdown.
    pub(super) heading: String,
    pub(super) entries: Vec<Entry>,
    /// In order, as indices.
    pub(super) children: Vec<usize>,
    /// The node that it is a child of; the guide's own is itself.
    pub(super) parent: usize,
    /// The chapter of a note.
    pub(super) is_note: bool,
    /// A piece of the past, which nothing is put into.
    pub(super) is_past: bool,
    /// The sources whose text was put here or below.
    pub(super) sources: Vec<usize>,
    pub(super) subject: Subject,
}

impl Node {
    /// True for a heading alone.
    pub(super) fn is_bare(&self) -> bool {
        self.entries.is_empty() && self.children.is_empty()
    }
}

/// A piece in its place.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) id: usize,
    pub(super) source: usize,
    /// The part of the source: 0 is the preface, then the sections.
    pub(super) part: usize,
    pub(super) chunk: usize,
    /// These items alone.
    pub(super) items: Option<Vec<usize>>,
    /// As a quotation that names its origin.
    pub(super) is_quoted: bool,
    /// With what introduces the piece.
    pub(super) has_lead: bool,
    /// Only what introduces the piece; the piece itself stands there.
    pub(super) see: Option<usize>,
}

/// Where the text of a part of a source went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    Node(usize),
    Archive,
}

/// The guide before it is written.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// Where the parts of each source went.
    pub(super) homes: Vec<Vec<Option<Home>>>,
    /// The parts that stay in the archive: source and part.
    pub(super) history: Vec<(usize, usize)>,
    pub(super) placed: Vec<Placed>,
}

impl Tree {
    /// Adds a node below another one. What leads elsewhere closes the guide: chapters of further sources stand before it.
    pub(super) fn add(&mut self, parent: usize, node: Node, is_further: bool) -> usize {
        let number = self.nodes.len();
        let closes = matching::is_closing(&node.heading);
        self.nodes.push(Node { parent, ..node });
        let siblings = &self.nodes[parent].children;
        let closing =
            siblings.iter().rev().take_while(|&&child| matching::is_closing(&self.nodes[child].heading));
        let place = if parent == 0 && is_further && !closes {
            siblings.len() - closing.count()
        } else {
            siblings.len()
        };
        self.nodes[parent].children.insert(place, number);
        number
    }

    /// True for a node that was not taken away.
    pub(super) fn is_there(&self, node: usize) -> bool {
        self.nodes[self.nodes[node].parent].children.contains(&node)
    }

    /// Takes the number from a chapter's heading, and those that begin with it from the headings below.
    pub(super) fn uncount(&mut self, node: usize) {
        self.nodes[node].heading = series::uncounted(&self.nodes[node].heading);
        for child in self.nodes[node].children.clone() {
            let is_below = series::member(&plain(&self.nodes[child].heading));
            if is_below.is_some_and(|member| member.is_of_chapter()) {
                self.uncount(child);
            }
        }
    }

    /// Takes a node away. It holds no source's text any more, so that no section is put where nobody reads it.
    pub(super) fn remove(&mut self, node: usize) {
        self.nodes[node].sources.clear();
        let parent = self.nodes[node].parent;
        self.nodes[parent].children.retain(|&child| child != node);
    }

    /// The source whose heading a node has; `None` where the words are of all: the guide's own, and what leads elsewhere.
    pub(super) fn owner(&self, node: usize) -> Option<usize> {
        let here = &self.nodes[node];
        let is_shared = node == 0 || matching::leads_elsewhere(&here.heading);
        if is_shared { None } else { here.sources.first().copied() }
    }

    /// Makes the chapter of a note the guide itself where the guide holds nothing else, and gives its heading.
    pub(super) fn unfold(&mut self) -> Option<String> {
        let [chapter] = self.nodes[0].children[..] else { return None };
        if !self.nodes[0].entries.is_empty() || !self.nodes[chapter].is_note {
            return None;
        }
        let Node { heading, entries, children, sources, .. } = std::mem::take(&mut self.nodes[chapter]);
        children.iter().for_each(|&child| self.nodes[child].parent = 0);
        let guide = &mut self.nodes[0];
        (guide.entries, guide.children, guide.sources) = (entries, children, sources);
        for home in self.homes.iter_mut().flatten().filter(|home| **home == Some(Home::Node(chapter))) {
            *home = Some(Home::Node(0));
        }
        let entries = self.nodes.iter_mut().flat_map(|node| &mut node.entries);
        entries.filter(|entry| entry.see == Some(chapter)).for_each(|entry| entry.see = Some(0));
        Some(heading)
    }

    /// Puts a piece into a node: behind another piece, or at the end.
    pub(super) fn put(&mut self, entry: Entry, node: usize, after: Option<usize>) {
        if !self.nodes[node].sources.contains(&entry.source) {
            self.nodes[node].sources.push(entry.source);
        }
        let entries = &mut self.nodes[node].entries;
        // Pieces that were put behind the same one before keep their order.
        let place = after.and_then(|id| entries.iter().position(|other| other.id == id));
        match place {
            Some(place) => {
                let quoted = entries[place + 1..].iter().take_while(|other| other.is_quoted).count();
                entries.insert(place + 1 + quoted, entry);
            }
            None => entries.push(entry),
        }
    }
}
