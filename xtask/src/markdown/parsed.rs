//! What a text holds.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{FrontMatter, LineIndex, definitions};

/// A text that was read. All ranges count its bytes, all lines start from 1.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The block of metadata at the top.
    pub front_matter: Option<FrontMatter>,
    /// What the text calls itself: its first heading of level 1, else the title in its front matter.
    pub title: Option<String>,
    /// What stands before the first section, front matter left out.
    pub preface: Range<usize>,
    /// Headings that divide the text, in order; those inside lists and quotations do not.
    pub sections: Vec<Section>,
    /// All blocks in order of their beginnings, containers before what they hold.
    pub blocks: Vec<Block>,
    /// All links and pictures in order.
    pub links: Vec<Link>,
    /// All link reference definitions in order, those included that no reader uses.
    pub definitions: Vec<Definition>,
    /// What a `#fragment` can name.
    pub anchors: Vec<Anchor>,
    /// Footnotes and references to them.
    pub footnotes: Vec<Footnote>,
    /// Items with a box to tick.
    pub tasks: Vec<Task>,
    /// Words in backticks.
    pub code_spans: Vec<CodeSpan>,
    /// Where the lines begin.
    pub lines: LineIndex,
}

/// A heading and what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// 1 to 6.
    pub level: u8,
    /// The heading's words without markup.
    pub text: String,
    /// The heading's anchor, unique in the text.
    pub slug: String,
    /// The heading itself.
    pub heading: Range<usize>,
    /// From the heading's line up to the next heading of the same or a higher rank.
    pub range: Range<usize>,
    /// What follows the heading's line up to the next heading of any level. The preface, all headings and
    /// all bodies together are the text.
    pub body: Range<usize>,
    /// The section that holds it, as an index.
    pub parent: Option<usize>,
    /// The heading's line.
    pub line: usize,
}

/// One block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its bytes, without the line end and blanks that follow; continuation marks of lists and quotations
    /// that hold it (`> `) are among them.
    pub range: Range<usize>,
    /// First and last line.
    pub lines: (usize, usize),
    /// The block that holds it, as an index.
    pub parent: Option<usize>,
    /// The section in whose body it stands (a heading: the one it opens), as an index.
    pub section: Option<usize>,
}

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// A heading of level 1 to 6.
    Heading(u8),
    /// Running text; the text of a list item without empty lines counts as such too.
    Paragraph,
    /// A list, with items inside.
    List {
        /// Numbered.
        ordered: bool,
    },
    /// A list item, with blocks inside.
    Item {
        /// Whether its box is ticked; `None` without a box.
        task: Option<bool>,
    },
    /// Code by fence or indentation.
    Code {
        /// The first word behind the fence; empty when there is none.
        language: String,
        /// Between fences, rather than indented.
        fenced: bool,
        /// The code alone.
        body: Range<usize>,
    },
    /// A table; its first row is the head.
    Table {
        /// All rows.
        rows: Vec<Row>,
    },
    /// A quotation, with blocks inside.
    Quote,
    /// Raw HTML.
    Html,
    /// A line across.
    Rule,
    /// A footnote's text, with blocks inside.
    Footnote,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its bytes.
    pub range: Range<usize>,
    /// Its line.
    pub line: usize,
    /// Its cells.
    pub cells: Vec<Cell>,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Its bytes.
    pub range: Range<usize>,
    /// Its words without markup.
    pub text: String,
}

/// A link or picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// How it is written.
    pub kind: LinkKind,
    /// A picture rather than a link.
    pub image: bool,
    /// Where it leads, escapes and entities resolved; percent-encoding is kept.
    pub destination: String,
    /// Where its destination stands; `None` for a reference, whose destination stands in a definition.
    pub place: Option<Place>,
    /// The label that a reference names; `None` for other links.
    pub label: Option<String>,
    /// The whole link.
    pub range: Range<usize>,
    /// Its first line.
    pub line: usize,
}

/// How a link is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkKind {
    /// `[text](destination)`.
    Inline,
    /// `[text][label]`, `[label][]` or `[label]`.
    Reference,
    /// `<https://host>`; bare addresses are left out.
    Autolink,
    /// An attribute of an HTML tag.
    Html,
}

/// Where a destination stands, and between what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The destination as it is written, without brackets or quotation marks around it.
    pub range: Range<usize>,
    /// What stands around it.
    pub form: Form,
}

/// What stands around a destination: it decides how another one is written there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Nothing: `[text](destination)`.
    Bare,
    /// Angle brackets: `[text](<destination>)`.
    Angled,
    /// The angle brackets of an autolink.
    Autolink,
    /// These quotation marks of an HTML attribute.
    Quoted(char),
    /// Nothing, in an HTML attribute.
    Unquoted,
    /// One address of several in an HTML attribute.
    SourceSet,
}

/// A link reference definition: `[label]: destination`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The label as it is written.
    pub label: String,
    /// Where it leads, escapes and entities resolved.
    pub destination: String,
    /// Where the destination stands.
    pub place: Place,
    /// The whole definition.
    pub range: Range<usize>,
    /// Its first line.
    pub line: usize,
    /// False when an earlier definition of the same label wins.
    pub first: bool,
}

/// Something that a `#fragment` can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// What stands behind the `#`.
    pub name: String,
    /// What it belongs to.
    pub kind: AnchorKind,
    /// Its line.
    pub line: usize,
}

/// What an anchor belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnchorKind {
    /// A heading; the name is its slug.
    Heading,
    /// The `id` of an HTML tag, or the `name` of an `<a>`.
    Html,
    /// A name that a heading gives itself (`{#name}`), or that MyST's `(name)=` gives to what follows: GitHub does not know
    /// it, sites do.
    Given,
}

/// A footnote, or a reference to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footnote {
    /// The label (`1` of `[^1]`).
    pub label: String,
    /// The footnote's text rather than a reference to it.
    pub definition: bool,
    /// Its bytes.
    pub range: Range<usize>,
    /// Its first line.
    pub line: usize,
}

/// An item with a box to tick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Whether it is ticked.
    pub done: bool,
    /// The box (`[ ]`).
    pub marker: Range<usize>,
    /// Its item, as an index into the blocks.
    pub item: usize,
    /// Its line.
    pub line: usize,
}

/// Words in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeSpan {
    /// What is shown.
    pub text: String,
    /// The words without the backticks and the blank that may stand inside them.
    pub content: Range<usize>,
    /// With the backticks.
    pub range: Range<usize>,
    /// Its first line.
    pub line: usize,
}

impl Parsed {
    /// The title, or `stem` (the file's name without its ending) where the text has none.
    pub fn title_or<'a>(&'a self, stem: &'a str) -> &'a str {
        self.title.as_deref().unwrap_or(stem)
    }

    /// The innermost section around a byte, as an index; `None` in the preface.
    pub fn section_at(&self, byte: usize) -> Option<usize> {
        self.sections.partition_point(|section| section.range.start <= byte).checked_sub(1)
    }

    /// Every destination that a reader can follow, with its line: of links and pictures, and of definitions that
    /// a reference names.
    pub fn followed(&self) -> Vec<(&str, usize)> {
        let labels = self.links.iter().filter_map(|link| link.label.as_deref());
        let named: BTreeSet<String> = labels.map(definitions::fold).collect();
        let used = |definition: &&Definition| {
            definition.first && named.contains(&definitions::fold(&definition.label))
        };
        let definitions = self.definitions.iter().filter(used);
        let links = self.links.iter().filter(|link| link.kind != LinkKind::Reference);
        let mut all: Vec<(&str, usize)> = links.map(|link| (link.destination.as_str(), link.line)).collect();
        all.extend(definitions.map(|definition| (definition.destination.as_str(), definition.line)));
        all.sort_by_key(|&(_, line)| line);
        all
    }

    /// Every destination that stands in the text, in order: of links, pictures and definitions.
    pub fn destinations(&self) -> Vec<(&str, &Place, usize)> {
        let links = self.links.iter().filter_map(|link| {
            let place = link.place.as_ref()?;
            Some((link.destination.as_str(), place, link.line))
        });
        let definitions = self
            .definitions
            .iter()
            .map(|definition| (definition.destination.as_str(), &definition.place, definition.line));
        let mut all: Vec<_> = links.chain(definitions).collect();
        all.sort_by_key(|(_, place, _)| place.range.start);
        all
    }
}

impl BlockKind {
    /// True for what holds words itself; false for what holds blocks.
    pub fn is_leaf(&self) -> bool {
        !matches!(self, Self::List { .. } | Self::Item { .. } | Self::Quote | Self::Footnote)
    }
}
