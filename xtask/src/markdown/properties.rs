//! What holds for every text, tried on texts made of everything that Markdown reads a meaning into.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use pulldown_cmark::{Event, Options, Parser, Tag};

use super::*;

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[a-z]{1,3}",
        2 => prop::sample::select(vec!["\n", "\n", "\n\n", "\r\n", "\r", " ", "  ", "\t", "    "]).prop_map(str::to_owned),
        2 => "[\\\\`*_<>()\\[\\]!#&;:|\"'-]",
        3 => prop::sample::select(vec![
            "[a](b)", "[a](<b c>)", "![i](x.png \"t\")", "[r][l]", "[l][]", "[l]", "\n[l]: to.md\n", "\n[l]: <a b> 'x'\n",
            "\n\n[m]:\n  y\n", "](", "(b)", "<https://h.i>", "<a@b.c>", "[a\\](b)](c)", "[a](b\\)c)", "[a](b&amp;c)",
            "[a](b(c)d)", "[a](\n b)", "[a]()", "[![p](q)](r)", "[x [y](z)](w)", "`[a](b)`", "[`]`](b)", "[a](b \"](c)\")",
            "<a href=\"x\">", "<img src='y z'>", "<a href=q>", "<!-- <a href=n> -->", "<h2>", "</h2>", "<a\nname=\"n\">",
            "\n<p id=i>\n", "\n\n<div>\n\n",
        ])
        .prop_map(str::to_owned),
        3 => prop::sample::select(vec![
            "\n> ", "\n- ", "\n  ", "\n1. ", "\n# ", "\n## h\n", "\n===\n", "\n---\n", "\n```x\n", "\n~~~\n", "\n| a | b |\n|---|---|\n| c | d |\n",
            "\n- [ ] ", "\n- [x] t", "[^1]", "\n[^1]: ", "\n***\n", "\n>> ", "\u{feff}", "é", "漢", "\0", "---\nk: v\n---\n",
        ])
        .prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

fn destination() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,4}(/[a-z]{1,4}){0,2}\\.md(#[a-z-]{1,5})?",
        "[ -~]{0,8}",
        prop::collection::vec(any::<char>(), 0..4).prop_map(String::from_iter),
    ]
}

/// What a reader can see of a text, destinations left out.
fn shape(parsed: &Parsed) -> Vec<String> {
    let blocks = parsed.blocks.iter().map(|block| {
        let kind = match &block.kind {
            BlockKind::Code { language, fenced, .. } => format!("code {language} {fenced}"),
            BlockKind::Table { rows } => {
                let cells = |row: &Row| row.cells.iter().map(|cell| cell.text.clone()).collect::<Vec<_>>();
                format!("table {:?}", rows.iter().map(cells).collect::<Vec<_>>())
            }
            kind => format!("{kind:?}"),
        };
        format!("{kind} {:?} {:?} {:?}", block.parent, block.section, block.lines.0)
    });
    let sections =
        parsed.sections.iter().map(|section| format!("{} {} {}", section.level, section.text, section.slug));
    let links = parsed.links.iter().map(|link| format!("{:?} {} {:?}", link.kind, link.image, link.label));
    let definitions = parsed.definitions.iter().map(|it| format!("{} {}", it.label, it.first));
    let anchors = parsed.anchors.iter().map(|anchor| anchor.name.clone());
    let code = parsed.code_spans.iter().map(|span| span.text.clone());
    blocks.chain(sections).chain(links).chain(definitions).chain(anchors).chain(code).collect()
}

/// A destination with all its percent-encoding taken back.
fn plain(destination: &str) -> Vec<u8> {
    let bytes = destination.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let digits =
            destination.get(at + 1..at + 3).filter(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match (bytes[at], digits.and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_range_lies_in_the_text_and_in_what_holds_it(text in text()) {
        let parsed = parse(&text, Format::Markdown);
        let inside = |range: &std::ops::Range<usize>| text.get(range.clone()).is_some();
        let mut last = 0;
        for block in &parsed.blocks {
            prop_assert!(inside(&block.range) && block.range.start >= last, "{block:?}");
            last = block.range.start;
            if let Some(parent) = block.parent.map(|parent| &parsed.blocks[parent]) {
                prop_assert!(!parent.kind.is_leaf() && parent.range.start <= block.range.start, "{block:?} {parent:?}");
                prop_assert!(block.range.end <= parent.range.end.max(block.range.start), "{block:?} {parent:?}");
            }
            match &block.kind {
                BlockKind::Code { body, .. } => prop_assert!(inside(body)),
                BlockKind::Table { rows } => {
                    prop_assert!(rows.iter().all(|row| inside(&row.range) && row.cells.len() == rows[0].cells.len()));
                }
                _ => {}
            }
        }
        prop_assert!(parsed.links.iter().all(|link| inside(&link.range)));
        prop_assert!(parsed.code_spans.iter().all(|span| inside(&span.range) && inside(&span.content)));
        prop_assert!(parsed.tasks.iter().all(|task| ["[ ]", "[x]", "[X]"].contains(&&text[task.marker.clone()])
            || text[task.marker.clone()].len() == 3));
        prop_assert!(parsed.footnotes.iter().all(|note| inside(&note.range)));
    }

    #[test]
    fn preface_headings_and_bodies_are_the_whole_text(text in text()) {
        let parsed = parse(&text, Format::Markdown);
        let front = parsed.front_matter.as_ref().map_or(0, |front| front.range.end);
        let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
        prop_assert_eq!(parsed.preface.start, front.max(mark));
        let mut at = parsed.preface.end;
        for (index, section) in parsed.sections.iter().enumerate() {
            prop_assert_eq!(section.range.start, at);
            prop_assert!(section.heading.end <= section.body.start.max(section.heading.end));
            prop_assert!(section.body.start >= at && section.body.end >= section.body.start, "{:?}", section);
            at = section.body.end;
            prop_assert!(section.range.end >= at);
            if let Some(parent) = section.parent {
                let parent_section = &parsed.sections[parent];
                prop_assert!(parent < index && parent_section.level < section.level);
                prop_assert!(parent_section.range.end >= section.range.end);
            }
        }
        prop_assert_eq!(at, text.len());
    }

    #[test]
    fn every_destination_has_a_place_that_reads_as_the_parser_says(text in text()) {
        let parsed = parse(&text, Format::Markdown);
        for link in &parsed.links {
            match (&link.place, link.kind) {
                (Some(place), LinkKind::Inline) => {
                    prop_assert!(super::destination::reads_as(&text[place.range.clone()], &link.destination), "{link:?}");
                }
                (Some(place), _) => prop_assert!(text.get(place.range.clone()).is_some()),
                (None, kind) => {
                    let is_left = matches!(kind, LinkKind::Reference | LinkKind::Html);
                    prop_assert!(is_left || text[link.range.clone()].contains('|'), "{link:?}");
                }
            }
        }
    }

    #[test]
    fn every_definition_that_the_parser_knows_is_found(text in text()) {
        let parsed = parse(&text, Format::Markdown);
        let start = parsed.preface.start;
        let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS | Options::ENABLE_GFM;
        let parser = Parser::new_ext(&text[start..], options);
        let mut known: Vec<(usize, String)> = parser.reference_definitions().iter()
            .map(|(_, definition)| (definition.span.start + start, definition.dest.to_string())).collect();
        known.sort();
        let found: Vec<(usize, String)> = parsed.definitions.iter().filter(|definition| definition.first)
            .map(|definition| (definition.range.start, definition.destination.clone())).collect();
        prop_assert_eq!(found, known);
        let links = parser.filter(|event| matches!(event, Event::Start(Tag::Link { .. } | Tag::Image { .. }))).count();
        prop_assert_eq!(links, parsed.links.iter().filter(|link| link.kind != LinkKind::Html).count());
    }

    #[test]
    fn another_destination_changes_nothing_else(text in text(), to in destination(), seed in any::<prop::sample::Index>()) {
        let parsed = parse(&text, Format::Markdown);
        let places: Vec<Place> = parsed.destinations().iter().map(|(_, place, _)| (*place).clone()).collect();
        if places.is_empty() {
            return Ok(());
        }
        let which = seed.index(places.len());
        // Between angle brackets only an address is a link.
        if places[which].form == Form::Autolink {
            return Ok(());
        }
        let edit = DestinationEdit { place: places[which].clone(), to: to.clone() };
        let changed = rewrite_destinations(&text, &[edit]).expect("the place is of this text");
        let again = parse(&changed, Format::Markdown);
        prop_assert_eq!(shape(&again), shape(&parsed), "{:?}", changed);
        let kept: Vec<_> = parsed.destinations().iter().map(|(to, _, _)| plain(to)).collect();
        let now: Vec<_> = again.destinations().iter().map(|(to, _, _)| plain(to)).collect();
        for (index, (before, after)) in kept.iter().zip(&now).enumerate() {
            if index == which {
                prop_assert_eq!(after, &plain(&to), "{:?}", changed);
            } else {
                prop_assert_eq!(before, after, "{:?}", changed);
            }
        }
    }
}
