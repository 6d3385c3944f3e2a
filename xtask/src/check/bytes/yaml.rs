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

/// Why there are no documents.
#[derive(Debug)]
pub(super) enum Unread {
    /// The text is not YAML.
    Mistaken(Mistake),
    /// Whether it is takes too long to find out; so far nothing is wrong above this line.
    TooLong(usize),
}

/// How much is read anew, at most, for lines that stand too far to the left, in bytes.
const READ_ANEW: usize = 64 << 20;
/// Deeper than most: where it is not deep enough, the same lines are moved once more.
const MOVED_BY: &str = "                                                                ";

/// Reads all documents.
///
/// Inside brackets the indentation says nothing, and libyaml with all that descends from it takes a line at any column:
/// `]` at the column of its key is how many write it. The library insists on the specification's deeper indentation
/// (and only where the line before ends in a quote), so such a line is moved to the right, with all that follow it in
/// the same brackets, and the text read once more; where it is wrong all the same, that is said, unless the brackets
/// are never closed: then the line that stood too far to the left is the likelier place.
pub(super) fn read(text: &str) -> Result<Vec<Item>, Unread> {
    match read_within(text, READ_ANEW) {
        // A tab may part a value from its name (YAML 1.2.2, 6.2); the library wants a blank there.
        Err(_) if text.contains(":\t") => read_within(&text.replace(":\t", ": "), READ_ANEW),
        read => read,
    }
}

fn read_within(text: &str, mut left: usize) -> Result<Vec<Item>, Unread> {
    let mut failure = match read_strictly(text) {
        Ok(items) => return Ok(items),
        Err(failure) => failure,
    };
    let first = failure.mistake.clone();
    let mut moved = text.to_owned();
    while let Some(place) = failure.too_far_left {
        let Some(rest) = left.checked_sub(moved.len()) else {
            return Err(Unread::TooLong(failure.mistake.0));
        };
        left = rest;
        move_lines(&mut moved, place);
        failure = match read_strictly(&moved) {
            Ok(items) => return Ok(items),
            Err(failure) => failure,
        };
    }
    let is_at_end = failure.mistake.0 > text.lines().count();
    Err(Unread::Mistaken(if is_at_end { first } else { failure.mistake }))
}

/// Moves the line that begins with this letter, counted from 0, and those behind it in the same brackets.
fn move_lines(text: &mut String, place: usize) {
    let start = text.char_indices().nth(place).map_or(text.len(), |(at, _)| at);
    let rest = text.split_off(start);
    let inside = length_inside(&rest);
    text.push_str(MOVED_BY);
    for line in rest[..inside].split_inclusive('\n') {
        text.push_str(line);
        if line.ends_with('\n') {
            text.push_str(MOVED_BY);
        }
    }
    text.push_str(&rest[inside..]);
}

/// How many bytes of a text that begins inside brackets surely stand there too: up to where they are closed, be they
/// those of a list or of a mapping; else up to where the library takes them for neither.
fn length_inside(rest: &str) -> usize {
    // What divides two items cannot be the first one.
    let (skipped, rest) = rest.strip_prefix(',').map_or((0, rest), |rest| (1, rest));
    let place = match ["[", "{"].map(|bracket| closing_place(&format!("{bracket}{rest}"))) {
        [Ok(place), _] | [_, Ok(place)] => place,
        [Err(one), Err(other)] => one.min(other),
    };
    // The bracket in front is no part of it.
    skipped + rest.char_indices().nth(place.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
}

/// The letter that closes the bracket with which a text begins; else the one at which the library gives up.
fn closing_place(text: &str) -> Result<usize, usize> {
    let mut depth = 0_usize;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.marker().index())?;
        match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => depth += 1,
            Event::SequenceEnd | Event::MappingEnd if depth == 1 => return Ok(span.start.index()),
            Event::SequenceEnd | Event::MappingEnd => depth -= 1,
            _ => {}
        }
    }
    Err(text.chars().count())
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

#[cfg(test)]
mod tests {
    use super::*;

    /// True when a text is read to its end with one look more than the first.
    fn is_read_at_once(text: &str) -> bool {
        read_within(text, text.len()).is_ok()
    }

    #[test]
    fn lines_of_one_pair_of_brackets_are_moved_at_once() {
        let list = format!("a:\n  b: [\n{}]\n", "'x', # it's\n".repeat(50));
        let rows = format!("a: [\n{}]\n", "{'x': \"]\", y: [it's]},\n'z',\n".repeat(50));
        let commas = format!("a:\n  - [\n'x'\n{}]\n", ",'y'\n".repeat(50));
        let folded = " v\n".repeat(50);
        let folded = format!("a: {{\n'x': 'y\n{folded} z',\n'w': ''\n}}\nb: |\n  [\n  'x'\n  ]\n");
        for text in [&list, &rows, &commas, &folded] {
            assert!(is_read_at_once(text), "{text:.80}");
        }
        assert!(!is_read_at_once("a: [\n'x'\n]\nb: [\n'x'\n]\n"), "two pairs are moved one after the other");
    }

    #[test]
    fn what_takes_too_long_is_neither_right_nor_wrong() {
        let text = "a: [\n  'x'\n]\n".repeat(20);
        assert!(matches!(read_within(&text, 4 * text.len()), Err(Unread::TooLong(line)) if line > 3));
    }
}
