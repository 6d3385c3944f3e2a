//! Where reports go.

use std::ops::Range;
use std::path::{Component, Path};

use toml::de::DeTable;

use super::load::{Mistake, strings};

/// A report, by its section and key in `xtask.toml`, and where it goes unless that says otherwise.
pub struct Place {
    section: &'static str,
    key: &'static str,
    /// Relative to the repository.
    pub usual: &'static str,
}

/// The plan of the consolidation.
pub const CONSOLIDATION: Place =
    Place { section: "consolidate", key: "report", usual: "notes/documentation_consolidation_plan.md" };
/// The upstream analysis.
pub const UPSTREAM: Place =
    Place { section: "upstream", key: "report", usual: "notes/upstream_sync_analysis.md" };
/// The test validation.
pub const VALIDATION: Place =
    Place { section: "validate", key: "report", usual: "notes/test_suite_report.md" };
/// The final validation.
pub const FINAL: Place =
    Place { section: "validate", key: "final_report", usual: "notes/final_validation_report.md" };

/// The first place that no report can have, or that two would have: the later one would be all that is left.
pub(super) fn mistake(table: &DeTable<'_>) -> Option<Mistake> {
    let mut earlier: Vec<(&Place, String, Option<Range<usize>>)> = Vec::new();
    for place in [&CONSOLIDATION, &UPSTREAM, &VALIDATION, &FINAL] {
        let chosen = strings(table, &[place.section, place.key]).pop();
        let (path, span) = chosen.map_or((place.usual.to_owned(), None), |(path, span)| (path, Some(span)));
        if let (Some(span), Some(why)) = (&span, bad_place(&path)) {
            return Some((span.clone(), why));
        }
        let is_same = |other: &str| Path::new(other).components().eq(Path::new(&path).components());
        let other = earlier.iter().find(|(_, other, _)| is_same(other));
        // At least one of them is chosen, since the usual places differ.
        if let Some((other, _, other_span)) = other
            && let Some(at) = span.clone().or_else(|| other_span.clone())
        {
            let taken = if span.is_some() { other } else { place };
            let why = format!(
                "`{}` of `[{}]` goes there: each report has a file of its own",
                taken.key, taken.section
            );
            return Some((at, why));
        }
        earlier.push((place, path, span));
    }
    None
}

/// Why nothing can be written at a place, if so.
pub(super) fn bad_place(text: &str) -> Option<String> {
    let path = Path::new(text);
    let leaves = path.components().any(|part| !matches!(part, Component::Normal(_)));
    if text.is_empty() || leaves {
        return Some("a report's path is relative to the repository and stays inside it".to_owned());
    }
    (path.starts_with(".git")).then(|| "a report cannot stand in the git directory".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::load::tests::error;

    #[test]
    fn report_outside_the_repository_is_refused() {
        insta::assert_snapshot!(error("[upstream]\nreport = \"../out.md\"\n"), @r#"
        `xtask.toml`: TOML parse error at line 2, column 10
          |
        2 | report = "../out.md"
          |          ^^^^^^^^^^^
        a report's path is relative to the repository and stays inside it
        "#);
    }

    #[test]
    fn two_reports_at_one_place_are_refused() {
        insta::assert_snapshot!(error("[upstream]\nreport = \"r.md\"\n\n[validate]\nreport = \"r.md\"\n"), @r#"
        `xtask.toml`: TOML parse error at line 5, column 10
          |
        5 | report = "r.md"
          |          ^^^^^^
        `report` of `[upstream]` goes there: each report has a file of its own
        "#);
        insta::assert_snapshot!(error("[consolidate]\nreport = \"notes//test_suite_report.md\"\n"), @r#"
        `xtask.toml`: TOML parse error at line 2, column 10
          |
        2 | report = "notes//test_suite_report.md"
          |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        `report` of `[validate]` goes there: each report has a file of its own
        "#);
        insta::assert_snapshot!(error("[validate]\nfinal_report = \".git/x.md\"\n"), @r#"
        `xtask.toml`: TOML parse error at line 2, column 16
          |
        2 | final_report = ".git/x.md"
          |                ^^^^^^^^^^^
        a report cannot stand in the git directory
        "#);
    }
}
