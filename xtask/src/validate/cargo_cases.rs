//! Cases of a `cargo test` run.

use super::cases::Draft;
use super::causes::exception_of;
use super::events::Raised;
use super::libtest::{Binary, Block, CargoRun, Outcome};
use super::panics::{documentation_place, place_of, raised};
use super::result::{Attempt, CaseOutcome, Company};
use super::session::Item;
use crate::process::Stop;

/// One case for each announced test, for each binary without test lines, and for each error of the build.
pub(super) fn drafts(run: &CargoRun) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for binary in &run.binaries {
        if binary.blocks.is_empty() {
            drafts.push(silent_binary(binary));
        }
        for block in &binary.blocks {
            block_cases(block, binary, &mut drafts);
        }
    }
    drafts.extend(run.errors.iter().map(|error| build_case(error)));
    drafts
}

/// A harness of its own prints no test lines: its exit is all that is known.
fn silent_binary(binary: &Binary) -> Draft {
    let id = binary.label.clone();
    if binary.cut_off == Some(Stop::Watcher) {
        let message = "nothing was printed until the time limit".to_owned();
        return draft(id, CaseOutcome::Failed, Some(plain("time limit", message)), None);
    }
    if binary.failed {
        let message = binary.ended.clone().unwrap_or_else(|| "the binary failed".to_owned());
        return draft(id, CaseOutcome::Failed, Some(plain("failure", message)), None);
    }
    draft(id, if binary.cut_off.is_some() { CaseOutcome::NotRun } else { CaseOutcome::Passed }, None, None)
}

fn block_cases(block: &Block, binary: &Binary, drafts: &mut Vec<Draft>) {
    let id = |name: &str| format!("{}::{name}", binary.label);
    let before = drafts.len();
    for line in &block.lines {
        let output = block.output.get(&line.name).map_or("", String::as_str);
        let raised = (line.outcome == Outcome::Failed).then(|| raised(&line.name, output));
        let mut draft = draft(id(&line.name), case_outcome(line.outcome), raised, line.reason.clone());
        if let Some((file, at)) = documentation_place(&line.name) {
            (draft.item.path, draft.item.line) = (Some(file), u64::try_from(at).ok());
        }
        add_tries(&mut draft, block, &line.name);
        drafts.push(draft);
    }
    for culprit in &block.culprits {
        drafts.push(draft(id(&culprit.name), CaseOutcome::Failed, Some(culprit.raised.clone()), None));
    }
    for name in &block.unrun {
        drafts.push(draft(id(name), CaseOutcome::NotRun, None, None));
    }
    let told = (drafts.len() - before) as u64;
    for number in told..block.announced.max(told) {
        let name = format!("(test {} of {}, whose name is not known)", number + 1, block.announced);
        drafts.push(draft(id(&name), CaseOutcome::NotRun, None, None));
    }
}

fn case_outcome(outcome: Outcome) -> CaseOutcome {
    match outcome {
        Outcome::Ok => CaseOutcome::Passed,
        Outcome::Failed => CaseOutcome::Failed,
        Outcome::Ignored => CaseOutcome::Skipped,
    }
}

/// What came of it when it ran again: flaky, dependent on its company, or failing each time.
fn add_tries(draft: &mut Draft, block: &Block, name: &str) {
    let message = draft.attempts.first().and_then(|attempt| attempt.message.clone());
    for (run, outcome) in block.again.get(name).into_iter().flatten() {
        let outcome = case_outcome(*outcome);
        let message = message.clone().filter(|_| outcome == CaseOutcome::Failed);
        draft.attempts.push(Attempt { outcome, run: *run, duration_s: None, message });
    }
    let (alone, passed_alone) = block.tries(name, Company::Alone);
    let (in_order, passed_in_order) = block.tries(name, Company::InOrder);
    draft.order_dependent = alone > 0 && passed_alone == alone && in_order > 0 && passed_in_order == 0;
    let has_passed = draft.attempts.iter().any(|attempt| attempt.outcome == CaseOutcome::Passed);
    if draft.outcome == CaseOutcome::Failed && has_passed && !draft.order_dependent {
        draft.outcome = CaseOutcome::Flaky;
    }
}

pub(super) fn plain(kind: &str, message: String) -> Raised {
    Raised { kind: kind.to_owned(), message, ..Raised::default() }
}

fn draft(id: String, outcome: CaseOutcome, raised: Option<Raised>, skip_reason: Option<String>) -> Draft {
    let message = raised.as_ref().map(|raised| {
        format!("{}: {}", exception_of(raised), raised.message.lines().next().unwrap_or_default())
    });
    let attempts = match outcome {
        CaseOutcome::NotRun => Vec::new(),
        _ => vec![Attempt { outcome, run: Company::InOrder, duration_s: None, message }],
    };
    let (path, line) = match raised.as_ref().and_then(|raised| raised.frames.last()) {
        Some((path, line, _)) => (Some(path.clone()), u64::try_from(*line).ok()),
        None => (None, None),
    };
    Draft {
        item: Item { id, path, line },
        outcome,
        seconds: None,
        attempts,
        raised: raised.into_iter().collect(),
        skip_reason,
        subtest_skips: Vec::new(),
        order_dependent: false,
        cut: None,
    }
}

/// `error[E0425]: cannot find value` and ` --> src/lib.rs:3:5`.
pub(super) fn build_case(error: &str) -> Draft {
    let first = error.lines().next().unwrap_or_default();
    let (kind, message) = first.split_once(": ").unwrap_or(("error", first));
    let place = error.lines().find_map(|line| line.trim_start().strip_prefix("--> ")).and_then(place_of);
    let raised = Raised { frames: frames(place), ..plain(kind, message.to_owned()) };
    draft(format!("build: {message}"), CaseOutcome::Error, Some(raised), None)
}

fn frames(place: Option<(String, usize)>) -> Vec<(String, usize, String)> {
    place.into_iter().map(|(file, line)| (file, line, String::new())).collect()
}
