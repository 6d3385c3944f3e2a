use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::links::{Note, broken_links};
use crate::repo::EntryKind;

/// Files whose content does not matter.
const FILES: &[&str] = &[
    "README.md",
    "SETUP.md",
    "docs/a.md",
    "docs/other/c.md",
    "notes/a b.md",
    "notes/b.md",
    "notes/done.md",
    "notes/img.png",
    "notes/old/only.md",
    "notes/part.md",
    "notes/twin.md",
    "src/tool.py",
];

/// One note archived, one merged with its original kept, one merged and removed, one removed as a twin of another.
fn moves() -> Moves {
    let anchor = |path: &str, name: &str| (RepoPath::from(path), Some(name.to_owned()));
    let place =
        |path: &str, original: Option<&str>, anchors: &[(&str, (RepoPath, Option<String>))]| NewPlace {
            path: path.into(),
            original: original.map(RepoPath::from),
            anchors: Some(anchors.iter().map(|(old, new)| ((*old).to_owned(), new.clone())).collect()),
            top: Some("b".to_owned()),
        };
    BTreeMap::from([
        ("notes/done.md".into(), NewPlace::moved("notes/archive/done.md".into())),
        ("notes/a b.md".into(), NewPlace::moved("notes/archive/a b.md".into())),
        ("notes/old/only.md".into(), NewPlace::moved("notes/archive/old/only.md".into())),
        ("SETUP.md".into(), NewPlace::moved("notes/archive/SETUP.md".into())),
        (
            "notes/b.md".into(),
            place(
                "docs/guides/g.md",
                Some("notes/archive/b.md"),
                &[("use", anchor("docs/guides/g.md", "using"))],
            ),
        ),
        (
            "notes/part.md".into(),
            place("docs/guides/g.md", None, &[("x", anchor("docs/guides/g.md", "x-1"))]),
        ),
        ("notes/twin.md".into(), NewPlace { original: None, ..NewPlace::moved("docs/a.md".into()) }),
    ])
}

fn tree_with(texts: &[(&str, &str)]) -> Tree {
    let mut files: BTreeMap<RepoPath, Vec<u8>> =
        FILES.iter().map(|path| ((*path).into(), b"# Use\n\n## X\n".to_vec())).collect();
    files.extend(texts.iter().map(|(path, text)| ((*path).into(), text.as_bytes().to_vec())));
    Tree::in_memory(files.into_iter().map(|(path, bytes)| (path, EntryKind::File, bytes)))
}

/// The text of `path` after all moves.
fn after(path: &str, text: &str, parts: Parts) -> (String, Rewritten) {
    let (tree, moves) = (tree_with(&[(path, text)]), moves());
    let from = RepoPath::from(path);
    let to = moves.get(&from).and_then(|place| place.original.clone()).unwrap_or_else(|| from.clone());
    let rewriter = Rewriter::new(&tree, &moves, &BTreeSet::from(["docs/guides/g.md".into()])).unwrap();
    let rewriter = rewriter.with_ignored(BTreeSet::from(["notes/data/x.csv".into()]));
    let rewritten = rewriter.rewrite(Standing { from: &from, to: &to }, text.as_bytes(), parts);
    let bytes = rewritten.bytes.clone().unwrap_or_else(|| text.as_bytes().to_vec());
    (String::from_utf8(bytes).unwrap(), rewritten)
}

#[test]
fn words_of_a_link_follow_the_link_also_in_the_guide_that_holds_what_it_led_to() {
    let tree = tree_with(&[]);
    let moves = moves();
    let guide = RepoPath::from("docs/guides/g.md");
    let rewriter = Rewriter::new(&tree, &moves, &BTreeSet::from([guide.clone()])).unwrap();
    let from = RepoPath::from("notes/part.md");
    let at = Standing { from: &from, to: &guide };
    let text = "[notes/b.md](b.md), [b.md](b.md#use), `notes/b.md`, <a href=b.md>`b.md` b.md</a> b.md";
    let named = rewriter.rewrite(at, text.as_bytes(), Parts { links: false, ..Parts::LIVE }).bytes.unwrap();
    let expected = "[docs/guides/g.md](b.md), [g.md](b.md#use), `notes/archive/b.md`, \
                    <a href=b.md>`g.md` g.md</a> ../../notes/archive/b.md";
    assert_eq!(String::from_utf8(named).unwrap(), expected);
}

#[test]
fn words_of_a_link_to_what_only_the_original_holds_name_the_original() {
    let cases = [
        ("[notes/b.md](../notes/b.md)", "[docs/guides/g.md](guides/g.md#b)"),
        ("[`notes/b.md`](../notes/b.md#gone)", "[`notes/archive/b.md`](../notes/archive/b.md#gone)"),
        (
            "<A href='../notes/b.md#x'>notes/b.md</A>",
            "<A href='../notes/archive/b.md#x'>notes/archive/b.md</A>",
        ),
        (
            "[notes/b.md][r] notes/b.md\n\n[r]: ../notes/b.md#x\n",
            "[notes/archive/b.md][r] docs/guides/g.md\n\n[r]: ../notes/archive/b.md#x\n",
        ),
        // The words are the label: its definition has the same.
        (
            "[notes/b.md]\n\n[notes/b.md]: ../notes/b.md#x\n",
            "[docs/guides/g.md]\n\n[docs/guides/g.md]: ../notes/archive/b.md#x\n",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(after("docs/a.md", text, Parts::LIVE).0, expected);
    }
}

#[test]
fn words_that_name_a_guide_name_the_original_where_their_link_leads_there() {
    let (guide, original) = (RepoPath::from("docs/g.md"), RepoPath::from("docs/archive/b.md"));
    let text = "[`g.md`](archive/b.md#x) [docs/g.md, big.md](archive/b.md) g.md [g.md](#x) \
                <a href=archive/b.md>g.md</a> [g.md](archive/c.md)";
    let expected = "[`archive/b.md`](archive/b.md#x) [docs/archive/b.md, big.md](archive/b.md) g.md [g.md](#x) \
                    <a href=archive/b.md>archive/b.md</a> [g.md](archive/c.md)";
    let named = name_in_words(&guide, text.as_bytes(), &guide, &[&original]).unwrap();
    assert_eq!(String::from_utf8(named).unwrap(), expected);
    assert_eq!(name_in_words(&guide, expected.as_bytes(), &guide, &[&original]), None);
}

#[test]
fn links_lead_to_where_their_targets_stand() {
    let cases = [
        ("README.md", "[x](notes/done.md)", "[x](notes/archive/done.md)"),
        ("README.md", "[x](./notes/done.md \"t\")", "[x](notes/archive/done.md \"t\")"),
        ("README.md", "[x](/notes/done.md#use)", "[x](/notes/archive/done.md#use)"),
        ("docs/a.md", "![x](<../notes/a b.md>)", "![x](<../notes/archive/a%20b.md>)"),
        ("docs/a.md", "[x](../notes/a%20b.md)", "[x](../notes/archive/a%20b.md)"),
        ("docs/a.md", "[x][r]\n\n[r]: ../notes/done.md\n", "[x][r]\n\n[r]: ../notes/archive/done.md\n"),
        ("docs/a.md", "<a href='../SETUP.md'>s</a>", "<a href='../notes/archive/SETUP.md'>s</a>"),
        ("docs/a.md", "[x](../notes/b.md)", "[x](guides/g.md#b)"),
        ("docs/a.md", "[x](../notes/b.md#use)", "[x](guides/g.md#using)"),
        ("docs/a.md", "[x](../notes/b.md?plain=1#use)", "[x](guides/g.md?plain=1#using)"),
        ("docs/a.md", "[x](../notes/b.md#x)", "[x](../notes/archive/b.md#x)"),
        ("docs/a.md", "[x](../notes/b.md#L3)", "[x](../notes/archive/b.md#L3)"),
        ("docs/a.md", "[x](../notes/part.md#x)", "[x](guides/g.md#x-1)"),
        ("docs/a.md", "[x](../notes/part.md#use)", "[x](guides/g.md#b)"),
        ("docs/a.md", "[x](../notes/twin.md#use)", "[x](a.md#use)"),
        ("docs/a.md", "[x](../notes/done.md#not-there)", "[x](../notes/archive/done.md#not-there)"),
        ("docs/a.md", "[x](../notes/old/)", "[x](../notes/archive/old/)"),
        ("docs/a.md", "[x](../notes/) [y](nowhere.md) [z](https://a.b/notes/done.md)", ""),
        ("docs/a.md", "`[x](../nothing/done.md)`", ""),
        // What moves keeps leading where it led.
        (
            "notes/done.md",
            "[x](b.md#use) [y](done.md#use) [z](#use)",
            "[x](b.md#use) [y](done.md#use) [z](#use)",
        ),
        ("notes/done.md", "[x](img.png) [y](../docs/a.md)", "[x](../img.png) [y](../../docs/a.md)"),
        ("notes/done.md", "[x](data/x.csv) [y](data/gone.csv)", "[x](../data/x.csv) [y](data/gone.csv)"),
        (
            "notes/done.md",
            "[x](old/) [y](..) [z](../) [w](/docs)",
            "[x](old/) [y](../..) [z](../../) [w](/docs)",
        ),
        ("notes/done.md", "[x](twin.md)", "[x](../../docs/a.md)"),
    ];
    for (path, text, expected) in cases {
        let parts = if path == "notes/done.md" { Parts::ARCHIVED } else { Parts::LIVE };
        let expected = if expected.is_empty() { text } else { expected };
        assert_eq!(after(path, text, parts).0, expected, "{path}: {text}");
    }
}

#[test]
fn mentions_are_rewritten_where_they_are_exact() {
    let cases = [
        ("src/tool.py", "# see notes/done.md.", "# see notes/archive/done.md."),
        ("src/tool.py", "open('./notes/done.md')", "open('./notes/archive/done.md')"),
        ("src/tool.py", "x = \"../notes/b.md\"", "x = \"../docs/guides/g.md\""),
        ("src/tool.py", "SETUP.md", "notes/archive/SETUP.md"),
        (
            "notes/x.md",
            "`done.md`, ./b.md, old/only.md",
            "`archive/done.md`, ../docs/guides/g.md, archive/old/only.md",
        ),
        ("notes/x.md", "@notes/done.md /notes/done.md", "@notes/archive/done.md /notes/archive/done.md"),
        ("notes/x.md", "notes/b.md:12 notes/b.md#use notes/b.md#L3", ""),
        ("ci.yml", "run: cat $ROOT/notes/done.md ${R}/notes/done.md", ""),
        ("ci.yml", "paths: [notes/a b.md, 'notes/done.md']", ""),
        ("x.html", "<a href=\"notes/a%20b.md\">", "<a href=\"notes/archive/a%20b.md\">"),
        ("x.txt", "“notes/done.md”（notes/b.md）", "“notes/archive/done.md”（docs/guides/g.md）"),
        ("x.txt", "notes/done.mdx notes/done.md.bak my-done.md notes/done.md~ other/SETUP.md", "same"),
        ("x.txt", "a/b/notes/done.md https://h/notes/done.md done.md", "same"),
    ];
    let expected: BTreeMap<&str, &str> = BTreeMap::from([
        (
            "notes/b.md:12 notes/b.md#use notes/b.md#L3",
            "notes/archive/b.md:12 docs/guides/g.md#using notes/archive/b.md#L3",
        ),
        (
            "run: cat $ROOT/notes/done.md ${R}/notes/done.md",
            "run: cat $ROOT/notes/archive/done.md ${R}/notes/archive/done.md",
        ),
        ("paths: [notes/a b.md, 'notes/done.md']", "paths: [notes/archive/a b.md, 'notes/archive/done.md']"),
    ]);
    for (path, text, wanted) in cases {
        let wanted = match wanted {
            "" => expected[text],
            "same" => text,
            wanted => wanted,
        };
        assert_eq!(after(path, text, Parts::LIVE).0, wanted, "{path}: {text}");
    }
}

#[test]
fn what_is_not_exact_is_left_and_said() {
    let cases = [
        ("docs/a.md", "the file done.md", "done.md", LeftReason::NameAlone),
        ("docs/a.md", "\n\nsee old/only.md", "old/only.md", LeftReason::PartOfPath),
        ("docs/a.md", "https://h.org/x/notes/done.md", "//h.org/x/notes/done.md", LeftReason::LongerPath),
        ("src/tool.py", "/notes/done.md", "/notes/done.md", LeftReason::LongerPath),
        ("src/tool.py", "data\0 notes/done.md", "notes/done.md", LeftReason::Binary),
    ];
    for (path, text, said, why) in cases {
        let (new, rewritten) = after(path, text, Parts::LIVE);
        assert_eq!(new, text, "{path}: {text}");
        let [left] = &rewritten.left[..] else { panic!("{path}: {text}: {:?}", rewritten.left) };
        assert_eq!((left.text.as_str(), left.why), (said, why), "{path}: {text}");
        let line = 1 + text.find(said).map_or(0, |at| text[..at].matches('\n').count());
        assert_eq!(left.line, line);
    }
}

#[test]
fn a_name_in_the_words_of_a_link_that_leads_there_is_not_left() {
    for (text, left) in [
        ("[done.md](../notes/done.md)", 0),
        ("[`done.md` and b.md](../notes/done.md)", 1),
        ("[the file done.md](https://example.org)", 1),
    ] {
        let (_, rewritten) = after("docs/a.md", text, Parts::LIVE);
        assert_eq!(rewritten.left.len(), left, "{text}: {:?}", rewritten.left);
    }
}

#[test]
fn a_path_that_means_two_files_is_left() {
    let tree = tree_with(&[("docs/notes/done.md", ""), ("docs/x.md", "notes/done.md")]);
    let moves = moves();
    let rewriter = Rewriter::new(&tree, &moves, &BTreeSet::new()).unwrap();
    let path = RepoPath::from("docs/x.md");
    let rewritten = rewriter.rewrite(Standing { from: &path, to: &path }, b"`notes/done.md`", Parts::LIVE);
    assert_eq!((rewritten.bytes, rewritten.left[0].why), (None, LeftReason::TwoFiles));
}

#[test]
fn bytes_that_are_no_text_and_line_ends_stay() {
    let (tree, moves) = (tree_with(&[]), moves());
    let rewriter = Rewriter::new(&tree, &moves, &BTreeSet::new()).unwrap();
    let path = RepoPath::from("README.md");
    let text = b"\xef\xbb\xbf\xff[x](notes/done.md)\r\n\xfe notes/b.md\r\n";
    let rewritten = rewriter.rewrite(Standing { from: &path, to: &path }, text, Parts::LIVE);
    let wanted = b"\xef\xbb\xbf\xff[x](notes/archive/done.md)\r\n\xfe docs/guides/g.md\r\n";
    assert_eq!(rewritten.bytes.as_deref(), Some(&wanted[..]));
}

#[test]
fn words_of_what_was_put_away_stay() {
    let (text, _) = after("notes/done.md", "see notes/b.md and [it](b.md)", Parts::ARCHIVED);
    assert_eq!(text, "see notes/b.md and [it](b.md)");
}

/// The whole tree before and after: whatever led somewhere leads somewhere.
#[test]
fn no_link_is_broken_by_moves() {
    let text = "[a](notes/done.md) [b](notes/a%20b.md#x) [c](notes/b.md#use) [d](SETUP.md) [e](notes/old) [f](notes/twin.md)";
    let before =
        tree_with(&[("README.md", text), ("notes/done.md", "[a](b.md) [b](img.png) [c](old/only.md)")]);
    let moves = moves();
    let rewriter = Rewriter::new(&before, &moves, &BTreeSet::from(["docs/guides/g.md".into()])).unwrap();
    let mut after = vec![("docs/guides/g.md".into(), EntryKind::File, b"# B\n## Using\n## X 1\n".to_vec())];
    for (path, entry) in before.entries() {
        let bytes = before.read(path).unwrap();
        let to = match moves.get(path) {
            Some(NewPlace { original: None, .. }) => continue,
            Some(NewPlace { original: Some(to), .. }) => to,
            None => path,
        };
        let parts = if to.is_within(&"notes/archive".into()) { Parts::ARCHIVED } else { Parts::LIVE };
        let new = rewriter.rewrite(Standing { from: path, to }, &bytes, parts).bytes.unwrap_or(bytes);
        after.push((to.clone(), entry.kind, new));
    }
    assert_eq!(broken_count(&before), 0);
    assert_eq!(broken_count(&Tree::in_memory(after)), 0);
}

fn broken_count(tree: &Tree) -> usize {
    let parsed: Vec<(RepoPath, crate::markdown::Parsed)> = tree
        .entries()
        .filter(|(path, _)| is_markdown(path))
        .map(|(path, _)| {
            let text = String::from_utf8(tree.read(path).unwrap()).unwrap();
            (path.clone(), parse(&text, Format::Markdown))
        })
        .collect();
    let notes: Vec<Note<'_>> = parsed.iter().map(|(path, parsed)| Note { path, parsed }).collect();
    let broken = broken_links(&Index::new(tree), &notes);
    broken.links.len()
}

#[test]
fn what_leads_nowhere_is_told_alike_of_a_text_that_is_rewritten_and_of_one_that_is_read() {
    let text = "[x](notes/done.md) [y]() [z](gone.md) [w](#gone)";
    let tree = tree_with(&[("README.md", text)]);
    let path = RepoPath::from("README.md");
    let read = Rewriter::nowhere(&Index::new(&tree), &path, text.as_bytes());
    let (_, rewritten) = after("README.md", text, Parts::LIVE);
    let words = |all: Vec<Nowhere>| all.into_iter().map(|link| link.destination).collect::<Vec<_>>();
    assert_eq!(words(read), ["gone.md", "#gone"]);
    assert_eq!(words(rewritten.broken.unwrap_or_default()), ["gone.md", "#gone"]);
}
