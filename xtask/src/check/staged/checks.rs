//! The checks of a commit by name, and which of them are on for which file.

use anyhow::{Context, Result};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::config::HookConfig;
use crate::repo::RepoPath;
use crate::report::{Hinted, Level};

/// One check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// Its name, in the configuration, in `XTASK_SKIP` and in excuses.
    pub id: &'static str,
    /// Whether it stops a commit.
    pub level: Level,
    /// What it finds, in a phrase.
    pub what: &'static str,
}

const fn deny(id: &'static str, what: &'static str) -> Check {
    Check { id, level: Level::Deny, what }
}

const fn warn(id: &'static str, what: &'static str) -> Check {
    Check { id, level: Level::Warn, what }
}

/// All checks of the hook `pre-commit`, in the order in which they are told.
pub const CHECKS: &[Check] = &[
    deny("unmerged", "paths that are not merged yet"),
    deny("conflict-marker", "markers that a conflict left, outside code blocks"),
    deny("private-key", "private keys"),
    deny("token", "tokens and keys of services, in forms that nothing else has"),
    deny("large-file", "new files over 500 KiB, files that grow past it, content in place of an LFS pointer"),
    deny("case-conflict", "paths that differ in upper and lower case alone"),
    deny("trailing-blanks", "blanks at the end of lines"),
    deny("final-newline", "a line end missing at the end of a file, or too many"),
    deny("toml", "TOML that cannot be read"),
    deny("yaml", "YAML that cannot be read"),
    deny("json", "JSON that cannot be read"),
    deny("workflow", "workflow files that GitHub would refuse"),
    deny("broken-link", "links to files that are not there"),
    deny("broken-anchor", "links to headings that are not there"),
    deny("broken-import", "Python imports of the repository's own modules that do not resolve"),
    deny("path-anchor", "scripts that a move cut off from what they import"),
    deny("broken-call", "calls that their definitions do not take"),
    deny("stale-reference", "paths named in other files that moved or are gone"),
    deny("duplicate-note", "a new note with the content of an existing one"),
    deny("test-leftover", "files that a test run left behind"),
    deny("excuse", "excuses without a reason, or for a check that does not exist"),
    warn("repeated-note", "a new note that repeats passages of another"),
    warn("note-place", "a new note outside the folders of `[hook] notes`"),
    warn("note-budget", "more notes than `[hook] notes_budget` allows, or a budget that rises"),
    warn("debug", "statements for debugging on added lines"),
];

/// The checks of the other hooks.
pub const OTHER_CHECKS: &[Check] = &[
    deny("subject-length", "commit-msg: a subject of more than 72 letters"),
    deny("conventional", "commit-msg: a subject that is no conventional commit, with `[hook] conventional`"),
    warn("subject-body", "commit-msg: no empty line below the subject"),
    deny("push-tests", "pre-push: gating suites that fail, with `[hook] push_tests`"),
];

/// True when a check of the other hooks is left out.
pub fn is_left_out(id: &str, config: &HookConfig, skip: &[String]) -> bool {
    let named = |names: &[String]| names.iter().any(|name| name == id);
    named(skip) || named(&config.disable) || config.checks.as_deref().is_some_and(|checks| !named(checks))
}

/// The check of that name.
pub fn check(id: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.id == id)
}

/// Which checks are on, and for which files.
#[derive(Debug)]
pub(super) struct Switches {
    on: Vec<&'static str>,
    exclude: GlobSet,
    only: Vec<(&'static str, GlobSet)>,
    except: Vec<(&'static str, GlobSet)>,
}

impl Switches {
    /// Reads the configuration; `skip` are left out this once, and of `only`, when it names any, no other is on.
    ///
    /// # Errors
    /// A name is that of no check.
    pub(super) fn of(config: &HookConfig, skip: &[String], only: &[String]) -> Result<Self> {
        let named = |names: &[String], place: &str| -> Result<Vec<&'static str>> {
            names.iter().map(|name| known(name, place)).collect()
        };
        let skip = named(skip, "XTASK_SKIP")?;
        let only = named(only, "--only")?;
        let disabled = named(&config.disable, "`[hook] disable`")?;
        let chosen = config.checks.as_deref().map(|names| named(names, "`[hook] checks`")).transpose()?;
        let is_on = |id: &&'static str| {
            chosen.as_ref().is_none_or(|chosen| chosen.contains(id))
                && (only.is_empty() || only.contains(id))
                && !disabled.contains(id)
                && !skip.contains(id)
        };
        let by_check = |globs: &std::collections::BTreeMap<String, Vec<String>>, place: &str| {
            globs
                .iter()
                .map(|(name, globs)| Ok((known(name, place)?, set(globs)?)))
                .collect::<Result<Vec<_>>>()
        };
        Ok(Self {
            on: CHECKS.iter().map(|check| check.id).filter(is_on).collect(),
            exclude: set(&config.exclude)?,
            only: by_check(&config.only, "`[hook.only]`")?,
            except: by_check(&config.except, "`[hook.except]`")?,
        })
    }

    /// True when the check is on for some file.
    pub(super) fn is_on(&self, id: &str) -> bool {
        self.on.contains(&id)
    }

    /// True when the check judges this file. A check of a name that is not known here is on.
    pub(super) fn judges(&self, id: &str, path: &RepoPath) -> bool {
        let shown = path.display();
        let within = |globs: &[(&'static str, GlobSet)], unnamed: bool| {
            globs.iter().find(|(name, _)| *name == id).map_or(unnamed, |(_, globs)| globs.is_match(&*shown))
        };
        (self.is_on(id) || check(id).is_none())
            && !self.exclude.is_match(&*shown)
            && within(&self.only, true)
            && !within(&self.except, false)
    }
}

fn known(name: &str, place: &str) -> Result<&'static str> {
    let mut all = CHECKS.iter().chain(OTHER_CHECKS);
    if let Some(check) = all.find(|check| check.id == name) {
        return Ok(check.id);
    }
    let ids: Vec<&str> = CHECKS.iter().chain(OTHER_CHECKS).map(|check| check.id).collect();
    let message = format!("{place} names no check: `{}`", name.escape_debug());
    Err(Hinted::new(message, format!("the checks are {}", ids.join(", "))).into())
}

/// Globs in which `*` stops at a slash and a name without a slash is looked for in every folder; one with a leading
/// slash begins at the root. A folder means all in it, as it does for git.
pub(super) fn set(globs: &[String]) -> Result<GlobSet> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let name = glob.trim_end_matches('/');
        let whole = match name.strip_prefix('/') {
            Some(rooted) => rooted.to_owned(),
            None if name.contains('/') => name.to_owned(),
            None => format!("**/{name}"),
        };
        let mut add = |glob_of: &str| -> Result<()> {
            let built = GlobBuilder::new(glob_of).literal_separator(true).build();
            set.add(built.with_context(|| format!("read the glob `{glob}`"))?);
            Ok(())
        };
        if name.len() == glob.len() {
            add(&whole)?;
        }
        // Of a pattern it is not known whether a file or a folder is meant.
        let last = name.rsplit('/').next().unwrap_or_default();
        if !last.is_empty() && !last.contains(['*', '?', '[', '{']) {
            add(&format!("{whole}/**"))?;
        }
    }
    set.build().context("read the globs of `[hook]`")
}
