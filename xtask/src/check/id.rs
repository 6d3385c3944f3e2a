//! The checks of this room and of the hooks: their names, what they weigh, and the order in which they are told.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::report::Level;

/// A check, known in the code by this and to people by its name. Their order is that in which findings are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the table says what each finds")]
pub enum CheckId {
    Unmerged,
    ConflictMarker,
    PrivateKey,
    Token,
    LargeFile,
    CaseConflict,
    TrailingBlanks,
    FinalNewline,
    Toml,
    Yaml,
    Json,
    Workflow,
    BrokenImport,
    BrokenCall,
    PathAnchor,
    ManagedBlock,
    BrokenLink,
    BrokenAnchor,
    MovedPath,
    StaleReference,
    DuplicateNote,
    TestLeftover,
    Excuse,
    RepeatedNote,
    NotePlace,
    NoteBudget,
    Debug,
    StalePlan,
    SubjectLength,
    Conventional,
    SubjectBody,
    PushTests,
}

/// Where a check is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// By the hook `pre-commit`; some of them by the command `check` as well.
    BeforeCommit,
    /// By the command `check`, and by that hook where others of its checks have to read more than the changed files.
    WithOthers,
    /// By another hook.
    ByOtherHook,
    /// By the command `check` alone.
    ByCheck,
}

/// What is known of one check.
#[derive(Debug)]
struct Check {
    id: CheckId,
    name: &'static str,
    level: Level,
    made: Made,
    what: &'static str,
}

const fn deny(id: CheckId, name: &'static str, made: Made, what: &'static str) -> Check {
    Check { id, name, level: Level::Deny, made, what }
}

const fn warn(id: CheckId, name: &'static str, made: Made, what: &'static str) -> Check {
    Check { id, name, level: Level::Warn, made, what }
}

/// All checks, each at the place that its id has.
const CHECKS: &[Check] = &[
    deny(CheckId::Unmerged, "unmerged", Made::BeforeCommit, "paths that are not merged yet"),
    deny(
        CheckId::ConflictMarker,
        "conflict-marker",
        Made::BeforeCommit,
        "markers that a conflict left, outside code blocks",
    ),
    deny(CheckId::PrivateKey, "private-key", Made::BeforeCommit, "private keys"),
    deny(
        CheckId::Token,
        "token",
        Made::BeforeCommit,
        "tokens and keys of services, in forms that nothing else has",
    ),
    deny(
        CheckId::LargeFile,
        "large-file",
        Made::BeforeCommit,
        "new files over 500 KiB, files that grow past it, content in place of an LFS pointer",
    ),
    deny(
        CheckId::CaseConflict,
        "case-conflict",
        Made::BeforeCommit,
        "paths that differ in upper and lower case alone",
    ),
    deny(CheckId::TrailingBlanks, "trailing-blanks", Made::BeforeCommit, "blanks at the end of lines"),
    deny(
        CheckId::FinalNewline,
        "final-newline",
        Made::BeforeCommit,
        "a line end missing at the end of a file, or too many",
    ),
    deny(CheckId::Toml, "toml", Made::BeforeCommit, "TOML that cannot be read"),
    deny(CheckId::Yaml, "yaml", Made::BeforeCommit, "YAML that cannot be read"),
    deny(CheckId::Json, "json", Made::BeforeCommit, "JSON that cannot be read"),
    deny(CheckId::Workflow, "workflow", Made::BeforeCommit, "workflow files that GitHub would refuse"),
    deny(
        CheckId::BrokenImport,
        "broken-import",
        Made::BeforeCommit,
        "Python imports of the repository's own modules that do not resolve",
    ),
    deny(
        CheckId::BrokenCall,
        "broken-call",
        Made::BeforeCommit,
        "calls that their definitions do not take, and names that a module lost",
    ),
    deny(
        CheckId::PathAnchor,
        "path-anchor",
        Made::BeforeCommit,
        "scripts that a move cut off from what they import",
    ),
    deny(
        CheckId::ManagedBlock,
        "managed-block",
        Made::WithOthers,
        "parts of files that the tool writes, cut or edited by hand",
    ),
    deny(CheckId::BrokenLink, "broken-link", Made::BeforeCommit, "links to files that are not there"),
    deny(CheckId::BrokenAnchor, "broken-anchor", Made::BeforeCommit, "links to headings that are not there"),
    warn(
        CheckId::MovedPath,
        "moved-path",
        Made::WithOthers,
        "paths that moved, named by settings and scripts",
    ),
    deny(
        CheckId::StaleReference,
        "stale-reference",
        Made::BeforeCommit,
        "paths named in other files that moved or are gone",
    ),
    deny(
        CheckId::DuplicateNote,
        "duplicate-note",
        Made::BeforeCommit,
        "a new note with the content of an existing one",
    ),
    deny(CheckId::TestLeftover, "test-leftover", Made::BeforeCommit, "files that a test run left behind"),
    deny(
        CheckId::Excuse,
        "excuse",
        Made::BeforeCommit,
        "excuses without a reason, or for a check that does not exist",
    ),
    warn(
        CheckId::RepeatedNote,
        "repeated-note",
        Made::BeforeCommit,
        "a new note that repeats passages of another",
    ),
    warn(
        CheckId::NotePlace,
        "note-place",
        Made::BeforeCommit,
        "a new note outside the folders of `[hook] notes`",
    ),
    warn(
        CheckId::NoteBudget,
        "note-budget",
        Made::BeforeCommit,
        "more notes than `[hook] notes_budget` allows, or a budget that rises",
    ),
    warn(CheckId::Debug, "debug", Made::BeforeCommit, "statements for debugging on added lines"),
    warn(
        CheckId::StalePlan,
        "stale-plan",
        Made::ByCheck,
        "check: a plan that is older than the notes it speaks of",
    ),
    deny(
        CheckId::SubjectLength,
        "subject-length",
        Made::ByOtherHook,
        "commit-msg: a subject of more than 72 letters",
    ),
    deny(
        CheckId::Conventional,
        "conventional",
        Made::ByOtherHook,
        "commit-msg: a subject that is no conventional commit, with `[hook] conventional`",
    ),
    warn(
        CheckId::SubjectBody,
        "subject-body",
        Made::ByOtherHook,
        "commit-msg: no empty line below the subject",
    ),
    deny(
        CheckId::PushTests,
        "push-tests",
        Made::ByOtherHook,
        "pre-push: gating suites that fail, with `[hook] push_tests`",
    ),
];

impl CheckId {
    fn facts(self) -> &'static Check {
        &CHECKS[self as usize]
    }

    /// Its name: in the configuration, in `XTASK_SKIP`, in excuses and in JSON.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// Whether it stops a commit, where nothing else is said of a finding.
    pub fn level(self) -> Level {
        self.facts().level
    }

    /// What it finds, in a phrase.
    pub fn what(self) -> &'static str {
        self.facts().what
    }

    /// The checks that are made there, in the order in which they are told.
    pub fn made(made: Made) -> impl Iterator<Item = Self> {
        CHECKS.iter().filter(move |check| check.made == made).map(|check| check.id)
    }

    /// What the hook `pre-commit` may find.
    pub fn of_commits() -> impl Iterator<Item = Self> {
        Self::made(Made::BeforeCommit).chain(Self::made(Made::WithOthers))
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Serialize for CheckId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
impl schemars::JsonSchema for CheckId {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CheckId".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_stands_at_its_place_and_has_a_name_of_its_own() {
        for (place, check) in CHECKS.iter().enumerate() {
            assert_eq!(check.id as usize, place, "{}", check.name);
        }
        assert_eq!(CheckId::PushTests as usize + 1, CHECKS.len(), "the last one");
        let mut names: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CHECKS.len());
    }
}
