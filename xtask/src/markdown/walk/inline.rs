//! What stands inside a line: links, code, footnote marks, HTML tags.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType};

use super::Walk;
use crate::markdown::{BlockKind, CodeSpan, Form, Link, LinkKind, Place, destination};

/// A link whose end was not seen yet.
pub(super) struct OpenLink {
    /// Its place in the list of links: a picture inside a link comes after it.
    index: usize,
    /// The end of the last thing inside its text.
    inner_end: usize,
}

impl Walk<'_> {
    pub(super) fn inline(&mut self, event: Event<'_>, range: Range<usize>) {
        if let Some(link) = self.open_links.last_mut() {
            link.inner_end = link.inner_end.max(range.end);
        }
        match event {
            Event::Text(text) => {
                self.add_words(&text);
                self.code_body(&range);
            }
            Event::Code(text) => {
                self.add_words(&text);
                self.code_span(&text, range);
            }
            Event::InlineHtml(html) => self.inline_html(&html, &range),
            Event::SoftBreak | Event::HardBreak => self.add_words("\n"),
            Event::FootnoteReference(label) => {
                let next = self.footnote_numbers.len() + 1;
                let number = *self.footnote_numbers.entry(label.to_string()).or_insert(next);
                self.add_words(&number.to_string());
                self.footnote(&label, false, &range);
            }
            _ => {}
        }
    }

    fn add_words(&mut self, text: &str) {
        if let Some(words) = &mut self.words {
            words.push_str(text);
        }
        if let Some(heading) = &mut self.html_heading {
            heading.add(text);
        }
    }

    fn code_body(&mut self, range: &Range<usize>) {
        let Some(index) = self.leaf else { return };
        if let BlockKind::Code { body, .. } = &mut self.parsed.blocks[index].kind {
            *body = body.start.min(range.start)..range.end;
        }
    }

    fn code_span(&mut self, text: &str, range: Range<usize>) {
        let raw = &self.text[range.clone()];
        let inner = raw.trim_matches('`');
        let fence = raw.len() - raw.trim_start_matches('`').len();
        let mut content = range.start + fence..range.start + fence + inner.len();
        let padded = inner.starts_with([' ', '\n']) && inner.ends_with([' ', '\n']) && inner.trim() != "";
        if padded {
            content = content.start + 1..content.end - 1;
        }
        let line = self.parsed.lines.line_after(range.start, self.line);
        self.parsed.code_spans.push(CodeSpan { text: text.to_owned(), content, range, line });
    }

    pub(super) fn open_link(
        &mut self,
        image: bool,
        link_type: LinkType,
        target: &str,
        label: &str,
        range: Range<usize>,
    ) {
        let kind = match link_type {
            LinkType::Inline | LinkType::WikiLink { .. } => LinkKind::Inline,
            LinkType::Autolink | LinkType::Email => LinkKind::Autolink,
            _ => LinkKind::Reference,
        };
        let label = (kind == LinkKind::Reference).then(|| label.to_owned());
        let inner_end = range.start + 1 + usize::from(image);
        let line = self.parsed.lines.line_after(range.start, self.line);
        self.open_links.push(OpenLink { index: self.parsed.links.len(), inner_end });
        self.parsed.links.push(Link {
            kind,
            image,
            destination: if link_type == LinkType::Email {
                format!("mailto:{target}")
            } else {
                target.to_owned()
            },
            place: None,
            label,
            range,
            line,
        });
    }

    pub(super) fn close_link(&mut self, range: Range<usize>) {
        let Some(open) = self.open_links.pop() else { return };
        let link = &mut self.parsed.links[open.index];
        link.place = match link.kind {
            LinkKind::Inline => destination::of_inline(self.text, &range, open.inner_end, &link.destination),
            LinkKind::Autolink => Some(Place { range: range.start + 1..range.end - 1, form: Form::Autolink }),
            LinkKind::Reference | LinkKind::Html => None,
        };
        // Without its bar the line may be the head of a table: so many cells as the line below it has dashes for.
        link.place = link.place.take().filter(|place| !self.text[place.range.clone()].contains('|'));
        if let Some(outer) = self.open_links.last_mut() {
            outer.inner_end = outer.inner_end.max(range.end);
        }
    }
}
