//! Python modules that this commit takes away, where other files name them with dots: entry points, settings, notes.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::literals::Literals;
use crate::links::{Exact, Moves};
use crate::repo::{RepoPath, Tree};

/// Last parts of names that are as likely the ending of a file or of a host.
const ENDINGS: &[&str] = &[
    "app", "cfg", "com", "conf", "config", "css", "csv", "db", "dev", "env", "go", "html", "ini", "io", "js",
    "json", "lock", "log", "md", "net", "org", "out", "py", "rs", "sh", "sql", "toml", "ts", "txt", "xml",
    "yaml", "yml",
];

/// Modules that are there no more.
pub(super) struct GoneModules {
    named: BTreeMap<String, GoneModule>,
    search: Option<Literals>,
}

/// One of them.
pub(super) struct GoneModule {
    pub(super) path: RepoPath,
    /// Its name at the place that it moved to.
    pub(super) to: Option<String>,
    /// The name may as well be that of a file.
    pub(super) is_ambiguous: bool,
}

impl GoneModules {
    /// The modules among what goes, by the names that they had in `before`, unless `tree` has one of that name.
    ///
    /// # Errors
    /// The names do not fit into one search.
    pub(super) fn of(moves: &Moves, before: &Tree, tree: &Tree) -> Result<Self> {
        let mut named = BTreeMap::new();
        for (path, place) in moves {
            let news = names(&place.path, tree);
            for (number, (name, module)) in names(path, before).into_iter().enumerate() {
                if is_there(&module, tree) {
                    continue;
                }
                let to = news.get(number).map(|(name, _)| name.clone()).filter(|to| *to != name);
                let is_ambiguous = name.rsplit('.').next().is_some_and(|last| ENDINGS.contains(&last));
                named.insert(name, GoneModule { path: path.clone(), to, is_ambiguous });
            }
        }
        if !named.is_empty() {
            let files: BTreeSet<&[u8]> = tree.entries().map(|(path, _)| path.file_name()).collect();
            named.retain(|name, _| !files.contains(name.as_bytes()));
        }
        let search = Literals::of(named.keys()).context("look for the names of modules")?;
        Ok(Self { named, search })
    }

    /// The places in a file that name such a module, or something in it.
    pub(super) fn mentions(&self, bytes: &[u8]) -> Vec<(Exact, &str, &GoneModule)> {
        let Some(search) = &self.search else { return Vec::new() };
        let mut mentions = Vec::new();
        for found in search.find(bytes) {
            let range = found.range;
            let name = std::str::from_utf8(&bytes[range.clone()]).ok();
            let Some((name, module)) = name.and_then(|name| self.named.get_key_value(name)) else { continue };
            if begins(&bytes[..range.start]) && ends(&bytes[range.end..]) {
                let exact = Exact { range, line: found.line, means: module.path.clone() };
                mentions.push((exact, name.as_str(), module));
            }
        }
        mentions
    }
}

/// The dotted names of a module, each with its path without an ending: from the top of its package, and from the root.
/// A name without a dot is a word like others.
fn names(path: &RepoPath, tree: &Tree) -> Vec<(String, RepoPath)> {
    let is_module = path.extension() == "py";
    let module = match path.file_name() {
        b"__init__.py" => path.parent(),
        _ => Some(RepoPath::from_bytes(path.as_bytes().strip_suffix(b".py").unwrap_or_default())),
    };
    let Some(module) = module.filter(|module| is_module && !module.as_bytes().is_empty()) else {
        return Vec::new();
    };
    let parts: Vec<&[u8]> = module.parts().collect();
    let is_package = |folder: &RepoPath| tree.get(&folder.join(b"__init__.py")).is_some();
    let above = std::iter::successors(module.parent(), RepoPath::parent);
    let depth = above.take_while(is_package).count();
    let mut names: Vec<(String, RepoPath)> = Vec::new();
    for length in [depth + 1, parts.len()] {
        let parts = &parts[parts.len() - length.min(parts.len())..];
        if parts.len() > 1 && parts.iter().all(|part| is_identifier(part)) {
            let name = String::from_utf8_lossy(&parts.join(&b'.')).into_owned();
            if !names.iter().any(|(known, _)| *known == name) {
                names.push((name, module.clone()));
            }
        }
    }
    names
}

fn is_identifier(part: &[u8]) -> bool {
    part.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_') && !part[0].is_ascii_digit()
}

/// True when a module or package has taken the place of one that went.
fn is_there(module: &RepoPath, tree: &Tree) -> bool {
    let file = |ending: &str| RepoPath::from_bytes(&[module.as_bytes(), ending.as_bytes()].concat());
    ["", ".py", ".pyi", "/__init__.py"].iter().any(|ending| tree.get(&file(ending)).is_some())
        || tree.has_folder(module)
}

fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 128
}

/// True where a name may begin behind these bytes: no other name, path, address or variable goes on here.
fn begins(before: &[u8]) -> bool {
    before.last().is_none_or(|&last| !is_letter(last) && !b"-./\\@$%~".contains(&last))
}

/// True where the name ends before these bytes, or goes on with what stands in the module.
fn ends(after: &[u8]) -> bool {
    match after {
        [b'.', rest @ ..] => {
            let word = rest.iter().take_while(|&&byte| is_letter(byte)).count();
            std::str::from_utf8(&rest[..word]).is_ok_and(|word| !ENDINGS.contains(&word))
        }
        [next, ..] => !is_letter(*next) && !b"-/\\(@".contains(next),
        [] => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::links::NewPlace;
    use crate::repo::EntryKind;

    fn tree(paths: &[&str]) -> Tree {
        Tree::in_memory(paths.iter().map(|path| (RepoPath::from(*path), EntryKind::File, Vec::new())))
    }

    fn found(text: &str) -> Vec<(usize, String, Option<String>)> {
        let moved = |from: &str, to: &str| (RepoPath::from(from), NewPlace::moved(RepoPath::from(to)));
        let moves: Moves = [
            moved("src/pkg/old.py", "src/pkg/sub/new.py"),
            moved("tools/run.py", "tools/run.py"),
            moved("pkg2/kept.py", "pkg2/kept/__init__.py"),
            moved("top.py", "pkg/top.py"),
        ]
        .into();
        let before =
            tree(&["src/pkg/__init__.py", "src/pkg/old.py", "tools/run.py", "pkg2/kept.py", "top.py"]);
        let after = tree(&[
            "src/pkg/__init__.py",
            "src/pkg/sub/__init__.py",
            "src/pkg/sub/new.py",
            "pkg2/kept/__init__.py",
            "pkg/top.py",
        ]);
        let modules = GoneModules::of(&moves, &before, &after).unwrap();
        let mentions = modules.mentions(text.as_bytes()).into_iter();
        mentions.map(|(at, name, module)| (at.line, name.to_owned(), module.to.clone())).collect()
    }

    #[test]
    fn module_is_found_by_its_names_and_parts_of_others_are_not() {
        let new = |name: &str| Some(name.to_owned());
        assert_eq!(
            found(
                "run = \"pkg.old:main\"\n`pkg.old.Thing`, see pkg.old.\npython -m tools.run x\nsrc.pkg.old\n"
            ),
            [
                (1, "pkg.old".to_owned(), new("pkg.sub.new")),
                (2, "pkg.old".to_owned(), new("pkg.sub.new")),
                (2, "pkg.old".to_owned(), new("pkg.sub.new")),
                (3, "tools.run".to_owned(), None),
                (4, "src.pkg.old".to_owned(), new("src.pkg.sub.new")),
            ]
        );
        let others = "my.pkg.old pkg.older pkg.old_one https://x.y/pkg.old pkg.old.py pkg2.kept top pkg.old-x tools.run()";
        assert_eq!(found(others), []);
    }
}
