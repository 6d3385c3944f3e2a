//! Which files are notes, which are left alone, and which must stay where they are.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use globset::{Glob, GlobSet, GlobSetBuilder};

use super::editions;
use crate::config::ConsolidateConfig;
use crate::config::reports::CONSOLIDATION;
use crate::markdown::{self, Format};
use crate::repo::RepoPath;

/// Folders of notes when the configuration names none.
pub(super) const FOLDERS: &[&str] = &["notes", "docs", "doc", "documentation"];

/// Names of folders whose notes were put away.
const ARCHIVES: &[&str] = &[
    "archive",
    "archives",
    "archived",
    "_archive",
    ".archive",
    "attic",
    "legacy",
    "deprecated",
    "obsolete",
    "historical",
];

/// The globs of `[consolidate]`, ready for use.
pub(super) struct Scope {
    include: Option<GlobSet>,
    exclude: GlobSet,
    keep: GlobSet,
    /// Files that a plan put away, wherever that was.
    put_away: BTreeSet<RepoPath>,
    pub(super) report: RepoPath,
}

/// What a file is to the analysis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is read and compared.
    Note,
    /// It was put away: never analysed, never moved.
    Archived,
    /// None of its business.
    Other,
}

impl Scope {
    pub(super) fn of(config: &ConsolidateConfig) -> Result<Self> {
        let report = config.report.as_deref().unwrap_or(CONSOLIDATION.usual);
        let report = RepoPath::resolve(None, report.as_bytes()).with_context(|| {
            format!("use `{report}` as the report's place: it leads outside the repository")
        })?;
        Ok(Self {
            include: config.include.as_deref().map(globs).transpose()?,
            exclude: globs(&config.exclude)?,
            keep: globs(&config.keep)?,
            put_away: BTreeSet::new(),
            report,
        })
    }

    /// Takes these files for archived ones: a place that somebody named in the plan need not look like an archive.
    pub(super) fn put_away(&mut self, paths: impl IntoIterator<Item = RepoPath>) {
        self.put_away.extend(paths);
    }

    /// True for what was put away, by a plan or into a folder for it.
    pub(super) fn is_archived(&self, path: &RepoPath) -> bool {
        self.put_away.contains(path) || is_archived(path)
    }

    /// What a file is by its path, and by what a plan did with it.
    pub(super) fn kind(&self, path: &RepoPath) -> Kind {
        let shown = path.display();
        let is_chosen = match &self.include {
            Some(include) => include.is_match(&*shown) && Format::of_extension(&path.extension()).is_some(),
            None => is_note_by_default(path),
        };
        let is_chosen = is_chosen || self.put_away.contains(path);
        if !is_chosen || self.exclude.is_match(&*shown) {
            return Kind::Other;
        }
        if self.is_archived(path) || editions::is_released(path) { Kind::Archived } else { Kind::Note }
    }

    /// True for what is no note but tells where things are: READMEs beside code, files for agents. Where the
    /// configuration says what is read, nothing else is.
    pub(super) fn names_files(&self, path: &RepoPath) -> bool {
        self.include.is_none()
            && self.kind(path) == Kind::Other
            && !self.exclude.is_match(&*path.display())
            && NAMING.contains(&base_name(path).as_str())
            && Format::of_extension(&path.extension()).is_some()
            && !self.is_archived(path)
            && !is_of_others(path)
    }

    /// True where the configuration says what is read.
    pub(super) fn is_configured(&self) -> bool {
        self.include.is_some()
    }

    /// True for what `keep` names.
    pub(super) fn is_kept(&self, path: &RepoPath) -> bool {
        self.keep.is_match(&*path.display())
    }
}

fn globs(patterns: &[String]) -> Result<GlobSet> {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        builder.add(Glob::new(pattern).with_context(|| format!("read the glob `{pattern}`"))?);
        // A folder means what is in it.
        let folder = format!("{}/**", pattern.trim_end_matches('/'));
        builder.add(Glob::new(&folder).with_context(|| format!("read the glob `{pattern}`"))?);
    }
    builder.build().context("read the globs")
}

fn is_note_by_default(path: &RepoPath) -> bool {
    let extension = path.extension();
    let Some(format) = Format::of_extension(&extension) else { return false };
    let parts: Vec<String> = path.parts().map(|part| String::from_utf8_lossy(part).to_lowercase()).collect();
    match &parts[..] {
        [_] => format == Format::Markdown,
        [folder, ..] if FOLDERS.contains(&folder.as_str()) => {
            !is_list_for_programs(parts.last().map_or("", String::as_str))
        }
        _ => false,
    }
}

/// Text files that programs read.
fn is_list_for_programs(name: &str) -> bool {
    let listed = ["requirements", "constraints", "cmakelists", "robots", "llms"];
    name.ends_with(".txt") && listed.iter().any(|start| name.starts_with(start))
}

/// True below a folder for what was put away.
pub(super) fn is_archived(path: &RepoPath) -> bool {
    let Some(folder) = path.parent() else { return false };
    folder.parts().any(|part| ARCHIVES.contains(&String::from_utf8_lossy(part).to_lowercase().as_str()))
}

/// The name of an archive folder among the parts of a path.
pub(super) fn archive_folder_of(path: &RepoPath) -> Option<RepoPath> {
    let parts: Vec<&[u8]> = path.parts().collect();
    let at = parts[..parts.len() - 1]
        .iter()
        .position(|part| ARCHIVES.contains(&String::from_utf8_lossy(part).to_lowercase().as_str()))?;
    Some(RepoPath::from_bytes(&parts[..=at].join(&b'/')))
}

/// Names, without ending, of files that people and hosts look for at the root of a repository.
const LOOKED_FOR: &[&str] = &[
    "roadmap",
    "install",
    "installation",
    "upgrading",
    "hacking",
    "architecture",
    "faq",
    "todo",
    "thanks",
    "credits",
    "acknowledgments",
    "acknowledgements",
    "releases",
    "releasing",
    "release_notes",
    "release-notes",
    "versioning",
    "privacy",
    "patents",
    "trademarks",
];

/// True for a file that people look for where it is. It may go, as a roadmap that was followed to its end does, but only
/// if somebody says so.
pub(super) fn is_looked_for(path: &RepoPath) -> bool {
    path.parent().is_none() && LOOKED_FOR.contains(&base_name(path).as_str())
}

/// True for a list of the files that must be there, by its path alone.
pub(super) fn is_manifest(path: &RepoPath) -> bool {
    base_name(path).split(['_', '-', ' ']).any(|word| word == "manifest")
}

/// Names, without ending, of files that tell people and agents where things are.
const NAMING: &[&str] = &["readme", "contributing", "claude", "agents", "gemini", "copilot-instructions"];

/// True for files that tell an agent or a platform what to do, and so are read by a program: `CLAUDE.md`, what lies in
/// `.github/`.
pub(super) fn instructs_programs(path: &RepoPath) -> bool {
    const AGENTS: &[&str] = &["claude", "agents", "gemini", "copilot-instructions", "skill"];
    const FOLDERS: &[&str] = &[".github/", ".gitlab/", ".claude/", ".cursor/rules/"];
    let shown = path.display();
    AGENTS.contains(&base_name(path).as_str())
        || FOLDERS.iter().any(|folder| shown.starts_with(folder) || shown.contains(&format!("/{folder}")))
}

/// True for a place where programs look for a file by its name or its folder, whatever it holds.
pub(super) fn is_read_by_programs(path: &RepoPath) -> bool {
    let name = String::from_utf8_lossy(path.file_name()).to_lowercase();
    instructs_programs(path) || is_list_for_programs(&name)
}

/// Folders whose files are other people's, or samples.
const OF_OTHERS: &[&str] = &[
    "vendor",
    "third_party",
    "node_modules",
    "external",
    "site-packages",
    "fixtures",
    "fixture",
    "testdata",
    "test-data",
    "test_data",
    "template",
    "templates",
];

/// Hidden folders whose files speak of the repository.
const OPEN: &[&str] = &[".github", ".gitlab", ".claude"];

fn is_of_others(path: &RepoPath) -> bool {
    let Some(folder) = path.parent() else { return false };
    folder.parts().any(|part| {
        let name = String::from_utf8_lossy(part).to_lowercase();
        OF_OTHERS.contains(&name.as_str())
            || (name.starts_with('.') && !OPEN.contains(&name.as_str()))
            || name.contains('{')
    })
}

/// Names, without ending, of files that tell what was changed: what they name is meant to be gone.
const CHANGES: &[&str] = &["changelog", "changes", "history", "news", "release_notes", "release-notes"];

/// True for a list of changes, by its path alone.
pub(super) fn is_list_of_changes(path: &RepoPath) -> bool {
    CHANGES.contains(&base_name(path).as_str())
}

/// A file's name in small letters, up to its first dot.
fn base_name(path: &RepoPath) -> String {
    markdown::base_name(&String::from_utf8_lossy(path.file_name()))
}

/// Why a file must stay where it is, by its path alone.
pub(super) fn fixed_by_name(path: &RepoPath) -> Option<&'static str> {
    if markdown::has_fixed_name(&String::from_utf8_lossy(path.file_name())) {
        return Some("its name has a meaning at this place");
    }
    if is_template(&base_name(path)) {
        return Some("it is a template for other documents");
    }
    let is_hidden = path.parts().any(|part| part.starts_with(b"."));
    is_hidden.then_some("it lies in a hidden folder, which programs read")
}

/// `adr-template`, `TEMPLATE`; `templates` is about them.
fn is_template(base: &str) -> bool {
    base.rsplit(['-', '_', ' ']).next() == Some("template")
}
