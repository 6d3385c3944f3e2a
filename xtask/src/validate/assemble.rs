//! From what was gathered to the result: cases, causes, counts, a status for each run, one verdict.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::baseline::{self, Before, OldNames, OlderKeys};
use super::cargo_cases;
use super::cases::{Draft, drafts, roots_of};
use super::causes::{self, Grouped, group, home_of, is_missing_module};
use super::events::Raised;
use super::known::{self, KnownList, Saving};
use super::model::{Gathered, Ran, Rerun, SuiteRun};
use super::moved::moved;
use super::places::Roots;
use super::rerun;
use super::result::*;
use super::shard;
use super::skips;
use super::status::{Concluded, Told, conclude};
use super::suites::kind_of;
use crate::config::{CoverageSetting, FlakyPolicy, SuiteKind};
use crate::repo::{Rename, RepoPath};
use crate::report::{Finding, Level};

/// The check that names a flaky test.
pub(super) const FLAKY: &str = "flaky-test";
/// The check that names a file which tests wrote.
pub(super) const WRITTEN: &str = "written-by-tests";
/// Lists of slowest tests end here.
const SLOWEST: usize = 10;

/// A case with what its cause is made of.
pub(super) struct Judged {
    case: Case,
    raised: Vec<Raised>,
    roots: Roots,
}

/// What the runs of all suites tell.
#[derive(Default)]
struct Joined {
    told: Vec<Judged>,
    runs: Vec<Run>,
    flaky: Vec<Flaky>,
    written: Vec<Written>,
    findings: Vec<Finding>,
}

impl Joined {
    fn of(gathered: &Gathered) -> Self {
        let mut joined = Self::default();
        for suite_run in &gathered.runs {
            let cases = cases_of(suite_run, gathered, &mut joined.flaky);
            joined.findings.extend(suite_run.findings.iter().cloned());
            joined.findings.extend(left_behind(suite_run));
            joined.findings.extend(cut_short(suite_run));
            joined.written.extend(suite_run.written.iter().cloned());
            joined.runs.push(run_of(suite_run, &cases, &gathered.roots));
            joined.told.extend(cases);
        }
        joined.findings.extend(joined.flaky.iter().map(flaky_finding));
        joined.findings.extend(joined.written.iter().map(written_finding));
        joined
    }
}

/// How the cases stand to what was before.
struct SinceBefore {
    baseline: Option<Baseline>,
    /// Tests that the list of known failures excuses.
    excused: BTreeSet<String>,
    /// Tests from before that are not here.
    unseen: Vec<String>,
    known_list: Option<KnownList>,
    findings: Vec<Finding>,
}

/// Concludes.
pub(super) fn analysis(mut gathered: Gathered, options: &super::Options) -> Analysis {
    let mut findings = std::mem::take(&mut gathered.findings);
    let Joined { mut told, runs, flaky, written, findings: of_runs } = Joined::of(&gathered);
    findings.extend(of_runs);
    let causes = name_causes(&mut told, &gathered);
    let older = older_keys(&told, &gathered.moves);
    let cases: Vec<Case> = told.into_iter().map(|told| told.case).collect();
    let skips = skips::skips(&cases, &options.config);
    findings.extend(skips::findings(&skips, &cases, &runs));
    let since = since_before(&gathered, (&runs, &cases), &older, options);
    findings.extend(since.findings);
    findings.sort();
    findings.dedup();
    let is_wanted = options.config.coverage == Some(CoverageSetting::Auto);
    let (coverage, coverage_hint) = coverage(&gathered.runs, &gathered.touched, is_wanted);
    let judge = Judge {
        excused: &since.excused,
        flaky_fails: options.config.flaky != Some(FlakyPolicy::Warn),
        // What cannot be imported needs no run to be known.
        is_denied: gathered.imports.is_broken()
            || findings.iter().any(|finding| finding.level == Level::Deny),
    };
    Analysis {
        depth: options.depth,
        executed: gathered.executed,
        verdict: verdict(&runs, &cases, &judge),
        known_list: since.known_list,
        shard: options.shard.map(|shard| shard::told(shard, &gathered.runs, since.unseen)),
        baseline: since.baseline,
        coverage,
        coverage_hint,
        slowest: slowest(&cases),
        missing: gathered.runs.iter().flat_map(SuiteRun::missing).collect(),
        moved: moved(&gathered, &cases),
        inputs: gathered.inputs,
        imports: gathered.imports,
        runs,
        cases,
        skips,
        causes,
        flaky,
        written,
        inventory: gathered.inventory,
        rust_inventory: gathered.rust_inventory,
        findings,
    }
}

/// Compares with what was before, and with the list of known failures.
fn since_before(
    gathered: &Gathered,
    (runs, cases): (&[Run], &[Case]),
    older: &OlderKeys,
    options: &super::Options,
) -> SinceBefore {
    let cut: BTreeSet<&str> =
        runs.iter().filter(|run| !known::is_whole(run)).map(|run| run.suite.as_str()).collect();
    let shared = shared_ids(cases);
    let apart = match shared.is_empty() {
        true => Cow::Borrowed(cases),
        false => cases.iter().filter(|case| !shared.contains(&case.id)).cloned().collect(),
    };
    let is_compared = gathered.before.is_some() || gathered.known.is_some() || options.save_known.is_some();
    let not_compared = shared.first().filter(|_| is_compared).map(|first| not_apart(shared.len(), first));
    let mut findings: Vec<Finding> = not_compared.into_iter().collect();
    let compare_all =
        |before: &Before| baseline::compare(&apart, &before.without(&shared), &gathered.moves, &cut, older);
    let compare = |before: &Before| {
        let comparison = compare_all(before);
        if options.shard.is_some() { shard::without_others(comparison) } else { comparison }
    };
    let (excused, known_list) =
        known((&gathered.known, &gathered.moves), (runs, &apart), compare, options, &mut findings);
    let before = gathered.before.as_ref().or(gathered.known.as_ref());
    let unseen = before.filter(|_| options.shard.is_some()).map(|before| compare_all(before).gone);
    let (baseline, unseen) = (before.map(compare), unseen.unwrap_or_default());
    SinceBefore { baseline, excused, unseen, known_list, findings }
}

fn cases_of(run: &SuiteRun, gathered: &Gathered, flaky: &mut Vec<Flaky>) -> Vec<Judged> {
    let roots = &gathered.roots;
    let completed = |draft| gathered.rust_places.complete(draft, roots);
    match &run.ran {
        Ran::Python { ends, reruns } => {
            let limit = run.suite.test_limit.as_secs();
            let session = ends.first().map_or_else(|| roots.clone(), |ended| roots_of(ended, roots));
            let drafts = drafts(ends, roots, limit);
            let drafts = drafts.into_iter().map(|draft| with_tries(draft, reruns, &session));
            drafts.map(|draft| judged(run, draft, &session, flaky)).collect()
        }
        Ran::Cargo(cargo) => {
            let drafts = cargo_cases::drafts(cargo).into_iter().map(completed);
            drafts.map(|draft| judged(run, draft, roots, flaky)).collect()
        }
        Ran::Listed(listed) => {
            let docs = listed.docs.iter().flat_map(|docs| cargo_cases::drafts(docs));
            let drafts = listed.drafts.iter().cloned().chain(docs).map(completed);
            drafts.map(|draft| judged(run, draft, roots, flaky)).collect()
        }
        Ran::Command { .. } | Ran::Cannot { .. } | Ran::NotStarted { .. } => Vec::new(),
    }
}

/// Adds the tries of a failing test that ran again, and what they make of it.
fn with_tries(mut draft: Draft, reruns: &[Rerun], roots: &Roots) -> Draft {
    if !draft.outcome.is_bad() && draft.outcome != CaseOutcome::Flaky {
        return draft;
    }
    let again = rerun::attempts(&draft.item.id, reruns, roots);
    draft.order_dependent = rerun::is_order_dependent(&draft.item.id, reruns);
    let passed = again.iter().any(|attempt| attempt.outcome == CaseOutcome::Passed);
    draft.attempts.extend(again);
    if passed && !draft.order_dependent {
        draft.outcome = CaseOutcome::Flaky;
    }
    draft
}

fn judged(run: &SuiteRun, draft: Draft, roots: &Roots, flaky: &mut Vec<Flaky>) -> Judged {
    if draft.outcome == CaseOutcome::Flaky || draft.order_dependent {
        flaky.push(Flaky {
            id: draft.item.id.clone(),
            order_dependent: draft.order_dependent,
            attempts: draft.attempts.clone(),
        });
    }
    let raised = draft.raised.clone();
    Judged { case: case_of(run, draft), raised, roots: roots.clone() }
}

fn case_of(run: &SuiteRun, draft: Draft) -> Case {
    Case {
        kind: kind_of_case(run, &draft),
        id: draft.item.id,
        suite: run.suite.name.clone(),
        path: draft.item.path,
        line: draft.item.line,
        outcome: draft.outcome,
        duration_s: draft.seconds,
        attempts: draft.attempts,
        cause: None,
        subtest_skips: draft.subtest_skips,
        skip_reason: draft.skip_reason.filter(|_| draft.outcome == CaseOutcome::Skipped),
    }
}

/// What a test is for: by its mark, else by its suite, else by its folder.
fn kind_of_case(run: &SuiteRun, draft: &Draft) -> SuiteKind {
    if let Ran::Python { ends, .. } = &run.ran
        && let Some(kind) = ends.iter().find_map(|ended| ended.session.kinds.get(&draft.item.id))
    {
        return *kind;
    }
    let by_folder = draft.item.path.as_deref().map(|path| kind_of(&RepoPath::from(path)));
    by_folder.filter(|_| run.suite.kind == SuiteKind::Unit).unwrap_or(run.suite.kind)
}

fn run_of(run: &SuiteRun, cases: &[Judged], roots: &Roots) -> Run {
    let mut counts = Counts::default();
    cases.iter().for_each(|told| counts.add(told.case.outcome));
    let Concluded { told, collected, deselected, tally, restarts, plugins, duration } =
        conclude(run, &counts, roots);
    counts.collected = collected;
    counts.deselected = deselected;
    let Told { status, end, why, install, exit_code, culprit, output } = told;
    Run {
        suite: run.suite.name.clone(),
        kind: run.suite.kind,
        gating: run.suite.gating,
        runner: run.runner.clone(),
        interpreter: run.interpreter.clone(),
        status,
        end,
        why,
        install,
        exit_code,
        duration_s: duration,
        culprit,
        counts,
        runner_tally: tally,
        restarts,
        command: run.command.clone(),
        plugins,
        output,
    }
}

/// Gives every failing case the key of its first cause, and every cause all cases that it is behind.
fn name_causes(told: &mut [Judged], gathered: &Gathered) -> Vec<Cause> {
    let mut grouped: Vec<Grouped<'_>> = Vec::new();
    let mut of_case: Vec<usize> = Vec::new();
    for (index, Judged { case, raised, roots }) in told.iter().enumerate() {
        let home = home_of(case.path.as_deref(), case.line);
        for raised in raised {
            grouped.push(Grouped { case: &case.id, raised, roots, home: home.clone() });
            of_case.push(index);
        }
    }
    let (keys, mut causes) = group(&grouped);
    let mut modules: BTreeMap<String, (String, String)> = BTreeMap::new();
    for ((failure, key), &index) in grouped.iter().zip(&keys).zip(&of_case) {
        if let Some(module) = failure.raised.module.clone().filter(|_| is_missing_module(failure.raised)) {
            modules.insert(key.clone(), (module, told[index].case.suite.clone()));
        }
    }
    for (index, key) in of_case.into_iter().zip(keys) {
        told[index].case.cause.get_or_insert(key);
    }
    for cause in &mut causes {
        let touches = cause.frame.as_ref().and_then(|frame| gathered.touched.get(&frame.path));
        cause.commits = touches.cloned().unwrap_or_default();
        let Some((module, suite)) = modules.get(&cause.key) else { continue };
        if let Some(run) = gathered.runs.iter().find(|run| run.suite.name == *suite) {
            (cause.install, cause.hint) = run.remedy(module);
        }
    }
    causes
}

/// Ids that tests of several suites have: of an earlier test or a known failure of such an id nobody can say which of
/// them it was.
fn shared_ids(cases: &[Case]) -> BTreeSet<String> {
    let mut suites: BTreeMap<&str, &str> = BTreeMap::new();
    let mut shared = BTreeSet::new();
    for case in cases {
        if *suites.entry(&case.id).or_insert(&case.suite) != case.suite {
            shared.insert(case.id.clone());
        }
    }
    shared
}

fn not_apart(tests: usize, first: &str) -> Finding {
    let message = format!(
        "{} of more than one suite, `{first}` the first: nothing is said of them since before, and no list of known failures excuses them",
        if tests == 1 { "1 test id is".to_owned() } else { format!("{tests} test ids are") }
    );
    Finding::warn("not-compared", None, message)
}

/// The keys that causes of failing tests had before their files were moved.
fn older_keys(told: &[Judged], moves: &[Rename]) -> OlderKeys {
    let nothing = Before::default();
    let names = OldNames::of(moves, &nothing, &[]);
    let (mut ids, mut failures) = (Vec::new(), Vec::new());
    for Judged { case, raised, roots } in told.iter().filter(|_| !moves.is_empty()) {
        // The key of a case is that of its first failure.
        if let Some(raised) = raised.first() {
            ids.push(case.id.clone());
            failures.push(Grouped {
                case: &case.id,
                raised,
                roots,
                home: home_of(case.path.as_deref(), case.line),
            });
        }
    }
    ids.into_iter().zip(causes::older_keys(&failures, |path| names.places(path))).collect()
}

/// Tests that the list of known failures excuses, as it is or, where it is to be saved, as it becomes.
fn known(
    (known, renames): (&Option<Before>, &[Rename]),
    (runs, cases): (&[Run], &[Case]),
    compare: impl Fn(&Before) -> Baseline,
    options: &super::Options,
    findings: &mut Vec<Finding>,
) -> (BTreeSet<String>, Option<KnownList>) {
    let older = known.as_ref().map(|known| (known, compare(known)));
    let mut excused = BTreeSet::new();
    if let Some((known, comparison)) = &older {
        excused = known::excused(cases, known, renames, comparison);
        findings.extend(known::shrinkable(comparison).filter(|_| options.save_known.is_none()));
    }
    let Some(growth) = options.save_known else { return (excused, None) };
    let path = options.config.known_failures.as_deref().unwrap_or(known::DEFAULT_PLACE);
    let older = older.as_ref().map(|(known, comparison)| (*known, comparison));
    match known::saved(&Saving { runs, cases, older, renames, path, growth }) {
        Ok((list, ids)) => (ids, Some(list)),
        Err(why) => {
            let message = format!("the list of known failures stays as it is: {why}");
            findings.push(Finding::warn("known-failures", path.to_owned(), message));
            (excused, None)
        }
    }
}

/// What decides whether a bad run fails the whole.
struct Judge<'a> {
    excused: &'a BTreeSet<String>,
    flaky_fails: bool,
    is_denied: bool,
}

fn verdict(runs: &[Run], cases: &[Case], judge: &Judge<'_>) -> Verdict {
    let gating: Vec<&Run> = runs.iter().filter(|run| run.gating).collect();
    let failed = |run: &&&Run| {
        matches!(run.status, Status::Failed | Status::Incomplete | Status::TimedOut)
            && !is_excused(run, cases, judge)
    };
    if judge.is_denied || gating.iter().any(|run| failed(&run)) {
        Verdict::Failed
    } else if gating.is_empty() || gating.iter().any(|run| run.status == Status::CannotRun) {
        Verdict::NotProven
    } else {
        Verdict::Passed
    }
}

/// True when everything ran, and all that failed is known to.
fn is_excused(run: &Run, cases: &[Case], judge: &Judge<'_>) -> bool {
    let own = || cases.iter().filter(|case| case.suite == run.suite);
    let bad =
        |case: &Case| case.outcome.is_bad() || (judge.flaky_fails && case.outcome == CaseOutcome::Flaky);
    run.counts.not_run == 0
        && run.why.as_ref().is_none_or(|_| run.culprit.is_some())
        && own().any(bad)
        && own().filter(|case| bad(case)).all(|case| judge.excused.contains(&case.id))
}

/// Which lines ran, of the first suite that knows; else why none does.
fn coverage(
    runs: &[SuiteRun],
    touched: &BTreeMap<String, Vec<Touch>>,
    is_wanted: bool,
) -> (Option<Coverage>, Option<String>) {
    let told = || runs.iter().filter_map(|run| run.coverage.as_ref());
    if let Some(Ok(coverage)) = told().find(|told| told.is_ok()) {
        let files = coverage.files.iter().map(|file| &file.path);
        let changed = files.filter(|path| touched.contains_key(*path)).cloned().collect();
        return (Some(Coverage { changed, ..coverage.clone() }), None);
    }
    let why = told().find_map(|told| told.as_ref().err().cloned());
    let how = match is_wanted {
        true => "only what pytest, `cargo test` and `cargo nextest` run is",
        false => "set `coverage = \"auto\"` under `[validate]` in xtask.toml to measure which lines run",
    };
    (None, Some(why.unwrap_or_else(|| how.to_owned())))
}

fn slowest(cases: &[Case]) -> Vec<Slow> {
    let mut slow: Vec<Slow> = cases
        .iter()
        .filter_map(|case| Some(Slow { id: case.id.clone(), duration_s: case.duration_s? }))
        .collect();
    slow.sort_by(|a, b| b.duration_s.total_cmp(&a.duration_s).then_with(|| a.id.cmp(&b.id)));
    slow.truncate(SLOWEST);
    slow
}

fn flaky_finding(flaky: &Flaky) -> Finding {
    let path = flaky.id.split("::").next().map(str::to_owned);
    let what = if flaky.order_dependent {
        "passes alone and fails after the others"
    } else {
        "failed, then passed when run again"
    };
    Finding::warn(FLAKY, path, format!("`{}` {what}", flaky.id))
}

fn written_finding(written: &Written) -> Finding {
    let message = format!("suite `{}` {} it", written.suite, written.change.name());
    Finding::warn(WRITTEN, written.path.clone(), message)
}

fn cut_short(run: &SuiteRun) -> Option<Finding> {
    let why = run.cut_short.as_ref()?;
    let suite = &run.suite.name;
    let message = format!("the search for flaky tests in suite `{suite}` was cut short: {why}");
    Some(Finding::warn("flaky-search", None, message))
}

fn left_behind(run: &SuiteRun) -> Vec<Finding> {
    let mut names: Vec<&String> = run.left_behind.iter().collect();
    if let Ran::Python { ends, reruns } = &run.ran {
        // What a time limit cut off left its children behind by our doing.
        let all = ends.iter().chain(reruns.iter().map(|rerun| &rerun.ended));
        names.extend(all.filter(|ended| ended.stop.is_none()).flat_map(|ended| &ended.left_behind));
    }
    names.sort();
    names.dedup();
    if names.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let message =
        format!("suite `{}` left processes behind, which were ended: {}", run.suite.name, names.join(", "));
    vec![Finding::warn("left-behind", None, message)]
}
