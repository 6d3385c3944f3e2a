//! Workflow files of GitHub Actions: what has to be there for a run to begin.
//!
//! Knows the shape alone (triggers, jobs, where a job runs, what a step does, how expressions are written), not which
//! actions exist. The names are those of
//! <https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax>; what the host refuses and this
//! does not know is left to the host.

mod expression;
mod schedule;

use std::collections::{BTreeMap, BTreeSet};

use super::Fault;
use super::yaml::{self, Item, What};
use crate::check::CheckId;
use crate::repo::RepoPath;

const TOP: &[&str] = &[
    "cache-mode",
    "concurrency",
    "defaults",
    "description",
    "env",
    "jobs",
    "name",
    "on",
    "permissions",
    "run-name",
];

/// The keys of a job, be it one with steps or a call of another workflow.
const JOB: &[&str] = &[
    "cache-mode",
    "cancel-timeout-minutes",
    "concurrency",
    "container",
    "continue-on-error",
    "defaults",
    "env",
    "environment",
    "if",
    "name",
    "needs",
    "outputs",
    "permissions",
    "runs-on",
    "secrets",
    "services",
    "snapshot",
    "steps",
    "strategy",
    "timeout-minutes",
    "uses",
    "with",
];

/// The keys of a step.
const STEP: &[&str] = &[
    "background",
    "cancel",
    "continue-on-error",
    "env",
    "id",
    "if",
    "name",
    "parallel",
    "run",
    "shell",
    "timeout-minutes",
    "uses",
    "wait",
    "wait-all",
    "with",
    "working-directory",
];

/// What a step does; each does one of these.
const WORK: &[&str] = &["uses", "run", "wait", "wait-all", "cancel", "parallel"];

/// What starts a workflow, with those that are no longer documented but were.
const EVENTS: &[&str] = &[
    "branch_protection_rule",
    "check_run",
    "check_suite",
    "create",
    "delete",
    "deployment",
    "deployment_status",
    "discussion",
    "discussion_comment",
    "fork",
    "gollum",
    "image_version",
    "issue_comment",
    "issues",
    "label",
    "member",
    "merge_group",
    "milestone",
    "page_build",
    "project",
    "project_card",
    "project_column",
    "public",
    "pull_request",
    "pull_request_comment",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_target",
    "push",
    "registry_package",
    "release",
    "repository_dispatch",
    "schedule",
    "star",
    "status",
    "watch",
    "workflow_call",
    "workflow_dispatch",
    "workflow_run",
];

/// What a token may be let do, as far as it is known: a name is refused only where it is one of these, misspelt.
const PERMISSIONS: &[&str] = &[
    "actions",
    "artifact-metadata",
    "attestations",
    "checks",
    "contents",
    "deployments",
    "discussions",
    "id-token",
    "issues",
    "models",
    "packages",
    "pages",
    "pull-requests",
    "repository-projects",
    "security-events",
    "statuses",
];

/// True for a file that GitHub reads as a workflow.
pub(super) fn is_workflow(path: &RepoPath) -> bool {
    let parts: Vec<&[u8]> = path.parts().collect();
    matches!(parts[..], [b".github", b"workflows", _]) && matches!(path.extension().as_str(), "yml" | "yaml")
}

/// A node of the flat list: where it begins.
#[derive(Clone, Copy)]
struct Node<'a> {
    items: &'a [Item],
    at: usize,
}

impl<'a> Node<'a> {
    fn line(self) -> usize {
        self.items[self.at].line
    }

    fn is_mapping(self) -> bool {
        self.items[self.at].what == What::Mapping
    }

    fn is_empty_scalar(self) -> bool {
        matches!(&self.items[self.at].what, What::Scalar(text, true) if text.is_empty() || text == "~" || text == "null")
    }

    /// An alias stands for a node that is not followed here.
    fn is_alias(self) -> bool {
        self.items[self.at].what == What::Alias
    }

    fn text(self) -> Option<&'a str> {
        match &self.items[self.at].what {
            What::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// Where the node after this one begins.
    fn behind(self) -> usize {
        let mut depth = 0_usize;
        let mut at = self.at;
        loop {
            match self.items[at].what {
                What::List | What::Mapping | What::Document => depth += 1,
                What::End => depth -= 1,
                What::Scalar(..) | What::Alias => {}
            }
            at += 1;
            if depth == 0 || at >= self.items.len() {
                return at;
            }
        }
    }

    /// The nodes directly inside.
    fn children(self) -> Vec<Node<'a>> {
        let mut children = Vec::new();
        let mut at = self.at + 1;
        while at < self.items.len() && self.items[at].what != What::End {
            let child = Node { items: self.items, at };
            children.push(child);
            at = child.behind();
        }
        children
    }

    /// Names and values of a mapping.
    fn pairs(self) -> Vec<(Node<'a>, Node<'a>)> {
        let children = if self.is_mapping() { self.children() } else { Vec::new() };
        children.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
    }

    fn get(self, name: &str) -> Option<Node<'a>> {
        self.pairs().into_iter().find(|(key, _)| key.text() == Some(name)).map(|(_, value)| value)
    }

    fn has_merge(self) -> bool {
        self.get("<<").is_some()
    }
}

/// What keeps the file from being a workflow.
pub(super) fn judge(items: &[Item]) -> Vec<Fault> {
    let fault = |line: usize, message: String| Fault::new(CheckId::Workflow, line, message);
    let documents: Vec<usize> = (0..items.len()).filter(|&at| items[at].what == What::Document).collect();
    let [document] = documents[..] else {
        let line = documents.get(1).map_or(1, |&at| items[at].line);
        let count = documents.len();
        return vec![fault(line, format!("a workflow is one YAML document, and these are {count}"))];
    };
    let top = Node { items, at: document + 1 };
    if !items.get(top.at).is_some_and(|item| item.what == What::Mapping) {
        return vec![fault(1, "a workflow is a mapping with `on` and `jobs`".to_owned())];
    }
    let mut faults = Vec::new();
    for (name, _) in top.pairs() {
        let text = name.text().unwrap_or_default();
        if !TOP.contains(&text) && text != "<<" {
            faults.push(fault(name.line(), format!("a workflow has no key `{}`", yaml::short(text))));
        }
    }
    match top.get("on") {
        Some(on) if !on.is_empty_scalar() => faults.extend(events_faults(on)),
        _ if top.has_merge() => {}
        _ => faults.push(fault(top.line(), NOTHING_STARTS_IT.to_owned())),
    }
    faults.extend(top.get("permissions").map(permission_faults).unwrap_or_default());
    match top.get("jobs") {
        Some(jobs) if jobs.is_mapping() && !jobs.pairs().is_empty() => faults.extend(jobs_faults(jobs)),
        Some(jobs) if jobs.is_alias() => {}
        Some(jobs) => faults.push(fault(jobs.line(), "`jobs` holds no job".to_owned())),
        None if top.has_merge() => {}
        None => faults.push(fault(top.line(), "the workflow has no `jobs`".to_owned())),
    }
    // What the host never reads as an expression (descriptions of inputs) stands below `on`.
    for (name, value) in top.pairs() {
        if name.text() != Some("on") {
            faults.extend(expressions(&items[value.at..value.behind()]));
        }
    }
    faults.sort();
    faults
}

const NOTHING_STARTS_IT: &str = "the workflow has no `on`: nothing starts it";

fn events_faults(on: Node<'_>) -> Vec<Fault> {
    if on.is_alias() || on.has_merge() {
        return Vec::new();
    }
    let names: Vec<Node<'_>> = match on.text() {
        Some(_) => vec![on],
        None if on.is_mapping() => on.pairs().into_iter().map(|(name, _)| name).collect(),
        None => on.children(),
    };
    if names.is_empty() {
        return vec![Fault::new(
            CheckId::Workflow,
            on.line(),
            "`on` holds no event: nothing starts the workflow",
        )];
    }
    let unknown = |name: &Node<'_>| {
        let text = name.text()?;
        let message = format!("there is no event `{}` that starts a workflow", yaml::short(text));
        (!EVENTS.contains(&text)).then(|| Fault::new(CheckId::Workflow, name.line(), message))
    };
    let mut faults: Vec<Fault> = names.iter().filter_map(unknown).collect();
    for time in on.get("schedule").map(Node::children).unwrap_or_default() {
        if let Some(cron) = time.get("cron")
            && let Some(text) = cron.text()
            && let Some(mistake) = schedule::mistake(text)
        {
            faults.push(Fault::new(CheckId::Workflow, cron.line(), mistake));
        }
    }
    faults
}

/// The keys that a job or a step cannot have.
fn unknown_keys(node: Node<'_>, known: &[&str], what: &str) -> Vec<Fault> {
    let unknown = |(name, _): (Node<'_>, Node<'_>)| {
        let text = name.text()?;
        let is_known = known.iter().any(|known| known.eq_ignore_ascii_case(text)) || text.contains("${{");
        let message = format!("a {what} has no key `{}`", yaml::short(text));
        (!is_known).then(|| Fault::new(CheckId::Workflow, name.line(), message))
    };
    node.pairs().into_iter().filter_map(unknown).collect()
}

/// Names that are nearly those of permissions, and grants that there are not.
fn permission_faults(permissions: Node<'_>) -> Vec<Fault> {
    let plain = |name: &str| name.to_lowercase().replace('_', "-").trim_end_matches('s').to_owned();
    let fault = |node: Node<'_>, message: String| Fault::new(CheckId::Workflow, node.line(), message);
    let mut faults = Vec::new();
    for (name, grant) in permissions.pairs() {
        let Some(text) = name.text().filter(|text| *text != "<<") else { continue };
        let meant =
            PERMISSIONS.iter().find(|known| plain(known) == plain(text)).filter(|known| **known != text);
        if let Some(meant) = meant {
            faults
                .push(fault(name, format!("there is no permission `{}`, but `{meant}`", yaml::short(text))));
        }
        if let Some(grant_text) = grant.text().filter(|text| !matches!(*text, "read" | "write" | "none")) {
            let message =
                format!("a permission is `read`, `write` or `none`, not `{}`", yaml::short(grant_text));
            faults.push(fault(grant, message));
        }
    }
    faults
}

/// True for the name of a job or step: letters, digits, `-` and `_`, a letter or `_` first.
fn is_identifier(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn identifier_fault(name: Node<'_>, what: &str) -> Option<Fault> {
    let text = name.text()?;
    let message = format!(
        "`{}` cannot be the id of a {what}: letters, digits, `-` and `_`, and no digit or `-` first",
        yaml::short(text)
    );
    (!is_identifier(text)).then(|| Fault::new(CheckId::Workflow, name.line(), message))
}

/// The jobs that a job waits for, as they are written.
fn needs(job: Node<'_>) -> Vec<(usize, &str)> {
    let needs = job.get("needs");
    let nodes = needs.map_or(Vec::new(), |needs| match needs.text() {
        Some(_) => vec![needs],
        None => needs.children(),
    });
    nodes.into_iter().filter_map(|need| Some((need.line(), need.text()?))).collect()
}

fn jobs_faults(jobs: Node<'_>) -> Vec<Fault> {
    // The host compares their names in any case.
    let names: BTreeSet<String> =
        jobs.pairs().iter().filter_map(|(name, _)| Some(name.text()?.to_lowercase())).collect();
    let mut faults = Vec::new();
    for (name, job) in jobs.pairs() {
        faults.extend(identifier_fault(name, "job"));
        if job.is_alias() || job.has_merge() {
            continue;
        }
        let shown = yaml::short(name.text().unwrap_or_default());
        let mut fault = |line, message| faults.push(Fault::new(CheckId::Workflow, line, message));
        if !job.is_mapping() {
            fault(name.line(), format!("the job `{shown}` is no mapping"));
            continue;
        }
        let is_call = job.get("uses").is_some();
        if !is_call && job.get("runs-on").is_none() {
            fault(name.line(), format!("the job `{shown}` does not say where it runs (`runs-on`)"));
        }
        if !is_call && job.get("steps").is_none_or(|steps| !steps.is_alias() && steps.children().is_empty()) {
            fault(name.line(), format!("the job `{shown}` has no steps"));
        }
        for (line, need) in needs(job) {
            if !names.contains(&need.to_lowercase()) {
                fault(line, format!("the job `{shown}` needs `{}`, which is no job", yaml::short(need)));
            }
        }
        faults.extend(unknown_keys(job, JOB, "job"));
        faults.extend(job.get("permissions").map(permission_faults).unwrap_or_default());
        faults.extend(job.get("if").and_then(condition_fault));
        faults.extend(
            job.get("steps").map(|steps| steps_faults(steps, &mut BTreeSet::new())).unwrap_or_default(),
        );
    }
    faults.extend(circle(jobs));
    faults
}

/// A job that waits for itself, at once or through others: of the first circle the job that is written first.
fn circle(jobs: Node<'_>) -> Option<Fault> {
    let pairs = jobs.pairs();
    let id = |name: &Node<'_>| name.text().map(str::to_lowercase);
    let places: BTreeMap<String, usize> =
        pairs.iter().enumerate().filter_map(|(place, (name, _))| Some((id(name)?, place))).collect();
    let waits_for = |&(_, job): &(Node<'_>, Node<'_>)| {
        needs(job).iter().filter_map(|(_, need)| places.get(&need.to_lowercase()).copied()).collect()
    };
    let waits: Vec<Vec<usize>> = pairs.iter().map(waits_for).collect();
    let is_stuck = stuck(&waits);
    // What is stuck waits for something that is stuck, so that the way ends in a circle.
    let mut way = Vec::new();
    let mut place_on_way = vec![None; pairs.len()];
    let mut at = is_stuck.iter().position(|&is_stuck| is_stuck)?;
    while place_on_way[at].is_none() {
        place_on_way[at] = Some(way.len());
        way.push(at);
        at = *waits[at].iter().find(|&&need| is_stuck[need])?;
    }
    let (name, job) = pairs[*way[place_on_way[at]?..].iter().min()?];
    let line = needs(job).first().map_or(name.line(), |(line, _)| *line);
    let message = format!("the job `{}` waits for itself", yaml::short(name.text()?));
    Some(Fault::new(CheckId::Workflow, line, message))
}

/// Which jobs never begin: those that remain when all leave that wait for no other, again and again.
fn stuck(waits: &[Vec<usize>]) -> Vec<bool> {
    let mut left: Vec<usize> = waits.iter().map(Vec::len).collect();
    let mut waited_by = vec![Vec::new(); waits.len()];
    for (job, needs) in waits.iter().enumerate() {
        needs.iter().for_each(|&need| waited_by[need].push(job));
    }
    let mut free: Vec<usize> = (0..waits.len()).filter(|&job| left[job] == 0).collect();
    while let Some(job) = free.pop() {
        for &other in &waited_by[job] {
            left[other] -= 1;
            if left[other] == 0 {
                free.push(other);
            }
        }
    }
    left.into_iter().map(|left| left > 0).collect()
}

/// What is wrong with steps; `ids` are those of the job's steps before.
fn steps_faults(steps: Node<'_>, ids: &mut BTreeSet<String>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for step in steps.children() {
        if step.is_alias() || step.has_merge() {
            continue;
        }
        let work: Vec<&&str> = WORK.iter().filter(|work| step.get(work).is_some()).collect();
        match work[..] {
            [] => {
                let message = "the step has neither `uses` nor `run`";
                faults.push(Fault::new(CheckId::Workflow, step.line(), message));
            }
            [one, other, ..] => {
                let message = format!("the step has both `{one}` and `{other}`");
                faults.push(Fault::new(CheckId::Workflow, step.line(), message));
            }
            [_] => {}
        }
        faults.extend(unknown_keys(step, STEP, "step"));
        faults.extend(step.get("if").and_then(condition_fault));
        if let Some(id) = step.get("id") {
            faults.extend(identifier_fault(id, "step"));
            if id.text().is_some_and(|text| !ids.insert(text.to_lowercase())) {
                let message = "another step of the job has this id".to_owned();
                faults.push(Fault::new(CheckId::Workflow, id.line(), message));
            }
        }
        faults.extend(step.get("parallel").map(|steps| steps_faults(steps, ids)).unwrap_or_default());
    }
    faults
}

/// A condition is an expression without its brackets, too.
fn condition_fault(condition: Node<'_>) -> Option<Fault> {
    let text = condition.text().filter(|text| !text.contains("${{") && !text.trim().is_empty())?;
    Some(Fault::new(CheckId::Workflow, condition.line(), expression::mistake(text)?))
}

fn expressions(items: &[Item]) -> Vec<Fault> {
    let fault = |item: &Item| match &item.what {
        What::Scalar(text, _) => {
            Some(Fault::new(CheckId::Workflow, item.line, expression::mistake_in(text)?))
        }
        _ => None,
    };
    items.iter().filter_map(fault).collect()
}
