//! Workflow files of GitHub Actions: what has to be there for a run to begin.
//!
//! Knows the shape alone (triggers, jobs, where a job runs, what a step does), not which actions exist.

use super::Fault;
use super::yaml::{self, Item, What};
use crate::repo::RepoPath;

const TOP: &[&str] = &["name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"];

/// True for a file that GitHub reads as a workflow.
pub fn is_workflow(path: &RepoPath) -> bool {
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
    let fault = |line: usize, message: String| Fault::new("workflow", line, message);
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
    if top.get("on").is_none_or(Node::is_empty_scalar) && !top.has_merge() {
        faults.push(fault(top.line(), "the workflow has no `on`: nothing starts it".to_owned()));
    }
    match top.get("jobs") {
        Some(jobs) if jobs.is_mapping() && !jobs.pairs().is_empty() => faults.extend(jobs_faults(jobs)),
        Some(jobs) if jobs.is_alias() => {}
        Some(jobs) => faults.push(fault(jobs.line(), "`jobs` holds no job".to_owned())),
        None if top.has_merge() => {}
        None => faults.push(fault(top.line(), "the workflow has no `jobs`".to_owned())),
    }
    faults.extend(expressions(items));
    faults
}

fn jobs_faults(jobs: Node<'_>) -> Vec<Fault> {
    let names: Vec<&str> = jobs.pairs().iter().filter_map(|(name, _)| name.text()).collect();
    let mut faults = Vec::new();
    for (name, job) in jobs.pairs() {
        if job.is_alias() || job.has_merge() {
            continue;
        }
        let shown = yaml::short(name.text().unwrap_or_default());
        let mut fault = |line, message| faults.push(Fault::new("workflow", line, message));
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
        let needs = job.get("needs");
        let needed = needs.map_or(Vec::new(), |needs| match needs.text() {
            Some(_) => vec![needs],
            None => needs.children(),
        });
        for need in needed {
            if let Some(text) = need.text()
                && !names.contains(&text)
            {
                fault(
                    need.line(),
                    format!("the job `{shown}` needs `{}`, which is no job", yaml::short(text)),
                );
            }
        }
        faults.extend(job.get("steps").map(steps_faults).unwrap_or_default());
    }
    faults
}

fn steps_faults(steps: Node<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for step in steps.children() {
        if step.is_alias() || step.has_merge() {
            continue;
        }
        let message = match (step.get("uses").is_some(), step.get("run").is_some()) {
            (true, true) => "the step has both `uses` and `run`",
            (false, false) => "the step has neither `uses` nor `run`",
            _ => continue,
        };
        faults.push(Fault::new("workflow", step.line(), message));
    }
    faults
}

/// Expressions that are not closed.
fn expressions(items: &[Item]) -> Vec<Fault> {
    let is_open = |text: &str| {
        let mut rest = text;
        while let Some(start) = rest.find("${{") {
            match rest[start + 3..].find("}}") {
                Some(end) => rest = &rest[start + 3 + end + 2..],
                None => return true,
            }
        }
        false
    };
    let open = items.iter().filter(|item| matches!(&item.what, What::Scalar(text, _) if is_open(text)));
    open.map(|item| Fault::new("workflow", item.line, "an expression `${{` is not closed by `}}`")).collect()
}
