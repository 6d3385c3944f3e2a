//! Finds a place in the guide for every section and piece of the sources.

use std::collections::BTreeMap;

use super::super::plan::Destiny;
use super::chunks::{Chunk, Kind};
use super::matching::{self, Rarity, Subject};
use super::outline::{Outline, Part};
use super::prepare::Prepared;
use super::stock::{Spot, Stock, Verdict};
use super::{Fate, GuideRequest, Placed};

/// A heading of the guide with what stands below it. The first one is the guide.
#[derive(Debug)]
pub(super) struct Node {
    /// Inline Markdown.
    pub(super) heading: String,
    pub(super) entries: Vec<Entry>,
    /// In order, as indices.
    pub(super) children: Vec<usize>,
    /// A piece of the past, which nothing is put into.
    pub(super) is_history: bool,
    subject: Subject,
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
    /// Only what introduces the piece; the piece itself stands there.
    pub(super) see: Option<usize>,
}

/// Where the text of a part of a source went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    Node(usize),
    Archive,
}

/// The guide as a tree.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// Where the parts of each source went.
    pub(super) homes: Vec<Vec<Option<Home>>>,
    /// The parts that stay in the archive, topmost ones alone: source and part.
    pub(super) history: Vec<(usize, usize)>,
    pub(super) placed: Vec<Placed>,
}

struct Placing<'p> {
    sources: &'p [Prepared<'p>],
    outlines: &'p [Outline],
    rarity: Rarity,
    stock: Stock,
    tree: Tree,
    entries: usize,
}

/// Places all sources.
pub(super) fn all(request: &GuideRequest<'_>, sources: &[Prepared<'_>], outlines: &[Outline]) -> Tree {
    let mut rarity = Rarity::default();
    for source in sources {
        source.parsed.sections.iter().for_each(|section| rarity.add(&source.text[section.range.clone()]));
    }
    let homes = outlines.iter().map(|outline| vec![None; outline.sections.len() + 1]).collect();
    let root = Node {
        heading: String::new(),
        entries: Vec::new(),
        children: Vec::new(),
        is_history: false,
        subject: Subject::default(),
    };
    let tree = Tree { nodes: vec![root], homes, history: Vec::new(), placed: Vec::new() };
    let mut placing = Placing { sources, outlines, rarity, stock: Stock::default(), tree, entries: 0 };
    let (heading, leads) = title(request, sources, outlines);
    placing.tree.nodes[0].heading = heading;
    for source in 0..sources.len() {
        placing.source(source, leads && source == 0);
    }
    placing.past();
    placing.tree.placed.sort();
    placing.tree
}

/// The guide's title, and whether it is that of the first source: its words must hold those of the file's name.
fn title(request: &GuideRequest<'_>, sources: &[Prepared<'_>], outlines: &[Outline]) -> (String, bool) {
    let stem = String::from_utf8_lossy(request.target.stem()).into_owned();
    let fold = |text: &str| -> Vec<String> {
        super::super::words::of_text(text)
            .iter()
            .map(|word| super::super::words::singular(word).to_owned())
            .collect()
    };
    if let (Some(first), Some(outline)) = (sources.first(), outlines.first())
        && let Some(title) = outline.title
    {
        let words = fold(&first.parsed.sections[title].text);
        if !words.is_empty() && fold(&stem).iter().all(|word| words.contains(word)) {
            return (outline.sections[title].heading.clone(), true);
        }
    }
    let plain = super::super::groups::title(&stem);
    (crate::report::Inline::plain(plain).to_markdown(), false)
}

impl Placing<'_> {
    fn part(&self, source: usize, part: usize) -> &Part {
        let outline = &self.outlines[source];
        part.checked_sub(1).map_or(&outline.preface, |section| &outline.sections[section])
    }

    fn is_strict(&self, source: usize) -> bool {
        self.sources[source].source.archived.is_none()
    }

    fn source(&mut self, source: usize, leads: bool) {
        let outline = &self.outlines[source];
        let top = outline.top(&self.sources[source].parsed);
        let title = outline.title.map(|section| section + 1);
        let mut intro = vec![0];
        intro.extend(title);
        if leads {
            for &part in &intro {
                self.fill(source, part, 0);
            }
            for section in top {
                self.section(source, section + 1, 0, false);
            }
            return;
        }
        let mut homeless = Vec::new();
        let mut first_home = None;
        for section in top {
            let part = section + 1;
            match self.part(source, part).destiny {
                Destiny::Guide => match self.find_match(source, part) {
                    Some(node) => {
                        first_home = first_home.or(Some(node));
                        self.merge(source, part, node);
                    }
                    None => homeless.push(part),
                },
                _ => homeless.push(part),
            }
        }
        self.chapter(source, &intro, &homeless, first_home);
    }

    /// Gives a place to what of a note matched nothing: a chapter of its own, unless it is little and names its subject.
    fn chapter(&mut self, source: usize, intro: &[usize], homeless: &[usize], first_home: Option<usize>) {
        let stays = |part: &&usize| self.part(source, **part).destiny == Destiny::Guide;
        let staying: Vec<usize> = homeless.iter().filter(stays).copied().collect();
        let speaks = |part: &usize| !matching::is_generic(&self.part(source, *part).heading);
        let small = first_home.is_some() && staying.len() <= 2 && staying.iter().all(speaks);
        let says_something = staying.iter().any(|_| true) || self.has_intro(source, intro);
        let node = match (small, says_something, first_home) {
            (true, _, Some(home)) => {
                intro.iter().for_each(|&part| self.fill(source, part, home));
                0
            }
            _ => {
                let heading = self.note_title(source);
                let node = self.new_node(0, heading, source, intro.last().copied().unwrap_or(0));
                intro.iter().for_each(|&part| self.fill(source, part, node));
                node
            }
        };
        for &part in homeless {
            self.section(source, part, node, false);
        }
        let _ = says_something;
        if node != 0 {
            self.drop_if_empty(node, source, intro, first_home);
        }
    }

    fn has_intro(&self, source: usize, intro: &[usize]) -> bool {
        intro.iter().any(|&part| {
            let part = self.part(source, part);
            part.destiny == Destiny::Guide && part.chunks.iter().any(|chunk| !chunk.is_header)
        })
    }

    fn note_title(&self, source: usize) -> String {
        let outline = &self.outlines[source];
        match outline
            .title
            .map(|title| &outline.sections[title].heading)
            .filter(|heading| !heading.is_empty())
        {
            Some(heading) => heading.clone(),
            None => {
                let stem = String::from_utf8_lossy(self.sources[source].source.path.stem()).into_owned();
                crate::report::Inline::plain(super::super::groups::title(&stem)).to_markdown()
            }
        }
    }

    fn new_node(&mut self, parent: usize, heading: String, source: usize, part: usize) -> usize {
        let text = match part.checked_sub(1) {
            Some(section) => {
                let sections = &self.sources[source].parsed.sections;
                let range = sections[section].heading.start..sections[section].body.end;
                &self.sources[source].text[range]
            }
            None => "",
        };
        let subject = self.rarity.subject(&heading, text);
        let node = self.tree.nodes.len();
        self.tree.nodes.push(Node {
            heading,
            entries: Vec::new(),
            children: Vec::new(),
            is_history: false,
            subject,
        });
        self.tree.nodes[parent].children.push(node);
        node
    }

    /// Puts a section and those below it under a node.
    fn section(&mut self, source: usize, part: usize, parent: usize, is_past: bool) {
        let here = self.part(source, part);
        let children: Vec<usize> = here.children.iter().map(|section| section + 1).collect();
        let leaves_out = here.is_contents && !self.is_strict(source);
        if !is_past && (here.destiny != Destiny::Guide || leaves_out) {
            self.leave(source, part);
            for child in children {
                self.section(source, child, parent, false);
            }
            return;
        }
        if here.heading.is_empty() {
            self.fill(source, part, parent);
            children.into_iter().for_each(|child| self.section(source, child, parent, is_past));
            return;
        }
        let node = self.new_node(parent, here.heading.clone(), source, part);
        self.tree.nodes[node].is_history = is_past;
        self.note_heading(source, part, Fate::Guide);
        self.fill(source, part, node);
        for child in children {
            self.section(source, child, node, is_past);
        }
        if source != 0 {
            self.drop_if_empty(node, source, &[part], None);
        }
    }

    /// Puts a section and those below it into a node that speaks of the same.
    fn merge(&mut self, source: usize, part: usize, node: usize) {
        let subject = self.subject(source, part);
        self.tree.nodes[node].subject.absorb(&subject);
        let same =
            self.tree.nodes[node].heading.to_lowercase() == self.part(source, part).heading.to_lowercase();
        let fate = if same || !self.is_strict(source) { Fate::Repeated } else { Fate::Guide };
        self.note_heading(source, part, fate);
        self.fill(source, part, node);
        let children: Vec<usize> =
            self.part(source, part).children.iter().map(|section| section + 1).collect();
        for child in children {
            let matched = match self.part(source, child).destiny {
                Destiny::Guide => self.find_match(source, child),
                _ => None,
            };
            match matched {
                Some(other) => self.merge(source, child, other),
                None => self.section(source, child, node, false),
            }
        }
    }

    fn subject(&self, source: usize, part: usize) -> Subject {
        let section = &self.sources[source].parsed.sections[part - 1];
        self.rarity
            .subject(&self.part(source, part).heading, &self.sources[source].text[section.range.clone()])
    }

    /// The node that speaks of the same as a section.
    fn find_match(&self, source: usize, part: usize) -> Option<usize> {
        let here = self.part(source, part);
        if here.heading.is_empty() || (here.is_contents && !self.is_strict(source)) {
            return None;
        }
        if matching::is_closing(&here.heading) {
            let root = &self.tree.nodes[0].children;
            return root.iter().copied().find(|&node| matching::is_closing(&self.tree.nodes[node].heading));
        }
        let subject = self.subject(source, part);
        let others = self.nodes_of_others(source);
        let scored = others
            .into_iter()
            .filter_map(|node| Some((subject.agreement(&self.tree.nodes[node].subject)?, node)));
        scored.max_by(|one, other| one.0.total_cmp(&other.0).then(other.1.cmp(&one.1))).map(|(_, node)| node)
    }

    /// Nodes that hold text of another source and none of this one alone.
    fn nodes_of_others(&self, source: usize) -> Vec<usize> {
        let own =
            |node: &Node| !node.entries.is_empty() && node.entries.iter().all(|entry| entry.source == source);
        (1..self.tree.nodes.len())
            .filter(|&node| {
                let node = &self.tree.nodes[node];
                !node.is_history && !node.entries.is_empty() && !own(node)
            })
            .collect()
    }

    /// Puts the pieces of a part into a node.
    fn fill(&mut self, source: usize, part: usize, node: usize) {
        let past = self.tree.nodes[node].is_history;
        if self.part(source, part).destiny != Destiny::Guide && !past {
            self.leave(source, part);
            return;
        }
        self.tree.homes[source][part] = Some(Home::Node(node));
        for chunk in 0..self.part(source, part).chunks.len() {
            self.chunk(source, part, chunk, node);
        }
    }

    fn chunk(&mut self, source: usize, part: usize, number: usize, node: usize) {
        let outlines = self.outlines;
        let outline = &outlines[source];
        let here = part.checked_sub(1).map_or(&outline.preface, |section| &outline.sections[section]);
        let chunk = &here.chunks[number];
        let strict = self.is_strict(source);
        if chunk.is_header && !strict {
            return self.note(source, chunk.lines, Fate::History);
        }
        let mut entry =
            Entry { id: self.entries, source, part, chunk: number, items: None, is_quoted: false, see: None };
        let fate = match self.stock.judge(source, node, chunk) {
            Verdict::New => {
                self.add(entry, node, None, chunk);
                Fate::Guide
            }
            Verdict::Stands(spot) => {
                if strict && !chunk.lead.is_empty() {
                    entry.see = Some(spot.node);
                    self.put(entry, node, None);
                }
                Fate::Repeated
            }
            Verdict::Differs(spot) => {
                entry.is_quoted = true;
                self.add(entry, spot.node, Some(spot.entry), chunk);
                Fate::Variant
            }
            Verdict::InPart { spot, new, differs } => {
                entry.items = Some(new);
                entry.is_quoted = differs;
                self.add(entry, spot.node, Some(spot.entry), chunk);
                if differs { Fate::Variant } else { Fate::Guide }
            }
        };
        self.note(source, chunk.lines, fate);
    }

    fn add(&mut self, entry: Entry, node: usize, after: Option<usize>, chunk: &Chunk) {
        self.stock.add(entry.source, Spot { node, entry: entry.id }, chunk);
        self.put(entry, node, after);
    }

    fn put(&mut self, entry: Entry, node: usize, after: Option<usize>) {
        self.entries += 1;
        let entries = &mut self.tree.nodes[node].entries;
        let place = after.and_then(|id| entries.iter().position(|other| other.id == id));
        match place {
            Some(place) => entries.insert(place + 1, entry),
            None => entries.push(entry),
        }
    }

    /// Leaves a part in the archive.
    fn leave(&mut self, source: usize, part: usize) {
        let destiny = self.part(source, part).destiny;
        if self.tree.homes[source][part].is_some() {
            return;
        }
        let fate = if destiny == Destiny::History { Fate::History } else { Fate::Repeated };
        self.tree.homes[source][part] = Some(Home::Archive);
        if part > 0 {
            self.note_heading(source, part, fate);
        }
        let lines: Vec<(usize, usize)> =
            self.part(source, part).chunks.iter().map(|chunk| chunk.lines).collect();
        lines.into_iter().for_each(|lines| self.note(source, lines, fate));
        if destiny == Destiny::History {
            self.tree.history.push((source, part));
        }
    }

    fn note_heading(&mut self, source: usize, part: usize, fate: Fate) {
        let line = self.sources[source].parsed.sections[part - 1].line;
        self.note(source, (line, line), fate);
    }

    fn note(&mut self, source: usize, lines: (usize, usize), fate: Fate) {
        let path = self.sources[source].source.path.clone();
        self.tree.placed.push(Placed { path, lines, fate });
    }

    /// Takes a node away that nothing was put into.
    fn drop_if_empty(&mut self, node: usize, source: usize, parts: &[usize], home: Option<usize>) {
        let empty = self.tree.nodes[node].entries.is_empty() && self.tree.nodes[node].children.is_empty();
        if !empty || self.is_strict(source) {
            return;
        }
        for other in &mut self.tree.nodes {
            other.children.retain(|&child| child != node);
        }
        for &part in parts {
            if self.tree.homes[source][part] == Some(Home::Node(node)) {
                self.tree.homes[source][part] = Some(home.map_or(Home::Archive, Home::Node));
            }
        }
    }

    /// What no archive will hold stands in the guide's last chapter.
    fn past(&mut self) {
        let parts: Vec<(usize, usize)> =
            self.tree.history.iter().copied().filter(|(source, _)| self.is_strict(*source)).collect();
        if parts.is_empty() {
            return;
        }
        let chapter = self.new_node(0, "History".to_owned(), 0, 0);
        self.tree.nodes[chapter].is_history = true;
        self.tree.history.retain(|(source, _)| self.sources[*source].source.archived.is_some());
        let mut notes: BTreeMap<usize, usize> = BTreeMap::new();
        for (source, part) in parts {
            let heading = self.note_title(source);
            let node = match notes.get(&source) {
                Some(&node) => node,
                None => {
                    let node = self.new_node(chapter, heading, source, 0);
                    self.tree.nodes[node].is_history = true;
                    notes.insert(source, node);
                    node
                }
            };
            self.past_part(source, part, node);
        }
    }

    fn past_part(&mut self, source: usize, part: usize, parent: usize) {
        let heading = self.part(source, part).heading.clone();
        let node = if heading.is_empty() { parent } else { self.new_node(parent, heading, source, part) };
        self.tree.nodes[node].is_history = true;
        self.fill(source, part, node);
    }
}

impl Kind {
    /// True for what a following indented line would continue.
    pub(super) fn is_open_ended(self) -> bool {
        matches!(self, Self::List { .. })
    }
}
