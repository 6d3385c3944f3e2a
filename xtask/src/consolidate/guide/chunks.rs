//! Cuts what follows a heading into pieces that stay together.

use std::ops::Range;

use super::super::folded::Folder;
use super::prepare::Prepared;
use crate::markdown::BlockKind;

/// What a piece is, by the block that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Running text.
    Text,
    /// A list; numbered or not.
    List { ordered: bool },
    /// A table.
    Table,
    /// Code.
    Code,
    /// A quotation.
    Quote,
    /// HTML; whole when all that it opens is closed in it.
    Html { whole: bool },
}

/// A block, with what introduces it: they are moved and dropped together.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    /// Its bytes, whole lines but the last line's end.
    pub(super) range: Range<usize>,
    /// First and last line.
    pub(super) lines: (usize, usize),
    pub(super) kind: Kind,
    /// The top-level blocks.
    pub(super) blocks: Vec<usize>,
    /// The folded words of the introduction; empty without one.
    pub(super) lead: String,
    /// The folded words of each block of the rest.
    pub(super) leaves: Vec<String>,
    /// The entries of a list, the rows of a table, or the lines between fences.
    pub(super) items: Vec<Item>,
    /// The lines of the code that the piece is about, as they are compared.
    pub(super) code: Vec<String>,
    /// True for lines that say when and by whom a note was written.
    pub(super) is_header: bool,
}

/// An entry of a list, a row of a table, or a line of code.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Its bytes, whole lines but the last line's end.
    pub(super) range: Range<usize>,
    /// Its place among the piece's leaves, or among the lines of its code.
    pub(super) leaves: Range<usize>,
}

impl Chunk {
    /// True for one numbered list and no more.
    pub(super) fn is_procedure(&self) -> bool {
        let blocks = self.blocks.len() - usize::from(!self.lead.is_empty());
        self.kind == Kind::List { ordered: true } && blocks == 1
    }

    /// What each item says.
    pub(super) fn said(&self) -> impl Iterator<Item = &[String]> {
        let words = if self.kind == Kind::Code { &self.code } else { &self.leaves };
        self.items.iter().map(|item| &words[item.leaves.clone()])
    }
}

/// The pieces made of some top-level blocks in order.
pub(super) fn of(source: &Prepared<'_>, folder: &Folder<'_>, blocks: &[usize]) -> Vec<Chunk> {
    let all = &source.parsed.blocks;
    let mut chunks = Vec::new();
    let mut run: Vec<usize> = Vec::new();
    let mut open = 0_i64;
    // The place behind the procedure that was begun.
    let mut until = 0;
    for (place, &index) in blocks.iter().enumerate() {
        let block = &all[index];
        if matches!(block.kind, BlockKind::Rule | BlockKind::Footnote) && run.is_empty() {
            continue;
        }
        if block.kind == BlockKind::Html {
            open += balance(&source.text[block.range.clone()]);
        }
        run.push(index);
        if place >= until {
            until = place + procedure(source, &blocks[place..]);
        }
        let introduces = block.kind == BlockKind::Paragraph
            && open <= 0
            && source.text[block.range.clone()].trim_end_matches(['*', '_', ' ']).ends_with(':')
            && blocks.get(place + 1).is_some_and(|&next| can_follow(&all[next].kind));
        if open <= 0 && place + 1 >= until && !(introduces && run.len() == 1) {
            chunks.push(chunk(source, folder, std::mem::take(&mut run)));
            open = 0;
        }
    }
    if !run.is_empty() {
        chunks.push(chunk(source, folder, run));
    }
    chunks
}

/// How many of these blocks are one piece because the first one is a numbered list: what stands between it and the lists
/// that go on counting belongs to its steps, and so does the code behind the last step where the first one has some.
fn procedure(source: &Prepared<'_>, blocks: &[usize]) -> usize {
    let kind = |place: usize| blocks.get(place).map(|&index| &source.parsed.blocks[index].kind);
    let first = |place: usize| first_number(&source.text[source.parsed.blocks[blocks[place]].range.clone()]);
    let mut length = 1;
    if kind(0) != Some(&BlockKind::List { ordered: true }) {
        return length;
    }
    for place in 1..blocks.len() {
        match kind(place) {
            Some(BlockKind::List { ordered: true }) if first(place) > 1 => length = place + 1,
            Some(BlockKind::List { ordered: true } | BlockKind::Rule | BlockKind::Footnote) => break,
            _ => {}
        }
    }
    let is_code = |place: usize| matches!(kind(place), Some(BlockKind::Code { .. }));
    if length > 1 && is_code(1) && is_code(length) { length + 1 } else { length }
}

/// The number of a list's first entry; 0 where it is too long to be one.
fn first_number(list: &str) -> u32 {
    let list = list.trim_start();
    list[..list.len() - list.trim_start_matches(|c: char| c.is_ascii_digit()).len()].parse().unwrap_or(0)
}

fn can_follow(kind: &BlockKind) -> bool {
    matches!(
        kind,
        BlockKind::List { .. } | BlockKind::Code { .. } | BlockKind::Table { .. } | BlockKind::Quote
    )
}

fn chunk(source: &Prepared<'_>, folder: &Folder<'_>, blocks: Vec<usize>) -> Chunk {
    let all = &source.parsed.blocks;
    let (first, last) = (&all[blocks[0]], &all[blocks[blocks.len() - 1]]);
    let start = source.text[..first.range.start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let html = blocks.iter().any(|&index| all[index].kind == BlockKind::Html);
    let opened: i64 = blocks.iter().map(|&index| balance(&source.text[all[index].range.clone()])).sum();
    let introduced = !html && blocks.len() > 1 && all[blocks[0]].kind == BlockKind::Paragraph;
    let rest = if introduced { &blocks[1..] } else { &blocks[..] };
    let kind = match &all[rest[0]].kind {
        _ if html => Kind::Html { whole: opened == 0 },
        BlockKind::List { ordered } => Kind::List { ordered: *ordered },
        BlockKind::Table { .. } => Kind::Table,
        BlockKind::Code { .. } => Kind::Code,
        BlockKind::Quote => Kind::Quote,
        _ => Kind::Text,
    };
    let lead = if introduced { folder.block(blocks[0]) } else { String::new() };
    let leaves: Vec<String> = rest.iter().flat_map(|&index| folder.leaves(index)).collect();
    let raw = &source.text[start..last.range.end];
    Chunk {
        range: start..last.range.end,
        lines: (first.lines.0, last.lines.1),
        is_header: kind == Kind::Text
            && !introduced
            && (is_at_an_end(source, &blocks) && is_header(raw)
                || is_navigation(source, start..last.range.end)),
        kind,
        lead,
        items: items(source, folder, rest[0]),
        code: if rest.len() == 1 { folder.code_lines(rest[0]) } else { Vec::new() },
        leaves,
        blocks,
    }
}

fn items(source: &Prepared<'_>, folder: &Folder<'_>, index: usize) -> Vec<Item> {
    let all = &source.parsed.blocks;
    let mut at = 0;
    let mut item = |range: Range<usize>, leaves: usize| {
        at += leaves;
        let start = source.text[..range.start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        Item { range: start..range.end, leaves: at - leaves..at }
    };
    match &all[index].kind {
        BlockKind::List { .. } => {
            let children = folder.children(index).iter();
            children.map(|&child| item(all[child].range.clone(), folder.leaves(child).len())).collect()
        }
        BlockKind::Table { rows } => {
            let filled = folder.rows(index).into_iter().map(|row| usize::from(!row.is_empty()));
            rows.iter().zip(filled).map(|(row, filled)| item(row.range.clone(), filled)).collect()
        }
        BlockKind::Code { body, fenced: true, .. } => {
            let starts = source.text[body.clone()].split_inclusive('\n').scan(body.start, |at, line| {
                *at += line.len();
                Some((*at - line.len(), line.trim_end()))
            });
            let lines = starts.filter(|(_, line)| !line.is_empty());
            lines.map(|(start, line)| item(start..start + line.len(), 1)).collect()
        }
        _ => Vec::new(),
    }
}

/// How many more tags a text opens than it closes, of those that hold other text.
fn balance(html: &str) -> i64 {
    const HOLDERS: &[&str] =
        &["details", "div", "table", "p", "center", "picture", "section", "blockquote", "ul", "ol"];
    let mut balance = 0;
    let lower = html.to_ascii_lowercase();
    for (at, _) in lower.match_indices('<') {
        let rest = &lower[at + 1..];
        let (closing, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        let name: &str = rest.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if HOLDERS.contains(&name) {
            balance += if closing { -1 } else { 1 };
        }
    }
    balance
}

/// True for a paragraph of links to the pages before, behind and above ("← Back to the index · Next →"): the guide has an
/// order of its own.
fn is_navigation(source: &Prepared<'_>, range: Range<usize>) -> bool {
    let raw = &source.text[range.clone()];
    let lower = raw.to_lowercase();
    let leads = raw.contains(['←', '→', '↑', '⬅', '➡', '«', '»'])
        || ["[back to", "[previous", "[next", "[<"].iter().any(|word| lower.contains(word));
    let (mut at, mut rest, mut links) = (range.start, String::new(), 0);
    for link in source.parsed.links.iter().filter(|link| !link.image && range.contains(&link.range.start)) {
        if link.range.start >= at {
            rest.push_str(&source.text[at..link.range.start]);
            at = link.range.end;
            links += 1;
        }
    }
    rest.push_str(&source.text[at.min(range.end)..range.end]);
    leads && links > 0 && !rest.chars().any(char::is_alphanumeric)
}

/// What the lines at the top of a note say about the note itself.
const ABOUT: &[&str] = &[
    "date",
    "status",
    "author",
    "authors",
    "session",
    "created",
    "updated",
    "last updated",
    "last modified",
    "version",
    "issue",
    "branch",
    "commit",
    "time",
    "duration",
    "started",
    "completed",
    "generated",
    "by",
    "reviewer",
    "owner",
    "session date",
    "priority",
    "report date",
    "related issue",
    "github issue",
    "prepared by",
    "document version",
];

/// True for blocks where a note tells of itself: above its second heading, or at its very end. Below any other heading
/// `**Issue**: the pump stalls` is what the note is about.
fn is_at_an_end(source: &Prepared<'_>, blocks: &[usize]) -> bool {
    let all = &source.parsed.blocks;
    let is_last = |index: usize| {
        let rest = all[index + 1..].iter().filter(|block| block.parent.is_none());
        rest.into_iter().all(|block| block.kind == BlockKind::Rule)
    };
    all[blocks[0]].section.is_none_or(|section| section == 0)
        || blocks.last().is_some_and(|&last| is_last(last))
}

/// True for a paragraph whose every line says one thing, half of them something about the note itself
/// (`**Date:** 2025-10-31`): what stands among such lines is said of the note as well.
fn is_header(raw: &str) -> bool {
    let key = |line: &str| {
        let plain: String = line.chars().filter(|c| !matches!(c, '*' | '_' | '`' | '>')).collect();
        let (key, value) = plain.split_once(':')?;
        let is_short = key.split_whitespace().count() <= 3 && value.len() < 90 && !value.trim().is_empty();
        is_short.then(|| key.trim().to_lowercase())
    };
    let lines = raw.lines().filter(|line| !line.trim().is_empty());
    let Some(keys) = lines.map(key).collect::<Option<Vec<String>>>() else { return false };
    let about = keys.iter().filter(|key| ABOUT.contains(&key.as_str())).count();
    about > 0 && about * 2 >= keys.len()
}
