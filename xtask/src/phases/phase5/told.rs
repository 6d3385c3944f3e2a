//! What the final validation reads of a result: of its own, and of the one that phase 2 kept.
//!
//! Both come in the form that `--format json` prints, so that a result of an earlier version can be compared too. What
//! a result does not tell is as if there were nothing.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::SuiteKind;
use crate::consolidate::ReferenceClass;
use crate::report::count;
use crate::validate::{CaseOutcome, Counts, Status};

/// What phase 2 kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Before {
    /// The commit that it saw.
    pub(super) commit: Option<String>,
    result: Parts,
}

/// Each is read for itself: one that cannot be read takes nothing from the others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Parts {
    consolidation: Value,
    validation: Value,
}

impl Before {
    /// Analysis A of then; `None` where it was not kept, or cannot be read.
    pub(super) fn consolidation(&self) -> Option<Consolidation> {
        Consolidation::deserialize(&self.result.consolidation).ok()
    }

    /// Analysis C of then; `None` where it was not kept, or cannot be read.
    pub(super) fn validation(&self) -> Option<Validation> {
        Validation::deserialize(&self.result.validation).ok()
    }
}

/// Analysis A.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Consolidation {
    /// Why there is nothing else.
    pub(super) unavailable: Option<String>,
    pub(super) plan: Plan,
    pub(super) summary: Summary,
    /// `None` where they were not looked for.
    pub(super) references: Option<Vec<Reference>>,
}

impl Consolidation {
    /// The references that the plan counts: what git ignores is left out.
    pub(super) fn counted(&self) -> Vec<&Reference> {
        let all = self.references.iter().flatten();
        all.filter(|reference| reference.class != ReferenceClass::Ignored).collect()
    }
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Plan {
    merges: Vec<Item<Merge>>,
    archive: Vec<Item<Move>>,
    duplicates: Vec<Item<Twin>>,
}

impl Plan {
    /// All items, each with what it asks for.
    pub(super) fn items(&self) -> Vec<(&State, String)> {
        let merges = self.merges.iter().map(|item| {
            let notes = count(item.what.sources.len(), "note");
            (&item.state, format!("merge {notes} into {}", item.what.target))
        });
        let moves = self.archive.iter().map(|item| {
            let Move { path, to } = &item.what;
            (&item.state, format!("archive {path} to {to}"))
        });
        let twins = self.duplicates.iter().map(|item| {
            let Twin { path, same_as } = &item.what;
            (&item.state, format!("remove {path}, the same as {same_as}"))
        });
        merges.chain(moves).chain(twins).collect()
    }
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Item<What> {
    #[serde(flatten)]
    state: State,
    #[serde(flatten)]
    what: What,
}

/// Where an item of the plan stands.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct State {
    pub(super) id: String,
    pub(super) ticked: bool,
    pub(super) done: bool,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Merge {
    target: String,
    sources: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Move {
    path: String,
    to: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Twin {
    path: String,
    same_as: String,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Summary {
    pub(super) proposed: usize,
}

/// A name in a note that points to nothing.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Reference {
    path: String,
    line: usize,
    pub(super) target: String,
    class: ReferenceClass,
    moved_to: Option<String>,
}

impl Reference {
    /// The place, the name, and what became of it.
    pub(super) fn words(&self) -> String {
        let now = match (&self.moved_to, self.class) {
            (Some(moved), _) => format!("moved to `{moved}`"),
            (None, ReferenceClass::Moved) => "moved".to_owned(),
            (None, ReferenceClass::Removed) => "removed".to_owned(),
            (None, ReferenceClass::Ignored) => "ignored".to_owned(),
            (None, ReferenceClass::NeverExisted) => "never existed".to_owned(),
        };
        format!("{}:{}: names `{}` ({now})", self.path, self.line, self.target)
    }
}

/// Analysis C.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Validation {
    /// Why there is nothing else.
    pub(super) unavailable: Option<String>,
    pub(super) runs: Vec<Run>,
    /// `None` where nothing was run.
    pub(super) cases: Option<Vec<Case>>,
    /// `None` where there was nothing to compare with.
    pub(super) baseline: Option<Baseline>,
    /// The files that suites left behind.
    pub(super) written: Vec<Written>,
}

impl Validation {
    pub(super) fn cases(&self) -> impl Iterator<Item = &Case> {
        self.cases.iter().flatten()
    }
}

/// One suite's run.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Run {
    pub(super) suite: String,
    pub(super) kind: SuiteKind,
    pub(super) gating: bool,
    pub(super) status: Status,
    pub(super) why: Option<String>,
    pub(super) counts: Counts,
}

/// One test.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Case {
    pub(super) id: String,
    pub(super) suite: String,
    pub(super) outcome: CaseOutcome,
}

/// Ids of tests by how they compare with before.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Baseline {
    pub(super) new_failures: Vec<String>,
    pub(super) still_failing: Vec<String>,
    pub(super) changed_cause: Vec<String>,
    pub(super) newly_skipped: Vec<String>,
    pub(super) gone: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(super) struct Written {
    pub(super) path: String,
}
