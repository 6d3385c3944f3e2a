//! The two marker lines: how they are written and read.

use super::{Syntax, Wanted};

const BEGIN: &str = "xtask:begin";
const END: &str = "xtask:end";

/// A marker line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    Begin { id: String, version: u32, hash: String, added: usize, made_host: bool },
    End { id: String },
}

impl Syntax {
    fn open(self) -> &'static str {
        match self {
            Self::Markdown => "<!-- ",
            Self::Hash => "# ",
        }
    }

    fn close(self) -> &'static str {
        match self {
            Self::Markdown => " -->",
            Self::Hash => "",
        }
    }
}

/// Writes the first line of a block, without its end.
pub(super) fn begin(syntax: Syntax, wanted: &Wanted<'_>, added: usize, made_host: bool) -> String {
    let mut fields =
        format!("{BEGIN} id={} version={} hash={}", wanted.id, wanted.version, hash(wanted.body.as_bytes()));
    if added > 0 {
        fields.push_str(&format!(" added={added}"));
    }
    if made_host {
        fields.push_str(" made=file");
    }
    format!("{}{fields}{}", syntax.open(), syntax.close())
}

/// Writes the last line of a block, without its end.
pub(super) fn end(syntax: Syntax, id: &str) -> String {
    format!("{}{END} id={id}{}", syntax.open(), syntax.close())
}

/// Reads a line: `None` when it is no marker, an error when it looks like one and cannot be read.
pub(super) fn read(line: &[u8], syntax: Syntax) -> Option<Result<Marker, String>> {
    let line = line.trim_ascii();
    let inner = line.strip_prefix(syntax.open().trim_ascii_end().as_bytes())?.trim_ascii_start();
    let is_begin = starts_with_word(inner, BEGIN);
    if !is_begin && !starts_with_word(inner, END) {
        return None;
    }
    let Ok(inner) = std::str::from_utf8(inner) else {
        return Some(Err("the marker is no UTF-8".to_owned()));
    };
    let Some(fields) = inner.strip_suffix(syntax.close().trim_ascii()) else {
        return Some(Err("the marker's comment does not end on its line".to_owned()));
    };
    Some(parse(fields, is_begin).ok_or_else(|| format!("the marker cannot be read: `{}`", fields.trim())))
}

fn starts_with_word(text: &[u8], word: &str) -> bool {
    text.strip_prefix(word.as_bytes())
        .is_some_and(|rest| rest.first().is_none_or(|&byte| byte.is_ascii_whitespace() || byte == b'-'))
}

fn parse(fields: &str, is_begin: bool) -> Option<Marker> {
    let field = |name: &str| {
        fields.split_ascii_whitespace().find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
    };
    let id = field("id").filter(|id| is_id(id))?.to_owned();
    if !is_begin {
        return Some(Marker::End { id });
    }
    Some(Marker::Begin {
        id,
        version: field("version")?.parse().ok()?,
        hash: field("hash")?.to_owned(),
        added: field("added").map_or(Some(0), |added| added.parse().ok())?,
        made_host: field("made") == Some("file"),
    })
}

/// True for lower-case letters, digits and dashes.
pub(super) fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The first 16 digits of git's SHA-1 name of a body. Carriage returns at line ends do not count: git may turn them
/// on each checkout.
pub(super) fn hash(body: &[u8]) -> String {
    let body = without_carriage_returns(body);
    let id = git2::Oid::hash_object(git2::ObjectType::Blob, &body);
    id.expect("hashing bytes in memory has no way to fail").to_string()[..16].to_owned()
}

/// The bytes with every `\r\n` as `\n`.
pub(super) fn without_carriage_returns(bytes: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    for (at, &byte) in bytes.iter().enumerate() {
        if byte != b'\r' || bytes.get(at + 1) != Some(&b'\n') {
            kept.push(byte);
        }
    }
    kept
}
