//! Turns the parser's events into blocks, links and anchors.

mod inline;
mod markup;

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use self::inline::OpenLink;
use self::markup::HtmlHeading;
use super::sections::{self, Heading};
use super::slug::Slugger;
use super::{
    Anchor, AnchorKind, Block, BlockKind, Cell, Footnote, LineIndex, Parsed, Row, Task, definitions,
    front_matter,
};

/// What GitHub reads in files. Front matter is found beforehand, since the parser takes it for such further
/// down too; its other extensions (wiki links, definition lists, heading attributes) mean nothing to GitHub.
fn github() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
}

pub(super) fn parse(text: &str) -> Parsed {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let front_matter = front_matter::find(text, start);
    let start = front_matter.as_ref().map_or(start, |found| found.range.end);
    let mut walk = Walk::new(text, start);
    for (event, range) in Parser::new_ext(&text[start..], github()).into_offset_iter() {
        walk.take(event, range.start + start..range.end + start);
    }
    let mut parsed = walk.finish();
    let named = front_matter.as_ref().and_then(|found| found.get("title")).filter(|title| !title.is_empty());
    parsed.title = parsed.title.or_else(|| named.map(str::to_owned));
    parsed.front_matter = front_matter;
    parsed
}

/// The state of one pass over a text.
struct Walk<'t> {
    text: &'t str,
    parsed: Parsed,
    /// Where reading began: behind mark and front matter.
    start: usize,
    /// Lists, items, quotations and footnotes around the present place, as indices of blocks.
    containers: Vec<usize>,
    /// The block with the words of the present place, as an index.
    leaf: Option<usize>,
    /// Words of the present heading or cell, without markup.
    words: Option<String>,
    headings: Vec<Heading>,
    slugger: Slugger,
    open_links: Vec<OpenLink>,
    /// Pieces of the present block of HTML: a quotation's marks stand between its lines.
    html: Vec<Range<usize>>,
    html_heading: Option<HtmlHeading>,
    /// Where no block with words stands: definitions can.
    gaps: Vec<Range<usize>>,
    /// The line of the block that was begun last: the next one is near.
    line: usize,
    /// Up to where blocks with words have been seen.
    covered: usize,
    /// Footnotes in the order in which they are first referred to, which is how they are numbered.
    footnote_numbers: BTreeMap<String, usize>,
}

impl<'t> Walk<'t> {
    fn new(text: &'t str, start: usize) -> Self {
        let parsed = Parsed { lines: LineIndex::new(text), ..Parsed::default() };
        Self {
            text,
            parsed,
            start,
            containers: Vec::new(),
            leaf: None,
            words: None,
            headings: Vec::new(),
            slugger: Slugger::default(),
            open_links: Vec::new(),
            html: Vec::new(),
            html_heading: None,
            gaps: Vec::new(),
            line: 1,
            covered: start,
            footnote_numbers: BTreeMap::new(),
        }
    }

    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Rule => {
                self.open(BlockKind::Rule, range);
                self.leaf = None;
            }
            Event::Html(html) => self.html_line(&html, &range),
            Event::TaskListMarker(done) => self.task(done, range),
            event => {
                self.begin_tight(&range);
                self.inline(event, range);
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Paragraph => {
                self.target(&range);
                self.open(BlockKind::Paragraph, range);
            }
            Tag::Heading { level, .. } => {
                self.html_heading = None;
                self.words = Some(String::new());
                self.open(BlockKind::Heading(level as u8), range);
            }
            Tag::CodeBlock(kind) => {
                let (language, fenced) = match kind {
                    CodeBlockKind::Indented => (String::new(), false),
                    CodeBlockKind::Fenced(info) => {
                        (info.split([' ', '\t', ',']).next().unwrap_or_default().to_owned(), true)
                    }
                };
                self.open(BlockKind::Code { language, fenced, body: 0..0 }, range);
            }
            Tag::HtmlBlock => self.open(BlockKind::Html, range),
            Tag::Table(_) => self.open(BlockKind::Table { rows: Vec::new() }, range),
            Tag::TableHead | Tag::TableRow => self.row(range),
            Tag::TableCell => self.words = Some(String::new()),
            Tag::List(first) => self.enclose(BlockKind::List { ordered: first.is_some() }, range),
            Tag::Item => self.enclose(BlockKind::Item { task: None }, range),
            Tag::BlockQuote(_) => self.enclose(BlockKind::Quote, range),
            Tag::FootnoteDefinition(label) => {
                self.footnote(&label, true, &range);
                self.enclose(BlockKind::Footnote, range);
            }
            Tag::Link { link_type, dest_url, id, .. } => {
                self.begin_tight(&range);
                self.open_link(false, link_type, &dest_url, &id, range);
            }
            Tag::Image { link_type, dest_url, id, .. } => {
                self.begin_tight(&range);
                self.open_link(true, link_type, &dest_url, &id, range);
            }
            _ => self.begin_tight(&range),
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Heading(level) => self.heading(level as u8),
            TagEnd::HtmlBlock => {
                self.html_block();
                self.leaf = None;
            }
            TagEnd::Paragraph | TagEnd::CodeBlock | TagEnd::Table => self.leaf = None,
            TagEnd::TableCell => self.cell(range),
            TagEnd::List(_) | TagEnd::Item | TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => {
                self.leaf = None;
                self.containers.pop();
            }
            TagEnd::Link | TagEnd::Image => self.close_link(range),
            _ => {}
        }
    }

    /// Adds a block that holds words.
    fn open(&mut self, kind: BlockKind, range: Range<usize>) {
        self.leaf = None;
        self.gap(range.start);
        self.covered = range.end;
        self.leaf = Some(self.push(kind, range));
    }

    /// Takes the anchor of a paragraph that is, or begins with, a target of MyST: `(name)=` on a line of its own.
    fn target(&mut self, range: &Range<usize>) {
        let first = self.text[range.clone()].lines().next().unwrap_or_default().trim_end();
        let name = first.strip_prefix('(').and_then(|rest| rest.strip_suffix(")="));
        let is_name = |name: &&str| !name.is_empty() && !name.contains([' ', '\t', '(', ')']);
        if let Some(name) = name.filter(is_name) {
            let line = self.parsed.lines.line(range.start);
            self.parsed.anchors.push(Anchor { name: name.to_owned(), kind: AnchorKind::Given, line });
        }
    }

    /// Adds a block that holds blocks.
    fn enclose(&mut self, kind: BlockKind, range: Range<usize>) {
        self.leaf = None;
        let index = self.push(kind, range);
        self.containers.push(index);
    }

    fn push(&mut self, kind: BlockKind, range: Range<usize>) -> usize {
        let words = self.text[range.clone()].trim_end_matches(['\n', '\r', ' ', '\t']);
        let range = range.start..range.start + words.len();
        let kind = match kind {
            // Until code is seen: an empty body at the end.
            BlockKind::Code { language, fenced, .. } => {
                BlockKind::Code { language, fenced, body: range.end..range.end }
            }
            kind => kind,
        };
        let first = self.parsed.lines.line_after(range.start, self.line);
        let last = self.parsed.lines.line_after(range.end.saturating_sub(1).max(range.start), first);
        self.line = first;
        let lines = (first, last);
        let parent = self.containers.last().copied();
        let section = self.headings.len().checked_sub(1);
        self.parsed.blocks.push(Block { kind, range, lines, parent, section });
        self.parsed.blocks.len() - 1
    }

    fn gap(&mut self, end: usize) {
        if self.covered < end {
            self.gaps.push(self.covered..end);
        }
    }

    /// The words of an item without empty lines have no paragraph to the parser: one is made for them.
    fn begin_tight(&mut self, range: &Range<usize>) {
        match self.leaf {
            None => self.open(BlockKind::Paragraph, range.clone()),
            Some(index) if self.parsed.blocks[index].kind == BlockKind::Paragraph => {
                let block = &mut self.parsed.blocks[index];
                if block.range.end < range.end {
                    block.range.end = range.end;
                    block.lines.1 = self.parsed.lines.line_after(range.end - 1, block.lines.1);
                    self.covered = self.covered.max(range.end);
                }
            }
            Some(_) => {}
        }
    }

    fn task(&mut self, done: bool, marker: Range<usize>) {
        let Some(&item) = self.containers.last() else { return };
        self.parsed.blocks[item].kind = BlockKind::Item { task: Some(done) };
        let line = self.parsed.lines.line(marker.start);
        self.parsed.tasks.push(Task { done, marker, item, line });
    }

    fn heading(&mut self, level: u8) {
        let Some(index) = self.leaf.take() else { return };
        let words = self.words.take().unwrap_or_default();
        let line = self.parsed.blocks[index].lines.0;
        let slug = self.anchor_heading(&words, line);
        if let Some(name) = given_anchor(&words) {
            self.parsed.anchors.push(Anchor { name: name.to_owned(), kind: AnchorKind::Given, line });
        }
        let text = squeezed(&words);
        if !self.containers.is_empty() {
            return;
        }
        if level == 1 && self.parsed.title.is_none() && !text.is_empty() {
            self.parsed.title = Some(text.clone());
        }
        let range = self.parsed.blocks[index].range.clone();
        self.parsed.blocks[index].section = Some(self.headings.len());
        self.headings.push(Heading { level, text, slug, range });
    }

    fn anchor_heading(&mut self, words: &str, line: usize) -> String {
        let name = self.slugger.next(words);
        self.parsed.anchors.push(Anchor { name: name.clone(), kind: AnchorKind::Heading, line });
        name
    }

    fn row(&mut self, range: Range<usize>) {
        let line = self.parsed.lines.line_after(range.start, self.line);
        self.line = line;
        if let Some(rows) = self.rows() {
            rows.push(Row { range, line, cells: Vec::new() });
        }
    }

    fn cell(&mut self, range: Range<usize>) {
        let text = self.words.take().unwrap_or_default();
        if let Some(row) = self.rows().and_then(|rows| rows.last_mut()) {
            row.cells.push(Cell { range, text });
        }
    }

    fn rows(&mut self) -> Option<&mut Vec<Row>> {
        match &mut self.parsed.blocks[self.leaf?].kind {
            BlockKind::Table { rows } => Some(rows),
            _ => None,
        }
    }

    fn footnote(&mut self, label: &str, definition: bool, range: &Range<usize>) {
        let line = self.parsed.lines.line(range.start);
        self.parsed.footnotes.push(Footnote {
            label: label.to_owned(),
            definition,
            range: range.clone(),
            line,
        });
    }

    fn finish(mut self) -> Parsed {
        self.gap(self.text.len());
        let mut parsed = self.parsed;
        parsed.definitions = definitions::find(self.text, &self.gaps, &parsed.lines);
        (parsed.preface, parsed.sections) =
            sections::divide(self.headings, &parsed.lines, self.start, self.text.len());
        parsed
    }
}

/// The anchor that a heading gives itself for other renderers: `Setup {#setup}`.
fn given_anchor(words: &str) -> Option<&str> {
    let (_, attributes) = words.trim_end().strip_suffix('}')?.rsplit_once('{')?;
    let mut names = attributes.split_whitespace().filter_map(|attribute| attribute.strip_prefix('#'));
    names.next().filter(|name| !name.is_empty())
}

/// Words with one blank between them.
fn squeezed(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for word in words.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}
