//! Names that modules and classes of the repository had, lost, and that are still used: `module.name`, `object.method()`.
//!
//! Imports of such names are verified as imports. Here a use counts only where nothing but the text of the module or
//! the class can give it the name, and git says that the text once did: what nobody ever saw there may come from
//! elsewhere.

mod members;
mod modules;

use std::collections::BTreeMap;

use anyhow::Result;

use super::past::Versions;
use super::resolve::{Resolver, Shared};
use super::signature::Signature;
use super::suggest::Key;
use super::{BrokenCall, Definition, is_for_type_checkers};
use crate::code::python::imports::{FileId, Moves, Past, Project, is_test_data};
use crate::parallel;
use crate::repo::{CommitId, History, RepoPath};

/// A use of a name that is not there.
pub(super) struct Candidate {
    file: FileId,
    line: usize,
    /// The chain up to the name, as written; a method with its class.
    written: String,
    /// Where it may have been: one module, or the classes of one family.
    homes: Vec<Home>,
    name: String,
}

/// What may have had a name: a module, or a class in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Home {
    file: FileId,
    class: Option<String>,
    line: usize,
}

/// How a name left its home.
#[derive(Clone)]
struct Loss {
    /// `None` for what is not committed yet.
    commit: Option<CommitId>,
    instead: Option<String>,
}

/// The uses of names that are not there, whatever git says of them.
pub(super) fn find(project: &Project) -> Vec<Candidate> {
    let index = project.index();
    candidates(&Shared::of(&index, &project.layout))
}

/// Those of the uses whose names their modules and classes lost; sorted by file and line.
///
/// # Errors
/// git cannot be asked.
pub(super) fn lost_names(
    project: &Project,
    found: Vec<Candidate>,
    history: &History,
    (versions, past): (&mut Versions<'_>, &mut Past),
) -> Result<Vec<BrokenCall>> {
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let index = project.index();
    let moves = Moves::of(history);
    let mut losses: BTreeMap<(Home, String), Option<Loss>> = BTreeMap::new();
    let mut lost = Vec::new();
    for candidate in found {
        for home in &candidate.homes {
            let place = (home.clone(), candidate.name.clone());
            let loss = match losses.get(&place) {
                Some(known) => known.clone(),
                None => {
                    let path = &project.files[home.file].path;
                    let mut paths = vec![path.clone()];
                    paths.extend(moves.earlier(path).into_iter().map(|(path, _)| path));
                    let found = loss(versions, past, &paths, home, &candidate.name)?;
                    let is_bound = |instead: &String| {
                        index.facts(home.file).is_some_and(|facts| facts.bindings.contains(instead))
                    };
                    let found = found.map(|loss| Loss { instead: loss.instead.filter(is_bound), ..loss });
                    losses.insert(place, found.clone());
                    found
                }
            };
            if let Some(loss) = loss {
                lost.push(told(project, &candidate, home, &loss));
                break;
            }
        }
    }
    lost.sort();
    lost.dedup();
    Ok(lost)
}

fn candidates(shared: &Shared<'_>) -> Vec<Candidate> {
    let files: Vec<FileId> = (0..shared.index.files.len()).collect();
    let look = |resolver: &mut Resolver<'_, '_>, file: &FileId| {
        let mut found = modules::candidates(resolver, *file);
        found.extend(members::candidates(resolver, *file));
        let is_for_others =
            || is_test_data(shared.index, *file) || is_for_type_checkers(&shared.index.files[*file].path);
        if !found.is_empty() && is_for_others() {
            found.clear();
        }
        found
    };
    parallel::map_with(&files, || Resolver::of(shared), look).into_iter().flatten().collect()
}

/// `path:line chain` of every candidate.
#[cfg(test)]
pub(super) fn unbound(project: &Project) -> Vec<String> {
    let index = project.index();
    let found = candidates(&Shared::of(&index, &project.layout)).into_iter();
    found.map(|one| format!("{}:{} {}", project.files[one.file].path, one.line, one.written)).collect()
}

/// The newest commit that took the name away and left its home, or what is not committed yet.
fn loss(
    versions: &mut Versions<'_>,
    past: &mut Past,
    paths: &[RepoPath],
    home: &Home,
    name: &str,
) -> Result<Option<Loss>> {
    let changes = versions.changes(paths)?;
    let versions = &*versions;
    let has = |blob| match &home.class {
        Some(class) => versions.has_member(blob, class, name),
        None => Some(versions.binds(blob, name)),
    };
    // A version without the word does not have the name, and need not be parsed for it.
    let had = |blob| versions.holds(blob, name) && has(blob) == Some(true);
    if changes.first().is_some_and(|newest| had(&newest.after)) {
        return Ok(Some(Loss { commit: None, instead: None }));
    }
    for change in changes.iter() {
        let Some(before) = &change.before else { continue };
        if had(before) && has(&change.after) == Some(false) {
            let removal = match home.class {
                None => past.removal(paths, name)?.filter(|(commit, _)| *commit == change.commit),
                Some(_) => None,
            };
            let instead = removal.and_then(|(_, renamed)| renamed).map(|(name, _)| name);
            return Ok(Some(Loss { commit: Some(change.commit.clone()), instead }));
        }
    }
    Ok(None)
}

fn told(project: &Project, candidate: &Candidate, home: &Home, loss: &Loss) -> BrokenCall {
    let removed = match &loss.commit {
        Some(commit) => format!("removed in `{}`", commit.short()),
        None => "removed (not committed yet)".to_owned(),
    };
    let instead = loss.instead.iter().map(|instead| format!("; see `{instead}`")).collect::<String>();
    let path_of = |file: FileId| project.files[file].path.clone();
    BrokenCall {
        path: path_of(candidate.file),
        line: candidate.line,
        callee: candidate.written.clone(),
        problem: "is not there any more".to_owned(),
        definition: Definition { path: path_of(home.file), line: home.line },
        suggestion: Some(format!("`{}` {removed}{instead}", candidate.name)),
        commit: loss.commit.as_ref().map(ToString::to_string),
        misfits: Vec::new(),
        key: Key::default(),
        signature: Signature::default(),
    }
}
