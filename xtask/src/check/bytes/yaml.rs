//! YAML: documents as a flat list of events, so that no depth of nesting is too deep, and names that stand twice.

use std::collections::BTreeSet;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

/// What begins or ends, and its line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) line: usize,
    pub(super) what: What,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum What {
    Document,
    /// The text, and whether it was written without quotes.
    Scalar(String, bool),
    Alias,
    List,
    Mapping,
    /// Of a list, a mapping or a document.
    End,
}

/// The line that is wrong, and why.
pub(super) type Mistake = (usize, String);

/// How much is read anew, at most, for lines that stand too far to the left, in bytes.
const READ_ANEW: usize = 64 << 20;
/// Deeper than most: where it is not deep enough, the same line is moved once more.
const MOVED_BY: &str = "                                                                ";

/// Reads all documents.
///
/// Inside brackets the indentation says nothing, and libyaml with all that descends from it takes a line at any column:
/// `]` at the column of its key is how many write it. The library insists on the specification's deeper indentation
/// (and only where the line before ends in a quote), so such a line is moved to the right and the text read once more; where it is wrong all the same, that is said, unless
/// the brackets are never closed: then the line that stood too far to the left is the likelier place.
pub(super) fn read(text: &str) -> Result<Vec<Item>, Mistake> {
    let mut failure = match read_strictly(text) {
        Ok(items) => return Ok(items),
        Err(failure) => failure,
    };
    let first = failure.mistake.clone();
    let mut moved = text.to_owned();
    let mut left = READ_ANEW;
    while let Some(place) = failure.too_far_left {
        let Some(rest) = left.checked_sub(moved.len()) else {
            return Ok(Vec::new());
        };
        left = rest;
        let at = moved.char_indices().nth(place).map_or(moved.len(), |(at, _)| at);
        moved.insert_str(at, MOVED_BY);
        failure = match read_strictly(&moved) {
            Ok(items) => return Ok(items),
            Err(failure) => failure,
        };
    }
    let is_at_end = failure.mistake.0 > text.lines().count();
    Err(if is_at_end { first } else { failure.mistake })
}

/// Why a text is not YAML.
struct Failure {
    mistake: Mistake,
    /// The letter, counted from 0, that begins a line inside brackets too far to the left, if that is all.
    too_far_left: Option<usize>,
}

impl From<ScanError> for Failure {
    fn from(error: ScanError) -> Self {
        // The library says the first only inside brackets: elsewhere a line further to the left ends the block.
        let is_indentation =
            matches!(error.info(), "invalid indentation" | "invalid indentation in flow construct");
        let marker = error.marker();
        Self {
            mistake: (marker.line(), error.info().to_owned()),
            too_far_left: is_indentation.then_some(marker.index()),
        }
    }
}

fn read_strictly(text: &str) -> Result<Vec<Item>, Failure> {
    let mut items = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event?;
        let what = match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd => continue,
            Event::DocumentStart(_) => What::Document,
            Event::DocumentEnd | Event::SequenceEnd | Event::MappingEnd => What::End,
            Event::Alias(_) => What::Alias,
            Event::Scalar(text, style, ..) => What::Scalar(text.into_owned(), style == ScalarStyle::Plain),
            Event::SequenceStart(..) => What::List,
            Event::MappingStart(..) => What::Mapping,
        };
        items.push(Item { line: span.start.line(), what });
    }
    Ok(items)
}

/// The first byte that YAML allows nowhere, not even between quotes: of the controls only tabs and line ends are.
pub(super) fn forbidden_byte(text: &str) -> Option<usize> {
    text.bytes().position(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r'))
}

/// Of an open mapping the names so far, and whether a name comes next.
type Names<'a> = (BTreeSet<(bool, &'a str)>, bool);

/// The first name that stands twice in one mapping.
pub(super) fn repeated_name(items: &[Item]) -> Option<Mistake> {
    // `None` for lists and documents.
    let mut open: Vec<Option<Names<'_>>> = Vec::new();
    for item in items {
        let is_node = !matches!(item.what, What::End | What::Document);
        if is_node && let Some(Some((names, is_name))) = open.last_mut() {
            if let (true, What::Scalar(text, plain)) = (*is_name, &item.what)
                && text != "<<"
                && !names.insert((*plain && !is_word(text), text))
            {
                return Some((item.line, format!("the mapping has the name `{}` twice", short(text))));
            }
            *is_name = !*is_name;
        }
        match item.what {
            What::Document | What::List => open.push(None),
            What::Mapping => open.push(Some((BTreeSet::new(), true))),
            What::End => {
                open.pop();
            }
            What::Scalar(..) | What::Alias => {}
        }
    }
    None
}

/// True for plain text that stays text: `1` and `"1"` are two names.
fn is_word(text: &str) -> bool {
    let starts = text.starts_with(|first: char| first.is_alphabetic() || first == '_');
    starts && !matches!(text.to_lowercase().as_str(), "true" | "false" | "null" | "yes" | "no" | "on" | "off")
}

/// A name for a message: one line, not too long.
pub(super) fn short(text: &str) -> String {
    let mut short: String = text.chars().take(40).flat_map(char::escape_debug).collect();
    if text.chars().count() > 40 {
        short.push('…');
    }
    short
}
