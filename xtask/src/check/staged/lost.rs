//! What a file may take from others when it changes: anchors of headings, and names that Python modules bind.

use std::collections::BTreeSet;

use super::mentioned::{opens_imports, words};
use crate::markdown::{self, Format};

/// True when a Markdown file loses an anchor that links elsewhere may lead to.
pub(super) fn anchor(old: &[u8], new: &[u8]) -> bool {
    !only_appends(old, new) && !has_same_headings(old, new) && !anchors(old).is_subset(&anchors(new))
}

/// True when a Python file loses a name, or takes its arguments in another way.
pub(super) fn name(old: &[u8], new: &[u8]) -> bool {
    !new.starts_with(old) && !names(old).is_subset(&names(new))
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

/// Names that the top of a Python file and its classes bind, too many rather than too few, but no local ones; and the
/// words by which functions say what they take.
pub(super) fn names(bytes: &[u8]) -> BTreeSet<Vec<u8>> {
    let mut names = BTreeSet::new();
    let (mut in_function, mut in_brackets) = (false, false);
    let mut signature: Vec<u8> = Vec::new();
    for line in bytes.split(|&byte| byte == b'\n') {
        let start = line.trim_ascii_start();
        if start.is_empty() || start.starts_with(b"#") {
            continue;
        }
        if start.len() == line.len() && !start.starts_with(b")") {
            in_function = begins_function(start);
        }
        let is_indented = start.len() < line.len();
        if (begins_function(start) && !(in_function && is_indented)) || !signature.is_empty() {
            signature.extend_from_slice(line.trim_ascii());
            if signature.ends_with(b":") {
                names.insert(std::mem::take(&mut signature));
            }
        }
        if in_brackets {
            names.extend(words(line).map(<[u8]>::to_vec));
            in_brackets = !line.contains(&b')');
        } else if !(in_function && is_indented) {
            names.extend(bound(start).into_iter().flat_map(words).map(<[u8]>::to_vec));
            in_brackets = opens_imports(start);
        }
    }
    names
}

fn begins_function(line: &[u8]) -> bool {
    line.starts_with(b"def ") || line.starts_with(b"async def ")
}

/// The part of a line that binds names, if it binds any.
fn bound(line: &[u8]) -> Option<&[u8]> {
    if begins_function(line) || line.starts_with(b"class ") {
        return Some(&line[..line.iter().position(|byte| b"(:".contains(byte)).unwrap_or(line.len())]);
    }
    if [&b"import "[..], b"from ", b"for ", b"with "].iter().any(|word| line.starts_with(word)) {
        return Some(line);
    }
    let left = &line[..memchr::memchr(b'=', line)?];
    let is_target = |byte: &u8| byte.is_ascii_alphanumeric() || b"_ ,.*:[]|".contains(byte) || *byte >= 128;
    left.iter().all(is_target).then_some(left)
}
