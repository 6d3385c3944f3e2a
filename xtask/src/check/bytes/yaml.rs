//! YAML: documents as a flat list of events, so that no depth of nesting is too deep, and names that stand twice.

use std::collections::BTreeSet;

use saphyr_parser::{Event, Parser, ScalarStyle};

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

/// Reads all documents.
pub(super) fn read(text: &str) -> Result<Vec<Item>, Mistake> {
    let mut items = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| (error.marker().line(), error.info().to_owned()))?;
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
