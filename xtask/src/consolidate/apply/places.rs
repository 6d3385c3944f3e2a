//! Places where git would not keep what goes there as it keeps it now: ignored ones, and those with another filter.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::Paths;
use super::checks::Task;
use super::fates::Fates;
use crate::consolidate::plan::Action;
use crate::links;
use crate::repo::{Repo, RepoPath, Tree};

/// What git does with the places of the notes, now and afterwards.
pub(super) struct Places {
    ignored: Paths,
    /// The content filter of each place that has one (`filter` of gitattributes(5)).
    filters: BTreeMap<RepoPath, String>,
}

impl Places {
    /// Asks git.
    ///
    /// # Errors
    /// git cannot be asked.
    pub(super) fn of(repo: &Repo, tree: &Tree, fates: &Fates) -> Result<Self> {
        let arriving: Vec<RepoPath> = fates.arriving.iter().cloned().collect();
        let all: BTreeSet<&RepoPath> = fates.files.keys().chain(&arriving).collect();
        Ok(Self { ignored: links::ignored(repo, tree, &arriving)?, filters: filters(repo, &all)? })
    }

    /// Why an item is not carried out.
    pub(super) fn objection(&self, fates: &Fates, task: &Task) -> Option<String> {
        self.ignored_place(fates, task).or_else(|| self.other_filter(fates, task))
    }

    /// What is ignored is in nobody's clone.
    fn ignored_place(&self, fates: &Fates, task: &Task) -> Option<String> {
        let own = task.item.sources.iter().filter_map(|source| fates.files.get(&source.path)?.as_ref());
        let place = own.chain([&task.item.target]).find(|place| self.ignored.contains(*place))?;
        Some(format!("git ignores `{place}`: what goes there would be in no commit, see .gitignore"))
    }

    /// A filter may encrypt, or keep contents elsewhere: what it held would stand in the next commit as it is.
    fn other_filter(&self, fates: &Fates, task: &Task) -> Option<String> {
        if task.item.action == Action::Duplicate {
            return None;
        }
        for source in &task.item.sources {
            let own = fates.files.get(&source.path).and_then(Option::as_ref);
            let place = own
                .into_iter()
                .chain([&task.item.target])
                .find(|place| self.filters.get(*place) != self.filters.get(&source.path));
            if let Some(place) = place {
                let said = |path: &RepoPath| match self.filters.get(path) {
                    Some(filter) => format!("git's filter `{filter}` for `{path}`"),
                    None => format!("none for `{path}`"),
                };
                return Some(format!("{}, {}: see .gitattributes", said(&source.path), said(place)));
            }
        }
        None
    }
}

fn filters(repo: &Repo, paths: &BTreeSet<&RepoPath>) -> Result<BTreeMap<RepoPath, String>> {
    let asked: Vec<u8> = paths.iter().flat_map(|path| [path.as_bytes(), b"\0"].concat()).collect();
    let answer = repo
        .git()
        .answer_to(&["check-attr", "--stdin", "-z", "filter"], &asked, &[0])
        .context("ask git for the filters of files")?;
    let fields: Vec<&[u8]> = answer.stdout.split(|&byte| byte == 0).collect();
    let filters = fields.chunks_exact(3).filter_map(|field| {
        let filter = String::from_utf8_lossy(field[2]).into_owned();
        // So it is said where no filter is named.
        let is_named = !matches!(filter.as_str(), "unspecified" | "unset" | "set" | "");
        is_named.then(|| (RepoPath::from_bytes(field[0]), filter))
    });
    Ok(filters.collect())
}
