//! `[setup]`: which hooks and workflows are wanted, and how workflows get at the tool.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use toml::de::{DeTable, DeValue};

use super::load::{Mistake, strings};

/// A hook of git that the tool has an answer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GitHook {
    /// Judges what is about to be committed.
    PreCommit,
    /// Judges the message.
    CommitMsg,
    /// Judges what is about to be pushed.
    PrePush,
}

impl GitHook {
    /// All of them, in the order in which git calls them.
    pub const ALL: [Self; 3] = [Self::PreCommit, Self::CommitMsg, Self::PrePush];

    /// git's name for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::CommitMsg => "commit-msg",
            Self::PrePush => "pre-push",
        }
    }
}

/// A workflow that the tool can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkflowKind {
    /// On each pull request.
    Checks,
    /// Once a week.
    Weekly,
}

impl WorkflowKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Checks, Self::Weekly];
}

/// `[setup]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SetupConfig {
    /// The hooks; `None`: all.
    pub hooks: Option<Vec<GitHook>>,
    /// The workflows; `None`: both.
    pub workflows: Option<Vec<WorkflowKind>>,
    /// The repository's own `owner/name` on its host; `None`: from the remote `origin`.
    pub repository: Option<String>,
    /// How workflows get the tool: `alias`, or a command line that installs `xtask`; `None`: found by looking.
    pub install: Option<String>,
    /// Command lines that workflows run before tests (install what they need).
    pub prepare: Vec<String>,
    /// The machine that workflows run on; `None`: `ubuntu-24.04`.
    pub runner: Option<String>,
    /// In how many jobs the checks of a pull request run the tests; `None`: one.
    pub shards: Option<u32>,
    /// Where CONTRIBUTING.md stands; `None`: where it is found, else at the root.
    pub contributing: Option<String>,
    /// Whether git 2.54 and newer is told of hooks in its configuration; `None`: yes. `false` writes hook files there
    /// too, which an older git that works in the same clone runs as well.
    pub config_hooks: Option<bool>,
}

/// The places where a host shows CONTRIBUTING.md, the first that is there counts.
pub const CONTRIBUTING_PLACES: [&str; 3] =
    [".github/CONTRIBUTING.md", "CONTRIBUTING.md", "docs/CONTRIBUTING.md"];

/// More jobs than this a host does not make of one matrix.
const MOST_SHARDS: i64 = 256;

/// What types cannot tell.
pub(super) fn mistake(table: &DeTable<'_>) -> Option<Mistake> {
    let first = |key: &str, judge: fn(&str) -> Option<&'static str>| -> Option<(Range<usize>, String)> {
        strings(table, &["setup", key])
            .into_iter()
            .find_map(|(text, span)| judge(&text).map(|why| (span, why.to_owned())))
    };
    first("repository", |text| (!is_slug(text)).then_some("`owner/name` is expected"))
        .or_else(|| first("install", bad_command))
        .or_else(|| first("prepare", bad_command))
        .or_else(|| first("runner", |text| (!is_label(text)).then_some("the label of a runner is expected")))
        .or_else(|| first("contributing", bad_contributing))
        .or_else(|| bad_shards(table))
}

fn bad_shards(table: &DeTable<'_>) -> Option<Mistake> {
    let DeValue::Table(setup) = table.get("setup")?.get_ref() else { return None };
    let shards = setup.get("shards")?;
    let DeValue::Integer(number) = shards.get_ref() else { return None };
    let number = i64::from_str_radix(number.as_str(), number.radix()).unwrap_or(0);
    (!(1..=MOST_SHARDS).contains(&number))
        .then(|| (shards.span(), format!("a number of jobs from 1 to {MOST_SHARDS} is expected")))
}

/// True for `owner/name` as hosts allow it; nothing in it means anything to a shell, to YAML or in an expression.
pub fn is_slug(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    text.split_once('/').is_some_and(|(owner, name)| is_part(owner) && is_part(name))
}

fn is_label(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn bad_command(text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        Some("a command line is expected")
    } else if text.contains("${{") {
        Some("an expression of the host cannot stand in a command: its value would be run as a script")
    } else if text.chars().any(char::is_control) {
        Some("a command is one line")
    } else {
        None
    }
}

fn bad_contributing(text: &str) -> Option<&'static str> {
    (!CONTRIBUTING_PLACES.contains(&text))
        .then_some("hosts show `CONTRIBUTING.md`, `.github/CONTRIBUTING.md` and `docs/CONTRIBUTING.md` alone")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::Config;

    fn error(line: &str) -> Option<String> {
        let text = format!("[setup]\n{line}\n");
        let parsed = Config::parse(&text, "xtask.toml", Path::new("/"));
        parsed.err().map(|error| error.to_string().lines().last().unwrap_or_default().to_owned())
    }

    #[test]
    fn what_could_mean_something_to_a_workflow_is_refused() {
        let refused = [
            "repository = \"a\"",
            "repository = \"a/b/c\"",
            "repository = \"a/..\"",
            "repository = \"a/b'c\"",
            "repository = \"a/${{x}}\"",
            "repository = \"a/b\\n\"",
            "install = \"\"",
            "install = \"echo ${{ github.token }}\"",
            "install = \"a\\nb\"",
            "prepare = [\"ok\", \"echo ${{ secrets.X }}\"]",
            "runner = \"[self-hosted, x]\"",
            "runner = \"\"",
            "contributing = \"CONTRIB.md\"",
            "hooks = [\"post-commit\"]",
            "workflows = [\"daily\"]",
            "shards = 0",
            "shards = 257",
        ];
        for line in refused {
            assert!(error(line).is_some(), "{line}");
        }
        let taken = [
            "repository = \"o-w.n_er/na.me\"",
            "install = \"alias\"",
            "prepare = [\"python3 -m pip install -e '.[test]'\"]",
            "runner = \"ubuntu-24.04-arm\"",
            "contributing = \".github/CONTRIBUTING.md\"",
            "hooks = [\"pre-commit\", \"commit-msg\", \"pre-push\"]",
            "hooks = []",
            "workflows = [\"checks\", \"weekly\"]",
            "shards = 4",
        ];
        for line in taken {
            assert_eq!(error(line), None, "{line}");
        }
    }
}
