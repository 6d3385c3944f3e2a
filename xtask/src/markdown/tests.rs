use super::*;

/// Everything that was read of a text, one thing a line.
fn shown(text: &str) -> String {
    let parsed = parse(text, Format::Markdown);
    let slice = |range: &std::ops::Range<usize>| format!("{:?}", &text[range.clone()]);
    let mut out = vec![format!("title {:?}, preface {}", parsed.title, slice(&parsed.preface))];
    for section in &parsed.sections {
        let parent = section.parent.map_or("-".to_owned(), |parent| parent.to_string());
        out.push(format!(
            "section {} {:?} #{} in {parent} line {} body {}",
            section.level,
            section.text,
            section.slug,
            section.line,
            slice(&section.body)
        ));
    }
    for block in &parsed.blocks {
        let kind = match &block.kind {
            BlockKind::Code { language, body, .. } => format!("Code {language:?} {}", slice(body)),
            BlockKind::Table { rows } => {
                let rows = rows.iter().map(|row| {
                    let cells: Vec<&str> = row.cells.iter().map(|cell| cell.text.as_str()).collect();
                    format!("{}: {}", row.line, cells.join("|"))
                });
                format!("Table [{}]", rows.collect::<Vec<_>>().join("; "))
            }
            kind => format!("{kind:?}"),
        };
        out.push(format!("{}-{} {kind} {}", block.lines.0, block.lines.1, slice(&block.range)));
    }
    for link in &parsed.links {
        let place = link.place.as_ref().map_or("-".to_owned(), |place| slice(&place.range));
        let image = if link.image { " image" } else { "" };
        let label = link.label.as_ref().map_or(String::new(), |label| format!(" [{label}]"));
        out.push(format!(
            "link {:?}{image}{label} -> {:?} at {place} line {}",
            link.kind, link.destination, link.line
        ));
    }
    for definition in &parsed.definitions {
        out.push(format!(
            "definition {:?} -> {:?} at {} first {} line {}",
            definition.label,
            definition.destination,
            slice(&definition.place.range),
            definition.first,
            definition.line
        ));
    }
    out.extend(
        parsed
            .anchors
            .iter()
            .map(|anchor| format!("anchor {:?} #{} line {}", anchor.kind, anchor.name, anchor.line)),
    );
    out.extend(
        parsed
            .footnotes
            .iter()
            .map(|note| format!("footnote {} {} {}", note.label, note.definition, slice(&note.range))),
    );
    out.extend(
        parsed
            .tasks
            .iter()
            .map(|task| format!("task {} {} item {}", task.done, slice(&task.marker), task.item)),
    );
    out.extend(parsed.code_spans.iter().map(|span| format!("code {:?} {}", span.text, slice(&span.content))));
    out.join("\n")
}

#[test]
fn tour() {
    insta::assert_snapshot!(shown("\u{feff}---\r\ntitle: Front\r\n---\r\nHello\r\n\r\n# One *two*\r\n\r\nText\r\nmore `a b`\r\n\r\n- x\r\n- [ ] y\r\n  - z\r\n\r\n## Sub\r\n| a | b |\r\n|---|---|\r\n| `c` | d |\r\n\r\n```rust,x\r\nlet\r\n```\r\n# One two\r\n"), @r###"
    title Some("One two"), preface "Hello\r\n\r\n"
    section 1 "One two" #one-two in - line 6 body "\r\nText\r\nmore `a b`\r\n\r\n- x\r\n- [ ] y\r\n  - z\r\n\r\n"
    section 2 "Sub" #sub in 0 line 15 body "| a | b |\r\n|---|---|\r\n| `c` | d |\r\n\r\n```rust,x\r\nlet\r\n```\r\n"
    section 1 "One two" #one-two-1 in - line 23 body ""
    4-4 Paragraph "Hello"
    6-6 Heading(1) "# One *two*"
    8-9 Paragraph "Text\r\nmore `a b`"
    11-13 List { ordered: false } "- x\r\n- [ ] y\r\n  - z"
    11-11 Item { task: None } "- x"
    11-11 Paragraph "x"
    12-13 Item { task: Some(false) } "- [ ] y\r\n  - z"
    12-12 Paragraph "y"
    13-13 List { ordered: false } "- z"
    13-13 Item { task: None } "- z"
    13-13 Paragraph "z"
    15-15 Heading(2) "## Sub"
    16-18 Table [16: a|b; 18: c|d] "| a | b |\r\n|---|---|\r\n| `c` | d |"
    20-22 Code "rust" "let\r\n" "```rust,x\r\nlet\r\n```"
    23-23 Heading(1) "# One two"
    anchor Heading #one-two line 6
    anchor Heading #sub line 15
    anchor Heading #one-two-1 line 23
    task false "[ ]" item 6
    code "a b" "a b"
    code "c" "c"
    "###);
}

#[test]
fn links() {
    insta::assert_snapshot!(shown("[a](b.md) [c](<d e.md> \"t\") ![i](p\\(1\\).png) [x](y&amp;z) [r][L] [L][] [L] <https://h> [![in](i.png)](out.md)\n\n> [q\n> w](e\n> 'title')\n\n[L]: one.md\n[l]: <two.md> 'x'\n  [m]:\n  three.md\n\n> [n]: four.md\n"), @r#"
    title None, preface "[a](b.md) [c](<d e.md> \"t\") ![i](p\\(1\\).png) [x](y&amp;z) [r][L] [L][] [L] <https://h> [![in](i.png)](out.md)\n\n> [q\n> w](e\n> 'title')\n\n[L]: one.md\n[l]: <two.md> 'x'\n  [m]:\n  three.md\n\n> [n]: four.md\n"
    1-1 Paragraph "[a](b.md) [c](<d e.md> \"t\") ![i](p\\(1\\).png) [x](y&amp;z) [r][L] [L][] [L] <https://h> [![in](i.png)](out.md)"
    3-5 Quote "> [q\n> w](e\n> 'title')"
    3-5 Paragraph "[q\n> w](e\n> 'title')"
    12-12 Quote "> [n]: four.md"
    link Inline -> "b.md" at "b.md" line 1
    link Inline -> "d e.md" at "d e.md" line 1
    link Inline image -> "p(1).png" at "p\\(1\\).png" line 1
    link Inline -> "y&z" at "y&amp;z" line 1
    link Reference [L] -> "one.md" at - line 1
    link Reference [L] -> "one.md" at - line 1
    link Reference [L] -> "one.md" at - line 1
    link Autolink -> "https://h" at "https://h" line 1
    link Inline -> "out.md" at "out.md" line 1
    link Inline image -> "i.png" at "i.png" line 1
    link Inline -> "e" at "e" line 3
    definition "L" -> "one.md" at "one.md" first true line 7
    definition "l" -> "two.md" at "two.md" first false line 8
    definition "m" -> "three.md" at "three.md" first true line 9
    definition "n" -> "four.md" at "four.md" first true line 12
    "#);
}

#[test]
fn markup() {
    insta::assert_snapshot!(shown("<h1 align=\"center\">\n  The &amp; Title\n</h1>\n\n<a name=\"here\"></a> text <img src='a.png'>\n\n> <a\n> href=\"x.md\">t</a>\n\n> t <a\n> href=\"y.md\">t</a>\n\n<p id=p>\n<!-- <a href=no> -->\n<source srcset=\"a.png, b.png 2x\"></p>\n\n> ## Quoted\n\n- ### Listed\n\nSetext\nhead\n====\n\nA[^n] b\n\n[^n]: Note.\n"), @r####"
    title Some("The & Title"), preface "<h1 align=\"center\">\n  The &amp; Title\n</h1>\n\n<a name=\"here\"></a> text <img src='a.png'>\n\n> <a\n> href=\"x.md\">t</a>\n\n> t <a\n> href=\"y.md\">t</a>\n\n<p id=p>\n<!-- <a href=no> -->\n<source srcset=\"a.png, b.png 2x\"></p>\n\n> ## Quoted\n\n- ### Listed\n\n"
    section 1 "Setext head" #setexthead in - line 21 body "\nA[^n] b\n\n[^n]: Note.\n"
    1-3 Html "<h1 align=\"center\">\n  The &amp; Title\n</h1>"
    5-5 Paragraph "<a name=\"here\"></a> text <img src='a.png'>"
    7-8 Quote "> <a\n> href=\"x.md\">t</a>"
    7-8 Paragraph "<a\n> href=\"x.md\">t</a>"
    10-11 Quote "> t <a\n> href=\"y.md\">t</a>"
    10-11 Paragraph "t <a\n> href=\"y.md\">t</a>"
    13-15 Html "<p id=p>\n<!-- <a href=no> -->\n<source srcset=\"a.png, b.png 2x\"></p>"
    17-17 Quote "> ## Quoted"
    17-17 Heading(2) "## Quoted"
    19-19 List { ordered: false } "- ### Listed"
    19-19 Item { task: None } "- ### Listed"
    19-19 Heading(3) "### Listed"
    21-23 Heading(1) "Setext\nhead\n===="
    25-25 Paragraph "A[^n] b"
    27-27 Footnote "[^n]: Note."
    27-27 Paragraph "Note."
    link Html image -> "a.png" at "a.png" line 5
    link Html -> "x.md" at "x.md" line 7
    link Html -> "y.md" at "y.md" line 10
    link Html image -> "a.png" at "a.png" line 15
    link Html image -> "b.png" at "b.png" line 15
    anchor Heading #--the--title line 1
    anchor Html #the--title line 1
    anchor Html #here line 5
    anchor Html #p line 13
    anchor Heading #quoted line 17
    anchor Heading #listed line 19
    anchor Heading #setexthead line 21
    footnote n false "[^n]"
    footnote n true "[^n]: Note.\n"
    "####);
}

/// Sizes at which a pass that grows with the square of the length would take minutes.
#[test]
fn awkward_texts_are_read_in_one_pass() {
    let deep_list: String = (0..300).map(|depth| format!("{}- x\n", "  ".repeat(depth))).collect();
    let cases = [
        ("headings", "# h\n\n".repeat(50_000), 50_000),
        ("one line", "word `code` [a](b.md) **x** ".repeat(20_000), 1),
        ("quotes", ">".repeat(20_000) + " x", 20_001),
        ("lists on one line", "- ".repeat(20_000) + "x", 40_001),
        ("deep list", deep_list, 900),
        ("unclosed fences", "```\n".repeat(20_001), 10_001),
        ("brackets", "[".repeat(200_000), 1),
        ("pictures in pictures", "![".repeat(20_000) + &"](x)".repeat(20_000), 1),
        ("candidates for a destination", format!("[{}](x)", "`](`".repeat(20_000)), 1),
        ("open comments", "<!-- ".repeat(50_000), 1),
        ("open headings", "<h1>\n\nt\n\n".repeat(10_000), 20_000),
        ("definitions", "[l]: x\n".repeat(20_000), 0),
        ("definitions without an end", "[l]: x 'a\n\n".repeat(10_000), 10_000),
        ("brackets behind marks", "- [\n".repeat(10_000), 20_001),
        ("entities", "[a](b&amp;c) ".repeat(5_000), 1),
    ];
    for (name, text, blocks) in cases {
        assert_eq!(parse(&text, Format::Markdown).blocks.len(), blocks, "{name}");
    }
}

#[test]
fn ten_megabytes_on_one_line_are_read() {
    let text = "a".repeat(10_000_000);
    assert_eq!(parse(&text, Format::Markdown).blocks[0].range, 0..10_000_000);
    assert_eq!(parse(&text, Format::Plain).blocks[0].range, 0..10_000_000);
}

#[test]
fn headings_with_a_carriage_return_alone_between_them_are_two_sections() {
    let text = "\u{feff}# A\r# Title\nText\n";
    let parsed = parse(text, Format::Markdown);
    let sections: Vec<_> =
        parsed.sections.iter().map(|it| (&text[it.range.clone()], &text[it.body.clone()])).collect();
    assert_eq!(sections, [("# A\r", ""), ("# Title\nText\n", "Text\n")]);
}

#[test]
fn targets_of_myst_are_anchors_and_other_brackets_are_none() {
    let anchors = |text: &str| -> Vec<String> {
        let anchors = parse(text, Format::Markdown).anchors;
        anchors
            .into_iter()
            .filter(|anchor| anchor.kind == AnchorKind::Given)
            .map(|anchor| format!("{}:{}", anchor.name, anchor.line))
            .collect()
    };
    assert_eq!(anchors("# T\n\n(part-index)=\n## Part\n\n(b_2)=\nWords.\n"), ["part-index:3", "b_2:6"]);
    assert_eq!(
        anchors("Words\n(no)=\n\n(f(x))=\n\n(a b)=\n\n()=\n\n```\n(code)=\n```\n"),
        Vec::<String>::new()
    );
}
