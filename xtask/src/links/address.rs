//! The parts of a destination, and how a path is written as one.

use crate::repo::RepoPath;

/// A destination taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    /// Nothing.
    Empty,
    /// A template's placeholder stands in it.
    Template,
    /// It names a scheme or a host.
    External,
    /// A path, a fragment, or both.
    Local(Local),
}

/// A destination on the same host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Local {
    /// The path, percent-encoding resolved; empty for the file itself.
    pub(super) path: Vec<u8>,
    /// What stands behind `#`, percent-encoding resolved.
    pub(super) fragment: Option<String>,
}

impl Address {
    pub(super) fn parse(destination: &str) -> Self {
        let text = destination.trim();
        if text.is_empty() {
            return Self::Empty;
        }
        if is_template(text) {
            return Self::Template;
        }
        if text.starts_with("//") || has_scheme(text) {
            return Self::External;
        }
        let (rest, fragment) = match text.split_once('#') {
            Some((rest, fragment)) => (rest, Some(fragment)),
            None => (text, None),
        };
        let path = rest.split('?').next().unwrap_or_default();
        let fragment = fragment
            .map(|fragment| String::from_utf8_lossy(&percent_decoded(fragment.as_bytes())).into_owned());
        Self::Local(Local { path: percent_decoded(path.as_bytes()), fragment })
    }
}

/// True where something is filled in later: `{{ base }}/x`, `${ROOT}/x`, `{logo}` of a component, `<%= x %>`.
fn is_template(text: &str) -> bool {
    let braces = text.find('{').is_some_and(|open| text[open..].contains('}'));
    // A quotation mark inside the placeholder ends an attribute of HTML: `src="{{ "/x.png" | relative_url }}"`.
    braces || ["{{", "{%", "${", "<%"].iter().any(|mark| text.contains(mark))
}

/// True for `https:`, `mailto:` and their like. A drive (`C:`) and a file with a line (`x.py:12`) are written
/// the same way, but lead to no other host.
fn has_scheme(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let named = scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c));
    named
        && (rest.starts_with("//")
            || !(scheme.contains('.') && rest.starts_with(|c: char| c.is_ascii_digit())))
}

/// The address that a destination would be without the brackets around it, or with a scheme before it.
pub(super) fn mistyped_address(destination: &str) -> Option<String> {
    let text = destination.trim();
    let inner = text.trim_matches(['(', ')', '<', '>', ' ']);
    if inner.len() < text.len() && (inner.starts_with("https://") || inner.starts_with("http://")) {
        return Some(inner.to_owned());
    }
    text.starts_with("www.").then(|| format!("https://{text}"))
}

/// Resolves percent-encoding; what is none stays.
pub fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        let code = match tail {
            &[high, low, ..] if byte == b'%' => digit(high).zip(digit(low)),
            _ => None,
        };
        match code {
            Some((high, low)) => {
                out.push(high * 16 + low);
                rest = &tail[2..];
            }
            None => {
                out.push(byte);
                rest = tail;
            }
        }
    }
    out
}

/// A path as a link writes it: what an address gives a meaning to is percent-encoded, letters of all
/// languages stay readable.
pub fn encode_path(path: &[u8]) -> String {
    let mut out = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        for c in chunk.valid().chars() {
            let letter = c.is_alphanumeric() || "-._~/+@,=!:".contains(c);
            if letter {
                out.push(c);
            } else {
                push_encoded(&mut out, c.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        push_encoded(&mut out, chunk.invalid());
    }
    out
}

fn push_encoded(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        out.push_str(&format!("%{byte:02X}"));
    }
}

/// The destination that leads from a file to another file or folder, by the shortest relative path.
pub fn relative_destination(from: &RepoPath, to: &RepoPath, fragment: Option<&str>) -> String {
    let mut out = encode_path(&relative_parts(from, to).join(&b'/'));
    if out.split('/').next().is_some_and(|first| first.contains(':')) {
        out.insert_str(0, "./");
    }
    match fragment {
        Some(fragment) if from == to => format!("#{}", encode_fragment(fragment)),
        Some(fragment) => format!("{out}#{}", encode_fragment(fragment)),
        None => out,
    }
}

/// The parts of the shortest path from a file's folder to another file or folder.
pub(super) fn relative_parts<'p>(from: &RepoPath, to: &'p RepoPath) -> Vec<&'p [u8]> {
    let to_parts: Vec<&[u8]> = to.parts().collect();
    let folder = from.parent();
    let from_parts: Vec<&[u8]> = folder.iter().flat_map(RepoPath::parts).collect();
    let shared = from_parts.iter().zip(&to_parts).take_while(|(a, b)| a == b).count();
    // The last part is what is named: a file beside the folder it is called from keeps its name.
    let shared = shared.min(to_parts.len() - 1);
    let mut parts: Vec<&[u8]> = vec![b".."; from_parts.len() - shared];
    parts.extend(&to_parts[shared..]);
    parts
}

/// An anchor as a link writes it behind its `#`.
pub(super) fn encode_fragment(fragment: &str) -> String {
    let mut out = String::with_capacity(fragment.len());
    for c in fragment.chars() {
        let plain = !c.is_ascii() || c.is_ascii_alphanumeric() || "-._~/+@,=!:?;".contains(c);
        if plain && !c.is_control() && !c.is_whitespace() && !is_invisible(c) {
            out.push(c);
        } else {
            push_encoded(&mut out, c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    out
}

/// Selectors behind emoji are part of GitHub's anchors, but nobody sees them in a text.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_templates_and_paths_are_told_apart() {
        let local = |path: &str, fragment: Option<&str>| {
            Address::Local(Local { path: path.into(), fragment: fragment.map(str::to_owned) })
        };
        let cases = [
            ("", Address::Empty),
            (" \t", Address::Empty),
            ("https://a.b/c#d", Address::External),
            ("mailto:a@b.c", Address::External),
            ("//a.b/c", Address::External),
            ("vscode-insiders:x", Address::External),
            ("{{ base }}/x.md", Address::Template),
            ("${ROOT}/x.md", Address::Template),
            ("{logo}", Address::Template),
            ("a}b{.md", local("a}b{.md", None)),
            ("x.py:12", local("x.py:12", None)),
            ("C:/x", local("C:/x", None)),
            ("a%20b.md?raw=true#x%C3%A4", local("a b.md", Some("xä"))),
            ("100%.md", local("100%.md", None)),
            ("a/b:c.md", local("a/b:c.md", None)),
            ("#a#b", local("", Some("a#b"))),
            ("?plain=1#L3", local("", Some("L3"))),
        ];
        for (destination, expected) in cases {
            assert_eq!(Address::parse(destination), expected, "{destination:?}");
        }
    }

    #[test]
    fn the_shortest_relative_path_is_written_with_its_escapes() {
        let cases = [
            ("a.md", "b.md", None, "b.md"),
            ("n/a.md", "n/b c.md", Some("x y"), "b%20c.md#x%20y"),
            ("n/a.md", "b.md", None, "../b.md"),
            ("n/m/a.md", "n/o/b#?.md", None, "../o/b%23%3F.md"),
            ("n/a.md", "n/a.md", Some("ü"), "#ü"),
            ("n/a.md", "n/a.md", Some("\u{fe0f}-setup"), "#%EF%B8%8F-setup"),
            ("n/a.md", "n", None, "../n"),
            ("a.md", "x:y.md", None, "./x:y.md"),
            ("n/a.md", "100%/ä(1).md", None, "../100%25/ä%281%29.md"),
        ];
        for (from, to, fragment, expected) in cases {
            assert_eq!(relative_destination(&from.into(), &to.into(), fragment), expected);
        }
        assert_eq!(encode_path(b"a\xff/b"), "a%FF/b");
    }
}
