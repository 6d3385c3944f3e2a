//! What a path that is not there may have meant. A suggestion is made only where one thing fits best.

use std::collections::{BTreeMap, BTreeSet};

use crate::repo::{RepoPath, Tree};

/// Names that stand in so many folders that the name alone says nothing.
const EVERYWHERE: &[&str] =
    &["readme.md", "index.md", "__init__.py", "mod.rs", "index.html", "license", "makefile"];

/// Folders whose content stands at the root of a site.
const SERVED: &[&str] = &["public", "static", "assets", "content", "docs", "pages", "site"];

/// All paths of a tree by what people get wrong in them.
#[derive(Debug)]
pub(super) struct Names {
    /// Files and folders by their whole path in lower case.
    by_case: BTreeMap<String, Vec<RepoPath>>,
    /// By the last part in lower case.
    by_name: BTreeMap<String, Vec<RepoPath>>,
    /// By the letters and digits of the last part's stem.
    by_letters: BTreeMap<String, Vec<RepoPath>>,
    /// The endings of all names, in lower case.
    endings: BTreeSet<String>,
    /// What stands in each folder, the root being `None`.
    by_folder: BTreeMap<Option<RepoPath>, Vec<RepoPath>>,
}

impl Names {
    pub(super) fn of(tree: &Tree) -> Self {
        let mut all: BTreeSet<RepoPath> = BTreeSet::new();
        for (path, _) in tree.entries() {
            let mut next = Some(path.clone());
            while let Some(path) = next.filter(|path| !all.contains(path)) {
                next = path.parent();
                all.insert(path);
            }
        }
        let mut names = Self {
            by_case: BTreeMap::new(),
            by_name: BTreeMap::new(),
            by_letters: BTreeMap::new(),
            endings: BTreeSet::new(),
            by_folder: BTreeMap::new(),
        };
        for path in all {
            names.by_case.entry(folded(path.as_bytes())).or_default().push(path.clone());
            names.by_name.entry(folded(path.file_name())).or_default().push(path.clone());
            names.by_letters.entry(letters(&path)).or_default().push(path.clone());
            names.endings.insert(path.extension());
            names.by_folder.entry(path.parent()).or_default().push(path);
        }
        names
    }

    /// The path that differs in case only.
    pub(super) fn in_other_case(&self, wanted: &RepoPath) -> Option<&RepoPath> {
        only(self.by_case.get(&folded(wanted.as_bytes()))?)
    }

    /// True when no file has such an ending: the word is no file's name.
    pub(super) fn is_no_file_name(&self, path: &RepoPath) -> bool {
        let ending = path.extension();
        ending.is_empty() || !self.endings.contains(&ending)
    }

    /// The only file of this very name, where names of its kind do not stand in every folder.
    pub(super) fn only_of_name(&self, tree: &Tree, name: &[u8]) -> Option<&RepoPath> {
        let folded = folded(name);
        if EVERYWHERE.contains(&folded.as_str()) {
            return None;
        }
        let mut files = self.by_name.get(&folded)?.iter().filter(|path| tree.get(path).is_some());
        let first = files.next().filter(|path| path.file_name() == name)?;
        files.next().is_none().then_some(first)
    }

    /// True where something has this name, and names of its kind do not stand in every folder.
    pub(super) fn has(&self, name: &[u8]) -> bool {
        let name = folded(name);
        !EVERYWHERE.contains(&name.as_str()) && self.by_name.contains_key(&name)
    }

    /// The path that ends in the whole wanted path, below a folder whose content a site generator serves.
    pub(super) fn served(&self, wanted: &RepoPath) -> Option<&RepoPath> {
        let found = self.by_name.get(&folded(wanted.file_name()))?;
        let end = [b"/", wanted.as_bytes()].concat();
        let mut served = found.iter().filter(|path| {
            let folder = path.as_bytes().strip_suffix(&end[..]).map(RepoPath::from_bytes);
            folder.is_some_and(|folder| SERVED.iter().any(|name| name.as_bytes() == folder.file_name()))
        });
        let first = served.next();
        served.next().is_none().then_some(first).flatten()
    }

    /// The path that was probably meant.
    pub(super) fn nearest(&self, wanted: &RepoPath) -> Option<&RepoPath> {
        self.by_end(wanted).or_else(|| self.by_same_letters(wanted)).or_else(|| self.by_spelling(wanted))
    }

    /// The path with the most last parts in common, then the most first ones: a link is most often wrong in the
    /// folder it was written for.
    fn by_end(&self, wanted: &RepoPath) -> Option<&RepoPath> {
        let name = folded(wanted.file_name());
        let shared = |path: &RepoPath| {
            let end = wanted
                .parts()
                .collect::<Vec<_>>()
                .iter()
                .rev()
                .zip(path.parts().collect::<Vec<_>>().iter().rev())
                .take_while(|(a, b)| folded(a) == folded(b))
                .count();
            let start = wanted.parts().zip(path.parts()).take_while(|(a, b)| a == b).count();
            (end, start)
        };
        let best = best(self.by_name.get(&name)?, shared)?;
        let common = EVERYWHERE.contains(&name.as_str()) && shared(best).0 < 2;
        (!common).then_some(best)
    }

    /// The path beside the wanted one that is written with other signs between its letters or with another
    /// ending, or else the one elsewhere with the same ending.
    fn by_same_letters(&self, wanted: &RepoPath) -> Option<&RepoPath> {
        let found = self.by_letters.get(&letters(wanted)).filter(|_| !letters(wanted).is_empty())?;
        let beside: Vec<&RepoPath> = found.iter().filter(|path| path.parent() == wanted.parent()).collect();
        let alike: Vec<&RepoPath> =
            found.iter().filter(|path| path.extension() == wanted.extension()).collect();
        match (&beside[..], &alike[..]) {
            ([path], _) | ([], [path]) => Some(path),
            _ => None,
        }
    }

    /// The path in the same folder whose name differs by a few letters.
    fn by_spelling(&self, wanted: &RepoPath) -> Option<&RepoPath> {
        let name = folded(wanted.file_name());
        let limit = (name.chars().count() / 5).min(3);
        let beside = self.by_folder.get(&wanted.parent())?;
        let far = |path: &RepoPath| distance_within(&folded(path.file_name()), &name, limit);
        let near: Vec<(usize, &RepoPath)> =
            beside.iter().filter_map(|path| Some((far(path)?, path))).collect();
        let least = near.iter().map(|(far, _)| *far).min()?;
        match near.iter().filter(|(far, _)| *far == least).collect::<Vec<_>>()[..] {
            [(_, path)] => Some(path),
            _ => None,
        }
    }
}

fn only(paths: &[RepoPath]) -> Option<&RepoPath> {
    match paths {
        [path] => Some(path),
        _ => None,
    }
}

/// The path with the highest rank; `None` when two have it.
fn best(paths: &[RepoPath], rank: impl Fn(&RepoPath) -> (usize, usize)) -> Option<&RepoPath> {
    let highest = paths.iter().map(&rank).max()?;
    let mut found = paths.iter().filter(|path| rank(path) == highest);
    let first = found.next();
    found.next().is_none().then_some(first).flatten()
}

fn folded(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).to_lowercase()
}

fn letters(path: &RepoPath) -> String {
    folded(path.stem()).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// How many letters differ (Levenshtein), when that is at most `limit`.
pub(super) fn distance_within(a: &str, b: &str, limit: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = before + usize::from(from != to);
            before = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(before + 1);
        }
        if row.iter().min().is_none_or(|&least| least > limit) {
            return None;
        }
    }
    row.last().copied().filter(|&distance| distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_letters_up_to_its_limit() {
        let cases = [
            ("", "", 0, Some(0)),
            ("abc", "abd", 1, Some(1)),
            ("abc", "bc", 1, Some(1)),
            ("abc", "xyz", 2, None),
            ("日本", "日木", 1, Some(1)),
            ("kitten", "sitting", 3, Some(3)),
        ];
        for (a, b, limit, expected) in cases {
            assert_eq!(distance_within(a, b, limit), expected, "{a} {b}");
        }
    }
}
