use serde_json::json;

use crate::setup::issue;

fn result(ahead: u64, behind: u64) -> serde_json::Value {
    json!({
        "consolidation": { "notes": [1, 2, 3], "overlaps": [], "broken_links": [1], "references": [] },
        "upstream": { "ahead": ahead, "behind": behind, "merge": { "conflicts": [{}, {}] } },
        "validation": { "unavailable": "no suite <script> was `found`", "hint": null },
    })
}

#[test]
fn figures_are_compared_with_those_that_the_issue_hides() {
    let last_week = issue(&result(10, 5), "", None);
    let text = issue(&result(12, 3), &last_week, Some("https://example.org/run/1"));
    insta::assert_snapshot!(text, @r"
    <!-- xtask:tracking ahead=12 behind=3 conflicts=2 links=1 notes=3 overlaps=0 references=0 -->

    How this repository stands. This text is written anew each week: what you want to keep goes into a comment.

    | What | Now | Since last week |
    | --- | ---: | ---: |
    | commits that upstream lacks | 12 | 2 more |
    | commits of upstream that are lacking here | 3 | 2 fewer |
    | paths that conflict when upstream is merged | 2 | as before |
    | notes | 3 | as before |
    | pairs of notes that overlap | 0 | as before |
    | broken links | 1 | as before |
    | names that point to nothing | 0 | as before |

    - validation: no suite \<script> was \`found\`

    The reports: [this week's run](https://example.org/run/1)
    ");
    assert!(last_week.contains("| commits that upstream lacks | 10 | - |"), "{last_week}");
}

#[test]
fn a_hidden_line_that_somebody_edited_gives_numbers_or_nothing() {
    for line in [
        "<!-- xtask:tracking ahead=$(id) behind=-1 x=99999999999999999999999 =3 ahead -->",
        "<!-- xtask:tracking -->",
        "<!-- xtask:trackingahead=1",
        "nothing\n<!-- xtask:tracking ahead=1 -->",
    ] {
        let text = issue(&result(1, 1), line, None);
        assert!(text.contains("| commits that upstream lacks | 1 | - |"), "{line}: {text}");
        assert!(!text.contains("$(id)"), "{text}");
    }
}

#[test]
fn causes_are_counted_only_where_every_suite_ran_to_its_end() {
    let with =
        |runs: serde_json::Value| issue(&json!({ "validation": { "runs": runs, "causes": [] } }), "", None);
    let run = |status: &str| json!({ "suite": "unit|`x`", "status": status });
    let causes = "| causes for which tests fail | 0 |";
    assert!(with(json!([run("passed"), run("failed")])).contains(causes));
    let partly = with(json!([run("passed"), run("cannot-run")]));
    assert!(!partly.contains(causes) && partly.contains("did not run to its end (cannot-run)"), "{partly}");
    let none = with(json!([]));
    assert!(!none.contains(causes) && none.contains("- validation: no test was run"), "{none}");
}
