//! The parts of a report.

/// One piece of running text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span {
    /// Words, shown as they are whatever characters they hold.
    Plain(String),
    /// A name, path, id or command.
    Code(String),
    /// Words that matter.
    Strong(String),
    /// A link: what is shown, and where it leads (a relative path with `/`, an anchor or an address).
    Link {
        /// The words shown.
        label: String,
        /// The destination, unescaped.
        target: String,
    },
}

/// Running text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inline(pub Vec<Span>);

/// A table cell.
pub type Cell = Inline;

/// One block of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading of level 1 to 6.
    Heading(u8, Inline),
    /// A paragraph.
    Paragraph(Inline),
    /// A bulleted list, one entry an item.
    List(Vec<Inline>),
    /// A table: head, rows; columns named in `right` hold figures and are set to the right.
    Table {
        /// Column titles.
        head: Vec<Cell>,
        /// Rows, each as long as the head.
        rows: Vec<Vec<Cell>>,
        /// Indices of columns that hold figures.
        right: Vec<usize>,
    },
    /// A fenced block with its language (`text`, `sh`, `mermaid`, `diff` …).
    Code {
        /// The info string.
        language: String,
        /// The lines.
        text: String,
    },
    /// A quotation of somebody's words, kept line by line.
    Quote(String),
    /// Blocks behind a summary line that can be opened.
    Details {
        /// The line that is always seen.
        summary: Inline,
        /// What it opens.
        blocks: Vec<Block>,
    },
    /// A picture beside the report.
    Image {
        /// What it shows, for those who cannot see it.
        alt: String,
        /// The relative path.
        target: String,
    },
    /// Lines of a grammar of their own (the plan's task list), already Markdown.
    Verbatim(String),
}

/// A report: its title, then blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// All blocks in order.
    pub blocks: Vec<Block>,
}

impl Inline {
    /// Text of one plain span.
    pub fn plain(text: impl Into<String>) -> Self {
        Self(vec![Span::Plain(text.into())])
    }

    /// Text of one code span.
    pub fn code(text: impl Into<String>) -> Self {
        Self(vec![Span::Code(text.into())])
    }

    /// Adds plain words.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span::Plain(text.into()));
        self
    }

    /// Adds a code span.
    pub fn with_code(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span::Code(text.into()));
        self
    }

    /// Adds a sentence of our own in which pairs of backticks mark code; with an odd one all of it is plain words.
    pub fn marked(mut self, text: &str) -> Self {
        let parts: Vec<&str> = text.split('`').collect();
        if parts.len().is_multiple_of(2) {
            return self.text(text);
        }
        for (number, part) in parts.into_iter().enumerate().filter(|(_, part)| !part.is_empty()) {
            self = if number % 2 == 0 { self.text(part) } else { self.with_code(part) };
        }
        self
    }

    /// Adds strong words.
    pub fn strong(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span::Strong(text.into()));
        self
    }

    /// Adds a link.
    pub fn link(mut self, label: impl Into<String>, target: impl Into<String>) -> Self {
        self.0.push(Span::Link { label: label.into(), target: target.into() });
        self
    }
}

impl From<&str> for Inline {
    fn from(text: &str) -> Self {
        Self::plain(text)
    }
}

impl From<String> for Inline {
    fn from(text: String) -> Self {
        Self::plain(text)
    }
}

impl Document {
    /// Adds a heading.
    pub fn heading(&mut self, level: u8, text: impl Into<Inline>) {
        self.blocks.push(Block::Heading(level, text.into()));
    }

    /// Adds a paragraph.
    pub fn paragraph(&mut self, text: impl Into<Inline>) {
        self.blocks.push(Block::Paragraph(text.into()));
    }

    /// Adds a bulleted list; an empty one adds nothing.
    pub fn list(&mut self, items: Vec<Inline>) {
        if !items.is_empty() {
            self.blocks.push(Block::List(items));
        }
    }

    /// Adds a table; one without rows adds nothing.
    pub fn table(&mut self, head: &[&str], right: &[usize], rows: Vec<Vec<Cell>>) {
        if !rows.is_empty() {
            let head = head.iter().map(|&title| title.into()).collect();
            self.blocks.push(Block::Table { head, rows, right: right.to_vec() });
        }
    }

    /// Adds a fenced block.
    pub fn code(&mut self, language: &str, text: impl Into<String>) {
        self.blocks.push(Block::Code { language: language.to_owned(), text: text.into() });
    }
}
