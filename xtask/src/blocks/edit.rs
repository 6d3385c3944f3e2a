//! Puts a block into a host and takes it out again.

use super::marker::{self, begin, end, without_carriage_returns};
use super::{Malformed, Syntax, Wanted, find};

/// Where a block goes that is not there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// After all that stands there, with an empty line between.
    End,
    /// After this many bytes, which end a line.
    At(usize),
}

/// The host with the block in it; a block of this name that is there is replaced, whatever stands in it.
///
/// `host` is `None` where the file is made for the block.
///
/// # Errors
/// The markers of the host are malformed, or the block would stand in a code fence that is left open.
pub fn put(
    host: Option<&[u8]>,
    syntax: Syntax,
    wanted: &Wanted<'_>,
    place: Where,
) -> Result<Vec<u8>, Malformed> {
    debug_assert!(marker::is_id(wanted.id) && (wanted.body.is_empty() || wanted.body.ends_with('\n')));
    let made_host = host.is_none();
    let host = host.unwrap_or_default();
    let found = find(host, syntax)?.into_iter().find(|block| block.id == wanted.id);
    let (before, after, added, made_host) = match &found {
        Some(block) => (&host[..block.range.start], &host[block.range.end..], block.added, block.made_host),
        None => {
            let at = match place {
                Where::End => host.len(),
                Where::At(at) => at.min(host.len()),
            };
            (&host[..at], &host[at..], line_ends_missing(&host[..at], place), made_host)
        }
    };
    let break_ = line_end_of(host);
    let mut text = before.to_vec();
    if found.is_none() {
        text.extend(break_.repeat(added));
    }
    for line in [&begin(syntax, wanted, added, made_host), "\n", wanted.body, &end(syntax, wanted.id), "\n"] {
        push_with(&mut text, line, break_);
    }
    text.extend(after);
    check_found(&text, syntax, wanted)?;
    Ok(text)
}

/// The host without the block and the line ends that came with it; `None` when nothing but blanks is left of a file
/// that was made for it. A host without the block is given back as it is.
///
/// # Errors
/// The markers of the host are malformed.
pub fn remove(host: &[u8], syntax: Syntax, id: &str) -> Result<Option<Vec<u8>>, Malformed> {
    let Some(block) = find(host, syntax)?.into_iter().find(|block| block.id == id) else {
        return Ok(Some(host.to_vec()));
    };
    let (mut before, after) = (&host[..block.range.start], &host[block.range.end..]);
    // The line ends before the block were written with its own: a lone carriage return there is the user's.
    let line_end: &[u8] = if host[..block.body.start].ends_with(b"\r\n") { b"\r\n" } else { b"\n" };
    for number in 0..block.added {
        // What somebody wrote below the block must not be joined to the line above it.
        if number + 1 == block.added && !after.is_empty() {
            break;
        }
        before = before.strip_suffix(line_end).unwrap_or(before);
    }
    let rest = [before, after].concat();
    Ok((!rest.trim_ascii().is_empty() || !block.made_host).then_some(rest))
}

/// How many line ends part a new block from what stands before it.
fn line_ends_missing(before: &[u8], place: Where) -> usize {
    if before.is_empty() {
        return 0;
    }
    let plain = without_carriage_returns(before);
    match place {
        _ if plain.ends_with(b"\n\n") || plain == b"\n" => 0,
        Where::End if plain.ends_with(b"\n") => 1,
        Where::End => 2,
        Where::At(_) => usize::from(!plain.ends_with(b"\n")),
    }
}

/// The line end that most lines of the host have.
fn line_end_of(host: &[u8]) -> &'static [u8] {
    let all = memchr::memchr_iter(b'\n', host).count();
    let carriage_returns = memchr::memmem::find_iter(host, b"\r\n").count();
    if carriage_returns * 2 > all { b"\r\n" } else { b"\n" }
}

fn push_with(text: &mut Vec<u8>, lines: &str, line_end: &[u8]) {
    for line in lines.split_inclusive('\n') {
        match line.strip_suffix('\n') {
            Some(line) => {
                text.extend(line.as_bytes());
                text.extend(line_end);
            }
            None => text.extend(line.as_bytes()),
        }
    }
}

/// What was written must be found again, or each run would add another.
fn check_found(text: &[u8], syntax: Syntax, wanted: &Wanted<'_>) -> Result<(), Malformed> {
    let there = find(text, syntax)?.into_iter().any(|block| block.id == wanted.id && !block.is_edited);
    if there {
        return Ok(());
    }
    let line = memchr::memchr_iter(b'\n', text).count();
    Err(Malformed { line, message: "a code block above is left open: close its fence".to_owned() })
}
