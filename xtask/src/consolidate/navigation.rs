//! Which notes a documentation site names: MkDocs, mdBook, Sphinx.

use std::collections::BTreeMap;

use super::mentions;
use crate::repo::RepoPath;

/// Pages of sites: path, and the file that names it (`None` within: all below the folder).
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Navigation {
    pages: BTreeMap<RepoPath, RepoPath>,
    folders: BTreeMap<RepoPath, RepoPath>,
}

/// The files that describe a site.
pub(super) fn is_site_file(path: &RepoPath) -> bool {
    matches!(path.file_name(), b"mkdocs.yml" | b"mkdocs.yaml" | b"book.toml" | b"SUMMARY.md" | b"conf.py")
}

impl Navigation {
    /// Takes one site file; `folder_files` lists what lies in Sphinx folders with their texts.
    pub(super) fn take(&mut self, path: &RepoPath, text: &str) {
        match path.file_name() {
            b"mkdocs.yml" | b"mkdocs.yaml" => self.take_mkdocs(path, text),
            b"SUMMARY.md" => self.take_names(path, path.parent().as_ref(), text),
            b"conf.py" if text.contains("extensions") || text.contains("sphinx") => {
                if let Some(folder) = path.parent() {
                    self.folders.insert(folder, path.clone());
                }
            }
            _ => {}
        }
    }

    /// Without `nav`, MkDocs publishes all that lies in its folder.
    fn take_mkdocs(&mut self, path: &RepoPath, text: &str) {
        let value = |key: &str| {
            text.lines()
                .find_map(|line| Some(line.strip_prefix(key)?.trim().trim_matches(['"', '\'']).to_owned()))
        };
        let folder = value("docs_dir:").unwrap_or_else(|| "docs".to_owned());
        let Some(folder) = RepoPath::resolve(path.parent().as_ref(), folder.as_bytes()) else { return };
        if text.lines().any(|line| line.starts_with("nav:")) {
            self.take_names(path, Some(&folder), text);
        } else {
            self.folders.insert(folder, path.clone());
        }
    }

    fn take_names(&mut self, path: &RepoPath, folder: Option<&RepoPath>, text: &str) {
        for mention in mentions::find(text) {
            if let Some(page) = RepoPath::resolve(folder, mention.path.as_bytes()) {
                self.pages.insert(page, path.clone());
            }
        }
    }

    /// The file that makes a note a page.
    pub(super) fn names(&self, note: &RepoPath) -> Option<&RepoPath> {
        let by_folder =
            || self.folders.iter().find(|(folder, _)| note.is_within(folder)).map(|(_, file)| file);
        self.pages.get(note).or_else(by_folder)
    }
}
