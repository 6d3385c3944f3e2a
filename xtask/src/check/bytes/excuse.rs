//! Excuses: `xtask: allow(check) reason` in a comment, for its own line or, alone on a line, for the next.

use super::lines::lines;
use super::{Content, Kind};
use crate::check::CheckId;

/// One excuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excuse {
    /// Where it stands.
    pub line: usize,
    /// The line that it excuses.
    pub covers: usize,
    /// The checks that it names.
    pub checks: Vec<String>,
    /// Why; `None` is no excuse.
    pub reason: Option<String>,
}

impl Excuse {
    /// True when it excuses a finding of this check, on whatever line of the file.
    pub fn names(&self, check: CheckId) -> bool {
        self.reason.is_some() && self.checks.iter().any(|name| name == check.name())
    }
}

/// True when one of a file's excuses, in their order, covers a finding of this check on this line.
pub fn is_excused(excuses: &[Excuse], check: CheckId, line: usize) -> bool {
    let first = excuses.partition_point(|excuse| excuse.covers < line);
    excuses[first..].iter().take_while(|excuse| excuse.line <= line).any(|excuse| excuse.names(check))
}

const START: &[u8] = b"xtask: allow(";

/// What begins a comment, in any language.
const OPENERS: &[&[u8]] =
    &[b"#", b"//", b"<!--", b"--", b";", b"/*", b"*", b"%", b"{#", b"\"\"\"", b"..", b"!"];

/// The excuses of a file, in order.
pub fn excuses(content: &Content<'_>) -> Vec<Excuse> {
    if content.kind == Kind::Binary || memchr::memmem::find(content.bytes, START).is_none() {
        return Vec::new();
    }
    lines(content.bytes).filter_map(|(number, line)| excuse(number, line)).collect()
}

fn excuse(number: usize, line: &[u8]) -> Option<Excuse> {
    let start = memchr::memmem::find(line, START)?;
    let before = line[..start].trim_ascii_end();
    // Without a comment around it, it is a text about excuses.
    let opener =
        OPENERS.iter().filter(|opener| before.ends_with(opener)).max_by_key(|opener| opener.len())?;
    let is_alone = before[..before.len() - opener.len()].trim_ascii().is_empty();
    let rest = &line[start + START.len()..];
    let close = memchr::memchr(b')', rest)?;
    let names = String::from_utf8_lossy(&rest[..close]).into_owned();
    let reason = String::from_utf8_lossy(&rest[close + 1..]).into_owned();
    let reason = reason.trim().trim_end_matches("-->").trim_end_matches("*/").trim_end_matches("#}");
    let reason = reason.trim().trim_start_matches([':', '-']).trim();
    Some(Excuse {
        line: number,
        covers: if is_alone { number + 1 } else { number },
        checks: names.split(',').map(|name| name.trim().to_owned()).collect(),
        reason: reason.chars().any(char::is_alphanumeric).then(|| reason.to_owned()),
    })
}
