//! Writes the guide: text of the tree, contents, sources; then sets its links.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::super::plan::guide_marker;
use super::super::series::KEYCAP;
use super::chunks::{Chunk, Kind};
use super::outline::Outline;
use super::prepare::Prepared;
use super::settle::{anchors, settled};
use super::texts::{origin, plain, quoted, sealed, some_items};
use super::tree::{Entry, Tree};
use super::{Conflict, Guide, GuideRequest, conflicts, front, labels, matching};
use crate::links::relative_destination;
use crate::markdown::{DestinationEdit, Format, parse, rewrite_destinations};
use crate::report::Inline;

/// Chapters and lines from which on the guide has a table of contents: in what is shorter its readers find the headings
/// sooner than their names in a list.
const CONTENTS: (usize, usize) = (4, 600);
/// A destination inside the guide until anchors are known: followed by the node's number.
pub(super) const NODE: &str = "xtask-node:";
/// How a sign before them is drawn (VARIATION SELECTOR-16, COMBINING ENCLOSING KEYCAP): a part of GitHub's anchors, but
/// not of every program's that follows links.
const DRAWN: [char; 2] = ['\u{fe0f}', KEYCAP];
/// Keeps two blocks apart that a reader would take for one.
const APART: &str = "<!-- -->";

/// Writes the guide.
pub(super) fn guide(
    request: &GuideRequest<'_>,
    sources: &[Prepared<'_>],
    outlines: &[Outline],
    tree: &Tree,
) -> Guide {
    let (written, linked) = written(request, sources, outlines, (tree, BTreeSet::new()));
    let signs = |node: &usize| tree.nodes[*node].heading.contains(DRAWN);
    let bare: BTreeSet<usize> = linked.into_iter().filter(signs).collect();
    let mut guide = match bare.is_empty() {
        true => written,
        false => self::written(request, sources, outlines, (tree, bare)).0,
    };
    let crlf = sources.first().is_some_and(|first| {
        first.source.text.matches("\r\n").count() * 2 > first.source.text.matches('\n').count()
    });
    if crlf {
        guide.text = guide.text.replace('\n', "\r\n");
    }
    guide
}

/// The guide, and the nodes that its own links lead to; headings of the `bare` ones say nothing of how signs are drawn.
fn written(
    request: &GuideRequest<'_>,
    sources: &[Prepared<'_>],
    outlines: &[Outline],
    (tree, bare): (&Tree, BTreeSet<usize>),
) -> (Guide, BTreeSet<usize>) {
    let mut writer = Writer {
        request,
        sources,
        outlines,
        tree,
        bare,
        speaking: None,
        joins_lists: false,
        out: String::new(),
        last: None,
        is_below_heading: false,
        headings: Vec::new(),
        used: vec![BTreeSet::new(); sources.len()],
        shown: conflicts::by_node(request, sources, tree),
    };
    writer.all();
    let Writer { out, headings, .. } = writer;
    let parsed = parse(&out, Format::Markdown);
    let slugs: BTreeMap<usize, String> = headings
        .iter()
        .filter_map(|(at, node)| {
            let section = parsed.sections.iter().find(|section| section.heading.start == *at)?;
            Some((*node, section.slug.clone()))
        })
        .collect();
    let anchors = anchors(sources, tree, &slugs);
    let edits = parsed
        .destinations()
        .into_iter()
        .filter_map(|(destination, place, _)| {
            let to = settled(destination, request.target, sources, &anchors, &slugs)?;
            Some(DestinationEdit { place: place.clone(), to })
        })
        .collect::<Vec<_>>();
    let own = |slug: &str| relative_destination(request.target, request.target, Some(slug));
    let led: BTreeSet<&str> = edits.iter().map(|edit| edit.to.as_str()).collect();
    let linked = slugs.iter().filter(|(_, slug)| led.contains(own(slug).as_str())).map(|(node, _)| *node);
    let linked = linked.collect();
    let text = rewrite_destinations(&out, &edits).unwrap_or(out);
    (Guide { text, anchors, placed: tree.placed.clone() }, linked)
}

/// The guide's text while it grows.
pub(super) struct Writer<'w> {
    pub(super) request: &'w GuideRequest<'w>,
    pub(super) sources: &'w [Prepared<'w>],
    pub(super) outlines: &'w [Outline],
    pub(super) tree: &'w Tree,
    bare: BTreeSet<usize>,
    /// Whose words a reader of the chapter takes the next ones for; `None` where nobody is named.
    speaking: Option<usize>,
    /// Whether lists of several notes are one: what to read elsewhere.
    joins_lists: bool,
    out: String,
    /// The last piece that was written: source, end, kind.
    last: Option<(usize, usize, Kind)>,
    /// Whether a heading was written last.
    is_below_heading: bool,
    /// Where headings begin, with their nodes.
    headings: Vec<(usize, usize)>,
    /// The labels that the text written so far refers to, by source.
    pub(super) used: Vec<BTreeSet<String>>,
    shown: BTreeMap<usize, Vec<&'w Conflict>>,
}

impl Writer<'_> {
    fn all(&mut self) {
        let heading = &self.tree.nodes[0].heading;
        let leads = self
            .outlines
            .first()
            .is_some_and(|first| first.title.is_some_and(|title| first.sections[title].heading == *heading));
        if let Some(front) = front::merged(self.sources, (!leads).then(|| plain(heading)).as_deref()) {
            self.block(&front);
        }
        self.block(&guide_marker(self.request.id));
        self.heading(0, 1);
        self.body(0);
        let chapters = &self.tree.nodes[0].children;
        if chapters.len() >= CONTENTS.0 && self.lines() >= CONTENTS.1 {
            self.contents();
        }
        for &node in chapters {
            self.speaking = self.tree.owner(node);
            self.node(node, 2);
        }
        self.source_list();
        self.definitions();
    }

    /// How many lines of its sources the guide holds.
    fn lines(&self) -> usize {
        let entries = self.tree.nodes.iter().flat_map(|node| &node.entries);
        let lines = entries.filter_map(|entry| {
            let piece = self.outlines[entry.source].part(entry.part).chunks.get(entry.chunk)?;
            Some(piece.lines.1 + 1 - piece.lines.0)
        });
        lines.sum()
    }

    fn node(&mut self, node: usize, level: usize) {
        self.heading(node, level);
        let outside = self.speaking;
        let is_told = self.body(node);
        let owner = self.tree.owner(node);
        for &child in &self.tree.nodes[node].children {
            // What another note says below a heading ends with the next one of that rank.
            if is_told && self.tree.owner(child) == owner {
                self.speaking = owner;
            }
            self.node(child, level + 1);
        }
        let is_known = is_told || self.speaking == owner;
        self.speaking = if is_known { owner } else { outside };
    }

    fn heading(&mut self, node: usize, level: usize) {
        self.gap();
        self.headings.push((self.out.len(), node));
        let mut text = self.tree.nodes[node].heading.clone();
        if self.bare.contains(&node) {
            text = text.replace(DRAWN, "");
        }
        // A mark at the end would be read as the end of the heading's line.
        if text.ends_with('#') {
            text.insert(text.len() - 1, '\\');
        }
        let _ = writeln!(self.out, "{} {text}", "#".repeat(level.min(6)));
        self.last = None;
        self.is_below_heading = true;
    }

    /// Writes what stands right below a heading, and says whether its readers know then whose heading that is.
    fn body(&mut self, node: usize) -> bool {
        for conflict in self.shown.get(&node).cloned().unwrap_or_default() {
            let text = conflicts::alert(conflict, self.sources);
            self.block(&text);
        }
        let owner = self.tree.owner(node);
        let is_owned = owner.is_some();
        let mut is_told = self.speaking == owner;
        self.joins_lists = matching::leads_elsewhere(&self.tree.nodes[node].heading);
        for entry in &self.tree.nodes[node].entries {
            // Below a heading of another note its readers are told whose words these are.
            let is_heard = self.speaking.is_none_or(|speaking| speaking == entry.source);
            if is_owned && !is_heard && !entry.is_quoted {
                self.name_origin(entry.source);
                self.speaking = Some(entry.source);
            }
            is_told |= !entry.is_quoted && owner == Some(entry.source);
            // What could not be quoted stands open: what follows it says whose it is.
            if self.entry(entry) && is_owned {
                self.speaking = Some(entry.source);
            }
        }
        is_told
    }

    fn name_origin(&mut self, source: usize) {
        let origin = origin(&self.sources[source], self.sources, false);
        self.block(&origin);
    }

    /// Writes a piece, and says whether one that should be quoted could not be.
    fn entry(&mut self, entry: &Entry) -> bool {
        let source = &self.sources[entry.source];
        let Some(chunk) = self.outlines[entry.source].part(entry.part).chunks.get(entry.chunk) else {
            entry.see.into_iter().for_each(|node| self.see(source, None, node));
            return false;
        };
        self.used[entry.source].extend(labels::used(&source.parsed, &chunk.range));
        if let Some(node) = entry.see {
            self.see(source, entry.has_lead.then_some(chunk), node);
            return false;
        }
        let text = match &entry.items {
            Some(items) => some_items(source, chunk, items, entry.has_lead),
            None => sealed(source, chunk),
        };
        if entry.is_quoted {
            let origin = origin(source, self.sources, entry.items.is_some());
            if let Some(quotation) = quoted(&origin, &text) {
                self.block(&quotation);
                return false;
            }
            self.block(&origin);
        } else if self.runs_on(entry, chunk, &text) {
            self.block(APART);
        } else if self.is_close(entry, chunk) {
            self.out.push_str(&text);
            self.out.push('\n');
            return self.stands(entry, chunk);
        }
        self.block(&text);
        self.stands(entry, chunk)
    }

    /// Remembers a piece as the last one, and says whether it should have been quoted.
    fn stands(&mut self, entry: &Entry, chunk: &Chunk) -> bool {
        self.last = Some((entry.source, chunk.range.end, chunk.kind));
        self.is_below_heading = false;
        entry.is_quoted
    }

    /// Whether a piece stood without an empty line behind what is written before it: its heading, or the piece before.
    fn is_close(&self, entry: &Entry, chunk: &Chunk) -> bool {
        let source = &self.sources[entry.source];
        let heading = entry.part.checked_sub(1).map(|section| source.parsed.sections[section].heading.end);
        let before = match self.last {
            Some((of, end, _)) => Some(end).filter(|_| of == entry.source),
            None => heading.filter(|_| self.is_below_heading),
        };
        let gap = before.and_then(|end| source.text.get(end..chunk.range.start));
        let is_whole = entry.items.is_none() && !entry.is_quoted;
        is_whole && gap.is_some_and(|gap| gap.trim().is_empty() && gap.matches('\n').count() == 1)
    }

    /// Writes where a piece stands, behind what introduces it.
    fn see(&mut self, source: &Prepared<'_>, lead: Option<&Chunk>, node: usize) {
        if let Some(chunk) = lead {
            let lead = &source.parsed.blocks[chunk.blocks[0]];
            let lead = source.text[lead.range.clone()].to_owned();
            self.block(&lead);
        }
        let heading =
            Inline::plain("See ").link(plain(&self.tree.nodes[node].heading), format!("{NODE}{node}"));
        self.block(&heading.text(".").to_markdown());
    }

    /// Whether a reader would take a piece for the continuation of the one before it, which it was not.
    fn runs_on(&self, entry: &Entry, chunk: &Chunk, text: &str) -> bool {
        let Some((source, end, kind)) = self.last else { return false };
        let between = self.sources[source].text.get(end..chunk.range.start);
        let stood_so = source == entry.source && between.is_some_and(|gap| gap.trim().is_empty());
        let is_indented = text.starts_with([' ', '\t']);
        let has_lead = !chunk.lead.is_empty() && entry.has_lead;
        const LIST: Kind = Kind::List { ordered: false };
        // Entries of one note below one heading are one list.
        let may_join = self.joins_lists || source == entry.source;
        if may_join && (kind, chunk.kind) == (LIST, LIST) && !is_indented {
            return false;
        }
        let continues = match kind {
            Kind::List { .. } => is_indented || matches!(chunk.kind, Kind::List { .. }) && !has_lead,
            Kind::Code => is_indented && chunk.kind == Kind::Code,
            _ => false,
        };
        continues && !stood_so
    }

    fn gap(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    pub(super) fn block(&mut self, text: &str) {
        self.gap();
        self.out.push_str(text);
        self.out.push('\n');
        self.last = None;
        self.is_below_heading = false;
    }
}
