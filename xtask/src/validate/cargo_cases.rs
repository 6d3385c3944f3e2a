//! Cases of a `cargo test` run.

use super::cases::{Draft, IN_ORDER};
use super::causes::exception_of;
use super::events::Raised;
use super::libtest::{Block, CargoRun, Outcome, panic_of};
use super::places::Roots;
use super::result::{Attempt, CaseOutcome};
use super::session::Item;

/// One case a test line, one for every announced test without a line, one for every error of the build.
pub(super) fn cases(run: &CargoRun, roots: &Roots) -> Vec<(Draft, Roots)> {
    let mut drafts = Vec::new();
    for (index, block) in run.blocks.iter().enumerate() {
        let label =
            run.binaries.get(index).map_or_else(|| format!("binary {}", index + 1), |b| b.label.clone());
        drafts.extend(block_cases(block, &label, run));
    }
    // The first lines of a compiler error are its message and place; cargo's own closing lines say nothing new.
    let own = run.errors.iter().filter(|error| !error.starts_with("error: could not compile"));
    drafts
        .extend(own.filter(|_| run.blocks.len() < run.binaries.len().max(1)).map(|error| build_case(error)));
    drafts.into_iter().map(|draft| (draft, roots.clone())).collect()
}

fn block_cases(block: &Block, label: &str, run: &CargoRun) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = block
        .lines
        .iter()
        .map(|line| {
            let raised = (line.outcome == Outcome::Failed)
                .then(|| raised(&line.name, block.output.get(&line.name).map_or("", String::as_str)));
            let outcome = match line.outcome {
                Outcome::Ok => CaseOutcome::Passed,
                Outcome::Failed => CaseOutcome::Failed,
                Outcome::Ignored => CaseOutcome::Skipped,
            };
            let reason = line.reason.clone().or_else(|| (outcome == CaseOutcome::Skipped).then(String::new));
            draft(format!("{label}::{}", line.name), outcome, raised, reason)
        })
        .collect();
    let missing = block.announced.saturating_sub(block.lines.len() as u64);
    for index in 0..missing {
        let name = block.slow.get(index as usize).cloned();
        let hung = name.is_some() && run.stop.is_some();
        let name = name.unwrap_or_else(|| format!("(unnamed test {} without a result)", index + 1));
        let outcome = if hung { CaseOutcome::Failed } else { CaseOutcome::NotRun };
        let raised = hung.then(|| Raised {
            kind: "time limit".to_owned(),
            message: "still running when the time was over".to_owned(),
            ..Raised::default()
        });
        drafts.push(draft(format!("{label}::{name}"), outcome, raised, None));
    }
    drafts
}

fn draft(id: String, outcome: CaseOutcome, raised: Option<Raised>, skip_reason: Option<String>) -> Draft {
    let message = raised.as_ref().map(|raised| {
        format!("{}: {}", exception_of(raised), raised.message.lines().next().unwrap_or_default())
    });
    let place = raised.as_ref().and_then(|raised| raised.frames.last().cloned());
    let attempts = if outcome == CaseOutcome::NotRun {
        Vec::new()
    } else {
        vec![Attempt { outcome, run: IN_ORDER.to_owned(), duration_s: None, message }]
    };
    let (path, line) = match place {
        Some((path, line, _)) => (Some(path), u64::try_from(line).ok()),
        None => (None, None),
    };
    Draft {
        item: Item { id, path, line },
        outcome,
        seconds: None,
        attempts,
        raised: raised.into_iter().collect(),
        skip_reason,
    }
}

fn raised(name: &str, output: &str) -> Raised {
    let panic = panic_of(name, output);
    // A test that returns an error prints it without a place.
    let kind = if panic.place.is_some() { "panic" } else { "failure" };
    Raised {
        kind: kind.to_owned(),
        message: panic.message,
        frames: panic.place.into_iter().map(|(file, line)| (file, line, String::new())).collect(),
        module: None,
    }
}

/// `error[E0425]: cannot find value` and ` --> src/lib.rs:3:5`.
fn build_case(error: &str) -> Draft {
    let first = error.lines().next().unwrap_or_default();
    let (kind, message) = first.split_once(": ").unwrap_or(("error", first));
    let frames = error
        .lines()
        .find_map(|line| line.trim_start().strip_prefix("--> "))
        .and_then(|place| {
            let mut parts = place.rsplitn(3, ':');
            let (_column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
            Some((file.to_owned(), line.parse().ok()?, String::new()))
        })
        .into_iter()
        .collect();
    let raised = Raised { kind: kind.to_owned(), message: message.to_owned(), frames, module: None };
    draft(format!("build: {message}"), CaseOutcome::Error, Some(raised), None)
}
