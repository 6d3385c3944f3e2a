//! Functions, classes and types that the fork added, changed or removed in a file. Knows no repository.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{ChangedSymbol, SymbolStatus};
use crate::code::{ReadBy, Symbol, SymbolKind};
use crate::fnv;
use crate::repo::RepoPath;

/// A file's symbols.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// Each with a hash of the lines it stands on.
    symbols: Vec<(Symbol, u64)>,
    /// Where patterns tell the symbols: words of lines that are not indented, as those of definitions in any form are.
    words: BTreeSet<String>,
}

impl Outline {
    /// The names of all symbols.
    pub(super) fn names(self) -> impl Iterator<Item = String> {
        self.symbols.into_iter().map(|(symbol, _)| symbol.name)
    }

    /// True where a name may be defined in a form that no pattern knows: two heads before one body, a `struct` that
    /// became a variable of that name.
    fn may_define(&self, name: &str) -> bool {
        self.words.contains(name)
    }
}

/// Whether symbols of such a file are known at all.
pub(super) fn is_known(path: &RepoPath) -> bool {
    const KNOWN: &[&str] = &[
        "py", "pyi", "rs", "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "go", "c", "h", "cc", "cpp",
        "cxx", "hpp", "hh", "hxx",
    ];
    KNOWN.contains(&path.extension().as_str())
}

/// Reads the symbols of a content; bytes that are no UTF-8 are replaced.
pub(super) fn outline(path: &RepoPath, content: &[u8]) -> Outline {
    let text = String::from_utf8_lossy(content);
    let lines: Vec<&str> = text.lines().collect();
    let symbols = crate::code::symbols(path, &text);
    let hash = |symbol: &Symbol| {
        let end = symbol.end_line.min(lines.len());
        let start = (symbol.line - 1).min(end);
        fnv::hash(lines[start..end].iter().flat_map(|line| line.trim_end().bytes().chain([b'\n'])))
    };
    let is_by_pattern = symbols.iter().all(|symbol| symbol.read_by == ReadBy::Pattern);
    let words = if is_by_pattern && is_known(path) { unindented_words(&lines) } else { BTreeSet::new() };
    let symbols = symbols.into_iter().map(|symbol| (hash(&symbol), symbol));
    Outline { symbols: symbols.map(|(hash, symbol)| (symbol, hash)).collect(), words }
}

fn unindented_words(lines: &[&str]) -> BTreeSet<String> {
    let is_code = |line: &&&str| {
        line.starts_with(|first: char| !first.is_whitespace())
            && !["//", "/*", "*"].iter().any(|mark| line.starts_with(mark))
    };
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let words = lines.iter().filter(is_code).flat_map(|line| line.split(move |letter| !is_part(letter)));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// What changed from one outline to another, by line: lines of the fork's file, of the old one for what is gone.
pub(super) fn compare(old: &Outline, new: &Outline) -> Vec<ChangedSymbol> {
    let (before, after) = (by_name(old), by_name(new));
    let mut all = Vec::new();
    for (key, places) in &after {
        let status = match before.get(key) {
            None => SymbolStatus::Added,
            Some(earlier) if hashes(earlier) != hashes(places) => SymbolStatus::Changed,
            Some(_) => continue,
        };
        all.push(changed(places[0].0, status));
    }
    let gone = before.iter().filter(|(key, _)| !after.contains_key(*key) && !new.may_define(key.1));
    all.extend(gone.map(|(_, places)| changed(places[0].0, SymbolStatus::Removed)));
    all.sort_by(|a, b| (a.status, a.line, &a.name).cmp(&(b.status, b.line, &b.name)));
    all
}

type Places<'a> = Vec<(&'a Symbol, u64)>;

/// One name may be defined more than once (overloads, conditional definitions).
fn by_name(outline: &Outline) -> BTreeMap<(SymbolKind, &str), Places<'_>> {
    let mut all: BTreeMap<(SymbolKind, &str), Places<'_>> = BTreeMap::new();
    for (symbol, hash) in &outline.symbols {
        all.entry((symbol.kind, symbol.name.as_str())).or_default().push((symbol, *hash));
    }
    all
}

fn hashes(places: &Places<'_>) -> Vec<u64> {
    places.iter().map(|(_, hash)| *hash).collect()
}

fn changed(symbol: &Symbol, status: SymbolStatus) -> ChangedSymbol {
    let name = symbol.name.clone();
    ChangedSymbol { name, kind: symbol.kind, line: symbol.line, status, read_by: symbol.read_by }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_added_changed_or_removed_and_a_move_is_none_of_them() {
        let path = "a.py".into();
        let old = outline(
            &path,
            b"def kept():\n    return 1\n\ndef edited():\n    return 1\n\ndef gone():\n    pass\n",
        );
        let new = outline(
            &path,
            b"class Fresh:\n    pass\n\n\ndef edited():\n    return 2\n\ndef kept():\n    return 1\n",
        );
        let found: Vec<String> = compare(&old, &new)
            .iter()
            .map(|symbol| format!("{:?} {} at {}", symbol.status, symbol.name, symbol.line))
            .collect();
        assert_eq!(found, ["Added Fresh at 1", "Changed edited at 5", "Removed gone at 7"]);
    }

    #[test]
    fn name_that_still_stands_in_front_of_a_line_was_not_removed() {
        let path = "a.c".into();
        let old = b"static int helper(int a)\n{\n    return a;\n}\n\nstruct Order {\n    int a;\n};\n\nint gone(void)\n{\n    return 1;\n}\n";
        let new = b"#if A\nstatic int helper(int a, int b)\n#else\nstatic int helper(int a)\n#endif\n{\n    return a;\n}\n\nstatic const struct {\n    int a;\n} Order = {1};\n\n// gone\nint kept(void)\n{\n    return gone();\n}\n";
        let found = compare(&outline(&path, old), &outline(&path, new));
        let removed = found.iter().filter(|symbol| symbol.status == SymbolStatus::Removed);
        assert_eq!(removed.map(|symbol| symbol.name.as_str()).collect::<Vec<_>>(), ["gone"]);
    }

    #[test]
    fn content_that_is_no_text_has_an_outline_without_a_panic() {
        for content in [&b""[..], b"\xff\xfe\x00", b"def broken(:\n"] {
            outline(&"a.py".into(), content);
            outline(&"a.rs".into(), content);
        }
    }
}
