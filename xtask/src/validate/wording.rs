//! Words and spans that every part of the report is made of.

use super::result::CaseOutcome;
use crate::report::Inline;

/// How a test went.
pub(super) fn outcome_name(outcome: CaseOutcome) -> &'static str {
    match outcome {
        CaseOutcome::Passed => "passed",
        CaseOutcome::Failed => "failed",
        CaseOutcome::Error => "error",
        CaseOutcome::Skipped => "skipped",
        CaseOutcome::Xfailed => "xfailed",
        CaseOutcome::Xpassed => "xpassed",
        CaseOutcome::Flaky => "flaky",
        CaseOutcome::NotRun => "not run",
    }
}

/// A phrase as a sentence.
pub(super) fn sentence(phrase: &str) -> String {
    format!("{phrase}.")
}

/// A sentence of ours with names between backticks.
pub(super) fn words(text: &str) -> Inline {
    let mut inline = Inline::default();
    for (index, part) in text.split('`').enumerate().filter(|(_, part)| !part.is_empty()) {
        inline = if index % 2 == 1 { inline.with_code(part) } else { inline.text(part) };
    }
    inline
}

/// Two texts as one.
pub(super) fn join(mut first: Inline, second: Inline) -> Inline {
    first.0.extend(second.0);
    first
}
