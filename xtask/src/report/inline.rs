//! Running text as GitHub-flavoured Markdown: every character shows as itself and none starts a construct.

use std::borrow::Cow;

use super::{Inline, Span};

/// Ends a run of characters that a renderer would take together (a mention, two code spans) without
/// adding to the text. A backslash does not do it: GitHub looks for mentions, issue numbers and emoji
/// names after the backslashes are gone.
const BREAK: &str = "<!-- -->";

/// Where a piece of text stands, as far as escaping depends on it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// A table cell: a vertical bar would end it.
    pub(super) cell: bool,
    /// The words of a link or picture: a bracket would end them.
    label: bool,
    /// It begins a line, where list marks, heading marks and the like count.
    line_start: bool,
    /// A link follows at once, which an exclamation mark would turn into a picture.
    before_link: bool,
}

impl Place {
    /// A line of its own.
    pub(super) const LINE: Self = Self { cell: false, label: false, line_start: true, before_link: false };
    /// A table cell.
    pub(super) const CELL: Self = Self { cell: true, label: false, line_start: false, before_link: false };
    /// The words of a link or picture.
    pub(super) const LABEL: Self = Self { cell: false, label: true, line_start: false, before_link: false };
}

impl Inline {
    /// Writes the text as one line of Markdown.
    pub fn to_markdown(&self) -> String {
        render(self, Place::LINE)
    }
}

/// Writes `inline` on one line; breaks and runs of blanks become one blank.
pub(super) fn render(inline: &Inline, place: Place) -> String {
    let spans = normalize(&inline.0);
    let mut out = String::new();
    for (index, span) in spans.iter().enumerate() {
        let next = spans.get(index + 1);
        match span {
            Span::Plain(text) => {
                let place = Place {
                    line_start: place.line_start && index == 0,
                    before_link: matches!(next, Some(Span::Link { .. })),
                    ..place
                };
                push_escaped(&mut out, text, place);
            }
            Span::Code(text) => push_code(&mut out, text, place),
            Span::Strong(text) => push_strong(&mut out, text, next, place),
            Span::Link { label, target } => push_link(&mut out, label, target, place),
        }
    }
    out
}

/// True for letters that turn the direction in which what follows is shown: a line with one may say something else than
/// it seems to (Unicode's embeddings, overrides and isolates).
pub fn turns(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Makes control characters visible and gives blanks one form, as [`render`] shows them.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    let strange = |c: char| c.is_control() || turns(c) || matches!(c, '\u{2028}' | '\u{2029}');
    if text.contains(strange) { text.chars().map(visible_char).collect() } else { Cow::Borrowed(text) }
}

fn visible_char(c: char) -> char {
    match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        '\u{2028}' | '\u{2029}' => ' ',
        c if c.is_control() || turns(c) => '\u{fffd}',
        c => c,
    }
}

/// One line: every run of blanks and line breaks becomes one blank, other control characters visible.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' ' | '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => {
                if !line.ends_with(' ') {
                    line.push(' ');
                }
            }
            c => line.push(visible_char(c)),
        }
    }
    line
}

/// Spans without what cannot be written as such: empty ones go, neighbours of plain text become one (an
/// `@` and a name in two spans are still a mention), blanks move out of strong text and away from both ends.
pub(super) fn normalize(spans: &[Span]) -> Vec<Span> {
    let mut tidy: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match span {
            Span::Plain(text) => push_plain(&mut tidy, &one_line(text)),
            Span::Code(text) if text.is_empty() => {}
            Span::Code(text) => tidy.push(Span::Code(visible(text).into_owned())),
            Span::Strong(text) => {
                let line = one_line(text);
                let words = line.trim_matches(' ');
                let before = if line.starts_with(' ') { " " } else { "" };
                let after = if line.ends_with(' ') { " " } else { "" };
                push_plain(&mut tidy, before);
                if !words.is_empty() {
                    tidy.push(Span::Strong(words.to_owned()));
                    push_plain(&mut tidy, after);
                }
            }
            Span::Link { label, target } => {
                let words = [label, target].map(|text| one_line(text).trim_matches(' ').to_owned());
                if let Some(label) = words.into_iter().find(|words| !words.is_empty()) {
                    tidy.push(Span::Link { label, target: target.clone() });
                }
            }
        }
    }
    trim_ends(&mut tidy);
    tidy
}

fn push_plain(spans: &mut Vec<Span>, text: &str) {
    if let Some(Span::Plain(before)) = spans.last_mut() {
        let text = if before.ends_with(' ') { text.trim_start_matches(' ') } else { text };
        before.push_str(text);
    } else if !text.is_empty() {
        spans.push(Span::Plain(text.to_owned()));
    }
}

fn trim_ends(spans: &mut Vec<Span>) {
    if let Some(Span::Plain(text)) = spans.last_mut() {
        text.truncate(text.trim_end_matches(' ').len());
        if text.is_empty() {
            spans.pop();
        }
    }
    if let Some(Span::Plain(text)) = spans.first_mut() {
        *text = text.trim_start_matches(' ').to_owned();
        if text.is_empty() {
            spans.remove(0);
        }
    }
}

/// Adds plain text of one line, escaped for its place.
pub(super) fn push_escaped(out: &mut String, text: &str, place: Place) {
    for (at, c) in text.char_indices() {
        let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
        if c == '|' && place.cell && before.ends_with('\\') {
            // Readers disagree about what `\\|` means in a table.
            out.push_str("&#124;");
            continue;
        }
        if is_special(c, before, after, place) {
            out.push('\\');
        }
        out.push(c);
        if !place.label && needs_break(c, before, after) {
            out.push_str(BREAK);
        }
    }
}

fn is_special(c: char, before: &str, after: &str, place: Place) -> bool {
    match c {
        '\\' | '`' | '*' | '[' | '<' | '~' | '$' | '|' => true,
        ']' => place.label,
        // Underscores inside a word are letters.
        '_' => !(ends_in_word(before) && starts_in_word(after)),
        '&' => begins_entity(after),
        ':' => after.starts_with("//") || (place.line_start && at_start(before) && after.starts_with('-')),
        '.' if before.ends_with("www") => true,
        '.' | ')' => place.line_start && is_list_number(before) && at_word_end(after),
        '#' => (place.line_start && at_start(before)) || after.is_empty(),
        '+' | '-' | '>' | '=' => place.line_start && at_start(before),
        '!' => after.is_empty() && place.before_link,
        _ => false,
    }
}

/// True before what GitHub links or replaces after rendering: `@name`, `#12`, `GH-12`, `:name:`.
fn needs_break(c: char, before: &str, after: &str) -> bool {
    match c {
        '@' => after.starts_with(|c: char| c.is_ascii_alphanumeric()),
        '#' => after.starts_with(|c: char| c.is_ascii_digit()),
        '-' => before.ends_with("GH") && after.starts_with(|c: char| c.is_ascii_digit()),
        ':' => {
            let name = after.find(|c: char| !(c.is_ascii_alphanumeric() || "_+-".contains(c)));
            name.is_some_and(|end| end > 0 && after[end..].starts_with(':'))
        }
        _ => false,
    }
}

fn at_start(before: &str) -> bool {
    before.is_empty()
}

fn at_word_end(after: &str) -> bool {
    after.is_empty() || after.starts_with(' ')
}

fn ends_in_word(before: &str) -> bool {
    before.trim_end_matches('_').ends_with(char::is_alphanumeric)
}

fn starts_in_word(after: &str) -> bool {
    after.trim_start_matches('_').starts_with(char::is_alphanumeric)
}

fn is_list_number(before: &str) -> bool {
    (1..=9).contains(&before.len()) && before.bytes().all(|byte| byte.is_ascii_digit())
}

fn begins_entity(after: &str) -> bool {
    let name = after.strip_prefix('#').unwrap_or(after);
    let rest = name.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    rest.len() < name.len() && rest.starts_with(';')
}

/// Adds a code span with a fence longer than any run of backticks inside.
fn push_code(out: &mut String, text: &str, place: Place) {
    if place.cell && text.contains("\\|") {
        // A backslash before a bar has no spelling in a table that all readers agree on.
        out.push_str("<code>");
        push_escaped(out, text, place);
        out.push_str("</code>");
        return;
    }
    if out.ends_with('`') {
        out.push_str(BREAK);
    }
    let fence = "`".repeat(shortest_free_fence(text));
    let strips = text.starts_with(' ') && text.ends_with(' ') && !text.trim_matches(' ').is_empty();
    let pad = if strips || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    let text = if place.cell { Cow::Owned(text.replace('|', "\\|")) } else { Cow::Borrowed(text) };
    out.extend([fence.as_str(), pad, &text, pad, &fence]);
}

/// The smallest number of backticks that is the length of no run in `text`.
fn shortest_free_fence(text: &str) -> usize {
    let runs: Vec<usize> = text.split(|c| c != '`').map(str::len).collect();
    (1..).find(|length| !runs.contains(length)).unwrap_or(1)
}

fn push_strong(out: &mut String, text: &str, next: Option<&Span>, place: Place) {
    let place = Place { line_start: false, before_link: false, ..place };
    let mut words = String::new();
    push_escaped(&mut words, text, place);
    if out.ends_with('*') || !stars_work(out, &words, next) {
        out.extend(["<strong>", words.as_str(), "</strong>"]);
    } else {
        out.extend(["**", words.as_str(), "**"]);
    }
}

/// Whether stars around `words` are read as such: CommonMark wants a letter inside, or a blank outside.
fn stars_work(before: &str, words: &str, next: Option<&Span>) -> bool {
    if words.starts_with(char::is_whitespace) || words.ends_with(char::is_whitespace) {
        return false;
    }
    let opens = words.starts_with(char::is_alphanumeric) || before.is_empty() || before.ends_with(' ');
    let blank_follows = match next {
        None => true,
        Some(Span::Plain(text)) => text.starts_with(' '),
        Some(_) => false,
    };
    opens && (words.ends_with(char::is_alphanumeric) || blank_follows)
}

fn push_link(out: &mut String, label: &str, target: &str, place: Place) {
    out.push('[');
    push_escaped(out, label, Place { label: true, line_start: false, before_link: false, ..place });
    out.extend(["](", &destination(target), ")"]);
}

/// A link's destination: what ends it or has a meaning of its own is percent-encoded, escapes that are
/// there stay.
pub(super) fn destination(target: &str) -> String {
    let mut out = String::with_capacity(target.len());
    for (at, c) in target.char_indices() {
        let after = &target[at + c.len_utf8()..];
        let escaped = c == '%' && after.len() >= 2 && after.bytes().take(2).all(|b| b.is_ascii_hexdigit());
        let plain = c.is_ascii_alphanumeric() || "-._~/:?#@!$&'*+,;=".contains(c);
        if c == '&' && begins_entity(after) {
            out.push_str("%26");
        } else if plain || escaped || (!c.is_ascii() && !c.is_control() && !c.is_whitespace()) {
            out.push(c);
        } else {
            push_percent(&mut out, c);
        }
    }
    out
}

fn push_percent(out: &mut String, c: char) {
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        out.push_str(&format!("%{byte:02X}"));
    }
}

/// Running text as HTML, for the line of a `<summary>`.
pub(super) fn html(inline: &Inline) -> String {
    let mut out = String::new();
    for span in normalize(&inline.0) {
        match span {
            Span::Plain(text) => push_html(&mut out, &text),
            Span::Code(text) => {
                out.push_str("<code>");
                push_html(&mut out, &text);
                out.push_str("</code>");
            }
            Span::Strong(text) => {
                out.push_str("<strong>");
                push_html(&mut out, &text);
                out.push_str("</strong>");
            }
            Span::Link { label, target } => {
                out.extend(["<a href=\"", &destination(&target).replace('&', "&amp;"), "\">"]);
                push_html(&mut out, &label);
                out.push_str("</a>");
            }
        }
    }
    out
}

fn push_html(out: &mut String, text: &str) {
    for (at, c) in text.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
        if needs_break(c, &text[..at], &text[at + c.len_utf8()..]) {
            out.push_str(BREAK);
        }
    }
}
