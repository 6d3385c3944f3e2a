//! What breaks although the text merges: by the static checks, and by the compiler where it was asked for.

use super::words::marked;
use super::{capped, row};
use crate::code::python::calls::BrokenCall;
use crate::repo::CommitId;
use crate::report::{Document, Inline, count};
use crate::upstream::build::Build;
use crate::upstream::model::{Analysis, MergedImport, MergedLink, MergedTree};

/// What breaks although the text merges.
pub(super) fn merged_tree(document: &mut Document, analysis: &Analysis) {
    if analysis.merged_tree.is_none() && analysis.build.is_none() {
        return;
    }
    document.heading(2, "Clean in text, broken in fact");
    if let Some(build) = &analysis.build {
        built(document, build);
    }
    if let Some(merged) = &analysis.merged_tree {
        checked(document, merged);
    }
}

fn built(document: &mut Document, build: &Build) {
    let errors = count(build.errors.len(), "error");
    let mut words = match (build.sound, &build.why) {
        (Some(true), _) if build.in_fork_too == 0 => {
            "`cargo check` on the merged tree: it compiles.".to_owned()
        }
        (Some(true), _) => {
            "`cargo check` on the merged tree: nothing that the fork does not fail in too.".to_owned()
        }
        (Some(false), _) => {
            format!("`cargo check` on the merged tree: {errors} that the fork's own tree has not.")
        }
        (None, why) => {
            format!("`cargo check` did not run on the merged tree: {}.", why.as_deref().unwrap_or("unknown"))
        }
    };
    if build.in_fork_too > 0 {
        words += &format!(" {} stand in the fork already.", count(build.in_fork_too, "error"));
    }
    document.paragraph(marked(&words));
    if build.errors.is_empty() {
        return;
    }
    let rows = build.errors.iter().map(|error| {
        let code = error.code.as_ref().map_or_else(String::new, |code| format!(" ({code})"));
        row([
            Inline::code(format!("{}:{}", error.path, error.line)),
            marked(&format!("{}{code}", error.message)),
            commit_cell(error.commit.as_ref()),
        ])
    });
    capped(
        document,
        &["Where", "What the compiler says", "Upstream's commit"],
        &[],
        rows.collect(),
        "errors",
    );
}

fn checked(document: &mut Document, merged: &MergedTree) {
    let found = [
        (merged.imports.as_ref().map(Vec::len), "Python import"),
        (merged.calls.as_ref().map(Vec::len), "Python call"),
        (merged.links.as_ref().map(Vec::len), "link"),
    ];
    let checked = found.iter().filter_map(|(found, what)| Some((found.as_ref().copied()?, *what)));
    let (broken, sound): (Vec<_>, Vec<_>) = checked.partition(|(found, _)| *found > 0);
    if !broken.is_empty() {
        let counts: Vec<String> = broken.iter().map(|(found, what)| count(*found, what)).collect();
        document.paragraph(format!("Broken in the merged tree and on neither side: {}.", counts.join(", ")));
    }
    if !sound.is_empty() {
        let sound: Vec<String> = sound.iter().map(|(_, what)| format!("{what}s")).collect();
        document.paragraph(format!(
            "Checked, and as sound as on the two sides: {} (files with conflicts apart).",
            sound.join(", ")
        ));
    }
    merged_imports(document, merged.imports.as_deref().unwrap_or_default());
    merged_calls(document, merged.calls.as_deref().unwrap_or_default());
    merged_links(document, merged.links.as_deref().unwrap_or_default());
}

fn merged_imports(document: &mut Document, found: &[MergedImport]) {
    if found.is_empty() {
        return;
    }
    let rows = found.iter().map(|found| {
        let import = &found.import;
        let name = import.name.as_ref().map_or(String::new(), |name| format!(" ({name})"));
        row([
            Inline::code(format!("{}:{}", import.path, import.line)),
            Inline::code(import.module.as_str()).text(name),
            commit_cell(found.commit.as_ref()),
        ])
    });
    capped(document, &["Import", "Module", "Upstream's commit"], &[], rows.collect(), "imports");
}

fn merged_calls(document: &mut Document, found: &[BrokenCall]) {
    if found.is_empty() {
        return;
    }
    let rows = found.iter().map(|call| {
        let commit = call.commit.as_deref().and_then(CommitId::parse);
        row([
            Inline::code(format!("{}:{}", call.path, call.line)),
            marked(&call.phrase()),
            marked(call.suggestion.as_deref().unwrap_or_default()),
            commit_cell(commit.as_ref()),
        ])
    });
    capped(
        document,
        &["Call", "What does not fit", "History", "Upstream's commit"],
        &[],
        rows.collect(),
        "calls",
    );
}

fn merged_links(document: &mut Document, found: &[MergedLink]) {
    if found.is_empty() {
        return;
    }
    let rows = found.iter().map(|found| {
        let link = &found.link;
        row([
            Inline::code(format!("{}:{}", link.path, link.line)),
            Inline::code(link.target.as_str()).text(format!(" {}", link.reason.phrase())),
            commit_cell(found.commit.as_ref()),
        ])
    });
    capped(document, &["Link", "Target", "Upstream's commit"], &[], rows.collect(), "links");
}

fn commit_cell(commit: Option<&CommitId>) -> Inline {
    commit.map_or_else(|| "-".into(), |commit| Inline::code(commit.short()))
}
