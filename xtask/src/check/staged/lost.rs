//! Anchors that a note takes from those that link to it, told from its lines where they tell.

use std::collections::BTreeSet;

use crate::markdown::{self, Format};

/// True when a Markdown file loses an anchor that links elsewhere may lead to.
pub(super) fn anchor(old: &[u8], new: &[u8]) -> bool {
    !only_appends(old, new) && !has_same_headings(old, new) && !anchors(old).is_subset(&anchors(new))
}

/// True when whole lines stand behind the old ones, none of which may say where a reference above leads.
fn only_appends(old: &[u8], new: &[u8]) -> bool {
    let added = new.strip_prefix(old).filter(|_| old.is_empty() || old.ends_with(b"\n"));
    added.is_some_and(|added| memchr::memmem::find(added, b"]:").is_none())
}

/// True when all lines that may make, begin or hide a heading or another anchor are the same, so that none is lost.
fn has_same_headings(old: &[u8], new: &[u8]) -> bool {
    let (old, new) = (shaping_lines(old), shaping_lines(new));
    old.is_some() && old == new
}

/// Those lines; `None` for a text with headings that are underlined, which are paragraphs until their end.
fn shaping_lines(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    let mut previous: &[u8] = b"";
    for line in bytes.split(|&byte| byte == b'\n') {
        let words = line.trim_ascii();
        let is_line_of = |sign: u8| !words.is_empty() && words.iter().all(|&byte| byte == sign);
        if is_line_of(b'=') || (is_line_of(b'-') && !previous.is_empty()) {
            return None;
        }
        let is_fence = words.starts_with(b"```") || words.starts_with(b"~~~") || is_line_of(b'-');
        // A definition tells which brackets of a heading are a link.
        let defines = memchr::memmem::find(line, b"]:").is_some();
        if is_fence || defines || memchr::memchr2(b'#', b'<', line).is_some() {
            found.push(line);
        }
        previous = words;
    }
    Some(found)
}

fn anchors(bytes: &[u8]) -> BTreeSet<String> {
    let parsed = markdown::parse(&markdown::decode(bytes).0, Format::Markdown);
    let named = parsed.anchors.iter().map(|anchor| anchor.name.clone());
    named.chain(parsed.sections.iter().map(|section| section.slug.clone())).collect()
}
