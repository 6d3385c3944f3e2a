//! What `check` prints for people: few lines, each with its place and what to do.

use std::collections::BTreeSet;

use super::{Checked, Found};
use crate::report::{Level, count};

/// Lines of a run that is not asked for more.
const LINES: usize = 10;

/// The findings, then what mends them, then the count; at most ten lines unless all are wanted.
pub fn lines(checked: &Checked, all: bool) -> Vec<String> {
    let found = &checked.findings;
    let commands: BTreeSet<&str> = found.iter().filter_map(|found| found.mend).collect();
    let closing: Vec<String> = closing(checked, &commands);
    let room = LINES - closing.len();
    let shown = if all || found.len() <= room { found.len() } else { room - 1 };
    let mut lines: Vec<String> = found.iter().take(shown).map(line).collect();
    if shown < found.len() {
        lines.push(format!("… and {} more: -v shows all", found.len() - shown));
    }
    lines.extend(closing);
    lines
}

fn line(found: &Found) -> String {
    let old = if found.new { "" } else { "before: " };
    let warn = if found.new && found.level == Level::Warn { "warning: " } else { "" };
    let hint = found.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
    format!("{}:{}: {old}{warn}{}{hint}", found.path.display().escape_debug(), found.line, found.message)
}

fn closing(checked: &Checked, commands: &BTreeSet<&str>) -> Vec<String> {
    let mut lines = Vec::new();
    if !commands.is_empty() {
        let commands: Vec<&str> = commands.iter().copied().collect();
        lines.push(format!("mend: {}", commands.join(", ")));
    }
    if let Some(why) = &checked.history_unknown {
        lines.push(format!("no commit is named: {why}"));
    }
    lines.push(total(checked));
    lines
}

fn total(checked: &Checked) -> String {
    let files = count(checked.checked, "file");
    if checked.findings.is_empty() {
        return format!("{files} checked, nothing is broken");
    }
    let of = |wanted: &dyn Fn(&&Found) -> bool| checked.findings.iter().filter(wanted).count();
    let denied = of(&|found| found.level == Level::Deny);
    let old = of(&|found| !found.new);
    let warned = checked.findings.len() - denied - old;
    let mut parts = vec![format!("{denied} broken")];
    parts.extend((warned > 0).then(|| count(warned, "warning")));
    parts.extend((old > 0).then(|| format!("{old} broken before")));
    format!("{files} checked: {}", parts.join(", "))
}
