//! The result in two lines: what was found, and what to do next.

use std::collections::BTreeSet;

use super::result::{Analysis, Case, CaseOutcome, Cause, Counts, End, Run, Skips, Status, Verdict};
use crate::repo::RepoPath;
use crate::report::count;

/// How many tests the files hold, by language.
fn counted(analysis: &Analysis) -> String {
    let (python, rust) = (&analysis.inventory, &analysis.rust_inventory);
    let in_files = |tests: usize, what: &str, files: usize| {
        format!("{} in {}", count(tests as u64, what), count(files as u64, "file"))
    };
    match (python.items, rust.functions) {
        (_, 0) => in_files(python.items, "test", python.files_with_tests),
        (0, _) => in_files(rust.functions, "Rust test", rust.files),
        _ => {
            let python = in_files(python.items, "Python test", python.files_with_tests);
            format!("{python} and {}", in_files(rust.functions, "Rust test", rust.files))
        }
    }
}

/// One line: what was found.
pub fn headline(analysis: &Analysis) -> String {
    if !analysis.executed {
        return counted(analysis) + ", counted without running them" + &broken_imports(analysis);
    }
    let gating: Vec<&Run> = analysis.runs.iter().filter(|run| run.gating).collect();
    let total = gating.iter().fold(Counts::default(), |total, run| sum(total, run.counts));
    let mut parts: Vec<String> = gating
        .iter()
        .filter(|run| {
            !matches!(run.status, Status::Passed | Status::Failed) || status_words(run).starts_with("has no")
        })
        .map(|run| format!("suite `{}` {}", run.suite, status_words(run)))
        .collect();
    parts.extend(failures(analysis, &gating, total));
    let good = total.failed + total.errors + total.not_run + total.flaky == 0;
    if good && total.collected > 0 {
        parts.push(all_good(total));
    }
    if analysis.verdict == Verdict::Passed && total.failed + total.errors > 0 {
        parts.push("all of them known".to_owned());
    } else if let Some(new) = new_failures(analysis, &gating) {
        let verb = if new == 1 { "is" } else { "are" };
        parts.push(format!("{new} of the failures {verb} new"));
    }
    let unknown: u64 = denied_skips(analysis).map(|skip| skip.count).sum();
    if unknown > 0 {
        let verb = if unknown == 1 { "is" } else { "are" };
        let reasons = if unknown == 1 { "a reason that is" } else { "reasons that are" };
        parts.push(format!("{} {verb} skipped for {reasons} not allowed", count(unknown, "test")));
    }
    match &analysis.shard {
        Some(shard) if analysis.runs.is_empty() => {
            parts.push(format!("no suite falls to part {}/{}", shard.index, shard.of));
        }
        _ if gating.is_empty() => parts.push("no suite gates here".to_owned()),
        _ => {}
    }
    parts.join("; ") + &broken_imports(analysis)
}

/// How many gating tests fail that did not before; `None` when that is not known of each, or all that fail.
fn new_failures(analysis: &Analysis, gating: &[&Run]) -> Option<usize> {
    let baseline = analysis.baseline.as_ref()?;
    let is_gating = |case: &&Case| gating.iter().any(|run| run.suite == case.suite);
    let bad = analysis.cases.iter().filter(is_gating).filter(|case| case.outcome.is_bad());
    let holds = |list: &[String], case: &Case| list.binary_search(&case.id).is_ok();
    let (new, other): (Vec<&Case>, Vec<&Case>) = bad.partition(|case| holds(&baseline.new_failures, case));
    let failed_before =
        |case: &&Case| holds(&baseline.still_failing, case) || holds(&baseline.changed_cause, case);
    (!other.is_empty() && other.iter().all(failed_before)).then_some(new.len())
}

/// Skips for reasons that the list of allowed ones does not have.
fn denied_skips(analysis: &Analysis) -> impl Iterator<Item = &Skips> {
    analysis.skips.iter().filter(|skip| skip.allowed == Some(false))
}

fn broken_imports(analysis: &Analysis) -> String {
    let broken = analysis.imports.unresolved.iter().filter(|import| import.guard.is_none()).count() as u64;
    let scripts: BTreeSet<&RepoPath> = analysis.imports.anchors.iter().map(|anchor| &anchor.path).collect();
    let mut text = String::new();
    if broken > 0 {
        text.push_str(&format!("; {} cannot work", count(broken, "import")));
    }
    if !scripts.is_empty() {
        let verb = if scripts.len() == 1 { "is" } else { "are" };
        text.push_str(&format!("; {} {verb} cut off by a move", count(scripts.len() as u64, "script")));
    }
    text
}

/// Numbers that add up: what passed, and what else there was.
fn all_good(total: Counts) -> String {
    let verb = if total.passed == 1 { "passes" } else { "pass" };
    let mut text = format!("{} {verb}", count(total.passed, "test"));
    for (number, what) in [
        (total.skipped, "skipped"),
        (total.xfailed, "failing as expected"),
        (total.xpassed, "passing against expectation"),
    ] {
        if number > 0 {
            text.push_str(&format!(", {number} {what}"));
        }
    }
    text
}

/// What failed, each kind with its own number.
fn failures(analysis: &Analysis, gating: &[&Run], total: Counts) -> Vec<String> {
    let is_gating = |case: &&Case| gating.iter().any(|run| run.suite == case.suite);
    // A file that cannot be collected has no try that took time.
    let files = analysis
        .cases
        .iter()
        .filter(is_gating)
        .filter(|case| case.outcome == CaseOutcome::Error && case.duration_s.is_none())
        .count() as u64;
    let tests = total.failed + total.errors - files;
    let mut parts = Vec::new();
    if tests > 0 {
        let verb = if tests == 1 { "fails" } else { "fail" };
        parts.push(format!("{tests} of {} {verb}", count(total.collected, "test")));
    }
    if files > 0 {
        parts.push(format!("{} cannot be collected", count(files, "test file")));
    }
    if total.not_run > 0 {
        parts.push(format!("{} did not run", count(total.not_run, "test")));
    }
    // Those of flaky tests, and of suites that do not gate, are not behind these.
    let bad = analysis.cases.iter().filter(is_gating).filter(|case| case.outcome.is_bad());
    let bad: BTreeSet<&str> = bad.map(|case| case.id.as_str()).collect();
    let is_behind = |cause: &&Cause| cause.cases.iter().any(|id| bad.contains(id.as_str()));
    let causes = analysis.causes.iter().filter(is_behind).count() as u64;
    if causes > 0 {
        let causes = count(causes, "cause");
        match parts.as_mut_slice() {
            [] => {}
            [only] => only.push_str(&format!(", of {causes}")),
            _ => parts.push(format!("{causes} in all")),
        }
    }
    if total.flaky > 0 {
        let verb = if total.flaky == 1 { "is" } else { "are" };
        parts.push(format!("{} {verb} flaky", count(total.flaky, "test")));
    }
    parts
}

/// How many tests a cause is behind, or files that cannot be collected.
pub(super) fn behind(cause: &Cause) -> String {
    let is_file = |id: &String| id.ends_with(".py");
    let what = if cause.cases.iter().all(is_file) { "test file" } else { "test" };
    count(cause.cases.len() as u64, what)
}

/// One line: what to do next.
pub fn next_step(analysis: &Analysis) -> String {
    if let Some(install) = analysis.runs.iter().filter(|run| run.gating).find_map(|run| run.install.as_ref())
    {
        return format!("make the suite run: `{install}`");
    }
    if analysis.imports.is_broken() {
        return "see what the imports meant: `xtask validate imports`".to_owned();
    }
    if !analysis.executed {
        return "run the suites: `xtask validate`".to_owned();
    }
    if let Some(cause) = first_gating_cause(analysis) {
        if let Some(install) = &cause.install {
            let needs = if cause.cases.len() == 1 { "needs" } else { "need" };
            return format!("install what {} {needs}: `{install}`", behind(cause));
        }
        let place =
            cause.frame.as_ref().map(|at| format!(" at `{}:{}`", at.path, at.line)).unwrap_or_default();
        return format!("start with {}{place}, which is behind {}", cause.exception, behind(cause));
    }
    if analysis.runs.iter().any(|run| run.gating && run.end == End::Interrupted) {
        return "run the suites again, to their end: `xtask validate`".to_owned();
    }
    let culprit = analysis.runs.iter().filter(|run| run.gating).find_map(|run| run.culprit.as_ref());
    if let Some(culprit) = culprit {
        return format!("look at `{culprit}`");
    }
    if !analysis.flaky.is_empty() {
        return format!("steady the flaky test `{}`", analysis.flaky[0].id);
    }
    if let Some(skip) = denied_skips(analysis).next() {
        return format!("see why `{}` is skipped, or allow its reason in xtask.toml", skip.first);
    }
    match analysis.verdict {
        Verdict::Passed => "nothing: the tests hold".to_owned(),
        _ => "read the report's list of runs".to_owned(),
    }
}

fn first_gating_cause(analysis: &Analysis) -> Option<&Cause> {
    let gating: Vec<&str> =
        analysis.runs.iter().filter(|run| run.gating).map(|run| run.suite.as_str()).collect();
    let is_gating = |key: &str| {
        analysis.cases.iter().any(|case| {
            case.cause.as_deref() == Some(key)
                && gating.contains(&case.suite.as_str())
                && case.outcome.is_bad()
        })
    };
    let is_new = |cause: &&Cause| {
        let new = analysis.baseline.as_ref().map(|baseline| &baseline.new_failures);
        new.is_some_and(|new| cause.cases.iter().any(|case| new.binary_search(case).is_ok()))
    };
    let mut gating_causes = analysis.causes.iter().filter(|cause| is_gating(&cause.key));
    gating_causes.clone().find(is_new).or_else(|| gating_causes.next())
}

fn sum(a: Counts, b: Counts) -> Counts {
    Counts {
        collected: a.collected + b.collected,
        deselected: a.deselected + b.deselected,
        passed: a.passed + b.passed,
        failed: a.failed + b.failed,
        errors: a.errors + b.errors,
        skipped: a.skipped + b.skipped,
        xfailed: a.xfailed + b.xfailed,
        xpassed: a.xpassed + b.xpassed,
        flaky: a.flaky + b.flaky,
        not_run: a.not_run + b.not_run,
    }
}

fn status_words(run: &Run) -> &'static str {
    match run.status {
        Status::Failed if run.counts.collected == 0 && run.counts.errors == 0 => "has no test to run",
        Status::Passed => "passed",
        Status::Failed => "failed",
        Status::Incomplete => "did not run to its end",
        Status::TimedOut => "ran into a time limit",
        Status::CannotRun => "cannot run here",
    }
}
