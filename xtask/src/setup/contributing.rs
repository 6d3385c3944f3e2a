//! The section of CONTRIBUTING.md: the commands, hooks and reports as they are configured here.

use super::workflow::Install;
use crate::blocks::Wanted;
use crate::config::{GitHook, WorkflowKind};
use crate::report::Inline;

/// The name of the block.
pub(super) const ID: &str = "contributing";
/// The version of its text.
const VERSION: u32 = 1;

/// What the section says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Facts<'a> {
    /// How the tool is called here.
    pub(super) call: &'a str,
    /// The hooks that are set up.
    pub(super) hooks: &'a [GitHook],
    /// The program that manages them, where it is another.
    pub(super) manager: Option<&'a str>,
    /// The workflows.
    pub(super) workflows: &'a [WorkflowKind],
    /// Each report and what writes it.
    pub(super) reports: &'a [(String, &'static str)],
    /// How the tool gets here, where that is known.
    pub(super) install: Option<Install>,
}

/// The block as it should stand.
pub(super) fn wanted(body: &str) -> Wanted<'_> {
    Wanted { id: ID, version: VERSION, body }
}

/// The section's lines.
pub(super) fn body(facts: &Facts<'_>) -> String {
    let call = facts.call;
    let mut text = format!(
        "## Maintenance\n\n`{call}` keeps notes and tests of this repository in order{}. Before you open a pull request:\n\n\
         | command | what it does |\n| --- | --- |\n\
         | `{call} check` | finds broken links, imports and references; runs nothing, writes nothing |\n\
         | `{call} validate` | runs the tests and says what fails, and why |\n\
         | `{call} phase2` | writes all reports anew |\n",
        install(facts)
    );
    text.push_str(&hooks(facts));
    text.push_str(&workflows(facts));
    text.push_str("\n| report | written by |\n| --- | --- |\n");
    for (path, command) in facts.reports {
        text.push_str(&format!("| {} | `{call} {command}` |\n", cell(path)));
    }
    text
}

/// How a contributor gets the tool, as the end of a sentence.
fn install(facts: &Facts<'_>) -> String {
    match &facts.install {
        Some(Install::Alias) => "; it is built from this repository when it is first called".to_owned(),
        Some(Install::Command(command)) => {
            format!("; {} installs it", Inline::code(command).to_markdown())
        }
        None => String::new(),
    }
}

fn hooks(facts: &Facts<'_>) -> String {
    if facts.hooks.is_empty() {
        return String::new();
    }
    let call = facts.call;
    let mut text = match facts.manager {
        Some(manager) => format!(
            "\nThese hooks are managed by {manager}, with `{call} hook` in its configuration. They change nothing:\n\n"
        ),
        None => format!(
            "\n`{call} setup hooks` installs these hooks. They change nothing, and say what mends a finding:\n\n"
        ),
    };
    for hook in facts.hooks {
        let (judges, command) = match hook {
            GitHook::PreCommit => ("what is staged", "commit"),
            GitHook::CommitMsg => ("the commit's message", "commit"),
            GitHook::PrePush => ("the commits that are pushed", "push"),
        };
        let name = hook.name();
        text.push_str(&format!(
            "- `{name}` judges {judges}; `git {command} --no-verify` leaves it out once\n"
        ));
    }
    text
}

fn workflows(facts: &Facts<'_>) -> String {
    let line = |kind: &WorkflowKind| match kind {
        WorkflowKind::Checks => {
            "- each pull request is checked for what it broke, and its tests are compared with the target branch\n"
        }
        WorkflowKind::Weekly => {
            "- once a week the reports are written anew, and one issue, \"Weekly maintenance\", is brought up to date\n"
        }
    };
    if facts.workflows.is_empty() {
        return String::new();
    }
    format!("\nOn the host:\n\n{}", facts.workflows.iter().map(line).collect::<String>())
}

/// A path in a table: whatever it holds, it stays one cell.
fn cell(path: &str) -> String {
    Inline::code(path).to_markdown().replace('|', "\\|")
}
