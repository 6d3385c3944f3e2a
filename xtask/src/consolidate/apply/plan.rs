//! The edits that carry the plan out.

use anyhow::{Context, Result};

use super::fates::Fates;
use super::gather::Facts;
use super::sweep::Swept;
use crate::change::{ChangeSet, ContentId, Planned};
use crate::repo::{EntryKind, RepoPath};

/// Everything that changes, as one set.
pub(super) fn change_set(facts: &Facts, fates: &Fates, swept: &Swept) -> Result<ChangeSet> {
    let mut set = ChangeSet::new("phase3");
    let planned = |path: &RepoPath, id: ContentId| Planned {
        id,
        executable: facts.tree.get(path).map(|entry| entry.kind == EntryKind::Executable),
    };
    for (path, to) in &fates.files {
        let (_, bytes) = facts.contents.get(path).with_context(|| format!("find `{path}`"))?;
        let planned = planned(path, ContentId::of(bytes));
        match (to, swept.contents.get(path), swept.guides.get(path)) {
            (Some(to), Some(new), _) => set.move_with(path, to, planned, new.clone()),
            (Some(to), None, _) => set.move_file(path, to, planned),
            (None, _, Some(guide)) => set.replace(path, planned, guide.clone()),
            (None, _, None) => set.remove(path, planned),
        }
    }
    let index = swept.index.as_ref().map(|(path, _)| path);
    for (path, new) in &swept.contents {
        if !fates.files.contains_key(path) && index != Some(path) {
            set.replace(path, planned(path, swept.before[path].clone()), new.clone());
        }
    }
    for (path, guide) in &swept.guides {
        if fates.files.get(path) != Some(&None) {
            set.create(path, guide.clone());
        }
    }
    if let Some((path, new)) = &swept.index {
        match facts.tree.get(path) {
            None => set.create(path, new.clone()),
            Some(_) => {
                let before = facts.tree.read(path)?;
                if before != *new {
                    set.replace(path, planned(path, ContentId::of(&before)), new.clone());
                }
            }
        }
    }
    Ok(set)
}
