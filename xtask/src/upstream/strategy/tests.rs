//! Which rule wins on which facts, and what it says.

use super::*;

fn facts() -> Facts {
    Facts {
        relation: Some(Relation::Diverged),
        ahead: 9,
        behind: 30,
        conflicts: Some(40),
        folder: None,
        unjudged: 0,
        missing: Some(30),
        same: Some(0),
        contained: None,
        sync: None,
        replay: None,
        prefix: None,
        picks: (0, 0, 0),
    }
}

fn following(clean: usize, conflicts: Option<usize>) -> Option<Following> {
    Some(Following { clean, of: 30, easiest: conflicts.map(|paths| ("v2".to_owned(), paths)) })
}

fn winner(facts: &Facts) -> Option<Way> {
    let relation = facts.relation.unwrap();
    ALL.iter().copied().find(|&way| verdict(way, relation, facts).is_ok())
}

#[test]
fn each_rule_wins_on_its_facts() {
    let related = |relation| Facts { relation: Some(relation), ..facts() };
    let sync = |confidence, after| {
        let commit = "abc".to_owned();
        Some(Sync { commit, confidence, held: Some(0.66), never_taken: None, after: Some(after) })
    };
    let contained = || Some("def".to_owned());
    let partly = sync(0.9, 20).map(|sync| Sync { held: Some(0.65), ..sync });
    let lacking = |files| sync(0.9, 3).map(|sync| Sync { never_taken: Some((files, "a.c".into())), ..sync });
    let cases = [
        (Facts { sync: lacking(1), ..related(Relation::Unrelated) }, Some(Way::RecordSync)),
        (Facts { sync: lacking(2), ..related(Relation::Unrelated) }, Some(Way::Pick)),
        (related(Relation::Same), Some(Way::NothingToDo)),
        (related(Relation::Ahead), Some(Way::Contribute)),
        (related(Relation::Behind), Some(Way::FastForward)),
        (related(Relation::Unrelated), Some(Way::Pick)),
        (Facts { sync: sync(0.5, 3), ..related(Relation::Unrelated) }, Some(Way::RecordSync)),
        (Facts { sync: sync(0.4, 3), ..related(Relation::Unrelated) }, Some(Way::Pick)),
        (Facts { sync: partly.clone(), ..related(Relation::Unrelated) }, Some(Way::Pick)),
        (Facts { conflicts: Some(0), ..facts() }, Some(Way::Merge)),
        (Facts { conflicts: Some(0), unjudged: 1, ..facts() }, None),
        (Facts { sync: sync(0.9, 20), ..facts() }, Some(Way::RecordSync)),
        (Facts { sync: sync(0.9, 21), ..facts() }, None),
        (Facts { sync: sync(0.4, 1), ..facts() }, None),
        (Facts { sync: partly, ..facts() }, None),
        (Facts { picks: (2, 5, 5), conflicts: None, ..facts() }, None),
        (Facts { missing: Some(0), ..facts() }, None),
        (Facts { contained: contained(), conflicts: Some(0), ..facts() }, Some(Way::RecordSync)),
        (Facts { contained: contained(), ..facts() }, Some(Way::RecordSync)),
        (Facts { conflicts: None, sync: sync(0.9, 0), ..facts() }, None),
        (Facts { replay: Some((9, 9)), ..facts() }, Some(Way::Rebase)),
        (Facts { prefix: following(3, None), ..facts() }, Some(Way::MergeInSteps)),
        (Facts { prefix: following(0, Some(20)), ..facts() }, Some(Way::MergeInSteps)),
        (Facts { prefix: following(1, None), conflicts: Some(5), ..facts() }, None),
        (Facts { picks: (2, 5, 5), ..facts() }, Some(Way::Pick)),
        (Facts { picks: (2, 5, 5), conflicts: Some(5), ..facts() }, None),
    ];
    for (number, (facts, expected)) in cases.iter().enumerate() {
        assert_eq!(winner(facts), *expected, "case {number}");
    }
}

#[test]
fn unrelated_sides_are_told_what_conflicts_with_and_without_the_record() {
    let commit = "abc".to_owned();
    let sync = Sync { commit, confidence: 0.9, held: Some(0.75), never_taken: None, after: Some(61) };
    let facts =
        Facts { relation: Some(Relation::Unrelated), sync: Some(sync), conflicts: Some(3), ..facts() };
    let told = unrelated(Way::RecordSync, &facts).unwrap();
    assert!(told.contains("with 75 % of the lines that upstream had there"), "{told}");
    assert!(told.contains("with that recorded 61 paths conflict, without it 3, "), "{told}");
}

#[test]
fn what_was_not_tried_is_not_said_to_fail() {
    let clean = Facts { conflicts: Some(0), ..facts() };
    assert!(rebase(&clean).unwrap_err().ends_with("since the merge is clean"));
    assert!(rebase(&facts()).unwrap_err().ends_with("too many, or merges among them"));
    assert!(pick(&Facts { picks: (0, 5, 5), ..facts() }).unwrap_err().starts_with("5 of upstream's commits"));
    assert!(pick(&facts()).unwrap_err().starts_with("no commit of upstream is free"));
}
