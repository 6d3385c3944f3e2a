//! Blocks in the form in which they are compared: white space, case and markup do not count.
//!
//! Nothing that says something may be folded away: figures, signs, destinations of links and the words of code stay.

use std::borrow::Cow;
use std::ops::Range;

use super::series::KEYCAP;
use crate::links::is_local;
use crate::markdown::{BlockKind, Link, LinkKind, Parsed};

/// Stands before code: the same words in running text are something else.
pub(super) const CODE: char = '\u{1}';

/// What a text's blocks hold.
pub(super) struct Folder<'t> {
    text: &'t str,
    parsed: &'t Parsed,
    children: Vec<Vec<usize>>,
    /// What is read in another way, in order.
    edits: Vec<(Range<usize>, &'static str)>,
}

impl<'t> Folder<'t> {
    pub(super) fn new(text: &'t str, parsed: &'t Parsed) -> Self {
        let mut children = vec![Vec::new(); parsed.blocks.len()];
        for (index, block) in parsed.blocks.iter().enumerate() {
            if let Some(parent) = block.parent {
                children[parent].push(index);
            }
        }
        Self { text, parsed, children, edits: Vec::new() }
    }

    /// Like [`Folder::new`], but where a link leads inside the repository, and what labels are called, does not count:
    /// both change when a text moves.
    pub(super) fn without_targets(text: &'t str, parsed: &'t Parsed) -> Self {
        let mut edits: Vec<(Range<usize>, &'static str)> = Vec::new();
        for (destination, place, _) in parsed.destinations() {
            if is_local(destination) {
                edits.push((place.range.clone(), ""));
            }
        }
        let references = parsed.links.iter().filter(|link| link.kind == LinkKind::Reference);
        edits.extend(references.filter_map(|link| Some((label_range(text, link)?, ""))));
        for footnote in &parsed.footnotes {
            let start = footnote.range.start + text[footnote.range.start..].find('^').unwrap_or(0);
            let end = start + text[start..].find(']').unwrap_or(0);
            edits.push((start..end, "^"));
        }
        for definition in &parsed.definitions {
            let start = definition.range.start + 1;
            edits.push((start..start + definition.label.len(), ""));
        }
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        Self { edits, ..Self::new(text, parsed) }
    }

    /// The whole text as it is read.
    pub(super) fn text(&self) -> Cow<'t, str> {
        self.read(&(0..self.text.len()))
    }

    /// Some of the text as it is read.
    fn read(&self, range: &Range<usize>) -> Cow<'t, str> {
        let first = self.edits.partition_point(|(edit, _)| edit.start < range.start);
        let inside = self.edits[first..].iter().take_while(|(edit, _)| edit.start < range.end);
        let mut out = String::new();
        let mut at = range.start;
        for (edit, text) in inside.filter(|(edit, _)| edit.end <= range.end) {
            if edit.start >= at {
                out.push_str(&self.text[at..edit.start]);
                out.push_str(text);
                at = edit.end;
            }
        }
        if at == range.start {
            return Cow::Borrowed(&self.text[range.clone()]);
        }
        Cow::Owned(out + &self.text[at..range.end])
    }

    /// The blocks that a container holds, in order.
    pub(super) fn children(&self, index: usize) -> &[usize] {
        &self.children[index]
    }

    /// A block and all that it holds, on one line for each block.
    pub(super) fn block(&self, index: usize) -> String {
        self.leaves(index).join("\n")
    }

    /// The folded words of every block with words of its own, in order.
    pub(super) fn leaves(&self, index: usize) -> Vec<String> {
        let mut leaves = Vec::new();
        self.collect(index, &mut leaves);
        leaves
    }

    fn collect(&self, index: usize, leaves: &mut Vec<String>) {
        let block = &self.parsed.blocks[index];
        let own = match &block.kind {
            BlockKind::Heading(_) => vec![heading_words(&self.unquoted(index, &block.range))],
            BlockKind::Paragraph => vec![words(&self.unquoted(index, &block.range))],
            BlockKind::Code { .. } => {
                let code = self.code_lines(index).join("\n");
                (!code.is_empty()).then(|| format!("{CODE}{code}")).into_iter().collect()
            }
            BlockKind::Table { .. } => self.rows(index),
            BlockKind::Html => vec![html_words(&self.unquoted(index, &block.range))],
            BlockKind::Rule => Vec::new(),
            BlockKind::Item { task } => {
                let first = leaves.len();
                self.children[index].iter().for_each(|&child| self.collect(child, leaves));
                if let (Some(done), Some(leaf)) = (task, leaves.get_mut(first)) {
                    leaf.insert_str(0, if *done { "[x] " } else { "[ ] " });
                }
                Vec::new()
            }
            BlockKind::List { .. } | BlockKind::Quote | BlockKind::Footnote => {
                self.children[index].iter().for_each(|&child| self.collect(child, leaves));
                Vec::new()
            }
        };
        leaves.extend(own.into_iter().filter(|leaf| !leaf.is_empty()));
    }

    /// The rows of a table, cells parted by bars.
    pub(super) fn rows(&self, index: usize) -> Vec<String> {
        let BlockKind::Table { rows } = &self.parsed.blocks[index].kind else { return Vec::new() };
        let row = |cells: &[crate::markdown::Cell]| {
            cells.iter().map(|cell| words(&self.read(&cell.range))).collect::<Vec<_>>().join(" | ")
        };
        rows.iter().map(|it| row(&it.cells)).collect()
    }

    /// The lines of a code block without the indentation that all of them have, and without blanks behind them.
    /// Empty lines are left out.
    pub(super) fn code_lines(&self, index: usize) -> Vec<String> {
        let BlockKind::Code { body, .. } = &self.parsed.blocks[index].kind else { return Vec::new() };
        let start = self.text[..body.start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        // What stands before code on its line is marks of a list or quotation: columns, not words.
        let marks: String = self.text[start..body.start]
            .chars()
            .map(|c| if c.is_whitespace() || c == '>' { c } else { ' ' })
            .collect();
        let code = marks + &self.text[body.clone()];
        let quotes = self.quotes(index);
        let lines: Vec<String> = code
            .split(['\n', '\r'])
            .map(|line| without_marks(line, quotes).trim_end().to_owned())
            .filter(|line| !line.is_empty())
            .collect();
        let indent = |line: &String| line.len() - line.trim_start_matches([' ', '\t']).len();
        let least = lines.iter().map(indent).min().unwrap_or(0);
        lines.iter().map(|line| line[least..].to_owned()).collect()
    }

    /// Some text of a block without the marks of quotations on its further lines.
    fn unquoted(&self, index: usize, range: &Range<usize>) -> String {
        let text = self.read(range);
        let quotes = self.quotes(index);
        if quotes == 0 {
            return text.into_owned();
        }
        let mut lines = text.split('\n');
        let first = lines.next().unwrap_or_default().to_owned();
        lines.fold(first, |text, line| text + "\n" + without_marks(line, quotes))
    }

    fn quotes(&self, index: usize) -> usize {
        let mut quotes = 0;
        let mut at = self.parsed.blocks[index].parent;
        while let Some(parent) = at {
            quotes += usize::from(self.parsed.blocks[parent].kind == BlockKind::Quote);
            at = self.parsed.blocks[parent].parent;
        }
        quotes
    }
}

/// A line without the marks of so many quotations; a lazy line has fewer of them.
fn without_marks(line: &str, quotes: usize) -> &str {
    let mut rest = line;
    for _ in 0..quotes {
        match rest.trim_start_matches([' ', '\t']).strip_prefix('>') {
            Some(behind) => rest = behind.strip_prefix(' ').unwrap_or(behind),
            None => break,
        }
    }
    rest
}

/// Where a reference link names its label, brackets included; `None` where its words are the label.
pub(super) fn label_range(text: &str, link: &Link) -> Option<Range<usize>> {
    let raw = &text[link.range.clone()];
    let (start, end) = (link.range.start, link.range.end);
    if raw.ends_with("[]") {
        return Some(end - 2..end);
    }
    if text[end..].starts_with("[]") {
        return Some(end..end + 2);
    }
    let at = raw.rfind("][")?;
    let is_label = !raw[at + 2..raw.len() - 1].contains([']', '[']);
    is_label.then_some(start + at + 1..end)
}

/// A heading's words without the marks that make it one.
pub(super) fn heading_words(raw: &str) -> String {
    words(&heading_text(raw))
}

/// The inline Markdown of a heading, on one line.
pub(super) fn heading_text(raw: &str) -> String {
    let text = raw.trim();
    if let Some(rest) = text.strip_prefix('#') {
        let rest = rest.trim_start_matches('#').trim();
        let open = rest.trim_end_matches('#');
        let closed = open.is_empty() || open.ends_with([' ', '\t']);
        return if closed { open.trim().to_owned() } else { rest.to_owned() };
    }
    let mut lines: Vec<&str> =
        text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect();
    let is_rule = |line: &&str| line.trim_matches('=').is_empty() || line.trim_matches('-').is_empty();
    if lines.len() > 1 && lines.last().is_some_and(is_rule) {
        lines.pop();
    }
    lines.join(" ")
}

/// HTML with single blanks; of a comment its words, so that one without an end is equal to one with it.
fn html_words(html: &str) -> String {
    let text = squeezed(html);
    let inner = text.strip_prefix("<!--").map(|inner| inner.strip_suffix("-->").unwrap_or(inner).trim());
    inner.map_or_else(|| text.clone(), str::to_owned)
}

/// White space folded to single blanks.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Running text in lower case, with single blanks and without marks of emphasis. Inside backticks every sign stays.
pub(super) fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut code = false;
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied().unwrap_or(' ');
        match c {
            '`' => code = (next == '`') == code,
            // Whether a sign is drawn in colour, or a digit in a box.
            '\u{fe0f}' | KEYCAP => {}
            c if c.is_whitespace() => {
                if !out.ends_with(' ') && !out.is_empty() {
                    out.push(' ');
                }
            }
            '\\' if !code && next.is_ascii_punctuation() => {
                out.push(next);
                rest.next();
            }
            '*' | '_' | '~' if !(code || before.is_alphanumeric() && next.is_alphanumeric()) => {}
            c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            c => out.extend(c.to_lowercase()),
        }
        before = c;
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::{Format, parse};

    fn leaves(text: &str) -> Vec<String> {
        let parsed = parse(text, Format::Markdown);
        let folder = Folder::new(text, &parsed);
        let top = (0..parsed.blocks.len()).filter(|&index| parsed.blocks[index].parent.is_none());
        top.flat_map(|index| folder.leaves(index)).collect()
    }

    #[test]
    fn white_space_case_and_markup_do_not_count() {
        let same = [
            ("Use **this**  one\nnow.", "use this one now."),
            ("- A `b c`\n- B\n", "* a `b c`\n\n+ b\n"),
            ("# Head ##\n", "Head\n====\n"),
            ("# ⚙\u{fe0f} Head\n", "# ⚙ Head\n"),
            ("# 1\u{fe0f}\u{20e3} Head\n", "# 1 Head\n"),
            ("```sh\n  a\n    b  \n```\n", "    a\n      b\n"),
            ("> ```\n> x\n> ```\n", "```\nx\n```\n"),
            ("> a\n> b\n", "a b\n"),
            ("|A|B|\n|-|-|\n|1|2|\n", "| A | B |\n|:---|---:|\n| 1 | 2 |\n"),
            ("- x\n\n  ```\n  y\n    z\n  ```\n", "- x\n  ```\n  y\n    z\n  ```\n"),
        ];
        for (one, other) in same {
            assert_eq!(leaves(one), leaves(other), "{one:?}");
        }
    }

    #[test]
    fn figures_signs_and_code_count() {
        let different = [
            ("a > 5", "a < 5"),
            ("2*3", "23"),
            ("snake_case", "snakecase"),
            ("`rm *`", "`rm `"),
            ("[a](b.md)", "[a](c.md)"),
            ("```\nA\n```\n", "```\na\n```\n"),
            ("```\na\n  b\n```\n", "```\na\nb\n```\n"),
            ("- [x] a\n", "- [ ] a\n"),
            ("1.5", "15"),
            ("    a b\n", "a b\n"),
        ];
        for (one, other) in different {
            assert_ne!(leaves(one), leaves(other), "{one:?}");
        }
    }
}
