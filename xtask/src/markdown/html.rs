//! The tags of raw HTML, as far as notes use them: attributes that lead somewhere or name a place.

use std::ops::Range;

/// One tag.
pub(super) struct HtmlTag<'t> {
    /// Its name as it is written.
    pub(super) name: &'t str,
    /// `</name>`.
    pub(super) closing: bool,
    /// The whole tag, in bytes of the HTML.
    pub(super) range: Range<usize>,
    /// Attributes with a value, in order.
    pub(super) attributes: Vec<Attribute<'t>>,
    /// It stands inside what would be one tag if an angle bracket further on were not there: with other
    /// values it could be part of that one.
    pub(super) unsettled: bool,
}

/// One attribute with a value.
pub(super) struct Attribute<'t> {
    pub(super) name: &'t str,
    /// The value as it is written.
    pub(super) value: &'t str,
    /// Where the value begins.
    pub(super) start: usize,
    /// The quotation marks around it.
    pub(super) quote: Option<char>,
}

/// All tags in order. Comments, declarations and what scripts and styles hold are passed over.
pub(super) fn tags(html: &str) -> Vec<HtmlTag<'_>> {
    let mut scanner = Scanner { html, missing: Vec::new(), given_up: 0 };
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(found) = html[at..].find('<') {
        let start = at + found;
        at = match scanner.passed_over(start) {
            Some(end) => end,
            None => match scanner.tag(start) {
                Some(tag) => {
                    let end = scanner.end_of_raw(&tag);
                    tags.push(tag);
                    end
                }
                None => start + 1,
            },
        };
    }
    tags
}

struct Scanner<'t> {
    html: &'t str,
    /// Endings that were looked for and are not in the rest: looking again would cost the square of the length.
    missing: Vec<&'static str>,
    /// Up to where a tag was read that an angle bracket then showed to be none.
    given_up: usize,
}

impl<'t> Scanner<'t> {
    /// The end of a comment or declaration that begins at `start`.
    fn passed_over(&mut self, start: usize) -> Option<usize> {
        let rest = &self.html[start..];
        let close = match rest {
            rest if rest.starts_with("<!--") => "-->",
            rest if rest.starts_with("<?") => "?>",
            rest if rest.starts_with("<!") => ">",
            _ => return None,
        };
        Some(self.find(close, start + 2).map_or(self.html.len(), |found| found + close.len()))
    }

    fn find(&mut self, close: &'static str, from: usize) -> Option<usize> {
        if self.missing.contains(&close) {
            return None;
        }
        let found = self.html[from..].find(close).map(|found| from + found);
        if found.is_none() {
            self.missing.push(close);
        }
        found
    }

    fn tag(&mut self, start: usize) -> Option<HtmlTag<'t>> {
        let html = self.html;
        let closing = html[start + 1..].starts_with('/');
        let name_start = start + 1 + usize::from(closing);
        let name = leading(&html[name_start..], |c| c.is_ascii_alphanumeric() || c == '-');
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let mut attributes = Vec::new();
        let mut at = name_start + name.len();
        loop {
            at += leading(&html[at..], |c| c.is_ascii_whitespace() || c == '/').len();
            match html[at..].chars().next()? {
                '>' => {
                    let unsettled = start < self.given_up;
                    return Some(HtmlTag { name, closing, range: start..at + 1, attributes, unsettled });
                }
                '<' => {
                    self.given_up = self.given_up.max(at);
                    return None;
                }
                _ => at = self.attribute(at, &mut attributes)?,
            }
        }
    }

    /// Reads one attribute and gives its end.
    fn attribute(&mut self, start: usize, attributes: &mut Vec<Attribute<'t>>) -> Option<usize> {
        let html = self.html;
        let name =
            leading(&html[start..], |c| !c.is_ascii_whitespace() && !matches!(c, '=' | '>' | '<' | '/'));
        let behind = start + name.len();
        let equals = behind + leading(&html[behind..], |c| c.is_ascii_whitespace()).len();
        if !html[equals..].starts_with('=') {
            // A stray `=` has no name before it.
            return Some(behind.max(start + usize::from(name.is_empty())));
        }
        let value = equals + 1 + leading(&html[equals + 1..], |c| c.is_ascii_whitespace()).len();
        let (quote, range) = match html[value..].chars().next()? {
            '"' => (Some('"'), value + 1..self.find("\"", value + 1)?),
            '\'' => (Some('\''), value + 1..self.find("'", value + 1)?),
            _ => {
                let bare = leading(&html[value..], |c| !c.is_ascii_whitespace() && c != '>');
                (None, value..value + bare.len())
            }
        };
        attributes.push(Attribute { name, value: &html[range.clone()], start: range.start, quote });
        Some(range.end + usize::from(quote.is_some()))
    }

    /// Where the next tag can begin: behind what a script or style holds.
    fn end_of_raw(&mut self, tag: &HtmlTag<'_>) -> usize {
        let end = tag.range.end;
        if tag.closing {
            return end;
        }
        let close = match tag.name.to_ascii_lowercase().as_str() {
            "script" => "</script",
            "style" => "</style",
            "textarea" => "</textarea",
            _ => return end,
        };
        self.find(close, end).unwrap_or(self.html.len())
    }
}

/// The longest beginning of `text` that is made of such characters.
fn leading(text: &str, fits: impl Fn(char) -> bool) -> &str {
    &text[..text.find(|c| !fits(c)).unwrap_or(text.len())]
}

/// The addresses of a `srcset`: each begins a part between commas, before a blank and its width.
pub(super) fn source_set(value: &str) -> Vec<Range<usize>> {
    // What a template fills in may hold blanks and commas itself.
    if value.contains("{{") {
        return std::iter::once(0..value.len()).collect();
    }
    let mut at = 0;
    let mut found = Vec::new();
    for part in value.split(',') {
        let start = at + part.len() - part.trim_start().len();
        let address = leading(part.trim_start(), |c| !c.is_ascii_whitespace());
        if !address.is_empty() {
            found.push(start..start + address.len());
        }
        at += part.len() + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_set_that_a_template_fills_is_one_address() {
        let of = |value: &'static str| {
            source_set(value).into_iter().map(|range| &value[range]).collect::<Vec<_>>()
        };
        assert_eq!(of("a.png, b.png 2x"), ["a.png", "b.png"]);
        assert_eq!(of("{{ a | cut: 1, 2 }} 2x"), ["{{ a | cut: 1, 2 }} 2x"]);
    }

    fn seen(html: &str) -> Vec<String> {
        let show = |tag: &HtmlTag<'_>| {
            let attributes = tag.attributes.iter().map(|attribute| {
                assert_eq!(&html[attribute.start..][..attribute.value.len()], attribute.value);
                format!(" {}={}", attribute.name, attribute.value)
            });
            format!("{}{}{}", if tag.closing { "/" } else { "" }, tag.name, attributes.collect::<String>())
        };
        tags(html).iter().map(show).collect()
    }

    #[test]
    fn tags_are_read_as_browsers_read_them() {
        let cases = [
            ("<a href=\"x\">t</a>", vec!["a href=x", "/a"]),
            ("<IMG\n  src = 'a b'  alt=c/>", vec!["IMG src=a b alt=c/"]),
            ("<br/><p hidden id=x>", vec!["br", "p id=x"]),
            ("<!-- <a href=x> --><b>", vec!["b"]),
            ("<script>if (a<b) \"<a href=x>\"</script><i>", vec!["script", "/script", "i"]),
            ("a < b <c", vec![]),
            ("<a href=\"x>", vec![]),
            ("<a =x id=y>", vec!["a =x id=y"]),
            ("<é><a é=ü>", vec!["a é=ü"]),
        ];
        for (html, expected) in cases {
            assert_eq!(seen(html), expected, "{html:?}");
        }
    }

    #[test]
    fn addresses_of_a_source_set_are_told_apart() {
        let value = "a.png, b c.png 2x ,d.png 100w,";
        let found: Vec<&str> = source_set(value).into_iter().map(|range| &value[range]).collect();
        assert_eq!(found, ["a.png", "b", "d.png"]);
    }

    #[test]
    fn endings_that_never_come_cost_no_square() {
        for piece in ["<a x=\"", "<!--", "<a b ", "<?", "<script>", "<a x='y\" ", "< "] {
            let html = piece.repeat(30_000);
            assert!(tags(&html).len() <= 30_000);
        }
    }
}
