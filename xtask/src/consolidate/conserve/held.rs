//! What a text holds, folded for comparison.

use std::collections::{BTreeMap, HashSet};

use super::super::folded::Folder;
use super::ItemKind;
use crate::markdown::{BlockKind, Format, LineIndex, parse};
use crate::repo::RepoPath;

/// What a text holds: the folded words of each thing with the line where it stands first.
pub(super) type Held = BTreeMap<ItemKind, BTreeMap<String, usize>>;

pub(super) fn of(path: &RepoPath, text: &str) -> Held {
    let format = Format::of_extension(&path.extension()).unwrap_or(Format::Markdown);
    let parsed = parse(text, format);
    let folder = Folder::without_targets(text, &parsed);
    let mut held: Held = ItemKind::ALL.iter().map(|&kind| (kind, BTreeMap::new())).collect();
    let mut add = |kind, words: String, line| {
        if words.chars().any(char::is_alphanumeric) {
            held.entry(kind).or_default().entry(words).or_insert(line);
        }
    };
    for (index, block) in parsed.blocks.iter().enumerate() {
        match &block.kind {
            BlockKind::Heading(_) => add(ItemKind::Heading, folder.block(index), block.lines.0),
            BlockKind::Code { body, .. } => {
                let first = parsed.lines.line(body.start);
                for line in folder.code_lines(index) {
                    add(ItemKind::CodeLine, line.trim().to_owned(), first);
                }
                add(ItemKind::CodeBlock, folder.block(index), block.lines.0);
            }
            BlockKind::Table { rows } => {
                for (words, row) in folder.rows(index).into_iter().zip(rows) {
                    add(ItemKind::Row, words, row.line);
                }
            }
            kind if kind.is_leaf() => add(ItemKind::Block, folder.block(index), block.lines.0),
            _ => {}
        }
    }
    for (number, line) in numbers(&folder.text()) {
        add(ItemKind::Number, number, line);
    }
    held
}

/// Figures of three digits or more, or with parts (`1.5`, `2025-10-31`, `10,000`).
fn numbers(text: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let lines = LineIndex::new(text);
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len()
            && (bytes[at].is_ascii_digit()
                || (matches!(bytes[at], b'.' | b',' | b':' | b'-' | b'/')
                    && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)))
        {
            at += 1;
        }
        let number = &text[start..at];
        let inside_word = text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if number.len() >= 3 && !inside_word {
            found.entry(number.to_owned()).or_insert_with(|| lines.line(start));
        }
    }
    found
}

/// All things of each kind that some texts hold.
#[derive(Debug, Default)]
pub(super) struct Stock<'h>(BTreeMap<ItemKind, HashSet<&'h str>>);

impl<'h> Stock<'h> {
    pub(super) fn add(&mut self, held: &'h Held) {
        for (kind, words) in held {
            self.0.entry(*kind).or_default().extend(words.keys().map(String::as_str));
        }
    }

    pub(super) fn has(&self, kind: ItemKind, words: &str) -> bool {
        self.0.get(&kind).is_some_and(|all| all.contains(words))
    }
}
