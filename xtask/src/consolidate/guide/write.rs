//! Writes the guide: text of the tree, contents, sources; then sets its links.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::super::plan::guide_marker;
use super::chunks::{Chunk, Kind};
use super::outline::Outline;
use super::prepare::Prepared;
use super::settle::{anchors, settled};
use super::texts::{origin, plain, quoted, sealed, some_items};
use super::tree::{Entry, Tree};
use super::{Conflict, Guide, GuideRequest, conflicts, front, labels};
use crate::markdown::{DestinationEdit, Format, parse, rewrite_destinations};
use crate::report::Inline;

/// Chapters and lines from which on the guide has a table of contents: what is shorter shows its headings at a glance.
const CONTENTS: (usize, usize) = (4, 150);
/// A destination inside the guide until anchors are known: followed by the node's number.
pub(super) const NODE: &str = "xtask-node:";
/// Keeps two blocks apart that a reader would take for one.
const APART: &str = "<!-- -->";

/// Writes the guide.
pub(super) fn guide(
    request: &GuideRequest<'_>,
    sources: &[Prepared<'_>],
    outlines: &[Outline],
    tree: &Tree,
) -> Guide {
    let mut writer = Writer {
        request,
        sources,
        outlines,
        tree,
        out: String::new(),
        last: None,
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
    let text = rewrite_destinations(&out, &edits).unwrap_or(out);
    let crlf = sources.first().is_some_and(|first| {
        first.source.text.matches("\r\n").count() * 2 > first.source.text.matches('\n').count()
    });
    let text = if crlf { text.replace('\n', "\r\n") } else { text };
    Guide { text, anchors, placed: tree.placed.clone() }
}

/// The guide's text while it grows.
pub(super) struct Writer<'w> {
    pub(super) request: &'w GuideRequest<'w>,
    pub(super) sources: &'w [Prepared<'w>],
    pub(super) outlines: &'w [Outline],
    pub(super) tree: &'w Tree,
    out: String,
    /// The last piece that was written: source, end, kind.
    last: Option<(usize, usize, Kind)>,
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
            self.node(node, 2);
        }
        self.source_list();
        self.definitions();
    }

    /// How many lines of its sources the guide holds.
    fn lines(&self) -> usize {
        let entries = self.tree.nodes.iter().flat_map(|node| &node.entries);
        let lines = entries.map(|entry| {
            let lines = self.outlines[entry.source].part(entry.part).chunks[entry.chunk].lines;
            lines.1 + 1 - lines.0
        });
        lines.sum()
    }

    fn node(&mut self, node: usize, level: usize) {
        self.heading(node, level);
        self.body(node);
        for &child in &self.tree.nodes[node].children {
            self.node(child, level + 1);
        }
    }

    fn heading(&mut self, node: usize, level: usize) {
        self.gap();
        self.headings.push((self.out.len(), node));
        // How a sign is drawn is a part of GitHub's anchor, but not of every program's that follows links.
        let mut text = self.tree.nodes[node].heading.replace('\u{fe0f}', "");
        // A mark at the end would be read as the end of the heading's line.
        if text.ends_with('#') {
            text.insert(text.len() - 1, '\\');
        }
        let _ = writeln!(self.out, "{} {text}", "#".repeat(level.min(6)));
        self.last = None;
    }

    fn body(&mut self, node: usize) {
        for conflict in self.shown.get(&node).cloned().unwrap_or_default() {
            let text = conflicts::alert(conflict, self.sources);
            self.block(&text);
        }
        for entry in &self.tree.nodes[node].entries {
            self.entry(entry);
        }
    }

    fn entry(&mut self, entry: &Entry) {
        let chunk = &self.outlines[entry.source].part(entry.part).chunks[entry.chunk];
        let source = &self.sources[entry.source];
        self.used[entry.source].extend(labels::used(&source.parsed, &chunk.range));
        if let Some(node) = entry.see {
            let lead = &source.parsed.blocks[chunk.blocks[0]];
            let lead = source.text[lead.range.clone()].to_owned();
            self.block(&lead);
            let heading =
                Inline::plain("See ").link(plain(&self.tree.nodes[node].heading), format!("{NODE}{node}"));
            self.block(&heading.text(".").to_markdown());
            return;
        }
        let text = match &entry.items {
            Some(items) => some_items(source, chunk, items, entry.has_lead),
            None => sealed(source, chunk),
        };
        if entry.is_quoted {
            let origin = origin(source, self.sources, entry.items.is_some());
            match quoted(&origin, &text) {
                Some(quotation) => self.block(&quotation),
                None => [origin.as_str(), &text, APART].into_iter().for_each(|block| self.block(block)),
            }
            return;
        }
        if self.runs_on(entry, chunk, &text) {
            self.block(APART);
        }
        self.block(&text);
        self.last = Some((entry.source, chunk.range.end, chunk.kind));
    }

    /// Whether a reader would take a piece for the continuation of the one before it, which it was not.
    fn runs_on(&self, entry: &Entry, chunk: &Chunk, text: &str) -> bool {
        let Some((source, end, kind)) = self.last else { return false };
        let between = self.sources[source].text.get(end..chunk.range.start);
        let stood_so = source == entry.source && between.is_some_and(|gap| gap.trim().is_empty());
        let is_indented = text.starts_with([' ', '\t']);
        let continues = match kind {
            Kind::List { .. } => is_indented || matches!(chunk.kind, Kind::List { .. }),
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
    }
}
