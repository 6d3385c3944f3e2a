//! Dates of releases.

use super::tests::facts;

const LOG: &str = "# Changes\n\n## [0.3.0] - 2025-09-15\n\n- frames\n\n## v0.2.0 \"Second\" (August 20, 2025)\n\n- pictures\n";

/// The dates of a version that two notes give.
fn dates(paths: [&str; 2], texts: [&str; 2]) -> Vec<(String, Vec<String>)> {
    let facts = facts(&[(paths[0], texts[0]), (paths[1], texts[1])]);
    let told = |fact: super::Fact| {
        let values =
            fact.values.into_iter().map(|value| format!("{}:{} {}", value.path, value.line, value.value));
        (fact.key, values.collect())
    };
    facts.into_iter().map(told).collect()
}

#[test]
fn a_version_was_released_on_one_day() {
    let notes = "# Release v0.2.0 - Pictures\n\n**Release Date**: 19 August 2024\n";
    let found = dates(["CHANGELOG.md", "docs/releases/second.md"], [LOG, notes]);
    let expected = ["CHANGELOG.md:7 2025-08-20", "docs/releases/second.md:3 2024-08-19"].map(str::to_owned);
    assert_eq!(found, [("release date of 0.2.0".to_owned(), expected.to_vec())]);
}

#[test]
fn the_name_of_a_note_says_which_version_it_is_on() {
    let notes = "# All about pictures\n\n- 📅 **Released on:** 2025年9月1日\n";
    let found = dates(["CHANGELOG.md", "docs/NOTES_v0.3.0.md"], [LOG, notes]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].1, ["CHANGELOG.md:3 2025-09-15", "docs/NOTES_v0.3.0.md:3 2025-09-01"]);
}

#[test]
fn a_day_apart_is_a_time_zone_and_parts_have_versions_of_their_own() {
    let on = |day: &str| format!("# Release 0.3.0\n\nReleased: {day}\n");
    let none: [(String, Vec<String>); 0] = [];
    assert_eq!(dates(["CHANGELOG.md", "docs/notes.md"], [LOG, &on("2025-09-16")]), none);
    assert_eq!(dates(["CHANGELOG.md", "docs/notes.md"], [LOG, &on("soon")]), none);
    assert_eq!(dates(["CHANGELOG.md", "packages/frames/CHANGELOG.md"], [LOG, &on("2024-01-01")]), none);
    let several = "# Releases 0.3.0 and 0.2.0\n\nReleased: 2024-01-01\n";
    assert_eq!(dates(["CHANGELOG.md", "docs/notes.md"], [LOG, several]), none);
    let history_of_the_note = "# Policy\n\n## Version 0.3.0 - 2024-01-01\n\nFirst form of this note.\n";
    assert_eq!(dates(["CHANGELOG.md", "docs/policy.md"], [LOG, history_of_the_note]), none);
}

#[test]
fn logs_in_which_most_versions_differ_are_those_of_two_programs() {
    let log = |year: usize, last: usize| {
        let entry = |number: usize| format!("## 1.{number}.0 - {year}-0{number}-01\n\n- frames\n\n");
        format!("# Changes\n\n{}", (1..=last).map(entry).collect::<String>())
    };
    let of_two = dates(["CHANGELOG.md", "docs/history.md"], [&log(2024, 5), &log(2022, 5)]);
    assert!(of_two.is_empty(), "{of_two:?}");
    let of_one = dates(["CHANGELOG.md", "docs/history.md"], [&log(2024, 3), &log(2022, 3)]);
    assert_eq!(of_one.len(), 3);
}
