//! Link reference definitions, all of them: the parser names only those that win, and not their parts.

use std::collections::BTreeSet;
use std::ops::Range;

use super::destination::{scan, skip_blanks, unescaped};
use super::{Definition, LineIndex};

/// Finds definitions in the gaps between blocks, where alone they can stand.
pub(super) fn find(text: &str, gaps: &[Range<usize>], lines: &LineIndex) -> Vec<Definition> {
    let mut found = Vec::new();
    let mut labels = BTreeSet::new();
    // Most gaps are the empty line between two blocks.
    for gap in gaps.iter().filter(|gap| memchr::memchr(b'[', &text.as_bytes()[(*gap).clone()]).is_some()) {
        let mut at = gap.start;
        while let Some(start) = next_label(text, at, gap.end) {
            let Some(definition) = read(text, start, gap.end, lines) else {
                at = line_end(text, start, gap.end);
                continue;
            };
            at = definition.range.end;
            let first = labels.insert(fold(&definition.label));
            found.push(Definition { first, ..definition });
        }
    }
    found
}

fn line_end(text: &str, from: usize, end: usize) -> usize {
    text[from..end].find(['\n', '\r']).map_or(end, |found| from + found)
}

/// A label as references are matched: blanks and case do not count.
pub fn fold(label: &str) -> String {
    let words: Vec<&str> = label.split_whitespace().collect();
    // Upper case first: `ß` and `SS` are one label.
    words.join(" ").to_uppercase().to_lowercase()
}

/// The next `[` with nothing before it on its line but marks of lists and quotations.
fn next_label(text: &str, from: usize, end: usize) -> Option<usize> {
    let mut at = from;
    for line in text[from..end].split_inclusive(['\n', '\r']) {
        let marks = line.trim_start_matches(|c: char| " \t>-*+.)\u{feff}".contains(c) || c.is_ascii_digit());
        if marks.starts_with('[') {
            return Some(at + line.len() - marks.len());
        }
        at += line.len();
    }
    None
}

fn read(text: &str, start: usize, end: usize, lines: &LineIndex) -> Option<Definition> {
    let close = label_end(text, start + 1, end)?;
    let label = &text[start + 1..close];
    if label.trim().is_empty() || label.starts_with('^') {
        return None;
    }
    let rest = text[close + 1..end].strip_prefix(':')?;
    let at = skip_blanks(text, end - rest.len(), end);
    let place = scan(text, at, end)?;
    let bracketed = usize::from(place.form == super::Form::Angled);
    if bracketed == 0 && place.range.is_empty() {
        return None;
    }
    let behind = place.range.end + bracketed;
    let stop = title_end(text, behind, end).or_else(|| ends_line(text, behind, end).then_some(behind))?;
    Some(Definition {
        label: label.to_owned(),
        destination: unescaped(&text[place.range.clone()]).into_owned(),
        place,
        range: start..stop,
        line: lines.line(start),
        first: false,
    })
}

/// The bracket that ends a label; CommonMark allows 999 characters.
fn label_end(text: &str, from: usize, end: usize) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text[from..end].char_indices().take(1000) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => return None,
            ']' => return Some(from + at),
            _ => {}
        }
    }
    None
}

/// The end of a title that may follow a destination, on its line or the next one.
fn title_end(text: &str, from: usize, end: usize) -> Option<usize> {
    let at = skip_blanks(text, from, end);
    let close = match text[at..end].chars().next()? {
        '"' => '"',
        '\'' => '\'',
        '(' => ')',
        _ => return None,
    };
    if at == from {
        return None;
    }
    let mut escaped = false;
    for (offset, c) in text[at + 1..end].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == close => {
                let stop = at + 1 + offset + c.len_utf8();
                return ends_line(text, stop, end).then_some(stop);
            }
            _ => {}
        }
    }
    None
}

fn ends_line(text: &str, at: usize, end: usize) -> bool {
    let rest = text[at..end].trim_start_matches([' ', '\t']);
    rest.is_empty() || rest.starts_with(['\n', '\r'])
}
