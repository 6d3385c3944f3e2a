//! What a hook says: nothing when all is well, else what stops it, where, and what mends it, on one screen.

use std::collections::BTreeSet;

use super::{Finding, Judged};
use crate::check::bytes::is_fixable;
use crate::report::{Level, count};

/// Findings that are told unless all are wanted.
const TOLD: usize = 14;

/// What is said of a commit or a push (`what`); nothing when there is nothing to say.
pub fn lines(hook: &str, what: &str, judged: &Judged) -> Vec<String> {
    told(hook, what, judged, TOLD)
}

/// [`lines`] with every finding.
pub fn all_lines(hook: &str, what: &str, judged: &Judged) -> Vec<String> {
    let mut lines = told(hook, what, judged, usize::MAX);
    if lines.is_empty() {
        lines.push(format!("{hook}: {} judged, nothing found", count(judged.checked, "file")));
    }
    lines
}

fn told(hook: &str, what: &str, judged: &Judged, most: usize) -> Vec<String> {
    let findings = &judged.findings;
    if findings.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![head(hook, what, judged)];
    lines.extend(findings.iter().take(most).map(line));
    if findings.len() > most {
        lines.push(format!("  … and {} more: `xtask hook {hook} -v` shows all", findings.len() - most));
    }
    lines.extend(closing(hook, findings));
    lines
}

fn head(hook: &str, what: &str, judged: &Judged) -> String {
    let denied = judged.findings.iter().filter(|finding| finding.level == Level::Deny).count();
    let warned = judged.findings.len() - denied;
    let warnings = count(warned, "warning");
    // A message is no file.
    let files = match judged.checked {
        0 => String::new(),
        files => format!(" ({} judged)", count(files, "file")),
    };
    match (denied, warned) {
        (0, _) => format!("{hook}: {warnings}{files}"),
        (1, 0) => format!("{hook}: 1 finding stops this {what}{files}"),
        (denied, 0) => format!("{hook}: {denied} findings stop this {what}{files}"),
        (1, _) => format!("{hook}: 1 finding stops this {what}, {warnings}{files}"),
        (denied, _) => format!("{hook}: {denied} findings stop this {what}, {warnings}{files}"),
    }
}

fn line(finding: &Finding) -> String {
    let place = match (&finding.path, finding.line) {
        (Some(path), Some(line)) => format!("{}:{line}: ", path.display().escape_debug()),
        (Some(path), None) => format!("{}: ", path.display().escape_debug()),
        (None, _) => String::new(),
    };
    let warning = if finding.level == Level::Warn { "warning: " } else { "" };
    let old = if finding.new { "" } else { " (as before)" };
    let hint = finding.hint.as_ref().filter(|_| !is_fixable(finding.check));
    let hint = hint.map(|hint| format!("; {hint}")).unwrap_or_default();
    format!("  {place}{warning}{}{old} [{}]{hint}", finding.message, finding.check)
}

fn closing(hook: &str, findings: &[Finding]) -> Vec<String> {
    let mut lines = Vec::new();
    if hook == "pre-commit" && findings.iter().any(|finding| is_fixable(finding.check)) {
        lines.push("mend: `xtask hook pre-commit --fix` shows a patch, `--fix --apply` makes it".to_owned());
    }
    let denied: BTreeSet<&str> = findings
        .iter()
        .filter(|finding| finding.level == Level::Deny)
        .map(|finding| finding.check.name())
        .collect();
    if !denied.is_empty() {
        let names: Vec<&str> = denied.into_iter().collect();
        lines.push(format!("pass once: XTASK_SKIP={}", names.join(",")));
    }
    lines
}
