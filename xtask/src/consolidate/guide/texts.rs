//! Pieces as they stand in the guide, and how their origin is named.

use super::super::folded::Folder;
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

/// Some entries of a list, or some rows of a table below its head; the whole where they would read otherwise alone.
pub(super) fn some_items(source: &Prepared<'_>, chunk: &Chunk, items: &[usize]) -> String {
    let mut lines = Vec::new();
    let mut expected: Vec<String> = Vec::new();
    if !chunk.lead.is_empty() {
        let lead = &source.parsed.blocks[chunk.blocks[0]];
        lines.push(format!("{}\n", &source.text[lead.range.clone()]));
        expected.push(chunk.lead.clone());
    }
    if chunk.kind == Kind::Table {
        let table = &source.parsed.blocks[chunk.blocks[chunk.blocks.len() - 1]];
        lines.extend(source.text[table.range.clone()].lines().take(2).map(str::to_owned));
        expected.extend(chunk.leaves.first().cloned());
    }
    for &item in items {
        lines.push(source.text[chunk.items[item].range.clone()].to_owned());
        expected.extend(chunk.leaves[chunk.items[item].leaves.clone()].iter().cloned());
    }
    let text = lines.join("\n");
    if leaves(&text) == expected { text } else { sealed(source, chunk) }
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

pub(super) fn origin(source: &Prepared<'_>, sources: &[Prepared<'_>]) -> String {
    let name = Inline::plain("From ").with_code(name(source.source.path, sources));
    name.text(format!("{}:", day_of(source))).to_markdown()
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
pub(super) fn plain(heading: &str) -> String {
    let text = format!("# {heading}\n");
    let parsed = parse(&text, Format::Markdown);
    parsed.sections.first().map(|section| section.text.clone()).unwrap_or_default()
}
