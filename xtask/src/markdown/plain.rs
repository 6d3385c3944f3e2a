//! A text without markup: paragraphs between empty lines.

use super::{Block, BlockKind, LineIndex, Parsed};

pub(super) fn parse(text: &str) -> Parsed {
    let lines = LineIndex::new(text);
    let mut blocks = Vec::new();
    let mut open: Option<std::ops::Range<usize>> = None;
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let start = at;
    for line in text[at..].split_inclusive('\n') {
        let words = line.trim_end();
        if words.is_empty() {
            blocks.extend(open.take());
        } else {
            let end = at + words.len();
            open = Some(open.map_or(at, |range| range.start)..end);
        }
        at += line.len();
    }
    blocks.extend(open);
    let paragraph = |range: std::ops::Range<usize>| Block {
        kind: BlockKind::Paragraph,
        lines: lines.lines(&range),
        range,
        parent: None,
        section: None,
    };
    let blocks = blocks.into_iter().map(paragraph).collect();
    Parsed { preface: start..text.len(), blocks, lines, ..Parsed::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_end_at_empty_lines_and_markup_is_not_read() {
        let text = "\u{feff}# a\r\nb\r\n \t\r\n\r\n- [c](d) \n";
        let parsed = parse(text);
        let seen: Vec<_> =
            parsed.blocks.iter().map(|block| (&text[block.range.clone()], block.lines)).collect();
        assert_eq!(seen, [("# a\r\nb", (1, 2)), ("- [c](d)", (5, 5))]);
        assert!(parsed.links.is_empty() && parsed.sections.is_empty());
    }
}
