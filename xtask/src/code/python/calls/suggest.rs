//! What the past of a signature says about a call that does not fit: the commit that changed it, and what stands
//! in the place of what is gone.

use std::rc::Rc;

use anyhow::Result;

use super::BrokenCall;
use super::classes::Construction;
use super::past::Versions;
use super::resolve::{Resolver, Shared};
use super::signature::{Given, Misfit, Signature};
use crate::code::python::Source;
use crate::code::python::imports::{Moves, Project};
use crate::pack::pack_fields;
use crate::repo::{CommitId, History, RepoPath};

/// A definition, by the names that lead to it in its file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) class: Option<String>,
    /// `None` for a constructor that is made from fields, or not there.
    pub(super) function: Option<String>,
    /// How many first arguments are given without being written.
    pub(super) bound: usize,
}

pack_fields!(Key { class, function, bound });

/// Adds to each call what history says: the commit that made it not fit, and what to write instead.
///
/// # Errors
/// git cannot be asked.
pub fn suggest(broken: &mut [BrokenCall], history: &History, versions: &mut Versions<'_>) -> Result<()> {
    let moves = Moves::of(history);
    for call in broken {
        let mut paths = vec![call.definition.path.clone()];
        paths.extend(moves.earlier(&call.definition.path).into_iter().map(|(path, _)| path));
        for misfit in call.misfits.clone() {
            let turn = turning_point(versions, &paths, call, &misfit)?;
            let said = match &turn {
                Some(turn) => after_turn(&misfit, turn, &call.signature),
                None => by_likeness(&misfit, &call.signature),
            };
            if let Some(said) = said {
                call.commit = turn.and_then(|turn| turn.commit).map(|commit| commit.to_string());
                call.suggestion = Some(said);
                break;
            }
        }
    }
    versions.keep();
    Ok(())
}

/// Where a signature stopped to take what a call gives.
struct Turn {
    /// `None` for what is not committed yet.
    commit: Option<CommitId>,
    before: Rc<Signature>,
    after: Rc<Signature>,
}

/// The newest commit before which the signature had no such misfit, and after which it had.
fn turning_point(
    versions: &mut Versions<'_>,
    paths: &[RepoPath],
    call: &BrokenCall,
    misfit: &Misfit,
) -> Result<Option<Turn>> {
    let changes = versions.changes(paths)?;
    let key = &call.key;
    if let Some(newest) = changes.first()
        && let Some(before) = versions.signature(&newest.after, key)?
        && !is_there(&before, misfit)
    {
        return Ok(Some(Turn { commit: None, before, after: Rc::new(call.signature.clone()) }));
    }
    for change in changes.iter() {
        let Some(before) = &change.before else { continue };
        let Some(before) = versions.signature(before, key)? else { continue };
        if is_there(&before, misfit) {
            continue;
        }
        let Some(after) = versions.signature(&change.after, key)? else { continue };
        if is_there(&after, misfit) {
            return Ok(Some(Turn { commit: Some(change.commit.clone()), before, after }));
        }
    }
    Ok(None)
}

/// True when a call with this misfit would have had it with this signature too.
fn is_there(signature: &Signature, misfit: &Misfit) -> bool {
    let find = |name: &String| signature.parameters.iter().find(|parameter| parameter.name == *name);
    match misfit {
        Misfit::NoParameter(name) => find(name).is_none() && !signature.keywords,
        Misfit::OnlyByPosition(name) => {
            find(name).is_some_and(|parameter| parameter.given == Given::ByPosition)
        }
        Misfit::Twice(name) => find(name).is_some_and(|parameter| parameter.given == Given::Either),
        Misfit::TooMany { given, .. } => {
            let places = signature.parameters.iter().filter(|parameter| parameter.given != Given::ByKeyword);
            places.count() < *given && !signature.rest
        }
        Misfit::Lacks(name) => find(name).is_some_and(|parameter| parameter.required),
    }
}

fn after_turn(misfit: &Misfit, turn: &Turn, now: &Signature) -> Option<String> {
    let (removed, since) = match &turn.commit {
        Some(commit) => (format!("removed in `{}`", commit.short()), format!("since `{}`", commit.short())),
        None => ("removed (not committed yet)".to_owned(), "now (not committed yet)".to_owned()),
    };
    Some(match misfit {
        Misfit::NoParameter(name) => {
            let instead = replacement(name, turn).filter(|name| has(now, name));
            match instead {
                Some(instead) => format!("`{name}` {removed}; see `{instead}`"),
                None => format!("`{name}` {removed}"),
            }
        }
        Misfit::OnlyByPosition(name) => format!("`{name}` is taken by position only {since}"),
        Misfit::Twice(name) => format!("`{name}` stands at another place {since}"),
        Misfit::TooMany { .. } => match gone(turn)[..] {
            [] => format!("takes fewer by position {since}"),
            ref gone => format!("{} {removed}", quoted(gone)),
        },
        Misfit::Lacks(name) => format!("`{name}` is required {since}"),
    })
}

/// The parameter that a commit put in the place of another: the only new one for the only one that is gone, the new
/// one at its place, or the new one that is most like it.
fn replacement<'a>(name: &str, turn: &'a Turn) -> Option<&'a str> {
    let new: Vec<&str> = names(&turn.after).filter(|name| !has(&turn.before, name)).collect();
    let place = names(&turn.before).position(|known| known == name)?;
    let in_place = names(&turn.after).nth(place).filter(|name| new.contains(name));
    match new[..] {
        [only] if gone(turn).len() == 1 => Some(only),
        _ => closest(name, new.iter().copied()).or(in_place),
    }
}

/// No version had it: a name that is most like it.
fn by_likeness(misfit: &Misfit, now: &Signature) -> Option<String> {
    let Misfit::NoParameter(name) = misfit else { return None };
    let close = closest(name, names(now))?;
    Some(format!("see `{close}`"))
}

fn names(signature: &Signature) -> impl Iterator<Item = &str> {
    signature.parameters.iter().map(|parameter| parameter.name.as_str())
}

fn has(signature: &Signature, name: &str) -> bool {
    names(signature).any(|known| known == name)
}

fn gone(turn: &Turn) -> Vec<&str> {
    names(&turn.before).filter(|name| !has(&turn.after, name)).collect()
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The name that shares most of its letters with another, when it is more than half of the longer one; a tie is
/// no answer.
fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut scored: Vec<(usize, &str)> = candidates
        .filter(|candidate| candidate.len() > 2 || candidate.len() == name.len())
        .map(|candidate| (likeness(name, candidate), candidate))
        .filter(|(score, _)| *score > 50)
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    match scored[..] {
        [(_, only)] => Some(only),
        [(first, best), (second, _), ..] if first > second => Some(best),
        _ => None,
    }
}

/// How much of the longer of two names is a common subsequence, in percent.
fn likeness(one: &str, two: &str) -> usize {
    let (one, two): (Vec<char>, Vec<char>) = (one.chars().collect(), two.chars().collect());
    let mut row = vec![0; two.len() + 1];
    for letter in &one {
        let mut diagonal = 0;
        for (at, other) in two.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if letter == other { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row[two.len()] * 100 / one.len().max(two.len()).max(1)
}

/// What a definition takes in one version of its file, read by itself.
pub(super) fn signature_in(text: Source, key: &Key) -> Option<Signature> {
    let project = Project::of_sources(vec![(RepoPath::from("version.py"), Ok(text))], Vec::new(), &[]);
    let index = project.index();
    let shared = Shared::of(&index, &project.layout);
    let facts = shared.calls(0)?;
    let class_at = |name: &String| facts.classes.iter().position(|class| class.name == *name);
    // A constructor that is written out today may have been made from fields, or inherited.
    let is_made = key.function.is_none() || key.function.as_deref() == Some("__init__");
    let (function, bound) = match (&key.class, &key.function) {
        (class, Some(name)) if class.is_none() || !is_made => {
            let class = match class {
                Some(class) => Some(class_at(class)?),
                None => None,
            };
            let stands =
                |function: &&super::facts::Function| function.name == *name && function.class == class;
            (facts.functions.iter().find(stands)?, key.bound)
        }
        (Some(class), _) => match Resolver::of(&shared).construction((0, class_at(class)?)) {
            Construction::By((_, id)) => (facts.functions.get(id)?, 1),
            Construction::Made(signature) => return Some(signature),
            Construction::Nothing => return Some(Signature::default()),
            Construction::Unknown => return None,
        },
        (None, _) => return None,
    };
    function.signature.without_first(bound)
}
