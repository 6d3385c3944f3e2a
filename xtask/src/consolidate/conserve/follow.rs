//! Paths that follow their files: what names a note by its new place says what it said.

use std::collections::{BTreeMap, BTreeSet};

use super::ItemKind;
use super::held::Held;
use crate::repo::{RepoPath, Tree};

/// Stands for the path of a note that became part of another.
const ELSEWHERE: &str = "\u{fffd}";

/// The files that a change moved, by what a text can name of them.
#[derive(Debug, Default)]
pub struct Moved {
    /// Names, in small letters, of files that are no longer where they were.
    gone: BTreeSet<String>,
    /// Paths, in small letters, by their names, of files that stand where none was, under a name that none of the gone
    /// has.
    made: BTreeMap<String, Vec<String>>,
}

/// What texts hold, as far as it names such files.
#[derive(Debug, Default)]
pub(super) struct Followed {
    by_name: BTreeSet<(ItemKind, String)>,
    elsewhere: BTreeSet<(ItemKind, String)>,
}

impl Moved {
    /// Compares the paths of two trees.
    pub fn between(before: &Tree, after: &Tree) -> Self {
        let name = |path: &RepoPath| String::from_utf8_lossy(path.file_name()).to_lowercase();
        let lacks = |tree: &Tree, path: &RepoPath| tree.get(path).is_none();
        let gone: BTreeSet<String> =
            before.entries().filter(|(path, _)| lacks(after, path)).map(|(path, _)| name(path)).collect();
        let mut made: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (path, _) in
            after.entries().filter(|(path, _)| lacks(before, path) && !gone.contains(&name(path)))
        {
            made.entry(name(path)).or_default().push(path.display().to_lowercase());
        }
        Self { gone, made }
    }

    /// Adds what a text of the end holds.
    pub(super) fn add(&self, followed: &mut Followed, held: &Held) {
        for (&kind, all) in held {
            for words in all.keys() {
                followed.by_name.extend(self.by_name(words).map(|words| (kind, words)));
                followed
                    .elsewhere
                    .extend(self.replaced(words, |path| self.is_made(path)).map(|words| (kind, words)));
            }
        }
    }

    /// True when the texts of the end hold these words with other places of the files that they name.
    pub(super) fn is_kept(&self, followed: &Followed, kind: ItemKind, words: &str) -> bool {
        let holds = |set: &BTreeSet<(ItemKind, String)>, words: Option<String>| {
            words.is_some_and(|words| set.contains(&(kind, words)))
        };
        holds(&followed.by_name, self.by_name(words))
            || holds(&followed.elsewhere, self.replaced(words, |path| self.gone.contains(file_name(path))))
    }

    /// The words with the bare names of files that moved; `None` where they name none.
    fn by_name(&self, words: &str) -> Option<String> {
        let named =
            |path: &str| Some(file_name(path)).filter(|name| self.gone.contains(*name)).map(str::to_owned);
        mapped(words, named)
    }

    fn replaced(&self, words: &str, is_meant: impl Fn(&str) -> bool) -> Option<String> {
        mapped(words, |path| is_meant(path).then(|| ELSEWHERE.to_owned()))
    }

    fn is_made(&self, path: &str) -> bool {
        let path = path.trim_start_matches(['.', '/']);
        let ends = |made: &String| {
            made.strip_suffix(path).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        };
        path.contains('.') && self.made.get(file_name(path)).is_some_and(|all| all.iter().any(ends))
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The words with other paths; `None` where none is another.
fn mapped(words: &str, other: impl Fn(&str) -> Option<String>) -> Option<String> {
    let is_apart = |c: char| c.is_whitespace() || "`'\"()[]<>|,;:*".contains(c);
    let mut out = String::with_capacity(words.len());
    let mut any = false;
    for piece in words.split_inclusive(is_apart) {
        let (word, end) = match piece.char_indices().next_back() {
            Some((at, last)) if is_apart(last) => piece.split_at(at),
            _ => (piece, ""),
        };
        let path = word.split('#').next().unwrap_or(word).trim_end_matches('.').to_lowercase();
        match other(&path).filter(|_| !path.is_empty()) {
            Some(other) => {
                any = true;
                out.push_str(&other);
            }
            None => out.push_str(word),
        }
        out.push_str(end);
    }
    any.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::EntryKind;

    fn tree(paths: &[&str]) -> Tree {
        Tree::in_memory(paths.iter().map(|&path| (RepoPath::from(path), EntryKind::File, Vec::new())))
    }

    #[test]
    fn words_are_kept_where_only_the_place_of_a_moved_file_is_another() {
        let before = tree(&["notes/A.md", "notes/b.md", "notes/c.md", "README.md"]);
        let after = tree(&["notes/archive/A.md", "docs/guides/bath.md", "notes/c.md", "README.md"]);
        let moved = Moved::between(&before, &after);
        let mut followed = Followed::default();
        let end = [
            "see `notes/archive/a.md` for more.",
            "read docs/guides/bath.md#use first",
            "ask notes/c.md",
            "the bath",
        ];
        let held = [(ItemKind::Block, end.map(|words| (words.to_owned(), 1)).into())].into();
        moved.add(&mut followed, &held);
        for (words, kept) in [
            ("see `notes/a.md` for more.", true),
            ("see `./a.md` for more.", true),
            ("see `notes/a.md` for less.", false),
            ("see `notes/b.md` for more.", false),
            ("read notes/b.md first", true),
            ("read notes/c.md first", false),
            ("ask notes/b.md", false),
            ("the bath", false),
        ] {
            assert_eq!(moved.is_kept(&followed, ItemKind::Block, words), kept, "{words}");
        }
    }
}
