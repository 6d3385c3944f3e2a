//! What HTML inside Markdown adds: links, pictures, anchors, headings.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, Parser};

use super::{Walk, squeezed};
use crate::markdown::html::{self, Attribute, HtmlTag};
use crate::markdown::{Anchor, AnchorKind, Form, Link, LinkKind, Place};

/// A heading that is written as HTML, while its end was not seen.
pub(super) struct HtmlHeading {
    level: u8,
    words: String,
    line: usize,
}

impl HtmlHeading {
    /// Adds words of the heading.
    pub(super) fn add(&mut self, words: &str) {
        self.words.push_str(words);
    }
}

/// HTML out of a text: the pieces between the marks that a quotation puts before each line.
struct Markup<'t> {
    html: Cow<'t, str>,
    /// Where each piece begins, in the HTML and in the text.
    starts: Vec<(usize, usize)>,
}

impl<'t> Markup<'t> {
    fn new(text: &'t str, pieces: &[Range<usize>]) -> Self {
        let mut joined: Vec<Range<usize>> = Vec::new();
        for piece in pieces {
            match joined.last_mut() {
                Some(last) if last.end == piece.start => last.end = piece.end,
                _ => joined.push(piece.clone()),
            }
        }
        if let [piece] = &joined[..] {
            return Self { html: Cow::Borrowed(&text[piece.clone()]), starts: vec![(0, piece.start)] };
        }
        let mut html = String::new();
        let mut starts = Vec::with_capacity(joined.len());
        for piece in joined {
            starts.push((html.len(), piece.start));
            html.push_str(&text[piece]);
        }
        Self { html: Cow::Owned(html), starts }
    }

    /// The place in the text of a byte of the HTML.
    fn place(&self, at: usize) -> usize {
        let index = self.starts.partition_point(|&(start, _)| start <= at).saturating_sub(1);
        self.starts.get(index).map_or(0, |&(start, text)| text + at - start)
    }

    /// The place of some HTML; `None` when marks of a quotation stand inside it.
    fn range(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let start = self.place(range.start);
        let whole = range.is_empty() || self.place(range.end - 1) == start + range.len() - 1;
        whole.then(|| start..start + range.len())
    }
}

impl Walk<'_> {
    /// Notes one line of a block of HTML.
    pub(super) fn html_line(&mut self, html: &str, range: &Range<usize>) {
        let pieces = pieces(self.text, html, range);
        self.html.extend(pieces);
    }

    /// Reads the block of HTML whose lines were noted.
    pub(super) fn html_block(&mut self) {
        let pieces = std::mem::take(&mut self.html);
        self.markup(&pieces);
    }

    /// Reads one tag or comment inside a line.
    pub(super) fn inline_html(&mut self, html: &str, range: &Range<usize>) {
        let pieces = pieces(self.text, html, range);
        self.markup(&pieces);
    }

    fn markup(&mut self, pieces: &[Range<usize>]) {
        let markup = Markup::new(self.text, pieces);
        let mut at = 0;
        for tag in html::tags(&markup.html) {
            self.heading_words(&markup.html[at..tag.range.start]);
            at = tag.range.end;
            if tag.closing {
                self.close_html_heading(tag.name);
            } else {
                self.tag(&tag, &markup);
            }
        }
        self.heading_words(&markup.html[at..]);
    }

    fn tag(&mut self, tag: &HtmlTag<'_>, markup: &Markup<'_>) {
        let line = self.parsed.lines.line(markup.place(tag.range.start));
        if let Some(level) = heading_level(tag.name) {
            self.html_heading = Some(HtmlHeading { level, words: String::new(), line });
        }
        let name_is = |name: &str| tag.name.eq_ignore_ascii_case(name);
        for attribute in &tag.attributes {
            match attribute.name.to_ascii_lowercase().as_str() {
                "href" => self.html_link(false, tag, attribute, markup),
                "src" | "poster" => self.html_link(true, tag, attribute, markup),
                "srcset" => self.html_source_set(tag, attribute, markup),
                "id" => self.html_anchor(attribute.value, line),
                "name" if name_is("a") => self.html_anchor(attribute.value, line),
                _ => {}
            }
        }
    }

    fn html_anchor(&mut self, name: &str, line: usize) {
        let name = decoded(name).into_owned();
        self.parsed.anchors.push(Anchor { name, kind: AnchorKind::Html, line });
    }

    fn html_link(&mut self, image: bool, tag: &HtmlTag<'_>, attribute: &Attribute<'_>, markup: &Markup<'_>) {
        let form = attribute.quote.map_or(Form::Unquoted, Form::Quoted);
        let value = attribute.start..attribute.start + attribute.value.len();
        // Browsers leave out blanks around an address.
        let trimmed = attribute.value.trim();
        let start = value.start + attribute.value.len() - attribute.value.trim_start().len();
        self.push_html_link(image, tag, start..start + trimmed.len(), form, markup);
    }

    fn html_source_set(&mut self, tag: &HtmlTag<'_>, attribute: &Attribute<'_>, markup: &Markup<'_>) {
        for address in html::source_set(attribute.value) {
            let range = attribute.start + address.start..attribute.start + address.end;
            self.push_html_link(true, tag, range, Form::SourceSet, markup);
        }
    }

    fn push_html_link(
        &mut self,
        image: bool,
        tag: &HtmlTag<'_>,
        value: Range<usize>,
        form: Form,
        markup: &Markup<'_>,
    ) {
        let start = markup.place(tag.range.start);
        let end = markup.place(tag.range.end - 1) + 1;
        // Without its line break or its bar, it could be another block.
        let is_settled = !tag.unsettled && !markup.html[value.clone()].contains(['\n', '\r', '|']);
        self.parsed.links.push(Link {
            kind: LinkKind::Html,
            image,
            destination: decoded(&markup.html[value.clone()]).into_owned(),
            place: markup.range(&value).filter(|_| is_settled).map(|range| Place { range, form }),
            label: None,
            line: self.parsed.lines.line(start),
            range: start..end,
        });
    }

    fn heading_words(&mut self, html: &str) {
        if let Some(heading) = &mut self.html_heading {
            heading.add(&decoded(&without_comments(html)));
        }
    }

    fn close_html_heading(&mut self, name: &str) {
        if heading_level(name).is_none() {
            return;
        }
        let Some(heading) = self.html_heading.take() else { return };
        let slug = self.anchor_heading(&heading.words, heading.line);
        let text = squeezed(&heading.words);
        // GitHub counts the blanks that indent the words, other renderers do not: both anchors are good.
        let tidy = crate::markdown::slug(&text);
        if tidy != slug {
            self.parsed.anchors.push(Anchor { name: tidy, kind: AnchorKind::Html, line: heading.line });
        }
        if heading.level == 1 && self.parsed.title.is_none() && !text.is_empty() {
            self.parsed.title = Some(text);
        }
    }
}

/// Where the lines of `html` stand in `range` of the text, which holds marks of quotations besides.
fn pieces(text: &str, html: &str, range: &Range<usize>) -> Vec<Range<usize>> {
    if &text[range.clone()] == html {
        return vec![range.clone()];
    }
    let mut at = range.start;
    let mut pieces = Vec::new();
    for line in html.split_inclusive('\n') {
        let words = line.trim_end_matches(['\n', '\r']);
        if let Some(found) = text[at..range.end].find(words) {
            let start = at + found;
            // The line end belongs to the piece: it parts two attributes.
            let end = start + words.len() + line_end(&text[start + words.len()..range.end]);
            pieces.push(start..end);
            at = end;
        }
    }
    pieces
}

fn line_end(rest: &str) -> usize {
    let ends = ["\r\n", "\n", "\r"];
    ends.iter().find(|end| rest.starts_with(**end)).map_or(0, |end| end.len())
}

fn heading_level(name: &str) -> Option<u8> {
    match name.as_bytes() {
        [b'h' | b'H', digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ => None,
    }
}

fn without_comments(html: &str) -> Cow<'_, str> {
    if !html.contains("<!--") {
        return Cow::Borrowed(html);
    }
    let mut parts = html.split("<!--");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for comment in parts {
        out.push_str(comment.split_once("-->").map_or("", |(_, behind)| behind));
    }
    Cow::Owned(out)
}

/// Resolves entities: only the parser has their table.
fn decoded(html: &str) -> Cow<'_, str> {
    let Some(start) = html.find('&') else { return Cow::Borrowed(html) };
    let mut out = html[..start].to_owned();
    let mut rest = &html[start..];
    while let Some(tail) = rest.strip_prefix('&') {
        let name = tail.find(|c: char| !(c.is_ascii_alphanumeric() || c == '#')).unwrap_or(tail.len());
        let end = if tail[name..].starts_with(';') { name + 2 } else { 1 };
        let (entity, behind) = rest.split_at(end);
        match Parser::new(entity).find_map(|event| match event {
            Event::Text(text) => Some(text.into_string()),
            _ => None,
        }) {
            Some(text) => out.push_str(&text),
            None => out.push_str(entity),
        }
        let next = behind.find('&').unwrap_or(behind.len());
        out.push_str(&behind[..next]);
        rest = &behind[next..];
    }
    Cow::Owned(out)
}
