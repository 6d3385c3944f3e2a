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
        out.push_str(&written_destination(text, edit));
        at = range.end;
    }
    out.push_str(&text[at..]);
    Ok(out)
}

/// What is written in a destination's place, escaped as the place needs it.
pub fn written_destination(text: &str, edit: &DestinationEdit) -> String {
    let form = edit.place.form;
    if begins_block(&edit.to, form) && begins_line(&text[..edit.place.range.start]) {
        spelled(&first_encoded(&edit.to), form).into_owned()
    } else {
        spelled(&edit.to, form).into_owned()
    }
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
        // New quotation marks would end what an open one before them began.
        Form::Unquoted if !safe.is_empty() && !safe.contains('=') && !safe.ends_with('/') => {
            ampersands(&safe)
        }
        Form::Unquoted => format!("\"{}\"", ampersands(&safe)),
    })
}

/// Encodes what ends a destination whatever is written before it, or what a reader takes before it takes
/// links: blanks, line ends, backticks, angle brackets, quotation marks, the bar between two cells.
fn percent_encoded(to: &str, form: Form) -> String {
    let mut out = String::with_capacity(to.len());
    for c in to.chars() {
        let comma = c == ',' && form == Form::SourceSet;
        if c.is_control() || c.is_whitespace() || "`<>\"'|".contains(c) || comma {
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
            '&' | '[' | ']' | '*' | '_' | '~' => true,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::{Format, parse};

    /// Gives every destination of a text the same new one.
    fn led_to(text: &str, to: &str) -> String {
        let parsed = parse(text, Format::Markdown);
        let edit = |place: &Place| DestinationEdit { place: place.clone(), to: to.to_owned() };
        let edits: Vec<DestinationEdit> =
            parsed.destinations().iter().map(|(_, place, _)| edit(place)).collect();
        rewrite_destinations(text, &edits).unwrap()
    }

    #[test]
    fn a_destination_is_written_as_its_place_needs_it() {
        let cases = [
            ("[a](b.md) x", "c/d.md#e", "[a](c/d.md#e) x"),
            ("[a](b.md 'title')\r\n", "c d.md", "[a](c%20d.md 'title')\r\n"),
            ("[a](<b c.md>)", "d(1).md", "[a](<d(1).md>)"),
            ("[a](b.md)", "d(1).md", "[a](d\\(1\\).md)"),
            ("[a]()", "x.md", "[a](x.md)"),
            ("[![i](p.png)](q.md)", "x.md", "[![i](x.md)](x.md)"),
            ("[r]\n\n[r]: y.md 'z'\n", "x.md", "[r]\n\n[r]: x.md 'z'\n"),
            ("[r]:\n  y.md\n", "=", "[r]:\n  %3D\n"),
            ("[r]:\n  <y.md>\n", "div", "[r]:\n  <%64iv>\n"),
            ("[r]: y.md\n", "", "[r]: <>\n"),
            ("> [a](\n> b.md)\n", "x.md", "> [a](\n> x.md)\n"),
            ("> [r]:\n> y.md\n", "x.md", "> [r]:\n> x.md\n"),
            ("<a href=\"b.md\">", "c.md?d=1&e=\"", "<a href=\"c.md?d=1&amp;e=%22\">"),
            ("<img src=b.png>", "c d.png", "<img src=c%20d.png>"),
            ("<img src=b.png>", "c.png?d=1", "<img src=\"c.png?d=1\">"),
            ("<img src=b.png>", "c/", "<img src=\"c/\">"),
            ("</h ref=\"x <a href=n>y\n", "x.md", "</h ref=\"x <a href=x.md>y\n"),
            // Without the line break this would be a block of HTML.
            ("<a src='y\n[.png'>\n\nx", "x.md", "<a src='y\n[.png'>\n\nx"),
            // Without its angle bracket this would be a value of the tag before it.
            ("<p id=\"x\n<a href=\"b<\"m> c\n", "x.md", "<p id=\"x\n<a href=\"b<\"m> c\n"),
            // Without its bar the line would have as many cells as a head needs.
            ("[a](b|c) | d |\n|---|---|\n", "x.md", "[a](b|c) | d |\n|---|---|\n"),
            ("<img srcset='a.png 1x, b.png 2x'>", "c,d.png", "<img srcset='c%2Cd.png 1x, c%2Cd.png 2x'>"),
            ("| [a](b.md) |\n|---|\n", "c|d.md", "| [a](c%7Cd.md) |\n|---|\n"),
            ("[a](b.md)", "c.md?x=1&amp;y", "[a](c.md?x=1\\&amp;y)"),
        ];
        for (text, to, expected) in cases {
            assert_eq!(led_to(text, to), expected, "{text:?} to {to:?}");
        }
    }

    #[test]
    fn edits_for_another_text_are_refused() {
        let edit = |range| DestinationEdit { place: Place { range, form: Form::Bare }, to: "x".to_owned() };
        assert!(rewrite_destinations("abc", &[edit(0..2), edit(1..3)]).is_err());
        assert!(rewrite_destinations("abc", &[edit(2..9)]).is_err());
        assert!(rewrite_destinations("é", &[edit(0..1)]).is_err());
    }
}
