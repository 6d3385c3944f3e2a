//! Finds the blocks of a host.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag};

use super::marker::{self, Marker};
use super::{Block, Malformed, Syntax};

/// Finds all blocks, in the order in which they stand.
///
/// # Errors
/// A marker that cannot be read, a block inside another, one that is not closed, two of one name.
pub fn find(host: &[u8], syntax: Syntax) -> Result<Vec<Block>, Malformed> {
    if memchr::memmem::find(host, b"xtask:").is_none() {
        return Ok(Vec::new());
    }
    let mut blocks: Vec<Block> = Vec::new();
    let mut lines_of: BTreeMap<String, usize> = BTreeMap::new();
    let mut open: Option<(Block, String)> = None;
    for Line { number, range, marker } in markers(host, syntax)? {
        let fail = |message: String| Err(Malformed { line: number, message });
        match (marker, open.take()) {
            (Marker::Begin { id, .. }, Some((outer, _))) => {
                return fail(format!(
                    "the block `{id}` begins inside the block `{}` of line {}",
                    outer.id, outer.line
                ));
            }
            (Marker::Begin { id, version, hash, added, made_host }, None) => {
                if let Some(first) = lines_of.insert(id.clone(), number) {
                    return fail(format!("the block `{id}` stands twice: also on line {first}"));
                }
                let body = range.end..range.end;
                let block =
                    Block { id, version, is_edited: false, made_host, line: number, range, body, added };
                open = Some((block, hash));
            }
            (Marker::End { id }, Some((mut block, hash))) if block.id == id => {
                block.body.end = range.start;
                block.range.end = range.end;
                block.is_edited = marker::hash(&host[block.body.clone()]) != hash;
                blocks.push(block);
            }
            (Marker::End { id }, Some((block, _))) => {
                return fail(format!(
                    "the end of `{id}` stands in the block `{}` of line {}",
                    block.id, block.line
                ));
            }
            (Marker::End { id }, None) => {
                return fail(format!("the end of the block `{id}` has no beginning"));
            }
        }
    }
    match open {
        Some((block, _)) => {
            Err(Malformed { line: block.line, message: format!("the block `{}` is not closed", block.id) })
        }
        None => Ok(blocks),
    }
}

/// The host with every block emptied, its line ends kept: what is left is the user's, on the same lines.
///
/// # Errors
/// As [`find`].
pub fn blank(host: &[u8], syntax: Syntax) -> Result<Vec<u8>, Malformed> {
    let mut text = Vec::with_capacity(host.len());
    let mut done = 0;
    for block in find(host, syntax)? {
        text.extend(&host[done..block.range.start]);
        text.extend(host[block.range.clone()].iter().filter(|&&byte| byte == b'\n'));
        done = block.range.end;
    }
    text.extend(&host[done..]);
    Ok(text)
}

struct Line {
    number: usize,
    range: Range<usize>,
    marker: Marker,
}

fn markers(host: &[u8], syntax: Syntax) -> Result<Vec<Line>, Malformed> {
    let examples = match syntax {
        Syntax::Markdown => code_blocks(host),
        Syntax::Hash => Vec::new(),
    };
    let mut found = Vec::new();
    let mut start = 0;
    for (index, line) in host.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let range = start..start + line.len();
        start = range.end;
        let Some(read) = marker::read(line, syntax) else { continue };
        let word = range.start + line.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if examples.iter().any(|example| example.contains(&word)) {
            continue;
        }
        let number = index + 1;
        match read {
            Ok(marker) => found.push(Line { number, range, marker }),
            Err(message) => return Err(Malformed { line: number, message }),
        }
    }
    Ok(found)
}

/// The code blocks of a Markdown text, fenced and indented.
fn code_blocks(host: &[u8]) -> Vec<Range<usize>> {
    let text = readable(host);
    let events = Parser::new(&text).into_offset_iter();
    events
        .filter_map(|(event, range)| matches!(event, Event::Start(Tag::CodeBlock(_))).then_some(range))
        .collect()
}

/// The same text with a question mark for every byte that is no UTF-8, so that all offsets stay.
fn readable(host: &[u8]) -> String {
    let mut text = String::with_capacity(host.len());
    for chunk in host.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
    }
    text
}
