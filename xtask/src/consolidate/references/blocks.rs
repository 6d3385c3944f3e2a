//! Blocks of code in notes: what they are written in, what titles them, what is said of them.

use std::collections::BTreeMap;

use super::told::{Told, by_line};
use crate::consolidate::note::Note;
use crate::markdown::BlockKind;

/// What a line of code is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Shell,
    Python,
    /// None is named: often commands, or a tree of files.
    Unknown,
    Other,
}

/// A line of code: its language, and the line that opens its block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Code {
    pub(super) language: Language,
    pub(super) opened: usize,
}

/// The lines of a note that stand in blocks of code.
pub(super) fn lines_of_code(note: &Note) -> BTreeMap<usize, Code> {
    let mut lines = BTreeMap::new();
    for block in &note.parsed.blocks {
        let BlockKind::Code { language, body, .. } = &block.kind else { continue };
        let is_prompt = note.text[body.clone()].lines().any(|line| line.starts_with(">>> "));
        let language = match language.to_lowercase().as_str() {
            "sh" | "bash" | "shell" | "console" | "zsh" | "terminal" => Language::Shell,
            "python" | "py" | "python3" | "pycon" => Language::Python,
            "" if is_prompt => Language::Python,
            "" => Language::Unknown,
            _ => Language::Other,
        };
        let code = Code { language, opened: block.lines.0 };
        lines.extend((block.lines.0..=block.lines.1).map(|line| (line, code)));
    }
    lines
}

/// How far up a comment is looked for that speaks of a command.
const FEW_LINES: usize = 4;

/// What the comment above a line of code says of it: "# Example", "# Planned".
pub(super) fn by_comment(lines: &[&str], line: usize) -> Told {
    let above = lines[..line.min(lines.len())].iter().rev().take(FEW_LINES);
    let comment =
        above.map(|text| text.trim()).find_map(|text| text.split_once('#').map(|(_, comment)| comment));
    match comment {
        Some(comment) if is_of_before(comment) => Told::Gone,
        comment => comment.map_or(Told::Nothing, by_line).min(Told::Perhaps),
    }
}

/// What the line above a block of code says of the block: an open task is still to be done, "Before:" is no more. Of
/// other words there it is not known whether they mean the commands or what the commands do.
pub(super) fn by_text_above(lines: &[&str], opened: usize) -> Told {
    match text_above(lines, opened) {
        Some(text) if text.contains("[ ]") => Told::ToCome,
        Some(text) if is_of_before(text) => Told::Gone,
        _ => Told::Nothing,
    }
}

/// True for "**Before:**", "Old imports", "All calls were changed from:": what follows is how it was.
fn is_of_before(text: &str) -> bool {
    const FEW: usize = 3;
    let lower = text.to_lowercase();
    // "Before (v1):"
    let lead = lower.split(['(', '—']).next().unwrap_or_default();
    let words: Vec<&str> =
        lead.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    match words[..] {
        ["before" | "old" | "previously" | "formerly"] => true,
        ["old", ..] => words.len() <= FEW,
        [.., "from"] => text.trim_end_matches(['*', '_', ' ']).ends_with(':'),
        _ => false,
    }
}

/// What the line above a drawing says of it: all that is said there is of what is drawn.
pub(super) fn by_text_above_drawing(lines: &[&str], opened: usize) -> Told {
    text_above(lines, opened).map_or(Told::Nothing, by_line).max(by_text_above(lines, opened))
}

fn text_above<'l>(lines: &[&'l str], opened: usize) -> Option<&'l str> {
    let above = lines[..opened.saturating_sub(1)].iter().rev().take(FEW_LINES).map(|text| text.trim());
    above.take_while(|text| !text.starts_with('#')).find(|text| !text.is_empty())
}

/// Bytes that a line may hold beside the name of a sample: "**File:** ".
const LABEL: usize = 40;

/// The path that is all of a comment at the head of a block: `# tools/run.py`, `// src/lib.rs`.
pub(super) fn title_in_comment(text: &str) -> Option<&str> {
    const SIGNS: &[&str] = &["#", "//", "--", ";", "%", "<!--", "/*"];
    let text = text.trim();
    let comment = SIGNS.iter().find_map(|sign| text.strip_prefix(sign))?;
    let comment = comment.trim_end_matches("-->").trim_end_matches("*/").trim().trim_end_matches(':');
    (comment.contains('/') && !comment.contains(char::is_whitespace)).then_some(comment)
}

/// True for a name alone on its line, behind a word or two, or in a heading, above a block of code: it titles the
/// sample.
pub(super) fn is_title_of_sample(lines: &[&str], line: usize, name: &str) -> bool {
    let Some(text) = lines.get(line - 1) else { return false };
    // A line may be as long as a file and hold thousands of names: it is not searched for each of them.
    if text.len() > name.len() + LABEL || !text.contains(name) {
        return false;
    }
    // A comment of code that somebody pasted as text.
    if text.trim_start().starts_with("//") {
        return true;
    }
    let around = text.replacen(name, " ", 1);
    let words = around.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    if words.count() > 2 && !text.starts_with('#') {
        return false;
    }
    let next = lines[line..].iter().map(|line| line.trim()).find(|line| !line.is_empty());
    next.is_some_and(|next| next.starts_with("```") || next.starts_with("~~~"))
}
