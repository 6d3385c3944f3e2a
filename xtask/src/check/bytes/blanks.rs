//! Blanks at line ends, and how a file ends.
//!
//! As the hooks of pre-commit judge it by default: Markdown is no exception, since an editor shows neither of the two
//! blanks that make a line break there (`markdown_breaks` permits them). Left out are patches and tables with tabs,
//! in which blanks at line ends are content.

use std::borrow::Cow;

use super::lines::lines;
use super::{Content, Fault, Kind, Options};
use crate::check::CheckId;
use crate::repo::RepoPath;

const HINT: &str = "run `xtask hook pre-commit --fix --apply`";

/// How many lines a message names.
const NAMED: usize = 5;

pub(super) fn judge(path: &RepoPath, content: &Content<'_>, options: Options) -> Vec<Fault> {
    if !is_judged(path, content) {
        return Vec::new();
    }
    let keeps_breaks = options.markdown_breaks && is_markdown(path);
    let mut faults: Vec<Fault> = trailing(content.bytes, keeps_breaks).into_iter().collect();
    faults.extend(ending(content.bytes));
    faults
}

/// True when [`fix`] mends what a check finds.
pub fn is_fixable(check: CheckId) -> bool {
    matches!(check, CheckId::TrailingBlanks | CheckId::FinalNewline)
}

/// The bytes without blanks at line ends and with one line end at the end; `blanks` and `newline` say what is mended.
pub fn fix<'a>(
    path: &RepoPath,
    bytes: &'a [u8],
    (blanks, newline): (bool, bool),
    options: Options,
) -> Cow<'a, [u8]> {
    let mut fixed = Cow::Borrowed(bytes);
    if !is_judged(path, &Content::of(bytes)) {
        return fixed;
    }
    if blanks && trailing(bytes, options.markdown_breaks && is_markdown(path)).is_some() {
        fixed = Cow::Owned(without_blanks(bytes, options.markdown_breaks && is_markdown(path)));
    }
    if newline && ending(&fixed).is_some() {
        fixed = Cow::Owned(with_one_end(&fixed));
    }
    fixed
}

fn is_judged(path: &RepoPath, content: &Content<'_>) -> bool {
    content.kind == Kind::Text && !matches!(path.extension().as_str(), "patch" | "diff" | "tsv")
}

fn is_markdown(path: &RepoPath) -> bool {
    matches!(path.extension().as_str(), "md" | "markdown" | "mdx" | "mdown" | "mkd")
}

fn trailing(bytes: &[u8], keeps_breaks: bool) -> Option<Fault> {
    if !has_blank_at_end(bytes) {
        return None;
    }
    let numbers: Vec<usize> = lines(bytes)
        .filter(|(_, line)| blanks_of(line, keeps_breaks) > 0)
        .map(|(number, _)| number)
        .collect();
    let first = *numbers.first()?;
    let mut fault = Fault::new(CheckId::TrailingBlanks, first, message(&numbers)).hint(HINT);
    fault.lines = numbers;
    Some(fault)
}

/// True when a blank stands before a line end, or at the end: what most files have nowhere.
fn has_blank_at_end(bytes: &[u8]) -> bool {
    let ends = memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]);
    ends.into_iter().any(|end| {
        let line = &bytes[..end];
        line.strip_suffix(b"\r").unwrap_or(line).last().is_some_and(|&byte| is_blank(byte))
    })
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | 0x0b | 0x0c)
}

fn message(lines: &[usize]) -> String {
    if lines.len() == 1 {
        return "the line ends in blanks".to_owned();
    }
    let named: Vec<String> = lines.iter().take(NAMED).map(usize::to_string).collect();
    let more = if lines.len() > NAMED { ", …" } else { "" };
    format!("{} lines end in blanks ({}{more})", lines.len(), named.join(", "))
}

/// Says a fault of several lines anew, after some of them were taken out.
pub fn restate(fault: &mut Fault) {
    fault.line = fault.lines.first().copied();
    if fault.check == CheckId::TrailingBlanks {
        fault.message = message(&fault.lines);
    }
}

/// How many bytes of blanks a line ends in that should not be there.
fn blanks_of(line: &[u8], keeps_breaks: bool) -> usize {
    let end = line.iter().rposition(|&byte| !is_blank(byte)).map_or(0, |last| last + 1);
    let (body, blanks) = line.split_at(end);
    // A form feed alone on its line parts pages.
    if body.is_empty() && !blanks.is_empty() && blanks.iter().all(|&byte| byte == b'\x0c') {
        return 0;
    }
    if keeps_breaks && !body.is_empty() && blanks == b"  " { 0 } else { blanks.len() }
}

fn without_blanks(bytes: &[u8], keeps_breaks: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let end = match line {
            [.., b'\r', b'\n'] => 2,
            [.., b'\n'] => 1,
            _ => 0,
        };
        let (body, end) = line.split_at(line.len() - end);
        out.extend_from_slice(&body[..body.len() - blanks_of(body, keeps_breaks)]);
        out.extend_from_slice(end);
    }
    out
}

fn ending(bytes: &[u8]) -> Option<Fault> {
    // A lone `\r` ended lines on old systems.
    if bytes.is_empty() || (bytes.ends_with(b"\r") && !bytes.contains(&b'\n')) {
        return None;
    }
    let last = || lines(bytes).last().map_or(1, |(number, _)| number);
    let fault = |line, message| Some(Fault::new(CheckId::FinalNewline, line, message).hint(HINT));
    if !bytes.ends_with(b"\n") {
        return fault(last(), "the file does not end in a line end");
    }
    match trailing_ends(bytes) {
        (0, _) => fault(1, "the file holds nothing but line ends"),
        (_, 1) => None,
        (_, ends) => fault(last() + 2 - ends, "empty lines stand at the end of the file"),
    }
}

/// Where the line ends begin with which the file ends, and how many they are.
fn trailing_ends(bytes: &[u8]) -> (usize, usize) {
    let (mut rest, mut ends) = (bytes, 0);
    while let Some(shorter) = rest.strip_suffix(b"\r\n").or_else(|| rest.strip_suffix(b"\n")) {
        rest = shorter;
        ends += 1;
    }
    (rest.len(), ends)
}

fn with_one_end(bytes: &[u8]) -> Vec<u8> {
    let (body, ends) = trailing_ends(bytes);
    if body == 0 {
        return Vec::new();
    }
    let mut out = bytes[..body].to_vec();
    // The file's own line end: the first of those at its end, else the one of its first line.
    let windows = match ends {
        0 => memchr::memchr(b'\n', bytes).is_some_and(|at| at > 0 && bytes[at - 1] == b'\r'),
        _ => bytes[body] == b'\r',
    };
    out.extend_from_slice(if windows { b"\r\n" } else { b"\n" });
    out
}
