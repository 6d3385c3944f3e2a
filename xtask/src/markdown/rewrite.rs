//! Puts other destinations in place of those that stand in a text; every other byte stays.

use std::borrow::Cow;

use anyhow::{Result, bail};

use super::{Form, Place};

/// One destination to replace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DestinationEdit {
    /// Where it stands, as [`super::parse`] gave it for the same text.
    pub place: Place,
    /// What the link shall lead to: an address or a path whose special characters are percent-encoded.
    pub to: String,
}

/// Writes new destinations into a text. What would end a link where it stands is escaped for that place, so
/// that the text reads as before, with these destinations only changed.
///
/// # Errors
/// Two edits overlap, or one lies outside the text: they were made for another text.
pub fn rewrite_destinations(text: &str, edits: &[DestinationEdit]) -> Result<String> {
    let mut edits: Vec<&DestinationEdit> = edits.iter().collect();
    edits.sort_by_key(|edit| (edit.place.range.start, edit.place.range.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let range = edit.place.range.clone();
        let Some(before) = text.get(at..range.start).filter(|_| text.get(range.clone()).is_some()) else {
            bail!(
                "rewrite the destination at byte {}: another edit or the text's end is in the way",
                range.start
            );
        };
        out.push_str(before);
        let form = edit.place.form;
        if begins_block(&edit.to, form) && begins_line(&text[..range.start]) {
            out.push_str(&spelled(&first_encoded(&edit.to), form));
        } else {
            out.push_str(&spelled(&edit.to, form));
        }
        at = range.end;
    }
    out.push_str(&text[at..]);
    Ok(out)
}

/// Whether a destination at the beginning of a line would be read as a rule, a list, or a tag.
fn begins_block(to: &str, form: Form) -> bool {
    match form {
        Form::Bare => !to.starts_with(char::is_alphanumeric) || !to.contains(char::is_alphabetic),
        Form::Angled => to.trim_end_matches('/').chars().all(char::is_alphanumeric),
        _ => false,
    }
}

fn begins_line(before: &str) -> bool {
    before.trim_end_matches([' ', '\t', '>', '<']).ends_with(['\n', '\r'])
}

/// The destination with its first character percent-encoded, which leads to the same place.
fn first_encoded(to: &str) -> String {
    let mut rest = to.chars();
    let first = rest.next().map(String::from).unwrap_or_default();
    let encoded: String = first.bytes().map(|byte| format!("%{byte:02X}")).collect();
    encoded + rest.as_str()
}

/// A destination as it is written at a place of this form.
fn spelled(to: &str, form: Form) -> Cow<'_, str> {
    let plain = |c: char| c.is_alphanumeric() || "/._-~#%?=:@+,;!'$".contains(c);
    let settled = match form {
        Form::Bare | Form::Angled | Form::Autolink => {
            to.chars().all(plain) && !(to.is_empty() && form == Form::Bare)
        }
        Form::Quoted(_) => to.chars().all(|c| plain(c) && c != '\''),
        Form::Unquoted | Form::SourceSet => false,
    };
    if settled {
        return Cow::Borrowed(to);
    }
    let safe = percent_encoded(to, form);
    Cow::Owned(match form {
        // `()` is a link to nothing, but `[label]:` without anything is no definition.
        Form::Bare if safe.is_empty() => "<>".to_owned(),
        Form::Bare | Form::Angled => backslashed(&safe, form),
        Form::Autolink | Form::SourceSet => safe,
        Form::Quoted(_) => ampersands(&safe),
        Form::Unquoted => format!("\"{}\"", ampersands(&safe)),
    })
}

/// Encodes what ends a destination whatever is written before it, or what a reader takes before it takes
/// links: blanks, line ends, backticks, angle brackets, quotation marks.
fn percent_encoded(to: &str, form: Form) -> String {
    let mut out = String::with_capacity(to.len());
    for c in to.chars() {
        let comma = c == ',' && form == Form::SourceSet;
        if c.is_control() || c.is_whitespace() || "`<>\"'".contains(c) || comma {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Escapes what Markdown reads a meaning into.
fn backslashed(to: &str, form: Form) -> String {
    let mut out = String::with_capacity(to.len());
    let mut rest = to.chars().peekable();
    while let Some(c) = rest.next() {
        let special = match c {
            '\\' => rest.peek().is_none_or(char::is_ascii_punctuation),
            '(' | ')' => form == Form::Bare,
            '&' | '|' | '[' | ']' | '*' | '_' | '~' => true,
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn ampersands(to: &str) -> String {
    to.replace('&', "&amp;")
}
