//! The hooks that git's configuration names (2.54 and newer): what it must say for a set-up, and where an `undo` takes
//! the scripts that it names away or brings them back.

use anyhow::Result;

use super::gather::Found;
use super::{Plan, Setting, apply_settings, gather};
use crate::change::{Action, Applied, ChangeSet, Edit, EditRecord, Place};
use crate::config::GitHook;
use crate::repo::Repo;

/// Where git reads hooks from its configuration, it calls a script in the tool's folder.
pub(super) fn plan(plan: &mut Plan, found: &Found, hooks: &[GitHook]) {
    let settings: Vec<(String, String)> = hooks.iter().copied().flat_map(wanted).collect();
    let keys: Vec<&String> = settings.iter().map(|(key, _)| key).collect();
    let gone = found.settings.keys().filter(|key| !keys.contains(key));
    // In alphabetical order `command` would go before `event`.
    let mut gone: Vec<Setting> = gone.map(|key| Setting { key: key.clone(), value: None }).collect();
    gone.reverse();
    plan.settings.extend(gone);
    for (key, value) in settings {
        if found.settings.get(&key).is_none_or(|values| *values != [value.clone()]) {
            plan.settings.push(Setting { key, value: Some(value) });
        }
    }
}

/// What may keep git from running hooks that its configuration names.
pub(super) fn note(plan: &mut Plan, found: &Found) {
    let is_new = plan.settings.iter().any(|setting| setting.value.is_some());
    plan.notes.extend(is_new.then(|| {
        "a git before 2.54 that works in this clone runs no hook of git's configuration; `[setup] config_hooks = false` \
         writes hook files instead"
            .to_owned()
    }));
    let off = found.disabled.iter();
    plan.drift.extend(off.map(|key| {
        format!("`{key}` is false, so that git runs no such hook; take it out: `git config --unset {key}`")
    }));
}

/// What git must be told for a hook. The command first: an event without one would be an error of every commit.
fn wanted(hook: GitHook) -> [(String, String); 2] {
    let name = hook.name();
    let command = format!("exec \"$(git rev-parse --git-common-dir)/xtask/hooks/{name}\"");
    [(format!("hook.xtask-{name}.command"), command), (format!("hook.xtask-{name}.event"), name.to_owned())]
}

/// git's settings that a change set asks for, as it takes scripts that they name away or brings them: an `undo` knows
/// of files alone.
#[derive(Debug, Default)]
pub struct Following {
    gone: Vec<Setting>,
    back: Vec<Setting>,
}

impl Following {
    /// Finds them.
    ///
    /// # Errors
    /// git's configuration cannot be read.
    pub fn of(repo: &Repo, set: &ChangeSet) -> Result<Self> {
        let records: Vec<EditRecord> = set.edits().into_iter().map(|edit: &Edit| edit.record()).collect();
        let is_script = |hook: GitHook, action: Action| {
            let place = Place::tool(&format!("hooks/{}", hook.name()));
            records
                .iter()
                .any(|edit| (edit.root, &edit.path, edit.action) == (place.root, &place.path, action))
        };
        let all = |action| GitHook::ALL.into_iter().filter(move |&hook| is_script(hook, action));
        let (gone, back): (Vec<GitHook>, Vec<GitHook>) =
            (all(Action::Remove).collect(), all(Action::Create).collect());
        if gone.is_empty() && (back.is_empty() || !gather::git_reads_settings(repo)?) {
            return Ok(Self::default());
        }
        let standing = gather::settings(repo)?;
        let unset = |key: String| standing.contains_key(&key).then_some(Setting { key, value: None });
        // git calls a script while its event stands.
        let keys = gone
            .iter()
            .flat_map(|hook| ["event", "command"].map(|name| format!("hook.xtask-{}.{name}", hook.name())));
        let back = back.into_iter().flat_map(wanted);
        Ok(Self {
            gone: keys.filter_map(unset).collect(),
            back: back.map(|(key, value)| Setting { key, value: Some(value) }).collect(),
        })
    }

    /// Applies a change set between them, so that git never calls a script that is not there.
    ///
    /// # Errors
    /// A setting cannot be written, or the set not be applied.
    pub fn around(&self, repo: &Repo, apply: impl FnOnce() -> Result<Applied>) -> Result<Applied> {
        apply_settings(repo, &self.gone)?;
        let applied = apply()?;
        apply_settings(repo, &self.back)?;
        Ok(applied)
    }

    /// Lines about them.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.gone.iter().chain(&self.back).map(ToString::to_string)
    }
}
