//! Scripts that a move cut off from what they import: `sys.path` anchors, and the own folder they relied on.
//!
//! Judged by effect: an anchor is broken when the file's own imports were found in the folder that it named at the
//! file's old place, and are not found in the one that it names now.

use serde::Serialize;

use super::Project;
use super::anchors::PathAddition;
use super::facts::{Facts, Import};
use super::index::{Answer, FileId, Index, Outcome};
use super::stdlib::is_standard;
use super::suggest::moves::Moves;
use crate::code::python::inventory::is_test_file;
use crate::pack::{pack_fields, pack_variants};
use crate::repo::{History, RepoPath};

/// What a moved script relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AnchorKind {
    /// A folder that it puts on `sys.path`, counted from its own place.
    SysPath,
    /// Its own folder, which Python puts on the path when it runs a script.
    OwnFolder,
}

/// A script that a move cut off.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MovedAnchor {
    /// The script.
    pub path: RepoPath,
    /// The line of the anchor, or of the first import that no longer works.
    pub line: usize,
    /// What it relied on.
    pub kind: AnchorKind,
    /// The expression as it is; empty for the own folder.
    pub now: String,
    /// The expression, or the statement to add above the import.
    pub needed: String,
    /// The commit that moved the script; `None` while the move is not committed.
    pub commit: Option<String>,
    /// Bytes of the expression in the file's text; empty, before the import, for the own folder.
    #[serde(skip)]
    pub range: (usize, usize),
}

pack_variants!(AnchorKind { 0 => SysPath, 1 => OwnFolder });
pack_fields!(MovedAnchor { path, line, kind, now, needed, commit, range });

/// Finds the scripts of a project that their moves cut off.
pub fn moved_anchors(project: &Project, history: &History) -> Vec<MovedAnchor> {
    let index = project.index();
    let moves = Moves::of(history);
    let mut found = Vec::new();
    for (file, read) in project.files.iter().enumerate() {
        let Some(facts) = &read.facts else { continue };
        let earlier = moves.earlier(&read.path);
        if earlier.is_empty() {
            continue;
        }
        let script = Script { index: &index, file, facts, path: &read.path };
        for (old, commit) in &earlier {
            let anchors = script.broken_additions(old);
            let own = if anchors.is_empty() { script.lost_folder(project, old) } else { None };
            let fresh = anchors.into_iter().chain(own);
            let fresh: Vec<MovedAnchor> = fresh
                .map(|anchor| MovedAnchor {
                    commit: Some(commit).filter(|commit| !commit.is_uncommitted()).map(ToString::to_string),
                    ..anchor
                })
                .collect();
            if !fresh.is_empty() {
                found.extend(fresh);
                break;
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

struct Script<'a> {
    index: &'a Index<'a>,
    file: FileId,
    facts: &'a Facts,
    path: &'a RepoPath,
}

impl Script<'_> {
    fn broken_additions(&self, old: &RepoPath) -> Vec<MovedAnchor> {
        self.facts.path_additions.iter().filter_map(|addition| self.broken(addition, old)).collect()
    }

    fn broken(&self, addition: &PathAddition, old: &RepoPath) -> Option<MovedAnchor> {
        let anchor = addition.anchor.as_ref()?;
        let steps = addition.steps.as_ref()?;
        let before = anchor.seen_from(&old.display())?;
        let now = anchor.seen_from(&self.path.display());
        if now.as_ref() == Some(&before) || !self.was_needed(&before) {
            return None;
        }
        // How far the new place lies below the folder that the old one counted from.
        let base = up(old, anchor.up)?;
        let deep = below(self.path, &base)?;
        let more = deep.checked_sub(anchor.up).filter(|more| *more > 0)?;
        Some(MovedAnchor {
            path: self.path.clone(),
            line: steps.line,
            kind: AnchorKind::SysPath,
            now: steps.text.clone(),
            needed: steps.with_more(more),
            commit: None,
            range: steps.range,
        })
    }

    /// True when an import is found below `folder` and nowhere that the script puts on the path today.
    fn was_needed(&self, folder: &str) -> bool {
        self.first_lost(folder).is_some()
    }

    fn first_lost(&self, folder: &str) -> Option<&Import> {
        let folder = self.index.folder(folder)?;
        let mut today: Vec<usize> = self.index.added_folders(self.file);
        today.extend(self.index.folder_of(self.file));
        self.facts.imports.iter().filter(|import| import.level == 0 && import.guard.is_none()).find(
            |import| {
                let top = import.module.split('.').next().unwrap_or_default();
                !is_standard(top)
                    && self.works(folder, import)
                    && !today
                        .iter()
                        .any(|&folder| matches!(self.index.resolve(folder, top), Outcome::Found(_)))
            },
        )
    }

    fn works(&self, folder: usize, import: &Import) -> bool {
        match self.index.resolve(folder, &import.module) {
            Outcome::Found(place) => {
                import.name.as_ref().is_none_or(|name| self.index.has_name(place, name) != Answer::No)
            }
            _ => false,
        }
    }

    /// True when another file imports this one: then it is a module, and its importer's path counts.
    fn is_imported(&self, project: &Project) -> bool {
        let leads_here = |other: FileId, import: &Import| {
            let found = self.index.definitions(other, import);
            found.iter().any(|definition| definition.file == self.file)
        };
        (0..project.files.len()).filter(|other| *other != self.file).any(|other| {
            let facts = self.index.facts(other);
            facts.is_some_and(|facts| facts.imports.iter().any(|import| leads_here(other, import)))
        })
    }

    /// A script whose imports lie in the folder that it stood in.
    fn lost_folder(&self, project: &Project, old: &RepoPath) -> Option<MovedAnchor> {
        let own = self.index.folder_of(self.file)?;
        // A name that is computed, or a path that depends on where the script is run, proves nothing.
        let open = self.facts.path_additions.iter().any(|addition| addition.anchor.is_none());
        // pytest puts the folder above a package on the path.
        let by_pytest = self.index.is_package(own) && is_test_file(self.path);
        if !self.facts.is_script || by_pytest || open {
            return None;
        }
        let folder = old.parent().map(|folder| folder.display().into_owned()).unwrap_or_default();
        let import = self.first_lost(&folder)?;
        let installed = project.layout.installable.iter().any(|project| {
            folder == *project || project.is_empty() || folder.starts_with(&format!("{project}/"))
        });
        if installed || self.is_imported(project) {
            return None;
        }
        let up = below(self.path, &folder)?;
        Some(MovedAnchor {
            path: self.path.clone(),
            line: import.line,
            kind: AnchorKind::OwnFolder,
            now: String::new(),
            needed: format!(
                "sys.path.insert(0, str(Path(__file__).resolve().parents[{}]))",
                up.checked_sub(1)?
            ),
            commit: None,
            range: (import.statement.0, import.statement.0),
        })
    }
}

fn up(path: &RepoPath, steps: usize) -> Option<String> {
    let text = path.display().into_owned();
    let mut parts: Vec<&str> = text.split('/').collect();
    for _ in 0..steps {
        parts.pop()?;
    }
    Some(parts.join("/"))
}

/// How many steps lead from a file up to a folder above it.
fn below(path: &RepoPath, folder: &str) -> Option<usize> {
    let text = path.display().into_owned();
    let rest =
        if folder.is_empty() { text.as_str() } else { text.strip_prefix(folder)?.strip_prefix('/')? };
    Some(rest.split('/').count())
}
