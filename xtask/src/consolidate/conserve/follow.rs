//! Paths that follow their files: what names a note by its new place says what it said.

use std::collections::{BTreeMap, BTreeSet};

use super::ItemKind;
use super::held::Held;
use crate::repo::{RepoPath, Tree};

/// Stands for a file that is named.
const NAMED: &str = "\u{fffd}";

/// The files that a change moved, by what a text can name of them.
#[derive(Debug, Default)]
pub struct Moved {
    /// Names, in small letters, of files that are no longer where they were.
    gone: BTreeSet<String>,
    /// Paths, in small letters, by their names, of files that stand where none was: guides, and what has a name that none of
    /// the gone has.
    made: Paths,
    /// The paths of those that were there, under the names of those that were made.
    there: Paths,
}

/// Paths by their file names, all in small letters.
type Paths = BTreeMap<String, Vec<String>>;

/// What texts hold, as far as it names such files: the words without these names, with the names of each.
#[derive(Debug, Default)]
pub(super) struct Followed(BTreeMap<(ItemKind, String), BTreeSet<Vec<Named>>>);

/// A file that words name: one that moved, by its name; `None`: one that was made.
type Named = Option<String>;

impl Moved {
    /// Compares the paths of two trees. A guide of several notes is made, though it may be called as one of them was.
    pub fn between(before: &Tree, after: &Tree, is_guide: impl Fn(&RepoPath) -> bool) -> Self {
        let name = |path: &RepoPath| String::from_utf8_lossy(path.file_name()).to_lowercase();
        let lacks = |tree: &Tree, path: &RepoPath| tree.get(path).is_none();
        let gone: BTreeSet<String> =
            before.entries().filter(|(path, _)| lacks(after, path)).map(|(path, _)| name(path)).collect();
        let is_made =
            |path: &RepoPath| lacks(before, path) && (!gone.contains(&name(path)) || is_guide(path));
        let (mut made, mut there) = (Paths::new(), Paths::new());
        for (path, _) in after.entries().filter(|(path, _)| is_made(path)) {
            made.entry(name(path)).or_default().push(path.display().to_lowercase());
        }
        for (path, _) in before.entries().filter(|(path, _)| made.contains_key(&name(path))) {
            there.entry(name(path)).or_default().push(path.display().to_lowercase());
        }
        Self { gone, made, there }
    }

    /// Adds what a text of the end holds.
    pub(super) fn add(&self, followed: &mut Followed, held: &Held) {
        let named = |path: &str| match self.is_made(path) {
            true => Some(None),
            false => self.gone_name(path).map(Some),
        };
        for (&kind, all) in held {
            for words in all.keys() {
                if let Some((rest, names)) = parted(words, named) {
                    followed.0.entry((kind, rest)).or_default().insert(names);
                }
            }
        }
    }

    /// True when the texts of the end hold these words with other places of the files that they name.
    pub(super) fn is_kept(&self, followed: &Followed, kind: ItemKind, words: &str) -> bool {
        let Some((rest, names)) = parted(words, |path| self.gone_name(path).map(Some)) else { return false };
        let is_meant = |(old, new): (&Named, &Named)| new.is_none() || old == new;
        let fits = |other: &Vec<Named>| other.len() == names.len() && names.iter().zip(other).all(is_meant);
        followed.0.get(&(kind, rest)).is_some_and(|all| all.iter().any(fits))
    }

    fn gone_name(&self, path: &str) -> Option<String> {
        Some(file_name(path)).filter(|name| self.gone.contains(*name)).map(str::to_owned)
    }

    /// True for words that name what was made, and could not name what was there before.
    fn is_made(&self, path: &str) -> bool {
        let path = path.trim_start_matches(['.', '/']);
        let ends = |other: &String| {
            other.strip_suffix(path).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        };
        let is_among = |all: &Paths| all.get(file_name(path)).is_some_and(|all| all.iter().any(ends));
        path.contains('.') && is_among(&self.made) && !is_among(&self.there)
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The words without the files that they name, and these; `None` where they name none.
fn parted(words: &str, named: impl Fn(&str) -> Option<Named>) -> Option<(String, Vec<Named>)> {
    let is_apart = |c: char| c.is_whitespace() || "`'\"()[]<>|,;:*".contains(c);
    let mut out = String::with_capacity(words.len());
    let mut names = Vec::new();
    for piece in words.split_inclusive(is_apart) {
        let (word, end) = match piece.char_indices().next_back() {
            Some((at, last)) if is_apart(last) => piece.split_at(at),
            _ => (piece, ""),
        };
        let path = word.split('#').next().unwrap_or(word).trim_end_matches('.').to_lowercase();
        match named(&path).filter(|_| !path.is_empty()) {
            Some(name) => {
                names.push(name);
                out.push_str(NAMED);
            }
            None => out.push_str(word),
        }
        out.push_str(end);
    }
    (!names.is_empty()).then_some((out, names))
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
        let before = tree(&["notes/A.md", "notes/b.md", "notes/c.md", "notes/Pump.md", "docs/README.md"]);
        let guides = ["docs/guides/bath.md", "docs/guides/pump.md"].map(RepoPath::from);
        let after = tree(&[
            "notes/archive/A.md",
            "docs/guides/bath.md",
            "docs/guides/pump.md",
            "notes/c.md",
            "notes/README.md",
            "docs/README.md",
        ]);
        let moved = Moved::between(&before, &after, |path| guides.contains(path));
        let mut followed = Followed::default();
        let end = [
            "see `notes/archive/a.md` for more.",
            "read docs/guides/bath.md#use first",
            "lift docs/guides/pump.md",
            "cat archive/a.md then docs/guides/bath.md",
            "from README.md to docs/guides/bath.md",
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
            ("lift notes/b.md", true),
            ("lift notes/pump.md", true),
            ("cat a.md then b.md", true),
            ("cat b.md then a.md", false),
            ("from README.md to b.md", true),
            ("ask notes/b.md", false),
            ("the bath", false),
        ] {
            assert_eq!(moved.is_kept(&followed, ItemKind::Block, words), kept, "{words}");
        }
    }
}
