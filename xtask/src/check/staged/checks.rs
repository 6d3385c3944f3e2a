//! The checks of a commit by name, and which of them are on for which file.

use anyhow::{Context, Result};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::check::{CheckId, Made};
use crate::config::HookConfig;
use crate::repo::RepoPath;
use crate::report::Hinted;

/// True when a check of the other hooks is left out.
pub fn is_left_out(id: CheckId, config: &HookConfig, skip: &[String]) -> bool {
    let named = |names: &[String]| names.iter().any(|name| name == id.name());
    named(skip) || named(&config.disable) || config.checks.as_deref().is_some_and(|checks| !named(checks))
}

/// Which checks are on, and for which files.
#[derive(Debug)]
pub(super) struct Switches {
    on: Vec<CheckId>,
    exclude: GlobSet,
    only: Vec<(CheckId, GlobSet)>,
    except: Vec<(CheckId, GlobSet)>,
}

impl Switches {
    /// Reads the configuration; `skip` are left out this once, and of `only`, when it names any, no other is on.
    ///
    /// # Errors
    /// A name is that of no check.
    pub(super) fn of(config: &HookConfig, skip: &[String], only: &[String]) -> Result<Self> {
        let named = |names: &[String], place: &str| -> Result<Vec<CheckId>> {
            names.iter().map(|name| known(name, place)).collect()
        };
        let skip = named(skip, "XTASK_SKIP")?;
        let only = named(only, "--only")?;
        let disabled = named(&config.disable, "`[hook] disable`")?;
        let chosen = config.checks.as_deref().map(|names| named(names, "`[hook] checks`")).transpose()?;
        let is_on = |id: &CheckId| {
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
            on: CheckId::of_commits().filter(is_on).collect(),
            exclude: set(&config.exclude)?,
            only: by_check(&config.only, "`[hook.only]`")?,
            except: by_check(&config.except, "`[hook.except]`")?,
        })
    }

    /// True when the check is on for some file.
    pub(super) fn is_on(&self, id: CheckId) -> bool {
        self.on.contains(&id)
    }

    /// True when the check judges this file.
    pub(super) fn judges(&self, id: CheckId, path: &RepoPath) -> bool {
        let shown = path.display();
        let within = |globs: &[(CheckId, GlobSet)], unnamed: bool| {
            globs.iter().find(|(name, _)| *name == id).map_or(unnamed, |(_, globs)| globs.is_match(&*shown))
        };
        self.is_on(id)
            && !self.exclude.is_match(&*shown)
            && within(&self.only, true)
            && !within(&self.except, false)
    }
}

fn known(name: &str, place: &str) -> Result<CheckId> {
    let all = || CheckId::of_commits().chain(CheckId::made(Made::ByOtherHook));
    if let Some(id) = all().find(|id| id.name() == name) {
        return Ok(id);
    }
    let ids: Vec<&str> = all().map(CheckId::name).collect();
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
