//! Asks the compiler about every target of a build that failed: cargo stops at the first, and which that is, is chance.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use super::super::cargo_cases::broken_case;
use super::super::cases::Draft;
use super::Context;
use crate::code::compiler::{self, Message, Span};
use crate::process::{Call, Source, watch};

/// One case for each target that does not build, with the compiler's first error of it; `call` is cargo without
/// arguments.
pub(super) fn broken(context: &Context<'_>, call: Call, limit: Duration) -> Result<(Vec<Draft>, Duration)> {
    context.progress.step("looking for all that does not build");
    // The targets that `cargo test` builds.
    let mut call = call.limit(limit).args([
        "build",
        "--tests",
        "--bins",
        "--examples",
        "--keep-going",
        "--message-format=json",
    ]);
    call.merged = false;
    let mut first: BTreeMap<String, Message> = BTreeMap::new();
    let finished = watch(&call, None, context.cancel, &mut |line| {
        if line.source == Source::Stdout
            && let Some((message, Some(target))) = compiler::error(line.bytes)
            && !message.message.starts_with("aborting due to")
        {
            // A library is compiled twice, for itself and for its tests.
            first.entry(label(context, &target)).or_insert(message);
        }
        None
    })?;
    let drafts = first.iter().map(|(label, message)| {
        let place = message.spans.iter().find(|span| span.is_primary).map(|span| place(context, span));
        broken_case(label, message.code(), &words(message), place)
    });
    Ok((drafts.collect(), finished.duration))
}

/// What the compiler says; of a macro that panicked, with the words that it panicked with, which stand in a note.
fn words(message: &Message) -> String {
    let panicked = message.children.iter().find_map(|child| child.message.strip_prefix("message: "));
    panicked.map_or_else(|| message.message.clone(), |words| format!("{}: {words}", message.message))
}

/// The root file of a target, as seen from the repository; of a package that lies elsewhere its last parts.
fn label(context: &Context<'_>, target: &str) -> String {
    context.roots.relative(target).unwrap_or_else(|| {
        let parts: Vec<_> = Path::new(target).iter().map(|part| part.to_string_lossy()).collect();
        parts[parts.len().saturating_sub(3)..].join("/")
    })
}

/// The place in own code where a macro is used, for one that the macro brings along.
fn place(context: &Context<'_>, span: &Span) -> (String, usize) {
    let mut around = std::iter::successors(Some(span), |span| span.expanded_at());
    let own = around.find(|span| context.roots.own(&span.file_name).is_some()).unwrap_or(span);
    (own.file_name.clone(), own.line_start)
}
