//! A document as GitHub-flavoured Markdown.

use std::borrow::Cow;

use super::inline::{Place, destination, html, one_line, push_escaped, render, visible};
use super::{Block, Cell, Document, Inline, ReportMarker};

/// Keeps two lists apart that would be read as one.
const SEPARATOR: &str = "<!-- -->";

impl Document {
    /// Writes the document as GitHub renders it, led by the marker where one is given.
    ///
    /// Every text shows as it is, whatever characters it holds: line breaks inside running text become
    /// blanks, other control characters their pictures (`␀`). Between two blocks stands one empty line.
    pub fn to_markdown(&self, marker: Option<&ReportMarker>) -> String {
        let mut parts: Vec<String> = marker.map(ReportMarker::render).into_iter().collect();
        push_blocks(&mut parts, &self.blocks);
        if parts.is_empty() {
            return String::new();
        }
        let mut text = parts.join("\n\n");
        text.push('\n');
        text
    }
}

fn push_blocks(parts: &mut Vec<String>, blocks: &[Block]) {
    let mut list_before = None;
    for block in blocks {
        let start = parts.len();
        push_block(parts, block);
        let Some(first) = parts.get(start) else { continue };
        let list = list_mark(first);
        if list.is_some() && list == list_before {
            parts.insert(start, SEPARATOR.to_owned());
        }
        list_before = parts.last().and_then(|part| list_mark(part));
    }
}

fn push_block(parts: &mut Vec<String>, block: &Block) {
    let text = match block {
        Block::Heading(level, text) => heading(*level, text),
        Block::Paragraph(text) => text.to_markdown(),
        Block::List(items) => list(items),
        Block::Table { head, rows, right } => table(head, rows, right),
        Block::Code { language, text } => code(language, text),
        Block::Quote(text) => quote(text),
        Block::Details { summary, blocks } => {
            parts.push(format!("<details>\n<summary>{}</summary>", html(summary)));
            push_blocks(parts, blocks);
            "</details>".to_owned()
        }
        Block::Image { alt, target } => {
            let mut out = "![".to_owned();
            push_escaped(&mut out, one_line(alt).trim_matches(' '), Place::LABEL);
            out.extend(["](", &destination(target), ")"]);
            out
        }
        Block::Verbatim(text) => text.trim_matches('\n').to_owned(),
    };
    if !text.is_empty() {
        parts.push(text);
    }
}

/// The mark of the list that `part` begins with: two lists in a row with the same mark are one to a reader.
fn list_mark(part: &str) -> Option<char> {
    let digits = part.bytes().take_while(u8::is_ascii_digit).count();
    let mark = part[digits..].chars().next()?;
    let ends = part[digits..].chars().nth(1).is_none_or(char::is_whitespace);
    let fits = if digits == 0 { "-*+".contains(mark) } else { ".)".contains(mark) };
    (ends && fits).then_some(mark)
}

fn heading(level: u8, text: &Inline) -> String {
    let marks = "#".repeat(usize::from(level.clamp(1, 6)));
    format!("{marks} {}", text.to_markdown()).trim_end_matches(' ').to_owned()
}

fn list(items: &[Inline]) -> String {
    let line = |item: &Inline| format!("- {}", item.to_markdown()).trim_end_matches(' ').to_owned();
    items.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// A row that is longer than the head keeps its cells: the table grows columns without a title.
fn table(head: &[Cell], rows: &[Vec<Cell>], right: &[usize]) -> String {
    let columns = rows.iter().map(Vec::len).chain([head.len()]).max().unwrap_or(0);
    if columns == 0 {
        return String::new();
    }
    let line = |cells: &[Cell]| {
        let texts = (0..columns).map(|column| {
            let text = cells.get(column).map(|cell| render(cell, Place::CELL)).unwrap_or_default();
            if text.is_empty() { " ".to_owned() } else { format!(" {text} ") }
        });
        format!("|{}|", texts.collect::<Vec<_>>().join("|"))
    };
    let marks = (0..columns).map(|column| if right.contains(&column) { "---:" } else { "---" });
    let mut lines = vec![line(head), format!("| {} |", marks.collect::<Vec<_>>().join(" | "))];
    lines.extend(rows.iter().map(|row| line(row)));
    lines.join("\n")
}

/// Blanks at the ends of lines go: nobody sees them, and a committed report would fail the check for them.
fn code(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let language: String =
        language.chars().filter(|&c| c.is_ascii_alphanumeric() || "+-_.#".contains(c)).collect();
    let mut out = format!("{fence}{language}\n");
    for line in code_lines(text) {
        out.push_str(line.trim_end_matches([' ', '\t']));
        out.push('\n');
    }
    out + &fence
}

/// The lines of a block of code, without their ends; control characters but tabs are made visible.
pub(super) fn code_lines(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    text.lines().map(|line| {
        if line.contains('\t') {
            let cells: Vec<Cow<'_, str>> = line.split('\t').map(visible).collect();
            Cow::Owned(cells.join("\t"))
        } else {
            visible(line)
        }
    })
}

/// Keeps the lines of a quotation: within a paragraph each but the last ends in a hard break.
fn quote(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| Inline::plain(line).to_markdown()).collect();
    let mut out = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        let goes_on = lines.get(index + 1).is_some_and(|next| !next.is_empty());
        out.push(match (line.is_empty(), goes_on) {
            (true, _) => ">".to_owned(),
            (false, true) => format!("> {line}\\"),
            (false, false) => format!("> {line}"),
        });
    }
    out.join("\n")
}
