//! Notes that a site generator builds: there its rules for links hold beside GitHub's.

use super::{BrokenLink, Reason};
use crate::repo::{RepoPath, Tree};

/// Folders whose notes a generator builds, each with the file that sets the generator up.
#[derive(Debug, Default)]
pub struct Sites(Vec<(RepoPath, RepoPath)>);

/// Files that a generator is set up by, and the folders beside them that it builds; empty: the file's own folder.
const GENERATORS: &[(&str, &[&str])] = &[
    ("conf.py", &[""]),
    ("book.toml", &["src"]),
    ("antora.yml", &[""]),
    ("docusaurus.config.js", &["docs", "blog", "i18n", "../docs"]),
    ("docusaurus.config.ts", &["docs", "blog", "i18n", "../docs"]),
    ("hugo.toml", &["content"]),
    ("hugo.yaml", &["content"]),
    ("mkdocs.yml", &["docs"]),
    ("mkdocs.yaml", &["docs"]),
    ("mint.json", &[""]),
    (".vitepress/config.js", &[""]),
    (".vitepress/config.mjs", &[""]),
    (".vitepress/config.ts", &[""]),
    (".vitepress/config.mts", &[""]),
    ("theme.config.js", &["pages", "src/pages", "content"]),
    ("theme.config.jsx", &["pages", "src/pages", "content"]),
    ("theme.config.ts", &["pages", "src/pages", "content"]),
    ("theme.config.tsx", &["pages", "src/pages", "content"]),
    // Nextra's order of the pages in a folder.
    ("_meta.json", &[""]),
    ("_meta.js", &[""]),
    ("_meta.ts", &[""]),
    ("_meta.tsx", &[""]),
    ("_meta.global.js", &[""]),
    ("_meta.global.tsx", &[""]),
];

impl Sites {
    /// Reads which generators are set up in a tree.
    pub fn of(tree: &Tree) -> Self {
        let mut folders = Vec::new();
        for (path, _) in tree.entries() {
            let named = GENERATORS.iter().filter(|(name, _)| ends_with(path, name));
            for (name, below) in named {
                let root = &path.as_bytes()[..path.as_bytes().len() - name.len()];
                let root =
                    std::str::from_utf8(root).ok().map(|root| RepoPath::from(root.trim_end_matches('/')));
                let Some(root) = root else { continue };
                let root = Some(root).filter(|root| !root.as_bytes().is_empty());
                let docs_dir = if name.starts_with("mkdocs") { docs_dir(tree, path) } else { None };
                let below = below.iter().map(|folder| (*folder).to_owned()).chain(docs_dir);
                let built = below.filter_map(|folder| match (&root, folder.as_str()) {
                    // A generator at the root that builds its own folder would claim every note.
                    (None, "") => None,
                    (Some(root), "") => Some(root.clone()),
                    (root, folder) => RepoPath::resolve(root.as_ref(), folder.as_bytes()),
                });
                folders.extend(built.map(|folder| (folder, path.clone())));
            }
        }
        Self(folders)
    }

    /// True for a note that a generator builds.
    pub fn build(&self, note: &RepoPath) -> bool {
        self.builder(note).is_some()
    }

    /// The file that sets up the generator which builds a note.
    pub fn builder(&self, note: &RepoPath) -> Option<&RepoPath> {
        self.0.iter().find(|(folder, _)| note.is_within(folder)).map(|(_, file)| file)
    }

    /// True for a link that leads somewhere on the site alone: pages have their own addresses there, and a link without a
    /// destination carries a name (`[](){#name}`).
    pub fn make(&self, link: &BrokenLink) -> bool {
        matches!(link.reason, Reason::BuiltPage | Reason::Empty) && self.build(&link.path)
    }
}

fn ends_with(path: &RepoPath, name: &str) -> bool {
    let start = path.as_bytes().strip_suffix(name.as_bytes());
    start.is_some_and(|start| start.is_empty() || start.ends_with(b"/"))
}

/// The folder that MkDocs is told to build.
fn docs_dir(tree: &Tree, path: &RepoPath) -> Option<String> {
    let bytes = tree.read(path).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let value = text.lines().find_map(|line| line.strip_prefix("docs_dir:"))?;
    Some(value.trim().trim_matches(['"', '\'']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::EntryKind;

    #[test]
    fn notes_of_a_site_are_told_from_others() {
        let files = [
            ("mkdocs.yml", "site_name: x\ndocs_dir: 'handbook'\n"),
            ("manual/conf.py", ""),
            ("src/conf.pyx", ""),
            ("conf.py", ""),
            ("web/pages/_meta.json", "{}"),
            ("next/theme.config.tsx", ""),
        ];
        let files =
            files.map(|(path, text)| (RepoPath::from(path), EntryKind::File, text.as_bytes().to_vec()));
        let sites = Sites::of(&Tree::in_memory(files));
        let cases = [
            ("handbook/a.md", true),
            ("docs/a.md", true),
            ("manual/deep/a.md", true),
            ("web/pages/a/b.mdx", true),
            ("web/a.md", false),
            ("next/pages/a.mdx", true),
            ("next/a.md", false),
            ("README.md", false),
            ("src/a.md", false),
        ];
        for (note, expected) in cases {
            assert_eq!(sites.build(&RepoPath::from(note)), expected, "{note}");
        }
    }
}
