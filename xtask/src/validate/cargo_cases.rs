//! Cases of a `cargo test` run.

use super::cases::Draft;
use super::causes::exception_of;
use super::events::Raised;
use super::libtest::{Binary, Block, CargoRun, Outcome, TestLine, is_of_build_script};
use super::panics::{self, documentation_place, place_of, raised};
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
    drafts.extend(unbuilt(&run.broken, &run.errors));
    drafts
}

/// One case for each target that does not build, where those are known, and for each build script that fails; else for
/// each error that was seen.
pub(super) fn unbuilt(broken: &[Draft], errors: &[String]) -> Vec<Draft> {
    let is_apart = |error: &&String| broken.is_empty() || is_of_build_script(error);
    broken.iter().cloned().chain(errors.iter().filter(is_apart).map(|error| build_case(error))).collect()
}

/// Why the tests do not build, in one sentence.
pub(super) fn why_unbuilt(broken: &[Draft], errors: &[String]) -> String {
    let Some((first, more)) = broken.split_first() else {
        let Some(error) = errors.first() else { return "cargo said nothing of why".to_owned() };
        if let Some((package, raised)) = build_script(error) {
            return format!("the build script of `{package}` failed: {}", raised.message);
        }
        return error.lines().next().unwrap_or_default().to_owned();
    };
    let Raised { kind, message, .. } = first.raised.first().cloned().unwrap_or_default();
    let name = first.item.id.trim_start_matches(BUILD);
    let more = match more.len() {
        0 => String::new(),
        1 => "; 1 more target does not build".to_owned(),
        more => format!("; {more} more targets do not build"),
    };
    format!("{kind}: {message} (`{name}`){more}")
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
    // Tests that run at once end in any order, and neither cases nor the example of a cause may depend on it.
    let mut lines: Vec<&TestLine> = block.lines.iter().collect();
    lines.sort_by(|a, b| a.name.cmp(&b.name));
    for line in lines {
        let output = block.output.get(&line.name).map_or("", String::as_str);
        let raised = (line.outcome == Outcome::Failed).then(|| raised(&line.name, output));
        let mut draft = draft(id(&line.name), case_outcome(line.outcome), raised, line.reason.clone());
        add_tries(&mut draft, block, &line.name);
        drafts.push(draft);
    }
    for culprit in &block.culprits {
        drafts.push(draft(id(&culprit.name), CaseOutcome::Failed, Some(culprit.raised.clone()), None));
    }
    for name in &block.unrun {
        drafts.push(draft(id(name), CaseOutcome::NotRun, None, None));
    }
    for draft in &mut drafts[before..] {
        if let Some((file, at)) = documentation_place(draft.item.id.trim_start_matches(&id(""))) {
            (draft.item.path, draft.item.line) = (Some(file), u64::try_from(at).ok());
        }
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

/// What ids begin with of what does not build.
const BUILD: &str = "build: ";

/// `error[E0425]: cannot find value` and ` --> src/lib.rs:3:5`.
fn build_case(error: &str) -> Draft {
    if let Some((package, raised)) = build_script(error) {
        return draft(format!("{BUILD}{package}"), CaseOutcome::Error, Some(raised), None);
    }
    let first = error.lines().next().unwrap_or_default();
    let (kind, message) = first.split_once(": ").unwrap_or(("error", first));
    let place = error.lines().find_map(|line| line.trim_start().strip_prefix("--> ")).and_then(place_of);
    unbuilt_case(message, kind, message, place)
}

/// The package whose build script failed, without the folder that it lies in, and of what.
fn build_script(error: &str) -> Option<(&str, Raised)> {
    if !is_of_build_script(error) {
        return None;
    }
    let package = error.split('`').nth(1)?.split(" (").next()?;
    let printed: Vec<&str> = error.lines().map(str::trim).collect();
    let mut raised = panics::raised("main", &printed.join("\n"));
    if raised.frames.is_empty() {
        let last = printed.iter().rev().find(|line| !line.is_empty());
        raised.message = last.map_or_else(String::new, |line| (*line).to_owned());
    }
    raised.kind = "build script".to_owned();
    Some((package, raised))
}

/// A target that does not build, with the compiler's first error of it.
pub(super) fn broken_case(
    label: &str,
    code: Option<&str>,
    message: &str,
    place: Option<(String, usize)>,
) -> Draft {
    let kind = code.map_or("error".to_owned(), |code| format!("error[{code}]"));
    unbuilt_case(label, &kind, message, place)
}

fn unbuilt_case(name: &str, kind: &str, message: &str, place: Option<(String, usize)>) -> Draft {
    let raised = Raised { frames: frames(place), ..plain(kind, message.to_owned()) };
    draft(format!("{BUILD}{name}"), CaseOutcome::Error, Some(raised), None)
}

fn frames(place: Option<(String, usize)>) -> Vec<(String, usize, String)> {
    place.into_iter().map(|(file, line)| (file, line, String::new())).collect()
}
