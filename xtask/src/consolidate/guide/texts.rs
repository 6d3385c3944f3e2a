//! Pieces as they stand in the guide, and how their origin is named.

use super::super::folded::{CODE, Folder};
use super::chunks::{Chunk, Kind};
use super::prepare::Prepared;
use crate::markdown::{BlockKind, Format, parse};
use crate::repo::RepoPath;
use crate::report::Inline;

/// A piece as it stands in its source; what would run on to the end of the guide is ended.
pub(super) fn sealed(source: &Prepared<'_>, chunk: &Chunk) -> String {
    let text = source.text[chunk.range.clone()].to_owned();
    let is_last = source.text[chunk.range.end..].trim().is_empty();
    let last = &source.parsed.blocks[chunk.blocks[chunk.blocks.len() - 1]];
    let may_run_on = matches!(chunk.kind, Kind::Html { .. }) || matches!(last.kind, BlockKind::Code { .. });
    if !is_last || !may_run_on {
        return text;
    }
    let ends = |text: &str| {
        let probe = format!("{text}\n\n# end\n");
        let parsed = parse(&probe, Format::Markdown);
        parsed.sections.last().is_some_and(|section| section.heading.start == text.len() + 2)
    };
    if ends(&text) {
        return text;
    }
    let opened = source.text[last.range.clone()].trim_start();
    let fence = opened.chars().next().unwrap_or('`');
    let fence: String = opened.chars().take_while(|&c| c == fence && matches!(c, '`' | '~')).collect();
    let closers = [fence.as_str(), "-->", "</script>", "</pre>", "</style>", "</textarea>", "?>", "]]>", ">"];
    let closed = closers.iter().filter(|closer| !closer.is_empty()).map(|closer| format!("{text}\n{closer}"));
    closed.into_iter().find(|closed| ends(closed)).unwrap_or(text)
}

/// Some items of a piece: entries of a list, rows of a table below its head, lines of code between its fences. Without any
/// item it is what introduces them; the whole where they would read otherwise alone.
pub(super) fn some_items(source: &Prepared<'_>, chunk: &Chunk, items: &[usize], has_lead: bool) -> String {
    let last = &source.parsed.blocks[chunk.blocks[chunk.blocks.len() - 1]];
    let mut lines = Vec::new();
    let mut expected: Vec<&str> = Vec::new();
    if has_lead && !chunk.lead.is_empty() {
        let lead = &source.parsed.blocks[chunk.blocks[0]];
        let gap = if items.is_empty() { "" } else { "\n" };
        lines.push(format!("{}{gap}", &source.text[lead.range.clone()]));
        expected.push(&chunk.lead);
    }
    if chunk.kind == Kind::Table && !items.is_empty() {
        lines.extend(source.text[last.range.clone()].lines().take(2).map(str::to_owned));
        expected.extend(chunk.leaves.first().map(String::as_str));
    }
    let fences = match &last.kind {
        BlockKind::Code { body, .. } if !items.is_empty() => {
            fences(&source.text[last.range.start..body.start])
        }
        _ => None,
    };
    let said: Vec<&[String]> = chunk.said().collect();
    lines.extend(fences.iter().map(|(open, _)| open.clone()));
    for &item in items {
        lines.push(source.text[chunk.items[item].range.clone()].to_owned());
        expected.extend(said[item].iter().map(String::as_str));
    }
    lines.extend(fences.map(|(_, close)| close));
    let text = lines.join("\n");
    // Of some lines all may be indented, and code has a mark before it.
    let lines =
        |leaf: &str| leaf.lines().map(|line| line.trim_matches(is_blank).to_owned()).collect::<Vec<_>>();
    let read = leaves(&text);
    let reads_so = read.iter().flat_map(|leaf| lines(leaf)).eq(expected.iter().flat_map(|leaf| lines(leaf)));
    if reads_so { text } else { sealed(source, chunk) }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == CODE
}

/// The line that opens a block of code, and the one that closes it.
fn fences(open: &str) -> Option<(String, String)> {
    let open = open.trim();
    let mark = open.chars().next()?;
    Some((open.to_owned(), open.chars().take_while(|&c| c == mark).collect()))
}

/// A piece as a quotation below the name of its origin; `None` where it would read otherwise in a quotation.
pub(super) fn quoted(origin: &str, text: &str) -> Option<String> {
    let mut out = format!("> {origin}\n>");
    let mut fenced = false;
    for line in text.split('\n') {
        let words = line.trim_start();
        // Between fences every blank counts; elsewhere a tab would be shorter behind the quotation's mark.
        let line = if fenced { line.to_owned() } else { without_tabs(line) };
        fenced ^= words.starts_with("```") || words.starts_with("~~~");
        out.push_str(if line.is_empty() { "\n>" } else { "\n> " });
        out.push_str(&line);
    }
    let read = leaves(&out);
    let reads_so = read.split_first().is_some_and(|(_, read)| read == leaves(text));
    reads_so.then_some(out)
}

/// A line with blanks in place of the tabs that indent it.
fn without_tabs(line: &str) -> String {
    let rest = line.trim_start_matches([' ', '\t']);
    let mut columns = 0;
    for c in line[..line.len() - rest.len()].chars() {
        columns += if c == '\t' { 4 - columns % 4 } else { 1 };
    }
    format!("{}{rest}", " ".repeat(columns))
}

/// What a text says, block by block.
fn leaves(text: &str) -> Vec<String> {
    let parsed = parse(text, Format::Markdown);
    let folder = Folder::new(text, &parsed);
    let top = (0..parsed.blocks.len()).filter(|&index| parsed.blocks[index].parent.is_none());
    top.flat_map(|index| folder.leaves(index)).collect()
}

/// Where a quotation comes from; `is_part` where only what differs is quoted.
pub(super) fn origin(source: &Prepared<'_>, sources: &[Prepared<'_>], is_part: bool) -> String {
    let name = Inline::plain("From ").with_code(name(source.source.path, sources));
    let what = if is_part { ", what differs" } else { "" };
    name.text(format!("{}{what}:", day_of(source))).to_markdown()
}

pub(super) fn day_of(source: &Prepared<'_>) -> String {
    source.source.changed.map(|changed| format!(", {}", day(changed))).unwrap_or_default()
}

/// The day of an RFC 3339 date.
pub(super) fn day(date: &str) -> &str {
    date.get(..10).unwrap_or(date)
}

/// The shortest end of a path that names one source only.
pub(super) fn name(path: &RepoPath, sources: &[Prepared<'_>]) -> String {
    let parts: Vec<&[u8]> = path.parts().collect();
    let end = |path: &RepoPath, count: usize| {
        let parts: Vec<&[u8]> = path.parts().collect();
        RepoPath::from_bytes(&parts[parts.len().saturating_sub(count)..].join(&b'/'))
    };
    let is_one = |count: &usize| {
        let wanted = end(path, *count);
        sources.iter().filter(|source| end(source.source.path, *count) == wanted).count() == 1
    };
    let count = (1..parts.len()).find(is_one).unwrap_or(parts.len());
    end(path, count).display().into_owned()
}

/// A heading's words without markup.
pub(in super::super) fn plain(heading: &str) -> String {
    let text = format!("# {heading}\n");
    let parsed = parse(&text, Format::Markdown);
    parsed.sections.first().map(|section| section.text.clone()).unwrap_or_default()
}
