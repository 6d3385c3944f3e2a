//! The report's sections on what was found by reading imports, without running anything.

use super::wording::words;
use crate::code::python::imports::{AnchorKind, Imports, MovedAnchor};
use crate::report::{Document, Inline, count};

/// Rows of a table; the rest are in the JSON.
const LISTED: usize = 40;

/// Imports that cannot work, with what to write instead.
pub(super) fn imports(document: &mut Document, imports: &Imports) {
    let broken: Vec<_> = imports.unresolved.iter().collect();
    if broken.is_empty() {
        return;
    }
    document.heading(2, "Imports that cannot work");
    // The headline counts what nothing guards: so does the section.
    let guarded = broken.iter().filter(|import| import.guard.is_some()).count();
    let behind = match guarded {
        0 => String::new(),
        1 => "; 1 more fails behind a guard".to_owned(),
        _ => format!("; {guarded} more fail behind a guard"),
    };
    document.paragraph(format!(
        "Of {} between the repository's own modules, {} cannot work{behind}; found by reading, without running anything.",
        count(imports.first_party as u64, "import"),
        broken.len() - guarded
    ));
    let rows = broken.iter().take(LISTED).map(|import| {
        let instead = import.suggestion.as_ref().map(|suggestion| {
            let since = suggestion.commit.as_deref().and_then(|commit| commit.get(..9));
            since
                .iter()
                .fold(Inline::code(&suggestion.text), |text, since| text.text(" since ").with_code(*since))
        });
        let guarded = if import.guard.is_some() { " (guarded)" } else { "" };
        vec![
            Inline::code(format!("{}:{}", import.path, import.line)),
            Inline::code(import.statement_text()).text(guarded),
            import.reason.phrase().into(),
            instead.unwrap_or_default(),
        ]
    });
    document.table(&["place", "import", "why", "instead"], &[], rows.collect());
    if broken.len() > LISTED {
        document.paragraph(format!("{} more are in the JSON.", broken.len() - LISTED));
    }
}

/// Scripts that a move cut off from what they import.
pub(super) fn anchors(document: &mut Document, imports: &Imports) {
    let anchors = &imports.anchors;
    if anchors.is_empty() {
        return;
    }
    document.heading(2, "Scripts cut off by a move");
    let row = |anchor: &MovedAnchor| {
        let now = match anchor.kind {
            AnchorKind::SysPath => Inline::code(&anchor.now),
            AnchorKind::OwnFolder => "its own folder".into(),
        };
        let commit = anchor.commit.as_deref().and_then(|commit| commit.get(..9)).map(Inline::code);
        vec![
            Inline::code(format!("{}:{}", anchor.path, anchor.line)),
            now,
            Inline::code(&anchor.needed),
            commit.unwrap_or_default(),
        ]
    };
    let rows = anchors.iter().take(LISTED).map(row).collect();
    document.table(&["place", "it relies on", "needed now", "moved in"], &[], rows);
    if anchors.len() > LISTED {
        document.paragraph(format!("{} more are in the JSON.", anchors.len() - LISTED));
    }
}

/// Calls that their function or class does not take, with what history says instead.
pub(super) fn calls(document: &mut Document, imports: &Imports) {
    let broken = &imports.calls;
    if broken.is_empty() {
        return;
    }
    document.heading(2, "Calls that no longer fit");
    document.paragraph(format!(
        "{} of the repository's own functions and classes cannot work; found by reading, without running anything.",
        count(broken.len() as u64, "call")
    ));
    let rows = broken.iter().take(LISTED).map(|call| {
        vec![
            Inline::code(format!("{}:{}", call.path, call.line)),
            words(&call.phrase()),
            Inline::code(format!("{}:{}", call.definition.path, call.definition.line)),
            words(call.suggestion.as_deref().unwrap_or_default()),
        ]
    });
    document.table(&["place", "call", "defined at", "history"], &[], rows.collect());
    if broken.len() > LISTED {
        document.paragraph(format!("{} more are in the JSON.", broken.len() - LISTED));
    }
}
