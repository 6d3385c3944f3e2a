//! Any text parses; sections are the whole of it; other destinations change nothing that a reader sees.
#![no_main]

use std::ops::Range;

use libfuzzer_sys::fuzz_target;
use xtask::links::is_local;
use xtask::markdown::{BlockKind, DestinationEdit, Format, Parsed, parse, rewrite_destinations};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    slices(&text, &parse(&text, Format::Plain));
    let parsed = parse(&text, Format::Markdown);
    slices(&text, &parsed);
    rewrites(&text, &parsed);
});

fn slices(text: &str, parsed: &Parsed) {
    let take = |range: &Range<usize>| assert!(text.get(range.clone()).is_some(), "{range:?} is no slice");
    take(&parsed.preface);
    let mut at = parsed.preface.end;
    for section in &parsed.sections {
        assert_eq!(section.range.start, at, "a gap before {section:?}");
        take(&section.heading);
        take(&section.body);
        at = section.body.end;
    }
    assert_eq!(at, text.len(), "the sections do not reach the text's end");
    for block in &parsed.blocks {
        take(&block.range);
        if let BlockKind::Code { body, .. } = &block.kind {
            take(body);
        }
    }
    parsed.links.iter().for_each(|link| take(&link.range));
    parsed.code_spans.iter().for_each(|span| take(&span.content));
    parsed.tasks.iter().for_each(|task| take(&task.marker));
    parsed.footnotes.iter().for_each(|note| take(&note.range));
}

fn rewrites(text: &str, parsed: &Parsed) {
    let local = parsed.destinations().into_iter().filter(|(destination, _, _)| is_local(destination));
    let edits: Vec<DestinationEdit> = local
        .map(|(_, place, _)| DestinationEdit {
            place: place.clone(),
            to: "guides/moved%20note.md#part".to_owned(),
        })
        .collect();
    let count = parsed.destinations().len();
    let written = rewrite_destinations(text, &edits).expect("the edits were made for this text");
    let again = parse(&written, Format::Markdown);
    assert_eq!(again.destinations().len(), count, "other links in {written:?}");
    assert_eq!(again.links.len(), parsed.links.len(), "other links in {written:?}");
    let kinds = |parsed: &Parsed| -> Vec<_> {
        parsed.blocks.iter().map(|block| std::mem::discriminant(&block.kind)).collect()
    };
    assert_eq!(kinds(&again), kinds(parsed), "other blocks in {written:?}");
}
