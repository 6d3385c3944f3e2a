//! Names in files whose paths begin, by definition, in one folder: a manifest of Cargo in its own, the pages of MkDocs in
//! the folder of the site.

use crate::links::{Exact, relative_destination};
use crate::repo::RepoPath;

/// A name in a manifest, and what it begins at.
pub(super) struct Entry {
    pub(super) at: Exact,
    /// A file that lies where the manifest's names begin.
    from: RepoPath,
}

impl Entry {
    /// How another path is written in this place.
    pub(super) fn written(&self, to: &RepoPath) -> String {
        relative_destination(&self.from, to, None)
    }
}

/// The names in a manifest that lead to what `is_gone` says of; nothing for other files.
pub(super) fn entries(path: &RepoPath, bytes: &[u8], is_gone: impl Fn(&RepoPath) -> bool) -> Vec<Entry> {
    let (folder, names) = match path.file_name() {
        b"Cargo.toml" => (path.parent(), quoted(bytes)),
        b"mkdocs.yml" | b"mkdocs.yaml" => (pages(path, bytes), values(bytes)),
        _ => return Vec::new(),
    };
    let from = folder.as_ref().map_or_else(|| RepoPath::from("x"), |folder| folder.join(b"x"));
    let named = names.into_iter().filter_map(|(start, end)| {
        let means = RepoPath::resolve(folder.as_ref(), &bytes[start..end])?;
        // What is written from the root is found as in any other file.
        let is_relative = means.as_bytes() != &bytes[start..end];
        (is_relative && is_gone(&means)).then(|| {
            let line = 1 + memchr::memchr_iter(b'\n', &bytes[..start]).count();
            Entry { at: Exact { range: start..end, line, means }, from: from.clone() }
        })
    });
    named.collect()
}

/// The folder of a site's pages.
fn pages(path: &RepoPath, bytes: &[u8]) -> Option<RepoPath> {
    let text = String::from_utf8_lossy(bytes);
    let folder = text.lines().find_map(|line| line.strip_prefix("docs_dir:"));
    let folder = folder.map_or("docs", |folder| folder.trim().trim_matches(['"', '\'']));
    RepoPath::resolve(path.parent().as_ref(), folder.as_bytes())
}

/// What stands between quotation marks on one line.
fn quoted(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let line_at = at;
        at += line.len();
        let mut from = 0;
        while let Some(open) = line[from..].iter().position(|byte| matches!(byte, b'"' | b'\'')) {
            let start = from + open + 1;
            let Some(length) = memchr::memchr(line[start - 1], &line[start..]) else { break };
            found.push((line_at + start, line_at + start + length));
            from = start + length + 1;
        }
    }
    found
}

/// The pages that a line of YAML names: the whole of an item, or of the value behind a title.
fn values(bytes: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let line_at = at;
        at += line.len();
        let plain = line.trim_ascii_end();
        let Some(item) = plain.trim_ascii_start().strip_prefix(b"- ") else { continue };
        let value = memchr::memmem::rfind(item, b": ").map_or(item, |colon| &item[colon + 2..]);
        let value = value.trim_ascii();
        let value = match value {
            [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner,
            value => value,
        };
        let quote = usize::from(plain.ends_with(b"\"") || plain.ends_with(b"'"));
        let end = line_at + plain.len() - quote;
        found.push((end - value.len(), end));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str, gone: &[&str]) -> Vec<(usize, String)> {
        let is_gone = |path: &RepoPath| gone.iter().any(|gone| path.as_bytes() == gone.as_bytes());
        let entries = entries(&path.into(), text.as_bytes(), is_gone);
        entries.into_iter().map(|entry| (entry.at.line, text[entry.at.range].to_owned())).collect()
    }

    #[test]
    fn names_begin_where_the_manifest_says() {
        let cargo = "[dependencies]\nb = { path = \"../b\", version = '1' }\nc = { path = \"crates/b\" }\n";
        assert_eq!(found("crates/a/Cargo.toml", cargo, &["crates/b"]), [(2, "../b".to_owned())]);
        assert_eq!(found("crates/a/other.toml", cargo, &["crates/b"]), []);
        let mkdocs = "site_name: x\nnav:\n  - Home: index.md\n  - 'guide/setup.md'\n  - Part:\n    - \"a b\": \"setup.md\"\n";
        let gone = ["docs/guide/setup.md", "docs/setup.md"];
        let expected = [(4, "guide/setup.md".to_owned()), (6, "setup.md".to_owned())];
        assert_eq!(found("mkdocs.yml", mkdocs, &gone), expected);
        assert_eq!(found("mkdocs.yml", &format!("docs_dir: site\n{mkdocs}"), &gone), []);
    }
}
