//! Notes whose links surely hold, told from their lines alone.
//!
//! What a parser would find is a part of what is looked at here: everything that may begin a destination counts, also in
//! code, and only lines that are headings whatever stands around them. So a note that passes has no broken link; one
//! that does not is parsed.

use std::collections::BTreeSet;

use crate::markdown::slug;
use crate::repo::RepoPath;

/// True when every link of the note leads to one of its own headings, to an address elsewhere, or to a path that
/// `exists`.
pub(super) fn links_hold(path: &RepoPath, text: &[u8], exists: impl Fn(&RepoPath) -> bool) -> bool {
    if is_beyond(text) {
        return false;
    }
    let mut headings = None;
    memchr::memmem::find_iter(text, b"](").all(|at| {
        let Some(destination) = destination(&text[at + 2..]) else { return false };
        if is_elsewhere(destination) {
            return true;
        }
        match destination.strip_prefix(b"#") {
            Some(anchor) => headings.get_or_insert_with(|| sure_anchors(text)).contains(anchor),
            None => RepoPath::resolve(path.parent().as_ref(), destination).is_some_and(|path| exists(&path)),
        }
    })
}

/// True for forms that only a parser tells apart: front matter, definitions, links of wikis, tags and addresses in
/// angle brackets.
fn is_beyond(text: &[u8]) -> bool {
    let holds = |sign: &[u8]| memchr::memmem::find(text, sign).is_some();
    let mut tags = memchr::memchr_iter(b'<', text);
    let is_tag =
        |at: usize| text.get(at + 1).is_some_and(|next| !next.is_ascii_whitespace() && *next != b'=');
    text.starts_with(b"---")
        || text.starts_with(b"+++")
        || text.starts_with(b"\xef\xbb\xbf")
        || memchr::memchr2(0, b'\r', text).is_some()
        || holds(b"]:")
        || holds(b"[[")
        || tags.any(is_tag)
}

/// What stands between the brackets, when it is of plain letters alone.
fn destination(rest: &[u8]) -> Option<&[u8]> {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./#:".contains(byte);
    let length = rest.iter().take_while(|byte| is_plain(byte)).count();
    let destination = &rest[..length];
    (length > 0 && rest.get(length) == Some(&b')') && !destination.ends_with(b"/")).then_some(destination)
}

fn is_elsewhere(destination: &[u8]) -> bool {
    destination.starts_with(b"https://") || destination.starts_with(b"http://")
}

/// The anchors of headings that are headings wherever they stand: before the first fence, from the first column, of
/// plain words.
fn sure_anchors(text: &[u8]) -> BTreeSet<Vec<u8>> {
    let fence = |sign: &[u8]| memchr::memmem::find(text, sign).unwrap_or(text.len());
    let end = fence(b"```").min(fence(b"~~~"));
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b" -".contains(byte);
    let mut anchors = BTreeSet::new();
    for line in text[..end].split(|&byte| byte == b'\n') {
        if let Some(words) = words_of_heading(line).filter(|words| words.iter().all(is_plain)) {
            anchors.insert(slug(&String::from_utf8_lossy(words)).into_bytes());
        }
    }
    anchors
}

/// The words behind one to six signs and a blank.
fn words_of_heading(line: &[u8]) -> Option<&[u8]> {
    let signs = line.iter().take_while(|&&byte| byte == b'#').count();
    let words = line[signs..].strip_prefix(b" ")?.trim_ascii();
    ((1..=6).contains(&signs) && !words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str) -> bool {
        let there = ["docs/b.md", "img/x.png"].map(RepoPath::from);
        links_hold(&RepoPath::from("docs/a.md"), text.as_bytes(), |path| there.contains(path))
    }

    #[test]
    fn notes_of_plain_links_hold_without_a_parser() {
        for text in [
            "",
            "# One\n\nText, no link.\n",
            "# One two\n\n[x](#one-two)\n",
            "[x](b.md) ![y](../img/x.png) [z](https://example.org/a)\n",
            "# A\n\n```\nx\n```\n\n[x](#a)\n",
            "# A\n\n# A\n\nSome `code`, 1 < 2 <= 3. [x](#a)\n",
        ] {
            assert!(holds(text), "{text}");
        }
    }

    #[test]
    fn what_may_be_broken_or_only_a_parser_knows_is_parsed() {
        for text in [
            "[x](gone.md)",
            "[x](#gone)",
            "[x](b.md#gone)",
            "[x](../../out.md)",
            "[x](b%2Emd)",
            "[x](<b.md>)",
            "[x](b.md 'title')",
            "[x]()",
            "[x](../docs)",
            "[x](b.md/)",
            "[x][y]\n\n[y]: gone.md\n",
            "[[gone]]",
            "<a href='gone.md'>x</a>",
            "<https://example.org>",
            "---\ntitle: x\n---\n",
            "```\n# A\n```\n\n[x](#a)\n",
            "<!--\n# A\n-->\n\n[x](#a)\n",
            "    # A\n\n[x](#a)\n",
            "# `A`\n\n[x](#a)\n",
            "#A\n\n[x](#a)\n",
            "####### A\n\n[x](#a)\n",
            "# A\r\n\r\n[x](gone.md)\r\n",
        ] {
            assert!(!holds(text), "{text}");
        }
    }
}
