//! A document as plain text for a terminal.

use super::columns::{self, Column};
use super::inline::{normalize, one_line, visible};
use super::markdown::code_lines;
use super::{Block, Cell, Document, Inline, Span};

/// Below this no table can be read.
const NARROWEST: usize = 20;

impl Document {
    /// Writes the document as lines of at most `width` columns where words allow it.
    ///
    /// Control characters are made visible, so that no name can steer the terminal.
    pub fn to_text(&self, width: usize) -> String {
        let mut parts = Vec::new();
        push_blocks(&mut parts, &self.blocks, width.max(NARROWEST));
        if parts.is_empty() {
            return String::new();
        }
        let mut text = parts.join("\n\n");
        text.push('\n');
        text
    }
}

impl Inline {
    /// The words on one line: code in backticks, links with their target.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for span in normalize(&self.0) {
            match span {
                Span::Plain(text) | Span::Strong(text) => out.push_str(&text),
                Span::Code(text) => out.extend(["`", text.as_str(), "`"]),
                Span::Link { label, target } if label == target => out.push_str(&label),
                Span::Link { label, target } => out.extend([&label, " (", one_line(&target).trim(), ")"]),
            }
        }
        out
    }
}

fn push_blocks(parts: &mut Vec<String>, blocks: &[Block], width: usize) {
    for block in blocks {
        let text = match block {
            Block::Heading(level, text) => heading(*level, &text.to_text()),
            Block::Paragraph(text) => columns::wrap(&text.to_text(), width).join("\n"),
            Block::List(items) => list(items, width),
            Block::Table { head, rows, right } => table(head, rows, right, width),
            Block::Code { text, .. } => {
                code_lines(text).map(|line| indented("    ", &line)).collect::<Vec<_>>().join("\n")
            }
            Block::Quote(text) => quote(text, width),
            Block::Details { summary, blocks } => {
                parts.push(columns::wrap(&summary.to_text(), width).join("\n"));
                push_blocks(parts, blocks, width);
                continue;
            }
            Block::Image { alt, target } => {
                Inline::plain("picture: ").link(alt.as_str(), target.as_str()).to_text().trim_end().to_owned()
            }
            Block::Verbatim(text) => {
                text.trim_matches('\n').lines().map(visible).collect::<Vec<_>>().join("\n")
            }
        };
        if !text.is_empty() {
            parts.push(text);
        }
    }
}

fn heading(level: u8, text: &str) -> String {
    let line = match level {
        1 => "=",
        2 => "-",
        _ => return text.to_owned(),
    };
    format!("{text}\n{}", line.repeat(columns::width(text)))
}

fn list(items: &[Inline], width: usize) -> String {
    let mut lines = Vec::new();
    for item in items {
        for (row, line) in columns::wrap(&item.to_text(), width.saturating_sub(2)).iter().enumerate() {
            lines.push(indented(if row == 0 { "- " } else { "  " }, line));
        }
    }
    lines.join("\n")
}

fn quote(text: &str, width: usize) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        for part in columns::wrap(one_line(line).trim(), width.saturating_sub(2)) {
            lines.push(indented("> ", &part));
        }
    }
    lines.join("\n")
}

fn table(head: &[Cell], rows: &[Vec<Cell>], right: &[usize], width: usize) -> String {
    let count = rows.iter().map(Vec::len).chain([head.len()]).max().unwrap_or(0);
    let text = |cells: &[Cell], column: usize| cells.get(column).map(cell_text).unwrap_or_default();
    let columns = (0..count).map(|column| Column {
        right: right.contains(&column),
        title: text(head, column),
        cells: rows.iter().map(|row| text(row, column)).collect(),
    });
    columns::layout(&columns.collect::<Vec<_>>(), width)
}

/// In a cell the column says what kind of thing it is: no backticks, no targets.
fn cell_text(cell: &Cell) -> String {
    let mut out = String::new();
    for span in normalize(&cell.0) {
        match span {
            Span::Plain(text) | Span::Strong(text) | Span::Code(text) => out.push_str(&text),
            Span::Link { label, .. } => out.push_str(&label),
        }
    }
    out
}

fn indented(indent: &str, line: &str) -> String {
    format!("{indent}{line}").trim_end_matches(' ').to_owned()
}
