//! Links that lead nowhere, on their way into a guide: where one file alone can have been meant they lead there, else their
//! words stay with what they named, and that it is not there if nothing like it is.
//!
//! The original in the archive keeps the link, so that a copy of it in the guide would make two broken links of one.

use std::ops::Range;

use super::Paths;
use crate::consolidate::folded::label_range;
use crate::links::{Index, Reason, Resolution};
use crate::markdown::{
    BlockKind, DestinationEdit, Form, Format, Link, LinkKind, Parsed, parse, readable, rewrite_destinations,
};
use crate::repo::RepoPath;
use crate::report::Inline;

/// How deep links and pictures may stand in one another.
const DEPTH: usize = 4;

/// The text of a note with plain words in place of its broken links; read, too.
pub(super) fn without_broken_links(
    mut text: String,
    path: &RepoPath,
    index: &Index<'_>,
    ignored: &Paths,
) -> (String, Parsed) {
    let mut parsed = parse(&text, Format::Markdown);
    if let Some(mended) = mended(&text, &parsed, path, index, ignored) {
        parsed = parse(&mended, Format::Markdown);
        text = mended;
    }
    for _ in 0..DEPTH {
        let mut edits: Vec<(Range<usize>, String)> = Vec::new();
        for link in &parsed.links {
            // What stands in another edit comes with the next round.
            let is_inside = edits.last().is_some_and(|(range, _)| link.range.start < range.end);
            if is_inside || !leads_nowhere(index, path, &link.destination, ignored) {
                continue;
            }
            let is_there = may_be_there(index, path, &link.destination);
            edits.extend(match link.kind {
                LinkKind::Html => attribute(&text, link, is_there),
                _ => words(&text, &parsed, link, is_there).map(|words| (whole(&text, link), words)),
            });
        }
        if edits.is_empty() {
            break;
        }
        for (range, words) in edits.into_iter().rev() {
            text.replace_range(range, &words);
        }
        parsed = parse(&text, Format::Markdown);
    }
    (text, parsed)
}

/// The paths that the links of a text look for and that are not in the tree.
pub(super) fn missing(text: &[u8], path: &RepoPath, index: &Index<'_>) -> Paths {
    let parsed = parse(&readable(text), Format::Markdown);
    let problems = parsed.links.iter().filter_map(|link| match index.resolve(path, &link.destination) {
        Resolution::Broken(problem) => problem.path,
        _ => None,
    });
    problems.collect()
}

/// The text with the destinations that can have meant one file alone.
fn mended(
    text: &str,
    parsed: &Parsed,
    path: &RepoPath,
    index: &Index<'_>,
    ignored: &Paths,
) -> Option<String> {
    let broken = parsed
        .destinations()
        .into_iter()
        .filter(|(destination, ..)| leads_nowhere(index, path, destination, ignored));
    let edits: Vec<DestinationEdit> = broken
        .filter_map(|(destination, place, _)| {
            Some(DestinationEdit { place: place.clone(), to: index.surely_meant(path, destination)? })
        })
        .collect();
    if edits.is_empty() { None } else { rewrite_destinations(text, &edits).ok() }
}

/// True where a destination names something as from the root, or something like it is there: nobody is to read that it
/// was not found.
fn may_be_there(index: &Index<'_>, path: &RepoPath, destination: &str) -> bool {
    if destination.starts_with(['#', '?']) {
        return false;
    }
    let from_root = index.resolve(path, &format!("/{destination}"));
    matches!(from_root, Resolution::File { .. } | Resolution::Folder(_)) || index.may_mean(path, destination)
}

fn leads_nowhere(index: &Index<'_>, path: &RepoPath, destination: &str, ignored: &Paths) -> bool {
    match index.resolve(path, destination) {
        Resolution::Broken(problem) => {
            problem.reason != Reason::Empty && !problem.path.is_some_and(|path| ignored.contains(&path))
        }
        _ => false,
    }
}

/// All of a link; an empty label stands behind what is known as its range.
fn whole(text: &str, link: &Link) -> Range<usize> {
    let label = (link.kind == LinkKind::Reference).then(|| label_range(text, link)).flatten();
    link.range.start..label.map_or(link.range.end, |label| label.end.max(link.range.end))
}

/// What is written in place of the attribute of a tag that leads nowhere: what it named, for who points at the words.
/// One address of several (`srcset`) stays.
fn attribute(text: &str, link: &Link, is_there: bool) -> Option<(Range<usize>, String)> {
    let place = link.place.as_ref()?;
    let (quote, width) = match place.form {
        Form::Quoted(quote) => (quote, quote.len_utf8()),
        Form::Unquoted => ('"', 0),
        _ => return None,
    };
    let tag = text.get(link.range.clone())?;
    let before = text.get(link.range.start..place.range.start - width)?.trim_end().strip_suffix('=')?;
    let name = before.trim_end();
    let start =
        link.range.start + name.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '-').len();
    let range = start..place.range.end + width;
    let raw = text.get(place.range.clone())?;
    let is_titled = tag.to_ascii_lowercase().contains("title");
    let why = if is_there { "" } else { ", not found" };
    let title = if is_titled || raw.contains(quote) {
        String::new()
    } else {
        format!("title={quote}{raw}{why}{quote}")
    };
    Some((range, title))
}

/// What is written in place of a link.
fn words(text: &str, parsed: &Parsed, link: &Link, is_there: bool) -> Option<String> {
    let open = link.range.start + usize::from(link.image) + 1;
    let close = match (link.kind, &link.place) {
        (LinkKind::Inline, Some(place)) => {
            text.get(open..place.range.start)?.rfind("](").map(|at| open + at)?
        }
        (LinkKind::Reference, _) => match label_range(text, link) {
            Some(label) if label.start > open => label.start - 1,
            _ => link.range.end - 1,
        },
        _ => return None,
    };
    let said = text.get(open..close)?;
    let is_in = |matches: fn(&BlockKind) -> bool| {
        parsed.blocks.iter().any(|block| {
            matches(&block.kind) && block.range.start <= link.range.start && link.range.end <= block.range.end
        })
    };
    // An anchor is made of all words of a heading.
    if is_in(|kind| matches!(kind, BlockKind::Heading(_))) {
        return Some(said.to_owned());
    }
    let in_table = is_in(|kind| matches!(kind, BlockKind::Table { .. }));
    if link.destination.contains(['\n', '\r']) || (in_table && link.destination.contains('|')) {
        return Some(said.to_owned());
    }
    let name = Inline::code(link.destination.clone()).to_markdown();
    if said.trim() == name || said.trim() == link.destination {
        return Some(if is_there { name } else { format!("{name} (not found)") });
    }
    let what = if link.image { "picture " } else { "" };
    let space = if said.trim().is_empty() { "" } else { " " };
    let why = if is_there { "" } else { ", not found" };
    Some(format!("{said}{space}({what}{name}{why})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::{EntryKind, Tree};

    #[test]
    fn words_and_names_of_broken_links_stay() {
        let files = ["a.md", "docs/b.md", "docs/x.png"];
        let files = files.map(|path| (RepoPath::from(path), EntryKind::File, b"# B\n".to_vec()));
        let tree = Tree::in_memory(files);
        let index = Index::new(&tree);
        let cases = [
            ("See [b](docs/b.md) and [c](docs/c.md).", "See [b](docs/b.md) and c (`docs/c.md`, not found)."),
            ("[`c.md`](c.md) [c.md](c.md)", "`c.md` (not found) `c.md` (not found)"),
            (
                "![A plan](plan.png) ![](plan.png)",
                "A plan (picture `plan.png`, not found) (picture `plan.png`, not found)",
            ),
            (
                "[x][y], [y][] and [y]\n\n[y]: gone.md",
                "x (`gone.md`, not found), y (`gone.md`, not found) and y (`gone.md`, not found)\n\n[y]: gone.md",
            ),
            ("[![i](docs/x.png)](gone.md)", "![i](docs/x.png) (`gone.md`, not found)"),
            ("[![i](gone.png)](docs/b.md)", "[i (picture `gone.png`, not found)](docs/b.md)"),
            ("## The [c](c.md)\n", "## The c\n"),
            (
                "[s](build/x.html) <a href=\"docs/b.md\">c</a> [w](https://example.invalid)",
                "[s](build/x.html) <a href=\"docs/b.md\">c</a> [w](https://example.invalid)",
            ),
            (
                "<a class=\"x\" href=\"c.md#d\">c</a> <img src='gone.png' alt=\"A\"> <a href=c.md>c</a>",
                "<a class=\"x\" title=\"c.md#d, not found\">c</a> <img title='gone.png, not found' alt=\"A\"> \
                 <a title=\"c.md, not found\">c</a>",
            ),
            ("<a HREF = \"c.md\" title=\"C\">c</a>", "<a  title=\"C\">c</a>"),
            (
                "<p>\n<a href=\"c.md\"><img src=\"gone.png\"></a>\n</p>",
                "<p>\n<a title=\"c.md, not found\"><img title=\"gone.png, not found\"></a>\n</p>",
            ),
            ("[own](#gone) [top](#top)", "own (`#gone`, not found) [top](#top)"),
            ("[p](<a b.md> \"T\")", "p (`a b.md`, not found)"),
        ];
        let ignored = Paths::from([RepoPath::from("build/x.html")]);
        for (text, expected) in cases {
            let found = without_broken_links(text.to_owned(), &"a.md".into(), &index, &ignored);
            assert_eq!(found.0, expected);
        }
    }

    #[test]
    fn a_link_that_can_have_meant_one_file_alone_leads_there() {
        let names = ["docs/b.md", "PLAN.md", "one/twice.md", "two/twice.md", "src/main.rs", "lib/main.rs"];
        let files = names.map(|path| (RepoPath::from(path), EntryKind::File, b"# B\n\n## Part\n".to_vec()));
        let tree = Tree::in_memory(files);
        let index = Index::new(&tree);
        let cases = [
            ("[b](docs/b.md#part)", "[b](b.md#part)"),
            ("[main](src/main.rs#L2-L3)", "[main](../src/main.rs#L2-L3)"),
            ("[plan](PLAN.md)", "[plan](../PLAN.md)"),
            (
                "[plan](PLAN.md#gone) <a href=\"old/PLAN.md\">x</a>",
                "[plan](../PLAN.md) <a href=\"../PLAN.md\">x</a>",
            ),
            ("[plan][p]\n\n[p]: PLAN.md", "[plan][p]\n\n[p]: ../PLAN.md"),
            ("[two](twice.md)", "two (`twice.md`)"),
            ("[plan](PLANS.md) [plan](../../PLAN.md)", "plan (`PLANS.md`, not found) plan (`../../PLAN.md`)"),
            ("[here](old/a.md)", "here (`old/a.md`, not found)"),
        ];
        for (text, expected) in cases {
            let found = without_broken_links(text.to_owned(), &"docs/a.md".into(), &index, &Paths::new());
            assert_eq!(found.0, expected, "{text}");
        }
    }
}
