//! The tree of headings.

use std::ops::Range;

use super::{LineIndex, Section};

/// A heading outside lists and quotations.
pub(super) struct Heading {
    pub(super) level: u8,
    pub(super) text: String,
    pub(super) slug: String,
    pub(super) range: Range<usize>,
}

/// Divides the text from `start` on: what stands before the first heading, then the sections.
pub(super) fn divide(
    headings: Vec<Heading>,
    lines: &LineIndex,
    start: usize,
    length: usize,
) -> (Range<usize>, Vec<Section>) {
    let mut sections: Vec<Section> = Vec::with_capacity(headings.len());
    let mut open: Vec<usize> = Vec::new();
    for heading in headings {
        let (line, last_line) = lines.lines(&heading.range);
        // A byte order mark stands on the first line, but in no section.
        let mut begin = lines.range(line).start.max(start);
        if let Some(before) = sections.last_mut() {
            // A carriage return alone ends a line for the parser: two headings may stand on one line of ours.
            if before.body.start > begin {
                begin = heading.range.start.max(before.range.start);
            }
            before.body = before.body.start.min(begin)..begin;
        }
        while let Some(&last) = open.last() {
            if sections[last].level < heading.level {
                break;
            }
            sections[last].range.end = begin;
            open.pop();
        }
        let parent = open.last().copied();
        open.push(sections.len());
        sections.push(Section {
            level: heading.level,
            text: heading.text,
            slug: heading.slug,
            heading: heading.range,
            range: begin..length,
            body: lines.range(last_line).end..length,
            parent,
            line,
        });
    }
    let end = sections.first().map_or(length, |section| section.range.start);
    (start..end, sections)
}
