//! Folders of documents that are not read, so that nobody takes a part for the whole.

use std::collections::BTreeMap;

use super::scope::{self, Kind, Scope};
use crate::markdown::Format;
use crate::repo::{RepoPath, Tree};
use crate::report::{Finding, count};

/// Markdown files that make a folder worth naming.
const LEAST: usize = 10;
/// Folders that are named, those with the most files.
const NAMED: usize = 3;
/// Folders whose documents are other people's.
const FOREIGN: &[&str] = &["vendor", "third_party", "node_modules", "external"];

/// The largest of them; none where the configuration says itself what is read.
pub(super) fn findings(tree: &Tree, scope: &Scope) -> Vec<Finding> {
    if scope.is_configured() {
        return Vec::new();
    }
    let mut folders: BTreeMap<RepoPath, usize> = BTreeMap::new();
    for (path, _) in tree.entries() {
        let Some(top) = path.parent().and_then(|folder| folder.parts().next().map(RepoPath::from_bytes))
        else {
            continue;
        };
        if is_document(path) && scope.kind(path) == Kind::Other && !is_foreign(path) {
            *folders.entry(top).or_default() += 1;
        }
    }
    let mut folders: Vec<_> = folders.into_iter().filter(|(_, files)| *files >= LEAST).collect();
    folders.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    folders.into_iter().take(NAMED).map(|(folder, files)| finding(&folder, files)).collect()
}

fn finding(folder: &RepoPath, files: usize) -> Finding {
    let message = format!("holds {} that this plan does not read", count(files, "Markdown file"));
    Finding::warn("unread-folder", folder.display().into_owned(), message)
        .hint("`[consolidate] include` in xtask.toml names what is read, in place of the default folders")
}

/// A README beside code, or a file that programs look for, is where it belongs.
fn is_document(path: &RepoPath) -> bool {
    Format::of_extension(&path.extension()) == Some(Format::Markdown)
        && scope::fixed_by_name(path).is_none()
        && !scope::is_archived(path)
}

fn is_foreign(path: &RepoPath) -> bool {
    path.parts().any(|part| FOREIGN.contains(&String::from_utf8_lossy(part).to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ConsolidateConfig;
    use crate::repo::EntryKind;

    fn named(include: Option<&[&str]>) -> Vec<(String, String)> {
        let many = |folder: &str, count: usize| -> Vec<(RepoPath, EntryKind, Vec<u8>)> {
            let path = |number| RepoPath::from(format!("{folder}/{number}.md").as_str());
            (0..count).map(|number| (path(number), EntryKind::File, b"# A\n".to_vec())).collect()
        };
        let files = [
            many("docs", 20),
            many("data-room/legal", 7),
            many("data-room/technical", 5),
            many("src", 9),
            many("design/archive", 30),
            many(".agents/tasks", 30),
            many("vendor/lib", 30),
        ];
        let tree = Tree::in_memory(files.concat());
        let include = include.map(|globs| globs.iter().map(|&glob| glob.to_owned()).collect());
        let scope =
            Scope::of(&ConsolidateConfig { include, ..ConsolidateConfig::default() }).expect("good globs");
        let shown = findings(&tree, &scope).into_iter();
        shown.map(|finding| (finding.path.unwrap_or_default(), finding.message)).collect()
    }

    #[test]
    fn a_folder_of_many_documents_outside_the_default_ones_is_named() {
        let message = "holds 12 Markdown files that this plan does not read".to_owned();
        assert_eq!(named(None), [("data-room".to_owned(), message)]);
        assert_eq!(named(Some(&["docs"])), []);
    }
}
