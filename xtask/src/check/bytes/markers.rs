//! What git leaves in a file that it could not merge: `<<<<<<< `, `||||||| `, `=======`, `>>>>>>> ` at line starts, of
//! seven signs each or of as many as the attribute `conflict-marker-size` gives the file.
//!
//! A line of that many equals signs underlines headings too, so by itself it says nothing; only between the other
//! markers, or where a merge is being concluded and no parent has it, does it count. Code blocks show markers, unless the file
//! held a conflict and no parent shows them.

use std::cell::LazyCell;

use super::lines::lines;
use super::{Content, Fault, Options};
use crate::check::CheckId;
use crate::repo::RepoPath;

/// Signs of a marker that are shown.
const SHOWN: usize = 32;

const HINT: &str = "settle the conflict, then `git add` the file";

pub(super) fn judge(
    path: &RepoPath,
    content: &Content<'_>,
    before: &[&[u8]],
    options: Options,
) -> Vec<Fault> {
    let Some(text) = content.text() else { return Vec::new() };
    let size = options.marker_size;
    if !has_candidate(&text, size) {
        return Vec::new();
    }
    let mut fences = Fences::of(path);
    let mut faults = Vec::new();
    let mut is_open = false;
    let mut previous: &[u8] = b"";
    let stood_before =
        LazyCell::new(|| before.iter().any(|text| lines(text).any(|(_, line)| divides(line, size))));
    let shown_before =
        LazyCell::new(|| before.iter().any(|text| lines(text).any(|(_, line)| opens(line, size))));
    for (number, line) in lines(&text) {
        let is_code = fences.is_code(line);
        let found = marker(line, size).filter(|&sign| {
            // A dividing line that no parent has, and that underlines nothing.
            let underlines = fences.is_prose() && !previous.trim_ascii().is_empty();
            let is_left_over = || options.merging && !underlines && !*stood_before;
            let is_shown = is_code && (!options.settled || *shown_before);
            !is_shown && (sign != b'=' || is_open || is_left_over())
        });
        if let Some(sign) = found {
            is_open = sign != b'>';
            faults.push(fault(number, &line[..size.min(SHOWN)]));
        }
        previous = line;
    }
    faults
}

fn fault(number: usize, signs: &[u8]) -> Fault {
    let signs = String::from_utf8_lossy(signs);
    Fault::new(CheckId::ConflictMarker, number, format!("a conflict marker is left (`{signs}`)")).hint(HINT)
}

fn has_candidate(text: &[u8], size: usize) -> bool {
    size <= text.len() && b"<>=|".iter().any(|&sign| memchr::memmem::find(text, &vec![sign; size]).is_some())
}

/// The sign of a marker: so many of it, then a blank or the end of the line.
fn marker(line: &[u8], size: usize) -> Option<u8> {
    let sign = *line.first()?;
    if !matches!(sign, b'<' | b'|' | b'=' | b'>') || line.len() < size {
        return None;
    }
    let (signs, rest) = line.split_at(size);
    let rest = signs.iter().all(|&byte| byte == sign).then_some(rest)?;
    match (sign, rest) {
        // `||||||| ` without a name begins a row of a table as well.
        (b'|', rest) => (rest.len() > 1 && rest[0] == b' ' && !rest.contains(&b'|')).then_some(sign),
        (_, []) => Some(sign),
        (b'=', _) => None,
        (_, rest) => matches!(rest[0], b' ' | b'\t').then_some(sign),
    }
}

fn divides(line: &[u8], size: usize) -> bool {
    marker(line, size) == Some(b'=')
}

fn opens(line: &[u8], size: usize) -> bool {
    marker(line, size) == Some(b'<')
}

/// Knows where code blocks begin and end, in formats that have them.
enum Fences {
    /// Three or more of a sign; the block ends with as many.
    Markdown(Option<(u8, usize)>),
    /// Four or more dashes or dots around a block.
    AsciiDoc(Option<Vec<u8>>),
    /// Prose whose code is indented.
    Prose,
    None,
}

impl Fences {
    fn of(path: &RepoPath) -> Self {
        match path.extension().as_str() {
            "md" | "markdown" | "mdx" | "mdown" | "mkd" | "qmd" | "rmd" => Self::Markdown(None),
            "adoc" | "asciidoc" => Self::AsciiDoc(None),
            "rst" | "txt" | "" => Self::Prose,
            _ => Self::None,
        }
    }

    fn is_prose(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// True for a line inside a code block; the fences themselves are none.
    fn is_code(&mut self, line: &[u8]) -> bool {
        match self {
            Self::Markdown(open) => {
                let fence = markdown_fence(line);
                match (*open, fence) {
                    (None, Some((sign, length, info))) => {
                        // A backtick in the words after backticks makes it code in a line.
                        if sign != b'`' || !info.contains(&b'`') {
                            *open = Some((sign, length));
                        }
                        false
                    }
                    (Some((sign, least)), Some((other, length, info)))
                        if sign == other && length >= least && info.trim_ascii().is_empty() =>
                    {
                        *open = None;
                        false
                    }
                    (open, _) => open.is_some(),
                }
            }
            Self::AsciiDoc(open) => {
                let line = line.trim_ascii_end();
                let is_fence = line.len() >= 4
                    && (line.iter().all(|&byte| byte == b'-') || line.iter().all(|&byte| byte == b'.'));
                match open {
                    Some(fence) if is_fence && fence == line => *open = None,
                    Some(_) => return true,
                    None if is_fence => *open = Some(line.to_vec()),
                    None => {}
                }
                false
            }
            Self::Prose | Self::None => false,
        }
    }
}

/// The sign, the length and what follows of a line that may open or close a code block.
fn markdown_fence(line: &[u8]) -> Option<(u8, usize, &[u8])> {
    let indent = line.iter().take_while(|&&byte| byte == b' ').count();
    let rest = &line[indent..];
    let sign = *rest.first().filter(|&&byte| indent <= 3 && matches!(byte, b'`' | b'~'))?;
    let length = rest.iter().take_while(|&&byte| byte == sign).count();
    (length >= 3).then(|| (sign, length, &rest[length..]))
}
