//! What the page needs of phase 2's kept result, and nothing more: lists that it only counts are numbers here.

use std::collections::BTreeMap;

use serde::de::{Deserializer, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What phases took, in seconds, by their name.
pub type Times = BTreeMap<String, Took>;

/// What one phase took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Took {
    wall_s: f64,
    sum_s: f64,
}

/// All that stands in the page.
#[derive(Debug, Serialize)]
pub struct Data {
    name: String,
    tool: String,
    commit: Option<String>,
    dirty: bool,
    times: Times,
    pub(super) result: Parts,
}

impl Data {
    /// The repository's name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Reads the kept result.
pub(super) fn read(kept: Value, times: Times, name: String) -> Result<Data, serde_json::Error> {
    let kept: Kept = serde_json::from_value(kept)?;
    Ok(Data { name, tool: kept.tool, commit: kept.commit, dirty: kept.dirty, times, result: kept.result })
}

#[derive(Debug, Deserialize)]
struct Kept {
    tool: String,
    commit: Option<String>,
    dirty: bool,
    result: Parts,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Parts {
    pub(super) consolidation: Part<Notes>,
    upstream: Part<Fork>,
    validation: Part<Tests>,
    timing: Timing,
}

/// A result, or why there is none.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Part<T> {
    Unavailable { unavailable: String, hint: Option<String> },
    Done(Box<T>),
}

#[derive(Debug, Serialize, Deserialize)]
struct Timing {
    wall_s: f64,
    sum_s: f64,
    parts: BTreeMap<String, f64>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Notes {
    pub(super) notes: Vec<Note>,
    topics: Vec<Topic>,
    pub(super) overlaps: Vec<Overlap>,
    facts: Vec<Fact>,
    #[serde(default, deserialize_with = "none_as_empty")]
    references: Vec<Reference>,
    summary: Summary,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) path: String,
    title: String,
    topic: Option<String>,
    role: String,
    words: u64,
    pub(super) bytes: u64,
    changed: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Topic {
    id: String,
    label: String,
    notes: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Overlap {
    pub(super) a: String,
    pub(super) b: String,
    score: f64,
    kind: String,
    share_a: f64,
    share_b: f64,
    pub(super) shared: Vec<Passage>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Passage {
    pub(super) a_lines: [usize; 2],
    pub(super) b_lines: [usize; 2],
    similarity: f64,
    /// The lines on both sides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) texts: Option<[Vec<String>; 2]>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Fact {
    key: String,
    values: Vec<FactValue>,
    newest: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct FactValue {
    value: String,
    path: String,
    line: u64,
    changed: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Reference {
    path: String,
    line: u64,
    target: String,
    class: String,
    moved_to: Option<String>,
    commit: Option<String>,
}

/// Reads `null` as a list without entries.
fn none_as_empty<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Reference>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

#[derive(Debug, Serialize, Deserialize)]
struct Summary {
    notes: u64,
    topics: u64,
    overlaps: u64,
    overlap_share: f64,
    facts: u64,
    references: Option<u64>,
    broken_links: Option<u64>,
    proposed: u64,
    ticked: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Fork {
    relation: Option<String>,
    ahead: Option<u64>,
    behind: Option<u64>,
    months: Option<BTreeMap<String, [u64; 2]>>,
    merge_base: Option<Base>,
    sync_point: Option<SyncPoint>,
    merge: Option<Merge>,
    clean_prefix: Option<CleanPrefix>,
    upstream_commits: Option<UpstreamCommits>,
    custom: Option<Vec<Custom>>,
    strategy: Strategy,
}

#[derive(Debug, Serialize, Deserialize)]
struct Base {
    commit: String,
    date: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct SyncPoint {
    commit: String,
    date: String,
    confidence: f64,
    method: String,
    why: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Merge {
    conflicts: Vec<Conflict>,
    #[serde(default, deserialize_with = "length")]
    unjudged: usize,
}

#[derive(Debug, Serialize, Deserialize)]
struct Conflict {
    path: String,
    kinds: Vec<String>,
    class: String,
    #[serde(deserialize_with = "length")]
    hunks: usize,
    #[serde(deserialize_with = "length")]
    fork_commits: usize,
    #[serde(deserialize_with = "length")]
    upstream_commits: usize,
    first_commit: Option<String>,
    proven: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct CleanPrefix {
    commits: u64,
    of: u64,
    last: Option<String>,
    next: Option<String>,
    steps: Vec<Step>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Step {
    #[serde(rename = "ref")]
    name: String,
    clean: bool,
    conflicts: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct UpstreamCommits {
    #[serde(deserialize_with = "length")]
    free: usize,
}

#[derive(Debug, Serialize, Deserialize)]
struct Custom {
    path: String,
    status: String,
    area: String,
    lines_added: Option<u64>,
    lines_deleted: Option<u64>,
    #[serde(deserialize_with = "length")]
    symbols: usize,
    #[serde(deserialize_with = "length")]
    commits: usize,
}

#[derive(Debug, Serialize, Deserialize)]
struct Strategy {
    recommend: Option<String>,
    why: Vec<String>,
    rejected: Vec<Rejected>,
    commands: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Rejected {
    name: String,
    why: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Tests {
    verdict: String,
    runs: Vec<Run>,
    cases: Vec<Case>,
    causes: Vec<Cause>,
    imports: Imports,
}

#[derive(Debug, Serialize, Deserialize)]
struct Run {
    suite: String,
    kind: String,
    gating: bool,
    status: String,
    why: Option<String>,
    duration_s: Option<f64>,
    counts: BTreeMap<String, u64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Case {
    id: String,
    suite: String,
    path: Option<String>,
    outcome: String,
    duration_s: Option<f64>,
    #[serde(deserialize_with = "length")]
    attempts: usize,
    cause: Option<String>,
    skip_reason: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Cause {
    key: String,
    exception: String,
    message: String,
    frame: Option<Place>,
    cases: Vec<String>,
    hint: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Place {
    path: String,
    line: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Imports {
    unresolved: Vec<Unresolved>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Unresolved {
    path: String,
    line: u64,
    module: String,
    name: Option<String>,
    suggestion: Option<Suggestion>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Suggestion {
    text: Option<String>,
}

/// How many entries a list has; their content is not needed.
fn length<'de, D: Deserializer<'de>>(list: D) -> Result<usize, D::Error> {
    Vec::<IgnoredAny>::deserialize(list).map(|entries| entries.len())
}
