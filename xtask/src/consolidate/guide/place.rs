//! Finds a place in the guide for every section of the sources.

use super::super::groups;
use super::super::plan::Destiny;
use super::chunks::{Chunk, Kind};
use super::matching::{self, Index, Rarity, Subject};
use super::outline::{Outline, Part};
use super::prepare::Prepared;
use super::stock::{Stock, Verdict};
use super::together::Together;
use super::tree::{Home, Node, Tree};
use super::{Fate, GuideRequest, Placed, says_more, title};
use crate::report::Inline;

/// The state while sources are placed one after the other.
pub(super) struct Placing<'p> {
    pub(super) sources: &'p [Prepared<'p>],
    pub(super) outlines: &'p [Outline],
    pub(super) stock: Stock,
    pub(super) tree: Tree,
    /// The number of the next piece.
    pub(super) next: usize,
    /// Where the first dropped piece of a part stands.
    pub(super) stands: std::collections::BTreeMap<(usize, usize), usize>,
    pub(super) together: Together,
    /// Whether the first source's title is the guide's.
    leads: bool,
    rarity: Rarity,
    /// What the nodes below the guide speak of.
    index: Index,
}

/// Places all sources.
pub(super) fn all(request: &GuideRequest<'_>, sources: &[Prepared<'_>], outlines: &[Outline]) -> Tree {
    let mut rarity = Rarity::of_guide(&String::from_utf8_lossy(request.target.stem()));
    for (number, source) in sources.iter().enumerate() {
        rarity.read(&source.text);
        source.parsed.sections.iter().for_each(|section| rarity.add(number, &section.range));
    }
    let (heading, leads) = title::of(request, sources, outlines);
    let subject = match sources.first() {
        Some(first) if leads => rarity.subject(&heading, 0, &(0..first.text.len())),
        _ => Subject::default(),
    };
    let root = Node { heading, subject, ..Node::default() };
    let homes = outlines.iter().map(|outline| vec![None; outline.sections.len() + 1]).collect();
    let tree = Tree { nodes: vec![root], homes, history: Vec::new(), placed: Vec::new() };
    let stands = std::collections::BTreeMap::new();
    let is_alone = |source: &usize| sources[*source].source.archived.is_none();
    let stock = Stock::new((0..sources.len()).filter(is_alone));
    let index = Index::default();
    let together = Together::of(sources, outlines);
    let mut placing =
        Placing { sources, outlines, stock, tree, next: 0, stands, together, leads, rarity, index };
    for source in 0..sources.len() {
        match placing.is_leading(source) {
            true => placing.lead(source),
            false => placing.source(source),
        }
    }
    placing.past();
    placing.uncount();
    let mut tree = placing.tree;
    if !sources.iter().any(|source| source.source.archived.is_none())
        && let Some(heading) = tree.unfold()
    {
        tree.nodes[0].heading = title::of_chapter(request, sources, heading);
    }
    tree.placed.sort();
    tree
}

impl<'p> Placing<'p> {
    pub(super) fn part(&self, source: usize, part: usize) -> &'p Part {
        self.outlines[source].part(part)
    }

    /// True when no archive will hold a source: the guide must.
    pub(super) fn is_strict(&self, source: usize) -> bool {
        self.sources[source].source.archived.is_none()
    }

    /// Whether the guide has a source's title.
    pub(super) fn is_leading(&self, source: usize) -> bool {
        source == 0 && self.leads
    }

    /// The parts at the top of a source: the preface, and the title with what follows it.
    fn intro(&self, source: usize) -> Vec<usize> {
        let title = self.outlines[source].title.map(|section| section + 1);
        std::iter::once(0).chain(title).collect()
    }

    fn is_title(&self, source: usize, part: usize) -> bool {
        part > 0 && self.outlines[source].title == Some(part - 1)
    }

    fn top(&self, source: usize) -> Vec<usize> {
        let top = self.outlines[source].top(&self.sources[source].parsed);
        top.into_iter().map(|section| section + 1).collect()
    }

    /// Places the source whose title is the guide's.
    fn lead(&mut self, source: usize) {
        for part in self.intro(source) {
            self.fill(source, part, 0);
        }
        if let Some(title) = self.outlines[source].title {
            let stands = self.tree.nodes[0].heading == self.outlines[source].sections[title].heading;
            self.note_heading(source, title + 1, if stands { Fate::Guide } else { Fate::History });
        }
        let top = self.top(source);
        top.iter().for_each(|&part| self.section(source, part, 0));
        self.close(source, &top);
    }

    /// Places a further source: sections that speak of the same as one of the guide go there, the others into a chapter.
    fn source(&mut self, source: usize) {
        let mut first_home = None;
        let mut homeless = Vec::new();
        let whole = self.whole_match(source);
        for part in self.top(source) {
            match self.find_match(source, part) {
                Some(node) => {
                    first_home = first_home.or(Some(node));
                    self.merge(source, part, node);
                }
                None => homeless.push(part),
            }
        }
        let chapter = self.chapter(source, &homeless, whole, first_home);
        for &part in &homeless {
            let here = self.part(source, part);
            let closes = matching::leads_elsewhere(&here.heading) && !self.is_strict(source);
            self.section(source, part, if closes { 0 } else { chapter });
        }
        self.close(source, &homeless);
        if whole.is_none() && chapter != 0 {
            let intro = self.intro(source);
            self.drop_if_empty(chapter, source, &intro, first_home);
        }
    }

    /// Where what of a source matched nothing goes, with its beginning: into the chapter that speaks of the same; right
    /// into the guide when it is little and names its subject; else into a chapter of its own.
    fn chapter(
        &mut self,
        source: usize,
        homeless: &[usize],
        whole: Option<usize>,
        first_home: Option<usize>,
    ) -> usize {
        let intro = self.intro(source);
        let staying: Vec<usize> = homeless.iter().copied().filter(|&part| self.stays(source, part)).collect();
        let speaks = |part: &usize| {
            !matching::is_generic(&self.part(source, *part).heading)
                && !self.together.is_member(source, *part)
        };
        let is_little = staying.len() <= 2 && staying.iter().all(speaks) && !self.is_strict(source);
        let (home, chapter) = match (whole, first_home) {
            (Some(node), _) => (node, node),
            (None, Some(home)) if is_little => (home, 0),
            _ => {
                let heading = self.note_title(source);
                let subject = self.whole_subject(source, &heading);
                let node = Node { heading, subject, sources: vec![source], is_note: true, ..Node::default() };
                let node = self.add_node(0, node, true);
                (node, node)
            }
        };
        if let Some(title) = self.outlines[source].title {
            let kept = home == chapter && whole.is_none();
            self.note_heading(source, title + 1, if kept { Fate::Guide } else { Fate::Repeated });
        }
        intro.iter().for_each(|&part| self.fill(source, part, home));
        chapter
    }

    pub(super) fn stays(&self, source: usize, part: usize) -> bool {
        let here = self.part(source, part);
        here.destiny == Destiny::Guide && (!here.is_contents || self.is_strict(source))
    }

    /// The heading of a source's chapter.
    pub(super) fn note_title(&self, source: usize) -> String {
        let outline = &self.outlines[source];
        match outline
            .title
            .map(|title| &outline.sections[title].heading)
            .filter(|heading| !heading.is_empty())
        {
            Some(heading) if self.is_strict(source) => heading.clone(),
            Some(heading) => title::of_subject(heading).to_owned(),
            None => {
                let stem = String::from_utf8_lossy(self.sources[source].source.path.stem()).into_owned();
                Inline::plain(groups::title(&stem)).to_markdown()
            }
        }
    }

    fn add_node(&mut self, parent: usize, node: Node, is_further: bool) -> usize {
        let subject = node.subject.clone();
        let number = self.tree.add(parent, node, is_further);
        self.index.add(number, &subject);
        number
    }

    /// Puts a section and those below it under a node.
    fn section(&mut self, source: usize, part: usize, parent: usize) {
        let here = self.part(source, part);
        if !self.stays(source, part) || here.heading.is_empty() {
            if self.stays(source, part) {
                self.fill(source, part, parent);
            } else {
                self.leave(source, part);
            }
            here.children.iter().for_each(|section| self.section(source, section + 1, parent));
            return;
        }
        let is_at_home = self.is_strict(source) || self.tree.nodes[parent].sources.first() == Some(&source);
        let heading = match is_at_home || self.is_leading(source) {
            true => &here.heading,
            false => matching::uncounted(&here.heading),
        };
        let node = Node {
            heading: heading.to_owned(),
            subject: self.subject(source, part),
            sources: vec![source],
            ..Node::default()
        };
        let node = self.add_node(parent, node, source != 0);
        self.note_heading(source, part, Fate::Guide);
        self.fill(source, part, node);
        let below = here.parts_below();
        below.iter().for_each(|&part| self.section(source, part, node));
        self.close(source, &below);
        self.together.head((source, part), node);
        // A member of a series is settled with the others.
        if (source != 0 || !here.chunks.is_empty()) && !self.together.is_member(source, part) {
            self.drop_if_empty(node, source, &[part], None);
        }
    }

    /// Puts a section and those below it into a node that speaks of the same.
    fn merge(&mut self, source: usize, part: usize, node: usize) {
        let here = self.part(source, part);
        if self.introduces(source, part, node) {
            self.section(source, part, node);
            return;
        }
        let subject = self.subject(source, part);
        self.tree.nodes[node].subject.absorb(&subject);
        self.index.add(node, &subject);
        if !self.tree.nodes[node].sources.contains(&source) {
            self.tree.nodes[node].sources.push(source);
        }
        self.note_heading(source, part, Fate::Repeated);
        self.fill(source, part, node);
        let below = here.parts_below();
        for &part in &below {
            match self.find_match(source, part) {
                Some(other) => self.merge(source, part, other),
                None => self.section(source, part, node),
            }
        }
        self.close(source, &below);
    }

    /// True when a section's heading says what the guide's does not, and something that the guide does not have stands
    /// below it: out of its heading's sight nobody knows what that is about.
    pub(super) fn introduces(&self, source: usize, part: usize, node: usize) -> bool {
        let here = self.part(source, part);
        let is_new =
            |chunk: &Chunk| !chunk.is_header && matches!(self.stock.judge(source, node, chunk), Verdict::New);
        let is_command = |chunk: &Chunk| {
            matches!(chunk.kind, Kind::Code)
                && chunk.lead.is_empty()
                && !matches!(self.stock.judge(source, node, chunk), Verdict::Stands(_))
        };
        !matching::is_said_by(&here.heading, &self.tree.nodes[node].heading)
            && (here.chunks.iter().any(is_new) || here.chunks.first().is_some_and(is_command))
    }

    pub(super) fn subject(&self, source: usize, part: usize) -> Subject {
        let section = &self.sources[source].parsed.sections[part - 1];
        self.rarity.subject(&self.part(source, part).heading, source, &section.range)
    }

    fn whole_subject(&self, source: usize, heading: &str) -> Subject {
        self.rarity.subject(heading, source, &(0..self.sources[source].text.len()))
    }

    /// The chapter that speaks of the same as a whole source; the first one stands for the guide itself.
    fn whole_match(&self, source: usize) -> Option<usize> {
        let heading = self.note_title(source);
        let subject = self.whole_subject(source, &heading);
        let chapters = std::iter::once(0).chain(self.tree.nodes[0].children.iter().copied());
        let top = self.top(source);
        let fits = |node: &usize| {
            self.may_take(source, &heading, *node)
                && self.is_same_of_series(source, *node)
                && self.may_count(source, &top, *node)
        };
        self.best(&subject, chapters.filter(fits))
    }

    /// The node that speaks of the same as a section by itself.
    pub(super) fn match_of(&self, source: usize, part: usize) -> Option<usize> {
        let here = self.part(source, part);
        if here.heading.is_empty() || !self.stays(source, part) {
            return None;
        }
        let fits = |node: &usize| self.may_take(source, &here.heading, *node);
        if matching::leads_elsewhere(&here.heading) {
            let mut chapters = self.tree.nodes[0].children.iter().copied().filter(fits);
            return chapters.find(|&node| matching::leads_elsewhere(&self.tree.nodes[node].heading));
        }
        let subject = self.subject(source, part);
        let below = here.parts_below();
        let fits = |node: &usize| {
            fits(node)
                && self.stands_alike(source, part, *node, &subject)
                && self.may_count(source, &below, *node)
        };
        self.best(&subject, self.index.candidates(&subject).into_iter().filter(fits))
    }

    /// Whether a source as a whole speaks of the same as a node.
    pub(super) fn whole_agrees(&self, source: usize, node: usize) -> bool {
        let subject = self.whole_subject(source, &self.note_title(source));
        subject.agreement(&self.tree.nodes[node].subject).is_some()
    }

    /// True where the text of a part went into a node.
    pub(super) fn is_home(&self, source: usize, part: usize, node: usize) -> bool {
        self.tree.homes[source][part] == Some(Home::Node(node))
    }

    fn best(&self, subject: &Subject, nodes: impl Iterator<Item = usize>) -> Option<usize> {
        let scored =
            nodes.filter_map(|node| Some((subject.agreement(&self.tree.nodes[node].subject)?, node)));
        scored.max_by(|one, other| one.0.total_cmp(&other.0).then(other.1.cmp(&one.1))).map(|(_, node)| node)
    }

    /// Whether a node holds text of another source. Where no archive keeps a heading, its words must be the node's.
    fn may_take(&self, source: usize, heading: &str, node: usize) -> bool {
        let node = &self.tree.nodes[node];
        let is_of_others = node.sources.iter().any(|&other| other != source);
        let keeps = || super::super::folded::words(&node.heading) == super::super::folded::words(heading);
        !node.is_past && is_of_others && (!self.is_strict(source) || keeps())
    }

    /// Leaves a part in the archive.
    pub(super) fn leave(&mut self, source: usize, part: usize) {
        if self.tree.homes[source][part].is_some() {
            return;
        }
        let here = self.part(source, part);
        let fate = if here.destiny == Destiny::History { Fate::History } else { Fate::Repeated };
        self.tree.homes[source][part] = Some(Home::Archive);
        if part > 0 && !self.is_title(source, part) {
            self.note_heading(source, part, fate);
        }
        here.chunks.iter().for_each(|chunk| self.note(source, chunk.lines, fate));
        let says_something = match self.is_strict(source) {
            // A title alone heads the note's chapter.
            true => !here.chunks.is_empty() || !self.is_title(source, part),
            false => !here.heading.is_empty() || here.chunks.iter().any(|chunk| !chunk.is_header),
        };
        if here.destiny == Destiny::History && says_something {
            self.tree.history.push((source, part));
        }
    }

    pub(super) fn note_heading(&mut self, source: usize, part: usize, fate: Fate) {
        let line = self.sources[source].parsed.sections[part - 1].line;
        self.note(source, (line, line), fate);
    }

    pub(super) fn note(&mut self, source: usize, lines: (usize, usize), fate: Fate) {
        let path = self.sources[source].source.path.clone();
        self.tree.placed.push(Placed { path, lines, fate });
    }

    /// Takes a node away that nothing was put into. Where no archive keeps its heading, it goes only if its text stands
    /// elsewhere.
    pub(super) fn drop_if_empty(&mut self, node: usize, source: usize, parts: &[usize], home: Option<usize>) {
        let is_empty = self.tree.nodes[node].is_bare();
        // A note of which something goes into the last chapter has its title there.
        let has_past = self.tree.history.iter().any(|(other, _)| *other == source);
        let is_said = |part: &usize| {
            let heading = &self.part(source, *part).heading;
            let stands = self.stands.get(&(source, *part)).copied().or(home);
            heading.is_empty()
                || has_past && self.is_title(source, *part)
                || stands.is_some() && !says_more(heading)
        };
        if !is_empty {
            return;
        }
        if self.is_strict(source) && !parts.iter().all(is_said) {
            let stands = parts.iter().find_map(|&part| Some((part, *self.stands.get(&(source, part))?)));
            if let Some((part, stands)) = stands.filter(|(_, stands)| *stands != 0) {
                self.refer(source, part, (node, stands));
            }
            return;
        }
        self.tree.remove(node);
        for &part in parts {
            let stands = self.stands.get(&(source, part)).copied().or(home);
            // What is said of this section holds for the one that held nothing else.
            let parent =
                part.checked_sub(1).and_then(|section| self.sources[source].parsed.sections[section].parent);
            if let (Some(parent), Some(stands)) = (parent, stands) {
                self.stands.entry((source, parent + 1)).or_insert(stands);
            }
            let here = &mut self.tree.homes[source][part];
            if *here == Some(Home::Node(node)) {
                *here = Some(stands.map_or(Home::Archive, Home::Node));
            }
            if part > 0 {
                let line = self.sources[source].parsed.sections[part - 1].line;
                let path = self.sources[source].source.path;
                let fate = if stands.is_some() { Fate::Repeated } else { Fate::History };
                let headings = self.tree.placed.iter_mut();
                headings
                    .filter(|placed| placed.lines == (line, line) && placed.path == *path)
                    .for_each(|placed| placed.fate = fate);
            }
        }
    }
}
