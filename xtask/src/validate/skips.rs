//! Skips by reason, and which of the reasons `allowed_skips` has.

use std::collections::{BTreeMap, BTreeSet};

use super::result::{Case, CaseOutcome, Run, Skips};
use crate::config::ValidateConfig;
use crate::report::{Finding, Level};

/// The finding for a reason that is not allowed.
pub(super) const UNKNOWN_SKIP: &str = "unknown-skip";

/// Groups the skips, the most frequent reason first.
pub(super) fn skips(cases: &[Case], config: &ValidateConfig) -> Vec<Skips> {
    let mut by_reason: BTreeMap<String, Skips> = BTreeMap::new();
    for case in cases {
        for (reason, is_subtest) in reasons(case) {
            let first = || Skips {
                reason: reason.clone(),
                count: 0,
                subtests: 0,
                first: case.id.clone(),
                allowed: None,
            };
            let skips = by_reason.entry(reason.clone()).or_insert_with(first);
            skips.count += 1;
            skips.subtests += u64::from(is_subtest);
        }
    }
    let allowed = config.allowed_skips.as_ref();
    let mut skips: Vec<Skips> = by_reason
        .into_values()
        .map(|skips| {
            let allowed = allowed.map(|list| list.iter().any(|pattern| is_allowed(pattern, &skips.reason)));
            Skips { allowed, ..skips }
        })
        .collect();
    skips.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.reason.cmp(&b.reason)));
    skips
}

/// What a gate must know: reasons that are not on the list, which fail it where a gating suite has them.
pub(super) fn findings(skips: &[Skips], cases: &[Case], runs: &[Run]) -> Vec<Finding> {
    let gating = gating_reasons(cases, runs);
    let unknown = skips.iter().filter(|skip| skip.allowed == Some(false));
    let finding = |skip: &Skips| {
        let message = format!("skipped for a reason that is not allowed: {} ({})", skip.reason, skip.count);
        let hint = "fix the test, or add the reason to `allowed_skips` in xtask.toml";
        let level = if gating.contains(&skip.reason) { Level::Deny } else { Level::Warn };
        Finding { level, ..Finding::warn(UNKNOWN_SKIP, first_file(skip), message) }.hint(hint)
    };
    unknown.map(finding).collect()
}

/// Reasons for which tests of gating suites are skipped.
fn gating_reasons(cases: &[Case], runs: &[Run]) -> BTreeSet<String> {
    let gating: BTreeSet<&str> = runs.iter().filter(|run| run.gating).map(|run| run.suite.as_str()).collect();
    let own = cases.iter().filter(|case| gating.contains(case.suite.as_str()));
    own.flat_map(reasons).map(|(reason, _)| reason).collect()
}

/// The file that a skipped test's id names.
fn first_file(skip: &Skips) -> Option<String> {
    skip.first.split_once("::").map(|(file, _)| file.to_owned())
}

/// Why the test was skipped, or subtests of it, and which of the two.
fn reasons(case: &Case) -> Vec<(String, bool)> {
    let shown = |reason: &str| if reason.is_empty() { "no reason given" } else { reason }.to_owned();
    let own = (case.outcome == CaseOutcome::Skipped)
        .then(|| (shown(case.skip_reason.as_deref().unwrap_or_default()), false));
    own.into_iter().chain(case.subtest_skips.iter().map(|reason| (shown(reason), true))).collect()
}

/// True when the pattern, in which `*` stands for any text, is the whole reason.
fn is_allowed(pattern: &str, reason: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == reason };
    let Some(mut left) = reason.strip_prefix(head) else { return false };
    let parts: Vec<&str> = rest.split('*').collect();
    let (last, middle) = parts.split_last().expect("a split has a part");
    for part in middle {
        match left.find(part) {
            Some(at) => left = &left[at + part.len()..],
            None => return false,
        }
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_allowed_word_for_word_or_by_pattern() {
        let cases = [
            ("needs a disk", "needs a disk", true),
            ("needs a disk", "needs a disk!", false),
            ("needs *", "needs a disk", true),
            ("*disk", "needs a disk", true),
            ("no * on *", "no fork on Windows", true),
            ("no * on *", "no fork", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("", "x", false),
        ];
        for (pattern, reason, allowed) in cases {
            assert_eq!(is_allowed(pattern, reason), allowed, "{pattern:?} {reason:?}");
        }
    }
}
