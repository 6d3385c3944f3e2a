//! What each check of the final validation says, worked out from what phase 2 kept and from what is found now.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::told::{Consolidation, Reference, State};
use crate::check::{CheckId, Checked, Found};
use crate::report::{Level, ReportMarker, count};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// There is nothing of the kind here.
    NotApplicable,
    /// It holds.
    Holds,
    /// It is no worse than before, and not as it should be.
    Noted,
    /// It could not be found out.
    NotProven,
    /// It does not hold, or got worse.
    Fails,
}

impl Verdict {
    /// The word of reports and messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotApplicable => "not applicable",
            Self::Holds => "holds",
            Self::Noted => "noted",
            Self::NotProven => "not proven",
            Self::Fails => "fails",
        }
    }
}

/// One check with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Line {
    /// What was checked.
    pub check: String,
    /// How it ended.
    pub verdict: Verdict,
    /// Why, with figures.
    pub evidence: String,
    /// The places behind it.
    pub details: Vec<String>,
}

impl Line {
    /// A check without places behind it.
    pub fn new(check: impl Into<String>, verdict: Verdict, evidence: impl Into<String>) -> Self {
        Self { check: check.into(), verdict, evidence: evidence.into(), details: Vec::new() }
    }

    /// Whether a finding is one of the places behind it.
    pub fn has(&self, found: &Found) -> bool {
        self.details.contains(&place(found))
    }

    /// The line with the places behind it.
    pub fn with(mut self, details: Vec<String>) -> Self {
        self.details = details;
        self
    }
}

/// Why it is not known whether something is new.
const NOTHING_KEPT: &str = "phase 2 kept no result to compare with: run `xtask phase2` first";

/// Whether what was ticked in the plan has been carried out; `asked` are the ids that stood ticked in it. What a new
/// look at the notes proposes beside them only waits.
pub(super) fn plan(consolidation: &Consolidation, asked: &BTreeSet<String>) -> Line {
    const CHECK: &str = "consolidation plan";
    if let Some(why) = &consolidation.unavailable {
        return Line::new(CHECK, Verdict::NotApplicable, why);
    }
    let items = consolidation.plan.items();
    let done = items.iter().filter(|(state, _)| state.done).count();
    let is_left = |(state, words): (&State, String)| {
        (state.ticked && !state.done && asked.contains(&state.id)).then(|| format!("{words} ({})", state.id))
    };
    let left: Vec<String> = items.into_iter().filter_map(is_left).collect();
    if left.is_empty() {
        // The lists have more than the plan: notes that are not sure enough to be proposed.
        let proposed = consolidation.summary.proposed;
        let waits = if proposed == 1 { "waits" } else { "wait" };
        let evidence = format!(
            "{} done, none of the ticked ones left; {proposed} {waits} for a decision",
            count(done, "item")
        );
        return Line::new(CHECK, Verdict::Holds, evidence);
    }
    let are = if left.len() == 1 { "is" } else { "are" };
    let evidence = format!(
        "{} {are} not carried out, {done} of the plan done; run `xtask phase3`",
        count(left.len(), "ticked item")
    );
    Line::new(CHECK, Verdict::Fails, evidence).with(left)
}

/// The static checks, a line for each kind: what is broken since phase 2 fails, what was broken before is noted. Without
/// a state to compare with nobody knows which of them it is.
pub(super) fn broken(checked: &Checked, compared: bool, kinds: &[(&str, &[CheckId])]) -> Vec<Line> {
    let line = |(name, checks): &(&str, &[CheckId])| {
        let found: Vec<_> = checked.findings.iter().filter(|found| checks.contains(&found.check)).collect();
        let denied: Vec<_> = found.iter().filter(|found| found.level == Level::Deny && found.new).collect();
        if !compared && !found.is_empty() {
            let evidence = format!("{} broken; {NOTHING_KEPT}", found.len());
            let verdict = if denied.is_empty() { Verdict::Noted } else { Verdict::NotProven };
            return Line::new(*name, verdict, evidence)
                .with(found.iter().map(|found| place(found)).collect());
        }
        if !denied.is_empty() {
            let evidence =
                format!("{} broken since phase 2, {} before", denied.len(), found.len() - denied.len());
            return Line::new(*name, Verdict::Fails, evidence)
                .with(denied.iter().map(|found| place(found)).collect());
        }
        if found.is_empty() {
            return Line::new(*name, Verdict::Holds, format!("all resolve ({} files read)", checked.checked));
        }
        let were = if found.len() == 1 { "was" } else { "were" };
        let evidence = format!("{} {were} broken before, none since phase 2", found.len());
        Line::new(*name, Verdict::Noted, evidence).with(found.iter().map(|found| place(found)).collect())
    };
    kinds.iter().map(line).collect()
}

/// One report: its place, the marker that stands there, and the marker that it would get now.
pub(super) struct Standing {
    /// Where it stands.
    pub(super) path: String,
    /// What stands there; `None` where there is no report of ours.
    pub(super) found: Option<ReportMarker>,
    /// What belongs there.
    pub(super) expected: ReportMarker,
}

impl Standing {
    pub(super) fn is_fresh(&self) -> bool {
        self.found.as_ref() == Some(&self.expected)
    }
}

/// Whether the reports tell of what is here now; `written` says that stale ones were written anew.
pub(super) fn reports(standing: &[Standing], written: bool) -> Line {
    let stale: Vec<&Standing> = standing.iter().filter(|one| !one.is_fresh()).collect();
    let fresh = standing.len() - stale.len();
    if stale.is_empty() {
        return Line::new("reports", Verdict::Holds, format!("{fresh} of {fresh} tell of what is here now"));
    }
    let details = stale.iter().map(|one| match one.found {
        Some(_) => format!("{} was of an earlier state", one.path),
        None => format!("{} was not there", one.path),
    });
    let details = details.collect();
    if written {
        let was = if fresh == 1 { "was" } else { "were" };
        let evidence = format!("{fresh} {was} fresh, {} written anew", stale.len());
        return Line::new("reports", Verdict::Holds, evidence).with(details);
    }
    let are = if stale.len() == 1 { "is" } else { "are" };
    let evidence = format!("{} of {} {are} stale; run `xtask phase2`", stale.len(), standing.len());
    Line::new("reports", Verdict::Fails, evidence).with(details)
}

/// What notes name and is not there, as the plan counts it, and paths that moved in files that are no notes. Names may be
/// written for what they were, so that none of them fails.
pub(super) fn references(now: &Consolidation, before: Option<&Consolidation>, checked: &Checked) -> Line {
    const CHECK: &str = "references";
    let moved: Vec<&Found> =
        checked.findings.iter().filter(|found| found.check == CheckId::MovedPath).collect();
    let notes = now.counted();
    if notes.is_empty() && moved.is_empty() {
        let evidence = match now.references {
            Some(_) => "all that notes name is there".to_owned(),
            None => "what notes name was not looked up; no file names a path that moved".to_owned(),
        };
        return Line::new(CHECK, Verdict::Holds, evidence);
    }
    let mut evidence = format!("{} in notes point to nothing", count(notes.len(), "name"));
    if notes.len() == 1 {
        evidence = "1 name in notes points to nothing".to_owned();
    }
    if !moved.is_empty() {
        evidence.push_str(&format!(", {} in other files to where something was", count(moved.len(), "path")));
    }
    let before = before.filter(|before| before.references.is_some());
    let new = before.map(|before| new_among(&notes, &before.counted()));
    evidence.push_str(&match &new {
        Some(new) if new.is_empty() => ", as at phase 2".to_owned(),
        Some(new) => format!(", {} of them not at phase 2", new.len()),
        None => String::new(),
    });
    // What is new stands first: the list is cut.
    let new: BTreeSet<usize> = new.unwrap_or_default();
    let (first, rest): (Vec<_>, Vec<_>) =
        notes.iter().enumerate().partition(|(number, _)| new.contains(number));
    let of_notes = first.into_iter().chain(rest).map(|(_, reference)| reference.words());
    let details = of_notes.chain(moved.iter().map(|found| place(found))).collect();
    Line::new(CHECK, Verdict::Noted, evidence).with(details)
}

/// The numbers of references that were not there before. A note that moved names the same as before, so that a name is
/// known by itself, and as often as it was written.
fn new_among(now: &[&Reference], before: &[&Reference]) -> BTreeSet<usize> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for old in before {
        *known.entry(&old.target).or_default() += 1;
    }
    let mut is_new = |one: &Reference| match known.get_mut(one.target.as_str()) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    };
    now.iter().enumerate().filter(|(_, one)| is_new(one)).map(|(number, _)| number).collect()
}

fn place(found: &Found) -> String {
    format!("{}:{}: {}", found.path, found.line, found.message)
}

/// Whether the work tree holds what no phase put there.
///
/// `uncommitted` are the paths that differ from HEAD, `ours` those that change sets and reports account for; what tests
/// wrote in this run, and in that of phase 2 (cargo brings `Cargo.lock` up to date).
pub(super) fn work_tree(
    uncommitted: &BTreeSet<String>,
    ours: &BTreeSet<String>,
    [left_by_tests, left_before]: [&[String]; 2],
) -> Line {
    const CHECK: &str = "work tree";
    let known = uncommitted.iter().filter(|path| ours.contains(*path)).count();
    let others: Vec<String> = uncommitted
        .iter()
        .filter(|path| !ours.contains(*path) && !left_by_tests.contains(path))
        .cloned()
        .collect();
    if !left_by_tests.is_empty() {
        let evidence = format!("the test suites left {} behind", count(left_by_tests.len(), "file"));
        return Line::new(CHECK, Verdict::Fails, evidence).with(left_by_tests.to_vec());
    }
    if others.is_empty() {
        let evidence = match known {
            0 => "nothing is uncommitted".to_owned(),
            known => {
                let files = count(known, "uncommitted file");
                format!("{files}, all written by the phases")
            }
        };
        return Line::new(CHECK, Verdict::Holds, evidence);
    }
    let of_tests = others.iter().filter(|path| left_before.contains(path)).count();
    let by = [(others.len() - of_tests, "no phase"), (of_tests, "the tests of phase 2"), (known, "a phase")];
    let mut told = by.into_iter().filter(|(files, _)| *files > 0);
    let evidence =
        told.next().map(|(files, who)| format!("{} that {who} wrote", count(files, "uncommitted file")));
    let rest = told.map(|(files, who)| format!(", {files} that {who} wrote"));
    Line::new(CHECK, Verdict::Noted, evidence.into_iter().chain(rest).collect::<String>()).with(others)
}
