//! Which failing tests to run again, and what their tries say: flaky, dependent on order, or failing each time.
//!
//! Of each cause one test runs alone, twice. Where it fails each time its fellows run again together, once.
//! As soon as one test of a cause passes, every test of that cause runs alone, twice. A test that passes
//! alone both times runs once more in the company and order of all others.

use std::collections::{BTreeMap, BTreeSet};

use super::cases::{attempt_of, outcome_of, roots_of};
use super::causes::{Grouped, group};
use super::ended::Ended;
use super::model::Rerun;
use super::places::Roots;
use super::result::{Attempt, CaseOutcome, Company};
use super::session::Item;
use crate::repo::RepoPath;

/// Tests of a cause that run alone before the cause counts as settled.
const REPRESENTATIVES: usize = 1;
/// How often each of them does.
pub(super) const TRIES: usize = 2;
/// Tests that run alone at most, over all causes.
pub(super) const MOST_ALONE: usize = 60;

/// The next process of reruns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Again {
    /// The tests to keep.
    pub(super) ids: Vec<String>,
    /// The files that hold them.
    pub(super) files: Vec<RepoPath>,
    /// In which company.
    pub(super) run: Company,
}

/// Decides from the main run and all reruns so far; `None`: enough is known.
pub(super) fn next_rerun(
    ends: &[Ended],
    reruns: &[Rerun],
    roots: &Roots,
    may_run_alone: bool,
) -> Option<Again> {
    let failing = failing(ends, roots);
    let roots = &roots_of(ends.first()?, roots);
    let tries = |id: &str, run: Company| {
        let of_run = reruns.iter().filter(move |rerun| rerun.run == run);
        of_run.filter(|rerun| rerun.ids.iter().any(|other| other == id)).collect::<Vec<_>>()
    };
    let alone = if may_run_alone { alone_list(&failing, reruns) } else { Vec::new() };
    for failure in &alone {
        if tries(&failure.item.id, Company::Alone).len() < TRIES {
            return Some(again(&[failure], roots, Company::Alone));
        }
    }
    let alone: BTreeSet<&str> = alone.iter().map(|failure| failure.item.id.as_str()).collect();
    let rest: Vec<&Failing> = failing
        .iter()
        .filter(|failure| !alone.contains(failure.item.id.as_str()))
        .filter(|failure| tries(&failure.item.id, Company::OtherFailures).is_empty())
        .filter(|failure| tries(&failure.item.id, Company::Alone).len() < TRIES)
        .collect();
    if !rest.is_empty() {
        return Some(again(&rest, roots, Company::OtherFailures));
    }
    let passes_alone: Vec<&Failing> = failing
        .iter()
        .filter(|failure| {
            let tries = tries(&failure.item.id, Company::Alone);
            !tries.is_empty() && tries.iter().all(|rerun| passed(rerun, &failure.item.id))
        })
        .collect();
    if passes_alone.is_empty() || reruns.iter().any(|rerun| rerun.run == Company::InOrder) {
        return None;
    }
    Some(Again { ids: up_to_the_last(ends, &passes_alone), files: Vec::new(), run: Company::InOrder })
}

/// True when a test passes alone each time and fails in the company of others each time.
pub(super) fn is_order_dependent(id: &str, reruns: &[Rerun]) -> bool {
    let of = |run: Company| {
        reruns.iter().filter(move |rerun| rerun.run == run && rerun.ids.iter().any(|other| other == id))
    };
    // A test that never ran alone has shown nothing of the kind.
    let (mut alone, mut in_order) = (of(Company::Alone).peekable(), of(Company::InOrder).peekable());
    alone.peek().is_some()
        && in_order.peek().is_some()
        && alone.all(|rerun| passed(rerun, id))
        && in_order.all(|rerun| !passed(rerun, id))
}

/// All tries of a test in reruns, in order.
pub(super) fn attempts(id: &str, reruns: &[Rerun], roots: &Roots) -> Vec<Attempt> {
    let of_test = reruns.iter().filter(|rerun| rerun.ids.iter().any(|other| other == id));
    let told = of_test.filter_map(|rerun| Some((rerun.run, rerun.ended.session.tries.get(id)?.last()?)));
    told.filter(|(_, told)| told.ended).map(|(run, told)| attempt_of(told, run, roots)).collect()
}

/// True when the test ran in this process and passed.
pub(super) fn passed(rerun: &Rerun, id: &str) -> bool {
    let told = rerun.ended.session.tries.get(id).and_then(|tries| tries.last());
    told.is_some_and(|told| {
        told.ended && matches!(outcome_of(told), CaseOutcome::Passed | CaseOutcome::Xpassed)
    })
}

/// A test that failed in the main run and ended there.
struct Failing {
    item: Item,
    cause: String,
}

fn failing(ends: &[Ended], roots: &Roots) -> Vec<Failing> {
    let mut found = Vec::new();
    for ended in ends {
        let session_roots = roots_of(ended, roots);
        for item in &ended.session.items {
            let Some(last) = ended.session.tries.get(&item.id).and_then(|tries| tries.last()) else {
                continue;
            };
            let Some(failure) = last.failures.first().filter(|_| last.ended) else { continue };
            found.push((item.clone(), failure.raised.clone(), session_roots.clone()));
        }
    }
    let grouped: Vec<Grouped<'_>> = found
        .iter()
        .map(|(item, raised, roots)| Grouped { case: &item.id, raised, roots, home: None })
        .collect();
    let (keys, _) = group(&grouped);
    found.into_iter().zip(keys).map(|((item, _, _), cause)| Failing { item, cause }).collect()
}

/// The tests that run alone: one of each cause, and all of a cause of which one did not fail each time.
fn alone_list<'a>(failing: &'a [Failing], reruns: &[Rerun]) -> Vec<&'a Failing> {
    let mut by_cause: BTreeMap<&str, Vec<&Failing>> = BTreeMap::new();
    for failure in failing {
        by_cause.entry(&failure.cause).or_default().push(failure);
    }
    let unsteady = |failure: &Failing| {
        let id = &failure.item.id;
        reruns.iter().any(|rerun| rerun.ids.contains(id) && passed(rerun, id))
    };
    let mut list = Vec::new();
    for tests in by_cause.values() {
        let all = tests.iter().any(|failure| unsteady(failure));
        let count = if all { tests.len() } else { REPRESENTATIVES.min(tests.len()) };
        list.extend(tests[..count].iter().copied());
    }
    list.truncate(MOST_ALONE);
    list
}

fn again(failures: &[&Failing], roots: &Roots, run: Company) -> Again {
    let ids = failures.iter().map(|failure| failure.item.id.clone()).collect();
    let files: BTreeSet<RepoPath> = failures
        .iter()
        .filter_map(|failure| {
            // The id names the file to collect; the place may be that of a base class elsewhere.
            let file = failure.item.id.split("::").next()?;
            roots.relative(file).map(|path| RepoPath::from(path.as_str()))
        })
        .collect();
    Again { ids, files: files.into_iter().collect(), run }
}

/// Ids of all tests that ran, up to the last of these.
fn up_to_the_last(ends: &[Ended], failures: &[&Failing]) -> Vec<String> {
    let wanted: BTreeSet<&str> = failures.iter().map(|failure| failure.item.id.as_str()).collect();
    let all: Vec<&str> =
        ends.iter().flat_map(|ended| &ended.session.items).map(|item| item.id.as_str()).collect();
    let last = all.iter().rposition(|id| wanted.contains(id)).map_or(0, |last| last + 1);
    let mut seen = BTreeSet::new();
    all[..last].iter().filter(|id| seen.insert(**id)).map(|&id| id.to_owned()).collect()
}
