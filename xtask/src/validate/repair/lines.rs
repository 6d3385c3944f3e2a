//! What `validate imports` prints for people.

use std::collections::BTreeMap;

use super::{Imported, Skipped};
use crate::code::python::calls::BrokenCall;
use crate::code::python::imports::{AnchorKind, Confidence, MovedAnchor, Outside, Suggestion, Unresolved};
use crate::links::MovedPath;
use crate::repo::{CommitId, RepoPath};
use crate::report::count;

/// Every import that cannot work, with what to write instead, then the counts. `all` names what is guarded too.
pub fn lines(found: &Imported, all: bool) -> Vec<String> {
    let imports = &found.imports;
    let mut by_place: BTreeMap<(&RepoPath, usize), Vec<String>> = BTreeMap::new();
    for import in imports.unresolved.iter().filter(|import| all || import.guard.is_none()) {
        by_place.entry((&import.path, import.line)).or_default().extend(of_import(import));
    }
    for anchor in &imports.anchors {
        by_place.entry((&anchor.path, anchor.line)).or_default().extend(of_anchor(anchor));
    }
    for call in &imports.calls {
        by_place.entry((&call.path, call.line)).or_default().push(of_call(call));
    }
    let mut lines: Vec<String> = by_place.into_values().flatten().collect();
    for unparsed in &imports.unparsed {
        let line = unparsed.line.map(|line| format!(":{line}")).unwrap_or_default();
        lines.push(format!("{}{line}: not read: {}", unparsed.path, unparsed.message));
    }
    lines.extend(found.references.iter().map(of_reference));
    lines.extend(guarded(found, all));
    lines.extend(undeclared(&imports.undeclared, all));
    lines.extend(unjudged(imports.unjudged));
    lines.extend(found.history_unknown.iter().map(|why| format!("nothing is suggested: {why}")));
    lines.push(counts(found));
    lines
}

fn of_import(import: &Unresolved) -> Vec<String> {
    let guard = if import.guard.is_some() { " (guarded)" } else { "" };
    let what = format!(
        "{}:{}: {}: {}{guard}",
        import.path,
        import.line,
        import.statement_text(),
        import.reason.phrase()
    );
    let mut lines = vec![what];
    lines.extend(
        import
            .suggestion
            .as_ref()
            .map(|suggestion| format!("    write: {} ({})", suggestion.text, provenance(suggestion))),
    );
    lines
}

fn provenance(suggestion: &Suggestion) -> String {
    let confidence = match suggestion.confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    };
    match suggestion.commit.as_deref().and_then(CommitId::parse) {
        Some(commit) => format!("since {}, {confidence} confidence", commit.short()),
        None => format!("{confidence} confidence"),
    }
}

fn of_anchor(anchor: &MovedAnchor) -> Vec<String> {
    let since = match anchor.commit.as_deref().and_then(CommitId::parse) {
        Some(commit) => format!("moved in {}", commit.short()),
        None => "moved, not committed yet".to_owned(),
    };
    let place = format!("{}:{}", anchor.path, anchor.line);
    match anchor.kind {
        AnchorKind::SysPath => vec![
            format!("{place}: {} no longer leads to what the script imports ({since})", anchor.now),
            format!("    write: {}", anchor.needed),
        ],
        AnchorKind::OwnFolder => vec![
            format!("{place}: the script imports from the folder that it stood in ({since})"),
            format!("    add above: {}", anchor.needed),
        ],
    }
}

fn of_call(call: &BrokenCall) -> String {
    let hint = call.suggestion.iter().map(|hint| format!("; {hint}")).collect::<String>();
    format!("{}:{}: {}{hint}", call.path, call.line, call.phrase())
}

fn of_reference(named: &MovedPath) -> String {
    let since = match named.commit.as_deref().and_then(CommitId::parse) {
        Some(commit) => format!(" (moved in {})", commit.short()),
        None => String::new(),
    };
    format!("{}:{}: names {}, which is {} now{since}", named.path, named.line, named.old, named.new)
}

fn guarded(found: &Imported, all: bool) -> Option<String> {
    let guarded = found.imports.unresolved.iter().filter(|import| import.guard.is_some()).count();
    let which = match guarded {
        1 => "1 import that fails is".to_owned(),
        _ => format!("{guarded} imports that fail are"),
    };
    (guarded > 0 && !all)
        .then(|| format!("{which} guarded by `try`, a version or type checking: -v shows them"))
}

/// Third-party modules that no build file names.
fn undeclared(undeclared: &[Outside], all: bool) -> Option<String> {
    let open: Vec<&Outside> = undeclared.iter().filter(|outside| !outside.guarded).collect();
    let shown = if all { open.len() } else { open.len().min(5) };
    let names: Vec<String> = open
        .iter()
        .take(shown)
        .map(|outside| format!("{} ({}:{})", outside.module, outside.path, outside.line))
        .collect();
    let more =
        if shown < open.len() { format!(" and {} more: -v", open.len() - shown) } else { String::new() };
    (!open.is_empty())
        .then(|| format!("neither here nor declared in a build file: {}{more}", names.join(", ")))
}

/// Imports of which it is not known whether they work.
fn unjudged(count: usize) -> Option<String> {
    let which = match count {
        0 => return None,
        1 => "1 import could not be judged: it leads",
        _ => "imports could not be judged: they lead",
    };
    let number = if count == 1 { String::new() } else { format!("{count} ") };
    Some(format!(
        "{number}{which} into what is compiled, built or not read, or to names that a module may make while it runs"
    ))
}

fn counts(found: &Imported) -> String {
    let imports = &found.imports;
    let broken: Vec<&Unresolved> =
        imports.unresolved.iter().filter(|import| import.guard.is_none()).collect();
    let all = format!(
        "{} between the repository's own modules in {}",
        count(imports.first_party, "import"),
        count(imports.files, "file")
    );
    let named = match found.references.len() {
        0 => String::new(),
        paths => format!(
            "; {} that moved in other files: `xtask validate imports --fix --references`",
            count(paths, "path")
        ),
    };
    let calls = match imports.calls.len() {
        0 => String::new(),
        1 => "; 1 call does not fit what it calls".to_owned(),
        count => format!("; {count} calls do not fit what they call"),
    };
    if !found.is_broken() {
        let which = if imports.unjudged == 0 { "all of them" } else { "all that could be judged" };
        return format!("{all}: {which} lead somewhere{calls}{named}");
    }
    let cut = match imports.anchors.len() {
        0 => String::new(),
        anchors => format!(", {} cut off by a move", count(anchors, "script anchor")),
    };
    let mend = match found.mends {
        0 => String::new(),
        mends => format!("; `xtask validate imports --fix` mends {mends}"),
    };
    format!("{all}: {} cannot work{cut}{mend}{calls}{named}", broken.len())
}

/// What a fix leaves, a line each.
pub fn skipped_lines(skipped: &[Skipped]) -> Vec<String> {
    skipped.iter().map(|skipped| format!("left {}: {}", skipped.id, skipped.why)).collect()
}
