use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::*;

/// What a reader sees of a document: the same from both sides of the format.
#[derive(Clone, Debug, PartialEq)]
enum Seen {
    Heading(u8, String),
    Paragraph(String),
    Item(String),
    Row(Vec<String>),
    Code(String),
    Link(String),
    Picture(String),
}

/// All of GitHub's syntax, and dollars besides, since GitHub sets formulas.
fn github() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH
}

fn squeezed(text: &str) -> String {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}');
    text.split(blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn meant(text: &Inline, links: &mut Vec<Seen>) -> String {
    let mut out = String::new();
    for span in &text.0 {
        match span {
            Span::Plain(text) | Span::Strong(text) => out.push_str(&pictured(text)),
            Span::Code(text) => out.push_str(&inline::visible(text)),
            Span::Link { label, target } => {
                if squeezed(label).is_empty() && squeezed(target).is_empty() {
                    continue;
                }
                links.push(Seen::Link(decoded(target)));
                let shown = if squeezed(label).is_empty() { target } else { label };
                out.push_str(pictured(shown).trim_matches(' '));
            }
        }
    }
    squeezed(&out)
}

fn pictured(text: &str) -> String {
    inline::one_line(text)
}

fn decoded(target: &str) -> String {
    let bytes = target.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let code = target.get(at + 1..at + 3).and_then(|digits| {
            let hexadecimal = digits.bytes().all(|b| b.is_ascii_hexdigit());
            hexadecimal.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
        });
        match (bytes[at], code) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn meant_by(document: &Document) -> Vec<Seen> {
    let mut seen = Vec::new();
    for block in &document.blocks {
        let mut links = Vec::new();
        let start = seen.len();
        match block {
            Block::Heading(level, text) => seen.push(Seen::Heading(*level, meant(text, &mut links))),
            Block::Paragraph(text) => {
                if !inline::normalize(&text.0).is_empty() {
                    seen.push(Seen::Paragraph(meant(text, &mut links)));
                }
            }
            Block::List(items) => {
                seen.extend(items.iter().map(|item| Seen::Item(meant(item, &mut links))));
            }
            Block::Table { head, rows, .. } => {
                for row in std::iter::once(head).chain(rows) {
                    seen.push(Seen::Row(row.iter().map(|cell| meant(cell, &mut links)).collect()));
                }
            }
            Block::Code { text, .. } => {
                let lines = markdown::code_lines(text);
                seen.push(Seen::Code(
                    lines.map(|line| line.trim_end_matches([' ', '\t']).to_owned() + "\n").collect(),
                ));
            }
            Block::Quote(text) => {
                let lines: Vec<String> = text.lines().map(|line| squeezed(&pictured(line))).collect();
                for paragraph in lines.split(|line| line.is_empty()).filter(|lines| !lines.is_empty()) {
                    seen.push(Seen::Paragraph(paragraph.join("⏎")));
                }
            }
            Block::Image { alt, target } => {
                seen.push(Seen::Picture(decoded(target)));
                seen.push(Seen::Paragraph(squeezed(&pictured(alt))));
            }
            Block::Details { .. } | Block::Verbatim(_) => unreachable!("not generated"),
        }
        // Links are told before the text that holds them.
        let at = start;
        seen.splice(at..at, links);
    }
    seen
}

fn read_back(text: &str) -> Vec<Seen> {
    let mut seen = Vec::new();
    let (mut words, mut row, mut links) = (String::new(), Vec::new(), Vec::new());
    let mut in_item = false;
    // Links of a list or table stand before its first item or row.
    let mut anchor = None;
    for event in Parser::new_ext(text, github()) {
        match event {
            Event::Text(text) => words.push_str(&text),
            Event::Code(text) => words.push_str(&text),
            Event::SoftBreak => words.push(' '),
            Event::HardBreak => words.push('⏎'),
            Event::InlineHtml(html) => assert!(
                ["<!-- -->", "<code>", "</code>", "<strong>", "</strong>"].contains(&&*html),
                "foreign HTML {html:?} in {text}"
            ),
            Event::Html(html) => assert_eq!(html.trim(), "<!-- -->", "in {text}"),
            Event::Start(Tag::List(_) | Tag::Table(_)) => anchor = Some(seen.len()),
            Event::Start(Tag::Item) => in_item = true,
            Event::Start(Tag::Link { dest_url, .. }) => links.push(Seen::Link(decoded(&dest_url))),
            Event::Start(Tag::Image { dest_url, .. }) => links.push(Seen::Picture(decoded(&dest_url))),
            Event::Start(_) => {}
            Event::End(TagEnd::Heading(level)) => {
                seen.append(&mut links);
                seen.push(Seen::Heading(level as u8, squeezed(&std::mem::take(&mut words))));
            }
            Event::End(TagEnd::Paragraph) if !in_item => {
                seen.append(&mut links);
                seen.push(Seen::Paragraph(squeezed(&std::mem::take(&mut words))));
            }
            Event::End(TagEnd::Item) => {
                in_item = false;
                seen.push(Seen::Item(squeezed(&std::mem::take(&mut words))));
            }
            Event::End(TagEnd::TableCell) => row.push(squeezed(&std::mem::take(&mut words))),
            Event::End(TagEnd::TableHead | TagEnd::TableRow) => {
                seen.push(Seen::Row(std::mem::take(&mut row)))
            }
            Event::End(TagEnd::List(_) | TagEnd::Table) => {
                let at = anchor.take().expect("a list ends once, lists are flat here");
                seen.splice(at..at, links.drain(..));
            }
            Event::End(TagEnd::CodeBlock) => seen.push(Seen::Code(std::mem::take(&mut words))),
            Event::End(
                TagEnd::Strong | TagEnd::Link | TagEnd::Image | TagEnd::BlockQuote(_) | TagEnd::HtmlBlock,
            ) => {}
            other => panic!("{other:?} in {text}"),
        }
    }
    seen
}

/// Words with everything that Markdown, HTML and GitHub read a meaning into.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        4 => "[a-z]{1,4}",
        6 => "[\\\\`*_{}<>()#+.!|~$&@:;=\"'/^%\\[\\]-]{1,3}",
        2 => "[ \t]{1,5}",
        1 => prop::sample::select(vec!["\n", "\r\n", "\n\n", "\0", "\x1b", "\u{a0}", "\u{2028}", "é", "漢", "🚀"])
            .prop_map(str::to_owned),
        2 => prop::sample::select(vec![
            "<script>", "<!--", "-->", "http://a.b", "www.a.b", "a@b.c", "@me", "#12", "GH-3", ":100:", "&amp;",
            "[x](y)", "[^1]", "- [ ] ", "1. ", "12) ", "---", "```", "~~~", "    ", "| a |", "|---|", ":-:", "===",
            "# ", "> ", "\\|", "**", "![", "](", "{#id}", "%20", "%", "[!NOTE]",
        ])
        .prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.concat())
}

fn inline() -> impl Strategy<Value = Inline> {
    let span = prop_oneof![
        text().prop_map(Span::Plain),
        text().prop_map(Span::Code),
        text().prop_map(Span::Strong),
        (text(), text()).prop_map(|(label, target)| Span::Link { label, target }),
    ];
    prop::collection::vec(span, 0..5).prop_map(Inline)
}

fn block() -> impl Strategy<Value = Block> {
    let table = (1usize..4).prop_flat_map(|columns| {
        let row = || prop::collection::vec(inline(), columns);
        (row(), prop::collection::vec(row(), 0..4))
    });
    prop_oneof![
        (1u8..7, inline()).prop_map(|(level, text)| Block::Heading(level, text)),
        inline().prop_map(Block::Paragraph),
        prop::collection::vec(inline(), 1..4).prop_map(Block::List),
        table.prop_map(|(head, rows)| Block::Table { head, rows, right: vec![0] }),
        (text(), text()).prop_map(|(language, text)| Block::Code { language, text }),
        text().prop_map(Block::Quote),
        (text(), text()).prop_map(|(alt, target)| Block::Image { alt, target }),
    ]
}

#[test]
fn a_report_is_written_with_one_empty_line_between_blocks() {
    let mut document = Document::default();
    document.heading(1, "Plan");
    document.paragraph(Inline::plain("Read ").with_code("notes/a|b.md").text(" and ").link("it", "a b.md#x"));
    document.list(vec!["one".into(), Inline::default().strong("two: ").text("2 * 3")]);
    document.list(vec!["another list".into()]);
    document.table(
        &["path", "lines"],
        &[1],
        vec![vec![Inline::code("a|b"), "12".into()], vec!["#7".into(), "".into()]],
    );
    document.code("sh", "echo '```'\n\n");
    document.blocks.push(Block::Quote("first\nsecond\n\nthird".into()));
    let marker = ReportMarker { kind: "final".into(), inputs: "00".into() };
    insta::assert_snapshot!(document.to_markdown(Some(&marker)), @r"
    <!-- xtask:report kind=final schema=1 inputs=00 -->

    # Plan

    Read `notes/a|b.md` and [it](a%20b.md#x)

    - one
    - **two:** 2 \* 3

    <!-- -->

    - another list

    | path | lines |
    | --- | ---: |
    | `a\|b` | 12 |
    | #<!-- -->7 | |

    ````sh
    echo '```'

    ````

    > first\
    > second
    >
    > third
    ");
    insta::assert_snapshot!(document.to_text(40), @"
    Plan
    ====

    Read `notes/a|b.md` and it (a b.md#x)

    - one
    - two: 2 * 3

    - another list

    path  lines
    ----  -----
    a|b      12
    #7

        echo '```'


    > first
    > second
    >
    > third
    ");
}

#[test]
fn details_hold_blocks_and_their_summary_is_html() {
    let summary = Inline::plain("<b> & @me ").with_code("a<b").link("l", "x?a=1&b=\"");
    let blocks = vec![Block::List(vec!["in".into()])];
    let document = Document {
        blocks: vec![
            Block::Details { summary, blocks },
            Block::Verbatim("- [ ] item\n".into()),
            Block::List(vec!["x".into()]),
        ],
    };
    insta::assert_snapshot!(document.to_markdown(None), @r#"
    <details>
    <summary>&lt;b&gt; &amp; @<!-- -->me <code>a&lt;b</code><a href="x?a=1&amp;b=%22">l</a></summary>

    - in

    </details>

    - [ ] item

    <!-- -->

    - x
    "#);
}

#[test]
fn a_row_longer_than_its_head_loses_no_cell() {
    let table =
        Block::Table { head: vec!["a".into()], rows: vec![vec!["1".into(), "2".into()]], right: vec![] };
    let document = Document { blocks: vec![table] };
    assert_eq!(document.to_markdown(None), "| a | |\n| --- | --- |\n| 1 | 2 |\n");
    assert_eq!(document.to_text(80), "a\n-  -\n1  2\n");
}

#[test]
fn wide_tables_give_way_in_the_column_of_words_and_break_no_word() {
    let mut document = Document::default();
    let words = "a sentence that is far too long for one line";
    document.table(
        &["n", "path", "why"],
        &[0],
        vec![
            vec!["1".into(), Inline::code("notes/very-long-name.md"), words.into()],
            vec!["12".into(), Inline::code("漢字.md"), "short".into()],
        ],
    );
    insta::assert_snapshot!(document.to_text(50), @"
     n  path                     why
    --  -----------------------  ---------------------
     1  notes/very-long-name.md  a sentence that is
                                 far too long for one
                                 line
    12  漢字.md                  short
    ");
}

#[test]
fn words_that_a_reader_would_take_for_markup_are_escaped_for_their_place() {
    let plain = [
        ("# a #", "\\# a \\#"),
        ("1. a", "1\\. a"),
        ("1.5", "1.5"),
        ("- a - b", "\\- a - b"),
        ("a_b _c_", "a_b \\_c\\_"),
        ("a < b & c &amp; d", "a \\< b & c \\&amp; d"),
        ("see @me and a@b.c", "see @<!-- -->me and a@<!-- -->b.c"),
        ("fix #12, GH-3", "fix #<!-- -->12, GH-<!-- -->3"),
        ("x.py:100:5", "x.py:<!-- -->100:5"),
        ("https://a.b www.c.d", "https\\://a.b www\\.c.d"),
        ("a\n\tb\u{1b}[0m", "a b␛\\[0m"),
    ];
    for (text, expected) in plain {
        assert_eq!(Inline::plain(text).to_markdown(), expected);
    }
    let spans = [
        (Inline::plain("wow!").link("x", "y"), "wow\\![x](y)"),
        (Inline::code("a").with_code("``"), "`a`<!-- -->` `` `"),
        (Inline::default().strong("a").strong("b"), "**a**<strong>b</strong>"),
        (Inline::plain("x").strong("(a)").text("y"), "x<strong>(a)</strong>y"),
        (Inline::plain("x").strong(" a ").text("y"), "x **a** y"),
        (Inline::default().link("", "a.md").link("", ""), "[a.md](a.md)"),
    ];
    for (inline, expected) in spans {
        assert_eq!(inline.to_markdown(), expected);
    }
    let cells = [
        (Inline::plain("a|b \\| c"), "a\\|b \\\\&#124; c"),
        (Inline::code("a|b"), "`a\\|b`"),
        (Inline::code("a\\|b"), "<code>a\\\\&#124;b</code>"),
    ];
    for (inline, expected) in cells {
        assert_eq!(inline::render(&inline, inline::Place::CELL), expected);
    }
}

#[test]
fn destinations_keep_their_escapes_and_encode_what_ends_a_link() {
    let cases = [
        ("notes/a b.md", "notes/a%20b.md"),
        ("a%20b", "a%20b"),
        ("100%.md", "100%25.md"),
        ("x(1).md", "x%281%29.md"),
        ("https://a.b/?x=1&y=2#z", "https://a.b/?x=1&y=2#z"),
        ("ä/漢.md", "ä/漢.md"),
        ("a\nb", "a%0Ab"),
        ("", ""),
    ];
    for (target, expected) in cases {
        assert_eq!(inline::destination(target), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_document_reads_back_as_it_was_meant(blocks in prop::collection::vec(block(), 0..5)) {
        let document = Document { blocks };
        let text = document.to_markdown(None);
        prop_assert_eq!(read_back(&text), meant_by(&document), "{}", text);
        let fenced = document.blocks.iter().any(|block| matches!(block, Block::Code { .. }));
        prop_assert!(fenced || !text.contains("\n\n\n"), "{}", text);
        prop_assert!(text.is_empty() || text.ends_with('\n') && !text.ends_with("\n\n"), "{}", text);
        prop_assert!(text.lines().all(|line| !line.ends_with([' ', '\t'])), "{}", text);
    }

    #[test]
    fn text_for_a_terminal_holds_no_control_characters(blocks in prop::collection::vec(block(), 0..4), width in 0usize..120) {
        let text = Document { blocks }.to_text(width);
        prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{:?}", text);
        prop_assert!(text.lines().all(|line| !line.ends_with(' ')), "{:?}", text);
    }
}

#[test]
fn what_turns_a_line_around_is_made_visible() {
    let paragraph = Block::Paragraph(Inline::code("a\u{2067}b").text(" \u{202e}gnp.exe"));
    let document = Document { blocks: vec![Block::Heading(1, Inline::plain("\u{2066}One")), paragraph] };
    assert_eq!(document.to_markdown(None), "# \u{fffd}One\n\n`a\u{fffd}b` \u{fffd}gnp.exe\n");
    assert!(!document.to_text(80).contains(turns));
}

#[test]
fn pairs_of_backticks_mark_code_and_an_odd_one_is_a_letter() {
    let written = |text: &str| Inline::default().marked(text).to_markdown();
    assert_eq!(written("`docs/a|b.py` makes it a *page*"), "`docs/a|b.py` makes it a \\*page\\*");
    assert_eq!(written("``x"), "x");
    assert_eq!(written("one ` alone"), "one \\` alone");
}
